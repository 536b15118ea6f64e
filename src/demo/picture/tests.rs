//! Pictures are small, well-formed, repeatable and lively.

use super::*;
use crate::demo::data::products;
use std::collections::BTreeSet;

/// Reads a document the way a strict reader would: every tag closes, attributes are quoted, nothing is left open.
fn check_well_formed(svg: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').ok_or("a tag does not end")?;
        if text.contains('>') {
            return Err(format!("stray text after {tag}"));
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("{name} closes nothing"));
            }
            continue;
        }
        if tag.matches('"').count() % 2 != 0 {
            return Err(format!("unbalanced quotes in {tag}"));
        }
        if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or(tag));
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} left open")) }
}

#[test]
fn every_picture_is_well_formed_and_small() {
    for product in products() {
        let svg = svg(product);
        assert!(svg.len() <= PICTURE_BYTES_MAX, "{}: {} bytes", product.name, svg.len());
        check_well_formed(&svg).unwrap_or_else(|problem| panic!("{}: {problem}", product.name));
        assert!(!svg.contains("NaN") && !svg.contains("--->"));
    }
}

#[test]
fn forty_kinds_and_more_have_their_own_drawing() {
    let drawings: BTreeSet<usize> = products().iter().map(|product| drawing_of(product.noun) as *const () as usize).collect();
    assert!(drawings.len() >= 40, "{}", drawings.len());
    assert!(products().iter().all(|product| drawing_of(product.noun) as *const () != parts::parcel as *const ()));
}

#[test]
fn pictures_repeat_for_a_product_and_differ_within_a_page() {
    let page: Vec<String> = products().iter().filter(|product| product.noun == "Phone").take(20).map(svg).collect();
    assert_eq!(page.len(), 20);
    assert!(page.iter().collect::<BTreeSet<_>>().len() >= 19);
    let again: Vec<String> = products().iter().filter(|product| product.noun == "Phone").take(20).map(svg).collect();
    assert_eq!(page, again);
}
