//! The ledger: all grants, found by key and by code.
//!
//! Two kinds of calls. [`Ledger::grant`] reserves at once, so that two wishes never see the same room in a budget. Everything that happens
//! to a grant afterwards is planned first ([`Ledger::step`], [`Ledger::redeem`]: they change nothing and return the record to log) and takes
//! effect when its record is applied, which callers do once it is durable. So the ledger never says more than the log.

use super::Answer;
use super::ApplyError;
use super::Benefit;
use super::Budget;
use super::BudgetUse;
use super::CodeError;
use super::Grant;
use super::GrantKey;
use super::HourOfGrants;
use super::Limits;
use super::LineError;
use super::POOL_CODES_MAX;
use super::PoolLevel;
use super::Record;
use super::Redemption;
use super::Refusal;
use super::Request;
use super::State;
use super::StepError;
use super::Terms;
use super::Totals;
use super::account::Account;
use super::code;
use super::network::Networks;
use super::pool;
use super::pool::Pool;
use super::terms::DAY;
use crate::model::Key;
use crate::model::Money;
use crate::model::Timestamp;
use crate::model::key_of;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::VecDeque;

/// All grants of a shop.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    limits: Limits,
    entries: BTreeMap<GrantKey, Entry>,
    /// By the form in which codes are compared.
    codes: BTreeMap<Box<str>, GrantKey>,
    accounts: BTreeMap<Key, Account>,
    shop: Account,
    /// Open grants by expiry.
    deadlines: BTreeSet<(Timestamp, GrantKey)>,
    /// Closed grants by when they may be forgotten.
    closed: BTreeSet<(Timestamp, GrantKey)>,
    pools: BTreeMap<Key, Pool>,
    /// Codes of pools that are not given out, in the form in which codes are compared.
    pooled: BTreeSet<Box<str>>,
    networks: Networks,
}

#[derive(Debug, Clone)]
struct Entry {
    grant: Grant,
    /// Records of this grant that were applied.
    logged: usize,
    /// What each order cost.
    orders: BTreeMap<Box<str>, i64>,
}

impl Ledger {
    pub fn new(limits: Limits) -> Ledger {
        Ledger { limits, ..Ledger::default() }
    }

    /// Makes an offer or finds the one made before. The same request gives the same code, whatever happened in between.
    pub fn grant(&mut self, at: Timestamp, request: &Request, secret: &[u8; 32]) -> Answer {
        let (period, until) = request.terms.period(at);
        let key = GrantKey::of(request.campaign, request.subject, period);
        if let Some(entry) = self.entries.get(&key) {
            return again(at, &entry.grant, &request.terms);
        }
        let code = match self.afford(at, request).and_then(|()| self.next_code(key, request.terms.pool, secret)) {
            Ok(code) => code,
            Err(refusal) => return Answer::Refused(refusal),
        };
        let grant = Grant {
            key,
            campaign: request.campaign,
            code,
            terms: request.terms,
            granted: at,
            expires: at + request.terms.expires,
            state: State::Reserved,
            order: "".into(),
            currency: request.currency,
            value: request.terms.worst().unwrap_or(0),
            changed: at,
            until,
        };
        if let Some(network) = request.network {
            self.networks.note(at, network);
        }
        self.insert(grant.clone(), 0);
        Answer::Granted(grant)
    }

    /// Plans a step to minted, shown, expired or revoked. A grant that is there or beyond gives no record.
    ///
    /// # Errors
    /// [`StepError`] if the grant cannot get there any more.
    pub fn step(&self, at: Timestamp, key: GrantKey, to: State) -> Result<Option<Record>, StepError> {
        let grant = &self.entries.get(&key).ok_or(StepError::Unknown)?.grant;
        if grant.state == to {
            return Ok(None);
        }
        if to == State::Redeemed || !grant.may_become(to) {
            return Err(StepError::Backwards { from: grant.state, to });
        }
        Ok(Some(Record::Step { key, state: to, at }))
    }

    /// Says whether a code works for goods of this value, which are those it is valid for, and what it is worth.
    ///
    /// # Errors
    /// [`CodeError`] says why not.
    pub fn check_code(&self, at: Timestamp, code: &str, goods: Money) -> Result<Benefit, CodeError> {
        let entry = self.entry_by_code(code).ok_or(CodeError::Unknown)?;
        usable(at, entry)?;
        fits(&entry.grant, goods)?;
        Ok(entry.grant.terms.benefit(goods.minor))
    }

    /// Plans to note that an order used a code. Reports of the same order may repeat, also late. `goods` is the value of the goods it is
    /// valid for, `gave` what the shop took off; where neither is said, the worst case counts.
    ///
    /// # Errors
    /// A second order on a single-use code gives [`CodeError::Redeemed`] with the first order, so that it can be shown and not hidden.
    pub fn redeem(&self, at: Timestamp, code: &str, order: &str, goods: Option<Money>, gave: Option<i64>) -> Result<Redemption, CodeError> {
        let entry = self.entry_by_code(code).ok_or(CodeError::Unknown)?;
        let grant = &entry.grant;
        if entry.orders.contains_key(order) {
            return Ok(Redemption::Again);
        }
        usable(at, entry)?;
        if let Some(goods) = goods {
            fits(grant, goods)?;
        }
        let worst = grant.terms.worst();
        let most = goods.map(|goods| grant.terms.cost(goods.minor)).or(worst);
        if let (Some(gave), Some(most)) = (gave, most)
            && gave > most
        {
            return Err(CodeError::TooMuch { most, gave });
        }
        let value = gave.or(most).unwrap_or(0).max(0);
        Ok(Redemption::New(Record::Redeemed { key: grant.key, order: order.into(), at, value }))
    }

    /// Open grants whose time is over, earliest expiry first, at most `limit`.
    pub fn due(&self, at: Timestamp, limit: usize) -> Vec<GrantKey> {
        self.deadlines.iter().take_while(|(deadline, _)| *deadline <= at).take(limit).map(|(_, key)| *key).collect()
    }

    /// When [`Ledger::due`] has something next.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        self.deadlines.first().map(|(deadline, _)| *deadline)
    }

    /// Plans to forget closed grants that nothing asks about any more, at most `limit`: one record for each of their campaigns.
    pub fn forgettable(&self, at: Timestamp, limit: usize) -> Vec<Record> {
        let mut by_campaign: BTreeMap<Key, (super::Past, Vec<GrantKey>)> = BTreeMap::new();
        let old = self.closed.iter().take_while(|(from, _)| *from <= at).take(limit);
        for grant in old.filter_map(|(_, key)| self.get(*key)) {
            let past = || self.accounts.get(&grant.campaign).map(Account::past).unwrap_or_default();
            let (past, keys) = by_campaign.entry(grant.campaign).or_insert_with(|| (past(), Vec::new()));
            past.add(grant.state, grant.value);
            keys.push(grant.key);
        }
        by_campaign.into_iter().map(|(campaign, (past, keys))| Record::Forgotten { campaign, past, keys }).collect()
    }

    /// Takes a record from the log. A grant reserved before is made sure of; a step taken before changes nothing.
    ///
    /// # Errors
    /// [`ApplyError`] if the record contradicts those before.
    pub fn apply(&mut self, record: &Record) -> Result<(), ApplyError> {
        match record {
            Record::Granted(grant) => match self.entries.get_mut(&grant.key) {
                Some(known) if known.grant.is_same(grant) => known.logged += 1,
                Some(_) => return Err(ApplyError::DuplicateGrant { key: grant.key }),
                None => {
                    if let Some(&owner) = self.codes.get(&form(grant)) {
                        return Err(ApplyError::DuplicateCode { key: grant.key, owner });
                    }
                    self.insert(Grant::clone(grant), 1);
                }
            },
            Record::Step { key, state, at } => {
                let entry = self.entries.get_mut(key).ok_or(ApplyError::UnknownGrant { key: *key })?;
                let from = entry.grant.state;
                if from != *state && (*state == State::Redeemed || !entry.grant.may_become(*state)) {
                    return Err(ApplyError::Backwards { key: *key, from, to: *state });
                }
                entry.logged += 1;
                if from != *state {
                    self.change(*key, *at, |grant| {
                        // What was never used costs nothing; what many orders used has cost what it has.
                        if from != State::Redeemed && !state.is_open() {
                            grant.value = 0;
                        }
                        grant.state = *state;
                    });
                }
            }
            Record::Redeemed { key, order, at, value } => {
                let entry = self.entries.get_mut(key).ok_or(ApplyError::UnknownGrant { key: *key })?;
                if !entry.orders.contains_key(order) {
                    let from = entry.grant.state;
                    if from != State::Redeemed && !entry.grant.may_become(State::Redeemed) || !has_orders_left(entry) {
                        return Err(ApplyError::Backwards { key: *key, from, to: State::Redeemed });
                    }
                    entry.orders.insert(order.clone(), *value);
                    let is_first = from != State::Redeemed;
                    self.change(*key, *at, |grant| {
                        grant.value = if is_first { *value } else { grant.value.saturating_add(*value) };
                        grant.state = State::Redeemed;
                        grant.order = order.clone();
                    });
                }
                if let Some(entry) = self.entries.get_mut(key) {
                    entry.logged += 1;
                }
            }
            Record::Forgotten { campaign, past, keys } => {
                keys.iter().for_each(|key| self.forget(*key));
                self.accounts.entry(*campaign).or_default().set_past(*past);
            }
        }
        self.check_invariants();
        Ok(())
    }

    /// What an order that used a grant cost, minor units.
    pub fn cost(&self, key: GrantKey, order: &str) -> Option<i64> {
        self.entries.get(&key).and_then(|entry| entry.orders.get(order)).copied()
    }

    /// How many records of a grant were applied: those the log has beyond are news.
    pub fn logged(&self, key: GrantKey) -> usize {
        self.entries.get(&key).map_or(0, |entry| entry.logged)
    }

    pub fn get(&self, key: GrantKey) -> Option<&Grant> {
        self.entries.get(&key).map(|entry| &entry.grant)
    }

    /// Finds a grant by its code as people type it.
    pub fn by_code(&self, typed: &str) -> Option<&Grant> {
        self.entry_by_code(typed).map(|entry| &entry.grant)
    }

    /// All grants by key.
    pub fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.entries.values().map(|entry| &entry.grant)
    }

    /// Grants whose code may still be used.
    pub fn open(&self) -> u32 {
        self.shop.open()
    }

    /// What each campaign has open and has spent.
    pub fn totals(&self) -> BTreeMap<Key, Totals> {
        self.accounts.iter().map(|(campaign, account)| (*campaign, account.totals())).collect()
    }

    /// How much a campaign has used of each limit that a budget sets.
    pub fn budget_use(&self, at: Timestamp, campaign: Key, budget: &Budget) -> Vec<BudgetUse> {
        self.accounts.get(&campaign).unwrap_or(&Account::default()).budget_use(at, budget)
    }

    /// What the whole shop, or one campaign, granted in each of the last hours, oldest first.
    pub fn hours(&self, at: Timestamp, campaign: Option<Key>, hours: u32) -> Vec<HourOfGrants> {
        match campaign {
            None => self.shop.hours(at, hours),
            Some(key) => self.accounts.get(&key).unwrap_or(&Account::default()).hours(at, hours),
        }
    }

    /// Reads the lines of an upload without taking them.
    ///
    /// # Errors
    /// Every line that is wrong.
    pub fn read_codes(&self, pool: &str, text: &str) -> Result<Vec<Box<str>>, Vec<LineError>> {
        let held = self.pools.get(&key_of(pool)).map_or(0, |pool| pool.free.len() + pool.given as usize);
        pool::read(text, POOL_CODES_MAX.saturating_sub(held), |form| self.codes.contains_key(form) || self.pooled.contains(form))
    }

    /// Puts codes into a pool, which begins with its first. Those that a grant has are given out.
    pub fn stock(&mut self, name: &str, codes: impl IntoIterator<Item = Box<str>>) {
        let entries = &self.entries;
        let given = |key: Key| entries.values().filter(|entry| entry.grant.terms.pool == Some(key)).count() as u64;
        let key = key_of(name);
        let pool = self.pools.entry(key).or_insert_with(|| Pool { name: name.into(), free: VecDeque::new(), given: given(key) });
        for code in codes {
            let Some(form) = pool::canonical(&code) else { continue };
            if !self.codes.contains_key(&form) && self.pooled.insert(form) {
                pool.free.push_back(code);
            }
        }
    }

    /// How full each pool is, by name.
    pub fn pools(&self) -> Vec<PoolLevel> {
        let level = |pool: &Pool| PoolLevel { name: pool.name.clone(), free: pool.free.len() as u64, given: pool.given };
        let mut levels: Vec<PoolLevel> = self.pools.values().map(level).collect();
        levels.sort_by(|a, b| a.name.cmp(&b.name));
        levels
    }

    fn entry_by_code(&self, typed: &str) -> Option<&Entry> {
        // An uploaded code means itself only; ours are read kindly.
        let uploaded = pool::canonical(typed).and_then(|form| self.codes.get(&form));
        let key = uploaded.or_else(|| self.codes.get(&code::normalize(typed)?))?;
        self.entries.get(key)
    }

    fn next_code(&self, key: GrantKey, pool: Option<Key>, secret: &[u8; 32]) -> Result<Box<str>, Refusal> {
        if let Some(pool) = pool {
            return self.pools.get(&pool).ok_or(Refusal::NoPool)?.free.front().cloned().ok_or(Refusal::PoolDry);
        }
        let mut attempt = 0;
        loop {
            let code = code::derive(secret, key, attempt);
            if !self.codes.contains_key(&code) && !self.pooled.contains(&code) {
                return Ok(code);
            }
            attempt += 1;
        }
    }

    fn afford(&mut self, at: Timestamp, request: &Request) -> Result<(), Refusal> {
        request.terms.validate().map_err(|_| Refusal::Terms)?;
        let limits = self.limits;
        if self.shop.open() >= limits.open {
            return Err(Refusal::Ceiling { limit: limits.open });
        }
        let worst = request.terms.worst();
        let is_over = |used: i64, limit: i64| worst.map(|worst| used.saturating_add(worst) > limit).ok_or(Refusal::Unbounded);
        if let Some(limit) = limits.per_day
            && self.shop.used(at, DAY).0 >= limit
        {
            return Err(Refusal::ShopCount { limit });
        }
        if let Some(limit) = limits.value_per_day
            && is_over(self.shop.used(at, DAY).1, limit)?
        {
            return Err(Refusal::ShopValue { limit });
        }
        if let (Some(network), Some(limit)) = (request.network, limits.per_network)
            && !self.networks.has_room(at, network, limit)
        {
            return Err(Refusal::Network { limit });
        }
        let Some(budget) = request.terms.budget else { return Ok(()) };
        let account = self.accounts.entry(request.campaign).or_default();
        if account.used(at, budget.every).0 >= budget.count {
            let again = account.oldest(at, budget.every).map_or(Timestamp(u64::MAX), |first| first + budget.every);
            return Err(Refusal::Budget { count: budget.count, again });
        }
        if let Some(limit) = budget.open.filter(|limit| account.open() >= *limit) {
            return Err(Refusal::Open { limit });
        }
        for (field, limit, window) in budget.values() {
            let used = window.map_or(account.value_total(), |length| account.used(at, length).1);
            if is_over(used, limit)? {
                return Err(Refusal::Value { field, limit });
            }
        }
        Ok(())
    }

    fn insert(&mut self, grant: Grant, logged: usize) {
        for account in [&mut self.shop, self.accounts.entry(grant.campaign).or_default()] {
            account.insert(grant.granted, grant.key, grant.value);
            account.enter(grant.state, grant.is_open(), grant.value);
        }
        let form = form(&grant);
        if let Some(pool) = grant.terms.pool.and_then(|pool| self.pools.get_mut(&pool)) {
            pool.given += 1;
            if self.pooled.remove(&form)
                && let Some(index) = pool.free.iter().position(|free| pool::canonical(free).as_ref() == Some(&form))
            {
                pool.free.remove(index);
            }
        }
        self.codes.insert(form, grant.key);
        self.file(&grant);
        self.entries.insert(grant.key, Entry { grant, logged, orders: BTreeMap::new() });
    }

    /// Puts a grant where its deadline, or later its time to go, is looked for.
    fn file(&mut self, grant: &Grant) {
        if grant.is_open() {
            self.deadlines.insert((grant.expires, grant.key));
        } else {
            self.closed.insert((grant.gone_from(self.limits.keep), grant.key));
        }
    }

    fn change(&mut self, key: GrantKey, at: Timestamp, change: impl FnOnce(&mut Grant)) {
        let Some(entry) = self.entries.get_mut(&key) else { return };
        let before = entry.grant.clone();
        change(&mut entry.grant);
        entry.grant.changed = at;
        let grant = entry.grant.clone();
        for account in [&mut self.shop, self.accounts.entry(grant.campaign).or_default()] {
            account.leave(before.state, before.is_open(), before.value);
            account.enter(grant.state, grant.is_open(), grant.value);
            account.set_value(grant.granted, key, grant.value);
        }
        if before.is_open() {
            self.deadlines.remove(&(before.expires, key));
        }
        self.file(&grant);
    }

    fn forget(&mut self, key: GrantKey) {
        let Some(Entry { grant, .. }) = self.entries.remove(&key) else { return };
        for account in [&mut self.shop, self.accounts.entry(grant.campaign).or_default()] {
            account.forget(grant.granted, key, grant.state);
        }
        self.codes.remove(&form(&grant));
        self.closed.remove(&(grant.gone_from(self.limits.keep), key));
        self.deadlines.remove(&(grant.expires, key));
        if let Some(pool) = grant.terms.pool.and_then(|pool| self.pools.get_mut(&pool)) {
            pool.given = pool.given.saturating_sub(1);
        }
    }

    fn check_invariants(&self) {
        debug_assert_eq!(self.entries.len(), self.codes.len(), "one code per grant");
        debug_assert_eq!(self.open() as usize, self.deadlines.len(), "one deadline per open grant");
        debug_assert_eq!(self.entries.len(), self.deadlines.len() + self.closed.len(), "a grant is open or closed");
    }
}

/// The form in which a grant's code is compared.
fn form(grant: &Grant) -> Box<str> {
    let uploaded = grant.terms.pool.and_then(|_| pool::canonical(&grant.code));
    uploaded.unwrap_or_else(|| grant.code.clone())
}

/// What a subject who asks again gets: the same, as long as it is what the campaign promises today.
fn again(at: Timestamp, grant: &Grant, terms: &Terms) -> Answer {
    if !grant.is_open() || grant.state == State::Redeemed || grant.expires <= at {
        Answer::Refused(Refusal::Over)
    } else if grant.terms.promises(terms) {
        Answer::Again(grant.clone())
    } else {
        Answer::Refused(Refusal::Changed)
    }
}

fn has_orders_left(entry: &Entry) -> bool {
    entry.orders.len() < if entry.grant.terms.single_use { 1 } else { Terms::ORDERS_MAX }
}

/// Reserved codes do not work yet; to the outside they are unknown.
fn usable(at: Timestamp, entry: &Entry) -> Result<(), CodeError> {
    let grant = &entry.grant;
    match grant.state {
        State::Reserved => Err(CodeError::Unknown),
        State::Revoked => Err(CodeError::Revoked),
        State::Redeemed if grant.terms.single_use => Err(CodeError::Redeemed { order: grant.order.clone() }),
        State::Expired => Err(CodeError::Expired),
        _ if at >= grant.expires => Err(CodeError::Expired),
        _ if !has_orders_left(entry) => Err(CodeError::UsedUp { orders: entry.orders.len() }),
        _ => Ok(()),
    }
}

fn fits(grant: &Grant, goods: Money) -> Result<(), CodeError> {
    if goods.currency != grant.currency {
        return Err(CodeError::Currency { expected: grant.currency, actual: goods.currency });
    }
    if goods.minor < grant.terms.minimum {
        return Err(CodeError::BelowMinimum { minimum: grant.terms.minimum, cart: goods.minor });
    }
    Ok(())
}
