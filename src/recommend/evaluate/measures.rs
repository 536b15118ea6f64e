//! The measures themselves, one prediction at a time.

use super::Known;
use super::LIST_LENGTH;
use crate::model::Key;
use crate::stats::Histogram;
use std::collections::BTreeSet;

/// Averages over all predictions.
#[derive(Debug)]
pub struct Measures {
    pub predictions: u64,
    /// Predictions whose next click is in the list.
    pub hit_rate: f64,
    /// One divided by the place of the next click, 0 if it is not in the list.
    pub mrr: f64,
    /// Share of the list that is clicked later in the session.
    pub precision: f64,
    /// Distinct later clicks in the list, per later click.
    pub recall: f64,
    pub map: f64,
    /// Share of known products that were in any list.
    pub coverage: f64,
    /// Mean popularity of what was recommended, relative to the most clicked product.
    pub popularity_bias: f64,
    /// Nanoseconds of an answer.
    pub latency: Histogram,
    pub predictions_per_second: f64,
    pub index_bytes: usize,
    shown: BTreeSet<Key>,
    products: usize,
    nanos: u64,
}

impl Measures {
    pub(super) fn new(known: &Known) -> Measures {
        Measures {
            predictions: 0,
            hit_rate: 0.0,
            mrr: 0.0,
            precision: 0.0,
            recall: 0.0,
            map: 0.0,
            coverage: 0.0,
            popularity_bias: 0.0,
            latency: Histogram::new(),
            predictions_per_second: 0.0,
            index_bytes: 0,
            shown: BTreeSet::new(),
            products: known.products(),
            nanos: 0,
        }
    }

    pub(super) fn time(&mut self, nanos: u64) {
        self.latency.record(nanos);
        self.nanos += nanos;
    }

    /// Adds an answer and the clicks that really came, at least one.
    pub(super) fn add(&mut self, list: &[Key], rest: &[Key], known: &Known) {
        let list = &list[..list.len().min(LIST_LENGTH)];
        self.predictions += 1;
        if let Some(place) = list.iter().position(|product| Some(product) == rest.first()) {
            self.hit_rate += 1.0;
            self.mrr += 1.0 / (place + 1) as f64;
        }
        let mut hits = 0.0;
        let mut map = 0.0;
        for (place, product) in list.iter().enumerate() {
            if rest.contains(product) {
                hits += 1.0;
                // As session-rec has it: precision is over the whole length wherever the hit is, and the last place is not looked at.
                if place + 1 < LIST_LENGTH {
                    map += hits / LIST_LENGTH as f64 / rest.len() as f64;
                }
            }
        }
        self.precision += hits / LIST_LENGTH as f64;
        self.recall += hits / rest.len() as f64;
        self.map += map;
        self.shown.extend(list);
        if !list.is_empty() {
            self.popularity_bias += list.iter().map(|&product| known.popularity(product)).sum::<f64>() / list.len() as f64;
        }
    }

    /// Turns sums into averages.
    pub(super) fn finish(&mut self, index_bytes: usize) {
        let count = self.predictions.max(1) as f64;
        let sums = [&mut self.hit_rate, &mut self.mrr, &mut self.precision, &mut self.recall, &mut self.map, &mut self.popularity_bias];
        for sum in sums {
            *sum /= count;
        }
        self.coverage = self.shown.len() as f64 / self.products.max(1) as f64;
        self.predictions_per_second = self.predictions as f64 / (self.nanos.max(1) as f64 / 1e9);
        self.index_bytes = index_bytes;
    }
}
