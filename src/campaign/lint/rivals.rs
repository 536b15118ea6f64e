//! Campaigns that want the same placement at the same moment.

use super::Report;
use super::World;
use super::alone::spends;
use super::reach::Reach;
use super::reach::both;
use super::reach::excluded;
use super::reach::implied;
use super::reach::is_empty;
use super::reach::live;
use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::PageMask;
use crate::campaign::ProductFilter;
use crate::campaign::SearchOutcome;
use crate::campaign::ShortcutSource;
use crate::campaign::Trigger;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Ids are what sessions, experiments and stores know a campaign by.
pub(super) fn check_ids(set: &[Arc<Campaign>], report: &mut Report) {
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    for campaign in set {
        if let Some(first) = files.insert(&campaign.id, &campaign.file) {
            report.error(campaign, "duplicate_id", format!("`{}` and `{first}` have the same id", campaign.file));
        }
    }
}

/// Campaigns of one namespace are meant never to have a visitor in common.
pub(super) fn check_namespaces(set: &[&Campaign], report: &mut Report) {
    for (position, one) in set.iter().enumerate() {
        for other in set.iter().skip(position + 1) {
            let (Some(a), Some(b)) = (&one.slice, &other.slice) else { continue };
            if a.meets(b) {
                let message = format!(
                    "`range` [{}, {}] of the namespace `{}` overlaps with [{}, {}] of `{}`: some visitors are in both",
                    b.from, b.to, b.namespace, a.from, a.to, one.id
                );
                report.warn(other, "namespace_overlap", message);
            }
        }
    }
}

/// Compares every two campaigns that share a placement.
pub(super) fn check(set: &[&Campaign], reaches: &[Vec<Reach>], world: &World<'_>, report: &mut Report) {
    let mut takers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (index, campaign) in set.iter().enumerate() {
        for action in live(campaign).flat_map(|variant| &variant.actions).filter(|action| !action.placement.is_empty()) {
            takers.entry(&action.placement).or_default().insert(index);
        }
    }
    for (placement, indexes) in takers {
        let rivals: Vec<Rival<'_>> =
            indexes.iter().filter_map(|index| Some(Rival { campaign: set.get(*index)?, reaches: reaches.get(*index)? })).collect();
        for (position, a) in rivals.iter().enumerate() {
            for b in rivals.iter().skip(position + 1) {
                let (high, low) = if a.campaign.priority >= b.campaign.priority { (a, b) } else { (b, a) };
                if high.campaign.priority == low.campaign.priority {
                    check_fight(a, b, placement, world, report);
                } else if shadows(high, low, placement, world) {
                    let who = if high.campaign.baseline > 0.0 {
                        "only visitors in the other's baseline ever see it"
                    } else {
                        "nobody ever sees it"
                    };
                    let message = format!(
                        "`{}` has priority {} over {} and takes `{placement}` whenever this could act: {who}",
                        high.campaign.id, high.campaign.priority, low.campaign.priority
                    );
                    report.warn(low.campaign, "shadowed", message);
                }
            }
        }
    }
}

struct Rival<'a> {
    campaign: &'a Campaign,
    reaches: &'a [Reach],
}

impl<'a> Rival<'a> {
    /// Triggers that can lead to an act, with the pages they can act on.
    fn triggers(&self) -> impl Iterator<Item = (&'a Trigger, PageMask)> {
        let campaign = self.campaign;
        self.reaches
            .iter()
            .filter(|reach| reach.dead.is_none())
            .filter_map(|reach| Some((campaign.triggers.get(reach.trigger)?, reach.pages)))
    }

    fn when(&self) -> Option<&'a str> {
        self.campaign.when.as_ref().map(|when| when.source())
    }

    /// Whether every variant takes the placement.
    fn always_takes(&self, placement: &str) -> bool {
        live(self.campaign).all(|variant| variant.actions.iter().any(|action| &*action.placement == placement))
    }
}

fn check_fight(a: &Rival<'_>, b: &Rival<'_>, placement: &str, world: &World<'_>, report: &mut Report) {
    // The expected value decides before the id does, and is the merchant's own word.
    if a.campaign.value.total_cmp(&b.campaign.value).is_ne() {
        return;
    }
    for (one, its_pages) in a.triggers() {
        for (other, other_pages) in b.triggers() {
            if !may_coincide(one, other) || is_empty(both(its_pages, other_pages)) {
                continue;
            }
            let facts = [implied(one, world), implied(other, world)].concat();
            if excluded(facts.iter().map(String::as_str).chain(a.when()).chain(b.when())) {
                continue;
            }
            let (loser, winner) = if a.campaign.id < b.campaign.id { (b, a) } else { (a, b) };
            let message = format!(
                "`{}` wants `{placement}` at the same moment (`{}`) with the same priority {}: the id decides, for `{}`",
                winner.campaign.id,
                one.name(),
                a.campaign.priority,
                winner.campaign.id
            );
            report.warn(loser.campaign, "fights", message);
            return;
        }
    }
}

/// Whether `high` has taken the placement whenever `low` could.
fn shadows(high: &Rival<'_>, low: &Rival<'_>, placement: &str, world: &World<'_>) -> bool {
    let limits = &high.campaign.limits;
    let is_limited = limits.per_page.is_some() || limits.per_session.is_some() || limits.per_visitor.is_some() || limits.cooldown.is_some();
    // An order may already be the shop's, an interest may be unknown, a budget may be spent: then the other has its turn.
    let may_pass = spends(high.campaign)
        || high.campaign.actions().any(|action| {
            matches!(&action.kind, ActionKind::Order { .. } | ActionKind::Nav { shortcuts: ShortcutSource::Interest { .. }, .. })
        });
    if is_limited || may_pass || high.campaign.needs as u8 > low.campaign.needs as u8 {
        return false;
    }
    if !high.always_takes(placement) || !low.always_takes(placement) {
        return false;
    }
    let is_open = high.campaign.when.as_ref().is_none_or(|when| when.constant() == Some(true));
    let mut triggers = low.triggers().peekable();
    triggers.peek().is_some()
        && triggers.all(|(trigger, pages)| {
            (is_open || follows(high, low, trigger, world))
                && high.triggers().any(|(first, reach)| pages.kinds().all(|page| reach.has(page)) && covers(first, trigger, is_open))
        })
}

/// Whether the condition of `high` holds whenever that of `low` does and the trigger fires.
fn follows(high: &Rival<'_>, low: &Rival<'_>, trigger: &Trigger, world: &World<'_>) -> bool {
    let Some(wanted) = high.when() else { return true };
    if low.when().is_some_and(|when| when.trim() == wanted.trim()) {
        return true;
    }
    let facts = implied(trigger, world);
    let opposite = format!("!({wanted}\n)");
    excluded(facts.iter().map(String::as_str).chain(low.when()).chain([opposite.as_str()]))
}

/// Whether `first` fires with every `then`, or has fired on the same page before; pages are compared by the caller.
///
/// What fired before counts only if no condition could have stopped it then.
fn covers(first: &Trigger, then: &Trigger, is_open: bool) -> bool {
    match (first, then) {
        (Trigger::PageView { .. }, Trigger::PageView { .. } | Trigger::SessionStart | Trigger::ReturnVisit) => true,
        (Trigger::PageView { .. }, _) => is_open,
        (Trigger::SessionStart, Trigger::SessionStart | Trigger::ReturnVisit) => true,
        (Trigger::Dwell { of, after, .. }, Trigger::Dwell { of: later_of, after: later, .. }) => {
            of == later_of && (after == later || (is_open && after < later))
        }
        (Trigger::Idle { after, .. }, Trigger::Idle { after: later, .. }) => after == later || (is_open && after < later),
        (Trigger::Scroll { depth, .. }, Trigger::Scroll { depth: deeper, .. }) => depth == deeper || (is_open && depth < deeper),
        (Trigger::ExitIntent { .. }, Trigger::ExitIntent { .. }) => true,
        (Trigger::Search { results }, Trigger::Search { results: wanted }) => *results == SearchOutcome::Any || results == wanted,
        (Trigger::CartItem { change, filter }, Trigger::CartItem { change: wanted, filter: narrow }) => {
            change == wanted && (*filter == ProductFilter::default() || filter == narrow)
        }
        _ => first == then,
    }
}

/// Whether one event may set off both; pages are compared by the caller.
fn may_coincide(a: &Trigger, b: &Trigger) -> bool {
    let on_opening = |trigger: &Trigger| matches!(trigger, Trigger::PageView { .. } | Trigger::SessionStart | Trigger::ReturnVisit);
    match (a, b) {
        _ if on_opening(a) && on_opening(b) => true,
        (Trigger::Dwell { of, after, .. }, Trigger::Dwell { of: other_of, after: other, .. }) => of == other_of && after == other,
        (Trigger::Idle { after, .. }, Trigger::Idle { after: other, .. }) => after == other,
        (Trigger::Scroll { depth, .. }, Trigger::Scroll { depth: other, .. }) => depth == other,
        (Trigger::ExitIntent { .. }, Trigger::ExitIntent { .. }) | (Trigger::Score { .. }, Trigger::Score { .. }) => true,
        (Trigger::Search { results: a }, Trigger::Search { results: b }) => a == b || *a == SearchOutcome::Any || *b == SearchOutcome::Any,
        // One change of the cart may cross several edges, but only in its own direction.
        (Trigger::CartValue { edge: a, hold: None }, Trigger::CartValue { edge: b, hold: None }) => a.above == b.above,
        (Trigger::CartItem { change: a, filter: one }, Trigger::CartItem { change: b, filter: other }) => {
            let apart = |x: crate::model::Key, y: crate::model::Key| !x.is_none() && !y.is_none() && x != y;
            a == b && !apart(one.product, other.product) && !apart(one.brand, other.brand)
        }
        _ => a == b,
    }
}
