//! Every trigger: when it fires, and when it does not.

use super::Story;
use super::check;
use super::check_in;
use super::fill;
use super::rule;
use super::rule_with;

#[test]
fn session_start_fires_on_the_first_page_only() {
    check(
        &[rule("c", "on = 'session_start'")],
        "0 a open home
         5 a view home
         9 b open home",
        "0 decided a c:won0
         0 push a banner=fill(t title=c)#1
         5 push a -banner",
    );
}

#[test]
fn page_view_fires_on_its_pages() {
    check(
        &[rule("c", "on = 'page_view', pages = ['cart', 'product']")],
        "0 a open home
         1 a view product s1
         2 a view category hats
         3 a view cart",
        "1 decided a c:won0
         1 push a banner=fill(t title=c)#1
         2 push a -banner
         3 decided a c:won0
         3 push a banner=fill(t title=c)#2",
    );
}

#[test]
fn an_attach_is_no_page_view() {
    check(&[rule("c", "on = 'page_view'"), rule("d", "on = 'session_start'")], "0 a attach home", "");
}

#[test]
fn dwell_on_a_page_counts_attention_and_fires_without_a_word_from_the_page() {
    check(
        &[rule("c", "on = 'dwell', for = '12s', pages = ['home']")],
        "0 a open home
         1 a attend 30
         60 a view home
         61 a attend 11
         90 a view cart
         91 a attend 30",
        "13 decided a c:won0
         13 push a banner=fill(t title=c)#1
         60 push a -banner",
    );
}

#[test]
fn dwell_on_a_product_survives_other_pages() {
    check(
        &[rule("c", "on = 'dwell', of = 'product', for = '20s'")],
        "0 a open product s1
         1 a attend 15
         20 a view product s2
         21 a attend 15
         40 a view product s1
         41 a attend 10",
        "46 decided a c:won0
         46 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn dwell_on_a_category_adds_up_over_its_pages() {
    check(
        &[rule("c", "on = 'dwell', of = 'category', for = '20s'")],
        "0 a open product s1
         1 a attend 10
         20 a view product h1
         21 a attend 15
         40 a view category shoes.run
         41 a attend 15",
        "51 decided a c:won0
         51 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn twenty_seconds_on_each_of_two_pages_make_forty_in_the_visit() {
    check(
        &[rule("c", "on = 'dwell', of = 'session', for = '40s'"), rule("never", "on = 'dwell', of = 'session', for = '41s'")],
        "0 a open home
         1 a attend 20
         100 a bye
         100 b open product s1
         110 b attend 20
         200 b wait",
        "130 decided b c:won0
         130 push b banner=fill(t title=c)#1",
    );
}

#[test]
fn idle_fires_once_until_the_next_act_and_only_on_screen() {
    check(
        &[rule("c", "on = 'idle', for = '30s', pages = ['home', 'cart']")],
        "0 a open home
         10 a scroll 10
         100 a scroll 20
         101 a view product s1
         200 a view cart
         201 a hide
         300 a show
         400 a wait",
        "40 decided a c:won0
         40 push a banner=fill(t title=c)#1
         101 push a -banner
         330 decided a c:won0
         330 push a banner=fill(t title=c)#2",
    );
}

#[test]
fn scroll_fires_once_per_page_at_its_depth() {
    check(
        &[rule("c", "on = 'scroll', depth = 50, pages = ['home']")],
        "0 a open home
         1 a scroll 49
         2 a scroll 50
         3 a scroll 20
         4 a scroll 90
         5 a view home
         6 a scroll 100
         7 a view cart
         8 a scroll 100",
        "2 decided a c:won0
         2 push a banner=fill(t title=c)#1
         5 push a -banner
         6 decided a c:won0
         6 push a banner=fill(t title=c)#2
         7 push a -banner",
    );
}

#[test]
fn click_fires_on_its_target() {
    check(
        &[rule("c", "on = 'click', target = 'size-chart'")],
        "0 a open home
         1 a click other
         2 a click size-chart s1",
        "2 decided a c:won0
         2 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn search_fires_by_its_outcome() {
    let side = |id, results: &str| rule_with(id, &format!("on = 'search', results = '{results}'"), "", &fill("side", "{search.query}"));
    check(
        &[rule("any", "on = 'search'"), side("none", "none"), side("some", "some")],
        "0 a open search
         1 a search boots 0
         2 a view search
         3 a search shoes 7",
        "1 decided a any:won0 none:won0
         1 push a banner=fill(t title=any)#1 side=fill(t title=boots)#2
         2 push a -banner -side
         3 decided a any:won0 some:won0
         3 push a banner=fill(t title=any)#3 side=fill(t title=shoes)#4",
    );
}

const LEAVE: &str = "on = 'exit_intent', pages = ['home']";

#[test]
fn leaving_is_confirmed_by_silence() {
    check(
        &[rule("c", LEAVE)],
        "0 a open home
         5 a exit top
         9 a wait",
        "5.7 exit confirmed
         5.7 decided a c:won0
         5.7 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn leaving_elsewhere_is_counted_and_fires_nothing() {
    let world = check_in(Story::new(&[rule("c", LEAVE)]), "0 a open cart\n5 a exit top\n9 a wait", "5.7 exit confirmed");
    assert_eq!((world.session.exit().confirmed, world.session.exit().cancelled), (1, 0));
}

#[test]
fn a_return_or_an_act_cancels() {
    let world = check_in(
        Story::new(&[rule("c", LEAVE)]),
        "0 a open home
         5 a exit top
         5.5 a exit returned
         6 a exit back
         6.6 a click anything
         7 a exit top
         7.3 a exit top
         7.5 a scroll 20
         9 a exit returned
         20 a wait",
        "5.5 exit cancelled
         6.6 exit cancelled
         7.5 exit cancelled",
    );
    assert_eq!((world.session.exit().confirmed, world.session.exit().cancelled), (0, 3));
}

#[test]
fn signals_of_touch_screens_add_up_within_their_window() {
    check(
        &[rule("c", LEAVE)],
        "0 a open home
         5 a exit up
         16 a exit up
         20 a exit idle
         40 a exit up
         41 a exit returned
         42 a exit up
         50 a wait",
        "20.7 exit confirmed
         20.7 decided a c:won0
         20.7 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn who_has_left_is_not_interrupted() {
    check(
        &[rule_with("c", LEAVE, "", &fill("overlay", "c"))],
        "0 a open home
         5 a exit hidden
         5 a exit idle
         5.1 a hide
         9 a exit top
         9.1 a bye
         20 a wait",
        "5.7 exit confirmed
         5.7 decided a c:hidden",
    );
}

#[test]
fn cart_value_fires_at_its_edge_and_again_after_it_was_rearmed() {
    check(
        &[
            rule_with("c", "on = 'cart_value', above = 50, rearm = 40", "", &fill("side", "{cart.value}")),
            rule("low", "on = 'cart_value', below = 20"),
        ],
        "0 a open home
         1 a cart s1
         2 a cart s1 s2*2
         # not below 40
         3 a cart s1*4
         4 a cart s1*6
         # below 40
         5 a cart s1*3
         6 a cart s1*7
         # below 20, once more after it was over it
         7 a cart s1
         8 a cart
         9 a cart s1*2
         10 a cart s1",
        "2 decided a c:won0
         2 push a side=fill(t title=$50.00)#1
         6 decided a c:won0
         6 push a side=fill(t title=$70.00)#2
         7 decided a low:won0
         7 push a banner=fill(t title=low)#3
         10 decided a low:unchanged",
    );
}

#[test]
fn cart_value_may_have_to_last() {
    check(
        &[rule("c", "on = 'cart_value', above = 50, for = '10s'")],
        "0 a open home
         1 a cart
         2 a cart s1*5
         9 a cart s1*4
         20 a cart s1*6
         25 a cart s1*7
         40 a wait",
        "30 decided a c:won0
         30 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn cart_item_fires_by_change_and_filter() {
    let side = |id: &str, filter: &str| rule_with(id, &format!("on = 'cart_item', {filter}"), "", &fill("side", id));
    check(
        &[
            side("brand", "brand = 'Bolt'"),
            side("category", "category = 'shoes'"),
            side("product", "product = 's1'"),
            rule("removed", "on = 'cart_item', change = 'removed'"),
        ],
        "0 a open home
         1 a cart x1
         2 a cart x1 s1
         3 a view home
         4 a cart x1 s1*2 h2
         5 a view home
         6 a cart x1 s1*2 h2
         7 a cart s1*2 h2
         8 a view home
         9 a cart s2*2 h2",
        "2 decided a category:won0 product:outranked
         2 push a side=fill(t title=category)#1
         3 push a -side
         4 decided a brand:won0 category:outranked product:outranked
         4 push a side=fill(t title=brand)#2
         5 push a -side
         7 decided a removed:won0
         7 push a banner=fill(t title=removed)#3
         8 push a -banner
         9 decided a category:won0 removed:won0
         9 push a side=fill(t title=category)#4 banner=fill(t title=removed)#5",
    );
}

#[test]
fn product_views_count_the_same_any_and_a_category() {
    let views = |id: &str, more: &str, placement: &str| rule_with(id, &format!("on = 'product_views', {more}"), "", &fill(placement, id));
    check(
        &[
            views("any", "count = 3", "banner"),
            views("category", "count = 2, of = 'category'", "side"),
            views("same", "count = 3, of = 'same'", "live"),
        ],
        "0 a open home
         1 a product s1
         2 a product s1
         3 a product s2
         4 a product s1
         5 a product h1
         6 a product h1",
        "3 decided a category:won0
         3 push a side=fill(t title=category)#1
         4 decided a same:won0
         4 push a live=fill(t title=same)#2
         5 decided a any:won0
         5 push a banner=fill(t title=any)#3",
    );
}

#[test]
fn product_views_fire_again_at_each_multiple_and_count_what_their_filter_names() {
    check(
        &[
            rule_with("again", "on = 'product_views', count = 2, again = true", "", &fill("side", "{session.product_views}")),
            rule("hats", "on = 'product_views', count = 2, category = 'hats'"),
        ],
        "0 a open home
         1 a product s1
         2 a product h1
         3 a product s2
         4 a product h2",
        "2 decided a again:won0
         2 push a side=fill(t title=2)#1
         4 decided a again:won0 hats:won0
         4 push a side=fill(t title=4)#2 banner=fill(t title=hats)#3",
    );
}

#[test]
fn return_visit_fires_on_the_first_page_of_who_was_here_before() {
    let returns = [rule("c", "on = 'return_visit'")];
    let won = "decided a c:won0";
    let push = "push a banner=fill(t title=c)#1";
    check(&returns, "0 - remember 1\n1 a open home\n2 a view home", &format!("1 {won}\n1 {push}\n2 push a -banner"));
    check(&returns, "0 - remember 0\n1 a open home", "");
    // The memory may come after the page.
    check(&returns, "0 a open home\n0.2 - remember 1\n2 - remember 1", &format!("0.2 {won}\n0.2 {push}"));
    check(&returns, "0 a open home\n1 a view cart\n2 - remember 1", "");
}

#[test]
fn score_fires_at_its_edge_and_again_after_it_was_rearmed() {
    check(
        &[rule("c", "on = 'score', above = 0.9, rearm = 0.5")],
        "0 a open home
         1 a product s1
         2 a cart
         3 a cart s1
         4 a cart s1 s2
         5 a product s2
         6 a forget
         7 a view home
         8 a product s3
         9 a cart s1 s2 s3
         9.5 a cart s1 s2 s3 h1
         10 a wait",
        "4 decided a c:won0
         4 push a banner=fill(t title=c)#1
         6 push a -banner
         9.5 decided a c:won0
         9.5 push a banner=fill(t title=c)#2",
    );
}

#[test]
fn checkout_fires_at_its_step() {
    check(
        &[rule("c", "on = 'checkout', step = 'contact'")],
        "0 a open checkout\n1 a checkout begin\n2 a checkout contact\n3 a checkout payment",
        "2 decided a c:won0\n2 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn order_fires_once_for_an_order() {
    check(
        &[rule("c", "on = 'order'"), rule_with("d", "on = 'page_view'", "", &fill("side", "d"))],
        "0 - remember 1
         0 a open order
         1 a order o1 s1
         2 a order o1 s1
         3 a order o2 s1",
        "0 decided a d:won0
         0 push a side=fill(t title=d)#1
         1 ordered o1 after [d]
         1 save visits=1 orders=1
         1 decided a c:won0
         1 push a banner=fill(t title=c)#2
         3 ordered o2 after [d c]
         3 save visits=1 orders=2
         3 decided a c:unchanged",
    );
}

#[test]
fn custom_fires_by_its_name() {
    check(
        &[rule("c", "on = 'custom', name = 'quiz'")],
        "0 a open home\n1 a custom other\n2 a custom quiz",
        "2 decided a c:won0\n2 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn a_sequence_fires_when_its_steps_came_in_order_and_in_time() {
    let steps = "on = 'sequence', steps = [{ on = 'search' }, { on = 'product_view', category = 'shoes' }, { on = 'custom', name = 'fit' }], within = '1m'";
    check(
        &[rule("c", steps)],
        "0 a open home
         # out of order
         1 a custom fit
         2 a product s1
         3 a search shoes 3
         4 a product h1
         5 a custom fit
         6 a product s1
         7 a custom fit
         # too late
         10 a search shoes 3
         11 a product s1
         71 a custom fit",
        "7 decided a c:won0
         7 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn what_completes_a_sequence_does_not_begin_it() {
    check(
        &[rule_with(
            "c",
            "on = 'sequence', steps = [{ on = 'custom', name = 'x' }, { on = 'custom', name = 'x' }], within = '1m'",
            "",
            &fill("side", "{page.depth}"),
        )],
        "0 a open home
         1 a custom x
         2 a custom x
         3 a scroll 3
         4 a custom x
         5 a custom x",
        "2 decided a c:won0
         2 push a side=fill(t title=0)#1
         5 decided a c:won0
         5 push a side=fill(t title=3)#2",
    );
}

#[test]
fn a_sequence_may_wait_for_what_does_not_come() {
    let absence = "on = 'sequence', steps = [{ on = 'cart_item', change = 'added' }], without = { on = 'checkout' }, within = '5m'";
    check(
        &[rule("c", absence)],
        "0 a open home
         1 a cart
         2 a cart s1
         # the wait begins anew
         100 a cart s1 s2
         390 a scroll 10
         500 a cart s1 s2 s3
         501 a checkout begin
         900 a wait",
        "400 decided a c:won0
         400 push a banner=fill(t title=c)#1",
    );
}

#[test]
fn late_events_change_the_state_and_fire_nothing() {
    let world = check_in(
        Story::new(&[
            rule("c", "on = 'custom', name = 'x'"),
            rule("e", "on = 'exit_intent'"),
            rule("d", "on = 'dwell', for = '3s'"),
            rule("v", "on = 'product_views', count = 1"),
        ]),
        "0 a open home
         1 a late custom x
         2 a late exit top
         3 a late on
         4 a exit top
         4.1 a late scroll 50
         5 a late product s1
         9 a wait",
        "4.7 exit confirmed
         4.7 decided a e:won0
         4.7 push a banner=fill(t title=e)#1",
    );
    assert_eq!(world.session.counters().scrolls, 1);
    assert_eq!(world.session.seen().len(), 1);
    assert_eq!(world.session.attention().total_us(), 0);
}
