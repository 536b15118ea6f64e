//! What can go wrong with a journal, by operation.

use std::io;
use std::sync::Arc;

use super::record::Position;

/// Why a journal was not opened. Nothing has been changed on disk, except by [`OpenError::Io`] in the middle of a repair.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration cannot work; the text names the field.
    #[error("journal configuration: {0}")]
    Config(&'static str),
    /// Another process, or another journal of this one, has the directory.
    #[error("the journal is in use by another process")]
    InUse,
    /// The file system refused.
    #[error("failed to {operation} {name}: {source}")]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which file.
        name: String,
        /// What the file system said.
        source: io::Error,
    },
    /// The file with the journal's identity and high-water mark is missing or unreadable, though there are segments.
    #[error("the journal's mark file is {0}: without it nobody can tell whether acknowledged records are missing")]
    Mark(&'static str),
    /// A segment's header is damaged, and the segment is not an unfinished new one.
    #[error("segment {segment}: {reason}")]
    Header {
        /// File name.
        segment: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A record is damaged and it is not the torn end of the journal.
    #[error("segment {segment}, offset {offset} (position {position}): {reason}")]
    Damaged {
        /// File name.
        segment: String,
        /// Byte in that file.
        offset: u64,
        /// The same place as a position.
        position: Position,
        /// What is wrong.
        reason: &'static str,
        /// The first good record after it, if the segment has one.
        next_valid: Option<Position>,
    },
    /// The journal goes on at `expected`, but the next segment begins elsewhere or is missing.
    #[error("segment {segment} ends at {found}, but the next one begins at {expected}")]
    Gap {
        /// File name of the segment before the gap.
        segment: String,
        /// Where the next segment begins.
        expected: Position,
        /// Where this one ends.
        found: Position,
    },
    /// The journal is sound but ends before what has been acknowledged.
    #[error("records up to {acknowledged} were acknowledged, but the journal ends at {found}")]
    Lost {
        /// Everything below was durable.
        acknowledged: Position,
        /// Where the last good record ends.
        found: Position,
        /// How many bytes after it are no good record.
        bad_bytes: u64,
    },
}

/// Why a record was not taken. Its waiter, if any, is dropped: the caller has the error instead.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The current batch is full: stop reading input until some of it is durable. Trying again helps.
    #[error("{bytes} bytes wait for the disk already")]
    Full {
        /// Bytes in the current batch.
        bytes: usize,
    },
    /// The payload is over the limit. Trying again never helps.
    #[error("payload of {bytes} bytes is over the limit of {bytes_max}")]
    TooLarge {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: u32,
    },
    /// The disk has failed; the journal takes nothing more until it is opened again.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The journal has been closed.
    #[error("the journal is closed")]
    Closed,
}

/// The disk failed under the journal. Final: after a failed fsync nobody knows what a later one means.
#[derive(Clone, Debug, thiserror::Error)]
#[error("journal stopped: failed to {operation} {name}: {source}")]
pub struct Failure {
    /// What was tried.
    pub operation: &'static str,
    /// On which file.
    pub name: String,
    /// What the file system said.
    #[source]
    pub source: Arc<io::Error>,
}

/// Why a record could not be read.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Retention has removed it, or the position was never given out.
    #[error("no record at {position}: the journal holds {first} to {end}")]
    Absent {
        /// Asked for.
        position: Position,
        /// Where the oldest kept segment begins.
        first: Position,
        /// Where the journal ends.
        end: Position,
    },
    /// There is a record, but not the one written. Never returned as data.
    #[error("damaged record at {position}: {reason}")]
    Damaged {
        /// Asked for.
        position: Position,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file system refused.
    #[error("failed to read segment {name}: {source}")]
    Io {
        /// File name.
        name: String,
        /// What the file system said.
        #[source]
        source: Arc<io::Error>,
    },
}
