//! Which experiment a campaign is at present, and its plan.
//!
//! A campaign's experiment is named by what must not change while it runs: its plan, its variants and their shares. When one of them
//! changes, a new experiment begins with new visitors, and what the old one has come to stays as it is. Traffic may grow and texts may
//! be mended meanwhile.

use super::Experiments;
use crate::campaign::Campaign;
use crate::experiment::Arm;
use crate::experiment::CustomMetric;
use crate::experiment::Metric;
use crate::experiment::Plan;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Timestamp;
use xxhash_rust::xxh3::xxh3_64;

/// Id of the experiment on all campaigns together; no campaign has it.
pub const WHOLE_SHOP: &str = "whole-shop";

/// Names the experiment that a campaign is at present.
pub fn experiment_of(campaign: &Campaign, settings: &Experiments) -> Key {
    let baseline = campaign.baseline.min(settings.baseline_max);
    let mut bytes = [0; 24];
    for (place, number) in bytes.chunks_exact_mut(8).zip([campaign.trial.0, settings.holdout.to_bits(), baseline.to_bits()]) {
        place.copy_from_slice(&number.to_be_bytes());
    }
    Key(xxh3_64(&bytes))
}

/// Names the experiment of the whole shop.
pub fn whole_shop_experiment(settings: &Experiments) -> Key {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&crate::model::key_of(WHOLE_SHOP).0.to_be_bytes());
    bytes[8..].copy_from_slice(&settings.holdout.to_bits().to_be_bytes());
    Key(xxh3_64(&bytes))
}

/// The plan of a campaign's experiment that begins now.
pub fn plan_of(campaign: &Campaign, settings: &Experiments, currency: Currency, at: Timestamp) -> Plan {
    let baseline = campaign.baseline.min(settings.baseline_max);
    let open = (1.0 - settings.holdout) * (1.0 - baseline);
    let total: f64 = campaign.variants.iter().map(|variant| f64::from(variant.weight)).sum();
    let mut shares = vec![settings.holdout, (1.0 - settings.holdout) * baseline];
    shares.extend(campaign.variants.iter().map(|variant| open * f64::from(variant.weight) / total.max(1.0)));
    let mut plan = Plan::new(shares, at);
    campaign.terms.apply(&mut plan);
    common(&mut plan, settings, currency);
    plan
}

/// The plan of the experiment on all campaigns together: everybody else against the holdout, without an end.
pub fn whole_shop_plan(settings: &Experiments, currency: Currency, at: Timestamp) -> Plan {
    let mut plan = Plan::new(vec![settings.holdout, 0.0, 1.0 - settings.holdout], at);
    plan.control = Arm::Holdout;
    plan.primary = Metric::ProfitPerVisitor;
    plan.mode = crate::experiment::Mode::Open { tuned_for: 20_000 };
    // Nothing could be paused but everything.
    plan.guardrails.clear();
    common(&mut plan, settings, currency);
    plan
}

fn common(plan: &mut Plan, settings: &Experiments, currency: Currency) {
    plan.currency = currency;
    plan.custom = settings.metrics.iter().map(|name| CustomMetric { title: name.clone(), higher_is_better: true }).collect();
}
