//! A page of the shop and the placements that stand on it.

use super::Key;
use super::Language;
use serde::Deserialize;
use serde::Serialize;

/// What a page is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    Home,
    Category,
    Product,
    Search,
    Cart,
    Checkout,
    Order,
    Account,
    Content,
    #[default]
    Other,
}

impl PageKind {
    pub const ALL: [PageKind; 10] = [
        PageKind::Home,
        PageKind::Category,
        PageKind::Product,
        PageKind::Search,
        PageKind::Cart,
        PageKind::Checkout,
        PageKind::Order,
        PageKind::Account,
        PageKind::Content,
        PageKind::Other,
    ];

    pub fn name(self) -> &'static str {
        match self {
            PageKind::Home => "home",
            PageKind::Category => "category",
            PageKind::Product => "product",
            PageKind::Search => "search",
            PageKind::Cart => "cart",
            PageKind::Checkout => "checkout",
            PageKind::Order => "order",
            PageKind::Account => "account",
            PageKind::Content => "content",
            PageKind::Other => "other",
        }
    }

    pub fn parse(name: &str) -> Option<PageKind> {
        PageKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How a placement takes content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PlacementKind {
    Block,
    List,
    Cta,
    Nav,
    /// Above everything; every page has exactly one, named `overlay`.
    Overlay,
}

/// A placement as the page announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementSpec {
    pub name: Key,
    pub kind: PlacementKind,
    /// Its top edge was above the fold when the page was announced.
    pub above: bool,
    /// The shop allows changes after the first input.
    pub live: bool,
    /// Products in the shop's own order; lists only.
    pub items: Vec<Key>,
}

/// A page as the shopper sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub kind: PageKind,
    /// Path without query, at most 256 bytes.
    pub path: Box<str>,
    pub product: Key,
    /// Product id as the page said it, for facts and people; empty where there is none.
    pub product_id: Box<str>,
    /// Dotted path; empty where there is none.
    pub category: Box<str>,
    pub placements: Vec<PlacementSpec>,
    pub templates: Vec<Key>,
    /// Language of its text, where it is one that is spoken.
    #[serde(default)]
    pub language: Option<Language>,
}
