//! What is known of a unit when it enters an experiment and stays as it was then.

use super::Arm;
use super::Unit;
use crate::model::DeviceKind;
use crate::model::PageKind;
use crate::model::ReferrerKind;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Facts about a unit from before it was treated, by which results are split.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub device: DeviceKind,
    /// Not seen before this visit.
    pub newcomer: bool,
    pub referrer: ReferrerKind,
    /// The page it was on when it entered.
    pub page: PageKind,
}

/// How segments are named and laid out: one cell per value of each of four axes.
pub const SEGMENTS: usize = 3 + 2 + 7 + 10;

const DEVICES: [DeviceKind; 3] = [DeviceKind::Phone, DeviceKind::Tablet, DeviceKind::Desktop];
const REFERRERS: [ReferrerKind; 7] = [
    ReferrerKind::Direct,
    ReferrerKind::Search,
    ReferrerKind::Social,
    ReferrerKind::Email,
    ReferrerKind::Ads,
    ReferrerKind::Internal,
    ReferrerKind::Other,
];

impl Segment {
    /// The cells this unit belongs to, one per axis. A bot has no device of its own and counts as a desktop.
    pub fn cells(&self) -> [usize; 4] {
        let device = DEVICES.iter().position(|&device| device == self.device).unwrap_or(2);
        let referrer = REFERRERS.iter().position(|&kind| kind == self.referrer).unwrap_or(6);
        let page = PageKind::ALL.iter().position(|&kind| kind == self.page).unwrap_or(9);
        [device, 3 + usize::from(!self.newcomer), 5 + referrer, 12 + page]
    }

    /// Axis and value of a cell below [`SEGMENTS`].
    pub fn cell_name(cell: usize) -> (&'static str, &'static str) {
        match cell {
            0..=2 => ("device", DEVICES[cell].name()),
            3 => ("visitor", "new"),
            4 => ("visitor", "returning"),
            5..=11 => ("referrer", REFERRERS[cell - 5].name()),
            _ => ("page", PageKind::ALL[(cell - 12).min(9)].name()),
        }
    }
}

/// A unit in an experiment. Kept beside its [`Outcome`](super::Outcome) by whoever feeds [`Totals`](super::Totals).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub unit: Unit,
    pub arm: Arm,
    /// How likely each arm was for this unit when it entered, by [`slot`](Arm::slot): holdout, baseline, variants. Empty: as planned.
    pub shares: SmallVec<[f64; 4]>,
    pub segment: Segment,
    /// Set apart: a bot, a suspect, staff. Counted, never compared.
    pub quarantined: bool,
    /// Something of the same unit from before it entered that says much about what it will bring, such as its cart's value or earlier
    /// revenue in minor units; 0 for newcomers. Narrows intervals (CUPED).
    pub covariate: i64,
    pub at: Timestamp,
    /// Caps of revenue and profit that were frozen when it entered; set by [`Totals::enter`](super::Totals::enter).
    pub(super) caps: [i64; 2],
}

impl Entry {
    /// A unit that enters now, human, with planned shares and without a covariate.
    pub fn new(unit: Unit, arm: Arm, segment: Segment, at: Timestamp) -> Entry {
        Entry { unit, arm, shares: SmallVec::new(), segment, quarantined: false, covariate: 0, at, caps: [i64::MAX; 2] }
    }
}

impl Entry {
    /// Counts the unit with these caps of revenue and profit: those that held when it entered. For callers that do not keep entries.
    #[must_use]
    pub fn with_caps(self, caps: [Option<i64>; 2]) -> Entry {
        Entry { caps: caps.map(|cap| cap.unwrap_or(i64::MAX)), ..self }
    }
}

impl Arm {
    /// Place among the arms: holdout 0, baseline 1, variants from 2.
    pub fn slot(self) -> usize {
        match self {
            Arm::Holdout => 0,
            Arm::Baseline => 1,
            Arm::Variant(index) => 2 + usize::from(index),
        }
    }

    /// The arm at a place.
    pub fn of_slot(slot: usize) -> Arm {
        match slot {
            0 => Arm::Holdout,
            1 => Arm::Baseline,
            slot => Arm::Variant((slot - 2).min(255) as u8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_has_its_own_name_and_every_unit_one_cell_per_axis() {
        let names: std::collections::BTreeSet<_> = (0..SEGMENTS).map(Segment::cell_name).collect();
        assert_eq!(names.len(), SEGMENTS);
        for referrer in REFERRERS {
            for page in PageKind::ALL {
                for newcomer in [true, false] {
                    let segment = Segment { device: DeviceKind::Bot, newcomer, referrer, page };
                    let axes = segment.cells().map(|cell| Segment::cell_name(cell).0);
                    assert_eq!(axes, ["device", "visitor", "referrer", "page"]);
                    let names = segment.cells().map(|cell| Segment::cell_name(cell).1);
                    assert_eq!((names[2], names[3]), (referrer.name(), page.name()));
                }
            }
        }
    }

    #[test]
    fn slots_and_arms_are_the_same() {
        for slot in 0..10 {
            assert_eq!(Arm::of_slot(slot).slot(), slot);
        }
    }
}
