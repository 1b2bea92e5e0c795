//! Named lists of values as one Parquet file: a single row whose columns are lists, each of its own length.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Compression, Repetition, Type as PhysicalType};
use parquet::column::reader::ColumnReader;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::hashed::Hashed;
use crate::intake::guarded;
use crate::spill::MOST_RESERVED;

/// The values of one column.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum List {
    /// Ids and counts of 32 bits.
    Words(Vec<i32>),
    /// Digests and counts of 64 bits.
    Longs(Vec<i64>),
    /// Texts.
    Texts(Vec<ByteArray>),
}

/// Lists by name.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Lists(BTreeMap<&'static str, List>);

impl Lists {
    pub(crate) fn put_words(&mut self, name: &'static str, values: impl IntoIterator<Item = u32>) {
        self.0.insert(name, List::Words(values.into_iter().map(u32::cast_signed).collect()));
    }

    pub(crate) fn put_longs(&mut self, name: &'static str, values: impl IntoIterator<Item = u64>) {
        self.0.insert(name, List::Longs(values.into_iter().map(u64::cast_signed).collect()));
    }

    /// Texts that lie one behind the other, and where each ends.
    pub(crate) fn put_arena(&mut self, name: &'static str, arena: &[u8], ends: impl Iterator<Item = usize>) {
        let arena = Bytes::copy_from_slice(arena);
        let mut start = 0;
        let text = |end: usize| ByteArray::from(arena.slice(std::mem::replace(&mut start, end)..end));
        self.0.insert(name, List::Texts(ends.map(text).collect()));
    }

    pub(crate) fn put_texts<'t>(&mut self, name: &'static str, texts: impl IntoIterator<Item = &'t str>) {
        self.0.insert(name, List::Texts(texts.into_iter().map(ByteArray::from).collect()));
    }

    pub(crate) fn words(&self, name: &str) -> Result<impl ExactSizeIterator<Item = u32> + '_, String> {
        match self.0.get(name) {
            Some(List::Words(values)) => Ok(values.iter().map(|value| value.cast_unsigned())),
            _ => Err(format!("the list {name} is missing")),
        }
    }

    pub(crate) fn longs(&self, name: &str) -> Result<impl ExactSizeIterator<Item = u64> + '_, String> {
        match self.0.get(name) {
            Some(List::Longs(values)) => Ok(values.iter().map(|value| value.cast_unsigned())),
            _ => Err(format!("the list {name} is missing")),
        }
    }

    pub(crate) fn texts(&self, name: &str) -> Result<&[ByteArray], String> {
        match self.0.get(name) {
            Some(List::Texts(values)) => Ok(values),
            _ => Err(format!("the list {name} is missing")),
        }
    }

    /// Writes the lists, with what they come from in the file's metadata; the blake3 of the file comes back.
    ///
    /// # Errors
    /// In plain words, where the file cannot be written.
    pub(crate) fn write(&self, path: &Path, lineage: Vec<KeyValue>) -> Result<String, String> {
        let failed = |error: ParquetError| format!("{}: {error}", path.display());
        let file = Hashed::create(path)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::LZ4_RAW)
            .set_dictionary_enabled(false)
            // Nobody asks for the smallest of some ids, and finding it took as long as packing them.
            .set_statistics_enabled(EnabledStatistics::None)
            .set_key_value_metadata(Some(lineage))
            .build();
        let schema = self.schema().map_err(failed)?;
        let mut writer =
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties)).map_err(failed)?;
        self.write_row(&mut writer).map_err(failed)?;
        let file = writer.into_inner().map_err(failed)?;
        file.finish().map_err(|error| format!("{}: {error}", path.display()))
    }

    fn schema(&self) -> Result<Type, ParquetError> {
        let column = |(name, list): (&&str, &List)| {
            let kind = match list {
                List::Words(_) => PhysicalType::INT32,
                List::Longs(_) => PhysicalType::INT64,
                List::Texts(_) => PhysicalType::BYTE_ARRAY,
            };
            let built =
                Type::primitive_type_builder(name, kind).with_repetition(Repetition::REPEATED).build();
            built.map(Arc::new)
        };
        let columns = self.0.iter().map(column).collect::<Result<Vec<_>, _>>()?;
        Type::group_type_builder("lists").with_fields(columns).build()
    }

    fn write_row<W: Write + Send>(&self, writer: &mut SerializedFileWriter<W>) -> Result<(), ParquetError> {
        let mut group = writer.next_row_group()?;
        let mut lists = self.0.values();
        while let (Some(mut column), Some(list)) = (group.next_column()?, lists.next()) {
            let length = match list {
                List::Words(values) => values.len(),
                List::Longs(values) => values.len(),
                List::Texts(values) => values.len(),
            };
            // A list of a row: its first value begins the row, the others repeat; an empty one is one missing value.
            let defined = vec![i16::from(length > 0); length.max(1)];
            let mut repeated = vec![1_i16; length.max(1)];
            repeated[0] = 0;
            let (defined, repeated) = (Some(defined.as_slice()), Some(repeated.as_slice()));
            match (column.untyped(), list) {
                (ColumnWriter::Int32ColumnWriter(writer), List::Words(values)) => {
                    writer.write_batch(values, defined, repeated)?;
                }
                (ColumnWriter::Int64ColumnWriter(writer), List::Longs(values)) => {
                    writer.write_batch(values, defined, repeated)?;
                }
                (ColumnWriter::ByteArrayColumnWriter(writer), List::Texts(values)) => {
                    writer.write_batch(values, defined, repeated)?;
                }
                _ => return Err(ParquetError::General("a column of another kind".to_owned())),
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }

    /// Reads the lists of these names.
    ///
    /// # Errors
    /// In plain words, where the file cannot be read or lacks one.
    pub(crate) fn read(path: &Path, names: &[&'static str]) -> Result<Self, String> {
        let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let read = || Self::read_file(file, names).map_err(|error| error.to_string());
        guarded("Parquet file of lists", read).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn read_file(file: File, names: &[&'static str]) -> Result<Self, ParquetError> {
        let reader = SerializedFileReader::new(file)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let places: Vec<&'static str> = schema
            .columns()
            .iter()
            .filter_map(|column| names.iter().copied().find(|name| *name == column.name()))
            .collect();
        if places.len() != schema.num_columns() {
            return Err(ParquetError::General("a column that is not known".to_owned()));
        }
        if reader.num_row_groups() != 1 {
            return Err(ParquetError::General("not one row".to_owned()));
        }
        let group = reader.get_row_group(0)?;
        let mut lists = Self::default();
        for (place, name) in places.into_iter().enumerate() {
            let levels = usize::try_from(group.metadata().column(place).num_values()).unwrap_or_default();
            let levels = levels.min(MOST_RESERVED);
            let (mut defined, mut repeated) = (Vec::with_capacity(levels), Vec::with_capacity(levels));
            let (defined, repeated) = (Some(&mut defined), Some(&mut repeated));
            let list = match group.get_column_reader(place)? {
                ColumnReader::Int32ColumnReader(mut column) => {
                    let mut values = Vec::with_capacity(levels);
                    column.read_records(1, defined, repeated, &mut values)?;
                    List::Words(values)
                }
                ColumnReader::Int64ColumnReader(mut column) => {
                    let mut values = Vec::with_capacity(levels);
                    column.read_records(1, defined, repeated, &mut values)?;
                    List::Longs(values)
                }
                ColumnReader::ByteArrayColumnReader(mut column) => {
                    let mut values = Vec::with_capacity(levels);
                    column.read_records(1, defined, repeated, &mut values)?;
                    List::Texts(values)
                }
                _ => return Err(ParquetError::General("a column of another kind".to_owned())),
            };
            lists.0.insert(name, list);
        }
        Ok(lists)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_any_length_come_back_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.parquet");
        let mut lists = Lists::default();
        lists.put_words("words", [0, 7, u32::MAX]);
        lists.put_words("none", []);
        lists.put_longs("longs", (0..100_000).map(|n| u64::MAX - n));
        lists.put_texts("no_texts", []);
        lists.put_texts("one_empty", [""]);
        lists.put_arena("arena", "añb".as_bytes(), [0, 1, 1, 4].into_iter());
        lists.write(&path, Vec::new()).unwrap();
        let names = ["words", "none", "longs", "no_texts", "one_empty", "arena"];
        let read = Lists::read(&path, &names).unwrap();
        assert_eq!(read, lists);
        assert_eq!(read.words("words").unwrap().collect::<Vec<_>>(), [0, 7, u32::MAX]);
        let arena = read.texts("arena").unwrap().iter().map(ByteArray::data);
        assert_eq!(arena.collect::<Vec<_>>(), [b"".as_slice(), b"a", b"", "ñb".as_bytes()]);
        assert!(read.words("longs").is_err() && read.texts("absent").is_err());
        assert!(Lists::read(&path, &names[1..]).is_err());
    }

    #[test]
    fn a_file_without_its_row_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lists.parquet");
        let mut lists = Lists::default();
        lists.put_words("words", [1]);
        let file = File::create(&path).unwrap();
        let schema = Arc::new(lists.schema().unwrap());
        SerializedFileWriter::new(file, schema, Arc::default()).unwrap().close().unwrap();
        assert!(Lists::read(&path, &["words"]).unwrap_err().contains("not one row"));
    }
}
