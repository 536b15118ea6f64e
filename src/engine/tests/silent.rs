//! A web socket that says nothing is closed; one whose browser answers pings stays, though its page says nothing either.

use super::support::*;
use super::*;
use crate::engine::connection::SILENT_AFTER;
use crate::model::Timestamp;
use crate::protocol::Close;
use axum::extract::WebSocketUpgrade;
use axum::routing::get;
use futures_util::SinkExt;
use futures_util::StreamExt;
use std::sync::atomic::Ordering;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio_tungstenite::MaybeTlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

type Browser = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A little more than a fifth of the time between pings, because the wheel may be two slots late.
const STEP: Duration = Duration::from_millis(5_020);

/// A listener that hands every web socket to the engine.
async fn listen(engine: &Arc<Engine>) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("ws://{}/", listener.local_addr().unwrap());
    let engine = engine.clone();
    let upgrade = move |upgrade: WebSocketUpgrade| async move {
        upgrade.on_upgrade(move |mut socket| async move {
            let axum::extract::ws::Message::Text(hello) = socket.recv().await.unwrap().unwrap() else { panic!("not a text") };
            let hello = serde_json::from_str(&hello).unwrap();
            engine.admit(Socket::Web(Box::new(socket)), Encoding::Json, hello, Peer::default()).await.map_err(drop).unwrap();
        })
    };
    let router = axum::Router::new().route("/", get(upgrade));
    (address, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

async fn connect(address: &str) -> Browser {
    let (mut browser, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    browser.send(Message::text(serde_json::to_string(&hello()).unwrap())).await.unwrap();
    let welcome = tokio::time::timeout(Duration::from_secs(5), browser.next()).await.unwrap().unwrap().unwrap();
    assert!(matches!(welcome, Message::Text(_)));
    browser
}

/// Reads, which answers pings, until a ping has come.
async fn answer_ping(browser: &mut Browser) {
    loop {
        match tokio::time::timeout(Duration::from_secs(5), browser.next()).await.unwrap().unwrap().unwrap() {
            Message::Ping(_) => break,
            Message::Text(_) => {}
            other => panic!("neither a ping nor a frame: {other:?}"),
        }
    }
    // The answer leaves with the next flush.
    browser.flush().await.unwrap();
}

/// Reads to the end without answering anything, and expects the close frame there.
async fn expect_closed(browser: Browser) {
    let mut bytes = Vec::new();
    tokio::time::timeout(Duration::from_secs(5), browser.into_inner().read_to_end(&mut bytes)).await.unwrap().unwrap();
    let close = Close::NoHeartbeat;
    let mut expected = vec![0x88, close.reason().len() as u8 + 2];
    expected.extend_from_slice(&close.code().to_be_bytes());
    expected.extend_from_slice(close.reason().as_bytes());
    assert!(bytes.ends_with(&expected), "RFC 6455 s5.5.1 close frame with 4103 at the end of {bytes:?}");
}

#[tokio::test]
async fn a_browser_that_answers_pings_stays_and_one_that_says_nothing_is_closed_in_time() {
    let clock = Clock::manual(Timestamp(1_000_000_000));
    let shop = Shop::open(clock.clone(), Snapshot::empty()).await;
    let engine = &shop.engine;
    let (address, listening) = listen(engine).await;
    let silent = connect(&address).await;
    let mut alive = connect(&address).await;
    let connections = || engine.stats.connections.load(Ordering::Relaxed);
    until("both are there", || connections() == 2).await;
    let mut pings = 0;
    let mut passed = Duration::ZERO;
    let mut next_ping = STEP * 6;
    while passed + STEP < SILENT_AFTER {
        clock.advance(STEP);
        passed += STEP;
        if passed >= next_ping {
            // Every browser has had its ping by now: the first comes after 20 to 30 seconds, the next 25 later.
            let heard = engine.stats.reaction.snapshot().count();
            answer_ping(&mut alive).await;
            until("the answer is heard", || engine.stats.reaction.snapshot().count() > heard).await;
            pings += 1;
            pings += 1;
            next_ping += STEP * 5;
        }
    }
    assert_eq!(connections(), 2, "{passed:?} of silence are allowed");
    clock.advance(STEP);
    until("the silent one is gone", || connections() == 1).await;
    expect_closed(silent).await;
    // The other lives on for as long as it answers.
    for _ in 0..8 {
        clock.advance(STEP * 6);
        let heard = engine.stats.reaction.snapshot().count();
        answer_ping(&mut alive).await;
        until("the answer is heard", || engine.stats.reaction.snapshot().count() > heard).await;
        pings += 1;
        pings += 1;
    }
    assert_eq!(connections(), 1, "after {pings} answers");
    // And no longer.
    clock.advance(SILENT_AFTER + STEP);
    expect_closed(alive).await;
    until("nobody is there", || connections() == 0).await;
    listening.abort();
}
