//! Randomization e-process: false alarms bounded for any outcome distribution, however heavy its tail.
//!
//! The null is sharp: the treatment changes no visitor's outcome, so only the coin that assigned each visitor is random. With x the
//! outcome less the mean of all earlier ones, exp(l S - l^2 V / 2) is a supermartingale for symmetric signs (de la Pena 1999; Howard,
//! Ramdas, McAuliffe, Sekhon 2020, lemma 3), mixed over l by a normal with precision r.

use super::exact::exp;
use super::exact::ln;
use super::exact::ln_1p;
use serde::Deserialize;
use serde::Serialize;

/// Variance proxy of a coin with probability `p`: (1 - 2p) / (2 ln((1 - p) / p)), a quarter for a fair one (Kearns and Saul 1998).
pub fn assignment_variance(p: f64) -> f64 {
    let away = 1.0 - 2.0 * p;
    if away.abs() < 1e-6 {
        // The next term of the series is away^2 / 12.
        return 0.25 * (1.0 - away * away / 3.0);
    }
    away / (2.0 * (ln(1.0 - p) - ln(p)))
}

/// Outcomes of closed visitors in closing order against the coin that assigned them. Constant memory; depends on the order.
///
/// ```
/// use floorwalker::stats::RandomizationWatch;
///
/// // Every second visitor is treated and brings 3 more. The scale is guessed before the start.
/// let mut watch = RandomizationWatch::with_scale(0.5, 20.0);
/// for i in 0..200_u32 {
///     let treated = i % 2 == 0;
///     let value = f64::from(i % 5) + if treated { 3.0 } else { 0.0 };
///     watch.close(treated, 0.5, value);
/// }
/// assert!(watch.p_value() < 0.001);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomizationWatch {
    /// Of the treated arm among the two.
    share: f64,
    /// Precision of the mixture in the unit of V; `None` while it is learnt.
    r: Option<f64>,
    /// Units the experiment is planned for, from which r follows with the variance of the first units.
    planned: f64,
    n: u64,
    mean: f64,
    /// Sum of squared deviations of the units that r is learnt from.
    spread: f64,
    s: f64,
    v: f64,
    /// Of other nodes, joined by multiplication.
    carried: f64,
    log_e_max: f64,
}

/// Closed units that r is learnt from where nobody guessed the deviation. They are not tested: r must be fixed before.
const LEARNING_UNITS: u64 = 100;

impl RandomizationWatch {
    /// With a known r: the guessed variance of an outcome times the planned number of units over 7.936.
    pub fn with_scale(share: f64, r: f64) -> RandomizationWatch {
        let mut watch = RandomizationWatch::learning(share, 0.0);
        watch.r = Some(r);
        watch
    }

    /// Takes r from the first 100 closed units (more if all brought the same), which are then not tested.
    pub fn learning(share: f64, planned: f64) -> RandomizationWatch {
        RandomizationWatch { share, r: None, planned, n: 0, mean: 0.0, spread: 0.0, s: 0.0, v: 0.0, carried: 0.0, log_e_max: 0.0 }
    }

    /// A unit that is closed with this outcome. `share` is how likely the treated arm was for it; a unit with another one than planned
    /// is left out.
    pub fn close(&mut self, is_treated: bool, share: f64, outcome: f64) {
        if !outcome.is_finite() || (share - self.share).abs() > 1e-9 {
            return;
        }
        let x = if self.n == 0 { 0.0 } else { outcome - self.mean };
        self.n += 1;
        self.mean += (outcome - self.mean) / self.n as f64;
        if self.r.is_none() {
            self.spread += x * (outcome - self.mean);
            if self.n >= LEARNING_UNITS && self.spread > 0.0 {
                self.r = Some(self.spread / (self.n - 1) as f64 * self.planned / AT_FIVE_PERCENT);
            }
            return;
        }
        if (self.share - 0.5).abs() < 1e-9 {
            self.s += if is_treated { x } else { -x };
            self.v += x * x;
        } else {
            self.s += (f64::from(u8::from(is_treated)) - self.share) * x;
            self.v += assignment_variance(self.share) * x * x;
        }
        self.log_e_max = self.log_e_max.max(self.log_e());
    }

    /// S and V so far.
    pub fn sums(&self) -> (f64, f64) {
        (self.s, self.v)
    }

    /// Whether the split is even; with another one the test is valid but finds next to nothing.
    pub fn is_even(&self) -> bool {
        (self.share - 0.5).abs() < 0.005
    }

    /// Closed units seen, with those that were only learnt from.
    pub fn units(&self) -> u64 {
        self.n
    }

    /// Evidence now: S^2 / (2 (V + r)) - ln(1 + V / r) / 2. 0 while r is learnt.
    pub fn log_e(&self) -> f64 {
        match self.r {
            Some(r) if r > 0.0 => self.carried + self.s * self.s / (2.0 * (self.v + r)) - 0.5 * ln_1p(self.v / r),
            _ => self.carried,
        }
    }

    /// Valid p-value over all looks so far.
    pub fn p_value(&self) -> f64 {
        exp(-self.log_e_max).min(1.0)
    }

    /// Joins what another node saw of other visitors: evidence is multiplied. Less sharp than one node that saw all, and looks before the
    /// merge no longer count.
    pub fn merge(&mut self, other: &RandomizationWatch) {
        if self.n == 0 {
            *self = other.clone();
        } else if other.n > 0 {
            self.carried += other.log_e();
            self.log_e_max = self.log_e().max(0.0);
        }
    }
}

/// -2 ln a + ln(1 - 2 ln a) at a = 5%.
const AT_FIVE_PERCENT: f64 = 7.936_154_6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_is_learnt_from_units_that_are_not_tested() {
        let mut watch = RandomizationWatch::learning(0.5, 10_000.0);
        for i in 0..150_u32 {
            watch.close(i % 2 == 0, 0.5, 1.0);
        }
        assert_eq!((watch.r, watch.log_e()), (None, 0.0), "no spread, no r");
        watch.close(true, 0.5, 9.0);
        assert!(watch.r.is_some());
        assert_eq!(watch.sums(), (0.0, 0.0));
        watch.close(true, 0.5, 9.0);
        assert!(watch.sums().0 > 7.0 && watch.log_e() != 0.0);
    }

    #[test]
    fn a_fair_coin_has_a_quarter() {
        assert_eq!(assignment_variance(0.5), 0.25);
        for p in [0.5 - 4e-7, 0.5 + 6e-7] {
            assert!((assignment_variance(p) - 0.25).abs() < 1e-12);
        }
        assert!((assignment_variance(0.9) - assignment_variance(0.1)).abs() < 1e-15);
    }
}
