//! Results by segment: exploratory, drawn to their mean, flagged only where chance is paid for.

use super::super::Metric;
use super::super::Segment;
use super::super::entry::SEGMENTS;
use super::super::plan::Plan;
use super::super::totals::ArmTotals;
use super::view::SegmentReport;
use crate::stats::difference;
use crate::stats::e_benjamini_hochberg;
use crate::stats::is_lift_stable;
use crate::stats::lift;
use crate::stats::mixture_log_e;
use crate::stats::norm_ppf;
use crate::stats::shrink;

/// Visitors of both arms, and conversions of each, from which a segment is compared.
const UNITS_MIN: u64 = 200;
const CONVERSIONS_MIN: u64 = 5;

/// The primary metric by segment where it is conversion, revenue or profit; else conversion. Segments nobody was in are left out.
pub(super) fn segments(plan: &Plan, control: &ArmTotals, treated: &ArmTotals) -> Vec<SegmentReport> {
    let metric = match plan.primary {
        metric @ (Metric::RevenuePerVisitor | Metric::ProfitPerVisitor) => metric,
        _ => Metric::Conversion,
    };
    let mut reports = Vec::new();
    // Lift, error and evidence of those that can be compared, by place in the reports.
    let mut found: Vec<(usize, f64, f64, f64)> = Vec::new();
    for cell in 0..SEGMENTS {
        let (a, b) = (&control.segments()[cell], &treated.segments()[cell]);
        if a.n + b.n == 0 {
            continue;
        }
        let (axis, segment) = Segment::cell_name(cell);
        let moments = a.metric(metric).zip(b.metric(metric));
        let is_enough = a.n + b.n >= UNITS_MIN && a.converted().min(b.converted()) >= CONVERSIONS_MIN;
        if let Some((left, right)) = moments.filter(|(left, _)| is_enough && is_lift_stable(left))
            && let (Some(relative), Some(plain)) = (lift(&left, &right), difference(&left, &right))
        {
            let log_e = mixture_log_e(plan.alpha, (a.n + b.n) as f64, plan.mode.visitors() as f64, plain.z());
            found.push((reports.len(), relative.value, relative.error, log_e));
        }
        reports.push(SegmentReport {
            axis,
            segment,
            metric: metric.name(),
            visitors: a.n + b.n,
            control: moments.map(|(left, _)| left.mean),
            treated: moments.map(|(_, right)| right.mean),
            lift: None,
            shrunk_lift: None,
            interval: None,
            is_flagged: false,
        });
    }
    let z = -norm_ppf(plan.alpha / 2.0);
    for axis in ["device", "visitor", "referrer", "page"] {
        let own: Vec<_> = found.iter().filter(|(place, ..)| reports[*place].axis == axis).copied().collect();
        let lifts: Vec<f64> = own.iter().map(|(_, lift, ..)| *lift).collect();
        let errors: Vec<f64> = own.iter().map(|(_, _, error, _)| *error).collect();
        let Some(shrunk) = shrink(&lifts, &errors) else { continue };
        for ((place, lift, ..), (value, error)) in own.iter().zip(&shrunk.groups) {
            reports[*place].lift = Some(*lift);
            reports[*place].shrunk_lift = Some(*value);
            reports[*place].interval = Some((value - z * error, value + z * error).into());
        }
    }
    let evidence: Vec<f64> = found.iter().map(|(.., log_e)| *log_e).collect();
    for index in e_benjamini_hochberg(&evidence, plan.alpha) {
        reports[found[index].0].is_flagged = true;
    }
    reports
}
