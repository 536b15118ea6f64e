//! Posted forms, read with a bound on their size and refused when another site sent them.

use axum::body::to_bytes;
use axum::extract::FromRequest;
use axum::extract::Query;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use serde::de::DeserializeOwned;

/// Most bytes a form may have; an honest checkout is under 1 KiB.
const FORM_BYTES_MAX: usize = 8 * 1024;

/// The fields of an `application/x-www-form-urlencoded` body.
pub(super) struct Form<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = StatusCode;

    async fn from_request(request: Request, _state: &S) -> Result<Form<T>, StatusCode> {
        let is_foreign = request.headers().get("sec-fetch-site").is_some_and(|site| site == "cross-site");
        if is_foreign {
            return Err(StatusCode::FORBIDDEN);
        }
        let body = to_bytes(request.into_body(), FORM_BYTES_MAX).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let text = std::str::from_utf8(&body).map_err(|_| StatusCode::BAD_REQUEST)?;
        // A form body is spelled like a query, so the query extractor reads it.
        let uri: Uri = format!("/?{text}").parse().map_err(|_| StatusCode::BAD_REQUEST)?;
        Query::try_from_uri(&uri).map(|Query(fields)| Form(fields)).map_err(|_| StatusCode::BAD_REQUEST)
    }
}
