//! Visits made by hand, and what would have been if something had been otherwise.

use super::*;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::consent::Consent;
use crate::consent::Purpose;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::Experiments;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::decide::Verdict;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::Context;
use crate::model::Currency;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::PlacementKind;
use crate::model::PlacementSpec;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Start;
use std::sync::Arc;
use std::time::Duration;

pub(super) const TAB: StreamId = StreamId([2; 16]);

pub(super) const NUDGE: &str = "
id = 'nudge'
name = 'Nudge'
baseline = 0.0
purpose = 'context'
trigger = [{ on = 'cart_value', above = 30.0 }]
variant = [{ id = 'a', action = [{ do = 'fill', placement = 'banner', template = 't', data = { title = 'Nearly there' } }] }]
";

pub(super) const LEAVER: &str = "
id = 'leaver'
name = 'Leaver'
baseline = 0.0
trust = 'claimed'
purpose = 'context'
priority = 10
trigger = [{ on = 'exit_intent' }]
variant = [{ id = 'a', action = [{ do = 'offer', placement = 'overlay', template = 't', data = { title = 'Ten' }, offer = { kind = 'percent', amount = 10, expires = '20m', budget = { count = 9, every = '1d' } } }] }]
";

pub(super) const LIKED: &str = "
id = 'liked'
name = 'Liked'
baseline = 0.0
purpose = 'personalize'
trigger = [{ on = 'page_view' }]
variant = [{ id = 'a', action = [{ do = 'fill', placement = 'banner', template = 't', data = { title = 'For you' } }] }]
";

pub(super) fn campaign(text: &str) -> Campaign {
    Campaign::parse("c.toml", text, Currency::USD).unwrap_or_else(|mistakes| panic!("{mistakes:#?}"))
}

/// Snapshots by version: the n-th list of campaigns is version n + 1.
pub(super) struct Versions(pub Vec<Arc<Snapshot>>);

impl Versions {
    pub(super) fn of(versions: &[&[&str]]) -> Versions {
        let draft = |id: &str, price: i64| Draft { id: id.to_owned(), name: format!("Product {id}"), price, ..Draft::default() };
        let catalog = Arc::new(Catalog::build(vec![draft("cheap", 1_000), draft("dear", 9_000)], Currency::USD).0);
        let settings = Settings { experiments: Experiments { holdout: 0.0, ..Default::default() }, ..Settings::default() };
        let settings = Arc::new(settings);
        let snapshot = |(index, texts): (usize, &&[&str])| {
            let campaigns = texts.iter().map(|text| Arc::new(campaign(text))).collect();
            let campaigns = Arc::new(CampaignSet::build(campaigns));
            let (catalog, settings) = (catalog.clone(), settings.clone());
            Arc::new(Snapshot { version: index as u64 + 1, campaigns, catalog, settings, ..Snapshot::empty() })
        };
        Versions(versions.iter().enumerate().map(snapshot).collect())
    }
}

impl Snapshots for Versions {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        self.0.iter().find(|snapshot| snapshot.version == version).cloned()
    }
}

/// A visit under way, recorded as the engine records it: deadlines a little late, grants when the test says so.
pub(super) struct Story<'a> {
    pub versions: &'a Versions,
    pub version: usize,
    visit: Visit,
    now: u64,
    pub lines: Vec<(Timestamp, Entry)>,
    last: Effects,
}

impl<'a> Story<'a> {
    pub(super) fn start(id: u8, at_s: u64, versions: &'a Versions) -> Story<'a> {
        let start = Start {
            id: SessionId([id; 16]),
            unit: crate::experiment::Unit([id; 16]),
            context: Context::default(),
            consent: Consent::new(true),
            preview: false,
        };
        let at = Timestamp(at_s * 1_000_000);
        let lines = vec![(at, Entry::Started(Box::new(start.clone())))];
        let mut story = Story { versions, version: 1, visit: Visit::new(at, start), now: at.0, lines, last: Effects::default() };
        story.wait(1);
        story.give(None, Input::Attach { stream: TAB, page: Box::new(page(PageKind::Home)), visible: true });
        story.view(PageKind::Home);
        story
    }

    /// Lets milliseconds pass, with the deadlines in them.
    pub(super) fn wait(&mut self, ms: u64) {
        let until = self.now + ms * 1_000;
        while let Some(due) = self.visit.session.next_deadline().filter(|due| due.0 + 3_000 < until) {
            self.now = due.0 + 3_000;
            self.give(None, Input::Timer);
        }
        self.now = until;
    }

    pub(super) fn give(&mut self, number: Option<(StreamId, u64)>, input: Input) {
        self.now += 1;
        let at = Timestamp(self.now);
        let snapshot = self.versions.snapshot(self.version as u64).unwrap();
        self.last.clear();
        self.visit.apply(at, number.map(|(stream, _)| stream), input.clone(), &snapshot, &mut self.last);
        let digest = self.last.digest(&mut Vec::new());
        for effect in &self.last.list {
            if let Effect::Push { stream, .. } = effect {
                self.visit.push(*stream);
            }
        }
        self.lines.push((at, Entry::Turn(Box::new(Turn { version: snapshot.version, number, digest, input, measured: None }))));
    }

    pub(super) fn event(&mut self, event: Event) {
        self.wait(1_000);
        let number = Some((TAB, self.visit.delivery(TAB).unwrap().applied() + 1));
        self.give(number, Input::Event { stream: TAB, late: false, event });
    }

    pub(super) fn view(&mut self, kind: PageKind) {
        self.event(Event::PageView(Box::new(page(kind))));
    }

    pub(super) fn cart(&mut self, minor: i64) {
        self.event(Event::Cart(cart(minor)));
    }

    pub(super) fn leave(&mut self) {
        self.event(Event::Exit { signal: ExitSignal::PointerTop, speed: 900.0 });
        self.wait(1_000);
    }

    /// The ledger's answer to the newest request.
    pub(super) fn granted(&mut self) {
        let waiting = self.visit.session.waiting_offers().last().map(|(id, ..)| id);
        let Some(decision) = waiting else { panic!("no offer waits") };
        let expires = Timestamp(self.now) + Duration::from_secs(1_200);
        self.give(None, Input::Granted { decision, code: "CODE".into(), expires });
    }

    pub(super) fn consent(&mut self, personalize: bool) {
        self.wait(1_000);
        self.give(None, Input::Consent { source: Source::Page, signal: signal(personalize), gpc: false, others: Vec::new() });
    }

    fn turns(&self) -> usize {
        self.lines.iter().filter(|(_, entry)| matches!(entry, Entry::Turn(_))).count()
    }

    /// The number of the n-th turn that is so.
    fn turn_where(&self, is: impl Fn(&Input) -> bool) -> usize {
        let turns = self.lines.iter().filter_map(|(_, entry)| if let Entry::Turn(turn) = entry { Some(&turn.input) } else { None });
        turns.enumerate().filter(|(_, input)| is(input)).map(|(index, _)| index + 1).last().unwrap()
    }
}

fn signal(personalize: bool) -> Signal {
    Signal { personalize: Some(personalize), ..Signal::default() }
}

pub(super) fn cart(minor: i64) -> Cart {
    let line = |price| CartLine { product: key_of("dear"), quantity: 1, price };
    Cart { currency: Currency::USD, lines: if minor == 0 { Vec::new() } else { vec![line(minor)] } }
}

fn page(kind: PageKind) -> Page {
    let spec = PlacementSpec { name: key_of("banner"), kind: PlacementKind::Block, above: false, live: true, items: Vec::new() };
    Page { kind, placements: vec![spec], templates: vec![key_of("t")], path: format!("/{}", kind.name()).into(), ..Page::default() }
}

fn said(effects: &Effects, snapshot: &Snapshot) -> String {
    let name = |key| snapshot.campaigns.find(key).map_or("?".to_owned(), |campaign: &Arc<Campaign>| campaign.id.to_string());
    let mut words: Vec<String> = Vec::new();
    for one in &effects.proofs.considered {
        let verdict = match one.verdict {
            Verdict::Won(_) => "won",
            Verdict::Baseline | Verdict::Holdout => "baseline",
            Verdict::Refused(refusal) => refusal.code(),
        };
        words.push(format!("{} {verdict}", name(one.campaign)));
    }
    for effect in &effects.list {
        if let Effect::Push { patches, .. } = effect {
            words.extend(patches.iter().map(|patch| match patch {
                crate::session::Patch::Set(held) => format!("set {} by {}", held.placement, held.id),
                crate::session::Patch::Clear(placement) => format!("clear {placement}"),
            }));
        }
    }
    words.join(", ")
}

/// Each moment in a line; moments in which both runs do nothing are left out.
fn told(story: &Story<'_>, changes: &Changes) -> Result<(Vec<String>, Outcome), WhatIfError> {
    let mut lines = Vec::new();
    let outcome = what_if(story.lines.clone(), changes, story.versions, &mut |moment| {
        let cause = match moment.cause {
            Cause::Recorded(_) => String::new(),
            Cause::Replaced(..) => " replaced".to_owned(),
            Cause::Changed(_) => " changed".to_owned(),
            Cause::Deadline => " deadline".to_owned(),
        };
        let recorded = moment.recorded.map_or(String::new(), |(effects, snapshot)| said(effects, snapshot));
        let changed = said(moment.changed.0, moment.changed.1);
        let after = if moment.after { " (after)" } else { "" };
        let open = if moment.unanswered.is_empty() { "" } else { " (unanswered)" };
        assert_eq!(moment.same, moment.same && recorded.matches("set").count() == changed.matches("set").count());
        if !recorded.is_empty() || !changed.is_empty() {
            lines.push(format!("{}{cause}{after}: {recorded} | {changed}{open}", moment.turn));
        }
    })?;
    Ok((lines, outcome))
}

fn is_cart(input: &Input) -> bool {
    matches!(input, Input::Event { event: Event::Cart(_), .. })
}

#[test]
fn another_cart_is_another_course() {
    let versions = Versions::of(&[&[NUDGE]]);
    let mut story = Story::start(1, 100, &versions);
    story.cart(0);
    story.cart(2_000);
    story.view(PageKind::Cart);
    // The page says the same cart again, as pages do.
    story.cart(2_000);
    let at = 4;
    assert_eq!(story.turns(), 6);
    let (lines, outcome) = told(&story, &Changes { at, cart: Some(3_500), ..Changes::default() }).unwrap();
    assert_eq!(lines, ["4 replaced:  | nudge won, set banner by nudge", "5 (after):  | clear banner"]);
    assert_eq!(outcome, Outcome { turns: 6, diverged: Some(4), unanswered: 0, hole: None });
    // A turn later it is a cart of its own, between two recorded inputs; the repeated cart is the changed one.
    let (lines, outcome) = told(&story, &Changes { at: 5, cart: Some(3_500), ..Changes::default() }).unwrap();
    assert_eq!(lines, ["5 changed:  | nudge won, set banner by nudge", "5 (after):  | clear banner"]);
    assert_eq!(outcome.diverged, Some(5));
    let (lines, outcome) = told(&story, &Changes { at: 5, cart: Some(2_900), ..Changes::default() }).unwrap();
    assert_eq!((lines.len(), outcome.diverged), (0, None));
}

#[test]
fn a_paused_campaign_goes_and_the_next_in_rank_takes_its_place() {
    let second = NUDGE.replace("nudge", "second").replace("id = 'second'", "id = 'second'\npriority = 1");
    let versions = Versions::of(&[&[NUDGE, &second]]);
    let mut story = Story::start(1, 100, &versions);
    story.cart(0);
    story.cart(4_000);
    let at = story.turn_where(is_cart);
    let (lines, outcome) = told(&story, &Changes { at, pause: vec!["nudge".into()], ..Changes::default() }).unwrap();
    assert_eq!(lines, ["4: nudge won, second outranked, set banner by nudge | second won, set banner by second"]);
    assert_eq!(outcome.diverged, Some(4));
    story.event(Event::Scroll { depth: 10 });
    let (lines, _) = told(&story, &Changes { at: at + 1, pause: vec!["nudge".into()], ..Changes::default() }).unwrap();
    assert_eq!(lines, ["5 changed:  | clear banner"]);
    let none = told(&story, &Changes { at, pause: vec!["nobody".into()], ..Changes::default() });
    assert_eq!(none.unwrap_err(), WhatIfError::NoCampaign { id: "nobody".into(), at });
}

#[test]
fn consent_denied_stays_denied_when_the_page_repeats_itself() {
    let versions = Versions::of(&[&[LIKED]]);
    let mut story = Story::start(1, 100, &versions);
    story.consent(true);
    story.view(PageKind::Product);
    story.consent(true);
    story.view(PageKind::Cart);
    let changes = Changes { at: 4, consent: vec![(Purpose::Personalize, false)], ..Changes::default() };
    let (lines, outcome) = told(&story, &changes).unwrap();
    assert_eq!(
        lines,
        ["4: liked won, set banner by liked | liked consent", "6 (after): liked won, clear banner, set banner by liked | liked consent"]
    );
    assert_eq!(outcome.diverged, Some(4));
    let allow = Changes { at: 2, consent: vec![(Purpose::Personalize, true)], ..Changes::default() };
    let (lines, _) = told(&story, &allow).unwrap();
    assert_eq!(lines[0], "2: liked consent | liked won, set banner by liked");
}

#[test]
fn consent_denied_holds_over_a_first_yes_and_ends_with_a_change_of_mind() {
    let versions = Versions::of(&[&[LIKED]]);
    let mut story = Story::start(1, 100, &versions);
    story.consent(true);
    story.view(PageKind::Product);
    let deny = Changes { at: 1, consent: vec![(Purpose::Personalize, false)], ..Changes::default() };
    let (lines, _) = told(&story, &deny).unwrap();
    assert!(lines.last().unwrap().ends_with("liked won, set banner by liked | liked consent"), "{lines:?}");
    story.consent(false);
    story.consent(true);
    story.view(PageKind::Cart);
    let (lines, _) = told(&story, &deny).unwrap();
    assert!(lines.last().unwrap().ends_with("liked won, set banner by liked | liked won, set banner by liked"), "{lines:?}");
}

#[test]
fn grants_are_the_recorded_ones_or_none() {
    let versions = Versions::of(&[&[NUDGE, LEAVER]]);
    let mut story = Story::start(1, 100, &versions);
    story.cart(0);
    story.cart(4_000);
    story.leave();
    story.granted();
    let at = story.turn_where(is_cart);
    // Without the banner the decision has another number; the answer finds it.
    let (lines, outcome) = told(&story, &Changes { at, pause: vec!["nudge".into()], ..Changes::default() }).unwrap();
    assert_eq!(lines[1], "6 (after): leaver won | leaver won");
    assert_eq!(lines[2], "7 (after): set overlay by leaver | set overlay by leaver");
    assert_eq!(outcome.unanswered, 0);
    // An offer that only the changed run asks for is never answered, and nothing is shown.
    let costly = LEAVER.replace("priority = 10", "priority = 10\nwhen = 'cart.value >= 50.0'");
    let versions = Versions::of(&[&[&costly]]);
    let mut story = Story::start(1, 100, &versions);
    story.cart(0);
    story.cart(4_000);
    story.leave();
    story.wait(20_000);
    story.view(PageKind::Home);
    let (lines, outcome) = told(&story, &Changes { at, cart: Some(6_000), ..Changes::default() }).unwrap();
    assert_eq!(lines, ["6: leaver condition | leaver won (unanswered)"]);
    assert_eq!((outcome.diverged, outcome.unanswered), (Some(6), 1));
}

/// Pausing what never acts changes nothing, wherever it happens: deadlines, grants and receipts of both runs stay together.
#[test]
fn nothing_changed_is_nothing_different() {
    let idle = NUDGE.replace("nudge", "idle").replace("above = 30.0", "above = 99999.0");
    let versions = Versions::of(&[&[NUDGE, LEAVER, LIKED, &idle], &[LEAVER, &idle]]);
    let mut story = Story::start(1, 100, &versions);
    story.consent(true);
    story.event(Event::Attention { active: true });
    story.wait(9_000);
    story.view(PageKind::Product);
    story.cart(0);
    story.cart(4_000);
    story.leave();
    story.granted();
    story.version = 2;
    story.give(None, Input::Published);
    story.view(PageKind::Cart);
    story.wait(60_000);
    story.event(Event::Scroll { depth: 50 });
    story.wait(3_000_000);
    for at in 1..=story.turns() {
        let mut differences = 0;
        let changes = Changes { at, pause: vec!["idle".into()], ..Changes::default() };
        let outcome = what_if(story.lines.clone(), &changes, &versions, &mut |moment| {
            differences += usize::from(!moment.same);
            assert!(!matches!(moment.cause, Cause::Deadline), "at {at}, turn {}", moment.turn);
        });
        assert_eq!(outcome.unwrap(), Outcome { turns: story.turns(), ..Outcome::default() }, "at {at}");
        assert_eq!(differences, 0, "at {at}");
    }
}

#[test]
fn what_cannot_be_told_is_said() {
    let versions = Versions::of(&[&[NUDGE]]);
    let mut story = Story::start(1, 100, &versions);
    story.cart(0);
    let cart = Changes { at: 9, cart: Some(1), ..Changes::default() };
    assert_eq!(told(&story, &cart).unwrap_err(), WhatIfError::NoTurn { at: 9, turns: 3 });
    assert_eq!(told(&story, &Changes { at: 1, ..Changes::default() }).unwrap_err(), WhatIfError::Nothing);
    assert_eq!(told(&story, &Changes { at: 1, ..cart.clone() }).unwrap_err(), WhatIfError::NoPage { at: 1 });
    let Some((_, Entry::Turn(turn))) = story.lines.last_mut() else { panic!("no turn") };
    turn.digest ^= 1;
    assert_eq!(told(&story, &Changes { at: 3, ..cart.clone() }).unwrap_err(), WhatIfError::Differs { turn: 3 });
    turn_version(&mut story, 7);
    let gone = WhatIfError::Replay { turn: 3, error: ReplayError::NoSnapshot { version: 7 } };
    assert_eq!(told(&story, &Changes { at: 3, ..cart }).unwrap_err(), gone);
}

fn turn_version(story: &mut Story<'_>, version: u64) {
    if let Some((_, Entry::Turn(turn))) = story.lines.last_mut() {
        turn.version = version;
    }
}
