//! Bodies and addresses that mean harm, and what everybody may read.

use super::support::HELLO;
use super::support::Shop;
use crate::api::body::BYTES_MAX;
use axum::body::Body;
use axum::http::StatusCode;
use futures_util::stream;
use serde_json::Value;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

const CHANGES: [(&str, &str); 3] =
    [("PUT", "/admin/v1/campaigns/hello"), ("POST", "/admin/v1/campaigns/check"), ("POST", "/admin/v1/kill")];

#[tokio::test]
async fn bodies_have_limits() {
    let shop = Shop::open().await;
    for (method, path) in CHANGES {
        let large = shop.ask(method, path, "x".repeat(BYTES_MAX + 1)).await;
        assert_eq!((large.status, large.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too_large"), "{path}");
        // Without a length, an endless body is cut where the limit is.
        let endless = stream::repeat_with(|| Ok::<_, Infallible>(vec![b'#'; 8_192]));
        let endless = shop.ask(method, path, Body::from_stream(endless)).await;
        assert_eq!(endless.code(), "too_large", "{path}");
        let broken = stream::iter([Ok(b"id = ".to_vec()), Err(std::io::Error::other("gone"))]);
        assert_eq!(shop.ask(method, path, Body::from_stream(broken)).await.code(), "incomplete", "{path}");
        let binary = shop.ask(method, path, b"id = \"\xff\xfe\"".to_vec()).await;
        assert_eq!((binary.status, binary.code().as_str()), (StatusCode::BAD_REQUEST, "not_utf8"), "{path}");
    }
    assert_eq!(shop.engine.snapshot.load().version, 0, "nothing was published");
}

#[tokio::test]
async fn broken_documents_are_answered_and_never_a_panic() {
    let shop = Shop::open().await;
    let nested = format!("x = {}1{}", "[".repeat(15_000), "]".repeat(15_000));
    let dotted = format!("{}a = 1", "a.".repeat(12_000));
    let tables = format!("[{}a]", "a.".repeat(12_000));
    let texts = [
        nested.as_str(),
        &dotted,
        &tables,
        "\0",
        "\u{feff}id = \"x\"",
        "id = \"x\"\nid = \"y\"",
        "[[trigger]]\n[[trigger]]",
        "priority = 1e400",
    ];
    for text in texts {
        let checked = shop.ask("POST", "/admin/v1/campaigns/check", text.to_owned()).await;
        assert_eq!(checked.status, StatusCode::OK, "{:.40}", text);
        assert!(!checked.json()["errors"].as_array().unwrap().is_empty(), "{text:.40}");
        let put = shop.ask("PUT", "/admin/v1/campaigns/hello", text.to_owned()).await;
        assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:.40}");
    }
    let deep = "[".repeat(60_000);
    for text in ["", "{}", "null", r#"{"off": 1}"#, r#"{"off": true, "on": true}"#, r#"{"off": true} {}"#, deep.as_str()] {
        assert_eq!(shop.ask("POST", "/admin/v1/kill", text.to_owned()).await.code(), "bad_json", "{text:.40}");
    }
    assert!(!shop.engine.snapshot.load().off);
}

#[tokio::test]
async fn addresses_lead_nowhere_else() {
    let shop = Shop::open().await;
    let long = "a".repeat(5_000);
    for id in ["..%2f..%2fescape", "%2e%2e", "a%00b", "con%0d%0aSet-Cookie:x", "HELLO", "%ff", long.as_str()] {
        let put = shop.ask("PUT", &format!("/admin/v1/campaigns/{id}"), HELLO).await;
        assert!(put.status.is_client_error(), "{id:.40}: {}", put.status);
        for path in [format!("/admin/v1/campaigns/{id}"), format!("/admin/v1/sessions/{id}"), format!("/admin/v1/sessions/{id}/live")] {
            assert_eq!(shop.get(&path).await.code(), "not_found", "{path:.60}");
        }
    }
    let files: Vec<_> = std::fs::read_dir(shop.folder.join("campaigns")).unwrap().collect();
    assert!(files.is_empty(), "{files:?}");
    assert_eq!(shop.ask("DELETE", "/admin/v1/campaigns/hello", "").await.code(), "wrong_method");
}

/// Name, labels and value of a line.
fn sample(line: &str) -> (String, f64) {
    let (series, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
    let name = series.split('{').next().unwrap();
    assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
    if series.contains('{') {
        let labels = series.strip_prefix(name).unwrap().strip_prefix('{').unwrap().strip_suffix('}').unwrap();
        for label in labels.split(',') {
            let (key, text) = label.split_once('=').unwrap();
            assert!(key.chars().all(|c| c.is_ascii_lowercase()) && text.starts_with('"') && text.ends_with('"'), "{line}");
        }
    }
    (series.to_owned(), value.parse().unwrap_or_else(|_| panic!("not a number: {line}")))
}

#[tokio::test]
async fn metrics_can_be_parsed_and_count() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    let mut visitor = shop.visit("/secret-path").await;
    visitor.view_page().await;
    visitor.until("push").await;
    let answer = shop.send(axum::http::Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert!(answer.headers["content-type"].to_str().unwrap().starts_with("application/openmetrics-text"));
    let body = answer.text.strip_suffix("# EOF\n").expect("the format ends so");
    let mut families = BTreeSet::new();
    let mut samples = std::collections::BTreeMap::new();
    for line in body.lines() {
        if let Some(family) = line.strip_prefix("# TYPE ") {
            assert!(families.insert(family.split(' ').next().unwrap().to_owned()), "{line} twice");
        } else if !line.starts_with("# ") {
            let (series, value) = sample(line);
            let family = series.split('{').next().unwrap();
            let family = if families.contains(family) { family } else { family.strip_suffix("_total").unwrap() };
            assert!(families.contains(family), "{line} has no type");
            assert!(samples.insert(series, value).is_none(), "{line} twice");
        }
    }
    for (series, value) in [
        ("floorwalker_sessions", 1.0),
        ("floorwalker_connections", 1.0),
        ("floorwalker_campaigns", 1.0),
        ("floorwalker_visits_total", 1.0),
        ("floorwalker_events_total", 1.0),
        ("floorwalker_pushes_total", 1.0),
        ("floorwalker_decisions_total", 1.0),
        ("floorwalker_rejected_total", 0.0),
        ("floorwalker_duplicates_total", 0.0),
        ("floorwalker_exits_total{outcome=\"confirmed\"}", 0.0),
        ("floorwalker_grants_total{outcome=\"granted\"}", 0.0),
        ("floorwalker_journal_good", 1.0),
        ("floorwalker_campaign_outcomes_total{campaign=\"hello\",outcome=\"pushed\"}", 1.0),
        ("floorwalker_campaign_outcomes_total{campaign=\"hello\",outcome=\"clicked\"}", 0.0),
    ] {
        assert_eq!(samples.get(series), Some(&value), "{series}");
    }
    assert!(samples["floorwalker_reaction_seconds_observations_total"] >= 1.0);
    assert!(samples["floorwalker_reaction_seconds{quantile=\"0.99\"}"] > 0.0);
    let session = shop.sessions().await.pop().unwrap();
    assert!(!body.contains("secret-path") && !body.contains(&session), "nothing of a visitor");
}

#[tokio::test]
async fn what_a_visitor_says_stays_text() {
    let shop = Shop::open().await;
    let mut visitor = shop.visit("/<script>alert(1)</script>").await;
    visitor.event(serde_json::json!({"search": {"query": "</script><img src=x onerror=alert(1)>", "results": 0}})).await;
    visitor.until("ack").await;
    let id = shop.sessions().await.pop().unwrap();
    let answer = shop.get(&format!("/admin/v1/sessions/{id}")).await;
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    let view: Value = answer.json();
    assert!(view["summary"]["page"]["path"].as_str().unwrap().contains("<script>"), "{view}");
    assert!(view["entries"].as_array().unwrap().iter().any(|entry| entry["title"].as_str().unwrap().contains("onerror")), "{view}");
}

#[tokio::test]
async fn alive_while_draining_but_not_ready() {
    let shop = Shop::open().await;
    assert_eq!(shop.get("/readyz").await.json(), serde_json::json!({"ready": true, "reasons": []}));
    shop.engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let ready = shop.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.json()["reasons"][0], "the engine is draining");
    assert_eq!(shop.get("/healthz").await.status, StatusCode::OK);
}
