//! The whole program on the sample data, once a promise.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::masked::Written;

/// The sample data and its pipeline, whose sources read every file that begins like theirs.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        copy(&root.join("sample_data"), &place.path("sample_data"));
        let text = fs::read_to_string(root.join("pipelines/sample.toml")).unwrap();
        let mut pipeline: toml::Table = toml::from_str(&text).unwrap();
        for source in pipeline["source"].as_array_mut().unwrap() {
            for file in source["files"].as_array_mut().unwrap() {
                let (stem, extension) = file.as_str().unwrap().rsplit_once('.').unwrap();
                *file = toml::Value::String(format!("{stem}*.{extension}"));
            }
        }
        fs::create_dir(place.path("pipelines")).unwrap();
        fs::write(place.path("pipelines/sample.toml"), toml::to_string(&pipeline).unwrap()).unwrap();
        place
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.folder.path().join(inside)
    }

    /// The files that the sources read.
    fn inputs(&self) -> Vec<PathBuf> {
        let files = ["sap_deliveries.txt", "distributor_pos.csv", "customs_reexports.csv"];
        files.iter().map(|name| self.path("sample_data").join(name)).collect()
    }

    fn run(&self, arguments: &[&str]) -> Written {
        let out = self.path("out");
        let mut command = Command::cargo_bin("chipwatch").unwrap();
        command.current_dir(self.folder.path()).args(["run", "pipelines/sample.toml", "--quiet", "--out"]);
        command.arg(&out).args(arguments).assert().success();
        let written = Written::latest(&out);
        fs::remove_dir_all(out).unwrap();
        written
    }
}

/// The report of the files as they stand.
fn as_they_stand() -> &'static Written {
    static WRITTEN: OnceLock<Written> = OnceLock::new();
    WRITTEN.get_or_init(|| Place::new().run(&["--jobs", "2"]))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (entry, to) = (entry.as_ref().unwrap(), to.join(entry.as_ref().unwrap().file_name()));
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The header of a file, and its records with their line ends: a line end within quotes ends none.
fn records(path: &Path) -> (String, Vec<String>) {
    let text = fs::read_to_string(path).unwrap();
    let mut records: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.split_inclusive('\n') {
        match records.last_mut() {
            Some(record) if open => record.push_str(line),
            _ => records.push(line.to_owned()),
        }
        open ^= line.matches('"').count() % 2 == 1;
    }
    assert!(!open && text.ends_with('\n'), "{} does not end with a record", path.display());
    (records.remove(0), records)
}

/// Any order but the first one; the same on every machine.
fn shuffle(records: &mut [String]) {
    let mut state: u64 = 2020;
    for last in (1..records.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        records.swap(last, (state >> 33) as usize % (last + 1));
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let (stem, extension) =
        (path.file_stem().unwrap().to_str().unwrap(), path.extension().unwrap().to_str().unwrap());
    path.with_file_name(format!("{stem}{ending}.{extension}"))
}

#[test]
fn one_thread_and_two_write_the_same_bytes() {
    let one = Place::new().run(&["--jobs", "1"]);
    one.must_equal(as_they_stand());
}

#[test]
fn the_order_of_arguments_changes_no_byte() {
    let place = Place::new();
    let cut = place.inputs().remove(1);
    let (header, records) = records(&cut);
    let (first, second) = records.split_at(records.len() / 2);
    for (name, half) in [("_1", first), ("_2", second)] {
        fs::write(beside(&cut, name), format!("{header}{}", half.concat())).unwrap();
    }
    let run = |inputs: [&str; 3]| {
        let arguments: Vec<&str> = inputs.iter().flat_map(|input| ["--input", input]).collect();
        place.run(&arguments)
    };
    let sap = "sap=sample_data/sap_deliveries.txt";
    let (one, two) = ("pos=sample_data/distributor_pos_1.csv", "pos=sample_data/distributor_pos_2.csv");
    run([sap, one, two]).must_equal(&run([two, one, sap]));
}

#[test]
fn the_order_of_rows_changes_nothing_but_the_lines_that_are_cited() {
    let place = Place::new();
    for path in place.inputs() {
        let (header, mut records) = records(&path);
        shuffle(&mut records);
        fs::write(&path, format!("{header}{}", records.concat())).unwrap();
    }
    let shuffled = place.run(&[]);
    assert_ne!(shuffled, *as_they_stand());
    shuffled.masked().must_equal(&as_they_stand().masked());
    assert_eq!(shuffled.digest(), as_they_stand().digest());
}

#[test]
fn files_cut_into_three_change_nothing_but_the_places_that_are_cited() {
    let place = Place::new();
    for path in place.inputs() {
        let (header, mut records) = records(&path);
        shuffle(&mut records);
        for (piece, records) in records.chunks(records.len().div_ceil(3)).enumerate() {
            fs::write(beside(&path, &format!("_{piece}")), format!("{header}{}", records.concat())).unwrap();
        }
        fs::remove_file(path).unwrap();
    }
    let cut = place.run(&[]);
    cut.masked().must_equal(&as_they_stand().masked());
    assert_eq!(cut.digest(), as_they_stand().digest());
}

#[test]
fn a_file_given_twice_changes_nothing_but_the_rows_read_and_the_duplicates() {
    // A copy whose name comes before the file's own, and one whose name comes after it.
    for (ending, which) in [("-again", 0), ("_again", 1), ("-again", 2)] {
        let place = Place::new();
        let path = place.inputs().remove(which);
        fs::copy(&path, beside(&path, ending)).unwrap();
        let rows = records(&path).1.len() as u64;
        let mut twice = place.run(&[]).masked();
        let mut once = as_they_stand().masked();
        assert_eq!(twice.digest(), once.digest());
        let (mut expected, found) = (once.json(), twice.json());
        for figure in ["read", "duplicate"] {
            let grown: &mut Value = &mut expected["books"]["rows"][figure];
            *grown = json!(grown.as_u64().unwrap() + rows);
        }
        assert_eq!(found, expected);
        must_differ_in_books_alone(&once.take("report.md"), &twice.take("report.md"));
        for written in [&mut once, &mut twice] {
            written.take("report.json");
        }
        twice.must_equal(&once);
    }
}

/// Of the page for people only the lines of the books that count rows may differ.
fn must_differ_in_books_alone(once: &str, twice: &str) {
    const GROWN: [&str; 3] = ["| Read |", "| Duplicate", "| Sum of all"];
    assert_eq!(once.lines().count(), twice.lines().count());
    let differing: Vec<&str> =
        once.lines().zip(twice.lines()).filter(|(a, b)| a != b).map(|(line, _)| line).collect();
    assert_eq!(differing.len(), GROWN.len(), "{differing:?}");
    for line in differing {
        assert!(GROWN.iter().any(|grown| line.starts_with(grown)), "{line}");
    }
}
