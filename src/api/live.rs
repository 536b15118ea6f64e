//! Live feeds to the dashboard: the whole floor as a state and then differences, one session as its entries.
//!
//! A feed is a stream that is only polled while its browser takes what was sent, and looks at the engine only when it is polled. A
//! browser that is slow gets fewer, larger differences; the engine never waits for it and keeps nothing for it beyond the board's bounds.

use super::Admin;
use super::body::Id;
use super::error::ApiError;
use super::overview::Overview;
use super::overview::overview;
use super::sessions;
use crate::engine::BoardWatch;
use crate::engine::SessionMsg;
use crate::engine::view::Entry;
use crate::engine::view::Spark;
use crate::engine::view::Summary;
use crate::model::SessionId;
use axum::extract::State;
use axum::http::HeaderName;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::Sse;
use futures_util::stream;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Sessions one feed shows. More dots than this say no more to the eye, and a state of them is about 2.5 MB.
const SESSIONS_MAX: usize = 5_000;
/// Differences are at least this far apart.
const DIFF_EVERY: Duration = Duration::from_millis(500);
/// The first one to look waits this long, in steps, for the sessions to show themselves.
const SHOW_WITHIN: Duration = Duration::from_millis(250);
const SHOW_STEP: Duration = Duration::from_millis(25);
/// A session's summary is sent this often.
const SUMMARY_EVERY: Duration = Duration::from_secs(2);
/// Entries that wait for a slow browser; past it the session lets the feed go, and the browser comes back and reads the whole visit.
const ENTRIES_MAX: usize = 256;
/// A feed ends after this long and the browser comes back, so that a token that has expired does not look on.
const LONGEST: Duration = Duration::from_secs(3_600);

/// The feed of all sessions: `state` once, then `diff`.
pub(super) async fn floor(State(admin): State<Arc<Admin>>) -> Result<Response, ApiError> {
    let floor = Floor {
        _place: place(&admin)?,
        _watch: admin.engine.watch_board(),
        admin,
        version: 0,
        shown: None,
        sparks: Vec::new(),
        until: Instant::now() + LONGEST,
    };
    Ok(events(stream::unfold(floor, |mut floor| async move { Some((Ok(floor.next().await?), floor)) })))
}

/// The feed of one session: `entry` as they happen, `summary` every two seconds, `end`.
pub(super) async fn session(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Response, ApiError> {
    let id = sessions::parse(&id)?;
    let session = admin.engine.directory.get(id).ok_or_else(sessions::unknown)?;
    let place = place(&admin)?;
    let (sender, entries) = mpsc::channel(ENTRIES_MAX);
    session.cast(SessionMsg::Watch(sender)).map_err(|_| sessions::unknown())?;
    let now = Instant::now();
    let visit = Visit { _place: place, admin, id, entries, summary_at: now, ended: false, until: now + LONGEST };
    Ok(events(stream::unfold(visit, |mut visit| async move { Some((Ok(visit.next().await?), visit)) })))
}

fn place(admin: &Admin) -> Result<OwnedSemaphorePermit, ApiError> {
    admin.lookers.clone().try_acquire_owned().map_err(|_| ApiError::unavailable("too many live feeds are open"))
}

fn events(stream: impl stream::Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    // Proxies that collect answers would hold events back.
    ([(HeaderName::from_static("x-accel-buffering"), "no")], Sse::new(stream)).into_response()
}

fn event(name: &str, data: &impl Serialize) -> Event {
    // Numbers, texts and lists have a representation in JSON; an empty event would be skipped by the browser.
    Event::default().event(name).json_data(data).unwrap_or_default()
}

#[derive(Serialize)]
struct FloorState<'a> {
    overview: Overview,
    sessions: Vec<&'a Summary>,
}

#[derive(Serialize)]
struct FloorDiff {
    overview: Overview,
    changed: Vec<Summary>,
    gone: Vec<String>,
    sparks: Vec<Spark>,
}

/// One browser's look at the floor.
struct Floor {
    /// Sessions show themselves while it lives.
    _watch: BoardWatch,
    admin: Arc<Admin>,
    /// Version of the board this browser has.
    version: u64,
    /// Sessions this browser was shown; `None` before the state.
    shown: Option<BTreeSet<String>>,
    /// Sparks seen while the state was put together.
    sparks: Vec<Spark>,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Floor {
    async fn next(&mut self) -> Option<Event> {
        if self.shown.is_none() {
            return Some(self.state().await);
        }
        tokio::time::sleep(DIFF_EVERY).await;
        if Instant::now() > self.until || self.admin.engine.is_draining() {
            return None;
        }
        Some(self.diff())
    }

    /// Collects what the sessions show. If nobody looked before they were just asked, and answer one by one.
    async fn state(&mut self) -> Event {
        let patience = Instant::now() + SHOW_WITHIN;
        let mut sessions: BTreeMap<String, Summary> = BTreeMap::new();
        loop {
            let changes = self.admin.engine.board.changes(self.version);
            self.version = changes.version;
            sessions.extend(changes.changed.into_iter().map(|summary| (summary.id.clone(), summary)));
            for id in changes.gone {
                sessions.remove(&id.to_string());
            }
            self.sparks.extend(changes.sparks);
            if sessions.len() >= self.admin.engine.directory.len().min(SESSIONS_MAX) || Instant::now() >= patience {
                break;
            }
            tokio::time::sleep(SHOW_STEP).await;
        }
        let mut list: Vec<&Summary> = sessions.values().collect();
        // Of too many, the ones that did something last.
        list.sort_by(|a, b| b.last_ms.cmp(&a.last_ms).then_with(|| a.id.cmp(&b.id)));
        list.truncate(SESSIONS_MAX);
        self.shown = Some(list.iter().map(|summary| summary.id.clone()).collect());
        event("state", &FloorState { overview: overview(&self.admin), sessions: list })
    }

    fn diff(&mut self) -> Event {
        let changes = self.admin.engine.board.changes(self.version);
        self.version = changes.version;
        let shown = self.shown.get_or_insert_default();
        let gone = changes.gone.iter().map(ToString::to_string).filter(|id| shown.remove(id)).collect();
        let mut changed = changes.changed;
        changed.retain(|summary| shown.contains(&summary.id) || (shown.len() < SESSIONS_MAX && shown.insert(summary.id.clone())));
        let mut sparks = std::mem::take(&mut self.sparks);
        sparks.extend(changes.sparks);
        event("diff", &FloorDiff { overview: overview(&self.admin), changed, gone, sparks })
    }
}

/// One browser's look at one session.
struct Visit {
    admin: Arc<Admin>,
    id: SessionId,
    entries: mpsc::Receiver<Entry>,
    summary_at: Instant,
    ended: bool,
    until: Instant,
    _place: OwnedSemaphorePermit,
}

impl Visit {
    async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return None;
        }
        tokio::select! {
            biased;
            entry = self.entries.recv() => match entry {
                Some(entry) => Some(event("entry", &entry)),
                // Ours was dropped: the session has ended, or this browser was too slow for it and should come back.
                None if self.admin.engine.directory.get(self.id).is_some() => None,
                None => Some(self.end()),
            },
            () = tokio::time::sleep_until(self.summary_at) => {
                self.summary_at = Instant::now() + SUMMARY_EVERY;
                if Instant::now() > self.until || self.admin.engine.is_draining() {
                    return None;
                }
                match sessions::inspect(&self.admin, self.id).await {
                    Ok(view) => Some(event("summary", &view.summary)),
                    Err(_) if self.admin.engine.directory.get(self.id).is_some() => None,
                    Err(_) => Some(self.end()),
                }
            }
        }
    }

    fn end(&mut self) -> Event {
        self.ended = true;
        event("end", &BTreeMap::<(), ()>::new())
    }
}
