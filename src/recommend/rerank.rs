//! Order for lists the shop already has, and products near to words.

use super::Foresight;
use super::Likely;
use super::taste::Taste;
use crate::catalog::Catalog;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;

/// Items of a list that are ordered; the rest keeps its place.
const ITEMS_MAX: usize = 500;
/// How much a product that other visits went on to from this one counts as one of interest.
const LIKELY: f32 = 0.5;
/// Among items whose order is on screen, one overtakes another only by more than this. Chosen: about two views of another category; what
/// is closer than that goes to and fro.
const MARGIN: f32 = 0.06;

/// A list to put into another order.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    pub catalog: &'a Catalog,
    pub interests: &'a Interests,
    /// What other visits say comes next.
    pub foresight: Option<&'a Foresight>,
    pub now: Timestamp,
    /// The shop's own order.
    pub items: &'a [Key],
    /// The order that is on screen, if it is another one.
    pub shown: Option<&'a [Key]>,
    /// 0..=1 (others are clamped, NaN counts as 0): 0 keeps the shop's order, 1 goes by interest alone with the shop's order among equals.
    pub strength: f64,
}

/// Writes the items of a list to `out` in the order of this shopper's interests, and of what visits like this one went on to.
///
/// Products that the catalog does not know keep their place, and without any interest in the list everything does. Where another order
/// is on screen already, it stays but for what has become clearly better; the same question again changes nothing. `out` is cleared
/// first; it always holds exactly the items in some order.
pub fn rerank(list: &Listing<'_>, out: &mut Vec<Key>) {
    let Listing { catalog, items, .. } = *list;
    out.clear();
    out.extend_from_slice(items);
    let strength = if list.strength.is_nan() { 0.0 } else { list.strength.clamp(0.0, 1.0) as f32 };
    let taste = Taste::new(catalog, list.interests, list.now);
    let next: &[Likely] = list.foresight.map_or(&[], |foresight| &foresight.next);
    if strength == 0.0 || taste.is_empty() && next.is_empty() {
        return;
    }
    let last = items.len().min(ITEMS_MAX).saturating_sub(1).max(1) as f32;
    let mut places: Vec<usize> = Vec::with_capacity(items.len().min(ITEMS_MAX));
    let mut scored: Vec<(f32, Key)> = Vec::with_capacity(items.len().min(ITEMS_MAX));
    let mut interested = false;
    for (place, &item) in items.iter().enumerate().take(ITEMS_MAX) {
        if let Some(product) = catalog.product(item) {
            let likely =
                next.iter().find(|likely| likely.product == item).map_or(0.0, |likely| f32::from(likely.score) / f32::from(u16::MAX));
            let fit = (taste.fit(catalog, product).total + LIKELY * likely).min(1.0);
            interested |= fit > 0.0;
            let base = 1.0 - place as f32 / last;
            places.push(place);
            scored.push(((1.0 - strength) * base + strength * fit, item));
        }
    }
    if !interested {
        return;
    }
    match list.shown.and_then(|shown| as_shown(&scored, shown)) {
        Some(mut shown) => {
            overtake(&mut shown);
            scored = shown;
        }
        // Stable: the shop's order among equals.
        None => scored.sort_by(|a, b| b.0.total_cmp(&a.0)),
    }
    for (place, (_, item)) in places.into_iter().zip(scored) {
        out[place] = item;
    }
}

/// The scored items in the order that is on screen; `None` if that is an order of other items.
fn as_shown(scored: &[(f32, Key)], shown: &[Key]) -> Option<Vec<(f32, Key)>> {
    let mut by_key: Vec<(Key, f32)> = scored.iter().map(|&(score, item)| (item, score)).collect();
    by_key.sort_unstable_by_key(|entry| entry.0);
    let score = |item: Key| by_key.binary_search_by_key(&item, |entry| entry.0).ok().and_then(|place| by_key.get(place));
    let ordered: Vec<(f32, Key)> = shown.iter().filter_map(|&item| score(item).map(|entry| (entry.1, item))).collect();
    (ordered.len() == scored.len()).then_some(ordered)
}

/// Lets each item, from the first on, pass those before it that it is clearly better than. Neighbors are then within the margin or in
/// order, so a second time nothing moves.
fn overtake(items: &mut [(f32, Key)]) {
    for next in 1..items.len() {
        let mut place = next;
        while place > 0 && items[place].0 > items[place - 1].0 + MARGIN {
            items.swap(place, place - 1);
            place -= 1;
        }
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
