//! Where candidates come from: one function per source, each with a bounded number of candidates.

use super::Ask;
use super::Likely;
use super::Model;
use super::Reason;
use super::better::Better;
use super::rerank::scored_words;
use super::shelf::Candidate;
use super::taste::Taste;
use super::trends::Wanted;
use crate::catalog::Catalog;
use crate::catalog::Product;
use crate::model::Key;
use std::time::Duration;

/// Candidates taken from one list.
const LIST_MAX: usize = 256;
/// Seen products that recommend others. Older ones say little about what is wanted.
const ANCHORS_MAX: usize = 5;
/// Cart lines that recommend others.
const LINES_MAX: usize = 10;
/// Interests that recommend their popular products.
const INTERESTS_MAX: usize = 4;
/// Up to this long a product is new.
const NEW_FOR: Duration = Duration::from_secs(60 * 24 * 3_600);
/// How much dearer an upsell may be. Chosen: beyond it shoppers take it for another kind of product.
const UPSELL_FACTOR: f32 = 1.6;
/// Likely products that lend a place to a new one, and what part of their score.
const NEW_BESIDE_MAX: usize = 5;
const NEW_BESIDE: f32 = 0.7;
/// Margin assumed where the cost is unknown.
const MARGIN_UNKNOWN: f32 = 0.3;

pub(super) struct Sources<'a, 'b> {
    model: &'b Model,
    pub ask: &'b Ask<'a>,
    pub wanted: Wanted<'b>,
}

impl<'a, 'b> Sources<'a, 'b> {
    pub(super) fn new(model: &'b Model, ask: &'b Ask<'a>) -> Self {
        Sources { model, ask, wanted: Wanted { model, trends: ask.trends } }
    }

    fn add(&self, out: &mut Vec<Candidate<'a>>, key: Key, score: f32, reason: Reason) {
        if let Some(product) = self.ask.catalog.product(key) {
            out.push(Candidate { product, score, reason });
        }
    }

    /// What popularity says of a product, without promising more than was recorded.
    fn plain_reason(&self, product: &Product) -> Reason {
        if self.wanted.popularity(product.key) > 0.0 { Reason::Popular } else { Reason::From(product.category) }
    }

    pub(super) fn popular(&self, out: &mut Vec<Candidate<'a>>) {
        out.extend(self.everything().take(LIST_MAX));
    }

    /// Everything once, in the order of popularity and then of the feed.
    pub(super) fn everything(&self) -> impl Iterator<Item = Candidate<'a>> + '_ {
        let catalog = self.ask.catalog;
        let wanted = self.wanted.popular().iter().filter_map(|key| catalog.product(*key));
        let wanted = wanted.filter(|product| self.wanted.popularity(product.key) > 0.0);
        let others = catalog.products().iter().filter(|product| self.wanted.popularity(product.key) <= 0.0);
        wanted.chain(others).map(|product| Candidate {
            product,
            score: self.wanted.popularity(product.key),
            reason: self.plain_reason(product),
        })
    }

    pub(super) fn popular_in(&self, category: Key, out: &mut Vec<Candidate<'a>>) {
        for product in self.members(category) {
            let score = self.wanted.popularity(product.key);
            let reason = if score > 0.0 { Reason::PopularIn(category) } else { Reason::From(category) };
            out.push(Candidate { product, score, reason });
        }
    }

    pub(super) fn new_arrivals(&self, within: Option<Key>, out: &mut Vec<Candidate<'a>>) {
        let catalog = self.ask.catalog;
        let positions = catalog.newest().iter().filter_map(|&position| catalog.products().get(position as usize));
        let young = positions.take_while(|product| self.ask.now.since(product.added) <= NEW_FOR);
        let kept = young.filter(|product| within.is_none_or(|category| catalog.is_within(product.category, category))).take(LIST_MAX);
        for (rank, product) in kept.enumerate() {
            out.push(Candidate { product, score: 1.0 / (1.0 + rank as f32), reason: Reason::New });
        }
    }

    pub(super) fn seen(&self, out: &mut Vec<Candidate<'a>>) {
        for (rank, &key) in self.ask.seen.iter().take(Ask::SEEN_MAX).enumerate() {
            self.add(out, key, 1.0 / (1.0 + rank as f32), Reason::Seen);
        }
    }

    /// Same category, near in price, brand and attributes.
    pub(super) fn similar(&self, anchor: Key, out: &mut Vec<Candidate<'a>>) {
        let Some(anchor) = self.ask.catalog.product(anchor) else { return };
        let appeal = self.appeal(anchor.category);
        if anchor.category.is_none() {
            for (score, key) in scored_words(self.ask.catalog, &anchor.name).into_iter().take(LIST_MAX) {
                self.add(out, key, score, Reason::SimilarTo(anchor.key));
            }
            return;
        }
        for product in self.members(anchor.category) {
            let score = likeness(anchor, product) + 0.15 * appeal(product);
            out.push(Candidate { product, score, reason: Reason::SimilarTo(anchor.key) });
        }
    }

    pub(super) fn nearest(&self, out: &mut Vec<Candidate<'a>>) {
        for (score, key) in scored_words(self.ask.catalog, self.ask.query).into_iter().take(LIST_MAX) {
            self.add(out, key, score, Reason::MatchesSearch);
        }
    }

    /// What other visits went on to from this one, by the live index.
    pub(super) fn next_item(&self, out: &mut Vec<Candidate<'a>>) {
        self.likely(self.ask.foresight.map(|foresight| &*foresight.next), Reason::LookedAt, out);
        self.new_beside(out);
    }

    /// New products near to what other visits went on to: by their category, brand, price and attributes, as nobody can have gone to them
    /// yet. One for each of the likeliest, behind it.
    fn new_beside(&self, out: &mut Vec<Candidate<'a>>) {
        let catalog = self.ask.catalog;
        for likely in self.ask.foresight.iter().flat_map(|foresight| foresight.next.iter().take(NEW_BESIDE_MAX)) {
            let Some(near) = catalog.product(likely.product) else { continue };
            let young = catalog.newest_in(near.category).iter().filter_map(|&position| catalog.products().get(position as usize));
            let unknown = young.filter(|product| self.is_new(product) && self.wanted.popularity(product.key) <= 0.0 && product.in_stock());
            let nearest =
                unknown.map(|product| (likeness(near, product), product)).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.key.cmp(&a.1.key)));
            if let Some((alike, product)) = nearest {
                let score = f32::from(likely.score) / f32::from(u16::MAX) * alike * NEW_BESIDE;
                out.push(Candidate { product, score, reason: Reason::New });
            }
        }
    }

    fn is_new(&self, product: &Product) -> bool {
        product.added.0 > 0 && self.ask.now.since(product.added) <= NEW_FOR
    }

    /// What other visits with the page's product had, by the live index; without such a page, with the last one seen.
    pub(super) fn beside(&self, out: &mut Vec<Candidate<'a>>) {
        let about = self.ask.product.or_else(|| self.ask.seen.first().copied());
        let foresight = self.ask.foresight.filter(|foresight| about == Some(foresight.product));
        self.likely(foresight.map(|foresight| &*foresight.beside), Reason::LookedAt, out);
    }

    /// What other carts had with what is in this one, by the live index.
    pub(super) fn with_cart(&self, out: &mut Vec<Candidate<'a>>) {
        self.likely(self.ask.foresight.map(|foresight| &*foresight.with_cart), Reason::InCart, out);
    }

    fn likely(&self, list: Option<&[Likely]>, reason: impl Fn(Key) -> Reason, out: &mut Vec<Candidate<'a>>) {
        for likely in list.unwrap_or(&[]) {
            self.add(out, likely.product, f32::from(likely.score) / f32::from(u16::MAX), reason(likely.because));
        }
    }

    /// Wanted more than usual, in the shop or in a category.
    pub(super) fn trending(&self, within: Option<Key>, out: &mut Vec<Candidate<'a>>) {
        for &(key, rise) in self.ask.trends.rising(within) {
            self.add(out, key, rise, within.map_or(Reason::Trending, Reason::TrendingIn));
        }
    }

    /// Viewed in the same visits as the page's product, else as the last ones seen.
    pub(super) fn also_viewed(&self, out: &mut Vec<Candidate<'a>>) {
        let own = self.ask.product.as_slice();
        let anchors = if own.is_empty() { &self.ask.seen[..self.ask.seen.len().min(ANCHORS_MAX)] } else { own };
        for (rank, &anchor) in anchors.iter().enumerate() {
            for &(key, nearness) in self.model.viewed_with.of(anchor) {
                self.add(out, key, nearness / (1.0 + rank as f32), Reason::ViewedWith(anchor));
            }
        }
    }

    /// Bought in the same visits as what is in the cart.
    pub(super) fn bought_with(&self, out: &mut Vec<Candidate<'a>>) {
        for anchor in self.cart_anchors() {
            for &(key, nearness) in self.model.bought_with.of(anchor.key) {
                self.add(out, key, nearness, Reason::BoughtWith(anchor.key));
            }
        }
    }

    /// Popular in categories that are shopped together with those of the cart, and what is viewed with it there.
    pub(super) fn complements(&self, out: &mut Vec<Candidate<'a>>) {
        let anchors: Vec<&Product> = self.cart_anchors().collect();
        let owned = |category: Key| anchors.iter().any(|anchor| anchor.category == category);
        for anchor in &anchors {
            for &(category, nearness) in self.model.category_with.of(anchor.category) {
                if owned(category) {
                    continue;
                }
                // A shelf of one category is no cross-sell: a few of each.
                for product in self.members(category).take(8).filter(|product| product.category == category) {
                    let score = nearness * (0.2 + self.wanted.popularity(product.key));
                    let popular = self.wanted.popularity(product.key) > 0.0;
                    let reason = if popular { Reason::PopularIn(category) } else { Reason::From(category) };
                    out.push(Candidate { product, score, reason });
                }
            }
            for &(key, nearness) in self.model.viewed_with.of(anchor.key) {
                if let Some(product) = self.ask.catalog.product(key)
                    && !owned(product.category)
                {
                    out.push(Candidate { product, score: nearness, reason: Reason::ViewedWith(anchor.key) });
                }
            }
        }
    }

    /// Dearer in the same category, by margin, better attributes, likeness and popularity.
    pub(super) fn step_up(&self, anchor: Key, out: &mut Vec<Candidate<'a>>) {
        let Some(anchor) = self.ask.catalog.product(anchor) else { return };
        let price = anchor.price.minor;
        let limit = price as f32 * UPSELL_FACTOR;
        let appeal = self.appeal(anchor.category);
        let members: Vec<&Product> = self.members(anchor.category).collect();
        let better = Better::than(anchor, members.iter().copied());
        for &product in &members {
            if product.price.minor > price && product.price.minor as f32 <= limit {
                let margin = product.margin().unwrap_or(MARGIN_UNKNOWN).clamp(0.0, 1.0);
                let better = 0.15 * (1.0 + better.is(product));
                let score = 0.5 * margin + better + 0.3 * likeness(anchor, product) + 0.2 * appeal(product);
                out.push(Candidate { product, score, reason: Reason::StepUpFrom(anchor.key) });
            }
        }
    }

    /// A mix: what goes with the last products seen and what is popular in the strongest interests, weighed by taste.
    pub(super) fn personal(&self, out: &mut Vec<Candidate<'a>>) {
        let catalog = self.ask.catalog;
        let taste = Taste::new(catalog, self.ask.interests, self.ask.now);
        self.next_item(out);
        for (rank, &anchor) in self.ask.seen.iter().take(ANCHORS_MAX).enumerate() {
            for &(key, nearness) in self.model.viewed_with.of(anchor) {
                self.add(out, key, nearness / (1.0 + rank as f32), Reason::ViewedWith(anchor));
            }
        }
        for category in taste.liked().take(INTERESTS_MAX) {
            let appeal = self.appeal(category);
            for product in self.members(category).take(64) {
                let fit = taste.fit(catalog, product);
                let reason = if fit.brand > fit.category {
                    Reason::LikesBrand(product.brand)
                } else if fit.category > 0.0 {
                    Reason::LikesCategory(category)
                } else {
                    self.plain_reason(product)
                };
                out.push(Candidate { product, score: fit.total * (0.6 + 0.4 * appeal(product)), reason });
            }
        }
    }

    /// How wanted the products of a category are, in scores. Nobody can have wanted yet what is new: until it is known it counts like the
    /// best quarter of its category, or it would never be seen.
    fn appeal(&self, category: Key) -> impl Fn(&Product) -> f32 + use<'a, 'b> {
        let (wanted, now) = (self.wanted, self.ask.now);
        let list = wanted.popular_in(category);
        let hope = list.get(list.len() / 4).map_or(0.0, |key| wanted.popularity(*key));
        move |product| {
            let known = wanted.popularity(product.key);
            let is_new = product.added.0 > 0 && now.since(product.added) <= NEW_FOR;
            if is_new { known.max(hope) } else { known }
        }
    }

    /// Products of a category that are in stock: the most wanted, the youngest, which nobody can know yet, then as in the feed.
    fn members(&self, category: Key) -> impl Iterator<Item = &'a Product> + '_ {
        let catalog = self.ask.catalog;
        let at = |&position: &u32| catalog.products().get(position as usize);
        let wanted = self.wanted.popular_in(category);
        let wanted = &wanted[..wanted.len().min(Model::CATEGORY_MAX - Catalog::NEWEST_MAX)];
        let fresh = catalog.newest_in(category);
        let known =
            wanted.iter().filter_map(|key| catalog.product(*key)).filter(move |product| catalog.is_within(product.category, category));
        let young = fresh.iter().filter_map(at).filter(|product| !wanted.contains(&product.key));
        let is_other = |position: &&u32| !fresh.contains(position);
        let others = catalog.in_category(category).iter().filter(is_other).filter_map(at);
        let others = others.filter(|product| !wanted.contains(&product.key));
        known.chain(young).chain(others).filter(|product| product.in_stock()).take(Model::CATEGORY_MAX)
    }

    /// The cart's products, else the page's.
    fn cart_anchors(&self) -> impl Iterator<Item = &'a Product> + '_ {
        let lines = self.ask.cart.lines.iter().take(LINES_MAX).map(|line| line.product);
        let page = self.ask.product.filter(|_| self.ask.cart.lines.is_empty());
        lines.chain(page).filter_map(|key| self.ask.catalog.product(key))
    }

    /// The category that the page or the shopper is about.
    pub(super) fn category(&self) -> Option<Key> {
        let of = |key: Key| self.ask.catalog.product(key).and_then(|product| known_category(product.category));
        self.ask
            .category
            .and_then(known_category)
            .or_else(|| self.ask.product.and_then(of))
            .or_else(|| self.ask.interests.categories.top())
            .or_else(|| self.ask.seen.first().copied().and_then(of))
    }

    /// The product that the page or the shopper is about.
    pub(super) fn anchor(&self) -> Option<Key> {
        self.ask.product.or_else(|| self.ask.seen.first().copied()).or_else(|| self.dearest_in_cart())
    }

    pub(super) fn dearest_in_cart(&self) -> Option<Key> {
        self.ask.cart.lines.iter().max_by(|a, b| a.price.cmp(&b.price).then(b.product.cmp(&a.product))).map(|line| line.product)
    }
}

fn known_category(category: Key) -> Option<Key> {
    (!category.is_none()).then_some(category)
}

/// How alike two products of one category branch are, 0..=1.
fn likeness(a: &Product, b: &Product) -> f32 {
    let (low, high) = (a.price.minor.min(b.price.minor) as f32, a.price.minor.max(b.price.minor) as f32);
    let price = if high > 0.0 { low / high } else { 1.0 };
    let brand = if !a.brand.is_none() && a.brand == b.brand { 1.0 } else { 0.0 };
    let common = a.attributes.iter().filter(|(key, _)| b.attributes.iter().any(|(other, _)| other == key)).count();
    let most = a.attributes.len().max(b.attributes.len()).max(1);
    let kind = if a.category == b.category { 1.0 } else { 0.0 };
    0.4 * price + 0.2 * brand + 0.2 * (common as f32 / most as f32) + 0.2 * kind
}
