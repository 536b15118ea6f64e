//! What the journal says about a visit, and what follows from it: recording, recovery and replay.
//!
//! A [`Visit`] is the part of a live session that must survive: the session itself and what its pages have delivered. Everything that
//! changes it is a record. Applying the records of a visit in order, each with the [`Snapshot`](crate::decide::Snapshot) of its version,
//! gives the same visit and the same effects again, byte for byte, on any machine; each record holds a digest of its effects to prove it.
//!
//! | record | payload | when |
//! |---|---|---|
//! | [`STARTED`] | what the visit begins with | first |
//! | [`TURN`] | snapshot version, digest of effects, event number and stream, input | after each input that was applied |
//! | [`CONSUMED`] | stream and event number | an event was refused, or failed: its number is used up |
//! | [`KEYFRAME`] | the whole visit | inputs before it could not be recorded; history goes on from here |
//! | [`DECISION`] | a proof in words, for people; see `engine/proof.rs` | after the turn that decided |
//!
//! A record whose input moved the results of experiments has [`MEASURED`] added to its kind and what was measured at its end.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod fork;
#[cfg(test)]
mod fork_tests;
mod record;
mod rehearse;
mod rehearse_cost;
mod rehearse_report;
#[cfg(test)]
mod rehearse_tests;
mod replay;
#[cfg(test)]
mod tests;
mod visit;
mod whatif;
mod whatif_cart;

pub use fork::Fork;
pub use record::CONSUMED;
pub use record::DECISION;
pub use record::Entry;
pub use record::KEYFRAME;
pub use record::MEASURED;
pub use record::Malformed;
pub use record::STARTED;
pub use record::TURN;
pub use record::Turn;
pub use record::measured;
pub use record::seal_turn;
pub use record::write_consumed;
pub use record::write_keyframe;
pub use record::write_measured;
pub use record::write_started;
pub use record::write_turn;
pub use rehearse::Rehearsal;
pub use rehearse_cost::Cost;
pub use rehearse_report::Example;
pub use rehearse_report::Exposure;
pub use rehearse_report::Report;
pub use replay::Replay;
pub use replay::ReplayError;
pub use replay::Snapshots;
pub use replay::Step;
pub use visit::Deliveries;
pub use visit::Visit;
pub use whatif::Cause;
pub use whatif::Changes;
pub use whatif::Moment;
pub use whatif::Note;
pub use whatif::Outcome;
pub use whatif::WhatIfError;
pub use whatif::what_if;
