//! One session as the dashboard shows it.

use super::Admin;
use super::body::Id;
use super::error::ApiError;
use crate::engine::SessionMsg;
use crate::engine::view::SessionView;
use crate::model::SessionId;
use axum::Json;
use axum::extract::State;
use ractor::rpc::CallResult;
use std::sync::Arc;
use std::time::Duration;

/// A session that takes longer to answer is stuck or buried in work.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers with everything about a live session.
pub(super) async fn show(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<SessionView>, ApiError> {
    Ok(Json(*inspect(&admin, parse(&id)?).await?))
}

/// The session a path names.
pub(super) fn parse(id: &str) -> Result<SessionId, ApiError> {
    id.parse().map_err(|_| unknown())
}

/// Asks a live session about itself.
pub(super) async fn inspect(admin: &Admin, id: SessionId) -> Result<Box<SessionView>, ApiError> {
    let session = admin.engine.directory.get(id).ok_or_else(unknown)?;
    match session.call(SessionMsg::Inspect, Some(PATIENCE)).await {
        Ok(CallResult::Success(view)) => Ok(view),
        Ok(CallResult::Timeout) => Err(ApiError::unavailable("the session did not answer in time")),
        // It ended between the two lines.
        Ok(CallResult::SenderError) | Err(_) => Err(unknown()),
    }
}

pub(super) fn unknown() -> ApiError {
    ApiError::not_found("no live session has this id").of("id")
}
