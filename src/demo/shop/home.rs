//! The home page, the help page, and the page for an address the shop does not have.

use super::Shop;
use super::actions::cart_of;
use super::card;
use super::frame;
use super::frame::Page;
use crate::demo::data::Product;
use crate::demo::data::category_title;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse;
use axum::response::Response;
use maud::Markup;
use maud::html;
use std::sync::Arc;

/// Chips under the hero; a campaign may bring one to the front or add its own.
const SHORTCUTS: [&str; 8] = [
    "computers.notebook",
    "computers.components.videocards",
    "electronics.telephone",
    "electronics.video.tv",
    "electronics.audio.acoustic",
    "appliances.environment.vacuum",
    "construction.tools.drill",
    "appliances.kitchen",
];

pub(super) async fn home(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Html<String> {
    let (_, cart) = cart_of(&shop, &headers);
    let popular = shop.catalog.popular(0, 6);
    let newest = shop.catalog.newest(6);
    let recommended = shop.catalog.popular(6, 6);
    let main = html! {
        section.hero data-floorwalker="hero" { (hero(&shop)) }
        nav.shortcuts aria-label="Shortcuts" data-floorwalker="shortcuts" data-floorwalker-kind="nav" {
            @for path in SHORTCUTS {
                a href={ "/c/" (path) } data-floorwalker-entry=(path) { (category_title(path)) }
            }
        }
        div.home-layout data-floorwalker="home-layout" data-layout="default" {
            (card::shelf("home-shelf", "Worth a look", &recommended))
            (card::shelf("trending", "What people look at most", &popular))
            (departments(&shop))
            (card::shelf("recent", "New arrivals", &newest))
        }
    };
    frame::render(&shop, Page::new("home", "Electronics, computers, tools"), &cart, main)
}

fn hero(shop: &Shop) -> Markup {
    let tiles: Vec<&Product> = [
        "electronics.audio.headphone",
        "computers.notebook",
        "appliances.kitchen.coffee_machine",
        "electronics.camera.video",
        "construction.tools.drill",
        "computers.peripherals.joystick",
    ]
    .into_iter()
    .filter_map(|path| showpiece(shop, path))
    .collect();
    html! {
        div.hero-inner {
            div.hero-text {
                p.eyebrow { "Electronics, computers, tools" }
                h1 { "Everything worth plugging in" }
                p.lead { "Nearly three thousand things that hum, glow and compute, from graphics card to kettle. Free shipping from $50." }
                a.button href="/c/computers" { "Browse computers" }
            }
            div.hero-art aria-hidden="true" {
                @for product in tiles { img src={ "/pictures/" (product.id) ".svg" } alt="" width="400" height="400"; }
            }
        }
    }
}

/// Returns a device, not a part, that may stand for its category.
fn showpiece(shop: &Shop, path: &str) -> Option<&'static Product> {
    let members = shop.catalog.category(path)?;
    members.into_iter().find(|product| product.stock > 0 && !product.is_part() && !product.brand.is_empty())
}

fn departments(shop: &Shop) -> Markup {
    let shown = [
        "computers.components",
        "electronics",
        "appliances",
        "construction",
        "auto",
        "computers.peripherals",
        "country_yard",
        "stationery",
    ];
    html! {
        section.departments {
            h2 { "Shop by department" }
            ul {
                @for path in shown {
                    @if let Some(members) = shop.catalog.category(path) {
                        li { a href={ "/c/" (path) } data-floorwalker-click="department" {
                            @if let Some(product) = showpiece(shop, path) {
                                img src={ "/pictures/" (product.id) ".svg" } alt="" width="400" height="400" loading="lazy";
                            }
                            span.department-name { (category_title(path)) }
                            span.quiet { (members.len()) " products" }
                        } }
                    }
                }
            }
        }
    }
}

pub(super) async fn help(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Html<String> {
    let (_, cart) = cart_of(&shop, &headers);
    let answers = [
        ("How much is shipping?", "Free from $50.00, otherwise $5.90, wherever you are. Parcels leave the same day until 4 pm."),
        ("May I send something back?", "Within 30 days, in any condition a careful person would leave it in. We pay the way back."),
        ("What does the warranty cover?", "Whatever fails through no fault of yours, for the time named on the product's page."),
        ("How do I choose?", "Filter by brand and price on any category page, or compare the tables of data on the product pages."),
    ];
    let main = html! {
        div.prose {
            h1 { "Shipping, returns and help" }
            @for (question, answer) in answers { h2 { (question) } p { (answer) } }
        }
    };
    frame::render(&shop, Page::new("content", "Shipping, returns and help"), &cart, main)
}

/// Answers people with a page, and scripts or pictures that are not there with the status alone.
pub(super) async fn missing(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let wants_page = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
    if !wants_page {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (_, cart) = cart_of(&shop, &headers);
    (StatusCode::NOT_FOUND, missing_page(&shop, &cart)).into_response()
}

pub(super) fn missing_page(shop: &Shop, cart: &super::cart::Cart) -> Html<String> {
    let main = html! {
        div.prose {
            h1 { "This page is not on our shelves" }
            p { "It may have moved. The search above knows every product, and " a href="/" { "the home page" } " is a good start." }
        }
        (card::fixed_shelf("What people look at most", None, &shop.catalog.popular(0, 6)))
    };
    frame::render(shop, Page::new("other", "Not found"), cart, main)
}
