//! Why there is no offer, and why a code does not work.

use super::GrantKey;
use super::State;
use crate::model::Currency;
use crate::model::Timestamp;

/// Why no offer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error("the terms are not valid")]
    Terms,
    #[error("the shop's ceiling of {limit} open offers is reached")]
    Ceiling { limit: u32 },
    #[error("the shop has made its {limit} offers of a day")]
    ShopCount { limit: u32 },
    #[error("the shop's offers of a day would cost more than {limit} minor units")]
    ShopValue { limit: i64 },
    #[error("the campaign's budget of {count} is used up until {again:?}")]
    Budget { count: u32, again: Timestamp },
    #[error("the campaign has {limit} open offers")]
    Open { limit: u32 },
    #[error("the campaign's offers would cost more than {field} = {limit} minor units")]
    Value { field: &'static str, limit: i64 },
    #[error("a limit of value is set, and nothing bounds what the offer may cost: it needs `most`")]
    Unbounded,
    #[error("no pool has this name")]
    NoPool,
    #[error("all codes of the pool are given out")]
    PoolDry,
    #[error("the offer of this period was made on other terms")]
    Changed,
    #[error("the offer of this period is used, over or withdrawn")]
    Over,
    #[error("the cart is in {actual:?}, the campaign in {expected:?}")]
    Currency { expected: Currency, actual: Currency },
    #[error("nothing in the cart is in a category the offer is valid for")]
    Categories,
    #[error("the discount would leave less than the margin floor")]
    Margin,
    #[error("the margin cannot be told: the cost of something in the cart is not known")]
    CostUnknown,
    #[error("the grant could not be made durable")]
    Store,
    #[error("the shop's platform did not make the code")]
    Platform,
    #[error("the network has had its {limit} offers of an hour")]
    Network { limit: u32 },
}

impl Refusal {
    /// Names under which refusals are counted, in the order of [`Refusal::index`].
    pub const CODES: [&'static str; 19] = [
        "terms",
        "ceiling",
        "shop_count",
        "shop_value",
        "budget",
        "open",
        "value",
        "unbounded",
        "no_pool",
        "pool_dry",
        "changed",
        "over",
        "currency",
        "categories",
        "margin",
        "cost_unknown",
        "store",
        "platform",
        "network",
    ];

    pub fn index(self) -> usize {
        match self {
            Refusal::Terms => 0,
            Refusal::Ceiling { .. } => 1,
            Refusal::ShopCount { .. } => 2,
            Refusal::ShopValue { .. } => 3,
            Refusal::Budget { .. } => 4,
            Refusal::Open { .. } => 5,
            Refusal::Value { .. } => 6,
            Refusal::Unbounded => 7,
            Refusal::NoPool => 8,
            Refusal::PoolDry => 9,
            Refusal::Changed => 10,
            Refusal::Over => 11,
            Refusal::Currency { .. } => 12,
            Refusal::Categories => 13,
            Refusal::Margin => 14,
            Refusal::CostUnknown => 15,
            Refusal::Store => 16,
            Refusal::Platform => 17,
            Refusal::Network { .. } => 18,
        }
    }

    pub fn code(self) -> &'static str {
        Self::CODES.get(self.index()).copied().unwrap_or("other")
    }
}

/// A record that contradicts the ones before. The log is damaged or mixed with another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    #[error("code of {key:?} belongs to {owner:?} already")]
    DuplicateCode { key: GrantKey, owner: GrantKey },
    #[error("{key:?} was granted before with other contents")]
    DuplicateGrant { key: GrantKey },
    #[error("{key:?} was never granted")]
    UnknownGrant { key: GrantKey },
    #[error("{key:?} cannot go from {from:?} to {to:?}")]
    Backwards { key: GrantKey, from: State, to: State },
}

/// Why a grant does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    #[error("there is no such grant")]
    Unknown,
    #[error("a {from:?} grant cannot become {to:?}")]
    Backwards { from: State, to: State },
}

/// Why a code does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    #[error("this code is not known")]
    Unknown,
    #[error("this code has expired")]
    Expired,
    #[error("this code was withdrawn")]
    Revoked,
    #[error("this code was used for order {order}")]
    Redeemed { order: Box<str> },
    #[error("this code was used for {orders} orders, which is all it is good for")]
    UsedUp { orders: usize },
    #[error("the cart must be worth at least {minimum} minor units, it is {cart}")]
    BelowMinimum { minimum: i64, cart: i64 },
    #[error("the code is good for {}, the cart is in {}", expected.code(), actual.code())]
    Currency { expected: Currency, actual: Currency },
    #[error("the code is good for some categories only, so the lines of the cart are needed")]
    LinesNeeded,
    #[error("the code takes off at most {most} minor units, not {gave}")]
    TooMuch { most: i64, gave: i64 },
}

impl CodeError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            CodeError::Unknown => "unknown_code",
            CodeError::Expired => "expired",
            CodeError::Revoked => "revoked",
            CodeError::Redeemed { .. } => "redeemed",
            CodeError::UsedUp { .. } => "used_up",
            CodeError::BelowMinimum { .. } => "below_minimum",
            CodeError::Currency { .. } => "currency",
            CodeError::LinesNeeded => "lines_needed",
            CodeError::TooMuch { .. } => "too_much",
        }
    }
}
