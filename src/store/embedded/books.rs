//! What proves that the database gives back what was put into it: a checksum with every value, and a book of each keyspace.
//!
//! A stored value begins with the xxh3 of its key and its bytes, so that neither a changed value nor one of another key passes.
//! That says nothing of values that are missing, or of older ones that came back. So each keyspace keeps a book: how many entries it
//! has, the sum of their checksums, and how many batches have been synced. It is written in every batch that changes the keyspace,
//! and in every synced one. Opening reads everything once and holds it against the books.

use fjall::Keyspace;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::StoreError;
use super::failed;
use super::writer::Key;

const CHECKSUM_BYTES: usize = 8;
/// Part of every checksum; another format of values has another seed.
const SEED: u64 = 1;
/// Where a keyspace's book is: in none of the rooms.
const BOOK_KEY: &[u8] = b"c";

fn checksum(key: &[u8], value: &[u8]) -> u64 {
    // The key's own hash as the seed: no key and value run together like another pair.
    xxh3_64_with_seed(value, xxh3_64_with_seed(key, SEED))
}

/// The stored form of a value.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(CHECKSUM_BYTES + value.len());
    sealed.extend_from_slice(&checksum(key, value).to_le_bytes());
    sealed.extend_from_slice(value);
    sealed
}

/// The value in its stored form, if it is the one that was sealed for this key.
pub(super) fn unseal<'a>(key: &[u8], sealed: &'a [u8]) -> Option<&'a [u8]> {
    let (sum, value) = sealed.split_first_chunk::<CHECKSUM_BYTES>()?;
    (checksum(key, value).to_le_bytes() == *sum).then_some(value)
}

/// The checksum a sealed value says it has. Nothing of it is proven.
fn claimed(sealed: &[u8]) -> u64 {
    sealed.first_chunk::<CHECKSUM_BYTES>().map_or(0, |sum| u64::from_le_bytes(*sum))
}

/// The book of one keyspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Book {
    /// Synced batches.
    pub count: u64,
    pub entries: u64,
    /// Of the entries' checksums, wrapping.
    pub sum: u64,
}

impl Book {
    pub fn add(&mut self, sealed: &[u8]) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(claimed(sealed));
    }

    pub fn remove(&mut self, sealed: &[u8]) {
        // Of a damaged value either may be wrong; then the next opening says so.
        self.entries = self.entries.wrapping_sub(1);
        self.sum = self.sum.wrapping_sub(claimed(sealed));
    }

    /// Key and stored form.
    pub fn entry(&self) -> (&'static [u8], Vec<u8>) {
        let value = [self.count, self.entries, self.sum].map(u64::to_le_bytes).concat();
        (BOOK_KEY, seal(BOOK_KEY, &value))
    }

    fn read(keyspace: &Keyspace, part: &'static str) -> Result<Book, StoreError> {
        let Some(sealed) = keyspace.get(BOOK_KEY).map_err(failed)? else { return Ok(Book::default()) };
        match unseal(BOOK_KEY, &sealed).map(<[u8]>::as_chunks::<8>) {
            Some(([count, entries, sum], [])) => {
                let [count, entries, sum] = [count, entries, sum].map(|number| u64::from_le_bytes(*number));
                Ok(Book { count, entries, sum })
            }
            _ => Err(StoreError::Damaged(format!("the book of {part}"))),
        }
    }

    /// Reads a keyspace's book and, if told to, everything else in it, and holds the one against the other.
    pub fn check(keyspace: &Keyspace, part: &'static str, acknowledged: u64, is_whole: bool) -> Result<Book, StoreError> {
        let book = Book::read(keyspace, part)?;
        if book.count < acknowledged {
            return Err(StoreError::Lost { part, acknowledged, found: book.count });
        }
        if !is_whole {
            return Ok(book);
        }
        let mut found = Book { count: book.count, ..Book::default() };
        let mut damaged = Vec::new();
        let mut last = "the first".to_string();
        for guard in keyspace.iter() {
            let (key, sealed) = guard.into_inner().map_err(|error| {
                let (entries, whole) = (book.entries, found.entries);
                StoreError::Damaged(format!("{whole} of {entries} entries of {part} are whole, up to {last}, and behind it: {error}"))
            })?;
            if *key == *BOOK_KEY {
                continue;
            }
            match unseal(&key, &sealed) {
                Some(_) => {
                    found.add(&sealed);
                    last = Key::name(&key);
                }
                None => damaged.push(key.to_vec()),
            }
        }
        if let Some(first) = damaged.first() {
            return Err(StoreError::Damaged(format!(
                "{} of {} entries of {part}, the first of them {}",
                damaged.len(),
                book.entries,
                Key::name(first)
            )));
        }
        if found != book {
            return Err(StoreError::Missing { part, written: book.entries, found: found.entries });
        }
        Ok(book)
    }
}
