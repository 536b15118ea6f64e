//! Everything a page says: its hello, its frames, its events.

use super::Attach;
use super::FRAMES_PER_WAKE;
use super::Live;
use super::connection_id;
use super::durability_name;
use crate::consent::Purpose;
use crate::decide::PageState;
use crate::delivery::Receive;
use crate::delivery::Token;
use crate::engine::connection::Connection;
use crate::engine::quality;
use crate::engine::quality::Library;
use crate::engine::quality::Refusal;
use crate::engine::socket::Incoming;
use crate::engine::translate;
use crate::model::Event;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::protocol::Close;
use crate::protocol::DecodeError;
use crate::protocol::ErrorCode;
use crate::protocol::Inbound;
use crate::protocol::Unreadable;
use crate::protocol::decode;
use crate::protocol::wire;
use crate::protocol::wire::ClientFrame;
use crate::protocol::wire::ServerFrame;
use crate::quality::Problem;
use crate::session::Input;
use crate::session::Profile;
use crate::traffic::Act;
use crate::traffic::Signs;
use smallvec::SmallVec;
use std::sync::Arc;
use std::task::Context;
use std::task::Poll;
use tokio::sync::oneshot;

/// The event by which the script tells what it had to drop.
const DROPPED: &str = "floorwalker.dropped";
/// Clocks of one page may disagree by this much without being wrong.
const AHEAD_MS: f64 = 1_000.0;
/// Events older than this are as old as this.
const AGE_MAX_MS: f64 = 86_400_000.0;

fn kind_name(kind: usize) -> &'static str {
    wire::Event::KINDS.get(kind).copied().unwrap_or("unknown")
}

impl Live {
    pub(super) fn attach(&mut self, attach: Attach) {
        let Attach { socket, encoding, network, stream, page, visible, consent, profile, resume, signs, library } = attach;
        let now = self.engine.clock.now();
        if let Some(index) = self.connections.iter().position(|connection| connection.stream == stream) {
            self.take_connection(index).close(Close::TakenOver.code(), Close::TakenOver.reason());
        }
        self.network = network;
        self.suspect(signs);
        self.libraries.retain(|(known, _)| *known != stream && self.visit.session.streams().iter().any(|page| page.id == *known));
        self.libraries.push((stream, library));
        self.introduce(consent, profile);
        let known = self.opened(stream, page, visible);
        // Past the time for coming back the core has given the page up, and its content with it, perhaps with this very hello: then the
        // page is as old as the hello.
        let now_opened = |page: &PageState| page.opened == self.visit.session.now();
        let alive = self.visit.session.streams().iter().any(|known| known.id == stream && !known.page.as_deref().is_some_and(now_opened));
        let Some(delivery) = self.visit.delivery_mut(stream) else { return };
        // The last token issued or the one before it: a welcome may have been lost. A later one than is known was lost with a process.
        let resumed = alive && known && resume.is_some_and(|(generation, _)| generation + 2 >= delivery.generation);
        let page_rev = resume.filter(|_| resumed).map(|(_, rev)| rev);
        let state = page_rev.is_none_or(|rev| delivery.needs_state(rev));
        if state {
            delivery.note_state();
        }
        let (generation, ack) = (delivery.generation, delivery.acked());
        let snapshot = self.engine.snapshot.load_full();
        let id = self.next_connection;
        self.next_connection = self.next_connection.wrapping_add(1);
        let mut connection = Box::new(Connection::new(id, stream, encoding, socket, self.me.clone(), now, self.engine.config.events_burst));
        let session = self.visit.session.id();
        let visit = &snapshot.settings.visit;
        connection.push(&ServerFrame::Welcome(Box::new(wire::Welcome {
            version: crate::protocol::VERSION,
            session: self.engine.sign(Token::Session { session: session.0 }, visit.longest),
            visitor: self.visitor_token(),
            resume: self.engine.sign(Token::Resume { session: session.0, stream: stream.0, generation }, visit.longest),
            epoch: format!("{:016x}", self.engine.journal.epoch()),
            resumed,
            durability: durability_name(self.engine.config.durability).to_owned(),
            ack,
            wall: now.millis(),
            resume_ms: visit.resume_within.as_millis() as u32,
            capture: wire::Capture {
                clicks: true,
                scroll: true,
                exit: true,
                attention_ms: visit.attention_beat.as_millis() as u32,
                idle_ms: visit.idle_after.as_millis() as u32,
            },
            state: state.then(|| self.state(stream, &snapshot)),
        })));
        connection.note_told(ack, Timestamp(0));
        self.connections.push(connection);
        self.engine.stats.connections.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.note("connection", if resumed { "Came back" } else { "Opened a page" }, &[]);
        // Frames may have arrived behind the hello; only a poll registers the waker.
        self.io(id);
    }

    /// Takes signs of a program, if there are new ones.
    pub(super) fn suspect(&mut self, signs: Signs) {
        let before = self.visit.session.signs();
        if before.and(signs) == before {
            return;
        }
        let class = self.visit.session.class();
        self.apply(Input::Traffic(signs));
        if !self.visit.session.is_preview() {
            self.engine.quality.note_class(class, self.visit.session.class(), before, self.visit.session.signs());
        }
    }

    /// Where the library of a page is counted.
    fn library(&self, stream: StreamId) -> Arc<Library> {
        let known = self.libraries.iter().find(|(known, _)| *known == stream);
        known.map_or_else(|| self.engine.quality.library(""), |(_, library)| library.clone())
    }

    fn page_kind(&self, stream: StreamId) -> PageKind {
        let found = self.visit.session.streams().iter().find(|known| known.id == stream);
        found.and_then(|known| known.page.as_ref()).map_or(PageKind::Other, |page| page.page.kind)
    }

    /// Looks at an event before it is used: whether it is plausible, and what it says about who acts. It happened `age_ms` before its
    /// batch was sent.
    fn look_at(&mut self, now: Timestamp, library: &Library, page: PageKind, age_ms: f64, event: &wire::Event) {
        let engine = self.engine.clone();
        let snapshot = engine.snapshot.load();
        let findings = quality::inspect(event, &self.visit.session, &snapshot.catalog);
        if self.visit.session.is_counted() {
            engine.quality.note_event(now, library, page, event.kind(), &findings);
            if age_ms > snapshot.settings.visit.late_after.as_millis() as f64 {
                engine.quality.note(now, library, page, Problem::Late, 1, Some(&format!("{:.0} s late", age_ms / 1e3)));
            } else if age_ms < -AHEAD_MS {
                engine.quality.note(now, library, page, Problem::TimeInFuture, 1, Some(&format!("{:.1} s ahead", -age_ms / 1e3)));
            }
            if let wire::Event::Custom(custom) = event
                && custom.name == DROPPED
            {
                engine.quality.note_drops(now, library, page, custom);
            }
        }
        drop(snapshot);
        let age_us = (age_ms.clamp(0.0, AGE_MAX_MS) * 1e3) as u64;
        self.watch_act(Timestamp(now.0.saturating_sub(age_us)), event);
    }

    /// Looks at how a page acts. `at` is when it happened by the engine's clock.
    fn watch_act(&mut self, at: Timestamp, event: &wire::Event) {
        let act = match event {
            wire::Event::PageView(_) => Act::PageView,
            wire::Event::Click(_) | wire::Event::Search(_) | wire::Event::Cart(_) | wire::Event::Checkout(_) => Act::Press,
            wire::Event::Scroll(_) => Act::Scroll,
            wire::Event::Attention(attention) => Act::Attention(attention.trusted),
            _ => return,
        };
        self.watch.note(at, act);
        self.suspect(self.watch.signs());
    }

    /// What a `hello` says about the shopper.
    pub(super) fn introduce(&mut self, consent: Option<Input>, profile: Option<Box<Profile>>) {
        if let Some(profile) = profile {
            // Consent first: a profile is only taken where remembering is allowed.
            consent.into_iter().for_each(|consent| self.apply_quietly(consent));
            if self.visit.session.profile().is_none() {
                self.apply(Input::Remembered(profile));
            }
        } else if let Some(consent) = consent {
            self.apply(consent);
        }
    }

    /// A page opens or comes back. True if its stream was known.
    pub(super) fn opened(&mut self, stream: StreamId, page: Page, visible: bool) -> bool {
        let before: SmallVec<[StreamId; 2]> = self.visit.deliveries.iter().map(|(id, _)| *id).collect();
        self.apply(Input::Attach { stream, page: Box::new(page), visible });
        for gone in before.iter().copied() {
            if self.visit.delivery(gone).is_some() {
                continue;
            }
            self.engine.directory.forget_stream(gone);
            // A page that had to make room is told, or it would wait for acknowledgements that never come.
            if let Some(index) = self.connections.iter().position(|connection| connection.stream == gone) {
                self.close(index, Close::SessionEnded);
            }
        }
        let known = before.contains(&stream);
        if !known {
            self.engine.directory.note_stream(stream, self.visit.session.id());
        }
        known
    }

    pub(super) fn visitor_token(&self) -> Option<String> {
        let profile = self.visit.session.profile().filter(|_| self.visit.session.capabilities().allows(Purpose::Remember))?;
        Some(self.engine.sign(Token::Visitor { visitor: profile.visitor.0 }, self.engine.config.visitor_remembered))
    }

    pub(super) fn io(&mut self, id: u32) {
        let started = self.engine.clock.now();
        let mut frames = 0;
        loop {
            let Some(index) = self.connections.iter().position(|connection| connection.id == id) else { return };
            let Some(connection) = self.connections.get_mut(index) else { return };
            if frames == 0 {
                connection.wake.clear();
            }
            let waker = connection.waker();
            match connection.socket.poll_recv(&mut Context::from_waker(&waker)) {
                Poll::Pending => break,
                Poll::Ready(Incoming::Closed) => {
                    self.lost(index, false);
                    break;
                }
                Poll::Ready(Incoming::Alive) => connection.heard = started,
                Poll::Ready(Incoming::Frame(bytes)) => {
                    connection.heard = started;
                    let (stream, encoding) = (connection.stream, connection.encoding);
                    match decode(encoding, &bytes) {
                        Ok(inbound) => {
                            if !self.inbound(Some(id), stream, inbound) {
                                break;
                            }
                        }
                        Err(DecodeError::UnknownFrame(name)) => {
                            self.error(id, ErrorCode::UnknownFrame, format!("unknown frame `{name}`"), None)
                        }
                        Err(error) => {
                            let close = if matches!(error, DecodeError::TooLarge { .. }) { Close::TooLarge } else { Close::BadFrame };
                            tracing::debug!(session = %self.visit.session.id(), %error, "closing a connection");
                            self.close(index, close);
                            break;
                        }
                    }
                }
            }
            frames += 1;
            if frames == FRAMES_PER_WAKE {
                // There may be more; take turns.
                waker.wake();
                break;
            }
        }
        if self.visit.deliveries.iter().any(|(_, delivery)| delivery.is_waiting()) {
            self.durable(self.engine.journal.durable());
        }
        self.write_all();
        if frames > 0 {
            self.engine.stats.reaction.record(self.engine.clock.now().since(started).as_micros() as u64);
        }
    }

    /// Takes one frame. False if the connection it came from is gone.
    pub(super) fn inbound(&mut self, connection: Option<u32>, stream: StreamId, inbound: Inbound) -> bool {
        match inbound {
            Inbound::Frame(ClientFrame::Events(mut batch)) => {
                let list = std::mem::take(&mut batch.list).into_iter().map(Ok).collect();
                return self.events(connection, stream, batch.first, batch.sent_at, list);
            }
            Inbound::Partial { batch, list } => return self.events(connection, stream, batch.first, batch.sent_at, list),
            Inbound::Frame(ClientFrame::Applied(applied)) => {
                let list: SmallVec<_> = translate::receipts(&applied.receipts).collect();
                if !list.is_empty() {
                    self.apply(Input::Receipts { stream, list });
                }
                // A page may also be ahead: of a visit that is no more, whose revisions it still has.
                let is_elsewhere = self.visit.delivery(stream).is_some_and(|delivery| applied.rev != delivery.rev());
                if is_elsewhere && applied.receipts.is_empty() {
                    self.send_state(stream);
                }
            }
            Inbound::Frame(ClientFrame::Pong(_)) => {}
            Inbound::Frame(ClientFrame::Hello(_)) => {
                if let Some(id) = connection {
                    self.error(id, ErrorCode::Invalid, "hello was said before".to_owned(), None);
                }
            }
            Inbound::Frame(ClientFrame::Bye(_)) => {
                if let Some(index) = connection.and_then(|id| self.connections.iter().position(|c| c.id == id)) {
                    self.lost(index, true);
                    return false;
                }
                self.apply(Input::Detach { stream, bye: true });
            }
        }
        true
    }

    pub(super) fn events(
        &mut self,
        connection: Option<u32>,
        stream: StreamId,
        first: u64,
        sent_at: f64,
        list: Vec<Result<wire::TimedEvent, Unreadable>>,
    ) -> bool {
        let now = self.engine.clock.now();
        let index = connection.and_then(|id| self.connections.iter().position(|c| c.id == id));
        if list.len() > crate::protocol::Limits::BATCH_EVENTS_MAX {
            if let Some(index) = index {
                self.close(index, Close::TooLarge);
            }
            return false;
        }
        if let Some(connection) = index.and_then(|index| self.connections.get_mut(index))
            && let Err(is_last) = connection.spend(now, list.len(), &self.engine.config)
        {
            if is_last && let Some(index) = index {
                self.close(index, Close::Rate);
                return false;
            }
            self.gap(connection_id(index, &self.connections), stream, ErrorCode::Rate, "more events than the limit");
            return true;
        }
        let Some(delivery) = self.visit.delivery(stream) else { return true };
        let skip = match delivery.receive(first, list.len()) {
            Receive::Fresh { skip } => skip,
            Receive::Duplicate => {
                self.engine.stats.duplicates.fetch_add(list.len() as u64, std::sync::atomic::Ordering::Relaxed);
                self.library(stream).duplicates.fetch_add(list.len() as u64, std::sync::atomic::Ordering::Relaxed);
                self.ack(stream, Vec::new());
                return true;
            }
            Receive::Gap => {
                self.library(stream).gaps.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                self.gap(connection, stream, ErrorCode::Gap, "events are missing before these");
                return true;
            }
        };
        let late_after = self.engine.snapshot.load().settings.visit.late_after.as_millis() as f64;
        let library = self.library(stream);
        let mut rejected = Vec::new();
        for (seq, event) in (first + skip as u64..).zip(list.into_iter().skip(skip)) {
            let kind = event.as_ref().map_or_else(|unreadable| unreadable.kind, |timed| kind_name(timed.event.kind()));
            let page = self.page_kind(stream);
            let mut is_counted = false;
            let input = event.map_err(|unreadable| (ErrorCode::Invalid, None, unreadable.message)).and_then(|mut timed| {
                if !timed.at.is_finite() || !sent_at.is_finite() {
                    return Err((ErrorCode::OutOfRange, Some("at".to_owned()), "a finite number of milliseconds".to_owned()));
                }
                let late = sent_at - timed.at > late_after;
                self.look_at(now, &library, page, sent_at - timed.at, &timed.event);
                is_counted = true;
                if let Some(input) = self.confirmed_cart(stream, late, &mut timed.event) {
                    return Ok(input);
                }
                let vendors = &self.engine.config.intake.tcf_vendors;
                translate::input(stream, late, timed.event, vendors).map_err(|no| (no.code, Some(no.field.to_owned()), no.message))
            });
            match input {
                Ok(input) => {
                    if self.apply_numbered(stream, input).is_err() {
                        self.gap(connection, stream, ErrorCode::Full, "the journal is full for the moment");
                        break;
                    }
                }
                Err((code, field, message)) => {
                    // It keeps its number, so that one bad event does not wedge the stream.
                    self.consume(stream);
                    let refusal = Refusal { kind, reason: code.name(), field: field.as_deref().unwrap_or_default().into() };
                    self.engine.quality.note_refused(now, &library, page, refusal, &message, is_counted);
                    rejected.push(wire::Rejected { seq, code: code.name().to_owned(), field, message });
                }
            }
        }
        if !rejected.is_empty() {
            self.engine.stats.rejected.fetch_add(rejected.len() as u64, std::sync::atomic::Ordering::Relaxed);
            self.ack(stream, rejected);
        }
        true
    }

    /// The cart in a token that the shop's server has signed for this visit. Without a good one the cart is a claim like any other.
    fn confirmed_cart(&self, stream: StreamId, late: bool, event: &mut wire::Event) -> Option<Input> {
        let wire::Event::Cart(cart) = event else { return None };
        let (cart, until) = self.engine.confirmed_cart(self.visit.session.id(), &cart.token.take()?)?;
        Some(Input::Event { stream, late, event: Event::ConfirmedCart { cart, until } })
    }

    pub(super) fn post(&mut self, stream: StreamId, frames: Vec<Inbound>, reply: oneshot::Sender<wire::Ack>) {
        for frame in frames {
            self.inbound(None, stream, frame);
        }
        let seq = self.visit.delivery(stream).map_or(0, |delivery| delivery.acked());
        let _ = reply.send(wire::Ack { seq, rejected: Vec::new() });
    }

    /// Decides for a page that the shop's server renders: the page is announced, viewed, and its desired state returned.
    pub(super) fn decide(
        &mut self,
        stream: StreamId,
        page: Box<Page>,
        consent: Option<Box<Input>>,
        profile: Option<Box<Profile>>,
    ) -> (String, wire::State) {
        self.introduce(consent.map(|consent| *consent), profile);
        self.opened(stream, (*page).clone(), true);
        let product = page.product;
        self.apply(Input::Event { stream, late: false, event: Event::PageView(page) });
        if !product.is_none() {
            self.apply(Input::Event { stream, late: false, event: Event::ProductView { product } });
        }
        let snapshot = self.engine.snapshot.load_full();
        let state = self.state(stream, &snapshot);
        self.apply(Input::Detach { stream, bye: false });
        (self.engine.sign(Token::Session { session: self.visit.session.id().0 }, snapshot.settings.visit.longest), state)
    }
}
