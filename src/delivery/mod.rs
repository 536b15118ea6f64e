//! One stream's delivery as a pure state machine: what arrived, what is durable, which revision the page has.
//!
//! Client to engine: events carry numbers 1, 2, 3 ... per stream. A number at or below the last one applied is a duplicate, one beyond
//! the next is a gap; nothing is buffered. They are acknowledged when durable. Engine to client: every change of the page's desired
//! state has a revision; a push leads from one to the next, and a page that is elsewhere gets the whole state.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod token;

pub use token::Signer;
pub use token::Token;
pub use token::TokenError;

use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// State of one stream's delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Last event applied.
    applied: u64,
    /// Last event acknowledged as durable.
    acked: u64,
    /// Revision of the desired state.
    rev: u64,
    /// Issue number of the last resume token.
    pub generation: u32,
    /// Events applied but not durable: journal position and number. Bounded by [`Delivery::WAITING_MAX`]; past it, the newest entry
    /// moves forward, which only makes an acknowledgement later.
    #[serde(skip)]
    waiting: SmallVec<[(u64, u64); 2]>,
    /// Restored after a crash: the page may hold a revision of the same number with other content.
    #[serde(skip)]
    unsure: bool,
}

/// What to do with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receive {
    /// Apply the events after the first `skip`.
    Fresh { skip: usize },
    /// All of it was applied before; say the mark again.
    Duplicate,
    /// Something is missing before it; drop it and say the mark.
    Gap,
}

impl Delivery {
    pub const WAITING_MAX: usize = 64;

    /// Judges a batch of `count` events numbered from `first`.
    pub fn receive(&self, first: u64, count: usize) -> Receive {
        let end = first.saturating_add(count as u64);
        if first == 0 || first > self.applied + 1 {
            Receive::Gap
        } else if end <= self.applied + 1 {
            Receive::Duplicate
        } else {
            Receive::Fresh { skip: (self.applied + 1 - first) as usize }
        }
    }

    /// The next event was applied, or consumed as rejected.
    pub fn take(&mut self) {
        self.applied += 1;
    }

    /// Events taken so far wait for the journal's record at `position`.
    pub fn note_written(&mut self, position: u64) {
        let is_full = self.waiting.len() == Self::WAITING_MAX;
        match self.waiting.last_mut() {
            Some(last) if is_full || last.0 == position => *last = (position, self.applied),
            _ => self.waiting.push((position, self.applied)),
        }
    }

    /// Events that waited for a record that could not be written wait for this one, which holds the whole state.
    pub fn note_rewritten(&mut self, position: u64) {
        let seq = self.waiting.drain(..).next_back().map_or(self.applied, |(_, seq)| seq);
        if seq > self.acked {
            self.waiting.push((position, seq));
        }
    }

    /// The journal is durable up to `position`. Returns the number to acknowledge, if it moved.
    pub fn durable(&mut self, position: u64) -> Option<u64> {
        let done = self.waiting.iter().take_while(|(at, _)| *at <= position).count();
        let (_, seq) = self.waiting.drain(..done).next_back()?;
        self.acked = seq;
        Some(seq)
    }

    /// Everything applied is durable.
    pub fn note_durable(&mut self) {
        self.waiting.clear();
        self.acked = self.applied;
    }

    /// Whether applied events wait to become durable.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Last event applied.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// Last event acknowledged.
    pub fn acked(&self) -> u64 {
        self.acked
    }

    /// Revision of the desired state.
    pub fn rev(&self) -> u64 {
        self.rev
    }

    /// The desired state changes: revisions before and after.
    pub fn push(&mut self) -> (u64, u64) {
        let from = self.rev;
        self.rev += 1;
        (from, self.rev)
    }

    /// Whether a page at `rev` needs the whole state.
    pub fn needs_state(&self, rev: u64) -> bool {
        self.unsure || rev != self.rev
    }

    /// The page is given the whole state.
    pub fn note_state(&mut self) {
        self.unsure = false;
    }

    /// After a restore from a state and the journal's records up to `head`: what is applied waits for that record, and the page is given
    /// the whole state, because a revision that was lost with the process may have had the same number.
    pub fn restored(&mut self, head: u64) {
        self.unsure = true;
        self.waiting.clear();
        if self.applied > self.acked {
            self.waiting.push((head, self.applied));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(delivery: &mut Delivery, position: u64) {
        delivery.take();
        delivery.note_written(position);
    }

    #[test]
    fn after_a_restore_the_page_gets_the_whole_state_and_the_journal_says_what_is_durable() {
        let mut delivery = Delivery::default();
        note(&mut delivery, 100);
        assert_eq!(delivery.durable(100), Some(1));
        note(&mut delivery, 200);
        delivery.push();
        delivery.restored(200);
        assert!(delivery.needs_state(1), "the number alone proves nothing");
        delivery.note_state();
        assert!(!delivery.needs_state(1));
        assert_eq!((delivery.acked(), delivery.durable(150)), (1, None));
        assert_eq!(delivery.durable(200), Some(2));
    }

    #[test]
    fn a_restore_takes_nothing_back_that_was_acknowledged() {
        let mut stored = Delivery::default();
        note(&mut stored, 100);
        // The journal is durable up to the second event; the third is not.
        stored.note_durable();
        stored.take();
        stored.note_durable();
        stored.take();
        stored.restored(300);
        assert_eq!((stored.acked(), stored.durable(299)), (2, None));
        assert_eq!(stored.durable(300), Some(3));
    }

    #[test]
    fn what_could_not_be_written_waits_for_the_record_that_holds_the_state() {
        let mut delivery = Delivery::default();
        note(&mut delivery, 100);
        note(&mut delivery, u64::MAX);
        delivery.note_rewritten(300);
        assert_eq!(delivery.durable(299), None);
        assert_eq!(delivery.durable(300), Some(2));
    }

    #[test]
    fn batches_are_fresh_duplicate_or_a_gap() {
        let mut delivery = Delivery::default();
        assert_eq!(delivery.receive(1, 3), Receive::Fresh { skip: 0 });
        for _ in 0..3 {
            note(&mut delivery, 10);
        }
        assert_eq!(delivery.receive(1, 3), Receive::Duplicate);
        assert_eq!(delivery.receive(2, 3), Receive::Fresh { skip: 2 });
        assert_eq!(delivery.receive(5, 1), Receive::Gap);
        assert_eq!(delivery.receive(0, 9), Receive::Gap, "streams start at 1");
        assert_eq!(delivery.receive(4, 0), Receive::Duplicate);
    }

    #[test]
    fn acknowledged_means_durable() {
        let mut delivery = Delivery::default();
        note(&mut delivery, 100);
        note(&mut delivery, 200);
        note(&mut delivery, 300);
        assert_eq!(delivery.durable(99), None);
        assert_eq!(delivery.durable(250), Some(2));
        assert_eq!(delivery.durable(250), None, "nothing new");
        assert_eq!(delivery.durable(u64::MAX), Some(3));
    }

    #[test]
    fn a_full_waiting_list_only_delays() {
        let mut delivery = Delivery::default();
        for position in 1..=200 {
            note(&mut delivery, position);
        }
        assert_eq!(delivery.durable(100), Some(63));
        assert_eq!(delivery.durable(199), None, "the merged entry waits for its last record");
        assert_eq!(delivery.durable(200), Some(200));
    }
}
