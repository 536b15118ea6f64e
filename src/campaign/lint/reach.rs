//! On which pages each trigger of a campaign can lead to an act, found with the conditions' own constant folding.

use super::World;
use crate::campaign::Campaign;
use crate::campaign::DwellOf;
use crate::campaign::PageMask;
use crate::campaign::SearchOutcome;
use crate::campaign::Trigger;
use crate::campaign::Variant;
use crate::campaign::condition::Condition;
use crate::campaign::condition::Slot;
use crate::model::Money;
use crate::model::PageKind;

/// Where one trigger can lead to an act.
pub(super) struct Reach {
    /// Number of the trigger, from 0.
    pub trigger: usize,
    /// Empty: nowhere.
    pub pages: PageMask,
    /// Why nowhere.
    pub dead: Option<String>,
}

/// One entry per trigger, in order.
pub(super) fn of(campaign: &Campaign, world: &World<'_>) -> Vec<Reach> {
    let variants: Vec<PageMask> = live(campaign).filter_map(|variant| standing(variant, world)).collect();
    // A variant with an unknown placement stands nowhere, but that is said elsewhere.
    let standing = if variants.len() < live(campaign).count() { PageMask::ANY } else { union(&variants) };
    let one = |(index, trigger): (usize, &Trigger)| {
        let (pages, dead) = match reason(campaign, trigger, standing, world) {
            Ok(pages) => (pages, None),
            Err(reason) => (PageMask::of([]), Some(reason)),
        };
        Reach { trigger: index, pages, dead }
    };
    campaign.triggers.iter().enumerate().map(one).collect()
}

/// Variants that are ever chosen.
pub(super) fn live(campaign: &Campaign) -> impl Iterator<Item = &Variant> {
    campaign.variants.iter().filter(|variant| variant.weight > 0)
}

/// Pages that have every placement of a variant, which acts as a whole or not at all; `None` if one is not known at all.
pub(super) fn standing(variant: &Variant, world: &World<'_>) -> Option<PageMask> {
    let Some(placements) = world.placements else { return Some(PageMask::ANY) };
    let mut pages = PageMask::ANY;
    for action in variant.actions.iter().filter(|action| action.takes_placement()) {
        pages = both(pages, PageMask::of(placements.get(&*action.placement)?.iter().copied()));
    }
    Some(pages)
}

pub(super) fn both(a: PageMask, b: PageMask) -> PageMask {
    PageMask::of(a.kinds().filter(|kind| b.has(*kind)))
}

pub(super) fn is_empty(pages: PageMask) -> bool {
    pages.kinds().next().is_none()
}

fn union(masks: &[PageMask]) -> PageMask {
    PageMask::of(PageKind::ALL.into_iter().filter(|kind| masks.iter().any(|mask| mask.has(*kind))))
}

fn reason(campaign: &Campaign, trigger: &Trigger, standing: PageMask, world: &World<'_>) -> Result<PageMask, String> {
    never(trigger, world)?;
    let on = trigger.name();
    let facts = implied(trigger, world);
    let pages = match &campaign.when {
        None => trigger.pages(),
        Some(when) => {
            if when.constant() == Some(false) {
                return Err(format!("the condition `{}` is never true", brief(when.source())));
            }
            let is_excluded = |page: Option<PageKind>| {
                let page = page.map(|page| format!("page.kind == \"{}\"", page.name()));
                excluded(facts.iter().map(String::as_str).chain(page.as_deref()).chain([when.source()]))
            };
            if let Some(fact) = facts.first()
                && is_excluded(None)
            {
                return Err(format!("`{on}` fires where `{fact}`, and there the condition is never true"));
            }
            if when.slots().contains(&Slot::PageKind) {
                let pages = PageMask::of(trigger.pages().kinds().filter(|page| !is_excluded(Some(*page))));
                if is_empty(pages) {
                    return Err(format!("`{on}` is bound to {}, and there the condition is never true", list(trigger.pages())));
                }
                pages
            } else {
                trigger.pages()
            }
        }
    };
    if is_empty(standing) {
        return Err("no page has all the placements of a variant, and a variant acts as a whole".to_owned());
    }
    let left = both(pages, standing);
    if is_empty(left) {
        return Err(format!("`{on}` acts on {}, but the placements stand on {}", list(pages), list(standing)));
    }
    Ok(left)
}

/// Thresholds that nothing crosses.
fn never(trigger: &Trigger, world: &World<'_>) -> Result<(), String> {
    match trigger {
        Trigger::CartValue { edge, .. } if edge.threshold == 0 => {
            let zero = Money::new(0, world.catalog.currency());
            Err(format!("`cart_value` at {zero} is never crossed, no cart is worth less"))
        }
        Trigger::Score { above, .. } if *above == 0.0 => Err("`score` at 0 is never crossed, no score is lower".to_owned()),
        _ => Ok(()),
    }
}

/// What surely holds when a trigger fires, as conditions; pages are left out.
pub(super) fn implied(trigger: &Trigger, world: &World<'_>) -> Vec<String> {
    let facts: &[String] = match trigger {
        Trigger::SessionStart => &["session.page_views <= 1".to_owned()],
        Trigger::ReturnVisit => &["visitor.returning".to_owned(), "session.page_views <= 1".to_owned()],
        Trigger::Dwell { of, after, .. } => {
            let slot = match of {
                DwellOf::Page => "page.attention",
                DwellOf::Product => "product.attention",
                DwellOf::Category => "attention.category",
                DwellOf::Session => "attention.total",
            };
            &[format!("{slot} >= {}", after.as_secs_f64())]
        }
        Trigger::Scroll { depth, .. } => &[format!("page.depth >= {depth}")],
        Trigger::Search { results: SearchOutcome::None } => &["search.results == 0".to_owned()],
        Trigger::Search { results: SearchOutcome::Some } => &["search.results > 0".to_owned()],
        Trigger::CartValue { edge, .. } => {
            let value = Money::new(edge.threshold, world.catalog.currency()).major();
            &[format!("cart.value {} {value}", if edge.above { ">=" } else { "<" })]
        }
        Trigger::ProductViews { count, .. } => &[format!("session.product_views >= {count}")],
        Trigger::Score { above, .. } => &[format!("score.intent >= {above}")],
        Trigger::Order => &["session.orders >= 1".to_owned()],
        _ => &[],
    };
    facts.to_vec()
}

/// Whether conditions can be seen never to hold together.
pub(super) fn excluded<'s>(parts: impl Iterator<Item = &'s str>) -> bool {
    // A line break ends a comment that a part may end with.
    let source = parts.map(|part| format!("({part}\n)")).collect::<Vec<_>>().join(" && ");
    Condition::compile(&source).is_ok_and(|condition| condition.constant() == Some(false))
}

pub(super) fn list(pages: PageMask) -> String {
    if pages == PageMask::ANY {
        return "any page".to_owned();
    }
    pages.kinds().map(PageKind::name).collect::<Vec<_>>().join(", ")
}

/// A source in one line of bounded length.
fn brief(source: &str) -> String {
    const CHARS_MAX: usize = 80;
    let line = source.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= CHARS_MAX { line } else { line.chars().take(CHARS_MAX - 1).chain(['…']).collect() }
}
