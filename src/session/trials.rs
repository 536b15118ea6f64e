//! What the experiments a unit takes part in have come to: entries, outcomes, and the orders behind them.

use crate::experiment::Arm;
use crate::experiment::CUSTOM_MAX;
use crate::experiment::Entry;
use crate::experiment::Outcome;
use crate::experiment::Segment;
use crate::experiment::Unit;
use crate::model::DeviceKind;
use crate::model::Key;
use crate::model::PageKind;
use crate::model::ReferrerKind;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Experiments and orders of one unit. Bounded: past [`Trials::ENROLLED_MAX`] the entry that takes no more orders makes room, and without
/// one no further experiment is entered; past [`Trials::SALES_MAX`] orders the oldest can no longer be confirmed or refunded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Trials {
    pub(super) list: Vec<Enrolled>,
    pub(super) sales: Vec<Sold>,
}

/// A unit's part in one experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Enrolled {
    pub campaign: Key,
    /// See [`crate::decide::experiment_of`].
    pub experiment: Key,
    /// [`Arm::slot`].
    slot: u8,
    /// [`Segment`] in one number.
    segment: u16,
    quarantined: bool,
    pub(super) at: Timestamp,
    covariate: i64,
    /// What was told last.
    pub(super) outcome: Outcome,
    /// Where the visit stood then.
    pub(super) since: Deeds,
    /// Did something after the entry.
    pub(super) acted: bool,
    /// What pages said of the treatment, one bit per [`Exposure`], and how much of it was told.
    pub(super) exposed: u8,
    pub(super) exposure_told: u8,
    /// The end of a visit was told.
    pub(super) closed: bool,
    /// Taken out: the unit has met two arms.
    pub(super) crossed: bool,
    /// How likely each arm was, where that was not as planned.
    shares: SmallVec<[f32; 2]>,
}

/// An order that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    pub order: Key,
    pub at: Timestamp,
    pub value: i64,
    pub profit: i64,
    pub discount: i64,
    /// The shop's server has said so; before that a page has.
    pub confirmed: bool,
    /// Refunds, the latest last, at most [`Sold::REFUNDS_MAX`].
    pub refunds: SmallVec<[Key; 1]>,
}

impl Sold {
    pub const REFUNDS_MAX: usize = 8;
}

/// What a visit has come to, for differences. It grows, but for the acts that a shopper who resets the visit has forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deeds {
    pub views: u32,
    pub attention_seconds: u32,
    /// Anything that shows that the shopper went on.
    pub acts: u32,
    pub custom: [u32; CUSTOM_MAX],
}

/// A unit enters an experiment, or has brought something else than was told last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub campaign: Key,
    pub experiment: Key,
    pub entry: Entry,
    /// `None`: it enters.
    pub before: Option<Outcome>,
    pub after: Outcome,
    /// What pages said of the treatment for the first time, one bit per [`Exposure`].
    pub exposed: u8,
    pub news: News,
}

/// What else happened to a unit's part in an experiment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    #[default]
    Nothing,
    /// Its first visit is over: what comes after is no surprise to tests that need closed units.
    Closed,
    /// It turned out to have met two arms and is taken out.
    Crossed,
}

/// What a page said of a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    Received,
    Shown,
    /// It had no place, or came too late.
    Missed,
}

impl Exposure {
    pub const ALL: [Exposure; 3] = [Exposure::Received, Exposure::Shown, Exposure::Missed];

    pub fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Trials {
    pub const ENROLLED_MAX: usize = 16;
    pub const SALES_MAX: usize = 8;

    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.sales.is_empty()
    }

    /// Experiments in the order in which they were entered.
    pub fn enrolled(&self) -> &[Enrolled] {
        &self.list
    }

    /// A counted order.
    pub fn sale(&self, order: Key) -> Option<&Sold> {
        self.sales.iter().find(|sold| sold.order == order)
    }

    /// How much was told of orders. Of two states of one unit the later one was told more.
    pub fn told(&self) -> usize {
        self.sales.iter().map(|sold| 1 + usize::from(sold.confirmed) + sold.refunds.len()).sum()
    }

    pub(super) fn has(&self, experiment: Key) -> bool {
        self.list.iter().any(|enrolled| enrolled.experiment == experiment)
    }

    /// Makes room for an entry; false if there is none. `open_since`: entries from then on still take orders.
    pub(super) fn make_room(&mut self, open_since: Timestamp) -> bool {
        if self.list.len() < Self::ENROLLED_MAX {
            return true;
        }
        match self.list.iter().position(|enrolled| enrolled.at < open_since) {
            Some(closed) => {
                self.list.remove(closed);
                true
            }
            None => false,
        }
    }

    pub(super) fn note_sale(&mut self, sold: Sold) {
        if self.sales.len() == Self::SALES_MAX {
            self.sales.remove(0);
        }
        self.sales.push(sold);
    }

    /// What goes on in another visit: differences begin anew there.
    pub(super) fn rebased(mut self) -> Trials {
        self.list.truncate(Self::ENROLLED_MAX);
        self.sales.truncate(Self::SALES_MAX);
        self.list.iter_mut().for_each(|enrolled| enrolled.since = Deeds::default());
        self
    }
}

impl Enrolled {
    pub(super) fn new(campaign: Key, experiment: Key, entry: &Entry, since: Deeds) -> Enrolled {
        Enrolled {
            campaign,
            experiment,
            slot: entry.arm.slot().min(255) as u8,
            segment: packed(&entry.segment),
            quarantined: entry.quarantined,
            at: entry.at,
            covariate: entry.covariate,
            outcome: Outcome::default(),
            since,
            acted: false,
            exposed: 0,
            exposure_told: 0,
            closed: false,
            crossed: false,
            shares: entry.shares.iter().map(|share| *share as f32).collect(),
        }
    }

    pub fn arm(&self) -> Arm {
        Arm::of_slot(usize::from(self.slot))
    }

    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// What the unit had brought when it was told last.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    pub(super) fn entry(&self, unit: Unit) -> Entry {
        let mut entry = Entry::new(unit, self.arm(), unpacked(self.segment), self.at);
        entry.quarantined = self.quarantined;
        entry.covariate = self.covariate;
        entry.shares = self.shares.iter().map(|share| f64::from(*share)).collect();
        entry
    }
}

const DEVICES: [DeviceKind; 4] = [DeviceKind::Phone, DeviceKind::Tablet, DeviceKind::Desktop, DeviceKind::Bot];
const REFERRERS: [ReferrerKind; 7] = [
    ReferrerKind::Direct,
    ReferrerKind::Search,
    ReferrerKind::Social,
    ReferrerKind::Email,
    ReferrerKind::Ads,
    ReferrerKind::Internal,
    ReferrerKind::Other,
];

fn packed(segment: &Segment) -> u16 {
    let place = |found: Option<usize>| found.unwrap_or(0);
    let device = place(DEVICES.iter().position(|kind| *kind == segment.device));
    let referrer = place(REFERRERS.iter().position(|kind| *kind == segment.referrer));
    let page = place(PageKind::ALL.iter().position(|kind| *kind == segment.page));
    (((device * 2 + usize::from(segment.newcomer)) * REFERRERS.len() + referrer) * PageKind::ALL.len() + page) as u16
}

fn unpacked(number: u16) -> Segment {
    let (rest, page) = (usize::from(number) / PageKind::ALL.len(), usize::from(number) % PageKind::ALL.len());
    let (rest, referrer) = (rest / REFERRERS.len(), rest % REFERRERS.len());
    let (device, newcomer) = (rest / 2 % DEVICES.len(), rest % 2 == 1);
    Segment { device: DEVICES[device], newcomer, referrer: REFERRERS[referrer], page: PageKind::ALL[page] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_comes_back_from_its_number() {
        for device in DEVICES {
            for newcomer in [false, true] {
                for referrer in REFERRERS {
                    for page in PageKind::ALL {
                        let segment = Segment { device, newcomer, referrer, page };
                        assert_eq!(unpacked(packed(&segment)), segment);
                    }
                }
            }
        }
        assert_eq!(unpacked(u16::MAX).page, PageKind::ALL[usize::from(u16::MAX % 10)], "any number is some segment");
    }
}
