//! Numbers as exports write them: `1,234.50`, `1.234,50`, `1 234,50`, `120,000-`.
//!
//! A cell is packed with its separators while it is read, and unpacked once the whole column has shown which
//! separator is the decimal one. So no cell is ever guessed alone, and no file has to be read twice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which character separates whole from decimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberDialect {
    /// `1,234.50`
    Point,
    /// `1.234,50`
    Comma,
}

/// A number cell with its separators, in 64 bits.
///
/// Bits 0–49 digits without separators, 50–53 digits after the last separator, 54–55 the last separator,
/// 56–57 the separators before it, 58 groups are well-formed, 61 of a whole line, 62 present, 63 negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PackedNumber(u64);

const MANTISSA: u64 = (1 << 50) - 1;
const WELL_FORMED: u64 = 1 << 58;
const OF_LINE: u64 = 1 << 61;
const PRESENT: u64 = 1 << 62;
const NEGATIVE: u64 = 1 << 63;
/// The least number of ten digits.
const LEAST_LONG: i64 = 1_000_000_000;
const NO_SEPARATOR: u64 = 0;
const POINT: u64 = 1;
const COMMA: u64 = 2;
const SPACE: u64 = 3;

/// What a column's cells say about its dialect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct NumberEvidence {
    /// Some cell can only be read with a decimal point.
    pub only_point: bool,
    /// Some cell can only be read with a decimal comma.
    pub only_comma: bool,
    /// Some cell reads as two different numbers.
    pub ambiguous: bool,
}

impl NumberEvidence {
    /// Both columns' evidence.
    pub fn merge(&mut self, other: Self) {
        self.only_point |= other.only_point;
        self.only_comma |= other.only_comma;
        self.ambiguous |= other.ambiguous;
    }
}

impl PackedNumber {
    /// An empty cell.
    pub const ABSENT: Self = Self(0);

    /// The packed bits in two words, for storage: rows of words alone take no padding.
    pub(crate) fn words(self) -> [u32; 2] {
        [self.0 as u32, (self.0 >> 32) as u32]
    }

    /// A number from its stored words.
    pub(crate) fn from_words([low, high]: [u32; 2]) -> Self {
        Self(u64::from(high) << 32 | u64::from(low))
    }

    /// Marked as the amount of a whole line.
    pub(crate) fn of_line(self) -> Self {
        Self(self.0 | OF_LINE)
    }

    /// The number without the mark, and whether it had it.
    pub(crate) fn split_mark(self) -> (Self, bool) {
        (Self(self.0 & !OF_LINE), self.0 & OF_LINE != 0)
    }

    /// The number without its sign.
    pub(crate) fn magnitude(self) -> Self {
        Self(self.0 & !NEGATIVE)
    }

    /// Whether the cell was empty.
    #[must_use]
    pub fn is_absent(self) -> bool {
        self.0 & PRESENT == 0
    }

    /// Packs a trimmed cell.
    ///
    /// # Errors
    /// In plain words, where the cell is no number under any dialect.
    pub fn pack(cell: &[u8]) -> Result<Self, &'static str> {
        if (1..=9).contains(&cell.len()) && cell.iter().all(u8::is_ascii_digit) {
            let value = cell.iter().fold(0_u64, |value, digit| value * 10 + u64::from(digit - b'0'));
            return Ok(Self(PRESENT | value));
        }
        Self::pack_short(cell).map_or_else(|| Self::pack_general(cell), Ok)
    }

    /// A whole number as its digits would be packed; `None` for one that takes the general way.
    pub(crate) fn of_whole(value: i64) -> Option<Self> {
        (0..LEAST_LONG).contains(&value).then_some(Self(PRESENT | value as u64))
    }

    /// A number as the shortest text that stands for it would be packed; `None` for one that takes the general way, as all
    /// with more than two decimals do.
    pub(crate) fn of_double(value: f64) -> Option<Self> {
        if value.is_sign_negative() || value.is_nan() || value >= LEAST_LONG as f64 {
            return None;
        }
        let hundredths = (value * 100.0 + 0.5) as u64;
        // Of so few digits no two texts stand for one number: if this one does, no other is shorter.
        if hundredths as f64 / 100.0 != value {
            return None;
        }
        let (mantissa, behind) = match hundredths {
            whole if whole.is_multiple_of(100) => return Self::of_whole((whole / 100) as i64),
            tenths if tenths.is_multiple_of(10) => (tenths / 10, 1),
            hundredths => (hundredths, 2),
        };
        let groups = if (100..100_000).contains(&hundredths) { WELL_FORMED } else { 0 };
        Some(Self(PRESENT | mantissa | behind << 50 | POINT << 54 | groups))
    }

    /// The usual amounts: up to 14 digits with one point or comma between them.
    fn pack_short(cell: &[u8]) -> Option<Self> {
        if cell.len() > 15 {
            return None;
        }
        let (mut mantissa, mut separator, mut at) = (0_u64, NO_SEPARATOR, 0);
        for (place, byte) in cell.iter().enumerate() {
            match byte {
                b'0'..=b'9' => mantissa = mantissa * 10 + u64::from(byte - b'0'),
                b'.' | b',' if separator == NO_SEPARATOR => {
                    separator = if *byte == b'.' { POINT } else { COMMA };
                    at = place;
                }
                _ => return None,
            }
        }
        let behind = (cell.len() - at).checked_sub(1)?;
        if separator == NO_SEPARATOR || at == 0 || behind == 0 {
            return None;
        }
        let groups = if at <= 3 && cell[0] != b'0' { WELL_FORMED } else { 0 };
        Some(Self(PRESENT | mantissa | (behind as u64) << 50 | separator << 54 | groups))
    }

    fn pack_general(cell: &[u8]) -> Result<Self, &'static str> {
        let text = std::str::from_utf8(cell).map_err(|_| "not valid UTF-8")?.trim();
        if text.is_empty() {
            return Ok(Self::ABSENT);
        }
        let (text, negative) = strip_sign(text);
        let mut scan = Scan::default();
        for character in text.chars() {
            scan.push(character)?;
        }
        scan.finish(negative)
    }

    /// The value in ten-thousandths under a dialect; `None` where the cell cannot be read so.
    #[must_use]
    pub fn ten_thousandths(self, dialect: NumberDialect) -> Option<i64> {
        let decimals = self.decimals(dialect)?;
        let mantissa = i64::try_from(self.0 & MANTISSA).ok()?;
        let value = match decimals {
            0..=4 => mantissa.checked_mul(10_i64.pow(4 - decimals))?,
            more => mantissa / 10_i64.pow(more - 4),
        };
        Some(if self.0 & NEGATIVE == 0 { value } else { -value })
    }

    /// The value as a whole number under a dialect.
    ///
    /// # Errors
    /// In plain words, where it is none.
    pub fn whole(self, dialect: NumberDialect) -> Result<i32, &'static str> {
        self.pieces(dialect, 1)
    }

    /// The value as a whole number of pieces, of which `each` make one of what the cell counts.
    ///
    /// # Errors
    /// In plain words, where it is none.
    pub fn pieces(self, dialect: NumberDialect, each: u32) -> Result<i32, &'static str> {
        let value = self.ten_thousandths(dialect).ok_or("not a number in this column's dialect")?;
        let value = value.checked_mul(i64::from(each)).ok_or("more than 2,147,483,647 items")?;
        let decimals = self.decimals(dialect).unwrap_or(0);
        if value % 10_000 != 0 || (decimals > 4 && !(self.0 & MANTISSA).is_multiple_of(10_u64.pow(decimals)))
        {
            return Err("a quantity of items must be whole");
        }
        i32::try_from(value / 10_000).map_err(|_| "more than 2,147,483,647 items")
    }

    /// What this cell says about its column.
    #[must_use]
    pub fn evidence(self) -> NumberEvidence {
        if self.0 >> 54 & 15 == 0 {
            return NumberEvidence::default();
        }
        if self.0 >> 56 & 3 == NO_SEPARATOR && self.0 & WELL_FORMED == 0 && self.0 >> 54 & 3 != SPACE {
            // One separator that cannot part groups: it parts decimals.
            let point = self.0 >> 54 & 3 == POINT;
            return NumberEvidence { only_point: point, only_comma: !point, ambiguous: false };
        }
        let point = self.ten_thousandths(NumberDialect::Point);
        let comma = self.ten_thousandths(NumberDialect::Comma);
        NumberEvidence {
            only_point: point.is_some() && comma.is_none(),
            only_comma: comma.is_some() && point.is_none(),
            ambiguous: point.is_some() && comma.is_some() && point != comma,
        }
    }

    /// Digits behind the decimal separator under a dialect.
    fn decimals(self, dialect: NumberDialect) -> Option<u32> {
        let behind_last = (self.0 >> 50 & 15) as u32;
        let last = self.0 >> 54 & 3;
        let before = self.0 >> 56 & 3;
        let grouped = self.0 & WELL_FORMED != 0;
        let decimal = match dialect {
            NumberDialect::Point => POINT,
            NumberDialect::Comma => COMMA,
        };
        if last == NO_SEPARATOR {
            return Some(0);
        }
        if before == NO_SEPARATOR && last == decimal {
            return Some(behind_last);
        }
        if last == decimal {
            return (before != decimal && grouped).then_some(behind_last);
        }
        let only_groups = before == NO_SEPARATOR || before == last;
        (only_groups && grouped && behind_last == 3).then_some(0)
    }

    /// The cell as it would be written with the same separators, for a reject.
    #[must_use]
    pub fn to_text(self) -> String {
        let digits = (self.0 & MANTISSA).to_string();
        let behind = (self.0 >> 50 & 15) as usize;
        let sign = if self.0 & NEGATIVE == 0 { "" } else { "-" };
        let separator = |kind| match kind {
            POINT => ".",
            COMMA => ",",
            SPACE => " ",
            _ => "",
        };
        let digits = format!("{digits:0>width$}", width = behind + 1);
        let (whole, rest) = digits.split_at(digits.len() - behind);
        let before = separator(self.0 >> 56 & 3);
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push_str(before);
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}{}{rest}", separator(self.0 >> 54 & 3))
    }
}

fn strip_sign(text: &str) -> (&str, bool) {
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        return (inner.trim(), true);
    }
    if let Some(rest) = text.strip_suffix('-').or_else(|| text.strip_prefix('-')) {
        return (rest.trim(), true);
    }
    (text.strip_prefix('+').unwrap_or(text).trim(), false)
}

/// The state of reading one cell from left to right.
#[derive(Default)]
struct Scan {
    mantissa: u64,
    digits: u32,
    group: u64,
    last: u64,
    before: u64,
    mixed: bool,
    ill_formed: bool,
    leading_zero: bool,
}

impl Scan {
    fn push(&mut self, character: char) -> Result<(), &'static str> {
        let kind = match character {
            '0'..='9' | '０'..='９' => {
                let digit = u64::from(character as u32 & 0xf);
                if self.digits == 0 && digit == 0 {
                    self.leading_zero = true;
                }
                self.mantissa = self.mantissa * 10 + digit;
                self.digits += 1;
                self.group += 1;
                return if self.mantissa > MANTISSA || self.group > 15 {
                    Err("too many digits")
                } else {
                    Ok(())
                };
            }
            '.' => POINT,
            ',' => COMMA,
            ' ' | '\u{a0}' | '\u{202f}' | '\'' | '\u{2019}' => SPACE,
            _ => return Err("not a number"),
        };
        self.separate(kind);
        Ok(())
    }

    fn separate(&mut self, kind: u64) {
        if self.last == NO_SEPARATOR {
            // A leading group has one to three digits and is not a lone zero: `0,500` is no group.
            self.ill_formed |= !(1..=3).contains(&self.group) || self.leading_zero;
        } else {
            self.ill_formed |= self.group != 3;
            self.mixed |= self.before != NO_SEPARATOR && self.before != self.last;
            self.before = self.last;
        }
        self.last = kind;
        self.group = 0;
    }

    fn finish(self, negative: bool) -> Result<PackedNumber, &'static str> {
        if self.digits == 0 || self.mixed {
            return Err("not a number");
        }
        let mut packed = PRESENT | self.mantissa;
        if self.last != NO_SEPARATOR {
            packed |= self.group << 50 | self.last << 54 | self.before << 56;
        }
        if !self.ill_formed {
            packed |= WELL_FORMED;
        }
        if negative {
            packed |= NEGATIVE;
        }
        let packed = PackedNumber(packed);
        let readable = packed.ten_thousandths(NumberDialect::Point).is_some()
            || packed.ten_thousandths(NumberDialect::Comma).is_some();
        if readable { Ok(packed) } else { Err("not a number") }
    }
}

#[cfg(test)]
mod tests;
