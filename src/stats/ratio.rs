//! Ratio metrics, a sum over another sum, with the visitor as the unit.

use super::moments::Moments;

/// Moments of a ratio R = sum M / sum D by the delta method (Deng, Knoblich, Lu, KDD 2018).
///
/// Of the result the mean is R and the variance (v_M + R^2 v_D - 2 R c) / D^2, that of the linearized values (M_i - R D_i) / D, so that
/// variance over n is the squared error as it is for means. `None` if the denominators' mean is 0.
pub fn ratio(numerator: &Moments, denominator: &Moments, covariance: f64) -> Option<Moments> {
    if denominator.mean == 0.0 {
        return None;
    }
    let ratio = numerator.mean / denominator.mean;
    let variance = numerator.variance + ratio * ratio * denominator.variance - 2.0 * ratio * covariance;
    Some(Moments { n: numerator.n, mean: ratio, variance: (variance / (denominator.mean * denominator.mean)).max(0.0) })
}
