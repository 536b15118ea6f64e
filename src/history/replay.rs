//! Goes through the records of a visit again.

use super::Entry;
use super::Visit;
use crate::decide::Snapshot;
use crate::model::Timestamp;
use crate::session::Effect;
use crate::session::Effects;
use std::sync::Arc;

/// Snapshots of the past, by version.
pub trait Snapshots {
    /// The snapshot that had this version; `None` if it is not kept.
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>>;
}

/// A visit on its way through its records.
///
/// ```
/// use floorwalker::history::{Entry, Replay, Step, Snapshots};
/// use floorwalker::decide::Snapshot;
/// use floorwalker::model::{Context, SessionId, Timestamp};
/// use floorwalker::session::Start;
/// use std::sync::Arc;
///
/// struct One;
/// impl Snapshots for One {
///     fn snapshot(&self, _: u64) -> Option<Arc<Snapshot>> { Some(Arc::new(Snapshot::empty())) }
/// }
/// let start = Start { id: SessionId([1; 16]), unit: floorwalker::experiment::Unit([1; 16]), context: Context::default(), consent: Default::default(), preview: false };
/// let mut replay = Replay::new(None);
/// assert_eq!(replay.step(Timestamp(1), Entry::Started(Box::new(start)), &One), Ok(Step::Quiet));
/// assert_eq!(replay.visit().unwrap().session.id(), SessionId([1; 16]));
/// ```
#[derive(Debug)]
pub struct Replay {
    visit: Option<Visit>,
    effects: Effects,
    scratch: Vec<u8>,
}

/// What a record did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It was no turn.
    Quiet,
    /// A turn: the digest of its effects then and now.
    Turn { expected: u64, got: u64 },
}

impl Step {
    /// Whether the effects are the recorded ones.
    pub fn is_same(self) -> bool {
        match self {
            Step::Quiet => true,
            Step::Turn { expected, got } => expected == got,
        }
    }
}

/// Why the records do not lead on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    #[error("the visit's first records are not kept any more, and no later one holds the whole visit")]
    NoBeginning,
    #[error("the snapshot of version {version} is not kept any more")]
    NoSnapshot { version: u64 },
    #[error("event {found} follows event {last} of its page: a record is missing")]
    Gap { last: u64, found: u64 },
}

impl Replay {
    /// Begins with a stored visit, or with nothing if the records begin with the start or the whole of one.
    pub fn new(visit: Option<Visit>) -> Replay {
        Replay { visit, effects: Effects::default(), scratch: Vec::new() }
    }

    /// Goes through one record.
    ///
    /// # Errors
    /// [`ReplayError`]; the visit is as before.
    pub fn step(&mut self, at: Timestamp, entry: Entry, snapshots: &impl Snapshots) -> Result<Step, ReplayError> {
        self.effects.clear();
        match entry {
            Entry::Started(start) => self.visit = Some(Visit::new(at, *start)),
            Entry::Keyframe(visit) => self.visit = Some(*visit),
            Entry::Decision => {}
            Entry::Consumed { stream, seq } => {
                let visit = self.visit.as_mut().ok_or(ReplayError::NoBeginning)?;
                follows(visit.delivery(stream).map_or(0, |delivery| delivery.applied()), seq)?;
                visit.consume(stream);
            }
            Entry::Turn(turn) => {
                let visit = self.visit.as_mut().ok_or(ReplayError::NoBeginning)?;
                let snapshot = snapshots.snapshot(turn.version).ok_or(ReplayError::NoSnapshot { version: turn.version })?;
                if let Some((stream, seq)) = turn.number {
                    follows(visit.delivery(stream).map_or(0, |delivery| delivery.applied()), seq)?;
                }
                let said = turn.measured;
                visit.apply(at, turn.number.map(|(stream, _)| stream), turn.input, &snapshot, &mut self.effects);
                for effect in &self.effects.list {
                    if let Effect::Push { stream, .. } = effect {
                        visit.push(*stream);
                    }
                }
                let got = self.effects.digest(&mut self.scratch);
                let measured = self.effects.list.iter().filter_map(Effect::measured);
                // A record that counts something else than its effects do must not pass for the same.
                let is_same = said.is_none_or(|said| said.iter().eq(measured));
                return Ok(Step::Turn { expected: turn.digest, got: if is_same { got } else { !turn.digest } });
            }
        }
        Ok(Step::Quiet)
    }

    /// Forgets the effects of the last step.
    pub(super) fn rest(&mut self) {
        self.effects.clear();
    }

    /// Everything so far is durable.
    pub fn note_durable(&mut self) {
        if let Some(visit) = &mut self.visit {
            visit.deliveries.iter_mut().for_each(|(_, delivery)| delivery.note_durable());
        }
    }

    /// Effects of the last step, with their proofs.
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    pub fn visit(&self) -> Option<&Visit> {
        self.visit.as_ref()
    }

    pub fn into_visit(self) -> Option<Visit> {
        self.visit
    }
}

fn follows(last: u64, found: u64) -> Result<(), ReplayError> {
    if found == last + 1 { Ok(()) } else { Err(ReplayError::Gap { last, found }) }
}
