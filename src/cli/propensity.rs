//! `floorwalker evaluate propensity`.

use super::past::print;
use super::past::print_json;
use crate::integrations::feature_table;
use crate::learn::bandit::FEATURES_MAX;
use crate::learn::evaluate::cross_validate;
use anyhow::Context;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "The table has a row per session and a column with its outcome, true or false, 1 or 0.\n\
    Example: floorwalker evaluate propensity --file sessions.csv.gz --outcome Revenue --leave-out PageValues")]
pub(super) struct Args {
    /// Recorded sessions.
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// The column to predict.
    #[arg(long, value_name = "COLUMN", default_value = "Revenue")]
    outcome: String,
    /// Columns that are not used: ids, and what is only known after the outcome.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    leave_out: Vec<String>,
    /// Parts of the cross-validation.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: u8,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("failed to read {name}"))?;
    let table = feature_table::parse(file).with_context(|| format!("failed to read {name}"))?;
    let column = |wanted: &String| table.column(wanted).with_context(|| format!("{name} has no column {wanted}"));
    let outcome = column(&args.outcome)?;
    let mut without = vec![outcome];
    for wanted in &args.leave_out {
        without.push(column(wanted)?);
    }
    let is_true = |row: &Vec<String>| ["true", "1", "yes"].iter().any(|word| row[outcome].eq_ignore_ascii_case(word));
    let labels: Vec<bool> = table.rows.iter().map(is_true).collect();
    let (names, mut rows) = table.numbers(&without);
    anyhow::ensure!(!names.is_empty(), "{name} has no column to predict from");
    // The constant is a feature too.
    let used = names.len().min(FEATURES_MAX - 1);
    rows.iter_mut().for_each(|row| row.truncate(used));
    let ranked = cross_validate(&rows, &labels, usize::from(args.folds), 1);
    let ranked = ranked.with_context(|| format!("{name}: {} is always the same in a part", args.outcome))?;
    let positive = labels.iter().filter(|&&label| label).count();
    if args.json {
        print_json(&serde_json::json!({
            "sessions": rows.len(), "positive": positive, "features": &names[..used], "not_used": &names[used..], "folds": args.folds,
            "roc_auc": { "online": ranked.online, "online_deviation": ranked.deviation, "batch": ranked.batch },
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = format!("{} sessions, {positive} with {}; {used} features, {} parts\n", rows.len(), args.outcome, args.folds);
    if used < names.len() {
        out += &format!("not used, {} are the most: {}\n", FEATURES_MAX - 1, names[used..].join(", "));
    }
    out += &format!("\n{:<34} {:>8} {:>10}\n", "model", "ROC AUC", "deviation");
    out += &format!("{:<34} {:>8.4} {:>10.4}\n", "online, one pass", ranked.online, ranked.deviation);
    out += &format!("{:<34} {:>8.4}\n", "all at once", ranked.batch);
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}
