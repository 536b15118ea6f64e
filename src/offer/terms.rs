//! What an offer gives and under which conditions.

use crate::catalog::Catalog;
use crate::model::CartLine;
use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Percent,
    Fixed,
    FreeShipping,
    /// Words only; no code is made for it by the shop's till.
    Message,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Percent, Kind::Fixed, Kind::FreeShipping, Kind::Message];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Percent => "percent",
            Kind::Fixed => "fixed",
            Kind::FreeShipping => "free_shipping",
            Kind::Message => "message",
        }
    }

    pub fn parse(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What a campaign may spend. Values are discounts in minor units: the worst case of a code from its grant on, what it really gave once
/// it is redeemed, nothing once it has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Grants in any window of length `every`.
    pub count: u32,
    pub every: Duration,
    /// Codes that may be open at a time.
    #[serde(default)]
    pub open: Option<u32>,
    /// Value in any window of length `every`.
    #[serde(default)]
    pub value: Option<i64>,
    #[serde(default)]
    pub value_per_hour: Option<i64>,
    #[serde(default)]
    pub value_per_day: Option<i64>,
    /// Value in all.
    #[serde(default)]
    pub value_total: Option<i64>,
}

impl Budget {
    /// At most `count` grants in any window of length `every`, and no other limit.
    pub fn of(count: u32, every: Duration) -> Budget {
        Budget { count, every, open: None, value: None, value_per_hour: None, value_per_day: None, value_total: None }
    }

    /// Whether it limits value, so that every code needs a worst case.
    pub fn limits_value(&self) -> bool {
        self.values().next().is_some()
    }

    /// The limits of value that are set: field, limit and window; no window is for good.
    pub fn values(&self) -> impl Iterator<Item = (&'static str, i64, Option<Duration>)> {
        [
            ("value", self.value, Some(self.every)),
            ("value_per_hour", self.value_per_hour, Some(HOUR)),
            ("value_per_day", self.value_per_day, Some(DAY)),
            ("value_total", self.value_total, None),
        ]
        .into_iter()
        .filter_map(|(field, limit, window)| Some((field, limit?, window)))
    }
}

pub(super) const HOUR: Duration = Duration::from_secs(3_600);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub kind: Kind,
    /// Percent in 1..=100, or minor units; ignored by the other kinds.
    pub amount: i64,
    /// Least value of the goods it is valid for, in minor units.
    pub minimum: i64,
    /// How long a grant lives.
    pub expires: Duration,
    /// The code works for one order. Otherwise for up to [`Terms::ORDERS_MAX`] orders until it expires.
    pub single_use: bool,
    pub budget: Option<Budget>,
    /// The most one order can cost the shop, minor units: bounds a percentage, and says what free shipping costs.
    #[serde(default)]
    pub most: Option<i64>,
    /// Categories whose goods it is valid for, with what lies below them; [`Key::NONE`] fills up. None: all goods.
    #[serde(default)]
    pub categories: [Key; Terms::CATEGORIES_MAX],
    /// Share of the price, in ten-thousandths, that must be left above cost on the cart an offer is made for.
    #[serde(default)]
    pub margin_floor: Option<u16>,
    /// Uploaded codes it is taken from; without one the code is our own.
    #[serde(default)]
    pub pool: Option<Key>,
}

/// Why terms make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TermsError {
    #[error("amount is {actual}, a percentage must be between 1 and 100")]
    Percent { actual: i64 },
    #[error("amount is {actual}, a fixed discount must be above 0")]
    Fixed { actual: i64 },
    #[error("minimum is {actual}, it must not be negative")]
    Minimum { actual: i64 },
    #[error("expires must be at least 1 second")]
    Expires,
    #[error("most is {actual}, it must be above 0")]
    Most { actual: i64 },
    #[error("margin_floor is {actual} ten-thousandths, at most 10,000 are allowed")]
    MarginFloor { actual: u16 },
    #[error("budget.count is {actual}, at most {limit} are allowed")]
    BudgetCount { limit: u32, actual: u32 },
    #[error("budget.every must be 1 second to 366 days")]
    BudgetEvery,
    #[error("budget.{field} is {actual}, it must be above 0")]
    BudgetValue { field: &'static str, actual: i64 },
    #[error("budget.{field} limits what codes may cost, but a code for many orders may cost anything: it needs `single_use = true`")]
    ManyOrders { field: &'static str },
    #[error("budget.{field} limits what codes may cost, so `most` must say the most that one {kind} code may cost", kind = kind.name())]
    Unbounded { field: &'static str, kind: Kind },
}

/// What a code is worth for a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benefit {
    /// Never more than the goods it is valid for.
    pub discount_minor: i64,
    pub free_shipping: bool,
}

impl Terms {
    /// The ledger keeps one entry per grant within a budget's window.
    pub const BUDGET_COUNT_MAX: u32 = 1_000_000;
    /// No budget looks back further, so that what is older may be forgotten.
    pub const BUDGET_EVERY_MAX: Duration = Duration::from_secs(366 * 86_400);
    pub const CATEGORIES_MAX: usize = 4;
    /// Orders that one code is good for where it is not for a single one.
    pub const ORDERS_MAX: usize = 1_000;

    pub fn validate(&self) -> Result<(), TermsError> {
        match self.kind {
            Kind::Percent if !(1..=100).contains(&self.amount) => return Err(TermsError::Percent { actual: self.amount }),
            Kind::Fixed if self.amount <= 0 => return Err(TermsError::Fixed { actual: self.amount }),
            _ => {}
        }
        if self.minimum < 0 {
            return Err(TermsError::Minimum { actual: self.minimum });
        }
        if self.expires < Duration::from_secs(1) {
            return Err(TermsError::Expires);
        }
        if let Some(most) = self.most.filter(|most| *most <= 0) {
            return Err(TermsError::Most { actual: most });
        }
        if let Some(actual) = self.margin_floor.filter(|floor| *floor > 10_000) {
            return Err(TermsError::MarginFloor { actual });
        }
        self.budget.map_or(Ok(()), |budget| self.validate_budget(&budget))
    }

    fn validate_budget(&self, budget: &Budget) -> Result<(), TermsError> {
        if budget.count > Self::BUDGET_COUNT_MAX {
            return Err(TermsError::BudgetCount { limit: Self::BUDGET_COUNT_MAX, actual: budget.count });
        }
        if !(Duration::from_secs(1)..=Self::BUDGET_EVERY_MAX).contains(&budget.every) {
            return Err(TermsError::BudgetEvery);
        }
        for (field, actual, _) in budget.values() {
            if actual <= 0 {
                return Err(TermsError::BudgetValue { field, actual });
            }
            if !self.single_use {
                return Err(TermsError::ManyOrders { field });
            }
            if self.worst().is_none() {
                return Err(TermsError::Unbounded { field, kind: self.kind });
            }
        }
        Ok(())
    }

    /// The most one code can cost the shop, minor units; `None` if nothing bounds it.
    pub fn worst(&self) -> Option<i64> {
        match self.kind {
            Kind::Message => Some(0),
            _ if !self.single_use => None,
            Kind::Fixed => Some(self.amount.min(self.most.unwrap_or(i64::MAX))),
            Kind::Percent | Kind::FreeShipping => self.most,
        }
    }

    /// What the code takes off goods of this value. Percentages are rounded down to whole minor units, in the shop's favor.
    pub fn benefit(&self, goods_minor: i64) -> Benefit {
        let goods = goods_minor.max(0);
        let most = self.most.unwrap_or(i64::MAX).max(0);
        let discount = match self.kind {
            Kind::Percent => i64::try_from(i128::from(goods) * i128::from(self.amount.clamp(0, 100)) / 100).unwrap_or(goods).min(most),
            Kind::Fixed => self.amount.clamp(0, goods).min(most),
            Kind::FreeShipping | Kind::Message => 0,
        };
        Benefit { discount_minor: discount, free_shipping: self.kind == Kind::FreeShipping }
    }

    /// What an order of goods of this value costs the shop, the parcel included as far as it is known.
    pub fn cost(&self, goods_minor: i64) -> i64 {
        match self.kind {
            Kind::FreeShipping => self.most.unwrap_or(0),
            _ => self.benefit(goods_minor).discount_minor,
        }
    }

    /// Categories the code is valid for; none means all goods.
    pub fn categories(&self) -> impl Iterator<Item = Key> {
        self.categories.into_iter().filter(|key| !key.is_none())
    }

    /// Whether the code is valid for a product.
    pub fn covers(&self, product: Key, catalog: &Catalog) -> bool {
        let mut categories = self.categories().peekable();
        categories.peek().is_none()
            || catalog.product(product).is_some_and(|found| categories.any(|category| catalog.is_within(found.category, category)))
    }

    /// Value of the lines that the code is valid for.
    pub fn covered(&self, lines: &[CartLine], catalog: &Catalog) -> i64 {
        let of = |line: &CartLine| line.price.saturating_mul(i64::from(line.quantity));
        lines.iter().filter(|line| self.covers(line.product, catalog)).fold(0, |sum: i64, line| sum.saturating_add(of(line)))
    }

    /// Whether `other` promises the shopper the same.
    pub fn promises(&self, other: &Terms) -> bool {
        let promise = |terms: &Terms| (terms.kind, terms.amount, terms.minimum, terms.single_use, terms.most, terms.categories);
        promise(self) == promise(other)
    }

    /// Number of the period that a moment lies in, and when nothing of a grant made then counts any more.
    pub fn period(&self, at: Timestamp) -> (u64, Timestamp) {
        match self.budget {
            Some(budget) => (at.0 / (budget.every.as_micros() as u64).max(1), at + budget.every),
            None => (0, Timestamp(u64::MAX)),
        }
    }
}
