//! One task: bytes to rows of numbers, or rejects. It knows neither chips nor companies.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use chipwatch_records::{Column, FileId, Reject, Rejects};

use crate::cells::{clean, is_total_word};
use crate::columns_plan::RowPlan;
use crate::dictionaries::{Cells, Dictionaries, Refusal};
use crate::error::IngestError;
use crate::number::PackedNumber;
use crate::part::{RawRow, Receipt, Store};
use crate::plan::{PARTITIONS, PlannedFile, Task};
use crate::rows::{Row, Rows};
use crate::source::SourceSpec;

/// Why a task did not end.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The file's quotes do not balance, so the range does not end with a record: read the file in one task.
    #[error("the range does not end with a record")]
    BadCut,
    /// The bytes cannot be had.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// The part cannot be kept.
    #[error("{0}")]
    Store(String),
}

/// Reads one task's byte range into the store.
///
/// # Errors
/// [`TaskError`].
pub fn run_task(
    task: &Task,
    file: &PlannedFile,
    source: &SourceSpec,
    store: &dyn Store,
) -> Result<Receipt, TaskError> {
    let unreadable =
        |error: std::io::Error| IngestError::Unreadable { path: file.path.clone(), why: error.to_string() };
    let bytes = read_range(&file.path, task).map_err(unreadable)?;
    let Some(file_id) = FileId::from_index(task.file) else {
        return Err(TaskError::Store("more files than ids".into()));
    };
    let text = valid_text(&bytes);
    let marked = matches!(text, Cow::Owned(_));
    let mut reader = TaskReader::new(task, file, source, bytes.len(), marked);
    let mut rows = Rows::new(&text, file.delimiter, task.first_line, task.last);
    while let Some(row) = rows.next_row().map_err(|_| TaskError::BadCut)? {
        reader.receipt.rows += 1;
        match row {
            Row::OpenQuote { line } => {
                reader.reject(line, None, String::new(), "a quote is opened on this line and never closed");
            }
            Row::Record { line } => reader.record(&rows, line),
        }
    }
    let part = reader.dictionaries.into_part(file_id, file.input.source, reader.rows);
    store.put(&task.id, part).map_err(TaskError::Store)?;
    Ok(reader.receipt)
}

/// Stands where bytes are no UTF-8: no text has this noncharacter, so a row that has it is refused.
const INVALID: char = '\u{fffe}';

/// The bytes as text. Bytes that are none are marked, so that only their rows are lost.
fn valid_text(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(INVALID);
        }
    }
    Cow::Owned(text)
}

fn read_range(path: &std::path::Path, task: &Task) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(task.start))?;
    let length = task.end - task.start;
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

struct TaskReader<'a> {
    file: &'a PlannedFile,
    source: &'a SourceSpec,
    plan: RowPlan,
    dictionaries: Dictionaries<'a>,
    receipt: Receipt,
    rows: Vec<Vec<RawRow>>,
    overlay: Vec<String>,
    /// Whether some bytes of the range are no UTF-8.
    marked: bool,
}

impl<'a> TaskReader<'a> {
    fn new(task: &Task, file: &'a PlannedFile, source: &'a SourceSpec, bytes: usize, marked: bool) -> Self {
        let width = file.mapping.headers.len() + file.mapping.added;
        // Rows of the usual exports take 100 bytes or more; a short guess only grows a vector once.
        let guess = bytes / 120 / PARTITIONS;
        Self {
            file,
            source,
            plan: RowPlan::new(&file.mapping),
            dictionaries: Dictionaries::new(source, &file.mapping),
            receipt: Receipt { task: task.id.clone(), file: task.file, ..Receipt::default() },
            rows: (0..PARTITIONS).map(|_| Vec::with_capacity(guess)).collect(),
            marked,
            overlay: if source.lookups.is_empty() { Vec::new() } else { vec![String::new(); width] },
        }
    }

    fn record(&mut self, rows: &Rows<'_>, line: u32) {
        let width = self.file.mapping.headers.len();
        if rows.count() != width {
            let first = clean(rows.field(0)).to_owned();
            if is_total_word(&first) {
                self.receipt.total_rows += 1;
                return;
            }
            let reason = format!("the row has {} fields, the header {width}", rows.count());
            return self.reject(line, None, first, &reason);
        }
        let (text, spans, is_rewritten) = rows.fields();
        if self.marked && spans.iter().any(|(start, end)| text[*start..*end].contains(INVALID)) {
            return self.reject(line, None, String::new(), "the row is not valid UTF-8");
        }
        self.look_up(rows);
        let cells = Cells { text, spans, is_rewritten, overlay: &self.overlay };
        match read_row(&self.plan, &mut self.dictionaries, &mut self.receipt, &cells, line) {
            Ok((row, partition)) => {
                self.rows[partition].push(row);
                self.receipt.accepted += 1;
            }
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

    fn look_up(&mut self, rows: &Rows<'_>) {
        if self.overlay.is_empty() {
            return;
        }
        let (text, spans, is_rewritten) = rows.fields();
        self.overlay.iter_mut().for_each(String::clear);
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
            let column =
                field.and_then(|field| self.file.mapping.headers.get(field)).cloned().unwrap_or_default();
            let file = self.file.input.path.clone();
            self.receipt.rejects.push(Reject { file, line, column, value, reason: reason.to_owned() });
        }
    }
}

fn read_row(
    plan: &RowPlan,
    dictionaries: &mut Dictionaries<'_>,
    receipt: &mut Receipt,
    cells: &Cells<'_>,
    line: u32,
) -> Result<(RawRow, usize), Refusal> {
    let quantity = number(cells, plan.quantity)?;
    if quantity.is_absent() {
        return Err(Refusal::at(plan.quantity, "the quantity is empty"));
    }
    let (price, price_field, price_is_amount) = price(plan, cells)?;
    let item = dictionaries.item(cells, &plan.item)?;
    let particulars = dictionaries.particulars(cells, plan, receipt, line)?;
    let date = match plan.ship_date {
        Some(field) => dictionaries.date(cells, field, Column::ShipDate, receipt, line)?,
        None => 0,
    };
    let mut sold_to = dictionaries.party(cells, &plan.sold_to);
    let ship_to = dictionaries.party(cells, &plan.ship_to);
    let end_user = dictionaries.party(cells, &plan.end_user);
    if sold_to == 0 && plan.has_bill_to {
        sold_to = dictionaries.party(cells, &plan.bill_to);
        receipt.bill_to_for_sold_to += u64::from(sold_to != 0);
    }
    if sold_to == 0 && ship_to == 0 && end_user == 0 {
        return Err(Refusal {
            field: plan.sold_to[1],
            reason: "the row names no buyer, recipient or end user".into(),
        });
    }
    dictionaries.count_date(date);
    let (document, line_no) = dictionaries.document(cells, plan, particulars);
    receipt.evidence.see_number(Column::Quantity, quantity, line, cells.get(plan.quantity));
    if let Some(field) = price_field {
        let column = if price_is_amount { Column::Amount } else { Column::UnitPrice };
        receipt.evidence.see_number(column, price, line, cells.get(field));
    }
    let partition = dictionaries.partition(document, [sold_to, ship_to, end_user], item);
    let row = RawRow {
        quantity,
        price,
        price_is_amount,
        sold_to,
        ship_to,
        end_user,
        item,
        particulars,
        date,
        document,
        line_no,
        line,
    };
    Ok((row, partition))
}

fn price(plan: &RowPlan, cells: &Cells<'_>) -> Result<(PackedNumber, Option<usize>, bool), Refusal> {
    for (field, is_amount) in [(plan.unit_price, false), (plan.amount, true)] {
        let Some(field) = field else { continue };
        let price = number(cells, field)?;
        if !price.is_absent() {
            return Ok((price, Some(field), is_amount));
        }
    }
    Ok((PackedNumber::ABSENT, None, false))
}

fn number(cells: &Cells<'_>, field: usize) -> Result<PackedNumber, Refusal> {
    let cell = cells.get(field);
    match PackedNumber::pack(cell.as_bytes()) {
        Ok(number) => Ok(number),
        Err(_) if matches!(clean(cell), "" | "-") => Ok(PackedNumber::ABSENT),
        Err(reason) => Err(Refusal::at(field, reason)),
    }
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
    headers.iter().enumerate().all(|(field, header)| cells.get(field).trim() == header)
}
