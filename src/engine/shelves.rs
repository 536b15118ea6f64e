//! What each strategy of recommendation shows, and what shoppers make of it: plain atomics, since the start of the program.

use crate::decide::Content;
use crate::model::Key;
use crate::recommend::Model;
use crate::recommend::Strategy;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Products whose first showing by a strategy is noted. Past it the number of different products stands still.
const DISTINCT_MAX: usize = 1_000_000;
/// Popularity is summed up in these parts.
const PARTS: f32 = 65_536.0;

/// Counters of one strategy.
#[derive(Debug, Default)]
struct Shelf {
    lists: AtomicU64,
    completed: AtomicU64,
    items: AtomicU64,
    popularity: AtomicU64,
    viewed: AtomicU64,
    carted: AtomicU64,
    distinct: papaya::HashMap<Key, ()>,
}

/// The same as plain numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ShelfTotals {
    /// Lists brought to a page.
    pub lists: u64,
    /// Of these, with products that another strategy had to add.
    pub completed: u64,
    /// Products in all lists.
    pub items: u64,
    pub distinct: u64,
    /// Mean popularity of the items, 0..=1 relative to the most wanted product; 0 without items.
    pub popularity: f64,
    /// Products looked at after a list of this strategy was the last to show them.
    pub viewed: u64,
    /// The same for products put into a cart.
    pub carted: u64,
}

/// Counters of all strategies.
#[derive(Debug, Default)]
pub struct Shelves([Shelf; Strategy::ALL.len()]);

impl Shelves {
    fn of(&self, strategy: Strategy) -> Option<&Shelf> {
        self.0.get(strategy as usize)
    }

    /// Counts a list that was brought to a page.
    pub(super) fn note_list(&self, content: &Content, model: &Model) {
        let Content::Recommend { strategy, picks, .. } = content else { return };
        let Some(shelf) = self.of(*strategy) else { return };
        shelf.lists.fetch_add(1, Relaxed);
        shelf.items.fetch_add(picks.len() as u64, Relaxed);
        let popularity: f32 = picks.iter().map(|pick| model.popularity(pick.product)).sum();
        shelf.popularity.fetch_add((popularity * PARTS) as u64, Relaxed);
        let distinct = shelf.distinct.pin();
        for pick in picks.iter().filter(|_| distinct.len() < DISTINCT_MAX) {
            distinct.get_or_insert(pick.product, ());
        }
    }

    /// Counts that a shopper followed a list.
    pub(super) fn note_followed(&self, strategy: Strategy, carted: bool) {
        if let Some(shelf) = self.of(strategy) {
            if carted { &shelf.carted } else { &shelf.viewed }.fetch_add(1, Relaxed);
        }
    }

    /// Totals of every strategy that has shown something, in the order of [`Strategy::ALL`].
    pub fn totals(&self) -> impl Iterator<Item = (Strategy, ShelfTotals)> {
        Strategy::ALL.into_iter().filter_map(|strategy| {
            let shelf = self.of(strategy)?;
            let count = |counter: &AtomicU64| counter.load(Relaxed);
            let items = count(&shelf.items);
            let totals = ShelfTotals {
                lists: count(&shelf.lists),
                completed: count(&shelf.completed),
                items,
                distinct: shelf.distinct.len() as u64,
                popularity: count(&shelf.popularity) as f64 / f64::from(PARTS) / items.max(1) as f64,
                viewed: count(&shelf.viewed),
                carted: count(&shelf.carted),
            };
            (totals.lists > 0).then_some((strategy, totals))
        })
    }
}
