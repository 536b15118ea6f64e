//! `floorwalker evaluate bandit`.

use super::past::print;
use super::past::print_json;
use super::progress::Progress;
use crate::integrations::view_table;
use crate::learn::evaluate::Line;
use crate::learn::evaluate::METHODS;
use crate::learn::evaluate::Method;
use crate::learn::evaluate::Orders;
use crate::learn::evaluate::Played;
use crate::learn::evaluate::Rounds;
use crate::learn::evaluate::Simulated;
use crate::learn::evaluate::World;
use crate::learn::evaluate::play;
use crate::learn::evaluate::plot;
use crate::learn::evaluate::simulate;
use anyhow::Context;
use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(
    after_help = "Events have the columns session, ts, event_type, product_id and price, products product_id and category_code; plain or gzip.\n\
    Example: floorwalker evaluate bandit --events events.csv.gz --products products.csv.gz\n\
    Example: floorwalker evaluate bandit --simulate --plot regret.svg"
)]
pub(super) struct Args {
    /// Recorded events.
    #[arg(long, value_name = "FILE", requires = "products", required_unless_present = "simulate")]
    events: Option<PathBuf>,
    /// Their products.
    #[arg(long, value_name = "FILE", requires = "events")]
    products: Option<PathBuf>,
    /// Runs simulated shops whose truth is known instead: 50 to 5,000 visitors a day for four weeks.
    #[arg(long, conflicts_with = "events")]
    simulate: bool,
    /// Simulated shops of each kind.
    #[arg(long, default_value_t = 20, requires = "simulate", value_parser = clap::value_parser!(u16).range(1..=2_000))]
    shops: u16,
    /// Draws the regret of the largest simulated shops into an SVG file.
    #[arg(long, value_name = "FILE", requires = "simulate")]
    plot: Option<PathBuf>,
    /// How many of the most viewed categories are arms.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(2..=20))]
    arms: u8,
    /// Plays that the mean is taken of, each with another stream of chance.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=100))]
    plays: u8,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (Some(events), Some(products)) = (&args.events, &args.products) else { return simulated(args) };
    let open = |path: &Path| File::open(path).with_context(|| format!("failed to read {}", path.display()));
    let (views, left_out) = view_table::parse(open(events)?, open(products)?)
        .with_context(|| format!("failed to read {} with {}", events.display(), products.display()))?;
    if left_out > 0 {
        eprintln!("{}: {left_out} rows were left out", events.display());
    }
    let rounds = Rounds::of(&views, usize::from(args.arms));
    anyhow::ensure!(rounds.arms.len() >= 2, "{} has fewer than two known categories", events.display());
    anyhow::ensure!(!rounds.rounds.is_empty(), "{} has no two views in one session", events.display());
    let mut line = Progress::new("playing");
    let plays = usize::from(args.plays);
    let mut results: Vec<(Method, Vec<Played>)> = Vec::new();
    for (index, &method) in METHODS.iter().enumerate() {
        let mut played = Vec::new();
        for seed in 0..plays {
            line.at(index * plays + seed, METHODS.len() * plays);
            played.push(play(&rounds, method, seed as u64 + 1));
        }
        results.push((method, played));
    }
    line.at(METHODS.len() * plays, METHODS.len() * plays);
    drop(line);
    if args.json {
        let rows: serde_json::Map<String, serde_json::Value> =
            results.iter().map(|(method, played)| (method.name().to_owned(), document(played))).collect();
        print_json(&serde_json::json!({
            "rounds": rounds.rounds.len(), "arms": rounds.arms, "features": rounds.dimension(), "plays": plays, "methods": rows,
        }))?;
    } else {
        print(&table(&rounds, &results, plays))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn mean(played: &[Played], of: impl Fn(&Played) -> f64) -> f64 {
    played.iter().map(of).sum::<f64>() / played.len() as f64
}

fn range(played: &[Played]) -> (f64, f64) {
    let rewards = || played.iter().map(|played| played.reward);
    (rewards().fold(f64::INFINITY, f64::min), rewards().fold(f64::NEG_INFINITY, f64::max))
}

fn document(played: &[Played]) -> serde_json::Value {
    let (least, most) = range(played);
    serde_json::json!({
        "reward": mean(played, |played| played.reward), "reward_last_fifth": mean(played, |played| played.reward_late),
        "least": least, "most": most,
    })
}

fn table(rounds: &Rounds, results: &[(Method, Vec<Played>)], plays: usize) -> String {
    let mut out =
        format!("{} rounds, {} arms, {} features; mean of {plays} plays\n\n", rounds.rounds.len(), rounds.arms.len(), rounds.dimension());
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:<24} {:>8} {:>10} {:>17}", "method", "reward", "last fifth", "least to most");
    for (method, played) in results {
        let (least, most) = range(played);
        let name = match method {
            Method::BuiltInFloor(floor) => format!("built_in, floor {floor}"),
            other => other.name().to_owned(),
        };
        let rewards = (mean(played, |played| played.reward), mean(played, |played| played.reward_late));
        let _ = writeln!(out, "{name:<24} {:>8.4} {:>10.4} {least:>8.4} {most:>8.4}", rewards.0, rewards.1);
    }
    out
}

const DAYS: u32 = 28;
const VISITORS_A_DAY: [u32; 4] = [50, 200, 1_000, 5_000];

/// Shops of one kind and size, taken together.
struct Shops {
    world: World,
    visitors_a_day: u32,
    /// Mean over the shops, by day.
    days: Vec<Orders>,
    /// What learning won over fixed rules in the worst shop, as a share of the latter's orders.
    worst: f64,
    /// Median day on which learning began; `None` if it did not in half of the shops.
    began: Option<u32>,
    said_to_differ: usize,
}

impl Shops {
    fn of(world: World, visitors_a_day: u32, shops: &[Simulated]) -> Shops {
        let count = shops.len() as f64;
        let day = |at: usize| {
            let mean = |of: fn(&Orders) -> f64| shops.iter().map(|shop| of(&shop.days[at])).sum::<f64>() / count;
            Orders {
                visitors: shops[0].days[at].visitors,
                fixed_rules: mean(|orders| orders.fixed_rules),
                best_fixed: mean(|orders| orders.best_fixed),
                oracle: mean(|orders| orders.oracle),
                learning: mean(|orders| orders.learning),
            }
        };
        let last = |shop: &Simulated| shop.days.last().copied().unwrap_or_default();
        let won = |shop: &Simulated| last(shop).learning / last(shop).fixed_rules - 1.0;
        let mut began: Vec<u32> = shops.iter().map(|shop| shop.began.unwrap_or(u32::MAX)).collect();
        began.sort_unstable();
        Shops {
            world,
            visitors_a_day,
            days: (0..shops[0].days.len()).map(day).collect(),
            worst: shops.iter().map(won).fold(f64::INFINITY, f64::min),
            began: Some(began[began.len() / 2]).filter(|day| *day != u32::MAX),
            said_to_differ: shops.iter().filter(|shop| shop.said_to_differ).count(),
        }
    }

    fn total(&self) -> Orders {
        self.days.last().copied().unwrap_or_default()
    }
}

fn simulated(args: &Args) -> anyhow::Result<ExitCode> {
    let kinds: Vec<(World, u32)> = World::ALL.iter().flat_map(|world| VISITORS_A_DAY.map(|visitors| (*world, visitors))).collect();
    let mut line = Progress::new("simulating");
    let mut results = Vec::new();
    for (nth, &(world, visitors)) in kinds.iter().enumerate() {
        line.at(nth, kinds.len());
        let shops: Vec<Simulated> = (0..args.shops).map(|seed| simulate(world, visitors, DAYS, u64::from(seed) + 1)).collect();
        results.push(Shops::of(world, visitors, &shops));
    }
    line.at(kinds.len(), kinds.len());
    drop(line);
    if let Some(path) = &args.plot {
        let largest = results.iter().rfind(|shops| shops.world == World::Depends).context("there is no shop to draw")?;
        std::fs::write(path, regret(largest)).with_context(|| format!("failed to write {}", path.display()))?;
    }
    if args.json {
        let rows: Vec<serde_json::Value> = results.iter().map(simulated_document).collect();
        print_json(&serde_json::json!({ "days": DAYS, "shops": args.shops, "results": rows }))?;
    } else {
        print(&simulated_table(&results, args.shops))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn simulated_document(shops: &Shops) -> serde_json::Value {
    let total = shops.total();
    serde_json::json!({
        "world": shops.world.name(), "visitors_a_day": shops.visitors_a_day,
        "orders": {
            "fixed_rules": total.fixed_rules, "best_fixed": total.best_fixed, "oracle": total.oracle, "learning": total.learning,
        },
        "worst_against_fixed_rules": shops.worst, "began_on_day": shops.began, "said_to_differ": shops.said_to_differ,
    })
}

fn simulated_table(results: &[Shops], shops: u16) -> String {
    let mut out = format!("{shops} shops of each kind, {DAYS} days, three variants; expected orders, and learning against fixed rules\n\n");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "{:<11} {:>9} {:>11} {:>10} {:>9} {:>9} {:>8} {:>8} {:>7} {:>14}",
        "world", "visitors", "fixed rules", "best fixed", "oracle", "learning", "gain", "worst", "began", "said to differ"
    );
    for row in results {
        let total = row.total();
        let began = row.began.map_or_else(|| "-".to_owned(), |day| format!("day {day}"));
        let _ = writeln!(
            out,
            "{:<11} {:>7}/d {:>11.1} {:>10.1} {:>9.1} {:>9.1} {:>7.2}% {:>7.2}% {began:>7} {:>14}",
            row.world.name(),
            row.visitors_a_day,
            total.fixed_rules,
            total.best_fixed,
            total.oracle,
            total.learning,
            (total.learning / total.fixed_rules - 1.0) * 100.0,
            row.worst * 100.0,
            format!("{} of {shops}", row.said_to_differ)
        );
    }
    out
}

fn regret(shops: &Shops) -> String {
    let line = |name: &str, color, of: fn(&Orders) -> f64| {
        let points = shops.days.iter().map(|orders| (orders.visitors as f64, orders.oracle - of(orders)));
        Line { name: name.to_owned(), color, points: std::iter::once((0.0, 0.0)).chain(points).collect() }
    };
    let lines = [
        line("random", "#b04a3a", |orders| orders.fixed_rules),
        line("best fixed", "#b08a2a", |orders| orders.best_fixed),
        line("learning", "#1f6f50", |orders| orders.learning),
        line("oracle", "#555555", |orders| orders.oracle),
    ];
    plot("What is lost against the best variant for each visitor", "visitors", "expected orders lost", &lines)
}
