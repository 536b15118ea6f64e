//! One simulated shop: visitors with tabs, a network, a server with its disk, and everything that goes wrong between them.
//!
//! Time is a number, and everything that happens is a job in one agenda, so the same seed gives the same run. Shoppers act for a while
//! under faults; then everything calms down, and what must hold is checked.

mod chaos;
mod check;
mod network;
mod pages;

use super::Bug;
use super::Shop;
use super::draw::Draw;
use super::fault::Counts;
use super::habits::Habits;
use super::log::Log;
use super::mix::Mix;
use super::mix::Scale;
use super::page::Tab;
use super::server::Go;
use super::server::Out;
use super::server::Server;
use super::server::Stop;
use super::storage::End;
use super::wire::Batch;
use super::wire::Said;
use crate::consent::Signal;
use crate::model::Page;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use network::Line;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Some Sunday.
const BEGIN: u64 = 1_795_374_000_000_000;
/// Within this time after the last fault everything is delivered ...
const CALM_US: u64 = 30_000_000;
/// ... unless a page had failed so often that it waits for a minute before it tries again.
const TIRED_US: u64 = 95_000_000;
/// A run that does not come to its end is a fault of its own.
const JOBS_MAX: u64 = 400_000;

#[derive(Debug)]
enum Job {
    Act,
    Chaos,
    Tab(usize),
    Up(u64),
    Down(u64),
    /// The server looks whether this reader is too slow.
    Slow(u64),
    Timer(SessionId),
    Commit,
    Told(SessionId, u64),
    Till,
    Settle,
    Published(SessionId),
    Beacon(SessionId, StreamId, Batch),
    /// A page of this visitor finds what another has left.
    Adopt(usize),
    Checkpoint,
    EndCheckpoint,
    Heal,
    Die(End),
    Start,
}

/// What a page that is gone has left.
#[derive(Debug, Clone)]
struct Leftover {
    stream: StreamId,
    page: Page,
    first: u64,
    list: Vec<Said>,
}

#[derive(Debug)]
struct Visitor {
    habits: Habits,
    consent: Signal,
    /// What the browser keeps between pages, where that is allowed.
    visit: Option<SessionId>,
    visitor: Option<VisitorId>,
    leftovers: Vec<Leftover>,
}

pub(super) struct World<'a> {
    shop: &'a Shop,
    mix: Mix,
    now: u64,
    agenda: BTreeMap<(u64, u64), Job>,
    order: u64,
    acts: Draw,
    chaos: Draw,
    net: Draw,
    server: Server<'a>,
    is_up: bool,
    /// How the process ends when it reaches its trap.
    ending: End,
    server_skew: i64,
    commit_due: bool,
    till_due: bool,
    torn_next: bool,
    twins_next: bool,
    invalid_next: bool,
    visitors: Vec<Visitor>,
    tabs: Vec<Tab>,
    lines: BTreeMap<u64, Line>,
    next_line: u64,
    refuse_until: u64,
    slow_until: u64,
    acts_left: usize,
    faults_left: usize,
    calm_since: Option<u64>,
    counts: Counts,
    log: Log,
    wrong: Option<String>,
    next_uid: u64,
    /// Acknowledged events by visit and page, in order.
    acked: BTreeMap<(SessionId, StreamId), Vec<u64>>,
    /// Events that were numbered anew, because the engine had forgotten their stream.
    renumbered: BTreeSet<u64>,
    codes: BTreeSet<Box<str>>,
    events: u64,
}

/// What came of a run.
#[derive(Debug)]
pub(super) struct Ending {
    pub(super) wrong: Option<String>,
    pub(super) counts: Counts,
    pub(super) digest: u64,
    pub(super) lines: Vec<String>,
    pub(super) events: u64,
    pub(super) acked: u64,
    pub(super) codes: u64,
}

impl<'a> World<'a> {
    pub(super) fn new(seed: u64, shop: &'a Shop, scale: &Scale, bug: Option<Bug>, in_words: bool) -> World<'a> {
        let mix = Mix::of(seed, scale);
        let mut acts = Draw::of(seed, 3);
        let visitors = (0..mix.visitors)
            .map(|_| {
                let consent = if acts.percent(mix.agrees) { Signal::all(true) } else { Signal::default() };
                Visitor { habits: Habits::new(shop), consent, visit: None, visitor: None, leftovers: Vec::new() }
            })
            .collect();
        World {
            shop,
            mix,
            now: 0,
            agenda: BTreeMap::new(),
            order: 0,
            acts,
            chaos: Draw::of(seed, 4),
            net: Draw::of(seed, 5),
            server: Server::new(seed, shop, bug),
            is_up: false,
            ending: End::Kill,
            server_skew: 0,
            commit_due: false,
            till_due: false,
            torn_next: false,
            twins_next: false,
            invalid_next: false,
            visitors,
            tabs: Vec::new(),
            lines: BTreeMap::new(),
            next_line: 1,
            refuse_until: 0,
            slow_until: 0,
            acts_left: scale.acts,
            faults_left: scale.faults,
            calm_since: None,
            counts: Counts::default(),
            log: Log::new(in_words),
            wrong: None,
            next_uid: 1,
            acked: BTreeMap::new(),
            renumbered: BTreeSet::new(),
            codes: BTreeSet::new(),
            events: 0,
        }
    }

    pub(super) fn run(mut self) -> Ending {
        self.do_job(Job::Start);
        self.schedule(1_000, Job::Act);
        let (fault, checkpoint) = (self.mix.fault_gap, self.mix.checkpoint_gap);
        self.schedule(fault, Job::Chaos);
        self.schedule(checkpoint, Job::Checkpoint);
        let mut jobs = 0;
        while self.wrong.is_none() {
            if self.is_over() {
                self.check();
                break;
            }
            let Some(((at, _), job)) = self.agenda.pop_first() else { break };
            self.now = at;
            self.do_job(job);
            jobs += 1;
            if jobs > JOBS_MAX {
                self.fail("the run does not come to its end".to_owned());
            }
        }
        let mut counts = self.counts;
        counts.add(&self.server.counts);
        Ending {
            wrong: self.wrong,
            counts,
            digest: self.log.digest(),
            lines: self.log.into_lines(),
            events: self.events,
            acked: self.acked.values().map(|list| list.len() as u64).sum(),
            codes: self.codes.len() as u64,
        }
    }

    fn schedule(&mut self, after: u64, job: Job) {
        self.order += 1;
        self.agenda.insert((self.now + after, self.order), job);
    }

    fn fail(&mut self, text: String) {
        self.log.note(self.now, "wrong", 0, 0);
        self.wrong.get_or_insert(text);
    }

    fn do_job(&mut self, job: Job) {
        self.server.now = Timestamp((BEGIN + self.now).saturating_add_signed(self.server_skew));
        match job {
            Job::Act => self.act(),
            Job::Chaos => self.fault(),
            Job::Tab(tab) => self.tick(tab),
            Job::Up(line) => self.arrive(line),
            Job::Down(line) => self.reach(line),
            Job::Slow(line) => self.give_up_slow(line),
            Job::Adopt(visitor) => self.adopt(visitor),
            Job::Heal => self.server.storage.heal(),
            Job::Die(end) => self.die(end),
            Job::Start => self.start(),
            _ if !self.is_up => {}
            // What a visit does by itself ends too, so that the last frames arrive.
            Job::Timer(_) if self.is_calm() => {}
            Job::Timer(id) => {
                let done = self.server.timer(id);
                self.go(done);
            }
            Job::Commit => self.commit(),
            Job::Told(id, position) => {
                let done = self.server.told(id, position);
                self.go(done);
            }
            Job::Till => {
                self.till_due = false;
                let more = self.server.till();
                if let Some(true) = self.go(more) {
                    self.want_till();
                }
            }
            Job::Settle => {
                let more = self.server.settle();
                if let Some(true) = self.go(more) {
                    self.schedule(20_000, Job::Settle);
                }
            }
            Job::Published(id) => {
                let done = self.server.published(id);
                self.go(done);
            }
            Job::Beacon(session, stream, batch) => {
                let done = self.server.post(session, stream, batch);
                self.go(done);
            }
            Job::Checkpoint => {
                let gap = self.mix.checkpoint_gap;
                self.schedule(gap, Job::Checkpoint);
                let done = self.server.begin_checkpoint();
                self.go(done);
                self.schedule(1_000, Job::EndCheckpoint);
            }
            Job::EndCheckpoint => {
                let more = self.server.end_checkpoint();
                if let Some(true) = self.go(more) {
                    self.schedule(50_000, Job::EndCheckpoint);
                }
            }
        }
    }

    /// What follows from a step of the server. `None`: it did not come to its end.
    fn go<T>(&mut self, done: Go<T>) -> Option<T> {
        let value = match done {
            Ok(value) => Some(value),
            Err(Stop::Crash | Stop::Panic(_)) => {
                let end = self.ending;
                self.die(end);
                return None;
            }
            Err(Stop::Wrong(text)) => {
                self.fail(text);
                return None;
            }
        };
        for out in std::mem::take(&mut self.server.out) {
            match out {
                Out::Frame(line, frame) => self.send_down(line, frame),
                Out::Close(line, closed) => self.close_down(line, closed),
                Out::Timer(id, at) => {
                    let after = at.saturating_sub(self.server.now.0);
                    self.schedule(after, Job::Timer(id));
                }
                Out::Commit if self.commit_due => {}
                Out::Commit => {
                    self.commit_due = true;
                    let after = self.net.between(self.mix.commit.0, self.mix.commit.1);
                    self.schedule(after, Job::Commit);
                }
                Out::Till => self.want_till(),
                Out::Settle => {
                    let after = self.net.below(3_000_000);
                    self.schedule(after, Job::Settle);
                }
            }
        }
        value
    }

    fn want_till(&mut self) {
        if !self.till_due {
            self.till_due = true;
            let after = self.net.between(self.mix.commit.0, self.mix.commit.1);
            self.schedule(after, Job::Till);
        }
    }

    fn commit(&mut self) {
        self.commit_due = false;
        if std::mem::take(&mut self.torn_next) && self.server.storage.durable() < self.server.storage.end() {
            self.counts.note(super::Fault::TornWrite);
            self.server.storage.tear(&mut self.chaos);
            return self.die(End::PowerCut);
        }
        let done = self.server.commit();
        match self.go(done) {
            Some(Some(told)) => {
                for (id, position) in told {
                    let after = self.net.below(2_000);
                    self.schedule(after, Job::Told(id, position));
                }
                if self.server.storage.durable() < self.server.storage.end() {
                    self.commit_due = true;
                    self.schedule(250_000, Job::Commit);
                }
            }
            // Nothing is acknowledged any more until an operator starts the server anew.
            Some(None) => {
                self.log.note(self.now, "journal failed", 0, 0);
                let end = if self.chaos.percent(50) { End::Kill } else { End::PowerCut };
                let after = if self.calm_since.is_some() { 100_000 } else { self.chaos.between(100_000, 5_000_000) };
                self.schedule(after, Job::Die(end));
            }
            None => {}
        }
    }
}
