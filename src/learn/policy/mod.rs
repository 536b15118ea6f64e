//! What a policy would have brought, told from the log of another one.
//!
//! A logged decision has the probability its action had. The target's probability over it is a weight; weighted rewards are what the
//! target would have brought: unbiased as they are (IPS), steadier when scaled to a mean weight of 1 (SNIPS), and steadier still where
//! a model of the rewards explains most of them and only its errors are weighted (doubly robust; Dudik, Langford and Li 2011).
//! Where the two policies hardly ever do the same, no estimate is worth printing, and [`value`] says why.

mod file;
mod reward;

pub use file::FileProblem;
pub use file::PolicyFile;
pub use file::Target;
pub use reward::cross_fitted;

/// A decision as the estimators see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// The target's probability of the action taken over the probability it had; 0 or more, finite.
    pub weight: f64,
    pub reward: f64,
    /// What a model, learned without this decision, expects of the action taken.
    pub expected: f64,
    /// What it expects of the target: the mean over the target's actions.
    pub expected_of_target: f64,
}

/// A number with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What the log says of the target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Valuation {
    pub decisions: usize,
    /// What the logged policy brought.
    pub on_policy: Estimate,
    pub ips: Estimate,
    pub snips: Estimate,
    pub doubly_robust: Estimate,
    /// (sum w)^2 / sum w^2: as many decisions of the target's own would say as much.
    pub effective: f64,
    pub weight_max: f64,
    /// 1 but for chance, if the logged probabilities are right and every action of the target was possible.
    pub weight_mean: f64,
    /// Weights that were cut.
    pub clipped: usize,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Overlap {
    #[error("{0} decisions are too few, {DECISIONS_MIN} are needed")]
    TooFew(usize),
    #[error(
        "the log says too little about this target: {decisions} decisions weigh as much as {effective:.1} of its own, \
         {EFFECTIVE_MIN} are needed"
    )]
    Effective { decisions: usize, effective: f64 },
    #[error("one decision has {:.0}% of all weight, more than {:.0}%: the estimate would be that decision", share * 100.0, SHARE_MAX * 100.0)]
    OneDecision { share: f64 },
    #[error(
        "weights average {mean:.3}, not 1: the logged probabilities are not those of the choice, or the target does what the log never \
         could; check the number of actions"
    )]
    Mean { mean: f64 },
}

/// Fewer decisions say nothing by a normal approximation. Chosen.
pub const DECISIONS_MIN: usize = 100;
/// Fewer effective decisions are refused. Chosen: with 100 the interval of a rate of 10% is still 12 points wide.
pub const EFFECTIVE_MIN: f64 = 100.0;
/// More weight on one decision is refused. Chosen.
pub const SHARE_MAX: f64 = 0.1;
/// A mean weight further off than this and than four standard errors is refused. Chosen.
const MEAN_OFF_MAX: f64 = 0.2;
const Z95: f64 = 1.959_963_984_540_054;

fn around(values: impl Iterator<Item = f64> + Clone, count: f64) -> Estimate {
    let value = values.clone().sum::<f64>() / count;
    let squares: f64 = values.map(|x| (x - value) * (x - value)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    Estimate { value, low: value - Z95 * error, high: value + Z95 * error }
}

/// Values a target. Weights above `clip` count as `clip`; that biases towards what was done, and is how 1 / floor bounds the variance.
///
/// # Errors
/// [`Overlap`] where the log cannot carry an estimate.
pub fn value(log: &[Weighed], clip: Option<f64>) -> Result<Valuation, Overlap> {
    let clip = clip.unwrap_or(f64::INFINITY);
    let decisions = log.len();
    if decisions < DECISIONS_MIN {
        return Err(Overlap::TooFew(decisions));
    }
    let count = decisions as f64;
    let weight = |row: &Weighed| row.weight.min(clip);
    let sum: f64 = log.iter().map(weight).sum();
    let squares: f64 = log.iter().map(|row| weight(row) * weight(row)).sum();
    let weight_max = log.iter().map(weight).fold(0.0, f64::max);
    let effective = if squares > 0.0 { sum * sum / squares } else { 0.0 };
    let unclipped = around(log.iter().map(|row| row.weight), count);
    let four_errors = (unclipped.high - unclipped.value) / Z95 * 4.0;
    // Nothing in common is a lack of overlap; anything else that is off is a mistake in the log or the target.
    if effective < EFFECTIVE_MIN {
        return Err(Overlap::Effective { decisions, effective });
    }
    if weight_max > sum * SHARE_MAX {
        return Err(Overlap::OneDecision { share: weight_max / sum });
    }
    let off = (unclipped.value - 1.0).abs();
    if off > MEAN_OFF_MAX && off > four_errors {
        return Err(Overlap::Mean { mean: unclipped.value });
    }
    let ratio = log.iter().map(|row| weight(row) * row.reward).sum::<f64>() / sum;
    // The ratio of two means by the delta method.
    let spread: f64 = log.iter().map(|row| weight(row) * (row.reward - ratio)).map(|x| x * x).sum();
    let error = (spread * count / (count - 1.0)).sqrt() / sum;
    Ok(Valuation {
        decisions,
        on_policy: around(log.iter().map(|row| row.reward), count),
        ips: around(log.iter().map(|row| weight(row) * row.reward), count),
        snips: Estimate { value: ratio, low: ratio - Z95 * error, high: ratio + Z95 * error },
        doubly_robust: around(log.iter().map(|row| row.expected_of_target + weight(row) * (row.reward - row.expected)), count),
        effective,
        weight_max,
        weight_mean: sum / count,
        clipped: log.iter().filter(|row| row.weight > clip).count(),
    })
}

#[cfg(test)]
mod tests;
