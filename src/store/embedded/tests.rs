//! The embedded store against the contract, restarts, a second opener and damaged files.

use std::path::Path;
use std::path::PathBuf;

use super::*;
use crate::store::contract;
use crate::store::journal::TempDir;

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap().block_on(future)
}

fn open(path: &Path) -> EmbeddedStore {
    EmbeddedStore::open(path, &Config::default()).unwrap()
}

#[test]
fn keeps_the_contract() {
    for write_delay_ms in [0, 1_000] {
        let dir = TempDir::new("embedded");
        let store = EmbeddedStore::open(&dir.0, &Config { write_delay_ms, ..Config::default() }).unwrap();
        block_on(async {
            contract::check_states(&store).await.unwrap();
            contract::check_profiles(&store).await.unwrap();
            contract::check_ledger(&store).await.unwrap();
            contract::check_blobs(&store).await.unwrap();
        });
    }
}

#[test]
fn a_restart_keeps_what_was_durable_and_an_orderly_close_keeps_everything() {
    let dir = TempDir::new("embedded");
    let store = open(&dir.0);
    let epoch = store.epoch();
    block_on(async {
        store.put_state([1; 16], 5, b"state".to_vec()).unwrap();
        store.put_profile([2; 16], b"profile".to_vec()).unwrap();
        store.replace(b"grant".to_vec(), None, b"CODE".to_vec()).await.unwrap();
        store.put_blob("counters", b"3".to_vec()).await.unwrap();
    });
    assert_eq!(EmbeddedStore::open(&dir.0, &Config::default()).err(), Some(StoreError::InUse));
    store.put_state([1; 16], 6, b"newer".to_vec()).unwrap();
    store.close().unwrap();
    assert_eq!(store.put_state([1; 16], 7, Vec::new()), Err(StoreError::Closed));
    drop(store);
    let store = open(&dir.0);
    assert_eq!(store.epoch(), epoch);
    block_on(async {
        assert_eq!(store.state([1; 16]).await.unwrap().unwrap(), b"newer");
        assert_eq!(store.profile([2; 16]).await.unwrap().unwrap(), b"profile");
        assert_eq!(store.entry(b"grant".to_vec()).await.unwrap().unwrap(), b"CODE");
        assert_eq!(store.blob("counters").await.unwrap().unwrap(), b"3");
        assert_eq!(store.untouched_since(100, 10).await.unwrap(), [([1; 16], 6)]);
    });
}

#[test]
fn a_full_queue_refuses_states_before_it_refuses_money() {
    let dir = TempDir::new("embedded");
    let config = Config { write_delay_ms: 60_000, queue_bytes_max: 1 << 20, ..Config::default() };
    let store = EmbeddedStore::open(&dir.0, &config).unwrap();
    // Three such states fill the queue; the writer cannot take each of a thousand before the next is put.
    let mut refused = None;
    for number in 0..1_000u32 {
        let mut session = [0; 16];
        session[..4].copy_from_slice(&number.to_le_bytes());
        if let Err(error) = store.put_state(session, 1, vec![0; 512 << 10]) {
            refused = Some(error);
            break;
        }
    }
    assert!(matches!(refused, Some(StoreError::Full { .. })));
    block_on(async { assert_eq!(store.replace(b"k".to_vec(), None, b"v".to_vec()).await.unwrap(), Replaced::Yes) });
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn journal_file(path: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(path.join(DATABASE_NAME)).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.extension().is_some_and(|extension| extension == "jnl")).unwrap()
}

#[test]
fn a_flipped_bit_in_the_database_journal_never_loses_a_grant_silently() {
    const GRANTS: u32 = 40;
    let dir = TempDir::new("embedded");
    let store = open(&dir.0);
    block_on(async {
        for number in 0..GRANTS {
            store.replace(number.to_be_bytes().to_vec(), None, vec![number as u8; 20]).await.unwrap();
        }
    });
    store.close().unwrap();
    drop(store);
    let len = {
        let bytes = std::fs::read(journal_file(&dir.0)).unwrap();
        bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1
    };
    let mut refused = 0;
    for at in (0..len).step_by(len / 60) {
        let copy = TempDir::new("embedded");
        copy_tree(&dir.0, &copy.0);
        let journal = journal_file(&copy.0);
        let mut bytes = std::fs::read(&journal).unwrap();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&journal, bytes).unwrap();
        let Ok(store) = EmbeddedStore::open(&copy.0, &Config::default()) else {
            refused += 1;
            continue;
        };
        let entries = block_on(store.entries(Vec::new(), 1000)).unwrap();
        let expected: Vec<_> = (0..GRANTS).map(|number| (number.to_be_bytes().to_vec(), vec![number as u8; 20])).collect();
        assert_eq!(entries, expected, "byte {at} of {len}");
    }
    assert!(refused > 20, "most flips hit a grant: {refused}");
}

#[test]
fn a_missing_database_or_mark_is_refused() {
    let dir = TempDir::new("embedded");
    let store = open(&dir.0);
    block_on(store.put_blob("a", b"b".to_vec())).unwrap();
    drop(store);
    let mark = dir.0.join(MARK_NAME);
    let bytes = std::fs::read(&mark).unwrap();
    std::fs::remove_file(&mark).unwrap();
    assert_eq!(EmbeddedStore::open(&dir.0, &Config::default()).err(), Some(StoreError::Damaged("the mark file is missing")));
    std::fs::write(&mark, bytes).unwrap();
    std::fs::remove_dir_all(dir.0.join(DATABASE_NAME)).unwrap();
    assert_eq!(EmbeddedStore::open(&dir.0, &Config::default()).err(), Some(StoreError::Lost { acknowledged: 1, found: 0 }));
}
