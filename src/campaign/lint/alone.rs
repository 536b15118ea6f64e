//! What is suspicious about one campaign by itself.

use super::Report;
use super::reach::Reach;
use crate::campaign::ActionKind;
use crate::campaign::Campaign;
use crate::campaign::Hold;
use crate::campaign::Limits;
use crate::campaign::Needs;
use crate::campaign::Notice;
use crate::campaign::OrderBy;
use crate::campaign::PageMask;
use crate::campaign::ShortcutSource;
use crate::campaign::Text;
use crate::campaign::Trigger;
use crate::campaign::Trust;
use crate::offer;
use std::collections::BTreeSet;

/// The longest a visit lasts, and the silence that ends one, unless the shop sets them otherwise.
const VISIT_HOURS: u64 = 24;
const SILENCE_MINUTES: u64 = 30;

pub(super) fn check(campaign: &Campaign, reaches: &[Reach], report: &mut Report) {
    check_reach(campaign, reaches, report);
    check_patience(campaign, report);
    check_condition(campaign, report);
    check_limits(campaign, report);
    check_purpose(campaign, report);
    check_notice(campaign, report);
    check_variants(campaign, report);
    if campaign.baseline == 0.0 {
        report.warn(
            campaign,
            "no_baseline",
            "`baseline` is 0: without visitors who keep the shop's default no effect can be proven".to_owned(),
        );
    }
    if spends(campaign) && campaign.trust == Trust::Claimed {
        let message = "the offer costs money and `trust` is `claimed`: a script may say it has such a cart; use `corroborated`".to_owned();
        report.warn(campaign, "offer_on_claims", message);
    }
    if campaign.target.is_some() && !texts(campaign).any(Text::needs_target) {
        report.warn(campaign, "target_unused", "no text uses `target`: write {missing}, {target} or {progress}".to_owned());
    }
}

/// Whether an offer of the campaign costs money.
pub(super) fn spends(campaign: &Campaign) -> bool {
    campaign.actions().any(|action| matches!(&action.kind, ActionKind::Offer { terms, .. } if terms.kind != offer::Kind::Message))
}

fn check_reach(campaign: &Campaign, reaches: &[Reach], report: &mut Report) {
    let all_dead = reaches.iter().all(|reach| reach.dead.is_some());
    for reach in reaches {
        let Some(reason) = &reach.dead else { continue };
        if all_dead {
            report.error(campaign, "never_fires", reason.clone());
        } else {
            report.warn(campaign, "dead_trigger", format!("trigger {}: {reason}", reach.trigger + 1));
        }
    }
}

fn check_patience(campaign: &Campaign, report: &mut Report) {
    for trigger in &campaign.triggers {
        let bound = match trigger {
            Trigger::Idle { after, .. } if after.as_secs() >= SILENCE_MINUTES * 60 => {
                format!("a visit ends after {SILENCE_MINUTES} min of silence")
            }
            Trigger::Dwell { after: wait, .. } | Trigger::Sequence { within: wait, .. } if wait.as_secs() > VISIT_HOURS * 3_600 => {
                format!("a visit lasts {VISIT_HOURS} h at most")
            }
            _ => continue,
        };
        report.warn(campaign, "too_long", format!("`{}` waits too long: unless the shop sets it otherwise, {bound}", trigger.name()));
    }
}

fn check_condition(campaign: &Campaign, report: &mut Report) {
    let is_open = campaign.when.as_ref().is_none_or(|when| when.constant() == Some(true));
    if campaign.when.is_some() && is_open {
        report.warn(campaign, "always_true", "the condition is always true; leave it out".to_owned());
    }
    let everywhere = |trigger: &Trigger| matches!(trigger, Trigger::PageView { pages } if *pages == PageMask::ANY);
    if is_open && is_unlimited(&campaign.limits) && campaign.triggers.iter().any(everywhere) {
        let message = "it acts on every page for everybody: no condition, no limit, `page_view` on any page".to_owned();
        report.warn(campaign, "always_fires", message);
    }
    if is_open && campaign.hold == Hold::While {
        report.warn(campaign, "hold_without_condition", "`hold` is `while`, but no condition ever ends it".to_owned());
    }
}

fn is_unlimited(limits: &Limits) -> bool {
    limits.per_page.is_none() && limits.per_session.is_none() && limits.per_visitor.is_none() && limits.cooldown.is_none()
}

fn check_limits(campaign: &Campaign, report: &mut Report) {
    let limits = &campaign.limits;
    if campaign.interrupts() && is_unlimited(limits) && limits.spacing.is_none() {
        let message = "it interrupts without any limit; give it `per_session`, `per_visitor`, `cooldown` or `spacing`".to_owned();
        report.warn(campaign, "unlimited_interruption", message);
    }
    if limits.spacing.is_some() && !campaign.interrupts() {
        let message = "`spacing` keeps overlays and notices apart, and the campaign has neither".to_owned();
        report.warn(campaign, "limit_without_effect", message);
    }
    if limits.cooldown.is_some() && limits.per_session == Some(1) {
        let message = "`cooldown` has no effect next to `per_session = 1`: both are counted within a visit".to_owned();
        report.warn(campaign, "limit_without_effect", message);
    }
}

/// Behavior is only kept of shoppers who agreed; a campaign that lives on it but declares less is silent for the others, or empty.
fn check_purpose(campaign: &Campaign, report: &mut Report) {
    let needed_by_action = |kind: &ActionKind| match kind {
        ActionKind::Order { by: OrderBy::Interest, .. } => Needs::Personalize,
        ActionKind::Nav { shortcuts: ShortcutSource::Interest { .. }, .. } => Needs::Personalize,
        ActionKind::Recommend { chain, .. } if chain.first().is_some_and(|first| first.is_personal()) => Needs::Personalize,
        _ => Needs::Context,
    };
    let triggers = campaign.triggers.iter().map(|trigger| (trigger.name(), trigger.needs()));
    let actions = campaign.actions().map(|action| (action.name(), needed_by_action(&action.kind)));
    for (name, needed) in triggers.chain(actions) {
        if needed > campaign.needs {
            let message =
                format!("`{name}` lives on what needs the purpose `{}`, the campaign declares `{}`", needed.name(), campaign.needs.name());
            report.warn(campaign, "purpose_too_low", message);
        }
    }
}

/// What the law wants told is told where there is something to tell, and nowhere else.
fn check_notice(campaign: &Campaign, report: &mut Report) {
    let ranks = campaign.actions().any(|action| matches!(action.kind, ActionKind::Order { .. } | ActionKind::Recommend { .. }));
    let prices = campaign.actions().any(
        |action| matches!(&action.kind, ActionKind::Offer { terms, .. } if matches!(terms.kind, offer::Kind::Percent | offer::Kind::Fixed)),
    );
    let orders = campaign.actions().any(|action| matches!(action.kind, ActionKind::Order { .. }));
    let message = match campaign.notice {
        Some(Notice::Ranking) if !ranks => "`notice` is `ranking`, but no action is `order` or `recommend`",
        Some(Notice::Price) if !prices => "`notice` is `price`, but no offer is of the kind `percent` or `fixed`",
        _ => "",
    };
    if !message.is_empty() {
        report.error(campaign, "notice_without_cause", message.to_owned());
    }
    if campaign.needs == Needs::Context {
        return;
    }
    if orders && campaign.notice != Some(Notice::Ranking) {
        let message = "it ranks by behavior and does not say so; in the EU write `notice = \"ranking\"`".to_owned();
        report.warn(campaign, "notice_missing", message);
    }
    if prices && campaign.notice != Some(Notice::Price) {
        let message = "its discount follows behavior and it does not say so; in the EU write `notice = \"price\"`".to_owned();
        report.warn(campaign, "notice_missing", message);
    }
}

fn check_variants(campaign: &Campaign, report: &mut Report) {
    for variant in &campaign.variants {
        if variant.weight == 0 {
            report.warn(campaign, "unused_variant", format!("variant `{}` has weight 0 and is never chosen", variant.id));
        }
        let mut taken = BTreeSet::new();
        for action in variant.actions.iter().filter(|action| !action.placement.is_empty()) {
            if !taken.insert(&action.placement) {
                let message = format!("variant `{}` sets `{}` twice; only the last one is seen", variant.id, action.placement);
                report.error(campaign, "doubled_placement", message);
            }
        }
    }
}

/// Every text of a campaign.
fn texts(campaign: &Campaign) -> impl Iterator<Item = &Text> {
    campaign.why.iter().map(|(_, text)| text).chain(campaign.actions().flat_map(|action| action.kind.texts()))
}
