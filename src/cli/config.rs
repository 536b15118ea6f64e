//! `floorwalker config`.

use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker config check --config floorwalker.toml")]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Checks a configuration and says every problem with its path.
    Check {
        #[arg(long, default_value = "floorwalker.toml")]
        config: PathBuf,
    },
    /// Prints the defaults as a file to start from.
    Default,
    /// Prints the reference as Markdown.
    Docs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.what {
        What::Check { config } => {
            super::load(Some(config))?.check().map_err(|problems| super::listed(&config.display().to_string(), &problems))?;
            println!("{}: good", config.display());
        }
        What::Default => print!("{}", toml::to_string(&crate::config::Config::default())?),
        What::Docs => print!("{}", crate::config::docs()),
    }
    Ok(ExitCode::SUCCESS)
}
