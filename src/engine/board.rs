//! The live floor: what dashboards see of all sessions. Costs nothing while nobody looks.

use super::view::Spark;
use super::view::Summary;
use crate::model::SessionId;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Departures and sparks kept for a dashboard that is slow to ask; what it misses it never sees, it only has old dots for a while.
const GONE_MAX: usize = 20_000;
const SPARKS_MAX: usize = 500;

/// Summaries of live sessions by version.
#[derive(Debug, Default)]
pub struct Board {
    watchers: AtomicUsize,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Starts at 1: 0 means "nothing seen yet".
    version: u64,
    sessions: BTreeMap<SessionId, (u64, Summary)>,
    gone: VecDeque<(u64, SessionId)>,
    sparks: VecDeque<(u64, Spark)>,
}

impl Default for Inner {
    fn default() -> Self {
        Inner { version: 1, sessions: BTreeMap::new(), gone: VecDeque::new(), sparks: VecDeque::new() }
    }
}

/// What changed since a version.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    pub version: u64,
    pub changed: Vec<Summary>,
    pub gone: Vec<SessionId>,
    pub sparks: Vec<Spark>,
}

impl Board {
    pub fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Relaxed) > 0
    }

    /// Starts to look. True if nobody did before: the sessions must be asked to show themselves.
    pub(super) fn watch(&self) -> bool {
        let _inner = self.lock();
        self.watchers.fetch_add(1, Ordering::Relaxed) == 0
    }

    pub(super) fn unwatch(&self) {
        // Under the lock, so that one who begins to look in this moment does not lose what the sessions show.
        let mut inner = self.lock();
        if self.watchers.fetch_sub(1, Ordering::Relaxed) == 1 {
            let version = inner.version;
            *inner = Inner { version, ..Inner::default() };
        }
    }

    pub(super) fn update(&self, id: SessionId, summary: Summary) {
        let mut inner = self.lock();
        inner.version += 1;
        let version = inner.version;
        inner.sessions.insert(id, (version, summary));
    }

    pub(super) fn gone(&self, id: SessionId) {
        if !self.is_watched() {
            return;
        }
        let mut inner = self.lock();
        inner.version += 1;
        let version = inner.version;
        if inner.sessions.remove(&id).is_some() {
            if inner.gone.len() == GONE_MAX {
                inner.gone.pop_front();
            }
            inner.gone.push_back((version, id));
        }
    }

    pub(super) fn spark(&self, spark: Spark) {
        if !self.is_watched() {
            return;
        }
        let mut inner = self.lock();
        inner.version += 1;
        let version = inner.version;
        if inner.sparks.len() == SPARKS_MAX {
            inner.sparks.pop_front();
        }
        inner.sparks.push_back((version, spark));
    }

    /// Everything after `version`; 0 gives all sessions, of more than [`Board::SHOWN_MAX`] changed ones the latest.
    pub fn changes(&self, version: u64) -> Changes {
        let inner = self.lock();
        Changes {
            version: inner.version,
            changed: latest(&inner.sessions, version),
            gone: inner.gone.iter().filter(|(at, _)| *at > version).map(|(_, id)| *id).collect(),
            sparks: inner.sparks.iter().filter(|(at, _)| *at > version && version > 0).map(|(_, spark)| spark.clone()).collect(),
        }
    }

    /// Sessions in one answer.
    pub const SHOWN_MAX: usize = 5_000;

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn latest(sessions: &BTreeMap<SessionId, (u64, Summary)>, version: u64) -> Vec<Summary> {
    let mut changed: Vec<&(u64, Summary)> = sessions.values().filter(|(at, _)| *at > version).collect();
    if changed.len() > Board::SHOWN_MAX {
        changed.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
        changed.truncate(Board::SHOWN_MAX);
    }
    changed.into_iter().map(|(_, summary)| summary.clone()).collect()
}
