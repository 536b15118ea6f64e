//! Durable acknowledgement through the journal, beside the raw device in the same run.
//!
//! Budget: an acknowledgement within 3 ms at the median, however many wait, and 50,000 events a second with group commit. Sketch: a
//! commit is one write, one `fdatasync` and one small write of the mark; a single writer also waits for company for up to 2 ms. With 64
//! writers a sync is shared by 64, with 1,024 by as many as arrive while the one before runs.
//!
//! Writers are as many as wait: each appends its next record of 150 bytes when the one before is acknowledged. The baseline appends the
//! bytes of as many records to a file and calls `fdatasync`, one after the other.
//!
//! Gates of `--quick` (exit code 1): syncs per 1,000 acknowledgements, and bytes written per record; never time.
//!
//! Measured in a release build on a 2-core virtual AMD EPYC whose processors and disk other work kept very busy (load 19 to 26), so that
//! the device itself takes 0.5 ms in one row and 12 ms in the next, and tails are the machine's; counts do not depend on that. With 64
//! writers and more the budget holds all the same; a single writer, whose every sync waits for the busy disk, is undecided:
//!
//! ```text
//! writers      device p50, p99 ms   journal p50, p99 ms   acknowledged/s   syncs/1,000   bytes/record
//! 1               0.5    56.8          6.6    91.1             91            1,012           258
//! 64             11.9   161.8          0.4   121.9          5,914               15           214
//! 1,024           4.2    85.0          2.4   107.5        101,658                1           214
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to say")]

#[path = "support/mod.rs"]
mod support;

use floorwalker::stats::Histogram;
use floorwalker::store::journal::Append;
use floorwalker::store::journal::Config;
use floorwalker::store::journal::Directory;
use floorwalker::store::journal::Identity;
use floorwalker::store::journal::Journal;
use floorwalker::store::journal::Position;
use floorwalker::store::journal::RECORD_HEADER_BYTES;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;
use std::time::Instant;
use support::Gate;
use support::counted::Counted;

const PAYLOAD_BYTES: usize = 150;
const RECORD_BYTES: usize = RECORD_HEADER_BYTES + PAYLOAD_BYTES;

/// Writers that wait, and what 1,000 acknowledgements and a record may cost: what a batch of that size needs, and as much again for
/// batches that a busy machine splits.
const CASES: [(usize, u64, u64); 3] = [(1, 1_000, 275), (64, 40, 225), (1_024, 20, 220)];

fn main() {
    let mut gate = Gate::default();
    let mut rows = Vec::new();
    for (writers, syncs_max, bytes_max) in CASES {
        let directory = Temporary::new(writers);
        let device = device(&directory.0, writers);
        let run = acknowledge(&directory.0, writers);
        let per_thousand = run.syncs * 1_000 / run.acknowledged.max(1);
        let bytes = run.bytes / run.acknowledged.max(1);
        // Beside the records a segment is made and the mark synced once a second; on a slow device that weighs on few records.
        let seconds = run.took.as_secs() + 1;
        let is_shared = run.syncs <= run.acknowledged * syncs_max / 1_000 + 2 * seconds + 3;
        gate.check(is_shared, || format!("{writers} writers: {} syncs for {} acknowledgements", run.syncs, run.acknowledged));
        // Of what was written two batches were not acknowledged when the time was over.
        let is_small = run.bytes <= (run.acknowledged + 2 * writers as u64) * bytes_max + 1_024;
        gate.check(is_small, || format!("{writers} writers: {} bytes for {} records", run.bytes, run.acknowledged));
        let us = |histogram: &Histogram, q: f64| histogram.quantile(q).to_string();
        rows.push(vec![
            writers.to_string(),
            us(&device, 0.5),
            us(&device, 0.99),
            us(&device, 0.999),
            us(&run.latency, 0.5),
            us(&run.latency, 0.99),
            us(&run.latency, 0.999),
            format!("{:.0}", run.acknowledged as f64 / run.took.as_secs_f64()),
            per_thousand.to_string(),
            bytes.to_string(),
        ]);
    }
    let head =
        ["writers", "device p50 us", "p99", "p99.9", "journal p50 us", "p99", "p99.9", "acknowledged/s", "syncs/1,000", "bytes/record"];
    support::table("Durable acknowledgement of 150 bytes", &head, &rows);
    gate.finish();
}

fn span() -> Duration {
    Duration::from_millis(if support::is_quick() { 400 } else { 8_000 })
}

/// Appends as many bytes as that many records have and syncs, over and over.
fn device(directory: &std::path::Path, records: usize) -> Histogram {
    let file = std::fs::File::create(directory.join("raw")).unwrap();
    let bytes = vec![0x5a; records * RECORD_BYTES];
    let mut latency = Histogram::new();
    let began = Instant::now();
    let mut offset = 0;
    while began.elapsed() < span() / 2 {
        let before = Instant::now();
        std::os::unix::fs::FileExt::write_all_at(&file, &bytes, offset).unwrap();
        file.sync_data().unwrap();
        latency.record(before.elapsed().as_micros() as u64);
        offset += bytes.len() as u64;
    }
    latency
}

/// What a run of the journal came to.
struct Run {
    latency: Histogram,
    acknowledged: u64,
    took: Duration,
    syncs: u64,
    bytes: u64,
}

/// Keeps that many writers waiting for a while.
fn acknowledge(directory: &std::path::Path, writers: usize) -> Run {
    let files = Counted::new(Directory::create(&directory.join("journal")).unwrap());
    let counts = files.counts.clone();
    let (done, acknowledged) = mpsc::channel();
    let committed = Box::new(move |result: Result<Position, _>, waiters: Vec<usize>| {
        result.unwrap();
        // The other side is gone when the time is over.
        let _ = done.send(waiters);
    });
    let identity = Identity { epoch: 1, salt: 2 };
    let (journal, _) = Journal::open_on(Arc::new(files), Config::default(), identity, committed).unwrap();
    // Opening makes the files; what counts is what records cost.
    let (syncs, bytes) = counts.written();
    let payload = [0x5a; PAYLOAD_BYTES];
    let began = Instant::now();
    let append = |writer: usize| {
        let mut session = [0; 16];
        session[..8].copy_from_slice(&(writer as u64).to_le_bytes());
        let at_us = began.elapsed().as_micros() as u64;
        journal.append(Append { session, previous: Position::NONE, kind: 1, at_us, payload: &payload }, Some(writer)).unwrap();
    };
    let mut asked: Vec<Instant> = Vec::with_capacity(writers);
    for writer in 0..writers {
        asked.push(Instant::now());
        append(writer);
    }
    let mut run = Run { latency: Histogram::new(), acknowledged: 0, took: Duration::ZERO, syncs: 0, bytes: 0 };
    while began.elapsed() < span() {
        for writer in acknowledged.recv().unwrap() {
            let now = Instant::now();
            run.latency.record(now.duration_since(asked[writer]).as_micros() as u64);
            run.acknowledged += 1;
            asked[writer] = now;
            append(writer);
        }
    }
    run.took = began.elapsed();
    let (syncs_after, bytes_after) = counts.written();
    (run.syncs, run.bytes) = (syncs_after - syncs, bytes_after - bytes);
    journal.close().unwrap();
    run
}

/// A directory below the temporary one, whose disk is measured; it goes with the value.
struct Temporary(PathBuf);

impl Temporary {
    fn new(writers: usize) -> Temporary {
        let path = std::env::temp_dir().join(format!("floorwalker-bench-{}-{writers}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Temporary(path)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
