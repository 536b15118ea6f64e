//! What a campaign may still give away: every limit of its budgets with what it has used.

use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::engine::Engine;
use crate::offer::Budget;
use crate::offer::BudgetUse;
use serde::Serialize;

/// One limit of a campaign's budget.
#[derive(Debug, Serialize)]
pub(super) struct Limit {
    /// Ids of the variants it holds for. What counts against it is what all variants gave.
    variants: Vec<String>,
    #[serde(flatten)]
    budget: BudgetUse,
}

/// The limits of a campaign, those that several variants share once.
pub(super) fn budgets(engine: &Engine, campaign: &Campaign) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    for variant in &campaign.variants {
        let budgets = variant.actions.iter().filter_map(|action| match &action.kind {
            ActionKind::Offer { terms, .. } => terms.budget,
            _ => None,
        });
        for budget in budgets.flat_map(|budget: Budget| engine.budget_use(campaign.key, &budget)) {
            match limits.iter_mut().find(|known| known.budget == budget) {
                Some(known) => known.variants.push(variant.id.to_string()),
                None => limits.push(Limit { variants: vec![variant.id.to_string()], budget }),
            }
        }
    }
    limits
}
