//! `floorwalker simulate`.

use crate::sim::Bug;
use crate::sim::Counts;
use crate::sim::Fault;
use crate::sim::Outcome;
use crate::sim::Scale;
use crate::sim::Simulation;
use anyhow::Context;
use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

/// Least time between two drawings of the progress bar.
const DRAW_EVERY: Duration = Duration::from_millis(100);
const BAR: usize = 30;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker simulate --seeds 10000")]
pub(super) struct Args {
    /// How many seeds to run.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first one.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Visitors at most.
    #[arg(long, default_value_t = Scale::default().visitors)]
    visitors: usize,
    /// What shoppers do in one run.
    #[arg(long, default_value_t = Scale::default().acts)]
    acts: usize,
    /// Faults in one run at most.
    #[arg(long, default_value_t = Scale::default().faults)]
    faults: usize,
    /// Kinds of faults that may happen, with commas between them; `none` for none. Default: all. The names are those of the counts.
    #[arg(long, value_name = "KINDS")]
    only: Option<String>,
    /// Prints one JSON document.
    #[arg(long)]
    json: bool,
    /// Prints what happened in a run that fails, to its end.
    #[arg(long)]
    trace: bool,
    /// Plants a mistake, to see that it is found.
    #[arg(long, hide = true)]
    plant: Option<String>,
}

/// Sums of all runs.
#[derive(Default)]
struct Sums {
    seeds: u64,
    faults: Counts,
    events: u64,
    acknowledged: u64,
    codes: u64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let bug = match &args.plant {
        Some(name) => Some(Bug::parse(name).with_context(|| {
            let names: Vec<&str> = Bug::ALL.map(Bug::name).to_vec();
            format!("`{name}` cannot be planted; there are {}", names.join(", "))
        })?),
        None => None,
    };
    let scale = Scale { visitors: args.visitors.max(1), acts: args.acts, faults: args.faults, kinds: kinds(args.only.as_deref())? };
    let simulation = Simulation::new(bug);
    // A run that panics is reported with its seed; the backtrace of each attempt to make it smaller would hide that.
    std::panic::set_hook(Box::new(|_| {}));
    let began = Instant::now();
    let mut bar = Bar::new(args.seeds);
    let mut sums = Sums::default();
    let mut failed = None;
    for seed in args.from..args.from.saturating_add(args.seeds) {
        let outcome = simulation.run(seed, &scale, false);
        sums.seeds += 1;
        sums.faults.add(&outcome.faults);
        sums.events += outcome.events;
        sums.acknowledged += outcome.acknowledged;
        sums.codes += outcome.codes;
        if outcome.wrong.is_some() {
            failed = Some(outcome);
            break;
        }
        bar.draw(sums.seeds, began.elapsed());
    }
    bar.clear();
    let shrunk = failed.as_ref().map(|failed| simulation.shrink(failed.seed, &scale));
    let plant = args.plant.as_ref().map_or(String::new(), |name| format!(" --plant {name}"));
    let command = |seed: u64, scale: &Scale| format!("floorwalker simulate --seeds 1 --from {seed}{}{plant} --trace", scale.options());
    let time = began.elapsed();
    if args.json {
        let failure = failed.as_ref().zip(shrunk.as_ref()).map(|(failed, shrunk)| {
            serde_json::json!({
                "seed": failed.seed,
                "wrong": failed.wrong,
                "command": command(failed.seed, &scale),
                "smaller": command(failed.seed, &shrunk.scale),
                "smallerWrong": shrunk.outcome.wrong,
                "trace": shrunk.outcome.lines,
            })
        });
        println!("{}", sums.json(time, failure));
    } else {
        sums.print(time);
        if failed.is_none() {
            println!("no seed fails: nothing was lost, nothing happened twice");
        }
        if let (Some(failed), Some(shrunk)) = (&failed, &shrunk) {
            say(failed, "fails", &command(failed.seed, &scale));
            say(&shrunk.outcome, "fails in a smaller run", &command(failed.seed, &shrunk.scale));
            let lines = &shrunk.outcome.lines;
            let from = if args.trace { 0 } else { lines.len().saturating_sub(40) };
            lines.iter().skip(from).for_each(|line| println!("  {line}"));
        }
    }
    Ok(if failed.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn say(outcome: &Outcome, what: &str, command: &str) {
    println!("seed {} {what}: {}", outcome.seed, outcome.wrong.as_deref().unwrap_or_default());
    println!("  {command}");
}

fn kinds(only: Option<&str>) -> anyhow::Result<Vec<Fault>> {
    match only {
        None => Ok(Fault::ALL.to_vec()),
        Some("none") => Ok(Vec::new()),
        Some(list) => {
            let parse = |name: &str| {
                Fault::parse(name.trim()).with_context(|| {
                    let names: Vec<&str> = Fault::ALL.map(Fault::name).to_vec();
                    format!("`{name}` is no kind of fault; there are {}", names.join(", "))
                })
            };
            let named = list.split(',').map(parse).collect::<anyhow::Result<Vec<Fault>>>()?;
            Ok(Fault::ALL.into_iter().filter(|fault| named.contains(fault)).collect())
        }
    }
}

impl Sums {
    fn print(&self, time: Duration) {
        let per_second = self.seeds as f64 / time.as_secs_f64().max(1e-9);
        println!("{} seeds in {:.1} s ({per_second:.0} a second), {} faults", self.seeds, time.as_secs_f64(), self.faults.total());
        println!("{} events, {} acknowledged, {} codes shown", self.events, self.acknowledged, self.codes);
        for (fault, count) in self.faults.iter() {
            println!("  {:<24} {count:>9}", fault.name());
        }
    }

    fn json(&self, time: Duration, failure: Option<serde_json::Value>) -> serde_json::Value {
        let faults: serde_json::Map<String, serde_json::Value> =
            self.faults.iter().map(|(fault, count)| (fault.name().to_owned(), count.into())).collect();
        serde_json::json!({
            "seeds": self.seeds,
            "seconds": time.as_secs_f64(),
            "events": self.events,
            "acknowledged": self.acknowledged,
            "codes": self.codes,
            "faults": faults,
            "failure": failure,
        })
    }
}

/// A progress bar where a person looks, nothing elsewhere.
struct Bar {
    all: u64,
    is_shown: bool,
    drawn: Option<Duration>,
}

impl Bar {
    fn new(all: u64) -> Bar {
        Bar { all, is_shown: std::io::stderr().is_terminal(), drawn: None }
    }

    fn draw(&mut self, done: u64, time: Duration) {
        if !self.is_shown || self.drawn.is_some_and(|drawn| time < drawn + DRAW_EVERY) {
            return;
        }
        self.drawn = Some(time);
        let filled = (done * BAR as u64 / self.all.max(1)) as usize;
        let left = time.as_secs_f64() / done.max(1) as f64 * (self.all - done) as f64;
        // Where the bar cannot be written nobody misses it.
        let _ = write!(std::io::stderr(), "\r[{:<BAR$}] {done}/{} seeds, {left:.0} s left ", "=".repeat(filled), self.all);
    }

    fn clear(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr(), "\r{:80}\r", "");
        }
    }
}
