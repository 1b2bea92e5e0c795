//! One text of a file, as the cache keeps it: what a plan knows of it, what reading it came to, and its parts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chipwatch_records::{Column, FileId, Reject};
use parquet::file::metadata::KeyValue;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::stored_part::{self, StoredPart};
use crate::date::DateEvidence;
use crate::header::Header;
use crate::intake::{Form, Text};
use crate::number::NumberEvidence;
use crate::part::{DialectEvidence, Part, Receipt, SeenCell};
use crate::plan::{PlannedFile, READER_VERSION};

const FILE: &str = "entry.json";

/// What `entry.json` says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Version of the program that wrote it.
    tool_version: String,
    reader_version: u32,
    /// blake3 of the file.
    source_blake3: String,
    source_bytes: u64,
    layout: String,
    packed: Option<Cow<'static, str>>,
    encoding: Option<Cow<'static, str>>,
    records: Option<Cow<'static, str>>,
    sheet: Option<String>,
    left_out: Vec<String>,
    headers: Vec<String>,
    delimiter: u8,
    header_line: u32,
    body: (u64, u32),
    text_bytes: u64,
    receipt: StoredReceipt,
    parts: Vec<StoredPart>,
}

/// A receipt without its rejects, which lie with the first part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct StoredReceipt {
    rows: u64,
    accepted: u64,
    total_rows: u64,
    repeated_headers: u64,
    rejected: u64,
    bill_to_for_sold_to: u64,
    looked_up: u64,
    unknown_codes: BTreeSet<(String, String)>,
    numbers: BTreeMap<String, (NumberEvidence, Option<SeenCell>)>,
    dates: BTreeMap<String, (DateEvidence, Option<SeenCell>)>,
}

impl StoredReceipt {
    fn of(receipt: &Receipt) -> Self {
        let named = |column: &Column| column.name().to_owned();
        Self {
            rows: receipt.rows,
            accepted: receipt.accepted,
            total_rows: receipt.total_rows,
            repeated_headers: receipt.repeated_headers,
            rejected: receipt.rejected,
            bill_to_for_sold_to: receipt.bill_to_for_sold_to,
            looked_up: receipt.looked_up,
            unknown_codes: receipt.unknown_codes.clone(),
            numbers: receipt.evidence.numbers.iter().map(|(of, seen)| (named(of), seen.clone())).collect(),
            dates: receipt.evidence.dates.iter().map(|(of, seen)| (named(of), seen.clone())).collect(),
        }
    }

    fn receipt(&self, file: usize, rejects: Vec<Reject>) -> Receipt {
        fn by_column<T: Clone>(named: &BTreeMap<String, T>) -> BTreeMap<Column, T> {
            named.iter().filter_map(|(name, seen)| Some((Column::from_name(name)?, seen.clone()))).collect()
        }
        Receipt {
            file,
            rows: self.rows,
            accepted: self.accepted,
            total_rows: self.total_rows,
            repeated_headers: self.repeated_headers,
            rejected: self.rejected,
            bill_to_for_sold_to: self.bill_to_for_sold_to,
            looked_up: self.looked_up,
            unknown_codes: self.unknown_codes.clone(),
            evidence: DialectEvidence::of(by_column(&self.numbers), by_column(&self.dates)),
            rejects,
            ..Receipt::default()
        }
    }
}

impl Entry {
    /// Writes the entry of a file that was read into a folder that is there; the blake3 of `entry.json` comes back.
    ///
    /// # Errors
    /// In plain words, where a file cannot be written.
    pub(super) fn write(
        folder: &Path,
        file: &PlannedFile,
        layout: &str,
        receipt: &Receipt,
        parts: &[Part],
    ) -> Result<String, String> {
        let lineage: Vec<KeyValue> = [
            ("file", file.input.path.clone()),
            ("file_blake3", file.input.blake3.clone()),
            ("layout", layout.to_owned()),
            ("reader_version", READER_VERSION.to_string()),
            ("tool_version", env!("CARGO_PKG_VERSION").to_owned()),
        ]
        .map(|(key, value)| KeyValue::new(key.to_owned(), value))
        .to_vec();
        let stored: Vec<StoredPart> = parts
            .par_iter()
            .enumerate()
            .map(|(number, part)| {
                let rejects = if number == 0 { receipt.rejects.as_slice() } else { &[] };
                stored_part::write(folder, number, part, rejects, &lineage)
            })
            .collect::<Result<_, String>>()?;
        let entry = Self {
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            reader_version: READER_VERSION,
            source_blake3: file.input.blake3.clone(),
            source_bytes: file.input.bytes,
            layout: layout.to_owned(),
            packed: file.form.packed.clone(),
            encoding: file.form.encoding.clone(),
            records: file.form.records.clone(),
            sheet: file.sheet.clone(),
            left_out: file.left_out.clone(),
            headers: file.mapping.headers.clone(),
            delimiter: file.delimiter,
            header_line: file.header_line,
            body: file.body,
            text_bytes: file.text_bytes,
            receipt: StoredReceipt::of(receipt),
            parts: stored,
        };
        let text = serde_json::to_vec_pretty(&entry).map_err(|error| error.to_string())?;
        std::fs::write(folder.join(FILE), &text).map_err(|error| error.to_string())?;
        Ok(blake3::hash(&text).to_hex().to_string())
    }

    /// Reads an entry, every byte of which must be what was written.
    ///
    /// # Errors
    /// In plain words, what is wrong with it.
    pub(super) fn read(folder: &Path, blake3: &str) -> Result<Self, String> {
        let text = std::fs::read(folder.join(FILE)).map_err(|error| error.to_string())?;
        if blake3::hash(&text).to_hex().as_str() != blake3 {
            return Err(format!("{FILE} is not what was written"));
        }
        let entry: Self = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        entry.parts.par_iter().enumerate().try_for_each(|(number, part)| {
            let files = stored_part::files(folder, number);
            for (file, expected) in files.iter().zip([&part.rows_blake3, &part.values_blake3]) {
                if super::hash_of(file)? != *expected {
                    return Err(format!("{} is not what was written", file.display()));
                }
            }
            Ok(())
        })?;
        Ok(entry)
    }

    /// The header and the text that a plan needs of it.
    pub(super) fn text_and_header(&self) -> (Text, Header) {
        let form = Form {
            packed: self.packed.clone(),
            encoding: self.encoding.clone(),
            records: self.records.clone(),
        };
        let text = Text {
            path: std::path::PathBuf::new(),
            bytes: self.text_bytes,
            sheet: self.sheet.clone(),
            form,
            is_copy: false,
            first_row: Some(self.body.1),
        };
        let header = Header {
            names: self.headers.clone(),
            delimiter: self.delimiter,
            line: self.header_line,
            body: (self.body.0 as usize, self.body.1),
        };
        (text, header)
    }

    pub(super) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Loads the parts, and what reading them came to.
    ///
    /// # Errors
    /// In plain words, where a part cannot be read.
    pub(super) fn load(
        &self,
        folder: &Path,
        index: usize,
        file: &PlannedFile,
    ) -> Result<(Receipt, Vec<Part>), String> {
        let id = FileId::from_index(index).ok_or("more files than ids")?;
        let read = |(number, stored): (usize, &StoredPart)| {
            stored_part::read(folder, number, stored, (id, file.input.source), &file.input.path)
        };
        let parts: Vec<(Part, Vec<Reject>)> =
            self.parts.par_iter().enumerate().map(read).collect::<Result<_, String>>()?;
        let (parts, rejects): (Vec<Part>, Vec<Vec<Reject>>) = parts.into_iter().unzip();
        let rejects = rejects.into_iter().flatten().collect();
        Ok((self.receipt.receipt(index, rejects), parts))
    }
}
