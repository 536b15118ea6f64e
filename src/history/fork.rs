//! One recorded visit gone through twice: as it was recorded, and with something changed.
//!
//! Both runs get the recorded inputs. What the engine said in the recording is an answer to the recorded run: a grant, a receipt or a
//! choice about a decision reaches the changed run only if that has taken the same decision in the same turn. Nothing is made up: an offer
//! that the recording has no answer for stays unanswered. Deadlines that only the changed run has are kept by [`Fork::pass`].

use super::Entry;
use super::Replay;
use super::ReplayError;
use super::Snapshots;
use super::Step;
use super::Turn;
use crate::decide::Content;
use crate::decide::Snapshot;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::Key;
use crate::model::Receipt;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::offer::Terms;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Patch;
use crate::session::Session;
use smallvec::SmallVec;
use std::sync::Arc;

/// Two runs of one visit.
#[derive(Debug)]
pub struct Fork {
    recorded: Replay,
    changed: Session,
    effects: Effects,
    snapshot: Arc<Snapshot>,
    /// Decisions that both runs took in the same turn: number in the recorded run, number in the changed one.
    same: Vec<(DecisionId, DecisionId)>,
    /// Those of them that asked for an offer on the same terms, and have no answer yet.
    asked: Vec<(DecisionId, DecisionId)>,
}

impl Fork {
    /// Begins with a visit that has gone its recorded way so far; `None` if it has not begun. Every decision so far is common to both.
    pub fn new(recorded: Replay, snapshot: Arc<Snapshot>) -> Option<Fork> {
        let changed = recorded.visit()?.session.clone();
        let common = |id: DecisionId| (id, id);
        let asked = changed.waiting_offers().map(|(id, ..)| common(id)).collect();
        let same = (1..=changed.decided()).map(|id| common(DecisionId(id))).collect();
        Some(Fork { recorded, changed, effects: Effects::default(), snapshot, same, asked })
    }

    /// When the changed run has something to do before `at` that the recorded one has not.
    pub fn due(&self, at: Timestamp) -> Option<Timestamp> {
        let due = self.changed.next_deadline().filter(|due| *due < at)?;
        let recorded = self.recorded.visit().and_then(|visit| visit.session.next_deadline());
        // A deadline of both is in the recording, a little late as it was.
        (recorded != Some(due)).then_some(due)
    }

    /// Lets the changed run's deadline pass.
    pub fn pass(&mut self, due: Timestamp) {
        self.recorded.rest();
        self.give(due, Input::Timer);
    }

    /// Gives the changed run an input that was not recorded.
    pub fn inject(&mut self, at: Timestamp, input: Input, snapshot: Arc<Snapshot>) {
        self.snapshot = snapshot;
        self.recorded.rest();
        self.give(at, input);
    }

    /// Goes through one recorded turn; the changed run gets `input` in the place of the recorded one, under its own snapshot.
    ///
    /// # Errors
    /// [`ReplayError`] if the recorded run cannot go on; the changed one has not moved.
    pub fn turn(
        &mut self,
        at: Timestamp,
        turn: Turn,
        snapshots: &impl Snapshots,
        snapshot: Arc<Snapshot>,
        input: Input,
    ) -> Result<Step, ReplayError> {
        let step = self.recorded.step(at, Entry::Turn(Box::new(turn)), snapshots)?;
        self.snapshot = snapshot;
        // What is not for the changed run leaves it the time that has passed.
        let input = self.addressed(input).unwrap_or(Input::Timer);
        self.give(at, input);
        self.match_decisions();
        Ok(step)
    }

    /// Goes through a recorded number that was used up.
    ///
    /// # Errors
    /// As [`Fork::turn`].
    pub fn consumed(&mut self, at: Timestamp, stream: StreamId, seq: u64, snapshots: &impl Snapshots) -> Result<Step, ReplayError> {
        self.effects.clear();
        self.recorded.step(at, Entry::Consumed { stream, seq }, snapshots)
    }

    /// Effects of the recorded run's last turn; none after what was not recorded.
    pub fn recorded(&self) -> &Effects {
        self.recorded.effects()
    }

    /// Effects of the changed run's last input.
    pub fn changed(&self) -> &Effects {
        &self.effects
    }

    /// The changed visit as it is now.
    pub fn session(&self) -> &Session {
        &self.changed
    }

    /// Snapshot of the changed run's last input.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }

    /// Whether the shopper's page is told the same by both runs, and the same offers are asked for. Requests of `nothing` count as none.
    pub fn is_same(&self, nothing: &[DecisionId]) -> bool {
        let recorded = told(self.recorded(), &[]);
        let changed = told(&self.effects, nothing);
        recorded == changed
    }

    /// Whether the recording holds, or can still hold, the answer to a request of the changed run.
    pub fn is_answered(&self, changed: DecisionId) -> bool {
        self.asked.iter().any(|(_, id)| *id == changed)
    }

    fn give(&mut self, at: Timestamp, input: Input) {
        self.effects.clear();
        // An injected input may have taken the moment of the next recorded one.
        let at = at.max(Timestamp(self.changed.now().0 + 1));
        self.changed.apply(at, input, &self.snapshot, &mut self.effects);
    }

    /// The input as it concerns the changed run; `None` if it does not.
    fn addressed(&mut self, input: Input) -> Option<Input> {
        let own = |id: DecisionId| self.same.iter().find(|(recorded, _)| *recorded == id).map(|(_, changed)| *changed);
        Some(match input {
            Input::Granted { decision, code, expires } => Input::Granted { decision: self.take_asked(decision)?, code, expires },
            Input::GrantRefused { decision } => Input::GrantRefused { decision: self.take_asked(decision)? },
            Input::Receipts { stream, list } => {
                let of = |receipt: &Receipt| Some(Receipt { decision: own(receipt.decision)?, state: receipt.state });
                let list: SmallVec<[Receipt; 2]> = list.iter().filter_map(of).collect();
                if list.is_empty() {
                    return None;
                }
                Input::Receipts { stream, list }
            }
            Input::Event { stream, late, event: Event::Preference { choice, decision: Some(decision) } } => {
                Input::Event { stream, late, event: Event::Preference { choice, decision: Some(own(decision)?) } }
            }
            other => other,
        })
    }

    fn take_asked(&mut self, recorded: DecisionId) -> Option<DecisionId> {
        let at = self.asked.iter().position(|(id, _)| *id == recorded)?;
        Some(self.asked.remove(at).1)
    }

    /// Notes which decisions of this turn both runs have taken, and which offers both have asked for.
    fn match_decisions(&mut self) {
        let mut ours: Vec<(DecisionId, Key, u8)> = decided(&self.effects).collect();
        for (recorded, campaign, variant) in decided(self.recorded.effects()) {
            let Some(at) = ours.iter().position(|(_, key, arm)| (*key, *arm) == (campaign, variant)) else { continue };
            let (changed, ..) = ours.remove(at);
            self.same.push((recorded, changed));
            for (_, _, terms) in requests(self.recorded.effects()).filter(|(id, ..)| *id == recorded) {
                if requests(&self.effects).any(|(id, _, own)| id == changed && own == terms) {
                    self.asked.push((recorded, changed));
                }
            }
        }
    }
}

/// Decisions of one input: number, campaign, variant.
pub fn decided(effects: &Effects) -> impl Iterator<Item = (DecisionId, Key, u8)> {
    effects.list.iter().flat_map(|effect| if let Effect::Decided { won, .. } = effect { won.as_slice() } else { &[] }).copied()
}

/// Offers that one input asks the ledger for.
pub fn requests(effects: &Effects) -> impl Iterator<Item = (DecisionId, Key, &Terms)> {
    effects.list.iter().filter_map(|effect| match effect {
        Effect::RequestGrant { decision, campaign, terms } => Some((*decision, *campaign, &**terms)),
        _ => None,
    })
}

/// What a page and the ledger are told, without the numbers of decisions.
#[derive(PartialEq)]
enum Told<'a> {
    Set(StreamId, Key, &'a str, &'a str, &'a Content),
    Clear(StreamId, &'a str),
    Asked(Key, &'a Terms),
}

fn told<'a>(effects: &'a Effects, nothing: &[DecisionId]) -> Vec<Told<'a>> {
    let mut told = Vec::new();
    for effect in &effects.list {
        match effect {
            Effect::Push { stream, patches } => told.extend(patches.iter().map(|patch| match patch {
                Patch::Set(held) => Told::Set(*stream, held.campaign, &held.variant, &held.placement, &held.content),
                Patch::Clear(placement) => Told::Clear(*stream, placement),
            })),
            Effect::RequestGrant { decision, campaign, terms } if !nothing.contains(decision) => {
                told.push(Told::Asked(*campaign, terms));
            }
            _ => {}
        }
    }
    told
}
