//! Recorded sessions with times, as the session-rec tables have them: session, product, time.

use super::ERRORS_MAX;
use super::FileError;
use super::RowError;
use super::open;
use super::read_all;
use super::session_csv::PRODUCT;
use super::session_csv::SESSION;
use super::session_csv::TIME;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::recommend::evaluate::Recorded;
use std::io::Read;

/// Times above this are milliseconds: as seconds they would be after the year 5000.
const SECONDS_MAX: f64 = 1e11;

/// Reads sessions, each in order of time and all in order of their first click. Times count from the Unix epoch, in seconds or in
/// milliseconds. Events other than views, where the table has them, count as clicks.
///
/// # Errors
/// The file cannot be read, or has no column for session, time or product.
pub fn parse(reader: impl Read) -> Result<(Vec<Recorded>, Vec<RowError>), FileError> {
    let text = read_all(reader)?;
    let mut table = open(&text);
    let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
    let need = |field, names: &[&str]| {
        let found = names.iter().find_map(|name| headers.iter().position(|header| header == name));
        found.ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") })
    };
    let columns = [need("session", &SESSION)?, need("time", &TIME)?, need("product", &PRODUCT)?];
    let mut clicks: Vec<(Key, Timestamp, Key)> = Vec::new();
    let mut errors = Vec::new();
    let mut row = csv::StringRecord::new();
    loop {
        let parsed = match table.read_record(&mut row) {
            Ok(false) => break,
            Ok(true) => read_row(&row, &headers, columns),
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                Err(RowError { line, field: "row".to_owned(), message: error.to_string() })
            }
        };
        match parsed {
            Ok(click) => clicks.push(click),
            Err(error) if errors.len() < ERRORS_MAX => errors.push(error),
            Err(_) => {}
        }
    }
    // A stable sort: rows of the same time stay in the order of the file.
    clicks.sort_by_key(|&(session, time, _)| (session, time));
    let mut sessions: Vec<Recorded> = clicks
        .chunk_by(|a, b| a.0 == b.0)
        .map(|run| Recorded { session: run[0].0, clicks: run.iter().map(|&(_, time, product)| (time, product)).collect() })
        .collect();
    sessions.sort_by_key(|recorded| (recorded.begin(), recorded.session));
    Ok((sessions, errors))
}

fn read_row(row: &csv::StringRecord, headers: &[String], [session, time, product]: [usize; 3]) -> Result<(Key, Timestamp, Key), RowError> {
    let line = row.position().map_or(0, csv::Position::line);
    let wrong = |column: usize, message: &str| RowError {
        line,
        field: headers.get(column).cloned().unwrap_or_default(),
        message: message.to_owned(),
    };
    let text = |column: usize| row.get(column).filter(|text| !text.is_empty()).ok_or_else(|| wrong(column, "is empty"));
    let at = text(time)?.parse::<f64>().ok().filter(|at| (0.0..1e15).contains(at)).ok_or_else(|| wrong(time, "is not a time"))?;
    let micros = if at > SECONDS_MAX { at * 1e3 } else { at * 1e6 };
    Ok((key_of(text(session)?), Timestamp(micros as u64), key_of(text(product)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_in_order_with_their_times() {
        let table = "SessionId\tItemId\tTime\nb\t1\t20.5\na\t2\t15\na\t3\t10\nb\t\t21\nc\t4\t-1\nd\t5\t1600000000000\n";
        let (sessions, errors) = parse(table.as_bytes()).unwrap();
        let click = |micros: u64, product: &str| (Timestamp(micros), key_of(product));
        let expect = [
            Recorded { session: key_of("a"), clicks: vec![click(10_000_000, "3"), click(15_000_000, "2")] },
            Recorded { session: key_of("b"), clicks: vec![click(20_500_000, "1")] },
            Recorded { session: key_of("d"), clicks: vec![click(1_600_000_000_000_000, "5")] },
        ];
        assert_eq!(sessions, expect);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["line 5, itemid: is empty", "line 6, time: is not a time"]);
        assert!(matches!(parse("a,b\n1,2\n".as_bytes()), Err(FileError::MissingColumn { field: "session", .. })));
    }
}
