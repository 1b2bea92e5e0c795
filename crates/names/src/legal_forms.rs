//! The table of legal forms and the look-up of the longest one at either end of a name.
//!
//! A row of `legal_forms.tsv` is one legal form: its folded spellings (`|` between them), the canonical one, the
//! countries that use it, the ends of a name where it may be taken off, and where the fact is from: `ISO 20275`
//! if that list has one of the spellings for one of the countries, else `usage`. A prefix must be rare as the
//! first word of an ordinary name: `AO` and `SA` are suffixes only, for `A.O. Smith` and `SA Recycling`.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use crate::normal_text::normal_text;
use crate::words::words;

const TABLE: &str = include_str!("../tables/legal_forms.tsv");
const HEADER: &str = "form\tcanonical\tcountries\tposition\tsource";

/// From this many characters a form of a script without spaces is sure enough to be cut off a longer word:
/// `株式会社` is, `株` is not.
const UNSPACED_CHARACTERS: usize = 4;

/// A row of the table of legal forms that breaks the rules of its columns; lines count from one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TableError {
    /// The line does not have the five columns, or one of them is empty.
    Columns {
        /// Where.
        line: usize,
    },
    /// The form is not written as `fold` would see it, so it could never match.
    NotFolded {
        /// Where.
        line: usize,
        /// The form as the table has it.
        form: String,
    },
    /// The form stands in the table already.
    Repeated {
        /// Where, for the second time.
        line: usize,
        /// The form.
        form: String,
    },
    /// The canonical form is not upper-case ASCII.
    Canonical {
        /// Where.
        line: usize,
    },
    /// A country is not two upper-case letters.
    Country {
        /// Where.
        line: usize,
        /// The country as the table has it.
        country: String,
    },
    /// The position is not `suffix`, `prefix` or `both`.
    Position {
        /// Where.
        line: usize,
        /// The position as the table has it.
        position: String,
    },
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Columns { line } => write!(f, "legal_forms.tsv:{line}: five filled columns expected"),
            Self::NotFolded { line, form } => write!(f, "legal_forms.tsv:{line}: `{form}` is not folded"),
            Self::Repeated { line, form } => write!(f, "legal_forms.tsv:{line}: `{form}` is listed twice"),
            Self::Canonical { line } => {
                write!(f, "legal_forms.tsv:{line}: canonical is not upper-case ASCII")
            }
            Self::Country { line, country } => {
                write!(f, "legal_forms.tsv:{line}: `{country}` is not a country code")
            }
            Self::Position { line, position } => {
                write!(f, "legal_forms.tsv:{line}: `{position}` is not a position")
            }
        }
    }
}

impl std::error::Error for TableError {}

/// Checks the embedded table. A table with an error is not used: `fold` then strips nothing.
///
/// # Errors
/// The first row that breaks the rules of its columns.
pub fn check_tables() -> Result<(), TableError> {
    LegalForms::parse(TABLE).map(|_| ())
}

/// A legal form found at one end of a name.
pub(crate) struct Found {
    /// Its length in bytes, without the space beside it.
    pub(crate) length: usize,
    /// The spelling that stands for all of its spellings.
    pub(crate) canonical: &'static str,
}

/// The compiled table.
#[derive(Default)]
pub(crate) struct LegalForms {
    suffixes: Forms,
    prefixes: Forms,
}

/// The forms of one end of a name.
#[derive(Default)]
struct Forms {
    /// Form to canonical form.
    spaced: HashMap<&'static str, &'static str>,
    /// The outermost word of a form to the number of words of the longest form it ends; most names stop here.
    outermost: HashMap<&'static str, usize>,
    /// Forms that need no space beside them, longest first.
    unspaced: Vec<(&'static str, &'static str)>,
}

impl LegalForms {
    /// The embedded table, compiled once.
    pub(crate) fn get() -> &'static Self {
        static FORMS: LazyLock<LegalForms> = LazyLock::new(|| LegalForms::parse(TABLE).unwrap_or_default());
        &FORMS
    }

    /// The longest form at the end of `name`.
    pub(crate) fn at_end(&self, name: &str) -> Option<Found> {
        if !name.ends_with(|c: char| c.is_ascii()) {
            let unspaced = self.suffixes.unspaced.iter().find(|(form, _)| name.ends_with(form));
            if let Some((form, canonical)) = unspaced {
                return Some(Found { length: form.len(), canonical });
            }
        }
        let last = name.rsplit(' ').next()?;
        let most = *self.suffixes.outermost.get(last)?;
        let starts = name.rmatch_indices(' ').map(|(space, _)| space + 1).chain([0]);
        self.suffixes.longest(starts.take(most).map(|start| &name[start..]))
    }

    /// The longest form at the start of `name`.
    pub(crate) fn at_start(&self, name: &str) -> Option<Found> {
        if !name.starts_with(|c: char| c.is_ascii()) {
            let unspaced = self.prefixes.unspaced.iter().find(|(form, _)| name.starts_with(form));
            if let Some((form, canonical)) = unspaced {
                return Some(Found { length: form.len(), canonical });
            }
        }
        let first = name.split(' ').next()?;
        let most = *self.prefixes.outermost.get(first)?;
        let ends = name.match_indices(' ').map(|(space, _)| space).chain([name.len()]);
        self.prefixes.longest(ends.take(most).map(|end| &name[..end]))
    }

    fn parse(table: &'static str) -> Result<Self, TableError> {
        let mut forms = Self::default();
        let mut seen = HashSet::new();
        let mut lines = table.lines().zip(1..);
        if lines.next().is_none_or(|(header, _)| header != HEADER) {
            return Err(TableError::Columns { line: 1 });
        }
        for (row, line) in lines {
            let row = Row::parse(row, line)?;
            for form in row.forms.split('|') {
                if form.is_empty() || words(&normal_text(form)) != form {
                    return Err(TableError::NotFolded { line, form: form.to_owned() });
                }
                if !seen.insert(form) {
                    return Err(TableError::Repeated { line, form: form.to_owned() });
                }
                if row.at_end {
                    forms.suffixes.add(form, form.rsplit(' ').next(), row.canonical);
                }
                if row.at_start {
                    forms.prefixes.add(form, form.split(' ').next(), row.canonical);
                }
            }
        }
        for end in [&mut forms.suffixes, &mut forms.prefixes] {
            end.unspaced.sort_by_key(|(form, _)| (Reverse(form.len()), *form));
        }
        Ok(forms)
    }
}

impl Forms {
    fn add(&mut self, form: &'static str, outermost: Option<&'static str>, canonical: &'static str) {
        if is_unspaced(form) {
            self.unspaced.push((form, canonical));
            return;
        }
        self.spaced.insert(form, canonical);
        let most = self.outermost.entry(outermost.unwrap_or(form)).or_default();
        *most = form.split(' ').count().max(*most);
    }

    /// The last of `candidates` that is a form; they come shortest first.
    fn longest<'n>(&self, candidates: impl Iterator<Item = &'n str>) -> Option<Found> {
        let found = |words: &'n str| {
            let canonical = *self.spaced.get(words)?;
            Some(Found { length: words.len(), canonical })
        };
        candidates.filter_map(found).last()
    }
}

/// Whether the form can be told from a longer word that it is written together with.
fn is_unspaced(form: &str) -> bool {
    form.chars().count() >= UNSPACED_CHARACTERS && form.starts_with(is_written_without_spaces)
}

/// Thai, kana, Han; and Hangul, where the form is often written together with the name.
fn is_written_without_spaces(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{E7F}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}')
}

/// A row of the table, cut and checked but for its forms.
struct Row {
    forms: &'static str,
    canonical: &'static str,
    at_end: bool,
    at_start: bool,
}

impl Row {
    fn parse(row: &'static str, line: usize) -> Result<Self, TableError> {
        let mut columns = row.split('\t');
        let mut column =
            || columns.next().filter(|text| !text.is_empty()).ok_or(TableError::Columns { line });
        let (forms, canonical, countries, position, _source) =
            (column()?, column()?, column()?, column()?, column()?);
        if columns.next().is_some() {
            return Err(TableError::Columns { line });
        }
        if !canonical.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b' ') {
            return Err(TableError::Canonical { line });
        }
        let is_country = |code: &&str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if let Some(country) = countries.split(';').find(|code| !is_country(code)) {
            return Err(TableError::Country { line, country: country.to_owned() });
        }
        let (at_end, at_start) = match position {
            "suffix" => (true, false),
            "prefix" => (false, true),
            "both" => (true, true),
            _ => {
                return Err(TableError::Position { line, position: position.to_owned() });
            }
        };
        Ok(Self { forms, canonical, at_end, at_start })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_keeps_its_rules() {
        assert_eq!(check_tables(), Ok(()));
        assert!(TABLE.lines().count() > 200);
    }

    #[test]
    fn every_form_is_found_at_its_end_and_only_there() {
        let forms = LegalForms::get();
        for (line, row) in TABLE.lines().enumerate().skip(1) {
            let row = Row::parse(row, line + 1).unwrap();
            for form in row.forms.split('|') {
                let at_end = forms.at_end(&format!("Ж1 {form}"));
                assert_eq!(at_end.is_some_and(|found| found.length == form.len()), row.at_end, "{form}");
                let at_start = forms.at_start(&format!("{form} Ж1"));
                assert_eq!(at_start.is_some_and(|found| found.length == form.len()), row.at_start, "{form}");
            }
        }
    }

    #[test]
    fn broken_rows_are_named() {
        let parse = |row: &'static str| {
            let table: &'static str = format!("{HEADER}\n{row}\n").leak();
            LegalForms::parse(table).map(|_| ()).unwrap_err()
        };
        assert_eq!(parse("LTD\tLTD\tGB\tsuffix"), TableError::Columns { line: 2 });
        assert_eq!(parse("LTD\tLTD\tGB\tsuffix\tusage\tmore"), TableError::Columns { line: 2 });
        assert_eq!(parse("LTD\tLtd\tGB\tsuffix\tusage"), TableError::Canonical { line: 2 });
        let country = "gb".to_owned();
        assert_eq!(parse("LTD\tLTD\tIE;gb\tsuffix\tusage"), TableError::Country { line: 2, country });
        let position = "end".to_owned();
        assert_eq!(parse("LTD\tLTD\tGB\tend\tusage"), TableError::Position { line: 2, position });
        let form = "L.T.D".to_owned();
        assert_eq!(parse("LTD|L.T.D\tLTD\tGB\tsuffix\tusage"), TableError::NotFolded { line: 2, form });
        let form = "LTD".to_owned();
        let twice = "LTD\tLTD\tGB\tsuffix\tusage\nLTD\tLTD\tIE\tprefix\tusage";
        assert_eq!(parse(twice), TableError::Repeated { line: 3, form });
        assert_eq!(LegalForms::parse("form\n").map(|_| ()), Err(TableError::Columns { line: 1 }));
    }
}
