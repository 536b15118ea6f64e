//! Against strings that another implementation has made and read (`tests/fixtures/make-tcf.mjs`), and against bytes of no sense.

use super::*;
use crate::consent::Signal;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    string: String,
    created: u64,
    last_updated: u64,
    cmp_id: u16,
    cmp_version: u16,
    consent_screen: u8,
    consent_language: String,
    vendor_list_version: u16,
    policy_version: u8,
    is_service_specific: bool,
    use_non_standard_texts: bool,
    special_features: Vec<u8>,
    purposes: Vec<u8>,
    legitimate_interests: Vec<u8>,
    purpose_one_treatment: bool,
    publisher_country: String,
    vendors: Vec<(u16, u16)>,
    vendor_interests: Vec<(u16, u16)>,
    disclosed: Vec<(u16, u16)>,
    restrictions: Vec<Restricted>,
    publisher: (Vec<u8>, Vec<u8>, u8, Vec<u8>, Vec<u8>),
}

#[derive(Deserialize)]
struct Restricted {
    purpose: u8,
    kind: u8,
    vendors: Vec<(u16, u16)>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../../../tests/fixtures/tcf.json")).expect("the vectors are JSON")
}

fn ids(ranges: &[(u16, u16)]) -> Vec<u16> {
    ranges.iter().flat_map(|(first, last)| *first..=*last).collect()
}

fn numbers(set: Numbers) -> Vec<u8> {
    set.iter().collect()
}

#[test]
fn reads_what_another_implementation_wrote() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 32);
    for one in &vectors {
        let got = TcString::parse(&one.string).unwrap_or_else(|error| panic!("{}: {error}", one.string));
        let letters = |pair: [char; 2]| String::from_iter(pair);
        assert_eq!((got.created, got.last_updated), (one.created, one.last_updated), "{}", one.string);
        assert_eq!((got.cmp_id, got.cmp_version, got.consent_screen), (one.cmp_id, one.cmp_version, one.consent_screen));
        assert_eq!(letters(got.consent_language), one.consent_language);
        assert_eq!((got.vendor_list_version, got.policy_version), (one.vendor_list_version, one.policy_version));
        assert_eq!((got.is_service_specific, got.use_non_standard_texts), (one.is_service_specific, one.use_non_standard_texts));
        assert_eq!(numbers(got.special_feature_opt_ins), one.special_features);
        assert_eq!(numbers(got.purposes_consent), one.purposes);
        assert_eq!(numbers(got.purposes_legitimate_interest), one.legitimate_interests);
        assert_eq!((got.purpose_one_treatment, letters(got.publisher_country)), (one.purpose_one_treatment, one.publisher_country.clone()));
        assert_eq!(got.vendor_consents.iter().collect::<Vec<_>>(), ids(&one.vendors));
        assert_eq!(got.vendor_legitimate_interests.iter().collect::<Vec<_>>(), ids(&one.vendor_interests));
        let disclosed = got.disclosed_vendors.expect("2.3 has the segment");
        assert_eq!(disclosed.iter().collect::<Vec<_>>(), ids(&one.disclosed));
        for vendor in [0, 1, 2, 59, 60, 61, 755, 1_200, 1_201, u16::MAX] {
            assert_eq!(disclosed.has(vendor), ids(&one.disclosed).contains(&vendor), "{vendor}");
        }
        let restricted = |r: &Restriction| (r.purpose, r.kind as u8, r.vendors.iter().collect::<Vec<_>>());
        let mut got_restrictions: Vec<_> = got.restrictions.iter().map(restricted).collect();
        let mut wanted: Vec<_> = one.restrictions.iter().map(|r| (r.purpose, r.kind, ids(&r.vendors))).collect();
        got_restrictions.sort();
        wanted.sort();
        assert_eq!(got_restrictions, wanted);
        let publisher = got.publisher.expect("the vectors have the segment");
        let (consents, interests, custom, custom_consents, custom_interests) = &one.publisher;
        assert_eq!((&numbers(publisher.purposes_consent), &numbers(publisher.purposes_legitimate_interest)), (consents, interests));
        assert_eq!(publisher.custom_purposes, *custom);
        assert_eq!(
            (&numbers(publisher.custom_consent), &numbers(publisher.custom_legitimate_interest)),
            (custom_consents, custom_interests)
        );
    }
}

/// All 64 combinations of the purposes that matter, in strings made by hand: 1, 5, 6, 8, 11, and 4, which must not.
#[test]
fn purposes_become_an_answer() {
    for set in 0..64_u32 {
        let chosen: Vec<u32> = [1, 5, 6, 8, 11, 4].into_iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, p)| p).collect();
        let has = |purpose: u32| chosen.contains(&purpose);
        let string = with_purposes(chosen.iter().fold(0, |bits, purpose| bits | 1 << (24 - purpose)));
        let one = has(1);
        let expect = Signal {
            session: Some(one),
            personalize: Some(one && (has(11) || (has(5) && has(6)))),
            remember: Some(one && has(5) && has(6)),
            measure: Some(one && has(8)),
            share: Some(false),
        };
        assert_eq!(answer(&string, Some(true), true, &[]), expect, "{chosen:?}");
        assert_eq!(answer(&string, Some(true), false, &[]), Signal::all(false), "a dialog that is open is no answer");
        assert_eq!(answer(&string, None, true, &[]), Signal::all(false), "not to know whether it applies is no");
        assert_eq!(answer(&string, Some(false), true, &[]), Signal::default(), "where it does not apply it says nothing");
    }
}

/// The published example with other purposes: bits 152 to 175 are the purposes.
fn with_purposes(purposes: u32) -> String {
    const TABLE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let none = "CQdWToAQdWToAEsABBENDIFgAAAAAAAAAAYgAAAAAAAA";
    let mut sextets: Vec<u8> = none.bytes().map(|c| TABLE.iter().position(|t| *t == c).unwrap() as u8).collect();
    for (bit, at) in (152..176_usize).enumerate() {
        if purposes >> (23 - bit) & 1 == 1 {
            sextets[at / 6] |= 1 << (5 - at % 6);
        }
    }
    sextets.iter().map(|s| char::from(TABLE[usize::from(*s)])).collect::<String>() + ".IAAA"
}

#[test]
fn old_policies_and_global_scope_are_no_consent() {
    let signals: Vec<(u8, bool, Signal)> = vectors()
        .iter()
        .map(|one| (one.policy_version, one.is_service_specific, TcString::parse(&one.string).unwrap().signal(&[755])))
        .collect();
    assert!(signals.iter().any(|(policy, ..)| *policy < 4) && signals.iter().any(|(_, own, _)| !own));
    for (policy, own, signal) in signals {
        if policy < 4 || !own {
            assert_eq!(signal, Signal::all(false));
        }
    }
}

#[test]
fn sharing_needs_every_named_vendor_consented_and_disclosed() {
    let vectors = vectors();
    let one = vectors.iter().find(|one| one.vendors == [(755, 755)]).expect("a string with vendor 755");
    let share = |vendors: &[u16]| TcString::parse(&one.string).unwrap().signal(vendors).share;
    assert_eq!([share(&[]), share(&[755]), share(&[755, 2]), share(&[2])], [Some(false), Some(true), Some(false), Some(false)]);
    let core = one.string.split('.').next().unwrap();
    assert_eq!(TcString::parse(core).unwrap().signal(&[755]).share, Some(true), "2.2 has no such segment");
    let undisclosed = format!("{core}.IAAA");
    assert_eq!(TcString::parse(&undisclosed).unwrap().signal(&[755]).share, Some(false));
}

#[test]
fn says_what_is_wrong() {
    let good = &vectors()[0].string;
    let core = good.split('.').next().unwrap();
    for (text, expect) in [
        (String::new(), "ends within `version`"),
        ("BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA".to_owned(), "version 1, version 2 is read"),
        (core[..20].to_owned(), "ends within `vendor list version`"),
        (format!("{core}.IAAA.IAAA"), "more than 4 segments, or two of one kind"),
        (format!("{core}.gAAA"), "segment of type 4"),
        (format!("{core}.IA€A"), "`€` is not a character of base64url"),
        (format!("{core}."), "ends within `segment type`"),
        ("C".repeat(TC_STRING_BYTES_MAX + 1), "8193 bytes, at most 8192"),
    ] {
        let error = TcString::parse(&text).expect_err(&text).to_string();
        assert_eq!(error, expect, "{text}");
        assert_eq!(answer(&text, Some(true), true, &[1]), Signal::all(false));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever it is, decoding ends, and what is decoded keeps its promises.
    #[test]
    fn nothing_panics_and_ranges_are_in_order(text in "C[A-Za-z0-9_-]{0,120}(\\.[IYg][A-Za-z0-9_-]{0,60}){0,3}") {
        if let Ok(decoded) = TcString::parse(&text) {
            for set in [&decoded.vendor_consents, &decoded.vendor_legitimate_interests] {
                let ids: Vec<u16> = set.iter().collect();
                prop_assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
                prop_assert!(ids.iter().all(|id| set.has(*id)));
            }
        }
    }

    /// One changed character of a good string is an error or another string, never a panic.
    #[test]
    fn flips_never_panic(which in 0..32_usize, at in 0..400_usize, with in any::<char>()) {
        let string = &vectors()[which].string;
        let changed: String = string.chars().enumerate().map(|(i, c)| if i == at % string.len() { with } else { c }).collect();
        let _ = answer(&changed, Some(true), true, &[755]);
    }
}
