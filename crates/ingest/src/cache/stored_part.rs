//! A part as two Parquet files: its rows by partition, and the distinct values that they stand for.

use std::path::{Path, PathBuf};

use chipwatch_records::{
    Channel, DocumentNumbers, DocumentStage, DocumentTable, DocumentType, FileId, Reject, SourceId,
};
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use serde::{Deserialize, Serialize};

use super::lists::Lists;
use crate::date::DateReading;
use crate::intern::Interner;
use crate::part::{LocalItem, LocalParticulars, LocalParty, PARTICULAR_TEXTS, Part};
use crate::spill::{copy_rows, stored_rows};

/// What an entry says about one of its parts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct StoredPart {
    /// Physical line of its first record.
    pub(super) first_line: u32,
    /// Rows in each partition.
    pub(super) rows: Vec<usize>,
    /// blake3 of the two files.
    pub(super) rows_blake3: String,
    pub(super) values_blake3: String,
}

const NAMES: [&str; 14] = [
    "texts",
    "parties",
    "items",
    "particulars",
    "dates",
    "date_counts",
    "document_digests",
    "document_numbers",
    "reject_lines",
    "reject_columns",
    "reject_values",
    "reject_reasons",
    "particular_kinds",
    "replaces",
];

/// Numbers of the particulars of one row, beside its kinds: seller, its country, parties, dates, texts, rest.
const PARTICULAR_WORDS: usize = 2 + 4 + 3 + PARTICULAR_TEXTS.len() + 1;

/// Files of a part within the folder of its entry.
pub(super) fn files(folder: &Path, number: usize) -> [PathBuf; 2] {
    [folder.join(format!("{number}-rows.parquet")), folder.join(format!("{number}-values.parquet"))]
}

/// Writes a part; the rejects of the file go with its first one.
///
/// # Errors
/// In plain words, where a file cannot be written.
pub(super) fn write(
    folder: &Path,
    number: usize,
    part: &Part,
    rejects: &[Reject],
    lineage: &[KeyValue],
) -> Result<StoredPart, String> {
    let [rows, values] = files(folder, number);
    let rows_blake3 = copy_rows(&part.rows, &rows, lineage.to_vec())?;
    let values_blake3 = lists_of(part, rejects).write(&values, lineage.to_vec())?;
    Ok(StoredPart {
        first_line: part.first_line,
        rows: part.rows.iter().map(crate::spill::RowSource::len).collect(),
        rows_blake3,
        values_blake3,
    })
}

fn lists_of(part: &Part, rejects: &[Reject]) -> Lists {
    let mut lists = Lists::default();
    let (arena, ends) = part.texts.arena();
    lists.put_arena("texts", arena, ends.iter().copied());
    lists.put_words("parties", part.parties.iter().flatten().copied());
    lists.put_words("items", part.items.iter().flatten().copied());
    lists.put_words("particulars", part.particulars.iter().flat_map(words_of));
    let kinds = |of: &LocalParticulars| [of.channel.as_str(), of.stage.as_str(), of.kind.as_str()];
    lists.put_texts("particular_kinds", part.particulars.iter().flat_map(kinds));
    lists.put_words("replaces", part.particulars.iter().map(|of| u32::from(of.replaces)));
    lists.put_texts("dates", part.dates.iter().map(|(text, _)| text.as_str()));
    lists.put_longs("date_counts", part.date_counts.iter().copied());
    lists.put_longs("document_digests", part.documents.digests.iter().copied());
    match &part.documents.numbers {
        DocumentNumbers::Memory { ends, arena } => {
            lists.put_arena("document_numbers", arena.as_bytes(), ends.iter().copied());
        }
        stored => {
            let mut numbers = Vec::with_capacity(stored.len());
            stored.each(&mut |number| numbers.push(number.to_owned()));
            lists.put_texts("document_numbers", numbers.iter().map(String::as_str));
        }
    }
    lists.put_words("reject_lines", rejects.iter().map(|reject| reject.line));
    lists.put_texts("reject_columns", rejects.iter().map(|reject| reject.column.as_str()));
    lists.put_texts("reject_values", rejects.iter().map(|reject| reject.value.as_str()));
    lists.put_texts("reject_reasons", rejects.iter().map(|reject| reject.reason.as_str()));
    lists
}

fn words_of(of: &LocalParticulars) -> [u32; PARTICULAR_WORDS] {
    let mut words = [0; PARTICULAR_WORDS];
    let all = [of.seller, of.seller_country]
        .into_iter()
        .chain(of.parties)
        .chain(of.dates)
        .chain(of.texts)
        .chain([of.rest]);
    words.iter_mut().zip(all).for_each(|(word, value)| *word = value);
    words
}

/// Reads a part back, and the rejects that went with it.
///
/// # Errors
/// In plain words, where a file is not what was written.
pub(super) fn read(
    folder: &Path,
    number: usize,
    stored: &StoredPart,
    (file, source): (FileId, SourceId),
    path: &str,
) -> Result<(Part, Vec<Reject>), String> {
    let [rows, values] = files(folder, number);
    let lists = Lists::read(&values, &NAMES)?;
    let mut documents = DocumentTable::default();
    for (digest, number) in lists.longs("document_digests")?.zip(lists.texts("document_numbers")?) {
        documents.push(digest, text(number)?);
    }
    let dates = lists.texts("dates")?.iter().map(|date| {
        let date = text(date)?;
        Ok((date.to_owned(), DateReading::read(date)?))
    });
    let part = Part {
        file,
        source,
        texts: Interner::of_texts(lists.texts("texts")?.iter().map(ByteArray::data)),
        parties: tuples::<6>(lists.words("parties")?).collect::<Vec<LocalParty>>(),
        items: tuples::<3>(lists.words("items")?).collect::<Vec<LocalItem>>(),
        particulars: particulars(&lists)?,
        dates: dates.collect::<Result<_, String>>()?,
        date_counts: lists.longs("date_counts")?.collect(),
        documents,
        rows: stored_rows(&rows, &stored.rows),
        first_line: stored.first_line,
    };
    Ok((part, rejects(&lists, path)?))
}

fn text(bytes: &ByteArray) -> Result<&str, String> {
    bytes.as_utf8().map_err(|error| error.to_string())
}

fn tuples<const N: usize>(values: impl Iterator<Item = u32>) -> impl Iterator<Item = [u32; N]> {
    let mut values = values;
    std::iter::from_fn(move || {
        let mut tuple = [0; N];
        for word in &mut tuple {
            *word = values.next()?;
        }
        Some(tuple)
    })
}

fn particulars(lists: &Lists) -> Result<Vec<LocalParticulars>, String> {
    let unknown = || "a channel, stage or document type that is not known".to_owned();
    let (kinds, _) = lists.texts("particular_kinds")?.as_chunks::<3>();
    let words = tuples::<PARTICULAR_WORDS>(lists.words("particulars")?);
    let each = kinds.iter().zip(words).zip(lists.words("replaces")?);
    each.map(|((kinds, words), replaces)| {
        let [channel, stage, kind] = kinds;
        let [seller, seller_country, rest @ ..] = words;
        let mut rest = rest.into_iter();
        let mut next = || rest.next().unwrap_or_default();
        Ok(LocalParticulars {
            channel: Channel::from_name(text(channel)?).ok_or_else(unknown)?,
            stage: DocumentStage::from_name(text(stage)?).ok_or_else(unknown)?,
            kind: DocumentType::from_name(text(kind)?).ok_or_else(unknown)?,
            replaces: replaces != 0,
            seller,
            seller_country,
            parties: std::array::from_fn(|_| next()),
            dates: std::array::from_fn(|_| next()),
            texts: std::array::from_fn(|_| next()),
            rest: next(),
        })
    })
    .collect()
}

fn rejects(lists: &Lists, path: &str) -> Result<Vec<Reject>, String> {
    let texts = lists
        .texts("reject_columns")?
        .iter()
        .zip(lists.texts("reject_values")?)
        .zip(lists.texts("reject_reasons")?);
    lists
        .words("reject_lines")?
        .zip(texts)
        .map(|(line, ((column, value), reason))| {
            let owned = |bytes| text(bytes).map(str::to_owned);
            let file = path.to_owned();
            Ok(Reject { file, line, column: owned(column)?, value: owned(value)?, reason: owned(reason)? })
        })
        .collect()
}

/// Reads files of a part that may hold anything: they are read or refused.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn hold_files(rows: &Path, values: &Path) {
    for rows in stored_rows(rows, &[1, 0, 2]) {
        drop(rows.load());
    }
    if let Ok(lists) = Lists::read(values, &NAMES) {
        drop(particulars(&lists));
        drop(rejects(&lists, "file"));
    }
}
