//! Which sessions are live, by session and by visitor.

use super::session::SessionMsg;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::VisitorId;
use ractor::ActorRef;

/// Live sessions of one engine.
#[derive(Default)]
pub struct Directory {
    sessions: papaya::HashMap<SessionId, ActorRef<SessionMsg>>,
    /// The live session of a remembered visitor, who may come with a second browser tab before the first has stored anything.
    visitors: papaya::HashMap<VisitorId, SessionId>,
    /// Whose page load a stream is. A page whose first `welcome` was lost has no token yet and says `hello` again: its events must find
    /// the session that took them. The id is 16 random bytes that only this page and the engine know.
    streams: papaya::HashMap<StreamId, SessionId>,
}

impl Directory {
    pub fn get(&self, id: SessionId) -> Option<ActorRef<SessionMsg>> {
        self.sessions.pin().get(&id).cloned()
    }

    pub fn of_visitor(&self, visitor: VisitorId) -> Option<SessionId> {
        let id = *self.visitors.pin().get(&visitor)?;
        if self.sessions.pin().contains_key(&id) {
            return Some(id);
        }
        self.visitors.pin().remove(&visitor);
        None
    }

    pub(super) fn insert(&self, id: SessionId, session: ActorRef<SessionMsg>, visitor: Option<VisitorId>) {
        self.sessions.pin().insert(id, session);
        if let Some(visitor) = visitor {
            self.visitors.pin().insert(visitor, id);
        }
    }

    pub(super) fn remove(&self, id: SessionId) {
        self.sessions.pin().remove(&id);
    }

    pub(super) fn forget_visitor(&self, visitor: VisitorId) {
        self.visitors.pin().remove(&visitor);
    }

    pub(super) fn of_stream(&self, stream: StreamId) -> Option<SessionId> {
        self.streams.pin().get(&stream).copied()
    }

    pub(super) fn note_stream(&self, stream: StreamId, session: SessionId) {
        self.streams.pin().insert(stream, session);
    }

    pub(super) fn forget_stream(&self, stream: StreamId) {
        self.streams.pin().remove(&stream);
    }

    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `visit` with every live session.
    pub fn for_each(&self, mut visit: impl FnMut(&ActorRef<SessionMsg>)) {
        for (_, session) in self.sessions.pin().iter() {
            visit(session);
        }
    }
}
