//! The bytes at the head of a segment file, and the file's name.
//!
//! A segment is named by the position of its first byte (`0000000000000000.log`), so the name says which records are in it.
//! Header, 64 bytes, little endian:
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 8 | magic `FWJOURNL` |
//! | 8 | 4 | format version |
//! | 12 | 4 | chain: the checksum of the last record of the segment before, 0 for the first |
//! | 16 | 8 | base: position of this header's first byte |
//! | 24 | 8 | number of the first record |
//! | 32 | 8 | epoch |
//! | 40 | 8 | time of the first record, microseconds: every record before this segment is older |
//! | 48 | 8 | CRC-32 of the salt and the bytes before and after it (upper half zero) |
//! | 56 | 8 | zero |

use super::record::Identity;
use super::record::u32_at;
use super::record::u64_at;

/// Bytes before the first record of a segment.
pub(super) const SEGMENT_HEADER_BYTES: usize = 64;

const MAGIC: &[u8; 8] = b"FWJOURNL";
const VERSION: u32 = 1;

/// What a segment says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub chain: u32,
    pub base: u64,
    pub first_number: u64,
    pub created_us: u64,
}

impl SegmentHeader {
    pub fn encode(&self, identity: Identity) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut bytes = [0u8; SEGMENT_HEADER_BYTES];
        bytes[0..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.chain.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.base.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.first_number.to_le_bytes());
        bytes[32..40].copy_from_slice(&identity.epoch.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.created_us.to_le_bytes());
        let crc = checksum(identity, &bytes);
        bytes[48..56].copy_from_slice(&u64::from(crc).to_le_bytes());
        bytes
    }

    /// Reads a header, or says in words why it is none of this journal.
    pub fn decode(bytes: &[u8], identity: Identity) -> Result<SegmentHeader, &'static str> {
        let Some(bytes) = bytes.first_chunk::<SEGMENT_HEADER_BYTES>() else {
            return Err("the segment's header is cut short");
        };
        if &bytes[0..8] != MAGIC {
            return Err("the segment does not begin with the journal's magic");
        }
        if u32_at(bytes, 8) != VERSION {
            return Err("the segment's format version is unknown");
        }
        if u64_at(bytes, 48) != u64::from(checksum(identity, bytes)) {
            return Err("the checksum of the segment's header is wrong");
        }
        if u64_at(bytes, 32) != identity.epoch {
            return Err("the segment is of another epoch");
        }
        Ok(SegmentHeader {
            chain: u32_at(bytes, 12),
            base: u64_at(bytes, 16),
            first_number: u64_at(bytes, 24),
            created_us: u64_at(bytes, 40),
        })
    }
}

fn checksum(identity: Identity, bytes: &[u8; SEGMENT_HEADER_BYTES]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&identity.salt.to_le_bytes());
    hasher.update(&bytes[0..48]);
    hasher.update(&bytes[56..64]);
    hasher.finalize()
}

pub(super) fn file_name(base: u64) -> String {
    format!("{base:016x}.log")
}

/// The base a file name says, if it is the name of a segment.
pub(super) fn base_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".log")?;
    let base = u64::from_str_radix(digits, 16).ok()?;
    (file_name(base) == name).then_some(base)
}
