//! What reaches the server: hellos, frames, timers, commits.

use super::Go;
use super::Live;
use super::Out;
use super::Server;
use super::turn::subject;
use crate::consent::Source;
use crate::delivery::Receive;
use crate::history;
use crate::history::Visit;
use crate::model::Context;
use crate::model::DeviceKind;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::session::Input;
use crate::session::Profile;
use crate::session::Start;
use crate::sim::Bug;
use crate::sim::Fault;
use crate::sim::server::till::Wish;
use crate::sim::wire::Batch;
use crate::sim::wire::Closed;
use crate::sim::wire::Down;
use crate::sim::wire::Hello;
use crate::sim::wire::Resume;
use crate::sim::wire::Up;
use crate::sim::wire::Welcome;
use crate::sim::wire::What;
use crate::sim::wire::Whole;

impl Server<'_> {
    /// One frame of a connection.
    pub(in crate::sim) fn hear(&mut self, line: u64, stream: StreamId, frame: Up) -> Go {
        if let Up::Hello(hello) = frame {
            return self.admit(line, *hello);
        }
        let owner = self.live.iter().find(|(_, live)| live.lines.contains(&(line, stream))).map(|(id, _)| *id);
        let Some(id) = owner else { return Ok(()) };
        self.with(id, |server, live| match frame {
            Up::Hello(_) => Ok(()),
            Up::Events(batch) => server.events(live, stream, batch),
            Up::Applied { rev, receipts } => {
                let asks = receipts.is_empty();
                if !asks {
                    server.apply(live, Input::Receipts { stream, list: receipts })?;
                }
                if asks && live.visit.delivery(stream).is_some_and(|delivery| rev != delivery.rev()) {
                    server.send_state(live, stream);
                }
                Ok(())
            }
            Up::Bye => server.detach(live, line, stream, true),
            Up::Lost => server.detach(live, line, stream, false),
        })
    }

    /// Events by request, with a resume token and without a connection.
    pub(in crate::sim) fn post(&mut self, session: SessionId, stream: StreamId, batch: Batch) -> Go {
        if !self.live.contains_key(&session) {
            self.restore(session)?;
        }
        self.with(session, |server, live| server.events(live, stream, batch))
    }

    fn admit(&mut self, line: u64, hello: Hello) -> Go {
        let may_remember = hello.consent.personalize == Some(true) && hello.consent.remember == Some(true);
        let visitor = hello.visitor.filter(|_| may_remember);
        let profile = visitor.map(|visitor| {
            let stored = self.storage.profiles.get(visitor).and_then(|bytes| rmp_serde::from_slice(bytes).ok());
            Box::new(stored.unwrap_or_else(|| Profile::new(visitor, self.now)))
        });
        let named = hello
            .resume
            .map(|(resume, _)| resume.session)
            .or(hello.visit)
            .or_else(|| self.streams.get(&hello.stream).copied())
            .or_else(|| visitor.and_then(|visitor| self.visitors.get(&visitor).copied()));
        if let Some(id) = named
            && !self.live.contains_key(&id)
        {
            self.restore(id)?;
        }
        let id = match named.filter(|id| self.live.contains_key(id)) {
            Some(id) => id,
            None => {
                let id = SessionId(self.draw.id());
                let unit = visitor.map_or(crate::experiment::Unit(id.0), |visitor| crate::experiment::Unit(visitor.0));
                let context = Context { device: DeviceKind::Desktop, language: "en".into(), ..Context::default() };
                self.begin(Start { id, unit, context, consent: Default::default(), preview: false });
                id
            }
        };
        if let Some(visitor) = visitor {
            self.visitors.insert(visitor, id);
        }
        self.with(id, |server, live| server.attach(live, line, hello, profile))
    }

    fn begin(&mut self, start: Start) {
        let visit = Visit::new(self.now, start.clone());
        let mut live = Live::of(visit, 0);
        let mut payload = Vec::new();
        history::write_started(&mut payload, &start);
        // Without room for it the first record will be the whole visit.
        let _ = self.append(&mut live, history::STARTED, self.now, &payload);
        self.live.insert(start.id, live);
    }

    fn attach(&mut self, live: &mut Live, line: u64, hello: Hello, profile: Option<Box<Profile>>) -> Go {
        let Hello { stream, page, visible, consent, resume, .. } = hello;
        if let Some(index) = live.lines.iter().position(|(_, page)| *page == stream) {
            let (old, _) = live.lines.remove(index);
            self.out.push(Out::Close(old, Closed::TakenOver));
        }
        let was_alive = live.visit.session.streams().iter().any(|known| known.id == stream);
        let consent = Input::Consent { source: Source::Page, signal: consent, gpc: false, others: Vec::new() };
        if let Some(profile) = profile {
            live.awaiting_profile = true;
            let told = self.apply(live, consent);
            live.awaiting_profile = false;
            told?;
            if live.visit.session.profile().is_none() {
                self.apply(live, Input::Remembered(profile))?;
            }
        } else {
            self.apply(live, consent)?;
        }
        let before: Vec<StreamId> = live.visit.deliveries.iter().map(|(id, _)| *id).collect();
        self.apply(live, Input::Attach { stream, page: Box::new(page), visible })?;
        for gone in before.iter().filter(|id| live.visit.delivery(**id).is_none()) {
            self.books.evicted.insert((live.visit.session.id(), *gone));
            self.streams.remove(gone);
        }
        // A page that had to make room is told, or it would wait for acknowledgements that never come.
        let is_known = |page: &StreamId| live.visit.delivery(*page).is_some();
        let (kept, gone): (Vec<_>, Vec<_>) = live.lines.iter().copied().partition(|(_, page)| is_known(page));
        self.out.extend(gone.iter().map(|(line, _)| Out::Close(*line, Closed::SessionEnded)));
        live.lines = kept;
        let known = before.contains(&stream);
        // Past the time for coming back the core has given the page up, and its content with it: then this hello has made it anew.
        let now = live.visit.session.now();
        let is_kept = |page: &crate::decide::PageState| page.opened < now;
        let is_alive = live.visit.session.streams().iter().any(|known| known.id == stream && known.page.as_deref().is_some_and(is_kept));
        let alive = if self.has(Bug::AliveTooEarly) { was_alive } else { is_alive };
        self.streams.insert(stream, live.visit.session.id());
        let trusting = self.has(Bug::NoWholeState);
        let Some(delivery) = live.visit.delivery_mut(stream) else { return Ok(()) };
        let resumed = alive && known && resume.is_some_and(|(resume, _)| resume.generation + 2 >= delivery.generation);
        let rev = resume.filter(|_| resumed).map(|(_, rev)| rev);
        let needs_state = rev.is_none_or(|rev| delivery.needs_state(rev) && !trusting);
        if needs_state {
            delivery.note_state();
        }
        let (generation, ack) = (delivery.generation, delivery.acked());
        let session = live.visit.session.id();
        let welcome = Welcome {
            session,
            visitor: live.visit.session.profile().map(|profile| profile.visitor),
            resume: Resume { session, generation },
            ack,
            state: needs_state.then(|| whole(live, stream)),
        };
        live.lines.push((line, stream));
        self.tell(live, stream, Down::Welcome(Box::new(welcome)));
        Ok(())
    }

    fn detach(&mut self, live: &mut Live, line: u64, stream: StreamId, bye: bool) -> Go {
        live.lines.retain(|(own, _)| *own != line);
        self.apply(live, Input::Detach { stream, bye })?;
        if live.lines.is_empty() { self.save(live) } else { Ok(()) }
    }

    pub(super) fn send_state(&mut self, live: &Live, stream: StreamId) {
        self.tell(live, stream, Down::State(whole(live, stream)));
    }

    /// A connection whose reader was too slow reads again: one whole state for all that was given up, and the last acknowledgement.
    pub(in crate::sim) fn catch_up(&mut self, line: u64, stream: StreamId) -> Go {
        let owner = self.live.iter().find(|(_, live)| live.lines.contains(&(line, stream))).map(|(id, _)| *id);
        let Some(id) = owner else { return Ok(()) };
        self.with(id, |server, live| {
            let acked = live.visit.delivery(stream).map_or(0, |delivery| delivery.acked());
            server.tell(live, stream, Down::Ack(acked));
            server.send_state(live, stream);
            Ok(())
        })
    }

    fn events(&mut self, live: &mut Live, stream: StreamId, batch: Batch) -> Go {
        let Some(delivery) = live.visit.delivery(stream) else { return Ok(()) };
        let acked = delivery.acked();
        let skip = match delivery.receive(batch.first, batch.list.len()) {
            Receive::Fresh { skip } => skip,
            Receive::Duplicate => {
                self.tell(live, stream, Down::Ack(acked));
                return Ok(());
            }
            Receive::Gap => {
                self.gap(live, stream);
                return Ok(());
            }
        };
        let late_after = self.shop.snapshot(self.snapshot).settings.visit.late_after.as_micros() as u64;
        let mut is_rejected = false;
        for said in batch.list.into_iter().skip(skip) {
            let late = batch.sent_at.saturating_sub(said.at) > late_after;
            let input = match said.what {
                What::Event(event) => Input::Event { stream, late, event },
                What::Consent(signal) => Input::Consent { source: Source::Page, signal, gpc: false, others: Vec::new() },
                What::Invalid => {
                    self.consume(live, stream, said.uid);
                    is_rejected = true;
                    continue;
                }
            };
            if !self.apply_numbered(live, stream, said.uid, input)? {
                self.gap(live, stream);
                break;
            }
        }
        if is_rejected {
            let acked = live.visit.delivery(stream).map_or(0, |delivery| delivery.acked());
            self.tell(live, stream, Down::Ack(acked));
        }
        Ok(())
    }

    fn gap(&mut self, live: &Live, stream: StreamId) {
        let acked = live.visit.delivery(stream).map_or(0, |delivery| delivery.acked());
        self.tell(live, stream, Down::Ack(acked));
        self.tell(live, stream, Down::Gap);
    }

    /// The wheel reached a visit's time.
    pub(in crate::sim) fn timer(&mut self, id: SessionId) -> Go {
        self.with(id, |server, live| {
            live.armed = None;
            let _ = server.rewrite(live);
            if !live.waiting {
                let durable = server.storage.durable();
                server.durable(live, durable)?;
            }
            if live.visit.session.next_deadline().is_some_and(|deadline| deadline <= server.now) {
                server.apply(live, Input::Timer)?;
            }
            Ok(())
        })
    }

    pub(in crate::sim) fn published(&mut self, id: SessionId) -> Go {
        self.with(id, |server, live| server.apply(live, Input::Published))
    }

    /// The committer made everything durable that waited: these visits are to be told. `None`: the journal has failed.
    pub(in crate::sim) fn commit(&mut self) -> Go<Option<Vec<(SessionId, u64)>>> {
        if !self.storage.commit() {
            self.told.clear();
            return Ok(None);
        }
        self.point(Fault::AfterCommit)?;
        if self.storage.is_full {
            return Ok(Some(Vec::new()));
        }
        let durable = self.storage.durable();
        Ok(Some(std::mem::take(&mut self.told).into_iter().map(|id| (id, durable)).collect()))
    }

    pub(in crate::sim) fn told(&mut self, id: SessionId, position: u64) -> Go {
        self.with(id, |server, live| server.durable(live, position))
    }

    pub(super) fn durable(&mut self, live: &mut Live, position: u64) -> Go {
        live.waiting = false;
        self.acknowledge(live, position);
        if live.save_wanted { self.save(live) } else { Ok(()) }
    }

    /// Asks again for offers whose answer may have been lost.
    pub(super) fn ask_again(&mut self, live: &Live) {
        let subject = subject(live);
        let session = live.visit.session.id();
        let wishes: Vec<Wish> = live
            .visit
            .session
            .waiting_offers()
            .map(|(decision, campaign, terms)| Wish { session, decision, campaign, subject, terms: *terms })
            .collect();
        wishes.into_iter().for_each(|wish| self.wish(wish));
    }
}

fn whole(live: &Live, stream: StreamId) -> Whole {
    let rev = live.visit.delivery(stream).map_or(0, |delivery| delivery.rev());
    Whole { rev, held: live.visit.session.desired(stream).cloned().collect() }
}

impl Live {
    pub(super) fn of(visit: Visit, head: u64) -> Live {
        Live {
            visit,
            lines: Vec::new(),
            head,
            armed: None,
            waiting: false,
            unrecorded: false,
            save_wanted: false,
            unsaved: 0,
            saving: false,
            awaiting_profile: false,
            uids: Vec::new(),
        }
    }
}
