//! Why a product is shown, in words that are true.

use crate::catalog::Catalog;
use crate::model::Key;
use crate::model::Language;
use serde::Deserialize;
use serde::Serialize;

/// What a pick rests on. Made only where the fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// At least two recorded visits viewed both.
    ViewedWith(Key),
    /// A recorded visit carted or bought both.
    BoughtWith(Key),
    /// This shopper looked at that product, and other visits with it had this one too.
    LookedAt(Key),
    /// That product is in this cart, and other carts with it had this one too.
    InCart(Key),
    /// The merchant put it there.
    Pinned,
    /// Wanted more than usual, in the shop or in this category.
    Trending,
    TrendingIn(Key),
    /// Shares the category of this product.
    SimilarTo(Key),
    /// Dearer than this product in the same category.
    StepUpFrom(Key),
    /// Wanted in this category.
    PopularIn(Key),
    /// Wanted in the shop.
    Popular,
    /// Came to the shop within the last 60 days.
    New,
    /// This shopper looked at it.
    Seen,
    /// This shopper looked at products of this category.
    LikesCategory(Key),
    /// This shopper looked at products of this brand.
    LikesBrand(Key),
    /// Has words like the ones searched for.
    MatchesSearch,
    /// Nothing but that the shop has it; with its category, if it has one.
    From(Key),
}

/// Letters of a product's name within a sentence.
const NAME_LETTERS_MAX: usize = 48;

impl Reason {
    /// A sentence for the shopper. Names that the catalog does not know are left out.
    pub fn sentence(&self, catalog: &Catalog, language: Language) -> String {
        let [english, german] = self.phrases();
        let Phrase(pattern, without) = match language {
            Language::English => english,
            Language::German => german,
        };
        let name = match self {
            Reason::ViewedWith(key)
            | Reason::BoughtWith(key)
            | Reason::LookedAt(key)
            | Reason::InCart(key)
            | Reason::SimilarTo(key)
            | Reason::StepUpFrom(key) => catalog.product(*key).map(|product| shorten(&product.name)),
            Reason::TrendingIn(key) | Reason::PopularIn(key) | Reason::LikesCategory(key) | Reason::From(key) => {
                catalog.category_label(*key).map(str::to_owned)
            }
            Reason::LikesBrand(key) => catalog.brand_name(*key).map(str::to_owned),
            _ => None,
        };
        name.map_or_else(|| without.to_owned(), |name| pattern.replace("{}", &name))
    }

    /// In each language, with a name and without.
    fn phrases(&self) -> [Phrase; 2] {
        match self {
            Reason::ViewedWith(_) => {
                [Phrase("Often viewed with {}", "Often viewed together"), Phrase("Oft zusammen angesehen mit {}", "Oft zusammen angesehen")]
            }
            Reason::BoughtWith(_) => {
                [Phrase("Bought together with {}", "Bought together"), Phrase("Zusammen gekauft mit {}", "Zusammen gekauft")]
            }
            Reason::LookedAt(_) | Reason::LikesCategory(_) | Reason::LikesBrand(_) => [
                Phrase("Because you looked at {}", "Because of what you looked at"),
                Phrase("Weil Sie sich {} angesehen haben", "Wegen dessen, was Sie sich angesehen haben"),
            ],
            Reason::InCart(_) => [
                Phrase("Goes with {}", "Goes with what is in your cart"),
                Phrase("Passt zu {}", "Passt zu dem, was in Ihrem Warenkorb liegt"),
            ],
            Reason::Pinned => [Phrase("", "Chosen by this shop"), Phrase("", "Von diesem Shop ausgewählt")],
            Reason::Trending => [Phrase("", "Trending now"), Phrase("", "Gerade gefragt")],
            Reason::TrendingIn(_) => [Phrase("Trending in {}", "Trending now"), Phrase("Gerade gefragt in {}", "Gerade gefragt")],
            Reason::SimilarTo(_) => [
                Phrase("Similar to {}", "Similar to what you looked at"),
                Phrase("Ähnlich wie {}", "Ähnlich wie das, was Sie sich angesehen haben"),
            ],
            Reason::StepUpFrom(_) => [Phrase("A step up from {}", "A step up"), Phrase("Eine Stufe über {}", "Eine Stufe darüber")],
            Reason::PopularIn(_) => [Phrase("Popular in {}", "Popular in this shop"), Phrase("Beliebt in {}", "Beliebt in diesem Shop")],
            Reason::Popular => [Phrase("", "Popular in this shop"), Phrase("", "Beliebt in diesem Shop")],
            Reason::New => [Phrase("", "New in this shop"), Phrase("", "Neu in diesem Shop")],
            Reason::Seen => [Phrase("", "You looked at this"), Phrase("", "Von Ihnen angesehen")],
            Reason::MatchesSearch => [Phrase("", "Close to what you searched for"), Phrase("", "Nahe an Ihrer Suche")],
            Reason::From(_) => [Phrase("From {}", "From this shop"), Phrase("Aus {}", "Aus diesem Shop")],
        }
    }
}

/// Words with a place for a name, and the same without one.
struct Phrase(&'static str, &'static str);

fn shorten(name: &str) -> String {
    if name.chars().count() <= NAME_LETTERS_MAX {
        return name.to_owned();
    }
    let cut: String = name.chars().take(NAME_LETTERS_MAX - 1).collect();
    format!("{}…", cut.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_words_in_every_language() {
        let key = Key(1);
        let named = [
            Reason::ViewedWith(key),
            Reason::BoughtWith(key),
            Reason::LookedAt(key),
            Reason::InCart(key),
            Reason::TrendingIn(key),
            Reason::SimilarTo(key),
            Reason::StepUpFrom(key),
            Reason::PopularIn(key),
            Reason::LikesCategory(key),
            Reason::LikesBrand(key),
            Reason::From(key),
        ];
        let plain = [Reason::Pinned, Reason::Trending, Reason::Popular, Reason::New, Reason::Seen, Reason::MatchesSearch];
        for reason in named.iter().chain(&plain) {
            let [english, german] = reason.phrases();
            for Phrase(pattern, without) in [&english, &german] {
                assert_eq!(pattern.matches("{}").count(), usize::from(named.contains(reason)), "{reason:?}: {pattern}");
                assert!(!without.is_empty() && !without.contains('{'), "{reason:?}: {without}");
            }
            assert_ne!(english.1, german.1, "{reason:?}");
        }
        let empty = Catalog::empty();
        assert_eq!(Reason::Seen.sentence(&empty, Language::German), "Von Ihnen angesehen");
    }
}
