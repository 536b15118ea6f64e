//! The shop's other strategies, as far as clicks alone can tell them: without a catalog there are no categories, prices and carts.

use super::super::ClickKind;
use super::super::Tally;
use super::Recommender;
use super::Recorded;
use crate::model::Key;
use crate::model::Timestamp;
use crate::recommend::session_knn::Index;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Question;
use crate::recommend::session_knn::Scored;
use crate::recommend::session_knn::Scratch;

/// What stands beside a product: the live index, asked for the current product alone.
pub struct AlsoViewed {
    index: Index,
    scratch: Scratch,
    scored: Vec<Scored>,
}

impl AlsoViewed {
    pub fn new(index: Index) -> AlsoViewed {
        AlsoViewed { index, scratch: Scratch::default(), scored: Vec::new() }
    }
}

impl Recommender for AlsoViewed {
    fn name(&self) -> &'static str {
        "also_viewed"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        let current = &question.session[question.session.len().saturating_sub(1)..];
        let question = Question { session: current, ..*question };
        self.index.predict(&question, &mut self.scratch, &mut self.scored);
        out.clear();
        out.extend(self.scored.iter().map(|scored| scored.product));
    }

    fn bytes(&self) -> usize {
        self.index.bytes()
    }
}

/// What was wanted more than usual at the end of the training data, then what was wanted most: the same for everybody.
pub struct Trending(Vec<Key>);

impl Trending {
    pub fn train(training: &[Recorded]) -> Trending {
        let mut tally = Tally::default();
        for &(at, product) in training.iter().flat_map(|recorded| &recorded.clicks) {
            tally.note(product, ClickKind::View, at);
        }
        let end = training.iter().map(Recorded::end).max().unwrap_or(Timestamp(0));
        let trends = tally.publish_all(end);
        let mut list: Vec<Key> = trends.rising(None).iter().map(|rising| rising.0).collect();
        let others = trends.popular().iter().filter(|product| !list.contains(product)).take(Question::COUNT_MAX);
        let others: Vec<Key> = others.copied().collect();
        list.extend(others);
        Trending(list)
    }
}

impl Recommender for Trending {
    fn name(&self) -> &'static str {
        "trending"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        out.clear();
        let is_current = |product: Key| question.own_item == OwnItem::Excluded && question.session.last() == Some(&product);
        out.extend(self.0.iter().copied().filter(|&product| !is_current(product)).take(question.count));
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// What the session holds already, the latest first: as long as it is, and no longer.
pub struct RecentlyViewed;

impl Recommender for RecentlyViewed {
    fn name(&self) -> &'static str {
        "recently_viewed"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        out.clear();
        let is_current = |product: Key| question.own_item == OwnItem::Excluded && question.session.last() == Some(&product);
        for &product in question.session.iter().rev() {
            if out.len() == question.count {
                break;
            }
            if !is_current(product) && !out.contains(&product) {
                out.push(product);
            }
        }
    }

    fn bytes(&self) -> usize {
        0
    }
}
