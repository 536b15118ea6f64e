//! A model of rewards for the doubly robust estimator, never asked about a decision it has learned from.

use crate::learn::bandit::Evidence;
use crate::learn::bandit::Posterior;

/// Parts of the log; each is explained by what was learned from the others.
const FOLDS: usize = 5;
/// Strength of the prior of what all actions share, in outcomes.
const RIDGE: f64 = 1.0;
/// Strength of the prior that one action is like all others. Chosen: an action has to be seen a hundred times to count half.
const RIDGE_ACTION: f64 = 100.0;

/// Returns for each decision what a model of the other four fifths expects of each action.
///
/// `contexts`, `actions` (below `count`) and `rewards` are of one length. The model is a ridge regression that all actions share, and one
/// per action of what it leaves, drawn to 0. `with` gets the place of a decision and the expectations in the order of actions.
pub fn cross_fitted(contexts: &[Vec<f64>], actions: &[usize], rewards: &[f64], count: usize, mut with: impl FnMut(usize, &[f64])) {
    let dimension = contexts.first().map_or(1, Vec::len);
    let mut expected = vec![0.0; count];
    for fold in 0..FOLDS.min(contexts.len()) {
        let others = || (0..contexts.len()).filter(move |row| row % FOLDS != fold);
        let mut shared = Evidence::new(dimension);
        others().for_each(|row| shared.add(&contexts[row], rewards[row]));
        let shared = shared.posterior(RIDGE);
        let mut own = vec![Evidence::new(dimension); count];
        for row in others() {
            if let Some(own) = own.get_mut(actions[row]) {
                own.add(&contexts[row], rewards[row] - shared.score(&contexts[row]).0);
            }
        }
        let own: Vec<Posterior> = own.iter().map(|own| own.posterior(RIDGE_ACTION)).collect();
        for row in (fold..contexts.len()).step_by(FOLDS) {
            let base = shared.score(&contexts[row]).0;
            expected.iter_mut().zip(&own).for_each(|(expected, own)| *expected = base + own.score(&contexts[row]).0);
            with(row, &expected);
        }
    }
}
