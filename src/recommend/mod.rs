//! Which products to show, in which order, and why: strategies over what shoppers viewed, carted and bought together.
//!
//! A [`Model`] is built from recorded sessions and never changes. [`Model::recommend`] walks a chain of candidate sources until the
//! placement is full, so that a shop with enough in stock never shows a gap. Every pick carries a [`Reason`] that is true of this shopper
//! and this shop. Scores use only operations whose result is the same on every machine, and ties break on the product's key.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod better;
mod build;
mod chain;
pub mod evaluate;
mod foresight;
mod pairs;
mod reason;
mod recorded;
mod rerank;
mod rules;
pub mod session_knn;
mod shelf;
mod sources;
mod tally;
mod taste;
mod trends;

#[cfg(test)]
mod tests;

pub use foresight::Foreseen;
pub use foresight::Foresight;
pub use foresight::Likely;
pub use reason::Reason;
pub use recorded::RecordedVisit;
pub use rerank::Listing;
pub use rerank::nearest;
pub use rerank::rerank;
pub use rules::Rotate;
pub use rules::Rules;
pub use rules::Target;
pub use tally::Tally;
pub use trends::Trends;

use crate::catalog::Catalog;
use crate::model::Cart;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;
use foldhash::fast::FixedState;
use pairs::Neighbors;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::collections::HashMap;

type Lookup<T> = HashMap<Key, T, FixedState>;

/// How much a shopper meant it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClickKind {
    View,
    Cart,
    Purchase,
}

/// One step of a recorded session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Click {
    pub product: Key,
    pub kind: ClickKind,
}

/// How a list is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Strategy {
    /// Most wanted in the shop.
    #[default]
    Popular,
    /// Most wanted in the asked category, else the product's, else the strongest interest.
    PopularInCategory,
    /// Youngest first.
    NewArrivals,
    /// What this shopper looked at, newest first.
    RecentlyViewed,
    /// Same category, near in price, brand and attributes.
    Similar,
    /// Viewed in the same visits as the product, else as the last ones seen.
    AlsoViewed,
    /// Carted or bought with what is in the cart, or popular in categories that go with it.
    GoesWith,
    /// Dearer by up to 60% in the same category, by margin where the cost is known and by better attributes where they are numbers.
    Upsell,
    /// A mix by interests.
    Personal,
    /// Near to the words searched for.
    Nearest,
    /// What visits like this one went on to.
    NextItem,
    /// Wanted more than usual just now.
    Trending,
    /// The same in the asked category, else the product's, else the strongest interest.
    TrendingInCategory,
}

impl Strategy {
    pub const ALL: [Strategy; 13] = [
        Strategy::Popular,
        Strategy::PopularInCategory,
        Strategy::NewArrivals,
        Strategy::RecentlyViewed,
        Strategy::Similar,
        Strategy::AlsoViewed,
        Strategy::GoesWith,
        Strategy::Upsell,
        Strategy::Personal,
        Strategy::Nearest,
        Strategy::NextItem,
        Strategy::Trending,
        Strategy::TrendingInCategory,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Strategy::Popular => "popular",
            Strategy::PopularInCategory => "popular_in_category",
            Strategy::NewArrivals => "new_arrivals",
            Strategy::RecentlyViewed => "recently_viewed",
            Strategy::Similar => "similar",
            Strategy::AlsoViewed => "also_viewed",
            Strategy::GoesWith => "goes_with",
            Strategy::Upsell => "upsell",
            Strategy::Personal => "personal",
            Strategy::Nearest => "nearest",
            Strategy::NextItem => "next_item",
            Strategy::Trending => "trending",
            Strategy::TrendingInCategory => "trending_in_category",
        }
    }

    /// Whether there is nothing of it without the behavior of the shopper.
    pub fn is_personal(self) -> bool {
        matches!(self, Strategy::Personal | Strategy::RecentlyViewed | Strategy::NextItem)
    }

    pub fn parse(name: &str) -> Option<Strategy> {
        Strategy::ALL.into_iter().find(|strategy| strategy.name() == name)
    }
}

/// What a list is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    pub catalog: &'a Catalog,
    pub now: Timestamp,
    /// The product of the page.
    pub product: Option<Key>,
    /// The category of the page.
    pub category: Option<Key>,
    pub cart: &'a Cart,
    /// Products seen, newest first. The first [`Ask::SEEN_MAX`] count.
    pub seen: &'a [Key],
    pub interests: &'a Interests,
    /// What other visits say comes next.
    pub foresight: Option<&'a Foresight>,
    /// Words searched for; empty if none.
    pub query: &'a str,
    /// What is wanted now. If nothing is known, what was recorded counts.
    pub trends: &'a Trends,
    /// Never picked.
    pub exclude: &'a [Key],
    /// What the merchant says about the list.
    pub rules: &'a Rules,
    /// Where a list that rotates begins: equal numbers begin alike.
    pub turn: u64,
    /// Products wanted, at most [`Ask::COUNT_MAX`].
    pub count: usize,
}

impl Ask<'_> {
    pub const COUNT_MAX: usize = 48;
    pub const SEEN_MAX: usize = 100;
}

/// A product to show.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    pub product: Key,
    /// Comparable within one source only; picks are in order.
    pub score: f32,
    pub reason: Reason,
    /// The strategy of the chain that it comes from.
    #[serde(default)]
    pub strategy: Strategy,
}

/// What recorded sessions say about products.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Model {
    sessions: u64,
    /// Popularity in 0..=1, relative to the most wanted product. Products nobody wanted are left out.
    popularity: Lookup<f32>,
    /// Everything in the catalog it was built with, most wanted first.
    popular: Vec<Key>,
    /// The most wanted of each category, its subcategories included.
    by_category: Lookup<Vec<Key>>,
    viewed_with: Neighbors,
    bought_with: Neighbors,
    /// Categories shopped in the same visits.
    category_with: Neighbors,
}

impl Model {
    /// Products kept per category, the most wanted first.
    pub const CATEGORY_MAX: usize = 128;
    /// Neighbors kept per product.
    pub const NEIGHBORS_MAX: usize = 24;

    pub fn empty() -> Model {
        Model::default()
    }

    /// Sessions it was built from.
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// Products with at least one neighbor by views.
    pub fn covered(&self) -> usize {
        self.viewed_with.len()
    }

    /// Appends picks to `out`, by the strategies of a chain one after the other until there are enough.
    ///
    /// Only products in stock; never one of the cart, of `exclude`, or the page's own. What the shopper has seen is left out, except
    /// where the strategy is about it or nothing else is left. At most 3 of one brand in any 6 in a row, as long as the catalog has others.
    /// Appends fewer than `ask.count` only if the catalog has no more. Cost: a few hundred candidates, and the catalog once if that is
    /// not enough.
    pub fn recommend(&self, chain: &[Strategy], ask: &Ask<'_>, out: &mut SmallVec<[Pick; 8]>) {
        chain::run(self, chain, ask, out);
    }

    /// How wanted a product is, 0..=1 relative to the most wanted.
    pub fn popularity(&self, product: Key) -> f32 {
        self.popularity.get(&product).copied().unwrap_or(0.0)
    }
}
