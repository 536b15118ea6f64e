//! The shop's till: codes that were shown work there once, and what it was told stays told.

use super::http;
use super::world::World;
use super::world::lock;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// Codes in one answer of the list.
const LIST_MAX: usize = 1_000;

/// Uses up a code that was shown and not used yet, and notes it once the server has said so.
pub async fn redeem_one(world: &World, address: SocketAddr, token: &str) {
    let fresh = {
        let used = lock(&world.redeemed);
        lock(&world.codes).keys().find(|code| !used.contains_key(*code)).cloned()
    };
    let Some(code) = fresh else { return };
    let order = format!("order-{code}");
    if redeem(address, token, &code, &order).await == Some(200) {
        lock(&world.redeemed).insert(code, order);
    }
}

async fn redeem(address: SocketAddr, token: &str, code: &str, order: &str) -> Option<u16> {
    let body = serde_json::json!({ "order": order }).to_string();
    let answer = http::post(address, &format!("/v1/offers/{code}/redeem"), Some(token), "application/json", body.as_bytes()).await?;
    Some(answer.status)
}

/// Compares what the pages were shown with what the till knows.
pub async fn check(world: &World, address: SocketAddr, token: &str, budget: u32) {
    let (shown, used) = (lock(&world.codes).clone(), lock(&world.redeemed).clone());
    let mut owners: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for (code, owner) in &shown {
        owners.entry(owner).or_default().push(code);
    }
    for (owner, codes) in owners.into_iter().filter(|(_, codes)| codes.len() > 1) {
        world.complain("till", "one code for a visitor", format!("one for {owner}"), format!("{codes:?}"));
    }

    let answer = http::get(address, &format!("/admin/v1/offers?limit={LIST_MAX}"), Some(token)).await;
    let list: Value = answer.and_then(|answer| serde_json::from_slice(&answer.body).ok()).unwrap_or_default();
    let Some(offers) = list["offers"].as_array() else {
        return world.complain("till", "the offers can be read", "a list", list);
    };
    let known: BTreeSet<&str> = offers.iter().filter_map(|offer| offer["code"].as_str()).collect();
    if known.len() != offers.len() {
        world.complain("till", "a code is minted once", format!("{} different codes", offers.len()), known.len());
    }
    if offers.len() > budget as usize {
        world.complain("till", "the budget", format!("{budget} codes at most"), offers.len());
    }
    for code in shown.keys() {
        match http::get(address, &format!("/v1/offers/{code}"), Some(token)).await {
            Some(answer) if answer.status == 200 && known.contains(code.as_str()) => {}
            answer => {
                let found = answer.map(|answer| format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)));
                world.complain("till", "a code that was shown is known", code, format!("{found:?}"));
            }
        }
    }
    for (code, order) in used {
        let state = offers.iter().find(|offer| offer["code"] == code.as_str()).map(|offer| offer["state"].clone());
        if state != Some(Value::from("redeemed")) {
            world.complain("till", "a code that was used stays used", format!("{code} redeemed"), format!("{state:?}"));
        }
        let (again, other) = (redeem(address, token, &code, &order).await, redeem(address, token, &code, "another").await);
        if again != Some(200) || other.is_none_or(|status| !(400..500).contains(&status)) {
            let found = format!("{again:?} to the same order, {other:?} to another");
            world.complain("till", "a code works for one order", format!("200 to {order} for {code}, a refusal to another"), found);
        }
    }
}
