//! Plans are reproducible, keep to the record and to their probabilities.

mod live;
mod pages;

use super::habits;
use super::person::Answer;
use super::person::Person;
use super::place::Place;
use super::plan::Act;
use super::plan::Step;
use super::plan::plan;
use super::*;
use crate::demo::data::RecordedKind;
use crate::protocol::wire::ExitSignal;

fn plans() -> impl Iterator<Item = (Person, RecordedSession, Vec<Step>)> {
    data::sessions().into_iter().cycle().take(2_000).enumerate().map(|(n, recorded)| {
        let mut chance = Chance::new(7, n as u64);
        let person = Person::draw(&mut chance);
        let steps = plan(&recorded, &person, chance.seed());
        (person, recorded, steps)
    })
}

#[test]
fn a_plan_is_the_same_twice_and_another_with_another_seed() {
    let recorded = &data::sessions()[3];
    let person = Person::draw(&mut Chance::new(1, 1));
    assert_eq!(plan(recorded, &person, 11), plan(recorded, &person, 11));
    assert_ne!(plan(recorded, &person, 11), plan(recorded, &person, 12));
}

#[test]
fn the_generator_gives_the_same_values_on_every_machine() {
    let mut chance = Chance::new(2_026, 5);
    let drawn = [chance.between(0, 999), chance.between(0, 999), chance.between(0, 999)];
    // As drawn when this was written; a change would void every seed anybody noted.
    assert_eq!(drawn, [540, 495, 838]);
}

#[test]
fn every_recorded_step_is_replayed_in_order_and_in_time() {
    for (_, recorded, steps) in plans().take(500) {
        let mut added = Vec::new();
        let mut orders = 0;
        let mut views = steps.iter().filter_map(|step| match &step.act {
            Act::Open(Place::Product(id)) => Some(id),
            _ => None,
        });
        for step in &steps {
            match &step.act {
                Act::Add(id) => added.push(id.clone()),
                Act::Order => orders += 1,
                _ => {}
            }
        }
        let mut last_viewed = String::new();
        for event in &recorded.events {
            match event.kind {
                RecordedKind::View if last_viewed != event.product => {
                    assert!(views.any(|id| *id == event.product), "{} is not viewed in {}", event.product, recorded.id);
                    last_viewed = event.product.clone();
                }
                RecordedKind::View => {}
                _ => assert!(added.contains(&event.product), "{} is not taken in {}", event.product, recorded.id),
            }
        }
        assert_eq!(orders > 0, recorded.events.iter().any(|event| event.kind == RecordedKind::Purchase));
        assert!(matches!(steps[0].act, Act::Arrive(_)) && matches!(steps.last().unwrap().act, Act::Leave));
        assert!(matches!(steps[1].act, Act::Open(_)));
        let recorded_ms: u64 = recorded.events.windows(2).map(|pair| (pair[1].at_ms - pair[0].at_ms).min(habits::PAUSE_MAX_MS)).sum();
        let planned_ms: u64 = steps.iter().map(|step| step.thought_ms).sum();
        // The way in takes up to 20 s, leaving up to 65 s, each order up to a minute and a half.
        assert!((recorded_ms..recorded_ms + 85_000 + 90_000 * orders).contains(&planned_ms), "{}: {recorded_ms} {planned_ms}", recorded.id);
    }
}

#[test]
fn probabilities_are_what_the_habits_say() {
    let (mut visits, mut desktop, mut gpc, mut all, mut necessary) = (0.0, 0.0, 0.0, 0.0, 0.0);
    let (mut home, mut category, mut by_pointer, mut pages, mut scrolled) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (person, _, steps) in plans() {
        visits += 1.0;
        gpc += f64::from(person.gpc);
        let has = |wanted: fn(&Act) -> bool| f64::from(steps.iter().any(|step| wanted(&step.act)));
        all += has(|act| matches!(act, Act::Consent(Answer::All)));
        necessary += has(|act| matches!(act, Act::Consent(Answer::Necessary)));
        home += f64::from(matches!(&steps[1].act, Act::Open(Place::Home)));
        category += f64::from(matches!(&steps[1].act, Act::Open(Place::Category(_))));
        if !person.touch {
            desktop += 1.0;
            let sign = &steps[steps.len() - 2].act;
            by_pointer += f64::from(matches!(sign, Act::Exit { signal: ExitSignal::PointerTop, .. }));
        }
        pages += steps.iter().filter(|step| matches!(step.act, Act::Open(_))).count() as f64;
        scrolled +=
            steps.windows(2).filter(|pair| matches!(pair[1].act, Act::Scroll(_)) && !matches!(pair[0].act, Act::Scroll(_))).count() as f64;
    }
    // Four standard deviations of a share of 2,000 are at most 4.5 percent points.
    for (name, measured, expected) in [
        ("desktop", desktop / visits, 0.52),
        ("gpc", gpc / visits, habits::SAYS_GPC),
        ("accepts all", all / visits, habits::ACCEPTS_ALL),
        ("only necessary", necessary / visits, habits::ONLY_NECESSARY),
        ("starts at home", home / visits, habits::STARTS_AT_HOME),
        ("starts at category", category / visits, habits::STARTS_AT_CATEGORY),
        ("leaves by pointer", by_pointer / desktop, habits::LEAVES_BY_POINTER),
    ] {
        assert!((measured - expected).abs() < 0.045, "{name}: {measured:.3}, expected {expected}");
    }
    assert!((3.0..30.0).contains(&(pages / visits)), "{} pages a visit", pages / visits);
    assert!((0.4..1.0).contains(&(scrolled / pages)), "{} of pages scrolled", scrolled / pages);
}
