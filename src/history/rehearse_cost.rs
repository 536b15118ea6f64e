//! What the offers of a rehearsed campaign could cost: a ledger in memory, with the shop's limits and nothing else open.

use crate::catalog::Catalog;
use crate::model::Cart;
use crate::model::Key;
use crate::model::Timestamp;
use crate::offer::Answer;
use crate::offer::Kind;
use crate::offer::Ledger;
use crate::offer::Limits;
use crate::offer::Refusal;
use crate::offer::Request;
use crate::offer::State;
use crate::offer::Terms;
use crate::offer::UnknownCost;
use crate::offer::suits;
use serde::Serialize;
use std::collections::BTreeMap;

/// Codes of a rehearsal are nobody's, so their secret is none.
const SECRET: [u8; 32] = [0; 32];
/// Offers that are closed before one is made.
const DUE_MAX: usize = 1_000;

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
    /// Cost of all new grants, minor units, if each is used once, on the cart of then or on its least cart where that is more.
    pub worst_minor: i64,
    /// New grants of free shipping whose terms do not say what a parcel costs; they are not in the sum.
    pub free_shipping: u32,
}

pub(super) struct Till {
    ledger: Ledger,
    unknown: UnknownCost,
    cost: Cost,
}

impl Till {
    pub(super) fn new(limits: Limits, unknown: UnknownCost) -> Till {
        Till { ledger: Ledger::new(limits), unknown, cost: Cost::default() }
    }

    pub(super) fn into_cost(self) -> Cost {
        self.cost
    }

    /// Asks for an offer as the engine does. True if there is one. A pool of codes counts as full: what will be uploaded is not known.
    pub(super) fn ask(&mut self, at: Timestamp, campaign: Key, subject: [u8; 16], terms: Terms, cart: &Cart, catalog: &Catalog) -> bool {
        self.close_what_is_over(at);
        self.cost.requested += 1;
        let terms = Terms { pool: None, ..terms };
        if let Err(refusal) = suits(&terms, cart, catalog, self.unknown) {
            return self.refuse(refusal);
        }
        let subject = Key(xxhash_rust::xxh3::xxh3_64(&subject));
        match self.ledger.grant(at, &Request { campaign, subject, currency: catalog.currency(), terms, network: None }, &SECRET) {
            Answer::Granted(_) => {
                let goods = terms.covered(&cart.lines, catalog).max(terms.minimum);
                self.cost.granted += 1;
                self.cost.worst_minor = self.cost.worst_minor.saturating_add(terms.cost(goods));
                self.cost.free_shipping += u32::from(terms.kind == Kind::FreeShipping && terms.most.is_none());
                true
            }
            Answer::Again(_) => {
                self.cost.again += 1;
                true
            }
            Answer::Refused(refusal) => self.refuse(refusal),
        }
    }

    fn close_what_is_over(&mut self, at: Timestamp) {
        for key in self.ledger.due(at, DUE_MAX) {
            if let Ok(Some(record)) = self.ledger.step(at, key, State::Expired) {
                // A planned step of a grant that is there applies.
                let _ = self.ledger.apply(&record);
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal) -> bool {
        *self.cost.refused.entry(refusal.code()).or_default() += 1;
        false
    }
}
