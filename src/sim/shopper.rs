//! One shopper with up to four tabs.

use super::Shop;
use super::draw::Draw;
use super::habits::Habits;
use crate::consent::Consent;
use crate::consent::Signal;
use crate::consent::Source;
use crate::experiment::Unit;
use crate::model::Context;
use crate::model::DecisionId;
use crate::model::DeviceKind;
use crate::model::Event;
use crate::model::Page;
use crate::model::Receipt;
use crate::model::ReceiptState;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::session::Effect;
use crate::session::Input;
use crate::session::Patch;
use crate::session::Profile;
use crate::session::Start;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::time::Duration;

/// What happens next.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Later than the step before.
    pub at: Timestamp,
    pub input: Input,
    /// Number of the snapshot in force.
    pub snapshot: usize,
}

/// A seeded shopper. Give it the deadline of its session with [`Shopper::next`] and the effects with [`Shopper::notice`].
#[derive(Debug)]
pub struct Shopper<'a> {
    shop: &'a Shop,
    draw: Draw,
    now: Timestamp,
    tabs: Vec<Tab>,
    habits: Habits,
    snapshot: usize,
    /// What the same act still has to say.
    next: VecDeque<Input>,
    /// Grants that the ledger was asked for.
    asked: Vec<DecisionId>,
    /// Decisions that stand on pages, the last [`Shopper::SHOWN`].
    shown: Vec<(StreamId, DecisionId)>,
}

#[derive(Debug, Clone, Copy)]
struct Tab {
    stream: StreamId,
    connected: bool,
}

impl<'a> Shopper<'a> {
    pub const TABS: usize = 4;
    const SHOWN: usize = 12;
    /// Some Sunday.
    const BEGIN: u64 = 1_795_374_000_000_000;

    pub fn new(seed: u64, shop: &'a Shop) -> Shopper<'a> {
        Shopper {
            shop,
            draw: Draw::new(seed),
            now: Timestamp(Self::BEGIN),
            tabs: Vec::new(),
            habits: Habits::new(shop),
            snapshot: 0,
            next: VecDeque::new(),
            asked: Vec::new(),
            shown: Vec::new(),
        }
    }

    /// Begins a visit: when, and with what. The cart of the visit before is still there.
    pub fn visit(&mut self) -> (Timestamp, Start) {
        self.tabs.clear();
        self.next.clear();
        self.asked.clear();
        self.shown.clear();
        let id = self.draw.id();
        let mut consent = Consent::default();
        if self.draw.percent(70) {
            consent.apply(Source::Page, Signal::all(true), false);
        }
        let device = if self.draw.percent(40) { DeviceKind::Phone } else { DeviceKind::Desktop };
        let context = Context { device, touch: device == DeviceKind::Phone, language: "en".into(), ..Context::default() };
        let session = SessionId(id);
        self.now = Timestamp(self.now.0 + 1);
        (self.now, Start { id: session, unit: Unit::from(session), context, consent, preview: self.draw.percent(2) })
    }

    /// What happens next. `deadline` is what the session waits for; now and then it is not met in time.
    pub fn next(&mut self, deadline: Option<Timestamp>) -> Step {
        let at = self.time();
        if let Some(deadline) = deadline.filter(|deadline| *deadline < at)
            && self.draw.percent(90)
        {
            self.now = deadline.max(Timestamp(self.now.0 + 1));
            return Step { at: self.now, input: Input::Timer, snapshot: self.snapshot };
        }
        self.now = at;
        let input = self.input();
        Step { at, input, snapshot: self.snapshot }
    }

    /// Learns what came of a step: what to answer as the ledger, and what to report on as the page.
    pub fn notice(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::RequestGrant { decision, .. } => self.asked.push(*decision),
                Effect::Push { stream, patches } => {
                    for patch in patches {
                        if let Patch::Set(held) = patch {
                            self.shown.push((*stream, held.decision));
                        }
                    }
                    let surplus = self.shown.len().saturating_sub(Self::SHOWN);
                    self.shown.drain(..surplus);
                }
                _ => {}
            }
        }
    }

    fn time(&mut self) -> Timestamp {
        // One act says several things at once.
        let micros = if !self.next.is_empty() {
            1
        } else {
            match self.draw.below(200) {
                0..90 => 1 + self.draw.below(400_000),
                90..160 => self.draw.below(4_000_000),
                160..190 => self.draw.below(20_000_000),
                190..198 => self.draw.below(200_000_000),
                198 => self.draw.below(1_500_000_000),
                _ => self.draw.below(4_000_000_000),
            }
        };
        Timestamp(self.now.0 + micros.max(1))
    }

    fn input(&mut self) -> Input {
        if let Some(input) = self.next.pop_front() {
            return input;
        }
        if self.tabs.is_empty() {
            return self.open();
        }
        if !self.asked.is_empty() && self.draw.percent(40) {
            return self.ledger();
        }
        if !self.shown.is_empty() && self.draw.percent(12) {
            return self.receipts();
        }
        match self.draw.below(200) {
            0..3 => self.consent(),
            3..5 => self.remembered(),
            5..8 => {
                let any = self.draw.below(self.shop.snapshots().len() as u64) as usize;
                self.snapshot = if self.draw.percent(60) { 0 } else { any };
                Input::Published
            }
            8..12 => Input::Timer,
            12..20 => self.leave_or_come_back(),
            20..26 if self.tabs.len() < Self::TABS => self.open(),
            26..34 => self.follow_link(),
            _ => self.act(),
        }
    }

    /// Opens a page in a new tab.
    fn open(&mut self) -> Input {
        let stream = StreamId(self.draw.id());
        self.tabs.push(Tab { stream, connected: true });
        let page = self.page();
        self.say_page(stream, &page);
        if self.draw.percent(60) {
            self.next.push_back(event(stream, Event::Cart(self.habits.cart.clone())));
        }
        Input::Attach { stream, page: Box::new(page), visible: self.draw.percent(90) }
    }

    fn page(&mut self) -> Page {
        Habits::page(&mut self.draw, self.shop)
    }

    fn say_page(&mut self, stream: StreamId, page: &Page) {
        let said = Habits::opening(&mut self.draw, page);
        self.next.extend(said.into_iter().map(|what| event(stream, what)));
    }

    /// The next page of a shop that renders on its server: the old page goes, a new one comes.
    fn follow_link(&mut self) -> Input {
        let index = self.draw.below(self.tabs.len() as u64) as usize;
        let tab = self.tabs.swap_remove(index);
        let attach = self.open();
        self.next.push_front(attach);
        Input::Detach { stream: tab.stream, bye: self.draw.percent(80) }
    }

    fn leave_or_come_back(&mut self) -> Input {
        let index = self.draw.below(self.tabs.len() as u64) as usize;
        let bye = self.draw.percent(30);
        let visible = self.draw.percent(80);
        let page = Box::new(self.page());
        let Some(tab) = self.tabs.get_mut(index) else { return Input::Timer };
        let stream = tab.stream;
        if !tab.connected {
            tab.connected = true;
            return Input::Attach { stream, page, visible };
        }
        if bye {
            self.tabs.swap_remove(index);
        } else {
            tab.connected = false;
        }
        Input::Detach { stream, bye }
    }

    fn ledger(&mut self) -> Input {
        let decision = self.asked.swap_remove(self.draw.below(self.asked.len() as u64) as usize);
        if self.draw.percent(20) {
            return Input::GrantRefused { decision };
        }
        let seconds = *self.draw.pick(&[0, 5, 1_200]).unwrap_or(&0);
        Input::Granted { decision, code: "CODE".into(), expires: self.now + Duration::from_secs(seconds) }
    }

    fn receipts(&mut self) -> Input {
        let Some((stream, _)) = self.draw.pick(&self.shown).copied() else { return Input::Timer };
        let mut list = SmallVec::new();
        for _ in 0..=self.draw.below(2) {
            let Some((_, decision)) = self.draw.pick(&self.shown).copied() else { break };
            let state = match self.draw.below(20) {
                0..8 => ReceiptState::Shown,
                8..14 => ReceiptState::Received,
                14..16 => ReceiptState::Clicked,
                16 => ReceiptState::Dismissed,
                17..19 => ReceiptState::Failed,
                _ => ReceiptState::Suppressed,
            };
            list.push(Receipt { decision, state });
        }
        Input::Receipts { stream, list }
    }

    fn consent(&mut self) -> Input {
        let mut signal = Signal::all(self.draw.percent(75));
        if self.draw.percent(20) {
            signal.remember = Some(false);
        }
        if self.draw.percent(10) {
            signal = Signal::default();
        }
        Input::Consent { source: Source::Page, signal, gpc: self.draw.percent(10), others: Vec::new() }
    }

    fn remembered(&mut self) -> Input {
        let mut profile = Profile::new(VisitorId([self.draw.below(3) as u8 + 1; 16]), Timestamp(Self::BEGIN - 1_000_000));
        profile.sessions = self.draw.below(3) as u32;
        profile.off = self.draw.percent(2);
        Input::Remembered(Box::new(profile))
    }

    fn act(&mut self) -> Input {
        let Some(tab) = self.draw.pick(&self.tabs).copied() else { return Input::Timer };
        let stream = tab.stream;
        if self.draw.percent(8) {
            let page = self.page();
            self.say_page(stream, &page);
            return self.next.pop_front().unwrap_or(Input::Timer);
        }
        let shown: Vec<DecisionId> = self.shown.iter().map(|(_, decision)| *decision).collect();
        let event = self.habits.event(&mut self.draw, self.shop, &shown);
        Input::Event { stream, late: self.draw.percent(3), event }
    }
}

fn event(stream: StreamId, event: Event) -> Input {
    Input::Event { stream, late: false, event }
}
