//! Styles, script, mark and product pictures, with caching.

use super::Shop;
use crate::demo::picture;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

const MARK: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\">\
<rect width=\"32\" height=\"32\" rx=\"8\" fill=\"#14664a\"/>\
<path d=\"M18 4 8 18h6l-2 10 12-15h-7z\" fill=\"#fff\"/></svg>";

/// A picture opened by itself may style itself and nothing else.
const PICTURE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

pub(super) async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let (kind, body) = match file.as_str() {
        "tokens.css" => ("text/css; charset=utf-8", include_str!("../../../client-js/demo/tokens.css")),
        "shop.css" => ("text/css; charset=utf-8", include_str!("../../../client-js/demo/shop.css")),
        "shop.js" => ("text/javascript; charset=utf-8", include_str!("../../../client-js/dist/shop.js")),
        "kilowatt.svg" => ("image/svg+xml", MARK),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let tag = format!("\"{:016x}\"", xxh3_64(body.as_bytes()));
    let is_known = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if is_known { StatusCode::NOT_MODIFIED.into_response() } else { body.into_response() };
    let described = response.headers_mut();
    described.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    described.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    described.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits are ASCII"));
    response
}

pub(super) async fn picture(State(shop): State<Arc<Shop>>, Path(file): Path<String>) -> Response {
    let product = file.strip_suffix(".svg").and_then(|id| shop.catalog.product(id));
    let Some(product) = product else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::CONTENT_SECURITY_POLICY, PICTURE_POLICY),
    ];
    (headers, picture::svg(product)).into_response()
}
