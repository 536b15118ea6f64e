//! The report as text: a table for the terminal, and CSV that no spreadsheet runs.

use super::verdict::grouped;
use super::view::Comparison;
use super::view::Interval;
use super::view::MetricReport;
use super::view::Report;
use crate::model::Currency;
use crate::model::Money;
use std::fmt::Write;

/// A table for people, at most 120 columns wide. `name` is the experiment's.
pub fn report_table(name: &str, report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_table(&mut text, name, report);
    text
}

fn write_table(out: &mut String, name: &str, report: &Report) -> std::fmt::Result {
    let rule = if report.rule == "horizon" { "planned for" } else { "open, tightest at" };
    writeln!(out, "{} ({rule} {} visitors, alpha {}%)", printable(name), grouped(report.planned_visitors), report.alpha * 100.0)?;
    if let Some(pause) = &report.pause {
        writeln!(out, "PAUSE: {}", pause.reason)?;
    }
    writeln!(
        out,
        "\n{:<12} {:>9} {:>9} {:>9} {:>8} {:>14} {:>14} {:>12}",
        "arm", "assigned", "visitors", "shown", "orders", "revenue", "profit", "discount"
    )?;
    let currency = Currency::parse(&report.currency).unwrap_or_default();
    let money = |minor: i64| Money::new(minor, currency).to_string();
    for arm in &report.arms {
        writeln!(
            out,
            "{:<12} {:>9} {:>9} {:>9} {:>8} {:>14} {:>14} {:>12}",
            arm.arm,
            grouped(arm.assigned),
            grouped(arm.visitors),
            grouped(arm.shown),
            grouped(arm.orders),
            money(arm.revenue),
            money(arm.profit),
            money(arm.discount)
        )?;
    }
    let split = &report.triggered_split;
    let state = if split.is_alarm { "NOT as intended" } else { "as intended" };
    writeln!(out, "\nsplit of triggered visitors: {state} (always-valid p {:.3})", split.p_value)?;
    for comparison in &report.comparisons {
        write_comparison(out, comparison, currency)?;
    }
    for note in &report.notes {
        writeln!(out, "note: {note}")?;
    }
    Ok(())
}

fn write_comparison(out: &mut String, comparison: &Comparison, currency: Currency) -> std::fmt::Result {
    writeln!(out, "\n{} against {}: {}", comparison.arm, comparison.control, comparison.sentence)?;
    if let Some(note) = &comparison.exaggeration {
        writeln!(out, "  {note}")?;
    }
    writeln!(out, "  {:<22} {:>12} {:>12} {:>9} {:>20} {:>8}", "metric", "control", "variant", "lift", "interval of lift", "p")?;
    for metric in &comparison.metrics {
        let mark = if metric.is_significant { "*" } else { "" };
        writeln!(
            out,
            "  {:<22} {:>12} {:>12} {:>9} {:>20} {:>8}{mark}",
            printable(&metric.title),
            value(metric, metric.control, currency),
            value(metric, metric.treated, currency),
            metric.lift.map_or_else(|| "-".to_owned(), percent),
            metric.lift_interval.map_or_else(|| "-".to_owned(), range),
            metric.adjusted_p_value.or(metric.p_value).map_or_else(|| "-".to_owned(), |p| format!("{p:.4}")),
        )?;
    }
    if let Some(money) = &comparison.money {
        let amount = |minor: f64| Money::new(minor.round() as i64, currency).to_string();
        writeln!(
            out,
            "  {} per 1,000 visitors: {} ({} to {})",
            money.metric.replace("_per_visitor", ""),
            amount(money.per_thousand_visitors),
            amount(money.per_thousand_interval.lower),
            amount(money.per_thousand_interval.upper)
        )?;
    }
    if let Some(anyway) = comparison.discount_anyway {
        let amount = Money::new(anyway.round() as i64, currency);
        writeln!(out, "  discount given to those who would have bought anyway: about {amount}")?;
    }
    let progress = comparison.power.progress * 100.0;
    let weeks = comparison.power.weeks.map_or_else(String::new, |weeks| format!(", {weeks} weeks in all at this rate"));
    writeln!(out, "  progress: {progress:.0}%{weeks}")?;
    if let Some(hint) = &comparison.power.hint {
        writeln!(out, "  {hint}")?;
    }
    for segment in comparison.segments.iter().filter(|segment| segment.is_flagged) {
        let lift = segment.shrunk_lift.map_or_else(|| "-".to_owned(), percent);
        writeln!(out, "  {} {}: {lift} in {} (exploratory)", segment.axis, segment.segment, segment.metric.replace('_', " "))?;
    }
    if comparison.novelty.as_ref().is_some_and(|novelty| novelty.fades) {
        writeln!(out, "  the effect fades from day to day")?;
    }
    Ok(())
}

fn value(metric: &MetricReport, value: Option<f64>, currency: Currency) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if metric.kind == super::super::MetricKind::Proportion => format!("{:.2}%", value * 100.0),
        Some(value) if is_money(metric) => Money::new(value.round() as i64, currency).to_string(),
        Some(value) => format!("{value:.2}"),
    }
}

fn is_money(metric: &MetricReport) -> bool {
    super::super::Metric::parse(metric.metric).is_some_and(|metric| metric.is_money())
}

fn percent(lift: f64) -> String {
    format!("{:+.1}%", lift * 100.0)
}

fn range(interval: Interval) -> String {
    format!("{} to {}", percent(interval.lower), percent(interval.upper))
}

/// Text from outside without control characters, so that it cannot steer a terminal; at most 64 characters.
fn printable(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(64).collect()
}

/// Columns of [`report_csv`].
const CSV_HEADER: &str = "experiment,arm,control,metric,primary,visitors,control_mean,variant_mean,difference,difference_lower,\
                              difference_upper,lift,lift_lower,lift_upper,p_value,adjusted_p_value,significant,verdict";

/// One row per variant and metric, with a header. Empty where something cannot be said. Money in minor units.
///
/// Text cells that a spreadsheet would take for a formula get an apostrophe in front.
pub fn report_csv(name: &str, report: &Report) -> String {
    let mut text = String::from(CSV_HEADER);
    text.push('\n');
    for comparison in &report.comparisons {
        for metric in &comparison.metrics {
            let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
            let cells = [
                cell(name),
                cell(&comparison.arm),
                cell(&comparison.control),
                cell(if metric.metric.starts_with("custom") { &metric.title } else { metric.metric }),
                metric.is_primary.to_string(),
                comparison.visitors.to_string(),
                number(metric.control),
                number(metric.treated),
                number(metric.difference),
                number(metric.interval.map(|interval| interval.lower)),
                number(metric.interval.map(|interval| interval.upper)),
                number(metric.lift),
                number(metric.lift_interval.map(|interval| interval.lower)),
                number(metric.lift_interval.map(|interval| interval.upper)),
                number(metric.p_value),
                number(metric.adjusted_p_value),
                metric.is_significant.to_string(),
                cell(comparison.verdict.name()),
            ];
            text.push_str(&cells.join(","));
            text.push('\n');
        }
    }
    text
}

/// A text cell: quoted where it must be (RFC 4180), and never a formula.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        safe.push('\'');
    }
    safe.push_str(text);
    if safe.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@SUM(A1), \"x\""), "\"'@SUM(A1), \"\"x\"\"\"");
        assert_eq!(cell("summer sale"), "summer sale");
        assert_eq!(printable("a\u{1b}[31mb\n"), "a[31mb");
    }
}
