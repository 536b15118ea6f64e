//! Recorded visits that every build must go through again with the same effects, byte for byte.
//!
//! A change that alters effects on purpose records them anew: `FLOORWALKER_GENERATE=1 cargo test --lib golden`, and says why in its commit.

use crate::history;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Step;
use crate::history::Visit;
use crate::model::Timestamp;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::sim::Shop;
use crate::sim::Shopper;
use crate::sim::campaigns;
use crate::sim::server::Archive;
use crate::sim::server::digest_of;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::Deserialize;
use serde::Serialize;
use std::io::Read;
use std::io::Write;
use std::path::PathBuf;

const BUDGET: u32 = 9;
const STEPS: usize = 160;
const SEEDS: [u64; 3] = [3, 11, 42];

/// A visit as a journal keeps it, and what it came to.
#[derive(Serialize, Deserialize)]
struct Golden {
    /// Time, kind and payload of each record.
    records: Vec<(u64, u8, Vec<u8>)>,
    /// Digest of the session at the end.
    end: u64,
}

fn path(seed: u64) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/journals/shopper-{seed}.bin"))
}

/// Records a seeded shopper's visit the way the engine does.
fn record(seed: u64, shop: &Shop) -> Golden {
    let mut shopper = Shopper::new(seed, shop);
    let (began, start) = shopper.visit();
    let mut payload = Vec::new();
    history::write_started(&mut payload, &start);
    let mut records = vec![(began.0, history::STARTED, payload)];
    let mut visit = Visit::new(began, start);
    let mut effects = Effects::default();
    while records.len() < STEPS && !visit.session.is_ended() {
        let step = shopper.next(visit.session.next_deadline());
        let snapshot = shop.snapshot(step.snapshot);
        let stream = if let Input::Event { stream, .. } = &step.input { Some(*stream) } else { None };
        let number = stream.and_then(|stream| Some((stream, visit.delivery(stream)?.applied() + 1)));
        let mut payload = Vec::new();
        history::write_turn(&mut payload, snapshot.version, number, &step.input);
        effects.clear();
        visit.apply(step.at, number.map(|(stream, _)| stream), step.input, snapshot, &mut effects);
        history::seal_turn(&mut payload, effects.digest(&mut Vec::new()));
        for effect in &effects.list {
            if let Effect::Push { stream, .. } = effect {
                visit.push(*stream);
            }
        }
        shopper.notice(&effects.list);
        let mut measured = effects.list.iter().filter_map(Effect::measured).peekable();
        let mut kind = history::TURN;
        if measured.peek().is_some() {
            kind |= history::MEASURED;
            history::write_measured(&mut payload, measured);
        }
        records.push((step.at.0, kind, payload));
    }
    Golden { records, end: digest_of(&visit) }
}

fn read(seed: u64) -> Golden {
    let mut packed = Vec::new();
    GzDecoder::new(&std::fs::read(path(seed)).unwrap()[..]).read_to_end(&mut packed).unwrap();
    rmp_serde::from_slice(&packed).unwrap()
}

/// Records whose effects differ, and the digest at the end.
fn replay(golden: &Golden, shop: &Shop) -> (Vec<usize>, u64) {
    let mut replay = Replay::new(None);
    let mut differ = Vec::new();
    for (number, (at, kind, payload)) in golden.records.iter().enumerate() {
        let step = replay.step(Timestamp(*at), Entry::read(*kind, payload).unwrap(), &Archive(shop)).unwrap();
        if !step.is_same() {
            differ.push(number);
        }
        assert_eq!(step == Step::Quiet, *kind == history::STARTED);
    }
    (differ, digest_of(replay.visit().unwrap()))
}

#[test]
fn golden_journals_replay_byte_for_byte() {
    let shop = campaigns::shop(BUDGET);
    for seed in SEEDS {
        if std::env::var_os("FLOORWALKER_GENERATE").is_some() {
            let packed = rmp_serde::to_vec(&record(seed, &shop)).unwrap();
            let mut file = GzEncoder::new(Vec::new(), Compression::best());
            file.write_all(&packed).unwrap();
            std::fs::create_dir_all(path(seed).parent().unwrap()).unwrap();
            std::fs::write(path(seed), file.finish().unwrap()).unwrap();
        }
        let golden = read(seed);
        assert!(golden.records.len() > 100, "a visit worth keeping");
        let (differ, end) = replay(&golden, &shop);
        assert_eq!((differ, end), (Vec::new(), golden.end), "shopper {seed}");
    }
}

#[test]
fn one_changed_effect_is_seen() {
    // The offers of this shop differ in one number.
    let other = campaigns::shop(BUDGET + 1);
    let differing: usize = SEEDS.map(|seed| replay(&read(seed), &other).0.len()).iter().sum();
    assert!(differing > 0, "a change of an offer's terms changes an effect of at least one visit");

    // And one bit of one recorded digest.
    let mut golden = read(SEEDS[0]);
    let (_, _, payload) = golden.records.iter_mut().find(|(_, kind, _)| *kind == history::TURN).unwrap();
    payload[15] ^= 1;
    assert_eq!(replay(&golden, &campaigns::shop(BUDGET)).0, [1]);
}
