//! Which products a word leads to: exact, by its beginning, or by likeness of spelling.

use super::Product;
use crate::model::Key;
use std::collections::BTreeMap;

/// Index of the words in names, brands, categories and attributes of a catalog.
///
/// A lookup does a bounded amount of work, whatever was typed.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// Sorted.
    words: Vec<Box<str>>,
    /// `postings[starts[i]..starts[i + 1]]` are the positions of the products with word i, ascending.
    starts: Vec<u32>,
    postings: Vec<u32>,
    /// Three letters packed into a number, then the number of a word that has them; sorted.
    trigrams: Vec<(u64, u32)>,
    products: usize,
}

impl Words {
    /// Words of a query that count; the rest is ignored.
    pub const QUERY_WORDS_MAX: usize = 8;
    /// Known words one query word may lead to.
    const MATCHES_MAX: usize = 24;
    /// Positions taken from one word. A word in more products than this says little.
    const POSTINGS_MAX: usize = 2_048;
    /// Entries read per trigram.
    const TRIGRAM_MAX: usize = 1_024;
    /// Share of common trigrams (Dice) from which a different spelling counts. Chosen: one wrong letter in six passes, two do not.
    const LIKENESS_MIN: f32 = 0.4;

    pub(super) fn build<'a>(products: &[Product], label: impl Fn(Key) -> Option<&'a str>) -> Words {
        let mut lists: BTreeMap<Box<str>, Vec<u32>> = BTreeMap::new();
        for (index, product) in products.iter().enumerate() {
            let texts = [&*product.name, &*product.brand_name, &*product.category_path, label(product.category).unwrap_or("")];
            for text in texts.into_iter().chain(product.attributes.iter().map(|(_, text)| &**text)) {
                for word in tokens(text) {
                    let list = lists.entry(word.into_boxed_str()).or_default();
                    if list.last() != Some(&(index as u32)) {
                        list.push(index as u32);
                    }
                }
            }
        }
        let mut built = Words { starts: vec![0], products: products.len(), ..Words::default() };
        for (number, (word, list)) in lists.into_iter().enumerate() {
            for trigram in trigrams(&word) {
                built.trigrams.push((trigram, number as u32));
            }
            built.postings.extend(list);
            built.starts.push(built.postings.len() as u32);
            built.words.push(word);
        }
        built.trigrams.sort_unstable();
        built.trigrams.dedup();
        built
    }

    /// Number of different words.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Scores positions of products for a query, in ascending order of position. Rare words weigh more; a product is scored by every
    /// query word it matches, each at its best.
    pub fn score(&self, query: &str) -> Vec<(u32, f32)> {
        let mut total: Vec<(u32, f32)> = Vec::new();
        for word in tokens(query).take(Self::QUERY_WORDS_MAX) {
            let mut hits: Vec<(u32, f32)> = Vec::new();
            for (number, likeness) in self.matches(&word) {
                let list = self.list(number);
                // The fourth root is gentler than the usual logarithm and exact on every machine.
                let rarity = (self.products as f32 / list.len().max(1) as f32).sqrt().sqrt();
                hits.extend(list.iter().take(Self::POSTINGS_MAX).map(|&position| (position, likeness * rarity)));
            }
            hits.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
            hits.dedup_by_key(|hit| hit.0);
            total.extend(hits);
        }
        // A stable sort keeps the order of the query's words, so the sums are the same everywhere.
        total.sort_by_key(|hit| hit.0);
        total.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        total
    }

    /// Known words that `word` may mean with how sure that is, 0..=1.
    fn matches(&self, word: &str) -> Vec<(u32, f32)> {
        let from = self.words.partition_point(|known| &**known < word);
        let mut found: Vec<(u32, f32)> = Vec::new();
        for (offset, known) in self.words[from..].iter().take(Self::MATCHES_MAX).enumerate() {
            if !known.starts_with(word) {
                break;
            }
            found.push(((from + offset) as u32, word.len() as f32 / known.len() as f32));
        }
        if found.first().is_none_or(|(_, likeness)| *likeness < 1.0) {
            found.extend(self.alike(word));
        }
        found
    }

    fn alike(&self, word: &str) -> Vec<(u32, f32)> {
        let own = trigrams(word);
        let mut common: Vec<u32> = Vec::new();
        for &trigram in &own {
            let from = self.trigrams.partition_point(|entry| entry.0 < trigram);
            common.extend(self.trigrams[from..].iter().take(Self::TRIGRAM_MAX).take_while(|entry| entry.0 == trigram).map(|entry| entry.1));
        }
        common.sort_unstable();
        let mut found: Vec<(u32, f32)> = Vec::new();
        for run in common.chunk_by(|a, b| a == b) {
            let number = run[0];
            let theirs = trigrams(&self.words[number as usize]).len();
            let likeness = 2.0 * run.len() as f32 / (own.len() + theirs) as f32;
            if likeness >= Self::LIKENESS_MIN {
                found.push((number, likeness * 0.8));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(Self::MATCHES_MAX);
        found
    }

    fn list(&self, number: u32) -> &[u32] {
        let number = number as usize;
        &self.postings[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

/// Splits a text into lowercase words of letters and digits. Words are cut at 24 letters.
pub fn tokens(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().flat_map(char::to_lowercase).take(24).collect())
}

/// Distinct trigrams of a word with a mark at both ends.
fn trigrams(word: &str) -> Vec<u64> {
    let mut letters = vec![0_u64];
    letters.extend(word.chars().map(u64::from));
    letters.push(0);
    let mut found: Vec<u64> = letters.windows(3).map(|w| (w[0] << 42) | (w[1] << 21) | w[2]).collect();
    found.sort_unstable();
    found.dedup();
    found
}
