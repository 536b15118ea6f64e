//! Everything that can be given to a session. If it changes the outcome, it is here, so the journal holds it.

use super::Profile;
use super::Trials;
use crate::consent::Signal;
use crate::consent::Source;
use crate::learn::lessons::Experience;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::Page;
use crate::model::Receipt;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::recommend::Foreseen;
use crate::traffic::Signs;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// One input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Input {
    /// A connection opened for a stream, new or back again.
    Attach { stream: StreamId, page: Box<Page>, visible: bool },
    /// A connection is gone; `bye` when the page itself is.
    Detach { stream: StreamId, bye: bool },
    /// A shopper did something. `late`: it arrived too long after it happened to be answered.
    Event { stream: StreamId, late: bool, event: Event },
    /// Sources of consent spoke; all they say counts at once, so that nothing is allowed in between that is not allowed after it.
    Consent {
        source: Source,
        signal: Signal,
        gpc: bool,
        /// What other sources say in the same statement; at most one answer of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        others: Vec<(Source, Signal)>,
    },
    /// What became of decisions on the page.
    Receipts { stream: StreamId, list: SmallVec<[Receipt; 2]> },
    /// A deadline passed. A spurious one changes nothing.
    Timer,
    /// The ledger granted an offer; the grant is durable.
    Granted { decision: DecisionId, code: Box<str>, expires: Timestamp },
    /// The ledger refused an offer.
    GrantRefused { decision: DecisionId },
    /// The visitor is remembered: what earlier visits left, or a new profile.
    Remembered(Box<Profile>),
    /// The visit is only there to hear what the shop's server says of a unit whose visits are over: what is known of it.
    Recalled(Box<Recalled>),
    /// The shop's server says what was ordered.
    Sold(Box<Sale>),
    /// The shop's server says what was given back.
    Refunded(Refund),
    /// The snapshot changed; content of campaigns that are gone or off goes.
    Published,
    /// Signs that the visit is a program; those seen before stay.
    Traffic(Signs),
    /// What the live indexes answered to the [`Wish`](super::Wish) of the event that follows.
    Foreseen(Box<Foreseen>),
    /// What the visit owed to the learning of its campaigns has been taught.
    Taught(Vec<Experience>),
}

/// What is kept of a unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    pub trials: Trials,
    /// Of a remembered visitor, whose trials it holds then.
    pub profile: Option<Box<Profile>>,
}
