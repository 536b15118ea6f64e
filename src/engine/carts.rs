//! Carts that the shop's server has signed: whose word counts for which visit.

use super::Engine;
use crate::delivery::Token;
use crate::integrations::cart_token;
use crate::model::Cart;
use crate::model::SessionId;
use crate::model::Timestamp;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Tokens remembered while they are good; past it no other one is taken until some have expired. Each costs about 100 bytes.
const TOKENS_MAX: usize = 200_000;
/// Names of their entries in the store begin with this.
pub(super) const PREFIX: &[u8] = b"cart-token/";
/// First byte of an entry; another value is another format.
const FORMAT: u8 = 1;
/// Expired tokens removed from the store in one turn, and side by side; the rest waits for the next.
const TURN_MAX: usize = 10_000;
const SIDE_BY_SIDE: usize = 64;

type Digest = [u8; 16];

/// Which visit showed which token first. Also in the store, so that a restart forgets none: an entry is on its way there before the visit
/// takes the token in, and the store writes in order, so no code that came of it is durable earlier.
#[derive(Debug, Default)]
pub(super) struct Seen {
    tokens: Mutex<Tokens>,
    taken: AtomicU64,
    refused: AtomicU64,
}

#[derive(Debug, Default)]
struct Tokens {
    by_digest: BTreeMap<Digest, SessionId>,
    by_expiry: BTreeSet<(u64, Digest)>,
    /// Expired, and still in the store; at most [`TOKENS_MAX`], past which the oldest is left there for the next start.
    gone: VecDeque<Digest>,
}

impl Tokens {
    fn expire(&mut self, now: u64) {
        while let Some(&(expiry, old)) = self.by_expiry.first()
            && expiry <= now
        {
            self.by_expiry.pop_first();
            self.by_digest.remove(&old);
            if self.gone.len() >= TOKENS_MAX {
                self.gone.pop_front();
            }
            self.gone.push_back(old);
        }
    }
}

/// What a token is to a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Claim {
    /// The visit is the first to show it.
    New,
    Own,
    /// Another visit showed it first, so that a copied one confirms nothing; or there is no room to remember it.
    No,
}

impl Seen {
    fn claim(&self, digest: Digest, session: SessionId, expires: u64, now: u64) -> Claim {
        let mut tokens = self.lock();
        tokens.expire(now);
        if let Some(owner) = tokens.by_digest.get(&digest) {
            return if *owner == session { Claim::Own } else { Claim::No };
        }
        if tokens.by_digest.len() >= TOKENS_MAX {
            return Claim::No;
        }
        tokens.by_digest.insert(digest, session);
        tokens.by_expiry.insert((expires, digest));
        Claim::New
    }

    /// Takes in an entry of the store.
    pub(super) fn remember(&self, key: &[u8], value: &[u8]) -> Result<(), String> {
        let wrong = || "the first use of a cart token is of an unknown format".to_owned();
        let digest: Digest = key.strip_prefix(PREFIX).and_then(|digest| digest.try_into().ok()).ok_or_else(wrong)?;
        let Some((&FORMAT, value)) = value.split_first() else { return Err(wrong()) };
        let (session, expires) = value.split_first_chunk::<16>().ok_or_else(wrong)?;
        let expires = u64::from_be_bytes(expires.try_into().map_err(|_| wrong())?);
        let mut tokens = self.lock();
        tokens.by_digest.insert(digest, SessionId(*session));
        tokens.by_expiry.insert((expires, digest));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn name_of(digest: &Digest) -> Vec<u8> {
    [PREFIX, digest].concat()
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
        let claim = if is_named { seen.claim(facts.digest, session, facts.expires, now) } else { Claim::No };
        if claim == Claim::No {
            seen.refused.fetch_add(1, Relaxed);
            tracing::debug!(%session, "a cart token of another visit was not taken");
            return None;
        }
        if claim == Claim::New {
            let value = [&[FORMAT], &session.0[..], &facts.expires.to_be_bytes()].concat();
            // On its way now; nobody waits for it.
            drop(self.stores.ledger.put_entry(name_of(&facts.digest), value));
        }
        seen.taken.fetch_add(1, Relaxed);
        Some((facts.cart, Timestamp::from_millis(facts.expires.saturating_mul(1_000))))
    }

    /// Removes tokens from the store that are good no more.
    pub(super) async fn tend_carts(&self) {
        let gone: Vec<Digest> = {
            let mut tokens = self.ledger.carts.lock();
            tokens.expire(u64::from(self.seconds()));
            let count = tokens.gone.len().min(TURN_MAX);
            tokens.gone.drain(..count).collect()
        };
        for some in gone.chunks(SIDE_BY_SIDE) {
            let removed = join_all(some.iter().map(|digest| self.stores.ledger.remove_entry(name_of(digest)))).await;
            if let Some(error) = removed.into_iter().find_map(Result::err) {
                // The next start finds them expired, and removes them.
                tracing::warn!(%error, "old cart tokens are not removed");
                return;
            }
        }
    }

    /// Signed carts taken and refused since the start.
    pub fn cart_tokens(&self) -> [(&'static str, u64); 2] {
        let seen = &self.ledger.carts;
        [("taken", seen.taken.load(Relaxed)), ("refused", seen.refused.load(Relaxed))]
    }
}
