//! A disk in memory that forgets what was not synced, and fails when it is told to.
//!
//! For tests and simulation. It behaves like the worst a real one may: a name is gone after a crash unless the directory
//! was synced, unsynced bytes survive or not by chance, and after a failed sync the lost bytes can still be read and a later
//! sync says all is well.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use super::files::File;
use super::files::Files;

/// What the disk does wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Syncs of files and directory that still succeed; the one after them fails once. `None`: all succeed.
    pub syncs_left: Option<u64>,
    /// Bytes that may still be added to files; past it a part is written and the disk is full. `None`: no limit.
    pub space_left: Option<u64>,
    /// Writes that still succeed; the one after them fails once with an I/O error. `None`: all succeed.
    pub writes_left: Option<u64>,
}

#[derive(Default)]
struct State {
    names: BTreeMap<String, Arc<Mutex<Content>>>,
    durable_names: BTreeMap<String, Arc<Mutex<Content>>>,
    faults: Faults,
    /// Syncs asked for so far.
    syncs: u64,
}

#[derive(Clone, Default)]
struct Content {
    current: Vec<u8>,
    durable: Vec<u8>,
    /// Ranges written since the last sync, whether that succeeded or not.
    dirty: Vec<(usize, usize)>,
}

/// One such disk. Clones are the same disk.
#[derive(Clone, Default)]
pub struct Disk {
    state: Arc<Mutex<State>>,
    is_locked: Arc<AtomicBool>,
}

struct OpenFile {
    disk: Disk,
    content: Arc<Mutex<Content>>,
}

struct Locked(Arc<AtomicBool>);

fn guard<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    /// Sets what goes wrong from here on.
    pub fn set_faults(&self, faults: Faults) {
        guard(&self.state).faults = faults;
    }

    /// How many syncs have been asked for.
    pub fn syncs(&self) -> u64 {
        guard(&self.state).syncs
    }

    /// What is left after a power cut, as a new disk. `chance` is asked for each unsynced range whether (and with a number
    /// up to its length, how much of) it reached the disk all the same: `chance(n)` returns 0..=n.
    pub fn after_power_cut(&self, mut chance: impl FnMut(usize) -> usize) -> Disk {
        let state = guard(&self.state);
        let mut names = BTreeMap::new();
        for (name, content) in &state.durable_names {
            let content = guard(content);
            let mut left = content.durable.clone();
            for (start, end) in &content.dirty {
                let end = (*end).min(content.current.len());
                let kept = chance(end.saturating_sub(*start)).min(end.saturating_sub(*start));
                copy(&content.current, &mut left, *start, start + kept);
            }
            names.insert(name.clone(), left);
        }
        Disk::with(names)
    }

    /// A disk that holds these files, all durable.
    pub fn with(files: BTreeMap<String, Vec<u8>>) -> Disk {
        let names: BTreeMap<_, _> = files
            .into_iter()
            .map(|(name, bytes)| (name, Arc::new(Mutex::new(Content { current: bytes.clone(), durable: bytes, dirty: Vec::new() }))))
            .collect();
        let state = State { durable_names: names.clone(), names, ..State::default() };
        Disk { state: Arc::new(Mutex::new(state)), is_locked: Arc::default() }
    }

    /// All files as a reader sees them.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        guard(&self.state).names.iter().map(|(name, content)| (name.clone(), guard(content).current.clone())).collect()
    }

    fn spend_sync(&self) -> io::Result<()> {
        let mut state = guard(&self.state);
        state.syncs += 1;
        spend(&mut state.faults.syncs_left, "sync")
    }
}

/// Counts down; fails once at zero.
fn spend(left: &mut Option<u64>, operation: &str) -> io::Result<()> {
    match left {
        Some(0) => {
            *left = None;
            Err(io::Error::other(format!("injected {operation} error")))
        }
        Some(count) => {
            *count -= 1;
            Ok(())
        }
        None => Ok(()),
    }
}

fn copy(from: &[u8], to: &mut Vec<u8>, start: usize, end: usize) {
    if end > start {
        to.resize(to.len().max(end), 0);
        to[start..end].copy_from_slice(&from[start..end]);
    }
}

impl Files for Disk {
    fn lock(&self) -> io::Result<Box<dyn Send + Sync>> {
        if self.is_locked.swap(true, Ordering::AcqRel) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Locked(Arc::clone(&self.is_locked))))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(guard(&self.state).names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let content = guard(&self.state).names.get(name).cloned().ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(OpenFile { disk: self.clone(), content }))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let mut state = guard(&self.state);
        if state.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        if state.faults.space_left == Some(0) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let content = Arc::<Mutex<Content>>::default();
        state.names.insert(name.to_string(), Arc::clone(&content));
        Ok(Arc::new(OpenFile { disk: self.clone(), content }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = guard(&self.state);
        let content = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.to_string(), content);
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        guard(&self.state).names.remove(name).map(drop).ok_or(io::ErrorKind::NotFound.into())
    }

    fn sync(&self) -> io::Result<()> {
        self.spend_sync()?;
        let mut state = guard(&self.state);
        state.durable_names = state.names.clone();
        Ok(())
    }
}

impl File for OpenFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let content = guard(&self.content);
        let rest = content.current.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = guard(&self.disk.state);
        spend(&mut state.faults.writes_left, "write")?;
        let mut content = guard(&self.content);
        let start = offset as usize;
        let growth = (start + bytes.len()).saturating_sub(content.current.len()) as u64;
        let mut end = start + bytes.len();
        let mut result = Ok(());
        if let Some(space) = &mut state.faults.space_left {
            if growth > *space {
                end -= (growth - *space) as usize;
                result = Err(io::ErrorKind::StorageFull.into());
            }
            *space = space.saturating_sub(growth);
        }
        let content = &mut *content;
        content.current.resize(content.current.len().max(end), 0);
        content.current[start..end].copy_from_slice(&bytes[..end - start]);
        content.dirty.push((start, end));
        result
    }

    fn sync(&self) -> io::Result<()> {
        let result = self.disk.spend_sync();
        let mut content = guard(&self.content);
        let content = &mut *content;
        let dirty = std::mem::take(&mut content.dirty);
        result?;
        for (start, end) in dirty {
            copy(&content.current, &mut content.durable, start, end.min(content.current.len()));
        }
        Ok(())
    }

    fn size(&self) -> io::Result<u64> {
        Ok(guard(&self.content).current.len() as u64)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
