//! Reading a journal: one record, a session's history backwards, or everything forwards.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Journal;
use super::error::ReadError;
use super::record;
use super::record::Link;
use super::record::Position;
use super::record::RECORD_HEADER_BYTES;
use super::record::Record;
use super::recovery::Segment;
use super::scan::Scan;
use super::scan::Step;
use super::segment::SEGMENT_HEADER_BYTES;
use super::segment::SegmentHeader;
use super::segment::file_name;

// Chosen, not measured: most records fit, so most reads are one call.
const FIRST_READ_BYTES: usize = 1024;

impl<W: Send + 'static> Journal<W> {
    /// Reads one record, also one that is not durable yet.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] rather than wrong data; `position` must be one that `append` returned or a record names.
    pub fn read(&self, position: Position) -> Result<Record, ReadError> {
        let limit = self.shared.config.payload_bytes_max;
        let damaged = |reason| ReadError::Damaged { position, reason };
        if let Some(result) = self.read_in_memory(position, limit) {
            return result.map_err(damaged);
        }
        let first;
        let found = {
            let segments = self.shared.segments();
            first = segments.first_key_value().map_or(0, |(base, _)| *base);
            segments.range(..=position.0).next_back().map(|(base, segment)| (*base, Arc::clone(&segment.file)))
        };
        let end = self.shared.state().next.position;
        let Some((base, file)) = found.filter(|_| position.0 < end) else {
            return Err(ReadError::Absent { position, first: Position(first), end: Position(end) });
        };
        let offset = position.0 - base;
        let io = |source| ReadError::Io { name: file_name(base), source: Arc::new(source) };
        let mut bytes = vec![0; FIRST_READ_BYTES];
        let read = file.read_at(&mut bytes, offset).map_err(io)?;
        bytes.truncate(read);
        if let Some(length) = record::claimed_length(&bytes).filter(|length| *length <= limit) {
            let size = RECORD_HEADER_BYTES + length as usize;
            if size > bytes.len() {
                bytes.resize(size, 0);
                let read = file.read_at(&mut bytes, offset).map_err(io)?;
                bytes.truncate(read);
            }
        }
        record::decode(&bytes, self.shared.identity, position.0, limit).map_err(damaged)
    }

    /// Reads a session's records backwards from its last one, newest first, at most `limit`.
    ///
    /// Also sees records that are not durable yet. Ends quietly where retention has removed the rest.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] if any record on the way is not as written, or belongs to another session.
    pub fn read_back(&self, head: Position, limit: usize) -> Result<Vec<Record>, ReadError> {
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
            if !record.previous.is_none() && record.previous >= at {
                return Err(ReadError::Damaged { position: at, reason: "the record names a later one as its previous" });
            }
            at = record.previous;
            records.push(record);
        }
        Ok(records)
    }

    /// Visits all written records from `from` on, oldest first, checking each and the chain between them.
    ///
    /// `from` is [`Position::NONE`] for all that is kept, or a record's position or end; one that retention has passed begins
    /// at the oldest kept. Returns where the visit ended: the position after the last visited record.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] at the first record that is not as written. All before it have been visited.
    pub fn scan(&self, from: Position, mut visit: impl FnMut(Record) -> ControlFlow<()>) -> Result<Position, ReadError> {
        let end = self.shared.written.load(Ordering::Acquire);
        let limit = self.shared.config.payload_bytes_max;
        let identity = self.shared.identity;
        let segments: Vec<(u64, Segment)> = self.shared.segments().iter().map(|(base, segment)| (*base, segment.clone())).collect();
        let mut next: Option<Link> = None;
        let ends = segments.iter().skip(1).map(|(base, _)| *base).chain([end]);
        for ((base, segment), segment_end) in segments.iter().zip(ends) {
            if segment_end <= from.0.max(*base) {
                continue;
            }
            let io = |source| ReadError::Io { name: file_name(*base), source: Arc::new(source) };
            let mut bytes = [0; SEGMENT_HEADER_BYTES];
            let read = segment.file.read_at(&mut bytes, 0).map_err(io)?;
            let damaged = |position, reason| ReadError::Damaged { position: Position(position), reason };
            let header =
                SegmentHeader::decode(&bytes[..read.min(SEGMENT_HEADER_BYTES)], identity).map_err(|reason| damaged(*base, reason))?;
            let begin = Link { position: base + SEGMENT_HEADER_BYTES as u64, number: header.first_number, chain: header.chain };
            if next.is_some_and(|next| (next.number, next.chain) != (begin.number, begin.chain)) {
                return Err(damaged(*base, "the segment does not follow in the chain"));
            }
            let is_inside = from.0 > begin.position;
            let begin = if is_inside { Link { position: from.0, ..begin } } else { begin };
            let mut scan = Scan::new(&*segment.file, *base, segment_end - base, identity, limit, begin, !is_inside);
            loop {
                let (position, bytes) = match scan.step().map_err(io)? {
                    Step::End => break,
                    Step::Bad(reason) => {
                        let position = scan.next.position;
                        return Err(damaged(position, reason));
                    }
                    Step::Record(position, _, bytes) => (position, bytes),
                };
                let record = record::decode(bytes, identity, position, limit).map_err(|reason| damaged(position, reason))?;
                if visit(record).is_break() {
                    return Ok(Position(scan.next.position));
                }
            }
            next = Some(scan.next);
        }
        Ok(Position(end))
    }

    /// The record, if it is in a batch that is not written yet.
    fn read_in_memory(&self, position: Position, limit: u32) -> Option<Result<Record, &'static str>> {
        let state = self.shared.state();
        let writing = state.writing.as_deref().into_iter().flatten();
        let piece = writing.chain(&state.filling.pieces).find(|piece| {
            let end = piece.start + piece.bytes.len() as u64;
            (piece.start..end).contains(&position.0)
        })?;
        let bytes = piece.bytes.get((position.0 - piece.start) as usize..)?;
        Some(record::decode(bytes, self.shared.identity, position.0, limit))
    }
}
