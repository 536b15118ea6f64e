//! The ledger behind its durable log: a code goes to a page only after its grant is durable.

use super::Go;
use super::Out;
use super::Server;
use super::Stop;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::SessionId;
use crate::offer::Answer;
use crate::offer::GrantKey;
use crate::offer::Ledger;
use crate::offer::Record;
use crate::offer::Request;
use crate::offer::State;
use crate::offer::Terms;
use crate::session::Input;
use crate::sim::Bug;
use crate::sim::Fault;

const SECRET: [u8; 32] = [7; 32];

/// A visit's wish for a code.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) session: SessionId,
    pub(super) decision: DecisionId,
    pub(super) campaign: Key,
    pub(super) subject: [u8; 16],
    pub(super) terms: Terms,
}

/// A grant on its way to the disk. One at a time, as wishes for one grant come one after the other.
#[derive(Debug)]
pub(super) struct Writing {
    key: GrantKey,
    log: Vec<Record>,
    session: SessionId,
    decision: DecisionId,
}

impl Server<'_> {
    pub(super) fn wish(&mut self, wish: Wish) {
        self.wishes.push(wish);
        self.out.push(Out::Till);
    }

    /// One step of the till. True if there is more to do.
    pub(in crate::sim) fn till(&mut self) -> Go<bool> {
        if let Some(writing) = self.writing.take() {
            if self.storage.is_full {
                self.writing = Some(writing);
                return Ok(true);
            }
            let Writing { key, log, session, decision } = writing;
            if let Err(crash) = self.point(Fault::DuringGrant) {
                // A write that was under way is there or not.
                if self.draw.percent(50) {
                    self.storage.ledger.insert(key, log);
                }
                return Err(crash);
            }
            self.storage.ledger.insert(key, log);
            self.settle_grant(key)?;
            self.point(Fault::AfterGrant)?;
            if !self.has(Bug::GrantBeforeDurable) {
                self.granted(session, decision, key)?;
            }
        } else if !self.wishes.is_empty() {
            let wish = self.wishes.remove(0);
            self.begin_grant(wish)?;
        }
        Ok(self.writing.is_some() || !self.wishes.is_empty())
    }

    fn begin_grant(&mut self, wish: Wish) -> Go {
        let Wish { session, decision, campaign, subject, terms } = wish;
        let currency = self.shop.snapshot(self.snapshot).catalog.currency();
        let request = Request { campaign, subject: Key(xxhash_rust::xxh3::xxh3_64(&subject)), currency, terms, network: None };
        let key = match self.ledger.grant(self.now, &request, &SECRET) {
            Answer::Granted(grant) => grant.key,
            Answer::Again(grant) => grant.key,
            Answer::Refused(_) => return self.with(session, |server, live| server.apply(live, Input::GrantRefused { decision })),
        };
        let mut log = self.storage.ledger.get(&key).cloned().unwrap_or_default();
        if log.is_empty() {
            log.extend(self.ledger.get(key).cloned().map(|grant| Record::Granted(Box::new(grant))));
        }
        // A grant that is shown or used already is not minted again.
        log.extend(self.ledger.step(self.now, key, State::Minted).ok().flatten());
        self.writing = Some(Writing { key, log, session, decision });
        if self.has(Bug::GrantBeforeDurable) {
            self.granted(session, decision, key)?;
        }
        if self.has(Bug::AgainBeforeDurable) {
            let again: Vec<Wish> =
                self.wishes.iter().filter(|other| other.campaign == campaign && other.subject == subject).cloned().collect();
            self.wishes.retain(|other| other.campaign != campaign || other.subject != subject);
            for other in again {
                self.granted(other.session, other.decision, key)?;
            }
        }
        Ok(())
    }

    fn settle_grant(&mut self, key: GrantKey) -> Go {
        let known = self.ledger.logged(key);
        let log = self.storage.ledger.get(&key).cloned().unwrap_or_default();
        for record in log.iter().skip(known) {
            self.ledger.apply(record).map_err(|error| Stop::Wrong(format!("the ledger refuses its own record: {error}")))?;
        }
        Ok(())
    }

    fn granted(&mut self, session: SessionId, decision: DecisionId, key: GrantKey) -> Go {
        let Some(grant) = self.ledger.get(key).cloned() else { return Ok(()) };
        let (code, expires) = (grant.code, grant.expires);
        self.with(session, |server, live| server.apply(live, Input::Granted { decision, code, expires }))
    }

    /// Rebuilds the ledger from its log.
    pub(super) fn load_ledger(&mut self) -> Go {
        self.ledger = Ledger::default();
        for record in self.storage.ledger.values().flatten() {
            self.ledger.apply(record).map_err(|error| Stop::Wrong(format!("the ledger's log contradicts itself: {error}")))?;
        }
        Ok(())
    }
}
