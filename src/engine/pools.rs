//! Uploaded codes: kept durably, watched for running low.

use super::Engine;
use super::ledger::POOL_PREFIX;
use crate::model::Key;
use crate::model::key_of;
use crate::offer;
use crate::offer::LineError;
use crate::offer::PoolLevel;
use crate::store::Replaced;
use crate::store::SCAN_MAX;

/// First byte of an upload as it is stored; another value is another format.
const FORMAT: u8 = 1;

/// Why codes were not taken. None of them was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    #[error("a pool's name is 1 to 64 lower-case letters, digits and hyphens")]
    Name,
    #[error("there is no code in the list")]
    Empty,
    #[error("{} lines are wrong", .0.len())]
    Lines(Vec<LineError>),
    /// Asking again is safe.
    #[error("the store failed: {0}")]
    Store(String),
}

/// Reads an upload as it is stored: the pool's name and its codes.
pub(super) fn read(value: &[u8]) -> Result<(Box<str>, Vec<Box<str>>), String> {
    match value.split_first() {
        Some((&FORMAT, packed)) => rmp_serde::from_slice(packed).map_err(|error| error.to_string()),
        _ => Err("an upload of codes is of an unknown format".to_owned()),
    }
}

fn write(name: &str, codes: &[Box<str>]) -> Vec<u8> {
    let mut bytes = vec![FORMAT];
    // Writing to a Vec cannot fail, and texts have a representation.
    let _ = rmp_serde::encode::write(&mut bytes, &(name, codes));
    bytes
}

fn prefix(pool: Key) -> Vec<u8> {
    [POOL_PREFIX, &pool.0.to_be_bytes()].concat()
}

impl Engine {
    /// Adds codes, one a line, to a pool, which begins with its first; returns when they are durable.
    ///
    /// # Errors
    /// [`PoolError`]; with one wrong line none is taken.
    pub async fn stock_pool(&self, name: &str, text: &str) -> Result<PoolLevel, PoolError> {
        if !offer::is_pool_name(name) {
            return Err(PoolError::Name);
        }
        let _alone = self.ledger.stocking.lock().await;
        let codes = self.ledger.lock().read_codes(name, text).map_err(PoolError::Lines)?;
        if codes.is_empty() {
            return Err(PoolError::Empty);
        }
        let mut key = prefix(key_of(name));
        key.extend_from_slice(&self.clock.now().0.to_be_bytes());
        match self.stores.ledger.replace(key, None, write(name, &codes)).await {
            Ok(Replaced::Yes) => {}
            Ok(Replaced::No(_)) => return Err(PoolError::Store("two uploads at once".to_owned())),
            Err(error) => return Err(PoolError::Store(error.to_string())),
        }
        self.ledger.lock().stock(name, codes);
        self.watch_pools();
        self.pools().into_iter().find(|level| &*level.name == name).ok_or(PoolError::Empty)
    }

    /// How full each pool is, by name.
    pub fn pools(&self) -> Vec<PoolLevel> {
        self.ledger.lock().pools()
    }

    /// Pools that are running low or have run dry.
    pub fn low_pools(&self) -> Vec<PoolLevel> {
        self.pools().into_iter().filter(|level| level.free < self.config.offers.pool_low).collect()
    }

    /// Announces each pool once when it runs low, and again after it was filled and ran low anew.
    pub(super) fn watch_pools(&self) {
        let low = self.low_pools();
        let mut announced = self.ledger.low.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        announced.retain(|name| low.iter().any(|level| level.name == *name));
        for level in low {
            if announced.insert(level.name.clone()) {
                tracing::warn!(pool = %level.name, free = level.free, "a pool of codes is running low; dry, it gives no offer");
            }
        }
    }

    /// Takes codes that nobody needs to know any more out of the uploads they came with, so that they are never given out again.
    pub(super) async fn clean_pools(&self, gone: &[(Key, Box<str>)]) -> Result<(), String> {
        if gone.is_empty() {
            return Ok(());
        }
        let _alone = self.ledger.stocking.lock().await;
        let mut after = POOL_PREFIX.to_vec();
        loop {
            let page = self.stores.ledger.entries(after.clone(), SCAN_MAX.min(16)).await.map_err(|error| error.to_string())?;
            for (key, value) in &page {
                if !key.starts_with(POOL_PREFIX) {
                    return Ok(());
                }
                let (name, mut codes) = read(value)?;
                let (pool, known) = (key_of(&name), codes.len());
                codes.retain(|code| !gone.iter().any(|(of, gone)| *of == pool && gone == code));
                if codes.len() < known {
                    let replaced = self.stores.ledger.replace(key.clone(), Some(value.clone()), write(&name, &codes)).await;
                    if replaced.map_err(|error| error.to_string())? != Replaced::Yes {
                        return Err("somebody else changed a pool of codes".to_owned());
                    }
                }
            }
            match page.last() {
                Some((last, _)) => after.clone_from(last),
                None => return Ok(()),
            }
        }
    }
}
