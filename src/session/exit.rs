//! Exit intent in two stages: signals arm, silence confirms, a return cancels.

use crate::model::ExitSignal;
use crate::model::StreamId;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// State of the detector.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Exit {
    armed: Option<(StreamId, Timestamp)>,
    /// Sum of weak signals and when the first of them came.
    weak: f32,
    weak_since: Timestamp,
    /// Exits that were confirmed.
    pub confirmed: u16,
    /// Exits from which the shopper came back in time.
    pub cancelled: u16,
}

impl Exit {
    /// Takes a signal. Returns true if it cancelled an armed exit.
    pub(super) fn signal(&mut self, at: Timestamp, stream: StreamId, signal: ExitSignal, confirm: Duration, window: Duration) -> bool {
        // How much one signal says on its own. Chosen, not measured: a back gesture or a pointer through the top edge is enough, of the
        // ambiguous ones two within the window are.
        let weight = match signal {
            ExitSignal::Returned => {
                self.weak = 0.0;
                return self.cancel();
            }
            ExitSignal::PointerTop | ExitSignal::Back => 1.0,
            ExitSignal::ScrollUp | ExitSignal::Hidden | ExitSignal::Idle => 0.5,
        };
        if self.armed.is_some() {
            return false;
        }
        if at.since(self.weak_since) > window {
            self.weak = 0.0;
            self.weak_since = at;
        }
        self.weak += weight;
        if self.weak >= 1.0 {
            self.weak = 0.0;
            self.armed = Some((stream, at + confirm));
        }
        false
    }

    /// The shopper is still here. Returns true if an exit was armed.
    pub(super) fn cancel(&mut self) -> bool {
        let was_armed = self.armed.take().is_some();
        if was_armed {
            self.cancelled = self.cancelled.saturating_add(1);
        }
        was_armed
    }

    /// Confirms an armed exit whose window has passed.
    pub(super) fn confirm(&mut self, at: Timestamp) -> Option<StreamId> {
        let (stream, deadline) = self.armed?;
        if deadline > at {
            return None;
        }
        self.armed = None;
        self.confirmed = self.confirmed.saturating_add(1);
        Some(stream)
    }

    /// The page is gone: nobody is left to answer.
    pub(super) fn gone(&mut self, stream: StreamId) {
        if self.armed.is_some_and(|(armed, _)| armed == stream) {
            self.armed = None;
        }
    }

    pub(super) fn deadline(&self) -> Option<Timestamp> {
        self.armed.map(|(_, deadline)| deadline)
    }

    pub fn is_armed(&self) -> bool {
        self.armed.is_some()
    }
}
