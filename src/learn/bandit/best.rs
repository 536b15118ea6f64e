//! How likely each of several uncertain scores is the highest, without drawing lots.

use crate::stats::exp;

/// Variants a choice is made among. Shops have a handful; logs of other systems have more.
pub const ARMS_MAX: usize = 96;

/// An expected reward and its standard deviation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Score {
    pub mean: f64,
    pub deviation: f64,
}

/// The upper half of 32 slices of the normal distribution, each by its median: quantiles at (i + 0.5) / 32. Computed with Python.
const MEDIANS: [f64; 16] = [
    0.039176085503,
    0.117769874579,
    0.197099084294,
    0.277690439822,
    0.36012989179,
    0.445096524986,
    0.533409706241,
    0.626099012346,
    0.724514383492,
    0.830510878205,
    0.946781756301,
    1.077515567041,
    1.229858759217,
    1.417797137996,
    1.675939722774,
    2.153874694063,
];

/// A score this many deviations below another one's worst has no chance to speak of.
const FAR: f64 = 4.0;

/// Writes into `out` the probability that each score is the highest if all are drawn independently from normal distributions.
///
/// P(a is best) is the integral over a's distribution of the product of the others' distribution functions: one dimension, whatever the
/// number of scores. It is taken at the medians of 32 equally likely slices and scaled to a sum of 1, which is within 0.02 of the exact
/// value. The same numbers give the same bits on every machine. At most [`ARMS_MAX`] scores; what is no number never wins. No allocation.
pub fn chances_of_best(scores: &[Score], out: &mut [f64]) {
    let scores = &scores[..scores.len().min(out.len()).min(ARMS_MAX)];
    out.fill(0.0);
    let usable = |score: &Score| score.mean.is_finite() && score.deviation.is_finite();
    let floor =
        scores.iter().filter(|score| usable(score)).map(|score| score.mean - FAR * score.deviation).fold(f64::NEG_INFINITY, f64::max);
    let runs = |score: &Score| usable(score) && score.mean + FAR * score.deviation >= floor;
    let mut total = 0.0;
    for (index, own) in scores.iter().enumerate() {
        if !runs(own) {
            continue;
        }
        let chance = if own.deviation > 0.0 {
            let at = |median: f64| beats(scores, index, own.mean + median * own.deviation, &runs);
            MEDIANS.iter().map(|&median| at(median) + at(-median)).sum::<f64>() / 32.0
        } else {
            beats(scores, index, own.mean, &runs)
        };
        out[index] = chance;
        total += chance;
    }
    if total > 0.0 {
        out.iter_mut().for_each(|chance| *chance /= total);
    } else {
        // No usable score: nobody is known to be better.
        let count = scores.len().max(1) as f64;
        out.iter_mut().take(scores.len()).for_each(|chance| *chance = 1.0 / count);
    }
}

/// Too little to matter.
const NONE: f64 = 1e-12;

/// How likely all others stay below `value`.
fn beats(scores: &[Score], own: usize, value: f64, runs: &impl Fn(&Score) -> bool) -> f64 {
    let mut chance = 1.0;
    for (index, other) in scores.iter().enumerate() {
        if index == own || !runs(other) {
            continue;
        }
        if chance < NONE {
            return 0.0;
        }
        chance *= if other.deviation > 0.0 {
            normal_below((value - other.mean) / other.deviation)
        } else if value == other.mean {
            0.5
        } else {
            f64::from(u8::from(value > other.mean))
        };
    }
    chance
}

/// The normal distribution function, absolute error below 7.5e-8 (Abramowitz and Stegun 26.2.17).
fn normal_below(z: f64) -> f64 {
    if z.abs() > 6.0 {
        return f64::from(u8::from(z > 0.0));
    }
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let sum = t * (0.319_381_53 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = 0.398_942_280_401_432_7 * exp(-0.5 * z * z) * sum;
    if z > 0.0 { 1.0 - tail } else { tail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chances(scores: &[(f64, f64)]) -> Vec<f64> {
        let scores: Vec<Score> = scores.iter().map(|&(mean, deviation)| Score { mean, deviation }).collect();
        let mut out = vec![0.0; scores.len()];
        chances_of_best(&scores, &mut out);
        assert!((out.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{out:?}");
        out
    }

    /// scipy: norm.sf(0, loc=d, scale=hypot(a, b)) for two, and integrate.quad over the product of distribution functions for more.
    #[test]
    fn close_to_the_integral() {
        for (scores, expect) in [
            (vec![(0.0, 1.0), (0.0, 1.0)], vec![0.5, 0.5]),
            (vec![(0.05, 0.01), (0.04, 0.02)], vec![0.672_639_6, 0.327_360_4]),
            (vec![(0.1, 0.001), (0.0, 0.1)], vec![0.841_332_6, 0.158_667_4]),
            (vec![(0.0, 1.0), (0.5, 1.0), (0.2, 0.1)], vec![0.268_462_9, 0.508_550_9, 0.222_986_1]),
        ] {
            for (got, expect) in chances(&scores).iter().zip(&expect) {
                assert!((got - expect).abs() < 0.02, "{scores:?}: {got} for {expect}");
            }
        }
    }

    #[test]
    fn odd_scores_have_an_answer() {
        assert_eq!(chances(&[(1.0, 0.0), (0.5, 0.0)]), [1.0, 0.0]);
        assert_eq!(chances(&[(1.0, 0.0), (1.0, 0.0)]), [0.5, 0.5]);
        assert_eq!(chances(&[(f64::NAN, 1.0), (0.5, 0.1)]), [0.0, 1.0]);
        assert_eq!(chances(&[(f64::NAN, 1.0), (f64::INFINITY, 0.1)]), [0.5, 0.5]);
        assert_eq!(chances(&[(0.0, 1.0)]), [1.0]);
        assert!(chances(&[(0.0, 1e300), (0.0, 1e-300)]).iter().all(|chance| (0.3..=0.7).contains(chance)));
    }

    #[test]
    fn the_distribution_function_is_close() {
        // scipy.stats.norm.cdf
        for (z, expect) in [(0.0, 0.5), (1.0, 0.841_344_746_068_542_9), (-2.5, 0.006_209_665_325_776_132), (9.0, 1.0), (-9.0, 0.0)] {
            assert!((normal_below(z) - expect).abs() < 1e-7, "{z}");
        }
    }
}
