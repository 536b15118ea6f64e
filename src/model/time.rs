//! Points in time.

use serde::Deserialize;
use serde::Serialize;
use std::ops::Add;
use std::time::Duration;

/// Microseconds since the Unix epoch, by the engine's clock.
///
/// Strictly increasing within a session: the shell never gives the core the same value twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Timestamp(pub u64);

impl Timestamp {
    pub fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    pub fn millis(self) -> u64 {
        self.0 / 1_000
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }

    /// Hour (0..=23) and weekday (Monday 1 to Sunday 7) on a clock `utc_offset` minutes east of UTC.
    pub fn local(self, utc_offset: i16) -> (u8, u8) {
        let minutes = (self.0 / 60_000_000) as i64 + i64::from(utc_offset);
        let days = minutes.div_euclid(1_440);
        let hour = minutes.rem_euclid(1_440) / 60;
        // 1970-01-01 was a Thursday.
        let weekday = (days + 3).rem_euclid(7) + 1;
        (hour as u8, weekday as u8)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Timestamp;
    fn add(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(duration.as_micros() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_follows_the_offset() {
        let sunday = Timestamp::from_millis(1_795_374_000_000); // 2026-11-22 19:00 UTC
        assert_eq!(sunday.local(0), (19, 7));
        assert_eq!(sunday.local(330), (0, 1), "half past midnight on Monday in India");
        assert_eq!(Timestamp(0).local(-60), (23, 3), "Wednesday evening before the epoch");
    }
}
