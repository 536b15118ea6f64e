//! One socket of a session: its waker, its outgoing queue, its signs of life and its budget.

use super::Config;
use super::session::SessionMsg;
use super::socket::Gone;
use super::socket::Socket;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::protocol::Encoding;
use crate::protocol::encode;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use ractor::ActorRef;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::task::Wake;
use std::task::Waker;
use std::time::Duration;

/// Frames and bytes that wait for a slow reader; past either, they give way to one whole state.
const QUEUE_FRAMES_MAX: usize = 64;
const QUEUE_BYTES_MAX: usize = 256 * 1024;
/// A reader that takes nothing for this long is closed; one that takes a frame now and then is only given whole states.
pub(super) const SLOW_AFTER: Duration = Duration::from_secs(10);
/// Control ping, spread by +-20 %.
const PING_EVERY: Duration = Duration::from_secs(25);
/// Without any byte for this long the connection is closed.
pub(super) const SILENT_AFTER: Duration = Duration::from_secs(60);
/// After a mark was told, the next one waits this long for another frame to ride on. Chosen: pages keep what is not acknowledged anyway.
pub(super) const TOLD_LATELY: Duration = Duration::from_millis(20);
/// Overdrafts of the event budget within a minute before the connection is closed.
const VIOLATIONS_MAX: u8 = 3;

thread_local! {
    // A frame is written here and then copied into just its size; empty of meaning between calls.
    static FRAME: RefCell<Vec<u8>> = RefCell::default();
}

/// A connection as its actor holds it.
pub(super) struct Connection {
    pub(super) id: u32,
    pub(super) stream: StreamId,
    pub(super) encoding: Encoding,
    pub(super) socket: Socket,
    pub(super) wake: Arc<ConnectionWake>,
    waker: Waker,
    queue: VecDeque<axum::body::Bytes>,
    queued_bytes: usize,
    /// The queue was given up; the page needs the whole state.
    pub(super) lost: bool,
    /// The highest acknowledgement of a page whose queue was given up; 0 for none that it has not been told.
    owed_ack: u64,
    pub(super) blocked_since: Option<Timestamp>,
    pub(super) heard: Timestamp,
    pub(super) next_ping: Timestamp,
    pub(super) pings: u32,
    /// Number of the event that the page knows to be durable, and when it was told.
    pub(super) told: u64,
    told_at: Timestamp,
    budget: Budget,
}

/// Wakes the actor with one message, however often the socket stirs before it is looked at.
pub(super) struct ConnectionWake {
    actor: ActorRef<SessionMsg>,
    connection: u32,
    scheduled: AtomicBool,
}

impl ConnectionWake {
    /// The actor is about to look: the next stir is news again.
    pub(super) fn clear(&self) {
        self.scheduled.store(false, Ordering::Release);
    }

    /// Whether the actor has been told and has not looked yet.
    pub(super) fn is_scheduled(&self) -> bool {
        self.scheduled.load(Ordering::Acquire)
    }
}

impl Wake for ConnectionWake {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.scheduled.swap(true, Ordering::AcqRel) {
            // A dead actor has dropped its sockets; nobody is left to be told.
            let _ = self.actor.cast(SessionMsg::Io(self.connection));
        }
    }
}

impl Connection {
    pub(super) fn new(
        id: u32,
        stream: StreamId,
        encoding: Encoding,
        socket: Socket,
        actor: ActorRef<SessionMsg>,
        now: Timestamp,
        events_burst: u32,
    ) -> Connection {
        let wake = Arc::new(ConnectionWake { actor, connection: id, scheduled: AtomicBool::new(false) });
        Connection {
            id,
            stream,
            encoding,
            socket,
            waker: Waker::from(wake.clone()),
            wake,
            queue: VecDeque::new(),
            queued_bytes: 0,
            lost: false,
            owed_ack: 0,
            blocked_since: None,
            heard: now,
            next_ping: now + first_ping(stream),
            pings: 0,
            told: 0,
            told_at: Timestamp(0),
            budget: Budget { tokens: events_burst as f32, filled: now, violations: 0, minute: now },
        }
    }

    pub(super) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Queues a frame. Past the bounds the queue is dropped for one whole state.
    pub(super) fn push(&mut self, frame: &ServerFrame) {
        if let ServerFrame::Ack(ack) = frame {
            self.owed_ack = self.owed_ack.max(ack.seq);
        }
        if self.lost {
            return;
        }
        let bytes = self.encoded(frame);
        if self.queue.len() >= QUEUE_FRAMES_MAX || self.queued_bytes + bytes.len() > QUEUE_BYTES_MAX {
            self.queue.clear();
            self.queued_bytes = 0;
            self.lost = true;
            return;
        }
        self.queued_bytes += bytes.len();
        self.queue.push_back(bytes);
    }

    fn encoded(&self, frame: &ServerFrame) -> axum::body::Bytes {
        FRAME.with_borrow_mut(|scratch| {
            scratch.clear();
            encode(self.encoding, frame, scratch);
            axum::body::Bytes::copy_from_slice(scratch)
        })
    }

    pub(super) fn has_queue(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(super) fn was_told_lately(&self, now: Timestamp) -> bool {
        now.since(self.told_at) < TOLD_LATELY
    }

    pub(super) fn note_told(&mut self, mark: u64, now: Timestamp) {
        self.told = mark;
        self.told_at = now;
    }

    /// Whether there is nothing to write.
    pub(super) fn is_settled(&self) -> bool {
        self.queue.is_empty() && self.blocked_since.is_none() && !self.lost
    }

    /// Writes what is queued and flushes once. `Ok(true)`: all is out.
    pub(super) fn write(&mut self, now: Timestamp) -> Result<bool, Gone> {
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        // A queue that was given up leaves nothing to write, but its reader is no faster for that.
        while !self.queue.is_empty() || self.lost {
            match self.socket.poll_ready(&mut cx) {
                Poll::Pending => {
                    self.blocked_since.get_or_insert(now);
                    return Ok(false);
                }
                Poll::Ready(ready) => ready?,
            }
            self.blocked_since = None;
            match self.queue.pop_front() {
                Some(frame) => {
                    self.queued_bytes -= frame.len();
                    self.socket.start_send(frame, self.encoding == Encoding::Json)?;
                }
                None if self.owed_ack > 0 => {
                    // Acknowledgements add up: the last one makes good for all that were given up.
                    let ack = ServerFrame::Ack(wire::Ack { seq: std::mem::take(&mut self.owed_ack), rejected: Vec::new() });
                    self.socket.start_send(self.encoded(&ack), self.encoding == Encoding::Json)?;
                }
                None => break,
            }
        }
        match self.socket.poll_flush(&mut cx) {
            Poll::Pending => {
                self.blocked_since.get_or_insert(now);
                Ok(false)
            }
            Poll::Ready(flushed) => {
                flushed?;
                self.blocked_since = None;
                self.owed_ack = 0;
                Ok(true)
            }
        }
    }

    /// Takes `events` from the budget. `Err`: over it, for the third time within a minute if true.
    pub(super) fn spend(&mut self, now: Timestamp, events: usize, config: &Config) -> Result<(), bool> {
        self.budget.spend(now, events as f32, config.events_per_second as f32, config.events_burst as f32)
    }

    pub(super) fn ping(&mut self, now: Timestamp) {
        let waker = self.waker.clone();
        self.socket.ping(&mut Context::from_waker(&waker));
        self.pings += 1;
        // A silent page is looked at when its time is over, not a ping later.
        self.next_ping = (now + PING_EVERY).min(self.heard + SILENT_AFTER);
    }

    pub(super) fn close(self, code: u16, reason: &'static str) {
        let waker = self.waker.clone();
        self.socket.close(&mut Context::from_waker(&waker), code, reason);
    }

    /// When this connection wants to be looked at if nothing happens.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let blocked = self.blocked_since.map(|since| since + SLOW_AFTER);
        let ping = self.socket.is_web().then_some(self.next_ping);
        blocked.into_iter().chain(ping).min()
    }
}

/// Spreads the first pings of many connections over 80 to 120 % of the interval.
fn first_ping(stream: StreamId) -> Duration {
    let spread = u32::from(stream.0[0]) * 40 / 255;
    PING_EVERY * (80 + spread) / 100
}

#[derive(Debug)]
struct Budget {
    tokens: f32,
    filled: Timestamp,
    violations: u8,
    minute: Timestamp,
}

impl Budget {
    fn spend(&mut self, now: Timestamp, cost: f32, per_second: f32, burst: f32) -> Result<(), bool> {
        let refill = now.since(self.filled).as_secs_f32() * per_second;
        self.tokens = (self.tokens + refill).min(burst);
        self.filled = now;
        // A batch is at most one burst, so a patient client is never refused for good.
        if self.tokens >= cost.min(burst) {
            self.tokens -= cost;
            return Ok(());
        }
        if now.since(self.minute) > Duration::from_secs(60) {
            self.minute = now;
            self.violations = 0;
        }
        self.violations = self.violations.saturating_add(1);
        Err(self.violations >= VIOLATIONS_MAX)
    }
}
