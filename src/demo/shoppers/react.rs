//! What a page and its shopper make of a pushed change: a receipt at once, and what follows with which probability.

use super::chance::Chance;
use super::habits;
use super::place::Place;
use super::place::Spot;
use super::place::TEMPLATES;
use crate::protocol::wire::Op;
use crate::protocol::wire::Patch;
use crate::protocol::wire::ReceiptState;

/// A page takes changes on its first screen this long, unless the shopper acts before; the library's figure.
const EARLY_MS: u64 = 1_500;

/// The page a change arrives on.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub spots: &'a [Spot],
    pub is_phone: bool,
    /// The shopper has pressed, typed or scrolled.
    pub had_input: bool,
    pub age_ms: u64,
    pub has_overlay: bool,
}

/// What comes of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reaction {
    /// Said at once; `None` where nothing is to be said.
    pub receipt: Option<(ReceiptState, Option<&'static str>)>,
    /// Said later, in milliseconds from now.
    pub later: Vec<(u64, ReceiptState)>,
    /// Where a click leads.
    pub leads: Option<Place>,
    /// The shopper deals with it before anything else.
    pub is_overlay: bool,
    /// The code and the terms' kind and amount, of an offer.
    pub offer: Option<Coupon>,
}

/// An offer as the shopper may use it at the checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    pub code: String,
    pub kind: String,
    pub amount: i64,
    pub minimum: i64,
}

impl Coupon {
    /// What it takes off goods of this value.
    pub fn discount(&self, goods: i64) -> i64 {
        let off = match self.kind.as_str() {
            _ if goods < self.minimum => 0,
            "percent" => goods.saturating_mul(self.amount.clamp(0, 100)) / 100,
            "fixed" => self.amount,
            _ => 0,
        };
        off.clamp(0, goods.max(0))
    }
}

/// Judges a change as the library would and the shopper might.
pub fn react(patch: &Patch, page: Standing<'_>, chance: &mut Chance) -> Reaction {
    if patch.decision.is_none() {
        return Reaction::default();
    }
    let refused = |state, reason| Reaction { receipt: Some((state, Some(reason))), ..Reaction::default() };
    let (spot_name, template) = named(&patch.op);
    let is_overlay = spot_name == Some("overlay");
    let spot = spot_name.and_then(|name| page.spots.iter().find(|spot| spot.name == name));
    if spot_name.is_some() && !is_overlay && spot.is_none() {
        return refused(ReceiptState::Failed, "missing");
    }
    if template.is_some_and(|template| !TEMPLATES.contains(&template)) {
        return refused(ReceiptState::Failed, "template");
    }
    if is_overlay && page.has_overlay {
        return refused(ReceiptState::Suppressed, "busy");
    }
    let is_above = spot.is_none_or(|spot| if page.is_phone { spot.above.1 } else { spot.above.0 });
    if spot.is_some_and(|spot| !spot.live) && is_above && (page.had_input || page.age_ms > EARLY_MS) {
        return refused(ReceiptState::Suppressed, "late");
    }
    let mut reaction = Reaction { receipt: Some((ReceiptState::Received, None)), is_overlay, ..Reaction::default() };
    if let Op::Offer { code: Some(code), terms, .. } = &patch.op {
        reaction.offer = Some(Coupon { code: code.clone(), kind: terms.kind.clone(), amount: terms.amount, minimum: terms.minimum });
    }
    let is_seen = !matches!(patch.op, Op::Notice { .. } | Op::Emit { .. }) && (is_above || chance.happens(habits::SCROLLED_INTO_VIEW));
    if !is_seen {
        return reaction;
    }
    reaction.later.push((habits::SHOWN_AFTER_MS, ReceiptState::Shown));
    let answered_ms = habits::SHOWN_AFTER_MS + chance.between(500, 4_000);
    let share = chance.share();
    let clicks = if is_overlay {
        habits::CLICKS_OVERLAY
    } else {
        match patch.op {
            Op::Recommend { .. } => habits::CLICKS_RECOMMENDATION,
            Op::Offer { .. } => habits::CLICKS_OFFER,
            Op::Fill { .. } | Op::Cta { .. } | Op::Nav { .. } => habits::CLICKS_OTHER,
            _ => 0.0,
        }
    };
    if spot_name == Some("cart-progress") && matches!(patch.op, Op::Fill { .. }) && chance.happens(habits::BUYS_WHEN_CLOSE) {
        reaction.leads = Some(Place::Checkout);
    } else if share < clicks {
        reaction.later.push((answered_ms, ReceiptState::Clicked));
        reaction.leads = leads_to(&patch.op, chance);
    } else if is_overlay && share < clicks + habits::DISMISSES_OVERLAY {
        reaction.later.push((answered_ms, ReceiptState::Dismissed));
    }
    reaction
}

/// The placement and the template an operation names.
fn named(op: &Op) -> (Option<&str>, Option<&str>) {
    match op {
        Op::Fill { placement, template, .. } | Op::Offer { placement, template, .. } | Op::Recommend { placement, template, .. } => {
            (Some(placement), Some(template))
        }
        Op::Cta { placement, .. } | Op::Nav { placement, .. } | Op::Layout { placement, .. } | Op::Clear { placement } => {
            (Some(placement), None)
        }
        Op::Order { list, .. } => (Some(list), None),
        Op::Notice { .. } | Op::Emit { .. } => (None, None),
    }
}

fn leads_to(op: &Op, chance: &mut Chance) -> Option<Place> {
    match op {
        Op::Recommend { items, .. } => {
            let at = chance.between(0, (items.len() as u64).saturating_sub(1)) as usize;
            items.get(at).and_then(|item| Place::of_href(&item.href))
        }
        Op::Offer { data, .. } | Op::Fill { data, .. } => data.get("href").map_or(Some(Place::Cart), |href| Place::of_href(href)),
        Op::Cta { href, .. } => href.as_deref().and_then(Place::of_href),
        Op::Nav { shortcuts, .. } => shortcuts.first().and_then(|shortcut| Place::of_href(&shortcut.href)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::wire::Decision;
    use std::collections::BTreeMap;

    fn fill(placement: &str, template: &str) -> Patch {
        let op = Op::Fill { placement: placement.into(), template: template.into(), data: BTreeMap::new() };
        Patch { op, decision: Some(Decision { id: "d1".into(), ..Decision::default() }), ttl_ms: 0 }
    }

    fn receipt(patch: &Patch, age_ms: u64, had_input: bool) -> Option<(ReceiptState, Option<&'static str>)> {
        let page = Standing { spots: Place::Home.spots(true), is_phone: false, had_input, age_ms, has_overlay: false };
        react(patch, page, &mut Chance::new(1, 1)).receipt
    }

    #[test]
    fn a_page_takes_what_it_has_a_place_and_a_template_for_in_time() {
        use ReceiptState::*;
        assert_eq!(receipt(&fill("hero", "hero"), 100, false), Some((Received, None)));
        assert_eq!(receipt(&fill("hero", "hero"), 1_600, false), Some((Suppressed, Some("late"))));
        assert_eq!(receipt(&fill("hero", "hero"), 100, true), Some((Suppressed, Some("late"))));
        assert_eq!(receipt(&fill("banner", "banner"), 60_000, true), Some((Received, None)), "a live placement may always change");
        assert_eq!(receipt(&fill("listing-top", "tile"), 100, false), Some((Failed, Some("missing"))));
        assert_eq!(receipt(&fill("hero", "carousel"), 100, false), Some((Failed, Some("template"))));
        assert_eq!(receipt(&Patch { decision: None, ..fill("hero", "hero") }, 100, false), None);
    }

    #[test]
    fn a_coupon_takes_off_what_it_says_and_never_more_than_the_goods() {
        let coupon = |kind: &str, amount, minimum| Coupon { code: "A".into(), kind: kind.into(), amount, minimum };
        assert_eq!(coupon("percent", 10, 0).discount(5_000), 500);
        assert_eq!(coupon("fixed", 700, 0).discount(500), 500);
        assert_eq!(coupon("fixed", 700, 6_000).discount(5_000), 0);
        assert_eq!(coupon("free_shipping", 0, 0).discount(5_000), 0);
    }

    #[test]
    fn links_of_the_shop_lead_to_its_pages() {
        assert_eq!(Place::of_href("/c/computers"), Some(Place::Category("computers".into())));
        assert_eq!(Place::of_href("/c/electronics.telephone?sort=price"), Some(Place::Category("electronics.telephone".into())));
        for foreign in ["/c/nothing", "/p/0", "https://elsewhere.example/", "/admin"] {
            assert_eq!(Place::of_href(foreign), None, "{foreign}");
        }
    }
}
