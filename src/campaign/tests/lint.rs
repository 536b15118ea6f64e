//! A corpus of bad campaigns.

use crate::campaign::Campaign;
use crate::campaign::World;
use crate::campaign::lint;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::model::Currency;
use crate::model::PageKind;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

fn catalog() -> Catalog {
    let draft = |id: &str, category: &str, brand: &str| Draft {
        id: id.into(),
        name: id.into(),
        category: category.into(),
        brand: brand.into(),
        price: 1_000,
        attributes: vec![("color".into(), "red".into())],
        ..Draft::default()
    };
    let drafts = vec![draft("kettle-1", "appliances.kitchen.kettle", "bosch"), draft("drill-1", "construction.tools.drill", "makita")];
    Catalog::build(drafts, Currency::USD).0
}

fn placements() -> BTreeMap<String, Vec<PageKind>> {
    let everywhere = PageKind::ALL.to_vec();
    let entry = |name: &str, pages: &[PageKind]| (name.to_owned(), pages.to_vec());
    BTreeMap::from([
        entry("banner", &everywhere),
        entry("hero", &[PageKind::Home]),
        entry("shelf", &[PageKind::Home]),
        entry("listing", &[PageKind::Category, PageKind::Search]),
        entry("buy", &[PageKind::Product]),
    ])
}

/// A campaign in three pieces; the rest of the file is as short as can be.
fn file(id: &str, head: &str, triggers: &str, actions: &str) -> String {
    format!("id = \"{id}\"\nname = \"N\"\n{head}\ntrigger = [{triggers}]\nvariant = [{{ id = \"v\", action = [{actions}] }}]\n")
}

const HOME: &str = "{ on = \"page_view\", pages = [\"home\"] }";
const BANNER: &str = "{ do = \"fill\", placement = \"banner\", template = \"banner\" }";
const HERO: &str = "{ do = \"fill\", placement = \"hero\", template = \"banner\" }";
const NOTICE: &str = "{ do = \"notice\", text = \"Hello\" }";

/// Lints files and compares the findings, one a line.
#[track_caller]
fn check(sources: &[String], expect: &str) {
    assert_eq!(findings(sources), expect, "in\n{}", sources.join("\n"));
}

#[track_caller]
fn findings(sources: &[String]) -> String {
    let parse = |source: &String| match Campaign::parse("f.toml", source, Currency::USD) {
        Ok(campaign) => Arc::new(campaign),
        Err(mistakes) => panic!("{source}\n{mistakes:?}"),
    };
    let set: Vec<Arc<Campaign>> = sources.iter().map(parse).collect();
    let (catalog, placements) = (catalog(), placements());
    let templates = BTreeSet::from(["banner".to_owned(), "card".to_owned(), "dialog".to_owned()]);
    let world = World { catalog: &catalog, placements: Some(&placements), templates: Some(&templates) };
    let line =
        |finding: crate::campaign::Finding| format!("{:?} {} {}: {}", finding.severity, finding.campaign, finding.code, finding.message);
    lint(&set, &world).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn one(head: &str, triggers: &str, actions: &str) -> Vec<String> {
    vec![file("a", head, triggers, actions)]
}

#[test]
fn campaigns_that_never_fire() {
    check(
        &one("when = 'page.kind == \"cart\"'", HOME, BANNER),
        "Error a never_fires: `page_view` is bound to home, and there the condition is never true",
    );
    check(
        &one("when = 'cart.value > 50 && cart.value < 40'", HOME, BANNER),
        "Error a never_fires: the condition `cart.value > 50 && cart.value < 40` is never true",
    );
    check(
        &one("when = 'cart.value < 40'", "{ on = \"cart_value\", above = 50 }", BANNER),
        "Error a never_fires: `cart_value` fires where `cart.value >= 50`, and there the condition is never true",
    );
    check(
        &one("when = 'search.results > 3'", "{ on = \"search\", results = \"none\" }", BANNER),
        "Error a never_fires: `search` fires where `search.results == 0`, and there the condition is never true",
    );
    check(
        &one("", "{ on = \"cart_value\", below = 0 }", BANNER),
        "Error a never_fires: `cart_value` at $0.00 is never crossed, no cart is worth less",
    );
    check(&one("", "{ on = \"score\", above = 0 }", BANNER), "Error a never_fires: `score` at 0 is never crossed, no score is lower");
    check(
        &one("when = 'score.intent < 0.5'", "{ on = \"score\", above = 0.9 }", BANNER),
        "Error a never_fires: `score` fires where `score.intent >= 0.9`, and there the condition is never true",
    );
    check(
        &one("", "{ on = \"page_view\", pages = [\"cart\"] }", HERO),
        "Error a never_fires: `page_view` acts on cart, but the placements stand on home",
    );
    check(
        &one("when = 'page.kind == \"cart\"'", "{ on = \"session_start\" }", HERO),
        "Error a never_fires: `session_start` acts on cart, but the placements stand on home",
    );
    check(
        &one("", HOME, &format!("{HERO}, {{ do = \"cta\", placement = \"buy\", label = \"Buy\" }}")),
        "Error a never_fires: no page has all the placements of a variant, and a variant acts as a whole",
    );
    check(
        &one("when = 'page.kind == \"home\"'", &format!("{HOME}, {{ on = \"scroll\", depth = 50, pages = [\"cart\"] }}"), BANNER),
        "Warning a dead_trigger: trigger 2: `scroll` is bound to cart, and there the condition is never true",
    );
}

#[test]
fn too_open() {
    check(
        &one("", "{ on = \"idle\", for = \"45m\" }", BANNER),
        "Warning a too_long: `idle` waits too long: unless the shop sets it otherwise, a visit ends after 30 min of silence",
    );
    check(
        &one("", "{ on = \"dwell\", for = \"2d\" }", BANNER),
        "Warning a too_long: `dwell` waits too long: unless the shop sets it otherwise, a visit lasts 24 h at most",
    );
    check(
        &one("", "{ on = \"page_view\" }", BANNER),
        "Warning a always_fires: it acts on every page for everybody: no condition, no limit, `page_view` on any page",
    );
    check(
        &one("when = 'cart.value >= 0 || device.touch'", HOME, BANNER),
        "Warning a always_true: the condition is always true; leave it out",
    );
    check(&one("hold = \"while\"", HOME, BANNER), "Warning a hold_without_condition: `hold` is `while`, but no condition ever ends it");
    check(
        &one("", "{ on = \"exit_intent\" }", "{ do = \"fill\", placement = \"overlay\", template = \"dialog\" }"),
        "Warning a unlimited_interruption: it interrupts without any limit; give it `per_session`, `per_visitor`, `cooldown` or `spacing`",
    );
    check(
        &one("", "{ on = \"order\" }", NOTICE),
        "Warning a unlimited_interruption: it interrupts without any limit; give it `per_session`, `per_visitor`, `cooldown` or `spacing`",
    );
    check(
        &one("limits = { spacing = \"5s\" }", HOME, BANNER),
        "Warning a limit_without_effect: `spacing` keeps overlays and notices apart, and the campaign has neither",
    );
    check(
        &one("limits = { per_session = 1, cooldown = \"5m\" }", HOME, BANNER),
        "Warning a limit_without_effect: `cooldown` has no effect next to `per_session = 1`: both are counted within a visit",
    );
    check(&one("target = 50.0", HOME, BANNER), "Warning a target_unused: no text uses `target`: write {missing}, {target} or {progress}");
    check(
        &[file("a", "", HOME, BANNER)
            .replace("variant = [", "variant = [{ id = \"w\", weight = 0, action = [{ do = \"notice\", text = \"x\" }] }, ")
            .replace("trigger =", "limits = { per_session = 1 }\ntrigger =")],
        "Warning a unused_variant: variant `w` has weight 0 and is never chosen",
    );
    check(
        &one("", HOME, &format!("{HERO}, {HERO}")),
        "Error a doubled_placement: variant `v` sets `hero` twice; only the last one is seen",
    );
}

#[test]
fn slices_of_one_namespace_are_held_against_each_other() {
    let part = |id: &str, head: &str| {
        file(id, head, HOME, &format!("{{ do = \"notice\", text = \"{id}\" }}"))
            .replace("variant =", "limits = { per_session = 1 }\nvariant =")
    };
    let pair = |a: &str, b: &str| [part("a", a), part("b", b)];
    check(
        &pair("namespace = \"home\"\nrange = [0.0, 0.6]", "namespace = \"home\"\nrange = [0.5, 1.0]"),
        "Warning b namespace_overlap: `range` [0.5, 1] of the namespace `home` overlaps with [0, 0.6] of `a`: some visitors are in both",
    );
    check(&pair("namespace = \"home\"\nrange = [0.0, 0.5]", "namespace = \"home\"\nrange = [0.5, 1.0]"), "");
    check(&pair("namespace = \"home\"\nrange = [0.0, 0.6]", "namespace = \"cart\"\nrange = [0.5, 1.0]"), "");
}

#[test]
fn money_proof_and_consent() {
    let offer =
        "{ do = \"offer\", placement = \"overlay\", template = \"dialog\", offer = { kind = \"free_shipping\", budget = { count = 5 } } }";
    check(
        &one("trust = \"claimed\"\nlimits = { per_session = 1 }", "{ on = \"exit_intent\" }", offer),
        "Warning a offer_on_claims: the offer costs money and `trust` is `claimed`: a script may say it has such a cart; use `corroborated`",
    );
    check(
        &one("baseline = 0", HOME, BANNER),
        "Warning a no_baseline: `baseline` is 0: without visitors who keep the shop's default no effect can be proven",
    );
    check(
        &one("purpose = \"context\"", "{ on = \"return_visit\" }", BANNER),
        "Warning a purpose_too_low: `return_visit` lives on what needs the purpose `remember`, the campaign declares `context`",
    );
    check(
        &one("purpose = \"context\"", HOME, "{ do = \"recommend\", placement = \"shelf\", template = \"card\", strategy = \"personal\" }"),
        "Warning a purpose_too_low: `recommend` lives on what needs the purpose `personalize`, the campaign declares `context`",
    );
}

#[test]
fn unknown_names() {
    check(
        &one("", HOME, "{ do = \"fill\", placement = \"heroe\", template = \"banner\" }"),
        "Error a unknown_placement: no page has the placement `heroe`; did you mean `hero`?",
    );
    check(
        &one("", HOME, "{ do = \"fill\", placement = \"hero\", template = \"baner\" }"),
        "Error a unknown_template: the shop has no template `baner`; did you mean `banner`?",
    );
    check(
        &one("when = '\"kettle-2\" in cart.products'", HOME, BANNER),
        "Warning a unknown_product: the catalog has no product `kettle-2`; did you mean `kettle-1`?",
    );
    check(&one("", "{ on = \"cart_item\", product = \"saw\" }", BANNER), "Warning a unknown_product: the catalog has no product `saw`");
    check(
        &one("when = 'page.category in [\"construction.tools.drill\", \"construction.tool\"]'", HOME, BANNER),
        "Warning a unknown_category: the catalog has no category `construction.tool`; did you mean `construction.tools`?",
    );
    check(
        &one(
            "",
            "{ on = \"sequence\", steps = [{ on = \"product_view\", category = \"appliance\" }], without = { on = \"cart_item\", brand = \"bosch\" }, within = \"5m\" }",
            BANNER,
        ),
        "Warning a unknown_category: the catalog has no category `appliance`; did you mean `appliances`?",
    );
    check(
        &one("when = 'interest.category[\"kitchen\"] > 0.5'", HOME, BANNER),
        "Warning a unknown_category: the catalog has no category `kitchen`",
    );
    check(
        &one("when = '\"Bosch\" == product.brand'", HOME, BANNER),
        "Warning a unknown_brand: the catalog has no brand `Bosch`; did you mean `bosch`?",
    );
    check(
        &one("", "{ on = \"product_views\", count = 3, brand = \"makito\" }", BANNER),
        "Warning a unknown_brand: the catalog has no brand `makito`; did you mean `makita`?",
    );
    check(
        &one("when = 'interest.attribute[\"color:rad\"] > 0.5'", HOME, BANNER),
        "Warning a unknown_attribute: the catalog has no attribute `color:rad`; did you mean `color:red`?",
    );
    check(&one("when = '!(\"b\" in seen.campaigns)'", HOME, BANNER), "Warning a unknown_campaign: there is no campaign `b`");
}

#[test]
fn rivals() {
    check(
        &[file("a", "", HOME, HERO), file("a", "", "{ on = \"order\" }", BANNER)],
        "Error a duplicate_id: `f.toml` and `f.toml` have the same id",
    );
    check(
        &[file("a", "", HOME, BANNER), file("b", "", "{ on = \"page_view\", pages = [\"home\", \"cart\"] }", BANNER)],
        "Warning b fights: `a` wants `banner` at the same moment (`page_view`) with the same priority 50: the id decides, for `a`",
    );
    check(
        &[file("a", "when = 'page.kind == \"home\"'", "{ on = \"session_start\" }", HERO), file("b", "", HOME, HERO)],
        "Warning b fights: `a` wants `hero` at the same moment (`session_start`) with the same priority 50: the id decides, for `a`",
    );
    check(
        &[file("a", "", "{ on = \"cart_value\", above = 20 }", BANNER), file("b", "", "{ on = \"cart_value\", above = 50 }", BANNER)],
        "Warning b fights: `a` wants `banner` at the same moment (`cart_value`) with the same priority 50: the id decides, for `a`",
    );
    check(
        &[file("a", "priority = 60", HOME, HERO), file("b", "when = 'device.touch'", HOME, HERO)],
        "Warning b shadowed: `a` has priority 60 over 50 and takes `hero` whenever this could act: only visitors in the other's baseline ever see it",
    );
    check(
        &[
            file("a", "priority = 60\nwhen = 'cart.value >= 20'", HOME, HERO),
            file("b", "when = 'cart.value > 30 && device.touch'", HOME, HERO),
        ],
        "Warning b shadowed: `a` has priority 60 over 50 and takes `hero` whenever this could act: only visitors in the other's baseline ever see it",
    );
    check(
        &[
            file("a", "priority = 60\nbaseline = 0", HOME, HERO),
            file("b", "", "{ on = \"dwell\", for = \"20s\", pages = [\"home\"] }", HERO),
        ],
        "Warning a no_baseline: `baseline` is 0: without visitors who keep the shop's default no effect can be proven\nWarning b shadowed: `a` has priority 60 over 50 and takes `hero` whenever this could act: nobody ever sees it",
    );
    check(
        &[
            file("a", "priority = 60\nwhen = 'cart.items > cart.lines'", "{ on = \"cart_item\" }", BANNER),
            file("b", "when = 'cart.items > cart.lines'", "{ on = \"cart_item\", brand = \"bosch\" }", BANNER),
        ],
        "Warning b shadowed: `a` has priority 60 over 50 and takes `banner` whenever this could act: only visitors in the other's baseline ever see it",
    );
}

/// What looks like a rival and is none.
#[test]
fn neighbors_in_peace() {
    let pair = |a: [&str; 3], b: [&str; 3]| check(&[file("a", a[0], a[1], a[2]), file("b", b[0], b[1], b[2])], "");
    // Different pages, different directions, conditions that exclude each other, values that decide.
    pair(["", "{ on = \"page_view\", pages = [\"cart\"] }", BANNER], ["", HOME, BANNER]);
    pair(["", "{ on = \"cart_value\", above = 20 }", BANNER], ["", "{ on = \"cart_value\", below = 20 }", BANNER]);
    pair(["when = 'cart.value < 20'", HOME, BANNER], ["when = 'cart.value >= 20'", HOME, BANNER]);
    pair(["when = 'cart.value < 20'", HOME, BANNER], ["", "{ on = \"cart_value\", above = 20 }", BANNER]);
    pair(["value = 2", HOME, BANNER], ["value = 1", HOME, BANNER]);
    pair(["", HOME, BANNER], ["", HOME, HERO]);
    pair(["enabled = false", HOME, HERO], ["", HOME, HERO]);
    // The higher one does not always come first: it is limited, asks for more, covers less, or may have nothing to show.
    pair(["priority = 60\nlimits = { per_session = 1 }", HOME, HERO], ["", HOME, HERO]);
    pair(["priority = 60\npurpose = \"remember\"", HOME, HERO], ["", HOME, HERO]);
    pair(["priority = 60\nwhen = 'cart.value >= 20'", HOME, BANNER], ["when = 'cart.value >= 10'", HOME, BANNER]);
    pair(["priority = 60", HOME, BANNER], ["", "{ on = \"page_view\", pages = [\"home\", \"cart\"] }", BANNER]);
    pair(
        ["priority = 60", HOME, "{ do = \"nav\", placement = \"shelf\", interests = 2 }"],
        ["", HOME, "{ do = \"nav\", placement = \"shelf\", promote = [\"x\"] }"],
    );
}

#[test]
fn what_is_not_known_is_not_checked() {
    let source = file("a", "when = 'product.brand == \"Bosch\"'", HOME, "{ do = \"fill\", placement = \"heroe\", template = \"baner\" }");
    let campaign = Arc::new(Campaign::parse("f.toml", &source, Currency::USD).unwrap());
    assert_eq!(lint(&[campaign], &World { catalog: &Catalog::empty(), placements: None, templates: None }), []);
}

#[test]
fn findings_are_written_in_camel_case_and_errors_come_first() {
    let sources = [file("b", "baseline = 0", HOME, "{ do = \"fill\", placement = \"heroe\", template = \"banner\" }")];
    let lines = findings(&sources);
    assert!(lines.starts_with("Error b unknown_placement") && lines.contains("\nWarning b no_baseline"), "{lines}");
    let campaign = Arc::new(Campaign::parse("f.toml", &sources[0], Currency::USD).unwrap());
    let found = lint(&[campaign], &World { catalog: &Catalog::empty(), placements: None, templates: None });
    let json = serde_json::to_value(&found[0]).unwrap();
    assert_eq!((&json["severity"], &json["campaign"], &json["code"]), (&"warning".into(), &"b".into(), &"no_baseline".into()));
}

/// A thousand campaigns are linted in a time a person does not notice; the bound is on compiled conditions, not on the clock.
#[test]
fn many_campaigns_on_one_placement() {
    let sources: Vec<String> = (0..200)
        .map(|number| file(&format!("c{number}"), &format!("priority = {}\nwhen = 'cart.items == {number}'", number % 101), HOME, HERO))
        .collect();
    check(&sources, "");
}

/// What the law wants told is told where something is personalized, and nowhere else.
#[test]
fn notices_have_a_cause_and_causes_a_notice() {
    let order = "{ do = \"order\", list = \"banner\" }";
    let price = |kind: &str| {
        let budget = "budget = { count = 5, every = \"1d\" }";
        format!("{{ do = \"offer\", placement = \"overlay\", template = \"dialog\", offer = {{ {kind}, expires = \"20m\", {budget} }} }}")
    };
    let percent = price("kind = \"percent\", amount = 5");
    let shipping = price("kind = \"free_shipping\"");
    let untold = "Warning a notice_missing";
    let causeless = "Error a notice_without_cause";
    for (head, action, expect) in [
        ("", order, Some(untold)),
        ("notice = \"ranking\"", order, None),
        ("notice = \"price\"", order, Some(causeless)),
        ("purpose = \"context\"", &percent, None),
        ("", &percent, Some(untold)),
        ("notice = \"price\"", &percent, None),
        ("", &shipping, None),
        ("notice = \"price\"", &shipping, Some(causeless)),
        ("notice = \"ranking\"", BANNER, Some(causeless)),
        ("", BANNER, None),
    ] {
        let found = findings(&one(head, HOME, action));
        let told: Vec<&str> = found.lines().filter(|line| line.contains(" notice_")).map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(told.first().copied(), expect, "{head} {action}\n{found}");
    }
}
