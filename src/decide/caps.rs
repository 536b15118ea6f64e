//! How often each campaign acted in this visit, and what stood where.

use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Counters behind limits. Bounded: past [`Caps::MAX`] campaigns the one that acted longest ago is forgotten, dismissed ones last.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Caps {
    entries: SmallVec<[Cap; 2]>,
    /// Last interruption by any campaign.
    pub interrupted: Option<(Timestamp, Key)>,
    pub interruptions: u8,
    /// Per placement of a page: who holds it or held it last, and who before that. At most [`Caps::HOLDERS_MAX`], the oldest makes room.
    holders: SmallVec<[(Key, Key, Key); 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Cap {
    campaign: Key,
    count: u16,
    last: Timestamp,
    dismissed: bool,
}

impl Caps {
    pub const MAX: usize = 64;
    pub const HOLDERS_MAX: usize = 24;

    pub fn count(&self, campaign: Key) -> u16 {
        self.entry(campaign).map_or(0, |cap| cap.count)
    }

    pub fn last(&self, campaign: Key) -> Option<Timestamp> {
        self.entry(campaign).filter(|cap| cap.count > 0).map(|cap| cap.last)
    }

    pub fn is_dismissed(&self, campaign: Key) -> bool {
        self.entry(campaign).is_some_and(|cap| cap.dismissed)
    }

    /// Campaigns that acted in this visit.
    pub fn campaigns(&self) -> impl Iterator<Item = Key> + '_ {
        self.entries.iter().filter(|cap| cap.count > 0).map(|cap| cap.campaign)
    }

    pub fn note_act(&mut self, at: Timestamp, campaign: Key) {
        let cap = self.entry_mut(campaign);
        cap.count = cap.count.saturating_add(1);
        cap.last = at;
    }

    pub fn note_interruption(&mut self, at: Timestamp, campaign: Key) {
        self.interrupted = Some((at, campaign));
        self.interruptions = self.interruptions.saturating_add(1);
    }

    /// Takes back an interruption that was counted and did not come. `before` is the interruption before it.
    pub fn forgive_interruption(&mut self, campaign: Key, before: Option<(Timestamp, Key)>) {
        self.interruptions = self.interruptions.saturating_sub(1);
        if self.interrupted.is_some_and(|(_, by)| by == campaign) {
            self.interrupted = before;
        }
    }

    pub fn dismiss(&mut self, campaign: Key) {
        self.entry_mut(campaign).dismissed = true;
    }

    /// Whether giving `placement` to `campaign` would bring back what was replaced before. Placements are named by
    /// [`super::PageState::spot_key`]: another page with a placement of the same name is another place.
    pub fn would_flip_back(&self, placement: Key, campaign: Key) -> bool {
        self.holders.iter().any(|(name, last, before)| *name == placement && *before == campaign && *last != campaign)
    }

    pub fn note_holder(&mut self, placement: Key, campaign: Key) {
        match self.holders.iter_mut().find(|(name, ..)| *name == placement) {
            Some((_, last, before)) => {
                if *last != campaign {
                    *before = *last;
                    *last = campaign;
                }
            }
            None => {
                if self.holders.len() == Self::HOLDERS_MAX {
                    self.holders.remove(0);
                }
                self.holders.push((placement, campaign, Key::NONE));
            }
        }
    }

    fn entry(&self, campaign: Key) -> Option<&Cap> {
        self.entries.iter().find(|cap| cap.campaign == campaign)
    }

    fn entry_mut(&mut self, campaign: Key) -> &mut Cap {
        let index = match self.entries.iter().position(|cap| cap.campaign == campaign) {
            Some(index) => index,
            None => {
                if self.entries.len() == Self::MAX {
                    let oldest = self.entries.iter().enumerate().min_by_key(|(_, cap)| (cap.dismissed, cap.last, cap.campaign));
                    if let Some((index, _)) = oldest {
                        self.entries.swap_remove(index);
                    }
                }
                self.entries.push(Cap { campaign, count: 0, last: Timestamp(0), dismissed: false });
                self.entries.len() - 1
            }
        };
        &mut self.entries[index]
    }
}
