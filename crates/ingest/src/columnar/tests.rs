use std::path::PathBuf;
use std::sync::Arc;

use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;
use crate::intake::{Scratch, starts_of_texts};
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
    each_batch(
        path,
        groups,
        |field| field % 2 == 0,
        |batch| {
            for row in 0..batch.rows {
                let (text, spans, is_rewritten) = batch.row(row)?;
                let cell = |(start, end): &Span| text[*start as usize..*end as usize].to_owned();
                let cells: Vec<String> = spans.iter().map(cell).collect();
                assert_eq!(is_rewritten, cells.iter().any(|cell| cell.contains(char::from(BETWEEN))));
                rows.push(cells);
            }
            Ok(())
        },
    )
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

#[test]
fn the_start_of_a_file_is_copied_without_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let scratch = Scratch::new(folder.path().join("copies"));
    let made = folder.path().join("made.parquet");
    write(&made);
    let copy = |most| {
        let text = records_text::start_of_parquet(&made, &scratch, most).unwrap();
        std::fs::read_to_string(text.path).unwrap()
    };
    let whole = copy(usize::MAX);
    assert_eq!(whole.lines().count(), 16);
    let start = copy(400);
    assert!(whole.starts_with(&start) && start.len() > 400 && start.len() < whole.len(), "{start}");
    assert_eq!(copy(0).lines().count(), 2);
    // What is looked at is copied in full.
    let texts = starts_of_texts(&made, &scratch).unwrap();
    assert_eq!(std::fs::read_to_string(&texts[0].path).unwrap(), whole);
}
