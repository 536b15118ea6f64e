//! Who comes: a person or a program, by signs that are independent of each other.
//!
//! A program that says what it is, by its user agent or by `navigator.webdriver`, is a bot. Every other sign is a hint: one makes a
//! suspect, two of different kinds make a bot. All of them are known in the same way whatever an experiment shows, so that leaving bots
//! out cannot favor an arm.
//!
//! | sign | from | says |
//! |---|---|---|
//! | user agent on a list | the request | bot |
//! | `navigator.webdriver` | `hello` | bot |
//! | no window, no languages | `hello` | hint |
//! | fields that contradict each other | `hello` and the request | hint |
//! | acts for a minute without a person's input | what the page reports | hint |
//! | scrolls without a person's input | what the page reports | hint |
//! | a rhythm no hand has | when acts happened | hint |
//! | more pages than anybody opens | when pages were opened | hint |
//!
//! Addresses are no sign: they are not kept.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod agents;
mod greeting;
mod watch;

#[cfg(test)]
mod tests;

pub use agents::Agents;
pub use agents::ListError;
pub use greeting::Greeting;
pub use watch::Act;
pub use watch::Watch;

use serde::Deserialize;
use serde::Serialize;

/// What a visit is taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    #[default]
    Human,
    /// Treated as a person, but nothing is learned from it, and it can be left out of results.
    Suspected,
    /// Gets the neutral page: no campaigns, no offers, no part in learning and results.
    Bot,
}

impl Class {
    pub const ALL: [Class; 3] = [Class::Human, Class::Suspected, Class::Bot];

    pub fn name(self) -> &'static str {
        match self {
            Class::Human => "human",
            Class::Suspected => "suspected",
            Class::Bot => "bot",
        }
    }
}

/// A reason to take a visit for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    Agent,
    Webdriver,
    Windowless,
    Contradiction,
    NoInput,
    Scroll,
    Rhythm,
    Rate,
}

impl Sign {
    pub const ALL: [Sign; 8] =
        [Sign::Agent, Sign::Webdriver, Sign::Windowless, Sign::Contradiction, Sign::NoInput, Sign::Scroll, Sign::Rhythm, Sign::Rate];

    /// Stable name for metrics and the dashboard.
    pub fn name(self) -> &'static str {
        match self {
            Sign::Agent => "agent",
            Sign::Webdriver => "webdriver",
            Sign::Windowless => "windowless",
            Sign::Contradiction => "contradiction",
            Sign::NoInput => "no_input",
            Sign::Scroll => "scroll",
            Sign::Rhythm => "rhythm",
            Sign::Rate => "rate",
        }
    }

    /// The same for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Sign::Agent => "its user agent is on the list of crawlers and tools",
            Sign::Webdriver => "the browser says that a program drives it",
            Sign::Windowless => "the browser has no window or no language",
            Sign::Contradiction => "what it says of itself does not fit together",
            Sign::NoInput => "it acts for a minute and nobody touches anything",
            Sign::Scroll => "it scrolls and nobody touches anything",
            Sign::Rhythm => "its acts follow each other as by a clock",
            Sign::Rate => "it opens more pages than anybody can look at",
        }
    }

    /// Whether it says so itself, so that no second sign is needed.
    fn is_plain(self) -> bool {
        matches!(self, Sign::Agent | Sign::Webdriver)
    }
}

/// Signs seen so far; one that was seen stays for the visit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Signs(u16);

impl Signs {
    #[must_use]
    pub fn with(self, sign: Sign) -> Signs {
        Signs(self.0 | 1 << sign as u16)
    }

    #[must_use]
    pub fn and(self, other: Signs) -> Signs {
        Signs(self.0 | other.0)
    }

    pub fn has(self, sign: Sign) -> bool {
        self.0 >> sign as u16 & 1 == 1
    }

    /// In the order of [`Sign::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Sign> {
        Sign::ALL.into_iter().filter(move |sign| self.has(*sign))
    }

    pub fn class(self) -> Class {
        let plain = self.iter().any(Sign::is_plain);
        // Scrolling and acting without input are one kind of evidence.
        let hints = self.iter().filter(|sign| !(*sign == Sign::Scroll && self.has(Sign::NoInput))).count();
        match hints {
            0 => Class::Human,
            1 if !plain => Class::Suspected,
            _ => Class::Bot,
        }
    }
}
