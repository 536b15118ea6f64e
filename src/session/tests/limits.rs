//! Every limit, and that a close wins over all of them.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule_with;

/// Fires at will, with other content each time.
fn limited(id: &str, limits: &str) -> String {
    let head = format!("limits = {{ {limits} }}");
    rule_with(id, "on = 'custom', name = 'x'", &head, &fill("banner", "{session.events}"))
}

#[test]
fn per_page() {
    check(
        &[limited("c", "per_page = 1")],
        "0 a open home\n1 a custom x\n2 a custom x\n3 a view home\n4 a custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=2)#1
         2 decided a c:per_page
         3 push a -banner
         4 decided a c:won0
         4 push a banner=fill(t title=5)#2",
    );
}

#[test]
fn per_session_holds_over_pages_tabs_and_restarts() {
    check(
        &[limited("c", "per_session = 2")],
        "0 a open home
         1 a custom x
         2 b open home
         3 b custom x
         4 - store
         5 a view home
         6 a custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=2)#1
         3 decided b c:won0
         3 push b banner=fill(t title=4)#2
         5 push a -banner
         6 decided a c:per_session",
    );
}

#[test]
fn per_visitor_counts_in_its_period() {
    check(
        &[limited("c", "per_visitor = { count = 1, every = '10m' }")],
        "0 - remember 1\n0 a open home\n1 a custom x\n2 a custom x\n500 a scroll 1\n601 a custom x\n602 a custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=2)#1
         2 decided a c:per_visitor
         601 decided a c:won0
         601 push a banner=fill(t title=5)#2
         602 decided a c:per_visitor",
    );
}

#[test]
fn per_visitor_holds_within_the_visit_of_who_is_not_remembered() {
    check(
        &[limited("c", "per_visitor = { count = 1, every = '7d' }")],
        "0 a open home\n1 a custom x\n2 a custom x",
        "1 decided a c:won0\n1 push a banner=fill(t title=2)#1\n2 decided a c:per_visitor",
    );
}

#[test]
fn cooldown() {
    check(
        &[limited("c", "cooldown = '30s'")],
        "0 a open home\n1 a custom x\n30.9 a custom x\n31 a custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=2)#1
         30.9 decided a c:cooldown
         31 decided a c:won0
         31 push a banner=fill(t title=4)#2",
    );
}

#[test]
fn spacing_keeps_interruptions_of_different_campaigns_apart() {
    let notice = |id: &str, head: &str| {
        rule_with(id, &format!("on = 'custom', name = '{id}'"), head, "{ do = 'notice', text = '{session.events}' }")
    };
    check(
        &[notice("a", ""), notice("b", "limits = { spacing = '5s' }"), notice("c", "")],
        "0 t open home
         1 t custom a
         # its own does not count, nor does content that does not interrupt
         2 t custom a
         6 t custom b
         7 t custom b
         60 t custom c
         67 t custom c",
        "1 decided t a:won0
         1 push t =notice(2)#1
         2 decided t a:won0
         2 push t =notice(3)#2
         6 decided t b:spacing
         7 decided t b:won0
         7 push t =notice(5)#3
         60 decided t c:spacing
         67 decided t c:interruption_budget",
    );
}

#[test]
fn a_close_wins_over_every_other_setting() {
    let world = check_in(
        Story::new(&[limited("c", "per_session = 9")]),
        "0 - remember 1
         0 a open home
         0 b open home
         1 a custom x
         2 b custom x
         3 a dismissed 1
         4 a custom x
         5 b custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=3)#1
         2 decided b c:won0
         2 push b banner=fill(t title=4)#2
         3 reported #1 c/0 dismissed
         3 push a -banner
         3 push b -banner
         3 save visits=1 orders=0 cx0!
         4 decided a c:dismissed
         5 decided b c:dismissed",
    );
    assert!(world.session.profile().is_some_and(|profile| profile.caps.iter().any(|cap| cap.dismissed)), "nor in the next visit");
}

#[test]
fn less_is_a_close_and_is_remembered() {
    check(
        &[limited("c", "per_visitor = { count = 3, every = '1d' }")],
        "0 - remember 1
         0 a open home
         1 a custom x
         2 a less 9
         3 a less 1
         4 a custom x",
        "1 decided a c:won0
         1 push a banner=fill(t title=2)#1
         3 push a -banner
         3 save visits=1 orders=0 cx1!
         4 decided a c:dismissed",
    );
}

#[test]
fn a_close_is_understood_however_much_happened_since() {
    let overlay = rule_with("c", "on = 'page_view'", "", &fill("overlay", "c"));
    let mut world = Story::new(&[overlay, limited("x", "per_session = 900")]).settings(|settings| settings.guard.changes_per_page = 50);
    world.play("0 a open home\n0.1 a shown 1");
    for second in 1..30 {
        world.play(&format!("{second} a custom x"));
    }
    assert_eq!(world.play("40 a dismissed 1"), ["40 reported #1 c/0 dismissed"]);
    assert!(world.session.overlay().is_none());
}
