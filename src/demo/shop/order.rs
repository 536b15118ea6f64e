//! Orders placed in the demo, kept for the thank-you page; nobody's name or address is.

use super::cart::Totals;
use std::collections::HashMap;
use std::collections::VecDeque;

/// Most orders kept; at the bound the oldest goes.
pub(super) const ORDERS_MAX: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub id: String,
    pub lines: Vec<(String, u32)>,
    pub totals: Totals,
    pub code: Option<String>,
}

pub(super) struct Orders {
    kept: HashMap<String, Order>,
    age: VecDeque<String>,
}

impl Orders {
    pub fn new() -> Orders {
        Orders { kept: HashMap::new(), age: VecDeque::new() }
    }

    pub fn get(&self, id: &str) -> Option<Order> {
        self.kept.get(id).cloned()
    }

    pub fn put(&mut self, order: Order) {
        self.age.push_back(order.id.clone());
        self.kept.insert(order.id.clone(), order);
        while self.age.len() > ORDERS_MAX {
            if let Some(oldest) = self.age.pop_front() {
                self.kept.remove(&oldest);
            }
        }
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.kept.len()
    }
}
