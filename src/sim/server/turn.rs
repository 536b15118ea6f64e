//! One turn: an input is applied, recorded, and its effects are run. The order is the engine's.

use super::Go;
use super::Live;
use super::Out;
use super::Server;
use super::Stop;
use crate::history;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Profile;
use crate::sim::Bug;
use crate::sim::Fault;
use crate::sim::server::till::Wish;
use crate::sim::wire::Down;
use crate::store::journal::Append;
use crate::store::journal::AppendError;
use crate::store::journal::Position;

/// A live visit's state is stored after this many inputs. The engine waits longer; more often is harder.
const SAVE_EVERY: u16 = 24;
/// Every how manieth record the whole visit is compared later. Chosen: packing a visit costs more than applying an input.
const MARK_EVERY: u64 = 8;

impl Server<'_> {
    /// Applies and records an input that no page numbered.
    pub(super) fn apply(&mut self, live: &mut Live, input: Input) -> Go {
        let _ = self.rewrite(live);
        self.turn(live, None, input)
    }

    /// Applies the next event of a stream. False: there is no room for its record now, and nothing has been changed.
    pub(super) fn apply_numbered(&mut self, live: &mut Live, stream: StreamId, uid: u64, input: Input) -> Go<bool> {
        if matches!(self.rewrite(live), Err(AppendError::Full { .. })) {
            return Ok(false);
        }
        live.uids.push(uid);
        self.turn(live, Some(stream), input)?;
        Ok(true)
    }

    fn turn(&mut self, live: &mut Live, numbered: Option<StreamId>, input: Input) -> Go {
        self.point(Fault::BeforeApply)?;
        let at = self.now.max(Timestamp(live.visit.session.now().0 + 1));
        let snapshot = self.shop.snapshot(self.snapshot);
        let number = numbered.and_then(|stream| Some((stream, live.visit.delivery(stream)?.applied() + 1)));
        let withdraws = matches!(&input, Input::Consent { signal, .. } if signal.personalize == Some(false));
        let mut payload = Vec::new();
        let mut effects = Effects::default();
        history::write_turn(&mut payload, snapshot.version, number, &input);
        live.visit.apply(at, numbered, input, snapshot, &mut effects);
        if std::mem::take(&mut self.panic_next) {
            self.counts.note(Fault::Panic);
            return Err(Stop::Panic(number));
        }
        self.point(Fault::AfterApply)?;
        history::seal_turn(&mut payload, effects.digest(&mut Vec::new()));
        let position = match number {
            Some((stream, seq)) if withdraws && self.has(Bug::ConsentUnrecorded) => {
                payload.clear();
                history::write_consumed(&mut payload, stream, seq);
                self.append(live, history::CONSUMED, at, &payload)
            }
            _ => {
                let mut measured = effects.list.iter().filter_map(Effect::measured).peekable();
                let kind = if measured.peek().is_some() { history::TURN | history::MEASURED } else { history::TURN };
                if kind != history::TURN {
                    history::write_measured(&mut payload, measured);
                }
                self.append(live, kind, at, &payload)
            }
        };
        if let Some(delivery) = numbered.and_then(|stream| live.visit.delivery_mut(stream)) {
            delivery.note_written(*position.as_ref().unwrap_or(&u64::MAX));
        }
        self.point(Fault::AfterAppend)?;
        if self.has(Bug::AckBeforeDurable) {
            self.acknowledge(live, u64::MAX);
        }
        for effect in effects.list.drain(..) {
            self.effect(live, at, effect)?;
        }
        if let Ok(position) = position
            && position / 64 % MARK_EVERY == 0
            // What follows from a wish for a profile is another record.
            && live.head == position
        {
            self.books.marks.insert(position, digest(live));
        }
        live.unsaved += 1;
        if live.unsaved >= SAVE_EVERY { self.save(live) } else { Ok(()) }
    }

    /// Uses up the number of an event that is not applied.
    pub(super) fn consume(&mut self, live: &mut Live, stream: StreamId, uid: u64) {
        let _ = self.rewrite(live);
        live.uids.push(uid);
        let seq = live.visit.consume(stream);
        let mut payload = Vec::new();
        history::write_consumed(&mut payload, stream, seq);
        let position = self.append(live, history::CONSUMED, live.visit.session.now(), &payload).unwrap_or(u64::MAX);
        if let Some(delivery) = live.visit.delivery_mut(stream) {
            delivery.note_written(position);
        }
        live.unsaved += u16::from(!self.has(Bug::RestoredUnsaved));
    }

    /// Appends a record of a visit. After a hole in the history only a keyframe is taken.
    pub(super) fn append(&mut self, live: &mut Live, kind: u8, at: Timestamp, payload: &[u8]) -> Result<u64, AppendError> {
        if live.unrecorded && kind != history::KEYFRAME && !self.has(Bug::HoleInHistory) {
            return Err(AppendError::Closed);
        }
        let session = live.visit.session.id().0;
        match self.storage.append(Append { session, previous: Position(live.head), kind, at_us: at.0, payload }) {
            Ok(position) => {
                if !live.waiting {
                    live.waiting = true;
                    self.told.push(live.visit.session.id());
                }
                live.head = position;
                self.books.uids.insert(position, std::mem::take(&mut live.uids));
                self.out.push(Out::Commit);
                Ok(position)
            }
            Err(error) => {
                live.unrecorded = true;
                Err(error)
            }
        }
    }

    /// If the history up to here has a hole, records the whole visit.
    pub(super) fn rewrite(&mut self, live: &mut Live) -> Result<(), AppendError> {
        if !live.unrecorded || self.has(Bug::HoleInHistory) {
            return Ok(());
        }
        let mut payload = Vec::new();
        history::write_keyframe(&mut payload, &live.visit.session, &live.visit.deliveries);
        let position = self.append(live, history::KEYFRAME, live.visit.session.now(), &payload)?;
        live.unrecorded = false;
        live.visit.deliveries.iter_mut().for_each(|(_, delivery)| delivery.note_rewritten(position));
        Ok(())
    }

    fn effect(&mut self, live: &mut Live, at: Timestamp, effect: Effect) -> Go {
        match effect {
            Effect::Push { stream, patches } => {
                if let Some((from, rev)) = live.visit.push(stream) {
                    self.tell(live, stream, Down::Push { from, rev, patches });
                }
            }
            Effect::RequestGrant { decision, campaign, terms } => {
                let wish = Wish { session: live.visit.session.id(), decision, campaign, subject: subject(live), terms: *terms };
                self.wish(wish);
            }
            Effect::SaveProfile(profile) => self.storage.profiles.put(profile.visitor, rmp_serde::to_vec(&*profile).ok()),
            Effect::EraseProfile(visitor) => {
                self.visitors.remove(&visitor);
                self.storage.profiles.put(visitor, None);
            }
            Effect::WantProfile if live.awaiting_profile => {}
            Effect::WantProfile => {
                let profile = Profile::new(VisitorId(self.draw.id()), at);
                self.apply(live, Input::Remembered(Box::new(profile)))?;
            }
            Effect::Decided { .. }
            | Effect::Reported { .. }
            | Effect::Exit { .. }
            | Effect::Ordered { .. }
            | Effect::Measured(_)
            | Effect::Followed { .. }
            | Effect::Ended => {}
        }
        Ok(())
    }

    pub(super) fn tell(&mut self, live: &Live, stream: StreamId, frame: Down) {
        if let Some((line, _)) = live.lines.iter().find(|(_, page)| *page == stream) {
            self.out.push(Out::Frame(*line, frame));
        }
    }

    /// Acknowledges what is durable below a position.
    pub(super) fn acknowledge(&mut self, live: &mut Live, position: u64) {
        let below = position.saturating_sub(u64::from(position != u64::MAX));
        let mut acks = Vec::new();
        for (stream, delivery) in &mut live.visit.deliveries {
            acks.extend(delivery.durable(below).map(|seq| (*stream, seq)));
        }
        for (stream, seq) in acks {
            self.tell(live, stream, Down::Ack(seq));
        }
    }

    /// Stores the state, once its records are durable.
    pub(super) fn save(&mut self, live: &mut Live) -> Go {
        live.unsaved = 0;
        let is_early = live.unrecorded || live.head >= self.storage.durable();
        if is_early && !self.has(Bug::StateAhead) {
            live.save_wanted = true;
            return Ok(());
        }
        self.point(Fault::DuringSave)?;
        let id = live.visit.session.id();
        self.storage.states.put(id, rmp_serde::to_vec(&(&live.visit, live.head)).ok());
        live.save_wanted = false;
        live.saving = false;
        if let Some((_, missing)) = &mut self.checkpoint {
            missing.remove(&id);
        }
        self.point(Fault::DuringSave)
    }
}

/// Whose offers they are: the visitor's where one is known, else the visit's.
pub(super) fn subject(live: &Live) -> [u8; 16] {
    live.visit.session.profile().map_or(live.visit.session.id().0, |profile| profile.visitor.0)
}

/// A number that stands for the whole session.
pub(super) fn digest(live: &Live) -> u64 {
    digest_of(&live.visit)
}

pub(in crate::sim) fn digest_of(visit: &crate::history::Visit) -> u64 {
    // A session always has a representation.
    rmp_serde::to_vec(&visit.session).map_or(0, |bytes| xxhash_rust::xxh3::xxh3_64(&bytes))
}
