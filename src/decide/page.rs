//! One page view of one stream: its placements and what stands in them.

use super::Because;
use super::Content;
use super::Disclosure;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::Page;
use crate::model::PlacementKind;
use crate::model::Timestamp;
use crate::model::key_of;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::sync::Arc;

/// State of a page view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageState {
    /// The page; its `placements` have moved into `spots`.
    pub page: Page,
    pub opened: Timestamp,
    /// Greatest scroll depth, percent.
    pub depth: u8,
    pub attention_us: u64,
    /// The shopper has touched the page.
    pub input: bool,
    /// Changes made so far.
    pub changes: u8,
    pub spots: Vec<Spot>,
    /// Campaigns that acted here, and how often. Every act is a change, so the change budget bounds it.
    pub acted: SmallVec<[(Key, u16); 2]>,
    /// Its page view was heard of. Before that only the first words of its connection speak of it.
    #[serde(default)]
    pub viewed: bool,
}

/// A placement and its content.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spot {
    pub name: Key,
    pub kind: PlacementKind,
    pub above: bool,
    pub live: bool,
    pub items: Vec<Key>,
    pub held: Option<Arc<Held>>,
}

/// Content and the decision behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Held {
    pub decision: DecisionId,
    pub campaign: Key,
    /// Campaign id.
    pub id: Arc<str>,
    pub variant: Arc<str>,
    pub priority: i32,
    /// Placement name as the page knows it.
    pub placement: Arc<str>,
    pub content: Content,
    /// The merchant's own sentence for the shopper; empty where the one made from the proof stands.
    pub why: Box<str>,
    /// Goes when the campaign's condition stops holding.
    pub hold_while: bool,
    /// Goes when personalization is withdrawn.
    pub personal: bool,
    #[serde(default)]
    pub because: Because,
    /// What must be told beside it.
    #[serde(default)]
    pub disclosure: Option<Disclosure>,
}

impl PageState {
    /// Placements and templates kept of a page, and items of a list; the rest is cut off.
    pub const PLACEMENTS_MAX: usize = 32;
    pub const TEMPLATES_MAX: usize = 64;
    pub const ITEMS_MAX: usize = 256;

    /// The overlay is no spot: the visit has one, not each page.
    pub fn new(mut page: Page, opened: Timestamp) -> PageState {
        let overlay = key_of("overlay");
        let spots = std::mem::take(&mut page.placements)
            .into_iter()
            .filter(|spec| spec.kind != PlacementKind::Overlay && spec.name != overlay)
            .take(Self::PLACEMENTS_MAX)
            .map(|mut spec| {
                spec.items.truncate(Self::ITEMS_MAX);
                Spot { name: spec.name, kind: spec.kind, above: spec.above, live: spec.live, items: spec.items, held: None }
            })
            .collect();
        page.templates.truncate(Self::TEMPLATES_MAX);
        PageState { page, opened, depth: 0, attention_us: 0, input: false, changes: 0, spots, acted: SmallVec::new(), viewed: false }
    }

    /// Takes over what stands and what was counted on the same page before its page view. Returns the placements of what finds no place.
    pub fn take_over(&mut self, before: PageState) -> SmallVec<[Arc<str>; 2]> {
        let mut homeless = SmallVec::new();
        for old in before.spots {
            let Some(held) = old.held else { continue };
            match self.spot_mut(old.name).filter(|spot| spot.kind == old.kind && spot.items == old.items) {
                Some(spot) => spot.held = Some(held),
                None => homeless.push(held.placement.clone()),
            }
        }
        (self.opened, self.depth, self.attention_us) = (before.opened, before.depth, before.attention_us);
        (self.input, self.changes, self.acted) = (before.input, before.changes, before.acted);
        homeless
    }

    pub fn spot(&self, name: Key) -> Option<&Spot> {
        self.spots.iter().find(|spot| spot.name == name)
    }

    pub fn spot_mut(&mut self, name: Key) -> Option<&mut Spot> {
        self.spots.iter_mut().find(|spot| spot.name == name)
    }

    /// Name of a placement on this page, for what must hold on every view of it.
    pub fn spot_key(&self, placement: Key) -> Key {
        Key(placement.0 ^ key_of(&self.page.path).0.rotate_left(1))
    }

    /// How often a campaign acted on this page view.
    pub fn acted(&self, campaign: Key) -> u16 {
        self.acted.iter().find(|(key, _)| *key == campaign).map_or(0, |(_, count)| *count)
    }

    pub fn note_act(&mut self, campaign: Key) {
        match self.acted.iter_mut().find(|(key, _)| *key == campaign) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.acted.push((campaign, 1)),
        }
    }
}
