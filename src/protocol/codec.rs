//! Bytes to frames and back, in MessagePack or JSON.

use super::Limits;
use super::wire::ClientFrame;
use super::wire::Event;
use super::wire::EventBatch;
use super::wire::ServerFrame;
use super::wire::TimedEvent;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// How frames are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Named maps in binary messages; subprotocol `floorwalker.v1.msgpack`.
    MessagePack,
    /// The same shapes in text messages; subprotocol `floorwalker.v1.json`.
    Json,
}

impl Encoding {
    pub fn subprotocol(self) -> &'static str {
        match self {
            Encoding::MessagePack => "floorwalker.v1.msgpack",
            Encoding::Json => "floorwalker.v1.json",
        }
    }
}

/// A frame that could be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Inbound {
    Frame(ClientFrame),
    /// A batch in which some events are not of the schema. The others keep their places and count.
    Partial {
        batch: EventBatch,
        list: Vec<Result<TimedEvent, Unreadable>>,
    },
}

/// An event that is not of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// One of [`Event::KINDS`], or `unknown`.
    pub kind: &'static str,
    pub message: String,
}

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("message of {actual} bytes, the limit is {}", Limits::MESSAGE_BYTES_MAX)]
    TooLarge { actual: usize },
    /// The connection goes on: a newer client may say things this build does not know.
    #[error("unknown frame `{0}`")]
    UnknownFrame(String),
    #[error("bad frame: {0}")]
    Bad(String),
}

/// Reads one client frame.
///
/// # Errors
/// [`DecodeError`]; nothing is allocated beyond a small multiple of the input.
pub fn decode(encoding: Encoding, bytes: &[u8]) -> Result<Inbound, DecodeError> {
    if bytes.len() > Limits::MESSAGE_BYTES_MAX {
        return Err(DecodeError::TooLarge { actual: bytes.len() });
    }
    match whole::<ClientFrame>(encoding, bytes) {
        Ok(frame) => Ok(Inbound::Frame(frame)),
        Err(message) => explain(encoding, bytes, message),
    }
}

/// Appends one server frame to `out`.
pub fn encode(encoding: Encoding, frame: &ServerFrame, out: &mut Vec<u8>) {
    // Writing to a Vec cannot fail, and every wire type has a representation in both formats.
    let written = match encoding {
        Encoding::MessagePack => rmp_serde::encode::write_named(out, frame).map_err(|error| error.to_string()),
        Encoding::Json => serde_json::to_writer(&mut *out, frame).map_err(|error| error.to_string()),
    };
    debug_assert!(written.is_ok(), "{written:?}");
}

/// Decodes a value that takes all of the bytes.
fn whole<'a, T: Deserialize<'a>>(encoding: Encoding, bytes: &'a [u8]) -> Result<T, String> {
    match encoding {
        Encoding::MessagePack => {
            // Reading by reference spares a copy of every name and text; what is left over can then only be asked for.
            let mut decoder = rmp_serde::Deserializer::from_read_ref(bytes);
            decoder.set_max_depth(32);
            let value = T::deserialize(&mut decoder).map_err(|error| error.to_string())?;
            match IgnoredAny::deserialize(&mut decoder) {
                Err(rmp_serde::decode::Error::InvalidMarkerRead(_)) => Ok(value),
                _ => Err("bytes after the frame".to_owned()),
            }
        }
        // serde_json limits depth to 128 and refuses what follows the value.
        Encoding::Json => serde_json::from_slice(bytes).map_err(|error| error.to_string()),
    }
}

/// The slow way, after the fast one failed: an unknown frame, or a batch with an invalid event in it?
fn explain(encoding: Encoding, bytes: &[u8], message: String) -> Result<Inbound, DecodeError> {
    const KNOWN: [&str; 5] = ["hello", "events", "applied", "pong", "bye"];
    let Ok(keys) = whole::<BTreeMap<String, IgnoredAny>>(encoding, bytes) else { return Err(DecodeError::Bad(message)) };
    let mut names = keys.into_keys();
    match (names.next(), names.next()) {
        (Some(name), None) if name == "events" => partial(encoding, bytes).ok_or(DecodeError::Bad(message)),
        (Some(name), None) if !KNOWN.contains(&name.as_str()) => Err(DecodeError::UnknownFrame(name.chars().take(32).collect())),
        _ => Err(DecodeError::Bad(message)),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LooseBatch {
    first: u64,
    sent_at: f64,
    list: Vec<serde_json::Value>,
    #[serde(default)]
    rev: u64,
}

fn partial(encoding: Encoding, bytes: &[u8]) -> Option<Inbound> {
    let mut frame: BTreeMap<String, LooseBatch> = whole(encoding, bytes).ok()?;
    let loose = frame.remove("events")?;
    let read = |value: serde_json::Value| {
        let named = value.get("event").and_then(|event| event.as_object()?.keys().next());
        let kind = Event::KINDS.into_iter().find(|kind| named.is_some_and(|named| named == kind)).unwrap_or("unknown");
        serde_json::from_value::<TimedEvent>(value).map_err(|error| Unreadable { kind, message: error.to_string() })
    };
    let list = loose.list.into_iter().map(read).collect();
    Some(Inbound::Partial { batch: EventBatch { first: loose.first, sent_at: loose.sent_at, list: Vec::new(), rev: loose.rev }, list })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::Attention;
    use crate::protocol::wire::Bye;

    fn both(frame: &ClientFrame) -> [(Encoding, Vec<u8>); 2] {
        [(Encoding::MessagePack, rmp_serde::to_vec_named(frame).unwrap()), (Encoding::Json, serde_json::to_vec(frame).unwrap())]
    }

    #[test]
    fn both_encodings_carry_the_same_frame() {
        let event = TimedEvent { at: 12.5, event: Event::Attention(Attention { active: true, trusted: None }) };
        let frame = ClientFrame::Events(EventBatch { first: 7, sent_at: 13.0, list: vec![event], rev: 3 });
        for (encoding, bytes) in both(&frame) {
            assert_eq!(decode(encoding, &bytes), Ok(Inbound::Frame(frame.clone())), "{encoding:?}");
        }
    }

    #[test]
    fn trailing_bytes_are_refused() {
        for (encoding, mut bytes) in both(&ClientFrame::Bye(Bye { reason: "pagehide".into() })) {
            bytes.push(b'1');
            assert!(matches!(decode(encoding, &bytes), Err(DecodeError::Bad(_))), "{encoding:?}");
        }
    }

    #[test]
    fn an_unknown_frame_is_named() {
        assert_eq!(decode(Encoding::Json, br#"{"teleport":{"to":1}}"#), Err(DecodeError::UnknownFrame("teleport".into())));
    }

    #[test]
    fn one_bad_event_does_not_take_the_others_along() {
        let bytes = br#"{"events":{"first":1,"sentAt":2,"list":[{"at":1,"event":{"click":{"target":"a"}}},{"at":1,"event":{"fly":{}}}]}}"#;
        let Ok(Inbound::Partial { batch, list }) = decode(Encoding::Json, bytes) else { panic!("not partial") };
        assert_eq!(batch.first, 1);
        assert!(list[0].is_ok());
        let unreadable = list[1].as_ref().unwrap_err();
        assert!(unreadable.kind == "unknown" && unreadable.message.contains("fly"));
    }
}
