//! A proposed mapping: which header of an unknown export is probably which column, how sure that is, and why.

use std::collections::BTreeSet;

use chipwatch_records::{Column, ColumnKind, DocumentType, Role};

use crate::captions::{Captions, ColumnCaptions, List, Trade, Words};
use crate::date::DateReading;
use crate::number::PackedNumber;

/// What a proposal rests on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Basis {
    /// The layout itself knows the header.
    Layout,
    /// The header is a caption that the dictionary knows for this column.
    Caption,
    /// The header holds the words that mean this column, and others.
    Words,
    /// The header is spelled nearly as a known caption.
    Spelling,
}

/// A header that is probably a column.
#[derive(Clone, PartialEq, Debug)]
pub struct Proposal {
    /// The column.
    pub column: Column,
    /// The field of the file.
    pub field: usize,
    /// From 0 to 1. It orders proposals and says which need a look; it is no probability.
    pub confidence: f64,
    /// Why.
    pub basis: Basis,
}

impl Proposal {
    /// From here on a proposal is used without a question.
    pub const LIKELY: f64 = 0.7;

    /// Whether a person should look at it before it is used.
    #[must_use]
    pub fn is_guess(&self) -> bool {
        self.confidence < Self::LIKELY
    }
}

/// Proposes a column for the headers it can, at most one header a column and one column a header, in the order of columns.
/// `samples` are the first rows; cells speak against a column that cannot hold them.
#[must_use]
pub fn propose(
    captions: &Captions,
    headers: &[String],
    trade: Option<Trade>,
    samples: &[Vec<String>],
) -> Vec<Proposal> {
    let mut candidates: Vec<Proposal> = Vec::new();
    let by_likeness = headers.len() <= MOST_SPELLED;
    for (field, header) in headers.iter().enumerate() {
        let words = captions.words(header);
        let of_field = candidates_of(captions, &words, trade, by_likeness);
        candidates.extend(of_field.into_iter().map(|(column, confidence, basis)| Proposal {
            column,
            field,
            confidence,
            basis,
        }));
    }
    candidates.retain(|candidate| may_hold(candidate.column, candidate.field, samples));
    candidates.sort_by(|a, b| {
        b.confidence.total_cmp(&a.confidence).then((a.field, a.column).cmp(&(b.field, b.column)))
    });
    let (mut columns, mut fields) = (BTreeSet::new(), BTreeSet::new());
    candidates.retain(|candidate| {
        let is_free = !columns.contains(&candidate.column) && !fields.contains(&candidate.field);
        if is_free {
            columns.insert(candidate.column);
            fields.insert(candidate.field);
        }
        is_free
    });
    // A price whose header names its currency is in that one, whatever a column of currencies says of other amounts.
    let names_currency = candidates.iter().any(|candidate| {
        candidate.column.kind() == ColumnKind::Money
            && captions
                .words(&headers[candidate.field])
                .all
                .iter()
                .any(|word| CURRENCIES.contains(&word.as_str()))
    });
    candidates.retain(|candidate| candidate.column != Column::Currency || !names_currency);
    candidates.sort_by_key(|candidate| candidate.column);
    candidates
}

/// Codes of currencies that stand in headers, ISO 4217, and `rmb`.
const CURRENCIES: [&str; 16] = [
    "usd", "eur", "gbp", "jpy", "cny", "rmb", "twd", "krw", "sgd", "hkd", "inr", "myr", "thb", "vnd", "rub",
    "aed",
];

/// How many of the names are a column for sure: by which a header row is told from others.
#[must_use]
pub fn count_known(captions: &Captions, names: &[String]) -> usize {
    let mut columns = BTreeSet::new();
    for name in names.iter().filter(|name| name.len() < 80) {
        let words = captions.words(name);
        for (column, confidence, basis) in candidates_of(captions, &words, None, false) {
            if confidence >= Proposal::LIKELY && basis != Basis::Spelling {
                columns.insert(column);
                break;
            }
        }
    }
    columns.len()
}

/// The columns that a header is for sure. Any word with `date` in it may be a ship date: of these only known captions.
pub(crate) fn sure_columns(captions: &Captions, header: &str) -> Vec<Column> {
    let found = candidates_of(captions, &captions.words(header), None, false);
    let is_sure = |(column, confidence, basis): &&(Column, f64, Basis)| {
        *confidence >= Proposal::LIKELY && (*basis == Basis::Caption || column.kind() != ColumnKind::Date)
    };
    found.iter().filter(is_sure).map(|(column, ..)| *column).collect()
}

/// The direction of a customs table by the words of its headers and of its file's name; `None` where they do not say, or
/// say both.
#[must_use]
pub fn trade_of(captions: &Captions, file_name: &str, headers: &[String]) -> Option<Trade> {
    let votes = |words: &[String], into: &[&str], out: &[&str]| {
        let count = |of: &[&str]| words.iter().filter(|word| of.contains(&word.as_str())).count();
        (count(into), count(out))
    };
    let by_name =
        votes(&captions.words(file_name).all, &["import", "imports", "imp"], &["export", "exports", "exp"]);
    match by_name {
        (1.., 0) => return Some(Trade::Import),
        (0, 1..) => return Some(Trade::Export),
        _ => {}
    }
    let words: Vec<String> = headers.iter().flat_map(|header| captions.words(header).all).collect();
    // The side at home gives much of itself: number, address, telephone. The foreign side is a supplier or a buyer.
    let by_headers =
        votes(&words, &["imp", "import", "importer", "supplier"], &["exp", "export", "exporter", "buyer"]);
    match by_headers {
        (into, out) if into > out => Some(Trade::Import),
        (into, out) if out > into => Some(Trade::Export),
        _ => None,
    }
}

/// Whether a table has sums by month instead of lines.
#[must_use]
pub fn is_summed_up(captions: &Captions, headers: &[String]) -> bool {
    summed_up_by(captions, headers).is_some()
}

/// The header by which a table is one of sums and not of lines: a column of months, or of shares of a whole. `inspect` and
/// every run go by it, under whatever layout.
#[must_use]
pub fn summed_up_by<'h>(captions: &Captions, headers: &'h [String]) -> Option<&'h str> {
    let is_of_sums = |header: &&String| {
        let words = captions.words(header).all.join(" ");
        words == "month year" || words.starts_with("percent gt") || words.starts_with("sum of")
    };
    headers.iter().find(is_of_sums).map(String::as_str)
}

/// Columns that words may mean, each with its confidence.
fn candidates_of(
    captions: &Captions,
    words: &Words,
    trade: Option<Trade>,
    by_likeness: bool,
) -> Vec<(Column, f64, Basis)> {
    if words.meaning.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(Column, f64, Basis)> = Vec::new();
    if let Some(column) = Column::from_name(&words.all.join("_")) {
        found.push((column, 1.0, Basis::Caption));
    }
    for (closeness, known) in captions.find(words) {
        let base = match known.list {
            List::Certain => 0.99,
            List::OneWay(way) if trade == Some(way) => 0.95,
            List::OneWay(_) if trade.is_some() => continue,
            List::OneWay(_) => 0.72,
            List::Weak => 0.6,
        };
        // Later captions are worse; none of a certain list gets below 0.85.
        let rank = (known.rank as f64 * 0.002).min(0.1);
        let column = captions.columns()[known.column].column;
        found.push((column, base - rank - closeness as f64 * 0.005, Basis::Caption));
    }
    for column in captions.columns() {
        if let Some(confidence) = by_words(captions, column, words) {
            found.push((column.column, confidence, Basis::Words));
        }
    }
    if by_likeness && found.is_empty() {
        for column in captions.columns() {
            if let Some(confidence) = by_spelling(column, words) {
                found.push((column.column, confidence, Basis::Spelling));
            }
        }
    }
    found
}

fn by_words(captions: &Captions, column: &ColumnCaptions, words: &Words) -> Option<f64> {
    if words.all.iter().any(|word| column.unless.contains(word)) {
        return None;
    }
    let has_all = |rule: &&Vec<String>| rule.iter().all(|word| words.all.contains(word));
    let rule = column.words.iter().filter(has_all).max_by_key(|rule| rule.len())?;
    let preferred = words.all.iter().filter(|word| column.prefer.contains(*word)).count();
    let is_strange =
        |word: &&String| !rule.contains(word) && !column.prefer.contains(*word) && !captions.is_noise(word);
    let strange = words.all.iter().filter(is_strange).count();
    Some((0.8 + 0.03 * preferred as f64 - 0.03 * strange as f64).clamp(0.5, 0.92))
}

/// Holding spellings against all captions takes long; a table with more columns than this was made by a program, which does
/// not misspell.
const MOST_SPELLED: usize = 500;
/// The least likeness of two spellings, and the shortest caption for which it says anything.
const LIKENESS: f64 = 0.84;
const SHORTEST: usize = 7;

fn by_spelling(column: &ColumnCaptions, words: &Words) -> Option<f64> {
    let written = words.all.concat();
    if written.chars().count() < SHORTEST || words.all.iter().any(|word| column.unless.contains(word)) {
        return None;
    }
    let certain =
        column.lists.iter().filter(|(list, _)| *list == List::Certain).flat_map(|(_, phrases)| phrases);
    let likeness = certain
        .filter(|phrase| phrase.chars().count() >= SHORTEST)
        .map(|phrase| strsim::normalized_damerau_levenshtein(&written, &phrase.replace(' ', "")))
        .fold(0.0, f64::max);
    (likeness >= LIKENESS).then_some(0.5 + (likeness - LIKENESS))
}

/// A month without a day, as tables of sums have it: no ship date, but what stands in the place of one.
fn is_month(cell: &str) -> bool {
    const FORMS: [&str; 8] =
        ["%d %b-%Y", "%d %b-%y", "%d %b %Y", "%d %B %Y", "%d %m-%Y", "%d %m/%Y", "%d %Y-%m", "%d %Y%m"];
    let first = format!("1 {cell}");
    FORMS.iter().any(|form| chrono::NaiveDate::parse_from_str(&first, form).is_ok())
}

/// Whether most of the filled cells of a field can stand in a column.
fn may_hold(column: Column, field: usize, samples: &[Vec<String>]) -> bool {
    let cells: Vec<&str> = samples
        .iter()
        .filter_map(|row| row.get(field))
        .map(|cell| cell.trim())
        .filter(|cell| !cell.is_empty())
        .collect();
    if cells.is_empty() {
        return true;
    }
    let most = |fits: &dyn Fn(&str) -> bool| cells.iter().filter(|cell| fits(cell)).count() * 2 > cells.len();
    let is_number = |cell: &str| PackedNumber::pack(cell.as_bytes()).is_ok();
    match column.kind() {
        ColumnKind::Quantity | ColumnKind::Money => most(&is_number),
        ColumnKind::Date => most(&|cell| DateReading::read(cell).is_ok() || is_month(cell)),
        // A name is no number: such a field holds the number of a party.
        ColumnKind::Text if Role::ALL.iter().any(|role| role.columns()[1] == Some(column)) => {
            !most(&|cell| cell.chars().all(|letter| !letter.is_alphabetic()))
        }
        ColumnKind::Identifier if column == Column::LineNo => {
            most(&|cell| cell.bytes().all(|byte| byte.is_ascii_digit()))
        }
        // Names of parties stand under headers that elsewhere hold their numbers.
        ColumnKind::Identifier => most(&|cell| cell.chars().any(|letter| letter.is_ascii_digit())),
        ColumnKind::Text if column == Column::DocumentType => {
            most(&|cell| DocumentType::from_name(cell).is_some())
        }
        ColumnKind::Text => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns proposed for one row of headers and cells, guesses marked.
    fn proposed(headers: &[&str], cells: &[&str]) -> Vec<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (headers, cells) = (owned(headers), owned(cells));
        let captions = Captions::read().unwrap();
        let proposals = propose(&captions, &headers, None, &[cells]);
        let shown = |proposal: &Proposal| {
            let mark = if proposal.is_guess() { "?" } else { "" };
            format!("{} {}{mark}", headers[proposal.field], proposal.column.name())
        };
        proposals.iter().map(shown).collect()
    }

    #[test]
    fn cells_speak_against_a_column_that_cannot_hold_them() {
        assert_eq!(
            proposed(&["Customer", "Item"], &["100200", "10"]),
            ["Item line_no", "Customer sold_to_id"]
        );
        assert_eq!(
            proposed(&["Customer", "Item"], &["Acme Fictional Inc", "900-21010-0000-000"]),
            ["Customer sold_to_name", "Item part_number"]
        );
        assert_eq!(proposed(&["Qty", "Ship Date"], &["many", "soon"]), [""; 0]);
    }

    #[test]
    fn a_price_that_names_its_currency_is_not_in_another_one() {
        let cells = ["5", "EUR"];
        assert_eq!(
            proposed(&["Unit Price", "Currency"], &cells),
            ["Unit Price unit_price", "Currency currency"]
        );
        assert_eq!(proposed(&["Unit Price USD", "Currency"], &cells), ["Unit Price USD unit_price"]);
    }

    #[test]
    fn a_misspelt_caption_is_a_guess_and_a_strange_one_nothing() {
        assert_eq!(proposed(&["Delivery Quantitty"], &["5"]), ["Delivery Quantitty quantity?"]);
        assert_eq!(proposed(&["Gross margin", "Colour"], &["5", "red"]), [""; 0]);
    }
}
