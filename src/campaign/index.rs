//! Many campaigns, indexed by what can set them off.

use super::Campaign;
use super::CartChange;
use super::DwellOf;
use super::SearchOutcome;
use super::Step;
use super::Trigger;
use crate::model::Key;
use crate::model::PageKind;
use std::sync::Arc;

/// A trigger of one campaign of a [`CampaignSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriggerRef {
    pub campaign: u32,
    pub trigger: u16,
}

/// All enabled campaigns of a snapshot. Lists are sorted by threshold or key, so that an event's cost follows what matches.
#[derive(Debug, Default)]
pub struct CampaignSet {
    campaigns: Vec<Arc<Campaign>>,
    by_key: Vec<(Key, u32)>,
    by_trigger: Vec<(Key, TriggerRef)>,
    pub(crate) session_start: Vec<TriggerRef>,
    pub(crate) return_visit: Vec<TriggerRef>,
    page_view: [Vec<TriggerRef>; 10],
    exit: [Vec<TriggerRef>; 10],
    /// By [`DwellOf`], threshold in microseconds.
    dwell: [Vec<(u64, TriggerRef)>; 4],
    idle: Vec<(u64, TriggerRef)>,
    scroll: Vec<(u8, TriggerRef)>,
    click: Vec<(Key, TriggerRef)>,
    custom: Vec<(Key, TriggerRef)>,
    search_found: Vec<TriggerRef>,
    search_empty: Vec<TriggerRef>,
    cart_above: Vec<(i64, TriggerRef)>,
    cart_below: Vec<(i64, TriggerRef)>,
    /// Added and removed, by the most specific key of the filter; [`Key::NONE`] where it has none.
    cart_item: [Vec<(Key, TriggerRef)>; 2],
    pub(crate) product_views: Vec<TriggerRef>,
    pub(crate) score: Vec<TriggerRef>,
    pub(crate) checkout: Vec<TriggerRef>,
    pub(crate) order: Vec<TriggerRef>,
    /// Sequences by the kind of their first step.
    sequence: [Vec<TriggerRef>; 8],
    foresees: bool,
}

impl CampaignSet {
    /// Indexes `campaigns`; the disabled ones are kept for people but have no trigger.
    pub fn build(mut campaigns: Vec<Arc<Campaign>>) -> CampaignSet {
        campaigns.sort_by(|a, b| a.id.cmp(&b.id));
        let mut set = CampaignSet::default();
        for (index, campaign) in campaigns.iter().enumerate() {
            set.by_key.push((campaign.key, index as u32));
            if campaign.enabled {
                set.foresees |= campaign.actions().any(|action| action.kind.foresees());
                for (number, trigger) in campaign.triggers.iter().enumerate() {
                    let at = TriggerRef { campaign: index as u32, trigger: number as u16 };
                    set.add(at, trigger);
                    if let Some(key) = campaign.trigger_keys.get(number) {
                        set.by_trigger.push((*key, at));
                    }
                }
            }
        }
        set.by_key.sort_unstable();
        set.by_trigger.sort_unstable();
        for list in &mut set.dwell {
            list.sort_unstable();
        }
        set.idle.sort_unstable();
        set.scroll.sort_unstable();
        set.click.sort_unstable();
        set.custom.sort_unstable();
        set.cart_above.sort_unstable();
        set.cart_below.sort_unstable();
        for list in &mut set.cart_item {
            list.sort_unstable();
        }
        set.campaigns = campaigns;
        set
    }

    pub fn campaigns(&self) -> &[Arc<Campaign>] {
        &self.campaigns
    }

    /// Whether a campaign shows what other visits make likely.
    pub fn foresees(&self) -> bool {
        self.foresees
    }

    pub fn len(&self) -> usize {
        self.campaigns.len()
    }

    pub fn is_empty(&self) -> bool {
        self.campaigns.is_empty()
    }

    pub fn campaign(&self, at: TriggerRef) -> Option<&Arc<Campaign>> {
        self.campaigns.get(at.campaign as usize)
    }

    pub fn trigger(&self, at: TriggerRef) -> Option<&Trigger> {
        self.campaign(at)?.triggers.get(at.trigger as usize)
    }

    pub fn trigger_key(&self, at: TriggerRef) -> Key {
        self.campaign(at).and_then(|campaign| campaign.trigger_keys.get(at.trigger as usize).copied()).unwrap_or_default()
    }

    /// Finds a trigger by its stable key; `None` if its campaign is gone or off.
    pub fn find_trigger(&self, key: Key) -> Option<TriggerRef> {
        let at = self.by_trigger.binary_search_by_key(&key, |(k, _)| *k).ok()?;
        self.by_trigger.get(at).map(|(_, reference)| *reference)
    }

    pub fn find(&self, key: Key) -> Option<&Arc<Campaign>> {
        self.position(key).and_then(|index| self.campaigns.get(index as usize))
    }

    pub fn position(&self, key: Key) -> Option<u32> {
        let at = self.by_key.binary_search_by_key(&key, |(k, _)| *k).ok()?;
        self.by_key.get(at).map(|(_, index)| *index)
    }

    pub fn page_view(&self, kind: PageKind) -> &[TriggerRef] {
        self.page_view.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    pub fn exit_intent(&self, kind: PageKind) -> &[TriggerRef] {
        self.exit.get(kind as usize).map_or(&[], Vec::as_slice)
    }

    pub fn search(&self, found: bool) -> &[TriggerRef] {
        if found { &self.search_found } else { &self.search_empty }
    }

    pub fn click(&self, target: Key) -> impl Iterator<Item = TriggerRef> + '_ {
        equal(&self.click, target)
    }

    pub fn custom(&self, name: Key) -> impl Iterator<Item = TriggerRef> + '_ {
        equal(&self.custom, name)
    }

    pub fn cart_item(&self, change: CartChange, key: Key) -> impl Iterator<Item = TriggerRef> + '_ {
        let list = match change {
            CartChange::Added => &self.cart_item[0],
            CartChange::Removed => &self.cart_item[1],
        };
        equal(list, key)
    }

    /// Dwell triggers with a threshold in `(from, to]` microseconds.
    pub fn dwell(&self, of: DwellOf, from: u64, to: u64) -> impl Iterator<Item = TriggerRef> + '_ {
        between(self.dwell.get(of as usize).map_or(&[], Vec::as_slice), from, to)
    }

    /// The next dwell threshold over `from` microseconds.
    pub fn next_dwell(&self, of: DwellOf, from: u64) -> Option<u64> {
        next(self.dwell.get(of as usize).map_or(&[], Vec::as_slice), from)
    }

    pub fn idle(&self, from: u64, to: u64) -> impl Iterator<Item = TriggerRef> + '_ {
        between(&self.idle, from, to)
    }

    pub fn next_idle(&self, from: u64) -> Option<u64> {
        next(&self.idle, from)
    }

    pub fn scroll(&self, from: u8, to: u8) -> impl Iterator<Item = TriggerRef> + '_ {
        between(&self.scroll, from, to)
    }

    /// Cart edges passed when the value goes from `from` to `to` minor units.
    pub fn cart_crossed(&self, from: i64, to: i64) -> impl Iterator<Item = TriggerRef> + '_ {
        // `above t` is passed upward when from < t <= to; `below t` downward when to < t <= from.
        let up = if to > from { (from, to) } else { (0, 0) };
        let down = if to < from { (to, from) } else { (0, 0) };
        between(&self.cart_above, up.0, up.1).chain(between(&self.cart_below, down.0, down.1))
    }

    /// Sequences whose first step is of the kind of `step`.
    pub fn sequences(&self, kind: usize) -> &[TriggerRef] {
        self.sequence.get(kind).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, at: TriggerRef, trigger: &Trigger) {
        match trigger {
            Trigger::SessionStart => self.session_start.push(at),
            Trigger::ReturnVisit => self.return_visit.push(at),
            Trigger::PageView { pages } => {
                for (kind, list) in PageKind::ALL.into_iter().zip(&mut self.page_view) {
                    if pages.has(kind) {
                        list.push(at);
                    }
                }
            }
            Trigger::ExitIntent { pages } => {
                for (kind, list) in PageKind::ALL.into_iter().zip(&mut self.exit) {
                    if pages.has(kind) {
                        list.push(at);
                    }
                }
            }
            Trigger::Dwell { of, after, .. } => {
                if let Some(list) = self.dwell.get_mut(*of as usize) {
                    list.push((after.as_micros() as u64, at));
                }
            }
            Trigger::Idle { after, .. } => self.idle.push((after.as_micros() as u64, at)),
            Trigger::Scroll { depth, .. } => self.scroll.push((*depth, at)),
            Trigger::Click { target } => self.click.push((*target, at)),
            Trigger::Custom { name } => self.custom.push((*name, at)),
            Trigger::Search { results } => {
                if *results != SearchOutcome::None {
                    self.search_found.push(at);
                }
                if *results != SearchOutcome::Some {
                    self.search_empty.push(at);
                }
            }
            Trigger::CartValue { edge, .. } => {
                if edge.above { &mut self.cart_above } else { &mut self.cart_below }.push((edge.threshold, at));
            }
            Trigger::CartItem { change, filter } => {
                let key = [filter.product, filter.brand, filter.category].into_iter().find(|key| !key.is_none()).unwrap_or_default();
                match change {
                    CartChange::Added => self.cart_item[0].push((key, at)),
                    CartChange::Removed => self.cart_item[1].push((key, at)),
                }
            }
            Trigger::ProductViews { .. } => self.product_views.push(at),
            Trigger::Score { .. } => self.score.push(at),
            Trigger::Checkout { .. } => self.checkout.push(at),
            Trigger::Order => self.order.push(at),
            Trigger::Sequence { steps, .. } => {
                if let Some(list) = steps.first().and_then(|step| self.sequence.get_mut(step.kind())) {
                    list.push(at);
                }
            }
        }
    }
}

impl Step {
    /// Number of the kind, shared with [`super::Happening::kind`].
    pub fn kind(&self) -> usize {
        match self {
            Step::PageView { .. } => 0,
            Step::ProductView { .. } => 1,
            Step::CartItem { .. } => 2,
            Step::Search { .. } => 3,
            Step::Click { .. } => 4,
            Step::Checkout { .. } => 5,
            Step::Order => 6,
            Step::Custom { .. } => 7,
        }
    }
}

impl super::Happening {
    /// Number of the kind, shared with [`Step::kind`].
    pub fn kind(&self) -> usize {
        match self {
            super::Happening::PageView(_) => 0,
            super::Happening::ProductView(_) => 1,
            super::Happening::CartItem(..) => 2,
            super::Happening::Search(_) => 3,
            super::Happening::Click(_) => 4,
            super::Happening::Checkout(_) => 5,
            super::Happening::Order => 6,
            super::Happening::Custom(_) => 7,
        }
    }
}

fn between<T: Ord + Copy>(list: &[(T, TriggerRef)], from: T, to: T) -> impl Iterator<Item = TriggerRef> + '_ {
    let start = list.partition_point(|(threshold, _)| *threshold <= from);
    let end = list.partition_point(|(threshold, _)| *threshold <= to);
    list.get(start..end.max(start)).unwrap_or(&[]).iter().map(|(_, at)| *at)
}

fn next<T: Ord + Copy>(list: &[(T, TriggerRef)], from: T) -> Option<T> {
    list.get(list.partition_point(|(threshold, _)| *threshold <= from)).map(|(threshold, _)| *threshold)
}

fn equal(list: &[(Key, TriggerRef)], key: Key) -> impl Iterator<Item = TriggerRef> + '_ {
    let start = list.partition_point(|(k, _)| *k < key);
    let end = list.partition_point(|(k, _)| *k <= key);
    list.get(start..end).unwrap_or(&[]).iter().map(|(_, at)| *at)
}
