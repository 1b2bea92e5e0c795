//! The dictionary of a column: each of its texts is met once a row group, and kept under a code.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use parquet::basic::ConvertedType;
use parquet::record::Field;
use parquet::schema::types::ColumnDescPtr;

use super::{BETWEEN, CODES_OF_AN_ERA};
use crate::intern::{Interner, Key};
use crate::records_text::text_of_field;
use crate::rows::Span;

/// The cells that a column's codes stand for, of which 0 is the empty cell; and the codes of a row group's own dictionary.
pub(super) struct Dictionary {
    texts: Kept,
    traits: Traits,
    /// By place in the dictionary of the row group.
    codes: Vec<u32>,
    /// Codes of numbers that stood in no dictionary of the file.
    numbers: HashMap<i64, u32, FixedState>,
}

enum Kept {
    /// As long as they are few, for all row groups: equal texts have one code.
    Long(Interner),
    /// For one row group, one behind the other: they are told from the one before at most.
    Short { bytes: Vec<u8>, spans: Vec<Span> },
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

    /// Those of one text.
    pub(super) fn of(text: &[u8]) -> Self {
        let is_plain = std::str::from_utf8(text).is_ok() && memchr::memchr(BETWEEN, text).is_none();
        Self { longest: text.len(), are_plain: is_plain }
    }
}

impl Dictionary {
    /// One whose codes mean the same in all row groups, or each time something else.
    pub(super) fn new(is_long: bool) -> Self {
        let texts = if is_long {
            let mut texts = Interner::default();
            texts.intern(b"");
            Kept::Long(texts)
        } else {
            Kept::Short { bytes: Vec::new(), spans: vec![(0, 0)] }
        };
        Self { texts, traits: Traits::NONE, codes: Vec::new(), numbers: HashMap::default() }
    }

    /// Makes room for the dictionary of another row group.
    pub(super) fn turn(&mut self) {
        self.codes.clear();
        if matches!(self.texts, Kept::Short { .. }) {
            *self = Self::new(false);
        }
    }

    /// Forgets all texts.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.is_long());
    }

    pub(super) fn is_long(&self) -> bool {
        matches!(self.texts, Kept::Long(_))
    }

    /// How many codes there are.
    pub(super) fn len(&self) -> usize {
        match &self.texts {
            Kept::Long(texts) => texts.len(),
            Kept::Short { spans, .. } => spans.len(),
        }
    }

    /// By place in the dictionary of the row group.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub(super) fn get(&self, code: usize) -> Option<&[u8]> {
        match &self.texts {
            Kept::Long(texts) => texts.bytes(code),
            Kept::Short { bytes, spans } => {
                let (start, end) = *spans.get(code)?;
                bytes.get(start as usize..end as usize)
            }
        }
    }

    pub(super) fn traits(&self) -> Traits {
        self.traits
    }

    /// Takes the next text of the row group's dictionary.
    pub(super) fn push(&mut self, text: Key<'_>) {
        let code = self.code_of(text);
        self.codes.push(code);
    }

    /// Whether values that stand in no dictionary of the file get codes too: as long as they may come back.
    pub(super) fn is_open(&self) -> bool {
        self.is_long() && self.len() <= CODES_OF_AN_ERA
    }

    /// The code of a number.
    pub(super) fn code_of_number(&mut self, number: i64, text: impl Fn() -> String) -> u32 {
        if let Some(code) = self.numbers.get(&number) {
            return *code;
        }
        let code = self.code_of(Key::of(text().as_bytes()));
        self.numbers.insert(number, code);
        code
    }

    /// The code of a text.
    pub(super) fn code_of(&mut self, text: Key<'_>) -> u32 {
        let (code, is_new) = match &mut self.texts {
            Kept::Long(texts) => texts.intern_key(text),
            Kept::Short { bytes, spans } => {
                let start = bytes.len() as u32;
                bytes.extend_from_slice(text.bytes());
                spans.push((start, bytes.len() as u32));
                (spans.len() as u32 - 1, true)
            }
        };
        if is_new {
            self.traits = self.traits.and(Traits::of(text.bytes()));
        }
        code
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
