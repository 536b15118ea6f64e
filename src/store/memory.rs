//! A store that lives and dies with the process, for tests, benches and `durability = "memory"`.

use std::collections::BTreeMap;
use std::future::ready;
use std::ops::Bound;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use super::Answer;
use super::Blobs;
use super::Ledger;
use super::Profiles;
use super::Replaced;
use super::SCAN_MAX;
use super::States;
use super::StoreError;
use super::Units;
use super::check_size;

/// All traits over ordered maps. Nothing is durable; everything else of the contract holds.
#[derive(Default)]
pub struct MemoryStore {
    maps: Mutex<Maps>,
}

#[derive(Default)]
struct Maps {
    states: BTreeMap<[u8; 16], (u64, Vec<u8>)>,
    profiles: BTreeMap<[u8; 16], Vec<u8>>,
    units: BTreeMap<[u8; 16], (u64, Vec<u8>)>,
    ledger: BTreeMap<Vec<u8>, Vec<u8>>,
    blobs: BTreeMap<String, Vec<u8>>,
}

impl MemoryStore {
    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer<'a, T: Send + 'a>(result: Result<T, StoreError>) -> Answer<'a, T> {
    Box::pin(ready(result))
}

impl States for MemoryStore {
    fn put_state(&self, session: [u8; 16], touched_us: u64, state: Vec<u8>) -> Result<(), StoreError> {
        check_size(&session, &state)?;
        self.maps().states.insert(session, (touched_us, state));
        Ok(())
    }

    fn state(&self, session: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        answer(Ok(self.maps().states.get(&session).map(|(_, state)| state.clone())))
    }

    fn remove_state(&self, session: [u8; 16]) -> Result<(), StoreError> {
        self.maps().states.remove(&session);
        Ok(())
    }

    fn untouched_since(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>> {
        answer(Ok(untouched(&self.maps().states, before_us, limit)))
    }

    fn flush_states(&self) -> Answer<'_, ()> {
        answer(Ok(()))
    }
}

/// Keys touched before a time, the oldest first.
fn untouched(map: &BTreeMap<[u8; 16], (u64, Vec<u8>)>, before_us: u64, limit: usize) -> Vec<([u8; 16], u64)> {
    let old = map.iter().filter(|(_, (touched, _))| *touched < before_us);
    let mut old: Vec<([u8; 16], u64)> = old.map(|(key, (touched, _))| (*key, *touched)).collect();
    old.sort_by_key(|(key, touched)| (*touched, *key));
    old.truncate(limit.min(SCAN_MAX));
    old
}

impl Units for MemoryStore {
    fn put_unit(&self, key: [u8; 16], touched_us: u64, value: Vec<u8>) -> Result<(), StoreError> {
        check_size(&key, &value)?;
        self.maps().units.insert(key, (touched_us, value));
        Ok(())
    }

    fn unit(&self, key: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        answer(Ok(self.maps().units.get(&key).map(|(_, value)| value.clone())))
    }

    fn remove_unit(&self, key: [u8; 16]) -> Result<(), StoreError> {
        self.maps().units.remove(&key);
        Ok(())
    }

    fn old_units(&self, before_us: u64, limit: usize) -> Answer<'_, Vec<([u8; 16], u64)>> {
        answer(Ok(untouched(&self.maps().units, before_us, limit)))
    }
}

impl Profiles for MemoryStore {
    fn put_profile(&self, visitor: [u8; 16], profile: Vec<u8>) -> Result<(), StoreError> {
        check_size(&visitor, &profile)?;
        self.maps().profiles.insert(visitor, profile);
        Ok(())
    }

    fn profile(&self, visitor: [u8; 16]) -> Answer<'_, Option<Vec<u8>>> {
        answer(Ok(self.maps().profiles.get(&visitor).cloned()))
    }

    fn erase_profile(&self, visitor: [u8; 16]) -> Answer<'_, ()> {
        self.maps().profiles.remove(&visitor);
        answer(Ok(()))
    }
}

impl Ledger for MemoryStore {
    fn replace(&self, key: Vec<u8>, expected: Option<Vec<u8>>, value: Vec<u8>) -> Answer<'_, Replaced> {
        if let Err(error) = check_size(&key, &value) {
            return answer(Err(error));
        }
        let mut maps = self.maps();
        let current = maps.ledger.get(&key);
        if current != expected.as_ref() {
            return answer(Ok(Replaced::No(current.cloned())));
        }
        maps.ledger.insert(key, value);
        answer(Ok(Replaced::Yes))
    }

    fn put_entry(&self, key: Vec<u8>, value: Vec<u8>) -> Answer<'_, ()> {
        let result = check_size(&key, &value);
        if result.is_ok() {
            self.maps().ledger.insert(key, value);
        }
        answer(result)
    }

    fn entry(&self, key: Vec<u8>) -> Answer<'_, Option<Vec<u8>>> {
        answer(Ok(self.maps().ledger.get(&key).cloned()))
    }

    fn entries(&self, after: Vec<u8>, limit: usize) -> Answer<'_, Vec<(Vec<u8>, Vec<u8>)>> {
        let maps = self.maps();
        let start = if after.is_empty() { Bound::Unbounded } else { Bound::Excluded(after) };
        let found = maps.ledger.range((start, Bound::Unbounded)).take(limit.min(SCAN_MAX));
        answer(Ok(found.map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    fn remove_entry(&self, key: Vec<u8>) -> Answer<'_, ()> {
        self.maps().ledger.remove(&key);
        answer(Ok(()))
    }
}

impl Blobs for MemoryStore {
    fn put_blob(&self, name: &str, value: Vec<u8>) -> Answer<'_, ()> {
        let result = check_size(name.as_bytes(), &value);
        if result.is_ok() {
            self.maps().blobs.insert(name.to_string(), value);
        }
        answer(result)
    }

    fn blob(&self, name: &str) -> Answer<'_, Option<Vec<u8>>> {
        answer(Ok(self.maps().blobs.get(name).cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::contract;

    #[tokio::test]
    async fn keeps_the_contract() {
        let store = MemoryStore::default();
        contract::check_states(&store).await.unwrap();
        contract::check_profiles(&store).await.unwrap();
        contract::check_units(&store).await.unwrap();
        contract::check_ledger(&store).await.unwrap();
        contract::check_blobs(&store).await.unwrap();
    }
}
