//! One visit: a plan carried out by a browser, page by page, on real sockets.

use super::Floor;
use super::chance::Chance;
use super::habits;
use super::line::Heard;
use super::line::Line;
use super::person::Answer;
use super::person::Arrival;
use super::place::Place;
use super::place::product;
use super::plan::Act;
use super::plan::Step;
use super::tab::Browser;
use super::tab::Tab;
use crate::demo::data::CURRENCY;
use crate::engine::random_id;
use crate::model::Timestamp;
use crate::protocol::wire;
use crate::protocol::wire::ClientFrame;
use crate::protocol::wire::Event;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::watch;

/// Most pieces of a product in a cart, and most lines; the shop's bounds.
const QUANTITY_MAX: u32 = 20;
const LINES_MAX: usize = 40;

/// Runs one visit to its end, or until told to stop, and returns the browser as it is left.
pub(super) async fn run(floor: &Floor, browser: Browser, steps: &[Step], chance: Chance, stop: watch::Receiver<bool>) -> Browser {
    floor.counters.live.fetch_add(1, Relaxed);
    floor.counters.visits.fetch_add(1, Relaxed);
    let arrival = Arrival { referrer: None, query: "" };
    let mut visit = Visit { floor, browser, chance, stop, arrival, tab: None, line: None };
    for step in steps {
        let wait = floor.at_speed(step.thought_ms) + Duration::from_millis(step.motion_ms);
        if !visit.live(wait).await {
            break;
        }
        visit.act(&step.act).await;
    }
    visit.close_page().await;
    visit.browser.left = floor.clock.now();
    floor.counters.live.fetch_sub(1, Relaxed);
    visit.browser
}

struct Visit<'a> {
    floor: &'a Floor,
    browser: Browser,
    chance: Chance,
    stop: watch::Receiver<bool>,
    arrival: Arrival,
    tab: Option<Tab>,
    line: Option<Line>,
}

impl Visit<'_> {
    /// Lets time pass, deals with an overlay, and follows where a click led. False if the visit is to stop.
    async fn live(&mut self, wait: Duration) -> bool {
        if !self.pass(self.floor.clock.now() + wait).await {
            return false;
        }
        while let Some(answered) = self.tab.as_ref().and_then(Tab::overlay_answered) {
            if !self.pass(answered).await {
                return false;
            }
        }
        match self.tab.as_mut().and_then(|tab| tab.leads.take()) {
            Some(place) => self.detour(place).await,
            None => true,
        }
    }

    /// Serves the connection until a moment. False if the visit is to stop.
    async fn pass(&mut self, until: Timestamp) -> bool {
        loop {
            self.work(false).await;
            let now = self.floor.clock.now();
            if *self.stop.borrow() {
                return false;
            }
            if now >= until {
                return true;
            }
            let next = self.tab.as_ref().and_then(Tab::next).map_or(until, |next| next.min(until));
            let heard = tokio::select! {
                heard = hear(&mut self.line) => Some(heard),
                () = tokio::time::sleep(next.since(now)) => None,
                changed = self.stop.changed() => match changed {
                    Ok(()) => None,
                    Err(_) => return false,
                },
            };
            if let Some(heard) = heard {
                self.take(heard);
            }
        }
    }

    fn take(&mut self, heard: Heard) {
        let (now, counters) = (self.floor.clock.now(), &self.floor.counters);
        let Some(tab) = self.tab.as_mut() else { return };
        match heard {
            Heard::Frame(frame) => tab.hear(*frame, &mut self.browser, now, &mut self.chance, counters),
            Heard::Noise => {
                counters.errors.fetch_add(1, Relaxed);
            }
            Heard::Closed(code) => {
                self.line = None;
                counters.lost.fetch_add(1, Relaxed);
                tab.closed(code, now, &mut self.chance, counters);
            }
        }
    }

    /// Dials if it is time to, and sends what is due.
    async fn work(&mut self, force: bool) {
        let (floor, counters) = (self.floor, &self.floor.counters);
        let Some(tab) = self.tab.as_mut() else { return };
        if let Some((at, resumes)) = tab.dial_at
            && at <= floor.clock.now()
        {
            let mut line = Line::open(floor.config.address, self.browser.person.user_agent).await;
            let hello = tab.hello(&self.browser, &floor.config.key, resumes, floor.clock.now());
            let greeted = match line.as_mut() {
                Some(line) => line.send(&ClientFrame::Hello(Box::new(hello))).await,
                None => false,
            };
            if greeted {
                counters.connections.fetch_add(1, Relaxed);
                tab.connected(floor.clock.now());
                self.line = line;
            } else {
                counters.lost.fetch_add(1, Relaxed);
                tab.closed(0, floor.clock.now(), &mut self.chance, counters);
            }
        }
        let frames = tab.collect(&mut self.browser, floor.clock.now(), force, counters);
        let Some(line) = self.line.as_mut() else { return };
        for frame in frames {
            if !line.send(&frame).await {
                self.line = None;
                counters.lost.fetch_add(1, Relaxed);
                tab.closed(0, floor.clock.now(), &mut self.chance, counters);
                return;
            }
        }
    }

    fn record(&mut self, event: Event) {
        let now = self.floor.clock.now();
        if let Some(tab) = self.tab.as_mut() {
            tab.record(event, now);
        }
    }

    async fn act(&mut self, act: &Act) {
        match act {
            Act::Arrive(arrival) => self.arrival = *arrival,
            Act::Open(place) => self.open(place.clone(), None).await,
            Act::Scroll(depth) => self.record(Event::Scroll(wire::Scroll { depth: *depth })),
            Act::Click { target, product } => {
                self.record(Event::Click(wire::Click { target: (*target).to_owned(), product: product.clone() }));
            }
            Act::Add(id) => self.add(id),
            Act::Remove => {
                self.browser.cart.pop();
                self.record(Event::Cart(self.cart()));
            }
            Act::Order => self.order().await,
            Act::Consent(answer) => self.answer(*answer).await,
            Act::Attention(active) => self.record(Event::Attention(wire::Attention { active: *active, trusted: Some(true) })),
            Act::Exit { signal, speed } => self.record(Event::Exit(wire::Exit { signal: *signal, speed: *speed })),
            Act::Visible(visible) => {
                self.record(Event::Visibility(wire::Visibility { visible: *visible }));
                self.record(Event::Attention(wire::Attention { active: *visible, trusted: Some(true) }));
            }
            Act::Leave => self.close_page().await,
        }
    }

    /// Leaves the page that is open and loads another: a new stream, a new connection, and what the shop's own script says.
    async fn open(&mut self, place: Place, order: Option<wire::Order>) {
        let floor = self.floor;
        let before = self.tab.as_ref().map(|tab| tab.page.url.clone());
        self.close_page().await;
        let shelf = match &place {
            Place::Category(_) | Place::Search(_) => floor.shelves.at(&place.path()).await,
            _ => Default::default(),
        };
        let is_filled = if matches!(place, Place::Search(_)) { shelf.results > 0 } else { !self.browser.cart.is_empty() };
        let is_first = before.is_none();
        let query = if is_first { self.arrival.query } else { "" };
        let query = if matches!(place, Place::Search(_)) { query.replacen('?', "&", 1) } else { query.to_owned() };
        let referrer = if is_first { self.arrival.referrer.map(str::to_owned) } else { before };
        let is_phone = self.browser.person.touch && self.browser.person.viewport.0 < 600;
        let origin = format!("http://{}", floor.config.address);
        let page = place.announce(&origin, &query, referrer, &shelf.items, is_filled, is_phone);
        let now = floor.clock.now();
        let mut tab = Tab::new(page.clone(), place.spots(is_filled), random_id(), now);
        tab.record(Event::PageView(Box::new(page)), now);
        if let Place::Product(id) = &place {
            tab.record(Event::ProductView(wire::ProductView { product: id.clone() }), now);
        }
        // The order comes first: the empty cart that follows it was bought, not abandoned.
        if let Some(order) = order {
            tab.record(Event::Order(order), now);
        }
        tab.record(Event::Cart(self.cart()), now);
        if let Place::Search(query) = &place {
            tab.record(Event::Search(wire::Search { query: query.clone(), results: shelf.results }), now);
        }
        if place == Place::Checkout && is_filled {
            tab.record(Event::Checkout(wire::Checkout { step: "begin".to_owned() }), now);
        }
        tab.record(Event::Attention(wire::Attention { active: true, trusted: Some(true) }), now);
        self.tab = Some(tab);
        floor.counters.pages.fetch_add(1, Relaxed);
        self.work(true).await;
    }

    /// Says the rest and goodbye, as a page that is left does.
    async fn close_page(&mut self) {
        self.work(true).await;
        let counters = &self.floor.counters;
        let now = self.floor.clock.now();
        let (tab, line) = (self.tab.take(), self.line.take());
        let Some(mut tab) = tab else { return };
        let Some(mut line) = line else { return };
        if line.send(&ClientFrame::Bye(wire::Bye { reason: "pagehide".to_owned() })).await {
            line.part(|frame| tab.hear(frame, &mut self.browser, now, &mut self.chance, counters)).await;
        }
    }

    fn cart(&self) -> wire::Cart {
        wire::Cart { currency: CURRENCY.to_owned(), lines: self.browser.cart.clone(), token: None }
    }

    fn add(&mut self, id: &str) {
        let Some(product) = product(id) else { return };
        let cart = &mut self.browser.cart;
        if let Some(line) = cart.iter_mut().find(|line| line.product == id) {
            line.quantity = (line.quantity + 1).min(QUANTITY_MAX);
        } else if cart.len() < LINES_MAX {
            cart.push(wire::CartLine { product: id.to_owned(), sku: None, quantity: 1, price: product.price_minor });
        }
        self.record(Event::Cart(self.cart()));
    }

    /// Orders the cart, with the offer the shopper took up if it is good for this cart.
    async fn order(&mut self) {
        let lines = std::mem::take(&mut self.browser.cart);
        if lines.is_empty() {
            return;
        }
        let goods: i64 = lines.iter().map(|line| line.price * i64::from(line.quantity)).sum();
        let coupon = self.browser.coupon.take().filter(|coupon| goods >= coupon.minimum);
        let value = goods - coupon.as_ref().map_or(0, |coupon| coupon.discount(goods));
        let mut id = data_encoding::BASE32_NOPAD.encode(&random_id());
        id.truncate(16);
        let id = format!("KW-{id}");
        let coupon = coupon.map(|coupon| coupon.code);
        let order = wire::Order { id: id.clone(), value, currency: CURRENCY.to_owned(), lines, coupon };
        self.floor.counters.orders.fetch_add(1, Relaxed);
        self.open(Place::Order(id), Some(order)).await;
    }

    /// Answers the consent question unless it was answered on an earlier page or visit.
    async fn answer(&mut self, answer: Answer) {
        if self.browser.answered.is_some() {
            return;
        }
        self.browser.answered = Some(answer);
        self.record(Event::Consent(self.browser.consent()));
        self.work(true).await;
        if answer == Answer::All
            && let Some(line) = self.line.take()
        {
            // The token that names this browser comes with a welcome, so the page says hello again.
            let (now, counters) = (self.floor.clock.now(), &self.floor.counters);
            if let Some(tab) = self.tab.as_mut() {
                line.part(|frame| tab.hear(frame, &mut self.browser, now, &mut self.chance, counters)).await;
                tab.dial_at = Some((now, false));
            }
            self.work(false).await;
        }
    }

    /// Goes where a click on something pushed leads, looks around, and comes back to the plan. False if the visit is to stop.
    async fn detour(&mut self, place: Place) -> bool {
        self.open(place.clone(), None).await;
        let look_ms = self.chance.between(4_000, 15_000);
        let look = self.floor.at_speed(look_ms);
        if !self.pass(self.floor.clock.now() + look).await {
            return false;
        }
        match &place {
            Place::Product(id) if self.chance.happens(habits::TAKES_RECOMMENDED) => {
                self.record(Event::Click(wire::Click { target: "add-to-cart".to_owned(), product: Some(id.clone()) }));
                self.add(id);
            }
            Place::Checkout => self.order().await,
            Place::Cart if self.browser.coupon.is_some() && self.chance.happens(habits::BUYS_WITH_OFFER) => {
                self.record(Event::Click(wire::Click { target: "checkout".to_owned(), product: None }));
                self.open(Place::Checkout, None).await;
                if !self.pass(self.floor.clock.now() + look).await {
                    return false;
                }
                self.order().await;
            }
            _ => {}
        }
        true
    }
}

async fn hear(line: &mut Option<Line>) -> Heard {
    match line {
        Some(line) => line.hear().await,
        None => std::future::pending().await,
    }
}
