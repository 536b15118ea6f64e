//! Reports of made-up experiments.

use super::super::Entry;
use super::super::Outcome;
use super::super::Unit;
use super::super::plan::Guardrail;
use super::*;
use crate::model::DeviceKind;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

/// What a variant does to visitors.
#[derive(Clone, Copy)]
struct Treatment {
    conversion: f64,
    /// Minor units per order.
    profit: i64,
    discount: i64,
}

fn uniform(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Visitors one a minute, half of them treated; 10 in 100 order without treatment.
fn run(plan: &Plan, visitors: u32, treatment: Treatment, seed: u64) -> Totals {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut totals = Totals::new(plan);
    for i in 0..visitors {
        let treated = uniform(&mut random) < 0.5;
        let arm = if treated { Arm::Variant(0) } else { Arm::Baseline };
        let at = Timestamp(u64::from(i) * 60_000_000);
        let device = if i % 3 == 0 { DeviceKind::Phone } else { DeviceKind::Desktop };
        let segment = Segment { device, newcomer: i % 4 == 0, ..Segment::default() };
        let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, segment, at);
        let taste = uniform(&mut random);
        entry.covariate = (taste * 1_000.0) as i64;
        totals.assign(arm, &[]);
        totals.enter(&mut entry);
        let base = if treated { treatment.conversion } else { 0.1 };
        let mut outcome = Outcome { page_views: 1 + (taste * 6.0) as u32, attention_seconds: (taste * 100.0) as u32, ..Outcome::default() };
        if uniform(&mut random) < base * (0.5 + taste) {
            outcome.orders = 1;
            outcome.revenue = 8_000 + (taste * 4_000.0) as i64 - if treated { treatment.discount } else { 0 };
            outcome.profit = if treated { treatment.profit } else { 3_000 } + (taste * 500.0) as i64;
            outcome.discount = if treated { treatment.discount } else { 0 };
        }
        totals.change(&entry, &Outcome::default(), &outcome, at);
        totals.close(&entry, &outcome, at);
    }
    totals
}

fn plan(visitors: u64) -> Plan {
    Plan { mode: Mode::Horizon { visitors }, ..Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0)) }
}

const NOTHING: Treatment = Treatment { conversion: 0.1, profit: 3_000, discount: 0 };

fn look(totals: &Totals, plan: &Plan) -> Report {
    let now = totals.span().map_or(Timestamp(0), |(_, last)| last);
    report(totals, plan, now)
}

#[test]
fn a_planted_winner_is_found_early_and_the_note_is_beside_it() {
    let plan = plan(20_000);
    let totals = run(&plan, 16_000, Treatment { conversion: 0.125, profit: 3_000, discount: 0 }, 1);
    let report = look(&totals, &plan);
    let comparison = &report.comparisons[0];
    assert_eq!(comparison.verdict, Verdict::Better, "{}", comparison.sentence);
    assert!(comparison.sentence.starts_with("Profit per visitor is better by +"), "{}", comparison.sentence);
    assert!(comparison.exaggeration.as_ref().is_some_and(|note| note.contains("1.19")));
    assert!(comparison.primary().is_some_and(|metric| metric.interval.is_some_and(|interval| interval.lower > 0.0)));
    assert!(comparison.metric("conversion").is_some_and(|metric| metric.is_significant && metric.exact.is_some()));
    assert!(comparison.primary().is_some_and(|metric| metric.one_look.is_none()), "one look is hidden before the end");
    let adjusted = comparison.primary().and_then(|metric| metric.adjusted.as_ref()).unwrap();
    assert!(adjusted.variance_ratio < 1.0 && adjusted.is_stratified, "the covariate tells something");
    assert!(report.pause.is_none() && comparison.guardrails.iter().all(|guardrail| guardrail.state == GuardrailState::Safe));
    assert!(!comparison.over_time.is_empty() && !comparison.by_day.is_empty());
}

#[test]
fn days_stand_by_themselves_and_a_list_goes_without_curves() {
    let plan = plan(20_000);
    let totals = run(&plan, 6_000, Treatment { conversion: 0.125, profit: 3_000, discount: 0 }, 1);
    let report = look(&totals, &plan);
    let comparison = &report.comparisons[0];
    // 1,440 visitors a day, one a minute.
    let came: Vec<u64> = report.traffic.iter().map(|day| day.visitors.iter().sum()).collect();
    assert_eq!(came, [1_440, 1_440, 1_440, 1_440, 240]);
    assert!(report.traffic.iter().all(|day| day.visitors.len() == 3 && day.visitors[0] == 0));
    let days: Vec<(u64, u64)> = comparison.daily.iter().map(|day| (day.at / 86_400_000, day.visitors)).collect();
    assert_eq!(days, [(0, 1_440), (1, 1_440), (2, 1_440), (3, 1_440), (4, 240)]);
    let last = comparison.by_day.iter().rfind(|day| day.metric == "profit_per_visitor").unwrap();
    let width = |interval: Interval| interval.upper - interval.lower;
    for day in &comparison.daily {
        assert_eq!(day.metric, "profit_per_visitor");
        assert!(day.interval.lower < day.difference && day.difference < day.interval.upper);
        assert!(width(day.interval) > width(last.interval), "a day alone says less than all of them");
        let share = day.lift.unwrap() / day.difference;
        assert!((day.lift_interval.unwrap().upper - day.interval.upper * share).abs() < 1e-9, "one control for all days");
    }
    let mut brief = report.clone();
    brief.shorten();
    assert!(brief.traffic.is_empty());
    let short = &brief.comparisons[0];
    assert!(short.over_time.is_empty() && short.by_day.is_empty() && short.daily.is_empty() && short.segments.is_empty());
    assert_eq!((&short.metrics, &short.sentence), (&comparison.metrics, &comparison.sentence));
}

#[test]
fn more_orders_and_less_profit_is_flagged_and_paused() {
    let plan = Plan { primary: Metric::Conversion, ..plan(20_000) };
    let totals = run(&plan, 12_000, Treatment { conversion: 0.13, profit: 800, discount: 2_200 }, 2);
    let report = look(&totals, &plan);
    let comparison = &report.comparisons[0];
    assert_eq!(comparison.verdict, Verdict::Harmful);
    assert_eq!(comparison.sentence, "Harm: profit per visitor is worse than the baseline's although conversion is better.");
    let pause = report.pause.as_ref().unwrap();
    assert_eq!((pause.metric, pause.reason.as_str()), ("profit_per_visitor", "variant 1 makes profit per visitor worse than the baseline"));
    assert!(comparison.metric("conversion").is_some_and(|metric| metric.is_significant));
    // About 10% of the variant's 6,000 visitors would have ordered anyway.
    let anyway = comparison.discount_anyway.unwrap() / 2_200.0;
    assert!((500.0..700.0).contains(&anyway), "{anyway}");
    assert!(report_table("offer", &report).contains("PAUSE: variant 1 makes profit per visitor worse"));
}

#[test]
fn a_broken_checkout_is_paused_before_there_are_ten_orders_in_it() {
    let plan = plan(20_000);
    let totals = run(&plan, 600, Treatment { conversion: 0.0, profit: 0, discount: 0 }, 3);
    let report = look(&totals, &plan);
    assert_eq!(report.pause.map(|pause| pause.metric), Some("conversion"));
    assert_eq!(report.comparisons[0].verdict, Verdict::Harmful);
}

#[test]
fn nothing_is_called_significant_where_nothing_is_different() {
    let plan = plan(4_000);
    let totals = run(&plan, 6_000, NOTHING, 4);
    let report = look(&totals, &plan);
    let comparison = &report.comparisons[0];
    assert_eq!(comparison.verdict, Verdict::Inconclusive, "{}", comparison.sentence);
    let primary = comparison.primary().unwrap();
    assert!(primary.is_frozen && primary.one_look.is_some() && primary.randomization.is_some());
    let longer = look(&run(&plan, 9_000, NOTHING, 4), &plan);
    let later = longer.comparisons[0].primary().unwrap();
    assert_eq!((later.difference, later.p_value), (primary.difference, primary.p_value), "after the horizon nothing counts");
}

#[test]
fn too_little_says_how_much_more() {
    let plan = plan(40_000);
    let report = look(&run(&plan, 60, NOTHING, 5), &plan);
    let comparison = &report.comparisons[0];
    assert_eq!(comparison.verdict, Verdict::NotEnoughData);
    assert!(comparison.sentence.starts_with("Not enough data yet: about "), "{}", comparison.sentence);
    assert!(comparison.metrics.iter().all(|metric| metric.p_value.is_none() && metric.difference.is_none() && metric.missing.is_some()));
    let empty = report_of_nothing();
    assert_eq!(empty.comparisons[0].verdict, Verdict::NotEnoughData);
}

#[test]
fn names_are_those_of_the_json() {
    for verdict in [Verdict::NotEnoughData, Verdict::Undecided, Verdict::Inconclusive, Verdict::Harmful, Verdict::SplitMismatch] {
        assert_eq!(serde_json::to_value(verdict).unwrap(), verdict.name());
    }
}

fn report_of_nothing() -> Report {
    let plan = plan(40_000);
    report(&Totals::new(&plan), &plan, Timestamp(7))
}

#[test]
fn a_mismatched_split_hides_the_verdict_until_somebody_has_looked() {
    let plan = plan(20_000);
    let mut totals = run(&plan, 4_000, Treatment { conversion: 0.2, profit: 3_000, discount: 0 }, 6);
    for i in 0..900_u32 {
        let at = Timestamp(u64::from(4_000 + i) * 60_000_000);
        totals.enter(&mut Entry::new(Unit(u128::from(i + 100_000).to_be_bytes()), Arm::Baseline, Segment::default(), at));
    }
    let hidden = look(&totals, &plan);
    assert!(hidden.triggered_split.is_alarm && hidden.triggered_split.one_look_p_value.is_some_and(|p| p < 0.001));
    assert_eq!(hidden.comparisons[0].verdict, Verdict::SplitMismatch);
    assert!(hidden.triggered_split.segments.contains(&"device desktop".to_owned()), "{:?}", hidden.triggered_split.segments);
    let shown = look(&totals, &Plan { is_split_acknowledged: true, ..plan });
    assert_eq!(shown.comparisons[0].verdict, Verdict::Better);
}

#[test]
fn two_variants_pay_for_being_two() {
    let mut plan = plan(20_000);
    plan.shares = vec![0.05, 0.35, 0.3, 0.3];
    plan.guardrails = vec![Guardrail { metric: Metric::Bounce, margin: 0.1 }];
    let mut totals = Totals::new(&plan);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    for i in 0..15_000_u32 {
        let u = uniform(&mut random);
        let (arm, rate) = match u {
            u if u < 0.05 => (Arm::Holdout, 0.1),
            u if u < 0.4 => (Arm::Baseline, 0.1),
            u if u < 0.7 => (Arm::Variant(0), 0.1),
            _ => (Arm::Variant(1), 0.14),
        };
        let at = Timestamp(u64::from(i) * 60_000_000);
        let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, Segment::default(), at);
        totals.enter(&mut entry);
        if uniform(&mut random) < rate {
            let outcome = Outcome { orders: 1, revenue: 5_000, profit: 2_000, ..Outcome::default() };
            totals.change(&entry, &Outcome::default(), &outcome, at);
        }
    }
    let report = look(&totals, &plan);
    assert_eq!(report.comparisons.iter().map(|comparison| comparison.verdict).collect::<Vec<_>>(), [Verdict::Undecided, Verdict::Better]);
    for comparison in &report.comparisons {
        let primary = comparison.primary().unwrap();
        assert!(primary.adjusted_p_value >= primary.p_value, "Holm only raises");
        assert!(primary.randomization.is_none(), "not an even split");
        assert_eq!(comparison.guardrails[0].state, GuardrailState::Watching, "nobody bounced: no spread");
    }
    assert_eq!(report.arms.len(), 4);
}

#[test]
fn no_report_has_a_number_that_is_none() {
    let plan = Plan { primary: Metric::AverageOrderValue, mode: Mode::Open { tuned_for: 3_000 }, ..plan(1) };
    for (visitors, treatment) in
        [(0, NOTHING), (1, NOTHING), (3, NOTHING), (300, NOTHING), (2_500, Treatment { conversion: 0.0, ..NOTHING })]
    {
        let report = look(&run(&plan, visitors, treatment, 8), &plan);
        // serde_json writes NaN and infinity as null, so they are looked for in the Debug text.
        let text = format!("{report:?}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{visitors}: {text}");
        assert!(report_csv("x", &report).lines().all(|line| line.split(',').count() == 18));
        assert!(!report_table("x", &report).contains("NaN"));
    }
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let plan = plan(8_000);
    let text = |seed| serde_json::to_string(&look(&run(&plan, 3_000, NOTHING, seed), &plan)).unwrap();
    assert_eq!(text(9), text(9));
    assert_ne!(text(9), text(10));
}

#[test]
fn changing_shares_are_answered_from_logged_probabilities() {
    let plan = Plan { primary: Metric::Conversion, mode: Mode::Open { tuned_for: 20_000 }, ..plan(1) };
    let mut totals = Totals::new(&plan);
    let mut random = ChaCha8Rng::seed_from_u64(11);
    // Nobody is moved, but in the second half, when all convert more, most visitors get the variant: plain means say 40% more.
    for i in 0..20_000_u32 {
        let (share, rate) = if i < 10_000 { (0.2, 0.05) } else { (0.8, 0.10) };
        let arm = if uniform(&mut random) < share { Arm::Variant(0) } else { Arm::Baseline };
        let at = Timestamp(u64::from(i) * 60_000_000);
        let mut entry = Entry::new(Unit(u128::from(i).to_be_bytes()), arm, Segment::default(), at);
        entry.shares = [0.0, 1.0 - share, share].into_iter().collect();
        totals.enter(&mut entry);
        let outcome = Outcome { orders: u32::from(uniform(&mut random) < rate), ..Outcome::default() };
        totals.change(&entry, &Outcome::default(), &outcome, at);
        totals.close(&entry, &outcome, at);
    }
    let plain = [1, 2].map(|slot| totals.arms()[slot].all().metric(Metric::Conversion, false).unwrap().mean);
    assert!(plain[1] / plain[0] > 1.3, "{plain:?}");
    let report = look(&totals, &plan);
    let comparison = &report.comparisons[0];
    let adaptive = comparison.adaptive.as_ref().unwrap();
    assert!(adaptive.interval.includes_zero() && adaptive.difference.abs() < 0.01, "{adaptive:?}");
    assert_eq!(comparison.verdict, Verdict::Undecided);
    assert!(!report.triggered_split.is_alarm, "shares are known, so the split is as intended");
    assert!(report.notes.iter().any(|note| note.starts_with("Shares changed")));
}
