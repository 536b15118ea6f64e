//! Random operations against an obvious model: appends, reads, restarts, power cuts, failed syncs.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;

const OPERATIONS: usize = 20_000;

struct Random(ChaCha8Rng);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound.max(1) as u64) as usize
    }
}

/// What the journal should hold. A power cut takes from the end what was not acknowledged, and nothing else.
#[derive(Default)]
struct Model {
    written: Vec<Record>,
    heads: [Position; 5],
}

impl Model {
    fn cut_to(&mut self, next_number: u64) {
        self.written.truncate(next_number as usize - 1);
        self.heads = [Position::NONE; 5];
        for record in &self.written {
            self.heads[record.session[0] as usize] = record.position;
        }
    }
}

#[test]
fn random_operations_agree_with_the_model() {
    let mut appended = 0;
    let mut cuts = 0;
    for seed in 0..10 {
        let mut random = Random(ChaCha8Rng::seed_from_u64(seed));
        let config = Config { commit_records: 1 + random.below(8), ..small() };
        let mut disk = Disk::default();
        let mut model = Model::default();
        let mut opened = open(&disk, config.clone());
        for _ in 0..OPERATIONS / 10 {
            let (journal, _, _) = &opened;
            match random.below(100) {
                0..70 => {
                    let session = random.below(5);
                    let payload = vec![random.below(256) as u8; random.below(300)];
                    let record = Append {
                        session: [session as u8; 16],
                        previous: model.heads[session],
                        kind: 1,
                        at_us: appended,
                        payload: &payload,
                    };
                    // Refused only after an injected failure.
                    let Ok(position) = journal.append(record, None) else { continue };
                    let number = model.written.len() as u64 + 1;
                    let (session_bytes, previous) = (record.session, record.previous);
                    model.written.push(Record { position, number, session: session_bytes, previous, kind: 1, at_us: appended, payload });
                    model.heads[session] = position;
                    appended += 1;
                }
                70..90 => {
                    if let Some(record) = model.written.get(random.below(model.written.len())) {
                        assert_eq!(journal.read(record.position).unwrap(), *record, "seed {seed}");
                    }
                }
                90..94 => {
                    let session = random.below(5);
                    let limit = random.below(20);
                    let expected: Vec<Record> =
                        model.written.iter().rev().filter(|record| record.session[0] as usize == session).take(limit).cloned().collect();
                    assert_eq!(journal.read_back(model.heads[session], limit).unwrap(), expected, "seed {seed}");
                }
                94..96 => drop(journal.flush()),
                96 => disk.set_faults(Faults { syncs_left: Some(random.below(4) as u64), ..Faults::default() }),
                97 => {
                    let result = journal.close();
                    disk.set_faults(Faults::default());
                    let durable = journal.durable();
                    drop(opened);
                    opened = open(&disk, config.clone());
                    assert!(opened.1.end >= durable && (result.is_err() || opened.1.next_number as usize == model.written.len() + 1));
                    model.cut_to(opened.1.next_number);
                    assert_eq!(scan_all(&opened.0).unwrap(), model.written, "seed {seed}");
                }
                _ => {
                    let durable = journal.durable();
                    let after = disk.after_power_cut(|bytes| random.below(bytes + 1));
                    drop(opened);
                    disk = after;
                    opened = open(&disk, config.clone());
                    assert!(opened.1.end >= durable, "seed {seed}: acknowledged {durable}, found {}", opened.1.end);
                    model.cut_to(opened.1.next_number);
                    assert_eq!(scan_all(&opened.0).unwrap(), model.written, "seed {seed}");
                    cuts += 1;
                }
            }
        }
    }
    assert!(appended > 5_000 && cuts > 100, "{appended} appends, {cuts} power cuts");
}
