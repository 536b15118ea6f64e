//! When a campaign is considered: edges, levels, re-arming and sequences.

use super::Needs;
use crate::catalog::Catalog;
use crate::model::CheckoutStep;
use crate::model::Key;
use crate::model::PageKind;
use std::time::Duration;

/// One trigger of a campaign.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// First page of a visit.
    SessionStart,
    /// A page was opened.
    PageView { pages: PageMask },
    /// Attention reached a length; counted once per page, product, category or session.
    Dwell { of: DwellOf, after: Duration, pages: PageMask },
    /// Nothing was touched for a while on a visible page; once until the next activity.
    Idle { after: Duration, pages: PageMask },
    /// The page was scrolled to a depth; once per page.
    Scroll { depth: u8, pages: PageMask },
    /// A declared element was pressed.
    Click { target: Key },
    /// A search was answered.
    Search { results: SearchOutcome },
    /// Leaving was confirmed.
    ExitIntent { pages: PageMask },
    /// The cart's value crossed an edge.
    CartValue { edge: Edge, hold: Option<Duration> },
    /// A product came into the cart or left it.
    CartItem { change: CartChange, filter: ProductFilter },
    /// Products were looked at often enough; fires when the count is reached, and again at each multiple if `again`.
    ProductViews { count: u32, of: ViewsOf, filter: ProductFilter, again: bool },
    /// First page of a visit of a remembered visitor.
    ReturnVisit,
    /// The purchase-intent score crossed an edge.
    Score { above: f64, rearm: f64 },
    /// A checkout step was reached.
    Checkout { step: CheckoutStep },
    /// An order was placed.
    Order,
    /// The shop's own event.
    Custom { name: Key },
    /// Steps in order, then, if `without` is given, the absence of one for `within` after the last step.
    Sequence { steps: Vec<Step>, without: Option<Step>, within: Duration },
}

impl Trigger {
    /// Name as written after `on =`.
    pub fn name(&self) -> &'static str {
        match self {
            Trigger::SessionStart => "session_start",
            Trigger::PageView { .. } => "page_view",
            Trigger::Dwell { .. } => "dwell",
            Trigger::Idle { .. } => "idle",
            Trigger::Scroll { .. } => "scroll",
            Trigger::Click { .. } => "click",
            Trigger::Search { .. } => "search",
            Trigger::ExitIntent { .. } => "exit_intent",
            Trigger::CartValue { .. } => "cart_value",
            Trigger::CartItem { .. } => "cart_item",
            Trigger::ProductViews { .. } => "product_views",
            Trigger::ReturnVisit => "return_visit",
            Trigger::Score { .. } => "score",
            Trigger::Checkout { .. } => "checkout",
            Trigger::Order => "order",
            Trigger::Custom { .. } => "custom",
            Trigger::Sequence { .. } => "sequence",
        }
    }

    /// Names that `on` may have.
    pub const NAMES: [&'static str; 17] = [
        "session_start",
        "page_view",
        "dwell",
        "idle",
        "scroll",
        "click",
        "search",
        "exit_intent",
        "cart_value",
        "cart_item",
        "product_views",
        "return_visit",
        "score",
        "checkout",
        "order",
        "custom",
        "sequence",
    ];

    /// Consent without which the trigger must not act, whatever its campaign declares: what it counts is behavior or memory.
    pub fn needs(&self) -> Needs {
        match self {
            Trigger::ReturnVisit => Needs::Remember,
            Trigger::Dwell { of: DwellOf::Product | DwellOf::Category | DwellOf::Session, .. }
            | Trigger::ProductViews { .. }
            | Trigger::Score { .. }
            | Trigger::Sequence { .. } => Needs::Personalize,
            _ => Needs::Context,
        }
    }

    /// Pages the trigger is bound to.
    pub fn pages(&self) -> PageMask {
        match self {
            Trigger::PageView { pages }
            | Trigger::Dwell { pages, .. }
            | Trigger::Idle { pages, .. }
            | Trigger::Scroll { pages, .. }
            | Trigger::ExitIntent { pages } => *pages,
            _ => PageMask::ANY,
        }
    }

    /// Whether the shopper's own act set it off, so that an answer above the fold does not come out of the blue.
    pub fn is_own_act(&self) -> bool {
        matches!(
            self,
            Trigger::Click { .. }
                | Trigger::Search { .. }
                | Trigger::ExitIntent { .. }
                | Trigger::CartValue { .. }
                | Trigger::CartItem { .. }
                | Trigger::Checkout { .. }
                | Trigger::Order
                | Trigger::Custom { .. }
        )
    }

    /// Whether it follows the cart, which may force content back to what stood before.
    pub fn follows_cart(&self) -> bool {
        matches!(self, Trigger::CartValue { .. } | Trigger::CartItem { .. })
    }
}

/// Set of page kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageMask(u16);

impl PageMask {
    pub const ANY: PageMask = PageMask(0x3ff);

    pub fn of(kinds: impl IntoIterator<Item = PageKind>) -> PageMask {
        PageMask(kinds.into_iter().fold(0, |mask, kind| mask | 1 << kind as u16))
    }

    pub fn has(self, kind: PageKind) -> bool {
        self.0 & (1 << kind as u16) != 0
    }

    pub fn overlaps(self, other: PageMask) -> bool {
        self.0 & other.0 != 0
    }

    pub fn kinds(self) -> impl Iterator<Item = PageKind> {
        PageKind::ALL.into_iter().filter(move |kind| self.has(*kind))
    }
}

/// A threshold with a direction and the way back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Minor units.
    pub threshold: i64,
    /// Upward (`above`) or downward (`below`).
    pub above: bool,
    /// Fires again after the value was here or beyond on the other side; `None`: after it was on the other side of `threshold`.
    pub rearm: i64,
}

impl Edge {
    /// Whether `value` is on the firing side.
    pub fn is_past(&self, value: i64) -> bool {
        if self.above { value >= self.threshold } else { value < self.threshold }
    }

    /// Whether `value` makes the edge ready to fire again.
    pub fn is_rearmed(&self, value: i64) -> bool {
        if self.above { value < self.rearm } else { value >= self.rearm }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DwellOf {
    Page,
    Product,
    Category,
    Session,
}

impl DwellOf {
    pub const ALL: [DwellOf; 4] = [DwellOf::Page, DwellOf::Product, DwellOf::Category, DwellOf::Session];

    pub fn name(self) -> &'static str {
        match self {
            DwellOf::Page => "page",
            DwellOf::Product => "product",
            DwellOf::Category => "category",
            DwellOf::Session => "session",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchOutcome {
    None,
    Some,
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CartChange {
    Added,
    Removed,
}

/// Which views `product_views` counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewsOf {
    /// Views of one product.
    Same,
    /// Different products of one category.
    Category,
    /// Different products.
    Any,
}

/// A product, category or brand; empty fields match all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProductFilter {
    pub product: Key,
    pub category: Key,
    pub brand: Key,
}

impl ProductFilter {
    pub fn matches(&self, product: Key, catalog: &Catalog) -> bool {
        if !self.product.is_none() && self.product != product {
            return false;
        }
        if self.category.is_none() && self.brand.is_none() {
            return true;
        }
        catalog.product(product).is_some_and(|found| {
            (self.brand.is_none() || self.brand == found.brand)
                && (self.category.is_none() || catalog.is_within(found.category, self.category))
        })
    }
}

/// One step of a sequence.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    PageView { pages: PageMask },
    ProductView { filter: ProductFilter },
    CartItem { change: CartChange, filter: ProductFilter },
    Search { results: SearchOutcome },
    Click { target: Key },
    Checkout { step: CheckoutStep },
    Order,
    Custom { name: Key },
}

/// What just happened, in the form steps and triggers are matched against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Happening {
    PageView(PageKind),
    ProductView(Key),
    CartItem(CartChange, Key),
    Search(bool),
    Click(Key),
    Checkout(CheckoutStep),
    Order,
    Custom(Key),
}

impl Step {
    pub fn matches(&self, happening: Happening, catalog: &Catalog) -> bool {
        match (self, happening) {
            (Step::PageView { pages }, Happening::PageView(kind)) => pages.has(kind),
            (Step::ProductView { filter }, Happening::ProductView(product)) => filter.matches(product, catalog),
            (Step::CartItem { change, filter }, Happening::CartItem(now, product)) => *change == now && filter.matches(product, catalog),
            (Step::Search { results }, Happening::Search(found)) => match results {
                SearchOutcome::Any => true,
                SearchOutcome::Some => found,
                SearchOutcome::None => !found,
            },
            (Step::Click { target }, Happening::Click(pressed)) => *target == pressed,
            (Step::Checkout { step }, Happening::Checkout(reached)) => reached >= *step,
            (Step::Order, Happening::Order) => true,
            (Step::Custom { name }, Happening::Custom(given)) => *name == given,
            _ => false,
        }
    }
}
