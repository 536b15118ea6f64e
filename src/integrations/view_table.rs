//! Views of products with category and price, from an export of events and one of products.

use super::FileError;
use super::open;
use super::read_all;
use crate::learn::evaluate::View;
use crate::model::key_of;
use std::collections::BTreeMap;
use std::io::Read;

fn column(headers: &csv::StringRecord, field: &'static str, names: &[&str]) -> Result<usize, FileError> {
    let at = names.iter().find_map(|name| headers.iter().position(|header| header.eq_ignore_ascii_case(name)));
    at.ok_or_else(|| FileError::MissingColumn { field, names: names.join(", ") })
}

/// Reads the views among `events` in the order of the file, each with its product's category; rows without session, time in seconds or
/// product are counted and left out. Events of other kinds are passed over.
///
/// # Errors
/// A file cannot be read, or lacks a column.
pub fn parse(events: impl Read, products: impl Read) -> Result<(Vec<View>, u64), FileError> {
    let text = read_all(products)?;
    let mut table = open(&text);
    let headers = table.headers().map_err(FileError::Read)?.clone();
    let id = column(&headers, "product", &["product_id", "id", "item_id"])?;
    let category = column(&headers, "category", &["category_code", "category"])?;
    let mut categories: BTreeMap<String, String> = BTreeMap::new();
    for row in table.records() {
        let row = row.map_err(FileError::Read)?;
        if let (Some(id), Some(category)) = (row.get(id), row.get(category)) {
            categories.insert(id.to_owned(), category.to_owned());
        }
    }
    let text = read_all(events)?;
    let mut table = open(&text);
    let headers = table.headers().map_err(FileError::Read)?.clone();
    let session = column(&headers, "session", &["session", "session_id", "user_session"])?;
    let time = column(&headers, "time", &["ts", "time", "timestamp"])?;
    let kind = column(&headers, "event", &["event_type", "event"])?;
    let product = column(&headers, "product", &["product_id", "item_id"])?;
    let price = column(&headers, "price", &["price"])?;
    let (mut views, mut left_out) = (Vec::new(), 0);
    for row in table.records() {
        let row = row.map_err(FileError::Read)?;
        if row.get(kind) != Some("view") {
            continue;
        }
        let at = row.get(time).and_then(|text| text.parse::<f64>().ok()).filter(|at| *at >= 0.0 && at.is_finite());
        let (Some(at), Some(session), Some(product)) = (at, row.get(session), row.get(product)) else {
            left_out += 1;
            continue;
        };
        let price = row.get(price).and_then(|text| text.parse::<f64>().ok()).filter(|price| price.is_finite()).unwrap_or(0.0);
        let category = categories.get(product).cloned().unwrap_or_default();
        views.push(View { session: key_of(session).0, at: (at * 1e6) as u64, category, price });
    }
    Ok((views, left_out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_get_their_category() {
        let products = "product_id,category_id,category_code,brand,price\n1,9,a.b,x,2\n2,9,,x,2\n";
        let events = "session,ts,event_type,product_id,price\ns,10,view,1,2.5\ns,11,cart,1,2.5\nt,12,view,2,no\nt,x,view,2,1\n";
        let (views, left_out) = parse(events.as_bytes(), products.as_bytes()).unwrap();
        let view = |session: &str, at, category: &str, price| View { session: key_of(session).0, at, category: category.to_owned(), price };
        assert_eq!(views, [view("s", 10_000_000, "a.b", 2.5), view("t", 12_000_000, "", 0.0)]);
        assert_eq!(left_out, 1);
        assert!(matches!(parse(events.as_bytes(), "a\n".as_bytes()), Err(FileError::MissingColumn { field: "product", .. })));
    }
}
