//! What comes in, for people: what is refused and why, what looks wrong and how it is fixed, who is a program.

use super::Admin;
use crate::engine::quality::Library;
use crate::engine::quality::Quality;
use crate::model::PageKind;
use crate::model::Timestamp;
use crate::quality::Cell;
use crate::quality::Problem;
use crate::quality::Sample;
use crate::quality::Tally;
use crate::traffic::Sign;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    since_ms: u64,
    now_ms: u64,
    totals: Totals,
    libraries: Vec<LibraryView>,
    problems: Vec<ProblemView>,
    refused: Vec<RefusedView>,
    traffic: Traffic,
}

/// All libraries together.
#[derive(Debug, Default, Serialize)]
struct Totals {
    received: u64,
    rejected: u64,
    duplicates: u64,
    late: u64,
    dropped: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LibraryView {
    name: String,
    hellos: u64,
    received: u64,
    rejected: u64,
    duplicates: u64,
    late: u64,
    dropped: u64,
    gaps: u64,
    clock_off: u64,
    /// Share of the events pages tell of that arrived; absent where none was told of.
    delivery: Option<f64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProblemView {
    code: &'static str,
    title: &'static str,
    effect: &'static str,
    fix: &'static str,
    count: u64,
    recent: u64,
    /// Of all it could have been; at most 1.
    share: f64,
    /// Above this share it is a reason to act.
    tolerated: f64,
    is_serious: bool,
    last_ms: u64,
    places: Vec<PlaceView>,
    samples: Vec<SampleView>,
}

#[derive(Debug, Serialize)]
struct PlaceView {
    page: &'static str,
    library: String,
    count: u64,
    recent: u64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SampleView {
    at_ms: u64,
    page: &'static str,
    library: String,
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RefusedView {
    kind: &'static str,
    reason: &'static str,
    field: String,
    page: &'static str,
    library: String,
    count: u64,
    recent: u64,
    /// Of the events of this kind on this kind of page from this library.
    share: f64,
    last_ms: u64,
    samples: Vec<SampleView>,
}

#[derive(Debug, Serialize)]
struct Traffic {
    /// Visits since the start.
    visits: u64,
    suspected: u64,
    bots: u64,
    signs: Vec<SignView>,
}

#[derive(Debug, Serialize)]
struct SignView {
    name: &'static str,
    sentence: &'static str,
    count: u64,
}

/// Places shown of one problem, the greatest.
const PLACES_MAX: usize = 12;

/// Answers with what was seen since the engine started.
pub(super) async fn show(State(admin): State<Arc<Admin>>) -> Json<Report> {
    let now = admin.engine.clock.now();
    let quality = &admin.engine.quality;
    let libraries = quality.libraries();
    let sum = |count: &dyn Fn(&Library) -> u64| libraries.iter().map(|library| count(library)).sum();
    Json(Report {
        since_ms: admin.started.millis(),
        now_ms: now.millis(),
        totals: Totals {
            received: sum(&Library::received),
            rejected: sum(&|library| library.rejected.load(Relaxed)),
            duplicates: sum(&|library| library.duplicates.load(Relaxed)),
            late: sum(&|library| library.late.load(Relaxed)),
            dropped: sum(&|library| library.dropped.load(Relaxed)),
        },
        libraries: libraries.iter().map(|library| view(library)).collect(),
        problems: problems(quality, now),
        refused: refused(quality, &libraries, now),
        traffic: traffic(quality, admin.engine.stats.sessions.load(Relaxed)),
    })
}

fn view(library: &Library) -> LibraryView {
    LibraryView {
        name: library.name.to_string(),
        hellos: library.hellos.load(Relaxed),
        received: library.received(),
        rejected: library.rejected.load(Relaxed),
        duplicates: library.duplicates.load(Relaxed),
        late: library.late.load(Relaxed),
        dropped: library.dropped.load(Relaxed),
        gaps: library.gaps.load(Relaxed),
        clock_off: library.clock_off.load(Relaxed),
        delivery: library.delivery(),
    }
}

/// Those that are a reason to act first, then the more frequent.
fn problems(quality: &Quality, now: Timestamp) -> Vec<ProblemView> {
    let books = quality.books();
    let mut by_problem: BTreeMap<Problem, ProblemView> = BTreeMap::new();
    for (&problem, place, cell) in books.problems.cells() {
        let view = by_problem.entry(problem).or_insert_with(|| ProblemView {
            code: problem.code(),
            title: problem.title(),
            effect: problem.effect(),
            fix: problem.fix(),
            count: 0,
            recent: 0,
            share: 0.0,
            tolerated: problem.tolerated(),
            is_serious: false,
            last_ms: 0,
            places: Vec::new(),
            samples: Vec::new(),
        });
        let Cell { tally, last, samples } = cell;
        view.count += tally.total;
        view.recent += tally.recent(now);
        view.last_ms = view.last_ms.max(last.millis());
        view.places.push(PlaceView {
            page: place.page.name(),
            library: place.library.to_string(),
            count: tally.total,
            recent: tally.recent(now),
        });
        view.samples.extend(samples.iter().map(|sample| self::sample(sample, place.page, &place.library)));
    }
    drop(books);
    let mut views: Vec<ProblemView> = by_problem
        .into_iter()
        .map(|(problem, mut view)| {
            view.share = share(view.count, quality.base(problem.base()));
            view.is_serious = view.share > view.tolerated;
            view.places.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.library.cmp(&b.library)));
            view.places.truncate(PLACES_MAX);
            view.samples.sort_by_key(|sample| std::cmp::Reverse(sample.at_ms));
            view.samples.truncate(Cell::SAMPLES_MAX);
            view
        })
        .collect();
    views.sort_by(|a, b| b.is_serious.cmp(&a.is_serious).then(b.share.total_cmp(&a.share)).then(a.code.cmp(b.code)));
    views
}

fn refused(quality: &Quality, libraries: &[Arc<Library>], now: Timestamp) -> Vec<RefusedView> {
    let books = quality.books();
    let mut views: Vec<RefusedView> = books
        .refused
        .cells()
        .map(|(key, place, cell)| {
            let Tally { total, .. } = cell.tally;
            let taken =
                libraries.iter().filter(|library| library.name == place.library).map(|library| library.of(key.kind, place.page)).sum();
            RefusedView {
                kind: key.kind,
                reason: key.reason,
                field: key.field.to_string(),
                page: place.page.name(),
                library: place.library.to_string(),
                count: total,
                recent: cell.tally.recent(now),
                share: share(total, taken),
                last_ms: cell.last.millis(),
                samples: cell.samples.iter().rev().map(|sample| self::sample(sample, place.page, &place.library)).collect(),
            }
        })
        .collect();
    views.sort_by(|a, b| b.count.cmp(&a.count).then(b.last_ms.cmp(&a.last_ms)));
    views
}

fn traffic(quality: &Quality, visits: u64) -> Traffic {
    let (suspected, bots) = quality.programs();
    let signs = Sign::ALL.into_iter().map(|sign| SignView { name: sign.name(), sentence: sign.sentence(), count: quality.sign(sign) });
    Traffic { visits, suspected, bots, signs: signs.filter(|sign| sign.count > 0).collect() }
}

fn sample(sample: &Sample, page: PageKind, library: &str) -> SampleView {
    SampleView { at_ms: sample.at.millis(), page: page.name(), library: library.to_owned(), text: sample.text.clone() }
}

/// What is refused was looked at too, so that a share is at most 1.
fn share(count: u64, of: u64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 / of.max(count) as f64 }
}
