//! Recorded shopping sessions as shops export them: a table or JSON Lines with session, product, time and perhaps the event.

use super::ERRORS_MAX;
use super::FileError;
use super::RowError;
use super::instant;
use super::open;
use super::read_all;
use crate::model::Key;
use crate::model::Timestamp;
use crate::model::key_of;
use crate::recommend::Click;
use crate::recommend::ClickKind;
use crate::recommend::RecordedVisit;
use serde_json::Value;
use std::io::Read;

const SESSION: [&str; 5] = ["session", "sessionid", "session_id", "user_session", "visit"];
const TIME: [&str; 5] = ["ts", "time", "timestamp", "event_time", "at"];
const PRODUCT: [&str; 7] = ["product", "product_id", "productid", "itemid", "item_id", "item", "sku"];
const EVENT: [&str; 3] = ["event", "event_type", "kind"];

/// Lines from one word about the progress to the next.
const TOLD_EVERY: usize = 4_096;

/// Reads visits, each in order of time and all in order of their last click; plain or packed with gzip.
///
/// A table begins with its columns, separated by tabs or commas; lines that begin with `{` are JSON, one click each, under the same names.
/// Times count from the Unix epoch in seconds, milliseconds or finer, or are written as in `2026-11-22T20:15:00Z`. Events are `view`, `cart` and
/// `purchase`; without that column every row is a view.
///
/// # Errors
/// The file cannot be read, or has no column for session, time or product. Rows that cannot be read are reported and left out.
pub fn parse(reader: impl Read) -> Result<(Vec<RecordedVisit>, Vec<RowError>), FileError> {
    parse_watched(reader, &mut |_, _| ())
}

/// As [`parse`]; says now and then how many bytes of how many are read.
///
/// # Errors
/// As [`parse`].
pub fn parse_watched(reader: impl Read, progress: &mut dyn FnMut(usize, usize)) -> Result<(Vec<RecordedVisit>, Vec<RowError>), FileError> {
    let text = read_all(reader)?;
    let mut clicks: Vec<(Key, Timestamp, Click)> = Vec::new();
    let mut errors = Vec::new();
    let mut take = |parsed: Result<(Key, Timestamp, Click), RowError>| match parsed {
        Ok(click) => clicks.push(click),
        Err(error) if errors.len() < ERRORS_MAX => errors.push(error),
        Err(_) => {}
    };
    if text.trim_ascii_start().starts_with(b"{") {
        let mut read = 0;
        for (index, line) in text.split(|&byte| byte == b'\n').enumerate() {
            read += line.len() + 1;
            if index % TOLD_EVERY == 0 {
                progress(read, text.len());
            }
            if !line.trim_ascii().is_empty() {
                take(read_json(line, index as u64 + 1));
            }
        }
    } else {
        let mut table = open(&text);
        let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
        let at = |names: &[&str]| names.iter().find_map(|name| headers.iter().position(|header| header == name));
        let need = |field, names: &[&str]| at(names).ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") });
        let columns = [Some(need("session", &SESSION)?), Some(need("time", &TIME)?), Some(need("product", &PRODUCT)?), at(&EVENT)];
        let mut row = csv::StringRecord::new();
        loop {
            match table.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {
                    let line = row.position().map_or(0, csv::Position::line);
                    if line.is_multiple_of(TOLD_EVERY as u64) {
                        progress(row.position().map_or(0, csv::Position::byte) as usize, text.len());
                    }
                    let name = |column: Option<usize>| column.and_then(|at| headers.get(at)).map_or("", String::as_str);
                    let names = columns.map(name);
                    take(click(columns.map(|column| row.get(column?)), names, line));
                }
                Err(error) => {
                    let line = error.position().map_or(0, csv::Position::line);
                    take(Err(RowError { line, field: "row".to_owned(), message: error.to_string() }));
                }
            }
        }
    }
    progress(text.len(), text.len());
    // A stable sort: rows of the same time stay in the order of the file.
    clicks.sort_by_key(|&(session, time, _)| (session, time));
    let mut visits: Vec<RecordedVisit> = clicks
        .chunk_by(|a, b| a.0 == b.0)
        .map(|run| RecordedVisit { session: run[0].0, clicks: run.iter().map(|&(_, time, click)| (time, click)).collect() })
        .collect();
    visits.sort_by_key(|visit| (visit.last(), visit.session));
    Ok((visits, errors))
}

fn read_json(line: &[u8], number: u64) -> Result<(Key, Timestamp, Click), RowError> {
    let wrong = |field: &str, message: String| RowError { line: number, field: field.to_owned(), message };
    let value: Value = serde_json::from_slice(line).map_err(|error| wrong("row", error.to_string()))?;
    let object = value.as_object().ok_or_else(|| wrong("row", "is no object".to_owned()))?;
    let find = |names: &[&'static str]| {
        let found = object.iter().find_map(|(name, value)| Some((*names.iter().find(|known| name.eq_ignore_ascii_case(known))?, value)));
        found.map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
    };
    let found = [find(&SESSION), find(&TIME), find(&PRODUCT), find(&EVENT)];
    let texts = std::array::from_fn(|index| found[index].as_ref().map(|(_, text)| text.as_str()).filter(|text| *text != "null"));
    let names = std::array::from_fn(|index| found[index].as_ref().map_or(["session", "time", "product", "event"][index], |(name, _)| name));
    click(texts, names, number)
}

/// One click from session, time, product and event.
fn click(texts: [Option<&str>; 4], names: [&str; 4], line: u64) -> Result<(Key, Timestamp, Click), RowError> {
    let wrong = |at: usize, message: &str| RowError { line, field: names[at].to_owned(), message: message.to_owned() };
    let text = |at: usize| texts[at].filter(|text| !text.is_empty()).ok_or_else(|| wrong(at, "is empty"));
    let (session, time, product) = (text(0)?, text(1)?, text(2)?);
    let at = instant::parse(time).ok_or_else(|| wrong(1, "is not a time"))?;
    let kind = match texts[3] {
        None | Some("" | "view") => ClickKind::View,
        Some("cart") => ClickKind::Cart,
        Some("purchase") => ClickKind::Purchase,
        Some(other) => return Err(wrong(3, &format!("unknown event {other}, expected view, cart or purchase"))),
    };
    Ok((key_of(session), at, Click { product: key_of(product), kind }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClickKind::*;

    fn at(second: u64, product: &str, kind: ClickKind) -> (Timestamp, Click) {
        (Timestamp(second * 1_000_000), Click { product: key_of(product), kind })
    }

    fn visit(session: &str, clicks: &[(Timestamp, Click)]) -> RecordedVisit {
        RecordedVisit { session: key_of(session), clicks: clicks.to_vec() }
    }

    #[test]
    fn visits_come_in_the_order_of_their_ends() {
        let table = "session,ts,event_type,product_id,price\n\
            b,20,view,1,2.0\n\
            a,15,cart,2,2.0\n\
            a,10,view,2,2.0\n\
            b,5,purchase,3,2.0\n\
            c,x,view,3,2.0\n\
            c,30,remove,3,2.0\n\
            ,30,view,3,2.0\n\
            a,15,view,4,2.0\n";
        let (visits, errors) = parse(table.as_bytes()).unwrap();
        let expect = [
            visit("a", &[at(10, "2", View), at(15, "2", Cart), at(15, "4", View)]),
            visit("b", &[at(5, "3", Purchase), at(20, "1", View)]),
        ];
        assert_eq!(visits, expect);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let unknown = "line 7, event_type: unknown event remove, expected view, cart or purchase";
        assert_eq!(errors, ["line 6, ts: is not a time", unknown, "line 8, session: is empty"]);
        assert!(matches!(parse("a,b\n1,2\n".as_bytes()), Err(FileError::MissingColumn { field: "session", .. })));
    }

    #[test]
    fn json_lines_and_written_times_say_the_same_as_tables() {
        let lines = "{\"session\":\"a\",\"time\":1590969600,\"product\":7}\n\n\
            {\"Session_ID\":\"a\",\"event_time\":\"2020-06-01 00:00:05 UTC\",\"item_id\":\"8\",\"event\":\"cart\"}\n\
            {\"session\":\"a\",\"time\":null,\"product\":7}\n[1]\n";
        let table = "SessionId\tItemId\tTime\tEvent\na\t7\t1590969600000\t\na\t8\t2020-06-01T02:00:05+02:00\tcart\n";
        let (visits, errors) = parse(lines.as_bytes()).unwrap();
        assert_eq!(visits, [visit("a", &[at(1_590_969_600, "7", View), at(1_590_969_605, "8", Cart)])]);
        assert_eq!(visits, parse(table.as_bytes()).unwrap().0);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["line 4, time: is empty", "line 5, row: is no object"]);
    }
}
