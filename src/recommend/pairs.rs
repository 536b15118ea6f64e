//! Which things occur in the same sessions: counted in bounded memory, kept as the nearest few.

use super::Lookup;
use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;

/// Counts unordered pairs of small numbers.
#[derive(Debug, Default)]
pub(super) struct PairCounts {
    fresh: Vec<u64>,
    /// Sorted by pair.
    counted: Vec<(u64, u32)>,
    singles: Vec<u32>,
}

/// Pairs counted one by one before they are folded together.
const FRESH_MAX: usize = 1 << 21;
/// Distinct pairs kept. Beyond it the rarest are forgotten, which only ever lowers counts.
const COUNTED_MAX: usize = 1 << 22;

impl PairCounts {
    pub(super) fn new(things: usize) -> PairCounts {
        PairCounts { singles: vec![0; things], ..PairCounts::default() }
    }

    /// Counts every pair of `things`, which must be distinct.
    pub(super) fn add(&mut self, things: &[u32]) {
        for (index, &a) in things.iter().enumerate() {
            if let Some(single) = self.singles.get_mut(a as usize) {
                *single += 1;
            }
            for &b in &things[index + 1..] {
                self.fresh.push((u64::from(a.min(b)) << 32) | u64::from(a.max(b)));
            }
        }
        if self.fresh.len() >= FRESH_MAX {
            self.fold();
        }
    }

    fn fold(&mut self) {
        self.fresh.sort_unstable();
        let mut folded: Vec<(u64, u32)> = Vec::with_capacity(self.counted.len());
        let mut old = self.counted.iter().copied().peekable();
        for run in self.fresh.chunk_by(|a, b| a == b) {
            while let Some(entry) = old.next_if(|entry| entry.0 < run[0]) {
                folded.push(entry);
            }
            let before = old.next_if(|entry| entry.0 == run[0]).map_or(0, |entry| entry.1);
            folded.push((run[0], before.saturating_add(run.len() as u32)));
        }
        folded.extend(old);
        let mut rare = 1;
        while folded.len() > COUNTED_MAX {
            folded.retain(|entry| entry.1 > rare);
            rare += 1;
        }
        self.counted = folded;
        self.fresh.clear();
    }

    /// Keeps the `keep` nearest of each thing. `support` is the fewest sessions that make a neighbor; `key` names a thing.
    ///
    /// Nearness is the cosine of two things' sessions, c / sqrt(a b), times c / (c + 2), which holds back pairs seen once or twice.
    pub(super) fn neighbors(mut self, support: u32, keep: usize, key: impl Fn(u32) -> Key) -> Neighbors {
        self.fold();
        let mut all: Vec<(u32, f32, Key)> = Vec::with_capacity(self.counted.len() * 2);
        for &(pair, count) in self.counted.iter().filter(|entry| entry.1 >= support) {
            let (a, b) = ((pair >> 32) as u32, pair as u32);
            let sessions = self.singles[a as usize] as f32 * self.singles[b as usize] as f32;
            let count = count as f32;
            let nearness = count / sessions.sqrt() * (count / (count + 2.0));
            all.push((a, nearness, key(b)));
            all.push((b, nearness, key(a)));
        }
        all.sort_unstable_by(|x, y| x.0.cmp(&y.0).then(y.1.total_cmp(&x.1)).then(x.2.cmp(&y.2)));
        let mut built = Neighbors::default();
        for run in all.chunk_by(|x, y| x.0 == y.0) {
            let start = built.entries.len() as u32;
            built.entries.extend(run.iter().take(keep).map(|entry| (entry.2, entry.1)));
            built.ranges.insert(key(run[0].0), (start, built.entries.len() as u32));
        }
        built.entries.shrink_to_fit();
        built
    }
}

/// The nearest of each thing, nearest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Neighbors {
    ranges: Lookup<(u32, u32)>,
    entries: Vec<(Key, f32)>,
}

impl Neighbors {
    pub(super) fn of(&self, key: Key) -> &[(Key, f32)] {
        self.ranges.get(&key).and_then(|&(start, end)| self.entries.get(start as usize..end as usize)).unwrap_or(&[])
    }

    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }
}
