//! A folder with one export in it, and what is read of it.

use std::path::{Path, PathBuf};

use chipwatch_records::{Rejects, ShipmentLine};
use tempfile::TempDir;

use super::need;
use crate::cache::Cache;
use crate::intake::Scratch;
use crate::layout::Layout;
use crate::part::shelf::Shelf;
use crate::plan::{Plan, plan, tasks_of};
use crate::read::{FileReading, read_all};
use crate::source::SourceSpec;

/// The export's name.
pub(super) const FILE: &str = "export";

pub(super) struct Desk {
    folder: TempDir,
}

/// What a run makes of an export; equal wherever ranges end, and with or without a cache.
#[derive(PartialEq, Debug)]
pub(crate) struct Seen {
    /// By text: path, rows, accepted, rejected, totals, repeated headers, looked up, blake3.
    files: Vec<(String, [u64; 6], String)>,
    lines: Vec<String>,
    rejects: Vec<String>,
    questions: Vec<String>,
}

impl Desk {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let desk = Self { folder: need(tempfile::tempdir()) };
        need(std::fs::write(desk.export(), bytes));
        // A cache trusts no file that was written in the moment in which it was.
        let written = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let file = need(std::fs::File::options().write(true).open(desk.export()));
        need(file.set_modified(written));
        desk
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn export(&self) -> PathBuf {
        self.path().join(FILE)
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch::new(self.path().join("copies"))
    }

    pub(super) fn source(&self, layout: Layout) -> SourceSpec {
        let source = SourceSpec::new("s", layout);
        SourceSpec { patterns: vec![FILE.to_owned()], base: self.path().to_owned(), ..source }
    }

    /// Reads the export in ranges of each of these lengths, which must come to the same; `None` where it is refused.
    pub(super) fn read_in_ranges(&self, source: SourceSpec, ranges: &[u64]) -> Option<Seen> {
        let (sources, scratch) = ([source], self.scratch());
        let plan = self.plan(&sources, &scratch, None)?;
        let mut all = ranges.iter().map(|bytes| {
            let mut plan = plan.clone();
            plan.tasks = tasks_of(&plan.files, *bytes);
            self.read_plan(&sources, plan, None)
        });
        let first = all.next()?;
        all.for_each(|other| assert_eq!(other, first, "another length of the ranges"));
        first
    }

    /// Reads the export with a cache or without.
    pub(super) fn read(&self, source: SourceSpec, cache: Option<&Cache>) -> Option<Seen> {
        let (sources, scratch) = ([source], self.scratch());
        let plan = self.plan(&sources, &scratch, cache)?;
        self.read_plan(&sources, plan, cache)
    }

    /// Reads the export with the cache in this folder.
    pub(super) fn read_cached(&self, layout: Layout, folder: &Path) -> Option<Seen> {
        let cache = need(Cache::open(folder, false));
        self.read(self.source(layout), Some(&cache))
    }

    fn plan(&self, sources: &[SourceSpec], scratch: &Scratch, cache: Option<&Cache>) -> Option<Plan> {
        let plan = plan(sources, scratch, cache);
        if let Err(error) = &plan {
            assert!(error.to_string().len() > self.export().as_os_str().len(), "no reason: {error}");
        }
        plan.ok()
    }

    /// What is read; `None` where a table of columns turns out to be damaged. A text has rows, or refused ones.
    fn read_plan(&self, sources: &[SourceSpec], mut plan: Plan, cache: Option<&Cache>) -> Option<Seen> {
        let reading = match read_all(sources, &mut plan, &Shelf::default(), cache, &|_| ()) {
            Err(error) if plan.files.iter().any(|file| file.groups.is_some()) => {
                assert!(error.to_string().contains("Parquet"), "no reason: {error}");
                return None;
            }
            reading => need(reading),
        };
        assert_eq!(reading.not_kept, None);
        let (tables, mut lines, mut late) = (&reading.merged.lines, Vec::new(), Vec::new());
        for partition in reading.merged.partitions {
            let resolved = need(partition.resolve(&reading.merged.resolver));
            lines.extend(resolved.lines);
            late.extend(resolved.rejects);
        }
        for (index, (file, read)) in plan.files.iter().zip(&reading.files).enumerate() {
            let of_file = lines.iter().filter(|line| line.file.index() == index).count();
            let late = late.iter().filter(|reject| reject.file == file.input.path).count();
            hold_accounts(read, of_file + late);
        }
        let mut lines: Vec<(u32, String)> = lines
            .iter()
            .map(|line| {
                let document = line.document.map(|document| tables.documents.number(document.id()));
                // A document has as many ids as there are ranges in which it stands.
                let shown = ShipmentLine { document: None, ..*line };
                let buyer = line.sold_to.map(|party| tables.text(tables.parties[party.index()].name));
                let particulars = tables.particulars_of(line);
                (line.line, format!("{shown:?} {document:?} {buyer:?} {particulars:?}"))
            })
            .collect();
        lines.sort();
        let mut rejects: Vec<String> = late.iter().map(|reject| format!("{reject:?}")).collect();
        rejects.sort();
        let early = reading.files.iter().flat_map(|file| &file.receipt.rejects);
        rejects.extend(early.map(|reject| format!("{reject:?}")));
        Some(Seen {
            files: plan
                .files
                .iter()
                .zip(&reading.files)
                .map(|(file, read)| (file.input.path.clone(), numbers(read), file.input.blake3.clone()))
                .collect(),
            lines: lines.into_iter().map(|(_, line)| line).collect(),
            rejects,
            questions: reading
                .files
                .iter()
                .flat_map(|file| file.dialects.questions.iter().chain(&file.dialects.notes).cloned())
                .collect(),
        })
    }
}

impl Seen {
    /// Rows of the first text.
    pub(super) fn rows(&self) -> u64 {
        self.files.first().map_or(0, |(_, numbers, _)| numbers[0])
    }

    /// The hash of the export, by each of its texts.
    pub(super) fn hashes(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(_, _, blake3)| blake3.as_str())
    }
}

fn numbers(read: &FileReading) -> [u64; 6] {
    let receipt = &read.receipt;
    [
        receipt.rows,
        receipt.accepted,
        receipt.rejected,
        receipt.total_rows,
        receipt.repeated_headers,
        receipt.looked_up,
    ]
}

/// Every row was accepted, refused with a reason, or counted; an accepted one is a line, or is refused later.
fn hold_accounts(read: &FileReading, became: usize) {
    let [rows, accepted, rejected, totals, headers, _] = numbers(read);
    assert_eq!(rows, accepted + rejected + totals + headers);
    assert_eq!(read.receipt.rejects.len() as u64, rejected.min(Rejects::LIMIT as u64));
    assert!(read.receipt.rejects.iter().all(|reject| !reject.reason.is_empty() && reject.line > 0));
    assert!(read.receipt.rejects.is_sorted_by_key(|reject| reject.line), "rejects are not in order");
    let expected = if read.dialects.questions.is_empty() { accepted } else { 0 };
    assert_eq!(became as u64, expected, "accepted rows are lost");
}
