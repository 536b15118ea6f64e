//! A visit told again: verified against its recording, or with something changed.

use super::Admin;
use super::body::Id;
use super::body::Text;
use super::error::ApiError;
use super::sessions;
use crate::consent::Purpose;
use crate::engine::retell::Otherwise;
use crate::engine::retell::Replayed;
use crate::engine::retell::RetellError;
use crate::history::Changes;
use crate::history::WhatIfError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::SemaphorePermit;

/// Visits told at a time. Each takes a thread for as long as it is read and gone through.
pub(super) const RETELLING_MAX: usize = 2;
/// Campaigns one request may pause.
const PAUSE_MAX: usize = 100;

/// Goes through everything recorded of a visit, now, and answers with every turn and whether it gave the same effects.
pub(super) async fn replay(State(admin): State<Arc<Admin>>, Id(id): Id) -> Result<Json<Replayed>, ApiError> {
    let _turn = turn(&admin)?;
    Ok(Json(admin.engine.replay(sessions::parse(&id)?).await.map_err(refused)?))
}

/// What is changed. Amounts are in minor units.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    at: usize,
    #[serde(default)]
    set: Set,
    #[serde(default)]
    pause: Vec<Box<str>>,
    #[serde(default)]
    deny: Vec<Purpose>,
    #[serde(default)]
    allow: Vec<Purpose>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    cart: Option<i64>,
}

/// Answers with what would have been decided from a turn on, beside what was. Changes nothing.
pub(super) async fn what_if(State(admin): State<Arc<Admin>>, Id(id): Id, body: Text) -> Result<Json<Otherwise>, ApiError> {
    let id = sessions::parse(&id)?;
    let Change { at, set, pause, deny, allow } = body.json()?;
    if pause.len() > PAUSE_MAX {
        return Err(invalid(format!("at most {PAUSE_MAX} campaigns can be paused at once"), "pause"));
    }
    if deny.iter().chain(&allow).any(|purpose| *purpose == Purpose::Session) {
        return Err(invalid("no page answers for acting within the visit", "deny"));
    }
    let consent = deny.into_iter().map(|purpose| (purpose, false)).chain(allow.into_iter().map(|purpose| (purpose, true))).collect();
    let changes = Changes { at, cart: set.cart, pause, consent };
    let _turn = turn(&admin)?;
    Ok(Json(admin.engine.what_if(id, changes).await.map_err(refused)?))
}

fn turn(admin: &Admin) -> Result<SemaphorePermit<'_>, ApiError> {
    admin.retelling.try_acquire().map_err(|_| ApiError::unavailable("other visits are being gone through; try again in a moment"))
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>, field: &'static str) -> ApiError {
    ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message).of(field)
}

fn refused(error: RetellError) -> ApiError {
    let message = error.to_string();
    match error {
        RetellError::Unknown(_) => ApiError::not_found(message).of("id"),
        RetellError::Busy => ApiError::unavailable(message),
        RetellError::WhatIf(WhatIfError::NoTurn { .. } | WhatIfError::NoPage { .. }) => invalid(message, "at"),
        RetellError::WhatIf(WhatIfError::NoCampaign { .. }) => invalid(message, "pause"),
        RetellError::WhatIf(WhatIfError::Cart { .. }) => invalid(message, "set"),
        RetellError::WhatIf(WhatIfError::Nothing) => invalid(message, "body"),
        // What is recorded does not allow an answer; asking again does not help.
        _ => ApiError::new(StatusCode::CONFLICT, "not_told", message),
    }
}
