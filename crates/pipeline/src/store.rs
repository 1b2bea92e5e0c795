//! Where parts wait between reading and counting: in memory, or spilled to a folder where the inputs are large.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chipwatch_enrichment::counting::{LineShelf, MemoryShelf, SliceCut};
use chipwatch_ingest::{IngestError, Part, Plan, Store};

use crate::line_folder::LineFolder;

/// Above so many bytes of input the rows of parts are spilled: some 12 million lines.
const SPILL_ABOVE: u64 = 1_600_000_000;

/// The store of a run: memory, or a folder beside the report that is taken away with the store.
pub(crate) fn store_for(spills: bool, folder: &Path) -> Result<Box<dyn Store>, IngestError> {
    if !spills {
        return Ok(Box::new(MemoryStore::default()));
    }
    let folder = beside(folder, "parts");
    let store = FolderStore::create(&folder)
        .map_err(|error| IngestError::Unreadable { path: folder.clone(), why: error.to_string() })?;
    Ok(Box::new(store))
}

/// Into so many slices the ledger is cut, of which every thread has one in work.
const SLICES: usize = 64;
/// As many where lines wait on disk: a slice is held in memory whole.
const SPILLED_SLICES: usize = 256;

/// How many entities a slice has, and where lines wait for its turn: memory, or a folder beside the report.
pub(crate) fn shelf_for(
    spills: bool,
    folder: &Path,
    entities: usize,
) -> Result<(SliceCut, Box<dyn LineShelf>), IngestError> {
    if !spills {
        let cut = SliceCut::new(SLICES, entities);
        return Ok((cut, Box::new(MemoryShelf::new(cut))));
    }
    let folder = beside(folder, "lines");
    let shelf = LineFolder::create(&folder)
        .map_err(|error| IngestError::Unreadable { path: folder.clone(), why: error.to_string() })?;
    Ok((SliceCut::new(SPILLED_SLICES, entities), Box::new(shelf)))
}

/// Above so many lines they wait on disk, also where they come from the cache and no byte of input was read.
pub(crate) const SPILL_LINES_ABOVE: u64 = 12_000_000;

/// Whether rows and lines wait on disk, though nobody asked for it.
pub(crate) fn is_large(plan: &Plan) -> bool {
    plan.tasks.iter().map(|task| task.bytes).sum::<u64>() > SPILL_ABOVE
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
