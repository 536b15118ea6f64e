//! What one unit has brought since it entered an experiment.

use super::CUSTOM_MAX;
use serde::Deserialize;
use serde::Serialize;

/// Amounts count up to this, in minor units and in thousandths of custom values: 10 billion of a currency with cents. A larger one is
/// taken as this, so that squares of all units fit into 128 bits.
pub const VALUE_MAX: i64 = 1_000_000_000_000;

/// What one unit (visitor or session) has brought since it entered an experiment. The default is "nothing yet".
///
/// Money is in minor units of the shop's reporting currency. The whole is replaced as things happen: see
/// [`Totals::change`](super::Totals::change).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Outcome {
    /// Orders placed; a cancelled one stays counted and appears in `refunded`.
    pub orders: u32,
    /// Order totals after discounts and refunds. May be negative.
    pub revenue: i64,
    /// Margin less discounts and refunds. May be negative.
    pub profit: i64,
    /// Discounts given, 0 or more.
    pub discount: i64,
    /// Money given back, 0 or more.
    pub refunded: i64,
    /// Seconds the shopper attended to the page.
    pub attention_seconds: u32,
    pub page_views: u32,
    /// Left without doing anything more. Known when the visit ends.
    pub bounced: bool,
    /// Milliseconds until the shopper's task was done; `None` while it is not.
    pub task_ms: Option<u32>,
    /// Values of [`Plan::custom`](super::Plan::custom) in their order, in thousandths.
    pub custom: [i64; CUSTOM_MAX],
}

impl Outcome {
    /// Whether this unit has ordered.
    pub fn is_converted(&self) -> bool {
        self.orders > 0
    }
}
