//! The product page: picture, price, the way into the cart, data, and what goes with it.

use super::FREE_SHIPPING_FROM_MINOR;
use super::Shop;
use super::actions::cart_of;
use super::card;
use super::catalog::ancestry;
use super::frame;
use super::frame::Page;
use super::home::missing_page;
use super::money::format_money;
use crate::demo::data::Product;
use crate::demo::data::brand_title;
use crate::demo::data::category_title;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Html;
use maud::Markup;
use maud::html;
use std::sync::Arc;

/// Most pieces offered in the quantity field of a product page.
const QUANTITY_OFFERED: u32 = 5;

pub(super) async fn product(State(shop): State<Arc<Shop>>, Path(id): Path<String>, headers: HeaderMap) -> (StatusCode, Html<String>) {
    let (_, cart) = cart_of(&shop, &headers);
    let Some(product) = shop.catalog.product(&id) else { return (StatusCode::NOT_FOUND, missing_page(&shop, &cart)) };
    let goes_with = shop.catalog.goes_with(&[id.as_str()], 4);
    let related = shop.catalog.related(product, 6);
    let shown: Vec<&str> = std::iter::once(product).chain(related.iter().chain(&goes_with).copied()).map(|one| one.id.as_str()).collect();
    let popular = shop.catalog.popular_in(&product.category, &shown, 6);
    let main = html! {
        nav.breadcrumb aria-label="You are here" {
            a href="/" { "Home" }
            @for part in ancestry(&product.category) { a href={ "/c/" (part) } { (category_title(part)) } }
        }
        div.product {
            div.product-picture { (card::picture(product, None)) }
            div.product-facts {
                @if !product.brand.is_empty() { p.eyebrow { (brand_title(&product.brand)) } }
                h1 { (card::short_name(product)) }
                p.product-price { (format_money(product.price_minor)) }
                (buy(product))
                ul.promises {
                    @if product.price_minor >= FREE_SHIPPING_FROM_MINOR { li { "Ships free" } }
                    @else { li { "Free shipping from " (format_money(FREE_SHIPPING_FROM_MINOR)) } }
                    li { "30 days to return it" }
                    li { (product.attribute("warranty").unwrap_or_default()) " warranty" }
                }
                section.help data-floorwalker="product-help" data-floorwalker-live {
                    div.help-inner {
                        span.help-mark aria-hidden="true" { "?" }
                        div { strong { "Not sure it fits?" } p { "Shipping, returns and how to choose, on one page." } }
                        a.button.plain href="/help" { "Get help" }
                    }
                }
            }
        }
        section.specification {
            h2 { "Specification" }
            table {
                tbody {
                    @if !product.brand.is_empty() { (row("Brand", &brand_title(&product.brand))) }
                    (row("Kind", product.noun))
                    @for (name, value) in &product.attributes { (row(&sentence_case(name), &sentence_case(value))) }
                    (row("Article number", &product.id))
                }
            }
        }
        (card::shelf("goes-with", "Goes well with it", &goes_with))
        (card::shelf("related", "Similar, side by side", &related))
        (card::shelf("next", "Popular around here", &popular))
    };
    let mut page = Page::new("product", product.name.clone());
    page.product = Some(&product.id);
    page.category = Some(&product.category);
    (StatusCode::OK, frame::render(&shop, page, &cart, main))
}

fn buy(product: &Product) -> Markup {
    html! {
        @if product.stock == 0 {
            p.stock.is-out { "Out of stock" }
        } @else {
            p.stock.is-few[product.stock <= 5] { @if product.stock <= 5 { "Only " (product.stock) " left" } @else { "In stock" } }
            form.buy action="/cart/add" method="post" data-cart-form {
                input type="hidden" name="product" value=(product.id);
                label.visually-hidden for="quantity" { "Quantity" }
                select #quantity name="quantity" {
                    @for pieces in 1..=QUANTITY_OFFERED.min(product.stock) { option value=(pieces) { (pieces) } }
                }
                button.button.strong type="submit" data-floorwalker-click="add-to-cart" data-floorwalker-product=(product.id) {
                    "Add to cart"
                }
            }
        }
        a.buy-note href="/help" data-floorwalker="buy" data-floorwalker-kind="cta" data-floorwalker-live { "Order by 4 pm, shipped today" }
    }
}

fn row(name: &str, value: &str) -> Markup {
    html! { tr { th scope="row" { (name) } td { (value) } } }
}

fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
