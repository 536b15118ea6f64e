//! Amounts as shoppers read them.

/// Formats integer minor units of US dollars: `-123456` is `-$1,234.56`.
pub fn format_money(minor: i64) -> String {
    let whole = (minor.unsigned_abs() / 100).to_string();
    let mut text = String::from(if minor < 0 { "-$" } else { "$" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(&format!(".{:02}", minor.unsigned_abs() % 100));
    text
}

#[cfg(test)]
mod tests {
    use super::format_money;

    #[test]
    fn money_reads_well_at_every_size() {
        for (minor, text) in [(0, "$0.00"), (5, "$0.05"), (99999, "$999.99"), (100000, "$1,000.00"), (-123456789, "-$1,234,567.89")] {
            assert_eq!(format_money(minor), text);
        }
    }
}
