//! Floorwalker: real-time personalization for online stores, one session actor per visitor.

#![forbid(unsafe_code)]

pub mod model;
