//! From the typed tree to the flat program.

use super::facts::key_of;
use super::problem::Problem;
use super::program::Clause;
use super::program::INSTRUCTIONS_MAX;
use super::program::Literal;
use super::program::Op;
use super::program::Program;
use super::program::Verdict;
use super::reads::ShortText;
use super::tree::Compare;
use super::tree::Form;
use super::tree::Node;
use super::tree::Type;
use super::vocabulary::Kind;
use std::ops::Range;

/// Compiles a checked condition.
pub(super) fn compile(root: &Node) -> Result<Program, Problem> {
    let mut emitter = Emitter::default();
    emitter.flag(root);
    if emitter.code.len() > INSTRUCTIONS_MAX {
        let message = format!("the condition needs {} instructions, more than {INSTRUCTIONS_MAX}", emitter.code.len());
        return Err(Problem::new(root.span.clone(), message));
    }
    Ok(Program {
        code: emitter.code.into(),
        literals: emitter.literals.into(),
        numbers: emitter.numbers.into(),
        clauses: emitter.clauses.into(),
    })
}

#[derive(Default)]
struct Emitter {
    code: Vec<Op>,
    literals: Vec<Literal>,
    numbers: Vec<f64>,
    clauses: Vec<Range<usize>>,
}

impl Emitter {
    /// Emits code that leaves a yes-or-no value in the register.
    fn flag(&mut self, node: &Node) {
        match &node.form {
            Form::Flag(flag) => self.code.push(Op::Flag(*flag)),
            Form::Not(part) if is_clause(part) => self.clause(part, node.span.clone(), true),
            Form::Not(part) => {
                self.flag(part);
                self.code.push(Op::Not);
            }
            Form::All(parts) => self.chain(parts, Op::JumpIfFalse),
            Form::Any(parts) => self.chain(parts, Op::JumpIfTrue),
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, Self::flag),
            Form::Compare(compare, left, right) if left.ty == Type::Flag => {
                self.flag(left);
                self.code.push(Op::KeepFlag);
                self.flag(right);
                self.code.push(Op::CompareFlags { equal: *compare == Compare::Equal });
            }
            _ => self.clause(node, node.span.clone(), false),
        }
    }

    /// Jumps to the end as soon as one part decides; the register then holds the result.
    fn chain(&mut self, parts: &[Node], jump: fn(u16) -> Op) {
        let mut jumps = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            self.flag(part);
            if index + 1 < parts.len() {
                jumps.push(self.placeholder());
            }
        }
        let end = self.here();
        for at in jumps {
            self.code[at] = jump(end);
        }
    }

    fn choose(&mut self, condition: &Node, yes: &Node, no: &Node, mut branch: impl FnMut(&mut Self, &Node)) {
        self.flag(condition);
        let to_no = self.placeholder();
        branch(self, yes);
        let to_end = self.placeholder();
        self.code[to_no] = Op::JumpIfFalse(self.here());
        branch(self, no);
        self.code[to_end] = Op::Jump(self.here());
    }

    fn placeholder(&mut self) -> usize {
        self.code.push(Op::Jump(0));
        self.code.len() - 1
    }

    fn here(&self) -> u16 {
        self.code.len() as u16
    }

    /// Emits one comparison. Everything it reads carries its clause.
    fn clause(&mut self, node: &Node, span: Range<usize>, negated: bool) {
        let clause = self.clauses.len() as Clause;
        self.clauses.push(span);
        let verdict = Verdict { clause, negated };
        match &node.form {
            Form::Slot(slot) => self.code.push(Op::FlagSlot(*slot, verdict)),
            Form::Compare(compare, left, right) => self.compare(*compare, left, right, verdict),
            Form::TextTest(test, text, part) => {
                self.text(text, clause);
                self.text(part, clause);
                self.code.push(Op::TextTest(*test, verdict));
            }
            Form::OneOf(probe, literals) => self.one_of(probe, literals, verdict),
            Form::Member(probe, slot) => match &probe.form {
                Form::Text(text) if slot.kind() == Kind::List => {
                    let key = self.literal(text);
                    self.code.push(Op::Member { slot: *slot, key, verdict });
                }
                _ => {
                    self.text(probe, clause);
                    self.code.push(Op::MemberOf { slot: *slot, verdict });
                }
            },
            _ => unreachable!("`is_clause` and `flag` send every other form elsewhere"),
        }
    }

    fn compare(&mut self, compare: Compare, left: &Node, right: &Node, verdict: Verdict) {
        let op = match (&left.form, &right.form) {
            (Form::Slot(slot), Form::Number(literal)) => Op::CompareSlot { slot: *slot, compare, verdict, literal: *literal },
            (Form::Number(literal), Form::Slot(slot)) => {
                Op::CompareSlot { slot: *slot, compare: compare.flipped(), verdict, literal: *literal }
            }
            (Form::Slot(slot), Form::Text(text)) => Op::CompareTextSlot { slot: *slot, compare, verdict, literal: self.literal(text) },
            (Form::Text(text), Form::Slot(slot)) => {
                Op::CompareTextSlot { slot: *slot, compare: compare.flipped(), verdict, literal: self.literal(text) }
            }
            _ if left.ty == Type::Text => {
                self.text(left, verdict.clause);
                self.text(right, verdict.clause);
                Op::CompareTexts(compare, verdict)
            }
            _ => {
                self.number(left, verdict.clause);
                self.number(right, verdict.clause);
                Op::CompareNumbers(compare, verdict)
            }
        };
        self.code.push(op);
    }

    fn one_of(&mut self, probe: &Node, literals: &[Node], verdict: Verdict) {
        // The check has bounded the list to 64 literals of one type.
        let length = literals.len() as u8;
        if probe.ty == Type::Text {
            self.text(probe, verdict.clause);
            let first = self.literals.len() as u16;
            for literal in literals {
                if let Form::Text(text) = &literal.form {
                    self.add_literal(text);
                }
            }
            self.code.push(Op::OneOfTexts { first, length, verdict });
        } else {
            self.number(probe, verdict.clause);
            let first = self.numbers.len() as u16;
            self.numbers.extend(literals.iter().filter_map(|literal| match literal.form {
                Form::Number(number) => Some(number),
                _ => None,
            }));
            self.code.push(Op::OneOfNumbers { first, length, verdict });
        }
    }

    fn number(&mut self, node: &Node, clause: Clause) {
        match &node.form {
            Form::Number(number) => self.code.push(Op::Number(*number)),
            Form::Slot(slot) => self.code.push(Op::NumberSlot(*slot, clause)),
            Form::Entry(slot, key) => {
                let key = self.literal(key);
                self.code.push(Op::Entry { slot: *slot, key, clause });
            }
            Form::Negative(part) => {
                self.number(part, clause);
                self.code.push(Op::Negative);
            }
            Form::Arithmetic(operation, left, right) => {
                self.number(left, clause);
                self.number(right, clause);
                self.code.push(Op::Arithmetic(*operation));
            }
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, |this, branch| this.number(branch, clause)),
            _ => unreachable!("the type check lets only these be numbers"),
        }
    }

    fn text(&mut self, node: &Node, clause: Clause) {
        match &node.form {
            Form::Text(text) => {
                let literal = self.literal(text);
                self.code.push(Op::Text(literal));
            }
            Form::Slot(slot) => self.code.push(Op::TextSlot(*slot, clause)),
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, |this, branch| this.text(branch, clause)),
            _ => unreachable!("the type check lets only these be texts"),
        }
    }

    fn literal(&mut self, text: &str) -> u16 {
        match self.literals.iter().position(|literal| *literal.text == *text) {
            Some(index) => index as u16,
            None => self.add_literal(text),
        }
    }

    fn add_literal(&mut self, text: &str) -> u16 {
        self.literals.push(Literal { text: text.into(), key: key_of(text), short: ShortText::new(text) });
        (self.literals.len() - 1) as u16
    }
}

/// Whether a yes-or-no node is a single comparison, which a proof can quote as it stands.
fn is_clause(node: &Node) -> bool {
    match &node.form {
        Form::Slot(_) | Form::TextTest(..) | Form::OneOf(..) | Form::Member(..) => true,
        Form::Compare(_, left, _) => left.ty != Type::Flag,
        _ => false,
    }
}
