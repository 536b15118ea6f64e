//! Every mistake of a campaign file is reported at its place, with what to do.

use crate::campaign::Campaign;
use crate::model::Currency;

/// A file in which one line is put in place; the line is number 3 of the head, 5 of the trigger, 9 of the action.
fn file(head: &str, trigger: &str, action: &str) -> String {
    format!("id = \"a\"\nname = \"A\"\n{head}\n[[trigger]]\n{trigger}\n[[variant]]\nid = \"v\"\n[[variant.action]]\n{action}\n")
}

const TRIGGER: &str = "on = \"order\"";
const ACTION: &str = "do = \"notice\"\ntext = \"Thanks\"";

/// Reads a file and compares its mistakes, one a line.
#[track_caller]
fn check_file(source: &str, expect: &str) {
    let mistakes = Campaign::parse("a.toml", source, Currency::USD).err().unwrap_or_default();
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    assert_eq!(lines.join("\n"), expect, "in\n{source}");
}

#[track_caller]
fn check_head(line: &str, expect: &str) {
    check_file(&file(line, TRIGGER, ACTION), expect);
}

#[track_caller]
fn check_trigger(line: &str, expect: &str) {
    check_file(&file("", line, ACTION), expect);
}

#[track_caller]
fn check_action(line: &str, expect: &str) {
    check_file(&file("target = 50.0", TRIGGER, line), expect);
}

#[test]
fn values_of_the_head() {
    check_head(
        "goal = \"orders\"",
        "3:8: `goal` is `orders`, it must be one of order, cart, engagement, discovery, retention; did you mean `order`?",
    );
    check_head("priority = 101", "3:12: `priority` is 101, it must be between 0 and 100");
    check_head("priority = \"high\"", "3:12: invalid type: text \"high\", expected a whole number");
    check_head("priority = 5.5", "3:12: invalid type: number `5.5`, expected a whole number");
    check_head("value = nan", "3:9: `value` is NaN, it must be between 0 and 1000000000");
    check_head("value = -1", "3:9: `value` is -1, it must be between 0 and 1000000000");
    check_head("baseline = 0.6", "3:12: `baseline` is 0.6, it must be between 0 and 0.5");
    check_head("traffic = 1.5", "3:11: `traffic` is 1.5, it must be between 0 and 1");
    check_head("traffic = 0.0", "3:11: `traffic` is 0, so the campaign could never act; to switch it off use `enabled = false`");
    check_head(
        "namespace = \"The Checkout\"\nrange = [0, 0.5]",
        "3:13: `namespace` is `The Checkout`, it must be 1 to 64 lower-case letters, digits and hyphens",
    );
    check_head(
        "namespace = \"checkout\"",
        "3:13: `namespace` needs `range`, the part of its visitors the campaign has, such as `range = [0.0, 0.5]`",
    );
    check_head("range = [0.0, 0.5]", "3:9: `range` is a part of a namespace, and there is no `namespace`");
    for wrong in ["[0.5, 0.5]", "[0.0]", "[0.0, 1.1]", "[-0.1, 0.5]", "[nan, 0.5]"] {
        let numbers: Vec<String> = wrong.trim_matches(['[', ']']).split(", ").map(|n| n.replace("nan", "NaN")).collect();
        check_head(
            &format!("namespace = \"checkout\"\nrange = {wrong}"),
            &format!("4:9: `range` is [{}], it must be two numbers from 0 to 1, the smaller first", numbers.join(", ")),
        );
    }
    check_head("experiment = { visitors = 10 }", "3:27: `visitors` is 10, it must be between 200 and 1000000000");
    check_head("experiment = { mode = \"fixed\" }", "3:23: `mode` is `fixed`, it must be one of horizon, open");
    check_head("experiment = { alpha = 0.5 }", "3:24: `alpha` is 0.5, it must be between 0.0001 and 0.2");
    check_head(
        "experiment = { primary = \"profit\" }",
        "3:26: `primary`: `profit` is no metric, there are conversion, revenue_per_visitor, profit_per_visitor, average_order_value, engagement_depth, attention, bounce, task_completion_time and custom_0 to custom_3",
    );
    check_head("experiment = { revenue_cap = 0 }", "3:30: `revenue_cap` is 0, so nothing anybody brings would count");
    check_head(
        "experiment = { guardrail_margin = 0.1 }",
        "3:35: `guardrail_margin` is for the metrics in `guardrails`, and there are none",
    );
    check_head(
        "purpose = \"personalise\"",
        "3:11: `purpose` is `personalise`, it must be one of context, personalize, remember; did you mean `personalize`?",
    );
    check_head("choose = \"learn\"", "3:10: `choose` is \"learn\", but there is only one variant to choose");
    check_head("trust = \"proven\"", "3:9: `trust` is `proven`, it must be one of claimed, corroborated, confirmed");
    check_head("hold = \"forever\"", "3:8: `hold` is `forever`, it must be one of page, while");
    check_head("notice = \"prices\"", "3:10: `notice` is `prices`, it must be one of ranking, price; did you mean `price`?");
    check_head("why = 5", "3:7: `why` must be a text");
    check_head("why = { fr = \"Bonjour\" }", "3:7: `why.fr` is no language that is spoken; those are en, de");
    check_head(
        "why = { de = true, en = \"{nothing}\" }",
        "3:7: `why.de` must be a text\n3:7: `why.en`: unknown value `{nothing}`; declared numbers and texts, `missing`, `target` and `progress` may be used",
    );
    check_head("target = 12.345", "3:10: `target` is 12.345, which has more digits than USD has");
    check_head("target = 0", "3:10: `target` is 0, so every cart has reached it");
    check_head("target = -5", "3:10: `target` is -5, it must be between 0 and 1000000000");
    check_head(
        "prioritty = 5",
        "3:1: unknown field `prioritty`, expected one of `id`, `name`, `goal`, `priority`, `value`, `baseline`, `choose`, `traffic`, `namespace`, `range`, `purpose`, `trust`, `enabled`, `hold`, `target`, `why`, `notice`, `when`, `trigger`, `limits`, `experiment`, `variant`; did you mean `priority`?",
    );
    check_head("enabled = \"no\"", "3:11: invalid type: text \"no\", expected true or false");
    check_head("name = \"B\"", "3:1: `name` is given twice");
}

#[test]
fn texts_and_conditions() {
    check_head("why = \"Because {\"", "3:7: `why`: `{` without `}`; write `{{` for a brace");
    check_head(
        "purpose = \"context\"\nwhy = \"You like {interest.top_category}\"",
        "4:7: `why`: `interest.top_category` needs the purpose `personalize`, but the campaign declares `context`",
    );
    check_head("why = \"Only {missing}\"", "3:7: `why` counts towards a target, but the campaign has no `target`");
    check_head(
        "when = 'cart.valeu > 1'",
        "3:9: unknown name `cart.valeu`; `cart` has value, items, lines, products, categories, brands; did you mean `cart.value`?",
    );
    check_head(
        "when = \"device.kind == \\\"phnoe\\\"\"",
        "3:24: `device.kind` is one of phone, tablet, desktop, bot, so this is never true; did you mean `\"phone\"`?",
    );
    check_head("when = '''\n  cart.value > 1.0 &&\n  time.hour > 25'''", "5:15: `time.hour` is between 0 and 23, so this is never true");
    check_head(
        "when = \"\"\"\npage.path == 'ü' && \\\n   1 > time.hour == 2\"\"\"",
        "5:4: a yes-or-no value cannot be compared with a number",
    );
    check_head(
        "purpose = \"context\"\nwhen = 'cart.value > 1.0 && session.age > 5.0'",
        "4:29: `session.age` needs the purpose `personalize`, but the campaign declares `context`",
    );
    check_head(
        "when = 'visitor.returning'",
        "3:9: `visitor.returning` needs the purpose `remember`, but the campaign declares `personalize`",
    );
    check_head("when = \"cart.value > 1", "3:23: invalid basic string, expected `\"`");
    check_head("when = 5", "3:8: invalid type: number `5`, expected a text");
    check_head("when = 'cart.value'", "3:9: the condition must be yes or no, but `cart.value` is a number");
}

#[test]
fn limits() {
    check_head(
        "limits = { per_page = 0 }",
        "3:23: `per_page` is 0, so the campaign could never act; to switch it off use `enabled = false`",
    );
    check_head("limits = { per_session = 1001 }", "3:26: `per_session` is 1001, it must be between 1 and 1000");
    check_head(
        "limits = { per_visitor = { count = 0, every = \"1d\" } }",
        "3:36: `per_visitor.count` is 0, so the campaign could never act; to switch it off use `enabled = false`",
    );
    check_head("limits = { per_visitor = { count = 1 } }", "3:26: missing field `every`");
    check_head(
        "limits = { cooldown = \"5 weeks\" }",
        "3:23: `cooldown` is `5 weeks`, it must be like 500ms, 30s, 5m, 2h or 7d, above 0 and at most 366d",
    );
    check_head(
        "limits = { cooldown = \"0s\" }",
        "3:23: `cooldown` is `0s`, it must be like 500ms, 30s, 5m, 2h or 7d, above 0 and at most 366d",
    );
    check_head(
        "limits = { spacing = \"soon\" }",
        "3:22: `spacing` is `soon`, it must be like 500ms, 30s, 5m, 2h or 7d, from 0s and at most 366d",
    );
    check_head(
        "limits = { per_day = 1 }",
        "3:12: unknown field `per_day`, expected one of `per_page`, `per_session`, `per_visitor`, `cooldown`, `spacing`",
    );
}

#[test]
fn triggers() {
    check_trigger("", "4:1: `trigger` needs `on`");
    check_trigger(
        "on = \"page_veiw\"",
        "5:6: unknown trigger `page_veiw`, it must be one of session_start, page_view, dwell, idle, scroll, click, search, exit_intent, cart_value, cart_item, product_views, return_visit, score, checkout, order, custom, sequence; did you mean `page_view`?",
    );
    check_trigger("on = \"order\"\npages = [\"home\"]", "6:9: `pages` means nothing to `order`, which takes nothing else");
    check_trigger(
        "on = \"page_view\"\npages = [\"hoem\"]",
        "6:10: `pages` is `hoem`, it must be one of home, category, product, search, cart, checkout, order, account, content, other; did you mean `home`?",
    );
    check_trigger("on = \"page_view\"\npages = []", "6:9: `pages` is empty, so the trigger could never fire; leave it out for any page");
    check_trigger("on = \"dwell\"", "5:6: `dwell` needs `for`");
    check_trigger(
        "on = \"dwell\"\nfor = \"half a minute\"",
        "6:7: `for` is `half a minute`, it must be like 500ms, 30s, 5m, 2h or 7d, above 0 and at most 366d",
    );
    check_trigger(
        "on = \"dwell\"\nfor = \"5s\"\nof = \"brand\"",
        "7:6: `of` is `brand`, it must be one of page, product, category, session",
    );
    check_trigger("on = \"idle\"", "5:6: `idle` needs `for`");
    check_trigger("on = \"scroll\"", "5:6: `scroll` needs `depth`");
    check_trigger("on = \"scroll\"\ndepth = 0", "6:9: `depth` is 0, it must be between 1 and 100");
    check_trigger("on = \"scroll\"\ndepth = 300", "6:9: `depth` is 300, it must be between 1 and 100");
    check_trigger("on = \"click\"", "5:6: `click` needs `target`");
    check_trigger("on = \"click\"\ntarget = \"two words\"", "6:10: `target` is `two words`, it must be 1 to 64 bytes long, without blanks");
    check_trigger("on = \"search\"\nresults = \"no\"", "6:11: `results` is `no`, it must be one of any, none, some");
    check_trigger("on = \"cart_value\"", "5:6: `cart_value` needs either `above` or `below`");
    check_trigger("on = \"cart_value\"\nabove = 5\nbelow = 9", "5:6: `cart_value` needs either `above` or `below`");
    check_trigger("on = \"cart_value\"\nabove = -5", "6:9: `above` is -5, it must be between 0 and 1000000000");
    check_trigger(
        "on = \"cart_value\"\nabove = 50\nrearm = 60",
        "7:9: `rearm` lies beyond `above`: the trigger could fire twice for one crossing",
    );
    check_trigger(
        "on = \"cart_value\"\nbelow = 50\nrearm = 40",
        "7:9: `rearm` lies beyond `below`: the trigger could fire twice for one crossing",
    );
    check_trigger("on = \"cart_value\"\nabove = 19.999", "6:9: `above` is 19.999, which has more digits than USD has");
    check_trigger(
        "on = \"cart_item\"\nchange = \"add\"",
        "6:10: `change` is `add`, it must be one of added, removed; did you mean `added`?",
    );
    check_trigger("on = \"product_views\"", "5:6: `product_views` needs `count`");
    check_trigger("on = \"product_views\"\ncount = 0", "6:9: `count` is 0, it must be between 1 and 1000");
    check_trigger("on = \"product_views\"\ncount = 3\nof = \"brand\"", "7:6: `of` is `brand`, it must be one of any, same, category");
    check_trigger("on = \"score\"", "5:6: `score` needs `above`");
    check_trigger("on = \"score\"\nabove = 90", "6:9: `above` is 90, it must be between 0 and 1");
    check_trigger(
        "on = \"score\"\nabove = 0.5\nrearm = 0.9",
        "7:9: `rearm` lies beyond `above`: the trigger could fire twice for one crossing",
    );
    check_trigger("on = \"score\"\nname = \"churn\"\nabove = 0.5", "6:8: `name` is `churn`, it must be `intent`");
    check_trigger(
        "on = \"checkout\"\nstep = \"pay\"",
        "6:8: `step` is `pay`, it must be one of begin, contact, address, shipping, payment",
    );
    check_trigger("on = \"custom\"", "5:6: `custom` needs `name`");
    check_trigger(
        "on = \"order\"\nwhenever = 1",
        "6:1: unknown field `whenever`, expected one of `on`, `pages`, `of`, `for`, `above`, `below`, `rearm`, `depth`, `target`, `results`, `change`, `product`, `category`, `brand`, `count`, `again`, `name`, `step`, `steps`, `without`, `within`",
    );
    check_trigger("on = 5", "5:6: invalid type: number `5`, expected a text");
}

#[test]
fn sequences() {
    check_trigger("on = \"sequence\"", "5:6: `sequence` needs `steps`");
    check_trigger("on = \"sequence\"\nsteps = []\nwithin = \"5m\"", "6:9: `steps` has 0 entries, it must have 1 to 6");
    check_trigger(
        "on = \"sequence\"\nsteps = [{ on = \"order\" }]\nwithin = \"5m\"",
        "6:9: a sequence of one step needs `without`, or it is no sequence",
    );
    check_trigger(
        "on = \"sequence\"\nsteps = [{ on = \"order\" }, { on = \"dwell\" }]\nwithin = \"5m\"",
        "6:35: unknown step `dwell`, it must be one of page_view, product_view, cart_item, search, click, checkout, order, custom",
    );
    check_trigger(
        "on = \"sequence\"\nsteps = [{ on = \"order\" }, { on = \"search\", depth = 5 }]\nwithin = \"5m\"",
        "6:53: `depth` means nothing to `search`, which takes results",
    );
    check_trigger(
        "on = \"sequence\"\nsteps = [{ on = \"order\" }]\nwithout = { on = \"click\" }\nwithin = \"5m\"",
        "7:18: `click` needs `target`",
    );
    check_trigger("on = \"sequence\"\nsteps = [{ on = \"order\" }, { on = \"search\" }]", "5:6: `sequence` needs `within`");
}

#[test]
fn actions() {
    check_action("", "8:1: `action` needs `do`");
    check_action(
        "do = \"fil\"",
        "9:6: unknown action `fil`, it must be one of fill, order, cta, nav, offer, recommend, layout, notice, emit; did you mean `fill`?",
    );
    check_action("do = \"fill\"", "9:6: `fill` needs `placement`\n9:6: `fill` needs `template`");
    check_action("do = \"fill\"\nplacement = \"hero\"", "9:6: `fill` needs `template`");
    check_action(
        "do = \"fill\"\nplacement = \"my hero\"\ntemplate = \"hero\"",
        "10:13: `placement` is `my hero`, it must be 1 to 64 bytes long, without blanks",
    );
    check_action(
        "do = \"fill\"\nplacement = \"hero\"\ntemplate = \"hero\"\ndata = { title = \"{nope}\" }",
        "12:18: `data.title`: unknown value `{nope}`; declared numbers and texts, `missing`, `target` and `progress` may be used",
    );
    check_action(
        "do = \"fill\"\nplacement = \"hero\"\ntemplate = \"hero\"\ndata = { title = 5 }",
        "12:18: invalid type: number `5`, expected a text",
    );
    check_action(
        "do = \"fill\"\nplacement = \"hero\"\ntemplate = \"hero\"\nstrategy = \"popular\"",
        "12:12: `strategy` means nothing to `fill`, which takes placement, template, data",
    );
    check_action("do = \"order\"", "9:6: `order` needs `list`");
    check_action("do = \"order\"\nlist = \"l\"\nby = \"price\"", "11:6: `by` is `price`, it must be `interest`");
    check_action("do = \"order\"\nlist = \"l\"\nstrength = 2", "11:12: `strength` is 2, it must be between 0 and 1");
    check_action("do = \"order\"\nlist = \"l\"\nplacement = \"l\"", "11:13: either `placement` or `list`, not both");
    check_action("do = \"order\"\nlist = \"overlay\"", "9:6: `order` cannot go into the overlay; `offer` and `fill` can");
    check_action("do = \"cta\"\nplacement = \"buy\"", "9:6: `cta` needs `label`");
    check_action("do = \"nav\"\nplacement = \"nav\"", "9:6: `nav` needs `shortcuts`, `interests` or `promote`");
    check_action("do = \"nav\"\nplacement = \"nav\"\ninterests = 9", "11:13: `interests` is 9, it must be between 1 and 6");
    check_action(
        "do = \"nav\"\nplacement = \"nav\"\ninterests = 2\nhref = \"/x\"",
        "12:8: `href` needs `{category}`, where the path of the category goes",
    );
    check_action("do = \"nav\"\nplacement = \"nav\"\ninterests = 2\nshortcuts = []", "12:13: either `shortcuts` or `interests`, not both");
    check_action("do = \"nav\"\nplacement = \"nav\"\nshortcuts = [{ label = \"A\" }]", "11:14: missing field `href`");
    check_action("do = \"recommend\"\nplacement = \"r\"\ntemplate = \"t\"", "9:6: `recommend` needs `strategy`");
    check_action(
        "do = \"recommend\"\nplacement = \"r\"\ntemplate = \"t\"\nstrategy = \"popluar\"",
        "12:12: `strategy` is `popluar`, it must be one of popular, popular_in_category, new_arrivals, recently_viewed, similar, also_viewed, goes_with, upsell, personal, nearest, next_item, trending, trending_in_category; did you mean `popular`?",
    );
    let list = |rest: &str| format!("do = \"recommend\"\nplacement = \"r\"\ntemplate = \"t\"\n{rest}");
    for (rest, mistake) in [
        ("strategy = []", "12:12: `strategy` must be a name, or a list of 1 to 4 names"),
        ("strategy = 7", "12:12: `strategy` must be a name, or a list of 1 to 4 names"),
        ("strategy = [\"similar\", \"similar\"]", "12:12: `strategy` names `similar` twice"),
        (
            "strategy = \"popular\"\nexclude = [{ sku = \"1\" }]",
            "13:14: unknown field `sku`, expected one of `product`, `category`, `brand`, `by`",
        ),
        ("strategy = \"popular\"\nexclude = [{ }]", "13:12: an entry of `exclude` needs one of `product`, `category` and `brand`"),
        ("strategy = \"popular\"\nexclude = [{ brand = \"a\", by = 2.0 }]", "13:12: `by` means nothing to `exclude`"),
        ("strategy = \"popular\"\nboost = [{ brand = \"a\", by = 0.5 }]", "13:30: `by` is 0.5, it must be between 1 and 100"),
        ("strategy = \"popular\"\nbury = [{ brand = \"a\", by = 2.0 }]", "13:29: `by` is 2, it must be between 0.01 and 1"),
        (
            "strategy = \"popular\"\npin = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]",
            "13:7: `pin` has 9 entries, the limit is 8",
        ),
        ("strategy = \"popular\"\nmax_per_brand = 0", "13:17: `max_per_brand` is 0, it must be between 1 and 8"),
        ("strategy = \"popular\"\nrotate = \"hourly\"", "13:10: `rotate` is `hourly`, it must be one of never, visit, daily"),
    ] {
        check_action(&list(rest), mistake);
    }
    check_action(
        "do = \"recommend\"\nplacement = \"r\"\ntemplate = \"t\"\nstrategy = \"popular\"\ncount = 9",
        "13:9: `count` is 9, it must be between 1 and 8",
    );
    check_action("do = \"layout\"\nplacement = \"l\"", "9:6: `layout` needs `layout`");
    check_action("do = \"notice\"", "9:6: `notice` needs `text`");
    check_action(
        "do = \"notice\"\ntext = \"a\"\nplacement = \"b\"",
        "11:13: `placement` means nothing to `notice`, which takes text, tone",
    );
    check_action("do = \"emit\"", "9:6: `emit` needs `name`");
}

#[test]
fn offers() {
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"",
        "9:6: `offer` needs `offer = { kind = \"percent\", amount = 10, expires = \"20m\", budget = { count = 100, every = \"1d\" } }`",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"percent\" }",
        "12:9: `percent` needs `amount`\n12:9: `percent` costs money, so it needs `budget = { count = 100, every = \"1d\" }`",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"percent\", amount = 95, budget = { count = 1 } }",
        "12:38: `offer.amount` is 95, it must be between 1 and 90",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"percent\", amount = 7.5, budget = { count = 1 } }",
        "12:38: `offer.amount` is 7.5, it must be a whole percentage",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"fixed\", amount = 0, budget = { count = 1 } }",
        "12:36: `offer.amount` is 0, it must be between 0.01 and 1000000",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"free_shiping\" }",
        "12:18: `offer.kind` is `free_shiping`, it must be one of percent, fixed, free_shipping, message; did you mean `free_shipping`?",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"free_shipping\" }",
        "12:9: `free_shipping` costs money, so it needs `budget = { count = 100, every = \"1d\" }`",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"free_shipping\", amount = 5, budget = { count = 1 } }",
        "12:44: `amount` means nothing to `free_shipping`, which takes minimum, most, categories, expires, single_use, margin_floor, pool, budget",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"free_shipping\", expires = \"10ms\", budget = { count = 0, every = \"1d\" } }",
        "12:9: `offer`: expires must be at least 1 second\n12:72: `offer.budget.count` is 0, it must be between 1 and 1000000",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"message\", expires = \"10ms\" }",
        "12:9: `offer`: expires must be at least 1 second",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"message\", budget = { count = 1 } }",
        "12:38: `budget` means nothing to `message`, which takes expires",
    );
    check_action(
        "do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = { kind = \"free_shipping\", budget = { every = \"1d\" } }",
        "12:44: missing field `count`",
    );
}

/// The offer of a campaign that spends, with these fields besides.
fn check_offer(fields: &str, expected: &str) {
    check_action(&format!("do = \"offer\"\nplacement = \"overlay\"\ntemplate = \"t\"\noffer = {{ {fields} }}"), expected);
}

#[test]
fn offers_and_their_money() {
    check_offer(
        "kind = \"percent\", amount = 5, budget = { count = 1, value = 50.0 }",
        "12:50: `offer`: budget.value limits what codes may cost, so `most` must say the most that one percent code may cost",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, single_use = false, budget = { count = 1, value_total = 50 }",
        "12:68: `offer`: budget.value_total limits what codes may cost, but a code for many orders may cost anything: it needs `single_use = true`",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, most = 0.001, budget = { count = 1, open = 0, value_per_day = 0 }",
        "12:46: `offer.most` is 0.001, it must be between 0.01 and 1000000\n12:82: `offer.budget.open` is 0, it must be between 1 and 1000000\n12:101: `offer.budget.value_per_day` is 0, it must be between 0.01 and 1000000",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, margin_floor = 15, budget = { count = 1 }",
        "12:54: `offer.margin_floor` is 15, it must be between 0 and 0.95",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, categories = [\"a\", \"b c\", \"d\", \"e\", \"f\"], budget = { count = 1 }",
        "12:52: `offer.categories` has 5 entries, it must have 1 to 4\n12:58: `offer.categories` is `b c`, it must be 1 to 64 bytes long, without blanks",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, pool = \"Spring sale\", budget = { count = 1 }",
        "12:46: `offer.pool` is `Spring sale`, it must be 1 to 64 lower-case letters, digits and hyphens",
    );
    check_offer(
        "kind = \"fixed\", amount = 5, budget = { count = 1, valeu = 5 }",
        "12:61: unknown field `valeu`, expected one of `count`, `every`, `open`, `value`, `value_per_hour`, `value_per_day`, `value_total`; did you mean `value`?",
    );
}

#[test]
fn whole_files() {
    check_file("", "1:1: missing field `id`");
    check_file("id = \"a\"", "1:1: missing field `name`");
    check_file(
        "id = \"A b\"\nname = \"\"\n",
        "1:6: `id` is `A b`, it must be 1 to 64 lower-case letters, digits and hyphens\n1:6: there is no [[trigger]], so the campaign could never act\n1:6: there is no [[variant]], so the campaign would do nothing\n2:8: `name` must have 1 to 120 characters",
    );
    check_file("id = 5\nname = \"A\"", "1:6: invalid type: number `5`, expected a text");
    check_file("id = \"a\"\nid = \"b\"", "2:1: `id` is given twice");
    check_file(
        &(file("", TRIGGER, ACTION) + "[[variant]]\nid = \"v\"\nweight = -1\n[[variant]]\nid = \"W\"\n"),
        "12:6: variant `v` has no [[variant.action]]; to measure the shop's default use `baseline`\n12:6: two variants have the id `v`\n13:10: `weight` is -1, it must be between 0 and 1000000\n15:6: `id` is `W`, it must be 1 to 64 lower-case letters, digits and hyphens\n15:6: variant `W` has no [[variant.action]]; to measure the shop's default use `baseline`",
    );
    check_file(&file("variant = []", TRIGGER, ACTION), "6:3: `variant` is given twice");
    check_file(
        &file("", TRIGGER, ACTION).replace("id = \"v\"", "id = \"v\"\nweight = 0"),
        "1:6: every variant has weight 0, so none is ever chosen",
    );
    check_file(&file("", TRIGGER, ACTION).replace("id = \"v\"", "weight = 1"), "6:1: missing field `id`");
    check_file(&"x".repeat(40_000), "1:1: the file has 40000 bytes, the limit is 32768");
    check_file(
        &file("goal = \"ordr\"\npriority = -1", "on = \"ordr\"", "do = \"notce\""),
        "3:8: `goal` is `ordr`, it must be one of order, cart, engagement, discovery, retention; did you mean `order`?\n4:12: `priority` is -1, it must be between 0 and 100\n6:6: unknown trigger `ordr`, it must be one of session_start, page_view, dwell, idle, scroll, click, search, exit_intent, cart_value, cart_item, product_views, return_visit, score, checkout, order, custom, sequence; did you mean `order`?\n10:6: unknown action `notce`, it must be one of fill, order, cta, nav, offer, recommend, layout, notice, emit; did you mean `notice`?",
    );
    check_file(
        &file("", &format!("{TRIGGER}\n{}", format!("[[trigger]]\n{TRIGGER}\n").repeat(16)), ACTION),
        "1:6: there are 17 [[trigger]] tables, the limit is 16",
    );
}
