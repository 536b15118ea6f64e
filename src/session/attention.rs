//! Attention: visible, focused, non-idle time by the engine's clock, across page loads and tabs.
//!
//! The page says when it becomes attentive or stops, and repeats itself while attentive. Time counts from one word to the next and never
//! past the credit of the last, so a lost connection or a sleeping laptop adds nothing. With several tabs the one that spoke last is
//! attended, the others are not.

use crate::model::Key;
use crate::model::StreamId;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::time::Duration;

/// The ledger of one visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attention {
    total_us: u64,
    attended: Option<Attended>,
}

/// What the attention was given to. A part of behavior: it is kept with consent only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Looked {
    /// At most [`Looked::NAMES_MAX`] each; the smallest makes room.
    products: SmallVec<[(Key, u64); 2]>,
    categories: SmallVec<[(Key, u64); 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Attended {
    stream: StreamId,
    /// Counted up to here.
    counted: Timestamp,
    /// Counts up to here at most.
    credit: Timestamp,
}

impl Attention {
    pub fn total_us(&self) -> u64 {
        self.total_us
    }

    /// The attended stream, while its credit lasts.
    pub fn attended(&self, at: Timestamp) -> Option<StreamId> {
        self.attended.filter(|attended| attended.credit > at).map(|attended| attended.stream)
    }

    /// The attended stream and the moment up to which time will count without another word.
    pub(super) fn running(&self) -> Option<(StreamId, Timestamp, Timestamp)> {
        self.attended.map(|attended| (attended.stream, attended.counted, attended.credit))
    }

    /// Takes the time since the last call out of the ledger's clock: `(stream, microseconds)` to be attributed by [`Attention::count`].
    pub(super) fn advance(&mut self, at: Timestamp) -> Option<(StreamId, u64)> {
        let attended = self.attended.as_mut()?;
        let until = at.min(attended.credit);
        let passed = until.since(attended.counted).as_micros() as u64;
        attended.counted = attended.counted.max(until);
        let stream = attended.stream;
        if attended.credit <= at {
            self.attended = None;
        }
        (passed > 0).then_some((stream, passed))
    }

    pub(super) fn count(&mut self, us: u64) {
        self.total_us += us;
    }

    /// The page said that the shopper is attentive.
    pub(super) fn attend(&mut self, at: Timestamp, stream: StreamId, credit: Duration) {
        self.attended = Some(Attended { stream, counted: at, credit: at + credit });
    }

    /// The page said that the shopper is not attentive, or the page is gone.
    pub(super) fn leave(&mut self, stream: StreamId) {
        if self.attended.is_some_and(|attended| attended.stream == stream) {
            self.attended = None;
        }
    }
}

impl Looked {
    pub(super) const NAMES_MAX: usize = 16;

    pub(super) fn product_us(&self, product: Key) -> u64 {
        self.products.iter().find(|(key, _)| *key == product).map_or(0, |(_, us)| *us)
    }

    pub(super) fn category_us(&self, category: Key) -> u64 {
        self.categories.iter().find(|(key, _)| *key == category).map_or(0, |(_, us)| *us)
    }

    /// Attributes attention to a product and a category (either may be none).
    pub(super) fn count(&mut self, us: u64, product: Key, category: Key) {
        add(&mut self.products, product, us);
        add(&mut self.categories, category, us);
    }
}

fn add(list: &mut SmallVec<[(Key, u64); 2]>, key: Key, us: u64) {
    if key.is_none() {
        return;
    }
    if let Some((_, total)) = list.iter_mut().find(|(k, _)| *k == key) {
        *total += us;
        return;
    }
    if list.len() == Looked::NAMES_MAX {
        let smallest = list.iter().enumerate().min_by_key(|(_, (key, us))| (*us, *key)).map(|(index, _)| index);
        if let Some(index) = smallest {
            list.swap_remove(index);
        }
    }
    list.push((key, us));
}
