//! Attention, the end of a visit, and deadlines.

use super::Story;
use super::check;
use super::check_in;
use super::rule;
use super::rule_with;
use crate::model::Timestamp;
use crate::session::Input;

#[test]
fn attention_goes_to_the_tab_that_spoke_last() {
    let mut world = Story::new(&[]);
    world.play("0 a open home\n0 b open home\n1 a on\n3 b on\n5 a on\n6 a off\n30 a wait");
    assert_eq!(world.session.attention().total_us(), 5_000_000, "a 2 s, b 2 s, a 1 s");
    let pages: Vec<u64> = world.session.streams().iter().flat_map(|s| &s.page).map(|page| page.attention_us / 1_000_000).collect();
    assert_eq!(pages, [3, 2]);
}

#[test]
fn a_sleeping_laptop_adds_its_credit_and_no_more() {
    let mut world = Story::new(&[]);
    world.play("0 a open home\n10 a on\n1000 a scroll 5");
    assert_eq!(world.session.attention().total_us(), 12_500_000);
    world.play("1010 a on\n1012 a hide\n1013 a on\n1020 a show");
    assert_eq!(world.session.attention().total_us(), 14_500_000, "what is not on screen is not attended");
}

#[test]
fn silence_ends_a_visit_after_half_an_hour() {
    let world = check_in(
        Story::new(&[rule("c", "on = 'page_view'")]),
        "0 - remember 2
         0 a open home
         5 a scroll 10
         1700 a on
         1900 a view home",
        "0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         1805 save visits=3 orders=0
         1805 ended",
    );
    assert!(world.session.is_ended());
    assert_eq!(world.session.profile().map(|profile| profile.last_seen), Some(world.session.last_active()));
}

#[test]
fn an_input_after_the_end_ends_it_and_counts_for_nothing() {
    let mut world = Story::new(&[rule("c", "on = 'page_view'")]);
    world.play("0 a open home");
    let mut told = Vec::new();
    let at = Timestamp(world.session.now().0 + 1_800_000_000);
    world.apply(at, Input::Timer, &mut told);
    assert_eq!(told.last().map(|line| line.ends_with(" ended")), Some(true));
    assert_eq!(world.play("4000 a view home"), Vec::<String>::new());
}

#[test]
fn a_visit_ends_after_a_day() {
    let mut world = Story::new(&[]);
    let mut told = world.play("0 a open home");
    for quarter in 1..=97 {
        told.extend(world.play(&format!("{} a scroll 1", quarter * 900)));
    }
    assert_eq!(told, ["86399.999 ended"], "a day after the session was made, a microsecond before the story began");
}

#[test]
fn a_spurious_timer_changes_nothing() {
    let mut world = Story::new(&[rule("c", "on = 'dwell', for = '5s'"), rule("i", "on = 'idle', for = '20s'")]);
    world.play("0 a open home\n1 a scroll 10");
    let deadline = world.session.next_deadline();
    for millis in [1_001, 1_500, 2_000, 5_000] {
        assert_eq!(world.play(&format!("{} - timer", f64::from(millis) / 1e3)), Vec::<String>::new());
        assert_eq!(world.session.next_deadline(), deadline);
    }
}

#[test]
fn the_next_dwell_follows_the_page() {
    let mut world = Story::new(&[rule("c", "on = 'dwell', for = '10s'")]);
    let seconds = |world: &Story| world.session.next_deadline().map(|at| (at.since(world.session.started()).as_micros() + 1) / 1_000_000);
    world.play("0 a open home\n1 a on");
    assert_eq!(seconds(&world), Some(11));
    world.play("5 a view cart\n5 a on");
    assert_eq!(seconds(&world), Some(15));
    world.play("6 a off");
    assert_eq!(seconds(&world), Some(1_805));
}

#[test]
fn lengths_of_zero_do_not_make_the_shell_spin() {
    let zero = |settings: &mut crate::decide::Settings| {
        settings.visit.exit_confirmation = std::time::Duration::ZERO;
        settings.visit.resume_within = std::time::Duration::ZERO;
    };
    check_in(Story::new(&[]).settings(zero), "0 a open home\n4 a exit top\n5 a lost\n6 a wait", "4 exit confirmed");
}

#[test]
fn a_session_is_the_same_after_it_was_stored() {
    let campaigns = || {
        [
            rule("c", "on = 'dwell', for = '20s'"),
            rule("e", "on = 'exit_intent'"),
            rule_with("o", "on = 'search'", "trust = 'claimed'", &super::offer("side")),
        ]
    };
    let story = "0 - remember 1\n0 a open home\n1 a attend 15\n20 a search x 1\n21 a exit top\n21.1 - store\n22 - granted 1 A 60\n30 a attend 20\n90 a wait";
    let expect = "20 decided a o:won0
         20 grant? #1 o free_shipping
         21.7 exit confirmed
         21.7 decided a e:won0
         21.7 push a banner=fill(t title=e)#2
         22 push a side=offer(t A)#1
         35 decided a c:won0
         35 push a banner=fill(t title=c)#3
         82 push a -side";
    check(&campaigns(), story, expect);
}
