//! `manifest.json`: what a run was made from. The only file in which times of day and durations stand.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ReportError;
use crate::in_order::OutFile;

/// What a run was made from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of chipwatch.
    pub tool_version: String,
    /// The pipeline.
    pub pipeline: PipelineStamp,
    /// The day the report speaks for.
    pub as_of: String,
    /// Hash of tool version, inputs, pipeline, lists and reference tables.
    pub run_id: String,
    /// The `content_digest` of the report.
    pub content_digest: String,
    /// The pipeline with all defaults filled in.
    pub parameters: Value,
    /// The input files.
    pub inputs: Vec<InputStamp>,
    /// The screening lists.
    pub lists: Vec<NamedHash>,
    /// The reference tables, built in and imported.
    pub reference_tables: Vec<NamedHash>,
    /// Counts at each stage.
    pub counts: BTreeMap<String, u64>,
    /// Remarks on single files.
    pub notes: Vec<FileNote>,
    /// Seconds that each stage took.
    pub durations: BTreeMap<String, f64>,
    /// When the run started.
    pub started_at: String,
}

/// A pipeline, by name and hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PipelineStamp {
    /// Its name.
    pub name: String,
    /// blake3 of its text.
    pub blake3: String,
}

/// An input file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct InputStamp {
    /// Path as the glob gave it.
    pub file: String,
    /// The `[[source]]` that names it.
    pub source: String,
    /// blake3 of its bytes.
    pub blake3: String,
    /// Size.
    pub bytes: u64,
    /// Bytes that the run read of it: 0 where its rows came from the cache.
    pub bytes_read: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Encoding, separators and forms of dates and numbers, as they were read.
    pub dialect: String,
}

/// A list or table, by name and hash.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NamedHash {
    /// Its name.
    pub name: String,
    /// blake3 of its bytes.
    pub blake3: String,
}

/// A remark on one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileNote {
    /// Path as the glob gave it.
    pub file: String,
    /// A plain sentence.
    pub note: String,
}

impl Manifest {
    /// Writes `manifest.json` into a folder.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ReportError> {
        let file = "manifest.json";
        let mut text =
            serde_json::to_vec_pretty(self).map_err(|source| ReportError::Json { file, source })?;
        text.push(b'\n');
        OutFile::create(folder, file)?.write(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Manifest {
            tool_version: "0.1.0".into(),
            pipeline: PipelineStamp { name: "canonical".into(), blake3: "ab".into() },
            as_of: "2026-10-31".into(),
            run_id: "cd".into(),
            content_digest: "ef".into(),
            parameters: serde_json::json!({"threshold": {"chips": 500}}),
            inputs: vec![InputStamp {
                file: "a\u{1b}.csv".into(),
                source: "sap".into(),
                blake3: "01".into(),
                bytes: 12,
                bytes_read: 0,
                rows: 2,
                rejected: 0,
                dialect: "UTF-8".into(),
            }],
            lists: Vec::new(),
            reference_tables: Vec::new(),
            counts: BTreeMap::from([("rows_read".to_owned(), 2)]),
            notes: Vec::new(),
            durations: BTreeMap::from([("ingest".to_owned(), 0.5)]),
            started_at: "2026-11-01T02:00:00Z".into(),
        };
        manifest.write(folder.path()).unwrap();
        let text = std::fs::read_to_string(folder.path().join("manifest.json")).unwrap();
        assert!(!text.contains('\u{1b}'));
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
    }
}
