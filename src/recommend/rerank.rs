//! Order for lists the shop already has, and products near to words.

use super::taste::Taste;
use crate::catalog::Catalog;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;

/// Items of a list that are ordered; the rest keeps its place.
const ITEMS_MAX: usize = 500;

/// Writes the shop's `items` to `out` in the order of this shopper's interests.
///
/// `strength` is the dial in 0..=1 (others are clamped, NaN counts as 0): 0 keeps the shop's order, 1 goes by interest alone with the
/// shop's order among equals. Products that the catalog does not know keep their place, and without any interest in the list everything
/// does. `out` is cleared first; it always holds exactly `items` in some order.
pub fn rerank(catalog: &Catalog, interests: &Interests, now: Timestamp, items: &[Key], strength: f64, out: &mut Vec<Key>) {
    out.clear();
    out.extend_from_slice(items);
    let strength = if strength.is_nan() { 0.0 } else { strength.clamp(0.0, 1.0) as f32 };
    let taste = Taste::new(catalog, interests, now);
    if strength == 0.0 || taste.is_empty() {
        return;
    }
    let last = items.len().min(ITEMS_MAX).saturating_sub(1).max(1) as f32;
    let mut places: Vec<usize> = Vec::with_capacity(items.len().min(ITEMS_MAX));
    let mut scored: Vec<(f32, Key)> = Vec::with_capacity(items.len().min(ITEMS_MAX));
    let mut interested = false;
    for (place, &item) in items.iter().enumerate().take(ITEMS_MAX) {
        if let Some(product) = catalog.product(item) {
            let fit = taste.fit(catalog, product).total;
            interested |= fit > 0.0;
            let base = 1.0 - place as f32 / last;
            places.push(place);
            scored.push(((1.0 - strength) * base + strength * fit, item));
        }
    }
    if !interested {
        return;
    }
    // Stable: the shop's order among equals.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (place, (_, item)) in places.into_iter().zip(scored) {
        out[place] = item;
    }
}

/// Returns up to `count` products in stock whose name, brand, category or attributes are near to `query`, nearest first.
///
/// Finds whole words, beginnings of words and misspelled words; the work is bounded whatever was typed.
pub fn nearest(catalog: &Catalog, query: &str, count: usize) -> Vec<Key> {
    scored_words(catalog, query).into_iter().take(count).map(|(_, key)| key).collect()
}

pub(super) fn scored_words(catalog: &Catalog, query: &str) -> Vec<(f32, Key)> {
    let products = catalog.products();
    let mut found: Vec<(f32, Key)> = catalog
        .words()
        .score(query)
        .into_iter()
        .filter_map(|(position, score)| products.get(position as usize).map(|product| (score, product)))
        .filter(|(_, product)| product.in_stock())
        .map(|(score, product)| (score, product.key))
        .collect();
    found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    found
}
