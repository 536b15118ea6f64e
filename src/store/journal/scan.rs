//! Reads a segment's records from front to back, in large reads, checking each and its place in the chain.

use std::io;

use super::files::File;
use super::record::Checked;
use super::record::Identity;
use super::record::Link;
use super::record::RECORD_HEADER_BYTES;
use super::record::check;
use super::record::claimed_length;
use super::record::u64_at;

// Chosen, not measured: far over the largest record, far under a segment.
const WINDOW_BYTES: usize = 1 << 20;

/// What stands at the scan's place.
pub(super) enum Step<'a> {
    /// A good record, and its bytes.
    Record(u64, Checked, &'a [u8]),
    /// No good record, and why. The scan stays here.
    Bad(&'static str),
    /// The end of the segment.
    End,
}

/// A place in one segment.
pub(super) struct Scan<'f> {
    file: &'f dyn File,
    base: u64,
    /// Length of the segment when the scan began.
    len: u64,
    identity: Identity,
    payload_bytes_max: u32,
    /// What the next record must be.
    pub next: Link,
    /// `None`: the scan began in the middle of the journal and takes the first record's number and chain as they are.
    linked: bool,
    window: Vec<u8>,
    window_offset: u64,
}

impl<'f> Scan<'f> {
    /// Begins at `next.position`, which must be a record boundary of the segment.
    pub fn new(file: &'f dyn File, base: u64, len: u64, identity: Identity, payload_bytes_max: u32, next: Link, linked: bool) -> Scan<'f> {
        Scan { file, base, len, identity, payload_bytes_max, next, linked, window: Vec::new(), window_offset: 0 }
    }

    /// Checks the next record and goes past it.
    pub fn step(&mut self) -> io::Result<Step<'_>> {
        let offset = self.next.position - self.base;
        if offset >= self.len {
            return Ok(Step::End);
        }
        self.load(offset, RECORD_HEADER_BYTES)?;
        let length = claimed_length(self.at(offset)).filter(|length| *length <= self.payload_bytes_max);
        if let Some(length) = length {
            self.load(offset, RECORD_HEADER_BYTES + length as usize)?;
        }
        let checked = match check(self.at(offset), self.identity, self.next.position, self.payload_bytes_max) {
            Ok(checked) => checked,
            Err(reason) => return Ok(Step::Bad(reason)),
        };
        if self.linked && checked.number != self.next.number {
            return Ok(Step::Bad("the record's number does not follow"));
        }
        if self.linked && checked.chain != self.next.chain {
            return Ok(Step::Bad("the record does not follow in the chain"));
        }
        let position = self.next.position;
        self.linked = true;
        self.next = Link { position: position + checked.bytes(), number: checked.number + 1, chain: checked.crc };
        let start = (offset - self.window_offset) as usize;
        Ok(Step::Record(position, checked, &self.window[start..start + checked.bytes() as usize]))
    }

    /// The first good record after the scan's place, at any byte. This is what tells a torn tail from damage.
    pub fn find_valid(&mut self) -> io::Result<Option<u64>> {
        let record_max = RECORD_HEADER_BYTES + self.payload_bytes_max as usize;
        let mut offset = self.next.position - self.base + 1;
        while offset + RECORD_HEADER_BYTES as u64 <= self.len {
            self.load(offset, record_max)?;
            let bytes = self.at(offset);
            // The epoch is a cheap test that almost every wrong offset fails.
            let likely = bytes.len() >= RECORD_HEADER_BYTES && u64_at(bytes, 24) == self.identity.epoch;
            if likely && check(bytes, self.identity, self.base + offset, self.payload_bytes_max).is_ok() {
                return Ok(Some(self.base + offset));
            }
            offset += 1;
        }
        Ok(None)
    }

    /// Makes `count` bytes from `offset` readable by [`Scan::at`], or as many as the segment has.
    fn load(&mut self, offset: u64, count: usize) -> io::Result<()> {
        let count = (count as u64).min(self.len - offset);
        let window_end = self.window_offset + self.window.len() as u64;
        if offset >= self.window_offset && offset + count <= window_end {
            return Ok(());
        }
        let bytes = (self.len - offset).min(count.max(WINDOW_BYTES as u64)) as usize;
        self.window.resize(bytes, 0);
        self.window_offset = offset;
        let read = self.file.read_at(&mut self.window, offset)?;
        self.window.truncate(read);
        Ok(())
    }

    fn at(&self, offset: u64) -> &[u8] {
        self.window.get((offset - self.window_offset) as usize..).unwrap_or_default()
    }
}
