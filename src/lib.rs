//! Floorwalker: real-time personalization for online stores, one session actor per visitor.

#![forbid(unsafe_code)]

pub mod api;
pub mod app;
pub mod campaign;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod consent;
pub mod dashboard;
pub mod decide;
pub mod delivery;
pub mod demo;
pub mod engine;
pub mod experiment;
pub mod gateway;
pub mod history;
pub mod integrations;
pub mod learn;
pub mod model;
pub mod offer;
pub mod protocol;
pub mod quality;
pub mod recommend;
pub mod session;
pub mod sim;
pub mod stats;
pub mod store;
pub mod telemetry;
pub mod traffic;
