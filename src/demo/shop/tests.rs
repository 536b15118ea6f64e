//! The shop as its visitors, friendly or hostile, meet it: requests in, pages out.

use super::card;
use super::cart::CART_AGE_MAX_S;
use super::cart::CARTS_MAX;
use super::cart::Cart;
use super::cart::Carts;
use super::cart::LINES_MAX;
use super::cart::QUANTITY_MAX;
use super::cart::Totals;
use super::catalog::Catalog;
use super::order::ORDERS_MAX;
use super::order::Order;
use super::order::Orders;
use super::*;
use crate::demo::data::Product;
use crate::demo::data::products;
use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Request;
use axum::http::StatusCode;
use tower::ServiceExt;

struct TenOff;

impl Codes for TenOff {
    fn check(&self, code: &str, cart_minor: i64) -> CodeAnswer {
        if code == "TEN" && cart_minor >= 20_00 {
            CodeAnswer::Accepted { label: "Ten off".into(), discount_minor: 10_00, free_shipping: true }
        } else {
            CodeAnswer::Refused { reason: "This code has expired.".into() }
        }
    }
}

fn shop() -> Router {
    router(Arc::new(Shop::new("/sdk/floorwalker.js".into(), "pk_demo".into()).with_codes(Arc::new(TenOff))))
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: String,
}

async fn send(shop: &Router, request: Request<Body>) -> Answer {
    let response = shop.clone().oneshot(request).await.expect("the router answers every request");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 4 << 20).await.expect("pages are under 4 MiB");
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).expect("pages are UTF-8") }
}

async fn get_page(shop: &Router, path: &str, cookie: &str) -> Answer {
    send(shop, Request::get(path).header("cookie", cookie).header("accept", "text/html").body(Body::empty()).unwrap()).await
}

async fn post_form(shop: &Router, path: &str, cookie: &str, body: &str) -> Answer {
    send(shop, Request::post(path).header("cookie", cookie).body(Body::from(body.to_owned())).unwrap()).await
}

fn cookie_of(answer: &Answer) -> String {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

fn in_stock(from_minor: i64) -> &'static Product {
    products().iter().find(|product| product.stock > 1 && product.price_minor >= from_minor).unwrap()
}

#[tokio::test]
async fn every_page_answers_under_the_strict_policy_without_inline_code() {
    let shop = shop();
    let product = format!("/p/{}", in_stock(0).id);
    for path in [
        "/",
        "/c/computers",
        "/c/electronics.telephone?sort=price&page=2",
        &product,
        "/search?q=kettle",
        "/search",
        "/cart",
        "/checkout",
        "/help",
    ] {
        let page = get_page(&shop, path, "").await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("require-trusted-types-for 'script'") && !policy.contains("unsafe"), "{path}: {policy}");
        for forbidden in [" style=", " onclick=", " onload=", "<style", "javascript:"] {
            assert!(!page.body.contains(forbidden), "{path} has {forbidden}");
        }
        assert!(page.body.contains("<script async src=\"/sdk/floorwalker.js\" data-key=\"pk_demo\">"), "{path}");
    }
    for path in ["/c/nope", "/p/0", "/order/KW-0", "/nowhere"] {
        assert_eq!(get_page(&shop, path, "").await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn placements_stand_where_campaigns_expect_them() {
    let shop = shop();
    let product = format!("/p/{}", in_stock(0).id);
    let expected: [(&str, &[&str], usize); 6] = [
        ("/", &["main-nav", "banner", "hero", "shortcuts", "home-layout", "home-shelf", "trending", "recent"], 18),
        ("/c/computers", &["main-nav", "banner", "listing-top"], 48),
        (&product, &["banner", "buy", "product-help", "goes-with", "related", "next"], 16),
        ("/search?q=zzzzzz", &["banner", "search-rescue"], 0),
        ("/cart", &["banner", "cart-upsell"], 4),
        ("/checkout", &["banner"], 0),
    ];
    for (path, placements, cards) in expected {
        let body = get_page(&shop, path, "").await.body;
        for placement in placements {
            assert!(body.contains(&format!("data-floorwalker=\"{placement}\"")), "{path} lacks {placement}");
        }
        assert_eq!(body.matches("data-floorwalker-click=\"product\"").count(), cards, "{path}");
        for template in ["hero", "banner", "tile", "product-card", "help", "progress", "overlay", "exit-offer", "notice"] {
            assert!(body.contains(&format!("data-floorwalker-template=\"{template}\"")), "{path} lacks {template}");
        }
    }
    assert!(get_page(&shop, "/c/computers", "").await.body.contains("data-floorwalker-list=\"listing\""));
}

#[tokio::test]
async fn what_visitors_type_never_becomes_markup() {
    let shop = shop();
    let attack = "%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E%22%3E";
    let page = get_page(&shop, &format!("/search?q={attack}"), "").await;
    assert!(!page.body.contains("<script>alert"));
    assert!(
        page.body.contains("value=\"&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;\""),
        "the field shows what was typed"
    );
    assert!(page.body.contains("\\u003c/script\\u003e"), "the facts carry the query in a form that cannot end the element");
    let listing = get_page(&shop, &format!("/c/computers?brand={attack}&sort={attack}&price={attack}&page=-1"), "").await;
    assert_eq!(listing.status, StatusCode::OK);
    assert!(!listing.body.contains("<script>alert"));
    let cart = post_form(&shop, "/cart/add", "", &format!("product={}&quantity=1", in_stock(0).id)).await;
    let cookie = cookie_of(&cart);
    post_form(&shop, "/cart/code", &cookie, &format!("code={attack}")).await;
    assert!(!get_page(&shop, "/cart", &cookie).await.body.contains("<script>alert"));
    let mut hostile = in_stock(0).clone();
    hostile.name = "<img src=x onerror=alert(1)>".into();
    assert!(!card::card(&hostile, true).into_string().contains("<img src=x"));
}

#[tokio::test]
async fn shopping_works_without_javascript() {
    let shop = shop();
    let product = in_stock(30_00);
    let added = post_form(&shop, "/cart/add", "", &format!("product={}&quantity=2", product.id)).await;
    assert_eq!((added.status, added.headers[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, "/cart"));
    let set_cookie = added.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set_cookie.contains("HttpOnly") && set_cookie.contains("SameSite=Lax"), "{set_cookie}");
    let cookie = cookie_of(&added);
    assert!(get_page(&shop, "/cart", &cookie).await.body.contains(&format_money(product.price_minor * 2)));
    post_form(&shop, "/cart/code", &cookie, "code=TEN").await;
    assert!(get_page(&shop, "/cart", &cookie).await.body.contains("-$10.00"));
    let incomplete = post_form(&shop, "/checkout", &cookie, "email=a%40b.example&name=").await;
    assert!(incomplete.status == StatusCode::OK && incomplete.body.contains("aria-invalid"));
    let placed = post_form(&shop, "/checkout", &cookie, "email=a%40b.example&name=A&street=S&postcode=1&city=C").await;
    let order = placed.headers[header::LOCATION].to_str().unwrap().to_owned();
    let thanks = get_page(&shop, &order, &cookie).await.body;
    let value = product.price_minor * 2 - 10_00;
    assert!(thanks.contains(&format!("\"value\":{value}")) && thanks.contains("\"coupon\":\"TEN\""));
    assert!(!get_page(&shop, "/cart", &cookie).await.body.contains("cart-lines"), "the cart is empty after the order");
}

#[tokio::test]
async fn script_gets_the_cart_in_the_shape_of_the_sdk() {
    let shop = shop();
    let product = in_stock(0);
    let request = Request::post("/cart/add").header("accept", "application/json");
    let answer = send(&shop, request.body(Body::from(format!("product={}&quantity=1", product.id))).unwrap()).await;
    let expected = format!(
        "{{\"count\":1,\"cart\":{{\"currency\":\"USD\",\"lines\":[{{\"product\":\"{}\",\"quantity\":1,\"price\":{}}}]}}}}",
        product.id, product.price_minor
    );
    assert_eq!(answer.body, expected);
}

#[tokio::test]
async fn foreign_huge_and_forged_requests_change_nothing() {
    let shop = shop();
    let body = format!("product={}&quantity=1", in_stock(0).id);
    let foreign = Request::post("/cart/add").header("sec-fetch-site", "cross-site").body(Body::from(body.clone())).unwrap();
    assert_eq!(send(&shop, foreign).await.status, StatusCode::FORBIDDEN);
    assert_eq!(post_form(&shop, "/cart/add", "", &"x".repeat(9000)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(post_form(&shop, "/cart/add", "", "nothing=here").await.status, StatusCode::BAD_REQUEST);
    let forged = post_form(&shop, "/cart/add", "kilowatt_cart=../../etc", &body).await;
    assert_ne!(cookie_of(&forged), "kilowatt_cart=../../etc");
    let unknown = post_form(&shop, "/cart/add", "", "product=%3Cb%3E&quantity=1").await;
    assert!(!get_page(&shop, "/cart", &cookie_of(&unknown)).await.body.contains("cart-lines"));
}

#[tokio::test]
async fn pictures_and_assets_are_cached_well() {
    let shop = shop();
    let picture = get_page(&shop, &format!("/pictures/{}.svg", in_stock(0).id), "").await;
    assert!(picture.headers[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    assert_eq!(picture.headers[header::CONTENT_TYPE], "image/svg+xml");
    for file in ["tokens.css", "shop.css", "shop.js", "kilowatt.svg"] {
        let asset = get_page(&shop, &format!("/assets/{file}"), "").await;
        assert!(asset.status == StatusCode::OK && !asset.body.is_empty(), "{file}");
        let again = Request::get(format!("/assets/{file}")).header(header::IF_NONE_MATCH, &asset.headers[header::ETAG]);
        assert_eq!(send(&shop, again.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_MODIFIED, "{file}");
    }
}

#[tokio::test]
async fn listings_page_filter_and_sort() {
    let shop = shop();
    let first = get_page(&shop, "/c/electronics.telephone", "").await.body;
    assert_eq!(first.matches("data-floorwalker-item=").count(), listing::PAGE_SIZE);
    let far = get_page(&shop, "/c/electronics.telephone?page=999", "").await;
    assert!(far.status == StatusCode::OK && far.body.contains("data-floorwalker-item="));
    let one_brand = get_page(&shop, "/c/electronics?brand=samsung&price=100-250", "").await.body;
    assert!(one_brand.contains("card-brand\">Samsung") && !one_brand.contains("card-brand\">Sony"));
}

#[test]
fn search_ranks_whole_words_brands_and_kinds_first() {
    let catalog = Catalog::load();
    let find = |query: &str| -> Vec<&Product> {
        catalog.search().find(query, |at| catalog.popularity(&products()[at])).into_iter().map(|at| &products()[at]).collect()
    };
    let drills = find("bosch drill");
    assert!(!drills.is_empty() && drills.iter().all(|product| product.brand == "bosch" && product.noun.contains("Drill")));
    assert_eq!(find("laptop").first().map(|product| product.category.as_str()), Some("computers.notebook"));
    assert_eq!(find("KETTLES").len(), find("kettle").len());
    assert!(find("samsu").iter().all(|product| product.brand.starts_with("samsu")));
    let phones = find("phone");
    let first_other = phones.iter().position(|product| !product.noun.contains("Phone")).unwrap_or(phones.len());
    assert!(phones[..first_other].len() > 50, "headphones and telephones come after phones");
    let known = &products()[700];
    assert_eq!(find(known.name.rsplit(' ').next().unwrap()).first(), Some(&known), "a model code finds its product");
    assert!(find("").is_empty() && find("  %%% ").is_empty() && find("kettle submarine").is_empty());
    assert_eq!(catalog.search().suggest("ketle").first().map(String::as_str), Some("kettle"));
    assert!(find(&"a ".repeat(10_000)).len() <= products().len());
}

#[test]
fn shelves_hold_exactly_what_they_reserve() {
    let catalog = Catalog::load();
    for product in products().iter().step_by(37) {
        let related = catalog.related(product, 6);
        let goes_with = catalog.goes_with(&[&product.id], 4);
        assert_eq!((related.len(), goes_with.len()), (6, 4), "{}", product.name);
        assert!(related.iter().chain(&goes_with).all(|other| other.id != product.id && other.stock > 0));
    }
    assert_eq!((catalog.popular(0, 6).len(), catalog.newest(6).len()), (6, 6));
}

#[test]
fn totals_add_up_in_minor_units() {
    let accepted = |discount_minor, free_shipping| CodeAnswer::Accepted { label: String::new(), discount_minor, free_shipping };
    let refused = CodeAnswer::Refused { reason: String::new() };
    let cases = [
        (49_99, None, 0, SHIPPING_MINOR, 55_89),
        (50_00, None, 0, 0, 50_00),
        (0, None, 0, 0, 0),
        (30_00, Some(accepted(5_00, false)), 5_00, SHIPPING_MINOR, 30_90),
        (30_00, Some(accepted(0, true)), 0, 0, 30_00),
        (30_00, Some(accepted(99_00, true)), 30_00, 0, 0),
        (30_00, Some(accepted(-7, false)), 0, SHIPPING_MINOR, 35_90),
        (30_00, Some(refused), 0, SHIPPING_MINOR, 35_90),
    ];
    for (goods_minor, answer, discount_minor, shipping_minor, total_minor) in cases {
        let expected = Totals { goods_minor, discount_minor, shipping_minor, total_minor };
        assert_eq!(Totals::of(goods_minor, answer.as_ref()), expected, "{answer:?}");
    }
}

#[test]
fn a_cart_is_bounded_in_lines_and_pieces() {
    let mut cart = Cart::default();
    cart.add("1", u32::MAX);
    cart.add("1", 5);
    assert_eq!(cart.lines, [("1".to_owned(), QUANTITY_MAX)]);
    for n in 0..LINES_MAX + 20 {
        cart.add(&n.to_string(), 1);
    }
    assert_eq!(cart.lines.len(), LINES_MAX);
    cart.set("1", 0);
    assert!(cart.lines.iter().all(|(id, _)| id != "1"));
}

#[test]
fn carts_and_orders_are_bounded_in_number_and_carts_in_age() {
    let full = Cart { lines: vec![("1".into(), 1)], code: None };
    let mut carts = Carts::new();
    for n in 0..CARTS_MAX + 100 {
        carts.put(&n.to_string(), full.clone(), 10);
    }
    assert_eq!(carts.len(), CARTS_MAX);
    assert_eq!(carts.get("0", 10), Cart::default(), "the cart untouched the longest went");
    let newest = (CARTS_MAX + 99).to_string();
    assert_eq!(carts.get(&newest, 10), full);
    assert_eq!(carts.get(&newest, 11 + CART_AGE_MAX_S), Cart::default(), "an old cart is gone");
    carts.put("fresh", full.clone(), 11 + CART_AGE_MAX_S);
    assert_eq!(carts.len(), 1, "old carts leave when one is touched");
    carts.put("fresh", Cart::default(), 11 + CART_AGE_MAX_S);
    assert_eq!(carts.len(), 0, "an empty cart takes no room");

    let mut orders = Orders::new();
    for n in 0..ORDERS_MAX + 5 {
        orders.put(Order { id: n.to_string(), lines: Vec::new(), totals: Totals::of(0, None), code: None });
    }
    assert_eq!(orders.len(), ORDERS_MAX);
    assert_eq!(orders.get("0"), None);
}
