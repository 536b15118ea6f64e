//! Each reason a candidate can be refused for, reached by a story.

use super::Story;
use super::fill;
use super::offer;
use super::rule;
use super::rule_with;
use crate::decide::Refusal;
use crate::decide::Verdict;

const VIEW: &str = "on = 'page_view'";
const X: &str = "on = 'custom', name = 'x'";

/// The world and the story whose last decision refuses campaign `c` for this reason.
fn reach(refusal: Refusal) -> (Story, &'static str) {
    let one = |trigger: &str, head: &str, actions: &str| Story::new(&[rule_with("c", trigger, head, actions)]);
    let banner = fill("banner", "c");
    let changing = fill("banner", "{session.events}");
    let notice = "{ do = 'notice', text = '{session.events}' }";
    let rival =
        |priority: u8, actions: &str| rule_with("rival", "on = 'custom', name = 'rival'", &format!("priority = {priority}"), actions);
    match refusal {
        Refusal::Off => (one(VIEW, "", &banner), "0 - switch-off\n1 a open home"),
        Refusal::Program => (one(VIEW, "", &banner), "0 a attach home\n1 - signs webdriver\n2 a view home"),
        Refusal::OptedOut => (one(VIEW, "", &banner), "0 a attach home\n1 a opt-out\n2 a view home"),
        Refusal::Consent => (Story::with_consent(&[rule("c", VIEW)], false), "0 a open home"),
        Refusal::Namespace => (one(VIEW, "namespace = 'shop'\nrange = [0.0, 0.4]", &banner), "0 a open home"),
        Refusal::Traffic => (one(VIEW, "traffic = 0.1", &banner), "0 a open home"),
        Refusal::Condition => (one(VIEW, "when = 'cart.value > 1.0'", &banner), "0 a open home"),
        Refusal::Dismissed => (one(X, "", &changing), "0 a open home\n1 a custom x\n2 a dismissed 1\n3 a custom x"),
        Refusal::PerPage => (one(X, "limits = { per_page = 1 }", &changing), "0 a open home\n1 a custom x\n2 a custom x"),
        Refusal::PerSession => (one(X, "limits = { per_session = 1 }", &changing), "0 a open home\n1 a custom x\n2 a custom x"),
        Refusal::PerVisitor => {
            (one(X, "limits = { per_visitor = { count = 1, every = '1d' } }", &changing), "0 a open home\n1 a custom x\n2 a custom x")
        }
        Refusal::Cooldown => (one(X, "limits = { cooldown = '9s' }", &changing), "0 a open home\n1 a custom x\n2 a custom x"),
        Refusal::Spacing => {
            (Story::new(&[rule_with("c", X, "", notice), rival(1, notice)]), "0 a open home\n1 a custom rival\n2 a custom x")
        }
        Refusal::Trust => (one(VIEW, "", &offer("banner")), "0 a open home"),
        Refusal::NoPlacement => (one(VIEW, "", &fill("nowhere", "c")), "0 a open home"),
        Refusal::NoTemplate => (one(VIEW, "", "{ do = 'fill', placement = 'banner', template = 'unknown' }"), "0 a open home"),
        Refusal::Hidden => (one(X, "", notice), "0 a open home\n1 a hide\n2 a custom x"),
        Refusal::OverlayBusy => {
            let over = fill("overlay", "c");
            (Story::new(&[rule_with("c", X, "", &over), rival(1, &over)]), "0 a open home\n1 a custom rival\n90 a custom x")
        }
        Refusal::Outranked => {
            (Story::new(&[rule_with("c", X, "", &banner), rival(90, &banner)]), "0 a open home\n1 a custom rival\n2 a custom x")
        }
        Refusal::FlipBack => (
            Story::new(&[rule_with("c", X, "", &banner), rival(90, &fill("banner", "r"))]),
            "0 a open home\n1 a custom x\n2 a custom rival\n3 a view home\n4 a custom x",
        ),
        Refusal::ChangeBudget => {
            (one(X, "", &changing).settings(|settings| settings.guard.changes_per_page = 1), "0 a open home\n1 a custom x\n2 a custom x")
        }
        Refusal::InterruptionBudget => (
            one(X, "", notice).settings(|settings| settings.guard.interruptions_per_session = 1),
            "0 a open home\n1 a custom x\n2 a custom x",
        ),
        Refusal::AboveFold => (one(X, "", &fill("fold", "c")), "0 a open home\n1 a scroll 5\n2 a custom x"),
        Refusal::NothingToShow => (one(VIEW, "", "{ do = 'order', list = 'grid' }"), "0 a open home"),
        Refusal::Unchanged => (one(X, "", &banner), "0 a open home\n1 a custom x\n2 a custom x"),
    }
}

#[test]
fn each_reason_is_reached_and_named() {
    for refusal in Refusal::ALL {
        let (mut world, story) = reach(refusal);
        let told = world.play(story);
        let last = told.last().unwrap_or_else(|| panic!("{refusal:?}: nothing happened"));
        assert!(last.contains(&format!("c:{}", refusal.code())), "{refusal:?}:\n{}", told.join("\n"));
        assert!(!refusal.sentence().is_empty());
    }
    let mut codes: Vec<&str> = Refusal::ALL.into_iter().map(Refusal::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Refusal::ALL.len());
}

#[test]
fn what_the_cart_forces_may_flip_back() {
    let world = |trigger: &str| {
        let high = rule_with("high", "on = 'custom', name = 'high'", "priority = 90", &fill("banner", "high"));
        Story::new(&[rule_with("c", trigger, "", &fill("banner", "c")), high])
    };
    let told = world("on = 'cart_item'").play("0 a open home\n1 a cart\n2 a cart s1\n3 a custom high\n4 a view home\n5 a cart s1 s2");
    assert_eq!(told.last().map(String::as_str), Some("5 push a banner=fill(t title=c)#3"));
    // Another page is another place, though its placement has the same name.
    let told = world(X).play("0 a open home\n1 a custom x\n2 a view cart\n3 a custom high\n4 a view home\n5 a custom x");
    assert_eq!(told.last().map(String::as_str), Some("5 push a banner=fill(t title=c)#3"));
}

#[test]
fn a_refusal_keeps_its_proof() {
    let when = "when = 'cart.value > 40.0'";
    let mut world = Story::new(&[rule_with("c", VIEW, when, &fill("banner", "c"))]);
    let mut told = Vec::new();
    world.play("0 a attach home\n1 a cart s2");
    let page = crate::model::Page { path: "/".into(), ..Default::default() };
    let mut out = crate::session::Effects::default();
    let at = crate::model::Timestamp(world.session.now().0 + 5);
    let event = crate::model::Event::PageView(Box::new(page));
    let stream = world.session.streams()[0].id;
    world.session.apply(at, crate::session::Input::Event { stream, late: false, event }, &world.snapshot, &mut out);
    for considered in &out.proofs.considered {
        told.push((considered.verdict, out.proofs.reads_of(considered).len()));
    }
    assert_eq!(told, [(Verdict::Refused(Refusal::Condition), 1)]);
    assert_eq!(out.list.len(), 1, "the decision is told, nothing is pushed");
}
