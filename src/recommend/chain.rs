//! The chain of sources behind each strategy.

use super::Ask;
use super::Model;
use super::Pick;
use super::Strategy;
use super::shelf::Candidate;
use super::shelf::Shelf;
use super::sources::Sources;
use smallvec::SmallVec;

pub(super) fn run(model: &Model, strategy: Strategy, ask: &Ask<'_>, out: &mut SmallVec<[Pick; 8]>) {
    let sources = Sources { model, ask };
    // Cross-sell and upsell are about a choice, and having looked at something is no reason against it.
    let seen = matches!(strategy, Strategy::RecentlyViewed | Strategy::GoesWith | Strategy::Upsell);
    let mut shelf = Shelf::new(model, ask, out, seen);
    let mut candidates: Vec<Candidate<'_>> = Vec::with_capacity(64);
    for step in 0..4 {
        if shelf.is_full() {
            return;
        }
        first_choice(&sources, strategy, step, &mut candidates);
        shelf.fill(&mut candidates);
    }
    for seen in [seen, true] {
        shelf.seen = seen;
        if !shelf.is_full()
            && let Some(category) = sources.category()
        {
            sources.popular_in(category, &mut candidates);
            shelf.fill(&mut candidates);
        }
        if !shelf.is_full() {
            sources.popular(&mut candidates);
            shelf.fill(&mut candidates);
        }
    }
    // The last resort drops the rule on brands: a gap is worse than a crowd.
    for candidate in sources.everything() {
        if shelf.is_full() {
            return;
        }
        if shelf.may_pick(candidate.product) {
            shelf.put(&candidate);
        }
    }
}

/// Collects the candidates of one step of a strategy; a strategy with fewer steps collects nothing in the others.
fn first_choice<'a>(sources: &Sources<'a, '_>, strategy: Strategy, step: u32, out: &mut Vec<Candidate<'a>>) {
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
        (Strategy::RecentlyViewed, 1) => sources.personal(out),
        (Strategy::Similar, 0) if sources.ask.product.is_none() && !sources.ask.query.is_empty() => sources.nearest(out),
        (Strategy::Similar, 0 | 1) => {
            if let Some(anchor) = sources.anchor() {
                sources.similar(anchor, out);
            }
        }
        (Strategy::AlsoViewed, 0) => sources.also_viewed(out),
        (Strategy::AlsoViewed, 1) => {
            if let Some(anchor) = sources.anchor() {
                sources.similar(anchor, out);
            }
        }
        (Strategy::GoesWith, 0) => sources.bought_with(out),
        (Strategy::GoesWith, 1) => sources.complements(out),
        (Strategy::Upsell, 0) => {
            if let Some(anchor) = sources.ask.product.or_else(|| sources.dearest_in_cart()).or_else(|| sources.anchor()) {
                sources.step_up(anchor, out);
            }
        }
        (Strategy::Upsell, 1) => {
            if let Some(anchor) = sources.anchor() {
                sources.similar(anchor, out);
            }
        }
        (Strategy::Personal, 0) => sources.personal(out),
        (Strategy::Nearest, 0) => sources.nearest(out),
        (Strategy::Nearest, 1) => sources.personal(out),
        _ => {}
    }
}
