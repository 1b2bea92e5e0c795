//! The report folder: what a run tells, in files for programs, spreadsheets and people.
//!
//! [`Report`] borrows everything a run found out. [`Report::write`] renders it into a folder; [`RunFolder`] makes sure
//! that a folder is seen whole or not at all. Nothing here decides anything about an entity, and nothing reads a clock.

mod csv;
pub mod escape;
mod folder;
mod in_order;
mod json;
mod large_file;
mod manifest;
mod markdown;
mod row;
#[cfg(test)]
mod sample;
mod schema;
mod view_of;
pub mod views;

use std::io;
use std::path::{Path, PathBuf};

use chipwatch_records::{
    Basis, Book, Books, BulkStatus, Channel, Chips, Day, EntityId, Finding, FlaggedEntity, ItemTotals,
    KeptLines, MonthlyRow, NotEvaluated, Purchases, Rejects, RunContext,
};
use serde::{Deserialize, Serialize};

pub use csv::EvidenceFile;
pub use folder::{Published, RunFolder};
pub use json::EVIDENCE_ROWS;
pub use manifest::{FileNote, InputStamp, Manifest, NamedHash, PipelineStamp};
pub use schema::report_schema;

/// All that a run tells.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// Version of chipwatch.
    pub tool_version: &'a str,
    /// Name of the pipeline.
    pub pipeline: &'a str,
    /// The day the report speaks for.
    pub as_of: Day,
    /// The question that was asked.
    pub context: &'a RunContext,
    /// The class of chips that counts.
    pub scope: &'a str,
    /// Where every row went.
    pub books: &'a Books,
    /// The distinct tables.
    pub book: &'a Book,
    /// The lines that the first rows of evidence cite, and the open ones: ordered, not goods-issued, in scope or unknown.
    pub lines: &'a KeptLines,
    /// All entities with a finding or a near miss, ranked.
    pub entities: &'a [FlaggedEntity],
    /// The measures of every entity, listed or not, in the order of `entities.csv`.
    pub accounts: &'a [(EntityId, Purchases)],
    /// The monthly series, sorted.
    pub monthly: &'a [MonthlyRow],
    /// Sums of each item, by `ItemId`.
    pub item_totals: &'a [ItemTotals],
    /// Rows that were refused.
    pub rejects: &'a Rejects,
    /// Detectors that could not look.
    pub not_evaluated: &'a [NotEvaluated],
    /// Plain sentences about the run.
    pub notes: &'a [String],
    /// Chips acquired on each level of the trade; they are never added up.
    pub level_totals: &'a [(Channel, Chips)],
}

/// Where in the report an entity stands. Every entity stands in exactly one place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Standing {
    /// In one schedule or in both.
    Flagged,
    /// In none, but gross or hi passes the threshold, or a finding about volume names it, such as one on open orders.
    NearMiss,
    /// Only its records are in doubt.
    RecordDoubt,
}

impl Report<'_> {
    pub(crate) fn standing(&self, entity: &FlaggedEntity) -> Standing {
        let threshold = &self.context.threshold;
        let most = entity.purchases.gross.hi.max(entity.purchases.acquired.hi);
        if entity.basis != Basis::None {
            Standing::Flagged
        } else if threshold.passes(most)
            || !entity.findings.iter().all(is_record_doubt)
            || entity.findings.is_empty()
        {
            Standing::NearMiss
        } else {
            Standing::RecordDoubt
        }
    }

    pub(crate) fn standing_as(&self, standing: Standing) -> impl Iterator<Item = &FlaggedEntity> {
        self.entities.iter().filter(move |entity| self.standing(entity) == standing)
    }

    /// Writes the files of the report into a folder that is there. `manifest.json` is written by [`Manifest::write`],
    /// `evidence.csv` by [`EvidenceFile`].
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, folder: &Path, formats: Formats) -> Result<Summary, ReportError> {
        // Two large files: while a thread copies a piece of one to the system, the other renders.
        let (content_digest, tables) = rayon::join(
            || json::write(self, formats.json.then_some(folder)),
            || if formats.csv { csv::write(self, folder) } else { Ok(()) },
        );
        let content_digest = content_digest?;
        tables?;
        if formats.markdown {
            markdown::write(self, &content_digest, folder)?;
        }
        let with_status = |status| self.entities.iter().filter(|e| e.bulk_status == status).count();
        Ok(Summary {
            content_digest,
            flagged: self.standing_as(Standing::Flagged).count(),
            bulk_confirmed: with_status(BulkStatus::Confirmed),
            bulk_possible: with_status(BulkStatus::Possible),
            indicators: self.entities.iter().filter(|entity| has_indicators(entity)).count(),
            near_misses: self.standing_as(Standing::NearMiss).count(),
            record_doubts: self.standing_as(Standing::RecordDoubt).count(),
        })
    }
}

pub(crate) fn has_indicators(entity: &FlaggedEntity) -> bool {
    matches!(entity.basis, Basis::Indicators | Basis::Both)
}

/// Whether a finding is about the files, not about the entity.
pub(crate) fn is_record_doubt(finding: &Finding) -> bool {
    finding.detector == "integrity"
}

/// Which files are written: `[report] formats`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Formats {
    /// `report.json`.
    pub json: bool,
    /// All tables.
    pub csv: bool,
    /// `report.md`.
    pub markdown: bool,
}

impl Default for Formats {
    fn default() -> Self {
        Self { json: true, csv: true, markdown: true }
    }
}

/// What was written, in numbers of entities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// blake3 of the report without file, line and books.
    pub content_digest: String,
    /// In one schedule or in both.
    pub flagged: usize,
    /// Bulk purchasers whose lowest count passes.
    pub bulk_confirmed: usize,
    /// Bulk purchasers of whom only the highest count passes.
    pub bulk_possible: usize,
    /// Entities that match indicators.
    pub indicators: usize,
    /// Near misses.
    pub near_misses: usize,
    /// Entities of whom only the records are in doubt.
    pub record_doubts: usize,
}

/// Why no report could be written.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another run writes to the same report folder.
    #[error("another run{} is writing to {}", holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), path.display())]
    Locked {
        /// The report folder.
        path: PathBuf,
        /// Its process, where the lock file says so.
        holder: Option<u32>,
    },
    /// The same run gave another result before: a fault of the program.
    #[error("{} differs from the result of the same run in {}", new.join(file).display(), standing.display())]
    DifferentResult {
        /// The folder that stands, and stays.
        standing: PathBuf,
        /// The new one; the next run removes it.
        new: PathBuf,
        /// The first file that differs.
        file: String,
    },
    /// A value has no form in JSON: a fault of the program.
    #[error("{file}: {source}")]
    Json {
        /// File of the report.
        file: &'static str,
        /// Why.
        source: serde_json::Error,
    },
}

impl ReportError {
    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;

    #[test]
    fn the_number_of_threads_changes_no_byte() {
        let mut sample = Sample::hostile();
        sample.entities = sample.entities.iter().cloned().cycle().take(2_000).collect();
        let written = |threads| {
            let folder = tempfile::tempdir().unwrap();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let summary = pool.install(|| sample.write(folder.path()));
            let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| {
                let path = entry.unwrap().path();
                (path.file_name().unwrap().to_owned(), std::fs::read(path).unwrap())
            });
            (summary, files.collect::<std::collections::BTreeMap<_, _>>())
        };
        let (summary, files) = written(1);
        assert_eq!(files.len(), 11);
        assert_eq!((summary.flagged, summary.near_misses, summary.record_doubts), (1_000, 500, 500));
        assert!(files == written(3).1);
    }

    #[test]
    fn every_entity_stands_in_one_place() {
        let sample = Sample::plain();
        let standings: Vec<Standing> =
            sample.entities.iter().map(|entity| sample.report().standing(entity)).collect();
        assert_eq!(
            standings,
            [Standing::Flagged, Standing::Flagged, Standing::NearMiss, Standing::RecordDoubt]
        );
        let mut sample = sample;
        sample.entities[3].findings[0].detector = "open-order-hold";
        assert_eq!(sample.report().standing(&sample.entities[3]), Standing::NearMiss);
    }

    #[test]
    fn only_the_formats_asked_for_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let formats = Formats { json: false, csv: false, markdown: true };
        let summary = Sample::plain().report().write(folder.path(), formats).unwrap();
        let markdown = std::fs::read_to_string(folder.path().join("report.md")).unwrap();
        assert!(markdown.contains(&summary.content_digest));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
