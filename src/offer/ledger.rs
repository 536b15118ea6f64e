//! The ledger: all grants, found by key and by code.

use super::Benefit;
use super::Grant;
use super::GrantKey;
use super::State;
use super::Terms;
use super::TermsError;
use super::code;
use crate::model::Key;
use crate::model::Timestamp;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

/// A wish for an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    pub campaign: Key,
    /// Known shopper, else visitor, else session.
    pub subject: Key,
    /// Number of the campaign's period; 0 if it has none.
    pub period: u64,
    pub terms: Terms,
}

/// What became of a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// New and reserved. Its [`Record::Granted`] must be durable before [`Ledger::step`] to minted and before the code is shown.
    Granted(Grant),
    /// The grant made before for the same campaign, subject and period, as it stands.
    Again(Grant),
    Refused(Refusal),
}

/// Why no offer is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    #[error("the campaign's budget of {count} is used up until {again:?}")]
    Budget { count: u32, again: Timestamp },
    #[error("the shop's ceiling of {limit} open offers is reached")]
    Ceiling { limit: u32 },
    #[error("the terms are not valid")]
    Terms,
}

/// One line of the log. Applying all lines in order rebuilds the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    Granted(Grant),
    Step { key: GrantKey, state: State, at: Timestamp },
    Redeemed { key: GrantKey, order: Box<str>, at: Timestamp },
}

/// A record that contradicts the ones before. The log is damaged or mixed with another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    #[error("code of {key:?} belongs to {owner:?} already")]
    DuplicateCode { key: GrantKey, owner: GrantKey },
    #[error("{key:?} was granted before with other contents")]
    DuplicateGrant { key: GrantKey },
    #[error("{key:?} was never granted")]
    UnknownGrant { key: GrantKey },
    #[error("{key:?} cannot go from {from:?} to {to:?}")]
    Backwards { key: GrantKey, from: State, to: State },
}

/// Why a grant does not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    #[error("there is no such grant")]
    Unknown,
    #[error("a {from:?} grant cannot become {to:?}")]
    Backwards { from: State, to: State },
}

/// Why a code does not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    #[error("this code is not known")]
    Unknown,
    #[error("this code has expired")]
    Expired,
    #[error("this code was withdrawn")]
    Revoked,
    #[error("this code was used for order {order}")]
    Redeemed { order: Box<str> },
    #[error("the cart must be worth at least {minimum} minor units, it is {cart}")]
    BelowMinimum { minimum: i64, cart: i64 },
}

/// What became of a redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redemption {
    /// First report of this order; its record must be logged.
    New(Record),
    /// This order was reported before.
    Again,
}

/// All grants of a shop.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Open grants in the whole shop.
    open_max: u32,
    open: u32,
    grants: BTreeMap<GrantKey, Grant>,
    codes: BTreeMap<Box<str>, GrantKey>,
    /// Times of grants per campaign, oldest first. Trimmed to the campaign's window when it is asked.
    spent: BTreeMap<Key, VecDeque<Timestamp>>,
    /// Open grants by expiry.
    deadlines: BTreeSet<(Timestamp, GrantKey)>,
    redeemed: BTreeSet<(GrantKey, Box<str>)>,
}

impl Default for Ledger {
    fn default() -> Self {
        Ledger::new(Ledger::OPEN_MAX)
    }
}

impl Ledger {
    /// Default of the shop-wide ceiling. Chosen: more open codes than that in a shop is a mistake in a campaign.
    pub const OPEN_MAX: u32 = 100_000;

    /// `open_max` is the shop-wide ceiling of grants that are neither redeemed, expired nor revoked. 0 refuses every new grant.
    pub fn new(open_max: u32) -> Ledger {
        Ledger {
            open_max,
            open: 0,
            grants: BTreeMap::new(),
            codes: BTreeMap::new(),
            spent: BTreeMap::new(),
            deadlines: BTreeSet::new(),
            redeemed: BTreeSet::new(),
        }
    }

    /// Makes an offer or finds the one made before. The same request gives the same code, whatever happened in between.
    pub fn grant(&mut self, at: Timestamp, request: &Request, secret: &[u8; 32]) -> Answer {
        let key = GrantKey::of(request.campaign, request.subject, request.period);
        if let Some(grant) = self.grants.get(&key) {
            return Answer::Again(grant.clone());
        }
        if let Err(refusal) = self.afford(at, request) {
            return Answer::Refused(refusal);
        }
        let mut attempt = 0;
        let mut code = code::derive(secret, key, attempt);
        while self.codes.contains_key(&code) {
            attempt += 1;
            code = code::derive(secret, key, attempt);
        }
        let grant = Grant {
            key,
            campaign: request.campaign,
            code,
            terms: request.terms,
            granted: at,
            expires: at + request.terms.expires,
            state: State::Reserved,
            order: "".into(),
        };
        self.insert(grant.clone());
        Answer::Granted(grant)
    }

    /// Moves a grant forward to minted, shown or revoked and returns the record to log.
    pub fn step(&mut self, at: Timestamp, key: GrantKey, to: State) -> Result<Record, StepError> {
        let from = self.grants.get(&key).ok_or(StepError::Unknown)?.state;
        if to == State::Redeemed || !from.may_become(to) {
            return Err(StepError::Backwards { from, to });
        }
        self.set_state(key, to);
        Ok(Record::Step { key, state: to, at })
    }

    /// Says whether a code works for a cart, and what it is worth.
    pub fn check_code(&self, at: Timestamp, code: &str, cart_minor: i64) -> Result<Benefit, CodeError> {
        let grant = self.by_code(code).ok_or(CodeError::Unknown)?;
        usable(at, grant)?;
        if grant.state == State::Redeemed && grant.terms.single_use {
            return Err(CodeError::Redeemed { order: grant.order.clone() });
        }
        if cart_minor < grant.terms.minimum {
            return Err(CodeError::BelowMinimum { minimum: grant.terms.minimum, cart: cart_minor });
        }
        Ok(grant.terms.benefit(cart_minor))
    }

    /// Notes that an order used a code. Reports of the same order may repeat.
    ///
    /// # Errors
    /// A second order on a single-use code gives [`CodeError::Redeemed`] with the first order, so that it can be shown and not hidden.
    pub fn redeem(&mut self, at: Timestamp, code: &str, order: &str) -> Result<Redemption, CodeError> {
        let grant = self.by_code(code).ok_or(CodeError::Unknown)?;
        let key = grant.key;
        if self.redeemed.contains(&(key, order.into())) {
            return Ok(Redemption::Again);
        }
        usable(at, grant)?;
        if grant.state == State::Redeemed && grant.terms.single_use {
            return Err(CodeError::Redeemed { order: grant.order.clone() });
        }
        self.set_redeemed(key, order);
        Ok(Redemption::New(Record::Redeemed { key, order: order.into(), at }))
    }

    /// Closes open grants whose time is over and appends their records, earliest expiry first.
    pub fn expire(&mut self, at: Timestamp, out: &mut Vec<Record>) {
        while let Some(&(deadline, key)) = self.deadlines.first() {
            if deadline > at {
                break;
            }
            self.set_state(key, State::Expired);
            out.push(Record::Step { key, state: State::Expired, at });
        }
    }

    /// When [`Ledger::expire`] has something to do next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Takes a record from the log. Records known already change nothing.
    pub fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        match record {
            Record::Granted(grant) => {
                if let Some(known) = self.grants.get(&grant.key) {
                    let same = known.code == grant.code && known.granted == grant.granted && known.campaign == grant.campaign;
                    return if same { Ok(()) } else { Err(ApplyError::DuplicateGrant { key: grant.key }) };
                }
                if let Some(&owner) = self.codes.get(&grant.code) {
                    return Err(ApplyError::DuplicateCode { key: grant.key, owner });
                }
                self.insert(grant.clone());
                Ok(())
            }
            Record::Step { key, state, .. } => {
                let from = self.grants.get(key).ok_or(ApplyError::UnknownGrant { key: *key })?.state;
                if from == *state {
                    return Ok(());
                }
                if *state == State::Redeemed || !from.may_become(*state) {
                    return Err(ApplyError::Backwards { key: *key, from, to: *state });
                }
                self.set_state(*key, *state);
                Ok(())
            }
            Record::Redeemed { key, order, .. } => {
                if self.redeemed.contains(&(*key, order.clone())) {
                    return Ok(());
                }
                let grant = self.grants.get(key).ok_or(ApplyError::UnknownGrant { key: *key })?;
                let again = grant.state == State::Redeemed && !grant.terms.single_use;
                if !again && !grant.state.may_become(State::Redeemed) {
                    return Err(ApplyError::Backwards { key: *key, from: grant.state, to: State::Redeemed });
                }
                self.set_redeemed(*key, order);
                Ok(())
            }
        }
    }

    pub fn get(&self, key: GrantKey) -> Option<&Grant> {
        self.grants.get(&key)
    }

    /// Finds a grant by its code as people type it.
    pub fn by_code(&self, typed: &str) -> Option<&Grant> {
        let code = code::normalize(typed)?;
        self.codes.get(&code).and_then(|key| self.grants.get(key))
    }

    /// All grants by key.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.values()
    }

    /// Grants that are neither redeemed, expired nor revoked.
    pub fn open(&self) -> u32 {
        self.open
    }

    fn afford(&mut self, at: Timestamp, request: &Request) -> Result<(), Refusal> {
        request.terms.validate().map_err(|_: TermsError| Refusal::Terms)?;
        if self.open >= self.open_max {
            return Err(Refusal::Ceiling { limit: self.open_max });
        }
        let Some(budget) = request.terms.budget else {
            return Ok(());
        };
        let spent = self.spent.entry(request.campaign).or_default();
        // Only times that no longer count go; the window slides, so its edge cannot be used twice.
        while spent.front().is_some_and(|&first| first + budget.every <= at) {
            spent.pop_front();
        }
        if spent.len() >= budget.count as usize {
            let again = spent.front().map_or(Timestamp(u64::MAX), |&first| first + budget.every);
            return Err(Refusal::Budget { count: budget.count, again });
        }
        Ok(())
    }

    fn insert(&mut self, grant: Grant) {
        if grant.terms.budget.is_some() {
            self.spent.entry(grant.campaign).or_default().push_back(grant.granted);
        }
        if grant.state.is_open() {
            self.open += 1;
            self.deadlines.insert((grant.expires, grant.key));
        }
        self.codes.insert(grant.code.clone(), grant.key);
        self.grants.insert(grant.key, grant);
        self.check_invariants();
    }

    fn set_state(&mut self, key: GrantKey, state: State) {
        let Some(grant) = self.grants.get_mut(&key) else { return };
        if grant.state.is_open() && !state.is_open() {
            self.open -= 1;
            self.deadlines.remove(&(grant.expires, key));
        }
        grant.state = state;
        self.check_invariants();
    }

    fn set_redeemed(&mut self, key: GrantKey, order: &str) {
        self.set_state(key, State::Redeemed);
        if let Some(grant) = self.grants.get_mut(&key) {
            grant.order = order.into();
        }
        self.redeemed.insert((key, order.into()));
    }

    fn check_invariants(&self) {
        debug_assert_eq!(self.grants.len(), self.codes.len(), "one code per grant");
        debug_assert_eq!(self.open as usize, self.deadlines.len(), "one deadline per open grant");
    }
}

/// Reserved codes do not work yet; to the outside they are unknown.
fn usable(at: Timestamp, grant: &Grant) -> Result<(), CodeError> {
    match grant.state {
        State::Reserved => Err(CodeError::Unknown),
        State::Revoked => Err(CodeError::Revoked),
        State::Expired => Err(CodeError::Expired),
        _ if at >= grant.expires => Err(CodeError::Expired),
        _ => Ok(()),
    }
}
