//! Comparisons that no value of a slot can decide: a text outside a closed set, a number outside the range.

use super::problem::Problem;
use super::problem::nearest;
use super::tree::Compare;
use super::tree::Form;
use super::tree::Node;
use super::vocabulary::Kind;
use super::vocabulary::Slot;

/// Returns what is wrong with a comparison of a slot with a literal, on either side. Types have been checked.
pub(super) fn check_comparison(compare: Compare, left: &Node, right: &Node) -> Option<Problem> {
    match (&left.form, &right.form) {
        (Form::Slot(slot) | Form::Entry(slot, _), Form::Number(number)) => check_number(*slot, compare, *number, right),
        (Form::Number(number), Form::Slot(slot) | Form::Entry(slot, _)) => check_number(*slot, compare.flipped(), *number, left),
        (Form::Slot(slot), Form::Text(text)) => check_text(*slot, compare, text, right),
        (Form::Text(text), Form::Slot(slot)) => check_text(*slot, compare.flipped(), text, left),
        (Form::Slot(a), Form::Slot(b)) if compare.is_equality() => check_texts(*a, *b, compare, right),
        _ => None,
    }
}

fn check_number(slot: Slot, compare: Compare, number: f64, literal: &Node) -> Option<Problem> {
    let (low, high) = slot.range()?;
    let problem = |bounds: String, verdict: bool| {
        Some(Problem::new(literal.span.clone(), format!("`{slot}` is {bounds}, so this is {}", always(verdict))))
    };
    if number < low || number > high {
        // Beyond the range every possible value lies on the same side of the literal.
        let verdict = compare.numbers(low, number);
        return if high >= super::vocabulary::INTEGER_MAX {
            problem(format!("at least {low}"), verdict)
        } else {
            problem(format!("between {low} and {high}"), verdict)
        };
    }
    if slot.kind() == Kind::Integer && compare.is_equality() && number.fract() != 0.0 {
        return problem("a whole number".into(), compare == Compare::NotEqual);
    }
    None
}

fn check_text(slot: Slot, compare: Compare, text: &str, literal: &Node) -> Option<Problem> {
    let allowed = slot.allowed();
    if allowed.is_empty() || allowed.contains(&text) {
        return None;
    }
    let message = if compare.is_equality() {
        format!("`{slot}` is one of {}, so this is {}", allowed.join(", "), always(compare == Compare::NotEqual))
    } else {
        format!("`{slot}` is one of {}", allowed.join(", "))
    };
    Some(Problem::new(literal.span.clone(), message).suggest(nearest(text, allowed.iter().copied()).map(|near| format!("{near:?}"))))
}

fn check_texts(a: Slot, b: Slot, compare: Compare, node: &Node) -> Option<Problem> {
    let disjoint = !a.allowed().is_empty() && !b.allowed().is_empty() && !a.allowed().iter().any(|text| b.allowed().contains(text));
    let message = || format!("`{a}` and `{b}` have no value in common, so this is {}", always(compare == Compare::NotEqual));
    disjoint.then(|| Problem::new(node.span.clone(), message()))
}

fn always(verdict: bool) -> &'static str {
    if verdict { "always true" } else { "never true" }
}
