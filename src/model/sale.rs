//! What the shop's server says of orders, after the page or in its place.

use super::Key;
use serde::Deserialize;
use serde::Serialize;

/// An order as the shop's server has it. Its word wins over what the page said of the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Key of the order's id.
    pub order: Key,
    /// What was paid for goods, after discounts, in minor units of the catalog's currency.
    pub value: i64,
    /// What discounts took off, 0 or more.
    pub discount: i64,
    /// What the goods cost the shop; `None`: by the catalog.
    pub cost: Option<i64>,
    /// Products with quantities, at most [`Sale::LINES_MAX`].
    pub lines: Vec<(Key, u32)>,
}

impl Sale {
    pub const LINES_MAX: usize = 100;
}

/// Money given back for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub order: Key,
    /// Key of the refund's id; the same one counts once.
    pub refund: Key,
    /// Minor units given back, above 0.
    pub amount: i64,
    /// What returned goods are worth to the shop, 0 or more.
    pub goods: i64,
}
