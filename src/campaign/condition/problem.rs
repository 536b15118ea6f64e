//! What is wrong with a condition, and where.

use std::fmt;
use std::ops::Range;

/// One mistake in the source of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Byte range in the source, on character boundaries.
    pub offset: Range<usize>,
    /// What is wrong and why; lowercase, without a full stop.
    pub message: String,
    /// What the merchant most likely meant, ready to replace the text at `offset`.
    pub suggestion: Option<String>,
}

impl Problem {
    pub(super) fn new(offset: Range<usize>, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), suggestion: None }
    }

    pub(super) fn suggest(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

/// Returns the candidate nearest to `word`, if it is near enough to be a slip of the pen.
///
/// Near means at most a third of the word's characters, and never fewer than two edits allowed. Ties go to the earlier candidate.
pub(in crate::campaign) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word.chars().take(WORD_CHARS_MAX + 1).collect();
    if word.len() > WORD_CHARS_MAX {
        return None;
    }
    let allowed = (word.len() / 3).max(2);
    let best = candidates.into_iter().map(|candidate| (edits_between(&word, candidate), candidate)).min_by_key(|(edits, _)| *edits)?;
    (best.0 <= allowed && best.0 < word.len()).then_some(best.1)
}

/// Longer words are no slip of any name in the vocabulary, whose longest has 23 characters.
const WORD_CHARS_MAX: usize = 48;

/// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbors.
fn edits_between(word: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=candidate.len()).collect();
    for (i, a) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in candidate.iter().enumerate() {
            let mut cost = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == candidate[j - 1] && word[i - 1] == *b {
                cost = cost.min(before_last[j - 1] + 1);
            }
            row.push(cost);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(word.len())
}
