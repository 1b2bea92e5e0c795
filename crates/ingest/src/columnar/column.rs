//! One column of a row group, some rows of which are decoded at a time: each row has a code, and codes stand for cells.

use std::io::Write;

use hashbrown::HashMap;
use parquet::basic::{ConvertedType, Type as PhysicalType};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, FixedLenByteArray, Int96};
use parquet::errors::ParquetError;
use parquet::file::reader::RowGroupReader;
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use super::damaged;
use super::pages::{Pages, are_known};
use super::texts::{Dictionary, Traits, is_whole_number, text_of_word};
use crate::records_text::text_of_field;

/// Codes of the values of the decoded rows, which stand in no dictionary, start here.
pub(super) const VALUES: u32 = 1 << 31;
/// No number is longer as text.
const LONGEST_NUMBER: usize = 400;

pub(super) struct Column {
    of: ColumnDescPtr,
    source: Source,
    /// Cells that outlast the decoded rows, by their codes.
    dictionary: Dictionary,
    /// The other values of the decoded rows, with codes from [`VALUES`] on.
    values: Values,
    /// By row.
    codes: Vec<u32>,
    /// Texts of numbers that were met.
    known: HashMap<i32, String>,
}

enum Source {
    /// Pages whose dictionary is kept.
    Pages(Pages),
    /// Whatever the `parquet` crate can read, and for each row whether it has a value; empty where every row has one.
    Reader(Box<ColumnReader>, Vec<i16>),
}

pub(super) enum Values {
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

/// A number that no dictionary has.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Number {
    Whole(i64),
    Double(f64),
}

/// The same for the values of every kind.
macro_rules! for_all {
    ($values:expr, $list:ident => $result:expr) => {
        match $values {
            Values::Flags($list) => $result,
            Values::Words($list) => $result,
            Values::Longs($list) => $result,
            Values::Moments($list) => $result,
            Values::Floats($list) => $result,
            Values::Doubles($list) => $result,
            Values::Texts($list) | Values::Bytes($list) => $result,
            Values::FixedBytes($list) => $result,
        }
    };
}

impl Values {
    fn of(column: &ColumnDescPtr) -> Self {
        let is_text = matches!(
            column.converted_type(),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
        );
        match column.physical_type() {
            PhysicalType::BOOLEAN => Self::Flags(Vec::new()),
            PhysicalType::INT32 => Self::Words(Vec::new()),
            PhysicalType::INT64 => Self::Longs(Vec::new()),
            PhysicalType::INT96 => Self::Moments(Vec::new()),
            PhysicalType::FLOAT => Self::Floats(Vec::new()),
            PhysicalType::DOUBLE => Self::Doubles(Vec::new()),
            PhysicalType::BYTE_ARRAY if is_text => Self::Texts(Vec::new()),
            PhysicalType::BYTE_ARRAY => Self::Bytes(Vec::new()),
            PhysicalType::FIXED_LEN_BYTE_ARRAY => Self::FixedBytes(Vec::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        for_all!(self, list => list.len())
    }

    fn clear(&mut self) {
        for_all!(self, list => list.clear());
    }

    fn traits(&self) -> Traits {
        match self {
            Self::Texts(values) => {
                values.iter().fold(Traits::NONE, |all, text| all.and(Traits::of(text.data())))
            }
            // What their texts will be is not known before they are made.
            Self::Bytes(_) | Self::FixedBytes(_) => Traits { longest: 0, are_plain: false },
            _ if self.len() == 0 => Traits::NONE,
            _ => Traits { longest: LONGEST_NUMBER, are_plain: true },
        }
    }
}

impl Column {
    /// A column of a row group; its dictionary goes on from the row group before.
    pub(super) fn open(
        group: &dyn RowGroupReader,
        place: usize,
        mut dictionary: Dictionary,
    ) -> Result<Self, ParquetError> {
        dictionary.turn();
        let metadata = group.metadata().column(place);
        let of = metadata.column_descr_ptr();
        let source = if are_known(metadata) {
            Source::Pages(Pages::new(group.get_column_page_reader(place)?, of.clone()))
        } else {
            Source::Reader(Box::new(group.get_column_reader(place)?), Vec::new())
        };
        let values = Values::of(&of);
        let (codes, known) = Default::default();
        Ok(Self { of, source, dictionary, values, codes, known })
    }

    pub(super) fn into_dictionary(self) -> Dictionary {
        self.dictionary
    }

    /// Decodes the next rows, in place of those before.
    pub(super) fn decode(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.values.clear();
        let (reader, defined) = match &mut self.source {
            Source::Pages(pages) => {
                return pages.decode(rows, &mut self.dictionary, &mut self.values, &mut self.codes);
            }
            Source::Reader(reader, defined) => (reader, defined),
        };
        defined.clear();
        let is_optional = self.of.max_def_level() > 0;
        let read = read(reader, rows, is_optional.then_some(&mut *defined), &mut self.values)?;
        if read != rows {
            return Err(ParquetError::EOF("rows are missing".to_owned()));
        }
        self.codes.clear();
        let mut next = 0;
        for row in 0..rows {
            let has_value = defined.get(row).is_none_or(|level| *level != 0);
            self.codes.push(if has_value { VALUES + next } else { 0 });
            next += u32::from(has_value);
        }
        if next as usize <= self.values.len() {
            Ok(())
        } else {
            Err(ParquetError::EOF("values are missing".to_owned()))
        }
    }

    /// What is known of the cells of the decoded rows.
    pub(super) fn traits(&self) -> Traits {
        self.dictionary.traits().and(self.values.traits())
    }

    /// A cell that is kept as text.
    pub(super) fn text(&self, row: usize) -> Option<&str> {
        let code = *self.codes.get(row)?;
        let bytes = match (code.checked_sub(VALUES), &self.values) {
            (None, _) => self.dictionary.get(code as usize)?,
            (Some(place), Values::Texts(values)) => values.get(place as usize)?.data(),
            _ => return None,
        };
        std::str::from_utf8(bytes).ok()
    }

    /// The code of a row's cell, where it outlasts the decoded rows.
    pub(super) fn lasting_code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).copied().filter(|code| *code < VALUES)
    }

    /// The number of a row whose cell does not last, where its text is the number and nothing else.
    pub(super) fn number(&self, row: usize) -> Option<Number> {
        let place = self.codes.get(row)?.checked_sub(VALUES)? as usize;
        match &self.values {
            Values::Longs(values) if is_whole_number(&self.of) => Some(Number::Whole(*values.get(place)?)),
            Values::Doubles(values) => Some(Number::Double(*values.get(place)?)),
            _ => None,
        }
    }

    /// Puts the cell of a row behind a text. It says what the copy as text would, and keeps line ends.
    pub(super) fn push_cell(&mut self, row: usize, text: &mut Vec<u8>) -> Result<(), String> {
        let missing = || "the Parquet file cannot be read: values are missing".to_owned();
        let code = *self.codes.get(row).ok_or_else(missing)?;
        let Some(place) = code.checked_sub(VALUES) else {
            text.extend_from_slice(self.dictionary.get(code as usize).ok_or_else(missing)?);
            return Ok(());
        };
        let place = place as usize;
        let of = &self.of;
        let field = match &self.values {
            Values::Texts(values) => {
                text.extend_from_slice(values.get(place).ok_or_else(missing)?.data());
                return Ok(());
            }
            Values::Words(values) => {
                // There are few days and other small values: each is worked out once.
                let value = *values.get(place).ok_or_else(missing)?;
                let known = self.known.entry(value).or_insert_with(|| text_of_word(of, value));
                text.extend_from_slice(known.as_bytes());
                return Ok(());
            }
            Values::Longs(values) => {
                let value = *values.get(place).ok_or_else(missing)?;
                if is_whole_number(of) {
                    return write!(text, "{value}").map_err(|error| error.to_string());
                }
                Field::convert_int64(of, value)
            }
            Values::Flags(values) => Field::convert_bool(of, *values.get(place).ok_or_else(missing)?),
            Values::Moments(values) => Field::convert_int96(of, *values.get(place).ok_or_else(missing)?),
            Values::Floats(values) => Field::convert_float(of, *values.get(place).ok_or_else(missing)?),
            Values::Doubles(values) => {
                let value = *values.get(place).ok_or_else(missing)?;
                return write!(text, "{value}").map_err(|error| error.to_string());
            }
            Values::Bytes(values) => {
                let value = values.get(place).ok_or_else(missing)?.clone();
                Field::convert_byte_array(of, value).map_err(damaged)?
            }
            Values::FixedBytes(values) => {
                let value = values.get(place).ok_or_else(missing)?.clone().into();
                Field::convert_byte_array(of, value).map_err(damaged)?
            }
        };
        text.extend_from_slice(text_of_field(&field).as_bytes());
        Ok(())
    }
}

/// Reads rows through the `parquet` crate; tells how many there were.
fn read(
    reader: &mut ColumnReader,
    rows: usize,
    defined: Option<&mut Vec<i16>>,
    values: &mut Values,
) -> Result<usize, ParquetError> {
    let (read, ..) = match (reader, values) {
        (ColumnReader::BoolColumnReader(reader), Values::Flags(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::Int32ColumnReader(reader), Values::Words(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::Int64ColumnReader(reader), Values::Longs(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::Int96ColumnReader(reader), Values::Moments(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::FloatColumnReader(reader), Values::Floats(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::DoubleColumnReader(reader), Values::Doubles(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::ByteArrayColumnReader(reader), Values::Texts(values) | Values::Bytes(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        (ColumnReader::FixedLenByteArrayColumnReader(reader), Values::FixedBytes(values)) => {
            reader.read_records(rows, defined, None, values)?
        }
        _ => return Err(ParquetError::General("a column of another kind".to_owned())),
    };
    Ok(read)
}
