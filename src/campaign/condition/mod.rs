//! The condition language: a typed subset of CEL over a fixed vocabulary.
//!
//! ```text
//! source --parse--> CEL's tree --check--> typed tree --compile--> program --holds(facts)--> yes or no, and what was read
//!                                             \--fold--> always, never, depends
//! ```
//!
//! A condition is compiled when its campaign is loaded, where every mistake is reported with its place; evaluating one
//! cannot fail, allocates nothing and takes one pass over at most 512 instructions.
//!
//! **What is in it.** Booleans, numbers and texts; `&& || !`, `== != < <= > >=`, `+ - * / %`, `a ? b : c`; `in` with a list
//! of literals, a list slot or a map slot; `interest.category["computers.notebook"]`; `startsWith`, `endsWith`, `contains`.
//! Names, kinds, possible values and consent needs are in [`Slot`].
//!
//! **Where it differs from CEL**, on purpose:
//! - Whole and decimal numbers mix freely, in comparisons and in arithmetic: `cart.value > 50`. Between two whole numbers
//!   `/` rounds toward zero as in CEL. Whole numbers are exact up to 2^53, where CEL has 64 bits and an overflow error.
//! - A division by zero makes the comparison it feeds fail, `!=` included, where CEL stops with an error (or, for decimal
//!   numbers, computes with infinity). So `cart.value / cart.items > 20` is false for an empty cart. A `!` before such a
//!   comparison passes.
//! - A missing entry of a map is 0, and `"x" in map` asks for more than 0.
//! - Comparisons that can never or must always pass because of a slot's possible values are errors.
//!
//! [`Condition::constant`] and those errors rely on facts staying within [`Slot::range`] and [`Slot::allowed`].

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod check;
mod compile;
mod declared;
mod facts;
mod fold;
mod mentions;
mod parse;
mod problem;
mod program;
mod reads;
mod sense;
#[cfg(test)]
mod tests;
mod tree;
mod vocabulary;

pub use check::LIST_MAX;
pub use declared::Declared;
pub use facts::Facts;
pub use facts::key_of;
pub use parse::DEPTH_MAX;
pub use parse::SOURCE_BYTES_MAX;
pub use problem::Problem;
pub(in crate::campaign) use problem::nearest;
pub use program::INSTRUCTIONS_MAX;
pub use reads::Read;
pub use reads::ReadValue;
pub use reads::Reads;
pub use reads::ShortText;
pub use vocabulary::Kind;
pub use vocabulary::Needs;
pub use vocabulary::SCORE_MAX;
pub use vocabulary::Slot;

use std::sync::Arc;

/// A compiled condition. Cloning shares the program.
#[derive(Clone, Debug)]
pub struct Condition {
    source: Arc<str>,
    compiled: Arc<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    program: program::Program,
    slots: Box<[Slot]>,
    constant: Option<bool>,
}

impl Condition {
    /// Parses, checks and compiles a condition.
    ///
    /// ```
    /// use floorwalker::campaign::condition::Condition;
    ///
    /// let problems = Condition::compile("cart.valeu > 30").unwrap_err();
    /// assert_eq!(problems[0].offset, 0..10);
    /// assert_eq!(problems[0].suggestion.as_deref(), Some("cart.value"));
    /// ```
    ///
    /// # Errors
    /// All problems at once, in the order of the source. A source that cannot be parsed is not checked further.
    pub fn compile(source: &str) -> Result<Condition, Vec<Problem>> {
        let parsed = parse::parse(source)?;
        let (root, slots) = check::check(source, &parsed)?;
        let program = compile::compile(&root).map_err(|problem| vec![problem])?;
        let compiled = Compiled { program, slots: slots.into(), constant: fold::constant(&root) };
        Ok(Condition { source: source.into(), compiled: Arc::new(compiled) })
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Slots the program may read, in order of first mention.
    pub fn slots(&self) -> &[Slot] {
        &self.compiled.slots
    }

    /// Evaluates the condition and appends what it read to `reads`. Allocates nothing.
    ///
    /// Like CEL, stops at the first part that decides a `&&` or `||`; what comes after it is not read.
    pub fn holds(&self, facts: &dyn Facts, reads: &mut Reads) -> bool {
        self.compiled.program.run(facts, reads)
    }

    /// `Some(true)`: always true; `Some(false)`: never true; `None`: depends on facts, or on several slots together.
    pub fn constant(&self) -> Option<bool> {
        self.compiled.constant
    }

    /// The source of the comparison that a [`Read`] fed, with the `!` before it; empty for an index of another condition.
    pub fn clause(&self, clause: u16) -> &str {
        let span = self.compiled.program.clauses.get(usize::from(clause));
        span.and_then(|span| self.source.get(span.clone())).unwrap_or_default()
    }
}
