//! Frames to the page.

use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// A frame to the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ServerFrame {
    Welcome(Box<Welcome>),
    Ack(Ack),
    Push(Push),
    State(State),
    Ping(Ping),
    Goaway(Goaway),
    Error(ErrorFrame),
}

/// Answer to `hello`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Welcome {
    pub version: u8,
    /// Token that names the visit; give it in every `hello` of this browser.
    pub session: String,
    /// Token that names the visitor; only with consent to remember.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub visitor: Option<String>,
    /// Token that continues this stream.
    pub resume: String,
    /// Life of the engine's data; a changed epoch means history was lost.
    pub epoch: String,
    pub resumed: bool,
    /// `fsync os memory`: what an `ack` promises.
    pub durability: String,
    /// Last event number that is already durable for this stream.
    #[ts(type = "number")]
    pub ack: u64,
    /// The engine's clock, milliseconds since the Unix epoch.
    #[ts(type = "number")]
    pub wall: u64,
    /// How long a lost connection may be resumed.
    pub resume_ms: u32,
    pub capture: Capture,
    /// The desired state; absent where `resumed` with an equal revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub state: Option<State>,
}

/// What the page should report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Capture {
    pub clicks: bool,
    pub scroll: bool,
    pub exit: bool,
    /// Heartbeat while attentive; 0 turns attention off.
    pub attention_ms: u32,
    /// Without input for this long the shopper is idle.
    pub idle_ms: u32,
}

/// Every event up to `seq` is durable and counted once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ack {
    #[ts(type = "number")]
    pub seq: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<Rejected>>")]
    pub rejected: Vec<Rejected>,
}

/// An event that was consumed but not used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Rejected {
    #[ts(type = "number")]
    pub seq: u64,
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    pub message: String,
}

/// Brings the page from revision `from` to `rev`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Push {
    #[ts(type = "number")]
    pub from: u64,
    #[ts(type = "number")]
    pub rev: u64,
    pub patches: Vec<Patch>,
}

/// The whole desired state of the page; what is not named stands as the shop's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct State {
    #[ts(type = "number")]
    pub rev: u64,
    pub patches: Vec<Patch>,
}

/// One change and the decision behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    pub op: Op,
    /// Absent on `clear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub decision: Option<Decision>,
    /// Milliseconds the page may wait before it must drop the patch; 0 is no limit.
    #[serde(default)]
    #[ts(optional, as = "Option<u32>")]
    pub ttl_ms: u32,
}

/// The short form of a decision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    pub id: String,
    pub campaign: String,
    pub variant: String,
    /// A sentence for the shopper, in the page's language.
    pub why: String,
    /// Kinds of data it rests on, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<String>>")]
    pub used: Vec<String>,
    /// What must be told beside the placement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub notice: Option<Disclosure>,
}

/// What must be told beside a placement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Disclosure {
    /// `ranking price`.
    pub kind: String,
    /// The whole sentence, in the page's language.
    pub text: String,
}

/// What to do to the page. Nothing else ever changes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Op {
    /// Fill a block from one of the shop's templates.
    Fill { placement: String, template: String, data: BTreeMap<String, String> },
    /// Order a list's children by product id; ids not named keep their order behind.
    Order { list: String, ids: Vec<String> },
    /// Set a call to action.
    Cta {
        placement: String,
        label: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        href: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tone: Option<String>,
    },
    /// Add shortcuts before a navigation's own entries and move named entries to the front.
    Nav { placement: String, shortcuts: Vec<Shortcut>, promote: Vec<String> },
    /// Show an offer, in a placement or as the overlay (`placement` = `overlay`).
    Offer {
        placement: String,
        template: String,
        data: BTreeMap<String, String>,
        terms: Terms,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        code: Option<String>,
        /// Milliseconds since the Unix epoch, the engine's clock.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number")]
        expires_at: Option<u64>,
    },
    /// Fill a placement with products, each through the named template.
    Recommend {
        placement: String,
        template: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        title: Option<String>,
        strategy: String,
        items: Vec<Item>,
    },
    /// Switch `data-layout` on the placement.
    Layout { placement: String, layout: String },
    /// Say something quietly, once.
    Notice {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        tone: Option<String>,
    },
    /// Give the page an event (`floorwalker.on`).
    Emit { name: String, data: BTreeMap<String, String> },
    /// Put the shop's default back (also `overlay`).
    Clear { placement: String },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Shortcut {
    pub label: String,
    pub href: String,
}

/// What an offer gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// `percent fixed free_shipping none`.
    pub kind: String,
    /// Percent, or integer minor units.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub amount: i64,
    /// Least cart value, integer minor units.
    #[serde(default)]
    #[ts(optional, type = "number")]
    pub minimum: i64,
}

/// A recommended product, ready for `data-field` names of the same spelling.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    pub id: String,
    pub name: String,
    pub href: String,
    pub image: String,
    /// Already formatted, such as `$ 1,299.00`.
    pub price: String,
    pub brand: String,
    /// Why this product, a short sentence.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ping {
    pub n: u32,
    #[ts(type = "number")]
    pub wall: u64,
}

/// Reconnect at a random moment between the two.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Goaway {
    pub min_ms: u32,
    pub max_ms: u32,
    pub code: u16,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ErrorFrame {
    pub code: String,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub field: Option<String>,
    pub retryable: bool,
}
