//! What conditions evaluate to, and what they say they read.

use super::sheet::Sheet;
use crate::campaign::condition::Condition;
use crate::campaign::condition::Needs;
use crate::campaign::condition::Read;
use crate::campaign::condition::ReadValue;
use crate::campaign::condition::Reads;
use crate::campaign::condition::ShortText;
use crate::campaign::condition::Slot;

#[track_caller]
fn compile(source: &str) -> Condition {
    Condition::compile(source).unwrap_or_else(|problems| panic!("{source}: {problems:?}"))
}

fn shopper() -> Sheet {
    Sheet::default()
        .with("cart.value", 49.0)
        .with("cart.items", 5.0)
        .with("device.kind", "phone")
        .with("visitor.returning", true)
        .with("time.hour", 9.0)
        .with("page.path", "/sale/übergröße")
        .with("product.id", "p1")
        .with("product.brand", "acme")
        .with("cart.products", ["p1", "p2"].as_slice())
        .with("interest.category", [("computers.notebook", 0.4)].as_slice())
        .with("interest.brand", [("acme", 0.7)].as_slice())
}

#[track_caller]
fn check(source: &str, expect: bool) {
    assert_eq!(compile(source).holds(&shopper(), &mut Reads::new()), expect, "{source}");
}

/// Compares the proof: one read a line as slot, key, value, outcome, clause.
#[track_caller]
fn check_reads(source: &str, expect: &str) {
    let condition = compile(source);
    let mut reads = Reads::new();
    condition.holds(&shopper(), &mut reads);
    let line = |read: &Read| {
        let key = read.key.map(|key| format!("[{key:?}]")).unwrap_or_default();
        let outcome = match read.passed {
            Some(true) => "passed",
            Some(false) => "failed",
            None => "open",
        };
        format!("{}{key} = {}; `{}` {outcome}", read.slot, read.value, condition.clause(read.clause))
    };
    assert_eq!(reads.entries().iter().map(line).collect::<Vec<_>>().join("\n"), expect, "{source}");
}

#[test]
fn comparisons_and_logic() {
    check("cart.value >= 30.0 && cart.value < 50.0 && device.kind != \"bot\"", true);
    check("cart.value > 50 || visitor.returning", true);
    check("!(cart.value > 50) && !device.touch", true);
    check("visitor.returning == false", false);
    check("visitor.returning != device.touch", true);
    check("true", true);
    check("false || !true", false);
    check("50 > cart.value", true);
    check("-cart.value == -49", true);
    check("page.path > '/sale' && page.path < '/salf'", true);
    check("cart.items == 0x5 && cart.items == 5u", true);
}

#[test]
fn arithmetic_mixes_whole_and_decimal_numbers() {
    check("cart.items / 2 == 2", true);
    check("cart.items / 2.0 == 2.5", true);
    check("cart.items % 3 == 2", true);
    check("cart.value * 2 - 1 == 97.0", true);
    check("cart.value + cart.items > 53.5", true);
    check("2 + 3 * 4 == 14", true);
    check("(device.kind == 'phone' ? 10 : 100.5) < cart.value", true);
}

#[test]
fn division_by_zero_passes_nothing() {
    for compare in ["==", "!=", "<", "<=", ">", ">="] {
        check(&format!("cart.value / cart.lines {compare} 1"), false);
        check(&format!("cart.items % cart.lines {compare} 1"), false);
    }
    check("cart.items / cart.lines in [0, 1]", false);
    check("!(cart.value / cart.lines > 1)", true);
}

#[test]
fn texts_lists_and_maps() {
    check("page.path.startsWith('/sale/') && page.path.contains('über') && page.path.endsWith('ße')", true);
    check("page.path.startsWith('sale')", false);
    check("(device.touch ? 'a' : product.id) == 'p1'", true);
    check("'p2' in cart.products && !('p3' in cart.products)", true);
    check("product.id in cart.products", true);
    check("product.brand in interest.brand && 'acme' in interest.brand && !('other' in interest.brand)", true);
    check("interest.category['computers.notebook'] > 0.3", true);
    check("interest.category['computers'] > 0", false);
    check("device.kind in ['tablet', 'phone'] && time.hour in [9, 10.0]", true);
    check("time.hour in [10, 11]", false);
}

#[test]
fn reads_tell_what_decided() {
    check_reads("cart.value >= 50", "cart.value = 49; `cart.value >= 50` failed");
    check_reads(
        "cart.value >= 30 && (device.kind == 'bot' || !visitor.returning)",
        "cart.value = 49; `cart.value >= 30` passed\n\
         device.kind = \"phone\"; `device.kind == 'bot'` failed\n\
         visitor.returning = true; `!visitor.returning` failed",
    );
    check_reads("cart.value >= 50 && device.touch", "cart.value = 49; `cart.value >= 50` failed");
    check_reads("visitor.returning == true", "visitor.returning = true; `visitor.returning == true` passed");
    check_reads("!((cart.value + 1) * 2 < 10)", "cart.value = 49; `!((cart.value + 1) * 2 < 10)` passed");
    check_reads(
        "cart.value / cart.items > 20",
        "cart.value = 49; `cart.value / cart.items > 20` failed\ncart.items = 5; `cart.value / cart.items > 20` failed",
    );
    check_reads(
        "(visitor.returning ? 10 : 20) < cart.items",
        "visitor.returning = true; `visitor.returning` passed\ncart.items = 5; `(visitor.returning ? 10 : 20) < cart.items` failed",
    );
    check_reads(
        "product.id in cart.products && interest.category[ 'computers.notebook' ] > 0.5",
        "product.id = \"p1\"; `product.id in cart.products` passed\n\
         cart.products[\"p1\"] = true; `product.id in cart.products` passed\n\
         interest.category[\"computers.notebook\"] = 0.4; `interest.category[ 'computers.notebook' ] > 0.5` failed",
    );
    check_reads(
        "device.touch || page.path.startsWith( // not a bracket: )\n '/sale' )",
        "device.touch = false; `device.touch` failed\n\
         page.path = \"/sale/übergröße\"; `page.path.startsWith( // not a bracket: )\n '/sale' )` passed",
    );
}

#[test]
fn reads_are_bounded_and_appended() {
    let condition = compile("cart.value > 1 && cart.items > 1 && device.kind == 'phone' && visitor.returning && time.hour > 1");
    let mut reads = Reads::new();
    for _ in 0..4 {
        assert!(condition.holds(&shopper(), &mut reads));
    }
    assert_eq!((reads.entries().len(), reads.beyond), (Reads::MAX, 4));
    reads.clear();
    assert_eq!(reads, Reads::new());
}

#[test]
fn slots_come_in_order_of_first_mention() {
    let condition = compile("cart.value > 1 || 'x' in interest.brand || cart.value < 0.5 || visitor.orders > 1");
    assert_eq!(condition.slots(), [Slot::CartValue, Slot::InterestBrand, Slot::VisitorOrders]);
    let needs: Vec<Needs> = condition.slots().iter().map(|slot| slot.purpose()).collect();
    assert_eq!(needs, [Needs::Nothing, Needs::Personalize, Needs::Remember]);
    assert_eq!(condition.source(), "cart.value > 1 || 'x' in interest.brand || cart.value < 0.5 || visitor.orders > 1");
    assert_eq!(condition.clause(99), "");
}

#[test]
fn reads_survive_both_encodings() {
    let read = Read {
        slot: Slot::InterestCategory,
        key: Some(ShortText::new("computers.notebook")),
        value: ReadValue::Number(0.4),
        passed: Some(true),
        clause: 2,
    };
    let json = serde_json::to_string(&read).unwrap();
    assert_eq!(json, r#"{"slot":"interest.category","key":"computers.notebook","value":{"number":0.4},"passed":true,"clause":2}"#);
    assert_eq!(serde_json::from_str::<Read>(&json).unwrap(), read);
    let packed = rmp_serde::to_vec_named(&read).unwrap();
    assert_eq!(rmp_serde::from_slice::<Read>(&packed).unwrap(), read);
    assert!(serde_json::from_str::<Slot>("\"cart.valeu\"").is_err());
}

#[test]
fn short_texts_are_cut_on_a_character() {
    assert_eq!(ShortText::new("computers.notebook").as_str(), "computers.notebook");
    assert_eq!(ShortText::new("0123456789012345678901234").as_str(), "0123456789012345678901");
    // The 22nd byte is the first half of the ü.
    assert_eq!(ShortText::new("012345678901234567890ü").as_str(), "012345678901234567890");
}

#[test]
fn the_vocabulary_is_consistent() {
    for (index, slot) in Slot::all().iter().enumerate() {
        assert_eq!((*slot as usize, Slot::named(slot.name())), (index, Some(*slot)), "{slot}");
        assert!(slot.doc().ends_with('.'), "{slot}");
        assert!(slot.range().is_none_or(|(low, high)| low < high), "{slot}");
    }
}

/// Prints what an evaluation costs; asserts only that it stays far from a millisecond.
#[test]
fn an_evaluation_is_cheap() {
    let condition =
        compile("cart.value >= 30.0 && cart.value < 50.0 && device.kind != \"bot\" && interest.category['computers.notebook'] > 0.3");
    let facts = shopper();
    let mut reads = Reads::new();
    let rounds = 20_000_u32;
    let begin = std::time::Instant::now();
    for _ in 0..rounds {
        reads.clear();
        assert!(std::hint::black_box(&condition).holds(&facts, &mut reads));
    }
    let each = begin.elapsed() / rounds;
    println!("four comparisons: {each:?} per evaluation");
    assert!(each < std::time::Duration::from_millis(1));
}
