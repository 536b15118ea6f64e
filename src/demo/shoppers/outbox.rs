//! Events of one page load on their way to the engine: numbered by place, kept until acknowledged, sent again after a reconnect.

use crate::protocol::wire::EventBatch;
use crate::protocol::wire::TimedEvent;
use std::collections::VecDeque;

/// Events of one batch, as the library sends them.
const BATCH_EVENTS: usize = 32;

/// The first entry has the number `acked + 1`, so numbers need not be stored and cannot have gaps. Bounded by what one page load does.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<TimedEvent>,
    acked: u64,
    /// How many from the front were sent on the present connection.
    sent: usize,
    /// How many from the front were ever sent.
    numbered: usize,
}

impl Outbox {
    pub fn push(&mut self, event: TimedEvent) {
        self.waiting.push_back(event);
    }

    /// The next batch, counted as sent, and how many of it were never sent before.
    pub fn take(&mut self, sent_at: f64, rev: u64) -> Option<(EventBatch, usize)> {
        let list: Vec<TimedEvent> = self.waiting.iter().skip(self.sent).take(BATCH_EVENTS).cloned().collect();
        let first = self.acked + 1 + self.sent as u64;
        self.sent += list.len();
        let fresh = self.sent.saturating_sub(self.numbered);
        self.numbered += fresh;
        (!list.is_empty()).then_some((EventBatch { first, sent_at, list, rev }, fresh))
    }

    /// Everything up to `seq` is durable. Returns how many that are. What was never sent cannot be acknowledged.
    pub fn ack(&mut self, seq: u64) -> u64 {
        let done = (seq.saturating_sub(self.acked) as usize).min(self.numbered);
        self.waiting.drain(..done);
        self.acked += done as u64;
        self.sent = self.sent.saturating_sub(done);
        self.numbered -= done;
        done as u64
    }

    /// The engine's mark, which wins over ours; everything behind it is sent again.
    pub fn reset(&mut self, mark: u64) -> u64 {
        let done = self.ack(mark);
        if mark < self.acked {
            // The engine has lost what it acknowledged, or never had it: what is still here starts after its mark.
            self.acked = mark;
            self.numbered = 0;
        }
        self.rewind();
        done
    }

    /// Sends everything unacknowledged again.
    pub fn rewind(&mut self) {
        self.sent = 0;
    }

    /// Events not acknowledged.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::Attention;
    use crate::protocol::wire::Event;

    #[test]
    fn what_is_not_acknowledged_is_sent_again_under_its_own_number() {
        let mut outbox = Outbox::default();
        for at in 0..40 {
            outbox.push(TimedEvent { at: f64::from(at), event: Event::Attention(Attention { active: true, trusted: Some(true) }) });
        }
        let numbers = |batch: Option<(EventBatch, usize)>| batch.map(|(batch, fresh)| (batch.first, batch.list.len(), fresh));
        assert_eq!(numbers(outbox.take(0.0, 0)), Some((1, 32, 32)));
        assert_eq!(outbox.ack(10), 10);
        assert_eq!(numbers(outbox.take(0.0, 0)), Some((33, 8, 8)));
        assert_eq!(numbers(outbox.take(0.0, 0)), None);
        outbox.rewind();
        let (again, fresh) = outbox.take(0.0, 0).unwrap();
        assert_eq!((again.first, again.list[0].at, fresh), (11, 10.0, 0));
        assert_eq!(outbox.ack(5), 0, "an old acknowledgement says nothing");
        assert_eq!(outbox.ack(1_000), 30, "nothing is acknowledged that does not exist");
        assert_eq!(outbox.len(), 0);
    }
}
