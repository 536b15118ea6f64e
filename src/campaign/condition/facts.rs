//! What a condition may ask about the shopper, the page and the moment.

use super::vocabulary::Slot;
use xxhash_rust::xxh3::xxh3_64;

/// Answers for the slots of the vocabulary. The session implements it; tests make their own.
///
/// A method is only called with slots of the matching [`Kind`](super::Kind). Numbers must lie within [`Slot::range`] and
/// texts of a closed set within [`Slot::allowed`]: what the compiler calls always or never true relies on it.
pub trait Facts {
    /// The value of a yes-or-no slot.
    fn flag(&self, slot: Slot) -> bool;
    /// The value of an integer or number slot.
    fn number(&self, slot: Slot) -> f64;
    /// The value of a text slot, empty where nothing is known.
    fn text(&self, slot: Slot) -> &str;
    /// Whether the list slot contains the text whose stable key is `key`, see [`key_of`].
    fn contains(&self, slot: Slot, key: u64) -> bool;
    /// The number under `key` in a map slot; 0.0 where absent.
    fn entry(&self, slot: Slot, key: u64) -> f64;
}

/// Returns the stable key of a text: XXH3, 64 bits, seed 0, over its UTF-8 bytes.
pub fn key_of(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}
