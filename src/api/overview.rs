//! The engine in numbers: totals, health and how long it takes to react.

use super::Admin;
use super::status::journal_trouble;
use crate::stats::Histogram;
use crate::store::journal::Durability;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Overview {
    version: &'static str,
    started_ms: u64,
    now_ms: u64,
    currency: String,
    sessions: usize,
    connections: i64,
    events_total: u64,
    pushes_total: u64,
    decisions_total: u64,
    /// Events that came but were not of the schema or over a limit.
    dropped_total: u64,
    campaigns: usize,
    campaign_errors: usize,
    snapshot: u64,
    durability: &'static str,
    epoch: String,
    /// Everything is switched off.
    off: bool,
    health: Vec<Check>,
    reaction_us: Spread,
    ack_us: Spread,
    resident_bytes: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    ok: bool,
    detail: String,
}

/// Quantiles of a duration in microseconds.
#[derive(Debug, Serialize)]
pub(super) struct Spread {
    count: u64,
    p50: u64,
    p90: u64,
    p99: u64,
    p999: u64,
    max: u64,
}

impl Spread {
    fn of(histogram: &Histogram) -> Spread {
        let at = |q| histogram.quantile(q);
        Spread { count: histogram.count(), p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: histogram.max() }
    }
}

/// Answers with the numbers of this moment.
pub(super) async fn show(State(admin): State<Arc<Admin>>) -> Json<Overview> {
    Json(overview(&admin))
}

pub(super) fn overview(admin: &Admin) -> Overview {
    let engine = &admin.engine;
    let stats = &engine.stats;
    let snapshot = engine.snapshot.load();
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let errors = admin.campaigns.mistakes();
    Overview {
        version: env!("CARGO_PKG_VERSION"),
        started_ms: admin.started.millis(),
        now_ms: engine.clock.now().millis(),
        currency: snapshot.catalog.currency().code().to_owned(),
        sessions: engine.directory.len(),
        connections: stats.connections.load(Ordering::Relaxed).max(0),
        events_total: count(&stats.events),
        pushes_total: count(&stats.pushes),
        decisions_total: count(&stats.decisions),
        dropped_total: count(&stats.rejected),
        campaigns: snapshot.campaigns.len(),
        campaign_errors: errors.len(),
        snapshot: snapshot.version,
        durability: match engine.config.durability {
            Durability::Fsync => "fsync",
            Durability::Os => "os",
            Durability::Memory => "memory",
        },
        epoch: format!("{:016x}", engine.epoch()),
        off: snapshot.off,
        health: checks(admin, snapshot.off, errors.len()),
        reaction_us: Spread::of(&stats.reaction.snapshot()),
        ack_us: Spread::of(&stats.ack.snapshot()),
        resident_bytes: resident_bytes(),
    }
}

fn checks(admin: &Admin, off: bool, errors: usize) -> Vec<Check> {
    let engine = &admin.engine;
    let check = |name, ok, detail: String| Check { name, ok, detail };
    let trouble = journal_trouble(&engine.journal_health());
    let (live, most) = (engine.directory.len(), engine.config.sessions_max);
    let refused = match errors {
        0 => "all files are in force".to_owned(),
        1 => "1 mistake; the last good version stays in force".to_owned(),
        many => format!("{many} mistakes; the last good versions stay in force"),
    };
    let low: Vec<String> = engine.low_pools().iter().map(|level| format!("pool `{}` has {} codes left", level.name, level.free)).collect();
    vec![
        check("journal", trouble.is_none(), trouble.unwrap_or("acknowledging").to_owned()),
        // At nine tenths there is still time to act.
        check("sessions", live < most.saturating_sub(most / 10), format!("{live} of at most {most}")),
        check("campaigns", errors == 0, refused),
        check("switch", !off, if off { "everything is off" } else { "on" }.to_owned()),
        check("pools", low.is_empty(), if low.is_empty() { "no pool of codes is running low".to_owned() } else { low.join("; ") }),
        check("intake", !engine.is_draining(), if engine.is_draining() { "draining" } else { "open" }.to_owned()),
    ]
}

/// Memory of this process that is in RAM; 0 where the system does not tell.
pub(super) fn resident_bytes() -> u64 {
    // Second field of statm, in pages; 4 KiB on every platform that has the file and that we build for.
    let pages = std::fs::read_to_string("/proc/self/statm").ok().and_then(|text| text.split(' ').nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * 4_096
}
