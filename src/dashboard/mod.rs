//! The dashboard's page and assets, built into the binary.
//!
//! The page is the same for everybody and holds no data; what it shows it asks of the admin interface, which asks who is there.

#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use axum::routing::get;
use data_encoding::HEXLOWER;
use sha2::Digest;
use sha2::Sha256;
use std::sync::LazyLock;

/// A file of the dashboard.
struct Asset {
    kind: &'static str,
    body: &'static str,
    /// Quoted hash of the body, computed at the first request.
    tag: LazyLock<String>,
}

macro_rules! asset {
    ($kind:literal, $path:literal) => {
        Asset { kind: $kind, body: include_str!($path), tag: LazyLock::new(|| tag(include_str!($path))) }
    };
}

static PAGE: Asset = asset!("text/html; charset=utf-8", "../../client-js/dashboard/index.html");
static SCRIPT: Asset = asset!("text/javascript; charset=utf-8", "../../client-js/dist/dashboard.js");
static STYLE: Asset = asset!("text/css; charset=utf-8", "../../client-js/dist/dashboard.css");

/// Nothing but our own files runs or loads, no string becomes code or markup, and nobody frames the page.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
    object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Serves the dashboard under `/dashboard`. Merges with other routers.
pub fn router() -> Router {
    Router::new()
        .route("/dashboard", get(async || Redirect::permanent("/dashboard/")))
        .route("/dashboard/", get(async |headers: HeaderMap| serve(&PAGE, &headers)))
        // The page routes by itself: every address below is the same page.
        .route("/dashboard/{*path}", get(async |headers: HeaderMap| serve(&PAGE, &headers)))
        .route("/dashboard/assets/dashboard.js", get(async |headers: HeaderMap| serve(&SCRIPT, &headers)))
        .route("/dashboard/assets/dashboard.css", get(async |headers: HeaderMap| serve(&STYLE, &headers)))
        .route("/dashboard/assets/{*path}", get(async || StatusCode::NOT_FOUND))
}

fn serve(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let tag: &str = &asset.tag;
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let common = [
        (header::ETAG, tag),
        // Names do not change with content, so a browser asks each time and is mostly told that nothing changed.
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    if known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, asset.kind)], asset.body).into_response()
}

fn tag(body: &str) -> String {
    let hash = Sha256::digest(body.as_bytes());
    // 16 hex digits: two builds differ by more than chance, which is all a tag is for.
    format!("\"{}\"", HEXLOWER.encode(hash.get(..8).unwrap_or_default()))
}
