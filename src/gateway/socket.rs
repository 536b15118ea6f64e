//! The WebSocket: upgrade, first frame, and the handing over to the session.

use super::Gateway;
use crate::engine::Socket;
use crate::protocol::Close;
use crate::protocol::Encoding;
use crate::protocol::Inbound;
use crate::protocol::Limits;
use crate::protocol::decode;
use crate::protocol::wire::ClientFrame;
use axum::extract::State;
use axum::extract::ws::CloseFrame;
use axum::extract::ws::Message;
use axum::extract::ws::WebSocket;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;

/// The first frame must come within this time.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// tungstenite zeroes this buffer at every read attempt; frames are a few hundred bytes.
const READ_BUFFER_BYTES: usize = 1_024;
/// Frames of one flush leave in one write up to this size; the buffer grows with what is written and is never larger at rest.
const WRITE_BUFFER_BYTES: usize = 4 * 1_024;
const WRITE_BUFFER_BYTES_MAX: usize = 256 * 1_024;

pub(super) async fn upgrade(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    if let Err(refused) = gateway.admit_handshake() {
        return refused;
    }
    if let Err(refused) = gateway.origin(&headers) {
        return refused;
    }
    let offered = headers.get(header::SEC_WEBSOCKET_PROTOCOL).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known = [Encoding::MessagePack, Encoding::Json];
    if !offered.split(',').any(|offer| known.iter().any(|encoding| encoding.subprotocol() == offer.trim())) {
        let message = "offer the subprotocol floorwalker.v1.msgpack or floorwalker.v1.json";
        return (StatusCode::UPGRADE_REQUIRED, message).into_response();
    }
    let peer = gateway.peer(&headers);
    upgrade
        .protocols(known.map(Encoding::subprotocol))
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Limits::MESSAGE_BYTES_MAX)
        .max_frame_size(Limits::MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| async move {
            let encoding = if socket.protocol().is_some_and(|chosen| chosen.as_bytes() == Encoding::Json.subprotocol().as_bytes()) {
                Encoding::Json
            } else {
                Encoding::MessagePack
            };
            greet(gateway, socket, encoding, peer).await;
        })
}

async fn greet(gateway: Arc<Gateway>, mut socket: WebSocket, encoding: Encoding, peer: crate::engine::Peer) {
    let hello = match tokio::time::timeout(HELLO_WITHIN, first(&mut socket, encoding)).await {
        Err(_) => return close(socket, Close::NoHello).await,
        Ok(Err(code)) => return close(socket, code).await,
        Ok(Ok(None)) => return,
        Ok(Ok(Some(hello))) => hello,
    };
    if let Err((Socket::Web(socket), refused)) = gateway.engine.admit(Socket::Web(Box::new(socket)), encoding, *hello, peer).await {
        tracing::debug!(%refused, "hello refused");
        close(*socket, refused.close).await;
    }
}

/// The first data frame, which must be a `hello`.
async fn first(socket: &mut WebSocket, encoding: Encoding) -> Result<Option<Box<crate::protocol::wire::Hello>>, Close> {
    loop {
        let bytes = match socket.recv().await {
            Some(Ok(Message::Binary(bytes))) => bytes,
            Some(Ok(Message::Text(text))) => text.into(),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Ok(None),
        };
        return match decode(encoding, &bytes) {
            Ok(Inbound::Frame(ClientFrame::Hello(hello))) => Ok(Some(hello)),
            _ => Err(Close::BadFrame),
        };
    }
}

async fn close(mut socket: WebSocket, close: Close) {
    let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
    // The other side may be gone already.
    let _ = tokio::time::timeout(Duration::from_secs(2), socket.send(Message::Close(Some(frame)))).await;
}
