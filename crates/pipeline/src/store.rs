//! Where parts wait between reading and counting: in memory, or spilled to a folder where the inputs are large.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chipwatch_ingest::{IngestError, Part, Plan, Store};

/// Above so many bytes of input the rows of parts are spilled: some 12 million lines.
const SPILL_ABOVE: u64 = 1_600_000_000;

/// The store for a plan: memory, or a folder beside the report that is taken away with the store.
pub(crate) fn store_for(plan: &Plan, folder: &Path) -> Result<Box<dyn Store>, IngestError> {
    let bytes: u64 = plan.tasks.iter().map(|task| task.bytes).sum();
    if bytes <= SPILL_ABOVE {
        return Ok(Box::new(MemoryStore::default()));
    }
    let folder = beside(folder, "parts");
    let store = FolderStore::create(&folder)
        .map_err(|error| IngestError::Unreadable { path: folder.clone(), why: error.to_string() })?;
    Ok(Box::new(store))
}

/// A folder for work beside the unfinished report: what a killed run leaves is swept with it.
pub(crate) fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    folder.with_file_name(format!("{name}-{what}"))
}

/// Parts in memory.
#[derive(Default)]
pub struct MemoryStore {
    parts: Mutex<HashMap<String, Part>>,
}

impl Store for MemoryStore {
    fn put(&self, task: &str, part: Part) -> Result<(), String> {
        let mut parts = self.parts.lock().map_err(|_| "a reader thread failed".to_owned())?;
        parts.insert(task.to_owned(), part);
        Ok(())
    }

    fn take(&self, task: &str) -> Result<Part, String> {
        let mut parts = self.parts.lock().map_err(|_| "a reader thread failed".to_owned())?;
        parts.remove(task).ok_or_else(|| format!("the part of task {task} is lost"))
    }
}

/// Dictionaries in memory, rows as Parquet in a folder of its own, which goes with the store.
pub struct FolderStore {
    folder: PathBuf,
    memory: MemoryStore,
}

impl FolderStore {
    /// A store in a new folder.
    ///
    /// # Errors
    /// Where the folder cannot be made.
    pub fn create(folder: &Path) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned(), memory: MemoryStore::default() })
    }
}

impl Store for FolderStore {
    fn put(&self, task: &str, part: Part) -> Result<(), String> {
        let part = part.spill(&self.folder.join(format!("{task}.parquet")), task)?;
        self.memory.put(task, part)
    }

    fn take(&self, task: &str) -> Result<Part, String> {
        self.memory.take(task)
    }
}

impl Drop for FolderStore {
    fn drop(&mut self) {
        // What is left behind is swept by the next run.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
