//! Parquet without a copy: the columns of a row group are read side by side, some rows at a time. A row is told by the codes
//! of its cells, or is put together in memory as the cells of a line. What is nested or repeated has no cells, and is
//! copied as text (`records_text.rs`).

mod column;
mod pages;
mod runs;
mod texts;

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescPtr;

use self::column::Column;
pub(crate) use self::column::Number;
use self::texts::{Dictionary, Traits};
use crate::rows::{LONGEST_RECORD, Span};

/// So many rows of all columns are decoded at once.
const ROWS_AT_ONCE: usize = 4_096;
/// With more values than these, a column's cells hardly come back: what codes mean is forgotten, so that it takes no room.
/// Tests have few values, and see it happen.
const CODES_OF_AN_ERA: usize = if cfg!(test) { 8 } else { 1 << 18 };
/// A cell of an export has about so many bytes.
const BYTES_OF_A_CELL: u64 = 10;
/// What stands between cells: a separator that is in no cell, or the row is told to be a rewritten one.
const BETWEEN: u8 = 0x1f;
/// Cells are looked at in fixed steps: nothing but this may lie behind the last one.
const PADDING: &[u8] = &[b' '; 64];

/// A flat table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Table {
    /// Names of its columns.
    pub(crate) names: Vec<String>,
    /// About so many bytes would each row group have as text: packed columns say little about the work they make.
    pub(crate) groups: Vec<u64>,
}

/// What a file is as a table; `None` for one that is no Parquet file, or has nested values.
///
/// # Errors
/// In plain words, where it is a damaged Parquet file.
pub(crate) fn table(path: &Path) -> Result<Option<Table>, String> {
    let mut file = File::open(path).map_err(|error| error.to_string())?;
    let mut magic = [0; 4];
    if file.read_exact(&mut magic).is_err() || magic != *b"PAR1" {
        return Ok(None);
    }
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let metadata = reader.metadata();
    let fields = metadata.file_metadata().schema().get_fields();
    let columns = metadata.file_metadata().schema_descr().columns();
    let is_flat = |column: &ColumnDescPtr| column.max_rep_level() == 0 && column.max_def_level() <= 1;
    if !fields.iter().all(|field| field.is_primitive()) || !columns.iter().all(is_flat) {
        return Ok(None);
    }
    let width = columns.len() as u64 * BYTES_OF_A_CELL;
    let bytes = |group| metadata.row_group(group).num_rows().unsigned_abs() * width;
    Ok(Some(Table {
        names: fields.iter().map(|field| field.name().trim().to_owned()).collect(),
        groups: (0..metadata.num_row_groups()).map(bytes).collect(),
    }))
}

fn damaged(error: ParquetError) -> String {
    format!("the Parquet file cannot be read: {error}")
}

/// The rows of some row groups, in their order, batch by batch. Only of the columns that `is_long` names do codes mean the
/// same in many row groups.
///
/// # Errors
/// In plain words, where the file is damaged, or the visitor says so.
pub(crate) fn each_batch(
    path: &Path,
    groups: Range<usize>,
    is_long: impl Fn(usize) -> bool,
    mut visit: impl FnMut(&mut Batch<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let width = reader.metadata().file_metadata().schema_descr().num_columns();
    let mut dictionaries: Vec<Dictionary> = (0..width).map(|field| Dictionary::new(is_long(field))).collect();
    let (mut row_text, mut era) = (RowText::default(), 0);
    for number in groups {
        if dictionaries.iter().any(|dictionary| dictionary.is_long() && dictionary.len() > CODES_OF_AN_ERA) {
            dictionaries.iter_mut().for_each(Dictionary::clear);
            era = number;
        }
        let group = reader.get_row_group(number).map_err(damaged)?;
        let open = |(place, dictionary)| Column::open(group.as_ref(), place, dictionary);
        let columns: Result<Vec<Column>, _> = dictionaries.drain(..).enumerate().map(open).collect();
        let mut columns = columns.map_err(damaged)?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        while left > 0 {
            let rows = left.min(ROWS_AT_ONCE);
            columns.iter_mut().try_for_each(|column| column.decode(rows)).map_err(damaged)?;
            let (columns, row_text) = (&mut columns, &mut row_text);
            visit(&mut Batch { group: number, era, rows, columns, row_text })?;
            left -= rows;
        }
        dictionaries.extend(columns.into_iter().map(Column::into_dictionary));
    }
    Ok(())
}

/// Some rows of a row group, decoded.
pub(crate) struct Batch<'b> {
    /// The row group: all its codes mean the same in all its batches.
    pub(crate) group: usize,
    /// Codes of long dictionaries mean the same in all batches of an era.
    pub(crate) era: usize,
    pub(crate) rows: usize,
    columns: &'b mut [Column],
    row_text: &'b mut RowText,
}

/// A row as text, and where its cells lie in it.
#[derive(Default)]
struct RowText {
    bytes: Vec<u8>,
    spans: Vec<Span>,
}

impl Batch<'_> {
    /// Whether nothing is odd about the text of any row: all cells are UTF-8, none has a separator, and no row is too long.
    pub(crate) fn is_plain(&self) -> bool {
        let traits = self.columns.iter().map(Column::traits);
        let longest: usize = traits.clone().map(|traits| traits.longest + 1).sum();
        traits.fold(Traits::NONE, Traits::and).are_plain && longest + PADDING.len() <= LONGEST_RECORD
    }

    /// A cell that is kept as text.
    pub(crate) fn text(&self, field: usize, row: usize) -> Option<&str> {
        self.columns.get(field)?.text(row)
    }

    /// The code of a cell, where it outlasts the batch.
    pub(crate) fn lasting_code(&self, field: usize, row: usize) -> Option<u32> {
        self.columns.get(field)?.lasting_code(row)
    }

    /// A number whose cell has no lasting code, and is the number's text.
    pub(crate) fn number(&self, field: usize, row: usize) -> Option<Number> {
        self.columns.get(field)?.number(row)
    }

    /// A row: its text, where its cells lie in it, and whether a key over neighbouring cells must be made from copies.
    ///
    /// # Errors
    /// In plain words, where it is no text.
    pub(crate) fn row(&mut self, row: usize) -> Result<(&str, &[Span], bool), String> {
        let RowText { bytes, spans } = &mut *self.row_text;
        bytes.clear();
        spans.clear();
        for column in &mut *self.columns {
            let start = bytes.len();
            column.push_cell(row, bytes)?;
            spans.push((start as u32, bytes.len() as u32));
            bytes.push(BETWEEN);
        }
        // One separator a cell, or some cell has one of its own.
        let is_rewritten = memchr::memchr_iter(BETWEEN, bytes).count() != spans.len();
        let (text, spans) = self.row_text.padded()?;
        Ok((text, spans, is_rewritten))
    }

    /// A row with the cells of these fields alone, in the order of fields: they lie side by side as in the whole row.
    ///
    /// # Errors
    /// As those of [`Self::row`].
    pub(crate) fn cells(&mut self, row: usize, fields: &[usize]) -> Result<(&str, &[Span]), String> {
        let RowText { bytes, spans } = &mut *self.row_text;
        bytes.clear();
        spans.clear();
        spans.resize(self.columns.len(), (0, 0));
        for field in fields {
            let Some((column, span)) = self.columns.get_mut(*field).zip(spans.get_mut(*field)) else {
                continue;
            };
            let start = bytes.len();
            column.push_cell(row, bytes)?;
            *span = (start as u32, bytes.len() as u32);
            bytes.push(BETWEEN);
        }
        self.row_text.padded()
    }
}

impl RowText {
    fn padded(&mut self) -> Result<(&str, &[Span]), String> {
        self.bytes.extend_from_slice(PADDING);
        let text = std::str::from_utf8(&self.bytes)
            .map_err(|_| "the Parquet file has texts that are no UTF-8; export it again".to_owned())?;
        Ok((text, &self.spans))
    }
}

#[cfg(test)]
mod tests;
