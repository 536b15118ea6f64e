//! What assignment promises of many units: uniform shares, independent experiments, ramps that move nobody.

use super::Arm;
use super::Slice;
use super::Unit;
use super::assign_unit;
use super::bucket_bytes;
use super::is_in_traffic;
use crate::stats::srm_p_value;
use proptest::prelude::*;

/// Probability below which a test of shares fails (STATS 1); the units are fixed, so it fails always or never.
const UNLIKELY: f64 = 1e-4;

/// Ids as the engine makes them: 16 bytes without a pattern.
fn unit(n: u64) -> Unit {
    let half = |n: u64| {
        let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        u128::from(z ^ (z >> 31))
    };
    let twice = n.wrapping_mul(2);
    Unit((half(twice.wrapping_add(1)) << 64 | half(twice.wrapping_add(2))).to_be_bytes())
}

#[test]
fn buckets_are_uniform_over_a_million_units() {
    for seed in ["holdout", "exit-10", "exit-10:baseline", "namespace:checkout"] {
        let mut counts = [0_u64; 100];
        for n in 0..1_000_000 {
            counts[(bucket_bytes(seed.as_bytes(), &unit(n).hex()) * 100.0) as usize] += 1;
        }
        let p = srm_p_value(&counts, &[1.0; 100]).unwrap();
        assert!(p > UNLIKELY, "{seed}: p = {p:e}");
    }
}

#[test]
fn a_hundred_pairs_of_experiments_are_independent() {
    for pair in 0..100_u64 {
        let (one, other) = (format!("campaign-{pair}"), format!("campaign-{}", pair + 1));
        let mut counts = [0_u64; 4];
        for n in 0..20_000 {
            let is_second = |campaign: &str| assign_unit(campaign, &unit(n), 0.0, 0.0, &[1, 1]).arm == Arm::Variant(1);
            counts[usize::from(is_second(&one)) * 2 + usize::from(is_second(&other))] += 1;
        }
        let p = srm_p_value(&counts, &[0.25; 4]).unwrap();
        assert!(p > UNLIKELY, "{one} and {other}: {counts:?}, p = {p:e}");
    }
}

/// Holdout, slice, traffic, baseline and variant of one campaign say nothing about each other.
#[test]
fn the_questions_of_one_campaign_are_independent() {
    let slice = Slice { namespace: "shop".into(), from: 0.0, to: 0.5 };
    let answers = |unit: &Unit| {
        [
            assign_unit("c", unit, 0.5, 0.0, &[1]).arm == Arm::Holdout,
            slice.has(unit),
            is_in_traffic("c", unit, 0.5),
            assign_unit("c", unit, 0.0, 0.5, &[1]).arm == Arm::Baseline,
            assign_unit("c", unit, 0.0, 0.0, &[1, 1]).arm == Arm::Variant(0),
        ]
    };
    let mut counts = [0_u64; 32];
    for n in 0..64_000 {
        counts[answers(&unit(n)).iter().fold(0, |at, yes| at * 2 + usize::from(*yes))] += 1;
    }
    let p = srm_p_value(&counts, &[1.0; 32]).unwrap();
    assert!(p > UNLIKELY, "{counts:?}, p = {p:e}");
}

proptest! {
    #[test]
    fn more_traffic_only_adds_units(n: u64, from in 0.0..=1.0_f64, to in 0.0..=1.0_f64) {
        let (less, more) = if from < to { (from, to) } else { (to, from) };
        let unit = unit(n);
        prop_assert!(!is_in_traffic("c", &unit, less) || is_in_traffic("c", &unit, more));
        prop_assert!(is_in_traffic("c", &unit, 1.0) && !is_in_traffic("c", &unit, 0.0));
    }

    /// A weight that grows takes units from the others and gives none away.
    #[test]
    fn a_weight_that_grows_loses_nobody(
        n: u64,
        mut weights in prop::collection::vec(1..50_u32, 2..8),
        which: prop::sample::Index,
        by in 1..50_u32,
    ) {
        // First or last, where an interval grows on one side only.
        let grown = if which.index(2) == 0 { 0 } else { weights.len() - 1 };
        let before = assign_unit("c", &unit(n), 0.0, 0.0, &weights).arm;
        weights[grown] += by;
        let after = assign_unit("c", &unit(n), 0.0, 0.0, &weights).arm;
        if before == Arm::Variant(grown as u8) {
            prop_assert_eq!(before, after);
        } else if grown == 0 {
            prop_assert!(after <= before, "everybody moves towards the grown one or stays");
        } else {
            prop_assert!(after >= before, "everybody moves towards the grown one or stays");
        }
    }

    #[test]
    fn slices_that_do_not_meet_share_nobody(n: u64, cut in 0.0..=1.0_f64) {
        let one = Slice { namespace: "shop".into(), from: 0.0, to: cut };
        let other = Slice { namespace: "shop".into(), from: cut, to: 1.0 };
        let elsewhere = Slice { namespace: "blog".into(), from: 0.0, to: 1.0 };
        let unit = unit(n);
        prop_assert!(one.has(&unit) != other.has(&unit), "exactly one has it");
        prop_assert!(!one.meets(&other) && !one.meets(&elsewhere));
        prop_assert!(elsewhere.has(&unit));
    }
}
