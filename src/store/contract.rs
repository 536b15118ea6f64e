//! What every backend must do, as checks that a backend's own tests call.
//!
//! They panic with what was promised and not kept. Each needs a store that is empty.

use super::Blobs;
use super::KEY_BYTES_MAX;
use super::Ledger;
use super::Profiles;
use super::Replaced;
use super::States;
use super::StoreError;
use super::VALUE_BYTES_MAX;

const HOUR_US: u64 = 3_600_000_000;

/// Holds a backend's session states to their contract.
pub async fn check_states(states: &dyn States) -> Result<(), StoreError> {
    assert_eq!(states.state([1; 16]).await?, None, "an unknown session has no state");
    states.put_state([1; 16], 10, b"one".to_vec())?;
    assert_eq!(states.state([1; 16]).await?.as_deref(), Some(&b"one"[..]), "a state is read at once");
    states.put_state([1; 16], 11, Vec::new())?;
    assert_eq!(states.state([1; 16]).await?, Some(Vec::new()), "the last put wins, and empty is a value");
    states.flush_states().await?;
    assert_eq!(states.state([1; 16]).await?, Some(Vec::new()), "flushing changes nothing");
    states.remove_state([1; 16])?;
    assert_eq!(states.state([1; 16]).await?, None, "a removed state is gone at once");
    states.flush_states().await?;
    assert_eq!(states.state([1; 16]).await?, None, "and stays gone");
    let too_large = states.put_state([1; 16], 0, vec![0; VALUE_BYTES_MAX + 1]);
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })), "a value over the limit is refused");

    for session in 0..20u8 {
        states.put_state([session; 16], u64::from(session) * HOUR_US / 4, vec![session])?;
    }
    states.flush_states().await?;
    // One comes back, one goes.
    states.put_state([3; 16], 100 * HOUR_US, vec![3])?;
    states.remove_state([4; 16])?;
    let before = 2 * HOUR_US + HOUR_US / 2;
    for round in 0..2 {
        let old = states.untouched_since(before, 100).await?;
        let sessions: Vec<u8> = old.iter().map(|(session, _)| session[0]).collect();
        assert_eq!(sessions, [0, 1, 2, 5, 6, 7, 8, 9], "exactly the sessions touched before, round {round}");
        assert!(old.iter().all(|(session, touched)| *touched == u64::from(session[0]) * HOUR_US / 4), "with their times");
    }
    assert_eq!(states.untouched_since(before, 3).await?.len(), 3, "the limit holds");
    assert_eq!(states.untouched_since(0, 3).await?, [], "nothing is older than the beginning");
    states.put_state([4; 16], HOUR_US, vec![4])?;
    assert_eq!(states.untouched_since(before, 100).await?.len(), 9, "a session that was removed can come back");
    assert_eq!(states.untouched_since(101 * HOUR_US, 100).await?.len(), 20, "and the one touched later is found later");
    Ok(())
}

/// Holds a backend's profiles to their contract.
pub async fn check_profiles(profiles: &dyn Profiles) -> Result<(), StoreError> {
    assert_eq!(profiles.profile([1; 16]).await?, None, "an unknown visitor has no profile");
    profiles.put_profile([1; 16], b"likes shoes".to_vec())?;
    profiles.put_profile([2; 16], b"other".to_vec())?;
    assert_eq!(profiles.profile([1; 16]).await?.as_deref(), Some(&b"likes shoes"[..]), "a profile is read at once");
    profiles.erase_profile([1; 16]).await?;
    assert_eq!(profiles.profile([1; 16]).await?, None, "an erased profile is gone");
    assert_eq!(profiles.profile([2; 16]).await?.as_deref(), Some(&b"other"[..]), "and no other");
    Ok(())
}

/// Holds a backend's ledger to its contract.
pub async fn check_ledger(ledger: &dyn Ledger) -> Result<(), StoreError> {
    let key = |number: u32| number.to_be_bytes().to_vec();
    assert_eq!(ledger.entry(key(1)).await?, None, "an unknown key has no entry");
    assert_eq!(ledger.replace(key(1), None, b"a".to_vec()).await?, Replaced::Yes, "an absent entry is inserted");
    assert_eq!(ledger.replace(key(1), None, b"b".to_vec()).await?, Replaced::No(Some(b"a".to_vec())), "but once");
    assert_eq!(ledger.replace(key(1), Some(b"x".to_vec()), b"b".to_vec()).await?, Replaced::No(Some(b"a".to_vec())), "wrong expectation");
    assert_eq!(ledger.replace(key(2), Some(b"x".to_vec()), b"b".to_vec()).await?, Replaced::No(None), "nothing there to replace");
    assert_eq!(ledger.replace(key(1), Some(b"a".to_vec()), b"b".to_vec()).await?, Replaced::Yes, "right expectation");
    assert_eq!(ledger.entry(key(1)).await?.as_deref(), Some(&b"b"[..]), "the replacement is read");

    let racers = (0..50u8).map(|racer| ledger.replace(key(7), None, vec![racer]));
    let results = futures_util::future::join_all(racers).await;
    let winners = results.iter().filter(|result| matches!(result, Ok(Replaced::Yes))).count();
    assert_eq!(winners, 1, "one of many wins");
    let winner = ledger.entry(key(7)).await?;
    for result in results {
        let result = result?;
        assert!(result == Replaced::Yes || result == Replaced::No(winner.clone()), "and the others are told who");
    }

    for number in (10..60).rev() {
        ledger.replace(key(number), None, vec![number as u8]).await?;
    }
    let mut all = Vec::new();
    let mut after = Vec::new();
    loop {
        let page = ledger.entries(after.clone(), 7).await?;
        assert!(page.len() <= 7, "the limit holds");
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        all.extend(page.into_iter().map(|(key, _)| key));
    }
    let expected: Vec<Vec<u8>> = [1, 7].into_iter().chain(10..60).map(key).collect();
    assert_eq!(all, expected, "pages give every key once, in order");
    ledger.remove_entry(key(10)).await?;
    assert_eq!(ledger.entry(key(10)).await?, None, "a removed entry is gone");
    assert_eq!(ledger.replace(key(10), None, b"again".to_vec()).await?, Replaced::Yes, "and can be made anew");
    let too_large = ledger.replace(vec![0; KEY_BYTES_MAX + 1], None, Vec::new()).await;
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })), "a key over the limit is refused");
    Ok(())
}

/// Holds a backend's blobs to their contract.
pub async fn check_blobs(blobs: &dyn Blobs) -> Result<(), StoreError> {
    assert_eq!(blobs.blob("counters").await?, None, "an unknown name has no value");
    blobs.put_blob("counters", b"1".to_vec()).await?;
    blobs.put_blob("counters/eu", b"eu".to_vec()).await?;
    blobs.put_blob("counters", vec![9; 100_000]).await?;
    assert_eq!(blobs.blob("counters").await?, Some(vec![9; 100_000]), "the last put wins");
    assert_eq!(blobs.blob("counters/eu").await?.as_deref(), Some(&b"eu"[..]), "names are whole");
    // Not awaited: on its way all the same.
    drop(blobs.put_blob("later", b"yes".to_vec()));
    assert_eq!(blobs.blob("later").await?.as_deref(), Some(&b"yes"[..]), "a put that is not awaited happens");
    Ok(())
}
