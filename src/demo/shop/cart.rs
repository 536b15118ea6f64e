//! Carts by opaque cookie: a few lines each, bounded in number and age; arithmetic in minor units.

use super::CodeAnswer;
use super::FREE_SHIPPING_FROM_MINOR;
use super::SHIPPING_MINOR;
use super::catalog::Catalog;
use crate::demo::data::Product;
use std::collections::BTreeMap;
use std::collections::HashMap;

/// Most carts kept; at the bound the one untouched the longest goes.
pub(super) const CARTS_MAX: usize = 20_000;
/// A cart untouched for this long is gone.
pub(super) const CART_AGE_MAX_S: u64 = 7 * 24 * 3600;
/// Most different products in a cart; more are refused.
pub(super) const LINES_MAX: usize = 40;
/// Most pieces of one product; more are cut to this.
pub(super) const QUANTITY_MAX: u32 = 20;
/// Longest code accepted from the code field, in bytes.
pub(super) const CODE_BYTES_MAX: usize = 64;

/// What a shopper has chosen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cart {
    /// Product id and pieces, in the order they were added; pieces are 1 to [`QUANTITY_MAX`].
    pub lines: Vec<(String, u32)>,
    pub code: Option<String>,
}

impl Cart {
    /// Adds pieces of a product, up to the bounds of a cart.
    pub fn add(&mut self, product: &str, quantity: u32) {
        let held = self.lines.iter().find(|(id, _)| id == product).map_or(0, |(_, pieces)| *pieces);
        self.set(product, held.saturating_add(quantity));
    }

    /// Sets the pieces of a product; zero removes it.
    pub fn set(&mut self, product: &str, quantity: u32) {
        let quantity = quantity.min(QUANTITY_MAX);
        if quantity == 0 {
            self.lines.retain(|(id, _)| id != product);
        } else if let Some((_, pieces)) = self.lines.iter_mut().find(|(id, _)| id == product) {
            *pieces = quantity;
        } else if self.lines.len() < LINES_MAX {
            self.lines.push((product.to_owned(), quantity));
        }
    }

    /// Returns the number of pieces.
    pub fn count(&self) -> u32 {
        self.lines.iter().map(|(_, quantity)| quantity).sum()
    }

    /// Returns the lines with their products, leaving out any the catalog no longer has.
    pub fn priced<'a>(&self, catalog: &'a Catalog) -> Vec<(&'a Product, u32)> {
        self.lines.iter().filter_map(|(id, quantity)| Some((catalog.product(id)?, *quantity))).collect()
    }

    /// Returns the value of the goods.
    pub fn goods_minor(&self, catalog: &Catalog) -> i64 {
        self.priced(catalog).iter().map(|(product, quantity)| product.price_minor * i64::from(*quantity)).sum()
    }
}

/// What a cart costs and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Totals {
    pub goods_minor: i64,
    pub discount_minor: i64,
    pub shipping_minor: i64,
    pub total_minor: i64,
}

impl Totals {
    /// Sums up goods of this value under what was answered about the code, if one was given.
    pub fn of(goods_minor: i64, answer: Option<&CodeAnswer>) -> Totals {
        let (discount_minor, is_free) = match answer {
            Some(CodeAnswer::Accepted { discount_minor, free_shipping, .. }) => (*discount_minor, *free_shipping),
            _ => (0, false),
        };
        let discount_minor = discount_minor.clamp(0, goods_minor.max(0));
        let ships_free = is_free || goods_minor == 0 || goods_minor >= FREE_SHIPPING_FROM_MINOR;
        let shipping_minor = if ships_free { 0 } else { SHIPPING_MINOR };
        Totals { goods_minor, discount_minor, shipping_minor, total_minor: goods_minor - discount_minor + shipping_minor }
    }
}

struct Kept {
    cart: Cart,
    turn: u64,
    touched_s: u64,
}

/// All carts, by the value of their cookie.
pub(super) struct Carts {
    kept: HashMap<String, Kept>,
    /// Cart by turn of last touch: the first is the one untouched the longest.
    by_turn: BTreeMap<u64, String>,
    turn: u64,
}

impl Carts {
    pub fn new() -> Carts {
        Carts { kept: HashMap::new(), by_turn: BTreeMap::new(), turn: 0 }
    }

    /// Returns a copy of a cart; an unknown or too old one is empty.
    pub fn get(&self, id: &str, now_s: u64) -> Cart {
        let kept = self.kept.get(id).filter(|kept| now_s.saturating_sub(kept.touched_s) <= CART_AGE_MAX_S);
        kept.map(|kept| kept.cart.clone()).unwrap_or_default()
    }

    /// Puts a cart in place of what was there. An empty cart takes no room.
    pub fn put(&mut self, id: &str, cart: Cart, now_s: u64) {
        if let Some(old) = self.kept.remove(id) {
            self.by_turn.remove(&old.turn);
        }
        if cart != Cart::default() {
            self.turn += 1;
            self.by_turn.insert(self.turn, id.to_owned());
            self.kept.insert(id.to_owned(), Kept { cart, turn: self.turn, touched_s: now_s });
        }
        while let Some((&turn, oldest)) = self.by_turn.first_key_value() {
            let is_old = self.kept.get(oldest).is_none_or(|kept| now_s.saturating_sub(kept.touched_s) > CART_AGE_MAX_S);
            if self.kept.len() <= CARTS_MAX && !is_old {
                break;
            }
            self.kept.remove(oldest);
            self.by_turn.remove(&turn);
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        debug_assert_eq!(self.kept.len(), self.by_turn.len());
        self.kept.len()
    }
}
