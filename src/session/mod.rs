//! One visit as a state machine.
//!
//! [`Session::apply`] is the only way in: a time, an [`Input`] and an immutable [`Snapshot`](crate::decide::Snapshot) go in, [`Effects`] come out. The same calls
//! give the same effects on any machine: nothing here reads a clock, a file or a random source.
//!
//! The state is what a visit needs and no more: attention, exit, cart, interests, counters, caps, and per stream (one page load in one
//! tab) the page with the desired content of its placements. Every collection has a bound beside its field.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod apply;
mod attention;
mod behavior;
mod cart;
mod effect;
mod exit;
mod facts;
mod happen;
mod input;
mod listed;
mod measure;
mod memory;
mod placements;
mod profile;
mod receipts;
mod schedule;
mod sequence;
mod state;
mod teach;
mod timers;
mod trials;
mod views;
mod wish;

#[cfg(test)]
mod tests;

pub use attention::Attention;
pub use effect::Effect;
pub use effect::Effects;
pub use effect::Patch;
pub use exit::Exit;
pub use input::Input;
pub use input::Recalled;
pub use listed::Listed;
pub use profile::Profile;
pub use state::Overlay;
pub use state::Session;
pub use state::Start;
pub use state::Stream;
pub use timers::Timer;
pub use trials::Enrolled;
pub use trials::Exposure;
pub use trials::Measured;
pub use trials::News;
pub use trials::Sold;
pub use trials::Trials;
pub use views::Views;
pub use wish::Wish;
