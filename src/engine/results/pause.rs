//! Guardrails: a campaign that does harm is paused by itself, once and with its reason. Nothing is ever promoted by itself.

use super::Tables;
use crate::decide::WHOLE_SHOP;
use crate::decide::experiment_of;
use crate::decide::whole_shop_experiment;
use crate::engine::Engine;
use crate::experiment::pause_due;
use crate::model::Key;
use crate::model::key_of;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Name under which pauses are stored.
const PAUSES_BLOB: &str = "guardrail-pauses";

/// An automatic pause, for the record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    pub campaign: String,
    pub at_ms: u64,
    /// The metric that got worse, and why that is said.
    pub metric: String,
    pub reason: String,
}

impl Engine {
    /// Pauses campaigns whose guardrails are broken. An experiment is paused once: who resumes its campaign has read why.
    pub(super) async fn watch_guardrails(&self, tables: &Tables) {
        let Some(files) = self.campaign_files.get() else { return };
        let mut is_new = false;
        for trial in tables.trials() {
            if &*trial.campaign == WHOLE_SHOP || self.pauses().contains_key(&trial.key.0) {
                continue;
            }
            let snapshot = self.snapshot.load_full();
            let is_running = snapshot
                .campaigns
                .find(key_of(&trial.campaign))
                .is_some_and(|campaign| campaign.enabled && experiment_of(campaign, &snapshot.settings.experiments) == trial.key);
            let Some(due) = is_running.then(|| pause_due(&trial.totals, trial.totals.plan())).flatten() else { continue };
            if !files.pause(&trial.campaign, true) {
                continue;
            }
            let published = self.publish_campaigns(files);
            tracing::warn!(campaign = &*trial.campaign, published, reason = due.reason, "a campaign was paused by its guardrail");
            let (campaign, at_ms) = (trial.campaign.to_string(), self.clock.now().millis());
            let pause = Pause { campaign, at_ms, metric: due.metric.to_string(), reason: due.reason };
            self.pauses.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(trial.key.0, pause);
            is_new = true;
        }
        if is_new {
            let bytes = rmp_serde::to_vec_named(&self.pauses()).unwrap_or_default();
            let kept = async {
                self.save_paused(files).await?;
                self.stores.blobs.put_blob(PAUSES_BLOB, bytes).await
            };
            if let Err(error) = kept.await {
                tracing::error!(%error, "a pause is not stored: a restart will undo it until the guardrail is looked at again");
            }
        }
    }

    /// Experiments that units enter at present.
    pub fn running_experiments(&self) -> BTreeSet<Key> {
        let snapshot = self.snapshot.load();
        let settings = &snapshot.settings.experiments;
        let on = snapshot.campaigns.campaigns().iter().filter(|campaign| campaign.enabled && !snapshot.off);
        on.map(|campaign| experiment_of(campaign, settings)).chain([whole_shop_experiment(settings)]).collect()
    }

    /// Automatic pauses so far, by experiment.
    pub fn pauses(&self) -> BTreeMap<u64, Pause> {
        self.pauses.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub(in crate::engine) async fn restore_pauses(&self) {
        if let Ok(Some(bytes)) = self.stores.blobs.blob(PAUSES_BLOB).await {
            match rmp_serde::from_slice(&bytes) {
                Ok(pauses) => *self.pauses.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = pauses,
                Err(error) => tracing::warn!(%error, "earlier pauses could not be read"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::results::Trial;
    use crate::experiment::Arm;
    use crate::experiment::Entry;
    use crate::experiment::Metric;
    use crate::experiment::Outcome;
    use crate::experiment::Plan;
    use crate::experiment::Segment;
    use crate::experiment::Unit;
    use crate::experiment::pause_due;
    use crate::model::Timestamp;
    use crate::session::Measured;
    use crate::session::News;

    /// Two arms of 1,500; the first share buys, each order worth that much.
    fn trial(control: (u32, i64, i64), treated: (u32, i64, i64)) -> Trial {
        let mut trial = Trial::empty("c", &Plan::new(vec![0.0, 0.5, 0.5], Timestamp(0)));
        for n in 0..3_000_u32 {
            let (arm, (percent, revenue, profit)) = if n % 2 == 0 { (Arm::Baseline, control) } else { (Arm::Variant(0), treated) };
            let at = Timestamp(u64::from(n) * 1_000_000);
            let entry = Entry::new(Unit(u128::from(n).to_be_bytes()), arm, Segment::default(), at);
            let told = |before, after| Measured {
                campaign: Default::default(),
                experiment: Default::default(),
                entry: entry.clone(),
                before,
                after,
                exposed: 0,
                news: News::Nothing,
            };
            trial.take(at, told(None, Outcome::default()));
            if n / 2 * 37 % 100 < percent {
                let more = i64::from(n % 7) * 10;
                let after = Outcome { orders: 1, revenue: revenue + more, profit: profit + more, ..Outcome::default() };
                trial.take(at, told(Some(Outcome::default()), after));
            }
        }
        trial
    }

    #[test]
    fn more_orders_with_less_profit_are_harm() {
        let harm = trial((10, 5_000, 3_000), (20, 4_500, 400));
        let found = pause_due(&harm.totals, harm.totals.plan()).expect("harm");
        assert_eq!((found.metric, found.slot), (Metric::ProfitPerVisitor.name(), 2), "{found:?}");
    }

    #[test]
    fn what_does_no_harm_goes_on() {
        let due = |control, treated| {
            let trial = trial(control, treated);
            pause_due(&trial.totals, trial.totals.plan()).map(|pause| pause.reason)
        };
        assert_eq!(due((10, 5_000, 3_000), (10, 5_000, 3_000)), None);
        assert_eq!(due((10, 5_000, 3_000), (20, 5_000, 3_000)), None);
        assert_eq!(due((10, 5_000, 3_000), (9, 5_000, 3_000)), None, "a little less may be chance");
    }
}
