//! A second view of the same data: posterior of a lift, and which arm is best. Not protected against looking often.

use super::exact::exp;
use super::exact::ln;
use super::special::incomplete_beta;
use super::special::ln_beta;
use super::special::norm_cdf;
use super::special::norm_pdf;
use super::special::norm_ppf;

/// Normal posterior of a lift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    pub mean: f64,
    pub deviation: f64,
}

/// Standard deviation of the default prior of a lift, around 0.
pub const PRIOR_DEVIATION: f64 = 0.3;

/// Posterior of a lift `value` with standard error `error` under a normal prior (mean, deviation), or none.
///
/// ```
/// use floorwalker::stats::bayesian_lift;
///
/// // A lift of 15% with an error of 9 points: likely better, and little to lose by believing it.
/// let posterior = bayesian_lift(0.15, 0.0893, Some((0.0, 0.3)));
/// assert!((posterior.chance_to_win() - 0.946).abs() < 0.001);
/// assert!(posterior.risk() < 0.002);
/// ```
pub fn bayesian_lift(value: f64, error: f64, prior: Option<(f64, f64)>) -> Posterior {
    let precision = 1.0 / (error * error);
    let (prior_mean, prior_precision) = prior.map_or((0.0, 0.0), |(mean, deviation)| (mean, 1.0 / (deviation * deviation)));
    let sum = precision + prior_precision;
    Posterior { mean: (value * precision + prior_mean * prior_precision) / sum, deviation: (1.0 / sum).sqrt() }
}

impl Posterior {
    /// Probability that the lift is above 0.
    pub fn chance_to_win(&self) -> f64 {
        norm_cdf(self.mean / self.deviation)
    }

    /// What is lost on average by choosing the treated arm: E[max(-lift, 0)].
    pub fn risk(&self) -> f64 {
        let z = self.mean / self.deviation;
        (self.deviation * norm_pdf(z) - self.mean * norm_cdf(-z)).max(0.0)
    }

    /// What is lost on average by staying with the control: E[max(lift, 0)].
    pub fn risk_of_control(&self) -> f64 {
        let z = self.mean / self.deviation;
        (self.deviation * norm_pdf(z) + self.mean * norm_cdf(z)).max(0.0)
    }

    /// Central interval with probability 1 - `alpha`.
    pub fn interval(&self, alpha: f64) -> (f64, f64) {
        let half = -norm_ppf(alpha / 2.0) * self.deviation;
        (self.mean - half, self.mean + half)
    }
}

/// Log density of the logit of a beta variable.
fn ln_beta_density(a: f64, b: f64, logit: f64) -> f64 {
    // a ln x + b ln(1 - x) with x = 1 / (1 + e^-logit).
    let soft = |x: f64| if x > 0.0 { x + ln(1.0 + exp(-x)) } else { ln(1.0 + exp(x)) };
    -a * soft(-logit) - b * soft(logit) - ln_beta(a, b)
}

/// Probability that a beta variable (`a_b`, `b_b`) exceeds another (`a_a`, `b_a`): the one's distribution averaged over the other's
/// density, by trapezoids over the logit, where the integrand is smooth and vanishes at both ends.
pub fn beta_exceeds(a_a: f64, b_a: f64, a_b: f64, b_b: f64) -> f64 {
    // The logit is about normal with this mean and deviation; its tails fall like e^(-a |l|) and e^(-b |l|).
    let deviation = |a: f64, b: f64| (1.0 / a + 1.0 / b).sqrt();
    let (middle, own) = (ln(a_b / b_b), deviation(a_b, b_b));
    let reach = 12.0 * own + 40.0 / a_b.min(b_b).max(0.1);
    let width = (own.min(deviation(a_a, b_a)) / 6.0).max(reach / 20_000.0);
    let steps = (2.0 * reach / width) as usize;
    let mut sum = 0.0;
    for i in 0..=steps {
        let logit = middle - reach + width * i as f64;
        let density = exp(ln_beta_density(a_b, b_b, logit));
        if density > 1e-20 {
            sum += width * density * incomplete_beta(a_a, b_a, 1.0 / (1.0 + exp(-logit)), 1.0 / (1.0 + exp(logit)));
        }
    }
    sum.clamp(0.0, 1.0)
}

/// For each of several arms with normal posteriors (mean, deviation) the probability that it is the best, by Simpson's rule over the
/// arm's own posterior.
pub fn gaussian_best(arms: &[(f64, f64)]) -> Vec<f64> {
    const STEPS: usize = 2_000;
    const REACH: f64 = 10.0;
    let mut best: Vec<f64> = arms
        .iter()
        .enumerate()
        .map(|(own, &(mean, deviation))| {
            let width = 2.0 * REACH / STEPS as f64;
            let mut sum = 0.0;
            for i in 0..=STEPS {
                let z = -REACH + width * i as f64;
                let weight = if i == 0 || i == STEPS {
                    1.0
                } else if i % 2 == 1 {
                    4.0
                } else {
                    2.0
                };
                let value = mean + deviation * z;
                let others = arms.iter().enumerate().filter(|(other, _)| *other != own);
                sum += weight * norm_pdf(z) * others.map(|(_, &(m, s))| norm_cdf((value - m) / s)).product::<f64>();
            }
            sum * width / 3.0
        })
        .collect();
    let total: f64 = best.iter().sum();
    if total > 0.0 {
        best.iter_mut().for_each(|chance| *chance /= total);
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_arms_are_even() {
        for (a, b) in [(1.0, 1.0), (3.0, 500.0), (20_000.0, 700_000.0)] {
            assert!((beta_exceeds(a, b, a, b) - 0.5).abs() < 1e-8, "{a} {b}: {}", beta_exceeds(a, b, a, b));
        }
        // Of a uniform variable and one with density 2x the second is larger in two of three cases.
        assert!((beta_exceeds(1.0, 1.0, 2.0, 1.0) - 2.0 / 3.0).abs() < 1e-8);
        let best = gaussian_best(&[(1.0, 0.1), (1.0, 0.1), (1.0, 0.1), (0.0, 0.1)]);
        assert!((best[0] - 1.0 / 3.0).abs() < 1e-9 && best[3] < 1e-6);
    }
}
