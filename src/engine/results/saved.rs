//! The totals as one file, whole or not at all.

use super::Tables;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use xxhash_rust::xxh3::xxh3_128;

/// First bytes: name and format.
const MAGIC: &[u8; 8] = b"FWtotal1";
const HEADER_BYTES: usize = 8 + 16;
const NAME: &str = "totals";

/// Why the totals could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    #[error("failed to {operation} {}: {source}", path.display())]
    Io { operation: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
}

impl Tables {
    /// Reads the file in `directory`; `None` if there is none.
    ///
    /// # Errors
    /// [`SavedError`], before anything of it is believed.
    pub fn read(directory: &Path) -> Result<Option<Tables>, SavedError> {
        let path = directory.join(NAME);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SavedError::Io { operation: "read", path, source }),
        };
        let damaged = |reason: &str| SavedError::Damaged { path: path.clone(), reason: reason.to_owned() };
        let (header, content) = bytes.split_at_checked(HEADER_BYTES).ok_or_else(|| damaged("it is too short"))?;
        let (magic, sum) = header.split_at(MAGIC.len());
        if magic != MAGIC {
            return Err(damaged("it is of another kind or version"));
        }
        if sum != xxh3_128(content).to_be_bytes() {
            return Err(damaged("its checksum does not fit"));
        }
        rmp_serde::from_slice(content).map(Some).map_err(|error| damaged(&error.to_string()))
    }

    /// Returns the bytes of the file. The same totals have the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![0; HEADER_BYTES];
        // Writing to a Vec cannot fail, and numbers and texts have a representation.
        let _ = rmp_serde::encode::write_named(&mut out, self);
        let sum = xxh3_128(out.get(HEADER_BYTES..).unwrap_or_default()).to_be_bytes();
        for (place, byte) in out.iter_mut().zip(MAGIC.iter().chain(&sum)) {
            *place = *byte;
        }
        out
    }

    /// Puts `bytes` in the place of the file before, whole or not at all.
    ///
    /// # Errors
    /// [`SavedError::Io`]; the file before is still there then.
    pub fn write(directory: &Path, bytes: &[u8]) -> Result<(), SavedError> {
        let (path, beside) = (directory.join(NAME), directory.join(format!("{NAME}.new")));
        let failed = |operation, path: &Path| {
            let path = path.to_owned();
            move |source| SavedError::Io { operation, path, source }
        };
        fs::create_dir_all(directory).map_err(failed("create", directory))?;
        let mut file = fs::File::create(&beside).map_err(failed("create", &beside))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &beside))?;
        fs::rename(&beside, &path).map_err(failed("rename", &beside))?;
        fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed("sync", directory))
    }
}
