//! The session actor: a mailbox around [`Session`], its sockets and its journal.
//!
//! `handle` builds inputs, applies them, runs the effects, writes all replies and flushes once. Nothing a client sends waits in the
//! mailbox: sockets are read here, a bounded number of frames per wake.

mod inbox;
mod outbox;
mod turn;

use super::Engine;
use super::Reply;
use super::connection::Connection;
use super::connection::SILENT_AFTER;
use super::connection::SLOW_AFTER;
use super::connection::TOLD_LATELY;
use super::learning::Asking;
use super::quality::Library;
use super::recovery::Head;
use super::recovery::StoredRef;
use super::socket::Socket;
use super::timeline;
use super::view;
use super::view::Entry;
use super::view::LastDecision;
use super::view::SessionView;
use crate::history;
use crate::history::Visit;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::Page;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::offer::Network;
use crate::protocol::Close;
use crate::protocol::Encoding;
use crate::protocol::Inbound;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Measured;
use crate::session::Profile;
use crate::session::Recalled;
use crate::session::Start;
use crate::store::journal::Durability;
use crate::store::journal::Position;
use crate::traffic::Signs;
use crate::traffic::Watch;
use ractor::Actor;
use ractor::ActorProcessingErr;
use ractor::ActorRef;
use ractor::RpcReplyPort;
use smallvec::SmallVec;
use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

/// Frames read per wake, so that a busy socket does not starve the others on its thread.
const FRAMES_PER_WAKE: usize = 16;
/// A live session's state is stored after this many inputs, and whenever its last connection goes.
const SAVE_EVERY: u16 = 256;
/// Events whose batch has no waiter of this session are looked after this much later.
const ACK_LOOK: Duration = Duration::from_millis(5);
/// A journal that takes no records, or a store that takes no states, is tried again this much later.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Messages to one live session.
pub enum SessionMsg {
    /// The gateway accepted a connection and its `hello`.
    Attach(Box<Attach>),
    /// A socket stirred.
    Io(u32),
    /// The wheel reached the deadline.
    Timer,
    /// The journal's committer: everything below is durable.
    Durable(Position),
    /// Frames that came by request: the beacon and the fallback.
    Post {
        stream: StreamId,
        frames: Vec<Inbound>,
        reply: oneshot::Sender<wire::Ack>,
    },
    /// The ledger's answers.
    Granted {
        decision: DecisionId,
        code: Box<str>,
        expires: Timestamp,
    },
    GrantRefused {
        decision: DecisionId,
    },
    /// The shop's server tells of an order. The reply says what was known of it before and after.
    Hear {
        order: Key,
        input: Box<Input>,
        reply: oneshot::Sender<Reply>,
    },
    /// The visit is only there to hear that: what is known of its unit.
    Recall(Box<Recalled>),
    /// The publisher has a new snapshot.
    Published,
    /// A decision for a server-rendered page.
    Decide {
        stream: StreamId,
        page: Box<Page>,
        consent: Option<Box<Input>>,
        profile: Option<Box<Profile>>,
        signs: Signs,
        reply: oneshot::Sender<(String, wire::State)>,
    },
    /// The dashboard: everything about this session.
    Inspect(RpcReplyPort<Box<SessionView>>),
    /// The dashboard: the last journal record of this session.
    Head(RpcReplyPort<Position>),
    /// The dashboard: every entry from now on.
    Watch(mpsc::Sender<Entry>),
    /// The dashboard's live floor began to look.
    Show,
    /// The shop asked for a visitor's memory to be erased, or the engine drains.
    Goaway {
        min_ms: u32,
        max_ms: u32,
    },
    /// First message of a visit that was brought back: its pages are gone, its offers are asked for again.
    Restored,
    /// Saves what changed; the sender is dropped when that is done.
    Save(mpsc::Sender<Infallible>),
    /// Save and go.
    Stop(oneshot::Sender<()>),
    /// Fails, as a mistake in our own code would at the next event of a page.
    #[cfg(test)]
    Panic(StreamId),
}

/// A connection on its way to its session.
pub struct Attach {
    pub socket: Socket,
    pub encoding: Encoding,
    pub network: Option<Network>,
    pub stream: StreamId,
    pub page: Page,
    pub visible: bool,
    pub consent: Option<Input>,
    pub profile: Option<Box<Profile>>,
    /// Generation and revision of a resume token that was checked.
    pub resume: Option<(u32, u64)>,
    /// What speaks against a person.
    pub signs: Signs,
    /// Where the page's library is counted.
    pub library: Arc<Library>,
}

/// A visit on its way to its actor.
pub struct Starting {
    pub(super) visit: Visit,
    /// Last journal record of the visit.
    pub(super) head: Position,
    pub(super) origin: Origin,
}

/// Where a visit comes from.
pub(super) enum Origin {
    /// It begins now.
    New(Start),
    /// It was brought back from its saved state and the journal.
    Restored {
        /// The event at which it failed; its number is used up, or it would fail again.
        failed: Option<(StreamId, u64)>,
        /// Its history could not be read up to the head: it begins anew with the whole visit.
        broken: bool,
    },
}

/// The actor. Its state owns everything; `self` is the engine.
pub struct SessionActor(pub(super) Arc<Engine>);

/// A live session.
pub struct Live {
    engine: Arc<Engine>,
    me: ActorRef<SessionMsg>,
    visit: Visit,
    connections: SmallVec<[Box<Connection>; 1]>,
    /// Where the last page connected from.
    network: Option<Network>,
    /// Last journal record of this session.
    head: Position,
    /// How the visit behaves, for whether it is a program.
    watch: Box<Watch>,
    /// Where the libraries of its pages are counted.
    libraries: SmallVec<[(StreamId, Arc<Library>); 1]>,
    /// The earliest deadline the wheel knows of.
    armed: Option<Timestamp>,
    last_decision: Option<Box<Last>>,
    watchers: Vec<mpsc::Sender<Entry>>,
    entries: u64,
    unsaved: u16,
    next_connection: u32,
    /// A waiter is registered with the journal's current batch.
    waiting: bool,
    awaiting_profile: bool,
    /// Inputs were applied that could not be recorded; the next record is the whole visit.
    unrecorded: bool,
    /// What they moved in experiments; at most two changes of each of [`Trials::ENROLLED_MAX`](crate::session::Trials::ENROLLED_MAX).
    unmeasured: Vec<Measured>,
    /// The event being applied. Still there when the actor is dropped: it failed.
    current: Option<(StreamId, u64)>,
    /// A state is to be saved as soon as its records are durable.
    save_wanted: bool,
    /// The store had no room for the state.
    save_refused: bool,
    saving: Vec<mpsc::Sender<Infallible>>,
    /// Over in good order; anything else is a failure.
    over: bool,
}

/// The last decision that did something, or would have.
struct Last {
    campaign: Arc<str>,
    variant: Option<Arc<str>>,
    outcome: &'static str,
    at_ms: u64,
}

impl Last {
    fn view(&self) -> LastDecision {
        LastDecision {
            campaign: self.campaign.to_string(),
            variant: self.variant.as_deref().unwrap_or_default().to_owned(),
            outcome: self.outcome.to_owned(),
            at_ms: self.at_ms,
        }
    }
}

#[derive(Default)]
struct Scratch {
    effects: Effects,
    payload: Vec<u8>,
    digest: Vec<u8>,
    asking: Asking,
}

thread_local! {
    // Buffers of the input being applied; empty between inputs, so that they hold nothing of any engine.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl Actor for SessionActor {
    type Msg = SessionMsg;
    type State = Box<Live>;
    type Arguments = Box<Starting>;

    async fn pre_start(&self, me: ActorRef<SessionMsg>, starting: Box<Starting>) -> Result<Box<Live>, ActorProcessingErr> {
        let Starting { visit, head, origin } = *starting;
        let mut live = Box::new(Live {
            engine: self.0.clone(),
            me,
            visit,
            connections: SmallVec::new(),
            network: None,
            head,
            watch: Box::default(),
            libraries: SmallVec::new(),
            armed: None,
            last_decision: None,
            watchers: Vec::new(),
            entries: 0,
            unsaved: 0,
            next_connection: 1,
            waiting: false,
            awaiting_profile: false,
            unrecorded: false,
            unmeasured: Vec::new(),
            current: None,
            save_wanted: false,
            save_refused: false,
            saving: Vec::new(),
            over: false,
        });
        live.begin(origin);
        Ok(live)
    }

    async fn handle(&self, me: ActorRef<SessionMsg>, message: SessionMsg, live: &mut Box<Live>) -> Result<(), ActorProcessingErr> {
        live.handle(message);
        if live.visit.session.is_ended() {
            live.finish();
        }
        if live.over {
            me.stop(None);
        }
        Ok(())
    }
}

/// However the actor ends, by its own will or by a panic, nothing points to it afterwards; after a panic the supervisor is told.
impl Drop for Live {
    fn drop(&mut self) {
        let id = self.visit.session.id();
        self.engine.directory.remove(id);
        for (stream, _) in &self.visit.deliveries {
            self.engine.directory.forget_stream(*stream);
        }
        if !self.over {
            self.engine.fallen(id, Head { position: self.head, failed: self.current });
        }
        self.engine.stats.connections.fetch_sub(self.connections.len() as i64, std::sync::atomic::Ordering::Relaxed);
        self.engine.board.gone(id);
    }
}

impl Live {
    fn handle(&mut self, message: SessionMsg) {
        match message {
            SessionMsg::Attach(attach) => self.attach(*attach),
            SessionMsg::Io(connection) => self.io(connection),
            SessionMsg::Timer => self.timer(),
            SessionMsg::Durable(position) => {
                self.waiting = false;
                self.durable(position);
                // A socket that stirred is looked at by a message that waits already: one write for the acknowledgement and the answer.
                if !self.owes_marks() || self.connections.iter().any(|connection| connection.wake.is_scheduled()) {
                    // What was appended after this batch was taken has no waiter; without a look nobody would acknowledge it.
                    self.arm();
                    return;
                }
            }
            SessionMsg::Post { stream, frames, reply } => self.post(stream, frames, reply),
            SessionMsg::Granted { decision, code, expires } => {
                self.engine.note_code_of(&code, &self.visit.session);
                self.apply(Input::Granted { decision, code, expires });
            }
            SessionMsg::Hear { order, input, reply } => {
                let before = self.visit.session.trials().sale(order).cloned();
                self.apply(*input);
                // Before the answer, so that the next word about this unit finds it.
                if self.visit.session.is_ended() {
                    self.engine.keep_unit(&self.visit.session);
                }
                let _ = reply.send(Reply::new(before, &self.visit.session, order, !self.unrecorded));
            }
            SessionMsg::Recall(recalled) => self.apply(Input::Recalled(recalled)),
            SessionMsg::GrantRefused { decision } => self.apply(Input::GrantRefused { decision }),
            SessionMsg::Published => self.apply(Input::Published),
            SessionMsg::Decide { stream, page, consent, profile, signs, reply } => {
                self.suspect(signs);
                let answer = self.decide(stream, page, consent, profile);
                let _ = reply.send(answer);
            }
            SessionMsg::Inspect(reply) => {
                let view = self.inspect();
                let _ = reply.send(Box::new(view));
            }
            SessionMsg::Head(reply) => {
                let _ = reply.send(self.head);
            }
            SessionMsg::Watch(sender) => {
                self.watchers.retain(|watcher| !watcher.is_closed());
                self.watchers.push(sender);
            }
            SessionMsg::Show => {}
            SessionMsg::Goaway { min_ms, max_ms } => {
                let frame = ServerFrame::Goaway(wire::Goaway { min_ms, max_ms, code: Close::Draining.code() });
                for connection in &mut self.connections {
                    connection.push(&frame);
                }
            }
            #[cfg(test)]
            SessionMsg::Panic(stream) => {
                self.current = self.visit.delivery(stream).map(|delivery| (stream, delivery.applied() + 1));
                panic!("asked to")
            }
            SessionMsg::Restored => self.come_back(),
            SessionMsg::Save(done) => {
                if self.unsaved > 0 || self.save_wanted {
                    self.saving.push(done);
                    self.save();
                }
            }
            SessionMsg::Stop(done) => {
                self.save();
                self.close_all(Close::Draining);
                self.over = true;
                let _ = done.send(());
            }
        }
        self.write_all();
        self.show();
        self.arm();
    }

    fn timer(&mut self) {
        self.armed = None;
        let _ = self.rewrite();
        self.durable(self.engine.journal.durable());
        let now = self.engine.clock.now();
        if self.visit.session.next_deadline().is_some_and(|deadline| deadline <= now) {
            self.apply(Input::Timer);
        }
        let mut index = 0;
        while let Some(connection) = self.connections.get_mut(index) {
            if connection.blocked_since.is_some_and(|since| now.since(since) >= SLOW_AFTER) {
                self.close(index, Close::SlowConsumer);
                continue;
            }
            if connection.socket.is_web() && now >= connection.next_ping {
                if now.since(connection.heard) >= SILENT_AFTER {
                    self.close(index, Close::NoHeartbeat);
                    continue;
                }
                connection.ping(now);
                let stream = connection.stream;
                if self.visit.session.streams().iter().any(|s| s.id == stream && s.visible) {
                    let ping = ServerFrame::Ping(wire::Ping { n: connection.pings, wall: now.millis() });
                    connection.push(&ping);
                }
            }
            index += 1;
        }
    }

    /// Asks the wheel for the next deadline, if it does not know an earlier one.
    pub(super) fn arm(&mut self) {
        let connections = self.connections.iter().filter_map(|connection| connection.deadline()).min();
        // What was appended after the waiter's batch was taken has no waiter of its own; a look a little later does.
        let is_behind = self.save_wanted || self.visit.deliveries.iter().any(|(_, delivery)| delivery.is_waiting());
        let look = match () {
            () if self.unrecorded || self.save_refused => TRY_AGAIN,
            () if self.connections.iter().any(|connection| connection.was_told_lately(self.visit.session.now())) => TOLD_LATELY,
            () => ACK_LOOK,
        };
        let acks = (self.owes_marks() || (!self.waiting && is_behind)).then(|| self.engine.clock.now() + look);
        let Some(next) = self.visit.session.next_deadline().into_iter().chain(connections).chain(acks).min() else { return };
        if self.armed.is_none_or(|armed| next < armed) {
            self.armed = Some(next);
            self.engine.wheel.arm(next, self.me.clone());
        }
    }

    pub(super) fn show(&mut self) {
        if self.engine.board.is_watched() {
            let snapshot = self.engine.snapshot.load();
            let last = self.last_decision.as_deref().map(Last::view);
            let summary = view::summary(&self.visit.session, &snapshot, self.connections.len(), last);
            self.engine.board.update(self.visit.session.id(), summary);
        }
    }

    fn inspect(&self) -> SessionView {
        let snapshot = self.engine.snapshot.load();
        SessionView {
            summary: view::summary(&self.visit.session, &snapshot, self.connections.len(), self.last_decision.as_deref().map(Last::view)),
            counts: view::counts(&self.visit.session),
            entries: timeline::read(&*self.engine.journal, self.head, &snapshot),
            interests: view::interests(&self.visit.session, &snapshot),
            placements: view::placements(&self.visit.session),
        }
    }

    pub(super) fn note(&mut self, kind: &str, title: &str, detail: &[(&str, String)]) {
        if self.watchers.is_empty() {
            return;
        }
        let detail = detail.iter().map(|(name, value)| ((*name).to_owned(), serde_json::Value::from(value.clone()))).collect();
        let at_ms = self.engine.clock.now().millis();
        self.tell(Entry { seq: 0, at_ms, kind: kind.to_owned(), title: title.to_owned(), detail, proof: None });
    }

    /// Gives an entry to the watchers; one that is too slow is let go.
    pub(super) fn tell(&mut self, mut entry: Entry) {
        self.entries += 1;
        entry.seq = self.head.0.max(self.entries);
        self.watchers.retain(|watcher| watcher.try_send(entry.clone()).is_ok());
    }

    /// The first record, or what a visit needs that was brought back.
    fn begin(&mut self, origin: Origin) {
        match origin {
            Origin::New(start) => {
                let mut payload = Vec::new();
                history::write_started(&mut payload, &start);
                // Without room for it the first record will be the whole visit.
                let _ = self.append(history::STARTED, self.visit.session.started(), &payload);
            }
            Origin::Restored { failed, broken } => {
                if broken {
                    self.head = Position::NONE;
                    self.unrecorded = true;
                }
                if let Some((stream, seq)) = failed
                    && self.visit.delivery(stream).is_some_and(|delivery| delivery.applied() + 1 == seq)
                {
                    self.consume(stream);
                }
                // The stored state is behind the journal; a checkpoint must not pass what is only there.
                self.save_wanted = true;
                for (stream, _) in &self.visit.deliveries {
                    self.engine.directory.note_stream(*stream, self.visit.session.id());
                }
                // Before any page, because nobody else knows this actor yet.
                let _ = self.me.cast(SessionMsg::Restored);
            }
        }
    }

    /// Sockets do not survive, so no page is connected; and an answer of the ledger may have been lost: it gives the same one again.
    fn come_back(&mut self) {
        self.durable(self.engine.journal.durable());
        let connected: SmallVec<[StreamId; 2]> =
            self.visit.session.streams().iter().filter(|stream| stream.connected).map(|stream| stream.id).collect();
        for stream in connected {
            // At the moment of the last record: nobody was attended while there was no engine.
            self.apply_at(Timestamp(self.visit.session.now().0 + 1), Input::Detach { stream, bye: false });
        }
        // A preview asks nobody; its place is given up in a moment.
        if self.visit.session.is_preview() {
            return;
        }
        let (subject, cart) = (self.subject(), self.visit.session.cart().clone());
        for (decision, campaign, terms) in self.visit.session.waiting_offers() {
            self.engine.request_grant(self.me.clone(), decision, (campaign, subject), *terms, (cart.clone(), self.network));
        }
    }

    /// Whose offers they are: the visitor's where one is known, else the visit's.
    pub(super) fn subject(&self) -> [u8; 16] {
        self.visit.session.profile().map_or(self.visit.session.id().0, |profile| profile.visitor.0)
    }

    /// Stores the state, once its records are durable: what is stored is never ahead of the journal.
    pub(super) fn save(&mut self) {
        self.unsaved = 0;
        if self.unrecorded || self.head >= self.engine.journal.durable() {
            self.save_wanted = true;
            return;
        }
        let stored = StoredRef { visit: &self.visit, head: self.head.0 };
        self.save_refused = !self.engine.save_state(self.visit.session.id(), self.visit.session.now(), &stored);
        self.save_wanted = self.save_refused;
        if !self.save_refused {
            self.saving.clear();
        }
    }

    fn finish(&mut self) {
        self.over = true;
        self.close_all(Close::SessionEnded);
        self.engine.keep_unit(&self.visit.session);
        self.engine.forget_state(self.visit.session.id());
        self.engine.directory.remove(self.visit.session.id());
    }
}

fn durability_name(durability: Durability) -> &'static str {
    match durability {
        Durability::Fsync => "fsync",
        Durability::Os => "os",
        Durability::Memory => "memory",
    }
}

fn connection_id(index: Option<usize>, connections: &[Box<Connection>]) -> Option<u32> {
    index.and_then(|index| connections.get(index)).map(|connection| connection.id)
}
