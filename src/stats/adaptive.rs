//! Effects from a bandit's log, where plain means are biased.
//!
//! Adaptively weighted inverse propensity scores: Hadad, Hirshberg, Zhan, Wager, Athey, Confidence intervals for policy evaluation in
//! adaptive experiments, PNAS 2021, with weights sqrt(e / T).

use serde::Deserialize;
use serde::Serialize;

/// Mean outcome of one arm as if all units had got it, from units whose arm was chosen with changing probabilities. Constant memory;
/// depends on the order through the running mean only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveMean {
    /// Units that got the arm, and the mean of what they brought.
    chosen: u64,
    mean: f64,
    units: u64,
    h: f64,
    hh: f64,
    h_gamma: f64,
    hh_gamma: f64,
    hh_gamma_squared: f64,
    /// Sums of weights and weighted outcomes of inverse propensity weighting.
    weights: f64,
    weights_squared: f64,
    weighted: f64,
}

impl AdaptiveMean {
    /// A unit, in the order in which outcomes were known: `probability` is that of this arm (not of the one that was chosen), `outcome`
    /// is what it brought if it got this arm. Returns its score m + 1{chosen} / e (y - m). Without a probability in 0..=1 above 0 it is
    /// left out.
    pub fn observe(&mut self, probability: f64, outcome: Option<f64>) -> Option<f64> {
        if probability.is_nan() || probability <= 0.0 || probability > 1.0 || outcome.is_some_and(|outcome| !outcome.is_finite()) {
            return None;
        }
        let gamma = self.mean + outcome.map_or(0.0, |outcome| (outcome - self.mean) / probability);
        // h^2 = e / T; the constant T cancels in both results.
        let h = probability.sqrt();
        self.units += 1;
        self.h += h;
        self.hh += probability;
        self.h_gamma += h * gamma;
        self.hh_gamma += probability * gamma;
        self.hh_gamma_squared += probability * gamma * gamma;
        if let Some(outcome) = outcome {
            self.chosen += 1;
            self.mean += (outcome - self.mean) / self.chosen as f64;
            let weight = 1.0 / probability;
            self.weights += weight;
            self.weights_squared += weight * weight;
            self.weighted += weight * outcome;
        }
        Some(gamma)
    }

    /// Estimate and its squared standard error: sum h Gamma / sum h, and sum h^2 (Gamma - Q)^2 / (sum h)^2. `None` without a unit.
    pub fn estimate(&self) -> Option<(f64, f64)> {
        if self.units == 0 {
            return None;
        }
        let q = self.h_gamma / self.h;
        let spread = self.hh_gamma_squared - 2.0 * q * self.hh_gamma + q * q * self.hh;
        Some((q, spread.max(0.0) / (self.h * self.h)))
    }

    /// Inverse propensity weighting, for comparison: plain and self-normalized. `None` without a unit that got the arm.
    pub fn weighted(&self) -> Option<(f64, f64)> {
        (self.chosen > 0).then(|| (self.weighted / self.units as f64, self.weighted / self.weights))
    }

    /// (sum w)^2 / sum w^2 of the units that got the arm: how many even weights they are worth.
    pub fn effective_units(&self) -> f64 {
        if self.weights_squared > 0.0 { self.weights * self.weights / self.weights_squared } else { 0.0 }
    }

    /// Joins what another node saw of other visitors. Each node's running mean is its own; the estimate stays valid.
    pub fn merge(&mut self, other: &AdaptiveMean) {
        let chosen = self.chosen + other.chosen;
        if chosen > 0 {
            self.mean = (self.mean * self.chosen as f64 + other.mean * other.chosen as f64) / chosen as f64;
        }
        self.chosen = chosen;
        self.units += other.units;
        self.h += other.h;
        self.hh += other.hh;
        self.h_gamma += other.h_gamma;
        self.hh_gamma += other.hh_gamma;
        self.hh_gamma_squared += other.hh_gamma_squared;
        self.weights += other.weights;
        self.weights_squared += other.weights_squared;
        self.weighted += other.weighted;
    }
}

/// Difference between two arms whose probabilities changed, where outcomes may drift too.
///
/// The scores of both arms are subtracted unit by unit and weighted alike, by the inverse of their error: 1 / sqrt(1 / e_A + 1 / e_B).
/// With weights of their own (as two [`AdaptiveMean`]s have) the arms would be averaged over different times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct AdaptiveDifference {
    control: AdaptiveMean,
    treated: AdaptiveMean,
    units: u64,
    h: f64,
    hh: f64,
    h_gamma: f64,
    hh_gamma: f64,
    hh_gamma_squared: f64,
}

impl AdaptiveDifference {
    /// A unit, in the order in which outcomes were known, with the probabilities of control and treated arm. `outcome` says whether it
    /// was treated and what it brought; `None` if it got a third arm. Left out if one of the two was impossible.
    pub fn observe(&mut self, control: f64, treated: f64, outcome: Option<(bool, f64)>) {
        let is_possible = |probability: f64| probability > 0.0 && probability <= 1.0;
        if !is_possible(control) || !is_possible(treated) || outcome.is_some_and(|(_, outcome)| !outcome.is_finite()) {
            return;
        }
        let of = |wanted: bool| outcome.filter(|(is_treated, _)| *is_treated == wanted).map(|(_, outcome)| outcome);
        let Some((left, right)) = self.control.observe(control, of(false)).zip(self.treated.observe(treated, of(true))) else { return };
        let gamma = right - left;
        let hh = control * treated / (control + treated);
        self.units += 1;
        self.h += hh.sqrt();
        self.hh += hh;
        self.h_gamma += hh.sqrt() * gamma;
        self.hh_gamma += hh * gamma;
        self.hh_gamma_squared += hh * gamma * gamma;
    }

    /// Estimate and its squared standard error, as for [`AdaptiveMean::estimate`].
    pub fn estimate(&self) -> Option<(f64, f64)> {
        if self.units == 0 {
            return None;
        }
        let q = self.h_gamma / self.h;
        let spread = self.hh_gamma_squared - 2.0 * q * self.hh_gamma + q * q * self.hh;
        Some((q, spread.max(0.0) / (self.h * self.h)))
    }

    /// The two arms by themselves.
    pub fn arms(&self) -> [&AdaptiveMean; 2] {
        [&self.control, &self.treated]
    }

    /// Joins what another node saw of other visitors.
    pub fn merge(&mut self, other: &AdaptiveDifference) {
        self.control.merge(&other.control);
        self.treated.merge(&other.treated);
        self.units += other.units;
        self.h += other.h;
        self.hh += other.hh;
        self.h_gamma += other.h_gamma;
        self.hh_gamma += other.hh_gamma;
        self.hh_gamma_squared += other.hh_gamma_squared;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_odds_give_the_plain_mean_back() {
        let mut arm = AdaptiveMean::default();
        let mut parts = [AdaptiveMean::default(), AdaptiveMean::default()];
        for i in 0..4_000_u32 {
            let outcome = (i % 2 == 0).then(|| f64::from(i % 20));
            arm.observe(0.5, outcome);
            parts[usize::from(i < 2_000)].observe(0.5, outcome);
        }
        let (estimate, variance) = arm.estimate().unwrap();
        assert!((estimate - 9.0).abs() < 3.0 * variance.sqrt() && variance > 0.0, "{estimate} {variance}");
        let [mut left, right] = parts;
        left.merge(&right);
        assert!((left.estimate().unwrap().0 - estimate).abs() < 0.05);
        assert_eq!(arm.effective_units(), 2_000.0);
        arm.observe(0.0, Some(1.0));
        arm.observe(0.5, Some(f64::NAN));
        assert_eq!(arm.estimate().unwrap().0, estimate);
        assert_eq!(AdaptiveMean::default().estimate(), None);
    }
}
