//! A deploy under many open pages: the real program is asked to stop, starts again on the same data, and everybody comes back.
//!
//! Pages that keep to the `goaway` are spread over its window; the others dial at once and try again at a fixed beat, as a page without
//! the protocol would. The server runs with its own defaults, so both meet its budget of handshakes. Clients and server are processes
//! of their own, each within the common limit of 20,000 open files.
//!
//! Measured on 2 cores that other work kept busy (load 10 to 14), 18,000 pages, every one resumed:
//!
//! ```text
//!             drained    all back    peak of a second    welcome p50      p99    dials in vain
//! spread        1.4 s      13.7 s               3,337           3 ms    3.8 s            1,855
//! at-once       1.8 s     112.6 s               4,646          4.3 s     57 s           44,128
//! ```

use super::load::frame;
use super::load::masked;
use super::process;
use super::process::Child;
use super::server::KEY;
use super::server::ORIGIN;
use super::support;
use super::support::Gate;
use floorwalker::engine::random_id;
use floorwalker::model::StreamId;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::ServerFrame;
use floorwalker::stats::Histogram;
use std::cell::Cell;
use std::cell::RefCell;
use std::io::BufRead;
use std::io::BufReader;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::rc::Rc;
use std::time::Duration;
use std::time::Instant;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Arrivals are counted in slices of this length; the peak is the fullest second of them.
const SLICE: Duration = Duration::from_millis(50);
const SLICES_PER_SECOND: usize = 20;
/// The library's back-off.
const STEP_MS: u64 = 500;
const CAP_MS: u64 = 20_000;
/// Everybody must be back within this time.
const BACK_WITHIN: Duration = Duration::from_secs(120);
/// How many dial at a time while the pages are first opened.
const OPENING: usize = 256;

/// The section: both kinds of pages, one after the other.
pub fn storm(pages: usize, kinds: &[&str], gate: &mut Gate) {
    let mut rows = Vec::new();
    for kind in kinds {
        let shop = Shop::new();
        let mut server = shop.serve();
        let mut load = Child::start(1, &["storm-pages", kind, &shop.port.to_string(), &pages.to_string()]);
        let opened = load.line("open");
        let asked = Instant::now();
        let pid = server.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().is_ok_and(|status| status.success()), "the server can be told to stop");
        let status = server.wait().expect("it was started");
        let (drained, restarting) = (asked.elapsed(), Instant::now());
        let mut server = shop.serve();
        let restarted = restarting.elapsed();
        let told = load.line("end");
        gate.check(status.success(), || format!("the drained server ended with {status}"));
        gate.check(opened.number("pages") == pages as f64, || format!("{} of {pages} pages opened", opened.number("pages")));
        gate.check(told.number("back") == pages as f64, || format!("{kind}: {} of {pages} pages came back", told.number("back")));
        gate.check(told.number("resumed") == pages as f64, || format!("{kind}: {} of {pages} pages were resumed", told.number("resumed")));
        let millis = |name: &str| format!("{:.0}", told.number(name) / 1_000.0);
        rows.push(vec![
            (*kind).to_owned(),
            pages.to_string(),
            format!("{:.0}", drained.as_secs_f64() * 1_000.0),
            format!("{:.0}", restarted.as_secs_f64() * 1_000.0),
            format!("{:.1}", told.number("all") / 1e6),
            format!("{:.0}", told.number("peak")),
            millis("p50"),
            millis("p99"),
            millis("away50"),
            millis("away99"),
            format!("{:.0}", told.number("refused")),
        ]);
        load.stop();
        let _ = server.kill();
        let _ = server.wait();
        let _ = std::fs::remove_dir_all(&shop.directory);
    }
    let head = [
        "pages",
        "count",
        "drained ms",
        "up again ms",
        "all back s",
        "peak a second",
        "welcome p50 ms",
        "p99",
        "away p50 ms",
        "p99",
        "dials in vain",
    ];
    support::table("A deploy: SIGTERM, a new process on the same data, everybody comes back", &head, &rows);
}

/// A directory with the program's configuration, and its port.
struct Shop {
    directory: PathBuf,
    port: u16,
}

impl Shop {
    fn new() -> Shop {
        let directory = std::env::temp_dir().join(format!("floorwalker-storm-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&directory);
        std::fs::create_dir_all(directory.join("campaigns")).expect("the temporary directory can be written");
        // Below the range from which clients draw theirs.
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let port = (20_000..30_000_u16).find(is_free).expect("a free port");
        let config = format!("[shop]\nkeys = [\"{KEY}\"]\n[gateway]\nport = {port}\norigins = [\"{ORIGIN}\"]\n[admin]\nenabled = false\n");
        std::fs::write(directory.join("floorwalker.toml"), config).expect("written");
        Shop { directory, port }
    }

    /// Starts the program and waits until it listens.
    fn serve(&self) -> std::process::Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_floorwalker"));
        command.args(["serve", "--config"]).arg(self.directory.join("floorwalker.toml"));
        let log = std::fs::File::options().create(true).append(true).open(self.directory.join("server.log")).expect("a log");
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it was piped")).lines();
        assert!(lines.next().is_some_and(|line| line.is_ok()), "the server did not start");
        // It says little more, but nobody may be left without a reader.
        std::thread::spawn(move || lines.for_each(drop));
        child
    }
}

/// What all pages share.
struct Run {
    port: u16,
    keeps_to_goaway: bool,
    opened: Cell<usize>,
    back: Cell<usize>,
    resumed: Cell<usize>,
    refused: Cell<usize>,
    /// When the first page lost its connection.
    first_lost: Cell<Option<Instant>>,
    last_back: Cell<Option<Instant>>,
    slices: RefCell<Vec<usize>>,
    welcome: RefCell<Histogram>,
    away: RefCell<Histogram>,
    random: Cell<u64>,
}

impl Run {
    fn between(&self, low: u64, high: u64) -> u64 {
        let mut random = self.random.get();
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.random.set(random);
        low + random % (high - low + 1)
    }

    fn came_back(&self, dialed: Instant, lost: Instant, resumed: bool) {
        let (now, first) = (Instant::now(), self.first_lost.get().unwrap_or(lost));
        self.back.set(self.back.get() + 1);
        self.resumed.set(self.resumed.get() + usize::from(resumed));
        self.last_back.set(Some(now));
        self.welcome.borrow_mut().record(now.duration_since(dialed).as_micros() as u64);
        self.away.borrow_mut().record(now.duration_since(lost).as_micros() as u64);
        let slice = (now.duration_since(first).as_micros() / SLICE.as_micros()) as usize;
        let mut slices = self.slices.borrow_mut();
        if slices.len() <= slice {
            slices.resize(slice + 1, 0);
        }
        slices[slice] += 1;
    }

    fn peak(&self) -> usize {
        let slices = self.slices.borrow();
        (0..slices.len()).map(|at| slices.iter().skip(at).take(SLICES_PER_SECOND).sum()).max().unwrap_or(0)
    }
}

/// The role: `spread|at-once PORT PAGES`.
pub fn run(arguments: &[&str]) {
    let [kind, port, pages] = arguments else { panic!("storm-pages: {arguments:?}") };
    let pages: usize = pages.parse().expect("a number of pages");
    let run = Rc::new(Run {
        port: port.parse().expect("a port"),
        keeps_to_goaway: *kind == "spread",
        opened: Cell::new(0),
        back: Cell::new(0),
        resumed: Cell::new(0),
        refused: Cell::new(0),
        first_lost: Cell::new(None),
        last_back: Cell::new(None),
        slices: RefCell::default(),
        welcome: RefCell::new(Histogram::new()),
        away: RefCell::new(Histogram::new()),
        random: Cell::new(0x9e37_79b9_7f4a_7c15),
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(OPENING));
        for _ in 0..pages {
            let permit = gate.clone().acquire_owned().await.expect("it is never closed");
            tokio::task::spawn_local(live(run.clone(), permit));
        }
        while run.opened.get() < pages {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The last welcomes become durable.
        tokio::time::sleep(Duration::from_secs(1)).await;
        println!("open pages={}", run.opened.get());
        let given_up = Instant::now() + BACK_WITHIN;
        while run.back.get() < pages && Instant::now() < given_up {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let all = run.last_back.get().zip(run.first_lost.get()).map_or(0, |(last, first)| last.duration_since(first).as_micros());
        let (welcome, away) = (run.welcome.take(), run.away.take());
        println!(
            "end back={} resumed={} refused={} all={all} peak={} p50={} p99={} away50={} away99={}",
            run.back.get(),
            run.resumed.get(),
            run.refused.get(),
            run.peak(),
            welcome.quantile(0.5),
            welcome.quantile(0.99),
            away.quantile(0.5),
            away.quantile(0.99),
        );
        let _ = tokio::task::spawn_blocking(process::wait_for_end).await;
    });
}

/// A page: opens, loses its connection, comes back, stays.
async fn live(run: Rc<Run>, opening: tokio::sync::OwnedSemaphorePermit) {
    let stream = StreamId(random_id()).to_string();
    let (mut line, welcome) = loop {
        if let Some(opened) = dial(&run, &stream, None).await {
            break opened;
        }
        tokio::time::sleep(Duration::from_millis(run.between(100, 500))).await;
    };
    drop(opening);
    run.opened.set(run.opened.get() + 1);
    let window = line.until_lost().await;
    let lost = Instant::now();
    if run.first_lost.get().is_none() {
        run.first_lost.set(Some(lost));
    }
    drop(line);
    let mut failures = 0;
    let mut wait_ms = match window.filter(|_| run.keeps_to_goaway) {
        Some((min, max)) => run.between(min, max),
        None => 0,
    };
    loop {
        tokio::time::sleep(Duration::from_millis(wait_ms)).await;
        let dialed = Instant::now();
        if let Some((mut line, again)) = dial(&run, &stream, Some(&welcome)).await {
            run.came_back(dialed, lost, again.resumed);
            line.until_lost().await;
            return;
        }
        run.refused.set(run.refused.get() + 1);
        wait_ms =
            if run.keeps_to_goaway { (STEP_MS + run.between(0, CAP_MS.min(STEP_MS << failures.min(10)))).min(CAP_MS) } else { STEP_MS };
        failures += 1;
    }
}

struct Line {
    stream: TcpStream,
    bytes: Vec<u8>,
}

/// Opens a connection, says hello and waits for the welcome.
async fn dial(run: &Run, stream_id: &str, known: Option<&wire::Welcome>) -> Option<(Line, Box<wire::Welcome>)> {
    let mut stream = TcpStream::connect(("127.0.0.1", run.port)).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let request = format!(
        "GET /v1/socket HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nOrigin: {ORIGIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: floorwalker.v1.msgpack\r\n\r\n",
        run.port
    );
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut line = Line { stream, bytes: Vec::new() };
    let head = loop {
        if line.stream.read_buf(&mut line.bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = line.bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    if !line.bytes.starts_with(b"HTTP/1.1 101") {
        return None;
    }
    line.bytes.drain(..head);
    let resume = known.map(|welcome| wire::Resume { token: welcome.resume.clone(), epoch: welcome.epoch.clone(), rev: rev(welcome) });
    let (session, visitor) = (known.map(|welcome| welcome.session.clone()), known.and_then(|welcome| welcome.visitor.clone()));
    let hello = wire::Hello { resume, session, visitor, ..support::hello(KEY, stream_id.to_owned()) };
    let frame = ClientFrame::Hello(Box::new(hello));
    line.stream.write_all(&masked(&rmp_serde::to_vec_named(&frame).expect("frames have a form"))).await.ok()?;
    loop {
        if let ServerFrame::Welcome(welcome) = line.next().await? {
            return Some((line, welcome));
        }
    }
}

fn rev(welcome: &wire::Welcome) -> u64 {
    welcome.state.as_ref().map_or(0, |state| state.rev)
}

impl Line {
    /// The next frame of the protocol; `None` at the end.
    async fn next(&mut self) -> Option<ServerFrame> {
        loop {
            while let Some((payload, end)) = frame(&self.bytes) {
                let is_binary = self.bytes.first().is_some_and(|first| first & 15 == 2);
                let is_close = self.bytes.first().is_some_and(|first| first & 15 == 8);
                let decoded = if is_binary { rmp_serde::from_slice(payload).ok() } else { None };
                self.bytes.drain(..end);
                if is_close {
                    return None;
                }
                if decoded.is_some() {
                    return decoded;
                }
            }
            if self.stream.read_buf(&mut self.bytes).await.ok()? == 0 {
                return None;
            }
        }
    }

    /// Listens until the connection ends. Returns the last window of a `goaway`.
    async fn until_lost(&mut self) -> Option<(u64, u64)> {
        let mut window = None;
        while let Some(frame) = self.next().await {
            if let ServerFrame::Goaway(goaway) = frame {
                window = Some((u64::from(goaway.min_ms), u64::from(goaway.max_ms)));
            }
        }
        window
    }
}
