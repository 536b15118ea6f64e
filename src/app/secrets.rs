//! Keys of this shop's tokens and codes, made once and kept beside the data.
//!
//! With another key every token is worth nothing, and with another secret every code is another one. So the file carries a checksum,
//! and is there whole or not at all. 72 bytes: token key (32), offer secret (32), xxh3 of these (8, little endian).

use anyhow::Context;
use anyhow::anyhow;
use anyhow::bail;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

const KEYS_BYTES: usize = 64;
const FILE_BYTES: usize = KEYS_BYTES + 8;

/// See the module.
pub struct Secrets {
    keys: [u8; KEYS_BYTES],
}

impl Secrets {
    /// Reads the file, or makes it if there is none and there may be none.
    ///
    /// # Errors
    /// Says with the path that it is damaged, or what the file system says.
    pub fn open(path: &Path, may_create: bool) -> anyhow::Result<Secrets> {
        match std::fs::read(path) {
            Ok(bytes) => Secrets::parse(&bytes).with_context(|| format!("{} is damaged: restore it from a backup", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && may_create => {
                Secrets::create(path).with_context(|| format!("failed to create {}", path.display()))
            }
            Err(error) => Err(error).with_context(|| format!("failed to read {}", path.display())),
        }
    }

    fn parse(bytes: &[u8]) -> anyhow::Result<Secrets> {
        let bytes: &[u8; FILE_BYTES] = bytes.try_into().map_err(|_| anyhow!("{} bytes instead of {FILE_BYTES}", bytes.len()))?;
        let (keys, sum) = bytes.split_first_chunk::<KEYS_BYTES>().context("no keys")?;
        if xxh3_64(keys).to_le_bytes() != sum {
            bail!("its checksum is wrong");
        }
        Ok(Secrets { keys: *keys })
    }

    fn create(path: &Path) -> anyhow::Result<Secrets> {
        let mut keys = [0; KEYS_BYTES];
        getrandom::fill(&mut keys).map_err(|error| anyhow!("no random bytes: {error}"))?;
        let new = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&keys)?;
        file.write_all(&xxh3_64(&keys).to_le_bytes())?;
        file.sync_all()?;
        std::fs::rename(&new, path)?;
        if let Some(directory) = path.parent() {
            std::fs::File::open(directory)?.sync_all()?;
        }
        Ok(Secrets { keys })
    }

    /// The key that signs tokens.
    pub fn token_key(&self) -> [u8; 32] {
        self.half(0)
    }

    /// The secret from which codes are derived.
    pub fn offer_secret(&self) -> [u8; 32] {
        self.half(32)
    }

    fn half(&self, from: usize) -> [u8; 32] {
        let mut half = [0; 32];
        half.iter_mut().zip(self.keys.iter().skip(from)).for_each(|(to, from)| *to = *from);
        half
    }
}
