//! Seeded shoppers: the same seed makes the same visit on any machine, with everything a browser and a network do to one.
//!
//! A [`Shopper`] walks through a [`Shop`] and says what happens next; whoever drives it applies the inputs and tells it what came of
//! them. It knows nothing of what is right: it double-clicks, loses its connection, closes tabs, changes its mind about consent, answers
//! timers late or for no reason, and sleeps for an hour.
//!
//! ```
//! use floorwalker::decide::Snapshot;
//! use floorwalker::session::{Effects, Session};
//! use floorwalker::sim::{Shop, Shopper};
//!
//! let shop = Shop::of(vec![Snapshot::empty()]);
//! let mut shopper = Shopper::new(7, &shop);
//! let (at, start) = shopper.visit();
//! let mut session = Session::new(at, start);
//! let mut effects = Effects::default();
//! while !session.is_ended() {
//!     let step = shopper.next(session.next_deadline());
//!     session.apply(step.at, step.input, shop.snapshot(step.snapshot), &mut effects);
//!     shopper.notice(&effects.list);
//!     effects.clear();
//! }
//! ```

mod draw;
mod shop;
mod shopper;

#[cfg(test)]
mod tests;

pub use shop::Shop;
pub use shopper::Shopper;
pub use shopper::Step;
