//! One turn: an input is journaled, applied, and its effects are run.

use super::Last;
use super::Live;
use super::SAVE_EVERY;
use super::SCRATCH;
use super::Scratch;
use crate::decide::Considered;
use crate::decide::Snapshot;
use crate::decide::Verdict;
use crate::engine::proof;
use crate::engine::timeline;
use crate::engine::translate;
use crate::engine::view;
use crate::engine::view::Entry;
use crate::history;
use crate::model::ReceiptState;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::protocol::wire;
use crate::protocol::wire::ServerFrame;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::News;
use crate::session::Patch;
use crate::store::journal::Append;
use crate::store::journal::AppendError;
use crate::store::journal::Position;

impl Live {
    /// Applies the next event of a stream. `Err`: there is no room for its record now, and nothing has been changed.
    pub(super) fn apply_numbered(&mut self, stream: StreamId, input: Input) -> Result<(), ()> {
        if matches!(self.rewrite(), Err(AppendError::Full { .. })) {
            return Err(());
        }
        self.engine.stats.events.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.foresee(&input);
        self.turn(self.next_time(), Some(stream), input);
        Ok(())
    }

    /// Asks the live indexes what an event of this visit makes likely, and lets them learn it.
    fn foresee(&mut self, input: &Input) {
        let Input::Event { event, .. } = input else { return };
        let snapshot = self.engine.snapshot.load();
        let Some(wish) = self.visit.session.wish(event, &snapshot.catalog) else { return };
        let at = self.next_time();
        let learning = &self.engine.learning;
        let foreseen = SCRATCH.with_borrow_mut(|scratch| learning.answer(&wish, at, snapshot.campaigns.foresees(), &mut scratch.asking));
        learning.stats.answer.record(self.engine.clock.now().since(at).as_micros() as u64);
        if self.visit.session.is_counted() {
            learning.note(self.visit.session.id(), &foreseen, at);
        }
        drop(snapshot);
        self.turn(at, None, Input::Foreseen(Box::new(foreseen)));
    }

    /// Applies and records an input that no page numbered.
    pub(super) fn apply(&mut self, input: Input) {
        self.apply_at(self.next_time(), input);
    }

    /// The same at a moment of the past, which is later than the last input.
    pub(super) fn apply_at(&mut self, at: Timestamp, input: Input) {
        // Without the disk reactions go on; nothing is acknowledged until it is back.
        let _ = self.rewrite();
        self.turn(at, None, input);
    }

    /// Applies consent of a visitor whose profile follows: the wish for a new one is not answered.
    pub(super) fn apply_quietly(&mut self, consent: Input) {
        self.awaiting_profile = true;
        self.apply(consent);
        self.awaiting_profile = false;
    }

    /// Applies an input, records it with the digest of its effects and the version of the snapshot it was applied with, and runs the
    /// effects. What has failed half way is never recorded, so no history leads into it again.
    fn turn(&mut self, at: Timestamp, numbered: Option<StreamId>, input: Input) {
        let snapshot = self.engine.snapshot.load_full();
        let title = (!self.watchers.is_empty()).then(|| timeline::describe(&input, &snapshot)).flatten();
        let Scratch { mut effects, mut payload, mut digest, asking } = SCRATCH.take();
        let number = numbered.and_then(|stream| Some((stream, self.visit.delivery(stream)?.applied() + 1)));
        payload.clear();
        history::write_turn(&mut payload, snapshot.version, number, &input);
        self.current = number;
        self.visit.apply(at, numbered, input, &snapshot, &mut effects);
        self.current = None;
        history::seal_turn(&mut payload, effects.digest(&mut digest));
        let mut measured = effects.list.iter().filter_map(Effect::measured).peekable();
        let mut kind = history::TURN;
        if measured.peek().is_some() {
            kind |= history::MEASURED;
            history::write_measured(&mut payload, measured);
        }
        let position = self.append(kind, at, &payload).map_or(u64::MAX, |position| position.0);
        if kind != history::TURN && position == u64::MAX {
            self.note_unrecorded(&effects);
        }
        if let Some(delivery) = numbered.and_then(|stream| self.visit.delivery_mut(stream)) {
            delivery.note_written(position);
        }
        if let Some((kind, title, detail)) = title {
            self.tell(Entry { seq: 0, at_ms: at.millis(), kind: kind.to_owned(), title, detail, proof: None });
        }
        SCRATCH.set(Scratch { effects: Effects::default(), payload, digest, asking });
        let mut list = std::mem::take(&mut effects.list);
        for effect in list.drain(..) {
            self.effect(at, effect, &effects, &snapshot);
        }
        effects.list = list;
        effects.clear();
        SCRATCH.with_borrow_mut(|scratch| scratch.effects = effects);
        self.unsaved += 1;
        if self.unsaved >= SAVE_EVERY {
            self.save();
        }
        if !self.visit.session.owed().is_empty() && !self.visit.session.is_ended() {
            self.teach();
        }
    }

    /// Teaches what the visit owes to campaigns that learn; as an input, so that the journal holds it.
    fn teach(&mut self) {
        let owed = self.visit.session.owed().to_vec();
        let at = self.next_time();
        self.engine.learning.note_experiences(self.visit.session.id(), owed.clone(), at);
        self.turn(at, None, Input::Taught(owed));
    }

    /// Uses up the number of an event that is not applied.
    pub(super) fn consume(&mut self, stream: StreamId) {
        let _ = self.rewrite();
        let seq = self.visit.consume(stream);
        let mut payload = Vec::new();
        history::write_consumed(&mut payload, stream, seq);
        let position = self.append(history::CONSUMED, self.visit.session.now(), &payload).map_or(u64::MAX, |position| position.0);
        if let Some(delivery) = self.visit.delivery_mut(stream) {
            delivery.note_written(position);
        }
        // A checkpoint must not pass it with the state behind.
        self.unsaved += 1;
    }

    /// Appends a record of this visit and asks to be told when it is durable. After a hole in the history only a keyframe is taken.
    pub(super) fn append(&mut self, kind: u8, at: Timestamp, payload: &[u8]) -> Result<Position, AppendError> {
        if self.unrecorded && kind & !history::MEASURED != history::KEYFRAME {
            return Err(AppendError::Closed);
        }
        let append = Append { session: self.visit.session.id().0, previous: self.head, kind, at_us: at.0, payload };
        // A page that was told a moment ago is told at the next occasion; nobody needs to be woken for that.
        let is_busy = self.connections.iter().any(|connection| connection.was_told_lately(at));
        let waiter = (!self.waiting && !is_busy).then(|| self.me.clone());
        let waits = waiter.is_some();
        match self.engine.journal.append(append, waiter) {
            Ok(position) => {
                self.waiting |= waits;
                self.head = position;
                Ok(position)
            }
            Err(error) => {
                if !self.unrecorded {
                    tracing::debug!(session = %self.visit.session.id(), %error, "an input could not be recorded");
                }
                self.unrecorded = true;
                Err(error)
            }
        }
    }

    /// If the history up to here has a hole, records the whole visit.
    pub(super) fn rewrite(&mut self) -> Result<(), AppendError> {
        if !self.unrecorded {
            return Ok(());
        }
        let mut payload = Vec::new();
        history::write_keyframe(&mut payload, &self.visit.session, &self.visit.deliveries);
        let mut kind = history::KEYFRAME;
        if !self.unmeasured.is_empty() {
            kind |= history::MEASURED;
            history::write_measured(&mut payload, self.unmeasured.iter());
        }
        let position = self.append(kind, self.visit.session.now(), &payload)?;
        self.unrecorded = false;
        self.unmeasured.clear();
        self.visit.deliveries.iter_mut().for_each(|(_, delivery)| delivery.note_rewritten(position.0));
        Ok(())
    }

    /// Keeps what was measured for the record of the whole visit. Of each experiment first and last say all, so that it is bounded.
    fn note_unrecorded(&mut self, effects: &Effects) {
        for measured in effects.list.iter().filter_map(Effect::measured) {
            match self.unmeasured.iter_mut().find(|known| known.experiment == measured.experiment && known.news == News::Nothing) {
                Some(known) => {
                    known.after = measured.after.clone();
                    known.exposed |= measured.exposed;
                    known.news = measured.news;
                }
                None => self.unmeasured.push(measured.clone()),
            }
        }
    }

    /// The time of the next input: the journal's and the core's are the same.
    pub(super) fn next_time(&self) -> Timestamp {
        self.engine.clock.now().max(Timestamp(self.visit.session.now().0 + 1))
    }

    pub(super) fn effect(&mut self, at: Timestamp, effect: Effect, effects: &Effects, snapshot: &Snapshot) {
        let engine = self.engine.clone();
        match effect {
            Effect::Push { stream, patches } => {
                let Some((from, rev)) = self.visit.push(stream) else { return };
                engine.stats.pushes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let language = self.visit.session.language(stream);
                if let Some(connection) = self.connections.iter_mut().find(|connection| connection.stream == stream) {
                    let patches = patches.iter().map(|patch| translate::patch(patch, snapshot, language)).collect();
                    connection.push(&ServerFrame::Push(wire::Push { from, rev, patches }));
                }
                if self.visit.session.is_counted() {
                    for patch in &patches {
                        if let Patch::Set(held) = patch {
                            engine.shelves.note_list(&held.content, &snapshot.model);
                        }
                    }
                }
            }
            Effect::Decided { stream: _, considered, won } => {
                let list = effects.proofs.of(&considered);
                if self.visit.session.is_counted() {
                    engine.counts.note(list.iter().map(|one| (one.campaign, one.verdict)));
                }
                engine.stats.decisions.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let id = won.first().map_or(0, |(decision, ..)| decision.0);
                let (proofs, set) = (&effects.proofs, &snapshot.campaigns);
                let took_us = engine.clock.now().since(at).as_micros() as u64;
                self.decided(at, &proof::Writing { id, took_us, considered: list, proofs, set });
            }
            Effect::RequestGrant { decision, terms, .. } if self.visit.session.is_preview() => {
                let answer = match engine.sample(&terms, self.visit.session.cart()) {
                    Ok((code, expires)) => Input::Granted { decision, code, expires },
                    Err(refusal) => {
                        tracing::debug!(reason = refusal.code(), "no offer in a preview: {refusal}");
                        Input::GrantRefused { decision }
                    }
                };
                self.apply(answer);
            }
            Effect::RequestGrant { decision, .. } if !engine.may_grant() => self.apply(Input::GrantRefused { decision }),
            Effect::RequestGrant { decision, campaign, terms } => {
                let asking = (self.visit.session.cart().clone(), self.network);
                engine.request_grant(self.me.clone(), decision, (campaign, self.subject()), *terms, asking);
            }
            Effect::Reported { decision, campaign, variant: _, state } => {
                if state == ReceiptState::Shown
                    && !self.visit.session.is_preview()
                    && let Some(code) = self.visit.session.code_of(decision)
                {
                    engine.offer_shown(code);
                }
                if self.visit.session.is_counted() {
                    engine.counts.note_receipt(campaign, state);
                }
                if !self.watchers.is_empty() {
                    let id = snapshot.campaigns.find(campaign).map_or("", |campaign| &*campaign.id);
                    self.note("receipt", &format!("{} {}", id, state.name()), &[("decision", format!("d{}", decision.0))]);
                }
            }
            Effect::Exit { confirmed } => {
                let counter = if confirmed { &engine.stats.exits_confirmed } else { &engine.stats.exits_cancelled };
                counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                self.note("timer", if confirmed { "Leaving confirmed" } else { "Came back in time" }, &[]);
            }
            Effect::Ordered { order, acted } => {
                if self.visit.session.is_counted() {
                    acted.iter().for_each(|campaign| engine.counts.note_order(*campaign));
                }
                engine.note_order(&order, &self.visit.session);
            }
            Effect::SaveProfile(profile) => engine.save_profile(*profile),
            Effect::EraseProfile(visitor) => engine.erase_profile(visitor),
            Effect::WantProfile if self.awaiting_profile => {}
            Effect::WantProfile => {
                let profile = engine.new_profile(at);
                self.apply(Input::Remembered(Box::new(profile)));
            }
            Effect::Followed { product: _, strategy, carted } => {
                if self.visit.session.is_counted() {
                    engine.shelves.note_followed(strategy, carted);
                }
            }
            // The record of the turn says it; the results are read from there.
            Effect::Measured(_) | Effect::Ended => {}
        }
    }

    /// Keeps a decision with its proof: for the store, the dashboard's floor and whoever watches.
    pub(super) fn decided(&mut self, at: Timestamp, writing: &proof::Writing<'_>) {
        let proof = SCRATCH.with_borrow_mut(|scratch| {
            scratch.payload.clear();
            // Writing to a Vec cannot fail, and a proof has a representation.
            let _ = rmp_serde::encode::write(&mut scratch.payload, writing);
            let payload = &scratch.payload;
            let append = Append { session: self.visit.session.id().0, previous: self.head, kind: history::DECISION, at_us: at.0, payload };
            // A proof is told to people; nobody waits for it.
            if !self.unrecorded
                && let Ok(position) = self.engine.journal.append(append, None)
            {
                self.head = position;
            }
            if self.watchers.is_empty() { None } else { proof::read(payload) }
        });
        let outcome = |one: &Considered| match one.verdict {
            Verdict::Won(_) => Some("pushed"),
            Verdict::Baseline | Verdict::Holdout => Some("baseline"),
            Verdict::Refused(_) => None,
        };
        let acted = writing.considered.iter().find_map(|one| Some((one, outcome(one)?)));
        if let Some((one, outcome)) = acted
            && let Some(campaign) = writing.set.find(one.campaign)
        {
            let variant = match one.verdict {
                Verdict::Won(variant) => campaign.variants.get(usize::from(variant)).map(|variant| variant.id.clone()),
                _ => None,
            };
            let last = Last { campaign: campaign.id.clone(), variant, outcome, at_ms: at.millis() };
            if self.engine.board.is_watched() {
                let placement = campaign.actions().map(|action| &*action.placement).find(|name| !name.is_empty());
                let shown = last.view();
                self.engine.board.spark(view::Spark {
                    session: self.visit.session.id().to_string(),
                    campaign: shown.campaign,
                    variant: shown.variant,
                    placement: placement.unwrap_or_default().to_owned(),
                    at_ms: shown.at_ms,
                    outcome: shown.outcome,
                });
            }
            match self.last_decision.as_deref_mut() {
                Some(slot) => *slot = last,
                None => self.last_decision = Some(Box::new(last)),
            }
        }
        if let Some(proof) = proof {
            let (title, detail) = timeline::describe_proof(&proof);
            self.tell(Entry { seq: 0, at_ms: at.millis(), kind: "decision".to_owned(), title, detail, proof: Some(proof) });
        }
    }
}
