//! Scores and choices learned from recorded sessions, applied to what a shopper has done so far.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod bandit;
pub mod evaluate;
mod intent;
pub mod lessons;
pub mod logistic;
pub mod onnx;
pub mod policy;
mod triangle;
pub mod uplift;

pub use crate::stats::exp;
pub use crate::stats::ln;
pub use intent::Signals;
pub use intent::intent;
pub use intent::intent_rank;
