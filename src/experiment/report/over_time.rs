//! Curves: the primary metric look by look, conversion and money by day, and whether an effect fades.

use super::super::Metric;
use super::super::plan::Plan;
use super::super::sums::Cell;
use super::super::totals::Day;
use super::super::totals::Totals;
use super::super::watch::Watch;
use super::scale;
use super::view::Interval;
use super::view::LookReport;
use super::view::NoveltyReport;
use super::view::TrafficReport;
use crate::stats::difference;
use crate::stats::is_lift_stable;
use crate::stats::lift;
use crate::stats::mixture_factor;
use crate::stats::novelty;

const DAY_MILLIS: u64 = 86_400_000;
/// Visitors of both arms from which a day's effect is used.
const DAY_UNITS_MIN: u64 = 50;
const DAILY: [Metric; 3] = [Metric::Conversion, Metric::RevenuePerVisitor, Metric::ProfitPerVisitor];

/// The kept looks at the primary metric. Lifts here are differences over the control's mean at that look.
pub(super) fn looks(plan: &Plan, watch: &Watch) -> Vec<LookReport> {
    let scale = scale(plan.primary);
    watch
        .points()
        .iter()
        .map(|look| {
            let interval = Interval { lower: look.lower, upper: look.upper };
            let share = (look.control != 0.0).then(|| 1.0 / look.control.abs());
            LookReport {
                at: look.at.millis(),
                metric: plan.primary.name(),
                visitors: look.n,
                difference: look.estimate * scale,
                interval: interval.times(scale),
                lift: share.map(|share| look.estimate * share),
                lift_interval: share.map(|share| interval.times(share)),
            }
        })
        .collect()
}

/// Conversion, revenue and profit at the end of each kept day of entry, over all kept days up to it.
pub(super) fn by_day(totals: &Totals, slot: usize) -> Vec<LookReport> {
    let plan = totals.plan();
    let control_slot = plan.control.slot();
    let mut points = Vec::new();
    let (mut control, mut treated) = (Cell::default(), Cell::default());
    for day in totals.days() {
        control.add(&day.arms[control_slot]);
        treated.add(&day.arms[slot]);
        let n = control.n + treated.n;
        for metric in DAILY {
            let Some((a, b)) = control.metric(metric).zip(treated.metric(metric)) else { continue };
            let Some(found) = difference(&a, &b).filter(|_| n >= super::super::watch::first_look(plan)) else { continue };
            let factor = mixture_factor(plan.alpha, n as f64, plan.mode.visitors() as f64);
            let relative = lift(&a, &b).filter(|_| is_lift_stable(&a));
            points.push(LookReport {
                at: (u64::from(day.day) + 1) * DAY_MILLIS,
                metric: metric.name(),
                visitors: n,
                difference: found.value,
                interval: found.around(factor).into(),
                lift: relative.map(|relative| relative.value),
                lift_interval: relative.map(|relative| relative.around(factor).into()),
            });
        }
    }
    points
}

/// Who came on each kept day of entry.
pub(super) fn traffic(totals: &Totals) -> Vec<TrafficReport> {
    let day = |day: &Day| TrafficReport { at: u64::from(day.day) * DAY_MILLIS, visitors: day.arms.iter().map(|cell| cell.n).collect() };
    totals.days().iter().map(day).collect()
}

/// The primary metric, or conversion where days do not keep it.
fn daily_metric(plan: &Plan) -> Metric {
    DAILY.into_iter().find(|metric| *metric == plan.primary).unwrap_or(Metric::Conversion)
}

/// The effect of each kept day of entry by itself, each interval for one look at that day alone. Lifts are over the control's mean of all
/// these days: that of one day is too uncertain to divide by.
pub(super) fn daily(totals: &Totals, slot: usize) -> Vec<LookReport> {
    let plan = totals.plan();
    let (metric, control_slot) = (daily_metric(plan), plan.control.slot());
    let mut all = Cell::default();
    for day in totals.days() {
        all.add(&day.arms[control_slot]);
    }
    let mean = all.metric(metric).filter(is_lift_stable).map(|all| all.mean.abs());
    let mut points = Vec::new();
    for day in totals.days() {
        let (control, treated) = (&day.arms[control_slot], &day.arms[slot]);
        let n = control.n + treated.n;
        let pair = control.metric(metric).zip(treated.metric(metric)).filter(|_| n >= DAY_UNITS_MIN);
        let Some(found) = pair.and_then(|(a, b)| difference(&a, &b)) else { continue };
        let interval = Interval::from(found.interval(plan.alpha));
        points.push(LookReport {
            at: u64::from(day.day) * DAY_MILLIS,
            metric: metric.name(),
            visitors: n,
            difference: found.value,
            interval,
            lift: mean.map(|mean| found.value / mean),
            lift_interval: mean.map(|mean| interval.times(1.0 / mean)),
        });
    }
    points
}

/// Daily effects of the primary metric (of conversion where days do not keep it), without the last day, which is not over.
pub(super) fn novelty_of(totals: &Totals, slot: usize) -> Option<NoveltyReport> {
    let plan = totals.plan();
    let metric = daily_metric(plan);
    let days = totals.days();
    let (mut effects, mut errors) = (Vec::new(), Vec::new());
    for day in &days[..days.len().saturating_sub(1)] {
        let (control, treated) = (&day.arms[plan.control.slot()], &day.arms[slot]);
        if control.n + treated.n < DAY_UNITS_MIN {
            continue;
        }
        let found = control.metric(metric).zip(treated.metric(metric)).and_then(|(a, b)| difference(&a, &b));
        if let Some(found) = found {
            effects.push(found.value);
            errors.push(found.error);
        }
    }
    // With fewer days a slope is a matter of weekdays.
    if effects.len() < 7 {
        return None;
    }
    let tested = novelty(&effects, &errors)?;
    let third = effects.len() - effects.len() / 3;
    let last = novelty(&effects[third..], &errors[third..]).map(|last| last.pooled);
    Some(NoveltyReport {
        metric: metric.name(),
        days: effects.len(),
        heterogeneity_p_value: tested.q_p,
        slope: tested.slope,
        slope_p_value: tested.slope_p,
        fades: tested.fades(),
        last_third: last,
    })
}
