//! Room for ten codes: exactly ten, each for one order, however many ask for them and wherever the engine is stopped.

use crate::support::Page;
use crate::support::SERVER_SECRET;
use crate::support::Shop;
use crate::support::hasty;
use crate::support::hello;
use crate::support::page;
use crate::support::until;
use axum::body::Body;
use floorwalker::gateway;
use floorwalker::model::StreamId;
use floorwalker::offer::State;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::store::Stores;
use floorwalker::store::embedded::EmbeddedStore;
use futures_util::future::join_all;
use http_body_util::BodyExt;
use hyper::Request;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tower::ServiceExt;

const CODES: usize = 10;
const VISITORS: usize = 50;
const TABS: usize = 3;
const EXITS: u64 = 10_000;

/// The default trust: corroborated.
const LEAVER: &str = r#"
id = "leaver"
name = "Leaver"
purpose = "context"
[[trigger]]
on = "exit_intent"
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "overlay"
template = "offer"
data = { title = "Ten percent" }
offer = { kind = "percent", amount = 10, most = 20.0, expires = "1h", budget = { count = 10, value = 200.0 } }
"#;

async fn open(directory: &Path) -> (Shop, Arc<EmbeddedStore>) {
    let path = directory.join("store");
    let store = Arc::new(tokio::task::spawn_blocking(move || EmbeddedStore::open(&path, &Default::default())).await.unwrap().unwrap());
    let shop = Shop::open_in(directory.to_owned(), Stores::of(store.clone()), &[LEAVER]).await;
    shop.set(hasty());
    (shop, store)
}

async fn close(shop: Shop, store: Arc<EmbeddedStore>) {
    shop.engine.stop(Duration::ZERO, Duration::ZERO, Duration::from_millis(20)).await;
    tokio::task::spawn_blocking(move || store.close()).await.unwrap().unwrap();
}

/// Opens a visitor's tabs, and gives the signs of a person that an offer asks for.
async fn visitor(shop: &Shop) -> Vec<Page> {
    let first = Page::open(shop, hello(page("product"))).await;
    let mut tabs = vec![first];
    while tabs.len() < TABS {
        let next = tabs[0].elsewhere(page("product"));
        tabs.push(Page::open(shop, next).await);
    }
    for tab in &mut tabs {
        let view = Event::PageView(Box::new(page("product")));
        tab.events(vec![
            view,
            Event::Attention(wire::Attention { active: true, trusted: None }),
            Event::Scroll(wire::Scroll { depth: 30 }),
        ])
        .await;
    }
    tabs
}

/// Leaves from one tab after the other until enough exits of all visitors have asked for a code; returns the codes seen.
async fn leave(shop: &Shop, mut tabs: Vec<Page>, asked: impl Fn() -> u64, enough: u64) -> Vec<String> {
    let mut codes = Vec::new();
    let mut turn = 0;
    while asked() < enough {
        turn += 1;
        let tab = &mut tabs[turn % TABS];
        tab.events(vec![Event::Exit(wire::Exit { signal: wire::ExitSignal::PointerTop, speed: 900.0 })]).await;
        for (code, patch) in tab.codes(Duration::from_millis(25)).await {
            codes.push(code);
            let receipt = wire::Receipt { decision: patch.decision.unwrap().id, state: wire::ReceiptState::Shown, reason: None };
            tab.send(&ClientFrame::Applied(wire::Applied { rev: 0, receipts: vec![receipt] })).await;
            // The shopper goes on; the next leaving is a new one.
            tab.events(vec![Event::PageView(Box::new(page("product")))]).await;
        }
    }
    drop(tabs);
    let _ = shop;
    codes
}

async fn ask(shop: &Shop, path: &str, body: Value) -> (u16, Value) {
    let bearer = format!("Bearer {}", std::str::from_utf8(SERVER_SECRET).unwrap());
    let request = Request::post(path).header("authorization", bearer).body(Body::from(body.to_string())).unwrap();
    let response = gateway::router(shop.engine.clone(), gateway::Config::default()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

/// Every code works for one order: that one as often as it says so, and no other.
async fn redeem_all(shop: &Shop, codes: &BTreeSet<String>) {
    for code in codes {
        let path = format!("/v1/offers/{code}/redeem");
        let order = |number: &str| json!({ "order": format!("{code}-{number}"), "cartMinor": 30_000, "currency": "USD" });
        for _ in 0..2 {
            let (status, answer) = ask(shop, &path, order("one")).await;
            assert_eq!((status, &answer["discountMinor"], &answer["state"]), (200, &json!(2_000), &json!("redeemed")), "{answer}");
        }
        let (status, answer) = ask(shop, &path, order("two")).await;
        assert_eq!((status, &answer["error"]["code"]), (409, &json!("redeemed")), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_leavers_get_ten_codes() {
    let directory = std::env::temp_dir().join(format!("floorwalker-budget-{}", StreamId(floorwalker::engine::random_id())));
    let (shop, store) = open(&directory).await;
    let engine = shop.engine.clone();
    let asked =
        || engine.stats.grants.load(Ordering::Relaxed) + engine.stats.grants_refused.load(Ordering::Relaxed) + engine.offer_counts().again;
    let visitors = join_all((0..VISITORS).map(|_| visitor(&shop))).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let seen = join_all(visitors.into_iter().map(|tabs| leave(&shop, tabs, asked, EXITS))).await;
    assert!(asked() >= EXITS, "{} exits asked for a code", asked());
    assert_eq!(engine.stats.grants.load(Ordering::Relaxed), CODES as u64);
    let holders = seen.iter().filter(|codes| !codes.is_empty()).count();
    let codes: BTreeSet<String> = seen.into_iter().flatten().collect();
    assert_eq!((holders, codes.len()), (CODES, CODES), "ten visitors, each with one code of their own, in every tab");
    let minted = engine.offers(None, None, usize::MAX);
    assert_eq!(minted.iter().map(|grant| grant.code.to_string()).collect::<BTreeSet<_>>(), codes);
    let shown = || engine.offers(None, Some(State::Shown), usize::MAX).len() == CODES;
    until("the receipts of the pages are known", shown).await;
    let (used, unused): (Vec<_>, Vec<_>) = codes.iter().cloned().enumerate().partition(|(index, _)| index % 2 == 0);
    let half = |part: Vec<(usize, String)>| part.into_iter().map(|(_, code)| code).collect::<BTreeSet<String>>();
    let (used, unused) = (half(used), half(unused));
    redeem_all(&shop, &used).await;
    drop(engine);

    close(shop, store).await;
    let (shop, store) = open(&directory).await;
    assert_eq!(shop.engine.open_offers() as usize, unused.len());
    redeem_all(&shop, &codes).await;
    let engine = shop.engine.clone();
    let asked = || engine.stats.grants_refused.load(Ordering::Relaxed) + engine.offer_counts().again;
    let visitors = join_all((0..VISITORS).map(|_| visitor(&shop))).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let more = join_all(visitors.into_iter().map(|tabs| leave(&shop, tabs, asked, 500))).await;
    assert!(more.iter().all(Vec::is_empty), "the budget is used up, also after a restart: {more:?}");
    let total = engine.offers(None, None, usize::MAX);
    assert_eq!((total.len(), total.iter().map(|grant| grant.value).sum::<i64>()), (CODES, 20_000));
    drop(engine);
    close(shop, store).await;
    let _ = std::fs::remove_dir_all(directory);
}
