//! Everything a decision may read that is not the visit itself: one immutable, versioned value.

use super::Settings;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::recommend::Model;
use crate::recommend::Trends;
use std::sync::Arc;

/// What is true for all sessions at a moment.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Grows with every publication.
    pub version: u64,
    pub catalog: Arc<Catalog>,
    pub campaigns: Arc<CampaignSet>,
    pub model: Arc<Model>,
    /// What is wanted now.
    pub trends: Arc<Trends>,
    pub settings: Arc<Settings>,
    /// Everything is off: sessions count, nothing is shown.
    pub off: bool,
}

impl Snapshot {
    /// No products, no campaigns, default settings.
    pub fn empty() -> Snapshot {
        Snapshot {
            version: 0,
            catalog: Arc::new(Catalog::empty()),
            campaigns: Arc::new(CampaignSet::default()),
            model: Arc::new(Model::empty()),
            trends: Arc::new(Trends::empty()),
            settings: Arc::new(Settings::default()),
            off: false,
        }
    }
}
