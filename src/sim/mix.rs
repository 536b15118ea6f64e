//! What one seed is like: how many shoppers, how bad the network, which faults and how often.

use super::Fault;
use super::draw::Draw;
use super::page::Bounds;

/// How large a run may be. Shrinking makes it smaller; a run depends on nothing but its seed and this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// Visitors at most.
    pub visitors: usize,
    /// What shoppers do before everything calms down.
    pub acts: usize,
    /// Faults that may happen at most.
    pub faults: usize,
    /// Kinds of faults that may happen.
    pub kinds: Vec<Fault>,
}

impl Default for Scale {
    fn default() -> Self {
        Scale { visitors: 3, acts: 120, faults: 40, kinds: Fault::ALL.to_vec() }
    }
}

/// What is drawn for a seed.
#[derive(Debug)]
pub(super) struct Mix {
    pub(super) visitors: usize,
    pub(super) tabs: usize,
    /// Codes that each campaign may make.
    pub(super) budget: u32,
    /// Microseconds between acts, at most.
    pub(super) act_gap: u64,
    pub(super) fault_gap: u64,
    pub(super) checkpoint_gap: u64,
    pub(super) latency: (u64, u64),
    /// From an append to its commit.
    pub(super) commit: (u64, u64),
    pub(super) bounds: Bounds,
    pub(super) kinds: Vec<Fault>,
    /// Whether visitors agree to be remembered, in percent.
    pub(super) agrees: u64,
}

impl Mix {
    pub(super) fn of(seed: u64, scale: &Scale) -> Mix {
        let mut draw = Draw::of(seed, 2);
        let latencies = [(1_000, 5_000), (5_000, 80_000), (20_000, 600_000), (100_000, 2_000_000)];
        let commits = [(200, 3_000), (1_000, 30_000), (20_000, 400_000), (100_000, 1_000_000)];
        // A full queue of the small ones is still delivered in time over the slowest network.
        let bounds = [
            Bounds { window: 256, queue: 500, batch: 32 },
            Bounds { window: 16, queue: 40, batch: 4 },
            Bounds { window: 3, queue: 9, batch: 1 },
        ];
        let visitors = 1 + draw.below(3) as usize;
        let tabs = 1 + draw.below(4) as usize;
        let budget = 1 + draw.below(3) as u32;
        let act_gap = draw.between(200_000, 6_000_000);
        let fault_gap = draw.between(500_000, 15_000_000);
        let checkpoint_gap = draw.between(2_000_000, 40_000_000);
        let latency = *draw.pick(&latencies).unwrap_or(&(1_000, 5_000));
        let commit = *draw.pick(&commits).unwrap_or(&(200, 3_000));
        let bounds = *draw.pick(&bounds).unwrap_or(&Bounds { window: 256, queue: 500, batch: 32 });
        let agrees = *draw.pick(&[0, 60, 90, 100]).unwrap_or(&100);
        // Each seed has its own selection, so that a rare pair meets often in some run.
        let share = *draw.pick(&[15, 40, 100]).unwrap_or(&100);
        let chosen: Vec<Fault> = Fault::ALL.into_iter().filter(|_| draw.percent(share)).collect();
        let kinds = chosen.into_iter().filter(|kind| scale.kinds.contains(kind)).collect();
        Mix {
            visitors: visitors.min(scale.visitors),
            tabs,
            budget,
            act_gap,
            fault_gap,
            checkpoint_gap,
            latency,
            commit,
            bounds,
            kinds,
            agrees,
        }
    }
}
