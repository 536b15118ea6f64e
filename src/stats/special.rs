//! Special functions: logarithms of gamma and beta, the normal, Student's t, incomplete beta, Lambert's W.
//!
//! Own code from [`exp`] and [`ln`], so that every machine gets the same bits; tails keep their relative precision down to 1e-300.

use super::exact::exp;
use super::exact::ln;
use super::exact::ln_1p;
use super::gamma::upper_gamma;

const LN_SQRT_2_PI: f64 = 0.918_938_533_204_672_8;

/// ln Gamma(x) for x > 0, relative error below 1e-13. NaN elsewhere.
///
/// Stirling's series from 15 up, reached by the recurrence below that.
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut x = x;
    let mut product = 1.0;
    while x < 15.0 {
        product *= x;
        x += 1.0;
    }
    (x - 0.5) * ln(x) - x + LN_SQRT_2_PI + stirling_error(x) - ln(product)
}

/// What Stirling's formula leaves out, for x >= 15 to 1e-17.
fn stirling_error(x: f64) -> f64 {
    let square = 1.0 / (x * x);
    (1.0 / 12.0 + square * (-1.0 / 360.0 + square * (1.0 / 1_260.0 + square * (-1.0 / 1_680.0 + square / 1_188.0)))) / x
}

/// ln B(a, b) for a, b > 0.
///
/// Where both or one are large the logarithms of Stirling's formula are subtracted before they are formed, since ln Gamma of huge
/// arguments would lose its digits.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (a, b) = if a <= b { (a, b) } else { (b, a) };
    if b < 15.0 {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    }
    // ln(b / (a + b)) without cancellation.
    let ln_share = -ln_1p(a / b);
    let errors = stirling_error(b) - stirling_error(a + b);
    if a < 15.0 {
        return ln_gamma(a) + errors + (b - 0.5) * ln_share - a * ln(a + b) + a;
    }
    LN_SQRT_2_PI + stirling_error(a) + errors + (a - 0.5) * ln(a / (a + b)) + b * ln_share - 0.5 * ln(b)
}

/// Upper tail of the standard normal: P(Z > z).
pub fn norm_sf(z: f64) -> f64 {
    let half = 0.5 * upper_gamma(0.5, 0.5 * z * z);
    if z >= 0.0 { half } else { 1.0 - half }
}

/// Lower tail of the standard normal: P(Z <= z).
pub fn norm_cdf(z: f64) -> f64 {
    norm_sf(-z)
}

/// Density of the standard normal.
pub fn norm_pdf(z: f64) -> f64 {
    exp(-0.5 * z * z - LN_SQRT_2_PI)
}

/// Quantile of the standard normal for p in 0..1; infinite at the ends, NaN outside.
///
/// Acklam's rational approximation with two steps of Halley's method.
pub fn norm_ppf(p: f64) -> f64 {
    const A: [f64; 6] =
        [-3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1, 2.506628277459239];
    const B: [f64; 5] = [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1];
    const C: [f64; 6] =
        [-7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
    const D: [f64; 4] = [7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416];
    let horner = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 || p == 1.0 {
        return if p == 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    if p > 0.5 {
        return -norm_ppf(1.0 - p);
    }
    let mut x = if p < 0.024_25 {
        let q = (-2.0 * ln(p)).sqrt();
        horner(&C, q) / (horner(&D, q) * q + 1.0)
    } else {
        let q = p - 0.5;
        let r = q * q;
        horner(&A, r) * q / (horner(&B, r) * r + 1.0)
    };
    for _ in 0..2 {
        let error = (norm_cdf(x) - p) / norm_pdf(x);
        x -= error / (1.0 + 0.5 * x * error);
    }
    x
}

/// Upper tail of chi squared with `df` degrees of freedom.
pub fn chi2_sf(x: f64, df: f64) -> f64 {
    upper_gamma(0.5 * df, 0.5 * x).clamp(0.0, 1.0)
}

/// Regularized incomplete beta I_x(a, b) for a, b > 0 and x in 0..=1; `rest` is 1 - x, given apart so that it keeps its digits.
///
/// Continued fraction by Lentz's method: Press et al., Numerical Recipes, 3rd edition, section 6.4.
pub fn incomplete_beta(a: f64, b: f64, x: f64, rest: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if rest <= 0.0 {
        return 1.0;
    }
    let ln_x = if rest < 0.3 { ln_1p(-rest) } else { ln(x) };
    let ln_rest = if x < 0.3 { ln_1p(-x) } else { ln(rest) };
    let front = exp(a * ln_x + b * ln_rest - ln_beta(a, b));
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(a, b, x) / a } else { 1.0 - front * beta_fraction(b, a, rest) / b }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    // About sqrt(max(a, b)) steps are needed.
    for m in 1..100_000_u32 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}

/// Degrees of freedom beyond which Student's t is the normal with its first corrections; the error is below 1e-13.
const NORMAL_FROM: f64 = 1e7;

/// Upper tail of Student's t with `df` > 0 degrees of freedom.
pub fn t_sf(t: f64, df: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - t_sf(-t, df);
    }
    if df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df >= NORMAL_FROM {
        // Hill 1970, first terms: the tail of z = t (1 - (t^2 + 1) / (4 df)).
        return norm_sf(t * (1.0 - (t * t + 1.0) / (4.0 * df)));
    }
    let sum = df + t * t;
    0.5 * incomplete_beta(0.5 * df, 0.5, df / sum, t * t / sum)
}

/// Lower tail of Student's t.
pub fn t_cdf(t: f64, df: f64) -> f64 {
    t_sf(-t, df)
}

/// Quantile of Student's t for p in 0..1, by Newton's method from the normal's, kept inside a bracket.
pub fn t_ppf(p: f64, df: f64) -> f64 {
    if p.is_nan() || p <= 0.0 || p >= 1.0 || df.is_nan() || df <= 0.0 {
        return if p == 0.0 {
            f64::NEG_INFINITY
        } else if p == 1.0 {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    if p < 0.5 {
        return -t_ppf_upper(p, df);
    }
    t_ppf_upper(1.0 - p, df)
}

/// t with an upper tail of q <= 1/2.
fn t_ppf_upper(q: f64, df: f64) -> f64 {
    if q >= 0.5 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, 1.0);
    while t_sf(high, df) > q && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    let mut t = (-norm_ppf(q)).clamp(low, high);
    for _ in 0..200 {
        let tail = t_sf(t, df);
        if tail > q {
            low = t;
        } else {
            high = t;
        }
        let density = exp(-0.5 * (df + 1.0) * ln_1p(t * t / df) - 0.5 * ln(df) - ln_beta(0.5 * df, 0.5));
        let newton = t + (tail - q) / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - t).abs() <= 1e-15 * t.abs() {
            return next;
        }
        t = next;
    }
    t
}

/// Lower branch W_{-1} of Lambert's function for x in -1/e..0: the w <= -1 with w e^w = x. NaN outside.
pub fn lambert_w_lower(x: f64) -> f64 {
    if x.is_nan() || x >= 0.0 || x < -exp(-1.0) {
        return f64::NAN;
    }
    // In logarithms: ln(-w) + w = ln(-x); Newton from the asymptotic ln(-x) - ln(-ln(-x)), or from the square root at the branch point.
    let target = ln(-x);
    let near = -1.0 - (2.0 * (1.0 + std::f64::consts::E * x)).max(0.0).sqrt();
    let mut w = if x > -0.1 { target - ln(-target) } else { near };
    for _ in 0..60 {
        if w > -1.0 - 1e-12 {
            return w.min(-1.0);
        }
        let step = (ln(-w) + w - target) / (1.0 / w + 1.0);
        let next = if w - step < -1.0 { w - step } else { 0.5 * (w - 1.0) };
        if (next - w).abs() <= 1e-15 * w.abs() {
            return next;
        }
        w = next;
    }
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_undo_tails() {
        for p in [1e-200, 1e-12, 1e-4, 0.1, 0.49, 0.5, 0.77, 0.999] {
            assert!((norm_cdf(norm_ppf(p)) / p - 1.0).abs() < 1e-11, "{p}");
            for df in [1.0, 2.5, 30.0, 1e4, 1e6, 1e8] {
                if p > 1e-100 {
                    assert!((t_cdf(t_ppf(p, df), df) / p - 1.0).abs() < 1e-10, "{p} {df}");
                }
            }
        }
        assert!(norm_ppf(-0.1).is_nan() && t_ppf(f64::NAN, 3.0).is_nan());
    }

    #[test]
    fn ln_gamma_of_whole_numbers_is_a_factorial() {
        let mut factorial = 1.0_f64;
        for n in 1..20 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-12, "{n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - std::f64::consts::PI.sqrt().ln()).abs() < 1e-14);
    }

    #[test]
    fn far_tails_keep_their_digits() {
        // scipy.stats.norm.sf(37.0).
        assert!((norm_sf(37.0) / 5.725571222524577e-300 - 1.0).abs() < 1e-9, "{:e}", norm_sf(37.0));
    }

    #[test]
    fn t_becomes_the_normal_without_a_step() {
        for t in [0.3, 1.96, 6.0] {
            assert!((t_sf(t, 9_999_999.0) / t_sf(t, 10_000_001.0) - 1.0).abs() < 1e-9, "{t}");
        }
    }

    #[test]
    fn beta_by_halves_of_the_range() {
        for (a, b) in [(0.5, 0.5), (2.0, 14.9), (14.99, 15.0), (3.0, 1e7), (20.0, 1e7)] {
            // B(a, b) = B(a + 1, b) (a + b) / a.
            let step = ln_beta(a + 1.0, b) + ln((a + b) / a);
            assert!((ln_beta(a, b) / step - 1.0).abs() < 1e-12, "{a} {b}");
        }
    }
}
