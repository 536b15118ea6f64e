//! What must hold when everything is calm, by slow and obvious means.
//!
//! The reference reads the whole journal from its first record, applies every record of every visit to a fresh one, and compares: with
//! the digests that were recorded, with the live visits, and with what pages were told. It uses no checkpoint and no saved state.

use super::CALM_US;
use super::TIRED_US;
use super::World;
use crate::consent::Consent;
use crate::consent::Source;
use crate::decide::Held;
use crate::history::Entry;
use crate::history::Replay;
use crate::history::Visit;
use crate::model::Key;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::offer::Record;
use crate::session::Effect;
use crate::session::Session;
use crate::sim::page::Phase;
use crate::sim::server::Archive;
use crate::sim::server::digest_of;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What was under way when the time was over arrives within this.
const LAST_FRAMES_US: u64 = 20_000_000;

/// A visit as its records make it.
struct Past {
    visit: Visit,
    /// Events in the order in which they took effect.
    uids: Vec<u64>,
}

/// A visit on its way through its records, the numbers of its events, and how often each campaign acted.
type Recounting = (Replay, Vec<u64>, BTreeMap<Key, u32>);

impl World<'_> {
    /// Whether the time is over in which everything must come right.
    pub(super) fn is_calm(&self) -> bool {
        let Some(since) = self.calm_since else { return false };
        let is_tired = self.tabs.iter().any(|tab| !tab.is_gone && tab.connection.is_tired());
        self.now - since >= if is_tired { TIRED_US } else { CALM_US }
    }

    pub(super) fn is_over(&self) -> bool {
        let is_quiet = || self.lines.values().all(|line| line.up.is_empty() && line.down.is_empty());
        let is_long = || self.calm_since.is_some_and(|since| self.now - since >= TIRED_US + LAST_FRAMES_US);
        self.is_calm() && (is_quiet() || is_long())
    }

    pub(super) fn is_durable(&self, code: &str) -> bool {
        let granted = |record: &Record| matches!(record, Record::Granted(grant) if &*grant.code == code);
        self.server.storage.ledger.values().flatten().any(granted)
    }

    pub(super) fn check(&mut self) {
        if let Err(text) = self.compare() {
            self.fail(text);
        }
    }

    fn compare(&mut self) -> Result<(), String> {
        if !self.is_up {
            return Err("the server is down".to_owned());
        }
        self.check_pages()?;
        self.check_money()?;
        if !self.server.storage.commit() {
            return Err("the journal has failed after the last fault".to_owned());
        }
        // What could not be recorded and was no event of a page is recorded at the visit's next deadline at the latest; that is now.
        for id in self.server.live.keys().copied().collect::<Vec<_>>() {
            let done = self.server.timer(id);
            if self.go(done).is_none() {
                return Err("a visit does not bear its timer".to_owned());
            }
        }
        if !self.server.storage.commit() {
            return Err("the journal has failed after the last fault".to_owned());
        }
        let past = self.recount()?;
        self.check_visits(&past)?;
        self.check_events(&past)
    }

    /// All visits, from the first record on.
    fn recount(&self) -> Result<BTreeMap<SessionId, Past>, String> {
        let mut replays: BTreeMap<SessionId, Recounting> = BTreeMap::new();
        let campaigns = &self.shop.snapshot(0).campaigns;
        for record in self.server.storage.scan(0)? {
            let id = SessionId(record.session);
            let (replay, uids, acts) = replays.entry(id).or_insert_with(|| (Replay::new(None), Vec::new(), BTreeMap::new()));
            let entry = Entry::read(record.kind, &record.payload).map_err(|error| error.to_string())?;
            let step = replay.step(Timestamp(record.at_us), entry, &Archive(self.shop));
            let step = step.map_err(|error| format!("the record at {} does not follow: {error}", record.position))?;
            if !step.is_same() {
                return Err(format!("the record at {} gives other effects than were recorded", record.position));
            }
            let position = record.position.0;
            uids.extend(self.server.books.uids.get(&position).into_iter().flatten());
            if let (Some(mark), Some(visit)) = (self.server.books.marks.get(&position), replay.visit())
                && *mark != digest_of(visit)
            {
                return Err(format!("after the record at {position} the visit is not what it was"));
            }
            for (_, campaign, _) in
                replay.effects().list.iter().flat_map(|effect| if let Effect::Decided { won, .. } = effect { &won[..] } else { &[] })
            {
                let count = acts.entry(*campaign).or_default();
                *count += 1;
                let limit = campaigns.find(*campaign).and_then(|campaign| campaign.limits.per_session);
                if limit.is_some_and(|limit| *count > u32::from(limit)) {
                    return Err(format!("a campaign acted {count} times in a visit, its limit is {limit:?}"));
                }
            }
        }
        let known = |(id, (replay, uids, _)): (SessionId, (Replay, Vec<u64>, _))| Some((id, Past { visit: replay.into_visit()?, uids }));
        Ok(replays.into_iter().filter_map(known).collect())
    }

    /// What lives is what the records say, and no more.
    fn check_visits(&self, past: &BTreeMap<SessionId, Past>) -> Result<(), String> {
        for (id, live) in &self.server.live {
            if live.unrecorded {
                return Err(format!("visit {id} is not recorded after the last fault"));
            }
            let Some(past) = past.get(id) else { return Err(format!("visit {id} has no records")) };
            if live.visit.session != past.visit.session {
                return Err(format!("visit {id} is not what its records say: {}", difference(&live.visit.session, &past.visit.session)));
            }
            let numbers = |visit: &Visit| -> Vec<_> {
                visit
                    .deliveries
                    .iter()
                    .map(|(stream, delivery)| (*stream, delivery.applied(), delivery.rev(), delivery.generation))
                    .collect()
            };
            if numbers(&live.visit) != numbers(&past.visit) {
                return Err(format!("deliveries of visit {id} are not what its records say"));
            }
            if live.visit.deliveries.len() > Session::STREAMS_MAX || live.lines.len() > Session::STREAMS_MAX {
                return Err(format!("visit {id} has more pages than its bound"));
            }
            let overlays: usize = live
                .visit
                .session
                .streams()
                .iter()
                .map(|stream| live.visit.session.desired(stream.id).filter(|held| &*held.placement == "overlay").count())
                .sum();
            if overlays > 1 {
                return Err(format!("visit {id} shows {overlays} overlays"));
            }
        }
        Ok(())
    }

    /// Every acknowledged event took effect once, and in the order of its page.
    fn check_events(&self, past: &BTreeMap<SessionId, Past>) -> Result<(), String> {
        for (id, past) in past {
            let mut seen = BTreeSet::new();
            if let Some(twice) = past.uids.iter().find(|uid| !seen.insert(**uid) && !self.renumbered.contains(uid)) {
                return Err(format!("event {twice} took effect twice in visit {id}"));
            }
        }
        for ((id, stream), acked) in &self.acked {
            // A page that had to make room for a ninth begins its numbers anew, and two that deliver its leftovers may disagree on them.
            let (mut forward, mut backward) = (self.server.books.evicted.iter(), stream.0);
            backward.reverse();
            if forward.any(|(_, evicted)| evicted == stream || evicted.0 == backward) {
                continue;
            }
            let uids = past.get(id).map_or(&[][..], |past| &past.uids);
            let mut rest = uids.iter();
            for uid in acked {
                if !rest.any(|other| other == uid) {
                    let is_there = uids.contains(uid);
                    if is_there && self.renumbered.contains(uid) {
                        rest = uids.iter();
                        continue;
                    }
                    let elsewhere = past.iter().find(|(_, other)| other.uids.contains(uid)).map(|(id, _)| id);
                    let what = match elsewhere {
                        _ if is_there => "took effect out of order".to_owned(),
                        Some(other) => format!("took effect in visit {other}"),
                        None => "is lost".to_owned(),
                    };
                    return Err(format!("event {uid} of page {stream} was acknowledged by visit {id} and {what}"));
                }
            }
        }
        Ok(())
    }

    /// One grant for each key, codes unique, no more than the budget, and every code that was seen is kept.
    fn check_money(&self) -> Result<(), String> {
        let mut codes = BTreeSet::new();
        let mut by_campaign: BTreeMap<Key, u32> = BTreeMap::new();
        for (key, log) in &self.server.storage.ledger {
            let granted: Vec<_> =
                log.iter().filter_map(|record| if let Record::Granted(grant) = record { Some(grant) } else { None }).collect();
            let [grant] = granted[..] else { return Err(format!("{key:?} was granted {} times", granted.len())) };
            if !codes.insert(grant.code.clone()) {
                return Err(format!("the code {} was made twice", grant.code));
            }
            let count = by_campaign.entry(grant.campaign).or_default();
            *count += 1;
            if *count > self.mix.budget {
                return Err(format!("a campaign made {count} codes, its budget is {}", self.mix.budget));
            }
        }
        match self.codes.iter().find(|code| !codes.contains(*code)) {
            Some(code) => Err(format!("the code {code} was seen and is not in the ledger")),
            None => Ok(()),
        }
    }

    /// Pages are connected, have nothing left to deliver, and show what the server wants.
    fn check_pages(&self) -> Result<(), String> {
        for (number, tab) in self.tabs.iter().enumerate() {
            if tab.outbox.len() > tab.outbox.bounds().queue.max(200) + 8 {
                return Err(format!("the queue of page {number} is over its bound"));
            }
            if tab.is_gone || tab.connection.phase == Phase::Stopped {
                continue;
            }
            if tab.outbox.len() > 0 {
                return Err(format!("page {number} still has {} events, from {}, to deliver", tab.outbox.len(), tab.outbox.acked() + 1));
            }
            if tab.is_ghost {
                continue;
            }
            if tab.connection.phase != Phase::Open {
                return Err(format!("page {number} is not connected but {:?}", tab.connection.phase));
            }
            let found = tab.session.and_then(|id| self.server.live.get(&id));
            let Some(live) = found else { return Err(format!("the visit of page {number} is not live")) };
            let mut allowed = Consent::default();
            if let Some(visitor) = self.visitors.get(tab.visitor) {
                allowed.apply(Source::Page, visitor.consent, false);
            }
            if live.visit.session.capabilities() != allowed.capabilities() {
                return Err(format!("the visit of page {number} has other consent than its visitor gave"));
            }
            let wanted: BTreeMap<&str, &Arc<Held>> = live
                .visit
                .session
                .desired(tab.stream)
                .filter(|held| {
                    !held.content.is_momentary() && &*held.placement != "overlay" && !tab.desired.unshown.contains(&held.decision)
                })
                .map(|held| (&*held.placement, held))
                .collect();
            let shows: BTreeMap<&str, &Arc<Held>> = tab.desired.shows.iter().map(|(place, held)| (&**place, held)).collect();
            if wanted != shows {
                let places = |list: &BTreeMap<&str, &Arc<Held>>| -> Vec<String> {
                    list.iter().map(|(place, held)| format!("{place}: {} {:?}", held.id, held.decision)).collect()
                };
                return Err(format!("page {number} shows {:?} and not {:?}", places(&shows), places(&wanted)));
            }
            let rev = live.visit.delivery(tab.stream).map(|delivery| delivery.rev());
            if rev != Some(tab.desired.rev) {
                return Err(format!("page {number} is at revision {} and not {rev:?}", tab.desired.rev));
            }
        }
        Ok(())
    }
}

/// The first place where two sessions differ, in a few words.
fn difference(a: &Session, b: &Session) -> String {
    let (a, b) = (format!("{a:?}"), format!("{b:?}"));
    let at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| text.chars().skip(at.saturating_sub(60)).take(120).collect::<String>();
    format!("`{}` and not `{}`", cut(&a), cut(&b))
}
