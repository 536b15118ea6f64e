//! Drafts rehearsed on visits made by hand.

use super::fork_tests::LEAVER;
use super::fork_tests::NUDGE;
use super::fork_tests::Story;
use super::fork_tests::Versions;
use super::fork_tests::campaign;
use super::*;
use crate::model::Event;
use crate::model::PageKind;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::offer::Limits;
use crate::offer::UnknownCost;
use serde_json::json;

fn at(seconds: u64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

/// Rehearses on visits whose records come mixed, by time.
fn rehearsed(draft: &str, from: u64, stories: &[Story<'_>], versions: &Versions) -> Report {
    let mut records: Vec<(Timestamp, SessionId, Entry)> = Vec::new();
    for story in stories {
        let Some((_, Entry::Started(start))) = story.lines.first() else { panic!("a visit begins") };
        records.extend(story.lines.iter().map(|(at, entry)| (*at, start.id, entry.clone())));
    }
    records.sort_by_key(|(at, ..)| *at);
    let mut rehearsal = Rehearsal::new(campaign(draft), at(from), at(1_000_000), Limits::default(), UnknownCost::Refuse);
    for (at, id, entry) in records {
        rehearsal.record(id, at, Ok(entry), versions);
    }
    rehearsal.finish()
}

const DRAFT: &str = "
id = 'draft'
name = 'Draft'
baseline = 0.0
trust = 'claimed'
purpose = 'context'
priority = 50
enabled = false
trigger = [{ on = 'exit_intent' }]
limits = { per_session = 1 }
variant = [{ id = 'a', action = [{ do = 'offer', placement = 'overlay', template = 't', data = { title = 'Draft' }, offer = { kind = 'fixed', amount = 5, minimum = 20, expires = '20m', budget = { count = 2, every = '1d' } } }] }]
";

/// Four visits leave and one does not. The first has an offer already, which the draft takes the place of; the second began before the
/// window; the budget of two ends before the fifth.
#[test]
fn a_visit_counts_up_to_what_would_have_been_otherwise() {
    let versions = Versions::of(&[&[LEAVER]]);
    let leave = |id, at_s, minor| {
        let mut story = Story::start(id, at_s, &versions);
        story.cart(0);
        story.cart(minor);
        story.leave();
        story.granted();
        story.view(PageKind::Cart);
        story
    };
    let mut calm = Story::start(4, 3_650, &versions);
    calm.event(Event::Scroll { depth: 20 });
    let stories = [leave(2, 46, 2_500), leave(1, 100, 4_000), leave(3, 3_700, 300), calm, leave(5, 7_300, 4_000)];
    let report = rehearsed(DRAFT, 50, &stories, &versions);
    // Per leaving visit: attach, view, cart, cart, signal, confirmed (where the draft acts); grant and view are not counted.
    let expect = json!({
        "campaign": "draft", "fromMs": 50_000, "toMs": 1_000_000_000_u64,
        "visits": { "seen": 4, "whole": 1, "diverged": 3, "broken": 0, "earlier": 1 },
        "turns": { "seen": 8 + 8 + 3 + 8, "counted": 6 + 6 + 3 + 6 },
        "broken": {},
        "considered": 3, "won": 3, "baseline": 0, "refused": {},
        "exposures": 2,
        "byHour": { "0": 1, "3600000": 1 },
        "byPage": { "home": 2 },
        // In the third the draft asked for a code, got none, and left its place empty.
        "displaced": { "leaver": 3 },
        "cost": { "requested": 3, "granted": 2, "again": 0, "refused": { "budget": 1 }, "worstMinor": 1_000, "freeShipping": 0 },
    });
    assert_eq!(serde_json::to_value(&report).unwrap(), expect);
    let examples = report.examples();
    assert_eq!(examples.len(), 2);
    assert_eq!((examples[0].session, examples[1].session), (SessionId([1; 16]), SessionId([3; 16])));
    assert_eq!(examples[0].exposure.content, "offer t: Draft");
    assert_eq!(examples[0].recent.len(), 6);
    assert_eq!(*examples[0].displaced, ["leaver".into()]);
}

/// A draft that is refused, or keeps the shop's default, changes nothing: the visit counts to its end.
#[test]
fn a_draft_that_shows_nothing_ends_no_visit() {
    let versions = Versions::of(&[&[NUDGE]]);
    let visit = |id| {
        let mut story = Story::start(id, 100 + u64::from(id), &versions);
        story.cart(0);
        story.cart(4_000);
        story.leave();
        story.event(Event::Scroll { depth: 80 });
        story
    };
    let stories: Vec<Story<'_>> = (1..=40).map(visit).collect();
    let refused = DRAFT.replace("enabled = false", "when = 'cart.value > 50.0'");
    let report = rehearsed(&refused, 0, &stories, &versions);
    assert_eq!((report.considered, report.won, report.exposures, report.refused["condition"]), (40, 0, 0, 40));
    assert_eq!((report.visits.whole, report.turns.share()), (40, 1.0));

    let half = DRAFT.replace("baseline = 0.0", "baseline = 0.5").replace("count = 2", "count = 99");
    let report = rehearsed(&half, 0, &stories, &versions);
    assert_eq!(report.won + report.baseline, 40);
    assert!((10..=30).contains(&report.baseline), "{report:?}");
    assert_eq!((report.visits.whole, report.visits.diverged), (report.baseline, report.won));
    assert_eq!(report.cost.granted, report.won);
    assert_eq!(report.cost.worst_minor, i64::from(report.won) * 500);
    assert_eq!(report.examples().len(), Report::EXAMPLES_MAX.min(report.won as usize));

    let broke = DRAFT.replace("count = 2", "count = 1");
    let report = rehearsed(&broke, 0, &stories, &versions);
    assert_eq!((report.exposures, report.cost.granted, report.cost.refused["budget"]), (1, 1, 39));
    assert_eq!((report.visits.diverged, report.visits.whole), (1, 39), "no code, nothing shown, nothing otherwise");
}

/// A draft has deadlines that the recording has not: they pass between its inputs.
#[test]
fn a_draft_waits_for_its_own_moments() {
    let versions = Versions::of(&[&[]]);
    let dwell = "
id = 'dwell'
name = 'Dwell'
baseline = 0.0
purpose = 'context'
trigger = [{ on = 'dwell', of = 'page', for = '4s' }]
variant = [{ id = 'a', action = [{ do = 'fill', placement = 'banner', template = 't', data = { title = 'Still here?' } }] }]
";
    let mut story = Story::start(1, 100, &versions);
    story.event(Event::Attention { active: true });
    story.wait(8_000);
    story.event(Event::Scroll { depth: 10 });
    let report = rehearsed(dwell, 0, &[story], &versions);
    assert_eq!((report.exposures, report.won, report.turns.seen, report.turns.counted), (1, 1, 4, 3));
    let moment = report.examples()[0].at;
    assert_eq!(
        moment.since(at(100)).as_millis() / 100,
        (1_000 + 1_000 + 4_000) / 100,
        "after four seconds of attention, not at the scroll"
    );
}

/// The draft of a campaign that is there takes its place: the same content is no difference, another one is.
#[test]
fn a_draft_replaces_the_campaign_of_its_id() {
    let versions = Versions::of(&[&[LEAVER]]);
    let story = || {
        let mut story = Story::start(1, 100, &versions);
        story.cart(0);
        story.cart(4_000);
        story.leave();
        story.granted();
        story.view(PageKind::Cart);
        [story]
    };
    let same = rehearsed(LEAVER, 0, &story(), &versions);
    assert_eq!((same.exposures, same.visits.whole, same.displaced.len()), (1, 1, 0));
    let other = rehearsed(&LEAVER.replace("Ten", "Ten percent"), 0, &story(), &versions);
    assert_eq!((other.exposures, other.visits.diverged, other.displaced.len()), (1, 1, 0));
    assert_eq!(other.cost.worst_minor, 400);
}

#[test]
fn what_cannot_be_followed_is_counted_as_such() {
    let versions = Versions::of(&[&[LEAVER]]);
    let story = |id| {
        let mut story = Story::start(id, 100, &versions);
        story.cart(0);
        story.view(PageKind::Cart);
        story
    };
    let (mut gone, mut differs) = (story(1), story(2));
    if let Some((_, Entry::Turn(turn))) = gone.lines.last_mut() {
        turn.version = 9;
    }
    if let Some((_, Entry::Turn(turn))) = differs.lines.last_mut() {
        turn.digest ^= 1;
    }
    let report = rehearsed(DRAFT, 0, &[gone, differs, story(3)], &versions);
    assert_eq!((report.visits.seen, report.visits.broken, report.visits.whole), (3, 2, 1));
    assert_eq!((report.turns.seen, report.turns.counted), (12, 10));
    assert_eq!(report.broken.len(), 2, "{:?}", report.broken);
}
