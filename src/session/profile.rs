//! What is remembered of a visitor between visits, where allowed.

use super::Trials;
use crate::experiment::Unit;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::VisitorCap;
use crate::model::VisitorId;
use serde::Deserialize;
use serde::Serialize;

/// A visitor's memory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub visitor: VisitorId,
    pub first_seen: Timestamp,
    /// End of the visit before; equal to `first_seen` for a new visitor.
    pub last_seen: Timestamp,
    /// Visits finished before this one.
    pub sessions: u32,
    pub orders: u32,
    pub interests: Interests,
    pub caps: Vec<VisitorCap>,
    /// The visitor turned personalization off.
    pub off: bool,
    /// Products bought, the latest last, at most [`Profile::BOUGHT_MAX`].
    #[serde(default)]
    pub bought: Vec<Key>,
    /// Unit under which the visitor was assigned first; it stays, whoever they turn out to be later.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Experiments the unit takes part in, where measuring is allowed.
    #[serde(default)]
    pub trials: Trials,
}

impl Profile {
    /// Campaigns whose caps are remembered; the oldest makes room.
    pub const CAPS_MAX: usize = 32;

    /// Products bought that are remembered; the oldest makes room.
    pub const BOUGHT_MAX: usize = 32;

    pub fn new(visitor: VisitorId, at: Timestamp) -> Profile {
        Profile {
            visitor,
            first_seen: at,
            last_seen: at,
            sessions: 0,
            orders: 0,
            interests: Interests::default(),
            caps: Vec::new(),
            off: false,
            bought: Vec::new(),
            unit: None,
            trials: Trials::default(),
        }
    }
}

impl Profile {
    /// Remembers what was bought.
    pub fn note_bought(&mut self, products: &[Key]) {
        for &product in products {
            self.bought.retain(|known| *known != product);
            if self.bought.len() == Self::BOUGHT_MAX {
                self.bought.remove(0);
            }
            self.bought.push(product);
        }
    }
}
