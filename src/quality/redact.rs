//! Masks what could be about a person in a text that is shown to the shop's staff.

/// Bytes of a sample.
const BYTES_MAX: usize = 160;
/// A word longer than this is no id of a product.
const WORD_CHARS_MAX: usize = 40;
/// So many digits may be a telephone or a card; ids of products have fewer, or letters between them.
const DIGITS_MAX: usize = 9;

/// Returns the text cut to 160 bytes, with addresses, long numbers and long words masked, and control characters gone.
pub fn redact(text: &str) -> String {
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '`' | '(' | ')' | '=')) {
        let body = word.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '`' | '(' | ')' | '='));
        let digits = body.chars().filter(char::is_ascii_digit).count();
        let letters = body.chars().filter(|c| c.is_alphabetic()).count();
        let masked = if body.contains('@') {
            "<address>"
        } else if digits > DIGITS_MAX && letters == 0 {
            "<number>"
        } else if body.chars().count() > WORD_CHARS_MAX {
            "<long>"
        } else {
            body
        };
        out.extend(masked.chars().filter(|c| !c.is_control()));
        out.extend(word.get(body.len()..).unwrap_or_default().chars().map(|c| if c.is_control() { ' ' } else { c }));
        if out.len() > BYTES_MAX {
            out.truncate(out.floor_char_boundary(BYTES_MAX));
            break;
        }
    }
    out.trim_end().to_owned()
}
