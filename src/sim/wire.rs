//! What pages and server say to each other, as values: the shapes of the protocol without its bytes.

use crate::consent::Signal;
use crate::decide::Held;
use crate::model::Event;
use crate::model::Page;
use crate::model::Receipt;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::VisitorId;
use crate::session::Patch;
use smallvec::SmallVec;
use std::sync::Arc;

/// An event of a page. `uid` is the simulation's own name for it, which no server sees.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) uid: u64,
    /// By the page's clock, microseconds.
    pub(super) at: u64,
    pub(super) what: What,
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Event(Event),
    Consent(Signal),
    /// Does not pass the gateway's checks, and uses up its number.
    Invalid,
}

/// What a resume token says. That it cannot be forged is proven elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resume {
    pub(super) session: SessionId,
    pub(super) generation: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Hello {
    pub(super) stream: StreamId,
    pub(super) page: Page,
    pub(super) visible: bool,
    pub(super) consent: Signal,
    pub(super) visit: Option<SessionId>,
    pub(super) visitor: Option<VisitorId>,
    /// The token and the revision of the page.
    pub(super) resume: Option<(Resume, u64)>,
}

#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) first: u64,
    pub(super) sent_at: u64,
    pub(super) list: Vec<Said>,
}

/// Page to server.
#[derive(Debug, Clone)]
pub(super) enum Up {
    Hello(Box<Hello>),
    Events(Batch),
    Applied {
        rev: u64,
        receipts: SmallVec<[Receipt; 2]>,
    },
    Bye,
    /// The connection is gone.
    Lost,
}

/// The whole desired state of a page.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    pub(super) rev: u64,
    pub(super) held: Vec<Arc<Held>>,
}

#[derive(Debug, Clone)]
pub(super) struct Welcome {
    pub(super) session: SessionId,
    pub(super) visitor: Option<VisitorId>,
    pub(super) resume: Resume,
    pub(super) ack: u64,
    pub(super) state: Option<Whole>,
}

/// Server to page.
#[derive(Debug, Clone)]
pub(super) enum Down {
    Welcome(Box<Welcome>),
    Ack(u64),
    Gap,
    Push { from: u64, rev: u64, patches: SmallVec<[Patch; 2]> },
    State(Whole),
    Closed(Closed),
}

/// Why a connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// The network or the process is gone.
    Lost,
    TakenOver,
    SessionEnded,
    Draining,
    Slow,
}
