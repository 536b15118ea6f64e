//! The list being filled: who may stand on it, and beside whom.

use super::Ask;
use super::Model;
use super::Pick;
use super::Reason;
use crate::catalog::Product;
use crate::model::Key;
use smallvec::SmallVec;

/// A product that could be picked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub product: &'a Product,
    pub score: f32,
    pub reason: Reason,
}

/// At most this many of one brand ...
const BRAND_MAX: usize = 3;
/// ... in any so many in a row.
const BRAND_WINDOW: usize = 6;

pub(super) struct Shelf<'a, 'b> {
    ask: &'b Ask<'a>,
    model: &'b Model,
    out: &'b mut SmallVec<[Pick; 8]>,
    /// Brands of the picks made here.
    brands: SmallVec<[Key; 16]>,
    start: usize,
    want: usize,
    /// Products seen may be picked.
    pub seen: bool,
}

impl<'a, 'b> Shelf<'a, 'b> {
    pub(super) fn new(model: &'b Model, ask: &'b Ask<'a>, out: &'b mut SmallVec<[Pick; 8]>, seen: bool) -> Self {
        let start = out.len();
        Shelf { ask, model, out, brands: SmallVec::new(), start, want: ask.count.min(Ask::COUNT_MAX), seen }
    }

    pub(super) fn is_full(&self) -> bool {
        self.brands.len() >= self.want
    }

    pub(super) fn may_pick(&self, product: &Product) -> bool {
        let key = product.key;
        product.in_stock()
            && self.ask.product != Some(key)
            && !self.ask.exclude.contains(&key)
            && !self.ask.cart.lines.iter().any(|line| line.product == key)
            && (self.seen || !self.ask.seen.iter().take(Ask::SEEN_MAX).any(|seen| *seen == key))
            && !self.out[self.start..].iter().any(|pick| pick.product == key)
    }

    /// Picks the best of `candidates` until the shelf is full. Scores of the same product add up; its reason is that of the largest.
    /// Candidates that would crowd their brand wait until there is room again.
    pub(super) fn fill(&mut self, candidates: &mut Vec<Candidate<'a>>) {
        candidates.retain(|candidate| self.may_pick(candidate.product));
        candidates.sort_by(|a, b| a.product.key.cmp(&b.product.key).then(b.score.total_cmp(&a.score)));
        candidates.dedup_by(|next, kept| {
            let same = next.product.key == kept.product.key;
            if same {
                kept.score += next.score;
            }
            same
        });
        let model = self.model;
        candidates.sort_by(|a, b| {
            let popularity = |candidate: &Candidate<'_>| model.popularity(candidate.product.key);
            b.score.total_cmp(&a.score).then_with(|| popularity(b).total_cmp(&popularity(a))).then(a.product.key.cmp(&b.product.key))
        });
        while !self.is_full() {
            let Some(index) = candidates.iter().position(|candidate| !self.is_crowded(candidate.product.brand)) else { break };
            let best = candidates.remove(index);
            self.put(&best);
        }
        candidates.clear();
    }

    /// Picks without regard to brands.
    pub(super) fn put(&mut self, candidate: &Candidate<'a>) {
        self.brands.push(candidate.product.brand);
        self.out.push(Pick { product: candidate.product.key, score: candidate.score, reason: candidate.reason });
    }

    fn is_crowded(&self, brand: Key) -> bool {
        let recent = self.brands.iter().rev().take(BRAND_WINDOW - 1);
        !brand.is_none() && recent.filter(|known| **known == brand).count() >= BRAND_MAX
    }
}
