//! Frames from the page.

use super::Event;
use serde::Deserialize;
use serde::Serialize;
use ts_rs::TS;

/// A frame from the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ClientFrame {
    /// First frame of every connection.
    Hello(Box<Hello>),
    /// What the shopper did, in order.
    Events(EventBatch),
    /// The revision the page has reached and what became of decisions.
    Applied(Applied),
    /// Answer to `ping`.
    Pong(Pong),
    /// The page is going away.
    Bye(Bye),
}

/// Opens a connection: who, which page, what the page may be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// Lowest and highest protocol version the client speaks.
    pub versions: (u8, u8),
    /// Publishable key of the shop.
    pub key: String,
    /// 16 random bytes as 32 hex digits, made once per page load.
    pub stream: String,
    /// Name and version of the client library, for diagnosis.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub sdk: String,
    pub page: Page,
    /// Whether the page is on screen.
    pub visible: bool,
    /// Consent known so far; a missing purpose is "unknown", which counts as no.
    #[serde(default)]
    #[ts(optional, as = "Option<Consent>")]
    pub consent: Consent,
    /// Milliseconds since the page started (monotonic).
    pub now: f64,
    /// The client's clock, milliseconds since the Unix epoch.
    pub wall: f64,
    /// BCP 47 tag, as `navigator.language`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
    /// Minutes east of UTC on the visitor's clock.
    #[serde(default)]
    #[ts(optional, as = "Option<i16>")]
    pub utc_offset: i16,
    /// Width and height of the viewport in CSS pixels.
    #[serde(default)]
    #[ts(optional, as = "Option<(u16, u16)>")]
    pub viewport: (u16, u16),
    /// Whether the main pointer is a finger.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub touch: bool,
    /// Signs of a browser that no person drives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub automation: Option<Automation>,
    /// Token that names the visitor, from an earlier `welcome`; only stored with consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub visitor: Option<String>,
    /// Token that names the visit, from an earlier `welcome` of this browser (any tab).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub session: Option<String>,
    /// Compact JWS by which the shop's server vouches for a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub customer: Option<String>,
    /// Continues this stream after a lost connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub resume: Option<Resume>,
    /// Preview token from the dashboard: forces campaigns, never counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub preview: Option<String>,
    /// How many events the client holds unacknowledged.
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub queued: u32,
}

/// What a stream needs to continue where it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    pub token: String,
    pub epoch: String,
    /// Last revision the page applied.
    #[ts(type = "number")]
    pub rev: u64,
}

/// The page a connection is on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Absolute address; the engine keeps the path and the campaign parameters only.
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub referrer: Option<String>,
    /// `home category product search cart checkout order account content other`.
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub product: Option<String>,
    /// Dotted path, such as `computers.notebook`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub category: Option<String>,
    /// Placements that stand on this page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Placement>>")]
    pub placements: Vec<Placement>,
    /// Names of the shop's `<template>`s that stand on this page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub templates: Vec<String>,
    /// BCP 47, the language of its text; without it sentences are in that of the `hello`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
}

/// A named spot on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Placement {
    pub name: String,
    pub kind: PlacementKind,
    /// Whether its top edge was above the fold when the page was announced.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub above: bool,
    /// Whether the shop allows changes here after the first input (`data-floorwalker-live`).
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub live: bool,
    /// Product ids in the shop's own order; lists only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub items: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PlacementKind {
    Block,
    List,
    Cta,
    Nav,
}

/// What every source of consent says, as it now stands. The engine lets one no win over every yes, and takes silence for no.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Consent {
    /// The shop's own word: act within this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub session: Option<bool>,
    /// Choose content by behavior in this visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub personalize: Option<bool>,
    /// Link visits of this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remember: Option<bool>,
    /// Measure lift and traffic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub measure: Option<bool>,
    /// Send out to third parties.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub share: Option<bool>,
    /// Global Privacy Control, as `navigator.globalPrivacyControl`.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub gpc: bool,
    /// What the shop platform's privacy settings say (Shopify).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub platform: Option<Purposes>,
    /// What Google's Consent Mode says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub mode: Option<Purposes>,
    /// What the consent platform of IAB's framework says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub tcf: Option<Tcf>,
}

/// A source's answer in our purposes. A missing one is not spoken of; a source that has not been answered yet says no.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Purposes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub session: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub personalize: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub remember: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub measure: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub share: Option<bool>,
}

/// IAB's Transparency and Consent Framework 2.2 or 2.3, as `__tcfapi` reports it. The engine decodes the string itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Tcf {
    /// The TC string, at most 8,192 bytes.
    #[serde(default)]
    #[ts(optional, as = "Option<String>")]
    pub string: String,
    /// `gdprApplies`; unknown counts as no consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub applies: Option<bool>,
    /// Whether the shopper has answered, now or earlier: `tcloaded` or `useractioncomplete`.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub answered: bool,
}

/// Facts about the browser that a person's browser answers in one way and a driven one often in another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Automation {
    /// `navigator.webdriver`.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub webdriver: bool,
    /// The window has no outer size, as in a browser without a screen.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub windowless: bool,
    /// How many languages the browser prefers; a person's has at least one.
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub languages: u32,
}

/// Events of one stream, numbered from `first` without a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EventBatch {
    /// Number of the first event; a stream starts at 1.
    #[ts(type = "number")]
    pub first: u64,
    /// When the batch left, milliseconds since the page started.
    pub sent_at: f64,
    pub list: Vec<TimedEvent>,
    /// Last revision applied.
    #[serde(default)]
    #[ts(optional, as = "Option<f64>")]
    pub rev: u64,
}

/// One event and when it happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TimedEvent {
    /// Milliseconds since the page started.
    pub at: f64,
    pub event: Event,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    #[ts(type = "number")]
    pub rev: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Receipt>>")]
    pub receipts: Vec<Receipt>,
}

/// What became of one decision on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    pub decision: String,
    pub state: ReceiptState,
    /// Why it failed or was suppressed: `late missing template hidden`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ReceiptState {
    Received,
    /// At least half visible for a second.
    Shown,
    Dismissed,
    Clicked,
    Failed,
    Suppressed,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Pong {
    pub n: u32,
    pub now: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Bye {
    /// `pagehide` or `off`.
    pub reason: String,
}
