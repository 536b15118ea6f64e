//! One page load as a value: what it has to say and when, and what it makes of what it hears. The sockets are in `visit`.

use super::Counters;
use super::chance::Chance;
use super::outbox::Outbox;
use super::person::Answer;
use super::person::Person;
use super::place::Place;
use super::place::Spot;
use super::react::Coupon;
use super::react::Standing;
use super::react::react;
use super::retry::After;
use super::retry::Retry;
use crate::model::Timestamp;
use crate::protocol::ErrorCode;
use crate::protocol::VERSION;
use crate::protocol::VERSION_MIN;
use crate::protocol::wire;
use crate::protocol::wire::ClientFrame;
use crate::protocol::wire::Event;
use crate::protocol::wire::Op;
use crate::protocol::wire::Patch;
use crate::protocol::wire::ServerFrame;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

/// Events wait this long for company, receipts too; what must not wait does not.
const GATHER: Duration = Duration::from_millis(50);
/// After a connection has lasted this long, its loss is the first failure again.
const GOOD_AFTER: Duration = Duration::from_secs(10);
/// Told that there were too many events, the page pauses.
const BREATH: Duration = Duration::from_secs(1);
/// Receipts in one frame; the protocol's limit.
const RECEIPTS: usize = 32;

/// What a browser keeps from page to page, and from visit to visit.
#[derive(Debug, Clone)]
pub struct Browser {
    pub person: Person,
    pub visitor: Option<String>,
    pub session: Option<String>,
    pub answered: Option<Answer>,
    pub cart: Vec<wire::CartLine>,
    /// An offer the shopper took up.
    pub coupon: Option<Coupon>,
    /// When the last visit ended.
    pub left: Timestamp,
}

impl Browser {
    pub fn new(person: Person) -> Browser {
        Browser { person, visitor: None, session: None, answered: None, cart: Vec::new(), coupon: None, left: Timestamp(0) }
    }

    /// Consent as far as it is known.
    pub fn consent(&self) -> wire::Consent {
        let answer = self.answered.map(|answer| answer == Answer::All);
        wire::Consent {
            personalize: answer,
            remember: answer,
            measure: answer,
            share: answer,
            gpc: self.person.gpc,
            ..wire::Consent::default()
        }
    }
}

/// A page load.
pub struct Tab {
    pub page: wire::Page,
    spots: &'static [Spot],
    stream: String,
    started: Timestamp,
    outbox: Outbox,
    /// Last number the engine said is durable.
    mark: u64,
    rev: u64,
    resume: Option<(String, String)>,
    retry: Retry,
    /// When to dial, and whether to resume; nothing while connected, or for good.
    pub dial_at: Option<(Timestamp, bool)>,
    opened: Option<Timestamp>,
    flush_at: Option<Timestamp>,
    applied_at: Option<Timestamp>,
    receipts: Vec<wire::Receipt>,
    answers: Vec<ClientFrame>,
    beat: Duration,
    beat_at: Option<Timestamp>,
    visible: bool,
    had_input: bool,
    seen: BTreeSet<String>,
    overlay: Option<String>,
    due: Vec<Due>,
    /// Where a click on something pushed leads.
    pub leads: Option<Place>,
}

/// A receipt that comes later.
struct Due {
    at: Timestamp,
    decision: String,
    state: wire::ReceiptState,
    leads: Option<Place>,
    coupon: Option<Coupon>,
}

impl Tab {
    /// A page was loaded. `stream` is its name on the wire.
    pub fn new(page: wire::Page, spots: &'static [Spot], stream: [u8; 16], now: Timestamp) -> Tab {
        Tab {
            page,
            spots,
            stream: data_encoding::HEXLOWER.encode(&stream),
            started: now,
            outbox: Outbox::default(),
            mark: 0,
            rev: 0,
            resume: None,
            retry: Retry::default(),
            dial_at: Some((now, false)),
            opened: None,
            flush_at: None,
            applied_at: None,
            receipts: Vec::new(),
            answers: Vec::new(),
            beat: Duration::from_secs(5),
            beat_at: None,
            visible: true,
            had_input: false,
            seen: BTreeSet::new(),
            overlay: None,
            due: Vec::new(),
            leads: None,
        }
    }

    /// Queues an event.
    pub fn record(&mut self, event: Event, now: Timestamp) {
        self.had_input |= matches!(event, Event::Click(_) | Event::Scroll(_));
        match &event {
            Event::Attention(attention) => self.beat_at = (attention.active && !self.beat.is_zero()).then(|| now + self.beat),
            Event::Visibility(visibility) => self.visible = visibility.visible,
            _ => {}
        }
        let is_urgent = matches!(event, Event::Exit(_) | Event::Order(_) | Event::Consent(_) | Event::Visibility(_) | Event::Cart(_));
        let at = if is_urgent { now } else { now + GATHER };
        self.flush_at = Some(self.flush_at.map_or(at, |planned| planned.min(at)));
        self.outbox.push(wire::TimedEvent { at: self.age_ms(now), event });
    }

    fn age_ms(&self, now: Timestamp) -> f64 {
        now.since(self.started).as_micros() as f64 / 1_000.0
    }

    pub fn hello(&self, browser: &Browser, key: &str, resumes: bool, now: Timestamp) -> wire::Hello {
        let person = &browser.person;
        let resume = self.resume.as_ref().filter(|_| resumes);
        wire::Hello {
            versions: (VERSION_MIN, VERSION),
            key: key.to_owned(),
            stream: self.stream.clone(),
            sdk: concat!("shoppers/", env!("CARGO_PKG_VERSION")).to_owned(),
            page: self.page.clone(),
            visible: self.visible,
            consent: browser.consent(),
            now: self.age_ms(now),
            wall: now.millis() as f64,
            language: Some(person.language.to_owned()),
            utc_offset: person.utc_offset,
            viewport: person.viewport,
            touch: person.touch,
            automation: Some(wire::Automation { webdriver: false, windowless: false, languages: 2 }),
            visitor: browser.visitor.clone(),
            session: browser.session.clone(),
            customer: None,
            resume: resume.map(|(token, epoch)| wire::Resume { token: token.clone(), epoch: epoch.clone(), rev: self.rev }),
            preview: None,
            queued: self.outbox.len() as u32,
        }
    }

    /// A connection stands and `hello` was said on it.
    pub fn connected(&mut self, now: Timestamp) {
        self.dial_at = None;
        self.opened = Some(now);
        self.outbox.rewind();
        self.flush_at = Some(now);
    }

    /// The connection is gone or did not open.
    pub fn closed(&mut self, code: u16, now: Timestamp, chance: &mut Chance, counters: &Counters) {
        let opened = self.opened.take();
        if opened.is_some_and(|opened| now.since(opened) >= GOOD_AFTER) {
            self.retry.good();
        }
        if (4_000..4_100).contains(&code) {
            counters.errors.fetch_add(1, Relaxed);
        }
        self.dial_at = match self.retry.closed(code, opened.is_some(), chance) {
            After::Stop => None,
            After::Retry { wait, resume } => Some((now + wait, resume)),
        };
    }

    /// The earliest moment at which there is something to do.
    pub fn next(&self) -> Option<Timestamp> {
        let online = self.opened.is_some();
        let sends = [self.flush_at, self.applied_at].into_iter().flatten().filter(|_| online);
        let dial = self.dial_at.map(|(at, _)| at).filter(|_| self.visible);
        sends.chain(dial).chain(self.beat_at).chain(self.due.iter().map(|due| due.at)).min()
    }

    /// When the shopper will have dealt with the overlay, if one is open that will be dealt with.
    pub fn overlay_answered(&self) -> Option<Timestamp> {
        let overlay = self.overlay.as_ref()?;
        self.due.iter().filter(|due| due.decision == *overlay).map(|due| due.at).max()
    }

    /// Everything that is to be sent at this moment. `force` sends what would still wait.
    pub fn collect(&mut self, browser: &mut Browser, now: Timestamp, force: bool, counters: &Counters) -> Vec<ClientFrame> {
        if self.beat_at.is_some_and(|at| at <= now) {
            self.record(Event::Attention(wire::Attention { active: true, trusted: Some(true) }), now);
        }
        self.fall_due(browser, now, counters);
        let mut frames = Vec::new();
        if self.opened.is_none() {
            return frames;
        }
        frames.append(&mut self.answers);
        if force || self.flush_at.is_some_and(|at| at <= now) {
            self.flush_at = None;
            while let Some((batch, fresh)) = self.outbox.take(self.age_ms(now), self.rev) {
                counters.events.fetch_add(fresh as u64, Relaxed);
                counters.resent.fetch_add((batch.list.len() - fresh) as u64, Relaxed);
                frames.push(ClientFrame::Events(batch));
            }
        }
        if self.applied_at.is_some_and(|at| force || at <= now) {
            self.applied_at = None;
            let mut receipts = std::mem::take(&mut self.receipts);
            while receipts.len() > RECEIPTS {
                let rest = receipts.split_off(RECEIPTS);
                frames.push(ClientFrame::Applied(wire::Applied { rev: self.rev, receipts: std::mem::replace(&mut receipts, rest) }));
            }
            frames.push(ClientFrame::Applied(wire::Applied { rev: self.rev, receipts }));
        }
        frames
    }

    fn fall_due(&mut self, browser: &mut Browser, now: Timestamp, counters: &Counters) {
        let (fallen, waiting) = std::mem::take(&mut self.due).into_iter().partition(|due| due.at <= now);
        self.due = waiting;
        for Due { decision, state, leads, coupon, .. } in fallen {
            match state {
                wire::ReceiptState::Shown => counters.shown.fetch_add(1, Relaxed),
                wire::ReceiptState::Clicked => counters.clicked.fetch_add(1, Relaxed),
                _ => counters.dismissed.fetch_add(1, Relaxed),
            };
            if state != wire::ReceiptState::Shown && self.overlay.as_ref() == Some(&decision) {
                self.overlay = None;
            }
            self.leads = leads.or(self.leads.take());
            browser.coupon = coupon.or(browser.coupon.take());
            self.receipt(decision, state, None, now);
        }
    }

    fn receipt(&mut self, decision: String, state: wire::ReceiptState, reason: Option<&str>, now: Timestamp) {
        self.receipts.push(wire::Receipt { decision, state, reason: reason.map(str::to_owned) });
        self.applied_at.get_or_insert(now + GATHER);
    }

    /// Takes a frame of the engine.
    pub fn hear(&mut self, frame: ServerFrame, browser: &mut Browser, now: Timestamp, chance: &mut Chance, counters: &Counters) {
        match frame {
            ServerFrame::Welcome(welcome) => {
                browser.session = Some(welcome.session);
                browser.visitor = welcome.visitor.or(browser.visitor.take());
                self.resume = Some((welcome.resume, welcome.epoch));
                self.beat = Duration::from_millis(u64::from(welcome.capture.attention_ms));
                // What left behind the hello is on its way; only a mark that is behind ours makes it leave again.
                let done = if welcome.ack < self.mark { self.outbox.reset(welcome.ack) } else { self.outbox.ack(welcome.ack) };
                self.mark = welcome.ack;
                counters.acked.fetch_add(done, Relaxed);
                if let Some(state) = welcome.state {
                    self.take_state(state, browser, now, chance, counters);
                }
            }
            ServerFrame::Ack(ack) => {
                self.mark = ack.seq;
                counters.acked.fetch_add(self.outbox.ack(ack.seq), Relaxed);
                counters.rejected.fetch_add(ack.rejected.len() as u64, Relaxed);
            }
            ServerFrame::Push(push) => {
                counters.pushes.fetch_add(1, Relaxed);
                if push.from == self.rev {
                    self.rev = push.rev;
                    push.patches.iter().for_each(|patch| self.take_patch(patch, browser, now, chance));
                }
                // Said without receipts from another revision, it asks for the whole state.
                self.applied_at.get_or_insert(now + GATHER);
            }
            ServerFrame::State(state) => self.take_state(state, browser, now, chance, counters),
            ServerFrame::Ping(ping) => self.answers.push(ClientFrame::Pong(wire::Pong { n: ping.n, now: self.age_ms(now) })),
            ServerFrame::Goaway(goaway) => {
                self.retry.goaway(goaway.min_ms, goaway.max_ms);
            }
            ServerFrame::Error(error) => {
                counters.errors.fetch_add(1, Relaxed);
                if error.code == ErrorCode::Gap.name() {
                    counters.acked.fetch_add(self.outbox.reset(self.mark), Relaxed);
                    self.flush_at = Some(now + GATHER);
                } else if error.retryable {
                    self.outbox.rewind();
                    self.flush_at = Some(now + BREATH);
                }
            }
        }
    }

    fn take_state(&mut self, state: wire::State, browser: &Browser, now: Timestamp, chance: &mut Chance, counters: &Counters) {
        counters.states.fetch_add(1, Relaxed);
        self.rev = state.rev;
        state.patches.iter().for_each(|patch| self.take_patch(patch, browser, now, chance));
        self.applied_at.get_or_insert(now + GATHER);
    }

    fn take_patch(&mut self, patch: &Patch, browser: &Browser, now: Timestamp, chance: &mut Chance) {
        if matches!(&patch.op, Op::Clear { placement } if placement == "overlay")
            && let Some(overlay) = self.overlay.take()
        {
            self.due.retain(|due| due.decision != overlay);
        }
        let Some(decision) = &patch.decision else { return };
        if !self.seen.insert(decision.id.clone()) {
            return;
        }
        let standing = Standing {
            spots: self.spots,
            is_phone: browser.person.touch && browser.person.viewport.0 < 600,
            had_input: self.had_input,
            age_ms: now.since(self.started).as_millis() as u64,
            has_overlay: self.overlay.is_some(),
        };
        let reaction = react(patch, standing, chance);
        if let Some((state, reason)) = reaction.receipt {
            self.receipt(decision.id.clone(), state, reason, now);
        }
        if reaction.is_overlay {
            self.overlay = Some(decision.id.clone());
        }
        for (delay_ms, state) in reaction.later {
            let is_click = state == wire::ReceiptState::Clicked;
            self.due.push(Due {
                at: now + Duration::from_millis(delay_ms),
                decision: decision.id.clone(),
                state,
                leads: reaction.leads.clone().filter(|_| is_click),
                coupon: reaction.offer.clone().filter(|_| is_click),
            });
        }
    }
}
