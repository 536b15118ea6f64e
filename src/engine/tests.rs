//! What only a test inside the engine can do: fail one session, starve a socket, stop the clock, break the disk.

mod disk;
mod failing;
mod learning;
mod results;
mod silent;
mod slow;
mod support;

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
