//! The task that keeps the totals: it reads what became durable, publishes, and writes down.

use super::Tables;
use crate::decide::Snapshot;
use crate::engine::Engine;
use crate::history::Snapshots;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// How often what became durable is counted. Readers are promised 5 s.
const READ_EVERY: Duration = Duration::from_secs(1);
/// How often the totals are written down, if they have changed.
const SAVE_EVERY: Duration = Duration::from_secs(60);

/// Owner of the totals.
pub struct Bookkeeper {
    directory: PathBuf,
    tables: Tables,
    orders: mpsc::Receiver<oneshot::Sender<()>>,
}

/// Snapshots of the past. One that is not kept is not replaced: a plan must be that of its time.
struct Kept<'a>(&'a Engine);

impl Snapshots for Kept<'_> {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        let now = self.0.snapshot.load_full();
        if now.version == version { Some(now) } else { self.0.archive.snapshot(version) }
    }
}

impl Bookkeeper {
    pub(super) fn new(directory: PathBuf, tables: Tables, orders: mpsc::Receiver<oneshot::Sender<()>>) -> Bookkeeper {
        Bookkeeper { directory, tables, orders }
    }

    /// Counts until the engine is gone.
    pub async fn run(mut self, engine: Arc<Engine>) {
        self.tables.continue_in(engine.journal.epoch());
        let mut ticks = tokio::time::interval(READ_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut saved_at = engine.clock.now();
        loop {
            let mut asked = None;
            tokio::select! {
                _ = ticks.tick() => {}
                order = self.orders.recv() => match order {
                    Some(order) => asked = Some(order),
                    None => return,
                },
            }
            let (reading, mut tables) = (engine.clone(), self.tables);
            let read = tokio::task::spawn_blocking(move || {
                let before = tables.position;
                let until = reading.journal.durable();
                if until > before
                    && let Err(error) = tables.catch_up(until, &Kept(&reading), |from, visit| reading.journal.scan(from, visit))
                {
                    tracing::error!(%error, "results stand still");
                }
                let is_new = tables.position != before;
                (tables, is_new)
            });
            let Ok((tables, is_new)) = read.await else {
                tracing::error!("the task that keeps results has failed; they stand still until the next start");
                return;
            };
            self.tables = tables;
            if is_new {
                engine.watch_guardrails(&self.tables).await;
                engine.results.published.store(Arc::new(self.tables.clone()));
            }
            let now = engine.clock.now();
            let is_unsaved = self.tables.position.0 != engine.results.saved();
            if is_unsaved && (asked.is_some() || now.since(saved_at) >= SAVE_EVERY) {
                saved_at = now;
                let (directory, bytes, position) = (self.directory.clone(), self.tables.to_bytes(), self.tables.position);
                match tokio::task::spawn_blocking(move || Tables::write(&directory, &bytes)).await {
                    Ok(Ok(())) => engine.results.saved.store(position.0, Ordering::Relaxed),
                    Ok(Err(error)) => tracing::warn!(%error, "results are not written down; the journal has them"),
                    Err(error) => tracing::warn!(%error, "results are not written down; the journal has them"),
                }
            }
            if let Some(done) = asked {
                // Who asked may be gone.
                let _ = done.send(());
            }
        }
    }
}
