//! How far budgets are used up and how many offers were made hour by hour: for people to look at, not for decisions.

use super::Budget;
use super::account::Account;
use super::terms::HOUR;
use crate::model::Timestamp;
use serde::Serialize;
use std::time::Duration;

/// One limit of a campaign's budget and what counts against it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BudgetUse {
    /// `count` and `open` in codes; `value`, `value_per_hour`, `value_per_day` and `value_total` in minor units.
    pub limit: &'static str,
    pub used: i64,
    pub most: i64,
    /// A grant counts this long. `None`: as long as it is open, or for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_ms: Option<u64>,
}

/// What was granted in one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HourOfGrants {
    pub from_ms: u64,
    pub granted: u32,
    /// What these grants count by now, minor units: worst cases of open ones, costs of redeemed ones, nothing for the others.
    pub value_minor: i64,
}

impl Account {
    /// The limits that a budget sets, each with what it has used.
    pub(super) fn budget_use(&self, at: Timestamp, budget: &Budget) -> Vec<BudgetUse> {
        let millis = |window: Duration| u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        let (granted, _) = self.sum(at, budget.every);
        let mut limits = vec![BudgetUse {
            limit: "count",
            used: i64::from(granted),
            most: i64::from(budget.count),
            window_ms: Some(millis(budget.every)),
        }];
        if let Some(most) = budget.open {
            limits.push(BudgetUse { limit: "open", used: i64::from(self.open()), most: i64::from(most), window_ms: None });
        }
        limits.extend(budget.values().map(|(limit, most, window)| {
            let used = window.map_or(self.value_total(), |length| self.sum(at, length).1);
            BudgetUse { limit, used, most, window_ms: window.map(millis) }
        }));
        limits
    }

    /// The last `hours` hours, oldest first; the last one ends at `at`.
    pub(super) fn hours(&self, at: Timestamp, hours: u32) -> Vec<HourOfGrants> {
        let hour = |back: u32| Timestamp(at.0.saturating_sub(HOUR.as_micros() as u64 * u64::from(back)));
        (0..hours)
            .rev()
            .map(|back| {
                let from = hour(back + 1);
                let (granted, value_minor) = tally(self.between(from, hour(back)));
                HourOfGrants { from_ms: from.millis(), granted, value_minor }
            })
            .collect()
    }

    fn sum(&self, at: Timestamp, length: Duration) -> (u32, i64) {
        tally(self.between(Timestamp(at.0.saturating_sub(length.as_micros() as u64)), at))
    }
}

fn tally(values: impl Iterator<Item = i64>) -> (u32, i64) {
    values.fold((0, 0), |(count, sum), value| (count + 1, sum.saturating_add(value)))
}
