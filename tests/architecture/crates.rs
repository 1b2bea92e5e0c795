//! Edges between crates, and dependencies that belong to one crate alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::root;

/// Every crate, and the crates of the workspace that it may depend on.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("records", &[]),
    ("names", &[]),
    ("reference", &["records"]),
    ("ingest", &["records"]),
    ("report", &["records"]),
    ("enrichment", &["records", "reference", "names"]),
    ("detection", &["records", "reference"]),
    ("pipeline", &["records", "reference", "names", "ingest", "enrichment", "detection", "report"]),
    ("cli", &["records", "ingest", "enrichment", "detection", "report", "pipeline"]),
];
/// Dependencies that one crate alone may have; none: no crate of this workspace.
const LIVES_ONLY_IN: &[(&str, Option<&str>)] = &[
    ("clap", Some("cli")),
    ("anyhow", Some("cli")),
    ("tracing-subscriber", Some("cli")),
    ("polars", Some("enrichment")),
    ("ballista", None),
    ("datafusion", None),
];
const DEPENDENCY_TABLES: [&str; 2] = ["dependencies", "build-dependencies"];

fn manifest(folder: &str) -> toml::Table {
    let path = root().join("crates").join(folder).join("Cargo.toml");
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn folders() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What a crate's code is built from, for every platform; tests may use more.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    let platforms = manifest.get("target").and_then(toml::Value::as_table);
    let tables = platforms.into_iter().flat_map(|table| table.values()).filter_map(toml::Value::as_table);
    let mut names = BTreeSet::new();
    for table in tables.chain([manifest]) {
        for (name, value) in DEPENDENCY_TABLES.iter().filter_map(|key| table.get(*key)?.as_table()).flatten()
        {
            let renamed = value.get("package").and_then(toml::Value::as_str);
            names.insert(renamed.unwrap_or(name).to_owned());
        }
    }
    names
}

fn by_crate() -> BTreeMap<String, BTreeSet<String>> {
    folders().into_iter().map(|folder| (folder.clone(), dependencies(&manifest(&folder)))).collect()
}

#[test]
fn every_crate_has_its_place_in_the_house() {
    let known: BTreeSet<String> = MAY_DEPEND_ON.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(folders(), known);
    for folder in folders() {
        assert_eq!(
            manifest(&folder)["package"]["name"].as_str(),
            Some(format!("chipwatch-{folder}").as_str())
        );
    }
}

#[test]
fn crates_depend_only_on_those_below_them() {
    for (name, allowed) in MAY_DEPEND_ON {
        for dependency in &by_crate()[*name] {
            let Some(other) = dependency.strip_prefix("chipwatch-") else { continue };
            assert!(allowed.contains(&other), "{name} depends on {other}");
        }
    }
}

#[test]
fn the_workspace_names_each_crate_by_its_folder() {
    let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let workspace: toml::Table = toml::from_str(&text).unwrap();
    for (name, value) in workspace["workspace"]["dependencies"].as_table().unwrap() {
        if let Some(folder) = name.strip_prefix("chipwatch-") {
            let path = value.get("path").and_then(toml::Value::as_str);
            assert_eq!(path, Some(format!("crates/{folder}").as_str()));
        }
    }
}

#[test]
fn some_dependencies_live_in_one_crate_alone() {
    for (name, dependencies) in by_crate() {
        for (dependency, home) in LIVES_ONLY_IN {
            let has = dependencies.iter().any(|known| known == dependency);
            assert!(!has || *home == Some(name.as_str()), "{name} depends on {dependency}");
        }
    }
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for folder in folders() {
        let manifest = manifest(&folder);
        let inherits = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(inherits.and_then(toml::Value::as_bool), Some(true), "{folder}");
    }
}
