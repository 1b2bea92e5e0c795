//! One task: bytes to rows of numbers, or rejects. It knows neither chips nor companies.

use chipwatch_records::{Column, FileId, Reject, Rejects, Scattered};

use crate::cells::Cells;
use crate::cells::{Refusal, clean, is_total_word};
use crate::coded::{CodedRow, KnownCodes};
use crate::columnar::{self, Batch};
use crate::columns_plan::RowPlan;
use crate::dictionaries::Dictionaries;
use crate::error::IngestError;
use crate::intake::guarded;
use crate::layout::{Mapping, Marked};
use crate::part::{RawRow, Receipt, Store};
use crate::plan::{PARTITIONS, PlannedFile, Task};
use crate::range_hash::RangeHash;
use crate::range_input::{BlockText, RangeInput};
use crate::read_row::{TextRow, read_row};
use crate::rows::{LONGEST_RECORD, Row, Rows, Span, Splitter};
use crate::source::SourceSpec;

/// Why a task did not end.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// The part cannot be kept.
    #[error("{0}")]
    Store(String),
}

/// Reads one task's records into the store; hands back what it did, and the hash of its range, where that is one of bytes.
///
/// # Errors
/// [`TaskError`].
pub(crate) fn run_task(
    task: &Task,
    file: &PlannedFile,
    source: &SourceSpec,
    store: &dyn Store,
) -> Result<(Receipt, Option<RangeHash>), TaskError> {
    let Some(file_id) = FileId::from_index(task.file) else {
        return Err(TaskError::Store("more files than ids".into()));
    };
    let mut reader = TaskReader::new(task, file, source);
    let unreadable = |why: String| IngestError::Unreadable { path: file.path.clone(), why };
    let hash = if file.groups.is_some() {
        guarded("Parquet file", || reader.read_table(task)).map_err(unreadable)?;
        None
    } else {
        Some(reader.read(task).map_err(|error| unreadable(error.to_string()))?)
    };
    let part = reader.dictionaries.into_part(file_id, file.input.source, reader.rows.into_places());
    store.put(&task.id, part).map_err(TaskError::Store)?;
    Ok((reader.receipt, hash))
}

/// The text of a row, where its fields lie in it, and whether it is a rewritten copy.
type Fields<'r> = (&'r str, &'r [Span], bool);

struct TaskReader<'a> {
    file: &'a PlannedFile,
    source: &'a SourceSpec,
    plan: RowPlan,
    dictionaries: Dictionaries<'a>,
    receipt: Receipt,
    /// By partition.
    rows: Scattered<RawRow>,
    overlay: Vec<String>,
    /// Rows that needed no text of their own.
    #[cfg(test)]
    by_codes: u64,
}

impl<'a> TaskReader<'a> {
    fn new(task: &Task, file: &'a PlannedFile, source: &'a SourceSpec) -> Self {
        let width = file.mapping.headers.len() + file.mapping.added;
        let fills_cells =
            !source.lookups.is_empty() || !file.mapping.fills.is_empty() || file.mapping.unit_in_quantity;
        // Rows of the usual exports take 100 bytes or more; a short guess only grows a vector once.
        let guess = task.bytes as usize / 120 / PARTITIONS;
        Self {
            file,
            source,
            plan: RowPlan::new(&file.mapping),
            dictionaries: Dictionaries::new(source, &file.mapping),
            receipt: Receipt { task: task.id.clone(), file: task.file, ..Receipt::default() },
            rows: Scattered::new(PARTITIONS, guess),
            overlay: if fills_cells { vec![String::new(); width] } else { Vec::new() },
            #[cfg(test)]
            by_codes: 0,
        }
    }

    /// Reads block by block until a record starts behind the task's range.
    fn read(&mut self, task: &Task) -> std::io::Result<RangeHash> {
        let mut input = RangeInput::open(&self.file.text, task.range.clone(), self.file.text_bytes)?;
        input.advance(0)?;
        match task.first_record {
            Some(offset) => input.pass_to(offset)?,
            None => input.pass_first_line_end()?,
        }
        let start = input.base();
        let mut splitter = Splitter::new(self.file.delimiter);
        let mut line = 0;
        let used = loop {
            let stop = match input.stop() {
                Some(stop) => stop,
                // Behind the range nothing but the rest of a line that is passed over.
                None if splitter.passes_over_line() => 0,
                None => break 0,
            };
            let block = input.text();
            let mut rows = splitter.rows(&block.text, line, input.has_ended(), stop);
            while let Ok(Some(row)) = rows.next_row() {
                self.receipt.rows += 1;
                match row {
                    Row::Endless { line } => {
                        let reason = "the record does not end: a quote is opened on this line and never closed, or the line is longer than a megabyte";
                        self.reject(line, None, String::new(), reason);
                    }
                    Row::Record { line } => self.record(&rows, line, &block),
                }
            }
            line = rows.line();
            let used = rows.position();
            // A line that is passed over may go on behind the range; its rest is no record of the next one.
            if (used > stop && !splitter.passes_over_line()) || input.has_ended() {
                break used;
            }
            input.advance(used)?;
        };
        self.receipt.span = start..input.base() + used as u64;
        self.receipt.lines = line;
        input.hash()
    }

    /// Reads the rows of a range of row groups.
    fn read_table(&mut self, task: &Task) -> Result<(), String> {
        // What fills or marks rows looks at their texts.
        let mapping = &self.file.mapping;
        let has_codes = self.overlay.is_empty() && mapping.no_sale.is_empty() && mapping.unsigned.is_empty();
        self.read_groups(task, has_codes)
    }

    fn read_groups(&mut self, task: &Task, has_codes: bool) -> Result<(), String> {
        let groups = task.range.start as usize..task.range.end as usize;
        let mut known = KnownCodes::new(&self.plan);
        let mut line = 0;
        let plan = self.plan.clone();
        let is_long = |field| KnownCodes::keeps(&plan, field);
        columnar::each_batch(&self.file.text, groups, is_long, |batch| {
            known.enter(batch);
            let has_codes = has_codes && batch.is_plain();
            for row in 0..batch.rows {
                self.receipt.rows += 1;
                if !has_codes || !self.coded_row(batch, &mut known, row, line) {
                    self.table_row(batch.row(row)?, line);
                }
                line += 1;
            }
            Ok(())
        })?;
        self.receipt.span = task.range.clone();
        self.receipt.lines = line;
        Ok(())
    }

    /// Reads a row by the codes of its cells. Where it is refused, its text must say what it is.
    fn coded_row(&mut self, batch: &mut Batch<'_>, known: &mut KnownCodes, row: usize, line: u32) -> bool {
        let plan = &self.plan;
        let mut values = CodedRow { batch, known, plan, row, line };
        let read = read_row(plan, &mut self.dictionaries, &mut self.receipt, &mut values, line);
        let Ok((row, partition)) = read else { return false };
        self.rows.push(partition, row);
        self.receipt.accepted += 1;
        #[cfg(test)]
        {
            self.by_codes += 1;
        }
        true
    }

    fn table_row(&mut self, fields: Fields<'_>, line: u32) {
        if fields.0.len() > LONGEST_RECORD {
            self.reject(line, None, String::new(), "the row is longer than a megabyte");
        } else {
            self.cells(line, fields);
        }
    }

    fn record(&mut self, rows: &Rows<'_>, line: u32, block: &BlockText<'_>) {
        let width = self.file.mapping.headers.len();
        if rows.count() != width {
            let first = clean(rows.field(0)).to_owned();
            if is_total_word(&first) {
                self.receipt.total_rows += 1;
                return;
            }
            let (text, spans, is_rewritten) = rows.fields();
            if is_blank(&Cells { text, spans, is_rewritten, overlay: &[] }) {
                self.receipt.rows -= 1;
                return;
            }
            let reason = format!("the row has {} fields, the header {width}", rows.count());
            return self.reject(line, None, first, &reason);
        }
        if !block.invalid.is_empty() && block.is_invalid(rows.start()..rows.position()) {
            return self.reject(
                line,
                None,
                String::new(),
                "the row holds bytes that are no character in the encoding of its file",
            );
        }
        self.cells(line, rows.fields());
    }

    /// Reads the cells of a row that has them all.
    fn cells(&mut self, line: u32, fields: Fields<'_>) {
        self.look_up(fields);
        let (text, spans, is_rewritten) = fields;
        let cells = Cells { text, spans, is_rewritten, overlay: &self.overlay };
        let read = match marked(&self.file.mapping, &cells) {
            (_, Marked::Aside) => {
                self.receipt.total_rows += 1;
                return;
            }
            (field, Marked::Refused(reason)) => Err(Refusal::at(field, reason)),
            (_, Marked::Sale) => {
                let mut values = TextRow::new(cells, &self.plan, line);
                read_row(&self.plan, &mut self.dictionaries, &mut self.receipt, &mut values, line)
            }
        };
        match read {
            Ok((row, partition)) => {
                self.rows.push(partition, row);
                self.receipt.accepted += 1;
            }
            // Nothing is lost with a row of which nothing is there.
            Err(_) if is_blank(&cells) => self.receipt.rows -= 1,
            Err(refusal) if is_total_row(&cells, &self.plan) => {
                drop(refusal);
                self.receipt.total_rows += 1;
            }
            Err(_) if is_header(&cells, &self.file.mapping.headers) => self.receipt.repeated_headers += 1,
            Err(refusal) => {
                let value = refusal.field.map_or(String::new(), |field| cells.get(field).trim().to_owned());
                self.reject(line, refusal.field, value, &refusal.reason);
            }
        }
    }

    /// Fills empty cells: from other columns of the row, then from look-ups.
    fn look_up(&mut self, (text, spans, is_rewritten): Fields<'_>) {
        if self.overlay.is_empty() {
            return;
        }
        self.overlay.iter_mut().for_each(String::clear);
        let own = Cells { text, spans, is_rewritten, overlay: &[] };
        let mapping = &self.file.mapping;
        for (field, others) in &mapping.fills {
            if own.clean(Some(*field)).is_empty() {
                let filled = others.iter().map(|other| own.clean(Some(*other))).find(|cell| !cell.is_empty());
                self.overlay[*field].push_str(filled.unwrap_or_default());
            }
        }
        if let (true, Some(unit)) = (mapping.unit_in_quantity, mapping.fields.get(&Column::UnitOfMeasure)) {
            let (number, word) = without_unit(own.clean(Some(self.plan.quantity)));
            self.overlay[self.plan.quantity].push_str(number);
            self.overlay[*unit].push_str(word);
        }
        let mut added = false;
        for lookup in &self.source.lookups {
            let cells = Cells { text, spans, is_rewritten, overlay: &self.overlay };
            let fields = &self.file.mapping.fields;
            if !lookup.on.iter().all(|column| fields.contains_key(column)) {
                continue;
            }
            let found = lookup.find(lookup.on.iter().map(|column| (*column, cells.get(fields[column]))));
            let Some(values) = found else { continue };
            for (column, value) in lookup.adds.iter().zip(values) {
                let field = fields[column];
                let cells = Cells { text, spans, is_rewritten, overlay: &self.overlay };
                if clean(cells.get(field)).is_empty() && !value.is_empty() {
                    self.overlay[field].clone_from(value);
                    added = true;
                }
            }
        }
        self.receipt.looked_up += u64::from(added);
    }

    fn reject(&mut self, line: u32, field: Option<usize>, value: String, reason: &str) {
        self.receipt.rejected += 1;
        if self.receipt.rejects.len() < Rejects::LIMIT {
            let column = field.map_or(String::new(), |field| self.file.mapping.name_of(field));
            let file = self.file.input.path.clone();
            self.receipt.rejects.push(Reject { file, line, column, value, reason: reason.to_owned() });
        }
    }
}

/// `12 PCS` as `12` and `PCS`. A cell without a unit has an empty one.
fn without_unit(cell: &str) -> (&str, &str) {
    let at = cell.find(char::is_alphabetic).unwrap_or(cell.len());
    (cell[..at].trim_end(), &cell[at..])
}

/// What the marks of a row make of it, and the field of the mark.
fn marked<'m>(mapping: &'m Mapping, cells: &Cells<'_>) -> (usize, Marked<'m>) {
    let words = mapping.no_sale.iter().map(|marks| (marks.field, marks.of(cells.get(marks.field))));
    words.into_iter().find(|(_, marked)| *marked != Marked::Sale).unwrap_or((0, Marked::Sale))
}

/// Empty cells, or the rules that lists are drawn with.
fn is_blank(cells: &Cells<'_>) -> bool {
    let is_rule = |cell: &str| {
        cell.chars().all(|letter| matches!(letter, '-' | '_' | '=' | '+' | '|') || letter.is_whitespace())
    };
    (0..cells.spans.len()).all(|field| is_rule(cells.get(field)))
}

/// A total names itself in its first filled cell, or has numbers and nothing else.
fn is_total_row(cells: &Cells<'_>, plan: &RowPlan) -> bool {
    let numbers = [Some(plan.quantity), plan.unit_price, plan.amount];
    let mut filled = (0..cells.spans.len()).filter(|field| !cells.get(*field).trim().is_empty());
    let Some(first) = filled.next() else { return false };
    is_total_word(cells.get(first).trim())
        || (numbers.contains(&Some(first)) && filled.all(|field| numbers.contains(&Some(field))))
}

fn is_header(cells: &Cells<'_>, headers: &[String]) -> bool {
    // Files that were put one behind the other keep their marks of byte order.
    let cell = |field| cells.get(field).trim_start_matches('\u{feff}').trim();
    headers.iter().enumerate().all(|(field, header)| cell(field) == header)
}

#[cfg(test)]
mod tests;
