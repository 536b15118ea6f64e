//! What a `recommend` action says about its list: the chain of strategies, and the merchant's rules.

use super::Reader;
use super::reader::Given;
use crate::campaign::condition::nearest;
use crate::model::key_of;
use crate::recommend::Rotate;
use crate::recommend::Rules;
use crate::recommend::Strategy;
use crate::recommend::Target;
use serde::Deserialize;
use smallvec::SmallVec;
use toml::Spanned;

const CHAIN_MAX: usize = 4;
const BOOST: f64 = 2.0;
const BURY: f64 = 0.5;

/// One of `product`, `category` and `brand`; `by` with boosts and buries only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetTable {
    product: Option<String>,
    category: Option<String>,
    brand: Option<String>,
    by: Given<f64>,
}

pub(super) struct RuleTables {
    pub(super) pin: Given<Vec<Spanned<String>>>,
    pub(super) exclude: Given<Vec<Spanned<TargetTable>>>,
    pub(super) boost: Given<Vec<Spanned<TargetTable>>>,
    pub(super) bury: Given<Vec<Spanned<TargetTable>>>,
    pub(super) max_per_brand: Given<i64>,
    pub(super) rotate: Given<String>,
}

impl Reader<'_> {
    /// `strategy = "similar"` brings its own chain; a list is the chain.
    pub(super) fn chain(&mut self, given: Spanned<toml::Value>) -> Option<SmallVec<[Strategy; 4]>> {
        let at = given.span().start;
        match given.into_inner() {
            toml::Value::String(name) => Some(SmallVec::from_slice(self.strategy(at, &name)?.chain())),
            toml::Value::Array(list) if !list.is_empty() && list.len() <= CHAIN_MAX => {
                let mut chain = SmallVec::new();
                for name in &list {
                    let strategy = self.strategy(at, name.as_str().unwrap_or_default())?;
                    if chain.contains(&strategy) {
                        self.wrong(at, format!("`strategy` names `{}` twice", strategy.name()));
                        return None;
                    }
                    chain.push(strategy);
                }
                Some(chain)
            }
            _ => {
                self.wrong(at, format!("`strategy` must be a name, or a list of 1 to {CHAIN_MAX} names"));
                None
            }
        }
    }

    fn strategy(&mut self, at: usize, name: &str) -> Option<Strategy> {
        let found = Strategy::parse(name);
        if found.is_none() {
            let names = Strategy::ALL.map(Strategy::name);
            let suggestion = nearest(name, names).map(str::to_owned);
            self.suggest(at, format!("`strategy` is `{name}`, it must be one of {}", names.join(", ")), suggestion);
        }
        found
    }

    pub(super) fn rules(&mut self, tables: RuleTables) -> Rules {
        let mut rules = Rules::default();
        if let Some(pins) = tables.pin {
            self.bounded("pin", pins.span().start, pins.get_ref().len(), Rules::PINS_MAX);
            rules.pin = pins.into_inner().into_iter().map(|id| key_of(id.get_ref())).collect();
        }
        for (field, tables, usual) in
            [("exclude", tables.exclude, None), ("boost", tables.boost, Some(BOOST)), ("bury", tables.bury, Some(BURY))]
        {
            let Some(tables) = tables else { continue };
            self.bounded(field, tables.span().start, tables.get_ref().len(), Rules::TARGETS_MAX);
            for table in tables.into_inner() {
                let at = table.span().start;
                let table = table.into_inner();
                let Some(target) = self.product_target(field, at, &table) else { continue };
                match usual {
                    None if table.by.is_some() => self.wrong(at, "`by` means nothing to `exclude`"),
                    None => rules.exclude.push(target),
                    Some(usual) => {
                        let range = if usual > 1.0 { 1.0..=*Rules::WEIGHTS.end() } else { *Rules::WEIGHTS.start()..=1.0 };
                        let by = if table.by.is_some() { self.number("by", &table.by, range).unwrap_or(usual) } else { usual };
                        rules.weigh.push((target, by as f32));
                    }
                }
            }
        }
        rules.per_brand = self.whole("max_per_brand", &tables.max_per_brand, 1..=8).map(|most| most as usize);
        rules.rotate = self.choose("rotate", &tables.rotate, &Rotate::ALL).unwrap_or_default();
        rules
    }

    fn bounded(&mut self, field: &str, at: usize, count: usize, most: usize) {
        if count > most {
            self.wrong(at, format!("`{field}` has {count} entries, the limit is {most}"));
        }
    }

    fn product_target(&mut self, field: &str, at: usize, table: &TargetTable) -> Option<Target> {
        match (&table.product, &table.category, &table.brand) {
            (Some(id), None, None) => Some(Target::Product(key_of(id))),
            (None, Some(path), None) => Some(Target::Category(key_of(path))),
            (None, None, Some(name)) => Some(Target::Brand(key_of(name))),
            _ => {
                self.wrong(at, format!("an entry of `{field}` needs one of `product`, `category` and `brand`"));
                None
            }
        }
    }
}
