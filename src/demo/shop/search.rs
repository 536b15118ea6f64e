//! Token search over names, brands and categories: every word must match, a whole word before the start of one.

use crate::demo::data::Product;
use crate::demo::data::category_title;
use std::collections::BTreeMap;

/// Longest query that is looked at, in characters; the rest is ignored.
pub(super) const QUERY_CHARS_MAX: usize = 80;
/// Most words of a query that count.
const WORDS_MAX: usize = 8;
/// Most suggestions for a word nobody knows.
const SUGGESTIONS_MAX: usize = 4;

/// What shoppers say and the catalog calls otherwise.
const SYNONYMS: [(&str, &str); 12] = [
    ("laptop", "notebook"),
    ("smartphone", "phone"),
    ("mobile", "phone"),
    ("cell", "phone"),
    ("gpu", "graphics"),
    ("videocard", "graphics"),
    ("cpu", "processor"),
    ("television", "tv"),
    ("ssd", "drive"),
    ("hdd", "drive"),
    ("psu", "power"),
    ("earphone", "headphone"),
];

pub(super) struct SearchIndex {
    /// Each word with the products it stands for and its weight there.
    words: BTreeMap<String, Vec<(usize, u32)>>,
}

impl SearchIndex {
    pub fn build(products: &[Product]) -> SearchIndex {
        let mut words: BTreeMap<String, Vec<(usize, u32)>> = BTreeMap::new();
        for (at, product) in products.iter().enumerate() {
            let title = category_title(&product.category);
            let fields = [(product.brand.as_str(), 6), (product.noun, 5), (title.as_str(), 3), (product.name.as_str(), 2)];
            let mut weights: BTreeMap<String, u32> = BTreeMap::new();
            for (text, weight) in fields {
                for word in tokens(text) {
                    let best = weights.entry(word).or_default();
                    *best = (*best).max(weight);
                }
            }
            for (word, weight) in weights {
                words.entry(word).or_default().push((at, weight));
            }
        }
        SearchIndex { words }
    }

    /// Returns products by position in the catalog, the best first; `tie` orders equals, more first.
    pub fn find(&self, query: &str, tie: impl Fn(usize) -> u32) -> Vec<usize> {
        let mut found: Option<BTreeMap<usize, u32>> = None;
        for word in query_words(query) {
            let mut scores: BTreeMap<usize, u32> = BTreeMap::new();
            for (known, places) in self.words.range(word.clone()..).take_while(|(known, _)| known.starts_with(&word)) {
                let whole = if *known == word { 4 } else { 1 };
                for &(at, weight) in places {
                    let best = scores.entry(at).or_default();
                    *best = (*best).max(weight * whole);
                }
            }
            found = Some(match found {
                None => scores,
                Some(before) => before.into_iter().filter_map(|(at, score)| Some((at, score + scores.get(&at)?))).collect(),
            });
        }
        let mut ranked: Vec<(usize, u32)> = found.unwrap_or_default().into_iter().collect();
        ranked.sort_by_key(|&(at, score)| (std::cmp::Reverse(score), std::cmp::Reverse(tie(at)), at));
        ranked.into_iter().map(|(at, _)| at).collect()
    }

    /// Returns known words that are spelled nearly like the ones in a query that nothing matches.
    pub fn suggest(&self, query: &str) -> Vec<String> {
        let mut near: Vec<(usize, std::cmp::Reverse<usize>, &str)> = Vec::new();
        for word in query_words(query) {
            let allowed = if word.chars().count() < 5 { 1 } else { 2 };
            for (known, places) in self.words.iter().filter(|(known, _)| known.chars().any(char::is_alphabetic) && known.len() > 2) {
                let distance = edits(&word, known, allowed);
                if distance <= allowed {
                    near.push((distance, std::cmp::Reverse(places.len()), known));
                }
            }
        }
        near.sort();
        near.dedup_by_key(|(_, _, word)| *word);
        near.into_iter().take(SUGGESTIONS_MAX).map(|(_, _, word)| word.to_owned()).collect()
    }
}

fn query_words(query: &str) -> Vec<String> {
    let short: String = query.chars().take(QUERY_CHARS_MAX).collect();
    let as_cataloged = |word: String| SYNONYMS.iter().find(|(said, _)| *said == word).map_or(word, |(_, meant)| (*meant).to_owned());
    tokens(&short).take(WORDS_MAX).map(as_cataloged).collect()
}

/// Splits into lower-case words without the plural's s.
fn tokens(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(|word| {
        let word = word.to_lowercase();
        let is_plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
        if is_plural { word[..word.len() - 1].to_owned() } else { word }
    })
}

/// Returns the Levenshtein distance, or `allowed + 1` where the lengths alone forbid less.
fn edits(one: &str, other: &str, allowed: usize) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > allowed {
        return allowed + 1;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, against) in other.iter().enumerate() {
            let cost = diagonal + usize::from(letter != against);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
