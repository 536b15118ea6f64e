//! Where a shop's past is: the journal and the archive of snapshots in its data directory, read beside a running server or without one.

use crate::engine::Archive;
use crate::engine::Clock;
use crate::engine::Offers;
use crate::model::Timestamp;
use crate::store::journal::Position;
use crate::store::journal::Reader;
use crate::store::journal::Record;
use anyhow::Context;
use anyhow::bail;
use std::io::IsTerminal;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// Which shop.
#[derive(clap::Args)]
pub(super) struct Where {
    /// The shop's data directory; wins over the configuration's store.dir.
    #[arg(long)]
    data: Option<PathBuf>,
    /// The shop's configuration.
    #[arg(long)]
    config: Option<PathBuf>,
}

/// What is kept of a shop's past.
pub(super) struct Past {
    pub(super) reader: Reader,
    pub(super) archive: Archive,
    /// Directory of the results of experiments.
    pub(super) results: PathBuf,
    /// How the shop makes offers; the defaults where no configuration is named.
    pub(super) offers: Offers,
}

impl Where {
    /// Opens the past for reading; nothing is changed.
    pub(super) fn open(&self) -> anyhow::Result<Past> {
        let config = super::load(self.config.as_deref())?;
        let offers = match &self.config {
            Some(path) => config.check().map_err(|problems| super::listed(&path.display().to_string(), &problems))?.offers,
            None => Offers::default(),
        };
        let directory = self.data.as_ref().unwrap_or(&config.store.dir);
        let (journal, snapshots) = (directory.join("journal"), directory.join("snapshots"));
        if !journal.is_dir() {
            bail!(
                "{} holds no journal; name the shop's data directory with --data, or its configuration with --config",
                directory.display()
            );
        }
        let reader = Reader::open(&journal).with_context(|| format!("failed to open the journal in {}", journal.display()))?;
        if !snapshots.is_dir() {
            bail!("{} is missing: without the snapshots of then nothing can be gone through again", snapshots.display());
        }
        let archive = Archive::open(&snapshots).with_context(|| format!("failed to open the snapshots in {}", snapshots.display()))?;
        Ok(Past { reader, archive, results: directory.join("results"), offers })
    }
}

impl Past {
    /// Visits every record, oldest first, and shows how far it is.
    pub(super) fn scan(&self, mut visit: impl FnMut(Record) -> ControlFlow<()>) -> anyhow::Result<()> {
        let mut progress = Progress::new(self.reader.first(), self.reader.end());
        let scanned = self.reader.scan(|record| {
            progress.at(record.position);
            visit(record)
        });
        progress.done();
        scanned.context("failed to read the journal")
    }
}

/// Prints a text whole. Whoever stops reading half way has read enough.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("failed to write the answer"),
        _ => Ok(()),
    }
}

/// Prints one JSON document.
pub(super) fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    print(&format!("{}\n", serde_json::to_string_pretty(value)?))
}

/// How often the line is drawn anew on a terminal, and written elsewhere.
const LIVE_EVERY: Duration = Duration::from_millis(200);
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// How far a reading of the journal is, on standard error.
struct Progress {
    clock: Clock,
    began: Timestamp,
    said: Timestamp,
    first: u64,
    bytes: u64,
    records: u64,
    live: bool,
    drawn: bool,
}

impl Progress {
    fn new(first: Position, end: Position) -> Progress {
        let clock = Clock::system();
        let began = clock.now();
        let live = std::io::stderr().is_terminal();
        Progress { clock, began, said: began, first: first.0, bytes: end.0.saturating_sub(first.0), records: 0, live, drawn: false }
    }

    fn at(&mut self, position: Position) {
        self.records += 1;
        // Looking at the clock costs about as much as a small record.
        if !self.records.is_multiple_of(256) {
            return;
        }
        let now = self.clock.now();
        if now.since(self.said) < if self.live { LIVE_EVERY } else { PLAIN_EVERY } {
            return;
        }
        self.said = now;
        let done = position.0.saturating_sub(self.first);
        let line = line(done, self.bytes, self.records, now.since(self.began));
        if self.live {
            eprint!("\r{line}\x1b[K");
            self.drawn = true;
        } else {
            eprintln!("{line}");
        }
        // A line that cannot be shown is missed by nobody.
        let _ = std::io::stderr().flush();
    }

    fn done(&self) {
        if self.drawn {
            eprint!("\r\x1b[K");
        }
    }
}

const BAR: usize = 24;

fn line(done: u64, all: u64, records: u64, took: Duration) -> String {
    let share = if all == 0 { 1.0 } else { (done as f64 / all as f64).min(1.0) };
    let full = (share * BAR as f64) as usize;
    let rate = done as f64 / took.as_secs_f64().max(0.001);
    let left = (all.saturating_sub(done)) as f64 / rate.max(1.0);
    let bar = format!("{}{}", "█".repeat(full), "░".repeat(BAR - full));
    format!("{bar} {:>3.0} %  {records} records  {:.0} MB/s  {left:.0} s left", share * 100.0, rate / 1e6)
}

/// `2026-11-22 21:03:04` in UTC.
pub(super) fn utc(at_ms: u64) -> String {
    let (seconds, days) = (at_ms / 1_000 % 86_400, (at_ms / 86_400_000) as i64);
    // Civil date of a day number: years begin in March, so that leap days come last; 146,097 days are 400 years.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year_of_era + era * 400 + carry;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

/// Time since a visit began: `02:05.250`.
pub(super) fn clock(ms: u64) -> String {
    format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000)
}

/// `1 turn`, `2 turns`.
pub(super) fn count(number: u64, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_civil() {
        let check = |at_s: u64, text: &str| assert_eq!(utc(at_s * 1_000), text);
        check(0, "1970-01-01 00:00:00");
        check(951_782_399, "2000-02-28 23:59:59");
        check(951_782_400, "2000-02-29 00:00:00");
        check(1_795_374_184, "2026-11-22 19:03:04");
        check(4_102_444_800, "2100-01-01 00:00:00");
        assert_eq!(clock(125_250), "02:05.250");
    }

    #[test]
    fn progress_says_how_far_and_how_long() {
        let half = line(50_000_000, 100_000_000, 1_000, Duration::from_secs(1));
        assert_eq!(half, "████████████░░░░░░░░░░░░  50 %  1000 records  50 MB/s  1 s left");
        assert!(line(0, 0, 0, Duration::ZERO).contains("100 %"));
    }
}
