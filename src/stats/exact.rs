//! Exponential and logarithm from additions, multiplications and divisions only.
//!
//! The platform's math library may differ in the last bit between machines; these do not, so a replay elsewhere gives the same scores.

use std::f64::consts::LN_2;
use std::f64::consts::SQRT_2;

/// e^x with a relative error below 1e-14. Saturates outside -700..=700; NaN gives NaN.
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-700.0, 700.0);
    if x.is_nan() {
        return x;
    }
    let whole = (x / LN_2).round();
    let rest = x - whole * LN_2;
    // Taylor series for |rest| < 0.35 in Horner form; the first term left out is below 1e-18.
    let mut sum = 1.0;
    for k in (1..=15_i32).rev() {
        sum = 1.0 + rest / f64::from(k) * sum;
    }
    sum * f64::from_bits(((whole as i64 + 1_023) as u64) << 52)
}

/// Natural logarithm of a normal number above 0 with an absolute error below 1e-14. Zero, negative numbers and NaN give NaN.
pub fn ln(x: f64) -> f64 {
    if x.is_nan() || x < f64::MIN_POSITIVE {
        return f64::NAN;
    }
    if x.is_infinite() {
        return x;
    }
    let bits = x.to_bits();
    let mut exponent = ((bits >> 52) & 0x7ff) as i32 - 1_023;
    let mut mantissa = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
    if mantissa > SQRT_2 {
        mantissa /= 2.0;
        exponent += 1;
    }
    // ln m = 2 artanh s with |s| < 0.172; the first term left out is below 1e-19.
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut sum = 0.0;
    for k in (0..=11_i32).rev() {
        sum = sum * square + 1.0 / f64::from(2 * k + 1);
    }
    2.0 * s * sum + f64::from(exponent) * LN_2
}

/// ln(1 + x) for x > -1, with a relative error below 1e-14 also near 0. Others give NaN.
pub fn ln_1p(x: f64) -> f64 {
    if x.is_nan() || x.abs() > 0.3 {
        return ln(1.0 + x);
    }
    // ln(1 + x) = 2 artanh(x / (2 + x)) with |s| < 0.177.
    let s = x / (2.0 + x);
    let square = s * s;
    let mut sum = 0.0;
    for k in (0..=11_i32).rev() {
        sum = sum * square + 1.0 / f64::from(2 * k + 1);
    }
    2.0 * s * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_to_the_library() {
        for i in -7_000..=7_000 {
            let x = f64::from(i) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 2e-13, "exp {x}");
        }
        for i in 1..20_000 {
            let x = f64::from(i) * f64::from(i) * 0.001;
            assert!((ln(x) - x.ln()).abs() < 1e-14 * x.ln().abs().max(1.0) * 4.0, "ln {x}");
        }
        assert_eq!((exp(0.0), ln(1.0), exp(-9_999.0) > 0.0), (1.0, 0.0, true));
        assert!(exp(f64::NAN).is_nan() && ln(-1.0).is_nan() && ln(0.0).is_nan());
    }

    #[test]
    fn ln_1p_keeps_its_digits_near_zero() {
        for exponent in 0..18 {
            for sign in [-0.29, 0.29, 0.013, -0.07] {
                let x = sign * 10.0_f64.powi(-exponent);
                assert!((ln_1p(x) / x.ln_1p() - 1.0).abs() < 1e-14, "{x}");
            }
        }
        assert!((ln_1p(5.0) - 6.0_f64.ln()).abs() < 1e-14);
        assert!(ln_1p(-1.0).is_nan() && ln_1p(f64::NAN).is_nan());
    }

    /// What this code gave on x86-64; every other machine must give the same. They are one bit off the nearest numbers.
    #[test]
    fn the_bits_are_fixed() {
        assert_eq!(exp(1.0).to_bits(), 0x4005_bf0a_8b14_576a);
        assert_eq!(ln(10.0).to_bits(), 0x4002_6bb1_bbb5_5515);
    }
}
