//! Numbers of products: dense, so that scores fit into an array.

use super::pages::Pages;
use crate::model::Key;
use crate::recommend::Lookup;
use std::sync::Arc;

/// Products that are kept beside the shared table until it is worth a copy.
const FRESH_MAX: usize = 1_024;

/// Products in the order they were met. A copy shares everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Dictionary {
    keys: Pages<Key>,
    settled: Arc<Lookup<u32>>,
    fresh: Arc<Lookup<u32>>,
}

impl Dictionary {
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn number(&self, key: Key) -> Option<u32> {
        self.settled.get(&key).or_else(|| self.fresh.get(&key)).copied()
    }

    pub fn key(&self, number: u32) -> Key {
        self.keys.get(number)
    }

    /// Adds a product that is not there yet.
    pub fn add(&mut self, key: Key) -> u32 {
        debug_assert!(self.number(key).is_none());
        let number = self.len() as u32;
        self.keys.push(key);
        Arc::make_mut(&mut self.fresh).insert(key, number);
        if self.fresh.len() >= FRESH_MAX.max(self.settled.len() / 8) {
            let settled = Arc::make_mut(&mut self.settled);
            let first = settled.len() as u32;
            settled.reserve(self.fresh.len());
            settled.extend((first..=number).map(|number| (self.keys.get(number), number)));
            self.fresh = Arc::default();
        }
        number
    }

    pub fn bytes(&self) -> usize {
        // A hash map holds at most 7 entries per 8 places, each with a byte beside it; at worst half of that.
        self.keys.bytes() + (self.settled.capacity() + self.fresh.capacity()) * (size_of::<(Key, u32)>() + 1) * 8 / 7
    }
}
