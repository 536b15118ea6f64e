//! Signed tokens: a bare id is never a right.

use data_encoding::BASE64URL_NOPAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What a token proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// Names a visit of this shop's browser.
    Session { session: [u8; 16] },
    /// Names a remembered visitor.
    Visitor { visitor: [u8; 16] },
    /// Continues a stream. `generation` is the issue number; the last two are good.
    Resume { session: [u8; 16], stream: [u8; 16], generation: u32 },
    /// Opens the dashboard for one browser.
    Admin { nonce: [u8; 16] },
    /// Shows every campaign, never counted.
    Preview { nonce: [u8; 16] },
}

impl Token {
    /// First bytes of the nonce of an admin token that is a one-time link: it opens nothing but its exchange. Another token has them by
    /// chance once in 2^32, and is then refused.
    pub const LINK_MARK: [u8; 4] = *b"link";
}

/// Why a token is refused. Callers treat all the same; the reason is for counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("malformed token")]
    Malformed,
    #[error("wrong signature")]
    Signature,
    #[error("expired token")]
    Expired,
    #[error("token of another kind")]
    Kind,
}

/// Signs and checks tokens for one store. The first key signs; all keys check, so that a rotated key stays good for a while.
#[derive(Clone)]
pub struct Signer {
    keys: Vec<[u8; 32]>,
    store: u32,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({} keys)", self.keys.len())
    }
}

const TAG_BYTES: usize = 16;

impl Signer {
    /// `keys` is not empty.
    pub fn new(keys: Vec<[u8; 32]>, store: u32) -> Signer {
        assert!(!keys.is_empty(), "a signer needs a key");
        Signer { keys, store }
    }

    /// Returns a token that is good until `expires` (seconds since the Unix epoch).
    pub fn sign(&self, token: &Token, expires: u32) -> String {
        let mut bytes = self.body(token, expires);
        if let Some(key) = self.keys.first() {
            let tag = tag(key, &bytes);
            bytes.extend_from_slice(&tag);
        }
        BASE64URL_NOPAD.encode(&bytes)
    }

    /// Reads a token that is good at `now` (seconds since the Unix epoch).
    pub fn check(&self, text: &str, now: u32) -> Result<Token, TokenError> {
        if text.len() > 128 {
            return Err(TokenError::Malformed);
        }
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| TokenError::Malformed)?;
        let (body, given) = bytes.split_at_checked(bytes.len().saturating_sub(TAG_BYTES)).ok_or(TokenError::Malformed)?;
        // Every key is tried, whatever the outcome of the first, so that time says nothing.
        let good = self.keys.iter().fold(0_u8, |good, key| good | tag(key, body).ct_eq(given).unwrap_u8());
        if good == 0 {
            return Err(TokenError::Signature);
        }
        let mut reader = Reader { rest: body };
        let kind = reader.take::<1>()?[0];
        let store = u32::from_be_bytes(reader.take()?);
        let expires = u32::from_be_bytes(reader.take()?);
        let token = match kind {
            1 => Token::Session { session: reader.take()? },
            2 => Token::Visitor { visitor: reader.take()? },
            3 => Token::Resume { session: reader.take()?, stream: reader.take()?, generation: u32::from_be_bytes(reader.take()?) },
            4 => Token::Admin { nonce: reader.take()? },
            5 => Token::Preview { nonce: reader.take()? },
            _ => return Err(TokenError::Malformed),
        };
        if !reader.rest.is_empty() || store != self.store {
            return Err(TokenError::Malformed);
        }
        if expires <= now {
            return Err(TokenError::Expired);
        }
        Ok(token)
    }

    fn body(&self, token: &Token, expires: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        let (kind, parts): (u8, [&[u8]; 2]) = match token {
            Token::Session { session } => (1, [session, &[]]),
            Token::Visitor { visitor } => (2, [visitor, &[]]),
            Token::Resume { session, stream, .. } => (3, [session, stream]),
            Token::Admin { nonce } => (4, [nonce, &[]]),
            Token::Preview { nonce } => (5, [nonce, &[]]),
        };
        out.push(kind);
        out.extend_from_slice(&self.store.to_be_bytes());
        out.extend_from_slice(&expires.to_be_bytes());
        for part in parts {
            out.extend_from_slice(part);
        }
        if let Token::Resume { generation, .. } = token {
            out.extend_from_slice(&generation.to_be_bytes());
        }
        out
    }
}

fn tag(key: &[u8; 32], body: &[u8]) -> [u8; TAG_BYTES] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(body);
    let full = mac.finalize().into_bytes();
    let mut out = [0; TAG_BYTES];
    out.copy_from_slice(&full[..TAG_BYTES]);
    out
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], TokenError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(TokenError::Malformed)?;
        self.rest = rest;
        Ok(*head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: Token = Token::Resume { session: [7; 16], stream: [8; 16], generation: 3 };

    #[test]
    fn every_flipped_bit_is_refused() {
        let signer = Signer::new(vec![[1; 32]], 1);
        let good = BASE64URL_NOPAD.decode(signer.sign(&TOKEN, 1_000).as_bytes()).unwrap();
        assert_eq!(signer.check(&BASE64URL_NOPAD.encode(&good), 999), Ok(TOKEN));
        for bit in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(signer.check(&BASE64URL_NOPAD.encode(&bad), 999), Err(TokenError::Signature), "bit {bit}");
        }
        for length in 0..good.len() {
            assert!(signer.check(&BASE64URL_NOPAD.encode(&good[..length]), 999).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn expiry_store_and_key_count() {
        let signer = Signer::new(vec![[1; 32]], 1);
        let text = signer.sign(&TOKEN, 1_000);
        assert_eq!(signer.check(&text, 1_000), Err(TokenError::Expired));
        assert_eq!(Signer::new(vec![[1; 32]], 2).check(&text, 1), Err(TokenError::Malformed), "another store");
        assert_eq!(Signer::new(vec![[2; 32]], 1).check(&text, 1), Err(TokenError::Signature), "another key");
        assert_eq!(Signer::new(vec![[2; 32], [1; 32]], 1).check(&text, 1), Ok(TOKEN), "a rotated key");
    }
}
