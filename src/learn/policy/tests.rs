//! Estimates by hand, on logs whose truth is known, and where logs say too little.

use super::*;
use crate::learn::bandit::Evidence;
use crate::learn::bandit::Policy;

/// 400 decisions between two actions with chances of 0.8 and 0.2; the first is rewarded every fourth time, the second every second.
fn log() -> Vec<(usize, f64)> {
    (0..400).map(|n| if n % 5 == 4 { (1, f64::from(u8::from(n % 2 == 0))) } else { (0, f64::from(u8::from(n % 4 == 0))) }).collect()
}

fn weighed(target: [f64; 2], expected: [f64; 2]) -> Vec<Weighed> {
    let chances = [0.8, 0.2];
    let of_target = target[0] * expected[0] + target[1] * expected[1];
    let row = |(action, reward): (usize, f64)| Weighed {
        weight: target[action] / chances[action],
        reward,
        expected: expected[action],
        expected_of_target: of_target,
    };
    log().into_iter().map(row).collect()
}

/// numpy on the same rows: means, sqrt(var(ddof=1) / n), and the delta method for the ratio.
#[test]
fn golden_values() {
    let v = value(&weighed([0.5, 0.5], [0.25, 0.5]), None).unwrap();
    assert!((v.on_policy.value - 0.3).abs() < 1e-12 && (v.ips.value - 0.375).abs() < 1e-12 && (v.snips.value - 0.375).abs() < 1e-12);
    assert!((v.doubly_robust.value - 0.375).abs() < 1e-12 && (v.weight_mean - 1.0).abs() < 1e-12 && v.weight_max == 2.5);
    assert!((v.effective - 256.0).abs() < 1e-9, "{}", v.effective);
    let half = |estimate: Estimate| estimate.high - estimate.value;
    for (got, expect) in [(half(v.ips), IPS_HALF), (half(v.snips), SNIPS_HALF), (half(v.doubly_robust), DR_HALF)] {
        assert!((got - expect).abs() < 1e-9, "{got} for {expect}");
    }
}

const IPS_HALF: f64 = 0.073_590_695_354_153_87;
const SNIPS_HALF: f64 = 0.061_707_673_996_262_25;
const DR_HALF: f64 = 0.059_772_781_109_035_514;

#[test]
fn a_right_model_makes_doubly_robust_steadier() {
    let blind = value(&weighed([0.2, 0.8], [0.0, 0.0]), None).unwrap();
    let seeing = value(&weighed([0.2, 0.8], [0.25, 0.5]), None).unwrap();
    assert_eq!(blind.doubly_robust, blind.ips);
    assert!(seeing.doubly_robust.high - seeing.doubly_robust.low < blind.ips.high - blind.ips.low);
}

#[test]
fn no_overlap_no_estimate() {
    let few: Vec<Weighed> = weighed([0.5, 0.5], [0.0; 2]).into_iter().take(50).collect();
    assert_eq!(value(&few, None), Err(Overlap::TooFew(50)));
    let mut never = weighed([0.5, 0.5], [0.0; 2]);
    never.iter_mut().for_each(|row| row.weight = 0.0);
    assert_eq!(value(&never, None), Err(Overlap::Effective { decisions: 400, effective: 0.0 }));
    let mut one = weighed([0.8, 0.2], [0.0; 2]);
    one[0].weight = 60.0;
    assert!(matches!(value(&one, None), Err(Overlap::Effective { .. } | Overlap::OneDecision { .. })));
    let mut wrong = weighed([0.8, 0.2], [0.0; 2]);
    wrong.iter_mut().for_each(|row| row.weight *= 3.0);
    assert!(matches!(value(&wrong, None), Err(Overlap::Mean { .. })));
    let text = value(&wrong, None).unwrap_err().to_string();
    assert!(text.starts_with("weights average 3.000, not 1"), "{text}");
}

#[test]
fn clipping_is_counted_and_bounds_the_weight() {
    let v = value(&weighed([0.2, 0.8], [0.0; 2]), Some(2.0)).unwrap();
    assert_eq!((v.weight_max, v.clipped), (2.0, 80));
}

#[test]
fn a_model_of_rewards_finds_what_the_context_says_and_never_its_own_decision() {
    let contexts: Vec<Vec<f64>> = (0..500).map(|n| vec![1.0, f64::from(n % 2)]).collect();
    let actions: Vec<usize> = (0..500).map(|n| n / 2 % 2).collect();
    let rewards: Vec<f64> = (0..500).map(|n| f64::from(u8::from(n % 2 == 1))).collect();
    let mut seen = vec![0; 500];
    cross_fitted(&contexts, &actions, &rewards, 2, |row, expected| {
        seen[row] += 1;
        assert!(expected.iter().all(|expected| (expected - rewards[row]).abs() < 0.05), "{row} {expected:?}");
    });
    assert!(seen.iter().all(|&times| times == 1));
    // With one rewarded decision among equals, its own expectation is what the others say: nothing.
    let mut once = vec![0.0; 500];
    once[7] = 1.0;
    cross_fitted(&contexts, &actions, &once, 2, |row, expected| {
        assert!(row != 7 || expected.iter().all(|expected| expected.abs() < 1e-12), "{expected:?}");
    });
}

#[test]
fn files_are_checked() {
    let problem = |text: &str| PolicyFile::read(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(problem("{\"kind\":\"x\"}"), "kind is `x`, expected `floorwalker.policy/1`");
    assert_eq!(problem("{\"kind\":\"floorwalker.policy/1\"}"), "policy: either shares or policy is expected");
    assert_eq!(problem("{\"kind\":\"floorwalker.policy/1\",\"shares\":{\"a\":0.5,\"b\":0.4}}"), "shares: do not sum to 1");
    assert!(problem("[]").starts_with("is no policy: "));
    let mut arms = vec![Evidence::new(2), Evidence::new(2)];
    arms[1].add(&[1.0, 1.0], 1.0);
    let file = PolicyFile::linear(vec!["1".to_owned(), "x".to_owned()], vec!["a".to_owned(), "b".to_owned()], Policy::of(&arms, 1.0, 0.05));
    let text = serde_json::to_string(&file).unwrap();
    assert_eq!(
        problem(&text.replace("[\"1\",\"x\"]", "[\"1\"]")),
        "policy: has sizes that do not fit the features, or numbers that are not finite"
    );
    assert_eq!(problem(&text.replace("[\"a\",\"b\"]", "[\"a\"]")), "actions: 1 to 96 are expected, one for each of policy.arms");
    let target = PolicyFile::read(text.as_bytes()).unwrap();
    let mut out = [0.0; 2];
    assert!(target.chances(&["a".to_owned(), "b".to_owned()], |_| 1.0, &mut out).abs() < 1e-12);
    assert!(out[1] > out[0] && out[0] >= 0.05, "{out:?}");
    let elsewhere = target.chances(&["b".to_owned()], |_| 1.0, &mut out[..1]);
    assert!((elsewhere + out[0] - 1.0).abs() < 1e-12 && out[0] > 0.5);
}
