//! The cart: what came, what went, which edges its value crossed.

use super::Effects;
use super::Session;
use crate::campaign::CartChange;
use crate::campaign::Happening;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::decide::Snapshot;
use crate::model::Cart;
use crate::model::Key;
use crate::model::Timestamp;
use smallvec::SmallVec;

impl Session {
    /// The shop stated the whole cart. True if it changed; the first statement of a visit is where it starts from.
    pub(super) fn cart_stated(&mut self, at: Timestamp, mut cart: Cart, snapshot: &Snapshot, out: &mut Effects) -> bool {
        cart.lines.truncate(Self::CART_LINES_MAX);
        let before = std::mem::replace(&mut self.cart, cart);
        let known = std::mem::replace(&mut self.cart_known, true);
        if !known || before == self.cart {
            return false;
        }
        self.items_changed(at, &before, snapshot, out);
        self.value_changed(at, before.value().minor, snapshot, out);
        self.score(snapshot, out);
        true
    }

    fn items_changed(&mut self, at: Timestamp, before: &Cart, snapshot: &Snapshot, out: &mut Effects) {
        // In the order of the new cart, then what is gone in the order of the old one.
        let mut changes: SmallVec<[(Key, CartChange); 4]> = SmallVec::new();
        for line in self.cart.lines.iter().chain(&before.lines) {
            let (now, then) = (self.cart.quantity(line.product), before.quantity(line.product));
            if now != then && !changes.iter().any(|(product, _)| *product == line.product) {
                changes.push((line.product, if now > then { CartChange::Added } else { CartChange::Removed }));
            }
        }
        for (product, change) in changes {
            if change == CartChange::Added {
                self.follow_cart(product, out);
                self.liked_for_cart(at, product, snapshot);
            }
            self.match_item(product, change, snapshot, &mut out.matched);
            self.step(at, Happening::CartItem(change, product), snapshot, out);
        }
    }

    fn match_item(&self, product: Key, change: CartChange, snapshot: &Snapshot, matched: &mut SmallVec<[TriggerRef; 16]>) {
        let set = &snapshot.campaigns;
        let mut keys: SmallVec<[Key; 8]> = SmallVec::from_slice(&[Key::NONE, product]);
        if let Some(found) = snapshot.catalog.product(product) {
            keys.push(found.brand);
            keys.extend(snapshot.catalog.ancestors(found.category));
        }
        for key in keys {
            let fits = |reference: &TriggerRef| matches!(set.trigger(*reference), Some(Trigger::CartItem { filter, .. }) if filter.matches(product, &snapshot.catalog));
            matched.extend(set.cart_item(change, key).filter(fits));
        }
    }

    fn value_changed(&mut self, at: Timestamp, from: i64, snapshot: &Snapshot, out: &mut Effects) {
        let to = self.cart.value().minor;
        let set = &snapshot.campaigns;
        let edge = |key: Key| match set.find_trigger(key).and_then(|reference| set.trigger(reference)) {
            Some(Trigger::CartValue { edge, .. }) => Some(*edge),
            _ => None,
        };
        self.armed.rearm(|key| edge(key).is_some_and(|edge| edge.is_rearmed(to)));
        self.armed.keep_levels(|key| edge(key).is_some_and(|edge| edge.is_past(to)));
        for reference in set.cart_crossed(from, to) {
            let key = set.trigger_key(reference);
            match set.trigger(reference) {
                Some(Trigger::CartValue { hold: Some(hold), .. }) => self.armed.start_level(key, at + *hold),
                Some(_) if self.armed.fire(key) => out.matched.push(reference),
                _ => {}
            }
        }
    }
}
