//! Seeded chance whose values stay the same between versions and machines.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

/// A stream of draws. The same seed and stream give the same draws.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64, stream: u64) -> Chance {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Chance(rng)
    }

    pub fn seed(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A share in 0..1.
    pub fn share(&mut self) -> f64 {
        // 53 bits are what a double holds exactly.
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.0.next_u64() % (high.saturating_sub(low) + 1)
    }

    /// One of the values, each with its weight. The last one where all weights are 0.
    pub fn pick<T: Copy, const N: usize>(&mut self, from: &[(T, u32); N]) -> T {
        const { assert!(N > 0) };
        let total: u32 = from.iter().map(|(_, weight)| weight).sum();
        let mut left = self.0.next_u64() % u64::from(total.max(1));
        for (value, weight) in from {
            if left < u64::from(*weight) {
                return *value;
            }
            left -= u64::from(*weight);
        }
        from[N - 1].0
    }
}
