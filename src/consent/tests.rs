//! Every combination of what the sources can say, against the rule written the long way.

use super::*;

const ANSWERS: [Option<bool>; 3] = [None, Some(false), Some(true)];
const SOURCES: [Source; 4] = [Source::Page, Source::Platform, Source::Tcf, Source::ConsentMode];

/// The answers of four sources with this number, of 81.
fn four(number: usize) -> [Option<bool>; 4] {
    std::array::from_fn(|i| ANSWERS[number / 3_usize.pow(i as u32) % 3])
}

/// Somebody says yes and nobody says no.
fn agreed(answers: &[Option<bool>]) -> bool {
    answers.contains(&Some(true)) && !answers.contains(&Some(false))
}

#[test]
fn nothing_but_the_visit_without_an_answer() {
    assert_eq!(Consent::default().capabilities().iter().collect::<Vec<_>>(), [Purpose::Session]);
    assert_eq!(Consent::new(false).capabilities(), Capabilities::NONE);
}

/// Four sources, each with every answer to every purpose, with and without Global Privacy Control, in shops that ask before they act and
/// in others. Purposes that depend on each other are combined in full: 3^8 answers to personalizing and remembering; and 3^4 to each of
/// the others with each of those to personalizing.
#[test]
fn every_combination_of_every_signal() {
    let mut seen = 0_u32;
    let mut check = |personalize: [Option<bool>; 4], remember: [Option<bool>; 4], rest: [Option<bool>; 4], backwards: bool| {
        for gpc in [false, true] {
            for contextual in [false, true] {
                let mut consent = Consent::new(contextual);
                let mut order = [0, 1, 2, 3];
                if backwards {
                    order.reverse();
                }
                for i in order {
                    let signal =
                        Signal { personalize: personalize[i], remember: remember[i], measure: rest[i], share: rest[i], session: rest[i] };
                    // One source in one statement is enough for the browser's own word.
                    consent.apply(SOURCES[i], signal, gpc && i == 2);
                }
                let got = consent.capabilities();
                let expect = [
                    (Purpose::Session, contextual || agreed(&personalize) || agreed(&rest)),
                    (Purpose::Personalize, agreed(&personalize)),
                    (Purpose::Remember, agreed(&personalize) && agreed(&remember)),
                    (Purpose::Measure, agreed(&rest)),
                    (Purpose::Share, agreed(&rest) && !gpc),
                ];
                for (purpose, allowed) in expect {
                    assert_eq!(got.allows(purpose), allowed, "{personalize:?} {remember:?} {rest:?} gpc {gpc} {contextual} {purpose:?}");
                }
                seen += 1;
            }
        }
    };
    for personalize in 0..81 {
        for other in 0..81 {
            check(four(personalize), four(other), four(other), (personalize + other) % 2 == 1);
            check(four(personalize), four(80 - other), four(other), other % 2 == 1);
        }
    }
    assert_eq!(seen, 2 * 81 * 81 * 4);
}

/// What the sources really send: each kind of answer of a consent platform against each of the others.
#[test]
fn every_combination_of_real_statements() {
    let granted = "CQdWToAQdWToAEsABBENDIFgAI0AAAAAAAYgAAAAAAAA.IAAA";
    let storage_only = "CQdWToAQdWToAEsABBENDIFgAIAAAAAAAAYgAAAAAAAA.IAAA";
    let refused = "CQdWToAQdWToAEsABBENDIFgAAAAAAAAAAYgAAAAAAAA.IAAA";
    // (string, applies, answered), and whether it lets personalize: yes, no, or it says nothing.
    let tcf = [
        (None, None),
        (Some((granted, Some(true), true)), Some(true)),
        (Some((storage_only, Some(true), true)), Some(false)),
        (Some((refused, Some(true), true)), Some(false)),
        (Some((granted, Some(true), false)), Some(false)),
        (Some((granted, None, true)), Some(false)),
        (Some(("rubbish", Some(true), true)), Some(false)),
        (Some(("", Some(true), true)), Some(false)),
        (Some((refused, Some(false), true)), None),
    ];
    let mut seen = 0;
    for (statement, from_tcf) in tcf {
        for page in ANSWERS {
            for platform in ANSWERS {
                for mode in ANSWERS {
                    let mut consent = Consent::default();
                    if let Some((string, applies, answered)) = statement {
                        consent.apply(Source::Tcf, tcf::answer(string, applies, answered, &[]), false);
                    }
                    for (source, answer) in [(Source::Page, page), (Source::Platform, platform), (Source::ConsentMode, mode)] {
                        consent.apply(source, Signal { personalize: answer, ..Signal::default() }, false);
                    }
                    let expect = agreed(&[from_tcf, page, platform, mode]);
                    assert_eq!(consent.capabilities().allows(Purpose::Personalize), expect, "{statement:?} {page:?} {platform:?} {mode:?}");
                    seen += 1;
                }
            }
        }
    }
    assert_eq!(seen, 9 * 27);
}

#[test]
fn the_newest_answer_of_a_source_counts() {
    let mut consent = Consent::default();
    consent.apply(Source::Page, Signal::all(true), false);
    assert!(consent.capabilities().allows(Purpose::Remember));
    consent.apply(Source::Page, Signal { personalize: Some(false), ..Signal::all(true) }, false);
    assert_eq!(consent.capabilities().iter().collect::<Vec<_>>(), [Purpose::Session, Purpose::Measure, Purpose::Share]);
    consent.apply(Source::Page, Signal::all(true), true);
    consent.apply(Source::Page, Signal::all(true), false);
    assert!(!consent.capabilities().allows(Purpose::Share), "privacy control holds for the visit");
}
