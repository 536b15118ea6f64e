//! The values a condition looked at, kept for the proof of a decision.

use super::vocabulary::Slot;
use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::fmt;

/// One value that an evaluation read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Read {
    pub slot: Slot,
    /// The text looked up in a map or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<ShortText>,
    pub value: ReadValue,
    /// Whether the comparison that the value fed passed. `None` if it fed none, such as a branch of `a ? b : c`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// Index for [`Condition::clause`](super::Condition::clause).
    pub clause: u16,
}

/// The value that was read, as it was at that moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadValue {
    /// A yes-or-no slot, or whether a list contained the key.
    Flag(bool),
    Number(f64),
    Text(ShortText),
}

impl fmt::Display for ReadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadValue::Flag(flag) => write!(f, "{flag}"),
            ReadValue::Number(number) => write!(f, "{number}"),
            ReadValue::Text(text) => write!(f, "{:?}", text.as_str()),
        }
    }
}

/// What one or several evaluations read, in the order of reading; bounded, and never on the heap.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reads {
    entries: SmallVec<[Read; Reads::MAX]>,
    /// How many reads came after the bound and are missing from the entries.
    pub beyond: u32,
}

impl Reads {
    /// Entries kept; later reads are only counted. Chosen, not measured.
    pub const MAX: usize = 16;

    pub fn new() -> Self {
        Self::default()
    }

    pub fn entries(&self) -> &[Read] {
        &self.entries
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.beyond = 0;
    }

    pub(super) fn push(&mut self, read: Read) {
        if self.entries.len() < Self::MAX {
            self.entries.push(read);
        } else {
            self.beyond = self.beyond.saturating_add(1);
        }
    }

    /// Records the outcome of a comparison on the reads that fed it, of those from `first` on.
    pub(super) fn settle(&mut self, first: usize, clause: u16, passed: bool) {
        for read in self.entries.iter_mut().skip(first) {
            if read.clause == clause && read.passed.is_none() {
                read.passed = Some(passed);
            }
        }
    }
}

/// A text of at most 22 bytes, kept in place. A longer one is cut at the last character that fits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ShortText {
    length: u8,
    bytes: [u8; ShortText::MAX],
}

impl ShortText {
    pub const MAX: usize = 22;

    pub fn new(text: &str) -> Self {
        let kept = &text.as_bytes()[..text.floor_char_boundary(Self::MAX)];
        let mut bytes = [0; Self::MAX];
        bytes[..kept.len()].copy_from_slice(kept);
        Self { length: kept.len() as u8, bytes }
    }

    pub fn as_str(&self) -> &str {
        let kept = &self.bytes[..usize::from(self.length)];
        std::str::from_utf8(kept).expect("the only constructor cuts on a character boundary")
    }
}

impl fmt::Debug for ShortText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl Serialize for ShortText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ShortText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(&Cow::<'de, str>::deserialize(deserializer)?))
    }
}
