//! The server's steps as a model that can stop between any two of them.
//!
//! It follows the engine's session actors step by step, in one thread and without waiting: a visit is applied first, then recorded; its
//! pages are told when that is durable; states are saved behind the journal; codes are shown behind the ledger. The parts that decide
//! (visit, delivery, replay, ledger, journal) are the real ones.

mod recovery;
mod steps;
mod till;
mod turn;

use super::Bug;
use super::Fault;
use super::Shop;
use super::draw::Draw;
use super::fault::Counts;
use super::storage::Storage;
use super::wire::Closed;
use super::wire::Down;
use crate::history::Visit;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::offer::Ledger;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use till::Wish;

pub(super) use recovery::Archive;
pub(super) use turn::digest_of;

/// Why a step did not come to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The process ended here.
    Crash,
    /// The visit's actor failed at this event.
    Panic(Option<(StreamId, u64)>),
    /// Something is not as it must be.
    Wrong(String),
}

pub(super) type Go<T = ()> = Result<T, Stop>;

/// A wish of the server to its surroundings.
#[derive(Debug)]
pub(super) enum Out {
    Frame(u64, Down),
    Close(u64, Closed),
    /// Wake this visit then.
    Timer(SessionId, u64),
    /// Something waits for a commit.
    Commit,
    /// Something waits for the ledger.
    Till,
    /// Visits wait to be brought up to the journal.
    Settle,
}

/// A live visit.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) visit: Visit,
    /// Its connections and their pages.
    pub(super) lines: Vec<(u64, StreamId)>,
    head: u64,
    armed: Option<u64>,
    /// Will be told of the next commit.
    waiting: bool,
    pub(super) unrecorded: bool,
    save_wanted: bool,
    unsaved: u16,
    /// For a checkpoint that waits.
    saving: bool,
    awaiting_profile: bool,
    /// Events whose effects no record holds so far, by the simulation's names.
    uids: Vec<u64>,
}

/// The end of a visit's history that no stored state covers.
#[derive(Debug, Clone, Copy)]
struct Head {
    position: u64,
    /// The event that failed: its stream, its number, and the simulation's name for it.
    failed: Option<(StreamId, u64, u64)>,
}

/// What the simulation notes beside the records, to compare with what is read back.
#[derive(Debug, Default)]
pub(super) struct Books {
    /// Events that a record stands for, by its position.
    pub(super) uids: BTreeMap<u64, Vec<u64>>,
    /// Digest of some visits after the record.
    pub(super) marks: BTreeMap<u64, u64>,
    /// Streams that made room for others.
    pub(super) evicted: BTreeSet<(SessionId, StreamId)>,
}

impl Books {
    /// Forgets what the journal has lost.
    pub(super) fn cut(&mut self, end: u64) {
        drop(self.uids.split_off(&end));
        drop(self.marks.split_off(&end));
    }
}

/// Crash here, the how manieth time it is passed.
pub(super) type Trap = Option<(Fault, u64)>;

pub(super) struct Server<'a> {
    shop: &'a Shop,
    bug: Option<Bug>,
    draw: Draw,
    pub(super) storage: Storage,
    pub(super) now: Timestamp,
    pub(super) snapshot: usize,
    pub(super) live: BTreeMap<SessionId, Live>,
    heads: BTreeMap<SessionId, Head>,
    streams: BTreeMap<StreamId, SessionId>,
    visitors: BTreeMap<VisitorId, SessionId>,
    ledger: Ledger,
    wishes: Vec<Wish>,
    writing: Option<till::Writing>,
    /// A checkpoint on its way: the position, and whose states it waits for.
    checkpoint: Option<(u64, BTreeSet<SessionId>)>,
    told: Vec<SessionId>,
    pub(super) books: Books,
    pub(super) trap: Trap,
    /// The actor fails at its next event.
    pub(super) panic_next: bool,
    pub(super) counts: Counts,
    pub(super) out: Vec<Out>,
}

impl<'a> Server<'a> {
    pub(super) fn new(seed: u64, shop: &'a Shop, bug: Option<Bug>) -> Server<'a> {
        Server {
            shop,
            bug,
            draw: Draw::of(seed, 1),
            storage: Storage::new(seed),
            now: Timestamp(0),
            snapshot: 0,
            live: BTreeMap::new(),
            heads: BTreeMap::new(),
            streams: BTreeMap::new(),
            visitors: BTreeMap::new(),
            ledger: Ledger::default(),
            wishes: Vec::new(),
            writing: None,
            checkpoint: None,
            told: Vec::new(),
            books: Books::default(),
            trap: None,
            panic_next: false,
            counts: Counts::default(),
            out: Vec::new(),
        }
    }

    /// A place where the process may end.
    fn point(&mut self, here: Fault) -> Go {
        match &mut self.trap {
            Some((fault, 0)) if *fault == here => {
                self.trap = None;
                self.counts.note(here);
                Err(Stop::Crash)
            }
            Some((fault, left)) if *fault == here => {
                *left -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Does something with a live visit, and what follows from it.
    fn with(&mut self, id: SessionId, work: impl FnOnce(&mut Self, &mut Live) -> Go) -> Go {
        let Some(mut live) = self.live.remove(&id) else { return Ok(()) };
        match work(self, &mut live) {
            Ok(()) => {}
            Err(Stop::Panic(failed)) => {
                self.out.extend(live.lines.iter().map(|(line, _)| Out::Close(*line, Closed::Lost)));
                let failed = failed.zip(live.uids.last().copied()).map(|((stream, seq), uid)| (stream, seq, uid));
                self.heads.insert(id, Head { position: live.head, failed });
                return self.restore(id);
            }
            Err(other) => return Err(other),
        }
        if live.visit.session.is_ended() {
            self.out.extend(live.lines.iter().map(|(line, _)| Out::Close(*line, Closed::SessionEnded)));
            self.storage.states.put(id, None);
            for (stream, _) in &live.visit.deliveries {
                self.streams.remove(stream);
            }
            if let Some((_, missing)) = &mut self.checkpoint {
                missing.remove(&id);
            }
            return Ok(());
        }
        self.arm(&mut live);
        self.live.insert(id, live);
        Ok(())
    }

    fn arm(&mut self, live: &mut Live) {
        let is_behind = live.save_wanted || live.visit.deliveries.iter().any(|(_, delivery)| delivery.is_waiting());
        let look = if live.unrecorded { 1_000_000 } else { 5_000 };
        let look = (!live.waiting && is_behind).then_some(self.now.0 + look);
        let due = live.visit.session.next_deadline().map(|at| at.0);
        if let Some(next) = due.into_iter().chain(look).min()
            && live.armed.is_none_or(|armed| next < armed)
        {
            live.armed = Some(next);
            self.out.push(Out::Timer(live.visit.session.id(), next));
        }
    }
}
