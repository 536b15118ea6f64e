//! Who sees what, and what it brought: sticky assignment by hash, exact sums per arm, and the report made of them.
//!
//! Hashing is the one GrowthBook publishes, so an assignment can be recomputed anywhere. Three hashes with three seeds make the global
//! holdout, a campaign's baseline and its variant independent of each other; raising a share moves only those who cross its edge. Two
//! more say who takes part at all: the slice of a namespace, and a campaign's share of traffic.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod admission;
#[cfg(test)]
mod assignment_tests;
mod entry;
mod hash;
mod metric;
mod outcome;
mod plan;
mod report;
mod sums;
mod totals;
mod watch;

pub use admission::Slice;
pub use admission::is_in_traffic;
pub use entry::Entry;
pub use entry::SEGMENTS;
pub use entry::Segment;
pub use hash::bucket;
pub use hash::bucket_bytes;
pub use hash::bucket_v1;
pub use hash::fnv1a;
pub use metric::Metric;
pub use metric::MetricKind;
pub use outcome::Outcome;
pub use outcome::VALUE_MAX;
pub use plan::CUSTOM_MAX;
pub use plan::CustomMetric;
pub use plan::Expected;
pub use plan::GUARDRAILS_MAX;
pub use plan::Guardrail;
pub use plan::Mode;
pub use plan::Plan;
pub use plan::VARIANTS_MAX;
pub use report::AdaptiveReport;
pub use report::ArmMetric;
pub use report::ArmReport;
pub use report::Comparison;
pub use report::ExactReport;
pub use report::GuardrailReport;
pub use report::GuardrailState;
pub use report::Interval;
pub use report::LookReport;
pub use report::MetricAdjusted;
pub use report::MetricReport;
pub use report::MoneyReport;
pub use report::NoveltyReport;
pub use report::Pause;
pub use report::PosteriorReport;
pub use report::PowerReport;
pub use report::QualityReport;
pub use report::Report;
pub use report::SegmentReport;
pub use report::SplitReport;
pub use report::TrafficReport;
pub use report::Verdict;
pub use report::pause_due;
pub use report::report;
pub use report::report_csv;
pub use report::report_table;
pub use sums::COLUMNS;
pub use sums::Cell;
pub use sums::Column;
pub use sums::Sums;
pub use totals::ArmTotals;
pub use totals::DAYS_MAX;
pub use totals::Day;
pub use totals::Mark;
pub use totals::Marks;
pub use totals::Totals;
pub use watch::FIRST_LOOK_CONVERSIONS;
pub use watch::Look;
pub use watch::POINTS_MAX;
pub use watch::Watch;

use crate::model::SessionId;
use crate::model::VisitorId;
use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// What is assigned: a visitor where remembering is allowed, else a session. Prints as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Unit(pub [u8; 16]);

impl Unit {
    /// Hexadecimal digits without an allocation.
    pub fn hex(&self) -> [u8; 32] {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut hex = [0; 32];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        hex
    }
}

impl From<VisitorId> for Unit {
    fn from(id: VisitorId) -> Unit {
        Unit(id.0)
    }
}

impl From<SessionId> for Unit {
    fn from(id: SessionId) -> Unit {
        Unit(id.0)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unit({self})")
    }
}

/// What a unit gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Arm {
    /// Sees no campaign at all.
    Holdout,
    /// Sees the shop's default where this campaign would act.
    Baseline,
    /// Place among the campaign's variants, from 0.
    Variant(u8),
}

/// An arm with how likely it was.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assignment {
    pub arm: Arm,
    /// Share of units that get this arm. Over all arms of a campaign these sum to 1.
    pub propensity: f64,
}

/// Seed of the global holdout. Part of the stored format: another seed would move every visitor.
const HOLDOUT_SEED: &[u8] = b"holdout";
/// Longest campaign id that is assigned without an allocation.
const CAMPAIGN_BYTES: usize = 128;
const BASELINE_SUFFIX: &[u8] = b":baseline";
/// Longest of what a seed is made of beside a campaign's id.
const SUFFIX_BYTES: usize = 16;

/// Assigns a unit to an arm of a campaign.
///
/// `holdout` and `baseline` are shares in 0..=1 (others are clamped, NaN counts as 0); `weights` are in variant order. Without a weight
/// above 0 everybody who is not held out is in the baseline. Pure: the same arguments give the same arm for ever.
pub fn assign(campaign: &str, unit_hex: &str, holdout: f64, baseline: f64, weights: &[u32]) -> Assignment {
    assign_bytes(campaign.as_bytes(), unit_hex.as_bytes(), holdout, baseline, weights)
}

/// [`assign`] for a [`Unit`], without an allocation.
pub fn assign_unit(campaign: &str, unit: &Unit, holdout: f64, baseline: f64, weights: &[u32]) -> Assignment {
    assign_bytes(campaign.as_bytes(), &unit.hex(), holdout, baseline, weights)
}

fn assign_bytes(campaign: &[u8], unit: &[u8], holdout: f64, baseline: f64, weights: &[u32]) -> Assignment {
    let holdout = share(holdout);
    let baseline = share(baseline);
    // Nothing is below a share of 0, so its hash is spared.
    if holdout > 0.0 && bucket_bytes(HOLDOUT_SEED, unit) < holdout {
        return Assignment { arm: Arm::Holdout, propensity: holdout };
    }
    let total: u64 = weights.iter().take(256).map(|&weight| u64::from(weight)).sum();
    if total == 0 {
        return Assignment { arm: Arm::Baseline, propensity: 1.0 - holdout };
    }
    if baseline > 0.0 && baseline_bucket(campaign, unit) < baseline {
        return Assignment { arm: Arm::Baseline, propensity: (1.0 - holdout) * baseline };
    }
    let open = (1.0 - holdout) * (1.0 - baseline);
    let n = bucket_bytes(campaign, unit);
    let mut below = 0_u64;
    let mut last = 0;
    for (index, &weight) in weights.iter().take(256).enumerate() {
        if weight == 0 {
            continue;
        }
        last = index;
        below += u64::from(weight);
        if n < below as f64 / total as f64 {
            break;
        }
    }
    let weight = weights.get(last).copied().unwrap_or(0);
    Assignment { arm: Arm::Variant(last as u8), propensity: open * f64::from(weight) / total as f64 }
}

fn baseline_bucket(campaign: &[u8], unit: &[u8]) -> f64 {
    bucket_of_parts(campaign, BASELINE_SUFFIX, unit)
}

/// [`bucket_bytes`] with a seed of two parts; without an allocation for names of usual length.
fn bucket_of_parts(first: &[u8], second: &[u8], unit: &[u8]) -> f64 {
    let mut seed = [0_u8; CAMPAIGN_BYTES + SUFFIX_BYTES];
    let length = first.len() + second.len();
    match seed.get_mut(..length) {
        Some(buffer) => {
            buffer[..first.len()].copy_from_slice(first);
            buffer[first.len()..].copy_from_slice(second);
            bucket_bytes(buffer, unit)
        }
        None => bucket_bytes(&[first, second].concat(), unit),
    }
}

fn share(value: f64) -> f64 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(n: u32) -> Unit {
        Unit(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835).to_be_bytes())
    }

    #[test]
    fn arms_have_their_shares_and_propensities_sum_to_one() {
        let mut counts = [0_u32; 5];
        for n in 0..20_000 {
            let got = assign_unit("exit-10", &unit(n), 0.05, 0.1, &[1, 0, 3]);
            let (slot, propensity) = match got.arm {
                Arm::Holdout => (0, 0.05),
                Arm::Baseline => (1, 0.095),
                Arm::Variant(0) => (2, 0.855 / 4.0),
                Arm::Variant(1) => (3, 0.0),
                Arm::Variant(_) => (4, 0.855 * 3.0 / 4.0),
            };
            counts[slot] += 1;
            assert!((got.propensity - propensity).abs() < 1e-12);
            assert_eq!(got, assign("exit-10", &unit(n).to_string(), 0.05, 0.1, &[1, 0, 3]), "both ways agree");
        }
        // Four standard errors of each share at 20,000 units.
        for (count, share) in counts.into_iter().zip([0.05, 0.095, 0.213_75, 0.0, 0.641_25]) {
            let error = (share * (1.0 - share) / 20_000.0_f64).sqrt() * 4.0;
            assert!((f64::from(count) / 20_000.0 - share).abs() <= error, "{count} for {share}");
        }
    }

    #[test]
    fn a_ramp_moves_only_those_who_cross_its_edge() {
        for n in 0..5_000 {
            let before = assign_unit("c", &unit(n), 0.01, 0.5, &[1, 1]).arm;
            let after = assign_unit("c", &unit(n), 0.01, 0.2, &[1, 1]).arm;
            match (before, after) {
                (Arm::Baseline, Arm::Baseline | Arm::Variant(_)) => {}
                (before, after) => assert_eq!(before, after, "only leaving the baseline is a change"),
            }
            let wider = assign_unit("c", &unit(n), 0.1, 0.5, &[1, 1]).arm;
            assert!(wider == before || wider == Arm::Holdout);
        }
    }

    #[test]
    fn the_holdout_is_the_same_for_all_campaigns() {
        for n in 0..2_000 {
            let held = |campaign: &str| assign_unit(campaign, &unit(n), 0.1, 0.0, &[1]).arm == Arm::Holdout;
            assert_eq!(held("a"), held("b"));
        }
    }

    #[test]
    fn odd_arguments_have_an_answer() {
        let hex = unit(7).to_string();
        assert_eq!(assign("c", &hex, f64::NAN, -1.0, &[5]), Assignment { arm: Arm::Variant(0), propensity: 1.0 });
        assert_eq!(assign("c", &hex, 2.0, 0.0, &[5]), Assignment { arm: Arm::Holdout, propensity: 1.0 });
        assert_eq!(assign("c", &hex, 0.0, 0.0, &[]), Assignment { arm: Arm::Baseline, propensity: 1.0 });
        assert_eq!(assign("c", &hex, 0.0, 0.0, &[0, 0]), Assignment { arm: Arm::Baseline, propensity: 1.0 });
        let long = "x".repeat(300);
        assert_eq!(assign(&long, &hex, 0.0, 1.0, &[1]).arm, Arm::Baseline);
        assert_eq!(unit(7).hex().as_slice(), unit(7).to_string().as_bytes());
    }
}
