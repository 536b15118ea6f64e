//! Everything a session can ask of the shell.

use super::Measured;
use super::Profile;
use crate::campaign::TriggerRef;
use crate::decide::Held;
use crate::decide::Proofs;
use crate::decide::Winner;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::Order;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::model::VisitorId;
use crate::offer::Terms;
use crate::recommend::Strategy;
use serde::Serialize;
use smallvec::SmallVec;
use std::ops::Range;
use std::sync::Arc;

/// Effects of one input in order, and the proofs they refer to. Reuse one value: its buffers keep their room.
#[derive(Debug, Default)]
pub struct Effects {
    pub list: Vec<Effect>,
    pub proofs: Proofs,
    pub(super) matched: SmallVec<[TriggerRef; 16]>,
    pub(super) winners: SmallVec<[Winner; 2]>,
}

impl Effects {
    pub fn clear(&mut self) {
        self.list.clear();
        self.proofs.clear();
    }

    /// A number that stands for all effects of one input with their proofs, 0 for none. Equal effects have equal digests on every
    /// machine: it is the xxh3 of their MessagePack form, which is left in `scratch`.
    pub fn digest(&self, scratch: &mut Vec<u8>) -> u64 {
        if self.list.is_empty() && self.proofs.considered.is_empty() {
            return 0;
        }
        scratch.clear();
        // Writing to a Vec cannot fail, and every effect has a representation.
        let _ = rmp_serde::encode::write(scratch, &(&self.list, &self.proofs.considered, &self.proofs.reads));
        xxhash_rust::xxh3::xxh3_64(scratch)
    }
}

/// One wish of the core.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Effect {
    /// Bring the stream's page to the desired state.
    Push { stream: StreamId, patches: SmallVec<[Patch; 2]> },
    /// Candidates competed. `won` holds those that act; the rest of the story is in the proofs.
    Decided { stream: StreamId, considered: Range<u32>, won: SmallVec<[(DecisionId, Key, u8); 2]> },
    /// Ask the ledger for a code; answer with `Input::Granted` or `Input::GrantRefused`.
    RequestGrant { decision: DecisionId, campaign: Key, terms: Box<Terms> },
    /// A receipt for a decision of this visit.
    Reported { decision: DecisionId, campaign: Key, variant: u8, state: ReceiptState },
    /// A leaving signal was confirmed (`true`) or the shopper came back in time.
    Exit { confirmed: bool },
    /// An order, with the campaigns that acted on this visit or would have (baseline).
    Ordered { order: Box<Order>, acted: SmallVec<[Key; 4]> },
    /// Remember this.
    SaveProfile(Box<Profile>),
    /// The visitor withdrew: forget what is remembered.
    EraseProfile(VisitorId),
    /// Remembering was allowed and no profile is known: make or load one and answer with `Input::Remembered`.
    WantProfile,
    /// A product that a list of this strategy had shown was looked at, or put into the cart.
    Followed { product: Key, strategy: Strategy, carted: bool },
    /// A unit entered an experiment, or brought something that counts.
    Measured(Box<Measured>),
    /// The visit is over; no further input changes anything.
    Ended,
}

impl Effect {
    /// What it says of an experiment, if it does.
    pub fn measured(&self) -> Option<&Measured> {
        if let Effect::Measured(measured) = self { Some(measured) } else { None }
    }
}

/// One change to a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Patch {
    /// The placement named in the content takes it.
    Set(Arc<Held>),
    /// The shop's default comes back.
    Clear(Arc<str>),
}
