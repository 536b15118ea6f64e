//! Facts written down in a test.

use crate::campaign::condition::Facts;
use crate::campaign::condition::Slot;
use crate::campaign::condition::key_of;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub enum Fact {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<String>),
    Map(BTreeMap<String, f64>),
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Fact::Flag(flag)
    }
}
impl From<f64> for Fact {
    fn from(number: f64) -> Self {
        Fact::Number(number)
    }
}
impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Fact::Text(text.into())
    }
}
impl From<&[&str]> for Fact {
    fn from(list: &[&str]) -> Self {
        Fact::List(list.iter().map(|text| text.to_string()).collect())
    }
}
impl From<&[(&str, f64)]> for Fact {
    fn from(map: &[(&str, f64)]) -> Self {
        Fact::Map(map.iter().map(|(key, number)| (key.to_string(), *number)).collect())
    }
}

/// What is not on the sheet is false, 0 or empty.
#[derive(Clone, Debug, Default)]
pub struct Sheet(pub BTreeMap<Slot, Fact>);

impl Sheet {
    pub fn with(mut self, name: &str, fact: impl Into<Fact>) -> Self {
        self.0.insert(Slot::named(name).expect("a name of the vocabulary"), fact.into());
        self
    }
}

impl Facts for Sheet {
    fn flag(&self, slot: Slot) -> bool {
        matches!(self.0.get(&slot), Some(Fact::Flag(true)))
    }

    fn number(&self, slot: Slot) -> f64 {
        match self.0.get(&slot) {
            Some(Fact::Number(number)) => *number,
            _ => 0.0,
        }
    }

    fn text(&self, slot: Slot) -> &str {
        match self.0.get(&slot) {
            Some(Fact::Text(text)) => text,
            _ => "",
        }
    }

    fn contains(&self, slot: Slot, key: u64) -> bool {
        match self.0.get(&slot) {
            Some(Fact::List(list)) => list.iter().any(|text| key_of(text) == key),
            _ => false,
        }
    }

    fn entry(&self, slot: Slot, key: u64) -> f64 {
        match self.0.get(&slot) {
            Some(Fact::Map(map)) => map.iter().find(|(text, _)| key_of(text) == key).map_or(0.0, |(_, number)| *number),
            _ => 0.0,
        }
    }
}
