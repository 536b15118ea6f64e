//! Sequences in progress: `added to cart, then no checkout within 5 min`.

use crate::campaign::Happening;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::decide::Snapshot;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// At most [`Sequences::MAX`] at a time; further ones do not start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sequences {
    running: SmallVec<[Running; 1]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Running {
    campaign: Key,
    trigger: u16,
    /// Key of the campaign's source when it began: progress does not carry over to other steps.
    source: Key,
    /// Steps done.
    done: u8,
    /// The next step must come, or the absence is complete, by then.
    deadline: Timestamp,
}

impl Sequences {
    pub(super) const MAX: usize = 16;

    /// Moves sequences on by what happened. Those completed by it are appended to `matched`.
    pub(super) fn happen(&mut self, at: Timestamp, happening: Happening, snapshot: &Snapshot, matched: &mut SmallVec<[TriggerRef; 16]>) {
        let set = &snapshot.campaigns;
        self.running.retain_mut(|running| {
            let Some((reference, steps, without, within)) = lookup(running, snapshot) else { return false };
            if usize::from(running.done) == steps.len() {
                // Waiting for an absence: the last step again starts the wait anew, the awaited act ends it.
                if without.as_ref().is_some_and(|step| step.matches(happening, &snapshot.catalog)) {
                    return false;
                }
                if steps.last().is_some_and(|step| step.matches(happening, &snapshot.catalog)) {
                    running.deadline = at + within;
                }
                return true;
            }
            if !steps.get(usize::from(running.done)).is_some_and(|step| step.matches(happening, &snapshot.catalog)) {
                return true;
            }
            running.done += 1;
            if usize::from(running.done) < steps.len() {
                return true;
            }
            if without.is_none() {
                matched.push(reference);
                return false;
            }
            running.deadline = at + within;
            true
        });
        for reference in set.sequences(happening.kind()) {
            let (Some(campaign), Some(Trigger::Sequence { steps, within, .. })) = (set.campaign(*reference), set.trigger(*reference))
            else {
                continue;
            };
            let is_running = self.running.iter().any(|running| running.campaign == campaign.key && running.trigger == reference.trigger);
            // What completes a sequence does not begin it again.
            let is_complete = matched.contains(reference);
            if !is_running
                && !is_complete
                && self.running.len() < Self::MAX
                && steps.first().is_some_and(|step| step.matches(happening, &snapshot.catalog))
            {
                let source = key_of(&campaign.source);
                self.running.push(Running { campaign: campaign.key, trigger: reference.trigger, source, done: 1, deadline: at + *within });
            }
        }
    }

    /// Ends the sequences whose time is up; a completed absence is appended to `matched`.
    pub(super) fn expire(&mut self, at: Timestamp, snapshot: &Snapshot, matched: &mut SmallVec<[TriggerRef; 16]>) {
        self.running.retain(|running| {
            if running.deadline > at {
                return true;
            }
            if let Some((reference, steps, without, _)) = lookup(running, snapshot)
                && without.is_some()
                && usize::from(running.done) == steps.len()
            {
                matched.push(reference);
            }
            false
        });
    }

    /// Forgets the sequences of campaigns that are gone, off or edited.
    pub(super) fn keep_unchanged(&mut self, snapshot: &Snapshot) {
        self.running.retain(|running| {
            snapshot.campaigns.find(running.campaign).is_some_and(|campaign| campaign.enabled && key_of(&campaign.source) == running.source)
        });
    }

    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        self.running.iter().map(|running| running.deadline).min()
    }
}

type Parts<'a> = (TriggerRef, &'a [crate::campaign::Step], &'a Option<crate::campaign::Step>, std::time::Duration);

/// The running sequence's definition in this snapshot; `None` if the campaign is gone, off, or has changed its triggers.
fn lookup<'a>(running: &Running, snapshot: &'a Snapshot) -> Option<Parts<'a>> {
    let position = snapshot.campaigns.position(running.campaign)?;
    let reference = TriggerRef { campaign: position, trigger: running.trigger };
    let campaign = snapshot.campaigns.campaign(reference).filter(|campaign| campaign.enabled)?;
    match campaign.triggers.get(usize::from(running.trigger))? {
        Trigger::Sequence { steps, without, within } if usize::from(running.done) <= steps.len() => {
            Some((reference, steps, without, *within))
        }
        _ => None,
    }
}
