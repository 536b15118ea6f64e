//! The one integration binary: whole engines, real sockets, and the rules of the house.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod asyncapi;
mod attacks;
mod budget;
mod calibration;
mod crash;
mod documents;
mod engine;
mod gateway;
mod generated;
mod golden_stats;
mod orders;
mod replay;
mod rot;
mod support;
mod tidy;
mod wire;
