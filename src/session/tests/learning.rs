//! Campaigns that learn: whose chances decide, what is logged, what is taught.

use super::Story;
use super::fill;
use crate::experiment::Arm;
use crate::experiment::Unit;
use crate::learn::bandit::PowerRule;
use crate::learn::lessons::CONTEXT;
use crate::learn::lessons::Context;
use crate::learn::lessons::Experience;
use crate::learn::lessons::Lessons;
use crate::model::Key;
use crate::model::SessionId;
use crate::model::key_of;
use crate::session::Input;
use crate::session::Session;
use crate::session::Start;
use std::sync::Arc;

/// Two variants, tried on every page view.
fn learner(goal: &str, head: &str) -> String {
    let variant = |id: &str| format!("{{ id = '{id}', action = [{}] }}", fill("banner", id));
    format!(
        "id = 'c'\nname = 'c'\ngoal = '{goal}'\nchoose = 'learn'\n{head}\ntrigger = [{{ on = 'page_view' }}]\nvariant = [{}, {}]\n",
        variant("one"),
        variant("two")
    )
}

/// What a visit's first page looks like to a choice.
fn first_page() -> Context {
    let mut world = Story::new(&[learner("order", "baseline = 0.0")]);
    world.play("0 a open home");
    world.choices[0].2.clone().try_into().unwrap()
}

/// A world in which the second variant has brought ten times as much to visits on their first page.
fn taught(world: &mut Story) {
    let trial = world.snapshot.campaigns.find(key_of("c")).unwrap().learns.unwrap();
    let mut lessons = Lessons::default();
    let context = first_page();
    for n in 0..4_000_u32 {
        let variant = (n % 2) as u8;
        let one = Experience { campaign: key_of("c"), trial, variant, variants: 2, context, is_reward: false };
        lessons.take(Key(u64::from(n) << 1), &one);
        if n / 2 % 20 < if variant == 1 { 10 } else { 1 } {
            lessons.take(Key(u64::from(n) << 1), &Experience { is_reward: true, ..one });
        }
    }
    world.snapshot.policies = Arc::new(lessons.policies(PowerRule::default()));
    world.snapshot.version += 1;
}

fn visit(world: &mut Story, number: u32) {
    let mut id = [7; 16];
    id[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    let session = &world.session;
    let id = SessionId(id);
    let start = Start { id, unit: Unit::from(id), context: session.context().clone(), consent: *session.consent(), preview: false };
    world.session = Session::new(session.started(), start);
    world.choices.clear();
}

#[test]
fn weights_decide_until_enough_is_known_then_chances_do() {
    let mut world = Story::new(&[learner("order", "")]);
    let count = |world: &mut Story| {
        let mut arms = [0_u32; 3];
        for number in 0..600 {
            visit(world, number);
            world.play("0 a open home");
            let (arm, chances, context) = &world.choices[0];
            assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-5 && chances.len() == 4, "{chances:?}");
            assert_eq!((context.len(), context[0]), (CONTEXT, 1.0));
            assert!((chances[1] - 0.1).abs() < 1e-6, "the neutral arm keeps its tenth: {chances:?}");
            match arm {
                Arm::Baseline => arms[0] += 1,
                Arm::Variant(variant) => arms[1 + usize::from(*variant)] += 1,
                Arm::Holdout => panic!("there is no holdout"),
            }
        }
        arms
    };
    let before = count(&mut world);
    assert!(before[1].abs_diff(before[2]) < 100 && (30..90).contains(&before[0]), "{before:?}");
    taught(&mut world);
    let after = count(&mut world);
    // The floor of 5% of the other nine tenths is 27 of 600.
    assert!(after[2] > 480 && (10..60).contains(&after[1]) && after[0] == before[0], "{after:?}");
}

#[test]
fn a_visit_keeps_its_variant_and_the_same_visit_gets_the_same() {
    let mut world = Story::new(&[learner("order", "baseline = 0.0")]);
    let number = (0..100)
        .find(|number| {
            visit(&mut world, *number);
            world.play("0 a open home");
            world.choices[0].0 == Arm::Variant(0)
        })
        .unwrap();
    taught(&mut world);
    world.play("5 a open cart\n 9 a open home");
    assert!(world.choices.iter().all(|(arm, ..)| *arm == Arm::Variant(0)), "{:?}", world.choices);
    let mut again = Story::new(&[learner("order", "baseline = 0.0")]);
    taught(&mut again);
    let mut runs = Vec::new();
    for _ in 0..2 {
        visit(&mut again, number);
        again.play("0 a open home\n 3 a open cart");
        runs.push(again.choices.clone());
    }
    assert_eq!(runs[0], runs[1], "the same arms, chances and contexts");
}

#[test]
fn what_was_tried_and_what_it_brought_is_owed_once() {
    let mut world = Story::new(&[learner("engagement", "baseline = 0.0")]);
    world.play("0 a open home");
    let owed = world.session.owed().to_vec();
    assert_eq!(owed.iter().map(|one| (one.variants, one.is_reward)).collect::<Vec<_>>(), [(2, false)]);
    let now = world.session.now();
    world.apply(now, Input::Taught(owed), &mut Vec::new());
    assert!(world.session.owed().is_empty());
    world.play("3 a product s1\n 6 a product s2");
    let owed: Vec<bool> = world.session.owed().iter().map(|one| one.is_reward).collect();
    assert_eq!(owed, [true], "a product was looked at; the second says no more");
    world.play("7 a store\n 8 a consent none");
    assert!(world.session.owed().is_empty(), "what the shopper takes back is not taught");
}

#[test]
fn who_did_not_agree_teaches_nothing() {
    let mut world = Story::with_consent(&[learner("order", "baseline = 0.0\npurpose = 'context'")], false);
    world.play("0 a open home");
    assert_eq!(world.choices.len(), 1, "chosen all the same");
    assert!(world.session.owed().is_empty());
}
