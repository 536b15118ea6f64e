//! What any recommender must beat: the most popular, what is seen together, and plain VS-kNN with hash maps.

use super::Recommender;
use super::Recorded;
use crate::model::Key;
use crate::recommend::Lookup;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Question;
use std::collections::BTreeMap;

/// The most clicked products, the same for everybody.
pub struct Popularity(Vec<Key>);

impl Popularity {
    pub fn train(training: &[Recorded]) -> Popularity {
        let mut clicks: BTreeMap<Key, u32> = BTreeMap::new();
        for (_, product) in training.iter().flat_map(|recorded| &recorded.clicks) {
            *clicks.entry(*product).or_default() += 1;
        }
        let mut products: Vec<(Key, u32)> = clicks.into_iter().collect();
        products.sort_by_key(|&(product, clicks)| (std::cmp::Reverse(clicks), product));
        products.truncate(Question::COUNT_MAX + 1);
        Popularity(products.into_iter().map(|(product, _)| product).collect())
    }
}

impl Recommender for Popularity {
    fn name(&self) -> &'static str {
        "popular"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        out.clear();
        out.extend(self.0.iter().copied().filter(|&product| is_allowed(question, product)).take(question.count));
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.0)
    }
}

/// Products most often in the same sessions as the current one.
pub struct ItemToItem(Lookup<Vec<Key>>);

impl ItemToItem {
    /// Products kept per product.
    const NEIGHBORS: usize = 100;
    /// Clicks of a session that are paired, the last ones.
    const CLICKS_MAX: usize = 50;

    pub fn train(training: &[Recorded]) -> ItemToItem {
        let mut pairs: Lookup<Lookup<u32>> = Lookup::default();
        for recorded in training {
            let mut products: Vec<Key> = recorded.clicks.iter().rev().take(Self::CLICKS_MAX).map(|click| click.1).collect();
            products.sort();
            products.dedup();
            for &a in &products {
                let with = pairs.entry(a).or_default();
                for &b in products.iter().filter(|&&b| b != a) {
                    *with.entry(b).or_default() += 1;
                }
            }
        }
        let nearest = |with: Lookup<u32>| {
            let mut with: Vec<(Key, u32)> = with.into_iter().collect();
            with.sort_by_key(|&(product, count)| (std::cmp::Reverse(count), product));
            with.truncate(Self::NEIGHBORS);
            with.into_iter().map(|(product, _)| product).collect()
        };
        ItemToItem(pairs.into_iter().map(|(product, with)| (product, nearest(with))).collect())
    }
}

impl Recommender for ItemToItem {
    fn name(&self) -> &'static str {
        "item_to_item"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        out.clear();
        let with = question.session.last().and_then(|product| self.0.get(product));
        out.extend(with.into_iter().flatten().copied().filter(|&product| is_allowed(question, product)).take(question.count));
    }

    #[expect(clippy::iter_over_hash_type, reason = "a sum does not depend on its order")]
    fn bytes(&self) -> usize {
        let mut bytes = self.0.capacity() * size_of::<(Key, Vec<Key>)>();
        for with in self.0.values() {
            bytes += with.capacity() * size_of::<Key>();
        }
        bytes
    }
}

/// VS-kNN (Ludewig and Jannach 2018) as it is written down, with hash maps: linear weights of the session's clicks, the 500 latest sessions
/// that share a product, of these the 100 most similar, and their products weighed by rarity.
pub struct VsKnn {
    sessions: Vec<Vec<Key>>,
    with: Lookup<Vec<u32>>,
}

impl VsKnn {
    const NEIGHBORS: usize = 100;
    const SAMPLE: usize = 500;

    pub fn train(training: &[Recorded]) -> VsKnn {
        let mut order: Vec<&Recorded> = training.iter().collect();
        order.sort_by_key(|recorded| (recorded.end(), recorded.session));
        let mut plain = VsKnn { sessions: Vec::new(), with: Lookup::default() };
        for recorded in order {
            let mut products: Vec<Key> = recorded.clicks.iter().map(|click| click.1).collect();
            products.sort();
            products.dedup();
            for product in &products {
                plain.with.entry(*product).or_default().push(plain.sessions.len() as u32);
            }
            plain.sessions.push(products);
        }
        plain
    }
}

impl Recommender for VsKnn {
    fn name(&self) -> &'static str {
        "vs_knn"
    }

    fn recommend(&mut self, question: &Question<'_>, out: &mut Vec<Key>) {
        let mut weights: Vec<(Key, f64)> = Vec::new();
        for (place, &product) in question.session.iter().enumerate() {
            weights.retain(|known| known.0 != product);
            weights.push((product, (place + 1) as f64 / question.session.len() as f64));
        }
        let mut sessions: Vec<u32> = weights.iter().filter_map(|(product, _)| self.with.get(product)).flatten().copied().collect();
        sessions.sort_unstable_by_key(|&session| std::cmp::Reverse(session));
        sessions.dedup();
        sessions.truncate(Self::SAMPLE);
        let mut neighbors: Vec<(f64, u32)> = sessions
            .into_iter()
            .map(|session| {
                let products = &self.sessions[session as usize];
                let shared: f64 =
                    weights.iter().filter(|(product, _)| products.binary_search(product).is_ok()).map(|(_, weight)| weight).sum();
                (shared, session)
            })
            .collect();
        neighbors.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        neighbors.truncate(Self::NEIGHBORS);
        let mut scores: Lookup<f64> = Lookup::default();
        for (similarity, session) in neighbors {
            for &product in &self.sessions[session as usize] {
                *scores.entry(product).or_default() += similarity;
            }
        }
        let rarity = |product: Key| {
            let frequency = self.with.get(&product).map_or(1, Vec::len);
            crate::stats::ln(self.sessions.len() as f64 / frequency as f64)
        };
        let mut scores: Vec<(Key, f64)> = scores.into_iter().map(|(product, score)| (product, score * rarity(product))).collect();
        scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        out.clear();
        out.extend(scores.into_iter().map(|(product, _)| product).filter(|&product| is_allowed(question, product)).take(question.count));
    }

    #[expect(clippy::iter_over_hash_type, reason = "a sum does not depend on its order")]
    fn bytes(&self) -> usize {
        let mut bytes = self.with.capacity() * size_of::<(Key, Vec<u32>)>() + self.sessions.capacity() * size_of::<Vec<Key>>();
        bytes += self.sessions.iter().map(|products| products.capacity() * size_of::<Key>()).sum::<usize>();
        for with in self.with.values() {
            bytes += with.capacity() * size_of::<u32>();
        }
        bytes
    }
}

fn is_allowed(question: &Question<'_>, product: Key) -> bool {
    question.own_item == OwnItem::Allowed || question.session.last() != Some(&product)
}
