//! The load generator: many WebSocket clients in one thread, with framing of their own so that the server is the slower one.
//!
//! Frames are masked with a mask of zeros, which is legal, saves the generator work and the server none.

use super::process;
use super::server::KEY;
use super::server::ORIGIN;
use super::support;
use floorwalker::engine::random_id;
use floorwalker::model::StreamId;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::stats::Histogram;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::net::tcp::OwnedWriteHalf;

/// Handshakes under way at a time.
const HANDSHAKES: usize = 128;
const WARM_UP: Duration = Duration::from_secs(1);
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// Stands where the event's number is patched in; too large to be a real one.
const NUMBER_MARK: u64 = 0x0123_4567_89ab_cdef;

/// What all connections share.
struct Run {
    closed_loop: bool,
    stopped: Cell<bool>,
    counting: Cell<bool>,
    answers: Cell<u64>,
    acks: Cell<u64>,
    errors: Cell<u64>,
    latency: RefCell<Histogram>,
    /// A masked frame of one event, and where its number stands.
    event: (Vec<u8>, usize),
}

/// One connection's sending side.
struct Page {
    out: OwnedWriteHalf,
    sent: Cell<u64>,
    answered: Cell<u64>,
    /// When each event that is not answered was due.
    due: RefCell<VecDeque<Instant>>,
}

/// The role: `closed|open|idle SERVER PORT CONNECTIONS SECONDS [EVENTS_PER_SECOND]`.
pub fn run(arguments: &[&str]) {
    let [mode, server, port, connections, seconds, rest @ ..] = arguments else { panic!("load: {arguments:?}") };
    let port: u16 = port.parse().expect("a port");
    let connections: usize = connections.parse().expect("a number of connections");
    let seconds = Duration::from_secs_f64(seconds.parse().expect("seconds"));
    let rate: f64 = rest.first().map_or(0.0, |rate| rate.parse().expect("a rate"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let local = tokio::task::LocalSet::new();
    local.block_on(&runtime, async {
        let run = Rc::new(Run {
            closed_loop: *mode == "closed",
            stopped: Cell::new(false),
            counting: Cell::new(false),
            answers: Cell::new(0),
            acks: Cell::new(0),
            errors: Cell::new(0),
            latency: RefCell::new(Histogram::new()),
            event: event(),
        });
        let pages = connect_all(&run, port, connections, *server == "echo").await;
        if *mode == "idle" {
            tokio::time::sleep(Duration::from_secs(1)).await;
            println!("begin errors={}", run.errors.get() + (connections - pages.len()) as u64);
            let _ = tokio::task::spawn_blocking(process::wait_for_end).await;
            return;
        }
        if run.closed_loop {
            // Spins as the schedule does, so that no server pays for waking a core that sleeps.
            tokio::task::spawn_local(async {
                loop {
                    tokio::task::yield_now().await;
                }
            });
            for page in &pages {
                page.send(&run, Instant::now());
            }
            tokio::time::sleep(WARM_UP.min(seconds)).await;
        } else {
            schedule(&run, &pages, rate, WARM_UP.min(seconds)).await;
        }
        println!("begin");
        let started = Instant::now();
        run.counting.set(true);
        if run.closed_loop {
            tokio::time::sleep(seconds).await;
        } else {
            schedule(&run, &pages, rate, seconds).await;
            // The last answers are still under way; on a busy machine for long.
            let given_up = Instant::now() + ANSWERED_WITHIN;
            while Instant::now() < given_up && pages.iter().any(|page| !page.due.borrow().is_empty()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        run.counting.set(false);
        let took = started.elapsed().as_secs_f64();
        let latency = run.latency.take();
        let is_silent = |page: &&Rc<Page>| page.sent.get() > page.answered.get() + u64::from(run.closed_loop);
        let silent = pages.iter().filter(is_silent).count() + connections - pages.len();
        println!(
            "end seconds={took} answers={} acks={} errors={} silent={silent} p50={} p99={} p999={} max={}",
            run.answers.get(),
            run.acks.get(),
            run.errors.get(),
            latency.quantile(0.5),
            latency.quantile(0.99),
            latency.quantile(0.999),
            latency.max()
        );
        run.stopped.set(true);
        let _ = tokio::task::spawn_blocking(process::wait_for_end).await;
    });
}

/// Sends events at exponential intervals over all connections in turn. The thread spins: no timer is fine enough.
async fn schedule(run: &Rc<Run>, pages: &[Rc<Page>], per_second: f64, length: Duration) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let started = Instant::now();
    let mut due = started;
    for page in pages.iter().cycle() {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let uniform = ((random >> 11) as f64 + 1.0) / (1_u64 << 53) as f64;
        due += Duration::from_secs_f64(-uniform.ln() / per_second);
        if due - started > length {
            return;
        }
        while Instant::now() < due {
            tokio::task::yield_now().await;
        }
        page.send(run, due);
    }
}

async fn connect_all(run: &Rc<Run>, port: u16, connections: usize, bare: bool) -> Vec<Rc<Page>> {
    let mut pages = Vec::with_capacity(connections);
    let mut left = connections;
    while left > 0 {
        let wave = left.min(HANDSHAKES);
        let opened = futures_util::future::join_all((0..wave).map(|_| connect(port, bare))).await;
        for (reader, page, early) in opened.into_iter().flatten() {
            let page = Rc::new(page);
            tokio::task::spawn_local(read(run.clone(), reader, page.clone(), early));
            pages.push(page);
        }
        left -= wave;
    }
    pages
}

/// Upgrades, says hello and waits for the first frame.
async fn connect(port: u16, bare: bool) -> Option<(OwnedReadHalf, Page, Vec<u8>)> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (mut reader, mut out) = stream.into_split();
    let subprotocol = if bare { "" } else { "Sec-WebSocket-Protocol: floorwalker.v1.msgpack\r\n" };
    let request = format!(
        "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{subprotocol}\r\n"
    );
    out.write_all(request.as_bytes()).await.ok()?;
    let mut bytes = Vec::new();
    let head = loop {
        if reader.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    if !bytes.starts_with(b"HTTP/1.1 101") {
        return None;
    }
    bytes.drain(..head);
    let hello = ClientFrame::Hello(Box::new(support::hello(KEY, StreamId(random_id()).to_string())));
    out.write_all(&masked(&rmp_serde::to_vec_named(&hello).expect("frames have a form"))).await.ok()?;
    loop {
        if let Some((_, end)) = frame(&bytes) {
            bytes.drain(..end);
            let page = Page { out, sent: Cell::new(0), answered: Cell::new(0), due: RefCell::default() };
            return Some((reader, page, bytes));
        }
        if reader.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn read(run: Rc<Run>, mut reader: OwnedReadHalf, page: Rc<Page>, mut bytes: Vec<u8>) {
    loop {
        let mut at = 0;
        while let Some((payload, end)) = frame(bytes.get(at..).unwrap_or_default()) {
            page.take(&run, payload);
            at += end;
        }
        bytes.drain(..at);
        match reader.read_buf(&mut bytes).await {
            Ok(read) if read > 0 => {}
            _ if run.stopped.get() => return,
            _ => return run.errors.set(run.errors.get() + 1),
        }
    }
}

impl Page {
    fn send(&self, run: &Run, due: Instant) {
        let number = self.sent.get() + 1;
        self.sent.set(number);
        self.due.borrow_mut().push_back(due);
        let (event, at) = &run.event;
        let mut bytes = [0; 512];
        bytes[..event.len()].copy_from_slice(event);
        bytes[*at..at + 8].copy_from_slice(&number.to_be_bytes());
        // A frame fits into an empty socket buffer; one that does not is an overloaded server.
        if !self.out.try_write(&bytes[..event.len()]).is_ok_and(|written| written == event.len()) {
            run.errors.set(run.errors.get() + 1);
        }
    }

    /// Looks at the first key of a frame.
    fn take(&self, run: &Run, payload: &[u8]) {
        let add = |counter: &Cell<u64>| counter.set(counter.get() + u64::from(run.counting.get()));
        match payload {
            // From the engine, and the same event back from the echo.
            [0x81, 0xa4, b'p', b'u', b's', b'h', ..] | [0x81, 0xa6, b'e', b'v', b'e', ..] => {
                add(&run.answers);
                self.answered.set(self.answered.get() + 1);
                let now = Instant::now();
                if let Some(due) = self.due.borrow_mut().pop_front()
                    && run.counting.get()
                {
                    run.latency.borrow_mut().record(now.duration_since(due).as_micros() as u64);
                }
                if run.closed_loop && !run.stopped.get() {
                    self.send(run, now);
                }
            }
            [0x81, 0xa3, b'a', b'c', b'k', ..] => add(&run.acks),
            [0x81, 0xa5, b'e', b'r', ..] => {
                run.errors.set(run.errors.get() + 1);
                eprintln!("{}", String::from_utf8_lossy(payload));
            }
            _ => {}
        }
    }
}

/// The first whole frame: its payload and its length.
pub(super) fn frame(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (head, length) = match *bytes.get(1)? & 127 {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        length => (2, usize::from(length)),
    };
    Some((bytes.get(head..head + length)?, head + length))
}

/// A binary frame of a client.
pub(super) fn masked(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x82];
    match u8::try_from(payload.len()) {
        Ok(short) if short < 126 => bytes.push(0x80 | short),
        _ => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(payload.len() as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

fn event() -> (Vec<u8>, usize) {
    let frame = support::batch(NUMBER_MARK, support::asked());
    let bytes = masked(&rmp_serde::to_vec_named(&frame).expect("frames have a form"));
    let at = bytes.windows(8).position(|eight| eight == NUMBER_MARK.to_be_bytes()).expect("the mark is there");
    (bytes, at)
}
