//! What visits teach about a learning campaign's variants, and the policies that follow.
//!
//! A visit tells twice: that a variant was chosen in a context, and, if it comes to that, that it brought what the campaign is for. The
//! sums of a regression can take the two apart, so nobody has to wait for a visit's end.

use super::bandit::ARMS_MAX;
use super::bandit::Evidence;
use super::bandit::Policy;
use super::bandit::PowerRule;
use super::bandit::Readiness;
use super::bandit::exploration_floor;
use crate::model::Key;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;

/// Numbers that describe the situation of a choice, the constant first.
pub const CONTEXT: usize = 12;

/// The situation of a choice, as it is learned.
pub type Context = [f32; CONTEXT];

/// Campaigns that learn. Past it new ones are left to their weights.
const CAMPAIGNS_MAX: usize = 256;
/// Strength of the prior that nothing matters, in outcomes.
const RIDGE: f64 = 1.0;

/// One thing a visit teaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Experience {
    pub campaign: Key,
    /// Names the campaign's variants: others begin anew.
    pub trial: Key,
    pub variant: u8,
    /// How many variants there are.
    pub variants: u8,
    pub context: Context,
    /// The variant was chosen (`false`), or brought what the campaign is for (`true`).
    pub is_reward: bool,
}

/// What is known of one campaign's variants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidences {
    pub trial: Key,
    pub arms: Vec<Evidence>,
}

/// Lessons whose repetition is noticed: after a restart those of the last moments are taught again from the journal.
const RECENT_MAX: usize = 8_192;

/// Everything that was taught, by campaign. What is taught twice within the last 8,192 lessons counts once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lessons {
    campaigns: BTreeMap<Key, Evidences>,
    /// Marks of the latest lessons, a ring.
    recent: Vec<u64>,
    /// The place in `recent` that is written next.
    next: usize,
}

impl Lessons {
    /// Learns one thing a visit says. With other variants a campaign begins anew.
    pub fn take(&mut self, visit: Key, one: &Experience) {
        let variants = usize::from(one.variants).min(ARMS_MAX);
        if variants == 0 || usize::from(one.variant) >= variants || one.context.iter().any(|x| !x.is_finite()) {
            return;
        }
        if self.campaigns.len() >= CAMPAIGNS_MAX && !self.campaigns.contains_key(&one.campaign) {
            return;
        }
        // A visit says each of them once.
        let mark = visit.0 ^ one.campaign.0.rotate_left(17) ^ one.trial.0.rotate_left(31) ^ u64::from(one.is_reward);
        if self.recent.contains(&mark) {
            return;
        }
        if self.recent.len() < RECENT_MAX {
            self.recent.push(mark);
        } else if let Some(oldest) = self.recent.get_mut(self.next) {
            *oldest = mark;
            self.next = (self.next + 1) % RECENT_MAX;
        }
        let fresh = || Evidences { trial: one.trial, arms: vec![Evidence::new(CONTEXT); variants] };
        let known = self.campaigns.entry(one.campaign).or_insert_with(fresh);
        let is_other = known.trial != one.trial || known.arms.len() != variants;
        if is_other || known.arms.iter().any(|arm| arm.dimension() != CONTEXT) {
            // What was chosen before the variants changed says nothing of them.
            if one.is_reward {
                return;
            }
            *known = fresh();
        }
        let context = one.context.map(f64::from);
        let arm = &mut known.arms[usize::from(one.variant)];
        if one.is_reward { arm.reward(&context, 1.0) } else { arm.add(&context, 0.0) }
    }

    /// What is known of a campaign's variants.
    pub fn of(&self, campaign: Key) -> Option<&Evidences> {
        self.campaigns.get(&campaign)
    }

    /// Whether a campaign has learned enough to decide, by `rule`. `None` for one that was never chosen.
    pub fn readiness(&self, campaign: Key, rule: PowerRule) -> Option<Readiness> {
        Some(rule.readiness(&self.campaigns.get(&campaign)?.arms))
    }

    /// The policies of all campaigns that have learned enough.
    pub fn policies(&self, rule: PowerRule) -> Policies {
        let ready = self.campaigns.iter().filter(|(_, known)| {
            known.arms.len() > 1
                && known.arms.iter().all(|arm| arm.dimension() == CONTEXT)
                && rule.readiness(&known.arms) == Readiness::Ready
        });
        let policy = |known: &Evidences| Policy::of(&known.arms, RIDGE, exploration_floor(known.arms.len()));
        Policies(ready.map(|(campaign, known)| (*campaign, known.trial, policy(known))).collect())
    }
}

/// How learning campaigns choose: a part of the snapshot. A campaign that is not in it has not learned enough; its weights decide.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Policies(Vec<(Key, Key, Policy)>);

impl Policies {
    /// The policy of a campaign with these variants.
    pub fn find(&self, campaign: Key, trial: Key) -> Option<&Policy> {
        let at = self.0.binary_search_by_key(&campaign, |(campaign, ..)| *campaign).ok()?;
        self.0.get(at).filter(|(_, known, _)| *known == trial).map(|(.., policy)| policy)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn experience(variant: u8, keen: f32, is_reward: bool) -> Experience {
        let mut context = [0.0; CONTEXT];
        (context[0], context[1]) = (1.0, keen);
        Experience { campaign: Key(7), trial: Key(1), variant, variants: 2, context, is_reward }
    }

    /// The keen order with the second variant, the others with the first: half of them, else one in ten.
    fn taught() -> Lessons {
        let mut lessons = Lessons::default();
        for n in 0..4_000_u32 {
            let (variant, keen) = ((n % 2) as u8, (n / 2 % 2) as f32);
            let visit = Key(u64::from(n) << 1);
            lessons.take(visit, &experience(variant, keen, false));
            // The journal says it again.
            lessons.take(visit, &experience(variant, keen, false));
            let fits = f32::from(variant) == keen;
            if n / 4 % 10 < if fits { 5 } else { 1 } {
                lessons.take(visit, &experience(variant, keen, true));
            }
        }
        lessons
    }

    #[test]
    fn rewards_that_come_later_teach_the_same() {
        let lessons = taught();
        let arms = &lessons.of(Key(7)).unwrap().arms;
        assert_eq!((arms[0].count, arms[0].reward, arms[0].reward_squares), (2_000.0, 600.0, 600.0));
        let mut at_once = Evidence::new(CONTEXT);
        for n in 0..4_000_u32 {
            let keen = (n / 2 % 2) as f32;
            if n % 2 == 0 {
                let reward = n / 4 % 10 < if keen == 0.0 { 5 } else { 1 };
                at_once.add(&experience(0, keen, false).context.map(f64::from), f64::from(u8::from(reward)));
            }
        }
        assert_eq!(arms[0], at_once);
    }

    #[test]
    fn a_policy_comes_when_enough_is_known_and_goes_with_its_variants() {
        let mut lessons = taught();
        let policies = lessons.policies(PowerRule::default());
        let policy = policies.find(Key(7), Key(1)).unwrap();
        let mut chances = [0.0; ARMS_MAX];
        policy.chances(&experience(0, 1.0, false).context.map(f64::from), &mut chances);
        assert!(chances[1] > 0.9 && chances[0] >= 0.05, "{:?}", &chances[..2]);
        assert!(policies.find(Key(7), Key(2)).is_none() && policies.find(Key(8), Key(1)).is_none());
        let other = Key(99_999);
        lessons.take(other, &Experience { trial: Key(2), ..experience(0, 0.0, true) });
        assert!(!lessons.policies(PowerRule::default()).is_empty(), "a late reward of other variants changes nothing");
        lessons.take(other, &Experience { trial: Key(2), ..experience(0, 0.0, false) });
        assert!(lessons.policies(PowerRule::default()).is_empty());
        assert!(matches!(lessons.readiness(Key(7), PowerRule::default()), Some(Readiness::NotYet { .. })));
    }

    #[test]
    fn what_cannot_be_is_ignored() {
        let mut lessons = Lessons::default();
        lessons.take(Key(1), &experience(2, 0.0, false));
        lessons.take(Key(1), &experience(0, f32::NAN, false));
        lessons.take(Key(1), &Experience { variants: 0, ..experience(0, 0.0, false) });
        assert_eq!(lessons, Lessons::default());
    }
}
