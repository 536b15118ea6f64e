//! What the learner publishes: an immutable view of the sessions that count.

use super::dictionary::Dictionary;
use super::pages::Pages;
use super::parameters::Weights;
use super::segment::Segment;
use crate::model::Key;
use std::sync::Arc;

/// A segment and what has happened to its sessions since it was built.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub segment: Arc<Segment>,
    /// One bit per session that went on and lives in a later part.
    pub moved: Arc<Vec<u64>>,
    pub moved_count: usize,
    /// Sessions before this one have aged out.
    pub first: usize,
}

impl Part {
    pub fn new(segment: Segment) -> Part {
        let moved = Arc::new(vec![0; segment.len().div_ceil(64)]);
        Part { segment: Arc::new(segment), moved, moved_count: 0, first: 0 }
    }

    pub fn counts(&self, session: usize) -> bool {
        session >= self.first && (self.moved_count == 0 || self.moved[session / 64] >> (session % 64) & 1 == 0)
    }

    /// Sessions that count, in order of their last click.
    pub fn sessions(&self) -> impl Iterator<Item = usize> + '_ {
        (self.first..self.segment.len()).filter(|&session| self.counts(session))
    }

    pub fn bytes(&self) -> usize {
        self.segment.bytes() + size_of_val(&**self.moved)
    }
}

/// The sessions that count at one moment. Shared by readers, who take no lock; a copy is a few pointers per segment.
#[derive(Debug, Clone)]
pub struct Index {
    pub(super) weights: Arc<Weights>,
    pub(super) dictionary: Dictionary,
    /// Sessions that count and hold the product.
    pub(super) frequency: Pages<u32>,
    /// The longest silent first. A session number is its place in the parts one behind the other.
    pub(super) parts: Vec<Part>,
    /// Session number after the last of each part, side by side because every candidate is looked up here.
    pub(super) ends: Vec<u32>,
    pub(super) sessions: usize,
    /// The most frequent products, for what neighbors leave empty.
    pub(super) popular: Vec<u32>,
    pub(super) clicks: usize,
}

impl Index {
    /// Sessions that count.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    /// Products of all sessions that count, each once per session.
    pub fn interactions(&self) -> usize {
        self.clicks
    }

    /// Products known, those included whose sessions have aged out lately.
    pub fn products(&self) -> usize {
        self.dictionary.len()
    }

    /// Segments that a question looks into.
    pub fn segments(&self) -> usize {
        self.parts.len()
    }

    /// Bytes of all arrays.
    pub fn bytes(&self) -> usize {
        self.dictionary.bytes() + self.frequency.bytes() + self.parts.iter().map(Part::bytes).sum::<usize>()
    }

    /// Sessions that count and hold a product.
    pub fn frequency(&self, product: Key) -> u32 {
        self.dictionary.number(product).map_or(0, |number| self.frequency.get(number))
    }

    /// Part and place of a session number, which comes from the postings of these parts.
    pub(super) fn locate(&self, number: u32) -> (usize, usize) {
        let part = self.ends.iter().take_while(|&&end| end <= number).count();
        (part, (number - self.begin(part)) as usize)
    }

    /// Number of the first session of a part.
    pub(super) fn begin(&self, part: usize) -> u32 {
        part.checked_sub(1).map_or(0, |before| self.ends[before])
    }
}
