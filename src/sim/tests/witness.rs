//! A slow and obvious account of what must hold, kept from inputs and effects alone.

use super::Shop;
use super::Step;
use crate::campaign::Campaign;
use crate::campaign::Needs;
use crate::consent::Capabilities;
use crate::consent::Consent;
use crate::consent::Purpose;
use crate::decide::Caps;
use crate::decide::Content;
use crate::decide::Held;
use crate::decide::PageState;
use crate::decide::Snapshot;
use crate::decide::Verdict;
use crate::model::Event;
use crate::model::Key;
use crate::model::Page;
use crate::model::Preference;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Patch;
use crate::session::Session;
use crate::session::Start;
use crate::session::Stream;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// One page as the shopper's browser has it.
#[derive(Default)]
struct Browser {
    shows: BTreeMap<String, Arc<Held>>,
    page: Page,
    lists: BTreeMap<Key, Vec<Key>>,
    touched: bool,
    connected: bool,
    visible: bool,
    /// Sets on this page view, and acts by campaign.
    changes: usize,
    acts: BTreeMap<Key, usize>,
    viewed: bool,
}

impl Browser {
    fn load(page: &Page) -> Browser {
        let lists = page.placements.iter().map(|spot| (spot.name, spot.items.clone())).collect();
        Browser { page: page.clone(), lists, ..Browser::default() }
    }

    /// A page view. The first of a document is of the page that is there already; another is of a page the document has turned into.
    fn view(&mut self, page: &Page) {
        let before = std::mem::take(self);
        *self = Browser { connected: before.connected, visible: before.visible, viewed: true, ..Browser::load(page) };
        if !before.viewed {
            (self.shows, self.touched, self.changes, self.acts) = (before.shows, before.touched, before.changes, before.acts);
        }
    }
}

pub struct Witness<'a> {
    shop: &'a Shop,
    began: Timestamp,
    browsers: BTreeMap<StreamId, Browser>,
    consent: Consent,
    opted_out: bool,
    preview: bool,
    remembered: bool,
    cart: Option<crate::model::Cart>,
    /// Acts of the visit by campaign: how many, and the last.
    acts: BTreeMap<Key, (usize, Timestamp)>,
    interruptions: std::collections::BTreeSet<u32>,
    dismissed: std::collections::BTreeSet<Key>,
    campaigns_of: BTreeMap<u32, Key>,
    /// Who said at what time to be attentive (`true`) or not.
    words: Vec<(Timestamp, StreamId, bool)>,
    timers: usize,
    may: Capabilities,
}

impl Witness<'_> {
    /// Effects of one input. A publication may clear eight pages, and every clock may go off in the same moment.
    const EFFECTS_MAX: usize = 40;

    pub fn new<'a>(start: &Start, shop: &'a Shop) -> Witness<'a> {
        Witness {
            shop,
            began: Timestamp(0),
            browsers: BTreeMap::new(),
            consent: start.consent,
            opted_out: false,
            preview: start.preview,
            remembered: false,
            cart: None,
            acts: BTreeMap::new(),
            interruptions: Default::default(),
            dismissed: Default::default(),
            campaigns_of: BTreeMap::new(),
            words: Vec::new(),
            timers: 0,
            may: start.consent.capabilities(),
        }
    }

    pub fn before(&mut self, step: &Step, session: &Session) {
        self.began = session.started();
        self.may = self.consent.capabilities();
        if let Some(deadline) = session.next_deadline() {
            assert!(deadline > session.now(), "a deadline in the past makes the shell spin");
            let quick = step.input == Input::Timer && step.at == deadline && deadline.since(session.now()) < Duration::from_millis(1);
            self.timers = if quick { self.timers + 1 } else { 0 };
            assert!(self.timers < 8, "timers chase each other");
        }
    }

    /// `first` is the number of effects that time alone had, before the input was looked at.
    pub fn after(&mut self, step: &Step, session: &Session, out: &Effects, first: usize) {
        let snapshot = self.shop.snapshot(step.snapshot);
        assert!(out.list.len() <= Self::EFFECTS_MAX, "{} effects", out.list.len());
        if session.is_ended() {
            assert_eq!(out.list.last(), Some(&Effect::Ended));
            return;
        }
        let (time, rest) = out.list.split_at(first);
        self.take_effects(step, snapshot, out, time);
        self.take_input(step, session, &out.list);
        self.take_effects(step, snapshot, out, rest);
        self.browsers.retain(|id, _| session.streams().iter().any(|stream| stream.id == *id));
        self.compare_pages(session);
        self.check_consent(step, session);
        self.check_bounds(session, snapshot);
    }

    pub fn end(&self, session: &Session) {
        assert!(u128::from(session.attention().total_us()) <= session.now().since(self.began).as_micros());
        if session.is_ended() {
            // The end comes with an input that counts nothing any more.
            return;
        }
        let credit = self.shop.snapshot(0).settings.visit.attention_credit;
        let mut total = 0;
        for (index, (at, stream, attentive)) in self.words.iter().enumerate() {
            if !attentive {
                continue;
            }
            let ends = self.words[index + 1..].iter().find(|(_, other, again)| *again || other == stream).map(|(at, ..)| *at);
            let until = ends.unwrap_or(session.now()).min(*at + credit).min(session.now());
            total += until.since(*at).as_micros() as u64;
        }
        assert_eq!(session.attention().total_us(), total, "attention differs from its account");
    }

    fn take_input(&mut self, step: &Step, session: &Session, effects: &[Effect]) {
        match &step.input {
            Input::Attach { stream, page, visible } => {
                // A stream that is still known keeps its page; the page then gets the whole desired state.
                if !self.browsers.contains_key(stream) || is_new(session, *stream, step.at) {
                    self.browsers.insert(*stream, Browser::load(page));
                }
                if let Some(browser) = self.browsers.get_mut(stream) {
                    browser.connected = true;
                    browser.visible = *visible;
                }
            }
            Input::Detach { stream, bye } => {
                self.words.push((step.at, *stream, false));
                if let Some(browser) = self.browsers.get_mut(stream) {
                    browser.connected = false;
                    browser.visible = false;
                    if *bye {
                        browser.shows.remove("overlay");
                    }
                }
            }
            Input::Event { stream, late, event } if self.browsers.contains_key(stream) => self.take_event(step.at, *stream, *late, event),
            Input::Consent { source, signal, gpc, .. } => self.consent.apply(*source, *signal, *gpc),
            Input::Receipts { stream, list } => {
                for receipt in list.iter().filter(|receipt| reported(effects, receipt.decision.0)) {
                    if let Some(browser) = self.browsers.get_mut(stream) {
                        let mine = |held: &Arc<Held>| held.decision == receipt.decision;
                        match receipt.state {
                            ReceiptState::Received | ReceiptState::Shown => {}
                            ReceiptState::Failed | ReceiptState::Suppressed => browser.shows.retain(|_, held| !mine(held)),
                            ReceiptState::Clicked | ReceiptState::Dismissed => {
                                browser.shows.retain(|place, held| place != "overlay" || !mine(held));
                            }
                        }
                    }
                    if receipt.state == ReceiptState::Dismissed {
                        self.dismissed.extend(self.campaigns_of.get(&receipt.decision.0));
                    }
                }
            }
            Input::Remembered(profile) if self.consent.capabilities().allows(Purpose::Remember) => {
                self.remembered = true;
                self.opted_out |= profile.off;
            }
            _ => {}
        }
    }

    fn take_event(&mut self, at: Timestamp, stream: StreamId, late: bool, event: &Event) {
        let Some(browser) = self.browsers.get_mut(&stream) else { return };
        match event {
            Event::PageView(page) => browser.view(page),
            Event::Click { .. } | Event::Scroll { .. } => browser.touched = true,
            Event::Cart(cart) => {
                let mut cart = cart.clone();
                cart.lines.truncate(Session::CART_LINES_MAX);
                browser.touched |= self.cart.as_ref().is_some_and(|before| *before != cart);
                self.cart = Some(cart);
            }
            Event::ListView { list, items } => {
                if let Some(before) = browser.lists.get_mut(list) {
                    let order = browser.shows.iter().find(|(place, _)| key_of(place) == *list);
                    let ours = order.and_then(|(_, held)| if let Content::Order { items } = &held.content { Some(items) } else { None });
                    if before.as_slice() != items.as_slice() && ours.is_none_or(|ours| ours.as_slice() != items.as_slice()) {
                        *before = items.to_vec();
                        if ours.is_some() {
                            browser.shows.retain(|place, _| key_of(place) != *list);
                        }
                    }
                }
            }
            Event::Attention { active: false } => self.words.push((at, stream, false)),
            Event::Attention { active: true } if !late && browser.connected && browser.visible => self.words.push((at, stream, true)),
            Event::Visibility { visible } => {
                browser.visible = *visible && browser.connected;
                if !visible {
                    self.words.push((at, stream, false));
                }
            }
            Event::Preference { choice: Preference::Off, .. } => self.opted_out = true,
            Event::Preference { choice: Preference::On, .. } => self.opted_out = false,
            _ => {}
        }
    }

    fn take_effects(&mut self, step: &Step, snapshot: &Snapshot, out: &Effects, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Decided { stream, considered, won } => {
                    assert!(self.browsers.get(stream).is_some_and(|browser| browser.connected), "nobody is there to answer");
                    self.campaigns_of.extend(won.iter().map(|(decision, campaign, _)| (decision.0, *campaign)));
                    for one in out.proofs.of(considered) {
                        if !matches!(one.verdict, Verdict::Refused(_)) {
                            let campaign = snapshot.campaigns.find(one.campaign).expect("a known campaign");
                            self.act(step, *stream, campaign);
                        }
                        if let Some(limit) = one.limit {
                            assert!(matches!(one.verdict, Verdict::Refused(_)) || limit.used < limit.max, "{one:?}");
                        }
                    }
                }
                Effect::Push { stream, patches } => {
                    let mut places: Vec<&str> = patches.iter().map(place).filter(|place| !place.is_empty()).collect();
                    places.sort_unstable();
                    let all = places.len();
                    places.dedup();
                    assert_eq!(places.len(), all, "one decision per placement");
                    for patch in patches {
                        match patch {
                            Patch::Set(held) => self.set(*stream, held, snapshot),
                            Patch::Clear(place) => {
                                if let Some(browser) = self.browsers.get_mut(stream) {
                                    browser.shows.remove(&**place);
                                }
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A campaign acted, or would have: none of its limits may have been reached.
    fn act(&mut self, step: &Step, stream: StreamId, campaign: &Campaign) {
        assert!(!self.dismissed.contains(&campaign.key), "{} was closed", campaign.id);
        let limits = &campaign.limits;
        let on_page = self.browsers.get_mut(&stream).map(|browser| browser.acts.entry(campaign.key).or_default());
        if let Some(count) = on_page {
            *count += 1;
            assert!(limits.per_page.is_none_or(|max| *count <= usize::from(max)), "{} per page", campaign.id);
        }
        let (count, last) = self.acts.get(&campaign.key).copied().unwrap_or((0, Timestamp(0)));
        assert!(limits.per_session.is_none_or(|max| count < usize::from(max)), "{} per session", campaign.id);
        if let Some(cooldown) = limits.cooldown {
            assert!(count == 0 || step.at.since(last) >= cooldown, "{} cooldown", campaign.id);
        }
        if let Some(cap) = limits.per_visitor.filter(|_| !self.remembered) {
            assert!(count < usize::from(cap.count) || step.at.since(last) >= cap.every, "{} per visitor", campaign.id);
        }
        self.acts.insert(campaign.key, (count + 1, step.at));
    }

    fn set(&mut self, stream: StreamId, held: &Arc<Held>, snapshot: &Snapshot) {
        let campaign = snapshot.campaigns.find(held.campaign).expect("only known campaigns act");
        assert!(campaign.enabled && !snapshot.off, "{} is off", campaign.id);
        let purpose = match campaign.needs {
            Needs::Context => Purpose::Session,
            Needs::Personalize => Purpose::Personalize,
            Needs::Remember => Purpose::Remember,
        };
        // Consent given in this very input allows nothing before it.
        assert!(self.may.allows(purpose), "{} without consent", campaign.id);
        assert!(!self.opted_out, "{} for who turned it off", campaign.id);
        assert!(!self.dismissed.contains(&held.campaign), "{} was closed", campaign.id);
        let guard = &snapshot.settings.guard;
        if &*held.placement == "overlay" || matches!(held.content, Content::Notice { .. }) {
            self.interruptions.insert(held.decision.0);
            assert!(self.interruptions.len() <= usize::from(guard.interruptions_per_session), "too many interruptions");
        }
        let Some(browser) = self.browsers.get_mut(&stream) else { return };
        browser.changes += 1;
        assert!(browser.changes <= usize::from(guard.changes_per_page).max(12), "the page changes too often");
        if held.content.is_momentary() {
            return;
        }
        let spot = browser.page.placements.iter().find(|spot| spot.name == key_of(&held.placement));
        if let Some(spot) = spot {
            assert!(!(spot.above && !spot.live && browser.touched), "{} moves above the fold", held.placement);
        }
        browser.shows.insert(held.placement.to_string(), held.clone());
    }

    /// Pushes alone must have brought each page to the state the session wants; a page that came back has been told the whole.
    fn compare_pages(&mut self, session: &Session) {
        let mut overlays = 0;
        for stream in session.streams() {
            let desired: BTreeMap<String, Arc<Held>> = session
                .desired(stream.id)
                .filter(|held| !held.content.is_momentary())
                .map(|held| (held.placement.to_string(), held.clone()))
                .collect();
            let count = session.desired(stream.id).filter(|held| !held.content.is_momentary()).count();
            assert_eq!(count, desired.len(), "a placement wants two contents");
            let browser = self.browsers.get(&stream.id).expect("a known page");
            assert_eq!((stream.connected, stream.visible), (browser.connected, browser.visible));
            assert_eq!(browser.shows, desired, "a page is not what the session wants");
            overlays += usize::from(browser.shows.contains_key("overlay"));
        }
        assert!(overlays <= 1, "{overlays} overlays");
        assert_eq!(overlays == 1, session.overlay().is_some_and(|overlay| !overlay.waiting));
    }

    fn check_consent(&mut self, step: &Step, session: &Session) {
        let now = self.consent.capabilities();
        assert_eq!(session.capabilities(), now);
        assert_eq!(session.is_opted_out(), self.opted_out);
        if self.opted_out || !now.allows(Purpose::Personalize) {
            assert!(session.interests().is_none() && session.seen().is_empty() && session.intent() == 0.0, "behavior is kept");
        }
        if !now.allows(Purpose::Personalize) {
            let personal = session.streams().iter().flat_map(|stream| session.desired(stream.id)).any(|held| held.personal);
            assert!(!personal, "personal content without consent");
        }
        if !now.allows(Purpose::Remember) {
            assert!(session.profile().is_none(), "a profile without consent");
        }
        if self.may.allows(Purpose::Personalize) && !now.allows(Purpose::Personalize) {
            assert!(matches!(step.input, Input::Consent { .. }));
            let stored = format!("{session:?}");
            assert!(stored.contains("query: \"\""), "what was searched for is kept");
        }
        self.may = now;
    }

    fn check_bounds(&self, session: &Session, snapshot: &Snapshot) {
        assert!(session.streams().len() <= Session::STREAMS_MAX);
        assert!(session.cart().lines.len() <= Session::CART_LINES_MAX);
        assert!(session.caps().campaigns().count() <= Caps::MAX);
        assert!(session.seen().len() <= crate::session::Views::MAX);
        for stream in session.streams() {
            assert!(stream.once.len() <= Stream::ONCE_MAX);
            let page = stream.page.as_ref().expect("a page");
            assert!(page.spots.len() <= PageState::PLACEMENTS_MAX && page.page.templates.len() <= PageState::TEMPLATES_MAX);
            assert!(page.spots.iter().all(|spot| spot.items.len() <= PageState::ITEMS_MAX));
            assert!(page.acted.len() <= usize::from(snapshot.settings.guard.changes_per_page.max(12)));
        }
        assert!(self.preview || session.counters().pushes as usize >= self.interruptions.len());
    }
}

/// The session made the stream with this input, so it did not know it.
fn is_new(session: &Session, stream: StreamId, at: Timestamp) -> bool {
    session.streams().iter().any(|s| s.id == stream && s.page.as_ref().is_some_and(|page| page.opened == at))
}

fn reported(effects: &[Effect], decision: u32) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Reported { decision: id, .. } if id.0 == decision))
}

fn place(patch: &Patch) -> &str {
    match patch {
        Patch::Set(held) => &held.placement,
        Patch::Clear(place) => place,
    }
}
