//! How often a visitor has seen a campaign.

use super::Key;
use super::Timestamp;
use serde::Deserialize;
use serde::Serialize;

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
