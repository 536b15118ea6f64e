//! Measures by hand, and a search that finds what the data says.

use super::*;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::model::Currency;
use crate::model::key_of;
use crate::recommend::Click;
use crate::recommend::ClickKind;
use crate::recommend::RecordedVisit;
use crate::recommend::Strategy;
use crate::recommend::session_knn::OwnItem;

fn recorded(session: u64, begin: u64, products: &[u64]) -> Recorded {
    let click = |(place, &product): (usize, &u64)| (Timestamp((begin + place as u64) * 1_000_000), Key(product));
    Recorded { session: Key(session), clicks: products.iter().enumerate().map(click).collect() }
}

/// Always the same list.
struct Fixed(Vec<u64>);

impl Recommender for Fixed {
    fn name(&self) -> &'static str {
        "fixed"
    }
    fn recommend(&mut self, _: &Question<'_>, out: &mut Vec<Key>) {
        out.clear();
        out.extend(self.0.iter().map(|&product| Key(product)));
    }
    fn bytes(&self) -> usize {
        7
    }
}

#[test]
fn measures_are_those_worked_out_by_hand() {
    let training = [recorded(1, 0, &[1, 2, 3, 4]), recorded(2, 10, &[1, 5])];
    let known = Known::of(&training);
    let test = known.only(&[recorded(3, 20, &[2, 99, 1, 4]), recorded(4, 30, &[1, 98])]);
    assert_eq!(
        test,
        [Recorded {
            clicks: vec![(Timestamp(20_000_000), Key(2)), (Timestamp(22_000_000), Key(1)), (Timestamp(23_000_000), Key(4))],
            session: Key(3)
        }]
    );
    let mut time = 0;
    let clock = || {
        time += 500;
        time
    };
    let measures = evaluate(&mut Fixed(vec![3, 4, 1]), &test, &known, OwnItem::Excluded, clock, |_| {});
    // After 2: the next is 1, in place 3; the rest is {1, 4}, both in the list. After 1: the next and the rest are 4, in place 2.
    assert_eq!((measures.predictions, measures.hit_rate), (2, 1.0));
    assert_eq!(measures.mrr, (1.0 / 3.0 + 1.0 / 2.0) / 2.0);
    assert_eq!(measures.precision, (2.0 / 20.0 + 1.0 / 20.0) / 2.0);
    assert_eq!(measures.recall, 1.0);
    assert!((measures.map - ((1.0 / 20.0 + 2.0 / 20.0) / 2.0 + 1.0 / 20.0) / 2.0).abs() < 1e-12);
    assert_eq!(measures.coverage, 3.0 / 5.0);
    assert!((measures.popularity_bias - (0.5 + 0.5 + 1.0) / 3.0).abs() < 1e-12);
    assert_eq!((measures.predictions_per_second, measures.index_bytes), (2e6, 7));
}

#[test]
fn the_split_is_by_beginning() {
    let (training, test) = split(vec![recorded(1, 100, &[1]), recorded(2, 200, &[1]), recorded(3, 300, &[1])], 100);
    assert_eq!((training.len(), test.len()), (1, 2));
    assert_eq!(split(Vec::new(), 5), (Vec::new(), Vec::new()));
}

/// Shoppers who go through a row of products in order, and never back.
fn rows() -> Vec<Recorded> {
    (0..2_000_u64)
        .map(|number| {
            let first = number * 7 % 100;
            recorded(number + 1, number * 60, &[1 + first, 1 + (first + 1) % 100, 1 + (first + 2) % 100, 1 + (first + 3) % 100])
        })
        .collect()
}

#[test]
fn the_search_learns_from_the_data_and_always_the_same() {
    let mut steps = Vec::new();
    let chosen = tune(&rows(), Limits::default(), |tried, total| steps.push((tried, total)));
    assert_eq!(chosen.revisit_weight, 0.0, "nobody here returns");
    assert_eq!(chosen, tune(&rows(), Limits::default(), |_, _| {}));
    assert!(steps.windows(2).all(|pair| pair[0].0 <= pair[1].0) && steps.iter().all(|step| step.0 <= step.1));
    assert_eq!(tune(&rows()[..50], Limits::default(), |_, _| {}), Parameters::default(), "too little to learn from");
    assert_eq!(tune(&[], Limits::default(), |_, _| {}), Parameters::default());
}

#[test]
fn every_recommender_answers_within_its_promises() {
    let training = rows();
    let known = Known::of(&training);
    let learned = || learn(&training, Parameters::default(), Limits::default()).publish();
    let mut all: [Box<dyn Recommender>; 6] = [
        Box::new(SessionKnn::new(learned())),
        Box::new(AlsoViewed::new(learned())),
        Box::new(Trending::train(&training)),
        Box::new(Popularity::train(&training)),
        Box::new(ItemToItem::train(&training)),
        Box::new(VsKnn::train(&training)),
    ];
    for recommender in &mut all {
        let mut out = Vec::new();
        let session = [Key(3), Key(4)];
        let question = Question { session: &session, now: training[0].end(), own_item: OwnItem::Excluded, revisits: true, count: 5 };
        recommender.recommend(&question, &mut out);
        assert_eq!(out.len(), 5, "{}", recommender.name());
        assert!(!out.contains(&Key(4)), "{}", recommender.name());
        let measures = evaluate(&mut **recommender, &training[..50], &known, OwnItem::Excluded, || 0, |_| {});
        let is_blind = ["popular", "trending"].contains(&recommender.name());
        assert!(is_blind || measures.hit_rate > 0.9, "{} {}", recommender.name(), measures.hit_rate);
    }
}

#[test]
fn what_was_seen_and_what_is_wanted_now_come_in_order() {
    let mut out = Vec::new();
    let session = [Key(3), Key(4), Key(3), Key(5)];
    let ask = |own_item| Question { session: &session, now: Timestamp(0), own_item, revisits: true, count: 3 };
    RecentlyViewed.recommend(&ask(OwnItem::Excluded), &mut out);
    assert_eq!(out, [Key(3), Key(4)]);
    RecentlyViewed.recommend(&ask(OwnItem::Allowed), &mut out);
    assert_eq!(out, [Key(5), Key(3), Key(4)]);
    // A month of 5, four clicks a day, and 7 on the last day only.
    let day = 86_400;
    let often = (0..30).flat_map(|number| (0..4).map(move |click| recorded(1 + number * 4 + click, number * day, &[5])));
    let lately = (0..20).map(|number| recorded(500 + number, 29 * day, &[7]));
    let training: Vec<Recorded> = often.chain(lately).collect();
    Popularity::train(&training).recommend(&ask(OwnItem::Allowed), &mut out);
    assert_eq!(out, [Key(5), Key(7)]);
    Trending::train(&training).recommend(&ask(OwnItem::Allowed), &mut out);
    assert_eq!(out, [Key(7), Key(5)]);
}

/// Visits stay with one brand in one department: whoever knows what products are finds the new ones there.
#[test]
fn new_products_are_found_by_what_they_are() {
    let drafts = (0..400).map(|number| Draft {
        id: format!("p{number}"),
        name: format!("Product {number}"),
        category: format!("shop.d{}", number % 4),
        brand: format!("Brand {}", number / 4 % 9),
        price: 1_000 + i64::from(number),
        ..Default::default()
    });
    let (catalog, _) = Catalog::build(drafts.collect(), Currency::USD);
    let visits: Vec<RecordedVisit> = (0..600_u64)
        .map(|visit| {
            let click = |step: u64| {
                let number = visit * 7 % 36 + 36 * ((visit * 31 + step * 5) % 11);
                let click = Click { product: key_of(&format!("p{number}")), kind: ClickKind::View };
                (Timestamp(1_700_000_000_000_000 + (visit * 100 + step) * 1_000_000), click)
            };
            RecordedVisit { session: Key(visit), clicks: (0..6).map(click).collect() }
        })
        .collect();
    let (training, test) = visits.split_at(500);
    let results = cold_start(&catalog, training, test, |_, _| ());
    let of = |target: Target, strategy| *results.iter().find(|row| row.target == target && row.strategy == strategy).unwrap();
    let (similar, popular) = (of(Target::NewProduct, Strategy::Similar), of(Target::NewProduct, Strategy::Popular));
    assert!(similar.asked > 30 && similar.asked == popular.asked);
    assert_eq!((popular.hit_rate, similar.blind), (0.0, 0.05), "nobody has looked at what is new");
    assert!(similar.hit_rate > 3.0 * similar.blind, "{results:#?}");
    let (next, blindly) = (of(Target::SecondProduct, Strategy::NextItem), of(Target::SecondProduct, Strategy::Popular));
    assert!(next.hit_rate > 2.0 * blindly.hit_rate, "{next:?} {blindly:?}");
    assert_eq!(of(Target::FirstProduct, Strategy::Popular).asked, 100);
}
