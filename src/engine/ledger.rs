//! The ledger of offers: the pure state machine behind one lock, and its durable log.
//!
//! A wish reserves in memory at once, so that two never see the same room in a budget; whatever happens to a grant after that takes effect
//! in memory when its record is durable. The log of one grant is written by one task at a time, which first reads what is there: a write
//! that failed may have happened, and then it counts. The lock is held for decisions, never for the disk.

use super::Engine;
use super::offers::Tally;
use super::platform::Platform;
use crate::offer::CodeError;
use crate::offer::Grant;
use crate::offer::GrantKey;
use crate::offer::Ledger;
use crate::offer::Limits;
use crate::offer::Record;
use crate::offer::State;
use crate::store::Replaced;
use crate::store::Stores;
use futures_util::future::join_all;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// Entries read at a time when the ledger is rebuilt.
const PAGE: usize = 1_000;
/// First byte of an entry; another value is another format. Entries without it begin with the length of their list.
const FORMAT: u8 = 1;
/// Grants whose logs are written at the same time, at most; two that share a gate wait for each other.
const GATES: usize = 256;
/// Grants that are closed or forgotten in one turn; the rest waits for the next.
const TURN_MAX: usize = 1_000;
/// Logs written side by side, so that they share a sync of the disk.
const SIDE_BY_SIDE: usize = 64;
/// Keys of what is not a grant begin with these, and are longer than the eight bytes of a grant's key.
pub(super) const POOL_PREFIX: &[u8] = b"pool/";
const FORGOTTEN_PREFIX: &[u8] = b"forgotten/";

pub(super) struct OfferLedger {
    ledger: Mutex<Ledger>,
    gates: Vec<tokio::sync::Mutex<()>>,
    /// Held while a pool is filled or cleaned.
    pub(super) stocking: tokio::sync::Mutex<()>,
    pub(super) platform: OnceLock<Arc<dyn Platform>>,
    /// Grants whose end the platform has not confirmed. No more than there are grants.
    revoked: Mutex<BTreeSet<GrantKey>>,
    /// Held while the platform is told of them.
    pub(super) withdrawing: tokio::sync::Mutex<()>,
    pub(super) tally: Tally,
    /// Pools whose low level was announced.
    pub(super) low: Mutex<BTreeSet<Box<str>>>,
    pub(super) carts: super::carts::Seen,
}

/// Why something about a grant did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    #[error(transparent)]
    Code(#[from] CodeError),
    /// The store failed. It may have happened; asking again is safe and may help.
    #[error("the store failed: {0}")]
    Store(String),
}

/// What a plan leads to: records to log, none if there is nothing to do.
type Plan<E> = Result<Option<Record>, E>;

impl OfferLedger {
    /// Rebuilds the ledger from the store. Damage is an error: a shop must not mint on a guess.
    pub(super) async fn load(stores: &Stores, limits: Limits) -> Result<OfferLedger, String> {
        let mut ledger = Ledger::new(limits);
        let carts = super::carts::Seen::default();
        let (mut pools, mut forgotten) = (Vec::new(), Vec::new());
        let mut after = Vec::new();
        loop {
            let page = stores.ledger.entries(after.clone(), PAGE).await.map_err(|error| error.to_string())?;
            let Some((last, _)) = page.last() else { break };
            after.clone_from(last);
            for (key, value) in &page {
                if key.starts_with(POOL_PREFIX) && key.len() > 8 {
                    pools.push(super::pools::read(value)?);
                    continue;
                }
                if key.starts_with(super::carts::PREFIX) {
                    carts.remember(key, value)?;
                    continue;
                }
                let records = read(value)?;
                if key.starts_with(FORGOTTEN_PREFIX) && key.len() > 8 {
                    forgotten.extend(records);
                    continue;
                }
                for record in &records {
                    ledger.apply(record).map_err(|error| error.to_string())?;
                }
            }
        }
        // Codes that a grant has are given out, so pools come after grants; what was forgotten may not have been removed in time.
        for (name, codes) in pools {
            ledger.stock(&name, codes);
        }
        for record in &forgotten {
            ledger.apply(record).map_err(|error| error.to_string())?;
        }
        Ok(OfferLedger {
            ledger: Mutex::new(ledger),
            gates: (0..GATES).map(|_| tokio::sync::Mutex::new(())).collect(),
            stocking: tokio::sync::Mutex::new(()),
            platform: OnceLock::new(),
            revoked: Mutex::default(),
            withdrawing: tokio::sync::Mutex::new(()),
            tally: Tally::default(),
            low: Mutex::new(BTreeSet::new()),
            carts,
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(super) fn revoked(&self) -> MutexGuard<'_, BTreeSet<GrantKey>> {
        self.revoked.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    async fn gate(&self, key: GrantKey) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        match self.gates.get(key.0.0 as usize % GATES) {
            Some(gate) => Some(gate.lock().await),
            None => None,
        }
    }
}

impl Engine {
    /// Brings the log of a grant up to the ledger, asks for the next record, logs it, and only then lets it take effect. Returns the grant
    /// as it is in the log.
    ///
    /// # Errors
    /// What the plan says, or [`OfferError::Store`].
    pub(super) async fn advance<E>(&self, key: GrantKey, plan: impl Fn(&Ledger) -> Plan<E>) -> Result<Grant, OfferError>
    where
        OfferError: From<E>,
    {
        let _alone = self.ledger.gate(key).await;
        let failed = |error: &dyn std::fmt::Display| OfferError::Store(error.to_string());
        loop {
            let stored = self.stores.ledger.entry(name_of(key)).await.map_err(|error| failed(&error))?;
            let mut log = stored.as_deref().map_or(Ok(Vec::new()), read).map_err(|error| failed(&error))?;
            let known = log.len();
            {
                let mut ledger = self.ledger.lock();
                catch_up(&mut ledger, key, &log).map_err(|error| failed(&error))?;
                if log.is_empty() {
                    log.extend(ledger.get(key).map(|grant| Record::Granted(Box::new(grant.clone()))));
                }
                log.extend(plan(&ledger)?);
            }
            if log.len() > known {
                let written = self.stores.ledger.replace(name_of(key), stored, write(&log)).await.map_err(|error| failed(&error))?;
                // Nobody else writes here; whoever did is heard first.
                if written != Replaced::Yes {
                    continue;
                }
            }
            let mut ledger = self.ledger.lock();
            catch_up(&mut ledger, key, &log).map_err(|error| failed(&error))?;
            return ledger.get(key).cloned().ok_or(OfferError::Code(CodeError::Unknown));
        }
    }

    /// The page has shown a code.
    pub(super) fn offer_shown(self: &Arc<Self>, code: &str) {
        let at = self.clock.now();
        let key = self.ledger.lock().by_code(code).filter(|grant| grant.state == State::Minted).map(|grant| grant.key);
        let Some(key) = key else { return };
        let engine = self.clone();
        tokio::spawn(async move {
            // A code that was used, or is over, before its receipt came is not shown any more.
            let shown = |ledger: &Ledger| -> Plan<CodeError> { Ok(ledger.step(at, key, State::Shown).ok().flatten()) };
            if let Err(error) = engine.advance(key, shown).await {
                tracing::warn!(%error, "that an offer was shown is not durable");
            }
        });
    }

    /// Withdraws a code: it works no more. Returns when that is durable; the shop's platform is told in the background.
    ///
    /// # Errors
    /// [`CodeError`] if it is not known, used or over.
    pub async fn revoke_offer(self: &Arc<Self>, code: &str) -> Result<Grant, OfferError> {
        let at = self.clock.now();
        let key = self.ledger.lock().by_code(code).map(|grant| grant.key).ok_or(CodeError::Unknown)?;
        let plan = |ledger: &Ledger| {
            ledger.step(at, key, State::Revoked).map_err(|_| match ledger.get(key) {
                Some(grant) if grant.state == State::Redeemed => CodeError::Redeemed { order: grant.order.clone() },
                _ => CodeError::Expired,
            })
        };
        let grant = self.advance(key, plan).await?;
        if self.ledger.platform.get().is_some() {
            self.ledger.revoked().insert(key);
            self.withdraw_revoked();
        }
        Ok(grant)
    }

    /// Closes offers whose time is over, and forgets those that have been closed for long.
    pub(super) async fn tend_offers(&self) {
        let at = self.clock.now();
        let due = self.ledger.lock().due(at, TURN_MAX);
        for some in due.chunks(SIDE_BY_SIDE) {
            let over =
                |key: GrantKey| move |ledger: &Ledger| -> Plan<CodeError> { Ok(ledger.step(at, key, State::Expired).ok().flatten()) };
            let done = join_all(some.iter().map(|key| self.advance(*key, over(*key)))).await;
            if let Some(error) = done.into_iter().find_map(Result::err) {
                // They stay due, and are tried again in the next turn; the codes work no more in any case.
                tracing::error!(%error, "an expiry is not durable");
                return;
            }
        }
        self.ledger.tally.expired.fetch_add(due.len() as u64, Ordering::Relaxed);
        let forgettable = self.ledger.lock().forgettable(at, TURN_MAX);
        for record in forgettable {
            if let Err(error) = self.forget_offers(&record).await {
                tracing::error!(%error, "old offers are not forgotten");
                return;
            }
        }
    }

    /// Removes closed grants of one campaign. Their numbers are durable before the first of them goes, and uploaded codes are out of their
    /// pools before anything forgets that they were given out.
    async fn forget_offers(&self, record: &Record) -> Result<(), String> {
        let Record::Forgotten { campaign, past, keys } = record else { return Ok(()) };
        let store = &self.stores.ledger;
        let pooled: Vec<_> = {
            let ledger = self.ledger.lock();
            let grants = keys.iter().filter_map(|key| ledger.get(*key));
            grants.filter_map(|grant| Some((grant.terms.pool?, grant.code.clone()))).collect()
        };
        self.clean_pools(&pooled).await?;
        let name = [FORGOTTEN_PREFIX, &campaign.0.to_be_bytes()].concat();
        // Those of the turn before, if it did not get to its end.
        let mut before = store.entry(name.clone()).await.map_err(|error| error.to_string())?;
        for left in before.as_deref().map_or(Ok(Vec::new()), read)? {
            if let Record::Forgotten { keys, .. } = left {
                self.remove_entries(&keys).await?;
            }
        }
        let done = Record::Forgotten { campaign: *campaign, past: *past, keys: Vec::new() };
        for (record, keys) in [(record, &keys[..]), (&done, &[])] {
            let value = write(std::slice::from_ref(record));
            match store.replace(name.clone(), before, value.clone()).await.map_err(|error| error.to_string())? {
                Replaced::Yes => before = Some(value),
                Replaced::No(_) => return Err("somebody else forgets the same offers".to_owned()),
            }
            self.ledger.lock().apply(record).map_err(|error| error.to_string())?;
            self.remove_entries(keys).await?;
        }
        Ok(())
    }

    async fn remove_entries(&self, keys: &[GrantKey]) -> Result<(), String> {
        for some in keys.chunks(SIDE_BY_SIDE) {
            let removed = join_all(some.iter().map(|key| self.stores.ledger.remove_entry(name_of(*key)))).await;
            removed.into_iter().collect::<Result<Vec<()>, _>>().map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

/// Lets those records of a log take effect that have not.
fn catch_up(ledger: &mut Ledger, key: GrantKey, log: &[Record]) -> Result<(), String> {
    let known = ledger.logged(key);
    log.iter().skip(known).try_for_each(|record| ledger.apply(record)).map_err(|error| error.to_string())
}

fn name_of(key: GrantKey) -> Vec<u8> {
    key.0.0.to_be_bytes().to_vec()
}

fn write(log: &[Record]) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    // Writing to a Vec cannot fail, and every record has a representation.
    let _ = rmp_serde::encode::write(&mut bytes, log);
    bytes
}

fn read(entry: &[u8]) -> Result<Vec<Record>, String> {
    let list = match entry.split_first() {
        Some((&FORMAT, list)) => list,
        _ => entry,
    };
    rmp_serde::from_slice(list).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
