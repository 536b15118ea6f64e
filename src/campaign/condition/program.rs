//! The flat program of a condition and the loop that runs it.
//!
//! Yes-or-no results live in one register, so that `&&`, `||` and `? :` are plain jumps. Numbers and texts wait on two small
//! stacks for the comparison they feed; texts as references, so nothing is copied but what the proof keeps.

use super::facts::Facts;
use super::facts::key_of;
use super::reads::Read;
use super::reads::ReadValue;
use super::reads::Reads;
use super::reads::ShortText;
use super::tree::Arithmetic;
use super::tree::Compare;
use super::tree::TextTest;
use super::vocabulary::Kind;
use super::vocabulary::Slot;
use std::ops::Range;

/// Longest program. A source within its bounds that needs more is made of the shortest comparisons only.
pub const INSTRUCTIONS_MAX: usize = 512;
/// Values that may wait at once: one for each level of nesting, and the one being read.
pub(super) const STACK_MAX: usize = super::parse::DEPTH_MAX + 2;

/// Index of a clause, for [`Read::clause`].
pub(super) type Clause = u16;

/// How a comparison ends: which clause it settles, and whether a `!` before it is part of the clause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Verdict {
    pub clause: Clause,
    pub negated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Op {
    /// Sets the register.
    Flag(bool),
    FlagSlot(Slot, Verdict),
    Not,
    /// Keeps the register for [`Op::CompareFlags`].
    KeepFlag,
    CompareFlags {
        equal: bool,
    },
    Jump(u16),
    JumpIfFalse(u16),
    JumpIfTrue(u16),

    Number(f64),
    NumberSlot(Slot, Clause),
    Entry {
        slot: Slot,
        key: u16,
        clause: Clause,
    },
    Negative,
    Arithmetic(Arithmetic),
    CompareNumbers(Compare, Verdict),
    /// A slot with a literal, by far the most frequent comparison.
    CompareSlot {
        slot: Slot,
        compare: Compare,
        verdict: Verdict,
        literal: f64,
    },
    /// The number on the stack is one of `length` numbers of the pool.
    OneOfNumbers {
        first: u16,
        length: u8,
        verdict: Verdict,
    },

    Text(u16),
    TextSlot(Slot, Clause),
    CompareTexts(Compare, Verdict),
    CompareTextSlot {
        slot: Slot,
        compare: Compare,
        verdict: Verdict,
        literal: u16,
    },
    TextTest(TextTest, Verdict),
    OneOfTexts {
        first: u16,
        length: u8,
        verdict: Verdict,
    },
    /// A literal in a list slot.
    Member {
        slot: Slot,
        key: u16,
        verdict: Verdict,
    },
    /// The text on the stack in a list or map slot.
    MemberOf {
        slot: Slot,
        verdict: Verdict,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Literal {
    pub text: Box<str>,
    pub key: u64,
    pub short: ShortText,
}

/// A text waiting on the stack: where it is, not what it is.
#[derive(Clone, Copy)]
enum TextAt {
    Slot(Slot),
    Literal(u16),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Program {
    pub code: Box<[Op]>,
    pub literals: Box<[Literal]>,
    pub numbers: Box<[f64]>,
    /// Source ranges, by clause.
    pub clauses: Box<[Range<usize>]>,
}

impl Program {
    /// Runs the program: at most one pass over its code, since all jumps go forward.
    pub fn run(&self, facts: &dyn Facts, reads: &mut Reads) -> bool {
        let mut machine = Machine {
            program: self,
            facts,
            first: reads.entries().len(),
            reads,
            register: false,
            kept: 0,
            numbers: Stack::new(0.0),
            texts: Stack::new(TextAt::Literal(0)),
        };
        let mut at = 0;
        while let Some(op) = self.code.get(at) {
            at = machine.step(*op).map_or(at + 1, usize::from);
        }
        machine.register
    }
}

struct Machine<'a> {
    program: &'a Program,
    facts: &'a dyn Facts,
    reads: &'a mut Reads,
    /// Reads that were there before this run.
    first: usize,
    register: bool,
    /// Flags kept for a comparison, the latest in the lowest bit. Nesting is bounded well below 64.
    kept: u64,
    numbers: Stack<f64>,
    texts: Stack<TextAt>,
}

impl<'a> Machine<'a> {
    /// Does one instruction; returns where to jump, if it jumps.
    fn step(&mut self, op: Op) -> Option<u16> {
        match op {
            Op::Flag(flag) => self.register = flag,
            Op::FlagSlot(slot, verdict) => {
                let flag = self.facts.flag(slot);
                self.decide(slot, None, ReadValue::Flag(flag), verdict, flag);
            }
            Op::Not => self.register = !self.register,
            Op::KeepFlag => self.kept = self.kept << 1 | u64::from(self.register),
            Op::CompareFlags { equal } => {
                self.register = ((self.kept & 1 == 1) == self.register) == equal;
                self.kept >>= 1;
            }
            Op::Jump(target) => return Some(target),
            Op::JumpIfFalse(target) => return (!self.register).then_some(target),
            Op::JumpIfTrue(target) => return self.register.then_some(target),
            Op::Number(number) => self.numbers.push(number),
            Op::NumberSlot(slot, clause) => {
                let number = self.facts.number(slot);
                self.note(slot, None, ReadValue::Number(number), clause);
                self.numbers.push(number);
            }
            Op::Entry { slot, key, clause } => {
                let literal = self.literal(key);
                let number = self.facts.entry(slot, literal.key);
                self.note(slot, Some(literal.short), ReadValue::Number(number), clause);
                self.numbers.push(number);
            }
            Op::Negative => {
                let number = -self.numbers.pop();
                self.numbers.push(number);
            }
            Op::Arithmetic(operation) => {
                let right = self.numbers.pop();
                let left = self.numbers.pop();
                self.numbers.push(operation.apply(left, right));
            }
            Op::CompareNumbers(compare, verdict) => {
                let right = self.numbers.pop();
                let left = self.numbers.pop();
                self.settle(verdict, compare.numbers(left, right));
            }
            Op::CompareSlot { slot, compare, verdict, literal } => {
                let number = self.facts.number(slot);
                self.decide(slot, None, ReadValue::Number(number), verdict, compare.numbers(number, literal));
            }
            Op::OneOfNumbers { first, length, verdict } => {
                let number = self.numbers.pop();
                let pool = slice(&self.program.numbers, first, length);
                self.settle(verdict, pool.contains(&number));
            }
            Op::Text(literal) => self.texts.push(TextAt::Literal(literal)),
            Op::TextSlot(slot, clause) => {
                let text = ShortText::new(self.facts.text(slot));
                self.note(slot, None, ReadValue::Text(text), clause);
                self.texts.push(TextAt::Slot(slot));
            }
            Op::CompareTexts(compare, verdict) => {
                let (left, right) = self.two_texts();
                self.settle(verdict, compare.holds(left.cmp(right)));
            }
            Op::CompareTextSlot { slot, compare, verdict, literal } => {
                let text = self.facts.text(slot);
                let passed = compare.holds(text.cmp(&self.literal(literal).text));
                self.decide(slot, None, ReadValue::Text(ShortText::new(text)), verdict, passed);
            }
            Op::TextTest(test, verdict) => {
                let (text, part) = self.two_texts();
                self.settle(verdict, test.holds(text, part));
            }
            Op::OneOfTexts { first, length, verdict } => {
                let at = self.texts.pop();
                let text = self.text(at);
                let passed = slice(&self.program.literals, first, length).iter().any(|literal| *literal.text == *text);
                self.settle(verdict, passed);
            }
            Op::Member { slot, key, verdict } => {
                let literal = self.literal(key);
                let flag = self.facts.contains(slot, literal.key);
                self.decide(slot, Some(literal.short), ReadValue::Flag(flag), verdict, flag);
            }
            Op::MemberOf { slot, verdict } => {
                let at = self.texts.pop();
                let text = self.text(at);
                let key = key_of(text);
                let (value, passed) = if slot.kind() == Kind::Map {
                    let number = self.facts.entry(slot, key);
                    (ReadValue::Number(number), number > 0.0)
                } else {
                    let flag = self.facts.contains(slot, key);
                    (ReadValue::Flag(flag), flag)
                };
                self.note(slot, Some(ShortText::new(text)), value, verdict.clause);
                self.settle(verdict, passed);
            }
        }
        None
    }

    /// Records a read whose comparison is still to come.
    fn note(&mut self, slot: Slot, key: Option<ShortText>, value: ReadValue, clause: Clause) {
        self.reads.push(Read { slot, key, value, passed: None, clause });
    }

    /// Ends a comparison of what was read before.
    fn settle(&mut self, verdict: Verdict, passed: bool) {
        self.register = passed != verdict.negated;
        self.reads.settle(self.first, verdict.clause, self.register);
    }

    /// Records a read together with the comparison it decides.
    fn decide(&mut self, slot: Slot, key: Option<ShortText>, value: ReadValue, verdict: Verdict, passed: bool) {
        self.register = passed != verdict.negated;
        self.reads.push(Read { slot, key, value, passed: Some(self.register), clause: verdict.clause });
    }

    fn literal(&self, index: u16) -> &'a Literal {
        &self.program.literals[usize::from(index)]
    }

    fn text(&self, at: TextAt) -> &'a str {
        match at {
            TextAt::Slot(slot) => self.facts.text(slot),
            TextAt::Literal(index) => &self.literal(index).text,
        }
    }

    fn two_texts(&mut self) -> (&'a str, &'a str) {
        let right = self.texts.pop();
        let left = self.texts.pop();
        (self.text(left), self.text(right))
    }
}

fn slice<T>(pool: &[T], first: u16, length: u8) -> &[T] {
    &pool[usize::from(first)..usize::from(first) + usize::from(length)]
}

/// A stack in place. The compiler never lets more than [`STACK_MAX`] values wait.
struct Stack<T> {
    values: [T; STACK_MAX],
    height: usize,
}

impl<T: Copy> Stack<T> {
    fn new(filler: T) -> Self {
        Self { values: [filler; STACK_MAX], height: 0 }
    }

    fn push(&mut self, value: T) {
        self.values[self.height] = value;
        self.height += 1;
    }

    fn pop(&mut self) -> T {
        self.height -= 1;
        self.values[self.height]
    }
}
