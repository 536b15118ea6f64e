//! Numbers about numbers: latency histograms, checks of a traffic split, and powers that are the same on every machine.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod exact;
mod gamma;
mod histogram;
mod split;

pub use exact::exp;
pub use exact::ln;
pub use histogram::Histogram;
pub use histogram::SharedHistogram;
pub use split::SplitError;
pub use split::srm_p_value;
