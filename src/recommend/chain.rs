//! The chain of strategies behind each list.

use super::Ask;
use super::Model;
use super::Pick;
use super::Strategy;
use super::shelf::Candidate;
use super::shelf::Shelf;
use super::sources::Sources;
use smallvec::SmallVec;

/// Steps a strategy has at most, the better ones first.
const STEPS_MAX: u32 = 3;

impl Strategy {
    /// The chain of a strategy that stands alone: itself and what comes nearest to it.
    pub fn chain(self) -> &'static [Strategy] {
        use Strategy::*;
        match self {
            Popular => &[Popular],
            PopularInCategory => &[PopularInCategory],
            NewArrivals => &[NewArrivals],
            RecentlyViewed => &[RecentlyViewed, Personal],
            Similar => &[Similar],
            AlsoViewed => &[AlsoViewed, Similar],
            GoesWith => &[GoesWith],
            Upsell => &[Upsell, Similar],
            Personal => &[Personal],
            Nearest => &[Nearest, Personal],
            NextItem => &[NextItem, AlsoViewed, Similar],
            Trending => &[Trending],
            TrendingInCategory => &[TrendingInCategory, PopularInCategory, Trending],
        }
    }

    /// Cross-sell and upsell are about a choice, and having looked at something is no reason against it.
    fn shows_seen(self) -> bool {
        matches!(self, Strategy::RecentlyViewed | Strategy::GoesWith | Strategy::Upsell)
    }
}

pub(super) fn run(model: &Model, chain: &[Strategy], ask: &Ask<'_>, out: &mut SmallVec<[Pick; 8]>) {
    let sources = Sources::new(model, ask);
    let mut shelf = Shelf::new(sources.wanted, ask, out);
    shelf.pin();
    let mut candidates: Vec<Candidate<'_>> = Vec::with_capacity(64);
    for &strategy in chain {
        shelf.strategy = strategy;
        shelf.seen = strategy.shows_seen();
        for step in 0..STEPS_MAX {
            if shelf.is_full() {
                return shelf.turn();
            }
            collect(&sources, strategy, step, &mut candidates);
            shelf.fill(&mut candidates);
        }
    }
    for seen in [shelf.seen, true] {
        shelf.seen = seen;
        for strategy in [Strategy::PopularInCategory, Strategy::Popular] {
            if !shelf.is_full() {
                shelf.strategy = strategy;
                collect(&sources, strategy, 0, &mut candidates);
                shelf.fill(&mut candidates);
            }
        }
    }
    // The last resort drops the limits on brands: a gap is worse than a crowd.
    for candidate in sources.everything() {
        if shelf.is_full() {
            break;
        }
        if shelf.may_pick(candidate.product) {
            shelf.put(&candidate);
        }
    }
    shelf.turn();
}

/// Collects the candidates of one step of a strategy; a strategy with fewer steps collects nothing in the others.
fn collect<'a>(sources: &Sources<'a, '_>, strategy: Strategy, step: u32, out: &mut Vec<Candidate<'a>>) {
    match (strategy, step) {
        (Strategy::Popular, 0) => sources.popular(out),
        (Strategy::PopularInCategory, 0) => {
            if let Some(category) = sources.category() {
                sources.popular_in(category, out);
            }
        }
        (Strategy::NewArrivals, 0) => sources.new_arrivals(sources.ask.category, out),
        (Strategy::NewArrivals, 1) => sources.new_arrivals(None, out),
        (Strategy::RecentlyViewed, 0) => sources.seen(out),
        (Strategy::Similar, 0) if sources.ask.product.is_none() && !sources.ask.query.is_empty() => sources.nearest(out),
        (Strategy::Similar, 0 | 1) => {
            if let Some(anchor) = sources.anchor() {
                sources.similar(anchor, out);
            }
        }
        (Strategy::AlsoViewed, 0) => sources.beside(out),
        (Strategy::AlsoViewed, 1) => sources.also_viewed(out),
        (Strategy::GoesWith, 0) => sources.with_cart(out),
        (Strategy::GoesWith, 1) => sources.bought_with(out),
        (Strategy::GoesWith, 2) => sources.complements(out),
        (Strategy::Upsell, 0) => {
            if let Some(anchor) = sources.ask.product.or_else(|| sources.dearest_in_cart()).or_else(|| sources.anchor()) {
                sources.step_up(anchor, out);
            }
        }
        (Strategy::Personal, 0) => sources.personal(out),
        (Strategy::Nearest, 0) => sources.nearest(out),
        (Strategy::NextItem, 0) => sources.next_item(out),
        (Strategy::Trending, 0) => sources.trending(None, out),
        (Strategy::TrendingInCategory, 0) => {
            if let Some(category) = sources.category() {
                sources.trending(Some(category), out);
            }
        }
        _ => {}
    }
}
