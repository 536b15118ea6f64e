//! What was learned, as one file: learners, tally, and up to which record of the journal they go.

use crate::learn::lessons::Lessons;
use crate::model::Key;
use crate::recommend::ClickKind;
use crate::recommend::RecordedVisit;
use crate::recommend::Tally;
use crate::recommend::session_knn::Learner;
use crate::recommend::session_knn::Limits;
use crate::recommend::session_knn::LoadError;
use crate::recommend::session_knn::Parameters;
use crate::store::journal::Position;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use xxhash_rust::xxh3::xxh3_128;

/// First bytes: name and format.
const MAGIC: &[u8; 8] = b"FWlearn1";
const HEADER_BYTES: usize = 8 + 16;
const NAME: &str = "learned";

/// Why what was learned could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    #[error("failed to {operation} {}: {source}", path.display())]
    Io { operation: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
}

/// Everything learned.
#[derive(Debug)]
pub struct Learned {
    /// Products in the order they were looked at.
    pub views: Learner,
    /// Products that came into carts, or were bought.
    pub carts: Learner,
    /// How much each product is wanted.
    pub tally: Tally,
    /// What campaigns that learn have learned.
    pub lessons: Lessons,
    /// Life of the journal that `position` is in; another one is learned from its beginning.
    pub epoch: u64,
    /// Everything recorded before is in the learners.
    pub position: Position,
}

/// The file, owned when it is read and borrowed when it is written.
#[derive(Serialize, Deserialize)]
struct File<T, L> {
    epoch: u64,
    position: u64,
    #[serde(with = "bytes")]
    views: Vec<u8>,
    #[serde(with = "bytes")]
    carts: Vec<u8>,
    #[serde(default)]
    tally: T,
    #[serde(default)]
    lessons: L,
}

impl Learned {
    /// Nothing yet.
    pub fn new(limits: Limits) -> Learned {
        let empty = || Learner::new(Parameters::default(), limits);
        Learned { views: empty(), carts: empty(), tally: Tally::default(), lessons: Lessons::default(), epoch: 0, position: Position::NONE }
    }

    /// Makes the file in `directory` from recorded visits, if there is none.
    ///
    /// # Errors
    /// [`SavedError::Io`].
    pub fn begin_with(directory: &Path, limits: Limits, visits: Vec<RecordedVisit>) -> Result<(), SavedError> {
        if directory.join(NAME).exists() {
            return Ok(());
        }
        let mut learned = Learned::new(limits);
        learned.import(&visits, &mut |_, _| ());
        Learned::write(directory, &learned.to_bytes())
    }

    /// Learns recorded visits as if it had been there: each at its time among those that are known. What is imported twice counts once.
    pub fn import(&mut self, visits: &[RecordedVisit], progress: &mut dyn FnMut(usize, usize)) {
        let of = |is_cart: bool| {
            let clicks = move |visit: &RecordedVisit| {
                let of_kind = visit.clicks.iter().filter(|(_, click)| (click.kind != ClickKind::View) == is_cart);
                let products: Vec<Key> = of_kind.map(|(_, click)| click.product).collect();
                (!products.is_empty()).then(|| (visit.session, visit.last(), products))
            };
            visits.iter().filter_map(clicks).collect::<Vec<_>>()
        };
        let known: BTreeSet<Key> = self.views.known().into_iter().chain(self.carts.known()).collect();
        self.tally.import(visits.iter().filter(|visit| !known.contains(&visit.session)));
        self.views.import(of(false), progress);
        self.carts.import(of(true), progress);
    }

    /// Reads the file in `directory`; `None` if there is none.
    ///
    /// # Errors
    /// [`SavedError`], before anything of it is believed.
    pub fn read(directory: &Path) -> Result<Option<Learned>, SavedError> {
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
        let file: File<Tally, Lessons> = rmp_serde::from_slice(content).map_err(|error| damaged(&error.to_string()))?;
        let learner = |bytes: &[u8]| Learner::load(bytes).map_err(|error: LoadError| damaged(&error.to_string()));
        let (views, carts) = (learner(&file.views)?, learner(&file.carts)?);
        Ok(Some(Learned { views, carts, tally: file.tally, lessons: file.lessons, epoch: file.epoch, position: Position(file.position) }))
    }

    /// Returns the bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (views, carts) = (self.views.save(), self.carts.save());
        let file = File { epoch: self.epoch, position: self.position.0, views, carts, tally: &self.tally, lessons: &self.lessons };
        let mut out = vec![0; HEADER_BYTES];
        // Writing to a Vec cannot fail, and numbers and bytes have a representation.
        let _ = rmp_serde::encode::write(&mut out, &file);
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

/// Bytes as one string of bytes; a list of numbers would take half as much again.
mod bytes {
    use serde::Deserializer;
    use serde::Serializer;
    use serde::de::Error;
    use serde::de::Visitor;
    use std::fmt;

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Vec<u8>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
                Ok(bytes.to_vec())
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}
