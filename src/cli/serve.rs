//! `floorwalker serve`.

use crate::api;
use crate::app::App;
use crate::app::World;
use crate::app::until_told_to_stop;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker serve --config floorwalker.toml")]
pub(super) struct Args {
    /// The shop's configuration.
    #[arg(long, default_value = "floorwalker.toml")]
    config: PathBuf,
    /// Wins over gateway.port.
    #[arg(long)]
    port: Option<u16>,
}

/// Pages come back over this time after a deploy.
const DRAIN_SPREAD: Duration = Duration::from_secs(10);

pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let mut config = super::load(Some(&args.config))?;
    config.gateway.port = args.port.unwrap_or(config.gateway.port);
    let checked = config.check().map_err(|problems| super::listed(&args.config.display().to_string(), &problems))?;
    let world = World::load(&config, &checked)?;
    let app = App::start(&config, checked, world, |_| axum::Router::new()).await?;
    let base = format!("http://{}", app.address);
    println!("engine     {base}");
    if config.admin.enabled {
        println!("dashboard  {}", api::login_link(&app.engine, &base));
    }
    println!("campaigns  {} from {}", app.engine.snapshot.load().campaigns.len(), config.campaigns.dir.display());
    for mistake in app.campaigns.mistakes() {
        println!("refused    {}:{}:{} {}", mistake.file, mistake.mistake.line, mistake.mistake.column, mistake.mistake.message);
    }
    until_told_to_stop().await;
    println!("stopping: pages are asked to come back");
    app.stop(DRAIN_SPREAD).await;
    Ok(ExitCode::SUCCESS)
}
