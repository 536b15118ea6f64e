//! Results are a fold over the journal: exact over restarts and lost files, whoever tells an order and whenever.

use super::support::*;
use super::*;
use crate::engine::Counted;
use crate::engine::Joined;
use crate::engine::SaleError;
use crate::engine::ToldSale;
use crate::engine::results::Tables;
use crate::engine::results::Trial;
use crate::experiment::ArmTotals;
use crate::experiment::Column;
use crate::experiment::Outcome;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Snapshots;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::session::Effect;
use crate::store::journal::Position;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

/// Visits are over after a fifth of a second of silence.
fn brief() -> Snapshot {
    let mut snapshot = banner();
    let settings = Arc::make_mut(&mut snapshot.settings);
    settings.visit.ends_after = Duration::from_millis(200);
    snapshot
}

async fn start(directory: &Path, stores: &Stores, snapshot: Snapshot) -> Arc<Engine> {
    Engine::start(config(directory), stores.clone(), Clock::system(), snapshot).await.unwrap()
}

fn place(name: &str) -> (std::path::PathBuf, Stores) {
    let directory = std::env::temp_dir().join(format!("floorwalker-{name}-{}", StreamId(random_id())));
    (directory, Stores::of(Arc::new(MemoryStore::default())))
}

/// A shopper who agreed to everything but being remembered enters the experiment and orders, if `order` is a value. Returns the token.
async fn visit(engine: &Arc<Engine>, id: &str, order: Option<i64>) -> String {
    let mut hello = shopper();
    hello.consent.measure = Some(true);
    let (page, welcome) = open(engine, hello).await;
    put_in_cart(&page, 1, 100).await;
    put_in_cart(&page, 2, 4_000).await;
    let mut last = 2;
    if let Some(value) = order {
        let text = r#"{"events":{"first":3,"sentAt":1,"list":[{"at":1,"event":{"order":{"id":"ID","currency":"USD","value":VALUE}}}]}}"#;
        page.send(text.replace("ID", id).replace("VALUE", &value.to_string()).into_bytes().into()).await.unwrap();
        last = 3;
    }
    loop {
        if let ServerFrame::Ack(ack) = next(&page).await {
            assert!(ack.rejected.is_empty(), "{ack:?}");
            if ack.seq == last {
                return welcome.session.clone();
            }
        }
    }
}

struct Archived<'a>(&'a Engine);

impl Snapshots for Archived<'_> {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        let now = self.0.snapshot.load_full();
        if now.version == version { Some(now) } else { self.0.archive.snapshot(version) }
    }
}

/// What units have brought by the slow way: every visit from its first record on, and of every unit the last word.
fn recount(engine: &Engine) -> BTreeMap<(u64, usize, [u8; 16]), Outcome> {
    let mut replays: BTreeMap<SessionId, Replay> = BTreeMap::new();
    let mut last = BTreeMap::new();
    let read = |record: crate::store::journal::Record| {
        let replay = replays.entry(SessionId(record.session)).or_insert_with(|| Replay::new(None));
        let entry = Entry::read(record.kind, &record.payload).unwrap();
        assert!(replay.step(Timestamp(record.at_us), entry, &Archived(engine)).unwrap().is_same(), "{record:?}");
        for measured in replay.effects().list.iter().filter_map(Effect::measured) {
            let key = (measured.experiment.0, measured.entry.arm.slot(), measured.entry.unit.0);
            assert_eq!(measured.before, last.get(&key).cloned(), "what is told follows what was told before");
            last.insert(key, measured.after.clone());
        }
        ControlFlow::Continue(())
    };
    let mut read = read;
    engine.journal.flush().unwrap();
    engine.journal.scan(Position::NONE, &mut read).unwrap();
    last
}

async fn tables(engine: &Arc<Engine>) -> Arc<Tables> {
    let flushing = engine.clone();
    tokio::task::spawn_blocking(move || flushing.journal.flush().unwrap()).await.unwrap();
    engine.results.save().await;
    engine.results.tables()
}

/// Units, orders, revenue, profit and refunds of an arm.
fn sums_in(arm: &ArmTotals) -> [i64; 5] {
    let sum = |column| i64::try_from(arm.sum(column)).unwrap();
    [arm.units() as i64, sum(Column::Orders), sum(Column::Revenue), sum(Column::Profit), sum(Column::Refunded)]
}

fn sums_of(trial: &Trial) -> [i64; 5] {
    let add = |mut all: [i64; 5], arm: [i64; 5]| {
        all.iter_mut().zip(arm).for_each(|(sum, more)| *sum += more);
        all
    };
    trial.totals.arms().iter().map(sums_in).fold([0; 5], add)
}

/// The totals say what the slow way says.
async fn compare(engine: &Arc<Engine>) {
    let tables = tables(engine).await;
    let slow = recount(engine);
    let mut sums: BTreeMap<(u64, usize), [i64; 5]> = BTreeMap::new();
    for ((experiment, slot, _), outcome) in &slow {
        let sum = sums.entry((*experiment, *slot)).or_default();
        let brought = [1, outcome.orders.into(), outcome.revenue, outcome.profit, outcome.refunded];
        sum.iter_mut().zip(brought).for_each(|(sum, more)| *sum += more);
    }
    let mut found = BTreeMap::new();
    for trial in tables.trials() {
        for (slot, arm) in trial.totals.arms().iter().enumerate().filter(|(_, arm)| arm.units() > 0) {
            found.insert((trial.key.0, slot), sums_in(arm));
        }
    }
    assert_eq!(found, sums);
}

fn told(order: &str, value: i64, session: Option<&str>) -> ToldSale {
    let sale = Sale { order: key_of(order), value, discount: 0, cost: None, lines: Vec::new() };
    ToldSale { sale, codes: Vec::new(), session: session.map(str::to_owned), visitor: None }
}

fn back(order: &str, refund: &str, amount: i64) -> Refund {
    Refund { order: key_of(order), refund: key_of(refund), amount, goods: 0 }
}

#[tokio::test]
async fn totals_are_what_the_journal_says_after_restarts_and_without_their_file() {
    let (directory, stores) = place("results");
    let mut engine = start(&directory, &stores, banner()).await;
    for round in 0..3 {
        for n in 0..4 {
            visit(&engine, &format!("o{round}-{n}"), (n % 2 == 0).then_some(1_000 + n)).await;
        }
        compare(&engine).await;
        engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
        let saved = Tables::read(&directory.join("results")).unwrap().unwrap();
        if round == 1 {
            std::fs::remove_dir_all(directory.join("results")).unwrap();
        }
        engine = start(&directory, &stores, banner()).await;
        let again = tables(&engine).await;
        assert_eq!(again.to_bytes(), saved.to_bytes(), "the same journal gives the same totals, byte for byte");
        let reports = |tables: &Tables| {
            let all: Vec<_> = tables.trials().into_iter().map(|trial| trial.report(tables.watermark)).collect();
            serde_json::to_string(&all).unwrap()
        };
        assert_eq!(reports(&again), reports(&saved));
        assert_eq!(again.find("nudge").unwrap().totals.arms().iter().map(|arm| arm.units()).sum::<u64>(), 4 * (round + 1));
    }
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(&directory);
}

#[tokio::test]
async fn the_shop_may_tell_of_an_order_while_the_visit_lives_and_after_it_is_over() {
    let (directory, stores) = place("orders");
    let engine = start(&directory, &stores, brief()).await;
    let token = visit(&engine, "o1", Some(1_000)).await;
    let heard = engine.hear_sale(told("o1", 900, Some(&token))).await.unwrap();
    assert_eq!((heard.counted, heard.experiments), (Counted::Confirmed, 1), "the shop's word takes the place of the page's");
    assert_eq!(engine.hear_sale(told("o1", 900, None)).await.unwrap().counted, Counted::Again);
    until("the visit is over", || engine.directory.is_empty()).await;

    let heard = engine.hear_sale(told("o2", 500, Some(&token))).await.unwrap();
    assert_eq!((heard.counted, heard.joined), (Counted::New, Some(Joined::Session)));
    let heard = engine.hear_sale(told("o2", 500, None)).await.unwrap();
    assert_eq!((heard.counted, heard.joined), (Counted::Again, Some(Joined::Order)), "its id is enough now");
    assert_eq!(engine.hear_refund(back("o1", "r1", 300)).await.unwrap().counted, Counted::New);
    assert_eq!(engine.hear_refund(back("o1", "r1", 300)).await.unwrap().counted, Counted::Again);
    assert_eq!(engine.hear_refund(back("o9", "r1", 300)).await, Err(SaleError::UnknownOrder));
    assert_eq!(engine.hear_sale(told("o3", 500, Some("no token"))).await.unwrap().counted, Counted::Nowhere);
    compare(&engine).await;
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;

    let engine = start(&directory, &stores, brief()).await;
    assert_eq!(engine.hear_refund(back("o2", "r2", 100)).await.unwrap().counted, Counted::New, "after a restart, too");
    compare(&engine).await;
    let tables = tables(&engine).await;
    let sums = sums_of(tables.find("nudge").unwrap());
    assert_eq!(sums, [1, 2, 900 + 500 - 400, 900 + 500 - 400, 400]);
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(&directory);
}

#[tokio::test]
async fn many_words_about_one_unit_at_once_each_count_once() {
    let (directory, stores) = place("at-once");
    let engine = start(&directory, &stores, brief()).await;
    let token = visit(&engine, "o0", None).await;
    until("the visit is over", || engine.directory.is_empty()).await;
    let tell = |n: i64| {
        let (engine, token) = (engine.clone(), token.clone());
        async move { engine.hear_sale(told(&format!("o{}", n % 4), 100 * (1 + n % 4), Some(&token))).await.unwrap().counted }
    };
    let counted = futures_util::future::join_all((0..12).map(tell)).await;
    assert_eq!(counted.iter().filter(|counted| **counted == Counted::New).count(), 4, "{counted:?}");
    compare(&engine).await;
    engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    let _ = std::fs::remove_dir_all(&directory);
}
