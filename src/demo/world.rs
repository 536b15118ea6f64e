//! What the demo's engine knows from the start: the shop's catalog, and a recommendation model of the recorded sessions.

use super::data;
use super::data::Product;
use super::data::RecordedKind;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::engine::Clock;
use crate::model::Currency;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::recommend::Click;
use crate::recommend::ClickKind;
use crate::recommend::Model;
use crate::recommend::RecordedVisit;
use std::sync::Arc;
use std::time::Duration;

/// The record has no dates. Ids grow with the age of the recorded shop, so the products are spread over these years in their order,
/// and denser towards the present, as a growing shop's are.
const SHOP_AGE: Duration = Duration::from_secs(3 * 365 * 24 * 3_600);

/// The recorded visits are spread over this long.
const VISITS_OVER: Duration = Duration::from_secs(28 * 24 * 3_600);

/// Catalog and model, ready for a snapshot.
#[derive(Debug, Clone)]
pub struct World {
    pub catalog: Arc<Catalog>,
    pub model: Arc<Model>,
    /// The recorded visits, as if they had been in the weeks before now.
    pub visits: Vec<RecordedVisit>,
    /// How long it took to unpack, check and build all of it.
    pub took: Duration,
}

impl World {
    /// Builds the demo's world as of now. Costs well under a second; call it once.
    pub fn load(clock: &Clock) -> World {
        let started = clock.now();
        let products = data::products();
        let currency = Currency::parse(data::CURRENCY).unwrap_or_default();
        let drafts = products.iter().enumerate().map(|(rank, product)| draft(product, added(started, rank, products.len()))).collect();
        let (catalog, rejected) = Catalog::build(drafts, currency);
        for rejected in &rejected {
            tracing::warn!(id = rejected.id, error = %rejected.error, "a product of the demo was refused");
        }
        let sessions = data::sessions();
        let count = sessions.len();
        let visits: Vec<RecordedVisit> =
            sessions.iter().enumerate().map(|(rank, session)| visit(session, rank, visited(started, rank, count))).collect();
        let clicks = |visit: &RecordedVisit| visit.clicks.iter().map(|click| click.1).collect();
        let model = Model::build(&catalog, visits.iter().map(clicks));
        World { catalog: Arc::new(catalog), model: Arc::new(model), visits, took: clock.now().since(started) }
    }
}

fn visit(session: &data::RecordedSession, rank: usize, at: Timestamp) -> RecordedVisit {
    let click = |event: &data::RecordedEvent| (at, Click { product: key_of(&event.product), kind: click_kind(event.kind) });
    RecordedVisit { session: key_of(&format!("recorded {rank}")), clicks: session.events.iter().map(click).collect() }
}

/// When the visit of this rank was, the first one first. The record has only the order; it is spread evenly over the last four weeks.
fn visited(now: Timestamp, rank: usize, of: usize) -> Timestamp {
    let share_of_age = 1.0 - (rank as f64 + 0.5) / of.max(1) as f64;
    Timestamp(now.0.saturating_sub((VISITS_OVER.as_micros() as f64 * share_of_age) as u64))
}

fn click_kind(kind: RecordedKind) -> ClickKind {
    match kind {
        RecordedKind::View => ClickKind::View,
        RecordedKind::Cart => ClickKind::Cart,
        RecordedKind::Purchase => ClickKind::Purchase,
    }
}

fn draft(product: &Product, added: Timestamp) -> Draft {
    Draft {
        id: product.id.clone(),
        name: product.name.clone(),
        category: product.category.clone(),
        category_label: data::category_title(&product.category),
        brand: data::brand_title(&product.brand),
        price: product.price_minor,
        cost: Some(product.cost_minor),
        stock: Some(product.stock),
        attributes: product.attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        href: format!("/p/{}", product.id),
        image: format!("/pictures/{}.svg", product.id),
        added,
    }
}

/// When the product of this rank, oldest first, came into the shop; the newest a few hours ago.
fn added(now: Timestamp, rank: usize, of: usize) -> Timestamp {
    let share_of_age = (1.0 - (rank as f64 + 0.5) / of.max(1) as f64).powi(2);
    Timestamp(now.0.saturating_sub((SHOP_AGE.as_micros() as f64 * share_of_age) as u64 + 6 * 3_600 * 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_holds_the_whole_shop_in_good_time() {
        let world = World::load(&Clock::system());
        assert_eq!(world.catalog.len(), data::products().len(), "no product is refused");
        assert_eq!(world.model.sessions() as usize, data::sessions().len());
        assert!(world.model.covered() > 500, "{} products have neighbors", world.model.covered());
        let product = world.catalog.product(key_of(&data::products()[100].id)).unwrap();
        assert_eq!(&*product.href, format!("/p/{}", product.id));
        assert_eq!(&*product.image, format!("/pictures/{}.svg", product.id));
        assert_eq!(world.catalog.category_label(product.category), Some(&*data::category_title(&product.category_path)));
        // 30 s is for an unoptimized build on a busy machine.
        assert!(world.took < Duration::from_secs(30), "{:?}", world.took);
        println!("the demo's world took {:?}", world.took);
    }

    #[test]
    fn products_came_in_the_order_of_their_ids_over_three_years() {
        let now = Timestamp::from_millis(1_795_374_000_000);
        let dates: Vec<Timestamp> = (0..2_960).map(|rank| added(now, rank, 2_960)).collect();
        assert!(dates.is_sorted());
        let age = |at: Timestamp| now.since(at).as_secs() / 86_400;
        assert!((1_090..=1_095).contains(&age(dates[0])) && age(dates[2_959]) == 0);
        let fresh = dates.iter().filter(|at| age(**at) < 30).count();
        assert!((200..800).contains(&fresh), "{fresh} products of the last 30 days");
    }
}
