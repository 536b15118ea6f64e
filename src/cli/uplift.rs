//! `floorwalker evaluate uplift`.

use super::past::print;
use super::past::print_json;
use crate::integrations::feature_table;
use crate::learn::evaluate::Trial;
use crate::learn::evaluate::Uplifted;
use crate::learn::evaluate::uplift;
use crate::learn::logistic::COLUMNS_MAX;
use anyhow::Context;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(
    after_help = "The table has a row per visitor of a randomized trial: a column with the group, a column with the outcome (0 or 1), and\n\
    what was known of the visitor before.\n\
    Example: floorwalker evaluate uplift --events trial.csv.gz --outcome visit --leave-out conversion,spend"
)]
pub(super) struct Args {
    /// The trial.
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// The column with the group.
    #[arg(long, value_name = "COLUMN", default_value = "segment")]
    group: String,
    /// The group that got nothing.
    #[arg(long, value_name = "GROUP", default_value = "No E-Mail")]
    control: String,
    /// The column with the outcome.
    #[arg(long, value_name = "COLUMN", default_value = "visit")]
    outcome: String,
    /// Columns that are not used: ids, and other outcomes.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    leave_out: Vec<String>,
    /// Random halves that are learned from, the other half being scored.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=100))]
    splits: u8,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = args.events.display();
    let file = File::open(&args.events).with_context(|| format!("failed to read {name}"))?;
    let table = feature_table::parse(file).with_context(|| format!("failed to read {name}"))?;
    let column = |wanted: &str| table.column(wanted).with_context(|| format!("{name} has no column {wanted}"));
    let (group, outcome) = (column(&args.group)?, column(&args.outcome)?);
    let mut without = vec![group, outcome];
    for wanted in &args.leave_out {
        without.push(column(wanted)?);
    }
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    table.rows.iter().for_each(|row| *groups.entry(&row[group]).or_default() += 1);
    anyhow::ensure!(
        groups.contains_key(args.control.as_str()),
        "{name}: no row has the {} {}; --control names one of {}",
        args.group,
        args.control,
        groups.keys().take(10).copied().collect::<Vec<_>>().join(", ")
    );
    let (names, rows) = table.numbers(&without);
    anyhow::ensure!((1..=COLUMNS_MAX).contains(&names.len()), "{name} has {} features, 1 to {COLUMNS_MAX} are used", names.len());
    let is_true = |text: &str| ["1", "true", "yes"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let mut results: Vec<(&str, usize, Uplifted)> = Vec::new();
    for treatment in groups.keys().filter(|treatment| **treatment != args.control).take(8) {
        let chosen: Vec<usize> =
            (0..rows.len()).filter(|&row| [*treatment, args.control.as_str()].contains(&&*table.rows[row][group])).collect();
        let trial = Trial {
            rows: chosen.iter().map(|&row| rows[row].as_slice()).collect(),
            treated: chosen.iter().map(|&row| table.rows[row][group] == **treatment).collect(),
            outcomes: chosen.iter().map(|&row| is_true(&table.rows[row][outcome])).collect(),
        };
        let measured = uplift(&trial, usize::from(args.splits), 1);
        let measured = measured.with_context(|| format!("{name}: {treatment} cannot be judged, a half has no outcome of one kind"))?;
        results.push((treatment, chosen.len(), measured));
    }
    if args.json {
        let rows: serde_json::Map<String, serde_json::Value> =
            results.iter().map(|(treatment, count, measured)| ((*treatment).to_owned(), document(*count, measured))).collect();
        print_json(&serde_json::json!({ "outcome": args.outcome, "splits": args.splits, "features": names, "treatments": rows }))?;
    } else {
        print(&text(args, &results))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn document(visitors: usize, measured: &Uplifted) -> serde_json::Value {
    serde_json::json!({
        "visitors": visitors, "average_effect": measured.effect,
        "learned": { "qini": measured.qini, "qini_deviation": measured.qini_deviation, "uplift_at_30": measured.at_30, "uplift_auc": measured.auc },
        "random": { "qini": measured.random_qini, "uplift_at_30": measured.random_at_30 },
    })
}

fn text(args: &Args, results: &[(&str, usize, Uplifted)]) -> String {
    let mut out = format!("effect on {} against {}; {} random halves\n\n", args.outcome, args.control, args.splits);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:<20} {:>8} {:>8} {:>18} {:>8} {:>8}", "group", "visitors", "average", "Qini", "AUUC", "at 30%");
    for (treatment, visitors, m) in results {
        let qini = format!("{:.3} +- {:.3}", m.qini, m.qini_deviation);
        let _ = writeln!(out, "{treatment:<20} {visitors:>8} {:>8.3} {qini:>18} {:>8.3} {:>8.3}", m.effect, m.auc, m.at_30);
        let _ = writeln!(out, "{:<20} {:>8} {:>8} {:>18.3} {:>8} {:>8.3}", "  in random order", "", "", m.random_qini, "", m.random_at_30);
    }
    out
}
