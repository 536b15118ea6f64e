//! What a merchant says about a list: who stands in front, who weighs more or less, who is left out, and how mixed it is.
//!
//! The order is always the same: what must not stand there is left out, the rest is scored, scores are weighed, products that are
//! pinned come first, then the best by score as the limits on brands allow, and last the list is turned.

use crate::catalog::Catalog;
use crate::catalog::Product;
use crate::model::Key;
use std::ops::RangeInclusive;

/// Which products a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Target {
    Product(Key),
    /// The category and everything below it.
    Category(Key),
    Brand(Key),
}

/// How a list turns, so that the same visitor does not see the same list for ever. It takes its products from the best twice as many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rotate {
    #[default]
    Never,
    /// Another part in each visit.
    Visit,
    /// Another part on each day, by UTC.
    Daily,
}

impl Rotate {
    pub const ALL: [(&'static str, Rotate); 3] = [("never", Rotate::Never), ("visit", Rotate::Visit), ("daily", Rotate::Daily)];
}

/// A merchant's rules for one list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rules {
    /// First, in this order, as far as they may stand there. At most [`Rules::PINS_MAX`].
    pub pin: Vec<Key>,
    /// Never there. At most [`Rules::TARGETS_MAX`], as with `weigh`.
    pub exclude: Vec<Target>,
    /// Multiplies scores; above 1 boosts, below 1 buries. Several that fit are multiplied.
    pub weigh: Vec<(Target, f32)>,
    /// Products of one brand in the list, as long as there are others.
    pub per_brand: Option<usize>,
    pub rotate: Rotate,
}

impl Rules {
    pub const PINS_MAX: usize = 8;
    pub const TARGETS_MAX: usize = 64;
    /// Range of a weight.
    pub const WEIGHTS: RangeInclusive<f64> = 0.01..=100.0;

    /// No rules.
    pub const NONE: Rules = Rules { pin: Vec::new(), exclude: Vec::new(), weigh: Vec::new(), per_brand: None, rotate: Rotate::Never };

    pub(super) fn excludes(&self, catalog: &Catalog, product: &Product) -> bool {
        self.exclude.iter().any(|target| target.is_about(catalog, product))
    }

    pub(super) fn weight(&self, catalog: &Catalog, product: &Product) -> f32 {
        self.weigh.iter().filter(|(target, _)| target.is_about(catalog, product)).map(|(_, weight)| weight).product()
    }
}

impl Target {
    fn is_about(self, catalog: &Catalog, product: &Product) -> bool {
        match self {
            Target::Product(key) => product.key == key,
            Target::Category(key) => catalog.is_within(product.category, key),
            Target::Brand(key) => !key.is_none() && product.brand == key,
        }
    }
}

/// The first product that a turned list begins with: another one for another `turn`, each with the same chance.
pub(super) fn first_of(turn: u64, length: usize) -> usize {
    // The high bits of a product with an odd constant: Fibonacci hashing (Knuth, volume 3, section 6.4).
    let mixed = turn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((u128::from(mixed) * length as u128) >> 64) as usize
}
