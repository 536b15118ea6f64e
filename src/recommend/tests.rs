//! Recommendations on small shops and seeded ones.

use super::*;
use crate::catalog::Draft;
use crate::model::CartLine;
use crate::model::Currency;
use crate::model::Language;
use crate::model::key_of;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

const NOW: Timestamp = Timestamp(1_000_000_000_000_000);

fn draft(id: &str, category: &str, brand: &str, price: i64) -> Draft {
    Draft { id: id.into(), name: format!("{brand} {id}"), category: category.into(), brand: brand.into(), price, ..Draft::default() }
}

/// Eight notebooks of three brands, four mice, three bags, one product without a category.
fn shop() -> Catalog {
    let mut drafts = Vec::new();
    for (i, brand) in ["Lenovo", "Lenovo", "Lenovo", "Lenovo", "Acer", "Acer", "Asus", "Asus"].into_iter().enumerate() {
        drafts.push(draft(&format!("n{i}"), "computers.notebook", brand, 50_000 + 10_000 * i as i64));
    }
    for i in 0..4 {
        drafts.push(draft(&format!("m{i}"), "computers.mouse", "Logitech", 1_000 + 500 * i));
    }
    for i in 0..3 {
        drafts.push(draft(&format!("b{i}"), "accessories.bag", "Case", 3_000 + 100 * i));
    }
    drafts.push(draft("x0", "", "", 100));
    Catalog::build(drafts, Currency::USD).0
}

fn session(text: &str) -> Vec<Click> {
    text.split(' ')
        .map(|word| {
            let (id, kind) = match word.split_at(word.len() - 1) {
                (id, "+") => (id, ClickKind::Cart),
                (id, "!") => (id, ClickKind::Purchase),
                _ => (word, ClickKind::View),
            };
            Click { product: key_of(id), kind }
        })
        .collect()
}

fn model(catalog: &Catalog) -> Model {
    let sessions = ["n0 n1 m0", "n0 n1 n4", "n0 n4 m0+ n0+", "n1 n6", "m0 b0", "n0+ b0+", "n4 n0 n1", "m1 b0", "ghost n7"];
    Model::build(catalog, sessions.into_iter().map(session))
}

fn cart(ids: &[(&str, i64)]) -> Cart {
    let lines = ids.iter().map(|(id, price)| CartLine { product: key_of(id), quantity: 1, price: *price }).collect();
    Cart { currency: Currency::USD, lines }
}

struct Shopper {
    product: Option<Key>,
    category: Option<Key>,
    cart: Cart,
    seen: Vec<Key>,
    interests: Interests,
    query: &'static str,
    exclude: Vec<Key>,
    foresight: Option<Foresight>,
    trends: Trends,
    rules: Rules,
    turn: u64,
}

impl Default for Shopper {
    fn default() -> Self {
        Shopper {
            product: None,
            category: None,
            cart: cart(&[]),
            seen: vec![],
            interests: Interests::default(),
            query: "",
            exclude: vec![],
            foresight: None,
            trends: Trends::empty(),
            rules: Rules::default(),
            turn: 0,
        }
    }
}

impl Shopper {
    fn ask<'a>(&'a self, catalog: &'a Catalog, count: usize) -> Ask<'a> {
        Ask {
            catalog,
            now: NOW,
            product: self.product,
            category: self.category,
            cart: &self.cart,
            seen: &self.seen,
            interests: &self.interests,
            foresight: self.foresight.as_ref(),
            query: self.query,
            trends: &self.trends,
            exclude: &self.exclude,
            rules: &self.rules,
            turn: self.turn,
            count,
        }
    }

    /// Picks as `id: sentence`.
    fn picks(&self, model: &Model, catalog: &Catalog, strategy: Strategy, count: usize) -> Vec<String> {
        let mut out = SmallVec::new();
        model.recommend(strategy.chain(), &self.ask(catalog, count), &mut out);
        out.iter()
            .map(|pick| format!("{}: {}", catalog.product(pick.product).unwrap().id, pick.reason.sentence(catalog, Language::English)))
            .collect()
    }
}

#[test]
fn also_viewed_follows_the_sessions() {
    let catalog = shop();
    let shopper = Shopper { product: Some(key_of("n0")), ..Shopper::default() };
    let picks = shopper.picks(&model(&catalog), &catalog, Strategy::AlsoViewed, 3);
    assert_eq!(picks, ["n4: Often viewed with Lenovo n0", "n1: Often viewed with Lenovo n0", "m0: Often viewed with Lenovo n0"]);
}

#[test]
fn goes_with_crosses_categories() {
    let catalog = shop();
    let shopper = Shopper { cart: cart(&[("n0", 50_000)]), ..Shopper::default() };
    let picks = shopper.picks(&model(&catalog), &catalog, Strategy::GoesWith, 3);
    assert_eq!(picks[..2], ["m0: Bought together with Lenovo n0", "b0: Bought together with Lenovo n0"]);
    assert_eq!(picks[2], "m1: Popular in Mice");
}

fn likely(product: &str, score: u16, because: &str) -> Likely {
    Likely { product: key_of(product), score, because: key_of(because) }
}

#[test]
fn live_answers_come_first_and_name_what_speaks_for_them() {
    let catalog = shop();
    let model = model(&catalog);
    let foresight = Foresight {
        next: vec![likely("b1", 60_000, "n0"), likely("n6", 30_000, "n1"), likely("n1", 20_000, "n0")],
        product: key_of("n0"),
        beside: vec![likely("m3", 65_535, "n0"), likely("ghost", 50_000, "n0")],
        with_cart: vec![likely("b2", 65_535, "m0")],
    };
    let mut shopper = Shopper { seen: vec![key_of("n0"), key_of("n1")], foresight: Some(foresight), ..Shopper::default() };
    let next = shopper.picks(&model, &catalog, Strategy::NextItem, 3);
    assert_eq!(next[..2], ["b1: Because you looked at Lenovo n0", "n6: Because you looked at Lenovo n1"], "what was seen is not next");
    assert_eq!(next[2], "m3: Because you looked at Lenovo n0", "what others had with the last one completes it");
    let beside = shopper.picks(&model, &catalog, Strategy::AlsoViewed, 2);
    assert_eq!(beside, ["m3: Because you looked at Lenovo n0", "n4: Often viewed with Lenovo n0"]);
    shopper.cart = cart(&[("m0", 1_000)]);
    let with = shopper.picks(&model, &catalog, Strategy::GoesWith, 2);
    assert_eq!(with, ["b2: Goes with Logitech m0", "n0: Bought together with Logitech m0"]);
    // The page of another product is not what the answer was about.
    shopper.product = Some(key_of("n4"));
    assert!(!shopper.picks(&model, &catalog, Strategy::AlsoViewed, 4).iter().any(|pick| pick.starts_with("m3")));
    shopper.foresight = None;
    assert!(!shopper.picks(&model, &catalog, Strategy::NextItem, 4).iter().any(|pick| pick.contains("Because you looked at Lenovo")));
}

#[test]
fn chains_say_which_strategy_each_pick_comes_from() {
    let catalog = shop();
    let model = model(&catalog);
    let foresight = Foresight { next: vec![likely("b1", 60_000, "n0")], ..Foresight::default() };
    let shopper = Shopper { seen: vec![key_of("n0")], foresight: Some(foresight), ..Shopper::default() };
    let of = |chain: &[Strategy]| {
        let mut out = SmallVec::new();
        model.recommend(chain, &shopper.ask(&catalog, 3), &mut out);
        out.iter().map(|pick| pick.strategy).collect::<Vec<_>>()
    };
    use Strategy::*;
    assert_eq!(of(&[NextItem, Popular]), [NextItem, Popular, Popular]);
    assert_eq!(of(&[NextItem, Similar]), [NextItem, Similar, Similar]);
    assert_eq!(
        of(&[Trending, NextItem]),
        [NextItem, PopularInCategory, PopularInCategory],
        "nothing trends; the category of what was seen"
    );
}

#[test]
fn trends_take_the_place_of_what_was_recorded() {
    let catalog = shop();
    let mut tally = Tally::default();
    let hour = 3_600_000_000;
    (0..400).for_each(|step| tally.note(key_of("m2"), ClickKind::View, Timestamp(NOW.0 - step * hour)));
    (0..12).for_each(|_| tally.note(key_of("b2"), ClickKind::View, Timestamp(NOW.0 - hour)));
    let shopper = Shopper { trends: tally.publish(NOW, &catalog), category: Some(key_of("accessories.bag")), ..Shopper::default() };
    let picks = |strategy| shopper.picks(&model(&catalog), &catalog, strategy, 2);
    assert_eq!(picks(Strategy::Trending)[0], "b2: Trending now");
    assert_eq!(picks(Strategy::TrendingInCategory), ["b2: Trending in Bags", "b1: From Bags"]);
    assert_eq!(picks(Strategy::Popular), ["m2: Popular in this shop", "b2: Popular in this shop"]);
}

#[test]
fn rules_apply_in_their_order() {
    let catalog = shop();
    let model = model(&catalog);
    let page = Shopper { category: Some(key_of("computers")), ..Shopper::default() };
    let with = |rules: Rules, turn: u64, count: usize| {
        let shopper = Shopper { rules, turn, category: page.category, ..Shopper::default() };
        let picks = shopper.picks(&model, &catalog, Strategy::PopularInCategory, count);
        picks.iter().map(|pick| pick.split(':').next().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let none = with(Rules::default(), 0, 5);
    assert_eq!(none, "n0 m0 n1 n4 n6");
    let [lenovo, mice] = [Target::Brand(key_of("Lenovo")), Target::Category(key_of("computers.mouse"))];
    let excluded = Rules { exclude: vec![lenovo, Target::Product(key_of("m0"))], ..Rules::default() };
    assert_eq!(with(excluded.clone(), 0, 4), "n4 n6 n7 m1");
    assert_eq!(with(Rules { weigh: vec![(mice, 0.01), (lenovo, 0.5)], ..Rules::default() }, 0, 5), "n0 n4 n1 n6 n7");
    assert_eq!(with(Rules { weigh: vec![(Target::Product(key_of("n6")), 100.0)], ..Rules::default() }, 0, 3), "n6 n0 m0");
    assert_eq!(with(Rules { per_brand: Some(1), ..Rules::default() }, 0, 4), "n0 m0 n4 n6");
    let pinned = Rules { pin: ["b1", "ghost", "n0"].map(key_of).to_vec(), ..excluded };
    assert_eq!(with(pinned, 0, 3), "b1 n4 n6", "what is excluded is not pinned either, and one of another category may be");
    let turned = |turn| with(Rules { pin: vec![key_of("b1")], rotate: Rotate::Daily, ..Rules::default() }, turn, 3);
    let lists: std::collections::BTreeSet<String> = (0..40).map(turned).collect();
    assert!(lists.iter().all(|list| list.starts_with("b1 ")) && lists.len() == 5, "5 of the best 6 take their turns: {lists:?}");
}

#[test]
fn upsell_is_dearer_within_reach_and_prefers_margin() {
    let mut drafts: Vec<Draft> = [100, 150, 155, 161, 90].iter().enumerate().map(|(i, p)| draft(&format!("u{i}"), "a.b", "", *p)).collect();
    drafts[1].cost = Some(140);
    drafts[2].cost = Some(60);
    let (catalog, _) = Catalog::build(drafts, Currency::USD);
    let shopper = Shopper { product: Some(key_of("u0")), ..Shopper::default() };
    let picks = shopper.picks(&Model::empty(), &catalog, Strategy::Upsell, 3);
    assert_eq!(picks[..2], ["u2: A step up from u0", "u1: A step up from u0"]);
    assert!(picks[2].ends_with("Similar to u0"), "{picks:?}");
}

#[test]
fn upsell_prefers_better_attributes_and_learns_from_prices_what_is_better() {
    // Dearer drills have more torque and less weight; the year says nothing.
    let drill = |id: &str, price: i64, torque: &str, weight: &str, year: &str| Draft {
        attributes: vec![("torque".into(), torque.into()), ("weight".into(), weight.into()), ("year".into(), year.into())],
        ..draft(id, "tools.drill", "", price)
    };
    let drafts = vec![
        drill("d0", 10_000, "40 Nm", "1.8 kg", "2024"),
        drill("d1", 14_000, "30 Nm", "2.2 kg", "2025"),
        drill("d2", 14_000, "60 Nm", "1.4 kg", "2023"),
        drill("d3", 14_000, "60 lb", "1.8 kg", "2024"),
        drill("d4", 30_000, "90 Nm", "1.0 kg", "2024"),
        drill("d5", 31_000, "92 Nm", "1.1 kg", "2023"),
        drill("d6", 5_000, "20 Nm", "2.4 kg", "2025"),
        drill("d7", 4_000, "18 Nm", "2.5 kg", "2022"),
    ];
    let (catalog, _) = Catalog::build(drafts, Currency::USD);
    let shopper = Shopper { product: Some(key_of("d0")), ..Shopper::default() };
    let picks = shopper.picks(&Model::empty(), &catalog, Strategy::Upsell, 3);
    assert_eq!(picks, ["d2: A step up from d0", "d3: A step up from d0", "d1: A step up from d0"]);
}

#[test]
fn popular_in_category_uses_the_page_then_the_interest() {
    let catalog = shop();
    let model = model(&catalog);
    let page = Shopper { category: Some(key_of("computers.mouse")), ..Shopper::default() };
    assert_eq!(page.picks(&model, &catalog, Strategy::PopularInCategory, 2), ["m0: Popular in Mice", "m1: Popular in Mice"]);
    let mut liker = Shopper::default();
    liker.interests.categories.add(NOW, key_of("accessories.bag"), 2.0);
    assert_eq!(liker.picks(&model, &catalog, Strategy::PopularInCategory, 1), ["b0: Popular in Bags"]);
}

#[test]
fn recently_viewed_and_new_arrivals_are_in_order_of_time() {
    let catalog = shop();
    let shopper = Shopper { seen: vec![key_of("b1"), key_of("n2"), key_of("m3")], product: Some(key_of("n2")), ..Shopper::default() };
    assert_eq!(
        shopper.picks(&model(&catalog), &catalog, Strategy::RecentlyViewed, 2),
        ["b1: You looked at this", "m3: You looked at this"]
    );
    let day = 24 * 3_600 * 1_000_000;
    let mut drafts: Vec<Draft> = (0..3).map(|i| draft(&format!("d{i}"), "a", "", 1)).collect();
    for (draft, age) in drafts.iter_mut().zip([10, 61, 2]) {
        draft.added = Timestamp(NOW.0 - age * day);
    }
    let (catalog, _) = Catalog::build(drafts, Currency::USD);
    let picks = Shopper::default().picks(&Model::empty(), &catalog, Strategy::NewArrivals, 3);
    assert_eq!(picks, ["d2: New in this shop", "d0: New in this shop", "d1: From As"], "what is old is not called new");
}

#[test]
fn personal_follows_taste_and_says_so() {
    let catalog = shop();
    let mut shopper = Shopper::default();
    shopper.interests.categories.add(NOW, key_of("computers.notebook"), 3.0);
    shopper.interests.brands.add(NOW, key_of("Asus"), 9.0);
    let picks = shopper.picks(&model(&catalog), &catalog, Strategy::Personal, 3);
    assert_eq!(
        picks,
        ["n6: Because you looked at Asus", "n7: Because you looked at Asus", "n0: Because you looked at Notebooks"],
        "without the interest nothing of it is said"
    );
    let plain = Shopper::default().picks(&model(&catalog), &catalog, Strategy::Personal, 3);
    assert!(plain.iter().all(|pick| pick.ends_with("Popular in this shop")), "{plain:?}");
}

#[test]
fn searches_without_results_find_the_nearest() {
    let catalog = shop();
    assert_eq!(nearest(&catalog, "notbook asus", 2), sorted(&["n6", "n7"]));
    let shopper = Shopper { query: "logitec", ..Shopper::default() };
    let picks = shopper.picks(&model(&catalog), &catalog, Strategy::Nearest, 3);
    assert!(picks.iter().all(|pick| pick.starts_with('m') && pick.ends_with("Close to what you searched for")), "{picks:?}");
    assert_eq!(nearest(&catalog, "日本 %%% \u{0}", 5), []);
}

/// Products that score the same come in the order of their keys.
fn sorted(ids: &[&str]) -> Vec<Key> {
    let mut keys: Vec<Key> = ids.iter().map(|id| key_of(id)).collect();
    keys.sort();
    keys
}

/// Whatever is asked: enough picks, in stock, distinct, none that is excluded, and never more than 3 of a brand in a row of 6 while
/// others are left.
#[test]
fn every_answer_keeps_the_promises() {
    let brands = ["A", "B", "C", "D", ""];
    let categories = ["x.a", "x.b", "y", "y.c", ""];
    for seed in 0..200 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut below = |n: usize| (random.next_u64() % n as u64) as usize;
        let size = 1 + below(60);
        let drafts: Vec<Draft> = (0..size)
            .map(|i| {
                let mut made = draft(&format!("p{i}"), categories[below(5)], brands[below(5)], 100 + below(900) as i64);
                made.stock = [None, Some(0), Some(3)][below(3)];
                made.added = Timestamp(NOW.0 - below(200) as u64 * 86_400_000_000);
                made
            })
            .collect();
        let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
        assert_eq!(rejected, []);
        let mut any = |n: usize| -> Vec<Key> { (0..below(n)).map(|_| key_of(&format!("p{}", below(size + 2)))).collect() };
        let kinds = [ClickKind::View, ClickKind::Cart, ClickKind::Purchase];
        let sessions: Vec<Vec<Click>> =
            (0..40).map(|i| any(9).into_iter().map(|product| Click { product, kind: kinds[i % 3] }).collect()).collect();
        let model = Model::build(&catalog, sessions.iter().cloned());
        let in_cart = any(4);
        let mut shopper = Shopper {
            product: any(2).first().copied(),
            category: any(2).first().and_then(|key| catalog.product(*key)).map(|product| product.category),
            seen: any(12),
            exclude: any(4),
            query: ["", "p1", "x a"][seed as usize % 3],
            foresight: (seed % 2 == 0).then(|| {
                let mut list = || any(9).into_iter().map(|product| Likely { product, score: 9_000, because: product }).collect();
                Foresight { next: list(), product: Key::NONE, beside: list(), with_cart: list() }
            }),
            ..Shopper::default()
        };
        if seed % 3 == 0 {
            let mut tally = Tally::default();
            any(40).into_iter().for_each(|product| tally.note(product, ClickKind::Cart, NOW));
            shopper.trends = tally.publish(NOW, &catalog);
        }
        if seed % 4 == 1 {
            shopper.rules.pin = any(3);
            shopper.rules.exclude = any(3).into_iter().map(Target::Product).collect();
            shopper.rules.weigh = any(3).into_iter().map(|product| (Target::Product(product), 3.0)).collect();
            shopper.rules.rotate = Rotate::Visit;
            shopper.turn = seed;
        }
        shopper.cart.lines = in_cart.iter().map(|&product| CartLine { product, quantity: 1, price: 5 }).collect();
        for key in any(5) {
            if let Some(product) = catalog.product(key) {
                shopper.interests.categories.add(NOW, product.category, 1.0);
                shopper.interests.brands.add(NOW, product.brand, 1.0);
            }
        }
        for strategy in Strategy::ALL {
            for count in [0, 1, 4, 12, 48] {
                let mut out = SmallVec::new();
                model.recommend(strategy.chain(), &shopper.ask(&catalog, count), &mut out);
                let barred = |key: Key| shopper.product == Some(key) || shopper.exclude.contains(&key) || in_cart.contains(&key);
                let ruled_out = |key: Key| shopper.rules.exclude.contains(&Target::Product(key));
                let allowed: Vec<_> = catalog.products().iter().filter(|p| p.in_stock() && !barred(p.key) && !ruled_out(p.key)).collect();
                assert_eq!(out.len(), count.min(allowed.len()), "seed {seed} {strategy:?} {count}");
                let mut keys: Vec<Key> = out.iter().map(|pick| pick.product).collect();
                assert!(keys.iter().all(|key| allowed.iter().any(|product| product.key == *key)), "seed {seed} {strategy:?}");
                keys.sort();
                keys.dedup();
                assert_eq!(keys.len(), out.len(), "seed {seed} {strategy:?}: picked twice");
                let brand = |key: Key| catalog.product(key).map(|product| product.brand).filter(|brand| !brand.is_none());
                let pins: Vec<Key> = shopper.rules.pin.iter().copied().filter(|key| allowed.iter().any(|p| p.key == *key)).collect();
                let mut pins: Vec<Key> =
                    pins.iter().enumerate().filter(|(i, key)| !pins[..*i].contains(key)).map(|(_, key)| *key).collect();
                pins.truncate(out.len());
                assert_eq!(out.iter().map(|pick| pick.product).take(pins.len()).collect::<Vec<_>>(), pins, "seed {seed}");
                // Pins and turns are the merchant's, whatever the brand.
                for end in 0..if shopper.rules == Rules::NONE { out.len() } else { 0 } {
                    let recent = &out[end.saturating_sub(5)..=end];
                    let own = brand(out[end].product);
                    let crowded = own.is_some() && recent.iter().filter(|pick| brand(pick.product) == own).count() > 3;
                    let others = allowed.iter().any(|p| brand(p.key) != own && !out[..=end].iter().any(|pick| pick.product == p.key));
                    assert!(!crowded || !others, "seed {seed} {strategy:?}: {own:?} crowds");
                }
                let mut again = SmallVec::new();
                model.recommend(strategy.chain(), &shopper.ask(&catalog, count), &mut again);
                assert_eq!(out, again);
            }
        }
    }
}

/// The obvious way: for each pair, count the sessions with both.
#[test]
fn neighbors_equal_counting() {
    let (catalog, _) = Catalog::build((0..20).map(|i| draft(&format!("p{i}"), "a", "", 1)).collect(), Currency::USD);
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let sessions: Vec<Vec<Click>> = (0..300)
        .map(|_| {
            let length = random.next_u32() % 6;
            (0..length).map(|_| Click { product: key_of(&format!("p{}", random.next_u32() % 20)), kind: ClickKind::View }).collect()
        })
        .collect();
    let model = Model::build(&catalog, sessions.iter().cloned());
    let has = |session: &Vec<Click>, key: Key| session.iter().any(|click| click.product == key);
    for a in catalog.products() {
        let mut expect: Vec<(Key, f32)> = Vec::new();
        for b in catalog.products().iter().filter(|b| b.key != a.key) {
            let count = |f: &dyn Fn(&Vec<Click>) -> bool| sessions.iter().filter(|s| f(s)).count() as f32;
            let both = count(&|s| has(s, a.key) && has(s, b.key));
            if both >= 2.0 {
                let either = count(&|s| has(s, a.key)) * count(&|s| has(s, b.key));
                expect.push((b.key, both / either.sqrt() * (both / (both + 2.0))));
            }
        }
        expect.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        expect.truncate(Model::NEIGHBORS_MAX);
        assert_eq!(model.viewed_with.of(a.key), expect);
    }
}

#[test]
fn rerank_respects_the_dial() {
    let catalog = shop();
    let mut interests = Interests::default();
    interests.categories.add(NOW, key_of("accessories.bag"), 9.0);
    let items: Vec<Key> = ["n0", "ghost", "n1", "b0", "m0", "b1"].map(key_of).to_vec();
    let order = |interests: &Interests, strength: f64| {
        let mut out = vec![key_of("stale")];
        let list = Listing { catalog: &catalog, interests, foresight: None, now: NOW, items: &items, shown: None, strength };
        rerank(&list, &mut out);
        out.iter().map(|key| catalog.product(*key).map_or("ghost".to_owned(), |p| p.id.to_string())).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(order(&interests, 0.0), "n0 ghost n1 b0 m0 b1");
    assert_eq!(order(&interests, f64::NAN), "n0 ghost n1 b0 m0 b1");
    assert_eq!(order(&interests, 0.5), "n0 ghost b0 n1 b1 m0");
    assert_eq!(order(&interests, 1.0), "b0 ghost b1 n0 n1 m0");
    assert_eq!(order(&Interests::default(), 1.0), "n0 ghost n1 b0 m0 b1");
    let mut elsewhere = Interests::default();
    elsewhere.brands.add(NOW, key_of("Nobody"), 5.0);
    assert_eq!(order(&elsewhere, 1.0), "n0 ghost n1 b0 m0 b1");
}

/// An order on screen changes only for what is clearly better, and the same question again changes nothing.
#[test]
fn an_order_on_screen_does_not_flap() {
    let catalog = shop();
    let items: Vec<Key> = catalog.products().iter().map(|product| product.key).collect();
    let mut moved = [0, 0];
    for seed in 0..300 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut interests = Interests::default();
        let list = |interests: &Interests, shown: Option<&[Key]>| {
            let mut out = Vec::new();
            rerank(&Listing { catalog: &catalog, interests, foresight: None, now: NOW, items: &items, shown, strength: 0.6 }, &mut out);
            let (mut sorted, mut all) = (out.clone(), items.clone());
            sorted.sort();
            all.sort();
            assert_eq!(sorted, all, "the same items in another order");
            out
        };
        let mut shown: Option<Vec<Key>> = None;
        for _ in 0..12 {
            let product = &catalog.products()[(random.next_u64() % items.len() as u64) as usize];
            interests.categories.add(NOW, product.category, 1.0);
            interests.brands.add(NOW, product.brand, 1.0);
            let next = list(&interests, shown.as_deref());
            assert_eq!(list(&interests, Some(&next)), next, "seed {seed}: asked again");
            let fresh = list(&interests, None);
            moved[0] += usize::from(shown.as_ref() != Some(&next));
            moved[1] += usize::from(shown.as_ref() != Some(&fresh));
            shown = Some(next);
        }
    }
    assert!(moved[0] * 3 < moved[1] * 2, "{moved:?}: it moves at most two thirds as often as without the margin");
    // An order of other items is none.
    let mut interests = Interests::default();
    interests.brands.add(NOW, key_of("Asus"), 9.0);
    let mut out = Vec::new();
    let shown = [key_of("n0")];
    rerank(
        &Listing { catalog: &catalog, interests: &interests, foresight: None, now: NOW, items: &items, shown: Some(&shown), strength: 1.0 },
        &mut out,
    );
    assert_eq!(out[..2], sorted(&["n6", "n7"]).iter().copied().filter(|key| items.contains(key)).collect::<Vec<_>>()[..]);
}

#[test]
fn what_comes_next_counts_in_a_listing() {
    let catalog = shop();
    let items = ["n0", "n1", "m0", "b0"].map(key_of);
    let foresight = Foresight { next: vec![likely("b0", u16::MAX, "n0")], ..Foresight::default() };
    let interests = Interests::default();
    let mut out = Vec::new();
    let list = Listing {
        catalog: &catalog,
        interests: &interests,
        foresight: Some(&foresight),
        now: NOW,
        items: &items,
        shown: None,
        strength: 0.9,
    };
    rerank(&list, &mut out);
    assert_eq!(out, ["b0", "n0", "n1", "m0"].map(key_of));
}

#[test]
fn names_read_back_and_sentences_survive_unknown_keys() {
    for strategy in Strategy::ALL {
        assert_eq!(Strategy::parse(strategy.name()), Some(strategy));
    }
    assert_eq!(Strategy::parse("Popular"), None);
    let empty = Catalog::empty();
    assert_eq!(Reason::ViewedWith(key_of("gone")).sentence(&empty, Language::English), "Often viewed together");
    assert_eq!(Reason::LikesBrand(key_of("gone")).sentence(&empty, Language::English), "Because of what you looked at");
    let mut long = draft("l", "", "", 1);
    long.name = "ä".repeat(100);
    let (catalog, _) = Catalog::build(vec![long], Currency::USD);
    assert_eq!(Reason::SimilarTo(key_of("l")).sentence(&catalog, Language::English), format!("Similar to {}…", "ä".repeat(47)));
}
