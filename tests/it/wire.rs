//! The wire against golden vectors that both languages read, and against hostile frames.

use crate::support::Page;
use crate::support::Shop;
use crate::support::hello;
use crate::support::page;
use floorwalker::engine::Peer;
use floorwalker::engine::Pipe;
use floorwalker::engine::Socket;
use floorwalker::protocol::Encoding;
use floorwalker::protocol::Inbound;
use floorwalker::protocol::decode;
use floorwalker::protocol::encode;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::Event;
use floorwalker::protocol::wire::ServerFrame;
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    name: String,
    json: serde_json::Value,
    msgpack_hex: String,
}

fn vectors(file: &str) -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn client_frames_read_the_same_in_both_encodings() {
    let vectors = vectors("client.json");
    let named: std::collections::BTreeSet<&String> = vectors.iter().flat_map(|vector| vector.json.as_object().unwrap().keys()).collect();
    assert_eq!(named.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["applied", "bye", "events", "hello", "pong"]);
    for vector in vectors {
        let json = decode(Encoding::Json, vector.json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let packed = decode(Encoding::MessagePack, &bytes(&vector.msgpack_hex)).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(json, packed, "{}", vector.name);
        assert!(matches!(json, Inbound::Frame(_)), "{}", vector.name);
    }
}

#[test]
fn server_frames_are_written_as_the_page_reads_them() {
    let vectors = vectors("server.json");
    let named: std::collections::BTreeSet<&String> = vectors.iter().flat_map(|vector| vector.json.as_object().unwrap().keys()).collect();
    assert_eq!(named.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["ack", "error", "goaway", "ping", "push", "state", "welcome"]);
    for vector in vectors {
        let frame: ServerFrame = serde_json::from_value(vector.json.clone()).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        let packed: ServerFrame =
            rmp_serde::from_slice(&bytes(&vector.msgpack_hex)).unwrap_or_else(|error| panic!("{}: {error}", vector.name));
        assert_eq!(frame, packed, "{}", vector.name);
        let mut ours = Vec::new();
        encode(Encoding::MessagePack, &frame, &mut ours);
        assert_eq!(rmp_serde::from_slice::<ServerFrame>(&ours).unwrap(), frame, "{}", vector.name);
        ours.clear();
        encode(Encoding::Json, &frame, &mut ours);
        assert_eq!(serde_json::from_slice::<ServerFrame>(&ours).unwrap(), frame, "{}", vector.name);
    }
}

/// Frames that an attacker or a broken client might send.
fn hostile() -> Vec<(&'static str, Encoding, Vec<u8>)> {
    let json = |text: &str| text.as_bytes().to_vec();
    let mut list = vec![
        ("empty", Encoding::Json, Vec::new()),
        ("empty packed", Encoding::MessagePack, Vec::new()),
        ("not a map", Encoding::Json, json("[1,2,3]")),
        ("null", Encoding::Json, json("null")),
        ("two keys", Encoding::Json, json(r#"{"pong":{"n":1,"now":1},"bye":{"reason":"x"}}"#)),
        ("duplicate keys", Encoding::Json, json(r#"{"pong":{"n":1,"n":2,"now":1}}"#)),
        ("wrong type", Encoding::Json, json(r#"{"pong":{"n":"one","now":1}}"#)),
        ("negative", Encoding::Json, json(r#"{"pong":{"n":-1,"now":1}}"#)),
        ("beyond u64", Encoding::Json, json(r#"{"events":{"first":18446744073709551616,"sentAt":1,"list":[]}}"#)),
        ("NaN", Encoding::Json, json(r#"{"pong":{"n":1,"now":NaN}}"#)),
        ("infinite", Encoding::Json, json(r#"{"pong":{"n":1,"now":1e999}}"#)),
        ("truncated", Encoding::Json, json(r#"{"pong":{"n":1,"#)),
        ("trailing", Encoding::Json, json(r#"{"bye":{"reason":"x"}} {"bye":{}}"#)),
        ("deep arrays", Encoding::Json, vec![b'['; 20_000]),
        ("not UTF-8", Encoding::Json, vec![b'{', b'"', 0xff, 0xfe, b'"', b':', b'1', b'}']),
        ("huge", Encoding::Json, vec![b' '; 64 * 1024 + 1]),
        ("prototype", Encoding::Json, json(r#"{"__proto__":{"admin":true}}"#)),
        ("deep packed", Encoding::MessagePack, vec![0x91; 20_000]),
        ("array of 4 GiB", Encoding::MessagePack, vec![0xdd, 0xff, 0xff, 0xff, 0xff]),
        ("map of 4 GiB", Encoding::MessagePack, vec![0xdf, 0xff, 0xff, 0xff, 0xff]),
        ("text of 4 GiB", Encoding::MessagePack, vec![0x81, 0xdb, 0xff, 0xff, 0xff, 0xff, b'a']),
        ("bytes of 4 GiB", Encoding::MessagePack, vec![0xc6, 0xff, 0xff, 0xff, 0xff]),
        ("reserved byte", Encoding::MessagePack, vec![0xc1]),
        ("extension", Encoding::MessagePack, vec![0xc7, 0xff, 0x01]),
    ];
    let good = rmp_serde::to_vec_named(&ClientFrame::Hello(Box::new(hello(page("home"))))).unwrap();
    for cut in (1..good.len()).step_by(7) {
        list.push(("a hello cut short", Encoding::MessagePack, good[..cut].to_vec()));
    }
    let mut trailing = good;
    trailing.push(0xc0);
    list.push(("bytes behind a hello", Encoding::MessagePack, trailing));
    list
}

#[test]
fn hostile_frames_are_errors() {
    for (name, encoding, frame) in hostile() {
        assert!(decode(encoding, &frame).is_err(), "{name} was taken");
    }
}

#[test]
fn a_deep_unknown_field_is_skipped_without_a_deep_stack() {
    let frame = format!(r#"{{"pong":{{"n":1,"now":1,"x":{}{}}}}}"#, "[".repeat(30_000), "]".repeat(30_000));
    assert!(decode(Encoding::Json, frame.as_bytes()).is_ok());
}

#[test]
fn random_bytes_never_panic() {
    // xorshift; the seed is the number of the run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let good = rmp_serde::to_vec_named(&ClientFrame::Hello(Box::new(hello(page("home"))))).unwrap();
    for _ in 0..20_000 {
        let mut frame = good.clone();
        for _ in 0..1 + next() % 8 {
            let at = next() as usize % frame.len();
            frame[at] = next() as u8;
        }
        frame.truncate(1 + next() as usize % frame.len());
        let _ = decode(Encoding::MessagePack, &frame);
        let _ = decode(Encoding::Json, &frame);
    }
}

#[tokio::test]
async fn a_hostile_page_hurts_only_itself() {
    let shop = Shop::open(&[]).await;
    let mut good = shop.page(page("home")).await;
    for (name, encoding, frame) in hostile() {
        let (ours, theirs) = Pipe::pair();
        shop.engine
            .admit(Socket::Pipe(theirs), encoding, hello(page("home")), Peer::default())
            .await
            .map_err(|(_, refused)| refused)
            .unwrap();
        ours.send(frame.into()).await.unwrap();
        // The welcome, perhaps an error frame, then either the close or the connection going on.
        let mut frames = 0;
        while let Ok(Some(_)) = tokio::time::timeout(std::time::Duration::from_millis(20), ours.recv()).await {
            frames += 1;
        }
        assert!(frames <= 3, "{name}: {frames} frames came back");
        let unknown = name == "prototype";
        assert_eq!(ours.closed().is_some(), !unknown, "{name}");
    }
    good.events(vec![Event::PageView(Box::new(page("home")))]).await;
    good.acked(1).await;
    shop.remove();
}

#[tokio::test]
async fn a_flood_is_slowed_and_then_closed() {
    let shop = Shop::open(&[]).await;
    let mut flood = Page::open(&shop, hello(page("home"))).await;
    let mut calm = Page::open(&shop, hello(page("home"))).await;
    for burst in 0..5 {
        let list = (0..100).map(|_| Event::Visibility(floorwalker::protocol::wire::Visibility { visible: true })).collect();
        let first = if burst == 0 { 1 } else { 101 };
        let batch: Vec<Event> = list;
        if flood.pipe.closed().is_none() {
            flood.events_from(first, batch).await;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    assert_eq!(flood.pipe.closed(), Some(4108));
    calm.events(vec![Event::PageView(Box::new(page("home")))]).await;
    calm.acked(1).await;
    shop.remove();
}
