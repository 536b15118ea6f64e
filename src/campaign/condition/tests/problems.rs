//! Every mistake is reported, at its place, with what was most likely meant.

use crate::campaign::condition::Condition;

/// Compiles the source and compares its problems, one a line: what is at the offset, the message, the suggestion.
#[track_caller]
fn check(source: &str, expect: &str) {
    let problems = Condition::compile(source).err().unwrap_or_default();
    let lines: Vec<String> = problems.iter().map(|problem| format!("{}: {problem}", &source[problem.offset.clone()])).collect();
    assert_eq!(lines.join("\n"), expect, "in `{source}`");
}

#[test]
fn unknown_names_are_corrected() {
    check(
        "cart.valeu > 1",
        "cart.valeu: unknown name `cart.valeu`; `cart` has value, items, lines, products, categories, brands; did you mean `cart.value`?",
    );
    check("basket.size > 1", "basket.size: unknown name `basket.size`");
    check(
        "visitor.retruning",
        "visitor.retruning: unknown name `visitor.retruning`; `visitor` has returning, sessions, orders, days_since_last; did you mean `visitor.returning`?",
    );
    check(
        "interest.brand.acme > 0.5",
        "interest.brand.acme: unknown name `interest.brand.acme`; `interest` has category, brand, attribute, top_category, top_brand, price_band, strength; did you mean `interest.brand[\"acme\"]`?",
    );
    check("cart > 1", "cart: unknown name `cart`; `cart` has value, items, lines, products, categories, brands");
}

#[test]
fn types_must_fit() {
    check("cart.value >= 'a'", "cart.value >= 'a': a number cannot be compared with a text");
    check("cart.value >= '50'", "'50': a number cannot be compared with a text; did you mean `50`?");
    check("cart.value", "cart.value: the condition must be yes or no, but `cart.value` is a number");
    check("cart.value && device.touch", "cart.value: each side of `&&` must be yes or no, but `cart.value` is a number");
    check("!page.path", "page.path: what follows `!` must be yes or no, but `page.path` is a text");
    check("cart.value + page.path > 1", "page.path: `+` computes with numbers, but this is a text");
    check("-page.path == 1", "-page.path: `-` needs a number, but this is a text");
    check("cart.value % 2 == 0", "cart.value % 2: `%` needs whole numbers on both sides");
    check("device.touch < time.weekend", "device.touch < time.weekend: yes-or-no values can only be compared with == and !=");
    check(
        "(device.touch ? 1 : 'a') == 1",
        "device.touch ? 1 : 'a': both branches of `? :` need the same type, but these are a number and a text",
    );
    check("(cart.items ? 1 : 2) == 1", "cart.items: what comes before `?` must be yes or no, but `cart.items` is a number");
    check("cart.value.startsWith('1')", "cart.value: `startsWith` works on texts, but this is a number");
    check("page.path.startsWith(1)", "1: `startsWith` works on texts, but this is a number");
    check("page.path.startsWith('a', 'b')", "page.path.startsWith('a', 'b'): `startsWith` takes one text");
}

#[test]
fn lists_and_maps_stand_where_they_may() {
    check("cart.products == 'a'", "cart.products: `cart.products` is a list; it can only stand to the right of `in`");
    check(
        "interest.category > 0.5",
        "interest.category: `interest.category` is a map; name one of its entries, such as `interest.category[\"...\"]`",
    );
    check("'a' in page.path", "page.path: `page.path` is a text, so nothing can be in it");
    check("1 in cart.products", "1 in cart.products: `cart.products` holds texts, so a number is never in it");
    check("page.path in []", "[]: the list is empty, so this is never true");
    check("page.path in ['a', 1]", "1: a text is never in a list with a number");
    check("page.path in [page.category]", "page.category: a list can only hold numbers or texts, written out");
    check(
        "['a'] == ['a']",
        "['a']: a list of literals can only stand to the right of `in`\n['a']: a list of literals can only stand to the right of `in`",
    );
    check("interest.category[page.path] > 0.5", "page.path: the entry of a map must be named by a text in quotes");
    check("cart.products[0] == 'a'", "cart.products[0]: `cart.products` is a list and has no entries");
    check(
        "page.path in (device.touch ? ['a'] : ['b'])",
        "device.touch ? ['a'] : ['b']: to the right of `in` there must be a list of literals or the name of a list",
    );
    let long: Vec<String> = (0..65).map(|number| number.to_string()).collect();
    let problems = Condition::compile(&format!("time.hour in [{}]", long.join(","))).unwrap_err();
    assert_eq!(problems[0].message, "the list has 65 entries, more than 64");
}

#[test]
fn comparisons_that_no_value_can_decide() {
    check(
        "device.kind == 'phnoe'",
        "'phnoe': `device.kind` is one of phone, tablet, desktop, bot, so this is never true; did you mean `\"phone\"`?",
    );
    check("'watch' != device.kind", "'watch': `device.kind` is one of phone, tablet, desktop, bot, so this is always true");
    check(
        "device.kind in ['phone', 'tabelt']",
        "'tabelt': `device.kind` is one of phone, tablet, desktop, bot, so this is never true; did you mean `\"tablet\"`?",
    );
    check(
        "device.kind == interest.price_band",
        "interest.price_band: `device.kind` and `interest.price_band` have no value in common, so this is never true",
    );
    check("time.hour > 25", "25: `time.hour` is between 0 and 23, so this is never true");
    check("25 > time.hour", "25: `time.hour` is between 0 and 23, so this is always true");
    check("time.weekday in [0, 6]", "0: `time.weekday` is between 1 and 7, so this is never true");
    check("cart.value > -5", "-5: `cart.value` is at least 0, so this is always true");
    check("cart.items == 2.5", "2.5: `cart.items` is a whole number, so this is never true");
    check("interest.brand['acme'] >= 50", "50: `interest.brand` is between 0 and 1, so this is never true");
    check("cart.items / 0 == 1", "cart.items / 0: a division by zero passes no comparison");
}

#[test]
fn what_cel_has_and_conditions_have_not() {
    check(
        "page.path.matches('a+')",
        "page.path.matches('a+'): `matches` is not supported, its cost has no bound; use startsWith, endsWith or contains",
    );
    check(
        "page.path.startswith('a')",
        "page.path.startswith('a'): unknown function `startswith`; texts have startsWith, endsWith and contains; did you mean `startsWith`?",
    );
    check("size(cart.products) > 1", "size(cart.products): `size` is not supported; use `cart.items` or `cart.lines`");
    check("has(cart.value)", "has(cart.value): `has` is not supported; every name always has a value, empty or 0 where nothing is known");
    check(
        "cart.brands.exists(b, b == 'acme')",
        "cart.brands.exists(b, b == 'acme'): `all`, `exists`, `filter` and `map` are not supported; use `in` to look into a list",
    );
    check("page.path == null", "null: `null` is not supported; every name always has a value");
    check("page.path == b'a'", "b'a': bytes are not supported; write a text without the `b`");
    check(
        "{'a': 1} == {'a': 1}",
        "{'a': 1}: maps and structures cannot be written in a condition\n{'a': 1}: maps and structures cannot be written in a condition",
    );
    check("cart.items > 9007199254740993", "9007199254740993: the number is too large to be exact");
}

#[test]
fn syntax() {
    check("", ": the condition is empty; did you mean `true`?");
    check("  // nothing", "  // nothing: the condition is empty; did you mean `true`?");
    check("cart.value = 5", "=: a single `=` compares nothing; did you mean `==`?");
    check("device.touch and time.weekend", "and: mismatched input 'and' expecting the end; did you mean `&&`?");
    check("cart.value >", ": mismatched input the end expecting expression");
    check("(cart.value > 1", ": expected ')'");
    check("page.path == 'ü", "'ü: unterminated string literal");
    check("cart.value > 5 €", "€: unexpected character");
}

#[test]
fn all_problems_are_found_at_once() {
    check(
        "cart.valeu > 1 && device.kind == 'fone' || time.hour > 30 && !cart.items",
        "cart.valeu: unknown name `cart.valeu`; `cart` has value, items, lines, products, categories, brands; did you mean `cart.value`?\n\
         'fone': `device.kind` is one of phone, tablet, desktop, bot, so this is never true; did you mean `\"phone\"`?\n\
         30: `time.hour` is between 0 and 23, so this is never true\n\
         cart.items: what follows `!` must be yes or no, but `cart.items` is a number",
    );
}
