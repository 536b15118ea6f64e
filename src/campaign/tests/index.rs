//! The index finds exactly what a slow scan over all triggers finds.

use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::campaign::CartChange;
use crate::campaign::DwellOf;
use crate::campaign::SearchOutcome;
use crate::campaign::Trigger;
use crate::campaign::TriggerRef;
use crate::model::Currency;
use crate::model::Key;
use crate::model::PageKind;
use crate::model::key_of;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;
use rand_chacha::rand_core::SeedableRng;
use std::sync::Arc;

const SEED: u64 = 20_260_101;

/// A few values only, so that thresholds coincide and are hit exactly.
const WORDS: [&str; 5] = ["a", "b", "c", "d", "e"];

fn below(random: &mut ChaCha8Rng, bound: u32) -> u32 {
    random.next_u32() % bound
}

fn trigger(random: &mut ChaCha8Rng) -> String {
    let word = WORDS[below(random, 5) as usize];
    let pages = format!(
        "pages = [\"{}\", \"{}\"]",
        PageKind::ALL[below(random, 10) as usize].name(),
        PageKind::ALL[below(random, 10) as usize].name()
    );
    match below(random, 12) {
        0 => format!("on = \"cart_value\", above = {}.5", below(random, 8)),
        1 => format!("on = \"cart_value\", below = {}.5", below(random, 8)),
        2 => format!(
            "on = \"dwell\", of = \"{}\", for = \"{}s\", {pages}",
            DwellOf::ALL[below(random, 4) as usize].name(),
            1 + below(random, 9)
        ),
        3 => format!("on = \"idle\", for = \"{}s\"", 1 + below(random, 9)),
        4 => format!("on = \"scroll\", depth = {}", 1 + below(random, 9)),
        5 => format!("on = \"click\", target = \"{word}\""),
        6 => format!("on = \"custom\", name = \"{word}\""),
        7 => format!("on = \"search\", results = \"{}\"", ["any", "none", "some"][below(random, 3) as usize]),
        8 => format!("on = \"page_view\", {pages}"),
        9 => format!("on = \"exit_intent\", {pages}"),
        10 => format!("on = \"cart_item\", change = \"{}\", product = \"{word}\"", ["added", "removed"][below(random, 2) as usize]),
        _ => format!("on = \"cart_item\", category = \"{word}\""),
    }
}

fn campaigns(random: &mut ChaCha8Rng, count: u32) -> Vec<Arc<Campaign>> {
    let one = |number: u32, random: &mut ChaCha8Rng| {
        let triggers: Vec<String> = (0..1 + below(random, 4)).map(|_| format!("{{ {} }}", trigger(random))).collect();
        let enabled = below(random, 10) > 0;
        let source = format!(
            "id = \"c{number}\"\nname = \"C\"\nenabled = {enabled}\ntrigger = [{}]\nvariant = [{{ id = \"v\", action = [{{ do = \"notice\", text = \"x\" }}] }}]",
            triggers.join(", ")
        );
        Arc::new(Campaign::parse("c.toml", &source, Currency::USD).unwrap_or_else(|mistakes| panic!("{source}: {mistakes:?}")))
    };
    (0..count).map(|number| one(number, random)).collect()
}

/// Every trigger of the set's enabled campaigns that `fits`, in order.
fn scan(set: &CampaignSet, fits: impl Fn(&Trigger) -> bool) -> Vec<TriggerRef> {
    let mut found = Vec::new();
    for (index, campaign) in set.campaigns().iter().enumerate().filter(|(_, campaign)| campaign.enabled) {
        for (number, trigger) in campaign.triggers.iter().enumerate() {
            if fits(trigger) {
                found.push(TriggerRef { campaign: index as u32, trigger: number as u16 });
            }
        }
    }
    found
}

#[track_caller]
fn same(found: impl IntoIterator<Item = TriggerRef>, expect: Vec<TriggerRef>, what: &str) {
    let mut found: Vec<TriggerRef> = found.into_iter().collect();
    found.sort();
    assert_eq!(found, expect, "{what}, seed {SEED}");
}

#[test]
fn finds_what_a_scan_finds() {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    for round in 0..40 {
        let count = 1 + below(&mut random, 40);
        let set = CampaignSet::build(campaigns(&mut random, count));
        assert_eq!(set.len(), count as usize);
        for _ in 0..40 {
            // In halves of a unit: half of all moves begin or end on a threshold.
            let (from, to) = (i64::from(below(&mut random, 18)) * 50, i64::from(below(&mut random, 18)) * 50);
            let crossed = scan(&set, |trigger| match trigger {
                Trigger::CartValue { edge, .. } => !edge.is_past(from) && edge.is_past(to),
                _ => false,
            });
            same(set.cart_crossed(from, to), crossed, &format!("round {round}, cart from {from} to {to}"));

            let start = u64::from(below(&mut random, 22)) * 500_000;
            let end = start + u64::from(below(&mut random, 8)) * 500_000;
            let passed = |after: std::time::Duration| (start + 1..=end).contains(&(after.as_micros() as u64));
            for of in DwellOf::ALL {
                let is_wanted =
                    |trigger: &Trigger| matches!(trigger, Trigger::Dwell { of: given, after, .. } if *given == of && passed(*after));
                same(set.dwell(of, start, end), scan(&set, is_wanted), &format!("round {round}, dwell {start} to {end}"));
                let next = set.campaigns().iter().filter(|c| c.enabled).flat_map(|c| &c.triggers).filter_map(|trigger| match trigger {
                    Trigger::Dwell { of: given, after, .. } if *given == of => Some(after.as_micros() as u64),
                    _ => None,
                });
                assert_eq!(set.next_dwell(of, start), next.filter(|after| *after > start).min(), "seed {SEED}");
            }
            same(set.idle(start, end), scan(&set, |t| matches!(t, Trigger::Idle { after, .. } if passed(*after))), "idle");
            let (shallow, deep) = (below(&mut random, 10) as u8, below(&mut random, 12) as u8);
            let reached = |depth: u8| depth > shallow && depth <= deep;
            same(set.scroll(shallow, deep), scan(&set, |t| matches!(t, Trigger::Scroll { depth, .. } if reached(*depth))), "scroll");
        }
        for word in WORDS {
            let key = key_of(word);
            same(set.click(key), scan(&set, |t| matches!(t, Trigger::Click { target } if *target == key)), "click");
            same(set.custom(key), scan(&set, |t| matches!(t, Trigger::Custom { name } if *name == key)), "custom");
            for change in [CartChange::Added, CartChange::Removed] {
                let fits = |t: &Trigger| matches!(t, Trigger::CartItem { change: given, filter } if *given == change && (filter.product == key || filter.category == key));
                same(set.cart_item(change, key), scan(&set, fits), "cart item");
            }
        }
        for kind in PageKind::ALL {
            same(set.page_view(kind).to_vec(), scan(&set, |t| matches!(t, Trigger::PageView { pages } if pages.has(kind))), "page view");
            same(set.exit_intent(kind).to_vec(), scan(&set, |t| matches!(t, Trigger::ExitIntent { pages } if pages.has(kind))), "exit");
        }
        let found = |t: &Trigger| matches!(t, Trigger::Search { results } if *results != SearchOutcome::None);
        let empty = |t: &Trigger| matches!(t, Trigger::Search { results } if *results != SearchOutcome::Some);
        same(set.search(true).to_vec(), scan(&set, found), "search");
        same(set.search(false).to_vec(), scan(&set, empty), "search without results");
    }
}

#[test]
fn edges_of_cart_thresholds() {
    let source = "id = \"edges\"\nname = \"E\"\ntrigger = [{ on = \"cart_value\", above = 50.0 }, { on = \"cart_value\", below = 50.0 }]\n\
                  variant = [{ id = \"v\", action = [{ do = \"notice\", text = \"x\" }] }]";
    let set = CampaignSet::build(vec![Arc::new(Campaign::parse("e.toml", source, Currency::USD).unwrap())]);
    let crossed = |from, to| set.cart_crossed(from, to).map(|at| at.trigger).collect::<Vec<_>>();
    assert_eq!(crossed(4_999, 5_000), [0], "exactly 50 is above");
    assert_eq!(crossed(5_000, 4_999), [1], "a cent less is below");
    assert_eq!(crossed(5_000, 5_001), [0; 0], "it was above already");
    assert_eq!(crossed(4_999, 4_998), [0; 0]);
    assert_eq!(crossed(0, 1_000_000), [0], "over it in one step");
    assert_eq!(crossed(1_000_000, 0), [1]);
    assert_eq!(crossed(5_000, 5_000), [0; 0]);
}

#[test]
fn campaigns_and_triggers_are_found_by_key() {
    let mut random = ChaCha8Rng::seed_from_u64(SEED + 1);
    let set = CampaignSet::build(campaigns(&mut random, 50));
    for campaign in set.campaigns() {
        assert_eq!(set.find(campaign.key).map(|found| &found.id), Some(&campaign.id));
        for (number, key) in campaign.trigger_keys.iter().enumerate() {
            let found = set.find_trigger(*key);
            assert_eq!(
                found.map(|at| usize::from(at.trigger)),
                campaign.enabled.then_some(number),
                "a campaign that is off has no triggers"
            );
            assert!(found.is_none_or(|at| set.trigger_key(at) == *key && set.trigger(at) == campaign.triggers.get(number)));
        }
    }
    assert_eq!((set.find(Key(1)).is_none(), set.find_trigger(Key(1)), set.position(Key(1))), (true, None, None));
}
