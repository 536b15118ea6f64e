//! Orders and refunds from the shop's server, for the results of experiments. The page's word is a claim; this one wins.

use super::Gateway;
use super::offers::Refused;
use crate::engine::Counted;
use crate::engine::Heard;
use crate::engine::SaleError;
use crate::engine::ToldSale;
use crate::model::Currency;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::key_of;
use crate::protocol::Limits;
use axum::Json;
use axum::body::Bytes;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;

/// Longest id of an order or a refund, longest code and longest token, in bytes.
const ID_BYTES_MAX: usize = 128;
const CODE_BYTES_MAX: usize = 64;
const TOKEN_BYTES_MAX: usize = 256;
/// Codes of one order that are looked at.
const CODES_MAX: usize = 8;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OrderTold {
    order: String,
    /// Paid for goods after discounts, without tax and shipping.
    value_minor: i64,
    currency: Option<String>,
    #[serde(default)]
    discount_minor: i64,
    cost_minor: Option<i64>,
    #[serde(default)]
    lines: Vec<LineTold>,
    #[serde(default)]
    codes: Vec<String>,
    session: Option<String>,
    visitor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineTold {
    product: String,
    quantity: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RefundTold {
    refund: String,
    amount_minor: i64,
    currency: Option<String>,
    /// What returned goods are worth to the shop.
    #[serde(default)]
    goods_minor: i64,
}

/// Takes an order. The same id may be told again and counts once; the answer comes when it is durable.
pub(super) async fn take(State(gateway): State<Arc<Gateway>>, headers: HeaderMap, body: Bytes) -> Result<Json<Value>, Refused> {
    gateway.admit_server(&headers)?;
    let told: OrderTold = read(&body)?;
    let id = id("order", &told.order)?;
    gateway.currency_of(told.currency.as_deref())?;
    for (field, amount) in [("valueMinor", told.value_minor), ("discountMinor", told.discount_minor)] {
        amount_in(field, amount, 0)?;
    }
    if let Some(cost) = told.cost_minor {
        amount_in("costMinor", cost, 0)?;
    }
    if told.lines.len() > Sale::LINES_MAX {
        return Err(Refused::field("lines", format!("{} lines, the limit is {}", told.lines.len(), Sale::LINES_MAX)));
    }
    let is_line =
        |line: &LineTold| (1..=Limits::NAME_BYTES_MAX).contains(&line.product.len()) && (1..=Limits::QUANTITY_MAX).contains(&line.quantity);
    if let Some(place) = told.lines.iter().position(|line| !is_line(line)) {
        let message =
            format!("line {place}: a product of 1 to {} bytes and a quantity from 1 to {}", Limits::NAME_BYTES_MAX, Limits::QUANTITY_MAX);
        return Err(Refused::field("lines", message));
    }
    if told.codes.len() > CODES_MAX || told.codes.iter().any(|code| code.is_empty() || code.len() > CODE_BYTES_MAX) {
        return Err(Refused::field("codes", format!("at most {CODES_MAX} codes of 1 to {CODE_BYTES_MAX} bytes")));
    }
    for (field, token) in [("session", &told.session), ("visitor", &told.visitor)] {
        if token.as_ref().is_some_and(|token| token.len() > TOKEN_BYTES_MAX) {
            return Err(Refused::field(field, format!("at most {TOKEN_BYTES_MAX} bytes")));
        }
    }
    let lines = told.lines.iter().map(|line| (key_of(&line.product), line.quantity)).collect();
    let sale = Sale { order: key_of(id), value: told.value_minor, discount: told.discount_minor, cost: told.cost_minor, lines };
    let heard = gateway.engine.hear_sale(ToldSale { sale, codes: told.codes, session: told.session, visitor: told.visitor }).await?;
    Ok(Json(answer(id, &heard)))
}

/// Takes a refund of an order. The same id may be told again and counts once.
pub(super) async fn refund(
    State(gateway): State<Arc<Gateway>>,
    Path(order): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<Value>, Refused> {
    gateway.admit_server(&headers)?;
    let told: RefundTold = read(&body)?;
    let order = id("order", &order)?;
    let refund = id("refund", &told.refund)?;
    gateway.currency_of(told.currency.as_deref())?;
    amount_in("amountMinor", told.amount_minor, 1)?;
    amount_in("goodsMinor", told.goods_minor, 0)?;
    let refund = Refund { order: key_of(order), refund: key_of(refund), amount: told.amount_minor, goods: told.goods_minor };
    let heard = gateway.engine.hear_refund(refund).await?;
    let mut answer = answer(order, &heard);
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("refund".to_owned(), told.refund.trim().into());
    }
    Ok(Json(answer))
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    serde_json::from_slice(body).map_err(|error| Refused::new(StatusCode::BAD_REQUEST, "bad_json", error.to_string()))
}

fn id<'a>(field: &'static str, given: &'a str) -> Result<&'a str, Refused> {
    let id = given.trim();
    if id.is_empty() || id.len() > ID_BYTES_MAX || id.chars().any(char::is_control) {
        return Err(Refused::field(field, format!("1 to {ID_BYTES_MAX} bytes")));
    }
    Ok(id)
}

fn amount_in(field: &'static str, amount: i64, least: i64) -> Result<(), Refused> {
    if (least..=Limits::MONEY_MAX).contains(&amount) {
        return Ok(());
    }
    Err(Refused::field(field, format!("{least} to {} minor units", Limits::MONEY_MAX)))
}

fn answer(order: &str, heard: &Heard) -> Value {
    json!({
        "order": order,
        "joined": heard.joined,
        "counted": if heard.counted == Counted::Nowhere { None } else { Some(heard.counted) },
        "experiments": heard.experiments,
    })
}

impl Gateway {
    /// Amounts of different currencies are never added, so there is one.
    fn currency_of(&self, given: Option<&str>) -> Result<(), Refused> {
        let own = self.engine.snapshot.load().catalog.currency();
        match given {
            Some(code) if Currency::parse(code) != Some(own) => {
                Err(Refused::field("currency", format!("`{code}`: results are counted in {}", own.code())))
            }
            _ => Ok(()),
        }
    }
}

impl From<SaleError> for Refused {
    fn from(error: SaleError) -> Refused {
        match error {
            SaleError::UnknownOrder => Refused::new(StatusCode::NOT_FOUND, "unknown_order", error.to_string()),
            SaleError::Unavailable => Refused::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string()),
        }
    }
}
