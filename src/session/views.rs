//! Which products were looked at, newest first.

use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Products of a visit with their number of views; at most [`Views::MAX`], the oldest makes room.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Views {
    products: SmallVec<[Key; 4]>,
    counts: SmallVec<[u16; 4]>,
    /// Different products, including those that have made room.
    distinct: u32,
    repeats: u32,
    /// Sum of the prices of the different products, major units, and how many had one.
    price_sum: f64,
    priced: u32,
}

impl Views {
    pub const MAX: usize = 24;

    /// Notes a view. Returns the product that made room.
    pub(super) fn add(&mut self, product: Key, price: Option<f64>) -> Option<Key> {
        let count = match self.products.iter().position(|seen| *seen == product) {
            Some(index) => {
                self.products.remove(index);
                self.repeats = self.repeats.saturating_add(1);
                self.counts.remove(index).saturating_add(1)
            }
            None => {
                self.distinct = self.distinct.saturating_add(1);
                if let Some(price) = price {
                    self.price_sum += price;
                    self.priced = self.priced.saturating_add(1);
                }
                1
            }
        };
        let mut gone = None;
        if self.products.len() == Self::MAX {
            gone = self.products.pop();
            self.counts.pop();
        }
        self.products.insert(0, product);
        self.counts.insert(0, count);
        gone
    }

    pub fn products(&self) -> &[Key] {
        &self.products
    }

    /// Views of one product in this visit, among those remembered.
    pub fn of(&self, product: Key) -> u32 {
        self.products.iter().zip(&self.counts).find(|(seen, _)| **seen == product).map_or(0, |(_, count)| u32::from(*count))
    }

    /// Different products seen.
    pub fn distinct(&self) -> u32 {
        self.distinct
    }

    /// Views of a product that had been seen before.
    pub fn repeats(&self) -> u32 {
        self.repeats
    }

    /// Mean price of the different products, major units; 0 if unknown.
    pub fn mean_price(&self) -> f64 {
        if self.priced == 0 { 0.0 } else { self.price_sum / f64::from(self.priced) }
    }

    /// Different products for which `counts` is true, among those remembered.
    pub fn count(&self, counts: impl Fn(Key) -> bool) -> u32 {
        self.products.iter().filter(|product| counts(**product)).count() as u32
    }
}
