//! The demo's status in the terminal: one live line, or a plain line now and then where nobody watches.

use crate::engine::Engine;
use crate::model::Timestamp;
use std::io::IsTerminal;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::watch;

/// How often the line is drawn anew on a terminal, and written elsewhere.
const LIVE_EVERY: Duration = Duration::from_secs(1);
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// Totals of an engine at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    pub at: Timestamp,
    /// Sessions that are live now.
    pub sessions: u64,
    pub events: u64,
    pub pushes: u64,
    pub orders: u64,
    /// Reaction time since the start, microseconds.
    pub p50_us: u64,
    pub p99_us: u64,
}

impl Figures {
    pub fn of(engine: &Engine) -> Figures {
        let stats = &engine.stats;
        let reaction = stats.reaction.snapshot();
        Figures {
            at: engine.clock.now(),
            sessions: engine.directory.len() as u64,
            events: stats.events.load(Relaxed),
            pushes: stats.pushes.load(Relaxed),
            orders: stats.orders.load(Relaxed),
            p50_us: reaction.quantile(0.5),
            p99_us: reaction.quantile(0.99),
        }
    }
}

/// Writes one line: the state of things, and rates since `before`. Columns keep their width in all but extreme cases, and the label that
/// can best be spared comes last, for narrow terminals.
pub fn line(now: &Figures, before: &Figures, color: bool) -> String {
    let seconds = now.at.since(before.at).as_secs_f64();
    let rate = |now: u64, before: u64| if seconds > 0.0 { now.saturating_sub(before) as f64 / seconds } else { 0.0 };
    let (bold, dim, plain) = if color { ("\x1b[1m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
    let part = |value: String, name: &str| format!("{bold}{value}{plain} {dim}{name}{plain}");
    [
        part(format!("{:>4}", now.sessions), "sessions"),
        part(format!("{:>5}", tenths(rate(now.events, before.events))), "events/s"),
        part(format!("{:>5}", tenths(rate(now.pushes, before.pushes))), "pushes/s"),
        part(format!("{:>4}", now.orders), "orders"),
        part(format!("{:>7} / {:>7}", duration(now.p50_us), duration(now.p99_us)), "reaction p50/p99"),
    ]
    .join("  ")
}

/// One decimal below 100, none above, where it would only flicker.
fn tenths(rate: f64) -> String {
    if rate < 99.95 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..100_000 => format!("{:.1} ms", us as f64 / 1e3),
        100_000..1_000_000 => format!("{:.0} ms", us as f64 / 1e3),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// Shows the status until `stop` becomes true or its sender is gone. A terminal gets a live line, in color unless `NO_COLOR` is set to
/// something; anything else gets a plain line every 10 s.
pub async fn show(engine: Arc<Engine>, mut stop: watch::Receiver<bool>) {
    let live = std::io::stdout().is_terminal();
    let color = live && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let mut before = Figures::of(&engine);
    loop {
        tokio::select! {
            () = tokio::time::sleep(if live { LIVE_EVERY } else { PLAIN_EVERY }) => {}
            changed = stop.changed() => if changed.is_err() || *stop.borrow() { break },
        }
        let now = Figures::of(&engine);
        let text = line(&now, &before, color);
        // A closed output is no reason to stop the shop.
        let _ = write(&text, live);
        before = now;
    }
    if live {
        let _ = writeln!(std::io::stdout());
    }
}

fn write(text: &str, live: bool) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    // Back to the start of the line, the text, and nothing of the longer line before it.
    if live {
        write!(out, "\r{text}\x1b[K")?
    } else {
        writeln!(out, "{}", text.trim_start())?
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures() -> (Figures, Figures) {
        let before =
            Figures { at: Timestamp::from_millis(1_000), sessions: 0, events: 1_000, pushes: 10, orders: 1, p50_us: 40, p99_us: 900 };
        let now =
            Figures { at: Timestamp::from_millis(3_000), sessions: 48, events: 1_169, pushes: 17, orders: 3, p50_us: 42, p99_us: 1_240 };
        (before, now)
    }

    #[test]
    fn the_line_says_states_and_rates_in_columns() {
        let (before, now) = figures();
        let plain = line(&now, &before, false);
        assert_eq!(plain, "  48 sessions   84.5 events/s    3.5 pushes/s     3 orders    42 µs /  1.2 ms reaction p50/p99");
        let busy = Figures { sessions: 4_321, events: 24_690, pushes: 9_000, orders: 999, p50_us: 150_000, p99_us: 2_000_000, ..now };
        let other = line(&busy, &before, false);
        assert_eq!(other.chars().count(), plain.chars().count(), "columns stand still\n{plain}\n{other}");
    }

    #[test]
    fn without_time_passed_there_is_no_rate() {
        let (_, now) = figures();
        assert!(line(&now, &now, false).contains("  0.0 events/s"));
    }

    #[test]
    fn color_is_only_where_it_is_asked_for() {
        let (before, now) = figures();
        let colored = line(&now, &before, true);
        assert!(colored.starts_with("\x1b[1m  48\x1b[0m \x1b[2msessions\x1b[0m"));
        assert!(!line(&now, &before, false).contains('\x1b'));
    }
}
