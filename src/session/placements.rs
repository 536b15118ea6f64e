//! From winners to desired state: what is set, what is cleared, what waits for the ledger.

use super::Effect;
use super::Effects;
use super::Overlay;
use super::Patch;
use super::Session;
use super::Stream;
use super::facts::Scene;
use super::state::Pending;
use crate::campaign::Campaign;
use crate::campaign::Needs;
use crate::campaign::Notice;
use crate::campaign::condition::Declared;
use crate::campaign::condition::Reads;
use crate::decide::Because;
use crate::decide::Content;
use crate::decide::Disclosure;
use crate::decide::Held;
use crate::decide::Situation;
use crate::decide::Snapshot;
use crate::decide::Winner;
use crate::decide::because;
use crate::decide::decide;
use crate::decide::own_words;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::PageKind;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::offer;
use smallvec::SmallVec;
use std::sync::Arc;

type Patches = SmallVec<[Patch; 2]>;

impl Session {
    /// Lets the campaigns in `out.matched` compete for the page of one stream.
    pub(super) fn decide_for(&mut self, at: Timestamp, index: usize, snapshot: &Snapshot, out: &mut Effects) {
        if out.matched.is_empty() {
            return;
        }
        let mut matched = std::mem::take(&mut out.matched);
        let mut winners = std::mem::take(&mut out.winners);
        // Nobody is left to answer on a page whose connection is gone.
        if let Some(page) = self.streams.get(index).filter(|stream| stream.connected).and_then(|stream| stream.page.as_deref()) {
            let from = out.proofs.considered.len() as u32;
            let scene = Scene::of(self, page, snapshot, at);
            let situation = self.situation(&scene, index);
            decide(&situation, &mut matched, &mut out.proofs, &mut winners);
            let considered = out.proofs.considered.get(from as usize..).unwrap_or_default();
            let whys: SmallVec<[(Box<str>, Because); 2]> = winners
                .iter()
                .filter(|winner| winner.contents.is_some())
                .map(|winner| {
                    let proof = considered.iter().find(|one| one.campaign == winner.campaign.key);
                    let reads = proof.map_or(&[][..], |proof| out.proofs.reads_of(proof));
                    let trigger = winner.campaign.triggers.get(usize::from(winner.trigger.trigger));
                    let because = trigger.map_or_else(Because::default, |trigger| because(winner, trigger, reads, &situation));
                    (own_words(&winner.campaign, &situation), because)
                })
                .collect();
            let range = from..out.proofs.considered.len() as u32;
            self.accept((at, snapshot), index, range, &mut winners, whys, out);
        }
        matched.clear();
        winners.clear();
        out.matched = matched;
        out.winners = winners;
    }

    /// The same for what is meant for the visitor and not for a page: it goes to the tab in front.
    pub(super) fn decide_front(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        if out.matched.is_empty() {
            return;
        }
        match self.front_index() {
            Some(index) => self.decide_for(at, index, snapshot, out),
            None => out.matched.clear(),
        }
    }

    fn situation<'a>(&'a self, scene: &'a Scene<'a>, index: usize) -> Situation<'a> {
        Situation {
            at: scene.at(),
            snapshot: scene.snapshot(),
            facts: scene,
            unit: self.unit,
            visit: self.id.number(),
            allowed: self.consent.capabilities(),
            opted_out: self.opted_out,
            is_program: self.is_neutral(),
            evidence: self.evidence(&scene.snapshot().catalog),
            preview: self.preview,
            caps: &self.caps,
            visitor_caps: self.profile().map_or(&[], |profile| &profile.caps),
            page: scene.page(),
            visible: self.streams.get(index).is_some_and(|stream| stream.visible && stream.connected),
            overlay_busy: self.overlay.is_some(),
            waiting: self
                .pending
                .iter()
                .filter(|pending| !pending.is_overlay() && self.stream_index(pending.stream) == Some(index))
                .map(|pending| key_of(&pending.held.placement))
                .collect(),
            cart: &self.cart,
            lent: scene.lent(),
            query: &self.query,
            language: self.language_of(&scene.page().page),
            remembered: self.profile().is_some_and(|profile| profile.sessions > 0),
            chosen: self.chosen(),
        }
    }

    fn accept(
        &mut self,
        (at, snapshot): (Timestamp, &Snapshot),
        index: usize,
        considered: std::ops::Range<u32>,
        winners: &mut SmallVec<[Winner; 2]>,
        whys: SmallVec<[(Box<str>, Because); 2]>,
        out: &mut Effects,
    ) {
        let Some(stream) = self.streams.get(index) else { return };
        let page = stream.page.as_ref().map_or(PageKind::Other, |page| page.page.kind);
        let stream = stream.id;
        let mut won = SmallVec::new();
        let mut patches = Patches::new();
        let mut grants: SmallVec<[Effect; 1]> = SmallVec::new();
        let mut whys = whys.into_iter();
        for winner in winners.drain(..) {
            let campaign = winner.campaign;
            self.enrol(at, page, &campaign, (winner.assignment, &winner.shares), snapshot, out);
            let interrupted = self.caps.interrupted;
            self.note_act(at, index, &campaign, winner.changes);
            if let Some(from) = winner.learned_from {
                let (context, weights) = *from;
                self.note_choice(&campaign, winner.variant, context, weights);
            }
            let Some(contents) = winner.contents else { continue };
            let (why, because) = whys.next().unwrap_or_default();
            self.decisions += 1;
            let decision = DecisionId(self.decisions);
            won.push((decision, campaign.key, winner.variant));
            self.note_recent(decision, campaign.key, winner.variant);
            for (action, content) in contents {
                let Some(variant) = campaign.variants.get(usize::from(winner.variant)) else { continue };
                let Some(action) = variant.actions.get(usize::from(action)) else { continue };
                let held = Arc::new(Held {
                    decision,
                    campaign: campaign.key,
                    id: campaign.id.clone(),
                    variant: variant.id.clone(),
                    priority: campaign.priority,
                    placement: action.placement.clone(),
                    content,
                    why: why.clone(),
                    hold_while: campaign.hold == crate::campaign::Hold::While,
                    personal: campaign.needs != Needs::Context,
                    because,
                    disclosure: campaign.notice.map(|notice| match notice {
                        Notice::Ranking => Disclosure::Ranking,
                        Notice::Price => Disclosure::Price,
                    }),
                });
                if let Content::Offer { terms, .. } = &held.content
                    && terms.kind != offer::Kind::Message
                {
                    if self.pending.len() == Self::PENDING_MAX {
                        self.give_up(0);
                    }
                    grants.push(Effect::RequestGrant { decision, campaign: campaign.key, terms: Box::new(*terms) });
                    self.pending.push(Pending { decision, stream, held: held.clone(), until: at + Self::GRANT_WAIT, interrupted });
                    if action.is_overlay() {
                        self.overlay = Some(Overlay { stream, held, waiting: true, until: None });
                    }
                    continue;
                }
                if action.is_overlay() {
                    self.overlay = Some(Overlay { stream, held: held.clone(), waiting: false, until: None });
                }
                self.stand(index, action.key, &held);
                self.note_list(&held.content);
                patches.push(Patch::Set(held));
            }
        }
        out.list.push(Effect::Decided { stream, considered, won });
        if !patches.is_empty() {
            self.counters.pushes = self.counters.pushes.saturating_add(1);
            out.list.push(Effect::Push { stream, patches });
        }
        out.list.extend(grants);
    }

    /// Counts an act, or what would have been one (baseline), against every limit.
    fn note_act(&mut self, at: Timestamp, index: usize, campaign: &Campaign, changes: u8) {
        self.caps.note_act(at, campaign.key);
        if campaign.interrupts() {
            self.caps.note_interruption(at, campaign.key);
        }
        if let Some(page) = self.streams.get_mut(index).and_then(|stream| stream.page.as_mut()) {
            page.note_act(campaign.key);
            page.changes = page.changes.saturating_add(changes);
        }
        if let Some(limit) = campaign.limits.per_visitor
            && let Some(cap) = self.visitor_cap(campaign.key)
        {
            if at.since(cap.since) >= limit.every {
                cap.since = at;
                cap.count = 0;
            }
            cap.count = cap.count.saturating_add(1);
        }
    }

    /// Keeps a decision for its receipts. At the bound the oldest that stands nowhere makes room, and never that of the overlay, whose
    /// closing must be understood.
    fn note_recent(&mut self, decision: DecisionId, campaign: Key, variant: u8) {
        if self.recent.len() == Self::RECENT_MAX {
            let stands = |id: DecisionId| {
                let spots = self.streams.iter().flat_map(|stream| &stream.page).flat_map(|page| &page.spots);
                spots.flat_map(|spot| &spot.held).any(|held| held.decision == id)
                    || self.pending.iter().any(|pending| pending.decision == id)
            };
            let is_overlay = |id: DecisionId| self.overlay.as_ref().is_some_and(|overlay| overlay.held.decision == id);
            let index = self
                .recent
                .iter()
                .position(|(id, ..)| !is_overlay(*id) && !stands(*id))
                .or_else(|| self.recent.iter().position(|(id, ..)| !is_overlay(*id)))
                .unwrap_or(0);
            self.recent.remove(index);
        }
        self.recent.push((decision, campaign, variant));
    }

    /// Puts content into the desired state of a page.
    fn stand(&mut self, index: usize, placement: Key, held: &Arc<Held>) {
        let Some(stream) = self.streams.get_mut(index) else { return };
        if held.content.is_momentary() {
            if stream.once.len() == Stream::ONCE_MAX {
                stream.once.remove(0);
            }
            stream.once.push(held.clone());
        }
        if let Some(page) = stream.page.as_mut() {
            let name = page.spot_key(placement);
            if let Some(spot) = page.spot_mut(placement) {
                spot.held = Some(held.clone());
                self.caps.note_holder(name, held.campaign);
            }
        }
    }

    /// The ledger granted an offer. It is shown if its place is still there and still free; otherwise the code is never seen and expires.
    pub(super) fn granted(&mut self, at: Timestamp, decision: DecisionId, code: Box<str>, expires: Timestamp, out: &mut Effects) {
        let Some(position) = self.pending.iter().position(|pending| pending.decision == decision) else { return };
        let Some(pending) = self.pending.get(position) else { return };
        let Some(index) = self.stream_index(pending.stream) else { return };
        if expires <= at || !self.has_room(index, pending) {
            self.give_up(position);
            return;
        }
        let Pending { stream, mut held, .. } = self.pending.remove(position);
        if let Content::Offer { code: slot, expires: until, .. } = &mut Arc::make_mut(&mut held).content {
            *slot = Some(code);
            *until = Some(expires);
        }
        if let Some(overlay) = self.overlay.as_mut().filter(|overlay| overlay.waiting && overlay.held.decision == decision) {
            overlay.waiting = false;
            overlay.until = Some(expires);
            overlay.held = held.clone();
        }
        self.stand(index, key_of(&held.placement), &held);
        self.counters.pushes = self.counters.pushes.saturating_add(1);
        out.list.push(Effect::Push { stream, patches: SmallVec::from_iter([Patch::Set(held)]) });
    }

    /// Whether the place that was promised to an offer can still take it: the shopper may have touched the page since.
    fn has_room(&self, index: usize, pending: &Pending) -> bool {
        if pending.is_overlay() {
            return self.overlay.as_ref().is_some_and(|overlay| overlay.waiting && overlay.held.decision == pending.decision);
        }
        let page = self.streams.get(index).and_then(|stream| stream.page.as_deref());
        page.and_then(|page| page.spot(key_of(&pending.held.placement)).map(|spot| !(spot.above && page.input && !spot.live)))
            .unwrap_or(false)
    }

    /// The ledger refused an offer, or it is given up: it interrupted nobody.
    pub(super) fn grant_refused(&mut self, decision: DecisionId) {
        while let Some(position) = self.pending.iter().position(|pending| pending.decision == decision) {
            self.give_up(position);
        }
    }

    fn give_up(&mut self, position: usize) {
        let pending = self.pending.remove(position);
        if pending.is_overlay() {
            self.caps.forgive_interruption(pending.held.campaign, pending.interrupted);
            self.overlay.take_if(|overlay| overlay.waiting && overlay.held.decision == pending.decision);
        }
    }

    /// Takes back what has expired, and gives up offers the ledger does not answer.
    pub(super) fn expire_content(&mut self, at: Timestamp, out: &mut Effects) {
        while let Some(late) = self.pending.iter().position(|pending| pending.until <= at) {
            self.give_up(late);
        }
        self.clear_where(|held| held.content.expires().is_some_and(|until| until <= at), out);
    }

    /// Takes back content whose campaign is gone or off, in a new snapshot, and forgets triggers that are no more.
    pub(super) fn published(&mut self, snapshot: &Snapshot, out: &mut Effects) {
        let set = &snapshot.campaigns;
        let off = snapshot.off;
        self.clear_where(|held| off || !set.find(held.campaign).is_some_and(|campaign| campaign.enabled), out);
        self.armed.keep(|key| set.find_trigger(key).is_some());
        if let Some(permit) = self.learns() {
            self.behavior.write(permit).sequences.keep_unchanged(snapshot);
        }
    }

    /// Takes back content that stands only while its campaign's condition holds, by the condition as it is now.
    pub(super) fn release_held(&mut self, at: Timestamp, snapshot: &Snapshot, out: &mut Effects) {
        let mut gone: SmallVec<[DecisionId; 4]> = SmallVec::new();
        for stream in &self.streams {
            let Some(page) = stream.page.as_deref() else { continue };
            let scene = Scene::of(self, page, snapshot, at);
            let overlay = self.overlay.iter().filter(|overlay| overlay.stream == stream.id).map(|overlay| &overlay.held);
            let pending = self.pending.iter().filter(|pending| pending.stream == stream.id).map(|pending| &pending.held);
            let standing = page.spots.iter().filter_map(|spot| spot.held.as_ref()).chain(overlay).chain(pending);
            for held in standing.filter(|held| held.hold_while) {
                let campaign = snapshot.campaigns.find(held.campaign);
                let holds = |campaign: &Campaign| {
                    let facts = Declared::new(&scene, campaign.needs.of_slots());
                    campaign.when.as_ref().is_none_or(|when| when.holds(&facts, &mut Reads::new()))
                };
                if !gone.contains(&held.decision) && !campaign.is_none_or(|campaign| holds(campaign)) {
                    gone.push(held.decision);
                }
            }
        }
        if !gone.is_empty() {
            self.clear_where(|held| gone.contains(&held.decision), out);
        }
    }

    /// Takes back all content that `is_gone` says so of, in every tab.
    pub(super) fn clear_where(&mut self, is_gone: impl Fn(&Held) -> bool, out: &mut Effects) {
        for stream in &mut self.streams {
            let mut patches = Patches::new();
            stream.once.retain(|held| !is_gone(held));
            if let Some(page) = stream.page.as_mut() {
                for spot in &mut page.spots {
                    if let Some(held) = spot.held.take_if(|held| is_gone(held)) {
                        patches.push(Patch::Clear(held.placement.clone()));
                    }
                }
            }
            if let Some(overlay) = self.overlay.take_if(|overlay| overlay.stream == stream.id && is_gone(&overlay.held))
                && !overlay.waiting
            {
                patches.push(Patch::Clear(overlay.held.placement.clone()));
            }
            if !patches.is_empty() {
                out.list.push(Effect::Push { stream: stream.id, patches });
            }
        }
        self.pending.retain(|pending| !is_gone(&pending.held));
    }

    /// The page that showed the overlay is gone, and the overlay with it.
    pub(super) fn drop_overlay_of(&mut self, stream: StreamId) {
        self.overlay.take_if(|overlay| overlay.stream == stream);
        self.pending.retain(|pending| pending.stream != stream);
    }
}
