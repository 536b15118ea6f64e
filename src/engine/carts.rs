//! Carts that the shop's server has signed: whose word counts for which visit.

use super::Engine;
use crate::delivery::Token;
use crate::integrations::cart_token;
use crate::model::Cart;
use crate::model::SessionId;
use crate::model::Timestamp;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Tokens remembered while they are good; past it no other one is taken until some have expired. Each costs about 100 bytes.
const TOKENS_MAX: usize = 200_000;

/// Which visit showed which token first.
#[derive(Debug, Default)]
pub(super) struct Seen {
    tokens: Mutex<Tokens>,
    taken: AtomicU64,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Tokens {
    by_digest: BTreeMap<[u8; 16], (SessionId, u64)>,
    by_expiry: BTreeMap<(u64, [u8; 16]), ()>,
}

impl Seen {
    /// Whether the token is this visit's: the first to show it keeps it, so that a copied one confirms nothing.
    fn claim(&self, digest: [u8; 16], session: SessionId, expires: u64, now: u64) -> bool {
        let mut tokens = self.tokens.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while let Some((&(expiry, old), ())) = tokens.by_expiry.first_key_value()
            && expiry <= now
        {
            tokens.by_expiry.remove(&(expiry, old));
            tokens.by_digest.remove(&old);
        }
        if let Some((owner, _)) = tokens.by_digest.get(&digest) {
            return *owner == session;
        }
        if tokens.by_digest.len() >= TOKENS_MAX {
            return false;
        }
        tokens.by_digest.insert(digest, (session, expires));
        tokens.by_expiry.insert((expires, digest), ());
        true
    }
}

impl Engine {
    /// The cart that the shop's server vouches for, and until when; `None` if the token is not good for this visit.
    pub(super) fn confirmed_cart(&self, session: SessionId, token: &str) -> Option<(Cart, Timestamp)> {
        let secret = self.config.offers.server_secret.as_deref()?;
        let seen = &self.ledger.carts;
        let now = u64::from(self.seconds());
        let facts = match cart_token::read(token, secret, &self.config.keys, now) {
            Ok(facts) => facts,
            Err(error) => {
                seen.refused.fetch_add(1, Relaxed);
                tracing::debug!(%session, %error, "a cart token was not taken");
                return None;
            }
        };
        let is_named = facts.session.as_deref().is_none_or(
            |token| matches!(self.signer.check(token, self.seconds()), Ok(Token::Session { session: named }) if named == session.0),
        );
        if !is_named || !seen.claim(facts.digest, session, facts.expires, now) {
            seen.refused.fetch_add(1, Relaxed);
            tracing::debug!(%session, "a cart token of another visit was not taken");
            return None;
        }
        seen.taken.fetch_add(1, Relaxed);
        Some((facts.cart, Timestamp::from_millis(facts.expires.saturating_mul(1_000))))
    }

    /// Signed carts taken and refused since the start.
    pub fn cart_tokens(&self) -> [(&'static str, u64); 2] {
        let seen = &self.ledger.carts;
        [("taken", seen.taken.load(Relaxed)), ("refused", seen.refused.load(Relaxed))]
    }
}
