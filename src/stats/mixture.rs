//! Normal-mixture confidence sequences: intervals that hold at all looks together, without an end.
//!
//! Robbins 1970; Howard, Ramdas, McAuliffe, Sekhon 2021; Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas 2024. The same object is known as
//! mSPRT (Johari, Pekelis, Walsh 2017). n counts the units of both arms.

use super::exact::ln;
use super::exact::ln_1p;

/// rho of a sequence that is tightest at `tuned_for` units: rho^2 = (-2 ln a + ln(1 - 2 ln a)) / N*. A one-sided one takes 2 a.
pub fn mixture_rho(alpha: f64, tuned_for: f64) -> f64 {
    let twice = -2.0 * ln(alpha);
    ((twice + ln(1.0 + twice)) / tuned_for).sqrt()
}

/// What the standard error is multiplied with for a two-sided interval at `n` units.
///
/// ```
/// use floorwalker::stats::mixture_factor;
///
/// // Where it is tightest it is half again as wide as an interval for one look, and it may be looked at for ever.
/// assert!((mixture_factor(0.05, 20_000.0, 20_000.0) / 1.96 - 1.55).abs() < 0.01);
/// ```
pub fn mixture_factor(alpha: f64, n: f64, tuned_for: f64) -> f64 {
    let rho = mixture_rho(alpha, tuned_for);
    let t = n * rho * rho;
    (2.0 * (t + 1.0) / t * (0.5 * ln(t + 1.0) - ln(alpha))).sqrt()
}

/// Log e-value of a difference of `z` standard errors at `n` units. Reject when it reaches -ln alpha.
pub fn mixture_log_e(alpha: f64, n: f64, tuned_for: f64, z: f64) -> f64 {
    let rho = mixture_rho(alpha, tuned_for);
    let t = n * rho * rho;
    t * z * z / (2.0 * (t + 1.0)) - 0.5 * ln_1p(t)
}

/// What the standard error is multiplied with for a bound on one side at `n` units (Waudby-Smith et al., equation 134).
pub fn one_sided_factor(alpha: f64, n: f64, tuned_for: f64) -> f64 {
    let rho = mixture_rho(2.0 * alpha, tuned_for);
    let t = n * rho * rho;
    (2.0 * (t + 1.0) / t * ln_1p((t + 1.0).sqrt() / (2.0 * alpha))).sqrt()
}

/// Log of the mSPRT's likelihood ratio: difference `d` with variance `v` against a normal prior with variance `tau_squared`.
pub fn msprt_log_e(d: f64, v: f64, tau_squared: f64) -> f64 {
    0.5 * ln(v / (v + tau_squared)) + tau_squared * d * d / (2.0 * v * (v + tau_squared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_excludes_zero_when_the_e_value_says_so() {
        for n in [100.0, 5_000.0, 1e6] {
            let factor = mixture_factor(0.05, n, 5_000.0);
            assert!((mixture_log_e(0.05, n, 5_000.0, factor) + ln(0.05)).abs() < 1e-12);
            let t = n * mixture_rho(0.05, 5_000.0) * mixture_rho(0.05, 5_000.0);
            assert!((msprt_log_e(factor, 1.0, t) + ln(0.05)).abs() < 1e-12, "mSPRT is the same");
        }
    }
}
