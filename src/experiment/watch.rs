//! One variant against the control, looked at after every unit.

use super::plan::Mode;
use super::plan::Plan;
use crate::model::Timestamp;
use crate::stats::Estimate;
use crate::stats::ExactConversionWatch;
use crate::stats::RandomizationWatch;
use crate::stats::exp;
use crate::stats::horizon_factor;
use crate::stats::horizon_p_value;
use crate::stats::levy_boundary;
use crate::stats::ln;
use crate::stats::mixture_factor;
use crate::stats::mixture_log_e;
use crate::stats::mixture_rho;
use serde::Deserialize;
use serde::Serialize;

/// Points of the lift over time that are kept; when they are full every second is dropped and the distance doubles.
pub const POINTS_MAX: usize = 200;
/// Distance of points at first.
const POINT_DISTANCE_MICROS: u64 = 3_600_000_000;
/// Units in both arms before the first look of the horizon rule counts.
const FIRST_LOOK_UNITS: u64 = 200;
/// Conversions in each arm before a look at a metric about orders counts.
pub const FIRST_LOOK_CONVERSIONS: u64 = 10;

/// The primary metric at one look. The interval is valid at all looks together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Look {
    pub at: Timestamp,
    /// Units in both arms.
    pub n: u64,
    /// Mean of the control, to make a lift of the difference.
    pub control: f64,
    /// Difference of means, treated less control.
    pub estimate: f64,
    pub error: f64,
    pub lower: f64,
    pub upper: f64,
}

/// What must be remembered of the looks at one comparison. Depends on the order of events; not what one node would have had when merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// Looks that counted.
    looks: u64,
    /// Largest |z| sqrt(n / N) of looks up to the horizon.
    reach: f64,
    /// Largest log e-value of the mixture.
    log_e_max: f64,
    /// The first look that decided by the plan's rule, at alpha over the number of variants.
    decided: Option<Look>,
    /// When the planned number was reached; later looks do not count.
    ended: Option<Timestamp>,
    /// The look at that moment: what the verdict rests on for good.
    last: Option<Look>,
    /// What `reach` is held against, at alpha over the number of variants.
    boundary: f64,
    points: Vec<Look>,
    point_distance: u64,
    pub(super) conversions: ExactConversionWatch,
    pub(super) randomization: RandomizationWatch,
}

/// Strength of the mixture of the exact conversion test for an expected relative lift: 4 / ln(1 + lift)^2, between 10 and 4,000.
fn strength(lift: f64) -> f64 {
    let log_lift = ln(1.0 + lift.abs().clamp(0.01, 10.0));
    (4.0 / (log_lift * log_lift)).clamp(10.0, 4_000.0)
}

impl Watch {
    /// Of the variant in `slot`.
    pub(super) fn new(plan: &Plan, slot: usize) -> Watch {
        let share = pair_share(plan.share(slot), plan.share(plan.control.slot()));
        let planned = plan.mode.visitors() as f64;
        let randomization = match plan.expected {
            Some(expected) if expected.deviation > 0.0 => {
                // r is the guessed variance times rho^-2 of the mixture at 5%.
                let rho = mixture_rho(0.05, planned);
                RandomizationWatch::with_scale(share, expected.deviation * expected.deviation / (rho * rho))
            }
            _ => RandomizationWatch::learning(share, planned),
        };
        Watch {
            looks: 0,
            reach: 0.0,
            log_e_max: 0.0,
            decided: None,
            ended: None,
            last: None,
            boundary: levy_boundary(plan.alpha / plan.variants().count().max(1) as f64),
            points: Vec::new(),
            point_distance: POINT_DISTANCE_MICROS,
            conversions: ExactConversionWatch::new(strength(plan.minimum_effect)),
            randomization,
        }
    }

    /// Looks at the primary metric: the control's mean and the difference, if there is one. `fewest_conversions` is that of the arm with
    /// fewer; `None` where the metric is not about orders.
    pub(super) fn look(&mut self, plan: &Plan, at: Timestamp, n: u64, found: Option<(f64, Estimate)>, fewest_conversions: Option<u64>) {
        if self.ended.is_some() {
            return;
        }
        let planned = plan.mode.visitors();
        let is_horizon = matches!(plan.mode, Mode::Horizon { .. });
        if is_horizon && n >= planned {
            self.ended = Some(at);
        }
        let is_early = n < first_look(plan) || fewest_conversions.is_some_and(|fewest| fewest < FIRST_LOOK_CONVERSIONS);
        let Some((control, difference)) = found else { return };
        if is_early || (is_horizon && n > planned) {
            return;
        }
        self.looks += 1;
        let z = difference.z();
        let (units, planned_units) = (n as f64, planned as f64);
        let alpha = plan.alpha / plan.variants().count().max(1) as f64;
        let is_decided = if is_horizon {
            self.reach = self.reach.max(z.abs() * (units / planned_units).sqrt());
            self.reach >= self.boundary
        } else {
            self.log_e_max = self.log_e_max.max(mixture_log_e(plan.alpha, units, planned_units, z));
            self.log_e_max >= -ln(alpha)
        };
        let is_due = self.points.last().is_none_or(|point| at.0 >= point.at.0.saturating_add(self.point_distance));
        let is_first_decision = is_decided && self.decided.is_none();
        if !(is_due || is_first_decision || self.ended.is_some()) {
            return;
        }
        let (lower, upper) = difference.around(factor(plan, n));
        let look = Look { at, n, control, estimate: difference.value, error: difference.error, lower, upper };
        if is_first_decision {
            self.decided = Some(look);
        }
        if self.ended.is_some() {
            self.last = Some(look);
        }
        self.points.push(look);
        if self.points.len() >= POINTS_MAX {
            let mut index = 0;
            self.points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.point_distance *= 2;
        }
    }

    /// Looks that counted so far.
    pub fn looks(&self) -> u64 {
        self.looks
    }

    /// Always-valid p-value by the plan's rule, over all looks so far.
    pub fn p_value(&self, mode: Mode) -> f64 {
        match mode {
            Mode::Horizon { .. } => horizon_p_value(self.reach),
            Mode::Open { .. } => exp(-self.log_e_max).min(1.0),
        }
    }

    /// Log e-value of the open rule; `None` under a horizon, which has none.
    pub fn log_e(&self, mode: Mode) -> Option<f64> {
        matches!(mode, Mode::Open { .. }).then_some(self.log_e_max)
    }

    /// The first look that decided.
    pub fn decided(&self) -> Option<&Look> {
        self.decided.as_ref()
    }

    /// When the planned number of units was reached.
    pub fn ended(&self) -> Option<Timestamp> {
        self.ended
    }

    /// The last look of a horizon that is over. `None` also where nothing could be compared then.
    pub fn last(&self) -> Option<&Look> {
        self.last.as_ref()
    }

    /// Looks over time, oldest first, at most [`POINTS_MAX`].
    pub fn points(&self) -> &[Look] {
        &self.points
    }

    /// Exact conversion test.
    pub fn conversions(&self) -> &ExactConversionWatch {
        &self.conversions
    }

    /// Randomization test.
    pub fn randomization(&self) -> &RandomizationWatch {
        &self.randomization
    }

    /// Joins another node's watch. Evidence from looks before the merge is dropped, since each node saw a part only; the next look counts
    /// with all units. A horizon should be merged before it is reached: beyond it no look counts. The exact tests merge by themselves.
    pub(super) fn merge(&mut self, other: &Watch) {
        if other.looks == 0 && other.points.is_empty() {
            // Nothing was looked at there.
        } else if self.looks == 0 && self.points.is_empty() {
            self.clone_looks(other);
        } else {
            self.reach = 0.0;
            self.log_e_max = 0.0;
            self.decided = None;
            self.ended = self.ended.or(other.ended);
            self.last = None;
        }
        self.conversions.merge(&other.conversions);
        self.randomization.merge(&other.randomization);
    }

    fn clone_looks(&mut self, other: &Watch) {
        let own = (self.conversions.clone(), self.randomization.clone());
        *self = other.clone();
        (self.conversions, self.randomization) = own;
    }
}

/// Units in both arms from which looks count.
pub fn first_look(plan: &Plan) -> u64 {
    FIRST_LOOK_UNITS.max(plan.mode.visitors() / 100)
}

/// What errors are multiplied with at `n` units for an interval that is valid at all looks, by the plan's rule.
pub fn factor(plan: &Plan, n: u64) -> f64 {
    match plan.mode {
        Mode::Horizon { visitors } => horizon_factor(plan.alpha, n.max(1) as f64, visitors.max(1) as f64),
        Mode::Open { tuned_for } => mixture_factor(plan.alpha, n.max(1) as f64, tuned_for.max(1) as f64),
    }
}

/// Share of the treated arm among the two compared.
pub(super) fn pair_share(treated: f64, control: f64) -> f64 {
    if treated > 0.0 && control > 0.0 { treated / (treated + control) } else { f64::NAN }
}
