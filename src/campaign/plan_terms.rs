//! What a campaign's file says about how its experiment is to be judged.

use crate::experiment::Guardrail;
use crate::experiment::Metric;
use crate::experiment::Mode;
use crate::experiment::Plan;

/// Everything a merchant has set; the rest is as in [`Plan::new`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlanTerms {
    pub primary: Option<Metric>,
    /// No end: valid at every look, at the price of more visitors.
    pub open: bool,
    /// Visitors the experiment is planned for, or tuned to where it is open.
    pub visitors: Option<u64>,
    pub alpha: Option<f64>,
    pub power: Option<f64>,
    pub minimum_effect: Option<f64>,
    pub guardrails: Option<Vec<Guardrail>>,
    pub guardrail_alpha: Option<f64>,
    /// Minor units.
    pub revenue_cap: Option<i64>,
    pub profit_cap: Option<i64>,
}

impl PlanTerms {
    /// Puts what was set into a plan.
    pub fn apply(&self, plan: &mut Plan) {
        let visitors = self.visitors.unwrap_or(plan.mode.visitors());
        plan.mode = if self.open { Mode::Open { tuned_for: visitors } } else { Mode::Horizon { visitors } };
        plan.primary = self.primary.unwrap_or(plan.primary);
        plan.alpha = self.alpha.unwrap_or(plan.alpha);
        plan.power = self.power.unwrap_or(plan.power);
        plan.minimum_effect = self.minimum_effect.unwrap_or(plan.minimum_effect);
        if let Some(guardrails) = &self.guardrails {
            plan.guardrails.clone_from(guardrails);
        }
        plan.guardrail_alpha = self.guardrail_alpha.unwrap_or(plan.guardrail_alpha);
        plan.revenue_cap = self.revenue_cap.or(plan.revenue_cap);
        plan.profit_cap = self.profit_cap.or(plan.profit_cap);
    }

    /// The same in words, for a hash that tells plans apart.
    pub(super) fn words(&self) -> String {
        format!("{self:?}")
    }
}
