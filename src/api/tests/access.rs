//! Who gets in where.

use super::support::Answer;
use super::support::Shop;
use crate::api::auth::Access;
use crate::api::login_link;
use crate::api::routes;
use crate::delivery::Token;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use std::collections::BTreeSet;
use std::time::Duration;
use tower::ServiceExt;

/// What is promised of every route. One that is missing here, or here only, fails the test.
const MATRIX: [(&str, &str, Access); 33] = [
    ("GET", "/healthz", Access::Open),
    ("GET", "/readyz", Access::Open),
    ("GET", "/metrics", Access::Open),
    ("GET", "/dashboard/login", Access::Open),
    ("GET", "/admin/v1/overview", Access::Read),
    ("GET", "/admin/v1/live", Access::Read),
    ("GET", "/admin/v1/sessions/{id}", Access::Read),
    ("GET", "/admin/v1/sessions/{id}/live", Access::Read),
    ("GET", "/admin/v1/sessions/{id}/replay", Access::Read),
    ("POST", "/admin/v1/sessions/{id}/whatif", Access::Change),
    ("GET", "/admin/v1/campaigns", Access::Read),
    ("POST", "/admin/v1/campaigns/check", Access::Change),
    ("GET", "/admin/v1/campaigns/{id}", Access::Read),
    ("PUT", "/admin/v1/campaigns/{id}", Access::Change),
    ("POST", "/admin/v1/campaigns/{id}/pause", Access::Change),
    ("POST", "/admin/v1/campaigns/{id}/resume", Access::Change),
    ("GET", "/admin/v1/offers", Access::Read),
    ("GET", "/admin/v1/offers/pools", Access::Read),
    ("POST", "/admin/v1/offers/pools/{id}", Access::Change),
    ("GET", "/admin/v1/offers/{id}", Access::Read),
    ("POST", "/admin/v1/offers/{id}/revoke", Access::Change),
    ("GET", "/admin/v1/experiments", Access::Read),
    ("GET", "/admin/v1/experiments.csv", Access::Read),
    ("GET", "/admin/v1/experiments/{id}", Access::Read),
    ("GET", "/admin/v1/recommendations", Access::Read),
    ("GET", "/admin/v1/quality", Access::Read),
    ("POST", "/admin/v1/kill", Access::Change),
    ("POST", "/admin/v1/preview", Access::Change),
    ("GET", "/admin/{*path}", Access::Read),
    ("POST", "/admin/{*path}", Access::Change),
    ("PUT", "/admin/{*path}", Access::Change),
    ("PATCH", "/admin/{*path}", Access::Change),
    ("DELETE", "/admin/{*path}", Access::Change),
];

#[test]
fn the_matrix_names_every_route() {
    let row = |method: &str, path: &str, access: Access| format!("{method} {path} {access:?}");
    let promised: BTreeSet<String> = MATRIX.iter().map(|(method, path, access)| row(method, path, *access)).collect();
    let served: BTreeSet<String> = routes().iter().map(|route| row(route.method.as_str(), route.path, route.access)).collect();
    assert_eq!(promised, served);
    for (_, path, access) in MATRIX {
        assert!(access != Access::Open || !path.starts_with("/admin"), "{path} is open");
    }
}

async fn status(shop: &Shop, method: &str, path: &str, headers: &[(&str, String)]) -> StatusCode {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    shop.app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
}

#[tokio::test]
async fn every_route_with_every_kind_of_caller() {
    let shop = Shop::open().await;
    let engine = &shop.engine;
    let now = engine.seconds();
    let sign = |token: Token, expires: u32| engine.signer.sign(&token, expires);
    let good = engine.admin_token(Duration::from_secs(60));
    let link = login_link(engine, "http://x");
    let (_, link) = link.split_once("token=").unwrap();
    let mut cut = good.clone();
    cut.pop();
    let wrong = [
        String::new(),
        "wrong".to_owned(),
        cut,
        format!("{good}A"),
        "A".repeat(4_096),
        sign(Token::Admin { nonce: [1; 16] }, now),
        sign(Token::Session { session: [1; 16] }, now + 60),
        sign(Token::Visitor { visitor: [1; 16] }, now + 60),
        sign(Token::Preview { nonce: [1; 16] }, now + 60),
        crate::delivery::Signer::new(vec![[9; 32]], 1).sign(&Token::Admin { nonce: [1; 16] }, now + 60),
        link.to_owned(),
    ];
    let csrf = ("x-floorwalker-csrf", "1".to_owned());
    for (method, path, access) in MATRIX {
        let path = path.replace("{id}", &"0".repeat(32)).replace("{*path}", "v2/nothing");
        let name = format!("{method} {path}");
        let is_in = |status: StatusCode| !matches!(status.as_u16(), 401 | 403 | 429);
        let bare = status(&shop, method, &path, &[]).await;
        if access == Access::Open {
            assert!(is_in(bare), "{name} is open, but answered {bare}");
            continue;
        }
        assert_eq!(bare, StatusCode::UNAUTHORIZED, "{name} without a token");
        assert_eq!(status(&shop, method, &path, std::slice::from_ref(&csrf)).await, StatusCode::UNAUTHORIZED, "{name} with a header only");
        for token in &wrong {
            let bearer = ("authorization", format!("Bearer {token}"));
            let cookie = ("cookie", format!("floorwalker_admin={token}"));
            for caller in [bearer, cookie] {
                let status = status(&shop, method, &path, &[caller, csrf.clone()]).await;
                assert!(matches!(status.as_u16(), 401 | 429), "{name} with {token}: {status}");
            }
        }
        for scheme in ["Basic", "Token"] {
            let status = status(&shop, method, &path, &[("authorization", format!("{scheme} {good}"))]).await;
            assert!(matches!(status.as_u16(), 401 | 429), "{name} as {scheme}: {status}");
        }
        let cookie = ("cookie", format!("theme=dark; floorwalker_admin={good}; x=1"));
        let bearer = ("authorization", format!("Bearer {good}"));
        assert!(is_in(status(&shop, method, &path, std::slice::from_ref(&bearer)).await), "{name} by bearer");
        assert!(is_in(status(&shop, method, &path, &[cookie.clone(), csrf.clone()]).await), "{name} by cookie");
        let plain = status(&shop, method, &path, std::slice::from_ref(&cookie)).await;
        match access {
            Access::Change => assert_eq!(plain, StatusCode::FORBIDDEN, "{name} by cookie without the header"),
            _ => assert!(is_in(plain), "{name} by cookie"),
        }
        let both = status(&shop, method, &path, &[cookie, csrf.clone(), ("authorization", "Bearer wrong".to_owned())]).await;
        assert!(matches!(both.as_u16(), 401 | 429), "{name}: a cookie does not heal a wrong bearer, {both}");
    }
}

async fn follow(shop: &Shop, link: &str, method: &str) -> Answer {
    shop.send(Request::builder().method(method).uri(link).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_link_lets_one_browser_in_once() {
    let shop = Shop::open().await;
    let link = login_link(&shop.engine, "http://127.0.0.1:8080/");
    let link = link.strip_prefix("http://127.0.0.1:8080").unwrap();
    assert!(link.starts_with("/dashboard/login?token="), "{link}");
    assert_eq!(follow(&shop, link, "HEAD").await.status, StatusCode::NO_CONTENT, "a look does not use it up");
    let first = follow(&shop, link, "GET").await;
    assert_eq!((first.status, &first.headers["location"]), (StatusCode::SEE_OTHER, &"/dashboard/".parse().unwrap()));
    assert_eq!(first.headers["cache-control"], "no-store");
    let cookie = first.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/admin", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap();
    let answer = shop.send(Request::get("/admin/v1/overview").header("cookie", cookie).body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let second = follow(&shop, link, "GET").await;
    assert_eq!((second.status, second.code()), (StatusCode::UNAUTHORIZED, "unauthorized".to_owned()));
    assert!(second.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn only_a_fresh_link_opens_the_exchange() {
    let shop = Shop::open().await;
    let now = shop.engine.seconds();
    let nonce = |made: u32| {
        let mut nonce = [3; 16];
        nonce[..4].copy_from_slice(b"link");
        nonce[4..8].copy_from_slice(&made.to_be_bytes());
        nonce
    };
    let sign = |nonce, expires| shop.engine.signer.sign(&Token::Admin { nonce }, expires);
    for (what, token) in [
        ("another admin token", shop.engine.admin_token(Duration::from_secs(60))),
        ("an expired link", sign(nonce(now), now)),
        ("a link from before the restart", sign(nonce(now - 60), now + 60)),
        ("another kind", shop.engine.signer.sign(&Token::Preview { nonce: nonce(now) }, now + 60)),
        ("nonsense", "%00%ff".to_owned()),
    ] {
        let answer = follow(&shop, &format!("/dashboard/login?token={token}"), "GET").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{what}");
        assert!(answer.headers.get("set-cookie").is_none(), "{what}");
    }
    assert_eq!(follow(&shop, "/dashboard/login", "GET").await.code(), "no_token");
    let good = sign(nonce(now + 1), now + 60);
    assert_eq!(follow(&shop, &format!("/dashboard/login?x=1&token={good}"), "GET").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn wrong_tokens_are_slowed_down_and_right_ones_are_not() {
    let shop = Shop::open().await;
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(status(&shop, "GET", "/admin/v1/overview", &[("authorization", "Bearer wrong".to_owned())]).await.as_u16());
    }
    assert_eq!(answers[..20], [401; 20], "the first are told what is wrong");
    assert!(answers.ends_with(&[429]), "{answers:?}");
    assert_eq!(shop.get("/admin/v1/overview").await.status, StatusCode::OK);
    assert_eq!(status(&shop, "GET", "/admin/v1/overview", &[]).await, StatusCode::UNAUTHORIZED, "a logged-out browser is told");
}

#[tokio::test]
async fn nothing_is_kept_framed_or_shared_with_other_sites() {
    let shop = Shop::open().await;
    for path in ["/admin/v1/overview", "/admin/v1/nothing", "/healthz", "/dashboard/login"] {
        let request = Request::get(path).header("authorization", &shop.bearer).header("origin", "https://evil.example");
        let answer = shop.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(answer.headers["referrer-policy"], "no-referrer", "{path}");
        assert!(answer.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"), "{path}");
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{path}");
    }
}

#[tokio::test]
async fn stands_beside_the_pages_of_the_dashboard() {
    let shop = Shop::open().await;
    let pages = axum::Router::new().route("/dashboard/{*path}", axum::routing::get(async || "page"));
    let both = pages.merge(shop.app.clone());
    for (path, expect) in [("/dashboard/campaigns", StatusCode::OK), ("/dashboard/login", StatusCode::BAD_REQUEST)] {
        let response = both.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), expect, "{path}");
    }
}
