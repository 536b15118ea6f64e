//! The store in one local directory, on the fjall engine.
//!
//! Two keyspaces: `lagging` holds session states, profiles, units of experiments and the indexes of states and units by hour, `durable` holds the ledger, the
//! blobs and the write count. A key begins with a byte that says which of them it is. All writes go through one thread
//! (`writer.rs`), which joins what waits into one batch, and syncs if anybody waits for it.
//!
//! fjall cuts its journal at the first damaged batch and opens as if nothing were missing, opens a list of tables without looking at
//! its checksum, and panics over some damage. So the store proves what it gives back by itself: every value carries a checksum and
//! every keyspace a book of its entries (`books.rs`); synced batches are counted in both books and in a mark file beside the database,
//! written after each sync; and the lists of tables are checked before the database sees them (`manifest.rs`). A store with less, more
//! or other contents than it acknowledged is not opened, and the error says what is wrong with how much of it. What was put but not
//! flushed when the process died may be missing, as the traits say.

mod books;
mod manifest;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use fjall::Database;
use fjall::Keyspace;
use fjall::KeyspaceCreateOptions;
use serde::Deserialize;
use serde::Serialize;
use tokio::task::spawn_blocking;

use self::books::Book;
use self::books::unseal;
use self::writer::Books;
use self::writer::Key;
use self::writer::Room;
use self::writer::Waiting;
use self::writer::Writer;
use super::Answer;
use super::Blobs;
use super::Ledger;
use super::Profiles;
use super::Replaced;
use super::SCAN_MAX;
use super::States;
use super::StoreError;
use super::Units;
use super::check_size;
use super::journal::Directory;
use super::journal::Files;
use super::journal::Identity;
use super::journal::mark;
use super::journal::mark::MARK_NAME;
use super::journal::mark::Mark;
use super::journal::mark::MarkContents;

const DATABASE_NAME: &str = "database";
/// What the two keyspaces hold, in the words of errors.
const LAGGING: &str = "session states and profiles";
const DURABLE: &str = "offers and named values";
const TOUCHED_BYTES: usize = 8;
// Coarse, so that a session that stays active writes few index entries.
const HOUR_US: u64 = 3_600_000_000;

/// How the embedded store behaves. [`Default`] is the production setting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long writes that nobody waits for are gathered, in milliseconds. Default 50; 0 writes them at once.
    pub write_delay_ms: u64,
    /// Bytes of keys and values that may wait to be written. Past it [`StoreError::Full`]. Default 64 MiB.
    pub queue_bytes_max: usize,
    /// Memory for blocks read from disk, in bytes. Default 64 MiB.
    pub cache_bytes: u64,
    /// Bytes of each of the two parts that are kept in memory until they are written as a sorted table. Default 64 MiB.
    pub memtable_bytes: u64,
    /// Session states and profiles are all read and checked when opening while they take no more than this on disk; beyond it each is
    /// checked when it is read, and one that is missing is not noticed. Offers and blobs are always checked. Default 4 GiB.
    pub verify_bytes: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config { write_delay_ms: 50, queue_bytes_max: 64 << 20, cache_bytes: 64 << 20, memtable_bytes: 64 << 20, verify_bytes: 4 << 30 }
    }
}

/// The embedded backend of all store traits. Its futures need a tokio runtime.
pub struct EmbeddedStore {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Writer,
    /// One compare-and-set at a time, and none while an entry is removed.
    ledger: Mutex<()>,
    epoch: u64,
}

/// The database with its two keyspaces.
#[derive(Clone)]
struct Engine {
    database: Database,
    lagging: Keyspace,
    durable: Keyspace,
}

impl Engine {
    fn keyspace(&self, room: Room) -> &Keyspace {
        match room {
            Room::State | Room::Touched | Room::Profile | Room::Unit | Room::UnitTouched => &self.lagging,
            Room::Ledger | Room::Blob => &self.durable,
        }
    }

    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        let bytes = key.bytes();
        let sealed = self.keyspace(key.room).get(&bytes).map_err(failed)?;
        sealed.map(|sealed| opened(&bytes, &sealed)).transpose()
    }
}

impl EmbeddedStore {
    /// Opens the store in a directory, making both if they are missing. Blocks.
    ///
    /// # Errors
    /// [`StoreError::InUse`]; [`StoreError::Lost`] if durable writes are missing; [`StoreError::Failed`] otherwise.
    pub fn open(directory: &Path, config: &Config) -> Result<EmbeddedStore, StoreError> {
        let files = Directory::create(directory).map_err(failed)?;
        let lock = files.lock().map_err(|error| match error.kind() {
            std::io::ErrorKind::WouldBlock => StoreError::InUse,
            _ => failed(error),
        })?;
        let names = files.list().map_err(failed)?;
        let has = |name: &str| names.iter().any(|known| known == name);
        if has(mark::MARK_NEW_NAME) {
            files.remove(mark::MARK_NEW_NAME).map_err(failed)?;
        }
        let contents = match (has(MARK_NAME), has(DATABASE_NAME)) {
            (true, _) => mark::read(&files).map_err(failed)?.ok_or(StoreError::Damaged("the mark file is unreadable".to_string()))?,
            (false, false) => {
                let random = getrandom::u64().map_err(failed)?;
                let contents = MarkContents { identity: Identity { epoch: random, salt: 0 }, position: 0 };
                // Before the database, so that a database without a mark is never a new one.
                Mark::create(&files, contents).map_err(failed)?;
                contents
            }
            (false, true) => return Err(StoreError::Damaged("the mark file is missing".to_string())),
        };
        let acknowledged = contents.position;
        let path = directory.join(DATABASE_NAME);
        manifest::check(&path)?;
        // Over some damage the database panics. What it leaves behind then is dropped with it.
        let opening = catch_unwind(AssertUnwindSafe(|| open_engine(&path, config, acknowledged)));
        let (engine, books) =
            opening.unwrap_or_else(|panic| Err(StoreError::Damaged(format!("the database panicked: {}", words(&*panic)))))?;
        // What recovery has read is perhaps not on disk; after this the count is.
        engine.database.persist(fjall::PersistMode::SyncAll).map_err(failed)?;
        let mark = Mark::create(&files, MarkContents { position: books.durable.count, ..contents }).map_err(failed)?;
        let writer = Writer::start(engine, config, mark, books, lock)?;
        Ok(EmbeddedStore { inner: Arc::new(Inner { writer, ledger: Mutex::new(()), epoch: contents.identity.epoch }) })
    }

    /// The random number of this directory's life.
    pub fn epoch(&self) -> u64 {
        self.inner.epoch
    }

    /// The failure that stopped the writing, if one has.
    pub fn failure(&self) -> Option<StoreError> {
        self.inner.writer.failure()
    }

    /// Writes and syncs what waits, and gives the directory free. Blocks. Later writes fail with [`StoreError::Closed`].
    ///
    /// # Errors
    /// The failure that stopped the writing.
    pub fn close(&self) -> Result<(), StoreError> {
        self.inner.writer.close()
    }

    /// The value at a key, wherever it is on its way.
    fn get(&self, key: Key) -> Answer<'_, Option<Vec<u8>>> {
        if let Some(Waiting(waiting)) = self.inner.writer.waiting(&key) {
            return Box::pin(std::future::ready(Ok(waiting)));
        }
        self.blocking(move |inner| inner.writer.read(&key))
    }

    /// Runs what may wait for the disk where that is allowed.
    fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static) -> Answer<'_, T> {
        let inner = Arc::clone(&self.inner);
        Box::pin(async move { spawn_blocking(move || work(&inner)).await.map_err(failed)? })
    }

    /// Queues a change and ends when it is durable.
    fn durably(&self, key: Key, value: Option<Vec<u8>>) -> Answer<'_, ()> {
        let done = self.inner.writer.put_durably(vec![(key, value)]);
        Box::pin(async move { writer::done(done?).await })
    }
}

/// Opens the database and proves it whole.
fn open_engine(path: &Path, config: &Config, acknowledged: u64) -> Result<(Engine, Books), StoreError> {
    let database = Database::builder(path).cache_size(config.cache_bytes).worker_threads(1).open();
    let database = database.map_err(|error| StoreError::Failed(format!("{} cannot be opened: {error}", path.display())))?;
    let options = || KeyspaceCreateOptions::default().max_memtable_size(config.memtable_bytes);
    let lagging = database.keyspace("lagging", options).map_err(failed)?;
    let durable = database.keyspace("durable", options).map_err(failed)?;
    let is_small = lagging.disk_space() <= config.verify_bytes;
    let books = Books {
        lagging: Book::check(&lagging, LAGGING, acknowledged, is_small)?,
        durable: Book::check(&durable, DURABLE, acknowledged, true)?,
    };
    let (acknowledged, found) = (books.lagging.count.max(books.durable.count), books.lagging.count.min(books.durable.count));
    if found < acknowledged {
        let part = if books.lagging.count == found { LAGGING } else { DURABLE };
        return Err(StoreError::Lost { part, acknowledged, found });
    }
    Ok((Engine { database, lagging, durable }, books))
}

/// What a panic said.
fn words(panic: &(dyn std::any::Any + Send)) -> &str {
    panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied()).unwrap_or("it did not say why")
}

/// The value in its stored form, or an error that names its key.
fn opened(key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
    unseal(key, sealed).map(<[u8]>::to_vec).ok_or_else(|| StoreError::Damaged(format!("the value of {}", Key::name(key))))
}

impl EmbeddedStore {
    /// Puts a value with its time, and the index entry of its hour.
    fn put_touched(&self, (room, index): (Room, Room), key: [u8; 16], touched_us: u64, state: &[u8]) -> Result<(), StoreError> {
        check_size(&key, state)?;
        let mut value = touched_us.to_le_bytes().to_vec();
        value.extend_from_slice(state);
        // The index entries of earlier hours stay; whoever reads the index looks at the state and drops them.
        let touched = Key::touched(index, touched_us / HOUR_US, &key);
        self.inner.writer.put(vec![(Key::new(room, &key), Some(value)), (touched, Some(Vec::new()))])
    }

    /// The value without its time.
    fn without_time(&self, room: Room, key: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        let value = self.get(Key::new(room, &key));
        Box::pin(async move { value.await?.map(|value| Ok(split_state(&value)?.1.to_vec())).transpose() })
    }

    fn untouched(&self, (room, index): (Room, Room), before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>> {
        self.blocking(move |inner| {
            // After this the database has all that was put before the call.
            inner.writer.settle()?;
            let mut found = BTreeSet::new();
            let mut stale = Vec::new();
            let limit = limit.min(SCAN_MAX);
            let end = Key::touched(index, before_us.div_ceil(HOUR_US), &[]).bytes();
            let start = Key::touched(index, 0, &[]).bytes();
            for guard in inner.writer.engine().lagging.range(start..end) {
                // A bound on both, so that a long row of stale entries does not hold the caller.
                if found.len() >= limit || stale.len() >= SCAN_MAX {
                    break;
                }
                let index_key = guard.key().map_err(failed)?;
                let (hour, session) = Key::parse_touched(&index_key)
                    .ok_or_else(|| StoreError::Damaged(format!("the index entry {}", Key::name(&index_key))))?;
                let state = inner.writer.read(&Key::new(room, &session))?;
                match touched(state.as_deref())? {
                    Some(touched) if touched / HOUR_US == hour => {
                        if touched < before_us {
                            found.insert((touched, session));
                        }
                    }
                    _ => stale.push((hour, session)),
                }
            }
            inner.writer.drop_stale(index, &stale, |hour, session| {
                let state = inner.writer.engine().get(&Key::new(room, session))?;
                Ok(touched(state.as_deref())?.is_none_or(|touched| touched / HOUR_US != hour))
            })?;
            Ok(found.into_iter().map(|(touched, session)| (session, touched)).collect())
        })
    }
}

/// A room with times, and the index of them.
const STATES: (Room, Room) = (Room::State, Room::Touched);
const UNITS: (Room, Room) = (Room::Unit, Room::UnitTouched);

impl States for EmbeddedStore {
    fn put_state(&self, session: [u8; 16], touched_us: u64, state: Vec<u8>) -> Result<(), StoreError> {
        self.put_touched(STATES, session, touched_us, &state)
    }

    fn state(&self, session: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        self.without_time(Room::State, session)
    }

    fn remove_state(&self, session: [u8; 16]) -> Result<(), StoreError> {
        self.inner.writer.put(vec![(Key::new(Room::State, &session), None)])
    }

    fn untouched_since(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>> {
        self.untouched(STATES, before_us, limit)
    }

    fn flush_states(&self) -> Answer<'_, ()> {
        let done = self.inner.writer.put_durably(Vec::new());
        Box::pin(async move { writer::done(done?).await })
    }
}

impl Units for EmbeddedStore {
    fn put_unit(&self, key: [u8; 16], touched_us: u64, value: Vec<u8>) -> Result<(), StoreError> {
        self.put_touched(UNITS, key, touched_us, &value)
    }

    fn unit(&self, key: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        self.without_time(Room::Unit, key)
    }

    fn remove_unit(&self, key: [u8; 16]) -> Result<(), StoreError> {
        self.inner.writer.put(vec![(Key::new(Room::Unit, &key), None)])
    }

    fn old_units(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>> {
        self.untouched(UNITS, before_us, limit)
    }
}

fn split_state(value: &[u8]) -> Result<(u64, &[u8]), StoreError> {
    let (touched, state) =
        value.split_first_chunk::<TOUCHED_BYTES>().ok_or_else(|| StoreError::Damaged("a session state without a time".to_string()))?;
    Ok((u64::from_le_bytes(*touched), state))
}

fn touched(state: Option<&[u8]>) -> Result<Option<u64>, StoreError> {
    state.map(|state| split_state(state).map(|(touched, _)| touched)).transpose()
}

impl Profiles for EmbeddedStore {
    fn put_profile(&self, visitor: [u8; 16], profile: Vec<u8>) -> Result<(), StoreError> {
        check_size(&visitor, &profile)?;
        self.inner.writer.put(vec![(Key::new(Room::Profile, &visitor), Some(profile))])
    }

    fn profile(&self, visitor: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        self.get(Key::new(Room::Profile, &visitor))
    }

    fn erase_profile(&self, visitor: [u8; 16]) -> Answer<'_, ()> {
        self.durably(Key::new(Room::Profile, &visitor), None)
    }
}

impl Ledger for EmbeddedStore {
    fn replace(&self, key: Vec<u8>, expected: Option<Vec<u8>>, value: Vec<u8>) -> Answer<'_, Replaced> {
        if let Err(error) = check_size(&key, &value) {
            return Box::pin(std::future::ready(Err(error)));
        }
        let key = Key::new(Room::Ledger, &key);
        let queued = self.blocking(move |inner| {
            let guard = inner.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            let current = inner.writer.read(&key)?;
            // Also a refusal waits: it names the current value, which may itself not be durable yet.
            let (changes, replaced) =
                if current == expected { (vec![(key, Some(value))], Replaced::Yes) } else { (Vec::new(), Replaced::No(current)) };
            let done = inner.writer.put_durably(changes)?;
            drop(guard);
            Ok((done, replaced))
        });
        Box::pin(async move {
            let (done, replaced) = queued.await?;
            writer::done(done).await?;
            Ok(replaced)
        })
    }

    fn put_entry(&self, key: Vec<u8>, value: Vec<u8>) -> Answer<'_, ()> {
        match check_size(&key, &value) {
            Ok(()) => self.durably(Key::new(Room::Ledger, &key), Some(value)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn entry(&self, key: Vec<u8>) -> Answer<'_, Option<Vec<u8>>> {
        let key = Key::new(Room::Ledger, &key);
        if let Some(Waiting(waiting)) = self.inner.writer.waiting(&key) {
            let done = self.inner.writer.put_durably(Vec::new());
            return Box::pin(async move {
                writer::done(done?).await?;
                Ok(waiting)
            });
        }
        self.get(key)
    }

    fn entries(&self, after: Vec<u8>, limit: usize) -> Answer<'_, Vec<(Vec<u8>, Vec<u8>)>> {
        let done = self.inner.writer.put_durably(Vec::new());
        let scan = self.blocking(move |inner| {
            let mut start = Key::new(Room::Ledger, &after).bytes();
            if !after.is_empty() {
                // The next key there can be.
                start.push(0);
            }
            let end = Key::after(Room::Ledger);
            let found = inner.writer.engine().durable.range(start..end).take(limit.min(SCAN_MAX));
            let entries = found.map(|guard| {
                let (key, sealed) = guard.into_inner().map_err(failed)?;
                Ok((key.get(1..).unwrap_or_default().to_vec(), opened(&key, &sealed)?))
            });
            entries.collect()
        });
        Box::pin(async move {
            writer::done(done?).await?;
            scan.await
        })
    }

    fn remove_entry(&self, key: Vec<u8>) -> Answer<'_, ()> {
        let queued = self.blocking(move |inner| {
            let guard = inner.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            let done = inner.writer.put_durably(vec![(Key::new(Room::Ledger, &key), None)]);
            drop(guard);
            done
        });
        Box::pin(async move { writer::done(queued.await?).await })
    }
}

impl Blobs for EmbeddedStore {
    fn put_blob(&self, name: &str, value: Vec<u8>) -> Answer<'_, ()> {
        match check_size(name.as_bytes(), &value) {
            Ok(()) => self.durably(Key::new(Room::Blob, name.as_bytes()), Some(value)),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn blob(&self, name: &str) -> Answer<'_, Option<Vec<u8>>> {
        self.get(Key::new(Room::Blob, name.as_bytes()))
    }
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}
