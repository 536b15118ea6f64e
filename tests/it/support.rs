//! An engine in a temporary directory and a page that talks to it.

use floorwalker::campaign::Campaign;
use floorwalker::campaign::CampaignSet;
use floorwalker::catalog::Catalog;
use floorwalker::catalog::Draft;
use floorwalker::consent::Consent;
use floorwalker::decide::Experiments;
use floorwalker::decide::Guard;
use floorwalker::decide::Settings;
use floorwalker::decide::Snapshot;
use floorwalker::decide::Visit;
use floorwalker::engine::Clock;
use floorwalker::engine::Config;
use floorwalker::engine::Engine;
use floorwalker::engine::Offers;
use floorwalker::engine::Peer;
use floorwalker::engine::Pipe;
use floorwalker::engine::Socket;
use floorwalker::engine::random_id;
use floorwalker::model::Currency;
use floorwalker::model::StreamId;
use floorwalker::offer::Limits;
use floorwalker::protocol::Encoding;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::ServerFrame;
use floorwalker::protocol::wire::TimedEvent;
use floorwalker::recommend::Model;
use floorwalker::store::MemoryStore;
use floorwalker::store::Stores;
use floorwalker::store::journal;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// An engine with its directory, which goes with it.
pub struct Shop {
    pub engine: Arc<Engine>,
    pub stores: Stores,
    pub directory: PathBuf,
    campaigns: Vec<String>,
}

pub const KEY: &str = "pk_test";
pub const SERVER_SECRET: &[u8] = b"what only the shop's server knows";

impl Shop {
    pub async fn open(campaigns: &[&str]) -> Shop {
        let directory = std::env::temp_dir().join(format!("floorwalker-it-{}", StreamId(random_id())));
        let stores = Stores::of(Arc::new(MemoryStore::default()));
        Shop::open_in(directory, stores, campaigns).await
    }

    /// A shop whose clock stands still until it is advanced.
    pub async fn frozen(campaigns: &[&str]) -> Shop {
        let directory = std::env::temp_dir().join(format!("floorwalker-it-{}", StreamId(random_id())));
        let stores = Stores::of(Arc::new(MemoryStore::default()));
        Shop::open_at(Clock::manual(Clock::system().now()), directory, stores, campaigns).await
    }

    pub async fn open_in(directory: PathBuf, stores: Stores, campaigns: &[&str]) -> Shop {
        Shop::open_at(Clock::system(), directory, stores, campaigns).await
    }

    async fn open_at(clock: Clock, directory: PathBuf, stores: Stores, campaigns: &[&str]) -> Shop {
        let config = Config {
            journal_dir: directory.join("journal"),
            snapshots_dir: directory.join("snapshots"),
            learning: floorwalker::engine::LearningConfig::new(directory.join("learned")),
            results_dir: directory.join("results"),
            journal: journal::Config::default(),
            durability: journal::Durability::Fsync,
            settings: settings(),
            keys: vec![KEY.to_owned()],
            customer_secret: Some(b"0123456789abcdef0123456789abcdef".to_vec()),
            consent: Consent::new(true),
            sessions_max: 20_000,
            events_per_second: floorwalker::protocol::Limits::EVENTS_PER_SECOND,
            events_burst: floorwalker::protocol::Limits::EVENTS_BURST,
            visitor_remembered: Duration::from_secs(86_400),
            token_keys: vec![[7; 32]],
            offer_secret: [9; 32],
            intake: Default::default(),
            offers: offers(),
        };
        let engine = Engine::start(config, stores.clone(), clock, snapshot(campaigns)).await.expect("the engine starts");
        Shop { engine, stores, directory, campaigns: campaigns.iter().map(|text| (*text).to_owned()).collect() }
    }

    /// Stops and starts again on the same data.
    pub async fn restart(self) -> Shop {
        self.engine.stop(Duration::ZERO, Duration::ZERO, Duration::from_millis(20)).await;
        let campaigns: Vec<&str> = self.campaigns.iter().map(String::as_str).collect();
        let (directory, stores) = (self.directory.clone(), self.stores.clone());
        Shop::open_in(directory, stores, &campaigns).await
    }

    pub async fn page(&self, page: wire::Page) -> Page {
        Page::open(self, hello(page)).await
    }

    /// Decides by other settings from now on.
    pub fn set(&self, settings: Settings) {
        self.engine.publish(|now| Snapshot { settings: Arc::new(settings), ..now.clone() });
    }

    pub fn remove(&self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// A shop with few open offers, whose server vouches for carts and redeems codes.
pub fn offers() -> Offers {
    Offers { limits: Limits { open: 1_000, ..Limits::default() }, server_secret: Some(SERVER_SECRET.to_vec()), ..Offers::default() }
}

/// Nothing that a test waits for takes as long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a state.
pub async fn until(what: &str, is_so: impl Fn() -> bool) {
    let until = tokio::time::Instant::now() + PATIENCE;
    while !is_so() {
        assert!(tokio::time::Instant::now() < until, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A leaving is believed almost at once, and nobody is spared an offer because of the last one.
pub fn hasty() -> Settings {
    let visit = Visit { exit_confirmation: Duration::from_millis(5), ..Visit::default() };
    let guard = Guard { changes_per_page: u8::MAX, interruptions_per_session: u8::MAX, interruption_spacing: Duration::ZERO };
    Settings { visit, guard, ..settings() }
}

/// No baselines and no holdout: tests see every campaign.
pub fn settings() -> Settings {
    Settings { experiments: Experiments { holdout: 0.0, baseline_max: 0.0, ..Experiments::default() }, ..Settings::default() }
}

pub fn snapshot(campaigns: &[&str]) -> Snapshot {
    let drafts =
        (1..=40).map(|i| draft(&i.to_string(), if i % 2 == 0 { "computers.notebook" } else { "electronics.audio" }, 1_000 * i)).collect();
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    assert!(rejected.is_empty(), "{rejected:?}");
    let model = Model::build(&catalog, std::iter::empty());
    let parsed = campaigns
        .iter()
        .map(|text| Arc::new(Campaign::parse("test.toml", text, Currency::USD).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))));
    Snapshot {
        trends: Default::default(),
        policies: Default::default(),
        scores: Default::default(),
        version: 1,
        campaigns: Arc::new(CampaignSet::build(parsed.collect())),
        catalog: Arc::new(catalog),
        model: Arc::new(model),
        settings: Arc::new(settings()),
        off: false,
    }
}

fn draft(id: &str, category: &str, price: i64) -> Draft {
    Draft {
        id: id.to_owned(),
        name: format!("Product {id}"),
        category: category.to_owned(),
        brand: "Acme".to_owned(),
        price,
        stock: Some(5),
        href: format!("/p/{id}"),
        image: format!("/pictures/{id}.svg"),
        ..Draft::default()
    }
}

pub fn block(name: &str) -> wire::Placement {
    wire::Placement { name: name.to_owned(), kind: wire::PlacementKind::Block, above: false, live: true, items: Vec::new() }
}

pub fn page(kind: &str) -> wire::Page {
    wire::Page {
        url: format!("https://shop.example/{kind}"),
        kind: kind.to_owned(),
        placements: vec![block("banner")],
        templates: vec!["banner".to_owned(), "offer".to_owned()],
        ..wire::Page::default()
    }
}

pub fn consent() -> wire::Consent {
    wire::Consent { personalize: Some(true), remember: Some(true), measure: Some(true), ..wire::Consent::default() }
}

pub fn hello(page: wire::Page) -> wire::Hello {
    wire::Hello {
        versions: (1, 1),
        key: KEY.to_owned(),
        stream: StreamId(random_id()).to_string(),
        sdk: "test".to_owned(),
        page,
        visible: true,
        consent: consent(),
        now: 1.0,
        wall: 1.0,
        language: Some("en-US".to_owned()),
        utc_offset: 0,
        viewport: (1280, 800),
        touch: false,
        automation: None,
        visitor: None,
        session: None,
        customer: None,
        resume: None,
        preview: None,
        queued: 0,
    }
}

/// One open page.
pub struct Page {
    pub pipe: Pipe,
    pub welcome: wire::Welcome,
    pub hello: wire::Hello,
    sent: u64,
}

impl Page {
    pub async fn open(shop: &Shop, hello: wire::Hello) -> Page {
        Page::open_as(shop, hello, Peer::default()).await
    }

    pub async fn open_as(shop: &Shop, hello: wire::Hello, peer: Peer) -> Page {
        let (ours, theirs) = Pipe::pair();
        shop.engine
            .admit(Socket::Pipe(theirs), Encoding::Json, hello.clone(), peer)
            .await
            .map_err(|(_, refused)| refused)
            .expect("admitted");
        let mut page = Page { pipe: ours, welcome: empty_welcome(), hello, sent: 0 };
        match page.next().await {
            ServerFrame::Welcome(welcome) => page.welcome = *welcome,
            other => panic!("not a welcome: {other:?}"),
        }
        page
    }

    /// A `hello` that continues this page's stream.
    pub fn again(&self, rev: u64) -> wire::Hello {
        let resume = wire::Resume { token: self.welcome.resume.clone(), epoch: self.welcome.epoch.clone(), rev };
        wire::Hello { resume: Some(resume), session: Some(self.welcome.session.clone()), ..self.hello.clone() }
    }

    /// A `hello` of the same browser on another page.
    pub fn elsewhere(&self, page: wire::Page) -> wire::Hello {
        wire::Hello { session: Some(self.welcome.session.clone()), visitor: self.welcome.visitor.clone(), ..hello(page) }
    }

    pub async fn send(&mut self, frame: &ClientFrame) {
        let bytes = serde_json::to_vec(frame).expect("frames have a form");
        self.pipe.send(bytes.into()).await.expect("the engine is there");
    }

    /// Sends events with the next numbers.
    pub async fn events(&mut self, list: Vec<Event>) {
        let first = self.sent + 1;
        self.sent += list.len() as u64;
        self.events_from(first, list).await;
    }

    pub async fn events_from(&mut self, first: u64, list: Vec<Event>) {
        let list = list.into_iter().map(|event| TimedEvent { at: 10.0, event }).collect();
        self.send(&ClientFrame::Events(wire::EventBatch { first, sent_at: 10.0, list, rev: 0 })).await;
    }

    pub async fn next(&mut self) -> ServerFrame {
        let bytes = tokio::time::timeout(Duration::from_secs(10), self.pipe.recv()).await.expect("a frame in time").expect("an open pipe");
        serde_json::from_slice(&bytes).expect("a server frame")
    }

    /// The next code that the engine sends.
    pub async fn code(&mut self) -> (String, wire::Patch) {
        let until = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < until {
            if let Some(found) = self.codes(Duration::from_millis(20)).await.pop() {
                return found;
            }
        }
        panic!("no code in time");
    }

    /// Codes that the engine sends within a time.
    pub async fn codes(&mut self, within: Duration) -> Vec<(String, wire::Patch)> {
        let mut found = Vec::new();
        let until = tokio::time::Instant::now() + within;
        while let Ok(Some(bytes)) = tokio::time::timeout_at(until, self.pipe.recv()).await {
            let frame: ServerFrame = serde_json::from_slice(&bytes).expect("a server frame");
            let patches = match frame {
                ServerFrame::Push(push) => push.patches,
                ServerFrame::State(state) => state.patches,
                _ => continue,
            };
            for patch in patches {
                if let wire::Op::Offer { code: Some(code), .. } = &patch.op {
                    found.push((code.clone(), patch));
                }
            }
        }
        found
    }

    /// The next frame that is not an acknowledgement.
    pub async fn answer(&mut self) -> ServerFrame {
        loop {
            match self.next().await {
                ServerFrame::Ack(_) => {}
                other => return other,
            }
        }
    }

    /// Waits until everything up to `seq` is acknowledged.
    pub async fn acked(&mut self, seq: u64) {
        loop {
            if let ServerFrame::Ack(ack) = self.next().await
                && ack.seq >= seq
            {
                return;
            }
        }
    }
}

fn empty_welcome() -> wire::Welcome {
    wire::Welcome {
        version: 0,
        session: String::new(),
        visitor: None,
        resume: String::new(),
        epoch: String::new(),
        resumed: false,
        durability: String::new(),
        ack: 0,
        wall: 0,
        resume_ms: 0,
        capture: wire::Capture { clicks: false, scroll: false, exit: false, attention_ms: 0, idle_ms: 0 },
        state: None,
    }
}
