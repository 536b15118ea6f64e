//! What a visit asks the live indexes before it takes an event.

use super::Session;
use super::behavior::Behavior;
use crate::catalog::Catalog;
use crate::model::Cart;
use crate::model::Event;
use crate::model::Key;
use crate::model::key_of;
use crate::recommend::Foreseen;
use crate::recommend::Foresight;
use crate::traffic::Class;
use smallvec::SmallVec;

/// A question to the live indexes. Its answer is [`Input::Foreseen`](super::Input::Foreseen), given before the event that led to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// What follows these products of the visit, the latest last: the shopper turned to that one.
    Viewed(SmallVec<[Key; 10]>),
    /// What goes with the products of the cart, the latest last. `new` ones came.
    Carted { cart: SmallVec<[Key; 10]>, new: SmallVec<[Key; 2]> },
    /// Nothing is asked; these products were bought.
    Bought(SmallVec<[Key; 4]>),
}

impl Session {
    /// Returns what to ask before `event` is applied. `None` without consent to use behavior, and where nothing has changed.
    ///
    /// Only products the catalog knows are asked about, so that nobody fills the indexes with made-up names.
    pub fn wish(&self, event: &Event, catalog: &Catalog) -> Option<Wish> {
        // Whoever may be a program teaches the indexes nothing.
        if self.treated != Class::Human {
            return None;
        }
        let behavior = self.behavior.read(self.learns()?);
        let is_known = |product: &Key| catalog.product(*product).is_some();
        match event {
            Event::PageView(page) => viewed(behavior, Some(page.product).filter(is_known)?),
            Event::ProductView { product } => viewed(behavior, Some(*product).filter(is_known)?),
            Event::Cart(cart) | Event::ConfirmedCart { cart, .. } => {
                let products = |cart: &Cart| cart.lines.iter().map(|line| line.product).filter(is_known).collect::<SmallVec<[Key; 10]>>();
                let (before, mut after) = (products(&self.cart), products(cart));
                if before == after {
                    return None;
                }
                let new = after.iter().copied().filter(|product| !before.contains(product)).collect();
                after.drain(..after.len().saturating_sub(Foresight::CART_MAX));
                Some(Wish::Carted { cart: after, new })
            }
            Event::Order(order) if !self.ordered.contains(&key_of(&order.id)) => {
                let bought: SmallVec<[Key; 4]> = order.products.iter().copied().filter(is_known).collect();
                (!bought.is_empty()).then_some(Wish::Bought(bought))
            }
            _ => None,
        }
    }

    /// Takes an answer. It sets nothing off: the event it was asked for does.
    pub(super) fn foreseen(&mut self, foreseen: Foreseen) {
        if let Some(permit) = self.learns() {
            self.behavior.write(permit).foresight.get_or_insert_default().take(foreseen);
        }
    }
}

fn viewed(behavior: &Behavior, product: Key) -> Option<Wish> {
    if behavior.foresight.as_ref().is_some_and(|foresight| foresight.product == product) {
        return None;
    }
    let mut session: SmallVec<[Key; 10]> = behavior.views.products().iter().copied().filter(|seen| *seen != product).take(9).collect();
    session.reverse();
    session.push(product);
    Some(Wish::Viewed(session))
}
