//! For load balancers and supervisors: is it alive, may it get visitors.

use super::Admin;
use crate::store::journal::Health;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Alive as long as it answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "alive": true, "version": env!("CARGO_PKG_VERSION") }))
}

/// Ready unless it drains or cannot promise to keep what it is told.
pub(super) async fn ready(State(admin): State<Arc<Admin>>) -> (StatusCode, Json<Value>) {
    let mut reasons = Vec::new();
    if admin.engine.is_draining() {
        reasons.push("the engine is draining".to_owned());
    }
    if let Some(trouble) = journal_trouble(&admin.engine.journal_health()) {
        reasons.push(trouble.to_owned());
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({ "ready": reasons.is_empty(), "reasons": reasons })))
}

/// What is wrong with the journal, without paths or system messages: this is told to everybody.
pub(super) fn journal_trouble(health: &Health) -> Option<&'static str> {
    match health {
        Health::Good => None,
        Health::DiskFull => Some("the disk is full: reactions go on, acknowledgements wait"),
        Health::Failed(_) => Some("the journal has failed: reactions go on, nothing is acknowledged until a restart"),
        Health::Overrun { .. } => Some("the journal outgrew its limit twice over: a crash would lose what sessions have not saved"),
    }
}
