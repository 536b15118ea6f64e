//! An append-only journal of many sessions in plain, checksummed, chained segment files.
//!
//! What is appended has a [`Position`] at once and is durable a little later: one committer thread writes and syncs
//! batches, then calls back with the position below which everything is safe and with the waiters of that batch. A reaction
//! need not wait for that; an acknowledgement must.
//!
//! ```text
//!  append (any thread) --copy--> filling --take--> writing --write, fdatasync, mark--> segment files
//!        |  position                                                 `--> committed(durable, waiters)
//!  read, read_back <-- filling, writing or files, whichever holds the position
//! ```
//!
//! Invariants:
//! - `committed` is never called with a position whose records are not synced (with [`Durability::Fsync`]).
//! - A record is returned whole and as written, or not at all: every read checks the checksum, which covers the position.
//! - Damage is never cut away silently. See `recovery.rs` for what is a torn tail and what is refused.
//! - Memory is bounded by twice [`Config::batch_bytes_max`]; disk by [`Config::retain_bytes`] and two segments,
//!   or twice as much while records are needed ([`Journal::keep_from`]).
//! - Formats are in `record.rs`, `segment.rs` and `mark.rs`; each has a version or a magic.

mod commit;
mod disk;
mod error;
mod files;
pub(super) mod mark;
mod read;
mod reader;
mod record;
mod recovery;
mod scan;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use serde::Deserialize;
use serde::Serialize;

use self::commit::Batch;
use self::commit::Committer;
use self::commit::Piece;
pub use self::disk::Disk;
pub use self::disk::Faults;
pub use self::error::AppendError;
pub use self::error::Failure;
pub use self::error::OpenError;
pub use self::error::ReadError;
pub use self::files::Directory;
pub use self::files::File;
pub use self::files::Files;
pub use self::reader::Reader;
pub use self::record::Append;
pub use self::record::Identity;
use self::record::Link;
pub use self::record::Position;
pub use self::record::RECORD_HEADER_BYTES;
pub use self::record::Record;
pub use self::recovery::Recovery;
use self::recovery::Segment;
use self::segment::SEGMENT_HEADER_BYTES;
use self::segment::SegmentHeader;
#[cfg(test)]
pub(super) use self::tests::TempDir;

/// What a crash may take from what has been acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// Nothing: acknowledged after the device has it.
    #[default]
    Fsync,
    /// A power cut takes what the operating system had not written; a crash of the process takes nothing.
    Os,
    /// A crash of the process takes the last batch, a power cut more.
    Memory,
}

/// How a journal behaves. [`Default`] is the production setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// When a batch counts as durable. Default `fsync`.
    pub durability: Durability,
    /// A batch is written when this many records wait. Default 64; 1 writes every batch at once.
    pub commit_records: usize,
    /// ... or after this many milliseconds. Default 2; 0 writes every batch at once.
    pub commit_delay_ms: u64,
    /// Bytes that may wait for the disk. Past it [`AppendError::Full`]. As much again may be being written. Default 16 MiB.
    pub batch_bytes_max: usize,
    /// Largest payload. Past it [`AppendError::TooLarge`]. Lowering it makes older records unreadable. Default 64 KiB.
    pub payload_bytes_max: u32,
    /// A segment file is at most this long. Default 64 MiB.
    pub segment_bytes: u64,
    /// Segments are removed when all their records are older than this, by the records' own times. Default 168 (a week).
    pub retain_hours: u64,
    /// Segments are removed, oldest first, while more than this is kept beside the active one. Default 8 GiB.
    pub retain_bytes: u64,
    /// How many of the newest bytes are checked record by record when opening, always at least the last segment. Default 256 MiB.
    pub verify_bytes: u64,
    /// How long to wait before trying a full disk again. Default 250.
    pub disk_full_retry_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            durability: Durability::Fsync,
            commit_records: 64,
            commit_delay_ms: 2,
            batch_bytes_max: 16 << 20,
            payload_bytes_max: 64 << 10,
            segment_bytes: 64 << 20,
            retain_hours: 168,
            retain_bytes: 8 << 30,
            verify_bytes: 256 << 20,
            disk_full_retry_ms: 250,
        }
    }
}

impl Config {
    fn validate(&self) -> Result<(), OpenError> {
        let record_max = RECORD_HEADER_BYTES + SEGMENT_HEADER_BYTES + self.payload_bytes_max as usize;
        let checks = [
            (self.payload_bytes_max <= 1 << 30, "payload_bytes_max is over 1 GiB"),
            (self.batch_bytes_max >= record_max, "batch_bytes_max does not hold one record of payload_bytes_max"),
            (self.segment_bytes >= record_max as u64, "segment_bytes does not hold one record of payload_bytes_max"),
            (self.segment_bytes <= 1 << 40, "segment_bytes is over 1 TiB"),
            (self.commit_records > 0, "commit_records is 0"),
        ];
        checks.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, text)| Err(OpenError::Config(text)))
    }
}

/// Whether acknowledgements can be expected.
#[derive(Clone, Debug)]
pub enum Health {
    /// Yes.
    Good,
    /// Not until there is space; nothing is lost meanwhile.
    DiskFull,
    /// Never again by this journal. Open it anew.
    Failed(Failure),
    /// Yes, but the limit of size was exceeded twice over, and records went that were still needed to rebuild after a crash.
    Overrun {
        /// Everything from here on was to be kept.
        needed: Position,
        /// Everything below is gone.
        first: Position,
    },
}

/// Called by the committer thread after each batch, in order.
///
/// `Ok`: everything below the position is durable, and these waiters were given with records below it.
/// `Err`: the journal has failed, these waiters' records may or may not survive, and it is the last call.
/// It must not block for long (the next batch waits) and must not call `flush` or `close`.
pub type Committed<W> = Box<dyn FnMut(Result<Position, Failure>, Vec<W>) + Send>;

/// A journal open for appending and reading. `W` is whatever the caller wants handed back when a record is durable.
pub struct Journal<W: Send + 'static> {
    shared: Arc<Shared<W>>,
    committer: Mutex<Option<JoinHandle<()>>>,
}

struct Shared<W> {
    config: Config,
    identity: Identity,
    files: Arc<dyn Files>,
    state: Mutex<State<W>>,
    /// The committer waits here for work.
    wake: Condvar,
    /// `flush` waits here for the committer.
    settled: Condvar,
    durable: AtomicU64,
    /// Everything below is in the files; differs from `durable` only with [`Durability::Memory`].
    written: AtomicU64,
    /// Retention leaves what is at or above.
    floor: AtomicU64,
    segments: Mutex<BTreeMap<u64, Segment>>,
}

struct State<W> {
    filling: Batch<W>,
    writing: Option<Arc<Vec<Piece>>>,
    spare: Vec<u8>,
    /// Where and what the next record is.
    next: Link,
    /// Base of the segment the next record goes to; `None` before the first segment.
    segment: Option<u64>,
    newest_us: u64,
    health: Health,
    failed_waiters: Vec<W>,
    is_disk_full: bool,
    is_flushing: bool,
    is_closing: bool,
    is_gone: bool,
}

impl<W> Shared<W> {
    fn state(&self) -> MutexGuard<'_, State<W>> {
        // No code that holds the lock leaves the state half changed: what can panic there is allocation, which aborts.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn segments(&self) -> MutexGuard<'_, BTreeMap<u64, Segment>> {
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Send + 'static> Journal<W> {
    /// Opens the journal in a directory, making both if they are missing.
    ///
    /// # Errors
    /// [`OpenError`]; a journal with any damage but a torn tail is refused with the exact place.
    pub fn open(directory: &Path, config: Config, committed: Committed<W>) -> Result<(Journal<W>, Recovery), OpenError> {
        let failed = |operation: &'static str| move |source| OpenError::Io { operation, name: directory.display().to_string(), source };
        let random = || getrandom::u64().map_err(|error| failed("draw random numbers for")(std::io::Error::other(error.to_string())));
        let identity = Identity { epoch: random()?, salt: random()? };
        let files = Directory::create(directory).map_err(failed("create"))?;
        Journal::open_on(Arc::new(files), config, identity, committed)
    }

    /// Opens the journal on any file layer; `fresh` names a journal that does not exist yet.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn open_on(
        files: Arc<dyn Files>,
        config: Config,
        fresh: Identity,
        committed: Committed<W>,
    ) -> Result<(Journal<W>, Recovery), OpenError> {
        config.validate()?;
        let opened = recovery::open(&*files, &config, fresh)?;
        let active = opened.segments.last_key_value().map(|(base, segment)| (*base, Arc::clone(&segment.file)));
        let state = State {
            filling: Batch::default(),
            writing: None,
            spare: Vec::new(),
            next: opened.next,
            segment: active.as_ref().map(|(base, _)| *base),
            newest_us: opened.newest_us,
            health: Health::Good,
            failed_waiters: Vec::new(),
            is_disk_full: false,
            is_flushing: false,
            is_closing: false,
            is_gone: false,
        };
        let shared = Arc::new(Shared {
            config,
            identity: opened.identity,
            files,
            state: Mutex::new(state),
            wake: Condvar::new(),
            settled: Condvar::new(),
            durable: AtomicU64::new(opened.next.position),
            written: AtomicU64::new(opened.next.position),
            floor: AtomicU64::new(u64::MAX),
            segments: Mutex::new(opened.segments),
        });
        let committer = Committer {
            shared: Arc::clone(&shared),
            committed,
            mark: opened.mark,
            active,
            names_changed: false,
            mark_synced_us: opened.newest_us,
            _lock: opened.lock,
        };
        let thread = std::thread::Builder::new()
            .name("journal".to_string())
            .spawn(move || committer.run())
            .map_err(|source| OpenError::Io { operation: "start", name: "the committer thread".to_string(), source })?;
        Ok((Journal { shared, committer: Mutex::new(Some(thread)) }, opened.recovery))
    }

    /// Takes a record into the current batch and says where it will be. Never waits for the disk.
    ///
    /// Appends of one session must come one after the other, because each names the one before.
    ///
    /// # Errors
    /// [`AppendError`]; nothing has been taken, and `waiter` is dropped.
    pub fn append(&self, record: Append<'_>, waiter: Option<W>) -> Result<Position, AppendError> {
        let config = &self.shared.config;
        let bytes = record.payload.len();
        if bytes > config.payload_bytes_max as usize {
            return Err(AppendError::TooLarge { bytes, bytes_max: config.payload_bytes_max });
        }
        let size = RECORD_HEADER_BYTES + bytes;
        let mut state = self.shared.state();
        if let Health::Failed(failure) = &state.health {
            return Err(failure.clone().into());
        }
        if state.is_closing {
            return Err(AppendError::Closed);
        }
        if state.filling.bytes + size + SEGMENT_HEADER_BYTES > config.batch_bytes_max {
            return Err(AppendError::Full { bytes: state.filling.bytes });
        }
        let state = &mut *state;
        state.newest_us = state.newest_us.max(record.at_us);
        let base = match state.segment {
            Some(base) if state.next.position - base + size as u64 <= config.segment_bytes => base,
            _ => state.begin_segment(self.shared.identity),
        };
        let needs_piece = state.filling.pieces.last().is_none_or(|piece| piece.base != base);
        if needs_piece {
            let bytes = std::mem::take(&mut state.spare);
            state.filling.pieces.push(Piece { base, start: state.next.position, created_us: state.newest_us, bytes });
        }
        let piece = state.filling.pieces.last_mut().expect("pushed above if there was none");
        let link = state.next;
        let chain = record::encode(&record, self.shared.identity, link, &mut piece.bytes);
        state.next = Link { position: link.position + size as u64, number: link.number + 1, chain };
        state.filling.bytes += size;
        state.filling.records += 1;
        state.filling.waiters.extend(waiter);
        if state.filling.records == 1 || state.filling.records == config.commit_records {
            self.shared.wake.notify_one();
        }
        Ok(Position(link.position))
    }

    /// Everything below this position is durable, as far as the [`Durability`] setting promises.
    pub fn durable(&self) -> Position {
        Position(self.shared.durable.load(Ordering::Acquire))
    }

    /// Where the next record goes.
    pub fn end(&self) -> Position {
        Position(self.shared.state().next.position)
    }

    /// Where the oldest kept segment begins.
    pub fn first(&self) -> Position {
        Position(self.shared.segments().first_key_value().map_or(0, |(base, _)| *base))
    }

    /// The random number of this directory's life.
    pub fn epoch(&self) -> u64 {
        self.shared.identity.epoch
    }

    /// Whether acknowledgements can be expected.
    pub fn health(&self) -> Health {
        let (first, needed) = (self.first(), Position(self.shared.floor.load(Ordering::Acquire)));
        let state = self.shared.state();
        match &state.health {
            Health::Good if state.is_disk_full => Health::DiskFull,
            Health::Good if first > needed => Health::Overrun { needed, first },
            health => health.clone(),
        }
    }

    /// Says that everything from `floor` on is still needed: retention leaves it until twice [`Config::retain_bytes`] is
    /// exceeded. A later call replaces the floor; until the first one nothing is needed.
    pub fn keep_from(&self, floor: Position) {
        self.shared.floor.store(floor.0, Ordering::Release);
    }

    /// Waits until everything appended before the call is durable. Blocks; for a full disk, until there is space.
    ///
    /// # Errors
    /// The failure that ended the journal.
    pub fn flush(&self) -> Result<(), Failure> {
        let mut state = self.shared.state();
        let target = state.next.position;
        state.is_flushing = state.filling.records > 0;
        self.shared.wake.notify_one();
        let is_pending = |state: &mut State<W>| {
            let is_written = self.shared.durable.load(Ordering::Acquire) >= target;
            !is_written && !state.is_gone && matches!(state.health, Health::Good)
        };
        let state = self.shared.settled.wait_while(state, is_pending).unwrap_or_else(PoisonError::into_inner);
        match &state.health {
            Health::Failed(failure) if self.shared.durable.load(Ordering::Acquire) < target => Err(failure.clone()),
            _ => Ok(()),
        }
    }

    /// Commits what waits, syncs everything and gives the directory free. Later appends fail with [`AppendError::Closed`].
    ///
    /// # Errors
    /// The failure that ended the journal.
    pub fn close(&self) -> Result<(), Failure> {
        self.shared.state().is_closing = true;
        self.shared.wake.notify_all();
        let thread = self.committer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the callback has been turned into a failure already.
            drop(thread.join());
        }
        match self.health() {
            Health::Failed(failure) => Err(failure),
            _ => Ok(()),
        }
    }
}

impl<W> State<W> {
    /// Starts the next segment with a header in the current batch, and returns its base.
    fn begin_segment(&mut self, identity: Identity) -> u64 {
        let base = self.next.position;
        let header = SegmentHeader { chain: self.next.chain, base, first_number: self.next.number, created_us: self.newest_us };
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.extend_from_slice(&header.encode(identity));
        self.filling.pieces.push(Piece { base, start: base, created_us: self.newest_us, bytes });
        self.filling.bytes += SEGMENT_HEADER_BYTES;
        self.next.position = base + SEGMENT_HEADER_BYTES as u64;
        self.segment = Some(base);
        base
    }
}

impl<W: Send + 'static> Drop for Journal<W> {
    fn drop(&mut self) {
        // Whoever wants to know of a failure here calls `close` first.
        drop(self.close());
    }
}
