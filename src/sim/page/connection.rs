//! When a page connects: back-off with full jitter, in the figures of the protocol.

use crate::sim::draw::Draw;

const STEP_US: u64 = 500_000;
const CAP_US: u64 = 20_000_000;
const CRASH_SPREAD_US: u64 = 2_000_000;
const GOOD_US: u64 = 10_000_000;
const TIRED_AFTER: u32 = 10;
const TIRED_US: u64 = 60_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::sim) enum Phase {
    /// Nothing happens until the page is visible.
    #[default]
    Waiting,
    Connecting,
    Open,
    Backoff,
    /// For this page load.
    Stopped,
}

#[derive(Debug, Default)]
pub(in crate::sim) struct Connection {
    pub(in crate::sim) phase: Phase,
    /// When a page in back-off dials again.
    pub(in crate::sim) deadline: u64,
    attempt: u32,
    failures: u32,
    opened_at: u64,
}

impl Connection {
    pub(in crate::sim) fn dial(&mut self) {
        self.phase = Phase::Connecting;
    }

    pub(in crate::sim) fn welcomed(&mut self, now: u64) {
        self.phase = Phase::Open;
        self.opened_at = now;
    }

    /// The connection is gone; `visible` says whether the page dials again by itself.
    pub(in crate::sim) fn lost(&mut self, now: u64, visible: bool, draw: &mut Draw) {
        let was_open = self.phase == Phase::Open;
        if was_open && now.saturating_sub(self.opened_at) >= GOOD_US {
            self.attempt = 0;
            self.failures = 0;
        }
        self.failures += 1;
        let delay = if self.failures >= TIRED_AFTER {
            TIRED_US
        } else if was_open && self.attempt == 0 {
            // A dead server loses all its clients at once, so the first try is spread widely.
            draw.below(CRASH_SPREAD_US)
        } else {
            CAP_US.min(STEP_US + draw.below(CAP_US.min(STEP_US << self.attempt.min(16))))
        };
        self.attempt += 1;
        self.phase = if visible { Phase::Backoff } else { Phase::Waiting };
        self.deadline = now + delay;
    }

    /// Dials at the next chance, without waiting.
    pub(in crate::sim) fn at_once(&mut self, now: u64) {
        self.phase = Phase::Backoff;
        self.deadline = now;
    }

    pub(in crate::sim) fn is_tired(&self) -> bool {
        self.failures >= TIRED_AFTER
    }
}
