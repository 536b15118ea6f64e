//! `floorwalker evaluate policy`.

use super::past::print;
use super::past::print_json;
use crate::integrations::decision_log;
use crate::integrations::decision_log::Cell;
use crate::integrations::decision_log::Chances;
use crate::integrations::decision_log::DecisionLog;
use crate::integrations::decision_log::LoggedDecision;
use crate::learn::bandit::ARMS_MAX;
use crate::learn::bandit::Evidence;
use crate::learn::bandit::FEATURES_MAX;
use crate::learn::bandit::Policy;
use crate::learn::policy::Estimate;
use crate::learn::policy::PolicyFile;
use crate::learn::policy::Target;
use crate::learn::policy::Valuation;
use crate::learn::policy::Weighed;
use crate::learn::policy::cross_fitted;
use crate::learn::policy::value;
use anyhow::Context;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(
    after_help = "A log is what `floorwalker export decisions` writes, or a table with the columns item_id or action, propensity_score\n\
    and click or reward. The possible actions of a table are the ids in --items, or in the file beside it that ends in\n\
    _items.csv or _items.csv.gz, or else those that were ever taken.\n\
    Example: floorwalker evaluate policy --log decisions.jsonl --target uniform"
)]
pub(super) struct Args {
    /// The log.
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// uniform, logged, or a saved policy.
    #[arg(long, value_name = "uniform|logged|MODEL")]
    target: String,
    /// Which campaign's decisions, if the log has several.
    #[arg(long, value_name = "ID")]
    campaign: Option<String>,
    /// The possible actions of a table.
    #[arg(long, value_name = "FILE")]
    items: Option<PathBuf>,
    /// Least probability an action had: weights above 1 / FLOOR count as that.
    #[arg(long, value_name = "FLOOR")]
    floor: Option<f64>,
    /// Writes a policy that was learned from the log to a file.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let name = args.log.display();
    if let Some(floor) = args.floor {
        anyhow::ensure!(floor > 0.0 && floor <= 1.0, "--floor takes a probability above 0, not {floor}");
    }
    let mut log = decision_log::parse(open(&args.log)?).with_context(|| format!("failed to read {name}"))?;
    for error in log.errors.iter().take(3) {
        eprintln!("{name}: {error}");
    }
    if log.errors.len() > 3 {
        eprintln!("{name}: {} rows or more were left out", log.errors.len());
    }
    one_campaign(&mut log, args.campaign.as_deref()).with_context(|| name.to_string())?;
    let actions_from = add_items(&mut log, args)?;
    let features = features(&log);
    let contexts: Vec<Vec<f64>> = log.decisions.iter().map(|decision| context(decision, &log.columns, &features)).collect();
    if let Some(path) = &args.save {
        save(path, &log, &features, &contexts)?;
    }
    let rows = weigh(&log, &contexts, &args.target)?;
    let clip = args.floor.map(|floor| 1.0 / floor);
    let valued = match value(&rows, clip) {
        Ok(valued) => valued,
        Err(reason) if args.json => {
            print_json(&serde_json::json!({ "target": args.target, "decisions": rows.len(), "refused": reason.to_string() }))?;
            return Ok(ExitCode::FAILURE);
        }
        Err(reason) => anyhow::bail!("no estimate of {}: {reason}", args.target),
    };
    if args.json {
        print_json(&document(&valued, &args.target, log.actions.len(), clip))?;
    } else {
        print(&table(&valued, &args.target, log.actions.len(), &actions_from, clip))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn open(path: &Path) -> anyhow::Result<File> {
    File::open(path).with_context(|| format!("failed to read {}", path.display()))
}

fn one_campaign(log: &mut DecisionLog, wanted: Option<&str>) -> anyhow::Result<()> {
    if let Some(wanted) = wanted {
        log.decisions.retain(|decision| decision.campaign == wanted);
        anyhow::ensure!(!log.decisions.is_empty(), "has no decision of the campaign {wanted}");
        let used: Vec<bool> = (0..log.actions.len()).map(|action| log.decisions.iter().any(|row| mentions(row, action))).collect();
        let place: Vec<usize> = used.iter().scan(0, |next, &used| (Some(*next), *next += usize::from(used)).0).collect();
        log.actions = log.actions.iter().zip(&used).filter(|(_, used)| **used).map(|(action, _)| action.clone()).collect();
        for row in &mut log.decisions {
            row.action = place[row.action];
            if let Chances::All(all) = &mut row.chances {
                all.iter_mut().for_each(|(action, _)| *action = place[*action]);
            }
        }
    }
    let mut campaigns: Vec<&str> = log.decisions.iter().map(|decision| decision.campaign.as_str()).collect();
    campaigns.sort_unstable();
    campaigns.dedup();
    anyhow::ensure!(campaigns.len() <= 1, "has decisions of several campaigns, choose one with --campaign: {}", campaigns.join(", "));
    anyhow::ensure!(!log.decisions.is_empty(), "has no decision that can be read");
    Ok(())
}

fn mentions(row: &LoggedDecision, action: usize) -> bool {
    row.action == action || matches!(&row.chances, Chances::All(all) if all.iter().any(|(at, _)| *at == action))
}

/// Adds actions that were possible but never taken, and says where they come from.
fn add_items(log: &mut DecisionLog, args: &Args) -> anyhow::Result<String> {
    let beside = || {
        let name = args.log.file_name()?.to_str()?;
        let stem = name.strip_suffix(".gz").unwrap_or(name).strip_suffix(".csv")?;
        ["_items.csv.gz", "_items.csv"].iter().map(|end| args.log.with_file_name(format!("{stem}{end}"))).find(|path| path.is_file())
    };
    if log.decisions.iter().any(|decision| matches!(decision.chances, Chances::All(_))) {
        return Ok("logged with each decision".to_owned());
    }
    let Some(path) = args.items.clone().or_else(beside) else { return Ok("that were ever taken".to_owned()) };
    let items = decision_log::parse_items(open(&path)?).with_context(|| format!("failed to read {}", path.display()))?;
    if let Some(unknown) = log.actions.iter().find(|action| !items.contains(action)) {
        anyhow::bail!("{} does not list the action {unknown} that was taken", path.display());
    }
    log.actions.extend(items.into_iter().filter(|item| !log.actions.contains(item)).collect::<Vec<_>>());
    Ok(format!("from {}", path.display()))
}

/// Texts of one column that become features.
const TEXTS_MAX: usize = 8;

/// Which numbers of the context explain rewards: the constant, columns of numbers and the most frequent texts, as they fit.
fn features(log: &DecisionLog) -> Vec<String> {
    let mut features = vec!["1".to_owned()];
    for (at, column) in log.columns.iter().enumerate() {
        let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        for cell in log.decisions.iter().filter_map(|decision| decision.cells.get(at)) {
            match cell {
                Cell::Number(number) => (least, most) = (least.min(*number), most.max(*number)),
                Cell::Text(text) => *texts.entry(text).or_default() += 1,
                Cell::Missing => {}
            }
        }
        // What is always the same explains nothing.
        if least < most {
            features.push(column.clone());
        }
        if texts.len() > 1 {
            let mut texts: Vec<(&str, usize)> = texts.into_iter().collect();
            texts.sort_by_key(|&(text, count)| (std::cmp::Reverse(count), text));
            features.extend(texts.iter().take(TEXTS_MAX).map(|(text, _)| format!("{column}={text}")));
        }
    }
    features.truncate(FEATURES_MAX);
    features
}

fn context(decision: &LoggedDecision, columns: &[String], features: &[String]) -> Vec<f64> {
    features.iter().map(|name| if name == "1" { 1.0 } else { decision.feature(columns, name) }).collect()
}

/// Learns a linear policy from the log.
fn save(path: &Path, log: &DecisionLog, features: &[String], contexts: &[Vec<f64>]) -> anyhow::Result<()> {
    anyhow::ensure!(log.actions.len() <= ARMS_MAX, "--save takes at most {ARMS_MAX} actions, the log has {}", log.actions.len());
    let mut arms = vec![Evidence::new(features.len()); log.actions.len()];
    for (decision, context) in log.decisions.iter().zip(contexts) {
        arms[decision.action].add(context, decision.reward);
    }
    let file = PolicyFile::linear(features.to_vec(), log.actions.clone(), Policy::of(&arms, 1.0, 0.0));
    std::fs::write(path, serde_json::to_string(&file)?).with_context(|| format!("failed to write {}", path.display()))
}

/// Compares the target with what was done.
fn weigh(log: &DecisionLog, contexts: &[Vec<f64>], target: &str) -> anyhow::Result<Vec<Weighed>> {
    let policy = match target {
        "uniform" | "logged" => None,
        path => {
            let text = std::fs::read(path).with_context(|| format!("--target is neither uniform nor logged, and {path} cannot be read"))?;
            Some(PolicyFile::read(&text).with_context(|| format!("--target {path}"))?)
        }
    };
    let count = log.actions.len();
    let targets: Vec<Vec<f64>> =
        log.decisions.iter().map(|decision| of_target(log, decision, policy.as_ref(), target == "logged")).collect();
    let rewards: Vec<f64> = log.decisions.iter().map(|decision| decision.reward).collect();
    let actions: Vec<usize> = log.decisions.iter().map(|decision| decision.action).collect();
    let weighed = |(decision, chances): (&LoggedDecision, &Vec<f64>)| {
        let logged = match &decision.chances {
            Chances::Taken(chance) => *chance,
            Chances::All(all) => all.iter().find(|(action, _)| *action == decision.action).map_or(0.0, |(_, chance)| *chance),
        };
        let weight = if target == "logged" { 1.0 } else { chances[decision.action] / logged };
        Weighed { weight, reward: decision.reward, expected: 0.0, expected_of_target: 0.0 }
    };
    let mut rows: Vec<Weighed> = log.decisions.iter().zip(&targets).map(weighed).collect();
    cross_fitted(contexts, &actions, &rewards, count, |row, expected| {
        rows[row].expected = expected[actions[row]];
        rows[row].expected_of_target = expected.iter().zip(&targets[row]).map(|(expected, chance)| expected * chance).sum();
    });
    Ok(rows)
}

/// What the target does in the place of a decision: the probability of each action.
fn of_target(log: &DecisionLog, decision: &LoggedDecision, policy: Option<&Target>, as_logged: bool) -> Vec<f64> {
    let mut chances = vec![0.0; log.actions.len()];
    match (policy, &decision.chances) {
        (Some(policy), _) => {
            policy.chances(&log.actions, |name| decision.feature(&log.columns, name), &mut chances);
        }
        (None, Chances::All(all)) => {
            let possible = all.iter().filter(|(_, chance)| *chance > 0.0).count() as f64;
            for &(action, chance) in all.iter().filter(|(_, chance)| *chance > 0.0) {
                chances[action] = if as_logged { chance } else { 1.0 / possible };
            }
        }
        // What a table's policy would have done else is not known; the action stands for it.
        (None, Chances::Taken(_)) if as_logged => chances[decision.action] = 1.0,
        (None, Chances::Taken(_)) => chances.fill(1.0 / log.actions.len() as f64),
    }
    chances
}

fn document(v: &Valuation, target: &str, actions: usize, clip: Option<f64>) -> serde_json::Value {
    let estimate = |e: Estimate| serde_json::json!({ "value": e.value, "low": e.low, "high": e.high });
    serde_json::json!({
        "target": target, "decisions": v.decisions, "actions": actions, "on_policy": estimate(v.on_policy), "ips": estimate(v.ips),
        "snips": estimate(v.snips), "doubly_robust": estimate(v.doubly_robust), "effective_sample_size": v.effective,
        "weight_max": v.weight_max, "weight_mean": v.weight_mean, "weight_limit": clip, "clipped": v.clipped,
    })
}

fn table(v: &Valuation, target: &str, actions: usize, actions_from: &str, clip: Option<f64>) -> String {
    let mut out = format!("{} decisions among {actions} actions, {actions_from}\n\n", v.decisions);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{:<28} {:>10} {:>24}", "mean reward", "estimate", "95% interval");
    let mut row = |name: &str, e: Estimate| {
        let _ = writeln!(out, "{name:<28} {:>10.6} {:>24}", e.value, format!("{:.6} to {:.6}", e.low, e.high));
    };
    row("as logged", v.on_policy);
    row(&format!("{target}, IPS"), v.ips);
    row(&format!("{target}, SNIPS"), v.snips);
    row(&format!("{target}, doubly robust"), v.doubly_robust);
    let _ =
        writeln!(out, "\neffective sample size {:.1}, largest weight {:.2}, mean weight {:.4}", v.effective, v.weight_max, v.weight_mean);
    if let Some(clip) = clip {
        let _ = writeln!(out, "{} weights were cut to {clip:.2}; that draws the estimates towards what was logged", v.clipped);
    }
    out
}
