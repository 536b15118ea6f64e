//! Seeds that once found a mistake, in ours or in the simulation's own account. They are run for ever.

use crate::sim::Fault;
use crate::sim::Scale;

/// A seed, how it was run, and what it found.
pub(super) struct Saved {
    pub(super) seed: u64,
    pub(super) scale: fn() -> Scale,
    pub(super) found: &'static str,
}

pub(super) const SAVED: [Saved; 17] = [
    Saved {
        seed: 176,
        scale: Scale::default,
        found: "A visit whose actor failed came back while its newest records were not durable, and told its page of fewer events than it \
                had acknowledged; the page numbered its next events wrongly, and they were taken for duplicates.",
    },
    Saved {
        seed: 628,
        scale: Scale::default,
        found: "A visit that came back counted as saved though its state was behind; a checkpoint passed over its records, and the next \
                crash lost what was acknowledged.",
    },
    Saved {
        seed: 515,
        scale: Scale::default,
        found: "A page that delivered another's leftovers said what the shopper had agreed to before, after the shopper had withdrawn.",
    },
    Saved {
        seed: 2003,
        scale: Scale::default,
        found: "What was no event of a page, and came while the journal took nothing, is recorded no earlier than at the next deadline.",
    },
    Saved {
        seed: 251,
        scale: || only(&[Fault::Repeat, Fault::Sleep, Fault::Consent, Fault::Publish, Fault::AfterAppend]),
        found: "A page that was told of a withdrawal put back also what was not personal, and nobody told the server.",
    },
    Saved {
        seed: 677,
        scale: || only(&[]),
        found: "A visit knows its last eight pages: what a ninth before had not delivered counted twice. It is the documented bound.",
    },
    Saved {
        seed: 7668,
        scale: Scale::default,
        found: "A page came back after its time: the visit gave it up with the very hello, and the page was believed to show what it had.",
    },
    Saved {
        seed: 5165,
        scale: Scale::default,
        found: "Two pages delivered the same leftovers to a visit that had forgotten their stream, each under numbers of its own.",
    },
    Saved {
        seed: 3911,
        scale: Scale::default,
        found: "A ninth open page took the place of the first, which stayed connected to nothing and was never answered.",
    },
    Saved {
        seed: 6682,
        scale: Scale::default,
        found: "A page that sends again at once for as long as the journal is full comes to no end.",
    },
    Saved {
        seed: 3754,
        scale: Scale::default,
        found: "Two pages began the numbers of the same leftovers anew, one after a part of them was acknowledged.",
    },
    Saved {
        seed: 3809,
        scale: Scale::default,
        found: "A page that could not show something new left the old in its place, which the engine had given up.",
    },
    Saved {
        seed: 9828,
        scale: Scale::default,
        found: "What was decided between a page's first word and its page view left the visit's state, and stayed on the page.",
    },
    Saved {
        seed: 2147,
        scale: Scale::default,
        found: "A page that was ahead, of a visit that is no more, asked for the state and was left alone.",
    },
    Saved {
        seed: 3156,
        scale: Scale::default,
        found: "Past eight pages the visit gave up one page and its deliveries another: a page whose numbers were gone still had content, at \
                revision 0, and a page that asked for what it had skipped was not behind.",
    },
    Saved { seed: 305, scale: Scale::default, found: "The account was closed while the last push was under way." },
    Saved { seed: 906, scale: Scale::default, found: "A long queue over a slow network is not late." },
];

fn only(kinds: &[Fault]) -> Scale {
    Scale { kinds: kinds.to_vec(), ..Scale::default() }
}
