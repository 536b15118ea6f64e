//! What is suspicious about a set of campaigns that each read well: dead ones, rivals, and names the shop does not have.
//!
//! Nothing here is needed to run a campaign. A finding is certain where it is an [`Severity::Error`]; a [`Severity::Warning`] may be meant.

mod alone;
mod names;
mod reach;
mod rivals;

use super::Campaign;
use crate::catalog::Catalog;
use crate::model::PageKind;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Something a merchant should look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    pub severity: Severity,
    /// Id of the campaign.
    pub campaign: Arc<str>,
    /// Stable name of the kind of finding, such as `never_fires`.
    pub code: &'static str,
    /// What is wrong and why; lowercase, without a full stop.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The campaign, or a part of it, cannot work.
    Error,
    /// It works, but hardly as meant.
    Warning,
}

/// What the shop has. `None`: not known, and not checked.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// Gives amounts their currency; names are looked up unless it is empty.
    pub catalog: &'a Catalog,
    /// Kinds of pages each placement stands on, by name.
    pub placements: Option<&'a BTreeMap<String, Vec<PageKind>>>,
    pub templates: Option<&'a BTreeSet<String>>,
}

/// Returns all findings about the campaigns that are switched on, errors first, then by campaign.
///
/// Cost: a few compiled conditions per trigger, and per pair of campaigns that share a placement.
///
/// ```
/// use floorwalker::campaign::{Campaign, World, lint};
/// use floorwalker::catalog::Catalog;
/// use floorwalker::model::Currency;
/// use std::sync::Arc;
///
/// let source = r#"
///     id = "hello"
///     name = "Hello to everybody"
///     when = 'page.kind == "home"'
///     trigger = [{ on = "page_view", pages = ["cart"] }]
///     variant = [{ id = "a", action = [{ do = "notice", text = "Hello" }] }]
/// "#;
/// let campaign = Campaign::parse("hello.toml", source, Currency::USD).unwrap();
/// let findings = lint(&[Arc::new(campaign)], &World { catalog: &Catalog::empty(), placements: None, templates: None });
/// assert_eq!(findings[0].code, "never_fires");
/// ```
pub fn lint(set: &[Arc<Campaign>], world: &World<'_>) -> Vec<Finding> {
    let mut report = Report::default();
    let on: Vec<&Campaign> = set.iter().map(|campaign| &**campaign).filter(|campaign| campaign.enabled).collect();
    let reaches: Vec<Vec<reach::Reach>> = on.iter().map(|campaign| reach::of(campaign, world)).collect();
    for (campaign, reaches) in on.iter().zip(&reaches) {
        names::check(campaign, set, world, &mut report);
        alone::check(campaign, reaches, &mut report);
    }
    rivals::check_ids(set, &mut report);
    rivals::check_namespaces(&on, &mut report);
    rivals::check(&on, &reaches, world, &mut report);
    report.findings.sort();
    report.findings.dedup();
    report.findings
}

#[derive(Default)]
struct Report {
    findings: Vec<Finding>,
}

impl Report {
    fn error(&mut self, campaign: &Campaign, code: &'static str, message: String) {
        self.findings.push(Finding { severity: Severity::Error, campaign: campaign.id.clone(), code, message });
    }

    fn warn(&mut self, campaign: &Campaign, code: &'static str, message: String) {
        self.findings.push(Finding { severity: Severity::Warning, campaign: campaign.id.clone(), code, message });
    }
}
