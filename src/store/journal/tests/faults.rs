//! A disk that refuses: nothing is acknowledged that is not there, and the next opening loses nothing that was.

use std::time::Duration;

use super::*;

fn acknowledged(said: &Said) -> Position {
    said.lock().unwrap().iter().filter_map(|(result, _)| result.as_ref().ok().copied()).max().unwrap_or_default()
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_and_nothing_acknowledged_is_lost() {
    // Every sync in turn: of records, of the directory, of the mark, of a full segment.
    for fail_at in 0..40 {
        let disk = Disk::default();
        let (journal, _, said) = open(&disk, small());
        disk.set_faults(Faults { syncs_left: Some(fail_at), ..Faults::default() });
        let mut positions = Vec::new();
        let mut refused = None;
        for number in 0..60u8 {
            let place = journal.end();
            match journal
                .append(Append { session: [1; 16], previous: Position::NONE, kind: number, at_us: 1, payload: &[number; 200] }, Some(place))
            {
                Ok(position) => positions.push(position),
                Err(error) => refused = Some(error),
            }
            drop(journal.flush());
        }
        assert!(matches!(journal.health(), Health::Failed(_)), "sync {fail_at} failed");
        assert!(matches!(refused, Some(AppendError::Failed(_))));
        assert!(journal.flush().is_err() || journal.durable() == journal.end());
        assert!(journal.close().is_err());
        let durable = acknowledged(&said);
        assert_eq!(durable, journal.durable());
        // Every waiter was answered exactly once, and the failure came last.
        let said = said.lock().unwrap();
        assert_eq!(said.iter().map(|(_, waiters)| waiters.len()).sum::<usize>(), positions.len());
        assert!(said.last().unwrap().0.is_err() && said.iter().filter(|(result, _)| result.is_err()).count() == 1);
        drop(journal);
        let acknowledged: Vec<Position> = positions.into_iter().filter(|position| *position < durable).collect();
        // Opening at once, on a page cache that shows bytes the disk never got, and only then a power cut.
        let (journal, _, _) = open(&disk, small());
        let visible = scan_all(&journal).unwrap();
        journal.close().unwrap();
        drop(journal);
        let (journal, _, _) = open(&disk.after_power_cut(|_| 0), small());
        assert_eq!(scan_all(&journal).unwrap(), visible);
        assert!(acknowledged.iter().all(|position| journal.read(*position).is_ok()));
    }
}

#[test]
fn a_failed_write_ends_the_journal_the_same_way() {
    for fail_at in 0..30 {
        let disk = Disk::default();
        let (journal, _, said) = open(&disk, small());
        disk.set_faults(Faults { writes_left: Some(fail_at), ..Faults::default() });
        for number in 0..60u8 {
            drop(append(&journal, 1, Position::NONE, &[number; 200]));
            drop(journal.flush());
        }
        assert!(matches!(journal.health(), Health::Failed(_)));
        drop(journal);
        let (_, recovery, _) = open(&disk.after_power_cut(|_| 0), small());
        assert!(recovery.end >= acknowledged(&said), "write {fail_at}");
    }
}

#[test]
fn a_full_disk_stops_acknowledging_and_goes_on_without_loss_when_there_is_space() {
    for space in [0, 10, 64, 100, 300, 2047, 2048, 2049, 2500] {
        let disk = Disk::default();
        let (journal, _, said) = open(&disk, small());
        disk.set_faults(Faults { space_left: Some(space), ..Faults::default() });
        let positions: Vec<Position> = (0..20u8).map(|number| append(&journal, 1, Position::NONE, &[number; 200]).unwrap()).collect();
        for _ in 0..1000 {
            if matches!(journal.health(), Health::DiskFull) {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        assert!(matches!(journal.health(), Health::DiskFull), "{space} bytes of space");
        assert!(acknowledged(&said).0 <= space);
        assert!(positions.iter().all(|position| journal.read(*position).is_ok()));
        disk.set_faults(Faults::default());
        journal.flush().unwrap();
        assert!(matches!(journal.health(), Health::Good));
        assert_eq!(journal.durable(), journal.end());
        drop(journal);
        let (journal, recovery, _) = open(&disk.after_power_cut(|_| 0), small());
        assert_eq!((recovery.next_number, recovery.cut_bytes), (21, 0));
        assert!(positions.iter().all(|position| journal.read(*position).is_ok()));
    }
}

#[test]
fn closing_on_a_full_disk_says_what_is_not_there() {
    let disk = Disk::default();
    let (journal, _, said) = open(&disk, small());
    disk.set_faults(Faults { space_left: Some(10), ..Faults::default() });
    append(&journal, 1, Position::NONE, b"lost").unwrap();
    assert!(journal.close().is_err());
    assert_eq!(acknowledged(&said), Position(0));
    drop(journal);
    disk.set_faults(Faults::default());
    assert_eq!(open(&disk, small()).1.next_number, 1);
}

#[test]
fn a_panicking_callback_fails_the_journal_and_hangs_nobody() {
    let disk = Disk::default();
    let committed: Committed<()> = Box::new(|_, _| panic!("a bug of the caller, on purpose"));
    let (journal, _) = Journal::open_on(Arc::new(disk), small(), IDENTITY, committed).unwrap();
    journal.append(Append { session: [1; 16], previous: Position::NONE, kind: 0, at_us: 1, payload: b"x" }, None).unwrap();
    assert!(journal.close().is_err());
    assert!(matches!(journal.health(), Health::Failed(_)));
}
