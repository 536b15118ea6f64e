//! The order of questions a triggered campaign must pass, and who wins.

use super::Caps;
use super::Chosen;
use super::Considered;
use super::Content;
use super::LimitUse;
use super::PageState;
use super::Proofs;
use super::Refusal;
use super::Snapshot;
use super::Verdict;
use super::choice;
use crate::campaign::Action;
use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::Needs;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::campaign::Trust;
use crate::campaign::condition::Declared;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Reads;
use crate::consent::Capabilities;
use crate::consent::Purpose;
use crate::experiment::Arm;
use crate::experiment::Assignment;
use crate::experiment::Unit;
use crate::experiment::assign_unit;
use crate::experiment::is_in_traffic;
use crate::learn::lessons::CONTEXT;
use crate::learn::lessons::Context;
use crate::model::Cart;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Language;
use crate::model::Timestamp;
use crate::model::VisitorCap;
use crate::offer;
use crate::recommend::Foresight;
use smallvec::SmallVec;
use std::sync::Arc;

/// Everything a decision looks at.
pub struct Situation<'a> {
    pub at: Timestamp,
    pub snapshot: &'a Snapshot,
    pub facts: &'a dyn Facts,
    pub unit: Unit,
    /// A number of this visit.
    pub visit: u64,
    pub allowed: Capabilities,
    /// The shopper turned personalization off.
    pub opted_out: bool,
    /// The visit is a program and gets the neutral page.
    pub is_program: bool,
    pub evidence: Trust,
    /// Shows every campaign regardless of arm; never counted.
    pub preview: bool,
    pub caps: &'a Caps,
    pub visitor_caps: &'a [VisitorCap],
    pub page: &'a PageState,
    /// The page is on screen.
    pub visible: bool,
    pub overlay_busy: bool,
    /// Placements of the page that are promised to offers on their way.
    pub waiting: SmallVec<[Key; 4]>,
    pub cart: &'a Cart,
    /// What the shopper did, where that may be used.
    pub lent: Option<Lent<'a>>,
    pub query: &'a str,
    /// In which the page speaks.
    pub language: Language,
    /// Earlier visits are known.
    pub remembered: bool,
    /// What this visit has chosen of campaigns that learn.
    pub chosen: &'a [Chosen],
}

/// What is lent to campaigns of a shopper's behavior.
#[derive(Debug, Clone, Copy)]
pub struct Lent<'a> {
    /// Products looked at, newest first.
    pub seen: &'a [Key],
    pub interests: &'a Interests,
    /// What other visits say comes next.
    pub foresight: Option<&'a Foresight>,
    /// Products the shopper bought, or turned down with "less like this".
    pub unwanted: &'a [Key],
}

impl<'a> Situation<'a> {
    /// What a campaign sees of the shopper's behavior: nothing, if it has promised to go by the context alone.
    pub fn lent_to(&self, campaign: &Campaign) -> Option<Lent<'a>> {
        self.lent.filter(|_| campaign.needs != Needs::Context)
    }

    /// The facts a campaign has declared.
    pub fn facts_of(&self, campaign: &Campaign) -> Declared<'a> {
        Declared::new(self.facts, campaign.needs.of_slots())
    }
}

/// A campaign that may act.
#[derive(Debug)]
pub struct Winner {
    pub campaign: Arc<Campaign>,
    pub trigger: TriggerRef,
    pub variant: u8,
    /// What the visitor is assigned to, and how likely that was.
    pub assignment: Assignment,
    /// How likely each arm was, by its slot; empty where it is as planned.
    pub shares: SmallVec<[f64; 4]>,
    /// Of a campaign that learns: the situation and the variants' weights.
    pub learned_from: Option<Box<(Context, SmallVec<[u32; 8]>)>>,
    /// `None` for baseline and holdout: nothing is shown, the act is counted.
    pub contents: Option<SmallVec<[(u8, Content); 2]>>,
    /// Changes to the page, also those that baseline and holdout were spared.
    pub changes: u8,
}

/// Refused candidates kept in the proof of one decision, best first. All are looked at, and one that acts is always kept.
const REFUSED_KEPT_MAX: usize = 64;

/// Lets the matched triggers' campaigns compete. Appends a [`Considered`] per campaign to `proofs`, best first (of the refused ones the
/// first 64), and the winners to `winners`.
pub fn decide(
    situation: &Situation<'_>,
    matched: &mut SmallVec<[TriggerRef; 16]>,
    proofs: &mut Proofs,
    winners: &mut SmallVec<[Winner; 2]>,
) {
    let set = &situation.snapshot.campaigns;
    let rank = |at: &TriggerRef| {
        set.campaign(*at).map_or((i32::MAX, std::cmp::Reverse(0), at.campaign), |campaign| {
            // Values are finite and never negative, so their bits are ordered as they are.
            (-campaign.priority, std::cmp::Reverse(campaign.value.max(0.0).to_bits()), at.campaign)
        })
    };
    matched.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)).then(a.cmp(b)));
    matched.dedup_by_key(|at| at.campaign);
    let mut round = Round {
        situation,
        taken: situation.waiting.clone(),
        overlay: situation.overlay_busy,
        changes: situation.page.changes,
        interrupted: false,
    };
    let first = proofs.considered.len();
    for at in matched.iter() {
        let (Some(campaign), Some(trigger)) = (set.campaign(*at), set.trigger(*at)) else { continue };
        let reads_from = proofs.reads.len() as u32;
        let mut considered = Considered {
            campaign: campaign.key,
            trigger: at.trigger,
            priority: campaign.priority as i16,
            verdict: Verdict::Refused(Refusal::Condition),
            propensity: 1.0,
            reads: (reads_from, reads_from),
            limit: None,
        };
        match round.consider(campaign, trigger, &mut considered, proofs) {
            Ok(Acting { assignment, shares, contents, changes, learned_from }) => {
                let variant = if let Verdict::Won(variant) = considered.verdict { variant } else { 0 };
                winners.push(Winner {
                    campaign: Arc::clone(campaign),
                    trigger: *at,
                    variant,
                    assignment,
                    shares,
                    learned_from,
                    contents,
                    changes,
                });
            }
            Err(_) if proofs.considered.len() - first >= REFUSED_KEPT_MAX => {
                proofs.reads.truncate(reads_from as usize);
                continue;
            }
            Err(refusal) => considered.verdict = Verdict::Refused(refusal),
        }
        considered.reads.1 = proofs.reads.len() as u32;
        proofs.considered.push(considered);
    }
}

struct Round<'a> {
    situation: &'a Situation<'a>,
    /// Placements given away in this round.
    taken: SmallVec<[Key; 4]>,
    overlay: bool,
    changes: u8,
    interrupted: bool,
}

type Contents = SmallVec<[(u8, Content); 2]>;

/// What a candidate that passed every question does.
struct Acting {
    assignment: Assignment,
    shares: SmallVec<[f64; 4]>,
    contents: Option<Contents>,
    changes: u8,
    learned_from: Option<Box<(Context, SmallVec<[u32; 8]>)>>,
}

impl Round<'_> {
    fn consider(
        &mut self,
        campaign: &Campaign,
        trigger: &Trigger,
        considered: &mut Considered,
        proofs: &mut Proofs,
    ) -> Result<Acting, Refusal> {
        self.permission(campaign, trigger)?;
        self.admission(campaign)?;
        self.condition(campaign, proofs)?;
        self.limits(campaign, considered)?;
        let context = campaign.learns.map(|_| choice::context(campaign, self.situation));
        let weights = choice::weights(campaign, self.situation, context.as_ref().unwrap_or(&[0.0; CONTEXT]));
        // The variant that would act is looked at in every arm, so that the baseline counts exactly what would have been shown.
        let Arm::Variant(chosen) = assign_unit(&campaign.id, &self.situation.unit, 0.0, 0.0, &weights).arm else {
            return Err(Refusal::NothingToShow);
        };
        let variant = campaign.variants.get(usize::from(chosen)).ok_or(Refusal::NothingToShow)?;
        for action in &variant.actions {
            self.place(campaign, trigger, action)?;
        }
        if variant.actions.iter().filter(|action| action.is_overlay()).count() > 1 {
            return Err(Refusal::OverlayBusy);
        }
        self.guard(campaign, &variant.actions, considered)?;
        let mut contents = Contents::new();
        for (index, action) in variant.actions.iter().enumerate() {
            let content = Content::resolve(campaign, action, self.situation).ok_or(Refusal::NothingToShow)?;
            let same =
                self.situation.page.spot(action.key).and_then(|spot| spot.held.as_ref()).is_some_and(|held| content.is_same(&held.content));
            if !same {
                contents.push((index as u8, content));
            }
        }
        if contents.is_empty() {
            return Err(Refusal::Unchanged);
        }
        let changes = contents.len() as u8;
        // The baseline spends what the act would have spent, so that the rest of the page is decided alike in both arms.
        self.changes = self.changes.saturating_add(changes);
        let mut assignment = Assignment { arm: Arm::Variant(chosen), propensity: 1.0 };
        let mut shares = SmallVec::new();
        if !self.situation.preview {
            let experiments = &self.situation.snapshot.settings.experiments;
            let baseline = campaign.baseline.min(experiments.baseline_max);
            assignment = assign_unit(&campaign.id, &self.situation.unit, experiments.holdout, baseline, &weights);
            considered.propensity = assignment.propensity as f32;
            let kept = [experiments.holdout.clamp(0.0, 1.0), baseline.clamp(0.0, 1.0)];
            proofs.choose(considered, assignment.arm, kept, &weights, context.as_ref());
            if campaign.learns.is_some() {
                shares = choice::shares(kept, &weights).collect();
            }
            match assignment.arm {
                Arm::Holdout => {
                    considered.verdict = Verdict::Holdout;
                    return Ok(Acting { assignment, shares, contents: None, changes, learned_from: None });
                }
                Arm::Baseline => {
                    considered.verdict = Verdict::Baseline;
                    return Ok(Acting { assignment, shares, contents: None, changes, learned_from: None });
                }
                Arm::Variant(_) => {}
            }
        }
        considered.verdict = Verdict::Won(chosen);
        for action in &variant.actions {
            if action.takes_placement() {
                self.taken.push(action.key);
            }
            self.overlay |= action.is_overlay();
            self.interrupted |= action.interrupts();
        }
        let learned_from = context.filter(|_| !self.situation.preview).map(|context| Box::new((context, weights)));
        Ok(Acting { assignment, shares, contents: Some(contents), changes, learned_from })
    }

    fn permission(&self, campaign: &Campaign, trigger: &Trigger) -> Result<(), Refusal> {
        if self.situation.snapshot.off {
            return Err(Refusal::Off);
        }
        if self.situation.is_program {
            return Err(Refusal::Program);
        }
        if self.situation.opted_out {
            return Err(Refusal::OptedOut);
        }
        let purpose = match campaign.needs.max(trigger.needs()) {
            Needs::Context => Purpose::Session,
            Needs::Personalize => Purpose::Personalize,
            Needs::Remember => Purpose::Remember,
        };
        if !self.situation.allowed.allows(purpose) {
            return Err(Refusal::Consent);
        }
        Ok(())
    }

    /// Who is not in the experiment is in no arm of it: neither shown nor counted.
    fn admission(&self, campaign: &Campaign) -> Result<(), Refusal> {
        let situation = self.situation;
        if situation.preview {
            return Ok(());
        }
        if campaign.slice.as_ref().is_some_and(|slice| !slice.has(&situation.unit)) {
            return Err(Refusal::Namespace);
        }
        if campaign.traffic < 1.0 && !is_in_traffic(&campaign.id, &situation.unit, campaign.traffic) {
            return Err(Refusal::Traffic);
        }
        Ok(())
    }

    fn condition(&self, campaign: &Campaign, proofs: &mut Proofs) -> Result<(), Refusal> {
        let Some(condition) = &campaign.when else { return Ok(()) };
        let mut reads = Reads::default();
        let holds = condition.holds(&self.situation.facts_of(campaign), &mut reads);
        proofs.reads.extend(reads.entries().iter().copied());
        if holds { Ok(()) } else { Err(Refusal::Condition) }
    }

    fn limits(&self, campaign: &Campaign, considered: &mut Considered) -> Result<(), Refusal> {
        let situation = self.situation;
        let limits = &campaign.limits;
        let mut check = |name, used: u32, max: u32, refusal| {
            considered.limit = Some(LimitUse { name, used, max });
            if used >= max { Err(refusal) } else { Ok(()) }
        };
        let visitor = situation.visitor_caps.iter().find(|cap| cap.campaign == campaign.key);
        // A close wins over every other setting.
        if situation.caps.is_dismissed(campaign.key) || visitor.is_some_and(|cap| cap.dismissed) {
            return Err(Refusal::Dismissed);
        }
        if let Some(max) = limits.per_page {
            check("per_page", u32::from(situation.page.acted(campaign.key)), u32::from(max), Refusal::PerPage)?;
        }
        if let Some(max) = limits.per_session {
            check("per_session", u32::from(situation.caps.count(campaign.key)), u32::from(max), Refusal::PerSession)?;
        }
        if let Some(cap) = limits.per_visitor {
            let used = match visitor {
                Some(seen) => Some(seen.count).filter(|_| situation.at.since(seen.since) < cap.every),
                // Of a visitor who is not remembered, this visit is all that is known.
                None => {
                    let recent = situation.caps.last(campaign.key).is_some_and(|last| situation.at.since(last) < cap.every);
                    recent.then(|| situation.caps.count(campaign.key))
                }
            };
            let used = used.unwrap_or(0);
            check("per_visitor", u32::from(used), u32::from(cap.count), Refusal::PerVisitor)?;
        }
        if let (Some(cooldown), Some(last)) = (limits.cooldown, situation.caps.last(campaign.key))
            && situation.at.since(last) < cooldown
        {
            return Err(Refusal::Cooldown);
        }
        if campaign.interrupts() {
            let spacing = limits.spacing.unwrap_or(situation.snapshot.settings.guard.interruption_spacing);
            if let Some((last, by)) = situation.caps.interrupted
                && by != campaign.key
                && situation.at.since(last) < spacing
            {
                return Err(Refusal::Spacing);
            }
        }
        let spends =
            campaign.actions().any(|action| matches!(&action.kind, ActionKind::Offer { terms, .. } if terms.kind != offer::Kind::Message));
        if spends && situation.evidence < campaign.trust && !situation.preview {
            return Err(Refusal::Trust);
        }
        Ok(())
    }

    fn place(&self, campaign: &Campaign, trigger: &Trigger, action: &Action) -> Result<(), Refusal> {
        let situation = self.situation;
        if let Some(template) = action.template()
            && !situation.page.page.templates.contains(&crate::model::key_of(template))
        {
            return Err(Refusal::NoTemplate);
        }
        if action.is_overlay() {
            if self.overlay {
                return Err(Refusal::OverlayBusy);
            }
        } else if action.takes_placement() {
            let spot = situation.page.spot(action.key).ok_or(Refusal::NoPlacement)?;
            if self.taken.contains(&action.key) {
                return Err(Refusal::Outranked);
            }
            if let Some(held) = &spot.held
                && held.campaign != campaign.key
                && held.priority > campaign.priority
            {
                return Err(Refusal::Outranked);
            }
            let forced = trigger.follows_cart() || campaign.follows_cart();
            if !forced && situation.caps.would_flip_back(situation.page.spot_key(action.key), campaign.key) {
                return Err(Refusal::FlipBack);
            }
            if spot.above && situation.page.input && !spot.live {
                return Err(Refusal::AboveFold);
            }
        }
        if action.interrupts() {
            if !situation.visible {
                return Err(Refusal::Hidden);
            }
            if self.interrupted {
                return Err(Refusal::Spacing);
            }
        }
        Ok(())
    }

    fn guard(&self, campaign: &Campaign, actions: &[Action], considered: &mut Considered) -> Result<(), Refusal> {
        let guard = &self.situation.snapshot.settings.guard;
        if self.changes.saturating_add(actions.len() as u8) > guard.changes_per_page {
            considered.limit =
                Some(LimitUse { name: "changes_per_page", used: u32::from(self.changes), max: u32::from(guard.changes_per_page) });
            return Err(Refusal::ChangeBudget);
        }
        if campaign.interrupts() && self.situation.caps.interruptions >= guard.interruptions_per_session {
            let used = u32::from(self.situation.caps.interruptions);
            considered.limit = Some(LimitUse { name: "interruptions_per_session", used, max: u32::from(guard.interruptions_per_session) });
            return Err(Refusal::InterruptionBudget);
        }
        Ok(())
    }
}
