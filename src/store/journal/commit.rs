//! The committer: one thread that takes the current batch, writes it, syncs, and only then calls back.
//!
//! It waits until [`Config::commit_records`] records wait or [`Config::commit_delay_ms`] have passed since it found the first.
//! While it writes, the next batch fills, so a slow disk makes larger batches and not more of them.
//!
//! A disk that is full is waited for: the bytes of the batch are still in memory, and the same write is tried again at the
//! same place. Everything else, and above all a failed sync, ends the journal: the file is never
//! synced again, nothing is acknowledged any more, and the next opening sorts out what is on disk.

use std::io;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Committed;
use super::Durability;
use super::Health;
use super::Shared;
use super::error::Failure;
use super::files::File;
use super::mark::MARK_NAME;
use super::mark::Mark;
use super::record::Position;
use super::recovery::Segment;
use super::segment::file_name;

/// How much journal time may pass until the mark is synced: what a power cut can hide of a later loss.
const MARK_SYNC_US: u64 = 1_000_000;

/// Bytes that go into one segment, in order.
#[derive(Default)]
pub(super) struct Piece {
    /// Base of the segment. The piece is the segment's first one if it starts here.
    pub base: u64,
    /// Position of the first byte.
    pub start: u64,
    pub created_us: u64,
    pub bytes: Vec<u8>,
}

/// What waits for the disk.
pub(super) struct Batch<W> {
    pub pieces: Vec<Piece>,
    pub waiters: Vec<W>,
    pub records: usize,
    pub bytes: usize,
}

impl<W> Default for Batch<W> {
    fn default() -> Self {
        Batch { pieces: Vec::new(), waiters: Vec::new(), records: 0, bytes: 0 }
    }
}

/// The thread's own state.
pub(super) struct Committer<W> {
    pub shared: Arc<Shared<W>>,
    pub committed: Committed<W>,
    pub mark: Mark,
    pub active: Option<(u64, Arc<dyn File>)>,
    pub names_changed: bool,
    pub mark_synced_us: u64,
    // Held for as long as the thread may write.
    pub _lock: Box<dyn Send + Sync>,
}

impl<W: Send + 'static> Committer<W> {
    pub fn run(mut self) {
        // Also when the callback panics, nobody must wait for a thread that is gone.
        let gone = Gone(Arc::clone(&self.shared));
        let result = self.commit_until_closed();
        if let Err(failure) = result {
            let waiters = self.shared.fail(failure.clone());
            (self.committed)(Err(failure), waiters);
        }
        drop(self);
        drop(gone);
    }

    fn commit_until_closed(&mut self) -> Result<(), Failure> {
        while let Some((pieces, waiters, newest_us)) = self.next_batch() {
            let end = pieces.last().map_or(0, |piece| piece.start + piece.bytes.len() as u64);
            let is_early = self.shared.config.durability == Durability::Memory;
            let mut waiters = Some(waiters);
            if is_early {
                self.acknowledge(end, waiters.take().unwrap_or_default());
            }
            if let Err(failure) = self.write_all(&pieces, end, newest_us) {
                self.shared.state().failed_waiters.extend(waiters.into_iter().flatten());
                return Err(failure);
            }
            self.shared.written.store(end, Ordering::Release);
            if let Some(waiters) = waiters {
                self.acknowledge(end, waiters);
            }
            self.recycle(pieces);
            self.retain(newest_us)?;
        }
        self.sync_all()
    }

    /// Waits for a batch worth writing; `None` when the journal closes and nothing is left.
    fn next_batch(&self) -> Option<(Arc<Vec<Piece>>, Vec<W>, u64)> {
        let config = &self.shared.config;
        let unpoison = PoisonError::into_inner;
        let state = self.shared.state();
        let mut state =
            self.shared.wake.wait_while(state, |state| state.filling.records == 0 && !state.is_closing).unwrap_or_else(unpoison);
        if config.commit_delay_ms > 0 {
            let delay = Duration::from_millis(config.commit_delay_ms);
            let is_small =
                |state: &mut super::State<W>| state.filling.records < config.commit_records && !state.is_closing && !state.is_flushing;
            state = self.shared.wake.wait_timeout_while(state, delay, is_small).unwrap_or_else(|e| e.into_inner()).0;
        }
        if state.filling.records == 0 {
            return None;
        }
        state.is_flushing = false;
        let batch = std::mem::take(&mut state.filling);
        let pieces = Arc::new(batch.pieces);
        state.writing = Some(Arc::clone(&pieces));
        Some((pieces, batch.waiters, state.newest_us))
    }

    fn write_all(&mut self, pieces: &[Piece], end: u64, newest_us: u64) -> Result<(), Failure> {
        let mut has_new_segment = false;
        for piece in pieces {
            if piece.start == piece.base {
                // The segment before is whole on disk before the next one exists, so only the last can be torn.
                self.sync_all()?;
                self.create_segment(piece)?;
                has_new_segment = true;
            }
            self.write_piece(piece)?;
        }
        if self.shared.config.durability != Durability::Fsync {
            return Ok(());
        }
        self.sync_files()?;
        self.mark.write(end).map_err(failed("write", MARK_NAME))?;
        if has_new_segment || newest_us >= self.mark_synced_us.saturating_add(MARK_SYNC_US) {
            self.mark.sync().map_err(failed("sync", MARK_NAME))?;
            self.mark_synced_us = newest_us;
        }
        Ok(())
    }

    fn create_segment(&mut self, piece: &Piece) -> Result<(), Failure> {
        let name = file_name(piece.base);
        let file = self.retry_while_full("create", &name, |this| this.shared.files.create(&name))?;
        self.names_changed = true;
        self.active = Some((piece.base, Arc::clone(&file)));
        self.shared.segments().insert(piece.base, Segment { file, created_us: piece.created_us });
        Ok(())
    }

    fn write_piece(&mut self, piece: &Piece) -> Result<(), Failure> {
        let name = file_name(piece.base);
        let offset = piece.start - piece.base;
        self.retry_while_full("write", &name, |this| {
            let Some((_, file)) = this.active.as_ref().filter(|(base, _)| *base == piece.base) else {
                return Err(io::Error::from(io::ErrorKind::NotFound));
            };
            file.write_at(&piece.bytes, offset)
        })
    }

    /// Tries again for as long as the disk is full and the journal is not closing.
    fn retry_while_full<T>(
        &mut self,
        operation: &'static str,
        name: &str,
        mut attempt: impl FnMut(&mut Self) -> io::Result<T>,
    ) -> Result<T, Failure> {
        loop {
            let error = match attempt(self) {
                Ok(value) => {
                    self.shared.state().is_disk_full = false;
                    return Ok(value);
                }
                Err(error) => error,
            };
            let mut state = self.shared.state();
            let is_full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
            if !is_full || state.is_closing {
                return Err(failed(operation, name)(error));
            }
            state.is_disk_full = true;
            let delay = Duration::from_millis(self.shared.config.disk_full_retry_ms);
            drop(self.shared.wake.wait_timeout_while(state, delay, |state| !state.is_closing));
        }
    }

    /// Syncs the active segment, and the directory if names in it changed.
    fn sync_files(&mut self) -> Result<(), Failure> {
        if let Some((base, file)) = &self.active {
            file.sync().map_err(|error| failed("sync", &file_name(*base))(error))?;
        }
        if self.names_changed {
            self.shared.files.sync().map_err(failed("sync", "the directory"))?;
            self.names_changed = false;
        }
        Ok(())
    }

    /// Makes everything written durable whatever the durability setting, and moves the mark there.
    fn sync_all(&mut self) -> Result<(), Failure> {
        let Some((base, file)) = &self.active else { return Ok(()) };
        let size = file.size().map_err(failed("measure", &file_name(*base)))?;
        let end = base + size;
        self.sync_files()?;
        self.mark.write_both(end).map_err(failed("write", MARK_NAME))
    }

    fn acknowledge(&mut self, end: u64, waiters: Vec<W>) {
        // Before the callback, so that whoever it wakes finds `durable()` already there.
        self.shared.durable.store(end, Ordering::Release);
        (self.committed)(Ok(Position(end)), waiters);
        self.shared.settled.notify_all();
    }

    /// Lets the readers go to the file, and keeps the largest buffer for the next batch.
    fn recycle(&self, pieces: Arc<Vec<Piece>>) {
        let mut state = self.shared.state();
        state.writing = None;
        if let Some(pieces) = Arc::into_inner(pieces)
            && let Some(piece) = pieces.into_iter().next_back()
        {
            state.spare = piece.bytes;
            state.spare.clear();
        }
        drop(state);
        self.shared.settled.notify_all();
    }

    /// Removes the oldest segments that are over the limits: never the active one, and one that is needed only at the last.
    fn retain(&mut self, now_us: u64) -> Result<(), Failure> {
        let config = &self.shared.config;
        let age_max_us = config.retain_hours.saturating_mul(3_600_000_000);
        let Some((active, _)) = &self.active else { return Ok(()) };
        let mut is_removed = false;
        loop {
            let mut segments = self.shared.segments();
            let mut oldest = segments.iter();
            let (Some((&base, _)), Some((&end, second))) = (oldest.next(), oldest.next()) else { break };
            let is_needed = end > self.shared.floor.load(Ordering::Acquire);
            // All records of a segment are older than the segment after it.
            let is_old = second.created_us.saturating_add(age_max_us) < now_us;
            let kept = active.saturating_sub(base);
            let is_over = kept > if is_needed { config.retain_bytes.saturating_mul(2) } else { config.retain_bytes };
            if !is_over && (is_needed || !is_old) {
                break;
            }
            segments.remove(&base);
            drop(segments);
            let name = file_name(base);
            match self.shared.files.remove(&name) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("remove", &name)(error)),
                _ => is_removed = true,
            }
        }
        if is_removed {
            // Oldest first, so whatever of this a power cut undoes, no gap is left.
            self.shared.files.sync().map_err(failed("sync", "the directory"))?;
        }
        Ok(())
    }
}

/// Marks the journal as failed if the thread ends in any way but an orderly one.
struct Gone<W>(Arc<Shared<W>>);

impl<W> Drop for Gone<W> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let source = Arc::new(io::Error::other("the committed callback panicked"));
            drop(self.0.fail(Failure { operation: "acknowledge", name: "a batch".to_string(), source }));
        } else {
            self.0.state().is_gone = true;
        }
        self.0.settled.notify_all();
    }
}

impl<W> Shared<W> {
    /// Stops the journal for good. Returns everybody who still waits.
    fn fail(&self, failure: Failure) -> Vec<W> {
        let mut state = self.state();
        state.health = Health::Failed(failure);
        let mut waiters = std::mem::take(&mut state.failed_waiters);
        waiters.append(&mut state.filling.waiters);
        waiters
    }
}

fn failed<'a>(operation: &'static str, name: &'a str) -> impl FnOnce(io::Error) -> Failure + use<'a> {
    move |source| Failure { operation, name: name.to_string(), source: Arc::new(source) }
}
