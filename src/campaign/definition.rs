//! A campaign, ready to be looked at by every event.

use super::Action;
use super::PlanTerms;
use super::Trigger;
use super::condition::Condition;
use super::condition::Needs as SlotNeeds;
use crate::experiment::Slice;
use crate::model::Key;
use crate::model::Language;
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::Duration;

/// One merchant's rule.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub id: Arc<str>,
    pub key: Key,
    pub name: Arc<str>,
    /// What it is for: `order cart engagement discovery retention`; shown, never decided on.
    pub goal: Arc<str>,
    /// 0..=100; the higher wins.
    pub priority: i32,
    /// Expected value in major units; breaks ties of priority.
    pub value: f64,
    /// Share of eligible visitors, 0..=0.5, who keep the shop's default and are counted.
    pub baseline: f64,
    /// Share of visitors, above 0 up to 1, on whom the campaign is tried at all. Raising it adds visitors and moves nobody.
    pub traffic: f64,
    /// Part of a namespace the campaign has for itself.
    pub slice: Option<Slice>,
    /// How the experiment is to be judged.
    pub terms: PlanTerms,
    /// Names the plan, the variants and their weights: with any of them another experiment begins.
    pub trial: Key,
    /// Variants are chosen by what they have brought in such situations, not by weight; names them, so that others begin anew.
    pub learns: Option<Key>,
    pub needs: Needs,
    pub trust: Trust,
    pub enabled: bool,
    pub hold: Hold,
    /// Cart value the texts count towards, minor units.
    pub target: Option<i64>,
    /// Sentences for the shopper, by language; `None` is for every language. A true one is made from the proof where this has none.
    pub why: SmallVec<[(Option<Language>, super::Text); 1]>,
    /// What is told beside its placements.
    pub notice: Option<Notice>,
    pub when: Option<Condition>,
    pub triggers: Vec<Trigger>,
    /// Stable keys of `triggers`, in the same order, under which a session remembers what fired.
    pub trigger_keys: Vec<Key>,
    pub limits: Limits,
    pub variants: Vec<Variant>,
    /// File it came from and the text itself.
    pub file: Arc<str>,
    pub source: Arc<str>,
}

/// Consent a campaign needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// The page, the cart and the visit's context only.
    Context,
    /// Behavior in this visit.
    Personalize,
    /// Earlier visits.
    Remember,
}

impl Needs {
    pub fn name(self) -> &'static str {
        match self {
            Needs::Context => "context",
            Needs::Personalize => "personalize",
            Needs::Remember => "remember",
        }
    }

    /// The same for what conditions and texts read.
    pub fn of_slots(self) -> SlotNeeds {
        match self {
            Needs::Context => SlotNeeds::Nothing,
            Needs::Personalize => SlotNeeds::Personalize,
            Needs::Remember => SlotNeeds::Remember,
        }
    }
}

/// What the law wants told beside a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The order of products is personalized.
    Ranking,
    /// A price or a discount is personalized.
    Price,
}

/// How well what an offer rests on must be proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// The browser says so.
    Claimed,
    /// Two independent signals agree.
    Corroborated,
    /// The shop's server says so.
    Confirmed,
}

impl Trust {
    pub fn name(self) -> &'static str {
        match self {
            Trust::Claimed => "claimed",
            Trust::Corroborated => "corroborated",
            Trust::Confirmed => "confirmed",
        }
    }
}

/// How long content stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Until the next page.
    Page,
    /// As long as the condition holds.
    While,
}

/// How often a campaign may act.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    pub per_page: Option<u16>,
    pub per_session: Option<u16>,
    pub per_visitor: Option<PerVisitor>,
    /// Least time between two acts of this campaign.
    pub cooldown: Option<Duration>,
    /// Least time after any other interruption.
    pub spacing: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerVisitor {
    pub count: u16,
    pub every: Duration,
}

/// One way of acting; chosen by weight, sticky per visitor.
#[derive(Debug, Clone)]
pub struct Variant {
    pub id: Arc<str>,
    pub weight: u32,
    pub actions: Vec<Action>,
}

impl Campaign {
    /// Its own sentence for a page in this language.
    pub fn why_in(&self, language: Language) -> Option<&super::Text> {
        let of = |wanted: Option<Language>| self.why.iter().find(|(known, _)| *known == wanted).map(|(_, text)| text);
        of(Some(language)).or_else(|| of(None))
    }

    /// Every action of every variant.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.variants.iter().flat_map(|variant| &variant.actions)
    }

    /// Whether any variant interrupts the shopper.
    pub fn interrupts(&self) -> bool {
        self.actions().any(Action::interrupts)
    }

    /// Whether the cart's state may bring back what stood before: its condition reads the cart.
    pub fn follows_cart(&self) -> bool {
        self.when.as_ref().is_some_and(|when| when.slots().iter().any(|slot| slot.name().starts_with("cart.")))
    }
}
