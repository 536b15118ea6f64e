//! Everything a page is told: acknowledgements, errors, state, closes; and the one flush.

use super::Live;
use crate::decide::Snapshot;
use crate::delivery::Delivery;
use crate::engine::connection::Connection;
use crate::engine::translate;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::protocol::Close;
use crate::protocol::ErrorCode;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use crate::session::Input;
use crate::store::journal::Position;

impl Live {
    pub(super) fn state(&self, stream: StreamId, snapshot: &Snapshot) -> wire::State {
        let rev = self.visit.delivery(stream).map_or(0, |delivery| delivery.rev());
        let language = self.visit.session.language(stream);
        wire::State { rev, patches: self.visit.session.desired(stream).map(|held| translate::set(held, snapshot, language)).collect() }
    }

    pub(super) fn send_state(&mut self, stream: StreamId) {
        let snapshot = self.engine.snapshot.load_full();
        let state = ServerFrame::State(self.state(stream, &snapshot));
        if let Some(connection) = self.connections.iter_mut().find(|connection| connection.stream == stream) {
            connection.push(&state);
        }
    }

    /// Everything below is durable.
    pub(super) fn durable(&mut self, position: Position) {
        let below = position.0.saturating_sub(1);
        for (_, delivery) in &mut self.visit.deliveries {
            delivery.durable(below);
        }
        if self.save_wanted {
            self.save();
        }
    }

    /// Says the marks that have moved. A page that was told a moment ago is told with whatever is written to it next, or a little later:
    /// a frame of its own for each event would cost as much as the answer.
    pub(super) fn tell_marks(&mut self, now: Timestamp) {
        for connection in &mut self.connections {
            let Some(mark) = self.visit.delivery(connection.stream).map(Delivery::acked) else { continue };
            if mark > connection.told && (connection.has_queue() || !connection.was_told_lately(now)) {
                connection.push(&ServerFrame::Ack(wire::Ack { seq: mark, rejected: Vec::new() }));
                connection.note_told(mark, now);
                self.engine.stats.ack.record(now.since(self.visit.session.now()).as_micros() as u64);
            }
        }
    }

    /// Whether a page has not been told all that is durable.
    pub(super) fn owes_marks(&self) -> bool {
        let owes =
            |connection: &Connection| self.visit.delivery(connection.stream).is_some_and(|delivery| delivery.acked() > connection.told);
        self.connections.iter().any(|connection| owes(connection))
    }

    pub(super) fn ack(&mut self, stream: StreamId, rejected: Vec<wire::Rejected>) {
        let seq = self.visit.delivery(stream).map_or(0, |delivery| delivery.acked());
        let now = self.engine.clock.now();
        if let Some(connection) = self.connections.iter_mut().find(|connection| connection.stream == stream) {
            connection.push(&ServerFrame::Ack(wire::Ack { seq, rejected }));
            connection.note_told(seq, now);
        }
    }

    pub(super) fn gap(&mut self, connection: Option<u32>, stream: StreamId, code: ErrorCode, message: &str) {
        self.ack(stream, Vec::new());
        if let Some(id) = connection {
            self.error(id, code, message.to_owned(), None);
        }
    }

    pub(super) fn error(&mut self, id: u32, code: ErrorCode, message: String, field: Option<String>) {
        let frame = ServerFrame::Error(wire::ErrorFrame { code: code.name().to_owned(), message, field, retryable: code.is_retryable() });
        if let Some(connection) = self.connections.iter_mut().find(|connection| connection.id == id) {
            connection.push(&frame);
        }
    }

    pub(super) fn write_all(&mut self) {
        let now = self.engine.clock.now();
        self.tell_marks(now);
        if self.connections.iter().all(|connection| connection.is_settled()) {
            return;
        }
        let mut index = 0;
        while let Some(connection) = self.connections.get_mut(index) {
            let stream = connection.stream;
            match connection.write(now) {
                Err(_) => self.lost(index, false),
                Ok(true) if connection.lost => {
                    connection.lost = false;
                    // A mark may have been among what was given up.
                    connection.told = 0;
                    self.send_state(stream);
                }
                Ok(_) => index += 1,
            }
        }
    }

    pub(super) fn close(&mut self, index: usize, close: Close) {
        if index >= self.connections.len() {
            return;
        }
        let connection = self.take_connection(index);
        let stream = connection.stream;
        connection.close(close.code(), close.reason());
        self.detached(stream, false);
    }

    /// A connection ended by itself.
    pub(super) fn lost(&mut self, index: usize, bye: bool) {
        if index >= self.connections.len() {
            return;
        }
        let stream = self.take_connection(index).stream;
        self.detached(stream, bye);
    }

    /// Takes a connection out and off the count. The caller knows that there is one.
    pub(super) fn take_connection(&mut self, index: usize) -> Box<Connection> {
        self.engine.stats.connections.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        self.connections.remove(index)
    }

    pub(super) fn close_all(&mut self, close: Close) {
        while !self.connections.is_empty() {
            self.take_connection(0).close(close.code(), close.reason());
        }
    }

    pub(super) fn detached(&mut self, stream: StreamId, bye: bool) {
        self.apply(Input::Detach { stream, bye });
        self.note("connection", if bye { "Left the page" } else { "Connection lost" }, &[]);
        if self.connections.is_empty() {
            self.save();
        }
    }
}
