//! The committed files hold what the demo promises.

use super::*;
use std::collections::BTreeSet;

#[test]
fn catalog_has_the_promised_size_and_variety() {
    let products = products();
    assert!((1_500..=3_000).contains(&products.len()), "{}", products.len());
    let categories: BTreeSet<&str> = products.iter().map(|product| product.category.as_str()).collect();
    assert!(categories.len() >= 40, "{}", categories.len());
    assert!(categories.iter().all(|category| !category.is_empty()));
    let branded = products.iter().filter(|product| !product.brand.is_empty()).count();
    assert!(branded * 10 >= products.len() * 8, "{branded}");
}

#[test]
fn products_are_complete_and_distinct() {
    let mut names = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for product in products() {
        assert!(ids.insert(&product.id));
        assert!(names.insert(&product.name), "{} twice", product.name);
        assert!(product.price_minor >= 100, "{product:?}");
        assert!(product.cost_minor > 0 && product.cost_minor < product.price_minor, "{product:?}");
        assert!(product.attribute("color").is_some() && product.attribute("warranty").is_some());
        assert_ne!(categories::noun(&product.category, i64::MAX), "Accessory", "{} has no noun", product.category);
    }
}

#[test]
fn sessions_are_real_visits_to_this_catalog() {
    let known: BTreeSet<&str> = products().iter().map(|product| product.id.as_str()).collect();
    let sessions = sessions();
    assert!((1_200..=2_000).contains(&sessions.len()), "{}", sessions.len());
    let ids: BTreeSet<&str> = sessions.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(ids.len(), sessions.len());
    for session in &sessions {
        assert!((2..=40).contains(&session.events.len()), "{}", session.id);
        assert_eq!(session.events[0].at_ms, 0);
        assert!(session.events.is_sorted_by_key(|event| event.at_ms));
        assert!(session.events.iter().all(|event| known.contains(event.product.as_str()) && event.price_minor > 0));
    }
    let with = |kind| sessions.iter().filter(|session| session.events.iter().any(|event| event.kind == kind)).count();
    assert!(with(RecordedKind::Cart) >= 200 && with(RecordedKind::Purchase) >= 200);
}

#[test]
fn prices_become_minor_units_without_binary_fractions() {
    for (text, minor) in [("481.54", 48154), ("20.0", 2000), ("7.5", 750), ("3", 300), ("0.29", 29)] {
        assert_eq!(minor_units(text), minor);
    }
}

#[test]
fn brands_are_written_as_people_write_them() {
    for (brand, title) in [("hp", "HP"), ("bosch", "Bosch"), ("d-link", "D-Link"), ("tp-link", "TP-Link"), ("black decker", "Black Decker")]
    {
        assert_eq!(brand_title(brand), title);
    }
}

#[test]
fn notice_names_the_source_and_what_is_derived() {
    let notice = include_str!("../../../NOTICE");
    for phrase in ["REES46 Marketing Platform", "rees46.com", "names", "stock", "cost", "attributes", "pictures"] {
        assert!(notice.contains(phrase), "NOTICE does not mention {phrase}");
    }
}
