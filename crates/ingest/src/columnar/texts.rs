//! Texts of a dictionary, one behind the other.

use parquet::basic::ConvertedType;
use parquet::data_type::ByteArray;
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use super::BETWEEN;
use crate::records_text::text_of_field;
use crate::rows::Span;

/// The cells that a column's codes stand for. The first one is the empty cell.
pub(super) struct Texts {
    bytes: Vec<u8>,
    spans: Vec<Span>,
    traits: Traits,
}

/// What is known of many texts at once.
#[derive(Clone, Copy)]
pub(super) struct Traits {
    /// Bytes of the longest one.
    pub(super) longest: usize,
    /// Whether all are UTF-8 and have no separator of cells.
    pub(super) are_plain: bool,
}

impl Traits {
    /// Those of no text.
    pub(super) const NONE: Self = Self { longest: 0, are_plain: true };

    /// Those of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self { longest: self.longest.max(other.longest), are_plain: self.are_plain && other.are_plain }
    }

    /// Those of some texts.
    pub(super) fn of(texts: &[ByteArray]) -> Self {
        texts.iter().map(ByteArray::data).fold(Self::NONE, |all, text| {
            let are_plain = std::str::from_utf8(text).is_ok() && memchr::memchr(BETWEEN, text).is_none();
            all.and(Self { longest: text.len(), are_plain })
        })
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self { bytes: vec![BETWEEN], spans: vec![(0, 0)], traits: Traits::NONE }
    }
}

impl Texts {
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(super) fn get(&self, code: usize) -> Option<&[u8]> {
        let (start, end) = *self.spans.get(code)?;
        self.bytes.get(start as usize..end as usize)
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }

    /// Takes values behind those that are there, each as it is written.
    pub(super) fn extend<T>(&mut self, values: impl Iterator<Item = T>, write: impl Fn(T, &mut Vec<u8>)) {
        for value in values {
            let start = self.bytes.len();
            write(value, &mut self.bytes);
            self.spans.push((start as u32, self.bytes.len() as u32));
            self.traits.longest = self.traits.longest.max(self.bytes.len() - start);
            self.bytes.push(BETWEEN);
        }
        // With a separator behind each, all are UTF-8 if the whole is.
        self.traits.are_plain = std::str::from_utf8(&self.bytes).is_ok()
            && memchr::memchr_iter(BETWEEN, &self.bytes).count() == self.spans.len();
    }
}

/// A small number as the copy as text has it.
pub(super) fn text_of_word(of: &ColumnDescPtr, value: i32) -> String {
    match of.converted_type() {
        ConvertedType::NONE | ConvertedType::INT_32 => value.to_string(),
        _ => text_of_field(&Field::convert_int32(of, value)),
    }
}

/// A whole number as the copy as text has it.
pub(super) fn text_of_long(of: &ColumnDescPtr, value: i64) -> String {
    if is_whole_number(of) { value.to_string() } else { text_of_field(&Field::convert_int64(of, value)) }
}

/// Whether the column's values are numbers, and no moments or the like.
pub(super) fn is_whole_number(of: &ColumnDescPtr) -> bool {
    matches!(of.converted_type(), ConvertedType::NONE | ConvertedType::INT_64)
}
