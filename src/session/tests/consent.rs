//! What the shopper allows, withdraws, and asks for.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;
use crate::model::key_of;

const VIEW: &str = "on = 'page_view'";

#[test]
fn without_an_answer_only_the_context_counts() {
    let world = check_in(
        Story::with_consent(
            &[
                rule_with("context", VIEW, "purpose = 'context'", &fill("banner", "context")),
                rule_with("personal", VIEW, "", &fill("side", "personal")),
                rule_with("memory", VIEW, "purpose = 'remember'", &fill("live", "memory")),
                rule("views", "on = 'product_views', count = 1"),
                rule("score", "on = 'score', above = 0.1"),
                rule("product", "on = 'dwell', of = 'product', for = '1s'"),
            ],
            false,
        ),
        "0 a open product s1
         1 a product s1
         2 a attend 20",
        "0 decided a context:won0 memory:consent personal:consent
         0 push a banner=fill(t title=context)#1",
    );
    assert!(world.session.seen().is_empty() && world.session.interests().is_none());
}

#[test]
fn agreeing_asks_for_a_profile_and_lets_behavior_count() {
    check_in(
        Story::with_consent(&[rule("views", "on = 'product_views', count = 1")], false),
        "0 a open product s1
         1 a product s1
         2 - consent all
         3 - remember 0
         4 - consent all
         5 a product s1",
        "2 want profile
         5 decided a views:won0
         5 push a banner=fill(t title=views)#1",
    );
}

#[test]
fn withdrawal_clears_pages_state_and_memory_at_once() {
    let world = check_in(
        Story::new(&[
            rule_with("context", VIEW, "purpose = 'context'", &fill("side", "context")),
            rule_with("personal", VIEW, "", &fill("banner", "personal")),
            rule_with("over", "on = 'search'", "", &fill("overlay", "{search.query}")),
            rule_with("note", "on = 'search'", "", "{ do = 'emit', name = 'searched' }"),
            rule("steps", "on = 'sequence', steps = [{ on = 'search' }], without = { on = 'order' }, within = '1m'"),
        ]),
        "0 - remember 1
         0 a open product s1
         0 b open home
         1 a product s1
         2 a search shoes 3
         3 - consent none
         4 a product s2
         100 a wait",
        "0 decided a context:won0 personal:won0
         0 push a side=fill(t title=context)#1 banner=fill(t title=personal)#2
         0 decided b context:won0 personal:won0
         0 push b side=fill(t title=context)#3 banner=fill(t title=personal)#4
         2 decided a note:won0 over:won0
         2 push a =emit(searched)#5 overlay=fill(t title=shoes)#6
         3 push a -banner -overlay
         3 push b -banner
         3 erase",
    );
    let session = &world.session;
    assert!(session.profile().is_none() && session.overlay().is_none() && session.interests().is_none() && session.seen().is_empty());
    assert_eq!(session.query.len() + session.intent() as usize, 0);
    assert!(session.behavior.is_erased() && session.memory.is_erased() && session.listed.is_erased());
    assert!(session.streams().iter().all(|stream| stream.once.is_empty()));
}

#[test]
fn withdrawing_memory_alone_erases_the_profile_and_keeps_the_page() {
    check(
        &[rule("c", VIEW)],
        "0 - remember 1\n0 a open home\n1 - consent personalize",
        "0 decided a c:won0\n0 push a banner=fill(t title=c)#1\n1 erase",
    );
}

#[test]
fn off_clears_everything_and_on_starts_from_nothing() {
    let world = check_in(
        Story::new(&[rule_with("c", VIEW, "purpose = 'context'", &fill("side", "c")), rule("views", "on = 'product_views', count = 1")]),
        "0 - remember 1
         0 a open home
         1 a product s1
         2 a opt-out
         3 a view home
         4 a product s2
         5 a opt-in
         6 a view home
         7 a product s3",
        "0 decided a c:won0
         0 push a side=fill(t title=c)#1
         1 decided a views:won0
         1 push a banner=fill(t title=views)#2
         2 push a -banner -side
         2 save visits=1 orders=0 off
         3 decided a c:opted_out
         5 save visits=1 orders=0
         6 decided a c:won0
         6 push a side=fill(t title=c)#3
         7 decided a views:won0
         7 push a banner=fill(t title=views)#4",
    );
    assert_eq!(world.session.seen().len(), 1, "nothing was noted in between");
}

#[test]
fn reset_forgets_what_was_inferred_and_keeps_what_was_not() {
    let world = check_in(
        Story::new(&[rule_with("context", VIEW, "purpose = 'context'", &fill("side", "context")), rule("c", VIEW)]),
        "0 - remember 1\n0 a open home\n1 a product s1\n2 a forget",
        "0 decided a c:won0 context:won0
         0 push a banner=fill(t title=c)#1 side=fill(t title=context)#2
         2 push a -banner
         2 save visits=1 orders=0",
    );
    assert!(world.session.interests().is_some_and(|interests| interests.is_empty()) && !world.session.is_opted_out());
}

#[test]
fn a_reset_visit_begins_to_learn_anew_and_what_protects_the_shopper_stays() {
    let world = check_in(
        Story::new(&[
            rule_with("context", VIEW, "purpose = 'context'", &fill("side", "context")),
            rule_with("twice", "on = 'product_views', count = 2, of = 'any'", "limits = { per_session = 2 }", &fill("banner", "twice")),
            rule_with("closed", "on = 'search'", "", &fill("live", "closed")),
            rule_with("searched", VIEW, "when = 'session.searches > 0 || search.results > 0'", &fill("banner", "searched")),
        ]),
        "0 a open product s1
         1 a product s1
         2 a attend 10
         13 a search x 3
         14 a less 2
         15 a product s2
         16 b open home
         17 b forget
         18 a product s3
         19 a search x 3
         20 a product s1
         21 b forget
         22 a product s1
         23 a product s2
         24 b view home",
        "0 decided a context:won0 searched:condition
         0 push a side=fill(t title=context)#1
         13 decided a closed:won0
         13 push a live=fill(t title=closed)#2
         14 push a -live
         15 decided a twice:won0
         15 push a banner=fill(t title=twice)#3
         16 decided b context:won0 searched:won0
         16 push b side=fill(t title=context)#4 banner=fill(t title=searched)#5
         17 push a -banner
         17 push b -banner
         19 decided a closed:dismissed
         20 decided a twice:won0
         20 push a banner=fill(t title=twice)#6
         21 push a -banner
         23 decided a twice:per_session
         24 push b -side
         24 decided b context:won0 searched:condition
         24 push b side=fill(t title=context)#7",
    );
    let session = &world.session;
    assert_eq!((session.counters().product_views, session.seen().len(), session.counters().page_views), (2, 2, 3));
    let permit = session.learns().expect("they agreed");
    assert_eq!(session.behavior.read(permit).looked.product_us(key_of("s1")), 0);
    assert!(session.attention().total_us() > 0, "how long somebody was here is no inference");
}

#[test]
fn who_turned_it_off_in_an_earlier_visit_is_left_alone() {
    let world = check_in(
        Story::new(&[rule("c", VIEW)]),
        "0 a open home\n1 a product s1\n2 - remember 3 off\n3 a view home",
        "0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         2 push a -banner
         3 decided a c:opted_out",
    );
    assert!(world.session.interests().is_none());
}

#[test]
fn a_profile_without_consent_is_not_taken() {
    let world = check_in(Story::with_consent(&[rule("c", "on = 'return_visit'")], false), "0 - remember 3\n0 a open home", "");
    assert!(world.session.profile().is_none());
}
