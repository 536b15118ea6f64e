//! Counts are right, bounds hold, and nothing personal is in a sample.

use super::*;
use crate::model::PageKind;
use crate::model::Timestamp;
use proptest::prelude::*;

fn place(library: &str) -> Place {
    Place { page: PageKind::Cart, library: library.into() }
}

const MINUTE: u64 = 60_000_000;

#[test]
fn a_tally_knows_what_is_recent() {
    let mut tally = Tally::default();
    tally.add(Timestamp(100 * MINUTE), 3);
    tally.add(Timestamp(110 * MINUTE), 1);
    assert_eq!((tally.total, tally.recent(Timestamp(119 * MINUTE))), (4, 4));
    tally.add(Timestamp(121 * MINUTE), 2);
    assert_eq!((tally.total, tally.recent(Timestamp(149 * MINUTE))), (6, 6));
    assert_eq!(tally.recent(Timestamp(151 * MINUTE)), 2);
    assert_eq!(tally.recent(Timestamp(500 * MINUTE)), 0);
    tally.add(Timestamp(100 * MINUTE), 1);
    assert_eq!(tally.total, 7, "a clock that goes back harms nothing");
}

#[test]
fn a_book_keeps_five_samples_and_a_bounded_number_of_cells() {
    let mut book = Book::default();
    for number in 0..7 {
        book.enter(Timestamp(number), "price", place("js/1"), 1, Some(format!("sample {number}")));
    }
    let (_, _, cell) = book.cells().next().unwrap();
    let texts: Vec<&str> = cell.samples.iter().map(|sample| sample.text.as_str()).collect();
    assert_eq!(texts, ["sample 2", "sample 3", "sample 4", "sample 5", "sample 6"]);
    assert_eq!((cell.tally.total, cell.last), (7, Timestamp(6)));
    for number in 0..5_000 {
        book.enter(Timestamp(10), "price", place(&format!("made-up/{number}")), 1, None);
    }
    let others = book.cells().filter(|(_, place, _)| &*place.library == "other").map(|(_, _, cell)| cell.tally.total).sum::<u64>();
    assert_eq!(book.cells().count(), Book::<&str>::CELLS_MAX - 128 + 1);
    assert_eq!(others, 5_000 - (Book::<&str>::CELLS_MAX as u64 - 128 - 1));
    let mut full = Book::default();
    for number in 0..3_000 {
        full.enter(Timestamp(10), number, place("x"), 1, None);
    }
    assert_eq!((full.cells().count(), full.beyond), (Book::<u32>::CELLS_MAX, 3_000 - Book::<u32>::CELLS_MAX as u64));
}

#[test]
fn samples_hold_nothing_personal() {
    for (text, expect) in [
        ("product=`ABC-123`", "product=`ABC-123`"),
        ("invalid type: string \"ann@example.com\", expected u32", "invalid type: string \"<address>\", expected u32"),
        ("call 004312345678 now", "call <number> now"),
        ("4111111111111111", "<number>"),
        ("two\nlines\u{7}", "two lines"),
        (&"x".repeat(41), "<long>"),
    ] {
        assert_eq!(redact(text), expect);
    }
    assert!(redact(&"word ".repeat(100)).len() <= 160);
}

proptest! {
    #[test]
    fn whatever_it_is_no_address_and_no_long_number_is_left(text in "[a-z@ 0-9.,\u{e4}\u{1F600}]{0,300}") {
        let out = redact(&text);
        prop_assert!(out.len() <= 160 && !out.contains('@'));
        prop_assert!(!out.split_whitespace().any(|word| word.len() > 9 && word.chars().all(|c| c.is_ascii_digit())));
    }
}

#[test]
fn every_problem_is_explained() {
    let mut codes: Vec<&str> = Problem::ALL.iter().map(|problem| problem.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Problem::ALL.len());
    for problem in Problem::ALL {
        assert!(!problem.title().ends_with('.') && problem.effect().ends_with('.') && problem.fix().ends_with('.'), "{problem:?}");
        assert!((0.0..0.1).contains(&problem.tolerated()));
    }
}
