//! The monthly series: chips bought by month, level, buyer's country and model.

use chipwatch_records::{
    Channel, CountryCode, Day, EntityId, ItemId, Ledger, Measure, Monthly, MonthlyRow, TableColumn, TableKind,
};
use hashbrown::HashMap;
use polars::prelude::{
    Column, DataFrame, DataType, IntoColumn, IntoLazy, NamedFrom, PolarsError, Series, SortMultipleOptions,
};

use super::{FrameError, column};

/// What one slice adds to the series. An entity lies in one slice, so distinct buyers can be added up.
#[derive(Clone, Default, Debug)]
pub struct MonthlyPart(Vec<SlicedRow>);

/// A row of the series as far as one slice knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct SlicedRow {
    month: i32,
    channel: Channel,
    country: Option<CountryCode>,
    model: &'static str,
    buyers: i64,
    chips_lo: i64,
    chips_hi: i64,
}

#[derive(Clone, Copy)]
struct Sum {
    last_buyer: EntityId,
    buyers: i64,
    lo: i64,
    hi: i64,
}

/// The month of each day that a slice can have: cheaper to look up than to work out for every entry.
struct Months {
    first: i32,
    months: Vec<i32>,
}

impl Months {
    fn of(ledger: &Ledger<'_>) -> Self {
        let days = ledger.entries.iter().map(|entry| entry.day);
        let (Some(first), Some(last)) = (days.clone().min(), days.max()) else {
            return Self { first: 0, months: Vec::new() };
        };
        let length = last.number() - first.number();
        Self { first: first.number(), months: (0..=length).map(|days| first.plus(days).month()).collect() }
    }

    fn of_day(&self, day: Day) -> i32 {
        let place = usize::try_from(day.number() - self.first).ok();
        place.and_then(|place| self.months.get(place)).copied().unwrap_or_else(|| day.month())
    }
}

impl MonthlyPart {
    /// Sums a slice by month, level, country and item.
    #[must_use]
    pub fn of(ledger: &Ledger<'_>) -> Self {
        let months = Months::of(ledger);
        let mut sums: HashMap<(i32, Channel, Option<CountryCode>, ItemId), Sum> = HashMap::new();
        for entry in ledger.entries.iter().filter(|entry| entry.measure == Measure::Direct) {
            let kept = ledger.line(entry);
            let country = ledger.country(kept.line.sold_to);
            let new = Sum { last_buyer: entry.entity, buyers: 1, lo: 0, hi: 0 };
            let sum = sums.entry((months.of_day(entry.day), kept.channel, country, kept.item)).or_insert(new);
            if sum.last_buyer != entry.entity {
                sum.last_buyer = entry.entity;
                sum.buyers += 1;
            }
            sum.lo += entry.chips_lo;
            sum.hi += entry.chips_hi;
        }
        let mut rows: Vec<SlicedRow> = sums
            .into_iter()
            .map(|((month, channel, country, item), sum)| SlicedRow {
                month,
                channel,
                country,
                model: ledger.book.items[item.index()].model.unwrap_or_default(),
                buyers: sum.buyers,
                chips_lo: sum.lo,
                chips_hi: sum.hi,
            })
            .collect();
        rows.sort();
        Self(rows)
    }
}

/// Adds the slices' parts up.
///
/// # Errors
/// [`FrameError`] where the frame does not have the declared columns: a fault of the program.
pub fn monthly_series(parts: Vec<MonthlyPart>) -> Result<Vec<MonthlyRow>, FrameError> {
    let rows: Vec<SlicedRow> = parts.into_iter().flat_map(|part| part.0).collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |error: PolarsError| FrameError { table: "monthly", why: error.to_string() };
    let sum = |of| column(of).sum();
    let keys = [Monthly::Month, Monthly::Level, Monthly::Country, Monthly::Model];
    let summed = frame(&rows)
        .map_err(failed)?
        .lazy()
        .group_by(keys.map(column))
        .agg([sum(Monthly::Buyers), sum(Monthly::ChipsLo), sum(Monthly::ChipsHi)])
        .sort_by_exprs(keys.map(column), SortMultipleOptions::default())
        .collect()
        .map_err(failed)?;
    check_schema(&summed)?;
    read(&summed).map_err(failed)
}

fn frame(rows: &[SlicedRow]) -> Result<DataFrame, PolarsError> {
    let text = |of: Monthly, value: fn(&SlicedRow) -> &str| -> Column {
        Series::new(of.name().into(), rows.iter().map(value).collect::<Vec<&str>>()).into_column()
    };
    let number = |of: Monthly, value: fn(&SlicedRow) -> i64| -> Column {
        Series::new(of.name().into(), rows.iter().map(value).collect::<Vec<i64>>()).into_column()
    };
    let columns = Monthly::all()
        .iter()
        .map(|of| match of {
            Monthly::Month => number(*of, |row| i64::from(row.month)),
            Monthly::Level => text(*of, |row| row.channel.as_str()),
            Monthly::Country => text(*of, |row| row.country.as_ref().map_or("", CountryCode::as_str)),
            Monthly::Model => text(*of, |row| row.model),
            Monthly::Buyers => number(*of, |row| row.buyers),
            Monthly::ChipsLo => number(*of, |row| row.chips_lo),
            Monthly::ChipsHi => number(*of, |row| row.chips_hi),
        })
        .collect();
    DataFrame::new(rows.len(), columns)
}

/// polars may hand back columns in another order, but never others or of another kind.
fn check_schema(frame: &DataFrame) -> Result<(), FrameError> {
    for of in Monthly::all() {
        let expected = match of.kind() {
            TableKind::Text => DataType::String,
            TableKind::Integer => DataType::Int64,
        };
        let found = frame.column(of.name()).map(|column| column.dtype().clone());
        if found.as_ref().ok() != Some(&expected) {
            let why = format!("column {} is {found:?}, not {expected:?}", of.name());
            return Err(FrameError { table: "monthly", why });
        }
    }
    Ok(())
}

fn read(frame: &DataFrame) -> Result<Vec<MonthlyRow>, PolarsError> {
    let text = |of: Monthly| frame.column(of.name())?.str().cloned();
    let number = |of: Monthly| frame.column(of.name())?.i64().cloned();
    let (month, level, country, model) =
        (number(Monthly::Month)?, text(Monthly::Level)?, text(Monthly::Country)?, text(Monthly::Model)?);
    let (buyers, lo, hi) = (number(Monthly::Buyers)?, number(Monthly::ChipsLo)?, number(Monthly::ChipsHi)?);
    let row = |index: usize| {
        Some(MonthlyRow {
            month: i32::try_from(month.get(index)?).ok()?,
            channel: Channel::from_name(level.get(index)?)?,
            country: CountryCode::from_letters(country.get(index)?),
            model: model.get(index)?.to_owned(),
            buyers: buyers.get(index)?,
            chips_lo: lo.get(index)?,
            chips_hi: hi.get(index)?,
        })
    };
    let rows: Option<Vec<MonthlyRow>> = (0..frame.height()).map(row).collect();
    rows.ok_or_else(|| PolarsError::ComputeError("a value of the series is missing".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sliced(month: i32, country: &str, model: &'static str, buyers: i64, chips: i64) -> SlicedRow {
        let country = CountryCode::from_letters(country);
        let channel = Channel::SellIn;
        SlicedRow { month, channel, country, model, buyers, chips_lo: chips, chips_hi: chips * 2 }
    }

    fn row(month: i32, country: &str, model: &'static str, buyers: i64, chips: i64) -> MonthlyRow {
        let SlicedRow { month, channel, country, model, buyers, chips_lo, chips_hi } =
            sliced(month, country, model, buyers, chips);
        MonthlyRow { month, channel, country, model: model.to_owned(), buyers, chips_lo, chips_hi }
    }

    #[test]
    fn parts_are_added_up_and_sorted_whatever_their_order() {
        let a = MonthlyPart(vec![sliced(202402, "SG", "H100", 1, 8), sliced(202401, "SG", "H100", 2, 16)]);
        let b = MonthlyPart(vec![sliced(202401, "SG", "H100", 3, 4), sliced(202401, "", "A100", 1, 1)]);
        let expected = vec![
            row(202401, "", "A100", 1, 1),
            row(202401, "SG", "H100", 5, 20),
            row(202402, "SG", "H100", 1, 8),
        ];
        assert_eq!(monthly_series(vec![a.clone(), b.clone()]).unwrap(), expected);
        assert_eq!(monthly_series(vec![b, a]).unwrap(), expected);
        assert!(monthly_series(Vec::new()).unwrap().is_empty());
    }
}
