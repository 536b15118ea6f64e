//! The edge over real sockets and real requests: who gets in, the fallback, the beacon, decisions for servers.

use crate::support::KEY;
use crate::support::Shop;
use crate::support::hello;
use crate::support::page;
use axum::body::Body;
use floorwalker::gateway;
use floorwalker::gateway::Accept;
use floorwalker::gateway::Origins;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::ServerFrame;
use floorwalker::protocol::wire::TimedEvent;
use futures_util::SinkExt;
use futures_util::StreamExt;
use http_body_util::BodyExt;
use hyper::Request;
use hyper::StatusCode;
use hyper::header;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tower::ServiceExt;

const ORIGIN: &str = "https://shop.example";
const GREETING: &str = r#"
id = "greeting"
name = "Greeting"
purpose = "context"
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

fn config() -> gateway::Config {
    gateway::Config { origins: Origins::parse(&[ORIGIN]).unwrap(), ..gateway::Config::default() }
}

/// A listening edge; it stops when the sender is dropped.
async fn listen(shop: &Shop) -> (SocketAddr, watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    let bounds = Accept { header_within: Duration::from_millis(300), ..Accept::default() };
    tokio::spawn(gateway::serve(listener, gateway::router(shop.engine.clone(), config()), bounds, stopped));
    (address, stop)
}

fn handshake(address: SocketAddr, origin: Option<&str>, protocol: Option<&str>) -> Request<()> {
    let mut request = format!("ws://{address}/v1/socket").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().unwrap());
    }
    if let Some(protocol) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
    }
    request
}

async fn refused(request: Request<()>) -> u16 {
    match tokio_tungstenite::connect_async(request).await {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
        other => panic!("not refused: {other:?}"),
    }
}

fn view() -> ClientFrame {
    let event = Event::PageView(Box::new(page("home")));
    ClientFrame::Events(wire::EventBatch { first: 1, sent_at: 2.0, list: vec![TimedEvent { at: 1.0, event }], rev: 0 })
}

#[tokio::test]
async fn a_socket_opens_for_the_shop_and_for_nobody_else() {
    let shop = Shop::open(&[GREETING]).await;
    let (address, _stop) = listen(&shop).await;
    let json = Some("floorwalker.v1.json");
    for origin in [None, Some("https://evil.example"), Some("null"), Some("https://shop.example.evil.example"), Some("http://shop.example")]
    {
        assert_eq!(refused(handshake(address, origin, json)).await, 403, "{origin:?}");
    }
    assert_eq!(refused(handshake(address, Some(ORIGIN), None)).await, 426);
    assert_eq!(refused(handshake(address, Some(ORIGIN), Some("chat"))).await, 426);
    let (mut socket, response) = tokio_tungstenite::connect_async(handshake(address, Some(ORIGIN), json)).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "floorwalker.v1.json");
    assert!(!response.headers().contains_key("sec-websocket-extensions"), "nothing is compressed");
    // Hello and the first events in one breath.
    let frames = [ClientFrame::Hello(Box::new(hello(page("home")))), view()];
    for frame in &frames {
        socket.send(Message::text(serde_json::to_string(frame).unwrap())).await.unwrap();
    }
    let mut names = Vec::new();
    while names.len() < 3 {
        let message = tokio::time::timeout(Duration::from_secs(5), socket.next()).await.unwrap().unwrap().unwrap();
        if let Message::Text(text) = message {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            names.extend(value.as_object().unwrap().keys().cloned());
        }
    }
    names.sort();
    assert_eq!(names, ["ack", "push", "welcome"]);
    shop.remove();
}

#[tokio::test]
async fn a_wrong_first_frame_is_closed_with_its_code() {
    let shop = Shop::open(&[]).await;
    let (address, _stop) = listen(&shop).await;
    let with = |change: &dyn Fn(&mut wire::Hello)| {
        let mut hello = hello(page("home"));
        change(&mut hello);
        serde_json::to_string(&ClientFrame::Hello(Box::new(hello))).unwrap()
    };
    for (what, text, code) in [
        ("not a hello", serde_json::to_string(&view()).unwrap(), 4000),
        ("not a frame", "{".to_owned(), 4000),
        ("a bad stream", with(&|hello| hello.stream = "short".to_owned()), 4000),
        ("a newer version", with(&|hello| hello.versions = (2, 3)), 4002),
        ("another shop's key", with(&|hello| hello.key = "pk_other".to_owned()), 4003),
    ] {
        let (mut socket, _) =
            tokio_tungstenite::connect_async(handshake(address, Some(ORIGIN), Some("floorwalker.v1.json"))).await.unwrap();
        socket.send(Message::text(text)).await.unwrap();
        let closed = tokio::time::timeout(Duration::from_secs(5), socket.next()).await.unwrap().unwrap().unwrap();
        match closed {
            Message::Close(Some(frame)) => assert_eq!(u16::from(frame.code), code, "{what}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert!(shop.engine.directory.is_empty());
    shop.remove();
}

#[tokio::test]
async fn a_dripping_header_is_cut_off() {
    let shop = Shop::open(&[]).await;
    let (address, _stop) = listen(&shop).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /v1/socket HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "the connection was still open after ten times the limit");
    shop.remove();
}

async fn send(router: &axum::Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

fn post(path: &str, body: serde_json::Value) -> Request<Body> {
    Request::post(path)
        .header(header::ORIGIN, ORIGIN)
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from(body.to_string()))
        .unwrap()
}

#[tokio::test]
async fn without_sockets_a_page_gets_the_same_by_requests() {
    let shop = Shop::open(&[GREETING]).await;
    let router = gateway::router(shop.engine.clone(), config());
    let (status, answer) = send(&router, post("/v1/events", serde_json::json!({ "hello": hello(page("home")), "frames": [] }))).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let ServerFrame::Welcome(welcome) = serde_json::from_value(answer["frames"][0].clone()).unwrap() else { panic!("{answer}") };
    let listen = Request::get(format!("/v1/stream?token={}", welcome.resume)).header(header::ORIGIN, ORIGIN).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(listen).await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], ORIGIN);
    let mut stream = response.into_body();
    let (status, answer) = send(&router, post("/v1/events", serde_json::json!({ "resume": welcome.resume, "frames": [view()] }))).await;
    assert_eq!((status, answer.as_str()), (StatusCode::NO_CONTENT, ""));
    let mut text = String::new();
    while !(text.contains("\"push\"") && text.contains("\"ack\"")) {
        let frame = tokio::time::timeout(Duration::from_secs(5), stream.frame()).await.unwrap().unwrap().unwrap();
        text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
    }
    assert!(text.contains("Hello"), "{text}");
    // The browser leaves; the visit stays and hears a last word by beacon.
    drop(stream);
    let last = ClientFrame::Events(wire::EventBatch {
        first: 2,
        sent_at: 9.0,
        list: vec![TimedEvent { at: 8.0, event: Event::Visibility(wire::Visibility { visible: false }) }],
        rev: 1,
    });
    let beacon = serde_json::json!({ "resume": welcome.resume, "frames": [last.clone(), ClientFrame::Bye(wire::Bye { reason: "pagehide".into() })] });
    for _ in 0..2 {
        assert_eq!(send(&router, post("/v1/events", beacon.clone())).await.0, StatusCode::NO_CONTENT);
    }
    assert_eq!(shop.engine.stats.events.load(std::sync::atomic::Ordering::Relaxed), 2, "the beacon came twice and counts once");
    shop.remove();
}

#[tokio::test]
async fn requests_that_are_not_ours_are_refused() {
    let shop = Shop::open(&[]).await;
    let router = gateway::router(shop.engine.clone(), config());
    let from = |origin: &str| Request::post("/v1/events").header(header::ORIGIN, origin).body(Body::from("{}")).unwrap();
    assert_eq!(send(&router, from("https://evil.example")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(send(&router, from(ORIGIN)).await.0, StatusCode::BAD_REQUEST, "neither hello nor resume");
    let (status, _) = send(&router, post("/v1/events", serde_json::json!({ "resume": "forged", "frames": [] }))).await;
    assert_eq!(status, StatusCode::GONE);
    let large = Request::post("/v1/events").header(header::ORIGIN, ORIGIN).body(Body::from(vec![b' '; 70_000])).unwrap();
    assert_eq!(send(&router, large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let many: Vec<ClientFrame> = (0..65).map(|_| ClientFrame::Pong(wire::Pong { n: 1, now: 1.0 })).collect();
    assert_eq!(send(&router, post("/v1/events", serde_json::json!({ "frames": many }))).await.0, StatusCode::BAD_REQUEST);
    shop.remove();
}

#[tokio::test]
async fn a_shops_server_gets_decisions() {
    let shop = Shop::open(&[GREETING]).await;
    let router = gateway::router(shop.engine.clone(), config());
    let ask = |body: serde_json::Value| Request::post("/v1/decide").body(Body::from(body.to_string())).unwrap();
    let (status, answer) =
        send(&router, ask(serde_json::json!({ "key": KEY, "page": page("home"), "consent": { "personalize": true } }))).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["state"]["patches"][0]["op"]["fill"]["data"]["title"], "Hello");
    assert!(answer["session"].as_str().is_some_and(|token| token.len() > 20));
    for (what, body, word) in [
        ("no key", serde_json::json!({ "page": page("home") }), "key"),
        ("another key", serde_json::json!({ "key": "pk_other", "page": page("home") }), "key"),
        ("an unknown field", serde_json::json!({ "key": KEY, "page": page("home"), "visiter": "x" }), "visiter"),
    ] {
        let (status, answer) = send(&router, ask(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{what}");
        assert!(answer.contains(word), "{what}: {answer}");
    }
    shop.remove();
}

/// Every source speaks over the wire, the header too: one no is a no.
#[tokio::test]
async fn a_shops_server_is_answered_by_what_every_source_of_consent_says() {
    const GRANTED: &str = "CQdWToAQdWToAEsABBENDIFgAI0AAAAAAAYgAAAAAAAA.IAAA";
    const REFUSED: &str = "CQdWToAQdWToAEsABBENDIFgAAAAAAAAAAYgAAAAAAAA.IAAA";
    let personal = GREETING.replace("purpose = \"context\"", "purpose = \"personalize\"");
    assert_ne!(personal, GREETING);
    let shop = Shop::open(&[&personal]).await;
    let router = gateway::router(shop.engine.clone(), config());
    let tcf = |string: &str, answered: bool| serde_json::json!({ "string": string, "applies": true, "answered": answered });
    for (consent, is_shown) in [
        (serde_json::json!({}), false),
        (serde_json::json!({ "tcf": tcf(GRANTED, true) }), true),
        (serde_json::json!({ "tcf": tcf(GRANTED, false) }), false),
        (serde_json::json!({ "tcf": tcf(REFUSED, true), "personalize": true }), false),
        (serde_json::json!({ "tcf": tcf("rubbish", true), "personalize": true }), false),
        (serde_json::json!({ "tcf": { "applies": false, "answered": true }, "personalize": true }), true),
        (serde_json::json!({ "mode": { "personalize": true } }), true),
        (serde_json::json!({ "mode": { "personalize": true }, "platform": { "personalize": false } }), false),
        (serde_json::json!({ "platform": { "personalize": true, "remember": true }, "gpc": true }), true),
    ] {
        let body = serde_json::json!({ "key": KEY, "page": page("home"), "consent": consent }).to_string();
        let (status, answer) = send(&router, Request::post("/v1/decide").body(Body::from(body)).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["state"]["patches"].as_array().is_some_and(|patches| !patches.is_empty()), is_shown, "{consent}");
    }
    shop.remove();
}
