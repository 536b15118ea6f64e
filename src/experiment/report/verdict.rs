//! The verdict, and how it is said.

use super::super::plan::Mode;
use super::super::plan::Plan;
use super::super::totals::Totals;
use super::super::watch::Watch;
use super::view::Comparison;
use super::view::GuardrailState;
use super::view::Verdict;

/// Sets verdict and sentence of a comparison whose numbers are there.
pub(super) fn conclude(totals: &Totals, plan: &Plan, comparison: &mut Comparison, is_hidden: bool) {
    let start = totals.plan();
    let watch = totals.watch(super::super::Arm::of_slot(comparison.slot));
    let has_ended = watch.is_some_and(|watch| watch.ended().is_some());
    let breached = comparison.guardrails.iter().find(|guardrail| guardrail.state == GuardrailState::Breached);
    let name = |metric: &str| metric.replace('_', " ");
    let primary = start.primary.name();
    let is_better_up = start.higher_is_better(start.primary);
    let decided = comparison.primary().filter(|metric| metric.is_significant).and_then(|metric| metric.difference);
    let more = comparison.power.visitors_more;
    let (verdict, sentence) = if is_hidden {
        (Verdict::SplitMismatch, "Visitors are not split as intended: no verdict until the cause is found.".to_owned())
    } else if let Some(guardrail) = breached {
        let also = match decided {
            Some(difference) if (difference > 0.0) == is_better_up && guardrail.metric != primary => {
                format!(" although {} is better", name(primary))
            }
            _ => String::new(),
        };
        let gain = comparison
            .metric("conversion")
            .filter(|metric| {
                also.is_empty() && guardrail.metric != "conversion" && metric.is_significant && metric.difference.is_some_and(|d| d > 0.0)
            })
            .map_or(also, |_| " although more visitors order".to_owned());
        (Verdict::Harmful, format!("Harm: {} is worse than the {}'s{gain}.", name(guardrail.metric), comparison.control))
    } else if let Some(difference) = decided {
        let is_better = (difference > 0.0) == is_better_up;
        let lift = comparison.primary().and_then(|metric| metric.lift).map_or(String::new(), |lift| format!(" by {:+.1}%", lift * 100.0));
        let word = if is_better { "better" } else { "worse" };
        let verdict = if is_better { Verdict::Better } else { Verdict::Worse };
        (verdict, format!("{} is {word}{lift} than the {}'s.", capitalized(&name(primary)), comparison.control))
    } else if has_ended {
        let detectable = comparison.power.detectable_at_end;
        let size = detectable.map_or(String::new(), |lift| format!(" Differences under about {:.0}% may have been missed.", lift * 100.0));
        (Verdict::Inconclusive, format!("The planned number of visitors is reached and no difference was found.{size}"))
    } else if comparison.primary().is_none_or(|metric| metric.p_value.is_none()) {
        (Verdict::NotEnoughData, format!("Not enough data yet: {}.", more_visitors(more)))
    } else {
        let words = match start.mode {
            Mode::Horizon { .. } => format!("No difference shown yet: an answer at the latest after {}.", more_visitors(more)),
            Mode::Open { .. } if more == Some(0) => {
                format!("No difference shown; one of {:.0}% would most likely have been.", plan.minimum_effect * 100.0)
            }
            Mode::Open { .. } => {
                format!("No difference shown yet: one of {:.0}% takes {}.", plan.minimum_effect * 100.0, more_visitors(more))
            }
        };
        (Verdict::Undecided, words)
    };
    comparison.verdict = verdict;
    comparison.sentence = sentence;
    if !matches!(verdict, Verdict::Better | Verdict::Worse) {
        comparison.exaggeration = None;
    }
}

/// The note beside an early stop. Factors measured by simulation at 80% power: medians of 1.19 (horizon) and 1.24 (open).
pub(super) fn exaggeration(plan: &Plan, watch: &Watch) -> Option<String> {
    let decided = watch.decided()?;
    let (is_early, factor) = match plan.mode {
        Mode::Horizon { visitors } => (decided.n < visitors, "1.19"),
        Mode::Open { .. } => (true, "1.24"),
    };
    is_early.then(|| {
        format!("Decided early. What is seen at an early decision is larger than what is true, in the middle {factor} times; the interval allows for it.")
    })
}

fn more_visitors(more: Option<u64>) -> String {
    match more {
        None => "more visitors".to_owned(),
        Some(more) => {
            let rounded = two_digits(more);
            format!("about {} more visitor{}", grouped(rounded), if rounded == 1 { "" } else { "s" })
        }
    }
}

/// Rounded up to two digits: what is an estimate should not look like a count.
fn two_digits(value: u64) -> u64 {
    let mut unit = 1;
    while value / unit >= 100 {
        unit *= 10;
    }
    value.div_ceil(unit) * unit
}

/// With commas between thousands.
pub(super) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_look_like_estimates() {
        assert_eq!(more_visitors(Some(1_873)), "about 1,900 more visitors");
        assert_eq!(more_visitors(Some(1)), "about 1 more visitor");
        assert_eq!(more_visitors(Some(99)), "about 99 more visitors");
        assert_eq!(more_visitors(Some(12_345_678)), "about 13,000,000 more visitors");
        assert_eq!(more_visitors(None), "more visitors");
    }
}
