//! Brings visits back: the saved state, then the journal's records after it.
//!
//! A state is stored only when its records are durable, so the journal always leads at least as far as the states. A checkpoint is a
//! position below which every record is in a stored state; when the engine starts it reads the journal from there and knows the last
//! record of every visit that went on. Those are restored when their page asks, or a little later by themselves.

use super::Engine;
use super::session::Origin;
use super::session::SessionMsg;
use super::session::Starting;
use crate::decide::Snapshot;
use crate::history;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Snapshots;
use crate::history::Visit;
use crate::model::Order;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::session::Effect;
use crate::session::Input;
use crate::session::Profile;
use crate::store::Log;
use crate::store::journal::Position;
use crate::store::journal::Record;
use ractor::ActorRef;
use serde::Deserialize;
use serde::Serialize;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;

/// First byte of a stored state; another value is another format.
const STATE_FORMAT: u8 = 2;
/// Name under which the checkpoint is stored.
const CHECKPOINT_BLOB: &str = "checkpoint";
/// A checkpoint is taken when the journal has grown by this much since the last one. Chosen: reading as much takes well under a second.
pub(super) const CHECKPOINT_BYTES: u64 = 32 << 20;
/// How long all live sessions may take to save.
const SAVING_MAX: Duration = Duration::from_secs(30);
/// Records read back at a time.
const PAGE: usize = 256;

/// A stored state.
#[derive(Debug, Deserialize)]
struct Stored {
    visit: Visit,
    /// The journal's record it goes up to.
    head: u64,
}

/// [`Stored`] without a copy.
#[derive(Serialize)]
pub(super) struct StoredRef<'a> {
    pub(super) visit: &'a Visit,
    pub(super) head: u64,
}

/// The end of a visit's history that no stored state covers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) position: Position,
    /// The event that could not be applied.
    pub(super) failed: Option<(StreamId, u64)>,
}

/// Heads of the visits that are not live and whose stored state is behind the journal.
#[derive(Default)]
pub(super) struct Heads(papaya::HashMap<SessionId, Head>);

impl Heads {
    pub(super) fn note(&self, id: SessionId, head: Head) {
        self.0.pin().insert(id, head);
    }

    pub(super) fn remove(&self, id: SessionId) {
        self.0.pin().remove(&id);
    }

    fn get(&self, id: SessionId) -> Option<Head> {
        self.0.pin().get(&id).copied()
    }

    fn ids(&self) -> Vec<SessionId> {
        self.0.pin().keys().copied().collect()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What the effects of recovered turns still have to do. The others were seen by a page or not at all.
#[derive(Default)]
struct Aftermath {
    profile: Option<Box<Profile>>,
    erased: Option<VisitorId>,
    orders: Vec<Order>,
    codes: Vec<Box<str>>,
}

impl Aftermath {
    fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::SaveProfile(profile) => self.profile = Some(profile.clone()),
            Effect::EraseProfile(visitor) => {
                self.profile = None;
                self.erased = Some(*visitor);
            }
            Effect::Ordered { order, .. } => self.orders.push((**order).clone()),
            _ => {}
        }
    }
}

/// What was brought back.
struct Recovered {
    visit: Option<Visit>,
    aftermath: Aftermath,
    /// Why the records did not lead up to the head.
    broken: Option<String>,
}

/// Snapshots as recovery takes them: one that is not kept is replaced by the present one, because a visit that goes on is worth more
/// than one that is exact.
struct Nearest<'a>(&'a Engine);

impl Snapshots for Nearest<'_> {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        let now = self.0.snapshot.load_full();
        if now.version == version { Some(now) } else { self.0.archive.snapshot(version).or(Some(now)) }
    }
}

impl Engine {
    /// Reads which visits went on after the last checkpoint.
    pub(super) async fn find_heads(&self) -> Result<(), String> {
        let from = match self.stores.blobs.blob(CHECKPOINT_BLOB).await {
            Ok(Some(bytes)) => bytes.as_slice().try_into().map_or(Position::NONE, |bytes| Position(u64::from_be_bytes(bytes))),
            Ok(None) => Position::NONE,
            Err(error) => return Err(error.to_string()),
        };
        let mut records = 0_u64;
        let mut visit = |record: Record| {
            records += 1;
            self.heads.note(SessionId(record.session), Head { position: record.position, failed: None });
            ControlFlow::Continue(())
        };
        if from < self.journal.first() {
            tracing::warn!(checkpoint = %from, first = %self.journal.first(), "retention has passed the checkpoint; some visits begin anew");
        }
        self.keep_from(from);
        self.journal.scan(from, &mut visit).map_err(|error| error.to_string())?;
        self.checkpoint.store(from.0, Ordering::Relaxed);
        tracing::info!(records, visits = self.heads.ids().len(), "read the journal after the checkpoint");
        Ok(())
    }

    /// Retention leaves what stored states and totals do not have.
    fn keep_from(&self, checkpoint: Position) {
        self.journal.keep_from(checkpoint.min(Position(self.results.saved())));
    }

    /// Stores a state; false if the store has no room for it now.
    pub(super) fn save_state(&self, id: SessionId, touched: Timestamp, stored: &StoredRef<'_>) -> bool {
        let mut bytes = vec![STATE_FORMAT];
        if let Err(error) = rmp_serde::encode::write(&mut bytes, stored) {
            tracing::error!(session = %id, %error, "failed to pack a session");
            return false;
        }
        if let Err(error) = self.stores.states.put_state(id.0, touched.0, bytes) {
            tracing::warn!(session = %id, %error, "failed to save a session");
            return false;
        }
        true
    }

    pub(super) fn forget_state(&self, id: SessionId) {
        if let Err(error) = self.stores.states.remove_state(id.0) {
            tracing::warn!(session = %id, %error, "failed to remove a session");
        }
    }

    /// The visit as it was after its last record; `None` if there is none or it is over. Call it behind the visit's gate.
    pub(super) async fn restore(self: &Arc<Self>, id: SessionId) -> Option<Starting> {
        let stored = match self.stores.states.state(id.0).await {
            Ok(Some(bytes)) => read_state(id, &bytes),
            Ok(None) => None,
            Err(error) => {
                tracing::error!(session = %id, %error, "a stored session could not be read");
                None
            }
        };
        let head = self.heads.get(id);
        let from = stored.as_ref().map_or(Position::NONE, |stored| Position(stored.head));
        let position = head.map_or(from, |head| head.position.max(from));
        let failed = head.and_then(|head| head.failed);
        let Recovered { visit, aftermath, broken } = self.recover(id, stored, from, position);
        if let Some(error) = &broken {
            tracing::error!(session = %id, error, "a visit's history is broken; it goes on from what is left");
        }
        let Some(mut visit) = visit else {
            self.heads.remove(id);
            return None;
        };
        self.finish_turns(aftermath, &visit).await;
        if visit.session.is_ended() {
            self.keep_unit_again(&visit.session).await;
            self.heads.remove(id);
            self.forget_state(id);
            return None;
        }
        visit.restored(position.0);
        Some(Starting { visit, head: position, origin: Origin::Restored { failed, broken: broken.is_some() } })
    }

    /// Applies the records after `from` up to `head` to a stored state.
    fn recover(&self, id: SessionId, stored: Option<Stored>, from: Position, head: Position) -> Recovered {
        let mut replay = Replay::new(stored.map(|stored| stored.visit));
        let mut aftermath = Aftermath::default();
        let mut differences = 0;
        let durable = self.journal.durable();
        // A state is stored when its records are durable.
        replay.note_durable();
        let go = || {
            for record in tail(&*self.journal, id, head, from)?.into_iter().rev() {
                let entry = Entry::read(record.kind, &record.payload).map_err(|error| error.to_string())?;
                if let Entry::Turn(turn) = &entry
                    && let Input::Granted { code, .. } = &turn.input
                {
                    aftermath.codes.push(code.clone());
                }
                let step = replay.step(Timestamp(record.at_us), entry, &Nearest(self)).map_err(|error| error.to_string())?;
                differences += u32::from(!step.is_same());
                replay.effects().list.iter().for_each(|effect| aftermath.note(effect));
                // What was durable may have been acknowledged: a page must never be told of fewer events than before.
                if record.position < durable {
                    replay.note_durable();
                }
            }
            Ok::<(), String>(())
        };
        // A record that this program cannot bear must not take the caller with it.
        let gone = std::panic::catch_unwind(std::panic::AssertUnwindSafe(go));
        let broken = gone.unwrap_or_else(|_| Err("a record cannot be applied".to_owned())).err();
        if differences > 0 {
            tracing::warn!(session = %id, differences, "a visit came back with other effects than were recorded");
        }
        Recovered { visit: replay.into_visit(), aftermath, broken }
    }

    /// Does what a process had decided and perhaps not done.
    async fn finish_turns(self: &Arc<Self>, aftermath: Aftermath, visit: &Visit) {
        if let Some(visitor) = aftermath.erased
            && let Err(error) = self.stores.profiles.erase_profile(visitor.0).await
        {
            tracing::error!(%error, "failed to erase a profile");
        }
        if let Some(profile) = aftermath.profile {
            // A later visit of the same visitor may have saved more.
            let stored = self.load_profile(profile.visitor).await;
            let age = |profile: &Profile| (profile.last_seen, profile.trials.told());
            let newer = stored.is_some_and(|stored| age(&stored) > age(&profile));
            if !newer {
                self.save_profile(*profile);
            }
        }
        for code in aftermath.codes {
            self.note_code_of(&code, &visit.session);
        }
        for order in aftermath.orders {
            self.note_order(&order, &visit.session);
        }
    }

    /// Brings the states of all visits up to the journal whose actor is gone and that nobody has asked for.
    pub(super) async fn settle(self: &Arc<Self>) {
        for id in self.heads.ids() {
            let _gate = self.gates.enter(id).await;
            if self.directory.get(id).is_some() || self.heads.get(id).is_none() {
                continue;
            }
            if let Some(Starting { visit, head, origin }) = self.restore(id).await {
                // What has failed or is broken needs its actor to record that.
                let is_plain = matches!(origin, Origin::Restored { failed: None, broken: false });
                if !is_plain {
                    let _ = self.spawn(Starting { visit, head, origin }, None).await;
                } else if self.save_state(id, visit.session.now(), &StoredRef { visit: &visit, head: head.0 }) {
                    self.heads.remove(id);
                }
            }
            tokio::task::yield_now().await;
        }
    }

    /// Takes a checkpoint if the journal has grown by `bytes` since the last one: everything recorded so far is in stored states.
    pub(super) async fn checkpoint_after(self: &Arc<Self>, bytes: u64) {
        let end = self.journal.end();
        if end.0.saturating_sub(self.checkpoint.load(Ordering::Relaxed)) < bytes {
            return;
        }
        let engine = self.clone();
        if !matches!(tokio::task::spawn_blocking(move || engine.journal.flush()).await, Ok(Ok(()))) {
            return;
        }
        let (saving, mut saved) = mpsc::channel::<Infallible>(1);
        {
            // Behind all gates every visit is either live or has a head, never on its way from one to the other.
            let _gates = self.gates.enter_all().await;
            if !self.heads.is_empty() {
                return;
            }
            self.directory.for_each(|session| {
                let _ = session.cast(SessionMsg::Save(saving.clone()));
            });
        }
        drop(saving);
        if tokio::time::timeout(SAVING_MAX, saved.recv()).await.is_err() || !self.heads.is_empty() {
            tracing::warn!("no checkpoint: some visits did not save in time");
            return;
        }
        let stored = async {
            self.stores.states.flush_states().await?;
            self.stores.blobs.put_blob(CHECKPOINT_BLOB, end.0.to_be_bytes().to_vec()).await
        };
        match stored.await {
            Ok(()) => {
                self.checkpoint.store(end.0, Ordering::Relaxed);
                self.keep_from(end);
                tracing::debug!(position = %end, "checkpoint");
                self.forget_old_snapshots();
            }
            Err(error) => tracing::warn!(%error, "no checkpoint"),
        }
    }

    /// Removes snapshots that no record uses any more that is kept.
    fn forget_old_snapshots(&self) {
        let mut oldest_us = None;
        let mut first = |record: Record| {
            oldest_us = Some(record.at_us);
            ControlFlow::Break(())
        };
        let scanned = self.journal.scan(Position::NONE, &mut first).map_err(|error| error.to_string());
        let forgotten = match (scanned, oldest_us) {
            (Ok(_), Some(oldest_us)) => self.archive.forget_before(oldest_us).map_err(|error| error.to_string()),
            (scanned, _) => scanned.map(|_| 0),
        };
        match forgotten {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "old snapshots forgotten"),
            Err(error) => tracing::warn!(error, "old snapshots stay"),
        }
    }
}

fn read_state(id: SessionId, bytes: &[u8]) -> Option<Stored> {
    let (&format, packed) = bytes.split_first()?;
    if format != STATE_FORMAT {
        tracing::warn!(session = %id, format, "a stored session has another format");
        return None;
    }
    match rmp_serde::from_slice(packed) {
        Ok(stored) => Some(stored),
        Err(error) => {
            tracing::error!(session = %id, %error, "a stored session could not be read");
            None
        }
    }
}

/// Records of a visit from `head` back to, without, the one at `until`, newest first; or back to one that needs none before it.
fn tail(journal: &dyn Log<ActorRef<SessionMsg>>, id: SessionId, head: Position, until: Position) -> Result<Vec<Record>, String> {
    let mut records: Vec<Record> = Vec::new();
    let mut at = head;
    if at.is_none() {
        return Ok(records);
    }
    loop {
        let page = journal.read_back(at, PAGE).map_err(|error| error.to_string())?;
        for record in page {
            if record.session != id.0 {
                return Err("the record belongs to another visit".to_owned());
            }
            if record.position == until {
                return Ok(records);
            }
            at = record.previous;
            let is_whole = matches!(record.kind, history::STARTED | history::KEYFRAME);
            records.push(record);
            if is_whole || at.is_none() {
                return Ok(records);
            }
            if at < until {
                return Err("the stored state is not on the way of the records".to_owned());
            }
        }
    }
}
