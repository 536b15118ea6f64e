//! Orders that the shop's server tells over HTTP: who may, what is refused, what is answered, what it comes to.

use crate::support::SERVER_SECRET;
use crate::support::Shop;
use crate::support::page;
use axum::body::Body;
use floorwalker::experiment::Column;
use floorwalker::gateway;
use floorwalker::protocol::wire::Event;
use http_body_util::BodyExt;
use hyper::Request;
use serde_json::Value;
use serde_json::json;
use tower::ServiceExt;

const GREETING: &str = r#"
id = "greeting"
name = "Greeting"
purpose = "context"
[[trigger]]
on = "page_view"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Hello" }
"#;

async fn post(shop: &Shop, secret: &[u8], path: &str, body: &Value) -> (u16, Value) {
    let bearer = format!("Bearer {}", std::str::from_utf8(secret).unwrap());
    let request = Request::post(path).header("authorization", bearer).body(Body::from(body.to_string())).unwrap();
    let response = gateway::router(shop.engine.clone(), gateway::Config::default()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap())
}

#[tokio::test]
async fn the_shop_tells_of_orders_and_refunds_and_what_is_wrong_is_named() {
    let shop = Shop::open(&[GREETING]).await;
    let mut tab = shop.page(page("home")).await;
    tab.events(vec![Event::PageView(Box::new(page("home")))]).await;
    tab.acked(1).await;
    let session = tab.welcome.session.clone();
    let good = json!({ "order": "1001", "valueMinor": 5_000, "discountMinor": 500, "lines": [{ "product": "cup", "quantity": 2 }], "session": session });

    let (status, answer) = post(&shop, b"another-secret-of-32-bytes-or-more", "/v1/orders", &good).await;
    assert_eq!((status, &answer["error"]["code"]), (401, &json!("unauthorized")));
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, body) in [
        ("order", with("order", json!(" "))),
        ("order", with("order", json!("x".repeat(129)))),
        ("valueMinor", with("valueMinor", json!(-1))),
        ("discountMinor", with("discountMinor", json!(-1))),
        ("costMinor", with("costMinor", json!(-1))),
        ("currency", with("currency", json!("EUR"))),
        ("lines", with("lines", json!([{ "product": "cup", "quantity": 0 }]))),
        ("lines", with("lines", json!(vec![json!({ "product": "cup", "quantity": 1 }); 101]))),
        ("codes", with("codes", json!(vec!["A"; 9]))),
        ("session", with("session", json!("x".repeat(257)))),
    ] {
        let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders", &body).await;
        assert_eq!((status, answer["error"]["field"].as_str()), (400, Some(field)), "{answer}");
    }
    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders", &with("valu", json!(1))).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("bad_json")), "{answer}");

    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders", &good).await;
    assert_eq!((status, answer), (200, json!({ "order": "1001", "joined": "session", "counted": "new", "experiments": 1 })));
    let (_, answer) = post(&shop, SERVER_SECRET, "/v1/orders", &with("session", Value::Null)).await;
    assert_eq!(answer, json!({ "order": "1001", "joined": "order", "counted": "again", "experiments": 1 }));
    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders", &json!({ "order": "1002", "valueMinor": 1 })).await;
    assert_eq!((status, answer), (200, json!({ "order": "1002", "joined": null, "counted": null, "experiments": 0 })));

    let back = json!({ "refund": "r1", "amountMinor": 2_000 });
    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders/1001/refunds", &back).await;
    assert_eq!((status, &answer["counted"], &answer["refund"]), (200, &json!("new"), &json!("r1")), "{answer}");
    let (_, answer) = post(&shop, SERVER_SECRET, "/v1/orders/1001/refunds", &back).await;
    assert_eq!(answer["counted"], json!("again"));
    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders/9999/refunds", &back).await;
    assert_eq!((status, &answer["error"]["code"]), (404, &json!("unknown_order")));
    let (status, answer) = post(&shop, SERVER_SECRET, "/v1/orders/1001/refunds", &json!({ "refund": "r2", "amountMinor": 0 })).await;
    assert_eq!((status, answer["error"]["field"].as_str()), (400, Some("amountMinor")));

    // Readers are promised five seconds.
    let mut sums = (0, 0, 0);
    for _ in 0..100 {
        let tables = shop.engine.results.tables();
        if let Some(trial) = tables.find("greeting") {
            let sum = |column| trial.totals.arms().iter().map(|arm| arm.sum(column)).sum::<i128>();
            sums = (sum(Column::Orders), sum(Column::Revenue), sum(Column::Discount));
        }
        if sums == (1, 3_000, 500) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(sums, (1, 3_000, 500));
    shop.remove();
}
