//! Single cells: what is read of one is what is read of it once it was written out.

use crate::date::{DateDialect, DateReading};
use crate::number::{NumberDialect, PackedNumber};

const NUMBERS: [NumberDialect; 2] = [NumberDialect::Point, NumberDialect::Comma];
const DATES: [Option<DateDialect>; 9] = [
    None,
    Some(DateDialect::Iso),
    Some(DateDialect::Dmy),
    Some(DateDialect::Mdy),
    Some(DateDialect::Compact),
    Some(DateDialect::Serial),
    Some(DateDialect::Buddhist),
    Some(DateDialect::Roc),
    Some(DateDialect::Era),
];

/// A number cell.
pub fn number(bytes: &[u8]) {
    let Ok(number) = PackedNumber::pack(bytes) else { return };
    if number.is_absent() {
        assert!(String::from_utf8_lossy(bytes).trim().is_empty(), "a filled cell is read as empty");
        return;
    }
    assert_eq!(PackedNumber::from_words(number.words()), number);
    assert_eq!(number.of_line().split_mark(), (number, true));
    let values = NUMBERS.map(|dialect| number.ten_thousandths(dialect));
    assert!(values.iter().any(Option::is_some), "a number under no dialect");
    let evidence = number.evidence();
    assert_eq!(evidence.only_point, values[0].is_some() && values[1].is_none());
    assert_eq!(evidence.only_comma, values[1].is_some() && values[0].is_none());
    assert_eq!(evidence.ambiguous, values[0].is_some() && values[1].is_some() && values[0] != values[1]);
    for (dialect, value) in NUMBERS.into_iter().zip(values) {
        for each in [1, 12, u32::MAX] {
            let Ok(pieces) = number.pieces(dialect, each) else { continue };
            let of_value = value.map(|value| i128::from(value) * i128::from(each));
            assert_eq!(of_value, Some(i128::from(pieces) * 10_000));
        }
        if let Some(value) = value {
            assert_eq!(number.magnitude().ten_thousandths(dialect), Some(value.abs()));
        }
    }
    let text = number.to_text();
    let again = PackedNumber::pack(text.as_bytes());
    assert!(again.is_ok(), "{text} is written and not read");
    if let Ok(again) = again {
        for (dialect, value) in NUMBERS.into_iter().zip(values).filter(|(_, value)| value.is_some()) {
            assert_eq!(again.ten_thousandths(dialect), value, "{text}");
        }
        assert_eq!(again.to_text(), text);
    }
}

/// A date cell, in whatever calendar.
pub fn date(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(reading) = DateReading::read(text.trim()) else { return };
    let evidence = reading.evidence();
    assert!(!(evidence.only_dmy && evidence.only_mdy), "{text:?} says two things of its column");
    for dialect in DATES {
        let Ok(Some(day)) = reading.day(dialect) else { continue };
        let written = day.to_string();
        let again = DateReading::read(&written);
        assert_eq!(again, Ok(DateReading::Fixed(day, DateDialect::Iso)), "{text:?} is {written}");
    }
    match reading {
        DateReading::Null => assert!(evidence == Default::default()),
        DateReading::Fixed(day, dialect) => assert_eq!(reading.day(Some(dialect)), Ok(Some(day))),
        DateReading::Open { dmy, mdy } => assert!(dmy.is_some() || mdy.is_some()),
    }
}
