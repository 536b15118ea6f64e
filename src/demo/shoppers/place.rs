//! Pages of the shop as a shopper names them, and what each declares: the placements and templates of the real pages, as one table.

use crate::demo::data;
use crate::demo::data::Product;
use crate::protocol::wire;
use crate::protocol::wire::PlacementKind;

/// A page of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Home,
    /// Dotted path.
    Category(String),
    /// Product id.
    Product(String),
    Search(String),
    Cart,
    Checkout,
    /// Order id.
    Order(String),
    Help,
}

/// One declared placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub name: &'static str,
    pub kind: PlacementKind,
    pub live: bool,
    /// Its top edge is on the first screen: of a desktop, of a phone. Judged from the layout; the HTML does not say it.
    pub above: (bool, bool),
}

const fn spot(name: &'static str, kind: PlacementKind, live: bool, above: (bool, bool)) -> Spot {
    Spot { name, kind, live, above }
}

const BOTH: (bool, bool) = (true, true);
const DESKTOP: (bool, bool) = (true, false);
const BELOW: (bool, bool) = (false, false);

const MAIN_NAV: Spot = spot("main-nav", PlacementKind::Nav, false, BOTH);
const BANNER: Spot = spot("banner", PlacementKind::Block, true, BOTH);
const LISTING: Spot = spot("listing", PlacementKind::List, false, DESKTOP);

const HOME: &[Spot] = &[
    MAIN_NAV,
    BANNER,
    spot("hero", PlacementKind::Block, false, BOTH),
    spot("shortcuts", PlacementKind::Nav, false, DESKTOP),
    spot("home-layout", PlacementKind::Block, false, DESKTOP),
    spot("home-shelf", PlacementKind::Block, false, BELOW),
    spot("trending", PlacementKind::Block, false, BELOW),
    spot("recent", PlacementKind::Block, false, BELOW),
];
const CATEGORY: &[Spot] = &[MAIN_NAV, BANNER, spot("listing-top", PlacementKind::Block, false, BOTH), LISTING];
const PRODUCT: &[Spot] = &[
    MAIN_NAV,
    BANNER,
    spot("buy", PlacementKind::Cta, true, DESKTOP),
    spot("product-help", PlacementKind::Block, true, DESKTOP),
    spot("goes-with", PlacementKind::Block, false, BELOW),
    spot("related", PlacementKind::Block, false, BELOW),
    spot("next", PlacementKind::Block, false, BELOW),
];
const FOUND: &[Spot] = &[MAIN_NAV, BANNER, LISTING];
const NOT_FOUND: &[Spot] = &[MAIN_NAV, BANNER, spot("search-rescue", PlacementKind::Block, true, BOTH)];
const CART_UPSELL: Spot = spot("cart-upsell", PlacementKind::Block, false, BELOW);
const CART: &[Spot] = &[MAIN_NAV, BANNER, spot("cart-progress", PlacementKind::Block, true, BOTH), CART_UPSELL];
const EMPTY_CART: &[Spot] = &[MAIN_NAV, BANNER, CART_UPSELL];
const BARE: &[Spot] = &[MAIN_NAV, BANNER];

/// Templates of every page, in the order they stand there.
pub const TEMPLATES: [&str; 9] = ["hero", "banner", "tile", "product-card", "help", "progress", "overlay", "exit-offer", "notice"];

impl Place {
    /// Path and query in the shop.
    pub fn path(&self) -> String {
        match self {
            Place::Home => "/".to_owned(),
            Place::Category(path) => format!("/c/{path}"),
            Place::Product(id) => format!("/p/{id}"),
            Place::Search(query) => format!("/search?q={}", query.replace(' ', "%20")),
            Place::Cart => "/cart".to_owned(),
            Place::Checkout => "/checkout".to_owned(),
            Place::Order(id) => format!("/order/{id}"),
            Place::Help => "/help".to_owned(),
        }
    }

    /// The page a link of the shop leads to; `None` for addresses that shoppers of the model do not follow.
    pub fn of_href(href: &str) -> Option<Place> {
        match href {
            "/" => return Some(Place::Home),
            "/cart" => return Some(Place::Cart),
            "/help" => return Some(Place::Help),
            _ => {}
        }
        if let Some(id) = href.strip_prefix("/p/") {
            return product(id).map(|product| Place::Product(product.id.clone()));
        }
        let path = href.strip_prefix("/c/")?.split(['?', '#']).next()?;
        data::products().iter().any(|product| is_within(&product.category, path)).then(|| Place::Category(path.to_owned()))
    }

    /// Kind of page for the engine.
    pub fn kind(&self) -> &'static str {
        match self {
            Place::Home => "home",
            Place::Category(_) => "category",
            Place::Product(_) => "product",
            Place::Search(_) => "search",
            Place::Cart => "cart",
            Place::Checkout => "checkout",
            Place::Order(_) => "order",
            Place::Help => "content",
        }
    }

    /// What the page declares. A search may find nothing and a cart may be empty; `is_filled` says that it is not so.
    pub fn spots(&self, is_filled: bool) -> &'static [Spot] {
        match self {
            Place::Home => HOME,
            Place::Category(_) => CATEGORY,
            Place::Product(_) => PRODUCT,
            Place::Search(_) if is_filled => FOUND,
            Place::Search(_) => NOT_FOUND,
            Place::Cart if is_filled => CART,
            Place::Cart => EMPTY_CART,
            Place::Checkout | Place::Order(_) | Place::Help => BARE,
        }
    }

    /// The page as the library would announce it. `items` stand in its list, if it has one.
    pub fn announce(
        &self,
        origin: &str,
        query: &str,
        referrer: Option<String>,
        items: &[String],
        is_filled: bool,
        is_phone: bool,
    ) -> wire::Page {
        let placements = self.spots(is_filled).iter().map(|spot| wire::Placement {
            name: spot.name.to_owned(),
            kind: spot.kind,
            above: if is_phone { spot.above.1 } else { spot.above.0 },
            live: spot.live,
            items: if spot.kind == PlacementKind::List { items.to_vec() } else { Vec::new() },
        });
        let (product, category) = match self {
            Place::Product(id) => (Some(id.clone()), product(id).map(|product| product.category.clone())),
            Place::Category(path) => (None, Some(path.clone())),
            _ => (None, None),
        };
        wire::Page {
            url: format!("{origin}{}{query}", self.path()),
            referrer,
            kind: self.kind().to_owned(),
            product,
            category,
            placements: placements.collect(),
            templates: TEMPLATES.map(str::to_owned).to_vec(),
            language: Some("en".to_owned()),
        }
    }
}

/// Returns the demo's product of that id.
pub fn product(id: &str) -> Option<&'static Product> {
    let number = |id: &str| id.parse::<u64>().unwrap_or(u64::MAX);
    let products = data::products();
    products.binary_search_by_key(&number(id), |product| number(&product.id)).ok().and_then(|at| products.get(at))
}

fn is_within(category: &str, path: &str) -> bool {
    category.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
