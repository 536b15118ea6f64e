//! What a visit keeps of what the shopper did: everything that personalization is made of, in one place that only its permit opens.

use super::Views;
use super::attention::Looked;
use super::sequence::Sequences;
use crate::model::Interests;
use crate::model::Key;
use crate::recommend::Foresight;
use serde::Deserialize;
use serde::Serialize;

/// Covered by [`Personalizing`](crate::consent::Personalizing).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Behavior {
    pub(super) views: Views,
    pub(super) interests: Interests,
    /// What was looked at, and for how long.
    pub(super) looked: Looked,
    /// Purchase intent as a rank, 0..=1.
    pub(super) intent: f32,
    pub(super) sequences: Sequences,
    /// What other visits say comes next, as of the last product or cart.
    pub(super) foresight: Option<Box<Foresight>>,
    /// Products bought, or turned down, the latest last, at most [`Session::UNWANTED_MAX`](super::Session::UNWANTED_MAX). They are not
    /// recommended.
    pub(super) unwanted: Vec<Key>,
}

impl Behavior {
    pub(super) fn note_unwanted(&mut self, products: &[Key], most: usize) {
        for &product in products {
            self.unwanted.retain(|known| *known != product);
            if self.unwanted.len() == most {
                self.unwanted.remove(0);
            }
            self.unwanted.push(product);
        }
    }
}
