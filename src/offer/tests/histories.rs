//! Random histories against the obvious ledger: a list of grants and nothing else.

use super::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

const OPEN_MAX: u32 = 12;
const PER_DAY: u32 = 70;
const VALUE_PER_DAY: i64 = 7_000;
const SEEDS: u64 = 100;

/// Sums everything up anew at each question.
#[derive(Default)]
struct Slow {
    grants: Vec<(Key, Key, u64, Grant)>,
}

impl Slow {
    fn window(&self, campaign: Option<Key>, time: Timestamp, length: Duration) -> (usize, i64) {
        let own = self.grants.iter().filter(|(of, ..)| campaign.is_none_or(|campaign| campaign == *of));
        let recent: Vec<i64> = own.filter(|(.., grant)| grant.granted + length > time).map(|(.., grant)| grant.value).collect();
        (recent.len(), recent.iter().sum())
    }

    /// `pool` is what is left of the pool.
    fn grant(&self, time: Timestamp, request: &Request, pool: usize) -> &'static str {
        let budget = request.terms.budget.unwrap();
        let period = time.0 / budget.every.as_micros() as u64;
        if let Some((.., grant)) = self.grants.iter().find(|(c, s, p, _)| (*c, *s, *p) == (request.campaign, request.subject, period)) {
            let alive = grant.state <= State::Shown && grant.expires > time;
            return if alive { "again" } else { "over" };
        }
        let open = |campaign: Option<Key>| {
            self.grants.iter().filter(|(of, .., grant)| grant.state <= State::Shown && campaign.is_none_or(|c| c == *of)).count()
        };
        let own = Some(request.campaign);
        let worst = request.terms.worst().unwrap();
        let all: i64 = self.grants.iter().filter(|(of, ..)| *of == request.campaign).map(|(.., grant)| grant.value).sum();
        let day = self.window(None, time, Duration::from_secs(86_400));
        if open(None) >= OPEN_MAX as usize {
            "ceiling"
        } else if day.0 >= PER_DAY as usize {
            "shop_count"
        } else if day.1 + worst > VALUE_PER_DAY {
            "shop_value"
        } else if self.window(own, time, budget.every).0 >= budget.count as usize {
            "budget"
        } else if open(own) >= budget.open.unwrap() as usize {
            "open"
        } else if self.window(own, time, budget.every).1 + worst > budget.value.unwrap()
            || self.window(own, time, Duration::from_secs(3_600)).1 + worst > budget.value_per_hour.unwrap()
            || all + worst > budget.value_total.unwrap()
        {
            "value"
        } else if request.terms.pool.is_some() && pool == 0 {
            "pool_dry"
        } else {
            "granted"
        }
    }
}

fn terms(campaign: u64) -> Terms {
    let limits = Budget {
        open: Some(6),
        value: Some(2_000 + 500 * campaign as i64),
        value_per_hour: Some(5_000),
        value_total: Some(9_000),
        ..budget(4 + campaign as u32, 200 + 100 * campaign)
    };
    let expires = Duration::from_secs(100);
    match campaign {
        0 => Terms { most: Some(700), expires, budget: Some(limits), ..ten_percent() },
        1 => Terms { kind: Kind::Fixed, amount: 500, expires, budget: Some(limits), ..ten_percent() },
        _ => Terms { most: Some(600), expires, budget: Some(limits), pool: Some(key_of("pool")), ..ten_percent() },
    }
}

/// Random wishes, steps, redemptions, expiries and lost logs: the ledger agrees with the obvious one about every wish, budgets of number and
/// value hold in every window at every moment, codes are unique, and the log rebuilds the ledger.
#[test]
fn random_histories_agree_with_the_obvious_ledger() {
    let mut seen = std::collections::BTreeMap::<&str, u32>::new();
    for seed in 0..SEEDS {
        let outcomes = history(seed, true);
        outcomes.into_iter().for_each(|outcome| *seen.entry(outcome).or_default() += 1);
    }
    for outcome in ["granted", "again", "over", "ceiling", "shop_count", "shop_value", "budget", "open", "value", "pool_dry"] {
        assert!(seen.contains_key(outcome), "no history came to {outcome}: {seen:?}");
    }
}

fn history(seed: u64, ordered: bool) -> Vec<&'static str> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |n: u64| random.next_u64() % n;
    let limits = Limits { open: OPEN_MAX, per_day: Some(PER_DAY), value_per_day: Some(VALUE_PER_DAY), ..Limits::default() };
    let codes: Vec<Box<str>> = (0..12).map(|n| format!("POOL-{n}").into()).collect();
    let mut ledger = Ledger::new(limits);
    ledger.stock("pool", codes.clone());
    let mut slow = Slow::default();
    let mut log: Vec<Record> = Vec::new();
    let mut outcomes = Vec::new();
    let mut now = 100_000;
    for turn in 0..500 {
        // Mostly forward; a clock that is set back must not make room.
        now = if ordered || below(20) > 0 { now + below(12) } else { now - below(30) };
        let time = at(now);
        let pick = |slow: &Slow, n: u64| slow.grants.get(n as usize % slow.grants.len().max(1)).map(|entry| entry.3.clone());
        match below(10) {
            0..=4 => {
                let campaign = below(3);
                let terms = terms(campaign);
                let request =
                    Request { campaign: Key(campaign + 1), subject: Key(below(30)), currency: Currency::USD, terms, network: None };
                let free = ledger.pools()[0].free as usize;
                let expect = slow.grant(time, &request, free);
                let got = match ledger.grant(time, &request, &SECRET) {
                    Answer::Granted(grant) => {
                        // A log that fails once leaves a reserved grant behind, which counts.
                        if below(8) > 0 {
                            let record = Record::Granted(Box::new(grant.clone()));
                            ledger.apply(&record).unwrap();
                            log.push(record);
                        }
                        let (period, _) = terms.period(time);
                        slow.grants.push((request.campaign, request.subject, period, grant));
                        "granted"
                    }
                    Answer::Again(_) => "again",
                    Answer::Refused(refusal) => refusal.code(),
                };
                assert_eq!(got, expect, "seed {seed}");
                outcomes.push(got);
            }
            5 | 6 => {
                let to = [State::Minted, State::Shown, State::Revoked][below(3) as usize];
                let logged = pick(&slow, below(99)).filter(|grant| ledger.logged(grant.key) > 0);
                if let Some(grant) = logged {
                    let known = ledger.get(grant.key).unwrap().state;
                    let planned = ledger.step(time, grant.key, to);
                    assert_eq!(planned.is_ok(), known == to || known <= State::Shown && to > known, "seed {seed}");
                    if let Ok(Some(record)) = planned {
                        ledger.apply(&record).unwrap();
                        log.push(record);
                    }
                }
            }
            7 | 8 => {
                let goods = dollars(5_000 + below(9_000) as i64);
                if let Some(grant) = pick(&slow, below(99))
                    && let Ok(Redemption::New(record)) = ledger.redeem(time, &grant.code, &below(9).to_string(), Some(goods), None)
                {
                    ledger.apply(&record).unwrap();
                    log.push(record);
                }
            }
            _ => {
                for key in ledger.due(time, 99) {
                    // What was never logged begins its log when it ends.
                    if ledger.logged(key) == 0 {
                        let record = Record::Granted(Box::new(ledger.get(key).unwrap().clone()));
                        ledger.apply(&record).unwrap();
                        log.push(record);
                    }
                    let record = ledger.step(time, key, State::Expired).unwrap().unwrap();
                    ledger.apply(&record).unwrap();
                    log.push(record);
                }
            }
        }
        for entry in &mut slow.grants {
            entry.3 = ledger.get(entry.3.key).unwrap().clone();
        }
        // The obvious ledger has judged every grant; this looks at all windows that there are.
        if turn % 50 == 49 {
            check_windows(seed, &slow);
        }
    }
    let mut codes_given: Vec<&str> = slow.grants.iter().map(|entry| &*entry.3.code).collect();
    codes_given.sort_unstable();
    codes_given.dedup();
    assert_eq!(codes_given.len(), slow.grants.len(), "seed {seed}: a code was given twice");
    check_rebuilt(seed, &ledger, &log, &codes);
    outcomes
}

/// Every window that ends with a grant: others hold less.
fn check_windows(seed: u64, slow: &Slow) {
    for (campaign, .., last) in &slow.grants {
        let budget = last.terms.budget.unwrap();
        let within = |length: Duration, of: Option<Key>| {
            let own = slow.grants.iter().filter(move |(other, ..)| of.is_none_or(|of| of == *other));
            let window = own.filter(move |(.., grant)| grant.granted <= last.granted && grant.granted + length > last.granted);
            window.fold((0, 0), |(count, value), (.., grant)| (count + 1, value + grant.value))
        };
        let own = Some(*campaign);
        assert!(within(budget.every, own).0 <= budget.count, "seed {seed}: more grants than the budget");
        assert!(within(budget.every, own).1 <= budget.value.unwrap(), "seed {seed}: more value than the budget");
        assert!(within(Duration::from_secs(3_600), own).1 <= budget.value_per_hour.unwrap(), "seed {seed}: value of an hour");
        assert!(within(Duration::MAX, own).1 <= budget.value_total.unwrap(), "seed {seed}: value in all");
        let day = within(Duration::from_secs(86_400), None);
        assert!(day.0 <= PER_DAY && day.1 <= VALUE_PER_DAY, "seed {seed}: the shop's day");
    }
}

fn check_rebuilt(seed: u64, ledger: &Ledger, log: &[Record], codes: &[Box<str>]) {
    let mut rebuilt = Ledger::new(Limits { open: OPEN_MAX, ..Limits::default() });
    for record in log {
        rebuilt.apply(record).unwrap();
    }
    rebuilt.stock("pool", codes.to_vec());
    // A reserved grant that was never logged is not in the log: nobody saw its code.
    let kept: Vec<&Grant> = ledger.grants().filter(|grant| ledger.logged(grant.key) > 0).collect();
    assert_eq!(rebuilt.grants().collect::<Vec<_>>(), kept, "seed {seed}");
    let open = kept.iter().filter(|grant| grant.is_open()).count();
    assert_eq!(rebuilt.open() as usize, open, "seed {seed}");
    for (campaign, totals) in rebuilt.totals() {
        let value: i64 = kept.iter().filter(|grant| grant.campaign == campaign).map(|grant| grant.value).sum();
        assert_eq!(totals.reserved_minor + totals.spent_minor, value, "seed {seed}");
    }
    let before: Vec<Grant> = rebuilt.grants().cloned().collect();
    for record in log.iter().filter(|record| matches!(record, Record::Granted(_) | Record::Redeemed { .. })) {
        rebuilt.apply(record).unwrap();
    }
    assert_eq!(rebuilt.grants().cloned().collect::<Vec<_>>(), before, "seed {seed}: repeated records");
}

/// Clocks are set back now and then; what counted goes on counting.
#[test]
fn budgets_hold_when_the_clock_goes_back() {
    for seed in 1_000..1_000 + SEEDS {
        history(seed, false);
    }
}
