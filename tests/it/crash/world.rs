//! What all clients of one run share: where the server is, what they should do, and what they complain about.

use super::browser::Browser;
use floorwalker::delivery::Signer;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;

/// What the shoppers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Everything.
    Busy,
    /// Nothing new: queues run empty, pages stay connected.
    Quiet,
    /// Go.
    Over,
}

/// Something that must not be.
#[derive(Debug, Clone)]
pub struct Complaint {
    pub kill: u64,
    pub client: String,
    pub what: &'static str,
    pub expected: String,
    pub found: String,
}

#[derive(Debug, Default)]
pub struct Tally {
    pub made: AtomicU64,
    pub acked: AtomicU64,
    pub resent: AtomicU64,
    pub connections: AtomicU64,
    pub resumed: AtomicU64,
    pub pushes: AtomicU64,
    pub states: AtomicU64,
    pub beacons: AtomicU64,
    pub pages: AtomicU64,
    pub decisions: AtomicU64,
    /// Decisions whose input was not acknowledged when the server died, made again after it.
    pub again: AtomicU64,
    pub errors: AtomicU64,
    pub goaways: AtomicU64,
}

pub struct World {
    pub seed: u64,
    pub kill: AtomicU64,
    /// Servers that were started.
    pub servers: AtomicU64,
    pub address: watch::Sender<Option<SocketAddr>>,
    pub phase: watch::Sender<Phase>,
    pub signer: OnceLock<Signer>,
    pub tally: Tally,
    /// Codes and the visitor they were shown to.
    pub codes: Mutex<BTreeMap<String, String>>,
    /// Orders by the codes that the till was told they used.
    pub redeemed: Mutex<BTreeMap<String, String>>,
    /// Orders that the shop's server has told or tells again.
    pub sold: Mutex<BTreeMap<String, super::results::Sale>>,
    /// Windows of the `goaway` frames that were heard.
    pub goaways: Mutex<Vec<(u32, u32)>>,
    browsers: Mutex<Vec<Arc<Browser>>>,
    complaints: Mutex<Vec<Complaint>>,
}

/// More say nothing new.
const COMPLAINTS_MAX: usize = 50;
const ALIKE_MAX: usize = 5;

impl World {
    pub fn new(seed: u64) -> Arc<World> {
        Arc::new(World {
            seed,
            kill: AtomicU64::new(0),
            servers: AtomicU64::new(0),
            address: watch::Sender::new(None),
            phase: watch::Sender::new(Phase::Busy),
            signer: OnceLock::new(),
            tally: Tally::default(),
            codes: Mutex::default(),
            redeemed: Mutex::default(),
            sold: Mutex::default(),
            goaways: Mutex::default(),
            browsers: Mutex::default(),
            complaints: Mutex::default(),
        })
    }

    pub fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    pub fn complain(&self, client: &str, what: &'static str, expected: impl ToString, found: impl ToString) {
        let mut complaints = lock(&self.complaints);
        let alike = complaints.iter().filter(|other| other.what == what).count();
        if alike < ALIKE_MAX && complaints.len() < COMPLAINTS_MAX {
            let kill = self.kill.load(Ordering::Relaxed);
            let (client, expected, found) = (client.to_owned(), expected.to_string(), found.to_string());
            complaints.push(Complaint { kill, client, what, expected, found });
        }
    }

    pub fn complaints(&self) -> Vec<Complaint> {
        lock(&self.complaints).clone()
    }

    pub fn arrives(&self, name: String) -> Arc<Browser> {
        let browser = Arc::new(Browser::new(name));
        lock(&self.browsers).push(browser.clone());
        browser
    }

    pub fn browsers(&self) -> Vec<Arc<Browser>> {
        lock(&self.browsers).clone()
    }

    /// Waits until every queue is empty and every open page connected. False if that does not come.
    pub async fn settle(&self, patience: Duration) -> bool {
        let given_up = tokio::time::Instant::now() + patience;
        loop {
            if self.browsers().iter().all(|browser| browser.memory().is_quiet()) {
                return true;
            }
            if tokio::time::Instant::now() > given_up {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits for the next acknowledgement.
    pub async fn next_ack(&self, patience: Duration) -> bool {
        let before = self.tally.acked.load(Ordering::Relaxed);
        let given_up = tokio::time::Instant::now() + patience;
        while self.tally.acked.load(Ordering::Relaxed) == before {
            if tokio::time::Instant::now() > given_up {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        true
    }
}

pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no client panics while it writes down")
}

pub fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
