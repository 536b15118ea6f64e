//! Bits of a base64url text, read in order: six of each character, none copied.

use super::Numbers;
use super::TcError;

pub(super) struct Bits<'a> {
    text: &'a [u8],
    /// Next bit.
    at: usize,
}

impl<'a> Bits<'a> {
    /// Checks every character, so that reading meets none that is wrong. Padding at the end is let pass, since some encoders write it.
    pub(super) fn new(text: &'a str) -> Result<Bits<'a>, TcError> {
        let bare = text.trim_end_matches('=');
        match bare.chars().find(|character| !character.is_ascii() || sextet(*character as u8).is_none()) {
            Some(wrong) => Err(TcError::Character(wrong)),
            None => Ok(Bits { text: bare.as_bytes(), at: 0 }),
        }
    }

    /// The next `count` bits, at most 64, as a number. `field` names what is read.
    pub(super) fn take(&mut self, count: u8, field: &'static str) -> Result<u64, TcError> {
        let mut value = 0;
        for _ in 0..count {
            let sextet = self.text.get(self.at / 6).copied().and_then(sextet).ok_or(TcError::Short(field))?;
            value = value << 1 | u64::from(sextet >> (5 - self.at % 6) & 1);
            self.at += 1;
        }
        Ok(value)
    }

    pub(super) fn flag(&mut self, field: &'static str) -> Result<bool, TcError> {
        Ok(self.take(1, field)? == 1)
    }

    /// A set whose first bit is number 1.
    pub(super) fn numbers(&mut self, count: u8, field: &'static str) -> Result<Numbers, TcError> {
        let mut set = 0;
        for number in 0..count {
            set |= self.take(1, field)? << number;
        }
        Ok(Numbers(set))
    }

    /// Two letters of six bits each, `A` being 0. What is beyond `Z` reads as `?`.
    pub(super) fn letters(&mut self, field: &'static str) -> Result<[char; 2], TcError> {
        let mut letter = || self.take(6, field).map(|number| if number < 26 { char::from(b'A' + number as u8) } else { '?' });
        Ok([letter()?, letter()?])
    }
}

fn sextet(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    })
}
