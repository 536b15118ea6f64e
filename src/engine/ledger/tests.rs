//! The shell of the ledger over stores that fail, platforms that lie, and restarts.

use crate::catalog::Catalog;
use crate::consent::Consent;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::engine::Clock;
use crate::engine::Config;
use crate::engine::Engine;
use crate::engine::Goods;
use crate::engine::OfferError;
use crate::engine::Offers;
use crate::engine::Platform;
use crate::engine::PoolError;
use crate::engine::random_id;
use crate::model::Cart;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Money;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::offer::Ask;
use crate::offer::Budget;
use crate::offer::CodeError;
use crate::offer::Grant;
use crate::offer::Kind;
use crate::offer::Limits;
use crate::offer::MintOrder;
use crate::offer::Refusal;
use crate::offer::Reply;
use crate::offer::State;
use crate::offer::Terms;
use crate::store::Answer;
use crate::store::Ledger;
use crate::store::MemoryStore;
use crate::store::Replaced;
use crate::store::StoreError;
use crate::store::Stores;
use crate::store::journal;
use futures_util::future::BoxFuture;
use futures_util::future::join_all;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);

struct Shop {
    engine: Arc<Engine>,
    stores: Stores,
    clock: Clock,
    directory: PathBuf,
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

async fn open(stores: Stores, clock: Clock) -> Shop {
    open_with(stores, clock, None).await
}

async fn open_with(stores: Stores, clock: Clock, server_secret: Option<Vec<u8>>) -> Shop {
    let directory = std::env::temp_dir().join(format!("floorwalker-ledger-{}", StreamId(random_id())));
    let config = Config {
        journal_dir: directory.join("journal"),
        snapshots_dir: directory.join("snapshots"),
        learning: crate::engine::LearningConfig::new(directory.join("learned")),
        results_dir: directory.join("results"),
        journal: journal::Config::default(),
        durability: journal::Durability::Memory,
        settings: Settings::default(),
        keys: vec!["pk_test".to_owned()],
        customer_secret: None,
        consent: Consent::new(true),
        sessions_max: 10,
        visitor_remembered: DAY,
        token_keys: vec![[1; 32]],
        offer_secret: [2; 32],
        intake: Default::default(),
        offers: Offers { limits: Limits { keep: DAY * 366, ..Limits::default() }, pool_low: 2, server_secret, ..Offers::default() },
        events_burst: 100,
        events_per_second: 100,
    };
    let snapshot = Snapshot { catalog: Arc::new(Catalog::build(Vec::new(), Currency::USD).0), ..Snapshot::empty() };
    let engine = Engine::start(config, stores.clone(), clock.clone(), snapshot).await.unwrap();
    Shop { engine, stores, clock, directory }
}

async fn fresh() -> Shop {
    open(Stores::of(Arc::new(MemoryStore::default())), Clock::manual(Timestamp::from_millis(1_700_000_000_000))).await
}

/// Another engine on the same data, as after a restart.
async fn again(shop: &Shop) -> Shop {
    shop.engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
    open(shop.stores.clone(), shop.clock.clone()).await
}

fn terms(count: u32) -> Terms {
    Terms {
        kind: Kind::Percent,
        amount: 10,
        minimum: 0,
        expires: DAY,
        single_use: true,
        budget: Some(Budget { value_total: Some(100_000), ..Budget::of(count, DAY * 7) }),
        most: Some(1_000),
        categories: Default::default(),
        margin_floor: None,
        pool: None,
    }
}

fn subject(n: u32) -> [u8; 16] {
    u128::from(n).to_be_bytes()
}

impl Shop {
    async fn grant(&self, n: u32, terms: Terms) -> Result<Grant, Refusal> {
        self.engine.grant(key_of("exit"), subject(n), terms, &Cart::default(), None).await
    }

    fn grants(&self, state: State) -> usize {
        self.engine.offers(None, Some(state), usize::MAX).len()
    }
}

fn goods(minor: i64) -> Goods {
    Goods { value: Money::new(minor, Currency::USD), lines: None }
}

/// A ledger whose disk fails now and then, before or after it has written.
struct Flaky {
    inner: MemoryStore,
    random: Mutex<ChaCha8Rng>,
    /// One in so many operations fails; 0: none.
    one_in: Mutex<u64>,
}

impl Flaky {
    fn fails(&self) -> bool {
        let one_in = *self.one_in.lock().unwrap();
        one_in > 0 && self.random.lock().unwrap().next_u64().is_multiple_of(one_in)
    }
}

impl Ledger for Flaky {
    fn replace(&self, key: Vec<u8>, expected: Option<Vec<u8>>, value: Vec<u8>) -> Answer<'_, Replaced> {
        let (before, after) = (self.fails(), self.fails());
        Box::pin(async move {
            tokio::task::yield_now().await;
            if before {
                return Err(StoreError::Failed("before".to_owned()));
            }
            let done = self.inner.replace(key, expected, value).await;
            tokio::task::yield_now().await;
            if after { Err(StoreError::Failed("after".to_owned())) } else { done }
        })
    }

    fn put_entry(&self, key: Vec<u8>, value: Vec<u8>) -> Answer<'_, ()> {
        self.inner.put_entry(key, value)
    }

    fn entry(&self, key: Vec<u8>) -> Answer<'_, Option<Vec<u8>>> {
        self.inner.entry(key)
    }

    fn entries(&self, after: Vec<u8>, limit: usize) -> Answer<'_, Vec<(Vec<u8>, Vec<u8>)>> {
        self.inner.entries(after, limit)
    }

    fn remove_entry(&self, key: Vec<u8>) -> Answer<'_, ()> {
        if self.fails() {
            return Box::pin(std::future::ready(Err(StoreError::Failed("remove".to_owned()))));
        }
        self.inner.remove_entry(key)
    }
}

/// 60 visitors ask for one of ten codes, again and again, and use them for two orders each, over a disk that fails every few writes, before
/// or after it has written. Whatever was said to be done is in the log; nothing is there twice; the budget holds.
#[tokio::test]
async fn failed_writes_mint_nothing_twice_and_lose_nothing_promised() {
    for seed in 0..40 {
        let rest = Stores::of(Arc::new(MemoryStore::default()));
        let flaky =
            Arc::new(Flaky { inner: MemoryStore::default(), random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)), one_in: Mutex::new(3) });
        let stores = Stores { ledger: flaky.clone(), ..rest };
        let shop = open(stores, Clock::manual(Timestamp::from_millis(1_700_000_000_000))).await;
        let mut promised: BTreeMap<u32, Box<str>> = BTreeMap::new();
        let mut redeemed: BTreeMap<Box<str>, String> = BTreeMap::new();
        for _ in 0..4 {
            let asked = join_all((0..60).map(|n| shop.grant(n, terms(10)))).await;
            for (n, grant) in (0..).zip(asked) {
                let Ok(grant) = grant else { continue };
                let known = promised.entry(n).or_insert_with(|| grant.code.clone());
                assert_eq!(*known, grant.code, "seed {seed}: a second code for one visitor");
            }
            let codes: Vec<Box<str>> = promised.values().cloned().collect();
            let pairs = codes.iter().flat_map(|code| ["a", "b"].map(|order| (code.clone(), format!("{code}-{order}"))));
            let used = join_all(pairs.map(|(code, order)| {
                let engine = shop.engine.clone();
                async move {
                    let done = engine.redeem_for(&code, &order, Some(&goods(5_000)), None).await;
                    (code, order, done)
                }
            }))
            .await;
            for (code, order, done) in used {
                match done {
                    Ok(_) => assert_eq!(*redeemed.entry(code).or_insert(order.clone()), order, "seed {seed}: two orders"),
                    Err(OfferError::Code(error)) => assert!(matches!(error, CodeError::Redeemed { .. }), "seed {seed}: {error}"),
                    Err(OfferError::Store(_)) => {}
                }
            }
        }
        assert!(promised.len() <= 10, "seed {seed}: {} codes of 10", promised.len());
        *flaky.one_in.lock().unwrap() = 0;
        let after = again(&shop).await;
        let grants = after.engine.offers(None, None, usize::MAX);
        let codes: BTreeSet<&str> = grants.iter().map(|grant| &*grant.code).collect();
        assert!(grants.len() <= 10 && codes.len() == grants.len(), "seed {seed}: {grants:?}");
        for code in promised.values() {
            let found = after.engine.find_offer(code).unwrap_or_else(|| panic!("seed {seed}: {code} was promised and is gone"));
            assert_eq!(redeemed.get(code).map_or(found.order.as_ref(), String::as_str), &*found.order, "seed {seed}: another order");
            let (winner, loser) =
                (after.engine.redeem(code, &format!("{code}-a")).await, after.engine.redeem(code, &format!("{code}-b")).await);
            assert!(winner.is_ok() != loser.is_ok(), "seed {seed}: {winner:?} {loser:?}");
        }
        let spent: i64 = after.engine.offer_totals().values().map(|totals| totals.spent_minor + totals.reserved_minor).sum();
        assert!(spent <= 10 * 1_000, "seed {seed}");
    }
}

#[tokio::test]
async fn steps_of_one_grant_come_in_order_whoever_takes_them() {
    let shop = fresh().await;
    let grants = join_all((0..30).map(|n| shop.grant(n, terms(100)))).await;
    for grant in &grants {
        let code = grant.as_ref().unwrap().code.clone();
        shop.engine.offer_shown(&code);
        shop.engine.note_claimed_order(&code, "order");
    }
    shop.clock.advance(DAY - Duration::from_millis(1));
    tokio::join!(shop.engine.tend_offers(), shop.engine.tend_offers());
    shop.clock.advance(Duration::from_millis(2));
    let revoked = shop.engine.revoke_offer(&grants[0].as_ref().unwrap().code);
    let (_, revoked) = tokio::join!(shop.engine.tend_offers(), revoked);
    assert!(revoked.is_ok() || matches!(revoked, Err(OfferError::Code(_))));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let before = shop.engine.offers(None, None, usize::MAX);
    let after = again(&shop).await;
    assert_eq!(after.engine.offers(None, None, usize::MAX), before, "the log says what memory said");
    assert_eq!(after.engine.open_offers(), 0);
}

#[tokio::test]
async fn a_used_code_stays_used_and_a_shown_one_is_known_as_shown() {
    let shop = fresh().await;
    let [first, second] = [1, 2].map(|n| shop.grant(n, terms(5)));
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    shop.engine.offer_shown(&first.code);
    shop.engine.offer_shown(&second.code);
    while shop.grants(State::Shown) < 2 {
        tokio::task::yield_now().await;
    }
    let used = shop.engine.redeem_for(&first.code, "order-1", Some(&goods(4_000)), None).await.unwrap();
    assert_eq!((used.cost_minor, used.is_new), (400, true));
    let repeated = shop.engine.redeem_for(&first.code, "order-1", Some(&goods(9_000)), Some(900)).await.unwrap();
    assert_eq!((repeated.cost_minor, repeated.is_new), (400, false), "the first report stands");
    assert_eq!(shop.engine.redeem(&first.code, "order-2").await, Err(OfferError::Code(CodeError::Redeemed { order: "order-1".into() })));
    assert_eq!(shop.engine.redeem("0000000000", "order-2").await, Err(OfferError::Code(CodeError::Unknown)));
    shop.engine.revoke_offer(&second.code).await.unwrap();
    let after = again(&shop).await;
    assert_eq!((after.grants(State::Redeemed), after.grants(State::Revoked)), (1, 1));
    assert_eq!(after.engine.redeem(&second.code, "order-3").await, Err(OfferError::Code(CodeError::Revoked)));
    assert_eq!(after.grant(1, terms(5)).await, Err(Refusal::Over));
}

#[tokio::test]
async fn entries_of_the_first_format_are_read() {
    #[derive(serde::Serialize)]
    struct OldTerms(Kind, i64, i64, Duration, bool, Option<(u32, Duration)>);
    #[derive(serde::Serialize)]
    struct OldGrant(Key, Key, &'static str, OldTerms, Timestamp, Timestamp, State, &'static str);
    #[derive(serde::Serialize)]
    enum OldRecord {
        Granted(OldGrant),
        Step { key: Key, state: State, at: Timestamp },
    }
    let shop = fresh().await;
    let (key, at) = (Key(77), shop.clock.now());
    let old = OldTerms(Kind::Percent, 10, 0, DAY, true, Some((5, DAY)));
    let grant = OldGrant(key, key_of("exit"), "0123456789", old, at, at + DAY, State::Reserved, "");
    let log = [OldRecord::Granted(grant), OldRecord::Step { key, state: State::Minted, at }];
    let bytes = rmp_serde::to_vec(&log).unwrap();
    shop.stores.ledger.replace(key.0.to_be_bytes().to_vec(), None, bytes).await.unwrap();
    let after = again(&shop).await;
    assert_eq!(after.engine.check_code("0123456789", 1_000).unwrap().discount_minor, 100);
    after.engine.redeem("0123456789", "order").await.unwrap();
    let last = again(&after).await;
    assert_eq!(last.grants(State::Redeemed), 1);
}

#[tokio::test]
async fn uploaded_codes_are_given_out_once_also_over_restarts_and_forgetting() {
    let pool = Terms { pool: Some(key_of("spring")), ..terms(100) };
    let shop = fresh().await;
    assert_eq!(shop.grant(1, pool).await, Err(Refusal::NoPool));
    let wrong = shop.engine.stock_pool("spring", "GOOD-1\nno good").await;
    assert!(matches!(wrong, Err(PoolError::Lines(lines)) if lines.len() == 1 && lines[0].line == 2));
    assert_eq!(shop.engine.pools(), [], "none is taken of a list with a mistake");
    shop.engine.stock_pool("spring", "GOOD-1\nGOOD-2\nGOOD-3").await.unwrap();
    assert_eq!(shop.engine.low_pools(), []);
    let first = shop.grant(1, pool).await.unwrap().code;
    let second = shop.grant(2, pool).await.unwrap().code;
    assert_eq!(shop.engine.low_pools().len(), 1, "one is left, and two is the least");
    let shop = again(&shop).await;
    assert_eq!(shop.grant(1, pool).await.unwrap().code, first, "a retry finds its own");
    let third = shop.grant(3, pool).await.unwrap().code;
    assert_eq!(BTreeSet::from([&*first, &*second, &*third]), BTreeSet::from(["GOOD-1", "GOOD-2", "GOOD-3"]));
    assert_eq!(shop.grant(4, pool).await, Err(Refusal::PoolDry));
    // A year later nothing of them is left, and they do not come back.
    shop.clock.advance(DAY);
    shop.engine.tend_offers().await;
    shop.clock.advance(DAY * 366);
    shop.engine.tend_offers().await;
    assert_eq!(shop.engine.offers(None, None, 9), []);
    let shop = again(&shop).await;
    assert_eq!(shop.grant(5, pool).await, Err(Refusal::PoolDry));
    let totals = shop.engine.offer_totals()[&key_of("exit")];
    assert_eq!((totals.expired, totals.open), (3, 0), "their numbers stay");
}

/// Forgetting over a disk that fails: at any point of it a restart finds numbers and grants that agree.
#[tokio::test]
async fn forgetting_can_be_interrupted() {
    for seed in 0..30 {
        let flaky =
            Arc::new(Flaky { inner: MemoryStore::default(), random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)), one_in: Mutex::new(0) });
        let stores = Stores { ledger: flaky.clone(), ..Stores::of(Arc::new(MemoryStore::default())) };
        let mut shop = open(stores, Clock::manual(Timestamp::from_millis(1_700_000_000_000))).await;
        for n in 0..6 {
            let grant = shop.grant(n, terms(100)).await.unwrap();
            if n % 2 == 0 {
                shop.engine.redeem_for(&grant.code, "order", Some(&goods(3_000)), None).await.unwrap();
            }
        }
        shop.clock.advance(DAY);
        shop.engine.tend_offers().await;
        shop.clock.advance(DAY * 366);
        for _ in 0..6 {
            *flaky.one_in.lock().unwrap() = 3;
            shop.engine.tend_offers().await;
            *flaky.one_in.lock().unwrap() = 0;
            shop = again(&shop).await;
            let totals = shop.engine.offer_totals()[&key_of("exit")];
            assert_eq!((totals.redeemed, totals.expired, totals.spent_minor), (3, 3, 900), "seed {seed}");
        }
        shop.engine.tend_offers().await;
        shop.engine.tend_offers().await;
        assert_eq!(shop.engine.offers(None, None, 9).len(), 0, "seed {seed}");
    }
}

/// A platform that does as it is told by a list, one entry a question; after the list it behaves.
struct Scripted {
    script: Mutex<Vec<Fault>>,
    codes: Mutex<BTreeMap<Box<str>, MintOrder>>,
    asked: Mutex<Vec<Ask>>,
}

enum Fault {
    /// It happens, and the answer never comes.
    TimeoutAfter,
    Busy,
    /// It says it happened.
    Lie,
    /// Another discount than the one asked for.
    Wrong,
    /// Nothing happens, and the answer never comes.
    Deaf,
}

impl Scripted {
    fn new(script: Vec<Fault>) -> Arc<Scripted> {
        let script = Mutex::new(script.into_iter().rev().collect());
        Arc::new(Scripted { script, codes: Mutex::default(), asked: Mutex::default() })
    }
}

impl Platform for Scripted {
    fn ask<'a>(&'a self, ask: Ask, order: &'a MintOrder) -> BoxFuture<'a, Reply> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(ask);
            let fault = self.script.lock().unwrap().pop();
            let make = |order: &MintOrder| {
                self.codes.lock().unwrap().entry(order.code.clone()).or_insert_with(|| order.clone());
            };
            match (fault, ask) {
                (Some(Fault::Deaf), _) => std::future::pending().await,
                (Some(Fault::TimeoutAfter), Ask::Withdraw) => {
                    self.codes.lock().unwrap().remove(&order.code);
                    std::future::pending().await
                }
                (Some(Fault::TimeoutAfter), _) => {
                    make(order);
                    std::future::pending().await
                }
                (Some(Fault::Busy), _) => Reply::Busy { after: Duration::from_millis(10) },
                (Some(Fault::Lie), _) => Reply::Exists(Box::new(order.clone())),
                (Some(Fault::Wrong), _) => Reply::Exists(Box::new(MintOrder { amount: 99, ..order.clone() })),
                (None, Ask::Create) => {
                    make(order);
                    Reply::Exists(Box::new(order.clone()))
                }
                (None, Ask::LookUp) => {
                    let found = self.codes.lock().unwrap().get(&order.code).cloned();
                    found.map_or(Reply::Absent, |found| Reply::Exists(Box::new(found)))
                }
                (None, Ask::Withdraw) => {
                    self.codes.lock().unwrap().remove(&order.code);
                    Reply::Absent
                }
            }
        })
    }
}

#[tokio::test]
async fn a_code_is_promised_only_when_the_platform_has_it() {
    use Ask::*;
    for (script, expect) in [
        (vec![], vec![Create, LookUp]),
        (vec![Fault::TimeoutAfter], vec![Create, LookUp]),
        (vec![Fault::Busy], vec![Create, Create, LookUp]),
        (vec![Fault::Lie], vec![Create, LookUp, Create, LookUp]),
    ] {
        let shop = fresh().await;
        let platform = Scripted::new(script);
        assert!(shop.engine.connect_platform(platform.clone()));
        let grant = shop.grant(1, terms(5)).await.unwrap();
        assert_eq!(*platform.asked.lock().unwrap(), expect);
        let there = platform.codes.lock().unwrap()[&grant.code].clone();
        assert_eq!((there.amount, there.uses, there.expires, there.most), (10, 1, grant.expires, Some(1_000)));
        assert_eq!(platform.codes.lock().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_platform_that_fails_gives_no_code_and_a_retry_finds_its_own() {
    let shop = fresh().await;
    let platform = Scripted::new(vec![Fault::Wrong]);
    shop.engine.connect_platform(platform.clone());
    assert_eq!(shop.grant(1, terms(1)).await, Err(Refusal::Platform));
    assert_eq!((shop.grants(State::Reserved), shop.grant(2, terms(1)).await.is_err()), (1, true), "it counts against the budget");
    // The grant is durable as reserved: after a restart the visitor gets that very code.
    let shop = again(&shop).await;
    assert_eq!(shop.grants(State::Reserved), 1);
    let code = shop.engine.offers(None, None, 1)[0].code.clone();
    assert_eq!(shop.engine.check_code(&code, 1_000), Err(CodeError::Unknown), "nobody has seen it");
    shop.engine.connect_platform(platform.clone());
    assert_eq!(shop.grant(1, terms(1)).await.unwrap().code, code);
    assert_eq!(platform.codes.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cart_token_is_of_the_visit_that_showed_it_first_also_after_a_restart() {
    let secret = b"what only the shop's server knows".to_vec();
    let clock = Clock::manual(Timestamp::from_millis(1_700_000_000_000));
    let mut shop = open_with(Stores::of(Arc::new(MemoryStore::default())), clock, Some(secret.clone())).await;
    let exp = shop.engine.seconds() + 600;
    let claims = format!(r#"{{"aud":"pk_test","exp":{exp},"currency":"USD","lines":[{{"product":"1","quantity":2,"price":1000}}]}}"#);
    let token = crate::integrations::jws::sign(&claims, &secret);
    let [first, other] = [SessionId([1; 16]), SessionId([2; 16])];
    for _ in 0..3 {
        assert!(shop.engine.confirmed_cart(first, &token).is_some());
        assert_eq!(shop.engine.confirmed_cart(other, &token), None);
        shop.engine.stop(Duration::ZERO, Duration::ZERO, Duration::ZERO).await;
        shop = open_with(shop.stores.clone(), shop.clock.clone(), Some(secret.clone())).await;
    }
    let kept = async |shop: &Shop| shop.stores.ledger.entries(Vec::new(), 10).await.unwrap().len();
    shop.engine.tend_carts().await;
    assert_eq!(kept(&shop).await, 1);
    shop.clock.advance(Duration::from_secs(600));
    assert_eq!(shop.engine.confirmed_cart(first, &token), None, "good no more");
    shop.engine.tend_carts().await;
    assert_eq!(kept(&shop).await, 0, "and forgotten");
}

/// The platform is told until it has the code no more, whatever it says in passing, also by the process after this one.
#[tokio::test]
async fn a_revoked_code_is_ended_on_the_platform_too() {
    use Ask::*;
    for (script, expect) in [
        (vec![], vec![Withdraw, LookUp]),
        (vec![Fault::TimeoutAfter], vec![Withdraw, LookUp]),
        (vec![Fault::Busy], vec![Withdraw, Withdraw, LookUp]),
        (vec![Fault::Lie], vec![Withdraw, LookUp, Withdraw, LookUp]),
    ] {
        let shop = fresh().await;
        let platform = Scripted::new(Vec::new());
        shop.engine.connect_platform(platform.clone());
        let [kept, gone] = [1, 2].map(|n| shop.grant(n, terms(5)));
        let (kept, gone) = (kept.await.unwrap(), gone.await.unwrap());
        platform.asked.lock().unwrap().clear();
        *platform.script.lock().unwrap() = script.into_iter().rev().collect();
        shop.engine.revoke_offer(&gone.code).await.unwrap();
        until(|| shop.engine.ledger.revoked().is_empty()).await;
        assert_eq!(*platform.asked.lock().unwrap(), expect);
        assert_eq!(platform.codes.lock().unwrap().keys().collect::<Vec<_>>(), [&kept.code]);
    }
    let shop = fresh().await;
    let platform = Scripted::new(Vec::new());
    shop.engine.connect_platform(platform.clone());
    let gone = shop.grant(1, terms(5)).await.unwrap();
    platform.script.lock().unwrap().push(Fault::Deaf);
    shop.engine.revoke_offer(&gone.code).await.unwrap();
    let after = again(&shop).await;
    assert_eq!(platform.codes.lock().unwrap().len(), 1, "the process ended while the platform was silent");
    after.engine.connect_platform(platform.clone());
    until(|| platform.codes.lock().unwrap().is_empty()).await;
}

async fn until(is_so: impl Fn() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("in time");
}

#[tokio::test]
async fn the_switch_stays_where_it_was_left() {
    let shop = fresh().await;
    let (_, kept) = shop.engine.switch(true).await;
    kept.unwrap();
    let shop = again(&shop).await;
    assert!(shop.engine.snapshot.load().off);
    shop.engine.switch(false).await.1.unwrap();
    assert!(!again(&shop).await.engine.snapshot.load().off);
}
