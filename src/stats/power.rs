//! How many visitors a comparison takes, and what it can find with those there are.

use super::exact::exp;
use super::exact::ln;
use super::special::norm_ppf;
use super::special::norm_sf;
use super::special::t_ppf;

/// What always-valid rules need more than one look at the end, measured by simulation at 80% power.
pub const HORIZON_COST: f64 = 1.10;
/// The same of the open rule, tuned for the one-look sample.
pub const OPEN_COST: f64 = 1.65;

/// (z_{1 - alpha/2} + z_power)^2.
fn strength(alpha: f64, power: f64) -> f64 {
    let z = -norm_ppf(alpha / 2.0) + norm_ppf(power);
    z * z
}

/// Units per arm of an even split for a difference `delta`: (z_{1 - alpha/2} + z_power)^2 (v_A + v_B) / delta^2.
///
/// ```
/// use floorwalker::stats::units_per_arm;
///
/// // 10% more than 3%, found in 80 of 100 cases.
/// let (p, q) = (0.03_f64, 0.033_f64);
/// let n = units_per_arm(p * (1.0 - p), q * (1.0 - q), q - p, 0.05, 0.8);
/// assert_eq!(n.ceil(), 53_208.0);
/// ```
pub fn units_per_arm(variance_a: f64, variance_b: f64, delta: f64, alpha: f64, power: f64) -> f64 {
    strength(alpha, power) * (variance_a + variance_b) / (delta * delta)
}

/// Units of both arms together when the treated one gets `share` of them.
pub fn units_in_both(variance_a: f64, variance_b: f64, share: f64, delta: f64, alpha: f64, power: f64) -> f64 {
    strength(alpha, power) * (variance_a / (1.0 - share) + variance_b / share) / (delta * delta)
}

/// Units per arm for two shares by the arcsine transformation (Cohen's h).
pub fn units_per_arm_arcsine(p: f64, q: f64, alpha: f64, power: f64) -> f64 {
    let h = 2.0 * (q.sqrt().asin() - p.sqrt().asin());
    let z = -norm_ppf(alpha / 2.0);
    smallest(|n| {
        let shift = (n / 2.0).sqrt() * h.abs();
        norm_sf(z - shift) + norm_sf(z + shift) >= power
    })
}

/// Units per arm for a standardized difference of means by Student's t with equal variances, both tails.
pub fn units_per_arm_t(standardized: f64, alpha: f64, power: f64) -> f64 {
    smallest(|n| {
        let df = (2.0 * n - 2.0).max(0.1);
        let critical = t_ppf(1.0 - alpha / 2.0, df);
        let shift = (n / 2.0).sqrt() * standardized.abs();
        noncentral_tails(critical, df, shift) >= power
    })
}

/// Smallest real number above 1 from which a condition holds, by doubling and bisection. Infinite if there is none below 1e15.
fn smallest(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (1.0, 2.0);
    while !holds(high) {
        (low, high) = (high, high * 2.0);
        if high > 1e15 {
            return f64::INFINITY;
        }
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high
}

/// P(|T| > t) of a noncentral t: the normal tails averaged over the scale s = sqrt(chi^2 / df), by Simpson's rule.
fn noncentral_tails(t: f64, df: f64, shift: f64) -> f64 {
    const STEPS: usize = 400;
    let deviation = 1.0 / (2.0 * df).sqrt();
    let (low, high) = ((1.0 - 10.0 * deviation).max(1e-9), 1.0 + 10.0 * deviation);
    let (mut sum, mut total) = (0.0, 0.0);
    for i in 0..=STEPS {
        let s = low + (high - low) * i as f64 / STEPS as f64;
        let weight = if i == 0 || i == STEPS {
            1.0
        } else if i % 2 == 1 {
            4.0
        } else {
            2.0
        };
        let density = weight * exp((df - 1.0) * ln(s) - 0.5 * df * (s * s - 1.0));
        total += density;
        sum += density * (norm_sf(t * s - shift) + norm_sf(t * s + shift));
    }
    sum / total
}

/// Smallest difference that a comparison with this squared error finds with that power: (z_{1 - alpha/2} + z_power) se.
pub fn minimum_detectable(error_squared: f64, alpha: f64, power: f64) -> f64 {
    (strength(alpha, power) * error_squared).sqrt()
}

/// What a trigger gains: how many times more visitors a comparison of all would need than one of the triggered only, when the share
/// `rate` is triggered and the treatment changes nobody else. The effect over all is `rate` times that among the triggered.
pub fn trigger_gain(rate: f64, triggered_variance: f64, overall_variance: f64) -> f64 {
    overall_variance / (rate * triggered_variance)
}

/// Whole weeks that `units` take at `per_day`; at least one. `None` if nothing comes.
pub fn weeks(units: f64, per_day: f64) -> Option<u32> {
    let weeks = (units / per_day / 7.0).ceil();
    weeks.is_finite().then_some(weeks.clamp(1.0, 5_200.0) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_on_an_even_split() {
        let per_arm = units_per_arm(2.0, 3.0, 0.1, 0.05, 0.8);
        assert!((units_in_both(2.0, 3.0, 0.5, 0.1, 0.05, 0.8) / (2.0 * per_arm) - 1.0).abs() < 1e-12);
        let found = minimum_detectable(2.0 / per_arm + 3.0 / per_arm, 0.05, 0.8);
        assert!((found - 0.1).abs() < 1e-12);
        assert_eq!((weeks(100.0, 50.0), weeks(701.0, 50.0), weeks(10.0, 0.0)), (Some(1), Some(3), None));
    }
}
