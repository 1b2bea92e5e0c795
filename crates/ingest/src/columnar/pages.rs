//! The pages of a column, read here where they hold places in a dictionary or plain values: so a value that is repeated is
//! made into a cell once, and rows are told by their places.

use bytes::Bytes;
use parquet::basic::{ConvertedType, Encoding, Type as PhysicalType};
use parquet::column::page::{Page, PageReader};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::column::{VALUES, Values};
use super::runs::{Damaged, Runs};
use super::texts::{Dictionary, text_of_long, text_of_word};
use crate::intern::Key;

/// What is left to read of a column of a row group.
pub(super) struct Pages {
    reader: Box<dyn PageReader>,
    of: ColumnDescPtr,
    /// Which rows of the page have a value; `None` where every row has one.
    levels: Option<Runs>,
    content: Content,
    /// Rows of the page that are not read yet.
    left: usize,
    /// Whether some page was read.
    has_begun: bool,
    places: Vec<u32>,
}

enum Content {
    Places(Runs),
    Plain(Bytes),
}

/// Whether all pages of a column can be read here.
pub(super) fn are_known(column: &ColumnChunkMetaData) -> bool {
    let of = column.column_descr();
    let is_text =
        matches!(of.converted_type(), ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON);
    let is_known_type = match of.physical_type() {
        PhysicalType::INT32 | PhysicalType::INT64 | PhysicalType::DOUBLE => true,
        PhysicalType::BYTE_ARRAY => is_text,
        _ => false,
    };
    #[expect(deprecated, reason = "old files name it, for levels that are not there as a rule")]
    let is_known = |encoding| {
        matches!(
            encoding,
            Encoding::PLAIN
                | Encoding::RLE
                | Encoding::BIT_PACKED
                | Encoding::PLAIN_DICTIONARY
                | Encoding::RLE_DICTIONARY
        )
    };
    is_known_type && column.encodings().all(is_known)
}

fn strange() -> ParquetError {
    broken("a value that is not in its dictionary")
}

fn broken(why: &str) -> ParquetError {
    ParquetError::General(why.to_owned())
}

impl From<Damaged> for ParquetError {
    fn from(_: Damaged) -> Self {
        ParquetError::EOF("a page ends before its values do".to_owned())
    }
}

impl Pages {
    pub(super) fn new(reader: Box<dyn PageReader>, of: ColumnDescPtr) -> Self {
        let content = Content::Plain(Bytes::new());
        Self { reader, of, levels: None, content, left: 0, has_begun: false, places: Vec::new() }
    }

    /// Reads the codes of so many rows: 0 for a row without a value, a code of the dictionary, or from [`VALUES`] on a place
    /// in `values`, which are those of these rows.
    pub(super) fn decode(
        &mut self,
        rows: usize,
        dictionary: &mut Dictionary,
        values: &mut Values,
        codes: &mut Vec<u32>,
    ) -> Result<(), ParquetError> {
        codes.clear();
        while codes.len() < rows {
            if self.left == 0 {
                self.next_page(dictionary)?;
                continue;
            }
            let start = codes.len();
            codes.resize(start + self.left.min(rows - start), 0);
            let codes = &mut codes[start..];
            self.left -= codes.len();
            let are_all = self.levels.as_mut().is_none_or(|levels| levels.pass_repeated(1, codes.len()));
            if are_all {
                codes.fill(1);
            } else if let Some(levels) = &mut self.levels {
                levels.fill(codes)?;
            }
            match &mut self.content {
                Content::Places(runs) if are_all => {
                    runs.fill(codes)?;
                    for code in codes {
                        *code = *dictionary.codes().get(*code as usize).ok_or_else(strange)?;
                    }
                }
                Content::Places(runs) => spread(runs, &mut self.places, dictionary, codes)?,
                Content::Plain(bytes) => {
                    for code in codes.iter_mut().filter(|code| **code != 0) {
                        *code = take_plain(&self.of, bytes, dictionary, values).ok_or(Damaged)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn next_page(&mut self, dictionary: &mut Dictionary) -> Result<(), ParquetError> {
        let missing = || ParquetError::EOF("rows are missing".to_owned());
        let (levels, content, encoding) = match self.reader.get_next_page()?.ok_or_else(missing)? {
            Page::DictionaryPage { buf, num_values, encoding, .. } => {
                let is_plain = matches!(encoding, Encoding::PLAIN | Encoding::PLAIN_DICTIONARY);
                if !is_plain || self.has_begun {
                    return Err(broken("a dictionary of another kind, or not in front of its column"));
                }
                self.has_begun = true;
                return read_dictionary(&self.of, &buf, num_values as usize, dictionary);
            }
            Page::DataPage { mut buf, num_values, encoding, def_level_encoding, .. } => {
                self.left = num_values as usize;
                let is_optional = self.of.max_def_level() > 0;
                let levels = is_optional.then(|| first_levels(&mut buf, self.left, def_level_encoding));
                (levels.transpose()?, buf, encoding)
            }
            Page::DataPageV2 {
                mut buf,
                num_values,
                encoding,
                def_levels_byte_len,
                rep_levels_byte_len,
                ..
            } => {
                self.left = num_values as usize;
                split_off(&mut buf, rep_levels_byte_len as usize)?;
                let levels = split_off(&mut buf, def_levels_byte_len as usize)?;
                let levels = (self.of.max_def_level() > 0).then(|| Runs::new(levels, 1));
                (levels.transpose()?, buf, encoding)
            }
        };
        self.has_begun = true;
        self.levels = levels;
        self.content = content_of(content, encoding)?;
        Ok(())
    }
}

fn content_of(mut bytes: Bytes, encoding: Encoding) -> Result<Content, ParquetError> {
    match encoding {
        Encoding::PLAIN => Ok(Content::Plain(bytes)),
        // A page of rows without a value may have no bytes at all.
        Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY if bytes.is_empty() => {
            Ok(Content::Places(Runs::new(bytes, 1)?))
        }
        Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => {
            let width = split_off(&mut bytes, 1)?[0];
            Ok(Content::Places(Runs::new(bytes, width)?))
        }
        other => Err(broken(&format!("a page of encoding {other}, of which the column says nothing"))),
    }
}

/// The levels in front of a page of the first version.
fn first_levels(page: &mut Bytes, rows: usize, encoding: Encoding) -> Result<Runs, ParquetError> {
    #[expect(deprecated, reason = "old files have it")]
    match encoding {
        Encoding::RLE => {
            let length = read_length(page).ok_or(Damaged)?;
            Ok(Runs::new(split_off(page, length)?, 1)?)
        }
        Encoding::BIT_PACKED => Ok(Runs::of_bits(split_off(page, rows.div_ceil(8))?, rows)),
        other => Err(broken(&format!("levels of encoding {other}"))),
    }
}

/// Takes so many bytes from the front.
pub(super) fn split_off(bytes: &mut Bytes, count: usize) -> Result<Bytes, Damaged> {
    if count <= bytes.len() { Ok(bytes.split_to(count)) } else { Err(Damaged) }
}

/// Takes a length from the front.
pub(super) fn read_length(bytes: &mut Bytes) -> Option<usize> {
    Some(u32::from_le_bytes(read_array(bytes)?) as usize)
}

/// Takes as many bytes from the front as an array has.
pub(super) fn read_array<const N: usize>(bytes: &mut Bytes) -> Option<[u8; N]> {
    let array = *bytes.first_chunk::<N>()?;
    bytes::Buf::advance(bytes, N);
    Some(array)
}

/// Gives the rows that have a value their codes, in order.
fn spread(
    runs: &mut Runs,
    places: &mut Vec<u32>,
    dictionary: &Dictionary,
    codes: &mut [u32],
) -> Result<(), ParquetError> {
    places.clear();
    places.resize(codes.iter().filter(|code| **code != 0).count(), 0);
    runs.fill(places)?;
    for (code, place) in codes.iter_mut().filter(|code| **code != 0).zip(places) {
        *code = *dictionary.codes().get(*place as usize).ok_or_else(strange)?;
    }
    Ok(())
}

fn read_dictionary(
    of: &ColumnDescPtr,
    bytes: &Bytes,
    count: usize,
    dictionary: &mut Dictionary,
) -> Result<(), ParquetError> {
    let words = bytes.as_chunks::<4>().0.iter().map(|word| i32::from_le_bytes(*word)).take(count);
    let longs = bytes.as_chunks::<8>().0.iter().take(count);
    let mut push = |text: String| dictionary.push(Key::of(text.as_bytes()));
    match of.physical_type() {
        PhysicalType::INT32 => words.for_each(|word| push(text_of_word(of, word))),
        PhysicalType::INT64 => longs.for_each(|long| push(text_of_long(of, i64::from_le_bytes(*long)))),
        PhysicalType::DOUBLE => longs.for_each(|double| push(f64::from_le_bytes(*double).to_string())),
        _ => {
            let mut at = 0;
            for _ in 0..count {
                let length = bytes.get(at..).and_then(<[u8]>::first_chunk::<4>).ok_or(Damaged)?;
                let start = at + 4;
                at = start + u32::from_le_bytes(*length) as usize;
                if at > bytes.len() {
                    return Err(Damaged.into());
                }
                dictionary.push(Key::within(bytes, start, at));
            }
        }
    }
    if dictionary.codes().len() == count { Ok(()) } else { Err(Damaged.into()) }
}

/// The code of a plain value, which is taken from the front of a page.
fn take_plain(
    of: &ColumnDescPtr,
    bytes: &mut Bytes,
    dictionary: &mut Dictionary,
    values: &mut Values,
) -> Option<u32> {
    match of.physical_type() {
        PhysicalType::BYTE_ARRAY if dictionary.is_open() => {
            let length = read_length(bytes)?;
            if length > bytes.len() {
                return None;
            }
            let code = dictionary.code_of(Key::within(bytes, 0, length));
            bytes::Buf::advance(bytes, length);
            Some(code)
        }
        PhysicalType::INT32 if dictionary.is_open() => {
            let word = i32::from_le_bytes(read_array(bytes)?);
            Some(dictionary.code_of_number(i64::from(word), || text_of_word(of, word)))
        }
        PhysicalType::INT64 if dictionary.is_open() => {
            let long = i64::from_le_bytes(read_array(bytes)?);
            Some(dictionary.code_of_number(long, || text_of_long(of, long)))
        }
        // Prices hardly come back.
        _ => values.push_plain(bytes).map(|place| VALUES + place as u32),
    }
}

impl Values {
    /// Takes a plain value from the front of a page, and tells its place among the values.
    fn push_plain(&mut self, bytes: &mut Bytes) -> Option<usize> {
        match self {
            Self::Words(values) => values.push(i32::from_le_bytes(read_array(bytes)?)),
            Self::Longs(values) => values.push(i64::from_le_bytes(read_array(bytes)?)),
            Self::Doubles(values) => values.push(f64::from_le_bytes(read_array(bytes)?)),
            Self::Texts(values) => {
                let length = read_length(bytes)?;
                values.push(ByteArray::from(split_off(bytes, length).ok()?));
            }
            _ => return None,
        }
        Some(self.len() - 1)
    }
}
