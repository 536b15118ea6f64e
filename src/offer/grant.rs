//! An offer made to one subject, and what is asked of the ledger about it.

use super::Network;
use super::Record;
use super::Refusal;
use super::Terms;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Key of (campaign, subject, period): whoever asks again in the same period finds the same grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct GrantKey(pub Key);

impl GrantKey {
    /// After all others.
    pub(super) const LAST: GrantKey = GrantKey(Key(u64::MAX));

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
    pub const ALL: [State; 6] = [State::Reserved, State::Minted, State::Shown, State::Redeemed, State::Expired, State::Revoked];

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

    pub fn parse(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    /// The code may still be used for the first time.
    pub fn is_open(self) -> bool {
        self <= State::Shown
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
    #[serde(default)]
    pub currency: Currency,
    /// What it counts against budgets of value, minor units: its worst case while open, what it cost once redeemed, nothing once over.
    #[serde(default)]
    pub value: i64,
    /// When it came to its state.
    #[serde(default)]
    pub changed: Timestamp,
    /// Until then its subject gets no other one, and its budget counts it.
    #[serde(default)]
    pub until: Timestamp,
}

impl Grant {
    /// The code may still be used: for the first time, or once more where it is good for many orders.
    pub fn is_open(&self) -> bool {
        self.state.is_open() || self.state == State::Redeemed && !self.terms.single_use
    }

    pub(super) fn may_become(&self, next: State) -> bool {
        self.is_open() && next > self.state
    }

    /// Whether two records speak of the same grant.
    pub(super) fn is_same(&self, other: &Grant) -> bool {
        self.code == other.code && self.granted == other.granted && self.campaign == other.campaign && self.terms == other.terms
    }

    /// When a closed grant may be forgotten that is kept this long after its expiry.
    pub(super) fn gone_from(&self, keep: Duration) -> Timestamp {
        self.until.max(self.expires + keep)
    }
}

/// A wish for an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub campaign: Key,
    /// Known shopper, else visitor, else session.
    pub subject: Key,
    /// Of the amounts in the terms.
    pub currency: Currency,
    pub terms: Terms,
    /// Where it comes from, if that is known.
    pub network: Option<Network>,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// New and reserved. Its [`Record::Granted`] must be durable before it is minted and its code shown.
    Granted(Grant),
    /// The grant made before for the same campaign, subject and period, as it stands. A reserved one is still to be minted.
    Again(Grant),
    Refused(Refusal),
}

/// What became of a redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// First report of this order; it counts once its record is durable and applied.
    New(Record),
    /// This order was reported before.
    Again,
}

/// Bounds of the whole shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Grants that are open at a time. 0 refuses every new grant.
    pub open: u32,
    /// Grants in any 24 hours.
    pub per_day: Option<u32>,
    /// Value of the grants of any 24 hours, minor units.
    pub value_per_day: Option<i64>,
    /// New grants of one network in any hour.
    pub per_network: Option<u32>,
    /// Closed grants are kept this long after they expire.
    pub keep: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { open: Self::OPEN, per_day: None, value_per_day: None, per_network: Some(Self::PER_NETWORK), keep: Self::KEEP }
    }
}

impl Limits {
    /// Chosen: more open codes than that in a shop is a mistake in a campaign.
    pub const OPEN: u32 = 100_000;
    /// Chosen: more than a large office or a carrier's gateway needs in an hour, and a small loss if a farm takes it.
    pub const PER_NETWORK: u32 = 100;
    /// 13 months: the same month of the year before can be looked up.
    pub const KEEP: Duration = Duration::from_secs(396 * 86_400);
}
