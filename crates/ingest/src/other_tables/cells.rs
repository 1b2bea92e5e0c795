//! The dialects of such a table's columns, and its cells once these are known.

use std::collections::BTreeMap;

use chipwatch_records::{ColumnKind, Day, OtherColumn};

use crate::cells::clean;
use crate::date::{DateDialect, DateEvidence, DateReading};
use crate::dialect::{Word, date_word, number_word};
use crate::number::{NumberDialect, NumberEvidence, PackedNumber};

/// What a column's cells say about its dialect, and the first cell that can be read two ways with its line.
#[derive(Clone, Default, Debug)]
pub(super) struct Evidence {
    numbers: NumberEvidence,
    dates: DateEvidence,
    open: Option<(u32, String)>,
}

/// By column.
pub(super) type TableEvidence = BTreeMap<OtherColumn, Evidence>;

/// How the columns of one table are read.
#[derive(Clone, Default, Debug)]
pub(super) struct Dialects {
    numbers: BTreeMap<OtherColumn, NumberDialect>,
    dates: BTreeMap<OtherColumn, DateDialect>,
    /// What the cells leave open, in plain words.
    pub(super) questions: Vec<String>,
}

impl Evidence {
    /// Takes a cell of a column into account.
    pub(super) fn see(&mut self, column: OtherColumn, line: u32, cell: &str) {
        let cell = clean(cell);
        let is_open = match column.kind() {
            ColumnKind::Quantity | ColumnKind::Money => {
                let evidence = PackedNumber::pack(cell.as_bytes()).map(PackedNumber::evidence);
                self.numbers.merge(evidence.unwrap_or_default());
                evidence.is_ok_and(|evidence| evidence.ambiguous)
            }
            ColumnKind::Date => {
                let evidence = DateReading::read(cell).map(DateReading::evidence);
                self.dates.merge(evidence.unwrap_or_default());
                evidence.is_ok_and(|evidence| evidence.ambiguous)
            }
            _ => false,
        };
        if is_open && self.open.is_none() {
            self.open = Some((line, cell.to_owned()));
        }
    }
}

/// Decides the dialects of one table: each column by its own cells, else by the table's other columns, else by all tables
/// that are given together.
pub(super) fn decide(
    own: &TableEvidence,
    all: &[&TableEvidence],
    told: (Option<NumberDialect>, Option<DateDialect>),
) -> Dialects {
    let mut dialects = Dialects::default();
    let numbers = |tables: &[&TableEvidence]| {
        let mut sum = NumberEvidence::default();
        tables.iter().flat_map(|table| table.values()).for_each(|one| sum.merge(one.numbers));
        number_word(sum)
    };
    let dates = |tables: &[&TableEvidence]| {
        let mut sum = DateEvidence::default();
        tables.iter().flat_map(|table| table.values()).for_each(|one| sum.merge(one.dates));
        date_word(sum)
    };
    for (column, evidence) in own {
        match column.kind() {
            ColumnKind::Quantity | ColumnKind::Money => {
                let words = [number_word(evidence.numbers), numbers(&[own]), numbers(all)];
                match first_word(words, evidence.numbers.ambiguous, told.0) {
                    Ok(dialect) => {
                        dialects.numbers.insert(*column, dialect.unwrap_or(NumberDialect::Point));
                    }
                    Err(()) => dialects.ask(*column, evidence, "number", ["point", "comma"]),
                }
            }
            ColumnKind::Date => {
                let words = [date_word(evidence.dates), dates(&[own]), dates(all)];
                match first_word(words, evidence.dates.ambiguous, told.1) {
                    Ok(dialect) => dialects.dates.extend(dialect.map(|dialect| (*column, dialect))),
                    Err(()) => dialects.ask(*column, evidence, "date", ["dmy", "mdy"]),
                }
            }
            _ => {}
        }
    }
    dialects
}

/// The user's word, else the first of these that says anything; `Err` where the column contradicts itself or stays open.
fn first_word<T>(words: [Word<T>; 3], is_ambiguous: bool, told: Option<T>) -> Result<Option<T>, ()> {
    if told.is_some() {
        return Ok(told);
    }
    if matches!(words[0], Word::Contradiction) {
        return Err(());
    }
    let says = |word| if let Word::Says(dialect) = word { Some(dialect) } else { None };
    let [own, others @ ..] = words;
    let own = says(own);
    if own.is_some() || !is_ambiguous {
        return Ok(own);
    }
    others.into_iter().find_map(says).map(Some).ok_or(())
}

impl Dialects {
    fn ask(&mut self, column: OtherColumn, evidence: &Evidence, key: &str, [one, other]: [&str; 2]) {
        let seen = evidence.open.as_ref();
        let seen = seen.map_or(String::new(), |(line, cell)| format!(", such as `{cell}` on line {line}"));
        self.questions.push(format!(
            "column {} can be read two ways{seen}; say `{key} = \"{one}\"` or `{key} = \"{other}\"` beside its `files`",
            column.name()
        ));
    }

    /// A number of items; `None` where the cell is empty.
    ///
    /// # Errors
    /// In plain words.
    pub(super) fn quantity(&self, column: OtherColumn, cell: &str) -> Result<Option<i32>, &'static str> {
        let number = number(cell)?;
        if number.is_absent() { Ok(None) } else { number.whole(self.number_dialect(column)).map(Some) }
    }

    /// An amount in whole units of its currency, rounded; `None` where the cell is empty.
    ///
    /// # Errors
    /// In plain words.
    pub(super) fn money(&self, column: OtherColumn, cell: &str) -> Result<Option<i64>, &'static str> {
        let number = number(cell)?;
        if number.is_absent() {
            return Ok(None);
        }
        let value = number.ten_thousandths(self.number_dialect(column));
        let value = value.ok_or("not a number in this column's dialect")?;
        Ok(Some((value + 5_000 * value.signum()) / 10_000))
    }

    /// A day; `None` where the cell is empty or says that there is none.
    ///
    /// # Errors
    /// In plain words.
    pub(super) fn day(&self, column: OtherColumn, cell: &str) -> Result<Option<Day>, &'static str> {
        match DateReading::read(clean(cell))? {
            DateReading::Fixed(day, _) => Ok(Some(day)),
            reading => reading.day(self.dates.get(&column).copied()),
        }
    }

    fn number_dialect(&self, column: OtherColumn) -> NumberDialect {
        self.numbers.get(&column).copied().unwrap_or(NumberDialect::Point)
    }
}

fn number(cell: &str) -> Result<PackedNumber, &'static str> {
    match clean(cell) {
        "" | "-" => Ok(PackedNumber::ABSENT),
        text => PackedNumber::pack(text.as_bytes()),
    }
}
