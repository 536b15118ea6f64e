//! The pure core: time and allocations per input, bytes per session.
//!
//! Budget: at most 2 us per event at 100 campaigns, 4 us at 10,000 of which 20 match; no allocation on events that change nothing on the
//! page; packed state 1.5 KiB typical, 4 KiB worst. Sketch: an event is a binary search in the trigger index, one condition program per
//! match, and, for the one that acts, a text per field, one `Arc` and the effects.
//!
//! The baseline beside it is the cheapest honest thing that keeps per-visitor state: a hash map lookup and one counter.
//! `--quick` checks allocations and bytes only. Gates (exit code 1): allocations of quiet events, packed bytes.
//!
//! Measured on a 2-core virtual AMD EPYC with a load of 3.3 (ns per input, allocations):
//!
//! ```text
//! campaigns (listening)          10 (1)    100 (5)   1,000 (10)  10,000 (20)
//! nobody waits for it           144, 0     150, 0       160, 0       172, 0
//! attention beat                227, 0     230, 0       239, 0       253, 0
//! look at a product             502, 0     506, 0       507, 0       504, 0
//! answered: decide and push   1,394, 8   1,691, 8     2,076, 8     3,084, 8
//! packed 519 B new, 1,074 B typical, 3,264 B worst; live heap up to 7,889 B beside 1,480 B inline
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to say")]

#[path = "support/mod.rs"]
mod support;

use floorwalker::consent::Consent;
use floorwalker::consent::Signal;
use floorwalker::consent::Source;
use floorwalker::decide::Snapshot;
use floorwalker::engine::Peer;
use floorwalker::engine::context;
use floorwalker::engine::translate;
use floorwalker::experiment::Unit;
use floorwalker::model::Cart;
use floorwalker::model::CartLine;
use floorwalker::model::Currency;
use floorwalker::model::Event;
use floorwalker::model::ExitSignal;
use floorwalker::model::Key;
use floorwalker::model::SessionId;
use floorwalker::model::StreamId;
use floorwalker::model::Timestamp;
use floorwalker::model::VisitorId;
use floorwalker::model::key_of;
use floorwalker::session::Effects;
use floorwalker::session::Input;
use floorwalker::session::Profile;
use floorwalker::session::Session;
use floorwalker::session::Start;
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;
use support::Gate;
use support::counting;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::COUNTING;

const STREAM: StreamId = StreamId([7; 16]);
/// Time between two inputs; all of a measurement stay far from the silence that ends a visit.
const STEP_US: u64 = 2_000;

/// A session with its clock and buffers.
struct Bench<'a> {
    session: Session,
    at: u64,
    snapshot: &'a Snapshot,
    effects: Effects,
}

impl<'a> Bench<'a> {
    /// A visit of a remembered visitor who agreed, on a page with placements.
    fn new(snapshot: &'a Snapshot) -> Bench<'a> {
        Bench::with(snapshot, "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    }

    fn with(snapshot: &'a Snapshot, user_agent: &str) -> Bench<'a> {
        let hello = support::hello("pk", STREAM.to_string());
        let context = context(&hello, &Peer { user_agent: user_agent.to_owned(), ..Peer::default() });
        let start = Start { id: SessionId([1; 16]), unit: Unit([1; 16]), context, consent: Consent::new(true), preview: false };
        let at = 1_700_000_000_000_000;
        let mut bench = Bench { session: Session::new(Timestamp(at), start), at, snapshot, effects: Effects::default() };
        let signal = Signal { personalize: Some(true), remember: Some(true), measure: Some(true), share: None, session: None };
        bench.apply(Input::Consent { source: Source::Page, signal, gpc: false, others: Vec::new() });
        bench.apply(Input::Remembered(Box::new(Profile::new(VisitorId([2; 16]), Timestamp(at)))));
        let page = translate::page(hello.page).expect("within the limits");
        bench.apply(Input::Attach { stream: STREAM, page: Box::new(page), visible: true });
        bench
    }

    fn apply(&mut self, input: Input) {
        self.at += STEP_US;
        self.session.apply(Timestamp(self.at), input, self.snapshot, &mut self.effects);
        black_box(&self.effects);
        assert!(!self.session.is_ended(), "an ended visit measures nothing");
        self.effects.clear();
    }

    fn event(&mut self, event: Event) {
        self.apply(Input::Event { stream: STREAM, late: false, event });
    }

    /// Nanoseconds (best of five rounds) and allocations per input.
    fn measure(&mut self, inputs: u64, event: impl Fn(u64) -> Event) -> (f64, f64) {
        for number in 0..200 {
            self.event(event(number));
        }
        let allocations = counting::allocations();
        for number in 0..1_000 {
            self.event(event(number));
        }
        let allocations = (counting::allocations() - allocations) as f64 / 1_000.0;
        let best = (0..5)
            .map(|_| {
                let started = Instant::now();
                for number in 0..inputs {
                    self.event(event(number));
                }
                started.elapsed().as_nanos() as f64 / inputs as f64
            })
            .fold(f64::INFINITY, f64::min);
        (best, allocations)
    }
}

fn main() {
    let quick = support::is_quick();
    let inputs = if quick { 200 } else { 40_000 };
    let mut gate = Gate::default();
    let mut rows = Vec::new();
    for (campaigns, answering) in [(0, 0), (10, 1), (100, 5), (1_000, 10), (10_000, 20)] {
        if quick && campaigns > 1_000 {
            continue;
        }
        let snapshot = support::snapshot(campaigns, answering);
        let mut rate = |name: &str, quiet: bool, event: &dyn Fn(u64) -> Event| {
            let mut bench = Bench::new(&snapshot);
            let (nanos, allocations) = bench.measure(inputs, event);
            gate.check(!quiet || allocations == 0.0, || {
                format!("{allocations} allocations per `{name}` at {campaigns} campaigns, 0 allowed")
            });
            let per_second = format!("{:.0}", 1e9 / nanos);
            rows.push(vec![name.to_owned(), campaigns.to_string(), format!("{nanos:.0}"), per_second, format!("{allocations:.1}")]);
        };
        let (asked, other, target) = (key_of(support::ASKED), key_of("nobody-listens"), key_of("nothing"));
        rate("event nobody waits for", true, &|_| Event::Custom { name: other });
        rate("attention beat", true, &|_| Event::Attention { active: true });
        rate("scroll", true, &|number| Event::Scroll { depth: (number % 100) as u8 });
        rate("click", true, &|_| Event::Click { target, product: Key::NONE });
        rate("exit signal and return", true, &|number| Event::Exit {
            signal: if number % 2 == 0 { ExitSignal::PointerTop } else { ExitSignal::Returned },
            speed: 900.0,
        });
        rate("look at a product", true, &|number| Event::ProductView { product: key_of(["1", "2", "3", "4"][number as usize % 4]) });
        if answering > 0 {
            rate("answered: decide and push", false, &|_| Event::Custom { name: asked });
            // On a phone no condition holds.
            let phone =
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
            let (nanos, allocations) = Bench::with(&snapshot, phone).measure(inputs, |_| Event::Custom { name: asked });
            gate.check(allocations == 0.0, || format!("{allocations} allocations when all are refused at {campaigns} campaigns"));
            rows.push(vec![
                "matched, all refused".to_owned(),
                campaigns.to_string(),
                format!("{nanos:.0}"),
                format!("{:.0}", 1e9 / nanos),
                format!("{allocations:.1}"),
            ]);
        }
    }
    let (nanos, allocations) = baseline(inputs);
    rows.push(vec![
        "baseline: map lookup, counter".into(),
        "-".into(),
        format!("{nanos:.0}"),
        format!("{:.0}", 1e9 / nanos),
        format!("{allocations:.1}"),
    ]);
    support::table("Session::apply, one core", &["input", "campaigns", "ns", "inputs/s", "allocations"], &rows);
    bytes(&mut gate);
    gate.finish();
}

/// The least a server that keeps state per visitor does with an event.
fn baseline(inputs: u64) -> (f64, f64) {
    let mut counters: HashMap<StreamId, HashMap<Key, u64>> =
        (0..10_000_u128).map(|id| (StreamId(id.to_be_bytes()), HashMap::new())).collect();
    counters.insert(STREAM, HashMap::new());
    let mut count = |name: Key| *counters.entry(STREAM).or_default().entry(black_box(name)).or_insert(0) += 1;
    let name = key_of("nobody-listens");
    count(name);
    let before = counting::allocations();
    let started = Instant::now();
    for _ in 0..inputs {
        count(name);
    }
    (started.elapsed().as_nanos() as f64 / inputs as f64, (counting::allocations() - before) as f64 / inputs as f64)
}

/// Packed and live bytes of a session.
fn bytes(gate: &mut Gate) {
    let snapshot = support::snapshot(100, 5);
    let mut rows = Vec::new();
    let mut size = |name: &str, packed_max: usize, fill: &dyn Fn(&mut Bench)| {
        let mut bench = Bench::new(&snapshot);
        fill(&mut bench);
        bench.effects = Effects::default();
        let packed = rmp_serde::to_vec(&bench.session).expect("a session has a form").len();
        let before = counting::live_bytes();
        let copy = Box::new(bench.session.clone());
        let live = counting::live_bytes() - before;
        // What stands on a page is shared between copies, so it is counted from its packed size.
        let shared = copy.desired(STREAM).map(|held| rmp_serde::to_vec(&**held).map_or(0, |bytes| bytes.len())).sum::<usize>();
        gate.check(packed <= packed_max, || format!("{packed} packed bytes of a {name} session, {packed_max} allowed"));
        rows.push(vec![
            name.to_owned(),
            packed.to_string(),
            packed_max.to_string(),
            live.to_string(),
            shared.to_string(),
            size_of::<Session>().to_string(),
        ]);
    };
    size("new", 1_024, &|_| {});
    size("typical", 1_536, &typical);
    size("worst", 4_096, &|bench| {
        typical(bench);
        for number in 0..24 {
            bench.event(Event::ProductView { product: key_of(&number.to_string()) });
        }
        let lines = (0..Session::CART_LINES_MAX).map(|number| CartLine { product: key_of(&number.to_string()), quantity: 1, price: 1_000 });
        bench.event(Event::Cart(Cart { currency: Currency::USD, lines: lines.collect() }));
        for tab in 0..Session::STREAMS_MAX as u8 {
            let page = translate::page(support::page()).expect("within the limits");
            bench.apply(Input::Attach { stream: StreamId([tab; 16]), page: Box::new(page), visible: true });
        }
    });
    let head = ["session", "packed", "allowed", "live heap", "of it on the page (packed)", "inline"];
    support::table("Bytes of a session", &head, &rows);
}

/// Five pages, five products, three lines in the cart, one filled placement.
fn typical(bench: &mut Bench) {
    for number in 0..5 {
        let page = translate::page(support::page()).expect("within the limits");
        bench.event(Event::PageView(Box::new(page)));
        bench.event(Event::Attention { active: true });
        bench.event(Event::Scroll { depth: 40 });
        bench.event(Event::ProductView { product: key_of(&number.to_string()) });
    }
    let lines = (0..3).map(|number| CartLine { product: key_of(&number.to_string()), quantity: 1, price: 1_000 });
    bench.event(Event::Cart(Cart { currency: Currency::USD, lines: lines.collect() }));
    bench.event(Event::Custom { name: key_of(support::ASKED) });
}
