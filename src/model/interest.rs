//! What a visitor seems to like: bounded, decaying affinities.

use super::Key;
use super::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Where a price stands among the prices of its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum PriceBand {
    /// Lowest third.
    Budget,
    Middle,
    /// Highest third.
    Premium,
}

impl PriceBand {
    pub const ALL: [PriceBand; 3] = [PriceBand::Budget, PriceBand::Middle, PriceBand::Premium];

    pub fn name(self) -> &'static str {
        match self {
            PriceBand::Budget => "budget",
            PriceBand::Middle => "middle",
            PriceBand::Premium => "premium",
        }
    }
}

/// Weights of names of one kind, with exponential decay.
///
/// Keeps at most [`Affinities::MAX`] names; a new one replaces the weakest. Weights are stored as of `touched` and decay lazily, so an
/// update costs one pass over a small array and reading costs nothing until asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Affinities {
    entries: SmallVec<[(Key, f32); 4]>,
    touched: Timestamp,
}

impl Affinities {
    /// Names kept per kind. Chosen: sessions with more than 12 categories of real interest are browsing, not wanting.
    pub const MAX: usize = 12;
    /// Half of a weight is gone after this long. Chosen: half an hour, the length after which a visit counts as over.
    pub const HALF_LIFE_SECONDS: f32 = 1_800.0;

    /// Adds `weight` to `key` at `at`. Negative weights lower it, to zero at the least.
    pub fn add(&mut self, at: Timestamp, key: Key, weight: f32) {
        if key.is_none() {
            return;
        }
        let factor = self.decay(at);
        for (_, value) in &mut self.entries {
            *value *= factor;
        }
        self.touched = at;
        if let Some((_, value)) = self.entries.iter_mut().find(|(k, _)| *k == key) {
            *value = (*value + weight).max(0.0);
        } else if weight > 0.0 {
            if self.entries.len() == Self::MAX {
                let weakest = self.entries.iter().enumerate().min_by(|a, b| a.1.1.total_cmp(&b.1.1).then(b.1.0.cmp(&a.1.0)));
                if let Some((index, _)) = weakest {
                    self.entries.swap_remove(index);
                }
            }
            self.entries.push((key, weight));
        }
        self.entries.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    }

    /// Share of `key` in 0..=1: its weight over the weight of all names plus one, so that little evidence gives a small share.
    pub fn share(&self, at: Timestamp, key: Key) -> f64 {
        let factor = self.decay(at);
        let total: f32 = self.entries.iter().map(|(_, value)| value * factor).sum();
        self.entries.iter().find(|(k, _)| *k == key).map_or(0.0, |(_, value)| f64::from(value * factor / (total + 1.0)))
    }

    /// Total decayed weight.
    pub fn weight(&self, at: Timestamp) -> f64 {
        let factor = self.decay(at);
        f64::from(self.entries.iter().map(|(_, value)| value * factor).sum::<f32>())
    }

    /// Strongest name, if there is one.
    pub fn top(&self) -> Option<Key> {
        self.entries.first().map(|(key, _)| *key)
    }

    /// Names from strong to weak.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.entries.iter().map(|(key, _)| *key)
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn decay(&self, at: Timestamp) -> f32 {
        let seconds = at.since(self.touched).as_secs_f32();
        exp2(-seconds / Self::HALF_LIFE_SECONDS)
    }
}

/// 2^x for x <= 0 from additions and multiplications only, so that a replay on another machine gives the same bits (`f32::exp2` calls
/// the platform's math library).
fn exp2(x: f32) -> f32 {
    if x < -64.0 {
        return 0.0;
    }
    let whole = f64::from(x).floor();
    let y = (f64::from(x) - whole) * std::f64::consts::LN_2;
    // Taylor series of e^y for y < 0.7, Horner form; the first term left out is below 1e-9.
    let mut sum = 1.0;
    for k in (1..=9_i32).rev() {
        sum = 1.0 + y / f64::from(k) * sum;
    }
    (sum * f64::from_bits(((whole as i64 + 1_023) as u64) << 52)) as f32
}

/// Everything inferred about taste.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Interests {
    pub categories: Affinities,
    pub brands: Affinities,
    pub attributes: Affinities,
    /// Weight per band in the order of [`PriceBand::ALL`].
    pub bands: [f32; 3],
}

impl Interests {
    /// Strongest band once there is evidence from at least two products.
    pub fn band(&self) -> Option<PriceBand> {
        let total: f32 = self.bands.iter().sum();
        if total < 2.0 {
            return None;
        }
        PriceBand::ALL.into_iter().zip(self.bands).max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(band, _)| band)
    }

    /// How sure we are of any taste, 0..=1: total category weight w as w / (w + 4).
    pub fn strength(&self, at: Timestamp) -> f64 {
        let weight = self.categories.weight(at);
        weight / (weight + 4.0)
    }

    pub fn is_empty(&self) -> bool {
        self.categories.is_empty() && self.brands.is_empty() && self.attributes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::key_of;

    #[test]
    fn weights_halve_and_stay_bounded() {
        let mut affinities = Affinities::default();
        affinities.add(Timestamp(1), key_of("a"), 4.0);
        let later = Timestamp(1 + 1_800_000_000);
        assert!((affinities.weight(later) - 2.0).abs() < 1e-5);
        for i in 0..100 {
            affinities.add(later, key_of(&i.to_string()), 1.0);
        }
        assert_eq!(affinities.keys().count(), Affinities::MAX);
        assert_eq!(affinities.top(), Some(key_of("a")));
    }

    #[test]
    fn exp2_is_close_to_the_true_value() {
        for i in 0..6_400 {
            let x = -(i as f32) / 100.0;
            let truth = f64::from(x).exp2();
            assert!((f64::from(exp2(x)) - truth).abs() <= truth * 1e-7, "{x}");
        }
    }

    #[test]
    fn little_evidence_gives_a_small_share() {
        let mut affinities = Affinities::default();
        affinities.add(Timestamp(1), key_of("a"), 1.0);
        assert!((affinities.share(Timestamp(1), key_of("a")) - 0.5).abs() < 1e-6);
        affinities.add(Timestamp(1), key_of("a"), 8.0);
        assert!((affinities.share(Timestamp(1), key_of("a")) - 0.9).abs() < 1e-6);
    }
}
