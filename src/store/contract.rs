//! What every backend must do, as checks that a backend's own tests call.
//!
//! They panic with what was promised and not kept. Each needs a store that is empty.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::Mutex;

use super::Blobs;
use super::KEY_BYTES_MAX;
use super::Ledger;
use super::Log;
use super::Profiles;
use super::Replaced;
use super::States;
use super::StoreError;
use super::Units;
use super::VALUE_BYTES_MAX;
use super::journal::Append;
use super::journal::AppendError;
use super::journal::Committed;
use super::journal::Failure;
use super::journal::Health;
use super::journal::Position;
use super::journal::ReadError;
use super::journal::Record;

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

/// Holds a backend's units to their contract: that of states, apart from them.
pub async fn check_units(units: &dyn Units) -> Result<(), StoreError> {
    assert_eq!(units.unit([1; 16]).await?, None, "an unknown key has no value");
    for key in 0..20u8 {
        units.put_unit([key; 16], u64::from(key) * HOUR_US / 4, vec![key])?;
    }
    assert_eq!(units.unit([7; 16]).await?, Some(vec![7]), "a value is read at once");
    units.put_unit([3; 16], 100 * HOUR_US, vec![3, 3])?;
    units.remove_unit([4; 16])?;
    assert_eq!((units.unit([3; 16]).await?, units.unit([4; 16]).await?), (Some(vec![3, 3]), None), "the last put wins");
    let before = 2 * HOUR_US + HOUR_US / 2;
    for round in 0..2 {
        let keys: Vec<u8> = units.old_units(before, 100).await?.iter().map(|(key, _)| key[0]).collect();
        assert_eq!(keys, [0, 1, 2, 5, 6, 7, 8, 9], "exactly those touched before, round {round}");
    }
    assert_eq!(units.old_units(before, 3).await?.len(), 3, "the limit holds");
    let too_large = units.put_unit([1; 16], 0, vec![0; VALUE_BYTES_MAX + 1]);
    assert!(matches!(too_large, Err(StoreError::TooLarge { .. })), "a value over the limit is refused");
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
    // Not awaited: it is on its way all the same, and a later write ends no earlier.
    drop(ledger.put_entry(key(11), b"one".to_vec()));
    assert_eq!(ledger.entry(key(11)).await?.as_deref(), Some(&b"one"[..]), "what is put is there");
    ledger.put_entry(key(11), b"two".to_vec()).await?;
    assert_eq!(ledger.entry(key(11)).await?.as_deref(), Some(&b"two"[..]), "in the place of what was");
    ledger.put_entry(vec![0; KEY_BYTES_MAX + 1], Vec::new()).await.expect_err("a key over the limit");
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

/// Every callback of a log, in order: the durable position or the failure, and the waiters.
pub type Said = Arc<Mutex<Vec<(Result<Position, Failure>, Vec<u64>)>>>;

/// A callback that writes down what it is told.
pub fn listener() -> (Said, Committed<u64>) {
    let said = Said::default();
    let heard = Arc::clone(&said);
    (said, Box::new(move |result, waiters| heard.lock().unwrap().push((result, waiters))))
}

/// Largest payload, bytes that may wait, and bytes to retain of a log under test. It commits only when it is asked to flush.
pub const LOG_PAYLOAD_MAX: usize = 1_000;
pub const LOG_WAITING_MAX: usize = 8_000;
pub const LOG_RETAIN: u64 = 20_000;

/// Appends a record of a session behind its last one, with a waiter.
pub fn append(log: &dyn Log<u64>, heads: &mut [Position; 4], number: u64, payload: &[u8]) -> Result<Position, AppendError> {
    let session = number as usize % heads.len();
    let record = Append { session: [session as u8; 16], previous: heads[session], kind: number as u8, at_us: number, payload };
    heads[session] = log.append(record, Some(number))?;
    Ok(heads[session])
}

pub fn scan_from(log: &dyn Log<u64>, from: Position, limit: usize) -> Result<(Vec<Record>, Position), ReadError> {
    let mut records = Vec::new();
    let end = log.scan(from, &mut |record| {
        records.push(record);
        if records.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok((records, end))
}

/// Holds a log to its contract. `open` opens it, the first time empty and later again after a close.
pub fn check_log(open: &mut dyn FnMut(Committed<u64>) -> Arc<dyn Log<u64>>) {
    let (said, committed) = listener();
    let log = open(committed);
    let log = &*log;
    let mut heads = [Position::NONE; 4];
    assert_eq!(scan_from(log, Position::NONE, 10).unwrap().0, [], "an empty log has no records");
    assert!(matches!(log.read(Position(64)), Err(ReadError::Absent { .. })), "nor one anywhere");
    assert_eq!(log.durable(), log.end());

    let mut positions = Vec::new();
    for number in 0..20u64 {
        positions.push(append(log, &mut heads, number, &vec![number as u8; number as usize * 10]).unwrap());
    }
    assert!(positions.is_sorted_by(|a, b| a < b) && positions[0] > Position::NONE, "positions grow, and none is nowhere");
    assert!(said.lock().unwrap().is_empty() && log.durable() <= positions[0], "nobody is called before it is durable");
    assert!(log.end() > positions[19]);
    assert_eq!(log.read(positions[7]).unwrap().payload, [7; 70], "what is not durable yet can be read");
    log.flush().unwrap();
    assert_eq!(log.durable(), log.end(), "flushing makes everything durable");
    check_said(&said, &positions, 0..20);

    let back = log.read_back(heads[3], 100).unwrap();
    assert_eq!(back.iter().map(|record| record.at_us).collect::<Vec<_>>(), [19, 15, 11, 7, 3], "newest first");
    assert_eq!(log.read_back(heads[3], 2).unwrap(), back[..2], "the limit holds");
    assert_eq!(log.read_back(Position::NONE, 5).unwrap(), [], "no history");
    assert!(log.read_back(log.end(), 5).is_err(), "a head that was never given out is an error");
    assert!(log.read(Position(positions[4].0 + 1)).is_err(), "and so is the middle of a record");

    let (all, end) = scan_from(log, Position::NONE, 100).unwrap();
    assert_eq!(end, log.end());
    assert_eq!(all.iter().map(|record| record.position).collect::<Vec<_>>(), positions, "a scan visits all in order");
    assert!(
        all.iter().enumerate().all(|(index, record)| record.number == index as u64 + 1 && record.payload == vec![index as u8; index * 10])
    );
    let (some, after) = scan_from(log, positions[5], 3).unwrap();
    assert_eq!(some, all[5..8], "it begins where it is told to and stops when it is told to");
    assert_eq!(scan_from(log, after, 100).unwrap().0, all[8..], "and another goes on from there");
    assert_eq!(scan_from(log, log.end(), 100).unwrap(), (Vec::new(), log.end()), "there is nothing behind the end");
    let mut rebuilt = [Position::NONE; 4];
    let mut visit = |record: Record| {
        rebuilt[record.session[0] as usize] = record.position;
        ControlFlow::Continue(())
    };
    log.scan(Position::NONE, &mut visit).unwrap();
    assert_eq!(rebuilt, heads, "one scan finds every session's head");

    let large =
        log.append(Append { session: [0; 16], previous: heads[0], kind: 0, at_us: 0, payload: &vec![0; LOG_PAYLOAD_MAX + 1] }, Some(0));
    assert!(matches!(large, Err(AppendError::TooLarge { .. })), "a payload over the limit is refused");
    let mut number = 20;
    let full = loop {
        match append(log, &mut heads, number, &[1; 900]) {
            Ok(position) => positions.push(position),
            Err(error) => break error,
        }
        number += 1;
    };
    assert!(matches!(full, AppendError::Full { bytes } if bytes <= LOG_WAITING_MAX), "the waiting is bounded: {full}");
    assert!((25..29).contains(&number), "by its limit: {number}");
    log.flush().unwrap();
    check_said(&said, &positions, 0..number);
    positions.push(append(log, &mut heads, number, b"space again").unwrap());

    log.flush().unwrap();
    let (epoch, end) = (log.epoch(), log.end());
    log.close().unwrap();
    check_said(&said, &positions, 0..number + 1);
    assert!(matches!(append(log, &mut heads, 99, b"late"), Err(AppendError::Closed)), "nothing is taken after the close");
    assert_eq!(log.read_back(heads[3], 1).unwrap().len(), 1, "but all can be read");
    let before = scan_from(log, Position::NONE, 1_000).unwrap();

    let (said, committed) = listener();
    let log = open(committed);
    let log = &*log;
    assert_eq!((log.epoch(), log.end(), log.durable()), (epoch, end, end), "what was closed opens where it was");
    assert_eq!(scan_from(log, Position::NONE, 1_000).unwrap(), before, "with all its records");
    let position = append(log, &mut heads, number + 1, b"and on").unwrap();
    log.flush().unwrap();
    assert_eq!(log.read(position).unwrap().number, before.0.len() as u64 + 1, "and goes on counting");
    assert_eq!(said.lock().unwrap().iter().flat_map(|(_, waiters)| waiters).copied().collect::<Vec<_>>(), [number + 1]);
    check_retention(log, heads, position);
}

/// Closing commits what waits.
pub fn check_close(log: &dyn Log<u64>, said: &Said) {
    let mut heads = [Position::NONE; 4];
    let positions: Vec<Position> = (0..5).map(|number| append(log, &mut heads, number, b"waits").unwrap()).collect();
    log.close().unwrap();
    assert_eq!(log.durable(), log.end());
    check_said(said, &positions, 0..5);
}

/// Every waiter once, in order, and never with a position at or below its own record.
fn check_said(said: &Said, positions: &[Position], numbers: std::ops::Range<u64>) {
    let said = said.lock().unwrap();
    let mut heard = Vec::new();
    let mut last = Position::NONE;
    for (result, waiters) in said.iter() {
        let durable = *result.as_ref().expect("nothing failed");
        assert!(durable > last, "the durable position only grows");
        last = durable;
        assert!(waiters.iter().all(|waiter| positions[*waiter as usize] < durable), "called only when durable");
        heard.extend_from_slice(waiters);
    }
    assert_eq!(heard, numbers.collect::<Vec<_>>(), "every waiter once, in order");
}

/// A limit removes what is old, but what is needed only when twice the limit is exceeded, and then it says so.
fn check_retention(log: &dyn Log<u64>, mut heads: [Position; 4], needed: Position) {
    log.keep_from(needed);
    let grow_by = |bytes: u64, heads: &mut [Position; 4]| {
        let until = log.end().0 + bytes;
        while log.end().0 < until {
            append(log, heads, 0, &[5; 400]).unwrap();
            log.flush().unwrap();
        }
    };
    let kept = || log.end().0 - log.first().0;
    grow_by(LOG_RETAIN + LOG_RETAIN / 2, &mut heads);
    assert!(log.read(needed).is_ok() && matches!(log.health(), Health::Good), "needed, so kept past the limit");
    assert!(log.first() <= needed);
    log.keep_from(log.end());
    grow_by(LOG_RETAIN / 4, &mut heads);
    eventually("the limit holds", || kept() < LOG_RETAIN * 5 / 4);
    assert!(matches!(log.read(needed), Err(ReadError::Absent { .. })), "not needed any more, so removed");
    assert!(matches!(log.health(), Health::Good));
    let (rest, _) = scan_from(log, needed, 10_000).unwrap();
    assert!(rest[0].position.0 < log.first().0 + 1_000, "a scan from what is gone begins at the oldest");
    let back = log.read_back(heads[0], 10_000).unwrap();
    assert!(!back.is_empty() && back.len() <= rest.len(), "a history ends where the rest is gone");

    let needed = log.first();
    log.keep_from(needed);
    grow_by(LOG_RETAIN * 5 / 2, &mut heads);
    eventually("twice the limit holds whatever is needed", || kept() < LOG_RETAIN * 9 / 4);
    match log.health() {
        Health::Overrun { needed: said, first } => assert!(said == needed && first > needed),
        health => panic!("records that are needed went without a word: {health:?}"),
    }
    log.keep_from(log.end());
    assert!(matches!(log.health(), Health::Good), "with everything saved again all is well");
}

/// Removal may come a little after the acknowledgement.
fn eventually(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..5_000 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    panic!("not within five seconds: {what}");
}
