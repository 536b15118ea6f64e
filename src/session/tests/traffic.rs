//! What a visit gets that may be a program.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;
use crate::traffic::Class;

const VIEW: &str = "on = 'page_view'";

#[test]
fn a_program_gets_the_neutral_page_and_teaches_nothing() {
    let world = check_in(
        Story::new(&[rule("c", VIEW), rule("views", "on = 'product_views', count = 1")]),
        "0 a attach home\n0 - signs agent\n1 a view home\n2 a product s1",
        "1 decided a c:program",
    );
    assert!(world.session.is_neutral() && world.session.class() == Class::Bot);
    assert!(world.session.interests().is_none() && world.session.seen().is_empty());
}

#[test]
fn a_visit_that_turns_out_to_be_a_program_loses_what_it_has() {
    check(
        &[rule_with("context", VIEW, "purpose = 'context'", &fill("side", "context")), rule("c", VIEW)],
        "0 a open home\n1 a product s1\n2 - signs rhythm\n3 - signs rate\n4 a view home",
        "0 decided a c:won0 context:won0
         0 push a banner=fill(t title=c)#1 side=fill(t title=context)#2
         3 push a -banner -side
         4 decided a c:program context:program",
    );
}

#[test]
fn a_suspect_is_served_and_a_shop_under_test_serves_everybody() {
    let world = check_in(
        Story::new(&[rule("c", VIEW)]),
        "0 - signs no_input scroll\n1 a open home",
        "1 decided a c:won0\n1 push a banner=fill(t title=c)#1",
    );
    assert_eq!(world.session.class(), Class::Suspected);
    let world = check_in(
        Story::new(&[rule("c", VIEW)]).settings(|settings| settings.serve_bots = true),
        "0 - signs webdriver\n1 a open home",
        "1 decided a c:won0\n1 push a banner=fill(t title=c)#1",
    );
    assert!(world.session.class() == Class::Bot && !world.session.is_neutral());
    check_in(
        Story::new(&[rule("c", VIEW)]).preview(),
        "0 - signs webdriver\n1 a open home",
        "1 decided a c:won0\n1 push a banner=fill(t title=c)#1",
    );
}
