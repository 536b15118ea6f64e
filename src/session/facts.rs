//! What conditions may ask of a session, answered for one page at one moment.
//!
//! Nothing here holds the session itself. What is open to everybody, what the shopper did and what earlier visits left are lent apart,
//! the latter two only with their permits, so that an answer about a closed part cannot be written.

use super::Profile;
use super::Session;
use super::behavior::Behavior;
use super::state::Counters;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Slot;
use crate::consent::Capabilities;
use crate::consent::Purpose;
use crate::decide::Caps;
use crate::decide::Lent;
use crate::decide::PageState;
use crate::decide::Snapshot;
use crate::model::Cart;
use crate::model::Context;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;

/// A session seen from one of its pages, as far as it may be seen.
pub(super) struct Scene<'a> {
    snapshot: &'a Snapshot,
    at: Timestamp,
    page: &'a PageState,
    context: &'a Context,
    allowed: Capabilities,
    cart: &'a Cart,
    caps: &'a Caps,
    query: &'a str,
    results: u32,
    acts: Option<Acts<'a>>,
    memory: Option<Remembered<'a>>,
}

/// What the shopper did in this visit.
struct Acts<'a> {
    kept: &'a Behavior,
    counters: Counters,
    attention_us: u64,
    page_attention_us: u64,
    age_seconds: f64,
}

/// What earlier visits left.
struct Remembered<'a> {
    profile: &'a Profile,
    days_since_last: f64,
}

impl<'a> Scene<'a> {
    pub(super) fn of(session: &'a Session, page: &'a PageState, snapshot: &'a Snapshot, at: Timestamp) -> Scene<'a> {
        let acts = session.learns().map(|permit| Acts {
            kept: session.behavior.read(permit),
            counters: session.counters,
            attention_us: session.attention.total_us(),
            page_attention_us: page.attention_us,
            age_seconds: at.since(session.started).as_secs_f64(),
        });
        let days = |profile: &Profile| session.started.since(profile.last_seen).as_secs_f64() / 86_400.0;
        let memory = session
            .profile()
            .map(|profile| Remembered { profile, days_since_last: if profile.sessions > 0 { days(profile) } else { 0.0 } });
        Scene {
            snapshot,
            at,
            page,
            context: &session.context,
            allowed: session.consent.capabilities(),
            cart: &session.cart,
            caps: &session.caps,
            query: &session.query,
            results: session.results,
            acts,
            memory,
        }
    }

    /// What campaigns may be lent of the shopper's behavior.
    pub(super) fn lent(&self) -> Option<Lent<'a>> {
        self.acts.as_ref().map(|acts| Lent {
            seen: acts.kept.views.products(),
            interests: &acts.kept.interests,
            foresight: acts.kept.foresight.as_deref(),
            unwanted: &acts.kept.unwanted,
        })
    }

    pub(super) fn page(&self) -> &'a PageState {
        self.page
    }

    pub(super) fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    pub(super) fn at(&self) -> Timestamp {
        self.at
    }

    fn page_category(&self) -> Key {
        if self.page.page.category.is_empty() { Key::NONE } else { key_of(&self.page.page.category) }
    }

    /// A number about what the shopper did; 0 where that may not be known.
    fn act(&self, number: impl FnOnce(&Acts<'a>) -> f64) -> f64 {
        self.acts.as_ref().map_or(0.0, number)
    }

    fn remembered(&self, number: impl FnOnce(&Remembered<'a>) -> f64) -> f64 {
        self.memory.as_ref().map_or(0.0, number)
    }
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

impl Facts for Scene<'_> {
    fn flag(&self, slot: Slot) -> bool {
        match slot {
            Slot::VisitorReturning => self.memory.as_ref().is_some_and(|memory| memory.profile.sessions > 0),
            Slot::DeviceTouch => self.context.touch,
            Slot::TimeWeekend => self.at.local(self.context.utc_offset).1 >= 6,
            Slot::ConsentPersonalize => self.allowed.allows(Purpose::Personalize),
            Slot::ConsentRemember => self.allowed.allows(Purpose::Remember),
            Slot::ConsentMeasure => self.allowed.allows(Purpose::Measure),
            Slot::ConsentShare => self.allowed.allows(Purpose::Share),
            _ => false,
        }
    }

    fn number(&self, slot: Slot) -> f64 {
        let product = || self.snapshot.catalog.product(self.page.page.product);
        match slot {
            Slot::VisitorSessions => self.remembered(|memory| f64::from(memory.profile.sessions)),
            Slot::VisitorOrders => self.remembered(|memory| f64::from(memory.profile.orders)),
            Slot::VisitorDaysSinceLast => self.remembered(|memory| memory.days_since_last),
            Slot::SessionNumber => 1.0 + self.remembered(|memory| f64::from(memory.profile.sessions)),
            Slot::TimeHour => f64::from(self.at.local(self.context.utc_offset).0),
            Slot::TimeWeekday => f64::from(self.at.local(self.context.utc_offset).1),
            Slot::PageDepth => f64::from(self.page.depth),
            Slot::PageAttention | Slot::AttentionPage => self.act(|acts| seconds(acts.page_attention_us)),
            Slot::ProductPrice => product().map_or(0.0, |product| product.price.major()),
            Slot::ProductStock => product().map_or(0.0, |product| product.stock.map_or(0.0, f64::from)),
            Slot::ProductViews => self.act(|acts| f64::from(acts.kept.views.of(self.page.page.product))),
            Slot::ProductAttention | Slot::AttentionProduct => {
                self.act(|acts| seconds(acts.kept.looked.product_us(self.page.page.product)))
            }
            Slot::CartValue => self.cart.value().major(),
            Slot::CartItems => f64::from(self.cart.items()),
            Slot::CartLines => self.cart.lines.len() as f64,
            Slot::SessionPageViews => self.act(|acts| f64::from(acts.counters.page_views)),
            Slot::SessionProductViews => self.act(|acts| f64::from(acts.counters.product_views)),
            Slot::SessionSearches => self.act(|acts| f64::from(acts.counters.searches)),
            Slot::SessionEvents => self.act(|acts| f64::from(acts.counters.events)),
            Slot::SessionOrders => self.act(|acts| f64::from(acts.counters.orders)),
            Slot::SessionAge => self.act(|acts| acts.age_seconds),
            Slot::AttentionTotal => self.act(|acts| seconds(acts.attention_us)),
            Slot::AttentionCategory => self.act(|acts| seconds(acts.kept.looked.category_us(self.page_category()))),
            Slot::SearchResults => f64::from(self.results),
            Slot::InterestStrength => self.act(|acts| acts.kept.interests.strength(self.at)),
            Slot::ScoreIntent => self.act(|acts| f64::from(acts.kept.intent)),
            _ => 0.0,
        }
    }

    fn text(&self, slot: Slot) -> &str {
        let catalog = &self.snapshot.catalog;
        let interests = self.acts.as_ref().map(|acts| &acts.kept.interests);
        match slot {
            Slot::DeviceKind => self.context.device.name(),
            Slot::ReferrerKind => self.context.referrer.name(),
            Slot::ReferrerHost => &self.context.referrer_host,
            Slot::UtmSource => &self.context.utm_source,
            Slot::UtmMedium => &self.context.utm_medium,
            Slot::UtmCampaign => &self.context.utm_campaign,
            Slot::LocaleLanguage => &self.context.language,
            Slot::LocaleCountry => &self.context.country,
            Slot::PageKind => self.page.page.kind.name(),
            Slot::PagePath => &self.page.page.path,
            Slot::PageCategory => &self.page.page.category,
            Slot::ProductId => &self.page.page.product_id,
            Slot::ProductCategory => catalog.product(self.page.page.product).map_or("", |product| &product.category_path),
            Slot::ProductBrand => catalog.product(self.page.page.product).map_or("", |product| &product.brand_name),
            Slot::SearchQuery => self.query,
            Slot::InterestTopCategory => interests.and_then(|own| catalog.category_name(own.categories.top()?)).unwrap_or(""),
            Slot::InterestTopBrand => interests.and_then(|own| catalog.brand_name(own.brands.top()?)).unwrap_or(""),
            Slot::InterestPriceBand => interests.and_then(|own| own.band()).map_or("none", |band| band.name()),
            _ => "",
        }
    }

    fn contains(&self, slot: Slot, key: u64) -> bool {
        let catalog = &self.snapshot.catalog;
        let key = Key(key);
        let in_category = |product: Key| catalog.product(product).is_some_and(|found| catalog.is_within(found.category, key));
        let seen = || self.acts.as_ref().map_or(&[][..], |acts| acts.kept.views.products());
        match slot {
            Slot::CartProducts => self.cart.lines.iter().any(|line| line.product == key),
            Slot::CartCategories => self.cart.lines.iter().any(|line| in_category(line.product)),
            Slot::CartBrands => self.cart.lines.iter().any(|line| catalog.product(line.product).is_some_and(|found| found.brand == key)),
            Slot::SeenProducts => seen().contains(&key),
            Slot::SeenCategories => seen().iter().any(|product| in_category(*product)),
            Slot::SeenCampaigns => self.caps.campaigns().any(|campaign| campaign == key),
            _ => false,
        }
    }

    fn entry(&self, slot: Slot, key: u64) -> f64 {
        let Some(interests) = self.acts.as_ref().map(|acts| &acts.kept.interests) else { return 0.0 };
        let key = Key(key);
        match slot {
            // Interest in a category is interest in everything below it.
            Slot::InterestCategory => interests
                .categories
                .keys()
                .filter(|own| self.snapshot.catalog.is_within(*own, key))
                .map(|own| interests.categories.share(self.at, own))
                .fold(0.0, |sum, share| sum + share)
                .min(1.0),
            Slot::InterestBrand => interests.brands.share(self.at, key),
            Slot::InterestAttribute => interests.attributes.share(self.at, key),
            Slot::ScoreModel => self.snapshot.scores.score(key, self),
            _ => 0.0,
        }
    }
}
