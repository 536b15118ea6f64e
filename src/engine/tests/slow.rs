//! A page that does not read: its frames give way to one whole state, and when it takes nothing at all it is closed.

use super::support::*;
use super::*;
use crate::engine::connection::SLOW_AFTER;
use crate::model::Timestamp;
use crate::protocol::Close;
use crate::protocol::wire::Op;
use std::sync::atomic::Ordering;

/// More than a pipe and the queue behind it hold.
const EVENTS: u64 = 150;
const PIPE_FRAMES: usize = 4;

fn clock() -> Clock {
    Clock::manual(Timestamp(1_000_000_000))
}

/// Changes the cart so often that every change is answered, and waits until all are applied.
async fn overwhelm(engine: &Engine, pipe: &Pipe, first: u64) {
    let before = engine.stats.events.load(Ordering::Relaxed);
    for seq in first..first + EVENTS {
        put_in_cart(pipe, seq, if seq % 2 == 1 { 4_000 } else { 1_000 }).await;
    }
    until("all events are applied", || engine.stats.events.load(Ordering::Relaxed) == before + EVENTS).await;
}

/// Reads until an acknowledgement of `seq`, with time passing.
async fn read_to_ack(clock: &Clock, pipe: &Pipe, seq: u64) -> Vec<ServerFrame> {
    let mut told = Vec::new();
    loop {
        let Ok(frame) = tokio::time::timeout(Duration::from_millis(20), pipe.recv()).await else {
            clock.advance(Duration::from_millis(10));
            continue;
        };
        let frame: ServerFrame = serde_json::from_slice(&frame.unwrap()).unwrap();
        let is_last = matches!(&frame, ServerFrame::Ack(ack) if ack.seq >= seq);
        told.push(frame);
        if is_last {
            return told;
        }
    }
}

#[tokio::test]
async fn a_page_that_reads_late_is_told_the_last_acknowledgement_and_one_whole_state() {
    let clock = clock();
    let shop = Shop::open(clock.clone(), banner()).await;
    let (slow, _) = open_on(&shop.engine, shopper(), Pipe::pair_of(PIPE_FRAMES)).await;
    overwhelm(&shop.engine, &slow, 1).await;
    // One event more, which changes nothing, shows where the answers to all before it end.
    let told = tokio::spawn({
        let clock = clock.clone();
        async move {
            put_in_cart(&slow, EVENTS + 1, 900).await;
            let told = read_to_ack(&clock, &slow, EVENTS + 1).await;
            assert_eq!(slow.closed(), None);
            told
        }
    });
    let told = told.await.unwrap();
    let state = told.iter().position(|frame| matches!(frame, ServerFrame::State(_))).unwrap_or_else(|| panic!("no state: {told:?}"));
    let ServerFrame::State(whole) = &told[state] else { unreachable!("found by its kind") };
    // The first cart is where the visit begins; only a change crosses anything.
    assert_eq!(whole.rev, EVENTS - 2, "every change made a revision, and the state has the last");
    assert!(whole.patches.iter().all(|patch| matches!(patch.op, Op::Clear { .. })), "the cart is small again: {whole:?}");
    let before = &told[..state];
    let pushed: Vec<(u64, u64)> =
        before.iter().filter_map(|frame| if let ServerFrame::Push(push) = frame { Some((push.from, push.rev)) } else { None }).collect();
    let expected: Vec<(u64, u64)> = (0..pushed.len() as u64).map(|rev| (rev, rev + 1)).collect();
    assert_eq!(pushed, expected, "what was told before is whole too");
    assert!(before.len() <= PIPE_FRAMES + 1, "what was given up is not told: {before:?}");
    let after = &told[state + 1..];
    assert!(after.iter().all(|frame| matches!(frame, ServerFrame::Ack(_))), "one state, and nothing it holds already: {after:?}");
}

#[tokio::test]
async fn a_page_that_never_reads_is_closed_in_time_and_its_neighbors_notice_nothing() {
    let clock = clock();
    let shop = Shop::open(clock.clone(), banner()).await;
    let engine = &shop.engine;
    let (slow, welcome) = open_on(engine, shopper(), Pipe::pair_of(PIPE_FRAMES)).await;
    let tab = wire::Hello { session: Some(welcome.session.clone()), ..shopper() };
    let (tab, _) = open(engine, tab).await;
    let (other, _) = open(engine, shopper()).await;
    assert_eq!(engine.directory.len(), 2, "two tabs of one visit, and another visit");
    overwhelm(engine, &slow, 1).await;
    // The queue is given up again and again; that does not count as reading.
    for round in 1..10 {
        clock.advance(SLOW_AFTER / 10);
        overwhelm(engine, &slow, round * EVENTS + 1).await;
        put_in_cart(&other, round, if round % 2 == 1 { 4_000 } else { 1_000 }).await;
        read_to_ack(&clock, &other, round).await;
    }
    assert_eq!(slow.closed(), None, "not before its time");
    clock.advance(SLOW_AFTER / 10 + Duration::from_millis(20));
    until("the slow page is closed", || slow.closed().is_some()).await;
    assert_eq!(slow.closed(), Some(Close::SlowConsumer.code()));
    assert_eq!((tab.closed(), other.closed()), (None, None));
    put_in_cart(&tab, 1, 5_000).await;
    read_to_ack(&clock, &tab, 1).await;
    put_in_cart(&other, 10, 1_000).await;
    read_to_ack(&clock, &other, 10).await;
}
