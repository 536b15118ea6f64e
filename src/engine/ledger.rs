//! The ledger of offers: the pure state machine behind one lock, and its durable log.
//!
//! A code is shown only after its grant is durable. The lock is held for the decision, never for the disk.

use super::Engine;
use super::session::SessionMsg;
use crate::model::DecisionId;
use crate::model::Key;
use crate::offer::Answer;
use crate::offer::Benefit;
use crate::offer::CodeError;
use crate::offer::Grant;
use crate::offer::GrantKey;
use crate::offer::Ledger;
use crate::offer::Record;
use crate::offer::Redemption;
use crate::offer::Request;
use crate::offer::State;
use crate::offer::Terms;
use crate::store::Stores;
use ractor::ActorRef;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::Ordering;

/// Entries read at a time when the ledger is rebuilt.
const PAGE: usize = 1_000;

pub(super) struct OfferLedger {
    ledger: Mutex<Ledger>,
}

impl OfferLedger {
    /// Rebuilds the ledger from the store. Damage is an error: a shop must not mint on a guess.
    pub(super) async fn load(stores: &Stores, open_max: u32) -> Result<OfferLedger, String> {
        let mut ledger = Ledger::new(open_max);
        let mut after = Vec::new();
        loop {
            let page = stores.ledger.entries(after.clone(), PAGE).await.map_err(|error| error.to_string())?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (_, value) in &page {
                let records: Vec<Record> = rmp_serde::from_slice(value).map_err(|error| error.to_string())?;
                for record in &records {
                    ledger.apply(record).map_err(|error| error.to_string())?;
                }
            }
        }
        Ok(OfferLedger { ledger: Mutex::new(ledger) })
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Engine {
    /// Answers a session's wish for a code, durably.
    pub(super) fn request_grant(
        self: &Arc<Self>,
        session: ActorRef<SessionMsg>,
        decision: DecisionId,
        campaign: Key,
        subject: [u8; 16],
        terms: Terms,
    ) {
        let engine = self.clone();
        tokio::spawn(async move {
            let message = match engine.grant(campaign, subject, terms).await {
                Some(grant) => SessionMsg::Granted { decision, code: grant.code, expires: grant.expires },
                None => SessionMsg::GrantRefused { decision },
            };
            // A session that ended meanwhile finds the same grant when its visitor is back.
            let _ = session.cast(message);
        });
    }

    async fn grant(&self, campaign: Key, subject: [u8; 16], terms: Terms) -> Option<Grant> {
        let at = self.clock.now();
        let period = terms.budget.as_ref().map_or(0, |budget| at.0 / (budget.every.as_micros() as u64).max(1));
        let request = Request { campaign, subject: Key(xxhash_rust::xxh3::xxh3_64(&subject)), period, terms };
        let (grant, records) = {
            let mut ledger = self.ledger.lock();
            match ledger.grant(at, &request, &self.config.offer_secret) {
                Answer::Granted(grant) => {
                    let minted = ledger.step(at, grant.key, State::Minted).ok()?;
                    (grant.clone(), vec![Record::Granted(grant), minted])
                }
                Answer::Again(grant) if grant.state.is_open() && grant.expires > at => return Some(grant),
                Answer::Again(_) | Answer::Refused(_) => {
                    self.stats.grants_refused.fetch_add(1, Ordering::Relaxed);
                    return None;
                }
            }
        };
        match self.log(grant.key, &records).await {
            Ok(()) => {
                self.stats.grants.fetch_add(1, Ordering::Relaxed);
                Some(grant)
            }
            Err(error) => {
                // Not shown; it stays counted against the budget, which errs on the safe side.
                tracing::error!(%error, "a grant is not durable and is not shown");
                None
            }
        }
    }

    /// Appends records to a grant's log; returns when they are durable.
    async fn log(&self, key: GrantKey, records: &[Record]) -> Result<(), String> {
        let name = key.0.0.to_be_bytes().to_vec();
        loop {
            let stored = self.stores.ledger.entry(name.clone()).await.map_err(|error| error.to_string())?;
            let mut all: Vec<Record> = match &stored {
                Some(bytes) => rmp_serde::from_slice(bytes).map_err(|error| error.to_string())?,
                None => Vec::new(),
            };
            all.extend_from_slice(records);
            let bytes = rmp_serde::to_vec(&all).map_err(|error| error.to_string())?;
            match self.stores.ledger.replace(name.clone(), stored, bytes).await.map_err(|error| error.to_string())? {
                crate::store::Replaced::Yes => return Ok(()),
                crate::store::Replaced::No(_) => {}
            }
        }
    }

    /// Says whether a code works for a cart, and what it is worth.
    ///
    /// # Errors
    /// [`CodeError`] says why not.
    pub fn check_code(&self, code: &str, cart_minor: i64) -> Result<Benefit, CodeError> {
        self.ledger.lock().check_code(self.clock.now(), code, cart_minor)
    }

    /// Notes that an order used a code. The same order may say so again.
    ///
    /// # Errors
    /// [`CodeError`] if the code is not ours, or another order used it up.
    pub fn redeem(self: &Arc<Self>, code: &str, order: &str) -> Result<(), CodeError> {
        let at = self.clock.now();
        let redeemed = self.ledger.lock().redeem(at, code, order)?;
        if let Redemption::New(record) = redeemed {
            let engine = self.clone();
            let Record::Redeemed { key, .. } = record else { return Ok(()) };
            tokio::spawn(async move {
                if let Err(error) = engine.log(key, &[record]).await {
                    tracing::error!(%error, "a redemption is not durable");
                }
            });
        }
        Ok(())
    }

    /// Closes offers whose time is over.
    pub(super) async fn expire_offers(&self) {
        let mut records = Vec::new();
        let at = self.clock.now();
        self.ledger.lock().expire(at, &mut records);
        for record in records {
            let Record::Step { key, .. } = record else { continue };
            if let Err(error) = self.log(key, &[record]).await {
                tracing::error!(%error, "an expiry is not durable");
            }
        }
    }

    /// Offers that are neither redeemed, expired nor revoked.
    pub fn open_offers(&self) -> u32 {
        self.ledger.lock().open()
    }
}
