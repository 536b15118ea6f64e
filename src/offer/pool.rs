//! Codes that a shop has uploaded: each is given out once.

use super::code;
use std::collections::BTreeSet;
use std::collections::VecDeque;

/// Longest code accepted, in bytes.
pub const CODE_BYTES_MAX: usize = 64;
const CODE_BYTES_MIN: usize = 4;
/// Most codes in one pool. Chosen: a year of a large shop; each costs about 100 bytes of memory.
pub const POOL_CODES_MAX: usize = 1_000_000;
/// Longest name of a pool, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// A line of an upload that is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct LineError {
    /// From 1.
    pub line: usize,
    pub reason: LineProblem,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    #[error("a code is {CODE_BYTES_MIN} to {CODE_BYTES_MAX} letters, digits, hyphens and underscores")]
    Characters,
    #[error("the code is twice in the list")]
    Twice,
    #[error("the code is known already")]
    Known,
    #[error("the pool is full with {POOL_CODES_MAX} codes")]
    Full,
}

/// Whether a text may name a pool: as campaigns are named.
pub fn is_pool_name(name: &str) -> bool {
    (1..=NAME_BYTES_MAX).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The form in which codes are compared: capital letters. `None` if it is not of the form that pools take.
pub(super) fn canonical(code: &str) -> Option<Box<str>> {
    let code = code.trim();
    let is_code = (CODE_BYTES_MIN..=CODE_BYTES_MAX).contains(&code.len())
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    is_code.then(|| code.to_ascii_uppercase().into())
}

/// One pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pool {
    pub(super) name: Box<str>,
    /// Not given out yet, in the order of upload, as written.
    pub(super) free: VecDeque<Box<str>>,
    /// Given out and not forgotten.
    pub(super) given: u64,
}

/// How full a pool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLevel {
    pub name: Box<str>,
    pub free: u64,
    pub given: u64,
}

/// Reads the lines of an upload. Blank lines are skipped; `is_known` says of the form that codes are compared in whether one exists.
///
/// # Errors
/// Every line that is wrong; nothing is taken then.
pub(super) fn read(text: &str, room: usize, is_known: impl Fn(&str) -> bool) -> Result<Vec<Box<str>>, Vec<LineError>> {
    let mut codes: Vec<Box<str>> = Vec::new();
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    let mut wrong = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line_text = line.trim();
        if line_text.is_empty() {
            continue;
        }
        let reason = match canonical(line_text) {
            None => LineProblem::Characters,
            // A code that people could mean when they type one of ours would be taken for it, and the other way round.
            Some(form) if is_known(&form) || code::normalize(&form).is_some_and(|own| is_known(&own)) => LineProblem::Known,
            Some(form) if !seen.insert(form.clone()) => LineProblem::Twice,
            Some(_) if codes.len() >= room => LineProblem::Full,
            Some(_) => {
                codes.push(line_text.into());
                continue;
            }
        };
        wrong.push(LineError { line: index + 1, reason });
    }
    if wrong.is_empty() { Ok(codes) } else { Err(wrong) }
}
