//! What the offers of a rehearsed campaign could cost: a ledger in memory, with its budget and nothing else open.

use crate::model::Cart;
use crate::model::Key;
use crate::model::Timestamp;
use crate::offer::Answer;
use crate::offer::Ledger;
use crate::offer::Refusal;
use crate::offer::Request;
use crate::offer::Terms;
use serde::Serialize;
use std::collections::BTreeMap;

/// Codes of a rehearsal are nobody's, so their secret is none.
const SECRET: [u8; 32] = [0; 32];

/// Wishes for offers, and what those that were granted cost at the most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cost {
    /// Times an offer was asked for.
    pub requested: u32,
    /// New grants.
    pub granted: u32,
    /// The visitor had one already.
    pub again: u32,
    /// Not granted, by reason.
    pub refused: BTreeMap<&'static str, u32>,
    /// Discount of all new grants if every one is used on the cart of then, or on its least cart where that is more. Minor units.
    pub discount_minor: i64,
    /// New grants of free shipping; what one costs is not known here.
    pub free_shipping: u32,
}

pub(super) struct Till {
    ledger: Ledger,
    cost: Cost,
}

impl Till {
    pub(super) fn new(open_max: u32) -> Till {
        Till { ledger: Ledger::new(open_max), cost: Cost::default() }
    }

    pub(super) fn into_cost(self) -> Cost {
        self.cost
    }

    /// Asks for an offer as the engine does. True if there is one.
    pub(super) fn ask(&mut self, at: Timestamp, campaign: Key, subject: [u8; 16], terms: Terms, cart: &Cart) -> bool {
        self.ledger.expire(at, &mut Vec::new());
        let period = terms.budget.as_ref().map_or(0, |budget| at.0 / (budget.every.as_micros() as u64).max(1));
        let request = Request { campaign, subject: Key(xxhash_rust::xxh3::xxh3_64(&subject)), period, terms };
        self.cost.requested += 1;
        match self.ledger.grant(at, &request, &SECRET) {
            Answer::Granted(grant) => {
                let benefit = grant.terms.benefit(cart.value().minor.max(grant.terms.minimum));
                self.cost.granted += 1;
                self.cost.discount_minor = self.cost.discount_minor.saturating_add(benefit.discount_minor);
                self.cost.free_shipping += u32::from(benefit.free_shipping);
                true
            }
            Answer::Again(grant) if grant.state.is_open() && grant.expires > at => {
                self.cost.again += 1;
                true
            }
            Answer::Again(_) => self.refuse("over"),
            Answer::Refused(refusal) => self.refuse(match refusal {
                Refusal::Budget { .. } => "budget",
                Refusal::Ceiling { .. } => "ceiling",
                Refusal::Terms => "terms",
            }),
        }
    }

    fn refuse(&mut self, reason: &'static str) -> bool {
        *self.cost.refused.entry(reason).or_default() += 1;
        false
    }
}
