//! Where files stand, how long they are, how they are named, and which attributes they may not have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

const MOST_LINES: usize = 400;
const NAMES_THAT_SAY_NOTHING: [&str; 5] = ["utils", "util", "helpers", "common", "misc"];
const TOP_LEVEL: [&str; 19] = [
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "benches",
    "clippy.toml",
    "crates",
    "deny.toml",
    "fuzz",
    "pipelines",
    "rustfmt.toml",
    "sample_data",
    "tests",
];

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// All Rust files of the crates and of the tests.
fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    walk(&root().join("crates"), &mut files);
    walk(&root().join("tests"), &mut files);
    files.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    assert!(files.len() > 50, "the walk misses files");
    files
}

/// Where each occurrence of an attribute starts, and the text from there.
fn attributes<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let outer = format!("#[{name}(");
    let inner = format!("#![{name}(");
    let starts = text.match_indices(&outer).chain(text.match_indices(&inner));
    starts.map(|(at, _)| &text[at..]).collect()
}

#[test]
fn files_are_short() {
    let long: Vec<String> = rust_files()
        .into_iter()
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > MOST_LINES)
        .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines:\n{}", long.join("\n"));
}

#[test]
fn no_file_or_folder_has_a_name_that_says_nothing() {
    for path in rust_files() {
        let inside = path.strip_prefix(root()).unwrap();
        for part in inside.iter().map(|part| part.to_str().unwrap()) {
            let stem = part.strip_suffix(".rs").unwrap_or(part);
            assert!(!NAMES_THAT_SAY_NOTHING.contains(&stem), "{}", inside.display());
        }
    }
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    for path in rust_files() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(attributes(&text, "allow").is_empty(), "{} allows a lint", path.display());
        for attribute in attributes(&text, "expect") {
            let end = attribute.find(")]").unwrap_or(attribute.len());
            assert!(
                attribute[..end].contains("reason = "),
                "{} expects a lint without a reason: {}",
                path.display(),
                &attribute[..end]
            );
        }
    }
}

#[test]
fn the_top_level_holds_what_the_house_allows() {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap();
    let ignored: BTreeSet<&str> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let allowed = TOP_LEVEL.contains(&name.as_str())
            || name.starts_with("LICENSE-")
            || ignored.contains(name.as_str());
        assert!(allowed, "{name} stands at the top level");
    }
}

/// In a virtual workspace cargo never compiles `tests/*.rs` by itself: what nobody declares passes for ever.
#[test]
fn every_folder_of_tests_is_declared_in_cli_and_nothing_else_stands_beside_them() {
    let text = fs::read_to_string(root().join("crates/cli/Cargo.toml")).unwrap();
    let manifest: toml::Table = toml::from_str(&text).unwrap();
    let declared: BTreeSet<String> = manifest["test"]
        .as_array()
        .unwrap()
        .iter()
        .map(|test| format!("{} {}", test["name"].as_str().unwrap(), test["path"].as_str().unwrap()))
        .collect();
    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(entry.path().is_dir(), "tests/{name} is compiled by nobody");
        folders.insert(format!("{name} ../../tests/{name}/main.rs"));
    }
    assert_eq!(declared, folders);
}

/// A module that no parent names is compiled by nobody either.
#[test]
fn every_test_module_is_named_by_its_parent() {
    for entry in fs::read_dir(root().join("tests")).unwrap() {
        let folder = entry.unwrap().path();
        let main = fs::read_to_string(folder.join("main.rs")).unwrap();
        for module in fs::read_dir(&folder).unwrap() {
            let path = module.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            if path.extension().is_some_and(|extension| extension == "rs") && stem != "main" {
                assert!(main.contains(&format!("mod {stem};")), "{} is compiled by nobody", path.display());
            }
        }
    }
}
