//! Recorded visits gone through again with a draft campaign added, and what that can tell.
//!
//! Records come in the order of the journal, all visits mixed, so that the draft's budget is spent in the order of time. A visit counts up
//! to the first turn at which its page would have been told something else: what the shopper would have done then is in no recording.
//! That turn itself still counts, because all before it happened as recorded.

use super::Entry;
use super::Fork;
use super::Malformed;
use super::Replay;
use super::Snapshots;
use super::Turn;
use super::fork;
use super::rehearse_cost::Till;
use super::rehearse_report::Example;
use super::rehearse_report::Exposure;
use super::rehearse_report::Report;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::decide::Snapshot;
use crate::decide::Verdict;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::PageKind;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::offer::Limits;
use crate::offer::Terms;
use crate::offer::UnknownCost;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Patch;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;
use std::sync::Arc;

/// Inputs kept of each visit, for the examples.
const RECENT_MAX: usize = 6;
/// Snapshots with the draft that are kept.
const KEPT_MAX: usize = 8;
/// Deadlines of the changed run between two records; past it they wait for the next one.
const DEADLINES_MAX: usize = 1_000;

/// A rehearsal under way.
pub struct Rehearsal {
    draft: Arc<Campaign>,
    from: Timestamp,
    to: Timestamp,
    till: Till,
    visits: BTreeMap<SessionId, Follow>,
    /// Visits of which the window has records but not the beginning.
    earlier: BTreeSet<SessionId>,
    /// Snapshots with the draft, by version.
    with: BTreeMap<u64, Arc<Snapshot>>,
    report: Report,
}

enum Follow {
    /// Begun, without a turn.
    New(Box<Replay>),
    Same(Box<Both>),
    /// Not followed any more; its turns are still counted.
    Over,
    /// Never counted: a merchant's own look at a campaign.
    Preview,
}

struct Both {
    fork: Fork,
    started: Timestamp,
    recent: VecDeque<(Timestamp, u64, Input)>,
}

/// Why a visit is not followed to its end.
enum Left {
    Diverged,
    /// It does not come out as recorded, or its records do not lead on.
    Broken(String),
}

impl Rehearsal {
    /// Begins a rehearsal of `draft` on the visits that began from `from` on, up to `to`. The rest is how the shop makes offers.
    pub fn new(draft: Campaign, from: Timestamp, to: Timestamp, limits: Limits, unknown: UnknownCost) -> Rehearsal {
        // A draft that is switched off is still a question about what it would do.
        let draft = Arc::new(Campaign { enabled: true, ..draft });
        let report = Report::new(&draft, from, to);
        let till = Till::new(limits, unknown);
        Rehearsal { draft, from, to, till, visits: BTreeMap::new(), earlier: BTreeSet::new(), with: BTreeMap::new(), report }
    }

    /// Takes the next record of the journal.
    pub fn record(&mut self, id: SessionId, at: Timestamp, entry: Result<Entry, Malformed>, snapshots: &impl Snapshots) {
        if at > self.to {
            return;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return self.leave(id, Left::Broken(error.to_string())),
        };
        if let Entry::Started(start) = entry {
            if at >= self.from {
                self.report.visits.seen += u32::from(!start.preview);
                let mut replay = Replay::new(None);
                let preview = start.preview;
                // The start of a visit cannot fail: it needs nothing before it.
                let _ = replay.step(at, Entry::Started(start), snapshots);
                self.visits.insert(id, if preview { Follow::Preview } else { Follow::New(Box::new(replay)) });
            }
            return;
        }
        let Some(follow) = self.visits.remove(&id) else {
            if at >= self.from && self.earlier.insert(id) {
                self.report.visits.earlier += 1;
            }
            return;
        };
        let is_turn = matches!(entry, Entry::Turn(_));
        self.report.turns.seen += u64::from(is_turn && !matches!(follow, Follow::Preview));
        let both = match follow {
            Follow::New(replay) => match entry {
                Entry::Turn(turn) => self.begin(at, replay, *turn, snapshots),
                other => return self.quietly(id, at, replay, other, snapshots),
            },
            Follow::Same(both) => self.go_on(id, at, both, entry, snapshots),
            kept => {
                self.visits.insert(id, kept);
                return;
            }
        };
        match both {
            Ok(both) if both.fork.session().is_ended() => {
                self.report.visits.whole += 1;
                self.visits.insert(id, Follow::Over);
            }
            Ok(both) => {
                self.visits.insert(id, Follow::Same(both));
            }
            Err(left) => self.leave(id, left),
        }
    }

    /// What came out of it.
    pub fn finish(mut self) -> Report {
        let whole = self.visits.values().filter(|follow| matches!(follow, Follow::New(_) | Follow::Same(_))).count();
        self.report.visits.whole += whole as u32;
        self.report.cost = self.till.into_cost();
        self.report
    }

    fn leave(&mut self, id: SessionId, left: Left) {
        if matches!(self.visits.insert(id, Follow::Over), Some(Follow::Over)) {
            return;
        }
        match left {
            Left::Diverged => self.report.visits.diverged += 1,
            Left::Broken(reason) => {
                self.report.visits.broken += 1;
                *self.report.broken.entry(reason).or_default() += 1;
            }
        }
    }

    /// A record before the first turn.
    fn quietly(&mut self, id: SessionId, at: Timestamp, mut replay: Box<Replay>, entry: Entry, snapshots: &impl Snapshots) {
        match replay.step(at, entry, snapshots) {
            Ok(_) => drop(self.visits.insert(id, Follow::New(replay))),
            Err(error) => self.leave(id, Left::Broken(error.to_string())),
        }
    }

    fn begin(&mut self, at: Timestamp, replay: Box<Replay>, turn: Turn, snapshots: &impl Snapshots) -> Result<Box<Both>, Left> {
        let started = replay.visit().map_or(at, |visit| visit.session.started());
        let snapshot = self.snapshot(turn.version, snapshots)?;
        let fork = Fork::new(*replay, snapshot).ok_or_else(|| Left::Broken("the visit has no beginning".to_owned()))?;
        let id = fork.session().id();
        self.go_on(id, at, Box::new(Both { fork, started, recent: VecDeque::new() }), Entry::Turn(Box::new(turn)), snapshots)
    }

    fn go_on(
        &mut self,
        id: SessionId,
        at: Timestamp,
        mut both: Box<Both>,
        entry: Entry,
        snapshots: &impl Snapshots,
    ) -> Result<Box<Both>, Left> {
        let turn = match entry {
            Entry::Turn(turn) => *turn,
            Entry::Consumed { stream, seq } => {
                both.fork.consumed(at, stream, seq, snapshots).map_err(|error| Left::Broken(error.to_string()))?;
                return Ok(both);
            }
            Entry::Keyframe(_) => return Err(Left::Broken("inputs in its middle were not recorded".to_owned())),
            Entry::Started(_) | Entry::Decision => return Ok(both),
        };
        for _ in 0..DEADLINES_MAX {
            let Some(due) = both.fork.due(at) else { break };
            both.fork.pass(due);
            self.look(id, due, &mut both)?;
        }
        let snapshot = self.snapshot(turn.version, snapshots)?;
        let input = turn.input.clone();
        if both.recent.len() == RECENT_MAX {
            both.recent.pop_front();
        }
        both.recent.push_back((at, turn.version, input.clone()));
        let step = both.fork.turn(at, turn, snapshots, snapshot, input).map_err(|error| Left::Broken(error.to_string()))?;
        if !step.is_same() {
            return Err(Left::Broken("it does not come out as it was recorded".to_owned()));
        }
        self.report.turns.counted += 1;
        self.look(id, at, &mut both)?;
        Ok(both)
    }

    /// Counts what the draft did at the changed run's last input.
    fn look(&mut self, id: SessionId, at: Timestamp, both: &mut Both) -> Result<(), Left> {
        let draft = self.draft.key;
        for one in both.fork.changed().proofs.considered.iter().filter(|one| one.campaign == draft) {
            self.report.considered += 1;
            match one.verdict {
                Verdict::Won(_) => self.report.won += 1,
                Verdict::Baseline | Verdict::Holdout => self.report.baseline += 1,
                Verdict::Refused(refusal) => *self.report.refused.entry(refusal.code()).or_default() += 1,
            }
        }
        let refused = self.ask(at, both);
        if let Some(exposure) = exposure(both, draft, &refused) {
            *self.report.by_hour.entry(at.millis() / 3_600_000 * 3_600_000).or_default() += 1;
            *self.report.by_page.entry(exposure.page.name()).or_default() += 1;
            self.report.exposures += 1;
            let displaced = displaced(&both.fork, draft);
            let recent = both.recent.iter().cloned().collect();
            self.report.keep_example(Example { session: id, started: both.started, recent, at, exposure, displaced });
        }
        let is_same = both.fork.is_same(&refused);
        if !is_same {
            for campaign in displaced(&both.fork, draft) {
                *self.report.displaced.entry(campaign).or_default() += 1;
            }
        }
        if is_same {
            for decision in refused {
                let at = Timestamp(at.0 + 1);
                let snapshot = both.fork.snapshot().clone();
                both.fork.inject(at, Input::GrantRefused { decision }, snapshot);
                if !both.fork.is_same(&[]) {
                    return Err(Left::Diverged);
                }
            }
            return Ok(());
        }
        Err(Left::Diverged)
    }

    /// Asks the ledger for the offers of the draft. Returns the decisions whose offer it refuses.
    fn ask(&mut self, at: Timestamp, both: &Both) -> Vec<DecisionId> {
        let session = both.fork.session();
        let subject = session.profile().map_or(session.id().0, |profile| profile.visitor.0);
        let wishes = fork::requests(both.fork.changed()).filter(|(_, campaign, _)| *campaign == self.draft.key);
        let wishes: Vec<(DecisionId, Terms)> = wishes.map(|(id, _, terms)| (id, *terms)).collect();
        let mut refused = Vec::new();
        for (decision, terms) in wishes {
            if !self.till.ask(at, self.draft.key, subject, terms, session.cart(), &both.fork.snapshot().catalog) {
                refused.push(decision);
            }
        }
        refused
    }

    fn snapshot(&mut self, version: u64, snapshots: &impl Snapshots) -> Result<Arc<Snapshot>, Left> {
        if let Some(known) = self.with.get(&version) {
            return Ok(known.clone());
        }
        let gone = || Left::Broken("a snapshot it was decided with is not kept any more".to_owned());
        let recorded = snapshots.snapshot(version).ok_or_else(gone)?;
        let others = recorded.campaigns.campaigns().iter().filter(|campaign| campaign.key != self.draft.key).cloned();
        let campaigns = CampaignSet::build(others.chain([self.draft.clone()]).collect());
        let with = Arc::new(Snapshot { campaigns: Arc::new(campaigns), ..(*recorded).clone() });
        if self.with.len() >= KEPT_MAX {
            self.with.pop_first();
        }
        self.with.insert(version, with.clone());
        Ok(with)
    }
}

/// What the shopper would have seen of the draft, if anything.
fn exposure(both: &Both, draft: Key, refused: &[DecisionId]) -> Option<Exposure> {
    let effects = both.fork.changed();
    let sets = effects.list.iter().filter_map(|effect| match effect {
        Effect::Push { stream, patches } => Some((*stream, patches)),
        _ => None,
    });
    let shown =
        sets.flat_map(|(stream, patches)| patches.iter().map(move |patch| (stream, patch))).find_map(|(stream, patch)| match patch {
            Patch::Set(held) if held.campaign == draft => {
                Some((stream, held.variant.to_string(), held.placement.to_string(), held.content.summary()))
            }
            _ => None,
        });
    // A code that was asked for and granted is shown when its grant is durable.
    let promised = || {
        let (decision, ..) = fork::requests(effects).find(|(id, campaign, _)| *campaign == draft && !refused.contains(id))?;
        let stream = stream_decided(effects, draft)?;
        let held = both.fork.session().waiting(decision)?;
        Some((stream, held.variant.to_string(), held.placement.to_string(), held.content.summary()))
    };
    let (stream, variant, placement, content) = shown.or_else(promised)?;
    // The second half of an offer, when its grant comes, was counted when it was asked for.
    stream_decided(effects, draft)?;
    let page = both.fork.session().streams().iter().find(|known| known.id == stream);
    let page = page.and_then(|stream| stream.page.as_ref()).map_or(PageKind::Other, |page| page.page.kind);
    Some(Exposure { page, variant, placement, content })
}

fn stream_decided(effects: &Effects, campaign: Key) -> Option<StreamId> {
    effects.list.iter().find_map(|effect| match effect {
        Effect::Decided { stream, won, .. } if won.iter().any(|(_, key, _)| *key == campaign) => Some(*stream),
        _ => None,
    })
}

/// Campaigns that acted in the recording at this input, and would not have with the draft.
fn displaced(fork: &Fork, draft: Key) -> Vec<Arc<str>> {
    let mut ours: Vec<Key> = fork::decided(fork.changed()).map(|(_, campaign, _)| campaign).collect();
    let mut gone = Vec::new();
    for (_, campaign, _) in fork::decided(fork.recorded()) {
        match ours.iter().position(|key| *key == campaign) {
            Some(at) => drop(ours.remove(at)),
            None if campaign == draft => {}
            None => gone.extend(fork.snapshot().campaigns.find(campaign).map(|campaign| campaign.id.clone())),
        }
    }
    gone
}
