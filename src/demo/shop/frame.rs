//! What every page shares: head, header, banner, footer, templates, consent question, and the page's facts as data.

use super::Shop;
use super::cart::Cart;
use super::templates;
use crate::demo::data::CURRENCY;
use axum::response::Html;
use maud::DOCTYPE;
use maud::Markup;
use maud::PreEscaped;
use maud::html;
use serde_json::Value;
use serde_json::json;

/// Departments in the header; the rest is a page away.
const MAIN_NAV: [(&str, &str); 7] = [
    ("computers.notebook", "Notebooks"),
    ("computers.components", "Components"),
    ("electronics.telephone", "Phones"),
    ("electronics.video", "TV and video"),
    ("electronics.audio", "Audio"),
    ("appliances", "Home"),
    ("construction", "Tools"),
];

/// What a page says about itself.
pub(super) struct Page<'a> {
    pub title: String,
    /// Kind of page for the SDK: `home category product search cart checkout order content other`.
    pub kind: &'a str,
    pub product: Option<&'a str>,
    pub category: Option<&'a str>,
    /// Facts the shop's script hands to the SDK, beside the cart.
    pub facts: Value,
    pub query: &'a str,
}

impl<'a> Page<'a> {
    pub fn new(kind: &'a str, title: impl Into<String>) -> Page<'a> {
        Page { title: title.into(), kind, product: None, category: None, facts: json!({}), query: "" }
    }
}

/// Renders a whole page around its main part.
pub(super) fn render(shop: &Shop, page: Page<'_>, cart: &Cart, main: Markup) -> Html<String> {
    let mut facts = page.facts;
    facts["cart"] = cart_fact(shop, cart);
    let document = html! {
        (DOCTYPE)
        html lang="en" data-floorwalker-page=(page.kind) data-floorwalker-product=[page.product] data-floorwalker-category=[page.category] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="description" content="Kilowatt: electronics, computers, appliances and tools.";
                title { (page.title) " · Kilowatt" }
                link rel="icon" href="/assets/kilowatt.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/tokens.css";
                link rel="stylesheet" href="/assets/shop.css";
                script defer src="/assets/shop.js" {}
                script async src=(shop.sdk_src) data-key=(shop.key) {}
            }
            body class={ "page-" (page.kind) } {
                a.skip href="#main" { "Skip to content" }
                (header(cart, page.query))
                aside.banner-row aria-label="News of the shop" { div.banner data-floorwalker="banner" data-floorwalker-live { (default_banner()) } }
                main #main { (main) }
                (footer())
                (templates::all())
                (consent_question())
                div.toast role="status" aria-live="polite" hidden {}
                script type="application/json" #page-data { (PreEscaped(inert_json(&facts))) }
            }
        }
    };
    Html(document.into_string())
}

fn header(cart: &Cart, query: &str) -> Markup {
    let count = cart.count();
    html! {
        header.top {
            div.top-bar {
                a.logo href="/" aria-label="Kilowatt, home" { span.logo-mark aria-hidden="true" {} span { "Kilowatt" } }
                form.search action="/search" method="get" role="search" {
                    label.visually-hidden for="q" { "Search" }
                    input #q name="q" type="search" value=(query) maxlength="80" autocomplete="off"
                        placeholder="Search by brand, kind or model";
                    button type="submit" aria-label="Search" { span.icon-search aria-hidden="true" {} }
                }
                a.cart-link href="/cart" data-floorwalker-click="cart" {
                    span.icon-cart aria-hidden="true" {}
                    span { "Cart" }
                    span.cart-count data-cart-count aria-label="items in cart" hidden[count == 0] { (count) }
                }
            }
            nav.main-nav aria-label="Departments" data-floorwalker="main-nav" data-floorwalker-kind="nav" {
                @for (path, label) in MAIN_NAV {
                    a href={ "/c/" (path) } data-floorwalker-entry=(path) { (label) }
                }
            }
        }
    }
}

fn default_banner() -> Markup {
    html! {
        p.banner-text {
            strong { "Free shipping from $50" }
            span { "30 days to change your mind, no questions asked" }
        }
        a href="/help" { "Shipping and returns" }
    }
}

fn footer() -> Markup {
    html! {
        footer.foot {
            div.foot-columns {
                div {
                    p.logo { span.logo-mark aria-hidden="true" {} span { "Kilowatt" } }
                    p.quiet { "A demonstration shop. Nothing here is for sale and nothing is charged." }
                }
                nav aria-label="Departments, all" {
                    h2 { "Departments" }
                    a href="/c/computers" { "Computers" }
                    a href="/c/electronics" { "Electronics" }
                    a href="/c/appliances" { "Home and kitchen" }
                    a href="/c/construction" { "Tools" }
                    a href="/c/auto" { "Car" }
                    a href="/c/stationery" { "Office supplies" }
                }
                nav aria-label="Service" {
                    h2 { "Service" }
                    a href="/help" { "Shipping and returns" }
                    a href="/cart" { "Your cart" }
                    button.link type="button" data-consent-open hidden { "Privacy choices" }
                }
                div {
                    h2 { "About the data" }
                    p.quiet {
                        "Products, brands and prices: REES46 Marketing Platform, "
                        a href="https://rees46.com/" rel="noopener" { "rees46.com" }
                        ". Names, stock and pictures are made up."
                    }
                }
            }
        }
    }
}

fn consent_question() -> Markup {
    html! {
        aside.consent aria-label="Privacy" hidden data-consent {
            p {
                strong { "Your visit, your choice." }
                " May we use what you do here to show fitting products and to learn what works? The shop works either way."
            }
            div.consent-buttons {
                button.button type="button" data-consent-answer="all" { "Accept" }
                button.button.plain type="button" data-consent-answer="necessary" { "Only necessary" }
            }
        }
    }
}

/// Returns the cart in the shape of the SDK's `cart` call.
pub(super) fn cart_fact(shop: &Shop, cart: &Cart) -> Value {
    let line = |product: &str, quantity: u32, price: i64| json!({ "product": product, "quantity": quantity, "price": price });
    let lines: Vec<Value> =
        cart.priced(&shop.catalog).into_iter().map(|(product, quantity)| line(&product.id, quantity, product.price_minor)).collect();
    json!({ "currency": CURRENCY, "lines": lines })
}

/// Writes JSON that cannot end the element it stands in.
fn inert_json(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
