//! Reads such tables as what they are, by the strict reader's rules: a row is a row of the table, or refused with file,
//! line, column, value and reason.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chipwatch_records::{Day, OtherColumn, OtherRows, OtherTable, Reject, Rejects};

use super::cells::{Dialects, TableEvidence, decide};
use super::typed::TypedCells;
use crate::captions::Captions;
use crate::cells::{clean, is_total_word};
use crate::date::DateDialect;
use crate::error::IngestError;
use crate::header::find_header;
use crate::intake::{Scratch, Text, texts};
use crate::layout::Layout;
use crate::number::NumberDialect;
use crate::rows::{Row, Splitter};
use crate::source::{FoundFile, SourceSpec};

/// Files that hold one kind of table, and what the user says about them.
#[derive(Clone, Debug)]
pub struct OtherSpec {
    /// What they hold.
    pub table: OtherTable,
    /// Globs, relative to `base`.
    pub patterns: Vec<String>,
    /// The folder that globs are relative to.
    pub base: PathBuf,
    /// Number dialect, where the user knows.
    pub number: Option<NumberDialect>,
    /// Date dialect, where the user knows.
    pub date: Option<DateDialect>,
    /// The user's own headers.
    pub columns: BTreeMap<OtherColumn, String>,
    /// Who has the stock, where the rows do not say.
    pub holder: Option<String>,
    /// Day of the snapshot, where the rows do not say.
    pub on: Option<Day>,
}

/// How one file, or one sheet of it, was read. Every row has one fate.
#[derive(Clone, Debug, Default)]
pub struct OtherFile {
    /// As the pattern gave it, with its sheet.
    pub path: String,
    /// blake3 of the file's bytes.
    pub blake3: String,
    /// What it holds.
    pub table: Option<OtherTable>,
    /// The earlier file that it equals byte for byte: its rows are not read again.
    pub same_as: Option<String>,
    /// Rows, of any fate.
    pub rows: u64,
    /// Rows that were read.
    pub accepted: u64,
    /// Totals and footers.
    pub total_rows: u64,
    /// The header once more.
    pub repeated_headers: u64,
    /// Refused rows.
    pub rejected: u64,
    /// The first of them.
    pub rejects: Vec<Reject>,
    /// What its cells leave open: none of its rows is used then.
    pub questions: Vec<String>,
    /// Sheets that are no such table, and why.
    pub left_out: Vec<String>,
}

/// All such tables of a run.
#[derive(Clone, Debug, Default)]
pub struct OtherReading {
    /// Their rows.
    pub rows: OtherRows,
    /// Their files, in the order of keys and paths.
    pub files: Vec<OtherFile>,
    /// Rows that say what another one says, by table.
    pub repeated: Vec<(OtherTable, u64)>,
}

/// A table of which each record is split and none is typed.
struct RawTable {
    file: OtherFile,
    headers: Vec<String>,
    fields: BTreeMap<OtherColumn, usize>,
    /// Physical line and cells.
    rows: Vec<(u32, Vec<String>)>,
    evidence: TableEvidence,
}

/// Reads all such tables.
///
/// # Errors
/// [`IngestError`] where a file is not there, cannot be read, or lacks a column.
pub fn read_others(specs: &[OtherSpec]) -> Result<OtherReading, IngestError> {
    let mut reading = OtherReading::default();
    if specs.is_empty() {
        return Ok(reading);
    }
    let captions = Captions::read()?;
    for spec in specs {
        let mut tables: Vec<RawTable> = Vec::new();
        for found in discover(spec)? {
            let of_file = read_file(spec, &found, &captions, &tables)?;
            tables.extend(of_file);
        }
        let evidence: Vec<&TableEvidence> = tables.iter().map(|table| &table.evidence).collect();
        let dialects: Vec<Dialects> =
            evidence.iter().map(|own| decide(own, &evidence, (spec.number, spec.date))).collect();
        for (table, dialects) in tables.into_iter().zip(dialects) {
            reading.files.push(table.type_rows(spec, dialects, &mut reading.rows));
        }
    }
    reading.repeated = reading.rows.settle().to_vec();
    Ok(reading)
}

fn discover(spec: &OtherSpec) -> Result<Vec<FoundFile>, IngestError> {
    let source = SourceSpec {
        patterns: spec.patterns.clone(),
        base: spec.base.clone(),
        ..SourceSpec::new(spec.table.key(), Layout::named("canonical")?)
    };
    source.discover().map_err(|error| match error {
        IngestError::NoFile { pattern, .. } => IngestError::Unreadable {
            path: spec.base.join(pattern),
            why: format!("no such file (named under [overrides] {})", spec.table.key()),
        },
        other => other,
    })
}

/// The tables of a file: one, except for workbooks.
fn read_file(
    spec: &OtherSpec,
    found: &FoundFile,
    captions: &Captions,
    earlier: &[RawTable],
) -> Result<Vec<RawTable>, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: found.path.clone(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let bytes = std::fs::read(&found.path).map_err(unreadable)?;
    let blake3 = blake3::hash(&bytes).to_hex().to_string();
    let twins: Vec<RawTable> =
        earlier.iter().filter(|table| table.file.blake3 == blake3).map(|table| table.twin(found)).collect();
    if !twins.is_empty() {
        return Ok(twins);
    }
    let scratch = Scratch::temporary();
    let (mut tables, mut failures) = (Vec::new(), Vec::new());
    for text in texts(&found.path, None, &scratch).map_err(not_understood)? {
        let body = std::fs::read(&text.path).map_err(unreadable)?;
        let body = String::from_utf8_lossy(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body));
        match RawTable::split(spec, found, captions, &text, &body) {
            Ok(table) => tables.push(table),
            Err(why) => failures.push((text.sheet.unwrap_or_default(), why)),
        }
    }
    let Some(first) = tables.first_mut() else {
        let why = failures.into_iter().next().map_or_else(|| "it has no text".to_owned(), |(_, why)| why);
        return Err(not_understood(why));
    };
    first.file.left_out =
        failures.into_iter().map(|(sheet, why)| format!("sheet `{sheet}`: {why}")).collect();
    tables.iter_mut().for_each(|table| table.file.blake3.clone_from(&blake3));
    Ok(tables)
}

impl RawTable {
    fn split(
        spec: &OtherSpec,
        found: &FoundFile,
        captions: &Captions,
        text: &Text,
        body: &str,
    ) -> Result<Self, String> {
        let fields_of =
            |names: &[String]| captions.others().fields(spec.table, captions, names, &spec.columns);
        let (header, _) =
            find_header(body, true, |names| fields_of(names).len()).ok_or("the file has no header")?;
        let fields = fields_of(&header.names);
        must_have(spec, &fields, &header.names)?;
        let path = text
            .sheet
            .as_ref()
            .map_or_else(|| found.shown.clone(), |sheet| format!("{}[{sheet}]", found.shown));
        let mut table = Self {
            file: OtherFile { path, table: Some(spec.table), ..OtherFile::default() },
            headers: header.names,
            fields,
            rows: Vec::new(),
            evidence: TableEvidence::new(),
        };
        let mut splitter = Splitter::new(header.delimiter);
        let first_line = text.first_row.unwrap_or(header.body.1);
        let mut rows = splitter.rows(&body[header.body.0..], first_line, true, usize::MAX);
        while let Ok(Some(row)) = rows.next_row() {
            match row {
                Row::Endless { line } => table.refuse_whole(
                    line,
                    "",
                    "a quote is opened on this line and never closed, or the line is longer than a megabyte",
                ),
                Row::Record { line } => {
                    let cells = (0..rows.count()).map(|field| rows.field(field).to_owned()).collect();
                    table.take(line, cells);
                }
            }
        }
        Ok(table)
    }

    /// Takes a record up: as a row, a reject, a total, or nothing where nothing stands in it.
    fn take(&mut self, line: u32, cells: Vec<String>) {
        let first = cells.iter().map(|cell| clean(cell)).find(|cell| !cell.is_empty()).unwrap_or_default();
        if first.is_empty() || cells.iter().all(|cell| is_rule(cell)) {
            return;
        }
        if cells.len() != self.headers.len() {
            if is_total_word(first) {
                self.file.rows += 1;
                self.file.total_rows += 1;
                return;
            }
            let reason = format!("the row has {} fields, the header {}", cells.len(), self.headers.len());
            return self.refuse_whole(line, first, &reason);
        }
        if cells.iter().any(|cell| cell.contains(char::REPLACEMENT_CHARACTER)) {
            let reason = "the row holds bytes that are no character in the encoding of its file";
            return self.refuse_whole(line, "", reason);
        }
        self.file.rows += 1;
        if cells.iter().zip(&self.headers).all(|(cell, header)| cell.trim() == header) {
            self.file.repeated_headers += 1;
            return;
        }
        for (column, field) in &self.fields {
            self.evidence.entry(*column).or_default().see(*column, line, &cells[*field]);
        }
        self.rows.push((line, cells));
    }

    fn refuse_whole(&mut self, line: u32, value: &str, reason: &str) {
        self.file.rows += 1;
        self.file.refuse(line, String::new(), value, reason);
    }

    /// This table in another file of the same bytes.
    fn twin(&self, found: &FoundFile) -> Self {
        let file = OtherFile {
            path: found.shown.clone(),
            blake3: self.file.blake3.clone(),
            table: self.file.table,
            same_as: Some(self.file.path.clone()),
            rows: self.file.rows,
            ..OtherFile::default()
        };
        let (headers, rows) = (Vec::new(), Vec::new());
        Self { file, headers, fields: BTreeMap::new(), rows, evidence: TableEvidence::new() }
    }

    fn type_rows(mut self, spec: &OtherSpec, dialects: Dialects, into: &mut OtherRows) -> OtherFile {
        let rows = std::mem::take(&mut self.rows);
        if !dialects.questions.is_empty() {
            // Without dialects nobody can say which of its rows are totals: all of them wait for the answer.
            self.file.accepted = rows.len() as u64;
            self.file.questions = dialects.questions;
            return self.file;
        }
        for (line, cells) in &rows {
            let row = TypedCells { spec, dialects: &dialects, fields: &self.fields, cells };
            let read = match spec.table {
                OtherTable::Inventory => {
                    row.inventory(&self.file.path, *line).map(|row| into.inventory.push(row))
                }
                OtherTable::Licences => {
                    row.licence(&self.file.path, *line).map(|row| into.licences.push(row))
                }
            };
            match read {
                Ok(()) => self.file.accepted += 1,
                Err(_) if row.is_total() => self.file.total_rows += 1,
                Err((column, reason)) => {
                    let field = column.and_then(|column| self.fields.get(&column).copied());
                    let header = field.map_or_else(
                        || column.map_or("", OtherColumn::name).to_owned(),
                        |field| self.headers[field].clone(),
                    );
                    let value = field.map_or("", |field| cells[field].trim());
                    self.file.refuse(*line, header, value, reason);
                }
            }
        }
        self.file
    }
}

impl OtherFile {
    fn refuse(&mut self, line: u32, column: String, value: &str, reason: &str) {
        self.rejected += 1;
        if self.rejects.len() < Rejects::LIMIT {
            let (value, reason) = (value.to_owned(), reason.to_owned());
            self.rejects.push(Reject { file: self.path.clone(), line, column, value, reason });
        }
    }
}

/// A rule that lists are drawn with, or nothing.
fn is_rule(cell: &str) -> bool {
    cell.chars().all(|letter| matches!(letter, '-' | '_' | '=' | '+' | '|') || letter.is_whitespace())
}

/// Refuses a header without a column that the table needs.
fn must_have(
    spec: &OtherSpec,
    fields: &BTreeMap<OtherColumn, usize>,
    headers: &[String],
) -> Result<(), String> {
    let told = |column: &OtherColumn| match column {
        OtherColumn::HolderName => spec.holder.is_some(),
        OtherColumn::On => spec.on.is_some(),
        _ => false,
    };
    let is_there = |column: &OtherColumn| fields.contains_key(column) || told(column);
    let missing: Vec<String> = spec
        .table
        .required()
        .iter()
        .filter(|group| !group.iter().any(is_there))
        .map(|group| group.iter().map(|column| column.name()).collect::<Vec<_>>().join(" or "))
        .collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let shown: Vec<String> = headers.iter().take(40).map(|name| format!("`{name}`")).collect();
    let (key, what) = (spec.table.key(), spec.table.in_words());
    Err(format!(
        "no column for {} of {what}; the header has {}. Name it: `{key} = {{ files = [\"…\"], columns = {{ {} = \"…\" }} }}`",
        missing.join(", "),
        shown.join(", "),
        first.split(' ').next().unwrap_or_default(),
    ))
}

#[cfg(test)]
mod tests;
