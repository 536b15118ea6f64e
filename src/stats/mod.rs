//! Numbers about numbers: latency histograms and checks of a traffic split.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod gamma;
mod histogram;
mod split;

pub use histogram::Histogram;
pub use histogram::SharedHistogram;
pub use split::SplitError;
pub use split::srm_p_value;
