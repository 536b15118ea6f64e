//! The journal's identity and its high-water mark: a small file that says how far the journal was durable.
//!
//! A journal cut at a record boundary looks like a shorter journal. The mark tells them apart: it is written after each
//! sync of the records, so it never runs ahead of them, and recovery refuses a journal that ends before it. It is itself
//! synced only now and then (kill -9 keeps it exact through the page cache; after a power cut it may lag by a second),
//! which costs one small write per commit.
//!
//! There are two slots, 512 bytes apart. Writes go to one of them until it is synced, then to the other, so that one slot
//! is always whole on disk, whatever becomes of the writes since. Opening replaces the file. Slot, little endian:
//! magic `FWJMARK1` (8), epoch (8), salt (8), counter (8), position (8), CRC-32 of these (4).

use std::io;
use std::sync::Arc;

use super::files::File;
use super::files::Files;
use super::record::Identity;
use super::record::u32_at;
use super::record::u64_at;

pub(in crate::store) const MARK_NAME: &str = "mark";
pub(in crate::store) const MARK_NEW_NAME: &str = "mark.new";

const MAGIC: &[u8; 8] = b"FWJMARK1";
const SLOT_BYTES: usize = 44;
// The sector size that disks write whole.
const SLOT_STRIDE: u64 = 512;

/// An open mark file.
pub(in crate::store) struct Mark {
    file: Arc<dyn File>,
    counter: u64,
    /// The slot that may be overwritten: the other one is synced.
    slot: u64,
    pub contents: MarkContents,
}

/// What the file says.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct MarkContents {
    pub identity: Identity,
    /// Everything below was durable.
    pub position: u64,
}

/// Reads the newer good slot; `None` if neither is good.
pub(in crate::store) fn read(files: &dyn Files) -> io::Result<Option<MarkContents>> {
    let file = files.open(MARK_NAME)?;
    let mut best: Option<(u64, MarkContents)> = None;
    for slot in 0..2 {
        let mut bytes = [0u8; SLOT_BYTES];
        if file.read_at(&mut bytes, slot * SLOT_STRIDE)? < SLOT_BYTES {
            continue;
        }
        let found = decode(&bytes);
        best = best.into_iter().chain(found).max_by_key(|(counter, _)| *counter);
    }
    Ok(best.map(|(_, contents)| contents))
}

impl Mark {
    /// Makes the mark file, or puts a new one in the place of the old, whole or not at all.
    pub fn create(files: &dyn Files, contents: MarkContents) -> io::Result<Mark> {
        let file = files.create(MARK_NEW_NAME)?;
        let mut mark = Mark { file, counter: 0, slot: 0, contents };
        mark.write_both(contents.position)?;
        files.rename(MARK_NEW_NAME, MARK_NAME)?;
        files.sync()?;
        Ok(mark)
    }

    /// Records that everything below `position` is durable. The caller has synced it.
    pub fn write(&mut self, position: u64) -> io::Result<()> {
        self.counter += 1;
        let identity = self.contents.identity;
        let mut bytes = [0u8; SLOT_BYTES];
        bytes[0..8].copy_from_slice(MAGIC);
        bytes[8..16].copy_from_slice(&identity.epoch.to_le_bytes());
        bytes[16..24].copy_from_slice(&identity.salt.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.counter.to_le_bytes());
        bytes[32..40].copy_from_slice(&position.to_le_bytes());
        let crc = crc32fast::hash(&bytes[0..40]);
        bytes[40..44].copy_from_slice(&crc.to_le_bytes());
        self.file.write_at(&bytes, self.slot * SLOT_STRIDE)?;
        self.contents.position = position;
        Ok(())
    }

    /// Makes the last write durable; the next one goes to the other slot.
    pub fn sync(&mut self) -> io::Result<()> {
        self.file.sync()?;
        self.slot = 1 - self.slot;
        Ok(())
    }

    /// Writes and syncs both slots, so that one flipped bit does not lower the mark.
    pub fn write_both(&mut self, position: u64) -> io::Result<()> {
        for _ in 0..2 {
            self.write(position)?;
            self.sync()?;
        }
        Ok(())
    }
}

fn decode(bytes: &[u8; SLOT_BYTES]) -> Option<(u64, MarkContents)> {
    let is_good = &bytes[0..8] == MAGIC && u32_at(bytes, 40) == crc32fast::hash(&bytes[0..40]);
    let identity = Identity { epoch: u64_at(bytes, 8), salt: u64_at(bytes, 16) };
    is_good.then(|| (u64_at(bytes, 24), MarkContents { identity, position: u64_at(bytes, 32) }))
}
