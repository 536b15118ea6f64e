//! The totals of all experiments, as a fold over the journal.

use crate::decide::Snapshot;
use crate::decide::WHOLE_SHOP;
use crate::decide::experiment_of;
use crate::decide::plan_of;
use crate::decide::whole_shop_plan;
use crate::experiment::Mark;
use crate::experiment::Plan;
use crate::experiment::Report;
use crate::experiment::Totals;
use crate::experiment::VARIANTS_MAX;
use crate::experiment::report;
use crate::history;
use crate::history::Snapshots;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::session::Exposure;
use crate::session::Measured;
use crate::session::News;
use crate::store::journal::Position;
use crate::store::journal::RECORD_HEADER_BYTES;
use crate::store::journal::ReadError;
use crate::store::journal::Record;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Everything counted so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Life of the journal that `position` is in; another one is folded from its beginning.
    pub epoch: u64,
    /// Everything recorded before is in the totals.
    #[serde(with = "position")]
    pub position: Position,
    /// Time of the last record that was read: the results are complete up to then.
    pub watermark: Timestamp,
    /// Version of the snapshot that the last turn was applied with.
    version: u64,
    /// By experiment; at most [`Tables::TRIALS_MAX`].
    trials: BTreeMap<u64, Arc<Trial>>,
    /// Records that could not be read.
    pub unreadable: u64,
}

/// One experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    pub key: Key,
    /// Id and name of the campaign, and ids of its variants, as they were when the first unit entered.
    pub campaign: Box<str>,
    pub name: Box<str>,
    pub variants: Vec<Box<str>>,
    pub totals: Totals,
    /// Caps of revenue and profit, each from the units on that entered then or later.
    caps: Vec<(Timestamp, [Option<i64>; 2])>,
    /// The latest entry.
    entered: Timestamp,
}

#[cfg(test)]
impl Trial {
    /// One that nobody has entered.
    pub(super) fn empty(campaign: &str, plan: &Plan) -> Trial {
        let (variants, totals) = (vec!["v".into()], Totals::new(plan));
        Trial {
            key: Key::NONE,
            campaign: campaign.into(),
            name: campaign.into(),
            variants,
            totals,
            caps: Vec::new(),
            entered: Timestamp(0),
        }
    }
}

impl Trial {
    /// Name in addresses: the campaign's id and the number of the experiment.
    pub fn id(&self) -> String {
        format!("{}.{:016x}", self.campaign, self.key.0)
    }

    /// What it has shown so far. The same totals give the same report.
    pub fn report(&self, watermark: Timestamp) -> Report {
        report(&self.totals, self.totals.plan(), watermark)
    }

    fn caps_of(&self, entered: Timestamp) -> [Option<i64>; 2] {
        self.caps.iter().rev().find(|(from, _)| *from <= entered).map_or([None, None], |(_, caps)| *caps)
    }

    pub(super) fn take(&mut self, at: Timestamp, measured: Measured) {
        let Measured { entry, before, after, exposed, news, .. } = measured;
        let entered = entry.at;
        let mut entry = entry.with_caps(self.caps_of(entered));
        let before = match before {
            Some(before) => before,
            None => {
                self.entered = self.entered.max(entry.at);
                self.totals.assign(entry.arm, &entry.shares);
                self.totals.enter(&mut entry);
                // The unit's own time says which caps hold for it, whenever its record was read.
                entry = entry.with_caps(self.caps_of(entered));
                Default::default()
            }
        };
        if before != after {
            self.totals.change(&entry, &before, &after, at);
        }
        for exposure in Exposure::ALL.into_iter().filter(|exposure| exposed & exposure.bit() != 0) {
            let mark = match exposure {
                Exposure::Received => Mark::Received,
                Exposure::Shown => Mark::Shown,
                Exposure::Missed => Mark::Missed,
            };
            self.totals.mark(entry.arm, mark);
        }
        match news {
            News::Nothing => {}
            News::Closed => self.totals.close(&entry, &after, at),
            News::Crossed => self.totals.cross_over(&entry, &after),
        }
        let caps = self.totals.caps();
        if caps != self.caps.last().map_or([None, None], |(_, caps)| *caps) {
            if self.caps.len() == Self::CAPS_MAX {
                self.caps.remove(0);
            }
            self.caps.push((Timestamp(self.entered.0 + 1), caps));
        }
    }

    /// Changes of caps that are remembered; each doubles the units they were found from.
    const CAPS_MAX: usize = 64;
}

impl Tables {
    /// Experiments whose totals are kept; past it the one that nothing was counted in for the longest time goes.
    pub const TRIALS_MAX: usize = 2_000;

    /// All experiments, ordered by campaign and beginning.
    pub fn trials(&self) -> Vec<&Arc<Trial>> {
        let mut trials: Vec<&Arc<Trial>> = self.trials.values().collect();
        trials.sort_by(|a, b| {
            (&a.campaign, a.totals.span().map(|span| span.0), a.key).cmp(&(&b.campaign, b.totals.span().map(|span| span.0), b.key))
        });
        trials
    }

    /// The experiment of that [`Trial::id`], or the latest of that campaign.
    pub fn find(&self, id: &str) -> Option<&Arc<Trial>> {
        match id.split_once('.') {
            Some((campaign, key)) => {
                let key = u64::from_str_radix(key, 16).ok()?;
                self.trials.get(&key).filter(|trial| &*trial.campaign == campaign)
            }
            None => self.trials().into_iter().rfind(|trial| &*trial.campaign == id),
        }
    }

    /// Says in which journal to go on; another one than before is read from its beginning.
    pub fn continue_in(&mut self, epoch: u64) {
        if self.epoch != epoch {
            (self.epoch, self.position) = (epoch, Position::NONE);
        }
    }

    /// Folds all records from [`Tables::position`] on that are before `until`. `scan` goes through a journal.
    ///
    /// # Errors
    /// What `scan` says; what came before is counted.
    pub fn catch_up(
        &mut self,
        until: Position,
        snapshots: &impl Snapshots,
        scan: impl FnOnce(Position, &mut dyn FnMut(Record) -> ControlFlow<()>) -> Result<Position, ReadError>,
    ) -> Result<(), ReadError> {
        let from = self.position;
        let mut stopped = None;
        let scanned = scan(from, &mut |record| {
            if record.position >= until {
                stopped = Some(record.position);
                return ControlFlow::Break(());
            }
            let end = Position(record.position.0 + (RECORD_HEADER_BYTES + record.payload.len()) as u64);
            self.take(record, snapshots);
            self.position = end;
            ControlFlow::Continue(())
        });
        self.position = stopped.unwrap_or(scanned?);
        Ok(())
    }

    fn take(&mut self, record: Record, snapshots: &impl Snapshots) {
        let at = Timestamp(record.at_us);
        self.watermark = self.watermark.max(at);
        if record.kind & history::MEASURED == 0 {
            return;
        }
        let (version, list) = match history::measured(record.kind, &record.payload) {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, position = %record.position, "a record counts for nothing");
                self.unreadable += 1;
                return;
            }
        };
        self.version = version.unwrap_or(self.version);
        for measured in list {
            let key = measured.experiment.0;
            if !self.trials.contains_key(&key) {
                self.make_room();
                let trial = begin(&measured, at, snapshots.snapshot(self.version).as_deref());
                self.trials.insert(key, Arc::new(trial));
            }
            if let Some(trial) = self.trials.get_mut(&key) {
                Arc::make_mut(trial).take(at, measured);
            }
        }
    }

    fn make_room(&mut self) {
        if self.trials.len() < Self::TRIALS_MAX {
            return;
        }
        let oldest = self.trials.iter().min_by_key(|(key, trial)| (trial.totals.span().map(|span| span.1), **key)).map(|(key, _)| *key);
        if let Some(key) = oldest {
            self.trials.remove(&key);
        }
    }
}

/// An experiment with its first unit. Its plan is what the snapshot of that moment says.
fn begin(measured: &Measured, at: Timestamp, snapshot: Option<&Snapshot>) -> Trial {
    let trial = |campaign: &str, name: &str, variants: Vec<Box<str>>, plan: &Plan| Trial {
        key: measured.experiment,
        campaign: campaign.into(),
        name: name.into(),
        variants,
        totals: Totals::new(plan),
        caps: Vec::new(),
        entered: Timestamp(0),
    };
    if let Some(snapshot) = snapshot {
        let (settings, currency) = (&snapshot.settings.experiments, snapshot.catalog.currency());
        if measured.campaign == key_of(WHOLE_SHOP) {
            return trial(WHOLE_SHOP, "All campaigns together", vec!["everybody".into()], &whole_shop_plan(settings, currency, at));
        }
        if let Some(campaign) = snapshot.campaigns.find(measured.campaign)
            && experiment_of(campaign, settings) == measured.experiment
        {
            let variants = campaign.variants.iter().map(|variant| (&*variant.id).into()).collect();
            return trial(&campaign.id, &campaign.name, variants, &plan_of(campaign, settings, currency, at));
        }
    }
    // The snapshot is not kept any more: shares are not known, everything else is as usual.
    let arms = 2 + VARIANTS_MAX;
    let id = format!("{:016x}", measured.campaign.0);
    trial(&id, "A campaign that is gone", Vec::new(), &Plan::new(vec![1.0 / arms as f64; arms], at))
}

mod position {
    use crate::store::journal::Position;
    use serde::Deserialize;
    use serde::Deserializer;
    use serde::Serializer;

    pub fn serialize<S: Serializer>(position: &Position, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(position.0)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Position, D::Error> {
        u64::deserialize(deserializer).map(Position)
    }
}
