//! How often each campaign was triggered, refused, pushed and seen: plain atomics, off the hot path of other campaigns.

use crate::decide::Refusal;
use crate::decide::Verdict;
use crate::model::Key;
use crate::model::ReceiptState;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// Counters of one campaign.
#[derive(Debug, Default)]
pub struct CampaignCounts {
    triggered: AtomicU64,
    pushed: AtomicU64,
    baseline: AtomicU64,
    holdout: AtomicU64,
    orders: AtomicU64,
    receipts: [AtomicU64; 6],
    refused: [AtomicU64; Refusal::ALL.len()],
}

/// The same as plain numbers, for people and for the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CampaignTotals {
    pub triggered: u64,
    pub pushed: u64,
    pub baseline: u64,
    pub holdout: u64,
    pub orders: u64,
    pub received: u64,
    pub shown: u64,
    pub dismissed: u64,
    pub clicked: u64,
    pub failed: u64,
    pub suppressed: u64,
    pub refused: BTreeMap<String, u64>,
}

impl CampaignCounts {
    fn note(&self, verdict: Verdict) {
        self.triggered.fetch_add(1, Relaxed);
        match verdict {
            Verdict::Won(_) => &self.pushed,
            Verdict::Baseline => &self.baseline,
            Verdict::Holdout => &self.holdout,
            Verdict::Refused(refusal) => match self.refused.get(refusal as usize) {
                Some(counter) => counter,
                None => return,
            },
        }
        .fetch_add(1, Relaxed);
    }

    pub fn totals(&self) -> CampaignTotals {
        let receipt = |state: ReceiptState| self.receipts.get(state as usize).map_or(0, |counter| counter.load(Relaxed));
        CampaignTotals {
            triggered: self.triggered.load(Relaxed),
            pushed: self.pushed.load(Relaxed),
            baseline: self.baseline.load(Relaxed),
            holdout: self.holdout.load(Relaxed),
            orders: self.orders.load(Relaxed),
            received: receipt(ReceiptState::Received),
            shown: receipt(ReceiptState::Shown),
            dismissed: receipt(ReceiptState::Dismissed),
            clicked: receipt(ReceiptState::Clicked),
            failed: receipt(ReceiptState::Failed),
            suppressed: receipt(ReceiptState::Suppressed),
            refused: Refusal::ALL
                .into_iter()
                .zip(&self.refused)
                .map(|(refusal, counter)| (refusal.code().to_owned(), counter.load(Relaxed)))
                .filter(|(_, count)| *count > 0)
                .collect(),
        }
    }

    fn restore(totals: &CampaignTotals) -> CampaignCounts {
        let counts = CampaignCounts::default();
        for (counter, value) in [
            (&counts.triggered, totals.triggered),
            (&counts.pushed, totals.pushed),
            (&counts.baseline, totals.baseline),
            (&counts.holdout, totals.holdout),
            (&counts.orders, totals.orders),
        ] {
            counter.store(value, Relaxed);
        }
        let receipts = [totals.received, totals.shown, totals.dismissed, totals.clicked, totals.failed, totals.suppressed];
        for (counter, value) in counts.receipts.iter().zip(receipts) {
            counter.store(value, Relaxed);
        }
        for (refusal, counter) in Refusal::ALL.into_iter().zip(&counts.refused) {
            counter.store(totals.refused.get(refusal.code()).copied().unwrap_or(0), Relaxed);
        }
        counts
    }
}

/// Counters of all campaigns, also of those that are gone.
#[derive(Debug, Default)]
pub struct Counts {
    by_campaign: papaya::HashMap<Key, Arc<CampaignCounts>>,
}

impl Counts {
    /// Counts what became of the candidates of a decision.
    pub fn note(&self, verdicts: impl Iterator<Item = (Key, Verdict)>) {
        let by_campaign = self.by_campaign.pin();
        for (campaign, verdict) in verdicts {
            by_campaign.get_or_insert_with(campaign, Arc::default).note(verdict);
        }
    }

    pub fn note_receipt(&self, campaign: Key, state: ReceiptState) {
        if let Some(counter) = self.of(campaign).receipts.get(state as usize) {
            counter.fetch_add(1, Relaxed);
        }
    }

    pub fn note_order(&self, campaign: Key) {
        self.of(campaign).orders.fetch_add(1, Relaxed);
    }

    pub fn of(&self, campaign: Key) -> Arc<CampaignCounts> {
        self.by_campaign.pin().get_or_insert_with(campaign, Arc::default).clone()
    }

    /// All totals, ordered by key.
    pub fn totals(&self) -> BTreeMap<u64, CampaignTotals> {
        self.by_campaign.pin().iter().map(|(key, counts)| (key.0, counts.totals())).collect()
    }

    pub fn restore(&self, totals: &BTreeMap<u64, CampaignTotals>) {
        for (key, totals) in totals {
            self.by_campaign.pin().insert(Key(*key), Arc::new(CampaignCounts::restore(totals)));
        }
    }
}
