//! The ledger against exact values and slow models.

mod histories;
mod life;
mod minting;
mod money;
mod pools;

use super::*;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Money;
use crate::model::Timestamp;
use crate::model::key_of;
use std::time::Duration;

const SECRET: [u8; 32] = [7; 32];

fn ten_percent() -> Terms {
    Terms {
        kind: Kind::Percent,
        amount: 10,
        minimum: 5_000,
        expires: Duration::from_secs(600),
        single_use: true,
        budget: None,
        most: None,
        categories: Default::default(),
        margin_floor: None,
        pool: None,
    }
}

fn budget(count: u32, seconds: u64) -> Budget {
    Budget::of(count, Duration::from_secs(seconds))
}

fn request(subject: &str, terms: Terms) -> Request {
    Request { campaign: key_of("exit"), subject: key_of(subject), currency: Currency::USD, terms, network: None }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn dollars(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn ledger(open: u32) -> Ledger {
    Ledger::new(Limits { open, ..Limits::default() })
}

/// As the shell does it: reserved, logged, minted.
fn minted(ledger: &mut Ledger, time: Timestamp, request: &Request) -> Grant {
    let Answer::Granted(grant) = ledger.grant(time, request, &SECRET) else { panic!("not granted") };
    ledger.apply(&Record::Granted(Box::new(grant.clone()))).unwrap();
    step(ledger, time, grant.key, State::Minted);
    grant
}

fn step(ledger: &mut Ledger, time: Timestamp, key: GrantKey, to: State) {
    let record = ledger.step(time, key, to).unwrap().unwrap();
    ledger.apply(&record).unwrap();
}

/// The record of a new redemption, applied.
fn redeem(ledger: &mut Ledger, time: Timestamp, code: &str, order: &str, goods: i64) -> Record {
    let redemption = ledger.redeem(time, code, order, Some(dollars(goods)), None);
    let Ok(Redemption::New(record)) = redemption else { panic!("not redeemed: {redemption:?}") };
    ledger.apply(&record).unwrap();
    record
}

fn expire(ledger: &mut Ledger, time: Timestamp) -> Vec<Record> {
    let due = ledger.due(time, usize::MAX);
    let records: Vec<Record> = due.into_iter().map(|key| ledger.step(time, key, State::Expired).unwrap().unwrap()).collect();
    records.iter().for_each(|record| ledger.apply(record).unwrap());
    records
}
