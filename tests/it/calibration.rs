//! False alarms of experiments that are watched at every visitor, with the product's own totals. `benches/experiments.rs` is the long form.

use floorwalker::experiment::Arm;
use floorwalker::experiment::Entry;
use floorwalker::experiment::Metric;
use floorwalker::experiment::Mode;
use floorwalker::experiment::Outcome;
use floorwalker::experiment::Plan;
use floorwalker::experiment::Segment;
use floorwalker::experiment::Totals;
use floorwalker::experiment::Unit;
use floorwalker::model::Timestamp;
use floorwalker::stats::difference;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

const EXPERIMENTS: u64 = 200;
const VISITORS: u64 = 1_500;

/// Runs one experiment in which nobody is moved; whether the rule alarmed, and whether a t-test after every visitor did.
fn null_experiment(mode: Mode, seed: u64) -> (bool, bool) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let plan = Plan { primary: Metric::Conversion, mode, ..Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0)) };
    let mut totals = Totals::new(&plan);
    let mut is_naive = false;
    for i in 0..VISITORS {
        let arm = if random.next_u64() % 2 == 0 { Arm::Variant(0) } else { Arm::Baseline };
        let at = Timestamp(i * 60_000_000);
        let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, Segment::default(), at);
        totals.enter(&mut entry);
        if random.next_u64() % 10 == 0 {
            totals.change(&entry, &Outcome::default(), &Outcome { orders: 1, ..Outcome::default() }, at);
        }
        if i >= 200 && i % 5 == 0 {
            let mean = |arm| totals.arm(arm).unwrap().all().metric(Metric::Conversion, false).unwrap();
            is_naive |= difference(&mean(Arm::Baseline), &mean(Arm::Variant(0))).is_some_and(|found| found.z().abs() >= 1.96);
        }
    }
    (totals.watch(Arm::Variant(0)).unwrap().p_value(mode) <= 0.05, is_naive)
}

#[test]
fn rules_that_may_be_watched_alarm_in_at_most_five_percent() {
    // Three standard errors of a rate of 5%.
    let allowed = 0.05 + 3.0 * (0.05 * 0.95 / EXPERIMENTS as f64).sqrt();
    for mode in [Mode::Horizon { visitors: VISITORS }, Mode::Open { tuned_for: VISITORS }] {
        let runs: Vec<(bool, bool)> = (0..EXPERIMENTS).map(|seed| null_experiment(mode, seed)).collect();
        let rate = |of: fn(&(bool, bool)) -> bool| runs.iter().filter(|run| of(run)).count() as f64 / EXPERIMENTS as f64;
        let (ours, naive) = (rate(|run| run.0), rate(|run| run.1));
        assert!(ours <= allowed, "{mode:?}: {ours} is over {allowed}");
        assert!(naive >= 0.15, "the naive test alarms in {naive}: the simulation has no teeth");
    }
}
