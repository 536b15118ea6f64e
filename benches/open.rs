//! How long a store and a journal that have grown large take to open: what a restart costs before it is ready.
//!
//! Budget: 2 s for 200,000 stored visits of 1 KB and a journal of 3 GB, warm. Sketch: the store is read in full (200 MB with its books),
//! the journal in its last 256 MB, and from the checkpoint on at most 32 MB once more.
//!
//! Gate of `--quick` (exit code 1): the bytes of the journal that a start reads do not grow with it; never time.
//!
//! No figures are written down here before a run on a quiet machine.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to say")]

#[path = "support/mod.rs"]
mod support;

use floorwalker::consent::Consent;
use floorwalker::engine::Clock;
use floorwalker::engine::Config;
use floorwalker::engine::Engine;
use floorwalker::model::StreamId;
use floorwalker::store::Blobs;
use floorwalker::store::States;
use floorwalker::store::Stores;
use floorwalker::store::embedded;
use floorwalker::store::embedded::EmbeddedStore;
use floorwalker::store::journal;
use floorwalker::store::journal::Append;
use floorwalker::store::journal::AppendError;
use floorwalker::store::journal::Directory;
use floorwalker::store::journal::Durability;
use floorwalker::store::journal::Files;
use floorwalker::store::journal::Identity;
use floorwalker::store::journal::Journal;
use floorwalker::store::journal::Position;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use support::Gate;
use support::counted::Counted;

/// As large as a typical packed visit; see `benches/session.rs`.
const STATE_BYTES: usize = 1_000;
/// Of a record, with its header.
const RECORD_BYTES: usize = journal::RECORD_HEADER_BYTES + 236;

fn main() {
    let mut gate = Gate::default();
    if support::is_quick() {
        let read = [16, 64].map(|mebibytes| reads_to_open(mebibytes << 20));
        // A segment more or less.
        gate.check(read[1] <= read[0] + (2 << 20), || format!("a start reads {} bytes of 16 MiB and {} of 64 MiB", read[0], read[1]));
        println!("a start reads {} bytes of a journal of 16 MiB and {} of one of 64 MiB", read[0], read[1]);
        return gate.finish();
    }
    let mut rows = Vec::new();
    for (visits, bytes) in [(20_000, 300 << 20), (200_000, 3 << 30)] {
        let directory = Temporary::new();
        fill(&directory.0, visits, bytes);
        for _ in 0..3 {
            rows.push(open(&directory.0, visits, bytes));
        }
    }
    let head = ["visits", "journal MB", "store ms", "journal and engine ms", "together ms"];
    support::table("From files to an engine that is ready", &head, &rows);
    gate.finish();
}

/// Bytes of the journal that opening it reads, with small bounds.
fn reads_to_open(bytes: u64) -> u64 {
    let directory = Temporary::new();
    let path = directory.0.join("journal");
    let config =
        journal::Config { segment_bytes: 1 << 20, verify_bytes: 4 << 20, durability: Durability::Os, ..journal::Config::default() };
    let open = |files: Arc<dyn Files>| {
        Journal::<()>::open_on(files, config.clone(), Identity { epoch: 1, salt: 2 }, Box::new(|result, _| _ = result.unwrap())).unwrap().0
    };
    let journal = open(Arc::new(Directory::create(&path).unwrap()));
    write(&journal, bytes);
    journal.close().unwrap();
    let files = Counted::new(Directory::create(&path).unwrap());
    let counts = files.counts.clone();
    open(Arc::new(files)).close().unwrap();
    counts.read_bytes()
}

/// What a start reads beside the newest segments: a checkpoint is taken after this much.
const AFTER_CHECKPOINT: u64 = 32 << 20;

/// Appends records to that many bytes. Returns the place of one that is [`AFTER_CHECKPOINT`] before the end.
fn write<W: Send + 'static>(journal: &Journal<W>, bytes: u64) -> Position {
    let payload = [0x5a; RECORD_BYTES - journal::RECORD_HEADER_BYTES];
    let (records, tail) = (bytes / RECORD_BYTES as u64, AFTER_CHECKPOINT / RECORD_BYTES as u64);
    let mut checkpoint = Position::NONE;
    for number in 0..records {
        let mut session = [0; 16];
        session[..8].copy_from_slice(&(number % 10_000).to_le_bytes());
        let append = || Append { session, previous: Position::NONE, kind: 200, at_us: 1_800_000_000_000_000 + number, payload: &payload };
        let position = loop {
            match journal.append(append(), None) {
                Ok(position) => break position,
                Err(AppendError::Full { .. }) => std::thread::sleep(Duration::from_millis(2)),
                Err(error) => panic!("{error}"),
            }
        };
        if number + tail == records {
            checkpoint = position;
        }
    }
    checkpoint
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

/// Makes a store and a journal, and a checkpoint as far back as one ever is.
fn fill(directory: &Path, visits: u64, bytes: u64) {
    let began = Instant::now();
    let store = EmbeddedStore::open(&directory.join("store"), &embedded::Config::default()).unwrap();
    let config = journal::Config { durability: Durability::Os, ..journal::Config::default() };
    let (journal, _) = Journal::<()>::open(&directory.join("journal"), config, Box::new(|result, _| _ = result.unwrap())).unwrap();
    let checkpoint = write(&journal, bytes);
    journal.close().unwrap();
    runtime().block_on(async {
        for number in 0..visits {
            let mut session = [0; 16];
            session[..8].copy_from_slice(&floorwalker::model::key_of(&number.to_string()).0.to_le_bytes());
            // Random enough not to be pressed to nothing.
            let state: Vec<u8> =
                (0..STATE_BYTES as u64).map(|at| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (at % 57)) as u8).collect();
            while store.put_state(session, 1_800_000_000_000_000, state.clone()).is_err() {
                store.flush_states().await.unwrap();
            }
        }
        store.flush_states().await.unwrap();
        store.put_blob("checkpoint", checkpoint.0.to_be_bytes().to_vec()).await.unwrap();
    });
    drop(store);
    println!("made {visits} visits and {} MB of journal in {:.0?}", bytes >> 20, began.elapsed());
}

fn open(directory: &Path, visits: u64, bytes: u64) -> Vec<String> {
    let runtime = runtime();
    let began = Instant::now();
    let store = EmbeddedStore::open(&directory.join("store"), &embedded::Config::default()).unwrap();
    let opened = began.elapsed();
    let config = Config {
        journal_dir: directory.join("journal"),
        snapshots_dir: directory.join("snapshots"),
        learning: floorwalker::engine::LearningConfig::new(directory.join("learned")),
        results_dir: directory.join("results"),
        journal: journal::Config::default(),
        durability: Durability::Fsync,
        settings: support::settings(),
        keys: vec!["pk_bench".to_owned()],
        customer_secret: None,
        consent: Consent::new(true),
        sessions_max: 2_000_000,
        events_per_second: 1_000,
        events_burst: 1_000,
        visitor_remembered: Duration::from_secs(86_400),
        token_keys: vec![[7; 32]],
        offer_secret: [9; 32],
        intake: Default::default(),
        offers: Default::default(),
    };
    let engine = runtime.block_on(Engine::start(config, Stores::of(Arc::new(store)), Clock::system(), support::snapshot(100, 5))).unwrap();
    let ready = began.elapsed();
    runtime.block_on(engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO));
    let ms = |time: Duration| format!("{:.0}", time.as_secs_f64() * 1e3);
    vec![visits.to_string(), (bytes >> 20).to_string(), ms(opened), ms(ready - opened), ms(ready)]
}

/// A directory below the temporary one, whose disk is measured; it goes with the value.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Temporary {
        let path = std::env::temp_dir().join(format!("floorwalker-bench-{}", StreamId(floorwalker::engine::random_id())));
        std::fs::create_dir_all(&path).unwrap();
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
