//! The index against the obvious way: all sessions in one list, every question answered by going through it.

use super::parameters::Weights;
use super::*;
use crate::model::Key;
use crate::model::Timestamp;
use proptest::prelude::Just;
use proptest::prelude::ProptestConfig;
use proptest::prelude::Strategy;
use proptest::prelude::prop;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;
use std::collections::BTreeMap;

/// Every session that counts, in order of its last click. Nothing is indexed, sealed or merged.
struct Obvious {
    weights: Weights,
    limits: Limits,
    sessions: Vec<(Key, u64, Vec<Key>)>,
    clock: u64,
}

impl Obvious {
    fn append(&mut self, session: Key, product: Key, second: u64) {
        self.clock = self.clock.max(second);
        let grows = self.sessions.iter().rposition(|known| known.0 == session && known.1 + 1_800 >= self.clock);
        let mut products = grows.map_or_else(Vec::new, |place| self.sessions.remove(place).2);
        products.retain(|&known| known != product);
        products.push(product);
        if products.len() > SESSION_PRODUCTS_MAX {
            products.remove(0);
        }
        self.sessions.push((session, self.clock, products));
        let (oldest, most) = (self.clock.saturating_sub(u64::from(self.limits.horizon_seconds)), self.limits.sessions_max);
        self.sessions.retain(|known| known.1 >= oldest);
        self.sessions.drain(..self.sessions.len().saturating_sub(most));
    }

    fn frequency(&self, product: Key) -> u32 {
        self.sessions.iter().filter(|known| known.2.contains(&product)).count() as u32
    }

    /// The latest sessions with a product, as places in the list.
    fn latest_with(&self, product: Key, limit: usize) -> Vec<usize> {
        (0..self.sessions.len()).rev().filter(|&place| self.sessions[place].2.contains(&product)).take(limit).collect()
    }

    fn predict(&self, question: &Question<'_>, is_known: impl Fn(Key) -> bool) -> Vec<Scored> {
        let parameters = self.weights.parameters;
        let mut session: Vec<Key> = Vec::new();
        for &product in question.session.iter().rev() {
            if is_known(product) && !session.contains(&product) && session.len() < SESSION_PRODUCTS_MAX {
                session.push(product);
            }
        }
        // Similarity: what the session and the neighbor share, as far as the samples reach.
        let mut shared: BTreeMap<usize, (f32, Key)> = BTreeMap::new();
        for (place, &product) in session.iter().take(Question::RECENT_MAX).enumerate() {
            let weight = self.weights.position[place] * self.weights.idf(self.sessions.len(), self.frequency(product));
            for neighbor in self.latest_with(product, parameters.sample_size_m) {
                shared.entry(neighbor).or_insert((0.0, product)).0 += weight;
            }
        }
        let mut neighbors: Vec<(f32, usize, Key)> = shared
            .into_iter()
            .map(|(place, (shared, anchor))| {
                let (_, time, products) = &self.sessions[place];
                let age = (question.now.0 / 1_000_000).saturating_sub(*time) as u32;
                (shared * self.weights.neighbor(products.len(), age), place, anchor)
            })
            .collect();
        neighbors.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        neighbors.truncate(parameters.neighborhood_size_k);
        // Votes.
        let unit = (1_u64 << 32) as f32;
        let largest = neighbors.first().map_or(1.0, |nearest| nearest.0);
        let mut sums: BTreeMap<Key, u64> = BTreeMap::new();
        // Largest vote, and the product of the session it came through: of equals the latest.
        let place_of = |anchor: Key| session.iter().position(|&product| product == anchor).unwrap();
        let mut through: BTreeMap<Key, (u64, std::cmp::Reverse<usize>)> = BTreeMap::new();
        for &(similarity, place, matched) in &neighbors {
            let products = &self.sessions[place].2;
            let anchor = products.iter().position(|&product| product == matched).unwrap();
            for (place, &product) in products.iter().enumerate().filter(|(place, _)| *place != anchor) {
                let whole = (similarity / largest * unit) as u64;
                let vote = ((whole * u64::from(self.weights.proximity(anchor)[place])) >> Weights::PROXIMITY_BITS).max(1);
                *sums.entry(product).or_default() += vote;
                let strongest = (vote, std::cmp::Reverse(place_of(matched)));
                through.entry(product).and_modify(|known| *known = (*known).max(strongest)).or_insert(strongest);
            }
        }
        let mut scores: BTreeMap<Key, f64> = BTreeMap::new();
        for (&product, &sum) in &sums {
            let rarity = self.weights.candidate_idf(self.sessions.len(), self.frequency(product));
            scores.insert(product, sum as f64 * f64::from(rarity));
        }
        let best = scores.values().copied().fold(0.0, f64::max);
        // The second hop.
        if scores.len() < 40 && best > 0.0 && parameters.second_hop_weight > 0.0 {
            let mut starts: Vec<(f64, Key)> = scores.iter().map(|(&product, &score)| (score, product)).collect();
            starts.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            let mut hops: BTreeMap<Key, u64> = BTreeMap::new();
            let mut hops_through: BTreeMap<Key, (u64, std::cmp::Reverse<usize>)> = BTreeMap::new();
            for &(score, product) in starts.iter().take(8) {
                for place in self.latest_with(product, 10) {
                    let products = &self.sessions[place].2;
                    let share = ((score / best) as f32 * unit / products.len() as f32) as u64;
                    let strongest = (share.max(1), through[&product].1);
                    for &product in products {
                        *hops.entry(product).or_default() += share.max(1);
                        hops_through.entry(product).and_modify(|known| *known = (*known).max(strongest)).or_insert(strongest);
                    }
                }
            }
            let most = hops.values().copied().max().unwrap() as f64;
            for (product, sum) in hops {
                through.entry(product).or_insert(hops_through[&product]);
                *scores.entry(product).or_default() += parameters.second_hop_weight * best * (sum as f64 / most);
            }
        }
        // The session's own products.
        let best = if best > 0.0 { best } else { 1.0 };
        let current = *question.session.last().unwrap();
        scores.retain(|&product, _| product != current && (question.revisits || !session.contains(&product)));
        let back = usize::from(!is_known(current));
        for (place, &product) in session.iter().enumerate().filter(|(_, product)| question.revisits && **product != current) {
            *scores.entry(product).or_default() += f64::from(self.weights.revisit[(place + back).min(SESSION_PRODUCTS_MAX - 1)]) * best;
        }
        if question.own_item == OwnItem::Allowed && is_known(current) {
            scores.insert(current, parameters.own_weight * best);
        }
        let mut out: Vec<Scored> = scores
            .into_iter()
            .map(|(product, score)| {
                let because = if session.contains(&product) { product } else { session[through[&product].1.0] };
                Scored { product, score, because }
            })
            .collect();
        out.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product)));
        out.truncate(question.count);
        // What is left.
        let mut all: Vec<Key> = self.sessions.iter().flat_map(|known| known.2.iter().copied()).collect();
        all.sort();
        all.dedup();
        all.sort_by_key(|&product| std::cmp::Reverse(self.frequency(product)));
        for product in all.into_iter().take(64) {
            let is_barred = product == current || !question.revisits && question.session.contains(&product);
            if out.len() < question.count && !is_barred && !out.iter().any(|known| known.product == product) {
                out.push(Scored { product, score: 0.0, because: Key::NONE });
            }
        }
        out
    }
}

fn at(second: u64) -> Timestamp {
    Timestamp(second * 1_000_000)
}

fn parameters() -> impl Strategy<Value = Parameters> {
    (1..12_usize, 1..8_usize, 0.3..5.0_f64, 0.0..3.0_f64, 0.0..1.0_f64, 0.0..1.0_f64, 0.0..0.5_f64).prop_map(
        |(neighborhood_size_k, sample_size_m, position_decay, idf_power, length_power, age_power, second_hop_weight)| Parameters {
            neighborhood_size_k,
            sample_size_m,
            position_decay,
            idf_power,
            length_power,
            age_power,
            second_hop_weight,
            ..Parameters::default()
        },
    )
}

/// Clicks as (session, product, seconds later), now and then far later; on few products, or on so many, in so long sessions, that most
/// cannot be in an answer.
fn clicks() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    let of = |products: u64, rests: u32| {
        let later = prop_oneof![rests => 0..40_u64, 1 => 1_000..3_000_u64];
        prop::collection::vec((1..30_u64, 1..products, later), 1..400)
    };
    prop_oneof![of(25, 8), of(150, 200)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Sessions grow, are sealed and merged, go on, age out and are too many: after every step the answers are those of the obvious way.
    #[test]
    fn the_index_equals_the_obvious_way(
        parameters in parameters(),
        clicks in clicks(),
        horizon_seconds in prop_oneof![Just(u32::MAX), 600..5_000_u32],
        sessions_max in prop_oneof![Just(1_000_usize), 3..20_usize],
        live_max in 2..12_usize,
        restart in 0..400_usize,
    ) {
        let limits = Limits { horizon_seconds, sessions_max, ..Limits::default() };
        let mut obvious = Obvious { weights: Weights::new(parameters), limits, sessions: Vec::new(), clock: 0 };
        let mut learner = Learner::with_live_max(parameters, limits, live_max);
        let (mut scratch, mut out) = (Scratch::default(), Vec::new());
        let mut second = 1_700_000_000;
        let mut asked: Vec<Key> = Vec::new();
        for (step, &(session, product, later)) in clicks.iter().enumerate() {
            second += later;
            // Product keys in another order than the numbers they get.
            let product = Key(product.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            prop_assert!(learner.append(Key(session), product, at(second)));
            obvious.append(Key(session), product, second);
            asked.push(product);
            if step == restart {
                learner = Learner::load_with(&learner.save(), live_max).unwrap();
            }
            if step % 7 != 0 {
                continue;
            }
            let index = learner.publish();
            prop_assert_eq!(index.sessions(), obvious.sessions.len());
            prop_assert_eq!(index.interactions(), obvious.sessions.iter().map(|known| known.2.len()).sum::<usize>());
            for (length, revisits, own_item) in
                [(1, true, OwnItem::Excluded), (4, false, OwnItem::Excluded), (9, true, OwnItem::Allowed), (60, true, OwnItem::Allowed)]
            {
                let mut session = asked[asked.len().saturating_sub(length)..].to_vec();
                if step % 3 == 0 {
                    session.push(Key(99));
                }
                let question = Question { session: &session, now: at(second + later), own_item, revisits, count: 1 + step % 24 };
                index.predict(&question, &mut scratch, &mut out);
                prop_assert_eq!(&out, &obvious.predict(&question, |product| index.dictionary.number(product).is_some()));
            }
        }
    }
}

/// A month of a small shop, learned a click at a time.
fn learned(sessions: u64) -> Learner {
    let mut learner = Learner::new(Parameters::default(), Limits::default());
    for click in 0..sessions * 4 {
        let session = click / 4 + click % 3;
        let product = 1 + (session * session + click % 7) % 500;
        learner.append(Key(session), Key(product), at(1_700_000_000 + click));
    }
    learner
}

#[test]
fn an_import_is_as_if_it_had_been_learned_in_time() {
    // Sessions that end one after another, three in the same second; what is forgotten are whole seconds.
    let session = |number: u64| {
        let products: Vec<Key> = (0..2 + number % 5).map(|place| Key(1 + (number * number + place * 7) % 90)).collect();
        (Key(1_000 + number), at(1_700_000_000 + number / 3), products)
    };
    let fresh = || Learner::with_live_max(Parameters::default(), Limits { sessions_max: 252, ..Limits::default() }, 20);
    let mut in_time = fresh();
    (0..300).for_each(|number| {
        let (key, last, products) = session(number);
        in_time.append_session(key, products, last);
    });
    let mut imported = fresh();
    (100..200).for_each(|number| {
        let (key, last, products) = session(number);
        imported.append_session(key, products, last);
    });
    let rest = || (0..100).chain(200..300).rev().map(session).collect::<Vec<_>>();
    let mut told = Vec::new();
    imported.import(rest(), &mut |done, total| told.push((done, total)));
    assert_eq!(told.last(), Some(&(300, 300)));
    imported.import(rest(), &mut |_, _| ());
    assert_eq!((imported.sessions(), imported.interactions()), (252, in_time.interactions()), "what is imported twice counts once");
    let (imported, in_time) = (imported.publish(), in_time.publish());
    let (mut scratch, mut out, mut expect) = (Scratch::default(), Vec::new(), Vec::new());
    let products = |index: &Index, session: &[Key], scratch: &mut Scratch, out: &mut Vec<Scored>| {
        let question = Question { session, now: at(1_700_000_500), own_item: OwnItem::Excluded, revisits: true, count: 20 };
        index.predict(&question, scratch, out);
        out.sort_by_key(|scored| scored.product);
        assert!(!out.is_empty());
    };
    for product in 1..90 {
        // Sessions of the same second may stand in another order, which no sum of votes can tell here: all neighbors are taken.
        let session = [Key(product), Key(product % 7 + 1)];
        products(&imported, &session, &mut scratch, &mut out);
        products(&in_time, &session, &mut scratch, &mut expect);
        let of = |scored: &[Scored]| scored.iter().map(|scored| (scored.product, scored.score)).collect::<Vec<_>>();
        assert_eq!(of(&out), of(&expect), "after {product}");
    }
}

#[test]
fn damaged_bytes_are_refused() {
    let bytes = learned(40).save();
    assert!(Learner::load(&bytes).is_ok());
    assert_eq!(Learner::load(b"FWKNN").unwrap_err(), LoadError::Form);
    assert_eq!(Learner::load(&[]).unwrap_err(), LoadError::Form);
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x10;
        assert!(Learner::load(&damaged).is_err(), "byte {place}");
    }
    for length in 0..bytes.len() {
        assert!(Learner::load(&bytes[..length]).is_err(), "cut to {length}");
    }
    // A right checksum over a wrong content.
    let mut lying = bytes;
    let last = lying.len() - 1;
    lying[last] = 0xff;
    let sum = xxhash_rust::xxh3::xxh3_64(&lying[16..]);
    lying[8..16].copy_from_slice(&sum.to_le_bytes());
    assert_eq!(Learner::load(&lying).unwrap_err(), LoadError::Content("a product is unknown"));
}

#[test]
fn what_is_published_does_not_change() {
    let mut learner = learned(3_000);
    let index = learner.publish();
    let question = Question { session: &[Key(5), Key(9)], now: at(1_700_020_000), own_item: OwnItem::Excluded, revisits: true, count: 20 };
    let (mut scratch, mut before, mut after) = (Scratch::default(), Vec::new(), Vec::new());
    index.predict(&question, &mut scratch, &mut before);
    for click in 0..20_000 {
        learner.append(Key(click / 3), Key(1 + click % 900), at(1_700_020_000 + click / 8));
    }
    index.predict(&question, &mut scratch, &mut after);
    assert_eq!(before, after);
    learner.publish().predict(&question, &mut scratch, &mut after);
    assert_ne!(before, after);
    assert!(learner.publish().segments() < 10, "segments grow with the logarithm of the sessions");
}

#[test]
fn memory_is_given_back() {
    let limits = Limits { horizon_seconds: 3_600, sessions_max: 5_000, products_max: 6_000 };
    let mut learner = Learner::new(Parameters::default(), limits);
    let mut most = 0;
    // Each day other products.
    for click in 0..200_000_u64 {
        learner.append(Key(click / 3), Key(1 + click / 50), at(1_700_000_000 + click));
        if click % 1_000 == 0 {
            let index = learner.publish();
            most = most.max(index.bytes());
            assert!(index.sessions() <= 5_000 && index.products() <= 6_000);
        }
    }
    assert!(most < 1_500_000, "{most} bytes for at most 5,000 sessions");
    assert!(learner.append(Key(1), Key(77_777), at(1_800_000_000)), "a new product is learned after others have aged out");
}

#[test]
fn wrong_numbers_become_good_ones() {
    let wrong =
        Parameters { neighborhood_size_k: 0, sample_size_m: usize::MAX, idf_power: f64::NAN, own_weight: -1.0, ..Parameters::default() };
    let good = wrong.clamped();
    assert_eq!((good.neighborhood_size_k, good.sample_size_m, good.own_weight), (1, Parameters::SAMPLE_MAX, 0.0));
    assert_eq!(good.idf_power, Parameters::default().idf_power);
}
