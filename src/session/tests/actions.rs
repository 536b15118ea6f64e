//! Every action: what is pushed, and when there is nothing to push.

use super::Story;
use super::check;
use super::check_in;
use super::rule_with;
use crate::decide::Because;
use crate::decide::Cause;
use crate::decide::Disclosure;
use crate::decide::Held;
use crate::decide::Used;

const VIEW: &str = "on = 'page_view'";

#[test]
fn fill_renders_its_texts() {
    let action =
        "{ do = 'fill', placement = 'banner', template = 't', data = { a = '{cart.value} of {target}', b = '{missing}, {progress}% {{' } }";
    check(
        &[rule_with("c", "on = 'cart_value', above = 10", "target = 50", action)],
        "0 a open home\n1 a cart\n2 a cart s1 s2",
        "2 decided a c:won0\n2 push a banner=fill(t a=$30.00 of $50.00 b=$20.00, 60% {)#1",
    );
}

#[test]
fn order_follows_interest_and_is_silent_where_nothing_would_move() {
    let action = "{ do = 'order', list = 'grid', by = 'interest', strength = 1.0 }";
    check(
        &[rule_with("c", "on = 'custom', name = 'sort'", "", action)],
        "0 a open category hats
         1 a custom sort
         2 a product s3
         3 a product s1
         4 a custom sort
         5 a custom sort
         # what the page reports back is no news, another list is
         6 a list grid s1 s3 h1 h2
         7 a custom sort
         8 a list grid h1 h2
         9 a custom sort
         10 a list grid h1 s1 h2 s3
         11 a custom sort",
        "1 decided a c:nothing_to_show
         4 decided a c:won0
         4 push a grid=order(s1 s3 h1 h2)#1
         5 decided a c:unchanged
         7 decided a c:unchanged
         9 decided a c:nothing_to_show
         11 decided a c:won0
         11 push a grid=order(s1 s3 h1 h2)#2",
    );
}

#[test]
fn cta_has_label_link_and_tone() {
    let action = "{ do = 'cta', placement = 'button', label = 'Buy {product.id}', href = '/cart', tone = 'strong' }";
    check(&[rule_with("c", VIEW, "", action)], "0 a open product s1", "0 decided a c:won0\n0 push a button=cta(Buy s1 /cart strong)#1");
}

#[test]
fn nav_adds_shortcuts_and_promotes() {
    let fixed = "{ do = 'nav', placement = 'menu', shortcuts = [{ label = 'Sale', href = '/sale' }], promote = ['shoes'] }";
    let own = "{ do = 'nav', placement = 'menu', interests = 2, href = '/c/{category}' }";
    check(
        &[rule_with("fixed", VIEW, "", fixed), rule_with("own", "on = 'custom', name = 'x'", "", own)],
        "0 a open home
         1 a custom x
         2 a product s1
         3 a product s1
         4 a product h1
         5 a custom x",
        "0 decided a fixed:won0
         0 push a menu=nav(Sale>/sale ^shoes)#1
         1 decided a own:nothing_to_show
         5 decided a own:won0
         5 push a menu=nav(Runs>/c/shoes.run Hats>/c/hats ^)#2",
    );
}

#[test]
fn an_offer_is_shown_once_its_grant_is_durable() {
    let budget = "budget = { count = 5, every = '1d' }";
    let action = format!(
        "{{ do = 'offer', placement = 'overlay', template = 't', data = {{ title = 'Stay' }}, offer = {{ kind = 'percent', amount = 10, expires = '20m', {budget} }} }}"
    );
    let world = check_in(
        Story::new(&[rule_with("c", "on = 'custom', name = 'x'", "trust = 'claimed'", &action)]),
        "0 a open home
         1 a custom x
         1.2 - granted 1 CODE 1200
         5 a shown 1
         1300 a wait",
        "1 decided a c:won0
         1 grant? #1 c percent
         1.2 push a overlay=offer(t title=Stay CODE)#1
         5 reported #1 c/0 shown
         1201.2 push a -overlay",
    );
    assert!(world.session.overlay().is_none());
}

#[test]
fn a_message_needs_no_grant() {
    let action = "{ do = 'offer', placement = 'overlay', template = 't', offer = { kind = 'message' } }";
    check(&[rule_with("c", VIEW, "", action)], "0 a open home", "0 decided a c:won0\n0 push a overlay=offer(t)#1");
}

#[test]
fn recommend_fills_its_count_or_nothing() {
    let action = |count: u8, placement: &str| {
        format!(
            "{{ do = 'recommend', placement = '{placement}', template = 't', strategy = 'similar', count = {count}, title = 'Like this' }}"
        )
    };
    check(
        &[rule_with("few", VIEW, "", &action(2, "banner")), rule_with("many", VIEW, "", &action(8, "side"))],
        "0 a open product s1",
        "0 decided a few:won0 many:nothing_to_show\n0 push a banner=recommend(t similar s2 h1)#1",
    );
}

#[test]
fn what_lists_show_is_followed_once_if_it_may_be_measured() {
    let action = |strategy: &str, placement: &str| {
        format!("{{ do = 'recommend', placement = '{placement}', template = 't', strategy = '{strategy}', count = 2 }}")
    };
    let rules = [
        rule_with("alike", "on = 'page_view', pages = ['product']", "", &action("similar", "banner")),
        rule_with("youngest", "on = 'custom', name = 'x'", "", &action("popular_in_category", "side")),
    ];
    let story = "0 a open product s1
         1 a product s2
         2 a product s2
         3 a product h1
         4 a cart
         5 a cart s2
         6 a cart s2 h1
         7 a custom x
         9 a product h2";
    check(
        &rules,
        story,
        "0 decided a alike:won0
         0 push a banner=recommend(t similar s2 h1)#1
         1 followed s2 of similar
         3 followed h1 of similar
         5 carted s2 of similar
         6 carted h1 of similar
         7 decided a youngest:won0
         7 push a side=recommend(t popular_in_category h2 s3)#2
         9 followed h2 of popular_in_category",
    );
    let silent = "0 - consent none
         0 a open product s1
         1 a product s2
         2 - consent all
         3 a product s3";
    let context = rule_with("alike", "on = 'page_view', pages = ['product']", "purpose = 'context'", &action("similar", "banner"));
    check_in(
        Story::new(&[context]),
        silent,
        "0 decided a alike:won0
         0 push a banner=recommend(t similar s2 h1)#1
         2 want profile",
    );
}

#[test]
fn what_was_bought_or_waved_away_is_recommended_no_more() {
    let action = |placement: &str| {
        format!("{{ do = 'recommend', placement = '{placement}', template = 't', strategy = 'popular_in_category', count = 1 }}")
    };
    check(
        &[
            rule_with("one", "on = 'page_view', pages = ['home']", "", &action("banner")),
            rule_with("two", "on = 'custom', name = 'x'", "", &action("side")),
        ],
        "0 a open home
         1 a less 1
         2 a custom x
         3 a order o1 h2
         4 b open home
         5 b custom x",
        "0 decided a one:won0
         0 push a banner=recommend(t popular_in_category h1)#1
         1 push a -banner
         2 decided a two:won0
         2 push a side=recommend(t popular_in_category h2)#2
         3 ordered o1 after [one two]
         4 decided b one:dismissed
         5 decided b two:won0
         5 push b side=recommend(t popular_in_category s3)#3",
    );
}

#[test]
fn a_campaign_of_the_context_sees_no_behavior() {
    let action = "{ do = 'recommend', placement = 'banner', template = 't', strategy = ['recently_viewed'], count = 1 }";
    let rules = [
        rule_with("context", "on = 'custom', name = 'x'", "purpose = 'context'", action),
        rule_with("personal", "on = 'custom', name = 'y'", "", &action.replace("banner", "side")),
    ];
    let world = check_in(
        Story::new(&rules),
        "0 a open home
         1 a product h2
         2 a custom x
         3 a custom y",
        "2 decided a context:won0
         2 push a banner=recommend(t recently_viewed h1)#1
         3 decided a personal:won0
         3 push a side=recommend(t recently_viewed h2)#2",
    );
    assert!(!world.session.seen().is_empty());
}

#[test]
fn layout_notice_and_emit() {
    let actions = "{ do = 'layout', placement = 'grid', layout = 'dense' }, { do = 'notice', text = 'Hello' }, { do = 'emit', name = 'seen', data = { page = '{page.kind}' } }";
    let world = check_in(
        Story::new(&[rule_with("c", VIEW, "", actions)]),
        "0 a open home
         1 a shown 1
         2 a lost
         3 a back",
        "0 decided a c:won0
         0 push a grid=layout(dense)#1 =notice(Hello)#1 =emit(seen page=home)#1
         1 reported #1 c/0 shown",
    );
    let desired: Vec<&str> = world.session.desired(world.session.streams()[0].id).map(|held| &*held.placement).collect();
    assert_eq!(desired, ["grid"], "what is momentary and was shown does not come again");
}

#[test]
fn unconfirmed_notices_come_again_with_the_state() {
    let world = check_in(
        Story::new(&[rule_with("c", VIEW, "", "{ do = 'notice', text = 'Hello' }")]),
        "0 a open home\n1 a received 1\n2 a lost\n3 a back",
        "0 decided a c:won0\n0 push a =notice(Hello)#1\n1 reported #1 c/0 received",
    );
    assert_eq!(world.session.desired(world.session.streams()[0].id).count(), 1);
}

#[test]
fn why_is_the_campaigns_own_or_names_what_set_it_off() {
    let fill = |placement: &str| super::fill(placement, "x");
    let mut world = Story::new(&[
        rule_with("own", VIEW, "why = 'You are on {page.kind}.'", &fill("banner")),
        rule_with("made", "on = 'search'", "", &fill("side")),
    ]);
    world.play("0 a open home\n1 a search x 1");
    assert_eq!(whys(&world), ["You are on home.", "Because of your search."]);
}

/// The sentences that stand on the first page.
fn whys(world: &Story) -> Vec<String> {
    let stream = world.session.streams()[0].id;
    let language = world.session.language(stream);
    let words = |held: &Held| if held.why.is_empty() { held.because.cause.sentence(language).to_owned() } else { held.why.to_string() };
    world.session.desired(stream).map(|held| words(held)).collect()
}

#[test]
fn why_is_in_the_pages_language_and_else_made() {
    let head = "why = { en = 'You are on {page.kind}.', de = 'Sie sind auf {page.kind}.' }";
    let half = "why = { en = 'Only English.' }";
    let campaigns = [rule_with("both", VIEW, head, &super::fill("banner", "x")), rule_with("half", VIEW, half, &super::fill("side", "x"))];
    for (language, expect) in [
        ("fr", ["You are on home.", "Only English."]),
        ("en", ["You are on home.", "Only English."]),
        ("de", ["Sie sind auf home.", "Passend zu dieser Seite ausgewählt."]),
    ] {
        let mut world = Story::new(&campaigns).speaking(language);
        world.play("0 a open home");
        assert_eq!(whys(&world), expect, "{language}");
    }
}

/// What each trigger, condition and content rests on is told, and nothing else.
#[test]
fn what_was_used_is_told() {
    let list = "{ do = 'order', list = 'grid', strength = 1.0 }";
    let show = |text: &str| super::fill("banner", text);
    for (trigger, head, actions, story, cause, used) in [
        (VIEW, "", show("x"), "0 a open home", Cause::Page, Used::PAGE),
        (VIEW, "when = 'cart.items == 0'", show("x"), "0 a open home", Cause::Cart, Used::PAGE | Used::CART),
        (VIEW, "when = 'device.kind != \"bot\"'", show("x"), "0 a open home", Cause::Device, Used::PAGE | Used::DEVICE),
        // The second value is not read where the first decides.
        (VIEW, "when = 'cart.items == 0 || search.results > 0'", show("x"), "0 a open home", Cause::Cart, Used::PAGE | Used::CART),
        ("on = 'search'", "", show("{cart.items}"), "0 a open home\n1 a search x 1", Cause::Searched, Used::SEARCH | Used::CART),
        ("on = 'scroll', depth = 10", "", show("x"), "0 a open home\n1 a scroll 20", Cause::Read, Used::HANDLING),
        ("on = 'product_views', count = 1", "", show("x"), "0 a open home\n1 a product s1", Cause::Looked, Used::LOOKS),
        (
            VIEW,
            "",
            list.to_owned(),
            "0 a open home\n1 a product s1\n2 a product s3\n3 a view home",
            Cause::Looked,
            Used::PAGE | Used::LOOKS,
        ),
        (
            VIEW,
            "",
            list.to_owned(),
            "0 - remember 2\n0 a open home\n1 a product s1\n2 a product s3\n3 a view home",
            Cause::Looked,
            Used::PAGE | Used::LOOKS | Used::MEMORY,
        ),
    ] {
        let mut world = Story::new(&[rule_with("c", trigger, head, &actions)]);
        world.play(story);
        let because: Vec<Because> = world.session.desired(world.session.streams()[0].id).map(|held| held.because).collect();
        assert_eq!(because, [Because { cause, used }], "{trigger} {head} {actions}");
    }
}

#[test]
fn a_notice_stands_with_what_it_is_about() {
    let mut world = Story::new(&[rule_with("c", VIEW, "notice = 'ranking'", &super::fill("banner", "x"))]);
    world.play("0 a open home");
    let stands: Vec<_> = world.session.desired(world.session.streams()[0].id).map(|held| held.disclosure).collect();
    assert_eq!(stands, [Some(Disclosure::Ranking)]);
}
