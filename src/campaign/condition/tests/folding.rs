//! Which conditions are known to be always or never true.

use crate::campaign::condition::Condition;

#[track_caller]
fn check(source: &str, expect: Option<bool>) {
    let condition = Condition::compile(source).unwrap_or_else(|problems| panic!("{source}: {problems:?}"));
    assert_eq!(condition.constant(), expect, "{source}");
}

#[test]
fn never_true() {
    for source in [
        "false",
        "1 > 2",
        "cart.value > 50 && cart.value < 30",
        "cart.value > 50 && device.touch && 30 > cart.value",
        "cart.items > 3 && cart.items < 4",
        "cart.value < 0",
        "time.hour > 23",
        "time.hour >= 22 && time.hour < 6",
        "device.kind == 'phone' && device.kind == 'tablet'",
        "device.kind != 'phone' && device.kind != 'tablet' && device.kind != 'desktop' && device.kind != 'bot'",
        "device.kind.startsWith('x')",
        "device.touch && !device.touch",
        "utm.source == 'a' && utm.source == 'b'",
        "utm.source == 'a' && !utm.source.startsWith('a')",
        "utm.source in ['a', 'b'] && utm.source in ['c']",
        "time.hour in [1, 2] && time.hour > 5",
        "interest.brand['a'] > 0.8 && interest.brand['a'] < 0.5",
        "interest.brand['a'] >= 0.8 && !('a' in interest.brand)",
        "'a' in cart.products && !('a' in cart.products)",
        "(device.touch ? 1 : 2) > 3",
        "(device.touch ? 1 : 2) == 3 && cart.value > 5",
        "cart.value < 0 || time.hour > 23",
        "cart.value != cart.value",
        "!(cart.value >= 0)",
    ] {
        check(source, Some(false));
    }
}

#[test]
fn always_true() {
    for source in [
        "true",
        "2 + 2 == 4",
        "cart.value >= 0",
        "cart.value > 5 || cart.value <= 5",
        "time.hour <= 23",
        "time.weekday in [1, 2, 3, 4, 5, 6, 7]",
        "device.touch || !device.touch",
        "device.kind in ['phone', 'tablet', 'desktop', 'bot']",
        "utm.source != 'a' || utm.source != 'b'",
        "interest.brand['a'] <= 1",
        "!(cart.value > 50 && cart.value < 30)",
        "cart.value >= 0 || utm.source == 'a'",
        "cart.value >= 0 && cart.items >= 0 && !(time.hour > 23)",
    ] {
        check(source, Some(true));
    }
}

#[test]
fn it_depends() {
    for source in [
        "cart.value > 50 && cart.items < 30",
        "cart.value > 3 && cart.value < 4",
        "cart.value * 2 > 100 && cart.value < 30",
        "utm.source.startsWith('a') && utm.source.endsWith('b')",
        "utm.source > 'a' && utm.source < 'b'",
        "utm.source != 'a' && utm.source != 'b'",
        "interest.brand['a'] > 0.8 && interest.brand['b'] < 0.5",
        "'a' in cart.products && !('b' in cart.products)",
        "utm.source == 'a' || cart.value < 0 && cart.items > 1",
        // Never true, but these take two slots together to see.
        "(device.touch ? cart.value : 5) > 10 && cart.value < 10",
        "cart.value > cart.items && cart.items > cart.value",
    ] {
        check(source, None);
    }
}
