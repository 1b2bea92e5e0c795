//! Side extracts joined to lines by a key: they fill cells that the line leaves empty, never overwrite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chipwatch_records::{Column, ColumnKind};
use hashbrown::HashMap;

use crate::cells::{clean, folded_number};
use crate::error::IngestError;
use crate::header::find_header;
use crate::intake::{Scratch, texts};
use crate::layout::Mapping;
use crate::rows::{Row, Splitter};

/// A side extract, read whole: it is small beside the lines.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// The file, as the pipeline gives it.
    pub shown: String,
    /// blake3 of its bytes.
    pub blake3: String,
    /// Columns of the key.
    pub on: Vec<Column>,
    /// Columns it fills.
    pub adds: Vec<Column>,
    /// Its headers, where they differ from the columns' names.
    pub(crate) columns: BTreeMap<Column, String>,
    rows: HashMap<String, Vec<String>>,
    /// Keys with two different rows: they add nothing.
    pub conflicting: BTreeSet<String>,
}

impl Lookup {
    /// Reads a side extract in any of the formats of exports (of a workbook its first filled sheet); `columns` maps canonical columns to its headers where they differ.
    ///
    /// # Errors
    /// [`IngestError`] where the file cannot be read or lacks a column.
    pub fn read(
        path: &Path,
        shown: &str,
        on: &[Column],
        adds: &[Column],
        columns: &BTreeMap<Column, String>,
    ) -> Result<Self, IngestError> {
        let bytes = std::fs::read(path)
            .map_err(|error| IngestError::Unreadable { path: path.to_owned(), why: error.to_string() })?;
        let not_understood = |why: String| IngestError::NotUnderstood { path: path.to_owned(), why };
        let scratch = Scratch::temporary();
        let texts = texts(path, None, &scratch).map_err(not_understood)?;
        let [text, ..] = texts.as_slice() else { return Err(not_understood("it has no text".into())) };
        let body = std::fs::read(&text.path)
            .map_err(|error| IngestError::Unreadable { path: path.to_owned(), why: error.to_string() })?;
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
        let body = std::str::from_utf8(body)
            .map_err(|_| not_understood("some of its bytes are no character".into()))?;
        let mut lookup = Self {
            shown: shown.to_owned(),
            blake3: blake3::hash(&bytes).to_hex().to_string(),
            on: on.to_vec(),
            adds: adds.to_vec(),
            columns: columns.clone(),
            ..Self::default()
        };
        lookup.fill(body, columns).map_err(not_understood)?;
        Ok(lookup)
    }

    fn fill(&mut self, body: &str, columns: &BTreeMap<Column, String>) -> Result<(), String> {
        let header_of =
            |column: &Column| columns.get(column).map_or(column.name(), String::as_str).to_owned();
        let wanted: Vec<String> = self.on.iter().chain(&self.adds).map(header_of).collect();
        let known = |names: &[String]| {
            names.iter().filter(|name| wanted.iter().any(|want| want.eq_ignore_ascii_case(name))).count()
        };
        let (header, _) = find_header(body, true, known).ok_or("the file has no header")?;
        let mut splitter = Splitter::new(header.delimiter);
        let mut rows = splitter.rows(&body[header.body.0..], header.body.1, true, usize::MAX);
        let names: Vec<String> = header.names.iter().map(|name| clean(name).to_owned()).collect();
        let mut fields = Vec::new();
        for want in &wanted {
            let field = names.iter().position(|name| name.eq_ignore_ascii_case(want));
            fields.push(field.ok_or_else(|| format!("no column `{want}` in the header"))?);
        }
        while let Ok(Some(row)) = rows.next_row() {
            let Row::Record { line } = row else {
                return Err("a quote is opened and never closed".into());
            };
            if rows.count() != names.len() {
                return Err(format!("line {line} has {} fields, the header {}", rows.count(), names.len()));
            }
            let (on, adds) = fields.split_at(self.on.len());
            let key = key(self.on.iter().zip(on).map(|(column, field)| (*column, rows.field(*field))));
            let values: Vec<String> = adds.iter().map(|field| clean(rows.field(*field)).to_owned()).collect();
            match self.rows.get(&key) {
                Some(known) if *known != values => drop(self.conflicting.insert(key)),
                Some(_) => {}
                None => drop(self.rows.insert(key, values)),
            }
        }
        for key in &self.conflicting {
            self.rows.remove(key);
        }
        Ok(())
    }

    /// Gives the columns it adds a place behind the file's own fields, where the file lacks them.
    pub fn extend(&self, mapping: &mut Mapping) {
        for column in &self.adds {
            if !mapping.fields.contains_key(column) {
                mapping.fields.insert(*column, mapping.headers.len() + mapping.added);
                mapping.added += 1;
            }
        }
    }

    /// The values for the cells of a key.
    pub(crate) fn find<'a>(&self, cells: impl Iterator<Item = (Column, &'a str)>) -> Option<&[String]> {
        self.rows.get(&key(cells)).map(Vec::as_slice)
    }
}

fn key<'a>(cells: impl Iterator<Item = (Column, &'a str)>) -> String {
    let mut key = String::new();
    for (column, cell) in cells {
        let text = clean(cell);
        match column.kind() {
            ColumnKind::Identifier => key.push_str(&folded_number(text)),
            _ => key.push_str(text),
        }
        key.push('\u{1f}');
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(body: &str) -> Lookup {
        let mut lookup = Lookup {
            on: vec![Column::DocumentNo],
            adds: vec![Column::EndUserName, Column::EndUserCountry],
            ..Lookup::default()
        };
        lookup.fill(body, &BTreeMap::new()).unwrap();
        lookup
    }

    fn find<'a>(lookup: &'a Lookup, document: &str) -> Option<&'a [String]> {
        lookup.find([(Column::DocumentNo, document)].into_iter())
    }

    #[test]
    fn a_key_is_found_with_or_without_leading_zeros() {
        let lookup = lookup("document_no;end_user_name;end_user_country\n0080001;Alpha Labs;US\n");
        assert_eq!(find(&lookup, "80001").unwrap(), ["Alpha Labs", "US"]);
        assert_eq!(find(&lookup, "80002"), None);
    }

    #[test]
    fn a_key_with_two_different_rows_adds_nothing_and_is_listed() {
        let lookup =
            lookup("document_no,end_user_name,end_user_country\n1,Alpha,US\n1,Beta,US\n2,C,DE\n2,C,DE\n");
        assert_eq!(find(&lookup, "1"), None);
        assert_eq!(lookup.conflicting.len(), 1);
        assert_eq!(find(&lookup, "2").unwrap()[0], "C");
    }

    #[test]
    fn a_lookup_without_its_columns_is_refused() {
        let mut lookup = Lookup { on: vec![Column::DocumentNo], ..Lookup::default() };
        assert!(lookup.fill("document,name\n1,x\n", &BTreeMap::new()).unwrap_err().contains("document_no"));
    }
}
