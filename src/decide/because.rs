//! Why a shopper sees something, made from the proof: what set it off, and what kinds of data it rests on, in every language.

use super::Content;
use super::Situation;
use super::Winner;
use crate::campaign::Action;
use crate::campaign::ActionKind;
use crate::campaign::Needs;
use crate::campaign::Piece;
use crate::campaign::ShortcutSource;
use crate::campaign::Trigger;
use crate::campaign::condition::Read;
use crate::campaign::condition::Slot;
use crate::model::Key;
use crate::model::Language;
use crate::recommend::Reason;
use serde::Deserialize;
use serde::Serialize;
use std::ops::BitOr;
use std::ops::BitOrAssign;

/// The reason for a decision, without words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Because {
    pub cause: Cause,
    pub used: Used,
}

/// What set a decision off, as far as a shopper would say it. The sentences are the whole vocabulary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    #[default]
    Page,
    Read,
    Dwelt,
    Paused,
    Pressed,
    Searched,
    Leaving,
    Cart,
    Looked,
    Returned,
    Visit,
    CheckingOut,
    Ordered,
    Reported,
    Arrival,
    Others,
    Device,
}

impl Cause {
    pub const ALL: [Cause; 17] = [
        Cause::Page,
        Cause::Read,
        Cause::Dwelt,
        Cause::Paused,
        Cause::Pressed,
        Cause::Searched,
        Cause::Leaving,
        Cause::Cart,
        Cause::Looked,
        Cause::Returned,
        Cause::Visit,
        Cause::CheckingOut,
        Cause::Ordered,
        Cause::Reported,
        Cause::Arrival,
        Cause::Others,
        Cause::Device,
    ];

    /// A whole sentence for the shopper.
    pub fn sentence(self, language: Language) -> &'static str {
        let [english, german] = match self {
            Cause::Page => ["Chosen for this page.", "Passend zu dieser Seite ausgewählt."],
            Cause::Read => ["Because of how far you read on this page.", "Weil Sie diese Seite so weit gelesen haben."],
            Cause::Dwelt => ["Because you have been looking at this for a while.", "Weil Sie sich das schon eine Weile ansehen."],
            Cause::Paused => ["Because you paused here.", "Weil Sie hier innegehalten haben."],
            Cause::Pressed => ["Because of what you just pressed.", "Wegen Ihres letzten Klicks."],
            Cause::Searched => ["Because of your search.", "Wegen Ihrer Suche."],
            Cause::Leaving => ["Because it looked as if you were leaving.", "Weil es so aussah, als wollten Sie gehen."],
            Cause::Cart => ["Because of what is in your cart.", "Wegen Ihres Warenkorbs."],
            Cause::Looked => [
                "Because of the products you looked at in this visit.",
                "Wegen der Produkte, die Sie sich bei diesem Besuch angesehen haben.",
            ],
            Cause::Returned => ["Because you have been here before.", "Weil Sie schon einmal hier waren."],
            Cause::Visit => ["Because of what you did in this visit.", "Wegen Ihres bisherigen Besuchs."],
            Cause::CheckingOut => ["Because you are checking out.", "Weil Sie gerade zur Kasse gehen."],
            Cause::Ordered => ["Because of your order.", "Wegen Ihrer Bestellung."],
            Cause::Reported => ["Because of something that happened on this page.", "Wegen eines Ereignisses auf dieser Seite."],
            Cause::Arrival => ["Because of how you came to this shop.", "Wegen des Weges, auf dem Sie in diesen Shop gekommen sind."],
            Cause::Others => ["Because of what other shoppers look at and buy.", "Wegen dessen, was andere ansehen und kaufen."],
            Cause::Device => [
                "Chosen for your device, your language or the time of day.",
                "Passend zu Ihrem Gerät, Ihrer Sprache oder der Tageszeit ausgewählt.",
            ],
        };
        pick(language, english, german)
    }

    /// What a trigger says, or, where it says no more than that a page was opened, what the content rests on.
    fn of(trigger: &Trigger, used: Used) -> Cause {
        match trigger {
            Trigger::SessionStart | Trigger::PageView { .. } => {
                let told = [
                    (Used::LOOKS, Cause::Looked),
                    (Used::MEMORY, Cause::Returned),
                    (Used::SEARCH, Cause::Searched),
                    (Used::CART, Cause::Cart),
                    (Used::TIME | Used::VISIT | Used::HANDLING, Cause::Visit),
                    (Used::ARRIVAL, Cause::Arrival),
                    (Used::OTHERS, Cause::Others),
                    (Used::DEVICE, Cause::Device),
                ];
                told.into_iter().find(|(kinds, _)| used.has_any(*kinds)).map_or(Cause::Page, |(_, cause)| cause)
            }
            Trigger::Scroll { .. } => Cause::Read,
            Trigger::Dwell { .. } => Cause::Dwelt,
            Trigger::Idle { .. } => Cause::Paused,
            Trigger::Click { .. } => Cause::Pressed,
            Trigger::Search { .. } => Cause::Searched,
            Trigger::ExitIntent { .. } => Cause::Leaving,
            Trigger::CartValue { .. } | Trigger::CartItem { .. } => Cause::Cart,
            Trigger::ProductViews { .. } => Cause::Looked,
            Trigger::ReturnVisit => Cause::Returned,
            Trigger::Score { .. } | Trigger::Sequence { .. } => Cause::Visit,
            Trigger::Checkout { .. } => Cause::CheckingOut,
            Trigger::Order => Cause::Ordered,
            Trigger::Custom { .. } => Cause::Reported,
        }
    }
}

/// A set of kinds of data. Whatever can have changed the outcome is in it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used(u16);

impl Used {
    pub const PAGE: Used = Used(1);
    pub const LOOKS: Used = Used(1 << 1);
    pub const TIME: Used = Used(1 << 2);
    pub const HANDLING: Used = Used(1 << 3);
    pub const SEARCH: Used = Used(1 << 4);
    pub const CART: Used = Used(1 << 5);
    pub const ORDER: Used = Used(1 << 6);
    pub const VISIT: Used = Used(1 << 7);
    pub const MEMORY: Used = Used(1 << 8);
    pub const OTHERS: Used = Used(1 << 9);
    pub const ARRIVAL: Used = Used(1 << 10);
    pub const DEVICE: Used = Used(1 << 11);
    pub const CHOICES: Used = Used(1 << 12);
    pub const SHOP: Used = Used(1 << 13);

    /// In the order of telling.
    pub const ALL: [Used; 14] = [
        Used::LOOKS,
        Used::CART,
        Used::SEARCH,
        Used::ORDER,
        Used::TIME,
        Used::HANDLING,
        Used::VISIT,
        Used::MEMORY,
        Used::PAGE,
        Used::ARRIVAL,
        Used::DEVICE,
        Used::CHOICES,
        Used::OTHERS,
        Used::SHOP,
    ];

    pub fn has_any(self, kinds: Used) -> bool {
        self.0 & kinds.0 != 0
    }

    /// Its kinds in words, for a list; at most [`Used::ALL`].
    pub fn words(self, language: Language) -> impl Iterator<Item = &'static str> {
        Used::ALL.into_iter().filter(move |kind| self.has_any(*kind)).map(move |kind| {
            let [english, german] = match kind {
                Used::LOOKS => ["what you looked at or put into your cart", "was Sie angesehen oder in den Warenkorb gelegt haben"],
                Used::CART => ["your cart", "Ihr Warenkorb"],
                Used::SEARCH => ["your search", "Ihre Suche"],
                Used::ORDER => ["your order", "Ihre Bestellung"],
                Used::TIME => ["how long you looked", "wie lange Sie hingesehen haben"],
                Used::HANDLING => ["how you used this page", "wie Sie diese Seite benutzt haben"],
                Used::VISIT => ["how this visit went so far", "der bisherige Verlauf dieses Besuchs"],
                Used::MEMORY => ["your earlier visits, as you agreed", "Ihre früheren Besuche, wie Sie erlaubt haben"],
                Used::PAGE => ["the page you are on", "die Seite, auf der Sie sind"],
                Used::ARRIVAL => ["how you came to this shop", "wie Sie in diesen Shop gekommen sind"],
                Used::DEVICE => ["your device, language and time of day", "Ihr Gerät, Ihre Sprache und die Tageszeit"],
                Used::CHOICES => ["your privacy choices", "Ihre Entscheidungen zur Privatsphäre"],
                Used::OTHERS => ["what other shoppers look at and buy", "was andere ansehen und kaufen"],
                _ => ["what this shop offers", "das Angebot dieses Shops"],
            };
            pick(language, english, german)
        })
    }

    fn of_trigger(trigger: &Trigger) -> Used {
        match trigger {
            Trigger::SessionStart | Trigger::PageView { .. } => Used::PAGE,
            Trigger::Scroll { .. } | Trigger::Click { .. } | Trigger::Idle { .. } | Trigger::ExitIntent { .. } => Used::HANDLING,
            Trigger::Dwell { .. } => Used::TIME,
            Trigger::Search { .. } => Used::SEARCH,
            Trigger::CartValue { .. } | Trigger::CartItem { .. } => Used::CART,
            Trigger::ProductViews { .. } | Trigger::Score { .. } => Used::LOOKS,
            Trigger::ReturnVisit => Used::MEMORY,
            Trigger::Checkout { .. } | Trigger::Sequence { .. } => Used::VISIT,
            Trigger::Order => Used::ORDER,
            Trigger::Custom { .. } => Used::HANDLING,
        }
    }

    /// The data behind a name of the vocabulary.
    pub fn of_slot(slot: Slot) -> Used {
        let (group, rest) = slot.name().split_once('.').unwrap_or((slot.name(), ""));
        match (group, rest) {
            ("visitor", _) | ("session", "number") => Used::MEMORY,
            ("device" | "locale" | "time", _) => Used::DEVICE,
            ("referrer" | "utm", _) => Used::ARRIVAL,
            ("page" | "product", "attention") | ("attention", _) => Used::TIME,
            ("page", "depth") => Used::HANDLING,
            ("product", "views") | ("seen", "products" | "categories") | ("interest", _) => Used::LOOKS,
            ("page" | "product", _) => Used::PAGE,
            ("cart", _) => Used::CART,
            ("search", _) => Used::SEARCH,
            ("consent", _) => Used::CHOICES,
            ("score", _) => Used::LOOKS,
            _ => Used::VISIT,
        }
    }

    fn of_reason(reason: Reason, situation: &Situation<'_>) -> Used {
        // Whose product it is that speaks for another.
        let owner = |key: Key| {
            if key == situation.page.page.product {
                Used::PAGE
            } else if situation.cart.lines.iter().any(|line| line.product == key) {
                Used::CART
            } else {
                Used::LOOKS
            }
        };
        match reason {
            Reason::ViewedWith(key) | Reason::BoughtWith(key) => owner(key) | Used::OTHERS,
            Reason::LookedAt(_) => Used::LOOKS | Used::OTHERS,
            Reason::InCart(_) => Used::CART | Used::OTHERS,
            Reason::SimilarTo(key) | Reason::StepUpFrom(key) => owner(key),
            Reason::TrendingIn(_) | Reason::PopularIn(_) => Used::OTHERS | Used::PAGE,
            Reason::Trending | Reason::Popular => Used::OTHERS,
            Reason::Seen | Reason::LikesCategory(_) | Reason::LikesBrand(_) => Used::LOOKS,
            Reason::MatchesSearch => Used::SEARCH,
            Reason::Pinned | Reason::New | Reason::From(_) => Used::SHOP,
        }
    }

    fn of_texts(action: &Action) -> Used {
        let mut used = Used::default();
        for piece in action.kind.texts().iter().flat_map(|text| &text.pieces) {
            used |= match piece {
                Piece::Value(slot) => Used::of_slot(*slot),
                Piece::Missing | Piece::Progress => Used::CART,
                Piece::Literal(_) | Piece::Target => Used::default(),
            };
        }
        used
    }
}

impl BitOr for Used {
    type Output = Used;

    fn bitor(self, other: Used) -> Used {
        Used(self.0 | other.0)
    }
}

impl BitOrAssign for Used {
    fn bitor_assign(&mut self, other: Used) {
        self.0 |= other.0;
    }
}

/// What is told beside a placement where the law wants it: Directive (EU) 2019/2161 for prices personalized by automated decisions and
/// for the parameters of a ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disclosure {
    Ranking,
    Price,
}

impl Disclosure {
    pub const ALL: [Disclosure; 2] = [Disclosure::Ranking, Disclosure::Price];

    /// As a campaign file and the wire write it.
    pub fn name(self) -> &'static str {
        match self {
            Disclosure::Ranking => "ranking",
            Disclosure::Price => "price",
        }
    }

    pub fn sentence(self, language: Language) -> &'static str {
        let [english, german] = match self {
            Disclosure::Ranking => [
                "The order of these products is personalized for you by automated means.",
                "Die Reihenfolge dieser Produkte wurde automatisiert für Sie personalisiert.",
            ],
            Disclosure::Price => [
                "This price or discount is personalized for you on the basis of automated decision-making.",
                "Dieser Preis oder Rabatt wurde auf der Grundlage automatisierter Entscheidungsfindung für Sie personalisiert.",
            ],
        };
        pick(language, english, german)
    }
}

fn pick(language: Language, english: &'static str, german: &'static str) -> &'static str {
    match language {
        Language::English => english,
        Language::German => german,
    }
}

/// Why a winner acts. `reads`: what its condition read.
pub fn because(winner: &Winner, trigger: &Trigger, reads: &[Read], situation: &Situation<'_>) -> Because {
    let mut used = Used::of_trigger(trigger);
    for read in reads {
        used |= Used::of_slot(read.slot);
    }
    let campaign = &winner.campaign;
    let actions = campaign.variants.get(usize::from(winner.variant)).map_or(&[][..], |variant| &variant.actions);
    for (index, content) in winner.contents.iter().flatten() {
        let Some(action) = actions.get(usize::from(*index)) else { continue };
        used |= Used::of_texts(action);
        match (&action.kind, content) {
            (ActionKind::Order { .. }, _) => {
                used |= Used::LOOKS;
                if situation.lent_to(campaign).and_then(|lent| lent.foresight).is_some_and(|foresight| !foresight.next.is_empty()) {
                    used |= Used::OTHERS;
                }
            }
            (ActionKind::Nav { shortcuts: ShortcutSource::Interest { .. }, .. }, _) => used |= Used::LOOKS,
            (_, Content::Recommend { picks, .. }) => {
                for pick in picks {
                    used |= Used::of_reason(pick.reason, situation);
                }
            }
            _ => {}
        }
    }
    // Interests go on from those of earlier visits.
    if situation.remembered && campaign.needs != Needs::Context && used.has_any(Used::LOOKS) {
        used |= Used::MEMORY;
    }
    Because { cause: Cause::of(trigger, used), used }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_sentence_exists_in_every_language() {
        let mut seen = BTreeSet::new();
        for language in Language::ALL {
            let causes = Cause::ALL.into_iter().map(|cause| cause.sentence(language));
            let told = Disclosure::ALL.into_iter().map(|disclosure| disclosure.sentence(language));
            for sentence in causes.chain(told) {
                assert!(sentence.ends_with('.') && sentence.len() <= 120, "{sentence}");
                assert!(seen.insert(sentence), "one sentence for two things: {sentence}");
            }
            let all = Used::ALL.into_iter().fold(Used::default(), |all, kind| all | kind);
            let words: Vec<_> = all.words(language).collect();
            assert_eq!(words.len(), Used::ALL.len());
            for word in words {
                assert!(!word.ends_with('.') && seen.insert(word), "{word}");
            }
        }
    }

    #[test]
    fn every_name_of_the_vocabulary_is_of_a_kind() {
        for slot in Slot::all() {
            assert_ne!(Used::of_slot(*slot), Used::default(), "{slot}");
        }
        for (name, kind) in [
            ("visitor.orders", Used::MEMORY),
            ("session.number", Used::MEMORY),
            ("session.searches", Used::VISIT),
            ("seen.campaigns", Used::VISIT),
            ("product.attention", Used::TIME),
            ("product.views", Used::LOOKS),
            ("product.price", Used::PAGE),
            ("locale.country", Used::DEVICE),
        ] {
            assert_eq!(Slot::named(name).map(Used::of_slot), Some(kind), "{name}");
        }
    }
}
