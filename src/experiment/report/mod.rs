//! What an experiment has shown, made anew from its totals whenever somebody looks.
//!
//! A pure function of totals, plan and time. Every interval of the primary metric is valid at all looks together by the plan's rule; all
//! other metrics are judged by e-values, which stay valid however many there are and whenever one looks. What cannot be said is `None`
//! with a reason, never NaN. Nothing is called significant before the first look that counts, and an interval that includes 0 is never a
//! verdict.

mod compare;
mod guard;
mod over_time;
mod render;
mod segment;
mod verdict;
mod view;

pub use guard::pause_due;
pub use render::report_csv;
pub use render::report_table;
pub use view::AdaptiveReport;
pub use view::ArmMetric;
pub use view::ArmReport;
pub use view::Comparison;
pub use view::ExactReport;
pub use view::GuardrailReport;
pub use view::GuardrailState;
pub use view::Interval;
pub use view::LookReport;
pub use view::MetricAdjusted;
pub use view::MetricReport;
pub use view::MoneyReport;
pub use view::NoveltyReport;
pub use view::Pause;
pub use view::PosteriorReport;
pub use view::PowerReport;
pub use view::QualityReport;
pub use view::Report;
pub use view::SegmentReport;
pub use view::SplitReport;
pub use view::TrafficReport;
pub use view::Verdict;

use super::Arm;
use super::Metric;
use super::SEGMENTS;
use super::Segment;
use super::plan::Mode;
use super::plan::Plan;
use super::sums::Column;
use super::totals::ArmTotals;
use super::totals::Totals;
use crate::model::Timestamp;
use crate::stats::SRM_ALPHA;
use crate::stats::Share;
use crate::stats::SrmWatch;
use crate::stats::e_benjamini_hochberg;
use crate::stats::holm;
use crate::stats::srm_p_value;

/// Share of units that met two arms from which the report warns.
const CROSSOVERS_MAX: f64 = 0.01;
/// Units before the one-look check of a split is shown.
const SPLIT_UNITS_MIN: u64 = 100;

/// Reports an experiment. `plan` gives what may change while it runs: guardrails, the smallest effect, whether a mismatch of the split
/// was looked into. Rule, alpha, primary metric and arms are those of the start; if they differ, a note says so.
///
/// ```
/// use floorwalker::experiment::{Arm, Entry, Outcome, Plan, Segment, Totals, Unit, Verdict, report};
/// use floorwalker::model::Timestamp;
///
/// let plan = Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0));
/// let mut totals = Totals::new(&plan);
/// for i in 0..100_u32 {
///     let arm = if i % 2 == 0 { Arm::Baseline } else { Arm::Variant(0) };
///     let at = Timestamp(u64::from(i) * 60_000_000);
///     totals.enter(&mut Entry::new(Unit(u128::from(i).to_be_bytes()), arm, Segment::default(), at));
/// }
/// let report = report(&totals, &plan, Timestamp(6_000_000_000));
/// assert_eq!(report.comparisons[0].verdict, Verdict::NotEnoughData);
/// ```
pub fn report(totals: &Totals, plan: &Plan, now: Timestamp) -> Report {
    let start = totals.plan();
    let mut splits = totals.splits().map(split);
    splits[1].segments = mismatched_segments(totals);
    let is_mismatched = splits.iter().any(|split| split.is_alarm);
    let mut comparisons: Vec<Comparison> = compared(totals).map(|slot| compare::compare(totals, plan, slot, now)).collect();
    adjust(start, &mut comparisons);
    for comparison in &mut comparisons {
        let hidden = is_mismatched && !plan.is_split_acknowledged;
        verdict::conclude(totals, plan, comparison, hidden);
    }
    let pause = pause_due(totals, plan);
    let mut notes = Vec::new();
    if is_changed(start, plan) {
        notes.push("The plan was changed after the start; rule, alpha, primary metric and arms stay as they were.".to_owned());
    }
    if is_mismatched {
        notes.push(
            "Visitors are not split as intended, so arms cannot be compared. Usual causes: the change is shown late, bots are filtered after \
             assignment, consent is asked in one arm only, a redirect loses visitors, one arm crashes."
                .to_owned(),
        );
    }
    let quality = quality(totals);
    if quality.is_crossover_alarm {
        notes.push("More than 1% of visitors met two arms and were taken out.".to_owned());
    }
    if totals.splits()[1].has_changed_shares() {
        notes.push(
            "Shares changed while the experiment ran; the primary metric is estimated with the logged probabilities, since plain means \
             would be biased."
                .to_owned(),
        );
    }
    let (rule, planned) = match start.mode {
        Mode::Horizon { visitors } => ("horizon", visitors),
        Mode::Open { tuned_for } => ("open", tuned_for),
    };
    Report {
        at: now.millis(),
        created_at: start.created_at.millis(),
        started_at: totals.span().map(|(first, _)| first.millis()),
        complete_until: totals.span().map(|(_, last)| last.millis()),
        primary: start.primary.name(),
        rule,
        planned_visitors: planned,
        alpha: start.alpha,
        power: start.power,
        minimum_effect: plan.minimum_effect,
        currency: start.currency.code().to_owned(),
        arms: (0..start.slots()).map(|slot| arm_report(totals, slot)).filter(|arm| arm.share > 0.0 || arm.visitors > 0).collect(),
        comparisons,
        assigned_split: splits[0].clone(),
        triggered_split: splits[1].clone(),
        pause,
        quality,
        traffic: over_time::traffic(totals),
        notes,
    }
}

/// Slots of the variants to compare: those with a planned share, and those that visitors came to all the same.
fn compared(totals: &Totals) -> impl Iterator<Item = usize> + '_ {
    let plan = totals.plan();
    (2..plan.slots()).filter(move |&slot| plan.share(slot) > 0.0 || totals.arms()[slot].units() > 0)
}

/// Arms against the control: Holm on the primary metric. All other metrics of all arms together: e-BH.
fn adjust(plan: &Plan, comparisons: &mut [Comparison]) {
    let primary: Vec<f64> = comparisons.iter().map(|comparison| comparison.primary().and_then(|m| m.p_value).unwrap_or(1.0)).collect();
    for (comparison, adjusted) in comparisons.iter_mut().zip(holm(&primary)) {
        if let Some(metric) = comparison.metrics.first_mut()
            && metric.p_value.is_some()
        {
            metric.adjusted_p_value = Some(adjusted);
            metric.is_significant = adjusted <= plan.alpha;
        }
    }
    let mut places = Vec::new();
    let mut evidence = Vec::new();
    for (c, comparison) in comparisons.iter().enumerate() {
        for (m, metric) in comparison.metrics.iter().enumerate().skip(1) {
            if let Some(log_e) = metric.log_e {
                places.push((c, m));
                evidence.push(log_e);
            }
        }
    }
    for index in e_benjamini_hochberg(&evidence, plan.alpha) {
        let (c, m) = places[index];
        comparisons[c].metrics[m].is_significant = true;
    }
}

fn is_changed(start: &Plan, plan: &Plan) -> bool {
    start.mode != plan.mode
        || start.alpha != plan.alpha
        || start.primary != plan.primary
        || start.control != plan.control
        || start.shares != plan.shares
        || start.custom != plan.custom
}

fn split(watch: &SrmWatch) -> SplitReport {
    let counts = watch.counts();
    let (used, expected): (Vec<u64>, Vec<f64>) =
        counts.iter().zip(watch.expected()).filter(|(_, expected)| **expected > 0.0).map(|(&count, &expected)| (count, expected)).unzip();
    let total: u64 = used.iter().sum();
    let one_look = (total >= SPLIT_UNITS_MIN).then(|| srm_p_value(&used, &expected).ok()).flatten();
    SplitReport {
        counts: counts.to_vec(),
        expected: watch.expected().to_vec(),
        one_look_p_value: one_look,
        p_value: watch.p_value(),
        // The one-look test is for reference: looked at for ever it would alarm sooner or later.
        is_alarm: watch.p_value() <= SRM_ALPHA,
        has_changed_shares: watch.has_changed_shares(),
        segments: Vec::new(),
    }
}

/// Names of segments that are split otherwise than planned: a cause to look for first.
fn mismatched_segments(totals: &Totals) -> Vec<String> {
    let plan = totals.plan();
    let used: Vec<usize> = (0..plan.slots()).filter(|&slot| plan.share(slot) > 0.0).collect();
    let shares: Vec<f64> = used.iter().map(|&slot| plan.share(slot)).collect();
    if totals.splits()[1].has_changed_shares() {
        return Vec::new();
    }
    (0..SEGMENTS)
        .filter(|&cell| {
            let counts: Vec<u64> = used.iter().map(|&slot| totals.arms()[slot].segments()[cell].n).collect();
            let is_enough = counts.iter().sum::<u64>() >= SPLIT_UNITS_MIN;
            is_enough && srm_p_value(&counts, &shares).is_ok_and(|p| p < SRM_ALPHA / SEGMENTS as f64)
        })
        .map(|cell| {
            let (axis, segment) = Segment::cell_name(cell);
            format!("{axis} {segment}")
        })
        .collect()
}

fn quality(totals: &Totals) -> QualityReport {
    let sum = |of: fn(&ArmTotals) -> u64| totals.arms().iter().map(of).sum::<u64>();
    let (crossovers, units) = (sum(|arm| arm.marks.crossovers), sum(ArmTotals::units));
    let caps = totals.caps();
    QualityReport {
        quarantined: sum(|arm| arm.quarantined().n),
        crossovers,
        is_crossover_alarm: crossovers as f64 > CROSSOVERS_MAX * (units + crossovers) as f64,
        ignored: totals.ignored(),
        revenue_cap: caps[0],
        profit_cap: caps[1],
        capped: sum(|arm| arm.strata().iter().map(|sums| sums.capped()).sum()),
    }
}

/// Names an arm for people and files.
pub(super) fn arm_name(arm: Arm) -> String {
    match arm {
        Arm::Holdout => "holdout".to_owned(),
        Arm::Baseline => "baseline".to_owned(),
        Arm::Variant(index) => format!("variant {}", index + 1),
    }
}

/// What a metric's stored values are multiplied with to be shown: seconds of milliseconds, units of thousandths.
fn scale(metric: Metric) -> f64 {
    if matches!(metric, Metric::TaskCompletionTime | Metric::Custom(_)) { 0.001 } else { 1.0 }
}

fn arm_report(totals: &Totals, slot: usize) -> ArmReport {
    let plan = totals.plan();
    let arm = &totals.arms()[slot];
    let all = arm.all();
    let whole = |column: Column| i64::try_from(all.sum(column)).unwrap_or(i64::MAX);
    let metrics = plan
        .metrics()
        .into_iter()
        .map(|metric| {
            let found = all.metric(metric, false);
            let interval = match metric {
                Metric::Conversion | Metric::Bounce if all.n > 0 => {
                    let column = if metric == Metric::Conversion { Column::Converted } else { Column::Bounced };
                    Some(Share { hits: all.sum(column) as f64, n: all.n as f64 }.wilson(plan.alpha))
                }
                _ => None,
            };
            ArmMetric {
                metric: metric.name(),
                mean: found.map(|found| found.mean * scale(metric)),
                error: found.filter(|found| found.n >= 2.0).map(|found| found.error_squared().sqrt() * scale(metric)),
                one_look: interval.map(Interval::from),
            }
        })
        .collect();
    ArmReport {
        arm: arm_name(Arm::of_slot(slot)),
        slot,
        share: plan.share(slot),
        assigned: totals.splits()[0].counts()[slot],
        visitors: arm.units(),
        closed: arm.marks.closed,
        received: arm.marks.received,
        shown: arm.marks.shown,
        missed: arm.marks.missed,
        late: arm.marks.late,
        crossovers: arm.marks.crossovers,
        quarantined: arm.quarantined().n,
        conversions: all.sum(Column::Converted).max(0) as u64,
        orders: all.sum(Column::Orders).max(0) as u64,
        revenue: whole(Column::Revenue),
        profit: whole(Column::Profit),
        discount: whole(Column::Discount),
        refunded: whole(Column::Refunded),
        metrics,
    }
}

#[cfg(test)]
mod tests;
