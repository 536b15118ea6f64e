//! Campaign files, texts, the index and the lint.

mod index;
mod lint;
mod mistakes;
mod reading;
mod text;
