//! Having a shop's platform make a code, or end it: what to ask next, whatever became of the question before.
//!
//! A platform answers late, twice, not at all, or wrongly. So nothing it says in passing is believed: a code is confirmed when a look finds
//! it there with our key and our terms. Every wish to create carries the same idempotency key and the same code, so repeating it is
//! harmless; after silence the platform is looked at before it is asked again. A code that is withdrawn is gone when a look does not find
//! it, and not before.

use super::Grant;
use super::Kind;
use crate::model::Currency;
use crate::model::Key;
use crate::model::Timestamp;
use std::time::Duration;

/// A discount as a platform must make it. The same grant always gives the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Under which the platform recognizes a repetition: the grant's key, 16 hexadecimal digits.
    pub idempotency_key: Box<str>,
    pub code: Box<str>,
    pub kind: Kind,
    /// Percent, or minor units.
    pub amount: i64,
    pub currency: Currency,
    /// Least value of the goods, minor units.
    pub minimum: i64,
    /// Largest discount, minor units.
    pub most: Option<i64>,
    /// Paths of the categories it is valid for; none means all.
    pub categories: Vec<String>,
    /// Orders it is good for.
    pub uses: u32,
    /// The platform ends it then by itself, also if it never hears of it again.
    pub expires: Timestamp,
}

impl Order {
    /// `path` names a category; one that has no name any more is left out by the caller's choice of terms, not here.
    pub fn of(grant: &Grant, path: impl Fn(Key) -> Option<String>) -> Order {
        Order {
            idempotency_key: format!("{:?}", grant.key.0).into(),
            code: grant.code.clone(),
            kind: grant.terms.kind,
            amount: grant.terms.amount,
            currency: grant.currency,
            minimum: grant.terms.minimum,
            most: grant.terms.most,
            categories: grant.terms.categories().filter_map(path).collect(),
            uses: if grant.terms.single_use { 1 } else { super::Terms::ORDERS_MAX as u32 },
            expires: grant.expires,
        }
    }
}

/// A question to the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Make the code, unless an order with this idempotency key was made before.
    Create,
    /// Say what is there under this code.
    LookUp,
    /// End the code that was made with this idempotency key, if there is one. [`Reply::Absent`] says that there is none any more.
    Withdraw,
}

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// There is such a code: made or found. What it is, in the platform's words turned into ours.
    Exists(Box<Order>),
    /// There is no such code.
    Absent,
    /// Too many questions; not before this time has passed.
    Busy { after: Duration },
    /// It will not be made.
    Refused,
    /// No answer in time, or one that says nothing. It may have happened.
    Silence,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Wait, then ask. The reply must name the attempt.
    Ask { attempt: u32, ask: Ask, after: Duration },
    /// The code is there and is ours, and may be shown; or the one to be withdrawn is there no more.
    Confirmed,
    /// It will not be shown, and a code that the platform may have made nobody has seen; or the code may still be there. It ends by itself.
    GivenUp,
}

/// The conversation about one code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minting {
    order: Order,
    attempt: u32,
    ask: Ask,
    is_withdrawal: bool,
    done: Option<Next>,
}

impl Minting {
    /// Questions about one code. Chosen: with waits that double from 50 ms they fill the ten seconds a page keeps a place free.
    pub const ATTEMPTS_MAX: u32 = 10;
    const WAIT: Duration = Duration::from_millis(50);
    const WAIT_MAX: Duration = Duration::from_secs(2);

    pub fn new(order: Order) -> Minting {
        Minting { order, attempt: 0, ask: Ask::Create, is_withdrawal: false, done: None }
    }

    /// The conversation by which a code is ended.
    pub fn withdrawing(order: Order) -> Minting {
        Minting { order, attempt: 0, ask: Ask::Withdraw, is_withdrawal: true, done: None }
    }

    pub fn order(&self) -> &Order {
        &self.order
    }

    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// What is to be done now; before the first reply, and whenever the caller has forgotten.
    pub fn next(&self) -> Next {
        self.done.unwrap_or(Next::Ask { attempt: self.attempt, ask: self.ask, after: Duration::ZERO })
    }

    /// Takes a reply. One to an earlier question changes nothing: the question that stands gets its own.
    pub fn reply(&mut self, attempt: u32, reply: &Reply) -> Next {
        if self.done.is_some() || attempt != self.attempt {
            return self.next();
        }
        match (self.ask, reply) {
            (ask, Reply::Busy { after }) => self.ask(ask, self.wait().max(*after)),
            (_, Reply::Refused) => self.end(Next::GivenUp),
            _ if self.is_withdrawal => self.withdrawn(reply),
            (_, Reply::Exists(found)) if **found != self.order => self.end(Next::GivenUp),
            (Ask::LookUp, Reply::Exists(_)) => self.end(Next::Confirmed),
            // Said to be made: seen to be made is better.
            (Ask::Create, Reply::Exists(_)) => self.ask(Ask::LookUp, Duration::ZERO),
            (Ask::LookUp, Reply::Absent) => self.ask(Ask::Create, self.wait()),
            (_, Reply::Absent | Reply::Silence) | (Ask::Withdraw, _) => self.ask(Ask::LookUp, self.wait()),
        }
    }

    fn withdrawn(&mut self, reply: &Reply) -> Next {
        match (self.ask, reply) {
            (Ask::LookUp, Reply::Absent) => self.end(Next::Confirmed),
            // Somebody else's code under the same name is not ours to end.
            (Ask::LookUp, Reply::Exists(found)) if found.idempotency_key != self.order.idempotency_key => self.end(Next::Confirmed),
            (Ask::LookUp, Reply::Exists(_)) => self.ask(Ask::Withdraw, self.wait()),
            (_, Reply::Silence) => self.ask(Ask::LookUp, self.wait()),
            // Said to be gone: seen to be gone is better.
            _ => self.ask(Ask::LookUp, Duration::ZERO),
        }
    }

    fn ask(&mut self, ask: Ask, after: Duration) -> Next {
        self.attempt += 1;
        self.ask = ask;
        if self.attempt >= Self::ATTEMPTS_MAX {
            return self.end(Next::GivenUp);
        }
        Next::Ask { attempt: self.attempt, ask, after }
    }

    fn end(&mut self, with: Next) -> Next {
        self.done = Some(with);
        with
    }

    fn wait(&self) -> Duration {
        (Self::WAIT * 2_u32.pow(self.attempt.min(8))).min(Self::WAIT_MAX)
    }
}
