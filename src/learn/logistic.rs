//! Logistic regression: from a whole table at once, or outcome by outcome.

use super::bandit::Posterior;
use super::exp;
use super::ln;
use super::triangle::cholesky;
use super::triangle::triangle;
use serde::Deserialize;
use serde::Serialize;

/// Newton steps; five are usual.
const STEPS_MAX: usize = 25;
/// Features of one table.
pub const COLUMNS_MAX: usize = 64;

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exp(-x))
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    intercept: f64,
    /// For features as they come.
    coefficients: Vec<f64>,
}

impl Logistic {
    /// Fits by iteratively reweighted least squares on standardized features, with an L2 `penalty` on all coefficients but the intercept.
    ///
    /// `rows` are of one length, at most [`COLUMNS_MAX`]. `None` without rows, or where all labels are alike.
    pub fn fit(rows: &[&[f64]], labels: &[bool], penalty: f64) -> Option<Logistic> {
        let columns = rows.first()?.len();
        let positive = labels.iter().filter(|&&label| label).count();
        if columns > COLUMNS_MAX || rows.len() != labels.len() || positive == 0 || positive == labels.len() {
            return None;
        }
        let count = rows.len() as f64;
        let mean: Vec<f64> = (0..columns).map(|k| rows.iter().map(|row| row[k]).sum::<f64>() / count).collect();
        let spread = |k: usize| (rows.iter().map(|row| (row[k] - mean[k]) * (row[k] - mean[k])).sum::<f64>() / count).sqrt();
        // A column that never changes says nothing; its coefficient stays 0.
        let scale: Vec<f64> = (0..columns).map(spread).map(|spread| if spread > 1e-12 { 1.0 / spread } else { 0.0 }).collect();
        let size = columns + 1;
        let share = positive as f64 / count;
        let mut beta = vec![0.0; size];
        beta[0] = ln(share / (1.0 - share));
        let mut x = vec![1.0; size];
        for _ in 0..STEPS_MAX {
            let mut hessian = vec![0.0; triangle(size)];
            let mut gradient = vec![0.0; size];
            for (row, &label) in rows.iter().zip(labels) {
                (0..columns).for_each(|k| x[k + 1] = (row[k] - mean[k]) * scale[k]);
                let p = sigmoid(beta.iter().zip(&x).map(|(b, x)| b * x).sum());
                let weight = p * (1.0 - p);
                let miss = f64::from(u8::from(label)) - p;
                for i in 0..size {
                    gradient[i] += miss * x[i];
                    let weighted = weight * x[i];
                    (0..=i).for_each(|j| hessian[triangle(i) + j] += weighted * x[j]);
                }
            }
            for k in 1..size {
                gradient[k] -= penalty * beta[k];
                hessian[triangle(k) + k] += penalty.max(1e-9);
            }
            hessian[0] += 1e-9;
            if !cholesky(&mut hessian, size) {
                return None;
            }
            let step = solve(&hessian, gradient);
            let moved = step.iter().fold(0.0, |most: f64, step| most.max(step.abs()));
            // Far steps are cut: without a penalty that holds them, separable tables would run away.
            let shorten = if moved > 4.0 { 4.0 / moved } else { 1.0 };
            beta.iter_mut().zip(&step).for_each(|(beta, step)| *beta += shorten * step);
            if moved < 1e-9 {
                break;
            }
        }
        let coefficients: Vec<f64> = (0..columns).map(|k| beta[k + 1] * scale[k]).collect();
        let intercept = beta[0] - coefficients.iter().zip(&mean).map(|(c, mean)| c * mean).sum::<f64>();
        Some(Logistic { intercept, coefficients })
    }

    pub fn probability(&self, row: &[f64]) -> f64 {
        sigmoid(self.coefficients.iter().zip(row).fold(self.intercept, |sum, (c, x)| sum + c * x))
    }
}

/// Solves `L L' x = b`.
fn solve(factor: &[f64], mut b: Vec<f64>) -> Vec<f64> {
    let size = b.len();
    for row in 0..size {
        let known: f64 = (0..row).map(|k| factor[triangle(row) + k] * b[k]).sum();
        b[row] = (b[row] - known) / factor[triangle(row) + row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| factor[triangle(k) + row] * b[k]).sum();
        b[row] = (b[row] - known) / factor[triangle(row) + row];
    }
    b
}

/// A model that learns while it is used: one Newton step per outcome, with the curvature of all before (a recursive Laplace
/// approximation; Spiegelhalter and Lauritzen 1990).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OnlineLogistic {
    belief: Posterior,
    /// Outcomes learned.
    pub count: u64,
}

impl OnlineLogistic {
    /// Begins with `coefficients`, each as sure as a ridge of `strength` makes it. The constant is one of the features.
    pub fn new(coefficients: &[f64], strength: f64) -> OnlineLogistic {
        OnlineLogistic { belief: Posterior::around(coefficients, strength), count: 0 }
    }

    pub fn coefficients(&self) -> &[f64] {
        self.belief.mean()
    }

    /// Whether it is for `dimension` features and every number of it is finite.
    pub fn is_sound(&self, dimension: usize) -> bool {
        self.belief.is_sound(dimension)
    }

    /// The probability of the outcome.
    pub fn probability(&self, features: &[f64]) -> f64 {
        sigmoid(self.belief.mean().iter().zip(features).map(|(m, x)| m * x).sum())
    }

    /// Learns one outcome.
    pub fn learn(&mut self, features: &[f64], outcome: bool) {
        let p = self.probability(features);
        // No outcome counts as nothing, however sure the model was.
        let weight = (p * (1.0 - p)).max(1e-4);
        self.belief.move_by(features, weight, f64::from(u8::from(outcome)) - p);
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 60 rows of two features with labels that depend on them.
    fn table() -> (Vec<[f64; 2]>, Vec<bool>) {
        let rows: Vec<[f64; 2]> = (0..60).map(|n| [f64::from(n % 10), f64::from(n * 7 % 13)]).collect();
        let labels = (0..60).map(|n| (n % 10) * 2 + (n * 5 % 7) > 11 + (n * 7 % 13) / 4).collect();
        (rows, labels)
    }

    /// scikit-learn 1.7: LogisticRegression(C=1, tol=1e-12) on StandardScaler'ed features.
    #[test]
    fn golden_values() {
        let (rows, labels) = table();
        let rows: Vec<&[f64]> = rows.iter().map(|row| row.as_slice()).collect();
        let model = Logistic::fit(&rows, &labels, 1.0).unwrap();
        for (row, expect) in [(0, GOLDEN[0]), (7, GOLDEN[1]), (33, GOLDEN[2])] {
            assert!((model.probability(rows[row]) - expect).abs() < 1e-7, "{row}: {}", model.probability(rows[row]));
        }
    }

    const GOLDEN: [f64; 3] = [0.019_454_456_408_694_004, 0.856_688_155_839_457_5, 0.101_742_462_461_772_35];

    #[test]
    fn one_by_one_comes_close_to_all_at_once() {
        let (rows, labels) = table();
        let mut online = OnlineLogistic::new(&[0.0; 3], 0.05);
        for _ in 0..20 {
            for (row, &label) in rows.iter().zip(&labels) {
                online.learn(&[1.0, row[0], row[1]], label);
            }
        }
        let slices: Vec<&[f64]> = rows.iter().map(|row| row.as_slice()).collect();
        let batch = Logistic::fit(&slices, &labels, 0.01).unwrap();
        for row in &rows {
            let (a, b) = (online.probability(&[1.0, row[0], row[1]]), batch.probability(row));
            assert!((a - b).abs() < 0.1, "{row:?}: {a} {b}");
        }
        assert_eq!(online.count, 1_200);
    }

    #[test]
    fn odd_tables_have_an_answer() {
        let one: Vec<&[f64]> = vec![&[1.0], &[1.0]];
        assert_eq!(Logistic::fit(&one, &[true, true], 1.0), None);
        assert_eq!(Logistic::fit(&[], &[], 1.0), None);
        let same = Logistic::fit(&one, &[true, false], 1.0).unwrap();
        assert!((same.probability(&[1.0]) - 0.5).abs() < 1e-9);
        // Separable: finite all the same.
        let apart: Vec<&[f64]> = vec![&[0.0], &[1.0], &[2.0], &[3.0]];
        let model = Logistic::fit(&apart, &[false, false, true, true], 0.0).unwrap();
        assert!(model.probability(&[3.0]) > 0.99 && model.probability(&[3.0]).is_finite());
        let mut online = OnlineLogistic::new(&[50.0], 1.0);
        online.learn(&[1.0], false);
        online.learn(&[f64::NAN], false);
        assert!(online.coefficients()[0] < 50.0 && online.coefficients()[0].is_finite());
    }
}
