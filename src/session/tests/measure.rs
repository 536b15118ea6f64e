//! What a visit brings to experiments: where it enters, what moves its outcome, what is told when.

use super::Story;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;
use crate::consent::Consent;
use crate::experiment::Arm;
use crate::experiment::Unit;
use crate::experiment::assign_unit;
use crate::model::Context;
use crate::model::DeviceKind;
use crate::session::Effect;
use crate::session::Input;
use crate::session::Recalled;
use crate::session::Session;
use crate::session::Start;
use crate::session::Trials;

const VIEW: &str = "on = 'page_view'";

fn measured(campaigns: &[String]) -> Story {
    Story::new(campaigns).measuring()
}

#[test]
fn a_visit_enters_where_the_campaign_would_have_acted_and_brings_what_it_buys() {
    check_in(
        measured(&[rule_with("c", "on = 'custom', name = 'x'", "", &fill("banner", "c"))]),
        "0 a open home
         1 a cart s1
         2 a custom x
         3 a view cart
         10 a order o1 s1
         11 a view home",
        "2 enters c/v0 cart=1000
         2 decided a c:won0
         2 push a banner=fill(t title=c)#1
         3 push a -banner
         10 c/v0 orders+1 revenue+1000 profit+1000 views+1 task=8000
         10 ordered o1 after [c]",
    );
}

/// The unit of the stories is in the baseline of `c` and not in that of `d` at a half.
#[test]
fn both_arms_enter_at_the_same_moment() {
    let half = |id: &str, placement: &str| rule_with(id, VIEW, "baseline = 0.5", &fill(placement, id));
    check_in(
        measured(&[half("c", "banner"), half("d", "side")]),
        "0 a open home
         5 a view cart
         6 a order o1 s1",
        "0 enters c/baseline
         0 enters d/v0
         0 decided a c:baseline d:won0
         0 push a side=fill(t title=d)#1
         5 push a -side
         5 decided a c:baseline d:won0
         5 push a side=fill(t title=d)#2
         6 c/baseline orders+1 revenue+1000 profit+1000 views+1 task=5999
         6 d/v0 orders+1 revenue+1000 profit+1000 views+1 task=5999
         6 ordered o1 after [c d]",
    );
}

#[test]
fn the_end_of_a_visit_tells_what_was_counted_quietly() {
    let told = measured(&[rule("c", VIEW)]).play(
        "0 a open home
         1 a attend 20
         30 a custom news
         2000 - wait",
    );
    assert!(told.contains(&"1830 c/v0 attention+20 bounced+1".to_owned()), "{told:#?}");
    let told = measured(&[rule("c", VIEW)])
        .settings(|settings| settings.experiments.metrics = vec!["other".into(), "news".into()])
        .play("0 a open home\n1 a custom news\n2 a custom news\n3 a view cart\n2000 - wait");
    assert!(told.contains(&"1803 c/v0 views+1 custom1+2000".to_owned()), "{told:#?}");
}

#[test]
fn an_order_counts_once_and_the_shops_word_wins() {
    check_in(
        measured(&[rule("c", VIEW)]),
        "0 a open home
         1 a order o1 s1
         2 a order o1 s1
         3 - sold o1 900 discount 100
         4 - sold o1 900 discount 100
         5 - sold o2 500
         6 a order o2 x1
         7 - refund o1 r1 300
         8 - refund o1 r1 300
         9 - refund o1 r2 200 150
         10 - refund unknown r3 100",
        "0 enters c/v0
         0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         1 c/v0 orders+1 revenue+1000 profit+1000 task=999
         1 ordered o1 after [c]
         3 c/v0 revenue-100 profit-100 discount+100
         5 c/v0 orders+1 revenue+500 profit+500
         6 ordered o2 after [c]
         7 c/v0 revenue-300 profit-300 refunded+300
         9 c/v0 revenue-200 profit-50 refunded+200",
    );
}

#[test]
fn orders_count_for_what_was_entered_before_them_and_within_the_window() {
    let later = rule_with("later", "on = 'custom', name = 'x'", "", &fill("side", "later"));
    check_in(
        measured(&[rule("c", VIEW), later]).settings(|settings| settings.experiments.window = std::time::Duration::from_secs(60)),
        "0 a open home
         1 a order o1 s1
         2 a custom x
         3 - refund o1 r1 100
         70 a order o2 s1",
        "0 enters c/v0
         0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         1 c/v0 orders+1 revenue+1000 profit+1000 task=999
         1 ordered o1 after [c]
         2 enters later/v0
         2 decided a later:won0
         2 push a side=fill(t title=later)#2
         3 c/v0 revenue-100 profit-100 refunded+100
         70 ordered o2 after [c later]",
    );
}

#[test]
fn nothing_is_measured_without_consent_and_what_was_is_forgotten_with_it() {
    let mut world = check_in(
        Story::with_consent(&[rule_with("c", VIEW, "purpose = 'context'", &fill("banner", "c"))], false).measuring(),
        "0 a open home
         1 a order o1 s1",
        "0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         1 ordered o1 after [c]",
    );
    assert!(world.session.trials().is_empty());
    let told = world.play("2 a consent all\n3 a view cart\n4 a order o2 s1\n5 a consent none\n6 a order o3 s1");
    let counted: Vec<&String> = told.iter().filter(|line| line.contains("c/v0")).collect();
    assert_eq!(counted, ["3 enters c/v0", "4 c/v0 orders+1 revenue+1000 profit+1000 task=1000"]);
    let mut signal = crate::consent::Signal::all(true);
    signal.measure = Some(false);
    let input = Input::Consent { source: crate::consent::Source::Page, signal, gpc: false, others: Vec::new() };
    world.apply(crate::model::Timestamp(world.session.now().0 + 1), input, &mut Vec::new());
    assert!(world.session.trials().is_empty(), "what was measured goes with the consent");
}

#[test]
fn the_whole_shop_is_an_experiment_of_its_own() {
    let story = measured(&[rule("c", VIEW)]).settings(|settings| settings.experiments.holdout = 1.0);
    check_in(
        story,
        "0 a open home",
        "0 enters c/holdout
         0 decided a c:holdout
         0 enters shop/holdout",
    );
    let story = measured(&[]).settings(|settings| settings.experiments.holdout = 1e-9);
    check_in(
        story,
        "0 a open home\n1 a order o1 s1",
        "0 enters shop/v0\n1 shop/v0 orders+1 revenue+1000 profit+1000 task=999\n1 ordered o1 after []",
    );
}

#[test]
fn bots_and_previews_are_counted_apart() {
    check_in(
        measured(&[rule("c", VIEW)]).preview(),
        "0 a open home",
        "0 enters c/v0 apart\n0 decided a c:won0\n0 push a banner=fill(t title=c)#1",
    );
    let mut world = measured(&[rule("c", VIEW)]);
    let context = Context { device: DeviceKind::Bot, ..Context::default() };
    let start = Start { id: world.session.id(), unit: world.session.unit(), context, consent: *world.session.consent(), preview: false };
    world.session = Session::new(world.session.started(), start);
    let told = world.play("0 a open home");
    assert_eq!(told[0], "0 enters c/v0 apart");
}

#[test]
fn receipts_are_told_with_the_next_change() {
    let mut world = measured(&[rule("c", VIEW)]);
    world.play("0 a open home\n1 a received 1\n2 a shown 1\n3 a order o1 s1");
    let exposed: Vec<u8> = world.effects.iter().filter_map(Effect::measured).map(|measured| measured.exposed).collect();
    assert_eq!(exposed, [0, 3]);
}

/// The trials that a visit saves with the profile go on in the next visit, in the same arm, as the same unit.
#[test]
fn a_remembered_visitor_goes_on_in_the_next_visit() {
    let campaigns = [rule_with("c", VIEW, "purpose = 'context'\nbaseline = 0.5", &fill("banner", "c"))];
    let mut first = measured(&campaigns);
    first.play("0 a attach home\n1 - remember 0\n2 a view home\n3 a order o1 s1\n2000 - wait");
    let saved =
        first.effects.iter().rev().find_map(|effect| if let Effect::SaveProfile(profile) = effect { Some(profile.clone()) } else { None });
    let saved = saved.expect("the visit saved what is remembered");
    assert_eq!(saved.unit, Some(first.session.unit()), "the first known id stays");
    assert_eq!(saved.trials.enrolled().len(), 1);
    let mut next = measured(&campaigns);
    let id = crate::model::SessionId([9; 16]);
    let start = Start { id, unit: Unit::from(id), context: Context::default(), consent: *next.session.consent(), preview: false };
    next.session = Session::new(crate::model::Timestamp(first.session.now().0 + 1), start);
    let mut told = Vec::new();
    next.apply(crate::model::Timestamp(first.session.now().0 + 10), Input::Remembered(saved), &mut told);
    assert_eq!(next.session.unit(), first.session.unit(), "nothing was decided yet, so the visit takes the visitor's unit");
    let told = next.play("3000 a open home\n3001 a order o2 s2\n3002 - refund o1 r1 100");
    let counted: Vec<&String> = told.iter().filter(|line| line.contains(" c/")).collect();
    assert_eq!(
        counted,
        ["3001 c/baseline orders+1 revenue+1000 profit+1000 views+1", "3002 c/baseline revenue-100 profit-100 refunded+100"]
    );
}

#[test]
fn who_turns_out_to_be_somebody_assigned_before_is_taken_out_where_the_arms_differ() {
    let campaigns = [rule_with("c", VIEW, "purpose = 'context'\nbaseline = 0.5", &fill("banner", "c"))];
    let arm = |unit: Unit| assign_unit("c", &unit, 0.0, 0.5, &[1]).arm;
    let own = Unit([7; 16]);
    let other = (0..=255).map(|n| Unit([n; 16])).find(|unit| arm(*unit) != arm(own)).expect("a half of all");
    assert_eq!(arm(own), Arm::Baseline);
    let mut earlier = measured(&campaigns);
    let start = Start {
        id: crate::model::SessionId(other.0),
        unit: other,
        context: Context::default(),
        consent: *earlier.session.consent(),
        preview: false,
    };
    earlier.session = Session::new(earlier.session.started(), start);
    earlier.play("0 a attach home\n1 - remember 0\n2 a view home\n2000 - wait");
    let saved = earlier
        .effects
        .iter()
        .rev()
        .find_map(|effect| if let Effect::SaveProfile(profile) = effect { Some(profile.clone()) } else { None });
    let mut world = measured(&campaigns);
    world.play("0 a open home");
    world.effects.clear();
    world.apply(crate::model::Timestamp(world.session.now().0 + 1), Input::Remembered(saved.expect("saved")), &mut Vec::new());
    let crossed: Vec<_> = world.effects.iter().filter_map(Effect::measured).collect();
    assert_eq!(crossed.len(), 1);
    assert_eq!((crossed[0].news, crossed[0].entry.unit), (crate::session::News::Crossed, own));
    assert!(world.session.has_drifted());
    let told = world.play("10 a order o1 s1");
    assert_eq!(told, ["10 ordered o1 after [c]", "10 save visits=1 orders=1"], "it counts for neither");
}

/// What the shop says after the visit is over reaches the unit as if it had said so before.
#[test]
fn a_visit_that_only_listens_hears_one_word_and_is_over() {
    let campaigns = [rule("c", VIEW)];
    let mut visit = measured(&campaigns);
    visit.play("0 a open home\n1 a order o1 s1\n2000 - wait");
    let trials = visit.session.trials().clone();
    let hear = |trials: Trials, story: &str| {
        let mut world = measured(&campaigns);
        let id = crate::model::SessionId([8; 16]);
        let start = Start { id, unit: visit.session.unit(), context: Context::default(), consent: Consent::new(false), preview: false };
        world.session = Session::new(visit.session.now(), start);
        let recalled = Recalled { trials, profile: None };
        world.apply(crate::model::Timestamp(visit.session.now().0 + 1), Input::Recalled(Box::new(recalled)), &mut Vec::new());
        let told = world.play(story);
        (told, world.session.trials().clone())
    };
    let (told, trials) = hear(trials, "3000 - refund o1 r1 400");
    assert_eq!(told, ["3000 c/v0 revenue-400 profit-400 refunded+400", "3000 ended"]);
    let (told, trials) = hear(trials, "3100 - refund o1 r1 400");
    assert_eq!(told, ["3100 ended"]);
    let (told, _) = hear(trials, "3200 - sold o2 700");
    assert_eq!(told, ["3200 c/v0 orders+1 revenue+700 profit+700", "3200 ended"]);
}

#[test]
fn past_the_bound_no_further_experiment_is_entered() {
    let many: Vec<String> = (0..30).map(|n| rule_with(&format!("c{n}"), VIEW, "", &format!("{{ do = 'emit', name = 'e{n}' }}"))).collect();
    let mut world = measured(&many).settings(|settings| settings.guard.changes_per_page = 50);
    let told = world.play("0 a open home");
    assert_eq!(told.iter().filter(|line| line.contains(" enters ")).count(), Trials::ENROLLED_MAX);
    assert_eq!(world.session.trials().enrolled().len(), Trials::ENROLLED_MAX);
}
