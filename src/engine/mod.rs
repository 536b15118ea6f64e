//! The shell around the core: session actors, their directory, one timer wheel, snapshots, the ledger of offers, the live floor.
//!
//! ```text
//! Engine ---- owns ----> journal (its committer thread), stores, archive of snapshots, wheel task, keeper task
//!   |  spawns, knows by id (directory)
//!   +--> supervisor: brings back what failed
//!   +--> session actor, one per live visit; owns its sockets
//! ```
//!
//! A panic while one visitor's input is applied ends that visitor's actor and its sockets only: ractor catches it, dropping the state
//! takes the session out of the directory and tells the supervisor, which starts the visit anew from its last stored state and the
//! journal, without the event that failed. The pages come back by themselves. Nothing is linked: linking takes a process-wide lock.
//! Starting: the journal is read from the last checkpoint on, so that every visit goes on where its last record left it.
//! Shutting down: no new sessions, `goaway` to every page, every session saves and stops, states and journal are flushed.

mod archive;
mod board;
mod campaigns;
mod carts;
mod clock;
mod connection;
mod counts;
mod directory;
mod door;
pub mod learning;
mod ledger;
mod offers;
mod platform;
mod pools;
mod proof;
pub mod quality;
mod recovery;
pub mod results;
pub mod retell;
mod sales;
mod session;
mod shelves;
mod socket;
mod stats;
mod supervisor;
mod switch;
#[cfg(test)]
mod tests;
mod timeline;
pub mod translate;
pub mod view;
mod wheel;

pub use archive::Archive;
pub use archive::ArchiveError;
pub use board::Board;
pub use board::Changes;
pub use campaigns::CampaignFiles;
pub use campaigns::FileMistake;
pub use clock::Clock;
pub use counts::CampaignTotals;
pub use counts::Counts;
pub use directory::Directory;
pub use door::Peer;
pub use door::Refused;
pub use door::context;
pub use learning::LearningConfig;
pub use ledger::OfferError;
pub use offers::Goods;
pub use offers::OfferCounts;
pub use offers::Offers;
pub use offers::Redeemed;
pub use platform::Platform;
pub use pools::PoolError;
pub use proof::LoggedChoice;
pub use proof::choices;
pub use sales::Counted;
pub use sales::Heard;
pub use sales::Joined;
pub use sales::Reply;
pub use sales::SaleError;
pub use sales::ToldSale;
pub use session::Attach;
pub use session::SessionActor;
pub use session::SessionMsg;
pub use shelves::ShelfTotals;
pub use shelves::Shelves;
pub use socket::Gone;
pub use socket::Pipe;
pub use socket::Socket;
pub use stats::Stats;
pub use wheel::Wheel;

use crate::consent::Consent;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::delivery::Signer;
use crate::delivery::Token;
use crate::model::Order;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::model::key_of;
use crate::session::Profile;
use crate::session::Session;
use crate::store::Log;
use crate::store::Stores;
use crate::store::journal;
use crate::store::journal::Journal;
use crate::traffic::Agents;
use arc_swap::ArcSwap;
use learning::Learning;
use ractor::Actor;
use ractor::ActorRef;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How an engine runs. What decisions read is in [`Settings`].
#[derive(Debug, Clone)]
pub struct Config {
    /// Directory of the journal.
    pub journal_dir: PathBuf,
    /// Directory of the snapshots that journaled inputs were applied with.
    pub snapshots_dir: PathBuf,
    pub journal: journal::Config,
    pub durability: journal::Durability,
    pub settings: Settings,
    /// Publishable keys of the shop; a `hello` must name one.
    pub keys: Vec<String>,
    /// Secret with which the shop's server vouches for customers; `None`: it does not.
    pub customer_secret: Option<Vec<u8>>,
    /// Consent every session starts with, before any page speaks.
    pub consent: Consent,
    /// Live sessions at a time; past it new visitors get the neutral shop.
    pub sessions_max: usize,
    /// Events a stream may send a second in the long run; [`Limits::EVENTS_PER_SECOND`](crate::protocol::Limits::EVENTS_PER_SECOND)
    /// is what the protocol promises. Past it events are refused with `rate`, and the third time within a minute closes the connection.
    pub events_per_second: u32,
    /// Events a stream may send at once; the protocol promises
    /// [`Limits::EVENTS_BURST`](crate::protocol::Limits::EVENTS_BURST).
    pub events_burst: u32,
    /// A visitor's token is good for this long.
    pub visitor_remembered: Duration,
    /// Keys that sign tokens, newest first.
    pub token_keys: Vec<[u8; 32]>,
    /// Secret from which offer codes are derived.
    pub offer_secret: [u8; 32],
    pub offers: Offers,
    pub learning: LearningConfig,
    pub intake: Intake,
    /// Directory of the totals of experiments.
    pub results_dir: PathBuf,
}

/// What the shop says about those who come in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// Vendors of IAB's framework that data is shared with; without any, the framework's word on sharing is no.
    pub tcf_vendors: Vec<u16>,
    /// The shop's own list of programs; the shipped one where there is none.
    pub agents: Option<Arc<Agents>>,
}

impl Intake {
    fn agents(&self) -> &Agents {
        self.agents.as_deref().unwrap_or_else(|| Agents::shipped())
    }
}

/// One running engine. Many fit in a process.
pub struct Engine {
    pub clock: Clock,
    pub config: Config,
    pub snapshot: ArcSwap<Snapshot>,
    pub directory: Directory,
    pub counts: Counts,
    pub board: Board,
    pub stats: Stats,
    pub stores: Stores,
    pub signer: Signer,
    pub(crate) journal: Box<dyn Log<ActorRef<SessionMsg>>>,
    wheel: Wheel<ActorRef<SessionMsg>>,
    pub learning: Learning,
    pub shelves: Shelves,
    pub quality: quality::Quality,
    pub results: results::Results,
    ledger: ledger::OfferLedger,
    archive: Archive,
    heads: recovery::Heads,
    /// Position below which every record is in a stored state.
    checkpoint: AtomicU64,
    supervisor: OnceLock<ActorRef<supervisor::SupervisorMsg>>,
    publishing: Mutex<()>,
    gates: Gates,
    /// One word of the shop about a unit at a time.
    unit_gates: Gates,
    campaign_files: OnceLock<Arc<CampaignFiles>>,
    /// Campaigns that were paused because they did harm.
    pauses: Mutex<BTreeMap<u64, results::Pause>>,
    draining: AtomicBool,
    tasks: Mutex<Vec<tokio::task::JoinHandle<()>>>,
}

/// Why an engine did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("failed to open the journal: {0}")]
    Journal(#[from] journal::OpenError),
    #[error("failed to read the ledger of offers: {0}")]
    Ledger(String),
    #[error("failed to open the archive of snapshots: {0}")]
    Archive(#[from] ArchiveError),
    #[error("failed to read the journal after the last checkpoint: {0}")]
    Recovery(String),
    #[error("failed to read what was learned: {0}")]
    Learning(String),
    #[error("failed to read the results of experiments: {0}")]
    Results(String),
    #[error("failed to start the supervisor: {0}")]
    Supervisor(String),
}

/// Name under which campaign counters are stored.
const COUNTS_BLOB: &str = "campaign-counts";
/// Campaign counters are stored this often.
const COUNTS_EVERY: Duration = Duration::from_secs(10);

impl Engine {
    /// Opens the journal, rebuilds the ledger and starts the tasks.
    ///
    /// # Errors
    /// [`StartError`] if the journal or the ledger is damaged or in use.
    pub async fn start(config: Config, stores: Stores, clock: Clock, snapshot: Snapshot) -> Result<Arc<Engine>, StartError> {
        let journal_config = journal::Config { durability: config.durability, ..config.journal.clone() };
        let (journal, recovery) = Journal::open(&config.journal_dir, journal_config, Engine::committed())?;
        tracing::info!(?recovery, "journal open");
        Engine::start_on(Box::new(journal), config, stores, clock, snapshot).await
    }

    /// What the log under an engine calls when records are durable: it tells their sessions.
    pub fn committed() -> journal::Committed<ActorRef<SessionMsg>> {
        Box::new(|result, waiters| match result {
            Ok(position) => {
                for waiter in waiters {
                    // A session that ended does not need to know.
                    let _ = waiter.cast(SessionMsg::Durable(position));
                }
            }
            Err(failure) => tracing::error!(%failure, "acknowledgements stopped"),
        })
    }

    /// Starts on a log that is open and calls [`Engine::committed`].
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn start_on(
        journal: Box<dyn Log<ActorRef<SessionMsg>>>,
        config: Config,
        stores: Stores,
        clock: Clock,
        snapshot: Snapshot,
    ) -> Result<Arc<Engine>, StartError> {
        let ledger = ledger::OfferLedger::load(&stores, config.offers.limits).await.map_err(StartError::Ledger)?;
        let signer = Signer::new(config.token_keys.clone(), 1);
        let archive = Archive::open(&config.snapshots_dir)?;
        let opening = config.learning.clone();
        let opened = tokio::task::spawn_blocking(move || Learning::open(opening)).await;
        let (learning, pupil) = opened.map_err(|error| StartError::Learning(error.to_string()))?;
        let opening = config.results_dir.clone();
        let opened = tokio::task::spawn_blocking(move || results::Results::open(opening)).await;
        let (results, bookkeeper) = opened.map_err(|error| StartError::Results(error.to_string()))?;
        let version = archive.keep(&snapshot, clock.now())?;
        let snapshot = Snapshot { version, ..snapshot };
        let engine = Arc::new(Engine {
            clock,
            snapshot: ArcSwap::from_pointee(snapshot),
            directory: Directory::default(),
            counts: Counts::default(),
            board: Board::default(),
            stats: Stats::default(),
            stores,
            signer,
            journal,
            learning,
            shelves: Shelves::default(),
            quality: quality::Quality::default(),
            results,
            wheel: Wheel::default(),
            ledger,
            archive,
            heads: recovery::Heads::default(),
            checkpoint: AtomicU64::new(0),
            supervisor: OnceLock::new(),
            publishing: Mutex::new(()),
            gates: Gates::default(),
            unit_gates: Gates::default(),
            campaign_files: OnceLock::new(),
            pauses: Mutex::default(),
            draining: AtomicBool::new(false),
            tasks: Mutex::new(Vec::new()),
            config,
        });
        engine.restore_counts().await;
        engine.restore_switch().await;
        engine.restore_pauses().await;
        engine.watch_pools();
        engine.find_heads().await.map_err(StartError::Recovery)?;
        let watching = supervisor::Supervisor(Arc::downgrade(&engine));
        let (supervisor, _) = Actor::spawn(None, watching, ()).await.map_err(|error| StartError::Supervisor(error.to_string()))?;
        // Set once, here, before anybody else knows the engine.
        let _ = engine.supervisor.set(supervisor);
        let turning = engine.clone();
        let wheel = tokio::spawn(async move {
            turning
                .wheel
                .run(turning.clock.clone(), |session: ActorRef<SessionMsg>| {
                    let _ = session.cast(SessionMsg::Timer);
                })
                .await;
        });
        let keeping = engine.clone();
        let keeper = tokio::spawn(async move {
            let mut interval = tokio::time::interval(COUNTS_EVERY);
            let mut due = 1;
            loop {
                interval.tick().await;
                keeping.save_counts().await;
                keeping.tend_offers().await;
                keeping.tend_carts().await;
                keeping.withdraw_revoked();
                keeping.remove_old_states().await;
                keeping.forget_old_units().await;
                keeping.settle().await;
                // What a start has read once, the next one shall not have to read again.
                keeping.checkpoint_after(due).await;
                due = recovery::CHECKPOINT_BYTES;
            }
        });
        engine.tasks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend([
            wheel,
            keeper,
            tokio::spawn(pupil.run(engine.clone())),
            tokio::spawn(bookkeeper.run(engine.clone())),
        ]);
        Ok(engine)
    }

    /// Replaces the snapshot by what `change` makes of the present one, with the next version, and tells every live session.
    pub fn publish(&self, change: impl FnOnce(&Snapshot) -> Snapshot) -> u64 {
        let guard = self.publishing.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let now = self.snapshot.load();
        let mut next = change(&now);
        next.version = match self.archive.keep(&next, self.clock.now()) {
            Ok(version) => version,
            Err(error) => {
                tracing::error!(%error, "a snapshot is not kept: what happens with it cannot be replayed");
                now.version + 1
            }
        };
        let version = next.version;
        self.snapshot.store(Arc::new(next));
        drop(guard);
        self.directory.for_each(|session| {
            let _ = session.cast(SessionMsg::Published);
        });
        version
    }

    /// Starts to look at the live floor.
    pub fn watch_board(self: &Arc<Self>) -> BoardWatch {
        if self.board.watch() {
            self.directory.for_each(|session| {
                let _ = session.cast(SessionMsg::Show);
            });
        }
        BoardWatch { engine: self.clone(), version: 0 }
    }

    /// Whether the engine takes new connections.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// State of the journal, for health.
    pub fn journal_health(&self) -> journal::Health {
        self.journal.health()
    }

    /// Whether codes may be given out: not while what speaks for them cannot be kept.
    pub(crate) fn may_grant(&self) -> bool {
        matches!(self.journal.health(), journal::Health::Good | journal::Health::Overrun { .. })
    }

    pub fn epoch(&self) -> u64 {
        self.journal.epoch()
    }

    /// Asks every page to come back between `min` and `max`, saves every session, flushes and closes.
    pub async fn stop(self: &Arc<Self>, min: Duration, max: Duration, grace: Duration) {
        self.draining.store(true, Ordering::Relaxed);
        let (min_ms, max_ms) = (min.as_millis() as u32, max.as_millis() as u32);
        self.directory.for_each(|session| {
            let _ = session.cast(SessionMsg::Goaway { min_ms, max_ms });
        });
        tokio::time::sleep(grace).await;
        // States are stored only when their records are durable.
        let flushing = self.clone();
        if !matches!(tokio::task::spawn_blocking(move || flushing.journal.flush()).await, Ok(Ok(()))) {
            tracing::error!("the journal could not be flushed; visits come back from what is durable");
        }
        let mut done = Vec::new();
        self.directory.for_each(|session| {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            if session.cast(SessionMsg::Stop(sender)).is_ok() {
                done.push(receiver);
            }
        });
        let all = futures_util::future::join_all(done);
        if tokio::time::timeout(Duration::from_secs(10), all).await.is_err() {
            tracing::warn!("some sessions did not stop in time");
        }
        if tokio::time::timeout(Duration::from_secs(10), self.learning.save()).await.is_err() {
            tracing::warn!("what was learned lately is not written down; the journal has it");
        }
        let flushing = self.clone();
        let _ = tokio::task::spawn_blocking(move || flushing.journal.flush()).await;
        if tokio::time::timeout(Duration::from_secs(10), self.results.save()).await.is_err() {
            tracing::warn!("what was counted lately is not written down; the journal has it");
        }
        for task in self.tasks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).drain(..) {
            task.abort();
        }
        self.directory.for_each(|session| session.stop(None));
        if let Some(supervisor) = self.supervisor.get() {
            supervisor.stop(None);
        }
        self.save_counts().await;
        if let Err(error) = self.stores.states.flush_states().await {
            tracing::error!(%error, "failed to flush session states");
        }
        if let Err(failure) = self.journal.close() {
            tracing::error!(%failure, "failed to close the journal");
        }
    }

    fn sign(&self, token: Token, life: Duration) -> String {
        let expires = self.clock.now().millis() / 1_000 + life.as_secs();
        self.signer.sign(&token, u32::try_from(expires).unwrap_or(u32::MAX))
    }

    /// Seconds since the Unix epoch, for tokens.
    pub fn seconds(&self) -> u32 {
        u32::try_from(self.clock.now().millis() / 1_000).unwrap_or(u32::MAX)
    }

    /// A token that opens the dashboard.
    pub fn admin_token(&self, life: Duration) -> String {
        self.sign(Token::Admin { nonce: random_id() }, life)
    }

    /// A token that shows every campaign to one browser, never counted.
    pub fn preview_token(&self, life: Duration) -> String {
        self.sign(Token::Preview { nonce: random_id() }, life)
    }

    fn new_profile(&self, at: Timestamp) -> Profile {
        Profile::new(VisitorId(random_id()), at)
    }

    fn save_profile(&self, profile: Profile) {
        let mut bytes = vec![PROFILE_FORMAT];
        // Writing to a Vec cannot fail, and a profile has a representation.
        let _ = rmp_serde::encode::write(&mut bytes, &profile);
        if let Err(error) = self.stores.profiles.put_profile(profile.visitor.0, bytes) {
            tracing::warn!(%error, "failed to save a profile");
        }
    }

    async fn load_profile(&self, visitor: VisitorId) -> Option<Profile> {
        let bytes = self.stores.profiles.profile(visitor.0).await.ok()??;
        match bytes.split_first() {
            Some((&PROFILE_FORMAT, packed)) => rmp_serde::from_slice(packed).ok(),
            _ => None,
        }
    }

    fn erase_profile(self: &Arc<Self>, visitor: VisitorId) {
        self.directory.forget_visitor(visitor);
        let engine = self.clone();
        tokio::spawn(async move {
            if let Err(error) = engine.stores.profiles.erase_profile(visitor.0).await {
                tracing::error!(%error, "failed to erase a profile");
            }
        });
    }

    fn note_order(self: &Arc<Self>, order: &Order, session: &Session) {
        self.note_order_of(key_of(&order.id), session);
        self.stats.orders.fetch_add(1, Ordering::Relaxed);
        self.note_claimed_order(&order.coupon, &order.id);
    }

    async fn restore_counts(&self) {
        if let Ok(Some(bytes)) = self.stores.blobs.blob(COUNTS_BLOB).await {
            match rmp_serde::from_slice(&bytes) {
                Ok(totals) => self.counts.restore(&totals),
                Err(error) => tracing::warn!(%error, "campaign counters could not be read and start at 0"),
            }
        }
    }

    async fn save_counts(&self) {
        if let Ok(bytes) = rmp_serde::to_vec_named(&self.counts.totals())
            && let Err(error) = self.stores.blobs.put_blob(COUNTS_BLOB, bytes).await
        {
            tracing::warn!(%error, "failed to save campaign counters");
        }
    }

    /// Ends visits whose time is over and that nobody has asked for since: what they brought is counted then.
    async fn remove_old_states(self: &Arc<Self>) {
        let visit = self.snapshot.load().settings.visit.clone();
        let before = Timestamp(self.clock.now().0.saturating_sub(visit.longest.as_micros() as u64));
        let Ok(old) = self.stores.states.untouched_since(before.0, OLD_AT_ONCE).await else { return };
        for (id, _) in old {
            let id = SessionId(id);
            let _gate = self.gates.enter(id).await;
            if self.directory.get(id).is_some() {
                continue;
            }
            match self.restore(id).await {
                // Its deadline has passed, so its first timer ends it.
                Some(starting) => _ = self.spawn(starting, None).await,
                None => self.forget_state(id),
            }
        }
    }
}

/// Visits that are ended at a time because nobody has asked for them.
const OLD_AT_ONCE: usize = 200;

/// Lets one task at a time restore a session; 32 gates for all sessions.
#[derive(Default)]
struct Gates {
    gates: [tokio::sync::Mutex<()>; 32],
}

impl Gates {
    async fn enter(&self, id: SessionId) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        match self.gates.get(usize::from(id.0[0]) % self.gates.len()) {
            Some(gate) => Some(gate.lock().await),
            None => None,
        }
    }

    /// All of them, always in the same order.
    async fn enter_all(&self) -> Vec<tokio::sync::MutexGuard<'_, ()>> {
        let mut entered = Vec::with_capacity(self.gates.len());
        for gate in &self.gates {
            entered.push(gate.lock().await);
        }
        entered
    }
}

/// First byte of what is stored; another value is another format.
const PROFILE_FORMAT: u8 = 1;

/// 16 bytes from the operating system.
pub fn random_id() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    bytes
}

/// A dashboard's look at the live floor; looking ends when it is dropped.
pub struct BoardWatch {
    engine: Arc<Engine>,
    version: u64,
}

impl BoardWatch {
    /// What changed since the last call; all sessions at the first.
    pub fn changes(&mut self) -> Changes {
        let changes = self.engine.board.changes(self.version);
        self.version = changes.version;
        changes
    }
}

impl Drop for BoardWatch {
    fn drop(&mut self) {
        self.engine.board.unwatch();
    }
}
