//! A recorded visit told again: gone through with the snapshots of then and verified, or with something changed, in words.

use super::Engine;
use super::proof;
use super::session::SessionMsg;
use super::timeline;
use super::view::Entry as Line;
use super::view::ProofView;
use crate::campaign::CampaignSet;
use crate::consent::Signal;
use crate::decide::Snapshot;
use crate::decide::WHOLE_SHOP;
use crate::history;
use crate::history::Cause;
use crate::history::Changes;
use crate::history::Entry;
use crate::history::Malformed;
use crate::history::Moment;
use crate::history::Replay;
use crate::history::Snapshots;
use crate::history::Step;
use crate::history::WhatIfError;
use crate::history::what_if;
use crate::model::Event;
use crate::model::Key;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::offer;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Patch;
use crate::store::journal::Position;
use crate::store::journal::ReadError;
use crate::store::journal::Record;
use ractor::rpc::CallResult;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

/// Records of one visit that are read. Chosen: far over the longest visit of a person.
pub const RECORDS_MAX: usize = 50_000;
/// A session that takes longer to say where its records end is stuck.
const PATIENCE: Duration = Duration::from_secs(5);

/// A visit that was gone through again.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    pub session: String,
    pub started_ms: u64,
    pub turns: usize,
    /// Turns that gave the same effects.
    pub same: usize,
    /// Its first records are gone; it was verified from a later record of the whole visit on.
    pub cut: bool,
    /// Why it was not gone through to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
    /// The first of the differences; later ones may follow from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
    pub steps: Vec<Told>,
}

impl Replayed {
    /// Whether every turn gave the same effects.
    pub fn is_same(&self) -> bool {
        self.stopped.is_none() && self.same == self.turns
    }
}

/// One turn.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// From 1.
    pub turn: usize,
    pub same: bool,
    /// Version of the snapshot it was applied with.
    pub snapshot: u64,
    /// Of its effects, as recorded.
    pub digest: String,
    #[serde(flatten)]
    pub line: Line,
    /// As recorded.
    pub decisions: Vec<ProofView>,
}

/// A turn that gave other effects.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub turn: usize,
    pub expected: Side,
    pub got: Side,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    pub digest: String,
    pub decisions: Vec<ProofView>,
    /// A recording keeps the digest of its effects and not the effects themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<Vec<String>>,
}

/// What would have been.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Otherwise {
    pub session: String,
    pub started_ms: u64,
    /// The turn before which it changed.
    pub at: usize,
    pub turns: usize,
    /// The first turn at which the page is told something else.
    pub diverged: Option<usize>,
    /// Offers that the recording has no answer for.
    pub unanswered: usize,
    /// The last turn compared, if inputs after it were not recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hole: Option<usize>,
    /// Those in which something was changed, decided or told to the page.
    pub moments: Vec<Beside>,
}

/// One moment of both runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Beside {
    pub turn: usize,
    pub at_ms: u64,
    /// `recorded replaced changed deadline`.
    pub cause: &'static str,
    pub title: String,
    /// What the page really said, where that was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    pub recorded: Option<Done>,
    pub changed: Done,
    pub same: bool,
    /// After the first divergence: a real shopper might have done otherwise.
    pub after: bool,
    pub notes: Vec<String>,
}

/// What one run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// A sentence for each decision.
    pub decisions: Vec<String>,
    pub effects: Vec<String>,
}

/// Why a visit cannot be told again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetellError {
    #[error("the journal has no session {0}")]
    Unknown(SessionId),
    #[error("the session's first records are past retention, and no later one holds the whole visit")]
    Cut,
    #[error("the session has more than {limit} records")]
    TooLong { limit: usize },
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    WhatIf(#[from] WhatIfError),
    #[error("the session did not answer in time")]
    Busy,
}

/// Goes through a visit's records, oldest first, and verifies the effects of every turn.
///
/// # Errors
/// [`RetellError`] if nothing can be verified.
pub fn verify(id: SessionId, records: &[Record], snapshots: &impl Snapshots) -> Result<Replayed, RetellError> {
    let (records, cut) = whole(id, records)?;
    let started_ms = records.first().map_or(0, |record| record.at_us / 1_000);
    let mut told =
        Replayed { session: id.to_string(), started_ms, turns: 0, same: 0, cut, stopped: None, difference: None, steps: Vec::new() };
    let mut replay = Replay::new(None);
    for record in records {
        let entry = Entry::read(record.kind, &record.payload)?;
        if let Entry::Decision = entry {
            if let (Some(step), Some(proof)) = (told.steps.last_mut(), proof::read(&record.payload)) {
                step.decisions.push(proof);
            }
            continue;
        }
        let turn = if let Entry::Turn(turn) = &entry { Some((turn.version, turn.input.clone())) } else { None };
        let stepped = replay.step(Timestamp(record.at_us), entry, snapshots);
        match (stepped, turn) {
            (Ok(Step::Turn { expected, got }), Some((version, input))) => {
                let Some(snapshot) = snapshots.snapshot(version) else { continue };
                told.turns += 1;
                let turn = told.turns;
                let same = expected == got;
                told.same += usize::from(same);
                if !same && told.difference.is_none() {
                    let effects = replay.effects();
                    let side = Side {
                        digest: hex(got),
                        decisions: proofs(effects, &snapshot.campaigns),
                        effects: Some(effects.list.iter().flat_map(|effect| words(effect, &snapshot)).collect()),
                    };
                    let expected = Side { digest: hex(expected), decisions: Vec::new(), effects: None };
                    told.difference = Some(Difference { turn, expected, got: side });
                }
                let line = line(record.position, Timestamp(record.at_us), &input, &snapshot);
                told.steps.push(Told { turn, same, snapshot: version, digest: hex(expected), line, decisions: Vec::new() });
            }
            (Ok(_), _) => {}
            (Err(error), _) => {
                told.stopped = Some(format!("after turn {}: {error}", told.turns));
                break;
            }
        }
    }
    if let Some(difference) = &mut told.difference
        && let Some(step) = told.steps.get(difference.turn - 1)
    {
        difference.expected.decisions.clone_from(&step.decisions);
    }
    Ok(told)
}

/// Goes through a visit's records, oldest first, with something changed.
///
/// # Errors
/// [`RetellError`] if it cannot be told.
pub fn otherwise(id: SessionId, records: &[Record], changes: &Changes, snapshots: &impl Snapshots) -> Result<Otherwise, RetellError> {
    let (records, _) = whole(id, records)?;
    let started_ms = records.first().map_or(0, |record| record.at_us / 1_000);
    let read = |record: &Record| Ok((Timestamp(record.at_us), Entry::read(record.kind, &record.payload)?));
    let entries: Vec<(Timestamp, Entry)> = records.iter().map(read).collect::<Result<_, Malformed>>()?;
    let mut moments = Vec::new();
    let outcome = what_if(entries, changes, snapshots, &mut |moment| moments.extend(beside(&moment, changes.at)))?;
    Ok(Otherwise {
        session: id.to_string(),
        started_ms,
        at: changes.at,
        turns: outcome.turns,
        diverged: outcome.diverged,
        unanswered: outcome.unanswered,
        hole: outcome.hole,
        moments,
    })
}

/// The records from the first one on that needs none before it, and whether something is missing before.
fn whole(id: SessionId, records: &[Record]) -> Result<(&[Record], bool), RetellError> {
    let first = records.first().ok_or(RetellError::Unknown(id))?;
    let is_whole = |record: &Record| matches!(record.kind, history::STARTED | history::KEYFRAME);
    let from = records.iter().position(is_whole).ok_or(RetellError::Cut)?;
    Ok((records.get(from..).unwrap_or_default(), first.kind != history::STARTED))
}

fn beside(moment: &Moment<'_>, at: usize) -> Option<Beside> {
    let (effects, snapshot) = moment.changed;
    let mut changed = done(effects, snapshot);
    let recorded = moment.recorded.map(|(effects, snapshot)| done(effects, snapshot));
    let is_empty = |done: &Done| done.decisions.is_empty() && done.effects.is_empty();
    let (cause, input) = match moment.cause {
        Cause::Recorded(input) => ("recorded", Some(input)),
        Cause::Replaced(_, input) => ("replaced", Some(input)),
        Cause::Changed(input) => ("changed", Some(input)),
        Cause::Deadline => ("deadline", None),
    };
    // A page repeats what it said; that is news only once.
    let is_own = matches!(moment.cause, Cause::Changed(_)) || matches!(moment.cause, Cause::Replaced(..)) && moment.turn == at;
    if !is_own && is_empty(&changed) && recorded.as_ref().is_none_or(is_empty) {
        return None;
    }
    if !moment.unanswered.is_empty() {
        changed.effects.push("waits for an offer that the recording has no answer for".to_owned());
    }
    let title = match (moment.cause, input) {
        (Cause::Changed(Input::Published), _) => "Campaigns are paused".to_owned(),
        (Cause::Changed(Input::Consent { signal, .. }) | Cause::Replaced(_, Input::Consent { signal, .. }), _) => answers(signal),
        (_, Some(input)) => sentence(input, snapshot).1,
        (_, None) => "Time passed".to_owned(),
    };
    let was = if let Cause::Replaced(recorded, _) = moment.cause { Some(sentence(recorded, snapshot).1) } else { None };
    let notes = moment.notes.iter().map(ToString::to_string).collect();
    let Moment { turn, at, same, after, .. } = *moment;
    Some(Beside { turn, at_ms: at.millis(), cause, title, was, recorded, changed, same, after, notes })
}

/// What a page says about consent.
fn answers(signal: &Signal) -> String {
    let all = [("personalize", signal.personalize), ("remember", signal.remember), ("measure", signal.measure), ("share", signal.share)];
    let said = all.iter().filter_map(|(purpose, answer)| Some(format!("{purpose} {}", if (*answer)? { "yes" } else { "no" })));
    format!("Consent: {}", said.collect::<Vec<_>>().join(", "))
}

fn done(effects: &Effects, snapshot: &Snapshot) -> Done {
    let decisions = proofs(effects, &snapshot.campaigns).iter().map(|proof| timeline::describe_proof(proof).0).collect();
    let told = effects.list.iter().filter(|effect| matches!(effect, Effect::Push { .. } | Effect::RequestGrant { .. } | Effect::Ended));
    Done { decisions, effects: told.flat_map(|effect| words(effect, snapshot)).collect() }
}

/// The decisions of one input with their proofs. How long they took is not known any more.
fn proofs(effects: &Effects, set: &CampaignSet) -> Vec<ProofView> {
    let decided = effects.list.iter().filter_map(|effect| match effect {
        Effect::Decided { considered, won, .. } => Some((considered, won.first().map_or(0, |(decision, ..)| decision.0))),
        _ => None,
    });
    decided
        .filter_map(|(considered, id)| {
            let list = effects.proofs.of(considered);
            let writing = proof::Writing { id, took_us: 0, considered: list, proofs: &effects.proofs, set };
            proof::read(&rmp_serde::to_vec(&writing).ok()?)
        })
        .collect()
}

/// Kind, sentence and facts of any input.
pub fn sentence(input: &Input, snapshot: &Snapshot) -> (&'static str, String, BTreeMap<String, serde_json::Value>) {
    timeline::describe(input, snapshot).unwrap_or_else(|| {
        let (kind, title) = match input {
            Input::Published => ("timer", "A new snapshot was published"),
            Input::Event { event: Event::Attention { active: true }, .. } => ("event", "Is looking"),
            Input::Event { event: Event::Attention { active: false }, .. } => ("event", "Looks away"),
            Input::Consent { .. } => ("event", "No answer about consent yet"),
            _ => ("timer", "Time passed"),
        };
        (kind, title.to_owned(), BTreeMap::new())
    })
}

fn line(position: Position, at: Timestamp, input: &Input, snapshot: &Snapshot) -> Line {
    let (kind, title, detail) = sentence(input, snapshot);
    Line { seq: position.0, at_ms: at.millis(), kind: kind.to_owned(), title, detail, proof: None }
}

/// An effect for people, in lines; none for decisions, which their proofs tell.
fn words(effect: &Effect, snapshot: &Snapshot) -> Vec<String> {
    let name = |key| snapshot.campaigns.find(key).map_or("a campaign that is gone", |campaign| &*campaign.id);
    vec![match effect {
        Effect::Push { patches, .. } => {
            let patch = |patch: &Patch| match patch {
                Patch::Set(held) if held.placement.is_empty() => format!("{} by {}", held.content.summary(), held.id),
                Patch::Set(held) => format!("{} shows {} by {}", held.placement, held.content.summary(), held.id),
                Patch::Clear(placement) => format!("{placement} goes back to the shop's own"),
            };
            return patches.iter().map(patch).collect();
        }
        Effect::Decided { .. } => return Vec::new(),
        Effect::RequestGrant { campaign, terms, .. } => format!("asks for an offer of {}: {}", name(*campaign), gives(terms, snapshot)),
        Effect::Reported { decision, campaign, state, .. } => format!("{} d{} was {}", name(*campaign), decision.0, state.name()),
        Effect::Exit { confirmed: true } => "leaving confirmed".to_owned(),
        Effect::Exit { confirmed: false } => "came back in time".to_owned(),
        Effect::Ordered { order, .. } => format!("order for {}", order.value),
        Effect::Followed { product, strategy, carted } => {
            let product = snapshot.catalog.product(*product).map_or("a product that is gone", |product| &*product.name);
            format!("{} {product} after it was listed as {}", if *carted { "carted" } else { "looked at" }, strategy.name())
        }
        Effect::Measured(measured) => match measured.before {
            None => format!("enters the experiment of {}", of_trial(measured.campaign, snapshot)),
            Some(_) => format!("counts in the experiment of {}", of_trial(measured.campaign, snapshot)),
        },
        Effect::SaveProfile(_) => "saves what is remembered".to_owned(),
        Effect::EraseProfile(_) => "forgets the visitor".to_owned(),
        Effect::WantProfile => "asks what is remembered".to_owned(),
        Effect::Ended => "the visit is over".to_owned(),
    }]
}

fn of_trial(campaign: Key, snapshot: &Snapshot) -> &str {
    if campaign == key_of(WHOLE_SHOP) {
        "the whole shop"
    } else {
        snapshot.campaigns.find(campaign).map_or("a campaign that is gone", |campaign| &*campaign.id)
    }
}

fn gives(terms: &offer::Terms, snapshot: &Snapshot) -> String {
    match terms.kind {
        offer::Kind::Percent => format!("{} percent", terms.amount),
        offer::Kind::Fixed => crate::model::Money::new(terms.amount, snapshot.catalog.currency()).to_string(),
        offer::Kind::FreeShipping => "free shipping".to_owned(),
        offer::Kind::Message => "a message".to_owned(),
    }
}

/// Campaigns that a recorded decision let act.
pub fn acted(decision: &[u8]) -> Vec<String> {
    let considered = proof::read(decision).map(|proof| proof.considered).unwrap_or_default();
    considered.into_iter().filter(|one| one.outcome == "won").map(|one| one.campaign).collect()
}

/// Sentence and facts of a decision.
pub fn decision(proof: &ProofView) -> (String, BTreeMap<String, serde_json::Value>) {
    timeline::describe_proof(proof)
}

/// A digest as it is printed.
fn hex(digest: u64) -> String {
    format!("{digest:016x}")
}

impl Engine {
    /// Goes through everything recorded of a visit and verifies it.
    ///
    /// # Errors
    /// [`RetellError`] if nothing can be verified.
    pub async fn replay(self: &Arc<Self>, id: SessionId) -> Result<Replayed, RetellError> {
        self.retell(id, move |engine, records| verify(id, &records, &engine.archive)).await
    }

    /// Goes through everything recorded of a visit with something changed.
    ///
    /// # Errors
    /// [`RetellError`] if it cannot be told.
    pub async fn what_if(self: &Arc<Self>, id: SessionId, changes: Changes) -> Result<Otherwise, RetellError> {
        self.retell(id, move |engine, records| otherwise(id, &records, &changes, &engine.archive)).await
    }

    async fn retell<T: Send + 'static>(
        self: &Arc<Self>,
        id: SessionId,
        tell: impl FnOnce(&Engine, Vec<Record>) -> Result<T, RetellError> + Send + 'static,
    ) -> Result<T, RetellError> {
        let head = match self.directory.get(id) {
            Some(session) => match session.call(SessionMsg::Head, Some(PATIENCE)).await {
                Ok(CallResult::Success(head)) => Some(head),
                Ok(CallResult::Timeout) => return Err(RetellError::Busy),
                // It ended between the two lines.
                Ok(CallResult::SenderError) | Err(_) => None,
            },
            None => None,
        };
        let engine = self.clone();
        let told = tokio::task::spawn_blocking(move || tell(&engine, engine.records_of(id, head)?));
        // It fails only if `tell` panics, and then there is nothing to tell.
        told.await.map_err(|_| RetellError::Busy)?
    }

    /// A visit's records, oldest first: from its head back where that is known, else by reading all that is kept.
    fn records_of(&self, id: SessionId, head: Option<Position>) -> Result<Vec<Record>, RetellError> {
        let too_long = || RetellError::TooLong { limit: RECORDS_MAX };
        if let Some(head) = head {
            let mut records = self.journal.read_back(head, RECORDS_MAX + 1)?;
            if records.len() > RECORDS_MAX {
                return Err(too_long());
            }
            records.reverse();
            return Ok(records);
        }
        let mut records = Vec::new();
        self.journal.scan(Position::NONE, &mut |record| {
            if record.session == id.0 {
                records.push(record);
            }
            if records.len() > RECORDS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if records.len() > RECORDS_MAX { Err(too_long()) } else { Ok(records) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8) -> Record {
        let position = Position(64);
        Record { position, number: 1, session: [1; 16], previous: Position::NONE, kind, at_us: 1, payload: Vec::new() }
    }

    #[test]
    fn a_history_begins_with_what_needs_none_before_it() {
        let id = SessionId([1; 16]);
        let of = |kinds: &[u8]| {
            let records: Vec<Record> = kinds.iter().map(|kind| record(*kind)).collect();
            whole(id, &records).map(|(kept, cut)| (kept.len(), cut)).map_err(|error| error.to_string())
        };
        use crate::history::*;
        assert_eq!(of(&[STARTED, TURN, TURN]), Ok((3, false)));
        assert_eq!(of(&[TURN, DECISION, KEYFRAME, TURN]), Ok((2, true)));
        let cut = "the session's first records are past retention, and no later one holds the whole visit";
        assert_eq!(of(&[TURN, DECISION]), Err(cut.to_owned()));
        assert_eq!(of(&[]), Err(format!("the journal has no session {id}")));
    }
}
