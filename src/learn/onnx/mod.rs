//! A merchant's own model as a score: a small part of ONNX, checked once, then evaluated without an allocation.
//!
//! What scikit-learn's linear models, trees, forests, boosting and small networks, XGBoost and LightGBM export is read: the operators in
//! [`OPERATORS`], on one row at a time. A model is turned into steps over one array of numbers whose places are fixed when it is loaded,
//! so how many numbers and operations a score takes is known beforehand. A model that would take too many is refused; that is its
//! timeout, and it is the same on every machine. A score that is not finite is the fallback.

mod load;
mod proto;
mod step;
mod tree;

pub use load::OPERATORS;

use std::ops::Range;
use step::Step;

/// Bytes of a file.
pub const BYTES_MAX: usize = 4 << 20;
/// Nodes of a graph.
pub const NODES_MAX: usize = 200;
/// Tree nodes of one ensemble, and its leaves' weights.
pub const TREE_NODES_MAX: usize = 200_000;
/// Constant numbers of a graph.
pub const CONSTANTS_MAX: usize = 500_000;
/// Numbers of all steps together: they lie on the stack.
pub const NUMBERS_MAX: usize = 1_024;
/// Additions, multiplications and comparisons of one score: about a tenth of a millisecond. Chosen.
pub const OPERATIONS_MAX: u64 = 100_000;
/// Numbers a model takes.
pub const INPUTS_MAX: usize = 64;

/// Why a file is no model that can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    #[error("has {0} bytes, at most {BYTES_MAX} are read")]
    Bytes(usize),
    #[error("is no ONNX model: {0}")]
    Format(String),
    #[error("{what}: {found}, at most {limit} are allowed")]
    TooMany { what: &'static str, found: u64, limit: u64 },
    #[error("input {name}: {problem}")]
    Input { name: String, problem: String },
    #[error("output {name}: {problem}")]
    Output { name: String, problem: String },
    #[error("node {op} {name}: {problem}")]
    Node { op: String, name: String, problem: String },
}

/// A model that is ready to score.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    steps: Vec<Step>,
    inputs: usize,
    /// Which numbers the scores are.
    output: Range<usize>,
    numbers: usize,
    operations: u64,
}

impl Model {
    /// Reads and checks a file.
    ///
    /// `features` are the names the model's numbers will have: they must be as many as its one input is wide, or, if it has an input of
    /// one number for each, have its names (where `_` may stand for `.`). `output` names what is asked for; without it the probabilities
    /// of a classifier are, or the model's last output.
    ///
    /// # Errors
    /// [`Problem`]: what does not fit, is not known, or takes too much.
    pub fn load(bytes: &[u8], features: &[&str], output: Option<&str>) -> Result<Model, Problem> {
        load::load(bytes, features, output)
    }

    /// Numbers a score is made of.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Scores the model gives: classes of a classifier, targets of a regression.
    pub fn outputs(&self) -> usize {
        self.output.len()
    }

    /// Operations of one score, at most.
    pub fn operations(&self) -> u64 {
        self.operations
    }

    /// The score in place `which` for these features; `None` if it is not finite, or there are not as many features as the model takes.
    /// No allocation.
    pub fn score(&self, features: &[f64], which: usize) -> Option<f64> {
        let mut numbers = [0.0_f32; NUMBERS_MAX];
        self.run(features, &mut numbers)?;
        let score = f64::from(*numbers.get(self.output.clone())?.get(which)?);
        score.is_finite().then_some(score)
    }

    /// All scores.
    pub fn scores(&self, features: &[f64]) -> Option<Vec<f64>> {
        let mut numbers = [0.0_f32; NUMBERS_MAX];
        self.run(features, &mut numbers)?;
        Some(numbers.get(self.output.clone())?.iter().map(|&score| f64::from(score)).collect())
    }

    fn run(&self, features: &[f64], numbers: &mut [f32; NUMBERS_MAX]) -> Option<()> {
        if features.len() != self.inputs {
            return None;
        }
        numbers.iter_mut().zip(features).for_each(|(number, feature)| *number = *feature as f32);
        let numbers = &mut numbers[..self.numbers];
        self.steps.iter().for_each(|step| step.run(numbers));
        Some(())
    }
}

#[cfg(test)]
mod tests;
