//! The journal's records of a visit, to bytes and back.

use super::Deliveries;
use super::Visit;
use crate::model::StreamId;
use crate::session::Input;
use crate::session::Measured;
use crate::session::Session;
use crate::session::Start;

/// Kinds of records. 1 was a turn without number and digest; it is never written and not read.
pub const DECISION: u8 = 2;
pub const TURN: u8 = 3;
pub const STARTED: u8 = 4;
pub const CONSUMED: u8 = 5;
pub const KEYFRAME: u8 = 6;
/// Added to the kind of a record whose input moved results: its payload ends with what was measured, and the length of that.
pub const MEASURED: u8 = 0x80;

/// One input as it was applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Version of the snapshot it was applied with.
    pub version: u64,
    /// Stream and number, if a page numbered it.
    pub number: Option<(StreamId, u64)>,
    /// See [`Effects::digest`](crate::session::Effects::digest).
    pub digest: u64,
    pub input: Input,
    /// What the record says was measured; `None` if it says nothing of results.
    pub measured: Option<Vec<Measured>>,
}

/// One record, read.
#[derive(Debug, Clone)]
pub enum Entry {
    Started(Box<Start>),
    Turn(Box<Turn>),
    Consumed {
        stream: StreamId,
        seq: u64,
    },
    Keyframe(Box<Visit>),
    /// A proof; it changes nothing.
    Decision,
}

/// A record that is no record of a visit. Its checksum was right, so another program wrote it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a record of kind {kind} cannot be read: {reason}")]
pub struct Malformed {
    pub kind: u8,
    pub reason: String,
}

/// Writes a turn's payload to `out`, which is empty. The digest follows with [`seal_turn`], when the effects are known.
pub fn write_turn(out: &mut Vec<u8>, version: u64, number: Option<(StreamId, u64)>, input: &Input) {
    for number in [version, 0, number.map_or(0, |(_, seq)| seq)] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    if let Some((stream, _)) = number {
        out.extend_from_slice(&stream.0);
    }
    pack(out, input);
}

/// Puts the digest of its effects into a turn's payload.
pub fn seal_turn(payload: &mut [u8], digest: u64) {
    if let Some(place) = payload.get_mut(8..16) {
        place.copy_from_slice(&digest.to_be_bytes());
    }
}

/// Ends a record's payload with what was measured, whose kind gets [`MEASURED`] then. One record says what happened and what it counts
/// for, so that no crash comes between the two.
pub fn write_measured<'a>(out: &mut Vec<u8>, measured: impl Iterator<Item = &'a Measured>) {
    let from = out.len();
    let list: Vec<&Measured> = measured.collect();
    pack(out, &list);
    let length = u32::try_from(out.len() - from).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
}

/// What a record says was measured, and the version of the snapshot its input was applied with where it is a turn.
///
/// # Errors
/// [`Malformed`] if it cannot be read.
pub fn measured(kind: u8, payload: &[u8]) -> Result<(Option<u64>, Vec<Measured>), Malformed> {
    if kind & MEASURED == 0 {
        return Ok((None, Vec::new()));
    }
    let (rest, measured) = split_measured(kind, payload)?;
    let version = if kind == TURN | MEASURED { number(rest).map(|(version, _)| version) } else { None };
    let list = rmp_serde::from_slice(measured).map_err(|error| Malformed { kind, reason: error.to_string() })?;
    Ok((version, list))
}

fn split_measured(kind: u8, payload: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let split = || {
        let (rest, length) = payload.split_last_chunk::<4>()?;
        rest.split_at_checked(rest.len().checked_sub(u32::from_be_bytes(*length) as usize)?)
    };
    split().ok_or_else(|| Malformed { kind, reason: "what was measured is cut short".to_owned() })
}

/// Appends the payload of a visit's first record.
pub fn write_started(out: &mut Vec<u8>, start: &Start) {
    pack(out, start);
}

/// Appends the payload that says that a number is used up.
pub fn write_consumed(out: &mut Vec<u8>, stream: StreamId, seq: u64) {
    out.extend_from_slice(&stream.0);
    out.extend_from_slice(&seq.to_be_bytes());
}

/// Appends the whole visit.
pub fn write_keyframe(out: &mut Vec<u8>, session: &Session, deliveries: &Deliveries) {
    pack(out, &(session, deliveries));
}

fn pack(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    // Writing to a Vec cannot fail, and all of these have a representation.
    let _ = rmp_serde::encode::write(out, value);
}

impl Entry {
    /// Reads a record.
    ///
    /// # Errors
    /// [`Malformed`] if the kind is not known or the payload is not of its kind.
    pub fn read(kind: u8, payload: &[u8]) -> Result<Entry, Malformed> {
        if kind & MEASURED != 0 {
            let (_, list) = measured(kind, payload)?;
            let (rest, _) = split_measured(kind, payload)?;
            let mut entry = Entry::read(kind & !MEASURED, rest)?;
            if let Entry::Turn(turn) = &mut entry {
                turn.measured = Some(list);
            }
            return Ok(entry);
        }
        let wrong = |reason: &str| Malformed { kind, reason: reason.to_owned() };
        let packed = |error: rmp_serde::decode::Error| Malformed { kind, reason: error.to_string() };
        Ok(match kind {
            DECISION => Entry::Decision,
            TURN => {
                let (version, rest) = number(payload).ok_or_else(|| wrong("too short"))?;
                let (digest, rest) = number(rest).ok_or_else(|| wrong("too short"))?;
                let (seq, rest) = number(rest).ok_or_else(|| wrong("too short"))?;
                let (number, rest) = if seq == 0 {
                    (None, rest)
                } else {
                    let (stream, rest) = rest.split_first_chunk::<16>().ok_or_else(|| wrong("too short"))?;
                    (Some((StreamId(*stream), seq)), rest)
                };
                Entry::Turn(Box::new(Turn { version, number, digest, input: rmp_serde::from_slice(rest).map_err(packed)?, measured: None }))
            }
            STARTED => Entry::Started(rmp_serde::from_slice(payload).map_err(packed)?),
            CONSUMED => {
                let (stream, rest) = payload.split_first_chunk::<16>().ok_or_else(|| wrong("too short"))?;
                let (seq, _) = number(rest).ok_or_else(|| wrong("too short"))?;
                Entry::Consumed { stream: StreamId(*stream), seq }
            }
            KEYFRAME => Entry::Keyframe(rmp_serde::from_slice(payload).map_err(packed)?),
            _ => return Err(wrong("unknown kind")),
        })
    }
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (first, rest) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*first), rest))
}
