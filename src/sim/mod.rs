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

//!
//! A [`Simulation`] runs whole worlds: shoppers with several tabs over a bad network to a server that crashes, on a disk that forgets.
//! What must hold then is in `world/check.rs`. One seed and one [`Scale`] always give the same run.
//!
//! ```
//! use floorwalker::sim::{Scale, Simulation};
//!
//! let outcome = Simulation::new(None).run(7, &Scale { acts: 20, ..Scale::default() }, false);
//! assert_eq!(outcome.wrong, None);
//! ```

mod bug;
mod campaigns;
mod draw;
mod fault;
mod habits;
mod log;
mod mix;
mod page;
mod run;
mod server;
mod shop;
mod shopper;
mod storage;
mod wire;
mod world;

#[cfg(test)]
mod tests;

pub use bug::Bug;
pub use fault::Counts;
pub use fault::Fault;
pub use mix::Scale;
pub use run::Outcome;
pub use run::Shrunk;
pub use run::Simulation;
pub use shop::Shop;
pub use shopper::Shopper;
pub use shopper::Step;
