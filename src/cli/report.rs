//! `floorwalker report`.

use super::past::Where;
use super::past::print;
use super::past::print_json;
use super::past::utc;
use crate::engine::results::Tables;
use crate::experiment::Report;
use crate::experiment::report_csv;
use crate::experiment::report_table;
use crate::store::journal::Position;
use crate::store::journal::Record;
use anyhow::Context;
use anyhow::bail;
use serde::Serialize;
use std::ops::ControlFlow;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker report --data data\n         floorwalker report exit-offer --config floorwalker.toml --json")]
pub(super) struct Args {
    /// A campaign, for its latest experiment, or an experiment's id. All without.
    experiment: Option<String>,
    #[command(flatten)]
    shop: Where,
    /// Prints one JSON document.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Prints one row per variant and metric for a spreadsheet.
    #[arg(long)]
    csv: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let past = args.shop.open()?;
    let mut tables = Tables::read(&past.results).context("failed to read the results")?.unwrap_or_default();
    tables.continue_in(past.reader.epoch());
    let end = past.reader.end();
    let scan = |from: Position, visit: &mut dyn FnMut(Record) -> ControlFlow<()>| {
        past.reader.scan(|record| if record.position < from { ControlFlow::Continue(()) } else { visit(record) })?;
        Ok(end.max(from))
    };
    tables.catch_up(end, &past.archive, scan).context("failed to read the journal")?;
    let trials = match &args.experiment {
        Some(id) => match tables.find(id) {
            Some(trial) => vec![trial],
            None => bail!("nobody has entered an experiment `{id}`"),
        },
        None => tables.trials(),
    };
    if args.json {
        let told = trials.into_iter().map(|trial| Told {
            id: trial.id(),
            campaign: &trial.campaign,
            name: &trial.name,
            variants: &trial.variants,
            watermark_ms: tables.watermark.millis(),
            report: trial.report(tables.watermark),
        });
        print_json(&told.collect::<Vec<_>>())?;
    } else if args.csv {
        for (place, trial) in trials.into_iter().enumerate() {
            let rows = report_csv(&trial.id(), &trial.report(tables.watermark));
            // Each comes with the header; one is enough.
            print(if place == 0 { &rows } else { rows.split_once('\n').map_or("", |(_, rows)| rows) })?;
        }
    } else {
        print(&format!("complete up to {} UTC\n", utc(tables.watermark.millis())))?;
        if trials.is_empty() {
            print("\nnobody has entered an experiment yet: visitors do when a campaign would act and they agreed to be measured\n")?;
        }
        for trial in trials {
            print(&format!("\n{}", report_table(&format!("{}  {}", trial.id(), trial.name), &trial.report(tables.watermark))))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// One experiment.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    id: String,
    campaign: &'a str,
    name: &'a str,
    variants: &'a [Box<str>],
    watermark_ms: u64,
    report: Report,
}
