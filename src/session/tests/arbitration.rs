//! Who wins, and what baseline and holdout see.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;

const VIEW: &str = "on = 'page_view'";

#[test]
fn priority_then_value_then_id() {
    let one = |id: &str, head: &str| rule_with(id, VIEW, head, &fill("banner", id));
    let order = |campaigns: &[String], expect: &str| {
        let first = expect.split(':').next().unwrap_or_default();
        check(campaigns, "0 a open home", &format!("0 decided a {expect}\n0 push a banner=fill(t title={first})#1"));
    };
    let (a, b, c) = (one("a", "priority = 10"), one("b", "priority = 20"), one("c", "priority = 10\nvalue = 1.5"));
    order(&[a.clone(), b.clone(), c.clone()], "b:won0 c:outranked a:outranked");
    order(&[c, b, a], "b:won0 c:outranked a:outranked");
    order(&[one("e", ""), one("d", "")], "d:won0 e:outranked");
}

#[test]
fn a_campaign_with_two_triggers_competes_once() {
    let two = "id = 'c'\nname = 'c'\nbaseline = 0.0\ntrigger = [{ on = 'page_view' }, { on = 'session_start' }]\nvariant = [{ id = 'v', action = [{ do = 'notice', text = 'x' }] }]";
    check(&[two.to_owned()], "0 a open home", "0 decided a c:won0\n0 push a =notice(x)#1");
}

#[test]
fn what_stands_gives_way_to_a_higher_rank_only() {
    let one = |id: &str, priority: u8| {
        rule_with(id, &format!("on = 'custom', name = '{id}'"), &format!("priority = {priority}"), &fill("banner", id))
    };
    check(
        &[one("low", 10), one("mid", 20), one("high", 30)],
        "0 a open home
         1 a custom mid
         2 a custom low
         3 a custom high
         4 a custom mid",
        "1 decided a mid:won0
         1 push a banner=fill(t title=mid)#1
         2 decided a low:outranked
         3 decided a high:won0
         3 push a banner=fill(t title=high)#2
         4 decided a mid:outranked",
    );
}

#[test]
fn one_overlay_across_two_tabs() {
    let overlay = |id: &str| rule_with(id, &format!("on = 'custom', name = '{id}'"), "limits = { spacing = '0s' }", &fill("overlay", id));
    let world = check_in(
        Story::new(&[overlay("one"), overlay("two")]),
        "0 a open home
         0 b open home
         1 a custom one
         2 b custom two
         3 b custom one
         # another tab cannot close it
         4 b dismissed 1
         5 b custom two
         6 a clicked 1
         7 b custom two",
        "1 decided a one:won0
         1 push a overlay=fill(t title=one)#1
         2 decided b two:overlay_busy
         3 decided b one:overlay_busy
         4 reported #1 one/0 dismissed
         4 push a -overlay
         5 decided b two:won0
         5 push b overlay=fill(t title=two)#2
         6 reported #1 one/0 clicked
         7 decided b two:overlay_busy",
    );
    assert!(world.session.overlay().is_some_and(|overlay| overlay.stream.0 == [b'b'; 16]));
}

#[test]
fn the_overlay_goes_with_its_page() {
    let overlay = rule_with("c", VIEW, "", &fill("overlay", "{session.page_views}"));
    check(
        &[overlay],
        "0 a open home
         1 b open home
         2 a bye
         3 b view home
         4 b view cart",
        "0 decided a c:won0
         0 push a overlay=fill(t title=1)#1
         1 decided b c:overlay_busy
         3 decided b c:won0
         3 push b overlay=fill(t title=3)#2
         4 push b -overlay
         4 decided b c:won0
         4 push b overlay=fill(t title=4)#3",
    );
}

#[test]
fn baseline_is_spared_and_counted() {
    let world = check_in(
        Story::new(&[
            rule_with("c", VIEW, "baseline = 0.5\nlimits = { per_session = 1 }", &fill("banner", "c")),
            rule_with("d", VIEW, "baseline = 0.5\nlimits = { per_session = 1 }", &fill("side", "d")),
        ]),
        "0 a open home\n1 a view home",
        "0 decided a c:baseline d:won0
         0 push a side=fill(t title=d)#1
         1 push a -side
         1 decided a c:per_session d:per_session",
    );
    assert_eq!(world.session.streams()[0].page.as_ref().map(|page| page.changes), Some(0));
    assert_eq!(world.session.counters().pushes, 1);
}

#[test]
fn baselines_can_be_capped_and_a_preview_sees_everything() {
    let half = || [rule_with("c", VIEW, "baseline = 0.5", &fill("banner", "c"))];
    let acts = "0 decided a c:won0\n0 push a banner=fill(t title=c)#1";
    check_in(Story::new(&half()).settings(|settings| settings.experiments.baseline_max = 0.0), "0 a open home", acts);
    check_in(Story::new(&half()).settings(|settings| settings.experiments.holdout = 1.0).preview(), "0 a open home", acts);
}

#[test]
fn the_holdout_sees_no_campaign_and_is_counted() {
    let story = Story::new(&[rule("c", VIEW), rule_with("d", VIEW, "limits = { per_page = 1 }", &fill("side", "d"))]);
    check_in(
        story.settings(|settings| settings.experiments.holdout = 1.0),
        "0 a open home\n1 a view cart",
        "0 decided a c:holdout d:holdout\n1 decided a c:holdout d:holdout",
    );
}

/// The unit of the stories lies at 0.4032 of the namespace `shop` and at 0.1706 of the traffic of `c`.
#[test]
fn who_is_not_in_the_experiment_is_in_no_arm_of_it() {
    let with = |head: &str| [rule_with("c", VIEW, head, &fill("banner", "c"))];
    let acts = "0 decided a c:won0\n0 push a banner=fill(t title=c)#1";
    check(&with("namespace = 'shop'\nrange = [0.0, 0.4]"), "0 a open home", "0 decided a c:namespace");
    check(&with("namespace = 'shop'\nrange = [0.4, 1.0]"), "0 a open home", acts);
    check(&with("traffic = 0.1"), "0 a open home", "0 decided a c:traffic");
    check(&with("traffic = 0.2"), "0 a open home", acts);
    // Not even in the holdout or the baseline.
    let held = Story::new(&with("traffic = 0.1\nbaseline = 0.5")).settings(|settings| settings.experiments.holdout = 1.0);
    check_in(held, "0 a open home", "0 decided a c:traffic");
    check_in(Story::new(&with("traffic = 0.1")).preview(), "0 a open home", acts);
}

#[test]
fn variants_are_sticky() {
    let two = "id = 'c'\nname = 'c'\nbaseline = 0.0\ntrigger = [{ on = 'page_view' }]\nvariant = [{ id = 'l', action = [{ do = 'notice', text = 'l' }] }, { id = 'r', action = [{ do = 'notice', text = 'r' }] }]";
    let mut world = Story::new(&[two.to_owned()]).settings(|settings| settings.guard.interruptions_per_session = 20);
    let side = |told: Vec<String>| told.last().map(|line| line.contains("(l)"));
    let first = side(world.play("0 a open home"));
    for second in 1..9 {
        assert_eq!(side(world.play(&format!("{second} a view home"))), first);
    }
}

#[test]
fn content_held_by_its_condition_goes_with_it_and_comes_back() {
    let held = |id: &str, placement: &str| {
        rule_with(
            id,
            "on = 'cart_value', above = 20",
            "hold = 'while'\nwhen = 'cart.value >= 20.0 && cart.value < 50.0'",
            &fill(placement, id),
        )
    };
    check(
        &[held("c", "banner"), held("o", "overlay"), rule_with("p", "on = 'cart_value', above = 20", "", &fill("side", "p"))],
        "0 a open home
         1 a cart
         2 a cart s2
         3 b open home
         4 b cart s2*3
         5 b cart
         6 b cart s2*2",
        "2 decided a c:won0 o:won0 p:won0
         2 push a banner=fill(t title=c)#1 overlay=fill(t title=o)#2 side=fill(t title=p)#3
         4 push a -banner -overlay
         6 decided b c:won0 o:won0 p:won0
         6 push b banner=fill(t title=c)#4 overlay=fill(t title=o)#5 side=fill(t title=p)#6",
    );
}

#[test]
fn however_many_are_refused_the_next_in_rank_is_looked_at() {
    let mut campaigns: Vec<String> =
        (0..200).map(|n| rule_with(&format!("c{n}"), VIEW, "priority = 90\nwhen = 'cart.value > 1.0'", &fill("banner", "c"))).collect();
    campaigns.push(rule("last", VIEW));
    let told = Story::new(&campaigns).play("0 a open home");
    assert_eq!(told[0].matches(":condition").count(), 64);
    assert!(told[0].ends_with(" last:won0"), "{}", told[0]);
    assert_eq!(told[1..], ["0 push a banner=fill(t title=last)#1"]);
}
