//! The page and its assets as a browser gets them.

use super::*;
use axum::body::Body;
use axum::http::Request;
use tower::ServiceExt;

async fn get_with(path: &str, tag: Option<&str>) -> Response {
    let mut request = Request::get(path);
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    router().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

#[tokio::test]
async fn every_address_is_the_page_and_is_locked_down() {
    for path in ["/dashboard/", "/dashboard/campaigns", "/dashboard/campaigns/exit-offer", "/dashboard/sessions/%3Cscript%3E"] {
        let response = get_with(path, None).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        for part in
            ["default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(part), "{path}: {part}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        assert_eq!(body, PAGE.body.as_bytes(), "the address is not reflected");
    }
}

#[tokio::test]
async fn assets_are_sent_once_per_version() {
    for (path, kind) in [("/dashboard/assets/dashboard.js", "text/javascript"), ("/dashboard/assets/dashboard.css", "text/css")] {
        let first = get_with(path, None).await;
        assert_eq!(first.status(), StatusCode::OK, "{path}");
        assert!(first.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with(kind));
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert_eq!(get_with(path, Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get_with(path, Some(&format!("W/{tag}, \"x\""))).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get_with(path, Some("\"other\"")).await.status(), StatusCode::OK);
    }
    assert_eq!(get_with("/dashboard/assets/../../Cargo.toml", None).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get_with("/dashboard/assets/nothing.js", None).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(get_with("/dashboard", None).await.headers()[header::LOCATION], "/dashboard/");
}
