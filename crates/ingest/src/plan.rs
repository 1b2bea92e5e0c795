//! From globs to an ordered list of tasks: what is read, from where to where, as what.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use chipwatch_records::{InputFile, SourceId};
use rayon::prelude::*;

use crate::error::IngestError;
use crate::layout::Mapping;
use crate::plan_head::{first_line, sniff_delimiter};
use crate::rows::{Row, Rows};
use crate::source::{FoundFile, SourceSpec};

/// Version of the reader: part of every task's id, raised whenever it reads the same bytes differently.
pub const READER_VERSION: u32 = 1;
/// Into how many partitions the rows of a run are cut.
pub const PARTITIONS: usize = 64;
/// A task reads about so many bytes: few enough for a balanced end, many enough for small dictionaries.
const TASK_BYTES: u64 = 48 << 20;
const BLOCK: usize = 1 << 20;
const CHUNK: usize = 16 << 20;

/// A file that is to be read.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    /// Path, hash, size, source.
    pub input: InputFile,
    /// Where it is.
    pub path: std::path::PathBuf,
    /// What stands between fields.
    pub delimiter: u8,
    /// The layout applied to its header.
    pub mapping: Mapping,
    /// The earlier file that this one equals byte for byte: it is dropped whole.
    pub same_as: Option<usize>,
    /// Whether another source's `replaces` names it.
    pub replaced: bool,
    /// Byte offset and physical line behind the header.
    body: (u64, u32),
    /// Where tasks may start: byte offset and physical line.
    cuts: Vec<(u64, u32)>,
}

/// One piece of work: a byte range of a file that starts and ends with a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Task {
    /// Hash of everything the result depends on.
    pub id: String,
    /// Index of the file.
    pub file: usize,
    /// First byte.
    pub start: u64,
    /// Behind the last byte.
    pub end: u64,
    /// Physical line of the first byte.
    pub first_line: u32,
    /// Whether the range ends with the file.
    pub last: bool,
}

/// The files of a run and the tasks that read them.
#[derive(Clone, Default, Debug)]
pub struct Plan {
    /// Files, in the order of sources and paths.
    pub files: Vec<PlannedFile>,
    /// Tasks, in the order of files and offsets.
    pub tasks: Vec<Task>,
}

/// Expands sources to files and tasks; each file is read once for its hash and the places where it may be cut.
///
/// # Errors
/// [`IngestError`] where a source has no file, or a file cannot be read or understood.
pub fn plan(sources: &[SourceSpec]) -> Result<Plan, IngestError> {
    let mut files: Vec<PlannedFile> = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let Some(id) = SourceId::from_index(index) else {
            continue;
        };
        for found in source.discover()? {
            files.push(plan_file(source, id, &found)?);
        }
    }
    for index in 0..files.len() {
        files[index].same_as = files[..index].iter().position(|earlier| {
            earlier.input.blake3 == files[index].input.blake3
                && sources[earlier.input.source.index()].layout.name
                    == sources[files[index].input.source.index()].layout.name
        });
        let name = files[index].input.path.clone();
        files[index].replaced =
            sources.iter().any(|source| source.replaces.iter().any(|old| same_file(old, &name)));
    }
    let tasks = files.iter().enumerate().flat_map(|(index, file)| file.tasks(index)).collect();
    Ok(Plan { files, tasks })
}

impl PlannedFile {
    /// The tasks of this file; none for a file that equals another.
    #[must_use]
    pub fn tasks(&self, index: usize) -> Vec<Task> {
        if self.same_as.is_some() {
            return Vec::new();
        }
        let mut starts = vec![self.body];
        starts
            .extend(self.cuts.iter().copied().filter(|(at, _)| *at > self.body.0 && *at < self.input.bytes));
        let mut tasks = Vec::new();
        for (piece, (start, first_line)) in starts.iter().enumerate() {
            let end = starts.get(piece + 1).map_or(self.input.bytes, |next| next.0);
            tasks.push(self.task(index, *start, end, *first_line));
        }
        tasks
    }

    /// The whole file as one task: for files whose quotes do not balance.
    #[must_use]
    pub fn whole(&self, index: usize) -> Task {
        self.task(index, self.body.0, self.input.bytes, self.body.1)
    }

    fn task(&self, file: usize, start: u64, end: u64, first_line: u32) -> Task {
        let mut hasher = blake3::Hasher::new();
        let fields = format!("{:?}{:?}", self.mapping.fields, self.mapping.stage);
        hasher.update(self.input.blake3.as_bytes()).update(fields.as_bytes());
        for number in [start, end, u64::from(READER_VERSION), PARTITIONS as u64] {
            hasher.update(&number.to_le_bytes());
        }
        let last = end == self.input.bytes;
        Task { id: hasher.finalize().to_hex().to_string(), file, start, end, first_line, last }
    }
}

fn same_file(named: &str, shown: &str) -> bool {
    shown == named || shown.strip_suffix(named).is_some_and(|folder| folder.ends_with('/'))
}

fn plan_file(source: &SourceSpec, id: SourceId, found: &FoundFile) -> Result<PlannedFile, IngestError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: found.path.clone(), why: error.to_string() };
    let not_understood = |why: String| IngestError::NotUnderstood { path: found.path.clone(), why };
    let mut file = File::open(&found.path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let scan = Scan::of(&mut file).map_err(unreadable)?;
    if scan.bytes == 0 {
        return Err(not_understood(
            "the file is empty (0 bytes); export it again, or take it out of the source".into(),
        ));
    }
    let head = read_head(&found.path, bytes).map_err(unreadable)?;
    let header = read_header(source, &head).map_err(not_understood)?;
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
            missing[0].split(' ').next().unwrap_or_default(),
        )));
    }
    let input = InputFile { path: found.shown.clone(), source: id, blake3: scan.blake3, bytes: scan.bytes };
    Ok(PlannedFile {
        input,
        path: found.path.clone(),
        delimiter: header.delimiter,
        mapping,
        same_as: None,
        replaced: false,
        body: header.body,
        cuts: scan.cuts,
    })
}

/// One pass over a file: its hash, and where it may be cut.
struct Scan {
    bytes: u64,
    blake3: String,
    cuts: Vec<(u64, u32)>,
}

impl Scan {
    fn of(file: &mut File) -> std::io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        let mut chunk = vec![0; CHUNK];
        let (mut at, mut line, mut quoted) = (0_u64, 1_u32, false);
        let mut cuts = Vec::new();
        // A task may start at the first record behind each multiple of `TASK_BYTES`.
        let (mut next, mut seeking) = (TASK_BYTES, false);
        loop {
            let length = read_full(file, &mut chunk)?;
            if length == 0 {
                break;
            }
            let chunk = &chunk[..length];
            let (counts, ()) = rayon::join(
                || count_blocks(chunk),
                || {
                    hasher.update_rayon(chunk);
                },
            );
            for (block, (newlines, quotes)) in chunk.chunks(BLOCK).zip(counts) {
                seeking |= at >= next;
                if seeking && let Some((offset, lines)) = first_record(block, quoted) {
                    cuts.push((at + offset as u64, line + lines));
                    seeking = false;
                    next += TASK_BYTES;
                }
                at += block.len() as u64;
                line += newlines as u32;
                quoted ^= quotes % 2 == 1;
            }
        }
        Ok(Self { bytes: at, blake3: hasher.finalize().to_hex().to_string(), cuts })
    }
}

fn count_blocks(chunk: &[u8]) -> Vec<(usize, usize)> {
    let count =
        |block: &[u8]| (memchr::memchr_iter(b'\n', block).count(), memchr::memchr_iter(b'"', block).count());
    chunk.par_chunks(BLOCK).map(count).collect()
}

/// Offset behind the first line end outside quotes, and the line ends up to it.
fn first_record(block: &[u8], mut quoted: bool) -> Option<(usize, u32)> {
    let mut lines = 0;
    for at in memchr::memchr2_iter(b'\n', b'"', block) {
        if block[at] == b'"' {
            quoted = !quoted;
            continue;
        }
        lines += 1;
        if !quoted {
            return Some((at + 1, lines));
        }
    }
    None
}

fn read_full(file: &mut File, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

fn read_head(path: &Path, bytes: u64) -> std::io::Result<Head> {
    let mut head = vec![0; bytes.min(BLOCK as u64) as usize];
    let length = read_full(&mut File::open(path)?, &mut head)?;
    head.truncate(length);
    Ok(Head { whole: length as u64 == bytes, bytes: head })
}

struct Head {
    bytes: Vec<u8>,
    whole: bool,
}

/// The text in front of the first byte that is not UTF-8, or that the end of the head cuts off.
fn readable(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

struct Header {
    names: Vec<String>,
    delimiter: u8,
    body: (u64, u32),
}

/// Reads the header row under the delimiter whose names the layout knows best.
fn read_header(source: &SourceSpec, head: &Head) -> Result<Header, String> {
    let bom = if head.bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    if head.bytes.starts_with(b"\xff\xfe")
        || head.bytes.starts_with(b"\xfe\xff")
        || head.bytes[..head.bytes.len().min(512)].contains(&0)
    {
        return Err("the file is not UTF-8 text (UTF-16 or binary); export it as UTF-8".into());
    }
    let body = readable(&head.bytes[bom..]);
    let known = |names: &[String]| {
        source.layout.recognised(names)
            + names.iter().filter(|name| source.columns.values().any(|chosen| chosen == *name)).count()
    };
    let delimiter = sniff_delimiter(body, known);
    let mut rows = Rows::new(body, delimiter, 1, head.whole);
    if !matches!(rows.next_row(), Ok(Some(Row::Record { .. }))) {
        return Err("the first line cannot be read as a header".into());
    }
    let names = first_line(body, delimiter);
    if known(&names) == 0 {
        let shown: Vec<String> = names.iter().take(20).map(|name| format!("`{name}`")).collect();
        return Err(format!(
            "the first line is no header of layout `{}`: {}",
            source.layout.name,
            shown.join(", ")
        ));
    }
    Ok(Header { names, delimiter, body: ((bom + rows.position()) as u64, rows.line()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_lies_behind_a_line_end_outside_quotes() {
        assert_eq!(first_record(b"ab\ncd\n", false), Some((3, 1)));
        assert_eq!(first_record(b"ab\ncd\"\nef\n", true), Some((7, 2)));
        assert_eq!(first_record(b"abc", false), None);
    }

    #[test]
    fn files_are_replaced_by_name_or_by_whole_path() {
        assert!(same_file("POS_2024-05.csv", "exports/POS_2024-05.csv"));
        assert!(same_file("exports/POS.csv", "exports/POS.csv"));
        assert!(!same_file("POS.csv", "exports/OLD_POS.csv"));
    }
}
