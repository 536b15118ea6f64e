//! Chooses parameters from the training data alone, by what they would have predicted of its end.
//!
//! The sessions that began last are held out and the rest is learned. Then one parameter at a time is moved through a few values, and kept
//! where the held-out clicks are predicted better than chance explains. All bounds are counts, so the same data gives the same choice.

use super::Known;
use super::Recorded;
use super::SessionKnn;
use super::evaluate;
use super::learn;
use crate::model::Timestamp;
use crate::recommend::session_knn::Limits;
use crate::recommend::session_knn::OwnItem;
use crate::recommend::session_knn::Parameters;

/// Part of the training sessions that is held out.
pub const HELD_OUT_SHARE: f64 = 0.1;
/// Held-out predictions, the latest sessions first. More cost time and hardly move the choice.
const PREDICTIONS_MAX: usize = 5_000;
/// Held-out predictions below which the defaults are the better guess.
const PREDICTIONS_MIN: usize = 200;
/// Sessions learned for the search, the latest.
const SESSIONS_MAX: usize = 200_000;
/// How much better a value must be: about the standard error of the difference between two settings that answer the same 5,000 questions,
/// of which they disagree on one in thirty.
const GAIN_MIN: f64 = 0.003;
/// How much of either measure may be given away for the other.
const LOSS_MAX: f64 = 0.001;

type Move = (&'static [f64], fn(&mut Parameters, f64));

/// In order of what they moved on the shops they were chosen with.
const MOVES: &[Move] = &[
    (&[0.0, 0.3, 1.0, 2.0, 4.0], |parameters, value| parameters.revisit_weight = value),
    (&[1.0, 2.0, 3.0, 5.0, 10.0, 100.0], |parameters, value| parameters.revisit_decay = value),
    (&[0.0, 0.05, 0.1, 0.2, 0.4], |parameters, value| parameters.second_hop_weight = value),
    (&[0.7, 1.0, 2.0, 3.0, 5.0], |parameters, value| parameters.position_decay = value),
    (&[0.0, 1.0, 2.5, 4.0], |parameters, value| parameters.idf_power = value),
    (&[0.0, 0.1, 0.2, 0.3, 0.5, 0.8], |parameters, value| parameters.age_power = value),
    (&[0.0, 0.25, 0.5, 0.75], |parameters, value| parameters.length_power = value),
    (&[2.0, 4.0, 6.0, 10.0, 30.0], |parameters, value| parameters.proximity_after = value),
    (&[2.0, 4.0, 8.0, 30.0], |parameters, value| parameters.proximity_before = value),
    (&[0.0, 0.25, 0.5, 1.0], |parameters, value| parameters.next_boost = value),
    (&[0.0, 0.25, 0.5, 1.0], |parameters, value| parameters.candidate_idf_power = value),
    (&[100.0, 250.0, 500.0, 1_000.0], |parameters, value| parameters.neighborhood_size_k = value as usize),
    (&[100.0, 250.0, 500.0, 1_000.0], |parameters, value| parameters.sample_size_m = value as usize),
];
const OWN_WEIGHTS: &[f64] = &[0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.5];

/// Returns the parameters to learn `training` with. `progress` hears how many of how many settings were tried.
///
/// Cost: about 60 times 5,000 predictions, whatever the size of the data, and learning it once.
pub fn tune(training: &[Recorded], limits: Limits, mut progress: impl FnMut(usize, usize)) -> Parameters {
    let usual = Parameters::default();
    let mut begins: Vec<Timestamp> = training.iter().map(Recorded::begin).collect();
    begins.sort();
    let Some(&cut) = begins.get((begins.len() as f64 * (1.0 - HELD_OUT_SHARE)) as usize) else { return usual };
    let mut past: Vec<Recorded> = training.iter().filter(|recorded| recorded.begin() < cut).cloned().collect();
    past.sort_by_key(|recorded| (recorded.end(), recorded.session));
    past.drain(..past.len().saturating_sub(SESSIONS_MAX));
    let known = Known::of(&past);
    let mut held_out = known.only(&training.iter().filter(|recorded| recorded.begin() >= cut).cloned().collect::<Vec<_>>());
    held_out.sort_by_key(|recorded| (std::cmp::Reverse(recorded.begin()), recorded.session));
    let mut predictions = 0;
    let enough = held_out.iter().take_while(|recorded| {
        predictions += recorded.clicks.len() - 1;
        predictions <= PREDICTIONS_MAX
    });
    let enough = enough.count();
    held_out.truncate(enough.max(1));
    if held_out.iter().map(|recorded| recorded.clicks.len() - 1).sum::<usize>() < PREDICTIONS_MIN {
        return usual;
    }
    let mut learner = learn(&past, usual, limits);
    let total = MOVES.iter().map(|(values, _)| values.len() - 1).sum::<usize>() + OWN_WEIGHTS.len() + 1;
    let mut tried = 0;
    let mut objective = |parameters: Parameters, own_item: OwnItem| {
        learner.set_parameters(parameters);
        let measures = evaluate(&mut SessionKnn::new(learner.publish()), &held_out, &known, own_item, || 0, |_| {});
        tried += 1;
        progress(tried.min(total), total);
        (measures.hit_rate, measures.mrr)
    };
    // A place at the top of the list is worth about twice one in it.
    let worth = |(hit_rate, mrr): (f64, f64)| hit_rate + 2.0 * mrr;
    let mut best = usual;
    let mut score = objective(best, OwnItem::Excluded);
    for (values, set) in MOVES {
        let from = best;
        for &value in *values {
            let mut tried = from;
            set(&mut tried, value);
            if tried == from {
                continue;
            }
            let gained = objective(tried, OwnItem::Excluded);
            let is_fair = gained.0 >= score.0 - LOSS_MAX && gained.1 >= score.1 - LOSS_MAX;
            if is_fair && worth(gained) > worth(score) + GAIN_MIN {
                (best, score) = (tried, gained);
            }
        }
    }
    let mut score = f64::NEG_INFINITY;
    let chosen = best;
    for &own_weight in OWN_WEIGHTS {
        let tried = Parameters { own_weight, ..chosen };
        let gained = worth(objective(tried, OwnItem::Allowed));
        if gained > score {
            (best, score) = (tried, gained);
        }
    }
    best
}
