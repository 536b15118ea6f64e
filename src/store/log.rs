//! The history of all sessions as one append-only log, whatever keeps it.

use std::ops::ControlFlow;

use super::journal::Append;
use super::journal::AppendError;
use super::journal::Failure;
use super::journal::Health;
use super::journal::Journal;
use super::journal::Position;
use super::journal::ReadError;
use super::journal::Record;

/// An append-only history of all sessions. `W` is handed back when what was appended with it is durable.
///
/// The embedded one is [`Journal`]; on another engine a replicated log takes its place. Rebuilding after a crash is one
/// [`Log::scan`] from the position of the last checkpoint: each record names its session, so the last one seen of a session is
/// its head. Compare the checkpoint with [`Log::first`] before: a scan from a place that retention has passed begins later.
pub trait Log<W>: Send + Sync {
    /// Appends a record; never blocks on the disk.
    ///
    /// # Errors
    /// [`AppendError`]; on `Full` the caller stops reading and tries again.
    fn append(&self, record: Append<'_>, waiter: Option<W>) -> Result<Position, AppendError>;
    /// One record, also one that is not durable yet.
    ///
    /// # Errors
    /// [`ReadError`] if it is absent or damaged.
    fn read(&self, position: Position) -> Result<Record, ReadError>;
    /// Records of one session from `head` back, newest first, at most `limit`. Ends quietly where retention has removed the rest.
    ///
    /// # Errors
    /// [`ReadError`] if one is absent or damaged.
    fn read_back(&self, head: Position, limit: usize) -> Result<Vec<Record>, ReadError>;
    /// Visits all records from `from` on, oldest first: those that were durable when the call began, and perhaps some after.
    ///
    /// `from` is [`Position::NONE`] for all that is kept, or a record's position or end. One that retention has passed begins at
    /// the oldest kept. Returns the position after the last visited record, from which another scan goes on.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] at the first record that is not as written. All before it have been visited.
    fn scan(&self, from: Position, visit: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Position, ReadError>;
    /// Nothing below is kept any more.
    fn first(&self) -> Position;
    /// Where the next record goes, or a little before it.
    fn end(&self) -> Position;
    /// Everything below is durable.
    fn durable(&self) -> Position;
    /// Life of the data; another epoch means that history was lost.
    fn epoch(&self) -> u64;
    /// Whether acknowledgements can be expected, and whether what is needed is kept.
    fn health(&self) -> Health;
    /// Says that everything from `floor` on is still needed: retention leaves it, however old, until twice the limit of size is
    /// exceeded, which [`Health::Overrun`] then reports. A later call replaces the floor; until the first one nothing is needed.
    fn keep_from(&self, floor: Position);
    /// Waits until everything appended before the call is durable. Blocks; for a full disk, until there is space.
    ///
    /// # Errors
    /// The failure that ended the log.
    fn flush(&self) -> Result<(), Failure>;
    /// Writes what waits and ends. What is kept can still be read.
    ///
    /// # Errors
    /// [`Failure`] if something could not be written.
    fn close(&self) -> Result<(), Failure>;
}

impl<W: Send + 'static> Log<W> for Journal<W> {
    fn append(&self, record: Append<'_>, waiter: Option<W>) -> Result<Position, AppendError> {
        Journal::append(self, record, waiter)
    }

    fn read(&self, position: Position) -> Result<Record, ReadError> {
        Journal::read(self, position)
    }

    fn read_back(&self, head: Position, limit: usize) -> Result<Vec<Record>, ReadError> {
        Journal::read_back(self, head, limit)
    }

    fn scan(&self, from: Position, visit: &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Position, ReadError> {
        Journal::scan(self, from, visit)
    }

    fn first(&self) -> Position {
        Journal::first(self)
    }

    fn end(&self) -> Position {
        Journal::end(self)
    }

    fn durable(&self) -> Position {
        Journal::durable(self)
    }

    fn epoch(&self) -> u64 {
        Journal::epoch(self)
    }

    fn health(&self) -> Health {
        Journal::health(self)
    }

    fn keep_from(&self, floor: Position) {
        Journal::keep_from(self, floor);
    }

    fn flush(&self) -> Result<(), Failure> {
        Journal::flush(self)
    }

    fn close(&self) -> Result<(), Failure> {
        Journal::close(self)
    }
}
