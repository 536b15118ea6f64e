//! Real user agents of programs and of browsers, and visits that behave like one or the other.

use super::*;
use crate::model::Timestamp;
use proptest::prelude::*;

/// Of browsers, as market shares have them; from the packages user-agents 2.1 (BSD) and fake-useragent 2.2 (Apache), every eighth.
const BROWSERS: &str = include_str!("../../tests/fixtures/agents/browsers.txt");
/// Of programs, an example for each pattern of the list, every eighth.
const PROGRAMS: &str = include_str!("../../tests/fixtures/agents/programs.txt");

#[test]
fn programs_are_known_and_browsers_are_not_taken_for_them() {
    let agents = Agents::shipped();
    assert_eq!(agents.len(), 1_518);
    let missed: Vec<&str> = PROGRAMS.lines().filter(|agent| !agents.is_program(agent)).collect();
    let (programs, browsers) = (PROGRAMS.lines().count(), BROWSERS.lines().count());
    assert!(programs > 250 && browsers > 200);
    assert!(missed.len() as f64 <= programs as f64 * 0.005, "{missed:?}");
    let wrong: Vec<&str> = BROWSERS.lines().filter(|agent| agents.is_program(agent)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn lists_are_read_or_their_line_is_named() {
    let agents = Agents::parse("# remark\n\n^curl\nLabs$\nCurrent*RSS*Reader\n").unwrap();
    let is = |agent: &str| agents.is_listed(agent);
    assert!(is("CURL/8") && !is("libcurl") && is("SSL labs") && !is("Labs 2"));
    assert!(is("x current 1 rss-reader/2") && !is("current reader rss"));
    assert!(!agents.is_program(""), "who says nothing has not said that it is one");
    assert!(!agents.is_program("Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"));
    assert_eq!(Agents::parse("good\nab\n").unwrap_err().to_string(), "line 2: a pattern has 3 to 200 bytes before its first `*`");
    assert_eq!(Agents::parse(&"pattern\n".repeat(20_001)).unwrap_err(), ListError::TooMany);
}

#[test]
fn one_hint_is_a_suspicion_and_two_are_a_bot() {
    let of = |signs: &[Sign]| signs.iter().fold(Signs::default(), |all, sign| all.with(*sign)).class();
    assert_eq!(of(&[]), Class::Human);
    for sign in Sign::ALL {
        assert_eq!(of(&[sign]), if sign.is_plain() { Class::Bot } else { Class::Suspected }, "{sign:?}");
        for other in Sign::ALL {
            let same_kind = matches!((sign, other), (Sign::Scroll, Sign::NoInput) | (Sign::NoInput, Sign::Scroll));
            let expect = if sign.is_plain() || other.is_plain() || (sign != other && !same_kind) { Class::Bot } else { Class::Suspected };
            assert_eq!(of(&[sign, other]), expect, "{sign:?} {other:?}");
        }
    }
    assert_eq!(of(&[Sign::Rate, Sign::Webdriver]).max(Class::Human), Class::Bot);
}

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
const DESKTOP: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

#[test]
fn greetings_are_held_against_each_other() {
    let person = Greeting {
        user_agent: DESKTOP,
        accept_language: "de-AT,de;q=0.9,en;q=0.8",
        language: "de-AT",
        touch: false,
        viewport: (1_536, 730),
        webdriver: Some(false),
        windowless: false,
        languages: Some(2),
    };
    let names = |greeting: Greeting<'_>| greeting.signs(Agents::shipped()).iter().map(Sign::name).collect::<Vec<_>>();
    assert_eq!(names(person), [""; 0]);
    assert_eq!(names(Greeting { user_agent: PHONE, touch: true, viewport: (390, 754), ..person }), [""; 0]);
    // An older client says nothing of automation, and a server that asks for a page has neither.
    assert_eq!(names(Greeting { webdriver: None, languages: None, accept_language: "", ..person }), [""; 0]);
    assert_eq!(names(Greeting { accept_language: "en-US,en", language: "EN_us", ..person }), [""; 0]);
    assert_eq!(names(Greeting { webdriver: Some(true), ..person }), ["webdriver"]);
    assert_eq!(names(Greeting { languages: Some(0), windowless: true, ..person }), ["windowless"]);
    assert_eq!(names(Greeting { language: "zh-CN", ..person }), ["contradiction"]);
    assert_eq!(names(Greeting { user_agent: PHONE, viewport: (1_920, 1_080), ..person }), ["contradiction"]);
    let headless = DESKTOP.replace("Chrome/", "HeadlessChrome/");
    assert_eq!(
        names(Greeting { user_agent: &headless, webdriver: Some(true), languages: Some(0), ..person }),
        ["agent", "webdriver", "windowless"]
    );
}

fn watched(acts: &[(f64, Act)]) -> Vec<&'static str> {
    let mut watch = Watch::default();
    for (seconds, act) in acts {
        watch.note(Timestamp(1_000_000 + (seconds * 1e6) as u64), *act);
    }
    watch.signs().iter().map(Sign::name).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_person_who_reads_scrolls_and_presses_shows_no_sign() {
    let touched = Act::Attention(Some(true));
    let mut visit = vec![(0.0, Act::PageView), (0.0, Act::Attention(Some(false))), (2.0, Act::Scroll), (5.0, touched), (7.3, Act::Scroll)];
    for page in 0..40_u32 {
        let at = 10.0 + f64::from(page) * 4.1 + f64::from(page * page % 7) * 0.37;
        visit.extend([(at, Act::PageView), (at, Act::Attention(Some(false))), (at + 1.0, Act::Scroll), (at + 2.0, Act::Press)]);
    }
    assert_eq!(watched(&visit), NONE);
    // Nobody watches input on this page, so that nothing follows from none.
    assert_eq!(watched(&[(0.0, Act::PageView), (50.0, Act::Attention(None)), (70.0, Act::Press)]), NONE);
    // Somebody only reads.
    assert_eq!(watched(&[(0.0, Act::PageView), (5.0, Act::Attention(Some(false))), (900.0, Act::Attention(Some(false)))]), NONE);
    // The browser puts the page back where it was.
    assert_eq!(watched(&[(0.0, Act::PageView), (0.1, Act::Scroll), (0.3, Act::Scroll), (5.0, Act::Attention(Some(false)))]), NONE);
}

#[test]
fn each_sign_of_behavior_has_its_edge() {
    let pages =
        |count: u32, every: f64| (0..count).map(|i| (f64::from(i) * every + f64::from(i % 3) * 0.05, Act::PageView)).collect::<Vec<_>>();
    assert_eq!(watched(&pages(9, 1.1)), ["rate"]);
    assert_eq!(watched(&pages(8, 0.1)), NONE);
    assert_eq!(watched(&pages(9, 1.4)), NONE);
    let even =
        |count: u32, jitter: f64| (0..count).map(|i| (f64::from(i) * 2.0 + f64::from(i % 2) * jitter, Act::Press)).collect::<Vec<_>>();
    assert_eq!(watched(&even(21, 0.002)), ["rhythm"]);
    assert_eq!(watched(&even(20, 0.002)), NONE);
    assert_eq!(watched(&even(21, 0.010)), NONE);
    let untouched = (5.0, Act::Attention(Some(false)));
    assert_eq!(watched(&[(0.0, Act::PageView), untouched, (60.0, Act::PageView)]), ["no_input"]);
    assert_eq!(watched(&[(0.0, Act::PageView), untouched, (59.0, Act::PageView)]), NONE);
    assert_eq!(watched(&[(0.0, Act::PageView), untouched, (9.0, Act::Attention(Some(true))), (60.0, Act::PageView)]), NONE);
    let scrolls = [(1.0, Act::Scroll), (2.0, Act::Scroll), (3.0, Act::Scroll), untouched];
    assert_eq!(watched(&scrolls), ["scroll"]);
}

proptest! {
    #[test]
    fn hostile_agents_and_lists_end(agent in "\\PC{0,600}", list in "\\PC{0,300}") {
        let _ = Agents::shipped().is_program(&agent);
        let _ = Agents::parse(&list).map(|agents| agents.is_program(&agent));
    }
}
