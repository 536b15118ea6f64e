//! Where a visit comes from, frozen when it starts.

use serde::Deserialize;
use serde::Serialize;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    Phone,
    Tablet,
    #[default]
    Desktop,
    Bot,
}

impl DeviceKind {
    pub fn name(self) -> &'static str {
        match self {
            DeviceKind::Phone => "phone",
            DeviceKind::Tablet => "tablet",
            DeviceKind::Desktop => "desktop",
            DeviceKind::Bot => "bot",
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferrerKind {
    #[default]
    Direct,
    Search,
    Social,
    Email,
    Ads,
    Internal,
    Other,
}

impl ReferrerKind {
    pub fn name(self) -> &'static str {
        match self {
            ReferrerKind::Direct => "direct",
            ReferrerKind::Search => "search",
            ReferrerKind::Social => "social",
            ReferrerKind::Email => "email",
            ReferrerKind::Ads => "ads",
            ReferrerKind::Internal => "internal",
            ReferrerKind::Other => "other",
        }
    }
}

/// Facts about a visit that do not change while it lasts. Texts are at most 64 bytes, cut at the edge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    pub device: DeviceKind,
    pub touch: bool,
    pub referrer: ReferrerKind,
    pub referrer_host: Box<str>,
    pub utm_source: Box<str>,
    pub utm_medium: Box<str>,
    pub utm_campaign: Box<str>,
    /// Primary subtag, such as `de`.
    pub language: Box<str>,
    /// ISO 3166-1 alpha-2 from a configured header; empty if unknown.
    pub country: Box<str>,
    /// Minutes east of UTC.
    pub utc_offset: i16,
}
