//! What one task read: rows of numbers, and the distinct values they stand for, in the order of arrival.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use chipwatch_records::{
    Channel, Column, DocumentStage, DocumentTable, DocumentType, FileId, Reject, SourceId,
};

use crate::date::{DateEvidence, DateReading};
use crate::intern::Interner;
use crate::number::{NumberEvidence, PackedNumber};
use crate::spill::{RowSource, spill};
use crate::stored_numbers::store;

/// A row with local ids; 0 stands for "none" where an id is optional, so ids are one more than the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRow {
    /// A packed number.
    pub(crate) quantity: [u32; 2],
    /// A packed number, marked where it is the amount of the line.
    pub(crate) price: [u32; 2],
    pub(crate) sold_to: u32,
    pub(crate) ship_to: u32,
    pub(crate) end_user: u32,
    pub(crate) item: u32,
    pub(crate) particulars: u32,
    pub(crate) date: u32,
    pub(crate) document: u32,
    pub(crate) line_no: u32,
    pub(crate) line: u32,
}

/// Number, name, address, country, parent's name, parent's country of a party: local text ids.
pub(crate) type LocalParty = [u32; 6];
/// Part number, description, HS code of an item: local text ids.
pub(crate) type LocalItem = [u32; 3];

/// The less common columns of a row, with local ids.
#[derive(Clone, Debug)]
pub(crate) struct LocalParticulars {
    pub(crate) channel: Channel,
    pub(crate) stage: DocumentStage,
    pub(crate) kind: DocumentType,
    pub(crate) replaces: bool,
    pub(crate) seller: u32,
    pub(crate) seller_country: u32,
    /// Bill-to, intermediate, forwarder, payer.
    pub(crate) parties: [u32; 4],
    /// Order, invoice and change date.
    pub(crate) dates: [u32; 3],
    /// In the order of [`PARTICULAR_TEXTS`], then the rest.
    pub(crate) texts: [u32; PARTICULAR_TEXTS.len()],
    pub(crate) rest: u32,
}

/// The columns that particulars keep one by one.
pub(crate) const PARTICULAR_TEXTS: [Column; 11] = [
    Column::ParentLineNo,
    Column::BatchOfLineNo,
    Column::ReferenceDocumentNo,
    Column::CustomerPo,
    Column::ReportPeriod,
    Column::Eccn,
    Column::LicenceNo,
    Column::UnitOfMeasure,
    Column::SerialNumbers,
    Column::Currency,
    Column::MasterDocumentNo,
];

/// The date columns that particulars keep.
pub(crate) const PARTICULAR_DATES: [Column; 3] = [Column::OrderDate, Column::InvoiceDate, Column::ChangedOn];

/// What one task read.
pub struct Part {
    pub(crate) file: FileId,
    pub(crate) source: SourceId,
    pub(crate) texts: Interner,
    pub(crate) parties: Vec<LocalParty>,
    pub(crate) items: Vec<LocalItem>,
    pub(crate) particulars: Vec<LocalParticulars>,
    pub(crate) dates: Vec<(String, DateReading)>,
    /// Accepted rows of each ship date, by the date's place.
    pub(crate) date_counts: Vec<u64>,
    pub(crate) documents: DocumentTable,
    /// By partition.
    pub(crate) rows: Vec<RowSource>,
    /// Physical line of the task's first record: lines of rows are counted from it.
    pub(crate) first_line: u32,
}

impl Part {
    /// Moves the rows to a file and the document numbers to one beside it, and keeps the dictionaries.
    ///
    /// # Errors
    /// In plain words, where the file cannot be written.
    pub fn spill(mut self, path: &Path, task: &str) -> Result<Self, String> {
        self.rows = spill(path, task, &self.rows)?;
        self.documents.numbers = store(&self.documents.numbers, &path.with_extension("numbers"))?;
        Ok(self)
    }
}

/// A cell that was seen: its physical line and text.
pub type SeenCell = (u32, String);

/// What a file's columns say about their dialects.
#[derive(Clone, Default, Debug)]
pub struct DialectEvidence {
    /// By numeric column: the evidence, and the first cell that can be read two ways.
    pub numbers: BTreeMap<Column, (NumberEvidence, Option<SeenCell>)>,
    /// By date column.
    pub dates: BTreeMap<Column, (DateEvidence, Option<SeenCell>)>,
    /// What the row before said: the next ones mostly say the same, and once is enough.
    last_number: Option<(Column, NumberEvidence)>,
}

impl DialectEvidence {
    pub(crate) fn of(
        numbers: BTreeMap<Column, (NumberEvidence, Option<SeenCell>)>,
        dates: BTreeMap<Column, (DateEvidence, Option<SeenCell>)>,
    ) -> Self {
        Self { numbers, dates, last_number: None }
    }

    /// Both files' evidence; of seen cells the earlier stays.
    pub fn merge(&mut self, other: Self) {
        for (column, (evidence, cell)) in other.numbers {
            let mine = self.numbers.entry(column).or_default();
            mine.0.merge(evidence);
            mine.1 = earlier(mine.1.take(), cell);
        }
        for (column, (evidence, cell)) in other.dates {
            let mine = self.dates.entry(column).or_default();
            mine.0.merge(evidence);
            mine.1 = earlier(mine.1.take(), cell);
        }
    }

    /// Counts the lines of seen cells from another first line.
    pub(crate) fn move_lines(&mut self, first: u32) {
        let numbers = self.numbers.values_mut().filter_map(|(_, cell)| cell.as_mut());
        let dates = self.dates.values_mut().filter_map(|(_, cell)| cell.as_mut());
        numbers.chain(dates).for_each(|(line, _)| *line += first);
    }

    /// Whether a number would add nothing.
    pub(crate) fn has_seen(&self, column: Column, number: PackedNumber) -> bool {
        let evidence = number.evidence();
        if evidence == NumberEvidence::default() || self.last_number == Some((column, evidence)) {
            return true;
        }
        self.numbers.get(&column).is_some_and(|(seen, cell)| {
            let mut both = *seen;
            both.merge(evidence);
            both == *seen && (!evidence.ambiguous || cell.is_some())
        })
    }

    pub(crate) fn see_number(&mut self, column: Column, number: PackedNumber, line: u32, text: &str) {
        let evidence = number.evidence();
        if evidence == NumberEvidence::default() || self.last_number == Some((column, evidence)) {
            return;
        }
        self.last_number = Some((column, evidence));
        let mine = self.numbers.entry(column).or_default();
        mine.0.merge(evidence);
        if evidence.ambiguous && mine.1.is_none() {
            mine.1 = Some((line, text.to_owned()));
        }
    }

    pub(crate) fn see_date(&mut self, column: Column, reading: DateReading, line: u32, text: &str) {
        let evidence = reading.evidence();
        let mine = self.dates.entry(column).or_default();
        mine.0.merge(evidence);
        if evidence.ambiguous && mine.1.is_none() {
            mine.1 = Some((line, text.to_owned()));
        }
    }
}

fn earlier(a: Option<SeenCell>, b: Option<SeenCell>) -> Option<SeenCell> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// What a task did, without the rows. Lines are counted from its first record, until [`Receipt::move_lines`].
#[derive(Clone, Default, Debug)]
pub struct Receipt {
    /// The task's id.
    pub task: String,
    /// Index of the file.
    pub file: usize,
    /// Where its first record starts, and the first one behind its last.
    pub span: Range<u64>,
    /// Physical line of its first record, once that is known.
    pub first_line: u32,
    /// Physical lines of its span.
    pub lines: u32,
    /// Rows read, of any fate.
    pub rows: u64,
    /// Rows that became shipment lines.
    pub accepted: u64,
    /// Totals and footers, and rows that a mark of their layout says are no sale.
    pub total_rows: u64,
    /// The header once more.
    pub repeated_headers: u64,
    /// Refused rows, the first of them listed.
    pub rejects: Vec<Reject>,
    /// Refused rows in all.
    pub rejected: u64,
    /// What the columns say about their dialects.
    pub evidence: DialectEvidence,
    /// Rows whose buyer was absent and whose bill-to stands for it.
    pub bill_to_for_sold_to: u64,
    /// Document codes that the layout does not know, with their header: read as a plain sale.
    pub unknown_codes: BTreeSet<(String, String)>,
    /// Rows to which a look-up added something.
    pub looked_up: u64,
}

impl Receipt {
    /// Counts lines from another first line.
    pub(crate) fn move_lines(&mut self, first: u32) {
        self.rejects.iter_mut().for_each(|reject| reject.line += first);
        self.evidence.move_lines(first);
    }
}

/// Where parts wait between reading and counting.
pub trait Store: Sync {
    /// Keeps a part under its task's id.
    ///
    /// # Errors
    /// In plain words, where it cannot be kept.
    fn put(&self, task: &str, part: Part) -> Result<(), String>;

    /// Hands a part back, once.
    ///
    /// # Errors
    /// In plain words, where it is not there.
    fn take(&self, task: &str) -> Result<Part, String>;
}

/// A store for tests.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod shelf {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use super::{Part, Store};

    #[derive(Default)]
    pub(crate) struct Shelf(Mutex<HashMap<String, Part>>);

    impl Store for Shelf {
        fn put(&self, task: &str, part: Part) -> Result<(), String> {
            self.0.lock().map_err(|error| error.to_string())?.insert(task.to_owned(), part);
            Ok(())
        }

        fn take(&self, task: &str) -> Result<Part, String> {
            let mut parts = self.0.lock().map_err(|error| error.to_string())?;
            parts.remove(task).ok_or_else(|| "lost".to_owned())
        }
    }
}
