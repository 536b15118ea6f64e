//! Opens what a previous process left: proves it whole, cuts what was torn, refuses what was damaged.
//!
//! The rules, in the order they are tried:
//! 1. Segments must follow each other without a gap, each header good, each beginning where the one before ends.
//! 2. Every record checked must be good, numbered without gaps and chained to the one before. (The newest
//!    [`Config::verify_bytes`] are checked; older records are checked whenever they are read.)
//! 3. Only the last segment may end in something that is no good record, and only if no good record follows it: that is
//!    a torn tail, written but never acknowledged. It is cut.
//! 4. The journal must reach the high-water mark. If it does not, acknowledged records are missing.
//! 5. Bytes past the mark have perhaps never reached the disk, even if they can be read: after a failed fsync the page
//!    cache may call them clean. Their segment is copied to a fresh file, synced and renamed, and only then they count.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::Config;
use super::error::OpenError;
use super::files::File;
use super::files::Files;
use super::mark;
use super::mark::MARK_NAME;
use super::mark::MARK_NEW_NAME;
use super::mark::Mark;
use super::mark::MarkContents;
use super::record::Identity;
use super::record::Link;
use super::record::Position;
use super::scan::Scan;
use super::scan::Step;
use super::segment::SEGMENT_HEADER_BYTES;
use super::segment::SegmentHeader;
use super::segment::base_of;
use super::segment::file_name;

const COPY_SUFFIX: &str = ".copy";
const COPY_BYTES: usize = 1 << 20;

/// What was found when the journal was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Random number of this directory's life. Another epoch means another history.
    pub epoch: u64,
    /// Segment files kept.
    pub segments: usize,
    /// Records checked one by one.
    pub records_checked: u64,
    /// Where the oldest kept segment begins.
    pub first: Position,
    /// Where the next record goes; everything below is durable.
    pub end: Position,
    /// Number of the next record.
    pub next_number: u64,
    /// Bytes of a torn tail that were cut. None of them was acknowledged under the fsync setting.
    pub cut_bytes: u64,
    /// Good bytes that were past the high-water mark and have been written again.
    pub rewritten_bytes: u64,
}

/// One segment file that is open.
#[derive(Clone)]
pub(super) struct Segment {
    pub file: Arc<dyn File>,
    pub created_us: u64,
}

/// Everything the running journal starts from.
pub(super) struct Opened {
    pub lock: Box<dyn Send + Sync>,
    pub identity: Identity,
    pub segments: BTreeMap<u64, Segment>,
    pub next: Link,
    pub newest_us: u64,
    pub mark: Mark,
    pub recovery: Recovery,
}

/// A segment that has been found, with its header read.
struct Found {
    name: String,
    file: Arc<dyn File>,
    len: u64,
    header: SegmentHeader,
}

impl Found {
    fn end(&self) -> u64 {
        self.header.base + self.len
    }
}

pub(super) fn open(files: &dyn Files, config: &Config, fresh: Identity) -> Result<Opened, OpenError> {
    let lock = files.lock().map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => OpenError::InUse,
        _ => failed("lock", "the directory")(error),
    })?;
    let names = files.list().map_err(failed("list", "the directory"))?;
    for name in names.iter().filter(|name| name.ends_with(COPY_SUFFIX) || *name == MARK_NEW_NAME) {
        files.remove(name).map_err(failed("remove", name))?;
    }
    let mut bases: Vec<u64> = names.iter().filter_map(|name| base_of(name)).collect();
    bases.sort_unstable();
    let mark = read_mark(files, names.iter().any(|name| name == MARK_NAME), bases.is_empty(), fresh)?;
    let identity = mark.identity;
    let mut found = read_headers(files, &bases, &mark)?;
    let mut tail = verify(&mut found, config, identity, &mark)?;
    if found.is_empty() && mark.position > 0 {
        return Err(OpenError::Lost { acknowledged: Position(mark.position), found: Position(0), bad_bytes: 0 });
    }
    let mut rewritten = 0;
    for segment in found.iter_mut().filter(|segment| segment.end() > mark.position) {
        let keep = segment.len.min(tail.next.position - segment.header.base);
        rewritten += (segment.end().min(tail.next.position)).saturating_sub(mark.position.max(segment.header.base));
        rewrite(files, segment, keep)?;
    }
    let contents = MarkContents { identity, position: tail.next.position };
    let mark = Mark::create(files, contents).map_err(failed("replace", MARK_NAME))?;
    let recovery = Recovery {
        epoch: identity.epoch,
        segments: found.len(),
        records_checked: tail.records,
        first: Position(found.first().map_or(0, |segment| segment.header.base)),
        end: Position(tail.next.position),
        next_number: tail.next.number,
        cut_bytes: tail.cut,
        rewritten_bytes: rewritten,
    };
    let segments = found
        .into_iter()
        .map(|segment| (segment.header.base, Segment { file: segment.file, created_us: segment.header.created_us }))
        .collect();
    tail.newest_us = tail.newest_us.max(1);
    Ok(Opened { lock, identity, segments, next: tail.next, newest_us: tail.newest_us, mark, recovery })
}

fn read_mark(files: &dyn Files, exists: bool, is_empty: bool, fresh: Identity) -> Result<MarkContents, OpenError> {
    if exists {
        return mark::read(files).map_err(failed("read", MARK_NAME))?.ok_or(OpenError::Mark("unreadable in both of its slots"));
    }
    if !is_empty {
        return Err(OpenError::Mark("missing"));
    }
    Ok(MarkContents { identity: fresh, position: 0 })
}

/// Reads all headers and holds the segments against each other. Removes a last segment whose making was interrupted.
fn read_headers(files: &dyn Files, bases: &[u64], mark: &MarkContents) -> Result<Vec<Found>, OpenError> {
    let mut found: Vec<Found> = Vec::with_capacity(bases.len());
    for (index, base) in bases.iter().copied().enumerate() {
        let name = file_name(base);
        let file = files.open(&name).map_err(failed("open", &name))?;
        let len = file.size().map_err(failed("measure", &name))?;
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        let read = file.read_at(&mut bytes, 0).map_err(failed("read", &name))?;
        let header = match SegmentHeader::decode(bytes.get(..read).unwrap_or_default(), mark.identity) {
            Ok(header) if header.base == base => header,
            result => {
                let reason = result.err().unwrap_or("the segment's name and its header differ");
                let is_last = index + 1 == bases.len();
                // A segment is synced with its first records before any of them is acknowledged, so below the mark no
                // header can be torn, and above it the whole file is an unfinished write unless a record proves otherwise.
                let from = Link { position: base, number: 0, chain: 0 };
                let mut scan = Scan::new(&*file, base, len, mark.identity, u32::MAX >> 1, from, false);
                let is_torn = is_last && mark.position <= base && scan.find_valid().map_err(failed("read", &name))?.is_none();
                if !is_torn {
                    return Err(OpenError::Header { segment: name, reason });
                }
                files.remove(&name).map_err(failed("remove", &name))?;
                files.sync().map_err(failed("sync", "the directory"))?;
                continue;
            }
        };
        if let Some(before) = found.last()
            && before.end() != base
        {
            return Err(OpenError::Gap { segment: before.name.clone(), expected: Position(base), found: Position(before.end()) });
        }
        found.push(Found { name, file, len, header });
    }
    Ok(found)
}

/// Where the good records end.
struct Tail {
    next: Link,
    records: u64,
    cut: u64,
    newest_us: u64,
}

/// Checks the newest records one by one and finds where they end.
fn verify(found: &mut [Found], config: &Config, identity: Identity, mark: &MarkContents) -> Result<Tail, OpenError> {
    let mut tail = Tail { next: Link { position: 0, number: 1, chain: 0 }, records: 0, cut: 0, newest_us: 0 };
    let last = found.len().saturating_sub(1);
    let end = found.last().map_or(0, Found::end);
    let is_checked = |segment: &Found| end.saturating_sub(segment.end()) < config.verify_bytes;
    let first_checked = found.iter().position(is_checked).unwrap_or(last);
    for (index, segment) in found.iter().enumerate().skip(first_checked) {
        let header = segment.header;
        let begin = Link { position: header.base + SEGMENT_HEADER_BYTES as u64, number: header.first_number, chain: header.chain };
        if index > first_checked && (begin.number, begin.chain) != (tail.next.number, tail.next.chain) {
            return Err(OpenError::Header { segment: segment.name.clone(), reason: "the segment does not follow in the chain" });
        }
        tail.newest_us = tail.newest_us.max(header.created_us);
        let limit = config.payload_bytes_max;
        let mut scan = Scan::new(&*segment.file, header.base, segment.len, identity, limit, begin, true);
        loop {
            match scan.step().map_err(failed("read", &segment.name))? {
                Step::End => break,
                Step::Record(_, checked, _) => {
                    tail.records += 1;
                    tail.newest_us = tail.newest_us.max(checked.at_us);
                }
                Step::Bad(reason) => {
                    let position = scan.next.position;
                    let next_valid = scan.find_valid().map_err(failed("read", &segment.name))?;
                    if index < last || next_valid.is_some() {
                        return Err(OpenError::Damaged {
                            segment: segment.name.clone(),
                            offset: position - header.base,
                            position: Position(position),
                            reason,
                            next_valid: next_valid.map(Position),
                        });
                    }
                    tail.cut = segment.end() - position;
                    break;
                }
            }
        }
        tail.next = scan.next;
    }
    if !found.is_empty() && tail.next.position < mark.position {
        return Err(OpenError::Lost { acknowledged: Position(mark.position), found: Position(tail.next.position), bad_bytes: tail.cut });
    }
    Ok(tail)
}

/// Copies the first `keep` bytes to a new file that takes the segment's place.
fn rewrite(files: &dyn Files, segment: &mut Found, keep: u64) -> Result<(), OpenError> {
    let copy_name = format!("{}{COPY_SUFFIX}", segment.name);
    let copy = files.create(&copy_name).map_err(failed("create", &copy_name))?;
    let mut buffer = vec![0; COPY_BYTES];
    let mut offset = 0;
    while offset < keep {
        let count = (keep - offset).min(COPY_BYTES as u64) as usize;
        let read = segment.file.read_at(&mut buffer[..count], offset).map_err(failed("read", &segment.name))?;
        if read == 0 {
            return Err(failed("read", &segment.name)(io::ErrorKind::UnexpectedEof.into()));
        }
        copy.write_at(&buffer[..read], offset).map_err(failed("write", &copy_name))?;
        offset += read as u64;
    }
    copy.sync().map_err(failed("sync", &copy_name))?;
    files.rename(&copy_name, &segment.name).map_err(failed("rename", &copy_name))?;
    files.sync().map_err(failed("sync", "the directory"))?;
    segment.file = copy;
    segment.len = keep;
    Ok(())
}

fn failed<'a>(operation: &'static str, name: &'a str) -> impl FnOnce(io::Error) -> OpenError + use<'a> {
    move |source| OpenError::Io { operation, name: name.to_string(), source }
}
