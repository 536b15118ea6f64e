//! `floorwalker demo`.

use crate::api;
use crate::app::App;
use crate::app::World;
use crate::app::until_told_to_stop;
use crate::config::Config;
use crate::demo;
use crate::demo::shop::CodeAnswer;
use crate::demo::shop::Codes;
use crate::demo::shop::Shop;
use crate::demo::shoppers;
use crate::demo::status;
use crate::engine::Clock;
use crate::engine::Engine;
use crate::engine::Goods;
use crate::engine::OfferError;
use crate::learn::bandit::PowerRule;
use crate::model::Money;
use anyhow::Context;
use futures_util::future::BoxFuture;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

#[derive(clap::Args)]
#[command(after_help = "Example: floorwalker demo --visitors 200 --speed 4")]
pub(super) struct Args {
    /// Simulated visitors in the shop at a time, 0 to 5,000.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(0..=5_000))]
    visitors: u32,
    /// Pace of the recorded visits: 1 is as they were, 10 is ten times as fast.
    #[arg(long, default_value_t = 4.0, value_parser = speed)]
    speed: f64,
    /// Port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Directory for the data; kept. Without it a temporary one, removed at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Seed of the simulated visitors: the same seed, the same visits.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=1_000.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.1 to 1000".to_owned()),
    }
}

/// Publishable key of the demo shop.
const KEY: &str = "pk_demo";

pub(super) async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let (directory, temporary) = match &args.data {
        Some(directory) => (directory.clone(), false),
        None => (std::env::temp_dir().join(format!("floorwalker-demo-{}", std::process::id())), true),
    };
    let outcome = shop(&args, &directory).await;
    if temporary && let Err(error) = std::fs::remove_dir_all(&directory) {
        tracing::warn!(%error, "failed to remove {}", directory.display());
    }
    outcome
}

/// Whoever watches wants to see what is trending change.
const TRENDS_EVERY: Duration = Duration::from_secs(20);
/// Coarser than in a shop, so that learning begins within minutes.
const LIFT: f64 = 1.0;

async fn shop(args: &Args, directory: &Path) -> anyhow::Result<ExitCode> {
    let mut config = super::load(None)?;
    config.store.dir = directory.to_owned();
    config.campaigns.dir = directory.join("campaigns");
    config.shop.keys = vec![KEY.to_owned()];
    config.shop.placements = demo::PLACEMENTS.map(str::to_owned).to_vec();
    config.shop.templates = demo::TEMPLATES.map(str::to_owned).to_vec();
    config.gateway.port = args.port;
    // The demo is there to be looked at, also by browsers that a program drives.
    config.traffic.serve_bots = true;
    lay_out_campaigns(&config.campaigns.dir)?;
    let origins =
        |config: &Config, port: u16| vec![format!("http://{}:{port}", config.gateway.address), format!("http://localhost:{port}")];
    // The origins name the port, so a free one must be known before the engine starts.
    if config.gateway.port == 0 {
        config.gateway.port = free_port(&config)?;
    }
    config.gateway.origins = origins(&config, config.gateway.port);
    let mut checked = config.check().map_err(|problems| super::listed("configuration", &problems))?;
    checked.trends_every = TRENDS_EVERY;
    checked.learn_every = TRENDS_EVERY;
    checked.learn_rule = PowerRule { lift: LIFT };
    // Visitors who come back must find their last visit over within the patience of somebody who watches.
    checked.settings.visit.ends_after = shoppers::habits::VISIT_ENDS_AFTER;
    let world = demo::world::World::load(&Clock::system());
    let world = World { catalog: world.catalog, model: world.model, visits: world.visits };
    let app = App::start(&config, checked, world, |engine| {
        let clock = engine.clock.clone();
        let shop = Shop::new("/sdk/floorwalker.js".to_owned(), KEY.to_owned())
            .with_codes(Arc::new(Till(engine.clone())))
            .with_clock(move || clock.now().millis() / 1_000);
        demo::shop::router(Arc::new(shop))
    })
    .await?;
    let base = format!("http://{}", app.address);
    println!("shop       {base}/");
    println!("dashboard  {}", api::login_link(&app.engine, &base));
    println!("campaigns  {} (change a file: it is live within a second)", config.campaigns.dir.display());
    println!("visitors   {} simulated, replaying recorded visits at {} times their pace; stop with Ctrl+C", args.visitors, args.speed);
    let (stop, stopped) = watch::channel(false);
    let counters = Arc::new(shoppers::Counters::default());
    let crowd = shoppers::Config {
        address: app.address,
        key: KEY.to_owned(),
        visitors: args.visitors as usize,
        speed: args.speed,
        seed: args.seed,
    };
    let shopping = tokio::spawn(shoppers::run(crowd, counters.clone(), stopped.clone()));
    let telling = tokio::spawn(status::show(app.engine.clone(), stopped));
    until_told_to_stop().await;
    stop.send_replace(true);
    let _ = tokio::time::timeout(Duration::from_secs(3), shopping).await;
    let _ = tokio::time::timeout(Duration::from_secs(1), telling).await;
    println!("\nstopping");
    app.stop(Duration::from_secs(2)).await;
    Ok(ExitCode::SUCCESS)
}

fn free_port(config: &Config) -> anyhow::Result<u16> {
    let listener = std::net::TcpListener::bind((config.gateway.address.as_str(), 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

/// Puts the sample campaigns where a merchant would edit them; files that are there stay as they are.
fn lay_out_campaigns(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
    for (name, text) in demo::campaigns::files() {
        std::fs::write(folder.join(name), text).with_context(|| format!("failed to write {name}"))?;
    }
    Ok(())
}

/// The shop's till asks the engine about codes.
struct Till(Arc<Engine>);

impl Codes for Till {
    fn check(&self, code: &str, cart_minor: i64) -> CodeAnswer {
        match self.0.check_code(code, cart_minor) {
            Ok(benefit) => CodeAnswer::Accepted {
                label: if benefit.free_shipping { "Free shipping".to_owned() } else { format!("Code {code}") },
                discount_minor: benefit.discount_minor,
                free_shipping: benefit.free_shipping,
            },
            Err(error) => CodeAnswer::Refused { reason: format!("This code does not work: {error}.") },
        }
    }

    fn redeem<'a>(&'a self, code: &'a str, cart_minor: i64, order: &'a str) -> BoxFuture<'a, CodeAnswer> {
        Box::pin(async move {
            let answer = self.check(code, cart_minor);
            let value = Money::new(cart_minor, self.0.snapshot.load().catalog.currency());
            match self.0.redeem_for(code, order, Some(&Goods { value, lines: None }), None).await {
                Ok(_) => answer,
                Err(OfferError::Code(error)) => CodeAnswer::Refused { reason: format!("This code does not work: {error}.") },
                Err(OfferError::Store(_)) => CodeAnswer::Refused { reason: "Codes cannot be used at the moment.".to_owned() },
            }
        })
    }
}
