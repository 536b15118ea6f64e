//! The campaign file: TOML in, a [`Campaign`] or every mistake with its place out.

mod action;
mod experiment;
mod offer;
mod reader;
mod rules;
mod table;
mod trigger;

pub use reader::parse_duration;

use super::Campaign;
use super::Hold;
use super::Limits;
use super::Needs;
use super::Notice;
use super::PerVisitor;
use super::Text;
use super::Trust;
use super::condition::nearest;
use crate::experiment::Slice;
use crate::model::Currency;
use crate::model::Language;
use crate::model::key_of;
use action::VariantTable;
use experiment::ExperimentTable;
use reader::Given;
use reader::Reader;
use reader::place;
use serde::Deserialize;
use serde::Serialize;
use smallvec::SmallVec;
use std::fmt;
use std::sync::Arc;
use toml::Spanned;
use trigger::TriggerTable;

/// Something wrong in a campaign file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong and why; lowercase, without a full stop.
    pub message: String,
    /// What was most likely meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

/// Largest file accepted, in bytes.
const FILE_BYTES_MAX: usize = 32 * 1024;
const NAME_CHARS_MAX: usize = 120;
const TRIGGERS_MAX: usize = 16;
const VARIANTS_MAX: usize = 8;
/// Expected value of one act, in major units.
const VALUE_MAX: f64 = 1e9;
/// See [`crate::decide::WHOLE_SHOP`].
const RESERVED_ID: &str = "whole-shop";
/// Share that keeps the shop's default where the file says nothing: without one nothing can be proven.
const BASELINE_DEFAULT: f64 = 0.05;
/// The same where variants are chosen by learning: its effect moves, and is harder to tell.
const BASELINE_LEARNING: f64 = 0.1;
const PRIORITY_DEFAULT: i64 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    id: Spanned<String>,
    name: Spanned<String>,
    goal: Given<String>,
    priority: Given<i64>,
    value: Given<f64>,
    baseline: Given<f64>,
    choose: Given<String>,
    traffic: Given<f64>,
    namespace: Given<String>,
    range: Given<Vec<f64>>,
    purpose: Given<String>,
    trust: Given<String>,
    enabled: Option<bool>,
    hold: Given<String>,
    target: Given<f64>,
    why: Given<toml::Value>,
    notice: Given<String>,
    when: Given<String>,
    #[serde(default)]
    trigger: Vec<Spanned<TriggerTable>>,
    limits: Option<LimitsTable>,
    experiment: Option<ExperimentTable>,
    #[serde(default)]
    variant: Vec<Spanned<VariantTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LimitsTable {
    per_page: Given<i64>,
    per_session: Given<i64>,
    per_visitor: Option<PerVisitorTable>,
    cooldown: Given<String>,
    spacing: Given<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PerVisitorTable {
    count: Spanned<i64>,
    every: Spanned<String>,
}

impl Campaign {
    /// Reads one campaign. `currency` gives amounts their minor units; `file` is the name used in messages.
    ///
    /// # Errors
    /// Every mistake that can be found in one pass, in the order of the file; one that keeps the file from being read as a table hides
    /// the rest.
    pub fn parse(file: &str, source: &str, currency: Currency) -> Result<Campaign, Vec<Mistake>> {
        if source.len() > FILE_BYTES_MAX {
            let message = format!("the file has {} bytes, the limit is {FILE_BYTES_MAX}", source.len());
            return Err(vec![Mistake { line: 1, column: 1, message, suggestion: None }]);
        }
        let table: File = toml::from_str(source).map_err(|error| vec![unreadable(source, &error)])?;
        let mut reader = Reader { source, currency, needs: Needs::Personalize, has_target: table.target.is_some(), mistakes: Vec::new() };
        let campaign = reader.campaign(file, table);
        if reader.mistakes.is_empty() {
            return Ok(campaign);
        }
        reader.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(reader.mistakes)
    }
}

/// What the TOML reader says, in words that need no Rust.
fn unreadable(source: &str, error: &toml::de::Error) -> Mistake {
    let (line, column) = place(source, error.span().map_or(0, |span| span.start));
    let mut message = error.message().trim().to_owned();
    for (from, to) in [
        ("expected i64", "expected a whole number"),
        ("expected f64", "expected a number"),
        ("expected a string", "expected a text"),
        ("expected a boolean", "expected true or false"),
        ("invalid type: string", "invalid type: text"),
        ("invalid type: floating point", "invalid type: number"),
        ("invalid type: integer", "invalid type: number"),
    ] {
        message = message.replace(from, to);
    }
    if message == "duplicate key" {
        let key = error.span().and_then(|span| source.get(span)).unwrap_or_default();
        message = format!("`{key}` is given twice");
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    let suggestion = if message.starts_with("unknown field") {
        let field = quoted.next().unwrap_or_default();
        nearest(field, quoted).map(str::to_owned)
    } else {
        None
    };
    Mistake { line, column, message, suggestion }
}

/// Ids stand in addresses, logs and stores.
fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Reader<'_> {
    fn campaign(&mut self, file: &str, table: File) -> Campaign {
        let id_at = table.id.span().start;
        let id = table.id.into_inner();
        if !is_id(&id) {
            self.wrong(id_at, format!("`id` is `{id}`, it must be 1 to 64 lower-case letters, digits and hyphens"));
        }
        if id == RESERVED_ID {
            self.wrong(id_at, format!("`id` is `{id}`, which is the name of the experiment on all campaigns together"));
        }
        let name_at = table.name.span().start;
        let name = table.name.into_inner();
        if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
            self.wrong(name_at, format!("`name` must have 1 to {NAME_CHARS_MAX} characters"));
        }
        let goals = ["order", "cart", "engagement", "discovery", "retention"].map(|goal| (goal, goal));
        let goal = self.choose("goal", &table.goal, &goals).unwrap_or("engagement");
        let priority = self.whole("priority", &table.priority, 0..=100).unwrap_or(PRIORITY_DEFAULT) as i32;
        let value = self.number("value", &table.value, 0.0..=VALUE_MAX).unwrap_or(0.0);
        let learns = self.choose("choose", &table.choose, &[("split", false), ("learn", true)]).unwrap_or(false);
        let usual = if learns { BASELINE_LEARNING } else { BASELINE_DEFAULT };
        let baseline = self.number("baseline", &table.baseline, 0.0..=0.5).unwrap_or(usual);
        let traffic = self.traffic(&table.traffic);
        let slice = self.slice(&table.namespace, &table.range);
        let purposes = [Needs::Context, Needs::Personalize, Needs::Remember].map(|needs| (needs.name(), needs));
        self.needs = self.choose("purpose", &table.purpose, &purposes).unwrap_or(Needs::Personalize);
        let trusts = [Trust::Claimed, Trust::Corroborated, Trust::Confirmed].map(|trust| (trust.name(), trust));
        let trust = self.choose("trust", &table.trust, &trusts).unwrap_or(Trust::Corroborated);
        let hold = self.choose("hold", &table.hold, &[("page", Hold::Page), ("while", Hold::While)]).unwrap_or(Hold::Page);
        let target = self.money("target", &table.target);
        if let Some(given) = &table.target
            && target == Some(0)
        {
            self.wrong(given.span().start, "`target` is 0, so every cart has reached it");
        }
        let why = table.why.as_ref().map(|why| self.why(why)).unwrap_or_default();
        let notice = self.choose("notice", &table.notice, &[("ranking", Notice::Ranking), ("price", Notice::Price)]);
        let when = table.when.as_ref().and_then(|when| self.condition(when));
        self.count(id_at, "[[trigger]]", table.trigger.len(), TRIGGERS_MAX, "the campaign could never act");
        let mut triggers = Vec::new();
        let mut trigger_keys = Vec::new();
        for (index, trigger) in table.trigger.into_iter().enumerate() {
            let at = trigger.span().start;
            if let Some(trigger) = self.trigger(at, trigger.into_inner()) {
                trigger_keys.push(key_of(&format!("{id}#{index}")));
                triggers.push(trigger);
            }
        }
        let terms = table.experiment.as_ref().map(|table| self.experiment(table)).unwrap_or_default();
        let limits = table.limits.map_or_else(Limits::default, |limits| self.limits(&limits));
        self.count(id_at, "[[variant]]", table.variant.len(), VARIANTS_MAX, "the campaign would do nothing");
        let mut variants: Vec<super::Variant> = Vec::new();
        for variant in table.variant {
            let variant_at = variant.get_ref().id.span().start;
            let variant = self.variant(variant.into_inner());
            if variants.iter().any(|known| known.id == variant.id) {
                self.wrong(variant_at, format!("two variants have the id `{}`", variant.id));
            }
            variants.push(variant);
        }
        if variants.iter().all(|variant| variant.weight == 0) && !variants.is_empty() {
            self.wrong(id_at, "every variant has weight 0, so none is ever chosen");
        }
        let arms: Vec<(&str, u32)> = variants.iter().map(|variant| (&*variant.id, variant.weight)).collect();
        let trial = key_of(&format!("{id} {arms:?} {}", terms.words()));
        if let Some(given) = &table.choose
            && learns
            && variants.len() == 1
        {
            self.wrong(given.span().start, "`choose` is \"learn\", but there is only one variant to choose");
        }
        let named: Vec<&str> = std::iter::once(id.as_str()).chain(variants.iter().map(|variant| &*variant.id)).collect();
        let learns = learns.then(|| key_of(&named.join("\n")));
        Campaign {
            learns,
            key: key_of(&id),
            id: Arc::from(id),
            name: Arc::from(name),
            goal: Arc::from(goal),
            priority,
            value,
            baseline,
            traffic,
            slice,
            terms,
            trial,
            needs: self.needs,
            trust,
            enabled: table.enabled.unwrap_or(true),
            hold,
            target,
            why,
            notice,
            when,
            triggers,
            trigger_keys,
            limits,
            variants,
            file: Arc::from(file),
            source: Arc::from(self.source),
        }
    }

    /// A sentence for every language, or one by language: `{ en = "...", de = "..." }`.
    fn why(&mut self, given: &Spanned<toml::Value>) -> SmallVec<[(Option<Language>, Text); 1]> {
        let mut list = SmallVec::new();
        let mut add = |reader: &mut Self, field: &str, language: Option<Language>, text: &toml::Value| match text {
            toml::Value::String(text) => {
                let text = Spanned::new(given.span(), text.clone());
                list.extend(reader.text(field, &text).map(|text| (language, text)));
            }
            _ => reader.wrong(given.span().start, format!("`{field}` must be a text")),
        };
        match given.get_ref() {
            toml::Value::Table(table) => {
                for (code, text) in table {
                    let language = Language::ALL.into_iter().find(|language| language.code() == code);
                    if language.is_none() {
                        let known = Language::ALL.map(Language::code).join(", ");
                        self.wrong(given.span().start, format!("`why.{code}` is no language that is spoken; those are {known}"));
                        continue;
                    }
                    add(self, &format!("why.{code}"), language, text);
                }
            }
            text => add(self, "why", None, text),
        }
        list
    }

    fn traffic(&mut self, given: &Given<f64>) -> f64 {
        if let Some(zero) = given.as_ref().filter(|given| *given.get_ref() == 0.0) {
            let message = "`traffic` is 0, so the campaign could never act; to switch it off use `enabled = false`";
            self.wrong(zero.span().start, message);
            return 1.0;
        }
        self.number("traffic", given, 0.0..=1.0).unwrap_or(1.0)
    }

    /// A namespace and its range make sense together only: without a range every campaign of the namespace would have everybody.
    fn slice(&mut self, namespace: &Given<String>, range: &Given<Vec<f64>>) -> Option<Slice> {
        let Some(given) = namespace else {
            if let Some(range) = range {
                self.wrong(range.span().start, "`range` is a part of a namespace, and there is no `namespace`");
            }
            return None;
        };
        let name = given.get_ref();
        if !is_id(name) {
            self.wrong(given.span().start, format!("`namespace` is `{name}`, it must be 1 to 64 lower-case letters, digits and hyphens"));
        }
        let Some(range) = range else {
            self.wrong(
                given.span().start,
                "`namespace` needs `range`, the part of its visitors the campaign has, such as `range = [0.0, 0.5]`",
            );
            return None;
        };
        match range.get_ref()[..] {
            [from, to] if 0.0 <= from && from < to && to <= 1.0 => Some(Slice { namespace: Arc::from(name.as_str()), from, to }),
            _ => {
                let message = format!("`range` is {:?}, it must be two numbers from 0 to 1, the smaller first", range.get_ref());
                self.wrong(range.span().start, message);
                None
            }
        }
    }

    fn count(&mut self, at: usize, table: &str, count: usize, most: usize, without: &str) {
        if count == 0 {
            self.wrong(at, format!("there is no {table}, so {without}"));
        }
        if count > most {
            self.wrong(at, format!("there are {count} {table} tables, the limit is {most}"));
        }
    }

    fn limits(&mut self, table: &LimitsTable) -> Limits {
        let per_visitor = table.per_visitor.as_ref().and_then(|cap| {
            let count = self.cap("per_visitor.count", &Some(cap.count.clone()));
            let every = self.duration("per_visitor.every", &Some(cap.every.clone()));
            Some(PerVisitor { count: count?, every: every? })
        });
        Limits {
            per_page: self.cap("per_page", &table.per_page),
            per_session: self.cap("per_session", &table.per_session),
            per_visitor,
            cooldown: self.duration("cooldown", &table.cooldown),
            // 0s switches the shop-wide spacing off for this campaign.
            spacing: self.pause("spacing", &table.spacing),
        }
    }

    fn cap(&mut self, field: &str, given: &Given<i64>) -> Option<u16> {
        if let Some(zero) = given.as_ref().filter(|given| *given.get_ref() == 0) {
            self.wrong(
                zero.span().start,
                format!("`{field}` is 0, so the campaign could never act; to switch it off use `enabled = false`"),
            );
            return None;
        }
        self.whole(field, given, 1..=1_000).map(|count| count as u16)
    }
}
