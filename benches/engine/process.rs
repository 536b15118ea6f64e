//! Another process of this program, pinned to a core, and what the kernel says of it.

use std::io::BufRead;
use std::io::BufReader;
use std::process::ChildStdin;
use std::process::ChildStdout;
use std::process::Command;
use std::process::Stdio;

/// Clock ticks per second in /proc; a constant of the kernel's interface.
const TICKS: f64 = 100.0;

/// A process that ends when its standard input does.
pub struct Child {
    process: std::process::Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

/// A word and `name=number` pairs.
pub struct Line(String);

impl Line {
    pub fn number(&self, name: &str) -> f64 {
        let found = self.0.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        found.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no {name} in `{}`", self.0))
    }
}

impl Child {
    /// Starts this program again with `arguments`, on one core if it has that many and `taskset` is there.
    pub fn start(core: usize, arguments: &[&str]) -> Child {
        let program = std::env::current_exe().expect("this program has a path");
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let can_pin =
            core < cores && Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success());
        let mut command = if can_pin {
            let mut command = Command::new("taskset");
            command.args(["-c", &core.to_string()]).arg(program);
            command
        } else {
            Command::new(program)
        };
        let mut process = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("this program starts again");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("it was piped"));
        Child { process, input, output }
    }

    /// The next line that begins with `word`.
    pub fn line(&mut self, word: &str) -> Line {
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the output is text");
            assert!(read > 0, "the process ended before it said `{word}`");
            if line.starts_with(word) {
                return Line(line.trim_end().to_owned());
            }
        }
    }

    /// Time on the processor of all threads, living and dead.
    pub fn cpu_seconds(&mut self) -> f64 {
        let stat = self.proc_file("stat");
        // The name in parentheses may hold spaces; user and system time are fields 14 and 15.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let ticks = |field: usize| fields.get(field - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN);
        (ticks(14) + ticks(15)) / TICKS
    }

    pub fn resident_bytes(&mut self) -> f64 {
        status_bytes(&self.proc_file("status"), "VmRSS:")
    }

    fn proc_file(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.process.id())).unwrap_or_default()
    }

    /// Ends the process and waits for it.
    pub fn stop(mut self) {
        drop(self.input.take());
        let status = self.process.wait().expect("it was started");
        assert!(status.success(), "a process of the bench failed: {status}");
    }
}

/// A number of KiB in a file such as /proc/self/status, in bytes.
pub fn status_bytes(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or(f64::NAN) * 1_024.0
}

/// Returns when standard input is closed.
pub fn wait_for_end() {
    let mut line = String::new();
    while std::io::stdin().read_line(&mut line).is_ok_and(|read| read > 0) {}
}
