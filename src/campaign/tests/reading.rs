//! What a file says is what the campaign holds.

use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::Edge;
use crate::campaign::Hold;
use crate::campaign::Limits;
use crate::campaign::Needs;
use crate::campaign::PageMask;
use crate::campaign::PerVisitor;
use crate::campaign::ShortcutSource;
use crate::campaign::Step;
use crate::campaign::Trigger;
use crate::campaign::Trust;
use crate::campaign::parse_duration;
use crate::model::CheckoutStep;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Language;
use crate::model::PageKind;
use crate::model::key_of;
use crate::offer;
use std::time::Duration;

const FULL: &str = r#"
id = "all"
name = "Everything a file can say"
goal = "order"
priority = 60
value = 2.5
baseline = 0.1
purpose = "remember"
trust = "confirmed"
enabled = false
hold = "while"
target = 50.0
why = "Because {missing} is missing."
when = 'visitor.returning && cart.value < 50'

[[trigger]]
on = "cart_value"
above = 50.0
rearm = 40.5
for = "10s"

[[trigger]]
on = "exit_intent"
pages = ["product", "cart"]

[[trigger]]
on = "sequence"
steps = [{ on = "cart_item", change = "added" }, { on = "page_view", pages = ["home"] }]
without = { on = "checkout" }
within = "5m"

[limits]
per_page = 1
per_session = 2
per_visitor = { count = 3, every = "7d" }
cooldown = "1m"
spacing = "90s"

[[variant]]
id = "first"
weight = 3
  [[variant.action]]
  do = "offer"
  placement = "overlay"
  template = "exit"
  data = { title = "For you" }
  offer = { kind = "fixed", amount = 5.5, minimum = 20, most = 5.0, categories = ["computers", "electronics.audio"], expires = "20m", margin_floor = 0.125, pool = "spring-2", budget = { count = 500, every = "1d", open = 20, value = 500.0, value_per_hour = 100.5, value_per_day = 600, value_total = 10000 } }

[[variant]]
id = "second"
  [[variant.action]]
  do = "nav"
  placement = "nav"
  interests = 3
  promote = ["tools"]
"#;

#[test]
fn every_field_arrives() {
    let campaign = Campaign::parse("all.toml", FULL, Currency::USD).unwrap();
    assert_eq!((&*campaign.id, &*campaign.goal, campaign.priority, campaign.value, campaign.baseline), ("all", "order", 60, 2.5, 0.1));
    assert_eq!((campaign.needs, campaign.trust, campaign.enabled, campaign.hold), (Needs::Remember, Trust::Confirmed, false, Hold::While));
    assert_eq!((campaign.target, campaign.key, &*campaign.file), (Some(5_000), key_of("all"), "all.toml"));
    assert_eq!(campaign.when.as_ref().map(|when| when.source()), Some("visitor.returning && cart.value < 50"));
    assert!(campaign.why_in(Language::German).is_some_and(|why| why.needs_target()));
    let filter = Default::default();
    assert_eq!(
        campaign.triggers,
        [
            Trigger::CartValue { edge: Edge { threshold: 5_000, above: true, rearm: 4_050 }, hold: Some(Duration::from_secs(10)) },
            Trigger::ExitIntent { pages: PageMask::of([PageKind::Product, PageKind::Cart]) },
            Trigger::Sequence {
                steps: vec![
                    Step::CartItem { change: crate::campaign::CartChange::Added, filter },
                    Step::PageView { pages: PageMask::of([PageKind::Home]) },
                ],
                without: Some(Step::Checkout { step: CheckoutStep::Begin }),
                within: Duration::from_secs(300),
            },
        ]
    );
    assert_eq!(campaign.trigger_keys, [key_of("all#0"), key_of("all#1"), key_of("all#2")]);
    let limits = Limits {
        per_page: Some(1),
        per_session: Some(2),
        per_visitor: Some(PerVisitor { count: 3, every: Duration::from_secs(7 * 86_400) }),
        cooldown: Some(Duration::from_secs(60)),
        spacing: Some(Duration::from_secs(90)),
    };
    assert_eq!(campaign.limits, limits);
    assert_eq!(campaign.variants.iter().map(|variant| (&*variant.id, variant.weight)).collect::<Vec<_>>(), [("first", 3), ("second", 1)]);
    let kinds: Vec<&ActionKind> = campaign.actions().map(|action| &action.kind).collect();
    let [ActionKind::Offer { terms, .. }, ActionKind::Nav { shortcuts, promote }] = kinds[..] else { panic!("{kinds:?}") };
    let limits = offer::Budget { open: Some(20), ..offer::Budget::of(500, Duration::from_secs(86_400)) };
    let money = offer::Budget { value: Some(50_000), value_per_hour: Some(10_050), value_per_day: Some(60_000), ..limits };
    let expected = offer::Terms {
        kind: offer::Kind::Fixed,
        amount: 550,
        minimum: 2_000,
        expires: Duration::from_secs(1_200),
        single_use: true,
        budget: Some(offer::Budget { value_total: Some(1_000_000), ..money }),
        most: Some(500),
        categories: [key_of("computers"), key_of("electronics.audio"), Key::NONE, Key::NONE],
        margin_floor: Some(1_250),
        pool: Some(key_of("spring-2")),
    };
    assert_eq!(*terms, expected);
    assert!(matches!(shortcuts, ShortcutSource::Interest { count: 3, href } if &**href == "/c/{category}"));
    assert_eq!(promote.len(), 1);
}

#[test]
fn what_a_short_file_leaves_out() {
    let source = "id = \"a\"\nname = \"A\"\ntrigger = [{ on = \"order\" }]\nvariant = [{ id = \"v\", action = [{ do = \"notice\", text = \"Hi\" }] }]";
    let campaign = Campaign::parse("a.toml", source, Currency::USD).unwrap();
    assert_eq!((&*campaign.goal, campaign.priority, campaign.value, campaign.baseline), ("engagement", 50, 0.0, 0.05));
    assert_eq!(
        (campaign.needs, campaign.trust, campaign.enabled, campaign.hold),
        (Needs::Personalize, Trust::Corroborated, true, Hold::Page)
    );
    assert_eq!((campaign.target, campaign.when.is_none(), campaign.limits == Limits::default()), (None, true, true));
}

#[test]
fn amounts_follow_the_currency() {
    let source = |amount: &str| {
        format!(
            "id = \"a\"\nname = \"A\"\ntrigger = [{{ on = \"cart_value\", above = {amount} }}]\nvariant = [{{ id = \"v\", action = [{{ do = \"notice\", text = \"Hi\" }}] }}]"
        )
    };
    let threshold = |amount: &str, currency: &str| {
        let campaign = Campaign::parse("a.toml", &source(amount), Currency::parse(currency).unwrap()).ok()?;
        match campaign.triggers.first() {
            Some(Trigger::CartValue { edge, .. }) => Some(edge.threshold),
            _ => None,
        }
    };
    assert_eq!(threshold("19.99", "USD"), Some(1_999));
    assert_eq!(threshold("0.29", "USD"), Some(29), "not 28: the product in binary is a little less");
    assert_eq!(threshold("999999999.99", "USD"), Some(99_999_999_999));
    assert_eq!(threshold("5000", "JPY"), Some(5_000));
    assert_eq!(threshold("50.5", "JPY"), None, "a yen has no fraction");
    assert_eq!(threshold("1.234", "KWD"), Some(1_234));
}

#[test]
fn durations() {
    let millis = |text: &str| parse_duration(text).map(|duration| duration.as_millis());
    assert_eq!(
        [millis("500ms"), millis("90s"), millis("20m"), millis("2h"), millis("7d"), millis("5 m")],
        [Some(500), Some(90_000), Some(1_200_000), Some(7_200_000), Some(604_800_000), Some(300_000)]
    );
    for text in ["", "5", "s", "-5s", "1.5h", "5w", "367d", "99999999999999999999s", "5 s s", "٣s"] {
        assert_eq!(parse_duration(text), None, "{text}");
    }
}

#[test]
fn hostile_files_end_in_mistakes() {
    let deep = format!("id = \"a\"\nname = \"A\"\ntrigger = {}{}", "[".repeat(5_000), "]".repeat(5_000));
    let nested = format!("id = \"a\"\nname = \"A\"\ntrigger = [{}on = \"order\"{}]", "{ without = ".repeat(2_000), " }".repeat(2_000));
    let many = format!("id = \"a\"\nname = \"A\"\n{}", "[[trigger]]\non = \"order\"\n".repeat(1_000));
    let sources = [
        deep,
        nested,
        many,
        "\u{0}".to_owned(),
        "id = \"\\ud800\"".to_owned(),
        "[[[[".to_owned(),
        "id.b.c = 1".to_owned(),
        "\u{feff}id = 1".to_owned(),
    ];
    for source in sources {
        assert!(Campaign::parse("a.toml", &source, Currency::USD).is_err());
    }
}
