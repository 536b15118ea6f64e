//! What campaigns have proven: results of experiments, complete up to a watermark that every answer names.

use super::Admin;
use super::body::Id;
use super::error::ApiError;
use crate::engine::results::Pause;
use crate::engine::results::Trial;
use crate::experiment::Report;
use crate::experiment::report_csv;
use crate::model::Timestamp;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Experiments {
    watermark_ms: u64,
    experiments: Vec<View>,
}

/// A report, and what was done because of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct View {
    id: String,
    campaign: String,
    name: String,
    /// Ids of the variants in the order of their slots, from 2 on.
    variants: Vec<String>,
    /// Units that enter now, enter this one.
    running: bool,
    watermark_ms: u64,
    /// The guardrail that paused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    paused: Option<Pause>,
    report: Report,
}

impl View {
    fn of(trial: &Trial, watermark: Timestamp, running: bool, paused: Option<Pause>) -> View {
        View {
            id: trial.id(),
            campaign: trial.campaign.to_string(),
            name: trial.name.to_string(),
            variants: trial.variants.iter().map(ToString::to_string).collect(),
            running,
            watermark_ms: watermark.millis(),
            paused,
            report: trial.report(watermark),
        }
    }
}

fn views(admin: &Admin, id: Option<&str>) -> Experiments {
    let tables = admin.engine.results.tables();
    let pauses = admin.engine.pauses();
    let running = admin.engine.running_experiments();
    let trials = match id {
        Some(id) => tables.find(id).into_iter().collect(),
        None => tables.trials(),
    };
    let experiments = trials
        .into_iter()
        .map(|trial| View::of(trial, tables.watermark, running.contains(&trial.key), pauses.get(&trial.key.0).cloned()))
        .collect();
    Experiments { watermark_ms: tables.watermark.millis(), experiments }
}

/// Answers with all experiments, each without curves and segments.
pub(super) async fn list(State(admin): State<Arc<Admin>>) -> Result<Json<Experiments>, ApiError> {
    super::campaigns::aside(move || {
        let mut found = views(&admin, None);
        for view in &mut found.experiments {
            view.report.shorten();
        }
        Json(found)
    })
    .await
}

/// Answers with one experiment, by its id or the latest of a campaign by the campaign's.
pub(super) async fn show(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<View>, ApiError> {
    let found = super::campaigns::aside(move || views(&admin, Some(&id)).experiments.pop()).await?;
    found.map(Json).ok_or_else(|| ApiError::not_found("no experiment has this id; nobody may have entered it yet").of("id"))
}

/// Answers with one row per variant and metric, as a CSV file.
pub(super) async fn export(State(admin): State<Arc<Admin>>) -> Result<Response, ApiError> {
    let text = super::campaigns::aside(move || {
        let tables = admin.engine.results.tables();
        let mut text = String::new();
        for trial in tables.trials() {
            let rows = report_csv(&trial.id(), &trial.report(tables.watermark));
            // Each comes with the header; one is enough.
            text.push_str(if text.is_empty() { &rows } else { rows.split_once('\n').map_or("", |(_, rows)| rows) });
        }
        text
    })
    .await?;
    let disposition = "attachment; filename=\"experiments.csv\"";
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, disposition)], text).into_response())
}
