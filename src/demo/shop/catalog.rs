//! The catalog as the shop shows it: by category, by what real visitors looked at, and what they looked at together.

use super::search::SearchIndex;
use crate::demo::data;
use crate::demo::data::Product;
use crate::demo::data::RecordedKind;
use std::collections::BTreeMap;
use std::collections::HashMap;

/// A cart or a purchase says more than a look; chosen, not measured.
const INTENT_WEIGHT: u32 = 5;

pub(super) struct Catalog {
    products: &'static [Product],
    by_id: HashMap<&'static str, usize>,
    popularity: Vec<u32>,
    /// Every category and department with its products, the most popular first.
    categories: BTreeMap<&'static str, Vec<usize>>,
    /// For each product, those of other categories seen in the same recorded visits, most often first.
    together: HashMap<usize, Vec<usize>>,
    search: SearchIndex,
}

impl Catalog {
    pub fn load() -> Catalog {
        let products = data::products().as_slice();
        let by_id: HashMap<&str, usize> = products.iter().enumerate().map(|(at, product)| (product.id.as_str(), at)).collect();
        let mut popularity = vec![0; products.len()];
        let mut pairs: HashMap<usize, BTreeMap<usize, u32>> = HashMap::new();
        for session in data::sessions() {
            let mut seen: Vec<usize> = Vec::new();
            for event in &session.events {
                let Some(&at) = by_id.get(event.product.as_str()) else { continue };
                popularity[at] += if event.kind == RecordedKind::View { 1 } else { INTENT_WEIGHT };
                if !seen.contains(&at) {
                    seen.push(at);
                }
            }
            for &one in &seen {
                for &other in seen.iter().filter(|&&other| products[other].category != products[one].category) {
                    *pairs.entry(one).or_default().entry(other).or_default() += 1;
                }
            }
        }
        let together = pairs
            .into_iter()
            .map(|(one, counts)| {
                let mut others: Vec<(usize, u32)> = counts.into_iter().collect();
                others.sort_by_key(|&(other, count)| (std::cmp::Reverse(count), other));
                (one, others.into_iter().map(|(other, _)| other).collect())
            })
            .collect();
        let mut categories: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, product) in products.iter().enumerate() {
            for path in ancestry(&product.category) {
                categories.entry(path).or_default().push(at);
            }
        }
        for members in categories.values_mut() {
            members.sort_by_key(|&at| (std::cmp::Reverse(popularity[at]), at));
        }
        Catalog { products, by_id, popularity, categories, together, search: SearchIndex::build(products) }
    }

    pub fn product(&self, id: &str) -> Option<&'static Product> {
        self.by_id.get(id).map(|&at| &self.products[at])
    }

    pub fn search(&self) -> &SearchIndex {
        &self.search
    }

    /// Returns how much recorded visitors cared for a product; more is more.
    pub fn popularity(&self, product: &Product) -> u32 {
        self.by_id.get(product.id.as_str()).map_or(0, |&at| self.popularity[at])
    }

    /// Returns a category's products, the most popular first, or `None` for a category the shop does not have.
    pub fn category(&self, path: &str) -> Option<Vec<&'static Product>> {
        self.categories.get(path).map(|members| members.iter().map(|&at| &self.products[at]).collect())
    }

    /// Returns the paths directly below a category (or the departments, below `""`), the largest first, with their sizes.
    pub fn children(&self, path: &str) -> Vec<(&'static str, usize)> {
        let depth = if path.is_empty() { 0 } else { path.matches('.').count() + 1 };
        let is_child = |code: &str| code.matches('.').count() == depth && (path.is_empty() || code.starts_with(&format!("{path}.")));
        let mut children: Vec<_> =
            self.categories.iter().filter(|(code, _)| is_child(code)).map(|(code, members)| (*code, members.len())).collect();
        children.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
        children
    }

    /// Returns the most popular product of each of the most looked-at categories, so that a shelf shows the breadth of the shop.
    pub fn popular(&self, skip: usize, count: usize) -> Vec<&'static Product> {
        let mut order: Vec<usize> =
            (0..self.products.len()).filter(|&at| self.products[at].stock > 0 && !self.products[at].is_part()).collect();
        order.sort_by_key(|&at| (std::cmp::Reverse(self.popularity[at]), at));
        let mut nouns = Vec::new();
        let distinct = order.into_iter().map(|at| &self.products[at]).filter(|product| {
            let is_first = !nouns.contains(&product.noun);
            if is_first {
                nouns.push(product.noun);
            }
            is_first
        });
        distinct.skip(skip).take(count).collect()
    }

    /// Returns the latest products, one of a kind, by the order in which the recorded shop listed them.
    pub fn newest(&self, count: usize) -> Vec<&'static Product> {
        let mut newest: Vec<&'static Product> = Vec::new();
        for product in self.products.iter().rev().filter(|product| product.stock > 0 && !product.is_part() && !product.brand.is_empty()) {
            if newest.len() == count {
                break;
            }
            if newest.iter().all(|chosen| chosen.noun != product.noun) {
                newest.push(product);
            }
        }
        newest
    }

    /// Returns products of the same kind, nearest in price first.
    pub fn related(&self, product: &Product, count: usize) -> Vec<&'static Product> {
        let mut others: Vec<&'static Product> = self.category(&product.category).unwrap_or_default();
        others.retain(|other| other.id != product.id && other.stock > 0);
        let distance = |other: &Product| {
            let brand = if other.brand == product.brand { 0 } else { product.price_minor / 8 };
            let kind = if other.noun == product.noun { 0 } else { product.price_minor * 4 };
            (other.price_minor - product.price_minor).abs() + brand + kind
        };
        others.sort_by_key(|other| (distance(other), other.id.clone()));
        self.filled(others, &product.category, &[product.id.as_str()], count)
    }

    /// Returns products of other kinds that visitors looked at together with these.
    pub fn goes_with(&self, ids: &[&str], count: usize) -> Vec<&'static Product> {
        let known: Vec<usize> = ids.iter().filter_map(|id| self.by_id.get(id).copied()).collect();
        let seen_together = known.iter().filter_map(|at| self.together.get(at)).flatten().map(|&at| &self.products[at]);
        let mut chosen: Vec<&'static Product> = Vec::new();
        for product in seen_together {
            if product.stock > 0 && chosen.iter().all(|other| other.id != product.id && other.noun != product.noun) {
                chosen.push(product);
            }
        }
        let category = known.first().map_or("computers", |&at| self.products[at].category.as_str());
        let department = category.rsplit_once('.').map_or(category, |(parent, _)| parent);
        // Two of a kind complete nothing, so the filling holds each kind once and none that is there already.
        let mut nouns: Vec<&str> =
            known.iter().map(|&at| self.products[at].noun).chain(chosen.iter().map(|product| product.noun)).collect();
        for product in self.category(department).unwrap_or_default() {
            if chosen.len() < count && product.stock > 0 && !nouns.contains(&product.noun) {
                nouns.push(product.noun);
                chosen.push(product);
            }
        }
        self.filled(chosen, department, ids, count)
    }

    /// Returns what is wanted in a category, in the departments above it, and in the shop, without these.
    pub fn popular_in(&self, category: &str, not: &[&str], count: usize) -> Vec<&'static Product> {
        self.filled(Vec::new(), category, not, count)
    }

    /// Cuts a list to `count`, or fills it up from the category, its parents, and then the shop's popular products.
    fn filled(&self, mut chosen: Vec<&'static Product>, category: &str, not: &[&str], count: usize) -> Vec<&'static Product> {
        chosen.retain(|product| !not.contains(&product.id.as_str()));
        chosen.truncate(count);
        let mut paths: Vec<&str> = ancestry(category).collect();
        paths.reverse();
        let near = paths.into_iter().filter_map(|path| self.category(path)).flatten();
        for product in near.chain(self.popular(0, count + not.len() + 6)) {
            if chosen.len() >= count {
                break;
            }
            let is_fresh = !not.contains(&product.id.as_str()) && chosen.iter().all(|other| other.id != product.id);
            if is_fresh && product.stock > 0 {
                chosen.push(product);
            }
        }
        chosen
    }
}

/// Returns a path and all its parents: `a.b.c` gives `a`, `a.b`, `a.b.c`.
pub(super) fn ancestry(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('.').map(|(at, _)| &path[..at]).chain(std::iter::once(path))
}
