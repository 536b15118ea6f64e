//! Signed words of a shop's server: a compact JWS (RFC 7515) with HMAC-SHA256, and nothing else.
//!
//! The algorithm is fixed here and not taken from the token; the signature is checked before any claim is looked at; no key is ever
//! fetched.

use data_encoding::BASE64URL_NOPAD;
use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use serde::Deserialize;
use sha2::Sha256;

/// Why a token is not taken, before its claims are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JwsError {
    Malformed,
    Algorithm,
    Signature,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// Checks a token of at most `bytes_max` and returns its claims, as bytes.
pub(super) fn verify(token: &str, secret: &[u8], bytes_max: usize) -> Result<Vec<u8>, JwsError> {
    if token.len() > bytes_max {
        return Err(JwsError::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(JwsError::Malformed)?;
    let (header, claims) = signed.split_once('.').ok_or(JwsError::Malformed)?;
    let decode = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JwsError::Malformed);
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsError::Malformed)?;
    if header.alg != "HS256" {
        return Err(JwsError::Algorithm);
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    mac.verify_slice(&decode(signature)?).map_err(|_| JwsError::Signature)?;
    decode(claims)
}

/// Makes a token of claims in JSON, as a shop's server does.
pub fn sign(claims: &str, secret: &[u8]) -> String {
    let header = BASE64URL_NOPAD.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(signed.as_bytes());
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes()))
}
