//! A visit that is recorded and goes through its records again.

use super::*;
use crate::decide::Snapshot;
use crate::model::Context;
use crate::model::Event;
use crate::model::Page;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Start;
use std::sync::Arc;

const TAB: StreamId = StreamId([2; 16]);

struct Versions(Vec<Arc<Snapshot>>);

impl Snapshots for Versions {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        self.0.iter().find(|snapshot| snapshot.version == version).cloned()
    }
}

fn versions() -> Versions {
    let read = |text: &str| Arc::new(crate::campaign::Campaign::parse("c.toml", text, Default::default()).unwrap());
    let deeper = read(
        "id = 'deep'\nname = 'Deep'\nbaseline = 0.0\npurpose = 'context'\ntrigger = [{ on = 'scroll', depth = 50 }]\n\
         variant = [{ id = 'v', action = [{ do = 'fill', placement = 'banner', template = 't', data = { title = 'Hello' } }] }]\n",
    );
    let settings = crate::decide::Settings {
        experiments: crate::decide::Experiments { holdout: 0.0, ..Default::default() },
        ..crate::decide::Settings::default()
    };
    let one = Snapshot { version: 1, settings: Arc::new(settings), ..Snapshot::empty() };
    let two = Snapshot { version: 2, campaigns: Arc::new(crate::campaign::CampaignSet::build(vec![deeper])), ..one.clone() };
    Versions(vec![Arc::new(one), Arc::new(two)])
}

/// Time, kind and payload, as a journal keeps them.
type Line = (Timestamp, u8, Vec<u8>);

struct Recorder {
    visit: Visit,
    now: u64,
    lines: Vec<Line>,
    pushes: usize,
}

impl Recorder {
    fn start() -> Recorder {
        let start = Start {
            id: SessionId([1; 16]),
            unit: crate::experiment::Unit([1; 16]),
            context: Context::default(),
            consent: Default::default(),
            preview: false,
        };
        let mut payload = Vec::new();
        write_started(&mut payload, &start);
        let at = Timestamp(1_000_000);
        Recorder { visit: Visit::new(at, start), now: at.0, lines: vec![(at, STARTED, payload)], pushes: 0 }
    }

    fn turn(&mut self, numbered: bool, input: Input, snapshot: &Snapshot) {
        self.now += 1_000_000;
        let at = Timestamp(self.now);
        let number = numbered.then(|| (TAB, self.visit.delivery(TAB).unwrap().applied() + 1));
        let (mut payload, mut out) = (Vec::new(), Effects::default());
        write_turn(&mut payload, snapshot.version, number, &input);
        self.visit.apply(at, number.map(|(tab, _)| tab), input, snapshot, &mut out);
        seal_turn(&mut payload, out.digest(&mut Vec::new()));
        for effect in &out.list {
            if let Effect::Push { stream, .. } = effect {
                self.visit.push(*stream);
                self.pushes += 1;
            }
        }
        self.lines.push((at, TURN, payload));
    }

    fn consumed(&mut self) {
        let seq = self.visit.consume(TAB);
        let mut payload = Vec::new();
        write_consumed(&mut payload, TAB, seq);
        self.lines.push((Timestamp(self.now), CONSUMED, payload));
    }

    fn keyframe(&mut self) {
        let mut payload = Vec::new();
        write_keyframe(&mut payload, &self.visit.session, &self.visit.deliveries);
        self.lines.push((Timestamp(self.now), KEYFRAME, payload));
    }
}

fn page() -> Page {
    let banner = crate::model::PlacementSpec {
        name: crate::model::key_of("banner"),
        kind: crate::model::PlacementKind::Block,
        above: false,
        live: true,
        items: Vec::new(),
    };
    Page { placements: vec![banner], templates: vec![crate::model::key_of("t")], ..Page::default() }
}

fn scroll(depth: u8) -> Input {
    Input::Event { stream: TAB, late: false, event: Event::Scroll { depth } }
}

fn recorded() -> Recorder {
    let versions = versions();
    let mut recorder = Recorder::start();
    recorder.turn(false, Input::Attach { stream: TAB, page: Box::new(page()), visible: true }, &versions.0[0]);
    recorder.turn(true, Input::Event { stream: TAB, late: false, event: Event::PageView(Box::new(page())) }, &versions.0[0]);
    recorder.turn(true, scroll(20), &versions.0[1]);
    recorder.consumed();
    recorder.turn(true, scroll(80), &versions.0[1]);
    recorder.turn(false, Input::Timer, &versions.0[1]);
    recorder
}

fn replayed(visit: Option<Visit>, lines: &[Line]) -> Result<(Visit, Vec<Step>), ReplayError> {
    let mut replay = Replay::new(visit);
    let versions = versions();
    let mut steps = Vec::new();
    for (at, kind, payload) in lines {
        steps.push(replay.step(*at, Entry::read(*kind, payload).unwrap(), &versions)?);
    }
    Ok((replay.into_visit().unwrap(), steps))
}

#[test]
fn the_same_journal_gives_the_same_effects() {
    let recorder = recorded();
    assert_eq!(recorder.pushes, 1, "the story shows something");
    let (visit, steps) = replayed(None, &recorder.lines).unwrap();
    assert_eq!(visit, recorder.visit);
    assert!(steps.iter().all(|step| step.is_same()), "{steps:?}");
    assert!(steps.iter().any(|step| matches!(step, Step::Turn { got, .. } if *got != 0)), "a digest of something");
    assert_eq!(visit.delivery(TAB).unwrap().applied(), 4);
    assert_eq!(visit.delivery(TAB).unwrap().rev(), 1);
}

/// Which page makes room is one judgement: a page that can still be reached keeps its numbers, however old it is.
#[test]
fn a_ninth_page_takes_the_numbers_of_the_page_whose_place_it_takes() {
    let versions = versions();
    let tab = |number: u8| StreamId([number; 16]);
    let attach = |number: u8| Input::Attach { stream: tab(number), page: Box::new(page()), visible: true };
    let mut recorder = Recorder::start();
    for number in 1..=8 {
        recorder.turn(false, attach(number), &versions.0[0]);
    }
    recorder.turn(false, Input::Detach { stream: tab(3), bye: false }, &versions.0[0]);
    recorder.turn(false, attach(9), &versions.0[0]);
    let visit = &recorder.visit;
    let delivers = |visit: &Visit| visit.deliveries.iter().map(|(id, _)| id.0[0]).collect::<Vec<u8>>();
    assert_eq!(delivers(visit), [1, 2, 4, 5, 6, 7, 8, 9]);
    assert!(visit.session.streams().iter().all(|known| visit.delivery(known.id).is_some()));
    // All are open: the one touched longest ago makes room, and its numbers go with it.
    recorder.turn(false, attach(10), &versions.0[0]);
    assert_eq!(delivers(&recorder.visit), [2, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(recorder.visit.session.streams().len(), recorder.visit.deliveries.len());
}

#[test]
fn another_campaign_gives_another_digest() {
    let mut recorder = recorded();
    let place = recorder.lines.iter().position(|(_, kind, payload)| *kind == TURN && payload[8..16] != [0; 8]).unwrap();
    // The same input under the snapshot without the campaign.
    recorder.lines[place].2[..8].copy_from_slice(&1_u64.to_be_bytes());
    let (_, steps) = replayed(None, &recorder.lines).unwrap();
    assert_eq!(steps.iter().filter(|step| !step.is_same()).count(), 1);
}

#[test]
fn a_stored_visit_and_the_records_after_it_are_the_visit() {
    let recorder = recorded();
    for cut in 1..recorder.lines.len() {
        let (stored, _) = replayed(None, &recorder.lines[..cut]).unwrap();
        let bytes = rmp_serde::to_vec(&stored).unwrap();
        let (visit, _) = replayed(Some(rmp_serde::from_slice(&bytes).unwrap()), &recorder.lines[cut..]).unwrap();
        assert_eq!(visit, recorder.visit, "cut at {cut}");
    }
}

#[test]
fn a_keyframe_bridges_what_was_not_recorded() {
    let versions = versions();
    let mut recorder = recorded();
    let known = recorder.lines.len();
    recorder.turn(true, scroll(81), &versions.0[1]);
    recorder.keyframe();
    recorder.turn(true, scroll(82), &versions.0[1]);
    recorder.lines.remove(known);
    let (visit, steps) = replayed(None, &recorder.lines).unwrap();
    assert_eq!(visit, recorder.visit);
    assert!(steps.iter().all(|step| step.is_same()));
}

#[test]
fn missing_records_and_snapshots_are_told() {
    let recorder = recorded();
    let without = |place: usize| {
        let mut lines = recorder.lines.clone();
        lines.remove(place);
        replayed(None, &lines).unwrap_err()
    };
    assert_eq!(without(0), ReplayError::NoBeginning);
    assert_eq!(without(3), ReplayError::Gap { last: 1, found: 3 });
    assert_eq!(without(4), ReplayError::Gap { last: 2, found: 4 });
    let mut lines = recorder.lines.clone();
    lines[3].2[..8].copy_from_slice(&9_u64.to_be_bytes());
    assert_eq!(replayed(None, &lines).unwrap_err(), ReplayError::NoSnapshot { version: 9 });
}

#[test]
fn foreign_records_are_malformed_and_never_a_panic() {
    for (_, kind, payload) in &recorded().lines {
        for cut in 0..payload.len() {
            // A shorter one may still be readable; it must only not panic.
            let _ = Entry::read(*kind, &payload[..cut]);
        }
        assert!(Entry::read(*kind, &[]).is_err());
    }
    assert!(Entry::read(77, &[1, 2, 3]).is_err());
}
