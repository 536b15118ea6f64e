//! `floorwalker report`.

use super::past::Where;
use super::past::print;
use super::past::print_json;
use super::past::utc;
use crate::engine::results::Summary;
use crate::engine::results::Tables;
use crate::engine::results::csv;
use crate::store::journal::Position;
use crate::store::journal::Record;
use anyhow::Context;
use anyhow::bail;
use std::fmt::Write;
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
    /// Prints one row per arm for a spreadsheet.
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
    let summaries: Vec<Summary> = trials.into_iter().map(|trial| Summary::of(trial, tables.watermark)).collect();
    if args.json {
        print_json(&summaries)?;
    } else if args.csv {
        print(&csv(&summaries))?;
    } else {
        print(&table(&summaries, tables.watermark.millis()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn table(summaries: &[Summary], watermark_ms: u64) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, "complete up to {} UTC", utc(watermark_ms));
    if summaries.is_empty() {
        let _ =
            writeln!(out, "\nnobody has entered an experiment yet: visitors do when a campaign would act and they agreed to be measured");
    }
    for summary in summaries {
        let _ = writeln!(out, "\n{}  {}", summary.id, summary.name);
        let began = summary.started_ms.map_or_else(String::new, |at| format!(", since {} UTC", utc(at)));
        let _ =
            writeln!(out, "  {} by {}, planned for {} visitors{began}", summary.mode, summary.primary.replace('_', " "), summary.planned);
        if summary.split.alarm {
            let _ = writeln!(out, "  the split is broken (p = {:.2e}): no verdict holds until the reason is known", summary.split.p_value);
        }
        let _ = writeln!(out, "  {:<24} {:>8} {:>10} {:>8} {:>14} {:>14}", "arm", "visitors", "set apart", "orders", "revenue", "profit");
        for arm in &summary.arms {
            let money = |minor: i64| amount(minor as f64, &summary.currency);
            let _ = writeln!(
                out,
                "  {:<24} {:>8} {:>10} {:>8} {:>14} {:>14}",
                arm.arm,
                arm.units,
                arm.set_apart,
                arm.orders,
                money(arm.revenue_minor),
                money(arm.profit_minor)
            );
        }
        for comparison in &summary.comparisons {
            let verdict = match comparison.verdict {
                "better" => "is better",
                "worse" => "is worse",
                "undecided" => "shows no difference within its plan",
                _ => "has not shown a difference yet",
            };
            let _ = writeln!(
                out,
                "  {} {verdict}: {:.0} % of the plan, p = {:.3} at any look, exact test of conversions p = {:.3}",
                comparison.variant,
                comparison.progress * 100.0,
                comparison.p_value,
                comparison.exact_p_value
            );
            for metric in &comparison.metrics {
                let (Some(control), Some(treated)) = (metric.control, metric.treated) else { continue };
                let value = |number: f64| if metric.money { amount(number, &summary.currency) } else { format!("{number:.4}") };
                let lift = metric.lift.map_or_else(
                    || "not enough data".to_owned(),
                    |[low, lift, high]| format!("{:+.1} % [{:+.1}, {:+.1}]", lift * 100.0, low * 100.0, high * 100.0),
                );
                let _ = writeln!(out, "    {:<22} {:>12} {:>12}  {lift}", metric.title, value(control), value(treated));
            }
        }
    }
    out
}

fn amount(minor: f64, currency: &str) -> String {
    let scale = crate::model::Currency::parse(currency).unwrap_or_default().scale() as f64;
    format!("{:.2}", minor / scale)
}
