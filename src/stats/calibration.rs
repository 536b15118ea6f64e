//! Whether p-values are what they claim: against the uniform distribution, and counts of alarms against alpha.

use super::special::incomplete_beta;

/// Largest distance of the empirical distribution of `values` from the uniform one on 0..=1, and the two-sided p-value of it.
///
/// Exact by Marsaglia, Tsang and Wang (Evaluating Kolmogorov's distribution, 2003). `None` without values or with one outside 0..=1.
pub fn ks_uniform(values: &[f64]) -> Option<(f64, f64)> {
    if values.is_empty() || values.iter().any(|value| !(0.0..=1.0).contains(value)) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let distance = sorted.iter().enumerate().map(|(i, value)| (value - i as f64 / n).max((i + 1) as f64 / n - value)).fold(0.0, f64::max);
    Some((distance, (1.0 - kolmogorov(sorted.len(), distance)).clamp(0.0, 1.0)))
}

/// P(D_n < d).
fn kolmogorov(n: usize, d: f64) -> f64 {
    let scaled = n as f64 * d;
    if scaled * d > 18.0 {
        // Beyond any table: the chance left is below 1e-15.
        return 1.0;
    }
    let k = scaled.floor() as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - scaled;
    let mut matrix = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m {
            matrix[i * m + j] = if i + 1 >= j { 1.0 } else { 0.0 };
        }
    }
    let power = |base: f64, times: usize| (0..times).fold(1.0, |product: f64, _| product * base);
    for i in 0..m {
        matrix[i * m] -= power(h, i + 1);
        matrix[(m - 1) * m + i] -= power(h, m - i);
    }
    if 2.0 * h - 1.0 > 0.0 {
        matrix[(m - 1) * m] += power(2.0 * h - 1.0, m);
    }
    for i in 0..m {
        for j in 0..m {
            if i + 1 > j {
                for g in 1..=(i + 1 - j) {
                    matrix[i * m + j] /= g as f64;
                }
            }
        }
    }
    let (raised, mut exponent) = raise(&matrix, m, n);
    let mut result = raised[(k - 1) * m + k - 1];
    for i in 1..=n {
        result *= i as f64 / n as f64;
        if result < 1e-140 {
            result *= 1e140;
            exponent -= 140;
        }
    }
    (0..exponent.abs()).fold(result, |value, _| if exponent > 0 { value * 10.0 } else { value / 10.0 })
}

/// A matrix to the n-th power and a decimal exponent that was taken out.
fn raise(matrix: &[f64], m: usize, n: usize) -> (Vec<f64>, i32) {
    if n == 1 {
        return (matrix.to_vec(), 0);
    }
    let (half, exponent) = raise(matrix, m, n / 2);
    let mut product = multiply(&half, &half, m);
    let mut exponent = 2 * exponent;
    if n % 2 == 1 {
        product = multiply(matrix, &product, m);
    }
    if product[(m / 2) * m + m / 2] > 1e140 {
        product.iter_mut().for_each(|value| *value *= 1e-140);
        exponent += 140;
    }
    (product, exponent)
}

fn multiply(a: &[f64], b: &[f64], m: usize) -> Vec<f64> {
    let mut product = vec![0.0; m * m];
    for i in 0..m {
        for k in 0..m {
            let left = a[i * m + k];
            if left != 0.0 {
                for j in 0..m {
                    product[i * m + j] += left * b[k * m + j];
                }
            }
        }
    }
    product
}

/// P(X >= `hits`) of a binomial variable: how surprising that many alarms are at a rate of `rate`.
pub fn binomial_tail(hits: u64, trials: u64, rate: f64) -> f64 {
    if hits == 0 {
        return 1.0;
    }
    if hits > trials {
        return 0.0;
    }
    incomplete_beta(hits as f64, (trials - hits + 1) as f64, rate, 1.0 - rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_a_closed_form() {
        // P(D_1 < d) = 2 d - 1 for d in 1/2..=1.
        for value in [0.6, 0.75, 0.97] {
            let (distance, p) = ks_uniform(&[value]).unwrap();
            assert!((distance - value).abs() < 1e-15 && (p - (2.0 - 2.0 * value)).abs() < 1e-12, "{value} {p}");
        }
        // The first table entry of Marsaglia et al.: P(D_10 < 0.274) = 0.6284796154565042.
        assert!((kolmogorov(10, 0.274) - 0.6284796154565042).abs() < 1e-12);
        assert_eq!(ks_uniform(&[1.5]), None);
    }

    #[test]
    fn tails_of_a_fair_coin() {
        assert!((binomial_tail(2, 3, 0.5) - 0.5).abs() < 1e-13);
        assert_eq!((binomial_tail(0, 3, 0.5), binomial_tail(4, 3, 0.5)), (1.0, 0.0));
    }
}
