//! The past told again by the program: verified beside a running engine and after it, with something changed, and with a draft added.

use crate::support::Page;
use crate::support::Shop;
use crate::support::page;
use crate::support::snapshot;
use floorwalker::decide::Snapshot;
use floorwalker::engine::Archive;
use floorwalker::model::Timestamp;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::Event;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::process::Output;

const NUDGE: &str = r#"
id = "nudge"
name = "Nudge"
purpose = "context"
baseline = 0.0
when = "cart.value < 50.0"
[[trigger]]
on = "cart_value"
above = 30.0
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Nearly there" }
"#;

const DRAFT: &str = r#"
id = "draft"
name = "Draft"
purpose = "context"
priority = 90
baseline = 0.0
[[trigger]]
on = "cart_value"
above = 20.0
[[variant]]
id = "b"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "From the draft" }
"#;

fn cart(price: i64) -> Event {
    let lines = if price == 0 { Vec::new() } else { vec![wire::CartLine { product: "9".into(), sku: None, quantity: 1, price }] };
    Event::Cart(wire::Cart { currency: "USD".into(), lines, token: None })
}

fn view(kind: &str) -> Event {
    Event::PageView(Box::new(page(kind)))
}

/// A visit that fills its cart; returns when all of it is durable.
async fn visit(shop: &Shop, price: i64) -> Page {
    let mut visitor = shop.page(page("home")).await;
    visitor.events(vec![view("home"), cart(0), cart(1_000), cart(price), view("cart")]).await;
    visitor.acked(5).await;
    visitor
}

fn program(shop: &Shop, arguments: &[&str]) -> Output {
    program_in(&shop.directory, arguments)
}

fn program_in(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_floorwalker"));
    command.args(arguments).arg("--data").arg(directory).env_remove("RUST_LOG");
    command.output().expect("the program runs")
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{}{}", text(output), String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn session_of(shop: &Shop) -> String {
    let mut ids = Vec::new();
    let reader = floorwalker::store::journal::Reader::open(&shop.directory.join("journal")).unwrap();
    reader
        .scan(|record| {
            ids.push(floorwalker::model::SessionId(record.session).to_string());
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
    ids.remove(0)
}

fn turn_of(replayed: &Value, title: &str) -> String {
    let steps = replayed["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["title"] == title).unwrap_or_else(|| panic!("no {title}: {steps:#?}"));
    step["turn"].to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_comes_out_the_same_while_the_engine_runs_and_after() {
    let shop = Shop::open(&[NUDGE]).await;
    let _visitor = visit(&shop, 3_500).await;
    let id = session_of(&shop);
    let live = program(&shop, &["replay", "--session", &id]);
    let words = text(&live);
    assert!(live.status.success(), "{words}");
    assert!(words.contains("Cart: 1 piece, $35.00") && words.contains("> Showed: Nudge") && words.contains("cart.value = 35"), "{words}");
    assert!(words.contains("turns gave the same effects, byte for byte"), "{words}");
    for _ in 0..4 {
        visit(&shop, 6_000).await;
    }
    shop.engine.publish(|now| Snapshot { campaigns: snapshot(&[]).campaigns, ..now.clone() });
    let shop = shop.restart().await;
    let mut later = visit(&shop, 4_000).await;
    later.events(vec![cart(5_500)]).await;
    later.acked(6).await;
    shop.engine.stop(Default::default(), Default::default(), Default::default()).await;
    let all = told(&program(&shop, &["replay", "--all", "--json"]));
    assert_eq!((&all["sessions"], &all["same"]), (&json!(6), &json!(6)), "{all}");
    assert_eq!((&all["turns"], &all["different"], &all["stopped"]), (&all["turnsSame"], &json!([]), &json!({})));
    let one = told(&program(&shop, &["replay", "--session", &id, "--json"]));
    assert_eq!((&one["turns"], &one["cut"]), (&one["same"], &json!(false)));
    let list = told(&program(&shop, &["replay", "--list", "--json"]));
    let list = list.as_array().unwrap();
    assert_eq!((list.len(), &list[0]["session"], &list[0]["turns"], &list[0]["acted"]), (6, &json!(id), &one["turns"], &json!(["nudge"])));
    let newest = text(&program(&shop, &["replay", "--list", "2"]));
    assert!(newest.contains("2 of 6 sessions") && !newest.contains(&id), "{newest}");

    let unknown = program(&shop, &["replay", "--session", &"0".repeat(32)]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("the journal has no session 0000"), "{unknown:?}");
    assert_eq!(program(&shop, &["replay", "--session", "nonsense"]).status.code(), Some(2));
    let nowhere = program_in(&shop.directory.join("nowhere"), &["replay", "--all"]);
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("holds no journal"), "{nowhere:?}");
    shop.remove();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_text_in_the_archive_is_a_difference() {
    let shop = Shop::open(&[NUDGE]).await;
    let _visitor = visit(&shop, 3_500).await;
    let id = session_of(&shop);
    shop.engine.stop(Default::default(), Default::default(), Default::default()).await;
    let snapshots = shop.directory.join("snapshots");
    std::fs::rename(&snapshots, shop.directory.join("kept")).unwrap();
    let other = snapshot(&[&NUDGE.replace("Nearly there", "Almost there")]);
    Archive::open(&snapshots).unwrap().keep(&other, Timestamp(1)).unwrap();
    let differs = program(&shop, &["replay", "--session", &id]);
    let words = text(&differs);
    assert_eq!(differs.status.code(), Some(1), "{words}");
    for part in ["gave other effects", "input     Cart: 1 piece, $35.00", "expected  effects", "got       effects", "Almost there"] {
        assert!(words.contains(part), "no `{part}` in {words}");
    }
    let all = program(&shop, &["replay", "--all"]);
    assert_eq!(all.status.code(), Some(1));
    assert!(text(&all).contains(&format!("differs: {id}")), "{}", text(&all));
    // And without the snapshot nothing is said at all.
    std::fs::remove_dir_all(&snapshots).unwrap();
    let newer = Snapshot { version: 9, ..other };
    Archive::open(&snapshots).unwrap().keep(&newer, Timestamp(1)).unwrap();
    let gone = program(&shop, &["replay", "--session", &id]);
    assert_eq!(gone.status.code(), Some(1));
    assert!(text(&gone).contains("the snapshot of version 1 is not kept any more"), "{}", text(&gone));
    shop.remove();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_cart_is_told_beside_the_recorded_one() {
    let shop = Shop::open(&[NUDGE]).await;
    let _visitor = visit(&shop, 6_000).await;
    let id = session_of(&shop);
    let replayed = told(&program(&shop, &["replay", "--session", &id, "--json"]));
    let at = turn_of(&replayed, "Cart: 1 piece, $60.00");
    let arguments = ["whatif", "--session", &id, "--at", &at, "--set", "cart=49.00"];
    let otherwise = told(&program(&shop, &[&arguments[..], &["--json"]].concat()));
    assert_eq!((&otherwise["diverged"], &otherwise["unanswered"]), (&at.parse::<Value>().unwrap(), &json!(0)));
    let moment = &otherwise["moments"][0];
    assert_eq!((&moment["cause"], &moment["title"]), (&json!("replaced"), &json!("Cart: 1 piece, $49.00")));
    assert_eq!(moment["recorded"]["decisions"], json!(["Showed nothing: Nudge, the condition did not hold"]), "{moment}");
    assert_eq!(moment["changed"]["decisions"], json!(["Showed: Nudge"]));
    assert_eq!(moment["changed"]["effects"], json!(["banner shows banner: Nearly there by nudge"]));
    let words = text(&program(&shop, &arguments));
    assert!(words.contains("> Showed: Nudge") && words.contains(&format!("the page is told something else from turn {at} on")), "{words}");
    for (wrong, code, reason) in [
        (&["--set", "attention=30s"][..], 1, "without inventing"),
        (&["--pause", "nobody"], 1, "no campaign nobody"),
        (&["--deny", "everything"], 2, "personalize, remember"),
        (&[], 1, "nothing is changed"),
    ] {
        let output = program(&shop, &[&["whatif", "--session", &id, "--at", &at][..], wrong].concat());
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(reason), "{output:?}");
    }
    shop.remove();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_is_rehearsed_on_what_was_recorded() {
    let shop = Shop::open(&[NUDGE]).await;
    // Two cross both thresholds, one only the draft's, one none.
    for price in [3_500, 4_500, 2_500, 1_500] {
        drop(visit(&shop, price).await);
    }
    let draft = shop.directory.join("draft.toml");
    std::fs::write(&draft, DRAFT).unwrap();
    let name = draft.display().to_string();
    let report = told(&program(&shop, &["rehearse", &name, "--last", "1h", "--json"]));
    assert_eq!(report["visits"], json!({"seen": 4, "whole": 1, "diverged": 3, "broken": 0, "earlier": 0}), "{report:#}");
    assert_eq!((&report["considered"], &report["won"], &report["exposures"]), (&json!(3), &json!(3), &json!(3)));
    assert_eq!((&report["byPage"], &report["displaced"]), (&json!({"home": 3}), &json!({"nudge": 2})));
    assert_eq!((&report["cost"]["requested"], report["examples"].as_array().unwrap().len()), (&json!(0), 3));
    assert_eq!(report["examples"][0]["content"], "banner: From the draft");
    let words = text(&program(&shop, &["rehearse", &name, "--last", "1h"]));
    for part in
        ["draft rehearsed on visits", "3  up to what the page would have been told otherwise", "takes the place of", "nudge", "3 examples"]
    {
        assert!(words.contains(part), "no `{part}` in {words}");
    }
    std::fs::write(&draft, DRAFT.replace("cart_value", "cart_valeu")).unwrap();
    let wrong = program(&shop, &["rehearse", &name]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("draft.toml:8:"), "{wrong:?}");
    shop.remove();
}
