//! What conditions may ask of a session, answered for one page at one moment.

use super::Session;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Slot;
use crate::consent::Purpose;
use crate::decide::PageState;
use crate::decide::Snapshot;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;

/// A session seen from one of its pages.
pub(super) struct Scene<'a> {
    pub(super) session: &'a Session,
    pub(super) page: &'a PageState,
    pub(super) snapshot: &'a Snapshot,
    pub(super) at: Timestamp,
}

impl Scene<'_> {
    fn seconds(us: u64) -> f64 {
        us as f64 / 1e6
    }

    fn may(&self, purpose: Purpose) -> bool {
        self.session.consent.capabilities().allows(purpose)
    }

    fn page_category(&self) -> Key {
        if self.page.page.category.is_empty() { Key::NONE } else { key_of(&self.page.page.category) }
    }
}

impl Facts for Scene<'_> {
    fn flag(&self, slot: Slot) -> bool {
        let session = self.session;
        match slot {
            Slot::VisitorReturning => session.profile.as_ref().is_some_and(|profile| profile.sessions > 0),
            Slot::DeviceTouch => session.context.touch,
            Slot::TimeWeekend => self.at.local(session.context.utc_offset).1 >= 6,
            Slot::ConsentPersonalize => self.may(Purpose::Personalize),
            Slot::ConsentRemember => self.may(Purpose::Remember),
            Slot::ConsentMeasure => self.may(Purpose::Measure),
            Slot::ConsentShare => self.may(Purpose::Share),
            _ => false,
        }
    }

    fn number(&self, slot: Slot) -> f64 {
        let session = self.session;
        let product = || self.snapshot.catalog.product(self.page.page.product);
        match slot {
            Slot::VisitorSessions => session.profile.as_ref().map_or(0.0, |profile| f64::from(profile.sessions)),
            Slot::VisitorOrders => session.profile.as_ref().map_or(0.0, |profile| f64::from(profile.orders)),
            Slot::VisitorDaysSinceLast => session
                .profile
                .as_ref()
                .filter(|profile| profile.sessions > 0)
                .map_or(0.0, |profile| session.started.since(profile.last_seen).as_secs_f64() / 86_400.0),
            Slot::TimeHour => f64::from(self.at.local(session.context.utc_offset).0),
            Slot::TimeWeekday => f64::from(self.at.local(session.context.utc_offset).1),
            Slot::PageDepth => f64::from(self.page.depth),
            Slot::PageAttention | Slot::AttentionPage => Self::seconds(self.page.attention_us),
            Slot::ProductPrice => product().map_or(0.0, |product| product.price.major()),
            Slot::ProductStock => product().map_or(0.0, |product| product.stock.map_or(0.0, f64::from)),
            Slot::ProductViews => f64::from(session.views.of(self.page.page.product)),
            Slot::ProductAttention | Slot::AttentionProduct => Self::seconds(session.attention.product_us(self.page.page.product)),
            Slot::CartValue => session.cart.value().major(),
            Slot::CartItems => f64::from(session.cart.items()),
            Slot::CartLines => session.cart.lines.len() as f64,
            Slot::SessionPageViews => f64::from(session.counters.page_views),
            Slot::SessionProductViews => f64::from(session.counters.product_views),
            Slot::SessionSearches => f64::from(session.counters.searches),
            Slot::SessionEvents => f64::from(session.counters.events),
            Slot::SessionOrders => f64::from(session.counters.orders),
            Slot::SessionAge => self.at.since(session.started).as_secs_f64(),
            Slot::SessionNumber => session.profile.as_ref().map_or(1.0, |profile| f64::from(profile.sessions) + 1.0),
            Slot::AttentionTotal => Self::seconds(session.attention.total_us()),
            Slot::AttentionCategory => Self::seconds(session.attention.category_us(self.page_category())),
            Slot::SearchResults => f64::from(session.results),
            Slot::InterestStrength => session.interests.strength(self.at),
            Slot::ScoreIntent => f64::from(session.intent),
            _ => 0.0,
        }
    }

    fn text(&self, slot: Slot) -> &str {
        let session = self.session;
        let catalog = &self.snapshot.catalog;
        match slot {
            Slot::DeviceKind => session.context.device.name(),
            Slot::ReferrerKind => session.context.referrer.name(),
            Slot::ReferrerHost => &session.context.referrer_host,
            Slot::UtmSource => &session.context.utm_source,
            Slot::UtmMedium => &session.context.utm_medium,
            Slot::UtmCampaign => &session.context.utm_campaign,
            Slot::LocaleLanguage => &session.context.language,
            Slot::LocaleCountry => &session.context.country,
            Slot::PageKind => self.page.page.kind.name(),
            Slot::PagePath => &self.page.page.path,
            Slot::PageCategory => &self.page.page.category,
            Slot::ProductId => &self.page.page.product_id,
            Slot::ProductCategory => catalog.product(self.page.page.product).map_or("", |product| &product.category_path),
            Slot::ProductBrand => catalog.product(self.page.page.product).map_or("", |product| &product.brand_name),
            Slot::SearchQuery => &session.query,
            Slot::InterestTopCategory => session.interests.categories.top().and_then(|key| catalog.category_name(key)).unwrap_or(""),
            Slot::InterestTopBrand => session.interests.brands.top().and_then(|key| catalog.brand_name(key)).unwrap_or(""),
            Slot::InterestPriceBand => session.interests.band().map_or("none", |band| band.name()),
            _ => "",
        }
    }

    fn contains(&self, slot: Slot, key: u64) -> bool {
        let session = self.session;
        let catalog = &self.snapshot.catalog;
        let key = Key(key);
        let in_category = |product: Key| catalog.product(product).is_some_and(|found| catalog.is_within(found.category, key));
        match slot {
            Slot::CartProducts => session.cart.lines.iter().any(|line| line.product == key),
            Slot::CartCategories => session.cart.lines.iter().any(|line| in_category(line.product)),
            Slot::CartBrands => session.cart.lines.iter().any(|line| catalog.product(line.product).is_some_and(|found| found.brand == key)),
            Slot::SeenProducts => session.views.products().contains(&key),
            Slot::SeenCategories => session.views.products().iter().any(|product| in_category(*product)),
            Slot::SeenCampaigns => session.caps.campaigns().any(|campaign| campaign == key),
            _ => false,
        }
    }

    fn entry(&self, slot: Slot, key: u64) -> f64 {
        let interests = &self.session.interests;
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
