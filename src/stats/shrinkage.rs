//! Estimates of many groups drawn towards their common mean, as far as they do not really differ.

/// Groups together, by DerSimonian and Laird (1986).
#[derive(Debug, Clone, PartialEq)]
pub struct Shrunk {
    /// Mean weighted by precision, with the spread between groups in the weights.
    pub pooled: f64,
    /// Variance between groups: max(0, (Q - (S - 1)) / (sum w - sum w^2 / sum w)).
    pub between: f64,
    /// Per group: the estimate drawn to the mean with weight tau^2 / (tau^2 + se^2), and its error.
    pub groups: Vec<(f64, f64)>,
}

/// Shrinks estimates with their errors. `None` without a group, or if an error is not above 0.
///
/// ```
/// use floorwalker::stats::shrink;
///
/// // One of four segments looks like a wonder, and its error says that it is chance.
/// let shrunk = shrink(&[0.02, 0.30, 0.03, 0.01], &[0.02, 0.20, 0.02, 0.02]).unwrap();
/// assert!(shrunk.groups[1].0 < 0.05);
/// ```
pub fn shrink(estimates: &[f64], errors: &[f64]) -> Option<Shrunk> {
    let is_good = estimates.len() == errors.len() && errors.iter().all(|error| *error > 0.0 && error.is_finite());
    if estimates.is_empty() || !is_good || !estimates.iter().all(|estimate| estimate.is_finite()) {
        return None;
    }
    let weights: Vec<f64> = errors.iter().map(|error| 1.0 / (error * error)).collect();
    let mean = |weights: &[f64]| weights.iter().zip(estimates).map(|(w, estimate)| w * estimate).sum::<f64>() / weights.iter().sum::<f64>();
    let fixed = mean(&weights);
    let q: f64 = weights.iter().zip(estimates).map(|(w, estimate)| w * (estimate - fixed) * (estimate - fixed)).sum();
    let total: f64 = weights.iter().sum();
    let scale = total - weights.iter().map(|w| w * w).sum::<f64>() / total;
    let between = if estimates.len() > 1 && scale > 0.0 { ((q - (estimates.len() - 1) as f64) / scale).max(0.0) } else { 0.0 };
    let random: Vec<f64> = errors.iter().map(|error| 1.0 / (error * error + between)).collect();
    let pooled = mean(&random);
    let pooled_variance = 1.0 / random.iter().sum::<f64>();
    let groups = estimates
        .iter()
        .zip(errors)
        .map(|(estimate, error)| {
            let weight = between / (between + error * error);
            let variance = weight * error * error + (1.0 - weight) * (1.0 - weight) * pooled_variance;
            (weight * estimate + (1.0 - weight) * pooled, variance.sqrt())
        })
        .collect();
    Some(Shrunk { pooled, between, groups })
}
