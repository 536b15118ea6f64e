//! A shop's word for what is in a cart: a signed token that the page hands over, so that no extra request is needed.
//!
//! Claims: `aud` (a publishable key), `exp` (at most 15 minutes ahead), `currency`, `lines` (`product`, `quantity`, `price` in minor units)
//! and, where the shop knows it, `sid`: the visit's session token. The cart is the token's own; what the page says beside it does not count.

use super::jws;
use super::jws::JwsError;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::Currency;
use crate::model::key_of;
use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

/// Longest token accepted: 50 lines with long ids fit.
const TOKEN_BYTES_MAX: usize = 16 * 1_024;
/// A token may not be good for longer than this, so that a cart that was emptied does not stay confirmed.
const LIFE_SECONDS_MAX: u64 = 900;
const LINES_MAX: usize = 50;
const PRODUCT_BYTES_MAX: usize = 128;
const QUANTITY_MAX: u32 = 10_000;
const PRICE_MAX: i64 = 100_000_000_000;

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CartTokenError {
    #[error("not a compact JWS of a cart")]
    Malformed,
    #[error("`alg` must be HS256")]
    Algorithm,
    #[error("wrong signature")]
    Signature,
    #[error("`aud` is not a key of this shop")]
    Audience,
    #[error("`exp` is missing, past, or more than 15 minutes ahead")]
    Expired,
    #[error("`currency` must be three capital letters (ISO 4217)")]
    Currency,
    #[error("`lines` must be at most 50, each with a product of 1 to 128 bytes, a quantity of 1 to 10,000 and a price from 0")]
    Lines,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq)]
pub struct CartFacts {
    pub cart: Cart,
    /// Seconds since the Unix epoch.
    pub expires: u64,
    /// The visit it is for, as the session token of the visit.
    pub session: Option<String>,
    /// Name of this very token: two with the same digest are the same.
    pub digest: [u8; 16],
}

#[derive(Deserialize)]
struct Claims {
    aud: String,
    exp: u64,
    currency: String,
    lines: Vec<Line>,
    sid: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    product: String,
    quantity: u32,
    price: i64,
}

/// Reads the token. `keys` are the shop's publishable keys, one of which must be the audience; `now` is in seconds since the Unix epoch.
///
/// # Errors
/// [`CartTokenError`], for the shop's developer.
pub fn read(token: &str, secret: &[u8], keys: &[String], now: u64) -> Result<CartFacts, CartTokenError> {
    let claims = jws::verify(token, secret, TOKEN_BYTES_MAX).map_err(|error| match error {
        JwsError::Malformed => CartTokenError::Malformed,
        JwsError::Algorithm => CartTokenError::Algorithm,
        JwsError::Signature => CartTokenError::Signature,
    })?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| CartTokenError::Malformed)?;
    if !keys.contains(&claims.aud) {
        return Err(CartTokenError::Audience);
    }
    if claims.exp <= now || claims.exp - now > LIFE_SECONDS_MAX {
        return Err(CartTokenError::Expired);
    }
    let currency = Currency::parse(&claims.currency).ok_or(CartTokenError::Currency)?;
    let is_line = |line: &Line| {
        (1..=PRODUCT_BYTES_MAX).contains(&line.product.len())
            && (1..=QUANTITY_MAX).contains(&line.quantity)
            && (0..=PRICE_MAX).contains(&line.price)
    };
    if claims.lines.len() > LINES_MAX || !claims.lines.iter().all(is_line) {
        return Err(CartTokenError::Lines);
    }
    let line = |line: &Line| CartLine { product: key_of(&line.product), quantity: line.quantity, price: line.price };
    let mut digest = [0; 16];
    digest.copy_from_slice(&Sha256::digest(token.as_bytes())[..16]);
    Ok(CartFacts {
        cart: Cart { currency, lines: claims.lines.iter().map(line).collect() },
        expires: claims.exp,
        session: claims.sid,
        digest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
    const GOOD: &str = r#"{"aud":"pk_a","exp":1100,"currency":"EUR","lines":[{"product":"1","quantity":2,"price":1999}]}"#;

    fn check(token: &str) -> Result<CartFacts, CartTokenError> {
        read(token, SECRET, &["pk_a".to_owned()], 1_000)
    }

    #[test]
    fn a_cart_is_what_the_shop_signed() {
        let facts = check(&jws::sign(GOOD, SECRET)).unwrap();
        assert_eq!((facts.cart.value().minor, facts.cart.currency.code(), facts.expires, facts.session), (3_998, "EUR", 1_100, None));
        let bound = GOOD.replace("\"exp\"", "\"sid\":\"abc\",\"exp\"");
        assert_eq!(check(&jws::sign(&bound, SECRET)).unwrap().session.as_deref(), Some("abc"));
    }

    #[test]
    fn everything_else_is_refused() {
        use CartTokenError::*;
        for (from, to, error) in [
            ("pk_a", "pk_b", Audience),
            ("1100", "1000", Expired),
            ("1100", "1901", Expired),
            ("EUR", "eur", Currency),
            ("\"quantity\":2", "\"quantity\":0", Lines),
            ("\"quantity\":2", "\"quantity\":-2", Malformed),
            ("1999", "-1", Lines),
            ("1999", "19.99", Malformed),
            ("\"product\":\"1\"", "\"product\":\"\"", Lines),
            ("\"exp\":1100,", "", Malformed),
        ] {
            assert_eq!(check(&jws::sign(&GOOD.replace(from, to), SECRET)), Err(error), "{from} -> {to}");
        }
        assert_eq!(check(&jws::sign(GOOD, b"another secret")), Err(Signature));
        let token = jws::sign(GOOD, SECRET);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert!(check(&String::from_utf8(forged).unwrap()).is_err(), "at {at}");
        }
        let none = token.replacen(token.split('.').next().unwrap(), "eyJhbGciOiJub25lIn0", 1);
        assert_eq!(check(&none), Err(Algorithm));
        assert_eq!(check(&"a".repeat(20_000)), Err(Malformed));
    }
}
