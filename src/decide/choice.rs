//! How a campaign that learns chooses, and what is logged of every choice.

use super::Situation;
use crate::campaign::Campaign;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Needs;
use crate::campaign::condition::Slot;
use crate::consent::Purpose;
use crate::experiment::Arm;
use crate::learn::bandit::ARMS_MAX;
use crate::learn::lessons::CONTEXT;
use crate::learn::lessons::Context;
use crate::learn::ln;
use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// How a number of the situation is made small.
#[derive(Debug, Clone, Copy)]
enum Scale {
    AsIs,
    Flag,
    /// ln(1 + x) / 5
    Log,
    /// A tenth of at most 10.
    Tenth,
}

/// What a choice looks at, after the constant. Part of what is stored: with others, what was learned before means something else.
const SLOTS: [(Slot, Scale, &str); CONTEXT - 1] = [
    (Slot::ScoreIntent, Scale::AsIs, "score.intent"),
    (Slot::CartValue, Scale::Log, "ln(cart.value)"),
    (Slot::CartItems, Scale::Tenth, "cart.items"),
    (Slot::DeviceTouch, Scale::Flag, "device.touch"),
    (Slot::VisitorReturning, Scale::Flag, "visitor.returning"),
    (Slot::SessionPageViews, Scale::Log, "ln(session.page_views)"),
    (Slot::SessionProductViews, Scale::Log, "ln(session.product_views)"),
    (Slot::SessionSearches, Scale::Tenth, "session.searches"),
    (Slot::InterestStrength, Scale::AsIs, "interest.strength"),
    (Slot::ProductPrice, Scale::Log, "ln(product.price)"),
    (Slot::TimeWeekend, Scale::Flag, "time.weekend"),
];

/// Names of a context's numbers, `1` for the constant.
pub fn context_names() -> [&'static str; CONTEXT] {
    std::array::from_fn(|at| if at == 0 { "1" } else { SLOTS[at - 1].2 })
}

/// A visit's choice of a campaign that learns; it holds until the visit ends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    pub campaign: Key,
    pub trial: Key,
    pub variant: u8,
    pub variants: u8,
    pub context: Context,
    /// Weights of the variants then, in parts per million.
    pub weights: SmallVec<[u32; 8]>,
    /// What the campaign is for, as a number of the session's own.
    pub goal: u8,
    /// What counted towards it before.
    pub mark: u32,
    /// It has brought what the campaign is for.
    pub is_paid: bool,
}

/// The situation as numbers. What the shopper has not agreed to, and what the campaign does not declare, is 0.
pub(super) fn context(campaign: &Campaign, situation: &Situation<'_>) -> Context {
    let facts = situation.facts_of(campaign);
    let mut out = [1.0; CONTEXT];
    for ((slot, scale, _), out) in SLOTS.into_iter().zip(&mut out[1..]) {
        let allowed = match slot.purpose() {
            Needs::Nothing => true,
            Needs::Personalize => situation.allowed.allows(Purpose::Personalize),
            Needs::Remember => situation.allowed.allows(Purpose::Remember),
        };
        let number = match scale {
            _ if !allowed => 0.0,
            Scale::Flag => f64::from(u8::from(facts.flag(slot))),
            Scale::AsIs => facts.number(slot).clamp(0.0, 1.0),
            Scale::Log => ln(1.0 + facts.number(slot).clamp(0.0, 1e9)) / 5.0,
            Scale::Tenth => facts.number(slot).clamp(0.0, 10.0) / 10.0,
        };
        *out = number as f32;
    }
    out
}

/// The variants' weights for this situation: the visit's own choice if it has one, the policy's chances in parts per million if the
/// campaign has learned enough, else those of the file.
pub(super) fn weights(campaign: &Campaign, situation: &Situation<'_>, context: &Context) -> SmallVec<[u32; 8]> {
    let of_file = || campaign.variants.iter().map(|variant| variant.weight).collect();
    let Some(trial) = campaign.learns else { return of_file() };
    if let Some(chosen) = situation.chosen.iter().find(|chosen| chosen.campaign == campaign.key && chosen.trial == trial) {
        return chosen.weights.clone();
    }
    let Some(policy) = situation.snapshot.policies.find(campaign.key, trial) else { return of_file() };
    let mut chances = [0.0; ARMS_MAX];
    let count = policy.chances(&context.map(f64::from), &mut chances);
    if count != campaign.variants.len() {
        return of_file();
    }
    chances[..count].iter().map(|chance| (chance * 1e6) as u32).collect()
}

/// How likely each arm is: holdout, baseline of the rest, variants of what is left by their weights.
pub(super) fn shares([holdout, baseline]: [f64; 2], weights: &[u32]) -> impl Iterator<Item = f64> + '_ {
    let total = weights.iter().map(|&weight| f64::from(weight)).sum::<f64>().max(1.0);
    let open = (1.0 - holdout) * (1.0 - baseline);
    let variants = weights.iter().map(move |&weight| open * f64::from(weight) / total);
    [holdout, (1.0 - holdout) * baseline].into_iter().chain(variants)
}

/// What is logged of a choice: ranges in [`Proofs::chances`](super::Proofs::chances).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    pub campaign: Key,
    /// Where the candidate's reads begin: with the campaign it says whose choice this is.
    pub reads_from: u32,
    /// Probability of every possible arm: holdout, baseline, variants in order. They sum to 1.
    pub chances: (u32, u32),
    /// The context; empty unless the campaign learns.
    pub context: (u32, u32),
    pub arm: Arm,
}
