//! Puts the rooms together: store, engine, edge, admin interface, dashboard.

mod secrets;

pub use secrets::Secrets;

use crate::api;
use crate::api::Admin;
use crate::campaign;
use crate::campaign::lint;
use crate::catalog::Catalog;
use crate::config::Checked;
use crate::config::Config;
use crate::config::ShopSection;
use crate::dashboard;
use crate::decide::Snapshot;
use crate::engine;
use crate::engine::CampaignFiles;
use crate::engine::Clock;
use crate::engine::Engine;
use crate::engine::learning::Learned;
use crate::gateway;
use crate::gateway::Accept;
use crate::integrations::product_csv;
use crate::integrations::session_file;
use crate::protocol::Limits;
use crate::recommend::Model;
use crate::recommend::RecordedVisit;
use crate::recommend::Trends;
use crate::store::Stores;
use crate::store::embedded::EmbeddedStore;
use crate::store::journal;
use anyhow::Context as _;
use anyhow::anyhow;
use axum::Router;
use std::net::IpAddr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Products and what recorded visits say about them.
pub struct World {
    pub catalog: Arc<Catalog>,
    pub model: Arc<Model>,
    /// What a shop that has learned nothing yet begins with.
    pub visits: Vec<RecordedVisit>,
}

impl World {
    /// Reads the files that the configuration names. Rows that cannot be read are reported and left out.
    ///
    /// # Errors
    /// A file that cannot be read at all.
    pub fn load(config: &Config, checked: &Checked) -> anyhow::Result<World> {
        let catalog = match &config.shop.products {
            None => Catalog::build(Vec::new(), checked.currency).0,
            Some(path) => {
                let file = std::fs::File::open(path).with_context(|| format!("failed to open shop.products {}", path.display()))?;
                let (drafts, wrong) = product_csv::parse(file, &product_csv::Mapping::new(checked.currency))
                    .map_err(|error| anyhow!("{}: {error}", path.display()))?;
                for row in wrong.iter().take(20) {
                    tracing::warn!(file = %path.display(), line = row.line, field = row.field, "{}", row.message);
                }
                let (catalog, rejected) = Catalog::build(drafts, checked.currency);
                tracing::info!(products = catalog.len(), rows_refused = wrong.len() + rejected.len(), "catalog loaded");
                catalog
            }
        };
        let visits = match &config.recommend.sessions {
            None => Vec::new(),
            Some(path) => {
                let file = std::fs::File::open(path).with_context(|| format!("failed to open recommend.sessions {}", path.display()))?;
                let (visits, wrong) = session_file::parse(file).map_err(|error| anyhow!("{}: {error}", path.display()))?;
                tracing::info!(visits = visits.len(), rows_refused = wrong.len(), "recorded visits loaded");
                visits
            }
        };
        let clicks = |visit: &RecordedVisit| visit.clicks.iter().map(|click| click.1).collect();
        let model = Model::build(&catalog, visits.iter().map(clicks));
        Ok(World { catalog: Arc::new(catalog), model: Arc::new(model), visits })
    }
}

fn lint_with(shop: &ShopSection) -> api::Lint {
    let (placements, templates) = (shop.placements(), shop.templates());
    Box::new(move |campaigns, snapshot| {
        lint(campaigns, &campaign::World { catalog: &snapshot.catalog, placements: placements.as_ref(), templates: templates.as_ref() })
    })
}

/// A running server.
pub struct App {
    pub engine: Arc<Engine>,
    pub campaigns: Arc<CampaignFiles>,
    pub address: SocketAddr,
    store: Arc<EmbeddedStore>,
    stop: watch::Sender<bool>,
    server: tokio::task::JoinHandle<()>,
}

impl App {
    /// Opens everything and listens. `pages` adds routes, such as the demo shop; it gets the engine because its till asks about codes.
    ///
    /// # Errors
    /// What could not be opened, with its path.
    pub async fn start(config: &Config, checked: Checked, world: World, pages: impl FnOnce(&Arc<Engine>) -> Router) -> anyhow::Result<App> {
        let directory = &config.store.dir;
        std::fs::create_dir_all(directory).with_context(|| format!("failed to create store.dir {}", directory.display()))?;
        // Made before everything else, so that data without them has lost them.
        let secrets = Secrets::open(&directory.join("secrets"), !directory.join("store").exists())?;
        let opening = directory.join("store");
        let store = tokio::task::spawn_blocking(move || EmbeddedStore::open(&opening, &Default::default())).await?;
        let store = Arc::new(store.with_context(|| format!("failed to open store.dir {}", directory.display()))?);
        let learned = directory.join("learned");
        if !world.visits.is_empty() {
            let (directory, limits, visits) = (learned.clone(), checked.learning, world.visits);
            tokio::task::spawn_blocking(move || Learned::begin_with(&directory, limits, visits)).await??;
        }
        let address: IpAddr = config.gateway.address.parse().context("gateway.address")?;
        let listener = TcpListener::bind((address, config.gateway.port)).await.with_context(|| {
            format!("failed to listen on {address}:{}; another program may have the port (gateway.port, --port)", config.gateway.port)
        })?;
        let address = listener.local_addr()?;
        let stores = Stores::of(store.clone());
        let campaigns = Arc::new(CampaignFiles::open(&config.campaigns.dir, checked.currency));
        campaigns.restore_paused(&stores).await;
        let snapshot = Snapshot {
            version: 0,
            catalog: world.catalog,
            campaigns: Arc::new(campaigns.set()),
            model: world.model,
            trends: Arc::new(Trends::empty()),
            policies: Arc::default(),
            scores: Arc::new(config.learn.scores()?),
            settings: Arc::new(checked.settings.clone()),
            off: false,
        };
        let engine_config = engine::Config {
            journal_dir: directory.join("journal"),
            snapshots_dir: directory.join("snapshots"),
            learning: engine::LearningConfig {
                limits: checked.learning,
                publish_every: checked.trends_every,
                decide_every: checked.learn_every,
                rule: checked.learn_rule,
                ..engine::LearningConfig::new(learned)
            },
            results_dir: directory.join("results"),
            journal: journal::Config::default(),
            durability: config.store.durability,
            settings: checked.settings,
            keys: config.shop.keys.clone(),
            customer_secret: config.shop.customer_secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
            consent: checked.consent,
            sessions_max: config.engine.sessions_max,
            visitor_remembered: checked.visitor_remembered,
            token_keys: vec![secrets.token_key()],
            offer_secret: secrets.offer_secret(),
            intake: checked.intake,
            offers: checked.offers,
            events_burst: Limits::EVENTS_BURST,
            events_per_second: Limits::EVENTS_PER_SECOND,
        };
        let engine = Engine::start(engine_config, stores, Clock::system(), snapshot).await?;
        engine.watch_campaigns(campaigns.clone());
        let edge = gateway::Config {
            origins: checked.origins,
            country_header: config.gateway.country_header.clone(),
            address_header: config.gateway.address_header.clone(),
            handshakes_per_second: config.gateway.handshakes_per_second,
        };
        let mut router = pages(&engine).merge(gateway::router(engine.clone(), edge));
        if config.admin.enabled {
            router = router.merge(dashboard::router()).merge(api::router(Admin::new(
                engine.clone(),
                campaigns.clone(),
                lint_with(&config.shop),
            )));
        }
        let bounds = Accept {
            connections_max: config.gateway.connections_max,
            per_address_max: config.gateway.connections_per_address,
            ..Accept::default()
        };
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(gateway::serve(listener, router, bounds, stopped));
        Ok(App { engine, campaigns, address, store, stop, server })
    }

    /// Drains: pages are asked to come back within `spread`, every visit is saved, files are flushed and closed.
    pub async fn stop(self, spread: Duration) {
        let grace = if self.engine.directory.is_empty() { Duration::ZERO } else { Duration::from_millis(200) };
        self.stop.send_replace(true);
        self.engine.stop(Duration::ZERO, spread, grace).await;
        if self.server.await.is_err() {
            tracing::warn!("the accept loop had panicked");
        }
        let store = self.store;
        match tokio::task::spawn_blocking(move || store.close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "failed to close the store"),
            Err(error) => tracing::error!(%error, "failed to close the store"),
        }
    }
}

/// Ends at the first SIGTERM or Ctrl+C.
pub async fn until_told_to_stop() {
    use tokio::signal::unix::SignalKind;
    let Ok(mut terminate) = tokio::signal::unix::signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
