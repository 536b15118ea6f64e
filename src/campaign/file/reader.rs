//! Reading single values of a campaign file: each either fits or leaves a mistake with its place.

use super::Mistake;
use crate::campaign::Needs;
use crate::campaign::Text;
use crate::campaign::condition::Condition;
use crate::campaign::condition::Needs as SlotNeeds;
use crate::campaign::condition::Slot;
use crate::campaign::condition::nearest;
use crate::model::Currency;
use std::ops::RangeInclusive;
use std::time::Duration;
use toml::Spanned;

/// A value with its place, where the file has it.
pub(super) type Given<T> = Option<Spanned<T>>;

/// Amounts of money, in major units.
const MONEY_MAX: f64 = 1e9;

/// Longest name of a target, an event or a layout, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// Collects the mistakes of one file.
pub(super) struct Reader<'a> {
    pub(super) source: &'a str,
    pub(super) currency: Currency,
    /// Consent the campaign declares.
    pub(super) needs: Needs,
    pub(super) has_target: bool,
    pub(super) mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    /// Notes a mistake at a byte offset of the file.
    pub(super) fn wrong(&mut self, at: usize, message: impl Into<String>) {
        self.suggest(at, message, None);
    }

    pub(super) fn suggest(&mut self, at: usize, message: impl Into<String>, suggestion: Option<String>) {
        let (line, column) = place(self.source, at);
        self.mistakes.push(Mistake { line, column, message: message.into(), suggestion });
    }

    /// A value that must be there.
    pub(super) fn required<T>(&mut self, at: usize, owner: &str, field: &str, given: Given<T>) -> Given<T> {
        if given.is_none() {
            self.wrong(at, format!("`{owner}` needs `{field}`"));
        }
        given
    }

    /// One of a few words.
    pub(super) fn choose<T: Copy>(&mut self, field: &str, given: &Given<String>, options: &[(&'static str, T)]) -> Option<T> {
        let given = given.as_ref()?;
        let word = given.get_ref().as_str();
        let found = options.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = options.iter().map(|(name, _)| *name).collect();
            let suggestion = nearest(word, names.iter().copied()).map(str::to_owned);
            let options = if let [only] = *names { format!("`{only}`") } else { format!("one of {}", names.join(", ")) };
            self.suggest(given.span().start, format!("`{field}` is `{word}`, it must be {options}"), suggestion);
        }
        found
    }

    /// A number within bounds; NaN is within none.
    pub(super) fn number(&mut self, field: &str, given: &Given<f64>, range: RangeInclusive<f64>) -> Option<f64> {
        let given = given.as_ref()?;
        let value = *given.get_ref();
        if range.contains(&value) {
            return Some(value);
        }
        self.wrong(given.span().start, format!("`{field}` is {value}, it must be between {} and {}", range.start(), range.end()));
        None
    }

    /// The same for whole numbers.
    pub(super) fn whole(&mut self, field: &str, given: &Given<i64>, range: RangeInclusive<i64>) -> Option<i64> {
        let given = given.as_ref()?;
        let value = *given.get_ref();
        if range.contains(&value) {
            return Some(value);
        }
        self.wrong(given.span().start, format!("`{field}` is {value}, it must be between {} and {}", range.start(), range.end()));
        None
    }

    /// Minor units of an amount that has no more digits than its currency.
    pub(super) fn money(&mut self, field: &str, given: &Given<f64>) -> Option<i64> {
        let major = self.number(field, given, 0.0..=MONEY_MAX)?;
        let minor = major * self.currency.scale() as f64;
        // Decimal fractions are not exact in binary; a millionth of a minor unit is far above their error up to the bound.
        if (minor - minor.round()).abs() > 1e-6 * minor.max(1.0) {
            let at = given.as_ref().map_or(0, |given| given.span().start);
            self.wrong(at, format!("`{field}` is {major}, which has more digits than {} has", self.currency.code()));
            return None;
        }
        Some(minor.round() as i64)
    }

    pub(super) fn duration(&mut self, field: &str, given: &Given<String>) -> Option<Duration> {
        self.time(field, given, Duration::from_millis(1), "above 0")
    }

    /// A duration that may be zero.
    pub(super) fn pause(&mut self, field: &str, given: &Given<String>) -> Option<Duration> {
        self.time(field, given, Duration::ZERO, "from 0s")
    }

    fn time(&mut self, field: &str, given: &Given<String>, least: Duration, from: &str) -> Option<Duration> {
        let given = given.as_ref()?;
        let duration = parse_duration(given.get_ref()).filter(|duration| *duration >= least);
        if duration.is_none() {
            let message = format!("`{field}` is `{}`, it must be like 500ms, 30s, 5m, 2h or 7d, {from} and at most 366d", given.get_ref());
            self.wrong(given.span().start, message);
        }
        duration
    }

    /// A word that the page or the shop's code knows something by.
    pub(super) fn name(&mut self, field: &str, given: &Given<String>) -> Option<String> {
        let given = given.as_ref()?;
        let name = given.get_ref();
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let message = format!("`{field}` is `{name}`, it must be 1 to {NAME_BYTES_MAX} bytes long, without blanks");
            self.wrong(given.span().start, message);
            return None;
        }
        Some(name.clone())
    }

    /// A text with values filled in, none of which may need more consent than the campaign declares.
    pub(super) fn text(&mut self, field: &str, given: &Spanned<String>) -> Option<Text> {
        let at = given.span().start;
        let text = match Text::parse(given.get_ref()) {
            Ok(text) => text,
            Err(message) => {
                self.wrong(at, format!("`{field}`: {message}"));
                return None;
            }
        };
        if text.needs_target() && !self.has_target {
            self.wrong(at, format!("`{field}` counts towards a target, but the campaign has no `target`"));
        }
        let slots: Vec<Slot> = text.slots().collect();
        if let Some(slot) = self.too_private(&slots) {
            self.wrong(at, format!("`{field}`: {}", self.consent_message(slot)));
        }
        Some(text)
    }

    /// A condition; its problems are placed where they are in the file.
    pub(super) fn condition(&mut self, when: &Spanned<String>) -> Option<Condition> {
        let start = when.span().start;
        let raw = self.source.get(when.span()).unwrap_or_default();
        let condition = match Condition::compile(when.get_ref()) {
            Ok(condition) => condition,
            Err(problems) => {
                for problem in problems {
                    self.suggest(start + raw_offset(raw, problem.offset.start), problem.message, problem.suggestion);
                }
                return None;
            }
        };
        if let Some(slot) = self.too_private(condition.slots()) {
            let offset = when.get_ref().find(slot.name()).unwrap_or(0);
            self.wrong(start + raw_offset(raw, offset), self.consent_message(slot));
        }
        Some(condition)
    }

    /// Refuses what was given but has no meaning next to the word that says what the table is.
    pub(super) fn strangers(&mut self, owner: &str, given: Vec<(&'static str, usize)>, takes: &[&str]) {
        for (field, at) in given {
            if !takes.contains(&field) {
                let takes = if takes.is_empty() { "nothing else".to_owned() } else { takes.join(", ") };
                self.wrong(at, format!("`{field}` means nothing to `{owner}`, which takes {takes}"));
            }
        }
    }

    /// The first value that needs more consent than the campaign declares.
    fn too_private(&self, slots: &[Slot]) -> Option<Slot> {
        let allowed = self.needs.of_slots();
        slots.iter().copied().find(|slot| slot.purpose() > allowed)
    }

    fn consent_message(&self, slot: Slot) -> String {
        let needed = if slot.purpose() == SlotNeeds::Remember { "remember" } else { "personalize" };
        format!("`{slot}` needs the purpose `{needed}`, but the campaign declares `{}`", self.needs.name())
    }
}

/// Reads `90s`, `20m`, `2h`, `7d` or `500ms`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().ok()?;
    let millis = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(millis).filter(|total| *total <= 366 * 86_400_000).map(Duration::from_millis)
}

/// Line and column, in characters from 1, of a byte offset.
pub(super) fn place(source: &str, offset: usize) -> (usize, usize) {
    let before = source.get(..source.floor_char_boundary(offset)).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
    (line, column)
}

/// Where a byte of a TOML string's value stands in its source, quotes and escapes included.
fn raw_offset(raw: &str, offset: usize) -> usize {
    let is_long = raw.starts_with("'''") || raw.starts_with("\"\"\"");
    let mut at = if is_long { 3 } else { 1 };
    if is_long {
        // A line break right after the opening quotes is not part of the value.
        let rest = raw.get(at..).unwrap_or_default();
        at += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    if raw.starts_with('\'') {
        return at + offset;
    }
    let mut passed = 0;
    while let Some((raw_bytes, value_bytes)) = step(raw.get(at..).unwrap_or_default()) {
        if passed >= offset && value_bytes > 0 {
            break;
        }
        at += raw_bytes;
        passed += value_bytes;
    }
    at
}

/// Bytes of the next character of a basic string, in the source and in the value.
fn step(rest: &str) -> Option<(usize, usize)> {
    let mut characters = rest.chars();
    let first = characters.next()?;
    if first != '\\' {
        return Some((first.len_utf8(), first.len_utf8()));
    }
    let kind = characters.next()?;
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        c if c.is_whitespace() => {
            // An escaped line break swallows all blanks up to the next character.
            let blanks = rest.get(1..).unwrap_or_default();
            return Some((1 + blanks.len() - blanks.trim_start().len(), 0));
        }
        _ => return Some((1 + kind.len_utf8(), 1)),
    };
    let value = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
    Some((2 + digits, value.map_or(1, char::len_utf8)))
}
