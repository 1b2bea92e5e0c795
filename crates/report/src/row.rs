//! Rows of CSV files, appended byte by byte: two million of them are written in one run.

use chipwatch_records::Day;

use crate::escape::push_csv;

/// A row under construction.
pub(crate) struct Row<'a> {
    out: &'a mut Vec<u8>,
    first: bool,
}

impl<'a> Row<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out, first: true }
    }

    fn cell(&mut self) -> &mut Vec<u8> {
        if self.first {
            self.first = false;
        } else {
            self.out.push(b',');
        }
        self.out
    }

    /// A text from outside.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        push_csv(self.cell(), text);
        self
    }

    /// One or several cells that are escaped already, or a word of our own.
    pub(crate) fn ready(&mut self, cells: &[u8]) -> &mut Self {
        self.cell().extend_from_slice(cells);
        self
    }

    /// A word of our own.
    pub(crate) fn word(&mut self, word: &str) -> &mut Self {
        self.ready(word.as_bytes())
    }

    /// A number of our own; a minus sign is no formula here.
    pub(crate) fn number(&mut self, number: i64) -> &mut Self {
        push_number(self.cell(), number);
        self
    }

    /// A day; empty where there is none.
    pub(crate) fn day(&mut self, day: Option<Day>) -> &mut Self {
        let out = self.cell();
        if let Some(day) = day {
            out.extend_from_slice(&iso(day));
        }
        self
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) {
        self.out.push(b'\n');
    }
}

/// Appends a whole number in digits.
pub(crate) fn push_number(out: &mut Vec<u8>, number: i64) {
    Numbers::new().digits(number).append(out);
}

/// Some short numbers and what stands between them, appended in one piece.
pub(crate) struct Numbers {
    bytes: [u8; 96],
    held: usize,
}

impl Numbers {
    pub(crate) fn new() -> Self {
        Self { bytes: [0; 96], held: 0 }
    }

    /// One byte. What finds no room is left out: callers hold four numbers at most.
    pub(crate) fn byte(mut self, byte: u8) -> Self {
        if let Some(place) = self.bytes.get_mut(self.held) {
            *place = byte;
            self.held += 1;
        }
        self
    }

    /// A comma and a number.
    pub(crate) fn cell(self, number: i64) -> Self {
        self.byte(b',').digits(number)
    }

    fn digits(mut self, number: i64) -> Self {
        if number < 0 {
            self = self.byte(b'-');
        }
        let mut rest = number.unsigned_abs();
        let length = rest.checked_ilog10().unwrap_or(0) as usize + 1;
        if let Some(places) = self.bytes.get_mut(self.held..self.held + length) {
            for place in places.iter_mut().rev() {
                *place = b'0' + (rest % 10) as u8;
                rest /= 10;
            }
            self.held += length;
        }
        self
    }

    pub(crate) fn append(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.bytes[..self.held]);
    }
}

/// `yyyy-mm-dd`, by the usual arithmetic on eras of 400 years that start in March.
pub(crate) fn iso(day: Day) -> [u8; 10] {
    let from_march = i64::from(day.number()) + 719_468;
    let era = from_march.div_euclid(146_097);
    let of_era = from_march.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let digit = |number: i64| b'0' + (number.rem_euclid(10)) as u8;
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        b'-',
        digit(month / 10),
        digit(month),
        b'-',
        digit(day_of_month / 10),
        digit(day_of_month),
    ]
}

/// Many short pieces of escaped text in one arena.
#[derive(Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    /// Renders one piece for each value.
    pub(crate) fn new<T>(
        values: impl IntoIterator<Item = T>,
        mut render: impl FnMut(&mut Vec<u8>, T),
    ) -> Self {
        let mut cells = Self::default();
        for value in values {
            render(&mut cells.bytes, value);
            cells.ends.push(cells.bytes.len());
        }
        cells
    }

    pub(crate) fn get(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let first = Day::from_ymd(1900, 1, 1).unwrap();
        for days in (0..109_500).step_by(7) {
            let day = first.plus(days);
            assert_eq!(String::from_utf8(iso(day).to_vec()).unwrap(), day.to_string());
        }
    }

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, 10, -1, -45, 1_234_567, i64::MAX, i64::MIN] {
            let mut out = Vec::new();
            push_number(&mut out, number);
            assert_eq!(String::from_utf8(out).unwrap(), number.to_string());
        }
    }

    #[test]
    fn a_row_escapes_texts_and_leaves_numbers_alone() {
        let mut out = Vec::new();
        Row::new(&mut out).word("e-1").text("=x").number(-2).day(None).day(Day::from_ymd(2024, 2, 29)).end();
        assert_eq!(String::from_utf8(out).unwrap(), "e-1,'=x,-2,,2024-02-29\n");
        let cells = Cells::new(["a", "", "b,c"], push_csv);
        assert_eq!([cells.get(0), cells.get(1), cells.get(2)], [&b"a"[..], b"", b"\"b,c\""]);
    }
}
