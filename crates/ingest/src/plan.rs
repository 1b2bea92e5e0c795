//! From globs to an ordered list of tasks: what is read, from where to where, as what.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chipwatch_records::{InputFile, SourceId};
use rayon::prelude::*;

use crate::cache::{Cache, Cached, Stamp};
use crate::captions::Captions;
use crate::columnar::{self, Table};
use crate::error::IngestError;
use crate::hashed;
use crate::head::{known_names, read_head, read_header};
use crate::header::Header;
use crate::intake::{Form, Scratch, Text, guarded, texts};
use crate::layout::Mapping;
use crate::proposal::summed_up_by;
use crate::source::{FoundFile, SourceSpec};

/// Version of the reader: part of every task's id, raised whenever it reads the same bytes differently.
pub const READER_VERSION: u32 = 4;
/// Into how many partitions the rows of a run are cut.
pub const PARTITIONS: usize = 64;
/// A task reads so many bytes at least and at most: few enough for a balanced end, many enough for small dictionaries.
/// Powers of two, as the hash of a file is put together from those of its ranges.
const TASK_BYTES: Range<u64> = 8 << 20..128 << 20;
/// So many tasks for each thread, where the inputs are large.
const TASKS_A_THREAD: u64 = 4;

/// A file that is to be read.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Path, size, source; the hash once the file was read.
    pub input: InputFile,
    /// Where it is.
    pub path: PathBuf,
    /// What it was.
    pub form: Form,
    /// The text that is read: the file itself, or its copy in UTF-8.
    pub(crate) text: PathBuf,
    /// Bytes of the text.
    pub(crate) text_bytes: u64,
    /// The sheet, where the file is a workbook of several.
    pub(crate) sheet: Option<String>,
    /// Sheets of the same workbook that are not read, and why.
    pub left_out: Vec<String>,
    /// What stands between fields.
    pub delimiter: u8,
    /// The layout applied to its header.
    pub mapping: Mapping,
    /// About how many bytes of text its row groups are, where it is read as a table of columns.
    pub(crate) groups: Option<Vec<u64>>,
    /// The earlier file that this one equals byte for byte: it is dropped whole.
    pub same_as: Option<usize>,
    /// Whether another source's `replaces` names it.
    pub replaced: bool,
    /// What the file system said of the file before it was read.
    pub(crate) stamp: Option<Stamp>,
    /// The parts of an earlier run, where they are there.
    pub(crate) cached: Option<Cached>,
    /// Physical line of the header.
    pub header_line: u32,
    /// Byte offset and physical line behind the header.
    pub(crate) body: (u64, u32),
}

/// One piece of work: the records that start in a byte range of a file.
///
/// Where in the range the first record starts is a guess: behind the first line end, unless quotes say otherwise. The
/// task before it knows, because it tells where its last record ended; see [`crate::read_all`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Under what the store keeps its part.
    pub id: String,
    /// Index of the file.
    pub file: usize,
    /// The bytes that it hashes, and in which its records start; or row groups, where the file is a table of columns.
    pub range: Range<u64>,
    /// How much it reads.
    pub bytes: u64,
    /// Where its first record starts, if that is known.
    pub first_record: Option<u64>,
}

/// The files of a run and the tasks that read them.
#[derive(Clone, Default, Debug)]
pub struct Plan {
    /// Files, in the order of sources and paths.
    pub files: Vec<PlannedFile>,
    /// Tasks, in the order of files and offsets.
    pub tasks: Vec<Task>,
}

/// Expands sources to files and tasks; what is no text in UTF-8 is copied into `scratch`, which must outlive the reading.
/// Of the others, only files of one size are read whole, to see which are equal byte for byte.
///
/// # Errors
/// [`IngestError`] where a source has no file, or a file cannot be read or understood.
pub fn plan(sources: &[SourceSpec], scratch: &Scratch, cache: Option<&Cache>) -> Result<Plan, IngestError> {
    let captions = Captions::embedded()?;
    let mut all = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Some(id) = SourceId::from_index(index) else {
            continue;
        };
        for found in source.discover()? {
            let cached = cache.map(|cache| cache.planned(source, id, &found)).transpose()?.flatten();
            all.push((source, id, found, cached));
        }
    }
    if let Some(cache) = cache {
        cache.load_ahead(all.par_iter_mut().map(|(_, _, found, cached)| (&*found, cached)));
    }
    let mut files: Vec<PlannedFile> = Vec::new();
    for (source, id, found, cached) in all {
        files.extend(match cached {
            Some(cached) => cached,
            None => plan_file(source, id, &found, captions, scratch)?,
        });
    }
    hash_candidates(&mut files)?;
    for index in 0..files.len() {
        files[index].same_as = files[..index].iter().position(|earlier| {
            !earlier.input.blake3.is_empty()
                && earlier.input.blake3 == files[index].input.blake3
                && earlier.sheet == files[index].sheet
                && sources[earlier.input.source.index()].layout.name
                    == sources[files[index].input.source.index()].layout.name
        });
        let name = files[index].input.path.clone();
        files[index].replaced =
            sources.iter().any(|source| source.replaces.iter().any(|old| same_file(old, &name)));
    }
    let tasks = tasks_of(&files, task_bytes(&files));
    Ok(Plan { files, tasks })
}

/// How long the ranges are; what is read is the same whatever they are.
fn task_bytes(files: &[PlannedFile]) -> u64 {
    let bytes: u64 = files.iter().map(|file| file.text_bytes).sum();
    let tasks = rayon::current_num_threads() as u64 * TASKS_A_THREAD;
    bytes.div_ceil(tasks).next_power_of_two().clamp(TASK_BYTES.start, TASK_BYTES.end)
}

/// The tasks of all files, in ranges of so many bytes.
pub(crate) fn tasks_of(files: &[PlannedFile], bytes: u64) -> Vec<Task> {
    files.iter().enumerate().flat_map(|(index, file)| file.tasks(index, bytes)).collect()
}

/// Hashes the files that have the size of another one: the others are hashed while they are read.
fn hash_candidates(files: &mut [PlannedFile]) -> Result<(), IngestError> {
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    for file in files.iter() {
        *sizes.entry(file.input.bytes).or_default() += 1;
    }
    let twins = files
        .par_iter_mut()
        .filter(|file| file.input.blake3.is_empty() && sizes.get(&file.input.bytes).is_some_and(|n| *n > 1));
    twins.try_for_each(|file| {
        file.input.blake3 = hash_of(&file.path)?;
        Ok(())
    })
}

fn hash_of(path: &Path) -> Result<String, IngestError> {
    hashed::hash_of(path)
        .map_err(|error| IngestError::Unreadable { path: path.to_owned(), why: error.to_string() })
}

impl PlannedFile {
    /// Bytes of the file that the run read: none where its stamp says that nobody wrote to it since its parts were cached.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        if self.cached.as_ref().is_some_and(Cached::is_unopened) { 0 } else { self.input.bytes }
    }

    /// The tasks of this file; none for a file that equals another.
    fn tasks(&self, index: usize, bytes: u64) -> Vec<Task> {
        if self.same_as.is_some() || self.cached.is_some() {
            return Vec::new();
        }
        if let Some(groups) = &self.groups {
            return tasks_of_groups(index, groups, bytes);
        }
        let starts = (0..self.text_bytes).step_by(bytes as usize);
        let task = |(piece, start): (usize, u64)| Task {
            id: format!("{index}-{piece}"),
            file: index,
            range: start..self.text_bytes.min(start + bytes),
            bytes: self.text_bytes.min(start + bytes) - start,
            // A header that is longer than the first range would push the first record into a later one.
            first_record: (piece == 0).then_some(self.body.0),
        };
        starts.enumerate().map(task).collect()
    }
}

/// Row groups that follow one another, so many that each task reads about so many bytes.
fn tasks_of_groups(file: usize, groups: &[u64], bytes: u64) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for (group, of_group) in (0..).zip(groups) {
        match tasks.last_mut().filter(|task| task.bytes + of_group <= bytes) {
            Some(task) => {
                task.range.end += 1;
                task.bytes += of_group;
            }
            None => tasks.push(Task {
                id: format!("{file}-{}", tasks.len()),
                file,
                range: group..group + 1,
                bytes: *of_group,
                first_record: None,
            }),
        }
    }
    tasks
}

fn same_file(named: &str, shown: &str) -> bool {
    shown == named || shown.strip_suffix(named).is_some_and(|folder| folder.ends_with('/'))
}

/// A file is one plan; a workbook one for each sheet with a header that is understood.
fn plan_file(
    source: &SourceSpec,
    id: SourceId,
    found: &FoundFile,
    captions: &Captions,
    scratch: &Scratch,
) -> Result<Vec<PlannedFile>, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: found.path.clone(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let stamp = Stamp::of(&found.path);
    let bytes = std::fs::metadata(&found.path).map_err(unreadable)?.len();
    if bytes == 0 {
        return Err(not_understood(
            "the file is empty (0 bytes); export it again, or take it out of the source".into(),
        ));
    }
    if let Some(table) = plan_table((source, id), found, captions, bytes)? {
        return Ok(vec![PlannedFile { stamp, ..table }]);
    }
    let texts = texts(&found.path, source.encoding, scratch).map_err(not_understood)?;
    let blake3 = if texts.iter().any(|text| text.is_copy) { hash_of(&found.path)? } else { String::new() };
    let (mut files, mut failures) = (Vec::new(), Vec::new());
    for text in texts {
        match plan_text((source, id), found, captions, text.clone(), (blake3.clone(), bytes)) {
            Ok(file) => files.push(PlannedFile { stamp: stamp.clone(), ..file }),
            Err(error @ IngestError::Unreadable { .. }) => return Err(error),
            Err(error) => failures.push((text.sheet.unwrap_or_default(), error)),
        }
    }
    let Some(first) = files.first_mut() else {
        let none = || not_understood("it has no text".into());
        return Err(failures.into_iter().next().map_or_else(none, |(_, error)| error));
    };
    first.left_out = failures.into_iter().map(|(sheet, error)| format!("sheet `{sheet}`: {error}")).collect();
    Ok(files)
}

fn plan_text(
    (source, id): (&SourceSpec, SourceId),
    found: &FoundFile,
    captions: &Captions,
    text: Text,
    hash_and_bytes: (String, u64),
) -> Result<PlannedFile, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: found.path.clone(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let head = read_head(&text.path, text.bytes).map_err(unreadable)?;
    let header = read_header(source, &head).map_err(not_understood);
    let of_header = |header: Header| {
        must_be_lines(source, captions, &header.names).map_err(not_understood)?;
        planned((source, id), found, text, header, hash_and_bytes)
    };
    // A header that the layout does not understand may be that of a table of another kind, on another line.
    header.and_then(of_header).map_err(|error| {
        let start = head.text().ok();
        let other = start
            .and_then(|start| captions.others().recognise_text(captions, start, head.whole, &source.columns));
        other.map_or(error, |(_, other)| not_understood(other.refusal()))
    })
}

/// The plan of a Parquet file that is read column by column: one with flat columns whose names the layout knows.
fn plan_table(
    (source, id): (&SourceSpec, SourceId),
    found: &FoundFile,
    captions: &Captions,
    bytes: u64,
) -> Result<Option<PlannedFile>, IngestError> {
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let table = guarded("Parquet file", || columnar::table(&found.path)).map_err(not_understood)?;
    let Some(Table { names, groups }) = table.filter(|table| known_names(source, &table.names) > 0) else {
        return Ok(None);
    };
    must_be_lines(source, captions, &names).map_err(not_understood)?;
    let text = Text {
        path: found.path.clone(),
        bytes: groups.iter().sum(),
        sheet: None,
        form: Form { packed: None, encoding: None, records: Some("Parquet".into()) },
        is_copy: false,
        first_row: Some(1),
    };
    let header = Header { names, delimiter: b',', line: 1, body: (0, 1) };
    let blake3 = hash_of(&found.path)?;
    let file = planned((source, id), found, text, header, (blake3, bytes))?;
    Ok(Some(PlannedFile { groups: Some(groups), ..file }))
}

/// Refuses tables of stock or licences, and tables of sums.
fn must_be_lines(source: &SourceSpec, captions: &Captions, names: &[String]) -> Result<(), String> {
    if let Some(other) = captions.others().recognise(captions, names, &source.columns) {
        return Err(other.refusal());
    }
    let sums = summed_up_by(captions, names);
    if sums.is_some() || source.layout.summed_up { Err(are_sums(sums)) } else { Ok(()) }
}

/// The plan of a text whose header is known.
///
/// # Errors
/// [`IngestError::NotUnderstood`] where the layout finds no column for what a line must have.
pub(crate) fn planned(
    (source, id): (&SourceSpec, SourceId),
    found: &FoundFile,
    text: Text,
    header: Header,
    (blake3, bytes): (String, u64),
) -> Result<PlannedFile, IngestError> {
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let path = match &text.sheet {
        Some(sheet) => format!("{}[{sheet}]", found.shown),
        None => found.shown.clone(),
    };
    let mut mapping = source.layout.map(&header.names, &source.columns).map_err(not_understood)?;
    for lookup in &source.lookups {
        lookup.extend(&mut mapping);
    }
    let missing = mapping.missing();
    if !missing.is_empty() {
        return Err(not_understood(format!(
            "no column for {} under layout `{}`; the header has {}. Name it in the source: `columns = {{ {} = \"…\" }}`",
            missing.join(", "),
            source.layout.name,
            header.names.iter().take(40).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            missing[0].split([' ', ',']).next().unwrap_or_default(),
        )));
    }
    Ok(PlannedFile {
        input: InputFile { path, source: id, blake3, bytes },
        path: found.path.clone(),
        form: text.form,
        text: text.path,
        text_bytes: text.bytes,
        sheet: text.sheet,
        left_out: Vec::new(),
        delimiter: header.delimiter,
        mapping,
        groups: None,
        same_as: None,
        replaced: false,
        stamp: None,
        cached: None,
        header_line: header.line,
        body: (header.body.0 as u64, text.first_row.unwrap_or(header.body.1)),
    })
}

/// Why a table of sums is not read; by which column it is known, and what to do.
fn are_sums(by: Option<&str>) -> String {
    let (by, unless) = by.map_or_else(Default::default, |header| {
        let unless =
            format!("; if its rows are single shipments all the same, take the column `{header}` out of it");
        (format!(" (column `{header}`)"), unless)
    });
    format!(
        "it has sums by month{by} and no single shipments: beside the lines they were made from every chip would be \
         counted twice. Ask for the full table, line by line, and take this file out of the source{unless}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_replaced_by_name_or_by_whole_path() {
        assert!(same_file("POS_2024-05.csv", "exports/POS_2024-05.csv"));
        assert!(same_file("exports/POS.csv", "exports/POS.csv"));
        assert!(!same_file("POS.csv", "exports/OLD_POS.csv"));
    }
}
