//! Offers and pools of codes through the interface.

use super::support::Shop;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

const GIFT: &str = r#"
id = "gift"
name = "A gift on the home page"
purpose = "context"
trust = "claimed"
baseline = 0.0

[[trigger]]
on = "page_view"
pages = ["home"]

[[variant]]
id = "a"
  [[variant.action]]
  do = "offer"
  placement = "hero"
  template = "hero"
  data = { title = "For you" }
  offer = { kind = "fixed", amount = 5, minimum = 20, expires = "20m", budget = { count = 10, every = "1d", value = 12.0 } }
"#;

/// Visits the home page; the code and its expiry as the page is told, if there is one within a second.
async fn visit(shop: &Shop) -> (String, u64) {
    let mut visitor = shop.visit("/").await;
    visitor.view_page().await;
    let push = visitor.until("push").await;
    let offer = &push["patches"][0]["op"]["offer"];
    (offer["code"].as_str().unwrap_or_else(|| panic!("no code: {push}")).to_owned(), offer["expiresAt"].as_u64().unwrap())
}

#[tokio::test]
async fn offers_are_listed_summed_and_withdrawn() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/gift", GIFT).await;
    let (first, expires) = visit(&shop).await;
    let (second, _) = visit(&shop).await;
    let list = shop.get("/admin/v1/offers").await.json();
    assert_eq!((list["open"].as_u64(), list["offers"].as_array().unwrap().len()), (Some(2), 2), "{list}");
    let newest = &list["offers"][0];
    assert_eq!(newest["code"], second.as_str());
    let fields: Vec<&String> = newest.as_object().unwrap().keys().collect();
    let expected = [
        "code",
        "campaign",
        "state",
        "kind",
        "amount",
        "minimumMinor",
        "categories",
        "singleUse",
        "currency",
        "grantedMs",
        "expiresMs",
        "changedMs",
        "valueMinor",
    ];
    assert_eq!(fields, expected);
    let open = json!({"open": 2, "redeemed": 0, "expired": 0, "revoked": 0, "reservedMinor": 1_000, "spentMinor": 0});
    assert_eq!(list["totals"], json!({ "gift": open }));
    let shown = shop.get("/admin/v1/campaigns/gift").await.json();
    let day = 86_400_000;
    let budgets = json!([
        {"variants": ["a"], "limit": "count", "used": 2, "most": 10, "windowMs": day},
        {"variants": ["a"], "limit": "value", "used": 1_000, "most": 1_200, "windowMs": day},
    ]);
    assert_eq!((&shown["offers"], &shown["budgets"]), (&open, &budgets));
    assert_eq!(list["budgets"], json!({ "gift": budgets }));
    let hours = list["hours"].as_array().unwrap();
    assert_eq!((hours.len(), &hours[23]["granted"], &hours[23]["valueMinor"]), (24, &json!(2), &json!(1_000)), "{hours:?}");
    assert!(hours[..23].iter().all(|hour| hour["granted"] == 0), "{hours:?}");
    assert_eq!(list["redemptions"], json!({"again": 0, "new": 0, "refused": 0}));

    let shown = shop.get(&format!("/admin/v1/offers/{}", first.to_lowercase())).await.json();
    assert_eq!(shown["expiresMs"].as_u64(), Some(expires), "the page counts down to the ledger's expiry");
    let revoked = shop.ask("POST", &format!("/admin/v1/offers/{first}/revoke"), "").await.json();
    assert_eq!((&revoked["state"], &revoked["valueMinor"]), (&json!("revoked"), &json!(0)));
    shop.engine.redeem(&second, "order-1").await.unwrap();
    let again = shop.ask("POST", &format!("/admin/v1/offers/{second}/revoke"), "").await;
    assert_eq!((again.status, again.code()), (StatusCode::CONFLICT, "redeemed".to_owned()));
    let of = async |query: &str| shop.get(&format!("/admin/v1/offers?{query}")).await.json()["offers"].as_array().unwrap().len();
    assert_eq!((of("state=redeemed").await, of("state=expired").await), (1, 0));
    assert_eq!((of("campaign=gift&limit=1").await, of("campaign=other").await), (1, 0));
    for query in ["state=used", "limit=0", "limit=1001", "limit=x"] {
        let answer = shop.get(&format!("/admin/v1/offers?{query}")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, "bad_query".to_owned()), "{query}");
    }
    assert_eq!(shop.get("/admin/v1/offers/0000000000").await.code(), "not_found");
    let metrics = shop.get("/metrics").await.text;
    for line in [
        "floorwalker_grants_total{outcome=\"granted\"} 2",
        "floorwalker_redemptions_total{outcome=\"new\"} 1",
        "floorwalker_offers_open 0",
        "floorwalker_campaign_offers{campaign=\"gift\",state=\"revoked\"} 1",
        "floorwalker_campaign_offer_value_minor{campaign=\"gift\",state=\"spent\"} 500",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn pools_are_filled_watched_and_run_dry() {
    let shop = Shop::open().await;
    let upload = async |body: &str| shop.ask("POST", "/admin/v1/offers/pools/spring", body.to_owned()).await;
    let wrong = upload("SPRING-1\nno good\nSPRING-1").await;
    assert_eq!((wrong.status, wrong.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_codes".to_owned()));
    let lines: Vec<Value> = wrong.json()["errors"].as_array().unwrap().iter().map(|error| error["line"].clone()).collect();
    assert_eq!(lines, [json!(2), json!(3)]);
    assert_eq!(upload("\n\n").await.code(), "no_codes");
    assert_eq!(shop.ask("POST", "/admin/v1/offers/pools/Spring", "SPRING-1").await.code(), "bad_name");
    assert_eq!(upload(&"x".repeat(2 << 20)).await.code(), "too_large");
    assert_eq!(upload("SPRING-1\r\nSPRING-2\r\nSPRING-3").await.json(), json!({"name": "spring", "free": 3, "given": 0, "low": false}));
    assert_eq!(upload("spring-2").await.code(), "invalid_codes", "it is there in other letters");

    shop.ask("PUT", "/admin/v1/campaigns/gift", GIFT.replace("expires =", "pool = \"spring\", expires =").replace(", value = 12.0", ""))
        .await;
    assert_eq!(visit(&shop).await.0, "SPRING-1");
    let pool = json!({"name": "spring", "free": 2, "given": 1, "low": true});
    assert_eq!(shop.get("/admin/v1/offers/pools").await.json(), json!({ "pools": [pool] }));
    let checks = shop.get("/admin/v1/overview").await.json()["health"].clone();
    let check = checks.as_array().unwrap().iter().find(|check| check["name"] == "pools").unwrap().clone();
    assert_eq!(check, json!({"name": "pools", "ok": false, "detail": "pool `spring` has 2 codes left"}));
    assert_eq!((visit(&shop).await.0, visit(&shop).await.0), ("SPRING-2".to_owned(), "SPRING-3".to_owned()));
    let mut last = shop.visit("/").await;
    last.view_page().await;
    last.until("ack").await;
    for _ in 0..200 {
        if shop.get("/metrics").await.text.contains("floorwalker_grant_refusals_total{reason=\"pool_dry\"} 1") {
            let metrics = shop.get("/metrics").await.text;
            assert!(metrics.contains("floorwalker_pool_codes{pool=\"spring\",state=\"free\"} 0"), "{metrics}");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("a dry pool refused nothing");
}
