//! Bytes of the outside world into the shop's own words: product feeds, recorded sessions, signed tokens.
//!
//! Readers in, values out; opening files is the caller's. What is packed with gzip is unpacked. A bad row costs that row and is reported with its line and field.

#![deny(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod cart_token;
pub mod click_table;
pub mod customer_token;
mod decimal;
pub mod decision_log;
pub mod feature_table;
mod instant;
pub mod jws;
pub mod product_csv;
pub mod session_file;
pub mod view_table;

pub use decimal::DecimalError;
pub use decimal::parse_minor;

use flate2::read::MultiGzDecoder;
use std::io::Read;

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {field}: {message}")]
pub struct RowError {
    /// Line of the file where the row begins, from 1.
    pub line: u64,
    /// Column as the file names it.
    pub field: String,
    pub message: String,
}

/// A file that cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    #[error("failed to read: {0}")]
    Read(#[source] csv::Error),
    #[error("there is no column for {field}, expected one of {names}")]
    MissingColumn { field: &'static str, names: String },
}

/// The first bytes of a gzip file; no text begins with them.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Rows of a file that are reported; the rest of a broken file says nothing new.
const ERRORS_MAX: usize = 1_000;

/// Opens a table with a header, separated by tabs if the header has one, else by commas.
fn open(text: &[u8]) -> csv::Reader<&[u8]> {
    // A mark that spreadsheets put before UTF-8.
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let header = text.split(|&byte| byte == b'\n').next().unwrap_or(text);
    let delimiter = if header.contains(&b'\t') { b'\t' } else { b',' };
    csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text)
}

/// Reads everything, so that errors can name lines and the separator can be seen before the first row.
fn read_all(mut reader: impl Read) -> Result<Vec<u8>, FileError> {
    let failed = |error: std::io::Error| FileError::Read(error.into());
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(failed)?;
    if !text.starts_with(&GZIP) {
        return Ok(text);
    }
    let mut plain = Vec::new();
    MultiGzDecoder::new(&*text).read_to_end(&mut plain).map_err(failed)?;
    Ok(plain)
}
