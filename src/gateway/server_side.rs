//! Decisions for pages that a shop's server renders.

use super::Gateway;
use crate::engine::Peer;
use crate::engine::random_id;
use crate::model::StreamId;
use crate::protocol::VERSION;
use crate::protocol::wire;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde::Serialize;
use std::sync::Arc;

/// What a shop's server says of the page it renders.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DecideRequest {
    key: String,
    page: wire::Page,
    #[serde(default)]
    consent: wire::Consent,
    visitor: Option<String>,
    session: Option<String>,
    customer: Option<String>,
    language: Option<String>,
    #[serde(default)]
    utc_offset: i16,
    #[serde(default)]
    user_agent: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    touch: bool,
}

/// The desired state of the page, and the token by which the browser continues the same visit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DecideAnswer {
    session: String,
    state: wire::State,
}

pub(super) async fn decide(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    // Every call may begin a visit, so it costs what a handshake costs. A page of another site may not make them; a server sends no Origin.
    if let Err(refused) = gateway.admit_handshake() {
        return refused;
    }
    if headers.contains_key(header::ORIGIN)
        && let Err(refused) = gateway.origin(&headers)
    {
        return refused;
    }
    let request: DecideRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refuse(StatusCode::BAD_REQUEST, "bad_request", &error.to_string()),
    };
    let hello = wire::Hello {
        versions: (VERSION, VERSION),
        key: request.key,
        stream: StreamId(random_id()).to_string(),
        sdk: "server".to_owned(),
        page: request.page,
        visible: true,
        consent: request.consent,
        now: 0.0,
        wall: 0.0,
        language: request.language,
        utc_offset: request.utc_offset,
        viewport: (0, 0),
        touch: request.touch,
        automation: None,
        visitor: request.visitor,
        session: request.session,
        customer: request.customer,
        resume: None,
        preview: None,
        queued: 0,
    };
    let peer = Peer {
        user_agent: request.user_agent.chars().take(512).collect(),
        country: request.country.chars().take(2).collect(),
        gpc: false,
        preview: false,
        accept_language: String::new(),
        // Who asks is the shop's server; where its visitor is, the page says when it connects.
        network: None,
    };
    match gateway.engine.decide(hello, peer).await {
        Ok((session, state)) => axum::Json(DecideAnswer { session, state }).into_response(),
        Err(refused) => {
            let status =
                if (4_000..4_100).contains(&refused.close.code()) { StatusCode::BAD_REQUEST } else { StatusCode::SERVICE_UNAVAILABLE };
            refuse(status, refused.close.reason(), &refused.detail)
        }
    }
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    (status, axum::Json(serde_json::json!({ "error": { "code": code, "message": message } }))).into_response()
}
