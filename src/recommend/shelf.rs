//! The list being filled: who may stand on it, and beside whom.

use super::Ask;
use super::Pick;
use super::Reason;
use super::Rotate;
use super::Strategy;
use super::rules::first_of;
use super::trends::Wanted;
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
    wanted: Wanted<'b>,
    out: &'b mut SmallVec<[Pick; 8]>,
    /// Brands of the picks made here, pinned ones included.
    brands: SmallVec<[Key; 16]>,
    start: usize,
    /// Places that are pinned.
    pinned: usize,
    want: usize,
    /// Products seen may be picked.
    pub seen: bool,
    /// Whose turn it is.
    pub strategy: Strategy,
}

impl<'a, 'b> Shelf<'a, 'b> {
    pub(super) fn new(wanted: Wanted<'b>, ask: &'b Ask<'a>, out: &'b mut SmallVec<[Pick; 8]>) -> Self {
        let start = out.len();
        // A list that turns takes its products from twice as many.
        let want = ask.count.min(Ask::COUNT_MAX) * if ask.rules.rotate == Rotate::Never { 1 } else { 2 };
        let (brands, strategy) = (SmallVec::new(), Strategy::default());
        Shelf { ask, wanted, out, brands, start, pinned: 0, want, seen: true, strategy }
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
            && !self.ask.rules.excludes(self.ask.catalog, product)
    }

    /// Puts what is pinned in front. That a shopper has seen it is no reason against it.
    pub(super) fn pin(&mut self) {
        let count = self.ask.count.min(Ask::COUNT_MAX);
        for product in self.ask.rules.pin.iter().filter_map(|key| self.ask.catalog.product(*key)) {
            if self.pinned < count && self.may_pick(product) {
                self.put(&Candidate { product, score: 0.0, reason: Reason::Pinned });
                self.pinned += 1;
            }
        }
    }

    /// Leaves as many as were asked for, beginning behind the pinned ones where the turn says.
    pub(super) fn turn(self) {
        let count = self.ask.count.min(Ask::COUNT_MAX);
        if self.ask.rules.rotate != Rotate::Never
            && let Some(free) = self.out.get_mut(self.start + self.pinned..)
            && !free.is_empty()
        {
            free.rotate_left(first_of(self.ask.turn, free.len()));
        }
        self.out.truncate(self.start + count);
    }

    /// Picks the best of `candidates` until the shelf is full. Scores of the same product add up; its reason is that of the largest.
    /// Candidates that would crowd their brand wait until there is room again.
    pub(super) fn fill(&mut self, candidates: &mut Vec<Candidate<'a>>) {
        candidates.retain(|candidate| self.may_pick(candidate.product));
        if !self.ask.rules.weigh.is_empty() {
            candidates.iter_mut().for_each(|candidate| candidate.score *= self.ask.rules.weight(self.ask.catalog, candidate.product));
        }
        candidates.sort_by(|a, b| a.product.key.cmp(&b.product.key).then(b.score.total_cmp(&a.score)));
        candidates.dedup_by(|next, kept| {
            let same = next.product.key == kept.product.key;
            if same {
                kept.score += next.score;
            }
            same
        });
        let wanted = self.wanted;
        candidates.sort_by(|a, b| {
            let popularity = |candidate: &Candidate<'_>| wanted.popularity(candidate.product.key);
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
        self.out.push(Pick { product: candidate.product.key, score: candidate.score, reason: candidate.reason, strategy: self.strategy });
    }

    fn is_crowded(&self, brand: Key) -> bool {
        let recent = self.brands.iter().rev().take(BRAND_WINDOW - 1);
        let most = self.ask.rules.per_brand.unwrap_or(usize::MAX);
        let of_brand = || self.brands.iter().filter(|known| **known == brand).count();
        !brand.is_none() && (recent.filter(|known| **known == brand).count() >= BRAND_MAX || of_brand() >= most)
    }
}
