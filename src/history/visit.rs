//! The part of a live session that survives its process.

use crate::decide::Snapshot;
use crate::delivery::Delivery;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Session;
use crate::session::Start;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// What was delivered, by stream, oldest first; at most [`Session::STREAMS_MAX`]. Every page that the session knows is among them, and
/// the others make room first.
pub type Deliveries = SmallVec<[(StreamId, Delivery); 1]>;

/// A session and what its pages have delivered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    pub session: Session,
    pub deliveries: Deliveries,
}

impl Visit {
    pub fn new(at: Timestamp, start: Start) -> Visit {
        Visit { session: Session::new(at, start), deliveries: SmallVec::new() }
    }

    /// Applies one input. `numbered`: it is the next event of that stream and uses up its number.
    ///
    /// The caller gives every push of `out` its revision with [`Visit::push`], in order.
    pub fn apply(&mut self, at: Timestamp, numbered: Option<StreamId>, input: Input, snapshot: &Snapshot, out: &mut Effects) {
        let attached = if let Input::Attach { stream, .. } = &input { Some(*stream) } else { None };
        self.session.apply(at, input, snapshot, out);
        if let Some(stream) = attached {
            self.open(stream);
        }
        if let Some(stream) = numbered {
            self.consume(stream);
        }
    }

    /// Uses up the next number of a stream. Returns it; 0 if the stream is not known.
    pub fn consume(&mut self, stream: StreamId) -> u64 {
        let Some(delivery) = self.delivery_mut(stream) else { return 0 };
        delivery.take();
        delivery.applied()
    }

    /// The desired state of a stream's page changes: revisions before and after.
    pub fn push(&mut self, stream: StreamId) -> Option<(u64, u64)> {
        self.delivery_mut(stream).map(Delivery::push)
    }

    pub fn delivery(&self, stream: StreamId) -> Option<&Delivery> {
        self.deliveries.iter().find(|(id, _)| *id == stream).map(|(_, delivery)| delivery)
    }

    pub fn delivery_mut(&mut self, stream: StreamId) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|(id, _)| *id == stream).map(|(_, delivery)| delivery)
    }

    /// After a restore from records up to `head`; see [`Delivery::restored`].
    pub fn restored(&mut self, head: u64) {
        self.deliveries.iter_mut().for_each(|(_, delivery)| delivery.restored(head));
    }

    /// A page connects: its delivery is made if it is new, and its next resume token has the next number.
    fn open(&mut self, stream: StreamId) {
        if self.delivery(stream).is_none() {
            if self.deliveries.len() >= Session::STREAMS_MAX {
                // The session has judged which page made room. There is always one that it does not know: it knows the new one too.
                let is_known = |id: &StreamId| self.session.streams().iter().any(|known| known.id == *id);
                let index = self.deliveries.iter().position(|(id, _)| !is_known(id)).unwrap_or(0);
                self.deliveries.remove(index);
            }
            self.deliveries.push((stream, Delivery::default()));
        }
        if let Some(delivery) = self.delivery_mut(stream) {
            delivery.generation += 1;
        }
    }
}
