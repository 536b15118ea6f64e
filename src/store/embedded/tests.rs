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
            contract::check_units(&store).await.unwrap();
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
    assert_eq!(EmbeddedStore::open(&dir.0, &Config::default()).err(), Some(StoreError::Damaged("the mark file is missing".to_string())));
    std::fs::write(&mark, bytes).unwrap();
    std::fs::remove_dir_all(dir.0.join(DATABASE_NAME)).unwrap();
    assert_eq!(
        EmbeddedStore::open(&dir.0, &Config::default()).err(),
        Some(StoreError::Lost { part: "session states and profiles", acknowledged: 1, found: 0 })
    );
}

/// Does something to the database behind the store's back, as a bug or a bad disk below it would.
fn tamper(path: &Path, change: impl FnOnce(&Keyspace, &Keyspace)) {
    let database = Database::builder(path.join(DATABASE_NAME)).open().unwrap();
    let keyspace = |name| database.keyspace(name, KeyspaceCreateOptions::default).unwrap();
    change(&keyspace("lagging"), &keyspace("durable"));
    database.persist(fjall::PersistMode::SyncAll).unwrap();
}

#[test]
fn one_entry_that_is_gone_old_or_anothers_is_noticed_when_opening() {
    let dir = TempDir::new("embedded");
    let store = open(&dir.0);
    block_on(async {
        for number in 0..20u8 {
            store.put_state([number; 16], 5, vec![number; 30]).unwrap();
            store.put_profile([number; 16], vec![number; 30]).unwrap();
            store.replace(vec![number], None, vec![number; 30]).await.unwrap();
        }
        store.put_blob("counters", b"1".to_vec()).await.unwrap();
    });
    store.close().unwrap();
    drop(store);
    let key = |room, rest: &[u8]| Key::new(room, rest).bytes();
    let (grant, other) = (key(Room::Ledger, &[7]), key(Room::Ledger, &[8]));
    let (state, profile, blob) = (key(Room::State, &[7; 16]), key(Room::Profile, &[7; 16]), key(Room::Blob, b"counters"));
    type Tampering<'a> = Box<dyn FnOnce(&Keyspace, &Keyspace) + 'a>;
    let missing =
        |part| StoreError::Missing { part, written: if part == LAGGING { 60 } else { 21 }, found: if part == LAGGING { 59 } else { 20 } };
    let cases: Vec<(&str, Tampering<'_>, StoreError)> = vec![
        ("a grant is gone", Box::new(|_, durable| durable.remove(&*grant).unwrap()), missing(DURABLE)),
        ("a blob is gone", Box::new(|_, durable| durable.remove(&*blob).unwrap()), missing(DURABLE)),
        ("a state is gone", Box::new(|lagging, _| lagging.remove(&*state).unwrap()), missing(LAGGING)),
        ("a profile is gone", Box::new(|lagging, _| lagging.remove(&*profile).unwrap()), missing(LAGGING)),
        (
            "a grant is as it was once",
            Box::new(|_, durable| durable.insert(&*grant, books::seal(&grant, b"old")).unwrap()),
            StoreError::Missing { part: DURABLE, written: 21, found: 21 },
        ),
        (
            "a grant is another's",
            Box::new(|_, durable| durable.insert(&*grant, durable.get(&other).unwrap().unwrap()).unwrap()),
            StoreError::Damaged(format!("1 of 21 entries of {DURABLE}, the first of them offer 07")),
        ),
        (
            "everything is gone",
            Box::new(|_, durable| durable.iter().for_each(|guard| durable.remove(guard.key().unwrap()).unwrap())),
            StoreError::Lost { part: DURABLE, acknowledged: 21, found: 0 },
        ),
    ];
    for (what, tampering, expected) in cases {
        let copy = TempDir::new("embedded");
        copy_tree(&dir.0, &copy.0);
        tamper(&copy.0, tampering);
        for _ in 0..2 {
            assert_eq!(EmbeddedStore::open(&copy.0, &Config::default()).err(), Some(expected.clone()), "{what}");
        }
    }
    let store = open(&dir.0);
    assert!(block_on(store.profile([7; 16])).unwrap().is_some(), "and the one nobody touched opens");
}

#[test]
fn a_value_that_rots_while_the_store_is_open_is_not_answered() {
    let dir = TempDir::new("embedded");
    let store = open(&dir.0);
    block_on(async {
        store.replace(b"k".to_vec(), None, b"v".to_vec()).await.unwrap();
        let key = Key::new(Room::Ledger, b"k").bytes();
        store.inner.writer.engine().durable.insert(&*key, b"\0\0\0\0\0\0\0\0w").unwrap();
        assert_eq!(store.entry(b"k".to_vec()).await, Err(StoreError::Damaged("the value of offer 6b".to_string())));
        assert!(store.entries(Vec::new(), 10).await.is_err());
        assert!(store.replace(b"k".to_vec(), Some(b"w".to_vec()), b"x".to_vec()).await.is_err());
    });
}
