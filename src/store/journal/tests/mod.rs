//! What a journal promises, held against real files and against a disk that fails.

mod damage;
mod faults;
mod model;
mod promises;
mod reader;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use super::*;

pub(super) const IDENTITY: Identity = Identity { epoch: 0x5eed_0001_0002_0003, salt: 0x0bad_cafe_dead_beef };

/// What the committer said: the durable position and the waiters, batch by batch.
pub(super) type Said = Arc<Mutex<Vec<(Result<Position, Failure>, Vec<Position>)>>>;

/// Small limits, so that a few records reach them.
pub(super) fn small() -> Config {
    Config {
        commit_delay_ms: 0,
        batch_bytes_max: 1 << 20,
        payload_bytes_max: 1 << 10,
        segment_bytes: 2 << 10,
        disk_full_retry_ms: 5,
        ..Config::default()
    }
}

pub(super) fn try_open(disk: &Disk, config: Config) -> Result<(Journal<Position>, Recovery, Said), OpenError> {
    let said = Said::default();
    let log = Arc::clone(&said);
    let committed: Committed<Position> = Box::new(move |result, waiters| log.lock().unwrap().push((result, waiters)));
    let (journal, recovery) = Journal::open_on(Arc::new(disk.clone()), config, IDENTITY, committed)?;
    Ok((journal, recovery, said))
}

pub(super) fn open(disk: &Disk, config: Config) -> (Journal<Position>, Recovery, Said) {
    try_open(disk, config).expect("the journal opens")
}

/// Appends a record whose waiter is its own end, so that a test can see it was called in time.
pub(super) fn append(journal: &Journal<Position>, session: u8, previous: Position, payload: &[u8]) -> Result<Position, AppendError> {
    journal.append(Append { session: [session; 16], previous, kind: 7, at_us: 1_000, payload }, None)
}

pub(super) fn scan_all(journal: &Journal<Position>) -> Result<Vec<Record>, ReadError> {
    let mut records = Vec::new();
    journal.scan(Position::NONE, |record| {
        records.push(record);
        ControlFlow::Continue(())
    })?;
    Ok(records)
}

/// A directory under the system's temporary one, removed when dropped.
pub(in crate::store) struct TempDir(pub PathBuf);

impl TempDir {
    pub fn new(name: &str) -> TempDir {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("floorwalker-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
