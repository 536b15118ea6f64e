//! How much each product is wanted, lately and usually: two sums that fade at different speeds.

use super::ClickKind;
use super::Lookup;
use super::RecordedVisit;
use super::trends::Demand;
use super::trends::Trends;
use crate::catalog::Catalog;
use crate::model::Key;
use crate::model::Timestamp;
use crate::stats::exp;
use serde::Deserialize;
use serde::Serialize;
use std::f64::consts::LN_2;

/// Half-lives in seconds. Chosen: a day tells what is new, two weeks what is normal, weekends included.
const LATELY: f64 = 86_400.0;
const USUALLY: f64 = 14.0 * 86_400.0;
/// Weight added to what is normal, so that a few clicks on what was quiet are no trend.
const CALM: f32 = 3.0;
/// A product that was wanted less than this lately is in no trend.
const LATELY_MIN: f32 = 3.0;
/// Below this a product is forgotten.
const USUALLY_MIN: f32 = 0.02;

/// Demand by product, learned click by click.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    products: Lookup<Wanted>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Wanted {
    lately: f32,
    usually: f32,
    /// Seconds since the epoch of the last click.
    at: u32,
}

impl Wanted {
    /// The same at a later moment.
    fn faded(self, at: u32) -> Wanted {
        let age = f64::from(at.saturating_sub(self.at));
        let left = |half_life: f64| exp(-LN_2 * age / half_life) as f32;
        Wanted { lately: self.lately * left(LATELY), usually: self.usually * left(USUALLY), at: at.max(self.at) }
    }
}

fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.0 / 1_000_000).unwrap_or(u32::MAX)
}

impl Tally {
    /// Products at a time. What is clicked beyond that does not count until others are forgotten.
    pub const PRODUCTS_MAX: usize = 500_000;

    /// Counts what was done to a product. Clicks may come late: they count as much as they would by now.
    pub fn note(&mut self, product: Key, kind: ClickKind, at: Timestamp) {
        if self.products.len() >= Self::PRODUCTS_MAX && !self.products.contains_key(&product) {
            return;
        }
        let at = seconds(at);
        let known = self.products.entry(product).or_default();
        let now = known.at.max(at);
        let came = Wanted { lately: kind.weight(), usually: kind.weight(), at }.faded(now);
        let before = if known.at == 0 { Wanted { at: now, ..Wanted::default() } } else { known.faded(now) };
        *known = Wanted { lately: before.lately + came.lately, usually: before.usually + came.usually, at: now };
    }

    /// Counts whole visits.
    pub fn import<'a>(&mut self, visits: impl IntoIterator<Item = &'a RecordedVisit>) {
        for visit in visits {
            visit.clicks.iter().for_each(|(at, click)| self.note(click.product, click.kind, *at));
        }
    }

    /// Products that count.
    pub fn len(&self) -> usize {
        self.products.len()
    }

    /// Whether nothing has been counted.
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// What is wanted now of the products in the catalog; forgets what nobody has wanted for long.
    pub fn publish(&mut self, now: Timestamp, catalog: &Catalog) -> Trends {
        Trends::new(self.demands(now, |product| catalog.product(product).is_some()), catalog)
    }

    /// The same of all products, without categories.
    pub(super) fn publish_all(&mut self, now: Timestamp) -> Trends {
        Trends::new(self.demands(now, |_| true), &Catalog::empty())
    }

    fn demands(&mut self, now: Timestamp, is_sold: impl Fn(Key) -> bool) -> Vec<Demand> {
        let at = seconds(now);
        self.products.retain(|_, wanted| wanted.faded(at).usually >= USUALLY_MIN);
        // The order of a map is nobody's business: `Trends::new` sorts.
        let sold = self.products.iter().filter(|(product, _)| is_sold(**product));
        let demands = sold.map(|(&product, wanted)| {
            let Wanted { lately, usually, .. } = wanted.faded(at);
            let normal = usually * (LATELY / USUALLY) as f32;
            // In standard deviations of counts around what is normal (Poisson), so that small numbers do not win by chance.
            let rise = if lately < LATELY_MIN { 0.0 } else { (lately - normal) / (normal + CALM).sqrt() };
            Demand { product, usual: usually, rise }
        });
        demands.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Draft;
    use crate::model::Currency;
    use crate::model::key_of;

    const DAY: u64 = 86_400_000_000;
    const NOW: Timestamp = Timestamp(20_000 * DAY);

    fn ago(days: f64) -> Timestamp {
        Timestamp(NOW.0 - (days * DAY as f64) as u64)
    }

    fn shop(ids: &[&str]) -> Catalog {
        let draft = |id: &&str| Draft { id: (*id).into(), name: (*id).into(), category: "a.b".into(), price: 1, ..Draft::default() };
        Catalog::build(ids.iter().map(draft).collect(), Currency::USD).0
    }

    #[test]
    fn what_is_wanted_more_than_usual_rises() {
        let [steady, rising, quiet, gone] = ["steady", "rising", "quiet", "gone"].map(key_of);
        let mut tally = Tally::default();
        for hour in 0..60 * 24 {
            tally.note(steady, ClickKind::View, ago(60.0 - f64::from(hour) / 24.0));
        }
        (0..30).for_each(|_| tally.note(rising, ClickKind::View, ago(0.5)));
        (0..2).for_each(|_| tally.note(quiet, ClickKind::View, ago(0.1)));
        (0..50).for_each(|_| tally.note(gone, ClickKind::View, ago(300.0)));
        let catalog = shop(&["steady", "rising", "quiet", "gone"]);
        let trends = tally.publish(NOW, &catalog);
        assert_eq!(trends.popular(), [steady, rising, quiet], "what was wanted long ago is forgotten");
        assert_eq!((trends.popularity(steady), trends.popularity(gone)), (1.0, 0.0));
        let risen: Vec<Key> = trends.rising(None).iter().map(|entry| entry.0).collect();
        assert_eq!(risen.first(), Some(&rising));
        assert!(!risen.contains(&quiet), "two views are no trend");
        assert_eq!(trends.rising(Some(key_of("a"))), trends.rising(None), "a category holds what lies below it");
        assert!(trends.rising(Some(key_of("c"))).is_empty());
        let steepness = trends.rising(None)[0].1;
        // 30 views half a day ago have faded to 21.2 lately and 29.3 usually, of which 2.09 are a day's.
        assert!((steepness - 19.12 / 5.09_f32.sqrt()).abs() < 0.01, "{steepness}");
        assert_eq!(tally.publish(NOW, &shop(&["quiet"])).popular(), [quiet], "what is not sold is in no list");
    }

    #[test]
    fn a_late_click_counts_as_if_it_had_come_in_time() {
        let clicks = [(ago(9.0), ClickKind::View), (ago(3.0), ClickKind::Cart), (ago(1.0), ClickKind::Purchase)];
        let of = |order: &[usize]| {
            let mut tally = Tally::default();
            order.iter().for_each(|&place| tally.note(key_of("p"), clicks[place].1, clicks[place].0));
            let wanted = tally.products[&key_of("p")].faded(seconds(NOW));
            (wanted.lately, wanted.usually)
        };
        let (lately, usually) = of(&[0, 1, 2]);
        for order in [[2, 1, 0], [1, 0, 2], [0, 2, 1]] {
            let other = of(&order);
            assert!((lately - other.0).abs() < 1e-4 && (usually - other.1).abs() < 1e-4, "{order:?}");
        }
        let expect = 1.0 * 0.5_f32.powf(9.0 / 14.0) + 4.0 * 0.5_f32.powf(3.0 / 14.0) + 6.0 * 0.5_f32.powf(1.0 / 14.0);
        assert!((usually - expect).abs() < 1e-3, "{usually} {expect}");
    }
}
