//! Codes that only the holder of the secret can make.

use super::GrantKey;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

/// Crockford's alphabet: no I, L, O (read as 1 and 0) and no U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 10 letters of 5 bits: 50 bits, so at a thousand guesses a second one of 100,000 live codes is hit once in 130 days on average.
const LETTERS: usize = 10;

/// Derives the code of a grant. `attempt` is above 0 only where an earlier one met a code already in use.
pub(super) fn derive(secret: &[u8; 32], key: GrantKey, attempt: u32) -> Box<str> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(b"floorwalker offer code");
    mac.update(&key.0.0.to_be_bytes());
    mac.update(&attempt.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let bits = digest.iter().take(8).fold(0_u64, |bits, &byte| (bits << 8) | u64::from(byte));
    let letters: String = (0..LETTERS).map(|i| char::from(ALPHABET[(bits >> (59 - 5 * i)) as usize & 31])).collect();
    letters.into()
}

/// Reads a code as people type it: any case, blanks and hyphens ignored, `O` as 0, `I` and `L` as 1. `None` if it cannot be a code.
pub fn normalize(typed: &str) -> Option<Box<str>> {
    // Longer input is refused before anything is stored.
    if typed.len() > 64 {
        return None;
    }
    let mut code = String::with_capacity(LETTERS);
    for letter in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let letter = match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        };
        if !u8::try_from(letter).is_ok_and(|byte| ALPHABET.contains(&byte)) {
            return None;
        }
        code.push(letter);
    }
    (code.len() == LETTERS).then(|| code.into())
}
