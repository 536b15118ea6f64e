//! What requests carry, read so that every refusal is JSON: bodies bounded in size and time, ids in addresses.

use super::error::ApiError;
use axum::extract::FromRequest;
use axum::extract::FromRequestParts;
use axum::extract::Path;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::time::Duration;

/// Largest body accepted. A campaign file may have half of it.
pub(super) const BYTES_MAX: usize = 64 * 1024;
/// Largest list: about 80,000 codes.
const LINES_BYTES_MAX: usize = 1024 * 1024;
/// A body that is not complete after this long is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A body as text.
pub(super) struct Text(pub(super) String);

impl Text {
    /// Reads the text as JSON.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_str(&self.0).map_err(|error| ApiError::new(StatusCode::BAD_REQUEST, "bad_json", error.to_string()).of("body"))
    }
}

/// A long list as text, one entry a line.
pub(super) struct Lines(pub(super) String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read(request, BYTES_MAX).await.map(Text)
    }
}

impl<S: Send + Sync> FromRequest<S> for Lines {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        read(request, LINES_BYTES_MAX).await.map(Lines)
    }
}

async fn read(request: Request, bytes_max: usize) -> Result<String, ApiError> {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > bytes_max as u64) {
        return Err(too_large(bytes_max));
    }
    let reading = axum::body::to_bytes(request.into_body(), bytes_max);
    let bytes = match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) if error.source().is_some_and(|source| source.is::<LengthLimitError>()) => return Err(too_large(bytes_max)),
        Ok(Err(_)) => return Err(ApiError::new(StatusCode::BAD_REQUEST, "incomplete", "the body did not arrive whole").of("body")),
        Err(_) => return Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, "slow", "the body took too long").of("body")),
    };
    String::from_utf8(bytes.into()).map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "not_utf8", "the body is not UTF-8").of("body"))
}

fn too_large(bytes_max: usize) -> ApiError {
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", format!("the body is larger than {bytes_max} bytes")).of("body")
}

/// The `{id}` of an address.
pub(super) struct Id(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        // Only bytes that are not UTF-8 are refused here; they name nothing.
        let found = Path::from_request_parts(parts, state).await;
        found.map(|Path(id)| Id(id)).map_err(|_| ApiError::not_found("nothing has this id").of("id"))
    }
}
