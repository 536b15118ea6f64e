//! What an offer gives and under which conditions.

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

/// At most `count` grants in any window of length `every`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    pub count: u32,
    pub every: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub kind: Kind,
    /// Percent in 1..=100, or minor units; ignored by the other kinds.
    pub amount: i64,
    /// Least cart value in minor units.
    pub minimum: i64,
    /// How long a grant lives.
    pub expires: Duration,
    /// The code works for one order. Otherwise for any number of orders until it expires.
    pub single_use: bool,
    pub budget: Option<Budget>,
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
    #[error("budget.count is {actual}, at most {limit} are allowed")]
    BudgetCount { limit: u32, actual: u32 },
    #[error("budget.every must be at least 1 second")]
    BudgetEvery,
}

/// What a code is worth for a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benefit {
    /// Never more than the cart.
    pub discount_minor: i64,
    pub free_shipping: bool,
}

impl Terms {
    /// The ledger keeps one time per grant within a budget's window.
    pub const BUDGET_COUNT_MAX: u32 = 1_000_000;

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
        if let Some(budget) = self.budget {
            if budget.count > Self::BUDGET_COUNT_MAX {
                return Err(TermsError::BudgetCount { limit: Self::BUDGET_COUNT_MAX, actual: budget.count });
            }
            if budget.every < Duration::from_secs(1) {
                return Err(TermsError::BudgetEvery);
            }
        }
        Ok(())
    }

    /// Percentages are rounded down to whole minor units, in the shop's favor.
    pub fn benefit(&self, cart_minor: i64) -> Benefit {
        let cart = cart_minor.max(0);
        let discount = match self.kind {
            Kind::Percent => i64::try_from(i128::from(cart) * i128::from(self.amount.clamp(0, 100)) / 100).unwrap_or(cart),
            Kind::Fixed => self.amount.clamp(0, cart),
            Kind::FreeShipping | Kind::Message => 0,
        };
        Benefit { discount_minor: discount, free_shipping: self.kind == Kind::FreeShipping }
    }
}
