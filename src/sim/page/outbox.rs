//! Events on their way to the engine: numbered by position, kept until acknowledged, sent in batches.
//!
//! The first entry always has the number `acked + 1`, so numbers need not be stored and cannot have gaps.

use crate::sim::wire::Said;
use crate::sim::wire::What;
use std::collections::VecDeque;

/// Bounds, which are drawn small in some runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sim) struct Bounds {
    pub(in crate::sim) window: usize,
    pub(in crate::sim) queue: usize,
    pub(in crate::sim) batch: usize,
}

#[derive(Debug, Clone)]
pub(in crate::sim) struct Outbox {
    bounds: Bounds,
    queue: VecDeque<Said>,
    acked: u64,
    sent: usize,
    /// How many from the front were ever sent. They keep their numbers, because the engine may have them already.
    numbered: usize,
}

impl Outbox {
    pub(in crate::sim) fn new(bounds: Bounds) -> Outbox {
        Outbox { bounds, queue: VecDeque::new(), acked: 0, sent: 0, numbered: 0 }
    }

    pub(in crate::sim) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(in crate::sim) fn acked(&self) -> u64 {
        self.acked
    }

    /// Takes an event. Past the bound it is dropped, but a word on consent takes the place of another that was never sent.
    pub(in crate::sim) fn add(&mut self, said: Said) -> bool {
        if self.queue.len() >= self.bounds.queue {
            if !matches!(said.what, What::Consent(_)) {
                return false;
            }
            let less = (self.numbered..self.queue.len()).find(|index| !matches!(self.queue[*index].what, What::Consent(_)));
            if let Some(index) = less {
                self.queue.remove(index);
            }
        }
        self.queue.push_back(said);
        true
    }

    /// The next batch that may leave.
    pub(in crate::sim) fn take(&mut self) -> Option<(u64, Vec<Said>)> {
        let room = self.bounds.batch.min(self.bounds.window.saturating_sub(self.sent)).min(self.queue.len() - self.sent);
        if room == 0 {
            return None;
        }
        let first = self.acked + 1 + self.sent as u64;
        let list = self.queue.iter().skip(self.sent).take(room).cloned().collect();
        self.sent += room;
        self.numbered = self.numbered.max(self.sent);
        Some((first, list))
    }

    /// Everything that is not acknowledged, as it would be saved or sent by beacon. Nothing counts as sent.
    pub(in crate::sim) fn peek(&self, count: usize) -> (u64, Vec<Said>) {
        (self.acked + 1, self.queue.iter().take(count).cloned().collect())
    }

    /// Up to this number everything is durable. Returns what left the queue.
    pub(in crate::sim) fn ack(&mut self, seq: u64) -> Vec<Said> {
        // An acknowledgement of what was never sent is a mistake of the other side.
        let count = (seq.saturating_sub(self.acked) as usize).min(self.numbered);
        self.acked += count as u64;
        self.numbered -= count;
        self.sent = self.sent.saturating_sub(count);
        self.queue.drain(..count).collect()
    }

    /// The engine's mark, which wins over ours; everything behind it is sent again.
    pub(in crate::sim) fn reset(&mut self, mark: u64) -> Vec<Said> {
        let done = self.ack(mark);
        self.acked = mark;
        self.sent = 0;
        done
    }

    /// So many from the front left by another way: they keep their numbers.
    pub(in crate::sim) fn note_sent(&mut self, count: usize) {
        self.numbered = self.numbered.max(count);
    }

    /// Sends again what is not acknowledged.
    pub(in crate::sim) fn rewind(&mut self) {
        self.sent = 0;
    }

    /// Whether something may leave now.
    pub(in crate::sim) fn is_ready(&self) -> bool {
        self.sent < self.queue.len().min(self.bounds.window)
    }

    /// Numbers begin again from here, for a page that adopts what another has left.
    pub(in crate::sim) fn adopted(bounds: Bounds, first: u64, list: Vec<Said>) -> Outbox {
        let numbered = list.len();
        Outbox { bounds, queue: list.into(), acked: first - 1, sent: 0, numbered }
    }

    pub(in crate::sim) fn names(&self) -> impl Iterator<Item = u64> {
        self.queue.iter().map(|said| said.uid)
    }

    pub(in crate::sim) fn bounds(&self) -> Bounds {
        self.bounds
    }
}
