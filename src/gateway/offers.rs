//! Codes at the shop's till: checked and redeemed by the shop's server, never by a page.
//!
//! The caller shows `shop.server_secret` or an admin token. Nothing is answered about any code without one of them, so that pages cannot
//! guess codes here.

use super::Gateway;
use crate::delivery::Token;
use crate::engine::Goods;
use crate::engine::OfferError;
use crate::model::CartLine;
use crate::model::Currency;
use crate::model::Money;
use crate::model::key_of;
use crate::offer::Benefit;
use crate::offer::CodeError;
use crate::offer::Grant;
use crate::offer::Kind;
use crate::protocol::Limits;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use sha2::Digest;
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// Longest order number, in bytes.
const ORDER_BYTES_MAX: usize = 128;

/// What the till says of the goods; `order` and `discountMinor` mean something when a code is redeemed only.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Asked {
    order: Option<String>,
    cart_minor: Option<i64>,
    currency: Option<String>,
    discount_minor: Option<i64>,
    lines: Option<Vec<Line>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Line {
    product: String,
    quantity: u32,
    price: i64,
}

/// Says what a code is; with goods in the body also whether it works for them and what it takes off.
pub(super) async fn check(
    State(gateway): State<Arc<Gateway>>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    gateway.admit_server(&headers)?;
    let asked = read(&body)?;
    let Some(goods) = gateway.goods(&asked)? else {
        let grant = gateway.engine.find_offer(&code).ok_or(CodeError::Unknown)?;
        return Ok(Json(view(&gateway, &grant)));
    };
    let (grant, benefit) = gateway.engine.check_offer(&code, &goods)?;
    let mut answer = view(&gateway, &grant);
    add(&mut answer, benefit);
    Ok(Json(answer))
}

/// Uses a code up for an order. The same order may ask again and gets the same answer; a second order is refused. The answer comes when it
/// is durable.
pub(super) async fn redeem(
    State(gateway): State<Arc<Gateway>>,
    Path(code): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    gateway.admit_server(&headers)?;
    let asked = read(&body)?;
    let order = asked.order.as_deref().map(str::trim).unwrap_or_default();
    if order.is_empty() || order.len() > ORDER_BYTES_MAX || order.chars().any(char::is_control) {
        return Err(Refused::field("order", format!("1 to {ORDER_BYTES_MAX} bytes")));
    }
    if asked.discount_minor.is_some_and(|gave| !(0..=Limits::MONEY_MAX).contains(&gave)) {
        return Err(Refused::field("discountMinor", format!("0 to {} minor units", Limits::MONEY_MAX)));
    }
    let goods = gateway.goods(&asked)?;
    let redeemed = gateway.engine.redeem_for(&code, order, goods.as_ref(), asked.discount_minor).await?;
    let mut answer = view(&gateway, &redeemed.grant);
    let free_shipping = redeemed.grant.terms.kind == Kind::FreeShipping;
    add(&mut answer, Benefit { discount_minor: if free_shipping { 0 } else { redeemed.cost_minor }, free_shipping });
    Ok(Json(answer))
}

fn read(body: &[u8]) -> Result<Asked, Refused> {
    if body.is_empty() {
        return Ok(Asked::default());
    }
    serde_json::from_slice(body).map_err(|error| Refused::new(StatusCode::BAD_REQUEST, "bad_json", error.to_string()))
}

fn view(gateway: &Gateway, grant: &Grant) -> Value {
    let snapshot = gateway.engine.snapshot.load();
    let categories: Vec<&str> = grant.terms.categories().filter_map(|key| snapshot.catalog.category_name(key)).collect();
    json!({
        "code": grant.code,
        "campaign": snapshot.campaigns.find(grant.campaign).map_or("", |campaign| &*campaign.id),
        "state": grant.state.name(),
        "kind": grant.terms.kind.name(),
        "amount": grant.terms.amount,
        "minimumMinor": grant.terms.minimum,
        "mostMinor": grant.terms.most,
        "categories": categories,
        "singleUse": grant.terms.single_use,
        "currency": grant.currency.code(),
        "expiresMs": grant.expires.millis(),
        "order": (!grant.order.is_empty()).then_some(&grant.order),
    })
}

fn add(answer: &mut Value, benefit: Benefit) {
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("discountMinor".to_owned(), benefit.discount_minor.into());
        fields.insert("freeShipping".to_owned(), benefit.free_shipping.into());
    }
}

impl Gateway {
    /// Lets the shop's server in. Whoever guesses pays what a visitor's handshake costs.
    pub(super) fn admit_server(&self, headers: &HeaderMap) -> Result<(), Refused> {
        let mut given = headers.get_all(header::AUTHORIZATION).iter();
        let (first, second) = (given.next(), given.next());
        let bearer = first.and_then(|value| value.to_str().ok()?.split_once(' '));
        let token = bearer.filter(|(scheme, _)| second.is_none() && scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let is_server = |token: &str| {
            // Digests are of one length, so that comparing tells nothing about the secret's.
            let secret = self.engine.config.offers.server_secret.as_deref();
            secret.is_some_and(|secret| bool::from(Sha256::digest(secret).ct_eq(&Sha256::digest(token.as_bytes()))))
        };
        let is_admin = |token: &str| matches!(self.engine.signer.check(token, self.engine.seconds()), Ok(Token::Admin { nonce }) if !nonce.starts_with(&Token::LINK_MARK));
        if token.is_some_and(|token| is_server(token) || is_admin(token)) {
            return Ok(());
        }
        if self.admit_handshake().is_err() {
            return Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, "too_many_wrong_tokens", "too many wrong tokens; wait a few seconds"));
        }
        Err(Refused::new(StatusCode::UNAUTHORIZED, "unauthorized", "the shop's server secret or an admin token is needed"))
    }

    fn goods(&self, asked: &Asked) -> Result<Option<Goods>, Refused> {
        let currency = match asked.currency.as_deref() {
            None => self.engine.snapshot.load().catalog.currency(),
            Some(code) => Currency::parse(code).ok_or_else(|| Refused::field("currency", "three capital letters (ISO 4217)"))?,
        };
        let lines = asked.lines.as_deref().map(lines).transpose()?;
        let sum = |lines: &Vec<CartLine>| {
            lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.price.saturating_mul(i64::from(line.quantity))))
        };
        let Some(minor) = asked.cart_minor.or(lines.as_ref().map(sum)) else { return Ok(None) };
        if !(0..=Limits::MONEY_MAX).contains(&minor) {
            return Err(Refused::field("cartMinor", format!("0 to {} minor units", Limits::MONEY_MAX)));
        }
        Ok(Some(Goods { value: Money::new(minor, currency), lines }))
    }
}

fn lines(lines: &[Line]) -> Result<Vec<CartLine>, Refused> {
    let is_line = |line: &Line| {
        (1..=Limits::NAME_BYTES_MAX).contains(&line.product.len())
            && (1..=Limits::QUANTITY_MAX).contains(&line.quantity)
            && (0..=Limits::MONEY_MAX).contains(&line.price)
    };
    if !lines.iter().all(is_line) {
        return Err(Refused::field("lines", "each with a product, a quantity from 1 and a price in minor units from 0"));
    }
    Ok(lines.iter().map(|line| CartLine { product: key_of(&line.product), quantity: line.quantity, price: line.price }).collect())
}

/// An answer other than success, in the form that all interfaces use.
pub(super) struct Refused {
    status: StatusCode,
    code: &'static str,
    message: String,
    field: Option<&'static str>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refused {
        Refused { status, code, message: message.into(), field: None }
    }

    pub(super) fn field(field: &'static str, message: impl Into<String>) -> Refused {
        Refused { field: Some(field), ..Refused::new(StatusCode::BAD_REQUEST, "bad_request", message) }
    }
}

impl From<CodeError> for Refused {
    fn from(error: CodeError) -> Refused {
        let status = match error {
            CodeError::Unknown => StatusCode::NOT_FOUND,
            CodeError::Expired | CodeError::Revoked => StatusCode::GONE,
            CodeError::Redeemed { .. } | CodeError::UsedUp { .. } => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Refused::new(status, error.code(), error.to_string())
    }
}

impl From<OfferError> for Refused {
    fn from(error: OfferError) -> Refused {
        match error {
            OfferError::Code(error) => error.into(),
            OfferError::Store(error) => {
                tracing::error!(%error, "a code could not be redeemed durably");
                Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the store did not keep it; ask again")
            }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(field), Some(fields)) = (self.field, error.as_object_mut()) {
            fields.insert("field".to_owned(), field.into());
        }
        (self.status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response()
    }
}
