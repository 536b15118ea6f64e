//! Money given away: grants, their codes and their budgets as a pure state machine.
//!
//! The ledger holds what a log of records says; applying the same records gives the same ledger. Invariants: one grant per campaign,
//! subject and period; a code belongs to one grant for ever; no window of a budget's length ever holds more grants than the budget;
//! a state only moves forward. A grant starts as reserved and its code may be shown only after its record is durable.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod code;
mod ledger;
mod terms;

#[cfg(test)]
mod tests;

pub use code::normalize;
pub use ledger::Answer;
pub use ledger::ApplyError;
pub use ledger::CodeError;
pub use ledger::Ledger;
pub use ledger::Record;
pub use ledger::Redemption;
pub use ledger::Refusal;
pub use ledger::Request;
pub use ledger::StepError;
pub use terms::Benefit;
pub use terms::Budget;
pub use terms::Kind;
pub use terms::Terms;
pub use terms::TermsError;

use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// Key of (campaign, subject, period): whoever asks again in the same period finds the same grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GrantKey(pub Key);

impl GrantKey {
    /// `subject` is the key of the known shopper, else of the visitor, else of the session.
    pub fn of(campaign: Key, subject: Key, period: u64) -> GrantKey {
        let mut bytes = [0_u8; 24];
        bytes[..8].copy_from_slice(&campaign.0.to_be_bytes());
        bytes[8..16].copy_from_slice(&subject.0.to_be_bytes());
        bytes[16..].copy_from_slice(&period.to_be_bytes());
        GrantKey(Key(xxhash_rust::xxh3::xxh3_64(&bytes)))
    }
}

/// How far a grant has come. Later states never go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Decided, not yet known to be durable. Counts against its budget.
    Reserved,
    /// Durable; the code works.
    Minted,
    Shown,
    Redeemed,
    Expired,
    Revoked,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Reserved => "reserved",
            State::Minted => "minted",
            State::Shown => "shown",
            State::Redeemed => "redeemed",
            State::Expired => "expired",
            State::Revoked => "revoked",
        }
    }

    /// The code may still be used for the first time.
    pub fn is_open(self) -> bool {
        self <= State::Shown
    }

    fn may_become(self, next: State) -> bool {
        self.is_open() && next > self
    }
}

/// An offer made to one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub key: GrantKey,
    pub campaign: Key,
    pub code: Box<str>,
    pub terms: Terms,
    pub granted: Timestamp,
    /// The code works before this moment.
    pub expires: Timestamp,
    pub state: State,
    /// The order that redeemed it last; empty before.
    pub order: Box<str>,
}
