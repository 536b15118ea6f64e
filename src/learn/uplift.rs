//! Whose mind an offer changes: two models, one of those who got it and one of those who did not.

use super::logistic::Logistic;

/// What is expected of one visitor with and without a treatment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Responses {
    pub treated: f64,
    pub untreated: f64,
}

impl Responses {
    /// How much the treatment changes.
    pub fn uplift(&self) -> f64 {
        self.treated - self.untreated
    }
}

/// Two logistic regressions on a randomized trial (a T-learner; Kunzel et al. 2019).
#[derive(Debug, Clone, PartialEq)]
pub struct TwoModels {
    treated: Logistic,
    untreated: Logistic,
}

impl TwoModels {
    /// Fits both with an L2 `penalty`. `None` if either group is empty, or its outcomes are all alike.
    pub fn fit(rows: &[&[f64]], treated: &[bool], outcomes: &[bool], penalty: f64) -> Option<TwoModels> {
        let fit = |wanted: bool| {
            let of: Vec<usize> = (0..rows.len()).filter(|&row| treated.get(row) == Some(&wanted)).collect();
            let own: Vec<&[f64]> = of.iter().map(|&row| rows[row]).collect();
            let labels: Vec<bool> = of.iter().map(|&row| outcomes.get(row) == Some(&true)).collect();
            Logistic::fit(&own, &labels, penalty)
        };
        Some(TwoModels { treated: fit(true)?, untreated: fit(false)? })
    }

    pub fn responses(&self, row: &[f64]) -> Responses {
        Responses { treated: self.treated.probability(row), untreated: self.untreated.probability(row) }
    }
}

/// Money of an order with and without an offer, in one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrderValue {
    /// Mean order of those who got the offer, before the discount.
    pub treated: f64,
    pub untreated: f64,
    /// Share of an order that is left after its cost, 0..=1.
    pub margin: f64,
    /// What the offer takes off an order.
    pub discount: f64,
}

/// What an offer is expected to bring more than nothing, per visitor: p1 (AOV1 m - disc) - p0 AOV0 m (Goldenberg et al. 2020).
///
/// Offered where it is above 0: whoever would buy anyway only gets a discount, and makes it negative.
pub fn expected_gain(responses: Responses, value: OrderValue) -> f64 {
    let with = responses.treated * (value.treated * value.margin - value.discount);
    with - responses.untreated * value.untreated * value.margin
}

/// Chooses who gets an offer within a budget: those with a gain, by gain for each unit of expected cost, until the budget is spent.
///
/// `expected_costs` are what offers are expected to cost, above 0 where a gain is; returns places in the order chosen.
pub fn within_budget(gains: &[f64], expected_costs: &[f64], budget: f64) -> Vec<usize> {
    let rate = |at: usize| gains[at] / expected_costs[at].max(f64::MIN_POSITIVE);
    let mut order: Vec<usize> = (0..gains.len().min(expected_costs.len())).filter(|&at| gains[at] > 0.0).collect();
    order.sort_by(|&a, &b| rate(b).total_cmp(&rate(a)).then(a.cmp(&b)));
    let mut left = budget;
    order.retain(|&at| {
        let fits = expected_costs[at] <= left;
        if fits {
            left -= expected_costs[at];
        }
        fits
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_go_where_they_change_something() {
        let value = OrderValue { treated: 100.0, untreated: 100.0, margin: 0.4, discount: 10.0 };
        let gain = |treated, untreated| expected_gain(Responses { treated, untreated }, value);
        // Sure to buy: the discount is lost. Persuaded: 0.3 * 30 - 0.1 * 40. Not moved: a smaller loss.
        assert!((gain(0.9, 0.9) + 9.0).abs() < 1e-12 && (gain(0.3, 0.1) - 5.0).abs() < 1e-12 && (gain(0.05, 0.05) + 0.5).abs() < 1e-12);
        assert_eq!(within_budget(&[5.0, -1.0, 2.0, 3.0], &[5.0, 1.0, 1.0, 2.0], 4.0), [2, 3]);
        assert!(within_budget(&[1.0], &[2.0], 1.0).is_empty());
    }

    #[test]
    fn the_persuadable_are_found() {
        // With x = 1 the treatment lifts the rate from 1 in 4 to 3 in 4; with x = 0 it changes nothing.
        let rows: Vec<[f64; 1]> = (0..800).map(|n| [f64::from(n % 2)]).collect();
        let treated: Vec<bool> = (0..800).map(|n| n / 2 % 2 == 0).collect();
        let outcome = |n: usize| if n % 2 == 1 && treated[n] { !(n / 4).is_multiple_of(4) } else { (n / 4).is_multiple_of(4) };
        let outcomes: Vec<bool> = (0..800).map(outcome).collect();
        let slices: Vec<&[f64]> = rows.iter().map(|row| row.as_slice()).collect();
        let models = TwoModels::fit(&slices, &treated, &outcomes, 1.0).unwrap();
        assert!((models.responses(&[1.0]).uplift() - 0.5).abs() < 0.03 && models.responses(&[0.0]).uplift().abs() < 0.03);
        assert_eq!(TwoModels::fit(&slices, &[true; 800], &outcomes, 1.0), None);
    }
}
