//! Campaigns through the admin interface: the same files, checked and published the same way.

use super::Admin;
use super::body::Id;
use super::body::Text;
use super::budgets::Limit;
use super::budgets::budgets;
use super::error::ApiError;
use super::words;
use crate::campaign::Campaign;
use crate::campaign::Finding;
use crate::campaign::Mistake;
use crate::decide::Snapshot;
use crate::engine::CampaignTotals;
use crate::engine::Engine;
use crate::engine::FileMistake;
use crate::model::key_of;
use crate::offer::Totals;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Looks for contradictions in a set of campaigns; what it needs to know of the shop it brings along.
pub type Lint = Box<dyn Fn(&[Arc<Campaign>], &Snapshot) -> Vec<Finding> + Send + Sync>;

#[derive(Serialize)]
pub(super) struct CampaignList {
    campaigns: Vec<CampaignView>,
    errors: Vec<FileMistake>,
    lint: Vec<Finding>,
}

/// A campaign in words and counts.
#[derive(Serialize)]
pub(super) struct CampaignView {
    id: String,
    name: String,
    goal: String,
    priority: i32,
    baseline: f64,
    purpose: &'static str,
    trust: &'static str,
    enabled: bool,
    file: String,
    when: String,
    triggers: Vec<String>,
    placements: Vec<String>,
    actions: Vec<&'static str>,
    variants: Vec<VariantView>,
    counts: CampaignTotals,
    /// Of campaigns that have made offers.
    #[serde(skip_serializing_if = "Option::is_none")]
    offers: Option<Totals>,
    /// Limits of what it may give away; none where it makes no offers or has no budget.
    budgets: Vec<Limit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

#[derive(Serialize)]
struct VariantView {
    id: String,
    weight: u32,
}

fn view(engine: &Engine, snapshot: &Snapshot, campaign: &Campaign, counts: CampaignTotals, offers: Option<Totals>) -> CampaignView {
    let mut placements: Vec<String> =
        campaign.actions().map(|action| action.placement.to_string()).filter(|placement| !placement.is_empty()).collect();
    placements.sort();
    placements.dedup();
    let mut actions: Vec<&'static str> = campaign.actions().map(|action| action.name()).collect();
    actions.sort_unstable();
    actions.dedup();
    CampaignView {
        id: campaign.id.to_string(),
        name: campaign.name.to_string(),
        goal: campaign.goal.to_string(),
        priority: campaign.priority,
        baseline: campaign.baseline,
        purpose: campaign.needs.name(),
        trust: campaign.trust.name(),
        enabled: campaign.enabled,
        file: campaign.file.to_string(),
        when: campaign.when.as_ref().map_or("", |when| when.source()).to_owned(),
        triggers: words::triggers(campaign, &snapshot.catalog),
        placements,
        actions,
        variants: campaign.variants.iter().map(|variant| VariantView { id: variant.id.to_string(), weight: variant.weight }).collect(),
        counts,
        offers,
        budgets: budgets(engine, campaign),
        source: None,
    }
}

/// Answers with all campaigns in force, what is wrong in the files, and what lint says.
pub(super) async fn list(State(admin): State<Arc<Admin>>) -> Result<Json<CampaignList>, ApiError> {
    aside(move || {
        let snapshot = admin.engine.snapshot.load_full();
        let mut totals = admin.engine.counts.totals();
        let in_force = snapshot.campaigns.campaigns();
        let mut offers = admin.engine.offer_totals();
        let campaigns = in_force
            .iter()
            .map(|campaign| {
                let counts = totals.remove(&campaign.key.0).unwrap_or_default();
                view(&admin.engine, &snapshot, campaign, counts, offers.remove(&campaign.key))
            })
            .collect();
        Json(CampaignList { campaigns, errors: admin.campaigns.mistakes(), lint: lint(&admin, in_force, &snapshot) })
    })
    .await
}

/// Answers with one campaign and its source.
pub(super) async fn show(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<CampaignView>, ApiError> {
    let snapshot = admin.engine.snapshot.load_full();
    let campaign = find(&snapshot, &id)?;
    let counts = admin.engine.counts.totals().remove(&campaign.key.0).unwrap_or_default();
    let offers = admin.engine.offer_totals().remove(&campaign.key);
    Ok(Json(CampaignView { source: Some(campaign.source.to_string()), ..view(&admin.engine, &snapshot, campaign, counts, offers) }))
}

/// Says what is wrong with a file, publishing nothing.
pub(super) async fn check(State(admin): State<Arc<Admin>>, Text(text): Text) -> Result<Json<Value>, ApiError> {
    aside(move || {
        let (errors, lint) = match admin.campaigns.check(&text) {
            Ok(campaign) => (Vec::new(), lint_draft(&admin, campaign)),
            Err(mistakes) => (mistakes, Vec::new()),
        };
        Json(json!({ "errors": errors, "lint": lint }))
    })
    .await
}

/// Writes a campaign's file and publishes it; one that is wrong changes nothing.
pub(super) async fn replace(State(admin): State<Arc<Admin>>, Id(id): Id, Text(text): Text) -> Result<Response, ApiError> {
    let _alone = admin.writing.lock().await;
    let snapshot = admin.engine.snapshot.load_full();
    // A new campaign gets a file of its name, which another campaign may live in.
    let file = format!("{id}.toml");
    if let Some(owner) = snapshot.campaigns.campaigns().iter().find(|campaign| *campaign.file == *file && *campaign.id != *id) {
        let message = format!("the file {file} holds the campaign `{}`", owner.id);
        return Err(ApiError::new(StatusCode::CONFLICT, "file_taken", message).of("id"));
    }
    let admin = admin.clone();
    aside(move || match admin.campaigns.write(&id, &text) {
        Ok(()) => {
            let published = admin.engine.publish_campaigns(&admin.campaigns);
            tracing::info!(campaign = id, published, "a campaign was written by an administrator");
            let snapshot = admin.engine.snapshot.load_full();
            let mut lint = lint(&admin, snapshot.campaigns.campaigns(), &snapshot);
            lint.retain(|finding| *finding.campaign == *id);
            Json(json!({ "published": published, "lint": lint })).into_response()
        }
        Err(mistakes) => refuse(&mistakes),
    })
    .await
}

fn refuse(mistakes: &[Mistake]) -> Response {
    let message = mistakes.first().map_or_else(String::new, |first| format!("line {}: {}", first.line, first.message));
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let error = ApiError::new(status, "invalid_campaign", message).json();
    (status, Json(json!({ "error": error, "errors": mistakes }))).into_response()
}

/// Takes a campaign out of every page until it is resumed, restarts included.
pub(super) async fn pause(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<Value>, ApiError> {
    set_paused(&admin, &id, true).await
}

/// Lets a paused campaign act again.
pub(super) async fn resume(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<Value>, ApiError> {
    set_paused(&admin, &id, false).await
}

async fn set_paused(admin: &Admin, id: &str, paused: bool) -> Result<Json<Value>, ApiError> {
    if !admin.campaigns.pause(id, paused) {
        return Err(unknown());
    }
    let published = admin.engine.publish_campaigns(&admin.campaigns);
    tracing::info!(campaign = id, paused, published, "a campaign was paused or resumed by an administrator");
    // Effective first: stopping a wrong campaign must not depend on a disk.
    if let Err(error) = admin.engine.save_paused(&admin.campaigns).await {
        tracing::error!(%error, "failed to store which campaigns are paused");
        return Err(ApiError::unavailable("done, but the store did not keep it: a restart will undo it"));
    }
    let snapshot = admin.engine.snapshot.load_full();
    let enabled = find(&snapshot, id)?.enabled;
    if !paused && !enabled {
        return Err(ApiError::new(StatusCode::CONFLICT, "disabled_in_file", "the campaign's file says enabled = false"));
    }
    Ok(Json(json!({ "id": id, "enabled": enabled, "published": published })))
}

/// What lint says about a set: the only place that asks it.
fn lint(admin: &Admin, campaigns: &[Arc<Campaign>], snapshot: &Snapshot) -> Vec<Finding> {
    (admin.lint)(campaigns, snapshot)
}

/// What lint would say about a draft among the campaigns in force.
fn lint_draft(admin: &Admin, draft: Campaign) -> Vec<Finding> {
    let snapshot = admin.engine.snapshot.load_full();
    let id = draft.id.clone();
    let others = snapshot.campaigns.campaigns().iter().filter(|campaign| campaign.id != id).cloned();
    let set: Vec<Arc<Campaign>> = others.chain([Arc::new(draft)]).collect();
    let mut findings = lint(admin, &set, &snapshot);
    findings.retain(|finding| *finding.campaign == *id);
    findings
}

fn find<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Arc<Campaign>, ApiError> {
    snapshot.campaigns.find(key_of(id)).filter(|campaign| *campaign.id == *id).ok_or_else(unknown)
}

fn unknown() -> ApiError {
    ApiError::not_found("no campaign has this id").of("id")
}

/// Runs what reads files or looks at all campaigns off the threads that serve visitors.
pub(super) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "an admin request failed");
        ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the request failed; the log says why")
    })
}
