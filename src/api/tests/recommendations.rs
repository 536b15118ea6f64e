//! Strategies in numbers, through the interface.

use super::support::Shop;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::decide::Snapshot;
use crate::model::Currency;
use serde_json::json;
use std::sync::Arc;

const SHELF: &str = r#"
id = "shelf"
name = "Young ones"
purpose = "context"
baseline = 0.0

[[trigger]]
on = "page_view"

[[variant]]
id = "a"
  [[variant.action]]
  do = "recommend"
  placement = "hero"
  template = "hero"
  strategy = "new_arrivals"
  count = 2
"#;

#[tokio::test]
async fn what_strategies_show_and_what_shoppers_make_of_it() {
    let shop = Shop::open().await;
    let empty = shop.get("/admin/v1/recommendations").await.json();
    assert_eq!(empty["strategies"], json!([]));
    assert_eq!((&empty["index"]["horizon_days"], &empty["index"]["p50_us"]), (&json!(180.0), &json!(null)));
    let drafts =
        ["p1", "p2", "p3", "p4"].map(|id| Draft { id: id.into(), name: id.into(), category: "c".into(), price: 100, ..Draft::default() });
    let catalog = Arc::new(Catalog::build(drafts.to_vec(), Currency::USD).0);
    shop.engine.publish(|now| Snapshot { catalog, ..now.clone() });
    shop.ask("PUT", "/admin/v1/campaigns/shelf", SHELF).await;
    for _ in 0..2 {
        let mut visitor = shop.visit("/").await;
        visitor.event(json!({ "consent": { "personalize": true, "measure": true } })).await;
        visitor.view_page().await;
        let push = visitor.until("push").await;
        let items = push["patches"][0]["op"]["recommend"]["items"].as_array().unwrap_or_else(|| panic!("no list: {push}")).clone();
        let first = items[0]["id"].as_str().unwrap();
        visitor.event(json!({ "productView": { "product": first } })).await;
        visitor.event(json!({ "cart": { "currency": "USD", "lines": [] } })).await;
        visitor.event(json!({ "cart": { "currency": "USD", "lines": [{ "product": first, "quantity": 1, "price": 100 }] } })).await;
        while visitor.until("ack").await["seq"] != 5 {}
    }
    let numbers = shop.get("/admin/v1/recommendations").await.json();
    let expected = json!([{
        "name": "new_arrivals", "lists": 2, "items": 4, "distinct_items": 2, "coverage": 0.5, "novelty": 1.0,
        "clicks": 2, "carts": 2, "click_rate": 1.0, "cart_rate": 1.0, "fallback_share": 0.0,
    }]);
    assert_eq!(numbers["strategies"], expected);
    let metrics = shop.get("/metrics").await.text;
    let line = "floorwalker_recommendations_total{strategy=\"new_arrivals\",outcome=\"viewed\"} 2";
    assert!(metrics.contains(line), "{metrics}");
}
