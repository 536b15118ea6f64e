//! What holds while the disk behaves.

use std::process::Command;

use super::*;
use crate::store::contract;

#[test]
fn a_record_comes_back_as_it_was_given_before_and_after_a_restart() {
    let dir = TempDir::new("roundtrip");
    let committed: Committed<()> = Box::new(|_, _| ());
    let (journal, recovery) = Journal::open(&dir.0, Config::default(), committed).unwrap();
    assert_eq!((recovery.segments, recovery.next_number, recovery.end), (0, 1, Position(0)));
    let mut head = Position::NONE;
    for number in 0..100u8 {
        let payload = vec![number; number as usize * 40];
        head = journal.append(Append { session: [3; 16], previous: head, kind: number, at_us: 5, payload: &payload }, None).unwrap();
    }
    let before = journal.read_back(head, 1000).unwrap();
    journal.close().unwrap();
    assert!(matches!(
        journal.append(Append { session: [3; 16], previous: head, kind: 0, at_us: 5, payload: b"" }, None),
        Err(AppendError::Closed)
    ));
    drop(journal);
    let (journal, recovery) = Journal::<()>::open(&dir.0, Config::default(), Box::new(|_, _| ())).unwrap();
    let after = journal.read_back(head, 1000).unwrap();
    assert_eq!(before, after);
    assert_eq!(after.len(), 100);
    for (index, record) in after.iter().rev().enumerate() {
        assert_eq!((record.kind as usize, record.number as usize), (index, index + 1));
        assert_eq!(record.payload, vec![index as u8; index * 40]);
    }
    assert_eq!((recovery.records_checked, recovery.next_number, recovery.cut_bytes, recovery.rewritten_bytes), (100, 101, 0, 0));
    assert_eq!(journal.read_back(head, 3).unwrap().len(), 3);
}

#[test]
fn records_are_readable_before_they_are_durable() {
    let disk = Disk::default();
    let config = Config { commit_delay_ms: 60_000, commit_records: 1000, ..small() };
    let (journal, _, said) = open(&disk, config);
    let first = append(&journal, 1, Position::NONE, b"one").unwrap();
    let second = append(&journal, 1, first, b"two").unwrap();
    assert_eq!(journal.read(second).unwrap().payload, b"two");
    assert_eq!(journal.read_back(second, 10).unwrap().len(), 2);
    assert!(said.lock().unwrap().is_empty() && journal.durable() == Position(0));
    journal.flush().unwrap();
    assert_eq!(journal.durable(), journal.end());
}

#[test]
fn waiters_are_called_once_in_order_and_only_when_their_records_are_on_disk() {
    let disk = Disk::default();
    let seen = Arc::new(Mutex::new(Vec::<Position>::new()));
    let (log, probe) = (Arc::clone(&seen), disk.clone());
    let committed: Committed<Position> = Box::new(move |durable, waiters| {
        let durable = durable.unwrap();
        // What a power cut at this very moment would leave must hold every record of these waiters.
        let (after, recovery, _) = open(&probe.after_power_cut(|_| 0), small());
        assert!(recovery.end >= durable);
        for waiter in &waiters {
            assert!(*waiter < durable);
            assert_eq!(after.read(*waiter).unwrap().position, *waiter);
        }
        log.lock().unwrap().extend(waiters);
    });
    let (journal, _) = Journal::open_on(Arc::new(disk), small(), IDENTITY, committed).unwrap();
    let mut expected = Vec::new();
    for number in 0..200u8 {
        // The waiter must name the record's place, which is where the journal ends unless a segment begins there.
        let place = place_of_next(&journal, 100);
        let position = journal
            .append(Append { session: [1; 16], previous: Position::NONE, kind: 0, at_us: 1, payload: &[number; 100] }, Some(place))
            .unwrap();
        assert_eq!(position, place);
        expected.push(position);
    }
    journal.close().unwrap();
    assert_eq!(*seen.lock().unwrap(), expected);
}

fn place_of_next(journal: &Journal<Position>, payload: u64) -> Position {
    let state = journal.shared.state();
    let next = state.next.position;
    let fits = state.segment.is_some_and(|base| next - base + 64 + payload <= journal.shared.config.segment_bytes);
    Position(if fits { next } else { next + 64 })
}

#[test]
fn four_threads_append_without_gaps_and_their_histories_stay_apart() {
    let dir = TempDir::new("threads");
    let said = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&said);
    let config = Config { segment_bytes: 64 << 10, payload_bytes_max: 4096, ..Config::default() };
    let committed: Committed<u32> = Box::new(move |result, waiters| {
        result.unwrap();
        count.fetch_add(waiters.len() as u64, Ordering::Relaxed);
    });
    let (journal, _) = Journal::open(&dir.0, config.clone(), committed).unwrap();
    let heads: Vec<Position> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4u8)
            .map(|thread| {
                let journal = &journal;
                scope.spawn(move || {
                    let mut head = Position::NONE;
                    for number in 0..2_000u32 {
                        let payload = number.to_le_bytes();
                        head = journal
                            .append(
                                Append { session: [thread; 16], previous: head, kind: thread, at_us: 1, payload: &payload },
                                Some(number),
                            )
                            .unwrap();
                    }
                    head
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    journal.close().unwrap();
    assert_eq!(said.load(Ordering::Relaxed), 8_000);
    drop(journal);
    let (journal, recovery) = Journal::<u32>::open(&dir.0, config, Box::new(|_, _| ())).unwrap();
    assert_eq!(recovery.next_number, 8_001);
    for (thread, head) in heads.into_iter().enumerate() {
        let records = journal.read_back(head, usize::MAX).unwrap();
        assert_eq!(records.len(), 2_000);
        for (number, record) in records.iter().rev().enumerate() {
            assert_eq!((record.session, &record.payload[..]), ([thread as u8; 16], &(number as u32).to_le_bytes()[..]));
        }
    }
}

#[test]
fn a_restart_goes_on_with_numbers_positions_and_chain() {
    let disk = Disk::default();
    let mut head = Position::NONE;
    for round in 0..10u64 {
        let (journal, recovery, _) = open(&disk, small());
        assert_eq!(recovery.next_number, round * 7 + 1);
        for number in 0..7u8 {
            head = append(&journal, 1, head, &[number; 90]).unwrap();
        }
        journal.close().unwrap();
    }
    let (journal, recovery, _) = open(&disk, small());
    assert!(recovery.segments > 3 && recovery.records_checked == 70);
    let numbers: Vec<u64> = scan_all(&journal).unwrap().iter().map(|record| record.number).collect();
    assert_eq!(numbers, (1..=70).collect::<Vec<u64>>());
    assert_eq!(journal.read_back(head, 100).unwrap().len(), 70);
}

#[test]
fn old_and_surplus_segments_are_removed_but_never_the_active_one() {
    const HOUR_US: u64 = 3_600_000_000;
    let disk = Disk::default();
    let config = Config { retain_bytes: 6 << 10, retain_hours: 10, ..small() };
    let (journal, _, _) = open(&disk, config.clone());
    let mut head = Position::NONE;
    let mut append_at = |hour: u64| {
        head =
            journal.append(Append { session: [1; 16], previous: head, kind: 0, at_us: hour * HOUR_US, payload: &[9; 500] }, None).unwrap();
        journal.flush().unwrap();
        head
    };
    for _ in 0..40 {
        append_at(1);
    }
    let (first, count) = kept(&journal);
    assert!(first > 0 && (2..=5).contains(&count), "kept {count} segments");
    let head_now = append_at(1);
    assert!(journal.read_back(head_now, 1000).unwrap().len() < 20);
    assert!(matches!(journal.read(Position(64)), Err(ReadError::Absent { .. })));
    for _ in 0..4 {
        append_at(100);
    }
    let newest = append_at(100);
    journal.close().unwrap();
    assert!(scan_all(&journal).unwrap().iter().all(|record| record.at_us == 100 * HOUR_US || record.position.0 + 4096 > newest.0));
    drop(journal);
    let (journal, recovery, _) = open(&disk, config);
    assert!(recovery.first > Position(0));
    assert_eq!(journal.read(newest).unwrap().number, recovery.next_number - 1);
}

fn kept(journal: &Journal<Position>) -> (u64, usize) {
    // The removal comes after the callback; closing would end the test, so look until it has happened.
    for _ in 0..1000 {
        let segments = journal.shared.segments();
        if segments.len() <= 5 {
            return (*segments.first_key_value().unwrap().0, segments.len());
        }
        drop(segments);
        std::thread::yield_now();
    }
    panic!("retention did not happen");
}

#[test]
fn limits_are_refused_by_name() {
    let disk = Disk::default();
    let config = Config { commit_delay_ms: 60_000, commit_records: 1000, batch_bytes_max: 2000, ..small() };
    let (journal, _, _) = open(&disk, config.clone());
    assert!(matches!(append(&journal, 1, Position::NONE, &[0; 1025]), Err(AppendError::TooLarge { bytes: 1025, bytes_max: 1024 })));
    append(&journal, 1, Position::NONE, &[0; 1000]).unwrap();
    assert!(matches!(append(&journal, 1, Position::NONE, &[0; 1000]), Err(AppendError::Full { .. })));
    journal.flush().unwrap();
    append(&journal, 1, Position::NONE, &[0; 1000]).unwrap();
    assert!(matches!(try_open(&disk, config.clone()), Err(OpenError::InUse)));
    assert!(matches!(try_open(&Disk::default(), Config { batch_bytes_max: 10, ..config }), Err(OpenError::Config(_))));
}

#[test]
fn every_durability_setting_keeps_what_an_orderly_close_wrote() {
    for durability in [Durability::Fsync, Durability::Os, Durability::Memory] {
        let disk = Disk::default();
        let (journal, _, _) = open(&disk, Config { durability, ..small() });
        for number in 0..50u8 {
            append(&journal, 1, Position::NONE, &[number; 100]).unwrap();
        }
        journal.close().unwrap();
        drop(journal);
        let (_, recovery, _) = open(&disk.after_power_cut(|_| 0), small());
        assert_eq!(recovery.next_number, 51, "{durability:?}");
    }
}

/// So lazy that only a flush commits.
fn lazy() -> Config {
    Config {
        commit_delay_ms: 600_000,
        commit_records: usize::MAX,
        payload_bytes_max: contract::LOG_PAYLOAD_MAX as u32,
        batch_bytes_max: contract::LOG_WAITING_MAX,
        segment_bytes: 2_000,
        retain_bytes: contract::LOG_RETAIN,
        disk_full_retry_ms: 1,
        ..Config::default()
    }
}

#[test]
fn keeps_the_contract_on_real_files_and_on_a_simulated_disk() {
    let dir = TempDir::new("contract");
    let mut last: Option<Arc<Journal<u64>>> = None;
    contract::check_log(&mut |committed| {
        last = None;
        let journal = Arc::new(Journal::open(&dir.0, lazy(), committed).unwrap().0);
        last = Some(Arc::clone(&journal));
        journal
    });
    let disk = Disk::default();
    contract::check_log(&mut |committed| Arc::new(Journal::open_on(Arc::new(disk.clone()), lazy(), IDENTITY, committed).unwrap().0));
    let (said, committed) = contract::listener();
    contract::check_close(&Journal::open_on(Arc::new(Disk::default()), lazy(), IDENTITY, committed).unwrap().0, &said);
}

/// The disk has space for a record or two, over and over, while the contract is checked above it.
#[test]
fn keeps_the_contract_on_a_disk_that_is_full_now_and_then() {
    let state = Arc::new(Mutex::new((Some(Disk::default()), 0u64)));
    let janitor = std::thread::spawn({
        let state = Arc::clone(&state);
        move || {
            while let (Some(disk), fills) = &mut *state.lock().unwrap() {
                disk.set_faults(Faults { space_left: Some(*fills * 37 % 900), ..Faults::default() });
                *fills += 1;
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        }
    });
    contract::check_log(&mut |committed| {
        // Opening needs space for a mark; a disk without any is refused, which is another test's subject.
        let mut state = state.lock().unwrap();
        let disk = state.0.as_ref().unwrap().after_power_cut(|_| 0);
        state.0 = Some(disk.clone());
        Arc::new(Journal::open_on(Arc::new(disk), lazy(), IDENTITY, committed).unwrap().0)
    });
    let (disk, fills) = std::mem::take(&mut *state.lock().unwrap());
    janitor.join().unwrap();
    assert!(disk.is_some() && fills > 20, "it was full {fills} times");
}

const CHILD: &str = "FLOORWALKER_TEST_JOURNAL_OF_ANOTHER_PROCESS";

#[test]
fn a_second_process_is_refused() {
    if let Some(path) = std::env::var_os(CHILD) {
        let result = Journal::<()>::open(path.as_ref(), Config::default(), Box::new(|_, _| ()));
        assert!(matches!(result, Err(OpenError::InUse)));
        return;
    }
    let dir = TempDir::new("lock");
    let (journal, _) = Journal::<()>::open(&dir.0, Config::default(), Box::new(|_, _| ())).unwrap();
    let name = "store::journal::tests::promises::a_second_process_is_refused";
    let output = Command::new(std::env::current_exe().unwrap()).args([name, "--exact"]).env(CHILD, &dir.0).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
    drop(journal);
    Journal::<()>::open(&dir.0, Config::default(), Box::new(|_, _| ())).unwrap();
}
