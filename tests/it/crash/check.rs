//! The oracle: what the server says of every visit, held against what its pages wrote down.

use super::browser::Browser;
use super::campaigns;
use super::chance::Chance;
use super::http;
use super::page::Page;
use super::world::Phase;
use super::world::World;
use floorwalker::engine::view::SessionView;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Times a visit is looked at before what is wrong counts.
const LOOKS: u32 = 3;
/// Everything a client holds must be acknowledged within this time.
const SETTLE: Duration = Duration::from_secs(15);

/// Lets the run come to rest and compares. All visits that are live, and those of browsers that are gone if `all`.
pub async fn check(world: &Arc<World>, address: SocketAddr, token: &str, all: bool) -> usize {
    world.phase.send_replace(Phase::Quiet);
    if all {
        revive(world);
    }
    if !world.settle(SETTLE).await {
        for browser in world.browsers() {
            let memory = browser.memory();
            for tab in memory.tabs.values().filter(|tab| !tab.is_gone && (!tab.is_connected || tab.waiting > 0)) {
                let found = format!("connected: {}, {} events wait", tab.is_connected, tab.waiting);
                world.complain(
                    &format!("{} page {}", browser.name, tab.number),
                    "everything is acknowledged in time",
                    "nothing waits",
                    found,
                );
            }
        }
    }
    // Confirmation of exits, answers of the ledger and receipts.
    tokio::time::sleep(Duration::from_millis(350)).await;
    let mut checked = 0;
    for browser in world.browsers() {
        let Some(id) = browser.memory().session_id else { continue };
        let path = format!("/admin/v1/sessions/{id}");
        for look in 1.. {
            let wrong = match http::get(address, &path, Some(token)).await {
                Some(answer) if answer.status == 200 => match serde_json::from_slice::<SessionView>(&answer.body) {
                    Ok(view) => compare(&browser, &view),
                    Err(error) => vec![("the session can be read", "its view".to_owned(), error.to_string())],
                },
                Some(answer) if answer.status == 404 && !all && browser.memory().is_retired => break,
                answer => vec![("the session can be read", "200".to_owned(), format!("{:?}", answer.map(|answer| answer.status)))],
            };
            // A timer may have changed the page between its look and ours; what is lost stays lost.
            if wrong.is_empty() || look == LOOKS {
                wrong.into_iter().for_each(|(what, expected, found)| world.complain(&browser.name, what, expected, found));
                checked += 1;
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    checked
}

/// Opens a page for every browser that was left behind, so that its visit is asked for.
fn revive(world: &Arc<World>) {
    for (number, browser) in world.browsers().into_iter().enumerate() {
        if std::mem::take(&mut browser.memory().is_retired) && browser.memory().is_known {
            let chance = Chance::new(world.seed, 1_000_000 + number as u64);
            let mut page = Page::open(world.clone(), browser, chance, true);
            tokio::spawn(async move { page.live().await });
        }
    }
}

/// What is wrong, what was expected, what was found.
type Wrong = (&'static str, String, String);

fn compare(browser: &Browser, view: &SessionView) -> Vec<Wrong> {
    let mut memory = browser.memory();
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut same = |what: &'static str, expected: u64, found: u64| {
        if expected != found {
            let word = if found < expected { "lost" } else { "counted twice" };
            wrong.push((what, expected.to_string(), format!("{found} ({} {word})", expected.abs_diff(found))));
        }
    };
    let made = memory.made;
    same("events", made.events, u64::from(view.summary.events));
    same("page views", made.page_views, u64::from(view.counts.page_views));
    same("clicks", made.clicks, u64::from(view.counts.clicks));
    same("scrolls", made.scrolls, u64::from(view.counts.scrolls));
    same("searches", made.searches, u64::from(view.counts.searches));
    let carts: Vec<u64> = memory.carts.iter().rev().take(4).map(|(_, pieces)| *pieces).collect();
    let (pieces, value) = (u64::from(view.summary.cart_items), view.summary.cart_value);
    if value != pieces as i64 * 100 || !(carts.contains(&pieces) || carts.is_empty() && pieces == 0) {
        wrong.push(("pieces in the cart", format!("one of {carts:?}"), format!("{pieces}, worth {value}")));
    }

    // Each page that is left takes the attention with it until the next one speaks.
    let open: Duration = memory.tabs.values().filter_map(|tab| tab.opened).map(|opened| opened.elapsed()).sum();
    let least = memory.attended_least.saturating_sub(Duration::from_millis(800) * memory.tabs.len() as u32) / 2;
    let most = (memory.attended_most + open).mul_f64(1.05) + Duration::from_millis(500);
    let attended = Duration::from_millis(view.summary.attention_ms);
    if attended < memory.attended {
        wrong.push(("attention never shrinks", format!("{:?} or more", memory.attended), format!("{attended:?}")));
    }
    if attended < least || attended > most {
        wrong.push(("attention", format!("{least:?} to {most:?}"), format!("{attended:?}")));
    }
    memory.attended = attended;

    timeline(&memory.searches, view, &mut wrong);

    // Desired state of every open page on both sides. What interrupts goes by itself.
    let mut ours: BTreeSet<(&str, &str, &str, &str)> = BTreeSet::new();
    for (stream, tab) in memory.tabs.iter().filter(|(_, tab)| !tab.is_gone) {
        for (placement, (campaign, variant, _)) in tab.held.iter().filter(|(placement, _)| *placement != "overlay") {
            ours.insert((stream, placement, campaign, variant));
        }
    }
    let theirs: BTreeSet<(&str, &str, &str, &str)> = view
        .placements
        .iter()
        .filter(|held| ["banner", "side", "deal"].contains(&held.placement.as_str()))
        .map(|held| (held.stream.as_str(), held.placement.as_str(), held.campaign.as_str(), held.variant.as_str()))
        .collect();
    if ours != theirs {
        let only = |a: &BTreeSet<_>, b: &BTreeSet<_>| format!("{:?}", a.difference(b).collect::<Vec<_>>());
        let last: Vec<String> = view
            .entries
            .iter()
            .rev()
            .take(70)
            .rev()
            .map(|entry| format!("\n        {} {}", entry.at_ms % 1_000_000, entry.title))
            .collect();
        let pages = memory.tabs.iter().filter(|(_, tab)| !tab.is_gone);
        let pages: Vec<String> = pages.map(|(stream, tab)| format!("{stream} page {} at revision {}", tab.number, tab.rev)).collect();
        let expected = format!("page only: {}; {pages:?}", only(&ours, &theirs));
        wrong.push((
            "what stands on the pages",
            expected,
            format!("engine only: {}; {} connections; its history{}", only(&theirs, &ours), view.summary.connections, last.concat()),
        ));
    }

    // The arm of the split is what any viewed page shows, whenever it is looked at.
    for tab in memory.tabs.values().filter(|tab| !tab.is_gone) {
        let arm = tab.held.get("side").filter(|(campaign, ..)| campaign == campaigns::SPLIT).map(|(_, variant, _)| variant.clone());
        match &memory.arm {
            Some(before) if *before != arm => wrong.push(("the arm stays", format!("{before:?}"), format!("{arm:?}"))),
            _ => {}
        }
    }
    let first = memory.tabs.values().find(|tab| !tab.is_gone);
    if let (None, Some(tab)) = (&memory.arm, first) {
        memory.arm = Some(tab.held.get("side").map(|(_, variant, _)| variant.clone()));
    }
    wrong
}

/// Searches carry unique texts: each stands in the history once, in the order of its page, without a hole.
fn timeline(searches: &BTreeMap<String, Vec<String>>, view: &SessionView, wrong: &mut Vec<Wrong>) {
    let read = |title: &str| title.strip_prefix("Searched for “").and_then(|rest| rest.split('”').next()).map(str::to_owned);
    let told: Vec<String> = view.entries.iter().filter_map(|entry| read(&entry.title)).collect();
    let place: BTreeMap<&str, usize> = told.iter().enumerate().map(|(at, text)| (text.as_str(), at)).collect();
    if place.len() != told.len() {
        let mut seen = BTreeSet::new();
        let twice: Vec<&String> = told.iter().filter(|text| !seen.insert(*text)).collect();
        wrong.push(("a search stands in the history once", "no text twice".to_owned(), format!("{twice:?}")));
    }
    // The last part of a text is its number in the visit.
    let number = |text: &str| text.rsplit('.').next().and_then(|number| number.parse::<u64>().ok()).unwrap_or(0);
    let oldest = told.iter().map(|text| number(text)).min();
    if oldest.is_none() && !searches.is_empty() {
        wrong.push(("the history has searches", format!("{} pages searched", searches.len()), "none".to_owned()));
    }
    let is_whole = oldest == Some(0);
    for texts in searches.values() {
        let mut last = None;
        let mut begun = is_whole;
        for text in texts {
            match place.get(text.as_str()) {
                Some(at) => {
                    if last.is_some_and(|last| last > *at) {
                        wrong.push(("the history keeps the order", format!("{text} after those before it"), format!("{told:?}")));
                    }
                    (last, begun) = (Some(*at), true);
                }
                None if begun => wrong.push(("a search stands in the history", text.clone(), "nothing".to_owned())),
                None => {}
            }
        }
    }
}
