//! Exact test of conversions: where each first conversion lands, whatever the traffic.
//!
//! If the treatment changes nobody's mind, each first conversion lands in the treated arm with the probability with which its visitor was
//! put there, independently of time of day, traffic and season. The test bets on the next one by what it has seen; the product of the
//! pay-offs is an e-value, valid at every sample size and every stopping time without any approximation. With constant shares it is the
//! beta-binomial mixture of Lindon and Malek (Anytime-valid inference for multinomial count data, NeurIPS 2022).

use super::exact::exp;
use super::exact::ln;
use super::special::ln_beta;
use serde::Deserialize;
use serde::Serialize;

/// Log e-value of `treated` and `control` first conversions when each lands in the treated arm with `share`.
///
/// `k` is the strength of the mixture, about 4 over the square of the expected log lift: 100 for 20%, 400 for 10%. Fixed beforehand.
pub fn exact_conversion_log_e(treated: f64, control: f64, share: f64, k: f64) -> f64 {
    ln_beta(k * share + treated, k * (1.0 - share) + control)
        - ln_beta(k * share, k * (1.0 - share))
        - treated * ln(share)
        - control * ln(1.0 - share)
}

/// Confidence sequence of the log ratio of conversion rates, treated over control, at level 1 - `alpha`.
///
/// All log ratios that the test would not reject. Infinite on a side that nothing bounds, as with no conversion at all.
pub fn exact_conversion_interval(treated: f64, control: f64, share: f64, k: f64, alpha: f64) -> (f64, f64) {
    let offset = ln(share) - ln(1.0 - share);
    let bound = ln_beta(k * share + treated, k * (1.0 - share) + control) - ln_beta(k * share, k * (1.0 - share)) + ln(alpha);
    // ln theta = -ln(1 + e^-x), ln(1 - theta) = -ln(1 + e^x) with x the log odds of landing in the treated arm.
    let soft = |x: f64| if x > 0.0 { x + super::exact::ln_1p(exp(-x)) } else { super::exact::ln_1p(exp(x)) };
    let kept = |delta: f64| -treated * soft(-(delta + offset)) - control * soft(delta + offset) >= bound;
    let peak = if treated > 0.0 && control > 0.0 {
        ln(treated / control) - offset
    } else if treated > 0.0 {
        FAR
    } else {
        -FAR
    };
    let edge = |outside: f64| {
        if kept(outside) {
            return if outside > 0.0 { f64::INFINITY } else { f64::NEG_INFINITY };
        }
        let (mut inside, mut outside) = (peak, outside);
        for _ in 0..200 {
            let middle = 0.5 * (inside + outside);
            if kept(middle) {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        inside
    };
    (edge(-FAR), edge(FAR))
}

/// Log ratios are looked for up to e^50.
const FAR: f64 = 50.0;

/// The test as conversions come in, one by one. Constant memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExactConversionWatch {
    /// Strength of the mixture.
    k: f64,
    treated: u64,
    control: u64,
    /// Sum of the treated arm's shares at those conversions.
    expected: f64,
    share_min: f64,
    share_max: f64,
    log_e: f64,
    log_e_max: f64,
}

impl ExactConversionWatch {
    /// `k` as in [`exact_conversion_log_e`].
    pub fn new(k: f64) -> ExactConversionWatch {
        ExactConversionWatch { k, treated: 0, control: 0, expected: 0.0, share_min: 1.0, share_max: 0.0, log_e: 0.0, log_e_max: 0.0 }
    }

    /// One visitor's first conversion; `share` is how likely the treated arm was for it, of the two compared. Shares may change from
    /// visitor to visitor. One outside 0..1 leaves it out.
    pub fn converted(&mut self, is_treated: bool, share: f64) {
        if share.is_nan() || share <= 0.0 || share >= 1.0 {
            return;
        }
        // What the arm got beyond its expectation moves the bet: with a constant share this is (k p + s1) / (k + s).
        let over = (self.k * share + self.treated as f64) / (self.k * share + self.expected);
        let total = (self.treated + self.control) as f64;
        let under = (self.k * (1.0 - share) + self.control as f64) / (self.k * (1.0 - share) + total - self.expected);
        let sum = share * over + (1.0 - share) * under;
        self.log_e += ln(if is_treated { over } else { under } / sum);
        self.log_e_max = self.log_e_max.max(self.log_e);
        if is_treated {
            self.treated += 1;
        } else {
            self.control += 1;
        }
        self.expected += share;
        self.share_min = self.share_min.min(share);
        self.share_max = self.share_max.max(share);
    }

    /// First conversions so far: treated, control.
    pub fn counts(&self) -> (u64, u64) {
        (self.treated, self.control)
    }

    /// Whether fewer first conversions than expected landed in the treated arm.
    pub fn is_below(&self) -> bool {
        (self.treated as f64) < self.expected
    }

    /// Ratio of conversion rates, treated over control, as far as shares were constant. `None` without a conversion of the control.
    pub fn rate_ratio(&self) -> Option<f64> {
        let expected_control = (self.treated + self.control) as f64 - self.expected;
        (self.control > 0 && self.expected > 0.0).then(|| self.treated as f64 / self.control as f64 * expected_control / self.expected)
    }

    /// Evidence now.
    pub fn log_e(&self) -> f64 {
        self.log_e
    }

    /// Valid p-value over all looks so far.
    pub fn p_value(&self) -> f64 {
        exp(-self.log_e_max).min(1.0)
    }

    /// Interval of the log ratio of conversion rates. `None` while shares have changed, where no closed form holds, or nobody converted.
    pub fn interval(&self, alpha: f64) -> Option<(f64, f64)> {
        if self.treated + self.control == 0 || self.share_max - self.share_min > 1e-9 {
            return None;
        }
        Some(exact_conversion_interval(self.treated as f64, self.control as f64, self.share_max, self.k, alpha))
    }

    /// Joins what another node saw of other visitors. With one constant share the result is as if one node had seen all; else the
    /// e-values are multiplied. Looks before the merge no longer count.
    pub fn merge(&mut self, other: &ExactConversionWatch) {
        if other.treated + other.control == 0 {
            return;
        }
        if self.treated + self.control == 0 {
            *self = other.clone();
            return;
        }
        self.treated += other.treated;
        self.control += other.control;
        self.expected += other.expected;
        self.share_min = self.share_min.min(other.share_min);
        self.share_max = self.share_max.max(other.share_max);
        self.log_e = if self.share_max - self.share_min <= 1e-9 {
            exact_conversion_log_e(self.treated as f64, self.control as f64, self.share_max, self.k)
        } else {
            self.log_e + other.log_e
        };
        self.log_e_max = self.log_e.max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_by_one_is_the_closed_form_and_merging_is_too() {
        let mut all = ExactConversionWatch::new(100.0);
        let mut parts = [ExactConversionWatch::new(100.0), ExactConversionWatch::new(100.0)];
        for i in 0..900_u32 {
            let treated = i % 7 < 4;
            all.converted(treated, 0.3);
            parts[usize::from(i % 3 == 0)].converted(treated, 0.3);
        }
        let (s1, s0) = all.counts();
        let closed = exact_conversion_log_e(s1 as f64, s0 as f64, 0.3, 100.0);
        assert!((all.log_e() / closed - 1.0).abs() < 1e-10, "{} {closed}", all.log_e());
        let [mut left, right] = parts;
        left.merge(&right);
        assert!((left.log_e() / closed - 1.0).abs() < 1e-10);
        let (low, high) = all.interval(0.05).unwrap();
        let point = ln(s1 as f64 / s0 as f64) - ln(0.3 / 0.7);
        assert!(low < point && point < high && low > 0.0);
    }

    #[test]
    fn the_bet_is_fair_under_changing_shares() {
        // The expected pay-off of the next conversion is 1 whatever was seen before.
        let mut watch = ExactConversionWatch::new(50.0);
        for (i, share) in [0.5, 0.9, 0.2, 0.9, 0.4, 0.05].into_iter().cycle().take(200).enumerate() {
            let [mut yes, mut no] = [watch.clone(), watch.clone()];
            yes.converted(true, share);
            no.converted(false, share);
            let fair = share * exp(yes.log_e() - watch.log_e()) + (1.0 - share) * exp(no.log_e() - watch.log_e());
            assert!((fair - 1.0).abs() < 1e-12, "{fair}");
            watch.converted(i % 3 == 0, share);
        }
        assert_eq!(watch.interval(0.05), None);
    }
}
