//! What a visit is made of.

use super::Attention;
use super::Exit;
use super::Listed;
use super::Profile;
use super::Trials;
use super::behavior::Behavior;
use super::memory::Armed;
use super::teach::Choices;
use super::timers::Timers;
use crate::campaign::Trust;
use crate::consent::Capabilities;
use crate::consent::Consent;
use crate::consent::Covered;
use crate::consent::Measuring;
use crate::consent::Permit;
use crate::consent::Personalizing;
use crate::consent::Remembering;
use crate::decide::Caps;
use crate::decide::Content;
use crate::decide::Held;
use crate::decide::PageState;
use crate::experiment::CUSTOM_MAX;
use crate::experiment::Unit;
use crate::model::Cart;
use crate::model::Context;
use crate::model::DecisionId;
use crate::model::DeviceKind;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Language;
use crate::model::Page;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::offer::Terms;
use crate::traffic::Class;
use crate::traffic::Signs;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::sync::Arc;
use std::time::Duration;

/// One visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    pub(super) id: SessionId,
    /// Assignment unit: the first id by which the visitor was known, else the session. Never changes once something was decided.
    pub(super) unit: Unit,
    pub(super) started: Timestamp,
    /// Version of the snapshot seen last.
    pub(super) version: u64,
    /// Time of the last input.
    pub(super) now: Timestamp,
    /// Last thing the shopper did.
    pub(super) active: Timestamp,
    /// How much of the current idle time has been answered, microseconds.
    pub(super) idle_us: u64,
    pub(super) context: Box<Context>,
    pub(super) consent: Consent,
    pub(super) opted_out: bool,
    pub(super) preview: bool,
    /// At most [`Session::STREAMS_MAX`]; the one gone longest makes room.
    pub(super) streams: SmallVec<[Stream; 1]>,
    pub(super) attention: Attention,
    pub(super) exit: Exit,
    pub(super) cart: Cart,
    /// A cart was heard of; the first is the starting point, not a change.
    pub(super) cart_known: bool,
    /// What the shopper did, as far as it is kept.
    pub(super) behavior: Covered<Personalizing, Behavior>,
    pub(super) counters: Counters,
    /// Last search, at most 64 bytes.
    pub(super) query: Box<str>,
    pub(super) results: u32,
    pub(super) caps: Caps,
    pub(super) armed: Armed,
    pub(super) overlay: Option<Overlay>,
    /// Offers waiting for the ledger, at most [`Session::PENDING_MAX`].
    pub(super) pending: SmallVec<[Pending; 1]>,
    pub(super) decisions: u32,
    /// Orders of this visit, by id, at most [`Session::ORDERS_MAX`].
    pub(super) ordered: SmallVec<[Key; 1]>,
    /// Decisions whose receipts still count, at most [`Session::RECENT_MAX`].
    pub(super) recent: SmallVec<[(DecisionId, Key, u8); 2]>,
    /// What earlier visits left.
    pub(super) memory: Covered<Remembering, Option<Box<Profile>>>,
    pub(super) ended: bool,
    pub(super) timers: Timers,
    /// The shop's server vouches for the cart until then.
    #[serde(default)]
    pub(super) cart_confirmed: Option<Timestamp>,
    /// What lists have shown, the latest last, at most [`Session::LISTED_MAX`].
    #[serde(default)]
    pub(super) listed: Covered<Measuring, Vec<Listed>>,
    /// Why it may be a program.
    #[serde(default)]
    pub(super) signs: Signs,
    /// What it is treated as, by the settings when the signs came.
    #[serde(default)]
    pub(super) treated: Class,
    /// A test has put noise where nothing may look.
    #[cfg(test)]
    #[serde(skip)]
    pub(super) disturbed: bool,
    /// Experiments the unit takes part in.
    #[serde(default)]
    pub(super) trials: Trials,
    /// How often the events happened that the shop counts as metrics.
    #[serde(default)]
    pub(super) custom: [u32; CUSTOM_MAX],
    /// Nobody visits: see [`Input::Recalled`](super::Input::Recalled).
    #[serde(default)]
    pub(super) listens: bool,
    /// Remembered visitors whose first unit was another than this visit's, after something was decided for it.
    #[serde(default)]
    pub(super) drifted: bool,
    /// Choices of campaigns that learn. Stays the last field: it is left out where there are none, as in most visits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) choices: Option<Box<Choices>>,
}

/// Plain counts, for conditions and scores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    pub page_views: u32,
    pub product_views: u32,
    pub searches: u32,
    pub events: u32,
    pub orders: u32,
    pub cart_adds: u32,
    pub clicks: u32,
    pub scrolls: u32,
    pub pushes: u32,
}

/// One page load in one tab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stream {
    pub id: StreamId,
    pub page: Option<Box<PageState>>,
    pub visible: bool,
    pub connected: bool,
    /// Last input of this stream.
    pub touched: Timestamp,
    /// Momentary content that has not been confirmed, at most [`Stream::ONCE_MAX`].
    pub once: SmallVec<[Arc<Held>; 1]>,
}

impl Stream {
    pub const ONCE_MAX: usize = 4;
}

/// The one overlay a visitor may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Overlay {
    pub stream: StreamId,
    pub held: Arc<Held>,
    /// Waits for its grant.
    pub waiting: bool,
    pub until: Option<Timestamp>,
}

/// An offer waiting for the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    pub decision: DecisionId,
    pub stream: StreamId,
    pub held: Arc<Held>,
    /// Given up then.
    pub until: Timestamp,
    /// The interruption before this one, in case it does not come.
    pub interrupted: Option<(Timestamp, Key)>,
}

impl Pending {
    pub fn is_overlay(&self) -> bool {
        &*self.held.placement == "overlay"
    }
}

/// What a session starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    pub id: SessionId,
    /// Unit of assignment: the visitor's id where remembered, else the session's.
    pub unit: Unit,
    pub context: Context,
    pub consent: Consent,
    pub preview: bool,
}

impl Session {
    pub const STREAMS_MAX: usize = 8;
    pub const PENDING_MAX: usize = 4;
    pub const RECENT_MAX: usize = 16;
    pub const ORDERS_MAX: usize = 8;
    /// How long an offer keeps its place while the ledger is silent. Chosen: far beyond a slow disk, short for a shopper.
    pub const GRANT_WAIT: Duration = Duration::from_secs(10);
    pub const CART_LINES_MAX: usize = 50;
    /// Pieces of one product in a cart that are believed without the shop's word. Chosen: more than shoppers buy, and a bound to what a
    /// script can make a cart worth; shops that sell by the dozen ask for `confirmed`.
    pub const PIECES_MAX: u32 = 10;
    pub const QUERY_BYTES_MAX: usize = 64;

    pub fn new(at: Timestamp, start: Start) -> Session {
        Session {
            id: start.id,
            unit: start.unit,
            started: at,
            version: 0,
            now: at,
            active: at,
            idle_us: 0,
            context: Box::new(start.context),
            consent: start.consent,
            opted_out: false,
            preview: start.preview,
            streams: SmallVec::new(),
            attention: Attention::default(),
            exit: Exit::default(),
            cart: Cart::default(),
            cart_known: false,
            behavior: Covered::default(),
            counters: Counters::default(),
            query: Box::from(""),
            results: 0,
            caps: Caps::default(),
            armed: Armed::default(),
            overlay: None,
            pending: SmallVec::new(),
            decisions: 0,
            ordered: SmallVec::new(),
            recent: SmallVec::new(),
            memory: Covered::default(),
            ended: false,
            timers: Timers::default(),
            cart_confirmed: None,
            listed: Covered::default(),
            signs: Signs::default(),
            treated: Class::Human,
            #[cfg(test)]
            disturbed: false,
            trials: Trials::default(),
            custom: [0; CUSTOM_MAX],
            listens: false,
            drifted: false,
            choices: None,
        }
    }

    pub fn id(&self) -> SessionId {
        self.id
    }

    /// What experiments assign.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Whether the visitor turned out to have been assigned before under another id, after something was decided for this one.
    pub fn has_drifted(&self) -> bool {
        self.drifted
    }

    /// Whether nobody visits: it only hears what the shop's server says of a unit.
    pub fn listens(&self) -> bool {
        self.listens
    }

    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// Version of the snapshot it saw last; 0 before the first input.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Time of the last input; the next one must be later.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Last thing the shopper did.
    pub fn last_active(&self) -> Timestamp {
        self.active
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    pub fn capabilities(&self) -> Capabilities {
        self.consent.capabilities()
    }

    /// What each source has answered.
    pub fn consent(&self) -> &Consent {
        &self.consent
    }

    /// Decisions taken so far; they are numbered from 1.
    pub fn decided(&self) -> u32 {
        self.decisions
    }

    /// Whether a page has said what is in the cart.
    pub fn is_cart_known(&self) -> bool {
        self.cart_known
    }

    pub fn is_opted_out(&self) -> bool {
        self.opted_out
    }

    pub fn is_preview(&self) -> bool {
        self.preview
    }

    /// What the visit is taken for.
    pub fn class(&self) -> Class {
        self.signs.class()
    }

    /// Whether the visit gets the neutral page because it is a program. It counts nowhere but among its own.
    pub fn is_neutral(&self) -> bool {
        self.treated == Class::Bot
    }

    /// Whether it counts in the numbers of campaigns, lists and events.
    pub fn is_counted(&self) -> bool {
        !self.preview && !self.is_neutral()
    }

    /// Why it may be a program.
    pub fn signs(&self) -> Signs {
        self.signs
    }

    /// The permit to use behavior: the shopper agreed, did not turn personalization off, and is not a program.
    pub(super) fn learns(&self) -> Option<Permit<Personalizing>> {
        self.consent.capabilities().permit().filter(|_| !self.opted_out && !self.is_neutral())
    }

    pub(super) fn may_remember(&self) -> Option<Permit<Remembering>> {
        self.consent.capabilities().permit()
    }

    pub(super) fn may_measure(&self) -> Option<Permit<Measuring>> {
        self.consent.capabilities().permit()
    }

    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    pub fn attention(&self) -> &Attention {
        &self.attention
    }

    pub fn exit(&self) -> &Exit {
        &self.exit
    }

    pub fn cart(&self) -> &Cart {
        &self.cart
    }

    /// What the shopper seems to like; `None` without consent.
    pub fn interests(&self) -> Option<&Interests> {
        self.learns().map(|permit| &self.behavior.read(permit).interests)
    }

    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Purchase intent as a rank, 0..=1: 0.9 is keener than nine of ten recorded moments.
    pub fn intent(&self) -> f64 {
        self.learns().map_or(0.0, |permit| f64::from(self.behavior.read(permit).intent))
    }

    pub fn overlay(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    pub fn caps(&self) -> &Caps {
        &self.caps
    }

    pub fn profile(&self) -> Option<&Profile> {
        self.may_remember().and_then(|permit| self.memory.read(permit).as_deref())
    }

    pub fn is_ended(&self) -> bool {
        self.ended
    }

    /// Products looked at, newest first.
    pub fn seen(&self) -> &[Key] {
        self.learns().map_or(&[], |permit| self.behavior.read(permit).views.products())
    }

    /// Offers that wait for the ledger's answer.
    pub fn waiting_offers(&self) -> impl Iterator<Item = (DecisionId, Key, &Terms)> {
        self.pending.iter().filter_map(|pending| match &pending.held.content {
            Content::Offer { terms, .. } => Some((pending.decision, pending.held.campaign, terms)),
            _ => None,
        })
    }

    /// What a decision would show, once the ledger grants its offer.
    pub fn waiting(&self, decision: DecisionId) -> Option<&Held> {
        self.pending.iter().find(|pending| pending.decision == decision).map(|pending| &*pending.held)
    }

    /// The stream that should get what is meant for the visitor: visible and touched last.
    pub fn front(&self) -> Option<&Stream> {
        self.streams.iter().filter(|stream| stream.connected && stream.visible).max_by_key(|stream| (stream.touched, stream.id))
    }

    /// The whole desired state of a stream's page.
    pub fn desired(&self, stream: StreamId) -> impl Iterator<Item = &Arc<Held>> {
        let found = self.streams.iter().find(move |s| s.id == stream);
        let spots =
            found.and_then(|s| s.page.as_ref()).into_iter().flat_map(|page| page.spots.iter().filter_map(|spot| spot.held.as_ref()));
        let once = found.into_iter().flat_map(|s| s.once.iter());
        let overlay = self.overlay.iter().filter(move |overlay| overlay.stream == stream && !overlay.waiting).map(|overlay| &overlay.held);
        spots.chain(once).chain(overlay)
    }

    /// The language of a stream's page: its own, else the browser's, else English.
    pub fn language(&self, stream: StreamId) -> Language {
        let page = self.streams.iter().find(|known| known.id == stream).and_then(|stream| stream.page.as_deref());
        page.map_or_else(|| self.browser_language(), |page| self.language_of(&page.page))
    }

    pub(super) fn language_of(&self, page: &Page) -> Language {
        page.language.unwrap_or_else(|| self.browser_language())
    }

    fn browser_language(&self) -> Language {
        Language::parse(&self.context.language).unwrap_or_default()
    }

    /// How well what the visit shows is proven.
    ///
    /// Claimed until two independent signs of a person agree (attention by the engine's clock, and scrolls or presses) and the cart is
    /// one that the catalog bears out, so that its value cannot be inflated. Confirmed while the shop's server vouches for the cart
    /// besides.
    pub fn evidence(&self, catalog: &crate::catalog::Catalog) -> Trust {
        let human = self.attention.total_us() >= 2_000_000 && self.counters.clicks + self.counters.scrolls > 0;
        let person = human && self.context.device != DeviceKind::Bot;
        if person && self.cart_confirmed.is_some_and(|until| until > self.now) {
            Trust::Confirmed
        } else if person && self.is_cart_plausible(catalog) {
            Trust::Corroborated
        } else {
            Trust::Claimed
        }
    }

    /// Whether every line names a known product at no more than its catalog price, and no product is there in more pieces than are in
    /// stock or than [`Session::PIECES_MAX`].
    fn is_cart_plausible(&self, catalog: &crate::catalog::Catalog) -> bool {
        self.cart.lines.iter().all(|line| {
            catalog.product(line.product).is_some_and(|product| {
                let pieces = self.cart.quantity(line.product);
                line.price <= product.price.minor && pieces <= product.stock.unwrap_or(Self::PIECES_MAX).min(Self::PIECES_MAX)
            })
        })
    }

    /// The code that a decision has put on a page and that still stands there.
    pub fn code_of(&self, decision: DecisionId) -> Option<&str> {
        let mut standing = self.streams.iter().flat_map(|stream| self.desired(stream.id));
        standing.find_map(|held| match &held.content {
            Content::Offer { code: Some(code), .. } if held.decision == decision => Some(&**code),
            _ => None,
        })
    }

    pub(super) fn stream_index(&self, id: StreamId) -> Option<usize> {
        self.streams.iter().position(|stream| stream.id == id)
    }
}
