//! Why a product is shown, in words that are true.

use crate::catalog::Catalog;
use crate::model::Key;
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
    pub fn sentence(&self, catalog: &Catalog) -> String {
        let product = |key: &Key| catalog.product(*key).map(|product| shorten(&product.name));
        let category = |key: &Key| catalog.category_label(*key);
        match self {
            Reason::ViewedWith(key) => with("Often viewed with", product(key), "Often viewed together"),
            Reason::BoughtWith(key) => with("Bought together with", product(key), "Bought together"),
            Reason::LookedAt(key) => with("Because you looked at", product(key), "Because of what you looked at"),
            Reason::InCart(key) => with("Goes with", product(key), "Goes with what is in your cart"),
            Reason::Pinned => "Chosen by this shop".to_owned(),
            Reason::Trending => "Trending now".to_owned(),
            Reason::TrendingIn(key) => with("Trending in", category(key), "Trending now"),
            Reason::SimilarTo(key) => with("Similar to", product(key), "Similar to what you looked at"),
            Reason::StepUpFrom(key) => with("A step up from", product(key), "A step up"),
            Reason::PopularIn(key) => with("Popular in", category(key), "Popular in this shop"),
            Reason::Popular => "Popular in this shop".to_owned(),
            Reason::New => "New in this shop".to_owned(),
            Reason::Seen => "You looked at this".to_owned(),
            Reason::LikesCategory(key) => with("Because you looked at", category(key), "Because of what you looked at"),
            Reason::LikesBrand(key) => with("Because you looked at", catalog.brand_name(*key), "Because of what you looked at"),
            Reason::MatchesSearch => "Close to what you searched for".to_owned(),
            Reason::From(key) => with("From", category(key), "From this shop"),
        }
    }
}

fn with(start: &str, name: Option<impl AsRef<str>>, without: &str) -> String {
    name.map_or_else(|| without.to_owned(), |name| format!("{start} {}", name.as_ref()))
}

fn shorten(name: &str) -> String {
    if name.chars().count() <= NAME_LETTERS_MAX {
        return name.to_owned();
    }
    let cut: String = name.chars().take(NAME_LETTERS_MAX - 1).collect();
    format!("{}…", cut.trim_end())
}
