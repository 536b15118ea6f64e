//! What the engine counts about itself.

use crate::stats::SharedHistogram;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;

/// Counters and histograms of one engine.
#[derive(Debug, Default)]
pub struct Stats {
    pub connections: AtomicI64,
    /// Sessions started since the engine did.
    pub sessions: AtomicU64,
    pub events: AtomicU64,
    pub duplicates: AtomicU64,
    pub rejected: AtomicU64,
    pub pushes: AtomicU64,
    pub decisions: AtomicU64,
    pub orders: AtomicU64,
    pub exits_confirmed: AtomicU64,
    pub exits_cancelled: AtomicU64,
    pub grants: AtomicU64,
    pub grants_refused: AtomicU64,
    pub refused: AtomicU64,
    /// Session actors that failed.
    pub panics: AtomicU64,
    /// From reading a frame to having written its answers, microseconds.
    pub reaction: SharedHistogram,
    /// From applying an event to its durable acknowledgement, microseconds.
    pub ack: SharedHistogram,
}
