//! Uplift measured on a randomized trial: half of it is learned from, the other half says how well whom it moves was told.

use super::Chance;
use crate::learn::uplift::TwoModels;
use crate::stats::Scored;
use crate::stats::qini;
use crate::stats::uplift_at;
use crate::stats::uplift_auc;

/// L2 penalty of both models on standardized features.
const PENALTY: f64 = 1.0;
const TOP: f64 = 0.3;

/// A randomized trial with one treatment; all lists are of one length.
#[derive(Debug, Clone)]
pub struct Trial<'a> {
    pub rows: Vec<&'a [f64]>,
    pub treated: Vec<bool>,
    pub outcomes: Vec<bool>,
}

/// Means over the halves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uplifted {
    pub qini: f64,
    /// Standard deviation of `qini` over the halves.
    pub qini_deviation: f64,
    pub auc: f64,
    /// Effect among the 30% with the highest scores.
    pub at_30: f64,
    pub random_qini: f64,
    pub random_at_30: f64,
    /// Effect on all.
    pub effect: f64,
}

/// Learns from random halves, with equal shares of the four kinds of rows, and scores the others. `None` if a half cannot be judged.
pub fn uplift(trial: &Trial<'_>, splits: usize, seed: u64) -> Option<Uplifted> {
    let mut chance = Chance::new(seed);
    let mut lists: [Vec<f64>; 5] = Default::default();
    for _ in 0..splits {
        let mut order: Vec<usize> = (0..trial.rows.len()).collect();
        (1..order.len()).rev().for_each(|at| order.swap(at, chance.below(at + 1)));
        order.sort_by_key(|&row| (trial.treated[row], trial.outcomes[row]));
        let half = |wanted: usize| order.iter().copied().skip(wanted).step_by(2).collect::<Vec<usize>>();
        let (training, test) = (half(0), half(1));
        let of = |list: &[bool]| training.iter().map(|&row| list[row]).collect::<Vec<bool>>();
        let rows: Vec<&[f64]> = training.iter().map(|&row| trial.rows[row]).collect();
        let models = TwoModels::fit(&rows, &of(&trial.treated), &of(&trial.outcomes), PENALTY)?;
        let scored = |score: &mut dyn FnMut(usize) -> f64| -> Vec<Scored> {
            let unit = |&row: &usize| Scored {
                score: score(row),
                is_treated: trial.treated[row],
                outcome: f64::from(u8::from(trial.outcomes[row])),
            };
            test.iter().map(unit).collect()
        };
        let learned = scored(&mut |row| models.responses(trial.rows[row]).uplift());
        let random = scored(&mut |_| chance.uniform());
        let measured = [qini(&learned)?, uplift_auc(&learned)?, uplift_at(&learned, TOP)?, qini(&random)?, uplift_at(&random, TOP)?];
        lists.iter_mut().zip(measured).for_each(|(list, value)| list.push(value));
    }
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let rate = |wanted: bool| {
        let own = || (0..trial.rows.len()).filter(|&row| trial.treated[row] == wanted);
        own().filter(|&row| trial.outcomes[row]).count() as f64 / own().count().max(1) as f64
    };
    let [qinis, aucs, at_30, random_qini, random_at_30] = &lists;
    let middle = mean(qinis);
    let squares: f64 = qinis.iter().map(|qini| (qini - middle) * (qini - middle)).sum();
    Some(Uplifted {
        qini: middle,
        qini_deviation: (squares / (qinis.len() as f64 - 1.0).max(1.0)).sqrt(),
        auc: mean(aucs),
        at_30: mean(at_30),
        random_qini: mean(random_qini),
        random_at_30: mean(random_at_30),
        effect: rate(true) - rate(false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learned_scores_beat_a_random_order() {
        let mut chance = Chance::new(5);
        let rows: Vec<[f64; 2]> = (0..4_000).map(|_| [chance.normal(), chance.normal()]).collect();
        let treated: Vec<bool> = (0..4_000).map(|_| chance.uniform() < 0.5).collect();
        let outcomes: Vec<bool> = rows
            .iter()
            .zip(&treated)
            .map(|(row, &treated)| chance.uniform() < 0.2 + if treated && row[0] > 0.0 { 0.3 } else { 0.0 })
            .collect();
        let trial = Trial { rows: rows.iter().map(|row| row.as_slice()).collect(), treated, outcomes };
        let measured = uplift(&trial, 3, 1).unwrap();
        assert!((measured.effect - 0.15).abs() < 0.04, "{measured:?}");
        assert!(measured.qini > measured.random_qini + 0.1 && measured.at_30 > 0.22, "{measured:?}");
        assert_eq!(uplift(&Trial { outcomes: vec![true; 4_000], ..trial }, 3, 1), None);
    }
}
