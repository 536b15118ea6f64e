//! CUPED: differences adjusted by what was known of the same visitors before (Deng, Xu, Kohavi, Walker, WSDM 2013).

use super::difference::Estimate;
use super::moments::Moments;

/// What is needed of one arm: outcomes, the covariate from before, and their covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covaried {
    pub outcome: Moments,
    pub before: Moments,
    pub covariance: f64,
}

/// An adjusted comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// Slope of the outcome on the covariate, pooled over arms.
    pub theta: f64,
    /// Adjusted means and variances.
    pub control: Moments,
    pub treated: Moments,
    /// Squared error of the adjusted difference over that of the plain one. Below 1 where the covariate tells something.
    pub variance_ratio: f64,
}

/// Adjusts a comparison. `None` where the covariate has no spread. `theta` is pooled over both arms with their means taken together, as
/// GrowthBook does.
///
/// ```
/// use floorwalker::stats::{Covaried, Moments, cuped};
///
/// // What visitors spent before explains half of the variance, so half as many are needed.
/// let arm = Covaried {
///     outcome: Moments { n: 1_000.0, mean: 10.0, variance: 4.0 },
///     before: Moments { n: 1_000.0, mean: 8.0, variance: 2.0 },
///     covariance: 2.0,
/// };
/// let adjusted = cuped(&arm, &arm).unwrap();
/// assert!((adjusted.variance_ratio - 0.5).abs() < 1e-9);
/// ```
pub fn cuped(control: &Covaried, treated: &Covaried) -> Option<Adjusted> {
    let (a, b) = (control, treated);
    let n = a.outcome.n + b.outcome.n;
    if n.is_nan() || n < 3.0 {
        return None;
    }
    // Sums of squares about the pooled mean: within arms, and between them.
    let between = a.outcome.n * b.outcome.n / n;
    let apart = b.before.mean - a.before.mean;
    let within = |left: f64, right: f64| left * (a.outcome.n - 1.0) + right * (b.outcome.n - 1.0);
    let spread = within(a.before.variance, b.before.variance) + between * apart * apart;
    let together = within(a.covariance, b.covariance) + between * apart * (b.outcome.mean - a.outcome.mean);
    if spread.is_nan() || spread <= 0.0 {
        return None;
    }
    let theta = together / spread;
    let adjust = |arm: &Covaried| Moments {
        n: arm.outcome.n,
        mean: arm.outcome.mean - theta * arm.before.mean,
        variance: (arm.outcome.variance + theta * theta * arm.before.variance - 2.0 * theta * arm.covariance).max(0.0),
    };
    let (control, treated) = (adjust(a), adjust(b));
    let plain = a.outcome.error_squared() + b.outcome.error_squared();
    let variance_ratio = (control.error_squared() + treated.error_squared()) / plain;
    variance_ratio.is_finite().then_some(Adjusted { theta, control, treated, variance_ratio })
}

/// Adjusted lift: the adjusted difference over the unadjusted mean of the control.
///
/// With `exact` the error takes the gradient (1, -theta, -(m_YB - theta m_XB + theta m_XA) / m_YA, theta) / m_YA on (m_YB, m_XB, m_YA,
/// m_XA); else m_YB stands in place of the bracket, as in gbstats. `None` for a control mean of 0 or without spread.
pub fn cuped_lift(control: &Covaried, treated: &Covaried, exact: bool) -> Option<Estimate> {
    let adjusted = cuped(control, treated)?;
    let theta = adjusted.theta;
    let (a, b) = (control, treated);
    let mean = a.outcome.mean;
    if mean == 0.0 {
        return None;
    }
    let plain = super::difference::difference(&adjusted.control, &adjusted.treated)?;
    let bracket = if exact { b.outcome.mean - theta * b.before.mean + theta * a.before.mean } else { b.outcome.mean };
    let own = bracket / mean;
    let treated_part = adjusted.treated.error_squared();
    let control_part =
        (own * own * a.outcome.variance + theta * theta * a.before.variance - 2.0 * own * theta * a.covariance) / a.outcome.n;
    let error = ((treated_part + control_part.max(0.0)) / (mean * mean)).sqrt();
    (error > 0.0).then(|| Estimate { value: plain.value / mean.abs(), error, df: plain.df })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covariate_that_tells_nothing_changes_next_to_nothing() {
        let outcome = Moments { n: 500.0, mean: 3.0, variance: 9.0 };
        let arm = Covaried { outcome, before: Moments { n: 500.0, mean: 1.0, variance: 1.0 }, covariance: 0.0 };
        let adjusted = cuped(&arm, &arm).unwrap();
        assert_eq!((adjusted.theta, adjusted.variance_ratio), (0.0, 1.0));
        let flat = Covaried { before: Moments { n: 500.0, mean: 0.0, variance: 0.0 }, ..arm };
        assert_eq!(cuped(&flat, &flat), None);
    }
}
