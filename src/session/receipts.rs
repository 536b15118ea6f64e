//! What pages report about decisions, and what shoppers decide about being remembered.

use super::Effect;
use super::Effects;
use super::Profile;
use super::Session;
use super::Trials;
use crate::consent::Purpose;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::Content;
use crate::decide::Snapshot;
use crate::model::Key;
use crate::model::Receipt;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorCap;
use crate::traffic::Signs;
use smallvec::SmallVec;

impl Session {
    pub(super) fn receipts(&mut self, stream: StreamId, list: &[Receipt], out: &mut Effects) {
        for receipt in list {
            let Receipt { decision, state } = *receipt;
            let Some((_, campaign, variant)) = self.recent.iter().find(|(id, ..)| *id == decision).copied() else { continue };
            out.list.push(Effect::Reported { decision, campaign, variant, state });
            self.note_exposure(campaign, state);
            if state == ReceiptState::Received {
                continue;
            }
            if let Some(found) = self.streams.iter_mut().find(|s| s.id == stream) {
                found.once.retain(|held| held.decision != decision);
                // What the page did not take does not stand there.
                if matches!(state, ReceiptState::Failed | ReceiptState::Suppressed) {
                    let spots = found.page.iter_mut().flat_map(|page| &mut page.spots);
                    spots.for_each(|spot| drop(spot.held.take_if(|held| held.decision == decision)));
                }
            }
            if state != ReceiptState::Shown {
                // The page has closed it, or never opened it.
                self.overlay.take_if(|overlay| !overlay.waiting && overlay.held.decision == decision && overlay.stream == stream);
            }
            if state == ReceiptState::Dismissed {
                self.dismiss(campaign, out);
            }
        }
    }

    /// The shopper closed a campaign: what is left of it goes from every tab, and it does not come again in this visit, nor, for a
    /// remembered visitor, in the next ones.
    pub(super) fn dismiss(&mut self, campaign: Key, out: &mut Effects) {
        self.caps.dismiss(campaign);
        self.turn_down(campaign);
        self.clear_where(|held| held.campaign == campaign, out);
        if let Some(cap) = self.visitor_cap(campaign) {
            cap.dismissed = true;
        }
        self.save_profile(out);
    }

    /// What the shopper waved away with its list is in no other list of this visit either.
    fn turn_down(&mut self, campaign: Key) {
        let spots = self.streams.iter().flat_map(|stream| &stream.page).flat_map(|page| &page.spots);
        let lists = spots.flat_map(|spot| &spot.held).filter(|held| held.campaign == campaign);
        let products: SmallVec<[Key; 8]> = lists
            .filter_map(|held| if let Content::Recommend { picks, .. } = &held.content { Some(picks) } else { None })
            .flat_map(|picks| picks.iter().map(|pick| pick.product))
            .collect();
        self.note_unwanted(&products);
    }

    pub(super) fn note_unwanted(&mut self, products: &[Key]) {
        if let Some(permit) = self.learns() {
            self.behavior.write(permit).note_unwanted(products, Self::UNWANTED_MAX);
        }
    }

    pub(super) fn visitor_cap(&mut self, campaign: Key) -> Option<&mut VisitorCap> {
        let now = self.now;
        let profile = self.profile_mut()?;
        if !profile.caps.iter().any(|cap| cap.campaign == campaign) {
            if profile.caps.len() == Profile::CAPS_MAX {
                let oldest =
                    profile.caps.iter().enumerate().min_by_key(|(_, cap)| (cap.dismissed, cap.since, cap.campaign)).map(|(index, _)| index);
                if let Some(index) = oldest {
                    profile.caps.swap_remove(index);
                }
            }
            profile.caps.push(VisitorCap { campaign, since: now, count: 0, dismissed: false });
        }
        profile.caps.iter_mut().find(|cap| cap.campaign == campaign)
    }

    /// Consent sources spoke. What is withdrawn goes at once: from the state, from the page, from memory.
    pub(super) fn consent_changed(&mut self, source: Source, signal: Signal, gpc: bool, others: &[(Source, Signal)], out: &mut Effects) {
        let before = self.consent.capabilities();
        self.consent.apply(source, signal, gpc);
        others.iter().for_each(|(source, signal)| self.consent.apply(*source, *signal, false));
        let after = self.consent.capabilities();
        if before.allows(Purpose::Personalize) && !after.allows(Purpose::Personalize) {
            self.forget_behavior();
            self.clear_where(|held| held.personal, out);
        }
        if !before.allows(Purpose::Measure) || !after.allows(Purpose::Measure) {
            self.listed.erase();
        }
        if !after.allows(Purpose::Measure) {
            self.trials = Trials::default();
        }
        // What lies in a partition that was closed is nothing, and is nothing when it opens.
        if !before.allows(Purpose::Personalize) {
            self.behavior.erase();
        }
        if !before.allows(Purpose::Remember) {
            self.memory.erase();
        }
        if !after.allows(Purpose::Remember) {
            if let Some(profile) = self.memory.erase() {
                out.list.push(Effect::EraseProfile(profile.visitor));
            }
        } else if self.profile().is_none() {
            out.list.push(Effect::WantProfile);
        }
    }

    /// Erases what was inferred from behavior.
    pub(super) fn forget_behavior(&mut self) {
        self.behavior.erase();
        self.forget_choices();
        self.query = Box::from("");
        self.results = 0;
    }

    /// Signs of a program came. A bot gets the neutral page: what stands goes, and so does what was learned.
    pub(super) fn traffic(&mut self, signs: Signs, snapshot: &Snapshot, out: &mut Effects) {
        self.signs = self.signs.and(signs);
        if self.preview || snapshot.settings.serve_bots {
            return;
        }
        let was_neutral = self.is_neutral();
        self.treated = self.class();
        if self.is_neutral() && !was_neutral {
            self.forget_behavior();
            self.clear_where(|_| true, out);
        }
    }

    /// Erases what this visit was learned from, at the shopper's wish. What protects the shopper stays: limits, what was closed, and the
    /// choices made; so does what the page itself says, such as the cart.
    pub(super) fn forget_visit(&mut self) {
        self.forget_behavior();
        self.counters.product_views = 0;
        self.counters.searches = 0;
        self.counters.cart_adds = 0;
        for page in self.streams.iter_mut().filter_map(|stream| stream.page.as_mut()) {
            page.attention_us = 0;
        }
    }

    /// The visitor is known. A return is answered on the first page, also when the memory came after it.
    pub(super) fn remembered(&mut self, at: Timestamp, mut profile: Profile, snapshot: &Snapshot, out: &mut Effects) {
        let Some(memory) = self.may_remember() else { return };
        if profile.off && !self.opted_out {
            self.opted_out = true;
            self.forget_behavior();
            self.clear_where(|_| true, out);
        }
        profile.off = self.opted_out;
        profile.caps.truncate(Profile::CAPS_MAX);
        if let Some(permit) = self.learns() {
            let interests = &mut self.behavior.write(permit).interests;
            if interests.is_empty() {
                *interests = profile.interests.clone();
            }
        }
        self.note_unwanted(&profile.bought);
        self.take_unit(&mut profile, out);
        let returns = self.profile().is_none() && profile.sessions > 0 && self.counters.page_views == 1;
        *self.memory.write(memory) = Some(Box::new(profile));
        if returns {
            out.matched.extend_from_slice(&snapshot.campaigns.return_visit);
            self.decide_front(at, snapshot, out);
        }
    }

    /// A visitor stays what they were assigned as first, whichever of their ids a visit begins with. Where something was decided before
    /// they were known, the visit goes on as it began and is counted as a drift.
    fn take_unit(&mut self, profile: &mut Profile, out: &mut Effects) {
        let trials = std::mem::take(&mut profile.trials);
        let unit = *profile.unit.get_or_insert(self.unit);
        let is_fresh = self.trials.list.is_empty() && self.decisions == 0 && self.caps.campaigns().next().is_none();
        if unit != self.unit && is_fresh {
            self.unit = unit;
        }
        if unit != self.unit {
            self.drifted = true;
            self.cross_over(&trials, out);
            profile.trials = trials;
        } else if self.consent.capabilities().allows(Purpose::Measure) {
            self.resume_trials(trials);
        }
    }

    pub(super) fn note_opt_out(&mut self, off: bool, out: &mut Effects) {
        if let Some(profile) = self.profile_mut() {
            profile.off = off;
        }
        self.save_profile(out);
    }

    pub(super) fn save_profile(&mut self, out: &mut Effects) {
        if !self.listens && !self.consent.capabilities().allows(Purpose::Remember) {
            return;
        }
        let listens = self.listens;
        let trials = (!self.drifted).then(|| self.trials.clone());
        let interests = self.interests().cloned().unwrap_or_default();
        if let Some(profile) = self.profile_mut() {
            if !listens {
                profile.interests = interests;
            }
            let mut saved = profile.clone();
            // Of a visitor who drifted the profile has what was counted under the first unit.
            if let Some(trials) = trials {
                saved.trials = trials;
            }
            out.list.push(Effect::SaveProfile(saved));
        }
    }
}
