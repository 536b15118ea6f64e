//! The names a condition mentions, so that they can be looked up in what the shop has.

use super::Condition;
use super::check::check;
use super::parse::parse;
use super::tree::Form;
use super::tree::Node;
use super::vocabulary::Slot;

impl Condition {
    /// Texts written next to a slot: compared with it, looked up in it, or listed. Parses the source anew; not for every event.
    ///
    /// Parts of texts (`startsWith` and its like) are left out, since nothing need be called so.
    pub fn mentions(&self) -> Vec<(Slot, String)> {
        let mut found = Vec::new();
        if let Some((root, _)) = parse(&self.source).ok().and_then(|parsed| check(&self.source, &parsed).ok()) {
            collect(&root, &mut found);
        }
        found
    }
}

fn collect(node: &Node, found: &mut Vec<(Slot, String)>) {
    match &node.form {
        Form::Compare(_, left, right) => {
            for (slot, text) in [(left, right), (right, left)] {
                if let (Form::Slot(slot), Form::Text(text)) = (&slot.form, &text.form) {
                    found.push((*slot, text.clone()));
                }
            }
            collect(left, found);
            collect(right, found);
        }
        Form::OneOf(probe, literals) => {
            if let Form::Slot(slot) = &probe.form {
                found.extend(literals.iter().filter_map(|literal| match &literal.form {
                    Form::Text(text) => Some((*slot, text.clone())),
                    _ => None,
                }));
            }
            collect(probe, found);
        }
        Form::Member(probe, slot) => {
            if let Form::Text(text) = &probe.form {
                found.push((*slot, text.clone()));
            }
        }
        Form::Entry(slot, key) => found.push((*slot, key.clone())),
        Form::Negative(part) | Form::Not(part) => collect(part, found),
        Form::Arithmetic(_, left, right) => {
            collect(left, found);
            collect(right, found);
        }
        Form::Choose(condition, yes, no) => {
            for part in [condition, yes, no] {
                collect(part, found);
            }
        }
        Form::All(parts) | Form::Any(parts) => parts.iter().for_each(|part| collect(part, found)),
        Form::TextTest(..) | Form::Flag(_) | Form::Number(_) | Form::Text(_) | Form::Slot(_) => {}
    }
}
