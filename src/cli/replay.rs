//! `floorwalker replay`.

use super::past::Past;
use super::past::Where;
use super::past::clock;
use super::past::count;
use super::past::print;
use super::past::print_json;
use super::past::utc;
use crate::engine::retell;
use crate::engine::retell::Difference;
use crate::engine::retell::Replayed;
use crate::engine::retell::RetellError;
use crate::engine::view::ProofView;
use crate::history;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Step;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::store::journal::Record;
use anyhow::bail;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(
    after_help = "Example: floorwalker replay --list --data data\n         floorwalker replay --session 018f3c0e9b7d4a51a3c2d4e5f6071829 --data data\n         floorwalker replay --all --data data"
)]
pub(super) struct Args {
    /// The session, as the dashboard names it.
    #[arg(long, required_unless_present_any = ["all", "list"], conflicts_with_all = ["all", "list"])]
    session: Option<SessionId>,
    /// Verifies every session in the journal and prints counts.
    #[arg(long, conflicts_with = "list")]
    all: bool,
    /// Lists the newest sessions in the journal, 20 or so many: when they began, their length, and which campaigns acted.
    #[arg(long, value_name = "COUNT", num_args = 0..=1, default_missing_value = "20")]
    list: Option<usize>,
    #[command(flatten)]
    shop: Where,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let past = args.shop.open()?;
    let is_same = match (args.session, args.list) {
        (Some(id), _) => one(&past, id, args.json)?,
        (None, Some(limit)) => return list(&past, limit, args.json),
        (None, None) => all(&past, args.json)?,
    };
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The records of one session, oldest first.
pub(super) fn records_of(past: &Past, id: SessionId) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    past.scan(|record| {
        if record.session == id.0 {
            records.push(record);
        }
        if records.len() > retell::RECORDS_MAX { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if records.len() > retell::RECORDS_MAX {
        bail!(RetellError::TooLong { limit: retell::RECORDS_MAX });
    }
    Ok(records)
}

fn one(past: &Past, id: SessionId, json: bool) -> anyhow::Result<bool> {
    let replayed = retell::verify(id, &records_of(past, id)?, &past.archive)?;
    if json {
        print_json(&replayed)?;
    } else {
        let mut out = text(&replayed);
        if let Some(reason) = &replayed.stopped {
            let _ = writeln!(out, "stopped {reason}{}", why_no_snapshot(past, &replayed));
        }
        print(&out)?;
    }
    Ok(replayed.is_same())
}

/// What the archive says about the snapshot of the turn that could not be gone through.
fn why_no_snapshot(past: &Past, replayed: &Replayed) -> String {
    let versions = past.archive.versions().unwrap_or_default();
    let newest = replayed.steps.last().map_or(0, |step| step.snapshot);
    match versions.iter().find(|version| **version > newest).map(|version| past.archive.read(*version)) {
        Some(Err(error)) => format!(" ({error})"),
        _ => String::new(),
    }
}

fn text(replayed: &Replayed) -> String {
    let mut out = String::new();
    let versions: BTreeSet<u64> = replayed.steps.iter().map(|step| step.snapshot).collect();
    let versions: Vec<String> = versions.iter().map(ToString::to_string).collect();
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(
        out,
        "session {}, began {} UTC, {}, snapshot {}",
        replayed.session,
        utc(replayed.started_ms),
        count(replayed.turns as u64, "turn"),
        versions.join(", ")
    );
    if replayed.cut {
        let _ = writeln!(out, "its first records are past retention: verified from a later record of the whole visit on");
    }
    let _ = writeln!(out, "\n{:>5}  {:>9}  what happened", "turn", "time");
    for step in &replayed.steps {
        let mark = if step.same { ' ' } else { '!' };
        let facts: Vec<String> = step.line.detail.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let facts = if facts.is_empty() { String::new() } else { format!("  ({})", facts.join(", ")) };
        let at = clock(step.line.at_ms.saturating_sub(replayed.started_ms));
        let _ = writeln!(out, "{:>5}{mark} {at:>9}  {}{facts}", step.turn, step.line.title);
        step.decisions.iter().for_each(|proof| write_proof(&mut out, proof, "                   "));
    }
    out.push('\n');
    if let Some(difference) = &replayed.difference {
        write_difference(&mut out, replayed, difference);
    }
    let differ = replayed.turns - replayed.same;
    let _ = if differ == 0 {
        writeln!(out, "{} of {} gave the same effects, byte for byte", replayed.same, count(replayed.turns as u64, "turn"))
    } else {
        writeln!(out, "{differ} of {} gave other effects than were recorded", count(replayed.turns as u64, "turn"))
    };
    out
}

fn write_proof(out: &mut String, proof: &ProofView, indent: &str) {
    let (title, _) = retell::decision(proof);
    let _ = writeln!(out, "{indent}> {title}  [{}, set off by {}]", proof.id, proof.trigger.replace('_', " "));
    for one in &proof.considered {
        let outcome = match (one.outcome.as_str(), &one.sentence) {
            ("won", _) => format!("won with {}", one.variant.as_deref().unwrap_or("-")),
            ("baseline", _) => "keeps the shop's default, to measure".to_owned(),
            (_, Some(sentence)) => format!("refused: {sentence}"),
            (other, None) => other.to_owned(),
        };
        let reads: Vec<String> = one
            .reads
            .iter()
            .map(|read| {
                let held = match read.passed {
                    Some(true) => "",
                    Some(false) => ", did not hold",
                    None => "",
                };
                format!("{} = {}{held}", read.name, read.value)
            })
            .collect();
        let limits: Vec<String> = one.limits.iter().map(|limit| format!("{} {} of {}", limit.name, limit.used, limit.max)).collect();
        let details: Vec<String> = reads.into_iter().chain(limits).collect();
        let details = if details.is_empty() { String::new() } else { format!("  ({})", details.join("; ")) };
        let _ = writeln!(out, "{indent}    {:<24} {outcome}{details}", one.campaign);
    }
}

fn write_difference(out: &mut String, replayed: &Replayed, difference: &Difference) {
    let step = replayed.steps.get(difference.turn.saturating_sub(1));
    let (title, at, version) = step.map_or(("", 0, 0), |step| (step.line.title.as_str(), step.line.at_ms, step.snapshot));
    let _ = writeln!(out, "turn {} gave other effects; later differences may follow from it", difference.turn);
    let _ = writeln!(out, "  input     {title}, {} UTC, with snapshot {version}", utc(at));
    for (name, side) in [("expected", &difference.expected), ("got", &difference.got)] {
        let _ = writeln!(out, "  {name:<8}  effects {}", side.digest);
        if side.decisions.is_empty() {
            let _ = writeln!(out, "            no decision");
        }
        side.decisions.iter().for_each(|proof| write_proof(out, proof, "            "));
        for effect in side.effects.iter().flatten() {
            let _ = writeln!(out, "            {effect}");
        }
    }
    out.push('\n');
}

/// A session in a list.
#[derive(Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    session: String,
    began_ms: u64,
    last_ms: u64,
    turns: u64,
    /// Campaigns that acted, in the order of their names.
    acted: BTreeSet<String>,
}

/// The sessions that began last, oldest of them first.
fn list(past: &Past, limit: usize, json: bool) -> anyhow::Result<ExitCode> {
    let mut sessions: BTreeMap<SessionId, Listed> = BTreeMap::new();
    past.scan(|record| {
        let (id, at_ms) = (SessionId(record.session), record.at_us / 1_000);
        let new = || Listed { session: id.to_string(), began_ms: at_ms, ..Listed::default() };
        let listed = sessions.entry(id).or_insert_with(new);
        listed.last_ms = at_ms;
        match record.kind & !history::MEASURED {
            history::TURN => listed.turns += 1,
            history::DECISION => listed.acted.extend(retell::acted(&record.payload)),
            _ => {}
        }
        ControlFlow::Continue(())
    })?;
    let mut sessions: Vec<Listed> = sessions.into_values().collect();
    sessions.sort_by(|a, b| (a.began_ms, &a.session).cmp(&(b.began_ms, &b.session)));
    let newest = sessions.split_off(sessions.len().saturating_sub(limit));
    if json {
        print_json(&newest)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut out = String::new();
    _ = writeln!(out, "{:<32}  {:<19}  {:>9}  {:>5}  campaigns that acted", "session", "began (UTC)", "length", "turns");
    for one in &newest {
        let acted: Vec<&str> = one.acted.iter().map(String::as_str).collect();
        let (began, length) = (utc(one.began_ms), clock(one.last_ms.saturating_sub(one.began_ms)));
        _ = writeln!(out, "{}  {began}  {length:>9}  {:>5}  {}", one.session, one.turns, acted.join(", "));
    }
    _ = writeln!(out, "\n{} of {}", newest.len(), count((sessions.len() + newest.len()) as u64, "session"));
    print(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// Counts of a whole journal.
#[derive(Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
struct Tally {
    sessions: u64,
    /// Sessions whose every turn gave the same effects.
    same: u64,
    /// Sessions with a turn that did not; at most [`NAMED_MAX`] are named.
    different: Vec<String>,
    /// Sessions that could not be gone through, by reason.
    stopped: BTreeMap<String, u64>,
    turns: u64,
    turns_same: u64,
}

/// Sessions with differences that are named.
const NAMED_MAX: usize = 20;

fn all(past: &Past, json: bool) -> anyhow::Result<bool> {
    // Every visit is gone through as its records come, so that the journal is read once.
    let mut visits: BTreeMap<SessionId, Option<(Box<Replay>, u64)>> = BTreeMap::new();
    let mut tally = Tally::default();
    let mut different = 0_u64;
    past.scan(|record| {
        let id = SessionId(record.session);
        let visit = visits.entry(id).or_insert_with(|| Some((Box::new(Replay::new(None)), 0)));
        let Some((replay, differences)) = visit else { return ControlFlow::Continue(()) };
        let stepped = Entry::read(record.kind, &record.payload)
            .map_err(|error| error.to_string())
            .and_then(|entry| replay.step(Timestamp(record.at_us), entry, &past.archive).map_err(|error| error.to_string()));
        match stepped {
            Ok(Step::Turn { expected, got }) => {
                tally.turns += 1;
                tally.turns_same += u64::from(expected == got);
                if expected != got && *differences == 0 {
                    different += 1;
                    if tally.different.len() < NAMED_MAX {
                        tally.different.push(id.to_string());
                    }
                }
                *differences += u64::from(expected != got);
            }
            Ok(Step::Quiet) => {}
            Err(reason) => {
                *tally.stopped.entry(reason).or_default() += 1;
                *visit = None;
            }
        }
        ControlFlow::Continue(())
    })?;
    tally.sessions = visits.len() as u64;
    tally.same = visits.values().filter(|visit| matches!(visit, Some((_, 0)))).count() as u64;
    if json {
        print_json(&tally)?;
    } else {
        let mut out = String::new();
        _ = writeln!(out, "sessions   {:>10}", tally.sessions);
        _ = writeln!(out, "  same     {:>10}", tally.same);
        _ = writeln!(out, "  differ   {different:>10}");
        _ = writeln!(out, "  stopped  {:>10}", tally.stopped.values().sum::<u64>());
        _ = writeln!(out, "turns      {:>10}", tally.turns);
        _ = writeln!(out, "  same     {:>10}", tally.turns_same);
        tally.different.iter().for_each(|id| _ = writeln!(out, "differs: {id}"));
        tally.stopped.iter().for_each(|(reason, count)| _ = writeln!(out, "stopped: {count} because {reason}"));
        print(&out)?;
    }
    Ok(tally.same == tally.sessions)
}
