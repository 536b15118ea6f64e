//! Who takes part in a campaign's experiment at all, before anybody is given an arm.
//!
//! Both questions are answered by hashes of their own. So who takes part says nothing about the arm, and raising a share of traffic
//! adds units and moves none: those who were in keep their arms.

use super::Unit;
use super::bucket_of_parts;
use super::share;
use std::sync::Arc;

const NAMESPACE_PREFIX: &[u8] = b"namespace:";
const TRAFFIC_SUFFIX: &[u8] = b":traffic";

/// A part of the units, cut by the hash of a namespace: campaigns whose slices of one namespace do not meet never have a unit in common.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    pub namespace: Arc<str>,
    /// Shares of units, `0 <= from < to <= 1`; `to` is not part of it.
    pub from: f64,
    pub to: f64,
}

impl Slice {
    pub fn has(&self, unit: &Unit) -> bool {
        let place = bucket_of_parts(NAMESPACE_PREFIX, self.namespace.as_bytes(), &unit.hex());
        self.from <= place && place < self.to
    }

    /// Whether some unit may be in both.
    pub fn meets(&self, other: &Slice) -> bool {
        self.namespace == other.namespace && self.from < other.to && other.from < self.to
    }
}

/// Whether a unit is among the share (0..=1) of a campaign's traffic. Whoever is in a share is in every larger one.
pub fn is_in_traffic(campaign: &str, unit: &Unit, traffic: f64) -> bool {
    let traffic = share(traffic);
    traffic >= 1.0 || bucket_of_parts(campaign.as_bytes(), TRAFFIC_SUFFIX, &unit.hex()) < traffic
}
