//! The conversation with a platform, held by one that answers late, twice, not at all and wrongly.

use super::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;

fn order(code: &str) -> MintOrder {
    let mut ledger = Ledger::default();
    let grant = minted(&mut ledger, at(1), &request("ann", ten_percent()));
    MintOrder { code: code.into(), ..MintOrder::of(&grant, |_| None) }
}

fn exists(order: &MintOrder) -> Reply {
    Reply::Exists(Box::new(order.clone()))
}

fn ask(attempt: u32, ask: Ask, after_ms: u64) -> Next {
    Next::Ask { attempt, ask, after: Duration::from_millis(after_ms) }
}

#[test]
fn a_code_is_confirmed_by_a_look_and_not_by_a_word() {
    let order = order("A");
    let mut minting = Minting::new(order.clone());
    assert_eq!(minting.next(), ask(0, Ask::Create, 0));
    assert_eq!(minting.reply(0, &exists(&order)), ask(1, Ask::LookUp, 0));
    assert_eq!(minting.reply(1, &exists(&order)), Next::Confirmed);
    assert_eq!(minting.reply(1, &Reply::Refused), Next::Confirmed, "over is over");
}

#[test]
fn silence_after_success_makes_no_second_code() {
    let order = order("A");
    let mut minting = Minting::new(order.clone());
    assert_eq!(minting.reply(0, &Reply::Silence), ask(1, Ask::LookUp, 50));
    assert_eq!(minting.reply(0, &exists(&order)), ask(1, Ask::LookUp, 0), "a late answer to the first question changes nothing");
    assert_eq!(minting.reply(1, &exists(&order)), Next::Confirmed);
}

#[test]
fn what_was_not_made_is_asked_for_again() {
    let mut minting = Minting::new(order("A"));
    minting.reply(0, &Reply::Silence);
    assert_eq!(minting.reply(1, &Reply::Absent), ask(2, Ask::Create, 100));
    assert_eq!(minting.reply(2, &Reply::Busy { after: Duration::from_secs(1) }), ask(3, Ask::Create, 1_000));
    assert_eq!(minting.reply(3, &Reply::Refused), Next::GivenUp);
}

#[test]
fn anything_else_than_our_code_is_never_shown() {
    let own = order("A");
    for other in [
        MintOrder { code: "B".into(), ..own.clone() },
        MintOrder { idempotency_key: "ffff".into(), ..own.clone() },
        MintOrder { amount: 90, ..own.clone() },
        MintOrder { uses: 1_000, ..own.clone() },
        MintOrder { minimum: 0, ..own.clone() },
    ] {
        assert_eq!(Minting::new(own.clone()).reply(0, &exists(&other)), Next::GivenUp);
        let mut minting = Minting::new(own.clone());
        minting.reply(0, &Reply::Silence);
        assert_eq!(minting.reply(1, &exists(&other)), Next::GivenUp);
    }
    let mut minting = Minting::new(own);
    let mut questions = 1;
    while let Next::Ask { attempt, .. } = minting.reply(minting.attempt(), &Reply::Silence) {
        questions = attempt + 1;
    }
    assert_eq!(questions, Minting::ATTEMPTS_MAX, "not for ever");
}

/// A platform whose network and honesty are drawn by lot. What it holds is the truth.
struct Shop {
    random: ChaCha8Rng,
    codes: BTreeMap<Box<str>, MintOrder>,
    /// Orders it said were made and that were not.
    lies: u32,
    duplicates: u32,
    silences: u32,
    busy: u32,
}

impl Shop {
    fn below(&mut self, n: u64) -> u64 {
        self.random.next_u64() % n
    }

    fn hear(&mut self, question: Ask, order: &MintOrder) -> Reply {
        if self.below(8) == 0 {
            self.busy += 1;
            return Reply::Busy { after: Duration::from_millis(self.below(300)) };
        }
        if self.below(8) == 0 {
            self.silences += 1;
            return Reply::Silence;
        }
        let reply = match question {
            Ask::Create => {
                // The request is delivered twice now and then; the key tells.
                let deliveries = 1 + u32::from(self.below(5) == 0);
                self.duplicates += deliveries - 1;
                for _ in 0..deliveries {
                    let is_known = self.codes.values().any(|known| known.idempotency_key == order.idempotency_key);
                    if !is_known && self.below(10) == 0 {
                        self.lies += 1;
                    } else if !is_known {
                        self.codes.insert(order.code.clone(), order.clone());
                    }
                }
                Reply::Exists(Box::new(order.clone()))
            }
            Ask::LookUp => match self.codes.get(&order.code).cloned() {
                // It mixes things up: another discount under the same code.
                Some(found) if self.below(30) == 0 => Reply::Exists(Box::new(MintOrder { amount: found.amount + 1, ..found })),
                Some(found) => Reply::Exists(Box::new(found)),
                None => Reply::Absent,
            },
            Ask::Withdraw => {
                // It says so and does not do it.
                if self.below(10) == 0 {
                    self.lies += 1;
                } else {
                    self.codes.retain(|_, known| known.idempotency_key != order.idempotency_key);
                }
                Reply::Absent
            }
        };
        // It timed out after it happened.
        if self.below(4) == 0 {
            self.silences += 1;
            return Reply::Silence;
        }
        reply
    }
}

/// Talks to the end, with answers that are lost, late and out of order. Returns it, and how many questions it took.
fn converse(shop: &mut Shop, mut minting: Minting) -> (Next, u32) {
    let order = minting.order().clone();
    // Answers that are still on their way, to be delivered in any order.
    let mut late: Vec<(u32, Reply)> = Vec::new();
    let mut questions = 0;
    loop {
        let Next::Ask { attempt, ask, .. } = minting.next() else { return (minting.next(), questions) };
        questions += 1;
        let reply = shop.hear(ask, &order);
        if shop.below(5) == 0 {
            late.push((attempt, reply));
            minting.reply(attempt, &Reply::Silence);
        } else {
            minting.reply(attempt, &reply);
        }
        if !late.is_empty() && shop.below(2) == 0 {
            let index = shop.below(late.len() as u64) as usize;
            let (attempt, reply) = late.swap_remove(index);
            minting.reply(attempt, &reply);
        }
    }
}

/// A code is confirmed only if the platform has it, once, with our terms, and withdrawn only if the platform has it no more; two thirds and
/// more of them get there.
#[test]
fn a_hostile_platform_never_makes_us_show_what_is_not_there() {
    let (mut confirmed, mut withdrawn, mut faults) = (0, 0, [0; 4]);
    const SEEDS: u64 = 2_000;
    for seed in 0..SEEDS {
        let mut shop =
            Shop { random: ChaCha8Rng::seed_from_u64(seed), codes: BTreeMap::new(), lies: 0, duplicates: 0, silences: 0, busy: 0 };
        let order = order("OWNCODE");
        let (end, questions) = converse(&mut shop, Minting::new(order.clone()));
        assert!(questions <= Minting::ATTEMPTS_MAX, "seed {seed}");
        let made = shop.codes.values().filter(|made| made.idempotency_key == order.idempotency_key).count();
        assert!(made <= 1, "seed {seed}: two codes for one grant");
        if end == Next::Confirmed {
            confirmed += 1;
            assert_eq!(shop.codes.get(&order.code), Some(&order), "seed {seed}: confirmed and not there");
        }
        let (end, questions) = converse(&mut shop, Minting::withdrawing(order.clone()));
        assert!(questions <= Minting::ATTEMPTS_MAX, "seed {seed}");
        if end == Next::Confirmed {
            withdrawn += 1;
            assert_eq!(shop.codes.get(&order.code), None, "seed {seed}: withdrawn and still there");
        }
        for (sum, count) in faults.iter_mut().zip([shop.lies, shop.duplicates, shop.silences, shop.busy]) {
            *sum += count;
        }
    }
    assert!(confirmed > SEEDS * 2 / 3 && withdrawn > SEEDS * 2 / 3, "{confirmed} and {withdrawn} of {SEEDS}");
    assert!(faults.iter().all(|count| *count > 100), "lies, duplicates, silences, busy: {faults:?}");
}

#[test]
fn what_is_somebody_elses_is_not_ended() {
    let (ours, theirs) = (order("OWNCODE"), MintOrder { idempotency_key: "another".into(), ..order("OWNCODE") });
    let mut minting = Minting::withdrawing(ours);
    minting.reply(0, &Reply::Silence);
    assert_eq!(minting.reply(1, &exists(&theirs)), Next::Confirmed);
}
