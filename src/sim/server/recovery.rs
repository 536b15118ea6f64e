//! The server starts, brings visits back and takes checkpoints. The order is the engine's.

use super::Go;
use super::Head;
use super::Live;
use super::Out;
use super::Server;
use super::Stop;
use crate::decide::Snapshot;
use crate::history;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Snapshots;
use crate::history::Visit;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::session::Input;
use crate::sim::Bug;
use crate::sim::Fault;
use crate::sim::Shop;
use crate::sim::draw::Draw;
use crate::sim::storage::End;
use crate::store::journal::Record;
use std::sync::Arc;

/// Records read back at a time. Few, so that long histories take several.
const PAGE: usize = 16;

/// All snapshots are kept.
pub(in crate::sim) struct Archive<'a>(pub(in crate::sim) &'a Shop);

impl Snapshots for Archive<'_> {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        self.0.snapshots().iter().find(|snapshot| snapshot.version == version).map(|snapshot| Arc::new(snapshot.clone()))
    }
}

impl Server<'_> {
    /// The process starts on what the one before has left.
    pub(in crate::sim) fn start(&mut self) -> Go {
        self.storage.open().map_err(|error| Stop::Wrong(format!("the journal refuses to open: {error}")))?;
        self.books.cut(self.storage.end());
        self.load_ledger()?;
        for record in self.storage.scan(self.storage.checkpoint).map_err(Stop::Wrong)? {
            self.heads.insert(SessionId(record.session), Head { position: record.position.0, failed: None });
        }
        self.out.push(Out::Settle);
        self.point(Fault::DuringRecovery)
    }

    /// The process is gone; only the storage is left.
    pub(in crate::sim) fn die(&mut self, end: End, draw: &mut Draw) {
        self.storage.die(end, draw);
        self.forget();
    }

    fn forget(&mut self) {
        self.live.clear();
        self.heads.clear();
        self.streams.clear();
        self.visitors.clear();
        self.wishes.clear();
        self.writing = None;
        self.checkpoint = None;
        self.told.clear();
        self.out.clear();
        self.trap = None;
        self.panic_next = false;
    }

    /// The process ends in good order: everything is saved.
    pub(in crate::sim) fn stop(&mut self) -> Go {
        if self.storage.commit() && !self.storage.is_full {
            for id in self.live.keys().copied().collect::<Vec<_>>() {
                self.with(id, |server, live| server.save(live))?;
            }
            self.storage.close();
        } else {
            self.storage.die(End::Kill, &mut Draw::new(0));
        }
        self.forget();
        Ok(())
    }

    /// Brings a visit back to life, if there is one and it is not over.
    pub(super) fn restore(&mut self, id: SessionId) -> Go {
        let Some((visit, head)) = self.recover(id)? else { return Ok(()) };
        let failed = self.heads.remove(&id).and_then(|head| head.failed);
        let mut live = Live::of(visit, head);
        // Its stored state may be behind: a checkpoint must not pass over that.
        live.unsaved = u16::from(!self.has(Bug::RestoredUnsaved));
        if let Some((stream, seq, uid)) = failed
            && live.visit.delivery(stream).is_some_and(|delivery| delivery.applied() + 1 == seq)
        {
            self.consume(&mut live, stream, uid);
        }
        for (stream, _) in &live.visit.deliveries {
            self.streams.insert(*stream, id);
        }
        self.live.insert(id, live);
        self.with(id, |server, live| {
            let durable = server.storage.durable();
            server.durable(live, durable)?;
            let connected: Vec<StreamId> =
                live.visit.session.streams().iter().filter(|stream| stream.connected).map(|stream| stream.id).collect();
            for stream in connected {
                server.apply(live, Input::Detach { stream, bye: false })?;
            }
            server.ask_again(live);
            Ok(())
        })
    }

    /// The visit as it was after its last record, and that record.
    fn recover(&mut self, id: SessionId) -> Go<Option<(Visit, u64)>> {
        let stored: Option<(Visit, u64)> = match self.storage.states.get(id).map(rmp_serde::from_slice) {
            Some(Ok(stored)) => Some(stored),
            Some(Err(error)) => return Err(Stop::Wrong(format!("a stored state cannot be read: {error}"))),
            None => None,
        };
        let (stored, from) = stored.map_or((None, 0), |(visit, head)| (Some(visit), head));
        let position = self.heads.get(&id).map_or(from, |head| head.position.max(from));
        let durable = self.storage.durable();
        let mut replay = Replay::new(stored);
        if !self.has(Bug::AckTakenBack) {
            replay.note_durable();
        }
        for record in self.tail(id, position, from)?.into_iter().rev() {
            let entry = Entry::read(record.kind, &record.payload).map_err(|error| Stop::Wrong(error.to_string()))?;
            let step = replay
                .step(Timestamp(record.at_us), entry, &Archive(self.shop))
                .map_err(|error| Stop::Wrong(format!("a visit's history is broken: {error}")))?;
            if record.position.0 < durable && !self.has(Bug::AckTakenBack) {
                replay.note_durable();
            }
            if !step.is_same() {
                return Err(Stop::Wrong(format!("a visit comes back with other effects than were recorded, at {}", record.position)));
            }
        }
        self.point(Fault::DuringRecovery)?;
        let Some(mut visit) = replay.into_visit() else {
            self.heads.remove(&id);
            return Ok(None);
        };
        if visit.session.is_ended() {
            self.heads.remove(&id);
            self.storage.states.put(id, None);
            return Ok(None);
        }
        visit.restored(position);
        if self.has(Bug::DedupeInMemory) {
            visit.deliveries.clear();
        }
        Ok(Some((visit, position)))
    }

    /// Records of a visit from `head` back to, without, the one at `until`, newest first; or back to one that needs none before it.
    fn tail(&self, id: SessionId, head: u64, until: u64) -> Go<Vec<Record>> {
        let wrong = |text: &str| Stop::Wrong(text.to_owned());
        let mut records: Vec<Record> = Vec::new();
        let mut at = head;
        if at == 0 {
            return Ok(records);
        }
        loop {
            let page = self.storage.read_back(at, PAGE).map_err(Stop::Wrong)?;
            for record in page {
                if record.session != id.0 {
                    return Err(wrong("the record belongs to another visit"));
                }
                if record.position.0 == until {
                    return Ok(records);
                }
                at = record.previous.0;
                let is_whole = matches!(record.kind, history::STARTED | history::KEYFRAME);
                records.push(record);
                if is_whole || at == 0 {
                    return Ok(records);
                }
                if at < until {
                    return Err(wrong("the stored state is not on the way of the records"));
                }
            }
        }
    }

    /// Brings one visit's state up to the journal that nobody has asked for. True if there are more.
    pub(in crate::sim) fn settle(&mut self) -> Go<bool> {
        let Some(id) = self.heads.keys().next().copied() else { return Ok(false) };
        if self.live.contains_key(&id) {
            self.heads.remove(&id);
        } else if let Some((visit, head)) = self.recover(id)? {
            self.storage.states.put(id, rmp_serde::to_vec(&(&visit, head)).ok());
            self.heads.remove(&id);
        }
        Ok(!self.heads.is_empty())
    }

    /// Begins a checkpoint: everything recorded so far is to be in stored states.
    pub(in crate::sim) fn begin_checkpoint(&mut self) -> Go {
        if self.checkpoint.is_some() || self.storage.is_full || !self.heads.is_empty() {
            return Ok(());
        }
        let end = self.storage.end();
        if self.has(Bug::CheckpointUnsaved) {
            self.storage.checkpoint = end;
            return Ok(());
        }
        if !self.storage.commit() {
            return Ok(());
        }
        self.point(Fault::DuringCheckpoint)?;
        let ids: Vec<SessionId> = self.live.keys().copied().collect();
        let unsaved = |live: &Live| live.unsaved > 0 || live.save_wanted;
        let missing = self.live.iter().filter(|(_, live)| unsaved(live)).map(|(id, _)| *id).collect();
        self.checkpoint = Some((end, missing));
        for id in ids {
            self.with(id, |server, live| {
                if unsaved(live) {
                    live.saving = true;
                    server.save(live)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Ends the checkpoint if all states are saved. True if it still waits.
    pub(in crate::sim) fn end_checkpoint(&mut self) -> Go<bool> {
        let Some((end, missing)) = &self.checkpoint else { return Ok(false) };
        if !missing.is_empty() {
            return Ok(true);
        }
        let end = *end;
        self.checkpoint = None;
        if self.heads.is_empty() {
            self.point(Fault::DuringCheckpoint)?;
            self.storage.states.flush();
            self.point(Fault::DuringCheckpoint)?;
            self.storage.checkpoint = end;
        }
        Ok(false)
    }
}
