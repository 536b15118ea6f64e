//! What is remembered of a visitor between visits, where allowed.

use super::Interests;
use super::Key;
use super::Timestamp;
use super::VisitorId;
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

/// How often a campaign was shown to a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct VisitorCap {
    pub campaign: Key,
    /// Start of the current period.
    pub since: Timestamp,
    pub count: u16,
    /// Closed by the visitor, or "less like this".
    pub dismissed: bool,
}
