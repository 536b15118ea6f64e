//! What a browser keeps over its pages, and what this test writes down about it in a process that is never killed.

use super::campaigns;
use floorwalker::model::SessionId;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::time::Duration;
use std::time::Instant;

/// One browser of one shopper.
pub struct Browser {
    pub name: String,
    memory: Mutex<Memory>,
}

/// What was put into the queues of all pages of the visit, by kind. Everything in a queue is sent until it is acknowledged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Made {
    pub events: u64,
    pub page_views: u64,
    pub clicks: u64,
    pub scrolls: u64,
    pub searches: u64,
    /// Pieces in the cart; each cart event adds one.
    pub pieces: u64,
}

/// One page load.
#[derive(Debug, Clone, Default)]
pub struct Tab {
    pub number: usize,
    pub is_main: bool,
    pub made: u64,
    /// Events not acknowledged.
    pub waiting: u64,
    pub is_connected: bool,
    pub is_gone: bool,
    pub opened: Option<Instant>,
    /// What stands on the page: campaign, variant and decision by placement.
    pub held: BTreeMap<String, (String, String, String)>,
    pub rev: u64,
}

/// A decision that reached the page.
#[derive(Debug, Clone)]
pub struct Shown {
    pub campaign: String,
    pub variant: String,
    pub at: Instant,
    /// Something that was done after it is acknowledged, so that it is durable too.
    pub is_settled: bool,
    /// Stream, and the events made there when it came.
    after: (String, u64),
    /// Which server said so. Another one may have lost it, whatever it acknowledges.
    life: u64,
}

#[derive(Debug, Default)]
pub struct Memory {
    pub visitor: Option<String>,
    pub session: Option<String>,
    pub visitor_id: Option<[u8; 16]>,
    pub session_id: Option<SessionId>,
    /// Some event of this visit was acknowledged: from here on the server has promised to know the visit.
    pub is_known: bool,
    pub is_retired: bool,
    pub made: Made,
    pub tabs: BTreeMap<String, Tab>,
    /// Pieces in the cart as each page said last, in the order in which the pages began to say so. Between pages no order is promised: a
    /// page that was left may say the rest of its own after the next one has begun.
    pub carts: Vec<(String, u64)>,
    /// Texts of all searches in the order they were made, by stream.
    pub searches: BTreeMap<String, Vec<String>>,
    pub shown: BTreeMap<String, Shown>,
    /// Codes by campaign.
    pub codes: BTreeMap<String, String>,
    /// The variant of the split, or none, as first seen.
    pub arm: Option<Option<String>>,
    /// Longest time that can have been counted as attention, and a time that must have been.
    pub attended_most: Duration,
    pub attended_least: Duration,
    /// Attention at the last check.
    pub attended: Duration,
}

impl Browser {
    pub fn new(name: String) -> Browser {
        Browser { name, memory: Mutex::default() }
    }

    pub fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().expect("no client panics while it writes down")
    }
}

impl Memory {
    pub fn tab(&mut self, stream: &str) -> &mut Tab {
        self.tabs.get_mut(stream).expect("a page is noted before it does anything")
    }

    /// Everything is acknowledged and every open page is connected.
    pub fn is_quiet(&self) -> bool {
        self.tabs.values().all(|tab| tab.is_gone || (tab.is_connected && tab.waiting == 0))
    }

    pub fn acknowledged(&mut self, stream: &str, seq: u64, life: u64) {
        self.is_known = true;
        let is_before = |shown: &&mut Shown| shown.life == life && shown.after.0 == stream && shown.after.1 < seq;
        self.shown.values_mut().filter(is_before).for_each(|shown| shown.is_settled = true);
    }

    /// Notes a decision. Says what is wrong with it, and whether it stands for one that a crash took back.
    pub fn shows(&mut self, stream: &str, id: &str, campaign: &str, variant: &str, life: u64) -> (Vec<(String, String)>, bool) {
        let mut wrong = Vec::new();
        let now = Instant::now();
        let after = (stream.to_owned(), self.tab(stream).made);
        if let Some(known) = self.shown.get_mut(id) {
            if known.is_settled && (known.campaign != campaign || known.variant != variant) {
                wrong.push((format!("decision {id} stays {} {}", known.campaign, known.variant), format!("it is {campaign} {variant}")));
            } else if known.campaign == campaign {
                (known.after, known.life) = (after, life);
                return (wrong, false);
            }
        }
        let of_campaign = || self.shown.iter().filter(|(other, shown)| *other != id && shown.campaign == campaign);
        let settled = of_campaign().filter(|(_, shown)| shown.is_settled).count();
        if let Some(cap) = campaigns::cap(campaign)
            && settled >= cap
        {
            let ids: Vec<&String> = of_campaign().map(|(id, _)| id).collect();
            wrong.push((format!("`{campaign}` at most {cap} times"), format!("once more, as {id} after {ids:?}")));
        }
        let is_again = campaigns::cap(campaign).is_some_and(|cap| of_campaign().count() >= cap) && wrong.is_empty();
        if campaign == campaigns::RESTING
            && let Some(last) = of_campaign().filter(|(_, shown)| shown.is_settled).map(|(_, shown)| shown.at).max()
        {
            // The page learns of a decision later than it is made, by a restart at most.
            let rest = Duration::from_millis(campaigns::REST_MS).saturating_sub(Duration::from_secs(2));
            if now.duration_since(last) < rest {
                wrong.push((
                    format!("`{campaign}` rests for {} ms", campaigns::REST_MS),
                    format!("{id} after {:?}", now.duration_since(last)),
                ));
            }
        }
        let shown = Shown { campaign: campaign.to_owned(), variant: variant.to_owned(), at: now, is_settled: false, after, life };
        self.shown.insert(id.to_owned(), shown);
        (wrong, is_again)
    }
}
