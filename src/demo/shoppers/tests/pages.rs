//! The table of places equals what the shop's rendered pages declare.

use crate::demo::data;
use crate::demo::shoppers::Shelves;
use crate::demo::shoppers::place::Place;
use crate::demo::shoppers::place::TEMPLATES;
use crate::demo::shoppers::place::product;
use crate::demo::shoppers::plan::HOPELESS;
use crate::protocol::wire::PlacementKind;
use std::sync::Arc;

/// Name, kind and liveness of the placements a page declares, and its templates.
fn declared(html: &str) -> (Vec<(String, PlacementKind, bool)>, Vec<String>) {
    let mut spots = Vec::new();
    let mut templates = Vec::new();
    for tag in html.split('<').filter_map(|rest| Some(rest.split_once('>')?.0)) {
        let value = |name: &str| Some(tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0.to_owned());
        let is_live = tag.split(' ').any(|part| part == "data-floorwalker-live");
        if let Some(name) = value("data-floorwalker-list") {
            spots.push((name, PlacementKind::List, is_live));
        } else if let Some(name) = value("data-floorwalker") {
            let kind = match value("data-floorwalker-kind").as_deref() {
                Some("cta") => PlacementKind::Cta,
                Some("nav") => PlacementKind::Nav,
                _ => PlacementKind::Block,
            };
            spots.push((name, kind, is_live));
        }
        templates.extend(value("data-floorwalker-template"));
    }
    (spots, templates)
}

#[tokio::test]
async fn the_table_declares_exactly_what_the_pages_do() {
    let shelves = Shelves::new();
    let sold = &data::products()[700];
    let places = [
        Place::Home,
        Place::Category("computers".into()),
        Place::Category(sold.category.clone()),
        Place::Product(sold.id.clone()),
        Place::Search("kettle".into()),
        Place::Search(HOPELESS[0].0.into()),
        Place::Cart,
        Place::Checkout,
        Place::Help,
    ];
    for place in places {
        let html = shelves.page(&place.path()).await;
        let shelf = shelves.at(&place.path()).await;
        let is_filled = matches!(place, Place::Search(_)) && shelf.results > 0;
        let (spots, templates) = declared(&html);
        let table: Vec<_> = place.spots(is_filled).iter().map(|spot| (spot.name.to_owned(), spot.kind, spot.live)).collect();
        assert_eq!(spots, table, "{place:?}");
        assert_eq!(templates, TEMPLATES, "{place:?}");
        let page = place.announce("http://shop", "", None, &shelf.items, is_filled, false);
        assert!(html.contains(&format!("data-floorwalker-page=\"{}\"", page.kind)), "{place:?}");
        for (fact, value) in [("product", &page.product), ("category", &page.category)] {
            let wanted = value.as_ref().map(|value| format!("data-floorwalker-{fact}=\"{value}\""));
            assert!(wanted.is_none_or(|wanted| html.contains(&wanted)), "{place:?} {fact}");
        }
    }
    let listing = shelves.at("/c/electronics.telephone").await;
    assert_eq!(listing.items.len(), 48);
    assert!(listing.items.iter().all(|id| product(id).is_some_and(|product| product.category.starts_with("electronics.telephone"))));
}

/// The cart and order pages need a cart, so they are rendered as a shopper reaches them.
#[tokio::test]
async fn pages_with_a_cart_declare_what_the_table_says() {
    use axum::body::Body;
    use axum::body::to_bytes;
    use axum::http::Request;
    use tower::ServiceExt;
    let shop = crate::demo::shop::router(Arc::new(crate::demo::shop::Shop::new("/sdk/floorwalker.js".into(), "pk".into())));
    let sold = data::products().iter().find(|product| product.stock > 1).unwrap();
    let body = Body::from(format!("product={}&quantity=1", sold.id));
    let added = shop.clone().oneshot(Request::post("/cart/add").body(body).unwrap()).await.unwrap();
    let cookie = added.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = |path: String| {
        let request = Request::get(path).header("cookie", &cookie).header("accept", "text/html").body(Body::empty()).unwrap();
        let answer = shop.clone().oneshot(request);
        async move { String::from_utf8(to_bytes(answer.await.unwrap().into_body(), 1 << 20).await.unwrap().to_vec()).unwrap() }
    };
    let check = |html: &str, place: Place, is_filled: bool| {
        let table: Vec<_> = place.spots(is_filled).iter().map(|spot| (spot.name.to_owned(), spot.kind, spot.live)).collect();
        assert_eq!(declared(html).0, table, "{place:?}");
    };
    check(&page("/cart".into()).await, Place::Cart, true);
    let checkout = page("/checkout".into()).await;
    check(&checkout, Place::Checkout, true);
    assert!(checkout.contains("{\"checkout\":\"begin\""), "the page tells that the checkout has begun");
    let body = Body::from("email=a%40b.example&name=A&street=S&postcode=1&city=C");
    let placed = shop.clone().oneshot(Request::post("/checkout").header("cookie", &cookie).body(body).unwrap()).await.unwrap();
    let order = placed.headers()["location"].to_str().unwrap().to_owned();
    check(&page(order.clone()).await, Place::Order(order), false);
}

#[tokio::test]
async fn searches_find_what_the_model_says() {
    let shelves = Shelves::new();
    for (query, _) in HOPELESS {
        assert_eq!(*shelves.at(&Place::Search(query.to_owned()).path()).await, Default::default(), "{query}");
    }
    for product in data::products().iter().step_by(97) {
        let found = shelves.at(&Place::Search(product.noun.to_lowercase()).path()).await;
        assert!(found.results > 0 && !found.items.is_empty(), "{}", product.noun);
    }
}
