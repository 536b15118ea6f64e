//! Offers between the decision and the ledger's answer.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::offer;
use super::rule_with;

fn give(id: &str, placement: &str) -> String {
    rule_with(id, &format!("on = 'custom', name = '{id}'"), "trust = 'claimed'", &offer(placement))
}

#[test]
fn a_refused_overlay_frees_the_overlay_and_interrupted_nobody() {
    let world = check_in(
        Story::new(&[give("one", "overlay"), give("two", "overlay")]),
        "0 a open home
         1 a custom one
         2 a custom two
         3 - refused 1
         4 a custom two
         5 - granted 2 B 60
         6 - granted 1 A 60",
        "1 decided a one:won0
         1 grant? #1 one free_shipping
         2 decided a two:spacing
         4 decided a two:won0
         4 grant? #2 two free_shipping
         5 push a overlay=offer(t B)#2",
    );
    assert_eq!(world.session.caps().interruptions, 1);
}

#[test]
fn an_offer_on_its_way_keeps_its_place() {
    check(
        &[
            give("one", "banner"),
            rule_with("high", "on = 'custom', name = 'high'", "priority = 90", &fill("banner", "high")),
            rule_with("low", "on = 'custom', name = 'low'", "priority = 10", &fill("banner", "low")),
        ],
        "0 a open home
         1 a custom one
         2 a custom high
         3 a custom one
         4 - granted 1 A 60
         5 a custom one
         6 a custom low
         7 a custom high
         90 a wait",
        "1 decided a one:won0
         1 grant? #1 one free_shipping
         2 decided a high:outranked
         3 decided a one:outranked
         4 push a banner=offer(t A)#1
         5 decided a one:unchanged
         6 decided a low:outranked
         7 decided a high:won0
         7 push a banner=fill(t title=high)#2",
    );
}

#[test]
fn an_offer_in_the_page_goes_when_it_expires() {
    check(
        &[give("one", "banner")],
        "0 a open home\n1 a custom one\n1.1 - granted 1 A 60\n90 a wait",
        "1 decided a one:won0
         1 grant? #1 one free_shipping
         1.1 push a banner=offer(t A)#1
         61.1 push a -banner",
    );
}

#[test]
fn a_grant_that_finds_another_page_is_not_shown() {
    let nothing = |story: &str, more: &str| {
        let head = "1 decided a one:won0\n1 grant? #1 one free_shipping";
        let world =
            check_in(Story::new(&[give("one", "overlay")]), &format!("0 a open home\n1 a custom one\n{story}"), &format!("{head}\n{more}"));
        assert!(world.session.overlay().is_none());
    };
    nothing("2 a view cart\n3 - granted 1 A 60", "");
    nothing("2 a bye\n3 - granted 1 A 60", "");
    nothing("2 a lost\n200 b open home\n201 - granted 1 A 60", "");
    nothing("2 - consent none\n3 - granted 1 A 60", "");
    nothing("2 a opt-out\n3 - granted 1 A 60", "");
    nothing("2 a less 1\n3 - granted 1 A 60", "");
    nothing("2 - publish\n3 - granted 1 A 60", "");
    nothing("2 - granted 1 A 0", "");
    // The ledger's answer is waited for ten seconds.
    nothing("11 - granted 1 A 60", "");
}

#[test]
fn a_grant_comes_after_the_connection_did() {
    check(
        &[give("one", "overlay")],
        "0 a open home\n1 a custom one\n2 a lost\n3 - granted 1 A 60\n4 a back",
        "1 decided a one:won0\n1 grant? #1 one free_shipping\n3 push a overlay=offer(t A)#1",
    );
}

#[test]
fn above_the_fold_a_grant_that_comes_after_the_first_touch_is_too_late() {
    let both = rule_with("one", "on = 'custom', name = 'one'", "trust = 'claimed'", &format!("{}, {}", offer("fold"), offer("live")));
    check(
        &[both],
        "0 a open home\n1 a custom one\n2 a scroll 5\n3 - granted 1 A 60",
        "1 decided a one:won0
         1 grant? #1 one free_shipping
         1 grant? #1 one free_shipping",
    );
}

#[test]
fn a_refused_offer_leaves_the_rest_of_its_campaign() {
    let both = rule_with("one", "on = 'page_view'", "trust = 'claimed'", &format!("{}, {}", offer("banner"), fill("side", "one")));
    check(
        &[both],
        "0 a open home\n1 - refused 1",
        "0 decided a one:won0\n0 push a side=fill(t title=one)#1\n0 grant? #1 one free_shipping",
    );
}

#[test]
fn too_many_offers_on_their_way_give_up_the_oldest() {
    let places = ["banner", "side", "live", "fold", "overlay"];
    let campaigns: Vec<String> = places.iter().map(|place| give(&format!("c-{place}"), place)).collect();
    let mut story = String::from("0 a open home\n");
    for place in places {
        story.push_str(&format!("1 a custom c-{place}\n"));
    }
    let mut world = Story::new(&campaigns);
    world.play(&story);
    assert_eq!(world.play("2 - granted 1 A 60"), Vec::<String>::new());
    assert_eq!(world.play("3 - granted 5 E 60"), ["3 push a overlay=offer(t E)#5"]);
}

#[test]
fn the_ledger_decides_twice_about_one_decision_with_two_offers() {
    // One decision may make two offers; each answer serves the one that has waited longest.
    let both = rule_with("one", "on = 'page_view'", "trust = 'claimed'", &format!("{}, {}", offer("banner"), offer("side")));
    check(
        &[both],
        "0 a open home\n1 - granted 1 A 60\n2 - granted 1 A 60",
        "0 decided a one:won0
         0 grant? #1 one free_shipping
         0 grant? #1 one free_shipping
         1 push a banner=offer(t A)#1
         2 push a side=offer(t A)#1",
    );
}
