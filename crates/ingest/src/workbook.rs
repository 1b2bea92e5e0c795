//! Workbooks to text: each sheet becomes a text of its own, line by line as its rows are numbered.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, ExcelDateTime, Ods, Reader, Sheets, Xls, Xlsb, Xlsx};

use crate::intake::{Form, Scratch, Text};
use crate::row_text::RowText;

/// The widest row that is looked for: a stray cell far to the right would make every line as long.
const WIDEST: usize = 2_000;
/// A sheet is as wide as the fullest of so many first rows.
const MEASURED: usize = 200;

/// The kinds of workbooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Xls,
    Xlsx,
    Xlsb,
    Ods,
}

/// The kind of workbook that an archive is, told by its parts: names of files lie.
pub(crate) fn kind_of(archive: &zip::ZipArchive<BufReader<File>>) -> Option<Kind> {
    let has = |part: &str| archive.index_for_name(part).is_some();
    [("xl/workbook.xml", Kind::Xlsx), ("xl/workbook.bin", Kind::Xlsb), ("content.xml", Kind::Ods)]
        .into_iter()
        .find_map(|(part, kind)| has(part).then_some(kind))
}

/// The sheets of a workbook that hold anything.
///
/// # Errors
/// In plain words, where it is damaged, locked by a password, or none.
pub(crate) fn texts(path: &Path, kind: Kind, scratch: &Scratch) -> Result<Vec<Text>, String> {
    let words = |error: calamine::Error| format!("the workbook cannot be read: {error}");
    let reader = BufReader::new(File::open(path).map_err(|error| error.to_string())?);
    let mut workbook = match kind {
        Kind::Xls => Sheets::Xls(Xls::new(reader).map_err(|error| words(error.into()))?),
        Kind::Xlsx => Sheets::Xlsx(Xlsx::new(reader).map_err(|error| words(error.into()))?),
        Kind::Xlsb => Sheets::Xlsb(Xlsb::new(reader).map_err(|error| words(error.into()))?),
        Kind::Ods => Sheets::Ods(Ods::new(reader).map_err(|error| words(error.into()))?),
    };
    let names = workbook.sheet_names().to_owned();
    let mut texts = Vec::new();
    for name in &names {
        let mut sheet = SheetText::new(scratch)?;
        match &mut workbook {
            Sheets::Xlsx(xlsx) => {
                let mut cells = xlsx.worksheet_cells_reader(name).map_err(|error| words(error.into()))?;
                while let Some(cell) = cells.next_cell().map_err(|error| words(error.into()))? {
                    let (row, column) = cell.get_position();
                    sheet.put(row, column, || text_of(cell.get_value().clone().into()))?;
                }
            }
            other => {
                let range = other.worksheet_range(name).map_err(words)?;
                let (first_row, first_column) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    let (row, column) = (first_row + row as u32, first_column + column as u32);
                    sheet.put(row, column, || text_of(value.clone()))?;
                }
            }
        }
        let sheet_name = (names.len() > 1).then(|| name.clone());
        texts.extend(sheet.finish(sheet_name)?);
    }
    if texts.is_empty() { Err("the workbook has no filled sheet".into()) } else { Ok(texts) }
}

/// A sheet while it is written. Its first rows wait until its width is known.
struct SheetText {
    text: RowText,
    waiting: Vec<Vec<String>>,
    width: Option<usize>,
    /// The current row, and its number.
    row: Vec<String>,
    at: u32,
    is_empty: bool,
}

impl SheetText {
    fn new(scratch: &Scratch) -> Result<Self, String> {
        let text = RowText::new(scratch)?;
        Ok(Self { text, waiting: Vec::new(), width: None, row: Vec::new(), at: 0, is_empty: true })
    }

    fn put(&mut self, row: u32, column: u32, text: impl FnOnce() -> String) -> Result<(), String> {
        if row < self.at {
            return Err("the rows of a sheet are not in order".into());
        }
        let column = column as usize;
        if column >= WIDEST {
            return Ok(());
        }
        let text = text();
        if text.is_empty() {
            return Ok(());
        }
        while self.at < row {
            self.end_row()?;
        }
        if self.row.len() <= column {
            self.row.resize(column + 1, String::new());
        }
        self.row[column] = text;
        self.is_empty = false;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), String> {
        let row = std::mem::take(&mut self.row);
        self.at += 1;
        if self.width.is_some() {
            return self.write(row);
        }
        self.waiting.push(row);
        if self.waiting.len() == MEASURED { self.write_waiting() } else { Ok(()) }
    }

    fn write_waiting(&mut self) -> Result<(), String> {
        self.width = self.waiting.iter().map(Vec::len).max();
        std::mem::take(&mut self.waiting).into_iter().try_for_each(|row| self.write(row))
    }

    /// Writes a row of the sheet's width.
    fn write(&mut self, mut row: Vec<String>) -> Result<(), String> {
        row.resize(row.len().max(self.width.unwrap_or_default()).max(1), String::new());
        self.text.write(&row)
    }

    fn finish(mut self, sheet: Option<String>) -> Result<Option<Text>, String> {
        if self.is_empty {
            return Ok(None);
        }
        self.end_row()?;
        self.write_waiting()?;
        let text = self.text.finish(Form { packed: None, encoding: None, records: None }, None)?;
        Ok(Some(Text { sheet, ..text }))
    }
}

fn text_of(value: Data) -> String {
    match value {
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
        Data::Bool(value) => value.to_string(),
        Data::DateTime(time) => text_of_time(&time),
        Data::Error(error) => error.to_string(),
        Data::Empty => String::new(),
    }
}

/// A day, and the time of day where there is one.
fn text_of_time(time: &ExcelDateTime) -> String {
    if !time.is_datetime() {
        return time.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}
