//! `offer = { .. }`: what it gives, for which goods, where its code comes from, and what all of it may cost.

use super::Reader;
use super::reader::Given;
use super::table::table;
use crate::model::Key;
use crate::model::key_of;
use crate::offer;
use serde::Deserialize;
use std::time::Duration;
use toml::Spanned;

/// Lifetime of an offer's code where the file gives none.
const EXPIRES_DEFAULT: Duration = Duration::from_secs(1_200);

table! {
    OfferTable {
        kind "kind": String,
        amount "amount": f64,
        minimum "minimum": f64,
        most "most": f64,
        categories "categories": Vec<Spanned<String>>,
        expires "expires": String,
        single_use "single_use": bool,
        margin_floor "margin_floor": f64,
        pool "pool": String,
        budget "budget": BudgetTable,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BudgetTable {
    count: Spanned<i64>,
    every: Given<String>,
    open: Given<i64>,
    value: Given<f64>,
    value_per_hour: Given<f64>,
    value_per_day: Given<f64>,
    value_total: Given<f64>,
}

/// Fields that mean something next to each kind; words alone cost nothing and need no code.
fn takes(kind: offer::Kind) -> &'static [&'static str] {
    match kind {
        offer::Kind::Percent | offer::Kind::Fixed => {
            &["amount", "minimum", "most", "categories", "expires", "single_use", "margin_floor", "pool", "budget"]
        }
        offer::Kind::FreeShipping => &["minimum", "most", "categories", "expires", "single_use", "margin_floor", "pool", "budget"],
        offer::Kind::Message => &["expires"],
    }
}

impl Reader<'_> {
    pub(super) fn terms(&mut self, at: usize, given: Given<OfferTable>) -> Option<offer::Terms> {
        let Some(given) = given else {
            self.wrong(
                at,
                "`offer` needs `offer = { kind = \"percent\", amount = 10, expires = \"20m\", budget = { count = 100, every = \"1d\" } }`",
            );
            return None;
        };
        let at = given.span().start;
        let mut table = given.into_inner();
        let given = table.kind.take();
        let kind = self.required(at, "offer", "kind", given);
        let kind = self.choose("offer.kind", &kind, &offer::Kind::ALL.map(|kind| (kind.name(), kind)))?;
        self.strangers(kind.name(), table.given(), takes(kind));
        let amount = match kind {
            offer::Kind::Percent | offer::Kind::Fixed => self.required(at, kind.name(), "amount", table.amount),
            offer::Kind::FreeShipping | offer::Kind::Message => None,
        };
        let amount = match kind {
            offer::Kind::Percent => self.percent(&amount),
            offer::Kind::Fixed => self.discount("offer.amount", &amount),
            _ => Some(0),
        };
        let minimum = self.money("offer.minimum", &table.minimum).unwrap_or(0);
        let most = self.discount("offer.most", &table.most);
        let categories = self.categories(table.categories);
        let expires = self.duration("offer.expires", &table.expires).unwrap_or(EXPIRES_DEFAULT);
        let margin_floor =
            self.number("offer.margin_floor", &table.margin_floor, 0.0..=0.95).map(|share| (share * 10_000.0).round() as u16);
        let pool = self.pool(&table.pool);
        if table.budget.is_none() && kind != offer::Kind::Message {
            self.wrong(at, format!("`{}` costs money, so it needs `budget = {{ count = 100, every = \"1d\" }}`", kind.name()));
        }
        let budget_at = table.budget.as_ref().map_or(at, |budget| budget.span().start);
        let budget = table.budget.and_then(|budget| self.budget(budget.into_inner()));
        let single_use = table.single_use.is_none_or(Spanned::into_inner);
        let terms = offer::Terms { kind, amount: amount?, minimum, expires, single_use, budget, most, categories, margin_floor, pool };
        if let Err(error) = terms.validate() {
            let is_of_budget = matches!(error, offer::TermsError::Unbounded { .. } | offer::TermsError::ManyOrders { .. });
            self.wrong(if is_of_budget { budget_at } else { at }, format!("`offer`: {error}"));
        }
        Some(terms)
    }

    fn percent(&mut self, given: &Given<f64>) -> Option<i64> {
        let amount = self.number("offer.amount", given, 1.0..=90.0)?;
        if amount.fract() != 0.0 {
            let at = given.as_ref().map_or(0, |given| given.span().start);
            self.wrong(at, format!("`offer.amount` is {amount}, it must be a whole percentage"));
            return None;
        }
        Some(amount as i64)
    }

    fn discount(&mut self, field: &str, given: &Given<f64>) -> Option<i64> {
        self.number(field, given, 0.01..=1e6)?;
        self.money(field, given)
    }

    fn categories(&mut self, given: Given<Vec<Spanned<String>>>) -> [Key; offer::Terms::CATEGORIES_MAX] {
        let mut categories = [Key::NONE; offer::Terms::CATEGORIES_MAX];
        let Some(given) = given else { return categories };
        let at = given.span().start;
        let given = given.into_inner();
        if given.is_empty() || given.len() > categories.len() {
            self.wrong(at, format!("`offer.categories` has {} entries, it must have 1 to {}", given.len(), categories.len()));
        }
        for (slot, name) in categories.iter_mut().zip(given) {
            if let Some(name) = self.name("offer.categories", &Some(name)) {
                *slot = key_of(&name);
            }
        }
        categories
    }

    fn pool(&mut self, given: &Given<String>) -> Option<Key> {
        let given = given.as_ref()?;
        let name = given.get_ref();
        if !offer::is_pool_name(name) {
            self.wrong(given.span().start, format!("`offer.pool` is `{name}`, it must be 1 to 64 lower-case letters, digits and hyphens"));
        }
        Some(key_of(name))
    }

    fn budget(&mut self, table: BudgetTable) -> Option<offer::Budget> {
        let most = i64::from(offer::Terms::BUDGET_COUNT_MAX);
        let count = self.whole("offer.budget.count", &Some(table.count), 1..=most)? as u32;
        // Without a period the budget is for good: no code lives longer than the longest duration a file can say.
        let every = if table.every.is_some() { self.duration("offer.budget.every", &table.every)? } else { offer::Terms::BUDGET_EVERY_MAX };
        Some(offer::Budget {
            count,
            every,
            open: self.whole("offer.budget.open", &table.open, 1..=most).map(|open| open as u32),
            value: self.discount("offer.budget.value", &table.value),
            value_per_hour: self.discount("offer.budget.value_per_hour", &table.value_per_hour),
            value_per_day: self.discount("offer.budget.value_per_day", &table.value_per_day),
            value_total: self.discount("offer.budget.value_total", &table.value_total),
        })
    }
}
