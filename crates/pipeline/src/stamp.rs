//! The run id and the manifest: everything a result depends on, by hash.

use std::collections::BTreeMap;

use chipwatch_ingest::Plan;
use chipwatch_records::Day;
use chipwatch_report::{Manifest, NamedHash, PipelineStamp};

use crate::file::Loaded;
use crate::prepare::{HashedFile, Prepared};

/// The reference tables of the program.
pub(crate) fn reference_tables() -> Vec<NamedHash> {
    let hash = |(name, text): &(&'static str, &'static str)| NamedHash {
        name: (*name).to_owned(),
        blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
    };
    chipwatch_reference::tables().iter().map(hash).collect()
}

/// The id of a run: a hash of tool version, inputs, pipeline, the user's files and the reference tables. No time.
pub(crate) fn run_id(
    tool: &str,
    loaded: &Loaded,
    prepared: &Prepared,
    plan: &Plan,
    as_of: Option<Day>,
) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |text: &str| {
        hasher.update(text.as_bytes()).update(&[0]);
    };
    add(tool);
    add(&loaded.text);
    add(&as_of.map_or(String::new(), |day| day.to_string()));
    for HashedFile { name, blake3 } in &prepared.files {
        add(name);
        add(blake3);
    }
    for table in reference_tables() {
        add(&table.name);
        add(&table.blake3);
    }
    for file in &plan.files {
        add(&prepared.sources[file.input.source.index()].name);
        add(&file.input.path);
        add(&file.input.blake3);
    }
    hasher.finalize().to_hex().to_string()
}

/// The manifest without what only the end of the run knows.
pub(crate) fn manifest(
    tool: &str,
    loaded: &Loaded,
    prepared: &Prepared,
    run_id: &str,
    as_of: Day,
) -> Manifest {
    Manifest {
        tool_version: tool.to_owned(),
        pipeline: PipelineStamp {
            name: prepared.name.clone(),
            blake3: blake3::hash(loaded.text.as_bytes()).to_hex().to_string(),
        },
        as_of: as_of.to_string(),
        run_id: run_id.to_owned(),
        content_digest: String::new(),
        parameters: serde_json::to_value(&loaded.file).unwrap_or_default(),
        inputs: Vec::new(),
        lists: prepared
            .files
            .iter()
            .map(|file| NamedHash { name: file.name.clone(), blake3: file.blake3.clone() })
            .collect(),
        reference_tables: reference_tables(),
        counts: BTreeMap::new(),
        notes: Vec::new(),
        durations: BTreeMap::new(),
        started_at: String::new(),
    }
}
