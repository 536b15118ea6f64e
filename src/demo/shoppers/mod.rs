//! Simulated shoppers: real recorded sessions replayed by real WebSocket clients, with the behavior that the record lacks.
//!
//! **What is recorded:** which products a session viewed, put into the cart and bought, in which order and with which pauses. A view
//! opens the product's page (a new page load: goodbye on the old connection, a new stream on a new one), a cart step adds the product,
//! a purchase checks out and orders what is in the cart. Pauses are cut to 90 s and divided by the speed.
//!
//! **What is added**, by a seeded model with probabilities that are chosen and not measured, all of them in [`habits`]:
//!
//! | | |
//! |---|---|
//! | the way in | home 25 %, a category 15 %, a search 8 %, else the product itself; referrer and campaign parameters by weight |
//! | on the way | a category page 30 %, a search 8 % (15 % of these find nothing at first), home 6 %, in pauses from 6 s |
//! | on a page | scrolls 75 %; looks away and returns 10 %; another tab in front 10 % from 15 s; idle 25 % from 45 s; attention throughout |
//! | the cart | looked at after adding 35 %, a line removed then 10 %; unbought: a last look 40 %, a checkout begun then 40 % |
//! | leaving | pointer through the top 60 % (desktop), upward flicks 40 % (touch), back 20 %, else without a sign |
//! | privacy | accepts all 70 %, only necessary 20 %, never answers 10 %; Global Privacy Control 5 % |
//! | who | desktop 52 %, phone 40 %, tablet 8 %; a returning browser 30 %, as soon as one is ready |
//! | what is pushed | receipts for all; shown after 1 s (60 % where it is below the fold); clicks 5 to 25 %, overlays dismissed 60 % |
//! | after a click | the page it leads to; a recommended product taken 20 %; an offer used 35 % |
//! | what a campaign changes | who sees in the cart how far free shipping is, checks out at once in 20 %: the effect for the demo's experiment to find |
//!
//! Movements of a hand, reading what comes up, and heartbeats of attention keep their real time at any speed, because the engine's
//! windows do: at a higher speed pages are left sooner, so triggers on dwell fire less. The clients have no HTML and no shop cart: they
//! announce what the shop's pages declare (a test holds the two together), and a product out of stock can be bought.

mod chance;
pub mod habits;
mod line;
mod outbox;
mod person;
mod place;
mod plan;
mod react;
mod retry;
mod shelves;
mod tab;
#[cfg(test)]
mod tests;
mod visit;

use crate::demo::data;
use crate::demo::data::RecordedSession;
use crate::engine::Clock;
use chance::Chance;
use person::Person;
use shelves::Shelves;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::AtomicU64;
use std::time::Duration;
use tab::Browser;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Visits begin spread over this at the start; shorter for few visitors.
const ARRIVAL_SPREAD_MAX: Duration = Duration::from_secs(20);
const ARRIVAL_SPREAD_EACH: Duration = Duration::from_millis(250);
/// Browsers that may return, per visitor; the one away the longest goes.
const BROWSERS_PER_VISITOR: usize = 4;

/// How shoppers visit.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the shop and the engine listen.
    pub address: SocketAddr,
    /// Publishable key of the shop.
    pub key: String,
    /// Shoppers on the floor at a time.
    pub visitors: usize,
    /// 1 is the pace of the record. Kept to 0.01..=10,000.
    pub speed: f64,
    /// Decides who comes and what they do; not what they are shown.
    pub seed: u64,
}

/// What the shoppers did and met, counted on their side.
#[derive(Debug, Default)]
pub struct Counters {
    /// Shoppers on the floor now.
    pub live: AtomicI64,
    pub visits: AtomicU64,
    /// Visits by browsers that were here before.
    pub returns: AtomicU64,
    pub pages: AtomicU64,
    pub connections: AtomicU64,
    /// Connections that ended without a goodbye, or did not open.
    pub lost: AtomicU64,
    /// Events sent; those sent again after a reconnect are in `resent`.
    pub events: AtomicU64,
    pub resent: AtomicU64,
    /// Events acknowledged as durable.
    pub acked: AtomicU64,
    /// Events the engine refused.
    pub rejected: AtomicU64,
    /// Error frames, frames that could not be read, and connections closed for a mistake of ours.
    pub errors: AtomicU64,
    pub pushes: AtomicU64,
    /// Whole states received, those of a welcome included.
    pub states: AtomicU64,
    pub shown: AtomicU64,
    pub clicked: AtomicU64,
    pub dismissed: AtomicU64,
    pub orders: AtomicU64,
}

/// What all shoppers share.
struct Floor {
    config: Config,
    counters: Arc<Counters>,
    clock: Clock,
    shelves: Shelves,
    recorded: Vec<RecordedSession>,
    /// Browsers that were here before, the one away the longest first.
    away: Mutex<VecDeque<Browser>>,
}

impl Floor {
    /// Recorded or planned time as it passes here.
    fn at_speed(&self, ms: u64) -> Duration {
        Duration::from_secs_f64(ms as f64 / 1_000.0 / self.config.speed)
    }

    fn away(&self) -> std::sync::MutexGuard<'_, VecDeque<Browser>> {
        self.away.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn somebody(&self, chance: &mut Chance) -> Browser {
        let returns = chance.happens(habits::RETURNS);
        let person = Person::draw(chance);
        let now = self.clock.now();
        let mut away = self.away();
        let is_ready = away.front().is_some_and(|browser| now.since(browser.left) > habits::VISIT_ENDS_AFTER);
        let returning = if returns && is_ready { away.pop_front() } else { None };
        match returning {
            Some(browser) => {
                self.counters.returns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                browser
            }
            None => Browser::new(person),
        }
    }

    /// A browser whose shopper agreed to be remembered may return.
    fn see_off(&self, browser: Browser) {
        if browser.visitor.is_some() {
            let mut away = self.away();
            // The visit it knew is over by the time it returns.
            away.push_back(Browser { session: None, ..browser });
            while away.len() > self.config.visitors * BROWSERS_PER_VISITOR {
                away.pop_front();
            }
        }
    }
}

/// Keeps `config.visitors` shoppers on the floor until `stop` becomes true or its sender is gone; each leaves politely.
pub async fn run(config: Config, counters: Arc<Counters>, stop: watch::Receiver<bool>) {
    let speed = if config.speed.is_finite() { config.speed.clamp(0.01, 10_000.0) } else { 1.0 };
    let config = Config { speed, ..config };
    let visitors = config.visitors;
    let recorded = shuffled(data::sessions(), config.seed);
    let (clock, shelves) = (Clock::system(), Shelves::new());
    let floor = Arc::new(Floor { config, counters, clock, shelves, recorded, away: Mutex::default() });
    let spread = ARRIVAL_SPREAD_MAX.min(ARRIVAL_SPREAD_EACH * visitors as u32);
    let mut shoppers = JoinSet::new();
    for place in 0..visitors {
        let delay = spread.mul_f64(place as f64 / visitors as f64 / floor.config.speed.max(1.0));
        shoppers.spawn(one_after_another(floor.clone(), place, delay, stop.clone()));
    }
    while let Some(ended) = shoppers.join_next().await {
        if let Err(error) = ended {
            tracing::error!(%error, "a simulated shopper failed");
        }
    }
}

/// One place on the floor: who leaves it makes room for the next.
async fn one_after_another(floor: Arc<Floor>, place: usize, delay: Duration, mut stop: watch::Receiver<bool>) {
    let visitors = floor.config.visitors;
    let mut chance = Chance::new(floor.config.seed, 1 + place as u64);
    let mut pause = delay;
    for visit in 0_usize.. {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            changed = stop.changed() => if changed.is_err() { return },
        }
        if *stop.borrow() {
            return;
        }
        // Every recorded session is replayed before one is replayed again.
        let at = (place + visit * visitors) % floor.recorded.len().max(1);
        let Some(recorded) = floor.recorded.get(at) else { return };
        let browser = floor.somebody(&mut chance);
        let steps = plan::plan(recorded, &browser.person, chance.seed());
        let reactions = Chance::new(chance.seed(), 1);
        let browser = visit::run(&floor, browser, &steps, reactions, stop.clone()).await;
        floor.see_off(browser);
        pause = floor.at_speed(chance.between(200, 3_000));
    }
}

/// Fisher and Yates.
fn shuffled(mut sessions: Vec<RecordedSession>, seed: u64) -> Vec<RecordedSession> {
    let mut chance = Chance::new(seed, 0);
    for last in (1..sessions.len()).rev() {
        sessions.swap(last, chance.between(0, last as u64) as usize);
    }
    sessions
}
