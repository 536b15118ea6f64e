//! A shop with one campaign, its pages, and waiting without guessing how long.

use super::*;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::decide::Experiments;
use crate::decide::Guard;
use crate::model::Currency;
use std::path::Path;
use std::path::PathBuf;

/// An engine in a directory of its own, which goes with it.
pub(super) struct Shop {
    pub engine: Arc<Engine>,
    pub directory: PathBuf,
}

impl Shop {
    pub async fn open(clock: Clock, snapshot: Snapshot) -> Shop {
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

pub(super) fn config(directory: &Path) -> Config {
    Config {
        journal_dir: directory.join("journal"),
        snapshots_dir: directory.join("snapshots"),
        learning: crate::engine::LearningConfig::new(directory.join("learned")),
        results_dir: directory.join("results"),
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
        intake: Default::default(),
        offers: Default::default(),
        events_burst: 10_000,
        events_per_second: Limits::EVENTS_PER_SECOND,
    }
}

/// One campaign that fills a placement or clears it with every change of the cart; nobody is held out.
pub(super) fn banner() -> Snapshot {
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
    let experiments = Experiments { holdout: 0.0, baseline_max: 0.0, ..Experiments::default() };
    let settings = Settings { experiments, guard: Guard { changes_per_page: u8::MAX, ..Guard::default() }, ..Settings::default() };
    Snapshot { campaigns: Arc::new(CampaignSet::build(vec![Arc::new(campaign)])), settings: Arc::new(settings), ..Snapshot::empty() }
}

/// A page's events by number: a cart with `price` minor units in it.
pub(super) async fn put_in_cart(pipe: &Pipe, seq: u64, price: i64) {
    let text = r#"{"events":{"first":SEQ,"sentAt":1,"list":[{"at":1,"event":{"cart":{"currency":"USD","lines":
        [{"product":"1","quantity":1,"price":PRICE}]}}}]}}"#;
    let text = text.replace("SEQ", &seq.to_string()).replace("PRICE", &price.to_string());
    pipe.send(text.into_bytes().into()).await.unwrap();
}

pub(super) async fn next(pipe: &Pipe) -> ServerFrame {
    let frame = tokio::time::timeout(Duration::from_secs(5), pipe.recv()).await.unwrap().unwrap();
    serde_json::from_slice(&frame).unwrap()
}

/// Waits until something holds; panics if it does not within five seconds.
pub(super) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("not within five seconds: {what}");
}

/// A page that can show a banner.
pub(super) fn shopper() -> wire::Hello {
    let placement =
        wire::Placement { name: "banner".to_owned(), kind: wire::PlacementKind::Block, above: false, live: true, items: Vec::new() };
    let hello = hello();
    let page = wire::Page { placements: vec![placement], templates: vec!["banner".to_owned()], ..hello.page };
    wire::Hello { page, ..hello }
}

pub(super) async fn open_on(engine: &Arc<Engine>, hello: wire::Hello, (ours, theirs): (Pipe, Pipe)) -> (Pipe, Box<wire::Welcome>) {
    engine.admit(Socket::Pipe(theirs), Encoding::Json, hello, Peer::default()).await.map_err(|(_, refused)| refused).unwrap();
    match next(&ours).await {
        ServerFrame::Welcome(welcome) => (ours, welcome),
        other => panic!("not a welcome: {other:?}"),
    }
}
