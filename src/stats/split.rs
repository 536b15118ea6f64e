//! Sample-ratio mismatch: whether traffic was split as intended.

use super::gamma::upper_gamma;

/// Why a split cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SplitError {
    #[error("a split needs at least 2 variants, got {variants}")]
    TooFewVariants { variants: usize },
    #[error("{counts} counts do not match {weights} weights")]
    LengthMismatch { counts: usize, weights: usize },
    #[error("weights must be finite and above 0")]
    BadWeight,
    #[error("the smallest expected count is {expected:.1}, at least 5 are needed")]
    TooFewUnits { expected: f64 },
}

/// Returns how unlikely the observed traffic split is if the intended split holds.
///
/// `counts` and `weights` are in variant order; weights need not sum to 1. Chi-squared test, `counts.len() - 1` degrees of freedom
/// (Fabijan et al., KDD 2019). Result is in 0..=1; below 0.001 treat the experiment as broken.
///
/// # Errors
/// [`SplitError::TooFewUnits`] if any expected count is under 5, where the approximation fails.
pub fn srm_p_value(counts: &[u64], weights: &[f64]) -> Result<f64, SplitError> {
    let chi_squared = srm_chi_squared(counts, weights)?;
    Ok(upper_gamma((counts.len() - 1) as f64 / 2.0, chi_squared / 2.0).clamp(0.0, 1.0))
}

/// The chi-squared statistic of [`srm_p_value`]: the sum of (observed - expected)^2 / expected.
///
/// # Errors
/// As [`srm_p_value`].
pub fn srm_chi_squared(counts: &[u64], weights: &[f64]) -> Result<f64, SplitError> {
    if counts.len() != weights.len() {
        return Err(SplitError::LengthMismatch { counts: counts.len(), weights: weights.len() });
    }
    if counts.len() < 2 {
        return Err(SplitError::TooFewVariants { variants: counts.len() });
    }
    if !weights.iter().all(|weight| weight.is_finite() && *weight > 0.0) {
        return Err(SplitError::BadWeight);
    }
    let units: f64 = counts.iter().map(|&count| count as f64).sum();
    let weight: f64 = weights.iter().sum();
    let mut chi_squared = 0.0;
    for (&count, share) in counts.iter().zip(weights) {
        let expected = units * share / weight;
        if expected < 5.0 {
            return Err(SplitError::TooFewUnits { expected });
        }
        chi_squared += (count as f64 - expected).powi(2) / expected;
    }
    Ok(chi_squared)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with Python to the digits shown.
    #[test]
    fn golden_values() {
        for (counts, weights, expect, digits) in [
            ([5_300, 4_700], [0.5, 0.5], 1.973e-9, 1e-3),
            ([9_463, 7_681], [0.5, 0.5], 3.50e-42, 2e-3),
            ([95_120, 4_880], [0.95, 0.05], 0.081_66, 1e-4),
            ([94_500, 5_500], [0.95, 0.05], 4.02e-13, 2e-3),
        ] {
            let p = srm_p_value(&counts, &weights).unwrap();
            assert!((p / expect - 1.0).abs() < digits, "{counts:?}: {p:e} against {expect:e}");
        }
        // erfc(sqrt(36 / 2)), computed with Python's math.erfc.
        let p = srm_p_value(&[5_300, 4_700], &[1.0, 1.0]).unwrap();
        assert!((p / ERFC_SQRT_18 - 1.0).abs() < 1e-10, "{p:e}");
        // Two degrees of freedom: e^(-x/2) with x = 2.
        let p = srm_p_value(&[110, 90, 100], &[1.0, 1.0, 1.0]).unwrap();
        assert!((p - (-1.0_f64).exp()).abs() < 1e-12, "{p}");
    }

    const ERFC_SQRT_18: f64 = 1.9731752900754024e-09;

    #[test]
    fn refuses_what_it_cannot_judge() {
        assert_eq!(srm_p_value(&[4, 4], &[0.5, 0.5]), Err(SplitError::TooFewUnits { expected: 4.0 }));
        assert_eq!(srm_p_value(&[10], &[1.0]), Err(SplitError::TooFewVariants { variants: 1 }));
        assert_eq!(srm_p_value(&[10, 10], &[1.0]), Err(SplitError::LengthMismatch { counts: 2, weights: 1 }));
        assert_eq!(srm_p_value(&[10, 10], &[1.0, f64::NAN]), Err(SplitError::BadWeight));
    }
}
