//! Where no WebSocket gets through: events by POST, pushes by server-sent events. The beacon uses the same door.
//!
//! `POST /v1/events` takes `{"hello"?, "frames": [..], "resume"?}` as `text/plain`, so that no preflight is needed and a page that goes
//! away can still send it. With a `hello` a connection begins and the answer holds the `welcome`; without one the frames belong to the
//! stream of the `resume` token. `GET /v1/stream?token=` then gives the pushes.

use super::Gateway;
use crate::delivery::Token;
use crate::engine::Pipe;
use crate::engine::Socket;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::protocol::Encoding;
use crate::protocol::Inbound;
use crate::protocol::decode;
use crate::protocol::wire::Hello;
use axum::body::Bytes;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::response::sse::Event;
use axum::response::sse::KeepAlive;
use axum::response::sse::Sse;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

/// Connections of this kind at a time.
const FALLBACKS_MAX: usize = 10_000;
/// Frames in one request.
const FRAMES_MAX: usize = 64;
/// After the hello the event stream must be opened within this time.
const LISTEN_WITHIN: Duration = Duration::from_secs(30);
/// A welcome is there at once; this bounds a stuck one.
const WELCOME_WITHIN: Duration = Duration::from_secs(5);

/// Our ends of the pipes, by stream.
#[derive(Default)]
pub(super) struct Fallbacks {
    pipes: Mutex<BTreeMap<StreamId, Half>>,
}

/// Our end of a pipe, and since when it waits for its event stream; `None` once that is open.
struct Half {
    pipe: Arc<Pipe>,
    waits_since: Option<Timestamp>,
}

impl Fallbacks {
    fn get(&self, stream: StreamId) -> Option<Arc<Pipe>> {
        self.lock().get(&stream).map(|half| half.pipe.clone())
    }

    /// The pipe of a stream whose events begin to flow.
    fn open(&self, stream: StreamId) -> Option<Arc<Pipe>> {
        let mut pipes = self.lock();
        let half = pipes.get_mut(&stream)?;
        half.waits_since = None;
        Some(half.pipe.clone())
    }

    fn insert(&self, stream: StreamId, pipe: Arc<Pipe>, now: Timestamp) -> bool {
        let mut pipes = self.lock();
        // A page that says hello and never listens was only posting: its connection is over.
        pipes.retain(|_, half| half.pipe.closed().is_none() && half.waits_since.is_none_or(|since| now.since(since) < LISTEN_WITHIN));
        if pipes.len() >= FALLBACKS_MAX {
            return false;
        }
        pipes.insert(stream, Half { pipe, waits_since: Some(now) });
        true
    }

    fn remove(&self, stream: StreamId, pipe: &Arc<Pipe>) {
        let mut pipes = self.lock();
        if pipes.get(&stream).is_some_and(|own| Arc::ptr_eq(&own.pipe, pipe)) {
            pipes.remove(&stream);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<StreamId, Half>> {
        self.pipes.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[derive(Deserialize)]
struct Post<'a> {
    hello: Option<Hello>,
    #[serde(default, borrow)]
    frames: Vec<&'a RawValue>,
    resume: Option<String>,
}

pub(super) async fn events(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Response {
    let origin = match gateway.origin(&headers) {
        Ok(origin) => origin,
        Err(refused) => return refused,
    };
    let response = match serde_json::from_slice::<Post<'_>>(&body) {
        Err(error) => bad("bad_frame", &error.to_string()),
        Ok(post) if post.frames.len() > FRAMES_MAX => bad("too_long", &format!("`frames`: at most {FRAMES_MAX}")),
        Ok(post) => match take(&gateway, &headers, post).await {
            Ok(response) | Err(response) => response,
        },
    };
    allow(response, &origin)
}

async fn take(gateway: &Arc<Gateway>, headers: &HeaderMap, post: Post<'_>) -> Result<Response, Response> {
    if let Some(hello) = post.hello {
        gateway.admit_handshake()?;
        return begin(gateway, headers, hello, &post.frames).await;
    }
    let token = post.resume.ok_or_else(|| bad("invalid", "`resume` is missing"))?;
    let owner = match gateway.engine.signer.check(&token, gateway.engine.seconds()) {
        Ok(Token::Resume { stream, .. }) => StreamId(stream),
        _ => return Err((StatusCode::GONE, "`resume` is not a token of this shop").into_response()),
    };
    if let Some(pipe) = gateway.fallbacks.get(owner) {
        for frame in &post.frames {
            pipe.send(Bytes::copy_from_slice(frame.get().as_bytes())).await.map_err(|_| gone())?;
        }
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let frames: Result<Vec<Inbound>, _> = post.frames.iter().map(|frame| decode(Encoding::Json, frame.get().as_bytes())).collect();
    let frames = frames.map_err(|error| bad("bad_frame", &error.to_string()))?;
    gateway.engine.post(&token, frames).await.map_err(|refused| (StatusCode::GONE, refused.to_string()).into_response())?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn begin(gateway: &Arc<Gateway>, headers: &HeaderMap, hello: Hello, frames: &[&RawValue]) -> Result<Response, Response> {
    let (ours, theirs) = Pipe::pair();
    let ours = Arc::new(ours);
    for frame in frames {
        ours.send(Bytes::copy_from_slice(frame.get().as_bytes())).await.map_err(|_| gone())?;
    }
    let peer = gateway.peer(headers);
    let stream = gateway.engine.admit(Socket::Pipe(theirs), Encoding::Json, hello, peer).await.map_err(|(_, refused)| {
        let status = if (4_000..4_100).contains(&refused.close.code()) { StatusCode::BAD_REQUEST } else { StatusCode::SERVICE_UNAVAILABLE };
        let body = serde_json::json!({ "error": { "code": refused.close.code(), "message": refused.to_string() } });
        (status, axum::Json(body)).into_response()
    })?;
    if !gateway.fallbacks.insert(stream, ours.clone(), gateway.engine.clock.now()) {
        return Err((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "30")], "too many connections of this kind").into_response());
    }
    let first = tokio::time::timeout(WELCOME_WITHIN, ours.recv()).await.ok().flatten().ok_or_else(gone)?;
    // Frames are our own JSON; they go out as they are.
    let mut body = b"{\"frames\":[".to_vec();
    body.extend_from_slice(&first);
    body.extend_from_slice(b"]}");
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

#[derive(Deserialize)]
pub(super) struct StreamQuery {
    token: String,
}

pub(super) async fn stream(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, Query(query): Query<StreamQuery>) -> Response {
    let origin = match gateway.origin(&headers) {
        Ok(origin) => origin,
        // A same-origin EventSource sends no Origin; its token is proof enough.
        Err(_) if !headers.contains_key(header::ORIGIN) => String::new(),
        Err(refused) => return refused,
    };
    let found = match gateway.engine.signer.check(&query.token, gateway.engine.seconds()) {
        Ok(Token::Resume { stream, .. }) => gateway.fallbacks.open(StreamId(stream)).map(|pipe| (StreamId(stream), pipe)),
        _ => None,
    };
    let Some((stream, pipe)) = found else { return allow(gone(), &origin) };
    let open = Open { gateway: gateway.clone(), stream, pipe };
    let events = futures_util::stream::unfold(open, |open| async move {
        let frame = open.pipe.recv().await?;
        let text = String::from_utf8_lossy(&frame).into_owned();
        Some((Ok::<_, Infallible>(Event::default().data(text)), open))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(20));
    allow(Sse::new(events).keep_alive(keep_alive).into_response(), &origin)
}

/// An open event stream; when the browser leaves it, the connection is over.
struct Open {
    gateway: Arc<Gateway>,
    stream: StreamId,
    pipe: Arc<Pipe>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.gateway.fallbacks.remove(self.stream, &self.pipe);
    }
}

fn allow(mut response: Response, origin: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(origin)
        && !origin.is_empty()
    {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, value);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Origin"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn bad(code: &str, message: &str) -> Response {
    (StatusCode::BAD_REQUEST, axum::Json(serde_json::json!({ "error": { "code": code, "message": message } }))).into_response()
}

fn gone() -> Response {
    (StatusCode::GONE, "the connection is over; say hello again").into_response()
}
