//! Orders and refunds as the shop's server tells them: which unit they belong to, and how they reach its experiments.
//!
//! A unit lives in its visit, in its profile, or, when its visits are over and nobody is remembered, in the store. Whatever the shop says
//! reaches it as an input of a visit: the one that is live, the one that is stored, or one that is begun only to hear it. So it is applied
//! by the same pure function, recorded before it is answered, and counted once.

use super::Engine;
use super::session::Origin;
use super::session::SessionMsg;
use super::session::Starting;
use crate::consent::Consent;
use crate::delivery::Token;
use crate::experiment::Unit;
use crate::history::Visit;
use crate::model::Context;
use crate::model::Key;
use crate::model::Refund;
use crate::model::Sale;
use crate::model::SessionId;
use crate::model::Timestamp;
use crate::model::VisitorId;
use crate::session::Input;
use crate::session::Recalled;
use crate::session::Session;
use crate::session::Sold;
use crate::session::Start;
use crate::store::journal::Position;
use ractor::ActorRef;
use serde::Deserialize;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use xxhash_rust::xxh3::xxh3_128;

/// How long what is known of a unit is kept after its last visit, for orders and refunds that come late.
const UNITS_KEPT: Duration = Duration::from_secs(120 * 86_400);
/// Units forgotten at a time.
const FORGOTTEN_AT_ONCE: usize = 1_000;
/// A visit may end while it is spoken to; then its unit is looked for again.
const TRIES: u32 = 4;
/// First byte of what is kept; another value is another format.
const UNIT_FORMAT: u8 = 1;

/// Whose an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    session: SessionId,
    /// Of a remembered visitor, whose profile has the unit.
    visitor: Option<VisitorId>,
    unit: Unit,
}

impl Owner {
    pub(super) fn of(session: &Session) -> Owner {
        let visitor = session.profile().filter(|_| !session.has_drifted()).map(|profile| profile.visitor);
        Owner { session: session.id(), visitor, unit: session.unit() }
    }
}

/// An order that the shop's server tells.
#[derive(Debug, Clone)]
pub struct ToldSale {
    pub sale: Sale,
    /// Codes used for it.
    pub codes: Vec<String>,
    /// The token of the visit, perhaps from an attribute of the cart, and that of the visitor. Old ones still say whose the order is.
    pub session: Option<String>,
    pub visitor: Option<String>,
}

/// By what an order was joined to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Joined {
    /// It was known, from a page or from the shop.
    Order,
    Code,
    Session,
    Visitor,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Counted {
    /// It counts from now on.
    New,
    /// A page had claimed it; the shop's amounts have taken the place of the page's.
    Confirmed,
    /// It was told before; nothing has changed.
    Again,
    /// It belongs to no visit that may be measured.
    Nowhere,
}

/// The answer to an order or a refund; everything it says is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub joined: Option<Joined>,
    pub counted: Counted,
    /// Experiments of its unit.
    pub experiments: usize,
}

/// Why an order or a refund was not heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaleError {
    #[error("no order of this id has been told, or it is forgotten")]
    UnknownOrder,
    #[error("it could not be recorded durably; tell it again")]
    Unavailable,
}

/// What a visit answers.
#[derive(Debug)]
pub struct Reply {
    before: Option<Sold>,
    after: Option<Sold>,
    experiments: usize,
    is_recorded: bool,
}

impl Reply {
    pub(super) fn new(before: Option<Sold>, session: &Session, order: Key, is_recorded: bool) -> Reply {
        let after = session.trials().sale(order).cloned();
        Reply { before, after, experiments: session.trials().enrolled().len(), is_recorded }
    }
}

fn key_in_store(kind: &str, name: &[u8]) -> [u8; 16] {
    xxh3_128(&[kind.as_bytes(), b":", name].concat()).to_be_bytes()
}

fn order_key(order: Key) -> [u8; 16] {
    key_in_store("order", &order.0.to_be_bytes())
}

fn code_key(code: &str) -> [u8; 16] {
    key_in_store("code", code.trim().to_ascii_uppercase().as_bytes())
}

impl Engine {
    /// Takes an order from the shop's server. The same order may be told again.
    ///
    /// # Errors
    /// [`SaleError::Unavailable`] if it is not durable.
    pub async fn hear_sale(self: &Arc<Self>, told: ToldSale) -> Result<Heard, SaleError> {
        let order = told.sale.order;
        let nowhere = Heard { joined: None, counted: Counted::Nowhere, experiments: 0 };
        let Some((owner, joined)) = self.owner_of(&told).await else { return Ok(nowhere) };
        let Some(reply) = self.tell(owner, order, Input::Sold(Box::new(told.sale))).await? else { return Ok(nowhere) };
        let counted = match (&reply.before, &reply.after) {
            (_, None) => return Ok(Heard { experiments: 0, ..nowhere }),
            (None, Some(_)) => Counted::New,
            (Some(before), Some(_)) if before.confirmed => Counted::Again,
            (Some(_), Some(_)) => Counted::Confirmed,
        };
        self.note_owner(order_key(order), &owner);
        self.make_durable(&reply).await?;
        Ok(Heard { joined: Some(joined), counted, experiments: reply.experiments })
    }

    /// Takes a refund from the shop's server. The same refund may be told again.
    ///
    /// # Errors
    /// [`SaleError`].
    pub async fn hear_refund(self: &Arc<Self>, refund: Refund) -> Result<Heard, SaleError> {
        let owner = self.kept_owner(order_key(refund.order)).await.ok_or(SaleError::UnknownOrder)?;
        let reply = self.tell(owner, refund.order, Input::Refunded(refund)).await?.ok_or(SaleError::UnknownOrder)?;
        let (Some(before), Some(_)) = (&reply.before, &reply.after) else { return Err(SaleError::UnknownOrder) };
        let counted = if before.refunds.contains(&refund.refund) { Counted::Again } else { Counted::New };
        self.make_durable(&reply).await?;
        Ok(Heard { joined: Some(Joined::Order), counted, experiments: reply.experiments })
    }

    /// Nothing is answered before its record is on the disk.
    async fn make_durable(self: &Arc<Self>, reply: &Reply) -> Result<(), SaleError> {
        let engine = self.clone();
        let flushed = tokio::task::spawn_blocking(move || engine.journal.flush()).await;
        let is_durable = reply.is_recorded && matches!(flushed, Ok(Ok(()))) && self.stores.states.flush_states().await.is_ok();
        if is_durable { Ok(()) } else { Err(SaleError::Unavailable) }
    }

    /// Finds whose an order is, by the strongest sign there is.
    async fn owner_of(&self, told: &ToldSale) -> Option<(Owner, Joined)> {
        if let Some(owner) = self.kept_owner(order_key(told.sale.order)).await {
            return Some((owner, Joined::Order));
        }
        for code in &told.codes {
            if let Some(owner) = self.kept_owner(code_key(code)).await {
                return Some((owner, Joined::Code));
            }
        }
        // A token that is too old to open anything still says whose the order is.
        let read = |text: &Option<String>| text.as_deref().and_then(|text| self.signer.check(text, 0).ok());
        if let Some(Token::Session { session }) = read(&told.session) {
            let kept = self.kept_owner(key_in_store("session", &session)).await;
            let owner = kept.unwrap_or(Owner { session: SessionId(session), visitor: None, unit: Unit(session) });
            return Some((owner, Joined::Session));
        }
        if let Some(Token::Visitor { visitor }) = read(&told.visitor) {
            let id = VisitorId(visitor);
            let session = self.directory.of_visitor(id).unwrap_or(SessionId(visitor));
            return Some((Owner { session, visitor: Some(id), unit: Unit(visitor) }, Joined::Visitor));
        }
        None
    }

    /// Gives an input to the visit of a unit. `None` if nothing is known of it.
    async fn tell(self: &Arc<Self>, owner: Owner, order: Key, input: Input) -> Result<Option<Reply>, SaleError> {
        // One word about a unit at a time: a visit that is begun to hear one has left what it came to before the next is begun.
        let _alone = self.unit_gates.enter(owner.visitor.map_or(owner.session, |visitor| SessionId(visitor.0))).await;
        for _ in 0..TRIES {
            let Some(session) = self.visit_of(&owner).await? else { return Ok(None) };
            let (reply, answer) = oneshot::channel();
            if session.cast(SessionMsg::Hear { order, input: Box::new(input.clone()), reply }).is_ok()
                && let Ok(reply) = answer.await
            {
                return Ok(Some(reply));
            }
            // It ended in this very moment; what it left is in the store soon.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(SaleError::Unavailable)
    }

    async fn visit_of(self: &Arc<Self>, owner: &Owner) -> Result<Option<ActorRef<SessionMsg>>, SaleError> {
        let live = |id| self.directory.get(id);
        if let Some(session) = live(owner.session) {
            return Ok(Some(session));
        }
        let _gate = self.gates.enter(owner.session).await;
        if let Some(session) = live(owner.session) {
            return Ok(Some(session));
        }
        if let Some(starting) = self.restore(owner.session).await {
            return self.spawn(starting, None).await.map(Some).map_err(|_| SaleError::Unavailable);
        }
        if let Some(session) = owner.visitor.and_then(|visitor| self.directory.of_visitor(visitor)).and_then(live) {
            return Ok(Some(session));
        }
        let recalled = match owner.visitor {
            Some(visitor) => self.load_profile(visitor).await.map(|profile| {
                let unit = profile.unit.unwrap_or(Unit(visitor.0));
                (unit, Recalled { profile: Some(Box::new(profile)), ..Recalled::default() })
            }),
            None => self.kept_trials(owner.unit).await.map(|trials| (owner.unit, Recalled { trials, profile: None })),
        };
        let Some((unit, recalled)) = recalled else { return Ok(None) };
        let id = SessionId(super::random_id());
        let start = Start { id, unit, context: Context::default(), consent: Consent::new(false), preview: false };
        let visit = Visit::new(self.clock.now(), start.clone());
        let starting = Starting { visit, head: Position::NONE, origin: Origin::New(start) };
        let session = self.spawn(starting, None).await.map_err(|_| SaleError::Unavailable)?;
        session.cast(SessionMsg::Recall(Box::new(recalled))).map_err(|_| SaleError::Unavailable)?;
        Ok(Some(session))
    }

    async fn kept(&self, key: [u8; 16]) -> Option<Vec<u8>> {
        match self.stores.units.unit(key).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(%error, "what is known of a unit could not be read");
                None
            }
        }
    }

    async fn kept_owner(&self, key: [u8; 16]) -> Option<Owner> {
        let bytes = self.kept(key).await?;
        let (&UNIT_FORMAT, packed) = bytes.split_first()? else { return None };
        rmp_serde::from_slice(packed).ok()
    }

    async fn kept_trials(&self, unit: Unit) -> Option<crate::session::Trials> {
        let bytes = self.kept(key_in_store("unit", &unit.0)).await?;
        let (&UNIT_FORMAT, packed) = bytes.split_first()? else { return None };
        rmp_serde::from_slice(packed).ok()
    }

    fn keep(&self, key: [u8; 16], value: &impl Serialize) {
        let mut bytes = vec![UNIT_FORMAT];
        // Writing to a Vec cannot fail, and all of these have a representation.
        let _ = rmp_serde::encode::write(&mut bytes, value);
        if let Err(error) = self.stores.units.put_unit(key, self.clock.now().0, bytes) {
            tracing::warn!(%error, "what a visit leaves to later orders is not kept");
        }
    }

    fn note_owner(&self, key: [u8; 16], owner: &Owner) {
        self.keep(key, owner);
    }

    /// An order of a visit is known by its id from now on.
    pub(super) fn note_order_of(&self, order: Key, session: &Session) {
        if session.trials().sale(order).is_some() {
            self.note_owner(order_key(order), &Owner::of(session));
        }
    }

    /// A code was made for a visit.
    pub(super) fn note_code_of(&self, code: &str, session: &Session) {
        if !session.trials().is_empty() {
            self.note_owner(code_key(code), &Owner::of(session));
        }
    }

    /// What a visit that is over leaves to orders that come later.
    pub(super) fn keep_unit(&self, session: &Session) {
        if session.trials().is_empty() {
            return;
        }
        let owner = Owner::of(session);
        if owner.visitor.is_none() {
            self.keep(key_in_store("unit", &owner.unit.0), session.trials());
        }
        if !session.listens() {
            self.note_owner(key_in_store("session", &owner.session.0), &owner);
        }
    }

    /// The same for a visit that was gone through again after a start: what the shop told since is newer.
    pub(super) async fn keep_unit_again(&self, session: &Session) {
        let known = self.kept_trials(session.unit()).await;
        if known.is_none_or(|known| known.told() <= session.trials().told()) {
            self.keep_unit(session);
        }
    }

    /// Forgets units for which no order is expected any more.
    pub(super) async fn forget_old_units(&self) {
        let before = Timestamp(self.clock.now().0.saturating_sub(UNITS_KEPT.as_micros() as u64));
        if let Ok(old) = self.stores.units.old_units(before.0, FORGOTTEN_AT_ONCE).await {
            for (key, _) in old {
                if let Err(error) = self.stores.units.remove_unit(key) {
                    tracing::warn!(%error, "an old unit stays");
                    return;
                }
            }
        }
    }
}
