//! Buffers of one reader, kept between questions so that none allocates.

use super::Scored;
use crate::model::Key;

/// Working memory of [`Index::predict`](super::Index::predict). One per thread; any index may use it.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) candidates: Candidates,
    pub(super) neighbors: Vec<Neighbor>,
    pub(super) scores: Sums,
    pub(super) hops: Sums,
    pub(super) ranked: Vec<(f64, u32)>,
    /// The best scores of `ranked`, the best first.
    pub(super) leaders: Vec<f64>,
    pub(super) starts: Vec<(f64, u32)>,
}

impl Scratch {
    pub(super) fn fit(&mut self, products: usize, candidates: usize) {
        self.scores.fit(products);
        self.hops.fit(products);
        self.candidates.fit(candidates);
    }

    /// Moves the best of `ranked` to `out`, by score and then by key. `session` is the asking one, the latest first.
    pub(super) fn rank(&mut self, count: usize, key: impl Fn(u32) -> Key, session: &[u32], out: &mut Vec<Scored>) {
        let best = &mut self.starts;
        best.clear();
        for &(score, product) in &self.ranked {
            if best.len() == count && best.last().is_none_or(|last| score < last.0) {
                continue;
            }
            let before = |other: &(f64, u32)| other.0 > score || other.0 == score && key(other.1) < key(product);
            let place = best.partition_point(before);
            if place < count {
                best.truncate(count - 1);
                best.insert(place, (score, product));
            }
        }
        out.extend(best.iter().map(|&(score, product)| {
            let because = if session.contains(&product) { product } else { session[self.scores.because(product) as usize] };
            Scored { product: key(product), score, because: key(because) }
        }));
    }
}

/// A session that may vote. 16 bytes: hundreds are put in order for each question.
#[derive(Debug, Clone, Copy)]
pub(super) struct Neighbor {
    /// Similarity in the upper half, as its bits, which order like the number; session number in the lower.
    pub rank: u64,
    /// Where its products begin in its segment.
    pub start: u32,
    /// Number of the part. There are few: each is less than half of the one before it.
    pub part: u8,
    pub length: u8,
    /// Place of the anchor in the asking session.
    pub matched: u8,
}

impl Neighbor {
    pub fn similarity(&self) -> f32 {
        f32::from_bits((self.rank >> 32) as u32)
    }
}

/// Sums per product number, with the list of those that are not zero.
#[derive(Debug, Default)]
pub(super) struct Sums {
    sums: Vec<Sum>,
    touched: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    total: u64,
    /// The largest amount, above the place in the asking session it came through, which is inverted: ties go to the latest product,
    /// whatever the order of the amounts.
    strongest: u64,
}

/// Bits of a place in the asking session.
const PLACE_BITS: u32 = 8;
const PLACE_MASK: u64 = (1 << PLACE_BITS) - 1;

impl Sums {
    fn fit(&mut self, products: usize) {
        if self.sums.len() < products {
            self.sums.resize(products, Sum::default());
        }
    }

    /// Adds an amount that comes through the product at `place` of the asking session.
    pub fn add(&mut self, product: u32, amount: u64, place: u32) {
        let sum = &mut self.sums[product as usize];
        if sum.total == 0 {
            self.touched.push(product);
        }
        // A contribution too small to count still makes the product a candidate.
        let amount = amount.max(1);
        sum.total += amount;
        sum.strongest = sum.strongest.max(amount << PLACE_BITS | (PLACE_MASK - u64::from(place)));
    }

    pub fn get(&self, product: u32) -> u64 {
        self.sums[product as usize].total
    }

    /// Place in the asking session that the largest amount came through.
    pub fn because(&self, product: u32) -> u32 {
        (PLACE_MASK - (self.sums[product as usize].strongest & PLACE_MASK)) as u32
    }

    pub fn contains(&self, product: u32) -> bool {
        self.get(product) > 0
    }

    pub fn touched(&self) -> &[u32] {
        &self.touched
    }

    pub fn clear(&mut self) {
        for product in self.touched.drain(..) {
            self.sums[product as usize] = Sum::default();
        }
    }
}

/// Sessions that share a product with the asking one: a hash table with open addresses, emptied by the list of its full places.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    slots: Vec<Slot>,
    /// Places in use for this question less one: few products need few, which stay in the nearest cache.
    mask: usize,
    full: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// Session number and one; 0 is a free place.
    session: u32,
    shared: f32,
    anchor: u32,
}

impl Candidates {
    fn fit(&mut self, sessions: usize) {
        let places = (sessions * 2).next_power_of_two();
        self.mask = places - 1;
        if self.slots.len() < places {
            self.slots = vec![Slot::default(); places];
        }
    }

    pub fn add(&mut self, session: u32, weight: f32, anchor: u32) {
        let mask = self.mask;
        // Fibonacci hashing: neighboring numbers fall far apart.
        let mut place = (u64::from(session).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask;
        loop {
            let slot = &mut self.slots[place];
            if slot.session == session + 1 {
                slot.shared += weight;
                return;
            }
            if slot.session == 0 {
                *slot = Slot { session: session + 1, shared: weight, anchor };
                self.full.push(place as u32);
                return;
            }
            place = (place + 1) & mask;
        }
    }

    /// Visits all in the order they came, and is empty.
    pub fn drain(&mut self, mut visit: impl FnMut(u32, f32, u32)) {
        for place in self.full.drain(..) {
            let slot = std::mem::take(&mut self.slots[place as usize]);
            visit(slot.session - 1, slot.shared, slot.anchor);
        }
    }
}
