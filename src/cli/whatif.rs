//! `floorwalker whatif`.

use super::past::Where;
use super::past::clock;
use super::past::count;
use super::past::print;
use super::past::print_json;
use super::replay::records_of;
use crate::consent::Purpose;
use crate::engine::retell;
use crate::engine::retell::Beside;
use crate::engine::retell::Done;
use crate::engine::retell::Otherwise;
use crate::history::Changes;
use crate::history::Entry;
use crate::history::Snapshots;
use crate::model::Currency;
use crate::model::SessionId;
use crate::store::journal::Record;
use anyhow::anyhow;
use anyhow::bail;
use std::fmt::Write;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker whatif --session 018f3c0e9b7d4a51a3c2d4e5f6071829 --at 12 --set cart=49.00 --data data
         floorwalker whatif --session 018f3c0e9b7d4a51a3c2d4e5f6071829 --at 1 --pause exit-offer --deny personalize")]
pub(super) struct Args {
    /// The session, as the dashboard names it; `floorwalker replay --list` lists some.
    #[arg(long)]
    session: SessionId,
    /// The turn before which it changes, from 1; `floorwalker replay --session` numbers them.
    #[arg(long)]
    at: usize,
    /// cart=VALUE: the cart is worth this much, in major units.
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// This campaign is off.
    #[arg(long, value_name = "CAMPAIGN")]
    pause: Vec<String>,
    /// The page denies this purpose from then on, until the shopper takes an answer back: personalize, remember, measure or share.
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    deny: Vec<Purpose>,
    /// The page allows this purpose.
    #[arg(long, value_name = "PURPOSE", value_parser = purpose)]
    allow: Vec<Purpose>,
    #[command(flatten)]
    shop: Where,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    let known = Purpose::parse(text).filter(|purpose| *purpose != Purpose::Session);
    known.ok_or_else(|| "personalize, remember, measure or share".to_owned())
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.set.is_empty() && args.pause.is_empty() && args.deny.is_empty() && args.allow.is_empty() {
        bail!("nothing is changed: say --set cart=VALUE, --pause CAMPAIGN, --deny PURPOSE or --allow PURPOSE");
    }
    let past = args.shop.open()?;
    let records = records_of(&past, args.session)?;
    let currency = currency_of(&records, &past.archive);
    let mut cart = None;
    for set in &args.set {
        let Some((name, value)) = set.split_once('=') else { bail!("--set {set}: write it as cart=49.00") };
        if name != "cart" {
            bail!("--set {name}: only the cart can be set; time and attention cannot be changed without inventing what the shopper did");
        }
        let minor = value.parse::<f64>().ok().filter(|value| (0.0..=1e9).contains(value));
        let minor = minor.ok_or_else(|| anyhow!("--set cart={value}: an amount like 49.00"))?;
        cart = Some((minor * currency.scale() as f64).round() as i64);
    }
    let consent = args.deny.iter().map(|purpose| (*purpose, false)).chain(args.allow.iter().map(|purpose| (*purpose, true))).collect();
    let pause = args.pause.iter().map(|id| id.as_str().into()).collect();
    let changes = Changes { at: args.at, cart, pause, consent };
    let otherwise = retell::otherwise(args.session, &records, &changes, &past.archive)?;
    if args.json {
        print_json(&otherwise)?;
    } else {
        print(&text(&otherwise))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Currency of the catalog that the visit saw first.
fn currency_of(records: &[Record], snapshots: &impl Snapshots) -> Currency {
    let version = records.iter().find_map(|record| match Entry::read(record.kind, &record.payload) {
        Ok(Entry::Turn(turn)) => Some(turn.version),
        _ => None,
    });
    version.and_then(|version| snapshots.snapshot(version)).map(|snapshot| snapshot.catalog.currency()).unwrap_or_default()
}

/// Width of one column.
const COLUMN: usize = 56;

fn text(otherwise: &Otherwise) -> String {
    let mut out = String::new();
    _ = writeln!(out, "session {}, changed before turn {} of {}\n", otherwise.session, otherwise.at, otherwise.turns);
    _ = writeln!(out, "{:>5}  {:>9}  {:<COLUMN$}  as changed", "turn", "time", "as recorded");
    let mut after = false;
    for moment in &otherwise.moments {
        if moment.after && !after {
            _ = writeln!(out, "{}", "-".repeat(18 + 2 * COLUMN));
            _ = writeln!(
                out,
                "{:18}after the first divergence: what the shopper did is still as recorded, and might have been otherwise",
                ""
            );
            after = true;
        }
        let time = clock(moment.at_ms.saturating_sub(otherwise.started_ms));
        let mark = if moment.same { ' ' } else { '!' };
        let (left, right) = headings(moment);
        _ = writeln!(out, "{:>5}{mark} {time:>9}  {left:<COLUMN$}  {right}", moment.turn);
        let left = moment.recorded.as_ref().map(lines).unwrap_or_default();
        let right = lines(&moment.changed);
        for index in 0..left.len().max(right.len()) {
            let line = |side: &[String]| side.get(index).cloned().unwrap_or_default();
            _ = writeln!(out, "{:18}{:<COLUMN$}  {}", "", line(&left), line(&right));
        }
        moment.notes.iter().for_each(|note| _ = writeln!(out, "{:18}{:<COLUMN$}  note: {note}", "", ""));
    }
    if otherwise.moments.is_empty() {
        _ = writeln!(out, "{:18}nothing is decided or shown from here on, in either", "");
    }
    _ = writeln!(out);
    match otherwise.diverged {
        Some(turn) => _ = writeln!(out, "the page is told something else from turn {turn} on"),
        None => _ = writeln!(out, "the page is told the same"),
    }
    if otherwise.unanswered > 0 {
        _ = writeln!(
            out,
            "{} asked for that the recording has no answer for: none is made up",
            count(otherwise.unanswered as u64, "offer is").replace("offer iss", "offers are")
        );
    }
    if let Some(turn) = otherwise.hole {
        _ = writeln!(out, "compared up to turn {turn}: inputs after it were not recorded");
    }
    out
}

fn headings(moment: &Beside) -> (String, String) {
    let title = moment.title.clone();
    match moment.cause {
        "recorded" => (title.clone(), title),
        "replaced" => (moment.was.clone().unwrap_or_default(), format!("{title}  [changed]")),
        "changed" => (String::new(), format!("{title}  [changed]")),
        _ => (String::new(), title),
    }
}

fn lines(done: &Done) -> Vec<String> {
    let decisions = done.decisions.iter().map(|sentence| format!("> {sentence}"));
    let effects = done.effects.iter().map(|effect| format!("  {effect}"));
    decisions.chain(effects).flat_map(|line| wrapped(&line)).collect()
}

/// Breaks a line between words.
fn wrapped(line: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let indent = line.len() - line.trim_start().len();
    for word in line.split_whitespace() {
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= COLUMN => {
                last.push(' ');
                last.push_str(word);
            }
            None => lines.push(format!("{}{word}", " ".repeat(indent))),
            Some(_) => lines.push(format!("    {word}")),
        }
    }
    lines
}
