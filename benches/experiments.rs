//! Calibration of experiments: how often each rule cries wolf, covers the truth and finds what is there, watched at every visitor.
//!
//! Budget: at most 5% false alarms of every rule that may be looked at for ever (plus three standard errors of the simulation), coverage
//! at all looks together of at least 95%, power of the horizon rule at 1.1 times the one-look sample within 2 points of 80%. The naive
//! t-test stands beside them. Gates (exit code 1) are these; `--quick` runs fewer and shorter experiments with the same gates.
//!
//! What is watched is the product: visitors enter [`Totals`], which looks after each of them; the rules a total does not follow at the
//! same time are computed beside it with the functions of the stats room. Seeds are fixed.
//!
//! Measured on a shared 2-core virtual machine, where only the last line depends on the machine; the whole takes about two minutes:
//!
//! ```text
//! False alarms, 2,000 experiments without a difference, 20,000 visitors each:
//!                             one look  14 looks     naive   horizon   product      open     exact   random.     split
//! conversion 3%                  5.15%    23.35%    48.85%     4.75%     4.80%     1.85%     1.50%     1.85%     0.00%
//! revenue, sigma 1               6.05%    20.75%    39.30%     5.00%     5.00%     1.60%     1.35%     1.50%     0.00%
//! revenue, sigma 1.5             5.10%    17.90%    33.50%     3.50%         -     0.80%     1.35%     0.70%     0.00%
//! one visitor is half            0.00%    16.80%    40.15%     0.30%         -     0.85%     1.55%     1.25%     0.00%
//! a third given back             5.50%    22.55%    44.05%     5.05%         -     2.05%     1.35%     1.55%     0.00%
//! 90% treated                    5.05%    24.65%    67.55%     5.00%         -     2.30%     1.55%         -     0.00%
//! 10% treated                    4.90%    26.50%    68.60%     5.40%         -     2.45%     1.50%         -     0.00%
//! day and night                  5.25%    22.80%    47.55%     4.70%         -     1.75%     1.40%     1.75%     0.00%
//! standard error at 5%: 0.49 points
//!
//! Coverage of the true difference at all looks together, 2000 experiments with a lift of 20%
//! horizon 95.7%   open 98.0%   one-look interval 52.6%
//!
//! Power: 2000 experiments with a lift of 20% on 3%; one look finds 80% with N = 27822
//! visitors    one look   horizon      open     exact
//! 1.00 N         79.3%     76.1%     54.6%     52.6%
//! 1.10 N         83.2%     80.1%     59.2%     57.5%
//! 1.65 N         94.8%     94.2%     81.1%     79.9%
//!
//! Planted, 400 experiments each, 20,000 visitors, 10% order, a report after every 250 visitors
//!                                      better  harmful   paused  undecided  median visitors
//! nothing                                1.5%     0.2%     0.2%      98.2%            20000
//! 25% more orders                       99.8%     0.0%     0.0%       0.2%             7750
//! 30% more orders, a third of profit     0.0%   100.0%   100.0%       0.0%             1250
//!
//! Visitors until the sequential check of the split alarms, median of 201
//! 5% of one arm lost: 24246
//! 10% of one arm lost: 6371
//!
//! Five variants that do nothing, 1000 experiments, 10000 visitors: any of them called different in 4.70%
//! adjusted by a covariate: squared error times 0.672, interval without 0 at the end in 2.32%
//!
//! One visitor enters, changes and is closed in 420 ns; a report of 8 metrics takes 189 us
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to say")]

use floorwalker::experiment::Arm;
use floorwalker::experiment::Entry;
use floorwalker::experiment::Metric;
use floorwalker::experiment::Mode;
use floorwalker::experiment::Outcome;
use floorwalker::experiment::Plan;
use floorwalker::experiment::Segment;
use floorwalker::experiment::Totals;
use floorwalker::experiment::Unit;
use floorwalker::experiment::Verdict;
use floorwalker::experiment::report;
use floorwalker::model::Timestamp;
use floorwalker::stats::ExactConversionWatch;
use floorwalker::stats::RandomizationWatch;
use floorwalker::stats::SrmWatch;
use floorwalker::stats::exp;
use floorwalker::stats::horizon_factor;
use floorwalker::stats::ln;
use floorwalker::stats::mixture_factor;
use floorwalker::stats::units_in_both;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Instant;

/// First visitor after which the naive test looks; the rules' own first look is the same.
const FIRST: usize = 200;

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    ((random.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
}

/// Standard normal by Box and Muller.
fn normal(random: &mut ChaCha8Rng) -> f64 {
    (-2.0 * ln(uniform(random))).sqrt() * (std::f64::consts::TAU * uniform(random)).cos()
}

/// Visitors of a made-up shop: what one brings, in minor units.
#[derive(Clone, Copy)]
struct Shop {
    name: &'static str,
    metric: Metric,
    /// Of visitors who order.
    rate: f64,
    /// Of the logarithm of an order; 0 for orders of one size.
    sigma: f64,
    /// Of orders that are given back, with costs.
    refunds: f64,
    /// Share of the treated arm.
    share: f64,
    /// One visitor in the middle who brings as much as all others.
    whale: bool,
    /// Conversion swings by day and night.
    seasons: bool,
}

const SHOP: Shop = Shop {
    name: "conversion 3%",
    metric: Metric::Conversion,
    rate: 0.03,
    sigma: 0.0,
    refunds: 0.0,
    share: 0.5,
    whale: false,
    seasons: false,
};

impl Shop {
    fn visitor(&self, random: &mut ChaCha8Rng, i: usize, visitors: usize, lift: f64) -> Outcome {
        if self.whale && i == visitors / 2 {
            let value = (self.rate * visitors as f64 * 10_000.0) as i64;
            return Outcome { orders: 1, revenue: value, profit: value / 3, ..Outcome::default() };
        }
        let season = if self.seasons { 1.0 + 0.6 * (i as f64 / visitors as f64 * 28.0 * std::f64::consts::PI).sin() } else { 1.0 };
        if uniform(random) >= self.rate * (1.0 + lift) * season {
            return Outcome::default();
        }
        let size = if self.sigma > 0.0 { exp(self.sigma * normal(random)) } else { 1.0 };
        let value = (10_000.0 * size) as i64;
        let revenue = if uniform(random) < self.refunds { -value / 10 } else { value };
        Outcome { orders: 1, revenue, profit: revenue / 3, ..Outcome::default() }
    }

    fn value(&self, outcome: &Outcome) -> f64 {
        match self.metric {
            Metric::Conversion => f64::from(u8::from(outcome.is_converted())),
            _ => outcome.revenue as f64,
        }
    }
}

/// Alarms of one experiment, by rule.
#[derive(Clone, Copy, Default)]
struct Alarms {
    one_look: bool,
    daily: bool,
    naive: bool,
    horizon: bool,
    open: bool,
    exact: bool,
    randomization: bool,
    split: bool,
    /// An interval of the rule missed the truth at some look.
    horizon_missed: bool,
    open_missed: bool,
    naive_missed: bool,
    /// The product's own verdict memory.
    product: bool,
}

/// Thresholds of |z| at n visitors, made once.
struct Thresholds {
    horizon: Vec<f64>,
    open: Vec<f64>,
    planned: usize,
}

impl Thresholds {
    fn new(visitors: usize, planned: usize, tuned_for: usize) -> Thresholds {
        let horizon = |n: usize| if n <= planned { horizon_factor(0.05, n as f64, planned as f64) } else { f64::INFINITY };
        Thresholds {
            horizon: (0..=visitors).map(|n| horizon(n.max(1))).collect(),
            open: (0..=visitors).map(|n| mixture_factor(0.05, n.max(1) as f64, tuned_for as f64)).collect(),
            planned,
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    s: f64,
    q: f64,
}

impl Sums {
    fn add(&mut self, y: f64) {
        self.n += 1.0;
        self.s += y;
        self.q += y * y;
    }

    fn error_squared(&self) -> f64 {
        ((self.q - self.s * self.s / self.n) / (self.n - 1.0)).max(0.0) / self.n
    }
}

/// Runs one experiment to its last visitor. `truth` is the difference of means that intervals should cover.
fn run(shop: &Shop, visitors: usize, lift: f64, truth: f64, thresholds: &Thresholds, with_product: bool, seed: u64) -> Alarms {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let shares = vec![0.0, 1.0 - shop.share, shop.share];
    let plan = Plan {
        primary: shop.metric,
        mode: Mode::Horizon { visitors: thresholds.planned as u64 },
        guardrails: Vec::new(),
        revenue_cap: Some(1_000_000_000_000),
        profit_cap: Some(1_000_000_000_000),
        ..Plan::new(shares.clone(), Timestamp(0))
    };
    let mut totals = with_product.then(|| Totals::new(&plan));
    let mut arms = [Sums::default(); 2];
    let mut exact = ExactConversionWatch::new(100.0);
    let mut randomization = RandomizationWatch::learning(shop.share, visitors as f64);
    let mut split = SrmWatch::new(2, 1_000.0);
    let mut converted = [0_u32; 2];
    let mut alarms = Alarms::default();
    let daily = (visitors / 14).max(1);
    for i in 0..visitors {
        let treated = uniform(&mut random) < shop.share;
        let outcome = shop.visitor(&mut random, i, visitors, if treated { lift } else { 0.0 });
        let y = shop.value(&outcome);
        arms[usize::from(treated)].add(y);
        split.count(usize::from(treated), |arm| if arm == 1 { shop.share } else { 1.0 - shop.share });
        if outcome.is_converted() {
            exact.converted(treated, shop.share);
            converted[usize::from(treated)] += 1;
        }
        randomization.close(treated, shop.share, y);
        if let Some(totals) = &mut totals {
            let arm = if treated { Arm::Variant(0) } else { Arm::Baseline };
            let at = Timestamp(i as u64 * 30_000_000);
            let mut entry = Entry::new(Unit((i as u128).to_be_bytes()), arm, Segment::default(), at);
            totals.enter(&mut entry);
            if outcome.is_converted() {
                totals.change(&entry, &Outcome::default(), &outcome, at);
            }
        }
        let n = i + 1;
        if n < FIRST {
            continue;
        }
        let [a, b] = &arms;
        let error = (a.error_squared() + b.error_squared()).sqrt();
        if error.is_nan() || error <= 0.0 {
            continue;
        }
        let d = b.s / b.n - a.s / a.n;
        let (z, off) = ((d / error).abs(), ((d - truth) / error).abs());
        let is_countable = converted[0].min(converted[1]) >= 10 && n >= thresholds.planned / 100;
        alarms.naive |= z >= 1.96;
        alarms.daily |= n.is_multiple_of(daily) && z >= 1.96;
        if n == thresholds.planned {
            alarms.one_look = z >= 1.96;
        }
        alarms.naive_missed |= off > 1.96;
        if is_countable {
            alarms.horizon |= z >= thresholds.horizon[n];
            alarms.open |= z >= thresholds.open[n];
            alarms.horizon_missed |= off > thresholds.horizon[n];
            alarms.open_missed |= off > thresholds.open[n];
        }
    }
    alarms.exact = exact.p_value() <= 0.05;
    alarms.randomization = randomization.is_even() && randomization.p_value() <= 0.05;
    alarms.split = split.p_value() <= 0.001;
    alarms.product = totals.is_some_and(|totals| totals.watch(Arm::Variant(0)).is_some_and(|watch| watch.p_value(plan.mode) <= 0.05));
    alarms
}

fn share_of(alarms: &[Alarms], of: impl Fn(&Alarms) -> bool) -> f64 {
    alarms.iter().filter(|alarms| of(alarms)).count() as f64 / alarms.len() as f64
}

/// Standard error of a rate over the experiments.
fn error_of(rate: f64, experiments: usize) -> f64 {
    (rate * (1.0 - rate) / experiments as f64).sqrt()
}

struct Gate {
    failed: bool,
}

impl Gate {
    fn at_most(&mut self, what: &str, rate: f64, limit: f64, experiments: usize) {
        let allowed = limit + 3.0 * error_of(limit, experiments);
        if rate > allowed {
            println!("GATE {what}: {:.2}% is over {:.2}%", rate * 100.0, allowed * 100.0);
            self.failed = true;
        }
    }

    fn at_least(&mut self, what: &str, rate: f64, limit: f64, experiments: usize) {
        let needed = limit - 3.0 * error_of(limit, experiments);
        if rate < needed {
            println!("GATE {what}: {:.2}% is under {:.2}%", rate * 100.0, needed * 100.0);
            self.failed = true;
        }
    }
}

fn false_alarms(experiments: usize, visitors: usize, gate: &mut Gate) {
    println!("False alarms: {experiments} experiments without a difference, {visitors} visitors, a look after every visitor");
    println!(
        "{:<26} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "one look", "14 looks", "naive", "horizon", "product", "open", "exact", "random.", "split"
    );
    let revenue = Shop { metric: Metric::RevenuePerVisitor, ..SHOP };
    for (shop, with_product) in [
        (SHOP, true),
        (Shop { name: "revenue, sigma 1", sigma: 1.0, ..revenue }, true),
        (Shop { name: "revenue, sigma 1.5", sigma: 1.5, ..revenue }, false),
        (Shop { name: "one visitor is half", sigma: 0.5, whale: true, ..revenue }, false),
        (Shop { name: "a third given back", sigma: 0.5, refunds: 0.33, ..revenue }, false),
        (Shop { name: "90% treated", share: 0.9, ..SHOP }, false),
        (Shop { name: "10% treated", share: 0.1, ..SHOP }, false),
        (Shop { name: "day and night", seasons: true, ..SHOP }, false),
    ] {
        let thresholds = Thresholds::new(visitors, visitors, visitors);
        let alarms: Vec<Alarms> =
            (0..experiments).map(|seed| run(&shop, visitors, 0.0, 0.0, &thresholds, with_product, seed as u64)).collect();
        let rate = |of: fn(&Alarms) -> bool| share_of(&alarms, of);
        let rates = [
            rate(|a| a.one_look),
            rate(|a| a.daily),
            rate(|a| a.naive),
            rate(|a| a.horizon),
            rate(|a| a.product),
            rate(|a| a.open),
            rate(|a| a.exact),
            rate(|a| a.randomization),
            rate(|a| a.split),
        ];
        print!("{:<26}", shop.name);
        for (column, rate) in rates.iter().enumerate() {
            let hidden = (column == 4 && !with_product) || (column == 7 && shop.share != 0.5);
            if hidden { print!(" {:>9}", "-") } else { print!(" {:>8.2}%", rate * 100.0) }
        }
        println!();
        for (name, column) in [("horizon", 3), ("product", 4), ("open", 5), ("exact", 6), ("randomization", 7)] {
            gate.at_most(&format!("{} of {}", name, shop.name), rates[column], 0.05, experiments);
        }
        gate.at_most(&format!("split of {}", shop.name), rates[8], 0.001, experiments);
        // The product also looks between a visitor's coming and its order, so it is not the same to the last experiment.
        if with_product && (rates[3] - rates[4]).abs() > 0.01 {
            println!("GATE the product and the rule beside it differ: {} and {}", rates[4], rates[3]);
            gate.failed = true;
        }
    }
    println!("standard error at 5%: {:.2} points\n", error_of(0.05, experiments) * 100.0);
}

fn coverage(experiments: usize, visitors: usize, gate: &mut Gate) {
    let lift = 0.2;
    let thresholds = Thresholds::new(visitors, visitors, visitors);
    println!("Coverage of the true difference at all looks together, {experiments} experiments with a lift of 20%");
    let alarms: Vec<Alarms> =
        (0..experiments).map(|seed| run(&SHOP, visitors, lift, SHOP.rate * lift, &thresholds, false, 1_000_000 + seed as u64)).collect();
    let covered = |of: fn(&Alarms) -> bool| 1.0 - share_of(&alarms, of);
    let (horizon, open, naive) = (covered(|a| a.horizon_missed), covered(|a| a.open_missed), covered(|a| a.naive_missed));
    println!("horizon {:.1}%   open {:.1}%   one-look interval {:.1}%\n", horizon * 100.0, open * 100.0, naive * 100.0);
    gate.at_least("coverage of the horizon rule", horizon, 0.95, experiments);
    gate.at_least("coverage of the open rule", open, 0.95, experiments);
}

fn power(experiments: usize, lift: f64, gate: &mut Gate) {
    let (p, q) = (SHOP.rate, SHOP.rate * (1.0 + lift));
    let one_look = units_in_both(p * (1.0 - p), q * (1.0 - q), 0.5, q - p, 0.05, 0.8).ceil() as usize;
    println!("Power: {experiments} experiments with a lift of {:.0}% on 3%; one look finds 80% with N = {one_look}", lift * 100.0);
    println!("{:<10} {:>9} {:>9} {:>9} {:>9}", "visitors", "one look", "horizon", "open", "exact");
    for factor in [1.0, 1.1, 1.65] {
        let visitors = (one_look as f64 * factor) as usize;
        let thresholds = Thresholds::new(visitors, visitors, one_look);
        let alarms: Vec<Alarms> =
            (0..experiments).map(|seed| run(&SHOP, visitors, lift, 0.0, &thresholds, false, 2_000_000 + seed as u64)).collect();
        let rate = |of: fn(&Alarms) -> bool| share_of(&alarms, of);
        let (fixed, horizon, open, exact) = (rate(|a| a.one_look), rate(|a| a.horizon), rate(|a| a.open), rate(|a| a.exact));
        println!(
            "{:<10} {:>8.1}% {:>8.1}% {:>8.1}% {:>8.1}%",
            format!("{factor:.2} N"),
            fixed * 100.0,
            horizon * 100.0,
            open * 100.0,
            exact * 100.0
        );
        if factor == 1.1 {
            gate.at_least("power of the horizon rule at 1.1 N", horizon, 0.78, experiments);
        }
        if factor == 1.65 {
            gate.at_least("power of the open rule at 1.65 N", open, 0.78, experiments);
        }
    }
    println!();
}

/// Planted experiments through the whole product: how often each verdict, and how soon.
fn planted(experiments: usize, gate: &mut Gate) {
    println!("Planted, {experiments} experiments each, 20,000 visitors, 10% order, a report after every 250 visitors");
    println!("{:<34} {:>8} {:>8} {:>8} {:>10} {:>16}", "", "better", "harmful", "paused", "undecided", "median visitors");
    for (name, rate, profit, discount, metric) in [
        ("nothing", 0.1, 3_000, 0, Metric::ProfitPerVisitor),
        ("25% more orders", 0.125, 3_000, 0, Metric::ProfitPerVisitor),
        ("30% more orders, a third of profit", 0.13, 900, 2_100, Metric::Conversion),
    ] {
        let mut ends = Vec::new();
        let (mut better, mut harmful, mut paused, mut open) = (0, 0, 0, 0);
        for seed in 0..experiments {
            let (verdict, is_paused, n) = one_planted(rate, profit, discount, metric, 3_000_000 + seed as u64);
            match verdict {
                Verdict::Better => better += 1,
                Verdict::Harmful => harmful += 1,
                _ => open += 1,
            }
            paused += usize::from(is_paused);
            ends.push(n);
        }
        ends.sort_unstable();
        let percent = |count: usize| count as f64 / experiments as f64;
        println!(
            "{name:<34} {:>7.1}% {:>7.1}% {:>7.1}% {:>9.1}% {:>16}",
            percent(better) * 100.0,
            percent(harmful) * 100.0,
            percent(paused) * 100.0,
            percent(open) * 100.0,
            ends[experiments / 2]
        );
        match name {
            "nothing" => gate.at_most("verdict where there is nothing", percent(better), 0.05, experiments),
            "25% more orders" => gate.at_least("planted winner", percent(better), 0.9, experiments),
            _ => gate.at_least("more orders and less profit is paused", percent(paused.min(harmful)), 0.95, experiments),
        }
    }
    println!();
}

fn one_planted(rate: f64, profit: i64, discount: i64, metric: Metric, seed: u64) -> (Verdict, bool, usize) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let plan = Plan { primary: metric, mode: Mode::Horizon { visitors: 20_000 }, ..Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0)) };
    let mut totals = Totals::new(&plan);
    for i in 0..20_000_usize {
        let treated = uniform(&mut random) < 0.5;
        let arm = if treated { Arm::Variant(0) } else { Arm::Baseline };
        let at = Timestamp(i as u64 * 30_000_000);
        let mut entry = Entry::new(Unit((i as u128).to_be_bytes()), arm, Segment::default(), at);
        totals.enter(&mut entry);
        if uniform(&mut random) < if treated { rate } else { 0.1 } {
            let spread = (uniform(&mut random) * 2_000.0) as i64 - 1_000;
            let given = if treated { discount } else { 0 };
            let margin = if treated { profit } else { 3_000 };
            let outcome =
                Outcome { orders: 1, revenue: 10_000 + spread - given, profit: margin + spread / 2, discount: given, ..Outcome::default() };
            totals.change(&entry, &Outcome::default(), &outcome, at);
        }
        if i % 250 == 249 {
            let report = report(&totals, &plan, at);
            let verdict = report.comparisons[0].verdict;
            let is_over = matches!(verdict, Verdict::Better | Verdict::Worse | Verdict::Harmful | Verdict::Inconclusive);
            if is_over || report.pause.is_some() {
                return (verdict, report.pause.is_some(), i + 1);
            }
        }
    }
    (Verdict::Undecided, false, 20_000)
}

/// How long until a loss of one arm's visitors is noticed.
fn lost_visitors(experiments: usize, gate: &mut Gate) {
    println!("Visitors until the sequential check of the split alarms, median of {experiments}");
    for (loss, expected) in [(0.05, 23_100.0), (0.1, 6_150.0)] {
        let mut found = Vec::new();
        for seed in 0..experiments {
            let mut random = ChaCha8Rng::seed_from_u64(4_000_000 + seed as u64);
            let mut watch = SrmWatch::new(2, 1_000.0);
            let mut n = 0_u64;
            while watch.p_value() > 0.001 && n < 400_000 {
                n += 1;
                let treated = uniform(&mut random) < 0.5;
                if !(treated && uniform(&mut random) < loss) {
                    watch.count(usize::from(treated), |_| 0.5);
                }
            }
            found.push(n);
        }
        found.sort_unstable();
        let median = found[experiments / 2];
        println!("{:.0}% of one arm lost: {median}", loss * 100.0);
        if (median as f64 / expected - 1.0).abs() > 0.3 {
            println!("GATE median of a loss of {:.0}%: {median}, expected about {expected}", loss * 100.0);
            gate.failed = true;
        }
    }
    println!();
}

/// Five variants that do nothing, and a covariate that explains half: verdicts at the planned end.
fn many_variants(experiments: usize, visitors: usize, gate: &mut Gate) {
    let (mut wrong, mut adjusted_wrong, mut ratio) = (0, 0, 0.0);
    for seed in 0..experiments {
        let mut random = ChaCha8Rng::seed_from_u64(5_000_000 + seed as u64);
        let shares = vec![0.0, 0.25, 0.15, 0.15, 0.15, 0.15, 0.15];
        let plan = Plan {
            primary: Metric::EngagementDepth,
            // What a pair of arms has at the end.
            mode: Mode::Horizon { visitors: visitors as u64 * 4 / 10 },
            guardrails: Vec::new(),
            ..Plan::new(shares, Timestamp(0))
        };
        let mut totals = Totals::new(&plan);
        for i in 0..visitors {
            let u = uniform(&mut random);
            let arm = if u < 0.25 { Arm::Baseline } else { Arm::Variant((((u - 0.25) / 0.15) as u8).min(4)) };
            let at = Timestamp(i as u64 * 30_000_000);
            let mut entry = Entry::new(Unit((i as u128).to_be_bytes()), arm, Segment { newcomer: i % 3 == 0, ..Segment::default() }, at);
            let taste = uniform(&mut random) * 10.0;
            entry.covariate = if entry.segment.newcomer { 0 } else { taste as i64 };
            totals.enter(&mut entry);
            let outcome = Outcome { page_views: (taste + uniform(&mut random) * 10.0) as u32, ..Outcome::default() };
            totals.change(&entry, &Outcome::default(), &outcome, at);
        }
        let report = report(&totals, &plan, Timestamp(visitors as u64 * 30_000_000));
        wrong += usize::from(report.comparisons.iter().any(|c| matches!(c.verdict, Verdict::Better | Verdict::Worse)));
        for comparison in &report.comparisons {
            if let Some(adjusted) = comparison.primary().and_then(|metric| metric.adjusted.as_ref()) {
                adjusted_wrong += usize::from(!adjusted.interval.includes_zero());
                ratio += adjusted.variance_ratio / (experiments * report.comparisons.len()) as f64;
            }
        }
    }
    let family = wrong as f64 / experiments as f64;
    let adjusted = adjusted_wrong as f64 / (experiments * 5) as f64;
    println!(
        "Five variants that do nothing, {experiments} experiments, {visitors} visitors: any of them called different in {:.2}%",
        family * 100.0
    );
    println!("adjusted by a covariate: squared error times {ratio:.3}, interval without 0 at the end in {:.2}%\n", adjusted * 100.0);
    gate.at_most("any of five variants", family, 0.05, experiments);
    gate.at_most("adjusted intervals", adjusted, 0.05, experiments);
    if ratio > 1.01 {
        println!("GATE adjustment widens intervals: {ratio}");
        gate.failed = true;
    }
}

/// Nanoseconds per visitor of a total, with all its looks.
fn cost() {
    let plan = Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0));
    let mut totals = Totals::new(&plan);
    let visitors = 100_000_u64;
    let start = Instant::now();
    for i in 0..visitors {
        let arm = if i % 2 == 0 { Arm::Variant(0) } else { Arm::Baseline };
        let at = Timestamp(i * 1_000_000);
        let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, Segment::default(), at);
        totals.enter(&mut entry);
        let outcome = Outcome { orders: u32::from(i % 30 == 7), revenue: 1_000, profit: 300, page_views: 3, ..Outcome::default() };
        totals.change(&entry, &Outcome::default(), &outcome, at);
        totals.close(&entry, &outcome, at);
    }
    let each = start.elapsed().as_nanos() as u64 / visitors;
    let start = Instant::now();
    let made = report(&totals, &plan, Timestamp(visitors * 1_000_000));
    let took = start.elapsed().as_micros();
    println!(
        "One visitor enters, changes and is closed in {each} ns; a report of {} metrics takes {took} us",
        made.comparisons[0].metrics.len()
    );
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let mut gate = Gate { failed: false };
    let (experiments, visitors) = if quick { (150, 2_500) } else { (2_000, 20_000) };
    false_alarms(experiments, visitors, &mut gate);
    coverage(experiments, visitors, &mut gate);
    power(if quick { 150 } else { 2_000 }, if quick { 0.5 } else { 0.2 }, &mut gate);
    planted(if quick { 30 } else { 400 }, &mut gate);
    lost_visitors(if quick { 31 } else { 201 }, &mut gate);
    many_variants(if quick { 60 } else { 1_000 }, if quick { 2_500 } else { 10_000 }, &mut gate);
    cost();
    if gate.failed {
        std::process::exit(1);
    }
}
