//! Whether an effect fades: daily effects tested for being the same, and for a slope.

use super::special::chi2_sf;
use super::special::norm_sf;

/// Effects by day, tested.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Novelty {
    /// Mean weighted by precision.
    pub pooled: f64,
    /// Cochran's Q (1954) and its p-value: small if days differ by more than chance.
    pub q: f64,
    pub q_p: f64,
    /// Change per day by weighted least squares, its error and two-sided p-value.
    pub slope: f64,
    pub slope_error: f64,
    pub slope_p: f64,
}

impl Novelty {
    /// An effect that shrinks: its sign and the slope's differ, with p < 0.01.
    pub fn fades(&self) -> bool {
        self.slope_p < 0.01 && self.slope * self.pooled < 0.0
    }
}

/// Tests effects with their errors, oldest first, one per day. `None` for fewer than two or an error that is not above 0.
pub fn novelty(effects: &[f64], errors: &[f64]) -> Option<Novelty> {
    if effects.len() < 2 || effects.len() != errors.len() || !errors.iter().all(|error| *error > 0.0 && error.is_finite()) {
        return None;
    }
    let weights = || errors.iter().map(|error| 1.0 / (error * error));
    let days = || (0..effects.len()).map(|day| day as f64);
    let total: f64 = weights().sum();
    let pooled = weights().zip(effects).map(|(w, effect)| w * effect).sum::<f64>() / total;
    let middle = weights().zip(days()).map(|(w, day)| w * day).sum::<f64>() / total;
    let q: f64 = weights().zip(effects).map(|(w, effect)| w * (effect - pooled) * (effect - pooled)).sum();
    let spread: f64 = weights().zip(days()).map(|(w, day)| w * (day - middle) * (day - middle)).sum();
    let slope = weights().zip(days()).zip(effects).map(|((w, day), effect)| w * (day - middle) * (effect - pooled)).sum::<f64>() / spread;
    let slope_error = (1.0 / spread).sqrt();
    let slope_p = (2.0 * norm_sf((slope / slope_error).abs())).min(1.0);
    let q_p = chi2_sf(q, (effects.len() - 1) as f64);
    q.is_finite().then_some(Novelty { pooled, q, q_p, slope, slope_error, slope_p })
}
