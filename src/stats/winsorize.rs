//! Outliers pulled in to a cap that no arm can influence.

use serde::Deserialize;
use serde::Serialize;

/// Quantile by linear interpolation between order statistics (type 7, the default of R and NumPy). `sorted` ascending; `None` if empty.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = q.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let low = *sorted.get(below)?;
    let high = sorted.get(below + 1).copied().unwrap_or(low);
    Some(low + (high - low) * (place - below as f64))
}

/// Cap at the `q` quantile of the nonzero values, and the values with those above it pulled in. No nonzero value: no cap.
pub fn winsorize(values: &[f64], q: f64) -> (Option<f64>, Vec<f64>) {
    let mut nonzero: Vec<f64> = values.iter().copied().filter(|value| *value != 0.0 && value.is_finite()).collect();
    nonzero.sort_by(f64::total_cmp);
    let cap = quantile(&nonzero, q);
    (cap, values.iter().map(|&value| cap.map_or(value, |cap| value.min(cap))).collect())
}

/// Quantile of nonzero values at which caps are set.
const QUANTILE: f64 = 0.999;
/// Nonzero values from which a cap is frozen: below that the 99.9% quantile is beyond the largest.
const FREEZE_AT: u64 = 1_000;
const EXACT: u64 = 16;
const STEPS: u64 = 16;
/// Values from 2^40 on share the last bucket.
const LIMIT: u64 = (1 << 40) - 1;

fn bucket(value: u64) -> usize {
    let value = value.min(LIMIT);
    if value < EXACT {
        return value as usize;
    }
    let exponent = u64::from(value.ilog2());
    (EXACT + (exponent - 4) * STEPS + (value >> (exponent - 4)) - STEPS) as usize
}

/// Largest value of a bucket.
fn upper_edge(bucket: usize) -> i64 {
    let bucket = bucket as u64;
    if bucket < EXACT {
        return bucket as i64;
    }
    let exponent = (bucket - EXACT) / STEPS + 4;
    let step = (bucket - EXACT) % STEPS + STEPS;
    (((step + 1) << (exponent - 4)) - 1) as i64
}

/// Finds a cap for values per visitor while they come in, and freezes it.
///
/// A log-linear histogram of the positive values of all arms together (at most 592 buckets, each 1/16 of its value wide) is kept exact as
/// values change. When it has 1,000 values the upper edge of the bucket of their 99.9% quantile becomes the cap, for units that enter
/// from then on; those that were already in keep the cap they entered with. So the cap is a function of the past and the same for all
/// arms, and no sum has to be corrected afterwards.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Winsor {
    counts: Vec<u32>,
    positive: u64,
    cap: Option<i64>,
}

impl Winsor {
    /// With a cap from before the start, or `None` to find one.
    pub fn new(cap: Option<i64>) -> Winsor {
        Winsor { counts: Vec::new(), positive: 0, cap: cap.filter(|cap| *cap > 0) }
    }

    /// The frozen cap.
    pub fn cap(&self) -> Option<i64> {
        self.cap
    }

    /// A unit's value went from `before` to `after`.
    pub fn change(&mut self, before: i64, after: i64) {
        if self.cap.is_some() || before == after {
            return;
        }
        if before > 0
            && let Some(count) = self.counts.get_mut(bucket(before.unsigned_abs()))
            && *count > 0
        {
            *count -= 1;
            self.positive -= 1;
        }
        if after > 0 {
            let bucket = bucket(after.unsigned_abs());
            if self.counts.len() <= bucket {
                self.counts.resize(bucket + 1, 0);
            }
            self.counts[bucket] = self.counts[bucket].saturating_add(1);
            self.positive += 1;
        }
        self.freeze();
    }

    fn freeze(&mut self) {
        if self.positive < FREEZE_AT {
            return;
        }
        let rank = (QUANTILE * self.positive as f64).ceil() as u64;
        let mut below = 0;
        for (bucket, &count) in self.counts.iter().enumerate() {
            below += u64::from(count);
            if below >= rank {
                self.cap = Some(upper_edge(bucket));
                self.counts = Vec::new();
                return;
            }
        }
    }

    /// Joins another node's values. Where one has a cap it stays; of two the larger one.
    pub fn merge(&mut self, other: &Winsor) {
        self.cap = self.cap.max(other.cap);
        if self.cap.is_some() {
            self.counts = Vec::new();
            return;
        }
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count = count.saturating_add(*more);
        }
        self.positive += other.positive;
        self.freeze();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_narrow_and_in_order() {
        let mut last = 0;
        for value in (0..5_000).chain((1..36).map(|shift| (1 << shift) + 13)) {
            let edge = upper_edge(bucket(value));
            assert!(edge >= value as i64 && edge as f64 <= value as f64 * 1.0625, "{value} {edge}");
            assert!(bucket(edge as u64) == bucket(value) && bucket(edge as u64 + 1) == bucket(value) + 1, "{value}");
            last = last.max(bucket(value));
        }
        assert!(last < 592 && bucket(u64::MAX) == 591);
    }

    #[test]
    fn the_cap_is_close_above_the_quantile_and_then_stays() {
        let mut winsor = Winsor::default();
        let mut parts = [Winsor::default(), Winsor::default()];
        for i in 1..=1_000_i64 {
            assert_eq!(winsor.cap(), None);
            // Comes in as a small order, then grows to i * 100.
            for (before, after) in [(0, 50), (50, i * 100)] {
                winsor.change(before, after);
                parts[(i % 2) as usize].change(before, after);
            }
        }
        let cap = winsor.cap().unwrap();
        assert!((99_900..=106_200).contains(&cap), "{cap}");
        let [mut left, right] = parts;
        left.merge(&right);
        assert_eq!(left.cap(), Some(cap));
        winsor.change(0, 99_999_999);
        assert_eq!(winsor.cap(), Some(cap));
    }
}
