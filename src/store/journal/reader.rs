//! Reads a journal that somebody else may be writing: takes no lock, changes nothing.
//!
//! It sees what was in the files when it was opened. Every record is checked as when a journal is opened for writing; what stands past the
//! high-water mark and is no good record is a write in progress or a torn tail, and is left out.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use super::Config;
use super::OpenError;
use super::ReadError;
use super::files::File;
use super::files::Files;
use super::mark;
use super::mark::MARK_NAME;
use super::record;
use super::record::Identity;
use super::record::Link;
use super::record::Position;
use super::record::Record;
use super::scan::Scan;
use super::scan::Step;
use super::segment::SEGMENT_HEADER_BYTES;
use super::segment::SegmentHeader;
use super::segment::base_of;
use super::segment::file_name;

/// A journal's records as they were on disk at one moment.
pub struct Reader {
    identity: Identity,
    payload_bytes_max: u32,
    /// Everything below was durable before the files were looked at.
    acknowledged: u64,
    /// In order, without a gap.
    segments: Vec<Segment>,
}

struct Segment {
    header: SegmentHeader,
    file: Arc<dyn File>,
    end: u64,
}

impl Reader {
    /// Opens the journal in a directory.
    ///
    /// # Errors
    /// [`OpenError`] if there is no journal, or it cannot be one any more: its identity is unreadable, or a segment in the middle is.
    pub fn open(directory: &Path) -> Result<Reader, OpenError> {
        let files = ReadOnly(directory.to_owned());
        let failed = |operation: &'static str, name: &str| {
            let name = name.to_owned();
            move |source| OpenError::Io { operation, name, source }
        };
        // The mark before the segments: they may grow past it meanwhile, never the other way round.
        let mark = mark::read(&files).map_err(failed("read", &files.path(MARK_NAME)))?;
        let mark = mark.ok_or(OpenError::Mark("unreadable in both of its slots"))?;
        let names = files.list().map_err(failed("list", &directory.display().to_string()))?;
        let mut bases: Vec<u64> = names.iter().filter_map(|name| base_of(name)).collect();
        bases.sort_unstable();
        let mut segments: Vec<Segment> = Vec::with_capacity(bases.len());
        for (index, base) in bases.iter().copied().enumerate() {
            let name = file_name(base);
            let file = match files.open(&name) {
                // Retention removes the oldest first, so what was found before is gone too.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    segments.clear();
                    continue;
                }
                opened => opened.map_err(failed("open", &files.path(&name)))?,
            };
            let mut bytes = [0; SEGMENT_HEADER_BYTES];
            let read = file.read_at(&mut bytes, 0).map_err(failed("read", &files.path(&name)))?;
            let header = match SegmentHeader::decode(bytes.get(..read).unwrap_or_default(), mark.identity) {
                Ok(header) if header.base == base => header,
                // The last one may be on its way into being.
                _ if index + 1 == bases.len() && mark.position <= base => break,
                Ok(_) => return Err(OpenError::Header { segment: name, reason: "the segment's name and its header differ" }),
                Err(reason) => return Err(OpenError::Header { segment: name, reason }),
            };
            let size = file.size().map_err(failed("measure", &files.path(&name)))?;
            if let Some(before) = segments.last()
                && before.end != base
            {
                return Err(OpenError::Gap {
                    segment: file_name(before.header.base),
                    expected: Position(base),
                    found: Position(before.end),
                });
            }
            segments.push(Segment { header, file, end: base + size });
        }
        let payload_bytes_max = Config::default().payload_bytes_max;
        Ok(Reader { identity: mark.identity, payload_bytes_max, acknowledged: mark.position, segments })
    }

    /// Life of the data.
    pub fn epoch(&self) -> u64 {
        self.identity.epoch
    }

    /// Where the oldest kept record begins, or a little before it.
    pub fn first(&self) -> Position {
        Position(self.segments.first().map_or(0, |segment| segment.header.base))
    }

    /// Where the journal ended when it was opened; past the last good record if its tail is torn.
    pub fn end(&self) -> Position {
        Position(self.segments.last().map_or(0, |segment| segment.end))
    }

    /// Visits all records, oldest first, checking each and the chain between them.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] at the first record that is not as written. All before it have been visited.
    pub fn scan(&self, mut visit: impl FnMut(Record) -> ControlFlow<()>) -> Result<(), ReadError> {
        let damaged = |position, reason| ReadError::Damaged { position: Position(position), reason };
        let mut next: Option<Link> = None;
        for (index, segment) in self.segments.iter().enumerate() {
            let SegmentHeader { base, chain, first_number, .. } = segment.header;
            let io = |source| ReadError::Io { name: file_name(base), source: Arc::new(source) };
            let begin = Link { position: base + SEGMENT_HEADER_BYTES as u64, number: first_number, chain };
            if next.is_some_and(|next| (next.number, next.chain) != (begin.number, begin.chain)) {
                return Err(damaged(base, "the segment does not follow in the chain"));
            }
            let len = segment.end - base;
            let mut scan = Scan::new(&*segment.file, base, len, self.identity, self.payload_bytes_max, begin, true);
            loop {
                let place = scan.next.position;
                let (position, bytes) = match scan.step().map_err(io)? {
                    Step::End => break,
                    Step::Bad(reason) => {
                        let is_tail = index + 1 == self.segments.len() && place >= self.acknowledged;
                        if is_tail && scan.find_valid().map_err(io)?.is_none() {
                            return Ok(());
                        }
                        return Err(damaged(place, reason));
                    }
                    Step::Record(position, _, bytes) => (position, bytes),
                };
                let record = record::decode(bytes, self.identity, position, self.payload_bytes_max);
                if visit(record.map_err(|reason| damaged(position, reason))?).is_break() {
                    return Ok(());
                }
            }
            next = Some(scan.next);
        }
        let end = next.map_or(0, |next| next.position);
        if end < self.acknowledged {
            return Err(damaged(end, "records that were acknowledged are missing from here on"));
        }
        Ok(())
    }
}

/// A directory of which nothing is changed.
struct ReadOnly(PathBuf);

impl ReadOnly {
    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

fn refused<T>() -> io::Result<T> {
    Err(io::ErrorKind::PermissionDenied.into())
}

impl Files for ReadOnly {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        refused()
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name().into_string().ok()));
        names.filter_map(Result::transpose).collect()
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        Ok(Arc::new(fs::File::open(self.0.join(name))?))
    }

    fn create(&self, _: &str) -> io::Result<Arc<dyn File>> {
        refused()
    }

    fn rename(&self, _: &str, _: &str) -> io::Result<()> {
        refused()
    }

    fn remove(&self, _: &str) -> io::Result<()> {
        refused()
    }

    fn sync(&self) -> io::Result<()> {
        refused()
    }
}
