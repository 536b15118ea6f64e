//! What a rehearsal tells.

use super::rehearse_cost::Cost;
use crate::campaign::Campaign;
use crate::model::PageKind;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::session::Input;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Numbers of a rehearsal. Every one is about the visits up to their first divergence, and only those that began in the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    pub campaign: Arc<str>,
    pub from_ms: u64,
    pub to_ms: u64,
    pub visits: Visits,
    pub turns: Turns,
    /// Why visits could not be followed, and how many.
    pub broken: BTreeMap<String, u32>,
    /// Times the draft's triggers fired.
    pub considered: u32,
    pub won: u32,
    /// Times it would have acted for a visitor who keeps the shop's default.
    pub baseline: u32,
    /// Times it was refused, by reason.
    pub refused: BTreeMap<&'static str, u32>,
    /// Times a shopper would have seen it.
    pub exposures: u32,
    /// By the hour in which they began, milliseconds since the epoch.
    pub by_hour: BTreeMap<u64, u32>,
    pub by_page: BTreeMap<&'static str, u32>,
    /// Campaigns that acted in the recording and would not have, and how often.
    pub displaced: BTreeMap<Arc<str>, u32>,
    pub cost: Cost,
    /// By a hash of their visit's id, so that they are drawn from the whole window.
    #[serde(skip)]
    examples: BTreeMap<(u64, SessionId, Timestamp), Example>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visits {
    /// Began in the window.
    pub seen: u32,
    /// Count to their end, or to the end of the window.
    pub whole: u32,
    /// Count up to the turn at which the page would have been told something else.
    pub diverged: u32,
    /// Count up to the turn at which their records did not lead on.
    pub broken: u32,
    /// Have records in the window but began before it; they count nowhere.
    pub earlier: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Turns {
    pub seen: u64,
    pub counted: u64,
}

impl Turns {
    /// Share of the turns that counts, 0..=1.
    pub fn share(&self) -> f64 {
        if self.seen == 0 { 0.0 } else { self.counted as f64 / self.seen as f64 }
    }
}

/// One time a shopper would have seen the draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    pub session: SessionId,
    pub started: Timestamp,
    /// What happened right before, oldest first: time, version of the snapshot, input.
    pub recent: Vec<(Timestamp, u64, Input)>,
    pub at: Timestamp,
    pub exposure: Exposure,
    pub displaced: Vec<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Exposure {
    pub page: PageKind,
    pub variant: String,
    pub placement: String,
    pub content: String,
}

impl Report {
    pub const EXAMPLES_MAX: usize = 20;

    pub(super) fn new(draft: &Campaign, from: Timestamp, to: Timestamp) -> Report {
        Report {
            campaign: draft.id.clone(),
            from_ms: from.millis(),
            to_ms: to.millis(),
            visits: Visits::default(),
            turns: Turns::default(),
            broken: BTreeMap::new(),
            considered: 0,
            won: 0,
            baseline: 0,
            refused: BTreeMap::new(),
            exposures: 0,
            by_hour: BTreeMap::new(),
            by_page: BTreeMap::new(),
            displaced: BTreeMap::new(),
            cost: Cost::default(),
            examples: BTreeMap::new(),
        }
    }

    /// Example timelines, oldest first.
    pub fn examples(&self) -> Vec<&Example> {
        let mut list: Vec<&Example> = self.examples.values().collect();
        list.sort_by_key(|example| (example.at, example.session));
        list
    }

    pub(super) fn keep_example(&mut self, example: Example) {
        let hash = xxhash_rust::xxh3::xxh3_64(&example.session.0);
        self.examples.insert((hash, example.session, example.at), example);
        if self.examples.len() > Self::EXAMPLES_MAX {
            self.examples.pop_last();
        }
    }
}
