//! One step of a score: numbers in, numbers behind them out.

use super::tree::Trees;
use crate::learn::exp;
use crate::learn::ln;
use std::ops::Range;

/// Where a step's numbers come from.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// Numbers of an earlier step.
    At(Range<usize>),
    Constant(Vec<f32>),
}

impl Source {
    pub(super) fn len(&self) -> usize {
        match self {
            Source::At(range) => range.len(),
            Source::Constant(numbers) => numbers.len(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pair {
    Add,
    Sub,
    Mul,
    Div,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Single {
    Neg,
    Relu,
    Sigmoid,
    Tanh,
    Exp,
    Log,
    Sqrt,
    Abs,
    /// To a whole number, towards 0.
    Truncate,
}

/// What makes scores of sums.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Transform {
    None,
    Logistic,
    Softmax,
    SoftmaxZero,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Norm {
    Max,
    L1,
    L2,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operation {
    /// Puts the source behind; what Concat is made of.
    Copy,
    Single(Single),
    Pair(Pair, Source),
    /// (x - offset) scale.
    Scale {
        offset: Vec<f32>,
        scale: Vec<f32>,
    },
    Norm(Norm),
    /// x' W scale + bias: `weights` by rows of inputs.
    Linear {
        weights: Vec<f32>,
        bias: Vec<f32>,
        transform: Transform,
        doubled: bool,
    },
    Softmax,
    Trees {
        trees: Trees,
        base: Vec<f32>,
        average: bool,
        transform: Transform,
        classes: usize,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) source: Source,
    pub(super) to: Range<usize>,
    pub(super) operation: Operation,
}

fn logistic(x: f32) -> f32 {
    (1.0 / (1.0 + exp(-f64::from(x)))) as f32
}

fn softmax(scores: &mut [f32], spare_zero: bool) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        // "Softmax zero" leaves what is (nearly) 0 at 0.
        *score = if spare_zero && score.abs() <= 1e-7 { 0.0 } else { exp(f64::from(*score - most)) as f32 };
        sum += *score;
    }
    if sum > 0.0 {
        scores.iter_mut().for_each(|score| *score /= sum);
    }
}

impl Transform {
    fn apply(self, scores: &mut [f32]) {
        match self {
            Transform::None => {}
            Transform::Logistic => scores.iter_mut().for_each(|score| *score = logistic(*score)),
            Transform::Softmax => softmax(scores, false),
            Transform::SoftmaxZero => softmax(scores, true),
        }
    }
}

impl Single {
    fn of(self, x: f32) -> f32 {
        let wide = f64::from(x);
        match self {
            Single::Neg => -x,
            Single::Relu => x.max(0.0),
            Single::Sigmoid => logistic(x),
            Single::Tanh => (2.0 / (1.0 + exp(-2.0 * wide)) - 1.0) as f32,
            Single::Exp => exp(wide) as f32,
            Single::Log => ln(wide) as f32,
            Single::Sqrt => x.sqrt(),
            Single::Abs => x.abs(),
            Single::Truncate => x.trunc(),
        }
    }
}

impl Pair {
    fn of(self, a: f32, b: f32) -> f32 {
        match self {
            Pair::Add => a + b,
            Pair::Sub => a - b,
            Pair::Mul => a * b,
            Pair::Div => a / b,
        }
    }
}

/// A number of a row that may be one number for all.
fn broadcast(row: &[f32], at: usize) -> f32 {
    if row.len() == 1 { row[0] } else { row[at] }
}

impl Step {
    /// Runs it. Its result lies behind everything it reads.
    pub(super) fn run(&self, numbers: &mut [f32]) {
        let (before, out) = numbers.split_at_mut(self.to.start);
        let out = &mut out[..self.to.len()];
        let x = read(&self.source, before);
        match &self.operation {
            Operation::Copy => out.copy_from_slice(x),
            Operation::Single(single) => out.iter_mut().zip(x).for_each(|(out, x)| *out = single.of(*x)),
            Operation::Pair(pair, other) => {
                let other = read(other, before);
                out.iter_mut().enumerate().for_each(|(at, out)| *out = pair.of(broadcast(x, at), broadcast(other, at)));
            }
            Operation::Scale { offset, scale } => {
                out.iter_mut().enumerate().for_each(|(at, out)| *out = (x[at] - broadcast(offset, at)) * broadcast(scale, at));
            }
            Operation::Norm(norm) => {
                let size = match norm {
                    Norm::Max => x.iter().copied().fold(0.0, |most: f32, x| most.max(x.abs())),
                    Norm::L1 => x.iter().map(|x| x.abs()).sum(),
                    Norm::L2 => x.iter().map(|x| x * x).sum::<f32>().sqrt(),
                };
                out.iter_mut().zip(x).for_each(|(out, x)| *out = if size == 0.0 { *x } else { x / size });
            }
            Operation::Linear { weights, bias, transform, doubled } => {
                let width = if *doubled { 1 } else { out.len() };
                for (at, out) in out.iter_mut().enumerate().take(width) {
                    let sum: f32 = x.iter().enumerate().map(|(row, x)| x * weights[row * width + at]).sum();
                    *out = sum + bias.get(at).copied().unwrap_or(0.0);
                }
                if *doubled {
                    two_of_one(out, *transform, false);
                } else {
                    transform.apply(out);
                }
            }
            Operation::Softmax => {
                out.copy_from_slice(x);
                softmax(out, false);
            }
            Operation::Trees { trees, base, average, transform, classes } => {
                out.fill(0.0);
                let count = trees.add(x, out);
                if *average {
                    out.iter_mut().for_each(|score| *score /= count as f32);
                }
                if *classes == 2 && trees.is_single {
                    // Two base values: the first is not used.
                    out[0] += base.last().copied().unwrap_or(0.0);
                    two_of_one(out, *transform, trees.is_positive);
                } else {
                    out.iter_mut().zip(base).for_each(|(score, base)| *score += base);
                    transform.apply(out);
                }
            }
        }
    }
}

/// Two scores of a classifier that has only the second's: as ONNX Runtime completes it.
fn two_of_one(out: &mut [f32], transform: Transform, is_positive: bool) {
    let score = out[0];
    (out[0], out[1]) = match transform {
        _ if is_positive => (1.0 - score, score),
        Transform::Logistic => (logistic(-score), logistic(score)),
        _ => (-score, score),
    };
}

fn read<'a>(source: &'a Source, before: &'a [f32]) -> &'a [f32] {
    match source {
        Source::At(range) => &before[range.clone()],
        Source::Constant(numbers) => numbers,
    }
}
