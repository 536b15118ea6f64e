//! Everything a decision may read that is not the visit itself: one immutable, versioned value.

use super::Scores;
use super::Settings;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::learn::lessons::Policies;
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
    /// How campaigns that learn choose among their variants.
    pub policies: Arc<Policies>,
    /// The shop's own models.
    pub scores: Arc<Scores>,
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
            policies: Arc::default(),
            scores: Arc::default(),
            settings: Arc::new(Settings::default()),
            off: false,
        }
    }
}
