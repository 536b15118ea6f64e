//! Snapshots of the past on disk, so that what was decided with one can be replayed with the very same one.
//!
//! A snapshot is a small manifest, one file per version, that names its parts by their contents: catalog, model, settings and each
//! campaign's text. Parts that did not change are written once. Every file begins with a checksum and is written whole, synced and
//! renamed before the snapshot is used. Opening a program's own archive again gives the same version to the same contents.

#[cfg(test)]
mod tests;

use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::catalog::Catalog;
use crate::catalog::Draft;
use crate::decide::ScoreFile;
use crate::decide::Scores;
use crate::decide::Settings;
use crate::decide::Snapshot;
use crate::history::Snapshots;
use crate::learn::lessons::Policies;
use crate::model::Currency;
use crate::model::Timestamp;
use crate::recommend::Model;
use crate::recommend::Trends;
use serde::Deserialize;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use xxhash_rust::xxh3::xxh3_128;

/// First bytes of every file: name and format.
const MAGIC: &[u8; 8] = b"FWsnap01";
const HEADER_BYTES: usize = 8 + 16;
/// Snapshots kept in memory for readers. Chosen: a replay moves through versions in order.
const LOADED_MAX: usize = 8;

/// Name of a part: the hash of its bytes.
type Hash = u128;

/// Why the archive does not give or take a snapshot.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    #[error("failed to {operation} {}: {source}", path.display())]
    Io { operation: &'static str, path: PathBuf, source: io::Error },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Manifest {
    version: u64,
    /// When it was first published, microseconds since the Unix epoch.
    created_us: u64,
    contents: Contents,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Contents {
    off: bool,
    catalog: Hash,
    model: Hash,
    settings: Hash,
    /// File, whether it is enabled, text.
    campaigns: Vec<(String, bool, Hash)>,
    /// 0 in snapshots of programs that knew no trends.
    #[serde(default)]
    trends: Hash,
    /// 0 in snapshots of programs whose campaigns did not learn.
    #[serde(default)]
    policies: Hash,
    /// 0 in snapshots of programs that read no models.
    #[serde(default)]
    scores: Hash,
}

/// The archive in one directory. Readers may open it while an engine writes to it.
pub struct Archive {
    directory: PathBuf,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Manifest>,
    /// Parts of the snapshot kept last, so that equal ones are not packed again.
    catalog: Option<(Arc<Catalog>, Hash)>,
    model: Option<(Arc<Model>, Hash)>,
    trends: Option<(Arc<Trends>, Hash)>,
    policies: Option<(Arc<Policies>, Hash)>,
    scores: Option<(Arc<Scores>, Hash)>,
    loaded: BTreeMap<u64, Arc<Snapshot>>,
}

impl Archive {
    /// Opens the archive, making its directory if it is missing.
    ///
    /// # Errors
    /// [`ArchiveError`]; the newest manifest must be readable.
    pub fn open(directory: &Path) -> Result<Archive, ArchiveError> {
        fs::create_dir_all(directory).map_err(failed("create", directory))?;
        let archive = Archive { directory: directory.to_owned(), state: Mutex::default() };
        if let Some(version) = archive.versions()?.last() {
            archive.lock().last = Some(archive.manifest(*version)?);
        }
        Ok(archive)
    }

    /// Keeps a snapshot durably and says its version: that of the last one if nothing but the version differs, else the next.
    ///
    /// # Errors
    /// [`ArchiveError::Io`]; the snapshot is not kept then.
    pub fn keep(&self, snapshot: &Snapshot, at: Timestamp) -> Result<u64, ArchiveError> {
        let mut state = self.lock();
        let catalog = match &state.catalog {
            Some((known, hash)) if Arc::ptr_eq(known, &snapshot.catalog) => *hash,
            _ => self.put(&(snapshot.catalog.currency(), snapshot.catalog.drafts()))?,
        };
        let model = match &state.model {
            Some((known, hash)) if Arc::ptr_eq(known, &snapshot.model) => *hash,
            _ => self.put(&*snapshot.model)?,
        };
        let trends = match &state.trends {
            Some((known, hash)) if Arc::ptr_eq(known, &snapshot.trends) => *hash,
            _ => self.put(&*snapshot.trends)?,
        };
        let policies = match &state.policies {
            Some((known, hash)) if Arc::ptr_eq(known, &snapshot.policies) => *hash,
            _ => self.put(&*snapshot.policies)?,
        };
        let scores = match &state.scores {
            Some((known, hash)) if Arc::ptr_eq(known, &snapshot.scores) => *hash,
            _ => self.put(&snapshot.scores.files())?,
        };
        let settings = self.put(&*snapshot.settings)?;
        let campaigns = snapshot
            .campaigns
            .campaigns()
            .iter()
            .map(|campaign| Ok((campaign.file.to_string(), campaign.enabled, self.put(&*campaign.source)?)))
            .collect::<Result<_, ArchiveError>>()?;
        state.catalog = Some((snapshot.catalog.clone(), catalog));
        state.model = Some((snapshot.model.clone(), model));
        state.trends = Some((snapshot.trends.clone(), trends));
        state.policies = Some((snapshot.policies.clone(), policies));
        state.scores = Some((snapshot.scores.clone(), scores));
        let contents = Contents { off: snapshot.off, catalog, model, settings, campaigns, trends, policies, scores };
        let version = match &state.last {
            Some(last) if last.contents == contents => return Ok(last.version),
            Some(last) => last.version + 1,
            None => snapshot.version,
        };
        let manifest = Manifest { version, created_us: at.0, contents };
        self.write(&manifest_name(version), &pack(&manifest))?;
        state.last = Some(manifest);
        Ok(version)
    }

    /// Reads a snapshot back.
    ///
    /// # Errors
    /// [`ArchiveError`] if it is not kept, or a file of it is damaged.
    pub fn read(&self, version: u64) -> Result<Snapshot, ArchiveError> {
        let manifest = self.manifest(version)?;
        let contents = manifest.contents;
        let (currency, drafts): (Currency, Vec<Draft>) = self.part(contents.catalog)?;
        let (catalog, rejected) = Catalog::build(drafts, currency);
        if let Some(first) = rejected.first() {
            return Err(self.damaged(&part_name(contents.catalog), format!("product {}: {}", first.id, first.error)));
        }
        let mut campaigns = Vec::with_capacity(contents.campaigns.len());
        for (file, enabled, hash) in contents.campaigns {
            let text: String = self.part(hash)?;
            let parsed = Campaign::parse(&file, &text, currency).map_err(|mistakes| {
                let first = mistakes.first().map(ToString::to_string).unwrap_or_default();
                self.damaged(&part_name(hash), format!("campaign {file} is not valid any more: {first}"))
            })?;
            campaigns.push(Arc::new(Campaign { enabled, ..parsed }));
        }
        let (model, settings): (Model, Settings) = (self.part(contents.model)?, self.part(contents.settings)?);
        let trends = if contents.trends == 0 { Trends::empty() } else { self.part(contents.trends)? };
        let policies = if contents.policies == 0 { Policies::default() } else { self.part(contents.policies)? };
        let files: Vec<ScoreFile> = if contents.scores == 0 { Vec::new() } else { self.part(contents.scores)? };
        let scores = Scores::load(files).map_err(|problem| self.damaged(&part_name(contents.scores), problem.to_string()))?;
        Ok(Snapshot {
            version,
            catalog: Arc::new(catalog),
            campaigns: Arc::new(CampaignSet::build(campaigns)),
            model: Arc::new(model),
            trends: Arc::new(trends),
            policies: Arc::new(policies),
            scores: Arc::new(scores),
            settings: Arc::new(settings),
            off: contents.off,
        })
    }

    /// Removes snapshots that were replaced before `kept_us`, when the oldest journal record that is kept was written.
    ///
    /// # Errors
    /// [`ArchiveError::Io`]; what was removed until then is gone.
    pub fn forget_before(&self, kept_us: u64) -> Result<usize, ArchiveError> {
        let versions = self.versions()?;
        let mut kept = Vec::new();
        let mut gone = 0;
        for (index, version) in versions.iter().enumerate() {
            let replaced = match versions.get(index + 1) {
                Some(next) => Some(self.manifest(*next)?.created_us),
                None => None,
            };
            if replaced.is_some_and(|replaced_us| replaced_us < kept_us) {
                self.remove(&manifest_name(*version))?;
                gone += 1;
            } else {
                kept.push(self.manifest(*version)?.contents);
            }
        }
        if gone > 0 {
            let campaigns = kept.iter().flat_map(|contents| contents.campaigns.iter().map(|(.., hash)| *hash));
            let parts = kept.iter().flat_map(|contents| {
                [contents.catalog, contents.model, contents.settings, contents.trends, contents.policies, contents.scores]
            });
            let used: std::collections::BTreeSet<String> = campaigns.chain(parts).map(part_name).collect();
            for name in self.names()?.into_iter().filter(|name| name.ends_with(".part") && !used.contains(name)) {
                self.remove(&name)?;
            }
        }
        Ok(gone)
    }

    /// Versions that are kept, in order.
    ///
    /// # Errors
    /// [`ArchiveError::Io`] if the directory cannot be read.
    pub fn versions(&self) -> Result<Vec<u64>, ArchiveError> {
        let number = |name: &String| u64::from_str_radix(name.strip_suffix(".manifest")?, 16).ok();
        let mut versions: Vec<u64> = self.names()?.iter().filter_map(number).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    fn names(&self) -> Result<Vec<String>, ArchiveError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(failed("list", &self.directory))? {
            let entry = entry.map_err(failed("list", &self.directory))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        Ok(names)
    }

    fn manifest(&self, version: u64) -> Result<Manifest, ArchiveError> {
        let name = manifest_name(version);
        let manifest: Manifest = self.unpack(&name, &self.load(&name)?)?;
        if manifest.version == version { Ok(manifest) } else { Err(self.damaged(&name, "it is of another version".to_owned())) }
    }

    fn part<T: DeserializeOwned>(&self, hash: Hash) -> Result<T, ArchiveError> {
        let name = part_name(hash);
        let bytes = self.load(&name)?;
        if xxh3_128(&bytes) != hash {
            return Err(self.damaged(&name, "it has other contents than its name says".to_owned()));
        }
        self.unpack(&name, &bytes)
    }

    fn put(&self, value: &(impl Serialize + ?Sized)) -> Result<Hash, ArchiveError> {
        let bytes = pack(value);
        let hash = xxh3_128(&bytes);
        let name = part_name(hash);
        // A part that is there but damaged is written anew.
        if self.load(&name).is_err() {
            self.write(&name, &bytes)?;
        }
        Ok(hash)
    }

    fn load(&self, name: &str) -> Result<Vec<u8>, ArchiveError> {
        let path = self.directory.join(name);
        let mut bytes = fs::read(&path).map_err(failed("read", &path))?;
        let Some((header, contents)) = bytes.split_first_chunk::<HEADER_BYTES>() else {
            return Err(self.damaged(name, format!("it has only {} bytes", bytes.len())));
        };
        if !header.starts_with(MAGIC) || header[MAGIC.len()..] != xxh3_128(contents).to_be_bytes() {
            return Err(self.damaged(name, "its checksum is wrong".to_owned()));
        }
        bytes.drain(..HEADER_BYTES);
        Ok(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ArchiveError> {
        let (path, new) = (self.directory.join(name), self.directory.join(format!("{name}.new")));
        let mut file = fs::File::create(&new).map_err(failed("create", &new))?;
        let sum = xxh3_128(bytes).to_be_bytes();
        for part in [MAGIC.as_slice(), &sum, bytes] {
            file.write_all(part).map_err(failed("write", &new))?;
        }
        file.sync_all().map_err(failed("sync", &new))?;
        fs::rename(&new, &path).map_err(failed("rename", &new))?;
        fs::File::open(&self.directory).and_then(|directory| directory.sync_all()).map_err(failed("sync", &self.directory))
    }

    fn remove(&self, name: &str) -> Result<(), ArchiveError> {
        let path = self.directory.join(name);
        fs::remove_file(&path).map_err(failed("remove", &path))
    }

    fn unpack<T: DeserializeOwned>(&self, name: &str, bytes: &[u8]) -> Result<T, ArchiveError> {
        rmp_serde::from_slice(bytes).map_err(|error| self.damaged(name, error.to_string()))
    }

    fn damaged(&self, name: &str, reason: String) -> ArchiveError {
        ArchiveError::Damaged { path: self.directory.join(name), reason }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Snapshots for Archive {
    fn snapshot(&self, version: u64) -> Option<Arc<Snapshot>> {
        if let Some(loaded) = self.lock().loaded.get(&version) {
            return Some(loaded.clone());
        }
        let snapshot = match self.read(version) {
            Ok(snapshot) => Arc::new(snapshot),
            Err(error) => {
                tracing::warn!(version, %error, "a snapshot could not be read");
                return None;
            }
        };
        let mut state = self.lock();
        if state.loaded.len() >= LOADED_MAX {
            state.loaded.pop_first();
        }
        state.loaded.insert(version, snapshot.clone());
        Some(snapshot)
    }
}

fn pack(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to a Vec cannot fail, and every part has a representation.
    let _ = rmp_serde::encode::write(&mut bytes, value);
    bytes
}

fn manifest_name(version: u64) -> String {
    format!("{version:016x}.manifest")
}

fn part_name(hash: Hash) -> String {
    format!("{hash:032x}.part")
}

fn failed<'a>(operation: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> ArchiveError + use<'a> {
    move |source| ArchiveError::Io { operation, path: path.to_owned(), source }
}
