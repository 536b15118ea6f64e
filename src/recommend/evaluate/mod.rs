//! How good and how fast recommenders are on recorded sessions they have not seen.
//!
//! Measures are defined as in the session-rec framework (Ludewig et al. 2020): each click but the last of a session is asked what comes
//! next. HitRate and MRR look for the next click; Precision, Recall and MAP for all clicks to come. Products that training does not know
//! are taken out of the test sessions.

mod baselines;
mod cold_start;
mod measures;
mod parts;
mod tune;

#[cfg(test)]
mod tests;

pub use baselines::ItemToItem;
pub use baselines::Popularity;
pub use baselines::VsKnn;
pub use cold_start::ColdStart;
pub use cold_start::NEW_ONE_IN;
pub use cold_start::Target;
pub use cold_start::cold_start;
pub use measures::Measures;
pub use parts::AlsoViewed;
pub use parts::RecentlyViewed;
pub use parts::Trending;
pub use tune::HELD_OUT_SHARE;
pub use tune::tune;

use super::session_knn::Index;
use super::session_knn::Learner;
use super::session_knn::Limits;
use super::session_knn::OwnItem;
use super::session_knn::Parameters;
use super::session_knn::Question;
use super::session_knn::Scored;
use super::session_knn::Scratch;
use crate::model::Key;
use crate::model::Timestamp;
use std::collections::BTreeMap;

/// Products of an answer that count.
pub const LIST_LENGTH: usize = 20;

/// A session as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    pub session: Key,
    /// In order of time, at least one.
    pub clicks: Vec<(Timestamp, Key)>,
}

impl Recorded {
    pub fn begin(&self) -> Timestamp {
        self.clicks.first().map_or(Timestamp(0), |click| click.0)
    }

    pub fn end(&self) -> Timestamp {
        self.clicks.last().map_or(Timestamp(0), |click| click.0)
    }
}

/// What answers questions on sessions. Anything that can be evaluated.
pub trait Recommender {
    fn name(&self) -> &'static str;
    /// Replaces `out` by the products most likely to come next, best first.
    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>);
    /// Bytes of what was learned.
    fn bytes(&self) -> usize;
}

/// The session kNN of this program as one of the recommenders.
pub struct SessionKnn {
    index: Index,
    scratch: Scratch,
    scored: Vec<Scored>,
}

impl SessionKnn {
    pub fn train(training: &[Recorded], parameters: Parameters, limits: Limits) -> SessionKnn {
        SessionKnn::new(learn(training, parameters, limits).publish())
    }

    pub fn new(index: Index) -> SessionKnn {
        SessionKnn { index, scratch: Scratch::default(), scored: Vec::new() }
    }
}

/// Learns recorded sessions in the order of their last clicks.
pub fn learn(training: &[Recorded], parameters: Parameters, limits: Limits) -> Learner {
    let mut order: Vec<&Recorded> = training.iter().collect();
    order.sort_by_key(|recorded| (recorded.end(), recorded.session));
    let mut learner = Learner::new(parameters, limits);
    for recorded in order {
        learner.append_session(recorded.session, recorded.clicks.iter().map(|click| click.1), recorded.end());
    }
    learner
}

impl Recommender for SessionKnn {
    fn name(&self) -> &'static str {
        "session_knn"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        self.index.predict(question, &mut self.scratch, &mut self.scored);
        out.clear();
        out.extend(self.scored.iter().map(|scored| scored.product));
    }

    fn bytes(&self) -> usize {
        self.index.bytes()
    }
}

/// Sessions each product occurs in.
#[derive(Debug, Clone)]
pub struct Known {
    clicks: BTreeMap<Key, u32>,
    most: u32,
}

impl Known {
    pub fn of(training: &[Recorded]) -> Known {
        let mut clicks: BTreeMap<Key, u32> = BTreeMap::new();
        for (_, product) in training.iter().flat_map(|recorded| &recorded.clicks) {
            *clicks.entry(*product).or_default() += 1;
        }
        let most = clicks.values().copied().max().unwrap_or(1);
        Known { clicks, most }
    }

    pub fn products(&self) -> usize {
        self.clicks.len()
    }

    /// Clicks on a product, relative to the one with most.
    fn popularity(&self, product: Key) -> f64 {
        f64::from(self.clicks.get(&product).copied().unwrap_or(0)) / f64::from(self.most)
    }

    /// Test sessions without what is not known, and without those that leave nothing to predict.
    pub fn only(&self, test: &[Recorded]) -> Vec<Recorded> {
        let known = |recorded: &Recorded| Recorded {
            session: recorded.session,
            clicks: recorded.clicks.iter().filter(|click| self.clicks.contains_key(&click.1)).copied().collect(),
        };
        test.iter().map(known).filter(|recorded| recorded.clicks.len() > 1).collect()
    }
}

/// Parts recorded sessions: those that began in the last `seconds` before the last beginning are the test.
pub fn split(sessions: Vec<Recorded>, seconds: u64) -> (Vec<Recorded>, Vec<Recorded>) {
    let last = sessions.iter().map(Recorded::begin).max().unwrap_or(Timestamp(0));
    let from = last.0.saturating_sub(seconds.saturating_mul(1_000_000));
    sessions.into_iter().partition(|recorded| recorded.begin().0 < from)
}

/// Asks a recommender for every click but the last of each session.
///
/// `test` comes from [`Known::only`]. `nanos` reads a clock that does not go back; `progress` hears how many sessions are done.
pub fn evaluate(
    recommender: &mut dyn Recommender,
    test: &[Recorded],
    known: &Known,
    own_item: OwnItem,
    mut nanos: impl FnMut() -> u64,
    mut progress: impl FnMut(usize),
) -> Measures {
    let mut measures = Measures::new(known);
    let mut out = Vec::with_capacity(LIST_LENGTH + 1);
    let mut products = Vec::new();
    for (done, recorded) in test.iter().enumerate() {
        products.clear();
        products.extend(recorded.clicks.iter().map(|click| click.1));
        for next in 1..products.len() {
            let (session, now) = (&products[..next], recorded.clicks[next - 1].0);
            let question = Question { session, now, own_item, revisits: true, count: LIST_LENGTH };
            let before = nanos();
            recommender.recommend(&question, &mut out);
            measures.time(nanos().saturating_sub(before));
            measures.add(&out, &products[next..], known);
        }
        progress(done + 1);
    }
    measures.finish(recommender.bytes());
    measures
}
