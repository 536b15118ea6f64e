//! Money given away: grants, their codes and their budgets as a pure state machine.
//!
//! The ledger holds what a log of records says; applying the same records gives the same ledger. Invariants: one grant per campaign,
//! subject and period; a code belongs to one grant; no window of a budget's length ever holds more grants or more value than the budget;
//! a state only moves forward. A grant starts as reserved and its code may be shown only after its record is durable and, where the shop's
//! platform makes the codes, after the platform has confirmed it.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod account;
mod burn;
mod code;
mod grant;
mod ledger;
mod margin;
mod minting;
mod network;
mod pool;
mod record;
mod refusal;
mod terms;

#[cfg(test)]
mod tests;

pub use account::Past;
pub use account::Totals;
pub use burn::BudgetUse;
pub use burn::HourOfGrants;
pub use code::normalize;
pub use grant::Answer;
pub use grant::Grant;
pub use grant::GrantKey;
pub use grant::Limits;
pub use grant::Redemption;
pub use grant::Request;
pub use grant::State;
pub use ledger::Ledger;
pub use margin::UnknownCost;
pub use margin::suits;
pub use minting::Ask;
pub use minting::Minting;
pub use minting::Next;
pub use minting::Order as MintOrder;
pub use minting::Reply;
pub use network::Network;
pub use pool::LineError;
pub use pool::LineProblem;
pub use pool::POOL_CODES_MAX;
pub use pool::PoolLevel;
pub use pool::is_pool_name;
pub use record::Record;
pub use refusal::ApplyError;
pub use refusal::CodeError;
pub use refusal::Refusal;
pub use refusal::StepError;
pub use terms::Benefit;
pub use terms::Budget;
pub use terms::Kind;
pub use terms::Terms;
pub use terms::TermsError;
