//! Checks the database's table lists before the database reads them.
//!
//! fjall keeps the list of a keyspace's tables in a file `v<number>`, and the number and the list's checksum in the file `current`,
//! but opens the list without comparing them. A list that lost a table would make it remove that table as a stray file, so what could
//! have been restored is gone. Layout of `current` in format 3: number (8, little endian), xxh3-128 of the list's file (16), zero (1).

use std::io;
use std::path::Path;

use xxhash_rust::xxh3::xxh3_128;

use super::StoreError;
use super::failed;

const KEYSPACES_NAME: &str = "keyspaces";
const CURRENT_NAME: &str = "current";

/// Refuses a database in which a list is not as written.
pub(super) fn check(database: &Path) -> Result<(), StoreError> {
    let keyspaces = match std::fs::read_dir(database.join(KEYSPACES_NAME)) {
        Ok(keyspaces) => keyspaces,
        // Nothing has been made yet; whether something should have been is for the books.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for keyspace in keyspaces {
        check_list(&keyspace.map_err(failed)?.path())?;
    }
    Ok(())
}

fn check_list(keyspace: &Path) -> Result<(), StoreError> {
    let current = match std::fs::read(keyspace.join(CURRENT_NAME)) {
        Ok(current) => current,
        // A keyspace whose making was interrupted; the database removes it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let damaged = |what: &str| StoreError::Damaged(format!("{} {}", keyspace.join(CURRENT_NAME).display(), what));
    let (number, rest) = current.split_first_chunk::<8>().ok_or_else(|| damaged("is cut short"))?;
    let (sum, rest) = rest.split_first_chunk::<16>().ok_or_else(|| damaged("is cut short"))?;
    if rest != [0] {
        return Err(damaged("is of an unknown format"));
    }
    let list = keyspace.join(format!("v{}", u64::from_le_bytes(*number)));
    match std::fs::read(&list) {
        Ok(bytes) if xxh3_128(&bytes).to_le_bytes() == *sum => Ok(()),
        Ok(_) => Err(StoreError::Damaged(format!("{} is not what {CURRENT_NAME} beside it says", list.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(damaged("names a list that is not there")),
        Err(error) => Err(failed(error)),
    }
}
