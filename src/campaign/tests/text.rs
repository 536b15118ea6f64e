//! Texts with values in braces.

use crate::campaign::Piece;
use crate::campaign::Text;
use crate::campaign::condition::Slot;

/// Reads a text and compares its pieces, one a word: literals in quotes, values by name.
#[track_caller]
fn check(source: &str, expect: &str) {
    let words = match Text::parse(source) {
        Ok(text) => text.pieces.iter().map(word).collect::<Vec<_>>().join(" "),
        Err(message) => format!("error: {message}"),
    };
    assert_eq!(words, expect, "in `{source}`");
}

fn word(piece: &Piece) -> String {
    match piece {
        Piece::Literal(text) => format!("{text:?}"),
        Piece::Value(slot) => slot.name().to_owned(),
        Piece::Missing => "missing".to_owned(),
        Piece::Target => "target".to_owned(),
        Piece::Progress => "progress".to_owned(),
    }
}

#[test]
fn pieces() {
    check("", "");
    check("Just words.", "\"Just words.\"");
    check("Only {missing} to {target}", "\"Only \" missing \" to \" target");
    check("{progress}%", "progress \"%\"");
    check("{ cart.items } pieces at {cart.value}", "cart.items \" pieces at \" cart.value");
    check("{missing}{target}", "missing target");
    check("ü{locale.language}ü", "\"ü\" locale.language \"ü\"");
}

#[test]
fn braces_can_be_written() {
    check("{{missing}", "\"{missing}\"");
    check("a } b", "\"a } b\"");
    check("{{{missing}}", "\"{\" missing \"}\"");
}

#[test]
fn what_cannot_be_filled_in() {
    check("{missing", "error: `{` without `}`; write `{{` for a brace");
    check("{}", "error: unknown value `{}`; declared numbers and texts, `missing`, `target` and `progress` may be used");
    check(
        "{cart.valeu}",
        "error: unknown value `{cart.valeu}`; declared numbers and texts, `missing`, `target` and `progress` may be used",
    );
    check("{cart.products}", "error: `{cart.products}` is neither a text nor a number");
    check("{device.touch}", "error: `{device.touch}` is neither a text nor a number");
    check(&"x".repeat(501), "error: text has 501 bytes, the limit is 500");
    check(&"x".repeat(500), &format!("{:?}", "x".repeat(500)));
}

#[test]
fn what_a_text_reads() {
    let text = Text::parse("{cart.value} of {target}, {cart.items} pieces").unwrap();
    assert_eq!(text.slots().collect::<Vec<_>>(), [Slot::CartValue, Slot::CartItems]);
    assert!(text.needs_target());
    assert!(!Text::parse("{cart.value}").unwrap().needs_target());
}
