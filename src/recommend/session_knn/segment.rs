//! Sessions that do not change any more, with the postings of their products.

use super::SESSION_PRODUCTS_MAX;

/// A session as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row<'a> {
    pub key: u64,
    /// Second of the last click.
    pub time: u32,
    /// Numbers of distinct products in the order of their last click.
    pub products: &'a [u32],
}

/// Immutable sessions, the longest silent first. Everything is a flat array: there are no pointers to follow.
#[derive(Debug, Default)]
pub(super) struct Segment {
    keys: Box<[u64]>,
    /// One more than sessions.
    heads: Box<[Head]>,
    products: Box<[u32]>,
    /// Sessions in order of their keys.
    by_key: Box<[u32]>,
    /// Products with postings, ascending, and where their postings begin; one more start than products. Where most products have some,
    /// there is a start for each product number and this is empty.
    posted: Box<[u32]>,
    starts: Box<[u32]>,
    /// Sessions of each product, the latest first.
    postings: Box<[u32]>,
}

/// Second of the last click and where the products begin, side by side because a candidate needs both.
#[derive(Debug, Clone, Copy, Default)]
struct Head {
    time: u32,
    start: u32,
}

impl Segment {
    /// Sessions kept per product, the latest. More than four times what one question may sample, so that sessions that moved on into a
    /// later segment do not thin the sample out.
    pub const POSTINGS_MAX: usize = 4_096;

    /// Builds from sessions in order of their last click. `numbers` is a buffer of zeros per product, grown as needed and left so.
    pub fn build<'a>(rows: impl Iterator<Item = Row<'a>>, numbers: &mut Vec<u32>) -> Segment {
        let (mut keys, mut heads, mut products) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            debug_assert!(row.products.len() <= SESSION_PRODUCTS_MAX);
            keys.push(row.key);
            heads.push(Head { time: row.time, start: products.len() as u32 });
            products.extend_from_slice(row.products);
        }
        heads.push(Head { time: u32::MAX, start: products.len() as u32 });
        let mut posted = Vec::new();
        for &product in &products {
            let product = product as usize;
            if numbers.len() <= product {
                numbers.resize(product + 1, 0);
            }
            if numbers[product] == 0 {
                posted.push(product as u32);
            }
            numbers[product] += 1;
        }
        let all = posted.iter().max().map_or(0, |&most| most as usize + 1);
        let is_dense = posted.len() * 2 > all;
        if is_dense {
            posted.clear();
            posted.extend(0..all as u32);
        } else {
            posted.sort_unstable();
        }
        let mut starts = Vec::with_capacity(posted.len() + 1);
        let mut total = 0;
        for (rank, &product) in posted.iter().enumerate() {
            starts.push(total);
            total += numbers[product as usize].min(Self::POSTINGS_MAX as u32);
            numbers[product as usize] = rank as u32;
        }
        starts.push(total);
        let mut free = starts.clone();
        let mut postings = vec![0; total as usize];
        for session in (0..keys.len()).rev() {
            for &product in &products[heads[session].start as usize..heads[session + 1].start as usize] {
                let rank = numbers[product as usize] as usize;
                if free[rank] < starts[rank + 1] {
                    postings[free[rank] as usize] = session as u32;
                    free[rank] += 1;
                }
            }
        }
        for &product in &posted {
            numbers[product as usize] = 0;
        }
        let mut by_key: Vec<u32> = (0..keys.len() as u32).collect();
        by_key.sort_unstable_by_key(|&session| (keys[session as usize], session));
        Segment {
            keys: keys.into(),
            heads: heads.into(),
            products: products.into(),
            by_key: by_key.into(),
            posted: if is_dense { Box::default() } else { posted.into() },
            starts: starts.into(),
            postings: postings.into(),
        }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Second of the latest click; 0 without sessions.
    pub fn latest(&self) -> u32 {
        self.len().checked_sub(1).map_or(0, |last| self.time(last))
    }

    pub fn time(&self, session: usize) -> u32 {
        self.heads[session].time
    }

    /// Second of the last click, where the products begin, and how many there are.
    pub fn head(&self, session: usize) -> (u32, u32, usize) {
        let (head, next) = (self.heads[session], self.heads[session + 1]);
        (head.time, head.start, (next.start - head.start) as usize)
    }

    /// The products of a session by what its head says.
    pub fn products_at(&self, start: u32, length: u8) -> &[u32] {
        &self.products[start as usize..][..usize::from(length)]
    }

    pub fn products(&self, session: usize) -> &[u32] {
        &self.products[self.heads[session].start as usize..self.heads[session + 1].start as usize]
    }

    pub fn row(&self, session: usize) -> Row<'_> {
        Row { key: self.keys[session], time: self.time(session), products: self.products(session) }
    }

    /// Sessions with a product, the latest first.
    pub fn with(&self, product: u32) -> &[u32] {
        let rank = match self.posted.is_empty() {
            true => product as usize,
            false => self.posted.binary_search(&product).unwrap_or(usize::MAX - 1),
        };
        match (self.starts.get(rank), self.starts.get(rank + 1)) {
            (Some(&from), Some(&to)) => &self.postings[from as usize..to as usize],
            _ => &[],
        }
    }

    /// The latest session with a key.
    pub fn find(&self, key: u64) -> Option<usize> {
        let after = self.by_key.partition_point(|&session| self.keys[session as usize] <= key);
        let session = *self.by_key.get(after.checked_sub(1)?)? as usize;
        (self.keys[session] == key).then_some(session)
    }

    pub fn bytes(&self) -> usize {
        let words = self.products.len() + self.by_key.len() + self.posted.len() + self.starts.len() + self.postings.len();
        size_of_val(&*self.keys) + size_of_val(&*self.heads) + 4 * words
    }
}
