//! What a shopper does on a page, one event at a time.

use super::Shop;
use super::draw::Draw;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::CheckoutStep;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::ExitSignal;
use crate::model::Key;
use crate::model::Money;
use crate::model::Order;
use crate::model::Page;
use crate::model::PageKind;
use crate::model::Preference;

const PAGES: [PageKind; 8] = [
    PageKind::Home,
    PageKind::Category,
    PageKind::Category,
    PageKind::Product,
    PageKind::Product,
    PageKind::Product,
    PageKind::Search,
    PageKind::Cart,
];

/// What a shopper takes from page to page.
#[derive(Debug)]
pub(super) struct Habits {
    pub(super) cart: Cart,
    orders: u64,
}

impl Habits {
    pub(super) fn new(shop: &Shop) -> Habits {
        Habits { cart: Cart { currency: shop.snapshot(0).catalog.currency(), lines: Vec::new() }, orders: 0 }
    }

    pub(super) fn page(draw: &mut Draw, shop: &Shop) -> Page {
        let kind = *draw.pick(&PAGES).unwrap_or(&PageKind::Home);
        shop.page(kind, draw.bits())
    }

    /// What a page says when it opens.
    pub(super) fn opening(draw: &mut Draw, page: &Page) -> Vec<Event> {
        let mut said = vec![Event::PageView(Box::new(page.clone()))];
        if page.kind == PageKind::Product {
            said.push(Event::ProductView { product: page.product });
        }
        if page.kind == PageKind::Search {
            let query = "shoes, größe 43, in a color that the sea has in November evenings".into();
            said.push(Event::Search { query, results: draw.below(4) as u32 });
        }
        said.push(Event::Attention { active: true });
        said
    }

    /// Something that is no page view. `shown` is what stands on pages.
    pub(super) fn event(&mut self, draw: &mut Draw, shop: &Shop, shown: &[DecisionId]) -> Event {
        let product = draw.pick(shop.snapshot(0).catalog.products()).map_or(Key::NONE, |product| product.key);
        match draw.below(92) {
            0..22 => Event::Attention { active: true },
            22..26 => Event::Attention { active: false },
            26..40 => Event::Scroll { depth: draw.below(120) as u8 },
            40..46 => Event::Click { target: draw.pick(&shop.targets).copied().unwrap_or_default(), product },
            46..50 => Event::ProductView { product },
            50..52 => {
                let list = shop.page(PageKind::Category, 0).placements.iter().find(|spot| !spot.items.is_empty()).map(|spot| spot.name);
                Event::ListView { list: list.unwrap_or_default(), items: shop.items(draw.bits()).into() }
            }
            52..62 => self.change_cart(draw, shop, product),
            62..64 => Event::Checkout { step: if draw.percent(50) { CheckoutStep::Begin } else { CheckoutStep::Payment } },
            64..66 => self.order(draw, product),
            66..72 => Event::Custom { name: draw.pick(&shop.customs).copied().unwrap_or_default() },
            72..84 => {
                let signals = [
                    ExitSignal::PointerTop,
                    ExitSignal::ScrollUp,
                    ExitSignal::Back,
                    ExitSignal::Hidden,
                    ExitSignal::Idle,
                    ExitSignal::Returned,
                ];
                Event::Exit { signal: *draw.pick(&signals).unwrap_or(&ExitSignal::Idle), speed: 1.0 }
            }
            84..90 => Event::Visibility { visible: draw.percent(65) },
            _ => {
                let choice = match draw.below(16) {
                    0..4 => Preference::Less,
                    4..6 => Preference::Reset,
                    6 => Preference::Off,
                    _ => Preference::On,
                };
                Event::Preference { choice, decision: draw.pick(shown).copied() }
            }
        }
    }

    fn change_cart(&mut self, draw: &mut Draw, shop: &Shop, product: Key) -> Event {
        let price = shop.snapshot(0).catalog.product(product).map_or(100, |found| found.price.minor);
        match draw.below(10) {
            0..5 => self.cart.lines.push(CartLine { product, quantity: 1 + draw.below(3) as u32, price }),
            5..8 => drop(self.cart.lines.pop()),
            8 => self.cart.lines.clear(),
            // The shop says again what it said before.
            _ => {}
        }
        Event::Cart(self.cart.clone())
    }

    fn order(&mut self, draw: &mut Draw, product: Key) -> Event {
        // The page of an order is opened again now and then.
        self.orders += u64::from(draw.percent(70));
        let id = format!("o{}", self.orders).into();
        Event::Order(Box::new(Order { id, value: Money::new(1_000, self.cart.currency), products: vec![product], coupon: "".into() }))
    }
}
