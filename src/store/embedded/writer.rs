//! The one thread that writes to the embedded database, and the queue in front of it.
//!
//! The queue is a map, so a session that changes often is written once per batch. It answers reads until the batch is in
//! the database, so a `get` sees every `put` before it. A failure is final: fjall takes no more writes after one either.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::thread::JoinHandle;
use std::time::Duration;

use fjall::PersistMode;
use tokio::sync::oneshot;

use super::Config;
use super::Engine;
use super::StoreError;
use super::books::Book;
use super::books::seal;
use super::failed;
use super::words;
use crate::store::journal::mark::Mark;

/// The mark is synced every so many batches: what a power cut can hide of a later loss.
const MARK_SYNC_BATCHES: u64 = 64;

/// Index entries checked under one lock: about a millisecond at most if none of their states is cached.
const STALE_CHUNK: usize = 64;

/// What a key is about; the first byte of the stored key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Room {
    Blob = b'b',
    Ledger = b'l',
    Profile = b'p',
    State = b's',
    Touched = b't',
    Unit = b'u',
    UnitTouched = b'v',
}

/// A key and which keyspace it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub room: Room,
    rest: Vec<u8>,
}

impl Key {
    pub fn new(room: Room, rest: &[u8]) -> Key {
        Key { room, rest: rest.to_vec() }
    }

    /// The index entry, in its room, of what was touched in an hour; big endian, so that hours sort.
    pub fn touched(room: Room, hour: u64, session: &[u8]) -> Key {
        let mut rest = hour.to_be_bytes().to_vec();
        rest.extend_from_slice(session);
        Key { room, rest }
    }

    pub fn parse_touched(bytes: &[u8]) -> Option<(u64, [u8; 16])> {
        let (hour, session) = bytes.get(1..)?.split_first_chunk::<8>()?;
        Some((u64::from_be_bytes(*hour), session.try_into().ok()?))
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.room as u8];
        bytes.extend_from_slice(&self.rest);
        bytes
    }

    /// A stored key in words, for errors.
    pub fn name(bytes: &[u8]) -> String {
        let (room, rest) = bytes.split_first().map_or((0, bytes), |(room, rest)| (*room, rest));
        let room = match room {
            b'b' => return format!("blob {:?}", String::from_utf8_lossy(rest)),
            b'l' => "offer",
            b'p' => "profile",
            b's' => "session",
            b't' | b'v' => "index entry",
            b'u' => "unit",
            _ => "unknown key",
        };
        format!("{room} {}", data_encoding::HEXLOWER.encode(rest))
    }

    /// The end of a room: after all its keys, before all of the next.
    pub fn after(room: Room) -> Vec<u8> {
        vec![room as u8 + 1]
    }
}

/// `None` removes.
type Changes = BTreeMap<Key, Option<Vec<u8>>>;

/// A change on its way: the new value, or `None` for a removal.
pub(super) struct Waiting(pub Option<Vec<u8>>);

/// Tells a waiter how its batch went.
pub(super) type Done = oneshot::Receiver<Result<(), StoreError>>;

type Waiter = oneshot::Sender<Result<(), StoreError>>;

/// Ends when the batch is durable.
pub(super) async fn done(done: Done) -> Result<(), StoreError> {
    done.await.unwrap_or(Err(StoreError::Closed))
}

/// The books of both keyspaces, as of the last batch.
#[derive(Clone, Copy)]
pub(super) struct Books {
    pub lagging: Book,
    pub durable: Book,
}

impl Books {
    fn of(&mut self, room: Room) -> &mut Book {
        match room {
            Room::State | Room::Touched | Room::Profile | Room::Unit | Room::UnitTouched => &mut self.lagging,
            Room::Ledger | Room::Blob => &mut self.durable,
        }
    }
}

/// The queue, the thread and the database.
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    engine: Engine,
    queue: Mutex<Queue>,
    wake: Condvar,
    settled: Condvar,
    bytes_max: usize,
    delay: Duration,
}

#[derive(Default)]
struct Queue {
    filling: Changes,
    bytes: usize,
    writing: Arc<Changes>,
    waiters: Vec<Waiter>,
    /// Batches taken and batches in the database.
    taken: u64,
    written: u64,
    is_settling: bool,
    is_closing: bool,
    failure: Option<StoreError>,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    pub fn start(engine: Engine, config: &Config, mark: Mark, books: Books, lock: Box<dyn Send + Sync>) -> Result<Writer, StoreError> {
        let shared = Arc::new(Shared {
            engine,
            queue: Mutex::default(),
            wake: Condvar::new(),
            settled: Condvar::new(),
            bytes_max: config.queue_bytes_max,
            delay: Duration::from_millis(config.write_delay_ms),
        });
        let thread = {
            let mut work = Work { shared: Arc::clone(&shared), mark, books, is_synced: true, _lock: lock };
            std::thread::Builder::new().name("store".to_string()).spawn(move || work.run()).map_err(failed)?
        };
        Ok(Writer { shared, thread: Mutex::new(Some(thread)) })
    }

    pub fn engine(&self) -> &Engine {
        &self.shared.engine
    }

    /// Queues changes that may lag.
    pub fn put(&self, changes: Vec<(Key, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        let mut queue = self.shared.queue();
        if queue.bytes > self.shared.bytes_max {
            return Err(StoreError::Full { bytes: queue.bytes });
        }
        queue.add(changes)?;
        self.shared.wake.notify_one();
        Ok(())
    }

    /// Queues changes and says when they, and all queued before, are durable.
    pub fn put_durably(&self, changes: Vec<(Key, Option<Vec<u8>>)>) -> Result<Done, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let mut queue = self.shared.queue();
        // Twice the bound: what money depends on still gets in when states have filled the queue.
        if queue.bytes > self.shared.bytes_max.saturating_mul(2) {
            return Err(StoreError::Full { bytes: queue.bytes });
        }
        queue.add(changes)?;
        queue.waiters.push(sender);
        self.shared.wake.notify_one();
        Ok(receiver)
    }

    /// Drops index entries for which `is_stale` still holds, asked under the lock so that none can come back meanwhile.
    pub fn drop_stale(
        &self,
        room: Room,
        entries: &[(u64, [u8; 16])],
        is_stale: impl Fn(u64, &[u8; 16]) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        for chunk in entries.chunks(STALE_CHUNK) {
            let mut queue = self.shared.queue();
            let mut stale = Vec::new();
            for (hour, session) in chunk {
                let key = Key::touched(room, *hour, session);
                let is_waiting = queue.filling.contains_key(&key) || queue.writing.contains_key(&key);
                if !is_waiting && is_stale(*hour, session)? {
                    stale.push((key, None));
                }
            }
            queue.add(stale)?;
        }
        Ok(())
    }

    /// A change that is not in the database yet.
    pub fn waiting(&self, key: &Key) -> Option<Waiting> {
        let queue = self.shared.queue();
        queue.filling.get(key).or_else(|| queue.writing.get(key)).cloned().map(Waiting)
    }

    /// The value at a key, from the queue or the database. Blocks.
    pub fn read(&self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        match self.waiting(key) {
            Some(Waiting(value)) => Ok(value),
            None => self.shared.engine.get(key),
        }
    }

    /// Waits until all that is queued is in the database, durable or not. Blocks.
    pub fn settle(&self) -> Result<(), StoreError> {
        let mut queue = self.shared.queue();
        let target = queue.taken + u64::from(!queue.filling.is_empty());
        queue.is_settling = !queue.filling.is_empty();
        self.shared.wake.notify_one();
        let is_pending = |queue: &mut Queue| queue.written < target && queue.failure.is_none() && !queue.is_closing;
        let queue = self.shared.settled.wait_while(queue, is_pending).unwrap_or_else(PoisonError::into_inner);
        queue.failure.clone().map_or(Ok(()), Err)
    }

    pub fn failure(&self) -> Option<StoreError> {
        self.shared.queue().failure.clone()
    }

    pub fn close(&self) -> Result<(), StoreError> {
        self.shared.queue().is_closing = true;
        self.shared.wake.notify_all();
        self.shared.settled.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            return Err(failed("the store's thread panicked"));
        }
        self.failure().map_or(Ok(()), Err)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Whoever wants to know of a failure here calls `close` first.
        drop(self.close());
    }
}

impl Queue {
    fn add(&mut self, changes: Vec<(Key, Option<Vec<u8>>)>) -> Result<(), StoreError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        if self.is_closing {
            return Err(StoreError::Closed);
        }
        for (key, value) in changes {
            let key_bytes = key.rest.len();
            self.bytes += key_bytes + value.as_ref().map_or(0, Vec::len);
            if let Some(replaced) = self.filling.insert(key, value) {
                self.bytes -= key_bytes + replaced.map_or(0, |value| value.len());
            }
        }
        Ok(())
    }
}

/// What the thread owns.
struct Work {
    shared: Arc<Shared>,
    mark: Mark,
    books: Books,
    /// Nothing has been written since the last sync.
    is_synced: bool,
    // Held for as long as the thread may write.
    _lock: Box<dyn Send + Sync>,
}

impl Work {
    fn run(&mut self) {
        let mut result = Ok(());
        while let Some((changes, waiters)) = self.next_batch() {
            let is_durable = !waiters.is_empty();
            let writing = catch_unwind(AssertUnwindSafe(|| self.write(&changes, is_durable)));
            result = writing.unwrap_or_else(|panic| Err(failed(words(&*panic))));
            let mut queue = self.shared.queue();
            match &result {
                Ok(()) => {
                    queue.writing = Arc::default();
                    queue.written = queue.taken;
                }
                Err(failure) => queue.failure = Some(failure.clone()),
            }
            let mut waiters = waiters;
            if result.is_err() {
                waiters.append(&mut queue.waiters);
            }
            drop(queue);
            self.shared.settled.notify_all();
            for waiter in waiters {
                // Nobody may be listening any more; the write stands all the same.
                drop(waiter.send(result.clone()));
            }
            if result.is_err() {
                return;
            }
        }
        if result.is_ok() {
            result = self.finish();
        }
        self.shared.queue().failure = result.err();
    }

    /// Waits for something to write; `None` when the store closes and nothing is left.
    fn next_batch(&self) -> Option<(Arc<Changes>, Vec<Waiter>)> {
        let is_idle = |queue: &mut Queue| queue.filling.is_empty() && queue.waiters.is_empty() && !queue.is_closing;
        let queue = self.shared.wake.wait_while(self.shared.queue(), is_idle).unwrap_or_else(PoisonError::into_inner);
        let half = self.shared.bytes_max / 2;
        let may_lag = |queue: &mut Queue| queue.waiters.is_empty() && !queue.is_closing && !queue.is_settling && queue.bytes < half;
        let waited = self.shared.wake.wait_timeout_while(queue, self.shared.delay, may_lag);
        let mut queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        if queue.filling.is_empty() && queue.waiters.is_empty() {
            return None;
        }
        queue.is_settling = false;
        queue.bytes = 0;
        queue.taken += 1;
        let changes = Arc::new(std::mem::take(&mut queue.filling));
        queue.writing = Arc::clone(&changes);
        Some((changes, std::mem::take(&mut queue.waiters)))
    }

    fn write(&mut self, changes: &Changes, is_durable: bool) -> Result<(), StoreError> {
        let engine = &self.shared.engine;
        let mode = if is_durable { PersistMode::SyncData } else { PersistMode::Buffer };
        let mut batch = engine.database.batch().durability(Some(mode));
        let mut books = self.books;
        for (key, value) in changes {
            let keyspace = engine.keyspace(key.room);
            let (book, bytes) = (books.of(key.room), key.bytes());
            if let Some(replaced) = keyspace.get(&bytes).map_err(failed)? {
                book.remove(&replaced);
            }
            match value {
                Some(value) => {
                    let sealed = seal(&bytes, value);
                    book.add(&sealed);
                    batch.insert(keyspace, bytes, sealed);
                }
                None => batch.remove(keyspace, bytes),
            }
        }
        if is_durable {
            books.lagging.count += 1;
            books.durable.count = books.lagging.count;
        }
        // In the batch, so that losing the batch is losing the count.
        for (keyspace, book, before) in
            [(&engine.lagging, books.lagging, self.books.lagging), (&engine.durable, books.durable, self.books.durable)]
        {
            if book != before {
                let (key, sealed) = book.entry();
                batch.insert(keyspace, key, sealed);
            }
        }
        batch.commit().map_err(failed)?;
        self.books = books;
        self.is_synced = is_durable;
        if is_durable {
            let count = books.durable.count;
            self.mark.write(count).map_err(failed)?;
            if count.is_multiple_of(MARK_SYNC_BATCHES) {
                self.mark.sync().map_err(failed)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        if !self.is_synced {
            // Counted, so that what an orderly close has written is missed if it is gone.
            self.write(&Changes::new(), true)?;
        }
        self.shared.engine.database.persist(PersistMode::SyncAll).map_err(failed)?;
        self.mark.write_both(self.books.durable.count).map_err(failed)
    }
}
