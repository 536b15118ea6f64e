//! Bit rot: every file of a data directory is flipped, cut and zeroed, and nothing wrong is ever answered.
//!
//! A directory with known contents is made and closed in good order, so everything in it was acknowledged. Each of a thousand
//! mutations, drawn by seed, damages one file of a fresh copy: a flipped bit, a truncated tail or a zeroed page. Then all is opened
//! and read again. Allowed is a refusal or a reading error that says what is wrong, or exactly what was written.

use crate::support;
use floorwalker::app::Secrets;
use floorwalker::decide::Snapshot;
use floorwalker::engine::Archive;
use floorwalker::engine::learning::Learned;
use floorwalker::model::Key;
use floorwalker::model::Timestamp;
use floorwalker::recommend::Click;
use floorwalker::recommend::ClickKind;
use floorwalker::recommend::RecordedVisit;
use floorwalker::recommend::session_knn::Limits;
use floorwalker::store::Blobs;
use floorwalker::store::Ledger;
use floorwalker::store::Profiles;
use floorwalker::store::States;
use floorwalker::store::StoreError;
use floorwalker::store::embedded;
use floorwalker::store::embedded::EmbeddedStore;
use floorwalker::store::journal;
use floorwalker::store::journal::Append;
use floorwalker::store::journal::Journal;
use floorwalker::store::journal::Position;
use floorwalker::store::journal::Record;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;

const MUTATIONS: u64 = 1_000;
const PAGE: u64 = 4_096;

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.next_u64() % bound.max(1)
    }

    fn bytes(&mut self, len: u64) -> Vec<u8> {
        let mut bytes = vec![0; len as usize];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

/// A directory that goes with the value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str) -> Temporary {
        let path = std::env::temp_dir().join(format!("floorwalker-rot-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is in the directory.
#[derive(Debug, Default, PartialEq)]
struct Contents {
    secrets: Vec<u8>,
    records: Vec<Record>,
    snapshots: Vec<(u64, Vec<u8>)>,
    states: BTreeMap<[u8; 16], Option<Vec<u8>>>,
    profiles: BTreeMap<[u8; 16], Option<Vec<u8>>>,
    ledger: BTreeMap<Vec<u8>, Vec<u8>>,
    blobs: BTreeMap<String, Option<Vec<u8>>>,
    untouched: Vec<([u8; 16], u64)>,
    learned: Vec<u8>,
}

fn journal_config() -> journal::Config {
    journal::Config { commit_delay_ms: 0, segment_bytes: 66 << 10, ..journal::Config::default() }
}

fn store_config() -> embedded::Config {
    // Small, so that there are tables, and compacted ones, beside the journal.
    embedded::Config { memtable_bytes: 16 << 10, write_delay_ms: 0, ..embedded::Config::default() }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(future)
}

fn id(number: u64) -> [u8; 16] {
    let mut id = [7; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    id
}

const SESSIONS: u64 = 400;
const VISITORS: u64 = 150;
const BLOBS: u64 = 6;

fn campaign(number: u64) -> String {
    format!(
        "id = \"c{number}\"\nname = \"Number {number}\"\npurpose = \"context\"\n[[trigger]]\non = \"page_view\"\n[[variant]]\nid = \"a\"\n\
         [[variant.action]]\ndo = \"fill\"\nplacement = \"banner\"\ntemplate = \"banner\"\ndata = {{ title = \"Hello\" }}\n"
    )
}

/// A snapshot as bytes, part by part.
fn pack(snapshot: &Snapshot) -> Vec<u8> {
    let campaigns: Vec<_> =
        snapshot.campaigns.campaigns().iter().map(|one| (one.file.to_string(), one.enabled, one.source.to_string())).collect();
    rmp_serde::to_vec(&(snapshot.off, snapshot.catalog.drafts(), campaigns, &*snapshot.model, &*snapshot.settings)).unwrap()
}

/// Fills the directory over several runs of the program.
fn fill(directory: &Path) {
    let mut random = Random(ChaCha8Rng::seed_from_u64(1));
    Secrets::open(&directory.join("secrets"), true).unwrap();
    for run in 0..4u64 {
        let (journal, recovery) = Journal::<()>::open(&directory.join("journal"), journal_config(), Box::new(|_, _| ())).unwrap();
        let mut heads = [Position::NONE; 5];
        for number in 0..250 {
            let session = random.below(5);
            let payload = random.below(200);
            let payload = random.bytes(payload);
            let at_us = recovery.next_number + number;
            let record = Append { session: id(session), previous: heads[session as usize], kind: 1, at_us, payload: &payload };
            heads[session as usize] = journal.append(record, None).unwrap();
        }
        journal.close().unwrap();
        let snapshot = support::snapshot(&[&campaign(run), &campaign(9)]);
        Archive::open(&directory.join("snapshots")).unwrap().keep(&snapshot, Timestamp(run)).unwrap();
        let store = EmbeddedStore::open(&directory.join("store"), &store_config()).unwrap();
        block_on(async {
            for number in 0..300 {
                let session = random.below(SESSIONS);
                let len = 50 + random.below(300);
                store.put_state(id(session), (run * 300 + number) * 1_000_000_000, random.bytes(len)).unwrap();
                if random.below(20) == 0 {
                    store.remove_state(id(random.below(SESSIONS))).unwrap();
                }
                if number % 3 == 0 {
                    store.put_profile(id(random.below(VISITORS)), random.bytes(100)).unwrap();
                }
                if number % 10 == 0 {
                    let key = random.below(1_000).to_be_bytes().to_vec();
                    let expected = store.entry(key.clone()).await.unwrap();
                    store.replace(key, expected, random.bytes(120)).await.unwrap();
                }
                if number % 50 == 0 {
                    store.put_blob(&format!("blob-{}", random.below(BLOBS)), random.bytes(300)).await.unwrap();
                    store.erase_profile(id(random.below(VISITORS))).await.unwrap();
                    let entries = store.entries(Vec::new(), 3).await.unwrap();
                    store.remove_entry(entries[entries.len() - 1].0.clone()).await.unwrap();
                }
            }
            store.flush_states().await.unwrap();
            // The last ones are kept by the orderly close alone.
            store.put_state(id(run), run, random.bytes(100)).unwrap();
            store.put_profile(id(run), random.bytes(100)).unwrap();
        });
        store.close().unwrap();
    }
    let clicks =
        |session: u64| (0..5).map(move |step| (Timestamp(step), Click { product: Key(session % 40 + step), kind: ClickKind::View }));
    let visits: Vec<RecordedVisit> =
        (0..200).map(|number| RecordedVisit { session: Key(number), clicks: clicks(number).collect() }).collect();
    Learned::begin_with(&directory.join("learned"), Limits::default(), visits).unwrap();
}

/// The parts of the directory. None reads another's files, so only the damaged one is copied and opened.
const PARTS: [&str; 5] = ["secrets", "journal", "snapshots", "store", "learned"];

/// Opens one part and reads all of it. The error is what the program would tell its operator.
fn read(directory: &Path, part: &str) -> Result<Contents, String> {
    let mut contents = Contents::default();
    let path = directory.join(part);
    match part {
        "secrets" => read_secrets(&path, &mut contents)?,
        "journal" => read_journal(&path, &mut contents)?,
        "snapshots" => read_snapshots(&path, &mut contents)?,
        "learned" => read_learned(&path, &mut contents)?,
        _ => read_store(&path, &mut contents)?,
    }
    Ok(contents)
}

fn read_secrets(path: &Path, contents: &mut Contents) -> Result<(), String> {
    let secrets = Secrets::open(path, false).map_err(|error| format!("{error:#}"))?;
    contents.secrets = [secrets.token_key(), secrets.offer_secret()].concat();
    Ok(())
}

fn read_journal(path: &Path, contents: &mut Contents) -> Result<(), String> {
    let (journal, _) = Journal::<()>::open(path, journal_config(), Box::new(|_, _| ())).map_err(|error| error.to_string())?;
    let visit = |record: Record| {
        contents.records.push(record);
        ControlFlow::Continue(())
    };
    journal.scan(Position::NONE, visit).map_err(|error| error.to_string())?;
    journal.close().map_err(|error| error.to_string())
}

fn read_snapshots(path: &Path, contents: &mut Contents) -> Result<(), String> {
    let archive = Archive::open(path).map_err(|error| error.to_string())?;
    for version in archive.versions().map_err(|error| error.to_string())? {
        contents.snapshots.push((version, pack(&archive.read(version).map_err(|error| error.to_string())?)));
    }
    Ok(())
}

fn read_learned(path: &Path, contents: &mut Contents) -> Result<(), String> {
    let learned = Learned::read(path).map_err(|error| error.to_string())?;
    contents.learned = learned.ok_or("there is none")?.to_bytes();
    Ok(())
}

fn read_store(path: &Path, contents: &mut Contents) -> Result<(), String> {
    let store = EmbeddedStore::open(path, &store_config()).map_err(|error| error.to_string())?;
    let result: Result<(), StoreError> = block_on(async {
        for session in 0..SESSIONS {
            contents.states.insert(id(session), store.state(id(session)).await?);
        }
        for visitor in 0..VISITORS {
            contents.profiles.insert(id(visitor), store.profile(id(visitor)).await?);
        }
        contents.ledger = store.entries(Vec::new(), 10_000).await?.into_iter().collect();
        for (key, value) in &contents.ledger {
            assert_eq!(store.entry(key.clone()).await?.as_ref(), Some(value), "two ways to read an entry");
        }
        for blob in 0..BLOBS {
            let name = format!("blob-{blob}");
            contents.blobs.insert(name.clone(), store.blob(&name).await?);
        }
        contents.untouched = store.untouched_since(u64::MAX, 10_000).await?;
        Ok(())
    });
    result.map_err(|error| error.to_string())?;
    store.close().map_err(|error| error.to_string())
}

/// All files below a directory, by the part of the program they belong to. Empty ones and locks hold nothing.
fn files(directory: &Path) -> BTreeMap<&'static str, Vec<PathBuf>> {
    let mut all = BTreeMap::<_, Vec<PathBuf>>::new();
    let mut open = vec![directory.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else if entry.metadata().unwrap().len() > 0 {
                all.entry(class(path.strip_prefix(directory).unwrap())).or_default().push(path);
            }
        }
    }
    all.values_mut().for_each(|paths| paths.sort());
    all
}

fn class(path: &Path) -> &'static str {
    let text = path.to_str().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    match text.split('/').next().unwrap() {
        "secrets" => "secrets",
        "journal" if name == "mark" => "journal mark",
        "journal" => "journal segment",
        "snapshots" if name.ends_with(".manifest") => "snapshot manifest",
        "snapshots" => "snapshot part",
        "store" if name == "mark" => "store mark",
        "learned" => "learned",
        _ if name.ends_with(".jnl") => "database journal",
        _ if text.contains("/tables/") => "database table",
        _ if name == "current" => "database current",
        _ if name == "version" => "database format",
        _ if name.starts_with('v') => "database version",
        _ => panic!("a file of no known kind: {text}"),
    }
}

/// Copies a tree, holes as holes: the database's journal is 64 MiB of almost nothing.
fn copy_tree(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            let file = fs::File::create(target).unwrap();
            let used = used(&entry.path());
            std::os::unix::fs::FileExt::write_all_at(&file, &used, 0).unwrap();
            file.set_len(entry.metadata().unwrap().len()).unwrap();
        }
    }
}

/// A file's bytes up to the last that is not zero.
fn used(path: &Path) -> Vec<u8> {
    let file = fs::File::open(path).unwrap();
    let mut bytes = Vec::new();
    let mut window = vec![0; 1 << 20];
    loop {
        let read = std::os::unix::fs::FileExt::read_at(&file, &mut window, bytes.len() as u64).unwrap();
        let is_rest = window[..read].iter().all(|byte| *byte == 0);
        if is_rest {
            break;
        }
        bytes.extend_from_slice(&window[..read]);
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

/// Damages a file and says how.
fn damage(path: &Path, random: &mut Random) -> String {
    let file = fs::File::options().read(true).write(true).open(path).unwrap();
    let used = used(path);
    let at = random.below(used.len() as u64);
    match random.below(3) {
        0 => {
            let bit = random.below(8);
            std::os::unix::fs::FileExt::write_all_at(&file, &[used[at as usize] ^ 1 << bit], at).unwrap();
            format!("bit {bit} of byte {at} of {} flipped", used.len())
        }
        1 => {
            file.set_len(at).unwrap();
            format!("cut from {} to {at} bytes", used.len())
        }
        _ => {
            let page = at / PAGE * PAGE;
            let end = (page + PAGE).min(file.metadata().unwrap().len());
            std::os::unix::fs::FileExt::write_all_at(&file, &vec![0; (end - page) as usize], page).unwrap();
            format!("page at {page} of {} zeroed", used.len())
        }
    }
}

/// What came of a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Refused,
    Harmless,
    /// Never allowed.
    Wrong,
}

/// A part's files by kind, and what it holds.
struct Original {
    directory: Temporary,
    files: BTreeMap<&'static str, Vec<PathBuf>>,
    contents: BTreeMap<&'static str, Contents>,
}

fn mutate(original: &Original, seed: u64) -> (&'static str, Outcome, String) {
    let mut random = Random(ChaCha8Rng::seed_from_u64(seed));
    let copy = Temporary::new(&format!("copy-{seed}"));
    let (class, paths) = original.files.iter().nth(random.below(original.files.len() as u64) as usize).unwrap();
    let path = paths[random.below(paths.len() as u64) as usize].strip_prefix(&original.directory.0).unwrap();
    let part = PARTS.into_iter().find(|part| path.starts_with(part)).unwrap();
    copy_tree(&original.directory.0.join(part), &copy.0.join(part));
    let expected = &original.contents[part];
    let mut text = format!("seed {seed}: {}: {}", path.display(), damage(&copy.0.join(path), &mut random));
    // Some twice: what was refused stays refused, and what was harmless is still whole after the first opening repaired what it could.
    let mut outcomes = Vec::new();
    for _ in 0..if seed.is_multiple_of(4) { 2 } else { 1 } {
        let outcome = match catch_unwind(AssertUnwindSafe(|| read(&copy.0, part))) {
            Err(_) => (Outcome::Wrong, "panicked".to_owned()),
            Ok(Err(error)) => (Outcome::Refused, error),
            Ok(Ok(contents)) if contents == *expected => (Outcome::Harmless, String::new()),
            Ok(Ok(contents)) => (Outcome::Wrong, difference(&contents, expected)),
        };
        text.push_str(&format!(" -> {:?} {}", outcome.0, outcome.1.replace(copy.0.to_str().unwrap(), "")));
        outcomes.push(outcome.0);
    }
    let outcome = if outcomes.iter().all(|outcome| *outcome == outcomes[0]) { outcomes[0] } else { Outcome::Wrong };
    (class, outcome, text)
}

fn difference(found: &Contents, expected: &Contents) -> String {
    fn count<K: Ord, V: PartialEq>(found: &BTreeMap<K, V>, expected: &BTreeMap<K, V>) -> usize {
        expected.iter().filter(|(key, value)| found.get(key) != Some(value)).count()
            + found.keys().filter(|key| !expected.contains_key(key)).count()
    }
    format!(
        "SILENTLY WRONG: secrets {}, snapshots {}, records {} of {}, states {}, profiles {}, ledger {}, blobs {}, index {}, learned {}",
        found.secrets == expected.secrets,
        found.snapshots == expected.snapshots,
        found.records.len(),
        expected.records.len(),
        count(&found.states, &expected.states),
        count(&found.profiles, &expected.profiles),
        count(&found.ledger, &expected.ledger),
        count(&found.blobs, &expected.blobs),
        found.untouched == expected.untouched,
        found.learned == expected.learned,
    )
}

#[test]
fn a_thousand_mutations_of_every_kind_of_file_are_refused_by_name_or_harmless() {
    let directory = Temporary::new("original");
    fill(&directory.0);
    let contents: BTreeMap<_, _> = PARTS.into_iter().map(|part| (part, read(&directory.0, part).unwrap())).collect();
    assert!(contents["journal"].records.len() == 1_000 && contents["snapshots"].snapshots.len() == 4);
    let store = &contents["store"];
    assert!(store.ledger.len() > 50 && store.blobs.values().flatten().count() > 3);
    assert!(store.states.values().flatten().count() > 200 && store.profiles.values().flatten().count() > 80);
    let files = files(&directory.0);
    assert!(files["database table"].len() >= 4 && files["journal segment"].len() >= 2, "{files:?}");
    let original = &Original { directory, files, contents };
    // The database may panic within, where that is turned into an error; a thousand backtraces help nobody.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| ()));
    let results: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let seeds = (0..MUTATIONS).filter(move |seed| seed % 2 == worker);
                scope.spawn(move || seeds.map(|seed| mutate(original, seed)).collect::<Vec<_>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    std::panic::set_hook(hook);
    let mut table = BTreeMap::<_, BTreeMap<_, usize>>::new();
    for (class, outcome, _) in &results {
        *table.entry(*class).or_default().entry(*outcome).or_default() += 1;
    }
    println!("{table:#?}");
    if let Some(path) = std::env::var_os("ROT_REPORT") {
        fs::write(path, results.iter().map(|(_, _, text)| format!("{text}\n")).collect::<String>()).unwrap();
    }
    let wrong: Vec<&String> = results.iter().filter(|(_, outcome, _)| *outcome == Outcome::Wrong).map(|(_, _, text)| text).collect();
    assert!(wrong.is_empty(), "{} of {MUTATIONS}:\n{}", wrong.len(), wrong.iter().map(|text| format!("{text}\n")).collect::<String>());
    assert_eq!(table.len(), original.files.len(), "every kind of file had its turn");
}
