//! A log that lives and dies with the process, for tests and simulation: nothing happens in it but when it is told to.
//!
//! What is appended waits until [`MemoryLog::commit`], [`Log::flush`] or [`Log::close`]; a prompt log commits within the append.
//! There is no thread, so the same calls give the same callbacks in the same order. A crash keeps what was committed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Bound;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::Log;
use super::journal::Append;
use super::journal::AppendError;
use super::journal::Committed;
use super::journal::Failure;
use super::journal::Health;
use super::journal::Position;
use super::journal::RECORD_HEADER_BYTES;
use super::journal::ReadError;
use super::journal::Record;

/// Where the first record is: no record is at [`Position::NONE`].
const BEGIN: u64 = RECORD_HEADER_BYTES as u64;

/// How a memory log behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryLogConfig {
    /// Whether every append is committed before it returns.
    pub is_prompt: bool,
    /// Bytes that may wait for a commit. Past it [`AppendError::Full`]. Default 16 MiB.
    pub waiting_bytes_max: usize,
    /// Largest payload. Past it [`AppendError::TooLarge`]. Default 64 KiB.
    pub payload_bytes_max: u32,
    /// Records are removed, oldest first, while more than this is kept. Default 1 GiB.
    pub retain_bytes: u64,
    /// The epoch.
    pub epoch: u64,
}

impl Default for MemoryLogConfig {
    fn default() -> Self {
        MemoryLogConfig { is_prompt: true, waiting_bytes_max: 16 << 20, payload_bytes_max: 64 << 10, retain_bytes: 1 << 30, epoch: 1 }
    }
}

/// See the module.
pub struct MemoryLog<W> {
    config: MemoryLogConfig,
    state: Mutex<State<W>>,
    /// Held over a whole commit, so that callbacks come in order whoever commits.
    committed: Mutex<Committed<W>>,
}

struct State<W> {
    records: BTreeMap<u64, Record>,
    waiters: Vec<W>,
    next: u64,
    next_number: u64,
    durable: u64,
    floor: u64,
    is_full: bool,
    is_closed: bool,
    failure: Option<Failure>,
}

impl<W: Send + 'static> MemoryLog<W> {
    /// An empty log.
    pub fn new(config: MemoryLogConfig, committed: Committed<W>) -> MemoryLog<W> {
        MemoryLog::with(config, BTreeMap::new(), BEGIN, 1, committed)
    }

    fn with(config: MemoryLogConfig, records: BTreeMap<u64, Record>, next: u64, next_number: u64, committed: Committed<W>) -> MemoryLog<W> {
        let state = State {
            records,
            waiters: Vec::new(),
            next,
            next_number,
            durable: next,
            floor: u64::MAX,
            is_full: false,
            is_closed: false,
            failure: None,
        };
        MemoryLog { config, state: Mutex::new(state), committed: Mutex::new(committed) }
    }

    /// What a crash at this moment leaves, as a new log with the same epoch.
    pub fn after_crash(&self, committed: Committed<W>) -> MemoryLog<W> {
        let state = self.state();
        let mut records = state.records.clone();
        let lost = records.split_off(&state.durable);
        let next_number = state.next_number - lost.len() as u64;
        MemoryLog::with(self.config.clone(), records, state.durable, next_number, committed)
    }

    /// Makes everything that waits durable and says so. While the log is full or after it failed nothing happens.
    pub fn commit(&self) {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let (end, waiters) = {
            let mut state = self.state();
            if state.is_full || state.failure.is_some() || state.durable == state.next {
                return;
            }
            state.durable = state.next;
            state.retain(self.config.retain_bytes);
            (Position(state.next), std::mem::take(&mut state.waiters))
        };
        committed(Ok(end), waiters);
    }

    /// Behaves as on a full disk from here on, or again as on one with space: then what waited is committed.
    pub fn set_full(&self, is_full: bool) {
        self.state().is_full = is_full;
        if self.config.is_prompt {
            self.commit();
        }
    }

    /// Fails as on a broken disk: nothing is committed any more.
    pub fn fail(&self) {
        let mut committed = self.committed.lock().unwrap_or_else(PoisonError::into_inner);
        let failure = Failure { operation: "sync", name: "memory".to_string(), source: Arc::new(io::Error::other("told to fail")) };
        let waiters = {
            let mut state = self.state();
            if state.failure.is_some() {
                return;
            }
            state.failure = Some(failure.clone());
            std::mem::take(&mut state.waiters)
        };
        committed(Err(failure), waiters);
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn result(&self) -> Result<(), Failure> {
        let state = self.state();
        match &state.failure {
            Some(failure) if state.durable < state.next => Err(failure.clone()),
            _ => Ok(()),
        }
    }
}

impl<W> State<W> {
    fn first(&self) -> u64 {
        self.records.first_key_value().map_or(self.next, |(position, _)| *position)
    }

    /// Removes the oldest durable records that are over the limit, the needed ones past twice the limit.
    fn retain(&mut self, retain_bytes: u64) {
        while let Some(record) = self.records.first_entry() {
            let end = record.key() + size(record.get().payload.len());
            let kept = self.next - record.key();
            let is_over = kept > if end <= self.floor { retain_bytes } else { retain_bytes.saturating_mul(2) };
            if !is_over || end > self.durable {
                break;
            }
            record.remove();
        }
    }
}

fn size(payload_bytes: usize) -> u64 {
    (RECORD_HEADER_BYTES + payload_bytes) as u64
}

impl<W: Send + 'static> Log<W> for MemoryLog<W> {
    fn append(&self, record: Append<'_>, waiter: Option<W>) -> Result<Position, AppendError> {
        let bytes = record.payload.len();
        if bytes > self.config.payload_bytes_max as usize {
            return Err(AppendError::TooLarge { bytes, bytes_max: self.config.payload_bytes_max });
        }
        let position = {
            let mut state = self.state();
            if let Some(failure) = &state.failure {
                return Err(failure.clone().into());
            }
            if state.is_closed {
                return Err(AppendError::Closed);
            }
            let waiting = (state.next - state.durable) as usize;
            if waiting + size(bytes) as usize > self.config.waiting_bytes_max {
                return Err(AppendError::Full { bytes: waiting });
            }
            let position = state.next;
            let record = Record {
                position: Position(position),
                number: state.next_number,
                session: record.session,
                previous: record.previous,
                kind: record.kind,
                at_us: record.at_us,
                payload: record.payload.to_vec(),
            };
            state.records.insert(position, record);
            state.next += size(bytes);
            state.next_number += 1;
            state.waiters.extend(waiter);
            Position(position)
        };
        if self.config.is_prompt {
            self.commit();
        }
        Ok(position)
    }

    fn read(&self, position: Position) -> Result<Record, ReadError> {
        let state = self.state();
        let found = state.records.get(&position.0).cloned();
        if found.is_none() && position.0 > state.first() && position.0 < state.next {
            return Err(ReadError::Damaged { position, reason: "no record begins here" });
        }
        found.ok_or(ReadError::Absent { position, first: Position(state.first()), end: Position(state.next) })
    }

    fn read_back(&self, head: Position, limit: usize) -> Result<Vec<Record>, ReadError> {
        let mut records: Vec<Record> = Vec::new();
        let mut at = head;
        while !at.is_none() && records.len() < limit {
            let record = match self.read(at) {
                Err(ReadError::Absent { first, .. }) if at < first && !records.is_empty() => break,
                result => result?,
            };
            if records.last().is_some_and(|newer| newer.session != record.session) {
                return Err(ReadError::Damaged { position: at, reason: "the record belongs to another session" });
            }
            at = record.previous;
            records.push(record);
        }
        Ok(records)
    }

    fn scan(&self, from: Position, visit: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Position, ReadError> {
        // The lock is free while the visitor works; what is appended meanwhile is behind the end.
        let (mut next, end) = {
            let state = self.state();
            (Bound::Included(from.0), state.durable)
        };
        loop {
            let found = self
                .state()
                .records
                .range((next, Bound::Excluded(end.max(from.0.saturating_add(1)))))
                .next()
                .map(|(_, record)| record.clone());
            let Some(record) = found.filter(|record| record.position.0 < end) else { return Ok(Position(end)) };
            let (position, after) = (record.position.0, record.position.0 + size(record.payload.len()));
            if visit(record).is_break() {
                return Ok(Position(after));
            }
            next = Bound::Excluded(position);
        }
    }

    fn first(&self) -> Position {
        Position(self.state().first())
    }

    fn end(&self) -> Position {
        Position(self.state().next)
    }

    fn durable(&self) -> Position {
        Position(self.state().durable)
    }

    fn epoch(&self) -> u64 {
        self.config.epoch
    }

    fn health(&self) -> Health {
        let state = self.state();
        match &state.failure {
            Some(failure) => Health::Failed(failure.clone()),
            None if state.is_full => Health::DiskFull,
            None if state.first() > state.floor => Health::Overrun { needed: Position(state.floor), first: Position(state.first()) },
            None => Health::Good,
        }
    }

    fn keep_from(&self, floor: Position) {
        self.state().floor = floor.0;
    }

    /// As the trait says, but on a full log it returns at once: nobody else could give it space.
    fn flush(&self) -> Result<(), Failure> {
        self.commit();
        self.result()
    }

    fn close(&self) -> Result<(), Failure> {
        self.commit();
        self.state().is_closed = true;
        let is_lost = self.durable() < self.end() && self.state().failure.is_none();
        if is_lost {
            self.fail();
        }
        self.result()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;

    fn config() -> MemoryLogConfig {
        MemoryLogConfig {
            is_prompt: false,
            waiting_bytes_max: contract::LOG_WAITING_MAX,
            payload_bytes_max: contract::LOG_PAYLOAD_MAX as u32,
            retain_bytes: contract::LOG_RETAIN,
            epoch: 7,
        }
    }

    #[test]
    fn keeps_the_contract() {
        let mut last: Option<Arc<MemoryLog<u64>>> = None;
        contract::check_log(&mut |committed| {
            let log = Arc::new(match &last {
                None => MemoryLog::new(config(), committed),
                Some(closed) => closed.after_crash(committed),
            });
            last = Some(Arc::clone(&log));
            log
        });
        let (said, committed) = contract::listener();
        contract::check_close(&MemoryLog::new(config(), committed), &said);
    }

    #[test]
    fn a_crash_keeps_exactly_what_was_committed() {
        let (said, committed) = contract::listener();
        let log = MemoryLog::new(config(), committed);
        let mut heads = [Position::NONE; 4];
        for number in 0..5 {
            contract::append(&log, &mut heads, number, b"kept").unwrap();
        }
        log.commit();
        let end = log.durable();
        contract::append(&log, &mut heads, 5, b"lost").unwrap();
        let after = log.after_crash(contract::listener().1);
        let (records, _) = contract::scan_from(&after, Position::NONE, 100).unwrap();
        assert_eq!((records.len(), after.end(), after.epoch()), (5, end, log.epoch()));
        assert_eq!(said.lock().unwrap().iter().map(|(_, waiters)| waiters.len()).sum::<usize>(), 5);
        let mut heads = [Position::NONE; 4];
        let position = contract::append(&after, &mut heads, 5, b"again").unwrap();
        assert_eq!((position, after.read(position).unwrap().number), (end, 6));
    }

    #[test]
    fn a_full_or_broken_one_acknowledges_nothing() {
        let (said, committed) = contract::listener();
        let log = MemoryLog::new(MemoryLogConfig { is_prompt: true, ..config() }, committed);
        let mut heads = [Position::NONE; 4];
        log.set_full(true);
        contract::append(&log, &mut heads, 0, b"waits").unwrap();
        assert!(matches!(log.health(), Health::DiskFull) && said.lock().unwrap().is_empty());
        log.set_full(false);
        assert_eq!(said.lock().unwrap().len(), 1, "what waited is committed");
        log.fail();
        assert!(matches!(contract::append(&log, &mut heads, 1, b"never"), Err(AppendError::Failed(_))));
        assert!(matches!(log.health(), Health::Failed(_)) && said.lock().unwrap().last().unwrap().0.is_err());
    }
}
