//! Cart, checkout and thank-you pages.

use super::CodeAnswer;
use super::FREE_SHIPPING_FROM_MINOR;
use super::Shop;
use super::actions::cart_of;
use super::card;
use super::cart::Cart;
use super::cart::QUANTITY_MAX;
use super::cart::Totals;
use super::frame;
use super::frame::Page;
use super::home::missing_page;
use super::money::format_money;
use crate::demo::data::CURRENCY;
use crate::demo::data::Product;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Html;
use maud::Markup;
use maud::html;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Fields of the checkout: name, label, browser's autofill word, type.
pub(super) const CHECKOUT_FIELDS: [(&str, &str, &str, &str); 5] = [
    ("email", "Email", "email", "email"),
    ("name", "Full name", "name", "text"),
    ("street", "Street and number", "street-address", "text"),
    ("postcode", "Postcode", "postal-code", "text"),
    ("city", "City", "address-level2", "text"),
];

/// Asks about the cart's code, if it has one, and sums up.
pub(super) fn totals_of(shop: &Shop, cart: &Cart) -> (Totals, Option<CodeAnswer>) {
    let goods_minor = cart.goods_minor(&shop.catalog);
    let answer = cart.code.as_deref().map(|code| shop.codes.check(code, goods_minor));
    (Totals::of(goods_minor, answer.as_ref()), answer)
}

pub(super) async fn cart(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Html<String> {
    let (_, cart) = cart_of(&shop, &headers);
    let lines = cart.priced(&shop.catalog);
    let ids: Vec<&str> = lines.iter().map(|(product, _)| product.id.as_str()).collect();
    let (totals, answer) = totals_of(&shop, &cart);
    let main = html! {
        div.listing-head {
            h1 { "Your cart" }
            @if cart.count() > 0 { p.quiet { (cart.count()) (if cart.count() == 1 { " item" } else { " items" }) } }
        }
        @if lines.is_empty() {
            div.empty-cart { p { "Nothing in it yet." } a.button href="/" { "Find something" } }
        } @else {
            (free_shipping(totals.goods_minor, totals.shipping_minor))
            div.cart {
                ul.cart-lines { @for (product, quantity) in &lines { li { (line(product, *quantity)) } } }
                div.cart-side {
                    (code_field(&cart, answer.as_ref()))
                    (summary(&totals, answer.as_ref()))
                    a.button.strong href="/checkout" data-floorwalker-click="checkout" { "Check out" }
                    p.quiet { "Demonstration only: nothing is charged." }
                }
            }
        }
        (card::shelf("cart-upsell", if lines.is_empty() { "Popular right now" } else { "Often taken along" }, &upsell(&shop, &ids)))
    };
    frame::render(&shop, Page::new("cart", "Cart"), &cart, main)
}

fn upsell(shop: &Shop, ids: &[&str]) -> Vec<&'static Product> {
    if ids.is_empty() { shop.catalog.popular(0, 4) } else { shop.catalog.goes_with(ids, 4) }
}

/// The bar is the shop's own; the sentence above it is a placement that may say more.
fn free_shipping(goods_minor: i64, shipping_minor: i64) -> Markup {
    let missing_minor = FREE_SHIPPING_FROM_MINOR - goods_minor;
    html! {
        section.progress aria-label="Free shipping" {
            div.progress-words data-floorwalker="cart-progress" data-floorwalker-live {
                p.progress-line {
                    @if shipping_minor == 0 { strong { "Your order ships free." } }
                    @else { strong { (format_money(missing_minor)) } " more and your order ships free." }
                }
            }
            progress max=(FREE_SHIPPING_FROM_MINOR) value=(if shipping_minor == 0 { FREE_SHIPPING_FROM_MINOR } else { goods_minor }) {}
        }
    }
}

fn line(product: &Product, quantity: u32) -> Markup {
    html! {
        a.cart-picture href={ "/p/" (product.id) } { (card::picture(product, None)) }
        div.cart-name {
            a href={ "/p/" (product.id) } { (product.name) }
            p.quiet { (format_money(product.price_minor)) " each" }
        }
        form.cart-quantity action="/cart/set" method="post" data-submit-on-change {
            input type="hidden" name="product" value=(product.id);
            label { span.visually-hidden { "Quantity of " (product.name) }
                select name="quantity" {
                    @for pieces in 1..=QUANTITY_MAX { option value=(pieces) selected[pieces == quantity] { (pieces) } }
                }
            }
            button.button.plain type="submit" { "Update" }
        }
        p.cart-amount { (format_money(product.price_minor * i64::from(quantity))) }
        form.cart-remove action="/cart/set" method="post" {
            input type="hidden" name="product" value=(product.id);
            input type="hidden" name="quantity" value="0";
            button.link type="submit" aria-label={ "Remove " (product.name) } { "Remove" }
        }
    }
}

fn code_field(cart: &Cart, answer: Option<&CodeAnswer>) -> Markup {
    html! {
        form.code action="/cart/code" method="post" {
            label for="code" { "Discount code" }
            div.code-row {
                input #code name="code" value=(cart.code.as_deref().unwrap_or_default()) maxlength="64"
                    autocomplete="off" autocapitalize="characters" spellcheck="false";
                button.button.plain type="submit" { "Apply" }
            }
            @match answer {
                Some(CodeAnswer::Accepted { label, .. }) => p.code-answer.is-good role="status" { (label) },
                Some(CodeAnswer::Refused { reason }) => p.code-answer.is-bad role="status" { (reason) },
                None => {}
            }
        }
    }
}

fn short_lines(lines: &[(&Product, u32)]) -> Markup {
    html! {
        ul.checkout-lines {
            @for (product, quantity) in lines {
                li { (card::picture(product, None)) span { (product.name) } span.quiet { "× " (quantity) } }
            }
        }
    }
}

fn summary(totals: &Totals, answer: Option<&CodeAnswer>) -> Markup {
    html! {
        dl.summary {
            div { dt { "Goods" } dd { (format_money(totals.goods_minor)) } }
            @if totals.discount_minor > 0 {
                div.is-good {
                    dt { @if let Some(CodeAnswer::Accepted { label, .. }) = answer { (label) } @else { "Discount" } }
                    dd { (format_money(-totals.discount_minor)) }
                }
            }
            div {
                dt { "Shipping" }
                dd { @if totals.shipping_minor == 0 { "Free" } @else { (format_money(totals.shipping_minor)) } }
            }
            div.summary-total { dt { "Total" } dd { (format_money(totals.total_minor)) } }
        }
    }
}

pub(super) async fn checkout(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Html<String> {
    let (_, cart) = cart_of(&shop, &headers);
    checkout_page(&shop, &cart, &[], |_| String::new())
}

/// Renders the checkout with what was typed so far and the names of fields that are missing.
pub(super) fn checkout_page(shop: &Shop, cart: &Cart, missing: &[&str], typed: impl Fn(&str) -> String) -> Html<String> {
    let (totals, answer) = totals_of(shop, cart);
    let lines = cart.priced(&shop.catalog);
    let main = html! {
        h1 { "Checkout" }
        @if lines.is_empty() {
            div.empty-cart { p { "There is nothing to pay for yet." } a.button href="/" { "Find something" } }
        } @else {
            div.cart {
                form.checkout action="/checkout" method="post" {
                    @if !missing.is_empty() { p.code-answer.is-bad role="alert" { "Please fill in what is marked." } }
                    @for (name, label, fill, kind) in CHECKOUT_FIELDS {
                        @let is_missing = missing.contains(&name).then_some("true");
                        div.field {
                            label for=(name) { (label) }
                            input id=(name) name=(name) type=(kind) autocomplete=(fill) value=(typed(name)) required maxlength="120"
                                aria-invalid=[is_missing];
                        }
                    }
                    fieldset {
                        legend { "Payment" }
                        label.choice { input type="radio" name="payment" value="none" checked; " None: this is a demonstration" }
                    }
                    button.button.strong type="submit" data-floorwalker-click="place-order" {
                        "Place order, " (format_money(totals.total_minor))
                    }
                }
                div.cart-side {
                    (short_lines(&lines))
                    (summary(&totals, answer.as_ref()))
                }
            }
        }
    };
    let mut page = Page::new("checkout", "Checkout");
    if !lines.is_empty() {
        page.facts = json!({ "checkout": "begin" });
    }
    frame::render(shop, page, cart, main)
}

pub(super) async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<String>, headers: HeaderMap) -> (StatusCode, Html<String>) {
    let (_, cart) = cart_of(&shop, &headers);
    let order = shop.orders.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&id);
    let Some(order) = order else { return (StatusCode::NOT_FOUND, missing_page(&shop, &cart)) };
    let bought = Cart { lines: order.lines.clone(), code: None };
    let lines = bought.priced(&shop.catalog);
    let main = html! {
        div.thanks {
            span.thanks-mark aria-hidden="true" {}
            h1 { "Thank you" }
            p.lead { "Order " strong { (order.id) } " is on its way to the shelf it came from: this is a demonstration." }
        }
        div.receipt {
            (short_lines(&lines))
            (summary(&order.totals, None))
            a.button.plain href="/" { "Back to the shop" }
        }
    };
    let mut page = Page::new("order", "Thank you");
    let lines: Value = frame::cart_fact(&shop, &bought)["lines"].take();
    let mut fact =
        json!({ "id": order.id, "value": order.totals.goods_minor - order.totals.discount_minor, "currency": CURRENCY, "lines": lines });
    if let Some(code) = &order.code {
        fact["coupon"] = json!(code);
    }
    page.facts = json!({ "order": fact });
    (StatusCode::OK, frame::render(&shop, page, &cart, main))
}
