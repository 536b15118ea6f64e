//! From a session in progress to the products that come next.

use super::Index;
use super::SESSION_PRODUCTS_MAX;
use super::parameters::Weights;
use super::scratch::Neighbor;
use super::scratch::Scratch;
use crate::model::Key;
use crate::model::Timestamp;
use smallvec::SmallVec;

/// Whether the current product may be recommended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OwnItem {
    /// Never: it is on the page.
    #[default]
    Excluded,
    /// Where its chance puts it.
    Allowed,
}

/// What comes next is asked of.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Products of the session, the latest last. The last [`Question::RECENT_MAX`] distinct ones count.
    pub session: &'a [Key],
    pub now: Timestamp,
    pub own_item: OwnItem,
    /// Whether products seen before the current one may come. Off where a shopper wants something new.
    pub revisits: bool,
    /// Products wanted, at most [`Question::COUNT_MAX`].
    pub count: usize,
}

impl Question<'_> {
    pub const COUNT_MAX: usize = 256;
    /// Distinct products back that similar sessions are looked for with.
    pub const RECENT_MAX: usize = 8;
}

/// A product with its score, which is comparable within one answer only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    pub product: Key,
    pub score: f64,
    /// The product of the session that its strongest vote came through: a recorded session holds both, or, with few neighbors, both with a
    /// third. The product itself where it is a return. [`Key::NONE`] for the most frequent products, which nothing in the session speaks for.
    pub because: Key,
}

/// Contributions are whole multiples of this part of the largest one, so that their sum does not depend on their order.
const UNIT: f32 = (1_u64 << 32) as f32;
/// With fewer candidates than this the second hop is taken.
const CANDIDATES_ENOUGH: usize = 40;
/// Best candidates the second hop starts from, and the latest sessions of each that it looks into.
const HOP_PRODUCTS: usize = 8;
const HOP_SESSIONS: usize = 10;

impl Index {
    /// Replaces `out` by the products most likely to come next, best first, ties in order of their keys.
    ///
    /// The same index and question give the same answer on every machine. Nothing is allocated once `scratch` and `out` have grown. Products
    /// unknown to the index are passed over; if all are, the most frequent products are the answer. Cost: at most `sample_size_m` postings
    /// for each of 8 products, and the products of `neighborhood_size_k` sessions.
    pub fn predict(&self, question: &Question<'_>, scratch: &mut Scratch, out: &mut Vec<Scored>) {
        out.clear();
        let count = question.count.min(Question::COUNT_MAX);
        let session = self.distinct(question.session);
        let asking = session.len().min(Question::RECENT_MAX);
        scratch.fit(self.dictionary.len(), asking * self.weights.parameters.sample_size_m);
        self.find_candidates(&session, scratch);
        self.weigh_neighbors((question.now.0 / 1_000_000).min(u64::from(u32::MAX)) as u32, scratch);
        self.score_products(&session, scratch);
        let best = self.finish_scores(&session, count, scratch);
        if scratch.scores.touched().len() < CANDIDATES_ENOUGH {
            self.hop(best, scratch);
        }
        self.place_session(question, &session, if best > 0.0 { best } else { 1.0 }, scratch);
        scratch.rank(count, |number| self.dictionary.key(number), &session, out);
        scratch.scores.clear();
        self.fill(question, count, out);
    }

    /// Distinct known products of a session, the latest first.
    fn distinct(&self, session: &[Key]) -> SmallVec<[u32; SESSION_PRODUCTS_MAX]> {
        let mut distinct = SmallVec::new();
        for number in session.iter().rev().filter_map(|&key| self.dictionary.number(key)) {
            if !distinct.contains(&number) {
                distinct.push(number);
                if distinct.len() == SESSION_PRODUCTS_MAX {
                    break;
                }
            }
        }
        distinct
    }

    /// Collects the latest sessions of each product, with the weights of the products they share. The first product that meets a session
    /// is the latest they share: its anchor.
    fn find_candidates(&self, session: &[u32], scratch: &mut Scratch) {
        for (place, &product) in session.iter().take(Question::RECENT_MAX).enumerate() {
            let weight = self.weights.position[place] * self.weights.idf(self.sessions, self.frequency.get(product));
            self.latest_with(product, self.weights.parameters.sample_size_m, |number| scratch.candidates.add(number, weight, place as u32));
        }
    }

    /// Visits the latest sessions that count and hold a product.
    fn latest_with(&self, product: u32, limit: usize, mut visit: impl FnMut(u32)) {
        let mut left = limit;
        for (index, part) in self.parts.iter().enumerate().rev() {
            let begin = self.begin(index);
            for &session in part.segment.with(product) {
                if left == 0 {
                    return;
                }
                if (session as usize) < part.first {
                    break;
                }
                if part.counts(session as usize) {
                    visit(begin + session);
                    left -= 1;
                }
            }
        }
    }

    /// Turns shared weight into similarity and keeps the k nearest, ties to the later session.
    fn weigh_neighbors(&self, now: u32, scratch: &mut Scratch) {
        let Scratch { candidates, neighbors, .. } = scratch;
        neighbors.clear();
        candidates.drain(|number, shared, anchor| {
            let (part, session) = self.locate(number);
            let (time, start, length) = self.parts[part].segment.head(session);
            let similarity = shared * self.weights.neighbor(length, now.saturating_sub(time));
            let rank = u64::from(similarity.to_bits()) << 32 | u64::from(number);
            neighbors.push(Neighbor { rank, start, part: part as u8, length: length as u8, matched: anchor as u8 });
        });
        let nearest = self.weights.parameters.neighborhood_size_k;
        if neighbors.len() > nearest {
            neighbors.select_nth_unstable_by(nearest, |a, b| b.rank.cmp(&a.rank));
            neighbors.truncate(nearest);
        }
    }

    /// Lets the neighbors vote for their products.
    fn score_products(&self, session: &[u32], scratch: &mut Scratch) {
        let Scratch { neighbors, scores, .. } = scratch;
        let largest = neighbors.iter().map(Neighbor::similarity).fold(f32::MIN_POSITIVE, f32::max);
        for neighbor in &*neighbors {
            let products = self.parts[usize::from(neighbor.part)].segment.products_at(neighbor.start, neighbor.length);
            let vote = (neighbor.similarity() / largest * UNIT) as u64;
            let place = u32::from(neighbor.matched);
            let matched = session[usize::from(neighbor.matched)];
            let anchor = products.iter().position(|&product| product == matched).expect("the posting says so");
            for (&product, &weight) in products.iter().zip(self.weights.proximity(anchor)) {
                if product != matched {
                    scores.add(product, (vote * u64::from(weight)) >> Weights::PROXIMITY_BITS, place);
                }
            }
        }
    }

    /// Weighs sums by the rarity of the product, and returns the best. Of many, those are left out that cannot be among the best `count`
    /// beside the session's own: to know how rare a product is costs more than all the rest.
    fn finish_scores(&self, session: &[u32], count: usize, scratch: &mut Scratch) -> f64 {
        let Scratch { scores, ranked, leaders, .. } = scratch;
        ranked.clear();
        leaders.clear();
        let rarity = |product: u32| f64::from(self.weights.candidate_idf(self.sessions, self.frequency.get(product)));
        for &product in session.iter().filter(|&&product| scores.contains(product)) {
            ranked.push((scores.get(product) as f64 * rarity(product), product));
        }
        let mut best = ranked.iter().map(|own| own.0).fold(0.0, f64::max);
        // No product is rarer than in one session. What rounding could take is added.
        let rarest = f64::from(self.weights.candidate_idf(self.sessions, 1)) * 1.000_001;
        let is_many = scores.touched().len() >= CANDIDATES_ENOUGH;
        let (mut least, mut least_total) = (0.0, 0);
        for &product in scores.touched() {
            let total = scores.get(product);
            if total < least_total || session.contains(&product) {
                continue;
            }
            let score = total as f64 * rarity(product);
            if score < least {
                continue;
            }
            best = best.max(score);
            ranked.push((score, product));
            if is_many {
                let place = leaders.partition_point(|&leader| leader >= score);
                leaders.truncate(count.saturating_sub(1));
                leaders.insert(place.min(leaders.len()), score);
                if leaders.len() >= count {
                    least = leaders[leaders.len() - 1];
                    least_total = (least / rarest) as u64;
                }
            }
        }
        best
    }

    /// Adds what is found in the latest sessions of the best candidates, so that a rare product still has a full list.
    fn hop(&self, best: f64, scratch: &mut Scratch) {
        let weight = self.weights.parameters.second_hop_weight;
        if best <= 0.0 || weight <= 0.0 {
            return;
        }
        let Scratch { ranked, hops, starts, scores, .. } = scratch;
        starts.clear();
        starts.extend_from_slice(ranked);
        if starts.len() > HOP_PRODUCTS {
            let order =
                |a: &(f64, u32), b: &(f64, u32)| b.0.total_cmp(&a.0).then_with(|| self.dictionary.key(a.1).cmp(&self.dictionary.key(b.1)));
            starts.select_nth_unstable_by(HOP_PRODUCTS, order);
            starts.truncate(HOP_PRODUCTS);
        }
        for &(score, product) in &*starts {
            let vote = (score / best) as f32 * UNIT;
            let through = scores.because(product);
            self.latest_with(product, HOP_SESSIONS, |number| {
                let (part, session) = self.locate(number);
                let products = self.parts[part].segment.products(session);
                let share = (vote / products.len() as f32) as u64;
                products.iter().for_each(|&product| hops.add(product, share, through));
            });
        }
        let most = hops.touched().iter().map(|&product| hops.get(product)).max().unwrap_or(0).max(1) as f64;
        let bonus = |sum: u64| weight * best * (sum as f64 / most);
        ranked.iter_mut().for_each(|known| known.0 += bonus(hops.get(known.1)));
        for &product in hops.touched() {
            if !scores.contains(product) {
                ranked.push((bonus(hops.get(product)), product));
                scores.add(product, 0, hops.because(product));
            }
        }
        hops.clear();
    }

    /// Gives the session's own products the scores of a return, or takes them out.
    fn place_session(&self, question: &Question<'_>, session: &[u32], best: f64, scratch: &mut Scratch) {
        let current = question.session.last().and_then(|&key| self.dictionary.number(key));
        scratch.ranked.retain(|candidate| Some(candidate.1) != current && (question.revisits || !session.contains(&candidate.1)));
        if question.revisits {
            // A current product that is unknown here still stands between the others and a return to them.
            let back = usize::from(current.is_none());
            for (place, &product) in session.iter().enumerate().filter(|known| Some(*known.1) != current) {
                let bonus = f64::from(self.weights.revisit[(place + back).min(SESSION_PRODUCTS_MAX - 1)]) * best;
                match scratch.ranked.iter_mut().find(|candidate| candidate.1 == product) {
                    Some(known) => known.0 += bonus,
                    None if bonus > 0.0 => scratch.ranked.push((bonus, product)),
                    None => {}
                }
            }
        }
        if let Some(current) = current
            && question.own_item == OwnItem::Allowed
            && self.weights.parameters.own_weight > 0.0
        {
            scratch.ranked.push((self.weights.parameters.own_weight * best, current));
        }
    }

    /// Fills what is left with the most frequent products.
    fn fill(&self, question: &Question<'_>, count: usize, out: &mut Vec<Scored>) {
        let current = question.session.last().copied();
        for key in self.popular.iter().map(|&number| self.dictionary.key(number)) {
            if out.len() >= count {
                return;
            }
            let is_barred = Some(key) == current || !question.revisits && question.session.contains(&key);
            if !is_barred && !out.iter().any(|scored| scored.product == key) {
                out.push(Scored { product: key, score: 0.0, because: Key::NONE });
            }
        }
    }
}
