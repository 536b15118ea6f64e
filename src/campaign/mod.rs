//! A merchant's rules: definitions, triggers, conditions, limits and lint.
//!
//! A campaign is a file (`campaigns/NAME.toml`). [`Campaign::parse`] turns it into something that costs nothing to look at per event:
//! conditions are compiled, texts are split, triggers are numbers. [`CampaignSet`] indexes many campaigns by trigger, so that an event
//! looks only at those that can match it.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod condition;

mod action;
mod definition;
mod file;
mod index;
mod lint;
mod plan_terms;
#[cfg(test)]
mod tests;
mod text;
mod trigger;

pub use action::Action;
pub use action::ActionKind;
pub use action::OrderBy;
pub use action::ShortcutSource;
pub use definition::Campaign;
pub use definition::Hold;
pub use definition::Limits;
pub use definition::Needs;
pub use definition::Notice;
pub use definition::PerVisitor;
pub use definition::Trust;
pub use definition::Variant;
pub use file::Mistake;
pub use file::parse_duration;
pub use index::CampaignSet;
pub use index::TriggerRef;
pub use lint::Finding;
pub use lint::Severity;
pub use lint::World;
pub use lint::lint;
pub use plan_terms::PlanTerms;
pub use text::Piece;
pub use text::Text;
pub use trigger::CartChange;
pub use trigger::DwellOf;
pub use trigger::Edge;
pub use trigger::Happening;
pub use trigger::PageMask;
pub use trigger::ProductFilter;
pub use trigger::SearchOutcome;
pub use trigger::Step;
pub use trigger::Trigger;
pub use trigger::ViewsOf;
