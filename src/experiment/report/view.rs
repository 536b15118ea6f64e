//! The report as data: what the dashboard, the command and the API read.
//!
//! Money is in minor units, possibly with fractions where it is a mean; times are milliseconds since 1970; shares and lifts are fractions
//! (0.1 is 10%). `None` means that it cannot be said (yet).

use serde::Serialize;

/// Lower and upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

impl From<(f64, f64)> for Interval {
    fn from((lower, upper): (f64, f64)) -> Interval {
        Interval { lower, upper }
    }
}

impl Interval {
    /// Whether "no difference" is among what is possible.
    pub fn includes_zero(&self) -> bool {
        self.lower <= 0.0 && self.upper >= 0.0
    }

    pub(super) fn times(self, factor: f64) -> Interval {
        Interval { lower: self.lower * factor, upper: self.upper * factor }
    }
}

/// What an experiment has shown. See [`report`](super::report).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub at: u64,
    pub created_at: u64,
    pub started_at: Option<u64>,
    /// Everything up to here is counted.
    pub complete_until: Option<u64>,
    pub primary: &'static str,
    /// `horizon` or `open`.
    pub rule: &'static str,
    /// In the two compared arms together: the horizon, or where the open rule is tightest.
    pub planned_visitors: u64,
    pub alpha: f64,
    pub power: f64,
    pub minimum_effect: f64,
    pub currency: String,
    pub arms: Vec<ArmReport>,
    /// Variants against the control.
    pub comparisons: Vec<Comparison>,
    pub assigned_split: SplitReport,
    pub triggered_split: SplitReport,
    /// Set when the campaign should be paused.
    pub pause: Option<Pause>,
    pub quality: QualityReport,
    /// By day of entry, oldest first, the latest [`DAYS_MAX`](crate::experiment::DAYS_MAX) days.
    pub traffic: Vec<TrafficReport>,
    pub notes: Vec<String>,
}

impl Report {
    /// Leaves out curves and segments, which are most of its size, for a list of many.
    pub fn shorten(&mut self) {
        self.traffic.clear();
        for comparison in &mut self.comparisons {
            comparison.segments.clear();
            comparison.over_time.clear();
            comparison.by_day.clear();
            comparison.daily.clear();
        }
    }
}

/// Counts and sums of one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmReport {
    pub arm: String,
    pub slot: usize,
    /// As planned.
    pub share: f64,
    pub assigned: u64,
    /// Triggered and not set apart: what is compared.
    pub visitors: u64,
    pub closed: u64,
    pub received: u64,
    pub shown: u64,
    pub missed: u64,
    pub late: u64,
    pub crossovers: u64,
    pub quarantined: u64,
    pub conversions: u64,
    pub orders: u64,
    pub revenue: i64,
    pub profit: i64,
    pub discount: i64,
    pub refunded: i64,
    pub metrics: Vec<ArmMetric>,
}

/// One metric of one arm.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmMetric {
    pub metric: &'static str,
    pub mean: Option<f64>,
    pub error: Option<f64>,
    /// Wilson's interval of a share, for one look.
    pub one_look: Option<Interval>,
}

/// How visitors were split.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SplitReport {
    /// By slot: holdout, baseline, variants.
    pub counts: Vec<u64>,
    pub expected: Vec<f64>,
    /// Chi-squared, for one look; `None` under 100 units.
    pub one_look_p_value: Option<f64>,
    /// Valid at all looks together.
    pub p_value: f64,
    /// The always-valid p-value is at most 0.001.
    pub is_alarm: bool,
    pub has_changed_shares: bool,
    /// Segments whose own split is off (one look, at 0.001 over their number), where shares were constant.
    pub segments: Vec<String>,
}

/// What was set apart or cut.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct QualityReport {
    pub quarantined: u64,
    pub crossovers: u64,
    pub is_crossover_alarm: bool,
    pub ignored: u64,
    pub revenue_cap: Option<i64>,
    pub profit_cap: Option<i64>,
    /// Visitors whose revenue or profit is above its cap.
    pub capped: u64,
}

/// Why a campaign should be paused.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    pub arm: String,
    pub slot: usize,
    pub metric: &'static str,
    pub reason: String,
}

/// What can be said of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Too little to look at at all.
    NotEnoughData,
    /// Looks count, and none has decided.
    Undecided,
    Better,
    Worse,
    /// The planned number is reached without a decision.
    Inconclusive,
    /// A guardrail says harm, whatever the primary metric says.
    Harmful,
    /// Visitors are not split as intended; the verdict is hidden.
    SplitMismatch,
}

impl Verdict {
    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NotEnoughData => "not_enough_data",
            Verdict::Undecided => "undecided",
            Verdict::Better => "better",
            Verdict::Worse => "worse",
            Verdict::Inconclusive => "inconclusive",
            Verdict::Harmful => "harmful",
            Verdict::SplitMismatch => "split_mismatch",
        }
    }
}

/// A variant against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub arm: String,
    pub slot: usize,
    pub control: String,
    /// Visitors in both arms.
    pub visitors: u64,
    pub verdict: Verdict,
    /// The verdict in plain words.
    pub sentence: String,
    /// The primary metric first.
    pub metrics: Vec<MetricReport>,
    pub power: PowerReport,
    pub guardrails: Vec<GuardrailReport>,
    pub segments: Vec<SegmentReport>,
    pub novelty: Option<NoveltyReport>,
    /// Primary metric over time with its confidence sequence, oldest first.
    pub over_time: Vec<LookReport>,
    /// Conversion, revenue and profit by day of entry, cumulative, with their open confidence sequences.
    pub by_day: Vec<LookReport>,
    /// The effect of each day of entry by itself, with intervals for that day alone.
    pub daily: Vec<LookReport>,
    pub money: Option<MoneyReport>,
    /// Discount given to visitors who would have ordered anyway, in minor units: the control's conversion times the variant's discount.
    pub discount_anyway: Option<f64>,
    /// How much an estimate is exaggerated when one stops early.
    pub exaggeration: Option<String>,
    pub adaptive: Option<AdaptiveReport>,
    /// The primary metric with bots and suspects counted in, by the open rule.
    pub with_quarantined: Option<ExactReport>,
}

impl Comparison {
    /// The primary metric.
    pub fn primary(&self) -> Option<&MetricReport> {
        self.metrics.first()
    }

    /// A metric by its name.
    pub fn metric(&self, name: &str) -> Option<&MetricReport> {
        self.metrics.iter().find(|metric| metric.metric == name)
    }
}

/// One metric of a variant against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricReport {
    pub metric: &'static str,
    /// As the shop calls it; the name with spaces for built-in metrics.
    pub title: String,
    pub kind: super::super::MetricKind,
    pub definition: &'static str,
    pub anchor: &'static str,
    pub higher_is_better: bool,
    pub is_primary: bool,
    pub control: Option<f64>,
    pub treated: Option<f64>,
    pub difference: Option<f64>,
    /// Valid at all looks together.
    pub interval: Option<Interval>,
    /// `None` where the control is too close to 0 for a stable ratio.
    pub lift: Option<f64>,
    pub lift_interval: Option<Interval>,
    /// Valid at all looks together. `None` before the first look that counts.
    pub p_value: Option<f64>,
    /// Over all variants (Holm); the primary metric only.
    pub adjusted_p_value: Option<f64>,
    /// Log e-value of the open rule; secondary metrics only.
    pub log_e: Option<f64>,
    /// Primary: adjusted p at most alpha. Others: among the discoveries of e-BH over all metrics and variants.
    pub is_significant: bool,
    /// Frozen when the planned number was reached.
    pub is_frozen: bool,
    /// Welch's t test (Newcombe's interval for small counts), hidden until the planned number is reached.
    pub one_look: Option<ExactReport>,
    /// Adjusted by what was known before: narrower, for reference.
    pub adjusted: Option<MetricAdjusted>,
    pub posterior: Option<PosteriorReport>,
    /// Exact conversion test; conversion only.
    pub exact: Option<ExactReport>,
    /// Randomization test; primary metric with an even split only. Its interval is not known.
    pub randomization: Option<ExactReport>,
    /// Money without caps.
    pub uncapped: Option<ExactReport>,
    /// Why there is no difference.
    pub missing: Option<&'static str>,
}

/// CUPED's estimate.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricAdjusted {
    pub difference: f64,
    /// Valid at all looks together.
    pub interval: Interval,
    pub lift: Option<f64>,
    pub lift_interval: Option<Interval>,
    /// Squared error over that without adjustment.
    pub variance_ratio: f64,
    /// New and returning visitors were compared apart and weighed together.
    pub is_stratified: bool,
}

/// A test with its own p-value and interval.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExactReport {
    pub p_value: f64,
    /// Difference; for the exact conversion test the relative difference of conversion rates.
    pub estimate: Option<f64>,
    pub interval: Option<Interval>,
}

/// The Bayesian column: not protected against looking often; decisions follow the other columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PosteriorReport {
    pub chance_to_win: f64,
    /// Relative loss on average if the variant is chosen and is worse.
    pub risk: f64,
    pub lift: f64,
    pub interval: Interval,
}

/// How far the experiment is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PowerReport {
    /// Visitors over the planned number, 0 to 1.
    pub progress: f64,
    /// Smallest relative effect that is found with the planned power: by now, and at the planned number.
    pub detectable_now: Option<f64>,
    pub detectable_at_end: Option<f64>,
    /// Visitors in both arms that the smallest worthwhile effect takes.
    pub visitors_needed: Option<u64>,
    /// More visitors until there is an answer.
    pub visitors_more: Option<u64>,
    pub visitors_per_day: Option<f64>,
    /// From the start to the planned number, in whole weeks.
    pub weeks: Option<u32>,
    /// Smallest relative effect that four weeks of these visitors find.
    pub detectable_in_four_weeks: Option<f64>,
    pub hint: Option<String>,
}

/// State of a guardrail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardrailState {
    /// Not enough to tell.
    Watching,
    /// Not worse by more than the margin.
    Safe,
    /// Worse by more than the margin.
    Breached,
}

/// A guardrail of one variant.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GuardrailReport {
    pub metric: &'static str,
    pub margin: f64,
    pub state: GuardrailState,
    /// Bounds of the difference, each valid at all looks together at the guardrails' alpha.
    pub interval: Option<Interval>,
}

/// The primary metric (or conversion) in one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SegmentReport {
    pub axis: &'static str,
    pub segment: &'static str,
    pub metric: &'static str,
    pub visitors: u64,
    pub control: Option<f64>,
    pub treated: Option<f64>,
    pub lift: Option<f64>,
    /// Drawn to the mean of its axis, as far as segments do not really differ.
    pub shrunk_lift: Option<f64>,
    /// Of the shrunk lift, for orientation.
    pub interval: Option<Interval>,
    /// Among the discoveries of e-BH over all segments.
    pub is_flagged: bool,
}

/// Whether the effect changes from day to day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoveltyReport {
    pub metric: &'static str,
    pub days: usize,
    /// Small if days differ by more than chance (Cochran).
    pub heterogeneity_p_value: f64,
    /// Change of the difference per day.
    pub slope: f64,
    pub slope_p_value: f64,
    pub fades: bool,
    /// Difference over the last third of the days.
    pub last_third: Option<f64>,
}

/// Visitors who entered on one UTC day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TrafficReport {
    /// Its beginning.
    pub at: u64,
    /// By slot: holdout, baseline, variants.
    pub visitors: Vec<u64>,
}

/// A point of a curve.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LookReport {
    pub at: u64,
    pub metric: &'static str,
    pub visitors: u64,
    pub difference: f64,
    pub interval: Interval,
    pub lift: Option<f64>,
    pub lift_interval: Option<Interval>,
}

/// The primary metric as money, in minor units.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MoneyReport {
    pub metric: &'static str,
    pub per_thousand_visitors: f64,
    pub per_thousand_interval: Interval,
    /// If all visitors of a month got the variant.
    pub per_month: Option<f64>,
    pub per_month_interval: Option<Interval>,
}

/// The primary metric from logged probabilities (Hadad et al. 2021), for shares that changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AdaptiveReport {
    pub control: f64,
    pub treated: f64,
    pub difference: f64,
    /// For one look.
    pub interval: Interval,
    /// How many even weights the variant's visitors are worth.
    pub effective_visitors: f64,
}
