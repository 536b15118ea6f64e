//! What a placement shows, resolved from an action for one visitor at one moment.

use super::Held;
use super::Lent;
use super::Situation;
use crate::campaign::Action;
use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::OrderBy;
use crate::campaign::Piece;
use crate::campaign::ShortcutSource;
use crate::campaign::Text;
use crate::campaign::condition::Facts;
use crate::campaign::condition::Kind;
use crate::campaign::condition::Slot;
use crate::model::Interests;
use crate::model::Key;
use crate::model::Money;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::offer::Terms;
use crate::recommend;
use crate::recommend::Listing;
use crate::recommend::Pick;
use crate::recommend::Rotate;
use crate::recommend::Strategy;
use crate::recommend::rerank;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::fmt::Write;
use std::sync::Arc;

/// Content of a placement. Products are keys: names, prices and stock are looked up when it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Content {
    Fill { template: Arc<str>, data: Vec<(Arc<str>, Box<str>)> },
    Order { items: Vec<Key> },
    Cta { label: Box<str>, href: Option<Box<str>>, tone: Option<Arc<str>> },
    Nav { shortcuts: Vec<(Box<str>, Box<str>)>, promote: Vec<Arc<str>> },
    Offer { template: Arc<str>, data: Vec<(Arc<str>, Box<str>)>, terms: Terms, code: Option<Box<str>>, expires: Option<Timestamp> },
    Recommend { template: Arc<str>, title: Option<Box<str>>, strategy: Strategy, picks: SmallVec<[Pick; 8]> },
    Layout { layout: Arc<str> },
    Notice { text: Box<str>, tone: Option<Arc<str>> },
    Emit { name: Arc<str>, data: Vec<(Arc<str>, Box<str>)> },
}

impl Content {
    /// Resolves an action; `None` where it would change nothing or has nothing to show.
    pub(super) fn resolve(campaign: &Campaign, action: &Action, situation: &Situation<'_>) -> Option<Content> {
        let render = |text: &Text| render(text, campaign, situation);
        let fields = |data: &[(Arc<str>, Text)]| data.iter().map(|(field, text)| (field.clone(), render(text))).collect::<Vec<_>>();
        Some(match &action.kind {
            ActionKind::Fill { template, data } => Content::Fill { template: template.clone(), data: fields(data) },
            ActionKind::Order { by: OrderBy::Interest, strength } => {
                let spot = situation.page.spot(action.key)?;
                let mut items = Vec::with_capacity(spot.items.len());
                let shown = match spot.held.as_deref() {
                    Some(Held { content: Content::Order { items }, .. }) => Some(&**items),
                    _ => None,
                };
                let nothing = Interests::default();
                let lent = lent(campaign, situation, &nothing);
                let (catalog, now, strength) = (&situation.snapshot.catalog, situation.at, *strength);
                let Lent { interests, foresight, .. } = lent;
                rerank(&Listing { catalog, interests, foresight, now, items: &spot.items, shown, strength }, &mut items);
                if items == spot.items {
                    return None;
                }
                Content::Order { items }
            }
            ActionKind::Cta { label, href, tone } => {
                Content::Cta { label: render(label), href: href.as_ref().map(render), tone: tone.clone() }
            }
            ActionKind::Nav { shortcuts, promote } => {
                let shortcuts = match shortcuts {
                    ShortcutSource::Fixed(list) => list.iter().map(|(label, href)| (render(label), render(href))).collect(),
                    ShortcutSource::Interest { count, href } => interest_shortcuts(campaign, situation, *count, href),
                };
                if shortcuts.is_empty() && promote.is_empty() {
                    return None;
                }
                Content::Nav { shortcuts, promote: promote.clone() }
            }
            ActionKind::Offer { template, data, terms } => {
                Content::Offer { template: template.clone(), data: fields(data), terms: *terms, code: None, expires: None }
            }
            ActionKind::Recommend { template, title, chain, rules, count } => {
                let mut picks = SmallVec::new();
                let page = &situation.page.page;
                let nothing = Interests::default();
                let lent = lent(campaign, situation, &nothing);
                let ask = recommend::Ask {
                    catalog: &situation.snapshot.catalog,
                    now: situation.at,
                    product: Some(page.product).filter(|key| !key.is_none()),
                    category: Some(&page.category).filter(|path| !path.is_empty()).map(|path| key_of(path)),
                    cart: situation.cart,
                    seen: lent.seen,
                    interests: lent.interests,
                    foresight: lent.foresight,
                    query: situation.query,
                    trends: &situation.snapshot.trends,
                    exclude: lent.unwanted,
                    rules,
                    turn: turn(rules.rotate, campaign.key, situation),
                    count: *count,
                };
                situation.snapshot.model.recommend(chain, &ask, &mut picks);
                if picks.len() < *count {
                    return None;
                }
                let strategy = chain.first().copied().unwrap_or_default();
                Content::Recommend { template: template.clone(), title: title.as_ref().map(render), strategy, picks }
            }
            ActionKind::Layout { layout } => Content::Layout { layout: layout.clone() },
            ActionKind::Notice { text, tone } => Content::Notice { text: render(text), tone: tone.clone() },
            ActionKind::Emit { name, data } => Content::Emit { name: name.clone(), data: fields(data) },
        })
    }

    /// Whether it happens once and leaves nothing behind.
    pub fn is_momentary(&self) -> bool {
        matches!(self, Content::Notice { .. } | Content::Emit { .. })
    }

    /// Whether a page that shows `other` would not change: the same but for the code the ledger adds.
    pub fn is_same(&self, other: &Content) -> bool {
        match (self, other) {
            (Content::Offer { template, data, terms, .. }, Content::Offer { template: t, data: d, terms: s, .. }) => {
                template == t && data == d && terms == s
            }
            _ => self == other,
        }
    }

    /// When the content stops being true.
    pub fn expires(&self) -> Option<Timestamp> {
        if let Content::Offer { expires, .. } = self { *expires } else { None }
    }

    /// A few words for a timeline.
    pub fn summary(&self) -> String {
        let title = |data: &[(Arc<str>, Box<str>)]| {
            data.iter().find(|(field, _)| &**field == "title").map_or(String::new(), |(_, text)| format!(": {text}"))
        };
        match self {
            Content::Fill { template, data } => format!("{template}{}", title(data)),
            Content::Order { items } => format!("{} items in another order", items.len()),
            Content::Cta { label, .. } => format!("call to action: {label}"),
            Content::Nav { shortcuts, promote } => format!("{} shortcuts, {} promoted", shortcuts.len(), promote.len()),
            Content::Offer { template, data, .. } => format!("offer {template}{}", title(data)),
            Content::Recommend { strategy, picks, .. } => format!("{} products, {}", picks.len(), strategy.name()),
            Content::Layout { layout } => format!("layout {layout}"),
            Content::Notice { text, .. } => format!("notice: {text}"),
            Content::Emit { name, .. } => format!("event {name}"),
        }
    }
}

fn lent<'a>(campaign: &Campaign, situation: &Situation<'a>, nothing: &'a Interests) -> Lent<'a> {
    situation.lent_to(campaign).unwrap_or(Lent { seen: &[], interests: nothing, foresight: None, unwanted: &[] })
}

/// Where a list begins that turns by visit or by day: a number made of what stays the same as long.
fn turn(rotate: Rotate, campaign: Key, situation: &Situation<'_>) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = situation.unit.0;
    let day = situation.at.0 / 86_400_000_000;
    campaign.0
        ^ match rotate {
            Rotate::Never => 0,
            Rotate::Visit => situation.visit,
            Rotate::Daily => u64::from_be_bytes([a, b, c, d, e, f, g, h]) ^ day.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
}

/// The merchant's own sentence for the shopper, in the page's language; empty where there is none.
pub fn own_words(campaign: &Campaign, situation: &Situation<'_>) -> Box<str> {
    campaign.why_in(situation.language).map_or(Box::from(""), |why| render(why, campaign, situation))
}

fn interest_shortcuts(campaign: &Campaign, situation: &Situation<'_>, count: usize, pattern: &str) -> Vec<(Box<str>, Box<str>)> {
    let catalog = &situation.snapshot.catalog;
    situation
        .lent_to(campaign)
        .into_iter()
        .flat_map(|lent| lent.interests.categories.keys())
        .filter_map(|key| Some((catalog.category_label(key)?, catalog.category_name(key)?)))
        .take(count)
        .map(|(label, path)| (Box::from(label), Box::from(pattern.replace("{category}", path))))
        .collect()
}

fn render(text: &Text, campaign: &Campaign, situation: &Situation<'_>) -> Box<str> {
    let mut out = String::new();
    for piece in &text.pieces {
        // Writing to a String cannot fail.
        let _ = match piece {
            Piece::Literal(literal) => out.write_str(literal),
            Piece::Value(slot) => value(*slot, situation, &situation.facts_of(campaign), &mut out),
            Piece::Missing => {
                let missing = (campaign.target.unwrap_or(0) - situation.cart.value().minor).max(0);
                write!(out, "{}", Money::new(missing, situation.cart.currency))
            }
            Piece::Target => write!(out, "{}", Money::new(campaign.target.unwrap_or(0), situation.cart.currency)),
            Piece::Progress => {
                let target = campaign.target.unwrap_or(0).max(1);
                write!(out, "{}", (situation.cart.value().minor.saturating_mul(100) / target).clamp(0, 100))
            }
        };
    }
    out.into_boxed_str()
}

fn value(slot: Slot, situation: &Situation<'_>, facts: &dyn Facts, out: &mut String) -> std::fmt::Result {
    match slot {
        Slot::CartValue => write!(out, "{}", situation.cart.value()),
        Slot::InterestTopCategory | Slot::PageCategory | Slot::ProductCategory => {
            let path = facts.text(slot);
            out.write_str(situation.snapshot.catalog.category_label(key_of(path)).unwrap_or(path))
        }
        _ if slot.kind() == Kind::Text => out.write_str(facts.text(slot)),
        _ => {
            let number = facts.number(slot);
            // Facts are far below 2^63, and a whole number is written several times faster than a rounded one.
            if number.fract() == 0.0 { write!(out, "{}", number as i64) } else { write!(out, "{number:.1}") }
        }
    }
}
