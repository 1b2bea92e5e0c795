//! What captions of columns usually mean: the dictionary behind a proposed mapping. A run reads only what its pipeline
//! names; of the dictionary it takes the words by which a table of sums is known.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;

use chipwatch_records::Column;
use serde::Deserialize;

use crate::error::IngestError;
use crate::other_tables::OtherCaptions;

const FILE: &str = include_str!("../layouts/captions.toml");

/// Which way the goods of a customs table went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trade {
    /// Into the country whose customs wrote the table.
    Import,
    /// Out of it.
    Export,
}

/// The dictionary.
#[derive(Debug)]
pub struct Captions {
    columns: Vec<ColumnCaptions>,
    /// Where each caption stands, by its words as they are, without noise, and in the order of letters.
    index: HashMap<String, Vec<Known>>,
    noise: BTreeSet<String>,
    /// Every word that stands anywhere: run-together captions are cut by it.
    vocabulary: BTreeSet<String>,
    /// Tables that are no lists of sales.
    others: OtherCaptions,
}

/// Which list of a column a caption stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum List {
    /// It means the column.
    Certain,
    /// It does in tables of one direction.
    OneWay(Trade),
    /// It does where nothing better is there.
    Weak,
}

/// A place in the dictionary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    /// Index of the column.
    pub(crate) column: usize,
    pub(crate) list: List,
    /// Place in its list.
    pub(crate) rank: usize,
}

/// The captions of one column, each as its words.
#[derive(Debug)]
pub(crate) struct ColumnCaptions {
    pub(crate) column: Column,
    pub(crate) lists: Vec<(List, Vec<String>)>,
    pub(crate) words: Vec<Vec<String>>,
    pub(crate) unless: BTreeSet<String>,
    pub(crate) prefer: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    noise: BTreeSet<String>,
    lists: BTreeMap<String, Vec<String>>,
    column: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    captions: Vec<String>,
    #[serde(default)]
    import: Vec<String>,
    #[serde(default)]
    export: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    prefer: BTreeSet<String>,
}

/// The words of a header, lower case. Without the words that say nothing they are its `meaning`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Words {
    pub(crate) all: Vec<String>,
    pub(crate) meaning: Vec<String>,
}

impl Captions {
    /// The dictionary of the program, read once: reading it takes longer than a small file does.
    ///
    /// # Errors
    /// As [`Captions::read`].
    pub(crate) fn embedded() -> Result<&'static Self, IngestError> {
        static READ: OnceLock<Captions> = OnceLock::new();
        match READ.get() {
            Some(captions) => Ok(captions),
            None => Self::read().map(|captions| READ.get_or_init(|| captions)),
        }
    }

    /// Reads the dictionary.
    ///
    /// # Errors
    /// [`IngestError::BrokenLayout`] for a fault of its file.
    pub fn read() -> Result<Self, IngestError> {
        let broken = |why: String| IngestError::BrokenLayout { name: "captions".into(), why };
        let file: File = toml::from_str(FILE).map_err(|error| broken(error.to_string()))?;
        let mut columns = Vec::new();
        for entry in file.column {
            columns.push(entry.into_captions(&file.lists).map_err(broken)?);
        }
        let mut vocabulary: BTreeSet<String> = file.noise.clone();
        for column in &columns {
            let phrases = column.lists.iter().flat_map(|(_, phrases)| phrases);
            vocabulary.extend(phrases.flat_map(|phrase| phrase.split(' ')).map(str::to_owned));
            vocabulary.extend(column.words.iter().flatten().cloned());
            vocabulary.extend(column.unless.iter().chain(&column.prefer).cloned());
        }
        // A letter or two would cut any word to pieces.
        vocabulary.retain(|word| {
            word.chars().count() > 2 || ["of", "in", "hs", "no", "id", "gt"].contains(&word.as_str())
        });
        let others = OtherCaptions::default();
        let mut captions = Self { columns, index: HashMap::new(), noise: file.noise, vocabulary, others };
        captions.fill_index();
        captions.others = OtherCaptions::read(&captions).map_err(broken)?;
        Ok(captions)
    }

    fn fill_index(&mut self) {
        for (column, captions) in self.columns.iter().enumerate() {
            for (list, phrases) in &captions.lists {
                for (rank, phrase) in phrases.iter().enumerate() {
                    let words: Vec<String> = phrase.split(' ').map(str::to_owned).collect();
                    for key in self.keys(&self.with_meaning(words)) {
                        self.index.entry(key).or_default().push(Known { column, list: *list, rank });
                    }
                }
            }
        }
    }

    /// What words are looked up by: as they are, without noise, in the order of letters.
    fn keys(&self, words: &Words) -> [String; 3] {
        let mut sorted = words.meaning.clone();
        sorted.sort();
        [
            format!("={}", words.all.join(" ")),
            format!("~{}", words.meaning.join(" ")),
            format!("*{}", sorted.join(" ")),
        ]
    }

    /// Captions that are these words, by how closely they are: 0 as they stand, 1 without noise, 2 in another order.
    pub(crate) fn find(&self, words: &Words) -> Vec<(usize, Known)> {
        let mut found: Vec<(usize, Known)> = Vec::new();
        for (closeness, key) in self.keys(words).iter().enumerate() {
            for known in self.index.get(key).into_iter().flatten() {
                if found.iter().all(|(_, other)| other.column != known.column) {
                    found.push((closeness, *known));
                }
            }
        }
        found
    }

    pub(crate) fn others(&self) -> &OtherCaptions {
        &self.others
    }

    pub(crate) fn is_noise(&self, word: &str) -> bool {
        self.noise.contains(word)
    }

    pub(crate) fn columns(&self) -> &[ColumnCaptions] {
        &self.columns
    }

    /// The words of a header: parted where it parts them, where small letters meet large ones, and, where it runs known
    /// words together, between these.
    pub(crate) fn words(&self, header: &str) -> Words {
        let mut all = Vec::new();
        for word in split(header) {
            match self.cut(&word) {
                Some(parts) if !self.vocabulary.contains(&word) => all.extend(parts),
                _ => all.push(word),
            }
        }
        self.with_meaning(all)
    }

    fn with_meaning(&self, all: Vec<String>) -> Words {
        let meaning = all.iter().filter(|word| !self.noise.contains(*word)).cloned().collect();
        Words { all, meaning }
    }

    /// A word as a row of known words, the fewest that do.
    fn cut(&self, word: &str) -> Option<Vec<String>> {
        // The fewest words up to each place, and where the last of them starts.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
        best[0] = Some((0, 0));
        let places: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        for end in &places[1..] {
            for start in places.iter().take_while(|start| *start < end) {
                let Some((count, _)) = best[*start] else { continue };
                let is_fewer = best[*end].is_none_or(|(known, _)| count + 1 < known);
                if is_fewer && self.vocabulary.contains(&word[*start..*end]) {
                    best[*end] = Some((count + 1, *start));
                }
            }
        }
        let mut parts = Vec::new();
        let mut end = word.len();
        while end > 0 {
            let (_, start) = best[end]?;
            parts.push(word[start..end].to_owned());
            end = start;
        }
        parts.reverse();
        Some(parts)
    }
}

impl Entry {
    fn into_captions(self, lists: &BTreeMap<String, Vec<String>>) -> Result<ColumnCaptions, String> {
        let column =
            Column::from_name(&self.name).ok_or_else(|| format!("no column is named {}", self.name))?;
        let mut unless = BTreeSet::new();
        for word in self.unless {
            match word.strip_prefix('@') {
                Some(name) => {
                    unless.extend(
                        lists.get(name).ok_or_else(|| format!("no list is named {name}"))?.iter().cloned(),
                    );
                }
                None => drop(unless.insert(word)),
            }
        }
        let words = self.words.iter().map(|words| words.split(' ').map(str::to_owned).collect()).collect();
        let list_of = vec![
            (List::Certain, self.captions),
            (List::OneWay(Trade::Import), self.import),
            (List::OneWay(Trade::Export), self.export),
            (List::Weak, self.weak),
        ];
        Ok(ColumnCaptions { column, lists: list_of, words, unless, prefer: self.prefer })
    }
}

/// The words of a header as it parts them.
fn split(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for letter in header.chars() {
        let starts = before.is_lowercase() && letter.is_uppercase();
        if starts || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if letter == '%' {
            words.push("percent".to_owned());
            words.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_fall_into_words() {
        let captions = Captions::read().unwrap();
        let words = |header: &str| captions.words(header).all.join(" ");
        assert_eq!(words("SoldToParty_Name"), "sold to party name");
        assert_eq!(words("COUNTRY OF_ORIGIN"), "country of origin");
        assert_eq!(words("TOTALQUANTITY"), "total quantity");
        assert_eq!(words("%GTTOTALVALUE"), "percent gt total value");
        assert_eq!(words("Materialkurztext"), "materialkurztext");
        assert_eq!(words("商品编码"), "商品编码");
        assert_eq!(captions.words("IMPORTER_NAME_EN").meaning, ["importer", "name"]);
    }

    #[test]
    fn the_dictionary_says_each_caption_once_a_column() {
        for column in Captions::read().unwrap().columns() {
            let mut seen = BTreeSet::new();
            let certain = |(list, _): &&(List, Vec<String>)| matches!(list, List::Certain | List::Weak);
            for caption in column.lists.iter().filter(certain).flat_map(|(_, phrases)| phrases) {
                assert_eq!(*caption, caption.to_lowercase(), "{}", column.column.name());
                assert!(seen.insert(caption), "{}: {caption}", column.column.name());
            }
        }
    }
}
