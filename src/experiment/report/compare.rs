//! One variant against the control, metric by metric.

use super::super::Metric;
use super::super::MetricKind;
use super::super::plan::CUSTOM_MAX;
use super::super::plan::Mode;
use super::super::plan::Plan;
use super::super::sums::Column;
use super::super::sums::Sums;
use super::super::totals::ArmTotals;
use super::super::totals::Totals;
use super::super::watch::FIRST_LOOK_CONVERSIONS;
use super::super::watch::Watch;
use super::super::watch::factor;
use super::super::watch::first_look;
use super::arm_name;
use super::guard;
use super::over_time;
use super::scale;
use super::segment;
use super::verdict;
use super::view::AdaptiveReport;
use super::view::Comparison;
use super::view::ExactReport;
use super::view::Interval;
use super::view::MetricAdjusted;
use super::view::MetricReport;
use super::view::MoneyReport;
use super::view::PosteriorReport;
use super::view::PowerReport;
use super::view::Verdict;
use crate::model::Timestamp;
use crate::stats::Covaried;
use crate::stats::Estimate;
use crate::stats::HORIZON_COST;
use crate::stats::Moments;
use crate::stats::OPEN_COST;
use crate::stats::PRIOR_DEVIATION;
use crate::stats::Share;
use crate::stats::bayesian_lift;
use crate::stats::cuped;
use crate::stats::cuped_lift;
use crate::stats::difference;
use crate::stats::exp;
use crate::stats::is_lift_stable;
use crate::stats::lift;
use crate::stats::minimum_detectable;
use crate::stats::mixture_factor;
use crate::stats::mixture_log_e;
use crate::stats::newcombe;
use crate::stats::units_in_both;
use crate::stats::weeks;

/// Conversions below which an interval of shares is Newcombe's.
const SMALL_COUNT: f64 = 30.0;
const DAY_MICROS: f64 = 86_400_000_000.0;
const DAYS_PER_MONTH: f64 = 30.0;

pub(super) fn compare(totals: &Totals, live: &Plan, slot: usize, now: Timestamp) -> Comparison {
    let plan = totals.plan();
    let control_slot = plan.control.slot();
    let (left, right) = (&totals.arms()[control_slot], &totals.arms()[slot]);
    let (control, treated) = (left.all(), right.all());
    let visitors = control.n + treated.n;
    let pair = Pair { plan, control: &control, treated: &treated, strata: [left.strata(), right.strata()], n: visitors };
    let watch = totals.watch(super::super::Arm::of_slot(slot));
    let adaptive = adaptive(totals, slot);
    let mut metrics: Vec<MetricReport> = plan.metrics().into_iter().map(|metric| pair.metric(metric)).collect();
    if let (Some(primary), Some(watch)) = (metrics.first_mut(), watch) {
        pair.primary(primary, watch, adaptive.as_ref());
    }
    if let (Some(watch), Some(conversion)) = (watch, metrics.iter_mut().find(|metric| metric.metric == Metric::Conversion.name())) {
        conversion.exact = exact(plan, watch);
    }
    let power = pair.power(totals, live, watch, now);
    let money = money(plan, &metrics, totals, now);
    Comparison {
        arm: arm_name(super::super::Arm::of_slot(slot)),
        slot,
        control: arm_name(plan.control),
        visitors,
        verdict: Verdict::NotEnoughData,
        sentence: String::new(),
        power,
        guardrails: guard::guardrails(totals, live, slot),
        segments: segment::segments(plan, left, right),
        novelty: over_time::novelty_of(totals, slot),
        over_time: watch.map_or_else(Vec::new, |watch| over_time::looks(plan, watch)),
        by_day: over_time::by_day(totals, slot),
        daily: over_time::daily(totals, slot),
        money,
        discount_anyway: discount_anyway(&control, &treated),
        exaggeration: watch.and_then(|watch| verdict::exaggeration(plan, watch)),
        adaptive,
        with_quarantined: pair.with_quarantined(left, right),
        metrics,
    }
}

/// Two arms under a plan.
struct Pair<'a> {
    plan: &'a Plan,
    control: &'a Sums,
    treated: &'a Sums,
    /// New and returning visitors of both arms.
    strata: [[&'a Sums; 2]; 2],
    n: u64,
}

impl Pair<'_> {
    /// Whether there is enough of a metric to look at it.
    fn is_countable(&self, metric: Metric) -> Result<(), &'static str> {
        if self.n < first_look(self.plan) {
            return Err("not enough visitors");
        }
        let fewest = |column: Column| self.control.sum(column).min(self.treated.sum(column));
        if metric.is_about_orders() && fewest(Column::Converted) < i128::from(FIRST_LOOK_CONVERSIONS) {
            return Err("fewer than 10 conversions in an arm");
        }
        if metric == Metric::TaskCompletionTime && fewest(Column::Completed) < i128::from(FIRST_LOOK_CONVERSIONS) {
            return Err("fewer than 10 completed tasks in an arm");
        }
        Ok(())
    }

    fn moments(&self, metric: Metric, raw: bool) -> Option<(Moments, Moments)> {
        self.control.metric(metric, raw).zip(self.treated.metric(metric, raw))
    }

    /// A metric by the open rule, which needs no memory of earlier looks.
    fn metric(&self, metric: Metric) -> MetricReport {
        let plan = self.plan;
        let scale = scale(metric);
        let moments = self.moments(metric, false);
        let mut report = MetricReport {
            metric: metric.name(),
            title: title(plan, metric),
            kind: metric.kind(),
            definition: metric.definition(),
            anchor: metric.anchor(),
            higher_is_better: plan.higher_is_better(metric),
            is_primary: metric == plan.primary,
            control: moments.map(|(control, _)| control.mean * scale),
            treated: moments.map(|(_, treated)| treated.mean * scale),
            difference: None,
            interval: None,
            lift: None,
            lift_interval: None,
            p_value: None,
            adjusted_p_value: None,
            log_e: None,
            is_significant: false,
            is_frozen: false,
            one_look: None,
            adjusted: None,
            posterior: None,
            exact: None,
            randomization: None,
            uncapped: None,
            missing: None,
        };
        if let Err(reason) = self.is_countable(metric) {
            report.missing = Some(reason);
            return report;
        }
        let Some((control, treated)) = moments else {
            report.missing = Some("nothing measured");
            return report;
        };
        let Some(found) = difference(&control, &treated) else {
            report.missing = Some("no spread");
            return report;
        };
        let (n, tuned_for) = (self.n as f64, plan.mode.visitors() as f64);
        let factor = if metric == plan.primary { factor(plan, self.n) } else { mixture_factor(plan.alpha, n, tuned_for) };
        report.difference = Some(found.value * scale);
        report.interval = Some(Interval::from(found.around(factor)).times(scale));
        if metric != plan.primary {
            let log_e = mixture_log_e(plan.alpha, n, tuned_for, found.z());
            report.log_e = Some(log_e);
            report.p_value = Some(exp(-log_e).min(1.0));
        }
        let relative = lift(&control, &treated).filter(|_| is_lift_stable(&control));
        if let Some(relative) = relative {
            report.lift = Some(relative.value);
            report.lift_interval = Some(relative.around(factor).into());
            let posterior = bayesian_lift(relative.value, relative.error, Some((0.0, PRIOR_DEVIATION)));
            // The chance that the variant is better, whichever direction that is.
            let sign = if report.higher_is_better {
                posterior
            } else {
                bayesian_lift(-relative.value, relative.error, Some((0.0, PRIOR_DEVIATION)))
            };
            report.posterior = Some(PosteriorReport {
                chance_to_win: sign.chance_to_win(),
                risk: sign.risk(),
                lift: posterior.mean,
                interval: posterior.interval(plan.alpha).into(),
            });
        }
        report.one_look = self.one_look(metric, &found).map(|one| ExactReport {
            estimate: one.estimate.map(|value| value * scale),
            interval: one.interval.map(|interval| interval.times(scale)),
            ..one
        });
        report.adjusted = self.adjusted(metric, &control, factor, scale);
        if matches!(metric, Metric::RevenuePerVisitor | Metric::ProfitPerVisitor) {
            report.uncapped = self.moments(metric, true).and_then(|(control, treated)| {
                let found = difference(&control, &treated)?;
                let log_e = mixture_log_e(plan.alpha, n, tuned_for, found.z());
                let interval = found.around(mixture_factor(plan.alpha, n, tuned_for)).into();
                Some(ExactReport { p_value: exp(-log_e).min(1.0), estimate: Some(found.value), interval: Some(interval) })
            });
        }
        report
    }

    /// Shown when the planned number is reached: before that it would be read as a verdict.
    fn one_look(&self, metric: Metric, found: &Estimate) -> Option<ExactReport> {
        if self.n < self.plan.mode.visitors() {
            return None;
        }
        let mut interval = found.interval(self.plan.alpha);
        if metric.kind() == MetricKind::Proportion {
            let column = if metric == Metric::Conversion { Column::Converted } else { Column::Bounced };
            let share = |sums: &Sums| Share { hits: sums.sum(column) as f64, n: sums.n as f64 };
            let (a, b) = (share(self.control), share(self.treated));
            if a.hits.min(b.hits) < SMALL_COUNT {
                interval = newcombe(a, b, self.plan.alpha);
            }
        }
        Some(ExactReport { p_value: found.p_value(), estimate: Some(found.value), interval: Some(interval.into()) })
    }

    fn adjusted(&self, metric: Metric, control: &Moments, factor: f64, scale: f64) -> Option<MetricAdjusted> {
        let (a, b) = (covaried(self.control, metric)?, covaried(self.treated, metric)?);
        let adjusted = cuped(&a, &b)?;
        let plain = difference(&adjusted.control, &adjusted.treated)?;
        let stratified = self.stratified(metric);
        let found = stratified.unwrap_or(plain);
        // The error of the lift follows that of the difference.
        let narrower = found.error / plain.error;
        let relative = cuped_lift(&a, &b, true).filter(|_| is_lift_stable(control)).map(|relative| Estimate {
            value: found.value / control.mean.abs(),
            error: relative.error * narrower,
            df: relative.df,
        });
        Some(MetricAdjusted {
            difference: found.value * scale,
            interval: Interval::from(found.around(factor)).times(scale),
            lift: relative.map(|relative| relative.value),
            lift_interval: relative.map(|relative| relative.around(factor).into()),
            variance_ratio: adjusted.variance_ratio * narrower * narrower,
            is_stratified: stratified.is_some(),
        })
    }

    /// Differences of new and of returning visitors, each adjusted, weighted by the strata's shares of both arms together (Miratrix, Sekhon,
    /// Yu 2013). Newcomers have no past, so their covariate says nothing and the stratum says it all. `None` with too few in a stratum.
    fn stratified(&self, metric: Metric) -> Option<Estimate> {
        let (mut value, mut error_squared, mut df) = (0.0, 0.0, 0.0);
        for stratum in 0..2 {
            let (left, right) = (self.strata[0][stratum], self.strata[1][stratum]);
            if left.n.min(right.n) < STRATUM_UNITS_MIN {
                return None;
            }
            let (a, b) = (covaried(left, metric)?, covaried(right, metric)?);
            let adjusted = cuped(&a, &b);
            let found = match &adjusted {
                Some(adjusted) => difference(&adjusted.control, &adjusted.treated)?,
                None => difference(&a.outcome, &b.outcome)?,
            };
            let weight = (left.n + right.n) as f64 / self.n as f64;
            value += weight * found.value;
            error_squared += weight * weight * found.error * found.error;
            df += found.df;
        }
        (error_squared > 0.0).then(|| Estimate { value, error: error_squared.sqrt(), df })
    }

    /// The primary metric with bots and suspects counted in: how much setting them apart matters.
    fn with_quarantined(&self, left: &ArmTotals, right: &ArmTotals) -> Option<ExactReport> {
        let plan = self.plan;
        if left.quarantined().n + right.quarantined().n == 0 || self.is_countable(plan.primary).is_err() {
            return None;
        }
        let all = |arm: &ArmTotals| {
            let mut all = arm.all();
            all.add(arm.quarantined());
            all
        };
        let (a, b) = (all(left), all(right));
        let n = (a.n + b.n) as f64;
        let found = difference(&a.metric(plan.primary, false)?, &b.metric(plan.primary, false)?)?;
        let tuned_for = plan.mode.visitors() as f64;
        let interval = Interval::from(found.around(mixture_factor(plan.alpha, n, tuned_for))).times(scale(plan.primary));
        let p_value = exp(-mixture_log_e(plan.alpha, n, tuned_for, found.z())).min(1.0);
        Some(ExactReport { p_value, estimate: Some(found.value * scale(plan.primary)), interval: Some(interval) })
    }

    /// The primary metric by the plan's own rule, with its memory of looks.
    fn primary(&self, report: &mut MetricReport, watch: &Watch, adaptive: Option<&AdaptiveReport>) {
        let plan = self.plan;
        let scale = scale(plan.primary);
        if let Some(adaptive) = adaptive {
            // Plain means are biased when shares follow outcomes: they are not shown as an effect.
            let error = (adaptive.interval.upper - adaptive.difference) / ONE_LOOK;
            let found = Estimate { value: adaptive.difference, error, df: self.n as f64 };
            let tuned_for = plan.mode.visitors() as f64;
            let is_usable = report.missing.is_none() && error > 0.0;
            report.control = Some(adaptive.control);
            report.treated = Some(adaptive.treated);
            report.difference = is_usable.then_some(found.value);
            report.interval = is_usable.then(|| found.around(mixture_factor(plan.alpha, self.n as f64, tuned_for)).into());
            report.p_value = is_usable.then(|| exp(-mixture_log_e(plan.alpha, self.n as f64, tuned_for, found.z())).min(1.0));
            (report.lift, report.lift_interval, report.posterior, report.adjusted, report.one_look) = (None, None, None, None, None);
            report.uncapped = None;
            if is_usable && adaptive.control.abs() > 0.0 {
                report.lift = Some(found.value / adaptive.control.abs());
                report.lift_interval = report.interval.map(|interval| interval.times(1.0 / adaptive.control.abs()));
            }
            return;
        }
        if watch.looks() > 0 {
            report.p_value = Some(watch.p_value(plan.mode));
            report.log_e = watch.log_e(plan.mode);
        }
        if let Some(last) = watch.last() {
            report.is_frozen = true;
            report.control = Some(last.control * scale);
            report.treated = Some((last.control + last.estimate) * scale);
            report.difference = Some(last.estimate * scale);
            report.interval = Some(Interval { lower: last.lower, upper: last.upper }.times(scale));
            let is_stable = report.lift.is_some() && last.control != 0.0;
            report.lift = is_stable.then(|| last.estimate / last.control.abs());
            report.lift_interval = is_stable.then(|| Interval { lower: last.lower, upper: last.upper }.times(1.0 / last.control.abs()));
            report.missing = None;
        } else if watch.ended().is_some() {
            report.missing = Some("too little had happened when the planned number was reached");
            (report.difference, report.interval, report.lift, report.lift_interval) = (None, None, None, None);
        }
        let randomization = watch.randomization();
        if randomization.is_even() && plan.primary.kind() != MetricKind::Ratio && randomization.units() > 0 {
            report.randomization = Some(ExactReport { p_value: randomization.p_value(), estimate: None, interval: None });
        }
    }

    fn power(&self, totals: &Totals, live: &Plan, watch: Option<&Watch>, now: Timestamp) -> PowerReport {
        let plan = self.plan;
        let planned = plan.mode.visitors();
        let cost = match plan.mode {
            Mode::Horizon { .. } => HORIZON_COST,
            Mode::Open { .. } => OPEN_COST,
        };
        let per_day = per_day(totals, self.n, now);
        let mut power = PowerReport {
            progress: (self.n as f64 / planned as f64).min(1.0),
            detectable_now: None,
            detectable_at_end: None,
            visitors_needed: None,
            visitors_more: None,
            visitors_per_day: per_day,
            weeks: per_day.and_then(|per_day| weeks(planned as f64, per_day)),
            detectable_in_four_weeks: None,
            hint: None,
        };
        let estimated =
            self.moments(plan.primary, false).and_then(|(control, treated)| Some((control, treated, difference(&control, &treated)?)));
        if let Some((control, treated, found)) = estimated
            && control.mean != 0.0
        {
            // Errors shrink with the square root of the visitors; the rule costs as if there were fewer.
            let at = |n: f64| {
                let squared = found.error * found.error * self.n as f64 / n * cost;
                minimum_detectable(squared, plan.alpha, plan.power) / control.mean.abs()
            };
            power.detectable_now = Some(at(self.n as f64));
            power.detectable_at_end = Some(at(planned as f64));
            power.detectable_in_four_weeks = per_day.map(|per_day| at(per_day * 28.0));
            let share = treated.n / (control.n + treated.n);
            let delta = live.minimum_effect * control.mean.abs();
            let needed = cost * units_in_both(control.variance, treated.variance, share, delta, plan.alpha, plan.power);
            power.visitors_needed = (needed.is_finite() && needed < 1e15).then(|| needed.ceil() as u64);
        }
        power.visitors_more = self.more(watch, power.visitors_needed);
        power.hint = hint(&power);
        power
    }

    /// Visitors until an answer: until looks count, then until the horizon, or what the smallest effect needs under the open rule.
    fn more(&self, watch: Option<&Watch>, needed: Option<u64>) -> Option<u64> {
        let plan = self.plan;
        if watch.is_none_or(|watch| watch.looks() == 0) && watch.is_none_or(|watch| watch.ended().is_none()) {
            let first = first_look(plan).saturating_sub(self.n);
            if !plan.primary.is_about_orders() {
                return Some(first);
            }
            // Until the arm with fewer conversions has ten, at its rate so far; before the first one, at 1 in 50.
            let fewest = |sums: &Sums| (sums.sum(Column::Converted).max(0) as f64, sums.n as f64);
            let missing = |(converted, n): (f64, f64)| {
                let short = (FIRST_LOOK_CONVERSIONS as f64 - converted).max(0.0);
                let rate = if converted > 0.0 { converted / n } else { 0.02 };
                if short == 0.0 || n == 0.0 { 0.0 } else { short / rate * self.n as f64 / n }
            };
            let short = missing(fewest(self.control)).max(missing(fewest(self.treated)));
            return Some(first.max(short.min(1e15) as u64));
        }
        match plan.mode {
            Mode::Horizon { visitors } => Some(visitors.saturating_sub(self.n)),
            Mode::Open { .. } => needed.map(|needed| needed.saturating_sub(self.n)),
        }
    }
}

/// Units of a stratum in each arm from which it is weighed by itself.
const STRATUM_UNITS_MIN: u64 = 100;

fn covaried(sums: &Sums, metric: Metric) -> Option<Covaried> {
    let (before, covariance) = sums.covariate(metric, false)?;
    Some(Covaried { outcome: sums.metric(metric, false)?, before, covariance })
}

/// Two-sided normal quantile of the adaptive interval.
const ONE_LOOK: f64 = 1.959_963_984_540_054;

fn title(plan: &Plan, metric: Metric) -> String {
    match metric {
        Metric::Custom(index) => {
            plan.custom.get(usize::from(index).min(CUSTOM_MAX)).map_or_else(|| metric.name().to_owned(), |custom| custom.title.to_string())
        }
        metric => metric.name().replace('_', " "),
    }
}

fn exact(plan: &Plan, watch: &Watch) -> Option<ExactReport> {
    let (treated, control) = watch.conversions().counts();
    if treated + control == 0 {
        return None;
    }
    let interval = watch.conversions().interval(plan.alpha);
    // A ratio of rates beyond e^50 is said as unbounded.
    let bound = |log: f64| if log.is_finite() { Some(exp(log) - 1.0) } else { None };
    let interval = interval.and_then(|(low, high)| Some(Interval { lower: bound(low).unwrap_or(-1.0), upper: bound(high)? }));
    let estimate = watch.conversions().rate_ratio().map(|ratio| ratio - 1.0);
    Some(ExactReport { p_value: watch.conversions().p_value(), estimate, interval })
}

fn adaptive(totals: &Totals, slot: usize) -> Option<AdaptiveReport> {
    let plan = totals.plan();
    if !totals.splits()[1].has_changed_shares() || plan.primary.kind() == MetricKind::Ratio {
        return None;
    }
    let found = totals.adaptive(super::super::Arm::of_slot(slot))?;
    let (difference, variance) = found.estimate()?;
    let [left, right] = found.arms();
    let (_, control) = left.weighted()?;
    let scale = scale(plan.primary);
    let half = ONE_LOOK * variance.sqrt() * scale;
    let (control, difference) = (control * scale, difference * scale);
    Some(AdaptiveReport {
        control,
        treated: control + difference,
        difference,
        interval: Interval { lower: difference - half, upper: difference + half },
        effective_visitors: right.effective_units(),
    })
}

/// Visitors a day of the two arms since the first one entered; `None` in the first hour.
fn per_day(totals: &Totals, n: u64, now: Timestamp) -> Option<f64> {
    let (first, last) = totals.span()?;
    let days = now.max(last).0.saturating_sub(first.0) as f64 / DAY_MICROS;
    (days > 1.0 / 24.0 && n > 0).then(|| n as f64 / days)
}

fn hint(power: &PowerReport) -> Option<String> {
    if power.weeks.is_none_or(|weeks| weeks <= 8) {
        return None;
    }
    let found = power.detectable_in_four_weeks.map(|lift| format!(" Four weeks find a difference of {:.0}%.", lift * 100.0));
    Some(format!(
        "At this rate it takes {} weeks. A wider trigger, a larger effect, fewer variants or a covariate make it shorter.{}",
        power.weeks.unwrap_or(0),
        found.unwrap_or_default()
    ))
}

fn money(plan: &Plan, metrics: &[MetricReport], totals: &Totals, now: Timestamp) -> Option<MoneyReport> {
    let metric =
        if matches!(plan.primary, Metric::ProfitPerVisitor | Metric::RevenuePerVisitor) { plan.primary } else { Metric::ProfitPerVisitor };
    let report = metrics.iter().find(|report| report.metric == metric.name())?;
    let (difference, interval) = report.difference.zip(report.interval)?;
    let all: u64 = totals.arms().iter().map(ArmTotals::units).sum();
    let month = per_day(totals, all, now).map(|per_day| per_day * DAYS_PER_MONTH);
    Some(MoneyReport {
        metric: metric.name(),
        per_thousand_visitors: difference * 1_000.0,
        per_thousand_interval: interval.times(1_000.0),
        per_month: month.map(|visitors| difference * visitors),
        per_month_interval: month.map(|visitors| interval.times(visitors)),
    })
}

/// The control's conversion says how many of the variant's visitors would have ordered without it; each got the mean discount of an order.
fn discount_anyway(control: &Sums, treated: &Sums) -> Option<f64> {
    let (discount, converted) = (treated.sum(Column::Discount) as f64, treated.sum(Column::Converted) as f64);
    if discount <= 0.0 || converted <= 0.0 || control.n == 0 {
        return None;
    }
    let anyway = control.sum(Column::Converted) as f64 / control.n as f64 * treated.n as f64;
    Some(discount / converted * anyway.min(converted))
}
