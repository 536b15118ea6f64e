//! Torn, flipped, cut and missing bytes: found and named, or harmless, never a wrong answer.

use std::collections::BTreeMap;

use super::*;

type Image = BTreeMap<String, Vec<u8>>;

/// A journal of two sessions over a few segments, closed in good order, and what is in it.
fn sample() -> (Image, Vec<Record>) {
    let disk = Disk::default();
    let (journal, _, _) = open(&disk, Config { segment_bytes: 1300, ..small() });
    let mut heads = [Position::NONE; 2];
    for number in 0..16usize {
        let head = &mut heads[number % 2];
        *head = append(&journal, number as u8 % 2, *head, &vec![number as u8; 10 + 14 * number]).unwrap();
    }
    journal.close().unwrap();
    let records = scan_all(&journal).unwrap();
    drop(journal);
    (disk.files(), records)
}

fn last_segment(image: &Image) -> String {
    image.keys().rfind(|name| name.ends_with(".log")).unwrap().clone()
}

/// What a damaged journal did.
#[derive(Debug, PartialEq)]
enum Outcome {
    Refused,
    /// Opened, and a read said what was wrong.
    Reported,
    /// Opened with everything that was written.
    Whole,
}

/// Opens a damaged image. Panics if it answers anything but what was written.
fn outcome(image: Image, written: &[Record], config: Config) -> Outcome {
    let (journal, recovery, _) = match try_open(&Disk::with(image), config) {
        Ok(opened) => opened,
        Err(OpenError::Config(_) | OpenError::InUse | OpenError::Io { .. }) => panic!("not a typed error about damage"),
        Err(_) => return Outcome::Refused,
    };
    let mut is_damaged = false;
    for record in written {
        match journal.read(record.position) {
            Ok(found) => assert_eq!(found, *record),
            Err(ReadError::Damaged { .. }) => is_damaged = true,
            Err(error) => panic!("acknowledged record is gone: {error}"),
        }
    }
    match scan_all(&journal) {
        Ok(records) => assert_eq!(records, written),
        Err(_) => is_damaged = true,
    }
    assert!(is_damaged || recovery.next_number == written.len() as u64 + 1);
    if is_damaged { Outcome::Reported } else { Outcome::Whole }
}

#[test]
fn a_flipped_bit_in_any_byte_is_refused_or_harmless() {
    let (image, written) = sample();
    assert!(image.len() >= 4, "a mark and several segments");
    let config = Config { segment_bytes: 1300, ..small() };
    for (name, bytes) in &image {
        for at in 0..bytes.len() {
            let mut damaged = image.clone();
            damaged.get_mut(name).unwrap()[at] ^= 1 << (at % 8);
            let outcome = outcome(damaged, &written, config.clone());
            // The mark has two slots that say the same; every byte of a segment is under a checksum.
            let expected = if name == "mark" { Outcome::Whole } else { Outcome::Refused };
            assert_eq!(outcome, expected, "byte {at} of {name}");
        }
    }
}

#[test]
fn a_flipped_bit_in_a_segment_that_opening_does_not_check_is_reported_by_the_read() {
    let (image, written) = sample();
    let config = Config { segment_bytes: 1300, verify_bytes: 1, ..small() };
    let last = last_segment(&image);
    for (name, bytes) in image.iter().filter(|(name, _)| name.ends_with(".log")) {
        for at in 0..bytes.len() {
            let mut damaged = image.clone();
            damaged.get_mut(name).unwrap()[at] ^= 0x10;
            let outcome = outcome(damaged, &written, config.clone());
            let expected = if *name == last || at < 64 { Outcome::Refused } else { Outcome::Reported };
            assert_eq!(outcome, expected, "byte {at} of {name}");
        }
    }
}

#[test]
fn a_cut_zeroed_or_missing_file_is_refused() {
    let (image, written) = sample();
    let config = Config { segment_bytes: 1300, ..small() };
    let segments: Vec<String> = image.keys().filter(|name| name.ends_with(".log")).cloned().collect();
    for name in &segments {
        for len in 0..image[name].len() {
            let mut damaged = image.clone();
            damaged.get_mut(name).unwrap().truncate(len);
            assert_eq!(outcome(damaged, &written, config.clone()), Outcome::Refused, "{name} cut to {len}");
        }
        for start in (0..image[name].len()).step_by(64) {
            let mut damaged = image.clone();
            let bytes = damaged.get_mut(name).unwrap();
            let end = (start + 512).min(bytes.len());
            bytes[start..end].fill(0);
            assert_eq!(outcome(damaged, &written, config.clone()), Outcome::Refused, "{name} zeroed at {start}");
        }
    }
    // The oldest may be gone: that is what retention does.
    for name in &segments[1..] {
        let mut damaged = image.clone();
        damaged.remove(name);
        assert_eq!(outcome(damaged, &written, config.clone()), Outcome::Refused, "{name} missing");
    }
    let mut damaged = image.clone();
    damaged.retain(|name, _| !name.ends_with(".log"));
    assert_eq!(outcome(damaged, &written, config.clone()), Outcome::Refused, "all segments missing");
    let mut damaged = image.clone();
    damaged.remove("mark");
    assert_eq!(outcome(damaged, &written, config.clone()), Outcome::Refused, "mark missing");
    let mut damaged = image.clone();
    damaged.get_mut("mark").unwrap().fill(0);
    assert_eq!(outcome(damaged, &written, config), Outcome::Refused, "mark zeroed");
}

#[test]
fn the_refusal_names_the_place() {
    let (image, written) = sample();
    let config = Config { segment_bytes: 1300, ..small() };
    let mut damaged = image.clone();
    let name = image.keys().find(|name| name.ends_with(".log")).unwrap();
    damaged.get_mut(name).unwrap()[written[1].position.0 as usize + 70] ^= 1;
    let Err(OpenError::Damaged { segment, offset, position, next_valid, .. }) = try_open(&Disk::with(damaged), config).map(drop) else {
        panic!("a typed refusal")
    };
    assert_eq!((&segment, offset, position, next_valid), (name, written[1].position.0, written[1].position, Some(written[2].position)));
}

/// The sample with one more record at the end, of which only a part was written and nothing acknowledged.
#[test]
fn a_torn_tail_at_every_byte_of_the_last_record_is_cut() {
    let (image, written) = sample();
    let config = Config { segment_bytes: 1300, ..small() };
    let disk = Disk::with(image.clone());
    let (journal, _, _) = open(&disk, config.clone());
    let extra = append(&journal, 9, Position::NONE, &[0xEE; 200]).unwrap();
    journal.close().unwrap();
    drop(journal);
    let longer = disk.files();
    let name = last_segment(&longer);
    let is_new_segment = !image.contains_key(&name);
    let start = if is_new_segment { 0 } else { image[&name].len() };
    for len in start..longer[&name].len() {
        for garbage in [0usize, 40] {
            let mut torn = image.clone();
            let mut bytes = longer[&name][..len].to_vec();
            bytes.resize(len + garbage, 0);
            let tail = bytes.len() as u64 - start as u64;
            torn.insert(name.clone(), bytes);
            let disk = Disk::with(torn);
            let (journal, recovery, _) = open(&disk, config.clone());
            assert_eq!(scan_all(&journal).unwrap(), written, "cut to {len}");
            if !is_new_segment {
                assert_eq!(recovery.cut_bytes, tail);
            }
            assert!(matches!(journal.read(extra), Err(ReadError::Absent { .. })));
            // The next record takes the place, and what was cut never comes back.
            append(&journal, 9, Position::NONE, &[0xDD; 150]).unwrap();
            journal.close().unwrap();
            drop(journal);
            let (journal, recovery, _) = open(&disk.after_power_cut(|_| 0), config.clone());
            assert_eq!((recovery.next_number, recovery.cut_bytes), (written.len() as u64 + 2, 0));
            assert_eq!(scan_all(&journal).unwrap().last().unwrap().payload, [0xDD; 150]);
        }
    }
}

#[test]
fn a_payload_shaped_like_a_record_is_not_taken_for_one() {
    let disk = Disk::default();
    let (journal, _, _) = open(&disk, small());
    append(&journal, 1, Position::NONE, b"honest").unwrap();
    journal.close().unwrap();
    drop(journal);
    let image = disk.files();
    let name = last_segment(&image);
    // The visitor knows the epoch and the position but not the salt.
    let mut forged = Vec::new();
    let link = Link { position: image[&name].len() as u64 + 64, number: 3, chain: 0 };
    let forger = Identity { salt: 1, ..IDENTITY };
    record::encode(
        &Append { session: [1; 16], previous: Position::NONE, kind: 0, at_us: 0, payload: b"forged" },
        forger,
        link,
        &mut forged,
    );
    forged.resize(200, 0);
    let disk = Disk::with(image.clone());
    let (journal, _, _) = open(&disk, small());
    append(&journal, 1, Position::NONE, &forged).unwrap();
    journal.close().unwrap();
    drop(journal);
    let mut torn = disk.files();
    torn.get_mut(&name).unwrap().pop();
    torn.insert("mark".to_string(), image["mark"].clone());
    let (_, recovery, _) = open(&Disk::with(torn), small());
    assert_eq!((recovery.next_number, recovery.cut_bytes), (2, 263));
}

/// After a power cut the mark may lag, so a record past it counts as acknowledged if a good one follows.
#[test]
fn damage_past_a_lagging_mark_is_refused_if_a_record_follows() {
    let (image, written) = sample();
    let config = Config { segment_bytes: 1300, ..small() };
    let disk = Disk::with(image.clone());
    let (journal, _, _) = open(&disk, config.clone());
    let positions: Vec<Position> = (0..3u8).map(|number| append(&journal, 9, Position::NONE, &[number; 20]).unwrap()).collect();
    journal.close().unwrap();
    drop(journal);
    let mut lagging = disk.files();
    lagging.insert("mark".to_string(), image["mark"].clone());
    let name = last_segment(&lagging);
    let base = segment::base_of(&name).unwrap();
    let end = base + lagging[&name].len() as u64;
    for position in positions[0].0.max(base + 64)..end {
        let mut damaged = lagging.clone();
        damaged.get_mut(&name).unwrap()[(position - base) as usize] ^= 4;
        match try_open(&Disk::with(damaged), config.clone()).map(|opened| opened.1) {
            Err(OpenError::Damaged { next_valid: Some(next), .. }) => assert!(next.0 > position),
            // Only the very last record looks like a torn one.
            Ok(recovery) => assert!(position >= positions[2].0 && recovery.cut_bytes == end - positions[2].0),
            Err(error) => panic!("position {position}: {error}"),
        }
    }
    assert_eq!(open(&Disk::with(lagging), config).1.next_number, written.len() as u64 + 4);
}

#[test]
fn a_record_in_the_place_of_another_is_not_returned() {
    let disk = Disk::default();
    let (journal, _, _) = open(&disk, small());
    let positions: Vec<Position> = (0..40u8).map(|number| append(&journal, 1, Position::NONE, &[number; 100]).unwrap()).collect();
    journal.close().unwrap();
    drop(journal);
    let mut files = disk.files();
    let first = files.values_mut().next().unwrap();
    let (one, two) = (positions[0].0 as usize, positions[1].0 as usize);
    let moved = first[one..two].to_vec();
    first[two..two + moved.len()].copy_from_slice(&moved);
    // Not checked when opening, so that the read is what finds it.
    let (journal, _, _) = open(&Disk::with(files), Config { verify_bytes: 1, ..small() });
    assert_eq!(journal.read(positions[0]).unwrap().payload, [0; 100]);
    assert!(matches!(journal.read(positions[1]), Err(ReadError::Damaged { .. })));
}
