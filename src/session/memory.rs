//! What each trigger remembers: whether it has fired and waits to be re-armed, or since when its level lasts.

use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// Memory of the triggers that are not at rest. Bounded: at [`Armed::MAX`] further ones do not fire again in this visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Armed {
    fired: SmallVec<[Key; 2]>,
    levels: SmallVec<[(Key, Timestamp); 1]>,
}

impl Armed {
    pub(super) const MAX: usize = 64;

    /// Marks a trigger as fired. False if it was, or if there is no room to remember.
    pub(super) fn fire(&mut self, trigger: Key) -> bool {
        if self.fired.contains(&trigger) || self.fired.len() == Self::MAX {
            return false;
        }
        self.fired.push(trigger);
        true
    }

    /// Lets every fired trigger for which `is_rearmed` is true fire again.
    pub(super) fn rearm(&mut self, mut is_rearmed: impl FnMut(Key) -> bool) {
        self.fired.retain(|key| !is_rearmed(*key));
    }

    /// Forgets the triggers that are gone.
    pub(super) fn keep(&mut self, mut is_known: impl FnMut(Key) -> bool) {
        self.fired.retain(|key| is_known(*key));
        self.levels.retain(|(key, _)| is_known(*key));
    }

    /// Starts to wait until a level has lasted.
    pub(super) fn start_level(&mut self, trigger: Key, until: Timestamp) {
        if !self.levels.iter().any(|(key, _)| *key == trigger) && self.levels.len() < Self::MAX {
            self.levels.push((trigger, until));
        }
    }

    /// Stops waiting for the levels that are not past their edge any more.
    pub(super) fn keep_levels(&mut self, mut is_past: impl FnMut(Key) -> bool) {
        self.levels.retain(|(key, _)| is_past(*key));
    }

    /// Takes a level that has lasted.
    pub(super) fn take_level(&mut self, at: Timestamp) -> Option<Key> {
        let index = self.levels.iter().position(|(_, until)| *until <= at)?;
        Some(self.levels.remove(index).0)
    }

    pub(super) fn next_level(&self) -> Option<Timestamp> {
        self.levels.iter().map(|(_, until)| *until).min()
    }
}
