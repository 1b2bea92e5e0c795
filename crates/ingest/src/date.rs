//! Dates as exports write them. A text is read once; day and month order is decided for a whole column.

use chipwatch_records::Day;
use chrono::{NaiveDate, NaiveDateTime};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod calendars;

/// The order of day, month and year where the separator leaves it open.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateDialect {
    /// `2024-12-31`, `2024/12/31`.
    Iso,
    /// `31/12/2024`, `31.12.2024`, `31-12-2024`.
    Dmy,
    /// `12/31/2024`.
    Mdy,
    /// `20241231`.
    Compact,
    /// A spreadsheet's number of the day: `45657`.
    Serial,
    /// The Thai solar calendar, 543 years ahead: `31/12/2567`.
    Buddhist,
    /// Taiwan's calendar, which starts with 1912: `113/12/31`.
    Roc,
    /// Japanese eras: `令和6年12月31日`.
    Era,
}

/// What a date text can mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DateReading {
    /// Empty, or one of the ways to write "none".
    Null,
    /// One reading, whatever the dialect, and the dialect it is written in.
    Fixed(Day, DateDialect),
    /// Day and month order is open; at least one of the two is a day.
    Open {
        /// Day first.
        dmy: Option<Day>,
        /// Month first.
        mdy: Option<Day>,
    },
}

/// What a column's cells say about their day and month order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct DateEvidence {
    /// Some cell has a day above 12 in front.
    pub only_dmy: bool,
    /// Some cell has a day above 12 behind.
    pub only_mdy: bool,
    /// Some cell is two different days.
    pub ambiguous: bool,
}

impl DateEvidence {
    /// Both columns' evidence.
    pub fn merge(&mut self, other: Self) {
        self.only_dmy |= other.only_dmy;
        self.only_mdy |= other.only_mdy;
        self.ambiguous |= other.ambiguous;
    }
}

const FIXED: &[(&str, DateDialect)] = &[
    ("%Y-%m-%d", DateDialect::Iso),
    ("%Y/%m/%d", DateDialect::Iso),
    ("%Y.%m.%d", DateDialect::Iso),
    ("%d.%m.%Y", DateDialect::Dmy),
    ("%d-%b-%Y", DateDialect::Dmy),
    ("%d-%b-%y", DateDialect::Dmy),
    ("%d.%m.%y", DateDialect::Dmy),
    ("%d %b %Y", DateDialect::Dmy),
];
const FIXED_WITH_TIME: &[(&str, DateDialect)] = &[
    ("%Y-%m-%dT%H:%M:%S%.f", DateDialect::Iso),
    ("%Y-%m-%d %H:%M:%S%.f", DateDialect::Iso),
    ("%d.%m.%Y %H:%M:%S", DateDialect::Dmy),
    ("%d-%b-%Y %H:%M:%S", DateDialect::Dmy),
    ("%d-%b-%y %H:%M:%S", DateDialect::Dmy),
];

impl DateReading {
    /// Reads a trimmed cell.
    ///
    /// # Errors
    /// In plain words, where it is no date in any of the known ways.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        if is_null(text) {
            return Ok(Self::Null);
        }
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return fixed(NaiveDate::parse_from_str(text, "%Y%m%d").ok(), DateDialect::Compact);
        }
        for (format, dialect) in FIXED {
            if let Some(day) = NaiveDate::parse_from_str(text, format).ok().and_then(in_range) {
                return Ok(Self::Fixed(day, *dialect));
            }
        }
        for (format, dialect) in FIXED_WITH_TIME {
            let time = NaiveDateTime::parse_from_str(text.trim_end_matches('Z'), format);
            if let Some(day) = time.ok().and_then(|time| in_range(time.date())) {
                return Ok(Self::Fixed(day, *dialect));
            }
        }
        let separator = if text.contains('/') { '/' } else { '-' };
        let read = |order: [&str; 3]| {
            let format = order.join(&separator.to_string());
            NaiveDate::parse_from_str(text, &format).ok().and_then(in_range)
        };
        match (read(["%d", "%m", "%Y"]), read(["%m", "%d", "%Y"])) {
            (None, None) => match calendars::read(text) {
                Some((date, dialect)) => fixed(Some(date), dialect),
                None => Err("not a date"),
            },
            (dmy, mdy) => Ok(Self::Open { dmy, mdy }),
        }
    }

    /// The day under a dialect; `None` for a null date.
    ///
    /// # Errors
    /// In plain words, where the text is no day under this dialect.
    pub fn day(self, dialect: Option<DateDialect>) -> Result<Option<Day>, &'static str> {
        match (self, dialect) {
            (Self::Null, _) => Ok(None),
            (Self::Fixed(day, _), None) => Ok(Some(day)),
            (Self::Fixed(day, written), Some(dialect)) if written == dialect => Ok(Some(day)),
            // Dots and month names fix the order, so they are read under `mdy` columns too only when nobody asked.
            (Self::Fixed(..), Some(_)) => Err("not written in the date dialect that the source declares"),
            (Self::Open { dmy, .. }, Some(DateDialect::Dmy)) => {
                dmy.map(Some).ok_or("not a day-month-year date")
            }
            (Self::Open { mdy, .. }, Some(DateDialect::Mdy)) => {
                mdy.map(Some).ok_or("not a month-day-year date")
            }
            (Self::Open { dmy, mdy }, None) if dmy == mdy => Ok(dmy),
            (Self::Open { .. }, _) => Err("day and month could be either way round"),
        }
    }

    /// What this text says about its column.
    #[must_use]
    pub fn evidence(self) -> DateEvidence {
        match self {
            Self::Open { dmy, mdy } => DateEvidence {
                only_dmy: mdy.is_none(),
                only_mdy: dmy.is_none(),
                ambiguous: dmy.is_some() && mdy.is_some() && dmy != mdy,
            },
            _ => DateEvidence::default(),
        }
    }
}

fn is_null(text: &str) -> bool {
    // `00.00.0000`, `00000000`, `0000-00-00`: SAP and databases write "none" so.
    text.bytes().all(|byte| byte == b'0' || !byte.is_ascii_alphanumeric() && byte.is_ascii())
}

fn in_range(date: NaiveDate) -> Option<Day> {
    let day = Day::from_date(date)?;
    let (first, last) = (Day::from_ymd(1900, 1, 1)?, Day::from_ymd(2199, 12, 31)?);
    (first..=last).contains(&day).then_some(day)
}

fn fixed(date: Option<NaiveDate>, dialect: DateDialect) -> Result<DateReading, &'static str> {
    let day = date.and_then(in_range).ok_or("not a date between 1900 and 2199")?;
    Ok(DateReading::Fixed(day, dialect))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    #[test]
    fn formats_that_leave_nothing_open() {
        for text in [
            "2025-04-03",
            "20250403",
            "03.04.2025",
            "2025/04/03",
            "03-APR-2025",
            "2025-04-03 10:30:00",
            "03-APR-25",
            "03-Apr-25 13:05:00",
            "3 Apr 2025",
            "03/04/2568",
            "令和7年4月3日",
            "114/04/03",
            "45750",
        ] {
            assert_eq!(DateReading::read(text).unwrap().day(None), Ok(Some(day("2025-04-03"))), "{text}");
        }
    }

    #[test]
    fn null_dates_are_none_and_no_error() {
        for text in ["", "00.00.0000", "00000000", "0000-00-00", "  "] {
            assert_eq!(DateReading::read(text), Ok(DateReading::Null), "{text}");
        }
    }

    #[test]
    fn slashes_leave_day_and_month_open_until_the_column_decides() {
        let reading = DateReading::read("03/04/2025").unwrap();
        assert!(reading.evidence().ambiguous);
        assert_eq!(reading.day(Some(DateDialect::Dmy)), Ok(Some(day("2025-04-03"))));
        assert_eq!(reading.day(Some(DateDialect::Mdy)), Ok(Some(day("2025-03-04"))));
        assert!(reading.day(None).is_err());
        assert!(DateReading::read("25/04/2025").unwrap().evidence().only_dmy);
        assert!(DateReading::read("04/25/2025").unwrap().evidence().only_mdy);
        assert_eq!(DateReading::read("04/04/2025").unwrap().day(None), Ok(Some(day("2025-04-04"))));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["31.02.2024", "2024-13-01", "soon", "20241332", "0200-01-01", "45/45/2024"] {
            assert!(DateReading::read(text).is_err(), "{text}");
        }
    }
}
