//! One page load, as the library would run it: a numbered queue, a connection that comes back with jitter, revisions and receipts.

use super::browser::Browser;
use super::browser::Tab;
use super::campaigns;
use super::chance::Chance;
use super::http;
use super::world::Phase;
use super::world::World;
use super::world::count;
use super::world::lock;
use crate::support;
use floorwalker::delivery::Token;
use floorwalker::model::SessionId;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::Op;
use floorwalker::protocol::wire::ServerFrame;
use floorwalker::protocol::wire::TimedEvent;
use futures_util::SinkExt;
use futures_util::StreamExt;
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Events held unacknowledged; past it the shopper's acts are not recorded, as in the library.
const QUEUE_MAX: usize = 64;
const BATCH: usize = 32;
/// First and longest wait of the back-off. Shorter than the library's, so that a hundred restarts fit into minutes.
const BACK_OFF_MS: (u64, u64) = (60, 500);
/// The window of a `goaway` is this many times shorter here, for the same reason.
const HURRY: u64 = 10;

type Line = WebSocketStream<TcpStream>;

/// Why a page's life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The shopper went on.
    Left,
    /// The run is over.
    Over,
}

pub struct Page {
    world: Arc<World>,
    browser: Arc<Browser>,
    chance: Chance,
    stream: String,
    name: String,
    is_main: bool,
    born: Instant,
    hello: wire::Hello,
    /// Not acknowledged; the first has the number `acked + 1`.
    queue: VecDeque<TimedEvent>,
    acked: u64,
    /// How many of the queue were sent on this connection, and the highest number ever sent.
    sent: usize,
    highest: u64,
    rev: u64,
    resume: Option<(String, String)>,
    failures: u32,
    window: Option<(u64, u64)>,
    quiet_until: Instant,
    receipts: Vec<(Instant, wire::Receipt)>,
    asks_state: bool,
    leaves: bool,
    /// Which server this connection leads to.
    life: u64,
    /// Number of the first word of attention made on this connection.
    beat: Option<u64>,
}

impl Page {
    pub fn open(world: Arc<World>, browser: Arc<Browser>, mut chance: Chance, is_main: bool) -> Page {
        let stream = data_encoding::HEXLOWER.encode(&chance.id());
        let mut page = support::page("product");
        page.placements = ["banner", "side", "deal"].map(support::block).to_vec();
        let hello = wire::Hello { stream: stream.clone(), sdk: "crash".to_owned(), ..support::hello(page.clone()) };
        let number = {
            let mut memory = browser.memory();
            let number = memory.tabs.len();
            memory.tabs.insert(stream.clone(), Tab { number, is_main, ..Tab::default() });
            number
        };
        count(&world.tally.pages, 1);
        let name = format!("{} page {number}", browser.name);
        let mut opened = Page {
            world,
            browser,
            chance,
            stream,
            name,
            is_main,
            born: Instant::now(),
            hello,
            queue: VecDeque::new(),
            acked: 0,
            sent: 0,
            highest: 0,
            rev: 0,
            resume: None,
            failures: 0,
            window: None,
            quiet_until: Instant::now(),
            receipts: Vec::new(),
            asks_state: false,
            leaves: false,
            life: 0,
            beat: None,
        };
        opened.record(Event::PageView(Box::new(page)));
        opened.record(Event::Attention(wire::Attention { active: true, trusted: None }));
        opened
    }

    /// Lives until the shopper goes on.
    pub async fn live(&mut self) -> End {
        loop {
            if self.world.phase() == Phase::Over {
                return End::Over;
            }
            let address = *self.world.address.borrow();
            self.life = self.world.servers.load(Relaxed);
            if let Some(line) = dial(address).await {
                let opened = Instant::now();
                self.browser.memory().tab(&self.stream).opened = Some(opened.into_std());
                let ended = self.serve(line).await;
                self.note_gone(opened);
                if let Some(end) = ended {
                    return end;
                }
            }
            let wait = match self.window.take() {
                Some((min, max)) => self.chance.between(min / HURRY, max / HURRY),
                None => self.chance.between(0, (BACK_OFF_MS.0 << self.failures.min(5)).min(BACK_OFF_MS.1)),
            };
            self.failures += 1;
            self.act_for(Duration::from_millis(wait)).await;
        }
    }

    /// The page was left: what is in its queue still goes out, first by beacon, then over a connection that resumes the stream.
    pub async fn leave(mut self) {
        self.leaves = true;
        let address = *self.world.address.borrow();
        if let (Some(address), Some((token, _))) = (address, self.resume.clone())
            && !self.queue.is_empty()
        {
            let list = self.queue.iter().cloned().collect();
            let frame = ClientFrame::Events(wire::EventBatch { first: self.acked + 1, sent_at: self.age_ms(), list, rev: self.rev });
            let body = serde_json::json!({ "resume": token, "frames": [frame] }).to_string();
            self.highest = self.highest.max(self.acked + self.queue.len() as u64);
            count(&self.world.tally.beacons, 1);
            let _ = http::post(address, "/v1/events", None, "text/plain", body.as_bytes()).await;
        }
        self.live().await;
    }

    /// Time without a connection. The shopper does not wait for the server.
    async fn act_for(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        while Instant::now() < until {
            let step = Duration::from_millis(self.chance.between(40, 120));
            tokio::time::sleep_until(until.min(Instant::now() + step)).await;
            self.act();
        }
    }

    fn age_ms(&self) -> f64 {
        self.born.elapsed().as_micros() as f64 / 1_000.0
    }

    fn record(&mut self, event: Event) {
        if self.queue.len() >= QUEUE_MAX {
            return;
        }
        {
            let mut memory = self.browser.memory();
            memory.made.events += 1;
            match &event {
                Event::PageView(_) => memory.made.page_views += 1,
                Event::Click(_) => memory.made.clicks += 1,
                Event::Scroll(_) => memory.made.scrolls += 1,
                Event::Search(search) => {
                    memory.made.searches += 1;
                    memory.searches.entry(self.stream.clone()).or_default().push(search.query.clone());
                }
                Event::Cart(_) => {
                    memory.made.pieces += 1;
                    let pieces = memory.made.pieces;
                    match memory.carts.iter_mut().find(|(stream, _)| *stream == self.stream) {
                        Some((_, last)) => *last = pieces,
                        None => memory.carts.push((self.stream.clone(), pieces)),
                    }
                }
                _ => {}
            }
            let tab = memory.tab(&self.stream);
            (tab.made, tab.waiting) = (tab.made + 1, tab.waiting + 1);
        }
        count(&self.world.tally.made, 1);
        if matches!(event, Event::Attention(_)) {
            self.beat.get_or_insert(self.acked + self.queue.len() as u64 + 1);
        }
        self.queue.push_back(TimedEvent { at: self.age_ms(), event });
    }

    /// The shopper does something, or nothing.
    fn act(&mut self) {
        if self.leaves || self.world.phase() != Phase::Busy || Instant::now() < self.quiet_until || self.queue.len() >= QUEUE_MAX {
            return;
        }
        let event = match self.chance.between(0, 99) {
            0..35 => {
                let memory = self.browser.memory();
                let query = format!("{}.{}.{}", self.browser.name, memory.tabs[&self.stream].number, memory.made.searches);
                Event::Search(wire::Search { query, results: 3 })
            }
            35..52 => Event::Click(wire::Click { target: "more".to_owned(), product: None }),
            52..60 => Event::Scroll(wire::Scroll { depth: self.chance.between(0, 100) as u8 }),
            60..70 => Event::Custom(wire::Custom { name: "nudge".to_owned(), data: BTreeMap::new() }),
            70..82 if self.is_main => {
                let pieces = self.browser.memory().made.pieces + 1;
                let line = wire::CartLine { product: "cup".to_owned(), sku: None, quantity: pieces as u32, price: 100 };
                Event::Cart(wire::Cart { currency: "USD".to_owned(), lines: vec![line], token: None })
            }
            82..88 => {
                // Leaving is confirmed by silence.
                self.quiet_until = Instant::now() + Duration::from_millis(200);
                Event::Exit(wire::Exit { signal: wire::ExitSignal::PointerTop, speed: 900.0 })
            }
            _ => Event::Attention(wire::Attention { active: true, trusted: None }),
        };
        self.record(event);
    }

    /// One connection, from hello to its end. `Some`: the page's life ended with it.
    async fn serve(&mut self, mut line: Line) -> Option<End> {
        let hello = {
            let memory = self.browser.memory();
            let resume =
                self.resume.as_ref().map(|(token, epoch)| wire::Resume { token: token.clone(), epoch: epoch.clone(), rev: self.rev });
            let (visitor, session) = (memory.visitor.clone(), memory.session.clone());
            wire::Hello { resume, visitor, session, now: self.age_ms(), queued: self.queue.len() as u32, ..self.hello.clone() }
        };
        if !send(&mut line, &ClientFrame::Hello(Box::new(hello))).await {
            return None;
        }
        count(&self.world.tally.connections, 1);
        let mut is_welcome = false;
        let mut first_beat: Option<Instant> = None;
        let mut phase = self.world.phase.subscribe();
        (self.sent, self.beat) = (0, None);
        loop {
            if self.world.phase() == Phase::Over {
                return Some(End::Over);
            }
            if is_welcome {
                if !self.flush(&mut line).await {
                    return None;
                }
                if self.leaves && self.queue.is_empty() {
                    self.browser.memory().tab(&self.stream).is_gone = true;
                    send(&mut line, &ClientFrame::Bye(wire::Bye { reason: "pagehide".to_owned() })).await;
                    let _ = line.close(None).await;
                    return Some(End::Left);
                }
                if !self.leaves && self.world.phase() == Phase::Busy && self.goes_on() {
                    return Some(End::Left);
                }
            }
            let step = Duration::from_millis(self.chance.between(40, 120));
            let heard = tokio::select! {
                message = line.next() => match message {
                    Some(Ok(Message::Binary(bytes))) => Some(bytes),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    Some(Ok(_)) => None,
                },
                () = tokio::time::sleep(step) => {
                    self.act();
                    None
                }
                _ = phase.changed() => None,
            };
            let Some(bytes) = heard else { continue };
            let frame = match rmp_serde::from_slice::<ServerFrame>(&bytes) {
                Ok(frame) => frame,
                Err(error) => {
                    self.complain("a frame of the protocol", "one of the known frames", error);
                    return None;
                }
            };
            match frame {
                ServerFrame::Welcome(welcome) => {
                    is_welcome = true;
                    self.failures = 0;
                    self.welcomed(*welcome);
                    // The page is attended; the server has forgotten it with the connection.
                    if self.world.phase() == Phase::Busy && !self.leaves {
                        self.record(Event::Attention(wire::Attention { active: true, trusted: None }));
                    }
                }
                ServerFrame::Ack(ack) => {
                    let now = Instant::now();
                    self.acknowledged(ack);
                    let is_attended = self.beat.is_some_and(|beat| beat <= self.acked);
                    if is_attended && !self.leaves && self.world.phase() == Phase::Busy {
                        self.count_attention(&mut first_beat, now);
                    }
                }
                ServerFrame::Push(push) => self.pushed(push),
                ServerFrame::State(state) => self.stated(state),
                ServerFrame::Ping(ping) => {
                    send(&mut line, &ClientFrame::Pong(wire::Pong { n: ping.n, now: self.age_ms() })).await;
                }
                ServerFrame::Goaway(goaway) => {
                    count(&self.world.tally.goaways, 1);
                    lock(&self.world.goaways).push((goaway.min_ms, goaway.max_ms));
                    self.window = Some((u64::from(goaway.min_ms), u64::from(goaway.max_ms)));
                }
                ServerFrame::Error(error) => {
                    count(&self.world.tally.errors, 1);
                    if error.retryable {
                        self.sent = 0;
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    } else {
                        self.complain("no error", "frames that are accepted", format!("{}: {}", error.code, error.message));
                    }
                }
            }
        }
    }

    /// Acknowledgements at both ends of a stretch of beats prove that the stretch was counted.
    fn count_attention(&self, first: &mut Option<Instant>, now: Instant) {
        match *first {
            None => *first = Some(now),
            Some(since) if self.is_main => {
                self.browser.memory().attended_least += now - since;
                *first = Some(now);
            }
            Some(_) => {}
        }
    }

    fn goes_on(&mut self) -> bool {
        let is_old = self.born.elapsed() > Duration::from_millis(if self.is_main { 1_500 } else { 1_000 });
        // Asked about 12 times a second and after every frame.
        is_old && self.acked > 0 && self.chance.between(0, 999) < 8
    }

    fn note_gone(&mut self, opened: Instant) {
        self.sent = 0;
        let mut memory = self.browser.memory();
        memory.attended_most += opened.elapsed();
        let tab = memory.tab(&self.stream);
        (tab.is_connected, tab.opened) = (false, None);
    }

    /// Sends what is due. False if the connection is gone.
    async fn flush(&mut self, line: &mut Line) -> bool {
        while self.sent < self.queue.len() {
            let list: Vec<TimedEvent> = self.queue.iter().skip(self.sent).take(BATCH).cloned().collect();
            let first = self.acked + 1 + self.sent as u64;
            let last = first + list.len() as u64 - 1;
            count(&self.world.tally.resent, (self.highest + 1).saturating_sub(first).min(list.len() as u64));
            self.highest = self.highest.max(last);
            self.sent += list.len();
            let batch = wire::EventBatch { first, sent_at: self.age_ms(), list, rev: self.rev };
            if !send(line, &ClientFrame::Events(batch)).await {
                return false;
            }
        }
        let now = Instant::now();
        let due: Vec<wire::Receipt> = self.receipts.extract_if(.., |(at, _)| *at <= now).map(|(_, receipt)| receipt).take(32).collect();
        if !due.is_empty() || std::mem::take(&mut self.asks_state) {
            return send(line, &ClientFrame::Applied(wire::Applied { rev: self.rev, receipts: due })).await;
        }
        true
    }

    fn welcomed(&mut self, welcome: wire::Welcome) {
        let signer = self.world.signer.get().expect("the server has started once");
        let session_id = match signer.check(&welcome.session, 0) {
            Ok(Token::Session { session }) => SessionId(session),
            other => return self.complain("a session token", "a token that names a session", format!("{other:?}")),
        };
        let visitor_id = welcome.visitor.as_ref().and_then(|token| match signer.check(token, 0) {
            Ok(Token::Visitor { visitor }) => Some(visitor),
            _ => None,
        });
        let mut memory = self.browser.memory();
        let mut wrong = Vec::new();
        if memory.is_known {
            if memory.session_id != Some(session_id) {
                wrong.push(("the visit is resumed", format!("{:?}", memory.session_id), format!("{session_id:?}")));
            }
            if memory.visitor_id != visitor_id {
                wrong.push(("the visitor is recognized", format!("{:?}", memory.visitor_id), format!("{visitor_id:?}")));
            }
        }
        if self.acked > 0 && !welcome.resumed {
            wrong.push(("the stream is resumed", "resumed".to_owned(), format!("a new stream, {} were acknowledged", self.acked)));
        }
        if welcome.ack < self.acked || welcome.ack > self.highest {
            wrong.push((
                "the mark of the welcome",
                format!("acknowledged {} or more, at most the {} sent", self.acked, self.highest),
                welcome.ack.to_string(),
            ));
        }
        if self.resume.as_ref().is_some_and(|(_, epoch)| *epoch != welcome.epoch) {
            wrong.push(("the same epoch", format!("{:?}", self.resume), welcome.epoch.clone()));
        }
        if welcome.state.is_none() && !welcome.resumed {
            wrong.push(("the whole state", "a state, as the stream is not resumed".to_owned(), "none".to_owned()));
        }
        memory.session_id = Some(session_id);
        memory.visitor_id = visitor_id.or(memory.visitor_id);
        memory.session = Some(welcome.session);
        memory.visitor = welcome.visitor.or(memory.visitor.take());
        memory.tab(&self.stream).is_connected = true;
        drop(memory);
        for (what, expected, found) in wrong {
            self.complain(what, expected, found);
        }
        count(&self.world.tally.resumed, u64::from(welcome.resumed));
        self.resume = Some((welcome.resume, welcome.epoch));
        if welcome.ack < self.acked {
            // What was acknowledged is gone from the queue; the numbers start again behind the server's mark.
            self.acked = welcome.ack;
        }
        self.done(welcome.ack);
        if let Some(state) = welcome.state {
            self.stated(state);
        }
    }

    fn acknowledged(&mut self, ack: wire::Ack) {
        for rejected in &ack.rejected {
            self.complain("every event is good", "none rejected", format!("{rejected:?}"));
        }
        if ack.seq < self.acked || ack.seq > self.highest {
            let expected = format!("{} to {}", self.acked, self.highest);
            return self.complain("an acknowledgement", expected, ack.seq);
        }
        self.done(ack.seq);
    }

    fn done(&mut self, seq: u64) {
        let done = (seq.saturating_sub(self.acked) as usize).min(self.queue.len());
        self.queue.drain(..done);
        self.sent = self.sent.saturating_sub(done);
        self.acked += done as u64;
        if done > 0 {
            count(&self.world.tally.acked, done as u64);
            let mut memory = self.browser.memory();
            memory.tab(&self.stream).waiting -= done as u64;
            memory.acknowledged(&self.stream, self.acked, self.life);
        }
    }

    fn pushed(&mut self, push: wire::Push) {
        count(&self.world.tally.pushes, 1);
        if push.from != self.rev {
            // Said without receipts from another revision, it asks for the whole state.
            self.asks_state = true;
            return;
        }
        self.set_rev(push.rev);
        push.patches.iter().for_each(|patch| self.take(patch));
    }

    fn stated(&mut self, state: wire::State) {
        count(&self.world.tally.states, 1);
        self.browser.memory().tab(&self.stream).held.clear();
        self.set_rev(state.rev);
        state.patches.iter().for_each(|patch| self.take(patch));
    }

    fn set_rev(&mut self, rev: u64) {
        self.rev = rev;
        self.browser.memory().tab(&self.stream).rev = rev;
    }

    fn take(&mut self, patch: &wire::Patch) {
        if let Op::Clear { placement } = &patch.op {
            self.browser.memory().tab(&self.stream).held.remove(placement);
            return;
        }
        let Some(decision) = &patch.decision else { return };
        let (id, campaign, variant) = (&decision.id, &decision.campaign, &decision.variant);
        let mut memory = self.browser.memory();
        let is_new = !memory.shown.contains_key(id);
        if let Op::Fill { placement, .. } | Op::Offer { placement, .. } = &patch.op {
            memory.tab(&self.stream).held.insert(placement.clone(), (campaign.clone(), variant.clone(), id.clone()));
        }
        let (wrong, is_again) = memory.shows(&self.stream, id, campaign, variant, self.life);
        let visitor = memory.visitor_id.map(|id| data_encoding::HEXLOWER.encode(&id)).unwrap_or_default();
        let mut code_before = None;
        if let Op::Offer { code: Some(code), .. } = &patch.op {
            code_before = memory.codes.insert(campaign.clone(), code.clone()).filter(|before| before != code);
        }
        drop(memory);
        for (expected, found) in wrong {
            self.complain("caps and pauses hold", expected, found);
        }
        count(&self.world.tally.again, u64::from(is_again));
        if let Op::Offer { code, .. } = &patch.op {
            match code {
                None => self.complain("an offer with its code", "a code", "none"),
                Some(code) => {
                    let owner = lock(&self.world.codes).insert(code.clone(), visitor.clone()).filter(|owner| *owner != visitor);
                    if let Some(owner) = owner {
                        self.complain("a code has one owner", owner, format!("{visitor} has {code} too"));
                    }
                    if let Some(before) = code_before {
                        self.complain("a visitor keeps the code", before, code);
                    }
                }
            }
        }
        if is_new {
            count(&self.world.tally.decisions, 1);
            let now = Instant::now();
            let mut receipt = |delay_ms: u64, state| {
                self.receipts.push((now + Duration::from_millis(delay_ms), wire::Receipt { decision: id.clone(), state, reason: None }));
            };
            receipt(0, wire::ReceiptState::Received);
            receipt(60, wire::ReceiptState::Shown);
            if *campaign == campaigns::ONCE {
                receipt(150, wire::ReceiptState::Dismissed);
            }
        }
    }

    fn complain(&self, what: &'static str, expected: impl ToString, found: impl ToString) {
        self.world.complain(&self.name, what, expected, found);
    }
}

async fn dial(address: Option<SocketAddr>) -> Option<Line> {
    let address = address?;
    let opening = async {
        let mut request = format!("ws://{address}/v1/socket").into_client_request().ok()?;
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", HeaderValue::from_static("floorwalker.v1.msgpack"));
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        headers.insert("user-agent", HeaderValue::from_static(agent));
        let stream = TcpStream::connect(address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        Some(tokio_tungstenite::client_async(request, stream).await.ok()?.0)
    };
    tokio::time::timeout(Duration::from_secs(3), opening).await.ok()?
}

async fn send(line: &mut Line, frame: &ClientFrame) -> bool {
    let bytes = rmp_serde::to_vec_named(frame).expect("frames have a form");
    matches!(tokio::time::timeout(Duration::from_secs(3), line.send(Message::Binary(bytes.into()))).await, Ok(Ok(())))
}
