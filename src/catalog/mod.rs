//! What the shop sells: products with their categories, brands, prices and stock in one immutable catalog.
//!
//! A catalog is built once from drafts and never changes; a new feed makes a new catalog. Every list it hands out is in an order that
//! depends on the drafts alone, so two engines that read the same feed decide the same.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod draft;
mod label;
mod words;

#[cfg(test)]
mod tests;

pub use draft::Draft;
pub use draft::DraftError;
pub use draft::Rejected;
pub use words::Words;
pub use words::tokens;

use crate::model::Currency;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Money;
use crate::model::PriceBand;
use crate::model::Timestamp;
use crate::model::key_of;
use foldhash::fast::FixedState;
use smallvec::SmallVec;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Arc;

/// A map by key that is only ever looked up. The hasher has a fixed seed, so it costs no system call and differs on no machine.
type Lookup<T> = HashMap<Key, T, FixedState>;

/// What is shown and sold.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub key: Key,
    pub id: Box<str>,
    pub name: Box<str>,
    /// Key of the whole dotted path; [`Key::NONE`] where the feed gives no category.
    pub category: Key,
    /// Such as `computers.notebook`; empty where the feed gives none.
    pub category_path: Arc<str>,
    /// [`Key::NONE`] where the feed gives no brand.
    pub brand: Key,
    pub brand_name: Arc<str>,
    pub price: Money,
    /// What the shop pays, in minor units of the price's currency.
    pub cost: Option<i64>,
    /// Pieces left; `None` where the shop does not count.
    pub stock: Option<u32>,
    /// Key and text of `name:value`.
    pub attributes: SmallVec<[(Key, Arc<str>); 4]>,
    pub href: Box<str>,
    pub image: Box<str>,
    pub band: PriceBand,
    /// When the shop began to sell it; zero if unknown.
    pub added: Timestamp,
}

impl Product {
    pub fn in_stock(&self) -> bool {
        self.stock != Some(0)
    }

    /// Adds interest in what it is: its category, brand, attributes and price band.
    pub fn interest(&self, interests: &mut Interests, at: Timestamp, weight: f32) {
        interests.categories.add(at, self.category, weight);
        interests.brands.add(at, self.brand, weight);
        for (attribute, _) in &self.attributes {
            interests.attributes.add(at, *attribute, weight);
        }
        let band = PriceBand::ALL.iter().position(|band| *band == self.band);
        if let Some(slot) = band.and_then(|index| interests.bands.get_mut(index)) {
            *slot += weight;
        }
    }

    /// Share of the price that stays with the shop, where the cost is known. Negative when sold below cost.
    pub fn margin(&self) -> Option<f32> {
        let cost = self.cost?;
        (self.price.minor > 0).then(|| (self.price.minor.saturating_sub(cost)) as f32 / self.price.minor as f32)
    }
}

/// A category that at least one product is in, directly or below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    pub key: Key,
    /// Dotted path.
    pub path: Arc<str>,
    /// For people: `Notebooks`.
    pub label: Box<str>,
    /// One level up; [`Key::NONE`] at the top.
    pub parent: Key,
    /// Positions of its products in [`Catalog::products`], ascending.
    products: Vec<u32>,
    /// Positions of the youngest, at most [`Catalog::NEWEST_MAX`], newest first.
    newest: Vec<u32>,
}

/// All products with their indexes.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    currency: Currency,
    products: Vec<Product>,
    /// Sorted by path.
    categories: Vec<Category>,
    /// Sorted by name.
    brands: Vec<(Key, Arc<str>)>,
    /// Positions, newest first; products whose age is unknown are left out.
    newest: Vec<u32>,
    words: Words,
    product_at: Lookup<u32>,
    category_at: Lookup<u32>,
    brand_at: Lookup<u32>,
    attribute_at: Lookup<Arc<str>>,
}

impl Catalog {
    /// Youngest products kept of each category.
    pub const NEWEST_MAX: usize = 32;
    /// Most products in one catalog. Chosen: ten times the largest feed the design is measured with.
    pub const PRODUCTS_MAX: usize = 1_000_000;
    /// A category with fewer products takes its price bands from the one above it.
    const BAND_PRODUCTS_MIN: usize = 6;

    pub fn empty() -> Catalog {
        Catalog::default()
    }

    /// Builds a catalog of all valid drafts, in their order, and returns the others with their reasons.
    ///
    /// The first draft with an id wins. Spellings that differ in ASCII case only are one brand; the first spelling is kept.
    pub fn build(drafts: Vec<Draft>, currency: Currency) -> (Catalog, Vec<Rejected>) {
        let mut catalog = Catalog { currency, ..Catalog::default() };
        let mut rejected = Vec::new();
        let mut names = Names::default();
        for (index, draft) in drafts.into_iter().enumerate() {
            match catalog.check(&draft) {
                Ok(()) => catalog.insert(draft, &mut names),
                Err(error) => rejected.push(Rejected { index, id: draft.id, error }),
            }
        }
        catalog.index_categories(&names.labels);
        catalog.index_brands(names.brands);
        catalog.set_bands();
        catalog.newest = (0..catalog.products.len() as u32).filter(|&i| catalog.products[i as usize].added.0 > 0).collect();
        let products = &catalog.products;
        catalog.newest.sort_by(|&a, &b| products[b as usize].added.cmp(&products[a as usize].added).then(a.cmp(&b)));
        catalog.index_newest();
        catalog.words =
            Words::build(&catalog.products, |key| catalog.category_at.get(&key).map(|&i| &*catalog.categories[i as usize].label));
        (catalog, rejected)
    }

    /// The drafts that make this catalog again.
    pub fn drafts(&self) -> Vec<Draft> {
        let draft = |product: &Product| Draft {
            id: product.id.to_string(),
            name: product.name.to_string(),
            category: product.category_path.to_string(),
            category_label: self.category_label(product.category).unwrap_or_default().to_owned(),
            brand: product.brand_name.to_string(),
            price: product.price.minor,
            cost: product.cost,
            stock: product.stock,
            attributes: product
                .attributes
                .iter()
                .map(|(_, text)| {
                    text.split_once(':').map_or((text.to_string(), String::new()), |(name, value)| (name.into(), value.into()))
                })
                .collect(),
            href: product.href.to_string(),
            image: product.image.to_string(),
            added: product.added,
        };
        self.products.iter().map(draft).collect()
    }

    pub fn currency(&self) -> Currency {
        self.currency
    }

    pub fn len(&self) -> usize {
        self.products.len()
    }

    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// All products in the order of the feed.
    pub fn products(&self) -> &[Product] {
        &self.products
    }

    pub fn product(&self, key: Key) -> Option<&Product> {
        self.product_at.get(&key).and_then(|&index| self.products.get(index as usize))
    }

    /// Position of a product in [`Catalog::products`].
    pub fn position(&self, key: Key) -> Option<u32> {
        self.product_at.get(&key).copied()
    }

    /// Positions of the products in a category or below it, ascending; empty if there is no such category.
    pub fn in_category(&self, category: Key) -> &[u32] {
        self.category(category).map_or(&[], |category| &category.products)
    }

    /// Positions of the youngest products in a category or below it whose age is known, newest first.
    pub fn newest_in(&self, category: Key) -> &[u32] {
        self.category(category).map_or(&[], |category| &category.newest)
    }

    /// A category and everything above it, from below.
    pub fn ancestors(&self, category: Key) -> impl Iterator<Item = Key> + '_ {
        std::iter::successors(Some(category).filter(|key| !key.is_none()), |key| {
            self.category(*key).map(|found| found.parent).filter(|key| !key.is_none())
        })
    }

    pub fn category(&self, key: Key) -> Option<&Category> {
        self.category_at.get(&key).and_then(|&index| self.categories.get(index as usize))
    }

    /// All categories with products in or below them, by path.
    pub fn categories(&self) -> &[Category] {
        &self.categories
    }

    /// Whether `category` is `ancestor` or lies below it.
    pub fn is_within(&self, category: Key, ancestor: Key) -> bool {
        let mut at = category;
        while !at.is_none() {
            if at == ancestor {
                return true;
            }
            at = self.category(at).map_or(Key::NONE, |found| found.parent);
        }
        false
    }

    /// Dotted path of a category.
    pub fn category_name(&self, key: Key) -> Option<&str> {
        self.category(key).map(|category| &*category.path)
    }

    /// Name of a category for people.
    pub fn category_label(&self, key: Key) -> Option<&str> {
        self.category(key).map(|category| &*category.label)
    }

    pub fn brand_name(&self, key: Key) -> Option<&str> {
        self.brand_at.get(&key).and_then(|&index| self.brands.get(index as usize)).map(|(_, name)| &**name)
    }

    /// All brands by name.
    pub fn brands(&self) -> &[(Key, Arc<str>)] {
        &self.brands
    }

    /// `name:value` of an attribute.
    pub fn attribute_name(&self, key: Key) -> Option<&str> {
        self.attribute_at.get(&key).map(|text| &**text)
    }

    pub fn has_category(&self, path: &str) -> bool {
        self.category_at.contains_key(&key_of(path))
    }

    pub fn has_brand(&self, name: &str) -> bool {
        self.brand_at.contains_key(&key_of(name))
    }

    /// Positions of products whose age is known, newest first.
    pub fn newest(&self) -> &[u32] {
        &self.newest
    }

    /// The index of the words in names, brands, categories and attributes.
    pub fn words(&self) -> &Words {
        &self.words
    }

    fn check(&self, draft: &Draft) -> Result<(), DraftError> {
        draft.check()?;
        if self.product_at.contains_key(&key_of(draft.id.trim())) {
            return Err(DraftError::Duplicate);
        }
        if self.products.len() >= Self::PRODUCTS_MAX {
            return Err(DraftError::CatalogFull { limit: Self::PRODUCTS_MAX });
        }
        Ok(())
    }

    fn insert(&mut self, draft: Draft, names: &mut Names) {
        let id = draft.id.trim();
        let key = key_of(id);
        let (category, category_path) = names.category(draft.category.trim(), draft.category_label.trim());
        let (brand, brand_name) = names.brand(draft.brand.trim());
        let mut attributes: SmallVec<[(Key, Arc<str>); 4]> = SmallVec::new();
        for (name, value) in &draft.attributes {
            let text = format!("{}:{}", name.trim(), value.trim());
            let key = key_of(&text);
            let text = self.attribute_at.entry(key).or_insert_with(|| Arc::from(text)).clone();
            if !attributes.iter().any(|(known, _)| *known == key) {
                attributes.push((key, text));
            }
        }
        self.product_at.insert(key, self.products.len() as u32);
        self.products.push(Product {
            key,
            id: id.into(),
            name: draft.name.trim().into(),
            category,
            category_path,
            brand,
            brand_name,
            price: Money::new(draft.price, self.currency),
            cost: draft.cost,
            stock: draft.stock,
            attributes,
            href: draft.href.trim().into(),
            image: draft.image.trim().into(),
            band: PriceBand::Middle,
            added: draft.added,
        });
    }

    fn index_categories(&mut self, labels: &BTreeMap<Arc<str>, Box<str>>) {
        let mut members: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (index, product) in self.products.iter().enumerate() {
            let mut path: &str = &product.category_path;
            while !path.is_empty() {
                members.entry(path).or_default().push(index as u32);
                path = parent_path(path);
            }
        }
        let mut categories = Vec::with_capacity(members.len());
        for (path, products) in members {
            let label = labels.get(path).cloned().unwrap_or_else(|| label::label(path));
            let parent = parent_path(path);
            let parent = if parent.is_empty() { Key::NONE } else { key_of(parent) };
            categories.push(Category { key: key_of(path), path: Arc::from(path), label, parent, products, newest: Vec::new() });
        }
        self.category_at = categories.iter().enumerate().map(|(index, category)| (category.key, index as u32)).collect();
        self.categories = categories;
    }

    fn index_newest(&mut self) {
        for position in &self.newest {
            let mut at = self.products.get(*position as usize).map_or(Key::NONE, |product| product.category);
            while let Some(&index) = self.category_at.get(&at) {
                let Some(category) = self.categories.get_mut(index as usize) else { break };
                if category.newest.len() < Self::NEWEST_MAX {
                    category.newest.push(*position);
                }
                at = category.parent;
            }
        }
    }

    fn index_brands(&mut self, brands: BTreeMap<String, Arc<str>>) {
        self.brands = brands.into_values().map(|name| (key_of(&name), name)).collect();
        self.brands.sort_by(|a, b| a.1.cmp(&b.1));
        self.brand_at = self.brands.iter().enumerate().map(|(index, (key, _))| (*key, index as u32)).collect();
    }

    fn set_bands(&mut self) {
        let whole = Thirds::of(self.products.iter().map(|product| product.price.minor));
        let mut thirds: Vec<Thirds> = Vec::with_capacity(self.categories.len());
        // Sorted by path, so a parent comes before its children.
        for category in &self.categories {
            let own = if category.products.len() >= Self::BAND_PRODUCTS_MIN {
                Thirds::of(category.products.iter().map(|&index| self.products[index as usize].price.minor))
            } else {
                self.category_at.get(&category.parent).and_then(|&index| thirds.get(index as usize)).copied().unwrap_or(whole)
            };
            thirds.push(own);
        }
        for product in &mut self.products {
            let own = self.category_at.get(&product.category).and_then(|&index| thirds.get(index as usize)).copied().unwrap_or(whole);
            product.band = own.band(product.price.minor);
        }
    }
}

/// One level up; empty at the top.
fn parent_path(path: &str) -> &str {
    path.rfind('.').map_or("", |dot| &path[..dot])
}

/// Highest price of the lowest third and lowest price of the highest third.
#[derive(Debug, Clone, Copy)]
struct Thirds {
    low: i64,
    high: i64,
}

impl Thirds {
    fn of(prices: impl Iterator<Item = i64>) -> Thirds {
        let mut prices: Vec<i64> = prices.collect();
        prices.sort_unstable();
        let third = prices.len() / 3;
        if third == 0 {
            return Thirds { low: i64::MIN, high: i64::MAX };
        }
        Thirds { low: prices[third - 1], high: prices[prices.len() - third] }
    }

    /// Where both bounds are the same price, that price is the middle.
    fn band(self, price: i64) -> PriceBand {
        let apart = self.low < self.high;
        if price < self.low || (apart && price == self.low) {
            PriceBand::Budget
        } else if price > self.high || (apart && price == self.high) {
            PriceBand::Premium
        } else {
            PriceBand::Middle
        }
    }
}

/// One copy of each name while a catalog is built.
#[derive(Default)]
struct Names {
    /// By lowercase spelling.
    brands: BTreeMap<String, Arc<str>>,
    paths: BTreeMap<Arc<str>, ()>,
    labels: BTreeMap<Arc<str>, Box<str>>,
}

impl Names {
    fn brand(&mut self, name: &str) -> (Key, Arc<str>) {
        if name.is_empty() {
            return (Key::NONE, Arc::from(""));
        }
        let kept = self.brands.entry(name.to_ascii_lowercase()).or_insert_with(|| Arc::from(name)).clone();
        (key_of(&kept), kept)
    }

    fn category(&mut self, path: &str, label: &str) -> (Key, Arc<str>) {
        if path.is_empty() {
            return (Key::NONE, Arc::from(""));
        }
        let kept = match self.paths.get_key_value(path) {
            Some((kept, ())) => kept.clone(),
            None => {
                let kept: Arc<str> = Arc::from(path);
                self.paths.insert(kept.clone(), ());
                kept
            }
        };
        if !label.is_empty() && !self.labels.contains_key(&kept) {
            self.labels.insert(kept.clone(), label.into());
        }
        (key_of(&kept), kept)
    }
}
