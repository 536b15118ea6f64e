//! Simulated shops whose truth is known: what learning wins and loses beside fixed rules, the best fixed variant and an oracle.

use super::Chance;
use crate::learn::bandit::ARMS_MAX;
use crate::learn::bandit::Evidence;
use crate::learn::bandit::Policy;
use crate::learn::bandit::PowerRule;
use crate::learn::bandit::Readiness;
use crate::learn::bandit::exploration_floor;
use crate::learn::bandit::pick;
use crate::learn::exp;
use crate::learn::ln;

/// What is true in a simulated shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// No variant changes anything.
    Equal,
    /// The second variant is better for everybody.
    OneBetter,
    /// The first is for phones and the second for the keen; each is worse for the others.
    Depends,
}

impl World {
    pub const ALL: [World; 3] = [World::Equal, World::OneBetter, World::Depends];

    pub fn name(self) -> &'static str {
        match self {
            World::Equal => "equal",
            World::OneBetter => "one_better",
            World::Depends => "depends",
        }
    }

    /// Probability of an order. Three in a hundred order by themselves; odds change by up to e^0.7, about two.
    fn rate(self, arm: Arm, context: &[f64; FEATURES]) -> f64 {
        let [_, phone, keen, returning] = *context;
        let effect = match (self, arm) {
            (World::Equal, _) | (_, Arm::Neutral) => 0.0,
            (World::OneBetter, Arm::Variant(which)) => [0.0, 0.5, 0.0][which],
            (World::Depends, Arm::Variant(which)) => [0.7 * (2.0 * phone - 1.0), 0.7 * (2.0 * keen - 1.0), 0.0][which],
        };
        1.0 / (1.0 + exp(3.8 - 0.8 * keen - 0.4 * returning + 0.2 * phone - effect))
    }
}

const FEATURES: usize = 4;
const VARIANTS: usize = 3;
/// Share of visitors who keep the shop's default, by their own hash.
const NEUTRAL: f64 = 0.1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arm {
    Neutral,
    Variant(usize),
}

fn visitor(chance: &mut Chance) -> [f64; FEATURES] {
    let mut yes = |share: f64| f64::from(u8::from(chance.uniform() < share));
    [1.0, yes(0.6), yes(0.3), yes(0.4)]
}

/// Expected orders of each way to choose, over the same visitors.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Orders {
    pub visitors: u64,
    /// Variants in equal shares.
    pub fixed_rules: f64,
    /// The variant that is best if one is for all.
    pub best_fixed: f64,
    /// The best variant for each visitor.
    pub oracle: f64,
    pub learning: f64,
}

/// One simulated shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulated {
    /// Running sums, at the end of each day.
    pub days: Vec<Orders>,
    /// Day from 1 on which learning began to decide.
    pub began: Option<u32>,
    /// A variant was at some day's end said to differ from the neutral arm, by a confidence sequence at 5% over all variants.
    pub said_to_differ: bool,
}

/// Runs one shop of `visitors_a_day` for `days`. Learning gets what happened at the end of each quarter of a day.
pub fn simulate(world: World, visitors_a_day: u32, days: u32, seed: u64) -> Simulated {
    let mut chance = Chance::new(seed);
    let rule = PowerRule::default();
    let floor = exploration_floor(VARIANTS);
    let mut evidence = vec![Evidence::new(FEATURES); VARIANTS];
    let mut fresh: Vec<(usize, [f64; FEATURES], f64)> = Vec::new();
    let mut policy: Option<Policy> = None;
    let mut against = [Against::default(); VARIANTS];
    let mut sums = Orders::default();
    let mut out = Simulated { days: Vec::new(), began: None, said_to_differ: false };
    let best_fixed = best_for_all(world);
    let batch = visitors_a_day.div_ceil(4).max(1);
    for day in 1..=days {
        for nth in 0..visitors_a_day {
            let context = visitor(&mut chance);
            let rate = |arm| world.rate(arm, &context);
            let rates: [f64; VARIANTS] = std::array::from_fn(|which| rate(Arm::Variant(which)));
            let mut chances = [0.0; ARMS_MAX];
            match &policy {
                Some(policy) => policy.chances(&context, &mut chances),
                None => {
                    chances[..VARIANTS].fill(1.0 / VARIANTS as f64);
                    VARIANTS
                }
            };
            let chances = &chances[..VARIANTS];
            let is_neutral = chance.uniform() < NEUTRAL;
            let arm = if is_neutral { Arm::Neutral } else { Arm::Variant(pick(chances, chance.uniform())) };
            let reward = f64::from(u8::from(chance.uniform() < rate(arm)));
            for (which, against) in against.iter_mut().enumerate() {
                against.observe(arm, which, (1.0 - NEUTRAL) * chances[which], reward);
            }
            if let Arm::Variant(which) = arm {
                fresh.push((which, context, reward));
            }
            // Expectations, not draws: the comparison has no noise of its own. The neutral tenth is the same for all.
            sums.visitors += 1;
            let neutral = NEUTRAL * rate(Arm::Neutral);
            let add = |sum: &mut f64, rate: f64| *sum += neutral + (1.0 - NEUTRAL) * rate;
            add(&mut sums.fixed_rules, rates.iter().sum::<f64>() / VARIANTS as f64);
            add(&mut sums.best_fixed, rates[best_fixed]);
            add(&mut sums.oracle, rates.iter().copied().fold(0.0, f64::max));
            add(&mut sums.learning, rates.iter().zip(chances).map(|(rate, chance)| rate * chance).sum());
            if (nth + 1).is_multiple_of(batch) || nth + 1 == visitors_a_day {
                for (which, context, reward) in fresh.drain(..) {
                    evidence[which].add(&context, reward);
                }
                if policy.is_some() || rule.readiness(&evidence) == Readiness::Ready {
                    out.began.get_or_insert(day);
                    policy = Some(Policy::of(&evidence, 1.0, floor));
                }
            }
        }
        out.said_to_differ |= against.iter().any(|against| against.differs(0.05 / VARIANTS as f64, f64::from(visitors_a_day * days)));
        out.days.push(sums);
    }
    out
}

/// The variant with the highest mean over all visitors, from the shares of their kinds.
fn best_for_all(world: World) -> usize {
    let mut means = [0.0; VARIANTS];
    for kind in 0..8_u32 {
        let is = |bit: u32| f64::from(u8::from(kind & bit != 0));
        let share = |x: f64, share: f64| if x > 0.0 { share } else { 1.0 - share };
        let context = [1.0, is(1), is(2), is(4)];
        let weight = share(is(1), 0.6) * share(is(2), 0.3) * share(is(4), 0.4);
        means.iter_mut().enumerate().for_each(|(which, mean)| *mean += weight * world.rate(Arm::Variant(which), &context));
    }
    (0..VARIANTS).fold(0, |best, which| if means[which] > means[best] { which } else { best })
}

/// A variant against the neutral arm on data whose shares change: differences of augmented inverse propensity weighted outcomes, whose mean
/// is the effect whatever the shares were (Waudby-Smith et al. 2022).
#[derive(Debug, Clone, Copy, Default)]
struct Against {
    count: f64,
    sum: f64,
    squares: f64,
    /// Outcomes and their count before, of the neutral arm and of the variant.
    before: [(f64, f64); 2],
}

impl Against {
    fn observe(&mut self, arm: Arm, which: usize, chance: f64, reward: f64) {
        let guess = |(sum, count): (f64, f64)| (sum + 0.5) / (count + 10.0);
        let term = |own: bool, before, chance: f64| guess(before) + if own { (reward - guess(before)) / chance } else { 0.0 };
        let own = [arm == Arm::Neutral, arm == Arm::Variant(which)];
        let difference = term(own[1], self.before[1], chance) - term(own[0], self.before[0], NEUTRAL);
        self.count += 1.0;
        self.sum += difference;
        self.squares += difference * difference;
        for (own, before) in own.into_iter().zip(&mut self.before) {
            if own {
                *before = (before.0 + reward, before.1 + 1.0);
            }
        }
    }

    /// Whether a confidence sequence (normal mixture, tightest at `planned` visitors) leaves 0 out. Not before both arms had ten rewards.
    fn differs(&self, alpha: f64, planned: f64) -> bool {
        if self.before.iter().any(|(sum, _)| *sum < 10.0) {
            return false;
        }
        let mean = self.sum / self.count;
        let variance = (self.squares / self.count - mean * mean).max(0.0);
        let rho = (-2.0 * ln(alpha) + ln(1.0 - 2.0 * ln(alpha))) / planned;
        let n = self.count * rho;
        let half = (variance / self.count * 2.0 * (n + 1.0) / n * ln((n + 1.0).sqrt() / alpha)).sqrt();
        mean.abs() > half
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bounds as the README states them, on few shops; `evaluate bandit --simulate` runs more.
    #[test]
    fn never_much_worse_than_fixed_rules_and_better_where_there_is_something_to_learn() {
        for world in World::ALL {
            for (visitors, days, shops) in [(50, 14, 3), (1_000, 14, 2)] {
                let (mut learning, mut fixed, mut oracle) = (0.0, 0.0, 0.0);
                for seed in 0..shops {
                    let last = *simulate(world, visitors, days, seed).days.last().unwrap();
                    learning += last.learning;
                    fixed += last.fixed_rules;
                    oracle += last.oracle;
                }
                assert!(learning > fixed * 0.98, "{world:?} {visitors}: {learning} for {fixed}");
                if visitors == 1_000 && world != World::Equal {
                    assert!(learning > fixed + 0.2 * (oracle - fixed), "{world:?}: {fixed} {learning} {oracle}");
                }
            }
        }
    }

    #[test]
    fn small_shops_wait_and_the_same_seed_is_the_same_shop() {
        let shop = simulate(World::OneBetter, 50, 14, 1);
        assert_eq!(shop.began, None);
        let last = shop.days.last().unwrap();
        assert!((last.learning - last.fixed_rules).abs() < 1e-9);
        assert_eq!(simulate(World::Depends, 500, 10, 3), simulate(World::Depends, 500, 10, 3));
    }
}
