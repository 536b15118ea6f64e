//! What can go wrong with a store.

/// Why a store operation did not happen, or why a store was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Too much waits to be written. Trying again later helps.
    #[error("{bytes} bytes wait to be stored already")]
    Full {
        /// Bytes in the queue.
        bytes: usize,
    },
    /// A key or a value is over its limit. Trying again never helps.
    #[error("{bytes} bytes are over the limit of {bytes_max}")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Another process has the directory.
    #[error("the store is in use by another process")]
    InUse,
    /// The store lost writes that it had acknowledged as durable.
    #[error("{acknowledged} durable writes were acknowledged, but {part} are as of {found}: {} are lost", acknowledged - found)]
    Lost {
        /// Which of the stored things.
        part: &'static str,
        /// Writes acknowledged.
        acknowledged: u64,
        /// Writes found.
        found: u64,
    },
    /// Entries are gone, or others have come back, though what is there is undamaged.
    #[error("{part}: {written} entries were written, and {found} are there, not all of them the ones written last")]
    Missing {
        /// Which of the stored things.
        part: &'static str,
        /// Entries there should be.
        written: u64,
        /// Entries there are.
        found: u64,
    },
    /// A stored value or file is not as written; the text says which.
    #[error("damaged store: {0}")]
    Damaged(String),
    /// The storage below failed; the text is for the operator. A durable write may or may not have happened.
    #[error("store failed: {0}")]
    Failed(String),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
}
