//! Recorded shopping sessions as tables: session, time, event, product.

use super::ERRORS_MAX;
use super::FileError;
use super::RowError;
use super::open;
use super::read_all;
use crate::model::key_of;
use crate::recommend::Click;
use crate::recommend::ClickKind;
use std::io::Read;

pub(super) const SESSION: [&str; 4] = ["session", "sessionid", "session_id", "user_session"];
pub(super) const TIME: [&str; 4] = ["ts", "time", "timestamp", "event_time"];
pub(super) const PRODUCT: [&str; 4] = ["product", "product_id", "itemid", "item_id"];
const EVENT: [&str; 3] = ["event", "event_type", "kind"];

/// Reads sessions, each in order of time and all in order of their first click.
///
/// Times are numbers, of whatever unit; without an event column every row is a view. Rows with an unknown event are reported and left out.
///
/// # Errors
/// The file cannot be read, or has no column for session, time or product.
pub fn parse(reader: impl Read) -> Result<(Vec<Vec<Click>>, Vec<RowError>), FileError> {
    let text = read_all(reader)?;
    let mut table = open(&text);
    let headers: Vec<String> = table.headers().map_err(FileError::Read)?.iter().map(str::to_ascii_lowercase).collect();
    let at = |names: &[&str]| names.iter().find_map(|name| headers.iter().position(|header| header == name));
    let need = |field, names: &[&str]| at(names).ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") });
    let (session, time, product) = (need("session", &SESSION)?, need("time", &TIME)?, need("product", &PRODUCT)?);
    let event = at(&EVENT);
    let mut clicks: Vec<(String, f64, Click)> = Vec::new();
    let mut errors = Vec::new();
    for row in table.records() {
        let parsed = match row {
            Ok(row) => read_row(&row, &headers, [session, time, product], event),
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
    // Stable sorts: rows of the same time stay in the order of the file.
    clicks.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut sessions: Vec<(f64, Vec<Click>)> =
        clicks.chunk_by(|a, b| a.0 == b.0).map(|run| (run[0].1, run.iter().map(|(_, _, click)| *click).collect())).collect();
    sessions.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok((sessions.into_iter().map(|(_, clicks)| clicks).collect(), errors))
}

fn read_row(
    row: &csv::StringRecord,
    headers: &[String],
    [session, time, product]: [usize; 3],
    event: Option<usize>,
) -> Result<(String, f64, Click), RowError> {
    let line = row.position().map_or(0, csv::Position::line);
    let wrong = |column: usize, message: String| RowError { line, field: headers.get(column).cloned().unwrap_or_default(), message };
    let text = |column: usize| row.get(column).filter(|text| !text.is_empty()).ok_or_else(|| wrong(column, "is empty".to_owned()));
    let at = text(time)?.parse::<f64>().ok().filter(|at| at.is_finite()).ok_or_else(|| wrong(time, "is not a number".to_owned()))?;
    let kind = match event {
        None => ClickKind::View,
        Some(column) => match text(column)? {
            "view" | "product_view" => ClickKind::View,
            "cart" | "add_to_cart" => ClickKind::Cart,
            "purchase" | "order" => ClickKind::Purchase,
            other => return Err(wrong(column, format!("unknown event {other}"))),
        },
    };
    Ok((text(session)?.to_owned(), at, Click { product: key_of(text(product)?), kind }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_come_in_order_of_time() {
        let table = "session,ts,event_type,product_id,price\n\
            b,20,view,1,2.0\n\
            a,15,cart,2,2.0\n\
            a,10,view,2,2.0\n\
            b,5,purchase,3,2.0\n\
            c,x,view,3,2.0\n\
            c,30,remove,3,2.0\n\
            a,15,view,4,2.0\n";
        let (sessions, errors) = parse(table.as_bytes()).unwrap();
        let click = |product: &str, kind| Click { product: key_of(product), kind };
        use ClickKind::*;
        let expect = [vec![click("3", Purchase), click("1", View)], vec![click("2", View), click("2", Cart), click("4", View)]];
        assert_eq!(sessions, expect);
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["line 6, ts: is not a number", "line 7, event_type: unknown event remove"]);
    }

    #[test]
    fn a_table_without_events_holds_views() {
        let (sessions, errors) = parse("SessionId\tItemId\tTime\n7\t9\t1.5\n".as_bytes()).unwrap();
        assert_eq!((sessions, errors.len()), (vec![vec![Click { product: key_of("9"), kind: ClickKind::View }]], 0));
    }
}
