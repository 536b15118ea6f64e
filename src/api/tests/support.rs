//! A small shop: an engine on a store in memory, a folder of campaigns, visitors on pipes.

use crate::api::Admin;
use crate::api::router;
use crate::campaign::Finding;
use crate::campaign::Severity;
use crate::consent::Consent;
use crate::decide::Experiments;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::engine::CampaignFiles;
use crate::engine::Clock;
use crate::engine::Config;
use crate::engine::Engine;
use crate::engine::Offers;
use crate::engine::Peer;
use crate::engine::Pipe;
use crate::engine::Socket;
use crate::engine::random_id;
use crate::model::Currency;
use crate::protocol::Encoding;
use crate::protocol::wire;
use crate::store::MemoryStore;
use crate::store::Stores;
use crate::store::journal;
use axum::Router;
use axum::body::Body;
use axum::body::BodyDataStream;
use axum::http::HeaderMap;
use axum::http::Request;
use axum::http::StatusCode;
use futures_util::StreamExt;
use serde_json::Value;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceExt;

pub const SERVER_SECRET: &[u8] = b"a secret of the shop's own server";

pub const HELLO: &str = include_str!("hello.toml");

pub struct Shop {
    pub engine: Arc<Engine>,
    pub admin: Arc<Admin>,
    pub app: Router,
    pub bearer: String,
    pub folder: PathBuf,
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// An answer that was read whole.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_else(|| panic!("no code: {}", self.text)).to_owned()
    }
}

impl Shop {
    pub async fn open() -> Shop {
        let folder = std::env::temp_dir().join(format!("floorwalker-api-{:032x}", u128::from_be_bytes(random_id())));
        std::fs::create_dir_all(folder.join("campaigns")).unwrap();
        // Nobody is held out, so that one visitor tells.
        let settings = Settings { experiments: Experiments { holdout: 0.0, ..Experiments::default() }, ..Settings::default() };
        let config = Config {
            journal_dir: folder.join("journal"),
            snapshots_dir: folder.join("snapshots"),
            learning: crate::engine::LearningConfig::new(folder.join("learned")),
            results_dir: folder.join("results"),
            journal: journal::Config::default(),
            durability: journal::Durability::Memory,
            settings: settings.clone(),
            keys: vec!["pk_test".to_owned()],
            customer_secret: None,
            consent: Consent::default(),
            sessions_max: 1_000,
            visitor_remembered: Duration::from_secs(3_600),
            token_keys: vec![[7; 32]],
            offer_secret: [8; 32],
            intake: Default::default(),
            offers: Offers { server_secret: Some(SERVER_SECRET.to_vec()), pool_low: 3, ..Offers::default() },
            events_burst: crate::protocol::Limits::EVENTS_BURST,
            events_per_second: crate::protocol::Limits::EVENTS_PER_SECOND,
        };
        let snapshot = Snapshot { settings: Arc::new(settings), ..Snapshot::empty() };
        let engine = Engine::start(config, Stores::of(Arc::new(MemoryStore::default())), Clock::system(), snapshot).await.unwrap();
        let files = Arc::new(CampaignFiles::open(&folder.join("campaigns"), Currency::USD));
        let admin = Admin::new(engine.clone(), files, Box::new(suspicious));
        let bearer = format!("Bearer {}", engine.admin_token(Duration::from_secs(600)));
        Shop { app: router(admin.clone()), engine, admin, bearer, folder }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = tokio::time::timeout(Duration::from_secs(5), self.app.clone().oneshot(request)).await.unwrap().unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// Sends as an administrator's program.
    pub async fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Request::builder().method(method).uri(path).header("authorization", &self.bearer).body(body.into()).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, Body::empty()).await
    }

    pub async fn feed(&self, path: &str) -> Feed {
        let request = Request::get(path).header("authorization", &self.bearer).body(Body::empty()).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Feed { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// Opens the home page.
    pub async fn visit(&self, path: &str) -> Visitor {
        let page = json!({
            "url": format!("https://shop.test{path}"), "kind": "home", "templates": ["hero"],
            "placements": [{"name": "hero", "kind": "block", "live": true}],
        });
        let hello: wire::Hello = serde_json::from_value(json!({
            "versions": [1, 1], "key": "pk_test", "stream": format!("{:032x}", u128::from_be_bytes(random_id())),
            "page": page, "visible": true, "now": 0.0, "wall": 0.0, "consent": {"personalize": true},
        }))
        .unwrap();
        let (ours, theirs) = Pipe::pair();
        self.engine.admit(Socket::Pipe(theirs), Encoding::Json, hello, Peer::default()).await.map_err(|(_, why)| why).unwrap();
        let mut visitor = Visitor { pipe: ours, page, sent: 0 };
        visitor.until("welcome").await;
        visitor
    }

    /// Ids of live sessions, as the floor says.
    pub async fn sessions(&self) -> Vec<String> {
        let (_, state) = self.feed("/admin/v1/live").await.next().await;
        state["sessions"].as_array().unwrap().iter().map(|summary| summary["id"].as_str().unwrap().to_owned()).collect()
    }
}

/// A lint that dislikes one word.
fn suspicious(campaigns: &[Arc<crate::campaign::Campaign>], _: &Snapshot) -> Vec<Finding> {
    let found = campaigns.iter().filter(|campaign| campaign.name.contains("suspicious"));
    found
        .map(|campaign| Finding {
            severity: Severity::Warning,
            campaign: campaign.id.clone(),
            code: "suspicious",
            message: "says so itself".to_owned(),
        })
        .collect()
}

/// A page on a pipe.
pub struct Visitor {
    pipe: Pipe,
    page: Value,
    sent: u64,
}

impl Visitor {
    pub async fn view_page(&mut self) {
        self.event(json!({"pageView": self.page.clone()})).await;
    }

    pub async fn event(&mut self, event: Value) {
        self.sent += 1;
        let frame = json!({"events": {"first": self.sent, "sentAt": 1.0, "list": [{"at": 1.0, "event": event}]}});
        self.pipe.send(frame.to_string().into()).await.unwrap();
    }

    pub async fn bye(&mut self) {
        self.pipe.send(json!({"bye": {"reason": "pagehide"}}).to_string().into()).await.unwrap();
    }

    /// Reads up to a frame of that name, within a second.
    pub async fn until(&mut self, name: &str) -> Value {
        let reading = async {
            loop {
                let frame = self.pipe.recv().await.expect("the engine keeps the connection");
                let frame: Value = serde_json::from_slice(&frame).unwrap();
                if let Some(found) = frame.get(name) {
                    return found.clone();
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(1), reading).await.unwrap_or_else(|_| panic!("no {name} within a second"))
    }
}

/// A feed being read.
pub struct Feed {
    body: BodyDataStream,
    text: String,
}

impl Feed {
    /// The next event: its name and data.
    pub async fn next(&mut self) -> (String, Value) {
        self.try_next().await.expect("the feed goes on")
    }

    /// The next event, or `None` at the end of the feed.
    pub async fn try_next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
                let parsed = (field("event:"), serde_json::from_str(&field("data:")).unwrap());
                self.text = rest.to_owned();
                return Some(parsed);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(4), self.body.next()).await.expect("a feed is never silent for long")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }
}
