//! Text with values filled in when a decision is made: `Only {missing} to free shipping`.

use super::condition::Kind;
use super::condition::Slot;
use std::sync::Arc;

/// A sentence in pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    Literal(Arc<str>),
    /// A declared number or text.
    Value(Slot),
    /// What the cart lacks to the campaign's `target`, as money.
    Missing,
    /// The campaign's `target`, as money.
    Target,
    /// The cart's value as a whole percentage of the target, at most 100.
    Progress,
}

impl Text {
    /// Longest text accepted, in bytes.
    pub const BYTES_MAX: usize = 500;

    /// Splits `source` at its braces; `{{` is a brace.
    ///
    /// # Errors
    /// A sentence that names the unknown value or the unclosed brace.
    pub fn parse(source: &str) -> Result<Text, String> {
        if source.len() > Self::BYTES_MAX {
            return Err(format!("text has {} bytes, the limit is {}", source.len(), Self::BYTES_MAX));
        }
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = source;
        while let Some(at) = rest.find('{') {
            let (before, after) = rest.split_at(at);
            literal.push_str(before);
            if let Some(escaped) = after.strip_prefix("{{") {
                literal.push('{');
                rest = escaped;
                continue;
            }
            let end = after.find('}').ok_or_else(|| "`{` without `}`; write `{{` for a brace".to_owned())?;
            let name = after.get(1..end).unwrap_or_default().trim();
            if !literal.is_empty() {
                pieces.push(Piece::Literal(Arc::from(std::mem::take(&mut literal))));
            }
            pieces.push(Self::piece(name)?);
            rest = after.get(end + 1..).unwrap_or_default();
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(Arc::from(literal)));
        }
        Ok(Text { pieces })
    }

    /// Declared values the text reads.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.pieces.iter().filter_map(|piece| if let Piece::Value(slot) = piece { Some(*slot) } else { None })
    }

    /// Whether it needs the campaign's `target`.
    pub fn needs_target(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Missing | Piece::Target | Piece::Progress))
    }

    fn piece(name: &str) -> Result<Piece, String> {
        match name {
            "missing" => return Ok(Piece::Missing),
            "target" => return Ok(Piece::Target),
            "progress" => return Ok(Piece::Progress),
            _ => {}
        }
        match Slot::named(name) {
            Some(slot) if matches!(slot.kind(), Kind::Text | Kind::Number | Kind::Integer) => Ok(Piece::Value(slot)),
            Some(_) => Err(format!("`{{{name}}}` is neither a text nor a number")),
            None => Err(format!("unknown value `{{{name}}}`; declared numbers and texts, `missing`, `target` and `progress` may be used")),
        }
    }
}
