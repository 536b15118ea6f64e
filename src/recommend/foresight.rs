//! What other visits say comes next in one visit: the answers of the live indexes, as they are given to the visit.
//!
//! The indexes change with every click of every visitor, so they are no part of a snapshot. Their answers are: a visit is handed them as
//! an input, keeps them, and decides by them, so its history holds all that its outcome depends on.

use super::session_knn::Scored;
use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;

/// A product that other visits go to from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Likely {
    pub product: Key,
    /// 0..=65,535, relative to the best of its list.
    pub score: u16,
    /// The shopper's own product that speaks for it most; itself for a return. Never [`Key::NONE`].
    pub because: Key,
}

/// What a visit was told when its shopper turned to a product, or changed the cart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Foresight {
    /// After all products of the visit, best first. At most [`Foresight::NEXT_MAX`].
    pub next: Vec<Likely>,
    /// The product that `beside` is about; [`Key::NONE`] if none.
    pub product: Key,
    /// Viewed in visits with that product, best first. At most [`Foresight::BESIDE_MAX`].
    pub beside: Vec<Likely>,
    /// Carted or bought in visits with what is in this cart, best first. At most [`Foresight::WITH_CART_MAX`].
    pub with_cart: Vec<Likely>,
}

/// A change to a [`Foresight`]. What is `None` stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Foreseen {
    /// The shopper turned to `product`.
    Viewed { product: Key, next: Vec<Likely>, beside: Vec<Likely> },
    /// The cart now holds other products; `new` ones came.
    Carted { new: Vec<Key>, with_cart: Vec<Likely> },
    /// These were bought. Nothing is foreseen by it; the indexes learn it again from the journal.
    Bought(Vec<Key>),
}

impl Foresight {
    pub const NEXT_MAX: usize = 32;
    pub const BESIDE_MAX: usize = 16;
    pub const WITH_CART_MAX: usize = 16;
    /// Products of a cart that are asked about, the latest lines.
    pub const CART_MAX: usize = 10;

    /// Takes an answer, as far as it is within the bounds.
    pub fn take(&mut self, foreseen: Foreseen) {
        match foreseen {
            Foreseen::Viewed { product, mut next, mut beside } => {
                next.truncate(Self::NEXT_MAX);
                beside.truncate(Self::BESIDE_MAX);
                (self.product, self.next, self.beside) = (product, next, beside);
            }
            Foreseen::Carted { mut with_cart, .. } => {
                with_cart.truncate(Self::WITH_CART_MAX);
                self.with_cart = with_cart;
            }
            Foreseen::Bought(_) => {}
        }
    }
}

impl Likely {
    /// Returns the answer of an index without what nothing in the visit speaks for, with scores relative to the best.
    pub fn list(scored: &[Scored]) -> Vec<Likely> {
        let best = scored.first().map_or(0.0, |best| best.score);
        if best <= 0.0 {
            return Vec::new();
        }
        let known = scored.iter().filter(|scored| !scored.because.is_none());
        let part = |score: f64| (score / best * f64::from(u16::MAX)) as u16;
        known.map(|scored| Likely { product: scored.product, score: part(scored.score), because: scored.because }).collect()
    }
}
