//! What somebody sees who only reads.

use super::*;

fn journal_in(dir: &TempDir) -> Journal<()> {
    let config = Config { segment_bytes: 128 << 10, ..Config::default() };
    Journal::open(&dir.0, config, Box::new(|_, _| ())).unwrap().0
}

fn put(journal: &Journal<()>, from: u8, count: u8) {
    for number in from..from + count {
        let payload = vec![number; 4_000];
        journal.append(Append { session: [1; 16], previous: Position::NONE, kind: number, at_us: 5, payload: &payload }, None).unwrap();
    }
    journal.flush().unwrap();
}

fn kinds(reader: &Reader) -> Result<Vec<u8>, ReadError> {
    let mut kinds = Vec::new();
    reader.scan(|record| {
        assert_eq!(record.payload, vec![record.kind; 4_000]);
        kinds.push(record.kind);
        ControlFlow::Continue(())
    })?;
    Ok(kinds)
}

fn last_segment(dir: &TempDir) -> std::path::PathBuf {
    let mut paths: Vec<_> = std::fs::read_dir(&dir.0).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "log"));
    paths.sort();
    paths.pop().unwrap()
}

#[test]
fn reads_beside_the_writer_and_changes_nothing() {
    let dir = TempDir::new("reader");
    let journal = journal_in(&dir);
    put(&journal, 0, 100);
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(&dir.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    let reader = Reader::open(&dir.0).unwrap();
    assert!(before.len() > 4, "several segments: {before:?}");
    put(&journal, 100, 10);
    assert_eq!(kinds(&reader).unwrap(), (0..100).collect::<Vec<u8>>(), "as it was when it was opened");
    assert_eq!(kinds(&Reader::open(&dir.0).unwrap()).unwrap().len(), 110);
    journal.close().unwrap();
    assert_eq!(kinds(&Reader::open(&dir.0).unwrap()).unwrap().len(), 110);
}

#[test]
fn a_torn_tail_is_left_out_and_damage_is_told() {
    let dir = TempDir::new("reader-torn");
    let journal = journal_in(&dir);
    put(&journal, 0, 100);
    journal.close().unwrap();
    let path = last_segment(&dir);
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, [&whole[..], &[7; 1_000]].concat()).unwrap();
    assert_eq!(kinds(&Reader::open(&dir.0).unwrap()).unwrap().len(), 100, "a write in progress");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    assert!(matches!(kinds(&Reader::open(&dir.0).unwrap()), Err(ReadError::Damaged { .. })));
    std::fs::write(&path, &whole[..whole.len() - 4_064]).unwrap();
    let lost = kinds(&Reader::open(&dir.0).unwrap()).unwrap_err();
    assert!(lost.to_string().contains("acknowledged"), "{lost}");
}

#[test]
fn nothing_is_made_where_there_is_no_journal() {
    let dir = TempDir::new("reader-none");
    let missing = dir.0.join("none");
    assert!(matches!(Reader::open(&missing), Err(OpenError::Io { .. })));
    assert!(!missing.exists());
}
