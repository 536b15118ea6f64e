//! From triggers that matched to a decision with its proof.
//!
//! Triggered campaigns pass, in order of priority, consent, condition, limits, placement, arbitration, guard and experiment arm. The
//! first failing reason of each is kept. [`decide`] is a pure function of what it is given; it changes nothing.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod arbitrate;
mod because;
mod caps;
mod choice;
mod content;
mod page;
mod proof;
mod scores;
mod settings;
mod snapshot;
mod trial;

pub use arbitrate::Lent;
pub use arbitrate::Situation;
pub use arbitrate::Winner;
pub use arbitrate::decide;
pub use because::Because;
pub use because::Cause;
pub use because::Disclosure;
pub use because::Used;
pub use because::because;
pub use caps::Caps;
pub use choice::Choice;
pub use choice::Chosen;
pub use choice::context_names;
pub use content::Content;
pub use content::own_words;
pub use page::Held;
pub use page::PageState;
pub use page::Spot;
pub use proof::Considered;
pub use proof::LimitUse;
pub use proof::Proofs;
pub use proof::Refusal;
pub use proof::Verdict;
pub use scores::ScoreFile;
pub use scores::ScoreProblem;
pub use scores::Scores;
pub use settings::Experiments;
pub use settings::Guard;
pub use settings::Settings;
pub use settings::Visit;
pub use snapshot::Snapshot;
pub use trial::WHOLE_SHOP;
pub use trial::experiment_of;
pub use trial::plan_of;
pub use trial::whole_shop_experiment;
pub use trial::whole_shop_plan;
