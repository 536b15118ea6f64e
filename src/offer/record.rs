//! The log: applying all its lines rebuilds the ledger.

use super::Grant;
use super::GrantKey;
use super::Past;
use super::State;
use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    Granted(Box<Grant>),
    Step {
        key: GrantKey,
        state: State,
        at: Timestamp,
    },
    Redeemed {
        key: GrantKey,
        order: Box<str>,
        at: Timestamp,
        /// What the order cost the shop, minor units.
        #[serde(default)]
        value: i64,
    },
    /// Closed grants of a campaign that are no longer kept, and the sum of all that ever were forgotten.
    Forgotten {
        campaign: Key,
        past: Past,
        keys: Vec<GrantKey>,
    },
}
