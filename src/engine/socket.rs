//! What carries frames: a WebSocket, or a pipe in memory (the SSE fallback, tests and benches).

use axum::extract::ws::CloseFrame;
use axum::extract::ws::Message;
use axum::extract::ws::Utf8Bytes;
use axum::extract::ws::WebSocket;
use futures_util::Sink;
use futures_util::Stream;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::task::Context;
use std::task::Poll;
use std::task::Waker;

/// One side of a connection, owned by the session's actor.
#[derive(Debug)]
pub enum Socket {
    Web(Box<WebSocket>),
    Pipe(Pipe),
}

/// What came in.
#[derive(Debug)]
pub enum Incoming {
    Frame(axum::body::Bytes),
    /// A control frame; a sign of life.
    Alive,
    Closed,
}

impl Socket {
    /// The next frame. After `Closed` the socket is not polled again.
    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Incoming> {
        match self {
            Socket::Web(socket) => match Pin::new(socket.as_mut()).poll_next(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(Some(Ok(Message::Binary(bytes)))) => Poll::Ready(Incoming::Frame(bytes)),
                Poll::Ready(Some(Ok(Message::Text(text)))) => Poll::Ready(Incoming::Frame(text.into())),
                Poll::Ready(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => Poll::Ready(Incoming::Alive),
                Poll::Ready(Some(Ok(Message::Close(_)) | Err(_)) | None) => Poll::Ready(Incoming::Closed),
            },
            Socket::Pipe(pipe) => pipe.poll_recv(cx).map(|bytes| bytes.map_or(Incoming::Closed, Incoming::Frame)),
        }
    }

    /// Whether there is room for one frame.
    pub(super) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        match self {
            Socket::Web(socket) => Pin::new(socket.as_mut()).poll_ready(cx).map_err(|_| Gone),
            Socket::Pipe(pipe) => pipe.poll_ready(cx),
        }
    }

    /// Hands over one frame, for which there is room.
    pub(super) fn start_send(&mut self, frame: axum::body::Bytes, text: bool) -> Result<(), Gone> {
        match self {
            Socket::Web(socket) => {
                let message = if text { Utf8Bytes::try_from(frame).map(Message::Text).map_err(|_| Gone)? } else { Message::Binary(frame) };
                Pin::new(socket.as_mut()).start_send(message).map_err(|_| Gone)
            }
            Socket::Pipe(pipe) => pipe.push(frame),
        }
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        match self {
            Socket::Web(socket) => Pin::new(socket.as_mut()).poll_flush(cx).map_err(|_| Gone),
            Socket::Pipe(_) => Poll::Ready(Ok(())),
        }
    }

    /// Sends a control ping; a pipe needs none.
    pub(super) fn ping(&mut self, cx: &mut Context<'_>) {
        if let Socket::Web(socket) = self {
            let mut socket = Pin::new(socket.as_mut());
            if let Poll::Ready(Ok(())) = socket.as_mut().poll_ready(cx) {
                let _ = socket.as_mut().start_send(Message::Ping(axum::body::Bytes::new()));
                let _ = socket.poll_flush(cx);
            }
        }
    }

    /// Starts to close; what cannot be written at once is dropped with the socket.
    pub(super) fn close(mut self, cx: &mut Context<'_>, code: u16, reason: &'static str) {
        match &mut self {
            Socket::Web(socket) => {
                let mut socket = Pin::new(socket.as_mut());
                if let Poll::Ready(Ok(())) = socket.as_mut().poll_ready(cx) {
                    let _ = socket.as_mut().start_send(Message::Close(Some(CloseFrame { code, reason: reason.into() })));
                    let _ = socket.poll_flush(cx);
                }
            }
            Socket::Pipe(pipe) => pipe.close_with(code),
        }
    }

    pub(super) fn is_web(&self) -> bool {
        matches!(self, Socket::Web(_))
    }
}

/// The other side is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone;

/// Frames a pipe holds per direction before its sender must wait.
const PIPE_FRAMES_MAX: usize = 256;

/// One end of a connection in memory.
#[derive(Debug)]
pub struct Pipe {
    inbox: Arc<Mutex<Half>>,
    outbox: Arc<Mutex<Half>>,
}

#[derive(Debug)]
struct Half {
    frames: VecDeque<axum::body::Bytes>,
    frames_max: usize,
    reader: Option<Waker>,
    writer: Option<Waker>,
    closed: Option<u16>,
}

impl Pipe {
    /// Two connected ends.
    pub fn pair() -> (Pipe, Pipe) {
        Pipe::pair_of(PIPE_FRAMES_MAX)
    }

    /// Two connected ends that hold so many frames per direction.
    pub fn pair_of(frames_max: usize) -> (Pipe, Pipe) {
        let half = || Arc::new(Mutex::new(Half { frames: VecDeque::new(), frames_max, reader: None, writer: None, closed: None }));
        let (a, b) = (half(), half());
        (Pipe { inbox: a.clone(), outbox: b.clone() }, Pipe { inbox: b, outbox: a })
    }

    /// The next frame; `None` once the other end is gone and all is read.
    pub fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Option<axum::body::Bytes>> {
        let mut half = lock(&self.inbox);
        if let Some(frame) = half.frames.pop_front() {
            if let Some(writer) = half.writer.take() {
                writer.wake();
            }
            return Poll::Ready(Some(frame));
        }
        if half.closed.is_some() {
            return Poll::Ready(None);
        }
        half.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Whether there is room for one frame. Only the owner of this end fills it, so room stays until it is used.
    pub fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        let mut half = lock(&self.outbox);
        if half.closed.is_some() {
            return Poll::Ready(Err(Gone));
        }
        if half.frames.len() >= half.frames_max {
            half.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn push(&self, frame: axum::body::Bytes) -> Result<(), Gone> {
        let mut half = lock(&self.outbox);
        if half.closed.is_some() {
            return Err(Gone);
        }
        half.frames.push_back(frame);
        let reader = half.reader.take();
        drop(half);
        if let Some(reader) = reader {
            reader.wake();
        }
        Ok(())
    }

    /// The next frame; `None` once the other end is gone.
    pub async fn recv(&self) -> Option<axum::body::Bytes> {
        std::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Sends a frame, waiting for room.
    ///
    /// # Errors
    /// [`Gone`] if the other end is.
    pub async fn send(&self, frame: axum::body::Bytes) -> Result<(), Gone> {
        std::future::poll_fn(|cx| self.poll_ready(cx)).await?;
        self.push(frame)
    }

    /// Close code the other end gave, if it closed.
    pub fn closed(&self) -> Option<u16> {
        lock(&self.inbox).closed
    }

    fn close_with(&self, code: u16) {
        for half in [&self.outbox, &self.inbox] {
            let mut half = lock(half);
            half.closed.get_or_insert(code);
            let (reader, writer) = (half.reader.take(), half.writer.take());
            drop(half);
            for waker in [reader, writer].into_iter().flatten() {
                waker.wake();
            }
        }
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.close_with(1001);
    }
}

fn lock(half: &Mutex<Half>) -> std::sync::MutexGuard<'_, Half> {
    half.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}
