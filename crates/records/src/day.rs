//! Calendar days without time or zone: exports carry no more.

use std::fmt;
use std::num::NonZeroI32;

use chrono::{Datelike, NaiveDate};

/// A civil day, counted from 0001-01-01 as day 1, so that `Option<Day>` costs no more than `Day`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Day(NonZeroI32);

/// Days from 0001-01-01 (chrono's day 1) to 1970-01-01.
const EPOCH_FROM_CE: i32 = 719_163;

impl Day {
    /// The day of a year, month and day of month, where there is one in the years 1900 to 2199.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1900..2200).contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::from_date)
    }

    /// Reads `yyyy-mm-dd`.
    #[must_use]
    pub fn parse_iso(text: &str) -> Option<Self> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(Self::from_date)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0.get() - EPOCH_FROM_CE
    }

    /// The day that lies `days` later.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        NonZeroI32::new(self.0.get().saturating_add(days)).map_or(self, Self)
    }

    /// The calendar quarter, as `2024Q3`.
    #[must_use]
    pub fn quarter(self) -> Quarter {
        let date = self.date();
        Quarter { year: date.year() as i16, quarter: (date.month0() / 3 + 1) as u8 }
    }

    /// Year and month, as 202403.
    #[must_use]
    pub fn month(self) -> i32 {
        let date = self.date();
        date.year() * 100 + date.month() as i32
    }

    /// A calendar date as a day; `None` for the one date before 0001-01-01 that has no number.
    #[must_use]
    pub fn from_date(date: NaiveDate) -> Option<Self> {
        NonZeroI32::new(date.num_days_from_ce()).map(Self)
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0.get()).unwrap_or_default()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.date();
        write!(f, "{:04}-{:02}-{:02}", date.year(), date.month(), date.day())
    }
}

/// A calendar quarter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Quarter {
    year: i16,
    quarter: u8,
}

impl Quarter {
    /// The six letters of its name, such as `2024Q3`.
    #[must_use]
    pub fn letters(self) -> [u8; 6] {
        let digit = |place: i16| b'0' + (self.year / place % 10) as u8;
        [digit(1000), digit(100), digit(10), digit(1), b'Q', b'0' + self.quarter]
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Q{}", self.year, self.quarter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_print_and_read_as_iso() {
        let day = Day::from_ymd(2024, 2, 29).unwrap();
        assert_eq!(day.to_string(), "2024-02-29");
        assert_eq!(Day::parse_iso("2024-02-29"), Some(day));
        assert_eq!(Day::parse_iso("1970-01-01").unwrap().number(), 0);
        assert_eq!(Day::from_ymd(2023, 2, 29), None);
        assert_eq!(day.quarter().to_string(), "2024Q1");
        assert_eq!(&day.quarter().letters(), b"2024Q1");
        assert_eq!(day.plus(1).to_string(), "2024-03-01");
    }
}
