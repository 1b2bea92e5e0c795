//! Files of named values to text: JSON lines and Parquet. The names make a header; each value keeps its row.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Map, Value};

use crate::intake::{Form, Scratch, Text};
use crate::row_text::RowText;

/// A line of JSON longer than this is no row of a sale.
const LONGEST_LINE: usize = 1 << 20;

/// JSON lines as text: line by line, under the names of all lines in the order of letters. A line that is no object has one
/// field, and is refused for that.
///
/// # Errors
/// In plain words.
pub(crate) fn json_lines(path: &Path, form: Form, scratch: &Scratch) -> Result<Text, String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    each_line(path, |line| {
        names.extend(
            serde_json::from_slice::<Map<String, Value>>(line)
                .unwrap_or_default()
                .into_iter()
                .map(|(name, _)| name),
        );
        Ok(())
    })?;
    let names: Vec<String> = names.into_iter().collect();
    let mut rows = RowText::new(scratch)?;
    rows.write(names.iter().map(String::as_str))?;
    each_line(path, |line| match serde_json::from_slice::<Map<String, Value>>(line) {
        Ok(object) => rows.write(names.iter().map(|name| text_of_json(object.get(name)))),
        Err(_) => rows.write([String::from_utf8_lossy(&line[..line.len().min(200)])]),
    })?;
    rows.finish(Form { records: Some("JSON lines".into()), ..form }, Some(1))
}

fn each_line(path: &Path, mut visit: impl FnMut(&[u8]) -> Result<(), String>) -> Result<(), String> {
    let mut file = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = std::io::Read::take(&mut file, LONGEST_LINE as u64).read_until(b'\n', &mut line);
        if read.map_err(|error| error.to_string())? == 0 {
            return Ok(());
        }
        if line.len() == LONGEST_LINE && line.last() != Some(&b'\n') {
            return Err("a line of JSON is longer than a megabyte: write one object a line".into());
        }
        visit(line.trim_ascii())?;
    }
}

fn text_of_json(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A Parquet file as text: row by row, under the names of its columns.
///
/// # Errors
/// In plain words.
pub(crate) fn parquet(path: &Path, scratch: &Scratch) -> Result<Text, String> {
    start_of_parquet(path, scratch, usize::MAX)
}

/// The first rows of a Parquet file as text: as many as take more than so many bytes, or all.
///
/// # Errors
/// In plain words.
pub(crate) fn start_of_parquet(path: &Path, scratch: &Scratch, most: usize) -> Result<Text, String> {
    let damaged = |error: parquet::errors::ParquetError| format!("the Parquet file cannot be read: {error}");
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let schema = reader.metadata().file_metadata().schema();
    let mut rows = RowText::new(scratch)?;
    rows.write(schema.get_fields().iter().map(|field| field.name()))?;
    let mut written = 0_usize;
    for row in reader.get_row_iter(None).map_err(damaged)? {
        let row = row.map_err(damaged)?;
        let cells: Vec<String> = row.get_column_iter().map(|(_, field)| text_of_field(field)).collect();
        // Quotes and separators come on top.
        written = written.saturating_add(cells.iter().map(String::len).sum());
        rows.write(cells)?;
        if written > most {
            break;
        }
    }
    rows.finish(Form { packed: None, encoding: None, records: Some("Parquet".into()) }, Some(1))
}

/// The text of a value; nothing for none.
pub(crate) fn text_of_field(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => String::from_utf8_lossy(bytes.data()).into_owned(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        // A moment is written with its zone, which is always Greenwich's.
        Field::TimestampMillis(_) | Field::TimestampMicros(_) => {
            field.to_string().trim_end_matches(" +00:00").trim_end_matches(" UTC").to_owned()
        }
        other => other.to_string(),
    }
}
