//! Orders that the shop's server tells while servers are killed, and results that count each of them once.

use super::http;
use super::server::Place;
use super::world::World;
use super::world::lock;
use floorwalker::decide::Snapshot;
use floorwalker::engine::Archive;
use floorwalker::engine::results::Tables;
use floorwalker::experiment::Column;
use floorwalker::experiment::Outcome;
use floorwalker::history::Entry;
use floorwalker::history::Replay;
use floorwalker::history::Snapshots;
use floorwalker::model::SessionId;
use floorwalker::model::Timestamp;
use floorwalker::session::Effect;
use floorwalker::store::journal::Position;
use floorwalker::store::journal::Reader;
use floorwalker::store::journal::Record;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

/// An order as the shop's server keeps it until it is answered, and after.
#[derive(Debug, Clone)]
pub struct Sale {
    pub value: i64,
    pub session: String,
    /// It was answered as counted.
    pub is_counted: bool,
}

async fn tell(address: SocketAddr, token: &str, order: &str, sale: &Sale) -> Option<Value> {
    let body = serde_json::json!({ "order": order, "valueMinor": sale.value, "session": sale.session }).to_string();
    let answer = http::post(address, "/v1/orders", Some(token), "application/json", body.as_bytes()).await?;
    if answer.status == 200 { serde_json::from_slice(&answer.body).ok() } else { None }
}

/// Tells of an order by a browser whose visit the server has promised to know. Unanswered, it is told again later.
pub async fn sell_one(world: &World, address: SocketAddr, token: &str) {
    let number = lock(&world.sold).len();
    let browsers = world.browsers();
    let session = browsers.iter().cycle().skip(number * 7).take(browsers.len()).find_map(|browser| {
        let memory = browser.memory();
        memory.session.clone().filter(|_| memory.is_known)
    });
    let Some(session) = session else { return };
    let order = format!("sale-{number}");
    let mut sale = Sale { value: 1_000 + number as i64, session, is_counted: false };
    lock(&world.sold).insert(order.clone(), sale.clone());
    if let Some(answer) = tell(address, token, &order, &sale).await {
        sale.is_counted = !answer["counted"].is_null();
        lock(&world.sold).insert(order, sale);
    }
}

/// What was answered is known, and what was not is told until it is.
pub async fn check(world: &World, address: SocketAddr, token: &str) {
    let sold = lock(&world.sold).clone();
    for (order, mut sale) in sold {
        let Some(answer) = tell(address, token, &order, &sale).await else {
            world.complain("shop", "an order is heard", "an answer", "none");
            continue;
        };
        let counted = answer["counted"].as_str();
        if sale.is_counted && counted != Some("again") {
            world.complain("shop", "an order that was heard stays heard", format!("{order} again"), &answer);
        }
        sale.is_counted = counted.is_some();
        lock(&world.sold).insert(order, sale);
    }
}

struct Kept(Archive);

impl Snapshots for Kept {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        self.0.snapshot(version)
    }
}

type Unit = (u64, usize, [u8; 16]);

/// Counts everything anew from the first record of the journal, and holds the totals against it. Nobody may be serving.
pub fn recount(world: &World, place: &Place) {
    let reader = Reader::open(&place.data.join("journal")).expect("the journal");
    let archive = Kept(Archive::open(&place.data.join("snapshots")).expect("the snapshots"));
    let mut replays: BTreeMap<SessionId, Replay> = BTreeMap::new();
    let mut last: BTreeMap<Unit, Outcome> = BTreeMap::new();
    let mut wrong = Vec::new();
    let scanned = reader.scan(|record| {
        let replay = replays.entry(SessionId(record.session)).or_insert_with(|| Replay::new(None));
        let entry = Entry::read(record.kind, &record.payload).expect("a record of ours");
        match replay.step(Timestamp(record.at_us), entry, &archive) {
            Ok(step) if step.is_same() => {}
            other => wrong.push(format!("the record at {}: {other:?}", record.position)),
        }
        for measured in replay.effects().list.iter().filter_map(Effect::measured) {
            let unit = (measured.experiment.0, measured.entry.arm.slot(), measured.entry.unit.0);
            if measured.before != last.get(&unit).cloned() {
                wrong.push(format!("unit {unit:?} was told {:?} and goes on from {:?}", last.get(&unit), measured.before));
            }
            last.insert(unit, measured.after.clone());
        }
        ControlFlow::Continue(())
    });
    scanned.expect("the journal can be read");
    for what in wrong {
        world.complain("results", "the records follow each other", "what was told before", what);
    }

    let mut sums: BTreeMap<(u64, usize), [i128; 5]> = BTreeMap::new();
    for ((experiment, slot, _), outcome) in &last {
        let brought = [1, outcome.orders.into(), outcome.revenue.into(), outcome.profit.into(), outcome.page_views.into()];
        sums.entry((*experiment, *slot)).or_default().iter_mut().zip(brought).for_each(|(sum, more)| *sum += more);
    }
    let mut tables = Tables::read(&place.data.join("results")).expect("the totals").unwrap_or_default();
    tables.continue_in(reader.epoch());
    let scan = |from: Position, visit: &mut dyn FnMut(Record) -> ControlFlow<()>| {
        reader.scan(|record| if record.position < from { ControlFlow::Continue(()) } else { visit(record) })?;
        Ok(reader.end().max(from))
    };
    tables.catch_up(reader.end(), &archive, scan).expect("the journal can be read");
    let mut found = BTreeMap::new();
    for trial in tables.trials() {
        for (slot, arm) in trial.totals.arms().iter().enumerate().filter(|(_, arm)| arm.units() > 0) {
            let columns = [Column::Orders, Column::Revenue, Column::Profit, Column::PageViews].map(|column| arm.sum(column));
            let [orders, revenue, profit, views] = columns;
            found.insert((trial.key.0, slot), [arm.units().into(), orders, revenue, profit, views]);
        }
    }
    if found != sums {
        world.complain("results", "the totals are what the journal says", format!("{sums:?}"), format!("{found:?}"));
    }
    let (units, orders): (i128, i128) = sums.values().fold((0, 0), |sum, arm| (sum.0 + arm[0], sum.1 + arm[1]));
    println!(
        "results: {units} units in {} arms and {orders} counts of {} orders are what the journal says",
        sums.len(),
        lock(&world.sold).len()
    );
}
