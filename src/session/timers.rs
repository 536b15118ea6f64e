//! The deadlines of a session: a fixed table, the smallest of which is the one the shell waits for.

use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// What a deadline is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// An armed exit is confirmed.
    Exit,
    /// The next dwell threshold is reached if attention goes on.
    Dwell,
    /// The next idle threshold is reached if nothing is touched.
    Idle,
    /// A cart level has lasted.
    Level,
    /// The absence in a sequence is complete, or a sequence is too old.
    Sequence,
    /// Content expires.
    Expiry,
    /// A stream that lost its connection is given up.
    Stream,
    /// The visit is over.
    End,
}

impl Timer {
    pub const COUNT: usize = 8;
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Timers {
    deadlines: [Option<Timestamp>; Timer::COUNT],
}

impl Timers {
    pub(super) fn set(&mut self, timer: Timer, deadline: Option<Timestamp>) {
        self.deadlines[timer as usize] = deadline;
    }

    pub(super) fn next(&self) -> Option<Timestamp> {
        self.deadlines.iter().flatten().min().copied()
    }
}
