//! Rows to a text in UTF-8: one line a row, as a line is what a refused row is found by.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use crate::intake::{Form, Scratch, Text};

/// A text while it is written.
pub(crate) struct RowText {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl RowText {
    pub(crate) fn new(scratch: &Scratch) -> Result<Self, String> {
        let (path, file) = scratch.file().map_err(|error| error.to_string())?;
        Ok(Self { path, writer: csv::WriterBuilder::new().flexible(true).from_writer(file) })
    }

    pub(crate) fn write(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), String> {
        let one_line = |cell: &str| cell.replace(['\n', '\r'], " ");
        let cells = cells.into_iter().map(|cell| one_line(cell.as_ref()));
        self.writer.write_record(cells).map_err(|error| error.to_string())
    }

    /// The text; `first_row` as in [`Text`].
    pub(crate) fn finish(self, form: Form, first_row: Option<u32>) -> Result<Text, String> {
        let file = self.writer.into_inner().map_err(|error| error.to_string())?;
        let file = file.into_inner().map_err(|error| error.to_string())?;
        let bytes = file.metadata().map_err(|error| error.to_string())?.len();
        Ok(Text { path: self.path, bytes, sheet: None, form, is_copy: true, first_row })
    }
}
