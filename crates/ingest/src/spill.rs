//! Rows of a part on disk: one Parquet file a task, one row group a partition, ids and numbers plain under LZ4.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::hashed::Hashed;
use crate::intake::guarded;
use crate::part::RawRow;
use crate::plan::READER_VERSION;

/// Where the rows of one partition of a part are.
pub(crate) enum RowSource {
    /// In memory.
    Memory(Vec<RawRow>),
    /// In a row group of a spilled part.
    Spilled {
        /// The part's file.
        path: Arc<Path>,
        /// Its row group; `None`: no row of the part lies in the partition.
        group: Option<usize>,
        /// How many rows it has.
        rows: usize,
    },
}

const SCHEMA: &str = "message rows {
    REQUIRED INT32 quantity; REQUIRED INT32 quantity_high; REQUIRED INT32 price; REQUIRED INT32 price_high;
    REQUIRED INT32 sold_to; REQUIRED INT32 ship_to; REQUIRED INT32 end_user;
    REQUIRED INT32 item; REQUIRED INT32 particulars; REQUIRED INT32 date; REQUIRED INT32 document;
    REQUIRED INT32 line_no; REQUIRED INT32 line;
}";

const WORDS: usize = 13;

/// Room is made for so many values at most before the first is read: a damaged file may promise any number of them.
pub(crate) const MOST_RESERVED: usize = 1 << 20;

/// The columns of a row, in the order of the schema.
fn words(row: &RawRow) -> [u32; WORDS] {
    let ([quantity, quantity_high], [price, price_high]) = (row.quantity, row.price);
    [
        quantity,
        quantity_high,
        price,
        price_high,
        row.sold_to,
        row.ship_to,
        row.end_user,
        row.item,
        row.particulars,
        row.date,
        row.document,
        row.line_no,
        row.line,
    ]
}

fn row(words: [u32; WORDS]) -> RawRow {
    let [quantity, quantity_high, price, price_high, sold_to, ship_to, end_user, item, rest @ ..] = words;
    let [particulars, date, document, line_no, line] = rest;
    RawRow {
        quantity: [quantity, quantity_high],
        price: [price, price_high],
        sold_to,
        ship_to,
        end_user,
        item,
        particulars,
        date,
        document,
        line_no,
        line,
    }
}

impl RowSource {
    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Memory(rows) => rows.len(),
            Self::Spilled { rows, .. } => *rows,
        }
    }

    /// The rows, read from disk where they were spilled.
    pub(crate) fn load(self) -> Result<Vec<RawRow>, String> {
        match self {
            Self::Memory(rows) => Ok(rows),
            spilled => guarded("Parquet file of rows", || spilled.read()),
        }
    }

    /// A copy of the rows.
    fn read(&self) -> Result<Vec<RawRow>, String> {
        match self {
            Self::Memory(rows) => Ok(rows.clone()),
            Self::Spilled { group: None, .. } => Ok(Vec::new()),
            Self::Spilled { path, group: Some(group), rows } => {
                let failed = |error: ParquetError| format!("{}: {error}", path.display());
                let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
                let reader = SerializedFileReader::new(file).map_err(failed)?;
                let missing = || format!("{}: rows are missing", path.display());
                // The reader panics where there is no such group.
                if *group >= reader.num_row_groups() {
                    return Err(missing());
                }
                let group = reader.get_row_group(*group).map_err(failed)?;
                let read = read_group(group.as_ref(), *rows).map_err(failed)?;
                if read.len() == *rows { Ok(read) } else { Err(missing()) }
            }
        }
    }
}

/// Writes the rows of a part, and says where each partition's are.
pub(crate) fn spill(path: &Path, task: &str, partitions: &[RowSource]) -> Result<Vec<RowSource>, String> {
    let lineage = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    let lineage =
        vec![lineage("task", task.to_owned()), lineage("reader_version", READER_VERSION.to_string())];
    copy_rows(partitions, path, lineage)?;
    Ok(stored_rows(path, &partitions.iter().map(RowSource::len).collect::<Vec<_>>()))
}

/// Where the rows are that [`copy_rows`] wrote, of so many rows each.
pub(crate) fn stored_rows(path: &Path, lengths: &[usize]) -> Vec<RowSource> {
    let path: Arc<Path> = Arc::from(path);
    let mut groups = 0..;
    let source = |rows: &usize| RowSource::Spilled {
        path: Arc::clone(&path),
        group: if *rows == 0 { None } else { groups.next() },
        rows: *rows,
    };
    lengths.iter().map(source).collect()
}

/// Writes rows by partition, a row group for each that has any; the blake3 of the file comes back.
pub(crate) fn copy_rows(
    partitions: &[RowSource],
    path: &Path,
    lineage: Vec<KeyValue>,
) -> Result<String, String> {
    let failed = |error: ParquetError| format!("{}: {error}", path.display());
    let properties = WriterProperties::builder()
        .set_compression(Compression::LZ4_RAW)
        .set_dictionary_enabled(false)
        // Nobody asks for the smallest of some ids, and finding it took as long as packing them.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_encoding(Encoding::PLAIN)
        .set_key_value_metadata(Some(lineage))
        .build();
    let schema = parse_message_type(SCHEMA).map_err(failed)?;
    let file = Hashed::create(path)?;
    let mut writer =
        SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
    for partition in partitions {
        let loaded;
        let rows = match partition {
            RowSource::Memory(rows) => rows,
            spilled => {
                loaded = spilled.read()?;
                &loaded
            }
        };
        if !rows.is_empty() {
            write_group(&mut writer, rows).map_err(failed)?;
        }
    }
    writer.into_inner().map_err(failed)?.finish().map_err(|error| format!("{}: {error}", path.display()))
}

fn write_group<W: Write + Send>(
    writer: &mut SerializedFileWriter<W>,
    rows: &[RawRow],
) -> Result<(), ParquetError> {
    // One pass over the rows, not one for each column.
    let mut columns: [Vec<i32>; WORDS] = std::array::from_fn(|_| Vec::with_capacity(rows.len()));
    for row in rows {
        for (column, word) in columns.iter_mut().zip(words(row)) {
            column.push(word.cast_signed());
        }
    }
    let mut group = writer.next_row_group()?;
    let mut columns = columns.iter();
    while let (Some(mut column), Some(values)) = (group.next_column()?, columns.next()) {
        let ColumnWriter::Int32ColumnWriter(writer) = column.untyped() else {
            return Err(ParquetError::General("a column of another kind".to_owned()));
        };
        writer.write_batch(values, None, None)?;
        column.close()?;
    }
    group.close()?;
    Ok(())
}

fn read_group(group: &dyn RowGroupReader, rows: usize) -> Result<Vec<RawRow>, ParquetError> {
    let mut columns: Vec<Vec<i32>> = Vec::new();
    for place in 0..group.num_columns() {
        let ColumnReader::Int32ColumnReader(mut column) = group.get_column_reader(place)? else {
            return Err(ParquetError::General("a column of another kind".to_owned()));
        };
        let mut values = Vec::with_capacity(rows.min(MOST_RESERVED));
        column.read_records(rows, None, None, &mut values)?;
        columns.push(values);
    }
    let Ok(columns) = <[Vec<i32>; WORDS]>::try_from(columns) else {
        return Err(ParquetError::General("columns are missing".to_owned()));
    };
    let read = columns.iter().map(Vec::len).min().unwrap_or_default();
    let words = |place: usize| columns.each_ref().map(|column| column[place].cast_unsigned());
    Ok((0..read).map(|place| row(words(place))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(n: u32) -> RawRow {
        row([n, u32::MAX - n, 7, 1 << 31, n % 2, n, 0, n + 1, u32::MAX, 3, n, 8, n * 2])
    }

    #[test]
    fn spilled_rows_come_back_as_they_were_by_partition() {
        let folder = tempfile::tempdir().unwrap();
        let partitions = vec![
            RowSource::Memory((0..1_000).map(sample).collect()),
            RowSource::Memory(Vec::new()),
            RowSource::Memory(vec![sample(5)]),
        ];
        let spilled = spill(&folder.path().join("part.parquet"), "t", &partitions).unwrap();
        assert_eq!(spilled.iter().map(RowSource::len).collect::<Vec<_>>(), [1_000, 0, 1]);
        for (before, after) in partitions.into_iter().zip(spilled) {
            let (before, after) = (before.load().unwrap(), after.load().unwrap());
            assert_eq!(format!("{before:?}"), format!("{after:?}"));
        }
    }

    #[test]
    fn a_damaged_spill_is_an_error_and_no_empty_part() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("part.parquet");
        let mut spilled = spill(&path, "t", &[RowSource::Memory(vec![sample(1)])]).unwrap();
        std::fs::write(&path, b"PAR1").unwrap();
        assert!(spilled.remove(0).load().is_err());
        // Whatever byte of the description at its end is wrong, there is an answer: Parquet's reader panics at some.
        drop(spill(&path, "t", &[RowSource::Memory(vec![sample(1)])]).unwrap());
        let whole = std::fs::read(&path).unwrap();
        for place in whole.len().saturating_sub(900)..whole.len() {
            let mut damaged = whole.clone();
            damaged[place] = 0xff;
            std::fs::write(&path, damaged).unwrap();
            stored_rows(&path, &[1]).into_iter().for_each(|rows| drop(rows.load()));
        }
        // A sound file of another part, which has fewer groups.
        let two = [RowSource::Memory(vec![sample(1)]), RowSource::Memory(vec![sample(2)])];
        let spilled = spill(&path, "t", &two).unwrap();
        spill(&path, "u", &two[..1]).unwrap();
        let read: Vec<bool> = spilled.into_iter().map(|rows| rows.load().is_ok()).collect();
        assert_eq!(read, [true, false]);
    }
}
