//! Where parts wait between reading and counting.

use std::collections::HashMap;
use std::sync::Mutex;

use chipwatch_ingest::{Part, Store};

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
