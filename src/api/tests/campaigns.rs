//! Campaigns changed through the interface, down to the page of a live visitor.

use super::support::HELLO;
use super::support::Shop;
use crate::engine::CampaignFiles;
use crate::model::Currency;
use axum::http::StatusCode;
use serde_json::Value;
use serde_json::json;

fn op(push: &Value) -> &Value {
    &push["patches"][0]["op"]
}

#[tokio::test]
async fn a_written_campaign_acts_and_a_paused_one_leaves_the_page() {
    let shop = Shop::open().await;
    let mut visitor = shop.visit("/").await;
    let put = shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text);
    assert_eq!(put.json(), json!({"published": 1, "lint": []}));

    visitor.view_page().await;
    let push = visitor.until("push").await;
    assert_eq!(op(&push)["fill"], json!({"placement": "hero", "template": "hero", "data": {"title": "Hello"}}), "{push}");

    let paused = shop.ask("POST", "/admin/v1/campaigns/hello/pause", "").await;
    assert_eq!(paused.json(), json!({"id": "hello", "enabled": false, "published": 2}));
    let push = visitor.until("push").await;
    assert_eq!(op(&push), &json!({"clear": {"placement": "hero"}}), "the shop's default is back within a second");
    assert_eq!(shop.get("/admin/v1/campaigns/hello").await.json()["enabled"], false);

    // It is stored: another look at the folder with the stored list agrees.
    let files = CampaignFiles::open(&shop.folder.join("campaigns"), Currency::USD);
    files.restore_paused(&shop.engine.stores).await;
    assert!(files.set().campaigns().iter().all(|campaign| !campaign.enabled));

    let resumed = shop.ask("POST", "/admin/v1/campaigns/hello/resume", "").await;
    assert_eq!(resumed.json(), json!({"id": "hello", "enabled": true, "published": 3}));
    visitor.view_page().await;
    assert_eq!(op(&visitor.until("push").await)["fill"]["data"]["title"], "Hello");

    let off = shop.ask("POST", "/admin/v1/kill", r#"{"off": true}"#).await;
    assert_eq!(off.json(), json!({"off": true, "published": 4}));
    assert_eq!(op(&visitor.until("push").await), &json!({"clear": {"placement": "hero"}}));
    assert_eq!(shop.get("/admin/v1/overview").await.json()["off"], true);
    shop.ask("POST", "/admin/v1/kill", r#"{"off": false}"#).await;
    visitor.view_page().await;
    assert_eq!(op(&visitor.until("push").await)["fill"]["data"]["title"], "Hello");
}

#[tokio::test]
async fn a_campaign_is_told_in_words_and_counts() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    let mut visitor = shop.visit("/").await;
    visitor.view_page().await;
    visitor.until("push").await;
    let list = shop.get("/admin/v1/campaigns").await.json();
    assert_eq!((&list["errors"], &list["lint"]), (&json!([]), &json!([])));
    let one = &list["campaigns"][0];
    let plain = json!({
        "id": "hello", "name": "Say hello", "goal": "engagement", "priority": 50, "baseline": 0.0, "purpose": "context",
        "enabled": true, "file": "hello.toml", "when": "", "placements": ["hero"], "actions": ["fill"],
        "triggers": ["page view on home", "cart value rises above $30.00"], "variants": [{"id": "a", "weight": 1}],
    });
    for (field, value) in plain.as_object().unwrap() {
        assert_eq!(&one[field], value, "{field}");
    }
    assert_eq!((&one["counts"]["triggered"], &one["counts"]["pushed"]), (&json!(1), &json!(1)));
    assert!(one.get("source").is_none());
    assert_eq!(shop.get("/admin/v1/campaigns/hello").await.json()["source"], HELLO);
    assert_eq!(shop.get("/admin/v1/campaigns/nobody").await.code(), "not_found");
}

#[tokio::test]
async fn a_wrong_campaign_changes_nothing() {
    let shop = Shop::open().await;
    shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO).await;
    for (what, text, line) in [
        ("broken", "id = \"hello\"\nname = = \"x\"", 2),
        ("unknown trigger", &HELLO.replace("page_view", "page_veiw"), 8),
        ("another id", &HELLO.replace("id = \"hello\"", "id = \"other\""), 1),
        ("empty", "", 1),
    ] {
        let refused = shop.ask("PUT", "/admin/v1/campaigns/hello", text.to_owned()).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid_campaign"), "{what}");
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors[0]["line"], line, "{what}: {errors}");
        assert!(errors[0]["message"].is_string() && errors[0]["column"].is_number(), "{what}");
        assert_eq!(shop.get("/admin/v1/campaigns/hello").await.json()["source"], HELLO, "{what}");
    }
    let suggestion = shop.ask("PUT", "/admin/v1/campaigns/hello", HELLO.replace("page_view", "page_veiw")).await.json();
    assert!(suggestion["errors"][0]["suggestion"].as_str().unwrap().contains("page_view"));
    assert_eq!(shop.engine.snapshot.load().version, 1, "only the good one was published");
    assert_eq!(shop.ask("POST", "/admin/v1/campaigns/nobody/pause", "").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_by_hand_is_not_overwritten_by_a_namesake() {
    let shop = Shop::open().await;
    std::fs::write(shop.folder.join("campaigns/welcome.toml"), HELLO).unwrap();
    shop.admin.campaigns.read();
    shop.engine.publish_campaigns(&shop.admin.campaigns);
    let taken = shop.ask("PUT", "/admin/v1/campaigns/welcome", HELLO.replace("id = \"hello\"", "id = \"welcome\"")).await;
    assert_eq!((taken.status, taken.code().as_str()), (StatusCode::CONFLICT, "file_taken"));
    let changed = HELLO.replace("Say hello", "Say hello again");
    assert_eq!(shop.ask("PUT", "/admin/v1/campaigns/hello", changed.clone()).await.status, StatusCode::OK);
    assert_eq!(std::fs::read_to_string(shop.folder.join("campaigns/welcome.toml")).unwrap(), changed, "it stays in its file");
    let off = HELLO.replace("priority = 50", "enabled = false");
    shop.ask("PUT", "/admin/v1/campaigns/hello", off).await;
    assert_eq!(shop.ask("POST", "/admin/v1/campaigns/hello/resume", "").await.code(), "disabled_in_file");
}

#[tokio::test]
async fn check_publishes_nothing_and_lint_is_asked_of_the_whole_set() {
    let shop = Shop::open().await;
    let suspicious = HELLO.replace("Say hello", "suspicious");
    let checked = shop.ask("POST", "/admin/v1/campaigns/check", suspicious.clone()).await.json();
    let finding = json!({"severity": "warning", "campaign": "hello", "code": "suspicious", "message": "says so itself"});
    assert_eq!(checked, json!({"errors": [], "lint": [finding]}));
    assert_eq!(shop.get("/admin/v1/campaigns").await.json()["campaigns"], json!([]));
    let broken = shop.ask("POST", "/admin/v1/campaigns/check", "id = 1").await;
    assert_eq!(broken.status, StatusCode::OK);
    assert!(!broken.json()["errors"].as_array().unwrap().is_empty());
    let put = shop.ask("PUT", "/admin/v1/campaigns/hello", suspicious).await.json();
    assert_eq!(put["lint"], json!([finding]));
    assert_eq!(shop.get("/admin/v1/campaigns").await.json()["lint"], json!([finding]));
    // Another draft is not told about the first one's.
    let other = HELLO.replace("id = \"hello\"", "id = \"other\"");
    assert_eq!(shop.ask("POST", "/admin/v1/campaigns/check", other).await.json()["lint"], json!([]));
}
