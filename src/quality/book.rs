//! Where something was seen, how often, and the latest samples of it, within bounds.

use crate::model::PageKind;
use crate::model::Timestamp;
use std::collections::BTreeMap;
use std::collections::VecDeque;

/// Where an event came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub page: PageKind,
    /// Name and version of the client library.
    pub library: Box<str>,
}

/// One sample, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub at: Timestamp,
    pub text: String,
}

/// A count, and how much of it is recent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub total: u64,
    /// Number of the half hour that `now` counts.
    half_hour: u64,
    now: u64,
    before: u64,
}

impl Tally {
    const HALF_HOUR_US: u64 = 1_800_000_000;

    pub fn add(&mut self, at: Timestamp, count: u64) {
        self.turn(at);
        self.total = self.total.saturating_add(count);
        self.now = self.now.saturating_add(count);
    }

    /// Of the last half hour to hour.
    pub fn recent(mut self, at: Timestamp) -> u64 {
        self.turn(at);
        self.now + self.before
    }

    fn turn(&mut self, at: Timestamp) {
        let half_hour = at.0 / Self::HALF_HOUR_US;
        if half_hour > self.half_hour {
            self.before = if half_hour == self.half_hour + 1 { self.now } else { 0 };
            self.now = 0;
            self.half_hour = half_hour;
        }
    }
}

/// What is known of one key at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pub tally: Tally,
    pub last: Timestamp,
    /// The latest, newest last, at most [`Cell::SAMPLES_MAX`].
    pub samples: VecDeque<Sample>,
}

impl Cell {
    pub const SAMPLES_MAX: usize = 5;
}

/// Counts by key and place. At most [`Book::CELLS_MAX`] cells: what finds no place is counted under the key with the library `other`,
/// and if that has no place either, only in `beyond`.
#[derive(Debug, Clone)]
pub struct Book<K> {
    cells: BTreeMap<(K, Place), Cell>,
    /// Entries that found no cell.
    pub beyond: u64,
}

impl<K> Default for Book<K> {
    fn default() -> Self {
        Book { cells: BTreeMap::new(), beyond: 0 }
    }
}

impl<K: Ord + Clone> Book<K> {
    pub const CELLS_MAX: usize = 1_024;
    /// Of these, cells that only `other` may take.
    const SPARE: usize = 128;

    pub fn enter(&mut self, at: Timestamp, key: K, place: Place, count: u64, sample: Option<String>) {
        let mut at_place = (key, place);
        if !self.cells.contains_key(&at_place) && self.cells.len() >= Self::CELLS_MAX - Self::SPARE {
            at_place.1.library = Box::from("other");
            if !self.cells.contains_key(&at_place) && self.cells.len() >= Self::CELLS_MAX {
                self.beyond = self.beyond.saturating_add(count);
                return;
            }
        }
        let cell = self.cells.entry(at_place).or_default();
        cell.tally.add(at, count);
        cell.last = at;
        if let Some(text) = sample {
            if cell.samples.len() == Cell::SAMPLES_MAX {
                cell.samples.pop_front();
            }
            cell.samples.push_back(Sample { at, text });
        }
    }

    /// Every cell, by key and place.
    pub fn cells(&self) -> impl Iterator<Item = (&K, &Place, &Cell)> {
        self.cells.iter().map(|((key, place), cell)| (key, place, cell))
    }
}
