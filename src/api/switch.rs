//! Switches: everything off, so that every page shows the shop's own content at once; and everything on for one browser, to look at it.

use super::Admin;
use super::body::Text;
use super::error::ApiError;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    off: bool,
}

/// Turns personalization off or on for every session, restarts included.
pub(super) async fn kill(State(admin): State<Arc<Admin>>, body: Text) -> Result<Json<Value>, ApiError> {
    let Wish { off } = body.json()?;
    let (published, kept) = admin.engine.switch(off).await;
    tracing::warn!(off, published, "everything was switched by an administrator");
    // Effective first: stopping everything must not depend on a disk.
    if let Err(error) = kept {
        tracing::error!(%error, "failed to store the switch");
        return Err(ApiError::unavailable("done, but the store did not keep it: a restart will undo it"));
    }
    Ok(Json(json!({ "off": off, "published": published })))
}

/// How long a preview lasts.
const PREVIEW: Duration = Duration::from_secs(3_600);

/// Makes a token with which `?floorwalker_preview=TOKEN` on any page of the shop shows every campaign, whatever the arm; never counted.
pub(super) async fn preview(State(admin): State<Arc<Admin>>) -> Json<Value> {
    let expires = admin.engine.clock.now() + PREVIEW;
    Json(json!({ "token": admin.engine.preview_token(PREVIEW), "parameter": "floorwalker_preview", "expiresMs": expires.millis() }))
}
