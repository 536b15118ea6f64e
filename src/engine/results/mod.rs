//! What experiments have come to: sums kept by one task that reads the journal, and read by everybody without locks.
//!
//! ```text
//! session actor --- record: input and what it counts ---> journal --- every second, what is durable ---> task: totals
//!                                                                                                        |    |
//!                                                                          reports <--- published <------+    +---> file, every minute
//! ```
//!
//! A record of the journal says what happened and what that counts for, in one piece. The totals are a fold over these records, so they
//! are exact: nothing acknowledged is lost, nothing is counted twice, whatever is killed when. The file says up to which record it goes;
//! a start reads it and folds the rest. The same code makes the same totals, byte for byte, from the same journal anywhere.

mod pause;
mod saved;
mod tables;
mod task;

pub use pause::Pause;
pub use saved::SavedError;
pub use tables::Tables;
pub use tables::Trial;
pub use task::Bookkeeper;

use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// The results as they are read.
pub struct Results {
    published: ArcSwap<Tables>,
    saver: mpsc::Sender<oneshot::Sender<()>>,
    /// The file has everything below; retention must not pass it.
    saved: AtomicU64,
}

impl Results {
    /// Reads what was counted. The task that goes on from there is [`Bookkeeper::run`].
    pub fn open(directory: PathBuf) -> (Results, Bookkeeper) {
        let tables = match Tables::read(&directory) {
            Ok(found) => found.unwrap_or_default(),
            Err(error) => {
                tracing::error!(%error, "results are lost; they begin again with what the journal keeps");
                Tables::default()
            }
        };
        let (saver, orders) = mpsc::channel(1);
        let saved = AtomicU64::new(tables.position.0);
        (Results { published: ArcSwap::from_pointee(tables.clone()), saver, saved }, Bookkeeper::new(directory, tables, orders))
    }

    /// The results up to [`Tables::watermark`].
    pub fn tables(&self) -> Arc<Tables> {
        self.published.load_full()
    }

    /// Everything below is in the file.
    pub(crate) fn saved(&self) -> u64 {
        self.saved.load(Ordering::Relaxed)
    }

    /// Counts what is durable and writes it down; ends when that is done.
    pub(crate) async fn save(&self) {
        let (done, saved) = oneshot::channel();
        if self.saver.send(done).await.is_ok() {
            // A dropped sender means the same as an answer: there is nothing to wait for.
            let _ = saved.await;
        }
    }
}
