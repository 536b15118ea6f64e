//! Campaign files: loaded from a folder, watched, and changed through the admin interface.
//!
//! A broken file is refused as a whole with file, line and reason, and the last good version of it stays in force.

use super::Engine;
use crate::campaign::Campaign;
use crate::campaign::CampaignSet;
use crate::campaign::Mistake;
use crate::decide::Snapshot;
use crate::model::Currency;
use crate::store::Stores;
use notify::Watcher;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::time::Duration;

/// Files in the folder that are read; more are reported and left.
const FILES_MAX: usize = 10_000;
/// Changes that come together are read together.
const SETTLE: Duration = Duration::from_millis(100);
/// Where the operating system reports no changes, the folder is read this often.
const POLL: Duration = Duration::from_millis(500);

/// A mistake and the file it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileMistake {
    pub file: String,
    #[serde(flatten)]
    pub mistake: Mistake,
}

/// The folder and what was made of it.
pub struct CampaignFiles {
    folder: PathBuf,
    currency: Currency,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// Last good version by file name.
    good: BTreeMap<String, Arc<Campaign>>,
    /// Text last read, good or not, by file name.
    texts: BTreeMap<String, String>,
    mistakes: Vec<FileMistake>,
    /// Paused on the dashboard, by campaign id.
    paused: BTreeSet<String>,
}

/// Name under which paused campaigns are stored.
const PAUSED_BLOB: &str = "paused-campaigns";

impl CampaignFiles {
    /// Reads the folder; a missing one is empty.
    pub fn open(folder: &Path, currency: Currency) -> CampaignFiles {
        let files = CampaignFiles { folder: folder.to_owned(), currency, inner: Mutex::new(Inner::default()) };
        files.read();
        files
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads what changed. True if anything did.
    pub fn read(&self) -> bool {
        let mut texts = BTreeMap::new();
        if let Ok(entries) = std::fs::read_dir(&self.folder) {
            for entry in entries.flatten().take(FILES_MAX) {
                let path = entry.path();
                let name = entry.file_name().to_string_lossy().into_owned();
                if path.extension().is_some_and(|extension| extension == "toml")
                    && !name.starts_with('.')
                    && let Ok(text) = std::fs::read_to_string(&path)
                {
                    texts.insert(name, text);
                }
            }
        }
        self.take(texts)
    }

    /// Takes the whole folder as given. True if anything changed.
    pub fn take(&self, texts: BTreeMap<String, String>) -> bool {
        let mut inner = self.lock();
        if inner.texts == texts {
            return false;
        }
        let mut mistakes = Vec::new();
        let mut good = BTreeMap::new();
        let mut owners: BTreeMap<Arc<str>, String> = BTreeMap::new();
        for (name, text) in &texts {
            let unchanged = inner.texts.get(name) == Some(text);
            let parsed = match inner.good.get(name) {
                Some(campaign) if unchanged && *campaign.source == **text => Ok(campaign.clone()),
                _ => Campaign::parse(name, text, self.currency).map(Arc::new),
            };
            let campaign = match parsed {
                Ok(campaign) => campaign,
                Err(found) => {
                    mistakes.extend(found.into_iter().map(|mistake| FileMistake { file: name.clone(), mistake }));
                    match inner.good.get(name) {
                        Some(last) => last.clone(),
                        None => continue,
                    }
                }
            };
            if let Some(owner) = owners.get(&campaign.id) {
                let message = format!("id `{}` is taken by {owner}", campaign.id);
                mistakes.push(FileMistake { file: name.clone(), mistake: Mistake { line: 1, column: 1, message, suggestion: None } });
                continue;
            }
            owners.insert(campaign.id.clone(), name.clone());
            good.insert(name.clone(), campaign);
        }
        for mistake in &mistakes {
            tracing::warn!(file = mistake.file, line = mistake.mistake.line, "campaign refused: {}", mistake.mistake.message);
        }
        inner.texts = texts;
        inner.good = good;
        inner.mistakes = mistakes;
        true
    }

    /// The campaigns in force.
    pub fn set(&self) -> CampaignSet {
        let inner = self.lock();
        let campaigns = inner.good.values().map(|campaign| {
            if inner.paused.contains(&*campaign.id) {
                Arc::new(Campaign { enabled: false, ..(**campaign).clone() })
            } else {
                campaign.clone()
            }
        });
        CampaignSet::build(campaigns.collect())
    }

    /// Reads which campaigns are paused.
    pub async fn restore_paused(&self, stores: &Stores) {
        if let Ok(Some(bytes)) = stores.blobs.blob(PAUSED_BLOB).await
            && let Ok(paused) = rmp_serde::from_slice::<BTreeSet<String>>(&bytes)
        {
            self.lock().paused = paused;
        }
    }

    pub fn mistakes(&self) -> Vec<FileMistake> {
        self.lock().mistakes.clone()
    }

    /// Reads a campaign without publishing it.
    ///
    /// # Errors
    /// Every mistake in it.
    pub fn check(&self, text: &str) -> Result<Campaign, Vec<Mistake>> {
        Campaign::parse("draft.toml", text, self.currency)
    }

    /// Writes a campaign's file, whole or not at all.
    ///
    /// # Errors
    /// Every mistake in it, or why the file could not be written.
    pub fn write(&self, id: &str, text: &str) -> Result<(), Vec<Mistake>> {
        let mistake = |message: String| vec![Mistake { line: 1, column: 1, message, suggestion: None }];
        let campaign = self.check(text)?;
        if &*campaign.id != id {
            return Err(mistake(format!("the file says id `{}`, the address says `{id}`", campaign.id)));
        }
        let name = self.lock().good.iter().find(|(_, good)| *good.id == *id).map_or_else(|| format!("{id}.toml"), |(name, _)| name.clone());
        replace_file(&self.folder, &name, text).map_err(|error| mistake(format!("failed to write {name}: {error}")))?;
        self.read();
        Ok(())
    }

    /// Pauses or resumes a campaign. False if there is none of that id.
    pub fn pause(&self, id: &str, paused: bool) -> bool {
        let mut inner = self.lock();
        if !inner.good.values().any(|campaign| *campaign.id == *id) {
            return false;
        }
        if paused {
            inner.paused.insert(id.to_owned())
        } else {
            inner.paused.remove(id)
        };
        true
    }

    fn paused(&self) -> BTreeSet<String> {
        self.lock().paused.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn replace_file(folder: &Path, name: &str, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let temporary = folder.join(format!(".{name}.new"));
    let mut file = std::fs::File::create(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&temporary, folder.join(name))
}

impl Engine {
    /// Publishes the campaigns in force.
    pub fn publish_campaigns(&self, files: &CampaignFiles) -> u64 {
        let campaigns = Arc::new(files.set());
        self.publish(|now| Snapshot { campaigns, ..now.clone() })
    }

    /// Stores which campaigns are paused; returns when it is durable.
    ///
    /// # Errors
    /// What the store said.
    pub async fn save_paused(&self, files: &CampaignFiles) -> Result<(), crate::store::StoreError> {
        let bytes = rmp_serde::to_vec(&files.paused()).unwrap_or_default();
        self.stores.blobs.put_blob(PAUSED_BLOB, bytes).await
    }

    /// Publishes every change of the folder until the engine stops.
    pub fn watch_campaigns(self: &Arc<Self>, files: Arc<CampaignFiles>) {
        // Watched once, by whoever puts the rooms together.
        let _ = self.campaign_files.set(files.clone());
        let engine = self.clone();
        let task = tokio::spawn(async move {
            let (sender, mut changed) = tokio::sync::mpsc::channel::<()>(1);
            let notice = move |_: notify::Result<notify::Event>| {
                let _ = sender.try_send(());
            };
            // Kept alive as long as the task; where it cannot watch, the poll below does.
            let mut watcher = notify::recommended_watcher(notice).ok();
            if let Some(watcher) = watcher.as_mut()
                && let Err(error) = watcher.watch(files.folder(), notify::RecursiveMode::NonRecursive)
            {
                tracing::warn!(%error, "the campaign folder is polled");
            }
            loop {
                tokio::select! {
                    _ = changed.recv() => tokio::time::sleep(SETTLE).await,
                    () = tokio::time::sleep(POLL) => {}
                }
                while changed.try_recv().is_ok() {}
                let reading = files.clone();
                if matches!(tokio::task::spawn_blocking(move || reading.read()).await, Ok(true)) {
                    let version = engine.publish_campaigns(&files);
                    tracing::info!(version, "campaigns published");
                }
            }
        });
        self.tasks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(task);
    }
}
