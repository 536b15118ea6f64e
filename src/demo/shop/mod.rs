//! Kilowatt, the demo's shop: server-rendered pages that use Floorwalker exactly as a merchant would.
//!
//! The shop works without JavaScript and without the engine. Carts live here, behind an opaque cookie; what a page knows (cart, search,
//! order) stands in it as data, which the shop's own script hands to the SDK.

mod actions;
mod assets;
mod card;
mod cart;
mod cart_pages;
mod catalog;
mod form;
mod frame;
mod home;
mod listing;
mod money;
mod order;
mod product_page;
mod search;
mod templates;
#[cfg(test)]
mod tests;

use axum::Router;
use axum::http::HeaderValue;
use axum::http::header;
use axum::middleware;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use cart::Carts;
use catalog::Catalog;
use futures_util::future::BoxFuture;
use order::Orders;
use std::sync::Arc;
use std::sync::Mutex;

pub use money::format_money;

/// Goods for this much ship free; integer minor units.
pub const FREE_SHIPPING_FROM_MINOR: i64 = 50_00;

/// What shipping costs below the threshold; integer minor units.
pub const SHIPPING_MINOR: i64 = 5_90;

/// Scripts, styles and sockets from the shop itself only, and no string may become markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'";

/// Judges discount codes. Whoever mints codes answers; the shop knows none itself.
pub trait Codes: Send + Sync {
    /// Says what the code gives on goods of this value, without using it up.
    fn check(&self, code: &str, cart_minor: i64) -> CodeAnswer;

    /// Uses the code up for an order. The answer is final, also over a power cut, and decides the order's total.
    fn redeem<'a>(&'a self, code: &'a str, cart_minor: i64, order: &'a str) -> BoxFuture<'a, CodeAnswer> {
        let _ = order;
        Box::pin(std::future::ready(self.check(code, cart_minor)))
    }
}

/// What a code is worth on a cart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeAnswer {
    Accepted {
        /// What the shopper reads beside the amount.
        label: String,
        /// Taken off the goods; the shop never takes off more than they cost.
        discount_minor: i64,
        free_shipping: bool,
    },
    /// A sentence for the shopper.
    Refused { reason: String },
}

struct NoCodes;

impl Codes for NoCodes {
    fn check(&self, _code: &str, _cart_minor: i64) -> CodeAnswer {
        CodeAnswer::Refused { reason: "We do not know this code.".into() }
    }
}

/// The shop: an immutable catalog, and bounded carts and orders in memory.
pub struct Shop {
    catalog: Catalog,
    carts: Mutex<Carts>,
    orders: Mutex<Orders>,
    codes: Arc<dyn Codes>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    sdk_src: String,
    key: String,
}

impl Shop {
    /// Makes a shop whose pages load the SDK from `sdk_src` with the publishable `key`.
    pub fn new(sdk_src: String, key: String) -> Shop {
        Shop {
            catalog: Catalog::load(),
            carts: Mutex::new(Carts::new()),
            orders: Mutex::new(Orders::new()),
            codes: Arc::new(NoCodes),
            clock: Box::new(|| 0),
            sdk_src,
            key,
        }
    }

    /// Lets `codes` judge what shoppers type into the code field.
    pub fn with_codes(mut self, codes: Arc<dyn Codes>) -> Shop {
        self.codes = codes;
        self
    }

    /// Gives the shop a clock, in seconds, by which old carts go. Without one they go by number only.
    pub fn with_clock(mut self, seconds: impl Fn() -> u64 + Send + Sync + 'static) -> Shop {
        self.clock = Box::new(seconds);
        self
    }

    fn now_s(&self) -> u64 {
        (self.clock)()
    }
}

/// Returns the shop's routes: all pages, its assets and the product pictures. It sets the fallback (a 404 page).
pub fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/", get(home::home))
        .route("/c/{path}", get(listing::category))
        .route("/p/{id}", get(product_page::product))
        .route("/search", get(listing::search))
        .route("/cart", get(cart_pages::cart))
        .route("/cart/add", post(actions::add))
        .route("/cart/set", post(actions::set))
        .route("/cart/code", post(actions::code))
        .route("/checkout", get(cart_pages::checkout).post(actions::checkout))
        .route("/order/{id}", get(cart_pages::order))
        .route("/help", get(home::help))
        .route("/pictures/{file}", get(assets::picture))
        .route("/assets/{file}", get(assets::asset))
        .fallback(home::missing)
        .layer(middleware::map_response(harden))
        .with_state(shop)
}

/// Adds the security headers a careful merchant would send.
async fn harden(mut response: Response) -> Response {
    // Browsers report a missing script a second time where an answer without content names no type.
    let is_found = response.status().is_success();
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    if is_found {
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    response
}
