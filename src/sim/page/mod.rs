//! The browser's side of one page: the same state machines as the library's, under the same names.

mod connection;
mod desired;
mod outbox;

pub(super) use connection::Connection;
pub(super) use connection::Phase;
pub(super) use desired::Desired;
pub(super) use outbox::Bounds;
pub(super) use outbox::Outbox;

use super::wire::Resume;
use super::wire::Said;
use crate::consent::Signal;
use crate::model::Page;
use crate::model::Receipt;
use crate::model::SessionId;
use crate::model::StreamId;
use smallvec::SmallVec;

/// One page load in one tab. A ghost delivers what a page that is gone has left, and shows nothing.
#[derive(Debug)]
pub(super) struct Tab {
    pub(super) visitor: usize,
    pub(super) stream: StreamId,
    pub(super) page: Page,
    pub(super) is_ghost: bool,
    pub(super) is_gone: bool,
    pub(super) visible: bool,
    pub(super) asleep_until: u64,
    /// Microseconds its clock is ahead.
    pub(super) skew: i64,
    pub(super) connection: Connection,
    pub(super) line: Option<u64>,
    pub(super) greeted: bool,
    pub(super) resume: Option<Resume>,
    pub(super) visit: Option<SessionId>,
    /// The visit it last was welcomed to.
    pub(super) session: Option<SessionId>,
    pub(super) outbox: Outbox,
    /// What a ghost delivers.
    pub(super) leftover: Vec<Said>,
    pub(super) mark: u64,
    /// Nothing is sent again before, after the server has asked for it.
    pub(super) pause: u64,
    pub(super) desired: Desired,
    pub(super) receipts: SmallVec<[Receipt; 2]>,
    /// A report on what was applied is due.
    pub(super) answers: bool,
    pub(super) is_behind: bool,
    pub(super) consent: Signal,
    pub(super) has_withdrawn: bool,
    /// The last word on consent that is not acknowledged.
    pub(super) consent_uid: Option<u64>,
}

impl Tab {
    pub(super) fn new(visitor: usize, stream: StreamId, page: Page, consent: Signal, outbox: Outbox) -> Tab {
        Tab {
            visitor,
            stream,
            page,
            is_ghost: false,
            is_gone: false,
            visible: true,
            asleep_until: 0,
            skew: 0,
            connection: Connection::default(),
            line: None,
            greeted: false,
            resume: None,
            visit: None,
            session: None,
            outbox,
            leftover: Vec::new(),
            mark: 0,
            pause: 0,
            desired: Desired::default(),
            receipts: SmallVec::new(),
            answers: false,
            is_behind: false,
            consent,
            consent_uid: None,
            has_withdrawn: false,
        }
    }

    /// The page's clock at a moment.
    pub(super) fn clock(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.skew)
    }

    /// Until the engine has heard of a withdrawal, what it says may be what was withdrawn.
    pub(super) fn is_between(&self) -> bool {
        self.has_withdrawn && self.consent_uid.is_some()
    }

    pub(super) fn say(&mut self, said: Said) -> bool {
        self.outbox.add(said)
    }
}
