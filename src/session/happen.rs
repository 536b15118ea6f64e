//! What each event changes, and which triggers it matches.

use super::Effect;
use super::Effects;
use super::Patch;
use super::Session;
use super::Views;
use crate::campaign::Happening;
use crate::campaign::ProductFilter;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::campaign::ViewsOf;
use crate::decide::Content;
use crate::decide::PageState;
use crate::decide::Snapshot;
use crate::decide::Spot;
use crate::learn;
use crate::model::DecisionId;
use crate::model::Event;
use crate::model::Key;
use crate::model::Order;
use crate::model::Page;
use crate::model::Preference;
use crate::model::Timestamp;
use crate::model::key_of;
use smallvec::SmallVec;

/// Interest that one act adds. Chosen: a cart says about as much as three looks.
const WEIGHT_VIEW: f32 = 1.0;
const WEIGHT_CLICK: f32 = 0.5;
const WEIGHT_CART: f32 = 3.0;

impl Session {
    pub(super) fn happen(&mut self, at: Timestamp, index: usize, late: bool, event: Event, snapshot: &Snapshot, out: &mut Effects) {
        let set = &snapshot.campaigns;
        let Some(stream) = self.streams.get_mut(index) else { return };
        let (id, connected) = (stream.id, stream.connected);
        match event {
            Event::PageView(page) => self.page_view(at, index, *page, snapshot, out),
            Event::ProductView { product } => self.product_view(at, product, snapshot, out),
            Event::ListView { list, items } => {
                if let Some(spot) = stream.page.as_mut().and_then(|page| page.spot_mut(list)) {
                    list_seen(spot, items.into_vec());
                }
            }
            Event::Click { target, product } => {
                self.counters.clicks = self.counters.clicks.saturating_add(1);
                self.touch(index);
                out.matched.extend(set.click(target));
                self.like(at, product, WEIGHT_CLICK, snapshot);
                self.step(at, Happening::Click(target), snapshot, out);
            }
            Event::Scroll { depth } => {
                self.counters.scrolls = self.counters.scrolls.saturating_add(1);
                self.touch(index);
                let Some(page) = self.page_mut(index) else { return };
                let (from, kind) = (page.depth, page.page.kind);
                page.depth = from.max(depth.min(100));
                let to = page.depth;
                out.matched.extend(set.scroll(from, to).filter(|reference| set.trigger(*reference).is_some_and(|t| t.pages().has(kind))));
            }
            Event::Search { query, results } => {
                self.counters.searches = self.counters.searches.saturating_add(1);
                self.query = cut(query, Self::QUERY_BYTES_MAX);
                self.results = results;
                out.matched.extend_from_slice(set.search(results > 0));
                self.step(at, Happening::Search(results > 0), snapshot, out);
            }
            Event::Cart(cart) => {
                if cart != self.cart {
                    self.cart_confirmed = None;
                }
                if self.cart_stated(at, cart, snapshot, out) {
                    self.touch(index);
                }
            }
            Event::ConfirmedCart { cart, until } => {
                self.cart_confirmed = Some(until);
                if self.cart_stated(at, cart, snapshot, out) {
                    self.touch(index);
                }
            }
            Event::Checkout { step } => {
                let reached = |reference: &&TriggerRef| matches!(set.trigger(**reference), Some(Trigger::Checkout { step: wanted }) if *wanted == step);
                out.matched.extend(set.checkout.iter().filter(reached).copied());
                self.step(at, Happening::Checkout(step), snapshot, out);
            }
            Event::Order(order) => self.ordered(at, order, snapshot, out),
            Event::Custom { name } => {
                self.count_custom(name, snapshot);
                out.matched.extend(set.custom(name));
                self.step(at, Happening::Custom(name), snapshot, out);
            }
            Event::Attention { active } => {
                if !active {
                    self.attention.leave(id);
                } else if !late && connected && stream.visible {
                    self.attention.attend(at, id, snapshot.settings.visit.attention_credit);
                }
            }
            // A signal that comes late, or from a page that is gone, has nobody to answer.
            Event::Exit { signal, speed: _ } if !late && connected => {
                let visit = &snapshot.settings.visit;
                if self.exit.signal(at, id, signal, visit.exit_confirmation, visit.exit_window) {
                    out.list.push(Effect::Exit { confirmed: false });
                }
            }
            Event::Exit { .. } => {}
            Event::Visibility { visible } => {
                stream.visible = visible && connected;
                if !visible {
                    self.attention.leave(id);
                }
            }
            Event::Preference { choice, decision } => self.preference(choice, decision, out),
        }
    }

    fn page_view(&mut self, at: Timestamp, index: usize, page: Page, snapshot: &Snapshot, out: &mut Effects) {
        let set = &snapshot.campaigns;
        let kind = page.kind;
        let first = self.counters.page_views == 0;
        self.counters.page_views = self.counters.page_views.saturating_add(1);
        let Some(stream) = self.streams.get_mut(index) else { return };
        let id = stream.id;
        let mut now = Box::new(PageState::new(page, at));
        now.viewed = true;
        let mut patches: SmallVec<[Patch; 2]> = SmallVec::new();
        match stream.page.take() {
            // The page that connected is the page that is viewed now: what it was told meanwhile stands.
            Some(before) if !before.viewed => {
                patches.extend(now.take_over(*before).into_iter().map(Patch::Clear));
                stream.page = Some(now);
            }
            // Another page in the same document, which starts empty; or the same page told once more, which still shows what it was told.
            before => {
                let held = before.into_iter().flat_map(|page| page.spots).filter_map(|spot| spot.held);
                patches.extend(held.map(|held| Patch::Clear(held.placement.clone())));
                stream.once.clear();
                stream.page = Some(now);
                if let Some(overlay) = self.overlay.as_ref().filter(|overlay| overlay.stream == id && !overlay.waiting) {
                    patches.push(Patch::Clear(overlay.held.placement.clone()));
                }
                self.drop_overlay_of(id);
            }
        }
        if !patches.is_empty() {
            out.list.push(Effect::Push { stream: id, patches });
        }
        if first {
            out.matched.extend_from_slice(&set.session_start);
            if self.profile().is_some_and(|profile| profile.sessions > 0) {
                out.matched.extend_from_slice(&set.return_visit);
            }
        }
        out.matched.extend_from_slice(set.page_view(kind));
        self.step(at, Happening::PageView(kind), snapshot, out);
    }

    fn product_view(&mut self, at: Timestamp, product: Key, snapshot: &Snapshot, out: &mut Effects) {
        self.counters.product_views = self.counters.product_views.saturating_add(1);
        self.follow_view(product, out);
        if let Some(permit) = self.learns()
            && !product.is_none()
        {
            let price = snapshot.catalog.product(product).map(|found| found.price.major());
            let gone = self.behavior.write(permit).views.add(product, price);
            self.like(at, product, WEIGHT_VIEW, snapshot);
            match_views(&self.behavior.read(permit).views, product, gone, snapshot, out);
        }
        self.step(at, Happening::ProductView(product), snapshot, out);
        self.score(snapshot, out);
    }

    /// Adds interest in what a product is, where the shopper agreed.
    pub(super) fn like(&mut self, at: Timestamp, product: Key, weight: f32, snapshot: &Snapshot) {
        let Some(permit) = self.learns().filter(|_| !product.is_none()) else { return };
        let Some(found) = snapshot.catalog.product(product) else { return };
        found.interest(&mut self.behavior.write(permit).interests, at, weight);
    }

    pub(super) fn liked_for_cart(&mut self, at: Timestamp, product: Key, snapshot: &Snapshot) {
        self.counters.cart_adds = self.counters.cart_adds.saturating_add(1);
        self.like(at, product, WEIGHT_CART, snapshot);
    }

    /// Brings the purchase-intent score up to date and matches what it crosses.
    pub(super) fn score(&mut self, snapshot: &Snapshot, out: &mut Effects) {
        let Some(permit) = self.learns() else { return };
        let behavior = self.behavior.write(permit);
        let signals = learn::Signals {
            product_views: self.counters.product_views,
            distinct_products: behavior.views.distinct(),
            repeat_views: behavior.views.repeats(),
            cart_adds: self.counters.cart_adds,
            mean_price: behavior.views.mean_price(),
        };
        let from = std::mem::replace(&mut behavior.intent, learn::intent_rank(&signals) as f32);
        let (from, to) = (f64::from(from), f64::from(behavior.intent));
        let set = &snapshot.campaigns;
        for reference in &set.score {
            let Some(Trigger::Score { above, rearm }) = set.trigger(*reference) else { continue };
            let key = set.trigger_key(*reference);
            // `from` too: forgetting drops the score without a look at the edges.
            if from < *rearm || to < *rearm {
                self.armed.rearm(|fired| fired == key);
            }
            if from < *above && to >= *above && self.armed.fire(key) {
                out.matched.push(*reference);
            }
        }
    }

    /// An order. Its page may be opened again, so the same id counts once.
    fn ordered(&mut self, at: Timestamp, order: Box<Order>, snapshot: &Snapshot, out: &mut Effects) {
        let id = key_of(&order.id);
        if !order.id.is_empty() {
            if self.ordered.contains(&id) {
                return;
            }
            if self.ordered.len() == Self::ORDERS_MAX {
                self.ordered.remove(0);
            }
            self.ordered.push(id);
        }
        let is_news = self.order_claimed(at, &order, snapshot, out);
        self.counters.orders = self.counters.orders.saturating_add(1);
        if is_news && let Some(profile) = self.profile_mut() {
            profile.orders = profile.orders.saturating_add(1);
            profile.note_bought(&order.products);
        }
        self.note_unwanted(&order.products);
        let acted = self.caps.campaigns().collect();
        out.list.push(Effect::Ordered { order, acted });
        out.matched.extend_from_slice(&snapshot.campaigns.order);
        self.step(at, Happening::Order, snapshot, out);
        self.save_profile(out);
    }

    fn preference(&mut self, choice: Preference, decision: Option<DecisionId>, out: &mut Effects) {
        match choice {
            Preference::Less => {
                let campaign = decision.and_then(|id| self.recent.iter().find(|(recent, ..)| *recent == id));
                if let Some((_, campaign, _)) = campaign.copied() {
                    self.dismiss(campaign, out);
                }
            }
            Preference::Reset => {
                self.forget_visit();
                self.clear_where(|held| held.personal, out);
                self.save_profile(out);
            }
            Preference::Off => {
                self.opted_out = true;
                self.forget_behavior();
                self.clear_where(|_| true, out);
                self.note_opt_out(true, out);
            }
            Preference::On => {
                // It begins from nothing.
                self.behavior.erase();
                self.opted_out = false;
                self.note_opt_out(false, out);
            }
        }
    }

    fn page_mut(&mut self, index: usize) -> Option<&mut PageState> {
        self.streams.get_mut(index).and_then(|stream| stream.page.as_deref_mut())
    }

    /// Moves sequences on, which are a part of behavior.
    pub(super) fn step(&mut self, at: Timestamp, happening: Happening, snapshot: &Snapshot, out: &mut Effects) {
        if let Some(permit) = self.learns() {
            self.behavior.write(permit).sequences.happen(at, happening, snapshot, &mut out.matched);
        }
    }

    /// The shopper has touched the page: from here on nothing moves above the fold.
    fn touch(&mut self, index: usize) {
        if let Some(page) = self.page_mut(index) {
            page.input = true;
        }
    }
}

/// Matches the counts that the view of `product` moved. `gone` is the product that made room for it.
fn match_views(views: &Views, product: Key, gone: Option<Key>, snapshot: &Snapshot, out: &mut Effects) {
    let set = &snapshot.campaigns;
    let catalog = &snapshot.catalog;
    let category = catalog.product(product).map(|found| found.category).unwrap_or_default();
    for reference in &set.product_views {
        let Some(Trigger::ProductViews { count, of, filter, again }) = set.trigger(*reference) else { continue };
        if !filter.matches(product, catalog) {
            continue;
        }
        let counts = |key: Key| {
            let alike = *of != ViewsOf::Category
                || (!category.is_none() && catalog.product(key).is_some_and(|found| catalog.is_within(found.category, category)));
            alike && filter.matches(key, catalog)
        };
        // Counts of different products stand still while one is looked at again, and while one makes room for another.
        let (seen, moved) = match of {
            ViewsOf::Same => (views.of(product), true),
            ViewsOf::Any if *filter == ProductFilter::default() => (views.distinct(), views.of(product) == 1),
            ViewsOf::Any | ViewsOf::Category => (views.count(counts), views.of(product) == 1 && !gone.is_some_and(counts)),
        };
        if moved && (seen == *count || (*again && seen > 0 && seen.is_multiple_of(*count))) {
            out.matched.push(*reference);
        }
    }
}

/// Takes a list as the page shows it. Our own order coming back is no news; with any other, our order stands there no longer.
fn list_seen(spot: &mut Spot, mut items: Vec<Key>) {
    items.truncate(PageState::ITEMS_MAX);
    let ordered = spot.held.as_ref().and_then(|held| if let Content::Order { items } = &held.content { Some(items) } else { None });
    if items == spot.items || ordered == Some(&items) {
        return;
    }
    if ordered.is_some() {
        spot.held = None;
    }
    spot.items = items;
}

/// Cuts a text to at most `bytes` bytes, between characters.
fn cut(text: Box<str>, bytes: usize) -> Box<str> {
    if text.len() <= bytes { text } else { Box::from(&text[..text.floor_char_boundary(bytes)]) }
}
