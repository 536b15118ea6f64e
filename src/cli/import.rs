//! `floorwalker import`.

use super::progress::Progress;
use crate::engine::Clock;
use crate::engine::learning::Learned;
use crate::integrations::session_file;
use crate::recommend::RecordedVisit;
use crate::store::embedded::EmbeddedStore;
use anyhow::Context;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Lets recommendations learn from visits that were recorded elsewhere.
    Sessions(Sessions),
}

#[derive(clap::Args)]
#[command(
    after_help = "The file is a table (CSV or TSV, with a header) or JSON Lines, plain or gzip, with session, time, product and perhaps\n\
    event (view, cart, purchase). Times are seconds (or milli-, micro-, nanoseconds) since 1970, or like 2026-11-22T20:15:00Z.\n\
    Importing again what is already known changes nothing. The server must not run meanwhile.\n\
    Example: floorwalker import sessions clicks.csv.gz --data data"
)]
struct Sessions {
    /// The recorded visits.
    file: PathBuf,
    /// The shop's data directory; wins over the configuration's store.dir.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The shop's configuration.
    #[arg(long)]
    config: Option<PathBuf>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let What::Sessions(args) = &args.what;
    let config = super::load(args.config.as_deref())?;
    // Without a configuration only the horizon matters, whose default is right.
    let limits = match &args.config {
        Some(path) => config.check().map_err(|problems| super::listed(&path.display().to_string(), &problems))?.learning,
        None => Default::default(),
    };
    let directory = args.data.as_ref().unwrap_or(&config.store.dir);
    // A server that runs would write over what is imported. Who holds the store is alone.
    let held = directory.join("store");
    let store = match held.is_dir() {
        true => {
            Some(EmbeddedStore::open(&held, &Default::default()).with_context(|| format!("{} cannot be had alone", directory.display()))?)
        }
        false => None,
    };
    let name = args.file.display();
    let file = std::fs::File::open(&args.file).with_context(|| format!("failed to read {name}"))?;
    let mut line = Progress::new("reading");
    let (visits, refused) =
        session_file::parse_watched(file, &mut |done, total| line.at(done, total)).with_context(|| format!("failed to read {name}"))?;
    drop(line);
    for error in refused.iter().take(5) {
        eprintln!("{name}: {error}");
    }
    anyhow::ensure!(!visits.is_empty(), "{name} has no visits");
    let learned = directory.join("learned");
    let mut knowledge = Learned::read(&learned)?.unwrap_or_else(|| Learned::new(limits));
    knowledge.views.set_limits(limits);
    knowledge.carts.set_limits(limits);
    let mut line = Progress::new("learning");
    knowledge.import(&visits, &mut |done, total| line.at(done, total));
    drop(line);
    Learned::write(&learned, &knowledge.to_bytes())?;
    if let Some(store) = store {
        store.close()?;
    }
    let horizon = Duration::from_secs(u64::from(limits.horizon_seconds));
    let now = Clock::system().now();
    let old = visits.iter().filter(|visit| now.since(visit.last()) > horizon).count();
    report(args, &visits, refused.len(), old, &knowledge)?;
    Ok(ExitCode::SUCCESS)
}

fn report(args: &Sessions, visits: &[RecordedVisit], refused: usize, old: usize, knowledge: &Learned) -> anyhow::Result<()> {
    let clicks: usize = visits.iter().map(|visit| visit.clicks.len()).sum();
    let (views, carts) = (&knowledge.views, &knowledge.carts);
    if args.json {
        return super::past::print_json(&serde_json::json!({
            "visits": visits.len(),
            "clicks": clicks,
            "refused": refused,
            "beyond_horizon": old,
            "known": {
                "views": { "visits": views.sessions(), "clicks": views.interactions() },
                "carts": { "visits": carts.sessions(), "clicks": carts.interactions() },
            },
        }));
    }
    if old > 0 {
        eprintln!("{old} visits ended before recommend.horizon; they count only until newer ones come");
    }
    super::past::print(&format!(
        "imported {} visits with {clicks} clicks; {refused} rows were refused\n\
        known now: {} visits with {} views, {} with {} carted or bought products\n",
        visits.len(),
        views.sessions(),
        views.interactions(),
        carts.sessions(),
        carts.interactions()
    ))
}
