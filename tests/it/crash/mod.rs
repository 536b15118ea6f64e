//! The real program under load, killed again and again on the same data: what was acknowledged is there, once, and so is every promise.
//!
//! The clients live in the test's own process, which is never killed, so that what they wrote down outlives every server. After every
//! few kills the load stops, queues run empty, and what the server says of each visit must be exactly what its pages did: no event
//! less, none more, each page's in order; the same visit, the same arm, the same code; caps, pauses and the budget kept. Orders that the
//! shop's server tells are heard once, and in the end the sums of all experiments must be what the journal says, counted by slow means.
//!
//! `FLOORWALKER_CRASHES=100` sets the number of kills, `FLOORWALKER_SEED` the seed; the failure prints both.

mod browser;
mod campaigns;
mod chance;
mod check;
mod http;
mod image;
mod page;
mod results;
mod server;
mod shopper;
mod till;
mod world;

use chance::Chance;
use image::Image;
use server::Place;
use server::Server;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;
use world::Phase;
use world::World;

/// Shoppers at a time.
const SHOPPERS: u64 = 32;
/// The load stops and everything is compared after this many kills.
const CHECK_EVERY: u64 = 5;
/// A restarted server may take this long to be ready. Held for the median: the slowest start of a debug build tells more about what
/// else the machine does.
const READY_WITHIN: Duration = Duration::from_secs(2);
/// Supervisors commonly wait 30 s after SIGTERM.
const DRAINED_WITHIN: Duration = Duration::from_secs(25);
const PATIENCE: Duration = Duration::from_secs(15);

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text}: a number")))
}

fn seed() -> u64 {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |since| since.as_nanos() as u64);
    from_environment("FLOORWALKER_SEED", clock % 1_000_000)
}

/// A server in its place, the clients, and how long each start took.
struct Run {
    place: Place,
    world: Arc<World>,
    server: Option<Server>,
    ready: Vec<Duration>,
    budget: u32,
    started: Instant,
    checked: usize,
}

impl Run {
    async fn start(place: Place, seed: u64, shoppers: u64, budget: u32) -> Run {
        let world = World::new(seed);
        let mut run = Run { place, world, server: None, ready: Vec::new(), budget, started: Instant::now(), checked: 0 };
        run.serve().await;
        assert!(run.world.signer.set(run.place.signer()).is_ok(), "set once");
        for number in 0..shoppers {
            tokio::spawn(shopper::shop(run.world.clone(), number));
        }
        run
    }

    async fn serve(&mut self) {
        self.world.servers.fetch_add(1, Relaxed);
        let server = Server::start(&self.place).await;
        self.ready.push(server.ready_after);
        self.world.address.send_replace(Some(server.address));
        self.server = Some(server);
    }

    fn kill(&mut self) {
        self.world.kill.fetch_add(1, Relaxed);
        self.server.take().expect("it runs").kill();
    }

    async fn check(&mut self, all: bool) {
        let address = self.server.as_ref().expect("it runs").address;
        let token = self.place.admin_token();
        self.checked += check::check(&self.world, address, &token, all).await;
        till::check(&self.world, address, &token, self.budget).await;
        results::check(&self.world, address, &token).await;
        self.fail_if_wrong();
    }

    /// Prints what is needed to look into it, and fails.
    fn fail_if_wrong(&self) {
        let complaints = self.world.complaints();
        if complaints.is_empty() {
            return;
        }
        eprintln!("seed {}, data kept in {}", self.world.seed, self.place.directory.display());
        for complaint in &complaints {
            eprintln!(
                "kill {}, {}: {}\n    expected {}\n    found    {}",
                complaint.kill, complaint.client, complaint.what, complaint.expected, complaint.found
            );
        }
        eprintln!("the server's log ends with\n{}", self.place.log_tail());
        panic!("{} complaints with FLOORWALKER_SEED={}; the first: {}", complaints.len(), self.world.seed, complaints[0].what);
    }

    fn summary(&self, name: &str) {
        let tally = &self.world.tally;
        let middle = |of: &[Duration]| {
            let mut sorted = of.to_vec();
            sorted.sort();
            sorted[sorted.len() / 2]
        };
        let quarter = self.ready.len().div_ceil(4);
        let (early, late) = (middle(&self.ready[..quarter]), middle(&self.ready[self.ready.len() - quarter..]));
        let mut ready = self.ready.clone();
        ready.sort();
        let at = |share: f64| ready[((ready.len() - 1) as f64 * share) as usize];
        println!(
            "{name}: seed {}, {} kills in {:.0?}; {} events acknowledged, {} sent again; {} connections, {} resumed; {} pages, {} beacons; \
             {} pushes, {} states, {} decisions ({} again, as their events were not acknowledged); {} codes of {}, {} redeemed; {} visits compared; \
             ready after {:.0?} (median; {early:.0?} of the first and {late:.0?} of the last quarter), {:.0?} (99 %), {:.0?} (most)",
            self.world.seed,
            self.world.kill.load(Relaxed),
            self.started.elapsed(),
            tally.acked.load(Relaxed),
            tally.resent.load(Relaxed),
            tally.connections.load(Relaxed),
            tally.resumed.load(Relaxed),
            tally.pages.load(Relaxed),
            tally.beacons.load(Relaxed),
            tally.pushes.load(Relaxed),
            tally.states.load(Relaxed),
            tally.decisions.load(Relaxed),
            tally.again.load(Relaxed),
            world::lock(&self.world.codes).len(),
            self.budget,
            world::lock(&self.world.redeemed).len(),
            self.checked,
            at(0.5),
            at(0.99),
            at(1.0),
        );
    }

    fn end(mut self) {
        self.world.phase.send_replace(Phase::Over);
        self.server.take();
        results::recount(&self.world, &self.place);
        self.fail_if_wrong();
        let _ = std::fs::remove_dir_all(&self.place.directory);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_counted_twice_when_the_server_is_killed() {
    let kills = from_environment("FLOORWALKER_CRASHES", 20);
    let seed = seed();
    let mut chance = Chance::new(seed, 0);
    let budget = (kills as u32 * 2 / 5).clamp(6, 40);
    let mut run = Run::start(Place::new("kill", budget), seed, SHOPPERS, budget).await;
    // The clients and the oracle agree while nobody is killed.
    tokio::time::sleep(Duration::from_secs(1)).await;
    run.check(false).await;
    run.world.phase.send_replace(Phase::Busy);
    for kill in 1..=kills {
        assert!(run.world.next_ack(PATIENCE).await, "no load after restart {kill}\n{}", run.place.log_tail());
        tokio::time::sleep(Duration::from_millis(chance.between(50, 500))).await;
        if chance.percent(60) {
            let server = run.server.as_ref().expect("it runs");
            results::sell_one(&run.world, server.address, &run.place.admin_token()).await;
        }
        if chance.percent(30) {
            let server = run.server.as_ref().expect("it runs");
            till::redeem_one(&run.world, server.address, &run.place.admin_token()).await;
        }
        if chance.percent(15) {
            // In the middle of an orderly end.
            run.server.as_ref().expect("it runs").ask_to_stop();
            tokio::time::sleep(Duration::from_millis(chance.between(0, 250))).await;
        }
        run.kill();
        if chance.percent(15) {
            // In the middle of a start.
            run.place.stillborn(Duration::from_millis(chance.between(0, 80))).await;
        }
        if chance.percent(10) {
            // While nobody listens, queues fill.
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        run.serve().await;
        if kill % CHECK_EVERY == 0 && kill != kills {
            run.check(false).await;
            run.world.phase.send_replace(Phase::Busy);
        }
    }
    run.check(true).await;
    // Everything is at rest and acknowledged: one more kill must not change a thing.
    run.kill();
    run.serve().await;
    run.check(true).await;
    run.summary("kill -9");
    run.ready.sort();
    let median = run.ready[run.ready.len() / 2];
    assert!(median < READY_WITHIN, "restarts take {median:?}, at most {READY_WITHIN:?} is promised: {:?}", run.ready);
    run.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_counted_twice_when_the_power_is_cut() {
    let cuts = from_environment("FLOORWALKER_POWER_CUTS", 10);
    let seed = seed();
    let mut chance = Chance::new(seed, 1);
    let budget = 8;
    let mut place = Place::new("power", budget);
    let directory = place.directory.clone();
    let mut image = match Image::new(&directory, "disk-0") {
        Ok(image) => image,
        Err(why) => {
            println!("power cuts: SKIPPED, this needs root and loop devices: {why}");
            let _ = std::fs::remove_dir_all(&directory);
            return;
        }
    };
    place.move_to(image.mounted.join("data"));
    let mut run = Run::start(place, seed, SHOPPERS, budget).await;
    let mut lost = 0;
    for cut in 1..=cuts {
        assert!(run.world.next_ack(PATIENCE).await, "no load after cut {cut}\n{}", run.place.log_tail());
        tokio::time::sleep(Duration::from_millis(chance.between(50, 500))).await;
        let server = run.server.as_ref().expect("it runs");
        results::sell_one(&run.world, server.address, &run.place.admin_token()).await;
        let unsynced = format!("unsynced-{cut}");
        std::fs::write(image.mounted.join(&unsynced), [7; 1_000]).expect("written");
        // Between the two nothing is written, so that the copy is of one moment.
        run.server.as_ref().expect("it runs").pause();
        let after = image.after_power_cut(&directory, &format!("disk-{cut}"));
        run.kill();
        lost += usize::from(std::fs::read(after.mounted.join(&unsynced)).is_ok_and(|bytes| bytes != [7; 1_000]));
        lost += usize::from(!after.mounted.join(&unsynced).exists());
        // The clients go on with the machine that came back.
        image = after;
        run.place.move_to(image.mounted.join("data"));
        run.serve().await;
        if cut % CHECK_EVERY == 0 && cut != cuts {
            run.check(false).await;
            run.world.phase.send_replace(Phase::Busy);
        }
    }
    run.check(true).await;
    run.summary("power cut");
    println!("power cut: {lost} of {cuts} cuts lost a file that was written just before and not synced");
    assert!(lost * 2 > cuts as usize, "the cuts lose what is not synced: {lost} of {cuts}");
    run.end();
    drop(image);
    let _ = std::fs::remove_dir_all(&directory);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deploy_under_load_loses_nothing_and_asks_every_page_to_come_back() {
    let budget = 6;
    let mut run = Run::start(Place::new("drain", budget), seed(), SHOPPERS / 2, budget).await;
    for deploy in 1..=3_u32 {
        assert!(run.world.next_ack(PATIENCE).await, "no load before deploy {deploy}\n{}", run.place.log_tail());
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        let pages = |of: &World| {
            of.browsers().iter().map(|browser| browser.memory().tabs.values().filter(|tab| tab.is_connected).count()).sum::<usize>()
        };
        let (connected, heard) = (pages(&run.world), world::lock(&run.world.goaways).len());
        let asked = Instant::now();
        let status = run.server.take().expect("it runs").terminate(DRAINED_WITHIN).await;
        let took = asked.elapsed();
        assert!(
            status.is_some_and(|status| status.code() == Some(0)),
            "deploy {deploy}: {status:?} after {took:?}\n{}",
            run.place.log_tail()
        );
        let windows = world::lock(&run.world.goaways).split_off(heard);
        println!("deploy {deploy}: exit 0 after {took:.0?}; {} goaways to {connected} pages, windows {:?}", windows.len(), windows.first());
        // A page may come or go in the moment of the signal.
        assert!(windows.len() + 2 >= connected, "{} of {connected} pages were asked to come back", windows.len());
        assert!(windows.iter().all(|(min, max)| max >= &(min + 1_000)), "the pages are spread: {windows:?}");
        run.serve().await;
        run.check(false).await;
        run.world.phase.send_replace(Phase::Busy);
    }
    run.check(true).await;
    run.summary("SIGTERM");
    run.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_on_the_same_data_is_refused() {
    let place = Place::new("second", 1);
    let server = Server::start(&place).await;
    let (status, said) = place.refused();
    assert_eq!(status.code(), Some(1), "{said}");
    let data = place.data.display().to_string();
    assert!(said.contains(&data) && said.contains("in use"), "it says which directory and why: {said}");
    assert!(http::get(server.address, "/readyz", None).await.is_some_and(|answer| answer.status == 200), "the first goes on");
    drop(server);
    let _ = std::fs::remove_dir_all(&place.directory);
}
