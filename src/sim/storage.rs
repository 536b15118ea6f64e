//! What survives the server: the real journal on a simulated disk, and plain models of the other stores.
//!
//! The journal's thread commits only when it is told to, so a run is the same each time: its batches are made long and many, and a commit
//! is a flush. States and profiles are queued as in the embedded store: a crash keeps a beginning of the queue. The ledger and the
//! checkpoint are durable when they say so.

use super::draw::Draw;
use crate::model::SessionId;
use crate::model::VisitorId;
use crate::offer::GrantKey;
use crate::offer::Record as Line;
use crate::store::journal::Append;
use crate::store::journal::AppendError;
use crate::store::journal::Config;
use crate::store::journal::Disk;
use crate::store::journal::Faults;
use crate::store::journal::Identity;
use crate::store::journal::Journal;
use crate::store::journal::Position;
use crate::store::journal::Record;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Bytes that a full disk still lets wait.
const WAITING_MAX: usize = 4 << 10;

/// How a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The operating system keeps what was written.
    Kill,
    /// What was not synced may be lost.
    PowerCut,
}

/// Values that are queued before they are durable.
#[derive(Debug)]
pub(super) struct Kept<K> {
    durable: BTreeMap<K, Vec<u8>>,
    queued: VecDeque<(K, Option<Vec<u8>>)>,
}

impl<K: Ord + Copy> Kept<K> {
    fn new() -> Kept<K> {
        Kept { durable: BTreeMap::new(), queued: VecDeque::new() }
    }

    pub(super) fn get(&self, key: K) -> Option<&[u8]> {
        match self.queued.iter().rev().find(|(queued, _)| *queued == key) {
            Some((_, value)) => value.as_deref(),
            None => self.durable.get(&key).map(Vec::as_slice),
        }
    }

    pub(super) fn put(&mut self, key: K, value: Option<Vec<u8>>) {
        self.queued.push_back((key, value));
    }

    pub(super) fn flush(&mut self) {
        let all = self.queued.len();
        self.make_durable(all);
    }

    fn make_durable(&mut self, count: usize) {
        for (key, value) in self.queued.drain(..count) {
            match value {
                Some(value) => drop(self.durable.insert(key, value)),
                None => drop(self.durable.remove(&key)),
            }
        }
    }

    fn crash(&mut self, draw: &mut Draw) {
        let kept = draw.below(self.queued.len() as u64 + 1) as usize;
        self.make_durable(kept);
        self.queued.clear();
    }
}

/// All stores.
pub(super) struct Storage {
    disk: Disk,
    journal: Option<Journal<()>>,
    identity: Identity,
    /// Nothing becomes durable.
    pub(super) is_full: bool,
    /// No record is taken.
    pub(super) refuses: bool,
    waiting: usize,
    pub(super) states: Kept<SessionId>,
    pub(super) profiles: Kept<VisitorId>,
    pub(super) checkpoint: u64,
    pub(super) ledger: BTreeMap<GrantKey, Vec<Line>>,
}

impl Storage {
    pub(super) fn new(seed: u64) -> Storage {
        Storage {
            disk: Disk::default(),
            journal: None,
            identity: Identity { epoch: seed | 1, salt: !seed },
            is_full: false,
            refuses: false,
            waiting: 0,
            states: Kept::new(),
            profiles: Kept::new(),
            checkpoint: 0,
            ledger: BTreeMap::new(),
        }
    }

    /// Opens the journal, as a process does that starts.
    pub(super) fn open(&mut self) -> Result<(), String> {
        let config = Config {
            commit_records: usize::MAX,
            commit_delay_ms: 3_600_000,
            segment_bytes: 192 << 10,
            payload_bytes_max: 64 << 10,
            batch_bytes_max: 4 << 20,
            ..Config::default()
        };
        let files = Arc::new(self.disk.clone());
        let (journal, _) = Journal::open_on(files, config, self.identity, Box::new(|_, _| {})).map_err(|error| error.to_string())?;
        self.journal = Some(journal);
        Ok(())
    }

    pub(super) fn append(&mut self, record: Append<'_>) -> Result<u64, AppendError> {
        let journal = self.journal.as_ref().ok_or(AppendError::Closed)?;
        if self.refuses || self.is_full && self.waiting > WAITING_MAX {
            return Err(AppendError::Full { bytes: self.waiting });
        }
        let bytes = record.payload.len();
        let position = journal.append(record, None)?;
        self.waiting += bytes;
        Ok(position.0)
    }

    /// Makes what waits durable. False if the journal has failed.
    pub(super) fn commit(&mut self) -> bool {
        if self.is_full {
            return true;
        }
        self.waiting = 0;
        self.journal.as_ref().is_some_and(|journal| journal.flush().is_ok())
    }

    /// The sync after the next few fails.
    pub(super) fn break_sync(&mut self, after: u64) {
        self.disk.set_faults(Faults { syncs_left: Some(after), ..Faults::default() });
    }

    /// The disk is well again.
    pub(super) fn heal(&mut self) {
        self.disk.set_faults(Faults::default());
        self.is_full = false;
        self.refuses = false;
    }

    /// Writes a part of what waits, as far as the machine gets before it ends.
    pub(super) fn tear(&mut self, draw: &mut Draw) {
        let bytes = draw.below(self.waiting as u64 + 64);
        self.disk.set_faults(Faults { space_left: Some(bytes), ..Faults::default() });
        if let Some(journal) = self.journal.take() {
            // It fails, as it must.
            drop(journal.close());
        }
    }

    pub(super) fn durable(&self) -> u64 {
        self.journal.as_ref().map_or(0, |journal| journal.durable().0)
    }

    pub(super) fn end(&self) -> u64 {
        self.journal.as_ref().map_or(0, |journal| journal.end().0)
    }

    pub(super) fn read_back(&self, head: u64, limit: usize) -> Result<Vec<Record>, String> {
        let journal = self.journal.as_ref().ok_or("the journal is closed")?;
        journal.read_back(Position(head), limit).map_err(|error| error.to_string())
    }

    /// All durable records from a position on.
    pub(super) fn scan(&self, from: u64) -> Result<Vec<Record>, String> {
        let journal = self.journal.as_ref().ok_or("the journal is closed")?;
        let mut records = Vec::new();
        let mut take = |record: Record| {
            records.push(record);
            ControlFlow::Continue(())
        };
        journal.scan(Position(from), &mut take).map_err(|error| error.to_string())?;
        Ok(records)
    }

    /// The process ends in the middle of whatever it did.
    pub(super) fn die(&mut self, end: End, draw: &mut Draw) {
        let left = (end == End::PowerCut).then(|| self.disk.after_power_cut(|bytes| draw.below(bytes as u64 + 1) as usize));
        // Nothing that waits is written any more.
        self.disk.set_faults(Faults { writes_left: Some(0), space_left: Some(0), ..Faults::default() });
        if let Some(journal) = self.journal.take() {
            drop(journal.close());
        }
        self.disk.set_faults(Faults::default());
        if let Some(left) = left {
            self.disk = left;
        }
        self.states.crash(draw);
        self.profiles.crash(draw);
        self.is_full = false;
        self.refuses = false;
        self.waiting = 0;
    }

    /// The process ends in good order.
    pub(super) fn close(&mut self) {
        self.states.flush();
        self.profiles.flush();
        if let Some(journal) = self.journal.take() {
            drop(journal.close());
        }
        self.waiting = 0;
    }
}
