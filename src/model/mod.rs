//! The words everything else is written in: ids, time, money, pages, context, events, interests.
//!
//! Plain data, parsed once at the edge. Nothing here decides anything.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod cap;
mod context;
mod event;
mod ids;
mod interest;
mod language;
mod money;
mod page;
mod sale;
mod time;

pub use cap::VisitorCap;
pub use context::Context;
pub use context::DeviceKind;
pub use context::ReferrerKind;
pub use event::Cart;
pub use event::CartLine;
pub use event::CheckoutStep;
pub use event::Event;
pub use event::ExitSignal;
pub use event::Order;
pub use event::Preference;
pub use event::Receipt;
pub use event::ReceiptState;
pub use ids::DecisionId;
pub use ids::Key;
pub use ids::ParseIdError;
pub use ids::SessionId;
pub use ids::StreamId;
pub use ids::VisitorId;
pub use ids::key_of;
pub use interest::Affinities;
pub use interest::Interests;
pub use interest::PriceBand;
pub use language::Language;
pub use money::Currency;
pub use money::Money;
pub use page::Page;
pub use page::PageKind;
pub use page::PlacementKind;
pub use page::PlacementSpec;
pub use sale::Refund;
pub use sale::Sale;
pub use time::Timestamp;
