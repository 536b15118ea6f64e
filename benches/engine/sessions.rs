//! Sessions over pipes in memory, as many as fit.

use super::process;
use super::server::KEY;
use super::server::Shop;
use super::support;
use floorwalker::engine::Peer;
use floorwalker::engine::Pipe;
use floorwalker::engine::Socket;
use floorwalker::engine::random_id;
use floorwalker::model::StreamId;
use floorwalker::protocol::Encoding;
use floorwalker::store::journal::Durability;
use std::time::Duration;
use std::time::Instant;

/// Stops before the machine has less left.
const LEAVE_BYTES: f64 = 3.0 * (1_u64 << 30) as f64;

/// The role: makes them, says what one costs, and ends.
pub fn run(kind: &str, count: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        if kind == "pairs" {
            pairs(count).await;
        } else {
            sessions(count).await;
        }
    });
    process::wait_for_end();
}

/// Pipes alone, each used once in both directions.
async fn pairs(count: usize) {
    let mut ends = Vec::with_capacity(count);
    let before = resident();
    for _ in 0..count {
        let (page, engine) = Pipe::pair();
        let frame = axum::body::Bytes::from_static(b"frame");
        let _ = engine.send(frame.clone()).await;
        let _ = page.recv().await;
        let _ = page.send(frame).await;
        let _ = engine.recv().await;
        ends.push((page, engine));
    }
    println!("end bytes={}", (resident() - before) / count as f64);
}

async fn sessions(count: usize) {
    let shop = Shop::open(Durability::Fsync).await;
    let mut pages = Vec::with_capacity(count);
    let before = resident();
    let started = Instant::now();
    while pages.len() < count && available() > LEAVE_BYTES {
        // Looking at the machine's memory takes longer than a session does to start.
        for _ in 0..(count - pages.len()).min(1_000) {
            let (page, engine) = Pipe::pair();
            let hello = support::hello(KEY, StreamId(random_id()).to_string());
            let admitted = shop.engine.admit(Socket::Pipe(engine), Encoding::MessagePack, hello, Peer::default()).await;
            admitted.map_err(|(_, refused)| refused).expect("there is room");
            page.recv().await.expect("a welcome");
            pages.push(page);
        }
    }
    let took = started.elapsed();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let reached = pages.len();
    println!(
        "end reached={reached} bytes={} resident={} available={} micros={}",
        (resident() - before) / reached as f64,
        resident(),
        available(),
        took.as_secs_f64() * 1e6 / reached as f64
    );
    // Saving a million sessions in order says nothing; the directory goes.
    let directory = shop.engine.config.journal_dir.clone();
    let _ = directory.parent().map(std::fs::remove_dir_all);
    process::wait_for_end();
    std::process::exit(0);
}

fn resident() -> f64 {
    process::status_bytes(&std::fs::read_to_string("/proc/self/status").unwrap_or_default(), "VmRSS:")
}

fn available() -> f64 {
    process::status_bytes(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemAvailable:")
}
