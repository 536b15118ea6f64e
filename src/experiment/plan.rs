//! What an experiment sets out to show, fixed before its first visitor.

use super::Arm;
use super::Metric;
use crate::model::Currency;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// Custom metrics of one experiment.
pub const CUSTOM_MAX: usize = 4;
/// Variants of one experiment; a campaign file takes as many.
pub const VARIANTS_MAX: usize = 8;
/// Guardrails of one experiment.
pub const GUARDRAILS_MAX: usize = 8;

/// When looks count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// A planned number of visitors in the two compared arms together. Looks at any time up to it count, none after it. The default:
    /// most power.
    Horizon { visitors: u64 },
    /// No end. The confidence sequence is tightest at `tuned_for` visitors.
    Open { tuned_for: u64 },
}

impl Mode {
    /// The planned or tuned number of visitors, at least 1.
    pub fn visitors(self) -> u64 {
        match self {
            Mode::Horizon { visitors } => visitors.max(1),
            Mode::Open { tuned_for } => tuned_for.max(1),
        }
    }
}

/// A metric that must not get worse.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Guardrail {
    pub metric: Metric,
    /// Loss that is still accepted, as a share of the control's mean; 0 accepts none.
    pub margin: f64,
}

/// A measure of the shop's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomMetric {
    /// As the shop calls it, at most 64 bytes.
    pub title: Box<str>,
    pub higher_is_better: bool,
}

/// What is assumed about the primary metric before the start; from earlier visits or the power calculator.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expected {
    /// Mean per visitor without treatment, in the metric's stored unit.
    pub mean: f64,
    /// Standard deviation between visitors.
    pub deviation: f64,
}

/// Plan of one experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What variants are compared with: the baseline, or the holdout for the whole shop's experiment.
    pub control: Arm,
    /// Planned shares by [`slot`](Arm::slot): holdout, baseline, variants. An arm with a share of 0 is not expected.
    pub shares: Vec<f64>,
    pub primary: Metric,
    pub mode: Mode,
    /// Accepted rate of false alarms, two-sided.
    pub alpha: f64,
    pub power: f64,
    /// Smallest relative effect worth finding.
    pub minimum_effect: f64,
    pub guardrails: Vec<Guardrail>,
    /// Accepted rate of false alarms of each guardrail, one-sided.
    pub guardrail_alpha: f64,
    pub custom: Vec<CustomMetric>,
    pub expected: Option<Expected>,
    /// Caps of revenue and profit per visitor in minor units, from before the start; else they are found on the way, blind to arms.
    pub revenue_cap: Option<i64>,
    pub profit_cap: Option<i64>,
    pub currency: Currency,
    /// Somebody has looked into a mismatch of the split and wants to see the verdict all the same.
    pub is_split_acknowledged: bool,
    pub created_at: Timestamp,
}

impl Plan {
    /// Profit per visitor at 5% and a power of 80%, with conversion and revenue as guardrails, for arms with these shares (by
    /// [`slot`](Arm::slot)). The horizon is what finds a lift of 20% on a conversion of 3%.
    pub fn new(shares: Vec<f64>, created_at: Timestamp) -> Plan {
        Plan {
            control: Arm::Baseline,
            shares,
            primary: Metric::ProfitPerVisitor,
            mode: Mode::Horizon { visitors: DEFAULT_HORIZON },
            alpha: 0.05,
            power: 0.8,
            minimum_effect: 0.2,
            guardrails: vec![
                Guardrail { metric: Metric::Conversion, margin: 0.0 },
                Guardrail { metric: Metric::RevenuePerVisitor, margin: 0.0 },
                Guardrail { metric: Metric::ProfitPerVisitor, margin: 0.0 },
            ],
            guardrail_alpha: 0.01,
            custom: Vec::new(),
            expected: None,
            revenue_cap: None,
            profit_cap: None,
            currency: Currency::default(),
            is_split_acknowledged: false,
            created_at,
        }
    }

    /// All problems of a plan, each with its field and the limit. Empty if there is none.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut check = |good: bool, text: String| {
            if !good {
                problems.push(text);
            }
        };
        let between = |value: f64, low: f64, high: f64| value >= low && value <= high;
        check(between(self.alpha, 1e-4, 0.2), format!("alpha must be 0.0001 to 0.2, not {}", self.alpha));
        check(between(self.power, 0.5, 0.99), format!("power must be 0.5 to 0.99, not {}", self.power));
        check(between(self.minimum_effect, 0.001, 10.0), format!("minimum_effect must be 0.001 to 10, not {}", self.minimum_effect));
        check(between(self.guardrail_alpha, 1e-4, 0.2), format!("guardrail_alpha must be 0.0001 to 0.2, not {}", self.guardrail_alpha));
        let visitors = self.mode.visitors();
        check((200..=1_000_000_000).contains(&visitors), format!("mode must have 200 to 1,000,000,000 visitors, not {visitors}"));
        let slots = self.shares.len();
        check((2..=2 + VARIANTS_MAX).contains(&slots), format!("shares must name 2 to {} arms, not {slots}", 2 + VARIANTS_MAX));
        let sum: f64 = self.shares.iter().sum();
        let is_share = self.shares.iter().all(|share| between(*share, 0.0, 1.0));
        check(is_share && (sum - 1.0).abs() < 1e-6, format!("shares must be 0 to 1 and sum to 1, not {sum}"));
        check(self.custom.len() <= CUSTOM_MAX, format!("custom must have at most {CUSTOM_MAX} metrics, not {}", self.custom.len()));
        let is_short = self.custom.iter().all(|custom| custom.title.len() <= 64);
        check(is_short, "custom: a title has at most 64 bytes".to_owned());
        let guardrails = self.guardrails.len();
        check(guardrails <= GUARDRAILS_MAX, format!("guardrails must be at most {GUARDRAILS_MAX}, not {guardrails}"));
        for guardrail in &self.guardrails {
            check(
                between(guardrail.margin, 0.0, 1.0),
                format!("guardrails: the margin of {} must be 0 to 1, not {}", guardrail.metric.name(), guardrail.margin),
            );
        }
        let is_known = |metric: Metric| !matches!(metric, Metric::Custom(index) if usize::from(index) >= self.custom.len());
        let all_known = is_known(self.primary) && self.guardrails.iter().all(|guardrail| is_known(guardrail.metric));
        check(all_known, "primary and guardrails must be metrics of the plan".to_owned());
        check(!matches!(self.control, Arm::Variant(_)), "control must be the baseline or the holdout".to_owned());
        problems
    }

    /// Number of arms, between 2 (no variant) and 2 + [`VARIANTS_MAX`].
    pub fn slots(&self) -> usize {
        self.shares.len().clamp(2, 2 + VARIANTS_MAX)
    }

    /// Planned share of an arm; 0 if there is no such arm.
    pub fn share(&self, slot: usize) -> f64 {
        self.shares.get(slot).copied().filter(|share| share.is_finite()).unwrap_or(0.0).clamp(0.0, 1.0)
    }

    /// Slots of what is compared with the control: variants with a share.
    pub fn variants(&self) -> impl Iterator<Item = usize> + '_ {
        (2..self.slots()).filter(|&slot| self.share(slot) > 0.0)
    }

    /// All metrics of this experiment, the primary one first.
    pub fn metrics(&self) -> Vec<Metric> {
        let custom = (0..self.custom.len().min(CUSTOM_MAX)).map(|index| Metric::Custom(index as u8));
        let mut metrics = vec![self.primary];
        metrics.extend(Metric::BUILT_IN.into_iter().chain(custom).filter(|&metric| metric != self.primary));
        metrics
    }

    /// Whether more of a metric is better.
    pub fn higher_is_better(&self, metric: Metric) -> bool {
        match metric {
            Metric::Custom(index) => self.custom.get(usize::from(index)).is_none_or(|custom| custom.higher_is_better),
            metric => metric.higher_is_better(),
        }
    }
}

/// 1.1 times the 27,820 visitors with which a one-look test at 5% finds a lift of 20% on 3% in 80 of 100 cases.
const DEFAULT_HORIZON: u64 = 30_602;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_good_and_problems_name_their_field() {
        let plan = Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0));
        assert_eq!(plan.problems(), Vec::<String>::new());
        assert_eq!(plan.metrics().len(), 8);
        let bad = Plan {
            alpha: f64::NAN,
            shares: vec![0.5, 0.6],
            primary: Metric::Custom(2),
            mode: Mode::Open { tuned_for: 3 },
            control: Arm::Variant(0),
            ..plan
        };
        let problems = bad.problems();
        for (problem, field) in problems.iter().zip(["alpha", "mode", "shares", "primary", "control"]) {
            assert!(problem.starts_with(field), "{problem}");
        }
        assert_eq!(problems.len(), 5, "{problems:?}");
    }
}
