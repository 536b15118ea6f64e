//! The shop's configuration: composes each room's own, from a file, the environment and flags.
//!
//! Flags win over environment variables `FLOORWALKER__SECTION__KEY`, which win over `floorwalker.toml`, which wins over the defaults.
//! [`Config::load`] reports every problem at once with its path.

mod docs;

pub use docs::docs;

use crate::campaign::parse_duration;
use crate::consent::Consent;
use crate::decide::Experiments;
use crate::decide::Guard;
use crate::decide::ScoreFile;
use crate::decide::Scores;
use crate::decide::Settings;
use crate::decide::Visit;
use crate::engine::Intake;
use crate::engine::Offers;
use crate::experiment::CUSTOM_MAX;
use crate::gateway::Origins;
use crate::learn::bandit::PowerRule;
use crate::model::Currency;
use crate::model::PageKind;
use crate::offer::Limits;
use crate::offer::UnknownCost;
use crate::recommend::session_knn;
use crate::store::journal::Durability;
use crate::traffic::Agents;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use toml::Table;
use toml::Value;

/// Everything that can be set. The texts are explained by [`docs`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub shop: ShopSection,
    pub store: StoreSection,
    pub gateway: GatewaySection,
    pub engine: EngineSection,
    pub campaigns: CampaignsSection,
    pub consent: ConsentSection,
    pub offers: OffersSection,
    pub experiments: ExperimentsSection,
    pub recommend: RecommendSection,
    pub learn: LearnSection,
    pub traffic: TrafficSection,
    pub admin: AdminSection,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShopSection {
    pub keys: Vec<String>,
    pub currency: String,
    pub products: Option<PathBuf>,
    pub customer_secret: Option<String>,
    pub server_secret: Option<String>,
    pub placements: Vec<String>,
    pub templates: Vec<String>,
}

impl Default for ShopSection {
    fn default() -> Self {
        ShopSection {
            keys: Vec::new(),
            currency: "USD".to_owned(),
            products: None,
            customer_secret: None,
            server_secret: None,
            placements: Vec::new(),
            templates: Vec::new(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreSection {
    pub dir: PathBuf,
    pub durability: Durability,
}

impl Default for StoreSection {
    fn default() -> Self {
        StoreSection { dir: PathBuf::from("data"), durability: Durability::Fsync }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GatewaySection {
    pub address: String,
    pub port: u16,
    pub behind_proxy: bool,
    pub origins: Vec<String>,
    pub allow_missing_origin: bool,
    pub country_header: Option<String>,
    pub address_header: Option<String>,
    pub handshakes_per_second: u32,
    pub connections_max: usize,
    pub connections_per_address: usize,
}

impl Default for GatewaySection {
    fn default() -> Self {
        GatewaySection {
            address: "127.0.0.1".to_owned(),
            port: 8080,
            behind_proxy: false,
            origins: Vec::new(),
            allow_missing_origin: false,
            country_header: None,
            address_header: None,
            handshakes_per_second: 2_000,
            connections_max: 100_000,
            connections_per_address: 500,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineSection {
    pub sessions_max: usize,
    pub visit_ends_after: String,
    pub resume_within: String,
    pub exit_confirmation: String,
    pub idle_after: String,
    pub changes_per_page: u8,
    pub interruptions_per_session: u8,
    pub interruption_spacing: String,
}

impl Default for EngineSection {
    fn default() -> Self {
        EngineSection {
            sessions_max: 1_000_000,
            visit_ends_after: "30m".to_owned(),
            resume_within: "120s".to_owned(),
            exit_confirmation: "700ms".to_owned(),
            idle_after: "30s".to_owned(),
            changes_per_page: 12,
            interruptions_per_session: 3,
            interruption_spacing: "60s".to_owned(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignsSection {
    pub dir: PathBuf,
}

impl Default for CampaignsSection {
    fn default() -> Self {
        CampaignsSection { dir: PathBuf::from("campaigns") }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentSection {
    pub contextual: bool,
    pub remember: String,
    pub tcf_vendors: Vec<u16>,
}

/// Who is taken for a program, and what it gets.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrafficSection {
    /// Patterns of user agents, instead of the shipped list.
    pub agents: Option<PathBuf>,
    /// Programs get what people get.
    pub serve_bots: bool,
}

/// Vendors of the framework a shop may name. Chosen: few shops share with more than a handful.
const TCF_VENDORS_MAX: usize = 64;

impl Default for ConsentSection {
    fn default() -> Self {
        ConsentSection { contextual: true, remember: "366d".to_owned(), tcf_vendors: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OffersSection {
    pub open_max: u32,
    pub per_day: Option<u32>,
    pub value_per_day: Option<f64>,
    pub per_network: u32,
    pub unknown_cost: String,
    pub pool_low: u64,
    pub keep_days: u32,
}

impl Default for OffersSection {
    fn default() -> Self {
        OffersSection {
            open_max: Limits::OPEN,
            per_day: None,
            value_per_day: None,
            per_network: Limits::PER_NETWORK,
            unknown_cost: "refuse".to_owned(),
            pool_low: 100,
            keep_days: 396,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExperimentsSection {
    pub holdout: f64,
    pub baseline_max: f64,
    pub window: String,
    pub margin: f64,
    pub metrics: Vec<String>,
}

impl Default for ExperimentsSection {
    fn default() -> Self {
        ExperimentsSection { holdout: 0.02, baseline_max: 0.5, window: "14d".to_owned(), margin: 1.0, metrics: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RecommendSection {
    pub sessions: Option<PathBuf>,
    pub horizon: String,
    pub visits_max: usize,
    pub trends_every: String,
}

impl Default for RecommendSection {
    fn default() -> Self {
        let limits = session_knn::Limits::default();
        RecommendSection { sessions: None, horizon: "180d".to_owned(), visits_max: limits.sessions_max, trends_every: "5m".to_owned() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LearnSection {
    pub every: String,
    pub lift: f64,
    pub model: Vec<ModelTable>,
}

/// A model of the shop's own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelTable {
    pub name: String,
    pub file: PathBuf,
    pub features: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    #[serde(default = "ModelTable::place")]
    pub place: usize,
    #[serde(default)]
    pub fallback: f64,
}

impl ModelTable {
    /// Of two classes, the second.
    fn place() -> usize {
        1
    }
}

impl LearnSection {
    /// Reads the models.
    ///
    /// # Errors
    /// The file that cannot be read, or what does not fit.
    pub fn scores(&self) -> Result<Scores, Problem> {
        let mut files = Vec::new();
        for model in &self.model {
            let failed = |error| problem("learn.model", format!("failed to read {}: {error}", model.file.display()));
            let bytes = std::fs::read(&model.file).map_err(failed)?;
            let ModelTable { name, features, output, place, fallback, .. } = model.clone();
            files.push(ScoreFile { name, bytes, features, output, place, fallback });
        }
        Scores::load(files).map_err(|wrong| problem("learn.model", wrong.to_string()))
    }
}

impl Default for LearnSection {
    fn default() -> Self {
        LearnSection { every: "15m".to_owned(), lift: PowerRule::default().lift, model: Vec::new() }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminSection {
    pub enabled: bool,
}

impl Default for AdminSection {
    fn default() -> Self {
        AdminSection { enabled: true }
    }
}

/// Something wrong in the configuration, with its path, such as `gateway.port`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Problem {
    pub path: String,
    pub message: String,
}

fn problem(path: &str, message: impl Into<String>) -> Problem {
    Problem { path: path.to_owned(), message: message.into() }
}

impl ShopSection {
    /// Placements by name with the kinds of pages they stand on; `None` where the configuration names none. Unknown kinds are left out
    /// here and told by [`Config::check`].
    pub fn placements(&self) -> Option<BTreeMap<String, Vec<PageKind>>> {
        let of = |text: &String| match text.split_once('@') {
            Some((name, pages)) => (name.to_owned(), pages.split(',').filter_map(|kind| PageKind::parse(kind.trim())).collect()),
            None => (text.clone(), PageKind::ALL.to_vec()),
        };
        (!self.placements.is_empty()).then(|| self.placements.iter().map(of).collect())
    }

    /// Names of the templates; `None` where the configuration names none.
    pub fn templates(&self) -> Option<BTreeSet<String>> {
        (!self.templates.is_empty()).then(|| self.templates.iter().cloned().collect())
    }
}

/// What the sections mean, checked.
#[derive(Debug, Clone)]
pub struct Checked {
    pub currency: Currency,
    pub origins: Origins,
    pub settings: Settings,
    pub consent: Consent,
    pub intake: Intake,
    pub visitor_remembered: Duration,
    pub offers: Offers,
    /// How far back visits teach, and how many.
    pub learning: session_knn::Limits,
    /// How often popularity and trends become part of the snapshot.
    pub trends_every: Duration,
    /// How often campaigns that learn get new policies.
    pub learn_every: Duration,
    /// When a campaign has learned enough.
    pub learn_rule: PowerRule,
}

/// Reads a list of user agents.
fn read_agents(path: &Path) -> Result<Agents, String> {
    // A list of the greatest length has about 4 MB.
    let bytes = std::fs::metadata(path).map_err(|error| error.to_string())?.len();
    if bytes > 8 * 1024 * 1024 {
        return Err(format!("{bytes} bytes, at most 8 MiB"));
    }
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    Agents::parse(&text).map_err(|error| error.to_string())
}

impl Config {
    /// Reads the file, if there is one, and lays the environment over it. Relative paths are relative to the file.
    ///
    /// # Errors
    /// Every problem that can be found.
    pub fn load(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Config, Vec<Problem>> {
        let mut table = match file {
            None => Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| vec![problem(&path.display().to_string(), format!("failed to read: {error}"))])?;
                text.parse::<Table>().map_err(|error| vec![problem(&path.display().to_string(), error.to_string().trim().to_owned())])?
            }
        };
        overlay(&mut table, environment)?;
        let mut config: Config = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| vec![problem("configuration", error.to_string().trim().to_owned())])?;
        if let Some(base) = file.and_then(Path::parent) {
            config.resolve(base);
        }
        Ok(config)
    }

    fn resolve(&mut self, base: &Path) {
        let own = [Some(&mut self.store.dir), Some(&mut self.campaigns.dir), self.shop.products.as_mut(), self.recommend.sessions.as_mut()];
        let agents = std::iter::once(self.traffic.agents.as_mut());
        for path in own.into_iter().chain(agents).chain(self.learn.model.iter_mut().map(|model| Some(&mut model.file))) {
            if let Some(path) = path.filter(|path| path.is_relative()) {
                *path = base.join(&*path);
            }
        }
    }

    /// Checks every value.
    ///
    /// # Errors
    /// All problems with their paths.
    pub fn check(&self) -> Result<Checked, Vec<Problem>> {
        let mut problems = Vec::new();
        if self.shop.keys.is_empty() {
            problems.push(problem("shop.keys", "at least one publishable key, such as [\"pk_live_myshop\"]"));
        }
        for key in &self.shop.keys {
            if key.len() < 4 || key.len() > 64 || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
                problems.push(problem("shop.keys", format!("`{key}`: 4 to 64 letters, digits, `_` and `-`")));
            }
        }
        for (path, secret) in [("shop.customer_secret", &self.shop.customer_secret), ("shop.server_secret", &self.shop.server_secret)] {
            if secret.as_ref().is_some_and(|secret| secret.len() < 32) {
                problems.push(problem(path, "at least 32 bytes; better from the environment than in the file"));
            }
        }
        if self.shop.server_secret.is_some() && self.shop.server_secret == self.shop.customer_secret {
            problems.push(problem("shop.server_secret", "another one than shop.customer_secret: one signs who, the other how much"));
        }
        for placement in &self.shop.placements {
            let pages = placement.split_once('@').map_or("", |(_, pages)| pages);
            for kind in pages.split(',').map(str::trim).filter(|kind| !kind.is_empty() && PageKind::parse(kind).is_none()) {
                problems.push(problem("shop.placements", format!("`{placement}`: `{kind}` is no kind of page")));
            }
        }
        let currency = Currency::parse(&self.shop.currency).unwrap_or_else(|| {
            problems.push(problem("shop.currency", format!("`{}`: three capital letters (ISO 4217)", self.shop.currency)));
            Currency::USD
        });
        let mut origins = Origins::parse(&self.gateway.origins).unwrap_or_else(|message| {
            problems.push(problem("gateway.origins", message));
            Origins::default()
        });
        origins.missing = self.gateway.allow_missing_origin;
        match self.gateway.address.parse::<std::net::IpAddr>() {
            Ok(address) if !address.is_loopback() && !self.gateway.behind_proxy => problems.push(problem(
                "gateway.address",
                format!("{address} can be reached from outside without TLS; put a proxy in front and set gateway.behind_proxy = true"),
            )),
            Ok(_) => {}
            Err(_) => problems.push(problem("gateway.address", format!("`{}` is not an IP address", self.gateway.address))),
        }
        let mut duration = |path: &str, text: &str, least: Duration, most: Duration| match parse_duration(text) {
            Some(value) if value >= least && value <= most => value,
            Some(_) => {
                problems.push(problem(path, format!("`{text}`: {least:?} to {most:?}")));
                least
            }
            None => {
                problems.push(problem(path, format!("`{text}`: a number with ms, s, m, h or d")));
                least
            }
        };
        let seconds = Duration::from_secs;
        let engine = &self.engine;
        let visit = Visit {
            ends_after: duration("engine.visit_ends_after", &engine.visit_ends_after, seconds(60), seconds(86_400)),
            resume_within: duration("engine.resume_within", &engine.resume_within, seconds(5), seconds(3_600)),
            exit_confirmation: duration("engine.exit_confirmation", &engine.exit_confirmation, Duration::from_millis(100), seconds(10)),
            idle_after: duration("engine.idle_after", &engine.idle_after, seconds(5), seconds(600)),
            ..Visit::default()
        };
        let guard = Guard {
            changes_per_page: engine.changes_per_page,
            interruptions_per_session: engine.interruptions_per_session,
            interruption_spacing: duration("engine.interruption_spacing", &engine.interruption_spacing, seconds(0), seconds(86_400)),
        };
        let horizon = duration("recommend.horizon", &self.recommend.horizon, seconds(3_600), seconds(3_650 * 86_400));
        let trends_every = duration("recommend.trends_every", &self.recommend.trends_every, seconds(5), seconds(86_400));
        let learn_every = duration("learn.every", &self.learn.every, seconds(5), seconds(86_400));
        let visitor_remembered = duration("consent.remember", &self.consent.remember, seconds(3_600), seconds(395 * 86_400));
        let window = duration("experiments.window", &self.experiments.window, seconds(60), seconds(90 * 86_400));
        let agents = self.traffic.agents.as_ref().and_then(|path| match read_agents(path) {
            Ok(agents) => Some(Arc::new(agents)),
            Err(error) => {
                problems.push(problem("traffic.agents", format!("{}: {error}", path.display())));
                None
            }
        });
        if self.consent.tcf_vendors.len() > TCF_VENDORS_MAX || self.consent.tcf_vendors.contains(&0) {
            problems.push(problem("consent.tcf_vendors", format!("at most {TCF_VENDORS_MAX} ids of the vendor list, from 1")));
        }
        if !(1..=50).contains(&engine.changes_per_page) {
            problems.push(problem("engine.changes_per_page", "1 to 50"));
        }
        if engine.interruptions_per_session > 20 {
            problems.push(problem("engine.interruptions_per_session", "0 to 20"));
        }
        if !(1..=10_000_000).contains(&engine.sessions_max) {
            problems.push(problem("engine.sessions_max", "1 to 10,000,000"));
        }
        for (path, share) in
            [("experiments.holdout", self.experiments.holdout), ("experiments.baseline_max", self.experiments.baseline_max)]
        {
            if !(0.0..=0.5).contains(&share) {
                problems.push(problem(path, format!("{share}: 0 to 0.5")));
            }
        }
        for (path, name) in
            [("gateway.country_header", &self.gateway.country_header), ("gateway.address_header", &self.gateway.address_header)]
        {
            if let Some(name) = name.as_deref().filter(|name| axum::http::HeaderName::from_bytes(name.as_bytes()).is_err()) {
                problems.push(problem(path, format!("`{name}` is no name of a header")));
            }
        }
        if !(1..=1_000_000).contains(&self.gateway.handshakes_per_second) {
            problems.push(problem("gateway.handshakes_per_second", "1 to 1,000,000"));
        }
        if !(0.01..=10.0).contains(&self.learn.lift) {
            problems.push(problem("learn.lift", format!("{}: 0.01 to 10", self.learn.lift)));
        }
        if !(1_000..=100_000_000).contains(&self.recommend.visits_max) {
            problems.push(problem("recommend.visits_max", "1,000 to 100,000,000"));
        }
        let offers = self.offers(currency, &mut problems);
        if !(0.0..=1.0).contains(&self.experiments.margin) {
            problems.push(problem("experiments.margin", format!("{}: 0 to 1", self.experiments.margin)));
        }
        if self.experiments.metrics.len() > CUSTOM_MAX {
            problems.push(problem("experiments.metrics", format!("{} names, the limit is {CUSTOM_MAX}", self.experiments.metrics.len())));
        }
        for name in self.experiments.metrics.iter().filter(|name| name.is_empty() || name.len() > 64) {
            problems.push(problem("experiments.metrics", format!("`{name}`: 1 to 64 bytes")));
        }
        let experiments = Experiments {
            holdout: self.experiments.holdout,
            baseline_max: self.experiments.baseline_max,
            window,
            margin: self.experiments.margin,
            metrics: self.experiments.metrics.iter().map(|name| name.as_str().into()).collect(),
        };
        let settings = Settings { guard, experiments, visit, serve_bots: self.traffic.serve_bots };
        let learning = session_knn::Limits {
            horizon_seconds: u32::try_from(horizon.as_secs()).unwrap_or(u32::MAX),
            sessions_max: self.recommend.visits_max,
            ..session_knn::Limits::default()
        };
        if problems.is_empty() {
            let consent = Consent::new(self.consent.contextual);
            let intake = Intake { tcf_vendors: self.consent.tcf_vendors.clone(), agents };
            let learn_rule = PowerRule { lift: self.learn.lift };
            Ok(Checked {
                currency,
                origins,
                settings,
                consent,
                intake,
                visitor_remembered,
                offers,
                learning,
                trends_every,
                learn_every,
                learn_rule,
            })
        } else {
            Err(problems)
        }
    }
}

impl Config {
    fn offers(&self, currency: Currency, problems: &mut Vec<Problem>) -> Offers {
        let section = &self.offers;
        let unknown_cost = match section.unknown_cost.as_str() {
            "refuse" => UnknownCost::Refuse,
            "ignore" => UnknownCost::Ignore,
            other => {
                problems.push(problem("offers.unknown_cost", format!("`{other}`: refuse or ignore")));
                UnknownCost::Refuse
            }
        };
        let value_per_day = section.value_per_day.map(|major| {
            let minor = major * currency.scale() as f64;
            if !(1.0..=1e12).contains(&minor) || (minor - minor.round()).abs() > 1e-6 * minor {
                problems
                    .push(problem("offers.value_per_day", format!("{major}: above 0, with no more digits than {} has", currency.code())));
            }
            minor.round() as i64
        });
        if section.pool_low > 1_000_000 {
            problems.push(problem("offers.pool_low", "0 to 1,000,000"));
        }
        // No budget looks back further than 366 days, so nothing that still counts is forgotten.
        if !(366..=3_650).contains(&section.keep_days) {
            problems.push(problem("offers.keep_days", format!("{}: 366 to 3,650", section.keep_days)));
        }
        Offers {
            limits: Limits {
                open: section.open_max,
                per_day: section.per_day,
                value_per_day,
                per_network: (section.per_network > 0).then_some(section.per_network),
                keep: Duration::from_secs(u64::from(section.keep_days) * 86_400),
            },
            unknown_cost,
            pool_low: section.pool_low,
            server_secret: self.shop.server_secret.as_ref().map(|secret| secret.as_bytes().to_vec()),
        }
    }
}

/// Lays `FLOORWALKER__SECTION__KEY` over the table. A value is read as TOML where it is some, else as text.
fn overlay(table: &mut Table, environment: impl Iterator<Item = (String, String)>) -> Result<(), Vec<Problem>> {
    for (name, text) in environment {
        let Some(rest) = name.strip_prefix("FLOORWALKER__") else { continue };
        let path = rest.to_ascii_lowercase();
        let Some((section, key)) = path.split_once("__") else {
            return Err(vec![problem(&name, "write it as FLOORWALKER__SECTION__KEY")]);
        };
        let value = format!("v = {text}").parse::<Table>().ok().and_then(|mut parsed| parsed.remove("v")).unwrap_or(Value::String(text));
        let section = table.entry(section.to_owned()).or_insert_with(|| Value::Table(Table::new()));
        match section.as_table_mut() {
            Some(section) => section.insert(key.to_owned(), value),
            None => return Err(vec![problem(&name, "the section is not a table")]),
        };
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>().into_iter()
    }

    #[test]
    fn the_environment_wins_over_defaults() {
        let config = Config::load(
            None,
            environment(&[("FLOORWALKER__GATEWAY__PORT", "9"), ("FLOORWALKER__SHOP__KEYS", "[\"pk_a\"]"), ("HOME", "/")]),
        )
        .unwrap();
        assert_eq!(config.gateway.port, 9);
        assert_eq!(config.shop.keys, ["pk_a"]);
        assert!(config.check().is_ok());
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let config = Config::load(
            None,
            environment(&[
                ("FLOORWALKER__GATEWAY__ADDRESS", "0.0.0.0"),
                ("FLOORWALKER__EXPERIMENTS__HOLDOUT", "0.9"),
                ("FLOORWALKER__ENGINE__IDLE_AFTER", "soon"),
                ("FLOORWALKER__GATEWAY__ORIGINS", "[\"shop.example\"]"),
            ]),
        )
        .unwrap();
        let paths: Vec<String> = config.check().unwrap_err().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["shop.keys", "gateway.origins", "gateway.address", "engine.idle_after", "experiments.holdout"]);
    }

    #[test]
    fn unknown_keys_are_problems() {
        let error = Config::load(None, environment(&[("FLOORWALKER__GATEWAY__PROT", "9")])).unwrap_err();
        assert!(error[0].message.contains("prot"), "{error:?}");
    }

    #[test]
    fn the_table_of_documents_names_every_key() {
        let table = toml::Table::try_from(Config::default()).unwrap();
        let docs = docs();
        for (section, keys) in &table {
            for key in keys.as_table().unwrap().keys() {
                assert!(docs.contains(&format!("`{section}.{key}`")), "{section}.{key} is not documented");
            }
        }
    }
}
