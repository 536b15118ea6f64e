//! The demo's real input: products of an electronics shop and sessions recorded there, compiled into the program.
//!
//! Both files are subsets of the REES46 Marketing Platform data, column for column as published; `NOTICE` says what `derive` adds.

mod categories;
mod derive;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::sync::OnceLock;

pub use categories::category_title;
pub use derive::brand_title;

/// ISO 4217 code of every price in the demo.
pub const CURRENCY: &str = "USD";

const PRODUCTS: &[u8] = include_bytes!("products.csv.gz");
const SESSIONS: &[u8] = include_bytes!("sessions.csv.gz");

/// One product of the demo shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub id: String,
    /// Brand, noun of the category and a model code made from the id.
    pub name: String,
    /// What it is, in the singular: `Notebook`, `Phone Case`.
    pub noun: &'static str,
    /// Dotted path such as `computers.components.videocards`.
    pub category: String,
    /// As recorded, in lower case; empty where the data has none.
    pub brand: String,
    pub price_minor: i64,
    /// Pieces on hand, derived from the id.
    pub stock: u32,
    /// What the shop pays for one piece, derived from the id; below the price.
    pub cost_minor: i64,
    /// Name and value in display order, derived from id, category and price. The first is always `color`.
    pub attributes: Vec<(&'static str, &'static str)>,
}

impl Product {
    /// Tells whether this is a part for a device, such as a phone case, and not a device.
    pub fn is_part(&self) -> bool {
        categories::is_part(&self.category, self.price_minor)
    }

    /// Returns the value of an attribute, if the product has it.
    pub fn attribute(&self, name: &str) -> Option<&'static str> {
        self.attributes.iter().find(|(key, _)| *key == name).map(|(_, value)| *value)
    }
}

/// A shopping session as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedSession {
    pub id: String,
    pub events: Vec<RecordedEvent>,
}

/// One recorded step; two steps in a row never concern the same product, because the source merged those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Since the session's first event; the source counts whole seconds.
    pub at_ms: u64,
    pub kind: RecordedKind,
    pub product: String,
    /// The price on that day, which may differ from the catalog's.
    pub price_minor: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedKind {
    View,
    Cart,
    Purchase,
}

/// Returns the products, ordered by numeric id. Parsed at the first call and immutable from then on.
pub fn products() -> &'static Vec<Product> {
    static PARSED: OnceLock<Vec<Product>> = OnceLock::new();
    PARSED.get_or_init(|| {
        rows(PRODUCTS)
            .map(|row| {
                let [id, category, brand, price] = [0, 1, 2, 3].map(|column| row[column].to_owned());
                derive::complete(id, category, brand, minor_units(&price))
            })
            .collect()
    })
}

/// Returns the recorded sessions, ordered by numeric id. Parses the file at each call.
pub fn sessions() -> Vec<RecordedSession> {
    let mut sessions: Vec<RecordedSession> = Vec::new();
    let mut started_s = 0;
    for row in rows(SESSIONS) {
        let second: u64 = row[1].parse().expect("the committed file holds whole seconds; a test reads every row");
        let is_new = sessions.last().is_none_or(|last| last.id != row[0]);
        if is_new {
            started_s = second;
            sessions.push(RecordedSession { id: row[0].to_owned(), events: Vec::new() });
        }
        let kind = match &row[2] {
            "cart" => RecordedKind::Cart,
            "purchase" => RecordedKind::Purchase,
            _ => RecordedKind::View,
        };
        let at_ms = second.saturating_sub(started_s) * 1000;
        let event = RecordedEvent { at_ms, kind, product: row[3].to_owned(), price_minor: minor_units(&row[4]) };
        sessions.last_mut().expect("a session was pushed above").events.push(event);
    }
    sessions
}

fn rows(gzip: &'static [u8]) -> impl Iterator<Item = csv::StringRecord> {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip).read_to_string(&mut text).expect("the committed file is gzip; a test reads it");
    let rows: Vec<_> = csv::Reader::from_reader(text.as_bytes()).into_records().collect();
    rows.into_iter().map(|row| row.expect("the committed file is CSV with equal rows; a test reads it"))
}

/// Turns `481.5` into 48150. Decimal digits only, so that no price passes through a binary fraction.
fn minor_units(price: &str) -> i64 {
    let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
    let cents: String = fraction.chars().chain("00".chars()).take(2).collect();
    let parse = |digits: &str| digits.parse::<i64>().expect("the committed file holds decimal prices; a test reads every row");
    parse(whole) * 100 + parse(&cents)
}
