//! The port for platforms that make the codes at their own till.

use super::Engine;
use crate::model::Timestamp;
use crate::offer::Ask;
use crate::offer::Grant;
use crate::offer::GrantKey;
use crate::offer::MintOrder;
use crate::offer::Minting;
use crate::offer::Next;
use crate::offer::Refusal;
use crate::offer::Reply;
use crate::offer::State;
use futures_util::future::BoxFuture;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

/// Silence for this long is no answer. Chosen: a slow platform answers in two seconds; a page waits for ten.
const PATIENCE: Duration = Duration::from_secs(2);
/// The whole conversation, which must end before the page gives the place up.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(9);

/// A shop's platform. What to ask and what to make of the answers is [`Minting`]'s; this only carries them.
pub trait Platform: Send + Sync {
    /// Asks, and turns the answer into ours: of what is there, every field as the platform has it, not as it was asked for. Anything
    /// unclear is [`Reply::Silence`].
    fn ask<'a>(&'a self, ask: Ask, order: &'a MintOrder) -> BoxFuture<'a, Reply>;
}

impl Engine {
    /// From now on codes are made by the platform, except those of pools. Once; false if there is one already.
    pub fn connect_platform(self: &Arc<Self>, platform: Arc<dyn Platform>) -> bool {
        let is_first = self.ledger.platform.set(platform).is_ok();
        // Nothing says which of them the platform was told of before a restart. To be told again does no harm.
        let revoked: Vec<GrantKey> = {
            let (ledger, now) = (self.ledger.lock(), self.clock.now());
            ledger.grants().filter(|grant| must_withdraw(grant, now)).map(|grant| grant.key).collect()
        };
        self.ledger.revoked().extend(revoked);
        self.withdraw_revoked();
        is_first
    }

    /// Has the platform make the code of a grant.
    pub(super) async fn have_minted(&self, platform: &dyn Platform, grant: &Grant) -> Result<(), Refusal> {
        let snapshot = self.snapshot.load_full();
        let order = MintOrder::of(grant, |category| snapshot.catalog.category_name(category).map(str::to_owned));
        // A code for goods that have gone from the catalog would be good for everything.
        if order.categories.len() != grant.terms.categories().count() {
            return Err(Refusal::Categories);
        }
        if talk(platform, Minting::new(order)).await {
            Ok(())
        } else {
            tracing::warn!(campaign = ?grant.campaign, "the platform did not make a code; it is not shown");
            Err(Refusal::Platform)
        }
    }

    /// Has the platform end codes that were revoked, in the background, and again until it has none of them or they are over anyway.
    pub(super) fn withdraw_revoked(self: &Arc<Self>) {
        if self.ledger.platform.get().is_none() || self.ledger.revoked().is_empty() {
            return;
        }
        let engine = self.clone();
        tokio::spawn(async move {
            let Ok(_alone) = engine.ledger.withdrawing.try_lock() else { return };
            let Some(platform) = engine.ledger.platform.get() else { return };
            let mut last = None;
            while !engine.is_draining() {
                let after = last.map_or(Bound::Unbounded, Bound::Excluded);
                let Some(key) = engine.ledger.revoked().range((after, Bound::Unbounded)).next().copied() else { return };
                last = Some(key);
                let grant = engine.ledger.lock().get(key).filter(|grant| must_withdraw(grant, engine.clock.now())).cloned();
                let is_done = match &grant {
                    // What it is good for does not matter to its end.
                    Some(grant) => talk(platform.as_ref(), Minting::withdrawing(MintOrder::of(grant, |_| None))).await,
                    None => true,
                };
                if is_done {
                    engine.ledger.revoked().remove(&key);
                } else {
                    tracing::warn!(?key, "the platform may still have a code that was revoked; it is told again");
                }
            }
        });
    }
}

/// Whether a platform could still take a code that we do not.
fn must_withdraw(grant: &Grant, now: Timestamp) -> bool {
    grant.state == State::Revoked && grant.terms.pool.is_none() && grant.expires > now
}

/// Talks until something is certain. True if what was wanted is so.
async fn talk(platform: &dyn Platform, mut minting: Minting) -> bool {
    let talking = async {
        let mut next = minting.next();
        while let Next::Ask { attempt, ask, after } = next {
            tokio::time::sleep(after).await;
            let reply = tokio::time::timeout(PATIENCE, platform.ask(ask, minting.order())).await.unwrap_or(Reply::Silence);
            next = minting.reply(attempt, &reply);
        }
        next == Next::Confirmed
    };
    tokio::time::timeout(PATIENCE_IN_ALL, talking).await.unwrap_or(false)
}
