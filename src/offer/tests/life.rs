//! One code from reserved to forgotten, and logs that contradict themselves.

use super::*;

#[test]
fn the_life_of_a_code() {
    let mut ledger = Ledger::default();
    let Answer::Granted(grant) = ledger.grant(at(1), &request("ann", ten_percent()), &SECRET) else { panic!("not granted") };
    assert_eq!(&*grant.code, &*code::derive(&SECRET, grant.key, 0));
    assert_eq!((grant.state, grant.expires), (State::Reserved, at(601)));
    assert_eq!(ledger.check_code(at(2), &grant.code, dollars(9_999)), Err(CodeError::Unknown), "not durable yet");
    ledger.apply(&Record::Granted(Box::new(grant.clone()))).unwrap();
    let minting = ledger.step(at(2), grant.key, State::Minted).unwrap();
    assert_eq!(minting, Some(Record::Step { key: grant.key, state: State::Minted, at: at(2) }));
    assert_eq!(ledger.get(grant.key).unwrap().state, State::Reserved, "a plan changes nothing");
    ledger.apply(&minting.unwrap()).unwrap();
    step(&mut ledger, at(2), grant.key, State::Shown);
    assert_eq!(ledger.step(at(3), grant.key, State::Shown), Ok(None), "shown again");
    assert_eq!(ledger.step(at(3), grant.key, State::Minted), Err(StepError::Backwards { from: State::Shown, to: State::Minted }));
    let typed = format!(" {}-{}", grant.code[..5].to_lowercase(), &grant.code[5..]);
    assert_eq!(ledger.check_code(at(3), &typed, dollars(9_999)), Ok(Benefit { discount_minor: 999, free_shipping: false }));
    assert_eq!(ledger.check_code(at(3), &typed, dollars(4_999)), Err(CodeError::BelowMinimum { minimum: 5_000, cart: 4_999 }));
    assert_eq!(ledger.check_code(at(601), &typed, dollars(9_999)), Err(CodeError::Expired));
    assert!(matches!(redeem(&mut ledger, at(4), &typed, "order-1", 9_999), Record::Redeemed { value: 999, .. }));
    assert_eq!(ledger.redeem(at(9_000), &typed, "order-1", None, None), Ok(Redemption::Again), "reports repeat, also late");
    assert_eq!((ledger.cost(grant.key, "order-1"), ledger.cost(grant.key, "order-2")), (Some(999), None));
    let second = ledger.redeem(at(5), &typed, "order-2", None, None);
    assert_eq!(second, Err(CodeError::Redeemed { order: "order-1".into() }));
    assert_eq!(ledger.check_code(at(5), &typed, dollars(9_999)), Err(CodeError::Redeemed { order: "order-1".into() }));
    assert_eq!(ledger.grant(at(6), &request("ann", ten_percent()), &SECRET), Answer::Refused(Refusal::Over));
    assert_eq!((ledger.open(), ledger.next_deadline()), (0, None));
    assert_eq!(ledger.logged(grant.key), 4, "granted, minted, shown, redeemed");
}

#[test]
fn a_retry_finds_its_own_code_if_the_promise_is_the_same() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("ann", ten_percent()));
    let Answer::Again(again) = ledger.grant(at(6), &request("ann", ten_percent()), &SECRET) else { panic!("not again") };
    assert_eq!((again.code, again.state), (grant.code.clone(), State::Minted));
    let more = Terms { amount: 20, ..ten_percent() };
    assert_eq!(ledger.grant(at(7), &request("ann", more), &SECRET), Answer::Refused(Refusal::Changed), "the till would give 10 only");
    step(&mut ledger, at(8), grant.key, State::Revoked);
    assert_eq!(ledger.check_code(at(9), &grant.code, dollars(9_999)), Err(CodeError::Revoked));
    assert_eq!(ledger.grant(at(9), &request("ann", ten_percent()), &SECRET), Answer::Refused(Refusal::Over));
}

#[test]
fn a_budget_slides_and_a_ceiling_holds() {
    let terms = Terms { budget: Some(budget(2, 60)), ..ten_percent() };
    let mut ledger = ledger(3);
    minted(&mut ledger, at(50), &request("a", terms));
    minted(&mut ledger, at(59), &request("b", terms));
    let refused = Answer::Refused(Refusal::Budget { count: 2, again: at(110) });
    assert_eq!(ledger.grant(at(61), &request("c", terms), &SECRET), refused, "a new minute is not a new budget");
    minted(&mut ledger, at(110), &request("c", terms));
    assert_eq!(ledger.grant(at(500), &request("d", terms), &SECRET), Answer::Refused(Refusal::Ceiling { limit: 3 }));
    assert_eq!(expire(&mut ledger, at(659)).len(), 2);
    assert_eq!((ledger.open(), ledger.next_deadline()), (1, Some(at(710))));
    minted(&mut ledger, at(700), &request("d", terms));
    let none = Terms { budget: Some(budget(0, 60)), ..ten_percent() };
    let other = Request { campaign: key_of("other"), ..request("a", none) };
    assert_eq!(ledger.grant(at(701), &other, &SECRET), Answer::Refused(Refusal::Budget { count: 0, again: Timestamp(u64::MAX) }));
}

#[test]
fn another_period_is_another_grant() {
    let mut ledger = Ledger::default();
    let terms = Terms { budget: Some(budget(10, 60)), ..ten_percent() };
    let first = minted(&mut ledger, at(1), &request("a", terms));
    assert!(matches!(ledger.grant(at(59), &request("a", terms), &SECRET), Answer::Again(_)));
    let second = minted(&mut ledger, at(60), &request("a", terms));
    assert_ne!(first.code, second.code);
}

#[test]
fn a_code_for_many_orders_stays_open_and_counts_each_once() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("a", Terms { single_use: false, ..ten_percent() }));
    redeem(&mut ledger, at(2), &grant.code, "1", 6_000);
    redeem(&mut ledger, at(3), &grant.code, "2", 7_000);
    assert_eq!(ledger.redeem(at(4), &grant.code, "1", None, None), Ok(Redemption::Again));
    assert_eq!((ledger.open(), ledger.get(grant.key).unwrap().value), (1, 1_300));
    for order in 3..=Terms::ORDERS_MAX {
        redeem(&mut ledger, at(5), &grant.code, &order.to_string(), 5_000);
    }
    assert_eq!(ledger.redeem(at(6), &grant.code, "one more", None, None), Err(CodeError::UsedUp { orders: Terms::ORDERS_MAX }));
    assert_eq!(expire(&mut ledger, at(601)).len(), 1);
    assert_eq!(ledger.redeem(at(602), &grant.code, "late", None, None), Err(CodeError::Expired));
    assert_eq!(ledger.open(), 0);
}

#[test]
fn what_is_closed_for_long_is_forgotten_and_its_money_is_not() {
    let day = |n: u64| at(n * 86_400);
    let keep = Duration::from_secs(30 * 86_400);
    let mut ledger = Ledger::new(Limits { keep, ..Limits::default() });
    let limits = Budget { value_total: Some(2_000), ..budget(10, 60 * 86_400) };
    let terms = Terms { most: Some(900), budget: Some(limits), ..ten_percent() };
    let first = minted(&mut ledger, day(1), &request("a", terms));
    redeem(&mut ledger, day(1), &first.code, "order", 50_000);
    let second = minted(&mut ledger, day(1), &request("b", terms));
    expire(&mut ledger, day(2));
    assert_eq!(ledger.forgettable(day(60), 99), [], "day 61 is the first on which its budget would allow another");
    let Answer::Refused(Refusal::Over) = ledger.grant(day(59), &request("b", terms), &SECRET) else { panic!("a second code") };
    let records = ledger.forgettable(day(61), 99);
    let past = Past { redeemed: 1, expired: 1, revoked: 0, value: 900 };
    let mut keys = vec![first.key, second.key];
    keys.sort_unstable();
    let [Record::Forgotten { campaign, past: found, keys: gone }] = &records[..] else { panic!("{records:?}") };
    let mut gone = gone.clone();
    gone.sort_unstable();
    assert_eq!((*campaign, *found, gone), (key_of("exit"), past, keys));
    ledger.apply(&records[0]).unwrap();
    assert_eq!((ledger.grants().count(), ledger.by_code(&first.code)), (0, None));
    let totals = ledger.totals()[&key_of("exit")];
    assert_eq!(totals, Totals { redeemed: 1, expired: 1, spent_minor: 900, ..Totals::default() });
    minted(&mut ledger, day(62), &request("c", terms));
    let refused = ledger.grant(day(62), &request("d", terms), &SECRET);
    assert_eq!(refused, Answer::Refused(Refusal::Value { field: "value_total", limit: 2_000 }), "what was spent stays spent");
}

#[test]
fn damaged_logs_are_refused() {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("a", ten_percent()));
    let thief = Grant { key: GrantKey(key_of("other")), ..grant.clone() };
    assert_eq!(
        ledger.apply(&Record::Granted(Box::new(thief.clone()))),
        Err(ApplyError::DuplicateCode { key: thief.key, owner: grant.key })
    );
    let twin = Grant { code: "0000000000".into(), ..grant.clone() };
    assert_eq!(ledger.apply(&Record::Granted(Box::new(twin))), Err(ApplyError::DuplicateGrant { key: grant.key }));
    let unknown = Record::Step { key: thief.key, state: State::Minted, at: at(2) };
    assert_eq!(ledger.apply(&unknown), Err(ApplyError::UnknownGrant { key: thief.key }));
    let backwards = Record::Step { key: grant.key, state: State::Reserved, at: at(2) };
    assert!(matches!(ledger.apply(&backwards), Err(ApplyError::Backwards { .. })));
    redeem(&mut ledger, at(2), &grant.code, "1", 6_000);
    let second = Record::Redeemed { key: grant.key, order: "2".into(), at: at(3), value: 1 };
    assert!(matches!(ledger.apply(&second), Err(ApplyError::Backwards { .. })), "one code, two orders");
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
