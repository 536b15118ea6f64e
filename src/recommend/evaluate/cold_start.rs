//! How well what nobody knows yet is recommended: new products, which no visit has had, and new visitors, of whom nothing is known.
//!
//! A share of the products is taken out of everything that is learned, as if they had come to the shop yesterday. Every step of a test
//! visit to one of them asks each strategy, with the visit so far, whether it would have been in the list. New visitors are asked for
//! the first product of their visit, and for the second after the first.

use super::super::Ask;
use super::super::Foresight;
use super::super::Likely;
use super::super::Model;
use super::super::RecordedVisit;
use super::super::Rules;
use super::super::Strategy;
use super::super::Tally;
use super::super::Trends;
use super::LIST_LENGTH;
use crate::catalog::Catalog;
use crate::model::Cart;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::recommend::session_knn::Index;
use crate::recommend::session_knn::Learner;
use crate::recommend::session_knn::Limits;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Parameters;
use crate::recommend::session_knn::Question;
use crate::recommend::session_knn::Scored;
use crate::recommend::session_knn::Scratch;
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// One product in so many is new.
pub const NEW_ONE_IN: u64 = 10;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A product that nobody has looked at, after at least one that is known.
    NewProduct,
    /// The first product of a visit.
    FirstProduct,
    /// The second one, after the first.
    SecondProduct,
}

impl Target {
    pub const ALL: [Target; 3] = [Target::NewProduct, Target::FirstProduct, Target::SecondProduct];

    pub fn name(self) -> &'static str {
        match self {
            Target::NewProduct => "new product",
            Target::FirstProduct => "first product of a visit",
            Target::SecondProduct => "second product of a visit",
        }
    }
}

/// One strategy on one target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColdStart {
    pub target: Target,
    pub strategy: Strategy,
    pub asked: u64,
    /// Share of lists of 20 with the product.
    pub hit_rate: f64,
    /// Mean of 1 / place.
    pub mrr: f64,
    /// Hit rate of a list drawn blindly from what is in stock.
    pub blind: f64,
    /// Products of the target that stood in any list, of those asked for.
    pub coverage: f64,
}

/// The strategies that can know something of each target; the last is the baseline.
fn strategies(target: Target) -> &'static [Strategy] {
    match target {
        Target::NewProduct => &[Strategy::Personal, Strategy::Similar, Strategy::NextItem, Strategy::NewArrivals, Strategy::Popular],
        Target::FirstProduct => &[Strategy::Trending, Strategy::Popular],
        Target::SecondProduct => &[Strategy::NextItem, Strategy::Similar, Strategy::Personal, Strategy::Popular],
    }
}

/// Whether a product is one of those that are taken out.
pub fn is_new(product: Key) -> bool {
    // The key is a hash already.
    (product.0 >> 7).is_multiple_of(NEW_ONE_IN)
}

/// What is learned from the training visits without new products.
struct Learned {
    model: Model,
    trends: Trends,
    index: Index,
}

impl Learned {
    fn of(catalog: &Catalog, training: &[RecordedVisit], without_new: bool) -> Learned {
        let kept = |visit: &RecordedVisit| {
            let clicks = visit.clicks.iter().filter(|(_, click)| !(without_new && is_new(click.product))).copied().collect();
            RecordedVisit { session: visit.session, clicks }
        };
        let mut kept: Vec<RecordedVisit> = training.iter().map(kept).filter(|visit| !visit.clicks.is_empty()).collect();
        kept.sort_by_key(|visit| (visit.last(), visit.session));
        let model = Model::build(catalog, kept.iter().map(|visit| visit.clicks.iter().map(|click| click.1).collect()));
        let mut tally = Tally::default();
        tally.import(&kept);
        let last = kept.last().map_or(Timestamp(0), RecordedVisit::last);
        let mut learner = Learner::new(Parameters::default(), Limits::default());
        for visit in &kept {
            learner.append_session(visit.session, visit.clicks.iter().map(|click| click.1.product), visit.last());
        }
        Learned { model, trends: tally.publish(last, catalog), index: learner.publish() }
    }
}

#[derive(Default)]
struct Sums {
    asked: u64,
    hits: u64,
    reciprocal: f64,
    targets: BTreeSet<Key>,
    found: BTreeSet<Key>,
}

/// The catalog on the day on which the new products came.
fn with_new(catalog: &Catalog, at: Timestamp) -> Catalog {
    let mut drafts = catalog.drafts();
    for draft in &mut drafts {
        if is_new(key_of(&draft.id)) {
            draft.added = at;
        }
    }
    Catalog::build(drafts, catalog.currency()).0
}

/// Measures every strategy on every target. The catalog knows new products by what the feed says of them; `training` lies before `test`.
pub fn cold_start(
    catalog: &Catalog,
    training: &[RecordedVisit],
    test: &[RecordedVisit],
    mut progress: impl FnMut(usize, usize),
) -> Vec<ColdStart> {
    let mut results = Vec::new();
    for (number, target) in Target::ALL.into_iter().enumerate() {
        let learned = Learned::of(catalog, training, target == Target::NewProduct);
        let last = training.iter().map(RecordedVisit::last).max().unwrap_or(Timestamp(0));
        let dated = (target == Target::NewProduct).then(|| with_new(catalog, last));
        let catalog = dated.as_ref().unwrap_or(catalog);
        let mut asking = Asking { catalog, learned: &learned, scratch: Scratch::default(), scored: Vec::new() };
        let strategies = strategies(target);
        let mut sums: Vec<Sums> = strategies.iter().map(|_| Sums::default()).collect();
        for (done, visit) in test.iter().enumerate() {
            asking.visit(visit, target, strategies, &mut sums);
            if done % 256 == 0 {
                progress(number * test.len() + done, test.len() * Target::ALL.len());
            }
        }
        let in_stock = catalog.products().iter().filter(|product| product.in_stock()).count().max(1);
        for (&strategy, sums) in strategies.iter().zip(&sums) {
            let of = |sum: f64| sum / sums.asked.max(1) as f64;
            results.push(ColdStart {
                target,
                strategy,
                asked: sums.asked,
                hit_rate: of(sums.hits as f64),
                mrr: of(sums.reciprocal),
                blind: (LIST_LENGTH as f64 / in_stock as f64).min(1.0),
                coverage: sums.found.len() as f64 / sums.targets.len().max(1) as f64,
            });
        }
    }
    progress(1, 1);
    results
}

struct Asking<'a> {
    catalog: &'a Catalog,
    learned: &'a Learned,
    scratch: Scratch,
    scored: Vec<Scored>,
}

impl Asking<'_> {
    fn visit(&mut self, visit: &RecordedVisit, target: Target, strategies: &[Strategy], sums: &mut [Sums]) {
        let mut interests = Interests::default();
        let mut seen: Vec<Key> = Vec::new();
        for &(at, click) in &visit.clicks {
            let product = click.product;
            let Some(found) = self.catalog.product(product) else { continue };
            if seen.first() == Some(&product) {
                continue;
            }
            let is_asked = match target {
                Target::NewProduct => is_new(product) && !seen.is_empty() && !seen.contains(&product),
                Target::FirstProduct => seen.is_empty(),
                Target::SecondProduct => seen.len() == 1,
            };
            if is_asked && found.in_stock() {
                for (&strategy, sums) in strategies.iter().zip(&mut *sums) {
                    self.ask(strategy, at, &seen, &interests, product, sums);
                }
            }
            seen.retain(|known| *known != product);
            seen.insert(0, product);
            found.interest(&mut interests, at, 1.0);
        }
    }

    fn ask(&mut self, strategy: Strategy, now: Timestamp, seen: &[Key], interests: &Interests, wanted: Key, sums: &mut Sums) {
        let session: SmallVec<[Key; 10]> = seen.iter().take(10).rev().copied().collect();
        let question = Question { session: &session, now, own_item: OwnItem::Excluded, revisits: false, count: Foresight::NEXT_MAX };
        self.learned.index.predict(&question, &mut self.scratch, &mut self.scored);
        let foresight = Foresight { next: Likely::list(&self.scored), ..Foresight::default() };
        let ask = Ask {
            catalog: self.catalog,
            now,
            product: None,
            category: None,
            cart: &Cart::default(),
            seen,
            interests,
            foresight: Some(&foresight),
            query: "",
            trends: &self.learned.trends,
            exclude: &[],
            rules: &Rules::NONE,
            turn: 0,
            count: LIST_LENGTH,
        };
        let mut picks = SmallVec::new();
        self.learned.model.recommend(strategy.chain(), &ask, &mut picks);
        sums.asked += 1;
        sums.targets.insert(wanted);
        if let Some(place) = picks.iter().position(|pick| pick.product == wanted) {
            sums.hits += 1;
            sums.reciprocal += 1.0 / (place + 1) as f64;
            sums.found.insert(wanted);
        }
    }
}
