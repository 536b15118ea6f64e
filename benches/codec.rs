//! The wire: time and bytes per frame.
//!
//! Budget: the codec stays under a tenth of a reaction, so under 1 us for an event in and a push out together, and writing into a buffer
//! that is used again allocates nothing. Sketch: named maps cost about three times the time and twice the bytes of arrays, and in return
//! an older reader survives a new field.
//!
//! Baselines in the same run: MessagePack arrays of the same types, and a copy of the same bytes.
//! Gates (exit code 1): bytes per frame, and allocations per encoded frame.
//!
//! Measured on a 2-core virtual AMD EPYC with a load of 3.3 (ns and bytes):
//!
//! ```text
//!                           named       JSON        arrays     copy
//! decode event           735   151    982   186   580   110      10
//! decode hello         2,186   507  3,055   690     -   265      10
//! encode push: fill      193   261    516   326   151   178       8
//! encode 8 products      768 1,374  2,350 1,659   507   971      18
//! ```

#![allow(clippy::panic, clippy::unwrap_used, reason = "a bench that cannot measure has nothing else to say")]

#[path = "support/mod.rs"]
mod support;

use floorwalker::protocol::Encoding;
use floorwalker::protocol::Inbound;
use floorwalker::protocol::decode;
use floorwalker::protocol::encode;
use floorwalker::protocol::wire;
use floorwalker::protocol::wire::ClientFrame;
use floorwalker::protocol::wire::ServerFrame;
use std::hint::black_box;
use std::time::Instant;
use support::Gate;
use support::counting;

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::COUNTING;

fn main() {
    let rounds = if support::is_quick() { 50 } else { 20_000 };
    let mut gate = Gate::default();
    let mut rows = Vec::new();
    let hello = ClientFrame::Hello(Box::new(support::hello("pk_demo", "0".repeat(32))));
    // Bytes allowed are what was measured plus a field or two.
    for (name, bytes_max, frame) in [("event", 180, support::batch(4_711, support::asked())), ("hello", 800, hello)] {
        decoding(rounds, name, bytes_max, &frame, &mut rows, &mut gate);
    }
    for (name, bytes_max, frame) in [("ack", 24, ack()), ("push: fill", 400, push(fill())), ("push: 8 products", 2_000, push(recommend()))]
    {
        encoding(rounds, name, bytes_max, &frame, &mut rows, &mut gate);
    }
    let head = ["frame", "named ns", "bytes", "JSON ns", "bytes", "arrays ns", "bytes", "copy ns", "named / arrays", "allocations"];
    support::table("Codec, best of five", &head, &rows);
    gate.finish();
}

fn decoding(rounds: u32, name: &str, bytes_max: usize, frame: &ClientFrame, rows: &mut Vec<Vec<String>>, gate: &mut Gate) {
    let named = rmp_serde::to_vec_named(frame).expect("frames have a form");
    let json = serde_json::to_vec(frame).expect("frames have a form");
    let arrays = rmp_serde::to_vec(frame).expect("frames have a form");
    for (encoding, bytes) in [(Encoding::MessagePack, &named), (Encoding::Json, &json)] {
        gate.check(decode(encoding, bytes) == Ok(Inbound::Frame(frame.clone())), || format!("{name} is not read back from {encoding:?}"));
    }
    gate.check(named.len() <= bytes_max, || format!("{name}: {} bytes, {bytes_max} allowed", named.len()));
    let before = counting::allocations();
    black_box(decode(Encoding::MessagePack, black_box(&named))).ok();
    let allocations = counting::allocations() - before;
    let mut copy = Vec::with_capacity(json.len());
    // Arrays cannot skip what is absent, which named maps can: where they cannot be read back there is no number.
    let can_array = rmp_serde::from_slice::<ClientFrame>(&arrays).is_ok();
    let times = [
        best(rounds, || drop(black_box(decode(Encoding::MessagePack, black_box(&named))))),
        best(rounds, || drop(black_box(decode(Encoding::Json, black_box(&json))))),
        if can_array { best(rounds, || drop(black_box(rmp_serde::from_slice::<ClientFrame>(black_box(&arrays))))) } else { f64::NAN },
        best(rounds, || {
            copy.clear();
            copy.extend_from_slice(black_box(&named));
            black_box(&copy);
        }),
    ];
    rows.push(row(&format!("decode {name}"), times, [named.len(), json.len(), arrays.len()], allocations));
}

fn encoding(rounds: u32, name: &str, bytes_max: usize, frame: &ServerFrame, rows: &mut Vec<Vec<String>>, gate: &mut Gate) {
    let mut out = Vec::with_capacity(8 * 1_024);
    let mut write = |encoding| {
        out.clear();
        encode(encoding, black_box(frame), &mut out);
        black_box(&out).len()
    };
    let before = counting::allocations();
    let named = write(Encoding::MessagePack);
    let allocations = counting::allocations() - before;
    gate.check(named <= bytes_max, || format!("{name}: {named} bytes, {bytes_max} allowed"));
    gate.check(allocations == 0, || format!("{allocations} allocations to encode {name}, 0 allowed"));
    let json = write(Encoding::Json);
    let times = [best(rounds, || _ = write(Encoding::MessagePack)), best(rounds, || _ = write(Encoding::Json))];
    let arrays = rmp_serde::to_vec(frame).expect("frames have a form");
    let bytes = rmp_serde::to_vec_named(frame).expect("frames have a form");
    let array_time = best(rounds, || {
        out.clear();
        rmp_serde::encode::write(&mut out, black_box(frame)).expect("writing to a Vec cannot fail");
        black_box(&out);
    });
    let copy_time = best(rounds, || {
        out.clear();
        out.extend_from_slice(black_box(&bytes));
        black_box(&out);
    });
    rows.push(row(&format!("encode {name}"), [times[0], times[1], array_time, copy_time], [named, json, arrays.len()], allocations));
}

fn row(name: &str, times: [f64; 4], bytes: [usize; 3], allocations: u64) -> Vec<String> {
    let [named, json, arrays, copy] = times;
    let time = |nanos: f64| if nanos.is_nan() { "-".to_owned() } else { format!("{nanos:.0}") };
    let ratio = if arrays.is_nan() { "-".to_owned() } else { format!("{:.2}", named / arrays) };
    vec![
        name.to_owned(),
        time(named),
        bytes[0].to_string(),
        time(json),
        bytes[1].to_string(),
        time(arrays),
        bytes[2].to_string(),
        time(copy),
        ratio,
        allocations.to_string(),
    ]
}

/// Nanoseconds per call, best of five rounds.
fn best(rounds: u32, mut call: impl FnMut()) -> f64 {
    (0..5)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..rounds {
                call();
            }
            started.elapsed().as_nanos() as f64 / f64::from(rounds)
        })
        .fold(f64::INFINITY, f64::min)
}

fn ack() -> ServerFrame {
    ServerFrame::Ack(wire::Ack { seq: 4_711, rejected: Vec::new() })
}

fn push(op: wire::Op) -> ServerFrame {
    let decision = wire::Decision {
        id: "d17".to_owned(),
        campaign: "free-shipping-nudge".to_owned(),
        variant: "a".to_owned(),
        why: "Because of what is in your cart.".to_owned(),
        used: vec!["your cart".to_owned()],
        notice: None,
    };
    ServerFrame::Push(wire::Push { from: 16, rev: 17, patches: vec![wire::Patch { op, decision: Some(decision), ttl_ms: 0 }] })
}

fn fill() -> wire::Op {
    let data = [("title", "Only $12.00 to free shipping"), ("text", "See what goes with it"), ("href", "/c/home.kitchen")];
    wire::Op::Fill {
        placement: "banner".to_owned(),
        template: "banner".to_owned(),
        data: data.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect(),
    }
}

fn recommend() -> wire::Op {
    let item = |number: u32| wire::Item {
        id: number.to_string(),
        name: format!("Product number {number}"),
        href: format!("/p/{number}"),
        image: format!("/pictures/{number}.svg"),
        price: "$1,299.00".to_owned(),
        brand: "Brand".to_owned(),
        reason: "Often viewed together with Product 7".to_owned(),
    };
    wire::Op::Recommend {
        placement: "recommendations".to_owned(),
        template: "card".to_owned(),
        title: Some("Goes well with it".to_owned()),
        strategy: "often_viewed_together".to_owned(),
        items: (100..108).map(item).collect(),
    }
}
