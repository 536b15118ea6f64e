//! Mean and variance from sums.

/// Mean and variance of a sample; what every comparison of means starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Number of units.
    pub n: f64,
    pub mean: f64,
    /// With n - 1 in the denominator; 0 for fewer than two units.
    pub variance: f64,
}

impl Moments {
    /// From exact sums of integers: units, values, squared values. `None` without a unit.
    ///
    /// n Q - S^2 is formed in 128 bits, so that nothing cancels; beyond that the shifted formula is taken in floating point.
    pub fn from_sums(n: u64, sum: i128, squares: i128) -> Option<Moments> {
        if n == 0 {
            return None;
        }
        Some(Moments { n: n as f64, mean: sum as f64 / n as f64, variance: covariance(n, sum, sum, squares) })
    }

    /// From sums that are not integers.
    pub fn from_real_sums(n: f64, sum: f64, squares: f64) -> Option<Moments> {
        if n.is_nan() || n < 1.0 {
            return None;
        }
        let variance = if n > 1.0 { (squares - sum * sum / n) / (n - 1.0) } else { 0.0 };
        Some(Moments { n, mean: sum / n, variance: variance.max(0.0) })
    }

    /// Of a share: `hits` of `n`, with variance p (1 - p) as is usual for proportions. `None` without a unit.
    pub fn of_share(hits: f64, n: f64) -> Option<Moments> {
        if n.is_nan() || n < 1.0 {
            return None;
        }
        let mean = (hits / n).clamp(0.0, 1.0);
        Some(Moments { n, mean, variance: mean * (1.0 - mean) })
    }

    /// Squared standard error of the mean.
    pub fn error_squared(&self) -> f64 {
        self.variance / self.n
    }
}

/// Covariance with n - 1 in the denominator from exact sums: of a, of b, of a times b. 0 for fewer than two units.
pub fn covariance(n: u64, sum_a: i128, sum_b: i128, sum_ab: i128) -> f64 {
    if n < 2 {
        return 0.0;
    }
    let count = i128::from(n);
    let exact = count.checked_mul(sum_ab).zip(sum_a.checked_mul(sum_b)).and_then(|(left, right)| left.checked_sub(right));
    match exact {
        Some(numerator) => numerator as f64 / n as f64 / (n - 1) as f64,
        None => (sum_ab as f64 - sum_a as f64 / n as f64 * sum_b as f64) / (n - 1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_cancels() {
        // One in 1,000 units differs by 1 from 10 billion: floating point sums would lose it all.
        let base = 1_000_000_000_000_i128;
        let sum = base * 999 + base + 1;
        let squares = base * base * 999 + (base + 1) * (base + 1);
        let got = Moments::from_sums(1_000, sum, squares).unwrap();
        assert!((got.variance - 0.001).abs() < 1e-15, "{got:?}");
        assert_eq!(Moments::from_sums(0, 0, 0), None);
        assert_eq!(Moments::from_sums(1, 7, 49).unwrap().variance, 0.0);
    }
}
