//! The live feeds: state, then differences; entries, then the end.

use super::support::HELLO;
use super::support::Shop;
use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;
use tower::ServiceExt;

#[tokio::test]
async fn the_floor_is_a_state_and_then_differences() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    let mut first = shop.visit("/first").await;
    let mut feed = shop.feed("/admin/v1/live").await;
    let (name, state) = feed.next().await;
    assert_eq!(name, "state");
    assert_eq!(state["overview"]["sessions"], 1);
    let sessions = state["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 1, "who was there before anybody looked");
    assert_eq!(sessions[0]["page"]["path"], "/first");

    first.view_page().await;
    let mut second = shop.visit("/second").await;
    let mut changed: Vec<Value> = Vec::new();
    let mut sparks: Vec<Value> = Vec::new();
    while changed.iter().all(|summary| summary["page"]["path"] != "/second") || sparks.is_empty() {
        let (name, diff) = feed.next().await;
        assert_eq!(name, "diff");
        changed.extend(diff["changed"].as_array().unwrap().iter().cloned());
        sparks.extend(diff["sparks"].as_array().unwrap().iter().cloned());
    }
    let spark = &sparks[0];
    let expect = json!({"session": sessions[0]["id"], "campaign": "hello", "variant": "a", "placement": "hero", "outcome": "pushed"});
    for (field, value) in expect.as_object().unwrap() {
        assert_eq!(&spark[field], value, "{field}");
    }
    let (_, quiet) = feed.next().await;
    assert_eq!((&quiet["changed"], &quiet["gone"], &quiet["sparks"]), (&json!([]), &json!([]), &json!([])), "nothing is said twice");

    let id = changed.iter().find(|summary| summary["page"]["path"] == "/second").unwrap()["id"].clone();
    second.bye().await;
    shop.engine.directory.get(id.as_str().unwrap().parse().unwrap()).unwrap().stop(None);
    let gone = async {
        loop {
            let (_, diff) = feed.next().await;
            if diff["gone"] != json!([]) {
                return diff["gone"].clone();
            }
        }
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(3), gone).await.unwrap(), json!([id]));
    assert!(shop.engine.board.is_watched());
    drop(feed);
    assert!(!shop.engine.board.is_watched(), "the floor costs nothing once the browser is gone");
}

#[tokio::test]
async fn the_first_visitor_of_an_empty_floor_is_seen() {
    let shop = Shop::open().await;
    let mut feed = shop.feed("/admin/v1/live").await;
    let (_, state) = feed.next().await;
    assert_eq!(state["sessions"], json!([]));
    let _visitor = shop.visit("/only").await;
    let (_, diff) = feed.next().await;
    assert_eq!(diff["changed"][0]["page"]["path"], "/only", "{diff}");
}

#[tokio::test]
async fn a_feed_that_is_not_read_looks_at_nothing() {
    let shop = Shop::open().await;
    let mut feed = shop.feed("/admin/v1/live").await;
    feed.next().await;
    let mut visitor = shop.visit("/").await;
    for _ in 0..5 {
        visitor.event(json!({"scroll": {"depth": 10}})).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    let (_, diff) = feed.next().await;
    assert_eq!(diff["changed"].as_array().unwrap().len(), 1, "what happened meanwhile is one difference: {diff}");
}

#[tokio::test]
async fn a_session_is_told_as_it_happens() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    let mut visitor = shop.visit("/").await;
    let id = shop.sessions().await.pop().unwrap();
    let mut feed = shop.feed(&format!("/admin/v1/sessions/{id}/live")).await;
    let (name, summary) = feed.next().await;
    assert_eq!((name.as_str(), &summary["id"]), ("summary", &json!(id)));
    visitor.view_page().await;
    let mut titles = Vec::new();
    while !titles.iter().any(|title: &String| title == "Showed: Say hello") {
        let (name, data) = feed.next().await;
        if name == "entry" {
            titles.push(data["title"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(titles.first().map(String::as_str), Some("Opened the home page"));
    let view = shop.get(&format!("/admin/v1/sessions/{id}")).await.json();
    let decision = view["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "decision").unwrap();
    assert_eq!(decision["proof"]["outcome"], "pushed");
    assert_eq!(view["placements"][0]["campaign"], "hello");
    let (stopped, _) = tokio::sync::oneshot::channel();
    let _ = shop.engine.directory.get(id.parse().unwrap()).unwrap().cast(crate::engine::SessionMsg::Stop(stopped));
    let mut last = String::new();
    while let Some((name, _)) = feed.try_next().await {
        last = name;
    }
    assert_eq!(last, "end");
    assert_eq!(shop.get(&format!("/admin/v1/sessions/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn feeds_end_when_the_engine_drains_and_are_limited() {
    let shop = Shop::open().await;
    let mut feed = shop.feed("/admin/v1/live").await;
    feed.next().await;
    let mut open = Vec::new();
    let refused = loop {
        let request = Request::get("/admin/v1/live").header("authorization", &shop.bearer).body(Body::empty()).unwrap();
        let response = shop.app.clone().oneshot(request).await.unwrap();
        if response.status() != StatusCode::OK {
            break response.status();
        }
        open.push(response);
        assert!(open.len() <= 64);
    };
    assert_eq!((open.len(), refused), (63, StatusCode::SERVICE_UNAVAILABLE));
    drop(open);
    shop.engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    assert!(feed.try_next().await.is_none(), "an open feed must not hold up a drain");
}
