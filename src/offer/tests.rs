//! The ledger against exact values and a slow model.

use super::*;
use crate::model::key_of;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::time::Duration;

const SECRET: [u8; 32] = [7; 32];

fn ten_percent() -> Terms {
    Terms { kind: Kind::Percent, amount: 10, minimum: 5_000, expires: Duration::from_secs(600), single_use: true, budget: None }
}

fn request(subject: &str, terms: Terms) -> Request {
    Request { campaign: key_of("exit"), subject: key_of(subject), period: 0, terms }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(seconds * 1_000)
}

fn minted(ledger: &mut Ledger, time: Timestamp, request: &Request) -> Grant {
    let Answer::Granted(grant) = ledger.grant(time, request, &SECRET) else { panic!("not granted") };
    ledger.step(time, grant.key, State::Minted).unwrap();
    grant
}

#[test]
fn the_life_of_a_code() {
    let mut ledger = Ledger::default();
    let Answer::Granted(grant) = ledger.grant(at(1), &request("ann", ten_percent()), &SECRET) else { panic!("not granted") };
    assert_eq!(&*grant.code, &*code::derive(&SECRET, grant.key, 0));
    assert_eq!((grant.state, grant.expires), (State::Reserved, at(601)));
    assert_eq!(ledger.check_code(at(2), &grant.code, 9_999), Err(CodeError::Unknown), "not durable yet");
    assert_eq!(ledger.step(at(2), grant.key, State::Minted), Ok(Record::Step { key: grant.key, state: State::Minted, at: at(2) }));
    ledger.step(at(2), grant.key, State::Shown).unwrap();
    assert_eq!(ledger.step(at(3), grant.key, State::Minted), Err(StepError::Backwards { from: State::Shown, to: State::Minted }));
    let typed = format!(" {}-{}", grant.code[..5].to_lowercase(), &grant.code[5..]);
    assert_eq!(ledger.check_code(at(3), &typed, 9_999), Ok(Benefit { discount_minor: 999, free_shipping: false }));
    assert_eq!(ledger.check_code(at(3), &typed, 4_999), Err(CodeError::BelowMinimum { minimum: 5_000, cart: 4_999 }));
    assert_eq!(ledger.check_code(at(601), &typed, 9_999), Err(CodeError::Expired));
    assert!(matches!(ledger.redeem(at(4), &typed, "order-1"), Ok(Redemption::New(Record::Redeemed { .. }))));
    assert_eq!(ledger.redeem(at(9_000), &typed, "order-1"), Ok(Redemption::Again), "reports repeat, also late");
    assert_eq!(ledger.redeem(at(5), &typed, "order-2"), Err(CodeError::Redeemed { order: "order-1".into() }));
    assert_eq!(ledger.check_code(at(5), &typed, 9_999), Err(CodeError::Redeemed { order: "order-1".into() }));
    let Answer::Again(again) = ledger.grant(at(6), &request("ann", ten_percent()), &SECRET) else { panic!("not again") };
    assert_eq!((again.code, again.state), (grant.code, State::Redeemed));
    assert_eq!((ledger.open(), ledger.next_deadline()), (0, None));
}

#[test]
fn a_budget_slides_and_a_ceiling_holds() {
    let budget = Some(Budget { count: 2, every: Duration::from_secs(60) });
    let terms = Terms { budget, ..ten_percent() };
    let mut ledger = Ledger::new(3);
    minted(&mut ledger, at(50), &request("a", terms));
    minted(&mut ledger, at(59), &request("b", terms));
    let refused = Answer::Refused(Refusal::Budget { count: 2, again: at(110) });
    assert_eq!(ledger.grant(at(61), &request("c", terms), &SECRET), refused, "a new minute is not a new budget");
    minted(&mut ledger, at(110), &request("c", terms));
    assert_eq!(ledger.grant(at(500), &request("d", terms), &SECRET), Answer::Refused(Refusal::Ceiling { limit: 3 }));
    let mut records = Vec::new();
    ledger.expire(at(659), &mut records);
    assert_eq!(records.len(), 2);
    assert_eq!((ledger.open(), ledger.next_deadline()), (1, Some(at(710))));
    minted(&mut ledger, at(700), &request("d", terms));
    let none = Terms { budget: Some(Budget { count: 0, every: Duration::from_secs(60) }), ..ten_percent() };
    let other = Request { campaign: key_of("other"), ..request("a", none) };
    assert_eq!(ledger.grant(at(701), &other, &SECRET), Answer::Refused(Refusal::Budget { count: 0, again: Timestamp(u64::MAX) }));
}

#[test]
fn another_period_is_another_grant() {
    let mut ledger = Ledger::default();
    let first = minted(&mut ledger, at(1), &request("a", ten_percent()));
    let second = minted(&mut ledger, at(1), &Request { period: 1, ..request("a", ten_percent()) });
    assert_ne!(first.code, second.code);
}

#[test]
fn a_code_for_many_orders_counts_each_once() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("a", Terms { single_use: false, ..ten_percent() }));
    assert!(matches!(ledger.redeem(at(2), &grant.code, "1"), Ok(Redemption::New(_))));
    assert!(matches!(ledger.redeem(at(3), &grant.code, "2"), Ok(Redemption::New(_))));
    assert_eq!(ledger.redeem(at(4), &grant.code, "1"), Ok(Redemption::Again));
    assert_eq!(ledger.redeem(at(601), &grant.code, "3"), Err(CodeError::Expired));
}

#[test]
fn benefits_never_exceed_the_cart() {
    let of = |kind, amount, cart| Terms { kind, amount, ..ten_percent() }.benefit(cart);
    assert_eq!(of(Kind::Percent, 15, 999).discount_minor, 149);
    assert_eq!(of(Kind::Percent, 100, i64::MAX).discount_minor, i64::MAX);
    assert_eq!(of(Kind::Fixed, 500, 300).discount_minor, 300);
    assert_eq!(of(Kind::Fixed, 500, -1).discount_minor, 0);
    assert_eq!(of(Kind::FreeShipping, 0, 300), Benefit { discount_minor: 0, free_shipping: true });
    assert_eq!(Terms { amount: 101, ..ten_percent() }.validate(), Err(TermsError::Percent { actual: 101 }));
    assert_eq!(Terms { kind: Kind::Fixed, amount: 0, ..ten_percent() }.validate(), Err(TermsError::Fixed { actual: 0 }));
}

#[test]
fn damaged_logs_are_refused() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("a", ten_percent()));
    let thief = Grant { key: GrantKey(key_of("other")), ..grant.clone() };
    assert_eq!(ledger.apply(&Record::Granted(thief.clone())), Err(ApplyError::DuplicateCode { key: thief.key, owner: grant.key }));
    let twin = Grant { code: "0000000000".into(), ..grant.clone() };
    assert_eq!(ledger.apply(&Record::Granted(twin)), Err(ApplyError::DuplicateGrant { key: grant.key }));
    let unknown = Record::Step { key: thief.key, state: State::Minted, at: at(2) };
    assert_eq!(ledger.apply(&unknown), Err(ApplyError::UnknownGrant { key: thief.key }));
    let backwards = Record::Step { key: grant.key, state: State::Reserved, at: at(2) };
    assert!(matches!(ledger.apply(&backwards), Err(ApplyError::Backwards { .. })));
}

/// Computed with Python's hmac and hashlib.
#[test]
fn golden_codes() {
    assert_eq!(&*code::derive(&SECRET, GrantKey(Key(1)), 0), "WFJKHYGHF0");
    assert_eq!(&*code::derive(&SECRET, GrantKey(Key(1)), 1), "6ZES4BB23R");
}

#[test]
fn typed_codes_are_read_kindly_and_strictly() {
    assert_eq!(normalize("oil01-23abcd").as_deref(), None, "11 letters");
    assert_eq!(normalize("OIL0 123-abc").as_deref(), Some("0110123ABC"));
    for bad in ["", "ABCDEFGHJ", "ABCDEFGHJU", "ABCDEFGHJ!", "ＡBCDEFGHJK", &"A".repeat(1_000)] {
        assert_eq!(normalize(bad), None, "{bad}");
    }
}

/// The obvious ledger: a list of grants and nothing else.
#[derive(Default)]
struct Slow {
    grants: Vec<(Key, Key, u64, Grant)>,
}

impl Slow {
    fn grant(&mut self, time: Timestamp, request: &Request, open_max: usize) -> &'static str {
        if self.grants.iter().any(|(c, s, p, _)| (*c, *s, *p) == (request.campaign, request.subject, request.period)) {
            return "again";
        }
        if self.grants.iter().filter(|(.., grant)| grant.state.is_open()).count() >= open_max {
            return "ceiling";
        }
        let budget = request.terms.budget.unwrap();
        let recent = self.grants.iter().filter(|(c, .., grant)| *c == request.campaign && grant.granted + budget.every > time).count();
        if recent >= budget.count as usize { "budget" } else { "granted" }
    }
}

/// Random wishes, steps, redemptions and expiries: the ledger agrees with the obvious one, budgets hold in every window, codes are
/// unique, and the log rebuilds the ledger at any point.
#[test]
fn random_histories_agree_with_the_obvious_ledger() {
    const OPEN_MAX: u32 = 12;
    for seed in 0..60 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut below = |n: u64| random.next_u64() % n;
        let mut ledger = Ledger::new(OPEN_MAX);
        let mut slow = Slow::default();
        let mut log: Vec<Record> = Vec::new();
        let mut now = 1_000;
        let terms = |campaign: u64| Terms {
            budget: Some(Budget { count: 3 + campaign as u32, every: Duration::from_secs(40 + 20 * campaign) }),
            expires: Duration::from_secs(100),
            ..ten_percent()
        };
        for _ in 0..300 {
            now += below(6);
            let time = at(now);
            let pick = |slow: &Slow, n: u64| slow.grants.get(n as usize % slow.grants.len().max(1)).map(|entry| entry.3.clone());
            match below(10) {
                0..=4 => {
                    let campaign = below(3);
                    let request =
                        Request { campaign: Key(campaign + 1), subject: Key(below(30)), period: below(2), terms: terms(campaign) };
                    let expect = slow.grant(time, &request, OPEN_MAX as usize);
                    let got = match ledger.grant(time, &request, &SECRET) {
                        Answer::Granted(grant) => {
                            log.push(Record::Granted(grant.clone()));
                            slow.grants.push((request.campaign, request.subject, request.period, grant));
                            "granted"
                        }
                        Answer::Again(_) => "again",
                        Answer::Refused(Refusal::Budget { .. }) => "budget",
                        Answer::Refused(Refusal::Ceiling { .. }) => "ceiling",
                        Answer::Refused(other) => panic!("seed {seed}: {other:?}"),
                    };
                    assert_eq!(got, expect, "seed {seed}");
                }
                5 | 6 => {
                    let to = [State::Minted, State::Shown, State::Revoked][below(3) as usize];
                    if let Some(grant) = pick(&slow, below(99)) {
                        let known = ledger.get(grant.key).unwrap().state;
                        let step = ledger.step(time, grant.key, to);
                        assert_eq!(step.is_ok(), known.is_open() && to > known, "seed {seed}");
                        log.extend(step);
                    }
                }
                7 | 8 => {
                    if let Some(grant) = pick(&slow, below(99))
                        && let Ok(Redemption::New(record)) = ledger.redeem(time, &grant.code, &below(9).to_string())
                    {
                        log.push(record);
                    }
                }
                _ => ledger.expire(time, &mut log),
            }
            for entry in &mut slow.grants {
                entry.3 = ledger.get(entry.3.key).unwrap().clone();
            }
        }
        let mut codes: Vec<&str> = slow.grants.iter().map(|entry| &*entry.3.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), slow.grants.len(), "seed {seed}: a code was given twice");
        let mut times: BTreeMap<Key, Vec<Timestamp>> = BTreeMap::new();
        for (campaign, .., grant) in &slow.grants {
            times.entry(*campaign).or_default().push(grant.granted);
        }
        for (campaign, times) in times {
            let budget = terms(campaign.0 - 1).budget.unwrap();
            for window in times.windows(budget.count as usize + 1) {
                assert!(window[budget.count as usize].since(window[0]) >= budget.every, "seed {seed}: budget exceeded");
            }
        }
        let mut rebuilt = Ledger::new(OPEN_MAX);
        for record in &log {
            rebuilt.apply(record).unwrap();
        }
        assert_eq!(rebuilt.grants().collect::<Vec<_>>(), ledger.grants().collect::<Vec<_>>(), "seed {seed}");
        assert_eq!((rebuilt.open(), rebuilt.next_deadline()), (ledger.open(), ledger.next_deadline()));
        for record in log.iter().filter(|record| matches!(record, Record::Granted(_) | Record::Redeemed { .. })) {
            rebuilt.apply(record).unwrap();
        }
        assert_eq!(rebuilt.grants().collect::<Vec<_>>(), ledger.grants().collect::<Vec<_>>(), "seed {seed}: repeated records");
    }
}
