//! What a script tells to get codes that a person would have to earn: none comes of it.
//!
//! Each attack is also run honestly, so that a campaign that never acts cannot pass for a defence. The engine's clock stands still until
//! it is told to go on: whatever is claimed in between, no time has passed.

use crate::support::KEY;
use crate::support::Page;
use crate::support::SERVER_SECRET;
use crate::support::Shop;
use crate::support::consent;
use crate::support::hasty;
use crate::support::hello;
use crate::support::page;
use crate::support::until;
use axum::body::Body;
use floorwalker::engine::Peer;
use floorwalker::gateway;
use floorwalker::gateway::Origins;
use floorwalker::gateway::network;
use floorwalker::integrations::jws;
use floorwalker::offer::Limits;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::ServerFrame;
use floorwalker::protocol::wire::TimedEvent;
use futures_util::future::join_all;
use http_body_util::BodyExt;
use hyper::Request;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tower::ServiceExt;

fn campaign(id: &str, head: &str, trigger: &str, count: u32) -> String {
    format!(
        r#"
id = "{id}"
name = "{id}"
purpose = "context"
{head}
[[trigger]]
{trigger}
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "overlay"
template = "offer"
data = {{ title = "Ten percent" }}
offer = {{ kind = "percent", amount = 10, expires = "1h", budget = {{ count = {count} }} }}
"#
    )
}

const EXIT: &str = "on = \"exit_intent\"";

async fn shop(campaign: &str) -> Shop {
    let shop = Shop::frozen(&[campaign]).await;
    shop.set(hasty());
    shop
}

fn view() -> Event {
    Event::PageView(Box::new(page("product")))
}

fn attention() -> Event {
    Event::Attention(wire::Attention { active: true, trusted: None })
}

fn scroll(depth: u8) -> Event {
    Event::Scroll(wire::Scroll { depth })
}

fn exit() -> Event {
    Event::Exit(wire::Exit { signal: wire::ExitSignal::PointerTop, speed: 900.0 })
}

fn cart(product: &str, quantity: u32, price: i64, token: Option<String>) -> Event {
    let lines = vec![wire::CartLine { product: product.into(), sku: None, quantity, price }];
    Event::Cart(wire::Cart { currency: "USD".into(), lines, token })
}

/// Events that the engine has taken in, of all pages.
fn heard(shop: &Shop) -> u64 {
    shop.engine.stats.events.load(Ordering::Relaxed)
}

/// Tells events and waits until they are taken in.
async fn tell(shop: &Shop, page: &mut Page, events: Vec<Event>) {
    let enough = heard(shop) + events.len() as u64;
    page.events(events).await;
    until("the events are taken in", || heard(shop) >= enough).await;
}

/// Attention that the engine has seen pass, and a scroll: the least a person does.
async fn behave(shop: &Shop, page: &mut Page) {
    tell(shop, page, vec![view(), attention(), scroll(30)]).await;
    shop.engine.clock.advance(Duration::from_millis(2_050));
    tell(shop, page, vec![attention()]).await;
}

/// Lets time go on until leavings are decided. An event may be counted a moment before it is applied, so one step is not always enough; all
/// of them together are far less than the attention that an offer asks for.
async fn go_on(shop: &Shop, is_decided: impl Fn() -> bool) {
    for _ in 0..20 {
        // Longer than a leaving is waited for, and than the wheel turns late.
        shop.engine.clock.advance(Duration::from_millis(40));
        for _ in 0..300 {
            if is_decided() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    panic!("the leaving is not decided");
}

/// How often a campaign was looked at, and how many wishes for a code have not been answered.
fn looked(shop: &Shop) -> (u64, u64) {
    let totals = shop.engine.counts.totals();
    let (triggered, pushed) = totals.values().fold((0, 0), |(all, won), totals| (all + totals.triggered, won + totals.pushed));
    let stats = &shop.engine.stats;
    let answered = stats.grants.load(Ordering::Relaxed) + stats.grants_refused.load(Ordering::Relaxed) + shop.engine.offer_counts().again;
    (triggered, pushed.saturating_sub(answered))
}

/// Says something and leaves; how many codes come of it once the leaving is decided and all wishes are answered.
async fn attempt(shop: &Shop, page: &mut Page, event: Event) -> usize {
    let ((looks, _), codes) = (looked(shop), granted(shop));
    tell(shop, page, vec![event, exit()]).await;
    go_on(shop, || looked(shop).0 > looks && looked(shop).1 == 0).await;
    if granted(shop) > codes {
        page.code().await;
        return 1;
    }
    page.codes(Duration::from_millis(20)).await.len()
}

/// How many codes the shop has made.
fn granted(shop: &Shop) -> usize {
    shop.engine.offers(None, None, usize::MAX).len()
}

fn refused(shop: &Shop, reason: &str) -> u64 {
    shop.engine.counts.totals().values().filter_map(|totals| totals.refused.get(reason)).sum()
}

#[tokio::test]
async fn forged_dwell_earns_nothing() {
    let shop = shop(&campaign("dwell", "", "on = \"dwell\"\nfor = \"4s\"", 100)).await;
    let forged = wire::Hello { now: 1e9, wall: 1e15, ..hello(page("product")) };
    let mut page = Page::open(&shop, forged).await;
    // An hour and a half of heartbeats in one breath, by the page's clock, however it is told.
    let mut at = 0.0;
    for round in 0..4 {
        let list: Vec<TimedEvent> = (0..24)
            .map(|beat| {
                at += 60_000.0;
                let event = match (round, beat) {
                    (0, 0) => view(),
                    (_, 3) => scroll(60),
                    (_, beat) => Event::Attention(wire::Attention { active: beat % 8 != 7, trusted: None }),
                };
                TimedEvent { at, event }
            })
            .collect();
        let first = 1 + 24 * round;
        page.send(&ClientFrame::Events(wire::EventBatch { first, sent_at: at, list, rev: 0 })).await;
    }
    until("the events are taken in", || heard(&shop) >= 96).await;
    shop.engine.clock.advance(Duration::from_secs(1));
    assert_eq!(page.codes(Duration::from_millis(200)).await.len(), 0, "an hour and a half was claimed, a second has passed");
    assert_eq!(granted(&shop), 0);
    // Who stays for as long as the campaign asks gets it: the clock is the engine's.
    page.events_from(97, vec![attention()]).await;
    until("it is taken in", || heard(&shop) >= 97).await;
    shop.engine.clock.advance(Duration::from_millis(4_100));
    page.code().await;
    assert_eq!(granted(&shop), 1);
    shop.remove();
}

#[tokio::test]
async fn a_forged_cart_value_earns_nothing() {
    let shop = shop(&campaign("cart", "when = 'cart.value >= 100.0'", EXIT, 100)).await;
    // Product 1 costs $10.00 in the catalog, and nothing else is known of what a page claims.
    let jump = Event::Cart(wire::Cart {
        currency: "JPY".into(),
        lines: vec![wire::CartLine { product: "1".into(), sku: None, quantity: 1, price: 1_000 }],
        token: None,
    });
    // Many pieces at the right price, in one line or in several, are no better than a wrong price.
    let many = |quantities: &[u32]| {
        let line = |quantity: &u32| wire::CartLine { product: "1".into(), sku: None, quantity: *quantity, price: 1_000 };
        Event::Cart(wire::Cart { currency: "USD".into(), lines: quantities.iter().map(line).collect(), token: None })
    };
    let forged = [
        many(&[100]),
        many(&[5, 5, 5]),
        cart("1", 1, 20_000, None),
        cart("no such product", 1, 20_000, None),
        cart("1", 1, 100_000_000_000, None),
        jump,
    ];
    for claim in forged {
        let mut page = Page::open(&shop, hello(page("product"))).await;
        behave(&shop, &mut page).await;
        assert_eq!(attempt(&shop, &mut page, claim).await, 0);
    }
    assert_eq!(granted(&shop), 0);
    assert_eq!(refused(&shop, "trust"), 5, "they qualified but for the evidence");
    assert_eq!(shop.engine.offer_counts().refused.iter().find(|(code, _)| *code == "currency"), Some(&("currency", 1)));
    let mut honest = Page::open(&shop, hello(page("product"))).await;
    behave(&shop, &mut honest).await;
    assert_eq!(attempt(&shop, &mut honest, cart("40", 1, 40_000, None)).await, 1);
    shop.remove();
}

fn signed(shop: &Shop, extra: &str, quantity: u32, secret: &[u8]) -> String {
    let exp = shop.engine.seconds() + 600;
    let lines = format!(r#"[{{"product":"1","quantity":{quantity},"price":1000}}]"#);
    jws::sign(&format!(r#"{{"aud":"{KEY}","exp":{exp},"currency":"USD","lines":{lines}{extra}}}"#), secret)
}

#[tokio::test]
async fn only_the_shops_server_confirms_a_cart_and_for_one_visit() {
    let shop = shop(&campaign("sure", "trust = \"confirmed\"\nwhen = 'cart.value >= 100.0'", EXIT, 100)).await;
    let open = async || {
        let mut page = Page::open(&shop, hello(page("product"))).await;
        behave(&shop, &mut page).await;
        page
    };
    let attempt = async |mut page: Page, event: Event| attempt(&shop, &mut page, event).await;
    let mut pages = Vec::new();
    for _ in 0..7 {
        pages.push(open().await);
    }
    let mut next = || pages.pop().unwrap();
    // A hundred pieces at the catalog's price: no price is wrong, only the quantity is a lie.
    assert_eq!(attempt(next(), cart("1", 100, 1_000, None)).await, 0);
    let with = |token: String| cart("1", 100, 1_000, Some(token));
    assert_eq!(attempt(next(), with(signed(&shop, "", 100, b"another secret, not the shop's"))).await, 0);
    let good = signed(&shop, "", 100, SERVER_SECRET);
    let flipped: Vec<Event> = (0..good.len())
        .step_by(3)
        .map(|at| {
            let mut bytes = good.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            with(String::from_utf8(bytes).unwrap())
        })
        .collect();
    let mut page = next();
    for event in flipped {
        page.events(vec![event]).await;
    }
    assert_eq!(attempt(page, scroll(50)).await, 0, "not one of the flipped tokens was taken");
    // What is signed counts, not what is said beside it.
    assert_eq!(attempt(next(), cart("1", 100, 1_000, Some(signed(&shop, "", 1, SERVER_SECRET)))).await, 0);
    let victim = next();
    let named = format!(r#","sid":"{}""#, victim.welcome.session);
    assert_eq!(attempt(next(), with(signed(&shop, &named, 100, SERVER_SECRET))).await, 0, "a token for another visit");
    assert_eq!(granted(&shop), 0);
    assert_eq!(attempt(victim, with(signed(&shop, &named, 100, SERVER_SECRET))).await, 1, "the visit it was made for");
    assert_eq!(attempt(next(), with(good.clone())).await, 1, "a token without a visit is the first one's");
    let mut copier = Page::open(&shop, hello(crate::support::page("product"))).await;
    behave(&shop, &mut copier).await;
    assert_eq!(attempt(copier, with(good)).await, 0, "and nobody else's");
    assert_eq!(granted(&shop), 2);
    shop.remove();
}

#[tokio::test]
async fn a_cart_that_changes_is_confirmed_no_more() {
    let shop = shop(&campaign("sure", "trust = \"confirmed\"", EXIT, 100)).await;
    let mut page = Page::open(&shop, hello(page("product"))).await;
    behave(&shop, &mut page).await;
    page.events(vec![cart("1", 2, 1_000, Some(signed(&shop, "", 2, SERVER_SECRET)))]).await;
    assert_eq!(attempt(&shop, &mut page, cart("1", 50, 1_000, None)).await, 0);
    assert_eq!(attempt(&shop, &mut page, cart("1", 50, 1_000, Some(signed(&shop, "", 50, SERVER_SECRET)))).await, 1);
    shop.remove();
}

const ORIGIN: &str = "https://shop.example";

async fn post(shop: &Shop, body: &Value) -> u16 {
    let config = gateway::Config { origins: Origins::parse(&[ORIGIN]).unwrap(), ..gateway::Config::default() };
    let request = Request::post("/v1/events").header("origin", ORIGIN).body(Body::from(body.to_string())).unwrap();
    gateway::router(shop.engine.clone(), config).oneshot(request).await.unwrap().status().as_u16()
}

/// Everything a visit has said that earned a code is said again, a hundred times, over every path there is.
#[tokio::test]
async fn a_replayed_visit_earns_nothing_more() {
    let shop = shop(&campaign("leaver", "", EXIT, 1_000)).await;
    let mut page = Page::open(&shop, hello(page("product"))).await;
    behave(&shop, &mut page).await;
    tell(&shop, &mut page, vec![cart("1", 1, 1_000, None), exit()]).await;
    go_on(&shop, || granted(&shop) == 1).await;
    let (code, _) = page.code().await;
    let list = vec![view(), attention(), scroll(30), attention(), cart("1", 1, 1_000, None), exit()];
    let timed = |list: &[Event]| list.iter().map(|event| TimedEvent { at: 10.0, event: event.clone() }).collect();
    let log = ClientFrame::Events(wire::EventBatch { first: 1, sent_at: 10.0, list: timed(&list), rev: 0 });
    let mut said: BTreeSet<String> = BTreeSet::new();
    for round in 0..100_u64 {
        // The same connection, which a request in its name may have taken over.
        let _ = page.pipe.send(serde_json::to_vec(&log).unwrap().into()).await;
        // The same stream, over a new connection and over requests.
        let mut again = Page::open(&shop, page.again(0)).await;
        again.send(&log).await;
        assert_eq!(post(&shop, &json!({ "resume": again.welcome.resume, "frames": [log] })).await, 204);
        assert!(post(&shop, &json!({ "hello": page.hello, "frames": [log] })).await < 500);
        // The same visit, as another page of it.
        let enough = heard(&shop) + 12;
        let mut tab = Page::open(&shop, page.elsewhere(crate::support::page("product"))).await;
        tab.send(&log).await;
        // Somebody else.
        let mut stranger = Page::open(&shop, hello(crate::support::page("product"))).await;
        stranger.send(&log).await;
        until("two new pages are heard", || heard(&shop) >= enough).await;
        go_on(&shop, || refused(&shop, "trust") > round || granted(&shop) > 1).await;
        for other in [&mut again, &mut tab, &mut stranger] {
            said.extend(other.codes(Duration::from_millis(5)).await.into_iter().map(|(code, _)| code));
        }
        page = again;
    }
    said.extend(page.codes(Duration::from_millis(300)).await.into_iter().map(|(code, _)| code));
    said.remove(&code);
    assert_eq!((granted(&shop), said), (1, BTreeSet::new()), "one visit, one code");
    assert!(shop.engine.stats.duplicates.load(Ordering::Relaxed) > 500, "the engine has seen them before");
    shop.remove();
}

#[tokio::test]
async fn a_stolen_id_or_a_flipped_token_shows_no_code() {
    let shop = shop(&campaign("leaver", "", EXIT, 1)).await;
    let mut victim = Page::open(&shop, hello(page("product"))).await;
    behave(&shop, &mut victim).await;
    tell(&shop, &mut victim, vec![exit()]).await;
    go_on(&shop, || granted(&shop) == 1).await;
    let (code, _) = victim.code().await;
    let mine = victim.again(0);
    let (session, visitor) = (mine.session.clone().unwrap(), victim.welcome.visitor.clone().expect("remembered"));
    let resume = mine.resume.clone().unwrap();
    let decoded = data_encoding::BASE64URL_NOPAD.decode(session.as_bytes()).unwrap();
    let flips = |token: &str| {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(token.as_bytes()).unwrap();
        (0..bytes.len() * 8)
            .map(|bit| {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                data_encoding::BASE64URL_NOPAD.encode(&flipped)
            })
            .collect::<Vec<String>>()
    };
    // The id itself, which is in no way secret, in the forms somebody might try.
    let id: String = decoded.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut tries: Vec<wire::Hello> = Vec::new();
    for bare in [id.clone(), id.chars().take(32).collect(), victim.hello.stream.clone()] {
        tries.push(wire::Hello { session: Some(bare), ..hello(page("product")) });
    }
    tries.extend(flips(&session).into_iter().map(|session| wire::Hello { session: Some(session), ..hello(page("product")) }));
    tries.extend(flips(&visitor).into_iter().map(|visitor| wire::Hello { visitor: Some(visitor), ..hello(page("product")) }));
    tries.extend(flips(&resume.token).into_iter().map(|token| {
        let resume = wire::Resume { token, ..resume.clone() };
        wire::Hello { resume: Some(resume), session: None, visitor: None, ..hello(page("product")) }
    }));
    let attempts = tries.len();
    for try_ in tries {
        let page = Page::open(&shop, try_).await;
        assert!(!page.welcome.resumed);
        assert_eq!(page.welcome.state.map_or(0, |state| state.patches.len()), 0, "nothing of the victim's");
    }
    assert_eq!(shop.engine.directory.len(), 1 + attempts, "each of them is somebody new");
    let known = ServerFrame::State(Page::open(&shop, mine).await.welcome.state.expect("the page of the victim"));
    assert!(serde_json::to_string(&known).unwrap().contains(&code), "the visit itself goes on");
    shop.remove();
}

/// Patient visitors, with all the evidence that a machine can make up, from two networks and from the shop's own house.
#[tokio::test]
async fn a_farm_earns_no_more_than_its_network_may() {
    let shop = shop(&campaign("leaver", "", EXIT, 500)).await;
    let share = Limits::PER_NETWORK as usize;
    let farm = async |address: fn(usize) -> String, count: usize| {
        let (before, enough) = (granted(&shop), heard(&shop) + 3 * count as u64);
        let mut pages = Vec::new();
        for number in 0..count {
            let peer = Peer { network: network(address(number).parse().unwrap()), ..Peer::default() };
            let mut page = Page::open_as(&shop, hello(page("product")), peer).await;
            page.events(vec![view(), attention(), scroll(30)]).await;
            pages.push(page);
        }
        let (looked_before, _) = looked(&shop);
        until("all behave", || heard(&shop) >= enough).await;
        shop.engine.clock.advance(Duration::from_millis(2_050));
        for page in &mut pages {
            page.events(vec![exit()]).await;
        }
        go_on(&shop, || looked(&shop) == (looked_before + count as u64, 0)).await;
        granted(&shop) - before
    };
    assert_eq!(farm(|number| format!("203.0.113.{}", number % 250), share + 30).await, share);
    let counts = shop.engine.offer_counts();
    assert_eq!(counts.refused.iter().find(|(code, _)| *code == "network"), Some(&("network", 30)));
    assert_eq!(farm(|number| format!("198.51.100.{number}"), 5).await, 5, "others are not punished");
    assert_eq!(farm(|_| "127.0.0.1".to_owned(), 5).await, 5);
    shop.remove();
}

/// Ten thousand new sessions at once, each with all the right claims and none of the evidence; then as many as a machine can wait for
/// with evidence, which the budget bounds.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cookie_farm_earns_nothing_on_claims_and_a_budget_on_patience() {
    const FARM: usize = 10_000;
    let shop = shop(&campaign("leaver", "when = 'cart.value >= 100.0'", EXIT, 10)).await;
    for some in (0..FARM).collect::<Vec<_>>().chunks(250) {
        let farm = some.iter().map(|_| async {
            let mut page = Page::open(&shop, wire::Hello { consent: consent(), ..hello(page("product")) }).await;
            page.events(vec![view(), attention(), scroll(80), cart("40", 1, 40_000, None), exit()]).await;
            page
        });
        let enough = heard(&shop) + 5 * 250;
        let farm = join_all(farm).await;
        until("all are heard", || heard(&shop) >= enough).await;
        let left = some.last().map_or(0, |last| *last as u64 + 1);
        go_on(&shop, || looked(&shop) == (left, 0)).await;
        assert_eq!(granted(&shop), 0);
        drop(farm);
    }
    assert_eq!(refused(&shop, "trust"), FARM as u64, "all of them left, and were refused for want of evidence");
    let patient = (0..200).map(|_| async {
        let mut page = Page::open(&shop, hello(page("product"))).await;
        page.events(vec![view(), attention(), scroll(30)]).await;
        page
    });
    let enough = heard(&shop) + 3 * 200;
    let mut patient = join_all(patient).await;
    until("all are heard", || heard(&shop) >= enough).await;
    shop.engine.clock.advance(Duration::from_millis(2_050));
    join_all(patient.iter_mut().map(async |page| {
        page.events(vec![cart("40", 1, 40_000, None), exit()]).await;
    }))
    .await;
    until("all are heard", || heard(&shop) >= enough + 2 * 200).await;
    go_on(&shop, || looked(&shop) == (FARM as u64 + 200, 0)).await;
    let all = join_all(patient.iter_mut().map(|page| page.codes(Duration::from_secs(1)))).await;
    let earned: usize = all.iter().map(Vec::len).sum();
    assert_eq!((earned, granted(&shop)), (10, 10), "patience is paid for out of the budget");
    shop.remove();
}

#[tokio::test]
async fn guessed_codes_are_worth_nothing_and_pages_may_not_guess() {
    let shop = shop(&campaign("leaver", "trust = \"claimed\"", EXIT, 1)).await;
    let mut page = Page::open(&shop, hello(page("product"))).await;
    tell(&shop, &mut page, vec![view(), exit()]).await;
    go_on(&shop, || granted(&shop) == 1).await;
    let (code, _) = page.code().await;
    let open = |handshakes_per_second| {
        gateway::router(shop.engine.clone(), gateway::Config { handshakes_per_second, ..gateway::Config::default() })
    };
    let (router, slow) = (open(1_000), open(1));
    let send_to = async |router: &axum::Router, bearer: Option<&str>, path: String, body: Value| {
        let mut request = Request::post(path);
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let response = router.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        (response.status().as_u16(), response.into_body().collect().await.unwrap().to_bytes())
    };
    let send = async |bearer: Option<&str>, path: String, body: Value| send_to(&router, bearer, path, body).await;
    let secret = std::str::from_utf8(SERVER_SECRET).unwrap();
    let link = floorwalker::api::login_link(&shop.engine, "http://x");
    let (_, link) = link.split_once("token=").unwrap();
    let cut = &secret[..secret.len() - 1];
    for bearer in [None, Some(""), Some("wrong"), Some(cut), Some(&*page.welcome.session), Some(link)] {
        for path in [format!("/v1/offers/{code}"), format!("/v1/offers/{code}/redeem"), "/v1/offers/0000000000".to_owned()] {
            let (status, body) = send(bearer, path, json!({ "order": "1" })).await;
            assert_eq!(status, 401, "{bearer:?}");
            assert!(!String::from_utf8_lossy(&body).contains(&code), "nothing is said about a code");
        }
    }
    let mut wrong = 0;
    while send_to(&slow, Some("wrong"), format!("/v1/offers/{code}"), json!({})).await.0 == 401 {
        wrong += 1;
        assert!(wrong < 1_000, "who guesses secrets is slowed down");
    }
    assert_eq!(send_to(&slow, Some(secret), format!("/v1/offers/{code}"), json!({})).await.0, 200, "and the shop's server is not");
    // Even a till that tries: every neighbor of a real code, and as many others as one likes.
    const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let neighbors = (0..code.len()).flat_map(|at| ALPHABET.chars().map(move |letter| (at, letter)));
    let mut guesses: BTreeSet<String> =
        neighbors.map(|(at, letter)| code.char_indices().map(|(index, own)| if index == at { letter } else { own }).collect()).collect();
    guesses.extend((0..20_000_u64).map(|n| {
        let bits = n.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (0..10).map(|letter| char::from(ALPHABET.as_bytes()[(bits >> (5 * letter)) as usize % 32])).collect()
    }));
    guesses.remove(&code);
    assert!(guesses.iter().all(|guess| shop.engine.check_code(guess, 10_000).is_err()));
    assert_eq!(send(Some(secret), format!("/v1/offers/{}", guesses.first().unwrap()), json!({})).await.0, 404);
    let (status, body) = send(Some(secret), format!("/v1/offers/{code}"), json!({ "cartMinor": 10_000, "currency": "USD" })).await;
    assert_eq!((status, serde_json::from_slice::<Value>(&body).unwrap()["discountMinor"].clone()), (200, json!(1_000)));
    let (status, body) = send(Some(secret), format!("/v1/offers/{code}"), json!({ "cartMinor": 10_000, "currency": "EUR" })).await;
    assert_eq!((status, serde_json::from_slice::<Value>(&body).unwrap()["error"]["code"].clone()), (422, json!("currency")));
    shop.remove();
}
