//! What a page does when its connection closes: the protocol's classes of close codes and its back-off with jitter.

use super::chance::Chance;
use std::time::Duration;

const STEP_MS: u64 = 500;
const CAP_MS: u64 = 20_000;
/// A server that dies loses all its pages at once, so their first try is spread over this.
const CRASH_SPREAD_MS: u64 = 2_000;
const TIRED_AFTER: u32 = 10;
const TIRED_MS: u64 = 60_000;

/// When and how to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// Not with this page load.
    Stop,
    Retry {
        wait: Duration,
        resume: bool,
    },
}

/// Failures in a row of one page load, and the window the engine gave, if it did.
#[derive(Debug, Default)]
pub struct Retry {
    failures: u32,
    window_ms: Option<(u64, u64)>,
}

impl Retry {
    /// The engine asked to come back between the two.
    pub fn goaway(&mut self, min_ms: u32, max_ms: u32) {
        self.window_ms = Some((u64::from(min_ms), u64::from(max_ms)));
    }

    /// A connection has lasted.
    pub fn good(&mut self) {
        self.failures = 0;
    }

    /// A connection closed with this code (0 if none was said), or did not open.
    pub fn closed(&mut self, code: u16, was_open: bool, chance: &mut Chance) -> After {
        // 4000 to 4099 is the client's fault or the shop's policy; 4201: a newer socket holds this stream.
        if (4_000..4_100).contains(&code) || code == 4_201 {
            return After::Stop;
        }
        let wait_ms = match self.window_ms.take() {
            Some((min, max)) => chance.between(min, max.max(min)),
            None if self.failures >= TIRED_AFTER => TIRED_MS,
            None if was_open && self.failures == 0 => chance.between(0, CRASH_SPREAD_MS),
            None => (STEP_MS + chance.between(0, CAP_MS.min(STEP_MS << self.failures.min(10)))).min(CAP_MS),
        };
        self.failures += 1;
        After::Retry { wait: Duration::from_millis(wait_ms), resume: !(4_300..4_400).contains(&code) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_codes_say_whether_and_how_to_return() {
        let mut chance = Chance::new(1, 1);
        for (code, expect) in [(4_000, None), (4_009, None), (4_201, None), (4_100, Some(true)), (4_300, Some(false)), (1_006, Some(true))]
        {
            let after = Retry::default().closed(code, true, &mut chance);
            let resume = match after {
                After::Stop => None,
                After::Retry { resume, .. } => Some(resume),
            };
            assert_eq!(resume, expect, "{code}");
        }
    }

    #[test]
    fn waits_grow_with_jitter_up_to_a_bound() {
        let mut chance = Chance::new(1, 2);
        let mut retry = Retry::default();
        for failure in 0..12_u32 {
            let After::Retry { wait, .. } = retry.closed(1_006, false, &mut chance) else { panic!("stopped") };
            let most = if failure >= TIRED_AFTER { TIRED_MS } else { CAP_MS.min(STEP_MS + (STEP_MS << failure)) };
            assert!((u128::from(STEP_MS)..=u128::from(most)).contains(&wait.as_millis()), "{failure}: {wait:?}");
        }
        retry.good();
        retry.goaway(100, 200);
        let After::Retry { wait, .. } = retry.closed(4_200, true, &mut chance) else { panic!("stopped") };
        assert!((100..=200).contains(&wait.as_millis()));
    }
}
