//! Ways to play a bandit: what is built in, and the published methods it is compared with.

use super::Chance;
use super::Rounds;
use crate::learn::bandit::ARMS_MAX;
use crate::learn::bandit::Evidence;
use crate::learn::bandit::Policy;
use crate::learn::bandit::Posterior;
use crate::learn::bandit::noise;
use crate::learn::bandit::pick;
use crate::learn::exp;

/// A way to play, by its name in reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    Random,
    /// Thompson sampling without contexts: a beta distribution per arm.
    BetaThompson,
    /// A linear regression per arm, and a random arm in 5% of rounds.
    LinearEpsilonGreedy,
    /// Thompson sampling with a logistic regression per arm whose coefficients are independent.
    LogisticThompson,
    /// Linear Thompson sampling with v = 0.1.
    LinearThompson,
    /// LinUCB with alpha = 0.3.
    LinUcb,
    /// The built-in bandit without a floor of exploration.
    BuiltIn,
    /// The built-in bandit as it plays in a shop: no arm has a chance below this.
    BuiltInFloor(f64),
}

/// All methods; the floor spends a tenth of the rounds on exploration among 20 arms.
pub const METHODS: [Method; 8] = [
    Method::Random,
    Method::BetaThompson,
    Method::LinearEpsilonGreedy,
    Method::LogisticThompson,
    Method::LinearThompson,
    Method::LinUcb,
    Method::BuiltIn,
    Method::BuiltInFloor(0.005),
];

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Method::Random => "random",
            Method::BetaThompson => "beta_thompson",
            Method::LinearEpsilonGreedy => "linear_epsilon_greedy",
            Method::LogisticThompson => "logistic_thompson",
            Method::LinearThompson => "linear_thompson",
            Method::LinUcb => "linucb",
            Method::BuiltIn => "built_in",
            Method::BuiltInFloor(_) => "built_in_floor",
        }
    }

    fn player(self, seed: u64, arms: usize, dimension: usize) -> Box<dyn Player> {
        let linear = |explore| Box::new(Linear::new(seed, arms, dimension, explore));
        match self {
            Method::Random => Box::new(Random(Chance::new(seed), arms)),
            Method::BetaThompson => Box::new(BetaThompson::new(seed, arms)),
            Method::LinearEpsilonGreedy => linear(Explore::Epsilon(0.05)),
            Method::LogisticThompson => Box::new(LogisticThompson::new(seed, arms, dimension)),
            Method::LinearThompson => linear(Explore::Thompson(0.1)),
            Method::LinUcb => linear(Explore::Upper(0.3)),
            Method::BuiltIn => Box::new(BuiltIn::new(seed, arms, dimension, 0.0)),
            Method::BuiltInFloor(floor) => Box::new(BuiltIn::new(seed, arms, dimension, floor)),
        }
    }
}

/// What a method won.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Played {
    /// Mean reward over all rounds.
    pub reward: f64,
    /// Mean reward over the last fifth.
    pub reward_late: f64,
}

/// Plays all rounds once, learning after each.
pub fn play(rounds: &Rounds, method: Method, seed: u64) -> Played {
    let mut player = method.player(seed, rounds.arms.len(), rounds.dimension());
    let late = rounds.rounds.len() - rounds.rounds.len() / 5;
    let mut won = [0.0; 2];
    for (index, round) in rounds.rounds.iter().enumerate() {
        let arm = player.choose(&round.context);
        let reward = f64::from(u8::from(arm == round.right));
        player.learn(&round.context, arm, reward);
        won[usize::from(index >= late)] += reward;
    }
    let share = |won: f64, rounds: usize| won / rounds.max(1) as f64;
    Played { reward: share(won[0] + won[1], rounds.rounds.len()), reward_late: share(won[1], rounds.rounds.len() - late) }
}

/// Something that chooses an arm and learns what it brought.
trait Player {
    fn choose(&mut self, context: &[f64]) -> usize;
    fn learn(&mut self, context: &[f64], arm: usize, reward: f64);
}

fn best(scores: impl Iterator<Item = f64>) -> usize {
    let mut best = (0, f64::NEG_INFINITY);
    for (index, score) in scores.enumerate() {
        if score > best.1 {
            best = (index, score);
        }
    }
    best.0
}

/// Any arm.
struct Random(Chance, usize);

impl Player for Random {
    fn choose(&mut self, _: &[f64]) -> usize {
        self.0.below(self.1)
    }

    fn learn(&mut self, _: &[f64], _: usize, _: f64) {}
}

/// Thompson sampling without contexts: a beta distribution per arm (Chapelle and Li 2011).
struct BetaThompson {
    chance: Chance,
    arms: Vec<(f64, f64)>,
}

impl BetaThompson {
    fn new(seed: u64, arms: usize) -> BetaThompson {
        BetaThompson { chance: Chance::new(seed), arms: vec![(1.0, 1.0); arms] }
    }
}

impl Player for BetaThompson {
    fn choose(&mut self, _: &[f64]) -> usize {
        let chance = &mut self.chance;
        best(self.arms.iter().map(|&(a, b)| chance.beta(a, b)))
    }

    fn learn(&mut self, _: &[f64], arm: usize, reward: f64) {
        self.arms[arm].0 += reward;
        self.arms[arm].1 += 1.0 - reward;
    }
}

/// How a linear player explores.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Explore {
    /// A random arm now and then.
    Epsilon(f64),
    /// Scores drawn from the posterior, its deviations times this (Agrawal and Goyal 2013).
    Thompson(f64),
    /// Expected score and this many deviations (Li et al. 2010).
    Upper(f64),
}

/// A linear regression per arm, learned after every round, with a ridge of 1.
struct Linear {
    chance: Chance,
    arms: Vec<Posterior>,
    explore: Explore,
}

impl Linear {
    fn new(seed: u64, arms: usize, dimension: usize, explore: Explore) -> Linear {
        Linear { chance: Chance::new(seed), arms: vec![Posterior::prior(dimension, 1.0); arms], explore }
    }
}

impl Player for Linear {
    fn choose(&mut self, context: &[f64]) -> usize {
        let chance = &mut self.chance;
        if let Explore::Epsilon(epsilon) = self.explore
            && chance.uniform() < epsilon
        {
            return chance.below(self.arms.len());
        }
        best(self.arms.iter().map(|arm| {
            let (mean, variance) = arm.score(context);
            match self.explore {
                Explore::Epsilon(_) => mean,
                Explore::Thompson(scale) => mean + scale * variance.sqrt() * chance.normal(),
                Explore::Upper(width) => mean + width * variance.sqrt(),
            }
        }))
    }

    fn learn(&mut self, context: &[f64], arm: usize, reward: f64) {
        self.arms[arm].observe(context, reward);
    }
}

/// Thompson sampling with a logistic regression per arm whose coefficients are independent (Chapelle and Li 2011, algorithm 3, one
/// Newton step per outcome).
struct LogisticThompson {
    chance: Chance,
    arms: Vec<Vec<(f64, f64)>>,
}

impl LogisticThompson {
    fn new(seed: u64, arms: usize, dimension: usize) -> LogisticThompson {
        LogisticThompson { chance: Chance::new(seed), arms: vec![vec![(0.0, 1.0); dimension]; arms] }
    }
}

impl Player for LogisticThompson {
    fn choose(&mut self, context: &[f64]) -> usize {
        let chance = &mut self.chance;
        best(self.arms.iter().map(|arm| {
            let pairs = arm.iter().zip(context).filter(|(_, x)| **x != 0.0);
            pairs.map(|(&(mean, precision), x)| x * (mean + chance.normal() / precision.sqrt())).sum()
        }))
    }

    fn learn(&mut self, context: &[f64], arm: usize, reward: f64) {
        let arm = &mut self.arms[arm];
        let sum: f64 = arm.iter().zip(context).map(|((mean, _), x)| mean * x).sum();
        let p = 1.0 / (1.0 + exp(-sum));
        for ((mean, precision), x) in arm.iter_mut().zip(context) {
            *precision += p * (1.0 - p) * x * x;
            *mean += (reward - p) * x / *precision;
        }
    }
}

/// The built-in bandit, learning after every round. Only its noise is estimated anew now and then, as in production.
struct BuiltIn {
    chance: Chance,
    policy: Policy,
    evidence: Vec<Evidence>,
    rounds: u64,
}

const RIDGE: f64 = 1.0;
/// Rounds between two estimates of the noise.
const NOISE_EVERY: u64 = 256;

impl BuiltIn {
    fn new(seed: u64, arms: usize, dimension: usize, floor: f64) -> BuiltIn {
        let evidence = vec![Evidence::new(dimension); arms];
        BuiltIn { chance: Chance::new(seed), policy: Policy::of(&evidence, RIDGE, floor), evidence, rounds: 0 }
    }
}

impl Player for BuiltIn {
    fn choose(&mut self, context: &[f64]) -> usize {
        let mut chances = [0.0; ARMS_MAX];
        let count = self.policy.chances(context, &mut chances);
        pick(&chances[..count], self.chance.uniform())
    }

    fn learn(&mut self, context: &[f64], arm: usize, reward: f64) {
        self.evidence[arm].add(context, reward);
        if let Some(arm) = self.policy.arm_mut(arm) {
            arm.observe(context, reward);
        }
        self.rounds += 1;
        if self.rounds.is_multiple_of(NOISE_EVERY) {
            self.policy.set_noise(noise(&self.evidence, self.policy.arms(), RIDGE));
        }
    }
}
