//! The house keeps its floors: a room uses only lower ones, one module per `use`, and nothing where it does not belong.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Rooms from the bottom up. A room may use those of lower floors only.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["catalog", "consent", "quality", "stats", "traffic"],
    &["campaign", "recommend", "experiment", "offer", "learn"],
    &["decide"],
    &["session"],
    &["protocol", "delivery", "history", "store", "telemetry", "integrations"],
    &["engine", "sim"],
    &["gateway", "api", "dashboard"],
    &["config", "demo"],
    &["app"],
    &["cli"],
];
/// Uses that go against the floors, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A campaign's actions name strategies and terms: definitions, used as plain data.
    ("campaign", "offer"),
    ("campaign", "recommend"),
    // A campaign says who takes part in its experiment and how it is to be judged: definitions again.
    ("campaign", "experiment"),
    // What a visit's pages have delivered is a part of the visit.
    ("history", "delivery"),
];

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn files() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths
        .into_iter()
        .map(|path| (path.strip_prefix(&root).unwrap().display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

fn room_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

/// Code without comments and test modules in their own files.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(number, line)| (number + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn rooms_use_lower_floors_only() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let room = room_of(&file);
        if ["main", "lib"].contains(&room) {
            continue;
        }
        let own = floor_of(room).unwrap_or_else(|| panic!("{file}: the room `{room}` stands on no floor"));
        for (number, line) in code(&text) {
            for (at, _) in line.match_indices("crate::") {
                let rest = &line[at + "crate::".len()..];
                let used = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                let Some(floor) = floor_of(used) else { continue };
                if used != room
                    && floor >= own
                    && !EXCEPTIONS.contains(&(room, used))
                    && !file.ends_with("tests.rs")
                    && !file.contains("/tests/")
                {
                    wrong.push(format!("{file}:{number}: {room} (floor {own}) uses {used} (floor {floor})"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_module_per_use() {
    let mut wrong = Vec::new();
    for (file, text) in files() {
        for (number, line) in code(&text) {
            if line.trim_start().starts_with("use ") && line.contains('{') {
                wrong.push(format!("{file}:{number}: {}", line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_module_begins_with_its_idea() {
    let wrong: Vec<String> = files().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(file, _)| file).collect();
    assert!(wrong.is_empty(), "without a first `//!` line: {wrong:?}");
}

#[test]
fn the_core_has_no_clock_no_io_and_no_chance() {
    let banned = [
        "Instant::now",
        "SystemTime",
        "std::fs",
        "std::net",
        "std::env",
        "tokio::",
        "getrandom",
        "Mutex",
        "RwLock",
        "HashMap::new",
        "thread_local",
        "async fn",
        "RandomState",
        "std::time::Instant",
    ];
    let mut wrong = Vec::new();
    for (file, text) in files() {
        let pure =
            floor_of(room_of(&file)).is_some_and(|floor| floor <= 4) || ["protocol", "delivery", "integrations"].contains(&room_of(&file));
        if !pure || file.contains("tests") {
            continue;
        }
        let body = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code(body) {
            for word in banned {
                if line.contains(word) {
                    wrong.push(format!("{file}:{number}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_clock_reads_the_clock() {
    // The gateway's handshake budget, the dashboard's feeds, the store's committer, `evaluate` and `simulate` measure spans, never dates.
    let allowed = ["engine/clock.rs", "gateway/mod.rs", "api/live.rs", "cli/evaluate.rs", "cli/simulate.rs"];
    let mut wrong = Vec::new();
    for (file, text) in files() {
        if allowed.contains(&file.as_str()) || file.starts_with("store/") || file.contains("tests") {
            continue;
        }
        let body = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in code(body) {
            if line.contains("Instant::now") || line.contains("SystemTime::now") {
                wrong.push(format!("{file}:{number}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn no_process_wide_state() {
    // The allocator; buffers that are empty between inputs; immutable tables.
    let allowed = ["main.rs", "engine/session/mod.rs", "engine/connection.rs"];
    let mut wrong = Vec::new();
    for (file, text) in files() {
        for (number, line) in code(&text) {
            let line = line.trim_start();
            let mutable = line.starts_with("static mut")
                || (line.contains("static ") && ["Mutex", "Atomic", "RefCell", "RwLock"].iter().any(|word| line.contains(word)));
            if (mutable || line.starts_with("thread_local!")) && !allowed.contains(&file.as_str()) && !file.contains("tests") {
                wrong.push(format!("{file}:{number}: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
