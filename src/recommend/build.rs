//! From recorded sessions to a model.

use super::Click;
use super::ClickKind;
use super::Model;
use super::pairs::PairCounts;
use crate::catalog::Catalog;

/// Distinct products of a session that count, the last ones. Longer sessions are mostly robots and would weigh with the square.
const SESSION_PRODUCTS_MAX: usize = 30;
/// Sessions that make two products "often viewed together".
const VIEW_SUPPORT: u32 = 2;
/// One cart or order with both is a fact worth saying.
const CART_SUPPORT: u32 = 1;
const CATEGORY_SUPPORT: u32 = 2;
/// Categories kept that go with a category.
const CATEGORIES_WITH_MAX: usize = 8;

impl ClickKind {
    /// What a session adds to a product's popularity. Chosen: carts are about a tenth as frequent as views and closer to the goal.
    pub(super) fn weight(self) -> f32 {
        match self {
            ClickKind::View => 1.0,
            ClickKind::Cart => 4.0,
            ClickKind::Purchase => 6.0,
        }
    }
}

impl Model {
    /// Builds a model of the products in `catalog`; clicks on others are left out. The same sessions in the same order give the same
    /// model. Memory while building is bounded by about 100 MB plus 4 bytes per product.
    pub fn build(catalog: &Catalog, sessions: impl Iterator<Item = Vec<Click>>) -> Model {
        let products = catalog.products();
        let categories = catalog.categories();
        let mut weights = vec![0.0_f32; products.len()];
        let mut views = PairCounts::new(products.len());
        let mut carts = PairCounts::new(products.len());
        let mut shopped = PairCounts::new(categories.len());
        let mut model = Model::default();
        for session in sessions {
            model.sessions += 1;
            let distinct = strongest_clicks(catalog, &session);
            for &(position, kind) in &distinct {
                weights[position as usize] += kind.weight();
            }
            let all: Vec<u32> = distinct.iter().map(|click| click.0).collect();
            let carted: Vec<u32> = distinct.iter().filter(|click| click.1 > ClickKind::View).map(|click| click.0).collect();
            let mut kinds: Vec<u32> = Vec::new();
            for &position in &all {
                let path = &*products[position as usize].category_path;
                if let Ok(category) = categories.binary_search_by(|category| (*category.path).cmp(path))
                    && !kinds.contains(&(category as u32))
                {
                    kinds.push(category as u32);
                }
            }
            views.add(&all);
            carts.add(&carted);
            shopped.add(&kinds);
        }
        let product_key = |position: u32| products[position as usize].key;
        model.viewed_with = views.neighbors(VIEW_SUPPORT, Self::NEIGHBORS_MAX, product_key);
        model.bought_with = carts.neighbors(CART_SUPPORT, Self::NEIGHBORS_MAX, product_key);
        model.category_with = shopped.neighbors(CATEGORY_SUPPORT, CATEGORIES_WITH_MAX, |position| categories[position as usize].key);
        model.rank(catalog, &weights);
        model
    }

    fn rank(&mut self, catalog: &Catalog, weights: &[f32]) {
        let products = catalog.products();
        let most = weights.iter().copied().fold(0.0, f32::max);
        let mut order: Vec<u32> = (0..products.len() as u32).collect();
        order.sort_by(|&a, &b| {
            weights[b as usize].total_cmp(&weights[a as usize]).then(products[a as usize].key.cmp(&products[b as usize].key))
        });
        for &position in &order {
            let weight = weights[position as usize];
            if weight > 0.0 {
                self.popularity.insert(products[position as usize].key, weight / most);
            }
        }
        for &position in &order {
            let product = &products[position as usize];
            let mut category = product.category;
            while let Some(found) = catalog.category(category) {
                let list = self.by_category.entry(category).or_default();
                if list.len() < Self::CATEGORY_MAX {
                    list.push(product.key);
                }
                category = found.parent;
            }
        }
        self.popular = order.into_iter().map(|position| products[position as usize].key).collect();
    }
}

/// Distinct products of a session with the strongest thing done to each, in order of their last click; the latest are kept.
fn strongest_clicks(catalog: &Catalog, session: &[Click]) -> Vec<(u32, ClickKind)> {
    let mut distinct: Vec<(u32, ClickKind)> = Vec::with_capacity(session.len().min(SESSION_PRODUCTS_MAX));
    for click in session.iter().rev() {
        let Some(position) = catalog.position(click.product) else { continue };
        if let Some(known) = distinct.iter_mut().find(|known| known.0 == position) {
            known.1 = known.1.max(click.kind);
        } else if distinct.len() < SESSION_PRODUCTS_MAX {
            distinct.push((position, click.kind));
        }
    }
    distinct.reverse();
    distinct
}
