//! What a shop does wrong, through the interface: each mistake is named with its fix, its place and a sample.

use super::support::Shop;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::decide::Snapshot;
use crate::model::Currency;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn every_mistake_of_an_integration_is_told_with_its_fix() {
    let shop = Shop::open().await;
    let empty = shop.get("/admin/v1/quality").await.json();
    assert_eq!((&empty["problems"], &empty["refused"], &empty["totals"]["received"]), (&json!([]), &json!([]), &json!(0)));
    let drafts = ["p1", "p2"].map(|id| Draft { id: id.into(), name: id.into(), category: "c".into(), price: 100, ..Draft::default() });
    let catalog = Arc::new(Catalog::build(drafts.to_vec(), Currency::USD).0);
    shop.engine.publish(|now| Snapshot { catalog, ..now.clone() });
    let mut visitor = shop.visit("/").await;
    let line = |product: &str, price: i64| json!({ "product": product, "quantity": 1, "price": price });
    for event in [
        json!({ "pageView": { "url": "https://shop.example/x?mail=ann@example.com", "kind": "other" } }),
        json!({ "productView": { "product": "nobody-knows" } }),
        json!({ "cart": { "currency": "USD", "lines": [line("p1", 0), line("p2", 200)] } }),
        json!({ "cart": { "currency": "", "lines": [line("p1", 100)] } }),
        json!({ "cart": { "currency": "USD", "lines": [{ "product": "p1", "quantity": 0, "price": 100 }] } }),
        json!({ "order": { "id": "o1", "value": 5, "currency": "USD", "lines": [line("p1", 100)] } }),
        json!({ "fly": { "to": "ann@example.com" } }),
        json!({ "custom": { "name": "floorwalker.dropped", "data": { "scroll": 7.0 } } }),
    ] {
        visitor.event(event).await;
    }
    while visitor.until("ack").await["seq"] != 8 {}
    let report = shop.get("/admin/v1/quality").await.json();
    let problems = report["problems"].as_array().expect("a list");
    let of = |code: &str| problems.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{code} is missing: {report}"));
    for (code, count) in [
        ("page_without_kind", 1),
        ("unknown_product", 1),
        ("missing_price", 1),
        ("price_differs", 1),
        ("cart_without_currency", 1),
        ("order_value_differs", 1),
        ("rejected", 3),
        ("dropped", 7),
    ] {
        let one = of(code);
        assert_eq!((&one["count"], &one["recent"], &one["isSerious"]), (&json!(count), &json!(count), &json!(true)), "{code}");
        assert!(one["fix"].as_str().is_some_and(|fix| fix.len() > 20) && one["places"][0]["count"] == json!(count), "{code}");
    }
    assert_eq!(of("unknown_product")["samples"][0]["text"], "product=`nobody-knows`");
    assert_eq!(of("price_differs")["samples"][0]["text"], "product=`p2` $2.00 instead of $1.00");
    let refused = report["refused"].as_array().expect("a list");
    let mut kinds: Vec<(&str, &str, &str)> =
        refused.iter().map(|one| (text(&one["kind"]), text(&one["reason"]), text(&one["field"]))).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, [("cart", "invalid", "currency"), ("cart", "out_of_range", "lines.quantity"), ("unknown", "invalid", "")]);
    assert_eq!(report["totals"], json!({ "received": 8, "rejected": 3, "duplicates": 0, "late": 0, "dropped": 7 }));
    assert_eq!(report["libraries"][0]["delivery"], json!(8.0 / 15.0));
    assert!(!report.to_string().contains("ann@"), "a sample holds somebody's address");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
