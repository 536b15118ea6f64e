//! Tabs, lost connections, snapshots.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;
use crate::session::Session;

const VIEW: &str = "on = 'page_view'";

#[test]
fn a_stream_that_comes_back_finds_its_page() {
    let world = check_in(
        Story::new(&[rule("c", VIEW)]),
        "0 a open home\n1 a lost\n100 a back\n300 a wait",
        "0 decided a c:won0\n0 push a banner=fill(t title=c)#1",
    );
    let stream = &world.session.streams()[0];
    assert_eq!(world.session.desired(stream.id).count(), 1);
    assert!(stream.connected);
}

#[test]
fn what_was_decided_before_the_page_view_stands_after_it() {
    let early = rule("early", "on = 'custom', name = 'x'");
    let list = rule_with("list", "on = 'custom', name = 'x'", "", &fill("side", "list"));
    let world = check_in(
        Story::new(&[early.clone(), list]),
        "0 a attach home\n1 a custom x\n2 a view home\n3 a custom x",
        "1 decided a early:won0 list:won0
         1 push a banner=fill(t title=early)#1 side=fill(t title=list)#2
         3 decided a early:unchanged list:unchanged",
    );
    let stream = &world.session.streams()[0];
    assert_eq!(world.session.desired(stream.id).count(), 2);
    // The second page view of a document is of another page, and what stood on the one before goes.
    let world = check_in(
        Story::new(&[early]),
        "0 a attach home\n1 a custom x\n2 a view home\n3 a view home",
        "1 decided a early:won0\n1 push a banner=fill(t title=early)#1\n3 push a -banner",
    );
    let stream = &world.session.streams()[0];
    assert_eq!(world.session.desired(stream.id).count(), 0);
}

#[test]
fn a_stream_that_stays_away_is_given_up() {
    let world = check_in(
        Story::new(&[rule_with("c", VIEW, "", &fill("overlay", "c"))]),
        "0 a open home\n1 a lost\n121.5 b wait",
        "0 decided a c:won0\n0 push a overlay=fill(t title=c)#1",
    );
    assert!(world.session.streams().is_empty() && world.session.overlay().is_none());
}

#[test]
fn nobody_is_answered_on_a_page_that_is_gone() {
    let world = check_in(
        Story::new(&[rule("c", "on = 'custom', name = 'x'"), rule("e", "on = 'exit_intent'")]),
        "0 a open home\n1 a lost\n2 a custom x\n3 a exit top\n4 a on\n20 a wait",
        "",
    );
    assert_eq!(world.session.attention().total_us(), 0);
    assert_eq!(world.session.counters().events, 4);
}

#[test]
fn what_is_meant_for_the_visitor_goes_to_the_tab_in_front() {
    let lasting = rule("c", "on = 'cart_value', above = 10, for = '5s'");
    check(
        &[lasting],
        "0 a open home
         0 b open home
         1 a cart
         2 a cart s2
         3 b scroll 5
         20 a wait",
        "7 decided b c:won0\n7 push b banner=fill(t title=c)#1",
    );
}

#[test]
fn reconnecting_is_no_act() {
    let world = check_in(Story::new(&[]), "0 a open home\n600 a lost\n610 a back\n1200 a lost\n1210 a back\n1801 a wait", "1800 ended");
    assert!(world.session.is_ended() && world.session.next_deadline().is_none());
}

#[test]
fn a_ninth_tab_takes_the_place_of_the_one_gone_longest() {
    let mut world = Story::new(&[rule_with("c", "on = 'custom', name = 'x'", "", &fill("overlay", "c"))]);
    for tab in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        world.play(&format!("1 {tab} open home"));
    }
    world.play("2 a custom x\n3 b scroll 1\n4 c lost");
    assert_eq!(world.play("5 i open home"), Vec::<String>::new());
    let ids: String = world.session.streams().iter().map(|stream| char::from(stream.id.0[0])).collect();
    assert_eq!(ids, "abdefghi", "a lost one first");
    world.play("6 j open home\n7 k open home\n8 l open home\n9 m open home\n10 n open home\n11 o open home");
    assert_eq!(world.session.streams().len(), Session::STREAMS_MAX);
    assert!(world.session.overlay().is_none(), "the overlay went with its tab");
}

#[test]
fn a_snapshot_without_a_campaign_reverts_it_everywhere() {
    let campaigns =
        [rule("gone", VIEW), rule_with("over", VIEW, "", &fill("overlay", "over")), rule_with("stays", VIEW, "", &fill("side", "stays"))];
    let pushed = "0 decided a gone:won0 over:won0 stays:won0
         0 push a banner=fill(t title=gone)#1 overlay=fill(t title=over)#2 side=fill(t title=stays)#3
         1 decided b gone:won0 over:overlay_busy stays:won0
         1 push b banner=fill(t title=gone)#4 side=fill(t title=stays)#5";
    let story = "0 a open home\n1 b open home";
    check(&campaigns, &format!("{story}\n2 - publish stays"), &format!("{pushed}\n2 push a -banner -overlay\n2 push b -banner"));
    check(&campaigns, &format!("{story}\n2 - switch-off"), &format!("{pushed}\n2 push a -banner -side -overlay\n2 push b -banner -side"));
    // A session that missed the publication notices it with the next input.
    check(&campaigns, &format!("{story}\n2 - silently"), &format!("{pushed}\n2 push a -banner -side -overlay\n2 push b -banner -side"));
}

#[test]
fn triggers_in_progress_do_not_outlive_an_edit() {
    let sequence = |within: &str, step: &str| {
        rule(
            "c",
            &format!("on = 'sequence', steps = [{{ on = 'custom', name = '{step}' }}], without = {{ on = 'order' }}, within = '{within}'"),
        )
    };
    let mut world = Story::new(&[sequence("10s", "x")]);
    world.play("0 a open home\n1 a custom x");
    world.edit(&[sequence("20s", "y")]);
    assert_eq!(world.play("2 - timer\n60 a wait"), Vec::<String>::new());

    let level = |above: u8| rule("c", &format!("on = 'cart_value', above = {above}, for = '10s'"));
    let mut world = Story::new(&[level(20)]);
    world.play("0 a open home\n1 a cart\n2 a cart s2");
    world.edit(&[level(40)]);
    assert_eq!(world.play("3 - timer\n60 a wait"), Vec::<String>::new());
    let mut world = Story::new(&[level(20)]);
    world.play("0 a open home\n1 a cart\n2 a cart s2");
    world.edit(&[rule("c", "on = 'exit_intent'")]);
    assert_eq!(world.play("3 - timer\n60 a wait"), Vec::<String>::new());
}

#[test]
fn content_held_by_a_condition_follows_an_edit_of_it() {
    let held = |most: &str| {
        rule_with("c", "on = 'cart_value', above = 10", &format!("hold = 'while'\nwhen = 'cart.value < {most}'"), &fill("banner", "c"))
    };
    let mut world = Story::new(&[held("90.0")]);
    world.play("0 a open home\n1 a cart\n2 a cart s2");
    world.edit(&[held("15.0")]);
    assert_eq!(world.play("3 - timer"), ["3 push a -banner"]);
}

#[test]
fn content_the_page_did_not_take_does_not_stand_there() {
    let world = check_in(
        Story::new(&[rule_with("c", VIEW, "", &format!("{}, {}", fill("banner", "c"), fill("overlay", "c")))]),
        "0 a open home\n1 a received 1\n2 a failed 1\n3 a failed 7",
        "0 decided a c:won0
         0 push a banner=fill(t title=c)#1 overlay=fill(t title=c)#1
         1 reported #1 c/0 received
         2 reported #1 c/0 failed",
    );
    assert_eq!(world.session.desired(world.session.streams()[0].id).count(), 0);
}

#[test]
fn the_overlay_is_desired_once_and_not_after_it_was_closed() {
    let mut world = Story::new(&[rule_with("c", VIEW, "", &fill("overlay", "c"))]);
    world.play("0 a open home");
    let count = |world: &Story| world.session.desired(world.session.streams()[0].id).count();
    assert_eq!(count(&world), 1);
    world.play("1 a clicked 1");
    assert_eq!(count(&world), 0);
}
