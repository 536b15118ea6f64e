//! `[[variant]]` tables with their actions.

use super::Reader;
use super::offer::OfferTable;
use super::reader::Given;
use super::rules::RuleTables;
use super::rules::TargetTable;
use super::table::table;
use crate::campaign::Action;
use crate::campaign::ActionKind;
use crate::campaign::OrderBy;
use crate::campaign::ShortcutSource;
use crate::campaign::Text;
use crate::campaign::Variant;
use crate::campaign::condition::nearest;
use crate::model::key_of;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

const ACTIONS_MAX: usize = 12;
const SHORTCUTS_MAX: usize = 8;
const WEIGHT_MAX: i64 = 1_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantTable {
    pub(super) id: Spanned<String>,
    #[serde(default)]
    weight: Given<i64>,
    #[serde(default)]
    action: Vec<Spanned<ActionTable>>,
}

table! {
    ActionTable {
        kind "do": String,
        placement "placement": String,
        list "list": String,
        template "template": String,
        data "data": BTreeMap<String, Spanned<String>>,
        by "by": String,
        strength "strength": f64,
        label "label": String,
        href "href": String,
        tone "tone": String,
        shortcuts "shortcuts": Vec<ShortcutTable>,
        interests "interests": i64,
        promote "promote": Vec<Spanned<String>>,
        offer "offer": OfferTable,
        strategy "strategy": toml::Value,
        count "count": i64,
        title "title": String,
        pin "pin": Vec<Spanned<String>>,
        exclude "exclude": Vec<Spanned<TargetTable>>,
        boost "boost": Vec<Spanned<TargetTable>>,
        bury "bury": Vec<Spanned<TargetTable>>,
        max_per_brand "max_per_brand": i64,
        rotate "rotate": String,
        layout "layout": String,
        text "text": String,
        name "name": String,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShortcutTable {
    label: Spanned<String>,
    href: Spanned<String>,
}

/// Fields that mean something next to each `do`.
fn takes(kind: &str) -> &'static [&'static str] {
    match kind {
        "fill" => &["placement", "template", "data"],
        "order" => &["list", "placement", "by", "strength"],
        "cta" => &["placement", "label", "href", "tone"],
        "nav" => &["placement", "shortcuts", "interests", "href", "promote"],
        "offer" => &["placement", "template", "data", "offer"],
        "recommend" => {
            &["placement", "template", "strategy", "count", "title", "pin", "exclude", "boost", "bury", "max_per_brand", "rotate"]
        }
        "layout" => &["placement", "layout"],
        "notice" => &["text", "tone"],
        _ => &["name", "data"],
    }
}

impl Reader<'_> {
    pub(super) fn variant(&mut self, table: VariantTable) -> Variant {
        let at = table.id.span().start;
        let id = table.id.into_inner();
        if !super::is_id(&id) {
            self.wrong(at, format!("`id` is `{id}`, it must be 1 to 64 lower-case letters, digits and hyphens"));
        }
        let weight = self.whole("weight", &table.weight, 0..=WEIGHT_MAX).map_or(1, |weight| weight as u32);
        if table.action.is_empty() {
            self.wrong(at, format!("variant `{id}` has no [[variant.action]]; to measure the shop's default use `baseline`"));
        }
        if table.action.len() > ACTIONS_MAX {
            self.wrong(at, format!("variant `{id}` has {} actions, the limit is {ACTIONS_MAX}", table.action.len()));
        }
        let mut actions = Vec::new();
        for action in table.action {
            let at = action.span().start;
            actions.extend(self.action(at, action.into_inner()));
        }
        Variant { id: Arc::from(id), weight, actions }
    }

    fn action(&mut self, at: usize, mut table: ActionTable) -> Option<Action> {
        let given = self.required(at, "action", "do", table.kind.take())?;
        let at = given.span().start;
        let kind = given.into_inner();
        let kind = kind.as_str();
        if !Action::NAMES.contains(&kind) {
            let message = format!("unknown action `{kind}`, it must be one of {}", Action::NAMES.join(", "));
            self.suggest(at, message, nearest(kind, Action::NAMES).map(str::to_owned));
            return None;
        }
        self.strangers(kind, table.given(), takes(kind));
        let placement = self.placement(at, kind, &mut table);
        let kind = match kind {
            "fill" => ActionKind::Fill { template: self.template(at, kind, table.template)?, data: self.data(table.data) },
            "order" => {
                self.choose("by", &table.by, &[("interest", ())]);
                ActionKind::Order { by: OrderBy::Interest, strength: self.number("strength", &table.strength, 0.0..=1.0).unwrap_or(0.5) }
            }
            "cta" => {
                let label = self.required(at, kind, "label", table.label)?;
                let tone = self.name("tone", &table.tone).map(Arc::from);
                ActionKind::Cta { label: self.text("label", &label)?, href: self.optional_text("href", &table.href), tone }
            }
            "nav" => self.nav(at, table)?,
            "offer" => {
                let template = self.template(at, kind, table.template)?;
                let data = self.data(table.data);
                ActionKind::Offer { template, data, terms: self.terms(at, table.offer)? }
            }
            "recommend" => {
                let template = self.template(at, kind, table.template);
                let title = self.optional_text("title", &table.title);
                let count = self.whole("count", &table.count, 1..=8).map_or(4, |count| count as usize);
                let strategy = self.required(at, kind, "strategy", table.strategy);
                let rules = RuleTables {
                    pin: table.pin,
                    exclude: table.exclude,
                    boost: table.boost,
                    bury: table.bury,
                    max_per_brand: table.max_per_brand,
                    rotate: table.rotate,
                };
                let rules = self.rules(rules);
                ActionKind::Recommend { template: template?, title, chain: self.chain(strategy?)?, rules, count }
            }
            "layout" => {
                let layout = self.required(at, kind, "layout", table.layout);
                ActionKind::Layout { layout: Arc::from(self.name("layout", &layout)?) }
            }
            "notice" => {
                let text = self.required(at, kind, "text", table.text)?;
                ActionKind::Notice { text: self.text("text", &text)?, tone: self.name("tone", &table.tone).map(Arc::from) }
            }
            _ => {
                let name = self.required(at, kind, "name", table.name);
                ActionKind::Emit { name: Arc::from(self.name("name", &name)?), data: self.data(table.data) }
            }
        };
        Some(Action { key: key_of(&placement), placement: Arc::from(placement), kind })
    }

    /// Where it goes; empty for what concerns the whole page.
    fn placement(&mut self, at: usize, kind: &str, table: &mut ActionTable) -> String {
        if matches!(kind, "notice" | "emit") {
            return String::new();
        }
        let (field, given) = match (table.placement.take(), table.list.take()) {
            (Some(given), Some(_)) => {
                self.wrong(given.span().start, "either `placement` or `list`, not both");
                ("placement", Some(given))
            }
            (None, Some(given)) => ("list", Some(given)),
            (given, None) => (if kind == "order" && given.is_none() { "list" } else { "placement" }, given),
        };
        let given = self.required(at, kind, field, given);
        let name = self.name(field, &given).unwrap_or_default();
        if name == "overlay" && !matches!(kind, "offer" | "fill") {
            self.wrong(at, format!("`{kind}` cannot go into the overlay; `offer` and `fill` can"));
        }
        name
    }

    fn template(&mut self, at: usize, kind: &str, given: Given<String>) -> Option<Arc<str>> {
        let given = self.required(at, kind, "template", given);
        self.name("template", &given).map(Arc::from)
    }

    fn data(&mut self, data: Given<BTreeMap<String, Spanned<String>>>) -> Vec<(Arc<str>, Text)> {
        let data = data.map(Spanned::into_inner).unwrap_or_default();
        data.iter().filter_map(|(field, text)| Some((Arc::from(field.as_str()), self.text(&format!("data.{field}"), text)?))).collect()
    }

    fn optional_text(&mut self, field: &str, given: &Given<String>) -> Option<Text> {
        self.text(field, given.as_ref()?)
    }

    fn nav(&mut self, at: usize, table: ActionTable) -> Option<ActionKind> {
        let mut promote = Vec::new();
        for entry in table.promote.map(Spanned::into_inner).unwrap_or_default() {
            promote.extend(self.name("promote", &Some(entry)).map(Arc::from));
        }
        let shortcuts = match (table.shortcuts, &table.interests) {
            (Some(fixed), Some(_)) => {
                self.wrong(fixed.span().start, "either `shortcuts` or `interests`, not both");
                return None;
            }
            (fixed, None) => {
                if let Some(href) = &table.href {
                    self.wrong(href.span().start, "`href` is the pattern for `interests`; a shortcut has its own");
                }
                let fixed_at = fixed.as_ref().map_or(at, |fixed| fixed.span().start);
                let fixed = fixed.map(Spanned::into_inner).unwrap_or_default();
                if fixed.len() > SHORTCUTS_MAX {
                    self.wrong(fixed_at, format!("`shortcuts` has {} entries, the limit is {SHORTCUTS_MAX}", fixed.len()));
                }
                if fixed.is_empty() && promote.is_empty() {
                    self.wrong(at, "`nav` needs `shortcuts`, `interests` or `promote`");
                }
                let mut list = Vec::new();
                for shortcut in &fixed {
                    let label = self.text("shortcuts.label", &shortcut.label);
                    let href = self.text("shortcuts.href", &shortcut.href);
                    list.extend(label.zip(href));
                }
                ShortcutSource::Fixed(list)
            }
            (None, interests) => {
                let count = self.whole("interests", interests, 1..=6).map_or(1, |count| count as usize);
                if let Some(href) = &table.href
                    && !href.get_ref().contains("{category}")
                {
                    self.wrong(href.span().start, "`href` needs `{category}`, where the path of the category goes");
                }
                let href = table.href.map_or_else(|| "/c/{category}".to_owned(), Spanned::into_inner);
                ShortcutSource::Interest { count, href: Arc::from(href) }
            }
        };
        Some(ActionKind::Nav { shortcuts, promote })
    }
}
