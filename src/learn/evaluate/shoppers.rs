//! Purchase propensity measured by cross-validation: how well the online model ranks sessions it has not learned from.

use super::Chance;
use crate::learn::logistic::COLUMNS_MAX;
use crate::learn::logistic::Logistic;
use crate::learn::logistic::OnlineLogistic;

/// Area under the ROC curve of each way to learn, mean over the folds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranked {
    /// One pass, outcome by outcome.
    pub online: f64,
    /// All at once.
    pub batch: f64,
    /// Standard deviation over the folds of the online model's.
    pub deviation: f64,
}

/// The probability that a random positive scores above a random negative; ties count half. `None` without both.
pub fn roc_auc(scores: &[f64], labels: &[bool]) -> Option<f64> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    let positive = labels.iter().filter(|&&label| label).count() as f64;
    let negative = labels.len() as f64 - positive;
    let (mut rank_sum, mut at) = (0.0, 0);
    while at < order.len() {
        let same = order[at..].iter().take_while(|&&other| scores[other] == scores[order[at]]).count();
        let rank = at as f64 + (same as f64 + 1.0) / 2.0;
        rank_sum += rank * order[at..at + same].iter().filter(|&&row| labels[row]).count() as f64;
        at += same;
    }
    (positive > 0.0 && negative > 0.0).then(|| (rank_sum - positive * (positive + 1.0) / 2.0) / (positive * negative))
}

/// Cross-validates both models in `folds` parts drawn by `seed`. Features are standardized by the training part; the online model takes at
/// most [`crate::learn::bandit::FEATURES_MAX`] of them, the constant among them. `None` if a part has no positive or no negative.
pub fn cross_validate(rows: &[Vec<f64>], labels: &[bool], folds: usize, seed: u64) -> Option<Ranked> {
    let columns = rows.first()?.len().min(COLUMNS_MAX);
    let mut chance = Chance::new(seed);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    (1..order.len()).rev().for_each(|at| order.swap(at, chance.below(at + 1)));
    // Alike shares of positives in each part.
    order.sort_by_key(|&row| labels[row]);
    let (mut online, mut batch) = (Vec::new(), Vec::new());
    for fold in 0..folds {
        let of = |wanted: bool| order.iter().enumerate().filter(move |(at, _)| (at % folds == fold) == wanted).map(|(_, &row)| row);
        let mut training: Vec<usize> = of(false).collect();
        // Sessions arrive in the order of the file, not sorted by what is to be learned.
        training.sort_unstable();
        let count = training.len() as f64;
        let mean: Vec<f64> = (0..columns).map(|k| training.iter().map(|&row| rows[row][k]).sum::<f64>() / count).collect();
        let spread = |k: usize| (training.iter().map(|&row| (rows[row][k] - mean[k]).powi(2)).sum::<f64>() / count).sqrt();
        let scale: Vec<f64> = (0..columns).map(|k| 1.0 / spread(k).max(1e-9)).collect();
        let features = |row: usize| -> Vec<f64> {
            std::iter::once(1.0).chain((0..columns).map(|k| ((rows[row][k] - mean[k]) * scale[k]).clamp(-10.0, 10.0))).collect()
        };
        let mut model = OnlineLogistic::new(&vec![0.0; columns + 1], 1.0);
        training.iter().for_each(|&row| model.learn(&features(row), labels[row]));
        let slices: Vec<&[f64]> = training.iter().map(|&row| &rows[row][..columns]).collect();
        let own: Vec<bool> = training.iter().map(|&row| labels[row]).collect();
        let fitted = Logistic::fit(&slices, &own, 1.0)?;
        let test: Vec<usize> = of(true).collect();
        let truth: Vec<bool> = test.iter().map(|&row| labels[row]).collect();
        let auc = |score: &dyn Fn(usize) -> f64| roc_auc(&test.iter().map(|&row| score(row)).collect::<Vec<_>>(), &truth);
        online.push(auc(&|row| model.probability(&features(row)))?);
        batch.push(auc(&|row| fitted.probability(&rows[row][..columns]))?);
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let (middle, count) = (mean(&online), online.len() as f64);
    let deviation = (online.iter().map(|auc| (auc - middle).powi(2)).sum::<f64>() / (count - 1.0).max(1.0)).sqrt();
    Some(Ranked { online: middle, batch: mean(&batch), deviation })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas() {
        // scikit-learn: roc_auc_score([0, 0, 1, 1, 1], [0.1, 0.4, 0.35, 0.8, 0.4])
        assert_eq!(roc_auc(&[0.1, 0.4, 0.35, 0.8, 0.4], &[false, false, true, true, true]), Some(0.75));
        assert_eq!(roc_auc(&[0.1, 0.2], &[true, true]), None);
    }

    #[test]
    fn both_models_find_what_is_there() {
        let mut chance = Chance::new(3);
        let rows: Vec<Vec<f64>> = (0..1_500).map(|_| vec![chance.normal(), 100.0 + 20.0 * chance.normal(), 7.0]).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row[0] + (row[1] - 100.0) / 20.0 + chance.normal() > 1.0).collect();
        let ranked = cross_validate(&rows, &labels, 5, 1).unwrap();
        assert!(ranked.online > 0.85 && (ranked.online - ranked.batch).abs() < 0.01, "{ranked:?}");
        assert_eq!(cross_validate(&rows, &[true; 1_500], 5, 1), None);
    }
}
