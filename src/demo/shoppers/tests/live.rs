//! Shoppers on real sockets against a real engine: everything said is understood, answered, and counted once.

use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::consent::Consent;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::demo::shoppers::person::Person;
use crate::demo::shoppers::place::Place;
use crate::demo::shoppers::plan::Act;
use crate::demo::shoppers::plan::Step;
use crate::demo::shoppers::*;
use crate::demo::world::World;
use crate::engine;
use crate::engine::Engine;
use crate::engine::Peer;
use crate::engine::Socket;
use crate::engine::random_id;
use crate::model::Currency;
use crate::protocol::Encoding;
use crate::protocol::Inbound;
use crate::protocol::decode;
use crate::protocol::wire::ClientFrame;
use crate::store::MemoryStore;
use crate::store::Stores;
use crate::store::journal;
use crate::store::journal::Durability;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::Message;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use std::sync::atomic::Ordering::Relaxed;
use tokio::net::TcpListener;

const CAMPAIGNS: [(&str, &str); 2] = [
    (
        "welcome.toml",
        r#"
id = "welcome"
name = "Shipping, said at the start"
goal = "engagement"
priority = 10
baseline = 0.0
purpose = "context"

[[trigger]]
on = "page_view"
pages = ["product", "home"]

[[variant]]
id = "words"
  [[variant.action]]
  do = "fill"
  placement = "banner"
  template = "banner"
  data = { title = "Free shipping from $50", body = "Today as every day", label = "Read on", href = "/help" }
"#,
    ),
    (
        "goes-with.toml",
        r#"
id = "goes-with"
name = "What goes with it"
goal = "cart"
priority = 20
baseline = 0.0
purpose = "context"

[[trigger]]
on = "product_views"
count = 2

[[variant]]
id = "list"
  [[variant.action]]
  do = "recommend"
  placement = "goes-with"
  template = "product-card"
  strategy = "also_viewed"
  count = 4
"#,
    ),
];

async fn engine(directory: &std::path::Path) -> Arc<Engine> {
    let clock = Clock::system();
    let world = World::load(&clock);
    let read = |(file, text): &(&str, &str)| match Campaign::parse(file, text, Currency::USD) {
        Ok(campaign) => Arc::new(campaign),
        Err(mistakes) => panic!("{file}: {mistakes:?}"),
    };
    let mut settings = Settings::default();
    settings.experiments.holdout = 0.0;
    let snapshot = Snapshot {
        trends: Default::default(),
        policies: Default::default(),
        scores: Default::default(),
        version: 1,
        catalog: world.catalog,
        model: world.model,
        campaigns: Arc::new(CampaignSet::build(CAMPAIGNS.iter().map(read).collect())),
        settings: Arc::new(settings.clone()),
        off: false,
    };
    let config = engine::Config {
        journal_dir: directory.join("journal"),
        snapshots_dir: directory.join("snapshots"),
        learning: crate::engine::LearningConfig::new(directory.join("learned")),
        results_dir: directory.join("results"),
        journal: journal::Config::default(),
        durability: Durability::Memory,
        settings,
        keys: vec!["pk_demo".into()],
        customer_secret: None,
        consent: Consent::default(),
        sessions_max: 10_000,
        visitor_remembered: Duration::from_secs(86_400),
        token_keys: vec![[7; 32]],
        offer_secret: [9; 32],
        intake: Default::default(),
        offers: Default::default(),
        events_burst: crate::protocol::Limits::EVENTS_BURST,
        events_per_second: crate::protocol::Limits::EVENTS_PER_SECOND,
    };
    Engine::start(config, Stores::of(Arc::new(MemoryStore::default())), clock, snapshot).await.unwrap()
}

async fn socket(State(engine): State<Arc<Engine>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    assert_eq!(text("origin"), format!("http://{}", text("host")));
    assert_eq!(text("sec-websocket-protocol"), "floorwalker.v1.msgpack");
    let peer = Peer { user_agent: text("user-agent"), ..Peer::default() };
    upgrade.protocols(["floorwalker.v1.msgpack"]).read_buffer_size(4_096).on_upgrade(async move |mut socket| {
        let Some(Ok(Message::Binary(bytes))) = socket.recv().await else { return };
        let Ok(Inbound::Frame(ClientFrame::Hello(hello))) = decode(Encoding::MessagePack, &bytes) else { panic!("no hello") };
        if let Err((_, refused)) = engine.admit(Socket::Web(Box::new(socket)), Encoding::MessagePack, *hello, peer).await {
            panic!("{refused}");
        }
    })
}

type Serving = (Arc<Engine>, tokio::task::JoinHandle<std::io::Result<()>>, std::path::PathBuf, std::net::SocketAddr);

async fn serve() -> Serving {
    let directory = std::env::temp_dir().join(format!("floorwalker-shoppers-{}", data_encoding::HEXLOWER.encode(&random_id())));
    let engine = engine(&directory).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/v1/socket", get(socket)).with_state(engine.clone());
    (engine, tokio::spawn(async move { axum::serve(listener, app).await }), directory, address)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_is_resumed_and_nothing_counts_twice() {
    let (engine, server, directory, behind) = serve().await;
    // A proxy that cuts the first connection in the middle, without a word.
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = proxy.local_addr().unwrap();
    let proxied = tokio::spawn(async move {
        for number in 0.. {
            let Ok((mut client, _)) = proxy.accept().await else { return };
            let mut inner = tokio::net::TcpStream::connect(behind).await.unwrap();
            let lasts = Duration::from_millis(if number == 0 { 300 } else { 60_000 });
            tokio::spawn(async move { tokio::time::timeout(lasts, tokio::io::copy_bidirectional(&mut client, &mut inner)).await });
        }
    });
    let config = Config { address, key: "pk_demo".into(), visitors: 1, speed: 1.0, seed: 1 };
    let counters = Arc::new(Counters::default());
    let (clock, shelves) = (Clock::system(), Shelves::new());
    let floor = Floor { config, counters: counters.clone(), clock, shelves, recorded: Vec::new(), away: Mutex::default() };
    let step = |motion_ms, act| Step { thought_ms: 0, motion_ms, act };
    let steps = [
        step(0, Act::Open(Place::Home)),
        step(290, Act::Scroll(10)),
        // Said in the gap, or just before it and not acknowledged.
        step(20, Act::Scroll(50)),
        step(2_500, Act::Click { target: "cart", product: None }),
        step(300, Act::Leave),
    ];
    let browser = Browser::new(Person::draw(&mut Chance::new(1, 1)));
    let (_stopper, stop) = watch::channel(false);
    visit::run(&floor, browser, &steps, Chance::new(1, 2), stop).await;
    let of = |counter: &AtomicU64| counter.load(Relaxed);
    assert_eq!((of(&counters.lost), of(&counters.connections), of(&counters.errors)), (1, 2, 0), "{counters:?}");
    assert_eq!(of(&engine.stats.sessions), 1, "the visit goes on");
    assert_eq!(of(&engine.stats.events), of(&counters.events), "{counters:?}");
    // Page view, cart, attention, two scrolls, one click; heartbeats come every 5 s.
    assert_eq!(of(&counters.events), 6, "{counters:?}");
    proxied.abort();
    server.abort();
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(directory);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_shoppers_are_understood_and_answered() {
    let (engine, server, directory, address) = serve().await;
    let counters = Arc::new(Counters::default());
    let (stopper, stop) = watch::channel(false);
    let config = Config { address, key: "pk_demo".into(), visitors: 20, speed: 200.0, seed: 1 };
    let shoppers = tokio::spawn(run(config, counters.clone(), stop));
    let enough = || counters.visits.load(Relaxed) >= 60 && counters.orders.load(Relaxed) >= 3 && counters.shown.load(Relaxed) >= 3;
    let waited = tokio::time::timeout(Duration::from_secs(120), async {
        while !enough() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert!(waited.await.is_ok(), "{counters:?}");
    let live = counters.live.load(Relaxed);
    assert!((10..=20).contains(&live), "{live} of 20 on the floor");
    stopper.send(true).unwrap();
    tokio::time::timeout(Duration::from_secs(20), shoppers).await.expect("shoppers leave when told").unwrap();
    let of = |counter: &AtomicU64| counter.load(Relaxed);
    println!("{counters:?}\n{:?}", engine.stats.events);
    assert_eq!(counters.live.load(Relaxed), 0);
    assert_eq!((of(&counters.rejected), of(&counters.errors)), (0, 0), "{counters:?}");
    assert_eq!((of(&engine.stats.rejected), of(&engine.stats.refused), of(&counters.lost)), (0, 0, 0), "{counters:?}");
    assert!(of(&counters.pushes) > 0 && of(&counters.acked) > 0, "{counters:?}");
    assert_eq!(of(&engine.stats.events), of(&counters.events), "every event counts once: {counters:?}");
    server.abort();
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(directory);
}
