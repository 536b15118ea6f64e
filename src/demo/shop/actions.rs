//! What shoppers do to their cart: plain form posts that redirect, or answer JSON to the shop's script.

use super::CodeAnswer;
use super::Shop;
use super::cart::CODE_BYTES_MAX;
use super::cart::Cart;
use super::cart::Totals;
use super::cart_pages;
use super::form::Form;
use super::frame;
use super::order::Order;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Redirect;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

const COOKIE: &str = "kilowatt_cart";
/// 130 random bits in base 32: not to be guessed.
const COOKIE_CHARS: usize = 26;
const ORDER_CHARS: usize = 16;

/// Returns the cookie's cart and its id; without a valid cookie the id is empty and so is the cart.
pub(super) fn cart_of(shop: &Shop, headers: &HeaderMap) -> (String, Cart) {
    let id = cookie(headers).unwrap_or_default();
    if id.is_empty() {
        return (id, Cart::default());
    }
    let cart = shop.carts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get(&id, shop.now_s());
    (id, cart)
}

#[derive(Deserialize)]
pub(super) struct LineForm {
    product: String,
    #[serde(default)]
    quantity: String,
}

pub(super) async fn add(State(shop): State<Arc<Shop>>, headers: HeaderMap, Form(form): Form<LineForm>) -> Response {
    change(&shop, &headers, |cart| {
        let is_for_sale = shop.catalog.product(&form.product).is_some_and(|product| product.stock > 0);
        if is_for_sale {
            cart.add(&form.product, form.quantity.parse().unwrap_or(1));
        }
    })
}

pub(super) async fn set(State(shop): State<Arc<Shop>>, headers: HeaderMap, Form(form): Form<LineForm>) -> Response {
    change(&shop, &headers, |cart| {
        let is_held = cart.lines.iter().any(|(id, _)| *id == form.product);
        if let (true, Ok(quantity)) = (is_held, form.quantity.parse()) {
            cart.set(&form.product, quantity);
        }
    })
}

#[derive(Deserialize)]
pub(super) struct CodeForm {
    code: String,
}

pub(super) async fn code(State(shop): State<Arc<Shop>>, headers: HeaderMap, Form(form): Form<CodeForm>) -> Response {
    change(&shop, &headers, |cart| {
        let code = form.code.trim();
        cart.code = (!code.is_empty() && code.len() <= CODE_BYTES_MAX).then(|| code.to_owned());
    })
}

pub(super) async fn checkout(State(shop): State<Arc<Shop>>, headers: HeaderMap, Form(typed): Form<BTreeMap<String, String>>) -> Response {
    let (id, cart) = cart_of(&shop, &headers);
    let value = |name: &str| typed.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let missing: Vec<&str> = cart_pages::CHECKOUT_FIELDS.iter().map(|(name, ..)| *name).filter(|name| value(name).is_empty()).collect();
    if !missing.is_empty() || cart.priced(&shop.catalog).is_empty() {
        return cart_pages::checkout_page(&shop, &cart, &missing, value).into_response();
    }
    let order_id = format!("KW-{}", random_id(ORDER_CHARS));
    let goods_minor = cart.goods_minor(&shop.catalog);
    let answer = match cart.code.as_deref() {
        Some(code) => Some(shop.codes.redeem(code, goods_minor, &order_id).await),
        None => None,
    };
    let is_accepted = matches!(answer, Some(CodeAnswer::Accepted { .. }));
    let totals = Totals::of(goods_minor, answer.as_ref());
    let order = Order { id: order_id.clone(), lines: cart.lines, totals, code: cart.code.filter(|_| is_accepted) };
    shop.orders.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).put(order);
    shop.carts.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).put(&id, Cart::default(), shop.now_s());
    Redirect::to(&format!("/order/{order_id}")).into_response()
}

/// Applies a change to the shopper's cart, making one (and its cookie) if there is none.
fn change(shop: &Shop, headers: &HeaderMap, apply: impl FnOnce(&mut Cart)) -> Response {
    let known = cookie(headers);
    let id = known.clone().unwrap_or_else(|| random_id(COOKIE_CHARS));
    let cart = {
        let mut carts = shop.carts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut cart = carts.get(&id, shop.now_s());
        apply(&mut cart);
        carts.put(&id, cart.clone(), shop.now_s());
        cart
    };
    let wants_json = headers.get(header::ACCEPT).is_some_and(|accept| accept == "application/json");
    let mut response = if wants_json {
        Json(json!({ "count": cart.count(), "cart": frame::cart_fact(shop, &cart) })).into_response()
    } else {
        Redirect::to("/cart").into_response()
    };
    if known.is_none() {
        let cookie = format!("{COOKIE}={id}; Path=/; HttpOnly; SameSite=Lax; Max-Age={}", super::cart::CART_AGE_MAX_S);
        response.headers_mut().insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).expect("base 32 and constants are ASCII"));
    }
    response
}

/// Returns the cart cookie's value if it has the shape the shop gives out.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let value = pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, value)| value)?;
    (value.len() == COOKIE_CHARS && value.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| value.to_owned())
}

fn random_id(chars: usize) -> String {
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).expect("the operating system has a random source");
    let mut text = data_encoding::BASE32_NOPAD.encode(&bytes);
    text.truncate(chars);
    text
}
