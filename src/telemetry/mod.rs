//! How the program speaks about itself: logs as fields, metrics by name.

mod logs;
mod metrics;

pub use logs::init;
pub use metrics::Page;
