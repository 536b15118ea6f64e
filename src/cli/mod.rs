//! The commands. Exit code 0: done; 1: it failed, and says why; 2: wrong usage.

mod bandit;
mod check;
mod cold_start;
mod config;
mod demo;
mod evaluate;
mod export;
mod import;
mod past;
mod policy;
mod progress;
mod propensity;
mod rehearse;
mod replay;
mod report;
mod serve;
mod simulate;
mod uplift;
mod whatif;

use clap::Parser;
use clap::Subcommand;
use std::process::ExitCode;

/// Personalization for online stores, live for every visitor.
#[derive(Parser)]
#[command(name = "floorwalker", version, about, after_help = "Example: floorwalker demo")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a demo shop with live simulated visitors; needs nothing.
    Demo(demo::Args),
    /// Runs the engine for a shop.
    Serve(serve::Args),
    /// Checks campaign files: mistakes, and what can never fire, shadows or fights another.
    Check(check::Args),
    /// Runs simulated shops under faults, and checks that nothing is lost and nothing happens twice.
    Simulate(simulate::Args),
    /// Shows what campaigns have proven: effects with intervals that may be looked at at any time.
    Report(report::Args),
    /// Goes through a recorded session again: its timeline with proofs, and whether every effect comes out the same.
    Replay(replay::Args),
    /// Goes through a recorded session with something changed, beside the recording.
    Whatif(whatif::Args),
    /// Goes through recorded sessions with a draft campaign added: what it would show, displace and cost.
    Rehearse(rehearse::Args),
    /// Shows, checks or explains the configuration.
    Config(config::Args),
    /// Brings in what was recorded elsewhere.
    Import(import::Args),
    /// Writes what was recorded in forms that other programs read.
    Export(export::Args),
    /// Measures how good recommendations are on recorded sessions.
    Evaluate(evaluate::Args),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let level = if matches!(cli.command, Command::Serve(_)) { "info" } else { "error" };
    crate::telemetry::init(level);
    let done = match cli.command {
        Command::Demo(args) => block_on(demo::run(args)),
        Command::Serve(args) => block_on(serve::run(args)),
        Command::Check(args) => check::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Whatif(args) => whatif::run(&args),
        Command::Rehearse(args) => rehearse::run(&args),
        Command::Config(args) => config::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The configuration of a command, from its file and the environment.
fn load(file: Option<&std::path::Path>) -> anyhow::Result<crate::config::Config> {
    crate::config::Config::load(file, std::env::vars()).map_err(|problems| listed("configuration", &problems))
}

fn listed(what: &str, problems: &[crate::config::Problem]) -> anyhow::Error {
    let list: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
    anyhow::anyhow!("{what} has {} problem{}\n{}", problems.len(), if problems.len() == 1 { "" } else { "s" }, list.join("\n"))
}
