//! Which recommendations the shopper followed: the last products that lists showed, until they are looked at and carted.

use super::Effect;
use super::Effects;
use super::Session;
use crate::decide::Content;
use crate::model::Key;
use crate::recommend::Strategy;
use serde::Deserialize;
use serde::Serialize;

/// A product that a list has shown in this visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    product: Key,
    /// The strategy the list was made by. Of several lists the last one counts.
    strategy: Strategy,
    viewed: bool,
    carted: bool,
}

#[cfg(test)]
impl Listed {
    pub(super) fn of(product: Key, strategy: Strategy) -> Listed {
        Listed { product, strategy, viewed: false, carted: false }
    }
}

impl Session {
    /// Products of lists that are kept, the latest. Chosen: the shelves of about three pages.
    pub const LISTED_MAX: usize = 32;

    /// Products kept that are not wanted in lists.
    pub const UNWANTED_MAX: usize = 64;

    /// Notes what a list brings to a page, if what campaigns do may be measured.
    pub(super) fn note_list(&mut self, content: &Content) {
        let Content::Recommend { strategy, picks, .. } = content else { return };
        let Some(permit) = self.may_measure() else { return };
        let list = self.listed.write(permit);
        for pick in picks {
            list.retain(|listed| listed.product != pick.product);
            if list.len() == Self::LISTED_MAX {
                list.remove(0);
            }
            list.push(Listed { product: pick.product, strategy: *strategy, viewed: false, carted: false });
        }
    }

    /// The shopper turned to a product.
    pub(super) fn follow_view(&mut self, product: Key, out: &mut Effects) {
        let Some(permit) = self.may_measure() else { return };
        if let Some(listed) = self.listed.write(permit).iter_mut().find(|listed| listed.product == product && !listed.viewed) {
            listed.viewed = true;
            out.list.push(Effect::Followed { product, strategy: listed.strategy, carted: false });
        }
    }

    /// The shopper put a product into the cart.
    pub(super) fn follow_cart(&mut self, product: Key, out: &mut Effects) {
        let Some(permit) = self.may_measure() else { return };
        if let Some(listed) = self.listed.write(permit).iter_mut().find(|listed| listed.product == product && !listed.carted) {
            listed.carted = true;
            out.list.push(Effect::Followed { product, strategy: listed.strategy, carted: true });
        }
    }
}
