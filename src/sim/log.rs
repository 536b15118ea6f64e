//! What happened in a run: always as one number, and on request in words.

use std::collections::VecDeque;
use xxhash_rust::xxh3::Xxh3;

/// Lines kept. Chosen: the last minutes of a run.
const LINES_MAX: usize = 400;

pub(super) struct Log {
    hash: Xxh3,
    lines: Option<VecDeque<String>>,
}

impl Log {
    pub(super) fn new(in_words: bool) -> Log {
        Log { hash: Xxh3::new(), lines: in_words.then(VecDeque::new) }
    }

    pub(super) fn note(&mut self, at: u64, what: &str, a: u64, b: u64) {
        self.hash.update(&at.to_be_bytes());
        self.hash.update(what.as_bytes());
        self.hash.update(&a.to_be_bytes());
        self.hash.update(&b.to_be_bytes());
        if let Some(lines) = &mut self.lines {
            if lines.len() == LINES_MAX {
                lines.pop_front();
            }
            lines.push_back(format!("{:>12.6} {what} {a} {b}", at as f64 / 1e6));
        }
    }

    /// Equal runs have equal digests.
    pub(super) fn digest(&self) -> u64 {
        self.hash.digest()
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines.map(Vec::from).unwrap_or_default()
    }
}
