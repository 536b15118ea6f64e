//! Whether a condition can ever differ: it is tried on every value of one slot that could make a difference.
//!
//! For each slot that is compared with literals, the literals cut its values into a few cells within which no comparison
//! changes. One sample of each cell is put in, all else stays unknown (Kleene's three-valued logic). If the condition is
//! false for all samples, it is never true; that is sound, and misses what takes two slots together or arithmetic to see.

use super::tree::Compare;
use super::tree::Form;
use super::tree::Node;
use super::tree::Type;
use super::vocabulary::Kind;
use super::vocabulary::Slot;
use std::collections::BTreeMap;

/// `Some(true)`: always true; `Some(false)`: never true; `None`: it depends, or it takes several slots together to see.
pub(super) fn constant(node: &Node) -> Option<bool> {
    let by_parts = match &node.form {
        Form::Not(part) => constant(part).map(|flag| !flag),
        Form::All(parts) => chain(parts, false, constant),
        Form::Any(parts) => chain(parts, true, constant),
        _ => None,
    };
    by_parts.or_else(|| constant_by_trial(node))
}

/// A chain is decided by one part with the deciding value, else by all parts together.
fn chain<'a>(parts: &'a [Node], deciding: bool, verdict: impl Fn(&'a Node) -> Option<bool>) -> Option<bool> {
    let verdicts = parts.iter().map(|part| verdict(part).map(|flag| flag == deciding));
    verdicts.fold(Some(false), either).map(|decided| decided == deciding)
}

fn constant_by_trial(node: &Node) -> Option<bool> {
    if let Some(verdict) = (Trial { subject: None }).flag(node) {
        return Some(verdict);
    }
    let mut subjects = BTreeMap::new();
    collect(node, &mut subjects);
    subjects.iter().find_map(|(subject, literals)| {
        let mut verdicts = samples(subject, literals).into_iter().map(|sample| Trial { subject: Some((subject, sample)) }.flag(node));
        let first = verdicts.next()??;
        verdicts.all(|verdict| verdict == Some(first)).then_some(first)
    })
}

/// One value that facts give independently of the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Slot(Slot),
    Entry(Slot, &'a str),
    Member(Slot, &'a str),
}

#[derive(Clone, Copy, Debug)]
enum Sample<'a> {
    Flag(bool),
    Number(f64),
    Text(&'a str),
    /// Some text that the condition does not mention next to the slot.
    OtherText,
}

#[derive(Default)]
struct Literals<'a> {
    numbers: Vec<f64>,
    texts: Vec<&'a str>,
}

/// Finds the subjects and the literals each is compared with.
fn collect<'a>(node: &'a Node, subjects: &mut BTreeMap<Subject<'a>, Literals<'a>>) {
    let mut leaves = Vec::new();
    match &node.form {
        Form::Compare(_, left, right) | Form::TextTest(_, left, right) => {
            collect_leaves(left, &mut leaves);
            collect_leaves(right, &mut leaves);
        }
        Form::OneOf(probe, literals) => {
            collect_leaves(probe, &mut leaves);
            leaves.extend(literals);
        }
        Form::Member(probe, slot) => {
            if let Form::Text(text) = &probe.form {
                subjects.entry(Subject::Member(*slot, text)).or_default();
            }
        }
        Form::Slot(_) if node.ty == Type::Flag => leaves.push(node),
        _ => {}
    }
    for subject in leaves.iter().filter_map(|leaf| subject(leaf)) {
        let literals = subjects.entry(subject).or_default();
        for leaf in &leaves {
            match &leaf.form {
                Form::Number(number) => literals.numbers.push(*number),
                Form::Text(text) => literals.texts.push(text),
                _ => {}
            }
        }
    }
    children(node).for_each(|child| collect(child, subjects));
}

/// The values a comparison may end up comparing: its side, or the branches of a choice.
fn collect_leaves<'a>(node: &'a Node, leaves: &mut Vec<&'a Node>) {
    match &node.form {
        Form::Choose(_, yes, no) => {
            collect_leaves(yes, leaves);
            collect_leaves(no, leaves);
        }
        _ => leaves.push(node),
    }
}

fn subject(node: &Node) -> Option<Subject<'_>> {
    match &node.form {
        Form::Slot(slot) => Some(Subject::Slot(*slot)),
        Form::Entry(slot, key) => Some(Subject::Entry(*slot, key)),
        _ => None,
    }
}

fn children(node: &Node) -> impl Iterator<Item = &Node> {
    let (parts, boxed): (&[Node], [Option<&Node>; 3]) = match &node.form {
        Form::Negative(a) | Form::Not(a) | Form::OneOf(a, _) | Form::Member(a, _) => (&[], [Some(a), None, None]),
        Form::Arithmetic(_, a, b) | Form::Compare(_, a, b) | Form::TextTest(_, a, b) => (&[], [Some(a), Some(b), None]),
        Form::Choose(a, b, c) => (&[], [Some(a), Some(b), Some(c)]),
        Form::All(parts) | Form::Any(parts) => (parts, [None; 3]),
        Form::Flag(_) | Form::Number(_) | Form::Text(_) | Form::Slot(_) | Form::Entry(..) => (&[], [None; 3]),
    };
    parts.iter().chain(boxed.into_iter().flatten())
}

/// At least one value out of every cell of the subject's values.
fn samples<'a>(subject: &Subject<'a>, literals: &Literals<'a>) -> Vec<Sample<'a>> {
    let slot = match subject {
        Subject::Member(..) => return vec![Sample::Flag(true), Sample::Flag(false)],
        Subject::Slot(slot) | Subject::Entry(slot, _) => *slot,
    };
    match slot.kind() {
        Kind::Flag => vec![Sample::Flag(true), Sample::Flag(false)],
        Kind::Text if !slot.allowed().is_empty() => slot.allowed().iter().map(|text| Sample::Text(text)).collect(),
        Kind::Text => literals.texts.iter().map(|text| Sample::Text(text)).chain([Sample::OtherText]).collect(),
        Kind::Integer | Kind::Number | Kind::Map => number_samples(slot, &literals.numbers),
        Kind::List => Vec::new(),
    }
}

fn number_samples<'a>(slot: Slot, literals: &[f64]) -> Vec<Sample<'a>> {
    let Some((low, high)) = slot.range() else { return Vec::new() };
    let mut values = vec![low, high];
    if slot.kind() == Kind::Integer {
        // The whole numbers at and right after every literal, and the least: the first ones of every cell.
        values.extend(literals.iter().flat_map(|literal| [literal.floor(), literal.ceil(), literal.ceil() + 1.0]));
    } else {
        values.extend(literals);
    }
    values.retain(|value| (low..=high).contains(value));
    values.sort_by(f64::total_cmp);
    values.dedup();
    if slot.kind() != Kind::Integer {
        // Halved before they are added: the sum may exceed what a double holds.
        let middles: Vec<f64> = values.windows(2).map(|pair| pair[0] / 2.0 + pair[1] / 2.0).collect();
        values.extend(middles);
    }
    values.into_iter().map(Sample::Number).collect()
}

/// Evaluation with one value known.
struct Trial<'a> {
    subject: Option<(&'a Subject<'a>, Sample<'a>)>,
}

impl<'a> Trial<'a> {
    fn flag(&self, node: &'a Node) -> Option<bool> {
        match &node.form {
            Form::Flag(flag) => Some(*flag),
            Form::Not(part) => self.flag(part).map(|flag| !flag),
            Form::All(parts) => chain(parts, false, |part| self.flag(part)),
            Form::Any(parts) => chain(parts, true, |part| self.flag(part)),
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, Self::flag),
            Form::Slot(_) => match self.sample(node)? {
                Sample::Flag(flag) => Some(flag),
                _ => None,
            },
            Form::Member(probe, slot) => match (&probe.form, self.subject?) {
                (Form::Text(text), (Subject::Member(subject, key), Sample::Flag(flag))) if subject == slot && *key == text => Some(flag),
                _ => None,
            },
            Form::Compare(compare, left, right) => self.compare(*compare, left, right),
            Form::TextTest(test, text, part) => match (self.text(text)?, self.text(part)?) {
                (Some(text), Some(part)) => Some(test.holds(text, part)),
                _ => None,
            },
            Form::OneOf(probe, literals) => {
                let verdicts = literals.iter().map(|literal| self.compare(Compare::Equal, probe, literal));
                verdicts.fold(Some(false), either)
            }
            _ => None,
        }
    }

    fn compare(&self, compare: Compare, left: &'a Node, right: &'a Node) -> Option<bool> {
        match left.ty {
            Type::Flag => Some(compare.holds(self.flag(left)?.cmp(&self.flag(right)?))),
            Type::Integer | Type::Number => Some(compare.numbers(self.number(left)?, self.number(right)?)),
            Type::Text => match (self.text(left)?, self.text(right)?) {
                (Some(left), Some(right)) => Some(compare.holds(left.cmp(right))),
                (None, None) => None,
                // The other text equals no literal next to the slot, but may come before or after it.
                _ if compare.is_equality() => Some(compare == Compare::NotEqual),
                _ => None,
            },
        }
    }

    /// A literal or the sample. Arithmetic on the sample is unknown: its result may change within a cell.
    fn number(&self, node: &'a Node) -> Option<f64> {
        match &node.form {
            Form::Number(number) => Some(*number),
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, Self::number),
            _ => match self.sample(node)? {
                Sample::Number(number) => Some(number),
                _ => None,
            },
        }
    }

    /// A known text; `Some(None)` stands for the text that is not mentioned.
    fn text(&self, node: &'a Node) -> Option<Option<&'a str>> {
        match &node.form {
            Form::Text(text) => Some(Some(text)),
            Form::Choose(condition, yes, no) => self.choose(condition, yes, no, Self::text),
            _ => match self.sample(node)? {
                Sample::Text(text) => Some(Some(text)),
                Sample::OtherText => Some(None),
                _ => None,
            },
        }
    }

    fn choose<T: PartialEq>(&self, condition: &'a Node, yes: &'a Node, no: &'a Node, value: fn(&Self, &'a Node) -> Option<T>) -> Option<T> {
        match self.flag(condition) {
            Some(true) => value(self, yes),
            Some(false) => value(self, no),
            None => value(self, yes).filter(|yes| value(self, no).as_ref() == Some(yes)),
        }
    }

    fn sample(&self, node: &'a Node) -> Option<Sample<'a>> {
        let (known, sample) = self.subject?;
        (subject(node).as_ref() == Some(known)).then_some(sample)
    }
}

/// Kleene's or.
fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
