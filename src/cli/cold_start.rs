//! `floorwalker evaluate cold-start`.

use super::past::print;
use super::past::print_json;
use super::progress::Progress;
use crate::catalog::Catalog;
use crate::integrations::product_csv;
use crate::integrations::session_file;
use crate::model::Currency;
use crate::recommend::RecordedVisit;
use crate::recommend::evaluate::ColdStart;
use crate::recommend::evaluate::LIST_LENGTH;
use crate::recommend::evaluate::NEW_ONE_IN;
use crate::recommend::evaluate::cold_start;
use anyhow::Context;
use std::fmt::Write;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker evaluate cold-start --products products.csv --split 2 visits.csv")]
pub(super) struct Args {
    /// The product feed.
    #[arg(long, value_name = "FILE")]
    products: PathBuf,
    /// Visits that ended in the last days of the file are predicted, the others learned.
    #[arg(long, value_name = "DAYS", default_value_t = 2.0)]
    split: f64,
    /// Recorded visits.
    file: PathBuf,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(args.split > 0.0 && args.split < 100_000.0, "--split takes a number of days above 0, not {}", args.split);
    let open = |path: &PathBuf| File::open(path).with_context(|| format!("failed to read {}", path.display()));
    let mut mapping = product_csv::Mapping::new(Currency::USD);
    // Names do not matter here, and exports for research have none.
    mapping.title.extend(mapping.id.clone());
    let (drafts, wrong) =
        product_csv::parse(open(&args.products)?, &mapping).with_context(|| format!("failed to read {}", args.products.display()))?;
    let (catalog, rejected) = Catalog::build(drafts, Currency::USD);
    for error in wrong.iter().take(3) {
        eprintln!("{}: {error}", args.products.display());
    }
    if wrong.len() + rejected.len() > 0 {
        eprintln!("{} products were refused", wrong.len() + rejected.len());
    }
    let (visits, _) = session_file::parse(open(&args.file)?).with_context(|| format!("failed to read {}", args.file.display()))?;
    let last = visits.last().map_or(0, |visit| visit.last().0);
    let from = last.saturating_sub((args.split * 86_400e6) as u64);
    let (training, test): (Vec<RecordedVisit>, Vec<RecordedVisit>) = visits.into_iter().partition(|visit| visit.last().0 < from);
    anyhow::ensure!(!training.is_empty() && !test.is_empty(), "--split {} leaves nothing to learn or nothing to predict", args.split);
    let mut line = Progress::new("asking");
    let results = cold_start(&catalog, &training, &test, |done, total| line.at(done, total));
    drop(line);
    if args.json {
        let rows: Vec<serde_json::Value> = results.iter().map(document).collect();
        print_json(
            &serde_json::json!({ "at": LIST_LENGTH, "products": catalog.len(), "learned": training.len(), "asked": test.len(), "results": rows }),
        )?;
    } else {
        print(&table(&results, &catalog, training.len(), test.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn document(row: &ColdStart) -> serde_json::Value {
    serde_json::json!({
        "target": row.target.name(), "strategy": row.strategy.name(), "asked": row.asked,
        "hit_rate": row.hit_rate, "mrr": row.mrr, "blind_hit_rate": row.blind, "coverage": row.coverage,
    })
}

fn table(results: &[ColdStart], catalog: &Catalog, learned: usize, asked: usize) -> String {
    let mut out = format!("{} products, 1 in {NEW_ONE_IN} of them new; learned from {learned} visits, asked in {asked}\n", catalog.len());
    let at = LIST_LENGTH;
    let mut target = "";
    for row in results {
        if row.target.name() != target {
            target = row.target.name();
            // Writing to a String cannot fail.
            let _ = writeln!(out, "\n{target}, asked for {} times; blindly {:.4}", row.asked, row.blind);
            let _ = writeln!(out, "{:<22} {:>8} {:>8} {:>9}", "strategy", format!("HitR@{at}"), format!("MRR@{at}"), "coverage");
        }
        let _ = writeln!(out, "{:<22} {:>8.4} {:>8.4} {:>9.3}", row.strategy.name(), row.hit_rate, row.mrr, row.coverage);
    }
    out
}
