//! Offers through the admin interface: what was made, what became of it, what it costs; codes that the shop uploads.

use super::Admin;
use super::body::Id;
use super::body::Lines;
use super::budgets::Limit;
use super::budgets::budgets;
use super::error::ApiError;
use crate::campaign::Campaign;
use crate::catalog::Catalog;
use crate::decide::Snapshot;
use crate::engine::OfferError;
use crate::engine::PoolError;
use crate::model::Key;
use crate::model::key_of;
use crate::offer::Grant;
use crate::offer::PoolLevel;
use crate::offer::State as OfferState;
use crate::offer::Totals;
use axum::Json;
use axum::extract::Query;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Offers in one answer, and where the caller does not say.
const LIST_MAX: usize = 1_000;
const LIST: usize = 100;
/// Hours of grants in the list's answer.
const HOURS: u32 = 24;
/// Wrong lines of an upload that are named; the rest is counted.
const WRONG_LINES_MAX: usize = 100;

/// An offer as people look at it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OfferView {
    code: String,
    campaign: String,
    state: &'static str,
    kind: &'static str,
    amount: i64,
    minimum_minor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_minor: Option<i64>,
    categories: Vec<String>,
    single_use: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pool: Option<String>,
    currency: String,
    granted_ms: u64,
    expires_ms: u64,
    changed_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    value_minor: i64,
}

/// Names of what the ledger knows by key.
struct Names<'a> {
    snapshot: &'a Snapshot,
    pools: Vec<PoolLevel>,
}

impl Names<'_> {
    /// Campaigns that are gone keep the digits of their key.
    fn campaign(&self, key: Key) -> String {
        self.snapshot.campaigns.find(key).map_or_else(|| format!("{key:?}"), |campaign| campaign.id.to_string())
    }

    fn view(&self, grant: &Grant) -> OfferView {
        let terms = &grant.terms;
        let catalog: &Catalog = &self.snapshot.catalog;
        let pool = terms.pool.map(|key| self.pools.iter().find(|pool| key_of(&pool.name) == key).map_or("", |pool| &*pool.name).to_owned());
        OfferView {
            code: grant.code.to_string(),
            campaign: self.campaign(grant.campaign),
            state: grant.state.name(),
            kind: terms.kind.name(),
            amount: terms.amount,
            minimum_minor: terms.minimum,
            most_minor: terms.most,
            categories: terms.categories().filter_map(|key| catalog.category_name(key).map(str::to_owned)).collect(),
            single_use: terms.single_use,
            pool,
            currency: grant.currency.code().to_owned(),
            granted_ms: grant.granted.millis(),
            expires_ms: grant.expires.millis(),
            changed_ms: grant.changed.millis(),
            order: (!grant.order.is_empty()).then(|| grant.order.to_string()),
            value_minor: grant.value,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    campaign: Option<String>,
    state: Option<String>,
    limit: Option<usize>,
}

/// Answers with the newest offers, the sums and budgets of every campaign, what was granted in the last hours, and the pools.
pub(super) async fn list(State(admin): State<Arc<Admin>>, asked: Result<Query<Asked>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let wrong = |field, message: String| ApiError::new(StatusCode::BAD_REQUEST, "bad_query", message).of(field);
    let Query(asked) = asked.map_err(|error| wrong("query", error.body_text()))?;
    let state = match asked.state.as_deref() {
        None => None,
        Some(name) => {
            let names = OfferState::ALL.map(OfferState::name).join(", ");
            Some(OfferState::parse(name).ok_or_else(|| wrong("state", format!("one of {names}")))?)
        }
    };
    let limit = asked.limit.unwrap_or(LIST);
    if !(1..=LIST_MAX).contains(&limit) {
        return Err(wrong("limit", format!("1 to {LIST_MAX}")));
    }
    let engine = &admin.engine;
    let snapshot = engine.snapshot.load_full();
    let names = Names { snapshot: &snapshot, pools: engine.pools() };
    let campaign = asked.campaign.as_deref().map(key_of);
    let grants = engine.offers(campaign, state, limit);
    let by_campaign = engine.offer_totals();
    let totals: BTreeMap<String, &Totals> = by_campaign.iter().map(|(key, totals)| (names.campaign(*key), totals)).collect();
    let limits = |campaign: &Arc<Campaign>| (campaign.id.to_string(), budgets(engine, campaign));
    let in_force = snapshot.campaigns.campaigns().iter();
    let budgets: BTreeMap<String, Vec<Limit>> = in_force.map(limits).filter(|(_, limits)| !limits.is_empty()).collect();
    let counts = engine.offer_counts();
    let refused: BTreeMap<&str, u64> = counts.refused.into_iter().filter(|(_, count)| *count > 0).collect();
    Ok(Json(json!({
        "offers": grants.iter().map(|grant| names.view(grant)).collect::<Vec<_>>(),
        "open": engine.open_offers(),
        "openMax": engine.config.offers.limits.open,
        "currency": snapshot.catalog.currency().code(),
        "totals": totals,
        "budgets": budgets,
        "hours": engine.offer_hours(campaign, HOURS),
        // Since the start of the server; the sums above are for good.
        "refused": refused,
        "redemptions": BTreeMap::from(counts.redemptions),
        "pools": names.pools.iter().map(|level| pool(&admin, level)).collect::<Vec<_>>(),
    })))
}

/// Answers with one offer.
pub(super) async fn show(State(admin): State<Arc<Admin>>, Id(code): Id) -> Result<Json<Value>, ApiError> {
    let grant = admin.engine.find_offer(&code).ok_or_else(unknown)?;
    Ok(Json(offer(&admin, &grant)))
}

/// Withdraws a code; the answer comes when it is durable.
pub(super) async fn revoke(State(admin): State<Arc<Admin>>, Id(code): Id) -> Result<Json<Value>, ApiError> {
    match admin.engine.revoke_offer(&code).await {
        Ok(grant) => {
            tracing::info!(offer = ?grant.key, "an offer was withdrawn by an administrator");
            Ok(Json(offer(&admin, &grant)))
        }
        Err(OfferError::Store(error)) => {
            tracing::error!(%error, "an offer could not be withdrawn");
            Err(ApiError::unavailable("the store did not keep it; ask again"))
        }
        Err(OfferError::Code(crate::offer::CodeError::Unknown)) => Err(unknown()),
        Err(OfferError::Code(error)) => Err(ApiError::new(StatusCode::CONFLICT, error.code(), error.to_string()).of("code")),
    }
}

fn offer(admin: &Admin, grant: &Grant) -> Value {
    let snapshot = admin.engine.snapshot.load_full();
    json!(Names { snapshot: &snapshot, pools: admin.engine.pools() }.view(grant))
}

fn unknown() -> ApiError {
    ApiError::not_found("no offer has this code").of("code")
}

fn pool(admin: &Admin, level: &PoolLevel) -> Value {
    let is_low = level.free < admin.engine.config.offers.pool_low;
    json!({ "name": level.name, "free": level.free, "given": level.given, "low": is_low })
}

/// Answers with all pools.
pub(super) async fn pools(State(admin): State<Arc<Admin>>) -> Json<Value> {
    Json(json!({ "pools": admin.engine.pools().iter().map(|level| pool(&admin, level)).collect::<Vec<_>>() }))
}

/// Adds codes, one a line, to a pool; all of them or none. The answer comes when they are durable.
pub(super) async fn stock(State(admin): State<Arc<Admin>>, Id(name): Id, Lines(text): Lines) -> Response {
    match admin.engine.stock_pool(&name, &text).await {
        Ok(level) => {
            tracing::info!(pool = %level.name, free = level.free, "codes were uploaded by an administrator");
            Json(pool(&admin, &level)).into_response()
        }
        Err(PoolError::Lines(wrong)) => {
            let message = wrong.first().map_or_else(String::new, ToString::to_string);
            let error = ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_codes", message).of("body").json();
            let lines = wrong.iter().take(WRONG_LINES_MAX).map(|one| json!({ "line": one.line, "message": one.reason.to_string() }));
            let body = json!({ "error": error, "errors": lines.collect::<Vec<_>>(), "wrong": wrong.len() });
            (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
        }
        Err(error @ PoolError::Name) => ApiError::new(StatusCode::BAD_REQUEST, "bad_name", error.to_string()).of("name").into_response(),
        Err(error @ PoolError::Empty) => ApiError::new(StatusCode::BAD_REQUEST, "no_codes", error.to_string()).of("body").into_response(),
        Err(PoolError::Store(error)) => {
            tracing::error!(%error, "uploaded codes could not be stored");
            ApiError::unavailable("the store did not keep them; upload them again").into_response()
        }
    }
}
