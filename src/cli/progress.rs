//! A line on standard error that says how far it is: drawn anew on a terminal, otherwise written every quarter.

use std::io::IsTerminal;
use std::io::Write;

const BAR: usize = 24;

/// One piece of long work.
pub(super) struct Progress {
    title: String,
    percent: usize,
    is_terminal: bool,
}

impl Progress {
    pub(super) fn new(title: &str) -> Progress {
        Progress { title: title.to_owned(), percent: usize::MAX, is_terminal: std::io::stderr().is_terminal() }
    }

    /// Says that so many parts of so many are done. Cheap when nothing new would be seen.
    pub(super) fn at(&mut self, done: usize, total: usize) {
        let percent = (done * 100).checked_div(total).unwrap_or(100).min(100);
        if percent == self.percent || !self.is_terminal && !percent.is_multiple_of(25) {
            return;
        }
        self.percent = percent;
        if self.is_terminal {
            eprint!("\r{}\x1b[K", line(&self.title, percent));
            // A line that cannot be shown is missed by nobody.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{}: {percent} %", self.title);
        }
    }
}

/// The line stays where it is when the work is done.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_terminal && self.percent != usize::MAX {
            eprintln!();
        }
    }
}

fn line(title: &str, percent: usize) -> String {
    let full = percent * BAR / 100;
    format!("{}{} {percent:>3} %  {title}", "█".repeat(full), "░".repeat(BAR - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_as_full_as_the_work_is_done() {
        assert_eq!(line("x", 50), "████████████░░░░░░░░░░░░  50 %  x");
        let mut progress = Progress::new("nothing");
        progress.at(0, 0);
        assert_eq!(progress.percent, 100);
    }
}
