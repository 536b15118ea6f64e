//! A live visit is verified, and told otherwise.

use super::support::HELLO;
use super::support::Shop;
use super::support::Visitor;
use crate::engine::SessionMsg;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

async fn visited(shop: &Shop) -> (Visitor, String) {
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    let mut visitor = shop.visit("/").await;
    visitor.view_page().await;
    visitor.until("push").await;
    visitor.event(json!({"cart": {"currency": "USD", "lines": []}})).await;
    visitor.event(json!({"scroll": {"depth": 40}})).await;
    visitor.until("ack").await;
    let id = shop.sessions().await.remove(0);
    (visitor, id)
}

#[tokio::test]
async fn a_live_visit_comes_out_as_recorded() {
    let shop = Shop::open().await;
    let (_visitor, id) = visited(&shop).await;
    let answer = shop.get(&format!("/admin/v1/sessions/{id}/replay")).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let told = answer.json();
    assert_eq!((&told["session"], &told["cut"]), (&json!(id), &json!(false)));
    assert_eq!(told["turns"], told["same"]);
    assert_eq!((&told["stopped"], &told["difference"]), (&Value::Null, &Value::Null));
    let steps = told["steps"].as_array().unwrap();
    assert_eq!(steps.len() as u64, told["turns"].as_u64().unwrap());
    let view = steps.iter().find(|step| step["title"] == "Opened the home page").unwrap();
    assert_eq!((&view["same"], &view["decisions"][0]["outcome"]), (&json!(true), &json!("pushed")));
    // Also when it is over: then the journal is read for it.
    let (stopped, when_stopped) = tokio::sync::oneshot::channel();
    shop.engine.directory.get(id.parse().unwrap()).unwrap().cast(SessionMsg::Stop(stopped)).unwrap();
    let _ = when_stopped.await;
    assert_eq!(shop.get(&format!("/admin/v1/sessions/{id}/replay")).await.json(), told);
    let unknown = shop.get(&format!("/admin/v1/sessions/{}/replay", "0".repeat(32))).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
}

#[tokio::test]
async fn a_visit_is_told_otherwise() {
    let shop = Shop::open().await;
    let (_visitor, id) = visited(&shop).await;
    let path = format!("/admin/v1/sessions/{id}/whatif");
    let steps = shop.get(&format!("/admin/v1/sessions/{id}/replay")).await.json()["steps"].clone();
    let turn = |title: &str| {
        let steps = steps.as_array().unwrap();
        steps.iter().find(|step| step["title"] == title).unwrap_or_else(|| panic!("no {title} in {steps:#?}"))["turn"].clone()
    };
    let paused = shop.ask("POST", &path, json!({"at": turn("Opened the home page"), "pause": ["hello"]}).to_string()).await;
    assert_eq!(paused.status, StatusCode::OK, "{}", paused.text);
    let told = paused.json();
    assert_eq!(told["diverged"], turn("Opened the home page"));
    let moments = told["moments"].as_array().unwrap();
    assert_eq!((&moments[0]["cause"], &moments[0]["title"]), (&json!("changed"), &json!("Campaigns are paused")));
    assert_eq!(moments[1]["recorded"]["decisions"], json!(["Showed: Say hello"]));
    assert_eq!(moments[1]["changed"], json!({"decisions": [], "effects": []}));
    let richer = shop.ask("POST", &path, json!({"at": turn("Scrolled to 40 %"), "set": {"cart": 4_900}}).to_string()).await.json();
    let cart = richer["moments"].as_array().unwrap().iter().find(|moment| moment["cause"] == "changed").unwrap().clone();
    assert_eq!(cart["title"], "Cart: 1 piece, $49.00");
    assert_eq!(cart["changed"]["decisions"].as_array().unwrap().len(), 1, "{cart}");

    let refused = async |body: Value| {
        let answer = shop.ask("POST", &path, body.to_string()).await;
        assert!(answer.status.is_client_error());
        answer.json()["error"]["field"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(refused(json!({"at": 1})).await, "body");
    assert_eq!(refused(json!({"at": 999, "deny": ["personalize"]})).await, "at");
    assert_eq!(refused(json!({"at": 3, "pause": ["nobody"]})).await, "pause");
    assert_eq!(refused(json!({"at": 3, "deny": ["session"]})).await, "deny");
    assert_eq!(refused(json!({"at": 3, "set": {"cart": -1}})).await, "set");
    assert_eq!(refused(json!({"at": 3, "set": {"dwell": 1}})).await, "body");
}
