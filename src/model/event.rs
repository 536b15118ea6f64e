//! What shoppers do, as the core understands it.

use super::Currency;
use super::DecisionId;
use super::Key;
use super::Money;
use super::Page;
use super::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;

/// One thing a shopper did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    PageView(Box<Page>),
    ProductView {
        product: Key,
    },
    ListView {
        list: Key,
        items: SmallVec<[Key; 4]>,
    },
    Click {
        target: Key,
        product: Key,
    },
    /// 0..=100 percent of the page.
    Scroll {
        depth: u8,
    },
    Search {
        query: Box<str>,
        results: u32,
    },
    Cart(Cart),
    /// The same, and the shop's server vouches for it until then.
    ConfirmedCart {
        cart: Cart,
        until: Timestamp,
    },
    Checkout {
        step: CheckoutStep,
    },
    Order(Box<Order>),
    Custom {
        name: Key,
    },
    /// Became attentive or idle, or still is.
    Attention {
        active: bool,
    },
    Exit {
        signal: ExitSignal,
        speed: f32,
    },
    Visibility {
        visible: bool,
    },
    Preference {
        choice: Preference,
        decision: Option<DecisionId>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum CheckoutStep {
    Begin,
    Contact,
    Address,
    Shipping,
    Payment,
}

/// The whole cart. At most 50 lines are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub currency: Currency,
    pub lines: Vec<CartLine>,
}

impl Cart {
    /// Sum of price times quantity.
    pub fn value(&self) -> Money {
        let minor = self.lines.iter().fold(0_i64, |sum, line| sum.saturating_add(line.price.saturating_mul(i64::from(line.quantity))));
        Money::new(minor, self.currency)
    }

    /// Number of pieces.
    pub fn items(&self) -> u32 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.quantity))
    }

    pub fn quantity(&self, product: Key) -> u32 {
        self.lines.iter().filter(|line| line.product == product).fold(0, |sum, line| sum.saturating_add(line.quantity))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CartLine {
    pub product: Key,
    pub quantity: u32,
    /// Unit price in minor units.
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: Box<str>,
    pub value: Money,
    pub products: Vec<Key>,
    pub coupon: Box<str>,
}

/// A raw fact that may mean leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitSignal {
    PointerTop,
    ScrollUp,
    Back,
    Hidden,
    Idle,
    Returned,
}

/// A choice made in "why this".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preference {
    Less,
    Reset,
    Off,
    On,
}

/// What became of a decision on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub decision: DecisionId,
    pub state: ReceiptState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReceiptState {
    Received,
    Shown,
    Dismissed,
    Clicked,
    Failed,
    Suppressed,
}

impl ReceiptState {
    pub fn name(self) -> &'static str {
        match self {
            ReceiptState::Received => "received",
            ReceiptState::Shown => "shown",
            ReceiptState::Dismissed => "dismissed",
            ReceiptState::Clicked => "clicked",
            ReceiptState::Failed => "failed",
            ReceiptState::Suppressed => "suppressed",
        }
    }
}
