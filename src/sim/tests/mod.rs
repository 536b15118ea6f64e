//! The core under a hundred thousand random events.

mod golden;
mod saved;
mod witness;
mod worlds;

use super::Shop;
use super::Shopper;
use super::Step;
use super::campaigns;
use crate::decide::Considered;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Session;
use crate::session::Start;
use witness::Witness;

/// Seeds that once found a fault come first.
const SEEDS: std::ops::Range<u64> = 0..200;
const EVENTS_PER_SEED: usize = 500;
/// Encoding dominates the test in a debug build, so it is not done after every event.
const STORED_EVERY: usize = 16;

/// What one step led to.
type Outcome = (Step, Vec<Effect>, Vec<Considered>);

#[test]
fn random_events_hold_the_invariants() {
    let shop = campaigns::shop(9);
    let mut totals = Totals::default();
    for seed in SEEDS {
        let told = SeedOnPanic(seed);
        walk(seed, &shop, &mut totals);
        drop(told);
    }
    assert_eq!(totals.events, 100_000);
    // A simulation in which nothing happens would hold everything.
    assert!(totals.pushes > 5_000 && totals.visits > 200 && totals.grants > 200 && totals.ordered > 200, "{totals:?}");
    assert!(totals.winners.len() > 20, "most campaigns act: {:?}", totals.winners);
}

#[test]
fn a_seed_is_a_visit() {
    let shop = campaigns::shop(9);
    let steps = |seed| {
        let mut shopper = Shopper::new(seed, &shop);
        shopper.visit();
        (0..200).map(|_| shopper.next(None)).collect::<Vec<Step>>()
    };
    assert_eq!(steps(1), steps(1));
    assert_ne!(steps(1), steps(2));
}

#[derive(Debug, Default)]
struct Totals {
    events: usize,
    visits: usize,
    pushes: usize,
    grants: usize,
    ordered: usize,
    winners: std::collections::BTreeSet<crate::model::Key>,
}

impl Totals {
    fn count(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Push { .. } => self.pushes += 1,
                Effect::RequestGrant { .. } => self.grants += 1,
                Effect::Ordered { .. } => self.ordered += 1,
                Effect::Decided { won, .. } => self.winners.extend(won.iter().map(|(_, campaign, _)| *campaign)),
                _ => {}
            }
        }
    }
}

/// Prints the seed of a walk that panics.
struct SeedOnPanic(u64);

impl Drop for SeedOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}", self.0);
        }
    }
}

/// Walks one shopper through as many visits as its events last for.
fn walk(seed: u64, shop: &Shop, totals: &mut Totals) {
    let mut shopper = Shopper::new(seed, shop);
    let mut out = Effects::default();
    let mut events = 0;
    while events < EVENTS_PER_SEED {
        let (began, start) = shopper.visit();
        let mut session = Session::new(began, start.clone());
        let mut witness = Witness::new(&start, shop);
        let mut journal: Vec<Outcome> = Vec::new();
        totals.visits += 1;
        while events < EVENTS_PER_SEED && !session.is_ended() {
            let step = shopper.next(session.next_deadline());
            let waited = due(&session, &step, shop, events);
            out.clear();
            witness.before(&step, &session);
            session.apply(step.at, step.input.clone(), shop.snapshot(step.snapshot), &mut out);
            let first = common(&waited, &out.list);
            witness.after(&step, &session, &out, first);
            shopper.notice(&out.list);
            totals.count(&out.list);
            if events.is_multiple_of(STORED_EVERY) {
                stored(&mut session);
            }
            journal.push((step, out.list.clone(), out.proofs.considered.clone()));
            events += 1;
        }
        witness.end(&session);
        replay(began, start, shop, &journal, &session);
    }
    totals.events += events;
}

/// Effects that time alone had in this step, before its input was looked at.
fn due(session: &Session, step: &Step, shop: &Shop, events: usize) -> Vec<Effect> {
    let snapshot = shop.snapshot(step.snapshot);
    let mut waited = Effects::default();
    let is_due = session.next_deadline().is_some_and(|deadline| deadline <= step.at) || session.version() != snapshot.version;
    if is_due || events.is_multiple_of(STORED_EVERY) {
        session.clone().apply(step.at, Input::Timer, snapshot, &mut waited);
    }
    assert!(is_due || waited.list.is_empty(), "something happened before its deadline: {:?}", waited.list);
    waited.list
}

/// How many effects two lists begin with in common.
fn common(a: &[Effect], b: &[Effect]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

/// A session that was stored and read is the same, and goes on in its place: the replay, which is never stored, must end alike.
fn stored(session: &mut Session) {
    let bytes = rmp_serde::to_vec(session).expect("a session can be stored");
    assert!(bytes.len() < 64 * 1024, "a session of {} bytes", bytes.len());
    let back: Session = rmp_serde::from_slice(&bytes).expect("a session can be read");
    assert_eq!(back, *session);
    *session = back;
}

/// The same inputs give the same effects, proofs and state, in a session that was never stored.
fn replay(began: crate::model::Timestamp, start: Start, shop: &Shop, journal: &[Outcome], end: &Session) {
    let mut session = Session::new(began, start);
    let mut out = Effects::default();
    for (number, (step, effects, considered)) in journal.iter().enumerate() {
        out.clear();
        session.apply(step.at, step.input.clone(), shop.snapshot(step.snapshot), &mut out);
        assert_eq!(out.list, *effects, "step {number}: {step:?}");
        assert_eq!(out.proofs.considered, *considered, "step {number}: {step:?}");
    }
    assert_eq!(session, *end);
}
