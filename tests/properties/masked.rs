//! Reports held against one another, with and without the places that their figures are cited from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// The columns and keys that say where a row stood.
const PLACES: [&str; 2] = ["file", "line"];
/// Carries hashes of files and durations: never compared.
const MANIFEST: &str = "manifest.json";
const REJECTS: &str = "rejects.csv";

/// The text of each file of a report, `manifest.json` apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Written(BTreeMap<String, String>);

impl Written {
    /// The newest report of a pipeline's folder.
    pub(crate) fn latest(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder.join("latest")).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            files.insert(name, fs::read_to_string(entry.path()).unwrap());
        }
        assert!(files.remove(MANIFEST).is_some());
        assert!(files.len() > 5, "{:?}", files.keys());
        Self(files)
    }

    /// The report without places, and its rejects in an order of their own.
    pub(crate) fn masked(&self) -> Self {
        let masked = |(name, text): (&String, &String)| {
            let text = match name.rsplit('.').next() {
                Some("json") => without_places(text),
                Some("csv") => masked_csv(text, name == REJECTS),
                _ => text.clone(),
            };
            (name.clone(), text)
        };
        Self(self.0.iter().map(masked).collect())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.0["report.json"]).unwrap()
    }

    pub(crate) fn digest(&self) -> String {
        self.json()["content_digest"].as_str().unwrap().to_owned()
    }

    /// Takes a file out.
    pub(crate) fn take(&mut self, name: &str) -> String {
        self.0.remove(name).unwrap()
    }

    /// Every file is the same; tells the first line that is not.
    pub(crate) fn must_equal(&self, other: &Self) {
        let names = |written: &Self| written.0.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(other));
        for (name, text) in &self.0 {
            for (number, (a, b)) in text.lines().zip(other.0[name].lines()).enumerate() {
                assert_eq!(a, b, "{name}, line {}", number + 1);
            }
            assert!(*text == other.0[name], "{name}: one is longer than the other");
        }
    }
}

fn without_places(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    forget_places(&mut value);
    serde_json::to_string_pretty(&value).unwrap()
}

fn forget_places(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if PLACES.contains(&key.as_str()) {
                    *value = Value::Null;
                }
                forget_places(value);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(forget_places),
        _ => {}
    }
}

fn masked_csv(text: &str, sorted: bool) -> String {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = headers
            .iter()
            .zip(&record)
            .map(|(header, cell)| if PLACES.contains(&header) { "" } else { cell });
        format!("{:?}", cells.collect::<Vec<_>>())
    };
    let mut rows: Vec<String> = reader.records().map(|record| row(record.unwrap())).collect();
    if sorted {
        rows.sort();
    }
    rows.insert(0, format!("{headers:?}"));
    rows.join("\n")
}
