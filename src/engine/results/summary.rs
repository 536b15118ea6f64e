//! What an experiment has shown so far, as numbers that may be looked at at any time.

use super::Trial;
use crate::experiment::Arm;
use crate::experiment::Column;
use crate::experiment::Marks;
use crate::experiment::Metric;
use crate::experiment::Mode;
use crate::experiment::Plan;
use crate::experiment::interval_factor;
use crate::model::Timestamp;
use crate::stats::difference;
use crate::stats::lift;
use serde::Serialize;

/// Log of the evidence from which on a split counts as broken: 1,000 to 1.
const SPLIT_ALARM: f64 = 6.907_755_278_982_137;
/// A lift is told from this many standard errors of the control's mean on; before, it is a ratio of chance.
const LIFT_FROM: f64 = 3.0;
/// Units in both compared arms, and orders in each where the metric is about them, before anything is said of a difference.
const UNITS_MIN: u64 = 200;
const ORDERS_MIN: i128 = 10;

/// One experiment.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub id: String,
    pub campaign: String,
    pub name: String,
    /// First entry and last report, milliseconds since the epoch; `None` before the first.
    pub started_ms: Option<u64>,
    pub changed_ms: Option<u64>,
    /// Complete up to then.
    pub watermark_ms: u64,
    pub primary: &'static str,
    pub mode: &'static str,
    /// Units the horizon is planned for, or the intervals are tuned to.
    pub planned: u64,
    pub alpha: f64,
    pub currency: String,
    pub split: Split,
    pub arms: Vec<ArmSummary>,
    pub comparisons: Vec<Comparison>,
    /// Reports that fit no arm.
    pub ignored: u64,
}

/// Whether units were split as planned.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Split {
    pub p_value: f64,
    /// The split is broken: no verdict holds until the reason is known.
    pub alarm: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ArmSummary {
    pub arm: String,
    pub share: f64,
    pub units: u64,
    /// Bots, previews and who turned personalization off: counted apart, never compared.
    pub set_apart: u64,
    pub converted: i64,
    pub orders: i64,
    pub revenue_minor: i64,
    pub profit_minor: i64,
    pub discount_minor: i64,
    pub refunded_minor: i64,
    pub page_views: i64,
    pub attention_seconds: i64,
    pub bounced: i64,
    pub marks: Marks,
}

/// A variant against the control.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    pub variant: String,
    pub units: u64,
    /// Of the plan, 0..=1.
    pub progress: f64,
    /// `better`, `worse`, `undecided` (the plan is used up) or `too_early`.
    pub verdict: &'static str,
    /// Of the primary metric, valid at all looks together.
    pub p_value: f64,
    /// Of the exact test of first conversions.
    pub exact_p_value: f64,
    pub metrics: Vec<MetricSummary>,
}

/// A metric in both arms. Intervals hold at all looks together; all values are in the metric's stored unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricSummary {
    pub metric: &'static str,
    pub title: String,
    pub definition: &'static str,
    pub anchor: &'static str,
    pub money: bool,
    pub control: Option<f64>,
    pub treated: Option<f64>,
    pub difference: Option<[f64; 3]>,
    /// Lower bound, estimate, upper bound.
    pub lift: Option<[f64; 3]>,
}

impl Summary {
    /// Sums up an experiment. The same totals give the same summary.
    pub fn of(trial: &Trial, watermark: Timestamp) -> Summary {
        let totals = &trial.totals;
        let plan = totals.plan();
        let split = totals.splits()[1];
        let span = totals.span();
        let arms = (0..plan.slots()).filter(|slot| plan.share(*slot) > 0.0 || totals.arms().get(*slot).is_some_and(|arm| arm.units() > 0));
        Summary {
            id: trial.id(),
            campaign: trial.campaign.to_string(),
            name: trial.name.to_string(),
            started_ms: span.map(|(first, _)| first.millis()),
            changed_ms: span.map(|(_, last)| last.millis()),
            watermark_ms: watermark.millis(),
            primary: plan.primary.name(),
            mode: if matches!(plan.mode, Mode::Open { .. }) { "open" } else { "horizon" },
            planned: plan.mode.visitors(),
            alpha: plan.alpha,
            currency: plan.currency.code().to_owned(),
            split: Split { p_value: finite(split.p_value()).unwrap_or(1.0), alarm: split.log_e() >= SPLIT_ALARM },
            arms: arms.filter_map(|slot| arm(trial, slot)).collect(),
            comparisons: plan.variants().filter(|slot| *slot != plan.control.slot()).filter_map(|slot| comparison(trial, slot)).collect(),
            ignored: totals.ignored(),
        }
    }
}

impl Trial {
    /// What people call an arm.
    pub fn arm_name(&self, arm: Arm) -> String {
        match arm {
            Arm::Holdout => "holdout".to_owned(),
            Arm::Baseline => "baseline".to_owned(),
            Arm::Variant(index) => {
                self.variants.get(usize::from(index)).map_or_else(|| format!("variant {}", index + 1), |id| id.to_string())
            }
        }
    }
}

fn arm(trial: &Trial, slot: usize) -> Option<ArmSummary> {
    let arm = Arm::of_slot(slot);
    let found = trial.totals.arm(arm)?;
    let sum = |column: Column| i64::try_from(found.sum(column)).unwrap_or(i64::MAX);
    Some(ArmSummary {
        arm: trial.arm_name(arm),
        share: trial.totals.plan().share(slot),
        units: found.units(),
        set_apart: found.quarantined().n,
        converted: sum(Column::Converted),
        orders: sum(Column::Orders),
        revenue_minor: sum(Column::Revenue),
        profit_minor: sum(Column::Profit),
        discount_minor: sum(Column::Discount),
        refunded_minor: sum(Column::Refunded),
        page_views: sum(Column::PageViews),
        attention_seconds: sum(Column::Attention),
        bounced: sum(Column::Bounced),
        marks: found.marks,
    })
}

fn comparison(trial: &Trial, slot: usize) -> Option<Comparison> {
    let (totals, variant) = (&trial.totals, Arm::of_slot(slot));
    let plan = totals.plan();
    let (control, treated) = (totals.arm(plan.control)?, totals.arm(variant)?);
    let watch = totals.watch(variant)?;
    let units = control.units() + treated.units();
    let verdict = match watch.decided() {
        Some(look) if (look.estimate > 0.0) == plan.higher_is_better(plan.primary) => "better",
        Some(_) => "worse",
        None if matches!(plan.mode, Mode::Horizon { visitors } if units >= visitors) => "undecided",
        None => "too_early",
    };
    Some(Comparison {
        variant: trial.arm_name(variant),
        units,
        progress: (units as f64 / plan.mode.visitors() as f64).min(1.0),
        verdict,
        p_value: finite(watch.p_value(plan.mode)).unwrap_or(1.0),
        exact_p_value: finite(watch.conversions().p_value()).unwrap_or(1.0),
        metrics: plan.metrics().into_iter().map(|metric| summed(trial, plan, metric, slot)).collect(),
    })
}

fn summed(trial: &Trial, plan: &Plan, metric: Metric, slot: usize) -> MetricSummary {
    let all = |slot: usize| trial.totals.arms().get(slot).map(|arm| arm.all());
    let (control, treated) = (all(plan.control.slot()), all(slot));
    let orders = |sums: &Option<crate::experiment::Sums>| sums.as_ref().map_or(0, |sums| sums.sum(Column::Orders));
    let units = control.as_ref().map_or(0, |sums| sums.n) + treated.as_ref().map_or(0, |sums| sums.n);
    let is_enough = units >= UNITS_MIN && (!metric.is_about_orders() || orders(&control).min(orders(&treated)) >= ORDERS_MIN);
    let left = control.as_ref().and_then(|sums| sums.metric(metric, false));
    let right = treated.as_ref().and_then(|sums| sums.metric(metric, false));
    let factor = interval_factor(plan, units);
    let bounds = |(low, high): (f64, f64), value: f64| Some([finite(low)?, finite(value)?, finite(high)?]);
    let pair = left.as_ref().zip(right.as_ref()).filter(|_| is_enough);
    let found = pair.and_then(|(left, right)| difference(left, right)).and_then(|found| bounds(found.around(factor), found.value));
    let is_stable = left.as_ref().is_some_and(|left| left.mean.abs() >= LIFT_FROM * left.error_squared().sqrt());
    let lifted = pair.filter(|_| is_stable).and_then(|(left, right)| lift(left, right));
    let title = match metric {
        Metric::Custom(index) => plan.custom.get(usize::from(index)).map_or_else(String::new, |custom| custom.title.to_string()),
        metric => metric.name().replace('_', " "),
    };
    MetricSummary {
        metric: metric.name(),
        title,
        definition: metric.definition(),
        anchor: metric.anchor(),
        money: metric.is_money(),
        control: left.and_then(|moments| finite(moments.mean)),
        treated: right.and_then(|moments| finite(moments.mean)),
        difference: found,
        lift: lifted.and_then(|lifted| bounds(lifted.around(factor), lifted.value)),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// All experiments as rows for a spreadsheet: one per arm, amounts in minor units.
pub fn csv(summaries: &[Summary]) -> String {
    let mut out = String::from(
        "experiment,campaign,arm,share,units,set_apart,converted,orders,revenue_minor,profit_minor,discount_minor,refunded_minor,page_views,attention_seconds,bounced,received,shown,missed,crossovers,currency,watermark_ms\n",
    );
    for summary in summaries {
        for arm in &summary.arms {
            let texts = [&summary.id, &summary.campaign, &arm.arm].map(|text| quoted(text));
            let numbers = [
                arm.converted,
                arm.orders,
                arm.revenue_minor,
                arm.profit_minor,
                arm.discount_minor,
                arm.refunded_minor,
                arm.page_views,
                arm.attention_seconds,
                arm.bounced,
            ]
            .map(|number| number.to_string());
            let marks = [arm.marks.received, arm.marks.shown, arm.marks.missed, arm.marks.crossovers].map(|number| number.to_string());
            out.push_str(&format!(
                "{},{},{},{},{},{},{},{}\n",
                texts.join(","),
                arm.share,
                arm.units,
                arm.set_apart,
                numbers.join(","),
                marks.join(","),
                summary.currency,
                summary.watermark_ms
            ));
        }
    }
    out
}

/// A field that a spreadsheet takes for nothing but text.
fn quoted(text: &str) -> String {
    let text = text.replace('"', "\"\"");
    // What begins like a formula is one to some spreadsheets.
    let guard = if text.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    format!("\"{guard}{text}\"")
}
