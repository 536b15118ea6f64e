//! What a shopper did, as the page tells it.

use super::Consent;
use super::Page;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a shopper did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// A page was opened, also within a single-page application.
    PageView(Box<Page>),
    /// A product was looked at.
    ProductView(ProductView),
    /// A list of products came on screen.
    ListView(ListView),
    /// A declared element was pressed.
    Click(Click),
    /// Greatest depth reached on this page, percent of the document.
    Scroll(Scroll),
    /// A search was answered by the shop.
    Search(Search),
    /// The whole cart as it stands.
    Cart(Cart),
    /// A checkout step was reached.
    Checkout(Checkout),
    /// An order was placed, as the browser saw it.
    Order(Order),
    /// Anything the shop names itself.
    Custom(Custom),
    /// The shopper became attentive or idle, or still is.
    Attention(Attention),
    /// A raw fact that may mean leaving.
    Exit(Exit),
    /// The page came on screen or left it.
    Visibility(Visibility),
    /// Consent changed.
    Consent(Consent),
    /// A choice made in "why this".
    Preference(Preference),
}

impl Event {
    /// Names of the kinds, in the order of the enum.
    pub const KINDS: [&'static str; 15] = [
        "pageView",
        "productView",
        "listView",
        "click",
        "scroll",
        "search",
        "cart",
        "checkout",
        "order",
        "custom",
        "attention",
        "exit",
        "visibility",
        "consent",
        "preference",
    ];

    /// Its place in [`Event::KINDS`].
    pub fn kind(&self) -> usize {
        match self {
            Event::PageView(_) => 0,
            Event::ProductView(_) => 1,
            Event::ListView(_) => 2,
            Event::Click(_) => 3,
            Event::Scroll(_) => 4,
            Event::Search(_) => 5,
            Event::Cart(_) => 6,
            Event::Checkout(_) => 7,
            Event::Order(_) => 8,
            Event::Custom(_) => 9,
            Event::Attention(_) => 10,
            Event::Exit(_) => 11,
            Event::Visibility(_) => 12,
            Event::Consent(_) => 13,
            Event::Preference(_) => 14,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ProductView {
    pub product: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListView {
    /// Name of the list, as declared.
    pub list: String,
    pub items: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Click {
    /// Name of the declared element (`data-floorwalker-click`).
    pub target: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub product: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Scroll {
    /// 0 to 100.
    pub depth: u8,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Search {
    pub query: String,
    /// How many products the shop found.
    pub results: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Cart {
    /// ISO 4217.
    pub currency: String,
    pub lines: Vec<CartLine>,
    /// The shop's server's word for this cart: a signed token that carries the cart itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub token: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct CartLine {
    pub product: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sku: Option<String>,
    pub quantity: u32,
    /// Unit price after discount, integer minor units.
    #[ts(type = "number")]
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// `begin contact address shipping payment`.
    pub step: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    pub id: String,
    /// Integer minor units, without tax and shipping.
    #[ts(type = "number")]
    pub value: i64,
    pub currency: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(optional, as = "Option<Vec<CartLine>>")]
    pub lines: Vec<CartLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub coupon: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Custom {
    pub name: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[ts(optional, as = "Option<BTreeMap<String, Scalar>>")]
    pub data: BTreeMap<String, Scalar>,
}

/// A value in a custom event.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(untagged)]
pub enum Scalar {
    Bool(bool),
    Number(f64),
    Text(String),
}

impl<'de> Deserialize<'de> for Scalar {
    // Written out because the derived form of an untagged enum copies the value and then tries one variant after the other.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Scalar, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Scalar;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a boolean, a number or a text")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar::Bool(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value as f64))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value as f64))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar::Number(value))
            }

            fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
                Ok(Scalar::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// Sent on each change and every `capture.attentionMs` while attentive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attention {
    /// Visible, focused and not idle.
    pub active: bool,
    /// Whether a person's input (`isTrusted`: pointer, key, touch, wheel) was seen on this page so far; absent where it is not watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub trusted: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Exit {
    pub signal: ExitSignal,
    /// Pointer or scroll speed, CSS pixels a second.
    #[serde(default)]
    #[ts(optional, as = "Option<f64>")]
    pub speed: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ExitSignal {
    /// The pointer left through the top edge.
    PointerTop,
    /// A fast upward scroll on a touch screen.
    ScrollUp,
    /// The browser's back was asked for.
    Back,
    /// The page was hidden.
    Hidden,
    /// No input for the idle time.
    Idle,
    /// The shopper is back: pointer in the page, input, or visible again.
    Returned,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Visibility {
    pub visible: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Preference {
    pub choice: PreferenceChoice,
    /// Decision the choice was made on; needed for `less`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub decision: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PreferenceChoice {
    /// No more of this campaign.
    Less,
    /// Forget what this visit taught.
    Reset,
    /// No personalization at all, until `on`.
    Off,
    On,
}
