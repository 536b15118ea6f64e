//! `floorwalker evaluate`.

use crate::integrations::click_table;
use crate::recommend::evaluate::AlsoViewed;
use crate::recommend::evaluate::ItemToItem;
use crate::recommend::evaluate::Known;
use crate::recommend::evaluate::LIST_LENGTH;
use crate::recommend::evaluate::Measures;
use crate::recommend::evaluate::Popularity;
use crate::recommend::evaluate::RecentlyViewed;
use crate::recommend::evaluate::Recommender;
use crate::recommend::evaluate::Recorded;
use crate::recommend::evaluate::SessionKnn;
use crate::recommend::evaluate::Trending;
use crate::recommend::evaluate::VsKnn;
use crate::recommend::evaluate::evaluate;
use crate::recommend::evaluate::learn;
use crate::recommend::evaluate::split;
use crate::recommend::evaluate::tune;
use crate::recommend::session_knn::Limits;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Parameters;
use anyhow::Context;
use std::io::IsTerminal;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Measures next-product recommendations on recorded sessions.
    Sessions(Sessions),
    /// Plays a bandit on recorded clicks: in which category will the shopper look next?
    Bandit(super::bandit::Args),
    /// Tells from a log of decisions what another policy would have brought.
    Policy(super::policy::Args),
    /// Measures on a randomized trial how well it is told whom a treatment moves.
    Uplift(super::uplift::Args),
    /// Measures how well a purchase is told from what a session did.
    Propensity(super::propensity::Args),
    /// Measures how well new products and new visitors are served.
    ColdStart(super::cold_start::Args),
}

#[derive(clap::Args)]
#[command(after_help = "Tables have the columns SessionId, ItemId and Time, separated by tabs or commas, plain or gzip.\n\
    Example: floorwalker evaluate sessions --split 1 clicks.tsv.gz")]
struct Sessions {
    /// Sessions to learn from.
    #[arg(long, value_name = "FILE", requires = "test", required_unless_present = "split")]
    train: Option<PathBuf>,
    /// Sessions to predict.
    #[arg(long, value_name = "FILE", requires = "train")]
    test: Option<PathBuf>,
    /// Takes the sessions that began in the last days of one file as the test.
    #[arg(long, value_name = "DAYS", requires = "file", conflicts_with_all = ["train", "test"])]
    split: Option<f64>,
    /// The file to split.
    #[arg(value_name = "FILE", requires = "split")]
    file: Option<PathBuf>,
    /// Which ones, all if not given. session_knn is what next_item asks; vs_knn, item_to_item and popular are baselines.
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = STRATEGIES)]
    strategy: Vec<String>,
    /// Lets the current product be recommended.
    #[arg(long)]
    allow_current: bool,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

const STRATEGIES: [&str; 7] = ["session_knn", "also_viewed", "trending", "recently_viewed", "vs_knn", "item_to_item", "popular"];

/// One line of the result.
struct Row {
    name: &'static str,
    measures: Measures,
    training: Duration,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let args = match &args.what {
        What::Sessions(args) => args,
        What::Bandit(args) => return super::bandit::run(args),
        What::Policy(args) => return super::policy::run(args),
        What::Uplift(args) => return super::uplift::run(args),
        What::Propensity(args) => return super::propensity::run(args),
        What::ColdStart(args) => return super::cold_start::run(args),
    };
    let (training, test) = match (&args.train, &args.test, args.split, &args.file) {
        (Some(train), Some(test), ..) => (read(train)?, read(test)?),
        (_, _, Some(days), Some(file)) => {
            anyhow::ensure!(days > 0.0 && days < 100_000.0, "--split takes a number of days above 0, not {days}");
            split(read(file)?, (days * 86_400.0) as u64)
        }
        _ => anyhow::bail!("give --train and --test, or --split and a file"),
    };
    let known = Known::of(&training);
    let test = known.only(&test);
    anyhow::ensure!(!test.is_empty(), "nothing to predict: no test session has two products that training knows");
    let own_item = if args.allow_current { OwnItem::Allowed } else { OwnItem::Excluded };
    let mut rows = Vec::new();
    let mut chosen = None;
    // Chosen once, for whoever asks the index.
    let mut parameters = || {
        *chosen.get_or_insert_with(|| {
            let mut line = Progress::new("choosing parameters");
            tune(&training, limits(), |done, total| line.at(done, total))
        })
    };
    for name in STRATEGIES {
        if !args.strategy.is_empty() && !args.strategy.iter().any(|wanted| wanted == name) {
            continue;
        }
        let started = Instant::now();
        let mut recommender: Box<dyn Recommender> = match name {
            "session_knn" => Box::new(SessionKnn::train(&training, parameters(), limits())),
            "also_viewed" => Box::new(AlsoViewed::new(learn(&training, parameters(), limits()).publish())),
            "trending" => Box::new(Trending::train(&training)),
            "recently_viewed" => Box::new(RecentlyViewed),
            "vs_knn" => Box::new(VsKnn::train(&training)),
            "item_to_item" => Box::new(ItemToItem::train(&training)),
            _ => Box::new(Popularity::train(&training)),
        };
        let training = started.elapsed();
        let mut line = Progress::new(&format!("{name}: predicting"));
        let clock = Instant::now();
        let nanos = || clock.elapsed().as_nanos() as u64;
        let measures = evaluate(&mut *recommender, &test, &known, own_item, nanos, |done| line.at(done, test.len()));
        rows.push(Row { name, measures, training });
    }
    if args.json {
        println!("{}", document(&rows, chosen, own_item));
    } else {
        print(&rows, chosen, &training, &test);
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything in the file counts: the horizon is for shops that run.
fn limits() -> Limits {
    Limits { horizon_seconds: u32::MAX, sessions_max: 100_000_000, products_max: 10_000_000 }
}

fn read(path: &Path) -> anyhow::Result<Vec<Recorded>> {
    let name = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("failed to read {name}"))?;
    let (sessions, errors) = click_table::parse(file).with_context(|| format!("failed to read {name}"))?;
    for error in errors.iter().take(5) {
        eprintln!("{name}: {error}");
    }
    if errors.len() > 5 {
        eprintln!("{name}: {} rows or more were left out", errors.len());
    }
    anyhow::ensure!(!sessions.is_empty(), "{name} has no sessions");
    Ok(sessions)
}

fn print(rows: &[Row], chosen: Option<Parameters>, training: &[Recorded], test: &[Recorded]) {
    let clicks = |sessions: &[Recorded]| sessions.iter().map(|recorded| recorded.clicks.len()).sum::<usize>();
    println!("learned from {} sessions with {} clicks", training.len(), clicks(training));
    println!("asked {} times in {} sessions", clicks(test) - test.len(), test.len());
    let at = LIST_LENGTH;
    println!(
        "\n{:<15} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8} {:>10} {:>12} {:>9}",
        "strategy",
        format!("HitR@{at}"),
        format!("MRR@{at}"),
        format!("Prec@{at}"),
        format!("Rec@{at}"),
        format!("MAP@{at}"),
        "coverage",
        "pop.bias",
        "p50 us",
        "p90 us",
        "p99 us",
        "per second",
        "index bytes",
        "learned s"
    );
    for Row { name, measures: m, training } in rows {
        let micros = |q: f64| m.latency.quantile(q) as f64 / 1e3;
        println!(
            "{name:<15} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>8.4} {:>8.3} {:>8.4} {:>8.1} {:>8.1} {:>8.1} {:>10.0} {:>12} {:>9.2}",
            m.hit_rate,
            m.mrr,
            m.precision,
            m.recall,
            m.map,
            m.coverage,
            m.popularity_bias,
            micros(0.5),
            micros(0.9),
            micros(0.99),
            m.predictions_per_second,
            m.index_bytes,
            training.as_secs_f64()
        );
    }
    if let Some(parameters) = chosen {
        println!("\nchosen from the training data: {}", serde_json::json!(parameters));
    }
}

fn document(rows: &[Row], chosen: Option<Parameters>, own_item: OwnItem) -> serde_json::Value {
    let strategies: serde_json::Map<String, serde_json::Value> = rows
        .iter()
        .map(|Row { name, measures: m, training }| {
            let value = serde_json::json!({
                "predictions": m.predictions,
                "hit_rate": m.hit_rate,
                "mrr": m.mrr,
                "precision": m.precision,
                "recall": m.recall,
                "map": m.map,
                "coverage": m.coverage,
                "popularity_bias": m.popularity_bias,
                "latency_ns": {
                    "p50": m.latency.quantile(0.5), "p90": m.latency.quantile(0.9), "p99": m.latency.quantile(0.99),
                    "p999": m.latency.quantile(0.999), "max": m.latency.max(),
                },
                "predictions_per_second": m.predictions_per_second,
                "index_bytes": m.index_bytes,
                "learning_seconds": training.as_secs_f64(),
            });
            ((*name).to_owned(), value)
        })
        .collect();
    serde_json::json!({
        "at": LIST_LENGTH,
        "current": if own_item == OwnItem::Allowed { "allowed" } else { "excluded" },
        "strategies": strategies,
        "parameters": chosen,
    })
}

/// A line on stderr that says how far it is: rewritten on a terminal, otherwise every quarter.
struct Progress {
    title: String,
    percent: usize,
}

impl Progress {
    fn new(title: &str) -> Progress {
        Progress { title: title.to_owned(), percent: usize::MAX }
    }

    fn at(&mut self, done: usize, total: usize) {
        let percent = done * 100 / total.max(1);
        let is_terminal = std::io::stderr().is_terminal();
        if percent == self.percent || !is_terminal && !percent.is_multiple_of(25) {
            return;
        }
        self.percent = percent;
        match (is_terminal, percent) {
            (true, 100) => eprintln!("\r{} {percent} %", self.title),
            (true, _) => eprint!("\r{} {percent} %", self.title),
            (false, _) => eprintln!("{} {percent} %", self.title),
        }
    }
}
