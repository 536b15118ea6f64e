//! The servers: the engine behind its own gateway, and a bare echo.

use super::process;
use super::process::Child;
use super::support;
use floorwalker::consent::Consent;
use floorwalker::engine::Clock;
use floorwalker::engine::Config;
use floorwalker::engine::Engine;
use floorwalker::gateway;
use floorwalker::store::Stores;
use floorwalker::store::embedded;
use floorwalker::store::embedded::EmbeddedStore;
use floorwalker::store::journal;
use floorwalker::store::journal::Durability;
use futures_util::SinkExt;
use futures_util::StreamExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

pub const KEY: &str = "pk_bench";
pub const ORIGIN: &str = "https://shop.example";
/// As in the gateway.
const READ_BUFFER_BYTES: usize = 1_024;

/// Starts a server on the first core. Returns it with its port.
pub fn start(kind: &str) -> (Child, u16) {
    let mut child = Child::start(0, &["serve", kind]);
    let port = child.line("port").number("port") as u16;
    (child, port)
}

/// The role: serves until standard input ends.
pub fn run(kind: &str) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(cores).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        if kind == "echo" {
            tokio::spawn(echo(listener));
            println!("port port={port}");
            let _ = tokio::task::spawn_blocking(process::wait_for_end).await;
            return;
        }
        let shop = Shop::open(if kind == "memory" { Durability::Memory } else { Durability::Fsync }).await;
        let origins = gateway::Origins::parse(&[ORIGIN]).expect("an origin");
        let config = gateway::Config { origins, handshakes_per_second: 1_000_000, ..gateway::Config::default() };
        let (stop, stopped) = tokio::sync::watch::channel(false);
        tokio::spawn(gateway::serve(listener, gateway::router(shop.engine.clone(), config), gateway::Accept::default(), stopped));
        println!("port port={port}");
        let _ = tokio::task::spawn_blocking(process::wait_for_end).await;
        let _ = stop.send(true);
        shop.close().await;
    });
}

/// An engine as production runs it, with 100 campaigns, in a directory of its own that goes with it.
pub struct Shop {
    pub engine: Arc<Engine>,
    directory: PathBuf,
}

impl Shop {
    pub async fn open(durability: Durability) -> Shop {
        let directory = std::env::temp_dir().join(format!("floorwalker-bench-{}", std::process::id()));
        let store = EmbeddedStore::open(&directory.join("store"), &embedded::Config::default()).expect("the store opens");
        let config = Config {
            journal_dir: directory.join("journal"),
            snapshots_dir: directory.join("snapshots"),
            learning: floorwalker::engine::LearningConfig::new(directory.join("learned")),
            results_dir: directory.join("results"),
            journal: journal::Config::default(),
            durability,
            settings: support::settings(),
            keys: vec![KEY.to_owned()],
            customer_secret: None,
            consent: Consent::new(true),
            sessions_max: 2_000_000,
            events_per_second: 1_000_000,
            events_burst: 1_000_000,
            visitor_remembered: Duration::from_secs(86_400),
            token_keys: vec![[7; 32]],
            offer_secret: [9; 32],
            intake: Default::default(),
            offers: Default::default(),
        };
        let snapshot = support::snapshot(100, 5);
        let engine = Engine::start(config, Stores::of(Arc::new(store)), Clock::system(), snapshot).await.expect("the engine starts");
        Shop { engine, directory }
    }

    pub async fn close(self) {
        self.engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Sends back what comes, one task per connection.
async fn echo(listener: TcpListener) {
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES).max_write_buffer_size(256 * 1_024);
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let Ok(mut socket) = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await else { return };
            while let Some(Ok(message)) = socket.next().await {
                if matches!(message, Message::Binary(_)) && socket.send(message).await.is_err() {
                    return;
                }
            }
        });
    }
}
