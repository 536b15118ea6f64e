//! Guardrails: metrics that must not get worse, watched on one side for as long as the experiment runs.

use super::super::Arm;
use super::super::Metric;
use super::super::plan::GUARDRAILS_MAX;
use super::super::plan::Guardrail;
use super::super::plan::Plan;
use super::super::sums::Column;
use super::super::totals::ArmTotals;
use super::super::totals::Totals;
use super::super::watch::FIRST_LOOK_CONVERSIONS;
use super::super::watch::first_look;
use super::arm_name;
use super::compared;
use super::scale;
use super::view::GuardrailReport;
use super::view::GuardrailState;
use super::view::Interval;
use super::view::Pause;
use crate::stats::difference;
use crate::stats::one_sided_factor;

/// The first breached guardrail, if there is one: the campaign should be paused. Takes a few microseconds, so it
/// may be asked after every change.
///
/// A bound on one side at the guardrails' alpha, valid at all looks together (Waudby-Smith et al. 2024); for conversion also the exact
/// test, which sees a broken checkout before there are ten orders.
pub fn pause_due(totals: &Totals, plan: &Plan) -> Option<Pause> {
    let start = totals.plan();
    for slot in compared(totals) {
        for guardrail in plan.guardrails.iter().take(GUARDRAILS_MAX) {
            if judge(totals, plan, slot, guardrail).0 == GuardrailState::Breached {
                let arm = arm_name(Arm::of_slot(slot));
                let name = guardrail.metric.name().replace('_', " ");
                let margin = if guardrail.margin > 0.0 { format!(" by more than {:.1}%", guardrail.margin * 100.0) } else { String::new() };
                let reason = format!("{arm} makes {name} worse{margin} than the {}", arm_name(start.control));
                return Some(Pause { arm, slot, metric: guardrail.metric.name(), reason });
            }
        }
    }
    None
}

/// State of all guardrails of a variant.
pub(super) fn guardrails(totals: &Totals, plan: &Plan, slot: usize) -> Vec<GuardrailReport> {
    plan.guardrails
        .iter()
        .take(GUARDRAILS_MAX)
        .map(|guardrail| {
            let (state, interval) = judge(totals, plan, slot, guardrail);
            let scale = scale(guardrail.metric);
            let interval = interval.map(|interval| interval.times(scale));
            GuardrailReport { metric: guardrail.metric.name(), margin: guardrail.margin, state, interval }
        })
        .collect()
}

fn judge(totals: &Totals, plan: &Plan, slot: usize, guardrail: &Guardrail) -> (GuardrailState, Option<Interval>) {
    let start = totals.plan();
    let Some((left, right)) = totals.arms().get(start.control.slot()).zip(totals.arms().get(slot)) else {
        return (GuardrailState::Watching, None);
    };
    let metric = guardrail.metric;
    if metric == Metric::Conversion
        && guardrail.margin == 0.0
        && let Some(watch) = totals.watch(Arm::of_slot(slot))
        && watch.conversions().is_below()
        && watch.conversions().p_value() <= plan.guardrail_alpha
    {
        return (GuardrailState::Breached, None);
    }
    let n = left.units() + right.units();
    let converted = |arm: &ArmTotals| arm.sum(Column::Converted).max(0) as u64;
    let is_few = metric.is_about_orders() && converted(left).min(converted(right)) < FIRST_LOOK_CONVERSIONS;
    if n < first_look(start) || is_few {
        return (GuardrailState::Watching, None);
    }
    let found = left.all().metric(metric, false).zip(right.all().metric(metric, false));
    let Some((control, found)) = found.and_then(|(a, b)| Some((a, difference(&a, &b)?))) else {
        return (GuardrailState::Watching, None);
    };
    let factor = one_sided_factor(plan.guardrail_alpha, n as f64, start.mode.visitors() as f64);
    let (lower, upper) = found.around(factor);
    let margin = guardrail.margin.max(0.0) * control.mean.abs();
    // Seen so that more is better.
    let (worst, best) = if start.higher_is_better(metric) { (lower, upper) } else { (-upper, -lower) };
    let state = if best < -margin {
        GuardrailState::Breached
    } else if worst > -margin {
        GuardrailState::Safe
    } else {
        GuardrailState::Watching
    };
    (state, Some(Interval { lower, upper }))
}
