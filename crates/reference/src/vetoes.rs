//! Words that say an item is no accelerator (`vetoes.tsv`; chips.md 3.3).

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::kinds::{Confidence, Kind};
use crate::table::{TableError, rows};

/// File name of the table.
pub const FILE: &str = "vetoes.tsv";
/// The table as embedded.
pub const TEXT: &str = include_str!("../tables/vetoes.tsv");
const COLUMNS: &[&str] = &["words", "kind", "strength", "confidence", "source"];

/// A word or phrase that says an item is no accelerator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Veto {
    /// The word, in capitals.
    pub word: &'static str,
    /// What the item is instead.
    pub kind: Kind,
    /// Whether it overrules a chip that the text names; if not, it only tells what an unrecognised item is.
    pub overrules: bool,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Where the row is from.
    pub source: &'static str,
}

/// A veto word in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Found {
    /// The word's row.
    pub veto: &'static Veto,
    /// Where it starts, in bytes of the text that was searched.
    pub start: usize,
}

struct Vetoes {
    all: Vec<Veto>,
    /// ASCII words, a space on either side.
    spaced: Searcher,
    /// Words of scripts that do not part words by spaces.
    unspaced: Searcher,
}

struct Searcher {
    /// None only for a table that `check_tables` refuses.
    automaton: Option<AhoCorasick>,
    rows: Vec<usize>,
}

static VETOES: LazyLock<Vetoes> = LazyLock::new(|| {
    let all = parse(TEXT).unwrap_or_default();
    let searcher = |ascii: bool| {
        let rows: Vec<_> = (0..all.len()).filter(|row| all[*row].word.is_ascii() == ascii).collect();
        let pad = if ascii { " " } else { "" };
        let patterns = rows.iter().map(|row| format!("{pad}{}{pad}", all[*row].word));
        Searcher { automaton: AhoCorasick::new(patterns).ok(), rows }
    };
    let (spaced, unspaced) = (searcher(true), searcher(false));
    Vetoes { all, spaced, unspaced }
});

impl Searcher {
    fn find(&self, all: &'static [Veto], text: &str) -> Vec<Found> {
        let Some(automaton) = &self.automaton else {
            return Vec::new();
        };
        automaton
            .find_overlapping_iter(text)
            .map(|hit| Found { veto: &all[self.rows[hit.pattern().as_usize()]], start: hit.start() })
            .collect()
    }
}

/// Every veto word.
#[must_use]
pub fn vetoes() -> &'static [Veto] {
    &VETOES.all
}

/// The ASCII veto words in a text of capitals, with one space around every word.
#[must_use]
pub fn in_words(words: &str) -> Vec<Found> {
    VETOES.spaced.find(&VETOES.all, words)
}

/// The veto words of other scripts in a text of capitals.
#[must_use]
pub fn in_text(text: &str) -> Vec<Found> {
    if text.is_ascii() { Vec::new() } else { VETOES.unspaced.find(&VETOES.all, text) }
}

pub(crate) fn parse(text: &'static str) -> Result<Vec<Veto>, TableError> {
    let mut vetoes: Vec<Veto> = Vec::new();
    for row in rows(FILE, text, COLUMNS)? {
        let overrules = row.read("strength", |text| match text {
            "veto" => Some(true),
            "label" => Some(false),
            _ => None,
        })?;
        row.filled("words")?;
        for word in row.list("words") {
            if vetoes.iter().any(|veto| veto.word == word) {
                return Err(row.repeated(word));
            }
            vetoes.push(Veto {
                word,
                kind: row.read("kind", Kind::parse)?,
                overrules,
                confidence: row.read("confidence", Confidence::parse)?,
                source: row.filled("source")?,
            });
        }
    }
    Ok(vetoes)
}
