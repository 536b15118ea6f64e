//! What goes wrong: one fault at a time, at times drawn from the seed.

use super::BEGIN;
use super::Job;
use super::World;
use crate::consent::Signal;
use crate::model::Timestamp;
use crate::sim::Fault;
use crate::sim::page::Phase;
use crate::sim::storage::End;
use crate::sim::wire::Batch;
use crate::sim::wire::Closed;

impl World<'_> {
    /// The next fault, if there is one left.
    pub(super) fn fault(&mut self) {
        if self.calm_since.is_some() || self.faults_left == 0 {
            return;
        }
        let gap = self.chaos.between(self.mix.fault_gap / 4, self.mix.fault_gap * 2);
        self.schedule(gap, Job::Chaos);
        let Some(fault) = self.chaos.pick(&self.mix.kinds).copied() else { return };
        self.faults_left -= 1;
        self.log.note(self.now, fault.name(), 0, 0);
        self.make(fault);
    }

    fn make(&mut self, fault: Fault) {
        let open: Vec<usize> = (0..self.tabs.len()).filter(|tab| !self.tabs[*tab].is_gone).collect();
        let tab = self.chaos.pick(&open).copied();
        let is_made = match fault {
            Fault::Cut => tab.is_some_and(|tab| self.cut(tab, false)),
            Fault::Overtake => tab.is_some_and(|tab| self.cut(tab, true)),
            Fault::Refuse => {
                self.refuse_until = self.now + self.chaos.between(500_000, 6_000_000);
                true
            }
            Fault::Slow => {
                self.slow_until = self.now + self.chaos.between(500_000, 8_000_000);
                true
            }
            Fault::Repeat => tab.is_some_and(|tab| {
                self.tabs[tab].outbox.rewind();
                self.schedule(0, Job::Tab(tab));
                self.tabs[tab].outbox.is_ready()
            }),
            Fault::Beacon => tab.is_some_and(|tab| self.beacon(tab)),
            Fault::Sleep => tab.is_some_and(|tab| {
                let time = *self.chaos.pick(&[3_000_000, 15_000_000, 70_000_000, 200_000_000, 2_400_000_000]).unwrap_or(&3_000_000);
                self.sleep(tab, time);
                true
            }),
            Fault::ServerClock => {
                self.server_skew += self.chaos.between(0, 130_000_000) as i64 - 10_000_000;
                self.server.now = Timestamp((BEGIN + self.now).saturating_add_signed(self.server_skew));
                true
            }
            Fault::PageClock => tab.is_some_and(|tab| {
                self.tabs[tab].skew += self.chaos.between(0, 240_000_000) as i64 - 120_000_000;
                true
            }),
            // Counted where it happens.
            Fault::Invalid => {
                self.invalid_next = true;
                false
            }
            Fault::Unshown => tab.is_some_and(|tab| {
                self.tabs[tab].desired.is_broken = true;
                true
            }),
            Fault::Reload => tab.filter(|tab| !self.tabs[*tab].is_ghost).is_some_and(|tab| {
                let visitor = self.tabs[tab].visitor;
                self.close(tab, false);
                self.open(visitor);
                true
            }),
            Fault::Twins => {
                self.twins_next = true;
                false
            }
            Fault::Consent => {
                let visitor = self.chaos.below(self.visitors.len() as u64) as usize;
                let before = self.visitors.get(visitor).map(|visitor| visitor.consent).unwrap_or_default();
                let signal = match (before.personalize, self.chaos.below(3)) {
                    (Some(true), 0) => Signal { remember: Some(false), ..before },
                    (Some(true), _) => Signal::all(false),
                    _ => Signal::all(true),
                };
                self.agree(visitor, signal);
                true
            }
            Fault::Publish => {
                self.server.snapshot = self.chaos.below(self.shop.snapshots().len() as u64) as usize;
                for id in self.server.live.keys().copied().collect::<Vec<_>>() {
                    let after = self.chaos.below(2_000_000);
                    self.schedule(after, Job::Published(id));
                }
                true
            }
            Fault::Kill | Fault::PowerCut if self.is_up => {
                self.die(if fault == Fault::Kill { End::Kill } else { End::PowerCut });
                true
            }
            Fault::TornWrite => {
                self.torn_next = true;
                false
            }
            Fault::SyncFailure if self.is_up => {
                let after = self.chaos.below(3);
                self.server.storage.break_sync(after);
                true
            }
            Fault::DiskFull | Fault::JournalFull if self.is_up => {
                let time = self.chaos.between(100_000, 8_000_000);
                self.server.storage.is_full |= fault == Fault::DiskFull;
                self.server.storage.refuses |= fault == Fault::JournalFull;
                self.schedule(time, Job::Heal);
                true
            }
            Fault::Panic => {
                self.server.panic_next = true;
                false
            }
            Fault::Drain if self.is_up => {
                let done = self.server.stop();
                if self.go(done).is_some() {
                    self.down(Closed::Draining);
                }
                true
            }
            Fault::BeforeApply
            | Fault::AfterApply
            | Fault::AfterAppend
            | Fault::AfterCommit
            | Fault::DuringGrant
            | Fault::AfterGrant
            | Fault::DuringSave
            | Fault::DuringCheckpoint
            | Fault::DuringRecovery => {
                self.ending = if self.chaos.percent(50) { End::Kill } else { End::PowerCut };
                let often = matches!(fault, Fault::BeforeApply | Fault::AfterApply | Fault::AfterAppend);
                self.server.trap = Some((fault, self.chaos.below(if often { 8 } else { 2 })));
                // Bringing visits back needs a reason.
                if fault == Fault::DuringRecovery && self.is_up {
                    let trap = self.server.trap;
                    self.die(self.ending);
                    self.server.trap = trap;
                }
                false
            }
            _ => false,
        };
        if is_made {
            self.counts.note(fault);
        }
    }

    /// A connection breaks. `at_once`: the page comes back before what it had sent arrives.
    fn cut(&mut self, tab: usize, at_once: bool) -> bool {
        let Some(line) = self.tabs[tab].line else { return false };
        let under_way = self.lines.get(&line).map_or(0, |line| line.up.len());
        let kept = if at_once { under_way } else { self.chaos.below(under_way as u64 + 1) as usize };
        self.leave(line, kept);
        if at_once && self.tabs[tab].connection.phase != Phase::Stopped {
            self.tabs[tab].connection.at_once(self.now);
            self.schedule(0, Job::Tab(tab));
        } else {
            self.lost(tab);
        }
        true
    }

    /// A page that is hidden sends what it has by beacon, and lives on.
    fn beacon(&mut self, tab: usize) -> bool {
        let page = &self.tabs[tab];
        let (first, list) = page.outbox.peek(usize::MAX);
        let Some(resume) = page.resume.filter(|_| !list.is_empty()) else { return false };
        let (stream, sent_at) = (page.stream, page.clock(self.now));
        self.tabs[tab].outbox.note_sent(list.len());
        let after = self.latency() + self.chaos.below(5_000_000);
        self.schedule(after, Job::Beacon(resume.session, stream, Batch { first, sent_at, list }));
        true
    }

    /// The process ends.
    pub(super) fn die(&mut self, end: End) {
        if !self.is_up {
            return;
        }
        self.log.note(self.now, "die", end as u64, 0);
        self.counts.note(if end == End::Kill { Fault::Kill } else { Fault::PowerCut });
        self.server.die(end, &mut self.chaos);
        self.down(Closed::Lost);
    }

    /// The server is gone, and its connections with it; a new process starts a little later.
    fn down(&mut self, closed: Closed) {
        self.is_up = false;
        self.torn_next = false;
        for id in self.lines.keys().copied().collect::<Vec<_>>() {
            let Some(line) = self.lines.get_mut(&id) else { continue };
            let kept = self.chaos.below(line.down.len() as u64 + 1) as usize;
            line.down.truncate(kept);
            line.is_lost = false;
            self.close_down(id, closed);
        }
        let after = if self.calm_since.is_some() { 100_000 } else { self.chaos.between(50_000, 4_000_000) };
        self.schedule(after, Job::Start);
    }

    /// A process starts on what the last one has left.
    pub(super) fn start(&mut self) {
        if self.is_up {
            return;
        }
        self.is_up = true;
        self.commit_due = false;
        self.till_due = false;
        self.log.note(self.now, "start", 0, 0);
        let done = self.server.start();
        self.go(done);
        self.log.note(self.now, "end", self.server.storage.end(), 0);
    }

    /// No more faults: everything that is left must come right by itself.
    pub(super) fn calm(&mut self) {
        if self.calm_since.is_some() {
            return;
        }
        self.log.note(self.now, "calm", 0, 0);
        self.refuse_until = 0;
        self.slow_until = 0;
        self.torn_next = false;
        self.server.trap = None;
        self.server.panic_next = false;
        self.server.storage.heal();
        self.calm_since = Some(self.now);
        for visitor in 0..self.visitors.len() {
            self.adopt(visitor);
        }
        for number in 0..self.tabs.len() {
            let tab = &mut self.tabs[number];
            if tab.is_gone {
                continue;
            }
            tab.asleep_until = self.now;
            tab.visible = true;
            tab.desired.is_broken = false;
            if tab.connection.phase == Phase::Waiting {
                tab.connection.at_once(self.now);
            }
            let line = tab.line;
            self.schedule(0, Job::Tab(number));
            if let Some(line) = line {
                self.schedule(0, Job::Down(line));
            }
        }
        // A sleeper's frames were put off to its waking, one job each.
        for (id, waiting) in self.lines.iter().map(|(id, line)| (*id, line.down.len())).collect::<Vec<_>>() {
            for _ in 0..waiting {
                self.schedule(1_000, Job::Down(id));
            }
        }
    }
}
