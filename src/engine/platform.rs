//! The port for platforms that make the codes at their own till.

use super::Engine;
use crate::offer::Ask;
use crate::offer::Grant;
use crate::offer::MintOrder;
use crate::offer::Minting;
use crate::offer::Next;
use crate::offer::Refusal;
use crate::offer::Reply;
use futures_util::future::BoxFuture;
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
    pub fn connect_platform(&self, platform: Arc<dyn Platform>) -> bool {
        self.ledger.platform.set(platform).is_ok()
    }

    /// Has the platform make the code of a grant.
    pub(super) async fn have_minted(&self, platform: &dyn Platform, grant: &Grant) -> Result<(), Refusal> {
        let snapshot = self.snapshot.load_full();
        let order = MintOrder::of(grant, |category| snapshot.catalog.category_name(category).map(str::to_owned));
        // A code for goods that have gone from the catalog would be good for everything.
        if order.categories.len() != grant.terms.categories().count() {
            return Err(Refusal::Categories);
        }
        let mut minting = Minting::new(order);
        let talking = async {
            let mut next = minting.next();
            while let Next::Ask { attempt, ask, after } = next {
                tokio::time::sleep(after).await;
                let reply = tokio::time::timeout(PATIENCE, platform.ask(ask, minting.order())).await.unwrap_or(Reply::Silence);
                next = minting.reply(attempt, &reply);
            }
            next
        };
        match tokio::time::timeout(PATIENCE_IN_ALL, talking).await {
            Ok(Next::Confirmed) => Ok(()),
            outcome => {
                tracing::warn!(?outcome, campaign = ?grant.campaign, "the platform did not make a code; it is not shown");
                Err(Refusal::Platform)
            }
        }
    }
}
