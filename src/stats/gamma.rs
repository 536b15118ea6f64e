//! The regularized incomplete gamma function.

use super::exact::exp;
use super::exact::ln;
use super::special::ln_gamma;

/// Q(a, x), the upper tail. `a` > 0, `x` >= 0. Series below a + 1, continued fraction (Lentz) above: Press et al., Numerical Recipes,
/// 3rd edition, section 6.2. Keeps its relative precision far into the tail.
pub fn upper_gamma(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    let scale = exp(a * ln(x) - x - ln_gamma(a));
    if x < a + 1.0 { 1.0 - scale * series(a, x) } else { scale * fraction(a, x) }
}

/// Enough terms for 1e-15 up to a = 10,000, where about 5 sqrt(a) are needed.
const TERMS_MAX: u32 = 2_000;

fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    for n in 1..TERMS_MAX {
        term *= x / (a + f64::from(n));
        sum += term;
        if term < sum * 1e-16 {
            break;
        }
    }
    sum
}

fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = an * d + b;
        if d.abs() < TINY {
            d = TINY;
        }
        c = b + an / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Closed forms: Q(1, x) = e^-x, and Q(2, x) = (1 + x) e^-x.
    #[test]
    fn equals_the_closed_forms() {
        for i in 1..400 {
            let x = f64::from(i) * 0.25;
            let one = (-x).exp();
            let two = (1.0 + x) * (-x).exp();
            assert!((upper_gamma(1.0, x) / one - 1.0).abs() < 1e-11, "{x}");
            assert!((upper_gamma(2.0, x) / two - 1.0).abs() < 1e-11, "{x}");
        }
        assert_eq!(upper_gamma(3.0, 0.0), 1.0);
    }
}
