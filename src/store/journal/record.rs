//! The bytes of one journal record.
//!
//! All numbers are little endian.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | payload length |
//! | 4 | 4 | CRC-32 of salt, position, and all other bytes of the record |
//! | 8 | 4 | chain: the CRC-32 field of the record before it in the journal, 0 for the first |
//! | 12 | 1 | kind, chosen by the caller |
//! | 13 | 3 | zero |
//! | 16 | 8 | record number: 1, 2, 3, ... over all segments |
//! | 24 | 8 | epoch of the journal |
//! | 32 | 16 | session |
//! | 48 | 8 | position of the previous record of the same session, 0 for none |
//! | 56 | 8 | time in microseconds since the Unix epoch |
//! | 64 | length | payload |
//!
//! The checksum covers the record's own position and the journal's secret salt, neither of which is stored in the record.
//! So a record copied to another place does not pass, and neither does a payload that a visitor has shaped like a record:
//! recovery looks for records after a damaged one and must not find a forged one there.

use std::fmt;

/// Bytes before the payload of a record.
pub const RECORD_HEADER_BYTES: usize = 64;

/// A place in the journal: a byte offset that grows over all segments. 0 means none, because every segment begins with a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// No record: the `previous` of a session's first one.
    pub const NONE: Position = Position(0);

    /// Whether it names no record.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What the caller wants appended.
#[derive(Clone, Copy, Debug)]
pub struct Append<'a> {
    /// The session whose history this record continues.
    pub session: [u8; 16],
    /// The last record of the same session, [`Position::NONE`] for its first.
    pub previous: Position,
    /// What the payload is; the journal does not look at it.
    pub kind: u8,
    /// Microseconds since the Unix epoch, from the caller's clock. Retention by age counts from these.
    pub at_us: u64,
    /// At most [`super::Config::payload_bytes_max`].
    pub payload: &'a [u8],
}

/// One record read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it begins.
    pub position: Position,
    /// Its number: 1 for the first of the journal, without gaps.
    pub number: u64,
    /// The session whose history it continues.
    pub session: [u8; 16],
    /// The record of the same session before it.
    pub previous: Position,
    /// What the payload is.
    pub kind: u8,
    /// Microseconds since the Unix epoch.
    pub at_us: u64,
    /// The caller's bytes.
    pub payload: Vec<u8>,
}

/// What all records of one journal share, and what only a record of this journal can have been written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Random, made with the directory; tells a restored or repaired journal from the one before.
    pub epoch: u64,
    /// Random and kept secret; part of every checksum.
    pub salt: u64,
}

/// Where a record stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub position: u64,
    pub number: u64,
    pub chain: u32,
}

/// The fixed part of a record whose checksum has been found right.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checked {
    pub length: u32,
    pub crc: u32,
    pub chain: u32,
    pub number: u64,
    pub at_us: u64,
}

impl Checked {
    pub fn bytes(&self) -> u64 {
        RECORD_HEADER_BYTES as u64 + u64::from(self.length)
    }
}

/// Appends the record's bytes to `out` and returns its checksum, the chain of the next record.
pub(super) fn encode(record: &Append<'_>, identity: Identity, link: Link, out: &mut Vec<u8>) -> u32 {
    let mut header = [0u8; RECORD_HEADER_BYTES];
    let length = u32::try_from(record.payload.len()).expect("append refuses payloads over payload_bytes_max, a u32");
    header[0..4].copy_from_slice(&length.to_le_bytes());
    header[8..12].copy_from_slice(&link.chain.to_le_bytes());
    header[12] = record.kind;
    header[16..24].copy_from_slice(&link.number.to_le_bytes());
    header[24..32].copy_from_slice(&identity.epoch.to_le_bytes());
    header[32..48].copy_from_slice(&record.session);
    header[48..56].copy_from_slice(&record.previous.0.to_le_bytes());
    header[56..64].copy_from_slice(&record.at_us.to_le_bytes());
    let crc = checksum(identity.salt, link.position, &header, record.payload);
    header[4..8].copy_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(record.payload);
    crc
}

/// The payload length a header claims, if `bytes` holds a whole header. Nothing of it is proven.
pub(super) fn claimed_length(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<RECORD_HEADER_BYTES>()?;
    Some(u32_at(bytes, 0))
}

/// Checks the record at the start of `bytes`. The error says in words what is wrong with it.
pub(super) fn check(bytes: &[u8], identity: Identity, position: u64, payload_bytes_max: u32) -> Result<Checked, &'static str> {
    let Some((header, rest)) = bytes.split_first_chunk::<RECORD_HEADER_BYTES>() else {
        return Err("the record's header is cut short");
    };
    let length = u32_at(header, 0);
    if length > payload_bytes_max {
        return Err("the record's length is over the limit");
    }
    if u64_at(header, 24) != identity.epoch {
        return Err("the record is of another epoch");
    }
    let Some(payload) = rest.get(..length as usize) else {
        return Err("the record's payload is cut short");
    };
    let crc = u32_at(header, 4);
    if checksum(identity.salt, position, header, payload) != crc {
        return Err("the record's checksum is wrong");
    }
    Ok(Checked { length, crc, chain: u32_at(header, 8), number: u64_at(header, 16), at_us: u64_at(header, 56) })
}

/// Reads the record at the start of `bytes`, checking it.
pub(super) fn decode(bytes: &[u8], identity: Identity, position: u64, payload_bytes_max: u32) -> Result<Record, &'static str> {
    let checked = check(bytes, identity, position, payload_bytes_max)?;
    let (header, payload) = bytes.split_at_checked(RECORD_HEADER_BYTES).expect("check has found a whole header and a whole payload");
    let mut session = [0; 16];
    session.copy_from_slice(&header[32..48]);
    Ok(Record {
        position: Position(position),
        number: checked.number,
        session,
        previous: Position(u64_at(header, 48)),
        kind: header[12],
        at_us: checked.at_us,
        payload: payload[..checked.length as usize].to_vec(),
    })
}

fn checksum(salt: u64, position: u64, header: &[u8; RECORD_HEADER_BYTES], payload: &[u8]) -> u32 {
    // One prefix of 80 bytes, so that the hasher works on long runs.
    let mut prefix = [0u8; RECORD_HEADER_BYTES + 12];
    prefix[0..8].copy_from_slice(&salt.to_le_bytes());
    prefix[8..16].copy_from_slice(&position.to_le_bytes());
    prefix[16..20].copy_from_slice(&header[0..4]);
    prefix[20..76].copy_from_slice(&header[8..64]);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&prefix);
    hasher.update(payload);
    hasher.finalize()
}

/// The number at `at`; the caller has checked that the bytes are there.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let mut number = [0; 4];
    number.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(number)
}

/// The number at `at`; the caller has checked that the bytes are there.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let mut number = [0; 8];
    number.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(number)
}
