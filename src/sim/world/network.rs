//! Connections: in order within one, late and cut between them.

use super::Job;
use super::World;
use crate::model::StreamId;
use crate::sim::wire::Closed;
use crate::sim::wire::Down;
use crate::sim::wire::Up;
use std::collections::VecDeque;

/// Frames that wait for a slow reader; past it they give way to one whole state.
const QUEUE_FRAMES_MAX: usize = 64;
const SLOW_US: u64 = 10_000_000;
const SILENT_US: u64 = 60_000_000;

/// One connection.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) tab: usize,
    pub(super) stream: StreamId,
    pub(super) up: VecDeque<(u64, Up)>,
    pub(super) down: VecDeque<(u64, Down)>,
    up_last: u64,
    down_last: u64,
    /// The server holds it no more.
    pub(super) is_closed: bool,
    /// The page holds it no more.
    pub(super) is_left: bool,
    /// The server has given up its queue.
    pub(super) is_lost: bool,
}

impl Line {
    pub(super) fn new(tab: usize, stream: StreamId) -> Line {
        Line {
            tab,
            stream,
            up: VecDeque::new(),
            down: VecDeque::new(),
            up_last: 0,
            down_last: 0,
            is_closed: false,
            is_left: false,
            is_lost: false,
        }
    }
}

impl World<'_> {
    pub(super) fn latency(&mut self) -> u64 {
        let (from, to) = self.mix.latency;
        let slow = if self.now < self.slow_until { self.net.below(4_000_000) } else { 0 };
        self.net.between(from, to) + slow
    }

    pub(super) fn send_up(&mut self, id: u64, frame: Up) {
        let at = self.now + self.latency();
        let Some(line) = self.lines.get_mut(&id) else { return };
        let at = at.max(line.up_last);
        line.up_last = at;
        line.up.push_back((at, frame));
        let after = at - self.now;
        self.schedule(after, Job::Up(id));
    }

    pub(super) fn send_down(&mut self, id: u64, frame: Down) {
        let at = self.now + self.latency();
        let Some(line) = self.lines.get_mut(&id) else { return };
        let sleeps = self.tabs.get(line.tab).is_some_and(|tab| tab.asleep_until > self.now);
        if line.is_lost && sleeps {
            return;
        }
        if sleeps && line.down.len() >= QUEUE_FRAMES_MAX {
            line.down.clear();
            line.is_lost = true;
            return;
        }
        let at = at.max(line.down_last);
        line.down_last = at;
        line.down.push_back((at, frame));
        let after = at - self.now;
        self.schedule(after, Job::Down(id));
    }

    /// The server ends a connection.
    pub(super) fn close_down(&mut self, id: u64, closed: Closed) {
        self.send_down(id, Down::Closed(closed));
        if let Some(line) = self.lines.get_mut(&id) {
            line.is_closed = true;
            line.up.clear();
        }
    }

    /// The page ends a connection, or finds it gone. Of what it had sent, the first `kept` frames arrive all the same.
    pub(super) fn leave(&mut self, id: u64, kept: usize) {
        let delay = self.net.below(1_500_000);
        let Some(line) = self.lines.get_mut(&id) else { return };
        line.is_left = true;
        line.down.clear();
        // A hello that comes after the next one would take its connection over. A browser that hung up does not send it.
        let kept = if matches!(line.up.front(), Some((_, Up::Hello(_)))) { 0 } else { kept };
        line.up.truncate(kept);
        line.up_last = line.up_last.max(self.now) + delay;
        self.send_up(id, Up::Lost);
        if let Some(tab) = self.lines.get(&id).map(|line| line.tab)
            && let Some(tab) = self.tabs.get_mut(tab)
            && tab.line == Some(id)
        {
            tab.line = None;
            tab.greeted = false;
        }
    }

    /// The next frame of a page reaches the server.
    pub(super) fn arrive(&mut self, id: u64) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        if line.up.front().is_none_or(|(at, _)| *at > self.now) {
            return;
        }
        let Some((_, frame)) = line.up.pop_front() else { return };
        let is_lost = matches!(frame, Up::Lost);
        let is_closed = line.is_closed;
        let stream = line.stream;
        if is_lost {
            self.lines.remove(&id);
        }
        if is_closed {
            return;
        }
        if !self.is_up || matches!(frame, Up::Hello(_)) && self.now < self.refuse_until {
            if !is_lost {
                self.close_down(id, Closed::Lost);
            }
            return;
        }
        let kind = match &frame {
            Up::Hello(_) => "hello",
            Up::Events(_) => "events",
            Up::Applied { .. } => "applied",
            Up::Bye => "bye",
            Up::Lost => "lost",
        };
        let first = if let Up::Events(batch) = &frame { batch.first } else { 0 };
        self.log.note(self.now, kind, id, first);
        let done = self.server.hear(id, stream, frame);
        self.go(done);
    }

    /// The next frame of the server reaches a page.
    pub(super) fn reach(&mut self, id: u64) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        let tab = line.tab;
        let wake = self.tabs.get(tab).map_or(0, |tab| tab.asleep_until);
        if line.down.front().is_none_or(|(at, _)| *at > self.now) {
            return;
        }
        if wake > self.now {
            let after = wake - self.now;
            return self.schedule(after, Job::Down(id));
        }
        let Some((_, frame)) = line.down.pop_front() else { return };
        let is_end = matches!(frame, Down::Closed(_));
        if !line.down.is_empty() {
            self.schedule(0, Job::Down(id));
        }
        if is_end {
            self.lines.remove(&id);
        }
        self.hear(tab, id, frame);
    }

    /// A page's machine sleeps: what is sent to it waits, and the server gives it up after a while.
    pub(super) fn sleep(&mut self, tab: usize, time: u64) {
        let until = self.now + time;
        let Some(sleeper) = self.tabs.get_mut(tab) else { return };
        sleeper.asleep_until = until;
        let line = sleeper.line;
        self.schedule(time, Job::Tab(tab));
        if let Some(line) = line {
            self.schedule(SLOW_US, Job::Slow(line));
            self.schedule(SILENT_US, Job::Slow(line));
        }
    }

    pub(super) fn give_up_slow(&mut self, id: u64) {
        let Some(line) = self.lines.get(&id) else { return };
        let Some(tab) = self.tabs.get(line.tab) else { return };
        let is_slow = tab.asleep_until > self.now && (!line.down.is_empty() || line.is_lost || tab.asleep_until > self.now + SILENT_US);
        if is_slow && !line.is_closed && self.is_up {
            let stream = line.stream;
            if let Some(line) = self.lines.get_mut(&id) {
                line.is_closed = true;
                line.is_lost = false;
                line.down.clear();
                line.up.clear();
            }
            self.send_down(id, Down::Closed(Closed::Slow));
            let done = self.server.hear(id, stream, Up::Lost);
            self.go(done);
        }
    }
}
