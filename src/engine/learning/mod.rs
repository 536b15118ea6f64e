//! What all visits teach, live: the indexes that questions of visits go to, and the task that learns.
//!
//! ```text
//! session actor --- ask ---> Index of views, Index of carts      (read without locks)
//!      |  note                      ^ every 250 ms
//!      +----- bounded channel ---> task: two learners, the tally --- every few minutes ---> snapshot, file
//! ```
//!
//! An answer is journaled as an input of its visit, so the journal also holds all that was learned. A file with the learners is written
//! every few minutes; starting reads it and learns again what the journal holds after it. Both are derived: a file that is lost or
//! damaged is made anew from what the journal keeps.

mod saved;
mod task;

pub use saved::Learned;
pub use saved::SavedError;
pub use task::Pupil;

use super::Engine;
use crate::learn::bandit::PowerRule;
use crate::learn::lessons::Experience;
use crate::learn::lessons::Lessons;
use crate::model::Key;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::recommend::Foreseen;
use crate::recommend::Foresight;
use crate::recommend::Likely;
use crate::recommend::session_knn::Index;
use crate::recommend::session_knn::Limits;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Question;
use crate::recommend::session_knn::Scored;
use crate::recommend::session_knn::Scratch;
use crate::session::Wish;
use crate::stats::SharedHistogram;
use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// Clicks on their way to the task. Past it they are not learned; the next start learns them from the journal.
const WAITING_MAX: usize = 65_536;

/// How an engine learns.
#[derive(Debug, Clone)]
pub struct LearningConfig {
    /// Directory of what was learned.
    pub directory: PathBuf,
    /// How far back visits count, and how many.
    pub limits: Limits,
    /// How often popularity and trends become part of the snapshot, if they have changed.
    pub publish_every: Duration,
    /// How often what was learned is written down.
    pub save_every: Duration,
    /// How often campaigns that learn get new policies. Between two of them the chances in a situation are the same.
    pub decide_every: Duration,
    /// When a campaign has learned enough.
    pub rule: PowerRule,
}

impl LearningConfig {
    /// The usual values, in `directory`.
    pub fn new(directory: PathBuf) -> LearningConfig {
        let five_minutes = Duration::from_secs(300);
        LearningConfig {
            directory,
            limits: Limits::default(),
            publish_every: five_minutes,
            save_every: five_minutes,
            decide_every: Duration::from_secs(900),
            rule: PowerRule::default(),
        }
    }
}

/// What the task is told.
#[derive(Debug)]
struct Lesson {
    visit: Key,
    at: Timestamp,
    what: Subject,
}

#[derive(Debug)]
enum Subject {
    Viewed(Key),
    Carted(Vec<Key>),
    Bought(Vec<Key>),
    Tried(Vec<Experience>),
}

/// The indexes as they are read.
pub struct Learning {
    views: ArcSwap<Index>,
    carts: ArcSwap<Index>,
    lessons: ArcSwap<Lessons>,
    sender: mpsc::Sender<Lesson>,
    saver: mpsc::Sender<oneshot::Sender<()>>,
    pub stats: LearningStats,
}

/// Counts and times of questions and lessons.
#[derive(Debug, Default)]
pub struct LearningStats {
    pub questions: AtomicU64,
    /// Time to answer, microseconds.
    pub answer: SharedHistogram,
    /// Clicks learned since the start.
    pub learned: AtomicU64,
    /// Clicks that found no room on their way.
    pub missed: AtomicU64,
    /// When the indexes were published last, milliseconds since the Unix epoch.
    pub published_ms: AtomicU64,
    /// When what was learned was last written down, milliseconds since the Unix epoch; 0 if not yet.
    pub saved_ms: AtomicU64,
}

/// Buffers of one thread that asks.
#[derive(Debug, Default)]
pub(super) struct Asking {
    scratch: Scratch,
    scored: Vec<Scored>,
}

impl Learning {
    /// Answers a visit's question. Without `answered` the indexes are not asked: no campaign would read it; what is learned by it stays.
    pub(super) fn answer(&self, wish: &Wish, now: Timestamp, answered: bool, asking: &mut Asking) -> Foreseen {
        let mut ask = |index: &ArcSwap<Index>, session: &[Key], revisits: bool, count: usize| {
            if !answered {
                return Vec::new();
            }
            self.stats.questions.fetch_add(1, Ordering::Relaxed);
            let question = Question { session, now, own_item: OwnItem::Excluded, revisits, count };
            index.load().predict(&question, &mut asking.scratch, &mut asking.scored);
            Likely::list(&asking.scored)
        };
        match wish {
            Wish::Viewed(session) => {
                let product = session.last().copied().unwrap_or_default();
                let next = ask(&self.views, session, true, Foresight::NEXT_MAX);
                // With one product the two questions are the same, but for returns, of which there are none.
                let beside = match session.len() {
                    0 | 1 => next.iter().take(Foresight::BESIDE_MAX).copied().collect(),
                    _ => ask(&self.views, &[product], false, Foresight::BESIDE_MAX),
                };
                Foreseen::Viewed { product, next, beside }
            }
            Wish::Carted { cart, new } => {
                let with_cart = if cart.is_empty() { Vec::new() } else { ask(&self.carts, cart, false, Foresight::WITH_CART_MAX) };
                Foreseen::Carted { new: new.to_vec(), with_cart }
            }
            Wish::Bought(products) => Foreseen::Bought(products.to_vec()),
        }
    }

    /// Learns from a visit what its answer says of it. Never waits.
    pub(super) fn note(&self, session: SessionId, foreseen: &Foreseen, at: Timestamp) {
        let Some(what) = Subject::of(foreseen) else { return };
        if self.sender.try_send(Lesson { visit: Key(session.number()), at, what }).is_err() {
            self.stats.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Learns what a visit says of campaigns that learn. Never waits.
    pub(super) fn note_experiences(&self, session: SessionId, list: Vec<Experience>, at: Timestamp) {
        if self.sender.try_send(Lesson { visit: Key(session.number()), at, what: Subject::Tried(list) }).is_err() {
            self.stats.missed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What campaigns that learn have learned, as of the last publication.
    pub fn lessons(&self) -> arc_swap::Guard<std::sync::Arc<Lessons>> {
        self.lessons.load()
    }

    /// The index of viewed products, as it is now.
    pub fn views(&self) -> arc_swap::Guard<std::sync::Arc<Index>> {
        self.views.load()
    }

    /// The index of carted and bought products, as it is now.
    pub fn carts(&self) -> arc_swap::Guard<std::sync::Arc<Index>> {
        self.carts.load()
    }
}
