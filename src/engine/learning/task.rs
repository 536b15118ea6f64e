//! The task that learns: one owner of the learners, fed by all visits.

use super::Engine;
use super::Learned;
use super::Learning;
use super::LearningConfig;
use super::LearningStats;
use super::Lesson;
use super::Subject;
use super::WAITING_MAX;
use crate::decide::Snapshot;
use crate::engine::SessionMsg;
use crate::history;
use crate::history::Entry;
use crate::model::Key;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::recommend::ClickKind;
use crate::recommend::Foreseen;
use crate::session::Input;
use crate::store::Log;
use crate::store::journal::Position;
use arc_swap::ArcSwap;
use ractor::ActorRef;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// How often readers get a new index, if there is something new. Chosen: a shopper's next page comes seconds later.
const INDEX_EVERY: Duration = Duration::from_millis(250);
/// Lessons taken between two looks at the clock.
const LESSONS_AT_ONCE: usize = 1_024;

/// The other end of [`Learning`]: what its task works with.
pub struct Pupil {
    config: LearningConfig,
    learned: Learned,
    lessons: mpsc::Receiver<Lesson>,
    orders: mpsc::Receiver<oneshot::Sender<()>>,
}

impl Learned {
    fn take(&mut self, lesson: &Lesson) -> u64 {
        let (learner, products, kind) = match &lesson.what {
            Subject::Viewed(product) => (&mut self.views, std::slice::from_ref(product), ClickKind::View),
            Subject::Carted(products) => (&mut self.carts, products.as_slice(), ClickKind::Cart),
            Subject::Bought(products) => (&mut self.carts, products.as_slice(), ClickKind::Purchase),
            Subject::Tried(list) => {
                list.iter().for_each(|one| self.lessons.take(lesson.visit, one));
                return 0;
            }
        };
        products.iter().for_each(|product| self.tally.note(*product, kind, lesson.at));
        products.iter().filter(|product| learner.append(lesson.visit, **product, lesson.at)).count() as u64
    }

    /// Learns what the journal holds after what was learned before. Returns the number of clicks.
    fn catch_up(&mut self, journal: &dyn Log<ActorRef<SessionMsg>>) -> u64 {
        if self.epoch != journal.epoch() {
            (self.epoch, self.position) = (journal.epoch(), Position::NONE);
        }
        let mut clicks = 0;
        let scanned = journal.scan(self.position, &mut |record| {
            if record.kind & !history::MEASURED == history::TURN
                && let Ok(Entry::Turn(turn)) = Entry::read(record.kind, &record.payload)
                && let Some(what) = Subject::of_input(turn.input)
            {
                clicks += self.take(&Lesson { visit: Key(SessionId(record.session).number()), at: Timestamp(record.at_us), what });
            }
            ControlFlow::Continue(())
        });
        match scanned {
            Ok(end) => self.position = end,
            Err(error) => tracing::warn!(%error, "not everything in the journal could be learned"),
        }
        clicks
    }
}

impl Subject {
    /// What an input taught.
    fn of_input(input: Input) -> Option<Subject> {
        match input {
            Input::Foreseen(foreseen) => Subject::of(&foreseen),
            Input::Taught(list) => Some(Subject::Tried(list)),
            _ => None,
        }
    }

    /// What an answer says its visit did; `None` if nothing.
    pub(super) fn of(foreseen: &Foreseen) -> Option<Subject> {
        match foreseen {
            Foreseen::Viewed { product, .. } => Some(Subject::Viewed(*product)),
            Foreseen::Carted { new, .. } => (!new.is_empty()).then(|| Subject::Carted(new.clone())),
            Foreseen::Bought(products) => Some(Subject::Bought(products.clone())),
        }
    }
}

impl Learning {
    /// Reads what was learned. The task that goes on from there is [`Pupil::run`].
    pub fn open(config: LearningConfig) -> (Learning, Pupil) {
        let learned = match Learned::read(&config.directory) {
            Ok(Some(mut learned)) => {
                learned.views.set_limits(config.limits);
                learned.carts.set_limits(config.limits);
                learned
            }
            Ok(None) => Learned::new(config.limits),
            Err(error) => {
                tracing::error!(%error, "what was learned is lost; it is learned again from what the journal keeps");
                Learned::new(config.limits)
            }
        };
        let mut learned = learned;
        let (sender, lessons) = mpsc::channel(WAITING_MAX);
        let (saver, orders) = mpsc::channel(1);
        let views = ArcSwap::from_pointee(learned.views.publish());
        let carts = ArcSwap::from_pointee(learned.carts.publish());
        let lessons_now = ArcSwap::from_pointee(learned.lessons.clone());
        let learning = Learning { views, carts, lessons: lessons_now, sender, saver, stats: LearningStats::default() };
        (learning, Pupil { config, learned, lessons, orders })
    }

    /// Writes down what was learned; ends when that is done.
    pub(crate) async fn save(&self) {
        let (done, saved) = oneshot::channel();
        if self.saver.send(done).await.is_ok() {
            // A dropped sender means the same as an answer: there is nothing to wait for.
            let _ = saved.await;
        }
    }
}

impl Pupil {
    /// Learns until the engine is gone.
    pub async fn run(mut self, engine: Arc<Engine>) {
        let reading = engine.clone();
        let mut learned = self.learned;
        let caught_up = tokio::task::spawn_blocking(move || {
            let clicks = learned.catch_up(&*reading.journal);
            (learned, clicks)
        });
        let Ok((caught_up, clicks)) = caught_up.await else { return };
        learned = caught_up;
        tracing::info!(clicks, visits = learned.views.sessions(), position = %learned.position, "learned from the journal");
        let stats = &engine.learning.stats;
        let mut ticks = tokio::time::interval(INDEX_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(LESSONS_AT_ONCE);
        let (mut is_new, mut is_unsaved) = (true, clicks > 0);
        let mut saved_at = engine.clock.now();
        let mut told_at = None;
        let mut decided_at = None;
        // Lessons of records before this end had a whole period to arrive.
        let mut arrived = engine.journal.end();
        loop {
            let mut asked = None;
            tokio::select! {
                count = self.lessons.recv_many(&mut batch, LESSONS_AT_ONCE) => {
                    if count == 0 {
                        return;
                    }
                    let clicks = batch.drain(..).map(|lesson| learned.take(&lesson)).sum::<u64>();
                    stats.learned.fetch_add(clicks, Ordering::Relaxed);
                    (is_new, is_unsaved) = (true, true);
                    continue;
                }
                _ = ticks.tick() => {}
                order = self.orders.recv() => asked = order,
            }
            if is_new {
                engine.learning.views.store(Arc::new(learned.views.publish()));
                engine.learning.carts.store(Arc::new(learned.carts.publish()));
                stats.published_ms.store(engine.clock.now().millis(), Ordering::Relaxed);
                is_new = false;
            }
            if told_at.is_none_or(|told| engine.clock.now().since(told) >= self.config.publish_every) {
                told_at = Some(engine.clock.now());
                let snapshot = engine.snapshot.load();
                let trends = learned.tally.publish(engine.clock.now(), &snapshot.catalog);
                if trends != *snapshot.trends {
                    let trends = Arc::new(trends);
                    drop(snapshot);
                    engine.publish(|now| Snapshot { trends, ..now.clone() });
                }
            }
            if decided_at.is_none_or(|decided| engine.clock.now().since(decided) >= self.config.decide_every) {
                decided_at = Some(engine.clock.now());
                if learned.lessons != **engine.learning.lessons.load() || engine.snapshot.load().policies.is_empty() {
                    engine.learning.lessons.store(Arc::new(learned.lessons.clone()));
                    let policies = learned.lessons.policies(self.config.rule);
                    if policies != *engine.snapshot.load().policies {
                        let policies = Arc::new(policies);
                        engine.publish(|now| Snapshot { policies, ..now.clone() });
                    }
                }
            }
            learned.position = learned.position.max(arrived);
            arrived = engine.journal.end();
            let now = engine.clock.now();
            if asked.is_some() || is_unsaved && now.since(saved_at) >= self.config.save_every {
                let directory = self.config.directory.clone();
                let written = tokio::task::spawn_blocking(move || {
                    let written = Learned::write(&directory, &learned.to_bytes());
                    (learned, written)
                });
                let Ok((kept, written)) = written.await else { return };
                learned = kept;
                match written {
                    Ok(()) => {
                        is_unsaved = false;
                        stats.saved_ms.store(now.millis(), Ordering::Relaxed);
                    }
                    Err(error) => tracing::warn!(%error, "what was learned is not written down"),
                }
                saved_at = now;
            }
            if let Some(done) = asked {
                // Who asked may be gone.
                let _ = done.send(());
            }
        }
    }
}
