//! What a variant has brought so far, as sums that can be added up, and what it follows about each context.

use crate::learn::triangle::at;
use crate::learn::triangle::cholesky;
use crate::learn::triangle::invert;
use crate::learn::triangle::triangle;
use serde::Deserialize;
use serde::Serialize;

/// Numbers that describe a situation, the constant among them. Chosen: twice that and one choice costs four times as much.
pub const FEATURES_MAX: usize = 24;

/// Sums of a linear regression: `x x'` (lower triangle, by rows), `x y` and their count. Adding two of them is learning from both.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Outcomes learned; less than one each once they are partly forgotten.
    pub count: f64,
    /// Sum of rewards.
    pub reward: f64,
    /// Sum of squared rewards.
    pub reward_squares: f64,
    outer: Vec<f64>,
    moment: Vec<f64>,
}

impl Evidence {
    /// Nothing known, for `dimension` features (at most [`FEATURES_MAX`], more are cut off).
    pub fn new(dimension: usize) -> Evidence {
        let dimension = dimension.clamp(1, FEATURES_MAX);
        Evidence { outer: vec![0.0; triangle(dimension)], moment: vec![0.0; dimension], ..Evidence::default() }
    }

    pub fn dimension(&self) -> usize {
        self.moment.len()
    }

    /// Whether it could have been made by [`Evidence::add`]: sizes fit and every number is finite.
    pub fn is_sound(&self) -> bool {
        let sizes = (1..=FEATURES_MAX).contains(&self.moment.len()) && self.outer.len() == triangle(self.moment.len());
        let mut numbers = self.outer.iter().chain(&self.moment).chain([&self.count, &self.reward, &self.reward_squares]);
        sizes && self.count >= 0.0 && numbers.all(|number| number.is_finite())
    }

    /// Learns that `context` brought `reward`. Numbers that are not finite are ignored as a whole.
    pub fn add(&mut self, context: &[f64], reward: f64) {
        let dimension = self.dimension();
        if context.len() != dimension || !reward.is_finite() || context.iter().any(|x| !x.is_finite()) {
            return;
        }
        self.count += 1.0;
        self.reward += reward;
        self.reward_squares += reward * reward;
        let mut outer = self.outer.iter_mut();
        for (row, x) in context.iter().enumerate() {
            for (other, entry) in context.iter().take(row + 1).zip(&mut outer) {
                *entry += x * other;
            }
        }
        for (entry, x) in self.moment.iter_mut().zip(context) {
            *entry += x * reward;
        }
    }

    /// Learns that an outcome taught before with a reward of 0 brought `reward` after all.
    pub fn reward(&mut self, context: &[f64], reward: f64) {
        if context.len() != self.dimension() || !reward.is_finite() || context.iter().any(|x| !x.is_finite()) {
            return;
        }
        self.reward += reward;
        self.reward_squares += reward * reward;
        self.moment.iter_mut().zip(context).for_each(|(entry, x)| *entry += x * reward);
    }

    /// Adds what another one has learned; one of another dimension is ignored.
    pub fn merge(&mut self, other: &Evidence) {
        if other.dimension() != self.dimension() {
            return;
        }
        self.count += other.count;
        self.reward += other.reward;
        self.reward_squares += other.reward_squares;
        self.outer.iter_mut().zip(&other.outer).for_each(|(entry, more)| *entry += more);
        self.moment.iter_mut().zip(&other.moment).for_each(|(entry, more)| *entry += more);
    }

    /// Forgets all but a share of everything, 0..=1. Once per batch this makes old outcomes count less and less.
    pub fn keep(&mut self, share: f64) {
        let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
        let all = self.outer.iter_mut().chain(&mut self.moment);
        all.chain([&mut self.count, &mut self.reward, &mut self.reward_squares]).for_each(|entry| *entry *= share);
    }

    /// Sum of squared differences between the rewards and what `posterior`, made of this with `ridge`, expected of them.
    pub fn residual_squares(&self, posterior: &Posterior, ridge: f64) -> f64 {
        // With (X'X + ridge I) m = X'y it is y'y - m'X'y - ridge m'm.
        let explained: f64 = posterior.mean.iter().zip(&self.moment).map(|(m, moment)| m * (moment + ridge * m)).sum();
        (self.reward_squares - explained).max(0.0)
    }

    /// What follows from it: a Gaussian over the coefficients with precision `ridge I + sum x x'`, up to the variance of the noise.
    ///
    /// `ridge` is the strength of the prior, counted in outcomes (at least 1e-6). By Cholesky's factorization, which cannot fail on a sum
    /// of squares with a ridge; if rounding should make it fail all the same, the ridge is raised until it does not.
    pub fn posterior(&self, ridge: f64) -> Posterior {
        let dimension = self.dimension();
        let mut ridge = if ridge.is_finite() { ridge.max(1e-6) } else { 1.0 };
        let factor = loop {
            let mut factor = self.outer.clone();
            (0..dimension).for_each(|row| factor[triangle(row) + row] += ridge);
            if cholesky(&mut factor, dimension) {
                break factor;
            }
            ridge *= 10.0;
        };
        let inverse = invert(&factor, dimension);
        // A^-1 = L^-T L^-1.
        let mut covariance = vec![0.0; triangle(dimension)];
        for row in 0..dimension {
            for column in 0..=row {
                let products = (row..dimension).map(|k| inverse[triangle(k) + row] * inverse[triangle(k) + column]);
                covariance[triangle(row) + column] = products.sum();
            }
        }
        let mean = (0..dimension).map(|row| (0..dimension).map(|column| covariance[at(row, column)] * self.moment[column]).sum()).collect();
        Posterior { mean, covariance }
    }
}

/// What is believed of the coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Posterior {
    mean: Vec<f64>,
    /// Lower triangle, for a noise variance of 1.
    covariance: Vec<f64>,
}

impl Posterior {
    /// The belief before anything was learned.
    pub fn prior(dimension: usize, ridge: f64) -> Posterior {
        Evidence::new(dimension).posterior(ridge)
    }

    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// Whether it is for `dimension` features and every number is finite.
    pub fn is_sound(&self, dimension: usize) -> bool {
        let sizes = self.mean.len() == dimension && dimension <= FEATURES_MAX && self.covariance.len() == triangle(dimension);
        sizes && self.mean.iter().chain(&self.covariance).all(|number| number.is_finite())
    }

    /// Coefficients that are most likely.
    pub fn mean(&self) -> &[f64] {
        &self.mean
    }

    /// Expected reward in a context, and its variance for a noise variance of 1. No allocation.
    pub fn score(&self, context: &[f64]) -> (f64, f64) {
        let mean = self.mean.iter().zip(context).map(|(m, x)| m * x).sum();
        let mut variance = 0.0;
        let mut rest = self.covariance.as_slice();
        for (row, x) in context.iter().take(self.mean.len()).enumerate() {
            let (line, after) = rest.split_at(row + 1);
            rest = after;
            if *x == 0.0 {
                continue;
            }
            // The triangle counts every pair once, the square counts it twice.
            let twice: f64 = line.iter().zip(&context[..row]).map(|(c, other)| c * other).sum();
            variance += x * (2.0 * twice + line[row] * x);
        }
        (mean, f64::max(variance, 0.0))
    }

    /// Learns one outcome at once (Sherman and Morrison 1950): as [`Evidence::add`] and [`Evidence::posterior`], for a bit of rounding.
    pub fn observe(&mut self, context: &[f64], reward: f64) {
        let expected: f64 = self.mean.iter().zip(context).map(|(m, x)| m * x).sum();
        self.move_by(context, 1.0, reward - expected);
    }

    /// Learns an outcome that weighs `weight` and was `surprise` above what was expected, in units of weight.
    pub(in crate::learn) fn move_by(&mut self, context: &[f64], weight: f64, surprise: f64) {
        let dimension = self.dimension();
        if context.len() != dimension || !surprise.is_finite() || context.iter().any(|x| !x.is_finite()) {
            return;
        }
        let mut direction = [0.0; FEATURES_MAX];
        for (row, entry) in direction.iter_mut().enumerate().take(dimension) {
            *entry = (0..dimension).filter(|&k| context[k] != 0.0).map(|k| self.covariance[at(row, k)] * context[k]).sum();
        }
        let spread: f64 = direction.iter().zip(context).map(|(d, x)| d * x).sum();
        let gain = 1.0 / (1.0 + weight * spread);
        self.mean.iter_mut().zip(&direction).for_each(|(mean, d)| *mean += surprise * gain * d);
        let mut entries = self.covariance.iter_mut();
        for row in 0..dimension {
            for (column, entry) in direction.iter().take(row + 1).zip(&mut entries) {
                *entry -= weight * gain * direction[row] * column;
            }
        }
    }

    /// A belief with given coefficients, each as sure as `ridge` outcomes.
    pub(in crate::learn) fn around(mean: &[f64], ridge: f64) -> Posterior {
        let prior = Posterior::prior(mean.len(), ridge);
        Posterior { mean: mean.iter().take(FEATURES_MAX).copied().collect(), ..prior }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contexts() -> Vec<([f64; 4], f64)> {
        let wave = |n: f64, k: f64| ((n * 12.9898 + k * 78.233).sin() * 43_758.547).fract();
        (0..200).map(|n| ([1.0, wave(f64::from(n), 1.0), wave(f64::from(n), 2.0), 0.0], wave(f64::from(n), 3.0))).collect()
    }

    #[test]
    fn batches_and_single_outcomes_teach_the_same() {
        let (mut evidence, mut one, mut two) = (Evidence::new(4), Evidence::new(4), Evidence::new(4));
        let mut posterior = Posterior::prior(4, 2.0);
        for (index, (context, reward)) in contexts().into_iter().enumerate() {
            evidence.add(&context, reward);
            posterior.observe(&context, reward);
            if index % 3 == 0 { one.add(&context, reward) } else { two.add(&context, reward) }
        }
        let at_once = evidence.posterior(2.0);
        for (a, b) in posterior.mean.iter().chain(&posterior.covariance).zip(at_once.mean.iter().chain(&at_once.covariance)) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
        one.merge(&two);
        assert_eq!(one.count, 200.0);
        assert!((one.posterior(2.0).mean[1] - at_once.mean[1]).abs() < 1e-12);
    }

    /// Worked out by hand, the same as numpy's: X = [[1, 2], [1, -1], [1, 0.5]], y = [1, 0, 1], A = X'X + I, inv(A) @ X'y, x = [1, 3], x' inv(A) x.
    #[test]
    fn golden_values() {
        let mut evidence = Evidence::new(2);
        for (x, y) in [(2.0, 1.0), (-1.0, 0.0), (0.5, 1.0)] {
            evidence.add(&[1.0, x], y);
        }
        let posterior = evidence.posterior(1.0);
        for (got, expect) in posterior.mean().iter().zip([5.0 / 13.0, 4.0 / 13.0]) {
            assert!((got - expect).abs() < 1e-14, "{got}");
        }
        let (mean, variance) = posterior.score(&[1.0, 3.0]);
        assert!((mean - 17.0 / 13.0).abs() < 1e-14 && (variance - 19.0 / 13.0).abs() < 1e-14, "{mean} {variance}");
    }

    #[test]
    fn what_is_no_number_teaches_nothing() {
        let mut evidence = Evidence::new(2);
        evidence.add(&[1.0, f64::NAN], 1.0);
        evidence.add(&[1.0, 1.0], f64::INFINITY);
        evidence.add(&[1.0], 1.0);
        assert_eq!(evidence, Evidence::new(2));
        assert!(evidence.is_sound() && !Evidence { count: f64::NAN, ..evidence.clone() }.is_sound());
        let (_, variance) = evidence.posterior(1.0).score(&[1.0, 1e200]);
        assert!(variance > 0.0);
    }

    #[test]
    fn forgetting_widens() {
        let mut evidence = Evidence::new(4);
        contexts().iter().for_each(|(context, reward)| evidence.add(context, *reward));
        let before = evidence.posterior(1.0).score(&[1.0, 0.5, 0.5, 0.0]).1;
        evidence.keep(0.5);
        assert!(evidence.posterior(1.0).score(&[1.0, 0.5, 0.5, 0.0]).1 > before * 1.5);
    }
}
