//! What only a test inside the engine can do: fail one session.

use super::Clock;
use super::Config;
use super::Engine;
use super::Peer;
use super::Pipe;
use super::SessionMsg;
use super::Socket;
use super::random_id;
use crate::consent::Consent;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::model::StreamId;
use crate::protocol::Encoding;
use crate::protocol::Limits;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use crate::store::MemoryStore;
use crate::store::Stores;
use crate::store::journal;
use std::sync::Arc;
use std::time::Duration;

fn hello() -> wire::Hello {
    let text = r#"{"versions":[1,1],"key":"pk_test","stream":"STREAM","page":{"url":"https://shop.example/","kind":"home"},"visible":true,
        "consent":{"personalize":true},"now":1,"wall":1}"#;
    serde_json::from_str(&text.replace("STREAM", &StreamId(random_id()).to_string())).unwrap()
}

async fn open(engine: &Arc<Engine>, hello: wire::Hello) -> (Pipe, Box<wire::Welcome>) {
    let (ours, theirs) = Pipe::pair();
    engine.admit(Socket::Pipe(theirs), Encoding::Json, hello, Peer::default()).await.map_err(|(_, refused)| refused).unwrap();
    let frame = tokio::time::timeout(Duration::from_secs(5), ours.recv()).await.unwrap().unwrap();
    match serde_json::from_slice(&frame).unwrap() {
        ServerFrame::Welcome(welcome) => (ours, welcome),
        other => panic!("not a welcome: {other:?}"),
    }
}

#[tokio::test]
async fn a_panic_costs_one_visitor_the_connection_and_nobody_else_anything() {
    let directory = std::env::temp_dir().join(format!("floorwalker-panic-{}", StreamId(random_id())));
    let config = Config {
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
        offers: super::Offers::default(),
        events_burst: Limits::EVENTS_BURST,
        events_per_second: Limits::EVENTS_PER_SECOND,
    };
    let engine = Engine::start(config, Stores::of(Arc::new(MemoryStore::default())), Clock::system(), Snapshot::empty()).await.unwrap();
    let first = hello();
    let (hurt, welcome) = open(&engine, first.clone()).await;
    let (other, _) = open(&engine, hello()).await;
    assert_eq!(engine.directory.len(), 2);
    let session = engine.directory.of_stream(first.stream.parse().unwrap()).and_then(|id| engine.directory.get(id)).unwrap();
    session.cast(SessionMsg::Panic).unwrap();
    assert_eq!(tokio::time::timeout(Duration::from_secs(5), hurt.recv()).await.unwrap(), None, "its socket closes");
    for _ in 0..100 {
        if engine.directory.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(engine.directory.len(), 1, "nothing points to it");
    assert_eq!(engine.stats.connections.load(std::sync::atomic::Ordering::Relaxed), 1);
    assert_eq!(other.closed(), None, "the others notice nothing");
    let (_back, again) = open(&engine, wire::Hello { session: Some(welcome.session.clone()), ..first }).await;
    assert_eq!(again.epoch, welcome.epoch);
    assert_eq!(engine.directory.len(), 2, "the page is back");
    let _ = std::fs::remove_dir_all(directory);
}
