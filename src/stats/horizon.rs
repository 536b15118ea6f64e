//! Looks at any time up to a planned number of visitors, at the price of 10% more of them.
//!
//! Reject at a look with n <= N when |z| >= c sqrt(N / n). With z sqrt(n / N) a Brownian motion on 0..=1, c is the point that its largest
//! distance from 0 passes with probability alpha; Levy's inequality gives the same to nine digits (Kurennoy et al., YEAST, NeurIPS 2025).

use super::exact::exp;
use super::special::norm_ppf;
use super::special::norm_sf;
use std::f64::consts::PI;

/// Chance that a Brownian motion on 0..=1 ever leaves -c..c.
fn crossing(c: f64) -> f64 {
    let mut inside = 0.0;
    for j in 0..200_i32 {
        let odd = f64::from(2 * j + 1);
        let term = exp(-PI * PI * odd * odd / (8.0 * c * c)) / odd;
        inside += if j % 2 == 0 { term } else { -term };
        if term < 1e-18 {
            break;
        }
    }
    1.0 - 4.0 / PI * inside
}

/// The exact c for a rate of false alarms, by bisection. 2.2414 at 5%. For alpha in 1e-6..=0.5.
pub fn horizon_boundary(alpha: f64) -> f64 {
    let (mut low, mut high) = (0.5, 10.0);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if crossing(middle) > alpha {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The same by Levy's bound: the normal quantile of 1 - alpha / 4. Never below the exact one.
pub fn levy_boundary(alpha: f64) -> f64 {
    -norm_ppf(alpha / 4.0)
}

/// What the standard error is multiplied with for an interval at a look at `n` of `planned` units that is valid at all looks together.
///
/// ```
/// use floorwalker::stats::horizon_factor;
///
/// // Half way a difference of 3.2 standard errors is enough, one of 3.1 is not.
/// let needed = horizon_factor(0.05, 10_000.0, 20_000.0);
/// assert!(needed > 3.1 && needed < 3.2);
/// ```
pub fn horizon_factor(alpha: f64, n: f64, planned: f64) -> f64 {
    levy_boundary(alpha) * (planned / n.min(planned)).sqrt()
}

/// Smallest alpha whose boundary was touched, from the largest |z| sqrt(n / N) of all looks.
pub fn horizon_p_value(reach: f64) -> f64 {
    (4.0 * norm_sf(reach.abs())).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levy_is_the_exact_one_to_nine_digits() {
        for alpha in [0.001, 0.01, 0.05, 0.1] {
            let (exact, levy) = (horizon_boundary(alpha), levy_boundary(alpha));
            assert!((exact / levy - 1.0).abs() < 2e-6 && levy + 1e-9 >= exact, "{alpha}: {exact} {levy}");
            assert!((horizon_p_value(levy) / alpha - 1.0).abs() < 1e-10);
        }
    }
}
