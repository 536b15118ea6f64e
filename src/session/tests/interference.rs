//! Non-interference: while a purpose is off, nothing depends on the data it covers.
//!
//! Random visits, with purposes given and taken at random. Before each input the visit is doubled, and in the double everything that a
//! purpose covers which is off is replaced by noise. Both take the same input. What they do must be the same to the last value of the
//! last proof, and so must what is left of them without the noise.

use super::Story;
use super::fill;
use super::rule_with;
use super::story::page;
use crate::consent::Purpose;
use crate::consent::Signal;
use crate::consent::Source;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::Currency;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Key;
use crate::model::Money;
use crate::model::Order;
use crate::model::Preference;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorCap;
use crate::model::VisitorId;
use crate::model::key_of;
use crate::recommend::Foreseen;
use crate::recommend::Foresight;
use crate::recommend::Likely;
use crate::recommend::Strategy;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Listed;
use crate::session::Profile;
use crate::session::Session;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;

const SEEDS: u64 = 120;
const INPUTS: usize = 250;
const PRODUCTS: [&str; 6] = ["s1", "s2", "s3", "h1", "h2", "x1"];

struct Chance(ChaCha8Rng);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        self.0.next_u64() % n
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn product(&mut self) -> Key {
        key_of(PRODUCTS[self.below(6) as usize])
    }

    fn tab(&mut self) -> StreamId {
        StreamId([b'a' + self.below(2) as u8; 16])
    }
}

/// Campaigns of every purpose, that read as much as they can: by condition, by text, by trigger, by list, by limit.
fn campaigns() -> Vec<String> {
    let mut all = Vec::new();
    let mut add = |purpose: &str, trigger: &str, when: &str, action: &str| {
        let id = format!("c{}", all.len());
        let when = if when.is_empty() { String::new() } else { format!("when = '{when}'\n") };
        all.push(rule_with(&id, trigger, &format!("purpose = '{purpose}'\npriority = {}\n{when}", all.len() % 7), action));
    };
    add("context", "on = 'page_view'", "", &fill("banner", "{cart.value} {page.path}"));
    add("context", "on = 'cart_value', above = 20", "cart.items > 0", &fill("side", "{cart.items}"));
    add("context", "on = 'scroll', depth = 50", "", "{ do = 'nav', placement = 'menu', interests = 2, href = '/c/{category}' }");
    add("context", "on = 'page_view'", "", "{ do = 'order', list = 'grid', strength = 1.0 }");
    add(
        "context",
        "on = 'page_view'",
        "",
        "{ do = 'recommend', placement = 'side', template = 't', strategy = ['recently_viewed', 'new_arrivals'], count = 2 }",
    );
    add("context", "on = 'dwell', of = 'session', for = '2s'", "", &fill("live", "dwelt"));
    add("context", "on = 'dwell', of = 'page', for = '3s'", "", &fill("live", "page"));
    add("context", "on = 'sequence', steps = [{ on = 'search' }, { on = 'page_view' }], within = '1m'", "", &fill("live", "steps"));
    add("context", "on = 'product_views', count = 2", "", &fill("banner", "views"));
    add("context", "on = 'return_visit'", "", &fill("banner", "back"));
    add("context", "on = 'score', above = 0.3", "", &fill("banner", "score"));
    add("context", "on = 'exit_intent'", "consent.personalize || cart.value > 10.0", &fill("overlay", "{search.query}"));
    add("personalize", "on = 'page_view'", "session.page_views > 1", &fill("banner", "{interest.top_category} {score.intent}"));
    add("personalize", "on = 'page_view'", "\"s1\" in seen.products || attention.total > 1.0", &fill("side", "{session.events}"));
    add("personalize", "on = 'product_views', count = 2, again = true", "", "{ do = 'order', list = 'grid', strength = 1.0 }");
    add(
        "personalize",
        "on = 'click', target = 'buy'",
        "interest.category[\"shoes\"] > 0.2",
        "{ do = 'nav', placement = 'menu', interests = 2, href = '/c/{category}' }",
    );
    add(
        "personalize",
        "on = 'page_view'",
        "",
        "{ do = 'recommend', placement = 'live', template = 't', strategy = ['recently_viewed', 'new_arrivals'], count = 2 }",
    );
    add("remember", "on = 'return_visit'", "visitor.sessions > 1", &fill("banner", "{visitor.orders} {visitor.sessions}"));
    add("remember", "on = 'page_view'", "visitor.days_since_last > 0.5", &fill("side", "{session.number}"));
    add("remember", "on = 'search'", "visitor.returning", &fill("overlay", "{visitor.sessions}"));
    // A limit per visitor reads the memory of a campaign that needs nothing.
    all.push(rule_with(
        "limited",
        "on = 'page_view'",
        "purpose = 'context'\nlimits = { per_visitor = { count = 2, every = '1d' } }",
        &fill("live", "limited"),
    ));
    all
}

fn profile(chance: &mut Chance, at: Timestamp) -> Profile {
    let mut profile = Profile::new(VisitorId([chance.below(256) as u8; 16]), Timestamp(at.0 - 86_400_000_000 * (1 + chance.below(30))));
    profile.sessions = chance.below(5) as u32;
    profile.orders = chance.below(3) as u32;
    profile.off = chance.percent(5);
    for _ in 0..chance.below(4) {
        profile.interests.categories.add(
            at,
            key_of(["shoes", "shoes.run", "hats"][chance.below(3) as usize]),
            1.0 + chance.below(5) as f32,
        );
        profile.interests.brands.add(at, key_of(["Acme", "Bolt"][chance.below(2) as usize]), 1.0);
        let campaign = key_of(["limited", "c0", "c12"][chance.below(3) as usize]);
        profile.caps.push(VisitorCap { campaign, since: profile.first_seen, count: chance.below(4) as u16, dismissed: chance.percent(50) });
    }
    profile
}

fn foreseen(chance: &mut Chance) -> Foreseen {
    let mut likely = || Likely { product: chance.product(), score: chance.below(65_536) as u16, because: chance.product() };
    let next = (0..3).map(|_| likely()).collect();
    Foreseen::Viewed { product: chance.product(), next, beside: Vec::new() }
}

fn input(chance: &mut Chance, at: Timestamp, session: &Session) -> Input {
    let stream = chance.tab();
    let words = [["product", "s1"], ["product", "h2"], ["home", ""], ["category", "shoes.run"], ["cart", ""]];
    let event = |event: Event| Input::Event { stream, late: false, event };
    match chance.below(26) {
        0..=3 => {
            let answer = |chance: &mut Chance| [None, Some(false), Some(true), Some(true)][chance.below(4) as usize];
            let signal = Signal {
                personalize: answer(chance),
                remember: answer(chance),
                measure: answer(chance),
                share: answer(chance),
                session: answer(chance),
            };
            let source = if chance.percent(70) { Source::Page } else { Source::Tcf };
            Input::Consent { source, signal, gpc: chance.percent(10), others: Vec::new() }
        }
        4 => Input::Attach { stream, page: Box::new(page(&words[chance.below(5) as usize])), visible: true },
        5..=7 => event(Event::PageView(Box::new(page(&words[chance.below(5) as usize])))),
        8..=10 => event(Event::ProductView { product: chance.product() }),
        11 => event(Event::Click { target: key_of("buy"), product: chance.product() }),
        12 => event(Event::Scroll { depth: chance.below(101) as u8 }),
        13 => event(Event::Search { query: ["shoes", "hat"][chance.below(2) as usize].into(), results: chance.below(3) as u32 }),
        14 | 15 => {
            let lines = (0..chance.below(4))
                .map(|_| CartLine { product: chance.product(), quantity: 1 + chance.below(3) as u32, price: 1_000 })
                .collect();
            event(Event::Cart(Cart { currency: Currency::USD, lines }))
        }
        16 => event(Event::Order(Box::new(Order {
            id: format!("o{}", chance.below(4)).into(),
            value: Money::new(1_000, Currency::USD),
            products: vec![chance.product()],
            coupon: "".into(),
        }))),
        17..=19 => event(Event::Attention { active: chance.percent(80) }),
        20 => event(Event::Exit { signal: [ExitSignal::PointerTop, ExitSignal::Returned][chance.below(2) as usize], speed: 1.0 }),
        21 => event(Event::Preference {
            choice: [Preference::Less, Preference::Reset, Preference::Off, Preference::On][chance.below(4) as usize],
            decision: Some(DecisionId(session.decided())),
        }),
        22 => Input::Remembered(Box::new(profile(chance, at))),
        23 => Input::Foreseen(Box::new(foreseen(chance))),
        _ => Input::Timer,
    }
}

/// Fills what is closed with noise.
fn disturb(session: &mut Session, chance: &mut Chance, at: Timestamp) {
    let allowed = session.capabilities();
    if session.learns().is_none() {
        let behavior = session.behavior.behind();
        for _ in 0..1 + chance.below(4) {
            behavior.views.add(chance.product(), Some(chance.below(50) as f64));
            behavior.interests.categories.add(at, key_of(["shoes", "shoes.run", "hats"][chance.below(3) as usize]), chance.below(9) as f32);
            behavior.interests.brands.add(at, key_of(["Acme", "Bolt"][chance.below(2) as usize]), 3.0);
            behavior.looked.count(chance.below(9_000_000), chance.product(), key_of("shoes.run"));
            behavior.note_unwanted(&[chance.product()], Session::UNWANTED_MAX);
        }
        behavior.intent = chance.below(100) as f32 / 100.0;
        let mut foresight = Foresight::default();
        foresight.take(foreseen(chance));
        behavior.foresight = Some(Box::new(foresight));
    }
    if !allowed.allows(Purpose::Remember) {
        *session.memory.behind() = Some(Box::new(profile(chance, at)));
    }
    session.disturbed = true;
    if !allowed.allows(Purpose::Measure) {
        session.listed.behind().push(Listed::of(chance.product(), Strategy::Popular));
    }
}

/// Takes the noise out again, so that the rest can be compared.
fn still(session: &Session) -> Session {
    let mut still = session.clone();
    still.disturbed = false;
    let allowed = still.capabilities();
    if still.learns().is_none() {
        still.behavior.erase();
    }
    if !allowed.allows(Purpose::Remember) {
        still.memory.erase();
    }
    if !allowed.allows(Purpose::Measure) {
        still.listed.erase();
    }
    still
}

/// Whether there is noise in it.
fn still_differs(double: &Session, session: &Session) -> bool {
    double.behavior != session.behavior || double.memory != session.memory || double.listed != session.listed
}

#[test]
fn what_is_closed_changes_nothing() {
    let (mut compared, mut decided, mut acted) = (0_u64, 0_u64, 0_u64);
    for seed in 0..SEEDS {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(seed));
        let mut world = Story::with_consent(&campaigns(), chance.percent(50));
        let mut at = Timestamp(world.session.now().0 + 1);
        for stream in [StreamId([b'a'; 16]), StreamId([b'b'; 16])] {
            at = Timestamp(at.0 + 1);
            let attach = Input::Attach { stream, page: Box::new(page(&["product", "s1"])), visible: true };
            world.session.apply(at, attach, &world.snapshot, &mut Effects::default());
        }
        for number in 0..INPUTS {
            at = Timestamp(at.0 + 1 + chance.below(1_500_000));
            if let Some(due) = world.session.next_deadline().filter(|due| *due < at) {
                at = due;
            }
            if world.session.is_ended() {
                break;
            }
            let input = input(&mut chance, at, &world.session);
            let mut double = world.session.clone();
            disturb(&mut double, &mut chance, at);
            let is_disturbed = still_differs(&double, &world.session);
            let (mut plain, mut noisy) = (Effects::default(), Effects::default());
            world.session.apply(at, input.clone(), &world.snapshot, &mut plain);
            double.apply(at, input.clone(), &world.snapshot, &mut noisy);
            if !is_disturbed {
                continue;
            }
            let tell = format!("seed {seed}, input {number}: {input:?}");
            assert_eq!(plain.list, noisy.list, "{tell}");
            assert_eq!(plain.proofs.considered, noisy.proofs.considered, "{tell}");
            assert_eq!(plain.proofs.reads, noisy.proofs.reads, "{tell}");
            assert!(still(&world.session) == still(&double), "{tell}: something of it went elsewhere");
            compared += 1;
            for effect in &plain.list {
                if let Effect::Decided { won, .. } = effect {
                    decided += 1;
                    acted += u64::from(!won.is_empty());
                }
            }
        }
    }
    assert!(compared > 10_000 && decided > 2_000 && acted > 500, "{compared} inputs, {decided} decisions, {acted} of them acted");
}
