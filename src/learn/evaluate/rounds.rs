//! Recorded clicks as rounds of a bandit: in which category will the shopper look next?
//!
//! The arms are the most viewed categories. A round is each view whose next view in its session is in one of them; the reward is 1 if
//! that category is chosen. What every arm would have brought is known, so every method can be played on the same rounds.

use crate::learn::ln;
use std::collections::BTreeMap;

/// One view of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    pub session: u64,
    pub at: u64,
    /// The product's category; empty if unknown.
    pub category: String,
    /// In major units.
    pub price: f64,
}

/// A choice to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Round {
    pub context: Vec<f64>,
    /// The arm that is rewarded.
    pub right: usize,
}

/// Rounds in the order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Rounds {
    pub arms: Vec<String>,
    pub rounds: Vec<Round>,
}

impl Rounds {
    /// Numbers of a context: the constant, the current category or "other", the price, the place in the session.
    pub fn dimension(&self) -> usize {
        self.arms.len() + 4
    }

    /// Makes rounds of `views`, which are in the order of the file; those of one time stay in it.
    pub fn of(views: &[View], arms: usize) -> Rounds {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for view in views.iter().filter(|view| !view.category.is_empty()) {
            *counts.entry(&view.category).or_default() += 1;
        }
        let mut frequent: Vec<(&str, u64)> = counts.into_iter().collect();
        frequent.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        let arms: Vec<String> = frequent.into_iter().take(arms).map(|(name, _)| name.to_owned()).collect();
        let arm_of = |view: &View| arms.iter().position(|arm| *arm == view.category);
        let mut sessions: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (index, view) in views.iter().enumerate() {
            sessions.entry(view.session).or_default().push(index);
        }
        let mut rounds: Vec<(u64, usize, Round)> = Vec::new();
        for mut session in sessions.into_values() {
            session.sort_by_key(|&index| (views[index].at, index));
            for (place, pair) in session.windows(2).enumerate() {
                let (now, next) = (&views[pair[0]], &views[pair[1]]);
                let Some(right) = arm_of(next) else { continue };
                let mut context = vec![0.0; arms.len() + 4];
                context[0] = 1.0;
                context[1 + arm_of(now).unwrap_or(arms.len())] = 1.0;
                context[arms.len() + 2] = ln(1.0 + now.price.max(0.0)) / 10.0;
                context[arms.len() + 3] = place.min(10) as f64 / 10.0;
                rounds.push((now.at, pair[0], Round { context, right }));
            }
        }
        rounds.sort_by_key(|&(at, index, _)| (at, index));
        Rounds { arms, rounds: rounds.into_iter().map(|(_, _, round)| round).collect() }
    }
}
