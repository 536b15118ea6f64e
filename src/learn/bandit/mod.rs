//! A contextual bandit: which variant pays for whom, chosen by linear Thompson sampling whose chances are known beforehand.
//!
//! Each variant has a linear regression of its reward on the features of the situation ([`Evidence`], [`Posterior`]). Thompson sampling
//! would draw coefficients and take the variant with the highest drawn score. In one context the drawn scores are independent normal
//! numbers, so the probability of every variant is a one-dimensional integral: [`chances_of_best`] takes it by a fixed rule, [`Policy`]
//! squares it (the chance of a variant given that two independent draws agree on one; over three sets of recorded clicks this won 0.2 to 0.8
//! points more than one draw), lifts each to a floor, and a hash of the visitor picks. The probabilities that are logged are therefore exactly those of the
//! choice, they sum to 1, and a replay needs no stream of random numbers.
//!
//! Learning is adding sums, in the background and in batches; a new policy enters decisions as a new version of the snapshot.

mod best;
mod evidence;
mod readiness;

pub use best::ARMS_MAX;
pub use best::Score;
pub use best::chances_of_best;
pub use evidence::Evidence;
pub use evidence::FEATURES_MAX;
pub use evidence::Posterior;
pub use readiness::PowerRule;
pub use readiness::Readiness;

use serde::Deserialize;
use serde::Serialize;

/// Least chance of each of `arms` variants: 5%, or a tenth of an equal share if that is more, and at most half an equal share.
///
/// With it no weight of an off-policy estimate is above 1 / floor, and a variant that had bad luck comes back.
pub fn exploration_floor(arms: usize) -> f64 {
    let arms = arms.max(1) as f64;
    f64::max(0.05, 0.1 / arms).min(0.5 / arms)
}

/// Standard deviation of a reward about what was expected of it, over all variants, 0.01..=1e9.
///
/// The prior counts as one outcome a deviation of 0.5 off, the most that a reward of 0 or 1 can be. Shared by the variants: one that has
/// brought nothing would else be thought certain to bring nothing.
pub fn noise(evidence: &[Evidence], posteriors: &[Posterior], ridge: f64) -> f64 {
    let (mut count, mut squares) = (1.0, 0.25);
    for (arm, posterior) in evidence.iter().zip(posteriors) {
        count += arm.count;
        squares += arm.residual_squares(posterior, ridge);
    }
    (squares / count).sqrt().clamp(0.01, 1e9)
}

/// How a choice is made among variants: what is believed of each, and the least chance of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    arms: Vec<Posterior>,
    /// Standard deviation of one outcome, in units of the reward.
    noise: f64,
    floor: f64,
}

impl Policy {
    /// The policy that follows from what was learned; `ridge` is the strength of the prior in outcomes. At most [`ARMS_MAX`] arms.
    pub fn of(arms: &[Evidence], ridge: f64, floor: f64) -> Policy {
        let arms = &arms[..arms.len().min(ARMS_MAX)];
        let posteriors: Vec<Posterior> = arms.iter().map(|arm| arm.posterior(ridge)).collect();
        let noise = noise(arms, &posteriors, ridge);
        Policy::new(posteriors, noise, floor)
    }

    /// A policy of given parts. `floor` is cut to an equal share.
    pub fn new(mut arms: Vec<Posterior>, noise: f64, floor: f64) -> Policy {
        arms.truncate(ARMS_MAX);
        let equal = 1.0 / arms.len().max(1) as f64;
        Policy { arms, noise, floor: if floor.is_finite() { floor.clamp(0.0, equal) } else { equal } }
    }

    pub fn arms(&self) -> &[Posterior] {
        &self.arms
    }

    /// Whether it fits contexts of `dimension` numbers, and every number of it is finite.
    pub fn is_sound(&self, dimension: usize) -> bool {
        self.arms.iter().all(|arm| arm.is_sound(dimension))
            && self.noise.is_finite()
            && self.noise >= 0.0
            && (0.0..=1.0 / self.arms.len().max(1) as f64).contains(&self.floor)
    }

    pub fn floor(&self) -> f64 {
        self.floor
    }

    pub fn noise(&self) -> f64 {
        self.noise
    }

    pub(in crate::learn) fn set_noise(&mut self, noise: f64) {
        self.noise = noise;
    }

    pub(in crate::learn) fn arm_mut(&mut self, arm: usize) -> Option<&mut Posterior> {
        self.arms.get_mut(arm)
    }

    /// Writes the probability of each variant in this context into `out` and returns how many there are. They sum to 1 (up to rounding)
    /// and none is below the floor. No allocation.
    pub fn chances(&self, context: &[f64], out: &mut [f64; ARMS_MAX]) -> usize {
        let count = self.arms.len();
        let mut scores = [Score::default(); ARMS_MAX];
        for (score, arm) in scores.iter_mut().zip(&self.arms) {
            let (mean, variance) = arm.score(context);
            *score = Score { mean, deviation: self.noise * variance.sqrt() };
        }
        let out = &mut out[..count];
        chances_of_best(&scores[..count], out);
        let agreement: f64 = out.iter().map(|chance| chance * chance).sum();
        out.iter_mut().for_each(|chance| *chance = *chance * *chance / agreement);
        let free = 1.0 - self.floor * count as f64;
        out.iter_mut().for_each(|chance| *chance = self.floor + free * *chance);
        count
    }
}

/// Returns the variant on whose stretch `number` (0..1) falls if the chances are laid end to end.
///
/// Chances that change a little move only those few numbers that their edges pass.
pub fn pick(chances: &[f64], number: f64) -> usize {
    let mut below = 0.0;
    for (index, chance) in chances.iter().enumerate() {
        below += chance;
        if number < below {
            return index;
        }
    }
    chances.iter().rposition(|&chance| chance > 0.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned() -> Policy {
        let mut arms = vec![Evidence::new(2); 3];
        for n in 0..400_u32 {
            let x = f64::from(n % 2);
            // The second is right for x = 1, the first for x = 0.
            arms[0].add(&[1.0, x], f64::from(u8::from(x == 0.0 && n % 4 == 0)));
            arms[1].add(&[1.0, x], f64::from(u8::from(x == 1.0 && n % 4 == 1)));
            arms[2].add(&[1.0, x], 0.0);
        }
        Policy::of(&arms, 1.0, exploration_floor(3))
    }

    #[test]
    fn chances_follow_the_context_keep_the_floor_and_sum_to_one() {
        let policy = learned();
        for (context, best) in [([1.0, 0.0], 0), ([1.0, 1.0], 1)] {
            let mut out = [0.0; ARMS_MAX];
            let count = policy.chances(&context, &mut out);
            let chances = &out[..count];
            assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{chances:?}");
            assert!(chances.iter().all(|&chance| chance >= 0.05) && chances[best] > 0.85, "{chances:?}");
        }
    }

    #[test]
    fn picks_have_their_shares_and_move_only_at_edges() {
        let share = |chances: &[f64], arm| (0..1_000).filter(|n| pick(chances, f64::from(*n) / 1_000.0) == arm).count();
        assert_eq!((share(&[0.2, 0.5, 0.3], 0), share(&[0.2, 0.5, 0.3], 1), share(&[0.2, 0.5, 0.3], 2)), (200, 500, 300));
        let moved = (0..1_000).map(|n| f64::from(n) / 1_000.0).filter(|&n| pick(&[0.2, 0.5, 0.3], n) != pick(&[0.21, 0.49, 0.3], n));
        assert_eq!(moved.count(), 10);
        assert_eq!((pick(&[0.5, 0.5, 0.0], 1.0), pick(&[], 0.5)), (1, 0));
    }

    #[test]
    fn floors() {
        for (arms, expect) in [(0, 0.1), (1, 0.1), (2, 0.05), (8, 0.05), (10, 0.05), (20, 0.025)] {
            assert!((exploration_floor(arms) - expect).abs() < 1e-12, "{arms}");
        }
    }

    /// What this code gave on x86-64; every other machine must give the same.
    #[test]
    fn the_bits_are_fixed() {
        let mut out = [0.0; ARMS_MAX];
        learned().chances(&[1.0, 0.45], &mut out);
        assert_eq!(out.map(f64::to_bits)[..3], [4_606_281_166_437_035_149, 4_587_375_099_439_717_775, 4_587_366_580_439_587_226]);
    }
}
