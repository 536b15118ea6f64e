//! Logs on standard error: fields, no sentences; ids, no bodies; nothing personal above `debug`.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging for the process. `FLOORWALKER_LOG` (such as `floorwalker=debug`) wins over `level`; `FLOORWALKER_LOG_FORMAT=json` writes
/// one JSON object a line.
pub fn init(level: &str) {
    let filter = EnvFilter::try_from_env("FLOORWALKER_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::env::var_os("FLOORWALKER_LOG_FORMAT").is_some_and(|format| format == "json") {
        logs.json().init();
    } else {
        let color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && std::io::stderr().is_terminal();
        logs.with_ansi(color).init();
    }
}
