//! Everything the behavior model adds to a recorded session, as numbers. All are chosen, none is measured.
//!
//! The record says which product was viewed, put into the cart or bought, and when. It does not say how people came, which pages lay
//! between, how they read, hesitated and left, or what they thought of what the shop showed them. That is added from here, by a seeded
//! generator, and from nowhere else.

use std::time::Duration;

/// Longest pause of the record that is replayed; longer ones are cut to this, so that the floor stays alive.
pub const PAUSE_MAX_MS: u64 = 90_000;

// Where a visit starts, in percent; the rest lands on the first recorded product.
pub const STARTS_AT_HOME: f64 = 0.25;
pub const STARTS_AT_CATEGORY: f64 = 0.15;
pub const STARTS_AT_SEARCH: f64 = 0.08;

// The way to the next recorded product, if the pause is at least this long; the rest goes there directly.
pub const WAY_PAUSE_MIN_MS: u64 = 6_000;
pub const WAY_BY_CATEGORY: f64 = 0.30;
pub const WAY_BY_SEARCH: f64 = 0.08;
pub const WAY_BY_HOME: f64 = 0.06;
/// Searches that first find nothing.
pub const SEARCH_FAILS: f64 = 0.15;

// On a page.
pub const SCROLLS: f64 = 0.75;
/// A mouse goes to the tab bar, or a finger flicks for the address bar, and comes back.
pub const LOOKS_AWAY: f64 = 0.10;
/// The pointer stays away long enough to count as leaving, and still comes back; a share of `LOOKS_AWAY`.
pub const STAYS_AWAY: f64 = 0.25;
/// Another tab comes in front for a while; only in pauses of at least this.
pub const HIDES: f64 = 0.10;
pub const HIDES_PAUSE_MIN_MS: u64 = 15_000;
/// Hands off for the rest of the pause; only in pauses of at least this.
pub const IDLES: f64 = 0.25;
pub const IDLES_PAUSE_MIN_MS: u64 = 45_000;

// The cart.
/// Looks at the cart after adding to it.
pub const LOOKS_AT_CART: f64 = 0.35;
/// Takes the last line out again, having looked.
pub const REMOVES: f64 = 0.10;
/// With a cart that the record does not buy: looks at it once more before leaving.
pub const LAST_LOOK_AT_CART: f64 = 0.40;
/// Begins to check out after that last look, and leaves.
pub const ABANDONS_CHECKOUT: f64 = 0.40;

// Leaving; the rest closes the page without a sign.
pub const LEAVES_BY_POINTER: f64 = 0.60;
pub const LEAVES_BY_FLICK: f64 = 0.40;
pub const LEAVES_BY_BACK: f64 = 0.20;

// Privacy.
pub const ACCEPTS_ALL: f64 = 0.70;
pub const ONLY_NECESSARY: f64 = 0.20;
/// Browsers that say Global Privacy Control.
pub const SAYS_GPC: f64 = 0.05;

// Who comes.
pub const ON_DESKTOP: u32 = 52;
pub const ON_PHONE: u32 = 40;
pub const ON_TABLET: u32 = 8;
/// Visits by a browser that was here before, whenever one is ready to return.
pub const RETURNS: f64 = 0.30;

// What is shown to them: content comes on screen if it is on the first screen, and else with this probability.
pub const SCROLLED_INTO_VIEW: f64 = 0.60;
pub const CLICKS_OVERLAY: f64 = 0.25;
pub const DISMISSES_OVERLAY: f64 = 0.60;
pub const CLICKS_RECOMMENDATION: f64 = 0.12;
pub const CLICKS_OFFER: f64 = 0.10;
pub const CLICKS_OTHER: f64 = 0.05;
/// After a click on a recommendation: puts it into the cart.
pub const TAKES_RECOMMENDED: f64 = 0.20;
/// Sees in the cart how far free shipping is: checks out at once. This is the effect that the demo's experiment finds.
pub const BUYS_WHEN_CLOSE: f64 = 0.20;
/// After a click on an offer, with something in the cart: buys it at once, with the offer's code.
pub const BUYS_WITH_OFFER: f64 = 0.35;

/// Seen for this long counts as shown; the protocol's figure.
pub const SHOWN_AFTER_MS: u64 = 1_000;

/// Silence after which the demo's engine should end a visit: longer than any replayed pause, and short enough that the floor shows who
/// is there now. A browser returns no sooner than this after it left.
pub const VISIT_ENDS_AFTER: Duration = Duration::from_secs(120);
