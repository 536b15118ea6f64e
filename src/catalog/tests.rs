//! Catalogs built from small drafts.

use super::*;

fn draft(id: &str, category: &str, brand: &str, price: i64) -> Draft {
    Draft { id: id.into(), name: format!("Product {id}"), category: category.into(), brand: brand.into(), price, ..Draft::default() }
}

fn ids(catalog: &Catalog, positions: &[u32]) -> Vec<String> {
    positions.iter().map(|&position| catalog.products()[position as usize].id.to_string()).collect()
}

#[test]
fn a_category_holds_what_lies_below_it() {
    let drafts = vec![
        draft("a", "computers.notebook", "Lenovo", 100),
        draft("b", "computers", "", 200),
        draft("c", "computers.notebook", "lenovo", 300),
        draft("d", "computersale", "Acer", 400),
        draft("e", "", "Acer", 500),
    ];
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    assert_eq!(rejected, []);
    assert_eq!(ids(&catalog, catalog.in_category(key_of("computers"))), ["a", "b", "c"]);
    assert_eq!(ids(&catalog, catalog.in_category(key_of("computers.notebook"))), ["a", "c"]);
    assert_eq!(catalog.in_category(key_of("notebook")), [0_u32; 0]);
    assert_eq!(catalog.in_category(Key::NONE), [0_u32; 0]);
    assert_eq!(catalog.category_name(key_of("computers.notebook")), Some("computers.notebook"));
    assert_eq!(catalog.category_label(key_of("computers.notebook")), Some("Notebooks"));
    assert!(catalog.is_within(key_of("computers.notebook"), key_of("computers")));
    assert!(!catalog.is_within(key_of("computers"), key_of("computers.notebook")));
    assert_eq!(catalog.brands().iter().map(|(_, name)| &**name).collect::<Vec<_>>(), ["Acer", "Lenovo"]);
    assert_eq!(catalog.product(key_of("c")).map(|p| &*p.brand_name), Some("Lenovo"), "the first spelling is kept");
    assert_eq!((catalog.has_brand("Lenovo"), catalog.has_brand("Asus"), catalog.has_category("computers")), (true, false, true));
    assert_eq!(catalog.product(key_of("e")).map(|p| p.category), Some(Key::NONE));
}

#[test]
fn price_bands_are_thirds_of_the_nearest_category_with_enough_products() {
    let mut drafts: Vec<Draft> = (1..=9).map(|i| draft(&format!("n{i}"), "computers.notebook", "", i * 1_000)).collect();
    drafts.push(draft("mouse", "computers.mouse", "", 20));
    drafts.push(draft("vase", "decor.vase", "", 9_000));
    let (catalog, _) = Catalog::build(drafts, Currency::USD);
    let bands: Vec<PriceBand> = catalog.products().iter().map(|product| product.band).collect();
    use PriceBand::*;
    let expect = [Budget, Budget, Budget, Middle, Middle, Middle, Premium, Premium, Premium, Budget, Premium];
    assert_eq!(bands, expect, "a lone mouse is judged among computers, a lone vase among everything");
    let (flat, _) = Catalog::build((0..9).map(|i| draft(&i.to_string(), "same", "", 500)).collect(), Currency::USD);
    assert!(flat.products().iter().all(|product| product.band == Middle));
}

#[test]
fn errors_name_the_field_and_the_limit() {
    let mut many = draft("m", "", "", 1);
    many.attributes = vec![("color".into(), "red".into()); 17];
    let drafts = vec![
        draft("", "", "", 1),
        draft(&"x".repeat(65), "", "", 1),
        draft("p", "", "", -1),
        draft("q", "a..b", "", 1),
        draft("r", "a.b.c.d.e.f.g.h.i", "", 1),
        draft("s", "", "a\nb", 1),
        many,
        draft("ok", "", "", 1),
        draft("ok", "", "", 2),
    ];
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    let texts: Vec<String> = rejected.iter().map(|r| format!("{}: {}", r.index, r.error)).collect();
    assert_eq!(
        texts,
        [
            "0: id is empty",
            "1: id is 65 bytes long, at most 64 are allowed",
            "2: price is -1, it must be between 0 and 9007199254740991",
            "3: category has an empty level",
            "4: category has 9 levels, at most 8 are allowed",
            "5: brand contains a control character",
            "6: attributes are 17, at most 16 are allowed",
            "8: id is used by an earlier product",
        ]
    );
    assert_eq!((catalog.len(), catalog.product(key_of("ok")).map(|p| p.price.minor)), (1, Some(1)));
}

#[test]
fn a_feed_may_name_its_categories_and_ages() {
    let mut old = draft("old", "a.b", "", 1);
    old.category_label = "Bees & Co".into();
    old.added = Timestamp(1);
    let mut new = draft("new", "a.b", "", 1);
    new.added = Timestamp(2);
    new.attributes = vec![("color".into(), " red ".into()), ("color".into(), "red".into())];
    let (catalog, _) = Catalog::build(vec![old, draft("unknown", "", "", 1), new], Currency::USD);
    assert_eq!(catalog.category_label(key_of("a.b")), Some("Bees & Co"));
    assert_eq!(ids(&catalog, catalog.newest()), ["new", "old"]);
    assert_eq!(catalog.attribute_name(key_of("color:red")), Some("color:red"));
    assert_eq!(catalog.product(key_of("new")).map(|p| p.attributes.len()), Some(1));
}

#[test]
fn words_are_found_exactly_by_prefix_and_by_likeness() {
    let mut drafts = vec![draft("1", "computers.notebook", "Lenovo", 1), draft("2", "computers.mouse", "Logitech", 1)];
    drafts[0].name = "ThinkPad X1".into();
    drafts[1].name = "Wireless pointer".into();
    let (catalog, _) = Catalog::build(drafts, Currency::USD);
    let found = |query: &str| catalog.words().score(query).into_iter().map(|(position, _)| position).collect::<Vec<_>>();
    assert_eq!(found("notebook"), [0]);
    assert_eq!(found("THINK"), [0]);
    assert_eq!(found("lenvo"), [0]);
    assert_eq!(found("mice"), [1], "labels are searched too");
    assert_eq!(found("computers"), [0, 1]);
    assert_eq!(found("zzzz"), [0_u32; 0]);
    assert_eq!(found(""), [0_u32; 0]);
    assert!(catalog.words().score("lenovo wireless")[0].1 > catalog.words().score("computers wireless")[0].1, "rare words weigh more");
}
