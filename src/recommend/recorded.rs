//! What shoppers did before we were there.

use super::Click;
use crate::model::Key;
use crate::model::Timestamp;

/// A visit from somebody's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedVisit {
    pub session: Key,
    /// In order of time; not empty.
    pub clicks: Vec<(Timestamp, Click)>,
}

impl RecordedVisit {
    /// Time of the last click.
    pub fn last(&self) -> Timestamp {
        self.clicks.last().map_or(Timestamp(0), |click| click.0)
    }
}
