//! Experiments without an effect, through the real assignment, decision and measurement, looked at after every visitor.

use super::story::snapshot;
use crate::campaign::Campaign;
use crate::consent::Consent;
use crate::consent::Signal;
use crate::consent::Source;
use crate::decide::experiment_of;
use crate::decide::plan_of;
use crate::experiment::Arm;
use crate::experiment::Totals;
use crate::experiment::Unit;
use crate::model::Context;
use crate::model::Currency;
use crate::model::Event;
use crate::model::Key;
use crate::model::Money;
use crate::model::Order;
use crate::model::Page;
use crate::model::SessionId;
use crate::model::StreamId;
use crate::model::Timestamp;
use crate::session::Effect;
use crate::session::Effects;
use crate::session::Input;
use crate::session::Session;
use crate::session::Start;
use crate::session::Trials;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Campaigns that every visit meets, so that one visit is a unit of as many experiments.
const AT_ONCE: usize = Trials::ENROLLED_MAX;
const ROUNDS: u64 = 25;
const VISITORS: u64 = 1_000;
const BEGIN: u64 = 1_795_374_000_000_000;

/// Numbers without a pattern (splitmix64, Steele et al. 2014).
fn mixed(n: u64) -> u64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn share(n: u64) -> f64 {
    (n >> 11) as f64 / (1_u64 << 53) as f64
}

/// Lets `VISITORS` visit. `buys` says with which probability, by the arms of the first campaign. Returns the totals by experiment.
fn run(round: u64, primary: &str, buys: impl Fn(Arm) -> f64) -> Vec<Totals> {
    let text = |n: usize| {
        format!(
            "id = 'r{round}-{n}'\nname = 'n'\nbaseline = 0.5\ntrigger = [{{ on = 'page_view' }}]\n\
             experiment = {{ primary = '{primary}', visitors = {VISITORS} }}\n\
             variant = [{{ id = 'v', action = [{{ do = 'emit', name = 'e{n}' }}] }}]"
        )
    };
    let campaigns: Vec<Arc<Campaign>> =
        (0..AT_ONCE).map(|n| Arc::new(Campaign::parse("c.toml", &text(n), Currency::USD).expect("a good file"))).collect();
    let mut world = snapshot(campaigns.clone(), 1);
    Arc::make_mut(&mut world.settings).guard.changes_per_page = 50;
    let settings = &world.settings.experiments;
    let keys: Vec<Key> = campaigns.iter().map(|campaign| experiment_of(campaign, settings)).collect();
    let mut totals: BTreeMap<Key, Totals> = campaigns
        .iter()
        .zip(&keys)
        .map(|(campaign, key)| (*key, Totals::new(&plan_of(campaign, settings, Currency::USD, Timestamp(BEGIN)))))
        .collect();
    let mut effects = Effects::default();
    for visitor in 0..VISITORS {
        let number = mixed(round << 32 | visitor);
        let id = SessionId((u128::from(number) << 64 | u128::from(mixed(number))).to_be_bytes());
        let mut consent = Consent::default();
        consent.apply(Source::Page, Signal::all(true), false);
        let start = Start { id, unit: Unit::from(id), context: Context::default(), consent, preview: false };
        let began = BEGIN + visitor * 60_000_000;
        let mut session = Session::new(Timestamp(began), start);
        let stream = StreamId(id.0);
        let mut arm = Arm::Holdout;
        let mut give = |at: u64, input: Input, arm: &mut Arm| {
            session.apply(Timestamp(at), input, &world, &mut effects);
            for measured in effects.list.iter().filter_map(Effect::measured) {
                if measured.experiment == keys[0] {
                    *arm = measured.entry.arm;
                }
                let totals = totals.get_mut(&measured.experiment).expect("one of ours");
                match &measured.before {
                    None => totals.enter(&mut measured.entry.clone()),
                    Some(before) => totals.change(&measured.entry.clone().with_caps([None, None]), before, &measured.after, Timestamp(at)),
                }
            }
            effects.clear();
        };
        give(began + 1, Input::Attach { stream, page: Box::new(Page::default()), visible: true }, &mut arm);
        give(began + 2, Input::Event { stream, late: false, event: Event::PageView(Box::default()) }, &mut arm);
        assert_ne!(arm, Arm::Holdout, "every visit enters");
        if share(mixed(number ^ 1)) < buys(arm) {
            let value = Money::new(1_000 + (share(mixed(number ^ 2)) * 9_000.0) as i64, Currency::USD);
            let order = Order { id: "o".into(), value, products: Vec::new(), coupon: "".into() };
            give(began + 3, Input::Event { stream, late: false, event: Event::Order(Box::new(order)) }, &mut arm);
        }
    }
    keys.iter().map(|key| totals.remove(key).expect("one for each")).collect()
}

#[test]
fn without_an_effect_alarms_stay_within_what_is_promised_however_often_it_is_looked_at() {
    let mut alarms = 0;
    let mut splits = 0;
    for round in 0..ROUNDS {
        for totals in run(round, "conversion", |_| 0.08) {
            let units: u64 = totals.arms().iter().map(|arm| arm.units()).sum();
            assert_eq!(units, VISITORS, "everybody is in one arm");
            let watch = totals.watch(Arm::Variant(0)).expect("a variant");
            assert!(watch.looks() > 100, "{} looks", watch.looks());
            alarms += u32::from(watch.decided().is_some());
            splits += u32::from(totals.splits()[1].log_e() >= 1_000_f64.ln());
        }
    }
    let count = f64::from(ROUNDS as u32) * AT_ONCE as f64;
    let (rate, error) = (f64::from(alarms) / count, (0.05 * 0.95 / count).sqrt());
    println!(
        "{alarms} alarms in {count} experiments without an effect: {:.1} %, at most {:.1} % may be",
        rate * 100.0,
        100.0 * (0.05 + 3.0 * error)
    );
    assert!(rate <= 0.05 + 3.0 * error, "{rate}");
    assert!(f64::from(splits) <= 1.0 + 0.001 * count, "{splits} alarms about the split");
}

#[test]
fn a_planted_effect_is_found_where_it_is_and_nowhere_else() {
    let totals = run(1_000, "conversion", |arm| if arm == Arm::Baseline { 0.08 } else { 0.24 });
    let decided = |totals: &Totals| totals.watch(Arm::Variant(0)).and_then(|watch| watch.decided().copied());
    let found = decided(&totals[0]).expect("three times as many buy");
    assert!(found.estimate > 0.0 && found.lower > 0.0, "{found:?}");
    let elsewhere = totals[1..].iter().filter(|totals| decided(totals).is_some()).count();
    assert!(elsewhere <= 3, "{elsewhere} of 15");
}
