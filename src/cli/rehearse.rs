//! `floorwalker rehearse`.

use super::past::Past;
use super::past::Where;
use super::past::clock;
use super::past::count;
use super::past::print;
use super::past::print_json;
use super::past::utc;
use crate::campaign::Campaign;
use crate::campaign::parse_duration;
use crate::engine::Clock;
use crate::engine::retell;
use crate::history::Entry;
use crate::history::Example;
use crate::history::Rehearsal;
use crate::history::Report;
use crate::history::Snapshots;
use crate::model::Currency;
use crate::model::Money;
use crate::model::SessionId;
use crate::model::Timestamp;
use anyhow::Context;
use anyhow::anyhow;
use anyhow::bail;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker rehearse campaigns/draft.toml --last 7d --data data")]
pub(super) struct Args {
    /// The draft, a campaign file. It takes the place of a recorded campaign with the same id.
    draft: PathBuf,
    /// How far back: visits that began since then.
    #[arg(long, default_value = "7d", value_parser = duration)]
    last: Duration,
    #[command(flatten)]
    shop: Where,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "a duration like 7d or 12h".to_owned())
}

/// What no recording can tell.
const UNKNOWN: [&str; 3] = [
    "a visit counts up to the first turn at which its page would have been told something else; what comes after is in no recording",
    "whether a shopper would have liked the draft, ordered more, or waited for a code, is not known",
    "costs are the worst case: every code used, once, on the cart of then or on the offer's least cart",
];

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(&args.draft).with_context(|| format!("failed to read {}", args.draft.display()))?;
    let past = args.shop.open()?;
    let currency = currency_of(&past)?;
    let name = args.draft.display().to_string();
    let draft = match Campaign::parse(&name, &text, currency) {
        Ok(draft) => draft,
        Err(mistakes) => {
            let list: Vec<String> =
                mistakes.iter().map(|mistake| format!("  {name}:{}:{}: {}", mistake.line, mistake.column, mistake.message)).collect();
            bail!("the draft has {}\n{}", count(mistakes.len() as u64, "mistake"), list.join("\n"));
        }
    };
    let to = Clock::system().now();
    let from = Timestamp(to.0.saturating_sub(args.last.as_micros() as u64));
    let mut rehearsal = Rehearsal::new(draft, from, to, past.offers.limits, past.offers.unknown_cost);
    past.scan(|record| {
        let entry = Entry::read(record.kind, &record.payload);
        rehearsal.record(SessionId(record.session), Timestamp(record.at_us), entry, &past.archive);
        ControlFlow::Continue(())
    })?;
    let report = rehearsal.finish();
    if args.json {
        let examples: Vec<serde_json::Value> = report.examples().iter().map(|example| example_json(example, &past.archive)).collect();
        let mut value = serde_json::to_value(&report)?;
        if let Some(fields) = value.as_object_mut() {
            fields.insert("currency".to_owned(), currency.code().into());
            fields.insert("turnsShare".to_owned(), report.turns.share().into());
            fields.insert("examples".to_owned(), examples.into());
            fields.insert("unknown".to_owned(), UNKNOWN.as_slice().into());
        }
        print_json(&value)?;
    } else {
        print(&words(&report, currency, &past.archive))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Amounts of the draft are in the currency of the newest catalog.
fn currency_of(past: &Past) -> anyhow::Result<Currency> {
    let newest = past.archive.versions()?.last().copied().ok_or_else(|| anyhow!("no snapshot is kept"))?;
    Ok(past.archive.read(newest)?.catalog.currency())
}

fn words(report: &Report, currency: Currency, snapshots: &impl Snapshots) -> String {
    let mut out = String::new();
    let money = |minor: i64| Money::new(minor, currency).to_string();
    _ = writeln!(out, "{} rehearsed on visits from {} to {} UTC\n", report.campaign, utc(report.from_ms), utc(report.to_ms));
    let visits = &report.visits;
    _ = writeln!(out, "visits      {:>9}", visits.seen);
    _ = writeln!(out, "  to the end{:>9}", visits.whole);
    _ = writeln!(out, "  in part   {:>9}  up to what the page would have been told otherwise", visits.diverged);
    if visits.broken > 0 {
        _ = writeln!(out, "  broken    {:>9}  up to where their records lead", visits.broken);
        report.broken.iter().for_each(|(reason, count)| _ = writeln!(out, "            {count:>9}  {reason}"));
    }
    if visits.earlier > 0 {
        _ = writeln!(out, "  left out  {:>9}  began before, or their beginning is not kept", visits.earlier);
    }
    _ = writeln!(out, "turns       {:>9}  of {}: {:.1} % count", report.turns.counted, report.turns.seen, report.turns.share() * 100.0);
    _ = writeln!(out, "\ntriggered   {:>9}", report.considered);
    _ = writeln!(out, "  acted     {:>9}  {} seen by a shopper", report.won, report.exposures);
    _ = writeln!(out, "  baseline  {:>9}  would have acted; the shop's default, to measure", report.baseline);
    table(&mut out, "  refused", &report.refused);
    if !report.by_hour.is_empty() {
        _ = writeln!(out, "\nseen, by hour (UTC)");
        bars(&mut out, &hours(&report.by_hour));
        _ = writeln!(out, "\nseen, by page");
        bars(&mut out, &report.by_page.iter().map(|(page, count)| ((*page).to_owned(), *count)).collect::<Vec<_>>());
    }
    if !report.displaced.is_empty() {
        _ = writeln!(out, "\ntakes the place of");
        bars(&mut out, &report.displaced.iter().map(|(campaign, count)| (campaign.to_string(), *count)).collect::<Vec<_>>());
    }
    let cost = &report.cost;
    if cost.requested > 0 {
        _ = writeln!(out, "\noffers      {:>9}  asked for", cost.requested);
        let at_most = if cost.worst_minor > 0 { format!("  costing {} at most", money(cost.worst_minor)) } else { String::new() };
        _ = writeln!(out, "  granted   {:>9}{at_most}", cost.granted);
        if cost.free_shipping > 0 {
            _ = writeln!(out, "            {:>9}  of them free shipping, at what a parcel costs", cost.free_shipping);
        }
        if cost.again > 0 {
            _ = writeln!(out, "  again     {:>9}  the visitor had one", cost.again);
        }
        table(&mut out, "  refused", &cost.refused);
    }
    let examples = report.examples();
    if !examples.is_empty() {
        _ = writeln!(out, "\n{}", count(examples.len() as u64, "example"));
        examples.iter().for_each(|example| write_example(&mut out, example, snapshots));
    }
    _ = writeln!(out);
    UNKNOWN.iter().for_each(|line| _ = writeln!(out, "- {line}"));
    out
}

fn table(out: &mut String, name: &str, counts: &BTreeMap<&'static str, u32>) {
    let mut rows: Vec<(&&str, &u32)> = counts.iter().collect();
    rows.sort_by_key(|(reason, count)| (std::cmp::Reverse(**count), **reason));
    for (index, (reason, count)) in rows.into_iter().enumerate() {
        _ = writeln!(out, "{:<12}{count:>9}  {}", if index == 0 { name } else { "" }, reason.replace('_', " "));
    }
}

const BAR: u32 = 40;

fn bars(out: &mut String, rows: &[(String, u32)]) {
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, count) in rows {
        _ = writeln!(out, "  {name:<width$}  {count:>7}  {}", "▇".repeat((count * BAR).div_ceil(most) as usize));
    }
}

/// Rows of a chart: each hour, or the hours of a day over all days where those would be too many.
fn hours(by_hour: &BTreeMap<u64, u32>) -> Vec<(String, u32)> {
    if by_hour.len() <= 24 {
        let name = |at_ms: u64| utc(at_ms).get(..13).map(|text| format!("{text}:00")).unwrap_or_default();
        return by_hour.iter().map(|(at_ms, count)| (name(*at_ms), *count)).collect();
    }
    let mut of_day: BTreeMap<u64, u32> = BTreeMap::new();
    by_hour.iter().for_each(|(at_ms, count)| *of_day.entry(at_ms / 3_600_000 % 24).or_default() += count);
    of_day.into_iter().map(|(hour, count)| (format!("{hour:02}:00"), count)).collect()
}

fn write_example(out: &mut String, example: &Example, snapshots: &impl Snapshots) {
    _ = writeln!(out, "\n  session {}, began {} UTC", example.session, utc(example.started.millis()));
    for (at, what) in before(example, snapshots) {
        _ = writeln!(out, "    {}  {what}", clock(at));
    }
    let at = clock(since(example, example.at));
    let place = if example.exposure.placement.is_empty() { "the page" } else { &example.exposure.placement };
    _ = writeln!(out, "    {at}  > {place} shows {} ({})", example.exposure.content, example.exposure.variant);
    for campaign in &example.displaced {
        _ = writeln!(out, "    {:9}    in the place of {campaign}", "");
    }
}

fn since(example: &Example, at: Timestamp) -> u64 {
    at.since(example.started).as_millis() as u64
}

fn before(example: &Example, snapshots: &impl Snapshots) -> Vec<(u64, String)> {
    let told = |(at, version, input): &(Timestamp, u64, crate::session::Input)| {
        let snapshot = snapshots.snapshot(*version)?;
        Some((since(example, *at), retell::sentence(input, &snapshot).1))
    };
    example.recent.iter().filter_map(told).collect()
}

fn example_json(example: &Example, snapshots: &impl Snapshots) -> serde_json::Value {
    let before: Vec<serde_json::Value> =
        before(example, snapshots).into_iter().map(|(since_ms, title)| json!({ "sinceMs": since_ms, "title": title })).collect();
    json!({
        "session": example.session.to_string(),
        "startedMs": example.started.millis(),
        "atMs": example.at.millis(),
        "page": example.exposure.page.name(),
        "placement": example.exposure.placement,
        "variant": example.exposure.variant,
        "content": example.exposure.content,
        "displaced": example.displaced,
        "before": before,
    })
}
