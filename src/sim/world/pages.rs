//! What pages do: open, act, send, hear, leave.

use super::Job;
use super::Leftover;
use super::Line;
use super::World;
use crate::consent::Signal;
use crate::decide::Content;
use crate::decide::Held;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::Receipt;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::session::Patch;
use crate::sim::Fault;
use crate::sim::habits::Habits;
use crate::sim::page::Outbox;
use crate::sim::page::Phase;
use crate::sim::page::Tab;
use crate::sim::wire::Batch;
use crate::sim::wire::Closed;
use crate::sim::wire::Down;
use crate::sim::wire::Hello;
use crate::sim::wire::Said;
use crate::sim::wire::Up;
use crate::sim::wire::Welcome;
use crate::sim::wire::What;
use crate::sim::wire::Whole;
use std::sync::Arc;

const CONNECT_US: u64 = 10_000_000;
const BATCH_US: u64 = 50_000;
const RECEIPTS_MAX: usize = 32;
/// A living page has saved its queue within this time.
const ABANDONED_US: u64 = 10_000_000;
/// Events in a saved queue.
const SAVED_MAX: usize = 200;

impl World<'_> {
    /// One shopper does something.
    pub(super) fn act(&mut self) {
        if self.acts_left == 0 {
            return self.calm();
        }
        self.acts_left -= 1;
        let gap = if self.acts.percent(60) { self.acts.below(300_000) } else { self.acts.below(self.mix.act_gap) };
        self.schedule(gap, Job::Act);
        let visitor = self.acts.below(self.visitors.len() as u64) as usize;
        let open: Vec<usize> = self.tabs_of(visitor).filter(|tab| self.tabs[*tab].asleep_until <= self.now).collect();
        let Some(tab) = self.acts.pick(&open).copied() else {
            if self.tabs_of(visitor).count() < self.mix.tabs {
                self.open(visitor);
            }
            return;
        };
        match self.acts.below(100) {
            0..6 if self.tabs_of(visitor).count() < self.mix.tabs => self.open(visitor),
            6..12 => {
                self.close(tab, true);
                self.open(visitor);
            }
            12..14 => self.close(tab, true),
            14..30 => self.report(tab),
            _ => self.behave(tab),
        }
    }

    /// Tabs of a visitor that are open.
    pub(super) fn tabs_of(&self, visitor: usize) -> impl Iterator<Item = usize> {
        self.tabs.iter().enumerate().filter(move |(_, tab)| tab.visitor == visitor && !tab.is_gone && !tab.is_ghost).map(|(index, _)| index)
    }

    pub(super) fn open(&mut self, index: usize) {
        let stream = StreamId(self.acts.id());
        let page = Habits::page(&mut self.acts, self.shop);
        let said = Habits::opening(&mut self.acts, &page);
        let Some(visitor) = self.visitors.get(index) else { return };
        let mut tab = Tab::new(index, stream, page, visitor.consent, Outbox::new(self.mix.bounds));
        tab.visit = visitor.visit;
        let number = self.tabs.len();
        self.tabs.push(tab);
        self.log.note(self.now, "open", number as u64, index as u64);
        for event in said {
            self.say(number, What::Event(event));
        }
        if self.visitors.get(index).is_some_and(|visitor| !visitor.leftovers.is_empty()) {
            self.schedule(ABANDONED_US, Job::Adopt(index));
        }
        self.dial(number);
    }

    fn behave(&mut self, tab: usize) {
        let index = self.tabs[tab].visitor;
        let shown: Vec<DecisionId> = self.tabs[tab].desired.shows.values().map(|held| held.decision).collect();
        let Some(visitor) = self.visitors.get_mut(index) else { return };
        let event = visitor.habits.event(&mut self.acts, self.shop, &shown);
        // A shop that renders a list anew takes our order with it; what a page then shows is the shop's business.
        if matches!(event, Event::ListView { .. }) {
            return;
        }
        if let Event::Visibility { visible } = event {
            self.tabs[tab].visible = visible;
            self.look(tab);
        }
        let invalid = std::mem::take(&mut self.invalid_next);
        if invalid {
            self.counts.note(Fault::Invalid);
        }
        self.say(tab, if invalid { What::Invalid } else { What::Event(event) });
    }

    /// Visibility changed: a hidden page does not reconnect.
    fn look(&mut self, number: usize) {
        let now = self.now;
        let tab = &mut self.tabs[number];
        match (tab.visible, tab.connection.phase) {
            (false, Phase::Backoff) => tab.connection.phase = Phase::Waiting,
            (true, Phase::Waiting) => {
                tab.connection.at_once(now);
                self.schedule(0, Job::Tab(number));
            }
            _ => {}
        }
    }

    pub(super) fn say(&mut self, tab: usize, what: What) -> u64 {
        let uid = self.next_uid;
        self.next_uid += 1;
        let at = self.tabs[tab].clock(self.now);
        if self.tabs[tab].say(Said { uid, at, what }) {
            self.events += 1;
        }
        let soon = if self.acts.percent(30) { 0 } else { BATCH_US };
        self.schedule(soon, Job::Tab(tab));
        uid
    }

    /// Says what became of something that stands on the page.
    fn report(&mut self, number: usize) {
        let tab = &mut self.tabs[number];
        let overlay = tab.desired.overlay.clone();
        let shows: Vec<Arc<Held>> = tab.desired.shows.values().chain(&overlay).cloned().collect();
        let Some(held) = self.acts.pick(&shows).cloned() else { return };
        let is_overlay = overlay.is_some_and(|overlay| overlay.decision == held.decision && held.placement == overlay.placement);
        let state = match self.acts.below(10) {
            0..5 => ReceiptState::Shown,
            5..7 => ReceiptState::Clicked,
            _ if is_overlay => ReceiptState::Dismissed,
            _ => ReceiptState::Shown,
        };
        if is_overlay && state != ReceiptState::Shown {
            tab.desired.overlay = None;
        }
        self.receipts(number, vec![(held.decision, state)]);
    }

    fn receipts(&mut self, number: usize, reports: Vec<(DecisionId, ReceiptState)>) {
        let tab = &mut self.tabs[number];
        for (decision, state) in reports {
            if tab.receipts.len() == RECEIPTS_MAX {
                tab.receipts.remove(0);
            }
            tab.receipts.push(Receipt { decision, state });
        }
        tab.answers = true;
        self.schedule(BATCH_US, Job::Tab(number));
    }

    /// A page goes. What it has not delivered leaves by beacon, or is kept for another page.
    pub(super) fn close(&mut self, number: usize, with_beacon: bool) {
        let keeps = self.may_remember(number);
        let tab = &mut self.tabs[number];
        tab.is_gone = true;
        let was_open = tab.connection.phase == Phase::Open;
        tab.connection.phase = Phase::Stopped;
        let (line, stream, page, resume) = (tab.line.take(), tab.stream, tab.page.clone(), tab.resume);
        let (first, list) = tab.outbox.peek(SAVED_MAX);
        let (index, sent_at) = (tab.visitor, tab.clock(self.now));
        let is_stale = tab.is_ghost && tab.consent_uid.is_some();
        self.log.note(self.now, "close", number as u64, list.len() as u64);
        if is_stale && let Some(signal) = self.visitors.get(index).map(|visitor| visitor.consent) {
            for page in self.tabs_of(index).collect::<Vec<_>>() {
                let uid = self.say(page, What::Consent(signal));
                self.tabs[page].consent_uid = Some(uid);
            }
        }
        if let Some(line) = line {
            if with_beacon {
                self.send_up(line, Up::Bye);
            }
            let kept = self.lines.get(&line).map_or(0, |line| line.up.len());
            self.leave(line, kept);
        }
        if list.is_empty() {
            return;
        }
        let mut is_sent = false;
        if let Some(resume) = resume.filter(|_| with_beacon) {
            is_sent = was_open;
            let after = self.latency();
            self.schedule(after, Job::Beacon(resume.session, stream, Batch { first, sent_at, list: list.clone() }));
        }
        if keeps
            && !is_sent
            && let Some(visitor) = self.visitors.get_mut(index)
        {
            visitor.leftovers.push(Leftover { stream, page, first, list });
            self.schedule(ABANDONED_US, Job::Adopt(index));
        }
    }

    fn may_remember(&self, tab: usize) -> bool {
        self.tabs[tab].consent.remember == Some(true) && self.tabs[tab].consent.personalize == Some(true)
    }

    /// A page delivers what another one has left, under that one's name and numbers.
    pub(super) fn adopt(&mut self, index: usize) {
        let count = if std::mem::take(&mut self.twins_next) { 2 } else { 1 };
        let Some(visitor) = self.visitors.get_mut(index) else { return };
        let consent = visitor.consent;
        let visit = visitor.visit;
        let leftovers = std::mem::take(&mut visitor.leftovers);
        for Leftover { stream, page, first, list } in leftovers {
            if count == 2 {
                self.counts.note(Fault::Twins);
            }
            for _ in 0..count {
                let outbox = Outbox::adopted(self.mix.bounds, first, list.clone());
                let mut tab = Tab::new(index, stream, page.clone(), consent, outbox);
                tab.leftover = list.clone();
                tab.is_ghost = true;
                // A word on consent among the leftovers is older than what the visitor says now.
                tab.consent_uid = list.iter().any(|said| matches!(said.what, What::Consent(_))).then_some(u64::MAX);
                tab.visit = visit;
                self.tabs.push(tab);
                self.dial(self.tabs.len() - 1);
            }
        }
    }

    pub(super) fn dial(&mut self, number: usize) {
        let line = self.next_line;
        self.next_line += 1;
        let tab = &mut self.tabs[number];
        tab.connection.dial();
        tab.connection.deadline = self.now + CONNECT_US;
        let hello = Hello {
            stream: tab.stream,
            page: tab.page.clone(),
            visible: tab.visible && !tab.is_ghost,
            consent: tab.consent,
            visit: tab.visit,
            visitor: self.visitors.get(tab.visitor).and_then(|visitor| visitor.visitor),
            resume: tab.resume.map(|resume| (resume, tab.desired.rev)),
        };
        tab.line = Some(line);
        tab.greeted = true;
        tab.outbox.rewind();
        let stream = tab.stream;
        self.lines.insert(line, Line::new(number, stream));
        self.send_up(line, Up::Hello(Box::new(hello)));
        self.flush(number);
        self.schedule(CONNECT_US, Job::Tab(number));
    }

    /// A page's timer.
    pub(super) fn tick(&mut self, number: usize) {
        let now = self.now;
        let tab = &mut self.tabs[number];
        if tab.is_gone || tab.asleep_until > now {
            return;
        }
        if let Some(line) = tab.line
            && let Some(found) = self.lines.get_mut(&line)
            && found.is_lost
        {
            found.is_lost = false;
            if !found.is_closed && self.is_up {
                let stream = found.stream;
                let done = self.server.catch_up(line, stream);
                self.go(done);
            }
        }
        let tab = &mut self.tabs[number];
        match tab.connection.phase {
            Phase::Backoff if now >= tab.connection.deadline => return self.dial(number),
            Phase::Connecting if now >= tab.connection.deadline => {
                if let Some(line) = tab.line {
                    self.leave(line, 0);
                }
                return self.lost(number);
            }
            _ => {}
        }
        self.flush(number);
        let tab = &mut self.tabs[number];
        if let Some(line) = tab.line.filter(|_| tab.answers && tab.connection.phase == Phase::Open) {
            tab.answers = false;
            let rev = tab.desired.rev;
            let receipts = std::mem::take(&mut tab.receipts);
            let asks = !tab.is_between() && std::mem::take(&mut tab.is_behind) && !receipts.is_empty();
            self.send_up(line, Up::Applied { rev, receipts });
            if asks {
                self.send_up(line, Up::Applied { rev, receipts: Default::default() });
            }
        }
    }

    fn flush(&mut self, number: usize) {
        loop {
            let tab = &mut self.tabs[number];
            let Some(line) = tab.line.filter(|_| tab.greeted && tab.pause <= self.now) else { return };
            let Some((first, list)) = tab.outbox.take() else { return };
            let batch = Batch { first, sent_at: tab.clock(self.now), list };
            self.send_up(line, Up::Events(batch));
        }
    }

    /// A page's connection is gone.
    pub(super) fn lost(&mut self, number: usize) {
        let now = self.now;
        let tab = &mut self.tabs[number];
        tab.line = None;
        tab.greeted = false;
        if tab.is_gone || tab.connection.phase == Phase::Stopped {
            return;
        }
        let visible = tab.visible || tab.is_ghost;
        tab.connection.lost(now, visible, &mut self.net);
        let after = tab.connection.deadline - now;
        self.schedule(after, Job::Tab(number));
    }

    /// A frame reaches a page.
    pub(super) fn hear(&mut self, number: usize, line: u64, frame: Down) {
        if self.tabs[number].line != Some(line) {
            return;
        }
        let now = self.now;
        match frame {
            Down::Welcome(welcome) => self.welcomed(number, *welcome),
            Down::Ack(seq) => {
                self.log.note(now, "ack", number as u64, seq);
                let tab = &mut self.tabs[number];
                tab.mark = seq;
                let done = tab.outbox.ack(seq);
                self.acknowledged(number, &done);
                let tab = &mut self.tabs[number];
                tab.answers |= tab.is_behind;
                if self.tabs[number].is_ghost && self.tabs[number].outbox.len() == 0 {
                    self.close(number, true);
                }
            }
            Down::Gap => {
                let tab = &mut self.tabs[number];
                let done = tab.outbox.reset(tab.mark);
                tab.pause = now + BATCH_US;
                self.schedule(BATCH_US, Job::Tab(number));
                self.acknowledged(number, &done);
            }
            Down::Push { from, rev, patches } => {
                self.log.note(now, "push", number as u64, rev);
                self.see(number, patches.iter().filter_map(|patch| if let Patch::Set(held) = patch { Some(held) } else { None }));
                let tab = &mut self.tabs[number];
                if tab.is_between() {
                    tab.is_behind = true;
                } else if let Some(reports) = tab.desired.push(from, rev, &patches) {
                    self.receipts(number, reports);
                } else {
                    tab.is_behind = true;
                    self.receipts(number, Vec::new());
                }
            }
            Down::State(whole) => {
                self.log.note(now, "state", number as u64, whole.rev);
                self.show(number, &whole);
            }
            Down::Closed(closed) => {
                self.log.note(now, "closed", number as u64, closed as u64);
                if closed == Closed::TakenOver {
                    self.tabs[number].connection.phase = Phase::Stopped;
                }
                if closed == Closed::SessionEnded {
                    self.tabs[number].resume = None;
                }
                return self.lost(number);
            }
        }
        self.schedule(0, Job::Tab(number));
    }

    fn welcomed(&mut self, number: usize, welcome: Welcome) {
        let Welcome { session, visitor, resume, ack, state } = welcome;
        self.log.note(self.now, "welcome", number as u64, ack);
        let may_remember = self.may_remember(number);
        let tab = &mut self.tabs[number];
        tab.connection.welcomed(self.now);
        let is_same = tab.session == Some(session);
        let before = tab.outbox.acked();
        tab.visit = Some(session);
        tab.session = Some(session);
        tab.resume = Some(resume);
        tab.mark = ack;
        let done = if ack < before { tab.outbox.reset(ack) } else { tab.outbox.ack(ack) };
        let is_evicted = self.server.books.evicted.contains(&(session, tab.stream));
        if is_evicted {
            // A visit knows its last pages only. What an older one delivers late may count again; see `Session::STREAMS_MAX`.
            self.renumbered.extend(tab.outbox.names());
        }
        if ack < before {
            self.renumbered.extend(tab.outbox.names());
            if is_same && !is_evicted {
                self.fail(format!("page {number} was acknowledged up to {before} and is now told {ack}"));
            }
        }
        if self.tabs[number].is_ghost && ack == 0 && before > 0 {
            return self.rename(number);
        }
        if may_remember && let Some(person) = self.visitors.get_mut(self.tabs[number].visitor) {
            person.visit = Some(session);
            person.visitor = visitor.or(person.visitor);
        }
        self.acknowledged(number, &done);
        if let Some(whole) = state {
            self.show(number, &whole);
        }
        if self.tabs[number].is_ghost && self.tabs[number].outbox.len() == 0 {
            self.close(number, true);
        }
    }

    /// The visit is forgotten: numbers begin again in a stream whose name every page derives alike.
    fn rename(&mut self, number: usize) {
        let tab = &mut self.tabs[number];
        tab.stream.0.reverse();
        // All of it, also what the forgotten visit had: every page that delivers the same must number it alike.
        tab.outbox = Outbox::adopted(tab.outbox.bounds(), 1, tab.leftover.clone());
        self.renumbered.extend(tab.outbox.names());
        tab.session = None;
        tab.resume = None;
        tab.connection.at_once(self.now);
        if let Some(line) = tab.line {
            self.leave(line, 0);
        }
        self.schedule(0, Job::Tab(number));
    }

    fn acknowledged(&mut self, number: usize, done: &[Said]) {
        let tab = &mut self.tabs[number];
        if tab.consent_uid.is_some_and(|uid| done.iter().any(|said| said.uid == uid)) {
            tab.consent_uid = None;
        }
        // Without a welcome there is no acknowledgement.
        let Some(session) = tab.session else { return };
        let list = self.acked.entry((session, tab.stream)).or_default();
        for said in done {
            // Two pages that deliver the same leftover are both told.
            if !list.contains(&said.uid) {
                list.push(said.uid);
            }
        }
    }

    /// A page takes the whole state.
    fn show(&mut self, number: usize, whole: &Whole) {
        self.see(number, whole.held.iter());
        let tab = &mut self.tabs[number];
        if tab.is_between() {
            tab.is_behind = true;
        } else {
            let reports = tab.desired.replace(whole);
            self.receipts(number, reports);
        }
    }

    /// Whether a page may be sent this.
    fn see<'b>(&mut self, number: usize, sets: impl Iterator<Item = &'b Arc<Held>>) {
        let visitor = self.tabs[number].visitor;
        let refuses = self.visitors.get(visitor).is_some_and(|visitor| visitor.consent.personalize == Some(false));
        let told = self.tabs.iter().filter(|tab| tab.visitor == visitor && !tab.is_gone).all(|tab| tab.consent_uid.is_none());
        for held in sets {
            if held.personal && refuses && told {
                self.fail(format!("page {number} is sent {} after consent was withdrawn", held.id));
            }
            if let Content::Offer { code: Some(code), .. } = &held.content {
                self.codes.insert(code.clone());
                if !self.is_durable(code) {
                    self.fail(format!("page {number} sees the code {code}, which is not durable"));
                }
            }
        }
    }

    /// The shopper answers the shop's question about consent, and the shop tells all its pages.
    pub(super) fn agree(&mut self, index: usize, signal: Signal) {
        let Some(visitor) = self.visitors.get_mut(index) else { return };
        let before = visitor.consent;
        visitor.consent = signal;
        let withdraws = |then: Option<bool>, now: Option<bool>| then == Some(true) && now != Some(true);
        if signal.remember != Some(true) || signal.personalize != Some(true) {
            visitor.visit = None;
            visitor.visitor = None;
            visitor.leftovers.clear();
        }
        let kept = visitor.visit;
        let may_now = before.remember != Some(true) && signal.remember == Some(true);
        for number in 0..self.tabs.len() {
            if self.tabs[number].visitor != index || self.tabs[number].is_gone {
                continue;
            }
            let tab = &mut self.tabs[number];
            tab.consent = signal;
            if tab.is_ghost {
                // What it has said for the shopper is old. A page says it again when the ghost is gone.
                tab.consent_uid = Some(u64::MAX);
                continue;
            }
            if withdraws(before.personalize, signal.personalize) {
                tab.visit = None;
                tab.desired.forget();
                tab.has_withdrawn = true;
                tab.is_behind = true;
            } else if may_now {
                tab.visit = kept.or(tab.visit);
            }
            let uid = self.say(number, What::Consent(signal));
            let tab = &mut self.tabs[number];
            tab.consent_uid = Some(uid);
            if may_now && tab.connection.phase != Phase::Stopped {
                // The next hello must not continue under the old identity.
                tab.resume = None;
                let line = tab.line;
                tab.connection.at_once(self.now);
                if let Some(line) = line {
                    self.leave(line, 0);
                }
                self.schedule(0, Job::Tab(number));
            }
        }
    }
}
