//! Which dialect each column of each file is written in: decided by all its cells, never by one.

use std::collections::BTreeMap;

use chipwatch_records::Column;

use crate::date::{DateDialect, DateEvidence};
use crate::number::{NumberDialect, NumberEvidence};
use crate::part::{DialectEvidence, SeenCell};
use crate::source::SourceSpec;

/// The dialects of one file.
#[derive(Clone, Default, Debug)]
pub struct FileDialects {
    /// By numeric column.
    pub numbers: BTreeMap<Column, NumberDialect>,
    /// By date column; absent: nothing is open.
    pub dates: BTreeMap<Column, DateDialect>,
    /// What was taken from a sibling file, or of several columns of one name, in plain sentences.
    pub notes: Vec<String>,
    /// Why the file cannot be read, where a column stays open or contradicts itself.
    pub questions: Vec<String>,
}

/// Decides the dialects of the files of one source from the evidence of each.
#[must_use]
pub fn decide(source: &SourceSpec, files: &[(String, DialectEvidence)]) -> Vec<FileDialects> {
    (0..files.len())
        .map(|index| {
            let mut dialects = FileDialects::default();
            for column in [Column::Quantity, Column::UnitPrice, Column::Amount] {
                number(source, files, index, column, &mut dialects);
            }
            for column in [Column::ShipDate, Column::OrderDate, Column::InvoiceDate, Column::ChangedOn] {
                date(source, files, index, column, &mut dialects);
            }
            dialects
        })
        .collect()
}

/// What evidence alone says: a dialect, nothing, or a contradiction.
pub(crate) enum Word<T> {
    Says(T),
    Nothing,
    Contradiction,
}

pub(crate) fn number_word(evidence: NumberEvidence) -> Word<NumberDialect> {
    match (evidence.only_point, evidence.only_comma) {
        (true, false) => Word::Says(NumberDialect::Point),
        (false, true) => Word::Says(NumberDialect::Comma),
        (false, false) => Word::Nothing,
        (true, true) => Word::Contradiction,
    }
}

pub(crate) fn date_word(evidence: DateEvidence) -> Word<DateDialect> {
    match (evidence.only_dmy, evidence.only_mdy) {
        (true, false) => Word::Says(DateDialect::Dmy),
        (false, true) => Word::Says(DateDialect::Mdy),
        (false, false) => Word::Nothing,
        (true, true) => Word::Contradiction,
    }
}

fn number(
    source: &SourceSpec,
    files: &[(String, DialectEvidence)],
    index: usize,
    column: Column,
    into: &mut FileDialects,
) {
    let of = |file: usize, column: Column| files[file].1.numbers.get(&column).cloned().unwrap_or_default();
    let (evidence, cell) = of(index, column);
    if let Some(dialect) = source.number {
        into.numbers.insert(column, dialect);
        return;
    }
    match number_word(evidence) {
        Word::Says(dialect) => drop(into.numbers.insert(column, dialect)),
        Word::Contradiction => {
            into.questions.push(contradiction(column, "number", "\"point\" or number = \"comma\""))
        }
        Word::Nothing if !evidence.ambiguous => drop(into.numbers.insert(column, NumberDialect::Point)),
        Word::Nothing => {
            let mut own = NumberEvidence::default();
            for (evidence, _) in files[index].1.numbers.values() {
                own.merge(*evidence);
            }
            if let Word::Says(dialect) = number_word(own) {
                into.numbers.insert(column, dialect);
                return;
            }
            let mut siblings = NumberEvidence::default();
            for (_, sibling) in files {
                for (evidence, _) in sibling.numbers.values() {
                    siblings.merge(*evidence);
                }
            }
            match number_word(siblings) {
                Word::Says(dialect) => {
                    into.notes.push(inherited(
                        column,
                        if dialect == NumberDialect::Point { "point" } else { "comma" },
                    ));
                    into.numbers.insert(column, dialect);
                }
                _ => into.questions.push(open(column, cell, "number = \"point\" or number = \"comma\"")),
            }
        }
    }
}

fn date(
    source: &SourceSpec,
    files: &[(String, DialectEvidence)],
    index: usize,
    column: Column,
    into: &mut FileDialects,
) {
    let (evidence, cell) = files[index].1.dates.get(&column).cloned().unwrap_or_default();
    if let Some(dialect) = source.date {
        into.dates.insert(column, dialect);
        return;
    }
    match date_word(evidence) {
        Word::Says(dialect) => drop(into.dates.insert(column, dialect)),
        Word::Contradiction => {
            into.questions.push(contradiction(column, "date", "\"dmy\" or date = \"mdy\""))
        }
        Word::Nothing if !evidence.ambiguous => {}
        Word::Nothing => {
            let merged = |dates: Vec<&DialectEvidence>| {
                let mut all = DateEvidence::default();
                for (evidence, _) in dates.into_iter().flat_map(|file| file.dates.values()) {
                    all.merge(*evidence);
                }
                all
            };
            if let Word::Says(dialect) = date_word(merged(vec![&files[index].1])) {
                into.dates.insert(column, dialect);
                return;
            }
            match date_word(merged(files.iter().map(|(_, evidence)| evidence).collect())) {
                Word::Says(dialect) => {
                    into.notes
                        .push(inherited(column, if dialect == DateDialect::Dmy { "dmy" } else { "mdy" }));
                    into.dates.insert(column, dialect);
                }
                _ => into.questions.push(open(column, cell, "date = \"dmy\" or date = \"mdy\"")),
            }
        }
    }
}

fn inherited(column: Column, dialect: &str) -> String {
    format!("column {} is read as `{dialect}`, as the source's other files are written", column.name())
}

fn contradiction(column: Column, key: &str, values: &str) -> String {
    format!(
        "column {} has cells of two dialects; say `{key} = {values}` in the source, or split the file",
        column.name()
    )
}

fn open(column: Column, cell: Option<SeenCell>, line: &str) -> String {
    let seen = cell.map_or(String::new(), |(line, text)| format!(", such as `{text}` on line {line}"));
    format!("column {} can be read two ways{seen}; say `{line}` in the source", column.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::DateReading;
    use crate::number::PackedNumber;
    use crate::source::source;

    fn evidence(quantities: &[&str], amounts: &[&str], dates: &[&str]) -> DialectEvidence {
        let mut evidence = DialectEvidence::default();
        for (column, cells) in [(Column::Quantity, quantities), (Column::Amount, amounts)] {
            for cell in cells {
                evidence.see_number(column, PackedNumber::pack(cell.as_bytes()).unwrap(), 2, cell);
            }
        }
        for date in dates {
            evidence.see_date(Column::ShipDate, DateReading::read(date).unwrap(), 2, date);
        }
        evidence
    }

    #[test]
    fn a_column_that_could_be_read_both_ways_follows_the_files_other_columns() {
        let files = [("a".into(), evidence(&["1.000", "250", "12.500"], &["1.234,56"], &["03.04.2025"]))];
        let dialects = decide(&source(), &files);
        assert_eq!(dialects[0].numbers[&Column::Quantity], NumberDialect::Comma);
        let files = [("a".into(), evidence(&["1.000", "250", "12.500"], &["1,234.56"], &[]))];
        assert_eq!(decide(&source(), &files)[0].numbers[&Column::Quantity], NumberDialect::Point);
    }

    #[test]
    fn a_sibling_decides_and_the_note_says_so() {
        let files = [
            ("a".into(), evidence(&["40,000-"], &[], &[])),
            ("b".into(), evidence(&["1.240,000"], &[], &[])),
        ];
        let dialects = decide(&source(), &files);
        assert_eq!(dialects[0].numbers[&Column::Quantity], NumberDialect::Comma);
        assert!(dialects[0].notes[0].contains("quantity"));
        assert!(dialects[1].notes.is_empty());
    }

    #[test]
    fn an_open_column_is_a_question_that_names_a_cell_and_the_line_to_add() {
        let dialects = decide(&source(), &[("a".into(), evidence(&["40,000-"], &[], &["03/04/2025"]))]);
        assert!(dialects[0].questions[0].contains("`40,000-` on line 2"), "{:?}", dialects[0].questions);
        assert!(dialects[0].questions[1].contains("date = \"dmy\""));
        let mut known = source();
        known.number = Some(NumberDialect::Comma);
        known.date = Some(DateDialect::Mdy);
        let dialects = decide(&known, &[("a".into(), evidence(&["40,000-"], &[], &["03/04/2025"]))]);
        assert!(dialects[0].questions.is_empty());
    }

    #[test]
    fn one_day_above_twelve_decides_the_column_and_two_orders_contradict() {
        let dialects = decide(&source(), &[("a".into(), evidence(&[], &[], &["03/04/2025", "25/04/2025"]))]);
        assert_eq!(dialects[0].dates[&Column::ShipDate], DateDialect::Dmy);
        let dialects = decide(&source(), &[("a".into(), evidence(&[], &[], &["04/25/2025", "25/04/2025"]))]);
        assert_eq!(dialects[0].questions.len(), 1);
    }
}
