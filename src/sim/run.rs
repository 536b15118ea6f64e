//! Runs seeds, and makes the ones that fail smaller.

use super::Bug;
use super::Counts;
use super::Fault;
use super::Scale;
use super::Shop;
use super::campaigns;
use super::draw::Draw;
use super::mix::Mix;
use super::world::Ending;
use super::world::World;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;

/// Runs that shrinking may take.
const SHRINKS_MAX: usize = 80;
/// Largest budget of a campaign that is drawn.
const BUDGET_MAX: u32 = 3;

/// The shops that seeds meet in: one for each budget.
pub struct Simulation {
    shops: Vec<Shop>,
    /// A mistake to plant, to prove that it is found.
    bug: Option<Bug>,
}

/// What came of one seed.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub seed: u64,
    /// What does not hold.
    pub wrong: Option<String>,
    pub faults: Counts,
    /// Stands for everything that happened.
    pub digest: u64,
    /// What happened last, if it was asked for.
    pub lines: Vec<String>,
    pub events: u64,
    pub acknowledged: u64,
    /// Codes that pages saw.
    pub codes: u64,
}

/// A seed that fails in as small a run as was found.
#[derive(Debug, Clone)]
pub struct Shrunk {
    pub scale: Scale,
    pub outcome: Outcome,
}

impl Simulation {
    pub fn new(bug: Option<Bug>) -> Simulation {
        Simulation { shops: (1..=BUDGET_MAX).map(campaigns::shop).collect(), bug }
    }

    /// Runs one seed.
    pub fn run(&self, seed: u64, scale: &Scale, in_words: bool) -> Outcome {
        let budget = Mix::of(seed, scale).budget;
        let Some(shop) = self.shops.get(budget.saturating_sub(1) as usize).or(self.shops.first()) else {
            return Outcome::failed(seed, "there is no shop".to_owned());
        };
        let done = catch_unwind(AssertUnwindSafe(|| World::new(seed, shop, scale, self.bug, in_words).run()));
        match done {
            Ok(Ending { wrong, counts, digest, lines, events, acked, codes }) => {
                Outcome { seed, wrong, faults: counts, digest, lines, events, acknowledged: acked, codes }
            }
            Err(panic) => {
                let text = panic.downcast_ref::<String>().cloned();
                let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                Outcome::failed(seed, format!("panicked: {}", text.unwrap_or_default()))
            }
        }
    }

    /// Looks for a smaller run of a seed that fails as well: fewer visitors, acts, faults and kinds of faults.
    pub fn shrink(&self, seed: u64, scale: &Scale) -> Shrunk {
        let mut best = scale.clone();
        let mut draw = Draw::new(seed);
        for round in 0..SHRINKS_MAX {
            let mut next = best.clone();
            match round % 4 {
                0 => next.acts = next.acts * 2 / 3,
                1 => next.faults = next.faults * 2 / 3,
                2 => next.visitors = next.visitors.saturating_sub(1).max(1),
                _ => {
                    let half = draw.percent(30);
                    let one = draw.below(next.kinds.len() as u64) as usize;
                    let mut index = 0;
                    next.kinds.retain(|_| {
                        index += 1;
                        if half { draw.percent(50) } else { index != one + 1 }
                    });
                }
            }
            if next != best && self.run(seed, &next, false).wrong.is_some() {
                best = next;
            }
        }
        let outcome = self.run(seed, &best, true);
        Shrunk { scale: best, outcome }
    }
}

impl Outcome {
    fn failed(seed: u64, wrong: String) -> Outcome {
        let faults = Counts::default();
        Outcome { seed, wrong: Some(wrong), faults, digest: 0, lines: Vec::new(), events: 0, acknowledged: 0, codes: 0 }
    }
}

impl Scale {
    /// The options of `floorwalker simulate` that give this scale; none for the default.
    pub fn options(&self) -> String {
        let default = Scale::default();
        let mut out = String::new();
        for (name, value, usual) in
            [("visitors", self.visitors, default.visitors), ("acts", self.acts, default.acts), ("faults", self.faults, default.faults)]
        {
            if value != usual {
                out.push_str(&format!(" --{name} {value}"));
            }
        }
        if self.kinds != default.kinds {
            let names: Vec<&str> = self.kinds.iter().map(|kind| Fault::name(*kind)).collect();
            out.push_str(&format!(" --only {}", if names.is_empty() { "none".to_owned() } else { names.join(",") }));
        }
        out
    }
}
