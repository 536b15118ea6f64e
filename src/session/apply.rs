//! The only way into a session.

use super::Effect;
use super::Effects;
use super::Input;
use super::Profile;
use super::Recalled;
use super::Session;
use super::Stream;
use super::Trials;
use crate::campaign::DwellOf;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::consent::Purpose;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::PageState;
use crate::decide::Snapshot;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Key;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::key_of;
use smallvec::SmallVec;

impl Session {
    /// Applies one input and appends what the shell must do. `at` is later than the time of the input before.
    ///
    /// ```
    /// use floorwalker::decide::Snapshot;
    /// use floorwalker::model::{SessionId, StreamId, Timestamp, Context, Page};
    /// use floorwalker::session::{Effects, Input, Session, Start};
    ///
    /// let start = Start { id: SessionId([1; 16]), unit: floorwalker::experiment::Unit([1; 16]), context: Context::default(), consent: Default::default(), preview: false };
    /// let mut session = Session::new(Timestamp(1), start);
    /// let mut effects = Effects::default();
    /// let attach = Input::Attach { stream: StreamId([2; 16]), page: Box::new(Page::default()), visible: true };
    /// session.apply(Timestamp(2), attach, &Snapshot::empty(), &mut effects);
    /// assert!(effects.list.is_empty());
    /// assert!(session.next_deadline().is_some(), "silence ends the visit");
    /// ```
    pub fn apply(&mut self, at: Timestamp, input: Input, snapshot: &Snapshot, out: &mut Effects) {
        debug_assert!(at > self.now, "the shell keeps time strictly increasing");
        if self.ended {
            return;
        }
        self.now = at;
        // A session that slept through a publication notices it by the version.
        if snapshot.version != self.version || input == Input::Published {
            self.version = snapshot.version;
            self.published(snapshot, out);
        }
        self.pass_time(at, snapshot, out);
        if !self.ended {
            match input {
                Input::Attach { stream, page, visible } => self.attach(at, stream, *page, visible),
                Input::Detach { stream, bye } => self.detach(at, stream, bye),
                Input::Event { stream, late, event } => self.event(at, stream, late, event, snapshot, out),
                Input::Consent { source, signal, gpc, others } => self.consent_changed(source, signal, gpc, &others, out),
                Input::Receipts { stream, list } => self.receipts(stream, &list, out),
                Input::Granted { decision, code, expires } => self.granted(at, decision, code, expires, out),
                Input::GrantRefused { decision } => self.grant_refused(decision),
                Input::Foreseen(foreseen) => self.foreseen(*foreseen),
                Input::Taught(list) => self.taught(&list),
                Input::Remembered(profile) => self.remembered(at, *profile, snapshot, out),
                Input::Traffic(signs) => self.traffic(signs, snapshot, out),
                Input::Recalled(recalled) => self.recalled(*recalled),
                Input::Sold(sale) => self.sold(at, &sale, snapshot, out),
                Input::Refunded(refund) => self.refunded(&refund, snapshot, out),
                Input::Timer | Input::Published => {}
            }
            self.enrol_whole(at, snapshot, out);
            self.settle();
            self.release_held(at, snapshot, out);
        }
        self.schedule(at, snapshot);
        self.check_invariants();
    }

    /// When the shell must call again with [`Input::Timer`] if nothing else happens. Always later than the last input.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        if self.ended { None } else { self.timers.next() }
    }

    /// Everything that follows from time alone.
    fn pass_time(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let visit = &snapshot.settings.visit;
        if at.since(self.active) >= visit.ends_after || at.since(self.started) >= visit.longest {
            self.end(at, snapshot, out);
            return;
        }
        self.count_attention(at, snapshot, out);
        self.count_idle(at, snapshot, out);
        if let Some(stream) = self.exit.confirm(at) {
            out.list.push(Effect::Exit { confirmed: true });
            if let Some(index) = self.stream_index(stream) {
                let kind = self.streams.get(index).and_then(|stream| stream.page.as_ref()).map(|page| page.page.kind);
                if let Some(kind) = kind {
                    out.matched.extend_from_slice(snapshot.campaigns.exit_intent(kind));
                }
                self.decide_for(at, index, snapshot, out);
            }
        }
        self.count_levels(at, snapshot, out);
        if let Some(permit) = self.learns() {
            self.behavior.write(permit).sequences.expire(at, snapshot, &mut out.matched);
        }
        self.decide_front(at, snapshot, out);
        self.expire_content(at, out);
        self.forget_lost_streams(at, visit.resume_within);
    }

    fn count_attention(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let Some((stream, us)) = self.attention.advance(at) else { return };
        let Some(index) = self.stream_index(stream) else { return };
        let learns = self.learns();
        let Some(page) = self.streams.get_mut(index).and_then(|stream| stream.page.as_mut()) else { return };
        let (product, category) = subject(&page.page);
        let kind = page.page.kind;
        let page_from = page.attention_us;
        page.attention_us += us;
        let total_from = self.attention.total_us();
        self.attention.count(us);
        let set = &snapshot.campaigns;
        let passed = |of: DwellOf, from: u64, to: u64, matched: &mut SmallVec<[TriggerRef; 16]>| {
            matched.extend(set.dwell(of, from, to).filter(|reference| set.trigger(*reference).is_some_and(|t| t.pages().has(kind))));
        };
        passed(DwellOf::Page, page_from, page_from + us, &mut out.matched);
        passed(DwellOf::Session, total_from, total_from + us, &mut out.matched);
        if let Some(permit) = learns {
            let looked = &mut self.behavior.write(permit).looked;
            looked.count(us, product, category);
            if !product.is_none() {
                let now = looked.product_us(product);
                passed(DwellOf::Product, now.saturating_sub(us), now, &mut out.matched);
            }
            if !category.is_none() {
                let now = looked.category_us(category);
                passed(DwellOf::Category, now.saturating_sub(us), now, &mut out.matched);
            }
        }
        self.decide_for(at, index, snapshot, out);
    }

    fn count_idle(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let idle = at.since(self.active).as_micros() as u64;
        let from = std::mem::replace(&mut self.idle_us, idle);
        if snapshot.campaigns.next_idle(from).is_none_or(|threshold| threshold > idle) {
            return;
        }
        let Some(index) = self.front_index() else { return };
        let kind = self.streams.get(index).and_then(|stream| stream.page.as_ref()).map_or(PageKind::Other, |page| page.page.kind);
        let set = &snapshot.campaigns;
        out.matched.extend(set.idle(from, idle).filter(|reference| set.trigger(*reference).is_some_and(|t| t.pages().has(kind))));
        self.decide_for(at, index, snapshot, out);
    }

    /// Matches the cart levels that have lasted. A campaign may have been edited since one began, so the trigger is asked again.
    fn count_levels(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let set = &snapshot.campaigns;
        let value = self.cart.value().minor;
        while let Some(key) = self.armed.take_level(at) {
            let Some(reference) = set.find_trigger(key) else { continue };
            let Some(Trigger::CartValue { edge, hold: Some(_) }) = set.trigger(reference) else { continue };
            if edge.is_past(value) && self.armed.fire(key) {
                out.matched.push(reference);
            }
        }
    }

    fn attach(&mut self, at: Timestamp, id: StreamId, page: Page, visible: bool) {
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == id) {
            // Networks come back on their own: that is no act of the shopper, and must not keep a visit alive.
            stream.connected = true;
            stream.visible = visible;
            stream.touched = at;
            return;
        }
        self.active = at;
        self.idle_us = 0;
        if self.streams.len() == Self::STREAMS_MAX {
            let oldest =
                self.streams.iter().enumerate().min_by_key(|(_, stream)| (stream.connected, stream.touched, stream.id)).map(|(i, _)| i);
            if let Some(index) = oldest {
                let gone = self.streams.remove(index);
                self.attention.leave(gone.id);
                self.exit.gone(gone.id);
                self.drop_overlay_of(gone.id);
            }
        }
        let page = Some(Box::new(PageState::new(page, at)));
        self.streams.push(Stream { id, page, visible, connected: true, touched: at, once: SmallVec::new() });
    }

    fn detach(&mut self, at: Timestamp, id: StreamId, bye: bool) {
        self.attention.leave(id);
        self.exit.gone(id);
        let Some(stream) = self.streams.iter_mut().find(|stream| stream.id == id) else { return };
        stream.connected = false;
        stream.visible = false;
        stream.touched = at;
        if bye {
            self.drop_overlay_of(id);
        }
    }

    fn event(&mut self, at: Timestamp, id: StreamId, late: bool, event: Event, snapshot: &Snapshot, out: &mut Effects) {
        let Some(index) = self.stream_index(id) else { return };
        self.counters.events = self.counters.events.saturating_add(1);
        if let Some(stream) = self.streams.get_mut(index) {
            stream.touched = at;
        }
        // What happened long ago says nothing about whether somebody is there now.
        if !late {
            if is_act(&event) {
                self.active = at;
                self.idle_us = 0;
            }
            if is_presence(&event) && self.exit.cancel() {
                out.list.push(Effect::Exit { confirmed: false });
            }
        }
        self.happen(at, index, late, event, snapshot, out);
        if late {
            out.matched.clear();
        } else {
            self.decide_for(at, index, snapshot, out);
        }
    }

    pub(super) fn front_index(&self) -> Option<usize> {
        let front = self.front()?.id;
        self.stream_index(front)
    }

    fn forget_lost_streams(&mut self, at: Timestamp, resume_within: std::time::Duration) {
        let is_lost = |stream: &Stream| !stream.connected && at.since(stream.touched) >= resume_within;
        while let Some(index) = self.streams.iter().position(is_lost) {
            let lost = self.streams.remove(index);
            self.drop_overlay_of(lost.id);
        }
    }

    fn end(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        self.ended = true;
        if !self.listens {
            self.tell_at_the_end(at, snapshot, out);
        }
        let active = self.active;
        if let Some(profile) = self.profile_mut() {
            profile.sessions = profile.sessions.saturating_add(1);
            profile.last_seen = active;
        }
        self.save_profile(out);
        out.list.push(Effect::Ended);
    }

    /// Takes what is known of a unit, and waits for what the shop's server says of it.
    fn recalled(&mut self, recalled: Recalled) {
        self.listens = true;
        let Recalled { trials, mut profile } = recalled;
        let kept = profile.as_mut().map_or(trials, |profile| std::mem::take(&mut profile.trials));
        if let Some(profile) = profile {
            // What is stored of a visitor is there because they allowed it; a withdrawal has erased it.
            let allowed = Signal { personalize: Some(true), remember: Some(true), ..Signal::default() };
            self.consent.apply(Source::Page, allowed, false);
            if let Some(permit) = self.may_remember() {
                *self.memory.write(permit) = Some(profile);
            }
        }
        self.resume_trials(kept);
    }

    pub(super) fn end_listening(&mut self, out: &mut Effects) {
        self.ended = true;
        self.save_profile(out);
        out.list.push(Effect::Ended);
    }

    pub(super) fn profile_mut(&mut self) -> Option<&mut Box<Profile>> {
        let permit = self.may_remember()?;
        self.memory.write(permit).as_mut()
    }

    /// What is closed is empty.
    fn check_partitions(&self) {
        #[cfg(test)]
        if self.disturbed {
            return;
        }
        match self.learns() {
            Some(permit) => debug_assert!(self.behavior.read(permit).unwanted.len() <= Self::UNWANTED_MAX),
            None => debug_assert!(self.behavior.is_erased(), "no behavior is kept without consent"),
        }
        match self.may_measure() {
            Some(permit) => debug_assert!(self.listed.read(permit).len() <= Self::LISTED_MAX),
            None => debug_assert!(self.listed.is_erased(), "nothing is measured without consent"),
        }
        debug_assert!(self.may_remember().is_some() || self.memory.is_erased(), "nothing is remembered without consent");
    }

    fn check_invariants(&self) {
        debug_assert!(self.streams.len() <= Self::STREAMS_MAX);
        debug_assert!(self.pending.len() <= Self::PENDING_MAX);
        debug_assert!(self.recent.len() <= Self::RECENT_MAX);
        debug_assert!(self.cart.lines.len() <= Self::CART_LINES_MAX);
        debug_assert!(self.query.len() <= Self::QUERY_BYTES_MAX);
        debug_assert!(self.ordered.len() <= Self::ORDERS_MAX);
        debug_assert!(
            self.attention.total_us() <= self.now.since(self.started).as_micros() as u64,
            "attention is never longer than the visit"
        );
        debug_assert!((0.0..=1.0).contains(&self.intent()));
        debug_assert!(self.ended || self.next_deadline().is_some_and(|deadline| deadline > self.now), "a deadline lies ahead");
        let pages = || self.streams.iter().flat_map(|stream| &stream.page);
        let standing = || {
            let spots = pages().flat_map(|page| page.spots.iter().flat_map(|spot| &spot.held));
            let once = self.streams.iter().flat_map(|stream| &stream.once);
            let overlay = self.overlay.iter().map(|overlay| &overlay.held);
            spots.chain(once).chain(overlay).chain(self.pending.iter().map(|pending| &pending.held))
        };
        self.check_partitions();
        debug_assert!(self.chosen().len() <= Self::CHOSEN_MAX && self.owed().len() <= 2 * Self::CHOSEN_MAX);
        debug_assert!(self.trials.list.len() <= Trials::ENROLLED_MAX && self.trials.sales.len() <= Trials::SALES_MAX);
        debug_assert!(
            self.listens || self.trials.is_empty() || self.consent.capabilities().allows(Purpose::Measure),
            "nothing is counted without consent"
        );
        if !self.consent.capabilities().allows(Purpose::Personalize) {
            debug_assert!(standing().all(|held| !held.personal), "nothing personal stands without consent");
        }
        debug_assert!(!self.opted_out || standing().next().is_none(), "nothing stands for who turned it off");
        debug_assert!(
            self.overlay.as_ref().is_none_or(|overlay| self.stream_index(overlay.stream).is_some()),
            "the overlay is on a page that is known"
        );
        debug_assert!(
            self.overlay.as_ref().is_none_or(|overlay| {
                overlay.waiting == self.pending.iter().any(|pending| pending.decision == overlay.held.decision && pending.is_overlay())
            }),
            "an overlay waits as long as its offer does"
        );
    }
}

/// Whether it is the shopper who did something, for the length of silence.
fn is_act(event: &Event) -> bool {
    !matches!(
        event,
        Event::Attention { .. } | Event::Visibility { visible: false } | Event::Exit { signal: ExitSignal::Hidden | ExitSignal::Idle, .. }
    )
}

/// Whether it shows that the shopper, who seemed to be leaving, is still there.
fn is_presence(event: &Event) -> bool {
    matches!(
        event,
        Event::PageView(_)
            | Event::Click { .. }
            | Event::Scroll { .. }
            | Event::Search { .. }
            | Event::Checkout { .. }
            | Event::Visibility { visible: true }
    )
}

/// Product and category a page is about; none of either on pages that are about something else.
pub(super) fn subject(page: &Page) -> (Key, Key) {
    (page.product, if page.category.is_empty() { Key::NONE } else { key_of(&page.category) })
}
