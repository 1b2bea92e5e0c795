//! Faults of the files that the user keeps.

use serde::de::DeserializeOwned;

/// A row of an override file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: {why}")]
pub struct OverrideError {
    /// The file, as the pipeline gives it.
    pub file: String,
    /// Physical line.
    pub line: u64,
    /// What is wrong.
    pub why: String,
}

impl OverrideError {
    pub(crate) fn new(file: &str, line: u64, why: &str) -> Self {
        Self { file: file.to_owned(), line, why: why.to_owned() }
    }

    /// The rows of a small CSV file with its header, each with its line.
    pub(crate) fn rows<T: DeserializeOwned>(file: &str, text: &str) -> Result<Vec<(u64, T)>, Self> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| Self::new(file, 1, &error.to_string()))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                Self::new(file, line, &error.to_string())
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let row = record
                .deserialize(Some(&headers))
                .map_err(|error| Self::new(file, line, &error.to_string()))?;
            rows.push((line, row));
        }
        Ok(rows)
    }
}
