//! Why a decision came out as it did: every candidate, the values its condition read, and its first failing reason.

use super::Choice;
use super::choice;
use crate::campaign::condition::Read;
use crate::experiment::Arm;
use crate::learn::lessons::Context;
use crate::model::Key;
use serde::Serialize;
use std::ops::Range;

/// Flat store of the proofs of one input, reused from input to input so that refusing costs no allocation.
#[derive(Debug, Default)]
pub struct Proofs {
    pub considered: Vec<Considered>,
    pub reads: Vec<Read>,
    /// What was chosen between, for every candidate that could act.
    pub choices: Vec<Choice>,
    /// Probabilities and contexts of choices.
    pub chances: Vec<f32>,
}

impl Proofs {
    pub fn clear(&mut self) {
        self.considered.clear();
        self.reads.clear();
        self.choices.clear();
        self.chances.clear();
    }

    /// Candidates of one decision, best first.
    pub fn of(&self, range: &Range<u32>) -> &[Considered] {
        self.considered.get(range.start as usize..range.end as usize).unwrap_or(&[])
    }

    /// Notes a choice among holdout, baseline and variants with these weights.
    pub(super) fn choose(&mut self, of: &Considered, arm: Arm, kept: [f64; 2], weights: &[u32], context: Option<&Context>) {
        let from = self.chances.len() as u32;
        self.chances.extend(choice::shares(kept, weights).map(|share| share as f32));
        let middle = self.chances.len() as u32;
        self.chances.extend(context.into_iter().flatten());
        let end = self.chances.len() as u32;
        let Considered { campaign, reads: (reads_from, _), .. } = *of;
        self.choices.push(Choice { campaign, reads_from, chances: (from, middle), context: (middle, end), arm });
    }

    /// The choice of a candidate that could act.
    pub fn choice_of(&self, considered: &Considered) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.campaign == considered.campaign && choice.reads_from == considered.reads.0)
    }

    /// Numbers of a choice.
    pub fn numbers(&self, range: (u32, u32)) -> &[f32] {
        self.chances.get(range.0 as usize..range.1 as usize).unwrap_or(&[])
    }

    /// Values that one candidate's condition read.
    pub fn reads_of(&self, considered: &Considered) -> &[Read] {
        self.reads.get(considered.reads.0 as usize..considered.reads.1 as usize).unwrap_or(&[])
    }
}

/// One candidate and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Considered {
    pub campaign: Key,
    pub trigger: u16,
    pub priority: i16,
    pub verdict: Verdict,
    /// Probability with which this arm was assigned.
    pub propensity: f32,
    /// Range in [`Proofs::reads`].
    pub reads: (u32, u32),
    /// The limit that was consulted last.
    pub limit: Option<LimitUse>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verdict {
    /// Acted with this variant.
    Won(u8),
    /// Would have acted; this visitor keeps the shop's default.
    Baseline,
    /// Would have acted; this visitor sees no campaign at all.
    Holdout,
    Refused(Refusal),
}

/// A limit and how far it was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LimitUse {
    pub name: &'static str,
    pub used: u32,
    pub max: u32,
}

/// First reason that kept a candidate from acting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Refusal {
    /// Everything is switched off.
    Off,
    /// The visit is a program.
    Program,
    /// The shopper turned personalization off.
    OptedOut,
    Consent,
    /// The visitor is in another part of the campaign's namespace.
    Namespace,
    /// The visitor is not in the share of traffic the campaign is tried on.
    Traffic,
    Condition,
    Dismissed,
    PerPage,
    PerSession,
    PerVisitor,
    Cooldown,
    Spacing,
    Trust,
    NoPlacement,
    NoTemplate,
    Hidden,
    OverlayBusy,
    Outranked,
    FlipBack,
    ChangeBudget,
    InterruptionBudget,
    AboveFold,
    NothingToShow,
    Unchanged,
}

impl Refusal {
    pub const ALL: [Refusal; 25] = [
        Refusal::Off,
        Refusal::Program,
        Refusal::OptedOut,
        Refusal::Consent,
        Refusal::Namespace,
        Refusal::Traffic,
        Refusal::Condition,
        Refusal::Dismissed,
        Refusal::PerPage,
        Refusal::PerSession,
        Refusal::PerVisitor,
        Refusal::Cooldown,
        Refusal::Spacing,
        Refusal::Trust,
        Refusal::NoPlacement,
        Refusal::NoTemplate,
        Refusal::Hidden,
        Refusal::OverlayBusy,
        Refusal::Outranked,
        Refusal::FlipBack,
        Refusal::ChangeBudget,
        Refusal::InterruptionBudget,
        Refusal::AboveFold,
        Refusal::NothingToShow,
        Refusal::Unchanged,
    ];

    /// Stable code for logs, metrics and the dashboard.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::Off => "off",
            Refusal::Program => "program",
            Refusal::OptedOut => "opted_out",
            Refusal::Consent => "consent",
            Refusal::Namespace => "namespace",
            Refusal::Traffic => "traffic",
            Refusal::Condition => "condition",
            Refusal::Dismissed => "dismissed",
            Refusal::PerPage => "per_page",
            Refusal::PerSession => "per_session",
            Refusal::PerVisitor => "per_visitor",
            Refusal::Cooldown => "cooldown",
            Refusal::Spacing => "spacing",
            Refusal::Trust => "trust",
            Refusal::NoPlacement => "no_placement",
            Refusal::NoTemplate => "no_template",
            Refusal::Hidden => "hidden",
            Refusal::OverlayBusy => "overlay_busy",
            Refusal::Outranked => "outranked",
            Refusal::FlipBack => "flip_back",
            Refusal::ChangeBudget => "change_budget",
            Refusal::InterruptionBudget => "interruption_budget",
            Refusal::AboveFold => "above_fold",
            Refusal::NothingToShow => "nothing_to_show",
            Refusal::Unchanged => "unchanged",
        }
    }

    /// The same for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Refusal::Off => "all campaigns are switched off",
            Refusal::Program => "the visit is a program, which gets the neutral page",
            Refusal::OptedOut => "the shopper turned personalization off",
            Refusal::Consent => "the shopper has not agreed to what the campaign needs",
            Refusal::Namespace => "the visitor belongs to another campaign of the same namespace",
            Refusal::Traffic => "the visitor is not in the share of traffic it is tried on",
            Refusal::Condition => "the condition did not hold",
            Refusal::Dismissed => "the shopper closed it before",
            Refusal::PerPage => "it has acted often enough on this page",
            Refusal::PerSession => "it has acted often enough in this visit",
            Refusal::PerVisitor => "it has acted often enough for this visitor",
            Refusal::Cooldown => "it acted too short a time ago",
            Refusal::Spacing => "another campaign interrupted too short a time ago",
            Refusal::Trust => "what it rests on is not proven well enough",
            Refusal::NoPlacement => "the page has no such placement",
            Refusal::NoTemplate => "the page has no such template",
            Refusal::Hidden => "the page is not on screen",
            Refusal::OverlayBusy => "another overlay is open or on its way",
            Refusal::Outranked => "a campaign of higher rank has the placement",
            Refusal::FlipBack => "it would bring back what was just replaced",
            Refusal::ChangeBudget => "the page has changed often enough",
            Refusal::InterruptionBudget => "the shopper was interrupted often enough in this visit",
            Refusal::AboveFold => "nothing moves above the fold after the first input",
            Refusal::NothingToShow => "there is nothing to show",
            Refusal::Unchanged => "the same content is there already",
        }
    }
}
