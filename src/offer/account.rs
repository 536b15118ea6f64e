//! What was granted when and what it costs: one account for each campaign and one for the shop.

use super::GrantKey;
use super::State;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

/// Grants of one account that have been forgotten, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Past {
    pub redeemed: u64,
    pub expired: u64,
    pub revoked: u64,
    /// What they cost, minor units.
    pub value: i64,
}

impl Past {
    fn counter(&mut self, state: State) -> &mut u64 {
        match state {
            State::Redeemed => &mut self.redeemed,
            State::Revoked => &mut self.revoked,
            _ => &mut self.expired,
        }
    }

    pub(super) fn add(&mut self, state: State, value: i64) {
        *self.counter(state) += 1;
        self.value = self.value.saturating_add(value);
    }

    fn take(&mut self, state: State, value: i64) {
        let counter = self.counter(state);
        *counter = counter.saturating_sub(1);
        self.value = self.value.saturating_sub(value);
    }
}

/// What an account holds, in numbers. Values are minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    pub open: u64,
    pub redeemed: u64,
    pub expired: u64,
    pub revoked: u64,
    /// Worst case of the open ones.
    pub reserved_minor: i64,
    /// What the redeemed ones cost.
    pub spent_minor: i64,
}

/// Grants by time with what each counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Account {
    by_time: BTreeMap<(Timestamp, GrantKey), i64>,
    /// Running sums, one for each length that was asked for; rebuilt when asked again.
    windows: Vec<Window>,
    open: u32,
    /// Grants that are neither open nor forgotten.
    closed: Past,
    /// Of all grants that are not forgotten, and of the open ones among them.
    value: i64,
    reserved: i64,
    past: Past,
}

/// What was granted after `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    length: Duration,
    from: Timestamp,
    count: u32,
    value: i64,
}

/// Lengths kept at a time; campaigns use few, and one more costs a sum over all grants of the account.
const WINDOWS_MAX: usize = 8;

impl Account {
    pub(super) fn insert(&mut self, at: Timestamp, key: GrantKey, value: i64) {
        self.by_time.insert((at, key), value);
        self.value = self.value.saturating_add(value);
        for window in self.windows.iter_mut().filter(|window| at > window.from) {
            window.count += 1;
            window.value = window.value.saturating_add(value);
        }
    }

    /// A grant counts another value than before.
    pub(super) fn set_value(&mut self, at: Timestamp, key: GrantKey, value: i64) {
        let Some(known) = self.by_time.get_mut(&(at, key)) else { return };
        let change = value.saturating_sub(*known);
        *known = value;
        self.value = self.value.saturating_add(change);
        for window in self.windows.iter_mut().filter(|window| at > window.from) {
            window.value = window.value.saturating_add(change);
        }
    }

    /// Notes that a grant counts as open with this value from now on, or in a closed state.
    pub(super) fn enter(&mut self, state: State, is_open: bool, value: i64) {
        if is_open {
            self.open += 1;
            self.reserved = self.reserved.saturating_add(value);
        } else {
            self.closed.add(state, value);
        }
    }

    /// The opposite of [`Account::enter`].
    pub(super) fn leave(&mut self, state: State, is_open: bool, value: i64) {
        if is_open {
            self.open = self.open.saturating_sub(1);
            self.reserved = self.reserved.saturating_sub(value);
        } else {
            self.closed.take(state, value);
        }
    }

    /// A closed grant goes; only numbers of it stay.
    pub(super) fn forget(&mut self, at: Timestamp, key: GrantKey, state: State) {
        if let Some(value) = self.by_time.remove(&(at, key)) {
            self.closed.take(state, value);
            self.value = self.value.saturating_sub(value);
            for window in self.windows.iter_mut().filter(|window| at > window.from) {
                window.count = window.count.saturating_sub(1);
                window.value = window.value.saturating_sub(value);
            }
        }
    }

    pub(super) fn open(&self) -> u32 {
        self.open
    }

    pub(super) fn past(&self) -> Past {
        self.past
    }

    pub(super) fn set_past(&mut self, past: Past) {
        self.past = past;
    }

    /// Value in all, the forgotten ones included.
    pub(super) fn value_total(&self) -> i64 {
        self.value.saturating_add(self.past.value)
    }

    pub(super) fn totals(&self) -> Totals {
        Totals {
            open: u64::from(self.open),
            redeemed: self.closed.redeemed + self.past.redeemed,
            expired: self.closed.expired + self.past.expired,
            revoked: self.closed.revoked + self.past.revoked,
            reserved_minor: self.reserved,
            spent_minor: self.value_total().saturating_sub(self.reserved),
        }
    }

    /// Number and value of the grants of the last `length`. A grant leaves the window exactly `length` after it was made.
    pub(super) fn used(&mut self, at: Timestamp, length: Duration) -> (u32, i64) {
        let from = Timestamp(at.0.saturating_sub(length.as_micros() as u64));
        let found = self.windows.iter().position(|window| window.length == length);
        let mut window = match found {
            Some(index) => self.windows.remove(index),
            None => Window { length, from: Timestamp(u64::MAX), count: 0, value: 0 },
        };
        // Clocks may also go back: what had left the window is in it again.
        if from < window.from {
            for value in self.between(from, window.from) {
                window.count += 1;
                window.value = window.value.saturating_add(value);
            }
        } else {
            for value in self.between(window.from, from) {
                window.count = window.count.saturating_sub(1);
                window.value = window.value.saturating_sub(value);
            }
        }
        window.from = from;
        if self.windows.len() == WINDOWS_MAX {
            self.windows.remove(0);
        }
        // The one asked last stands last, so that the one nobody asks for goes first.
        self.windows.push(window);
        (window.count, window.value)
    }

    /// When the oldest grant of the last `length` was made.
    pub(super) fn oldest(&self, at: Timestamp, length: Duration) -> Option<Timestamp> {
        let from = Timestamp(at.0.saturating_sub(length.as_micros() as u64));
        let after = (Bound::Excluded((from, GrantKey::LAST)), Bound::Unbounded);
        self.by_time.range(after).next().map(|((granted, _), _)| *granted)
    }

    /// Values of grants made after `from` and not after `to`.
    pub(super) fn between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = i64> + '_ {
        let range = (Bound::Excluded((from, GrantKey::LAST)), Bound::Included((to, GrantKey::LAST)));
        let is_range = from < to;
        is_range.then(|| self.by_time.range(range)).into_iter().flatten().map(|(_, value)| *value)
    }
}
