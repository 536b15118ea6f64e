//! Counts for Prometheus. Open to whoever reaches the port, therefore nothing of any visitor: totals, and campaigns by their ids.
//! A shop that does not want even those known keeps `/metrics` behind its proxy.

use super::Admin;
use super::overview::resident_bytes;
use super::status::journal_trouble;
use crate::engine::CampaignTotals;
use crate::engine::Engine;
use crate::model::key_of;
use crate::telemetry::Page;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

/// Answers in the OpenMetrics text format.
pub(super) async fn show(State(admin): State<Arc<Admin>>) -> Response {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Reader(admin)));
    let mut text = String::new();
    // Writing to a String cannot fail, and the reader passes errors of writing on only.
    let _ = encode(&mut text, &registry);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}

/// Reads the engine's own counters when asked; nothing is counted twice for the sake of the format.
struct Reader(Arc<Admin>);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Collector for Reader {
    fn encode(&self, encoder: DescriptorEncoder) -> fmt::Result {
        let engine = &self.0.engine;
        let mut page = Page::new(encoder);
        engine_wide(&mut page, engine)?;
        page.gauge("process_resident_memory_bytes", "Memory in RAM", resident_bytes())?;
        for (name, help, histogram) in [
            ("floorwalker_reaction_seconds", "From reading a frame to having written its answers", engine.stats.reaction.snapshot()),
            ("floorwalker_ack_seconds", "From applying an event to its durable acknowledgement", engine.stats.ack.snapshot()),
        ] {
            page.quantiles(name, help, &histogram)?;
        }
        page.quantiles(
            "floorwalker_index_answer_seconds",
            "Time of the live indexes to answer a visit",
            &engine.learning.stats.answer.snapshot(),
        )?;
        recommendations(&mut page, engine)?;
        by_campaign(&mut page, engine)
    }
}

fn engine_wide(page: &mut Page<'_>, engine: &Engine) -> fmt::Result {
    let stats = &engine.stats;
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let connections = u64::try_from(stats.connections.load(Ordering::Relaxed)).unwrap_or(0);
    let snapshot = engine.snapshot.load();
    page.gauge("floorwalker_sessions", "Live sessions", engine.directory.len() as u64)?;
    page.gauge("floorwalker_connections", "Open connections", connections)?;
    page.gauge("floorwalker_campaigns", "Campaigns in force", snapshot.campaigns.len() as u64)?;
    page.gauge("floorwalker_snapshot_version", "Version of the published snapshot", snapshot.version)?;
    page.gauge("floorwalker_off", "1 while everything is switched off", u64::from(snapshot.off))?;
    page.gauge("floorwalker_draining", "1 while no connection is taken", u64::from(engine.is_draining()))?;
    page.gauge(
        "floorwalker_journal_good",
        "1 while events are acknowledged",
        u64::from(journal_trouble(&engine.journal_health()).is_none()),
    )?;
    for (name, help, counter) in [
        ("floorwalker_visits", "Sessions started", &stats.sessions),
        ("floorwalker_session_failures", "Sessions that failed and were brought back or given up", &stats.panics),
        ("floorwalker_events", "Events applied", &stats.events),
        ("floorwalker_duplicates", "Events that came again", &stats.duplicates),
        ("floorwalker_rejected", "Events that were not of the schema", &stats.rejected),
        ("floorwalker_connections_refused", "Connections refused at hello", &stats.refused),
        ("floorwalker_pushes", "Changes sent to pages", &stats.pushes),
        ("floorwalker_decisions", "Decisions taken, shown or not", &stats.decisions),
        ("floorwalker_orders", "Orders seen", &stats.orders),
    ] {
        page.counter(name, help, count(counter))?;
    }
    let exits = [("confirmed", &stats.exits_confirmed), ("cancelled", &stats.exits_cancelled)];
    page.labeled(
        "floorwalker_exits",
        "Leaving signals by what came of them",
        "outcome",
        exits.map(|(name, counter)| (name, count(counter))),
    )?;
    let counts = engine.offer_counts();
    let grants = [("granted", count(&stats.grants)), ("again", counts.again), ("refused", count(&stats.grants_refused))];
    page.labeled("floorwalker_grants", "Offers asked of the ledger", "outcome", grants)?;
    let refused = counts.refused.iter().filter(|(_, count)| *count > 0).map(|(reason, count)| ([("reason", *reason)], *count));
    page.family("floorwalker_grant_refusals", "Offers not made, by reason", refused)?;
    page.labeled("floorwalker_redemptions", "Codes redeemed by orders", "outcome", counts.redemptions)?;
    page.counter("floorwalker_offers_expired", "Codes that expired unused", counts.expired)?;
    page.gauge("floorwalker_offers_open", "Codes that may still be used", u64::from(engine.open_offers()))?;
    page.labeled("floorwalker_cart_tokens", "Carts signed by the shop's server", "outcome", engine.cart_tokens())?;
    let pools = engine.pools();
    let levels = pools.iter().flat_map(|level| {
        [("free", level.free), ("given", level.given)].map(|(state, count)| ([("pool", &*level.name), ("state", state)], count))
    });
    page.gauges("floorwalker_pool_codes", "Uploaded codes", levels)
}

fn recommendations(page: &mut Page<'_>, engine: &Engine) -> fmt::Result {
    let learning = &engine.learning;
    let (views, carts) = (learning.views(), learning.carts());
    page.gauge("floorwalker_index_visits", "Visits that recommendations learn from", views.sessions() as u64)?;
    page.gauge("floorwalker_index_clicks", "Clicks that recommendations learn from", (views.interactions() + carts.interactions()) as u64)?;
    page.gauge("floorwalker_index_bytes", "Memory of the live indexes", (views.bytes() + carts.bytes()) as u64)?;
    let stats = &learning.stats;
    page.counter("floorwalker_index_questions", "Questions of visits to the live indexes", stats.questions.load(Ordering::Relaxed))?;
    page.counter("floorwalker_index_learned", "Clicks learned", stats.learned.load(Ordering::Relaxed))?;
    page.counter("floorwalker_index_missed", "Clicks learned at the next start only", stats.missed.load(Ordering::Relaxed))?;
    let outcomes = engine.shelves.totals().flat_map(|(strategy, totals)| {
        [("listed", totals.lists), ("completed", totals.completed), ("viewed", totals.viewed), ("carted", totals.carted)]
            .map(|(outcome, count)| ([("strategy", strategy.name()), ("outcome", outcome)], count))
    });
    page.family("floorwalker_recommendations", "Lists of each strategy, and what shoppers made of them", outcomes)
}

fn by_campaign(page: &mut Page<'_>, engine: &Engine) -> fmt::Result {
    let snapshot = engine.snapshot.load();
    let totals: BTreeMap<u64, CampaignTotals> = engine.counts.totals();
    // Campaigns that are gone have no name any more.
    let named: Vec<(&str, &CampaignTotals)> =
        snapshot.campaigns.campaigns().iter().filter_map(|campaign| Some((&*campaign.id, totals.get(&key_of(&campaign.id).0)?))).collect();
    let outcomes =
        named.iter().flat_map(|(id, totals)| outcomes(totals).map(|(outcome, count)| ([("campaign", *id), ("outcome", outcome)], count)));
    page.family("floorwalker_campaign_outcomes", "What became of each campaign", outcomes)?;
    let refusals = named
        .iter()
        .flat_map(|(id, totals)| totals.refused.iter().map(|(reason, count)| ([("campaign", *id), ("reason", reason.as_str())], *count)));
    page.family("floorwalker_campaign_refusals", "Why each campaign did not act", refusals)?;
    let offers = engine.offer_totals();
    let known = || snapshot.campaigns.campaigns().iter().filter_map(|campaign| Some((&*campaign.id, offers.get(&campaign.key)?)));
    let states = known().flat_map(|(id, totals)| {
        [("open", totals.open), ("redeemed", totals.redeemed), ("expired", totals.expired), ("revoked", totals.revoked)]
            .map(|(state, count)| ([("campaign", id), ("state", state)], count))
    });
    page.gauges("floorwalker_campaign_offers", "Offers of each campaign, by state", states)?;
    let values = known().flat_map(|(id, totals)| {
        let minor = |minor: i64| u64::try_from(minor).unwrap_or(0);
        [("reserved", minor(totals.reserved_minor)), ("spent", minor(totals.spent_minor))]
            .map(|(state, value)| ([("campaign", id), ("state", state)], value))
    });
    page.gauges("floorwalker_campaign_offer_value_minor", "What the offers of each campaign may still and did cost", values)
}

fn outcomes(totals: &CampaignTotals) -> [(&'static str, u64); 11] {
    [
        ("triggered", totals.triggered),
        ("pushed", totals.pushed),
        ("baseline", totals.baseline),
        ("holdout", totals.holdout),
        ("received", totals.received),
        ("shown", totals.shown),
        ("clicked", totals.clicked),
        ("dismissed", totals.dismissed),
        ("failed", totals.failed),
        ("suppressed", totals.suppressed),
        ("ordered", totals.orders),
    ]
}
