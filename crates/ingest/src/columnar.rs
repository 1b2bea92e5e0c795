//! Parquet without a copy: the columns of a row group are read side by side, and each row is put together in memory as the
//! cells of a line. What is nested or repeated has no cells, and is copied as text (`records_text.rs`).

use std::fs::File;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;

use hashbrown::HashMap;
use parquet::basic::{ConvertedType, Type as PhysicalType};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use crate::records_text::text_of_field;
use crate::rows::Span;

/// So many rows of all columns are decoded at once.
const ROWS_AT_ONCE: usize = 4_096;
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

/// The rows of some row groups, in their order: the text of each, where its cells lie in it, and whether a key over
/// neighbouring cells must be made from copies.
///
/// # Errors
/// In plain words, where the file is damaged.
pub(crate) fn each_row(
    path: &Path,
    groups: Range<usize>,
    mut visit: impl FnMut(&str, &[Span], bool),
) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = SerializedFileReader::new(file).map_err(damaged)?;
    let (mut bytes, mut spans) = (Vec::new(), Vec::new());
    for group in groups {
        let group = reader.get_row_group(group).map_err(damaged)?;
        let mut columns = open_columns(group.as_ref()).map_err(damaged)?;
        let mut left = usize::try_from(group.metadata().num_rows()).unwrap_or_default();
        while left > 0 {
            let rows = left.min(ROWS_AT_ONCE);
            columns.iter_mut().try_for_each(|column| column.decode(rows)).map_err(damaged)?;
            for row in 0..rows {
                bytes.clear();
                spans.clear();
                for column in &mut columns {
                    let start = bytes.len();
                    column.push_cell(row, &mut bytes)?;
                    spans.push((start as u32, bytes.len() as u32));
                    bytes.push(BETWEEN);
                }
                // One separator a cell, or some cell has one of its own.
                let is_rewritten = memchr::memchr_iter(BETWEEN, &bytes).count() != spans.len();
                bytes.extend_from_slice(PADDING);
                let text = std::str::from_utf8(&bytes).map_err(|_| {
                    "the Parquet file has texts that are no UTF-8; export it again".to_owned()
                })?;
                visit(text, &spans, is_rewritten);
            }
            left -= rows;
        }
    }
    Ok(())
}

fn open_columns(group: &dyn RowGroupReader) -> Result<Vec<Column>, ParquetError> {
    let open = |place: usize| {
        let of = group.metadata().column(place).column_descr_ptr();
        let is_text =
            matches!(of.converted_type(), ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON);
        let values = match of.physical_type() {
            PhysicalType::BOOLEAN => Values::Flags(Vec::new()),
            PhysicalType::INT32 => Values::Words(Vec::new()),
            PhysicalType::INT64 => Values::Longs(Vec::new()),
            PhysicalType::INT96 => Values::Moments(Vec::new()),
            PhysicalType::FLOAT => Values::Floats(Vec::new()),
            PhysicalType::DOUBLE => Values::Doubles(Vec::new()),
            PhysicalType::BYTE_ARRAY if is_text => Values::Texts(Vec::new()),
            PhysicalType::BYTE_ARRAY => Values::Bytes(Vec::new()),
            PhysicalType::FIXED_LEN_BYTE_ARRAY => Values::FixedBytes(Vec::new()),
        };
        let reader = group.get_column_reader(place)?;
        Ok(Column { of, reader, values, defined: Vec::new(), next: 0, known: HashMap::new() })
    };
    (0..group.num_columns()).map(open).collect()
}

/// A column of a row group, some rows of which are decoded.
struct Column {
    of: ColumnDescPtr,
    reader: ColumnReader,
    values: Values,
    /// For each row whether it has a value; empty where every row has one.
    defined: Vec<i16>,
    /// The next value.
    next: usize,
    /// Texts of numbers that were met.
    known: HashMap<i32, String>,
}

enum Values {
    Flags(Vec<bool>),
    Words(Vec<i32>),
    Longs(Vec<i64>),
    Moments(Vec<Int96>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    Texts(Vec<ByteArray>),
    Bytes(Vec<ByteArray>),
    FixedBytes(Vec<FixedLenByteArray>),
}

impl Column {
    fn decode(&mut self, rows: usize) -> Result<(), ParquetError> {
        macro_rules! read {
            ($reader:ident, $values:ident) => {{
                $values.clear();
                let defined = (self.of.max_def_level() > 0).then_some(&mut self.defined);
                $reader.read_records(rows, defined, None, $values)?
            }};
        }
        self.defined.clear();
        self.next = 0;
        let (read, ..) = match (&mut self.reader, &mut self.values) {
            (ColumnReader::BoolColumnReader(reader), Values::Flags(values)) => read!(reader, values),
            (ColumnReader::Int32ColumnReader(reader), Values::Words(values)) => read!(reader, values),
            (ColumnReader::Int64ColumnReader(reader), Values::Longs(values)) => read!(reader, values),
            (ColumnReader::Int96ColumnReader(reader), Values::Moments(values)) => read!(reader, values),
            (ColumnReader::FloatColumnReader(reader), Values::Floats(values)) => read!(reader, values),
            (ColumnReader::DoubleColumnReader(reader), Values::Doubles(values)) => read!(reader, values),
            (ColumnReader::ByteArrayColumnReader(reader), Values::Texts(values) | Values::Bytes(values)) => {
                read!(reader, values)
            }
            (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::FixedBytes(values)) => {
                read!(reader, values)
            }
            _ => return Err(ParquetError::General("a column of another kind".to_owned())),
        };
        if read == rows { Ok(()) } else { Err(ParquetError::EOF("rows are missing".to_owned())) }
    }

    /// Puts the cell of a row behind a text; rows are asked for in their order. It says what the copy as text would,
    /// and keeps line ends.
    fn push_cell(&mut self, row: usize, text: &mut Vec<u8>) -> Result<(), String> {
        if self.defined.get(row).is_some_and(|level| *level == 0) {
            return Ok(());
        }
        let next = self.next;
        self.next += 1;
        let missing = || "the Parquet file cannot be read: values are missing".to_owned();
        let field = match &self.values {
            Values::Texts(values) => {
                let value = values.get(next).ok_or_else(missing)?;
                text.extend_from_slice(value.data());
                return Ok(());
            }
            Values::Words(values) => {
                let value = *values.get(next).ok_or_else(missing)?;
                if matches!(self.of.converted_type(), ConvertedType::NONE | ConvertedType::INT_32) {
                    return write!(text, "{value}").map_err(|error| error.to_string());
                }
                return self.push_known(value, text);
            }
            Values::Longs(values) => {
                let value = *values.get(next).ok_or_else(missing)?;
                if matches!(self.of.converted_type(), ConvertedType::NONE | ConvertedType::INT_64) {
                    return write!(text, "{value}").map_err(|error| error.to_string());
                }
                Field::convert_int64(&self.of, value)
            }
            Values::Flags(values) => Field::convert_bool(&self.of, *values.get(next).ok_or_else(missing)?),
            Values::Moments(values) => Field::convert_int96(&self.of, *values.get(next).ok_or_else(missing)?),
            Values::Floats(values) => Field::convert_float(&self.of, *values.get(next).ok_or_else(missing)?),
            Values::Doubles(values) => {
                let value = *values.get(next).ok_or_else(missing)?;
                return write!(text, "{value}").map_err(|error| error.to_string());
            }
            Values::Bytes(values) => {
                Field::convert_byte_array(&self.of, values.get(next).ok_or_else(missing)?.clone())
                    .map_err(damaged)?
            }
            Values::FixedBytes(values) => {
                Field::convert_byte_array(&self.of, values.get(next).ok_or_else(missing)?.clone().into())
                    .map_err(damaged)?
            }
        };
        text.extend_from_slice(text_of_field(&field).as_bytes());
        Ok(())
    }

    /// Puts a number of days, or of another small type, behind a text: there are few of them, each worked out once.
    fn push_known(&mut self, value: i32, text: &mut Vec<u8>) -> Result<(), String> {
        let of = &self.of;
        let known =
            self.known.entry(value).or_insert_with(|| text_of_field(&Field::convert_int32(of, value)));
        text.extend_from_slice(known.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use parquet::column::writer::ColumnWriter;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;
    use crate::intake::Scratch;
    use crate::records_text;

    const SCHEMA: &str = "message row {
        REQUIRED BYTE_ARRAY buyer (UTF8); OPTIONAL BYTE_ARRAY part (UTF8); OPTIONAL INT32 day (DATE);
        OPTIONAL INT64 moment (TIMESTAMP_MICROS); OPTIONAL INT32 price (DECIMAL(9, 2)); REQUIRED DOUBLE mass;
        OPTIONAL BOOLEAN ours; OPTIONAL FLOAT rate; REQUIRED INT64 quantity; OPTIONAL BYTE_ARRAY raw;
        OPTIONAL FIXED_LEN_BYTE_ARRAY(2) code; OPTIONAL INT32 small (UINT_8);
    }";

    /// Three row groups of five rows; every third value of a column that may have none is none.
    fn write(path: &Path) {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let properties = Arc::new(WriterProperties::default());
        let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, properties).unwrap();
        for group in 0..3_i32 {
            let mut row_group = writer.next_row_group().unwrap();
            let mut place = 0;
            while let Some(mut column) = row_group.next_column().unwrap() {
                let rows: Vec<i32> = (0..5).map(|row| group * 5 + row).collect();
                let has_value = |row: &i32| [0, 5, 8].contains(&place) || row % 3 != place % 3;
                let levels: Vec<i16> = rows.iter().map(|row| i16::from(has_value(row))).collect();
                let present: Vec<i32> = rows.iter().copied().filter(has_value).collect();
                write_values(column.untyped(), place, &present, &levels);
                column.close().unwrap();
                place += 1;
            }
            row_group.close().unwrap();
        }
        writer.close().unwrap();
    }

    fn write_values(column: &mut ColumnWriter<'_>, place: i32, present: &[i32], levels: &[i16]) {
        fn each<T>(present: &[i32], value: impl Fn(i32) -> T) -> Vec<T> {
            present.iter().map(|row| value(*row)).collect()
        }
        let levels = (![0, 5, 8].contains(&place)).then_some(levels);
        let text = if place == 9 { "b\u{1f}" } else { "Acme, \"ü\"\n" };
        match column {
            ColumnWriter::BoolColumnWriter(writer) => {
                writer.write_batch(&each(present, |row| row % 2 == 0), levels, None)
            }
            ColumnWriter::Int32ColumnWriter(writer) => {
                writer.write_batch(&each(present, |row| row * 97), levels, None)
            }
            ColumnWriter::Int64ColumnWriter(writer) => {
                writer.write_batch(&each(present, |row| i64::from(row) * 86_400_777_001), levels, None)
            }
            ColumnWriter::FloatColumnWriter(writer) => {
                writer.write_batch(&each(present, |row| row as f32 / 7.0), levels, None)
            }
            ColumnWriter::DoubleColumnWriter(writer) => {
                writer.write_batch(&each(present, |row| f64::from(row) * 1e17 / 3.0), levels, None)
            }
            ColumnWriter::ByteArrayColumnWriter(writer) => {
                let texts = each(present, |row| ByteArray::from(format!("{text} {row}").as_str()));
                writer.write_batch(&texts, levels, None)
            }
            ColumnWriter::FixedLenByteArrayColumnWriter(writer) => {
                let codes = each(present, |row| FixedLenByteArray::from(vec![b'A', b'a' + row as u8]));
                writer.write_batch(&codes, levels, None)
            }
            ColumnWriter::Int96ColumnWriter(_) => unreachable!("the schema has none"),
        }
        .unwrap();
    }

    /// Rows by way of the copy as text.
    fn copied(path: &Path, scratch: &Scratch) -> Vec<Vec<String>> {
        let text = records_text::parquet(path, scratch).unwrap();
        let mut reader = csv::ReaderBuilder::new().from_path(text.path).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    fn direct(path: &Path, groups: Range<usize>) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        each_row(path, groups, |text, spans, is_rewritten| {
            let cell = |(start, end): &Span| text[*start as usize..*end as usize].to_owned();
            let cells: Vec<String> = spans.iter().map(cell).collect();
            assert_eq!(is_rewritten, cells.iter().any(|cell| cell.contains(char::from(BETWEEN))));
            rows.push(cells);
        })
        .unwrap();
        rows
    }

    #[test]
    fn every_cell_is_what_the_copy_as_text_has() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(folder.path().join("copies"));
        let made = folder.path().join("made.parquet");
        write(&made);
        let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/fixtures/formats");
        for path in [made.clone(), fixtures.join("zstd.parquet"), fixtures.join("snappy.parquet")] {
            let table = table(&path).unwrap().unwrap();
            let rows = direct(&path, 0..table.groups.len());
            assert!(!rows.is_empty() && rows[0].len() == table.names.len());
            // A copy has a line for a row: it writes line ends within cells as blanks.
            let on_lines = |row: &Vec<String>| row.iter().map(|cell| cell.replace('\n', " ")).collect();
            let rows: Vec<Vec<String>> = rows.iter().map(on_lines).collect();
            assert_eq!(rows, copied(&path, &scratch), "{}", path.display());
        }
        let whole = direct(&made, 0..3);
        assert_eq!([direct(&made, 0..1), direct(&made, 1..3)].concat(), whole);
    }

    #[test]
    fn other_files_and_nested_values_are_no_tables_and_damaged_ones_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, "buyer,quantity\n").unwrap();
        assert_eq!(table(&path), Ok(None));
        std::fs::write(&path, b"PAR1 and nothing else").unwrap();
        assert!(table(&path).unwrap_err().contains("cannot be read"));
        let schema = "message row { REPEATED BYTE_ARRAY buyers (UTF8); }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let properties = Arc::new(WriterProperties::default());
        let file = File::create(&path).unwrap();
        SerializedFileWriter::new(file, schema, properties).unwrap().close().unwrap();
        assert_eq!(table(&path), Ok(None));
    }
}
