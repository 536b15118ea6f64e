//! What a shop's integration does wrong: problems that were seen, how often, where, and how each is fixed.
//!
//! Two books are kept. Events that were refused are entered by kind, reason, page and library version, with the latest five samples.
//! Events that were taken and yet look wrong are entered as a [`Problem`], by page and library version. A sample never holds what a
//! shopper typed; it is cut and masked before it is kept.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod book;
mod problem;
mod redact;

#[cfg(test)]
mod tests;

pub use book::Book;
pub use book::Cell;
pub use book::Place;
pub use book::Sample;
pub use book::Tally;
pub use problem::Base;
pub use problem::Problem;
pub use redact::redact;

use std::time::Duration;

/// A browser's clock that is off by more than this is flagged. Nothing is decided by it: time is the engine's, and what happened when
/// follows from how long before sending it happened.
pub const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);
/// A price that differs from the catalog's by more than this share is flagged.
pub const PRICE_TOLERANCE: f64 = 0.05;
