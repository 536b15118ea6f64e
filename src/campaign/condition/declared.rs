//! Facts as far as a campaign has declared that it reads them; the rest is as if it were not known.

use super::facts::Facts;
use super::vocabulary::Needs;
use super::vocabulary::Slot;

/// A narrower view of some facts.
#[derive(Clone, Copy)]
pub struct Declared<'a> {
    facts: &'a dyn Facts,
    needs: Needs,
}

impl<'a> Declared<'a> {
    /// Shows those of `facts` whose data needs no more consent than `needs`.
    pub fn new(facts: &'a dyn Facts, needs: Needs) -> Declared<'a> {
        Declared { facts, needs }
    }

    fn shows(&self, slot: Slot) -> bool {
        slot.purpose() <= self.needs
    }
}

impl Facts for Declared<'_> {
    fn flag(&self, slot: Slot) -> bool {
        self.shows(slot) && self.facts.flag(slot)
    }

    fn number(&self, slot: Slot) -> f64 {
        if self.shows(slot) { self.facts.number(slot) } else { 0.0 }
    }

    fn text(&self, slot: Slot) -> &str {
        // A closed slot holds one of its texts also where nothing is known.
        if self.shows(slot) { self.facts.text(slot) } else { slot.allowed().first().copied().unwrap_or_default() }
    }

    fn contains(&self, slot: Slot, key: u64) -> bool {
        self.shows(slot) && self.facts.contains(slot, key)
    }

    fn entry(&self, slot: Slot, key: u64) -> f64 {
        if self.shows(slot) { self.facts.entry(slot, key) } else { 0.0 }
    }
}
