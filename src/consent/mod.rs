//! What the shopper allowed: every source's answer folded into one set of capabilities that fails closed.
//!
//! Purposes and their binding to Consent Mode, TCF and platform signals follow one lattice: a purpose is allowed if at least one source
//! allows it and no source denies it. Silence allows nothing. Global Privacy Control denies `share` and nothing else: it forbids selling
//! and sharing, not first-party use in the shop.
//!
//! | | session | personalize | remember | measure | share |
//! |---|---|---|---|---|---|
//! | Shopify | preferences | preferences | preferences + marketing | analytics | sale of data |
//! | Consent Mode | functionality | personalization | personalization | analytics | ad user data |
//! | [TCF](tcf) | 1 | 1 + 11, or 1 + 5 + 6 | 1 + 5 + 6 | 1 + 8 | 1 + named vendors |

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

mod covered;
pub mod tcf;

#[cfg(test)]
mod tests;

pub use covered::Covered;
pub use covered::Covers;
pub use covered::Measuring;
pub use covered::Permit;
pub use covered::Personalizing;
pub use covered::Remembering;

use serde::Deserialize;
use serde::Serialize;

/// What consent is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Act within this visit.
    Session,
    /// Choose content by behavior.
    Personalize,
    /// Link visits.
    Remember,
    /// Count lift and analytics.
    Measure,
    /// Send out to third parties.
    Share,
}

impl Purpose {
    pub const ALL: [Purpose; 5] = [Purpose::Session, Purpose::Personalize, Purpose::Remember, Purpose::Measure, Purpose::Share];

    pub fn name(self) -> &'static str {
        match self {
            Purpose::Session => "session",
            Purpose::Personalize => "personalize",
            Purpose::Remember => "remember",
            Purpose::Measure => "measure",
            Purpose::Share => "share",
        }
    }

    pub fn parse(name: &str) -> Option<Purpose> {
        Purpose::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of allowed purposes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Capabilities(u8);

impl Capabilities {
    pub const NONE: Capabilities = Capabilities(0);

    pub fn allows(self, purpose: Purpose) -> bool {
        self.0 & purpose.bit() != 0
    }

    #[must_use]
    pub fn with(self, purpose: Purpose) -> Capabilities {
        Capabilities(self.0 | purpose.bit())
    }

    /// Allowed purposes in the order of [`Purpose::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Purpose> {
        Purpose::ALL.into_iter().filter(move |purpose| self.allows(*purpose))
    }
}

/// Who speaks for the shopper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The page, through the script's attribute or its consent call.
    Page,
    /// The shop platform's own privacy settings.
    Platform,
    Tcf,
    ConsentMode,
}

impl Source {
    /// Name for timelines.
    pub fn name(self) -> &'static str {
        match self {
            Source::Page => "page",
            Source::Platform => "platform",
            Source::Tcf => "tcf",
            Source::ConsentMode => "consent_mode",
        }
    }
}

/// One source's answer. `None` means that it says nothing about a purpose; a source that was asked and could not tell says `Some(false)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signal {
    pub personalize: Option<bool>,
    pub remember: Option<bool>,
    pub measure: Option<bool>,
    pub share: Option<bool>,
    /// Acting within the visit; asked only where the shop does not act without asking.
    pub session: Option<bool>,
}

impl Signal {
    /// The same answer to everything.
    pub fn all(allowed: bool) -> Signal {
        let answer = Some(allowed);
        Signal { personalize: answer, remember: answer, measure: answer, share: answer, session: answer }
    }
}

/// All answers so far. Each source's newest answer replaces its older one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// The shop acts within a visit without asking.
    session: bool,
    gpc: bool,
    signals: [Option<Signal>; 4],
}

impl Default for Consent {
    /// Nothing is allowed but acting within this visit.
    fn default() -> Self {
        Consent::new(true)
    }
}

impl Consent {
    /// `session` says whether the shop acts within a visit whatever is answered, since that stores nothing. Without it, agreeing to it or
    /// to personalization is what allows the visit.
    pub fn new(session: bool) -> Consent {
        Consent { session, gpc: false, signals: [None; 4] }
    }

    /// Takes a source's answer. `gpc` is the browser's Global Privacy Control; once seen it holds for the rest of the visit.
    pub fn apply(&mut self, source: Source, signal: Signal, gpc: bool) {
        self.signals[source as usize] = Some(signal);
        self.gpc |= gpc;
    }

    pub fn capabilities(&self) -> Capabilities {
        let personalize = self.folded(|signal| signal.personalize);
        let granted = [
            (Purpose::Session, self.session || personalize || self.folded(|signal| signal.session)),
            (Purpose::Personalize, personalize),
            // Linking visits serves nothing but choosing content by them.
            (Purpose::Remember, personalize && self.folded(|signal| signal.remember)),
            (Purpose::Measure, self.folded(|signal| signal.measure)),
            (Purpose::Share, !self.gpc && self.folded(|signal| signal.share)),
        ];
        granted.into_iter().filter(|(_, allowed)| *allowed).fold(Capabilities::NONE, |set, (purpose, _)| set.with(purpose))
    }

    /// A source's newest answer; it says nothing where the source was not heard.
    pub fn answer(&self, source: Source) -> Signal {
        self.signals.get(source as usize).copied().flatten().unwrap_or_default()
    }

    /// Whether the browser sent Global Privacy Control.
    pub fn gpc(&self) -> bool {
        self.gpc
    }

    fn folded(&self, answer: impl Fn(&Signal) -> Option<bool>) -> bool {
        let mut allowed = false;
        for signal in self.signals.iter().flatten() {
            match answer(signal) {
                Some(false) => return false,
                Some(true) => allowed = true,
                None => {}
            }
        }
        allowed
    }
}
