//! How well a product fits a shopper's interests.

use crate::catalog::Catalog;
use crate::catalog::Product;
use crate::model::Affinities;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;
use smallvec::SmallVec;

type Shares = SmallVec<[(Key, f32); 12]>;

/// Weights of the parts; they sum to 1. Chosen: shoppers change brand more readily than what they came for.
const CATEGORY: f32 = 0.45;
const BRAND: f32 = 0.30;
const ATTRIBUTES: f32 = 0.10;
const BAND: f32 = 0.15;
/// A category beside a liked one counts this much of it.
const SIBLING: f32 = 0.4;

/// Interests at one moment, ready to be read many times.
pub(super) struct Taste {
    categories: SmallVec<[(Key, Key, f32); 12]>,
    brands: Shares,
    attributes: Shares,
    bands: [f32; 3],
}

/// A fit with its parts, each in 0..=1 before its weight.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Fit {
    pub total: f32,
    /// Interest in the very category, not in one beside it.
    pub category: f32,
    pub brand: f32,
}

impl Taste {
    pub(super) fn new(catalog: &Catalog, interests: &Interests, now: Timestamp) -> Taste {
        let parent = |key: Key| catalog.category(key).map_or(Key::NONE, |category| category.parent);
        let total: f32 = interests.bands.iter().filter(|weight| weight.is_finite()).sum();
        Taste {
            categories: shares(&interests.categories, now).into_iter().map(|(key, share)| (key, parent(key), share)).collect(),
            brands: shares(&interests.brands, now),
            attributes: shares(&interests.attributes, now),
            bands: interests.bands.map(|weight| if weight.is_finite() { weight / (total + 1.0) } else { 0.0 }),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.categories.is_empty() && self.brands.is_empty() && self.attributes.is_empty()
    }

    /// Categories of interest, the strongest first.
    pub(super) fn liked(&self) -> impl Iterator<Item = Key> + '_ {
        self.categories.iter().map(|(key, ..)| *key)
    }

    pub(super) fn fit(&self, catalog: &Catalog, product: &Product) -> Fit {
        let parent = catalog.category(product.category).map_or(Key::NONE, |category| category.parent);
        let (mut category, mut near) = (0.0_f32, 0.0_f32);
        for &(key, key_parent, share) in &self.categories {
            // Interest in a category holds for what lies directly below it.
            if key == product.category || key == parent {
                category = category.max(share);
            } else if !parent.is_none() && key_parent == parent {
                near = near.max(share * SIBLING);
            }
        }
        let brand = share_of(&self.brands, product.brand);
        let attributes: f32 = product.attributes.iter().map(|(key, _)| share_of(&self.attributes, *key)).sum();
        // Price taste means something only where the kind of product does.
        let kind = category.max(near);
        let band = if kind > 0.0 { self.bands[product.band as usize] } else { 0.0 };
        let total = CATEGORY * kind + BRAND * brand + ATTRIBUTES * attributes.min(1.0) + BAND * band;
        Fit { total, category, brand }
    }
}

fn shares(affinities: &Affinities, now: Timestamp) -> Shares {
    affinities.keys().map(|key| (key, affinities.share(now, key) as f32)).filter(|(_, share)| share.is_finite() && *share > 0.0).collect()
}

fn share_of(shares: &Shares, key: Key) -> f32 {
    if key.is_none() { 0.0 } else { shares.iter().find(|(known, _)| *known == key).map_or(0.0, |(_, share)| *share) }
}
