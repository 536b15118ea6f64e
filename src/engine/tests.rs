//! What only a test inside the engine can do: fail one session, starve a socket, stop the clock, break the disk.

mod silent;
mod slow;

use super::Clock;
use super::Config;
use super::Engine;
use super::Peer;
use super::Pipe;
use super::SessionMsg;
use super::Socket;
use super::random_id;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::consent::Consent;
use crate::decide::Experiments;
use crate::decide::Guard;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::model::Currency;
use crate::model::StreamId;
use crate::protocol::Encoding;
use crate::protocol::Limits;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use crate::store::MemoryStore;
use crate::store::Stores;
use crate::store::journal;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

fn hello() -> wire::Hello {
    let text = r#"{"versions":[1,1],"key":"pk_test","stream":"STREAM","page":{"url":"https://shop.example/","kind":"home",
        "placements":[{"name":"banner","kind":"block","live":true}],"templates":["banner"]},"visible":true,
        "consent":{"personalize":true},"now":1,"wall":1}"#;
    serde_json::from_str(&text.replace("STREAM", &StreamId(random_id()).to_string())).unwrap()
}

async fn open(engine: &Arc<Engine>, hello: wire::Hello) -> (Pipe, Box<wire::Welcome>) {
    open_on(engine, hello, Pipe::pair()).await
}

async fn open_on(engine: &Arc<Engine>, hello: wire::Hello, (ours, theirs): (Pipe, Pipe)) -> (Pipe, Box<wire::Welcome>) {
    engine.admit(Socket::Pipe(theirs), Encoding::Json, hello, Peer::default()).await.map_err(|(_, refused)| refused).unwrap();
    match next(&ours).await {
        ServerFrame::Welcome(welcome) => (ours, welcome),
        other => panic!("not a welcome: {other:?}"),
    }
}

/// An engine in a directory of its own, which goes with it.
struct Shop {
    engine: Arc<Engine>,
    directory: PathBuf,
}

impl Shop {
    async fn open(clock: Clock, snapshot: Snapshot) -> Shop {
        let directory = std::env::temp_dir().join(format!("floorwalker-engine-{}", StreamId(random_id())));
        let stores = Stores::of(Arc::new(MemoryStore::default()));
        let engine = Engine::start(config(&directory), stores, clock, snapshot).await.unwrap();
        Shop { engine, directory }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

fn config(directory: &Path) -> Config {
    Config {
        journal_dir: directory.join("journal"),
        journal: journal::Config::default(),
        durability: journal::Durability::Fsync,
        settings: Settings::default(),
        keys: vec!["pk_test".to_owned()],
        customer_secret: None,
        consent: Consent::new(true),
        sessions_max: 10,
        visitor_remembered: Duration::from_secs(3_600),
        token_keys: vec![[1; 32]],
        offer_secret: [2; 32],
        offers_open_max: 10,
        events_burst: 10_000,
        events_per_second: Limits::EVENTS_PER_SECOND,
    }
}

/// One campaign that fills a placement or clears it with every change of the cart; nobody is held out.
fn banner() -> Snapshot {
    let text = r#"
        id = "nudge"
        name = "Nudge"
        purpose = "context"
        hold = "while"
        when = "cart.value >= 30.0"
        [[trigger]]
        on = "cart_value"
        above = 30.0
        [[variant]]
        id = "a"
        [[variant.action]]
        do = "fill"
        placement = "banner"
        template = "banner"
        data = { title = "Thank you" }
    "#;
    let campaign = Campaign::parse("test.toml", text, Currency::USD).unwrap();
    let experiments = Experiments { holdout: 0.0, baseline_max: 0.0 };
    let settings = Settings { experiments, guard: Guard { changes_per_page: u8::MAX, ..Guard::default() }, ..Settings::default() };
    Snapshot { campaigns: Arc::new(CampaignSet::build(vec![Arc::new(campaign)])), settings: Arc::new(settings), ..Snapshot::empty() }
}

/// A page's events by number: a cart with `price` minor units in it.
async fn put_in_cart(pipe: &Pipe, seq: u64, price: i64) {
    let text = r#"{"events":{"first":SEQ,"sentAt":1,"list":[{"at":1,"event":{"cart":{"currency":"USD","lines":
        [{"product":"1","quantity":1,"price":PRICE}]}}}]}}"#;
    let text = text.replace("SEQ", &seq.to_string()).replace("PRICE", &price.to_string());
    pipe.send(text.into_bytes().into()).await.unwrap();
}

async fn next(pipe: &Pipe) -> ServerFrame {
    let frame = tokio::time::timeout(Duration::from_secs(5), pipe.recv()).await.unwrap().unwrap();
    serde_json::from_slice(&frame).unwrap()
}

/// Waits until something holds; panics if it does not within five seconds.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("not within five seconds: {what}");
}

#[tokio::test]
async fn a_panic_costs_one_visitor_the_connection_and_nobody_else_anything() {
    let shop = Shop::open(Clock::system(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let first = hello();
    let (hurt, welcome) = open(engine, first.clone()).await;
    let (other, _) = open(engine, hello()).await;
    assert_eq!(engine.directory.len(), 2);
    let session = engine.directory.of_stream(first.stream.parse().unwrap()).and_then(|id| engine.directory.get(id)).unwrap();
    session.cast(SessionMsg::Panic).unwrap();
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), hurt.recv()).await.unwrap(), None, "its socket closes");
    until("nothing points to it", || engine.directory.len() == 1).await;
    assert_eq!(engine.stats.connections.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(other.closed(), None, "the others notice nothing");
    let (_back, again) = open(engine, wire::Hello { session: Some(welcome.session.clone()), ..first }).await;
    assert_eq!(again.epoch, welcome.epoch);
    assert_eq!(engine.directory.len(), 2, "the page is back");
}
