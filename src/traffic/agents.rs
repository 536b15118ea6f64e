//! User agents of programs, from a dated list and from a parser that knows crawlers.

use aho_corasick::AhoCorasick;
use aho_corasick::AhoCorasickKind;
use std::sync::LazyLock;

/// The list as shipped; its head says from when it is.
const LIST: &str = include_str!("crawlers.txt");
/// Patterns of a list, and bytes of one. The shipped list has 1,518 of at most 60.
const PATTERNS_MAX: usize = 20_000;
const PATTERN_BYTES_MAX: usize = 200;
/// A shorter text says too little.
const PATTERN_BYTES_MIN: usize = 3;
/// Bytes of a user agent that are looked at. Longer ones are made up.
pub const AGENT_BYTES_MAX: usize = 512;

/// Why a list is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListError {
    #[error("line {line}: a pattern has {PATTERN_BYTES_MIN} to {PATTERN_BYTES_MAX} bytes before its first `*`")]
    Length { line: usize },
    #[error("more than {PATTERNS_MAX} patterns")]
    TooMany,
    #[error("too large to search for: {0}")]
    Size(String),
}

#[derive(Debug)]
struct Pattern {
    starts: bool,
    ends: bool,
    /// Bytes of the text before the first `*`.
    bytes: usize,
    /// Texts that must follow, in order, in lower case.
    rest: Vec<String>,
}

/// A list, ready to be asked.
#[derive(Debug)]
pub struct Agents {
    search: AhoCorasick,
    patterns: Vec<Pattern>,
}

impl Agents {
    /// The list that is shipped.
    pub fn shipped() -> &'static Agents {
        static SHIPPED: LazyLock<Agents> = LazyLock::new(|| Agents::parse(LIST).expect("the shipped list is read by a test"));
        &SHIPPED
    }

    /// Reads a list: one pattern a line, lines that begin with `#` are remarks. A pattern is found anywhere and in any case; `^` ties it
    /// to the beginning, `$` to the end, `*` stands for whatever is between.
    ///
    /// # Errors
    /// [`ListError`] with the line.
    pub fn parse(text: &str) -> Result<Agents, ListError> {
        let mut heads: Vec<String> = Vec::new();
        let mut patterns = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (starts, line) = line.strip_prefix('^').map_or((false, line), |rest| (true, rest));
            let (ends, line) = line.strip_suffix('$').map_or((false, line), |rest| (true, rest));
            let mut parts = line.split('*').map(str::to_ascii_lowercase);
            let head = parts.next().unwrap_or_default();
            if !(PATTERN_BYTES_MIN..=PATTERN_BYTES_MAX).contains(&head.len()) {
                return Err(ListError::Length { line: index + 1 });
            }
            patterns.push(Pattern { starts, ends, bytes: head.len(), rest: parts.filter(|part| !part.is_empty()).collect() });
            heads.push(head);
        }
        if patterns.len() > PATTERNS_MAX {
            return Err(ListError::TooMany);
        }
        let search = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&heads)
            .map_err(|error| ListError::Size(error.to_string()))?;
        Ok(Agents { search, patterns })
    }

    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Whether a user agent is that of a program: on the list, or a crawler by woothee's parser.
    pub fn is_program(&self, agent: &str) -> bool {
        let agent = agent.get(..agent.floor_char_boundary(AGENT_BYTES_MAX)).unwrap_or_default();
        self.is_listed(agent) || woothee::parser::Parser::new().parse(agent).is_some_and(|parsed| parsed.category == "crawler")
    }

    pub(super) fn is_listed(&self, agent: &str) -> bool {
        self.search.find_overlapping_iter(agent).any(|found| {
            let Some(pattern) = self.patterns.get(found.pattern().as_usize()) else { return false };
            debug_assert_eq!(found.end() - found.start(), pattern.bytes);
            if pattern.starts && found.start() != 0 {
                return false;
            }
            let Some(mut rest) = agent.get(found.end()..) else { return false };
            for part in &pattern.rest {
                let Some(at) = rest.to_ascii_lowercase().find(part.as_str()) else { return false };
                rest = rest.get(at + part.len()..).unwrap_or_default();
            }
            !pattern.ends || rest.is_empty()
        })
    }
}
