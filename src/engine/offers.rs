//! Offers from a session's wish to the shop's till: granted, minted, checked, redeemed.

use super::Engine;
use super::ledger::OfferError;
use super::session::SessionMsg;
use crate::model::Cart;
use crate::model::CartLine;
use crate::model::DecisionId;
use crate::model::Key;
use crate::model::Money;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::offer;
use crate::offer::Answer;
use crate::offer::Benefit;
use crate::offer::Budget;
use crate::offer::BudgetUse;
use crate::offer::CodeError;
use crate::offer::Grant;
use crate::offer::GrantKey;
use crate::offer::HourOfGrants;
use crate::offer::Ledger;
use crate::offer::Limits;
use crate::offer::Network;
use crate::offer::Record;
use crate::offer::Redemption;
use crate::offer::Refusal;
use crate::offer::Request;
use crate::offer::State;
use crate::offer::Terms;
use crate::offer::Totals;
use crate::offer::UnknownCost;
use ractor::ActorRef;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// The code that previews show.
pub const SAMPLE_CODE: &str = "PREVIEW";

/// How offers are made, in the whole shop.
#[derive(Clone)]
pub struct Offers {
    pub limits: Limits,
    /// What a margin floor means for goods of unknown cost.
    pub unknown_cost: UnknownCost,
    /// A pool with fewer codes than this is announced as low.
    pub pool_low: u64,
    /// Shown by the shop's server when it checks and redeems codes, and the key with which it signs carts. `None`: it does neither.
    pub server_secret: Option<Vec<u8>>,
}

impl std::fmt::Debug for Offers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let secret = self.server_secret.as_ref().map(|_| "...");
        let fields = (&self.limits, self.unknown_cost, self.pool_low, secret);
        f.debug_tuple("Offers").field(&fields).finish()
    }
}

impl Default for Offers {
    fn default() -> Self {
        Offers { limits: Limits::default(), unknown_cost: UnknownCost::Refuse, pool_low: 100, server_secret: None }
    }
}

/// What is counted about offers since the start.
#[derive(Debug, Default)]
pub(super) struct Tally {
    refused: [AtomicU64; Refusal::CODES.len()],
    again: AtomicU64,
    redeemed: AtomicU64,
    redeemed_again: AtomicU64,
    redeem_refused: AtomicU64,
    pub(super) expired: AtomicU64,
}

/// The same as plain numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferCounts {
    /// Wishes that found the offer made before.
    pub again: u64,
    /// Wishes refused, by reason.
    pub refused: Vec<(&'static str, u64)>,
    /// Redemptions: new ones, repeated reports, refused ones.
    pub redemptions: [(&'static str, u64); 3],
    pub expired: u64,
}

/// Goods that a code is to be used for, as the shop's till says.
#[derive(Debug, Clone, PartialEq)]
pub struct Goods {
    pub value: Money,
    /// Needed for codes that are good for some categories only.
    pub lines: Option<Vec<CartLine>>,
}

/// A code that an order has used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    pub grant: Grant,
    /// What the order cost the shop, minor units.
    pub cost_minor: i64,
    /// Not a repeated report.
    pub is_new: bool,
}

impl Engine {
    /// Answers a session's wish for a code, durably.
    pub(super) fn request_grant(
        self: &Arc<Self>,
        session: ActorRef<SessionMsg>,
        decision: DecisionId,
        (campaign, subject): (Key, [u8; 16]),
        terms: Terms,
        (cart, network): (Cart, Option<Network>),
    ) {
        let engine = self.clone();
        tokio::spawn(async move {
            let message = match engine.grant(campaign, subject, terms, &cart, network).await {
                Ok(grant) => SessionMsg::Granted { decision, code: grant.code, expires: grant.expires },
                Err(refusal) => {
                    tracing::debug!(?campaign, reason = refusal.code(), "no offer: {refusal}");
                    engine.stats.grants_refused.fetch_add(1, Relaxed);
                    engine.ledger.tally.refused.get(refusal.index()).inspect(|counter| _ = counter.fetch_add(1, Relaxed));
                    SessionMsg::GrantRefused { decision }
                }
            };
            // A session that ended meanwhile finds the same grant when its visitor is back.
            let _ = session.cast(message);
        });
    }

    /// Makes an offer or finds the one made before. When it returns, the grant is durable and, where the shop's platform makes codes, the
    /// platform has it.
    ///
    /// # Errors
    /// [`Refusal`]; a grant that was reserved meanwhile counts until it expires.
    pub(super) async fn grant(
        &self,
        campaign: Key,
        subject: [u8; 16],
        terms: Terms,
        cart: &Cart,
        network: Option<Network>,
    ) -> Result<Grant, Refusal> {
        let at = self.clock.now();
        let snapshot = self.snapshot.load_full();
        let catalog = &snapshot.catalog;
        let request =
            Request { campaign, subject: Key(xxhash_rust::xxh3::xxh3_64(&subject)), currency: catalog.currency(), terms, network };
        let (grant, is_new) = {
            let mut ledger = self.ledger.lock();
            let (period, _) = terms.period(at);
            if ledger.get(GrantKey::of(request.campaign, request.subject, period)).is_none() {
                offer::suits(&terms, cart, catalog, self.config.offers.unknown_cost)?;
            }
            match ledger.grant(at, &request, &self.config.offer_secret) {
                Answer::Granted(grant) => (grant, true),
                Answer::Again(grant) => (grant, false),
                Answer::Refused(refusal) => return Err(refusal),
            }
        };
        // Minted means durable, so a retry is answered from memory.
        let grant = if grant.state == State::Reserved { self.mint(&grant).await? } else { grant };
        if is_new {
            self.stats.grants.fetch_add(1, Relaxed);
            self.watch_pools();
        } else {
            self.ledger.tally.again.fetch_add(1, Relaxed);
        }
        let is_good = matches!(grant.state, State::Minted | State::Shown) && grant.expires > self.clock.now();
        if is_good { Ok(grant) } else { Err(Refusal::Over) }
    }

    /// What a preview shows in the place of a code, and until when: an offer that fits, with a code that no till knows. Nothing is reserved,
    /// no budget is asked and no uploaded code is spent.
    ///
    /// # Errors
    /// [`Refusal`] where every shopper with this cart would be refused.
    pub(super) fn sample(&self, terms: &Terms, cart: &Cart) -> Result<(Box<str>, Timestamp), Refusal> {
        offer::suits(terms, cart, &self.snapshot.load().catalog, self.config.offers.unknown_cost)?;
        if let Some(pool) = terms.pool {
            let level = self.pools().into_iter().find(|level| key_of(&level.name) == pool).ok_or(Refusal::NoPool)?;
            if level.free == 0 {
                return Err(Refusal::PoolDry);
            }
        }
        Ok((SAMPLE_CODE.into(), self.clock.now() + terms.expires))
    }

    async fn mint(&self, grant: &Grant) -> Result<Grant, Refusal> {
        let key = grant.key;
        let not_durable = |error: OfferError| {
            // Not shown; it stays counted against the budget, which errs on the safe side.
            tracing::error!(%error, "a grant is not durable and is not shown");
            Refusal::Store
        };
        if let Some(platform) = self.ledger.platform.get().filter(|_| grant.terms.pool.is_none()) {
            // Durable first: after a crash it is known that the platform may have been asked.
            self.advance(key, |_| Ok::<_, CodeError>(None)).await.map_err(not_durable)?;
            self.have_minted(platform.as_ref(), grant).await?;
        }
        let at = self.clock.now();
        self.advance(key, |ledger| Ok::<_, CodeError>(ledger.step(at, key, State::Minted).ok().flatten())).await.map_err(not_durable)
    }

    /// Says whether a code works for goods of this value in the shop's currency, and what it is worth.
    ///
    /// # Errors
    /// [`CodeError`] says why not.
    pub fn check_code(&self, code: &str, goods_minor: i64) -> Result<Benefit, CodeError> {
        let value = Money::new(goods_minor, self.snapshot.load().catalog.currency());
        self.check_offer(code, &Goods { value, lines: None }).map(|(_, benefit)| benefit)
    }

    /// Says whether a code works for some goods, what it is worth for them, and what it is.
    ///
    /// # Errors
    /// [`CodeError`] says why not.
    pub fn check_offer(&self, code: &str, goods: &Goods) -> Result<(Grant, Benefit), CodeError> {
        let at = self.clock.now();
        let grant = self.find_offer(code).ok_or(CodeError::Unknown)?;
        let covered = self.covered(&grant, goods)?;
        let benefit = self.ledger.lock().check_code(at, code, covered)?;
        Ok((grant, benefit))
    }

    /// Notes that an order used a code, at its worst case. The same order may say so again.
    ///
    /// # Errors
    /// See [`Engine::redeem_for`].
    pub async fn redeem(&self, code: &str, order: &str) -> Result<Redeemed, OfferError> {
        self.redeem_for(code, order, None, None).await
    }

    /// Notes that an order used a code for some goods and that the till took off `gave`; returns when that is durable. The same order may
    /// say so again.
    ///
    /// # Errors
    /// [`CodeError`] if the code is not ours, does not fit, or another order used it up; [`OfferError::Store`] if it is not durable.
    pub async fn redeem_for(&self, code: &str, order: &str, goods: Option<&Goods>, gave: Option<i64>) -> Result<Redeemed, OfferError> {
        let tally = &self.ledger.tally;
        let done = self.note_redeemed(code, order, goods, gave).await;
        match &done {
            Ok(redeemed) if redeemed.is_new => tally.redeemed.fetch_add(1, Relaxed),
            Ok(_) => tally.redeemed_again.fetch_add(1, Relaxed),
            Err(_) => tally.redeem_refused.fetch_add(1, Relaxed),
        };
        done
    }

    async fn note_redeemed(&self, code: &str, order: &str, goods: Option<&Goods>, gave: Option<i64>) -> Result<Redeemed, OfferError> {
        let at = self.clock.now();
        let found = self.find_offer(code).ok_or(CodeError::Unknown)?;
        let goods = goods.map(|goods| self.covered(&found, goods));
        let is_new = AtomicBool::new(false);
        let plan = |ledger: &Ledger| -> Result<Option<Record>, CodeError> {
            // A repeated report is not judged again.
            if let Ok(Redemption::Again) = ledger.redeem(at, code, order, None, None) {
                return Ok(None);
            }
            match ledger.redeem(at, code, order, goods.clone().transpose()?, gave)? {
                Redemption::New(record) => {
                    is_new.store(true, Relaxed);
                    Ok(Some(record))
                }
                Redemption::Again => Ok(None),
            }
        };
        let grant = self.advance(found.key, plan).await?;
        let cost_minor = self.ledger.lock().cost(grant.key, order).unwrap_or(0);
        Ok(Redeemed { grant, cost_minor, is_new: is_new.into_inner() })
    }

    /// Value of the goods a code is good for.
    fn covered(&self, grant: &Grant, goods: &Goods) -> Result<Money, CodeError> {
        if grant.terms.categories().next().is_none() {
            return Ok(goods.value);
        }
        let lines = goods.lines.as_ref().ok_or(CodeError::LinesNeeded)?;
        let minor = grant.terms.covered(lines, &self.snapshot.load().catalog);
        Ok(Money { minor, ..goods.value })
    }

    /// The grant of a code, as people type it. Codes that are not durable do not exist.
    pub fn find_offer(&self, code: &str) -> Option<Grant> {
        self.ledger.lock().by_code(code).filter(|grant| grant.state != State::Reserved).cloned()
    }

    /// Newest grants first, of one campaign and in one state where these are given, at most `limit`.
    pub fn offers(&self, campaign: Option<Key>, state: Option<State>, limit: usize) -> Vec<Grant> {
        let ledger = self.ledger.lock();
        let fits = |grant: &&Grant| campaign.is_none_or(|key| key == grant.campaign) && state.is_none_or(|state| state == grant.state);
        let mut grants: Vec<&Grant> = ledger.grants().filter(fits).collect();
        grants.sort_unstable_by_key(|grant| (std::cmp::Reverse(grant.granted), grant.key));
        grants.into_iter().take(limit).cloned().collect()
    }

    /// What each campaign has open and has spent.
    pub fn offer_totals(&self) -> BTreeMap<Key, Totals> {
        self.ledger.lock().totals()
    }

    /// How much a campaign has used of each limit of a budget by now.
    pub fn budget_use(&self, campaign: Key, budget: &Budget) -> Vec<BudgetUse> {
        let at = self.clock.now();
        self.ledger.lock().budget_use(at, campaign, budget)
    }

    /// What was granted in each of the last hours by one campaign or all, oldest first.
    pub fn offer_hours(&self, campaign: Option<Key>, hours: u32) -> Vec<HourOfGrants> {
        let at = self.clock.now();
        self.ledger.lock().hours(at, campaign, hours)
    }

    pub fn offer_counts(&self) -> OfferCounts {
        let tally = &self.ledger.tally;
        let count = |counter: &AtomicU64| counter.load(Relaxed);
        OfferCounts {
            again: count(&tally.again),
            refused: Refusal::CODES.into_iter().zip(&tally.refused).map(|(code, counter)| (code, count(counter))).collect(),
            redemptions: [
                ("new", count(&tally.redeemed)),
                ("again", count(&tally.redeemed_again)),
                ("refused", count(&tally.redeem_refused)),
            ],
            expired: count(&tally.expired),
        }
    }

    /// Offers whose code may still be used.
    pub fn open_offers(&self) -> u32 {
        self.ledger.lock().open()
    }

    /// A page says that an order used a code. Where the shop's server redeems, pages move no money; elsewhere the worst case counts.
    pub(super) fn note_claimed_order(self: &Arc<Self>, code: &str, order: &str) {
        if code.is_empty() || self.config.offers.server_secret.is_some() {
            return;
        }
        let (engine, code, order) = (self.clone(), code.to_owned(), order.to_owned());
        tokio::spawn(async move {
            if let Err(error) = engine.redeem(&code, &order).await {
                // Codes of others are not ours to judge; the shop's till is asked before the order in any case.
                tracing::debug!(%error, "an order names a code that was not redeemed");
            }
        });
    }
}
