//! Dates in calendars other than the usual one, and day numbers of spreadsheets. Only years are shifted: days and months
//! are the Gregorian calendar's in all of them.

use chrono::{Days, NaiveDate};

use super::DateDialect;

/// Years of the Buddhist calendar that exports can have (1900 to 2099), and how far it is ahead.
const BUDDHIST: std::ops::RangeInclusive<i32> = 2443..=2642;
const BUDDHIST_AHEAD: i32 = 543;
/// The year before year 1 of Taiwan's calendar, and the years of it that have three digits.
const ROC_BEFORE: i32 = 1911;
/// Spreadsheets count days from here; the day numbers of the years 2000 to 2099.
const SERIAL_ORIGIN: Option<NaiveDate> = NaiveDate::from_ymd_opt(1899, 12, 30);
const SERIALS: std::ops::RangeInclusive<u64> = 36_526..=73_050;
/// Japanese eras, and the year before the first of each. Source: Japan's era law and orders of 1979, 1989 and 2019.
const ERAS: [(&str, i32); 6] =
    [("令和", 2018), ("R", 2018), ("平成", 1988), ("H", 1988), ("昭和", 1925), ("S", 1925)];
const ROC_NAMES: [&str; 2] = ["民國", "民国"];

/// A date in another calendar, and the dialect it is written in; `None` where the text is none.
pub(super) fn read(text: &str) -> Option<(NaiveDate, DateDialect)> {
    let text = ascii_digits(text);
    let first = text.find(|letter: char| letter.is_ascii_digit() || letter == '元')?;
    let (name, rest) = text.split_at(first);
    // The first year of an era is written as a word.
    let rest = rest.replace('元', "1");
    if name.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return serial(&rest).map(|date| (date, DateDialect::Serial));
    }
    let is_mark =
        |letter: char| matches!(letter, '年' | '月' | '日' | '년' | '월' | '일' | '/' | '-' | '.' | ' ');
    if !rest.chars().all(|letter| letter.is_ascii_digit() || is_mark(letter)) {
        return None;
    }
    let numbers: Vec<&str> = rest.split(is_mark).filter(|part| !part.is_empty()).collect();
    let [a, b, c] = numbers.as_slice() else { return None };
    let (first, month, last): (i32, u32, i32) = (a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
    let date = |year: i32, day: i32| NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?);
    let has_word = rest.contains(['年', '년']);
    let name = name.trim();
    if let Some((_, before)) = ERAS.iter().find(|(era, _)| *era == name) {
        return date(before.checked_add(first)?, last).map(|date| (date, DateDialect::Era));
    }
    if ROC_NAMES.contains(&name) || (name.is_empty() && a.len() == 3) {
        return date(ROC_BEFORE.checked_add(first)?, last).map(|date| (date, DateDialect::Roc));
    }
    if !name.is_empty() {
        return None;
    }
    if BUDDHIST.contains(&last) {
        return date(last - BUDDHIST_AHEAD, first).map(|date| (date, DateDialect::Buddhist));
    }
    if BUDDHIST.contains(&first) {
        return date(first - BUDDHIST_AHEAD, last).map(|date| (date, DateDialect::Buddhist));
    }
    (has_word && a.len() == 4).then(|| date(first, last)).flatten().map(|date| (date, DateDialect::Iso))
}

/// A whole day number; spreadsheets write the time of day behind a point, which is not read here.
fn serial(digits: &str) -> Option<NaiveDate> {
    let number: u64 = digits.parse().ok().filter(|number| SERIALS.contains(number))?;
    SERIAL_ORIGIN?.checked_add_days(Days::new(number))
}

/// Full-width digits as plain ones.
fn ascii_digits(text: &str) -> String {
    let plain = |letter: char| match letter {
        '０'..='９' => char::from(b'0' + (letter as u32 & 0xf) as u8),
        other => other,
    };
    text.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_calendar_is_read_as_its_day() {
        for (text, day, dialect) in [
            ("令和7年4月16日", "2025-04-16", DateDialect::Era),
            ("令和元年5月1日", "2019-05-01", DateDialect::Era),
            ("平成31年4月30日", "2019-04-30", DateDialect::Era),
            ("R7.4.16", "2025-04-16", DateDialect::Era),
            ("114/04/16", "2025-04-16", DateDialect::Roc),
            ("民國114年4月16日", "2025-04-16", DateDialect::Roc),
            ("16/04/2568", "2025-04-16", DateDialect::Buddhist),
            ("29/02/2567", "2024-02-29", DateDialect::Buddhist),
            ("2568-04-16", "2025-04-16", DateDialect::Buddhist),
            ("2025年4月16日", "2025-04-16", DateDialect::Iso),
            ("2025년 4월 16일", "2025-04-16", DateDialect::Iso),
            ("２０２５年４月１６日", "2025-04-16", DateDialect::Iso),
            ("45763", "2025-04-16", DateDialect::Serial),
            ("36526", "2000-01-01", DateDialect::Serial),
        ] {
            let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
            assert_eq!(read(text), Some((day, dialect)), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_of_a_calendar_is_none() {
        for text in [
            "令和7年13月1日",
            "30/02/2568",
            "12",
            "99999",
            "X7.4.16",
            "1/2",
            "14/04/16",
            "",
            "R7",
            "12.5.2025.1",
            "令和2147483647年1月1日",
            "民國2147483647年1月1日",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
