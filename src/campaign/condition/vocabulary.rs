//! The vocabulary of conditions: every name with its kind, its possible values and the consent its data needs.

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de::Error;
use std::borrow::Cow;
use std::fmt;

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Flag,
    /// A whole number.
    Integer,
    Number,
    Text,
    /// A set of texts, for `in`.
    List,
    /// Numbers under texts, for `["..."]` and `in`.
    Map,
}

impl Kind {
    /// The kind with its article, for messages.
    pub fn phrase(self) -> &'static str {
        match self {
            Kind::Flag => "a yes-or-no value",
            Kind::Integer => "a whole number",
            Kind::Number => "a number",
            Kind::Text => "a text",
            Kind::List => "a list",
            Kind::Map => "a map",
        }
    }
}

/// The consent without which the data behind a slot must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// Context of the request itself: the page, the cart, the device, the time.
    Nothing,
    /// What the shopper did in this session, and what was inferred from it.
    Personalize,
    /// What was kept from earlier sessions.
    Remember,
}

struct Row {
    name: &'static str,
    kind: Kind,
    low: f64,
    high: f64,
    allowed: &'static [&'static str],
    needs: Needs,
    doc: &'static str,
}

/// Kind and possible values of a row.
struct Shape(Kind, f64, f64, &'static [&'static str]);

/// Integers are exact in an `f64` up to here, 2^53.
pub(super) const INTEGER_MAX: f64 = 9_007_199_254_740_992.0;

const fn flag() -> Shape {
    Shape(Kind::Flag, 0.0, 1.0, &[])
}
const fn count() -> Shape {
    integer(0.0, INTEGER_MAX)
}
const fn integer(low: f64, high: f64) -> Shape {
    Shape(Kind::Integer, low, high, &[])
}
const fn amount() -> Shape {
    Shape(Kind::Number, 0.0, f64::MAX, &[])
}
const fn share() -> Shape {
    Shape(Kind::Number, 0.0, 1.0, &[])
}
const fn text() -> Shape {
    Shape(Kind::Text, 0.0, 0.0, &[])
}
const fn one_of(allowed: &'static [&'static str]) -> Shape {
    Shape(Kind::Text, 0.0, 0.0, allowed)
}
const fn list() -> Shape {
    Shape(Kind::List, 0.0, 0.0, &[])
}
const fn shares() -> Shape {
    Shape(Kind::Map, 0.0, 1.0, &[])
}

const fn scores() -> Shape {
    Shape(Kind::Map, -SCORE_MAX, SCORE_MAX, &[])
}

/// Scores of a merchant's own models reach up to here, and as far below 0.
pub const SCORE_MAX: f64 = 1e9;

const DEVICES: &[&str] = &["phone", "tablet", "desktop", "bot"];
const REFERRERS: &[&str] = &["direct", "search", "social", "email", "ads", "internal", "other"];
const PAGES: &[&str] = &["home", "category", "product", "search", "cart", "checkout", "order", "account", "content", "other"];
const PRICE_BANDS: &[&str] = &["none", "budget", "middle", "premium"];

macro_rules! vocabulary {
    ($($slot:ident $name:literal $shape:expr, $needs:ident, $doc:literal;)*) => {
        /// A name that conditions may use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Slot {
            $(#[doc = $doc] $slot,)*
        }

        const ALL: &[Slot] = &[$(Slot::$slot,)*];

        /// In the order of the enum, so that a slot is its index.
        static TABLE: [Row; ALL.len()] = [$({
            const SHAPE: Shape = $shape;
            Row { name: $name, kind: SHAPE.0, low: SHAPE.1, high: SHAPE.2, allowed: SHAPE.3, needs: Needs::$needs, doc: $doc }
        },)*];
    };
}

vocabulary! {
    VisitorReturning "visitor.returning" flag(), Remember, "Whether the visitor has been here in an earlier session.";
    VisitorSessions "visitor.sessions" count(), Remember, "Earlier sessions of the visitor.";
    VisitorOrders "visitor.orders" count(), Remember, "Orders the visitor has placed, all sessions.";
    VisitorDaysSinceLast "visitor.days_since_last" amount(), Remember, "Days since the visitor's last session; 0 on the first.";
    DeviceKind "device.kind" one_of(DEVICES), Nothing, "Kind of device.";
    DeviceTouch "device.touch" flag(), Nothing, "Whether the device is operated by touch.";
    ReferrerKind "referrer.kind" one_of(REFERRERS), Nothing, "Where the session came from.";
    ReferrerHost "referrer.host" text(), Nothing, "Host name of the referring page.";
    UtmSource "utm.source" text(), Nothing, "The utm_source of the landing page.";
    UtmMedium "utm.medium" text(), Nothing, "The utm_medium of the landing page.";
    UtmCampaign "utm.campaign" text(), Nothing, "The utm_campaign of the landing page.";
    LocaleLanguage "locale.language" text(), Nothing, "Language of the browser, such as \"de\".";
    LocaleCountry "locale.country" text(), Nothing, "Two-letter country of the browser's locale, such as \"AT\".";
    TimeHour "time.hour" integer(0.0, 23.0), Nothing, "Hour of the shop's day.";
    TimeWeekday "time.weekday" integer(1.0, 7.0), Nothing, "Day of the shop's week; Monday is 1.";
    TimeWeekend "time.weekend" flag(), Nothing, "Whether it is Saturday or Sunday in the shop.";
    PageKind "page.kind" one_of(PAGES), Nothing, "Kind of the page being looked at.";
    PagePath "page.path" text(), Nothing, "Path of the page's address.";
    PageCategory "page.category" text(), Nothing, "Category of the page, such as \"computers.notebook\".";
    PageDepth "page.depth" integer(0.0, 100.0), Nothing, "Deepest scroll position on the page, in percent.";
    PageAttention "page.attention" amount(), Personalize, "Seconds of attention on this page view.";
    ProductId "product.id" text(), Nothing, "Id of the product being looked at.";
    ProductCategory "product.category" text(), Nothing, "Category of the product being looked at.";
    ProductBrand "product.brand" text(), Nothing, "Brand of the product being looked at.";
    ProductPrice "product.price" amount(), Nothing, "Price of the product being looked at, in the cart's currency.";
    ProductStock "product.stock" count(), Nothing, "Pieces in stock of the product being looked at.";
    ProductViews "product.views" count(), Personalize, "Views of this product in the session.";
    ProductAttention "product.attention" amount(), Personalize, "Seconds of attention on this product in the session.";
    CartValue "cart.value" amount(), Nothing, "Value of the cart, in its currency's main unit.";
    CartItems "cart.items" count(), Nothing, "Pieces in the cart.";
    CartLines "cart.lines" count(), Nothing, "Different products in the cart.";
    CartProducts "cart.products" list(), Nothing, "Ids of the products in the cart.";
    CartCategories "cart.categories" list(), Nothing, "Categories of the products in the cart.";
    CartBrands "cart.brands" list(), Nothing, "Brands of the products in the cart.";
    SessionPageViews "session.page_views" count(), Personalize, "Pages viewed in the session.";
    SessionProductViews "session.product_views" count(), Personalize, "Products viewed in the session.";
    SessionSearches "session.searches" count(), Personalize, "Searches made in the session.";
    SessionEvents "session.events" count(), Personalize, "Events of the session.";
    SessionOrders "session.orders" count(), Personalize, "Orders placed in the session.";
    SessionAge "session.age" amount(), Personalize, "Seconds since the session began.";
    SessionNumber "session.number" count(), Remember, "Which session of the visitor this is; the first is 1.";
    AttentionTotal "attention.total" amount(), Personalize, "Seconds of attention in the session.";
    AttentionPage "attention.page" amount(), Personalize, "Seconds of attention on this page, all its views.";
    AttentionProduct "attention.product" amount(), Personalize, "Seconds of attention on the product being looked at.";
    AttentionCategory "attention.category" amount(), Personalize, "Seconds of attention on the category being looked at.";
    SearchQuery "search.query" text(), Nothing, "The last search of the session.";
    SearchResults "search.results" count(), Nothing, "How many results the last search had.";
    InterestCategory "interest.category" shares(), Personalize, "Interest in each category.";
    InterestBrand "interest.brand" shares(), Personalize, "Interest in each brand.";
    InterestAttribute "interest.attribute" shares(), Personalize, "Interest in each product attribute.";
    InterestTopCategory "interest.top_category" text(), Personalize, "Category of the greatest interest.";
    InterestTopBrand "interest.top_brand" text(), Personalize, "Brand of the greatest interest.";
    InterestPriceBand "interest.price_band" one_of(PRICE_BANDS), Personalize, "Price band the shopper looks at.";
    InterestStrength "interest.strength" share(), Personalize, "How much is known about the shopper's interests.";
    ScoreIntent "score.intent" share(), Personalize, "Likelihood that the shopper will order.";
    ScoreModel "score.model" scores(), Personalize, "Score of each of the shop's own models, by name.";
    ConsentPersonalize "consent.personalize" flag(), Nothing, "Whether the shopper allows personalization.";
    ConsentRemember "consent.remember" flag(), Nothing, "Whether the shopper allows being remembered.";
    ConsentMeasure "consent.measure" flag(), Nothing, "Whether the shopper allows measurement.";
    ConsentShare "consent.share" flag(), Nothing, "Whether the shopper allows sharing with third parties.";
    SeenProducts "seen.products" list(), Personalize, "Ids of the products viewed in the session.";
    SeenCategories "seen.categories" list(), Personalize, "Categories viewed in the session.";
    SeenCampaigns "seen.campaigns" list(), Nothing, "Ids of the campaigns shown in the session.";
}

impl Slot {
    /// Every slot, in the order of the reference.
    pub fn all() -> &'static [Slot] {
        ALL
    }

    /// The slot with this dotted name.
    pub fn named(name: &str) -> Option<Slot> {
        ALL.iter().copied().find(|slot| slot.name() == name)
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }

    /// The dotted name that conditions use.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub fn kind(self) -> Kind {
        self.row().kind
    }

    /// All texts a closed slot can hold; empty if any text is possible.
    pub fn allowed(self) -> &'static [&'static str] {
        self.row().allowed
    }

    /// Least and greatest number, both possible, of a number slot or of a map's values.
    pub fn range(self) -> Option<(f64, f64)> {
        let row = self.row();
        matches!(row.kind, Kind::Integer | Kind::Number | Kind::Map).then_some((row.low, row.high))
    }

    /// The consent the data behind the slot needs.
    pub fn purpose(self) -> Needs {
        self.row().needs
    }

    /// One sentence for the reference.
    pub fn doc(self) -> &'static str {
        self.row().doc
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Slot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Slot::named(&name).ok_or_else(|| D::Error::custom(format_args!("`{name}` is not a slot of the vocabulary")))
    }
}
