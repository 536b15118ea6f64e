//! Small async traits by need, the embedded backend, and the contract every backend must pass.
//!
//! | trait | holds | a write is durable |
//! |---|---|---|
//! | [`States`] | packed session states by session id | later; the journal brings back what is missing |
//! | [`Profiles`] | visitor profiles by visitor id | later |
//! | [`Units`] | what visits that are over leave to orders that come later | later; the journal brings back what is missing |
//! | [`Ledger`] | offer grants by key | before the call returns; written under compare-and-set |
//! | [`Blobs`] | small named values: campaign counters, posteriors, checkpoints | before the call returns |
//!
//! The history of all sessions is a [`Log`]: an event is acknowledged when it is durable there. [`journal`] is the embedded one,
//! [`MemoryLog`] the one for tests and simulation.
//!
//! The traits assume nothing about a local disk: every read may be a network call, so it is a future; every write is either
//! queued (and may be refused when the queue is full) or a future that ends when the write is durable. Futures are boxed, so
//! the engine holds `Arc<dyn States>` and is not generic over its store: a read happens once in a session's life.
//!
//! Values are opaque here. Callers begin them with a format version of their own.

#[cfg(test)]
mod contract;
pub mod embedded;
mod error;
pub mod journal;
mod log;
mod memory;
mod memory_log;

use std::sync::Arc;

use futures_util::future::BoxFuture;

pub use self::error::StoreError;
pub use self::log::Log;
pub use self::memory::MemoryStore;
pub use self::memory_log::MemoryLog;
pub use self::memory_log::MemoryLogConfig;

/// Longest key of the ledger and longest name of a blob, in bytes.
pub const KEY_BYTES_MAX: usize = 256;

/// Largest value of any trait, in bytes. A packed session state has a budget of 4 KiB; the rest is for posteriors.
pub const VALUE_BYTES_MAX: usize = 4 << 20;

/// Most entries one scan returns.
pub const SCAN_MAX: usize = 10_000;

/// The result of a store operation that may take its time.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Packed states of sessions that are not live.
pub trait States: Send + Sync {
    /// Keeps a session's state in the place of the one before. Queued: a later `get` sees it, a crash may lose it.
    ///
    /// `touched_us` is when the session was last active, in microseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`StoreError::Full`] if too much waits to be written: keep the state and try again.
    fn put_state(&self, session: [u8; 16], touched_us: u64, state: Vec<u8>) -> Result<(), StoreError>;
    /// The state last put.
    fn state(&self, session: [u8; 16]) -> Answer<'_, Option<Vec<u8>>>;
    /// Forgets a session. Queued like a put.
    ///
    /// # Errors
    /// As [`States::put_state`].
    fn remove_state(&self, session: [u8; 16]) -> Result<(), StoreError>;
    /// Sessions last touched before a time, and when; at most `limit`, oldest hour first and within it in no set order.
    fn untouched_since(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>>;
    /// Ends when everything put before the call is durable.
    fn flush_states(&self) -> Answer<'_, ()>;
}

/// What visits that are over leave behind: units of experiments, and which unit an order or a code belongs to.
pub trait Units: Send + Sync {
    /// Keeps a value in the place of the one before. Queued like a state.
    ///
    /// `touched_us` is when it was of use last, in microseconds since the Unix epoch.
    ///
    /// # Errors
    /// [`StoreError::Full`] as for states.
    fn put_unit(&self, key: [u8; 16], touched_us: u64, value: Vec<u8>) -> Result<(), StoreError>;
    /// The value last put.
    fn unit(&self, key: [u8; 16]) -> Answer<'_, Option<Vec<u8>>>;
    /// Forgets a value. Queued like a put.
    ///
    /// # Errors
    /// As [`Units::put_unit`].
    fn remove_unit(&self, key: [u8; 16]) -> Result<(), StoreError>;
    /// Keys last touched before a time, and when; at most `limit`, oldest hour first and within it in no set order.
    fn old_units(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>>;
}

/// What is remembered of visitors who agreed to be remembered.
pub trait Profiles: Send + Sync {
    /// Keeps a profile in the place of the one before. Queued: a later `profile` sees it, a crash may lose it.
    ///
    /// # Errors
    /// [`StoreError::Full`] as for states.
    fn put_profile(&self, visitor: [u8; 16], profile: Vec<u8>) -> Result<(), StoreError>;
    /// The profile last put.
    fn profile(&self, visitor: [u8; 16]) -> Answer<'_, Option<Vec<u8>>>;
    /// Erases a profile; ends when the erasure is durable.
    fn erase_profile(&self, visitor: [u8; 16]) -> Answer<'_, ()>;
}

/// How a [`Ledger::replace`] went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// The value is stored and durable.
    Yes,
    /// The entry is not what was expected but this, which is durable. Nothing has been changed.
    No(Option<Vec<u8>>),
}

/// Entries that money depends on. Whatever is returned, is durable.
pub trait Ledger: Send + Sync {
    /// Puts `value` at `key` if the entry is `expected` (`None`: absent), and ends when it is durable.
    ///
    /// Of many at once with the same expectation exactly one gets [`Replaced::Yes`]. After an error the entry may be
    /// either: ask again with the same arguments, or read.
    fn replace(&self, key: Vec<u8>, expected: Option<Vec<u8>>, value: Vec<u8>) -> Answer<'_, Replaced>;
    /// Keeps a value in the place of whatever is there. It is on its way when the call returns: whatever is written later is durable no
    /// earlier. The future ends when it is durable. Not for keys of [`Ledger::replace`].
    fn put_entry(&self, key: Vec<u8>, value: Vec<u8>) -> Answer<'_, ()>;
    /// The entry at a key.
    fn entry(&self, key: Vec<u8>) -> Answer<'_, Option<Vec<u8>>>;
    /// Entries with keys after `after`, in the order of keys, at most `limit`. The empty key is before all.
    fn entries(&self, after: Vec<u8>, limit: usize) -> Answer<'_, Vec<(Vec<u8>, Vec<u8>)>>;
    /// Removes an entry; ends when that is durable.
    fn remove_entry(&self, key: Vec<u8>) -> Answer<'_, ()>;
}

/// Small named values.
pub trait Blobs: Send + Sync {
    /// Keeps a value in the place of the one before. It is on its way when the call returns; the future ends when it is durable.
    fn put_blob(&self, name: &str, value: Vec<u8>) -> Answer<'_, ()>;
    /// The value last put.
    fn blob(&self, name: &str) -> Answer<'_, Option<Vec<u8>>>;
}

/// One backend under each of its traits.
#[derive(Clone)]
pub struct Stores {
    /// Session states.
    pub states: Arc<dyn States>,
    /// Visitor profiles.
    pub profiles: Arc<dyn Profiles>,
    /// Units of experiments.
    pub units: Arc<dyn Units>,
    /// Offer grants.
    pub ledger: Arc<dyn Ledger>,
    /// Named values.
    pub blobs: Arc<dyn Blobs>,
}

impl Stores {
    /// All on one backend.
    pub fn of<B: States + Profiles + Units + Ledger + Blobs + 'static>(backend: Arc<B>) -> Stores {
        Stores {
            states: Arc::<B>::clone(&backend),
            profiles: Arc::<B>::clone(&backend),
            units: Arc::<B>::clone(&backend),
            ledger: Arc::<B>::clone(&backend),
            blobs: backend,
        }
    }
}

/// Refuses what is over the limits.
fn check_size(key: &[u8], value: &[u8]) -> Result<(), StoreError> {
    for (bytes, bytes_max) in [(key.len(), KEY_BYTES_MAX), (value.len(), VALUE_BYTES_MAX)] {
        if bytes > bytes_max {
            return Err(StoreError::TooLarge { bytes, bytes_max });
        }
    }
    Ok(())
}
