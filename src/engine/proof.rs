//! A decision's proof as the journal keeps it: rows of plain values, written without an allocation and readable without the campaigns.
//!
//! The campaign's own words are in it (they may have changed when somebody asks); sentences that follow from a code are not.

use super::view::ConsideredView;
use super::view::LimitView;
use super::view::ProofView;
use super::view::ReadView;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::campaign::condition::Read;
use crate::campaign::condition::ReadValue;
use crate::campaign::condition::ShortText;
use crate::campaign::condition::Slot;
use crate::decide::Choice;
use crate::decide::Considered;
use crate::decide::Proofs;
use crate::decide::Refusal;
use crate::decide::Verdict;
use crate::experiment::Arm;
use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;

/// What is written: [`Row`] without a copy.
pub(super) struct Writing<'a> {
    pub(super) id: u32,
    pub(super) took_us: u64,
    pub(super) considered: &'a [Considered],
    pub(super) proofs: &'a Proofs,
    pub(super) set: &'a CampaignSet,
}

/// Number of the decision, microseconds it took, trigger, candidates.
#[derive(Deserialize)]
struct Row(u32, u64, String, Vec<Candidate>);

/// Slot, key, value, whether the comparison passed, and its text.
type PackedRead = (Slot, Option<ShortText>, ReadValue, Option<bool>, String);

#[derive(Deserialize)]
struct Candidate {
    campaign: String,
    name: String,
    priority: i16,
    /// `won baseline holdout`, or a refusal's code.
    code: String,
    /// Empty unless it won.
    variant: String,
    propensity: f32,
    reads: Vec<PackedRead>,
    limit: Option<(String, u32, u32)>,
    placements: Vec<String>,
    /// Absent in records of programs that did not log it, and in refusals.
    #[serde(default)]
    choice: Option<PackedChoice>,
}

/// Arms by name, the one that was chosen, the probability of each, context.
type PackedChoice = (Vec<String>, u8, Vec<f32>, Vec<f32>);

impl Serialize for Writing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let trigger = self
            .considered
            .first()
            .and_then(|one| self.set.find(one.campaign)?.triggers.get(usize::from(one.trigger)))
            .map_or("", |trigger| trigger.name());
        let candidates = Sequence(|| self.considered.iter().map(|one| WritingCandidate { one, of: self }));
        (self.id, self.took_us, trigger, candidates).serialize(serializer)
    }
}

struct WritingCandidate<'a> {
    one: &'a Considered,
    of: &'a Writing<'a>,
}

impl Serialize for WritingCandidate<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let WritingCandidate { one, of } = self;
        let campaign = of.set.find(one.campaign).map(|campaign| &**campaign);
        let (code, variant) = match one.verdict {
            Verdict::Won(variant) => ("won", Some(variant)),
            Verdict::Baseline => ("baseline", None),
            Verdict::Holdout => ("holdout", None),
            Verdict::Refused(refusal) => (refusal.code(), None),
        };
        let variant = variant.and_then(|variant| campaign?.variants.get(usize::from(variant))).map_or("", |variant| &*variant.id);
        let read = |read: &Read| (read.slot, read.key, read.value, read.passed, clause(campaign, read));
        let reads = of.proofs.reads_of(one);
        let limit = one.limit.map(|limit| (limit.name, limit.used, limit.max));
        (
            campaign.map_or("", |campaign| &*campaign.id),
            campaign.map_or("", |campaign| &*campaign.name),
            one.priority,
            code,
            variant,
            one.propensity,
            Sequence(|| reads.iter().map(read)),
            limit,
            placements(campaign),
            of.proofs.choice_of(one).map(|choice| WritingChoice { choice, of, campaign }),
        )
            .serialize(serializer)
    }
}

/// A choice with the names of its arms.
struct WritingChoice<'a> {
    choice: &'a Choice,
    of: &'a Writing<'a>,
    campaign: Option<&'a Campaign>,
}

impl Serialize for WritingChoice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let WritingChoice { choice, of, campaign } = *self;
        let variants = || campaign.into_iter().flat_map(|campaign| campaign.variants.iter().map(|variant| &*variant.id));
        let arms = Sequence(|| ["holdout", "baseline"].into_iter().chain(variants()));
        let chosen = match choice.arm {
            Arm::Holdout => 0,
            Arm::Baseline => 1,
            Arm::Variant(variant) => variant.saturating_add(2),
        };
        (arms, chosen, of.proofs.numbers(choice.chances), of.proofs.numbers(choice.context)).serialize(serializer)
    }
}

fn clause<'a>(campaign: Option<&'a Campaign>, read: &Read) -> &'a str {
    campaign.and_then(|campaign| campaign.when.as_ref()).map_or("", |when| when.clause(read.clause))
}

/// Placements of all variants, each once, in order.
fn placements(campaign: Option<&Campaign>) -> smallvec::SmallVec<[&str; 8]> {
    let actions = campaign.into_iter().flat_map(Campaign::actions);
    let mut names: smallvec::SmallVec<[&str; 8]> = actions.map(|action| &*action.placement).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Serializes what an iterator gives, again each time it is asked.
struct Sequence<F>(F);

impl<I: Iterator<Item: Serialize>, F: Fn() -> I> Serialize for Sequence<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

/// One choice as it was logged.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedChoice {
    pub campaign: String,
    /// `holdout`, `baseline` and the variants.
    pub arms: Vec<String>,
    /// Place in `arms`.
    pub chosen: usize,
    /// In the order of `arms`; they sum to 1.
    pub chances: Vec<f32>,
    /// In the order of [`crate::decide::context_names`]; empty if the campaign does not learn.
    pub context: Vec<f32>,
}

/// Reads the choices of a decision's record.
pub fn choices(payload: &[u8]) -> Vec<LoggedChoice> {
    let Ok(Row(_, _, _, candidates)) = rmp_serde::from_slice(payload) else { return Vec::new() };
    let logged = candidates.into_iter().filter_map(|one| {
        let (arms, chosen, chances, context) = one.choice?;
        Some(LoggedChoice { campaign: one.campaign, arms, chosen: usize::from(chosen), chances, context })
    });
    logged.collect()
}

/// Reads a proof in words.
pub(super) fn read(payload: &[u8]) -> Option<ProofView> {
    let Row(id, took_us, trigger, candidates) = rmp_serde::from_slice(payload).ok()?;
    let considered: Vec<ConsideredView> = candidates.into_iter().map(view).collect();
    let has = |outcome: &str| considered.iter().any(|one| one.outcome == outcome);
    let outcome = if has("won") {
        "pushed"
    } else if has("baseline") {
        "baseline"
    } else {
        "nothing"
    };
    Some(ProofView { id: format!("d{id}"), trigger, outcome: outcome.to_owned(), took_us, considered })
}

fn view(one: Candidate) -> ConsideredView {
    let refusal = Refusal::ALL.into_iter().find(|refusal| refusal.code() == one.code);
    let (outcome, reason) = match one.code.as_str() {
        "won" => ("won", None),
        "baseline" => ("baseline", None),
        "holdout" => ("baseline", Some("holdout".to_owned())),
        _ => ("refused", Some(one.code)),
    };
    ConsideredView {
        outcome: outcome.to_owned(),
        reason,
        sentence: refusal.map(|refusal| refusal.sentence().to_owned()),
        why: if outcome == "won" { one.name.clone() } else { String::new() },
        campaign: one.campaign,
        name: one.name,
        priority: one.priority,
        variant: Some(one.variant).filter(|variant| !variant.is_empty()),
        propensity: one.propensity,
        reads: one
            .reads
            .into_iter()
            .map(|(slot, key, value, passed, clause)| ReadView {
                name: match key {
                    Some(key) => format!("{}[\"{}\"]", slot.name(), key.as_str()),
                    None => slot.name().to_owned(),
                },
                value: value.to_string(),
                clause,
                passed,
            })
            .collect(),
        limits: one.limit.map(|(name, used, max)| LimitView { name, used, max }).into_iter().collect(),
        placements: one.placements,
    }
}
