//! Uploaded codes: what is taken, given out once, found again.

use super::*;

fn pooled() -> Terms {
    Terms { pool: Some(key_of("spring")), budget: Some(budget(100, 60)), ..ten_percent() }
}

#[test]
fn uploads_are_read_whole_or_not_at_all() {
    let mut ledger = Ledger::default();
    let own = minted(&mut ledger, at(1), &request("ann", ten_percent()));
    let codes = ledger.read_codes("spring", " Save-10 \r\n\nSPRING_2\n").unwrap();
    assert_eq!(codes, ["Save-10".into(), "SPRING_2".into()]);
    ledger.stock("spring", codes);
    let text = format!("ok-1\nsave-10\nab\nnot a code\nOK-1\n{}\n{}\n{}", "x".repeat(65), own.code, own.code.to_lowercase());
    let wrong = ledger.read_codes("other", &text).unwrap_err();
    let of = |line, reason| LineError { line, reason };
    use LineProblem::*;
    let expected = [of(2, Known), of(3, Characters), of(4, Characters), of(5, Twice), of(6, Characters), of(7, Known), of(8, Known)];
    assert_eq!(wrong, expected, "codes are compared across pools and with our own, in any case");
    assert!(is_pool_name("spring-2"));
    for bad in ["", "Spring", "a/b", "a b", &"a".repeat(65)] {
        assert!(!is_pool_name(bad), "{bad}");
    }
}

#[test]
fn a_code_is_given_out_once_and_a_dry_pool_gives_no_offer() {
    let mut ledger = Ledger::default();
    assert_eq!(ledger.grant(at(1), &request("a", pooled()), &SECRET), Answer::Refused(Refusal::NoPool));
    ledger.stock("spring", ["one-1", "two-2"].map(Into::into));
    let first = minted(&mut ledger, at(1), &request("a", pooled()));
    assert_eq!(&*first.code, "one-1");
    let Answer::Again(again) = ledger.grant(at(2), &request("a", pooled()), &SECRET) else { panic!("not again") };
    assert_eq!(again.code, first.code, "a retry finds its own");
    let second = minted(&mut ledger, at(2), &request("b", pooled()));
    assert_eq!(&*second.code, "two-2");
    assert_eq!(ledger.grant(at(3), &request("c", pooled()), &SECRET), Answer::Refused(Refusal::PoolDry));
    assert_eq!(ledger.pools(), [PoolLevel { name: "spring".into(), free: 0, given: 2 }]);
    assert!(ledger.check_code(at(3), "ONE-1", dollars(9_000)).is_ok());
    assert!(ledger.read_codes("spring", "TWO-2").is_err(), "given out and known");
    expire(&mut ledger, at(700));
    let third = ledger.grant(at(701), &request("c", pooled()), &SECRET);
    assert_eq!(third, Answer::Refused(Refusal::PoolDry), "an expired code was seen by somebody and does not come back");
}

#[test]
fn a_log_read_before_its_pool_gives_the_same() {
    let mut ledger = Ledger::default();
    ledger.stock("spring", ["one-1", "two-2", "three-3"].map(Into::into));
    let first = minted(&mut ledger, at(1), &request("a", pooled()));
    let mut rebuilt = Ledger::default();
    rebuilt.apply(&Record::Granted(Box::new(first))).unwrap();
    rebuilt.stock("spring", ["one-1", "two-2", "three-3"].map(Into::into));
    assert_eq!(rebuilt.pools(), ledger.pools());
    let next = |ledger: &mut Ledger| minted(ledger, at(2), &request("b", pooled())).code;
    assert_eq!((next(&mut rebuilt), next(&mut ledger)), ("two-2".into(), "two-2".into()));
}

#[test]
fn our_own_codes_avoid_uploaded_ones() {
    let mut ledger = Ledger::default();
    let key = GrantKey::of(key_of("exit"), key_of("ann"), 0);
    ledger.stock("spring", [code::derive(&SECRET, key, 0)]);
    let grant = minted(&mut ledger, at(1), &request("ann", ten_percent()));
    assert_eq!(grant.code, code::derive(&SECRET, key, 1));
}
