//! A recorded visit with something changed at one turn, told beside the recording.
//!
//! The change happens just before the turn it names. A cart that the page repeats later is taken as changed too, until
//! the shopper says something else; so is an answer about consent, until the shopper takes it back: a first yes is not a change of mind. From the first turn at which the page is told something else on, the recorded
//! inputs are still given, but a real shopper might have done otherwise: those moments are marked.

use super::Entry;
use super::Fork;
use super::Replay;
use super::ReplayError;
use super::Snapshots;
use super::Step;
use super::fork;
use super::whatif_cart;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::consent::Purpose;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::Snapshot;
use crate::model::Cart;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Session;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// The turn before which it happens, from 1.
    pub at: usize,
    /// The cart is worth this much, minor units.
    pub cart: Option<i64>,
    /// These campaigns are off.
    pub pause: Vec<Box<str>>,
    /// The page says this about these purposes.
    pub consent: Vec<(Purpose, bool)>,
}

/// One input and what it led to in both runs.
pub struct Moment<'a> {
    /// Number of the recorded turn; of the next one where this was not recorded.
    pub turn: usize,
    pub at: Timestamp,
    pub cause: Cause<'a>,
    /// Effects in the recording, under its snapshot; `None` where this was not recorded.
    pub recorded: Option<(&'a Effects, &'a Snapshot)>,
    pub changed: (&'a Effects, &'a Snapshot),
    /// The page is told the same, and the same offers are asked for.
    pub same: bool,
    /// The page has been told something else before.
    pub after: bool,
    /// Offers of the changed run that the recording has no answer for.
    pub unanswered: Vec<DecisionId>,
    pub notes: Vec<Note>,
}

/// Where an input comes from.
#[derive(Debug, Clone, Copy)]
pub enum Cause<'a> {
    Recorded(&'a Input),
    /// Recorded with other words: the first is the recorded one.
    Replaced(&'a Input, &'a Input),
    /// The change itself.
    Changed(&'a Input),
    /// A deadline that only the changed run has.
    Deadline,
}

/// What a reader must know to understand a changed input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Note {
    #[error("no cart had been heard of: this one is where the visit starts from, so it crosses no edge")]
    CartUnknown,
    #[error("the cart's prices are scaled")]
    CartScaled,
    #[error("the cart is filled up with {pieces} of {product}, so that no price is above the catalog's")]
    CartFilled { pieces: u32, product: Box<str> },
    #[error("no product of the catalog can fill the cart up: prices are above the catalog's, so the value is only claimed")]
    CartClaimed,
    #[error("the shop's server confirmed the recorded cart; the changed one is only what the page says")]
    CartUnconfirmed,
    #[error("another source denies {}: the page alone cannot allow it", purpose.name())]
    StillDenied { purpose: Purpose },
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Turns in the recording.
    pub turns: usize,
    /// The first turn at which the page is told something else.
    pub diverged: Option<usize>,
    /// Offers of the changed run that the recording has no answer for.
    pub unanswered: usize,
    /// The last turn compared, where inputs after it were not recorded.
    pub hole: Option<usize>,
}

/// Why it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WhatIfError {
    #[error("nothing is changed")]
    Nothing,
    #[error("there is no turn {at}: the recording has {turns}")]
    NoTurn { at: usize, turns: usize },
    #[error("no page is open at turn {at}")]
    NoPage { at: usize },
    #[error("there is no campaign {id} at turn {at}")]
    NoCampaign { id: Box<str>, at: usize },
    #[error("a cart cannot be worth {minor}")]
    Cart { minor: i64 },
    #[error("turn {turn} has other effects than were recorded, so nothing can be said about another course")]
    Differs { turn: usize },
    #[error("turn {turn}: {error}")]
    Replay { turn: usize, error: ReplayError },
}

/// Goes through a visit's records and tells every moment from the changed turn on.
///
/// # Errors
/// [`WhatIfError`]; moments before it have been told.
pub fn what_if(
    records: impl IntoIterator<Item = (Timestamp, Entry)>,
    changes: &Changes,
    snapshots: &impl Snapshots,
    tell: &mut dyn FnMut(Moment<'_>),
) -> Result<Outcome, WhatIfError> {
    if changes.cart.is_none() && changes.pause.is_empty() && changes.consent.is_empty() {
        return Err(WhatIfError::Nothing);
    }
    if let Some(minor) = changes.cart.filter(|minor| *minor < 0) {
        return Err(WhatIfError::Cart { minor });
    }
    let mut telling =
        Telling { changes, outcome: Outcome::default(), swap: Swap::default(), off: BTreeMap::new(), notes: Vec::new(), tell };
    let mut state = State::Before(Box::new(Replay::new(None)));
    for (at, entry) in records {
        if let Entry::Turn(_) = entry {
            telling.outcome.turns += 1;
        }
        let turn = telling.outcome.turns;
        let replay = |error| WhatIfError::Replay { turn, error };
        state = match (state, entry) {
            (State::Before(replayed), Entry::Turn(recorded)) if turn == changes.at => {
                // What was published with this very turn is news to the visit then, and not before.
                let version =
                    replayed.visit().map(|visit| visit.session.version()).filter(|version| *version > 0).unwrap_or(recorded.version);
                let snapshot = snapshots.snapshot(version).ok_or(ReplayError::NoSnapshot { version }).map_err(replay)?;
                let mut fork = Fork::new(*replayed, snapshot.clone()).ok_or(ReplayError::NoBeginning).map_err(replay)?;
                telling.change(&mut fork, at, &recorded.input, &snapshot)?;
                telling.turn(&mut fork, at, *recorded, snapshots)?;
                State::After(Box::new(fork))
            }
            (State::Before(mut replayed), entry) => {
                if !replayed.step(at, entry, snapshots).map_err(replay)?.is_same() {
                    return Err(WhatIfError::Differs { turn });
                }
                State::Before(replayed)
            }
            (State::After(mut fork), Entry::Turn(recorded)) => {
                telling.turn(&mut fork, at, *recorded, snapshots)?;
                State::After(fork)
            }
            (State::After(mut fork), Entry::Consumed { stream, seq }) => {
                fork.consumed(at, stream, seq, snapshots).map_err(replay)?;
                State::After(fork)
            }
            (State::After(_), Entry::Started(_) | Entry::Keyframe(_)) => {
                telling.outcome.hole = Some(turn);
                State::Over
            }
            (state, _) => state,
        };
    }
    if matches!(state, State::Before(_)) || changes.at == 0 {
        return Err(WhatIfError::NoTurn { at: changes.at, turns: telling.outcome.turns });
    }
    Ok(telling.outcome)
}

enum State {
    Before(Box<Replay>),
    After(Box<Fork>),
    Over,
}

/// Recorded words that stand for changed ones.
#[derive(Default)]
struct Swap {
    cart: Option<(Cart, Cart)>,
    consent: Vec<Answer>,
}

/// An answer about one purpose that stands in the place of the recorded ones.
#[derive(Clone, Copy)]
struct Answer {
    purpose: Purpose,
    allowed: bool,
    /// What the shopper last said, as recorded.
    recorded: Option<bool>,
}

impl Swap {
    fn input(&mut self, input: &Input) -> Option<Input> {
        match input {
            // The shop's server has confirmed what it has seen, not what it might have: a changed cart is only what the page says.
            Input::Event { stream, late, event: Event::Cart(cart) | Event::ConfirmedCart { cart, .. } } => {
                let (_, changed) = self.cart.as_ref().filter(|(recorded, _)| recorded == cart)?;
                Some(Input::Event { stream: *stream, late: *late, event: Event::Cart(changed.clone()) })
            }
            Input::Consent { source: Source::Page, signal, gpc, others } => {
                let changed = self.answer(*signal);
                let input = || Input::Consent { source: Source::Page, signal: changed, gpc: *gpc, others: others.clone() };
                (changed != *signal).then(input)
            }
            _ => None,
        }
    }

    /// The recorded answer as changed. Whoever says no after yes, or yes after no, has changed their mind, and that stands.
    fn answer(&mut self, signal: Signal) -> Signal {
        self.consent.retain_mut(|answer| {
            let said = of(signal, answer.purpose);
            let is_reversed = said.is_some() && answer.recorded.is_some() && said != answer.recorded;
            answer.recorded = said.or(answer.recorded);
            !is_reversed
        });
        self.consent.iter().fold(signal, |signal, answer| answered(signal, answer.purpose, answer.allowed))
    }
}

struct Telling<'a> {
    changes: &'a Changes,
    outcome: Outcome,
    swap: Swap,
    /// Snapshots without the paused campaigns, by version; at most [`Telling::KEPT_MAX`].
    off: BTreeMap<u64, Arc<Snapshot>>,
    /// For the next turn.
    notes: Vec<Note>,
    tell: &'a mut dyn FnMut(Moment<'_>),
}

impl Telling<'_> {
    const KEPT_MAX: usize = 8;
    /// Deadlines of the changed run between two records; past it they wait for the next one.
    const DEADLINES_MAX: usize = 1_000;

    /// Lets the change happen before the turn whose input is `next`, which may be what is changed.
    fn change(&mut self, fork: &mut Fork, at: Timestamp, next: &Input, snapshot: &Arc<Snapshot>) -> Result<(), WhatIfError> {
        let turn = self.changes.at;
        let mut inputs: Vec<(Input, Vec<Note>)> = Vec::new();
        for id in &self.changes.pause {
            if !snapshot.campaigns.campaigns().iter().any(|campaign| campaign.id == (**id).into()) {
                return Err(WhatIfError::NoCampaign { id: id.clone(), at: turn });
            }
        }
        let changed = self.without(snapshot);
        if !self.changes.pause.is_empty() {
            inputs.push((Input::Published, Vec::new()));
        }
        if !self.changes.consent.is_empty() {
            let stated = match next {
                Input::Consent { source: Source::Page, signal, .. } => Some(*signal),
                _ => None,
            };
            let before = stated.unwrap_or_else(|| fork.session().consent().answer(Source::Page));
            let after = self.changes.consent.iter().fold(before, |signal, (purpose, allowed)| answered(signal, *purpose, *allowed));
            let answer =
                |(purpose, allowed): &(Purpose, bool)| Answer { purpose: *purpose, allowed: *allowed, recorded: of(before, *purpose) };
            self.swap.consent = self.changes.consent.iter().map(answer).collect();
            if stated.is_none() {
                let notes = self.still_denied(fork.session(), after);
                let gpc = fork.session().consent().gpc();
                inputs.push((Input::Consent { source: Source::Page, signal: after, gpc, others: Vec::new() }, notes));
            }
        }
        if let Some(minor) = self.changes.cart {
            let stated = match next {
                Input::Event { event: Event::Cart(cart) | Event::ConfirmedCart { cart, .. }, .. } => Some(cart),
                _ => None,
            };
            let before = stated.unwrap_or_else(|| fork.session().cart()).clone();
            let (after, mut notes) = whatif_cart::worth(&before, minor, &snapshot.catalog);
            if matches!(next, Input::Event { event: Event::ConfirmedCart { .. }, .. }) {
                notes.push(Note::CartUnconfirmed);
            }
            if stated.is_some() {
                self.notes = notes;
            } else {
                if !fork.session().is_cart_known() {
                    notes.push(Note::CartUnknown);
                }
                let stream = page_of(fork.session(), next).ok_or(WhatIfError::NoPage { at: turn })?;
                inputs.push((Input::Event { stream, late: false, event: Event::Cart(after.clone()) }, notes));
            }
            self.swap.cart = Some((before, after));
        }
        let count = inputs.len() as u64;
        // A deadline that the next turn answers late must not be answered by the change.
        let before = fork.session().next_deadline().map_or(at, |due| due.min(at));
        for (index, (input, notes)) in inputs.into_iter().enumerate() {
            let moment = Timestamp(before.0.saturating_sub(count - index as u64)).max(Timestamp(fork.session().now().0 + 1));
            fork.inject(moment, input.clone(), changed.clone());
            self.say(fork, moment, Cause::Changed(&input), None, notes);
        }
        Ok(())
    }

    fn turn(&mut self, fork: &mut Fork, at: Timestamp, recorded: super::Turn, snapshots: &impl Snapshots) -> Result<(), WhatIfError> {
        let turn = self.outcome.turns;
        for _ in 0..Self::DEADLINES_MAX {
            let Some(due) = fork.due(at) else { break };
            fork.pass(due);
            self.say(fork, due, Cause::Deadline, None, Vec::new());
        }
        let failed = |error| WhatIfError::Replay { turn, error };
        let version = recorded.version;
        let snapshot = snapshots.snapshot(version).ok_or(ReplayError::NoSnapshot { version }).map_err(failed)?;
        let changed = self.without(&snapshot);
        let input = recorded.input.clone();
        let swapped = self.swap.input(&input);
        let given = swapped.clone().unwrap_or_else(|| input.clone());
        match fork.turn(at, recorded, snapshots, changed, given).map_err(failed)? {
            Step::Turn { expected, got } if expected != got => return Err(WhatIfError::Differs { turn }),
            _ => {}
        }
        let cause = match &swapped {
            Some(changed) => Cause::Replaced(&input, changed),
            None => Cause::Recorded(&input),
        };
        let notes = std::mem::take(&mut self.notes);
        self.say(fork, at, cause, Some(&snapshot), notes);
        Ok(())
    }

    fn say(&mut self, fork: &Fork, at: Timestamp, cause: Cause<'_>, recorded: Option<&Snapshot>, notes: Vec<Note>) {
        let unanswered: Vec<DecisionId> = fork::requests(fork.changed()).map(|(id, ..)| id).filter(|id| !fork.is_answered(*id)).collect();
        let same = fork.is_same(&[]);
        let after = self.outcome.diverged.is_some();
        self.outcome.unanswered += unanswered.len();
        if !same && !after {
            self.outcome.diverged = Some(self.outcome.turns);
        }
        (self.tell)(Moment {
            turn: self.outcome.turns,
            at,
            cause,
            recorded: recorded.map(|snapshot| (fork.recorded(), snapshot)),
            changed: (fork.changed(), fork.snapshot()),
            same,
            after,
            unanswered,
            notes,
        });
    }

    /// The snapshot without the paused campaigns.
    fn without(&mut self, snapshot: &Arc<Snapshot>) -> Arc<Snapshot> {
        if self.changes.pause.is_empty() {
            return snapshot.clone();
        }
        if let Some(known) = self.off.get(&snapshot.version) {
            return known.clone();
        }
        let is_paused = |campaign: &Campaign| self.changes.pause.iter().any(|id| **id == *campaign.id);
        let campaigns = snapshot.campaigns.campaigns().iter().map(|campaign| {
            if is_paused(campaign) { Arc::new(Campaign { enabled: false, ..(**campaign).clone() }) } else { campaign.clone() }
        });
        let campaigns = Arc::new(CampaignSet::build(campaigns.collect()));
        let without = Arc::new(Snapshot { campaigns, ..(**snapshot).clone() });
        if self.off.len() >= Self::KEPT_MAX {
            self.off.pop_first();
        }
        self.off.insert(snapshot.version, without.clone());
        without
    }

    fn still_denied(&self, session: &Session, signal: Signal) -> Vec<Note> {
        let mut consent = *session.consent();
        consent.apply(Source::Page, signal, consent.gpc());
        let allowed = self.changes.consent.iter().filter(|(_, allowed)| *allowed).map(|(purpose, _)| *purpose);
        allowed.filter(|purpose| !consent.capabilities().allows(*purpose)).map(|purpose| Note::StillDenied { purpose }).collect()
    }
}

fn answered(signal: Signal, purpose: Purpose, allowed: bool) -> Signal {
    let answer = Some(allowed);
    match purpose {
        // Acting within the visit is the shop's own setting, and no page answers for it.
        Purpose::Session => signal,
        Purpose::Personalize => Signal { personalize: answer, ..signal },
        Purpose::Remember => Signal { remember: answer, ..signal },
        Purpose::Measure => Signal { measure: answer, ..signal },
        Purpose::Share => Signal { share: answer, ..signal },
    }
}

fn of(signal: Signal, purpose: Purpose) -> Option<bool> {
    match purpose {
        Purpose::Session => None,
        Purpose::Personalize => signal.personalize,
        Purpose::Remember => signal.remember,
        Purpose::Measure => signal.measure,
        Purpose::Share => signal.share,
    }
}

/// The page the next input comes from, else the one in front, else any that is open.
fn page_of(session: &Session, next: &Input) -> Option<StreamId> {
    let named = match next {
        Input::Event { stream, .. } | Input::Receipts { stream, .. } | Input::Detach { stream, .. } => Some(*stream),
        _ => None,
    };
    let is_open = |id: &StreamId| session.streams().iter().any(|stream| stream.id == *id && stream.connected);
    let front = || session.front().or_else(|| session.streams().iter().find(|stream| stream.connected)).map(|stream| stream.id);
    named.filter(is_open).or_else(front)
}
