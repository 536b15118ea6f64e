//! The only place that reads the clock.

use crate::model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;
use std::time::SystemTime;
use std::time::UNIX_EPOCH;

/// Source of time for one engine.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    /// Wall time at the start plus what a monotonic clock has counted since, so that a step of the wall clock moves no deadline.
    System {
        started: Instant,
        wall: u64,
    },
    Manual(Arc<AtomicU64>),
}

impl Clock {
    pub fn system() -> Clock {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64);
        Clock(Kind::System { started: Instant::now(), wall })
    }

    /// A clock that stands still until [`Clock::advance`].
    pub fn manual(at: Timestamp) -> Clock {
        Clock(Kind::Manual(Arc::new(AtomicU64::new(at.0))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System { started, wall } => Timestamp(wall + started.elapsed().as_micros() as u64),
            Kind::Manual(at) => Timestamp(at.load(Ordering::Relaxed)),
        }
    }

    /// Moves a manual clock; a system clock does not listen.
    pub fn advance(&self, by: std::time::Duration) {
        if let Kind::Manual(at) = &self.0 {
            at.fetch_add(by.as_micros() as u64, Ordering::Relaxed);
        }
    }
}
