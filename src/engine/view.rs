//! What people see of sessions: summaries, timeline entries and proofs, ready for JSON.

use crate::decide::Snapshot;
use crate::model::Interests;
use crate::model::Key;
use crate::model::PageKind;
use crate::session::Session;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// One live session in a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    pub id: SessionIdText,
    pub started_ms: u64,
    pub last_ms: u64,
    pub returning: bool,
    pub preview: bool,
    pub device: String,
    pub country: String,
    pub language: String,
    pub referrer: String,
    pub page: PageView,
    pub attentive: bool,
    pub attention_ms: u64,
    pub page_attention_ms: u64,
    pub cart_value: i64,
    pub cart_items: u32,
    pub intent: f64,
    pub interest: String,
    pub connections: usize,
    pub events: u32,
    pub pushes: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_decision: Option<LastDecision>,
}

/// A session id as text.
pub type SessionIdText = String;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageView {
    pub kind: String,
    pub path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastDecision {
    pub campaign: String,
    pub variant: String,
    pub outcome: String,
    pub at_ms: u64,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    pub seq: u64,
    pub at_ms: u64,
    /// `event decision receipt connection timer`.
    pub kind: String,
    pub title: String,
    pub detail: BTreeMap<String, serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofView>,
}

/// A decision's proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    pub id: String,
    pub trigger: String,
    /// `pushed baseline nothing`.
    pub outcome: String,
    pub took_us: u64,
    pub considered: Vec<ConsideredView>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConsideredView {
    pub campaign: String,
    pub name: String,
    pub priority: i16,
    /// `won baseline refused`.
    pub outcome: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sentence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    pub propensity: f32,
    pub reads: Vec<ReadView>,
    pub limits: Vec<LimitView>,
    pub placements: Vec<String>,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadView {
    pub name: String,
    pub value: String,
    pub clause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LimitView {
    pub name: String,
    pub used: u32,
    pub max: u32,
}

/// Everything about one session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    pub summary: Summary,
    pub counts: CountsView,
    pub entries: Vec<Entry>,
    pub interests: InterestsView,
    pub placements: Vec<PlacementView>,
}

/// What the shopper did in this visit, each act counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountsView {
    pub page_views: u32,
    pub product_views: u32,
    pub searches: u32,
    pub clicks: u32,
    pub scrolls: u32,
    pub cart_adds: u32,
    pub orders: u32,
    /// Times the shopper seemed to leave and did.
    pub exits_confirmed: u16,
    /// Times the shopper seemed to leave and came back.
    pub exits_cancelled: u16,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InterestsView {
    pub categories: Vec<(String, f64)>,
    pub brands: Vec<(String, f64)>,
    pub price_band: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacementView {
    pub stream: String,
    pub page: String,
    pub placement: String,
    pub campaign: String,
    pub variant: String,
    pub text: String,
}

/// Something just pushed, for the live floor.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spark {
    pub session: SessionIdText,
    pub campaign: String,
    pub variant: String,
    pub placement: String,
    pub at_ms: u64,
    pub outcome: String,
}

/// Sums a session up.
pub fn summary(session: &Session, snapshot: &Snapshot, connections: usize, last_decision: Option<LastDecision>) -> Summary {
    let front = session.front().or_else(|| session.streams().iter().max_by_key(|stream| stream.touched));
    let page = front.and_then(|stream| stream.page.as_deref());
    let catalog = &snapshot.catalog;
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let counters = session.counters();
    Summary {
        id: session.id().to_string(),
        started_ms: session.started().millis(),
        last_ms: session.last_active().millis(),
        returning: session.profile().is_some_and(|profile| profile.sessions > 0),
        preview: session.is_preview(),
        device: session.context().device.name().to_owned(),
        country: session.context().country.to_string(),
        language: session.context().language.to_string(),
        referrer: session.context().referrer.name().to_owned(),
        page: page.map_or_else(PageView::default, |page| PageView {
            kind: page.page.kind.name().to_owned(),
            path: page.page.path.to_string(),
            product: text(&page.page.product_id),
            category: text(&page.page.category),
            title: catalog.product(page.page.product).map(|product| product.name.to_string()),
        }),
        attentive: session.attention().attended(session.now()).is_some(),
        attention_ms: session.attention().total_us() / 1_000,
        page_attention_ms: page.map_or(0, |page| page.attention_us / 1_000),
        cart_value: session.cart().value().minor,
        cart_items: session.cart().items(),
        intent: session.intent(),
        interest: session.interests().and_then(|own| catalog.category_label(own.categories.top()?)).unwrap_or_default().to_owned(),
        connections,
        events: counters.events,
        pushes: counters.pushes,
        last_decision,
    }
}

/// Counts of a session.
pub fn counts(session: &Session) -> CountsView {
    let (counters, exit) = (session.counters(), session.exit());
    CountsView {
        page_views: counters.page_views,
        product_views: counters.product_views,
        searches: counters.searches,
        clicks: counters.clicks,
        scrolls: counters.scrolls,
        cart_adds: counters.cart_adds,
        orders: counters.orders,
        exits_confirmed: exit.confirmed,
        exits_cancelled: exit.cancelled,
    }
}

/// Interests in names.
pub fn interests(session: &Session, snapshot: &Snapshot) -> InterestsView {
    let now = session.now();
    let nothing = Interests::default();
    let interests = session.interests().unwrap_or(&nothing);
    let named = |keys: Vec<Key>, name: &dyn Fn(Key) -> Option<String>, share: &dyn Fn(Key) -> f64| {
        keys.into_iter().filter_map(|key| Some((name(key)?, share(key)))).collect::<Vec<_>>()
    };
    InterestsView {
        categories: named(interests.categories.keys().collect(), &|key| snapshot.catalog.category_label(key).map(str::to_owned), &|key| {
            interests.categories.share(now, key)
        }),
        brands: named(interests.brands.keys().collect(), &|key| snapshot.catalog.brand_name(key).map(str::to_owned), &|key| {
            interests.brands.share(now, key)
        }),
        price_band: interests.band().map_or("none", |band| band.name()).to_owned(),
    }
}

/// What stands on the open pages of a session.
pub fn placements(session: &Session) -> Vec<PlacementView> {
    session
        .streams()
        .iter()
        .filter(|stream| stream.connected)
        .flat_map(|stream| {
            let page = stream.page.as_ref().map_or(PageKind::Other, |page| page.page.kind).name();
            session.desired(stream.id).map(move |held| PlacementView {
                stream: stream.id.to_string(),
                page: page.to_owned(),
                placement: held.placement.to_string(),
                campaign: held.id.to_string(),
                variant: held.variant.to_string(),
                text: held.content.summary(),
            })
        })
        .collect()
}
