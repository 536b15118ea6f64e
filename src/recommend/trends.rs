//! What is wanted now: how popular products are, and which are wanted more than usual. Small and immutable, a part of the snapshot.

use super::Model;
use crate::catalog::Catalog;
use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// A product with how much it is wanted, and how much more than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Demand {
    pub product: Key,
    /// Decayed weight of what was done to it, above 0.
    pub usual: f32,
    /// How far above what is usual, in standard deviations; 0 if too little happened lately to say.
    pub rise: f32,
}

/// Published from a [`Tally`](super::Tally).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trends {
    whole: Lists,
    /// Of each category with what lies below it.
    by_category: BTreeMap<Key, Lists>,
    /// Popularity by key: 0..=1 relative to the most wanted.
    popularity: Vec<(Key, f32)>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Lists {
    /// The most wanted first.
    popular: Vec<Key>,
    /// Wanted more than usual, the steepest first, with how much.
    rising: Vec<(Key, f32)>,
}

impl Trends {
    /// Products whose popularity is kept.
    pub const POPULAR_MAX: usize = 4_096;
    /// The most wanted kept of each category.
    pub const CATEGORY_MAX: usize = 64;
    /// Rising products kept of the shop and of each category.
    pub const RISING_MAX: usize = 32;

    /// Nothing is known.
    pub fn empty() -> Trends {
        Trends::default()
    }

    /// Whether nothing is known; what was recorded before speaks then.
    pub fn is_empty(&self) -> bool {
        self.popularity.is_empty()
    }

    pub(super) fn new(mut demands: Vec<Demand>, catalog: &Catalog) -> Trends {
        let mut trends = Trends::default();
        demands.sort_unstable_by(|a, b| b.usual.total_cmp(&a.usual).then(a.product.cmp(&b.product)));
        let most = demands.first().map_or(1.0, |first| first.usual);
        trends.popularity = demands.iter().take(Self::POPULAR_MAX).map(|demand| (demand.product, demand.usual / most)).collect();
        trends.whole.popular = trends.popularity.iter().map(|entry| entry.0).collect();
        trends.popularity.sort_unstable_by_key(|entry| entry.0);
        for demand in &demands {
            trends.each_category(catalog, demand.product, |lists| {
                if lists.popular.len() < Self::CATEGORY_MAX {
                    lists.popular.push(demand.product);
                }
            });
        }
        demands.retain(|demand| demand.rise > 1.0);
        demands.sort_unstable_by(|a, b| b.rise.total_cmp(&a.rise).then(a.product.cmp(&b.product)));
        trends.whole.rising = demands.iter().take(Self::RISING_MAX).map(|demand| (demand.product, demand.rise)).collect();
        for demand in &demands {
            trends.each_category(catalog, demand.product, |lists| {
                if lists.rising.len() < Self::RISING_MAX {
                    lists.rising.push((demand.product, demand.rise));
                }
            });
        }
        trends
    }

    fn each_category(&mut self, catalog: &Catalog, product: Key, change: impl Fn(&mut Lists)) {
        let Some(product) = catalog.product(product) else { return };
        catalog.ancestors(product.category).for_each(|category| change(self.by_category.entry(category).or_default()));
    }

    /// The most wanted first.
    pub fn popular(&self) -> &[Key] {
        &self.whole.popular
    }

    /// How wanted a product is, 0..=1 relative to the most wanted.
    pub fn popularity(&self, product: Key) -> f32 {
        let found = self.popularity.binary_search_by_key(&product, |entry| entry.0).ok();
        found.and_then(|place| self.popularity.get(place)).map_or(0.0, |entry| entry.1)
    }

    /// What is wanted more than usual in the shop, or in a category and below it, the steepest first, with how much.
    pub fn rising(&self, within: Option<Key>) -> &[(Key, f32)] {
        match within {
            None => &self.whole.rising,
            Some(category) => self.by_category.get(&category).map_or(&[], |lists| &lists.rising),
        }
    }
}

/// What is known of demand: what was learned live, and before that what was recorded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub model: &'a Model,
    pub trends: &'a Trends,
}

impl<'a> Wanted<'a> {
    pub fn popularity(&self, product: Key) -> f32 {
        if self.trends.is_empty() { self.model.popularity(product) } else { self.trends.popularity(product) }
    }

    /// The most wanted first.
    pub fn popular(&self) -> &'a [Key] {
        if self.trends.is_empty() { &self.model.popular } else { &self.trends.whole.popular }
    }

    /// The most wanted of a category first.
    pub fn popular_in(&self, category: Key) -> &'a [Key] {
        if self.trends.is_empty() {
            self.model.by_category.get(&category).map_or(&[], |list| list)
        } else {
            self.trends.by_category.get(&category).map_or(&[], |lists| &lists.popular)
        }
    }
}
