//! What a shop may set about deciding. All values are frozen into the snapshot.

use serde::Deserialize;
use serde::Serialize;
use std::time::Duration;

/// Settings of the core.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub guard: Guard,
    pub experiments: Experiments,
    pub visit: Visit,
    /// Programs get what people get, and count like them: for shops that are driven by tests. Default no.
    #[serde(default)]
    pub serve_bots: bool,
}

/// Bounds against over-personalization.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guard {
    /// Placement changes per page view; overlays count. Default 12, 1..=50.
    pub changes_per_page: u8,
    /// Overlays and notices per visit. Default 3, 0..=20.
    pub interruptions_per_session: u8,
    /// Least time between two interruptions of different campaigns. Default 60 s.
    pub interruption_spacing: Duration,
}

impl Default for Guard {
    fn default() -> Self {
        Guard { changes_per_page: 12, interruptions_per_session: 3, interruption_spacing: Duration::from_secs(60) }
    }
}

/// Shares that keep the shop's default, and what is measured of everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Experiments {
    /// Share of visitors who see no campaign at all. Default 0.02, 0..=0.5.
    pub holdout: f64,
    /// Caps the baseline of every campaign; 0 switches baselines off. Default 0.5.
    pub baseline_max: f64,
    /// How long after its entry a unit's orders count. Default 14 days. Chosen: most who buy come back within two weeks.
    #[serde(default = "Experiments::window")]
    pub window: Duration,
    /// Share of the price of goods of unknown cost that is profit, 0..=1. Default 1: without costs profit is revenue.
    #[serde(default = "Experiments::margin")]
    pub margin: f64,
    /// Events of the shop that are counted as metrics, at most 4.
    #[serde(default)]
    pub metrics: Vec<Box<str>>,
}

impl Experiments {
    fn window() -> Duration {
        Duration::from_secs(14 * 86_400)
    }

    fn margin() -> f64 {
        1.0
    }
}

impl Default for Experiments {
    fn default() -> Self {
        Experiments { holdout: 0.02, baseline_max: 0.5, window: Self::window(), margin: Self::margin(), metrics: Vec::new() }
    }
}

/// Time rules of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Silence that ends a visit. Default 30 min.
    pub ends_after: Duration,
    /// Longest visit. Default 24 h.
    pub longest: Duration,
    /// A lost stream may come back within this time. Default 120 s.
    pub resume_within: Duration,
    /// Heartbeat the page is asked for while attentive. Default 5 s.
    pub attention_beat: Duration,
    /// Attention counts this long after the last sign of it; two and a half beats.
    pub attention_credit: Duration,
    /// Without input for this long the page calls the shopper idle. Default 30 s.
    pub idle_after: Duration,
    /// From a leaving signal to acting on it, unless the shopper returns. Default 700 ms: pointer excursions to the tab bar that
    /// come back are mostly shorter. Chosen, not measured.
    pub exit_confirmation: Duration,
    /// Weak leaving signals on touch screens add up within this window. Default 10 s.
    pub exit_window: Duration,
    /// Events older than this at arrival update state but fire nothing. Default 60 s.
    pub late_after: Duration,
}

impl Default for Visit {
    fn default() -> Self {
        Visit {
            ends_after: Duration::from_secs(1_800),
            longest: Duration::from_secs(86_400),
            resume_within: Duration::from_secs(120),
            attention_beat: Duration::from_secs(5),
            attention_credit: Duration::from_millis(12_500),
            idle_after: Duration::from_secs(30),
            exit_confirmation: Duration::from_millis(700),
            exit_window: Duration::from_secs(10),
            late_after: Duration::from_secs(60),
        }
    }
}
