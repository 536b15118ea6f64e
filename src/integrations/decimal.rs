//! Decimal prices into minor units without floats.

use crate::model::Currency;

/// Why a text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecimalError {
    #[error("not a decimal number")]
    NotANumber,
    #[error("more than {digits} digits after the point")]
    TooPrecise { digits: u32 },
    #[error("too large")]
    TooLarge,
    #[error("currency differs from the catalog's")]
    OtherCurrency,
}

/// Parses `1299.5`, `1,299.50`, `15.00 USD` or `USD 15` into minor units of `currency`. Zeros beyond its digits are fine.
///
/// A comma is a separator of thousands, never a decimal point: exactly three digits follow it.
pub fn parse_minor(text: &str, currency: Currency) -> Result<i64, DecimalError> {
    let mut number = "";
    for word in text.split_ascii_whitespace() {
        if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            if Currency::parse(word) != Some(currency) {
                return Err(DecimalError::OtherCurrency);
            }
        } else if number.is_empty() {
            number = word;
        } else {
            return Err(DecimalError::NotANumber);
        }
    }
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or((1, whole), |rest| (-1, rest));
    if whole.is_empty() {
        return Err(DecimalError::NotANumber);
    }
    let mut minor = 0_i64;
    for (index, group) in whole.split(',').enumerate() {
        let grouped = !whole.contains(',') || if index == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        if !grouped || group.is_empty() {
            return Err(DecimalError::NotANumber);
        }
        for byte in group.bytes() {
            minor = push(minor, byte)?;
        }
    }
    let digits = currency.digits() as usize;
    if fraction.bytes().skip(digits).any(|byte| byte != b'0') {
        let numeric = fraction.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if numeric { DecimalError::TooPrecise { digits: currency.digits() } } else { DecimalError::NotANumber });
    }
    for index in 0..digits {
        minor = push(minor, fraction.as_bytes().get(index).copied().unwrap_or(b'0'))?;
    }
    Ok(minor * sign)
}

fn push(minor: i64, digit: u8) -> Result<i64, DecimalError> {
    if !digit.is_ascii_digit() {
        return Err(DecimalError::NotANumber);
    }
    minor.checked_mul(10).and_then(|minor| minor.checked_add(i64::from(digit - b'0'))).ok_or(DecimalError::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn prices_as_feeds_write_them() {
        let usd = |text: &str| parse_minor(text, Currency::USD);
        for (text, minor) in [
            ("15", 1_500),
            ("15.5", 1_550),
            ("0.07", 7),
            ("1,299.00", 129_900),
            ("15.00 USD", 1_500),
            ("USD 15.000", 1_500),
            ("-3.10", -310),
        ] {
            assert_eq!(usd(text), Ok(minor), "{text}");
        }
        use DecimalError::*;
        for (text, error) in [
            ("", NotANumber),
            ("abc", OtherCurrency),
            ("15,5", NotANumber),
            ("1,2999.00", NotANumber),
            (".5", NotANumber),
            ("1.2.3", NotANumber),
            ("1.23x", NotANumber),
            ("1e3", NotANumber),
            ("1 2", NotANumber),
            ("15.001", TooPrecise { digits: 2 }),
            ("15 EUR", OtherCurrency),
            ("92233720368547758.08", TooLarge),
        ] {
            assert_eq!(usd(text), Err(error), "{text}");
        }
        let of = |text: &str, code: &str| parse_minor(text, Currency::parse(code).unwrap());
        assert_eq!((of("1000.00", "JPY"), of("1.234", "KWD")), (Ok(1_000), Ok(1_234)));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(minor in 0..10_i64.pow(15)) {
            prop_assert_eq!(parse_minor(&format!("{}.{:02}", minor / 100, minor % 100), Currency::USD), Ok(minor));
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            let _ = parse_minor(&text, Currency::USD);
        }
    }
}
