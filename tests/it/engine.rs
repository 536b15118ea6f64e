//! Whole engines: delivery, resume, restart, tabs, offers, publication.

use crate::support::Page;
use crate::support::Shop;
use crate::support::hello;
use crate::support::page;
use crate::support::snapshot;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::Op;
use floorwalker::protocol::wire::ServerFrame;

const BANNER: &str = r#"
id = "nudge"
name = "Nudge"
purpose = "context"
hold = "while"
target = 50.0
when = "cart.value >= 30.0 && cart.value < 50.0"
[[trigger]]
on = "cart_value"
above = 30.0
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Only {missing} to go" }
"#;

const EXIT: &str = r#"
id = "leaver"
name = "Leaver"
purpose = "context"
trust = "claimed"
[[trigger]]
on = "exit_intent"
[limits]
per_session = 1
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "overlay"
template = "offer"
data = { title = "Ten percent" }
offer = { kind = "percent", amount = 10, expires = "20m", budget = { count = 1, every = "1d" } }
"#;

fn cart(price: i64) -> Event {
    let lines = if price == 0 { Vec::new() } else { vec![wire::CartLine { product: "1".into(), sku: None, quantity: 1, price }] };
    Event::Cart(wire::Cart { currency: "USD".into(), lines, token: None })
}

fn view(kind: &str) -> Event {
    Event::PageView(Box::new(page(kind)))
}

fn title(frame: &ServerFrame) -> String {
    let patches = match frame {
        ServerFrame::Push(push) => &push.patches,
        ServerFrame::State(state) => &state.patches,
        other => panic!("neither push nor state: {other:?}"),
    };
    match &patches[0].op {
        Op::Fill { data, .. } | Op::Offer { data, .. } => data["title"].clone(),
        Op::Clear { placement } => format!("clear {placement}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cart_crossing_is_answered_and_acknowledged_when_durable() {
    let shop = Shop::open(&[BANNER]).await;
    let mut page = shop.page(page("home")).await;
    assert_eq!(page.welcome.durability, "fsync");
    page.events(vec![view("home"), cart(0), cart(3_500)]).await;
    assert_eq!(title(&page.answer().await), "Only $15.00 to go");
    page.events(vec![cart(6_000)]).await;
    assert_eq!(title(&page.answer().await), "clear banner", "the condition holds no more");
    page.events(vec![cart(4_000)]).await;
    page.acked(5).await;
    shop.remove();
}

#[tokio::test]
async fn duplicates_count_once_and_gaps_are_told() {
    let shop = Shop::open(&[]).await;
    let mut page = shop.page(page("home")).await;
    page.events(vec![view("home")]).await;
    page.acked(1).await;
    page.events_from(1, vec![view("home")]).await;
    assert!(matches!(page.next().await, ServerFrame::Ack(ack) if ack.seq == 1));
    page.events_from(9, vec![view("home")]).await;
    assert!(matches!(page.next().await, ServerFrame::Ack(ack) if ack.seq == 1));
    assert!(matches!(page.next().await, ServerFrame::Error(error) if error.code == "gap" && error.retryable));
    assert_eq!(shop.engine.stats.events.load(std::sync::atomic::Ordering::Relaxed), 1);
    shop.remove();
}

#[tokio::test]
async fn a_bad_event_keeps_its_number_and_is_named() {
    let shop = Shop::open(&[]).await;
    let mut page = shop.page(page("home")).await;
    let bytes = br#"{"events":{"first":1,"sentAt":1,"list":[{"at":1,"event":{"scroll":{"depth":101}}},{"at":1,"event":{"fly":{}}},{"at":1,"event":{"visibility":{"visible":true}}}]}}"#;
    page.pipe.send(bytes.to_vec().into()).await.unwrap();
    let ServerFrame::Ack(ack) = page.next().await else { panic!("no ack") };
    assert_eq!(ack.rejected.len(), 2);
    assert_eq!((ack.rejected[0].seq, ack.rejected[0].field.as_deref(), ack.rejected[0].code.as_str()), (1, Some("depth"), "out_of_range"));
    assert_eq!(ack.rejected[1].seq, 2);
    page.acked(3).await;
    shop.remove();
}

#[tokio::test]
async fn a_lost_push_heals_by_state_on_resume() {
    let shop = Shop::open(&[BANNER]).await;
    let mut first = shop.page(page("home")).await;
    first.events(vec![view("home"), cart(0), cart(3_500)]).await;
    first.answer().await;
    first.acked(3).await;
    let hello = first.again(0);
    drop(first.pipe);
    let second = Page::open(&shop, hello.clone()).await;
    assert!(second.welcome.resumed);
    assert_eq!(second.welcome.ack, 3);
    assert_eq!(title(&ServerFrame::State(second.welcome.state.clone().expect("the page was behind"))), "Only $15.00 to go");
    let third = Page::open(&shop, second.again(1)).await;
    assert!(third.welcome.resumed);
    assert_eq!(third.welcome.state, None, "the page is where the engine is");
    let stale = Page::open(&shop, hello).await;
    assert!(!stale.welcome.resumed, "a token two issues old is refused");
    shop.remove();
}

#[tokio::test]
async fn a_visit_survives_a_restart() {
    let shop = Shop::open(&[BANNER]).await;
    let mut before = shop.page(page("home")).await;
    before.events(vec![view("home"), cart(0), cart(3_500)]).await;
    before.answer().await;
    before.acked(3).await;
    let hello = before.again(1);
    let shop = shop.restart().await;
    let mut after = Page::open(&shop, hello).await;
    assert!(after.welcome.resumed);
    assert_eq!(after.welcome.ack, 3);
    assert_eq!(
        title(&ServerFrame::State(after.welcome.state.clone().expect("a state"))),
        "Only $15.00 to go",
        "after a restart the page is given everything, because a number alone proves nothing"
    );
    after.events_from(4, vec![cart(6_000)]).await;
    assert_eq!(title(&after.answer().await), "clear banner");
    shop.remove();
}

#[tokio::test]
async fn one_visitor_many_tabs_one_overlay_one_code() {
    let shop = Shop::open(&[EXIT]).await;
    let mut first = shop.page(page("product")).await;
    let mut second = Page::open(&shop, first.elsewhere(page("product"))).await;
    assert_eq!(shop.engine.directory.len(), 1, "two tabs, one visit");
    first.events(vec![view("product")]).await;
    second.events(vec![view("product")]).await;
    // Whatever a shopper does in one tab says that the shopper has not left the other.
    first.acked(1).await;
    second.acked(1).await;
    let leave = || vec![Event::Exit(wire::Exit { signal: wire::ExitSignal::PointerTop, speed: 900.0 })];
    first.events(leave()).await;
    let push = first.answer().await;
    assert_eq!(title(&push), "Ten percent");
    let ServerFrame::Push(push) = push else { panic!("not a push") };
    let Op::Offer { code: Some(code), expires_at: Some(_), .. } = &push.patches[0].op else { panic!("no code") };
    assert!(shop.engine.check_code(code, 10_000).is_ok());
    second.events(leave()).await;
    second.acked(2).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    let decision = push.patches[0].decision.as_ref().unwrap().id.clone();
    let receipt = wire::Receipt { decision, state: wire::ReceiptState::Dismissed, reason: None };
    second.send(&ClientFrame::Applied(wire::Applied { rev: 0, receipts: vec![receipt] })).await;
    second.events(vec![Event::Visibility(wire::Visibility { visible: true })]).await;
    second.acked(3).await;
    // Another visitor: the budget of one is used up.
    let mut other = Page::open(&shop, hello(page("product"))).await;
    other.events(vec![view("product")]).await;
    other.events(leave()).await;
    other.acked(2).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    assert_eq!(shop.engine.stats.grants.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(shop.engine.stats.grants_refused.load(std::sync::atomic::Ordering::Relaxed), 1);
    shop.remove();
}

#[tokio::test]
async fn a_withdrawn_campaign_leaves_open_pages_at_once() {
    let shop = Shop::open(&[BANNER]).await;
    let mut page = shop.page(page("home")).await;
    page.events(vec![view("home"), cart(0), cart(3_500)]).await;
    page.answer().await;
    shop.engine.publish(|now| floorwalker::decide::Snapshot { campaigns: snapshot(&[]).campaigns, ..now.clone() });
    assert_eq!(title(&page.answer().await), "clear banner");
    shop.remove();
}

#[tokio::test]
async fn what_is_said_before_the_welcome_is_heard() {
    let shop = Shop::open(&[BANNER]).await;
    let mut page = Page::open(&shop, hello(page("home"))).await;
    // The page pipelines its events behind the hello; here they are simply the first thing after it.
    page.events(vec![view("home"), cart(0), cart(3_500)]).await;
    assert_eq!(title(&page.answer().await), "Only $15.00 to go");
    shop.remove();
}

#[tokio::test]
async fn a_server_gets_the_same_decision_as_a_page() {
    let welcome = r#"
id = "welcome"
name = "Welcome"
purpose = "context"
[[trigger]]
on = "page_view"
pages = ["home"]
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Hello" }
"#;
    let shop = Shop::open(&[welcome]).await;
    let (session, state) = shop.engine.decide(hello(page("home")), Default::default()).await.unwrap();
    assert_eq!(title(&ServerFrame::State(state)), "Hello");
    let browser = Page::open(&shop, wire::Hello { session: Some(session), ..hello(page("home")) }).await;
    assert_eq!(shop.engine.directory.len(), 1, "the browser continues the server's visit");
    drop(browser);
    shop.remove();
}

#[tokio::test]
async fn a_preview_sees_what_a_holdout_does_not_and_is_not_counted() {
    let welcome = r#"
id = "welcome"
name = "Welcome"
purpose = "context"
baseline = 0.5
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
    let shop = Shop::open(&[welcome]).await;
    let settings = floorwalker::decide::Settings {
        experiments: floorwalker::decide::Experiments { holdout: 0.5, ..Default::default() },
        ..crate::support::settings()
    };
    shop.engine.publish(|now| floorwalker::decide::Snapshot { settings: std::sync::Arc::new(settings), ..now.clone() });
    for _ in 0..12 {
        let preview = Some(shop.engine.preview_token(std::time::Duration::from_secs(60)));
        let mut page_ = Page::open(&shop, wire::Hello { preview, ..hello(page("home")) }).await;
        page_.events(vec![view("home")]).await;
        assert_eq!(title(&page_.answer().await), "Hello");
    }
    assert!(shop.engine.counts.totals().is_empty(), "previews are not counted");
    shop.remove();
}

#[tokio::test]
async fn a_preview_shows_an_offer_and_spends_nothing() {
    let offer = |id: &str, placement: &str, extra: &str| {
        format!(
            r#"
id = "{id}"
name = "{id}"
purpose = "context"
[[trigger]]
on = "page_view"
[[variant]]
id = "a"
[[variant.action]]
do = "offer"
placement = "{placement}"
template = "offer"
data = {{ title = "Ten percent" }}
offer = {{ kind = "percent", amount = 10, expires = "1h", budget = {{ count = 5 }}{extra} }}
"#
        )
    };
    let (own, pooled) = (offer("own", "overlay", ""), offer("pooled", "banner", ", pool = \"vip\""));
    let shop = Shop::open(&[&own, &pooled]).await;
    shop.engine.stock_pool("vip", "FIRST-CODE\nSECOND-CODE").await.unwrap();
    for _ in 0..3 {
        let preview = Some(shop.engine.preview_token(std::time::Duration::from_secs(60)));
        let mut seen = Page::open(&shop, wire::Hello { preview, ..hello(page("home")) }).await;
        seen.events(vec![view("home")]).await;
        let (mut codes, until) = (Vec::new(), tokio::time::Instant::now() + std::time::Duration::from_secs(30));
        while codes.len() < 2 && tokio::time::Instant::now() < until {
            codes.extend(seen.codes(std::time::Duration::from_millis(50)).await);
        }
        assert_eq!(codes.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>(), ["PREVIEW", "PREVIEW"]);
    }
    assert_eq!((shop.engine.open_offers(), shop.engine.offer_totals().len()), (0, 0), "no budget is touched");
    assert_eq!(shop.engine.pools().iter().map(|level| (level.free, level.given)).collect::<Vec<_>>(), [(2, 0)]);
    assert!(shop.engine.check_code("PREVIEW", 10_000).is_err(), "and no till takes it");
    shop.remove();
}

#[tokio::test]
async fn a_customer_is_recognized_in_another_browser() {
    use data_encoding::BASE64URL_NOPAD;
    use hmac::KeyInit;
    use hmac::Mac;
    let back = r#"
id = "back"
name = "Back"
purpose = "remember"
[[trigger]]
on = "return_visit"
[[variant]]
id = "a"
[[variant.action]]
do = "fill"
placement = "banner"
template = "banner"
data = { title = "Welcome back" }
"#;
    let shop = Shop::open(&[back]).await;
    let claims = format!(r#"{{"sub":"4711","aud":"{}","exp":{}}}"#, crate::support::KEY, shop.engine.seconds() + 600);
    let signed = format!("{}.{}", BASE64URL_NOPAD.encode(br#"{"alg":"HS256"}"#), BASE64URL_NOPAD.encode(claims.as_bytes()));
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(b"0123456789abcdef0123456789abcdef").unwrap();
    mac.update(signed.as_bytes());
    let customer = Some(format!("{signed}.{}", BASE64URL_NOPAD.encode(&mac.finalize().into_bytes())));
    let first = Page::open(&shop, wire::Hello { customer: customer.clone(), ..hello(page("home")) }).await;
    let second = Page::open(&shop, wire::Hello { customer: customer.clone(), ..hello(page("home")) }).await;
    assert_eq!(shop.engine.directory.len(), 1, "two browsers of one customer are one visit while it lasts");
    let stranger = Page::open(&shop, wire::Hello { customer: customer.map(|token| token.replace('e', "f")), ..hello(page("home")) }).await;
    assert_eq!(shop.engine.directory.len(), 2, "a forged token is nobody");
    drop((first, second, stranger));
    shop.remove();
}
