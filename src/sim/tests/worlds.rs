//! Whole shops under faults, and the proof that the account finds what is planted.

use super::saved::SAVED;
use crate::sim::Bug;
use crate::sim::Counts;
use crate::sim::Fault;
use crate::sim::Scale;
use crate::sim::Simulation;

/// Seeds of every run of the tests. Chosen for their time: `floorwalker simulate` runs as many as one likes.
const SEEDS: std::ops::Range<u64> = 0..60;
/// Seeds within which a planted mistake must be found.
const PLANTED_SEEDS: u64 = 1_000;

#[test]
fn nothing_is_lost_and_nothing_happens_twice() {
    let simulation = Simulation::new(None);
    let (mut faults, mut acknowledged, mut codes) = (Counts::default(), 0, 0);
    for seed in SEEDS {
        let outcome = simulation.run(seed, &Scale::default(), false);
        if let Some(wrong) = &outcome.wrong {
            let shrunk = simulation.shrink(seed, &Scale::default());
            let trace = shrunk.outcome.lines.join("\n");
            panic!("{trace}\nseed {seed}: {wrong}\nfloorwalker simulate --seeds 1 --from {seed}{} --trace", shrunk.scale.options());
        }
        faults.add(&outcome.faults);
        acknowledged += outcome.acknowledged;
        codes += outcome.codes;
    }
    // A simulation in which nothing happens would hold everything.
    assert!(acknowledged > 3_000 && codes > 20 && faults.total() > 400, "{acknowledged} {codes} {faults:?}");
    assert!(faults.iter().filter(|(_, count)| *count > 0).count() > 25, "{faults:?}");
}

#[test]
fn seeds_that_once_failed_hold() {
    let simulation = Simulation::new(None);
    for saved in SAVED {
        let outcome = simulation.run(saved.seed, &(saved.scale)(), false);
        assert_eq!(outcome.wrong, None, "seed {} again: {}", saved.seed, saved.found);
    }
}

#[test]
fn the_same_seed_is_the_same_run() {
    let simulation = Simulation::new(None);
    for seed in [1, 5, 8, 13] {
        let once = simulation.run(seed, &Scale::default(), false);
        let again = Simulation::new(None).run(seed, &Scale::default(), true);
        assert_eq!((once.digest, once.faults, once.events), (again.digest, again.faults, again.events), "seed {seed}");
        assert!(!again.lines.is_empty());
    }
    let digests: std::collections::BTreeSet<u64> = (20..24).map(|seed| simulation.run(seed, &Scale::default(), false).digest).collect();
    assert_eq!(digests.len(), 4);
}

/// The first seed that finds a planted mistake, counted from 0, and how it is run; see [`planted_mistakes_are_found`].
fn found_by(bug: Bug) -> (u64, Scale) {
    let usual = Scale::default();
    match bug {
        Bug::AckBeforeDurable | Bug::GrantBeforeDurable | Bug::CheckpointUnsaved => (2, usual),
        Bug::DedupeInMemory => (0, usual),
        Bug::AgainBeforeDurable => (296, usual),
        Bug::StateAhead => (1, usual),
        Bug::NoWholeState => (3, usual),
        Bug::ConsentUnrecorded => (4, usual),
        Bug::HoleInHistory => (6, usual),
        Bug::AckTakenBack => (176, usual),
        Bug::RestoredUnsaved => (628, usual),
        Bug::AliveTooEarly => (6, Scale { kinds: vec![Fault::Cut, Fault::Sleep, Fault::ServerClock], ..usual }),
    }
}

/// Each is found within [`PLANTED_SEEDS`] seeds from 0. Where it takes many, the test begins shortly before the seed that is known to.
#[test]
fn planted_mistakes_are_found() {
    for bug in Bug::ALL {
        let simulation = Simulation::new(Some(bug));
        let (known, scale) = found_by(bug);
        assert!(known < PLANTED_SEEDS);
        let mut seeds = known.saturating_sub(3)..PLANTED_SEEDS;
        let found = seeds.find(|seed| simulation.run(*seed, &scale, false).wrong.is_some());
        assert!(found.is_some(), "{} is not found in {PLANTED_SEEDS} seeds", bug.name());
    }
}

#[test]
fn a_failing_seed_becomes_smaller_and_still_fails() {
    let simulation = Simulation::new(Some(Bug::AckBeforeDurable));
    let scale = Scale::default();
    let seed = (0..PLANTED_SEEDS).find(|seed| simulation.run(*seed, &scale, false).wrong.is_some()).unwrap();
    let shrunk = simulation.shrink(seed, &scale);
    assert!(shrunk.outcome.wrong.is_some() && !shrunk.outcome.lines.is_empty());
    assert!(shrunk.scale.acts < scale.acts || shrunk.scale.faults < scale.faults, "{:?}", shrunk.scale);
    assert_eq!(simulation.run(seed, &shrunk.scale, true).digest, shrunk.outcome.digest);
}
