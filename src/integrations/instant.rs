//! Moments as exports write them.

use crate::model::Timestamp;

/// Numbers above this are milliseconds: as seconds they would be after the year 5000. Above a thousand times this they are microseconds,
/// and so on.
const SECONDS_MAX: f64 = 1e11;

/// Reads seconds, milliseconds, microseconds or nanoseconds since the Unix epoch, or a date with a time and a zone as in RFC 3339; a space may stand for the `T`,
/// and ` UTC` or nothing for the `Z`. `None` if it is neither, or before 1970.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(number) = text.parse::<f64>() {
        let units = [(SECONDS_MAX, 1e6), (SECONDS_MAX * 1e3, 1e3), (SECONDS_MAX * 1e6, 1.0), (SECONDS_MAX * 1e9, 1e-3)];
        let (_, unit) = units.into_iter().find(|(most, _)| number <= *most)?;
        return (number >= 0.0).then_some(Timestamp((number * unit) as u64));
    }
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => rest.split_at(rest.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())),
        None => ("", rest),
    };
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    // A leap second is the one before again.
    let is_moment = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let offset = match zone.trim_start() {
        "" | "Z" | "z" | "UTC" => 0,
        zone => {
            let (sign, zone) = if let Some(zone) = zone.strip_prefix('+') { (1, zone) } else { (-1, zone.strip_prefix('-')?) };
            let [hours, minutes] = numbers(zone, ':', [2, 2])?;
            sign * (hours * 60 + minutes) * 60
        }
    };
    let micros = format!("{fraction:0<6}").get(..6)?.parse::<i64>().ok()?;
    let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second.min(59) - offset;
    u64::try_from(seconds * 1_000_000 + micros).ok().filter(|_| is_moment).map(Timestamp)
}

fn numbers<const N: usize>(text: &str, separator: char, lengths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, length) in numbers.iter_mut().zip(lengths) {
        let part = parts.next().filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days of the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_every_form() {
        let micros = |text: &str| parse(text).map(|at| at.0);
        assert_eq!(micros("1600000000"), Some(1_600_000_000_000_000));
        assert_eq!(micros("1600000000.25"), Some(1_600_000_000_250_000));
        assert_eq!(micros("1600000000000"), Some(1_600_000_000_000_000));
        assert_eq!(micros("1600000000000000"), Some(1_600_000_000_000_000));
        assert_eq!(micros("1600000000000000000"), Some(1_600_000_000_000_000));
        for text in [
            "2020-09-13T12:26:40Z",
            "2020-09-13 12:26:40 UTC",
            "2020-09-13 12:26:40",
            "2020-09-13T14:26:40+02:00",
            "2020-09-13T05:56:40-06:30",
        ] {
            assert_eq!(micros(text), Some(1_600_000_000_000_000), "{text}");
        }
        assert_eq!(micros("2020-09-13T12:26:40.1234567Z"), Some(1_600_000_000_123_456));
        assert_eq!(micros("2000-02-29T00:00:00Z"), Some(951_782_400_000_000));
        assert_eq!(micros("1970-01-01T00:00:00Z"), Some(0));
        for text in [
            "",
            "x",
            "-1",
            "NaN",
            "1e300",
            "1969-12-31T23:59:59Z",
            "2020-13-01T00:00:00Z",
            "2020-1-01T00:00:00Z",
            "2020-01-01",
            "2020-01-01T00:00:00 CET",
            "2020-01-01T00:00:00+2:00",
            "ä2020-01-01T00",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
