//! Shares compared: intervals that hold where counts are small.

use super::moments::Moments;
use super::special::norm_ppf;
use super::special::norm_sf;

/// Hits among units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    pub hits: f64,
    pub n: f64,
}

impl Share {
    /// Observed share; 0 without a unit.
    pub fn rate(&self) -> f64 {
        if self.n > 0.0 { self.hits / self.n } else { 0.0 }
    }

    /// Wilson's score interval (1927) at level 1 - `alpha`. The whole range without a unit.
    pub fn wilson(&self, alpha: f64) -> (f64, f64) {
        if self.n.is_nan() || self.n <= 0.0 {
            return (0.0, 1.0);
        }
        let z = -norm_ppf(alpha / 2.0);
        let (p, squared) = (self.rate(), z * z / self.n);
        let center = (p + squared / 2.0) / (1.0 + squared);
        let half = z / (1.0 + squared) * (p * (1.0 - p) / self.n + squared / (4.0 * self.n)).sqrt();
        ((center - half).max(0.0), (center + half).min(1.0))
    }

    /// As [`Moments`], for [`difference`](super::difference) and [`lift`](super::lift).
    pub fn moments(&self) -> Option<Moments> {
        Moments::of_share(self.hits, self.n)
    }
}

/// z of the difference of two shares (b less a) with their pooled variance, and its two-sided p-value. `None` without spread.
pub fn pooled_z(a: Share, b: Share) -> Option<(f64, f64)> {
    let pooled = (a.hits + b.hits) / (a.n + b.n);
    let error = (pooled * (1.0 - pooled) * (1.0 / a.n + 1.0 / b.n)).sqrt();
    let z = (b.rate() - a.rate()) / error;
    z.is_finite().then(|| (z, (2.0 * norm_sf(z.abs())).min(1.0)))
}

/// Wald's interval of b less a, for reference: too narrow where counts are small.
pub fn wald(a: Share, b: Share, alpha: f64) -> (f64, f64) {
    let variance = |share: Share| share.rate() * (1.0 - share.rate()) / share.n;
    let half = -norm_ppf(alpha / 2.0) * (variance(a) + variance(b)).sqrt();
    let d = b.rate() - a.rate();
    (d - half, d + half)
}

/// Newcombe's interval (1998, method 10) of b less a, from the two Wilson intervals. For arms with fewer than 30 hits.
///
/// ```
/// use floorwalker::stats::Share;
/// use floorwalker::stats::newcombe;
///
/// // Nobody of 50 against 3 of 50: "no difference" cannot be ruled out.
/// let (low, high) = newcombe(Share { hits: 0.0, n: 50.0 }, Share { hits: 3.0, n: 50.0 }, 0.05);
/// assert!(low < 0.0 && high > 0.0);
/// ```
pub fn newcombe(a: Share, b: Share, alpha: f64) -> (f64, f64) {
    let (low_a, high_a) = a.wilson(alpha);
    let (low_b, high_b) = b.wilson(alpha);
    let (p, q) = (a.rate(), b.rate());
    let half = |left: f64, right: f64| (left * left + right * right).sqrt();
    (q - p - half(q - low_b, high_a - p), q - p + half(high_b - q, p - low_a))
}

/// Agresti and Caffo's interval (2000) of b less a: Wald's with one hit and one miss added to each arm.
pub fn agresti_caffo(a: Share, b: Share, alpha: f64) -> (f64, f64) {
    let more = |share: Share| Share { hits: share.hits + 1.0, n: share.n + 2.0 };
    wald(more(a), more(b), alpha)
}

/// Score interval of b less a (Miettinen and Nurminen 1985): the differences that their test with variances under the null, times
/// n / (n - 1), does not reject.
pub fn score_interval(a: Share, b: Share, alpha: f64) -> (f64, f64) {
    invert_score(a, b, alpha, a.n)
}

/// The same as statsmodels 0.15 computes it, to compare with: its cubic has the hits of `a` where Miettinen and Nurminen have its units.
/// Bounds differ by up to a tenth of a percent of the interval.
pub fn score_interval_statsmodels(a: Share, b: Share, alpha: f64) -> (f64, f64) {
    invert_score(a, b, alpha, a.hits)
}

fn invert_score(a: Share, b: Share, alpha: f64, third: f64) -> (f64, f64) {
    let critical = -norm_ppf(alpha / 2.0);
    let observed = b.rate() - a.rate();
    let edge = |outside: f64| {
        let (mut inside, mut outside) = (observed, outside);
        for _ in 0..100 {
            let middle = 0.5 * (inside + outside);
            if score_z(a, b, middle, third).abs() <= critical {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    (edge(-1.0), edge(1.0))
}

/// z of the hypothesis that the difference is `delta`, with shares fitted under it: the root of the likelihood's cubic in its
/// trigonometric form.
fn score_z(a: Share, b: Share, delta: f64, third: f64) -> f64 {
    let (n, hits) = (a.n + b.n, a.hits + b.hits);
    let c2 = (b.n + 2.0 * a.n) * delta - n - hits;
    let c1 = (third * delta - n - 2.0 * a.hits) * delta + hits;
    let c0 = a.hits * delta * (1.0 - delta);
    let shift = c2 / (3.0 * n);
    let q = shift * shift * shift - c1 * c2 / (6.0 * n * n) + c0 / (2.0 * n);
    let p = (shift * shift - c1 / (3.0 * n)).max(0.0).sqrt() * if q < 0.0 { -1.0 } else { 1.0 };
    let ratio = if p == 0.0 { 0.0 } else { (q / (p * p * p)).clamp(-1.0, 1.0) };
    let angle = (std::f64::consts::PI + ratio.acos()) / 3.0;
    let fitted_a = (2.0 * p * angle.cos() - shift).clamp(0.0, 1.0);
    let fitted_b = (fitted_a + delta).clamp(0.0, 1.0);
    let variance = (fitted_b * (1.0 - fitted_b) / b.n + fitted_a * (1.0 - fitted_a) / a.n) * n / (n - 1.0);
    let away = b.rate() - a.rate() - delta;
    if variance > 0.0 {
        away / variance.sqrt()
    } else if away == 0.0 {
        0.0
    } else {
        away.signum() * f64::INFINITY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_arms_say_everything_is_possible() {
        let none = Share { hits: 0.0, n: 0.0 };
        assert_eq!(none.wilson(0.05), (0.0, 1.0));
        assert_eq!(pooled_z(none, none), None);
        let (low, high) = newcombe(none, Share { hits: 5.0, n: 10.0 }, 0.05);
        assert!(low <= -0.5 && high >= 0.5);
    }

    #[test]
    fn the_methods_agree_on_large_counts() {
        let (a, b) = (Share { hits: 30_000.0, n: 1e6 }, Share { hits: 31_000.0, n: 1e6 });
        let wald = wald(a, b, 0.05);
        for other in [newcombe(a, b, 0.05), agresti_caffo(a, b, 0.05), score_interval(a, b, 0.05)] {
            assert!((other.0 - wald.0).abs() < 1e-6 && (other.1 - wald.1).abs() < 1e-6);
        }
    }

    #[test]
    fn the_score_interval_is_where_the_fitted_test_rejects() {
        let (a, b) = (Share { hits: 12.0, n: 400.0 }, Share { hits: 25.0, n: 410.0 });
        let (low, high) = score_interval(a, b, 0.05);
        // The fit by brute force: shares p and p + delta with the largest likelihood.
        for delta in [low, high] {
            let likelihood = |p: f64| {
                let q = p + delta;
                a.hits * p.ln() + (a.n - a.hits) * (1.0 - p).ln() + b.hits * q.ln() + (b.n - b.hits) * (1.0 - q).ln()
            };
            let best = (1..40_000)
                .map(|i| f64::from(i) * 5e-6)
                .filter(|p| p + delta > 0.0)
                .max_by(|p, q| likelihood(*p).total_cmp(&likelihood(*q)));
            let p = best.unwrap();
            let q = p + delta;
            let variance = (p * (1.0 - p) / a.n + q * (1.0 - q) / b.n) * 810.0 / 809.0;
            let z = (b.rate() - a.rate() - delta) / variance.sqrt();
            assert!((z.abs() - 1.959_964).abs() < 1e-3, "{delta}: {z}");
        }
    }
}
