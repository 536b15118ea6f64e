//! The page as the engine wants it: applies pushes by revision, heals by whole states.

use crate::decide::Held;
use crate::model::DecisionId;
use crate::model::ReceiptState;
use crate::session::Patch;
use crate::sim::wire::Whole;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

const OVERLAY: &str = "overlay";

#[derive(Debug, Default)]
pub(in crate::sim) struct Desired {
    pub(in crate::sim) rev: u64,
    /// What stands in the page's own places.
    pub(in crate::sim) shows: BTreeMap<Box<str>, Arc<Held>>,
    pub(in crate::sim) overlay: Option<Arc<Held>>,
    /// One-time things that came once.
    seen: BTreeSet<DecisionId>,
    /// What the page could not show.
    pub(in crate::sim) unshown: BTreeSet<DecisionId>,
    /// The next that comes cannot be shown.
    pub(in crate::sim) is_broken: bool,
}

/// What to report.
pub(in crate::sim) type Reports = Vec<(DecisionId, ReceiptState)>;

impl Desired {
    /// A push; `None` if it does not follow our revision and was left out.
    pub(in crate::sim) fn push(&mut self, from: u64, rev: u64, patches: &[Patch]) -> Option<Reports> {
        if from != self.rev {
            return None;
        }
        self.rev = rev;
        let mut reports = Reports::new();
        for patch in patches {
            match patch {
                Patch::Set(held) => self.set(held, &mut reports),
                Patch::Clear(place) if &**place == OVERLAY => self.overlay = None,
                Patch::Clear(place) => drop(self.shows.remove(&**place)),
            }
        }
        Some(reports)
    }

    /// The whole state.
    pub(in crate::sim) fn replace(&mut self, whole: &Whole) -> Reports {
        self.rev = whole.rev;
        self.shows.retain(|place, _| whole.held.iter().any(|held| held.placement.as_ref() == place.as_ref()));
        let mut reports = Reports::new();
        whole.held.iter().for_each(|held| self.set(held, &mut reports));
        reports
    }

    fn set(&mut self, held: &Arc<Held>, reports: &mut Reports) {
        let decision = held.decision;
        let is_overlay = &*held.placement == OVERLAY;
        if held.content.is_momentary() || is_overlay {
            if !self.seen.insert(decision) {
                return;
            }
            if is_overlay && self.overlay.is_some() {
                return reports.push((decision, ReceiptState::Suppressed));
            }
            if is_overlay {
                self.overlay = Some(held.clone());
            }
        } else {
            if self.shows.get(&*held.placement).is_some_and(|present| present == held) {
                return;
            }
            if std::mem::take(&mut self.is_broken) || self.unshown.contains(&decision) {
                self.unshown.insert(decision);
                // What stood there before goes: the engine has replaced it, and takes this one back.
                self.shows.remove(&*held.placement);
                return reports.push((decision, ReceiptState::Failed));
            }
            self.shows.insert((&*held.placement).into(), held.clone());
        }
        reports.push((decision, ReceiptState::Received));
    }

    /// The shopper has refused: every default comes back at once. What is not personal returns with a whole state.
    pub(in crate::sim) fn forget(&mut self) {
        self.shows.clear();
        self.overlay = None;
        self.rev = 0;
    }
}
