//! What each strategy of recommendation shows and what came of it, and how the live indexes are.

use super::Admin;
use crate::engine::ShelfTotals;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug, Serialize)]
pub(super) struct Recommendations {
    strategies: Vec<StrategyCounts>,
    index: IndexHealth,
}

/// Counts since the start. Shares and rates are 0..=1; `None` is unknown.
#[derive(Debug, Serialize)]
struct StrategyCounts {
    name: &'static str,
    lists: u64,
    items: u64,
    distinct_items: u64,
    /// Share of the catalog.
    coverage: Option<f64>,
    /// 1 minus the mean popularity of what was shown.
    novelty: Option<f64>,
    clicks: u64,
    carts: u64,
    /// Of the lists.
    click_rate: Option<f64>,
    cart_rate: Option<f64>,
    /// Of the lists, those another strategy had to complete.
    fallback_share: Option<f64>,
}

#[derive(Debug, Serialize)]
struct IndexHealth {
    enabled: bool,
    sessions: usize,
    interactions: usize,
    bytes: usize,
    segments: usize,
    /// Milliseconds since the epoch; `None` while the journal is still being learned.
    published_at: Option<u64>,
    learned_total: u64,
    /// Since the start.
    learned_per_s: Option<f64>,
    questions: u64,
    /// Time to answer, microseconds; `None` before the first question.
    p50_us: Option<u64>,
    p99_us: Option<u64>,
    horizon_days: f64,
}

fn share(part: f64, of: u64) -> Option<f64> {
    (of > 0).then(|| part / of as f64)
}

impl StrategyCounts {
    fn of(name: &'static str, totals: &ShelfTotals, products: usize) -> StrategyCounts {
        StrategyCounts {
            name,
            lists: totals.lists,
            items: totals.items,
            distinct_items: totals.distinct,
            // Products that have left the catalog were shown all the same.
            coverage: share(totals.distinct as f64, products as u64).map(|share| share.min(1.0)),
            novelty: (totals.items > 0).then_some(1.0 - totals.popularity),
            clicks: totals.viewed,
            carts: totals.carted,
            click_rate: share(totals.viewed as f64, totals.lists),
            cart_rate: share(totals.carted as f64, totals.lists),
            fallback_share: share(totals.completed as f64, totals.lists),
        }
    }
}

/// Answers with the numbers of this moment.
pub(super) async fn show(State(admin): State<Arc<Admin>>) -> Json<Recommendations> {
    let engine = &admin.engine;
    let snapshot = engine.snapshot.load();
    let products = snapshot.catalog.len();
    let strategies = engine.shelves.totals().map(|(strategy, totals)| StrategyCounts::of(strategy.name(), &totals, products)).collect();
    let learning = &engine.learning;
    let (views, carts) = (learning.views(), learning.carts());
    let (learned, published) = (learning.stats.learned.load(Relaxed), learning.stats.published_ms.load(Relaxed));
    let answers = learning.stats.answer.snapshot();
    let running_s = engine.clock.now().since(admin.started).as_secs_f64();
    let micros = |quantile: f64| (answers.count() > 0).then(|| answers.quantile(quantile));
    Json(Recommendations {
        strategies,
        index: IndexHealth {
            enabled: snapshot.campaigns.foresees(),
            sessions: views.sessions(),
            interactions: views.interactions() + carts.interactions(),
            bytes: views.bytes() + carts.bytes(),
            segments: views.segments() + carts.segments(),
            published_at: (published > 0).then_some(published),
            learned_total: learned,
            learned_per_s: (running_s > 1.0).then(|| learned as f64 / running_s),
            questions: learning.stats.questions.load(Relaxed),
            p50_us: micros(0.5),
            p99_us: micros(0.99),
            horizon_days: f64::from(engine.config.learning.limits.horizon_seconds) / 86_400.0,
        },
    })
}
