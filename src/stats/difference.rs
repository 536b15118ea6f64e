//! Two arms compared once: difference and lift with their errors, by Welch's t test.

use super::moments::Moments;
use super::special::t_ppf;
use super::special::t_sf;

/// An estimate with its standard error and degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    /// Standard error, above 0.
    pub error: f64,
    /// Welch-Satterthwaite degrees of freedom.
    pub df: f64,
}

impl Estimate {
    /// Value over its error.
    pub fn z(&self) -> f64 {
        self.value / self.error
    }

    /// Two-sided p-value of one look, by Student's t.
    pub fn p_value(&self) -> f64 {
        (2.0 * t_sf(self.z().abs(), self.df)).min(1.0)
    }

    /// Interval of one look at level 1 - `alpha`.
    pub fn interval(&self, alpha: f64) -> (f64, f64) {
        self.around(t_ppf(1.0 - alpha / 2.0, self.df))
    }

    /// `factor` standard errors to both sides; factors of confidence sequences come from [`mixture_factor`](super::mixture_factor) and
    /// [`horizon_factor`](super::horizon_factor).
    pub fn around(&self, factor: f64) -> (f64, f64) {
        (self.value - factor * self.error, self.value + factor * self.error)
    }
}

/// Difference of means, treated less control. `None` with fewer than two units in an arm or without any spread, where no error is known.
///
/// Degrees of freedom: Welch 1947.
pub fn difference(control: &Moments, treated: &Moments) -> Option<Estimate> {
    estimate(treated.mean - control.mean, control, treated, control.error_squared(), treated.error_squared())
}

/// Relative difference, (treated - control) / |control|, with the error by the delta method (as GrowthBook). `None` as for
/// [`difference`], and for a control mean of 0.
///
/// ```
/// use floorwalker::stats::Moments;
/// use floorwalker::stats::lift;
///
/// // 300 of 10,000 against 345 of 10,000: 15% more, and one look cannot tell it from nothing.
/// let control = Moments::of_share(300.0, 10_000.0).unwrap();
/// let treated = Moments::of_share(345.0, 10_000.0).unwrap();
/// let lift = lift(&control, &treated).unwrap();
/// assert!((lift.value - 0.15).abs() < 1e-12);
/// assert!(lift.interval(0.05).0 < 0.0);
/// ```
pub fn lift(control: &Moments, treated: &Moments) -> Option<Estimate> {
    if control.mean == 0.0 {
        return None;
    }
    let squared = control.mean * control.mean;
    let error_squared = treated.error_squared() / squared + control.error_squared() * treated.mean * treated.mean / (squared * squared);
    let mut lift = estimate((treated.mean - control.mean) / control.mean.abs(), control, treated, error_squared, 0.0)?;
    lift.df = welch_df(control, treated);
    Some(lift)
}

/// Whether a lift may be shown: the control's mean is at least three of its errors away from 0.
pub fn is_lift_stable(control: &Moments) -> bool {
    control.mean.abs() >= 3.0 * control.error_squared().sqrt() && control.mean != 0.0
}

fn estimate(value: f64, control: &Moments, treated: &Moments, left: f64, right: f64) -> Option<Estimate> {
    if control.n < 2.0 || treated.n < 2.0 {
        return None;
    }
    let error = (left + right).sqrt();
    (value.is_finite() && error.is_finite() && error > 0.0).then(|| Estimate { value, error, df: welch_df(control, treated) })
}

fn welch_df(control: &Moments, treated: &Moments) -> f64 {
    let (left, right) = (control.error_squared(), treated.error_squared());
    let sum = left + right;
    let df = sum * sum / (left * left / (control.n - 1.0) + right * right / (treated.n - 1.0));
    if df.is_finite() { df.max(1.0) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_error_has_no_answer() {
        let none = Moments { n: 100.0, mean: 0.0, variance: 0.0 };
        let some = Moments { n: 100.0, mean: 0.1, variance: 0.09 };
        assert_eq!(difference(&none, &none), None);
        assert_eq!(lift(&none, &some), None);
        assert!(difference(&none, &some).is_some() && !is_lift_stable(&none) && is_lift_stable(&some));
        assert_eq!(difference(&Moments { n: 1.0, ..some }, &some), None);
    }
}
