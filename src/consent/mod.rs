//! What the shopper allowed: every source's answer folded into one set of capabilities that fails closed.
//!
//! Purposes and their binding to Consent Mode, TCF and platform signals follow one lattice: a purpose is allowed if at least one source
//! allows it and no source denies it. Silence allows nothing. Global Privacy Control denies `share` and nothing else: it forbids selling
//! and sharing, not first-party use in the shop.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

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

/// One source's answer. `None` means that it says nothing about a purpose; a source that was asked and could not tell says `Some(false)`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signal {
    pub personalize: Option<bool>,
    pub remember: Option<bool>,
    pub measure: Option<bool>,
    pub share: Option<bool>,
}

impl Signal {
    /// The same answer to everything.
    pub fn all(allowed: bool) -> Signal {
        let answer = Some(allowed);
        Signal { personalize: answer, remember: answer, measure: answer, share: answer }
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
    /// `session` says whether the shop acts within a visit before anybody answered. Without it, agreeing to personalization is what
    /// allows the visit.
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
            (Purpose::Session, self.session || personalize),
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

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: [Option<bool>; 3] = [None, Some(false), Some(true)];
    const SOURCES: [Source; 4] = [Source::Page, Source::Platform, Source::Tcf, Source::ConsentMode];

    #[test]
    fn nothing_but_the_visit_without_an_answer() {
        assert_eq!(Consent::default().capabilities().iter().collect::<Vec<_>>(), [Purpose::Session]);
        assert_eq!(Consent::new(false).capabilities(), Capabilities::NONE);
    }

    /// One source: every answer to every purpose, with and without GPC, with and without the visit.
    #[test]
    fn every_combination_of_one_source() {
        let mut seen = 0;
        for personalize in ANSWERS {
            for remember in ANSWERS {
                for measure in ANSWERS {
                    for share in ANSWERS {
                        for gpc in [false, true] {
                            for session in [false, true] {
                                let mut consent = Consent::new(session);
                                consent.apply(Source::Tcf, Signal { personalize, remember, measure, share }, gpc);
                                let expect: Vec<Purpose> = [
                                    (Purpose::Session, session || personalize == Some(true)),
                                    (Purpose::Personalize, personalize == Some(true)),
                                    (Purpose::Remember, personalize == Some(true) && remember == Some(true)),
                                    (Purpose::Measure, measure == Some(true)),
                                    (Purpose::Share, share == Some(true) && !gpc),
                                ]
                                .into_iter()
                                .filter_map(|(purpose, allowed)| allowed.then_some(purpose))
                                .collect();
                                assert_eq!(consent.capabilities().iter().collect::<Vec<_>>(), expect);
                                seen += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(seen, 324);
    }

    /// Four sources: all 81 combinations of their answers, in both orders of arrival.
    #[test]
    fn every_combination_of_four_sources() {
        for number in 0..81_usize {
            let answers: [Option<bool>; 4] = std::array::from_fn(|i| ANSWERS[number / 3_usize.pow(i as u32) % 3]);
            let expect = answers.contains(&Some(true)) && !answers.contains(&Some(false));
            for backwards in [false, true] {
                let mut consent = Consent::default();
                let mut order: Vec<usize> = (0..4).collect();
                if backwards {
                    order.reverse();
                }
                for i in order {
                    let signal = Signal { personalize: answers[i], remember: answers[i], measure: answers[i], share: answers[i] };
                    consent.apply(SOURCES[i], signal, false);
                }
                for purpose in [Purpose::Personalize, Purpose::Remember, Purpose::Measure, Purpose::Share] {
                    assert_eq!(consent.capabilities().allows(purpose), expect, "{answers:?} {purpose:?}");
                }
            }
        }
    }

    #[test]
    fn the_newest_answer_of_a_source_counts() {
        let mut consent = Consent::default();
        consent.apply(Source::Page, Signal::all(true), false);
        assert!(consent.capabilities().allows(Purpose::Remember));
        consent.apply(Source::Page, Signal { personalize: Some(false), ..Signal::all(true) }, false);
        assert_eq!(consent.capabilities().iter().collect::<Vec<_>>(), [Purpose::Session, Purpose::Measure, Purpose::Share]);
        consent.apply(Source::Page, Signal::all(true), true);
        consent.apply(Source::Page, Signal::all(true), false);
        assert!(!consent.capabilities().allows(Purpose::Share), "privacy control holds for the visit");
    }
}
