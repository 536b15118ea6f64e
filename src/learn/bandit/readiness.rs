//! When a campaign has seen enough to learn: until then its weights decide alone.

use super::Evidence;

/// How sure learning must be of what it could find before it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PowerRule {
    /// Relative difference between two variants that must be found, such as 0.5 for half as many orders again.
    pub lift: f64,
}

impl Default for PowerRule {
    fn default() -> Self {
        PowerRule { lift: 0.5 }
    }
}

/// Whether learning decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    /// About so many more visitors, over all variants, are needed.
    NotYet {
        more: u64,
    },
}

/// Rewards below which their rate is a guess.
const REWARDS_MIN: f64 = 10.0;
/// (z of 97.5% + z of 80%)^2: a two-sided test at 5% that finds the difference four times in five.
const POWER: f64 = 7.848_879_734_349_087;

impl PowerRule {
    /// Outcomes each variant needs: (z_(1 - a/2) + z_power)^2 2 v / (lift m)^2 for rewards of mean m and variance v over all variants, so
    /// that a test would find `lift` between two of them in four cases of five; and ten rewards, below which m is a guess.
    pub fn readiness(&self, arms: &[Evidence]) -> Readiness {
        let arm_count = arms.len().max(1) as f64;
        let (mut count, mut reward, mut squares, mut least) = (0.0, 0.0, 0.0, f64::INFINITY);
        for arm in arms {
            count += arm.count;
            reward += arm.reward;
            squares += arm.reward_squares;
            least = least.min(arm.count);
        }
        // A uniform prior on a rate, so that nothing yet is no rate of 0.
        let mean = (reward + 1.0) / (count + 2.0);
        let typical = if reward > 0.0 { squares / reward } else { 1.0 };
        let rewards = if typical > 0.0 { reward / typical } else { 0.0 };
        let needed = if rewards < REWARDS_MIN {
            (count + (REWARDS_MIN - rewards) / (mean / typical)) / arm_count
        } else {
            let mean = reward / count;
            let variance = (squares / count - mean * mean).max(0.0);
            2.0 * POWER * variance / (self.lift * mean).powi(2).max(f64::MIN_POSITIVE)
        };
        let least = if least.is_finite() { least } else { 0.0 };
        // Not a number only where rewards have no positive mean: then it is never enough.
        if least >= needed {
            Readiness::Ready
        } else {
            let more = ((needed - least) * arm_count).ceil();
            Readiness::NotYet { more: if more.is_finite() { more.clamp(1.0, 1e12) as u64 } else { 1_000_000_000_000 } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms(outcomes: u32, every: u32) -> Vec<Evidence> {
        let mut arms = vec![Evidence::new(1); 2];
        for n in 0..outcomes {
            arms.iter_mut().for_each(|arm| arm.add(&[1.0], f64::from(u8::from(n % every == 0))));
        }
        arms
    }

    /// scipy: 2 * (norm.ppf(.975) + norm.ppf(.8))**2 * .03 * .97 / .015**2 = 2030.2 per variant.
    #[test]
    fn enough_is_what_the_power_says() {
        let rule = PowerRule::default();
        let wants = |outcomes: u32| match rule.readiness(&arms(outcomes, 33)) {
            Readiness::NotYet { more } => more,
            Readiness::Ready => 0,
        };
        // 13 of 400 are 3.25%: 1,869.3 per variant by the same formula.
        assert_eq!(wants(400), 2 * 1_869 + 1 - 2 * 400);
        assert!(wants(1_800) > 100 && wants(2_100) == 0);
    }

    #[test]
    fn nothing_is_never_enough() {
        let rule = PowerRule::default();
        assert_eq!(rule.readiness(&arms(0, 1)), Readiness::NotYet { more: 20 });
        for outcomes in [10_u32, 1_000, 100_000] {
            let mut arms = vec![Evidence::new(1); 2];
            (0..outcomes).for_each(|_| arms.iter_mut().for_each(|arm| arm.add(&[1.0], 0.0)));
            assert!(matches!(rule.readiness(&arms), Readiness::NotYet { more } if more >= u64::from(outcomes)));
        }
        assert!(matches!(rule.readiness(&[]), Readiness::NotYet { .. }));
    }
}
