//! A shop's word for who is logged in: a signed token that the page hands over.

use super::jws;
use super::jws::JwsError;
use crate::model::VisitorId;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use serde::Deserialize;
use sha2::Digest;
use sha2::Sha256;

/// Longest token accepted.
const TOKEN_BYTES_MAX: usize = 2_048;
/// A token may not be good for longer than this, so that a copied one does not stay useful.
const LIFE_SECONDS_MAX: u64 = 3_600;

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CustomerTokenError {
    #[error("not a compact JWS")]
    Malformed,
    #[error("`alg` must be HS256")]
    Algorithm,
    #[error("wrong signature")]
    Signature,
    #[error("`aud` is not a key of this shop")]
    Audience,
    #[error("`exp` is missing, past, or more than an hour ahead")]
    Expired,
    #[error("`sub` must be 1 to 128 bytes")]
    Subject,
}

#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    exp: u64,
}

/// Reads the token and returns the visitor that stands for this customer in all browsers.
///
/// `keys` are the shop's publishable keys, one of which must be the audience; `now` is in seconds since the Unix epoch.
///
/// # Errors
/// [`CustomerTokenError`]; callers treat all alike, the reason is for the shop's developer.
pub fn read(token: &str, secret: &[u8], keys: &[String], now: u64) -> Result<VisitorId, CustomerTokenError> {
    let claims = jws::verify(token, secret, TOKEN_BYTES_MAX).map_err(|error| match error {
        JwsError::Malformed => CustomerTokenError::Malformed,
        JwsError::Algorithm => CustomerTokenError::Algorithm,
        JwsError::Signature => CustomerTokenError::Signature,
    })?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| CustomerTokenError::Malformed)?;
    if !keys.contains(&claims.aud) {
        return Err(CustomerTokenError::Audience);
    }
    if claims.exp <= now || claims.exp - now > LIFE_SECONDS_MAX {
        return Err(CustomerTokenError::Expired);
    }
    if claims.sub.is_empty() || claims.sub.len() > 128 {
        return Err(CustomerTokenError::Subject);
    }
    // The shop's customer number is not kept: the id is a keyed hash of it.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(b"floorwalker customer ");
    mac.update(Sha256::digest(claims.sub.as_bytes()).as_slice());
    let mut id = [0; 16];
    id.copy_from_slice(&mac.finalize().into_bytes()[..16]);
    Ok(VisitorId(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn sign(header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", BASE64URL_NOPAD.encode(header.as_bytes()), BASE64URL_NOPAD.encode(claims.as_bytes()));
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET).unwrap();
        mac.update(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
    }

    fn check(header: &str, claims: &str) -> Result<VisitorId, CustomerTokenError> {
        read(&sign(header, claims), SECRET, &["pk_a".to_owned()], 1_000)
    }

    const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

    #[test]
    fn the_same_customer_is_the_same_visitor() {
        let one = check(HS256, r#"{"sub":"4711","aud":"pk_a","exp":1100}"#).unwrap();
        assert_eq!(check(HS256, r#"{"exp":2000,"sub":"4711","aud":"pk_a","name":"x"}"#), Ok(one));
        assert_ne!(check(HS256, r#"{"sub":"4712","aud":"pk_a","exp":1100}"#), Ok(one));
    }

    #[test]
    fn everything_else_is_refused() {
        use CustomerTokenError::*;
        let good = r#"{"sub":"4711","aud":"pk_a","exp":1100}"#;
        for (header, claims, error) in [
            (r#"{"alg":"none"}"#, good, Algorithm),
            (r#"{"alg":"HS512"}"#, good, Algorithm),
            (r#"{"alg":"hs256"}"#, good, Algorithm),
            (r#"{}"#, good, Malformed),
            (HS256, r#"{"sub":"4711","aud":"pk_b","exp":1100}"#, Audience),
            (HS256, r#"{"sub":"4711","aud":"pk_a","exp":1000}"#, Expired),
            (HS256, r#"{"sub":"4711","aud":"pk_a","exp":4601}"#, Expired),
            (HS256, r#"{"sub":"4711","aud":"pk_a"}"#, Malformed),
            (HS256, r#"{"sub":"","aud":"pk_a","exp":1100}"#, Subject),
        ] {
            assert_eq!(check(header, claims), Err(error), "{header} {claims}");
        }
        let token = sign(HS256, good);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            // The last digit carries two bits that mean nothing; strict decoding refuses those too.
            assert!(read(&forged, SECRET, &["pk_a".to_owned()], 1_000).is_err(), "at {at}");
        }
        assert_eq!(read("", SECRET, &[], 0), Err(Malformed));
        assert_eq!(read(&"a".repeat(3_000), SECRET, &[], 0), Err(Malformed));
    }

    #[test]
    fn signatures_are_those_of_the_standard() {
        // RFC 7515, appendix A.1: the signature is right, the claims are not of the shape asked for here.
        let secret =
            BASE64URL_NOPAD.decode(b"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").unwrap();
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(read(token, &secret, &[], 0), Err(CustomerTokenError::Malformed), "past the signature");
        assert_eq!(read(token, SECRET, &[], 0), Err(CustomerTokenError::Signature));
    }
}
