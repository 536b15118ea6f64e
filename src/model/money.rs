//! Amounts of money as integer minor units with their currency.

use serde::Deserialize;
use serde::Serialize;
use std::fmt;

/// ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const USD: Currency = Currency(*b"USD");

    /// Parses three capital letters.
    pub fn parse(text: &str) -> Option<Currency> {
        let code: [u8; 3] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Currency(code))
    }

    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Digits after the decimal point (ISO 4217).
    pub fn digits(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"VND" | b"VUV" | b"XAF"
            | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }

    /// How many minor units make one major unit.
    pub fn scale(self) -> i64 {
        10_i64.pow(self.digits())
    }

    fn symbol(&self) -> &str {
        match &self.0 {
            b"USD" => "$",
            b"EUR" => "€",
            b"GBP" => "£",
            b"JPY" => "¥",
            _ => self.code(),
        }
    }
}

impl Default for Currency {
    fn default() -> Self {
        Currency::USD
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount. Prints as `$1,299.00`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Money {
        Money { minor, currency }
    }

    /// Major units, for conditions and statistics only; never turned back into money.
    pub fn major(self) -> f64 {
        self.minor as f64 / self.currency.scale() as f64
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.currency.scale().unsigned_abs();
        let absolute = self.minor.unsigned_abs();
        if self.minor < 0 {
            f.write_str("-")?;
        }
        let symbol = self.currency.symbol();
        f.write_str(symbol)?;
        if symbol.len() == 3 && symbol.is_ascii() {
            f.write_str(" ")?;
        }
        let whole = (absolute / scale).to_string();
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        if self.currency.digits() > 0 {
            write!(f, ".{:0width$}", absolute % scale, width = self.currency.digits() as usize)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_with_the_digits_of_its_currency() {
        let print = |minor, code: &str| Money::new(minor, Currency::parse(code).unwrap()).to_string();
        assert_eq!(print(129_900, "USD"), "$1,299.00");
        assert_eq!(print(5, "EUR"), "€0.05");
        assert_eq!(print(-1_000, "JPY"), "-¥1,000");
        assert_eq!(print(1_234_567_891, "KWD"), "KWD 1,234,567.891");
        assert_eq!(Currency::parse("usd"), None);
    }
}
