//! One timer wheel for all sessions.
//!
//! Hashed: 4,096 slots of 8 ms. An entry stays in its slot until its deadline has passed; one that is further than a turn away is looked
//! at once a turn (33 s) and left. Entries are never removed: a session whose deadline moved later ignores the early call and arms anew, so
//! arming is one push into a vector. An entry is 32 bytes.

use super::clock::Clock;
use crate::model::Timestamp;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

const SLOTS: usize = 4_096;
const SLOT: Duration = Duration::from_millis(8);

/// Deadlines of `T`, which is woken by the function given to [`Wheel::run`].
#[derive(Debug)]
pub struct Wheel<T> {
    slots: Vec<Mutex<Vec<(Timestamp, T)>>>,
    /// Ticks before this one have been looked at.
    turned: AtomicU64,
}

impl<T> Default for Wheel<T> {
    fn default() -> Self {
        Wheel { slots: (0..SLOTS).map(|_| Mutex::new(Vec::new())).collect(), turned: AtomicU64::new(0) }
    }
}

impl<T> Wheel<T> {
    /// Wakes `target` soon after `at`: up to two slots late, never early.
    pub fn arm(&self, at: Timestamp, target: T) {
        // A deadline in a slot that has been looked at would wait for a whole turn; the slot after the current one is surely ahead.
        let tick = tick_of(at).max(self.turned.load(Ordering::Acquire) + 1);
        if let Some(slot) = self.slots.get(tick as usize % SLOTS) {
            slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((at, target));
        }
    }

    /// Takes out what is due between two moments, slot by slot.
    fn due(&self, from: u64, to: u64, mut wake: impl FnMut(T)) {
        let now = Timestamp(to * SLOT.as_micros() as u64);
        self.turned.store(to, Ordering::Release);
        for tick in from..to.min(from + SLOTS as u64) {
            let Some(slot) = self.slots.get(tick as usize % SLOTS) else { continue };
            let mut entries = slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if entries.is_empty() {
                continue;
            }
            let mut index = 0;
            while let Some((at, _)) = entries.get(index) {
                if *at <= now {
                    wake(entries.swap_remove(index).1);
                } else {
                    index += 1;
                }
            }
            if entries.is_empty() && entries.capacity() > 64 {
                entries.shrink_to_fit();
            }
        }
    }

    /// Number of entries, the ignored ones included.
    pub fn len(&self) -> usize {
        self.slots.iter().map(|slot| slot.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Turns the wheel until the task is dropped.
    pub async fn run(&self, clock: Clock, wake: impl Fn(T)) {
        let mut interval = tokio::time::interval(SLOT);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        let mut done = tick_of(clock.now());
        loop {
            interval.tick().await;
            let now = tick_of(clock.now());
            self.due(done, now, &wake);
            done = done.max(now);
        }
    }
}

fn tick_of(at: Timestamp) -> u64 {
    at.0 / SLOT.as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_once_and_never_early() {
        let wheel = Wheel::default();
        let slot = SLOT.as_micros() as u64;
        for i in 0..10_000_u64 {
            wheel.arm(Timestamp(i * 7_919), i);
        }
        let mut woken = Vec::new();
        let mut tick = 0;
        while tick < 10_000 * 7_919 / slot + 2 {
            let to = tick + 3;
            wheel.due(tick, to, |i| {
                assert!(i * 7_919 <= to * slot, "{i} came early");
                woken.push(i);
            });
            tick = to;
        }
        woken.sort_unstable();
        assert_eq!(woken, (0..10_000).collect::<Vec<_>>());
        assert!(wheel.is_empty());
    }
}
